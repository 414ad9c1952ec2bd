"""What the law says of a count before any data: its range, its starting point, and the guideline's arithmetic.

The track depends on the charge and the law of a day: which tier a case belongs to is often what the court has to
decide, so ``rule_low`` to ``rule_high`` spans the starting points of every tier, and ``tier`` is named only where the
charge has one. A prediction is always made under the law as it stands; past cases train under the law of their own day.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.law import charges, statutes
from sentencing_ml.law.backout import neutral_factors
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.liability.design import offender_columns, offender_matrix

TRACK = {
    "article": "Float64",  # of 刑法; 133之一 is 133.01
    "statute_low": "Float64",  # months
    "statute_high": "Float64",  # months; life and death stand above it
    "statute_tiers": "Float64",
    "rule_low": "Float64",  # months, lowest starting point of the tiers
    "rule_high": "Float64",
    "rule_prior": "Float64",  # ln of the middle of the basic offence's starting point in months
    "tier": "string",
}


@dataclass(frozen=True, kw_only=True)
class Caps:
    """The smallest and largest ratio of declared to neutral term that the guideline lets several factors reach."""

    lowest: float
    highest: float

    def clip(self, log_ratio: np.ndarray) -> np.ndarray:
        """Keep log ratios within the caps."""
        return np.clip(log_ratio, np.log(self.lowest), np.log(self.highest))


def rule_track(frame: pd.DataFrame, *, dated: bool = False) -> pd.DataFrame:
    """Return the columns of :data:`TRACK` for every count, index of ``frame``; null where the law data are silent.

    ``dated`` reads past cases under the law of their day of judgment, as near as the table comes to the day of the
    offence; otherwise, and where no day is known, it is the law as it stands.
    """
    days = frame["judgment_date"].astype("string").fillna("") if dated else [""] * len(frame)
    rows = [
        {} if pd.isna(charge) else _track(charge, day) for charge, day in zip(frame["charge_group"], days, strict=True)
    ]
    return pd.DataFrame(
        {name: pd.array([row.get(name) for row in rows], dtype=dtype) for name, dtype in TRACK.items()},
        index=frame.index,
    )


@lru_cache(maxsize=65536)
def _track(charge: str, day: str) -> dict:
    on = _day(day)
    known = charges.charge(charge)
    article = {} if known is None else {"article": article_number(known.article)}
    tiers = statutes.tiers(charge, on=on)
    if not tiers:
        return article
    statute = statutes.statutory_range(charge, on=on)
    start = statutes.starting_range(charge, on=on)
    return {
        **article,
        "statute_low": statute.low,
        "statute_high": statute.high,
        "statute_tiers": len(tiers),
        "rule_low": start.low if start else None,
        "rule_high": start.high if start else None,
        "rule_prior": statutes.rule_prior(charge, on=on),
        "tier": tiers[0].id if len(tiers) == 1 else None,
    }


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:  # unknown, or a month without a day
        return None


def formula_log_ratio(frame: pd.DataFrame) -> pd.Series:
    """Return the guideline's ln(declared ÷ neutral term) of every count, index of ``frame``.

    The middles of its ratio bands, added and capped as :mod:`law.backout` says. What is unknown counts as absent.
    """
    offender = offender_matrix(frame)
    known = {
        column.name: name
        for column in offender_columns()
        if (name := _circumstance(column.name, column.factor)) is not None
    }
    present = {name: offender[name] == 1.0 for name in known}
    for factor in registry().model_inputs():
        # Circumstances of the offence stand in numerator and denominator: they decide what a ratio is a share of.
        if factor.type == "boolean" and factor.circumstance in circumstances().entries:
            known[factor.name] = factor.circumstance
            present[factor.name] = frame[factor.name].fillna(False).astype(bool)
    factors = neutral_factors(pd.DataFrame(present, index=frame.index), circumstances_of=known)
    return pd.Series(-np.log(factors), index=frame.index)


def article_number(article: str) -> float:
    """Return an article as a number that keeps the order of the code: ``133之一`` → 133.01."""
    number, _, inserted = article.partition("之")
    return int(number) + ("一二三四五六七八九十".index(inserted) + 1) / 100 if inserted else float(number)


@lru_cache(maxsize=1)
def caps() -> Caps:
    """Return the bounds of the offender's effect.

    Downwards the most that 认罪认罚 and what goes with it may take off together; upwards every aggravating factor of
    the offender at the top of its band.
    """
    names = {_circumstance(column.name, column.factor) for column in offender_columns()} - {None}
    bands = [circumstances().entries[name] for name in sorted(names)]
    above = sum(entry.band.high for entry in bands if entry.direction > 0 and entry.band is not None)
    return Caps(lowest=1 - circumstances().plea.cap_raised, highest=1 + above)


def _circumstance(column: str, factor: str) -> str | None:
    entry = registry().factors[factor]
    levels = {f"{factor}_{level.name}": level.circumstance for level in entry.levels}
    name = levels.get(column, entry.circumstance)
    return name if name in circumstances().entries else None
