"""Cumulative sum charts of many judges at once, and what one case adds to each of them.

Arrays are judges × cases in the order of the entries. A case that does not count for a chart is masked and leaves its
path as it was. The same functions serve the live watch and the certificate.

A chart adds up log-likelihood ratios: of "the judge does what the chart looks for" against "the judge is the honest one
who comes nearest to it". It never falls below zero (Page, Biometrika 41, 1954; risk-adjusted: Steiner et al.,
Biostatistics 1, 2000), and after an alert it starts again at zero.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import erf, expit, logit, ndtr, ndtri

_SLACK = 1e-9
"""A path of equal steps that reaches its threshold in exact arithmetic has reached it in the machine's too."""


def cusum(
    increments: np.ndarray,
    *,
    counts: np.ndarray | None = None,
    threshold: float | None = None,
    resets: np.ndarray | None = None,
) -> np.ndarray:
    """Return the paths C_t = max(0, C_{t−1} + w_t).

    Parameters
    ----------
    increments : (judges, cases), log-likelihood ratios w; what a masked case holds is not read.
    counts : (judges, cases) bool, False: the case leaves the path as it was. None: every case counts.
    threshold : the path that reaches it starts again at zero with the next case. None: it runs on.
    resets : (judges, cases) bool, True: the path starts at zero before this case.

    Returns
    -------
    (judges, cases), the value after each case; at a crossing the value that crossed, and zero after it.
    """

    counted = np.ones(increments.shape, dtype=bool) if counts is None else counts
    values = np.where(np.isfinite(increments), increments, 0.0)

    def step(state: np.ndarray, case: int) -> np.ndarray:
        return np.maximum(0.0, state + values[:, case])

    return paths(np.zeros(len(values)), step, counts=counted, threshold=threshold, resets=resets)


