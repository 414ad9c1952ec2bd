"""What a record is read by when it names no charge, and what the prediction says of that."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.special import logit

from sentencing_ml.cli import main
from sentencing_ml.errors import InputError
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document, Label, Quarantined, Section
from sentencing_ml.liability.abstention import ChargeSupport, Support, decide
from sentencing_ml.liability.charge_inference import OTHERS, ChargeClassifier
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS
from sentencing_ml.liability.model import COUNT_COLUMNS, LiabilityModel
from sentencing_ml.liability.predict import before_verdict, predict_files, predict_records
from sentencing_ml.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PARAMS, DOCS = ROOT / "params.yaml", ROOT / "docs" / "prediction.md"
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


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Return what predicts files without a trained model."""
    answer = SimpleNamespace(predict=no_figures, position=0.5)
    monkeypatch.setattr(LiabilityModel, "load", lambda folder: answer)
    monkeypatch.setattr(ChargeClassifier, "load", lambda folder: classifier(0.95))
    monkeypatch.setattr("sentencing_ml.liability.predict.model_version", lambda folder: "1")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(PARAMS)

    def run(*patterns, output="out.jsonl", level="defendant", **options):
        return predict_files(patterns=patterns, output=Path(output), model=tmp_path, level=level, settings=settings, jobs=1, **options)

    return run


def lines(path, *values):
    Path(path).write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv", ".parquet", ".xlsx"])
def test_a_probability_is_a_number_in_every_output(suffix, files):
    lines("given.jsonl", {"id": "r", "fact": THEFT})
    files("given.jsonl", output=f"out{suffix}")
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}
    (row,) = readers.get(suffix, lambda path: pd.read_json(path, lines=True))(f"out{suffix}").to_dict("records")
    assert row["charge_source"] == "inferred"
    assert row["charge_probability"] == pytest.approx(0.95)


@pytest.mark.parametrize("level", ["defendant", "count"])
def test_the_docs_describe_every_column_in_its_place(level, files):
    lines("given.jsonl", {"id": "r", "fact": THEFT})
    files("given.jsonl", level=level)
    files("given.jsonl", output="out.parquet", level=level)
    (row,) = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    table = re.findall(r"^\| `(\w+)` \| (defendant|count|both) \| (\w+) \| \S", DOCS.read_text(encoding="utf-8"), re.M)
    described = {name: kind for name, known, kind in table if known in (level, "both")}
    assert list(described) == list(row)
    types = {"text": "string", "list": "string", "object": "string", "number": "double", "integer": "int64"}
    assert {name: types[kind] for name, kind in described.items()} == {
        field.name: str(field.type) for field in pq.read_schema("out.parquet")
    }


def test_every_record_is_a_row_in_its_order_whatever_becomes_of_it(files):
    good = {"id": "a", "fact": THEFT}
    Path("given.jsonl").write_text(json.dumps(good, ensure_ascii=False) + '\n{"id": "b"}\n{broken\n', encoding="utf-8")
    lines("other.jsonl", {"fact": THEFT}, {"id": "a", "fact": "别的事实。"})
    Path("picture.csv").write_bytes(b"\x00")
    assert files("*.jsonl", "picture.csv") == {"advised": 2, "rows": 6, "unreadable": 4}
    rows = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["status"]) for row in rows] == [
        ("a", "advised"), ("b", "unreadable"), ("given.jsonl:3", "unreadable"), ("other:1", "advised"), ("a", "unreadable"), ("picture.csv", "unreadable"),
    ]  # fmt: skip
    assert rows[4]["reason"].startswith("编号与另一条不同内容的记录重复")


def test_a_record_on_which_the_program_fails_is_a_row_that_says_where(files, monkeypatch):
    from sentencing_ml.liability import predict as module

    def fail(document):
        if "机密" in document.text:
            raise KeyError(document.text)
        return blind(document)

    blind = module.blind
    monkeypatch.setattr(module, "blind", fail)
    lines("given.jsonl", {"id": "a", "fact": THEFT}, {"id": "b", "fact": "机密"}, {"id": "c", "fact": THEFT + "。"})
    assert files("given.jsonl") == {"advised": 2, "rows": 3, "unreadable": 1}
    text = Path("out.jsonl").read_text(encoding="utf-8")
    assert "程序处理该记录时出错" in text
    assert "（KeyError, predict.py:" in text
    assert "机密" not in text


def test_an_input_that_cannot_be_meant_is_refused_before_any_work(files):
    lines("given.jsonl", {"id": "a", "fact": THEFT})
    Path("notes.csv").write_text("id,content\n1,甲\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'notes\.csv: its first row names no column "text"'):
        files("given.jsonl", "notes.csv")
    with pytest.raises(InputError, match=r"given\.jsonl: is one of the inputs"):
        files(".", output="given.jsonl")
    with pytest.raises(InputError, match=r"write \.jsonl or \.csv"):
        files("given.jsonl", output="out.txt")
    assert sorted(path.name for path in Path().iterdir()) == ["given.jsonl", "notes.csv"]


def test_an_interrupted_prediction_goes_on_and_another_one_does_not(files, monkeypatch):
    from sentencing_ml.liability import predict as module

    monkeypatch.setattr(module, "MOST", 2)
    given = [{"id": str(number), "fact": THEFT} for number in range(7)]
    lines("given.jsonl", *given)
    files("given.jsonl", output="whole.jsonl")
    read = module.read_documents

    def broken(*arguments, **options):
        for number, document in enumerate(read(*arguments, **options)):
            if number == 5:
                raise KeyboardInterrupt
            yield document

    monkeypatch.setattr(module, "read_documents", broken)
    with pytest.raises(KeyboardInterrupt):
        files("given.jsonl")
    assert not Path("out.jsonl").exists()
    monkeypatch.setattr(module, "read_documents", read)
    lines("given.jsonl", *given[:6])
    with pytest.raises(InputError, match="differs from it in: inputs"):
        files("given.jsonl")
    with pytest.raises(InputError, match="differs from it in: inputs, level"):
        files("given.jsonl", level="count")
    lines("given.jsonl", *given)
    monkeypatch.setattr(module, "MOST", 3)  # parts of another size would double some records and lose others
    with pytest.raises(InputError, match="differs from it in: batches"):
        files("given.jsonl")
    monkeypatch.setattr(module, "MOST", 2)
    assert files("given.jsonl")["rows"] == 7
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
    assert sorted(path.name for path in Path().iterdir()) == ["given.jsonl", "out.jsonl", "whole.jsonl"]


def test_strictness_has_its_exit_code_and_the_output_is_written(files, monkeypatch, capsys):
    lines("given.jsonl", {"id": "a", "fact": THEFT}, {"id": "b"})
    for options, code in (((), 0), (("--strict",), 12)):
        monkeypatch.setattr("sys.argv", ["sentencing", "predict", "given.jsonl", "-o", "out.csv", "--params", str(PARAMS), *options])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == code
        assert "1 record(s) could not be read" in capsys.readouterr().err or not code
        assert len(Path("out.csv").read_text(encoding="utf-8-sig").splitlines()) == 3
