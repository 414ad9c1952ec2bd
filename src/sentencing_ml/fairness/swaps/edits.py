"""Edits of a text that change whom it is about, and nothing of what was done; words and reasons in ``words.yaml``.

An edit is a pure function of a document and a value: it says what is put where (:data:`Changes`), or nothing where it
does not apply. :func:`edited` puts it there and reads sections and defendants anew, as if the text had come so. Titles
in 《》 are never rewritten, and no number is, but for the days of :func:`date_shift`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from sentencing_ml.factors.naming import whole_name
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.numerals import parse_integer
from sentencing_ml.judgments.parties import find_defendants, surnames
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.law.changes import changes as law_changes
from sentencing_ml.law.places import provinces
from sentencing_ml.packaged import read_yaml

Changes = list[tuple[int, int, str]]
"""``(start, end, new)``: what stands in for ``text[start:end]``; an empty stretch is an insertion."""

_TITLE = re.compile(r"《[^《》]{1,120}》")
_DIGIT = re.compile(r"[0-9０-９]")
_CJK = "\u3400-\u9fff"
_MASK = "某甲乙丙丁戊己庚辛壬癸×xX*＊"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """An edit and its values by name.

    ``attribute`` is the attribute of ``groups.yaml`` it touches; ``law`` the inputs of the law alone that it may
    change; ``apply`` what it puts where in a document, given the content of a value.
    """

    name: str
    zh: str
    en: str
    kind: Literal["group", "placebo"]
    reason: str
    values: Mapping[str, Mapping[str, Any]]
    apply: Callable[[Document, Mapping[str, Any]], Changes]
    attribute: str | None = None
    law: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def edits() -> tuple[Edit, ...]:
    """Return the edits of ``words.yaml`` in its order."""
    return tuple(
        Edit(name=name, apply=_APPLY[name], **{**entry, "law": frozenset(entry.get("law", ()))})
        for name, entry in _words()["edits"].items()
    )


@lru_cache(maxsize=1)
def planted_words() -> tuple[tuple[str, str], ...]:
    """Return the words on which the test of the test plants a dependence, each with the edit that must show it."""
    return tuple((edit, word) for edit, word in _words()["planted"])


def edited(document: Document, edit: Edit, value: str) -> Document | None:
    """Return the document as ``edit`` writes it with ``value``, read anew; None where the edit changes nothing."""
    titles = [match.span() for match in _TITLE.finditer(document.text)]
    asked = [
        (start, end, new)
        for start, end, new in edit.apply(document, edit.values[value])
        if document.text[start:end] != new and not any(a < end and start < b for a, b in titles)
    ]
    return rewritten(document, asked) if asked else None


def rewritten(document: Document, changes: Changes) -> Document:
    """Return the document with ``changes``, which must not overlap, and with its sections and defendants read anew."""
    ordered = sorted(changes)
    pieces, at = [], 0
    for start, end, new in ordered:
        if start < at:
            raise ValueError("changes overlap")
        pieces += [document.text[at:start], new]
        at = end
    return reread(document, "".join([*pieces, document.text[at:]]), ordered)


def reread(document: Document, text: str, changes: Changes = ()) -> Document:
    """Return ``document`` with another text. The sections of a fact record, which its source tells, move with it."""
    if document.kind == "fact_record":
        sections = tuple(
            replace(section, start=_moved(section.start, changes), end=_moved(section.end, changes))
            for section in document.sections
        )
    else:
        sections = split_sections(text, document.kind)
    return replace(document, text=text, sections=sections, defendants=find_defendants(text, sections))


def _moved(offset: int, changes: Changes) -> int:
    return offset + sum(len(new) - (end - start) for start, end, new in changes if end <= offset)


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return read_yaml("fairness", "swaps/words.yaml")


# ---------------------------------------------------------------------------------------------------- whom it is about

# In running text: what stands in brackets behind the name, or begins with the sex.
_TOLD_AT_ONCE = re.compile(r"[（(][^（）()。]{1,60}[）)]|[，,][男女]性?[，,][^。；]{0,60}")


def _particulars(document: Document) -> Iterator[tuple[Defendant, int, int]]:
    """Yield each natural person with the stretch that tells who he or she is, from behind the name.

    Running text introduces the first alone: whom it names beside him it may only take along.
    """
    text = document.text
    for defendant in document.defendants:
        at = text.find(defendant.name, defendant.start) if defendant.name else -1
        if defendant.entity or at < 0:
            continue
        start = at + len(defendant.name)
        if defendant.end <= start and (defendant is not document.defendants[0] or _is_cut(text, defendant.name, start)):
            continue
        told = None if defendant.end > start else _TOLD_AT_ONCE.match(text, start)
        yield defendant, start, told.end() if told else max(start, defendant.end)


def _is_cut(text: str, name: str, end: int) -> bool:
    """Tell whether a name in running text was read too short (陈某 of 陈某宇, as he is always called) or too long."""
    return name.endswith("等人") or text.count(name) == text.count(name + text[end : end + 1]) > 1


_BRACKET = re.compile(r"[（(][^（）()]{1,60}[）)]")
_SEX = re.compile(r"(?<=[，,、。（(；\s])(?P<word>男|女)(?=性?[，,、。；（()）\s])")
_PEOPLE = re.compile(rf"(?<=[，,、。；（()）\s])(?P<word>[{_CJK}]{{1,5}}族)(?=[，,、。；（()）\s])")
_NATION = re.compile(
    rf"(?<=[，,、。；（(\s])(?:国籍[：:为]?)?(?P<word>[{_CJK}]{{2,12}}(?:国籍|国公民))(?!身份)(?=[，,、。；）)\s])"
)


def _added(text: str, start: int, end: int, word: str, *, behind: tuple[re.Pattern, ...] = ()) -> tuple[int, int, str]:
    """Return ``word`` as one more item of the particulars: behind the last known item, else behind the name.

    In running text, where no comma follows the name, it stands in brackets: 被告人张某（女）.
    """
    for pattern in behind:
        if match := pattern.search(text, start, end):
            at = match.end("word") + (text[match.end("word") : match.end("word") + 1] == "性")
            return at, at, f"，{word}"
    bracket = _BRACKET.match(text, start)
    if bracket and bracket.end() <= end and text[bracket.end() : bracket.end() + 1] not in tuple("，,。"):
        return bracket.end() - 1, bracket.end() - 1, f"，{word}"
    at = bracket.end() if bracket and bracket.end() <= end else start
    return (at, at, f"，{word}") if text[at : at + 1] in tuple("，,。；") else (at, at, f"（{word}）")


def gender(document: Document, value: Mapping[str, Any]) -> Changes:
    """Turn 男 and 女 among the particulars, the pronouns that mean a defendant, and the word for the spouse."""
    text = document.text
    if any(word in text for word in _words()["sex_is_law"]):
        return []
    told = {start: _SEX.search(text, start, min(end, start + 200)) for _, start, end in _particulars(document)}
    if "word" in value:
        return [
            _added(text, start, end, value["word"]) for _, start, end in _particulars(document) if told[start] is None
        ]
    changes = [(m.start(), m.end(), "女" if m["word"] == "男" else "男") for m in told.values() if m]
    if changes:
        changes += _pronouns(document, {m["word"] if m else None for m in told.values()})
    return changes


_SENTENCE = re.compile(r"[^。；;！？\n]+")
_OTHERS = re.compile(rf"被害|受害|死者|证人|民警|医生|儿|其[他它余]|父|母|同案|[{_CJK}]某")
_HE = {
    "男": (re.compile(r"(?<![其吉])他(?![人们乡处日案杀伤国项种的])"), "她"),
    "女": (re.compile(r"她(?!们)"), "他"),
}


def _pronouns(document: Document, sexes: set[str | None]) -> Changes:
    """Return the turned pronouns and spouses of sentences that speak of the only defendant and of nobody else."""
    persons = [d for d in document.defendants if not d.entity]
    if len(persons) != 1 or len(sexes) != 1 or None in sexes:
        return []
    own, (find, other) = persons[0].name, _HE[next(iter(sexes))]
    turned = {one: to for pair in _words()["kin"] for one, to in (pair, pair[::-1])}
    kin = "|".join(sorted(turned, key=len, reverse=True))
    spouse = re.compile(rf"(?:其|被告人(?:{re.escape(own)})?的?)(?P<kin>{kin})(?![妻妇儿弟人])")
    changes: Changes = []
    for section in document.sections:
        if section.name not in ("plea", "defence", "opinion"):
            continue
        for sentence in _SENTENCE.finditer(document.text, section.start, section.end):
            if "被告人" not in sentence[0] or _OTHERS.search(sentence[0].replace(own, "")):
                continue
            changes += [(m.start(), m.end(), other) for m in find.finditer(document.text, *sentence.span())]
            changes += [(*m.span("kin"), turned[m["kin"]]) for m in spouse.finditer(document.text, *sentence.span())]
    return changes


def ethnicity(document: Document, value: Mapping[str, Any]) -> Changes:
    """Turn the ethnicity among the particulars into ``word``, and add it where none is told."""
    text, changes = document.text, []
    for _, start, end in _particulars(document):
        stop = min(end, start + 200)
        match = _PEOPLE.search(text, start, stop)
        changes.append(
            (*match.span("word"), value["word"]) if match else _added(text, start, stop, value["word"], behind=(_SEX,))
        )
    return changes


def nationality(document: Document, value: Mapping[str, Any]) -> Changes:
    """Turn the nationality among the particulars into ``word``, and add it where none is told."""
    text, changes = document.text, []
    for _, start, end in _particulars(document):
        stop = min(end, start + 200)
        match = _NATION.search(text, start, stop)
        changes.append(
            (*match.span("word"), value["word"])
            if match
            else _added(text, start, stop, value["word"], behind=(_PEOPLE, _SEX))
        )
    return changes


_UNITS = "省|自治区|自治州|地区|市|州|盟|自治县|县|自治旗|旗|区"
_ADMINISTRATIVE = rf"(?P<place>(?:[{_CJK}*×＊X]{{1,9}}?(?:{_UNITS}))+)"
_REGISTERED = re.compile(rf"(?:户籍(?:所在)?地址?|户口所在地|户籍|户口)(?:[：:为在系是]|位于)?{_ADMINISTRATIVE}")
_LIVES = re.compile(rf"(?:(?<=[，,。；\s])|现|家|捕前)住(?:址|所|所地)?(?:[：:为在]|位于)?{_ADMINISTRATIVE}")
_NO_HOME = re.compile("户籍|户口|住")


def household(document: Document, value: Mapping[str, Any]) -> Changes:
    """Turn the place of registration, else of residence, into another; village and house stay. Local: the court's."""
    text, changes = document.text, []
    place = value["place"] or ((own := _seat(document)) and own.whole)
    if not place or any(sign in place for sign in _MASK):
        return []
    for _, start, end in _particulars(document):
        match = _REGISTERED.search(text, start, end) or _LIVES.search(text, start, end)
        if match:
            changes.append((*match.span("place"), place))
        elif not _NO_HOME.search(text, start, end) and document.kind != "fact_record":
            changes.append(_added(text, start, min(end, start + 200), f"户籍所在地{place}", behind=(_PEOPLE, _SEX)))
    return changes


