"""Names in running text: defendants, and others by masked or full name, so that one person is counted once.

A full name is known by its title (被害人张某某), by standing in a list with one, or by 的损伤 behind it. One person may
be masked in two ways in one text (王*甲 and 王某某); two ways of one surname are one person.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.parties import is_word, surnames

_TENS = "甲乙丙丁戊己庚辛壬癸"
_MASKED = re.compile(rf"[\u4e00-\u9fff](?<!某)(?:\d{{0,2}}(?:某某|某)|[一二三四五六七八九十]?[xX×*＊]{{1,3}})(?:[{_TENS}]|\d{{1,2}}(?![年月日时级处人名]))?(?!分局|公安|医院|派出所|[路村县市镇区乡街])")
_NO_NAME = re.compile(r"[年月日市区县省镇乡的号第在]")
_STYLE = re.compile(r"[某xX×*＊]+")
_TITLE = re.compile(r"(?:被害人|受害人|伤者|死者|民警|协警|辅警|乘客|行人)(?=[\u4e00-\u9fff])")
_ENDS = re.compile(
    r"[、，。；：（）()的“”\"之\d和与及等左右头面身因受被经构属系为在当胸腹腰背双全死损伤所遭轻重达鼻眼手脸驾乘倒符外颅现已后是拉打推摔逃送将发持用于从到进实]|$"
)
_INJURED = re.compile(
    r"(?<=[，。；：、和与及定])[\u4e00-\u9fff]{2,3}(?=(?:的|之)?(?:所受|身体|身上|人体)?(?:损伤|伤情|伤势))"
)
# 造成李大山及乘车人周小河死亡: whom an accident killed or hurt
_HIT = re.compile(r"(?:造成|致使?|导致|(?:驾驶|乘车|乘坐|骑车)[人员]{1,2})(?=[\u4e00-\u9fff]{2,3}[、和及与当受经二两三死身][^，。；]{0,24}?(?:受伤|[重轻]伤|亡))")
_IN_LIST = re.compile(rf"(?<=[某xX×*＊\d{_TENS}]、)(?P<name>[\u4e00-\u9fff]{{2,3}})(?=[、和及与均])")
# Characters that go on behind a name and belong to none.
_GOES_ON = (
    "的右左头面身之此构为属损伤因所系被在将与和及于受经死重轻当均等分双一二三达已是也后鼻眼胸腹腰手持用又家驾没不说给向对从到至拿打提出称进发无"
    "上下开要去来人以同先报负承赔胃背颈脸肩膝额颅某致造骑乘倒到追拉推踢捅砍刺遭供述证言陈述住院见问找送走跑回抢骂喝站坐就时才还再即均各由"
)
_BODY = re.compile(r"[头面颈胸腹背腰臂手腕指腿脚足膝肋骨肺脑肝脾肾眼耳鼻牙颅脏处部体皮肌筋]")
_ELSEWHERE = re.compile(r"[（(][^（）()]{0,8}?(?:另案|在逃|已判|另行|另处|已起诉|同案|均判)")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the text and who bears it: the index of a defendant, or (surname, style, rest) of somebody else.

    ``elsewhere``: somebody dealt with in another case.
    """

    start: int
    end: int
    who: int | tuple[str, str, str]
    elsewhere: bool = False


def names_in(text: str, *, defendants: Iterable[Defendant]) -> list[Name]:
    """Return the names in ``text`` in order."""
    found: dict[int, tuple[int, int | tuple[str, str, str]]] = {}
    for match in _MASKED.finditer(text) if _STYLE.search(text) else ():
        if _NO_NAME.match(match[0]) or text[max(0, match.start() - 1)] == "构" or match[0][0] not in surnames() and "某" not in match[0]:
            # 因××致伤, 构成××罪, 19××年×月×日, 城区某路: a word that was struck out, a date, a place
            continue
        name = match[0] + _last_character(text, match)
        found[match.start()] = (match.start() + len(name), _masked(name))
    for name in _full_names(text):
        for start in _occurrences(text, name):
            found.setdefault(start, (start + len(name), (name[0], "", name[1:])))
    # a defendant's name goes before whatever it looks like
    for defendant in defendants:
        for form in {fold(form) for form in (defendant.name, *defendant.aliases) if len(form) > 1}:
            for start in _occurrences(text, form):
                if start not in found or found[start][0] <= start + len(form):
                    found[start] = (start + len(form), defendant.index)
    gone = {
        who for end, who in found.values() if not isinstance(who, int) and end < len(text) and _ELSEWHERE.match(text, end)
    }
    names: list[Name] = []
    for start, (end, who) in sorted(found.items()):
        if not names or start >= names[-1].end:
            names.append(Name(start, end, who, who in gone))
    return names


def names_between(names: list[Name], start: int, end: int) -> Iterator[Name]:
    """Yield of ``names``, which are in order, those that begin at or behind ``start`` and before ``end``."""
    for place in range(bisect_left(names, start, key=_start), len(names)):
        if names[place].start >= end:
            return
        yield names[place]


def _start(name: Name) -> int:
    return name.start


def one_person(one: object, other: object) -> bool:
    """Tell whether two bearers may be one person: the same surname, written or masked in two ways."""
    if one == other:
        return True
    if isinstance(one, int) or isinstance(other, int):
        return False
    return one[0] == other[0] and one[1] != other[1] and ("" in (one[1], other[1]) or "" in (one[2], other[2]))


@lru_cache(maxsize=4096)
def _masked(name: str) -> tuple[str, str, str]:
    style = _STYLE.search(name)[0][0]
    return name[0], "某" if style == "某" else "*", _STYLE.sub("", name)[1:]


def _last_character(text: str, match: re.Match) -> str:
    """Return the character of the given name left unmasked behind 某 (赵某军): the same one twice, and no word's."""
    behind = text[match.end() : match.end() + 1]
    if not match[0].endswith("某") or match[0].endswith("某某") or not "\u4e00" <= behind <= "\u9fff" or behind in _GOES_ON:
        return ""
    name = match[0] + behind
    return behind if text.find(name) != text.rfind(name) else ""


def _full_names(text: str) -> set[str]:
    names = set()
    for match in _TITLE.finditer(text):
        names.update(_listed(text, match.end()))
    for match in _IN_LIST.finditer(text) if "、" in text else ():
        if _is_name(match["name"]):
            names.add(match["name"])
    for match in _HIT.finditer(text) if "伤" in text or "亡" in text else ():
        names.update(_listed(text, match.end()))
    for match in _INJURED.finditer(text):
        if _is_name(match[0]):
            names.add(match[0])
    return names


def _listed(text: str, position: int) -> Iterator[str]:
    """Yield the full names that begin at ``position``: one, or several joined by 、 or 和."""
    while True:
        for length in (3, 2):
            name = text[position : position + length]
            if len(name) == length and _is_name(name) and _ENDS.match(text, position + length):
                yield name
                position += length
                break
        else:
            masked = _MASKED.match(text, position)
            if masked is None:
                return
            position = masked.end()
        if text[position : position + 1] not in ("、", "和", "与", "及"):
            return
        position += 1


def _is_name(name: str) -> bool:
    if _STYLE.search(name) or _ENDS.search(name[1:], 0, len(name) - 1) is not None and _ENDS.search(name[1:])[0]:
        return False
    if _BODY.search(name):
        return False
    return (name[0] in surnames() or name[:2] in surnames()) and not is_word(name)


def _occurrences(text: str, name: str) -> Iterator[int]:
    position = text.find(name)
    while position >= 0:
        yield position
        position = text.find(name, position + len(name))
