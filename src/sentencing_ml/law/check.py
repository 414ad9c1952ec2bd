"""The check of the law data: the form of every file, every reference between them, and what must hold of the law.

Nothing stops it: what is sound in a file is still checked against the others, and every fault of all files is told at
once.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sentencing_ml.law import (
    amendments,
    charges,
    circumstances,
    facts,
    guidelines,
    limits,
    places,
    plea,
    problems,
    sources,
    statutes,
    thresholds,
)
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.conditions import condition, leaves
from sentencing_ml.law.facts import Fact, misuse
from sentencing_ml.law.statutes import ChargeLaw, Threshold, Tier

FILES = (
    "edition.yaml",
    "sources.yaml",
    "facts.yaml",
    "problems.yaml",
    "provinces.yaml",
    "charge_names.yaml",
    "amendments.yaml",
    "guidelines.yaml",
    "provincial.yaml",
    "circumstances.yaml",
    "limits.yaml",
    "plea.yaml",
)
_CHARGES = "charges/"
_TEXTS = {"text", "date", "category"}  # what a fact that is any text may be as a factor
_DAY = datetime.timedelta(days=1)
_Built = TypeVar("_Built")


class Told(NamedTuple):
    """A value of a factor that tells a circumstance, and the doctrinal class it has there."""

    value: Any
    circumstance: str
    doctrinal_class: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """What extraction says of a factor, as far as the law data refer to it."""

    zh: str
    type: str
    unit: str | None = None
    levels: tuple[str, ...] = ()
    tells: tuple[Told, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The faults found; the number of entries by kind, and by file how many are verified, of how many."""

    faults: tuple[str, ...]
    counts: Mapping[str, int]
    verified: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Faults:
    """The faults collected so far, each once."""

    found: dict[str, None] = field(default_factory=dict)

    def add(self, file: str, lines: Iterable[str]) -> None:
        for line in lines:
            named = ".yaml:" in line.split(" ", 1)[0]
            self.found.setdefault(line if named else f"{file}: {line}")

    def collect(self, file: str, build: Callable[..., _Built], *arguments: Any, **named: Any) -> _Built | None:
        """Return what ``build`` returns; None, with its faults collected, where it refuses."""
        try:
            return build(*arguments, **named)
        except LawDataError as error:
            first, *rest = str(error).splitlines()
            self.add(file, (line.removeprefix("  - ") for line in rest or [first]))
            return None


