"""The guideline's arithmetic with known ratios: from the base sentence to the declared one.

``Y = clip{ B · Π_first(1 + t) · (1 + A + P) }`` (法发〔2021〕21号 二): circumstances of the first stage multiply, the
others add up. A is the liability part of the second stage, P the offender's part, in which 认罪认罚 is not counted
twice with what it rests on. Leaving out P and the mixed circumstances of the first stage gives the liability term.

Ratios are a mapping from the circumstance's id in the law to its signed ratio. Stage, class, exclusions and caps are
the law's; an id that the law does not have (a ratio of the generator's own) belongs to the offender and the second
stage.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.combination import combine

MITIGATING_SECOND = ("voluntary_surrender", "meritorious")
"""Circumstances of the second stage on which the law allows 减轻 (刑法67(1), 68); those of the first stage all do."""

LEAST_REMAINDER = 0.1
"""Ratios that take off nearly the whole leave a tenth: the guideline has no rule for it."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Months between which a sentence lies: the tier's, and its lower end after 减轻 (刑法63)."""

    floor: float
    ceiling: float
    mitigated_floor: float

    def clip(self, months: float, *, mitigated: bool) -> float:
        """Return ``months`` inside the bounds."""
        return min(self.ceiling, max(self.mitigated_floor if mitigated else self.floor, months))


@lru_cache(maxsize=256)
def _place(name: str) -> tuple[str, bool]:
    """Return the stage of a circumstance, and whether it is one of liability."""
    entry = circumstances().entries.get(name)
    return ("second", False) if entry is None else (entry.stage, entry.doctrinal_class == "liability")


def is_liability(name: str) -> bool:
    """Return whether a circumstance changes the liability term."""
    stage, liability = _place(name)
    return liability and stage in ("first", "second")


def without_excluded(ratios: Mapping[str, float]) -> dict[str, float]:
    """Leave out the weaker of every two circumstances that the law does not weigh beside each other."""
    entries = circumstances().entries
    kept: dict[str, float] = {}
    for name in sorted(ratios, key=lambda name: (-abs(ratios[name]), name)):
        excluded = entries[name].excludes if name in entries else ()
        if not any(other in excluded or (other in entries and name in entries[other].excludes) for other in kept):
            kept[name] = ratios[name]
    return {name: ratio for name, ratio in ratios.items() if name in kept}


def offender_ratio(ratios: Mapping[str, float]) -> float:
    """Return P, the signed sum of the second stage's offender ratios, nothing counted twice.

    With 认罪认罚 the reduction of the whole group is the larger of its own ratio and the sum of the circumstances it
    rests on, at most the cap of 三(十四); without it they add up.
    """
    plea = circumstances().plea
    second = {name: ratio for name, ratio in ratios.items() if _place(name) == ("second", False)}
    if plea.id not in second:
        return sum(second.values())
    group = [name for name in second if name in plea.no_double_count]
    rest = sum(ratio for name, ratio in second.items() if name not in group and name != plea.id)
    reduction = max(-second[plea.id], -sum(second[name] for name in group))
    return rest - min(plea.cap(group), reduction)


def first_stage(ratios: Mapping[str, float], *, liability_only: bool) -> float:
    """Return the product of 1 + t over the circumstances of the first stage."""
    product = 1.0
    for name, ratio in ratios.items():
        stage, liability = _place(name)
        if stage == "first" and (liability or not liability_only):
            product *= 1.0 + ratio
    return product


def liability_ratio(ratios: Mapping[str, float]) -> float:
    """Return A, the signed sum of the second stage's liability ratios."""
    return sum(ratio for name, ratio in ratios.items() if _place(name) == ("second", True))


def mitigated(ratios: Mapping[str, float], *, liability_only: bool) -> bool:
    """Return whether a circumstance allows a sentence below the tier."""
    return any(
        (liability or not liability_only) if stage == "first" else name in MITIGATING_SECOND and not liability_only
        for name in ratios
        for stage, liability in (_place(name),)
    )


