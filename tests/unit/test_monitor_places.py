"""The ledger on SQLite and on PostgreSQL: many writers at once, one that is killed, a server that goes away."""

import os
import signal
import sqlite3
import traceback

import pandas as pd
import psycopg
import pytest
from ledger_writers import KEY, SIGNER, answered, processes, sign, stall, write
from postgres import database, postgres  # noqa: F401 - fixtures
from sqlalchemy import event

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping import database as databases
from sentencing_ml.monitor.bookkeeping.records import RefusedRecordsError
from sentencing_ml.monitor.ledger import (
    KEY_VARIABLE,
    Alert,
    InCall,
    Ledger,
    Note,
    Seen,
    entries_table,
    pseudonym,
)

pytestmark = pytest.mark.xdist_group("postgres")  # one server for all of them

WRITERS, CALLS = 16, 6


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """A place without a ledger in it, of each kind."""
    return tmp_path / "ledger.sqlite" if request.param == "sqlite" else request.getfixturevalue("database")


def everything():
    """A record of every kind, each with what may be missing there or not."""
    return [
        *answered("c1"),
        Alert(judge=pseudonym("法官甲", key=KEY), kind="A2", direction="down", entry_position=InCall(2), raised_at="2026-03-02T09:00:00+08:00",
              statistic=4.5, threshold=4, definitions="0" * 64),
        Seen(alert_position=InCall(3), judge="法官甲", seen_at="2026-03-03T09:00:00+08:00"),
        Note(alert_position=InCall(3), judge="法官甲", kind="原因说明", text="第一行\n第二行\u2028\x00😀\"\\", named=2, accepted=True,
             written_at="2026-03-03T10:00:00+08:00"),
        *answered("c2", judge="法官乙", at=6),
    ]  # fmt: skip


def frames(ledger):
    return [getattr(ledger, name)() for name in ("advice", "entries", "alerts", "seen", "notes", "corrections")]


def test_both_databases_hold_the_same_chain_and_give_back_the_same_tables(tmp_path, database):  # noqa: F811
    found = []
    for place, witness in ((tmp_path / "ledger.sqlite", "one"), (database, "two")):
        with Ledger(place, key=KEY) as ledger:
            assert ledger.extend(everything()) == [1, 2, 3, 4, 5, 6, 7]
            root = ledger.sign_root(key=SIGNER, witness=tmp_path / witness, at="2026-03-04T09:00:00+08:00")
            result = ledger.verify(public=[SIGNER.public_key()], witness=tmp_path / witness)
            assert (result.breaks, result.records, result.unwitnessed) == ((), 7, 0)
            found.append((ledger.head(), root, frames(ledger), entries_table(place)))
    assert found[0][:2] == found[1][:2]
    for one, other in zip([*found[0][2], found[0][3]], [*found[1][2], found[1][3]], strict=True):
        pd.testing.assert_frame_equal(one, other)
    (note,) = found[1][2][4].to_dict("records")
    assert note["text"] == everything()[4].text
    assert (note["alert_position"], note["named"], note["accepted"], note["position"]) == (3, 2, True, 5)


def test_the_types_of_every_table_are_the_same_with_and_without_rows(place):
    with Ledger(place, key=KEY) as ledger:
        empty = frames(ledger)
        ledger.extend(everything())
        full = frames(ledger)
    for one, other in zip(empty, full, strict=True):
        assert one.empty and len(other)
        pd.testing.assert_series_equal(one.dtypes, other.dtypes)
    assert str(full[0].dtypes["plea"]) == "boolean" and full[0].dtypes["advice_months"] == "float64"


# Sixteen writers ------------------------------------------------------------------------------------------------------


