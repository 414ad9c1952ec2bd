"""The ledger of the override monitor: advice shown and entries made, append-only and chained by hash.

Every record carries its position and the SHA-256 over its canonical JSON and the record before it, in one chain over
both tables: an edit, a deletion, an insertion or a change of order breaks it. A cut at the end leaves a valid shorter
chain; it is found against a :class:`Head` that was noted elsewhere, such as the one in every monitor report.
Judges enter by name and are stored by keyed hash alone.

SQLite forbids UPDATE and DELETE by triggers; they stop accidents, the chain shows what goes past them. Writers take
the database lock at the start (BEGIN IMMEDIATE), so that several processes may append.
"""

import contextlib
import hashlib
import hmac
import json
import math
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from sentencing_ml.errors import DataContractError, InputError

KEY_VARIABLE = "SENTENCING_LEDGER_KEY"
"""Environment variable that holds the key of the judges' pseudonyms; it goes before a key file."""

GENESIS = "0" * 64
"""What the first record names as the hash before it."""

_TEXT_HASH = r"#[0-9a-f]{12}$"  # with which the desk tells two texts of one name apart, see own_estimate.case_id
_KEY_BYTES = 32
_LEAST_KEY = 16
_BUSY_MILLISECONDS = 60_000
_METADATA = MetaData()
_FORBID = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Advice shown to a judge for one count: months, the interval, and which version of the model made it.

    ``shown_at`` is an ISO time. ``own_estimate_months`` stands when the judge wrote one down before seeing the advice
    (``blind_first``): real judges estimate once for a case and version of the model, before any advice for it.
    ``recommendation_months`` is the prosecution's. ``simulated`` marks what no judge has seen.
    """

    case_id: str
    judge: str
    charge_group: str
    advice_months: float
    interval_low: float | None = None
    interval_high: float | None = None
    model_version: str
    shown_at: str
    blind_first: bool = False
    simulated: bool = False
    own_estimate_months: float | None = None
    recommendation_months: float | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The term that a judge entered after the advice at ``advice_position``; ``reason`` as far as one was given."""

    advice_position: int
    judge: str
    entry_months: float
    entered_at: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last record of the chain; an empty ledger has position 0 and the genesis hash."""

    position: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """Where the chain does not hold: a position, the table of the record, and what is wrong; never its content."""

    position: int
    table: str
    problem: str


_TYPES = {"str": String, "float": Float, "int": Integer, "bool": Boolean}


def _table(name: str, record: type) -> Table:
    columns = [Column("position", Integer, primary_key=True, autoincrement=False)]
    for item in fields(record):
        kind = str(item.type if isinstance(item.type, str) else getattr(item.type, "__name__", item.type))
        columns.append(Column(item.name, _TYPES[kind.split(" |")[0]], nullable="None" in kind))
    columns += [Column("previous", String(64), nullable=False), Column("hash", String(64), nullable=False)]
    return Table(name, _METADATA, *columns, UniqueConstraint("hash"), sqlite_with_rowid=True)


ADVICE = _table("advice", Advice)
ENTRIES = _table("entries", Entry)
_TABLE_OF = {Advice: ADVICE, Entry: ENTRIES}


class Ledger:
    """A ledger in one SQLite file. Use it as a context manager, or call :meth:`close`.

    Parameters
    ----------
    path : the file; made with its folder when absent, unless ``create`` is False.
    key : key of the pseudonyms, at least 16 bytes; by default from :func:`ledger_key`.
    """

    def __init__(self, path: Path, *, key: bytes | None = None, create: bool = True) -> None:
        if not create and not path.is_file():
            raise InputError(f"{path}: no ledger there. Name the ledger's file, or run the stage that makes it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._given_key = path, key
        # NullPool: no connection outlives its transaction, so a process that forks inherits none.
        # hide_parameters: an error names the statement, never a case or a judge.
        self._engine = create_engine(
            URL.create("sqlite", database=str(path.resolve())), poolclass=NullPool, hide_parameters=True
        )
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        try:
            if create:
                self._create()
            self.head()
        except DatabaseError as error:
            self.close()
            raise InputError(
                f"{path}: cannot be used as a ledger ({type(error.orig).__name__}). Name another file."
            ) from error

    def _create(self) -> None:
        with self._engine.begin() as connection:
            _METADATA.create_all(connection)
            for table in (ADVICE.name, ENTRIES.name):
                for verb in ("UPDATE", "DELETE"):
                    connection.execute(text(_FORBID.format(table=table, verb=verb)))

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def pseudonym(self, judge: str) -> str:
        """Return the keyed hash under which ``judge`` is stored."""
        return pseudonym(judge, key=self._key)

    @cached_property
    def _key(self) -> bytes:
        # Only writing needs it: a reader of the ledger neither has nor makes a key.
        key = ledger_key(self._path) if self._given_key is None else self._given_key
        if len(key) < _LEAST_KEY:
            raise InputError(f"the key of the ledger has {len(key)} bytes; give at least {_LEAST_KEY}.")
        return key

    def append_advice(self, advice: Advice) -> int:
        """Append advice and return its position.

        Raises
        ------
        DataContractError
            It is blind-first, and the judge has seen advice of this version of the model for the case.
        """
        return self.extend([advice])[0]

    def append_entry(self, entry: Entry) -> int:
        """Append an entry and return its position.

        Raises
        ------
        DataContractError
            No advice stands at ``advice_position``, or it was shown to another judge.
        """
        return self.extend([entry])[0]

    def extend(self, records: Iterable[Advice | Entry]) -> list[int]:
        """Append records in their order in one transaction, all or none, and return their positions."""
        positions = []
        with self._engine.begin() as connection:
            head = _head(connection)
            for record in records:
                values = self._values(record, connection)
                head = _appended(values, head)
                connection.execute(
                    insert(_TABLE_OF[type(record)]).values(position=head.position, **values, hash=head.hash)
                )
                positions.append(head.position)
        return positions

    def head(self) -> Head:
        """Return the last record's position and hash: note it where the ledger's keeper cannot write."""
        with self._reading() as connection:
            return _head(connection)

    def verify(self, expected: Head | None = None) -> list[Break]:
        """Recompute the chain and return every break, in order; an empty list when it holds.

        ``expected`` is a head noted earlier; the record at its position must still carry its hash.
        """
        with self._reading() as connection:
            rows = [
                (dict(row), table.name)
                for table in (ADVICE, ENTRIES)
                for row in connection.execute(select(table)).mappings()
            ]
        return _breaks(sorted(rows, key=lambda row: (row[0]["position"], row[1])), expected)

    def advice(self) -> pd.DataFrame:
        """Return the advice in order of position, a row each."""
        return self._frame(ADVICE)

    def entries(self) -> pd.DataFrame:
        """Return the entries in order of position, a row each."""
        return self._frame(ENTRIES)

    def corrections(self) -> pd.DataFrame:
        """Return a row an entry beside the advice it answers; of several entries to one advice the last counts."""
        entries = self.entries().drop_duplicates("advice_position", keep="last")
        shown = self.advice().drop(columns=["judge", "previous", "hash"])
        kept = entries.drop(columns=["previous", "hash"]).rename(columns={"position": "entry_position"})
        joined = kept.merge(shown, left_on="advice_position", right_on="position", validate="one_to_one")
        return joined.drop(columns="position").sort_values("entry_position", ignore_index=True)

    def _frame(self, table: Table) -> pd.DataFrame:
        with self._reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.position)).mappings().all()
        columns = {}
        for column in table.columns:
            dtype = {"FLOAT": "float64", "INTEGER": "int64", "BOOLEAN": "bool"}.get(str(column.type), "string")
            columns[column.name] = pd.Series([row[column.name] for row in rows], dtype=dtype)
        return pd.DataFrame(columns)

    def _values(self, record: Advice | Entry, connection: Connection) -> dict[str, Any]:
        given = {item.name: getattr(record, item.name) for item in fields(record)}
        given["judge"] = self.pseudonym(record.judge)
        values = _normalised(given, _TABLE_OF[type(record)])
        if isinstance(record, Advice) and record.blind_first and not record.simulated:
            _refuse_seen(values, connection)
        if isinstance(record, Entry):
            shown = connection.execute(
                select(ADVICE.c.judge).where(ADVICE.c.position == record.advice_position)
            ).scalar()
            if shown is None:
                raise DataContractError(
                    f"ledger: no advice at position {record.advice_position}. Append the advice first."
                )
            if shown != values["judge"]:
                raise DataContractError(
                    f"ledger: the advice at position {record.advice_position} was shown to another judge."
                )
        return values

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(reads_only=True) as connection:
            yield connection


def _refuse_seen(values: Mapping[str, Any], connection: Connection) -> None:
    """Refuse an estimate for a case whose advice the judge has seen: asked within the transaction that appends it."""
    same = [ADVICE.c[name] == values[name] for name in ("case_id", "judge", "model_version")]
    seen = connection.execute(select(ADVICE.c.position).where(*same, ADVICE.c.simulated.is_(False)).limit(1)).scalar()
    if seen is not None:
        raise DataContractError(
            f"ledger: the advice for this case was shown to this judge before (position {seen}); an own estimate comes "
            "first or not at all."
        )


def entries_table(path: Path) -> pd.DataFrame:
    """Read what the audit compares of the ledger at ``path``: a row an entry, in the order of entry.

    Returns
    -------
    DataFrame with ``row_id`` (of the count in the factor table), ``judge`` (pseudonym), ``advised`` and ``decided``
    (months) and ``simulated``. Of several entries to one piece of advice the last is there; a judge to whom the advice
    for a case was shown again has an entry for each time.

    Raises
    ------
    InputError
        There is no ledger, or the file cannot be used as one.
    """
    with Ledger(path, create=False) as opened:
        made = opened.corrections()
    return pd.DataFrame(
        {
            "row_id": made["case_id"].str.replace(_TEXT_HASH, "", regex=True),
            "judge": made["judge"],
            "advised": made["advice_months"],
            "decided": made["entry_months"],
            "simulated": made["simulated"],
        }
    )


def pseudonym(judge: str, *, key: bytes) -> str:
    """Return ``J-`` and 12 hexadecimal digits of HMAC-SHA-256 of the judge's name: no key, no way back or forth."""
    return f"J-{hmac.new(key, judge.encode('utf-8'), hashlib.sha256).hexdigest()[:12]}"


