"""Figures of a sentence in months: signed, tolerance-aware, and tables of them by group.

``y`` is the judgment's own term in months and ``predicted`` the figure it is compared with. Signed figures work on
ln((1 + predicted) / (1 + y)), so +10 % and −10 % weigh alike and a term of 0 months divides nothing.
"""

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count

from sentencing_ml.liability.slices import FIFTHS

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
    DataFrame with ``bias`` (log ratio), ``bias_months``, ``error`` (absolute, months), ``heavy`` and ``light``
    (1 where the prediction passes the judgment by more than ``tolerance`` up or down), ``asymmetry`` (heavy − light),
    ``covered`` (1 where ``low`` ≤ y ≤ ``high``; nan without an interval) and ``width`` (of the interval, as ln of the
    ratio of its ends).
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


def point_table(
    y: pd.Series, predicted: pd.Series, group: pd.Series, control: pd.Series | None, *, tolerance: float
) -> pd.DataFrame:
    """Return the figures of every group, within each level of ``control`` when given.

    Columns: ``n``, ``bias`` (share), ``mae`` (months), ``median_ape`` (share of 1 + y), ``heavy`` and ``light`` (偏重率
    and 偏轻率). No interval and no suppression: the caller decides which cells may be shown.
    """
    metrics = {
        "n": count,
        "bias": lambda true, made: as_percent(float(np.mean(signed_bias(true, made)))),
        "mae": lambda true, made: float(np.mean(np.abs(made - true))),
        "median_ape": lambda true, made: float(np.median(np.abs(made - true) / (1 + true))),
        "heavy": lambda true, made: float(np.mean(_beyond(made, (1 + tolerance) * true))),
        "light": lambda true, made: float(np.mean(_beyond((1 - tolerance) * true, made))),
    }
    table = MetricFrame(
        metrics=metrics,
        y_true=np.asarray(y, dtype=float),
        y_pred=np.asarray(predicted, dtype=float),
        sensitive_features=pd.Series(group.to_numpy(dtype=object), name="group"),
        control_features=None if control is None else pd.Series(control.to_numpy(dtype=object), name="control"),
    ).by_group
    table = table.assign(n=table["n"].fillna(0).astype(int))
    return table.astype({name: float for name in metrics if name != "n"})
