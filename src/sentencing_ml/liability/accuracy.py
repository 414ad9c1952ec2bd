"""How far months lie from months: the figures, their definitions, and their intervals when clusters are drawn again.

Every figure is a function of sums over rows (:data:`SUMS`), so a bootstrap of whole clusters is one matrix product, and
two sets of months are compared on the same draws: what makes a cluster hard for both cancels out.

A cluster is a court; where the court is unknown, the judgment with its near-duplicates. Rows of one cluster share facts
and a bench, so intervals from rows drawn one by one would be too narrow.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

LN216 = math.log(216)
"""Scale of the normalised log distance: 18 years in months."""

NEAR = 0.25
SUMS = ("n", "abs", "error", "near", "abs_log", "log", "log_2", "observed", "observed_2")
"""Of each row: 1; |ŷ − y|; ŷ − y; |ŷ − y| ≤ y/4; |d|; d; d²; ln(1 + y); its square; with d = ln(1 + ŷ) − ln(1 + y)."""

FIGURES = (
    "mae_months",
    "bias_months",
    "typical_ratio",
    "bias_ratio",
    "within_25",
    "r2_log",
    "r2_log_level",
    "log_distance_score",
)
"""The figures of :func:`figures`; ``figures.yaml`` defines each for readers."""

_LEVEL = 0.95
_LOST = 0.05  # a group that more than this share of the draws lost shows too little of its spread
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """The cluster of each row, ``code`` (rows,), and how often each cluster was drawn, ``times`` (draws, clusters)."""

    code: np.ndarray
    times: np.ndarray

    def totals(self, values: np.ndarray) -> np.ndarray:
        """Return the sums over the rows of every draw, shape (draws, columns), of values of shape (rows, columns)."""
        count = self.times.shape[1]
        by_cluster = np.stack([np.bincount(self.code, weights=column, minlength=count) for column in values.T], axis=1)
        block = max(1, _CELLS_AT_ONCE // max(count, 1))
        parts = [
            self.times[start : start + block].astype("float64") @ by_cluster
            for start in range(0, len(self.times), block)
        ]
        return np.concatenate(parts)

    def take(self, places: np.ndarray) -> "Clusters":
        """Return the same draws for some of the rows."""
        return Clusters(code=self.code[places], times=self.times)

    @property
    def number(self) -> int:
        """Clusters that have a row."""
        return len(np.unique(self.code))


def court_clusters(court: pd.Series, document: pd.Series) -> np.ndarray:
    """Return integer codes of the clusters: the court, or the judgment where the court is unknown."""
    name = ("court " + court.astype("string")).fillna("document " + document.astype("string"))
    return pd.factorize(name, sort=True)[0]


def drawn(code: np.ndarray, *, draws: int, seed: int) -> Clusters:
    """Draw as many clusters as there are, with replacement, ``draws`` times."""
    count = int(code.max()) + 1 if len(code) else 0
    shares = np.full(count, 1 / count) if count else np.empty(0)
    times = np.random.default_rng(seed).multinomial(count, shares, size=draws) if count else np.empty((draws, 0))
    return Clusters(code=code, times=times.astype("uint8"))


def sums(predicted: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return :data:`SUMS` of every row, shape (rows, 9), of months."""
    error = predicted - observed
    level = np.log1p(observed)
    log = np.log1p(predicted) - level
    near = (np.abs(error) <= NEAR * observed).astype("float64")
    columns = (np.ones(len(error)), np.abs(error), error, near, np.abs(log), log, log**2, level, level**2)
    return np.column_stack(columns)


def figures(totals: np.ndarray) -> dict[str, np.ndarray]:
    """Return every figure of sums of shape (…, 9); nan without rows, and R² where the observed terms do not differ."""
    part = dict(zip(SUMS, np.moveaxis(np.asarray(totals, dtype="float64"), -1, 0), strict=True))
    n = np.where(part["n"] > 0, part["n"], np.nan)
    spread = part["observed_2"] - part["observed"] ** 2 / n
    # what is left of equal terms is rounding
    spread = np.where(spread > 1e-9 * np.maximum(part["observed_2"], 1.0), spread, np.nan)
    return {
        "mae_months": part["abs"] / n,
        "bias_months": part["error"] / n,
        "typical_ratio": np.expm1(part["abs_log"] / n),
        "bias_ratio": np.expm1(part["log"] / n),
        "within_25": part["near"] / n,
        "r2_log": 1 - part["log_2"] / spread,
        "r2_log_level": 1 - (part["log_2"] - part["log"] ** 2 / n) / spread,
        "log_distance_score": 1 - part["abs_log"] / n / LN216,
    }


def accuracy(predicted: np.ndarray, observed: np.ndarray, clusters: Clusters) -> dict:
    """Return ``n``, ``n_clusters`` and each figure as ``value`` with its 95 % interval ``low`` … ``high``.

    Months of shape (rows,), none missing. A figure that the rows cannot carry is None.
    """
    values = sums(predicted, observed)
    point, spread = figures(values.sum(axis=0)), figures(clusters.totals(values))
    whole = {name: with_interval(point[name], spread[name]) for name in FIGURES}
    return {"n": len(observed), "n_clusters": clusters.number, **whole}


def difference(ours: np.ndarray, other: np.ndarray, observed: np.ndarray, clusters: Clusters) -> dict:
    """Return by how much each figure of ``ours`` lies above that of ``other`` on the same rows, with its interval."""
    first, second = sums(ours, observed), sums(other, observed)
    point = _less(figures(first.sum(axis=0)), figures(second.sum(axis=0)))
    spread = _less(figures(clusters.totals(first)), figures(clusters.totals(second)))
    return {name: with_interval(point[name], spread[name]) for name in FIGURES}


def means(values: np.ndarray, group: np.ndarray, clusters: Clusters, *, groups: int) -> list[dict]:
    """Return ``n`` and the mean with its interval of the rows in each group 0 …; a group below 0 is none."""
    result = []
    for place in range(groups):
        inside = group == place
        columns = np.column_stack([np.ones(int(inside.sum())), values[inside]])
        with np.errstate(invalid="ignore", divide="ignore"):
            totals = clusters.take(inside).totals(columns)
            spread = totals[:, 1] / totals[:, 0]
            point = columns[:, 1].mean() if inside.any() else np.nan
        result.append({"n": int(inside.sum()), **(with_interval(point, spread) or _NOTHING)})
    return result


_NOTHING = {"value": None, "low": None, "high": None}


def with_interval(value: float, draws: np.ndarray) -> dict[str, float | None] | None:
    """Return the value with its 95 % percentile interval; None without a value.

    The interval is None where more than a twentieth of the draws has no value: it would look narrower than it is.
    """
    if not np.isfinite(value):
        return None
    known = draws[np.isfinite(draws)]
    if known.size < (1 - _LOST) * draws.size or not known.size:
        return {"value": float(value), "low": None, "high": None}
    low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return {"value": float(value), "low": float(low), "high": float(high)}


def _less(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: first[name] - second[name] for name in FIGURES}
