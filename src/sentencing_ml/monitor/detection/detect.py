"""All charts of many judges in one call: the live watch and the certificate both come through here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.stats import norm

from sentencing_ml.monitor.detection import blind_stage, charts, e_detectors
from sentencing_ml.monitor.detection.definitions import definitions

ALERTING = {"A1": "A1", "A2": "A2", "A3": "A3", "A4": "A4", "G": "G", "G interval": "G"}
"""Charts that raise alerts, and the kind of alert. "A1 guaranteed" confirms A1 and "trend" is for the eye."""

_SPREADS = np.geomspace(0.02, 1.5, 45)  # candidates for a judge's own spread, in steps of 10 %
_ADOPTIONS = np.arange(0.0, 0.96, 0.1)


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Entries of judges, each judges × cases in the order of entry; nan and False behind a judge's last case.

    Attributes
    ----------
    advice, entry, low, high, own : months; ``own`` only where the case was blind-first.
    shown, blind : bool, the mode of the case; neither: no case.
    resets : bool, a new version of model or law begins with this case.
    p0, p0_inside : share of the least-correcting honest judge, nan where not assessable.
    outside : share beyond the band of A4 of the worst honest judge by the reference; nan without one.
    lowest_up, highest_up, far : how far honest judges of the court lean, see ``reference.Leaning``; nan: not known.
    """

    advice: np.ndarray
    entry: np.ndarray
    low: np.ndarray
    high: np.ndarray
    own: np.ndarray
    shown: np.ndarray
    blind: np.ndarray
    resets: np.ndarray
    p0: np.ndarray
    p0_inside: np.ndarray
    outside: np.ndarray
    lowest_up: np.ndarray
    highest_up: np.ndarray
    far: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Paths:
    """One chart of all judges.

    ``drift`` and ``noise`` are mean and standard deviation of what each case is expected to add if the judge does what
    the chart looks for, zero where the case does not count: what the cases still needed are made of. ``baseline``:
    cases that the chart takes before its first step.
    """

    values: np.ndarray
    threshold: float | None
    counts: np.ndarray
    crossed: np.ndarray
    drift: np.ndarray
    noise: np.ndarray
    baseline: int = 0


def detect(
    cases: Cases, *, restarts: Mapping[str, np.ndarray] | None = None, kinds: Collection[str] | None = None
) -> dict[str, Paths]:
    """Return the charts A1, A1 guaranteed, A2, A3, A4, G, G interval and trend, or those of ``kinds``.

    ``restarts`` : by kind of chart, (judges, cases) bool, True: this chart alone starts at zero before this case.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.log(cases.entry / cases.advice)
    rules = definitions()
    z = charts.coincides(cases.entry, cases.advice, months=rules.coincidence_months, share=rules.coincidence_share)
    any_mode = cases.shown | cases.blind
    makers = {
        "A1": partial(_coincidence, z),
        "A1 guaranteed": partial(_guaranteed, z),
        "A2": partial(_direction, r > 0, any_mode & ~z & (cases.advice >= rules.detectors.a2.from_months)),
        "A3": partial(_spread, np.abs(r)),
        "A4": partial(_neglect, r),
        "G": _disguise,
        "G interval": _inside,
    }
    found = {}
    for kind, make in makers.items():
        if kinds is None or kind in kinds:
            own = None if restarts is None else restarts.get(kind)
            found[kind] = make(cases, cases.resets if own is None else cases.resets | own)
    if kinds is None or "trend" in kinds:
        found["trend"] = _trend(np.abs(r), any_mode, cases.resets)
    return found


def _paths(increments: np.ndarray, *, counts: np.ndarray, threshold: float, resets: np.ndarray, expected) -> Paths:
    values = charts.cusum(increments, counts=counts, threshold=threshold, resets=resets)
    return _made(values, counts, threshold, expected)


def _made(values: np.ndarray, counts: np.ndarray, threshold: float, expected: tuple[np.ndarray, np.ndarray]) -> Paths:
    drift, noise = expected
    return Paths(
        values=values,
        threshold=threshold,
        counts=counts,
        crossed=charts.crossings(values, threshold, counts=counts),
        drift=np.where(counts, drift, 0.0),
        noise=np.where(counts, noise, 0.0),
    )


def _expected(up: np.ndarray, down: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of an increment that is ``up`` with probability ``share``, else ``down``."""
    return share * up + (1 - share) * down, np.sqrt(share * (1 - share)) * np.abs(up - down)