# ---------------------------------------------------------------------------------------------------------------- names


def surname(document: Document, value: Mapping[str, Any]) -> Changes:
    """Give each defendant another surname, one for each that stands there, wherever the name stands in the text."""
    pool, given = iter(value["surnames"]), {}
    for defendant in _persons(document):
        own = _surname(defendant.name)
        if own and own not in given:
            forms = [form for d in _persons(document) for form in (d.name, *d.aliases) if form.startswith(own)]
            given[own] = next(
                (new for new in pool if new != own and not any(new + f[len(own) :] in document.text for f in forms)),
                None,
            )
    names = {
        form: given[own] + form[len(own) :]
        for d in _persons(document)
        for form in (d.name, *d.aliases)
        if len(form) > 1 and (own := _surname(d.name)) and form.startswith(own) and given.get(own)
    }
    return _renamed(document.text, names)


def long_name(document: Document, value: Mapping[str, Any]) -> Changes:
    """Give each defendant a long name; of a masked name the mask stays (张某甲 becomes 买买提某甲).

    Only a header tells where a long name ends, so in running text names stay.
    """
    if document.kind == "fact_record":
        return []
    whole, first = iter(value["names"]), iter(value["masked"])
    names = {}
    for defendant in _persons(document):
        own = _surname(defendant.name)
        if not own or defendant.name in names:
            continue
        rest = defendant.name[len(own) :]
        masked = rest[:1] in tuple(_MASK) or any(sign.isdigit() for sign in rest)
        new = next(first, None) if masked else next(whole, None)
        if new and new not in document.text:
            names[defendant.name] = new + rest if masked else new
    return _renamed(document.text, names)


