"""Does the liability term carry anything of the offender beyond what the offence itself tells of him?

Grave offences are confessed less often: facts of an offence do say something of the offender, honestly. So every test
here is *given the facts of the offence* that the model reads. A function of these facts alone can carry nothing more,
and must pass; what the tests show is that they would find a leak, which T3 plants and looks for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import lightgbm
import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml.liability.boosting import group_folds, raw_predict, tree_parameters
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import (
    adjusted,
    area,
    clustered_error,
    covariance_test,
    cross_fitted,
    interval_of,
)
from sentencing_ml.liability.certificate.subject import Subject, some_clusters
from sentencing_ml.liability.rows import offender_flags, prepare

_RATE = 0.05
_LEAK = 0.05  # of the term, planted into the score
_POWER = 0.9
_MOST_GAIN = 0.01
_FEW = 30  # cases with and without a factor
_FOLDS = 3
_ROUNDS = 80
_EXACT = {"rounds": 400, "num_leaves": 31, "learning_rate": 0.05, "min_child_samples": 3, "reg_lambda": 0.0}
"""What brings trees near to a score that is itself a function of the facts."""
_BLUR = 0.05
"""Standard deviation of what is added to the score.

Independent of everything, it changes no independence. Without it, all that is left of a function of the facts is where
the learner fails to follow it, which is systematic, and any test would take that for a finding.
"""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Counts with their design, score ln(1 + liability term), its parts, and the offender's factors, row by row."""

    design: pd.DataFrame
    score: np.ndarray
    parts: np.ndarray
    flags: pd.DataFrame
    cluster: np.ndarray
    seed: int

    @cached_property
    def folds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Places of the rows outside and inside each fold; clusters stay together."""
        return group_folds(self.cluster, folds=_FOLDS)

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """Factors that enough counts have and enough lack."""
        counts = {name: (self.flags[name] == 1).sum() for name in self.flags}
        absent = {name: (self.flags[name] == 0).sum() for name in self.flags}
        return tuple(name for name in self.flags if min(counts[name], absent[name]) >= _FEW)

    def expected(self, target: np.ndarray, inputs: np.ndarray, *, binary: bool) -> np.ndarray:
        """Return E[target | inputs] of every row by trees of the other folds."""
        fit = learner(inputs, target, binary=binary, seed=self.seed)
        return cross_fitted(fit, self.folds, len(target))

    def left_of_score(self) -> np.ndarray:
        """Return what the facts of the offence do not explain of the blurred score."""
        blurred = self.score + np.random.default_rng(self.seed).normal(scale=_BLUR, size=len(self.score))
        fit = learner(self.design.to_numpy(), self.score, binary=False, seed=self.seed, **_EXACT)
        return blurred - cross_fitted(fit, group_folds(self.cluster), len(blurred))

    @cached_property
    def chances(self) -> dict[str, np.ndarray]:
        """The probability of each factor given the facts of the offence."""
        return {name: self.expected(self.present(name), self.design.to_numpy(), binary=True) for name in self.factors}

    def present(self, name: str) -> np.ndarray:
        """Return a factor as 0 and 1."""
        return (self.flags[name] == 1).to_numpy(dtype="float64")


def sample(subject: Subject) -> Sample:
    """Return counts whose offender's factors are observable, at most about ``certify.rows``."""
    frame = subject.observed
    seen = frame[offender_flags()].notna().all(axis=1).to_numpy(dtype=bool)
    frame = frame[seen].reset_index(drop=True)
    cluster = frame["cluster"].fillna(frame["doc_id"]).to_numpy(dtype=object)
    if len(frame):
        chosen = some_clusters(cluster, rows=subject.options.rows, seed=subject.options.seed)
        frame, cluster = frame[chosen].reset_index(drop=True), cluster[chosen]
    rows = prepare(frame)
    student = subject.model.student
    design = student.encoder_.transform(rows.facts, rows.track, rows.charge)
    contributions = np.empty((0, design.shape[1] + 1))
    if len(frame):
        contributions = np.asarray(
            student.booster_.predict(design, pred_contrib=True, num_threads=subject.threads, validate_features=True)
        )
    return Sample(
        design=design,
        score=student.encoder_.prior(rows.track) + raw_predict(student.booster_, design, threads=subject.threads),
        parts=contributions,
        flags=rows.offender[offender_flags()],
        cluster=cluster,
        seed=subject.options.seed,
    )