def check(*, factors: Mapping[str, Factor] | None = None, files: Mapping[str, Any] | None = None) -> Checked:
    """Check the law data.

    Parameters
    ----------
    factors
        The factors that extraction reads, by name: a fact that is not ``asked`` is one of them. None leaves that out.
    files
        The content of each file by its name, charges as ``charges/<name>``. None reads ``law/data``.
    """
    faults = _Faults()
    content = _read(faults) if files is None else dict(files)
    for name in FILES:
        if name in content and not isinstance(content[name], Mapping):
            faults.add(name, ["has no keys"])
            del content[name]
        elif files is not None and name not in content:
            faults.add(name, ["is missing"])
    known = _keys(content, "sources.yaml", "sources")
    asked, more = facts.read(content["facts.yaml"]) if "facts.yaml" in content else ({}, [])
    faults.add("facts.yaml", more)
    built = _built(content, faults, known, asked)
    law, more = statutes.read(
        {name.removeprefix(_CHARGES): entry for name, entry in content.items() if name.startswith(_CHARGES)},
        sources=known,
        facts=_keys(content, "facts.yaml", "facts"),
        name_of=built.names.canonical,
    )
    faults.add("charges", more)
    standards = None
    if "provincial.yaml" in content:
        standards = faults.collect(
            "provincial.yaml",
            thresholds.build,
            content["provincial.yaml"],
            sources=known,
            charges=law,
            full_name=built.places.by_name.get,
        )
    homes = {
        row["name"]: name.removeprefix(_CHARGES)
        for name, entry in content.items()
        for row in (_rows(entry, "charges") if name.startswith(_CHARGES) else ())
        if isinstance(row.get("name"), str)
    }
    known_guidelines = set(_keys(content, "guidelines.yaml", "guidelines"))
    faults.add("charges", _charge_faults(law, built, homes=homes, known_guidelines=known_guidelines, asked=asked))
    faults.add("provincial.yaml", _standard_faults(law, standards or {}))
    faults.add("circumstances.yaml", _variant_faults(content.get("circumstances.yaml"), asked))
    faults.add("limits.yaml", _limit_faults(built.limits, asked))
    if factors is not None:
        faults.add("facts.yaml", _fact_faults(asked, factors))
        faults.add("circumstances.yaml", _told_faults(content.get("circumstances.yaml"), factors))
    return Checked(
        faults=tuple(faults.found), counts=_counts(law, standards or {}, built, asked), verified=_verified(content)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """The files that others refer to, as far as they are sound."""

    edition: problems.Edition | None
    names: charges.Names
    places: places.Places
    sources: Mapping[str, Any]
    amendments: tuple[amendments.Amendment, ...] | None
    guidelines: Mapping[str, Any]
    circumstances: circumstances.Circumstances | None
    limits: Mapping[str, tuple[limits.Limit, ...]]
    plea: plea.PleaRules | None


def _read(faults: _Faults) -> dict[str, Any]:
    """Return the content of every file that can be read."""
    names = [*FILES, *(f"{_CHARGES}{name}" for name in statutes.names())]
    read = {name: faults.collect(name, load, name) for name in names}
    broken = {line.split(":", 1)[0] for line in faults.found}
    return {name: entry for name, entry in read.items() if name not in broken}


def _built(content: Mapping[str, Any], faults: _Faults, known: list[str], asked: Mapping[str, Fact]) -> _Parts:
    def build(name: str, make: Callable[..., _Built], **named: Any) -> _Built | None:
        return faults.collect(name, make, content[name], **named) if name in content else None

    names, more = charges.read(content.get("charge_names.yaml", {"charges": {}}))
    faults.add("charge_names.yaml", more)
    located, more = places.read(content.get("provinces.yaml", {"regions": [], "provinces": []}))
    faults.add("provinces.yaml", more)
    build("problems.yaml", problems.build)
    fact_names = _keys(content, "facts.yaml", "facts")
    return _Parts(
        edition=build("edition.yaml", problems.build_edition),
        names=names,
        places=located,
        sources=build("sources.yaml", sources.build) or {},
        amendments=build("amendments.yaml", amendments.build, sources=known),
        guidelines=build("guidelines.yaml", guidelines.build, sources=known) or {},
        circumstances=build("circumstances.yaml", circumstances.build, sources=known, facts=fact_names),
        limits=build("limits.yaml", limits.build, sources=known, facts=fact_names) or {},
        plea=build("plea.yaml", plea.build, sources=known, facts=asked),
    )


def _keys(content: Mapping[str, Any], file: str, key: str) -> list[str]:
    """Return the names that entries may refer to: those of entries with a fault too."""
    rows = content.get(file, {}).get(key)
    return [name for name in rows if isinstance(name, str)] if isinstance(rows, Mapping) else []


def _charge_faults(
    law: Mapping[str, ChargeLaw],
    parts: _Parts,
    *,
    homes: Mapping[str, str],
    known_guidelines: set[str],
    asked: Mapping[str, Fact],
) -> Iterator[str]:
    days = None if parts.amendments is None else {entry.effective_from for entry in parts.amendments}
    first = None if parts.edition is None else parts.edition.code_from
    for name, charge in law.items():
        where = f"{homes.get(name, 'charges')}: {name}"
        if charge.guideline is not None and charge.guideline not in known_guidelines:
            yield f"{where} guideline: unknown guideline {charge.guideline}"
        yield from (f"{where} {fault}" for fault in _condition_faults(_conditions(charge), asked))
        yield from (f"{where} {fault}" for fault in _basic_faults(charge))
        yield from (f"{where} {fault}" for fault in _ladder_faults(charge))
        for tier in charge.tiers:
            if days is not None and tier.effective_from not in {None, first} | days:
                yield f"{where} tiers {tier.id}: from {tier.effective_from}: no amendment took effect on that day"
            yield from (
                f"{where} tiers {tier.id} {case.text}: {list(case.months)} lies outside the statute"
                for case, _ in tier.starting_cases
                if tier.statute.low is None
                or not tier.statute.low <= case.months[0] <= case.months[1] <= tier.statute.high
            )
        for entry, _ in charge.increments:
            if entry.province is not None and parts.places.by_name.get(entry.province) != entry.province:
                yield f"{where} adds {entry.fact}: {entry.province}: no full name of a province"


def _conditions(charge: ChargeLaw) -> Iterator[tuple[str, Any]]:
    """Yield every condition of a charge with its place."""
    for tier, grounds in charge.grounds.items():
        yield from (
            (f"grounds {tier} {row.entry.text}", row.entry.when) for row in grounds if row.entry.when is not None
        )
    for tier in charge.tiers:
        yield from ((f"tiers {tier.id} {case.text}", case.when) for case, _ in tier.starting_cases)
    yield from ((f"adds {entry.fact}", entry.when) for entry, _ in charge.increments if entry.when is not None)


def _condition_faults(written: Iterable[tuple[str, Any]], asked: Mapping[str, Fact]) -> Iterator[str]:
    """Yield what the facts do not allow: a comparison of a yes-or-no fact, a level that a category does not have."""
    for label, when in written:
        for leaf in leaves(when):
            entry = asked.get(_fact(leaf))
            if entry is not None and (fault := misuse(leaf, entry)):
                yield f"{label}: {leaf}: {fault}"


def _fact(leaf: str) -> str:
    return leaf.replace("<", " ").replace(">", " ").replace("=", " ").split()[0]


def _boundaries(entries: Iterable[Any]) -> list[datetime.date]:
    """Return the days on which something of ``entries`` begins or has ended."""
    entries = list(entries)
    begun = {entry.effective_from for entry in entries} - {None}
    return sorted(begun | {entry.effective_to + _DAY for entry in entries if entry.effective_to is not None})


def _basic_faults(charge: ChargeLaw) -> Iterator[str]:
    """Yield the days on which the charge has no basic tier with a term, or another one than before."""
    days = _boundaries(charge.tiers)
    if any(tier.effective_from is None for tier in charge.tiers):
        days.insert(0, datetime.date.min)
    before: tuple[Tier, ...] = ()
    for day in days:
        tiers, label = charge.tiers_on(day), "in the beginning" if day == datetime.date.min else f"on {day}"
        if not tiers:
            if any(tier.effective_from is not None and tier.effective_from > day for tier in charge.tiers):
                yield f"tiers: {label}: there is none, though later there is"
        elif tiers[0].statute.low is None:
            yield f"tiers {tiers[0].id}: {label}: the basic tier has no term"
        elif before and tiers[0].id != before[0].id and {tiers[0].id, before[0].id} & _ids(before[1:], tiers[1:]):
            yield f"tiers {tiers[0].id}: {label}: comes first, where {before[0].id} did before"
        before = tiers


def _ids(*tiers: tuple[Tier, ...]) -> set[str]:
    return {tier.id for part in tiers for tier in part}


def _ladder(charge: ChargeLaw) -> list[tuple[str, str]]:
    """Return the pairs of thresholds (lower, higher) of one fact that open a tier each, and the tiers after it."""
    opens: dict[tuple[str, str | None], dict[tuple, str]] = {}
    for tier in sorted(charge.tiers, key=lambda tier: tier.severity):
        for row in charge.grounds.get(tier.id, ()):
            parts = row.entry.when.split() if isinstance(row.entry.when, str) else []
            if len(parts) == 3 and parts[1] == "reaches" and parts[2] in charge.thresholds:
                by = charge.thresholds[parts[2]][0].by
                opens.setdefault((parts[0], by), {}).setdefault(parts[2], tier.id)
    return [
        (lower, higher)
        for ladder in opens.values()
        for number, (lower, below) in enumerate(ladder.items())
        for higher, above in list(ladder.items())[number + 1 :]
        if below != above
    ]


def _ladder_faults(charge: ChargeLaw) -> Iterator[str]:
    for lower, higher in _ladder(charge):
        versions = [entry for name in (lower, higher) for entry in charge.thresholds[name] if entry.verified]
        told = set()
        for day in _boundaries(versions) or [datetime.date.max]:
            low = next((entry for entry in charge.thresholds[lower] if entry.verified and entry.holds(day)), None)
            high = next((entry for entry in charge.thresholds[higher] if entry.verified and entry.holds(day)), None)
            if low is None or high is None:
                continue
            for category, (first, second) in _compared(low, high):
                if (first[0] > second[0] or first[1] > second[1]) and category not in told:
                    told.add(category)
                    label = f" {category}" if category else ""
                    yield f"thresholds {higher}{label}: {_span(second)} on {day} is below {lower} {_span(first)}"


def _compared(low: Threshold, high: Threshold) -> Iterator[tuple[str, tuple[tuple, tuple]]]:
    if low.values is not None and high.values is not None:
        for category in low.values:
            if category in high.values:
                yield category, ((low.values[category],) * 2, (high.values[category],) * 2)
    elif low.value is not None and high.value is not None:
        yield (
            "",
            tuple(
                entry.value if isinstance(entry.value, tuple) else (entry.value, entry.value) for entry in (low, high)
            ),
        )


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g}" if bounds[0] == bounds[1] else f"{bounds[0]:g}–{bounds[1]:g}"


