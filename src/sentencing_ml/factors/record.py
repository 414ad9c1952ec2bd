"""Earlier convictions: how many, the latest one's charge, term and release, and whether the five years had passed.

They follow the particulars in the header; where it tells none, the facts or the evidence may (另查明，曾因 …).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sentencing_ml.factors.dates import earliest, latest, told_dates
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.offender import stretches
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import FoundDate, duration_at
from sentencing_ml.law.combination import limits

# 因(犯)盗窃罪于 … 被 … 判处 …; 因犯盗窃罪、诈骗罪; 因盗窃被判处 …
_CONVICTED = re.compile(
    r"因(?!涉嫌|本案|形迹|怀疑|不服|故意犯|过失犯|犯罪|此|该|其|民事|他人|服刑)(?:犯有?|触犯)?(?P<charge>(?!罪)[^，。；：因]{2,30}?罪(?:(?:、|和|及)[^，。；：、因]{2,20}?罪){0,12}|[^，。；：因\d]{2,8}?(?=[，于]|\d|被|经|先后))(?P<way>[^。；因]{0,90}?)(?P<verb>判处|判决|判刑|被判|决定执行|处以?(?=有期徒刑|拘役|管制|罚金))"
)
# 因犯诈骗罪，分别于 … 被 … 判处 …，… 被 … 判处 …: once more for the same charge
_AGAIN = re.compile(r"(?:年|月|日|又|再次)[^，。；因]{0,4}(?:被|由|经)[^，。；因]{0,24}?(?:判处|判决)(?=有期徒刑|拘役|管制|罚金|无期)")
_KIND = re.compile(r"有期徒刑|拘役|管制|无期徒刑|死刑缓期|死刑|罚金|免予刑事处罚|免于刑事处罚|免除处罚|缓刑")
_JOINED = re.compile(r"决定执行(?:刑期)?(?=有期徒刑|拘役|管制)")
_PROBATION = re.compile(r"缓刑|宣告缓刑")
_RELEASED = re.compile(r"[^，。；因]{0,14}?(?:刑满|减刑|假释|服刑期满|刑期届满|期满|刑释|余刑|裁定|执行完毕|出狱)?(?:后)?(?:被|予以|获)?(?:释放|假释|刑满|执行完毕|出狱)")
_TERM_UNTIL = re.compile(r"刑期[^，。；]{0,20}?(?:至|于)$|(?:刑满|释放)(?:日期|时间)[为是：:]?$")
_THIS_CASE = re.compile(r"因(?:本案|涉嫌)|涉嫌")
_TOLD = re.compile(r"曾(?:多次|先后|于[^，。；]{0,12})?因|刑满释放")
_NOT_EARLIER = re.compile(r"行政拘留|行政处罚|劳动教养|强制(?:隔离)?戒毒|原审|一审|原判|本院认为|同案")
_SERVED = ("有期徒刑", "无期徒刑", "死刑缓期")


@dataclass(frozen=True, kw_only=True)
class Conviction:
    """An earlier conviction: charge as written, kind and months where stated, whether suspended, day of release (ISO)."""

    charge: str
    kind: str | None
    months: float | None
    suspended: bool
    released: str | None
    start: int
    end: int
    release_span: tuple[int, int] | None


def record(reading: Reading, *, offended: dict[int, str]) -> Iterator[Finding]:
    """Yield the earlier convictions of each defendant; ``offended`` is the day of the offence (ISO) where known."""
    header = {person: (start, until) for person, start, _, until in stretches(reading)}
    for person in sorted(reading.everyone):
        for section, start, text in _places(reading, person, header.get(person)):
            told = convictions(text)
            if told:
                yield from _findings(reading, told, section, start, person=person, offended=offended.get(person))
                break


def _places(reading: Reading, person: int, stretch: tuple[int, int] | None) -> Iterator[tuple[str, int, str]]:
    """Yield the stretches that may tell of a defendant's record: the header up to the next one, then the facts."""
    if stretch is not None:
        yield "header", stretch[0], reading.sections["header"].text[slice(*stretch)]
    name = next(d.name for d in reading.defendants if d.index == person)
    for section, view in reading.views("findings", "charges", "evidence", "opinion"):
        if "因" not in view.text or ("曾" not in view.text and "刑满" not in view.text):
            continue
        people, read = reading.people[section], -1
        for match in _TOLD.finditer(view.text):
            start, end = people.sentence(match.start())
            if start == read:
                continue
            read = start
            sentence = view.text[start:end]
            # a witness may speak of a record of his own
            if (name and name in sentence) or ("被告人" in sentence and people.at(match.start()) == {person}):
                yield section, start, sentence


