"""Batch prediction: blind to the verdict, and a row for every record whatever its state."""

import csv
import json
import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from sentencing_ml import layout
from sentencing_ml.cli import app
from sentencing_ml.storage import read_jsonl

pytestmark = pytest.mark.pipeline

BLIND = (
    "liability_months",
    "interval_low",
    "interval_high",
    "expected_months",
    "statute_low",
    "statute_high",
    "status",
)


def run(project, monkeypatch, *arguments):
    monkeypatch.chdir(project)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def predict(project, monkeypatch, records, *, name="out.jsonl", options=()):
    source, output = project / "given.jsonl", project / name
    source.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    result = run(project, monkeypatch, "predict", source, "--model", layout.BUNDLE, "-o", output, *options)
    assert result.exit_code == 0, result.output
    return output


def judgments(project, count):
    return [record for record, _ in zip(read_jsonl(project / layout.SAMPLE_JUDGMENTS), range(count), strict=False)]


def with_another_verdict(text):
    """Return the judgment with every imposed and recommended term changed, and the date after it."""
    text = re.sub(
        r"(有期徒刑|拘役)([一二三四五六七八九十]+年)?(零?[一二三四五六七八九十]+个月)?(?=[，。；（、以至])",
        r"\1十一年七个月",
        text,
    )
    return re.sub(r"缓刑[一二三四五六七八九十]+年(?:[一二三四五六七八九十]+个月)?", "缓刑五年", text)


def test_a_planted_verdict_changes_no_prediction(project, monkeypatch):
    given = judgments(project, 60)
    planted = [{**record, "text": with_another_verdict(record["text"])} for record in given]
    assert sum(a["text"] != b["text"] for a, b in zip(given, planted, strict=True)) > 50
    first = list(read_jsonl(predict(project, monkeypatch, given)))
    second = list(read_jsonl(predict(project, monkeypatch, planted)))
    assert [[row[name] for name in BLIND] for row in first] == [[row[name] for name in BLIND] for row in second]


def test_an_indictment_is_predicted_without_any_verdict(project, monkeypatch):
    given = [record for record, _ in zip(read_jsonl(project / layout.SAMPLE_INDICTMENTS), range(20), strict=False)]
    rows = list(read_jsonl(predict(project, monkeypatch, given)))
    assert {row["id"] for row in rows} == {record["id"] for record in given}
    assert sum(row["status"] == "advised" for row in rows) >= 0.7 * len(rows)


def test_every_id_comes_back_and_a_bad_record_has_its_reason(project, monkeypatch):
    good = judgments(project, 3)
    bad = [
        {"id": "empty", "text": ""},
        {"id": "none"},
        {
            "id": "civil",
            "text": "甲县人民法院民事判决书。原告赵某与被告钱某买卖合同纠纷一案，本院受理后依法审理。判决如下：被告给付货款。",
        },
        {"id": "noise", "text": "乱码" * 10000},
    ]
    rows = list(read_jsonl(predict(project, monkeypatch, [*good[:1], *bad, *good[1:]])))
    status = {row["id"]: row["status"] for row in rows}
    assert {record["id"] for record in [*good, *bad]} <= set(status)
    for record in bad:
        assert status[record["id"]] == "unreadable"
    assert all(row["reason"] for row in rows if row["status"] != "advised")
    assert all(row["model_version"] and row["law_version"] for row in rows)


def test_no_output_row_holds_the_text(project, monkeypatch):
    (record,) = judgments(project, 1)
    written = predict(project, monkeypatch, [record]).read_text(encoding="utf-8")
    assert record["text"][300:324] not in written


def test_the_three_formats_agree(project, monkeypatch):
    given = judgments(project, 8)
    rows = list(read_jsonl(predict(project, monkeypatch, given)))
    table = pd.read_parquet(predict(project, monkeypatch, given, name="out.parquet"))
    with predict(project, monkeypatch, given, name="out.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == table["id"].tolist() == [line["id"] for line in lines]
    for row, months, line in zip(rows, table["liability_months"], lines, strict=True):
        if row["liability_months"] is None:
            assert pd.isna(months)
            assert line["liability_months"] == ""
        else:
            assert months == pytest.approx(row["liability_months"])
            assert float(line["liability_months"]) == pytest.approx(row["liability_months"])


def test_counts_are_told_apart_when_asked(project, monkeypatch):
    given = judgments(project, 40)
    counts = list(read_jsonl(predict(project, monkeypatch, given, options=("--level", "count"))))
    defendants = list(read_jsonl(predict(project, monkeypatch, given)))
    assert len(counts) == sum(len(row["counts"]) for row in defendants)


def test_an_altered_bundle_is_refused_before_it_is_parsed(project, monkeypatch, tmp_path):
    import shutil

    bundle = tmp_path / "bundle"
    shutil.copytree(project / layout.BUNDLE, bundle)
    model = bundle / "model.txt"
    model.write_bytes(model.read_bytes().replace(b"leaf_value=", b"leaf_value=9", 1))
    monkeypatch.setattr(
        "sys.argv",
        [
            "sentencing",
            "predict",
            str(project / layout.SAMPLE_JUDGMENTS),
            "--model",
            str(bundle),
            "-o",
            str(tmp_path / "o.jsonl"),
        ],
    )
    monkeypatch.chdir(project)
    from sentencing_ml.cli import main

    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 13
    assert not (tmp_path / "o.jsonl").exists()


def test_the_case_sheet_of_a_file_shows_its_facts(project, monkeypatch, tmp_path):
    (record,) = judgments(project, 1)
    source = tmp_path / "case.txt"
    source.write_text(record["text"], encoding="utf-8")
    result = run(project, monkeypatch, "explain", source, "--model", layout.BUNDLE, "--out", tmp_path / "sheets")
    assert result.exit_code == 0, result.output
    pages = [path for path in (tmp_path / "sheets").glob("*.html") if path.name != "index.html"]
    assert pages
    text = pages[0].read_text(encoding="utf-8")
    assert "责任刑" in text
    assert "判决如下：" not in text
