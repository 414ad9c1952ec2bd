"""The number of acts."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import parse_integer

_ACTS = re.compile(
    r"(?:先后|共计?|累计|作案|实施|参与)?(?P<number>[\d一二两三四五六七八九十]+)(?:余)?(?:次|起)(?=[^数级诉]|$)"
)
_NUMBERED = re.compile(
    r"(?:^|[。；：:）)\s])(?:[（(]?(?P<n>[\d一二三四五六七八九十]{1,3})[）)]?[、.．](?!\d)|第(?P<m>[一二三四五六七八九十]+)起)"
)
_UNCOUNTED = re.compile(r"多次|数次|若干次")


def acts(reading: Reading) -> Iterator[Finding]:
    """Yield the number of acts: numbered items of the facts, else a stated number, else one; none when only 多次."""
    facts = "findings" if "findings" in reading.sections else "charges"
    for name, section in reading.views(facts, "opinion"):
        counted = (_numbered(section.text) if name == facts else None) or _stated(section.text)
        if counted:
            number, rule, start, end = counted
            yield reading.finding(
                "incident_count", float(number), rule=rule, section=name, start=start, end=end, people=reading.everyone
            )
            return
    section = reading.sections.get(facts)
    if section is None or _UNCOUNTED.search(section.text):
        return
    yield Finding(
        factor="incident_count",
        value=1.0,
        rule="incidents.single",
        start=-1,
        end=-1,
        section=facts,
        speaker=reading.speaker(facts),
        people=reading.everyone,
    )


def _numbered(text: str) -> tuple[int, str, int, int] | None:
    last, number = None, 0
    for match in _NUMBERED.finditer(text):
        if _ordinal(match["n"] or match["m"]) == number + 1:
            last, number = match, number + 1
    return (number, "incidents.numbered", *last.span()) if last is not None and number >= 2 else None


def _stated(text: str) -> tuple[int, str, int, int] | None:
    stated = [
        (value, match)
        for match in _ACTS.finditer(text)
        if (value := _ordinal(match["number"])) and 2 <= value <= 200 and text[max(0, match.start() - 1) : match.start()] != "第"
    ]
    if not stated:
        return None
    value, match = max(stated, key=lambda item: item[0])
    return value, "incidents.stated", *match.span()


def _ordinal(text: str | None) -> int | None:
    try:
        return parse_integer(text or "")
    except ValueError:
        return None
