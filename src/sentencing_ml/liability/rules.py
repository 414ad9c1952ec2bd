"""What the law says of a count before any data: the rule track of its facts, and the guideline's arithmetic.

The track is that of :mod:`law.track` on the liability facts alone, under the law of the day of the offence and of the
trial. A prediction is always made for a trial today; past cases train as they were tried. Where the facts leave several
tiers in play the ranges span them, ``tier`` is null, and the prior is that of the lightest: what is not known to be
grave is most often not.
"""

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.law import charges, thresholds, track
from sentencing_ml.law.arithmetic import Found, neutral_factor
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.places import province
from sentencing_ml.law.statutes import charge_law, statutes
from sentencing_ml.law.tiers import period
from sentencing_ml.liability.design import offender_columns, offender_matrix
from sentencing_ml.liability.fines import fine_frame

TRACK = {
    "article": "Float64",  # of 刑法; 133之一 is 133.01
    "statute_low": "Float64",  # months, over the tiers in play
    "statute_high": "Float64",  # months; life and death stand above it
    "statute_tiers": "Float64",  # number of tiers in play
    "rule_low": "Float64",  # months, liability interval over the tiers in play
    "rule_high": "Float64",
    "rule_prior": "Float64",  # ln of the middle of what can be computed in the lightest tier in play, in months
    "standing": "Float64",  # of amount, weight or number on the charge's ladder of thresholds; 1 at the first
    "tier": "string",  # where only one is in play
    "fine_beside": "boolean",  # whether a tier in play knows a fine beside another penalty
    "fine_alone": "boolean",  # the same of a fine alone
    "fine_floor": "Float64",  # yuan; see fines.fine_frame
    "fine_ceiling": "Float64",
}
_WITHIN = datetime.timedelta(days=365)  # cases without a day of judgment are taken to be tried within a year


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

    ``dated`` reads past cases as tried on their day of judgment; otherwise the trial is today's. The day of the
    offence counts in both.
    """
    # where the trial is today's, the day of the judgment is not read, and more rows are alike
    names = [name for name in _law_columns(frame) if dated or name != "judgment_date"]
    key = tuple(names)
    found = [_track_of(key, values, dated=dated) for values in _values(frame, names)]
    columns = zip(*found, strict=True) if found else ([] for _ in TRACK)
    return pd.DataFrame(
        {name: pd.array(column, dtype=dtype) for (name, dtype), column in zip(TRACK.items(), columns, strict=True)},
        index=frame.index,
    )


def records(frame: pd.DataFrame, *, also: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of a factor table with what the law may read of them; null is None.

    That is the model's own factors, when and where the offence was committed, and the day of the trial; nothing of the
    offender but what is named in ``also``.
    """
    names = [*_law_columns(frame), *(name for name in also if name in frame)]
    return [dict(zip(names, values, strict=True)) for values in _values(frame, names)]


def _law_columns(frame: pd.DataFrame) -> list[str]:
    factors = [factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())]
    return [name for name in (*factors, "charge_group", "judgment_date") if name in frame]


def _values(frame: pd.DataFrame, names: list[str]) -> Iterator[tuple]:
    """Return the values of each row as Python's own; null is None."""
    columns = []
    for name in names:
        values = frame[name].to_numpy(dtype=object, na_value=None).tolist()
        if frame[name].dtype == object:  # other columns give Python's own values
            values = [value.item() if isinstance(value, np.generic) else value for value in values]
        columns.append(values)
    return zip(*columns, strict=True)


def count_track(
    row: Mapping[str, Any], *, dated: bool = False, found: tuple[Found, ...] | None = None
) -> track.RuleTrack | None:
    """Return the rule track of a row of :func:`records`, or None without a charge.

    ``found`` are the circumstances to weigh; None runs on the liability factors of the row alone. A day that cannot be
    (before the code, after the trial) is left out: extraction misread it.
    """
    charge = row.get("charge_group")
    if charge is None:
        return None
    offence = _text(row.get("offence_date"))
    trial = _trial(row, offence) if dated else statutes().current_to
    arguments = {
        "found": liability_found(row) if found is None else found,
        "trial_date": trial,
        "province": row.get("province"),
        "liability_only": found is None,
    }
    whole = track.rule_track(charge, row, offence_date=offence, **arguments)
    return track.rule_track(charge, row, **arguments) if whole.problems and offence else whole


def liability_found(row: Mapping[str, Any]) -> tuple[Found, ...]:
    """Return the circumstances of the offence that a row of :func:`records` tells."""
    return _found(row, _told_by(liability_only=True))


def all_found(row: Mapping[str, Any]) -> tuple[Found, ...]:
    """Return the circumstances of offence and offender that a row of :func:`records` tells, of those asked for."""
    return _found(row, _told_by(liability_only=False))


def _found(row: Mapping[str, Any], told: tuple[tuple[str, Any, str], ...]) -> tuple[Found, ...]:
    found = {name: Found(name, factor) for factor, value, name in reversed(told) if row.get(factor) == value}
    return tuple(found.values())


@lru_cache(maxsize=2)
def _told_by(*, liability_only: bool) -> tuple[tuple[str, Any, str], ...]:
    """Return (factor, value, circumstance) for every circumstance that a factor tells."""
    entries = circumstances().entries
    told = []
    for factor in (*registry().model_inputs(), *(() if liability_only else registry().offender())):
        if factor.type == "boolean" and factor.circumstance in entries:
            told.append((factor.name, True, factor.circumstance))
        told += [
            (factor.name, level.name, level.circumstance)
            for level in factor.levels
            if level.circumstance in entries and (level.factor_class.model_input or not liability_only)
        ]
    return tuple(told)


