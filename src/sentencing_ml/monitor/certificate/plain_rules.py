"""Rules that a court would think of first, for comparison: what the certificate sets beside the monitor's own charts.

Arrays are judges × cases in the order of entry. Every rule returns where it speaks, (judges, cases) bool, and starts
anew with the case after it has spoken. None of them adjusts for severity, charge or plea.
"""

from collections.abc import Callable

import numpy as np
from scipy import stats

from sentencing_ml.monitor.detection.charts import bernoulli_increments, crossings, cusum

WINDOW = 30
"""Cases in the window of the literal rules, of the p-chart and of the adoption threshold."""

SIZE, MEAN = 0.05, 0.02
"""A mean |r| below the one, or a |mean r| below the other, is read as "tends to zero"."""

SIGMA = 3.0
"""Control limits in standard errors, as of a textbook chart."""

EWMA_WEIGHTS = (0.1, 0.2)

EWMA_SIGMA = 2.7
"""Usual for weights so small (Lucas and Saccucci, Technometrics 32, 1990); at 3 the limit of a share is beyond 1."""

CUSUM_THRESHOLD = 5.0

LEVEL = 0.05
"""Of the monthly tests and of the list of Benjamini and Hochberg."""

ADOPTION = 0.95


def literal_size(r: np.ndarray) -> np.ndarray:
    """Speak where the mean |r| of the last 30 cases is below 5 %: 平均修正幅度 read literally."""
    return _spaced(_window_mean(np.abs(r)) < SIZE)


def literal_mean(r: np.ndarray) -> np.ndarray:
    """Speak where the mean r of the last 30 cases is within ±2 %: 差异长期趋零 read literally."""
    return _spaced(np.abs(_window_mean(r)) < MEAN)


def adoption(z: np.ndarray) -> np.ndarray:
    """Speak where 95 % of the last 30 entries coincide with the advice."""
    return _spaced(_window_mean(z) >= ADOPTION - 1e-9)


def p_chart(z: np.ndarray, *, mean: float) -> np.ndarray:
    """Speak where 30 cases in a row, one sample after the other, pass Shewhart's upper limit about the court's mean."""
    limit = mean + SIGMA * np.sqrt(mean * (1 - mean) / WINDOW)
    ends = (np.arange(z.shape[1]) + 1) % WINDOW == 0
    return (_window_mean(z) > limit) & ends


def ewma(z: np.ndarray, *, mean: float, weight: float) -> np.ndarray:
    """Speak where the exponentially weighted share of coincidence passes its upper limit."""
    limit = mean + EWMA_SIGMA * np.sqrt(mean * (1 - mean) * weight / (2 - weight))
    state, spoken = np.full(len(z), mean), np.zeros(z.shape, dtype=bool)
    for case in range(z.shape[1]):
        state = state + weight * (z[:, case] - state)
        spoken[:, case] = state > limit
        state = np.where(spoken[:, case], mean, state)
    return spoken


def unadjusted_cusum(z: np.ndarray, *, p0: float, shift: float) -> np.ndarray:
    """Speak where the Bernoulli CUSUM with one share ``p0`` for all cases passes 5."""
    increments = bernoulli_increments(z, np.full(z.shape, p0), shift=shift)
    return crossings(cusum(increments, threshold=CUSUM_THRESHOLD), CUSUM_THRESHOLD)


def sign_test(z: np.ndarray, r: np.ndarray, *, month: int) -> np.ndarray:
    """Speak where, at the end of a month, the departures so far are not half above the advice (sign test at 5 %)."""
    up = np.cumsum((r > 0) & ~z, axis=1)
    departures = np.cumsum(~z, axis=1)

    def p_value(case: int, start: np.ndarray) -> np.ndarray:
        above, n = _since(up, case, start), _since(departures, case, start)
        fewer = np.minimum(above, n - above)
        return np.minimum(1.0, 2 * stats.binom.cdf(fewer, n, 0.5))

    return _monthly(z.shape, month, p_value)


def wilcoxon(z: np.ndarray, r: np.ndarray, *, month: int) -> np.ndarray:
    """Speak where, at the end of a month, Wilcoxon's signed ranks of the departures so far reject symmetry at 5 %.

    By the normal approximation; advice is not rounded, so that ties have no part in it.
    """
    order = np.argsort(np.abs(r), axis=1)
    rank_sign = np.take_along_axis(np.where(z, 0.0, np.sign(r)), order, axis=1)

    def p_value(case: int, start: np.ndarray) -> np.ndarray:
        within = (order >= start[:, None]) & (order <= case)
        counted = within & (rank_sign != 0)
        rank = np.cumsum(counted, axis=1)
        n = rank[:, -1]
        total = (rank * rank_sign * counted).sum(axis=1)
        spread = np.sqrt(np.maximum(n, 1) * (n + 1) * (2 * n + 1) / 6)
        return 2 * stats.norm.sf(np.abs(total) / spread)

    return _monthly(z.shape, month, p_value)


def adoption_list(z: np.ndarray, *, mean: float) -> np.ndarray:
    """Return whom Benjamini and Hochberg would list of one court: adoption so far above the court's mean, (judges,).

    Exact one-sided binomial p-values against ``mean``, at 5 %.
    """
    n = z.shape[1]
    p = stats.binom.sf(z.sum(axis=1) - 1, n, mean)
    return stats.false_discovery_control(p) <= LEVEL


def _window_mean(values: np.ndarray) -> np.ndarray:
    """Mean of the last 30 cases, nan before there are as many."""
    sums = np.cumsum(values, axis=1, dtype=float)
    result = np.full(values.shape, np.nan)
    result[:, WINDOW - 1 :] = sums[:, WINDOW - 1 :]
    result[:, WINDOW:] -= sums[:, :-WINDOW]
    return result / WINDOW


def _spaced(flags: np.ndarray) -> np.ndarray:
    """Keep the flags whose window holds no case up to the flag kept before."""
    spoken, since = np.zeros(flags.shape, dtype=bool), np.zeros(len(flags), dtype=int)
    for case in range(flags.shape[1]):
        since += 1
        spoken[:, case] = flags[:, case] & (since >= WINDOW)
        since[spoken[:, case]] = 0
    return spoken


def _monthly(
    shape: tuple[int, int], month: int, p_value: Callable[[int, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Speak at the month's end where ``p_value`` (last case, first case of each judge's record) is below 5 %."""
    spoken, start = np.zeros(shape, dtype=bool), np.zeros(shape[0], dtype=int)
    for case in range(month - 1, shape[1], month):
        spoken[:, case] = p_value(case, start) < LEVEL
        start[spoken[:, case]] = case + 1
    return spoken


def _since(cumulated: np.ndarray, case: int, start: np.ndarray) -> np.ndarray:
    before = np.where(start > 0, np.take_along_axis(cumulated, np.maximum(start - 1, 0)[:, None], axis=1)[:, 0], 0)
    return cumulated[:, case] - before
