"""``sentencing ledger`` as a court's IT runs it: what it prints, what it refuses, and with which exit code."""

import io
import json
import sqlite3
import stat
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from entry_tables import row, rows, write_csv
from typer.testing import CliRunner

from sentencing_ml.cli import app, main
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Ledger

ROOT = Path(__file__).resolve().parents[2]
SIGNING = "SENTENCING_LEDGER_SIGNING_KEY"
COUNT = {
    "row_id": "丙1/0/0", "charge_group": "盗窃罪", "liability_months": 11.6, "interval_low": 6.1, "interval_high": 19.4, "status": "advised",
    "model_version": "m1", "law_version": "l1", "reason": "…",
}  # fmt: skip
THIN = {**COUNT, "row_id": "丙1/0/1", "status": "thin_data", "liability_months": None}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, no secret")
    monkeypatch.setenv("SENTENCING_LEDGER", str(tmp_path / "l.sqlite"))
    monkeypatch.delenv("SENTENCING_JUDGE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "l.sqlite"


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*arguments, stdin=""):
        """Return exit code, standard output and standard error."""
        monkeypatch.setattr(sys, "argv", ["sentencing", "ledger", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def filled(tmp_path, call):
    """Three answered pieces of advice, the fourth unanswered."""
    last = row(case_id="甲4/0/0", shown_at="2026-03-04 09:00", entry_months="", entered_at="")
    write_csv(tmp_path / "t.csv", [*rows(3), last])
    assert call("import", "t.csv") == (0, "4 row(s) of 1 judge(s): 4 advice, 3 entries.\n1 of the judges are new to this ledger.\n", "")


@pytest.mark.parametrize("command", ["import", "record", "verify", "root", "export"])
def test_every_command_shows_an_example(command):
    result = CliRunner().invoke(app, ["ledger", command, "--help"])
    assert result.exit_code == 0
    assert f"Example: sentencing ledger {command}" in " ".join(result.output.split())


def test_an_import_that_is_refused_ends_with_11_and_names_the_rows(filled, call):
    code, out, err = call("import", "t.csv")
    assert (code, out) == (11, "")
    assert "row 2: is in the ledger already (position 1)" in err and "Traceback" not in err


def test_an_entry_answers_the_advice_and_the_next_revises_it(filled, call, ledger):
    code, out, _ = call("record", "--judge", "-", "--case", "甲4/0/0", "--entry", "10", "--reason", "-", stdin="柳青山\n复核\n第二行\n")
    assert (code, out) == (0, "entry at position 8, to the advice of 2026-03-04T09:00 at position 7.\n")
    code, out, _ = call("record", "--judge", "柳青山", "--case", "甲4", "--entry", "9.5")
    assert (code, out) == (0, "entry at position 9, to the advice of 2026-03-04T09:00 at position 7; it revises 1 earlier, which stay, and counts.\n")
    with Ledger(ledger) as opened:
        assert opened.verify().breaks == ()
        assert opened.corrections().set_index("case_id").loc["甲4/0/0", ["entry_months", "advice_position"]].tolist() == [9.5, 7]
        assert opened.entries()["reason"].iloc[3] == "复核\n第二行"


def test_the_last_unanswered_advice_is_answered_first(filled, call, tmp_path):
    again = row(case_id="甲4/0/0", shown_at="2026-03-05 09:00", entry_months="", entered_at="")
    write_csv(tmp_path / "n.csv", [again])
    call("import", "n.csv")
    said = [call("record", "--judge", "柳青山", "--case", "甲4/0/0", "--entry", "10")[1] for _ in range(3)]
    assert [line.split("position ")[2].split(";")[0].strip(".\n") for line in said] == ["8", "7", "8"]


def test_the_judge_may_stand_in_the_environment(filled, call, monkeypatch):
    monkeypatch.setenv("SENTENCING_JUDGE", "柳青山")
    assert call("record", "--case", "甲4/0/0", "--entry", "10")[0] == 0


REFUSED = [
    (("--judge", "乔木", "--case", "甲4/0/0", "--entry", "10"), 11, "no advice for this case was shown to this judge", "another judge"),
    (("--judge", "柳青山", "--case", "乙", "--entry", "10"), 11, "no advice for this case was shown to this judge", "another case"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "十"), 11, "--entry: is no number", "months in words"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "-1"), 11, "--entry: is zero or negative", "negative months"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", ""), 11, "--entry: is empty", "no months"),
    (("--judge", "\udcff", "--case", "甲4/0/0", "--entry", "1"), 11, "give the judge's name", "a name in another encoding"),
    (("--judge", "", "--case", "甲4/0/0", "--entry", "1"), 11, "give the judge's name", "no name"),
    (("--judge", "J-0123456789ab", "--case", "甲4/0/0", "--entry", "1"), 11, "this is a pseudonym", "a pseudonym"),
    (("--judge", "柳青山", "--case", "甲4/0/0"), 11, "Record either --entry MONTHS with --case, or --advice FILE", "nothing to record"),
    (("--judge", "柳青山", "--entry", "1"), 11, "--entry goes with --case", "an entry to no case"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "1", "--court", "某院"), 11, "--entry goes with --case", "an entry with the advice's options"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "1", "--at", "2026-03-03 09:00"), 14, "is earlier than advice.shown_at", "before the advice"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "1", "--at", "2099-01-01 09:00"), 11, "--at: is no time that has come", "in the future"),
    (("--judge", "柳青山", "--case", "甲4/0/0", "--entry", "1", "--ledger", "none.sqlite"), 11, "no ledger there", "no ledger"),
    (("--judge", "柳青山", "--advice", "none.json"), 11, "none.json: cannot be read", "no prediction"),
    (("--judge", "乔木", "--advice", "-", "--judges", "t.csv"), 11, "--judge: is not on the roster", "a name outside of the roster"),
    (("--judge", "-", "--advice", "-"), 11, "cannot both be read from standard input", "two from one input"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "code", "message", "reason"), REFUSED, ids=[line[3] for line in REFUSED])