def _standard_faults(
    law: Mapping[str, ChargeLaw], standards: Mapping[tuple[str, str], tuple[thresholds.Standard, ...]]
) -> Iterator[str]:
    for (province, name), rows in standards.items():
        for lower, higher in _ladder(law[name]) if name in law else ():
            for entry in rows:
                values = entry.values
                if lower in values and higher in values and values[lower] > values[higher]:
                    yield f"{province} {name}: {higher} {values[higher]:g} is below {lower} {values[lower]:g}"


def _variant_faults(content: Any, asked: Mapping[str, Fact]) -> Iterator[str]:
    for entry in _rows(content, "circumstances"):
        for variant in _rows(entry, "variants"):
            if (given := variant.get("given")) is None or not _readable(given):
                continue
            yield from _condition_faults([(f"{entry.get('id')} {variant.get('when')}", given)], asked)


def _limit_faults(found: Mapping[str, tuple[limits.Limit, ...]], asked: Mapping[str, Fact]) -> Iterator[str]:
    for version in (version for versions in found.values() for version in versions):
        cases = [case for value in version.params.values() if isinstance(value, tuple) for case in value]
        written = [("when", version.when)] if version.when is not None else []
        yield from (
            f"{version.id} {fault}"
            for fault in _condition_faults([*written, *((case.text, case.when) for case in cases)], asked)
        )


