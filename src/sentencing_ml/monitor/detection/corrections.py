"""What judges did with the advice: size and direction of their corrections, with the uncertainty of each figure.

S is the advice and J the judge's entry, both in months. d = J − S, r = ln(J / S). Figures by judge describe; none is a
mark for a judge, and none tells following the advice from agreeing with it: only a view written down before the advice
was seen can do that (the weight of advice of the blind-first cases).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from sentencing_ml.fairness.bootstrap import ClusterSums, jackknife_se
from sentencing_ml.monitor.detection import charts
from sentencing_ml.monitor.detection.definitions import definitions

LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval and the cases behind it.

    ``value`` is None when there are too few cases; ``needed`` is then the number still missing, else 0.
    """

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    needed: int = 0


def case_figures(corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of each entry beside the advice it answers.

    Parameters
    ----------
    corrections : columns judge, advice_months, interval_low, interval_high, entry_months, mode,
        own_estimate_months.

    Returns
    -------
    DataFrame, index of ``corrections``: judge, band, ``d`` (months), ``r`` (log ratio), ``size`` (its absolute
    value), ``coincides``, ``inside`` (NA without an interval), ``up`` (NA for a coinciding entry), and of blind-first
    cases ``x`` = ln(S/O) and ``y`` = ln(J/O). Rows whose advice or entry is not a positive term are left out:
    they have no ratio.
    """
    rules = definitions()
    usable = (corrections["advice_months"] > 0) & (corrections["entry_months"] > 0)
    rows = corrections[usable]
    advice, entry = rows["advice_months"].astype(float), rows["entry_months"].astype(float)
    correction = entry - advice
    coincides = charts.coincides(entry, advice, months=rules.coincidence_months, share=rules.coincidence_share)
    low, high = rows["interval_low"].astype(float), rows["interval_high"].astype(float)
    inside = ((entry >= low - 1e-3) & (entry <= high + 1e-3)).astype("boolean").mask(low.isna() | high.isna())
    own = rows["own_estimate_months"].astype(float)
    blind = (rows["mode"] == "blind_first") & (own > 0)
    own = own.where(blind)
    return pd.DataFrame(
        {
            "judge": rows["judge"].astype("string"),
            "band": _band(advice),
            "d": correction,
            "r": np.log(entry / advice),
            "size": np.log(entry / advice).abs(),
            "coincides": coincides,
            "inside": inside,
            "up": (correction > 0).astype("boolean").mask(coincides),
            "x": np.log(advice / own),
            "y": np.log(entry / own),
        },
        index=rows.index,
    )


def _band(advice: pd.Series) -> pd.Series:
    bands = definitions().bands
    edges = [-np.inf, *(band.to if band.to is not None else np.inf for band in bands)]
    return pd.cut(advice, edges, right=False, labels=[band.name for band in bands]).astype("string")


def normal_quantile(level: float) -> float:
    """Return how many standard deviations a two-sided interval of ``level`` reaches."""
    # scipy.stats would give the same and take a hundred times as long; a report asks for tens of thousands
    return float(special.ndtri(0.5 + level / 2))


def student_quantile(level: float, df: float) -> float:
    """Return the same of Student's t with ``df`` degrees of freedom."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def wilson(successes: int, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's score interval of a share; (0, 1) without cases."""
    if not n:
        return 0.0, 1.0
    z = normal_quantile(level)
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # at 0 and 1 the bound is exact, not a rounding below or above it
    return (0.0 if successes == 0 else centre - half), (1.0 if successes == n else centre + half)


def excess_share(coincided: int, n: int, expected: float) -> tuple[float, float, float]:
    """Return how far a judge's coincidence lies above what was expected of the same cases, with its 95 % interval.

    ``expected`` is the mean over the cases of the least-correcting honest judge's share (p0) of each one's stratum. The
    interval is Wilson's of the observed share; that the cases are of unlike strata only makes it wider than it need be.
    """
    low, high = wilson(coincided, n)
    return coincided / n - expected, low - expected, high - expected


def share_estimate(values: pd.Series, *, minimum: int) -> Estimate:
    """Return the share of true values with Wilson's interval; nulls are no cases."""
    known = values.dropna()
    n, successes = len(known), int(known.astype(bool).sum())
    if n < minimum:
        return Estimate(n=n, needed=minimum - n)
    low, high = wilson(successes, n)
    return Estimate(n=n, value=successes / n, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Between and within judges: mean, variance within (of a case), and variance between judges' true means."""

    mean: float
    within: float
    between: float
    mean_variance: float


def spread(values: pd.Series, judge: pd.Series) -> Spread | None:
    """Estimate how much judges differ beyond chance (DerSimonian and Laird); None with fewer than three judges."""
    groups = values.groupby(judge).agg(["size", "mean", "var"])
    groups = groups[groups["size"] >= 2]
    if len(groups) < 3:
        return None
    size = groups["size"].to_numpy(dtype=float)
    mean = groups["mean"].to_numpy(dtype=float)
    within = float((groups["var"].to_numpy() * (size - 1)).sum() / (size - 1).sum())
    if within <= 0:
        return Spread(
            mean=float(np.average(mean, weights=size)),
            within=0.0,
            between=float(np.var(mean, ddof=1)),
            mean_variance=0.0,
        )
    weight = size / within
    pooled = float((weight * mean).sum() / weight.sum())
    excess = float((weight * (mean - pooled) ** 2).sum()) - (len(groups) - 1)
    between = max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum()))
    own = 1 / (within / size + between)
    return Spread(
        mean=float((own * mean).sum() / own.sum()), within=within, between=between, mean_variance=float(1 / own.sum())
    )