def _persons(document: Document) -> list[Defendant]:
    # 张某××他人: words were cut out behind 张某, and 张某× is nobody's name
    persons = (defendant for defendant in document.defendants if not defendant.entity)
    return [person for person in persons if len(person.name) > 1 and not person.name.endswith("某×")]


def _surname(name: str) -> str:
    """Return the surname with which a name begins, "" where it begins with none."""
    known = surnames()
    return name[:2] if len(name) > 2 and name[:2] in known else name[:1] if name[:1] in known else ""


def _renamed(text: str, names: Mapping[str, str]) -> Changes:
    if not names:
        return []
    words = _words()["not_a_surname"]
    forms = "|".join(map(whole_name, sorted(names, key=lambda form: (-len(form), form))))
    return [
        (match.start(), match.end(), names[match[0]])
        for match in re.finditer(forms, text)
        if text[max(0, match.start() - 1) : match.start()] not in tuple(words.get(match[0][0], ""))
    ]


_BENCH = re.compile(
    rf"审判[长员]\s*(?P<name>[{_CJK}*＊×]{{2,4}}?)(?=[\s、，,。（(]|代理|助理|人民陪审|陪审|审判|书记|法官|执行|二[〇○0零OoＯ]|本件|$)"
)


def judge(document: Document, value: Mapping[str, Any]) -> Changes:
    """Give the judges who sign other names; a whole name is replaced wherever it stands, a masked one at the end."""
    section = document.section("tail")
    if section is None:
        return []
    text, pool, names, changes = document.text, iter(value["names"]), {}, []
    accused = "".join(form for d in document.defendants for form in (d.name, *d.aliases))
    for match in _BENCH.finditer(text, section.start, section.end):
        new = names.get(match["name"]) or next(pool, None)
        if new is None or new in text:
            continue
        names[match["name"]] = new
        changes.append((*match.span("name"), new))
    whole = {
        name: new for name, new in names.items() if len(name) > 2 and not set(name) & set(_MASK) and name not in accused
    }
    return changes + [change for change in _renamed(text, whole) if change[0] < section.start]


