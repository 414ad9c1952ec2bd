"""A table into the ledger: every format and encoding alike, whole or not at all, and never twice."""

import csv
import datetime
import decimal
import gzip
import json
import re
import sqlite3
import stat
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from entry_tables import COLUMNS, NOW, row, rows, write_as, write_csv

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.bookkeeping import importing
from sentencing_ml.monitor.bookkeeping.entry_file import columns
from sentencing_ml.monitor.bookkeeping.entry_problems import RefusedRowsError
from sentencing_ml.monitor.bookkeeping.importing import import_file, read_roster
from sentencing_ml.monitor.bookkeeping.records import Advice, Entry, InCall, RefusedRecordsError
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Ledger, pseudonym

KEY = "a key of the tests, no secret"
FULL = [
    row(court="某区人民法院", plea="是", law_version="l1", recommendation_months="12.5", reason="数额重新认定"),
    row(case_id="甲2/0/0", judge="乔木", mode="blind_first", own_estimate_months="10", shown_at="2026-03-02 09:00", entered_at="2026-03-02 10:00"),
    row(case_id="甲3/0/0", shown_at="2026-03-03 09:00", entry_months="", entered_at=""),
]  # fmt: skip


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, KEY)


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "l.sqlite"


def take(path, ledger, **given):
    return import_file(path, ledger=ledger, now=NOW, **given)


def held(ledger):
    with Ledger(ledger, create=False) as opened:
        assert opened.verify().breaks == ()
        return opened.advice(), opened.entries()


def refused(path, ledger, **given):
    with pytest.raises(RefusedRowsError) as caught:
        take(path, ledger, **given)
    return caught.value


def test_a_row_becomes_advice_and_its_entry(tmp_path, ledger):
    done = take(write_csv(tmp_path / "t.csv", FULL), ledger)
    assert (done.rows, done.advice, done.entries, done.answered, done.judges, done.unknown) == (3, 3, 2, 0, 2, 2)
    advice, entries = held(ledger)
    assert advice.iloc[0].to_dict() == {
        "position": 1, "case_id": "甲1/0/0", "judge": pseudonym("柳青山", key=KEY.encode()), "court": "某区人民法院", "charge_group": "盗窃罪",
        "plea": True, "advice_months": 12.0, "interval_low": 8.0, "interval_high": 16.5, "model_version": "m1", "law_version": "l1",
        "shown_at": "2026-03-01T09:00:00+08:00", "mode": "shown", "simulated": False, "own_estimate_months": pytest.approx(float("nan"), nan_ok=True),
        "recommendation_months": 12.5, "unaltered_months": pytest.approx(float("nan"), nan_ok=True),
    }  # fmt: skip
    assert advice["mode"].tolist() == ["shown", "blind_first", "shown"]
    assert advice["own_estimate_months"].iloc[1] == 10.0
    assert entries[["advice_position", "entry_months", "entered_at"]].to_numpy().tolist() == [
        [1, 14.0, "2026-03-01T11:30:00+08:00"], [advice["position"].iloc[1], 14.0, "2026-03-02T10:00:00+08:00"],
    ]  # fmt: skip
    assert entries["reason"].tolist()[0] == "数额重新认定"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_every_format_gives_the_same_ledger(tmp_path, ledger, suffix):
    table = [{**line, "shown_at": f"2026-03-0{day} 09:00", "entered_at": line["entered_at"] and f"2026-03-0{day} 11:00"} for day, line in enumerate(FULL, 1)]
    take(write_as(tmp_path / f"t{suffix}", table), ledger)
    take(write_csv(tmp_path / "reference.csv", table), tmp_path / "reference.sqlite")
    with Ledger(ledger) as one, Ledger(tmp_path / "reference.sqlite") as other:
        assert one.head() == other.head()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_gives_the_same_ledger(tmp_path, ledger, encoding, delimiter):
    chinese = [columns()[name].zh[0] for name in COLUMNS]
    take(write_csv(tmp_path / "t.csv", FULL, encoding=encoding, delimiter=delimiter, header=chinese), ledger)
    take(write_csv(tmp_path / "reference.csv", FULL), tmp_path / "reference.sqlite")
    with Ledger(ledger) as one, Ledger(tmp_path / "reference.sqlite") as other:
        assert one.head() == other.head()