def ordinary_spread(values: pd.Series, judge: pd.Series) -> Spread | None:
    """Estimate how much the middle of the judges differ beyond chance; None with fewer than three judges.

    Mean and variance between judges are where the median of the judges' standardised squared distances is that of a
    chi-square with one degree: a few judges who behave unlike the rest do not widen the limits drawn for all.
    """
    groups = values.groupby(judge).agg(["size", "mean", "var"])
    groups = groups[groups["size"] >= 2]
    if len(groups) < 3:
        return None
    size = groups["size"].to_numpy(dtype=float)
    mean = groups["mean"].to_numpy(dtype=float)
    within = float(groups["var"].median())
    centre = float(np.median(mean))
    distance = (mean - centre) ** 2
    target = float(stats.chi2.median(1))

    def excess(between: float) -> float:
        return float(np.median(distance / (between + within / size))) - target

    with np.errstate(divide="ignore", invalid="ignore"):
        if within > 0 and excess(0.0) <= 0:
            between = 0.0
        else:
            highest = float(distance.max()) / target + 1e-12
            between = float(optimize.brentq(excess, 1e-15, highest)) if excess(1e-15) > 0 else 0.0
    own = 1 / np.maximum(within / size + between, 1e-15)
    return Spread(mean=centre, within=within, between=between, mean_variance=float(1 / own.sum()))