@lru_cache(maxsize=65536)
def _track_of(names: tuple[str, ...], values: tuple, *, dated: bool) -> tuple:
    """Return the columns of a row's track; many cases of a charge are alike in all that the law reads."""
    known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    found = _track(known, dated=dated)
    return tuple(found.get(name) for name in TRACK)


def _track(row: dict[str, Any], *, dated: bool) -> dict:
    whole = count_track(row, dated=dated)
    if whole is None:
        return {}
    known = charges.charge(row["charge_group"])
    article = {} if known is None else {"article": article_number(known.article)}
    if not whole.tiers:
        return article
    statute, decided = whole.finding.statute, whole.finding.decided
    low, high = whole.liability
    lightest = next((entry.computed for entry in whole.tiers if entry.computed[0] is not None), (None, None))
    return {
        **article,
        "statute_low": statute.low,
        "statute_high": statute.high,
        "statute_tiers": len(whole.tiers),
        "rule_low": None if low is None else float(low),
        "rule_high": None if high is None else float(high),
        "rule_prior": None if lightest[0] is None else math.log((lightest[0] + lightest[1]) / 2),
        "standing": standing(row, dated=dated),
        "tier": None if decided is None else decided.id,
        **fine_frame([entry.tier for entry in whole.tiers], row),
    }


def standing(row: Mapping[str, Any], *, dated: bool = False) -> float | None:
    """Return where the facts of a row of :func:`records` stand on the thresholds of its charge; None without any."""
    law = charge_law(row["charge_group"])
    if law is None:
        return None
    offence, trial, place = standards_of(row, dated=dated)
    return thresholds.standing(law, row, offence=offence, trial=trial, province=place)


def standards_of(
    row: Mapping[str, Any], *, dated: bool = False
) -> tuple[datetime.date, datetime.date, str | None]:
    """Return the day of the offence, that of the trial and the province whose thresholds apply to a row.

    Of an offence told by month or year the last day counts, and without any the day of the trial.
    """
    offence = _text(row.get("offence_date"))
    trial = _trial(row, offence) if dated else statutes().current_to
    days = period(offence)
    day = trial if days is None or days[1] > trial else days[1]
    place = row.get("province")
    return day, trial, None if place is None else province(place)


def _trial(row: Mapping[str, Any], offence: str | None) -> datetime.date:
    days = period(_text(row.get("judgment_date"))) or period(offence)
    if days is None:
        return statutes().current_to
    later = days[1] if row.get("judgment_date") else days[1] + _WITHIN
    return min(later, statutes().current_to)


def _text(day: Any) -> str | None:
    return None if day is None else str(day)


def formula_log_ratio(frame: pd.DataFrame, offender: pd.DataFrame | None = None) -> pd.Series:
    """Return the guideline's ln(declared ÷ neutral term) of every count, index of ``frame``.

    The middles of its ratio bands, added and capped as :mod:`law.arithmetic` says. What is unknown counts as absent.
    ``offender`` is :func:`offender_matrix` of the same counts, where it is at hand.
    """
    offender = offender_matrix(frame) if offender is None else offender
    known = {
        column.name: name
        for column in offender_columns()
        if (name := _circumstance(column.name, column.factor)) is not None
    }
    present = {name: offender[name].to_numpy() == 1.0 for name in known}
    for factor in registry().model_inputs():
        # Circumstances of the offence stand in numerator and denominator: they decide what a ratio is a share of.
        if factor.type == "boolean" and factor.circumstance in circumstances().entries:
            known[factor.name] = factor.circumstance
            present[factor.name] = frame[factor.name].to_numpy(dtype=bool, na_value=False)
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


def neutral_factors(
    frame: pd.DataFrame, ratios: Mapping[str, float] | None = None, *, circumstances_of: Mapping[str, str]
) -> np.ndarray:
    """Return :func:`law.arithmetic.neutral_factor` for every row of a table of boolean factors.

    ``circumstances_of`` maps the columns to circumstance ids; several columns may stand for one circumstance. Its class
    in ``circumstances.yaml`` decides the side: mixed ones are prevention, disputed ones are left out. Unknown (null)
    counts as absent: what a record does not mention cannot be taken out of its term.
    """
    entries = circumstances().entries
    ids = sorted({name for name in circumstances_of.values() if entries[name].doctrinal_class != "disputed"})
    present = np.zeros((len(frame), len(ids)), dtype=bool)
    for column, name in circumstances_of.items():
        if name in ids:
            present[:, ids.index(name)] |= frame[column].to_numpy(dtype=bool, na_value=False)
    patterns, row_pattern = np.unique(present, axis=0, return_inverse=True)
    factors = np.empty(len(patterns))
    for number, pattern in enumerate(patterns):
        found = [name for name, there in zip(ids, pattern, strict=True) if there]
        factors[number] = neutral_factor(
            liability=[name for name in found if entries[name].doctrinal_class == "liability"],
            prevention=[name for name in found if entries[name].doctrinal_class != "liability"],
            ratios=ratios,
        )
    return factors[row_pattern.reshape(-1)]