# --------------------------------------------------------------------------------------------------------------- places


@dataclass(frozen=True, kw_only=True)
class _Seat:
    """The place in a court's or prosecution's name as it is written, and its parts; a part may be empty."""

    province: str
    city: str
    county: str

    @property
    def whole(self) -> str:
        return self.province + self.city + self.county


_OFFICE = re.compile(rf"(?P<place>[{_CJK}*×＊X]{{2,24}}?)(?P<level>第[一二三四五]|中级|高级)*(?:人民法院|人民检察院)")
_CITY = re.compile(rf"(?P<city>[{_CJK}*×＊X]{{1,9}}?(?:自治州|州|市|地区|盟))")
_COUNTY = re.compile(rf"[{_CJK}*×＊X]{{1,14}}?(?:县|区|市|旗)")
_HEAD = re.compile(r".*(?:判决书|裁定书|文书|起诉书|公诉机关|以下|原|由|诉|经)")
_APPEAL = re.compile(rf"[省区向](?P<city>(?:(?![省区])[{_CJK}]){{2,8}}?(?:自治州|州|市|地区|盟))中级人民法院")


@lru_cache(maxsize=1)
def _provinces() -> tuple[str, ...]:
    return tuple(sorted((province.name for province in provinces()), key=len, reverse=True))


