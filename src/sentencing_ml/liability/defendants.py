"""The same comparison for whole defendants: the terms of their counts combined, against the term to be executed."""

import numpy as np
import pandas as pd

from sentencing_ml.liability.accuracy import accuracy, court_clusters, difference, drawn
from sentencing_ml.liability.combine import combine_counts
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.sanction import TERM_KINDS
from sentencing_ml.settings import EvaluateSettings

PARTS = {"all": "全部被告人", "one": "一罪", "several": "数罪"}


def assess_defendants(
    frame: pd.DataFrame,
    predicted: pd.DataFrame,
    median: np.ndarray,
    model: LiabilityModel,
    *,
    options: EvaluateSettings,
) -> dict:
    """Compare combined terms with the executed term of every defendant who has one.

    Parameters
    ----------
    frame, predicted : every count of the tested part, and what the model says of it; the same rows.
    median : the charge median of every count, in months.

    Returns
    -------
    For ``all`` defendants, those with ``one`` count and those with ``several``: ``n``, ``share_abstained`` (one count
    without a figure silences the sum), and of the advised ones ``expected``, ``charge_median`` and ``liability``
    (figures), ``gain`` (figures of the expected term less those of the median).
    """
    chosen = executed(frame)
    rows, said = frame[chosen].reset_index(drop=True), predicted[chosen].reset_index(drop=True)
    if rows.empty:
        return {name: _figures(rows, said, said, options=options) for name in PARTS}
    ours = combine_counts(said, position=model.position)
    other = combine_counts(said.assign(expected_months=median[chosen]), position=model.position)
    first = rows.drop_duplicates(["doc_id", "defendant_index"]).reset_index(drop=True)  # in combine_counts' order
    several = (first["counts"] > 1).fillna(False).to_numpy(dtype=bool)
    parts = {"all": np.ones(len(first), dtype=bool), "one": ~several, "several": several}
    return {
        name: _figures(first[inside], ours[inside], other[inside], options=options) for name, inside in parts.items()
    }


def executed(frame: pd.DataFrame) -> np.ndarray:
    """Return which rows belong to a natural person with a known executed term of months, decided by a court.

    A record that states months and no kind is one of the kinds that have months; a defendant whose rows are not all
    there (a count of an unknown charge keeps its row) would be combined from a part of the counts and is left out.
    """
    kind = frame["final_penalty"].isin(TERM_KINDS) | frame["final_penalty"].isna()
    stated = (frame["final_term_months"] > 0).fillna(False).astype(bool)
    person = ~frame["legal_entity"].fillna(False).astype(bool)
    imposed = (frame["doc_kind"] != "indictment").fillna(False).astype(bool)
    there = frame.groupby(["doc_id", "defendant_index"])["row_id"].transform("size")
    whole = (frame["counts"].isna() | (frame["counts"] == there)).fillna(False).astype(bool)
    return (kind & stated & person & imposed & whole).to_numpy(dtype=bool)


def _figures(rows: pd.DataFrame, ours: pd.DataFrame, other: pd.DataFrame, *, options: EvaluateSettings) -> dict:
    advised = (ours["status"] == "advised").to_numpy(dtype=bool)
    share = float(1 - advised.mean()) if len(advised) else None
    if not advised.any():
        return {"n": len(rows), "share_abstained": share, "expected": None}
    some = rows[advised]
    observed = some["final_term_months"].to_numpy(dtype="float64")
    code = court_clusters(some["court"], some["cluster"].fillna(some["doc_id"]))
    clusters = drawn(code, draws=options.bootstrap, seed=options.seed)
    months = {
        "expected": ours["expected_months"][advised].to_numpy(dtype="float64"),
        "charge_median": other["expected_months"][advised].to_numpy(dtype="float64"),
        "liability": ours["liability_months"][advised].to_numpy(dtype="float64"),
    }
    return {
        "n": len(rows),
        "share_abstained": share,
        **{name: accuracy(values, observed, clusters) for name, values in months.items()},
        "gain": difference(months["expected"], months["charge_median"], observed, clusters),
    }