def test_sixteen_writers_at_once_lose_nothing(place):
    """From no ledger at all: they also race to make it."""
    context = processes()
    ready, positions = context.Barrier(WRITERS), context.Queue()
    writers = [context.Process(target=write, args=(place, number, CALLS, ready, positions)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    told = [positions.get(timeout=60) for _ in range(WRITERS * CALLS)]
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with Ledger(place, create=False) as ledger:
        assert (ledger.verify().breaks, ledger.head().position) == ((), 2 * WRITERS * CALLS)
        kept = ledger.corrections().set_index("entry_position")["case_id"].to_dict()
    assert kept == {entry: f"p{number}-{call}" for number, call, (_, entry) in told}


def test_who_sign_at_once_write_one_chain_of_roots(place, tmp_path):
    context = processes()
    witness, ready = tmp_path / "witness.jsonl", context.Barrier(3)
    signers = [context.Process(target=sign, args=(place, witness, 5, ready)) for _ in range(3)]
    for signer in signers:
        signer.start()
    for signer in signers:
        signer.join()
    assert [signer.exitcode for signer in signers] == [0, 0, 0]
    with Ledger(place, create=False) as ledger:
        result = ledger.verify(public=[SIGNER.public_key()], witness=witness)
        assert (result.breaks, result.records, result.unwitnessed) == ((), 30, 0)
        assert [root.number for root in ledger.roots()] == list(range(1, result.witnessed + 1))


def test_of_a_writer_killed_in_its_transaction_nothing_stands_and_the_next_goes_on(place):
    with Ledger(place, key=KEY) as ledger:
        ledger.extend(answered("before"))
    context = processes()
    inserted = context.Event()
    writer = context.Process(target=stall, args=(place, inserted))
    writer.start()
    assert inserted.wait(60)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    with Ledger(place, key=KEY) as ledger:
        assert ledger.extend(answered("after")) == [3, 4]
        assert ledger.corrections()["case_id"].tolist() == ["before", "after"]
        assert ledger.verify().breaks == ()


# A database that goes away --------------------------------------------------------------------------------------------


def _at(ledger, beginning, work):
    """Do ``work`` once, before the first statement that begins so."""
    done = []

    def before(_, __, statement, *___):
        if statement.startswith(beginning) and not done:
            done.append(statement)
            work()

    event.listen(ledger._engine, "before_cursor_execute", before)


@pytest.fixture
def restored(postgres):  # noqa: F811
    """The server, which runs again afterwards."""
    yield postgres
    if postgres.is_stopped():
        postgres.start()


def test_a_server_that_stops_before_the_writing_accepts_nothing(database, restored):  # noqa: F811
    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered("before"))
        _at(ledger, "INSERT", lambda: restored.stop(signal.SIGQUIT))
        with pytest.raises(InputError) as caught:
            ledger.extend(answered("lost"))
        assert "Nothing of the call was accepted" in str(caught.value)
        with pytest.raises(InputError, match="cannot be read"):
            ledger.head()
        restored.start()
        assert ledger.extend(answered("after")) == [3, 4]  # the same object goes on
        assert ledger.corrections()["case_id"].tolist() == ["before", "after"]
        assert ledger.verify().breaks == ()


def test_a_server_that_is_started_again_between_writing_and_acceptance_accepts_nothing(database, restored):  # noqa: F811
    def again():
        restored.stop(signal.SIGQUIT)
        restored.start()

    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered("before"))
        event.listen(ledger._engine, "commit", lambda _: again(), once=True)
        with pytest.raises(InputError, match="Nothing of the call was accepted"):
            ledger.extend(answered("lost"))
        assert ledger.corrections()["case_id"].tolist() == ["before"]


def test_a_call_that_was_accepted_unheard_stands_and_is_not_asked_for_again(database, restored):  # noqa: F811
    def accept_and_fall(connection):
        connection.connection.dbapi_connection.commit()
        restored.stop(signal.SIGQUIT)
        restored.start()
        connection.connection.dbapi_connection.close()  # the answer never came

    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered("before"))
        event.listen(ledger._engine, "commit", accept_and_fall, once=True)
        assert ledger.extend(answered("accepted")) == [3, 4]
        assert ledger.corrections()["case_id"].tolist() == ["before", "accepted"]


