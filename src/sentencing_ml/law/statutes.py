"""Charges as the law stands on a day: statutory ranges (法定刑) by tier (档), what opens a tier, what adds punishment.

The files of ``data/charges`` follow the chapters of 刑法分则; how an entry is written stands at the head of the first.
Terms are months.
"""

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from sentencing_ml.law._data import Dated, LawDataError, Months, Row, keys, load, parsed, raise_all
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.conditions import Condition, condition, facts_of, thresholds_of
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.problems import Edition

StartingKind = Literal["range", "declared_sentence", "fixed"]
Fine = Literal[
    "mandatory", "with_or_alone", "alone_alternative", "may", "fine_or_forfeit", "forfeit", "forfeit_may"
]  # fmt: skip
Sources = Annotated[tuple[str, ...], Field(min_length=1)]
Number = Annotated[float, Field(gt=0)]
_FOLDER = "data/charges"
_ABOVE_ANY_TERM = 10_000  # where only life or death is threatened


class Change(Dated):
    """An amendment that touched a charge."""

    what: str
    source: Sources
    verified: bool = True


class Threshold(Dated):
    """A number that the law attaches to a tier, for the fact it measures.

    ``value`` is one number, or a range in which provinces choose (``provinces``); ``by`` names a category that the
    number depends on, ``values`` its numbers.
    """

    id: str
    zh: str
    fact: str
    value: Number | tuple[Number, Number] | None = None
    by: str | None = None
    values: Mapping[str, Number] | None = None
    provinces: bool = False
    article: str
    source: Sources
    verified: bool = True
    note: str | None = None

    @model_validator(mode="after")
    def _one_value(self) -> "Threshold":
        if (self.value is None) == (self.values is None) or (self.by is None) != (self.values is None):
            raise ValueError("needs either value, or by and values")
        if isinstance(self.value, tuple) and self.value[0] > self.value[1]:
            raise ValueError(f"{self.value[0]:g}–{self.value[1]:g} is no range")
        if self.provinces and not isinstance(self.value, tuple):
            raise ValueError("provinces choose within a range, so value is [least, most]")
        return self


class Ground(Dated):
    """A fact, or several together, that puts a case in a tier.

    ``open`` marks a clause that is left to the court (其他严重情节): without ``when`` no fact of the vocabulary decides
    it; with ``when`` the facts establish or exclude it once they are told, and until then it stays open. ``may`` marks
    one that lets the court find so and does not bind it (可以认定为): its facts leave the tier possible.
    """

    text: str
    when: Any = None
    open: bool = False
    may: bool = False
    article: str
    source: Sources
    verified: bool = True

    @model_validator(mode="after")
    def _decides(self) -> "Ground":
        if self.when is None and not self.open:
            raise ValueError("needs when, or open: true")
        if self.when is not None:
            condition(self.when)
        return self


class StartingCase(Row):
    """A case that the guideline gives a starting point of its own within a tier."""

    text: str
    when: Any
    months: Months
    article: str
    source: Sources

    @field_validator("when")
    @classmethod
    def _readable(cls, written: Any) -> Any:
        condition(written)
        return written


class Increment(Dated):
    """What a fact adds to the starting point: ``months`` for each ``per`` of the fact above ``above``.

    ``above`` is a number or the name of a threshold. The national guideline names the facts and leaves the months to
    the provinces (``province``); without ``months`` an increment has no published number.
    """

    fact: str
    tiers: tuple[str, ...]
    per: Number | None = None
    months: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]] | None = None
    above: Number | str | Annotated[int, Field(ge=0)] = 0
    when: Any = None
    province: str | None = None
    article: str
    source: Sources
    verified: bool = True

    @model_validator(mode="after")
    def _complete(self) -> "Increment":
        if (self.per is None) != (self.months is None):
            raise ValueError("per and months go together")
        if self.months is not None and self.months[0] > self.months[1]:
            raise ValueError(f"{self.months[0]:g}–{self.months[1]:g} months is no range")
        if self.when is not None:
            condition(self.when)
        return self


class _TierRow(Dated):
    id: str
    condition: str
    article: str | None = None
    statute: Months | None = None
    life: bool = False
    death: bool = False
    detention: bool = False
    surveillance: bool = False
    rights_alone: bool = False
    fine: Fine | None = None
    fine_amount: str | None = None
    starting: Months | None = None
    starting_kind: StartingKind | None = None
    starting_verified: bool = True
    starting_cases: tuple[StartingCase, ...] = ()
    source: Sources
    verified: bool = True

    @model_validator(mode="after")
    def _whole(self) -> "_TierRow":
        if self.statute is None and not self.life and not self.death:
            raise ValueError("has neither a term nor life nor death")
        if self.starting and self.statute:
            inside = self.statute[0] <= self.starting[0] and self.starting[1] <= self.statute[1]
            if not inside:
                raise ValueError(f"starting {list(self.starting)} lies outside the statute {list(self.statute)}")
        return self