def paths(
    start: np.ndarray,
    step: Callable[[np.ndarray, int], np.ndarray],
    *,
    counts: np.ndarray,
    threshold: float | None,
    resets: np.ndarray | None,
    read: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Run a chart case by case; the rest as in :func:`cusum`.

    ``start`` is the state before the first case, (…, judges). ``step`` makes the state after a case of the state before
    it and the case's index; ``read`` makes the value drawn of the state and folds its leading axes away (None: the
    state is the value).
    """
    state, result = start, np.zeros(counts.shape)
    for case in range(counts.shape[1]):
        if resets is not None:
            state = np.where(resets[:, case], start, state)
        state = np.where(counts[:, case], step(state, case), state)
        drawn = state if read is None else read(state)
        result[:, case] = drawn
        if threshold is not None:
            state = np.where(counts[:, case] & (drawn >= threshold - _SLACK), start, state)
    return result


def crossings(values: np.ndarray, threshold: float, *, counts: np.ndarray | None = None) -> np.ndarray:
    """Return where a path stands at or above its threshold after a case that counts, (judges, cases) bool."""
    over = values >= threshold - _SLACK
    return over if counts is None else over & counts


def first_crossing(values: np.ndarray, threshold: float) -> np.ndarray:
    """Return the index of the first case at which each path reaches its threshold, −1 where it never does."""
    over = crossings(values, threshold)
    return np.where(over.any(axis=-1), over.argmax(axis=-1), -1)


def coincides(entry: np.ndarray, advice: np.ndarray, *, months: float, share: float) -> np.ndarray:
    """Return z: an entry within ``months`` of the advice or within ``share`` of it, whichever is more (采纳)."""
    # A thousandth of a month of slack: 10.5 against 10 months is half a month however the machine writes it.
    return np.abs(entry - advice) <= np.maximum(months, share * advice) + 1e-3


def bernoulli_increments(event: np.ndarray, p0: np.ndarray, *, shift: float) -> np.ndarray:
    """Return log (p1/p0) of an event and log ((1−p1)/(1−p0)) of its absence, with logit p1 = logit p0 + ``shift``.

    ``exp`` of it has mean 1 where the event has probability p0 and at most 1 wherever it has less: it is an e-value
    against "at most p0". nan where p0 is nan, or no probability strictly between 0 and 1.
    """
    share = np.where((p0 > 0) & (p0 < 1), p0, np.nan)
    up = np.log(shifted(share, shift)) - np.log(share)
    # without the cancellation of 1 − p1
    down = np.log(expit(-logit(share) - shift)) - np.log1p(-share)
    return np.where(np.asarray(event, dtype=bool), up, down)


def shifted(share: np.ndarray | float, shift: float) -> np.ndarray | float:
    """Return a share moved by ``shift`` on the logit scale."""
    return expit(logit(share) + shift)


def coincidence_increments(z: np.ndarray, p0: np.ndarray, *, shift: float) -> np.ndarray:
    """Return what each entry adds to A1: ``z`` coincides with the advice, ``p0`` of its stratum."""
    return bernoulli_increments(z, p0, shift=shift)


def neglect_increments(outside: np.ndarray, p0: np.ndarray, *, shift: float) -> np.ndarray:
    """Return what each entry adds to A4: ``outside`` lies beyond the band about the advice."""
    return bernoulli_increments(outside, p0, shift=shift)


def honest_outside_share(advice: np.ndarray, *, band: float, share: float | np.ndarray) -> np.ndarray:
    """Return the share of entries beyond ±``band`` (log ratio) of a judge for whom it is ``share`` at long terms.

    The judge's view is lognormal about the advice and entered in whole months. At 1.5 months every whole month lies
    beyond 20 %, so that nothing follows from it; at long terms the share is ``share``. Never less than ``share``:
    where rounding happens to help, the judge is not held to more.
    """
    spread = band / ndtri(1 - share / 2)
    advice = np.asarray(advice, dtype=float)
    low, high = advice * np.exp(-band), advice * np.exp(band)
    # entries are whole months, at least one; those inside the band are a run of whole numbers
    first, last = np.maximum(1.0, np.ceil(low - 1e-9)), np.floor(high + 1e-9)
    bottom = np.where(first <= 1, 0.0, first - 0.5)
    with np.errstate(divide="ignore"):
        inside = ndtr(np.log((last + 0.5) / advice) / spread) - ndtr(np.log(bottom / advice) / spread)
    return np.maximum(share, np.where(last >= first, 1 - inside, 1.0))


def spread_increments(
    size: np.ndarray, limit: np.ndarray, own: tuple[np.ndarray, np.ndarray], *, ratio: float
) -> np.ndarray:
    """Return what each entry adds to A3: spread ``ratio`` × the judge's own against the judge's own.

    Parameters
    ----------
    size : |r| = |ln (J/S)| of each entry.
    limit : largest |r| that still coincides, by rounding. At or below it only "no more than this" is known (censored):
        ln |r| of a coinciding entry would be minus infinity or an accident of rounding.
    own : spread of r and share of advice taken as it stands of each judge, see :func:`own_spread`, (judges, 1) each.
    ratio : below 1; the chart sees falling spread only.

    The ratio of likelihoods is that of ln |r| as well, whose location the change of scale moves by ln ``ratio``.
    """
    spread, adopts = own
    known = -np.log(ratio) - 0.5 * (size / spread) ** 2 * (ratio**-2 - 1)
    narrow, wide = (adopts + (1 - adopts) * _within(limit / sd) for sd in (ratio * spread, spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size <= limit, np.log(narrow / wide), known)


def own_spread(
    size: np.ndarray, limit: np.ndarray, *, counts: np.ndarray, spreads: np.ndarray, adoptions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return each judge's own spread of r and share of advice taken as it stands, by greatest likelihood.

    An entry coincides because the advice was taken as it stands, or because the judge's view rounds to it; all others
    are normal about the advice. Without the former a judge who takes a third of the advice and departs widely from the
    rest would pass for one of middling spread, whose chart then alarms by chance. ``spreads`` and ``adoptions`` are the
    candidates, which also bound a judge all of whose entries coincide. (judges,) each, nan without cases.
    """
    order = np.argsort(~counts, axis=1, kind="stable")[:, : max(1, int(counts.sum(axis=1).max(initial=0)))]
    size, limit, used = (np.take_along_axis(values, order, axis=1) for values in (size, limit, counts))
    censored = size <= limit
    best = np.full(len(size), -np.inf)
    spread, adopts = np.full(len(size), np.nan), np.full(len(size), np.nan)
    for sd in spreads:
        within = _within(limit / sd)
        density = 0.5 * np.log(2 / np.pi) - np.log(sd) - 0.5 * (size / sd) ** 2  # of |r|
        for share in adoptions:
            with np.errstate(divide="ignore", invalid="ignore"):
                each = np.where(censored, np.log(share + (1 - share) * within), np.log1p(-share) + density)
            total = np.where(used, each, 0.0).sum(axis=1)
            better = (total > best) & used.any(axis=1)
            best = np.where(better, total, best)
            spread, adopts = np.where(better, sd, spread), np.where(better, share, adopts)
    return spread, adopts


def _within(bound: np.ndarray) -> np.ndarray:
    """Return the probability that a standard normal lies within ±bound."""
    return erf(bound / np.sqrt(2))


def ewma(values: np.ndarray, *, weight: float, counts: np.ndarray, resets: np.ndarray | None = None) -> np.ndarray:
    """Return the trend line: exponentially weighted mean, ``weight`` on the newest case. For the eye, not for alerts.

    It starts at the first counted case (after a reset again); nan before it.
    """
    state = np.full(values.shape[0], np.nan)
    result = np.full(values.shape, np.nan)
    for case in range(values.shape[1]):
        if resets is not None:
            state = np.where(resets[:, case], np.nan, state)
        moved = np.where(np.isnan(state), values[:, case], state + weight * (values[:, case] - state))
        state = np.where(counts[:, case], moved, state)
        result[:, case] = state
    return result
