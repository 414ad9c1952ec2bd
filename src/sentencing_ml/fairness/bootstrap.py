"""Uncertainty of group contrasts when courts, not rows, are the unit.

A contrast is a difference of two ratios of sums (the mean of a group minus the mean elsewhere), the logarithm of their
ratio, or one ratio (a partialled-out coefficient). All need only sums by cluster, so 2,000 bootstrap replicates are one
matrix product. Everything here works on arrays of shape (clusters, contrasts).

Sources: the delete-one-cluster jackknife and few-cluster degrees of freedom after MacKinnon, Nielsen & Webb (2023)
and Imbens & Kolesár (2016); the expanded percentile interval after Hesterberg (2015); the step-up procedure of
Benjamini & Hochberg (1995); two one-sided tests after Schuirmann (1987).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse, stats

POWER = 0.8
"""Power at which the smallest detectable difference is stated."""

WORKING_CORRELATION = 0.1
"""Share of the residual variance that cases of one court are taken to share when degrees of freedom are counted.

It only sets the degrees of freedom: at 0 a region seen through four courts would count as hundreds of cases.
"""

MOST_CLUSTERS = 500
"""More clusters than these are merged at random before they are drawn, see :func:`blocks`."""

_WEIGHTS_AT_ONCE = 4_000_000
_LOST_REPLICATES = 0.05

Verdict = Literal["有差异", "等效", "不能判断"]


@dataclass(frozen=True, kw_only=True)
class ClusterSums:
    """Sums by cluster of the numerators and denominators, each of shape (clusters, contrasts).

    Without ``rest_*`` the contrast is ``numerator / denominator``; with them, that minus the same ratio elsewhere, or
    with ``log`` the logarithm of the one over the other.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    rest_numerator: np.ndarray | None = None
    rest_denominator: np.ndarray | None = None
    log: bool = False

    def __post_init__(self) -> None:
        shapes = {part.shape for part in self._parts()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 2:
            raise ValueError("sums must share one shape (clusters, contrasts)")

    def _parts(self) -> list[np.ndarray]:
        parts = [self.numerator, self.denominator, self.rest_numerator, self.rest_denominator]
        return [part for part in parts if part is not None]

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return self.numerator.shape[0]


@dataclass(frozen=True, kw_only=True)
class Inference:
    """What is known of each contrast; arrays of shape (contrasts,), nan where the data cannot carry the figure.

    ``low`` and ``high`` bound the bootstrap interval; ``p`` tests no difference and ``p_equivalence`` that the
    difference reaches the margin; ``detectable`` is the difference found with 80 % power. Where the interval holds 0,
    ``p`` is not below 1 − level: no test finds a difference that its own interval denies.
    """

    estimate: np.ndarray
    se: np.ndarray
    df: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    p_equivalence: np.ndarray
    detectable: np.ndarray


def blocks(clusters: np.ndarray, *, seed: int, most: int = MOST_CLUSTERS) -> np.ndarray:
    """Return codes 0 … of the clusters, merged at random into ``most`` blocks where there are more.

    Clusters are independent, so blocks of whole clusters are too, and the variance between blocks estimates the same
    variance; five hundred blocks leave 499 degrees of freedom. What it saves is time and memory where the court is
    unknown and every judgment stands for itself.
    """
    names, code = np.unique(clusters, return_inverse=True)
    if len(names) <= most:
        return code
    return np.random.default_rng(seed).permutation(len(names))[code] % most


def mean_sums(values: np.ndarray, member: np.ndarray, rest: np.ndarray, clusters: np.ndarray) -> ClusterSums:
    """Return the sums of "mean of the group minus mean of the rest" for each group and value.

    Parameters
    ----------
    values : array of shape (rows, values)
        Row figures; a nan leaves the row out of that figure.
    member, rest : boolean arrays of shape (rows, groups)
        Who belongs to each group, and to whom it is compared.
    clusters : integer array of shape (rows,)
        Codes 0 … of the clusters.

    Returns
    -------
    ClusterSums
        Contrasts in the order groups × values (all values of the first group first).
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)

    def summed(who: np.ndarray, what: np.ndarray) -> np.ndarray:
        by_value = [by_cluster(who, clusters, weights=column) for column in np.asarray(what, dtype=float).T]
        stacked = np.stack(by_value, axis=2) if by_value else np.zeros((_total(clusters), who.shape[1], 0))
        return stacked.reshape(stacked.shape[0], member.shape[1] * values.shape[1])

    return ClusterSums(
        numerator=summed(member, filled),
        denominator=summed(member, known),
        rest_numerator=summed(rest, filled),
        rest_denominator=summed(rest, known),
    )


def slope_sums(outcome: np.ndarray, treatment: np.ndarray, clusters: np.ndarray) -> ClusterSums:
    """Return the sums of the coefficient of ``outcome`` on ``treatment``, both residuals of shape (rows, contrasts)."""
    return ClusterSums(
        numerator=by_cluster(outcome * treatment, clusters),
        denominator=by_cluster(treatment**2, clusters),
    )


def by_cluster(values: np.ndarray, clusters: np.ndarray, *, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the sums over the rows of each cluster, shape (clusters, columns), of values of shape (rows, columns)."""
    weights = np.ones(len(clusters)) if weights is None else weights
    shape = (_total(clusters), len(clusters))
    return sparse.csr_matrix((weights, (clusters, np.arange(len(clusters)))), shape=shape) @ values.astype("float64")


def _total(clusters: np.ndarray) -> int:
    return int(clusters.max()) + 1 if clusters.size else 0


def estimate(sums: ClusterSums) -> np.ndarray:
    """Return the contrasts of the whole sample, nan where a denominator is empty."""
    return _contrast([part.sum(axis=0) for part in sums._parts()], log=sums.log)


def infer(
    sums: ClusterSums,
    *,
    margin: float | np.ndarray,
    level: float,
    replicates: int,
    rng: np.random.Generator,
    least: float | np.ndarray = 0.0,
) -> Inference:
    """Estimate every contrast with its interval, tests and smallest detectable difference.

    ``replicates`` 0 leaves the bootstrap out and gives intervals from the cluster-robust standard error. So does a
    standard error below ``least``, which then takes its place: clusters that happen to show no spread can draw none.
    """
    point = estimate(sums)
    robust = jackknife_se(sums)
    se = np.maximum(robust, least)
    df = effective_df(sums)
    usable = np.isfinite(se) & (se > 0) & np.isfinite(df)
    safe_df = np.where(usable, df, 1.0)
    half = np.where(usable, stats.t.ppf(0.5 + level / 2, safe_df) * se, np.nan)
    low, high = point - half, point + half
    if replicates:
        drawn = percentile_interval(bootstrap(sums, replicates=replicates, rng=rng), level=level, df=safe_df)
        low, high = (np.where(se > robust, end, own) for end, own in zip((low, high), drawn, strict=True))
        usable &= np.isfinite(low) & np.isfinite(high) & (low < high)
    nothing = np.where(usable, 0.0, np.nan)
    safe_se = se + nothing
    p = 2 * stats.t.sf(np.abs(point / safe_se), safe_df)
    above = stats.t.sf((point + margin) / safe_se, safe_df)
    below = stats.t.cdf((point - margin) / safe_se, safe_df)
    return Inference(
        estimate=point,
        se=safe_se,
        df=df + nothing,
        low=low + nothing,
        high=high + nothing,
        p=np.where((low <= 0) & (high >= 0), np.maximum(p, 1 - level), p),
        p_equivalence=np.maximum(above, below),
        detectable=errors_detected(safe_df, rate=1 - level) * safe_se,
    )


def errors_detected(df: np.ndarray, *, rate: float) -> np.ndarray:
    """Return of how many standard errors a two-sided test at the level ``rate`` finds a difference with 80 % power."""
    return stats.t.ppf(1 - rate / 2, df) + stats.t.ppf(POWER, df)


def bootstrap(sums: ClusterSums, *, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Draw clusters with replacement and return the contrasts, shape (replicates, contrasts).

    A replicate in which a group does not occur is nan for its contrasts.
    """
    count = sums.clusters
    if not count:
        return np.full((replicates, sums.numerator.shape[1]), np.nan)
    block = max(1, _WEIGHTS_AT_ONCE // count)
    shares = np.full(count, 1 / count)
    drawn = []
    for start in range(0, replicates, block):
        weights = rng.multinomial(count, shares, size=min(block, replicates - start)).astype(float)
        drawn.append(_contrast([weights @ part for part in sums._parts()], log=sums.log))
    return np.concatenate(drawn)


def percentile_interval(draws: np.ndarray, *, level: float, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval, its tails widened as a t with ``df`` is wider than the normal.

    nan where more than 5 % of the replicates lost the group: what remains no longer shows the spread.
    """
    low, high = np.full(draws.shape[1], np.nan), np.full(draws.shape[1], np.nan)
    tails = stats.norm.cdf(-np.sqrt((df + 1) / df) * stats.t.ppf(0.5 + level / 2, df))
    for column, tail in enumerate(tails):
        values = draws[:, column]
        values = values[np.isfinite(values)]
        if values.size and values.size >= (1 - _LOST_REPLICATES) * draws.shape[0]:
            low[column], high[column] = np.quantile(values, [tail, 1 - tail])
    return low, high


def jackknife_se(sums: ClusterSums) -> np.ndarray:
    """Return the delete-one-cluster standard errors, nan when a group lives in one cluster alone."""
    count = sums.clusters
    if count < 2:
        return np.full(sums.numerator.shape[1], np.nan)
    without = _contrast([part.sum(axis=0) - part for part in sums._parts()], log=sums.log)
    centred = without - estimate(sums)
    # a cluster that has neither the group nor its comparison leaves the estimate unchanged and adds nothing
    present = _touched(sums)
    needed = np.where(present, np.isfinite(centred), True).all(axis=0)
    active = present.sum(axis=0)
    total = np.where(present & np.isfinite(centred), centred**2, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt((active - 1) / active * total)
    return np.where(needed & (active >= 2), se, np.nan)


def effective_df(sums: ClusterSums) -> np.ndarray:
    """Return degrees of freedom: the effective number of clusters less one, nan below one.

    Each cluster counts with the variance it would contribute if cases of one court shared a tenth of theirs; a group
    that sits in few courts has few degrees of freedom however many cases it has.
    """
    share = _divide(sums.denominator, sums.denominator.sum(axis=0) ** 2)
    together = _divide(sums.denominator, sums.denominator.sum(axis=0))
    if sums.rest_denominator is not None:
        share = share + _divide(sums.rest_denominator, sums.rest_denominator.sum(axis=0) ** 2)
        together = together - _divide(sums.rest_denominator, sums.rest_denominator.sum(axis=0))
        parts = (1 - WORKING_CORRELATION) * share + WORKING_CORRELATION * together**2
    else:
        parts = share
    effective = _divide(parts.sum(axis=0) ** 2, (parts**2).sum(axis=0))
    return np.where(effective - 1 >= 1, effective - 1, np.nan)


def adjusted(p: np.ndarray) -> np.ndarray:
    """Return the p values after the step-up procedure of Benjamini and Hochberg; nan stays nan and is not counted."""
    result = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if known.size:
        result[known] = stats.false_discovery_control(np.clip(p[known], 0, 1), method="bh")
    return result


def verdict(q: float, q_equivalence: float, *, rate: float) -> Verdict:
    """Return the three-way verdict from the two adjusted p values.

    Equivalence comes first: a difference that is certain and smaller than the margin is 等效, as announced beforehand.
    """
    if np.isfinite(q_equivalence) and q_equivalence <= rate:
        return "等效"
    if np.isfinite(q) and q <= rate:
        return "有差异"
    return "不能判断"


def _touched(sums: ClusterSums) -> np.ndarray:
    touched = sums.denominator > 0
    return touched if sums.rest_denominator is None else touched | (sums.rest_denominator > 0)


def _contrast(parts: list[np.ndarray], *, log: bool) -> np.ndarray:
    first = _divide(parts[0], parts[1], empty=np.nan)
    if len(parts) == 2:
        return first
    rest = _divide(parts[2], parts[3], empty=np.nan)
    return _log(first) - _log(rest) if log else first - rest


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(values, out=np.full(values.shape, np.nan), where=values > 0)


def _divide(above: np.ndarray, below: np.ndarray, *, empty: float = 0.0) -> np.ndarray:
    above, below = np.broadcast_arrays(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    return np.divide(above, below, out=np.full(above.shape, empty), where=below > 1e-12)
