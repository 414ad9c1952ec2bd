import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentencing_ml.cli import app, main

ROOT = Path(__file__).resolve().parents[2]
PARAMS = str(ROOT / "params.yaml")
COMMANDS = ("ingest", "extract", "train", "evaluate", "compare", "predict", "explain", "review", "audit", "monitor", "indicators", "release", "simulate", "verify", "key", "law")


def call(monkeypatch, capsys, *arguments):
    """Run the command line as the shell does; return the exit code and what stood on standard error."""
    monkeypatch.setattr(sys, "argv", ["sentencing", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: sentencing {command}" in " ".join(result.output.split())


ERRORS = [
    (("ingest", "nowhere.jsonl", "*.none", "--params", PARAMS), 11, ["nowhere.jsonl: not found", "*.none: matches no file"], "all missing inputs at once"),
    (("train", "--factors", "none.parquet", "--split", "none2.parquet", "--params", PARAMS), 11, ["none.parquet: not found", "none2.parquet: not found"], "missing tables"),
    (("extract", "x.txt", "-o", "o.jsonl", "--params", "no.yaml"), 10, ["no.yaml: not found"], "missing settings"),
    (("explain", "--params", PARAMS), 11, ["Name files to explain"], "nothing to explain"),
    (("indicators", "--factors", "none.parquet", "--params", PARAMS), 11, ["none.parquet: not found"], "no table of judgments"),
    (("verify", "no-bundle"), 13, ["manifest.json: not found"], "a missing bundle"),
]


@pytest.mark.parametrize(("arguments", "code", "parts", "reason"), ERRORS, ids=[row[3] for row in ERRORS])
def test_an_error_is_one_message_with_a_code_of_its_own(monkeypatch, capsys, tmp_path, arguments, code, parts, reason):
    monkeypatch.chdir(tmp_path)
    found, message = call(monkeypatch, capsys, *arguments)
    assert found == code, reason
    assert "Traceback" not in message
    for part in parts:
        assert part in message


def test_strict_ingestion_has_its_exit_code_and_still_writes(monkeypatch, capsys, tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "text": ""}) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, message = call(monkeypatch, capsys, "ingest", "in.jsonl", "--out", "out", "--strict", "--params", PARAMS)
    assert code == 12
    assert "1 × no_text" in message
    assert (tmp_path / "out" / "quarantine.parquet").is_file()


def test_extraction_writes_the_annotation_form(tmp_path):
    text = "甲县人民法院刑事判决书（2019）浙0101刑初1号。被告人张三，男，1990年1月2日出生，汉族。甲县人民检察院指控被告人张三犯盗窃罪。经审理查明，被告人张三窃得现金3000元。本院认为，被告人张三的行为已构成盗窃罪，系自首。判决如下：被告人张三犯盗窃罪，判处拘役三个月。如不服本判决，可以上诉。"
    (tmp_path / "case.txt").write_text(text, encoding="utf-8")
    output = tmp_path / "out.jsonl"
    result = CliRunner().invoke(app, ["extract", str(tmp_path / "case.txt"), "-o", str(output), "--params", PARAMS])
    assert result.exit_code == 0, result.output
    (row,) = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    (defendant,) = row["defendants"]
    assert defendant["final"] == {"penalty": "拘役", "term_months": 3, "probation_months": 0, "fine_yuan": None}
    assert defendant["prevention"]["surrender"] is True
    assert all(value in text for value in defendant["evidence"].values())
