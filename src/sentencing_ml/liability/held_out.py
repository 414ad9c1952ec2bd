"""The counts on which a model is evaluated, with everything that is said of each of them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.liability.accuracy import Clusters, court_clusters, drawn
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.train import has_term
from sentencing_ml.settings import EvaluateSettings


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Counts with a declared term, row by row the same index; arrays of shape (rows,) in months.

    ``predicted`` are the columns that a user gets, null where the model abstains; ``expected``, ``liability``, ``low``
    and ``high`` are what it would have said in every row. ``neutral`` is the declared term with the offender's factors
    taken out by the model's own adjustment.
    """

    frame: pd.DataFrame
    rows: Rows
    predicted: pd.DataFrame
    declared: np.ndarray
    neutral: np.ndarray
    expected: np.ndarray
    liability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    clusters: Clusters

    @property
    def advised(self) -> np.ndarray:
        """Which rows got a figure."""
        return (self.predicted["status"] == "advised").to_numpy(dtype=bool)

    @property
    def covered(self) -> np.ndarray:
        """Which neutral terms lie in their interval."""
        return (self.neutral >= self.low) & (self.neutral <= self.high)

    def take(self, chosen: np.ndarray) -> "HeldOut":
        """Return the rows of a boolean mask; the draws of clusters stay the same."""
        tables = {name: getattr(self, name)[chosen].reset_index(drop=True) for name in ("frame", "predicted")}
        names = ("declared", "neutral", "expected", "liability", "low", "high")
        arrays = {name: getattr(self, name)[chosen] for name in names}
        places = np.flatnonzero(chosen)
        return replace(self, **tables, **arrays, rows=self.rows.take(places), clusters=self.clusters.take(places))


def held_out(
    frame: pd.DataFrame,
    rows: Rows,
    predicted: pd.DataFrame,
    model: LiabilityModel,
    *,
    options: EvaluateSettings,
    threads: int,
) -> HeldOut:
    """Return the counts of a factor table that state a term, with what the model says of each and would have said.

    ``rows`` are those of the table as tried on their own day, ``predicted`` what a user gets of them.

    Raises
    ------
    InputError
        No row states a term for one charge.
    """
    chosen = has_term(frame).to_numpy(dtype=bool)
    if not chosen.any():
        raise InputError("no row states a term of months for one charge, so there is nothing to compare with.")
    known, rows = frame[chosen].reset_index(drop=True), rows.take(np.flatnonzero(chosen))
    declared = known["term_months"].to_numpy(dtype="float64")
    log_term = model.term.predict_log(rows, threads=threads)
    low, high = model.intervals.bounds(rows.charge, log_term)
    ceiling = rows.track["statute_high"].to_numpy(dtype="float64", na_value=np.inf)
    code = court_clusters(known["court"], known["cluster"].fillna(known["doc_id"]))
    return HeldOut(
        frame=known,
        rows=rows,
        predicted=predicted[chosen].reset_index(drop=True),
        declared=declared,
        neutral=np.expm1(model.neutral.neutral_log(rows, declared, threads=threads)),
        expected=np.maximum(np.expm1(model.neutral.expected_log(rows, log_term, threads=threads)), 0.0),
        liability=np.expm1(log_term),
        low=low,
        high=np.minimum(high, np.maximum(ceiling, np.expm1(log_term))),  # as the model shows it
        clusters=drawn(code, draws=options.bootstrap, seed=options.seed),
    )


def years(frame: pd.DataFrame) -> pd.Series:
    """Return the year of each row as text: of the judgment, else of the offence; null where neither is known."""
    judged, committed = (frame[name].astype("string").str[:4] for name in ("judgment_date", "offence_date"))
    return judged.fillna(committed)
