"""Train the liability model: neutral labels, the blind student, its intervals, the kinds of penalty."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import TrainingError, raise_all
from sentencing_ml.liability.abstention import fit_support
from sentencing_ml.liability.boosting import TermRegressor
from sentencing_ml.liability.charge_inference import train_charges
from sentencing_ml.liability.combine import fit_position
from sentencing_ml.liability.exclusion import Excluded, leave_out
from sentencing_ml.liability.fines import Fines, fit_fines
from sentencing_ml.liability.intervals import cases_needed, fit_intervals
from sentencing_ml.liability.liability_term import LiabilityRegressor, liability_regressor
from sentencing_ml.liability.model import LiabilityModel, reference_rows
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.sanction import FINE_ALONE, TERM_KINDS, fit_kinds
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table

MODELLED_KINDS = (*TERM_KINDS, "无期徒刑", "死刑", FINE_ALONE, "免予刑事处罚")


def train(
    *,
    factors: Path,
    split: Path,
    model: Path,
    settings: Settings,
    documents: Path | None = None,
    excluded: Excluded | None = None,
) -> dict[str, float]:
    """Train on the training part of the factor table and write the model folder; return flat metrics.

    From ``documents``, those the factors were extracted from, the classifier learns which charge facts lead to expect;
    without them a record that names no charge stays without one. Rows whose document is a near duplicate of a record of
    ``excluded`` teach nothing; the metrics say how many.

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
    charges = {}
    if documents is not None:
        charges = train_charges(
            frame,
            documents=documents,
            model=model,
            threshold=settings.train.charge_threshold,
            seed=settings.train.seed,
        )
    return {**metrics, **charges, **left_out, "seconds_train": time.perf_counter() - started}


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


def has_fine(frame: pd.DataFrame) -> pd.Series:
    """Return which rows state the fine of a natural person for this one charge, beside a term or alone.

    A record that states a fine and neither term nor kind is one of a fine alone.
    """
    whole = (frame["doc_kind"] != "fact_record").fillna(False) | (frame["counts"] == 1).fillna(False)
    fined = (frame["fine_yuan"] > 0).fillna(False)
    imposed = has_term(frame) | _fined_alone(frame)
    return (_decided(frame) & fined & whole & imposed & frame["charge_group"].notna()).astype(bool)


def _fined_alone(frame: pd.DataFrame) -> pd.Series:
    return frame["term_months"].isna() & frame["penalty"].fillna(FINE_ALONE).eq(FINE_ALONE)


def _decided(frame: pd.DataFrame) -> pd.Series:
    # a fact record may tell the charge alone and still state what the court imposed for it; an indictment never does;
    # the fine of a company, the only penalty it can have, says nothing of how persons are punished
    imposed = (frame["doc_kind"] != "indictment").fillna(False).astype(bool)
    return imposed & ~frame["legal_entity"].fillna(False).astype(bool)


@dataclass(frozen=True, kw_only=True)
class Training:
    """The counts of the training part that state a term, with fold and weight a row."""

    frame: pd.DataFrame
    rows: Rows
    months: np.ndarray
    fold: np.ndarray
    weight: np.ndarray


def training_rows(frame: pd.DataFrame, *, settings: Settings) -> Training:
    """Return the counts of the training part that state a term, prepared, with their fold and weight."""
    chosen = frame[(frame["part"] == "train") & has_term(frame)].reset_index(drop=True)
    return Training(
        frame=chosen,
        rows=prepare(chosen, dated=True),
        months=chosen["term_months"].to_numpy(dtype="float64"),
        fold=chosen["fold"].to_numpy(dtype="int64"),
        weight=balanced_weights(
            chosen, court_share=settings.train.court_share, source_share=settings.train.source_share
        ),
    )


def balanced_weights(frame: pd.DataFrame, *, court_share: float, source_share: float) -> np.ndarray:
    """Return a weight a row, so that no judgment, court or source dominates.

    1 ÷ √(rows of the cluster): forty defendants of one judgment weigh more than one, and less than forty. Then no court
    and no source may hold more than its share of the whole; where there are too few for that, as in a corpus of one
    source, they are left as they are. Unknown courts are no court.
    """
    weight = pd.Series(1 / np.sqrt(frame["cluster"].map(frame["cluster"].value_counts()).to_numpy(dtype="float64")))
    for column, most in (("court", court_share), ("source", source_share)):
        names = frame[column].reset_index(drop=True) if column in frame else pd.Series(dtype="string")
        known = names.dropna().nunique()
        if known * most < 1:
            continue
        held = weight.groupby(names).sum()
        # a share of the whole that is left when the group itself is reduced: h·f = most · (rest + h·f)
        allowed = most / (1 - most) * (weight.sum() - held)
        weight = weight * names.map((allowed / held).clip(upper=1.0)).astype("float64").fillna(1.0)
    return weight.to_numpy() / float(weight.mean()) if len(weight) else weight.to_numpy()