def ledger_key(path: Path) -> bytes:
    """Return the key of the ledger at ``path``: from the environment, else from ``<path>.key``, made when absent.

    The key file is readable by its owner alone; git ignores it. Whoever has the key can tie names to pseudonyms.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return given.encode("utf-8")
    file = path.with_name(f"{path.name}.key")
    if not file.exists():
        # Written whole beside its place and linked there: of two processes that start at once one key wins.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.tmp-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(secrets.token_bytes(_KEY_BYTES).hex() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
        Path(name).unlink()
    try:
        return bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise InputError(
            f"{file}: is no key file. Restore it; without it the judges of the ledger have new names."
        ) from error


def _configure(connection: Any, _: object) -> None:
    # SQLAlchemy is to begin transactions itself, see _begin.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads the head and then writes would fail as "locked" when another came between.
    reads = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _head(connection: Connection) -> Head:
    last = [
        connection.execute(select(table.c.position, table.c.hash).order_by(table.c.position.desc()).limit(1)).first()
        for table in (ADVICE, ENTRIES)
    ]
    found = max((row for row in last if row is not None), key=lambda row: row.position, default=None)
    return Head(position=0, hash=GENESIS) if found is None else Head(position=found.position, hash=found.hash)


def _appended(values: dict[str, Any], head: Head) -> Head:
    values["previous"] = head.hash
    position = head.position + 1
    return Head(position=position, hash=record_hash({"position": position, **values}))


def record_hash(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON: every field but ``hash``, keys sorted, no spaces, UTF-8."""
    content = {name: value for name, value in record.items() if name != "hash"}
    line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def _normalised(values: dict[str, Any], table: Table) -> dict[str, Any]:
    # What is hashed must be what the database gives back: 12 in a FLOAT column returns as 12.0, nan as nothing.
    result = {}
    for name, value in values.items():
        kind = str(table.c[name].type)
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            if not table.c[name].nullable:
                raise DataContractError(f"ledger: {table.name}.{name} is missing; a record needs it.")
            result[name] = None
        elif kind == "FLOAT":
            if not math.isfinite(value):
                raise DataContractError(f"ledger: {table.name}.{name} is not a finite number.")
            result[name] = float(value)
        else:
            result[name] = {"INTEGER": int, "BOOLEAN": bool}.get(kind, str)(value)
    return result


def _fits(row: Mapping[str, Any]) -> bool:
    try:
        return record_hash(row) == row["hash"]
    except (TypeError, ValueError):  # a value that no record of ours can hold, such as infinity or bytes
        return False


def _breaks(rows: list[tuple[dict[str, Any], str]], expected: Head | None) -> list[Break]:
    found = []
    previous, position = GENESIS, 0
    for row, table in rows:
        if row["position"] != position + 1:
            found.append(Break(position=row["position"], table=table, problem=f"follows position {position}"))
        if row["previous"] != previous:
            found.append(Break(position=row["position"], table=table, problem="does not continue the record before it"))
        if not _fits(row):
            found.append(
                Break(position=row["position"], table=table, problem="was altered: its hash does not fit its content")
            )
        previous, position = row["hash"], row["position"]
    if expected is not None and expected.position:
        at = next((row["hash"] for row, _ in rows if row["position"] == expected.position), None)
        if at != expected.hash:
            problem = "is missing" if at is None else "is not the record that was noted"
            found.append(Break(position=expected.position, table="head", problem=problem))
    return found