def shrunken_mean(values: pd.Series, court: Spread | None, *, minimum: int) -> Estimate:
    """Return a judge's mean drawn to the court's by empirical Bayes, with the interval of the drawn mean.

    Fewer cases draw harder. Without ``court`` the judge's own mean and t interval are given.
    """
    n = len(values)
    if n < minimum:
        return Estimate(n=n, needed=minimum - n)
    mean = float(values.mean())
    if court is None:
        half = student_quantile(LEVEL, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
        return Estimate(n=n, value=mean, low=max(0.0, mean - half), high=mean + half)
    noise = court.within / n
    own = court.between / (court.between + noise) if court.between + noise > 0 else 1.0
    value = court.mean + own * (mean - court.mean)
    # the second part is what is not known of the court's own mean, which a strongly drawn judge leans on
    half = normal_quantile(LEVEL) * math.sqrt(own * noise + (1 - own) ** 2 * court.mean_variance)
    return Estimate(n=n, value=value, low=max(0.0, value - half), high=value + half)


def sizes_by_band(figures: pd.DataFrame, *, minimum: int) -> dict[str, dict[str, Estimate]]:
    """Return 平均修正幅度 of each judge in each severity band, drawn to the court's mean of that band.

    ``figures`` are those of :func:`case_figures`. Every judge has every band; with fewer than ``minimum`` cases the
    figure is null and says how many are needed.
    """
    result: dict[str, dict[str, Estimate]] = {str(judge): {} for judge in sorted(figures["judge"].unique())}
    for band in definitions().bands:
        rows = figures[figures["band"] == band.name]
        court = spread(rows["size"], rows["judge"])
        by_judge = dict(list(rows.groupby("judge")["size"]))
        for judge, bands in result.items():
            values = by_judge.get(judge)
            bands[band.name] = (
                Estimate(n=0, needed=minimum) if values is None else shrunken_mean(values, court, minimum=minimum)
            )
    return result


def funnel_limits(court: Spread, sizes: np.ndarray, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds within which judges of ``sizes`` cases lie by chance and ordinary difference together."""
    half = normal_quantile(level) * np.sqrt(court.between + court.within / np.asarray(sizes, dtype=float))
    return np.maximum(0.0, court.mean - half), court.mean + half


def weight_of_advice(figures: pd.DataFrame, *, minimum: int) -> Estimate:
    """Return Σxy / Σx² of the blind-first cases, x = ln(S/O) and y = ln(J/O).

    0: the entry is the judge's own estimate; 1: it is the advice. All blind-first cases count: one whose own estimate
    lies near the advice says little of its weight and has little in the sums, as x². But where judge and advice nearly
    always agree there is nothing to weigh, so some cases must be informative. Interval by the
    heteroscedasticity-robust error of the slope through the origin, clustered by judge when several judges are given.
    """
    rules = definitions()
    blind = figures[figures["x"].notna()]
    n, informative = len(blind), int((blind["x"].abs() >= rules.informative).sum())
    missing = max(minimum - n, rules.minimum_blind_informative - informative)
    if missing > 0:
        return Estimate(n=n, needed=missing)
    x, y = blind["x"].to_numpy(), blind["y"].to_numpy()
    slope = float((x * y).sum() / (x**2).sum())
    score = pd.Series(x * (y - slope * x), index=blind.index)
    judges = blind["judge"].nunique()
    parts, df = (score.groupby(blind["judge"]).sum(), judges - 1) if judges >= 3 else (score, n - 1)
    error = math.sqrt(float((parts**2).sum()) * len(parts) / (len(parts) - 1)) / float((x**2).sum())
    half = student_quantile(LEVEL, df) * error
    return Estimate(n=n, value=slope, low=slope - half, high=slope + half)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Figures of a judge, a band or all: 平均修正幅度 (log, months), 修正方向, 采纳, inside the interval, WOA."""

    n: int
    size: Estimate
    months: Estimate
    direction: Estimate
    coincidence: Estimate
    inside: Estimate
    weight: Estimate


def pattern(figures: pd.DataFrame, *, court: Spread | None) -> Pattern:
    """Return the pattern of one judge's entries; ``court`` draws the mean size towards all judges'."""
    rules = definitions()
    return Pattern(
        n=len(figures),
        size=shrunken_mean(figures["size"], court, minimum=rules.minimum_cases),
        months=shrunken_mean(figures["d"].abs(), None, minimum=rules.minimum_cases),
        direction=share_estimate(figures["up"], minimum=rules.minimum_departures),
        coincidence=share_estimate(figures["coincides"], minimum=rules.minimum_cases),
        inside=share_estimate(figures["inside"], minimum=rules.minimum_cases),
        weight=weight_of_advice(figures, minimum=rules.minimum_blind),
    )


def pooled_pattern(figures: pd.DataFrame) -> Pattern:
    """Return the pattern of the entries of several judges: entries of one judge are no independent cases."""
    rules = definitions()
    judge = figures["judge"]
    return Pattern(
        n=len(figures),
        size=pooled_mean(figures["size"], judge, minimum=rules.minimum_cases),
        months=pooled_mean(figures["d"].abs(), judge, minimum=rules.minimum_cases),
        direction=pooled_mean(figures["up"], judge, minimum=rules.minimum_departures, highest=1.0),
        coincidence=pooled_mean(figures["coincides"], judge, minimum=rules.minimum_cases, highest=1.0),
        inside=pooled_mean(figures["inside"], judge, minimum=rules.minimum_cases, highest=1.0),
        weight=weight_of_advice(figures, minimum=rules.minimum_blind),
    )


def pooled_mean(values: pd.Series, judge: pd.Series, *, minimum: int, highest: float = math.inf) -> Estimate:
    """Return a mean over judges with its interval by leaving out one judge at a time, cut to 0 … ``highest``.

    With fewer than three judges there is a mean and no interval.
    """
    known = values.dropna().astype(float)
    n = len(known)
    if n < minimum:
        return Estimate(n=n, needed=minimum - n)
    parts = known.groupby(judge[known.index]).agg(["sum", "size"]).to_numpy(dtype=float)
    mean = float(known.mean())
    if len(parts) < 3:
        return Estimate(n=n, value=mean)
    se = jackknife_se(ClusterSums(numerator=parts[:, :1], denominator=parts[:, 1:]))[0]
    half = student_quantile(LEVEL, len(parts) - 1) * float(se)
    return Estimate(n=n, value=mean, low=max(0.0, mean - half), high=min(highest, mean + half))
