"""Coercive measures: the last one before the judgment, the first day in custody, and how many days it lasted.

They stand in the header after the particulars. Where nothing names them, the running of the term does: a term that runs
from a day before the judgment without a break tells of custody since that day (羁押一日折抵刑期一日). That date is
all that is read of the verdict here, never the length of the term.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sentencing_ml.factors.dates import told_dates
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.offender import stretches
from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import find_dates
from sentencing_ml.judgments.view import view
from sentencing_ml.law.combination import limits

Kind = Literal["羁押", "取保候审", "监视居住", "行政拘留", "到案"]

# A plain set of characters in front makes the search fast; what it stands for is told by looking back.
_MEASURE = re.compile(
    r"[行治刑拘逮批羁收寄在现押看取监被抓口书依传归到扭](?:(?P<admin>(?:(?<=行)政|(?<=治)安)拘留)"
    r"|(?P<held>(?<!司法[刑拘])(?<!行政[刑拘])(?<!治安[刑拘])(?:(?<=刑)事拘|(?<=拘))留(?!证|所|期|决定)|(?<=逮)捕(?!前|证)|(?<=批)捕|(?<=羁)押(?!前|期|必要|场所|至)"
    r"|(?<=收)[押监]|(?<=寄)押|(?<=[在现])押(?!解)|(?<=押)[于在]|(?<=看)守所(?!民警|出具|医))"
    r"|(?P<bail>(?<=取)保候审(?!期|保证|前))|(?P<watched>(?<=监)视居住(?!期|前|地))"
    r"|(?P<caught>(?:(?<=被)抓|(?<=抓))[获捕]|(?:(?<=被)(?:口头|书面|依法)?传|(?:(?<=口)头|(?<=书)面|(?<=依)法)传|(?<=传))唤(?!证)|(?<=[归到])案|(?<=扭)送))"
)
_KINDS: dict[str, Kind] = {"admin": "行政拘留", "held": "羁押", "bail": "取保候审", "watched": "监视居住", "caught": "到案"}
# 不批准逮捕, 解除取保候审, 提请批准逮捕 put nobody in or out of custody.
_NO_MEASURE = re.compile(
    r"(?:解除|撤销|未|没有|不予|不予批准|不批准|未批准|不(?:适)?宜|无需|免予|拒绝|拒不|拒收|停止|提请|提请批准|报请|报请批准|报捕|移送|申请|批准对其?|以前先行|先行|无法|不被)(?:对?其?|执行|变更)?$"
)
_DECIDED = re.compile(r"(?:决定(?:对[^，。；]{0,10})?(?:予以|采取|依法)?|批准(?:对[^，。；]{0,10})?(?:予以|采取)?|批)$")
# An earlier conviction before the measures of this case: what stands before it belongs to another case.
_EARLIER = re.compile(r"判处|判刑|被判|刑满|假释|减刑|服刑|强制(?:隔离)?戒毒|劳动教养")
_EVERYONE = re.compile(r"(?:均|皆)(?:已)?(?:被)?[^，。；]{0,12}?(?P<measure>羁押|押于|在押|逮捕|取保候审|监视居住)")
_HEARD = re.compile(r"(?:本院|法院)[^。；]{0,40}?(?:决定|依法)[^。；]{0,24}?(?P<measure>逮捕|取保候审|监视居住)(?!期|决定书)")
_RUNS = re.compile(r"(?:自|从)(?=(?:19|20)\d\d年|二[〇零O○])")
# A term that runs from an earlier judgment tells of that one's custody.
_SERVING = re.compile(r"已经?执行的刑期|新判决|前罪|余刑|撤销(?:缓刑|假释)")
_RUNS_ON = re.compile(r"(?:起|开始)|(?:至|到)(?=(?:19|20)\d\d|二)")
_CREDITED = re.compile(r"行政拘留[^。；]{0,30}(?:折抵|抵)|折抵[^。；]{0,30}行政拘留|扣除[^。；]{0,20}行政拘留")
_DATE_BEFORE = 90  # characters in which a measure follows its date: 于 … 经某某人民检察院批准，由某某公安局执行逮捕
_ARRIVAL_DAYS = 2  # a person caught or summoned is detained within this time, or was let go (刑诉法86, 119)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure with the day it began (ISO, None unknown), where it stands, and whether it was only decided so far."""

    kind: Kind
    day: str | None
    start: int
    end: int
    decided: bool = False


