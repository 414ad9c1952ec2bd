"""Statutory ranges (法定刑) and starting points (量刑起点) of a charge by the date of the offence, in months."""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.law._data import LawDataError, load, raise_all, source_problems
from sentencing_ml.law.charges import canonical

StartingKind = Literal["range", "declared_sentence", "fixed"]

_FINES = {None, "mandatory", "with_or_alone", "alone_alternative", "may", "fine_or_forfeit", "forfeit", "forfeit_may"}
_STARTING_KINDS = {"range", "declared_sentence", "fixed"}
_TIER_KEYS = {
    "id", "condition", "article", "from", "to", "statute", "life", "death", "detention", "surveillance", "rights_alone",
    "fine", "starting", "starting_kind", "starting_verified", "verified", "source",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Range:
    """From ``low`` to ``high`` months; both None where only life or death is threatened."""

    low: int | None
    high: int | None
    life: bool = False
    death: bool = False


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A tier (档) of a charge as it stands on a day.

    ``statute`` and ``starting`` are months; ``starting`` is None where the guideline in force gives none.
    ``effective_from`` and ``effective_to`` bound the day of the offence, included; None is no bound.
    """

    charge: str
    id: str
    condition: str
    article: str
    statute: Range
    starting: Range | None
    starting_kind: StartingKind | None
    starting_verified: bool
    detention: bool
    surveillance: bool
    rights_alone: bool
    fine: str | None
    effective_from: datetime.date | None
    effective_to: datetime.date | None
    verified: bool
    sources: tuple[str, ...]

    @property
    def fine_alone(self) -> bool:
        """Whether a fine may be the only punishment (单处罚金)."""
        return self.fine in {"with_or_alone", "alone_alternative"}


@dataclass(frozen=True, kw_only=True)
class Statutes:
    """The content of ``charges.yaml``; ``tiers`` holds every version of every tier, by the name of the charge."""

    version: int
    current_to: datetime.date
    tiers: dict[str, tuple[Tier, ...]]


def tiers(charge: str, *, on: datetime.date | None = None) -> tuple[Tier, ...]:
    """Return the tiers of a charge for an offence committed ``on`` a day, basic offence first.

    ``on`` None is the law as it stands. Any writing of the charge will do (see :func:`charges.canonical`). A charge
    that is not in ``charges.yaml``, or did not exist on that day, has none.
    """
    law = statutes()
    day = law.current_to if on is None else on
    versions = law.tiers.get(canonical(charge) or "", ())
    return tuple(tier for tier in versions if _holds(tier.effective_from, tier.effective_to, day))


def statutory_range(charge: str, *, on: datetime.date | None = None, tier: str | None = None) -> Range | None:
    """Return the range from the lowest minimum to the highest maximum of the tiers, or of one tier; None if unknown.

    ``high`` is at most 180 months (刑法45); ``life`` and ``death`` say what stands above it.
    """
    return _span([entry.statute for entry in _chosen(charge, on, tier)])


def starting_range(charge: str, *, on: datetime.date | None = None, tier: str | None = None) -> Range | None:
    """Return the guideline's range of starting points over the tiers, or of one tier; None where it gives none."""
    return _span([entry.starting for entry in _chosen(charge, on, tier) if entry.starting is not None])


def rule_prior(charge: str, *, on: datetime.date | None = None, tier: str | None = None) -> float | None:
    """Return ln of the middle of a tier's starting-point range in months, or of its statutory range where it has none.

    Without ``tier`` it is the basic offence (the first tier): the span over all tiers would put a small theft at
    six years. None where the charge is unknown or the tier threatens no term.
    """
    chosen = _chosen(charge, on, tier)[:1]
    for entry in chosen:
        bounds = entry.starting or entry.statute
        if bounds.low is not None and bounds.high is not None:
            return math.log((bounds.low + bounds.high) / 2)
    return None


def law_version() -> str:
    """Return the version of the law data: the day it is current to and the number of its revision."""
    law = statutes()
    return f"{law.current_to.isoformat()}.{law.version}"


@lru_cache(maxsize=1)
def statutes() -> Statutes:
    """Read ``charges.yaml``; raises LawDataError with every fault at once."""
    return build(load("charges.yaml"), sources=load("sources.yaml")["sources"])


def build(content: dict, *, sources: Iterable[str]) -> Statutes:
    """Check the content of ``charges.yaml`` and return it typed.

    Raises
    ------
    LawDataError
        Lists every fault: a minimum above its maximum, an unknown source, kind or key, versions of a tier that
        overlap, an id or name used twice, a name that ``charge_names.yaml`` does not have.
    """
    known = set(sources)
    problems: list[str] = []
    by_name: dict[str, tuple[Tier, ...]] = {}
    ids: set[str] = set()
    for row in content["charges"]:
        name = row["name"]
        if row["id"] in ids:
            problems.append(f"{name}: the id {row['id']} is used twice")
        ids.add(row["id"])
        if name in by_name:
            problems.append(f"{name}: listed twice")
        if canonical(name) != name:
            problems.append(f"{name}: not a name of charge_names.yaml")
        for change in row.get("changes", ()):
            problems += source_problems(f"{name}: changes", change, known)
        entries = []
        for entry in row["tiers"]:
            faults = _faults(f"{name} {entry.get('id')}", entry, known)
            problems += faults
            if not faults:
                entries.append(_tier(name, row, entry))
        problems += _overlaps(entries)
        by_name[name] = tuple(entries)
    raise_all(problems, error=LawDataError, heading="charges.yaml cannot be used:")
    return Statutes(version=content["version"], current_to=content["current_to"], tiers=by_name)


def _chosen(charge: str, on: datetime.date | None, tier: str | None) -> tuple[Tier, ...]:
    return tuple(entry for entry in tiers(charge, on=on) if tier is None or entry.id == tier)


def _span(ranges: list[Range]) -> Range | None:
    if not ranges:
        return None
    return Range(
        low=min((entry.low for entry in ranges if entry.low is not None), default=None),
        high=max((entry.high for entry in ranges if entry.high is not None), default=None),
        life=any(entry.life for entry in ranges),
        death=any(entry.death for entry in ranges),
    )


def _holds(start: datetime.date | None, end: datetime.date | None, day: datetime.date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _tier(name: str, charge: dict, entry: dict) -> Tier:
    low, high = entry.get("statute", (None, None))
    starting = entry.get("starting")
    return Tier(
        charge=name,
        id=entry["id"],
        condition=entry["condition"],
        article=entry.get("article", charge["article"]),
        statute=Range(low=low, high=high, life=entry.get("life", False), death=entry.get("death", False)),
        starting=None if starting is None else Range(low=starting[0], high=starting[1]),
        starting_kind=None if starting is None else entry.get("starting_kind", "range"),
        starting_verified=starting is not None and entry.get("starting_verified", True),
        detention=entry.get("detention", False),
        surveillance=entry.get("surveillance", False),
        rights_alone=entry.get("rights_alone", False),
        fine=entry.get("fine"),
        # A tier lasts no longer than its charge.
        effective_from=entry.get("from", charge.get("from")),
        effective_to=entry.get("to", charge.get("to")),
        verified=entry.get("verified", True),
        sources=tuple(entry["source"]),
    )


def _faults(where: str, entry: dict, known: set[str]) -> list[str]:
    problems = source_problems(where, entry, known)
    if unknown := sorted(set(entry) - _TIER_KEYS):
        problems.append(f"{where}: unknown key {', '.join(unknown)}")
    problems += [f"{where}: {key} is missing" for key in ("id", "condition") if key not in entry]
    for key in ("statute", "starting"):
        bounds = entry.get(key)
        if bounds is None:
            continue
        if len(bounds) != 2 or not all(isinstance(bound, int) for bound in bounds):
            problems.append(f"{where}: {key} is not [months, months]")
        elif not 0 < bounds[0] <= bounds[1]:
            problems.append(f"{where}: {key} {bounds[0]}–{bounds[1]} is no range")
    if "statute" not in entry and not entry.get("life") and not entry.get("death"):
        problems.append(f"{where}: neither a term nor life nor death")
    if entry.get("fine") not in _FINES:
        problems.append(f"{where}: unknown fine {entry['fine']!r}")
    if entry.get("starting_kind", "range") not in _STARTING_KINDS:
        problems.append(f"{where}: unknown starting_kind {entry['starting_kind']!r}")
    for key in ("from", "to"):
        if key in entry and not isinstance(entry[key], datetime.date):
            problems.append(f"{where}: {key} is not a date")
    if not problems and "from" in entry and "to" in entry and entry["from"] > entry["to"]:
        problems.append(f"{where}: ends before it begins")
    return problems


def _overlaps(entries: list[Tier]) -> list[str]:
    problems = []
    for number, first in enumerate(entries):
        for second in entries[number + 1 :]:
            start = max(first.effective_from or datetime.date.min, second.effective_from or datetime.date.min)
            end = min(first.effective_to or datetime.date.max, second.effective_to or datetime.date.max)
            if first.id == second.id and start <= end:
                problems.append(f"{first.charge} {first.id}: two versions hold on {start.isoformat()}")
    return problems