def _bernoulli(event: np.ndarray, p0: np.ndarray, *, rules, counts: np.ndarray, resets: np.ndarray, sought: float):
    both = [charts.bernoulli_increments(np.full(p0.shape, side), p0, shift=rules.shift) for side in (True, False)]
    counts = counts & np.isfinite(both[0])
    return _paths(
        np.where(event, *both),
        counts=counts,
        threshold=rules.threshold,
        resets=resets,
        expected=_expected(*both, sought),
    )


def _coincidence(z: np.ndarray, cases: Cases, resets: np.ndarray) -> Paths:
    rules = definitions().detectors
    return _bernoulli(
        z, cases.p0, rules=rules.a1, counts=cases.shown | cases.blind, resets=resets,
        sought=rules.sought["reliant"],
    )  # fmt: skip


def _inside(cases: Cases, resets: np.ndarray) -> Paths:
    """z_I: who adds a month to hide no longer coincides, but stays inside the interval.

    It tells something only where intervals are so narrow that honest entries often lie outside: p0_inside is nan, and
    the case does not count, wherever the least-correcting honest judge is inside in more than 95 %.
    """
    rules = definitions().detectors
    with np.errstate(invalid="ignore"):
        inside = (cases.entry >= cases.low - 1e-3) & (cases.entry <= cases.high + 1e-3)
    known = np.isfinite(cases.low) & np.isfinite(cases.high)
    return _bernoulli(
        inside, cases.p0_inside, rules=rules.a1, counts=cases.shown & known, resets=resets,
        sought=rules.sought["reliant"],
    )  # fmt: skip


def _guaranteed(z: np.ndarray, cases: Cases, resets: np.ndarray) -> Paths:
    rules = definitions().detectors
    shifts = rules.a1_guaranteed.shifts
    log_e = _coincidence_log_e(z, cases)
    counts = np.isfinite(log_e[0])
    threshold = e_detectors.arl_threshold(rules.a1_guaranteed.arl_cases)
    values = e_detectors.shiryaev_roberts(
        log_e, counts=counts, cases=cases.shown | cases.blind, threshold=threshold, resets=resets
    )
    # of the alternatives the one that gains most against what is sought carries the average
    best = None
    for shift in shifts:
        up, down = (
            charts.coincidence_increments(np.full(z.shape, side), cases.p0, shift=shift) for side in (True, False)
        )
        mean, noise = _expected(up, down, rules.sought["reliant"])
        better = True if best is None else mean > best[0]
        best = (mean, noise) if best is None else (np.where(better, mean, best[0]), np.where(better, noise, best[1]))
    return _made(values, counts, threshold, best)


def _direction(up: np.ndarray, counts: np.ndarray, cases: Cases, resets: np.ndarray) -> Paths:
    rules = definitions().detectors
    # where the court's own judges lean further apart than that, they are not held to it
    lowest, highest = np.fmin(rules.a2.honest[0], cases.lowest_up), np.fmax(rules.a2.honest[1], cases.highest_up)
    above = definitions().reference.not_assessable_above
    counts = counts & (highest <= above) & (lowest >= 1 - above)
    log_e = e_detectors.direction_log_e(
        up, null=(np.maximum(lowest, 1 - above), np.minimum(highest, above)), strict=rules.a2.strict
    )
    threshold = e_detectors.arl_threshold(rules.a2.arl_cases)
    values = e_detectors.shiryaev_roberts(
        log_e, counts=counts, cases=cases.shown | cases.blind, threshold=threshold, resets=resets
    )
    strict, most = max(rules.a2.strict), np.minimum(np.maximum(highest, 1 - lowest), above)
    expected = _expected(np.log(strict / most), np.log((1 - strict) / (1 - most)), rules.sought["one_way"])
    return _made(values, counts, threshold, expected)


