"""From a factor table and a model to the table that is audited: what is compared, and what is known of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.errors import DataContractError
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.fairness.groups import grouped, groups
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.train import has_term
from sentencing_ml.settings import AuditSettings

CHARGE_CODE = "charge_code"
LEARNING_ROWS = 20_000
"""Rows outside the test part that help to learn what the facts explain; more add time, not precision."""

PRIOR = "prior"
LAW = ("article", "statute_low", "statute_high")
"""Columns of the design that law alone gives, beside its midpoint :data:`PRIOR` and the charge."""

_NO_MONTHS = ("无期徒刑", "死刑", "单处罚金", "免予刑事处罚", "无罪")


@dataclass(frozen=True, kw_only=True)
class Audited:
    """``table`` and ``design`` of the compared counts, in one order; ``facts`` has the rows to learn from besides.

    ``rows`` says what became of the counts.
    """

    table: pd.DataFrame
    design: pd.DataFrame
    facts: Facts
    rows: dict[str, Any]


def audited(
    frame: pd.DataFrame, model: LiabilityModel, *, settings: AuditSettings, threads: int, year: int | None = None
) -> Audited:
    """Return the table that the audit compares.

    Parameters
    ----------
    frame : factor table with ``cluster``, and ``part`` where it is split: the test part is compared and the training
        part helps to learn the facts. Without ``part`` every row with a term is compared.
    year : compare the judgments of this year alone.

    Raises
    ------
    DataContractError
        No count to compare has both a term and advice.
    """
    frame = frame.sort_values("row_id", kind="stable", ignore_index=True)
    usable = has_term(frame)
    candidate = frame["part"].eq("test").fillna(False) if "part" in frame else pd.Series(True, index=frame.index)
    if year is not None:
        candidate &= grouped(frame, "year").eq(str(year))
    learning = usable & (frame["part"].eq("train").fillna(False) if "part" in frame else False)
    chosen = (usable & candidate) | _sample(learning, seed=settings.seed)
    rows = frame[chosen].reset_index(drop=True)
    tested = candidate[chosen].to_numpy(dtype=bool)
    predicted = model.predict(rows, threads=threads, dated=True)
    advised = (predicted["status"] == "advised").to_numpy(dtype=bool)
    if not (advised & tested).any():
        of_year = "" if year is None else f" of judgments of {year}"
        part = " of the test part" if "part" in frame else ""
        raise DataContractError(
            f"audit: no count{part}{of_year} has both a term and advice. Add judgments and train again."
        )
    counted = _row_counts(frame[candidate], usable[candidate], predicted[tested])
    rows, predicted, tested = (
        rows[advised].reset_index(drop=True), predicted[advised].reset_index(drop=True), tested[advised]
    )  # fmt: skip
    prepared = prepare(rows, dated=True)
    declared = rows["term_months"].to_numpy(dtype="float64")
    table = rows.assign(
        y=declared,
        neutral=model.neutral.neutral_log(prepared, declared, threads=threads),
        advice=predicted["liability_months"].astype("float64"),
        expected=predicted["expected_months"].astype("float64"),
        low=predicted["interval_low"].astype("float64"),
        high=predicted["interval_high"].astype("float64"),
    )
    design = model.design(rows).reset_index(drop=True)
    prior = model.student.encoder_.prior(prepared.track)
    return Audited(
        table=table[tested].reset_index(drop=True),
        design=design[tested].reset_index(drop=True),
        facts=_facts(table, design, prior, tested),
        rows=counted,
    )


def _facts(table: pd.DataFrame, design: pd.DataFrame, prior: np.ndarray, tested: np.ndarray) -> Facts:
    code, _ = pd.factorize(table["charge_group"].astype("string"), sort=True)
    own = {CHARGE_CODE: code.astype("float64")}
    return Facts(
        design=design.assign(**own),
        categorical=(CHARGE_CODE,),
        outcomes=np.column_stack([table["neutral"], np.log1p(table["advice"])]),
        clusters=court_clusters(table["court"], table["cluster"]),
        tested=tested,
        frame=table,
        law=design[list(LAW)].assign(**{PRIOR: np.asarray(prior, dtype="float64"), **own}),
    )


def _sample(candidates: pd.Series, *, seed: int) -> pd.Series:
    places = np.flatnonzero(candidates.to_numpy(dtype=bool))
    if len(places) > LEARNING_ROWS:
        places = np.random.default_rng(seed).choice(places, size=LEARNING_ROWS, replace=False)
    chosen = np.zeros(len(candidates), dtype=bool)
    chosen[places] = True
    return pd.Series(chosen, index=candidates.index)


def _row_counts(frame: pd.DataFrame, usable: pd.Series, predicted: pd.DataFrame) -> dict[str, Any]:
    out = frame[~usable]
    no_months = out["penalty"].isin(_NO_MONTHS).fillna(False)
    status = predicted["status"].value_counts()
    return {
        "test": len(frame),
        "with_term": int(usable.sum()),
        "compared": int(status.get("advised", 0)),
        "left_out": {
            "没有刑期的刑种": int(no_months.sum()),
            "刑期未知、不属于这一个罪，或尚未判决": int((~no_months).sum()),
            "相似案例不足（thin_data）": int(status.get("thin_data", 0)),
            "超出范围（out_of_scope）": int(status.get("out_of_scope", 0)),
            "无法读取（unreadable）": int(status.get("unreadable", 0)),
        },
    }


def described_data(table: pd.DataFrame, *, settings: AuditSettings) -> dict[str, Any]:
    """Return from when and where the compared counts are, and how many are unknown in each attribute.

    ``years`` (number), ``first``, ``last`` (null without a date), ``undated``, ``courts``, ``provinces`` and
    ``documents`` count what is known; ``unknown`` maps an attribute to the counts whose group is not known, withheld
    (null) where they are few.
    """
    written = table["judgment_date"] if "judgment_date" in table else pd.Series(pd.NA, index=table.index)
    year = pd.to_datetime(written.astype("string"), errors="coerce").dt.year.dropna().astype(int)
    known = [name for name in settings.attributes if name in groups().attributes]
    missing = {name: int((grouped(table, name) == groups().unknown).sum()) for name in known}
    return {
        "years": int(year.nunique()),
        "first": None if year.empty else int(year.min()),
        "last": None if year.empty else int(year.max()),
        "undated": int(len(table) - len(year)),
        "courts": int(table["court"].dropna().nunique()),
        "provinces": int(table["province"].dropna().nunique()) if "province" in table else 0,
        "documents": int(table["doc_id"].dropna().nunique()) if "doc_id" in table else 0,
        "unknown": {name: None if 0 < n < settings.suppress_below else n for name, n in missing.items()},
    }
