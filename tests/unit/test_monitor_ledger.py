import shutil
import sqlite3
import stat
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.bookkeeping.database import LEDGER
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Advice, Entry, Head, Ledger, entries_table, ledger_key, pseudonym

KEY = b"a key of the tests, no secret"


def advice(case: str = "c1", judge: str = "法官甲", **given) -> Advice:
    return Advice(
        case_id=case,
        judge=judge,
        charge_group="盗窃罪",
        advice_months=given.pop("advice_months", 12.0),
        model_version="v1",
        shown_at="2024-03-01T09:00:00+08:00",
        **given,
    )


def entry(position: int, judge: str = "法官甲", months: float = 11.0) -> Entry:
    return Entry(advice_position=position, judge=judge, entry_months=months, entered_at="2024-03-02T09:00:00+08:00")


@pytest.fixture
def filled(tmp_path):
    """A ledger of three pieces of advice, each with its entry: positions 1 to 6."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, key=KEY) as ledger:
        for number in range(3):
            position = ledger.append(advice(f"c{number}", interval_low=8.0, interval_high=16.0))
            ledger.append(entry(position, months=10.0 + number))
    return path


def tamper(path, *statements):
    """Change the file as someone would who goes past the program: without the triggers."""
    connection = sqlite3.connect(path)
    for trigger in ("no_UPDATE", "no_DELETE", "behind"):
        connection.execute(f"DROP TRIGGER ledger_{trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def breaks(path, expected=None):
    with Ledger(path, key=KEY) as ledger:
        return [(found.position, found.kind) for found in ledger.verify(expected).breaks]


def test_an_untouched_chain_holds_and_gives_back_what_was_appended(filled):
    with Ledger(filled, key=KEY) as ledger:
        assert ledger.verify().breaks == ()
        rows = ledger.corrections()
    assert rows["entry_months"].tolist() == [10.0, 11.0, 12.0]
    assert rows["case_id"].tolist() == ["c0", "c1", "c2"]
    assert rows["own_estimate_months"].isna().all()
    assert rows["advice_position"].tolist() == [1, 3, 5]


TAMPERING = [
    ("UPDATE ledger SET body = replace(body, '12.0', '24.0') WHERE position = 3", [(3, "advice")], "an altered figure"),
    ("UPDATE ledger SET body = replace(body, 'null', '\"x\"') WHERE position = 2", [(2, "entry")], "a reason added"),
    ("UPDATE ledger SET subject = 'x' WHERE position = 1", [(1, "advice")], "advice that is no longer found as seen"),
    ("UPDATE ledger SET kind = 'note' WHERE position = 2", [(2, "note")], "an entry that is read as something else"),
    ("UPDATE ledger SET kind = 'x' WHERE position = 2", [(2, "record")], "a record of no kind"),
    ("UPDATE ledger SET body = x'ff' WHERE position = 2", [(2, "entry")], "bytes in place of text"),
    ("UPDATE ledger SET body = CAST(x'ff' AS TEXT) WHERE position = 2", [(2, "entry")], "text that is none"),
    ("UPDATE ledger SET body = CAST(body AS BLOB) WHERE position = 2", [(2, "entry")], "the same text as bytes"),
    ("DELETE FROM ledger WHERE position = 4", [(5, "advice"), (5, "advice")], "a deleted entry"),
    (
        "INSERT INTO ledger SELECT 7, kind, subject, body, previous, hash FROM ledger WHERE position = 6",
        [(7, "entry"), (7, "entry")],
        "an entry inserted without the chain",
    ),
]


@pytest.mark.parametrize(("statement", "expected", "reason"), TAMPERING, ids=[row[2] for row in TAMPERING])
def test_tampering_is_found_where_it_happened(filled, statement, expected, reason):
    tamper(filled, statement)
    assert breaks(filled) == expected, reason


def test_a_table_that_was_built_anew_and_holds_anything_is_read_to_its_end(filled):
    """Whoever has the database may also give it columns that hold what no program of ours writes."""
    connection = sqlite3.connect(filled)
    connection.execute("ALTER TABLE ledger RENAME TO old")
    connection.execute("CREATE TABLE ledger (position, kind, subject, body, previous, hash)")
    connection.execute("INSERT INTO ledger SELECT * FROM old")
    for row in ((None, None, None, None, None, None), ("x", b"k", 1, 2, 3, 4), (2.5, "entry", "s", "{}", "p", "h")):
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.close()
    found = breaks(filled, Head(position=6, hash="0" * 64))
    assert (6, "head") in found and len(found) > 6
    with Ledger(filled, create=False) as ledger, pytest.raises(DataContractError, match="Verify the ledger"):
        ledger.corrections()


def test_a_record_that_was_altered_beyond_reading_is_not_answered(filled):
    tamper(filled, "UPDATE ledger SET body = x'ff' WHERE position = 1", "UPDATE ledger SET body = '{' WHERE position = 3")
    with Ledger(filled, key=KEY) as ledger:
        for position in (1, 3):
            with pytest.raises(DataContractError, match=f"at position {position} was altered"):
                ledger.append(entry(position))
        assert ledger.head().position == 6


def test_two_records_that_change_places_are_found(filled):
    tamper(
        filled,
        "UPDATE ledger SET position = 99 WHERE position = 2",
        "UPDATE ledger SET position = 2 WHERE position = 4",
        "UPDATE ledger SET position = 4 WHERE position = 99",
    )
    assert {position for position, _ in breaks(filled)} >= {2, 4}


def test_a_cut_at_the_end_is_found_against_a_head_noted_earlier(filled):
    with Ledger(filled, key=KEY) as ledger:
        noted = ledger.head()
    tamper(filled, "DELETE FROM ledger WHERE position = 6")
    assert breaks(filled) == []
    assert breaks(filled, noted) == [(6, "head")]


def test_a_chain_rewritten_with_new_hashes_is_found_against_a_head(tmp_path, filled):
    with Ledger(filled, key=KEY) as ledger:
        noted = ledger.head()
    forged = tmp_path / "forged.sqlite"
    with Ledger(forged, key=KEY) as ledger:
        for number in range(3):
            position = ledger.append(advice(f"c{number}"))
            ledger.append(entry(position, months=9.0))
        assert ledger.verify().breaks == ()
        assert [found.problem for found in ledger.verify(noted).breaks] == ["is not the record that was noted"]


def test_the_database_refuses_updates_and_deletions(filled):
    copy = "INTO ledger SELECT position, kind, subject, '{}', previous, hash FROM ledger WHERE position = 2"
    for statement in ("UPDATE ledger SET kind = 'x'", "DELETE FROM ledger", f"INSERT OR REPLACE {copy}", f"REPLACE {copy}"):
        connection = sqlite3.connect(filled)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        connection.close()


def test_names_of_judges_never_reach_the_file(filled):
    content = filled.read_bytes()
    assert "法官甲".encode() not in content
    assert pseudonym("法官甲", key=KEY).encode() in content


def test_pseudonyms_depend_on_judge_and_key():
    assert pseudonym("法官甲", key=KEY) == pseudonym("法官甲", key=KEY)
    assert pseudonym("法官甲", key=KEY) != pseudonym("法官乙", key=KEY)
    assert pseudonym("法官甲", key=KEY) != pseudonym("法官甲", key=KEY + b"!")


def test_the_key_file_is_made_once_and_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    path = tmp_path / "ledger.sqlite"
    key = ledger_key(path)
    file = tmp_path / "ledger.sqlite.key"
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ledger_key(path) == key
    Ledger(tmp_path / "made" / "ledger.sqlite", key=KEY).close()
    assert stat.S_IMODE((tmp_path / "made" / "ledger.sqlite").stat().st_mode) == 0o600
    shutil.rmtree(tmp_path / "made")
    assert [found.name for found in tmp_path.iterdir()] == ["ledger.sqlite.key"]


def test_the_environment_goes_before_the_key_file(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "sixteen bytes or more")
    assert ledger_key(tmp_path / "ledger.sqlite") == b"sixteen bytes or more"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_key_file_is_an_error_that_says_what_is_lost(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    (tmp_path / "ledger.sqlite.key").write_text("not hexadecimal")
    with pytest.raises(InputError, match="is no key file"):
        ledger_key(tmp_path / "ledger.sqlite")


def test_a_short_key_is_refused(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=b"short") as ledger, pytest.raises(InputError, match="at least 16"):
        ledger.append(advice())


def test_reading_makes_no_key(filled):
    with Ledger(filled) as ledger:
        assert ledger.verify().breaks == ()
    assert not filled.with_name("ledger.sqlite.key").exists()


def test_an_entry_needs_its_advice_and_its_judge(filled):
    with Ledger(filled, key=KEY) as ledger:
        with pytest.raises(DataContractError, match=r"entry\.advice_position names no advice at position 2"):
            ledger.append(entry(2))
        with pytest.raises(DataContractError, match="another judge's"):
            ledger.append(entry(1, judge="法官乙"))
        assert ledger.head().position == 6


def test_records_are_appended_together_or_not_at_all(filled):
    with Ledger(filled, key=KEY) as ledger:
        with pytest.raises(DataContractError):
            ledger.extend([advice("c9"), entry(99)])
        assert ledger.head().position == 6
        assert ledger.extend([advice("c9"), entry(7)]) == [7, 8]
        assert ledger.verify().breaks == ()


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None])
def test_a_figure_that_is_no_number_is_refused(tmp_path, value):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as ledger:
        with pytest.raises(DataContractError, match=r"advice\.advice_months"):
            ledger.append(replace(advice(), advice_months=value))
        assert ledger.head() == Head(position=0, hash="0" * 64)


def test_errors_of_the_database_name_no_judge_and_no_case(filled):
    with Ledger(filled, key=KEY) as ledger, ledger._engine.connect() as connection:
        row = dict(connection.execute(LEDGER.select()).mappings().first())
        with pytest.raises(IntegrityError) as caught:
            connection.execute(LEDGER.insert().values(**row))
    assert "append-only" in str(caught.value)
    assert "J-" not in str(caught.value) and "c0" not in str(caught.value)


def test_the_last_entry_to_one_advice_counts(filled):
    with Ledger(filled, key=KEY) as ledger:
        ledger.append(entry(1, months=30.0))
        rows = ledger.corrections()
    assert len(rows) == 3
    assert rows.set_index("advice_position")["entry_months"].loc[1] == 30.0


def test_a_missing_ledger_is_named(tmp_path):
    with pytest.raises(InputError, match="no ledger there"):
        Ledger(tmp_path / "none.sqlite", key=KEY, create=False)


def test_a_ledger_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        Ledger(tmp_path / "file" / "ledger.sqlite", key=KEY)
    with pytest.raises(InputError, match="cannot be used as a ledger"):
        Ledger(tmp_path, key=KEY)


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database" * 200)
    with pytest.raises(InputError, match="cannot be used as a ledger"):
        Ledger(path, key=KEY)


def test_a_database_that_is_no_ledger_is_named(tmp_path):
    path = tmp_path / "other.sqlite"
    path.touch()
    with pytest.raises(InputError, match="cannot be used as a ledger"):
        Ledger(path, key=KEY, create=False)


def test_equal_records_give_equal_files(tmp_path):
    for name in ("a", "b"):
        with Ledger(tmp_path / name, key=KEY) as ledger:
            ledger.extend([advice("c1"), entry(1)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


ESTIMATED = [
    ({}, {}, "the same case, judge and version after advice"),
    ({"mode": "blind_first", "own_estimate_months": 12.0}, {}, "a second estimate"),
]


@pytest.mark.parametrize(("first", "again", "reason"), ESTIMATED, ids=[row[2] for row in ESTIMATED])
def test_an_estimate_comes_before_any_advice_or_not_at_all(tmp_path, first, again, reason):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as ledger:
        ledger.append(advice(**first))
        with pytest.raises(DataContractError, match=r"shown to this judge before \(position 1\)"):
            ledger.append(advice(mode="blind_first", own_estimate_months=14.0, **again))
        assert len(ledger.advice()) == 1, reason
        for other in ({"case": "c2"}, {"judge": "法官乙"}):
            ledger.append(advice(mode="blind_first", own_estimate_months=14.0, **other))
        ledger.append(replace(advice(mode="blind_first", own_estimate_months=14.0), model_version="v2"))
        ledger.append(advice(advice_months=11.0))  # later advice is free
        assert len(ledger.advice()) == 5 and ledger.verify().breaks == ()


def test_the_table_of_entries_names_the_row_the_judge_and_both_months(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, key=KEY) as ledger:
        first = ledger.append(advice("case#1/0/0"))
        again = ledger.append(advice("case#1/0/0#0123456789ab", judge="法官乙", advice_months=10.0, simulated=True))
        ledger.append(advice("unanswered/0/0"))
        ledger.append(entry(first, months=9.0))
        ledger.append(entry(again, judge="法官乙", months=15.0))
        ledger.append(entry(first, months=11.0))
    table = entries_table(path)
    assert list(table.columns) == ["row_id", "judge", "advised", "decided", "simulated"]
    assert table["row_id"].tolist() == ["case#1/0/0"] * 2
    assert table["judge"].tolist() == [pseudonym("法官乙", key=KEY), pseudonym("法官甲", key=KEY)]
    assert table[["advised", "decided"]].to_numpy().tolist() == [[10.0, 15.0], [12.0, 11.0]]
    assert table["simulated"].tolist() == [True, False]


def test_the_table_of_entries_needs_a_ledger(tmp_path):
    with pytest.raises(InputError, match="no ledger there"):
        entries_table(tmp_path / "none.sqlite")
    Ledger(tmp_path / "empty.sqlite", key=KEY).close()
    assert entries_table(tmp_path / "empty.sqlite").empty
