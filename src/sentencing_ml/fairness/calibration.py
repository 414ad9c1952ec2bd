"""Calibration by group: the line of ln(1 + declared term) on ln(1 + expected term), and terms by tenth of the advice.

A slope of 1 says that cases advised twice as heavy are judged twice as heavy; below 1 the advice spreads a group more
than its judgments do. Only the *difference* of the slopes of a group and of the others is tested: a slope below 1 of
all alike is a fault of the model and no disparity.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml.fairness.bootstrap import ClusterSums, by_cluster, effective_df
from sentencing_ml.fairness.metrics import cut

TENTHS = 10


def slope_contrasts(
    declared: np.ndarray, expected: np.ndarray, member: np.ndarray, rest: np.ndarray, clusters: np.ndarray
) -> ClusterSums:
    """Return the sums of "slope within the group minus slope among the rest".

    ``declared`` and ``expected`` are logarithms of shape (rows,), ``member`` and ``rest`` boolean (rows, groups).
    """
    numerator, denominator = _products(declared, expected, member, clusters)
    rest_numerator, rest_denominator = _products(declared, expected, rest, clusters)
    return ClusterSums(
        numerator=numerator,
        denominator=denominator,
        rest_numerator=rest_numerator,
        rest_denominator=rest_denominator,
    )


def _products(
    declared: np.ndarray, expected: np.ndarray, who: np.ndarray, clusters: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    x, y = _centred(expected, who), _centred(declared, who)
    return by_cluster(x * y, clusters), by_cluster(x * x, clusters)


def _centred(values: np.ndarray, who: np.ndarray) -> np.ndarray:
    return np.where(who, values[:, None] - values @ who / np.maximum(who.sum(axis=0), 1), 0.0)


def lines(
    declared: np.ndarray, expected: np.ndarray, member: np.ndarray, clusters: np.ndarray, *, level: float
) -> list[dict[str, dict[str, float]]]:
    """Return ``slope`` and ``intercept`` of each group, each ``estimate``, ``low`` and ``high``.

    The intercept is at an expected term of 0 months, on the log scale. Intervals are those of the delete-one-cluster
    jackknife; nan where there are too few clusters.
    """
    moments = np.stack(
        [by_cluster(member * value[:, None], clusters) for value in _moments(declared, expected)]
    )  # (moments, clusters, groups)
    total = moments.sum(axis=1)
    point = _line(total)
    inside = moments[0] > 0
    left = np.where(inside[None], _line(total[:, None] - moments) - point[:, None], 0.0)
    active = inside.sum(axis=0)
    numerator, denominator = _products(declared, expected, member, clusters)
    df = effective_df(ClusterSums(numerator=numerator, denominator=denominator))
    usable = (active >= 2) & np.isfinite(df) & np.isfinite(left).all(axis=(0, 1))
    scale = np.maximum(active - 1, 0) / np.maximum(active, 1)
    se = np.sqrt(scale * (np.where(usable, left, 0.0) ** 2).sum(axis=1))
    half = np.where(usable & (se > 0), stats.t.ppf(0.5 + level / 2, np.where(usable, df, 1.0)) * se, np.nan)
    return [
        {
            name: {
                "estimate": float(point[place, column]),
                "low": float(point[place, column] - half[place, column]),
                "high": float(point[place, column] + half[place, column]),
            }
            for place, name in enumerate(("slope", "intercept"))
        }
        for column in range(member.shape[1])
    ]


def _moments(declared: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.ones(len(declared)), expected, declared, expected * expected, expected * declared


def _line(moments: np.ndarray) -> np.ndarray:
    n, x, y, xx, xy = moments
    spread = n * xx - x * x
    usable = (n >= 2) & (spread > 1e-9 * np.maximum(n * xx, 1.0))
    slope = np.divide(n * xy - x * y, spread, out=np.full(spread.shape, np.nan), where=usable)
    intercept = np.divide(y - slope * x, n, out=np.full(spread.shape, np.nan), where=usable)
    return np.stack([slope, intercept])


def tenths(expected: pd.Series) -> pd.Series:
    """Return the tenth of the expected term in which each row lies, named by its range in months."""
    months = expected.to_numpy(dtype=float)
    place = cut(months, parts=TENTHS)
    names: dict[int, Any] = {}
    for number in np.unique(place):
        inside = months[place == number]
        names[number] = f"{number + 1:02d}：{inside.min():.0f}–{inside.max():.0f} 个月"
    return pd.Series([names[number] for number in place], index=expected.index, dtype="string")
