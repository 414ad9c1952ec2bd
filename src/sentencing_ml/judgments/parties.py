"""Defendants: who is accused, under which names, and where the header describes each of them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from sentencing_ml.judgments.document import Defendant, Section
from sentencing_ml.judgments.view import BLANKS

# How a party is introduced. Longer words first, so that 附带民事诉讼被告人 never counts as 被告人. A lookbehind on
# 害/各/上述 keeps "被害人", "各被告人" and "系被告人张某之父" out.
_PARTY = re.compile(
    r"(?P<other>(?:刑事)?附带民事(?:公益)?(?:诉讼)?(?:被告人?|原告人?|原告)|"
    r"(?:原)?公诉(?:暨[^，。]{0,12})?机关|抗诉机关|诉讼代表人|法定代理人|"
    r"法定代表人|诉讼代理人|委托代理人|代理人|(?:指定|委托)?辩护人|被害人|自诉人|翻译(?:人员|人)?|合适成年人|"
    r"案外人|负责人)"
    r"|(?P<unit>(?:原审)?上诉人[（(](?:原审|一审)被告单位[）)]|(?:原审|一审)?(?:被告|上诉|犯罪嫌疑)单位(?:[（(](?:原审|一审)被告单位[）)])?)"
    r"|(?P<defendant>(?:原审)?上诉人[（(](?:原审|一审)被告人?[^）)]{0,12}[）)]|抗诉(?:对象|"
    r"人)[（(]原审被告人[）)]|被抗诉人[（(]原审被告人[）)]|(?:原审|一审)?被告人(?!民)|犯罪嫌疑人|"
    r"(?<![单])被告(?=[：:])|罪犯)"
)
# Where a party may be introduced: behind one of these characters, before one with which ``_PARTY`` begins.
_OPENING = re.compile(
    rf"[。；;！!？?{BLANKS}\u200b\ufeff、，,：:）)0-9０-９号](?=[刑附原公抗被犯诉法委代指辩自翻合案负上一罪])"
)
_FILLER = re.compile(
    r"\s{0,40}(?:[（(](?:暨|兼|附带|原审|一审|同时|反诉|自诉|均?系|在押|未到庭)[^）)]{0,30}[）)]|"
    r"暨(?:刑事)?附带民事(?:诉讼)?被告人?|兼附带民事诉讼被告人?|[：:]|自报(?:姓名|名)?(?:为)?|自述(?:姓名)?|"
    r"姓名)\s{0,40}"
)
_NAME_END = re.compile(r"[，,。；;：:（(）)、\s“”\"《【\[]")
# Words that follow a name when the text has no comma, from the third character on: 曾, 于, 现 are names too.
_LATIN_LETTERS = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ.·'\- ]{2,60}")
_AFTER_NAME = re.compile(
    r"[男女](?=$|[，,汉]|\d)|因|曾[因于被]|于(?=\d)|现[住羁]|系(?=[^，]{2})|犯(?=.)|生于|出生|\d{4}年|[，,]"
)
_MASK = r"[某*＊×xXＸ○〇□]"
_NAME_CHARS = re.compile(r"^[\u3400-\u9fff\U00020000-\U0003ffff*＊×xXＸ○〇□�ａ-ｚＡ-Ｚ0-9０-９A-Za-z·•．.∙・‧\-]+$")

_ALIAS_WORD = (
    r"(?:自报|曾用名|又名|别名|化名|外号|绰号|浑名|诨名|诨号|小名|乳名|原名|网名|微信名|微信昵称|昵称|"
    r"又称|人称|亦名|曾名|英文名|中文名|音译|自称|俗称|别称|曾化名)"
)
_ALIAS = re.compile(_ALIAS_WORD + r"(?:名|姓名)?[：:为叫是“”‘’\"'「『\s]{0,9}(?P<names>[^，,。；;（(）)：:\s]{1,40})")
_LATIN_ALIAS = re.compile(r"^[（(]\s{0,9}(?P<name>[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ .·'\-]{2,60})\s{0,9}[）)]")
_MORE_ALIASES = re.compile(r"(?:[、，]?[“‘\"][^”’\"]{1,20}[”’\"]){0,9}")
_ALIAS_AGAIN = re.compile(rf"{_ALIAS_WORD}[：:为]?")
_NO_ALIAS = re.compile("自报|身份|不详")
_ALIASES_END = re.compile(r"[男女](?=[，,。；])|\d{4}年|[。；]")
_ALIAS_SPLIT = re.compile(r"[、，,“”‘’\"'「」『』和或/]+")


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Return the family names of ``surnames.txt``, of one and of two characters."""
    lines = (files("sentencing_ml.judgments") / "surnames.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    lines = (files("sentencing_ml.judgments") / "not_names.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def is_word(name: str) -> bool:
    """Whether what looks like a name begins with a word of ``not_names.txt`` or ends like a place."""
    return name.startswith(_words()) or name[-1] in "市县区省镇乡村"


def find_defendants(text: str, sections: tuple[Section, ...]) -> tuple[Defendant, ...]:
    """Return the accused, in the order in which the text introduces them: natural persons, and units (被告单位).

    The header introduces them one by one; a text without a header (a fact record) names the natural persons after
    被告人 in its sentences, and there the particulars are only the name itself. Civil parties, counsel, guardians,
    those who speak for a company, and victims are not defendants.
    """
    header = next((section for section in sections if section.name == "header"), None)
    found = tuple(_from_header(text, header.start, header.end)) if header else ()
    if not found:
        # What stands behind 被告人 once and nowhere else is more often a word than a name, unless there is no other.
        mentions = _Mentions(text)
        found = tuple(_from_sentences(text, mentions, least=2)) or tuple(_from_sentences(text, mentions, least=1))
    units = [name for name, _, _, _, entity in found if entity]
    return tuple(
        Defendant(
            index=index,
            name=name,
            aliases=unit_aliases(text, name, [other for other in units if other != name]) if entity else aliases,
            start=start,
            end=end,
            entity=entity,
        )
        for index, (name, aliases, start, end, entity) in enumerate(found)
    )


_Found = tuple[str, tuple[str, ...], int, int, bool]  # name, aliases, start, end, whether it is a unit


def _from_header(text: str, start: int, end: int) -> Iterator[_Found]:
    introduced: list[tuple[str, int, int]] = []  # name ("" for another party), start, end of the name
    places: dict[str, list[int]] = {}  # of each name in ``introduced``
    units: dict[str, int] = {}  # where in ``introduced`` the units stand
    for match in _parties(text, start, end):
        if match["other"] or match["unit"]:
            unit, unit_end = unit_name(text, match.end(), end) if match["unit"] else ("", match.end())
            if unit in units and _is_told(text, unit_end) and not _is_told(text, introduced[units[unit]][2]):
                title = units.pop(unit)
                introduced[title] = ("", *introduced[title][1:])
            elif unit.startswith(tuple(units)) or text[match.start() - 1 : match.start()] in ("，", ",", "、"):
                unit = ""  # the same one again; 诉讼代表人钱二，被告单位某厂职工
            if unit:
                units[unit] = len(introduced)
            introduced.append((unit, match.start(), unit_end))
            continue
        name, name_end = _name_after(text, match.end(), end)
        if not name:
            continue  # "被告人均…"
        known = max((places[name[:n]][-1] for n in range(1, len(name) + 1) if places.get(name[:n])), default=None)
        if known is not None:
            other, begin, other_end = introduced[known]
            if not _is_another(name, other, text[name_end : name_end + _TOLD], text[other_end : other_end + _TOLD]):
                continue  # the same person again: "被告人王某曾因…"
            if other == name and _PARTICULARS.match(text, name_end) and not _PARTICULARS.match(text, other_end):
                introduced[known] = ("", begin, other_end)  # a title named who is introduced here
                places[other].pop()
        places.setdefault(name, []).append(len(introduced))
        introduced.append((name, match.start(), name_end))
    for position, (name, begin, name_end) in enumerate(introduced):
        if name:
            until = introduced[position + 1][1] if position + 1 < len(introduced) else end
            entity = units.get(name) == position
            yield name, () if entity else _aliases(text, name, name_end, until), begin, until, entity


# What ends the name of a unit; particulars follow the first ones, a title goes on with the others.
_UNIT_TOLD = "，,。；;（("
_UNIT_END = re.compile(r"[，,。；;：:（(）)、\s“”\"《》]")
_UNIT_WORD = (
    "公司|合作社|联社|委员会|集团|[工煤砖药电矿]?厂|医院|学校|学院|银行|信用社|中心|协会|基金会|事务所|研究[院所]|商[行店]|经营部|门市部|工作室|俱乐部"
    "|[局厅处院社店场站所部会]"
)
_UNIT_WHOLE = re.compile(rf"(?:{_UNIT_WORD})$")
_UNIT_CUT = re.compile(r".{1,36}?(?:公司|合作社|联社|委员会|集团|厂|医院|学校|学院|银行|中心|协会|基金会)(?:[^，。]{0,10}[分支]公司)?")
_UNIT_FILLER = re.compile(r"\s{0,9}[：:]?\s{0,9}")
# （上海）有限公司 goes on with the name; （以下简称…） does not.
_UNIT_GOES_ON = re.compile(r"[（(][\u3400-\u9fffA-Za-z某×*]{1,8}[）)][^，,。；;：:（(）)、\s]{2,30}")
_NO_UNIT = re.compile(r"[的及和与均犯在对无到因为]|诉讼代表人|法定代表人|委托|辩护|及其|意见|认为|辩称|提出|系$|一案")


def _is_told(text: str, at: int) -> bool:
    return text[at : at + 1] in tuple(_UNIT_TOLD)


def unit_name(text: str, at: int, end: int) -> tuple[str, int]:
    """Return the name of the unit that is introduced at ``at``, and its end; "" where the words are no name."""
    at = _UNIT_FILLER.match(text, at, end).end()
    stop = _UNIT_END.search(text, at, min(end, at + 44))
    until = stop.start() if stop else min(end, at + 44)
    name = text[at:until]
    if (more := _UNIT_GOES_ON.match(text, until, end)) and _UNIT_WHOLE.search(more[0]):
        name += more[0]
    elif not (stop and stop[0] in _UNIT_TOLD) or not _UNIT_WHOLE.search(name):
        # the name and more words: cut behind the word for a company
        cut = _UNIT_CUT.match(name)
        name = cut[0] if cut else name if stop and stop[0] in _UNIT_TOLD else ""
    if len(name) < 2 or _NO_UNIT.match(name):
        return "", at
    return name, at + len(name)


_SHORT_FORM = re.compile(r"[（(](?:以下|下)?(?:均)?(?:简称|称)[为：:]?[“”\"‘’「『]?(?P<name>[^“”\"‘’「」『』（()）)，,。；;、：:\s]{2,20})")
_UNIT_SAID = re.compile(r"(?:被告|上诉)单位(?P<name>[^，,。；;：:（(）)、\s]{2,40})")
_MASKED_SIGNS = re.compile(_MASK)
_NO_SHORT_FORM = frozenset(("公司", "该公司", "我公司", "本公司", "被告单位", "单位", "该单位", "原告", "被告"))


def unit_aliases(text: str, name: str, others: list[str]) -> tuple[str, ...]:
    """Return how else the text calls a unit: short forms it declares, and what stands behind 被告单位 and is its name
    with letters masked or left out; ``others`` are the other units."""
    forms = [name]

    def add(form: str) -> None:
        if form not in forms and form not in _NO_SHORT_FORM and form not in others:
            forms.append(form)

    for match in _UNIT_SAID.finditer(text):
        cut = _UNIT_CUT.match(match["name"])
        form = cut[0] if cut else ""
        if form and _is_form_of(form, name) and not any(_is_form_of(form, other) for other in others):
            add(form)
    for match in _SHORT_FORM.finditer(text):
        if text.endswith(tuple(forms), 0, match.start()):
            add(match["name"])
    return tuple(forms[1:])


def _is_form_of(form: str, name: str) -> bool:
    """Tell whether the letters of ``form`` that are not masked stand in ``name`` in their order."""
    letters = iter(name)
    return all(letter in letters for letter in _MASKED_SIGNS.sub("", form))


# Particulars introduce a person; masks give two persons one name, or one the name of another with a letter more.
_TOLD = 200
_PARTICULARS = re.compile(
    r"(?:(?!被告|判决)[^。；;]){0,36}?(?:[男女][，,。；;（(]|\d{4}年[^，。；]{2,8}出?生)"
)
_MASK_SUFFIX = re.compile(r"[甲乙丙丁戊己庚辛壬癸某*＊×xXＸA-Z0-9０-９]+")


def _is_another(name: str, known: str, told: str, told_of_known: str) -> bool:
    """Tell whether a name that begins like a known one, and what is told behind it, introduce another person."""
    if name != known and _MASK_SUFFIX.fullmatch(name, len(known)):
        return True
    if told == told_of_known or len(name) > len(known) + 1:
        return False
    # two that are named and nothing else are two: "被告人赵某。被告人赵某。"
    bare = told[:1] in "。；;" and told_of_known[:1] in "。；;"
    return bool(_PARTICULARS.match(told)) or (bare and name == known)


def _parties(text: str, start: int, end: int) -> Iterator[re.Match]:
    last = start
    if match := _PARTY.match(text, start, end):
        last = match.end()
        yield match
    for opening in _OPENING.finditer(text, start, end):
        if opening.end() >= last and (match := _PARTY.match(text, opening.end(), end)):
            last = match.end()
            yield match


def _name_after(text: str, at: int, end: int) -> tuple[str, int]:
    while filler := _FILLER.match(text, at, end):
        at = filler.end()
    stop = _NAME_END.search(text, at, min(end, at + 40))
    until = stop.start() if stop else min(end, at + 40)
    latin = _LATIN_LETTERS.match(text, at, end)
    if latin:
        name = latin[0].rstrip(" .")
        return name, at + len(name)
    name = text[at:until]
    word = _AFTER_NAME.search(name, 2)
    if word:
        name = name[: word.start()]
    if len(name) > 20 or not _NAME_CHARS.match(name) or _is_no_name(name):
        return "", at
    return name, at + len(name)


# What stands behind 被告人 in a header and is no name ("被告人均到庭"), and titles that begin with a name.
_NO_NAME_BEGINS = re.compile(
    r"暨|兼|及|的|均|等|在|对|犯|被|有限|到庭|当庭|之|为|因|于\d|系|无|向本院|亲属|家属|一案|\d+$"
)
_NO_NAME_HOLDS = re.compile(r"公司|判决|一案|打印|罪|等$|附带")


def _is_no_name(name: str) -> bool:
    return bool(_NO_NAME_BEGINS.match(name) or _NO_NAME_HOLDS.search(name))


def _aliases(text: str, name: str, start: int, end: int) -> tuple[str, ...]:
    # Aliases stand right behind the name, before the sex and the date of birth.
    stop = _ALIASES_END.search(text, start, min(end, start + 120))
    until = stop.start() if stop else min(end, start + 120)
    piece = text[start:until]
    found: list[str] = []
    latin = _LATIN_ALIAS.match(piece)
    if latin:
        found.append(latin["name"].strip())
    for match in _ALIAS.finditer(piece):
        names = match["names"] + _MORE_ALIASES.match(piece, match.end())[0]
        for alias in _ALIAS_SPLIT.split(names):
            alias = alias.strip()
            again = _ALIAS_AGAIN.match(alias)
            alias = alias[again.end() :] if again else alias
            usable = alias and len(alias) <= 20 and not _NO_ALIAS.search(alias)
            if usable and alias != name and alias not in found:
                found.append(alias)
    return tuple(found)


# Words that follow a name inside a sentence. A name's last character that is also such a word (成, 和, 在, 为, 从) is
# settled by how often the longer form occurs.
_FOLLOWERS = frozenset(
    "在于因将持与和伙驾以为的犯对到被系及等从向经也又还均共先再后携驶酒饮无明违身利非采趁窜来至去回用让打拿乘骑承租购贩运私擅未多主自当所案归供及之是不有提要已现曾即遂便又给把叫邀纠约雇组开收"
    "，。、；：（）,;:()\n “”"
)
_ACCUSED = re.compile(r"(?:被告人[）)]?|犯罪嫌疑人|上诉人)(?=[^，。；：、\s])")
# Masked: 张某, 王某甲, 李某某2, 刘1某, 赵×1, 陈AA, XXX. A number that is a date's or an amount's is not part of it.
_MASKED_NAME = re.compile(
    rf"[\u3400-\u9fff]{{1,2}}?\d?{_MASK}{{1,2}}(?:[甲乙丙丁戊己庚辛壬癸]|[0-9０-９]{{1,2}}(?![0-9年月日]))?"
    rf"|[\u3400-\u9fff][0-9](?![0-9年月日])|[\u3400-\u9fff][A-Z]{{1,2}}(?![A-Za-z])|[A-Z]{{1,3}}某{{0,2}}(?![A-Za-z])"
)
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z·' ]{2,40}[A-Za-z]")
_MINORITY_NAME = re.compile(
    r"[\u3400-\u9fff]{1,8}(?:[·•．‧・][\u3400-\u9fff]{1,8}?){1,3}(?=[，。；：、（(在于因将与和伙驾的犯对被])"
)


# 张某（男）及李某: what is told of one of a list does not end it.
_TOLD_OF = re.compile(r"[（(](?:[男女]|[\u3400-\u9fff]{1,5}族|[\u3400-\u9fff]{1,8}(?:国籍|公民))(?:[，、][^（）()]{0,20})?[）)]")
_INTRODUCES = re.compile("被告人|、")


class _Mentions:
    """How often a text names someone.

    The first names are counted one by one; a text with many is gone through once for all names of a length, where
    names that overlap with themselves count each time.
    """

    _SINGLE = 200

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, int] = {}
        self._every: dict[int, Counter[tuple[str, ...]]] = {}

    def __getitem__(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = self._count(name)
        return self._known[name]

    def _count(self, name: str) -> int:
        if len(self._known) < self._SINGLE:
            return self._text.count(name)
        length = len(name)
        if length not in self._every:
            self._every[length] = Counter(zip(*(islice(self._text, i, None) for i in range(length)), strict=False))
        return self._every[length][tuple(name)]


def _from_sentences(text: str, mentions: _Mentions, *, least: int) -> Iterator[_Found]:
    """Yield the names that stand behind 被告人 in running text, each with the place of its first mention."""
    places: dict[str, int] = {}
    beginnings: set[str] = set()
    listed: list[tuple[str, int]] = []  # names behind 和 or 及: accused only if the text says so of them elsewhere
    names: dict[str, str | None] = {}  # what stands behind 被告人 is mostly the same few words

    def name_at(position: int) -> str | None:
        words = text[position : position + _LONGEST]
        if words not in names:
            names[words] = _running_name(words, mentions, least)
        return names[words]

    for match in _ACCUSED.finditer(text):
        position, certain = match.end(), True
        while (name := name_at(position)) is not None:
            if certain:
                _place(places, beginnings, name, position)
            else:
                listed.append((name, position))
            position += len(name)
            if told := _TOLD_OF.match(text, position):
                position = told.end()
            joint = text[position : position + 1]
            if not joint or joint not in "、和及":
                break
            certain = certain and joint == "、"
            position += 1
    introduced: dict[int, set[str]] = {}
    for name, position in listed:
        length = len(name)
        if length not in introduced:
            ends = (match.end() for match in _INTRODUCES.finditer(text))
            introduced[length] = {text[end : end + length] for end in ends}
        if name in introduced[length]:
            _place(places, beginnings, name, position)
    for name, position in sorted(places.items(), key=lambda item: item[1]):
        yield name, (), position, position + len(name), False


def _place(places: dict[str, int], beginnings: set[str], name: str, position: int) -> None:
    """Add a name and its beginnings, unless it begins like a known name or a known name begins like it."""
    if name in beginnings:
        return
    starts = [name[:length] for length in range(1, len(name) + 1)]
    if not any(start in places for start in starts):
        places[name] = position
        beginnings.update(starts)


def _is_masked_name(name: str) -> bool:
    """Tell a name from "××", which also stands for words a source has cut out ("被告人使用××"); 某 is always a name."""
    return "某" in name or name[0] in surnames() or name[:2] in surnames() or name[0] < "\u3400"


_LONGEST = 48  # characters of a name, with what must stand behind it
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff]+")


def _running_name(text: str, mentions: _Mentions, least: int) -> str | None:
    """Return the name with which ``text`` begins."""
    for pattern in (_MASKED_NAME, _LATIN_NAME, _MINORITY_NAME):
        match = pattern.match(text)
        if match and (pattern is not _MASKED_NAME or _is_masked_name(match[0])):
            return match[0]
    known = surnames()
    length = 2 if text[:2] in known else 1 if text[:1] in known else 0
    if not length or is_word(text[:3]):
        return None
    best, most = None, 0
    for given in (1, 2):
        name = text[: length + given]
        if len(name) < length + given or not _CHINESE_NAME.fullmatch(name):
            break
        if given == 2 and name[-1] in _FOLLOWERS and not 2 <= mentions[name] == most:
            break
        count = mentions[name]
        # The longer form wins when it is nearly as frequent: "王小" is no name where every "王小" is "王小明".
        if best is None or count * 10 >= most * 6:
            best, most = name, count
    return None if best is None or most < least or is_word(best) else best