class _ChargeRow(Dated):
    id: str
    name: str
    article: str
    guideline: str | None = None
    negligent: bool = False
    elements: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    tiers: tuple[_TierRow, ...]
    grounds: Mapping[str, tuple[Ground, ...]] = {}
    adds: tuple[Increment, ...] = ()


class _File(Row):
    charges: tuple[_ChargeRow, ...]


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
    starting_cases: tuple[tuple[StartingCase, Condition], ...]
    detention: bool
    surveillance: bool
    rights_alone: bool
    fine: str | None
    fine_amount: str | None
    effective_from: datetime.date | None
    effective_to: datetime.date | None
    verified: bool
    sources: tuple[str, ...]

    @property
    def fine_alone(self) -> bool:
        """Whether a fine may be the only punishment (单处罚金)."""
        return self.fine in {"with_or_alone", "alone_alternative"}

    @cached_property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The statutory range in exact months; raises ValueError where no term is threatened."""
        if self.statute.low is None or self.statute.high is None:
            raise ValueError(f"{self.charge} {self.id}: threatens no term")
        return Fraction(self.statute.low), Fraction(self.statute.high)

    @cached_property
    def severity(self) -> tuple[bool, bool, int, int]:
        """Compares tiers: by the highest punishment threatened, then by the lowest (法释〔1997〕12号1)."""
        above = _ABOVE_ANY_TERM
        return self.statute.death, self.statute.life, self.statute.high or above, self.statute.low or above


@dataclass(frozen=True, kw_only=True)
class CompiledGround:
    """A ground with its condition compiled, and the facts it asks for; ``ask`` is None where no fact decides."""

    entry: Ground
    ask: Condition | None
    facts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ChargeLaw:
    """All that the data say of a charge: every version of its tiers, and what decides between them.

    ``negligent``: an offence of negligence (刑法15); ``elements``: facts that make the offence, not weighed again.
    """

    id: str
    name: str
    article: str
    guideline: str | None
    negligent: bool
    elements: frozenset[str]
    changes: tuple[Change, ...]
    tiers: tuple[Tier, ...]
    thresholds: Mapping[str, tuple[Threshold, ...]]
    grounds: Mapping[str, tuple[CompiledGround, ...]]
    increments: tuple[tuple[Increment, Condition | None], ...]

    def tiers_on(self, day: datetime.date) -> tuple[Tier, ...]:
        """Return the tiers for an offence on ``day``, basic offence first."""
        known = self._by_day.get(day)
        if known is None:
            known = tuple(tier for tier in self.tiers if _holds(tier.effective_from, tier.effective_to, day))
            self._by_day[day] = known
        return known

    @cached_property
    def _by_day(self) -> dict[datetime.date, tuple[Tier, ...]]:
        return {}


@dataclass(frozen=True, kw_only=True)
class Statutes:
    """The charges of ``data/charges`` by name, with the edition of the law data."""

    version: int
    current_to: datetime.date
    charges: Mapping[str, ChargeLaw]

    @property
    def tiers(self) -> dict[str, tuple[Tier, ...]]:
        """Every version of every tier, by the name of the charge."""
        return {name: law.tiers for name, law in self.charges.items()}


def charge_law(charge: str) -> ChargeLaw | None:
    """Return what the data say of a charge in any writing (see :func:`charges.canonical`), or None."""
    return statutes().charges.get(canonical(charge) or "")


def tiers(charge: str, *, on: datetime.date | None = None) -> tuple[Tier, ...]:
    """Return the tiers of a charge for an offence committed ``on`` a day, basic offence first.

    ``on`` None is the law as it stands. A charge that the data do not have, or that did not exist on that day, has
    none.
    """
    law = charge_law(charge)
    return () if law is None else law.tiers_on(statutes().current_to if on is None else on)


def statutory_range(charge: str, *, on: datetime.date | None = None, tier: str | None = None) -> Range | None:
    """Return the range from the lowest minimum to the highest maximum of the tiers, or of one tier; None if unknown.

    ``high`` is at most 180 months (刑法45); ``life`` and ``death`` say what stands above it.
    """
    return span([entry.statute for entry in _chosen(charge, on, tier)])


def starting_range(charge: str, *, on: datetime.date | None = None, tier: str | None = None) -> Range | None:
    """Return the guideline's range of starting points over the tiers, or of one tier; None where it gives none."""
    return span([entry.starting for entry in _chosen(charge, on, tier) if entry.starting is not None])


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
    """Read the charges; raises LawDataError with every fault at once."""
    return build(
        contents(),
        edition=load("edition.yaml"),
        sources=keys("sources"),
        facts=keys("facts"),
    )