def _seat(document: Document) -> _Seat | None:
    """Return the place in the name of the court, else of the prosecution, at the head of the text."""
    match = _OFFICE.search(document.text, 0, 400)
    if match is None:
        return None
    place = match["place"]
    known = max(((place.rfind(name), name) for name in _provinces() if name in place), default=None)
    if known:
        province, rest = known[1], place[known[0] + len(known[1]) :]
    else:
        head = _HEAD.match(place)
        rest = place[head.end() :] if head else place
        masked = re.match(r"[*×＊X]{1,4}省", rest)
        province, rest = (masked[0], rest[masked.end() :]) if masked else ("", rest)
    city = _CITY.match(rest)
    if city and city.end() == len(rest) and "中级" not in match[0]:
        return _Seat(province=province, city="", county=rest) if province or len(rest) > 2 else None
    behind = rest[city.end() :] if city else rest
    if behind and not _COUNTY.fullmatch(behind):
        return None
    seat = _Seat(province=province, city=city["city"] if city else "", county=behind)
    return seat if len(seat.whole) > 2 else None


def province(document: Document, value: Mapping[str, Any]) -> Changes:
    """Move the case to another province: its name, those of city and county, and the character of its case numbers."""
    seat, text = _seat(document), document.text
    if seat is None or seat.province == value["province"]:
        return []
    known = next((entry for entry in provinces() if entry.name == seat.province), None)
    county = value["county"] if seat.county else ""
    city = "" if value["city"] == value["province"] else value["city"]
    new = value["province"] + (city if seat.city or not seat.province else "") + county
    names = {seat.whole: new if seat.province else new[len(value["province"]) :] or new}
    if not set(seat.whole) & set(_MASK):
        short = (seat.city + seat.county, (city if seat.city else "") + county)
        names = {
            **names,
            **{
                old: to
                for old, to in ((seat.province, value["province"]), short, (seat.county, county))
                if len(old) > 2 and to
            },
        }
        cities = {seat.city, *(match["city"] for match in _APPEAL.finditer(text, max(0, len(text) - 400)) if known)}
        names = {
            **names,
            **{name: city or value["province"] for name in cities if len(name) > 2 and name not in _provinces()},
        }
        if not seat.province:  # the court's own name says nothing of a province, so another one says it of its own
            names[seat.whole] = new
    changes = _placed(text, names)
    if known:
        numbers = re.compile(rf"(?<=\d{{4}}[)）〕\]】］]){known.character}(?=\d{{2,4}}|刑)")
        changes += [(match.start(), match.end(), value["character"]) for match in numbers.finditer(text)]
    return changes


def court(document: Document, value: Mapping[str, Any]) -> Changes:
    """Give the seat of the court another name within its province."""
    seat = _seat(document)
    if seat is None:
        return []
    names = {part: new for part, new in ((seat.county, value["county"]), (seat.city, value["city"])) if len(part) > 2}
    if seat.city and seat.county:
        names[seat.city + seat.county] = value["city"] + value["county"]
    return _placed(document.text, {old: new for old, new in names.items() if not set(old) & set(_MASK)})


def _placed(text: str, names: Mapping[str, str]) -> Changes:
    if not names:
        return []
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name)))))
    return [(match.start(), match.end(), names[match[0]]) for match in pattern.finditer(text)]


# -------------------------------------------------------------------------------------------------------------- counsel

_NAMED_COUNSEL = re.compile(
    rf"(?:(?:指定|委托)?辩护人|值班律师)(?P<after>[：:]?)(?P<names>[{_CJK}*＊×、]{{2,16}}?)(?:[，,（(][^。]{{0,60}}?)?(?=。)"
)
_COUNSEL_WORD = re.compile(r"(?:委托|指定)?辩护人|值班律师")