def convictions(text: str) -> list[Conviction]:
    """Return the earlier convictions that a stretch of a reading copy tells, in order; one for the same charge and day."""
    found = [match for match in _CONVICTED.finditer(text) if not _NOT_EARLIER.search(match["way"])]
    if not found:
        return []
    dates = told_dates(text)
    result = []
    for match, start, begin, until in _penalties(text, found):
        kind, months, suspended, end = _penalty(text, begin, until)
        if kind is None and match["verb"] not in ("判刑", "被判"):
            continue
        released = _release(text, end, until, dates)
        result.append(
            Conviction(
                charge=_charge(match["charge"]),
                kind=kind,
                months=months,
                suspended=suspended,
                released=released.value if released else None,
                start=start,
                end=end,
                release_span=(released.start, released.end) if released else None,
            )
        )
    return result


def _penalties(text: str, found: list[re.Match]) -> Iterator[tuple[re.Match, int, int, int]]:
    """Yield for each penalty its match, where its account begins, where the penalty begins, and where it ends."""
    for place, match in enumerate(found):
        until = found[place + 1].start() if place + 1 < len(found) else len(text)
        if this_case := _THIS_CASE.search(text, match.end(), until):
            until = this_case.start()
        again = list(_AGAIN.finditer(text, match.end(), until))
        begins = [match.end(), *(one.end() for one in again)]
        starts = [match.start(), *(one.start() for one in again)]
        for one, (start, begin) in enumerate(zip(starts, begins, strict=True)):
            yield match, start, begin, starts[one + 1] if one + 1 < len(starts) else until


def _charge(written: str) -> str:
    return written if written.endswith("罪") else f"{written}罪"


def _penalty(text: str, start: int, until: int) -> tuple[str | None, float | None, bool, int]:
    """Return kind, months, whether suspended, and where the penalty ends; what is executed after merging counts."""
    joined = _JOINED.search(text, start, min(until, start + 160))
    begin = joined.end() if joined else start
    kind = _KIND.search(text, begin, min(until, begin + 60))
    if kind is None:
        return None, None, False, start
    months = duration_at(text, kind.end())
    clause = re.compile(r"[。；]").search(text, begin, until)
    stop = clause.start() if clause else until
    suspended = bool(_PROBATION.search(text, begin, min(stop, begin + 60)))
    end = months.end if months is not None else kind.end()
    return kind[0], months.value if months is not None and months.value > 0 else None, suspended, end


def _release(text: str, start: int, until: int, dates: list[FoundDate]) -> FoundDate | None:
    """Return the last date in the stretch that is a release."""
    result = None
    for item in dates:
        if not (start <= item.start and item.end <= until):
            continue
        if _RELEASED.match(text, item.end, min(until, item.end + 30)) or _TERM_UNTIL.search(text[start : item.start]):
            result = item
    return result


def _findings(
    reading: Reading, told: list[Conviction], section: str, offset: int, *, person: int, offended: str | None
) -> Iterator[Finding]:
    def found(factor: str, value: str | float | bool, rule: str, span: tuple[int, int]) -> Finding:
        return reading.finding(
            factor, value, rule=rule, section=section, start=offset + span[0], end=offset + span[1], people={person}
        )

    last = told[-1]
    span = (last.start, last.end)
    if section == "header":
        yield found("prior_record", True, "record.conviction", span)
    yield found("prior_count", len(told), "record.conviction", (told[0].start, last.end))
    yield found("prior_charge", last.charge, "record.conviction", span)
    if last.months is not None:
        yield found("prior_term_months", last.months, "record.conviction", span)
    if last.released is not None:
        yield found("prior_release_date", last.released, "record.release", last.release_span)
    if offended is None:
        return
    served = [one for one in told if one.kind in _SERVED and not one.suspended and one.released is not None]
    if served:
        within = within_years(served[-1].released, offended, years=limits()["recidivism"].params["years"])
        if within is not None:
            yield found("within_five_years", within, "record.five_years", served[-1].release_span)


def within_years(released: str, offended: str, *, years: int) -> bool | None:
    """Tell whether an offence fell within so many years of a release; None where the dates are too vague to say, or
    the offence stands before the release."""
    if latest(offended) < earliest(released):
        return None
    first, last = _after(earliest(released), years), _after(latest(released), years)
    if latest(offended) <= first:
        return True if earliest(offended) >= latest(released) else None
    return False if earliest(offended) > last else None


def _after(day, years: int):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
