"""What being about the offence alone costs, and whether habits of sentencing show in the advice.

T12: courts that want to grant 缓刑 impose exactly three years, the longest term that allows it, and hardly ever a month
more or less. A model of such terms may pile its advice up there without any reason in the law.
T13: the liability term times what the offender's own factors did should come as near to declared terms as one model of
everything.
"""

import numpy as np

from sentencing_ml.law.limits import limits
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import bootstrap_ratio
from sentencing_ml.liability.certificate.subject import Counts, Subject, plain_liability

_HALF_WIDTH = 0.5
_MOST_DENSITY = 2.0
_MOST_LOSS = 0.02
_FEW = 10


def heaping(subject: Subject) -> Result:
    """T12: how dense advice lies at the longest term that allows probation, beside a month less and a month more.

    ``figure`` is the number of advised terms within half a month of it ÷ the mean number within half a month of the two
    neighbours. ``detail`` has the same of the declared terms, and what leaving the heap of probation out of training
    changes.
    """
    at = float(limits()["probation"].params["max_months"])
    counts = subject.observed
    advice = subject.model.predict(counts, threads=subject.threads)["liability_months"]
    advice = advice.to_numpy(dtype="float64", na_value=np.nan)
    cluster = counts["cluster"].fillna(counts["doc_id"]).to_numpy(dtype=object)
    inside, beside = heap(advice, at=at)
    if beside.sum() * 2 < _FEW:
        near = {"n_at": int(inside.sum()), "n_beside": int(beside.sum() * 2)}
        return not_measured("T12", "few_near_heap", at_months=at, **near)
    ratio, interval = bootstrap_ratio(
        inside, beside, cluster, draws=subject.options.bootstrap, seed=subject.options.seed
    )
    declared = heap(subject.counts.months, at=at)
    return Result(
        id="T12",
        figure=ratio,
        interval=interval,
        n=len(counts),
        holds=ratio <= _MOST_DENSITY,
        detail={
            "at_months": at,
            "n_at": int(inside.sum()),
            "n_beside": int(beside.sum() * 2),
            "declared_share_at": float(declared[0].mean()),
            "declared_share_beside": float(declared[1].mean()),
            **_without_probation(subject, at=at),
        },
    )


def heap(months: np.ndarray, *, at: float) -> tuple[np.ndarray, np.ndarray]:
    """Return which terms lie within half a month of ``at``, and half of which lie so near a month less or more."""
    inside = np.abs(months - at) <= _HALF_WIDTH
    below, above = (np.abs(months - (at + step)) <= _HALF_WIDTH for step in (-1, 1))
    return inside.astype("float64"), ((below & ~inside).astype("float64") + (above & ~inside)) / 2


def _without_probation(subject: Subject, *, at: float) -> dict:
    """Return how dense and how high advice lies with and without the training terms that stand there on probation."""
    training = subject.told
    on_probation = (training.frame["final_probation_months"] > 0).fillna(False).to_numpy(dtype=bool)
    left_out = on_probation & (training.months == at)
    if not left_out.any():
        return {"n_left_out": 0}
    fits = {
        "with": training,
        "without": training.take(~left_out),
    }
    advice = {name: _advice(counts, subject) for name, counts in fits.items()}
    density = {}
    for name, log_term in advice.items():
        inside, beside = heap(np.expm1(log_term), at=at)
        density[name] = float(inside.sum() / beside.sum()) if beside.sum() else None
    return {
        "n_left_out": int(left_out.sum()),
        "density_with": density["with"],
        "density_without": density["without"],
        "mean_log_change_without": float((advice["without"] - advice["with"]).mean()),
    }


def _advice(counts: Counts, subject: Subject) -> np.ndarray:
    return plain_liability(counts, subject.counts, settings=subject.settings, seed=subject.settings.train.seed)


def accuracy_cost(subject: Subject) -> Result:
    """T13: mean absolute error of the expected term ÷ that of a model of offence and offender together, less 1.

    Both are held against the declared terms of the test part. The model of everything is the one that makes the neutral
    labels; it has been fitted on the same rows with the same settings.
    """
    tested = subject.tested
    if len(tested.months) < 2 * _FEW:
        return not_measured("T13", "few_tested", n=len(tested.months))
    neutral, log_term = subject.model.neutral, subject.model.term.predict_log(tested.rows, threads=subject.threads)
    composite = np.maximum(np.expm1(neutral.expected_log(tested.rows, log_term, threads=subject.threads)), 0.0)
    direct = np.maximum(np.expm1(neutral.declared_.predict_log(tested.rows, threads=subject.threads)), 0.0)
    errors = [np.abs(predicted - tested.months) for predicted in (composite, direct)]
    ratio, interval = bootstrap_ratio(
        *errors, tested.cluster, draws=subject.options.bootstrap, seed=subject.options.seed
    )
    return Result(
        id="T13",
        figure=ratio - 1,
        interval=None if interval is None else (interval[0] - 1, interval[1] - 1),
        n=len(tested.months),
        holds=ratio - 1 <= _MOST_LOSS,
        detail={
            "composite_mae_months": float(errors[0].mean()),
            "direct_mae_months": float(errors[1].mean()),
            "liability_mae_months": float(np.abs(np.expm1(log_term) - tested.months).mean()),
        },
    )