def test_what_cannot_be_recorded_is_refused_and_nothing_is_written(filled, call, ledger, options, code, message, reason):
    found, out, err = call("record", *options)
    assert (found, out) == (code, ""), reason
    assert message in err and "Traceback" not in err and "柳青山" not in err and "乔木" not in err
    with Ledger(ledger) as opened:
        assert opened.head().position == 7


def test_several_counts_of_a_case_are_named_by_the_error(call, tmp_path):
    write_csv(tmp_path / "t.csv", [row(entry_months="", entered_at=""), row(case_id="甲1/0/1", entry_months="", entered_at="")])
    call("import", "t.csv")
    code, _, err = call("record", "--judge", "柳青山", "--case", "甲1", "--entry", "10")
    assert code == 11 and "name one: 甲1/0/0, 甲1/0/1" in err


def test_advice_that_another_system_showed_is_recorded_with_its_circumstances(call, ledger, tmp_path):
    (tmp_path / "p.jsonl").write_text(json.dumps(COUNT), encoding="utf-8")
    options = ("--judge", "柳青山", "--court", "某区人民法院", "--plea", "--recommendation", "12", "--own-estimate", "10", "--at", "2026-03-01 09:00")
    assert call("record", *options, "--advice", "p.jsonl")[:2] == (0, "advice at position 1.\n")
    with Ledger(ledger) as opened:
        (found,) = opened.advice().drop(columns=["judge", "unaltered_months"]).to_dict("records")
    assert found == {
        "position": 1, "case_id": "丙1/0/0", "court": "某区人民法院", "charge_group": "盗窃罪", "plea": True, "advice_months": 11.6,
        "interval_low": 6.1, "interval_high": 19.4, "model_version": "m1", "law_version": "l1", "shown_at": "2026-03-01T09:00:00+08:00",
        "mode": "blind_first", "simulated": False, "own_estimate_months": 10.0, "recommendation_months": 12.0,
    }  # fmt: skip
    code, _, err = call("record", *options, "--advice", "p.jsonl")
    assert code == 11 and "this advice is there already, at position 1" in err
    later = [*options[:-1], "2026-03-02 09:00"]
    code, _, err = call("record", *later, "--advice", "p.jsonl")
    assert code == 14 and "an own estimate comes first or not at all" in err


