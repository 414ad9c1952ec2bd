"""Thresholds (数额、数量标准) of a charge on a day in a province, and whether a fact reaches one.

An interpretation applies to what was done before it too, unless the one of that day was kinder (高检发释字〔2001〕
5号2、3): of the versions in force on the day of the offence and on the day of the trial, the higher threshold counts.
Where provinces choose within a national range and no notice of the province was read, the threshold is that range, and
an amount inside it is not decided. What was not verified never decides.
"""

import bisect
import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sentencing_ml.law._data import Dated, LawDataError, Row, keys, load, parsed, raise_all
from sentencing_ml.law.conditions import NO, YES, Answer, Facts
from sentencing_ml.law.places import province as province_name
from sentencing_ml.law.statutes import ChargeLaw, Number, Sources, Threshold, charge_law, statutes

PROVINCE, STANDARD = "province", "province_standard"
"""What may be missing besides a fact: the province, or the standard that it applies."""

_DECADE = math.log(10)


class Standard(Dated):
    """What a province (or a zone of it) chose for the thresholds of a charge, in the unit of their fact."""

    province: str
    charge: str
    zone: str | None = None
    cities: tuple[str, ...] = ()
    values: Mapping[str, Number]
    document: str | None = None
    source: Sources
    verified: bool
    note: str | None = None


