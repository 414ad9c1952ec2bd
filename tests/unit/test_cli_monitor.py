"""The command that reports from a ledger: what it writes, prints and refuses."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentencing_ml.cli import app, main
from sentencing_ml.monitor.ledger import Advice, Entry, InCall, Ledger, pseudonym

PARAMS = str(Path(__file__).resolve().parents[2] / "params.yaml")
KEY = "key of a real court"


@pytest.fixture
def court(tmp_path, monkeypatch):
    """A folder with a ledger of two judges, the key in the environment."""
    monkeypatch.setenv("SENTENCING_LEDGER_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    records = []
    for number in range(12):
        judge = f"法官{'甲乙'[number % 2]}"
        moment = f"2025-03-{number + 1:02d}T09:00:00"
        records.append(
            Advice(case_id=f"c{number}", judge=judge, charge_group="盗窃罪", advice_months=12.0, model_version="m", shown_at=moment)
        )
        records.append(Entry(advice_position=InCall(len(records)), judge=judge, entry_months=14.0, entered_at=moment))
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.extend(records)
    return tmp_path


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["sentencing", "monitor", "--params", PARAMS, *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr().err


def monitored(*options):
    return CliRunner().invoke(app, ["monitor", "--params", PARAMS, "--ledger", "ledger.sqlite", *options])


def test_it_writes_the_report_and_a_page_for_each_judge_and_prints_figures_alone(court):
    made = monitored("--report", "out/court.json", "--judge-pages", "out/own", "--week", "2025-W10")
    assert made.exit_code == 0, made.output
    assert "n_judges" in made.output
    assert "法官甲" not in made.output
    assert "J-" not in made.output
    content = json.loads((court / "out" / "court.json").read_text(encoding="utf-8"))
    assert content["weekly"]["week"] == "2025-W10"
    assert content["pages"]["folder"] == "own"
    assert (court / "out" / "court.html").is_file()
    assert len(list((court / "out" / "own").glob("*.html"))) == 2


def test_it_tells_where_a_judges_own_page_is(court):
    monitored("--report", "court.json", "--judge-pages", "own")
    told = monitored("--judge-pages", "own", "--judge", "法官甲")
    name = pseudonym("法官甲", key=KEY.encode("utf-8"))
    assert told.output.strip() == str(Path("own") / f"{name}.html")
    assert CliRunner().invoke(
        app, ["monitor", "--params", PARAMS, "--ledger", "ledger.sqlite", "--judge-pages", "own", "--judge", "-"], input="法官甲\n"
    ).output == told.output


@pytest.mark.parametrize(
    ("options", "parts", "why"),
    [
        (("--ledger", "none.sqlite"), ["none.sqlite: not found"], "a ledger that is not there"),
        (("--ledger", "ledger.sqlite", "--witness", "w.jsonl", "--trust", "k.pem"), ["w.jsonl: not found", "k.pem: not found"], "all missing files at once"),
        (("--ledger", "ledger.sqlite", "--week", "2025-14"), ["2025-14: is no week", "2025-W14"], "a week in another form"),
        (("--ledger", "ledger.sqlite", "--month", "April"), ["April: is no month", "2025-04"], "a month in words"),
        (("--ledger", "ledger.sqlite", "--judge", "法官丙"), ["no advice was shown to a judge of this name"], "an unknown judge, who is not repeated"),
        (("--ledger", "ledger.sqlite", "--judge", "J-0123456789ab"), ["this is a pseudonym"], "a pseudonym for a name"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_message(court, monkeypatch, capsys, options, parts, why):
    code, message = call(monkeypatch, capsys, *options)
    assert code == 11, why
    assert "Traceback" not in message
    assert "法官" not in message
    for part in parts:
        assert part in message
