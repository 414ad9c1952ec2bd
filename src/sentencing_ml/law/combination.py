"""Several terms of one defendant (数罪并罚, 刑法69) and the limits of the kinds of punishment."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sentencing_ml.law._data import LawDataError, load, raise_all, source_problems

FIXED_TERM, DETENTION, SURVEILLANCE = "有期徒刑", "拘役", "管制"
_BEYOND_TERMS = ("无期徒刑", "死刑")
_TERMLESS = ("单处罚金", "免予刑事处罚", "无罪")
_LIMITS = {
    "fixed_term": {"min_months", "max_months"},
    "detention": {"min_months", "max_months"},
    "surveillance": {"min_months", "max_months"},
    "concurrent_cap": {"fixed_sum_threshold", "fixed_cap_below", "fixed_cap_from", "detention_cap", "surveillance_cap"},
    "mixed_kinds": set(),
    "probation": {"max_months", "conditions", "must_for"},
    "probation_period": {"detention_min_months", "detention_max_months", "fixed_min_months", "fixed_max_months"},
    "probation_bar": {"excluded"},
    "offset": {"fixed_term", "detention", "surveillance"},
    "recidivism": {"years"},
    "administrative_detention": {"max_days"},
}

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A limit with its parameters (months; for ``offset`` the days that a day of custody counts for)."""

    id: str
    rule: str
    article: str
    params: Mapping[str, Any]
    effective_from: datetime.date | None
    verified: bool
    sources: tuple[str, ...]


def combine(terms: Sequence[float | None], kinds: Sequence[str], *, on: datetime.date | None = None) -> Bounds:
    """Return the lowest and the highest months that may be executed for several terms under 刑法69(1).

    The result is of the severest kind among ``kinds`` (有期徒刑, 拘役, 管制): 拘役 goes up in 有期徒刑 (69(2)), and
    管制 is executed after it, so that it adds no months of imprisonment (see :func:`combine_kinds`).

    Parameters
    ----------
    terms
        Months of each count; None is unknown. With an unknown term ``high`` is None and ``low`` the highest known one.
    kinds
        The kind of each count. 单处罚金, 免予刑事处罚 and 无罪 bring no months. With 无期徒刑 or 死刑 there is no term
        to combine: (None, None).
    on
        The day of the judgment; None is today's law. Before 2015-11-01 the code did not say how 有期徒刑 and 拘役 go
        together, and courts absorbed or added them: ``high`` then adds the 拘役.
    """
    parts = combine_kinds(terms, kinds)
    if any(kind in _BEYOND_TERMS for kind in kinds):
        return None, None
    fixed, detention = parts.get(FIXED_TERM), parts.get(DETENTION)
    if fixed is None:
        return detention or parts.get(SURVEILLANCE) or (None, None)
    rule_from = limits()["mixed_kinds"].effective_from
    if detention is not None and on is not None and rule_from is not None and on < rule_from:
        return fixed[0], None if None in (fixed[1], detention[1]) else fixed[1] + detention[1]
    return fixed


def combine_kinds(terms: Sequence[float | None], kinds: Sequence[str]) -> dict[str, Bounds]:
    """Return the bounds of each kind that has a term, before the kinds are weighed against each other.

    Raises
    ------
    ValueError
        ``terms`` and ``kinds`` differ in length, a kind is unknown, or a term is negative.
    """
    if len(terms) != len(kinds):
        raise ValueError(f"{len(terms)} terms and {len(kinds)} kinds")
    known = (FIXED_TERM, DETENTION, SURVEILLANCE, *_BEYOND_TERMS, *_TERMLESS)
    if unknown := sorted(set(kinds) - set(known)):
        raise ValueError(f"unknown kind of punishment: {', '.join(unknown)}")
    if any(term is not None and not term >= 0 for term in terms):
        raise ValueError("a term is negative or not a number")
    result: dict[str, Bounds] = {}
    for kind in (FIXED_TERM, DETENTION, SURVEILLANCE):
        own = [term for term, its_kind in zip(terms, kinds, strict=True) if its_kind == kind]
        if own:
            result[kind] = _bounds(own, kind)
    return result


def _bounds(terms: list[float | None], kind: str) -> Bounds:
    known = [term for term in terms if term is not None]
    if not known:
        return None, None
    highest, total = max(known), sum(known)
    if len(known) < len(terms):
        return (highest, highest) if len(terms) == 1 else (highest, None)
    if len(terms) == 1:
        return highest, highest
    # A single term is never cut: the cap bounds the sum, and the highest term stands below it.
    return highest, max(highest, min(total, _cap(total, kind)))


def _cap(total: float, kind: str) -> float:
    params = limits()["concurrent_cap"].params
    if kind == DETENTION:
        return params["detention_cap"]
    if kind == SURVEILLANCE:
        return params["surveillance_cap"]
    return params["fixed_cap_below"] if total < params["fixed_sum_threshold"] else params["fixed_cap_from"]


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Limit]:
    """Read ``limits.yaml``; raises LawDataError with every fault at once."""
    return build(load("limits.yaml"), sources=load("sources.yaml")["sources"])


def build(content: dict, *, sources: Iterable[str]) -> Mapping[str, Limit]:
    """Check the content of ``limits.yaml`` and return it by id; raises LawDataError with every fault at once."""
    known = set(sources)
    problems: list[str] = []
    result: dict[str, Limit] = {}
    for row in content["limits"]:
        where = row["id"]
        problems += source_problems(where, row, known)
        if where in result:
            problems.append(f"{where}: listed twice")
        if where not in _LIMITS:
            problems.append(f"{where}: unknown limit")
        elif missing := sorted(_LIMITS[where] - set(row["params"])):
            problems.append(f"{where}: {', '.join(missing)} missing")
        low, high = row["params"].get("min_months", 0), row["params"].get("max_months", 0)
        if "min_months" in row["params"] and low > high:
            problems.append(f"{where}: {low}–{high} months is no range")
        result[where] = Limit(
            id=where,
            rule=row["rule"],
            article=row["article"],
            params=MappingProxyType(row["params"]),
            effective_from=row.get("from"),
            verified=row.get("verified", True),
            sources=tuple(row["source"]) if row.get("source") else (),
        )
    problems += [f"{name}: is missing" for name in _LIMITS if name not in result]
    raise_all(problems, error=LawDataError, heading="limits.yaml cannot be used:")
    return MappingProxyType(result)
