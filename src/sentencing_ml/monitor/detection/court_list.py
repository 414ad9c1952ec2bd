"""The court's monthly list: judges whose entries are to be talked about first, with a bound on false names among them.

Each judge has an e-value at each month's end: the mean, over the months in which reliance may have begun, of the
product of the e-values of the entries since. It has mean at most 1 for an honest judge at every fixed month. (The
greatest value so far has not: a list of running maxima loses its bound.) e-BH then keeps the false discovery rate,
however the judges depend on each other (Wang and Ramdas, JRSS B 84, 2022).

The list is in the order of the pseudonyms; it is no ranking and no finding against anyone.
"""

import numpy as np

from sentencing_ml.monitor.detection.e_detectors import log_mean


def e_bh(log_e: np.ndarray, rate: float) -> np.ndarray:
    """Return which hypotheses are rejected at false discovery rate ``rate``, from logs of e-values; nan: not tested."""
    tested = np.isfinite(log_e)
    number = int(tested.sum())
    ordered = np.sort(log_e[tested])[::-1]
    needed = -np.log(rate * np.arange(1, number + 1) / number)  # empty where none is tested
    enough = np.flatnonzero(ordered >= needed)
    if not len(enough):
        return np.zeros(log_e.shape, dtype=bool)
    return tested & (np.where(tested, log_e, -np.inf) >= ordered[enough[-1]])


def monthly_log_e(
    log_e: np.ndarray, *, month: np.ndarray, months: int, counts: np.ndarray, resets: np.ndarray
) -> np.ndarray:
    """Return the log e-value of each judge at the end of each month, (judges, months); nan before a case that counts.

    Parameters
    ----------
    log_e : (alternatives, judges, cases), logs of the e-values of the entries.
    month : (judges, cases), index of the month of each entry, never falling along the cases; −1 for no case.
    resets : (judges, cases) bool, a new version begins with this case: what came before it no longer counts.
    """
    values = np.where(counts & np.isfinite(log_e), log_e, 0.0)
    segment = resets.cumsum(axis=1)
    product = np.full(values.shape[:2], -np.inf)
    starts, current, seen = (np.zeros(len(month), dtype=int) for _ in range(3))
    result = np.full((len(month), months), np.nan)
    for index in range(months):
        here = month == index
        newest = np.maximum(current, np.where(here, segment, 0).max(axis=1, initial=0))
        fresh = newest > current
        product[:, fresh] = -np.inf
        starts[fresh], seen[fresh] = 0, 0
        current = newest
        used = here & (segment == current[:, None])
        # a product that begins with this month, beside those that began before
        product = np.logaddexp(product, 0.0) + np.where(used, values, 0.0).sum(axis=2)
        starts += 1
        seen += (used & counts).sum(axis=1)
        result[:, index] = np.where(seen > 0, log_mean(product) - np.log(starts), np.nan)
    return result