def contents() -> dict[str, Any]:
    """Return the files of ``data/charges`` by name, in the order of the chapters."""
    return {name: load(f"charges/{name}") for name in names()}


def names() -> list[str]:
    """Return the names of the files of ``data/charges``, in the order of the chapters."""
    folder = files("sentencing_ml") / "law" / _FOLDER
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def build(content: Mapping[str, Any], *, edition: Any, sources: Iterable[str], facts: Iterable[str]) -> Statutes:
    """Check the files of charges and return them typed.

    Parameters
    ----------
    content
        The content of each file by its name.
    edition
        The content of ``edition.yaml``.
    sources, facts
        The keys of ``sources.yaml`` and ``facts.yaml``, which entries may refer to.

    Raises
    ------
    LawDataError
        Lists every fault, with file, key and value: what has not the form above, a minimum above its maximum, versions
        of a tier that overlap, an id or name used twice, a name that ``charge_names.yaml`` does not have, a source, a
        fact, a threshold or a tier that nothing defines.
    """
    problems: list[str] = []
    whole = parsed(Edition, edition, problems=problems, where="edition.yaml: ")
    charges, faults = read(content, sources=sources, facts=facts)
    raise_all(problems + faults, error=LawDataError, heading="The law data cannot be used:")
    return Statutes(version=whole.version, current_to=whole.current_to, charges=charges)


def read(
    content: Mapping[str, Any],
    *,
    sources: Iterable[str],
    facts: Iterable[str],
    name_of: Callable[[str], str | None] = canonical,
) -> tuple[Mapping[str, ChargeLaw], list[str]]:
    """Return what is sound in the files of charges by the name of the charge, and the faults of the rest.

    ``name_of`` gives the canonical name of a charge. The other arguments are those of :func:`build`.
    """
    problems: list[str] = []
    known_sources, known_facts = set(sources), set(facts)
    rows: list[tuple[str, _ChargeRow]] = []
    for name, chapter in content.items():
        file = parsed(_File, chapter, problems=problems, where=f"{name}: ")
        rows += [(name, row) for row in file.charges] if file else []
    for key, label in (("id", "the id"), ("name", "the name")):
        seen: set[str] = set()
        for file_name, row in rows:
            value = getattr(row, key)
            if value in seen:
                problems.append(f"{file_name}: {row.name}: {label} {value} is used twice")
            seen.add(value)
    for file_name, row in rows:
        if not row.tiers and not any(row.name in fault for fault in problems):  # none was left out for a fault
            problems.append(f"{file_name}: {row.name} tiers: there is none")
        problems += [f"{file_name}: {row.name}{fault}" for fault in _faults(row, known_sources, known_facts, name_of)]
    return {row.name: _charge(row) for _, row in rows}, problems


def span(ranges: list[Range]) -> Range | None:
    """Return the smallest range that holds all of ``ranges``; None for none."""
    if not ranges:
        return None
    return Range(
        low=min((entry.low for entry in ranges if entry.low is not None), default=None),
        high=max((entry.high for entry in ranges if entry.high is not None), default=None),
        life=any(entry.life for entry in ranges),
        death=any(entry.death for entry in ranges),
    )


def _chosen(charge: str, on: datetime.date | None, tier: str | None) -> tuple[Tier, ...]:
    return tuple(entry for entry in tiers(charge, on=on) if tier is None or entry.id == tier)


