"""What a record is read by when it names no charge, and what the prediction says of that."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document, Label, Quarantined, Section
from sentencing_ml.liability.abstention import ChargeSupport, Support, decide
from sentencing_ml.liability.charge_inference import OTHERS, ChargeClassifier
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS
from sentencing_ml.liability.model import COUNT_COLUMNS, LiabilityModel
from sentencing_ml.liability.predict import before_verdict, predict_files, predict_records
from sentencing_ml.settings import load_settings

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
THEFT = "2019年3月5日，被告人甲某撬开房门，潜入室内翻找，窃得现金、手机，价值人民币8600元。"
SUPPORT = Support(similar_min=20, charges={"盗窃罪": ChargeSupport(n=120, median_months=9.0, largest={})})


def classifier(probability, *, threshold=0.8):
    """Return a classifier that takes what names a theft for one, and is always as sure as ``probability``."""
    words = ("价值", "室内", "手机", "撬开", "房门", "殴打", "潜入", "现金", "窃得", "翻找")
    theft = np.array([0 if word == "殴打" else 1 for word in words], dtype="float32")
    return ChargeClassifier(
        words=words,
        charges=("故意伤害罪", "盗窃罪", OTHERS),
        idf=np.ones(len(words), dtype="float32"),
        weights=np.column_stack([1 - theft, theft, 0 * theft]),
        intercept=np.array([-1, -1, -1], dtype="float32"),
        curve=(float(logit(probability)), 0.0, 0.0),
        threshold=threshold,
    )


def record(text=THEFT, *, kind="fact_record", label=None, name="r", **given):
    return Document(id=name, source="", kind=kind, text=text, label=label, **given)


def rows_of_one(document, charges):
    (read,) = before_verdict([document], charges)
    return read.rows()[0]


def no_figures(frame, *, threads):
    """Stand in for a model that gives status and reason, and no figure."""
    table = pd.DataFrame(dict.fromkeys(COUNT_COLUMNS), index=frame.index, dtype="object")
    told = {name: frame[name] for name in ("row_id", "charge", "charge_group", "charge_source")}
    return table.assign(**told, **decide(frame, SUPPORT))


def predict(*records, charges, level="defendant"):
    model = SimpleNamespace(predict=no_figures, position=0.5)
    return predict_records(records, model, charges, level=level, threads=1)


def test_a_record_without_a_charge_is_read_as_if_it_named_the_proposed_one():
    (inferred,) = rows_of_one(record(), classifier(0.95))
    (named,) = rows_of_one(record(label=Label(charges=("盗窃罪",))), classifier(0.95))
    assert inferred["amount_yuan"] == 8600
    assert (inferred["charge_group"], inferred["charge_source"]) == ("盗窃罪", "inferred")
    assert {**inferred, "charge_source": "record"} == named
    (unread,) = rows_of_one(record(), None)
    assert unread["charge_group"] is None
    assert unread.get("amount_yuan") != 8600  # what an amount is, depends on the charge


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (record(label=Label(charges=("诈骗罪",))), "record"),
        (record(label=Label(charges=("不存在的罪",))), "record"),
        (record(THEFT + "其行为构成诈骗罪。"), "record"),
    ],
    ids=["by its label", "by a name that the law data do not know", "in its text"],
)
def test_a_record_that_names_a_charge_is_left_alone(document, source):
    (row,) = rows_of_one(document, classifier(0.99))
    assert row["charge_source"] == source
    assert row["charge_group"] != "盗窃罪"


@pytest.mark.parametrize("kind", ["judgment", "indictment"])
def test_no_charge_is_inferred_for_a_document_of_a_court_or_a_prosecution(kind):
    sections = (Section(name="findings", start=0, end=len(THEFT)),)
    (row,) = rows_of_one(record(kind=kind, sections=sections), classifier(0.99))
    assert row["charge_group"] is None


@pytest.mark.parametrize("level", ["defendant", "count"])
def test_the_prediction_says_that_the_charge_is_inferred_and_how_likely_it_is(level):
    named = record(label=Label(charges=("盗窃罪",)), name="n")
    inferred, stated = predict(record(), named, charges=classifier(0.957), level=level)
    assert (inferred["status"], inferred["charge_source"]) == ("advised", "inferred")
    assert inferred["charge_probability"] == pytest.approx(0.957)
    assert inferred["reason"] == (
        "记录未写明罪名，“盗窃罪”系据事实推断（概率 95.7%），请先核对罪名。本罪名训练样本 120 件，事实在训练范围之内。"
    )
    assert (stated["charge_source"], stated["charge_probability"]) == ("record", None)
    assert stated["reason"] == "本罪名训练样本 120 件，事实在训练范围之内。"
    assert set(inferred) == set(COUNT_COLUMNS if level == "count" else DEFENDANT_COLUMNS)


@pytest.mark.parametrize("level", ["defendant", "count"])
def test_under_the_threshold_the_record_is_out_of_scope_and_the_guess_is_named(level):
    (row,) = predict(record(), charges=classifier(0.7999), level=level)
    assert row["status"] == "out_of_scope"
    assert row["reason"] == (
        "记录未写明罪名；据事实推断最可能是“盗窃罪”，概率 79.9%，未达到 80%，不给出数值。请补充罪名后再查。"
    )
    assert (row["charge_source"], row["charge_probability"]) == (None, None)


def test_at_the_threshold_the_proposal_is_adopted():
    charges = classifier(0.8)
    probability = charges.propose([THEFT])["probability"].iloc[0]
    (row,) = predict(record(), charges=classifier(0.8, threshold=probability))
    assert row["charge_source"] == "inferred"


@pytest.mark.parametrize(("text", "charges"), [("被告人甲某窃得手机。", classifier(0.99)), (THEFT, None)])
def test_without_a_proposal_the_charge_is_unknown(text, charges):
    (row,) = predict(record(text), charges=charges)
    assert (row["status"], row["charge_source"]) == ("out_of_scope", None)
    assert row["reason"] == "罪名未能识别或不在本系统的罪名表中，不给出实证数值。"


def test_records_keep_their_order_and_an_unreadable_one_its_place():
    bad = Quarantined(source="f", record="f:1", reason="no_text", id="bad")
    rows = predict(record(name="a"), bad, record("殴打。", name="b"), charges=classifier(0.99))
    assert [(row["id"], row["status"]) for row in rows] == [
        ("a", "advised"), ("bad", "unreadable"), ("b", "out_of_scope"),
    ]  # fmt: skip
    assert rows[1]["charge_probability"] is None


def test_the_outcome_that_a_record_states_changes_nothing():
    given = [record(label=Label(term_months=months)) for months in (None, 6.0, 60.0)]
    first, *others = [factor_frame(rows_of_one(document, classifier(0.99))) for document in given]
    for other in others:
        pd.testing.assert_frame_equal(first, other)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_probability_is_a_number_in_every_output(suffix, tmp_path, monkeypatch):
    given = tmp_path / "given.jsonl"
    given.write_text(json.dumps({"id": "r", "fact": THEFT}, ensure_ascii=False), encoding="utf-8")
    answer = SimpleNamespace(predict=no_figures, position=0.5)
    monkeypatch.setattr(LiabilityModel, "load", lambda folder: answer)
    monkeypatch.setattr(ChargeClassifier, "load", lambda folder: classifier(0.95))
    monkeypatch.setattr("sentencing_ml.liability.predict.model_version", lambda folder: "1")
    output = tmp_path / f"out{suffix}"
    predict_files(
        patterns=[str(given)], output=output, model=tmp_path, level="defendant", settings=load_settings(PARAMS)
    )
    readers = {
        ".jsonl": lambda path: pd.read_json(path, lines=True), ".csv": pd.read_csv, ".parquet": pd.read_parquet,
    }  # fmt: skip
    (row,) = readers[suffix](output).to_dict("records")
    assert row["charge_source"] == "inferred"
    assert row["charge_probability"] == pytest.approx(0.95)
