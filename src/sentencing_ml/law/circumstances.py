"""Circumstances (量刑情节) of the guideline with their ratio bands, and the rule against counting a fact twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.law._data import LawDataError, load, raise_all, source_problems

_CLASSES = {"liability", "prevention", "mixed", "disputed"}
_DIRECTIONS = {"lighten": -1, "aggravate": 1, "both": 0}
_STAGES = {"first", "second", "base"}


@dataclass(frozen=True, kw_only=True)
class Band:
    """Ratios of the base sentence from ``low`` to ``high``, without a sign."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The middle of the band."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A case that the guideline tells apart; ``exempt``: 或者依法免除处罚, ``floor_months``: 增加的刑罚量一般不少于."""

    when: str
    band: Band | None
    exempt: bool
    floor_months: int | None


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """A circumstance; ``direction`` is −1 where it lightens, +1 where it aggravates, 0 where it may do either.

    ``band`` is the widest range of the guideline, ``usual`` that of the ordinary case; both None without a known ratio.
    """

    id: str
    name: str
    doctrinal_class: Literal["liability", "prevention", "mixed", "disputed"]
    direction: int
    stage: Literal["first", "second", "base"]
    basis: str
    article: str | None
    guideline: str | None
    effect: str | None
    band: Band | None
    usual: Band | None
    variants: tuple[Variant, ...]
    excludes: tuple[str, ...]
    class_verified: bool
    band_verified: bool
    sources: tuple[str, ...]

    @property
    def default_ratio(self) -> float:
        """The signed middle of the usual band; 0 where the guideline gives no ratio or no direction."""
        return 0.0 if self.usual is None else self.direction * self.usual.middle


@dataclass(frozen=True, kw_only=True)
class Plea:
    """How 认罪认罚 goes with others: what is not counted beside it, and the most that they take off together."""

    id: str
    no_double_count: tuple[str, ...]
    cap_alone: float
    cap_raised: float
    raised_by: tuple[str, ...]
    sources: tuple[str, ...]

    def cap(self, present: Iterable[str]) -> float:
        """Return the most that the group may take off when the circumstances ``present`` are found."""
        return self.cap_raised if set(present) & set(self.raised_by) else self.cap_alone


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The content of ``circumstances.yaml``."""

    entries: dict[str, Circumstance]
    plea: Plea


def circumstance(id: str) -> Circumstance:
    """Return the circumstance of that id; raises KeyError when there is none."""
    return circumstances().entries[id]


def no_double_count() -> tuple[str, ...]:
    """Return the ids that are not weighed again beside 认罪认罚."""
    return circumstances().plea.no_double_count


def default_ratios() -> dict[str, float]:
    """Return the signed middle of the usual band of every circumstance that has a ratio."""
    return {name: entry.default_ratio for name, entry in circumstances().entries.items() if entry.usual is not None}


@lru_cache(maxsize=1)
def circumstances() -> Circumstances:
    """Read ``circumstances.yaml``; raises LawDataError with every fault at once."""
    return build(load("circumstances.yaml"), sources=load("sources.yaml")["sources"])


def build(content: dict, *, sources: Iterable[str]) -> Circumstances:
    """Check the content of ``circumstances.yaml`` and return it typed; raises LawDataError with every fault at once."""
    known = set(sources)
    rows = content["circumstances"]
    ids = {row["id"] for row in rows}
    problems: list[str] = []
    if len(ids) < len(rows):
        problems.append("an id is used twice")
    for row in rows:
        problems += _faults(row, ids, known)
    plea = content["plea"]
    problems += source_problems("plea", plea, known)
    problems += [
        f"plea: unknown circumstance {name}"
        for name in [plea["id"], *plea["no_double_count"], *plea["raised_by"]]
        if name not in ids
    ]
    if not 0 < plea["cap_alone"] <= plea["cap_raised"] < 1:
        problems.append("plea: the caps are not 0 < cap_alone ≤ cap_raised < 1")
    raise_all(problems, error=LawDataError, heading="circumstances.yaml cannot be used:")
    return Circumstances(
        entries={row["id"]: _circumstance(row) for row in rows},
        plea=Plea(
            id=plea["id"],
            no_double_count=tuple(plea["no_double_count"]),
            cap_alone=plea["cap_alone"],
            cap_raised=plea["cap_raised"],
            raised_by=tuple(plea["raised_by"]),
            sources=tuple(plea["source"]),
        ),
    )


def _faults(row: dict, ids: set[str], known: set[str]) -> list[str]:
    where = row["id"]
    problems = source_problems(where, row, known)
    for key, allowed in (("class", _CLASSES), ("direction", set(_DIRECTIONS)), ("stage", _STAGES)):
        if row[key] not in allowed:
            problems.append(f"{where}: unknown {key} {row[key]!r}")
    problems += [f"{where}: excludes unknown {name}" for name in row.get("excludes", ()) if name not in ids]
    bands = [("band", row.get("band")), ("usual", row.get("usual"))]
    bands += [(f"variant {variant['when']}", variant.get("band")) for variant in row.get("variants", ())]
    problems += [
        f"{where}: {name} {band[0]}–{band[1]} is no band of ratios"
        for name, band in bands
        if band is not None and not 0 <= band[0] <= band[1] <= 1
    ]
    if ("band" in row) != ("usual" in row):
        problems.append(f"{where}: band and usual go together")
    return problems


def _circumstance(row: dict) -> Circumstance:
    return Circumstance(
        id=row["id"],
        name=row["name"],
        doctrinal_class=row["class"],
        direction=_DIRECTIONS[row["direction"]],
        stage=row["stage"],
        basis=row["basis"],
        article=row.get("article"),
        guideline=row.get("guideline"),
        effect=row.get("effect"),
        band=_band(row.get("band")),
        usual=_band(row.get("usual")),
        variants=tuple(
            Variant(
                when=variant["when"],
                band=_band(variant.get("band")),
                exempt=variant.get("exempt", False),
                floor_months=variant.get("floor_months"),
            )
            for variant in row.get("variants", ())
        ),
        excludes=tuple(row.get("excludes", ())),
        class_verified=row.get("class_verified", True),
        band_verified=row.get("band_verified", True),
        sources=tuple(row["source"]),
    )


def _band(bounds: list[float] | None) -> Band | None:
    return None if bounds is None else Band(low=bounds[0], high=bounds[1])