def _holds(start: datetime.date | None, end: datetime.date | None, day: datetime.date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _charge(row: _ChargeRow) -> ChargeLaw:
    thresholds: dict[str, list[Threshold]] = {}
    for entry in row.thresholds:
        thresholds.setdefault(entry.id, []).append(entry)
    return ChargeLaw(
        id=row.id,
        name=row.name,
        article=row.article,
        guideline=row.guideline,
        negligent=row.negligent,
        elements=frozenset(row.elements),
        changes=row.changes,
        tiers=tuple(_tier(row, entry) for entry in row.tiers),
        thresholds={name: tuple(versions) for name, versions in thresholds.items()},
        grounds={
            name: tuple(
                CompiledGround(
                    entry=entry,
                    ask=None if entry.when is None else condition(entry.when),
                    facts=frozenset() if entry.when is None else facts_of(entry.when),
                )
                for entry in entries
            )
            for name, entries in row.grounds.items()
        },
        increments=tuple((entry, None if entry.when is None else condition(entry.when)) for entry in row.adds),
    )


def _tier(charge: _ChargeRow, entry: _TierRow) -> Tier:
    low, high = entry.statute or (None, None)
    starting = entry.starting
    return Tier(
        charge=charge.name,
        id=entry.id,
        condition=entry.condition,
        article=entry.article or charge.article,
        statute=Range(low=low, high=high, life=entry.life, death=entry.death),
        starting=None if starting is None else Range(low=starting[0], high=starting[1]),
        starting_kind=None if starting is None else entry.starting_kind or "range",
        starting_verified=starting is not None and entry.starting_verified,
        starting_cases=tuple((case, condition(case.when)) for case in entry.starting_cases),
        detention=entry.detention,
        surveillance=entry.surveillance,
        rights_alone=entry.rights_alone,
        fine=entry.fine,
        fine_amount=entry.fine_amount,
        # A tier lasts no longer than its charge.
        effective_from=entry.effective_from or charge.effective_from,
        effective_to=entry.effective_to or charge.effective_to,
        verified=entry.verified,
        sources=entry.source,
    )


def _faults(row: _ChargeRow, sources: set[str], facts: set[str], name_of: Callable[[str], str | None]) -> list[str]:
    problems: list[str] = []
    if name_of(row.name) != row.name:
        problems.append(": not a name of charge_names.yaml")
    grounds = [(tier, ground) for tier, entries in row.grounds.items() for ground in entries]
    cases = [(tier.id, case) for tier in row.tiers for case in tier.starting_cases]
    labelled = [
        *((f" changes {entry.what[:12]}", entry) for entry in row.changes),
        *((f" tiers {entry.id}", entry) for entry in row.tiers),
        *((f" thresholds {entry.id}", entry) for entry in row.thresholds),
        *((f" grounds {tier} {entry.text}", entry) for tier, entry in grounds),
        *((f" tiers {tier} {entry.text}", entry) for tier, entry in cases),
        *((f" adds {entry.fact}", entry) for entry in row.adds),
    ]
    for label, entry in labelled:
        problems += [f"{label}: unknown source {key}" for key in entry.source if key not in sources]
    tier_ids = {tier.id for tier in row.tiers}
    threshold_ids = {entry.id for entry in row.thresholds}
    for tier, ground in grounds:
        if tier not in tier_ids:
            problems.append(f" grounds {tier}: there is no such tier")
        if ground.when is not None:
            problems += _references(f" grounds {tier} {ground.text}", ground.when, facts, threshold_ids)
    for tier, case in cases:
        problems += _references(f" tiers {tier} {case.text}", case.when, facts, threshold_ids)
    for entry in row.thresholds:
        problems += [
            f" thresholds {entry.id}: unknown fact {name}"
            for name in (entry.fact, entry.by)
            if name and name not in facts
        ]
    for entry in row.adds:
        label = f" adds {entry.fact}"
        if entry.fact not in facts:
            problems.append(f"{label}: unknown fact {entry.fact}")
        problems += [f"{label}: there is no tier {name}" for name in entry.tiers if name not in tier_ids]
        if isinstance(entry.above, str) and entry.above not in threshold_ids:
            problems.append(f"{label}: above: unknown threshold {entry.above}")
        if entry.when is not None:
            problems += _references(label, entry.when, facts, threshold_ids)
    problems += [f" elements: unknown fact {name}" for name in row.elements if name not in facts]
    problems += _overlaps("tiers", row.tiers, key=lambda entry: entry.id)
    problems += _overlaps("thresholds", row.thresholds, key=lambda entry: (entry.id, entry.verified))
    return problems


def _references(label: str, written: Any, facts: set[str], thresholds: set[str]) -> list[str]:
    return [
        *(f"{label}: unknown fact {name}" for name in sorted(facts_of(written) - facts)),
        *(f"{label}: unknown threshold {name}" for name in sorted(thresholds_of(written) - thresholds)),
    ]


def _overlaps(kind: str, entries: tuple[Dated, ...], *, key: Any) -> list[str]:
    problems = []
    for number, first in enumerate(entries):
        for second in entries[number + 1 :]:
            if key(first) == key(second) and (day := first.overlaps(second)):
                problems.append(f" {kind} {first.id}: two versions hold on {day.isoformat()}")
    return problems
