"""Figures of a sentence in months: signed, tolerance-aware, and tables of them by group.

``y`` is the judgment's own term in months and ``predicted`` the figure it is compared with. Signed figures work on
ln((1 + predicted) / (1 + y)), so +10 % and −10 % weigh alike and a term of 0 months divides nothing.
"""

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame

from sentencing_ml.liability.slices import FIFTHS

POINTS = ("bias", "mae", "median_ape", "heavy", "light")
"""Figures of a cell: mean signed bias (a geometric share), mean absolute error (months), median of the absolute error
as a share of 1 + y, 偏重率 and 偏轻率."""

_BLOCK = 256

BANDS = FIFTHS
"""Bands of severity: fifths of the expected term, lightest first.

They are cut from the prediction. Cut from the declared term, every model would look too high on light cases and too low
on grave ones, since a case is grave partly by chance.
"""


def signed_bias(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return ln((1 + predicted) / (1 + y)) of each row: above 0 the prediction is the heavier one."""
    return np.log1p(np.asarray(predicted, dtype=float)) - np.log1p(np.asarray(y, dtype=float))


def as_percent(log_ratio: float) -> float:
    """Turn a mean log ratio into a geometric share: 0.0953 → 0.10."""
    return float(np.expm1(log_ratio))


def row_figures(
    y: np.ndarray, predicted: np.ndarray, *, low: np.ndarray, high: np.ndarray, tolerance: float
) -> pd.DataFrame:
    """Return the figures of each row, float64.

    Returns
    -------
    DataFrame with ``bias`` (log ratio), ``bias_months``, ``error`` (absolute, months), ``ape`` (that as a share of
    1 + y), ``heavy`` and ``light`` (1 where the prediction passes the judgment by more than ``tolerance`` up or down),
    ``asymmetry`` (heavy − light), ``covered`` (1 where ``low`` ≤ y ≤ ``high``; nan without an interval) and ``width``
    (of the interval, as ln of the ratio of its ends).
    """
    y, predicted, low, high = (np.asarray(values, dtype=float) for values in (y, predicted, low, high))
    known = ~np.isnan(y) & ~np.isnan(predicted)
    heavy = np.where(known, _beyond(predicted, (1 + tolerance) * y), np.nan)
    light = np.where(known, _beyond((1 - tolerance) * y, predicted), np.nan)
    interval = ~np.isnan(y) & ~np.isnan(low) & ~np.isnan(high)
    return pd.DataFrame(
        {
            "bias": signed_bias(y, predicted),
            "bias_months": predicted - y,
            "error": np.abs(predicted - y),
            "ape": np.abs(predicted - y) / (1 + y),
            "heavy": heavy,
            "light": light,
            "asymmetry": heavy - light,
            "covered": np.where(interval, (low <= y) & (y <= high), np.nan),
            "width": np.log1p(high) - np.log1p(low),
        }
    )


def _beyond(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    # rounded to a thousandth of a month so that 12 against 10 months is not beyond 20 %
    return np.round(value - bound, 3) > 0


def cut(values: np.ndarray, *, parts: int) -> np.ndarray:
    """Return the part 0 … of each value among parts of equal number; equal values stay together."""
    edges = np.unique(np.quantile(values, np.arange(1, parts) / parts)) if len(values) else np.empty(0)
    return np.searchsorted(edges, values, side="right")


def relative_error(error: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Return each absolute error as a multiple of the mean error of its band; nan where a band has no error at all.

    Its mean over a group tells whether the group is missed by more than others *of the same severity*: long terms have
    large errors, whoever serves them.
    """
    mean = pd.Series(error).groupby(band).transform("mean").to_numpy()
    return np.divide(error, mean, out=np.full(len(error), np.nan), where=mean > 0)


def point_table(figures: pd.DataFrame, group: pd.Series, control: pd.Series | None) -> pd.DataFrame:
    """Return what is true of the rows of every group, within each level of ``control`` when given.

    ``figures`` are those of :func:`row_figures`, in the order of ``group``. Columns: ``n`` and :data:`POINTS`. No
    interval and no suppression: the caller decides which cells may be shown.
    """
    by = {"group": group.to_numpy(dtype=object)} | ({} if control is None else {"control": control.to_numpy(object)})
    keys = pd.DataFrame(by)
    order, starts, stops = _blocks(keys.groupby(list(by), sort=True).ngroup().to_numpy())
    values = figures[["bias", "error", "ape", "heavy", "light"]].to_numpy(dtype=float)[order]

    def described(_: np.ndarray, blocks: np.ndarray) -> tuple[float, ...]:
        rows = np.concatenate([np.arange(starts[block], stops[block]) for block in blocks])
        bias, error, _, heavy, light = values[rows].mean(axis=0)
        return len(rows), as_percent(bias), error, np.median(values[rows, 2]), heavy, light

    sample = keys.iloc[order[starts]].reset_index(drop=True)
    cells = MetricFrame(
        metrics={"figures": described},
        y_true=np.arange(len(starts)),
        y_pred=np.arange(len(starts)),
        sensitive_features=sample["group"],
        control_features=None if control is None else sample["control"],
    ).by_group["figures"]
    empty = (0, *[np.nan] * len(POINTS))
    table = pd.DataFrame(
        [found if isinstance(found, tuple) else empty for found in cells], columns=["n", *POINTS], index=cells.index
    )
    return table.astype({"n": int, **dict.fromkeys(POINTS, float)})


def _blocks(cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an order that puts rows of one cell together, and where its blocks of rows of one cell start and stop.

    fairlearn hands its samples to a metric one by one: a second for 100,000 of them, whatever the metric. So blocks of
    rows are the samples.
    """
    order = np.argsort(cell, kind="stable")
    held = cell[order]
    first = np.r_[True, held[1:] != held[:-1]] if len(held) else np.zeros(0, dtype=bool)
    place = np.arange(len(held)) - np.maximum.accumulate(np.where(first, np.arange(len(held)), 0))
    starts = np.flatnonzero(place % _BLOCK == 0)
    return order, starts, np.r_[starts[1:], len(held)].astype(int)
