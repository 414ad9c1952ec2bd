"""p0: how often the least-correcting honest judge's entry coincides with the advice, by stratum.

The reference cases are own estimates that were made without the advice: of blind-first cases, and entries of shadow
cases. Each is carried to what an honest user of the advice would have entered (``definitions.yaml``, ``honest_use``);
the share of these that coincide is the court's mean m of the stratum. Strata with few cases are drawn to their
neighbours in severity and to the effects of charge group and plea. Then

    logit p0 = logit m + margin + widening + offset

with the margin of the definitions, a widening by the standard error of m, and the offset of the self-check. A stratum
whose p0 is above 0.95, or whose mean is known too badly, has none: 不可评估, which leaves the blind-first cases.

Who leans to one side of the advice may lean no further than honest judges of the court do: how far these lean apart is
read off the same cases, judge by judge.

A reference belongs to one version of model and law. It is frozen inside a year.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.special import expit, logit, ndtr, ndtri

from sentencing_ml.monitor.detection.charts import coincides
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.strata import PLEAS, Strata, severity_names, strata

_STEPS = 50
_FARTHEST = 8.0  # logits; beyond it a share is 0 or 1 for any number of cases that a judge has


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Logit means of one event by stratum and their standard errors; (severities, groups + 1, pleas).

    The last group stands for those that the reference has not seen.
    """

    mean: np.ndarray
    error: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """Within which bounds the court's judges lean, all but few; nan: too few judges to tell.

    ``up``: lowest and highest share of upward departures. ``far``: highest share beyond the band of A4 to one side.
    """

    up: tuple[float, float]
    far: float


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What the reference cases of one version say.

    ``coincidence``: of an honest user of the advice; ``inside``: the same, within the advised interval (None where the
    reference has no intervals); ``outside``: of one who leans on the advice least, beyond the band of A4.
    """

    n: int
    judges: int
    groups: tuple[str, ...]
    coincidence: Shares
    inside: Shares | None
    outside: Shares
    leaning: Leaning

    def p0(self, rows: pd.DataFrame, *, offset: float | np.ndarray = 0.0) -> np.ndarray:
        """Return p0 of each row (columns advice_months, charge_group, plea); nan: not assessable.

        ``offset`` is that of :func:`self_check`, one for all or one a row.
        """
        found = strata(rows)
        return self.share("coincidence", found, offset=offset)

    def share(self, event: str, found: Strata, *, offset: float | np.ndarray = 0.0) -> np.ndarray:
        """Return the share of ``event`` of the least-correcting honest judge in each row's stratum; nan: none."""
        shares = getattr(self, event)
        if shares is None:
            return np.full(len(found.severity), np.nan)
        rules = definitions().reference
        place = self._place(found)
        mean, error = shares.mean[place], shares.error[place]
        court = expit(mean)
        tolerated = (rules.size * rules.ordinary_stratum * court * (1 - court)) ** -0.5
        margin = rules.margin + rules.widening * np.maximum(0.0, error - tolerated) + offset
        share = expit(mean + margin)
        return np.where((share > rules.not_assessable_above) | (error > rules.largest_error), np.nan, share)

    def court_mean(self, found: Strata, *, event: str = "coincidence") -> np.ndarray:
        """Return the court's mean share of each row's stratum, before any margin."""
        shares = getattr(self, event)
        if shares is None:
            return np.full(len(found.severity), np.nan)
        return expit(shares.mean[self._place(found)])

    def worst_outside(self, found: Strata) -> np.ndarray:
        """Return the share of entries beyond the band of A4 of the worst honest judge in each row's stratum."""
        return expit(self.outside.mean[self._place(found)] + definitions().detectors.a4.margin)

    def unknown(self, found: Strata) -> np.ndarray:
        """Return which rows stand in strata whose mean is known too badly."""
        return self.coincidence.error[self._place(found)] > definitions().reference.largest_error

    def _place(self, found: Strata) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        own = {name: code for code, name in enumerate(self.groups)}
        code = np.array([own.get(name, len(self.groups)) for name in found.groups], dtype=int)
        return found.severity, code[found.group], found.plea


