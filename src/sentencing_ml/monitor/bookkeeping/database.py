"""The database of a ledger: a SQLite file, or PostgreSQL by URL, in which rows can be added and nothing else done.

Triggers forbid UPDATE, DELETE and TRUNCATE; they stop accidents, the chain shows what goes past them. Whoever writes
takes a lock first (SQLite: BEGIN IMMEDIATE, PostgreSQL: an advisory lock of the transaction), so that many processes
may append. On PostgreSQL the role that writes needs INSERT and SELECT alone once the tables are made.

Nothing here shows a password, a parameter of a statement or a database's own message, which may quote a row.
"""

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError

from sentencing_ml.errors import InputError

_WAIT_SECONDS = 60  # for another writer; also the longest silence of a writer that holds PostgreSQL's lock
_CONNECT_SECONDS = 10
_PAUSE_SECONDS = 0.01
_LOCK = 0x5E17E9C1  # the ledger's number among PostgreSQL's advisory locks; any other number would do
_INHERITED: list[Any] = []  # connections of the process before a fork: closed here, they would end there too
_METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # the rowid itself in SQLite

LEDGER = Table(
    "ledger",
    _METADATA,
    Column("position", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(32)),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""All records, one row each; ``body`` is text and not a JSON type, which would give back other bytes."""

_subject = LEDGER.c.subject
Index("ledger_subject", _subject, sqlite_where=_subject.is_not(None), postgresql_where=_subject.is_not(None))

ROOTS = Table(
    "ledger_roots",
    _METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""Signed roots, each as the line that stands in the witness file too."""

_NO_CONNECTION = (
    "Connection refused", "No such file or directory", "timeout expired", "password authentication failed",
    "no password supplied", "does not exist", "failed to resolve host", "starting up", "shutting down",
    "too many clients",
)  # fmt: skip
"""Why there is no connection, of which a server tells no code: the words alone are quoted, not the message."""

_SQLITE_FORBIDS = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
# INSERT OR REPLACE takes a row away without a DELETE that a trigger would see.
_SQLITE_BEHIND = """
CREATE TRIGGER {table}_behind BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {place} >= NEW.{place})
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
_POSTGRES_FORBIDS = """
CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
"""


def is_url(place: Path | str) -> bool:
    """Tell a database's URL from the path of a file."""
    return isinstance(place, str) and "://" in place


def shown(place: Path | str) -> str:
    """Return a place as messages may name it: of a URL system, host and database, never a user or a password."""
    if not is_url(place):
        return str(place)
    url = _url(str(place))
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def _url(place: str) -> URL:
    try:
        url = make_url(place)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        # Its own message quotes the URL, password and all.
        raise InputError(
            f"the URL of the ledger cannot be read ({type(error).__name__}). Write "
            "postgresql+psycopg://USER@HOST/DATABASE; the password may stand in PGPASSWORD or ~/.pgpass."
        ) from None
    if backend not in ("postgresql", "sqlite"):
        raise InputError("the URL of the ledger names a database of another kind; SQLite and PostgreSQL are known.")
    return url.set(drivername="postgresql+psycopg") if backend == "postgresql" else url


def open_engine(place: Path | str, *, create: bool) -> Engine:
    """Return the engine of the ledger at ``place``, whose tables are made when they are absent and ``create`` is True.

    Raises
    ------
    InputError
        There is none, it is something else, or it cannot be reached.
    """
    url = _url(str(place)) if is_url(place) else URL.create("sqlite", database=str(Path(place).resolve()))
    name = shown(place)
    lite = url.get_backend_name() == "sqlite"
    if lite:
        file = Path(url.database or "")
        if not url.database or (not create and not file.is_file()):
            raise InputError(f"{name}: no ledger there. Name the ledger's file, or run the stage that makes it.")
        if not file.exists():
            _make(file)
    # hide_parameters: an error names the statement, never a case or a judge. One connection: a ledger is used by one
    # thread at a time, and the lock lets no two write.
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=1,
        pool_pre_ping=not lite,
        hide_parameters=True,
        connect_args={} if lite else {"connect_timeout": _CONNECT_SECONDS, "application_name": "sentencing ledger"},
    )
    event.listen(engine, "connect", _configure_sqlite if lite else _configure_postgres)
    event.listen(engine, "checkout", _refuse_inherited)
    event.listen(engine, "begin", _begin)
    try:
        _ready(engine, name, create=create)
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise InputError(f"{name}: cannot be used as a ledger ({said(error)}). {_ADVICE[lite]}") from None
    except InputError:
        engine.dispose()
        raise
    return engine


