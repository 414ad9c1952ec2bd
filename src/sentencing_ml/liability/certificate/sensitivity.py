"""What the liability term would be if something were otherwise: unrecorded circumstances, other readings, chance.

T9 rests on the omitted-variable bounds of Cinelli and Hazlett (2020); see :func:`statistics.robustness_value`.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import (
    mean_interval,
    partial_r2,
    partial_t,
    robustness_value,
)
from sentencing_ml.liability.certificate.subject import Counts, Subject, plain_liability
from sentencing_ml.liability.rows import offender_flags, prepare

_MOVE = 0.05
_FEW = 50  # counts of a charge
_TWICE = 1.5
_DIFFERENT = 0.10

# ------------------------------------------------------------------------------------------------------------- T9


def unrecorded(subject: Subject) -> Result:
    """T9: for each charge, how strong something unrecorded has to be to move the liability term by 5 %.

    The liability term is the declared one moved along the *dose*, what the adjustment says that the offender's factors
    did, to a dose of 0. Something that is not on record, goes with the dose and moves the term itself bends that line.
    ``robustness`` is the share of what is left of dose and declared term that it has to explain, alike of both, to move
    the term at dose 0 by 5 % of the mean case. ``strongest`` is the share of what is left of the declared terms that
    the strongest recorded factor explains, for comparison. What does *not* go with the dose moves the term by its share
    of cases × its effect. ``figure`` is the smallest robustness.
    """
    refit = subject.refitted
    observed = refit.counts.rows.offender_observed()
    counts = refit.counts.take(observed)
    taken_out, held = refit.taken_out[observed], refit.held[observed]
    table = []
    for name, places in sorted(counts.rows.charge.reset_index(drop=True).groupby(counts.rows.charge.to_numpy())):
        inside = places.index.to_numpy()
        if len(inside) >= _FEW and np.ptp(taken_out[inside]) > 0 and np.ptp(held[inside]) > 0:
            table.append({"charge": str(name), **_charge(counts.take(inside), taken_out[inside], held[inside])})
    if not table:
        return not_measured("T9", "few_for_sensitivity", n=len(taken_out))
    least = min(row["robustness"] for row in table)
    return Result(id="T9", figure=least, n=len(table), holds=True, detail={"charges": table, "move": _MOVE})


def _charge(counts: Counts, taken_out: np.ndarray, held: np.ndarray) -> dict:
    coefficient, t, freedom = partial_t(counts.log_term, taken_out, held[:, None])
    centre = abs(float(taken_out.mean()))
    # the term at dose 0 is coefficient × mean dose away from the mean term
    share = np.log1p(_MOVE) / (abs(coefficient) * centre) if coefficient and centre else np.inf
    return {
        "n": len(taken_out),
        "mean_taken_out": float(np.expm1(taken_out.mean())),
        "coefficient": coefficient,
        "robustness": 1.0 if np.isinf(share) else robustness_value(t, freedom, share=share),
        "strongest": _strongest(counts, held),
    }


def _strongest(counts: Counts, held: np.ndarray) -> dict | None:
    found = []
    for name in counts.rows.offender:
        there = (counts.rows.offender[name] == 1).to_numpy(dtype="float64")
        if 0 < there.sum() < len(there):
            _, t, freedom = partial_t(counts.log_term, there, held[:, None])
            found.append({"factor": name, "partial_r2": partial_r2(t, freedom)})
    return max(found, key=lambda row: row["partial_r2"], default=None)


# ------------------------------------------------------------------------------------------------------------ T10


def placebo(subject: Subject) -> Result:
    """T10: how far the liability term moves when a random mark is declared a factor of prevention.

    The mark takes the place of the factor that the fewest training counts have, which is blanked in both fits, so that
    they differ by nothing else. ``figure`` is the mean absolute change of ln(1 + term) ÷ that of another seed.
    """
    training, tested = subject.told, subject.tested
    if len(training.months) < 2 * _FEW or len(tested.months) < _FEW:
        return not_measured("T10", "few_tested", n=len(tested.months))
    place = rarest(training)
    seed = subject.settings.train.seed
    marked = np.random.default_rng(subject.options.seed).random(len(training.months)) < 0.3

    def advice(mark: np.ndarray, seed: int) -> np.ndarray:
        offender = training.rows.offender.assign(**{place: np.where(mark, 1.0, 0.0)})
        shown = replace(training, rows=replace(training.rows, offender=offender))
        return plain_liability(shown, tested, settings=subject.settings, seed=seed)

    without = np.zeros(len(training.months), dtype=bool)
    base = advice(without, seed)
    moved, chance = (np.abs(other - base) for other in (advice(marked, seed), advice(without, seed + 1)))
    mean, interval = mean_interval(moved, tested.cluster)
    by_chance = float(chance.mean())
    return Result(
        id="T10",
        figure=mean / by_chance if by_chance else (0.0 if mean == 0 else None),
        n=len(moved),
        holds=mean <= _TWICE * by_chance,
        detail={
            "mean_change": mean,
            "mean_change_interval": interval,
            "mean_change_of_seed": by_chance,
            "in_place_of": place,
            "share_marked": float(marked.mean()),
        },
    )


def rarest(counts: Counts) -> str:
    """Return the factor of the offender that the fewest counts have."""
    present = (counts.rows.offender[offender_flags()] == 1).sum()
    return str(present.sort_index().idxmin())


# ------------------------------------------------------------------------------------------------------------ T11


def mixed_readings(subject: Subject) -> Result:
    """T11: share of tested counts whose liability term changes by more than 10 % when mixed factors are liability.

    The other reading is the term that history declares for an offender who has the mixed factors of the case and none
    of prevention.
    """
    tested = subject.tested
    mixed = [factor.name for factor in registry().of_class("mixed") if factor.name in offender_flags()]
    seen = tested.rows.offender_observed()
    if seen.sum() < _FEW:
        return not_measured("T11", "few_tested", n=int(seen.sum()))
    tested = tested.take(seen)
    as_prevention = subject.model.term.predict_log(tested.rows, threads=subject.threads)
    rows = prepare(without_prevention(tested.frame), dated=True)
    as_liability = subject.model.neutral.expected_log(rows, as_prevention, threads=subject.threads)
    change = np.expm1(np.maximum(as_liability, 0.0)) / np.maximum(np.expm1(as_prevention), 1e-6) - 1
    beyond = np.abs(change) > _DIFFERENT
    share, interval = mean_interval(beyond.astype("float64"), tested.cluster)
    present = (tested.flags[mixed] == 1).to_numpy()
    some_mixed = present.any(axis=1)
    factors = [
        {
            "factor": name,
            "n": int(there.sum()),
            "median_change": float(np.median(change[there])),
            "share_beyond": float(beyond[there].mean()),
        }
        for name, there in zip(mixed, present.T, strict=True)
        if there.any()
    ]
    return Result(
        id="T11",
        figure=share,
        interval=interval,
        n=len(change),
        holds=True,
        detail={
            "median_change_where_mixed": float(np.median(change[some_mixed])) if some_mixed.any() else None,
            "share_with_mixed": float(some_mixed.mean()),
            "factors": factors,
        },
    )


def without_prevention(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the factor table with every factor of prevention known and absent."""
    names = [factor.name for factor in registry().of_class("prevention") if factor.type == "boolean"]
    return frame.assign(**{name: pd.array([False] * len(frame), dtype="boolean") for name in names})
