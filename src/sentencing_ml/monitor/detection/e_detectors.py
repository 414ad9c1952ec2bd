"""Shiryaev–Roberts e-detectors: charts whose in-control run length is proven, not measured.

An e-value e_t has mean at most 1, given the past, as long as the judge is honest. R_t = (1 + R_{t−1}) e_t then grows by
at most one a case, so a judge who stays honest reaches R = A after A cases or more on average, whatever the order and
the strata of the cases (Shin, Ramdas and Rinaldo, "E-detectors", 2023). Several alternatives or two sides are averaged,
which keeps the bound.

A case that says nothing (e = 1, such as one without a departure for A2) would let R grow by one as well. The path shall
not climb without evidence, so what such cases are due is added with the next case that counts:
R_t = (w_t + R_{t−1}) e_t, w_t the cases since the last one that counted. w_t is known before e_t, so that the bound in
cases is the same.

Paths hold ln (1 + R): zero at the start, and no overflow however long a judge follows.
"""

import numpy as np

from sentencing_ml.monitor.detection.charts import paths


def arl_threshold(cases: float) -> float:
    """Return the threshold of a path, ln (1 + A), for a mean in-control run length of at least ``cases``."""
    return float(np.log1p(cases))


def shiryaev_roberts(
    log_e: np.ndarray,
    *,
    counts: np.ndarray | None = None,
    cases: np.ndarray | None = None,
    threshold: float | None = None,
    resets: np.ndarray | None = None,
) -> np.ndarray:
    """Return the paths ln (1 + R_t), R averaged over the alternatives.

    Parameters
    ----------
    log_e : (judges, cases) or (alternatives, judges, cases), logs of e-values; what a masked case holds is not read.
    counts, threshold, resets : as in :func:`monitor.detection.charts.cusum`.
    cases : (judges, cases) bool, the cases of which the run length is counted; None: those that count.

    Returns
    -------
    (judges, cases).
    """
    stacked = log_e if log_e.ndim == 3 else log_e[None]
    counted = np.ones(stacked.shape[1:], dtype=bool) if counts is None else counts
    values = np.where(np.isfinite(stacked), stacked, 0.0)
    with np.errstate(divide="ignore"):
        waiting = np.log(_starts(counted, counted if cases is None else cases, resets) - 1.0)

    def step(state: np.ndarray, case: int) -> np.ndarray:
        # the state is ln (1 + R), and (w + R) e is (1 + R + (w − 1)) e
        return np.logaddexp(0.0, np.logaddexp(state, waiting[:, case]) + values[..., case])

    start = np.zeros(values.shape[:-1])
    return paths(start, step, counts=counted, threshold=threshold, resets=resets, read=log_mean)


def _starts(counts: np.ndarray, cases: np.ndarray, resets: np.ndarray | None) -> np.ndarray:
    """Return w: at each case that counts, the cases since the last one that did, itself included; elsewhere 1."""
    number = (cases | counts).cumsum(axis=1)
    # what came before the last case that counted, or before a reset, was added there or is gone
    marks = np.where(counts, number, 0)
    if resets is not None:
        marks = np.maximum(marks, np.where(resets, number - (cases | counts), 0))
    before = np.maximum.accumulate(marks, axis=1)
    last = np.where(counts, np.concatenate([np.zeros((len(counts), 1), dtype=int), before[:, :-1]], axis=1), number - 1)
    if resets is not None:
        last = np.where(counts & resets, number - 1, last)
    return np.where(counts, number - last, 1)


def log_mean(values: np.ndarray) -> np.ndarray:
    """Return ln of the mean over the first axis of exp(values)."""
    return np.logaddexp.reduce(values, axis=0) - np.log(len(values))


def direction_log_e(
    up: np.ndarray, *, null: tuple[float | np.ndarray, float | np.ndarray], strict: tuple[float, ...]
) -> np.ndarray:
    """Return the logs of the e-values of A2 for departures, (2 × alternatives, judges, cases).

    Parameters
    ----------
    up : (judges, cases) bool, the departure is above the advice.
    null : lowest and highest share of upward departures of an honest judge, of all or of each case.
    strict : shares of departures to one side that are looked for, each on both sides.

    Each has mean at most 1 for every share within ``null``: upward ones are set against its upper end, downward ones
    against its lower end.
    """
    lowest, highest = null
    upward = [np.where(up, np.log(p / highest), np.log((1 - p) / (1 - highest))) for p in strict]
    downward = [np.where(up, np.log((1 - p) / lowest), np.log(p / (1 - lowest))) for p in strict]
    return np.stack([*upward, *downward])

