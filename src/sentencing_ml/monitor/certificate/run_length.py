"""How often charts speak without cause, and how soon with cause: rates, shares and delays with their intervals.

A chart that has spoken starts anew with the next case. Intervals are of 95 %.
"""

from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.95

PER_JUDGE_YEARS = 100

NONE_SEEN = 3.0
"""Rule of three: with nothing seen, the expected count is below 3 at 95 %."""


def false_alarms(
    counts: np.ndarray, *, cases: int, year: int, unit: np.ndarray | None = None
) -> dict[str, Any]:
    """Return alarms per 100 judge-years of judges who give no cause.

    Parameters
    ----------
    counts : (judges,) alarms of each in ``cases`` cases.
    year : cases of a judge-year.
    unit : (judges,) code of judges whose cases hang together; None: each judge stands alone.

    Returns
    -------
    ``value``, ``low``, ``high``, ``k`` (alarms), ``judge_years``. The interval is Poisson's exact one, widened by the
    variance of the units' counts over their mean where that is above 1: some judges give more alarms than others.
    """
    judge_years = len(counts) * cases / year
    k = int(counts.sum())
    scale = PER_JUDGE_YEARS / judge_years
    found = {"value": k * scale, "k": k, "judge_years": judge_years}
    if k == 0:
        return {**found, "low": 0.0, "high": NONE_SEEN * scale}
    each = counts.astype(float) if unit is None else np.bincount(unit, weights=counts)
    wider = max(1.0, float(each.var(ddof=1) / each.mean())) if len(each) > 1 else 1.0
    tail = (1 - LEVEL) / 2
    low = stats.chi2.ppf(tail, 2 * k / wider) / 2 * wider
    high = stats.chi2.ppf(1 - tail, 2 * (k / wider + 1)) / 2 * wider
    return {**found, "low": float(low) * scale, "high": float(high) * scale}


def share(k: int, n: int) -> dict[str, Any]:
    """Return ``share``, ``low``, ``high`` (Clopper and Pearson), ``k`` and ``n``; without cases the first are None."""
    if not n:
        return {"share": None, "low": None, "high": None, "k": 0, "n": 0}
    tail = (1 - LEVEL) / 2
    low = float(stats.beta.ppf(tail, k, n - k + 1)) if k else 0.0
    high = float(stats.beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
    return {"share": float(k / n), "low": low, "high": high, "k": int(k), "n": int(n)}


def delays(alarms: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return how many cases after its change each judge is named, 1 at the first; inf where never. (judges,) float.

    ``alarms``: (judges, cases) bool. What was said before the change is a false alarm and counts nowhere here.
    """
    due = alarms & (np.arange(alarms.shape[1]) >= change[:, None])
    return np.where(due.any(axis=1), due.argmax(axis=1) - change + 1.0, np.inf)


def detection(delay: np.ndarray, *, horizon: int) -> dict[str, Any]:
    """Return how soon judges are named who give cause.

    Parameters
    ----------
    delay : (judges,), see :func:`delays`.
    horizon : cases for which every judge was watched after the change; a later alarm is none.

    Returns
    -------
    ``n``; ``within_30``, ``within_60`` and ``found`` (within the horizon): shares; ``median``: ``{"value", "low",
    "high"}`` in cases, null where beyond the horizon; ``mean``: mean delay, one not found counted as the horizon.
    """
    seen = np.where(delay <= horizon, delay, np.inf)
    n = len(seen)
    return {
        "n": n,
        "within_30": share((seen <= 30).sum(), n),
        "within_60": share((seen <= 60).sum(), n),
        "found": share(np.isfinite(seen).sum(), n),
        "median": _median(seen),
        "mean": float(np.minimum(seen, horizon).mean()),
    }


def _median(delay: np.ndarray) -> dict[str, float | None]:
    """Return the median with the interval of its order statistics."""
    ordered, n = np.sort(delay), len(delay)
    tail = (1 - LEVEL) / 2
    below = int(stats.binom.ppf(tail, n, 0.5))
    places = {"value": (n - 1) // 2, "low": max(below - 1, 0), "high": min(n - below, n - 1)}
    return {name: float(ordered[place]) if np.isfinite(ordered[place]) else None for name, place in places.items()}