def custody(reading: Reading, *, judged: str | None) -> Iterator[Finding | Withheld]:
    """Yield the last coercive measure of each defendant, the first day in custody and the days in it.

    ``judged`` is the day of the judgment (ISO), None where it is unknown.
    """
    section = reading.sections.get("header")
    if section is None or reading.document.kind == "fact_record":
        return
    runs, credited = _running_terms(reading, judged)
    for person, start, _, until in stretches(reading):
        told, name = measures(section.text[start:until]), "header"
        offset = start
        if not any(measure.kind in ("羁押", "取保候审", "监视居住") for measure in told):
            told, name, offset = _heard_of(reading, person), "procedure", 0
        yield from _findings(
            reading, told, name, offset, person=person, judged=judged, run=runs.get(person), credited=credited
        )


def measures(text: str) -> list[Measure]:
    """Return the measures of this case that a stretch of a reading copy tells, in order."""
    found = [match for match in _MEASURE.finditer(text) if not _NO_MEASURE.search(text[max(0, match.start() - 8) : match.start()])]
    if not found:
        return []
    earlier = [match.end() for match in _EARLIER.finditer(text)]
    coercive = [match for match in found if match.lastgroup not in ("admin", "caught")]
    if earlier and coercive:
        last = max((end for end in earlier if end < coercive[-1].start()), default=0)
        found = [match for match in found if match.start() >= last]
    # the dates before belong to birth and earlier cases
    begin = max(0, found[0].start() - _DATE_BEFORE)
    dates = [replace(item, start=item.start + begin, end=item.end + begin) for item in told_dates(text[begin : found[-1].end()])]
    result = []
    for match in found:
        day = next((item for item in reversed(dates) if item.end <= match.start()), None)
        near = day is not None and match.start() - day.end <= _DATE_BEFORE
        result.append(
            Measure(
                kind=_KINDS[match.lastgroup],
                day=day.value if near else None,
                start=match.start(),
                end=match.end(),
                decided=bool(_DECIDED.search(text[max(0, match.start() - 20) : match.start()])),
            )
        )
    return result


def _heard_of(reading: Reading, person: int) -> list[Measure]:
    """Return the measures that the account of the procedure tells, of the only defendant."""
    if "procedure" not in reading.sections or len(reading.defendants) > 1:
        return []
    return [m for m in measures(reading.sections["procedure"].text) if m.kind != "行政拘留"]


def _findings(
    reading: Reading,
    told: list[Measure],
    section: str,
    offset: int,
    *,
    person: int,
    judged: str | None,
    run: tuple[str, int, int] | None,
    credited: bool,
) -> Iterator[Finding | Withheld]:
    def found(factor: str, value: str | int, rule: str, measure: Measure) -> Finding:
        return reading.finding(
            factor, value, rule=rule, section=section, start=offset + measure.start, end=offset + measure.end, people={person}
        )

    def ran(factor: str, value: str | int) -> Finding:
        return Finding(
            factor=factor, value=value, rule="custody.running_term", start=run[1], end=run[2], section="verdict", speaker="court", people=frozenset({person}),
        )  # fmt: skip

    later = _later(reading, person)
    coercive = [measure for measure in told if measure.kind in ("羁押", "取保候审", "监视居住")]
    if later is not None:
        yield later
    elif coercive:
        yield found("custody", coercive[-1].kind, f"{section}.custody", coercive[-1])
    elif run is not None:
        yield ran("custody", "羁押")
        yield ran("detained_on", run[0])
        if judged is not None and len(judged) == 10:
            yield ran("custody_days", (date.fromisoformat(judged) - date.fromisoformat(run[0])).days)
        return
    stays = _stays(told, run=run[0] if run else None, credited=credited)
    first = next((measure for measure in stays if measure.kind == "羁押"), None)
    if first is None or first.day is None or len(first.day) < 7:
        return
    if run is not None and len(first.day) == 10 and run[0] < first.day and _apart(run[0], first.day, _ARRIVAL_DAYS):
        # caught on a day that only the running term tells
        stays = [replace(measure, day=run[0]) if measure is first else measure for measure in stays]
        first = replace(first, day=run[0])
    if judged is not None and first.day > judged:
        for factor in ("detained_on", "custody_days"):
            yield Withheld(factor=factor, reason="contradictory_dates", people=frozenset({person}))
        return
    yield found("detained_on", first.day, f"{section}.detained_on", first)
    days = days_in_custody(stays, judged)
    if days is not None and later is None:
        yield found("custody_days", days, f"{section}.custody_days", first)


