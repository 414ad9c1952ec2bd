"""What more cases, and each kind of information, are worth: refits of the model on less than it has."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import clone

from sentencing_ml.liability.accuracy import accuracy, difference
from sentencing_ml.liability.boosting import term_regressor
from sentencing_ml.liability.held_out import HeldOut
from sentencing_ml.liability.liability_term import liability_regressor
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.train import Training
from sentencing_ml.settings import Settings

STEPS = {
    "charge": "只看罪名",
    "facts": "＋犯罪事实",
    "law": "＋法定刑与数额标准",
    "prior": "＋以起点为初值",
}
"""What the model reads at each step of the ablation."""

_MORE = (2, 4)


def learning_curve(
    training: Training, held: HeldOut, *, shares: tuple[float, ...], settings: Settings
) -> dict:
    """Fit label and student on growing shares of the training clusters, and measure each fit on the same rows.

    Returns
    -------
    ``points``: list of ``share``, ``n``, ``n_clusters``, ``expected`` (figures against declared terms) and
    ``liability`` (against the neutral labels of the evaluated model); ``last_gain``: figures of the expected term of
    the last point less those of the one before it; ``more``: what a curve error = a + b ÷ √n through the points leads
    one to expect of ``times`` as many cases, ``typical_ratio`` and ``mae_months``.
    """
    cluster = training.frame["cluster"].to_numpy(dtype=object)
    names = np.array(sorted(set(cluster)), dtype=object)
    order = {name: place for place, name in enumerate(np.random.default_rng(settings.evaluate.seed).permutation(names))}
    rank = np.array([order[name] for name in cluster])
    points, said = [], []
    for share in sorted(shares):
        chosen = np.flatnonzero(rank < max(1, round(share * len(names))))
        expected, liability = _refitted(training, chosen, held, settings=settings)
        said.append(expected)
        points.append(
            {
                "share": share,
                "n": len(chosen),
                "n_clusters": len(set(cluster[chosen])),
                "expected": accuracy(expected, held.declared, held.clusters),
                "liability": accuracy(liability, held.neutral, held.clusters),
            }
        )
    several = len(points) > 1
    return {
        "points": points,
        "last_gain": difference(said[-1], said[-2], held.declared, held.clusters) if several else None,
        "more": _more(points) if several else [],
    }


def ablation(training: Training, held: HeldOut, model: LiabilityModel, *, settings: Settings) -> list[dict]:
    """Fit students on the same neutral labels that may read ever more, and measure them on the neutral test labels.

    The labels are those of the evaluated model, so that the steps differ in what the student reads alone. A step has
    ``name``, ``figures``, and ``gain``: its figures less those of the step before it (null for the first).
    """
    threads = settings.runtime.threads
    months = np.expm1(model.neutral.neutral_log(training.rows, training.months, threads=threads))
    template = term_regressor(settings.train, offender=False, threads=threads)
    steps, before = [], None
    for name in STEPS:
        student = clone(template)
        student.fit(_only(training.rows, name), months, sample_weight=training.weight)
        said = student.predict(_only(held.rows, name))
        steps.append(
            {
                "name": name,
                "figures": accuracy(said, held.neutral, held.clusters),
                "gain": None if before is None else difference(said, before, held.neutral, held.clusters),
            }
        )
        before = said
    return steps


def _refitted(
    training: Training, chosen: np.ndarray, held: HeldOut, *, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Return expected and liability months of a label and a student fitted on the chosen training rows."""
    parts = liability_regressor(settings.train, threads=settings.runtime.threads)
    rows, months = training.rows.take(chosen), training.months[chosen]
    weight = training.weight[chosen]
    neutral = parts.neutral.fit(rows, months, groups=training.fold[chosen], sample_weight=weight)
    student = parts.student.fit(rows, np.expm1(neutral.labels_), sample_weight=weight)
    log_term = np.maximum(student.predict_log(held.rows), 0.0)
    return np.maximum(np.expm1(neutral.expected_log(held.rows, log_term)), 0.0), np.expm1(log_term)


def _more(points: list[dict]) -> list[dict]:
    size = np.array([point["n"] for point in points], dtype="float64")
    result = [{"times": times} for times in _MORE]
    for name in ("typical_ratio", "mae_months"):
        error = np.array([point["expected"][name]["value"] for point in points])
        slope, floor = np.polyfit(1 / np.sqrt(size), error, 1)
        for entry in result:
            # more cases never make the curve worse; where chance says so, there is nothing to expect of them
            step = max(slope, 0.0) * (1 / np.sqrt(entry["times"] * size[-1]) - 1 / np.sqrt(size[-1]))
            entry[name] = float(error[-1] + step)
    return result


def _only(rows: Rows, step: str) -> Rows:
    """Return the rows with what the step may not read unknown.

    A column without a value splits no tree, and without starting points the trees start from the mean.
    """
    if step == "charge":
        rows = replace(rows, facts=_unknown(rows.facts))
    if step in ("charge", "facts"):
        return replace(rows, track=_unknown(rows.track))
    if step == "law":
        return replace(rows, track=rows.track.assign(rule_prior=_unknown(rows.track[["rule_prior"]])["rule_prior"]))
    return rows


def _unknown(table: pd.DataFrame) -> pd.DataFrame:
    return table.where(np.zeros(table.shape, dtype=bool))