def reference_cases(corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``Ledger.corrections`` that were judged without the advice, with the estimate as ``own``.

    Own estimates of blind-first cases and entries of shadow cases; terms of no months are left out.
    """
    shadow, blind = corrections["mode"] == "shadow", corrections["mode"] == "blind_first"
    own = corrections["entry_months"].astype(float).where(shadow, corrections["own_estimate_months"].astype(float))
    usable = (shadow | blind) & (own > 0) & (corrections["advice_months"] > 0)
    return corrections.assign(own=own)[usable]


def fit_reference(corrections: pd.DataFrame, *, year: int | None = None) -> Reference | None:
    """Return the reference from the rows of ``Ledger.corrections``; None with fewer than the minimum of cases.

    ``year``: the reference that is in force in this year, from the cases entered before it; None: from all cases. The
    rows must be of one version of model and law.
    """
    cases = reference_cases(corrections)
    if year is not None:
        cases = cases[cases["entered_at"].str.slice(0, 4).astype(int) < year]
    return fit(cases)


def fit(cases: pd.DataFrame) -> Reference | None:
    """Return the reference from cases with the columns advice_months, own, charge_group, plea, judge, interval_low and
    interval_high; None with fewer than the minimum of cases.
    """
    rules = definitions().reference
    if len(cases) < rules.minimum_cases:
        return None
    found = strata(cases)
    advice, own, low, high = (
        cases[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("advice_months", "own", "interval_low", "interval_high")
    )
    judge = pd.factorize(cases["judge"])[0]
    known = ~(np.isnan(low) | np.isnan(high))
    events = honest_use(advice=advice, own=own, low=low, high=high)
    enough = int(known.sum()) >= rules.minimum_cases
    return Reference(
        n=len(cases),
        judges=int(judge.max()) + 1,
        groups=found.groups,
        coincidence=_pooled(events["coincidence"], found, judge),
        inside=_pooled(events["inside"][known], found.take(known), judge[known]) if enough else None,
        outside=_pooled(events["outside"], found, judge),
        leaning=_leaning(advice=advice, own=own, judge=judge),
    )


def _leaning(*, advice: np.ndarray, own: np.ndarray, judge: np.ndarray) -> Leaning:
    rules = definitions()
    z = coincides(own, advice, months=rules.coincidence_months, share=rules.coincidence_share)
    departs = ~z & (advice >= rules.detectors.a2.from_months)
    # below it a month more or less lies beyond the band
    long = advice >= rules.stage_two.from_months
    r, band = np.log(own / advice)[long], rules.detectors.a4.band
    return Leaning(
        up=between_judges((own > advice)[departs], judge[departs]),
        far=max(between_judges(r > band, judge[long])[1], between_judges(r < -band, judge[long])[1]),
    )


def between_judges(event: np.ndarray, judge: np.ndarray) -> tuple[float, float]:
    """Return the bounds within which the judges' own shares of an event lie, all but few; nan with too few judges.

    The shares are normal on the probit scale. What chance adds to the spread of the seen shares is taken off (method of
    moments), so that the bounds are of what judges do and not of how few cases they have.
    """
    rules = definitions().reference.leaning
    n = np.bincount(judge)
    told = n >= rules["cases"]
    if told.sum() < rules["judges"]:
        return math.nan, math.nan
    n, events = n[told], np.bincount(judge, weights=event, minlength=len(told))[told]
    probit = ndtri((events + 0.5) / (n + 1))
    share = (events.sum() + 0.5) / (n.sum() + 1)
    density = math.exp(-(float(ndtri(share)) ** 2) / 2) / math.sqrt(2 * math.pi)
    chance = float((share * (1 - share) / (n + 1)).mean()) / density**2
    half = rules["deviations"] * math.sqrt(max(0.0, float(probit.var(ddof=1)) - chance))
    return float(ndtr(probit.mean() - half)), float(ndtr(probit.mean() + half))


def honest_use(*, advice: np.ndarray, own: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, np.ndarray]:
    """Return what share of honest users of the advice would coincide, lie inside, and lie outside in each case.

    An own estimate is a whole month, the view behind it lay within half a month of it; a user with weight w enters the
    whole month of S^w · O^(1−w), and the advice itself in a share of cases. Outside: at the least weight, never taking
    the advice as it stands.
    """
    rules = definitions()
    use, limit = rules.reference, {"months": rules.coincidence_months, "share": rules.coincidence_share}
    band = rules.detectors.a4.band
    found = {name: np.zeros(len(advice)) for name in ("coincidence", "inside", "outside")}
    as_it_stands = _whole(advice)
    for step in use.within_month:
        view = np.log(np.maximum(0.5, own + step))
        for weight in use.weights:
            entry = _whole(np.exp(weight * np.log(advice) + (1 - weight) * view))
            found["coincidence"] += coincides(entry, advice, **limit) / (len(use.weights) * len(use.within_month))
            found["inside"] += (entry >= low) & (entry <= high)
        least = _whole(np.exp(use.weights[0] * np.log(advice) + (1 - use.weights[0]) * view))
        found["outside"] += (np.abs(np.log(least / advice)) > band) / len(use.within_month)
    found["inside"] /= len(use.weights) * len(use.within_month)
    adopted = {
        "coincidence": coincides(as_it_stands, advice, **limit),
        "inside": (as_it_stands >= low) & (as_it_stands <= high),
    }
    for name, event in adopted.items():
        found[name] = use.adopts * event + (1 - use.adopts) * found[name]
    return found


def _whole(months: np.ndarray) -> np.ndarray:
    return np.maximum(1.0, np.floor(months + 0.5))


def _pooled(share: np.ndarray, found: Strata, judge: np.ndarray) -> Shares:
    """Return the partially pooled logit means: a logistic regression on the strata with normal effects.

    Effects of severity, charge group and plea, and one of each stratum beside them. Cases of one judge are alike, so
    each case weighs less by the design effect of the residuals.
    """
    shape = (len(severity_names()), len(found.groups) + 1, len(PLEAS))
    size = int(np.prod(shape))
    cell = np.ravel_multi_index((found.severity, found.group, found.plea), shape)
    n = np.bincount(cell, minlength=size).astype(float)
    total = np.bincount(cell, weights=share, minlength=size)
    codes = np.unravel_index(np.arange(size), shape)
    design = np.hstack([np.eye(part)[code] for part, code in zip(shape, codes, strict=True)])
    residual = share - expit(_logits(design, shape, n, total)[0])[cell]
    by_judge = np.bincount(judge, weights=residual)
    effect = max(1.0, float((by_judge**2).sum() / max((residual**2).sum(), 1e-12)))
    mean, variance = _logits(design, shape, n / effect, total / effect)
    return Shares(mean=mean.reshape(shape), error=np.sqrt(variance).reshape(shape))


def _logits(
    design: np.ndarray, shape: tuple[int, ...], n: np.ndarray, total: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the logit mean of each stratum of greatest posterior density, and its variance.

    Newton's method. The effects of the single strata meet in no stratum but their own: they are eliminated, so that the
    equations solved are as many as severities, groups and pleas.
    """
    precision, own = _precision(shape)
    seen = n > 0
    x, cases, events = design[seen], n[seen], total[seen]
    effects, single = np.zeros(x.shape[1]), np.zeros(len(x))
    for _ in range(_STEPS):
        share = expit(x @ effects + single)
        weight = cases * share * (1 - share)
        left = weight + own  # of a stratum's own effect
        gap, pull = events - cases * share, own * single
        covariance = np.linalg.inv(x.T @ (x * (weight * own / left)[:, None]) + precision)
        move = covariance @ (x.T @ (gap - weight / left * (gap - pull)) - precision @ effects)
        step = (gap - pull - weight * (x @ move)) / left
        # a step of several logits overshoots where the share is near 0 or 1
        damping = min(1.0, 2.0 / max(float(np.abs(x @ move + step).max()), 1e-12))
        effects, single = effects + damping * move, single + damping * step
        if max(np.abs(move).max(), np.abs(step).max()) < 1e-8:
            break
    mean = design @ effects
    mean[seen] += single
    # a stratum without cases has an effect of its own that nothing is known of
    known = np.zeros(len(design))
    known[seen] = weight
    shared = np.einsum("ij,jk,ik->i", design, covariance, design, optimize=True)
    return mean, shared * (own / (known + own)) ** 2 + 1 / (known + own)


def _precision(shape: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """Return the prior precision of the effects of severity, group and plea, and of a stratum's own.

    Neighbouring severities are tied to each other; their level itself is free within what any share can be.
    """
    pooling = definitions().reference.pooling
    steps = np.diff(np.eye(shape[0]), axis=0)
    blocks = [
        steps.T @ steps / pooling["severity_step"] ** 2 + np.eye(shape[0]) / pooling["level"] ** 2,
        np.eye(shape[1]) / pooling["charge_group"] ** 2,
        np.eye(shape[2]) / pooling["plea"] ** 2,
    ]
    return linalg.block_diag(*blocks), 1 / pooling["stratum"] ** 2


def judge_offsets(
    z: np.ndarray, mean: np.ndarray, judge: np.ndarray, *, judges: int, n: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each judge's coincidence lies from the court's means, in logits, and the cases behind it.

    Parameters
    ----------
    z : (rows,) bool, or the number of cases that coincided where ``n`` is given.
    mean : (rows,) the court's mean share of the row's stratum.
    judge : (rows,) codes below ``judges``.
    n : (rows,) cases of the row; None: one each.
    """
    size = np.ones(len(z)) if n is None else n
    total, observed = (np.bincount(judge, weights=each, minlength=judges) for each in (size, z))
    level = logit(np.clip(mean, 1e-6, 1 - 1e-6))
    # half an entry is added to either side, so that a judge who always coincides has a finite offset
    target = (observed + 0.5) / (total + 1) * total
    offset = np.zeros(judges)
    for _ in range(_STEPS):
        share = expit(level + offset[judge])
        gap = target - np.bincount(judge, weights=size * share, minlength=judges)
        slope = np.bincount(judge, weights=size * share * (1 - share), minlength=judges)
        move = np.clip(gap / np.maximum(slope, 1e-9), -1.0, 1.0)
        offset = np.clip(offset + move, -_FARTHEST, _FARTHEST)
        if np.abs(move).max(initial=0.0) < 1e-6:
            break
    return np.where(total > 0, offset, np.nan), total


def self_check(
    z: np.ndarray, mean: np.ndarray, judge: np.ndarray, *, judges: int, n: np.ndarray | None = None
) -> float:
    """Return the offset by which the reference of a court must be raised, in logits, 0 … cap.

    Where the court's median judge coincides more often than the reference says, either the reference is misjudged or
    most of the court follows the advice; entries cannot tell which. Up to the cap the judges have the benefit of it.
    Arguments as in :func:`judge_offsets`, of the entries so far.
    """
    rules = definitions().reference.self_check
    offsets, total = judge_offsets(z, mean, judge, judges=judges, n=n)
    able = offsets[total >= rules["cases"]]
    if len(able) < rules["judges"]:
        return 0.0
    # a standard error less: in a court that agrees with its reference chance alone should seldom widen the margin
    error = math.sqrt(math.pi / 2 * float(np.var(able, ddof=1)) / len(able))
    return float(np.clip(np.median(able) - error, 0.0, rules["cap"]))