def _fact_faults(asked: Mapping[str, Fact], factors: Mapping[str, Factor]) -> Iterator[str]:
    """Yield the facts that extraction is said to read and does not, or not in this form."""
    for name, entry in asked.items():
        factor = factors.get(name)
        if entry.asked:
            continue
        if factor is None:
            yield f"{name}: is not asked for, and extraction has no such factor"
            continue
        if entry.type != factor.type and not (entry.type == "text" and factor.type in _TEXTS):
            yield f"{name} type: {entry.type}: the factor is {factor.type}"
        if factor.unit != entry.unit:
            yield f"{name} unit: {entry.unit}: the factor has {factor.unit}"
        if entry.type == "category" and factor.levels != entry.levels:
            yield f"{name} levels: {'、'.join(entry.levels)}: the factor has {'、'.join(factor.levels)}"


def _told_faults(content: Any, factors: Mapping[str, Factor]) -> Iterator[str]:
    """Yield the circumstances that a factor tells and the data do not have, or have in another class."""
    classes = {
        row.get("id"): row.get("class") for row in _rows(content, "circumstances") if isinstance(row.get("id"), str)
    }
    for name, factor in factors.items():
        for told in factor.tells:
            if told.circumstance not in classes:
                yield f"{told.circumstance}: is missing, and factor {name} tells it"
            elif classes[told.circumstance] != told.doctrinal_class:
                yield (
                    f"{told.circumstance} class: {classes[told.circumstance]}: "
                    f"factor {name} has it as {told.doctrinal_class}"
                )


def _rows(content: Any, key: str) -> list[Mapping[str, Any]]:
    """Return the entries of a list as they are written, whatever the faults in them."""
    rows = content.get(key) if isinstance(content, Mapping) else None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _readable(written: Any) -> bool:
    try:
        condition(written)
    except ValueError:
        return False
    return True


def _counts(
    law: Mapping[str, ChargeLaw],
    standards: Mapping[tuple[str, str], tuple[thresholds.Standard, ...]],
    parts: _Parts,
    asked: Mapping[str, Fact],
) -> dict[str, int]:
    each = list(law.values())
    return {
        "charges": len(each),
        "tiers": sum(len(charge.tiers) for charge in each),
        "grounds": sum(len(rows) for charge in each for rows in charge.grounds.values()),
        "thresholds": sum(len(versions) for charge in each for versions in charge.thresholds.values()),
        "increments": sum(len(charge.increments) for charge in each),
        "provincial standards": sum(map(len, standards.values())),
        "circumstances": len(parts.circumstances.entries) if parts.circumstances else 0,
        "limits": sum(map(len, parts.limits.values())),
        "plea rules": len(parts.plea.rules) if parts.plea else 0,
        "guidelines": len(parts.guidelines),
        "amendments": len(parts.amendments or ()),
        "charge names": sum(not entry.heading for entry in parts.names.charges.values()),
        "facts": len(asked),
        "sources": len(parts.sources),
    }


def _verified(content: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Return by file how many entries with a source were verified whole, and how many there are."""
    shares = {}
    for name, entry in content.items():
        told = Counter(_marks(entry))
        if told:
            shares[name] = (told[True], told.total())
    return shares


def _marks(content: Any) -> Iterator[bool]:
    if isinstance(content, Mapping):
        if "source" in content:
            yield all(value is not False for key, value in content.items() if str(key).endswith("verified"))
        for value in content.values():
            yield from _marks(value)
    elif isinstance(content, list):
        for value in content:
            yield from _marks(value)
