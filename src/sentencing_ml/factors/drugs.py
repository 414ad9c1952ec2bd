"""Kind and weight of drugs."""

import re
from collections.abc import Iterator
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import drug_names
from sentencing_ml.judgments.numerals import find_weights

_TOTAL_WEIGHT = re.compile(r"(?:共计|合计|总计|累计|总重|共重|共|总量|净重共?|毒品)[^，。；]{0,14}$")


@lru_cache(maxsize=1)
def _drug_pattern() -> re.Pattern:
    return re.compile("|".join(sorted(map(re.escape, drug_names()), key=len, reverse=True)))


def drugs(reading: Reading) -> Iterator[Finding]:
    """Yield kind and weight of drugs: the total of the opinion, else of the facts, else the sum of the items."""
    factors = registry().factors
    if factors["drug_type"].belongs_to(reading.charges):
        yield from _kind(reading)
    if factors["drug_grams"].belongs_to(reading.charges):
        yield from _weight(reading)


def _kind(reading: Reading) -> Iterator[Finding]:
    for name, section in reading.views("opinion", "findings", "charges"):
        match = _drug_pattern().search(section.text)
        if match:
            yield reading.finding(
                "drug_type",
                drug_names()[match[0]],
                rule="drug.name",
                section=name,
                start=match.start(),
                end=match.end(),
                people=reading.everyone,
            )
            return


def _weight(reading: Reading) -> Iterator[Finding]:
    missing = set(reading.everyone)
    for name, section in reading.views("opinion", "findings", "charges"):
        weights = list(find_weights(section.text)) if missing else []
        for person in sorted(missing):
            mine = [weight for weight in weights if person in reading.people[name].at(weight.start)]
            if not mine:
                continue
            totals = [weight for weight in mine if _TOTAL_WEIGHT.search(_clause_before(section.text, weight.start))]
            chosen = max(totals or mine, key=lambda weight: weight.value)
            value = chosen.value if totals else round(sum({round(weight.value, 4) for weight in mine}), 4)
            yield reading.finding(
                "drug_grams",
                value,
                rule="drug.total" if totals else "drug.sum",
                section=name,
                start=chosen.start,
                end=chosen.end,
                people={person},
            )
            missing.discard(person)


def _clause_before(text: str, position: int) -> str:
    return re.split(r"[，。；]", text[max(0, position - 24) : position])[-1]
