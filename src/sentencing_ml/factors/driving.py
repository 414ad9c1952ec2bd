"""Driving offences: blood alcohol."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import alcohol_limits
from sentencing_ml.judgments.numerals import find_alcohol

_BREATH = re.compile(r"呼气|吹气|酒精测试仪")
_BLOOD = re.compile(r"血液|血样|抽血")
_LIMIT = re.compile(r"(?:大于|超过|≥|标准|达到或者超过|以上)[^，。；]{0,6}$")


def alcohol(reading: Reading) -> Iterator[Finding]:
    """Yield the blood alcohol of driving offences: the highest reading of a blood test for each defendant."""
    if not registry().factors["alcohol_mg_per_100ml"].belongs_to(reading.charges):
        return
    for name, section in reading.views("opinion", "findings", "charges"):
        best: dict[frozenset[int], tuple[float, int, int]] = {}
        readings = list(find_alcohol(section.text))
        for place, found in enumerate(readings):
            before = section.text[max(0, found.start - 40) : found.start]
            if _BREATH.search(before) and place + 1 < len(readings) and _BLOOD.search(section.text):
                continue
            if _LIMIT.search(before) or (found.value in alcohol_limits() and "为" not in before[-3:]):
                continue
            who = reading.people[name].at(found.start)
            if who not in best or found.value > best[who][0]:
                best[who] = (round(found.value, 2), found.start, found.end)
        for who, (value, start, end) in best.items():
            yield reading.finding(
                "alcohol_mg_per_100ml", value, rule="alcohol.blood", section=name, start=start, end=end, people=who
            )
        if best:
            return
