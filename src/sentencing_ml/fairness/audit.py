"""The audit as a stage: judgments of the test part beside the advice for them, to ``audit.json`` and ``audit.html``.

``audit.json`` holds

- ``version``, ``settings`` (of the section ``audit``), ``model`` (hash of the model's manifest);
- ``rows``: what became of the counts of the test part: ``test``, ``with_term``, ``advised``, ``compared``, and
  ``left_out`` by reason;
- ``overall``: n, courts, signed bias (share and months), MAE, 偏重率, 偏轻率, their difference, coverage;
- ``attributes``: by name ``zh``, ``reading``, ``n``, ``excluded`` (counts kept out by charge), ``set_aside`` (groups
  kept out, null where withheld), ``relevant`` (where law itself ties the attribute to the sentence), ``verdicts`` by
  measure, ``groups`` and ``charges`` (tables of points);
  a group has ``status`` (shown | no_verdict | count_only | suppressed), ``n``, ``reference``, ``points``, ``tests`` by
  measure (``estimate``, ``low``, ``high``, ``detectable`` as geometric shares, ``p``, ``q``, ``q_equivalence``, ``df``,
  ``verdict``) and ``figures`` described without a verdict;
- ``family``: number of tests, false discovery rate, measures; ``summary``: counts of verdicts;
- ``limits``: what the audit cannot see.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.errors import DataContractError
from sentencing_ml.fairness.assessment import MEASURES, Facts, assess
from sentencing_ml.fairness.page import page
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.train import has_term
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

VERSION = 1
CHARGE_CODE = "charge_code"
LEARNING_ROWS = 20_000
"""Rows outside the test part that help to learn what the facts explain; more add time, not precision."""

LIMITS = (
    "O0 提取：各组的情节识别率是否一致，须以人工标注的文书衡量，本报告不含；提取遗漏会进入其后每一个数字。",
    "O4 法官修正：见修正偏离监测报告，不在本报告内。",
    "未上网的文书（未成年人、涉国家秘密、调解等）不在数据中；各组在文书中的比例不等于其在全部案件中的比例。",
    "只比较有期徒刑、拘役、管制的刑期；无期徒刑、死刑、单处罚金、免予刑事处罚与无罪不在比较之内，缓刑适用与否亦然。",
    "起诉、罪名选择与量刑建议先于判决；此前形成的差异被当作既定事实。",
    "O1、O2 以提取到的责任刑情节为条件；没有写进文书的情节若与组别相关，会表现为差异。",
    "O1 用模型估计的预防刑情节影响还原判决；该估计若对某组偏离，会同时移动 O1 与放大值。",
    "“不能判断”不是“没有差异”：请看最小可发现差异。差异也不证明歧视，只指明应当查阅案卷的位置。",
)


def audit(*, factors: Path, split: Path, model: Path, report: Path, settings: Settings) -> dict[str, float]:
    """Audit the model on the test part; write ``report`` (JSON) and the page beside it, return flat metrics.

    Raises
    ------
    DataContractError
        The split is of another factor table, or no test count has both a term and advice.
    """
    frame, parts = read_table(factors), read_table(split)
    if set(frame["row_id"]) != set(parts["row_id"]):
        raise DataContractError("split and factor table name different rows. Run the split stage again.")
    frame = frame.drop(columns="cluster").merge(
        parts[["row_id", "cluster", "part"]], on="row_id", validate="one_to_one"
    )
    frame = frame.sort_values("row_id", kind="stable", ignore_index=True)
    content = examine(frame, LiabilityModel.load(model), settings=settings)
    content = {**content, "model": model_version(model)}
    write_json(report, content)
    write_text(report.with_suffix(".html"), page(content))
    summary = content["summary"]
    overall = {f"overall_{name}": value for name, value in content["overall"].items() if value is not None}
    return {**{name: float(value) for name, value in summary.items()}, **{k: float(v) for k, v in overall.items()}}


def examine(frame: pd.DataFrame, model: LiabilityModel, *, settings: Settings) -> dict[str, Any]:
    """Return the content of the report for a factor table with ``part`` and the split's ``cluster``."""
    options, threads = settings.audit, settings.runtime.threads
    usable = has_term(frame)
    learning = _sample(usable & (frame["part"] == "train"), seed=options.seed)
    rows = frame[(usable & (frame["part"] == "test")) | learning].reset_index(drop=True)
    predicted = model.predict(rows, threads=threads, dated=True)
    advised = (predicted["status"] == "advised").to_numpy(dtype=bool)
    tested = (rows["part"] == "test").to_numpy(dtype=bool)
    counts = _row_counts(frame, usable, predicted[tested])
    if not (advised & tested).any():
        raise DataContractError(
            "audit: no count of the test part has both a term and advice. Add judgments and train again."
        )
    rows, predicted, tested = (
        rows[advised].reset_index(drop=True), predicted[advised].reset_index(drop=True), tested[advised]
    )  # fmt: skip
    declared = rows["term_months"].to_numpy(dtype="float64")
    neutral = model.neutral.neutral_log(prepare(rows, dated=True), declared, threads=threads)
    table = rows.assign(
        y=declared,
        neutral=neutral,
        advice=predicted["liability_months"].astype("float64"),
        expected=predicted["expected_months"].astype("float64"),
        low=predicted["interval_low"].astype("float64"),
        high=predicted["interval_high"].astype("float64"),
    )
    facts = _facts(table, model.design(rows), tested)
    result = assess(table[tested].reset_index(drop=True), facts, settings=options, threads=threads)
    return {
        "version": VERSION,
        "settings": options.model_dump(mode="json"),
        "rows": counts,
        **result,
        "measures": MEASURES,
        "nominal_coverage": settings.train.interval_level,
        "limits": list(LIMITS),
    }


def _facts(table: pd.DataFrame, design: pd.DataFrame, tested: np.ndarray) -> Facts:
    code, _ = pd.factorize(table["charge_group"].astype("string"), sort=True)
    return Facts(
        design=design.assign(**{CHARGE_CODE: code}),
        categorical=(CHARGE_CODE,),
        outcomes=np.column_stack([table["neutral"], np.log1p(table["advice"])]),
        clusters=court_clusters(table["court"], table["cluster"]),
        tested=tested,
        frame=table,
    )


def _sample(candidates: pd.Series, *, seed: int) -> pd.Series:
    places = np.flatnonzero(candidates.to_numpy(dtype=bool))
    if len(places) > LEARNING_ROWS:
        places = np.random.default_rng(seed).choice(places, size=LEARNING_ROWS, replace=False)
    chosen = np.zeros(len(candidates), dtype=bool)
    chosen[places] = True
    return pd.Series(chosen, index=candidates.index)


def _row_counts(frame: pd.DataFrame, usable: pd.Series, predicted: pd.DataFrame) -> dict[str, Any]:
    test = frame["part"] == "test"
    out = frame[test & ~usable]
    no_months = out["penalty"].isin(["无期徒刑", "死刑", "单处罚金", "免予刑事处罚", "无罪"]).fillna(False)
    status = predicted["status"].value_counts()
    return {
        "test": int(test.sum()),
        "with_term": int((test & usable).sum()),
        "compared": int(status.get("advised", 0)),
        "left_out": {
            "没有刑期的刑种": int(no_months.sum()),
            "刑期未知、不属于这一个罪，或尚未判决": int((~no_months).sum()),
            "相似案例不足（thin_data）": int(status.get("thin_data", 0)),
            "超出范围（out_of_scope）": int(status.get("out_of_scope", 0)),
            "无法读取（unreadable）": int(status.get("unreadable", 0)),
        },
    }