def learner(
    inputs: np.ndarray,
    target: np.ndarray,
    *,
    binary: bool,
    seed: int,
    rounds: int = _ROUNDS,
    num_leaves: int = 15,
    learning_rate: float = 0.1,
    min_child_samples: int = 10,
    reg_lambda: float = 1.0,
) -> Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]]:
    """Return what fits boosted trees on some rows and gives what predicts others.

    One thread: with so few rows, several would mostly wait for each other.
    """
    parameters = {
        **tree_parameters(
            num_leaves=num_leaves,
            learning_rate=learning_rate,
            min_child_samples=min_child_samples,
            reg_lambda=reg_lambda,
            subsample=0.9,
            colsample=0.9,
            seed=seed,
            threads=1,
        ),
        "objective": "binary" if binary else "regression",
    }

    def fit(chosen: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        data = lightgbm.Dataset(inputs[chosen], label=target[chosen])
        booster = lightgbm.train(parameters, data, rounds)
        return lambda asked: np.asarray(booster.predict(inputs[asked], num_threads=1))

    return fit


def conditional_independence(given: Sample) -> Result:
    """T3: is the score independent of each factor of the offender given the facts of the offence?

    The generalised covariance measure of each factor, and the weighted one, which also sees a dependence that averages
    out; both adjusted by Benjamini and Hochberg. ``figure`` is the number of factors that either finds. ``power`` is
    the share of planted leaks of 5 % that the first finds; ``power_weighted`` the same of leaks that raise the graver
    half of the terms by 5 % and lower the lighter half, for the second.
    """
    if not given.factors:
        return not_measured("T3", "few_factors", n=len(given.score))
    left = given.left_of_score()
    grave = np.where(given.score > np.median(given.score), 1.0, -1.0)
    rows, p = [], {"plain": [], "weighted": [], "leak": [], "turning_leak": []}
    for name in given.factors:
        unexplained = given.present(name) - given.chances[name]
        statistic, plain = covariance_test(left, unexplained, given.cluster)
        p["plain"].append(plain)
        p["weighted"].append(weighted_test(given, left * unexplained))
        # regressing score + leak · factor leaves what is left of both, in the limit: the score needs no second fit
        p["leak"].append(covariance_test(left + _LEAK * unexplained, unexplained, given.cluster)[1])
        p["turning_leak"].append(weighted_test(given, (left + _LEAK * grave * unexplained) * unexplained))
        rows.append({"factor": name, "n": int(given.present(name).sum()), "statistic": statistic, "p": plain})
    q = {name: adjusted(np.array(values)) for name, values in p.items()}
    for place, row in enumerate(rows):
        row |= {
            "q": float(q["plain"][place]),
            "q_weighted": float(q["weighted"][place]),
            "leak_found": bool(q["leak"][place] < _RATE),
        }
    found = int(((q["plain"] < _RATE) | (q["weighted"] < _RATE)).sum())
    power = float((q["leak"] < _RATE).mean())
    return Result(
        id="T3",
        figure=float(found),
        n=len(given.score),
        holds=found == 0 and power >= _POWER,
        reason=None if power >= _POWER else "low_power",
        detail={
            "factors": rows,
            "leak": _LEAK,
            "power": power,
            "power_weighted": float((q["turning_leak"] < _RATE).mean()),
        },
    )


def weighted_test(given: Sample, product: np.ndarray) -> float:
    """Return the one-sided p value of the weighted generalised covariance measure.

    A dependence that raises the term in some cases and lowers it in others averages out. So half of the clusters learn
    where the ``product`` of what is left of score and factor is positive, and the other half tests its mean with these
    signs (Scheidegger, Hörrmann and Bühlmann, The weighted generalised covariance measure, JMLR 23, 2022).
    """
    choosing = some_clusters(given.cluster, rows=len(product) // 2, seed=given.seed)
    first, second = np.flatnonzero(choosing), np.flatnonzero(~choosing)
    if min(len(first), len(second)) < _FEW:
        return 1.0
    fit = learner(given.design.to_numpy(), product, binary=False, seed=given.seed)
    sign = np.where(fit(first)(second) > 0, 1.0, -1.0)
    statistic, _ = covariance_test(product[second], sign, given.cluster[second])
    return float(stats.norm.sf(statistic))


def added_information(given: Sample) -> Result:
    """T4: by how much score and attributions foretell the offender's factors better than the facts of the offence.

    ``figure`` is the mean gain in area under the curve over the factors. It holds when the mean and its interval stay
    at or below 0.01 and no factor's own interval lies above it.
    """
    if not given.factors:
        return not_measured("T4", "few_factors", n=len(given.score))
    facts = given.design.to_numpy()
    everything = np.column_stack([facts, given.score, given.parts])
    rows, influences = [], []
    for name in given.factors:
        present = given.present(name)
        of_facts, first = area(given.chances[name], present == 1)
        of_all, second = area(given.expected(present, everything, binary=True), present == 1)
        gain, influence = of_all - of_facts, second - first
        rows.append(
            {"factor": name, "n": int(present.sum()), "area_facts": of_facts, "gain": gain,
             "interval": interval_of(gain, clustered_error(influence, given.cluster))}
        )  # fmt: skip
        influences.append(influence)
    mean = float(np.mean([row["gain"] for row in rows]))
    interval = interval_of(mean, clustered_error(np.mean(influences, axis=0), given.cluster))
    above = [row["factor"] for row in rows if row["interval"] and row["interval"][0] > _MOST_GAIN]
    return Result(
        id="T4",
        figure=mean,
        interval=interval,
        n=len(given.score),
        holds=mean <= _MOST_GAIN and interval is not None and interval[1] <= _MOST_GAIN and not above,
        detail={"factors": rows, "factors_above": above},
    )
