"""Do the intervals hold what they promise: overall, by charge, by the cell they come from, by year, and in later years.

An interval promises the *neutral* term, the declared one with the offender's factors taken out. On the test part that
is checked as it stands. What happens when practice or law moves on is seen by another model: fitted on the years up to
the middle one, its intervals are held against counts of the same years and against those of each later year.
"""

from dataclasses import fields

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.liability.accuracy import Clusters, court_clusters, drawn, means
from sentencing_ml.liability.held_out import HeldOut, years
from sentencing_ml.liability.intervals import ANY, Intervals, cases_needed, fit_intervals
from sentencing_ml.liability.liability_term import liability_regressor
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.train import Training
from sentencing_ml.settings import Settings

CHARGE_FROM = 100
"""Tested counts from which the coverage of a charge is stated."""


def coverage(held: HeldOut, intervals: Intervals) -> dict:
    """Return coverage and width on advised counts.

    ``of`` what is covered, ``nominal``, ``n``, ``coverage`` with its interval, ``median_width_months``,
    ``median_relative_width`` (of 1 + liability term), ``below`` and ``above`` (shares of neutral terms that miss on
    either side), ``by_charge``, ``by_cell`` and ``by_year``: lists of ``group``, ``n``, ``coverage``,
    ``median_width_months``.
    """
    width = held.high - held.low
    charge = held.frame["charge_group"].astype("string")
    return {
        "of": "neutral labels",
        "nominal": intervals.level,
        "n": len(width),
        "coverage": _mean(held.covered, held.clusters),
        "median_width_months": float(np.median(width)),
        "median_relative_width": float(np.median(width / (1 + held.liability))),
        "below": float((held.neutral < held.low).mean()),
        "above": float((held.neutral > held.high).mean()),
        "by_charge": _by(held, charge, least=CHARGE_FROM, by_size=True),
        "by_cell": _by(held, _cell_names(held, intervals), least=COUNT_ONLY_BELOW, by_size=True),
        "by_year": _by(held, years(held.frame), least=COUNT_ONLY_BELOW, by_size=False),
    }


def shifted_years(training: Training, held: HeldOut, *, settings: Settings) -> dict:
    """Fit on the years up to the middle one and measure the intervals in the same years and in later ones.

    A fifth of the early rows, whole courts, is kept from the fit and stands for the same years. Later rows whose
    cluster has an early row are left out. Years are of the judgment, else of the offence; rows without one take no
    part.

    Returns
    -------
    ``until``, ``nominal``, ``n_fitted``, ``same`` (coverage in the same years) and ``later`` (in all later ones), each
    ``n``, ``value``, ``low``, ``high``; ``by_year``: list of ``year`` and the same; or only ``why`` there is none.
    """
    frame = pd.concat([training.frame, held.frame], ignore_index=True)
    rows = _joined(training.rows, held.rows)
    months = np.concatenate([training.months, held.declared])
    weight = np.concatenate([training.weight, np.ones(len(held.declared))])
    learns = np.arange(len(frame)) < len(training.frame)
    fold = np.concatenate([training.fold, np.full(len(held.declared), -1)])
    year = years(frame)
    known = year.notna().to_numpy(dtype=bool)
    cut = _middle_year(year[learns & known])
    if cut is None:
        return {"why": "没有日期，或全部案件在同一年，无法按年份检验。"}
    early = known & (year <= cut).fillna(False).to_numpy(dtype=bool)
    kept = early & learns & (fold == fold[early & learns].min())
    fitted = early & learns & ~kept
    cluster = frame["cluster"].fillna(frame["doc_id"])
    later = known & ~early & ~cluster.isin(set(cluster[early])).to_numpy(dtype=bool)
    least = max(COUNT_ONLY_BELOW, cases_needed(settings.train.interval_level))
    if min(fitted.sum(), kept.sum(), later.sum()) < least or len(np.unique(fold[fitted])) < 2:
        return {"why": f"有日期的案件太少：{cut} 年及以前、以后各部分都要有 {least} 项以上。"}
    model = liability_regressor(settings.train, threads=settings.runtime.threads)
    model.fit(rows.take(fitted), months[fitted], groups=fold[fitted], sample_weight=weight[fitted])
    intervals = fit_intervals(
        rows.charge[fitted],
        np.maximum(model.held_log_, 0.0),
        model.neutral_.labels_,
        level=settings.train.interval_level,
        min_group=settings.train.interval_min_group,
    )
    measured = np.flatnonzero(kept | later)
    told = rows.take(measured)
    log_term = model.predict_log(told)
    neutral = np.expm1(model.neutral_.neutral_log(told, months[measured]))
    low, high = intervals.bounds(told.charge, log_term)
    covered = ((neutral >= low) & (neutral <= high)).astype("float64")
    code = court_clusters(frame["court"][measured], cluster[measured])
    clusters = drawn(code, draws=settings.evaluate.bootstrap, seed=settings.evaluate.seed)
    same, after = means(covered, later[measured].astype(int), clusters, groups=2)
    names = sorted(set(year[later]))
    place = year.iloc[measured].map({name: number for number, name in enumerate(names)}).fillna(-1).astype(int)
    single = means(covered, place.to_numpy(), clusters, groups=len(names))
    return {
        "until": str(cut),
        "nominal": intervals.level,
        "n_fitted": int(fitted.sum()),
        "same": same,
        "later": after,
        "by_year": [
            {"year": str(name), **entry}
            for name, entry in zip(names, single, strict=True)
            if entry["n"] >= COUNT_ONLY_BELOW
        ],
    }


def _middle_year(year: pd.Series) -> str | None:
    """Return the median year, or the last one before it that leaves a later year; None where there is no such year."""
    known = sorted(year)
    if not known or known[0] == known[-1]:
        return None
    middle = known[(len(known) - 1) // 2]
    return middle if middle < known[-1] else max(name for name in known if name < middle)


def _by(held: HeldOut, group: pd.Series, *, least: int, by_size: bool) -> list[dict]:
    counted = group.value_counts()
    names = [str(name) for name in counted.index[counted >= least]]
    names = sorted(names, key=lambda name: (-counted[name], name)) if by_size else sorted(names)
    place = group.map({name: number for number, name in enumerate(names)}).fillna(-1).astype(int).to_numpy()
    found = means(held.covered.astype("float64"), place, held.clusters, groups=len(names))
    width = held.high - held.low
    return [
        {
            "group": name,
            "n": entry["n"],
            "coverage": {key: entry[key] for key in ("value", "low", "high")},
            "median_width_months": float(np.median(width[place == number])),
        }
        for number, (name, entry) in enumerate(zip(names, found, strict=True))
    ]


def _cell_names(held: HeldOut, intervals: Intervals) -> pd.Series:
    bands = {"0": "较轻", "1": "中等", "2": "较重", ANY: "各档轻重"}
    cells = intervals.cells(held.rows.charge, np.log1p(held.liability))
    return pd.Series(
        [f"{'各罪' if charge == ANY else charge} · {bands[band]}" for charge, band in cells], dtype="string"
    )


def _mean(flags: np.ndarray, clusters: Clusters) -> dict:
    found = means(flags.astype("float64"), np.zeros(len(flags), dtype=int), clusters, groups=1)[0]
    return {key: found[key] for key in ("value", "low", "high")}


def _joined(first: Rows, second: Rows) -> Rows:
    return Rows(
        **{
            field.name: pd.concat([getattr(first, field.name), getattr(second, field.name)], ignore_index=True)
            for field in fields(Rows)
        }
    )