def counsel(document: Document, value: Mapping[str, Any]) -> Changes:
    """Turn the counsel whom the header names into another kind, add one where none is named, or leave it out."""
    header, text, kind = document.section("header"), document.text, value["kind"]
    if header is None or document.kind != "judgment":
        return []
    named = [
        match
        for match in _NAMED_COUNSEL.finditer(text, header.start, header.end)
        if text[match.start() - 1] in "。；，, \n\t\u3000" and not _DIGIT.search(match[0])
    ]
    if not named:
        return [] if kind == "none" or _COUNSEL_WORD.search(text) else _new_counsel(document, kind)
    if kind == "none":
        return _without_counsel(document, named)
    lead, told = _called(kind)
    changes = [(match.start(), match.end(), f"{lead}{match['after']}{match['names']}{told}") for match in named]
    if kind != "duty":
        return changes
    heads, first = {match.start() for match in named}, _behind_hearing(document)
    if _COUNSEL_WORD.search(text, first):
        return []  # duty counsel advises and pleads in no trial
    others = (match for match in _COUNSEL_WORD.finditer(text) if match.start() not in heads)
    return [*changes, *((*match.span(), lead) for match in others)]


def _behind_hearing(document: Document) -> int:
    """Return where the first section behind header and account of the hearing begins."""
    behind = (section.start for section in document.sections if section.name not in ("header", "procedure"))
    return next(behind, len(document.text))


def _called(kind: str) -> tuple[str, str]:
    """Return what stands before the name of counsel of a kind, and behind it."""
    words = _words()["counsel"]
    if kind == "aid":
        return "指定辩护人", f"，由{words['aid']}指派"
    return ("值班律师" if kind == "duty" else "辩护人"), f"，{words['firm']}律师"


def _new_counsel(document: Document, kind: str) -> Changes:
    """Return counsel for each defendant of a text without any; duty counsel is told of with the hearing."""
    text, procedure = document.text, document.section("procedure")
    if kind == "duty":
        at = -1 if procedure is None else text.rfind("。", procedure.start, procedure.end)
        return [(at + 1, at + 1, _words()["counsel"]["duty"])] if at >= 0 else []
    lead, told = _called(kind)
    return [
        (at + 1, at + 1, f"{lead}{_words()['counsel']['name']}{told}。")
        for _, start, end in _particulars(document)
        if (at := text.rfind("。", start, end)) >= 0
    ]


def _without_counsel(document: Document, named: list[re.Match]) -> Changes:
    """Return the cuts that leave counsel out of header and hearing; what counsel argues, the only defendant argues."""
    text, persons, first = document.text, _persons(document), _behind_hearing(document)
    opinion = document.section("opinion")
    if opinion is not None and _COUNSEL_WORD.search(text, opinion.start, opinion.end):
        return []  # the court answers counsel, and would answer nobody
    names = {name for match in named for name in match["names"].split("、") if name}
    listed = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    word = rf"(?:(?:委托|指定)?辩护人|值班律师)(?:(?:{listed})、?)*"
    beside = re.compile(rf"(?:及其|和其|及|、){word}")
    changes: Changes = [(match.start(), match.end() + 1, "") for match in named]
    changes += [(*match.span(), "") for match in beside.finditer(text, named[-1].end(), first)]
    if len(persons) == 1:
        own = persons[0].name
        argued = re.compile(rf"(?:(?:被告人(?:{re.escape(own)})?|其)(?:及其|和其|的|及)?)?{word}")
        changes += [(*match.span(), f"被告人{own}") for match in argued.finditer(text, first)]
    return [] if _COUNSEL_WORD.search(rewritten(document, changes).text) else changes


# ------------------------------------------------------------------------------------------------------------- placebos


