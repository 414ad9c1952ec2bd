"""Shiryaev–Roberts e-detectors: charts whose in-control run length is proven, not measured.

An e-value e_t has mean at most 1, given the past, as long as the judge is honest. R_t = (1 + R_{t−1}) e_t then grows by
at most one a case, so a judge who stays honest reaches R = A after A cases or more on average, whatever the order and
the strata of the cases (Shin, Ramdas and Rinaldo, "E-detectors", 2023). Several alternatives or two sides are averaged,
which keeps the bound.

Paths hold ln (1 + R): zero at the start, and no overflow however long a judge follows.
"""

import numpy as np

from sentencing_ml.monitor.charts import paths


def arl_threshold(cases: float) -> float:
    """Return the threshold of a path, ln (1 + A), for a mean in-control run length of at least ``cases``."""
    return float(np.log1p(cases))


def shiryaev_roberts(
    log_e: np.ndarray,
    *,
    counts: np.ndarray | None = None,
    threshold: float | None = None,
    resets: np.ndarray | None = None,
) -> np.ndarray:
    """Return the paths ln (1 + R_t), R averaged over the alternatives.

    Parameters
    ----------
    log_e : (judges, cases) or (alternatives, judges, cases), logs of e-values; what a masked case holds is not read.
    counts, threshold, resets : as in :func:`sentencing_ml.monitor.charts.cusum`.

    Returns
    -------
    (judges, cases).
    """

    def step(state: np.ndarray, increment: np.ndarray) -> np.ndarray:
        return np.logaddexp(0.0, state + increment)

    stacked = log_e if log_e.ndim == 3 else log_e[None]
    return paths(stacked, step, counts=counts, threshold=threshold, resets=resets, read=log_mean)


def log_mean(values: np.ndarray) -> np.ndarray:
    """Return ln of the mean over the first axis of exp(values)."""
    return np.logaddexp.reduce(values, axis=0) - np.log(len(values))


def direction_log_e(up: np.ndarray, *, null: tuple[float, float], strict: tuple[float, ...]) -> np.ndarray:
    """Return the logs of the e-values of A2 for departures, (2 × alternatives, judges, cases).

    Parameters
    ----------
    up : (judges, cases) bool, the departure is above the advice.
    null : lowest and highest share of upward departures of an honest judge.
    strict : shares of departures to one side that are looked for, each on both sides.

    Each has mean at most 1 for every share within ``null``: upward ones are set against its upper end, downward ones
    against its lower end.
    """
    lowest, highest = null
    upward = [np.where(up, np.log(p / highest), np.log((1 - p) / (1 - highest))) for p in strict]
    downward = [np.where(up, np.log((1 - p) / lowest), np.log(p / (1 - lowest))) for p in strict]
    return np.stack([*upward, *downward])