class _File(Row):
    standards: tuple[Standard, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A threshold resolved: between ``low`` and ``high``, None where the data cannot say; ``missing`` would tell."""

    low: float | None
    high: float | None
    missing: tuple[str, ...]
    entries: tuple[Threshold, ...]
    standards: tuple[Standard, ...] = ()


def reach(law: ChargeLaw, *, offence: datetime.date, trial: datetime.date, province: str | None):
    """Return the function that a compiled condition asks whether a fact reaches a threshold of ``law``."""

    def ask(facts: Facts, fact: str, threshold: str, times: float) -> Answer:
        value = facts.get(fact)
        if value is None:
            return Answer(None, (fact,))
        by = law.thresholds[threshold][0].by
        category = None if by is None else facts.get(by)
        if by is not None and category is None:
            return Answer(None, (by,))
        found = level(law.name, threshold, offence, trial, province, category)
        if found.low is None:
            return Answer(None, found.missing)
        if value >= found.high * times:
            return YES
        return NO if value < found.low * times else Answer(None, found.missing)

    return ask


@lru_cache(maxsize=65536)
def level(
    charge: str,
    threshold: str,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
    category: str | None = None,
) -> Level:
    """Return a threshold of ``charge`` for an offence and a trial on two days; ``category`` is the value of its ``by``.

    Raises
    ------
    KeyError
        The charge or the threshold is not in the law data.
    """
    law = charge_law(charge)
    if law is None:
        raise KeyError(charge)
    versions = law.thresholds[threshold]
    chosen = _in_force(versions, offence, trial)
    if not chosen:
        return Level(None, None, (STANDARD,), tuple(versions))
    bounds = [_bounds(law.name, entry, (offence, trial), province, category) for entry in chosen]
    if any(found.low is None for found in bounds):
        unknown = next(found for found in bounds if found.low is None)
        return Level(None, None, unknown.missing, chosen, unknown.standards)
    return Level(
        max(found.low for found in bounds),
        max(found.high for found in bounds),
        tuple(dict.fromkeys(name for found in bounds for name in found.missing)),
        chosen,
        tuple(standard for found in bounds for standard in found.standards),
    )


def standing(
    law: ChargeLaw, facts: Facts, *, offence: datetime.date, trial: datetime.date, province: str | None
) -> float | None:
    """Return where the facts stand on the ladder of thresholds of ``law``: 1 at the first, 2 at the second.

    Logarithms are interpolated between two thresholds; below the first and above the last a step is a factor of ten.
    A threshold that is known as a range counts as its geometric middle. Of several facts that are measured (an amount
    and a number of items) the highest standing counts, so that no fact can lower it. None where no fact is known or no
    threshold can be resolved. The standing compares amounts across charges, years and provinces.
    """
    found = [
        _standing(math.log(value), ladder)
        for fact, names in _measured(law).items()
        if (value := facts.get(fact)) is not None and value > 0
        for ladder in [_ladder(law, names, facts, offence=offence, trial=trial, province=province)]
        if ladder
    ]
    return max(found, default=None)


def _measured(law: ChargeLaw) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name, versions in law.thresholds.items():
        names.setdefault(versions[0].fact, []).append(name)
    return names


def _ladder(
    law: ChargeLaw,
    names: list[str],
    facts: Facts,
    *,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
) -> list[float]:
    steps = set()
    for name in names:
        by = law.thresholds[name][0].by
        category = None if by is None else facts.get(by)
        if by is not None and category is None:
            continue
        found = level(law.name, name, offence, trial, province, category)
        if found.low:
            steps.add((math.log(found.low) + math.log(found.high)) / 2)
    return sorted(steps)


def _standing(value: float, ladder: list[float]) -> float:
    below = bisect.bisect_right(ladder, value)
    if below == 0:
        return 1 + (value - ladder[0]) / _DECADE
    if below == len(ladder):
        return below + (value - ladder[-1]) / _DECADE
    return below + (value - ladder[below - 1]) / (ladder[below] - ladder[below - 1])


def _in_force(versions: tuple[Threshold, ...], offence: datetime.date, trial: datetime.date) -> tuple[Threshold, ...]:
    verified = [entry for entry in versions if entry.verified]
    then = [entry for entry in verified if entry.holds(offence)]
    now = [entry for entry in verified if entry.holds(trial) and entry not in then]
    return (*then, *now)


def _bounds(
    charge: str, entry: Threshold, days: tuple[datetime.date, datetime.date], province: str | None, category: str | None
) -> Level:
    if entry.values is not None:
        value = entry.values.get(category)
        return Level(value, value, () if value is not None else (entry.by,), (entry,))
    if not isinstance(entry.value, tuple):
        return Level(entry.value, entry.value, (), (entry,))
    low, high = entry.value
    if not entry.provinces:
        return Level(low, high, (STANDARD,), (entry,))
    if province is None:
        return Level(low, high, (PROVINCE,), (entry,))
    known = tuple(
        standard
        for standard in standards().get((province, charge), ())
        if entry.id in standard.values and any(entry.holds(day) and standard.holds(day) for day in days)
    )
    # A province's notice is read as an interpretation is: of those of the two days the higher counts, and one that came
    # between them reaches back.
    by_day = [
        [standard.values[entry.id] for standard in known if standard.verified and standard.holds(day)]
        for day in days
        if entry.holds(day)
    ]
    read = [values for values in by_day if values]
    if not read:
        return Level(low, high, (STANDARD,), (entry,), known)
    lowest, highest = max(map(min, read)), max(map(max, read))
    return Level(lowest, highest, () if lowest == highest else (STANDARD,), (entry,), known)


@lru_cache(maxsize=1)
def standards() -> Mapping[tuple[str, str], tuple[Standard, ...]]:
    """Read ``provincial.yaml`` by province and charge; raises LawDataError with every fault at once."""
    return build(load("provincial.yaml"), sources=keys("sources"))


def build(
    content: Any,
    *,
    sources: Any,
    charges: Mapping[str, ChargeLaw] | None = None,
    full_name: Callable[[object], str | None] = province_name,
) -> Mapping[tuple[str, str], tuple[Standard, ...]]:
    """Check the content of ``provincial.yaml`` and return it typed; raises LawDataError with every fault at once.

    ``charges`` are those of ``data/charges`` unless given; ``full_name`` gives the full name of a province.
    A value outside the national range on the day from which it holds is a fault: a province has no power to set it.
    """
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="provincial.yaml: ")
    known, known_charges = set(sources), statutes().charges if charges is None else charges
    result: dict[tuple[str, str], list[Standard]] = {}
    for entry in file.standards if file else ():
        where = f"provincial.yaml: {entry.province} {entry.charge}{f' {entry.zone}' if entry.zone else ''}"
        problems += [f"{where}: unknown source {key}" for key in entry.source if key not in known]
        if full_name(entry.province) != entry.province:
            problems.append(f"{where}: no full name of a province")
        law = known_charges.get(entry.charge)
        if law is None:
            problems.append(f"{where}: unknown charge")
            continue
        for name, value in entry.values.items():
            problems += [f"{where}: {name}: {value:g}: {fault}" for fault in _outside(law, name, value, entry)]
        rows = result.setdefault((entry.province, entry.charge), [])
        problems += [
            f"{where}: two standards hold on {day.isoformat()}"
            for other in rows
            if other.zone == entry.zone
            and other.verified == entry.verified
            and set(other.values) & set(entry.values)
            and (day := other.overlaps(entry))
        ]
        rows.append(entry)
    raise_all(problems, error=LawDataError, heading="The law data cannot be used:")
    return {key: tuple(rows) for key, rows in result.items()}


def _outside(law: ChargeLaw, name: str, value: float, entry: Standard) -> list[str]:
    versions = law.thresholds.get(name)
    if versions is None:
        return ["the charge has no such threshold"]
    day = entry.effective_from or datetime.date.max
    national = [version for version in versions if version.holds(day) and isinstance(version.value, tuple)]
    if entry.effective_from is None or not national or not entry.verified:
        return []
    low, high = national[0].value
    return [] if low <= value <= high else [f"outside the national range {low:g}–{high:g} of that day"]