def test_a_packed_file_is_read(tmp_path, ledger):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(write_csv(tmp_path / "t.csv", FULL).read_bytes()))
    assert take(path, ledger).rows == 3


def _big5(path):
    names = ("陳志豪", "歐陽慧敏", "林淑芬", "張雅婷", "黃俊傑", "吳佳穎", "許家豪", "鄭美玲")
    write_csv(path, [row(judge=name, charge_group="竊盜", case_id="1") for name in names], encoding="big5")


UNREADABLE = [
    (_big5, "encoding is none of UTF-8", "an encoding that is none of ours"),
    (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0" * 9), "not text", "a picture"),
    (lambda path: path.write_bytes(b""), "empty", "nothing"),
    (lambda path: write_csv(path, []), "a header and no row", "a header alone"),
    (lambda path: path.write_text("甲1,柳青山,12\n", encoding="utf-8"), "no header of advice and entries", "no header"),
    (lambda path: path.write_text("id,name\n1,2\n", encoding="utf-8"), "every file has: case_id (案号); judge (法官)", "another table"),
]  # fmt: skip


@pytest.mark.parametrize(("write", "message", "reason"), UNREADABLE, ids=[line[2] for line in UNREADABLE])
def test_a_file_that_is_no_such_table_is_told_what_it_is(tmp_path, ledger, write, message, reason):
    write(tmp_path / "t.csv")
    with pytest.raises(InputError) as caught:
        take(tmp_path / "t.csv", ledger)
    assert message in str(caught.value), reason
    assert "柳" not in str(caught.value) and not ledger.exists()


def test_a_damaged_workbook_another_format_and_no_file_are_named(tmp_path, ledger):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 no more of it")
    for name, message in (("t.xlsx", "damaged"), ("none.csv", "not found"), ("t.pdf", "Write the table as .csv")):
        (tmp_path / "t.pdf").write_bytes(b"%PDF")
        with pytest.raises(InputError, match=message):
            take(tmp_path / name, ledger)


def test_rows_that_are_no_rows_are_named_beside_the_others(tmp_path, ledger):
    path = write_csv(tmp_path / "t.csv", [row()])
    with path.open("a", encoding="utf-8") as file:
        file.write("too,few\n" + ",".join(["x"] * 25) + "\n")
    assert refused(path, ledger).counts == {"broken_row": 2}
    path = write_as(tmp_path / "t.jsonl", [row()])
    with path.open("a", encoding="utf-8") as file:
        file.write('[1, 2]\n{"case_id": "x"\n{"case_id": ["x"], "judge": "乔木", "fremd": 1}\n')
    found = refused(path, ledger)
    assert found.counts == {"not_json": 2, "unknown_column": 1, "not_text": 1, "missing": 4}
    assert "row 4, case_id (案号): is no text" in str(found)


def test_the_same_file_twice_adds_nothing_and_names_the_rows(tmp_path, ledger):
    path = write_csv(tmp_path / "t.csv", FULL)
    take(path, ledger)
    with Ledger(ledger) as opened:
        before = opened.head()
    found = refused(path, ledger)
    assert found.counts == {"already_there": 3}
    assert "row 2: is in the ledger already (position 1)" in str(found)
    with Ledger(ledger) as opened:
        assert opened.head() == before


def test_an_entry_that_comes_later_answers_the_advice_that_is_there(tmp_path, ledger):
    take(write_csv(tmp_path / "t.csv", FULL), ledger)
    answer = {**FULL[2], "entry_months": "9", "entered_at": "2026-03-09 09:00"}
    done = take(write_csv(tmp_path / "late.csv", [answer]), ledger)
    assert (done.advice, done.entries, done.answered, done.unknown) == (0, 1, 1, 0)
    advice, entries = held(ledger)
    assert len(advice) == 3
    assert entries["advice_position"].iloc[-1] == advice["position"].iloc[2]
    assert refused(tmp_path / "late.csv", ledger).counts == {"already_there": 1}


AGAINST = [
    ({"advice_months": "13"}, {"other_advice": 1}, "the same advice with another figure"),
    ({"shown_at": "2026-02-01 09:00", "case_id": "乙1"}, {"before_ledger": 1}, "a file that comes late"),
    ({"shown_at": "2026-04-01 09:00", "entered_at": "2026-04-02 09:00", "mode": "blind_first", "own_estimate_months": "9"}, {"seen_before": 1}, "an estimate for what the ledger says was seen"),
    ({"shown_at": "2026-04-01 09:00", "entered_at": "2026-04-02 09:00", "simulated": "1"}, {"other_kind": 1}, "simulated judges into a real ledger"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected", "reason"), AGAINST, ids=[line[2] for line in AGAINST])
def test_rows_are_held_against_the_ledger(tmp_path, ledger, changes, expected, reason):
    take(write_csv(tmp_path / "t.csv", [row()]), ledger)
    found = refused(write_csv(tmp_path / "n.csv", [row(**changes)]), ledger)
    assert found.counts == expected, reason
    assert len(held(ledger)[0]) == 1


def test_a_file_that_comes_late_is_taken_when_that_is_said(tmp_path, ledger):
    take(write_csv(tmp_path / "t.csv", rows(3)), ledger)
    early = write_csv(tmp_path / "n.csv", [row(case_id="乙1", shown_at="2026-02-01 09:00", entered_at="2026-02-02 09:00")])
    assert take(early, ledger, late=True).advice == 1


def test_the_records_of_a_judge_stand_in_the_order_of_their_times(tmp_path, ledger):
    table = [
        row(entered_at="2026-03-05 09:00"),
        row(case_id="甲2/0/0", shown_at="2026-03-02 09:00", entered_at="2026-03-02 10:00"),
        row(case_id="乙1/0/0", judge="乔木", shown_at="2026-03-01 08:00", entered_at="2026-03-06 09:00"),
        row(case_id="甲3/0/0", shown_at="2026-03-06 09:00", entered_at="2026-03-06 10:00"),
    ]
    take(write_csv(tmp_path / "t.csv", table), ledger)
    with Ledger(ledger) as opened:
        own = opened.corrections()
        judge = opened.pseudonym("柳青山")
    own = own[own["judge"] == judge]
    assert own["entered_at"].tolist() == sorted(own["entered_at"])
    assert own["case_id"].tolist() == ["甲2/0/0", "甲1/0/0", "甲3/0/0"]


def test_names_outside_of_the_roster_are_unknown(tmp_path, ledger):
    roster = tmp_path / "roster.csv"
    roster.write_text("庭室,法官\n刑一庭,柳青山\n", encoding="gb18030")
    assert read_roster(roster) == {"柳青山"}
    assert refused(write_csv(tmp_path / "t.csv", FULL), ledger, roster=roster).counts == {"unknown_judge": 1}
    roster.write_text("姓名\n柳青山\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"names no column judge \(法官\)"):
        read_roster(roster)


def test_every_problem_is_written_where_a_message_would_be_too_long(tmp_path, ledger):
    path = write_csv(tmp_path / "t.csv", [{**line, "advice_months": "-1", "interval_low": "", "interval_high": ""} for line in rows(20) * 5])
    found = refused(path, ledger, problems=tmp_path / "p.csv")
    assert found.counts == {"not_positive": 100, "clock_ran_back": 4, "duplicate_row": 80}
    assert f"… and {184 - 60} more; all are in" in str(found)
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == 184 and {line["problem"] for line in written} == set(found.counts)
    assert "柳青山" not in (tmp_path / "p.csv").read_text(encoding="utf-8")
    take(write_csv(path, rows(2)), ledger, problems=tmp_path / "p.csv")
    assert not (tmp_path / "p.csv").exists()


def test_a_ledger_that_was_changed_by_hand_is_refused_first(tmp_path, ledger):
    take(write_csv(tmp_path / "t.csv", rows(3)), ledger)
    base = sqlite3.connect(ledger)
    base.execute("DROP TRIGGER ledger_no_UPDATE")
    base.execute("UPDATE ledger SET body = replace(body, '12.0', '13.0') WHERE position = 3")
    base.commit()
    base.close()
    more = write_csv(tmp_path / "n.csv", [row(case_id="乙1", shown_at="2026-04-01 09:00", entered_at="2026-04-02 09:00")])
    with pytest.raises(DataContractError, match=r"changed by hand[\s\S]*position 3, advice: was altered"):
        take(more, ledger)
    with Ledger(ledger) as opened:
        assert opened.head().position == 6


def test_a_database_that_stops_in_the_middle_keeps_nothing(tmp_path, ledger):
    take(write_csv(tmp_path / "t.csv", rows(3)), ledger)
    base = sqlite3.connect(ledger)
    base.execute("CREATE TRIGGER full BEFORE INSERT ON ledger WHEN NEW.position = 9 BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    base.commit()
    base.close()
    table = [{**line, "case_id": f"乙{n}", "shown_at": f"2026-04-0{n} 09:00", "entered_at": f"2026-04-0{n} 10:00"} for n, line in enumerate(rows(4), 1)]
    with pytest.raises(InputError, match="Nothing of the call was accepted"):
        take(write_csv(tmp_path / "n.csv", table), ledger)
    assert len(held(ledger)[0]) == 3


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path, ledger, monkeypatch):
    path = write_csv(tmp_path / "t.csv", rows(3))
    check = importing._check

    def then_changed(*given, **named):
        check(*given, **named)
        write_csv(path, rows(2))

    monkeypatch.setattr(importing, "_check", then_changed)
    with pytest.raises(InputError, match="changed while it was read"):
        take(path, ledger)
    with Ledger(ledger) as opened:
        assert opened.head().position == 0


def test_of_two_imports_of_one_file_at_once_one_is_taken(tmp_path, ledger, monkeypatch):
    path = write_csv(tmp_path / "t.csv", rows(3))
    take(write_csv(tmp_path / "first.csv", [row(case_id="乙1", shown_at="2026-01-01 09:00", entered_at="2026-01-02 09:00")]), ledger)
    compare = importing._compare

    def then_overtaken(*given, **named):
        compare(*given, **named)
        monkeypatch.setattr(importing, "_compare", compare)
        take(path, ledger)

    monkeypatch.setattr(importing, "_compare", then_overtaken)
    with pytest.raises(InputError, match="another process came first with these rows"):
        take(path, ledger)
    assert len(held(ledger)[0]) == 4


def test_of_two_imports_that_both_find_no_ledger_one_is_taken(tmp_path, ledger, monkeypatch):
    path = write_csv(tmp_path / "t.csv", rows(3))
    check = importing._check

    def then_overtaken(*given, **named):
        check(*given, **named)
        monkeypatch.setattr(importing, "_check", check)
        take(path, ledger)

    monkeypatch.setattr(importing, "_check", then_overtaken)
    with pytest.raises(InputError, match="another process came first with these rows"):
        take(path, ledger)
    assert len(held(ledger)[0]) == 3


def test_a_lost_key_is_not_made_anew_and_a_wrong_one_shows(tmp_path, ledger, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE)
    take(write_csv(tmp_path / "t.csv", rows(2)), ledger)
    more = [{**line, "case_id": f"乙{n}", "shown_at": f"2026-04-0{n} 09:00", "entered_at": f"2026-04-0{n} 10:00"} for n, line in enumerate(rows(2), 1)]
    write_csv(tmp_path / "n.csv", more)
    (tmp_path / "l.sqlite.key").rename(tmp_path / "lost.key")
    with pytest.raises(InputError, match="the key of the pseudonyms is missing, and the ledger holds records under it"):
        take(tmp_path / "n.csv", ledger)
    assert not (tmp_path / "l.sqlite.key").exists()
    monkeypatch.setenv(KEY_VARIABLE, "another key, by mistake")
    assert take(tmp_path / "n.csv", ledger).unknown == 1


def test_the_ledger_and_its_key_are_their_owners_alone(tmp_path, ledger, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE)
    take(write_csv(tmp_path / "t.csv", rows(2)), ledger)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("l.sqlite*")}
    assert set(modes) >= {"l.sqlite", "l.sqlite.key"} and set(modes.values()) == {0o600}


def test_a_call_larger_than_the_memory_is_appended_in_parts_of_one_transaction(tmp_path, ledger, monkeypatch):
    table = [{**line, "entered_at": "2026-04-01 09:00"} for line in rows(7)]  # entries far behind their advice
    take(write_csv(tmp_path / "t.csv", table), tmp_path / "whole.sqlite")
    monkeypatch.setattr("sentencing_ml.monitor.ledger._WRITTEN_AT_ONCE", 3)
    take(tmp_path / "t.csv", ledger)
    with Ledger(ledger) as parts, Ledger(tmp_path / "whole.sqlite") as whole:
        assert parts.head() == whole.head() and parts.verify().breaks == ()
        assert parts.corrections()["case_id"].tolist() == [line["case_id"] for line in table]
        records = [Advice(case_id=f"乙{n}", judge="乔木", charge_group="盗窃罪", advice_months=1.0, model_version="m", shown_at="2026-01-01T09:00") for n in range(5)]
        with pytest.raises(RefusedRecordsError, match=r"record 6: entry\.entered_at is earlier"):
            parts.extend([*records, Entry(advice_position=InCall(1), judge="乔木", entry_months=1.0, entered_at="2025-01-01T09:00")])
        assert parts.head() == whole.head()


def test_the_columns_of_an_import_are_documented_with_their_first_header():
    text = (Path(__file__).resolve().parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
    documented = {name: line for line in text.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    missing = [name for name, column in columns().items() if column.zh[0] not in documented.get(name, "")]
    assert missing == []
    assert [name for name, column in columns().items() if column.needed != ("| yes |" in documented[name])] == []


def test_what_only_typed_formats_can_hold_is_told_too(tmp_path, ledger):
    good = {"case_id": 12, "judge": "柳青山", "charge_group": "盗窃罪", "advice_months": 12, "model_version": "m1", "shown_at": "2026-03-01 09:00"}
    odd = [
        ({"judge": "\ud800"}, "control"), ({"advice_months": 10**400}, "not_number"), ({"advice_months": True}, "not_number"),
        ({"advice_months": [1]}, "not_number"), ({"shown_at": 1772326800}, "not_time"), ({"judge": {"name": "柳青山"}}, "not_text"),
        ({"plea": 2.5}, "not_truth"), ({"mode": 5}, "unknown_mode"), ({"case_id": 1.5}, "not_text"),
    ]  # fmt: skip
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({**good, "case_id": n, **line}) + "\n" for n, (line, _) in enumerate(odd)))
    assert refused(tmp_path / "t.jsonl", ledger).counts == Counter(kind for _, kind in odd)
    table = pa.table({name: [value] for name, value in {**good, "advice_months": decimal.Decimal("12.5")}.items() if name != "shown_at"})
    times = pa.array([1772326800123456789], pa.timestamp("ns"))
    pq.write_table(table.append_column("shown_at", times).append_column("entered_at", pa.array([datetime.date(2026, 3, 2)])), tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet", ledger).counts == {"day_only": 1}
    pq.write_table(table.append_column("shown_at", times), tmp_path / "t.parquet")
    take(tmp_path / "t.parquet", ledger)
    assert held(ledger)[0][["case_id", "advice_months", "shown_at"]].to_numpy().tolist() == [["12", 12.5, "2026-03-01T01:00:00.123456+08:00"]]