def rounding_limit(advice: np.ndarray) -> np.ndarray:
    """Return the largest |r| that still coincides with the advice."""
    rules = definitions()
    return np.log1p(np.maximum(rules.coincidence_months / advice, rules.coincidence_share) + 1e-9)


def _spread(size: np.ndarray, cases: Cases, resets: np.ndarray) -> Paths:
    """A3, each version of the advice against the judge's own first cases with it."""
    rules = definitions().detectors.a3
    limit = rounding_limit(cases.advice)
    segment = cases.resets.cumsum(axis=1)
    spread, adopts = np.full(size.shape, np.nan), np.full(size.shape, np.nan)
    counts = np.zeros(size.shape, dtype=bool)
    for number in range(int(segment.max(initial=0)) + 1):
        within = cases.shown & (segment == number)
        judges = np.flatnonzero(within.any(axis=1))
        order = within.cumsum(axis=1)
        first = within & (order <= rules.baseline_cases)
        own = charts.own_spread(
            size[judges], limit[judges], counts=first[judges], spreads=_SPREADS, adoptions=_ADOPTIONS
        )
        for all_judges, found in zip((spread, adopts), own, strict=True):
            all_judges[judges] = np.where(within[judges], found[:, None], all_judges[judges])
        counts |= within & (order > rules.baseline_cases)
    increments = charts.spread_increments(size, limit, (spread, adopts), ratio=rules.ratio)
    expected = _expected_spread(limit, (spread, adopts), rules.ratio)
    paths = _paths(
        increments, counts=counts & np.isfinite(increments), threshold=rules.threshold, resets=resets, expected=expected
    )
    # the cases of the baseline tell as well what a case of this judge is worth
    drift, noise = (np.where(cases.shown & np.isfinite(values), values, 0.0) for values in expected)
    return replace(paths, drift=drift, noise=noise, baseline=rules.baseline_cases)


