"""Circumstances (量刑情节) of the guideline with their ratio bands, and the rule against counting a fact twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictInt, field_validator, model_validator

from sentencing_ml.law._data import LawDataError, Row, keys, load, parsed, raise_all
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.conditions import Condition, condition, facts_of
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.statutes import Sources

_DIRECTIONS = {"lighten": -1, "aggravate": 1, "both": 0}
Class = Literal["liability", "prevention", "mixed", "disputed"]
Stage = Literal["first", "second", "base"]


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"{bounds[0]}–{bounds[1]} is no band")
    return bounds


_Ratio = Annotated[float, Field(ge=0, le=1)]
_Bounds = Annotated[tuple[_Ratio, _Ratio], AfterValidator(_ordered)]


@dataclass(frozen=True, kw_only=True)
class Band:
    """Ratios of the base sentence from ``low`` to ``high``, without a sign."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The middle of the band."""
        return (self.low + self.high) / 2

    @property
    def exact(self) -> tuple[Fraction, Fraction]:
        """The band as it is written, in exact fractions."""
        return Fraction(str(self.low)), Fraction(str(self.high))


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A case that the guideline tells apart; ``given`` asks the facts for it, None where only a user can say.

    ``raises_cap``: with it 认罪认罚 may take off up to its raised cap.

    ``exempt``: 或者依法免除处罚; ``mitigate``: the article allows 减轻 here; ``floor_months``: 增加的刑罚量一般不少于.
    """

    when: str
    given: Condition | None
    band: Band | None
    exempt: bool
    mitigate: bool
    raises_cap: bool
    floor_months: int | None


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """A circumstance; ``direction`` is −1 where it lightens, +1 where it aggravates, 0 where it may do either.

    ``band`` is the widest range of the guideline, ``usual`` that of the ordinary case; both None without a known ratio.
    ``mitigates`` and ``exempts``: the law allows a sentence below the tier (减轻, 刑法63), or none (免除); ``must``: it
    orders so. ``charges``: the only ones it belongs to (None: all); ``intentional``: only offences of intent;
    ``fixed_term``: it presupposes 有期徒刑; ``may_be_one_with``: what the same fact may have told.
    """

    id: str
    name: str
    doctrinal_class: Class
    direction: int
    stage: Stage
    basis: str
    article: str | None
    guideline: str | None
    effect: str | None
    band: Band | None
    usual: Band | None
    variants: tuple[Variant, ...]
    excludes: tuple[str, ...]
    charges: frozenset[str] | None
    intentional: bool
    fixed_term: bool
    may_be_one_with: tuple[str, ...]
    mitigates: bool
    exempts: bool
    must: bool
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


class Contradiction(Row):
    """Circumstances that cannot stand together, with the article that says so."""

    ids: tuple[str, str]
    article: str
    why: str
    source: Sources


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The content of ``circumstances.yaml``."""

    entries: dict[str, Circumstance]
    plea: Plea
    contradictions: tuple[Contradiction, ...]


class _PleaRow(Row):
    id: str
    no_double_count: tuple[str, ...]
    cap_alone: Annotated[float, Field(gt=0, lt=1)]
    cap_raised: Annotated[float, Field(gt=0, lt=1)]
    raised_by: tuple[str, ...]
    source: Sources

    @model_validator(mode="after")
    def _raised(self) -> "_PleaRow":
        if self.cap_alone > self.cap_raised:
            raise ValueError(f"cap_alone {self.cap_alone} is above cap_raised {self.cap_raised}")
        return self


class _VariantRow(Row):
    when: str
    given: Any = None
    band: _Bounds | None = None
    exempt: bool = False
    mitigate: bool = False
    raises_cap: bool = False
    floor_months: StrictInt | None = None

    @field_validator("given")
    @classmethod
    def _readable(cls, written: Any) -> Any:
        if written is not None:
            condition(written)
        return written


class _CircumstanceRow(Row):
    id: str
    name: str
    doctrinal_class: Class = Field(alias="class")
    direction: Literal["lighten", "aggravate", "both"]
    stage: Stage
    basis: Literal["法定", "酌定"]
    article: str | None = None
    guideline: str | None = None
    effect: str | None = None
    allows: tuple[Literal["mitigate", "exempt"], ...] = ()
    must: Literal["mitigate"] | None = None
    band: _Bounds | None = None
    usual: _Bounds | None = None
    variants: tuple[_VariantRow, ...] = ()
    excludes: tuple[str, ...] = ()
    charges: tuple[str, ...] | None = None
    intentional: bool = False
    fixed_term: bool = False
    may_be_one_with: tuple[str, ...] = ()
    class_verified: bool = True
    band_verified: bool = True
    source: Sources

    @model_validator(mode="after")
    def _whole(self) -> "_CircumstanceRow":
        if (self.band is None) != (self.usual is None):
            raise ValueError("band and usual go together")
        if self.must and "mitigate" not in self.allows:
            raise ValueError("must mitigate, yet does not allow it")
        return self


