"""Statistics of the certificate. Rows of one cluster (a judgment, or its near duplicates) are one observation.

Every standard error is that of a mean of influences, added up within clusters first; so the same few lines serve
slopes, areas under the curve and generalised covariance measures.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy import stats

_Z = float(stats.norm.ppf(0.975))


def clustered_error(influence: np.ndarray, cluster: np.ndarray) -> float:
    """Return the standard error of a sum of influences, shape (rows,), whose clusters are independent."""
    _, codes = np.unique(cluster, return_inverse=True)
    sums = np.bincount(codes, weights=influence)
    several = len(sums)
    if several < 2:
        return math.nan
    return float(math.sqrt(several / (several - 1) * float((sums**2).sum())))


def interval_of(value: float, error: float) -> tuple[float, float] | None:
    """Return the 95 % interval of a normal estimate; None where its error is unknown."""
    return None if math.isnan(error) else (value - _Z * error, value + _Z * error)


def two_sided(value: float, error: float) -> float:
    """Return the two-sided p value of a normal estimate against 0; 1 where its error is unknown."""
    return 1.0 if math.isnan(error) or error == 0 else float(2 * stats.norm.sf(abs(value) / error))


def mean_interval(values: np.ndarray, cluster: np.ndarray) -> tuple[float, tuple[float, float] | None]:
    """Return the mean and its 95 % interval."""
    mean = float(values.mean())
    return mean, interval_of(mean, clustered_error((values - mean) / len(values), cluster))


def slope(x: np.ndarray, y: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Return the least-squares slope of ``y`` on ``x`` (with an intercept) and its standard error."""
    centred = x - x.mean()
    spread = float((centred**2).sum())
    value = float((centred * y).sum() / spread)
    left = y - y.mean() - value * centred
    return value, clustered_error(centred * left / spread, cluster)


def bootstrap_ratio(
    numerator: np.ndarray, denominator: np.ndarray, cluster: np.ndarray, *, draws: int, seed: int
) -> tuple[float, tuple[float, float] | None]:
    """Return Σ numerator ÷ Σ denominator over the rows, and its 95 % percentile interval over draws of clusters.

    Draws in which the denominator is zero are left out; the ratio is infinite or nan where that of all rows is zero.
    """
    _, codes = np.unique(cluster, return_inverse=True)
    sums = np.stack([np.bincount(codes, weights=values.astype("float64")) for values in (numerator, denominator)])
    above, below = sums.sum(axis=1)
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        times = np.bincount(generator.integers(sums.shape[1], size=sums.shape[1]), minlength=sums.shape[1])
        top, bottom = sums @ times
        if bottom > 0:
            found.append(top / bottom)
    value = above / below if below > 0 else (math.inf if above > 0 else math.nan)
    return float(value), (tuple(float(edge) for edge in np.quantile(found, [0.025, 0.975])) if found else None)


def covariance_test(first: np.ndarray, second: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Return the statistic of the generalised covariance measure and its two-sided p value.

    Parameters
    ----------
    first, second
        What regressions on the same covariates leave of two variables, shape (rows,). Where the variables are
        independent given the covariates, the mean of their product is zero (Shah and Peters, The hardness of
        conditional independence testing and the generalised covariance measure, Annals of Statistics 48, 2020).
    """
    product = first * second
    mean = float(product.mean())
    error = clustered_error((product - mean) / len(product), cluster)
    # what a regression explains to the last digit leaves nothing that could depend on anything
    if math.isnan(error) or error <= 1e-12 * (abs(mean) + 1e-300):
        return 0.0, 1.0
    statistic = mean / error
    return statistic, float(2 * stats.norm.sf(abs(statistic)))


def adjusted(p: np.ndarray) -> np.ndarray:
    """Return the p values of one family adjusted by Benjamini and Hochberg."""
    return stats.false_discovery_control(np.clip(p, 0.0, 1.0), method="bh") if len(p) else p


def area(score: np.ndarray, positive: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the area under the ROC curve, and the influence of each row on it.

    The influences are the structural components of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), so the
    difference of the areas of two scores on the same rows has the influence of the one less that of the other.
    """
    ranks = stats.rankdata(score)
    n, m = int(positive.sum()), int((~positive).sum())
    value = float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))
    influence = np.empty(len(score))
    influence[positive] = ((ranks[positive] - stats.rankdata(score[positive])) / m - value) / n
    influence[~positive] = (1 - (ranks[~positive] - stats.rankdata(score[~positive])) / n - value) / m
    return value, influence


def partial_t(y: np.ndarray, treatment: np.ndarray, covariates: np.ndarray) -> tuple[float, float, int]:
    """Return coefficient, t statistic and degrees of freedom of ``treatment`` in a linear model of ``y``.

    ``covariates`` has shape (rows, k); an intercept is added.
    """
    design = np.column_stack([treatment, np.ones(len(y)), covariates])
    coefficients, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(y) - int(rank)
    left = y - design @ coefficients
    variance = float((left**2).sum()) / freedom * np.linalg.pinv(design.T @ design)[0, 0]
    return float(coefficients[0]), float(coefficients[0] / math.sqrt(variance)), freedom


def robustness_value(t: float, freedom: int, *, share: float = 1.0) -> float:
    """Return the robustness value of an estimate.

    It is the share of the residual variance of treatment and outcome alike that something unrecorded has to explain to
    move the estimate by ``share`` of its size: ½ (√(f⁴ + 4 f²) − f²) with f = share · |t| ÷ √freedom (Cinelli and
    Hazlett, Making sense of sensitivity, Journal of the Royal Statistical Society B 82, 2020, equation 18).
    """
    strength = (share * abs(t)) ** 2 / freedom
    return 0.5 * (math.sqrt(strength**2 + 4 * strength) - strength)


def partial_r2(t: float, freedom: int) -> float:
    """Return the partial R² of a coefficient: t² ÷ (t² + freedom)."""
    return t**2 / (t**2 + freedom)


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of Wilson of a share; None without trials."""
    if n == 0:
        return None
    low, high = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return float(low), float(high)


def cross_fitted(
    fit: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]], folds: list[tuple[np.ndarray, np.ndarray]], n: int
) -> np.ndarray:
    """Return what models of the other folds predict for each of ``n`` rows; ``fit`` takes and gives places of rows."""
    found = np.empty(n)
    for others, inside in folds:
        found[inside] = fit(others)(inside)
    return found