def fit(frame: pd.DataFrame, *, settings: Settings) -> tuple[LiabilityModel, dict[str, float]]:
    """Fit the model on a factor table with part and fold; return it and its metrics."""
    options, threads = settings.train, settings.runtime.threads
    training = training_rows(frame, settings=settings)
    _check(training, settings=settings)
    term = liability_regressor(options, threads=threads)
    term.fit(training.rows, training.months, groups=training.fold, sample_weight=training.weight)
    design = term.student_.encoder_.transform(training.rows.facts, training.rows.track, training.rows.charge)
    position, n_combined = fit_position(frame[frame["part"] == "train"])
    model = LiabilityModel(
        term=term,
        intervals=fit_intervals(
            training.rows.charge,
            np.maximum(term.held_log_, 0.0),
            term.neutral_.labels_,
            level=options.interval_level,
            min_group=options.interval_min_group,
        ),
        kinds=_fit_kinds(frame, term.student_, settings=settings),
        fines=_fit_fines(frame, training, term, settings=settings),
        support=fit_support(
            training.rows.facts, training.rows.charge, training.months, similar_min=options.similar_min
        ),
        position=position,
        reference=reference_rows(
            design,
            training.rows.charge,
            term.student_.encoder_.prior(training.rows.track),
            each=settings.explain.background,
            seed=settings.explain.seed,
        ),
    )
    metrics = _metrics(training, model, settings=settings)
    return model, {**metrics, "position": position, "n_combined": float(n_combined)}


def _fit_kinds(frame: pd.DataFrame, student: TermRegressor, *, settings: Settings):
    chosen = frame[(frame["part"] == "train") & has_kind(frame)].reset_index(drop=True)
    if chosen.empty:  # records that state months but never a kind
        raise TrainingError("no training row states the kind of penalty. Add judgments whose verdicts were read.")
    rows = prepare(chosen, dated=True)
    design = student.encoder_.transform(rows.facts, rows.track, rows.charge)
    return fit_kinds(
        design,
        chosen["penalty"],
        groups=chosen["fold"].to_numpy(dtype="int64"),
        settings=settings.train,
        threads=settings.runtime.threads,
    )


def _fit_fines(frame: pd.DataFrame, training: Training, term: LiabilityRegressor, *, settings: Settings) -> Fines:
    options = settings.train
    fined = frame[(frame["part"] == "train") & has_fine(frame)].reset_index(drop=True)
    held = pd.Series(np.maximum(term.held_log_, 0.0), index=training.frame["row_id"])
    log_term = fined["row_id"].map(held).astype("float64").to_numpy(copy=True)
    unseen = np.isnan(log_term)  # states no term, so the student was not fitted on it
    if unseen.any():
        log_term[unseen] = term.predict_log(prepare(fined[unseen], dated=True), threads=settings.runtime.threads)
    return fit_fines(
        fined["charge_group"],
        log_term,
        fined["fine_yuan"].to_numpy(dtype="float64"),
        alone=_fined_alone(fined).to_numpy(dtype=bool),
        level=options.interval_level,
        min_charge=options.similar_min,
        min_band=options.interval_min_group,
    )


def _check(training: Training, *, settings: Settings) -> None:
    options = settings.train
    problems = []
    least = max(2 * options.min_child_samples, options.similar_min, cases_needed(options.interval_level))
    if len(training.months) < least:
        problems.append(f"{len(training.months)} training row(s) state a term for one charge; {least} are needed")
    elif np.ptp(training.months) == 0:
        problems.append("all training rows state the same term; there is nothing to learn")
    if len(training.months) and len(np.unique(training.fold)) < 2:
        problems.append("the training rows stand in one fold; lower split.folds or add courts")
    counts = training.rows.charge.value_counts()
    if len(training.months) and not (counts >= options.similar_min).any():
        problems.append(f"no charge has {options.similar_min} training rows (train.similar_min)")
    raise_all(problems, error=TrainingError, heading="the factor table cannot carry a model:")


def _metrics(training: Training, model: LiabilityModel, *, settings: Settings) -> dict[str, float]:
    offender = training.rows.offender
    counts = training.rows.charge.value_counts()
    neutral, held = model.term.neutral_, model.term.held_log_
    return {
        "n_train": float(len(training.months)),
        "n_charges": float(len(counts)),
        "n_charges_advised": float((counts >= settings.train.similar_min).sum()),
        "n_charges_learned": float(sum(share >= 1 for share in neutral.learned_.values())),
        "share_offender_unknown": float(training.rows.offender_unknown().mean()),
        "share_no_offender_factor": float((offender.fillna(1.0) == 0).all(axis=1).mean()),
        # the months of a typical case are below the mean of its cases; whoever adds terms up needs the quotient
        "mean_over_typical": float(
            (training.weight * np.exp(neutral.labels_)).sum() / (training.weight * np.exp(held)).sum()
        ),
    }
