"""Train the liability model: neutral labels, the blind student, its intervals, the kinds of penalty."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import TrainingError, raise_all
from sentencing_ml.liability.abstention import fit_support
from sentencing_ml.liability.boosting import Boosted, fit_boosted
from sentencing_ml.liability.combine import fit_position
from sentencing_ml.liability.exclusion import Excluded, leave_out
from sentencing_ml.liability.intervals import cases_needed, fit_intervals
from sentencing_ml.liability.model import LiabilityModel, reference_rows
from sentencing_ml.liability.nuisance import fit_nuisance
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.rules import caps
from sentencing_ml.liability.sanction import TERM_KINDS, fit_kinds
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table

# The ratio of totals is carried by the few longest terms: on sixty rows it strays by a quarter. Pseudo-rows draw it
# to 1, which is what a booster that learns mean terms needs but for its own shrinkage.
_SMEARING_PSEUDO_ROWS = 500

MODELLED_KINDS = (*TERM_KINDS, "无期徒刑", "死刑", "单处罚金", "免予刑事处罚")


def train(
    *,
    factors: Path,
    split: Path,
    model: Path,
    settings: Settings,
    excluded: Excluded | None = None,
) -> dict[str, float]:
    """Train on the training part of the factor table and write the model folder; return flat metrics.

    Rows whose document is a near duplicate of a record of ``excluded`` teach nothing; the metrics say how many.

    Raises
    ------
    InputError
        What is excluded cannot be read, or cannot be compared with the documents.
    TrainingError
        The rows cannot carry a model; every cause is listed.
    """
    started = time.perf_counter()
    frame, left_out = with_parts(read_table(factors), read_table(split)), {}
    if excluded is not None:
        frame, left_out = leave_out(frame, excluded, settings=settings)
    fitted, metrics = fit(frame, settings=settings)
    fitted.save(model)
    return {**metrics, **left_out, "seconds_train": time.perf_counter() - started}


def with_parts(frame: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Join part, fold and cluster of the split to the factor table, sorted by row so that no result depends on order.

    Raises
    ------
    TrainingError
        The split is of another factor table.
    """
    if set(frame["row_id"]) != set(parts["row_id"]):
        raise TrainingError("split and factor table name different rows. Run the split stage again.")
    columns = ["row_id", "cluster", "part", "fold"]
    joined = frame.drop(columns="cluster").merge(parts[columns], on="row_id", how="left", validate="one_to_one")
    return joined.sort_values("row_id", kind="stable").reset_index(drop=True)


def has_term(frame: pd.DataFrame) -> pd.Series:
    """Return which rows state a term of months for this one charge, decided by a court.

    A fact record with several charges has one term for all of them, so its rows have none of their own. A record that
    states months and no kind is one of the three kinds that have months. No term is imposed on a company.
    """
    kind = frame["penalty"].isin(TERM_KINDS) | frame["penalty"].isna()
    stated = (frame["term_months"] > 0).fillna(False).astype(bool)
    whole = (frame["doc_kind"] != "fact_record").fillna(False) | (frame["counts"] == 1).fillna(False)
    return (_decided(frame) & kind & stated & whole & frame["charge_group"].notna()).astype(bool)


def has_kind(frame: pd.DataFrame) -> pd.Series:
    """Return which rows state the kind of penalty of a natural person for this one charge."""
    whole = (frame["doc_kind"] != "fact_record").fillna(False) | (frame["counts"] == 1).fillna(False)
    kind = frame["penalty"].isin(MODELLED_KINDS)
    return (_decided(frame) & kind & whole & frame["charge_group"].notna()).astype(bool)


def _decided(frame: pd.DataFrame) -> pd.Series:
    # a fact record may tell the charge alone and still state what the court imposed for it; an indictment never does;
    # the fine of a company, the only penalty it can have, says nothing of how persons are punished
    imposed = (frame["doc_kind"] != "indictment").fillna(False).astype(bool)
    return imposed & ~frame["legal_entity"].fillna(False).astype(bool)


@dataclass(frozen=True, kw_only=True)
class _Part:
    frame: pd.DataFrame
    rows: Rows
    log_term: np.ndarray
    fold: np.ndarray
    weight: np.ndarray


def _part(frame: pd.DataFrame, name: str) -> _Part:
    chosen = frame[(frame["part"] == name) & has_term(frame)].reset_index(drop=True)
    return _Part(
        frame=chosen,
        rows=prepare(chosen, dated=True),
        log_term=np.log1p(chosen["term_months"].to_numpy(dtype="float64")),
        fold=chosen["fold"].to_numpy(dtype="int64"),
        weight=cluster_weights(chosen["cluster"]),
    )


def cluster_weights(cluster: pd.Series) -> np.ndarray:
    """Return 1 ÷ √(rows of the cluster): forty defendants of one judgment weigh more than one, and less than forty."""
    return 1 / np.sqrt(cluster.map(cluster.value_counts()).to_numpy(dtype="float64"))