def test_where_nobody_can_tell_the_message_says_so(database, restored):  # noqa: F811
    with Ledger(database, key=KEY) as ledger:
        ledger.head()
        event.listen(ledger._engine, "commit", lambda _: restored.stop(signal.SIGQUIT), once=True)
        with pytest.raises(InputError, match="Either the whole call stands, up to position 2, or nothing of it"):
            ledger.extend(answered("unknown"))


def test_a_full_disk_accepts_nothing(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as ledger:
        ledger.extend(answered("before"))
        ledger.close()
        event.listen(
            ledger._engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 12").close()
        )
        with pytest.raises(InputError, match=r"SQLITE_FULL\)\. Nothing of the call was accepted"):
            ledger.extend(record for case in range(500) for record in answered(f"c{case}", at=2 * case + 1))
        assert ledger.head().position == 2
        assert ledger.extend(answered("after")) == [3, 4]


def test_a_ledger_held_by_another_is_named_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "_WAIT_SECONDS", 0.05)
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, key=KEY) as ledger:
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match=r"SQLITE_BUSY\)\. Nothing of the call was accepted"):
            ledger.extend(answered("c1"))
        other.close()
        assert ledger.extend(answered("c1")) == [1, 2]


def test_a_lock_that_is_held_on_the_server_is_named_after_a_while(database, monkeypatch):  # noqa: F811
    with Ledger(database, key=KEY) as other, monkeypatch.context() as patched:
        patched.setattr(databases, "_WAIT_SECONDS", 0.05)
        ledger = Ledger(database, key=KEY)
        with other._engine.connect() as connection, connection.begin(), pytest.raises(InputError, match="LockNotAvailable"):
            ledger.extend(answered("c1"))
        assert ledger.extend(answered("c1")) == [1, 2]
        ledger.close()


# What the database forbids, and what it may say -----------------------------------------------------------------------


@pytest.mark.parametrize("table", ["ledger", "ledger_roots"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET body = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_postgresql_refuses_changes(database, postgres, table, statement):  # noqa: F811
    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered("c1"))
    name = database.split("/")[3].split("?")[0]
    with postgres.connect(name) as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute(statement.format(table))


def test_a_user_who_may_add_and_read_and_nothing_else_can_append_and_verify(database, postgres, tmp_path):  # noqa: F811
    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered("c1"))
    name = database.split("/")[3].split("?")[0]
    with postgres.connect(name) as connection:
        connection.execute(f"CREATE ROLE writer_{name} LOGIN")
        connection.execute(f"GRANT SELECT, INSERT ON ledger, ledger_roots TO writer_{name}")
    with Ledger(database.replace("//ledger@", f"//writer_{name}@"), key=KEY) as ledger:
        assert ledger.extend(answered("c2")) == [3, 4]
        ledger.sign_root(key=SIGNER, witness=tmp_path / "witness.jsonl", at="2026-03-04T09:00:00+08:00")
        assert ledger.verify(public=[SIGNER.public_key()], witness=tmp_path / "witness.jsonl").breaks == ()
    with postgres.connect(name) as connection:
        connection.execute(f"DROP OWNED BY writer_{name}")
        connection.execute(f"DROP ROLE writer_{name}")


SECRET = "geheim"
URLS = [
    (f"postgresql://clerk:{SECRET}@127.0.0.1:1/court", "postgresql://127.0.0.1:1/court: cannot be used as a ledger (OperationalError: Connection refused)", "no server there"),
    (f"postgresql://127.0.0.1:1/court?user=clerk&password={SECRET}", "127.0.0.1:1/court: cannot be used", "in the query"),
    (f"postgresql://clerk:{SECRET}@127.0.0.1:port/court", "cannot be read", "no number of a port"),
    (f"mysql://clerk:{SECRET}@127.0.0.1/court", "SQLite and PostgreSQL are known", "another system"),
    (f"://clerk:{SECRET}@127.0.0.1/court", "cannot be read", "no system"),
    (f"oracle-of-none://clerk:{SECRET}@h/court", "cannot be read (", "a system that none knows"),
]