class _File(Row):
    version: StrictInt
    plea: Any
    contradictions: tuple[Contradiction, ...]
    circumstances: tuple[_CircumstanceRow, ...]


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
    return build(load("circumstances.yaml"), sources=keys("sources"), facts=keys("facts"))


def build(content: Any, *, sources: Iterable[str], facts: Iterable[str]) -> Circumstances:
    """Check the content of ``circumstances.yaml`` and return it typed; raises LawDataError with every fault at once."""
    problems: list[str] = []
    known_sources, known_facts = set(sources), set(facts)
    file = parsed(_File, content, problems=problems, where="circumstances.yaml: ")
    plea = None if file is None else parsed(_PleaRow, file.plea, problems=problems, where="circumstances.yaml: plea ")
    ids = _ids(content)
    problems += [f"circumstances.yaml: {fault}" for fault in _faults(file, plea, ids, known_sources, known_facts)]
    raise_all(problems, error=LawDataError, heading="The law data cannot be used:")
    return Circumstances(
        entries={row.id: _circumstance(row) for row in file.circumstances},
        plea=Plea(
            id=plea.id,
            no_double_count=plea.no_double_count,
            cap_alone=plea.cap_alone,
            cap_raised=plea.cap_raised,
            raised_by=plea.raised_by,
            sources=plea.source,
        ),
        contradictions=file.contradictions,
    )


def _ids(content: Any) -> list[str]:
    """Return the ids as they are written: an entry with a fault still is one that others may name."""
    rows = content.get("circumstances") if isinstance(content, Mapping) else None
    written = [row.get("id") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [id for id in written if isinstance(id, str)]


def _faults(file: _File | None, plea: _PleaRow | None, names: list, sources: set[str], facts: set[str]) -> list[str]:
    ids = set(names)
    problems = [f"{name}: the id is used twice" for name in sorted(ids) if names.count(name) > 1]
    for row in file.circumstances if file else ():
        problems += [f"{row.id}: unknown source {key}" for key in row.source if key not in sources]
        problems += [f"{row.id}: excludes unknown {name}" for name in row.excludes if name not in ids]
        problems += [f"{row.id}: may be one with unknown {name}" for name in row.may_be_one_with if name not in ids]
        problems += [f"{row.id}: unknown charge {name}" for name in row.charges or () if canonical(name) != name]
        for variant in row.variants:
            if variant.given is not None:
                unknown = sorted(facts_of(variant.given) - facts)
                problems += [f"{row.id} {variant.when}: unknown fact {name}" for name in unknown]
    if plea:
        named = [plea.id, *plea.no_double_count, *plea.raised_by]
        problems += [f"plea: unknown circumstance {name}" for name in named if name not in ids]
        problems += [f"plea: unknown source {key}" for key in plea.source if key not in sources]
    for entry in file.contradictions if file else ():
        problems += [f"contradictions: unknown circumstance {name}" for name in entry.ids if name not in ids]
        problems += [f"contradictions: unknown source {key}" for key in entry.source if key not in sources]
    return problems


def _circumstance(row: _CircumstanceRow) -> Circumstance:
    return Circumstance(
        id=row.id,
        name=row.name,
        doctrinal_class=row.doctrinal_class,
        direction=_DIRECTIONS[row.direction],
        stage=row.stage,
        basis=row.basis,
        article=row.article,
        guideline=row.guideline,
        effect=row.effect,
        band=_band(row.band),
        usual=_band(row.usual),
        variants=tuple(
            Variant(
                when=variant.when,
                given=None if variant.given is None else condition(variant.given),
                band=_band(variant.band),
                exempt=variant.exempt,
                mitigate=variant.mitigate,
                raises_cap=variant.raises_cap,
                floor_months=variant.floor_months,
            )
            for variant in row.variants
        ),
        excludes=row.excludes,
        charges=None if row.charges is None else frozenset(row.charges),
        intentional=row.intentional,
        fixed_term=row.fixed_term,
        may_be_one_with=row.may_be_one_with,
        mitigates="mitigate" in row.allows,
        exempts="exempt" in row.allows,
        must=row.must is not None,
        class_verified=row.class_verified,
        band_verified=row.band_verified,
        sources=row.source,
    )


def _band(bounds: tuple[float, float] | None) -> Band | None:
    return None if bounds is None else Band(low=bounds[0], high=bounds[1])


def contradicting(ids: Mapping[str, Any] | Iterable[str]) -> list[Contradiction]:
    """Return the contradictions among the circumstances found."""
    found = set(ids)
    return [entry for entry in circumstances().contradictions if set(entry.ids) <= found]