def boilerplate(document: Document, value: Mapping[str, Any]) -> Changes:
    """Put a sentence without any fact behind the last sentence of a section."""
    section = document.section(value["section"])
    if section is None and document.kind == "fact_record" and value["section"] == "findings" and not document.sections:
        at = len(document.text)
    elif section is None:
        return []
    else:
        at = document.text.rfind("。", section.start, section.end) + 1
    return [(at, at, value["sentence"])] if at > 0 and document.text[at - 1] == "。" else []


_CHINESE_DAY = "[一二三四五六七八九十]{1,3}"
_DAY = rf"(?P<day>\d{{1,2}}|{_CHINESE_DAY})日"
_FULL_DATE = re.compile(
    rf"(?:(?P<year>(?:19|20)\d\d|[一二][一二三四五六七八九〇零○oOＯ0]{{3}})年)?(?P<month>\d{{1,2}}|{_CHINESE_DAY})月{_DAY}"
    rf"|[同当本该次上]月{_DAY.replace('day', 'same')}"
)
_NEXT_DAY = re.compile(rf"(?:日?[、至到和及\-－—~～]{{1,2}})(?:[同当]月)?(?P<day>\d{{1,2}}|{_CHINESE_DAY})日")
_DOTTED = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<mark>[.\-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d.\-/])"
)
_LONGEST = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


def date_shift(document: Document, value: Mapping[str, Any]) -> Changes:
    """Move all days by the first number of ``days`` that keeps each in its month and passes no day of law."""
    text = document.text
    titles = [match.span() for match in _TITLE.finditer(text)]
    found = [day for day in _days(text) if not any(a < day[1] and day[0] < b for a, b in titles)]
    for shift in value["days"] if found else ():
        if all(_stays(month, year, number, shift) for _, _, number, month, year in found):
            return [(start, end, _written(number + shift, text[start:end])) for start, end, number, _, _ in found]
    return []


def _days(text: str) -> list[tuple[int, int, int, int | None, int | None]]:
    """Return each day of a month: where its number stands, the number, and month and year where told beside it."""
    found, at = [], 0
    for match in _FULL_DATE.finditer(text):
        if match.start() < at:  # 3日至同月5日: read with the first
            continue
        group = "same" if match["same"] else "day"
        month = _number(match["month"]) if match["month"] else None
        year = int(match["year"]) if match["year"] and match["year"].isascii() and match["year"].isdigit() else None
        found.append((*match.span(group), _number(match[group]), month, year))
        at = match.end()
        while more := _NEXT_DAY.match(text, at):
            found.append((*more.span("day"), _number(more["day"]), month, year))
            at = more.end()
    taken = [(start, end) for start, end, *_ in found]
    for match in _DOTTED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append((*match.span("day"), int(match["day"]), int(match["month"]), int(match["year"])))
    return sorted(found, key=lambda day: day[0])


def _number(written: str) -> int:
    return int(written) if written.isdigit() else parse_integer(written)


def _stays(month: int | None, year: int | None, day: int, shift: int) -> bool:
    if min(day, day + shift) < 1 or max(day, day + shift) > _LONGEST.get(month or 2, 31):
        return False
    if month is None or year is None:
        return True
    return not any(
        law.year == year and law.month == month and min(day, day + shift) < law.day <= max(day, day + shift)
        for law in _days_of_law()
    )


@lru_cache(maxsize=1)
def _days_of_law() -> frozenset[date]:
    return frozenset(event.day for event in law_changes(date.min, date.max))


_CHINESE = "零一二三四五六七八九"


def _written(day: int, like: str) -> str:
    """Write a day as ``like`` is written: in figures, with a leading zero where it has one, or in Chinese numerals."""
    if like[0].isdigit():
        return f"{day:02d}" if like.startswith("0") else str(day)
    tens, units = divmod(day, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _CHINESE[tens] + "十") + (_CHINESE[units] if units else "")


_APPLY: Mapping[str, Callable[[Document, Mapping[str, Any]], Changes]] = {
    edit.__name__: edit
    for edit in (
        gender, surname, long_name, ethnicity, household, province, court, nationality, counsel, judge, boilerplate,
        date_shift,
    )
}  # fmt: skip