@pytest.mark.parametrize(("url", "message", "reason"), URLS, ids=[row[2] for row in URLS])
def test_passwords_are_never_shown(url, message, reason):
    with pytest.raises(InputError) as caught:
        Ledger(url, key=KEY)
    assert message in str(caught.value), reason
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_database_that_is_not_there_is_told_from_a_server_that_is_not(database, postgres):  # noqa: F811
    with pytest.raises(InputError, match="OperationalError: does not exist"):
        Ledger(postgres.url("none"), key=KEY)
    with pytest.raises(InputError, match="OperationalError: No such file or directory"):
        Ledger(postgres.url("none").replace("/tmp/", "/tmp/none-"), key=KEY)


def test_errors_of_a_server_name_no_case_and_no_judge(database):  # noqa: F811
    case = "".join(chr(0x79D8 + number) for number in range(4))  # its name stands in no line of this file
    with Ledger(database, key=KEY) as ledger:
        ledger.extend(answered(case))
        # an insertion past the lock: the second record of one position, whose row PostgreSQL's own message quotes
        event.listen(ledger._engine, "before_cursor_execute", _same_position, retval=True)
        with pytest.raises(InputError, match=r"UniqueViolation: 23505\)\. Nothing of the call") as caught:
            ledger.extend(answered(case))
    told = "".join(traceback.format_exception(caught.value))
    assert case not in told and "J-" not in told


def _same_position(_, __, statement, parameters, ___, ____):
    if statement.startswith("INSERT"):
        parameters = [{**row, "position": 1} for row in (parameters if isinstance(parameters, list) else [parameters])]
    return statement, parameters


def test_a_ledger_on_a_server_takes_its_key_from_the_environment(database, monkeypatch):  # noqa: F811
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with Ledger(database) as ledger:
        with pytest.raises(InputError, match=f"Give the key of the pseudonyms in {KEY_VARIABLE}"):
            ledger.extend(answered("c1"))
        assert ledger.head().position == 0
    monkeypatch.setenv(KEY_VARIABLE, "sixteen bytes or more")
    with Ledger(database) as ledger:
        assert ledger.extend(answered("c1")) == [1, 2]


def test_no_ledger_is_made_where_one_is_only_read(database, tmp_path):  # noqa: F811
    with pytest.raises(InputError, match="no ledger there"):
        Ledger(database, create=False)
    with pytest.raises(InputError, match="no ledger there"):
        Ledger("sqlite:///", create=False)
    with pytest.raises(InputError, match="no ledger there"):
        entries_table(f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert list(tmp_path.iterdir()) == []


def test_a_sqlite_url_is_the_same_file(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as ledger:
        ledger.extend(answered("c1"))
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", create=False) as ledger:
        assert ledger.head().position == 2


def test_a_database_of_something_else_is_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE advice (position INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="it is none of this version"):
        Ledger(path, key=KEY)
    assert path.read_bytes() == before


def test_a_process_that_was_forked_opens_a_connection_of_its_own(place, monkeypatch):
    with Ledger(place, key=KEY) as ledger:
        ledger.extend(answered("c1"))
        opened = []
        event.listen(ledger._engine, "connect", lambda *_: opened.append(os.getpid()))
        ledger.head()
        assert opened == []
        real = os.getpid()
        monkeypatch.setattr(databases.os, "getpid", lambda: real + 1)
        assert ledger.extend(answered("c2")) == [3, 4]
        assert opened == [real + 1]
        databases._INHERITED.pop().close()


def test_refused_records_leave_nothing_on_either(place):
    with Ledger(place, key=KEY) as ledger:
        with pytest.raises(RefusedRecordsError):
            ledger.extend([*answered("c1"), *answered("c2", months=-1.0, at=3)])
        assert ledger.head().position == 0
