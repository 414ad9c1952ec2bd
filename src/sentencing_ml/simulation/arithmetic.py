"""The guideline's arithmetic with known ratios: from the base sentence to the declared one.

``Y = clip{ B · Π_first(1 + t) · (1 + A + P) }`` (法发〔2021〕21号 二): circumstances of the first stage multiply, the
others add up. A is the liability part of the second stage, P the offender's part, in which 认罪认罚 is not counted
twice with what it rests on. Leaving out P and the mixed circumstances of the first stage gives the liability term.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST_LIABILITY = ("minor", "attempt", "preparation", "accessory", "coerced", "diminished_capacity", "excess_defense")
FIRST_MIXED = ("elderly", "desistance")
SECOND_LIABILITY = ("victim_fault", "vulnerable_victim")
PLEA = "plea_leniency"
JOINED = ("voluntary_surrender", "restitution", "compensation_forgiveness", "reconciliation")
"""With these 认罪认罚 may reach the higher cap."""
NOT_TWICE = ("voluntary_surrender", "confession", "in_court_admission", "restitution", "compensation_forgiveness", "reconciliation")
"""三(十四): not evaluated again beside 认罪认罚."""

MITIGATING = FIRST_LIABILITY + FIRST_MIXED + ("voluntary_surrender", "meritorious")
"""Grounds on which the law allows 减轻, a sentence in the next lower tier (刑法63)."""

LEAST_REMAINDER = 0.1
"""Ratios that add up to more than the whole leave a tenth: the guideline has no rule for it."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Months between which a sentence lies: the tier's, and its lower end after 减轻."""

    floor: float
    ceiling: float
    mitigated_floor: float

    def clip(self, months: float, *, mitigated: bool) -> float:
        """Return ``months`` inside the bounds."""
        return min(self.ceiling, max(self.mitigated_floor if mitigated else self.floor, months))


def offender_ratio(ratios: Mapping[str, float], *, plea_alone_cap: float, plea_joined_cap: float) -> float:
    """Return P, the signed sum of the second stage's offender ratios, nothing counted twice.

    With 认罪认罚 the reduction of the whole group is the larger of its own ratio and the sum of the circumstances it
    rests on, at most the cap (三(十四): alone, or joined by 自首、退赃、赔偿谅解、和解); without it they add up.
    """
    group = -sum(ratios[name] for name in NOT_TWICE if name in ratios)
    rest = sum(
        ratio for name, ratio in ratios.items()
        if name not in NOT_TWICE and name != PLEA and name not in FIRST_LIABILITY + FIRST_MIXED + SECOND_LIABILITY
    )
    if PLEA in ratios:
        cap = plea_joined_cap if any(name in ratios for name in JOINED) else plea_alone_cap
        group = min(cap, max(-ratios[PLEA], group))
    return rest - group


def first_stage(ratios: Mapping[str, float], names: tuple[str, ...]) -> float:
    """Return the product of 1 + t over the circumstances in ``names``."""
    product = 1.0
    for name in names:
        product *= 1.0 + ratios.get(name, 0.0)
    return product


def liability_ratio(ratios: Mapping[str, float]) -> float:
    """Return A, the signed sum of the second stage's liability ratios."""
    return sum(ratios.get(name, 0.0) for name in SECOND_LIABILITY)


def liability_term(*, base: float, ratios: Mapping[str, float], bounds: Bounds) -> float:
    """Return the months for the offence's facts alone, inside the tier."""
    mitigated = any(name in ratios for name in FIRST_LIABILITY)
    return bounds.clip(base * first_stage(ratios, FIRST_LIABILITY) * (1.0 + liability_ratio(ratios)), mitigated=mitigated)


def adjusted_term(*, base: float, ratios: Mapping[str, float], plea_alone_cap: float, plea_joined_cap: float) -> float:
    """Return B · Π_first(1 + t) · (1 + A + P), before any bound."""
    offender = offender_ratio(ratios, plea_alone_cap=plea_alone_cap, plea_joined_cap=plea_joined_cap)
    second = max(LEAST_REMAINDER, 1.0 + liability_ratio(ratios) + offender)
    return base * first_stage(ratios, FIRST_LIABILITY + FIRST_MIXED) * second


def combined_term(terms: list[float], *, share: float) -> int:
    """Return the months to be served for several fixed terms (刑法69): between the longest and the sum, at most 20 years,
    or 25 when the sum is 35 years or more. ``share`` says how far towards the sum."""
    total, longest = sum(terms), max(terms)
    cap = 300 if total >= 420 else 240
    return int(min(cap, max(longest, round(longest + share * (total - longest)))))