def test_the_counts_of_a_defendant_with_advice_are_recorded(call, ledger):
    defendant = {"id": "丙1", "model_version": "m1", "law_version": "l1", "counts": [COUNT, THIN, {**COUNT, "row_id": "丙1/0/2"}]}
    code, out, _ = call("record", "--judge", "柳青山", "--shadow", "--advice", "-", stdin=json.dumps(defendant))
    assert (code, out) == (0, "advice at position 1, 2; 1 count(s) have no empirical figure and no advice.\n")
    with Ledger(ledger) as opened:
        assert opened.advice()[["case_id", "mode"]].to_numpy().tolist() == [["丙1/0/0", "shadow"], ["丙1/0/2", "shadow"]]


PREDICTIONS = [
    ("柳青山", "it is no JSON", "a text"),
    ("[]", "it holds no object", "nothing"),
    ('{"counts": 3}', "counts is no list", "another JSON"),
    ('{"row_id": "x", "status": "advised", "liability_months": 3}', "count 1: charge_group is missing", "half a prediction"),
    (json.dumps(THIN), "no count has an empirical figure", "a count without advice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "reason"), PREDICTIONS, ids=[line[2] for line in PREDICTIONS])
def test_what_is_no_prediction_is_refused(call, ledger, text, message, reason):
    code, _, err = call("record", "--judge", "乔木", "--advice", "-", stdin=text)
    assert code == 11 and message in err, reason
    assert "柳青山" not in err and not ledger.exists()


def test_a_whole_ledger_is_said_to_be_whole_and_how_much_no_root_shows(filled, call, monkeypatch, tmp_path):
    code, out, _ = call("verify")
    assert code == 0 and "7 record(s), whole; head at 7: " in out and "No signed root stands for these records" in out
    CliRunner().invoke(app, ["key", "court.pem"], catch_exceptions=False)
    assert call("root", "--witness", "w.jsonl")[0] == 11  # no key is named
    monkeypatch.setenv(SIGNING, "court.pem")
    code, out, _ = call("root", "--witness", "w.jsonl")
    assert code == 0 and out.startswith("root 1 of ") and "position 7, " in out
    call("record", "--judge", "柳青山", "--case", "甲4/0/0", "--entry", "10")
    code, out, _ = call("verify", "--witness", "w.jsonl", "--trust", "court.pub.pem")
    assert code == 0 and "1 record(s) are not yet under the last of 1 signed root(s)" in out
    assert "No witness file" not in out and "No key was given" not in out


def test_a_ledger_changed_by_hand_ends_with_14_and_every_break(filled, call, ledger):
    base = sqlite3.connect(ledger)
    base.execute("DROP TRIGGER ledger_no_UPDATE")
    base.execute("UPDATE ledger SET body = replace(body, '12.0', '13.0') WHERE position IN (3, 7)")
    base.commit()
    base.close()
    code, out, err = call("verify")
    assert (code, out) == (14, "")
    assert "broken in 2 place(s):" in err and "position 3, advice: was altered" in err and "position 7, advice: was altered" in err


@pytest.mark.parametrize("name", ["o.csv", "o.jsonl", "o.parquet", "o.xlsx", "o.csv.gz"])
def test_an_export_holds_pseudonyms_and_is_its_owners_alone(filled, call, tmp_path, ledger, name):
    call("record", "--judge", "柳青山", "--case", "甲3/0/0", "--entry", "10", "--reason", "=1+1")
    assert call("export", "--out", name)[:2] == (0, f"5 row(s) → {name}\n")
    path = tmp_path / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    reader = {"o.parquet": pd.read_parquet, "o.xlsx": pd.read_excel, "o.jsonl": lambda path: pd.read_json(path, lines=True)}.get(name, pd.read_csv)
    frame = reader(path)
    with Ledger(ledger) as opened:
        assert set(frame["judge"]) == {opened.pseudonym("柳青山")}
    assert frame["case_id"].tolist() == ["甲1/0/0", "甲2/0/0", "甲3/0/0", "甲3/0/0", "甲4/0/0"]
    assert frame["entry_months"].fillna(0).tolist() == [14, 14, 14, 10, 0]
    assert [value for value in frame["counts"] if value in (True, False)] == [True, True, False, True]
    assert frame["reason"].iloc[3] == ("'=1+1" if "csv" in name else "=1+1")
    if name == "o.xlsx":
        cells = [cell for line in openpyxl.load_workbook(path).active.iter_rows() for cell in line]
        assert not [cell for cell in cells if cell.data_type == "f"]


def test_an_export_is_of_the_days_and_the_judge_that_are_named(filled, call, tmp_path, ledger):
    write_csv(tmp_path / "n.csv", rows(2, judge="乔木"))
    call("import", "n.csv")
    with Ledger(ledger) as opened:
        own = opened.pseudonym("乔木")
    for options, n in (
        (("--from", "2026-03-02"), 4), (("--to", "2026-03-02"), 4), (("--from", "2026-03-02", "--to", "2026-03-02"), 2),
        (("--judge-pseudonym", own), 2), (("--judge-pseudonym", own, "--from", "2026-03-02"), 1), (("--from", "2027-01-01"), 0),
    ):  # fmt: skip
        assert call("export", "--out", "o.jsonl", *options)[1] == f"{n} row(s) → o.jsonl\n"
    assert call("export", "--out", "o.jsonl", "--from", "2026-03-02", "--to", "2026-03-01")[0] == 11
    assert call("export", "--out", "o.jsonl", "--judge-pseudonym", "J-000000000000")[0] == 11
    assert call("export", "--out", "o.pdf")[0] == 11


def test_an_export_cannot_be_imported_and_that_is_said(filled, call):
    call("export", "--out", "o.csv")
    code, _, err = call("import", "o.csv")
    assert code == 11 and "row 2, judge (法官): is a pseudonym, not a name" in err


def test_the_password_of_a_url_is_never_printed(call, monkeypatch):
    monkeypatch.setenv("SENTENCING_LEDGER", "postgresql+psycopg://court:geheim-77@127.0.0.1:1/ledger")
    for options in (("verify",), ("export", "--out", "o.csv"), ("record", "--judge", "柳青山", "--case", "x", "--entry", "1")):
        code, out, err = call(*options)
        assert code == 11 and "127.0.0.1" in err and "geheim-77" not in out + err
    assert "geheim-77" not in CliRunner().invoke(app, ["ledger", "verify", "--help"]).output


EVERYWHERE = [
    ("monitor", "--report", "m.json"),
    ("alerts", "update"),
    ("ledger", "verify"),
    ("audit", "--factors", "t.csv", "--no-split", "--model", "t.csv", "--report", "a.json"),
]


@pytest.mark.parametrize("arguments", EVERYWHERE, ids=lambda arguments: arguments[0])
def test_every_command_that_reads_a_ledger_takes_a_url_and_hides_its_password(monkeypatch, capsys, tmp_path, arguments):
    (tmp_path / "t.csv").touch()
    params = [] if arguments[0] in ("alerts", "ledger") else ["--params", str(ROOT / "params.yaml")]
    place = "postgresql+psycopg://court:geheim-77@127.0.0.1:1/oversight"
    monkeypatch.setattr(sys, "argv", ["sentencing", *arguments, *params, "--ledger", place])
    with pytest.raises(SystemExit) as caught:
        main()
    printed = capsys.readouterr()
    assert caught.value.code == 11
    assert "postgresql://127.0.0.1:1/oversight" in printed.err and "geheim-77" not in printed.out + printed.err