def fit(frame: pd.DataFrame, *, settings: Settings) -> tuple[LiabilityModel, dict[str, float]]:
    """Fit the model on a factor table with part and fold; return it and its metrics."""
    options, threads = settings.train, settings.runtime.threads
    training, calibration = _part(frame, "train"), _part(frame, "calibration")
    _check(training, calibration, settings=settings)
    nuisance, neutral = fit_nuisance(
        training.rows,
        training.log_term,
        fold=training.fold,
        weight=training.weight,
        caps=caps(),
        settings=options,
        threads=threads,
    )
    student = fit_student(training.rows, neutral, fold=training.fold, weight=training.weight, settings=settings)
    held_label = nuisance.neutral_label(calibration.rows, calibration.log_term, threads=threads)
    held_log = student.predict(calibration.rows, threads=threads)
    smearing = smearing_factor(held_log, held_label, weight=calibration.weight)
    position, n_combined = fit_position(frame[frame["part"] == "train"])
    design = student.encoder.transform(training.rows.facts, training.rows.track, training.rows.charge)
    offset = student.encoder.prior(training.rows.track) + math.log(smearing)
    model = LiabilityModel(
        student=student,
        smearing=smearing,
        nuisance=nuisance,
        intervals=fit_intervals(
            calibration.rows.charge,
            np.maximum(held_log + math.log(smearing), 0.0),
            held_label,
            level=options.interval_level,
            min_group=options.interval_min_group,
        ),
        kinds=_fit_kinds(frame, student, settings=settings),
        support=fit_support(
            training.rows.facts, training.rows.charge, np.expm1(training.log_term), similar_min=options.similar_min
        ),
        position=position,
        reference=reference_rows(
            design, training.rows.charge, offset, each=settings.explain.background, seed=settings.explain.seed
        ),
    )
    metrics = _metrics(training, calibration, model, settings=settings)
    return model, {**metrics, "position": position, "n_combined": float(n_combined)}


def fit_student(rows: Rows, target: np.ndarray, *, fold: np.ndarray, weight: np.ndarray, settings: Settings) -> Boosted:
    """Fit ``target`` = ln(1 + months) on the design alone; the offender matrix of ``rows`` is not read."""
    return fit_boosted(
        rows, target, fold=fold, weight=weight, settings=settings.train, threads=settings.runtime.threads,
    )  # fmt: skip


def smearing_factor(log_prediction: np.ndarray, log_label: np.ndarray, *, weight: np.ndarray) -> float:
    """Return Σ w·(1 + label) ÷ Σ w·(1 + prediction), drawn to 1 by :data:`_SMEARING_PSEUDO_ROWS`."""
    ratio = (weight * np.exp(log_label)).sum() / (weight * np.exp(log_prediction)).sum()
    return float(ratio ** (len(log_label) / (len(log_label) + _SMEARING_PSEUDO_ROWS)))


def _fit_kinds(frame: pd.DataFrame, student: Boosted, *, settings: Settings):
    known = has_kind(frame)
    parts = []
    for name in ("train", "calibration"):
        chosen = frame[(frame["part"] == name) & known].reset_index(drop=True)
        rows = prepare(chosen, dated=True)
        parts.append((student.encoder.transform(rows.facts, rows.track, rows.charge), chosen["penalty"]))
    if parts[0][1].empty:  # records that state months but never a kind
        raise TrainingError("no training row states the kind of penalty. Add judgments whose verdicts were read.")
    return fit_kinds(*parts[0], calibration=parts[1], settings=settings.train, threads=settings.runtime.threads)


def _check(training: _Part, calibration: _Part, *, settings: Settings) -> None:
    options = settings.train
    problems = []
    least = max(2 * options.min_child_samples, options.similar_min)
    if len(training.log_term) < least:
        problems.append(f"{len(training.log_term)} training row(s) state a term for one charge; {least} are needed")
    elif np.ptp(training.log_term) == 0:
        problems.append("all training rows state the same term; there is nothing to learn")
    if len(training.log_term) and len(np.unique(training.fold)) < 2:
        problems.append("the training rows stand in one fold; lower split.folds or add courts")
    needed = cases_needed(options.interval_level)
    if len(calibration.log_term) < needed:
        problems.append(
            f"{len(calibration.log_term)} calibration row(s) state a term; an interval of level "
            f"{options.interval_level} needs {needed}"
        )
    counts = training.rows.charge.value_counts()
    if len(training.log_term) and not (counts >= options.similar_min).any():
        problems.append(f"no charge has {options.similar_min} training rows (train.similar_min)")
    raise_all(problems, error=TrainingError, heading="the factor table cannot carry a model:")


def _metrics(training: _Part, calibration: _Part, model: LiabilityModel, *, settings: Settings) -> dict[str, float]:
    offender = training.rows.offender
    counts = training.rows.charge.value_counts()
    return {
        "n_train": float(len(training.log_term)),
        "n_calibration": float(len(calibration.log_term)),
        "n_charges": float(len(counts)),
        "n_charges_advised": float((counts >= settings.train.similar_min).sum()),
        "n_charges_learned": float(sum(share >= 1 for share in model.nuisance.learned.values())),
        "share_offender_unknown": float(training.rows.offender_unknown().mean()),
        "share_no_offender_factor": float((offender.fillna(1.0) == 0).all(axis=1).mean()),
        "smearing": model.smearing,
    }