def liability_term(*, base: float, ratios: Mapping[str, float], bounds: Bounds) -> float:
    """Return the months for the offence's facts alone, inside the tier."""
    return bounds.clip(_offence_months(base, ratios), mitigated=mitigated(ratios, liability_only=True))


def expected_liability_term(
    *, base: float, bands: Mapping[str, tuple[float, float]], bounds: Bounds
) -> float:
    """Return the mean of :func:`liability_term` when every ratio is drawn uniformly from its own band.

    ``bands`` maps circumstances to the signed ends of their band, the lower first; those of the offender are not read.
    The ratios are independent and the term is linear in each of them, so where no bound is reached the mean is the term
    at the middles. Where one is, the mean over one ratio is exact and the others are integrated at fixed nodes.
    """
    ours = [(name, band) for name, band in bands.items() if is_liability(name)]
    allowed = mitigated(bands, liability_only=True)
    ends = [_offence_months(base, {name: band[end] for name, band in ours}) for end in (0, 1)]
    clipped = [bounds.clip(months, mitigated=allowed) for months in ends]
    if clipped == ends:
        return _offence_months(base, {name: (low + high) / 2 for name, (low, high) in ours})
    if clipped[0] == clipped[1]:
        return clipped[0]
    limits = (bounds.clip(-math.inf, mitigated=allowed), bounds.ceiling)
    return _mean_term(base, {}, ours, limits)


def mean_clipped(low: float, high: float, *, floor: float, ceiling: float) -> float:
    """Return the mean of a number drawn uniformly from ``low`` to ``high`` and then put between floor and ceiling."""
    if low == high:
        return min(ceiling, max(floor, low))
    start, end = min(ceiling, max(floor, low)), min(ceiling, max(floor, high))
    below, above = max(0.0, min(high, floor) - low), max(0.0, high - max(low, ceiling))
    return (below * floor + (end**2 - start**2) / 2 + above * ceiling) / (high - low)


def _mean_term(
    base: float, fixed: dict[str, float], drawn: list[tuple[str, tuple[float, float]]], limits: tuple[float, float]
) -> float:
    (name, (low, high)), *others = drawn
    if not others:
        ends = (_offence_months(base, {**fixed, name: end}) for end in (low, high))
        return mean_clipped(*ends, floor=limits[0], ceiling=limits[1])
    nodes, weights = _nodes()
    ratios = (low + (high - low) * (node + 1) / 2 for node in nodes)
    means = [_mean_term(base, {**fixed, name: ratio}, others, limits) for ratio in ratios]
    return sum(weight * mean for weight, mean in zip(weights, means, strict=True)) / 2


@lru_cache(maxsize=1)
def _nodes() -> tuple[tuple[float, ...], tuple[float, ...]]:
    # the mean over the other ratios has a steady slope but a kink in it where a bound begins to be reached; 24 nodes
    # leave an error below a thousandth of a month
    nodes, weights = np.polynomial.legendre.leggauss(24)
    return tuple(nodes.tolist()), tuple(weights.tolist())


def _offence_months(base: float, ratios: Mapping[str, float]) -> float:
    return base * first_stage(ratios, liability_only=True) * (1.0 + liability_ratio(ratios))


def adjusted_term(*, base: float, ratios: Mapping[str, float]) -> float:
    """Return B · Π_first(1 + t) · (1 + A + P), before any bound."""
    second = max(LEAST_REMAINDER, 1.0 + liability_ratio(ratios) + offender_ratio(ratios))
    return base * first_stage(ratios, liability_only=False) * second


def combined_term(terms: list[float], *, kind: str, share: float) -> int:
    """Return the months to be served for several terms of one kind (刑法69), ``share`` of the way to the most."""
    low, high = combine(terms, [kind] * len(terms))
    assert low is not None and high is not None, "terms that are known combine to known bounds"
    return int(round(low + share * (high - low)))
