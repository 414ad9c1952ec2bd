"""What is certified: a trained model, and the factor table that it was trained and is tested on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sentencing_ml.liability.abstention import decide
from sentencing_ml.liability.boosting import term_regressor
from sentencing_ml.liability.liability_term import liability_regressor
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.neutral import offender_effect
from sentencing_ml.liability.rows import Rows, offender_flags, prepare
from sentencing_ml.liability.rules import caps
from sentencing_ml.liability.train import balanced_weights, has_term
from sentencing_ml.settings import CertifySettings, Settings


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts that state a term, prepared as tried on their day; everything has the same order."""

    frame: pd.DataFrame
    rows: Rows
    months: np.ndarray
    cluster: np.ndarray

    @property
    def log_term(self) -> np.ndarray:
        """ln(1 + declared months)."""
        return np.log1p(self.months)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """The offender's factors as 0, 1 or NaN (not observable)."""
        return self.rows.offender[offender_flags()]

    def take(self, places: np.ndarray) -> "Counts":
        """Return the counts at the places (numbers, or a boolean mask)."""
        return Counts(
            frame=self.frame.iloc[places].reset_index(drop=True),
            rows=self.rows.take(places),
            months=self.months[places],
            cluster=self.cluster[places],
        )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The model, the factor table with part, fold and cluster (:func:`train.with_parts`), and the settings."""

    model: LiabilityModel
    frame: pd.DataFrame
    settings: Settings

    @property
    def options(self) -> CertifySettings:
        """The settings of the certificate."""
        return self.settings.certify

    @property
    def threads(self) -> int:
        """Threads of every learner."""
        return self.settings.runtime.threads

    @cached_property
    def counts(self) -> Counts:
        """All counts of both parts that state a term."""
        inside = self.frame["part"].isin(("train", "test")) & has_term(self.frame)
        return counts_of(self.frame[inside])

    @cached_property
    def told(self) -> Counts:
        """Some of the training counts whose offender's factors are observable, at most about ``certify.rows``."""
        training = self.counts.take((self.counts.frame["part"] == "train").to_numpy(dtype=bool))
        observed = training.take(training.rows.offender_observed())
        if not len(observed.months):
            return observed
        return observed.take(some_clusters(observed.cluster, rows=self.options.rows, seed=self.options.seed))

    @cached_property
    def tested(self) -> Counts:
        """The counts of the test part for which the model gives a figure."""
        tested = self.counts.take((self.counts.frame["part"] == "test").to_numpy(dtype=bool))
        return tested.take(self.advised(tested.frame))

    @cached_property
    def observed(self) -> pd.DataFrame:
        """Counts of both parts, with or without a term, for which the model gives a figure."""
        frame = self.frame[self.frame["part"].isin(("train", "test"))].reset_index(drop=True)
        return frame[self.advised(frame)].reset_index(drop=True)

    @cached_property
    def refitted(self) -> "Refit":
        """The model's own training on all counts, cross-fitted."""
        return refit(self.counts, settings=self.settings)

    def advised(self, frame: pd.DataFrame) -> np.ndarray:
        """Tell for which rows the model gives a figure."""
        return (decide(frame, self.model.support)["status"] == "advised").to_numpy(dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Refit:
    """What the package's own training says of counts that the part which says it has not seen.

    ``label`` is ln(1 + neutral term) of each count by a full model of other courts, ``held`` ln(1 + liability term) by
    a student of other courts; both of shape (rows,).
    """

    counts: Counts
    label: np.ndarray
    held: np.ndarray

    @property
    def taken_out(self) -> np.ndarray:
        """ln(declared ÷ neutral term): what the label's adjustment says that the offender's factors did."""
        return self.counts.log_term - self.label


def counts_of(frame: pd.DataFrame) -> Counts:
    """Prepare counts that state a term."""
    frame = frame.reset_index(drop=True)
    return Counts(
        frame=frame,
        rows=prepare(frame, dated=True),
        months=frame["term_months"].to_numpy(dtype="float64"),
        cluster=frame["cluster"].fillna(frame["doc_id"]).to_numpy(dtype=object),
    )


def refit(counts: Counts, *, settings: Settings) -> Refit:
    """Train as the package does on all counts, so that every count is held out once.

    The test part is one more group beside the folds of the training part.
    """
    model = liability_regressor(settings.train, threads=settings.runtime.threads)
    model.fit(counts.rows, counts.months, groups=fold_of(counts), sample_weight=weights(counts, settings=settings))
    return Refit(counts=counts, label=model.neutral_.labels_, held=np.maximum(model.held_log_, 0.0))


def fold_of(counts: Counts) -> np.ndarray:
    """Return the fold of each count, −1 for the test part."""
    return counts.frame["fold"].to_numpy(dtype="int64")


def weights(counts: Counts, *, settings: Settings) -> np.ndarray:
    """Return the weights with which the package trains."""
    options = settings.train
    return balanced_weights(counts.frame, court_share=options.court_share, source_share=options.source_share)


def plain_liability(counts: Counts, held: Counts, *, settings: Settings, seed: int) -> np.ndarray:
    """Return ln(1 + liability term) of ``held`` from one full model and one student of ``counts``.

    The package's design without its cross-fitting, six times as fast: good enough to compare a fit with another one of
    the same kind, which is all it serves. The offender's factors of ``counts`` have to be observable.
    """
    threads, weight = settings.runtime.threads, weights(counts, settings=settings)
    full = term_regressor(settings.train, offender=True, threads=threads).set_params(seed=seed)
    full.fit(counts.rows, counts.months, sample_weight=weight)
    label = np.maximum(counts.log_term - caps().clip(offender_effect(full, counts.rows)), _LEAST)
    student = term_regressor(settings.train, offender=False, threads=threads).set_params(seed=seed)
    student.fit(counts.rows, np.expm1(label), sample_weight=weight)
    return np.maximum(student.predict_log(held.rows), 0.0)


def some_clusters(cluster: np.ndarray, *, rows: int, seed: int) -> np.ndarray:
    """Return which rows are in clusters drawn at random until ``rows`` rows are reached."""
    names, codes = np.unique(cluster, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    sizes = np.bincount(codes)[order]
    return np.isin(codes, order[: int(np.searchsorted(np.cumsum(sizes), rows)) + 1])


_LEAST = float(np.log1p(0.1))  # a label of three days: what is backed out of a month may come out below nothing