def _expected_spread(
    limit: np.ndarray, own: tuple[np.ndarray, np.ndarray], ratio: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of an A3 increment once the spread has fallen to ``ratio``, and its standard deviation."""
    spread, adopts = own
    bound = limit / (ratio * spread)
    censored = charts.spread_increments(np.zeros(limit.shape), limit, own, ratio=ratio)
    within = adopts + (1 - adopts) * (2 * norm.cdf(bound) - 1)
    # of a standard normal beyond ±bound: its share, second and fourth moment
    beyond = (1 - adopts) * 2 * norm.sf(bound)
    second = (1 - adopts) * 2 * (bound * norm.pdf(bound) + norm.sf(bound))
    fourth = (1 - adopts) * 2 * (bound**3 * norm.pdf(bound) + 3 * (bound * norm.pdf(bound) + norm.sf(bound)))
    level, part = -np.log(ratio), 0.5 * (1 - ratio**2)
    drift = within * censored + beyond * level - part * second
    square = within * censored**2 + beyond * level**2 - 2 * level * part * second + part**2 * fourth
    return drift, np.sqrt(np.maximum(0.0, square - drift**2))


def _neglect(r: np.ndarray, cases: Cases, resets: np.ndarray) -> Paths:
    """A4: entries far above the advice, far below it, and to either side: a CUSUM each, the chart is the highest."""
    rules = definitions().detectors
    a4 = rules.a4
    one, either = (
        _neglect_steps(cases, share=np.fmax(share, cases.far), court=cases.outside * part, shift=shift)
        for share, part, shift in (
            (a4.honest_share, a4.one_side, a4.shift), (a4.either_share, 1.0, a4.either_shift),
        )
    )  # fmt: skip
    watched = ((r > a4.band, one), (r < -a4.band, one), (np.abs(r) > a4.band, either))
    sides = np.stack([np.where(far, event, none) for far, (event, none) in watched])
    counts = (cases.shown | cases.blind) & np.isfinite(one[0])
    sides = np.where(counts & np.isfinite(sides), sides, 0.0)
    values = charts.paths(
        np.zeros(sides.shape[:2]), lambda state, case: np.maximum(0.0, state + sides[..., case]), counts=counts,
        threshold=a4.threshold, resets=resets, read=lambda state: state.max(axis=0),
    )  # fmt: skip
    return _made(values, counts, a4.threshold, _expected(*one, rules.sought["neglecting"]))


def _neglect_steps(
    cases: Cases, *, share: np.ndarray, court: np.ndarray, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return what an entry beyond the band adds, and one within it, for each case; nan where neither tells anything."""
    band, above = definitions().detectors.a4.band, definitions().reference.not_assessable_above
    p0 = np.fmax(charts.honest_outside_share(cases.advice, band=band, share=share), court)
    p0 = np.where(p0 > above, np.nan, p0)
    event, none = (charts.neglect_increments(np.full(p0.shape, far), p0, shift=shift) for far in (True, False))
    return event, none


def _disguise(cases: Cases, resets: np.ndarray) -> Paths:
    """G: of blind-first cases whose own estimate lay far from the advice, how many still end beside it.

    Its limits: it sees only the blind-first sample, and of that only cases far enough from the advice for a month to be
    a disguise, so that at 8 % of the cases it takes most of a judge-year; terms below about a year tell it nothing.
    """
    rules = definitions().detectors
    told, followed, _ = blind_stage.counts(cases.own, cases.advice, cases.entry, kind="G")
    counts = cases.blind & told & blind_stage.suitable(cases.advice)
    p0 = np.full(cases.advice.shape, rules.g.honest_share)
    return _bernoulli(
        followed, p0, rules=rules.g, counts=counts, resets=resets, sought=rules.sought["disguised"]
    )


def coincidence_log_e(cases: Cases) -> np.ndarray:
    """Return the logs of the e-values of reliance, (alternatives, judges, cases), nan where a case does not count."""
    rules = definitions()
    z = charts.coincides(cases.entry, cases.advice, months=rules.coincidence_months, share=rules.coincidence_share)
    return _coincidence_log_e(z, cases)


def _coincidence_log_e(z: np.ndarray, cases: Cases) -> np.ndarray:
    p0 = np.where(cases.shown | cases.blind, cases.p0, np.nan)
    shifts = definitions().detectors.a1_guaranteed.shifts
    return np.stack([charts.coincidence_increments(z, p0, shift=shift) for shift in shifts])


def _trend(size: np.ndarray, counts: np.ndarray, resets: np.ndarray) -> Paths:
    values = charts.ewma(size, weight=definitions().detectors.trend_weight, counts=counts, resets=resets)
    nothing = np.zeros(size.shape)
    return Paths(
        values=values, threshold=None, counts=counts, crossed=nothing.astype(bool), drift=nothing, noise=nothing
    )


def cases_needed(paths: Paths, cases: np.ndarray) -> np.ndarray:
    """Return how many cases like each judge's own the chart needs to be likely to see what it looks for.

    Parameters
    ----------
    cases : (judges, cases) bool, the cases of the judge that are looked at, whether they count for the chart or not.

    Returns
    -------
    (judges,) of float: the baseline and the least N with N·drift − q·√N·noise at or above the threshold, by the mean
    drift and noise of a case, q the quantile of the wanted power; inf where the judge's cases add nothing. What a judge
    lacks of the cases that any figure is given for is taken from the mean of all judges: of two cases nobody knows yet
    what the judge's others will be.
    """
    n = cases.sum(axis=1)
    lacking = np.maximum(0, definitions().suppress_below - n)

    def mean(values: np.ndarray) -> np.ndarray:
        total = np.where(cases, values, 0.0).sum(axis=1)
        return (total + lacking * (total.sum() / max(1, n.sum()))) / np.maximum(1, n + lacking)

    drift, second = mean(paths.drift), mean(paths.noise**2 + paths.drift**2)
    q = norm.ppf(definitions().detectors.sought["power"]) * np.sqrt(np.maximum(0.0, second - drift**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        root = (q + np.sqrt(q**2 + 4 * drift * paths.threshold)) / (2 * drift)
        needed = paths.baseline + np.ceil(root**2)
    return np.where(drift > 0, needed, np.inf)
