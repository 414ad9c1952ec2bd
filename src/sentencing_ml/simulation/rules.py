"""What the generator reads of the law: tiers of a charge at a date, ratio bands, limits of the penalties."""

import datetime
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.law import statutes
from sentencing_ml.law.charges import charge as charge_entry
from sentencing_ml.law.circumstances import circumstance
from sentencing_ml.law.combination import limits


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A tier (档) of a charge: statutory months, starting point in months, and the kinds of penalty it knows."""

    floor: float
    ceiling: float
    start: tuple[float, float]
    detention: bool
    surveillance: bool
    life: bool
    death: bool
    fine: str | None


@dataclass(frozen=True, kw_only=True)
class ChargeLaw:
    """A charge with its article and its tiers in force on a day, lightest first."""

    name: str
    article: str
    tiers: tuple[Tier, ...]


@lru_cache(maxsize=8192)
def charge_law(charge: str, day: str) -> ChargeLaw:
    """Return the tiers of ``charge`` for an offence on ``day`` (ISO).

    A tier without a starting point of its own (superseded law) starts in the first year of its range.

    Raises
    ------
    KeyError
        The law does not know the charge on that day.
    """
    tiers = statutes.tiers(charge, on=datetime.date.fromisoformat(day))
    entry = charge_entry(charge)
    if not tiers or entry is None:
        raise KeyError(f"{charge}: no tiers on {day}")
    return ChargeLaw(name=charge, article=entry.article, tiers=tuple(_tier(tier) for tier in tiers))


def _tier(tier: statutes.Tier) -> Tier:
    longest = limits()["fixed_term"].params["max_months"]
    low = longest if tier.statute.low is None else tier.statute.low
    high = longest if tier.statute.high is None else tier.statute.high
    start = (low, min(high, low + 12)) if tier.starting is None else (tier.starting.low, tier.starting.high)
    return Tier(
        floor=low,
        ceiling=high,
        start=start,
        detention=tier.detention,
        surveillance=tier.surveillance,
        life=tier.statute.life,
        death=tier.statute.death,
        fine=tier.fine,
    )


def ratio_band(name: str, *, variant: int | None) -> tuple[float, float]:
    """Return the unsigned band of a circumstance: the usual one, or that of a variant.

    Raises
    ------
    KeyError
        The guideline gives no ratio for it.
    """
    entry = circumstance(name)
    band = entry.usual if variant is None else entry.variants[variant].band
    if band is None:
        raise KeyError(f"{name}: the guideline gives no ratio")
    return band.low, band.high


@lru_cache(maxsize=1)
def least_term() -> int:
    """Return the months of the shortest 有期徒刑 (刑法45)."""
    return limits()["fixed_term"].params["min_months"]


@lru_cache(maxsize=1)
def longest_detention() -> int:
    """Return the months of the longest 拘役 (刑法42)."""
    return limits()["detention"].params["max_months"]