def _later(reading: Reading, person: int) -> Finding | None:
    """Return a measure told after the particulars: of all defendants together, or decided while the case was heard."""
    if len(reading.defendants) > 1 and (match := _EVERYONE.search(reading.sections["header"].text)):
        value = {"取保候审": "取保候审", "监视居住": "监视居住"}.get(match["measure"], "羁押")
        return _measure_of(reading, value, "custody.everyone", "header", match, person)
    if "procedure" in reading.sections:
        text = reading.sections["procedure"].text
        name = next(d.name for d in reading.defendants if d.index == person)
        for match in reversed(list(_HEARD.finditer(text))):
            start, end = reading.people["procedure"].sentence(match.start())
            if len(reading.defendants) == 1 or (name and name in text[start:end]):
                value = "羁押" if match["measure"] == "逮捕" else match["measure"]
                return _measure_of(reading, value, "custody.decided_in_trial", "procedure", match, person)
    return None


def _measure_of(reading: Reading, value: str, rule: str, section: str, match: re.Match, person: int) -> Finding:
    return reading.finding(
        "custody", value, rule=rule, section=section, start=match.start("measure"), end=match.end("measure"), people={person}
    )


def _stays(told: list[Measure], *, run: str | None, credited: bool) -> list[Measure]:
    """Return the measures that begin or end custody: what was only decided, or is no custody of this case, left out.

    Being caught counts when detention follows at once, administrative detention when the court credits it.
    """
    result = []
    for place, measure in enumerate(told):
        rest = told[place + 1 :]
        if measure.decided and any(m.kind == measure.kind and not m.decided for m in rest):
            continue
        if measure.kind == "到案":
            if any(m.kind == "羁押" and _apart(measure.day, m.day, _ARRIVAL_DAYS) for m in rest):
                result.append(Measure(kind="羁押", day=measure.day, start=measure.start, end=measure.end))
        elif measure.kind == "行政拘留":
            longest = limits()["administrative_detention"].params["max_days"]
            follows = any(m.kind == "羁押" and _apart(measure.day, m.day, longest) for m in rest)
            if follows and (credited or (run is not None and run <= (measure.day or ""))):
                result.append(Measure(kind="羁押", day=measure.day, start=measure.start, end=measure.end))
        else:
            result.append(measure)
    return result


def _apart(one: str | None, other: str | None, days: int) -> bool:
    if one is None or other is None or len(one) < 10 or len(other) < 10:
        return False
    return 0 <= (date.fromisoformat(other) - date.fromisoformat(one)).days <= days


def days_in_custody(stays: list[Measure], judged: str | None) -> int | None:
    """Return the days from the first custody to the judgment without those at large; None where a day is unknown."""
    if judged is None or len(judged) < 10:
        return None
    total, since = 0, None
    for measure in stays:
        if measure.kind == "羁押" and since is not None:
            continue
        if measure.kind != "羁押" and since is None:
            continue
        if measure.day is None or len(measure.day) < 10:
            return None
        day = date.fromisoformat(measure.day)
        if measure.kind == "羁押":
            since = day
        else:
            total, since = total + (day - since).days, None
    if since is not None:
        total += (date.fromisoformat(judged) - since).days
    return total if total >= 0 else None


def _running_terms(reading: Reading, judged: str | None) -> tuple[dict[int, tuple[str, int, int]], bool]:
    """Return by defendant the day, before the judgment, from which the term runs, with its span in the stored text, and
    whether the court sets administrative detention off against it."""
    section = reading.document.section("verdict")
    if section is None or judged is None:
        return {}, False
    copy = view(reading.document.text, start=section.start, end=section.end)
    if "折抵" not in copy.text and "起" not in copy.text:
        return {}, False
    credited = "行政拘留" in copy.text and bool(_CREDITED.search(copy.text))
    people = None
    result: dict[int, tuple[str, int, int]] = {}
    for match in _RUNS.finditer(copy.text):
        day = next(find_dates(copy.text[match.end() : match.end() + 16]), None)
        if day is None or day.start or len(day.value) < 10 or day.value >= judged:
            continue
        if not _RUNS_ON.match(copy.text, match.end() + day.end):
            continue
        if _SERVING.search(copy.text, max(0, match.start() - 60), match.start()):
            continue
        people = people or People(copy.text, defendants=reading.as_named)
        for person in people.at(match.start()) if len(reading.defendants) > 1 else (reading.defendants[0].index,):
            result.setdefault(person, (day.value, *copy.span(match.start(), match.end() + day.end)))
    return result, credited