_ADVICE = {True: "Name another file.", False: "Is the server up, and may this user read and write there?"}


def _make(file: Path) -> None:
    """Make an empty file with its folder, its owner's alone; the files that SQLite puts beside it are too."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise InputError(f"{file}: cannot be made ({type(error).__name__}). Name a file in your own folder.") from None


def _ready(engine: Engine, name: str, *, create: bool) -> None:
    with engine.connect().execution_options(reads_only=True) as connection:
        tables = set(inspect(connection).get_table_names())
    if {LEDGER.name, ROOTS.name} <= tables:
        return
    if engine.dialect.name == "sqlite" and (tables or not create):
        raise InputError(f"{name}: cannot be used as a ledger (it is none of this version). Name another file.")
    if not create:
        raise InputError(f"{name}: no ledger there. Name its database, or let the first command that writes make it.")
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table(LEDGER.name):  # another process may have come first
            _METADATA.create_all(connection)
            _forbid_changes(connection)


def _write_ahead(engine: Engine) -> None:
    """Let readers read while one writes: a lasting property of the file, set on no file that is not a ledger's.

    SQLite does not wait here for another that sets it at the same time, as it does elsewhere.
    """
    last = time.monotonic() + _WAIT_SECONDS
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode=WAL").close()
                return
            except sqlite3.OperationalError:
                if time.monotonic() > last:
                    raise
                time.sleep(_PAUSE_SECONDS)
    finally:
        connection.close()


def _forbid_changes(connection: Connection) -> None:
    lite = connection.dialect.name == "sqlite"
    if not lite:
        connection.execute(text(_POSTGRES_FORBIDS))
    for table, place in ((LEDGER.name, "position"), (ROOTS.name, "number")):
        if lite:
            connection.execute(text(_SQLITE_BEHIND.format(table=table, place=place)))
        for verb in ("UPDATE", "DELETE") if lite else ("",):
            forbids = _SQLITE_FORBIDS if lite else _POSTGRES_TRIGGER
            connection.execute(text(forbids.format(table=table, verb=verb)))


def said(error: Exception) -> str:
    """Return what a database's error was by name: its message may quote the row, and is not shown."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    why = code or next((phrase for phrase in _NO_CONNECTION if phrase in str(original)), None)
    return f"{type(original).__name__}: {why}" if why else type(original).__name__


def _configure_sqlite(connection: Any, record: Any) -> None:
    record.info["process"] = os.getpid()
    # SQLAlchemy is to begin transactions itself, see _begin.
    connection.isolation_level = None
    connection.text_factory = _text  # what is no text is a broken record, not a database that cannot be read
    connection.execute("PRAGMA synchronous=FULL").close()
    _set_busy(connection, _WAIT_SECONDS)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _configure_postgres(connection: Any, record: Any) -> None:
    record.info["process"] = os.getpid()
    with connection.cursor() as cursor:
        # A writer that waits, or one that fell silent while it held the lock, must not stop all others for good.
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SET {name} = '{int(_WAIT_SECONDS * 1000)}ms'")
    connection.commit()


def _refuse_inherited(_: Any, record: Any, __: Any) -> None:
    """Let a process that was forked open a connection of its own: one that two share mixes their transactions."""
    if record.info["process"] != os.getpid():
        _INHERITED.append(record.dbapi_connection)
        record.dbapi_connection = None
        raise DisconnectionError("this connection is of the process before the fork")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads_only")
    if connection.dialect.name == "sqlite":
        if reads:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)
    elif not reads:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _begin_writing(connection: Connection) -> None:
    """Take SQLite's lock before anything is read.

    A deferred transaction that reads the head and then writes would fail as "locked" when another came between. SQLite
    itself asks the more rarely the longer it waits: of sixteen writers one waits for seconds while others go twice.
    """
    opened = connection.connection.driver_connection
    last = time.monotonic() + _WAIT_SECONDS
    _set_busy(opened, 0)
    try:
        while time.monotonic() < last:
            try:
                opened.execute("BEGIN IMMEDIATE").close()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(random.uniform(0, _PAUSE_SECONDS))
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for the error that the caller knows
    finally:
        _set_busy(opened, _WAIT_SECONDS)


def _set_busy(connection: Any, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}").close()
