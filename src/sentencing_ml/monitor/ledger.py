"""The ledger of the override monitor: advice, judges' entries, alerts and notes, append-only and chained by hash.

One table holds every record in its order (``records.py`` says what they hold, ``chain.py`` how they are chained,
``roots.py`` how the chain is witnessed, ``database.py`` where it is kept). Judges enter by name and are stored by keyed
hash alone.

A call of :meth:`Ledger.extend` is accepted whole or not at all: a record that breaks a rule, a process that is killed
or a server that stops leave nothing of it.
"""

import contextlib
import hmac
import io
import json
import os
import secrets
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyarrow import json as arrow_json
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.bookkeeping import roots as rooting
from sentencing_ml.monitor.bookkeeping.chain import GENESIS, Break, Head, Stored, canonical, linked, walk
from sentencing_ml.monitor.bookkeeping.database import LEDGER, ROOTS, is_url, open_engine, said, shown
from sentencing_ml.monitor.bookkeeping.records import (
    ANSWERS,
    Advice,
    Alert,
    Entry,
    InCall,
    Note,
    Problem,
    Record,
    RefusedRecordsError,
    Seen,
    forms,
    kind_of,
    problem_of_answer,
    read,
)
from sentencing_ml.monitor.bookkeeping.roots import Root

__all__ = [
    "KEY_VARIABLE", "Advice", "Alert", "Break", "Entry", "Head", "InCall", "Ledger", "Note", "Root", "Seen",
    "Verification", "entries_table", "ledger_key", "pseudonym",
]  # fmt: skip

KEY_VARIABLE = "SENTENCING_LEDGER_KEY"
"""Environment variable that holds the key of the judges' pseudonyms; it goes before a key file."""

CORRECTIONS = (
    "entry_position", "advice_position", "judge", "case_id", "court", "charge_group", "plea", "advice_months",
    "interval_low", "interval_high", "model_version", "law_version", "shown_at", "mode", "simulated",
    "own_estimate_months", "recommendation_months", "unaltered_months", "entry_months", "entered_at", "reason",
)  # fmt: skip
"""Columns of :meth:`Ledger.corrections`."""

_TEXT_HASH = r"#[0-9a-f]{12}$"  # with which the desk tells two texts of one name apart, see own_estimate.case_id
_COMPARED = ("shown", "blind_first")  # modes in which a judge had advice on a live case
_KEY_BYTES = 32
_LEAST_KEY = 16
_ASKED_AT_ONCE = 500  # values of one IN (…)
_READ_AT_ONCE = 20_000
_WRITTEN_AT_ONCE = 20_000
_SUBJECTS = {
    "advice": ("judge", "case_id", "model_version"),
    "alert": ("kind", "judge", "direction", "entry_position"),
}
_COLUMNS = (LEDGER.c.position, LEDGER.c.kind, LEDGER.c.subject, LEDGER.c.body, LEDGER.c.previous, LEDGER.c.hash)
_LAST = select(LEDGER.c.position, LEDGER.c.hash).order_by(LEDGER.c.position.desc()).limit(1)
_INSERT = insert(LEDGER)
_ARROW = {
    "text": pa.string(), "word": pa.string(), "moment": pa.string(), "number": pa.float64(), "months": pa.float64(),
    "count": pa.int64(), "position": pa.int64(), "truth": pa.bool_(),
}  # fmt: skip
_PANDAS = {pa.string(): "string", pa.float64(): "float64", pa.int64(): "int64", pa.bool_(): "bool"}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What :meth:`Ledger.verify` found: every break in order (none: it holds), the number of records, and the head.

    ``roots`` stand in the database, ``witnessed`` in the witness file (None: no file was given). ``unwitnessed``
    records come after the last root that fits (of the witness file; without one, of the database), which was made at
    ``unwitnessed_since`` (None: there is none): what one does to them who computes the hashes anew shows nowhere.
    """

    breaks: tuple[Break, ...]
    records: int
    head: Head
    roots: int
    witnessed: int | None
    unwitnessed: int
    unwitnessed_since: str | None


class Ledger:
    """A ledger in a SQLite file or a PostgreSQL database. Use it as a context manager, or call :meth:`close`.

    Parameters
    ----------
    place : a path is a SQLite file, made with its folder when absent; a text with ``://`` is a database's URL, such as
        ``postgresql+psycopg://USER@HOST/DATABASE``.
    key : key of the pseudonyms, at least 16 bytes; by default from :func:`ledger_key`.
    create : make the file or the tables when they are absent.

    Raises
    ------
    InputError
        There is no ledger, it is something else, or it cannot be reached.
    """

    def __init__(self, place: Path | str, *, key: bytes | None = None, create: bool = True) -> None:
        self._place, self._given_key = place, key
        self._engine = open_engine(place, create=create)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file or the server's connection."""
        self._engine.dispose()

    def pseudonym(self, judge: str) -> str:
        """Return the keyed hash under which ``judge`` is stored."""
        return pseudonym(judge, key=self._key)

    @cached_property
    def _key(self) -> bytes:
        # Only writing needs it: a reader of the ledger neither has nor makes a key.
        # A new key beside records under a lost one would give every judge a second name, and nobody would see it.
        given = self._given_key
        key = ledger_key(self._place, make=self.head().position == 0) if given is None else given
        if len(key) < _LEAST_KEY:
            raise InputError(f"the key of the ledger has {len(key)} bytes; give at least {_LEAST_KEY}.")
        return key

    def append(self, record: Record) -> int:
        """Append one record and return its position; see :meth:`extend`."""
        return self.extend([record])[0]

    def extend(self, records: Iterable[Record]) -> list[int]:
        """Append records in their order in one transaction, all or none, and return their positions.

        They are drawn in parts after the lock is taken, so that a call may be larger than the memory; what drawing
        them raises undoes the whole.

        A record may answer one of the same call by :class:`InCall`. In the transaction it is asked whether what a
        record answers stands, is of the same kind and judge and not of a later time, and whether an own estimate
        comes before any advice of that version for the case was shown to the judge (simulated judges and advice in the
        shadow aside: nobody saw it).

        Raises
        ------
        RefusedRecordsError
            Records break a rule; every one of the first part that holds such is named by its number in the call and
            the field (a DataContractError).
        InputError
            The database went away, is full or held by another. The message says that nothing of the call was accepted;
            when the connection broke in the moment of acceptance and cannot be had again, that all or nothing was.
        """
        source = enumerate(records, 1)
        sent: Stored | None = None
        positions: list[int] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                start, row = _head(connection), None
                while part := list(islice(source, _WRITTEN_AT_ONCE)):
                    drafts = [self._draft(record, number) for number, record in part]
                    rows = _rows(drafts, connection, start=start)
                    connection.execute(_INSERT, [_columns_of(row) for row in rows])
                    positions += [row.position for row in rows]
                    row = rows[-1]
                sent = row
        except SQLAlchemyError as error:
            if sent is None or not self._stands(sent, error):
                raise self._unaccepted(error) from None
        return positions

    def _draft(self, record: Record, number: int) -> "_Draft":
        values, problems = read(record, number=number)
        # An alert is raised from what the ledger holds, where judges have no name; its entry says whether it is theirs.
        if "judge" in values and not isinstance(record, Alert):
            values["judge"] = self.pseudonym(values["judge"])
        return _Draft(number=number, kind=kind_of(record), values=values, problems=problems)

    def _stands(self, sent: Stored, error: SQLAlchemyError) -> bool:
        """Tell whether a call stands whose acceptance was not heard of: behind the lock, so that it is over."""
        query = select(LEDGER.c.hash).where(LEDGER.c.position == sent.position)
        try:
            with self._engine.connect() as connection, connection.begin():
                return connection.execute(query).scalar() == sent.hash
        except SQLAlchemyError:
            raise InputError(
                f"{shown(self._place)}: the connection broke in the moment of acceptance ({said(error)}) and cannot be "
                f"had again. Either the whole call stands, up to position {sent.position}, or nothing of it. Ask for "
                "the head before you append it again."
            ) from None

    def _unaccepted(self, error: SQLAlchemyError) -> InputError:
        return InputError(
            f"{shown(self._place)}: the database stopped the writing ({said(error)}). Nothing of the call was "
            "accepted. Append it again when the database can be reached, has space and is not held by another."
        )

    def head(self) -> Head:
        """Return the last record's position and hash: note it where the ledger's keeper cannot write."""
        with self._reading() as connection:
            return _head(connection)

    def verify(
        self, expected: Head | None = None, *, public: Collection[Ed25519PublicKey] = (), witness: Path | None = None
    ) -> Verification:
        """Recompute the chain in one pass, without keeping it, hold it against the roots, and return every break.

        Parameters
        ----------
        expected : a head noted earlier; the record at its position must still carry its hash.
        public : the keys whose roots are trusted, the present one and those before it. Without any, signatures are not
            looked at, and roots in the database prove nothing against one who can write there.
        witness : the witness file. Without it, a cut or an older copy that took its later roots along is not seen.

        Returns
        -------
        Breaks in the order: witness file, roots, records, ends. A break of the chain is named at its record. Where all
        hashes were computed anew, the stretch between two roots in which the change lies is named.

        Raises
        ------
        InputError
            The database or the witness file cannot be read, or the witness file is not there.
        """
        if witness is not None and not witness.is_file():
            raise InputError(f"{witness}: no witness file there. Name it, or leave it out to verify without one.")
        # The file first: a root that is made meanwhile is then in the database at least.
        held = rooting.Witness() if witness is None else rooting.read_witness(witness)
        with self._reading() as connection:
            kept, breaks = _roots(connection)
            known = {root.line: root for root in (*held.roots, *kept)}.values()
            note = {root.position for root in known} | ({expected.position} if expected is not None else set())
            found = walk(_stream(connection), note=note)
        breaks = [
            *held.breaks,
            *rooting.chain_breaks(held.roots, kind="witness", keys=public),
            *breaks,
            *rooting.chain_breaks(kept, kind="root", keys=public),
            *rooting.missing_breaks(kept, held),
            *rooting.torn_breaks(kept, held),
            *found.breaks,
            *rooting.record_breaks(known, found),
        ]
        if expected is not None and expected.position and found.noted.get(expected.position) != expected.hash:
            problem = "is not the record that was noted" if expected.position in found.noted else "is missing"
            breaks.append(Break(position=expected.position, kind="head", problem=problem))
        last = rooting.last_good(kept if witness is None else held.roots, found, keys=public)
        return Verification(
            breaks=tuple(breaks),
            records=found.records,
            head=found.head,
            roots=len(kept),
            witnessed=None if witness is None else len(held.roots),
            unwitnessed=found.records if last is None else max(0, found.head.position - last.position),
            unwitnessed_since=None if last is None else last.at,
        )

    def roots(self) -> list[Root]:
        """Return the signed roots that stand in the database, in order of their number."""
        with self._reading() as connection:
            return _roots(connection)[0]

    def due_root(self, *, now: str) -> bool:
        """Tell whether a root is due at the ISO time ``now``, by the numbers of records and hours in ``roots.yaml``."""
        with self._reading() as connection:
            kept, head = _roots(connection)[0], _head(connection)
        return rooting.is_due(kept[-1] if kept else None, head, now=now, rule=rooting.due_rule())

    def sign_root(
        self, *, key: Ed25519PrivateKey, witness: Path, at: str, earlier: Collection[Ed25519PublicKey] = ()
    ) -> Root:
        """Sign the head, keep the root in the database and append it to the witness file; return it.

        Nothing is signed that does not continue what was witnessed: an older copy put in the place of the ledger, or
        a continuation beside the witnessed one, is refused. Roots that the witness file misses (the last writing was
        interrupted, or the file is new) are appended to it. Without new records the last root is returned.

        Parameters
        ----------
        key : see :func:`roots.signing_key`.
        witness : the witness file; made when absent.
        at : ISO time, not before the last root's.
        earlier : public keys that signed the roots so far, where they are others.

        Raises
        ------
        DataContractError
            The ledger or the witness file was altered, or the ledger does not continue it; nothing was signed.
        InputError
            The ledger is empty, the time is none or goes back, the database went away.
        """
        with rooting.holding(witness):
            held = rooting.read_witness(witness)
            try:
                with self._engine.connect() as connection, connection.begin():
                    kept, problems = _roots(connection)
                    last = kept[-1] if kept else None
                    head, breaks = _since(last, connection)
                    public = (key.public_key(), *earlier)
                    breaks = [
                        *problems,
                        *held.breaks,
                        *rooting.chain_breaks(held.roots, kind="witness", keys=public),
                        *rooting.chain_breaks(kept, kind="root", keys=public),
                        *rooting.missing_breaks(kept, held),
                        *rooting.torn_breaks(kept, held),
                        *breaks,
                    ]
                    if breaks:
                        raise DataContractError(
                            f"{shown(self._place)}: not signed. At position {breaks[0].position}: {breaks[0].problem}. "
                            "Verify the ledger against its witness file before anything is appended to it."
                        )
                    if not head.position:
                        raise InputError(f"{shown(self._place)}: holds no record; there is nothing to sign.")
                    if last is None or last.position < head.position:
                        rooting.check_time(at, last)
                        last = rooting.signed(head, at=at, last=last, key=key)
                        kept.append(last)
                        connection.execute(insert(ROOTS).values(number=last.number, body=last.line))
            except SQLAlchemyError as error:
                raise InputError(
                    f"{shown(self._place)}: the database stopped the writing of a root ({said(error)}). Nothing was "
                    "written to the witness file. Sign again when the database can be reached."
                ) from None
            rooting.append_witness(witness, kept[len(held.roots) :], torn=held.torn)
            return last

    def advice(self) -> pd.DataFrame:
        """Return the advice in order of position: ``position`` and the fields of :class:`Advice`, a row each."""
        return self._frames("advice")[0]

    def entries(self) -> pd.DataFrame:
        """Return the entries in order of position: ``position`` and the fields of :class:`Entry`, a row each."""
        return self._frames("entry")[0]

    def alerts(self) -> pd.DataFrame:
        """Return the alerts in order of position: ``position`` and the fields of :class:`Alert`, a row each."""
        return self._frames("alert")[0]

    def seen(self) -> pd.DataFrame:
        """Return which alerts judges have seen, in order: ``position`` and the fields of :class:`Seen`, a row each."""
        return self._frames("seen")[0]

    def notes(self) -> pd.DataFrame:
        """Return the judges' notes in order of position: ``position`` and the fields of :class:`Note`, a row each."""
        return self._frames("note")[0]

    def corrections(self) -> pd.DataFrame:
        """Return a row for each answered advice, by ``entry_position``, with the columns of :data:`CORRECTIONS`.

        Of several entries to one advice the last counts. Months are float64 with nan, ``plea`` is boolean with NA,
        ``simulated`` bool, positions int64, all else string with NA. Every mode is there: training cases are for the
        error-catch rate alone, cases in the shadow for the reference alone.
        """
        advice, entries = self._frames("advice", "entry")
        last = entries.drop_duplicates("advice_position", keep="last").rename(columns={"position": "entry_position"})
        joined = last.merge(
            advice.drop(columns="judge"), left_on="advice_position", right_on="position", validate="one_to_one"
        )
        return joined[list(CORRECTIONS)].sort_values("entry_position", ignore_index=True)

    def rows(self, kind: str, *, after: int = 0, judge: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield position and values of the records of a kind in their order, without keeping any.

        Parameters
        ----------
        after : only records behind this position.
        judge : only those of this pseudonym.
        """
        query = (
            select(LEDGER.c.position, LEDGER.c.body)
            .where(LEDGER.c.kind == kind, LEDGER.c.position > after)
            .order_by(LEDGER.c.position)
            .execution_options(yield_per=_READ_AT_ONCE)
        )
        if judge is not None:  # the database passes over most others; a reason may quote the same words
            query = query.where(LEDGER.c.body.contains(f'"judge":"{judge}"', autoescape=True))
        with self._reading() as connection:
            for position, body in connection.execute(query):
                values = json.loads(body)
                if judge is None or values["judge"] == judge:
                    yield position, values

    def _frames(self, *kinds: str) -> list[pd.DataFrame]:
        bodies: dict[str, list[str]] = {kind: [] for kind in kinds}
        positions: dict[str, list[int]] = {kind: [] for kind in kinds}
        query = (
            select(LEDGER.c.position, LEDGER.c.kind, LEDGER.c.body)
            .where(LEDGER.c.kind.in_(kinds))
            .order_by(LEDGER.c.position)
            .execution_options(yield_per=_READ_AT_ONCE)
        )
        with self._reading() as connection:
            for position, kind, body in connection.execute(query):
                positions[kind].append(position)
                bodies[kind].append(body)
        return [self._frame(kind, positions[kind], bodies[kind]) for kind in kinds]

    def _frame(self, kind: str, positions: list[int], bodies: list[str]) -> pd.DataFrame:
        try:
            columns: dict[str, Any] = {"position": pd.Series(positions, dtype="int64")}
            table = _parsed(kind, bodies)
            for form in forms(kind):
                arrow = _ARROW[form.form]
                dtype = "boolean" if form.nullable and arrow == pa.bool_() else _PANDAS[arrow]
                columns[form.name] = _series(table.column(form.name), dtype)
        except (pa.ArrowInvalid, TypeError, ValueError):
            raise DataContractError(
                f"{shown(self._place)}: a record of kind {kind} cannot be read: it was altered. Verify the ledger."
            ) from None
        return pd.DataFrame(columns)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection.execution_options(reads_only=True)
        except SQLAlchemyError as error:
            raise InputError(
                f"{shown(self._place)}: cannot be read ({said(error)}). Is the database still there?"
            ) from None


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A record of a call before it has its place: its values with the judge's pseudonym, and what is wrong so far."""

    number: int
    kind: str
    values: dict[str, Any]
    problems: list[Problem]

    @property
    def answers(self) -> int | InCall | None:
        return self.values.get(ANSWERS[self.kind].field) if self.kind in ANSWERS else None

    @property
    def asks(self) -> bool:
        """Tell whether it may stand only where nothing with its subject stands."""
        return self.kind == "alert" or self.values.get("mode") == "blind_first"

    @cached_property
    def subject(self) -> str | None:
        """What an own estimate must come before, advice of one version that a judge sees; what stands once, an alert.

        To be asked once the position that is answered is known.
        """
        values = self.values
        if self.kind not in _SUBJECTS or self.problems:
            return None
        if self.kind == "advice" and (values["simulated"] or values["mode"] == "shadow"):
            return None
        what = canonical({name: values[name] for name in _SUBJECTS[self.kind]})
        return sha256(what.encode("utf-8")).hexdigest()[:32]


def _rows(drafts: Sequence[_Draft], connection: Connection, *, start: Head) -> list[Stored]:
    """Return the rows of a part of a call: each record is held against what stands and what comes before it.

    ``start`` is the record before the call; the parts of it that came before stand in its transaction.
    """
    head = _head(connection)
    for draft in drafts:
        if isinstance(draft.answers, InCall):
            draft.values[ANSWERS[draft.kind].field] = start.position + draft.answers.number
    answers = {draft.answers for draft in drafts if draft.answers is not None and draft.answers <= head.position}
    standing = _standing(answers, connection)
    first = _first({draft.subject for draft in drafts if draft.asks and draft.subject}, connection)
    rows: list[Stored] = []
    problems: list[Problem] = []
    for draft in drafts:
        problems += draft.problems or _unruly(draft, drafts, start, standing, first)
        if draft.subject is not None:
            first.setdefault(draft.subject, start.position + draft.number)
        if not problems:
            row = linked(draft.kind, draft.subject, canonical(draft.values), after=head)
            rows.append(row)
            head = Head(position=row.position, hash=row.hash)
    if problems:
        raise RefusedRecordsError(problems)
    return rows


def _unruly(
    draft: _Draft,
    drafts: Sequence[_Draft],
    start: Head,
    standing: Mapping[int, tuple[str, dict[str, Any]]],
    first: Mapping[str, int],
) -> list[Problem]:
    """Return what the ledger itself forbids a record: what it answers, and what stands before it."""
    if draft.asks and draft.subject in first:
        position = first[draft.subject]
        field, reason = {
            "advice": (
                "own_estimate_months",
                f"cannot be taken: the advice for this case was shown to this judge before (position {position}); an "
                "own estimate comes first or not at all.",
            ),
            "alert": ("entry_position", f"has this alert already (position {position})."),
        }[draft.kind]
        return [Problem(number=draft.number, kind=draft.kind, field=field, reason=reason)]
    if draft.answers is None:
        return []
    found = standing.get(draft.answers)
    number = draft.answers - start.position  # in this call
    if drafts[0].number <= number < draft.number:
        other = drafts[number - drafts[0].number]
        if other.problems:
            return []  # named where it stands
        found = (other.kind, other.values)
    problem = problem_of_answer(draft.values, found, number=draft.number, kind=draft.kind)
    return [] if problem is None else [problem]


def _head(connection: Connection) -> Head:
    last = connection.execute(_LAST).first()
    return Head(position=0, hash=GENESIS) if last is None else Head(position=last.position, hash=last.hash)


def _roots(connection: Connection) -> tuple[list[Root], list[Break]]:
    """Return the roots in the database, and which of its rows are none."""
    found, breaks = [], []
    for number, body in connection.execute(select(ROOTS.c.number, ROOTS.c.body).order_by(ROOTS.c.number)):
        root = rooting.root_of(body) if isinstance(body, str) else None
        if root is None or root.number != number:
            breaks.append(Break(position=0, kind="root", problem=f"row {number} of the roots is none"))
        else:
            found.append(root)
    return found, breaks


def _since(last: Root | None, connection: Connection) -> tuple[Head, list[Break]]:
    """Return the head, and what breaks the chain between the last root and it."""
    start = Head(position=0, hash=GENESIS) if last is None else Head(position=last.position, hash=last.hash)
    stands = select(LEDGER.c.hash).where(LEDGER.c.position == start.position)
    if start.position and connection.execute(stands).scalar() != start.hash:
        problem = "the record is missing or is not the one that the last root names"
        return start, [Break(position=start.position, kind="record", problem=problem)]
    found = walk(_stream(connection, after=start.position), note=(), start=start)
    return found.head, found.breaks


def _standing(positions: Iterable[int], connection: Connection) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return kind and values of the records at some positions, as far as they stand."""
    found = {}
    for part in _parts(positions):
        query = select(LEDGER.c.position, LEDGER.c.kind, LEDGER.c.body).where(LEDGER.c.position.in_(part))
        for position, kind, body in connection.execute(query):
            try:
                found[position] = (kind, json.loads(body))
            except (TypeError, ValueError):
                raise DataContractError(
                    f"ledger: the record at position {position} was altered and cannot be answered. Verify the ledger."
                ) from None
    return found


def _first(subjects: Iterable[str], connection: Connection) -> dict[str, int]:
    """Return the first position of advice on some subjects, as far as there is one."""
    found = {}
    for part in _parts(subjects):
        query = select(LEDGER.c.subject, func.min(LEDGER.c.position)).where(LEDGER.c.subject.in_(part))
        found |= {row[0]: row[1] for row in connection.execute(query.group_by(LEDGER.c.subject))}
    return found


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    for begin in range(0, len(ordered), _ASKED_AT_ONCE):
        yield ordered[begin : begin + _ASKED_AT_ONCE]


def _columns_of(row: Stored) -> dict[str, Any]:
    return {"position": row.position, "kind": row.kind, "subject": row.subject, "body": row.body,
            "previous": row.previous, "hash": row.hash}  # fmt: skip


def _stream(connection: Connection, *, after: int | None = None) -> Iterator[Sequence[Any]]:
    """Yield every row in the order of position, or those after one."""
    query = select(*_COLUMNS).order_by(LEDGER.c.position)
    if after is not None:
        query = query.where(LEDGER.c.position > after)
    # In parts, of which none stays: a ledger may be larger than the memory.
    for part in connection.execute(query.execution_options(yield_per=_READ_AT_ONCE)).partitions():
        yield from part


def _parsed(kind: str, bodies: list[str]) -> pa.Table:
    """Read canonical JSON, one object a line, ten times as fast as an object at a time."""
    schema = pa.schema([(form.name, _ARROW[form.form]) for form in forms(kind)])
    if not bodies:
        return schema.empty_table()
    lines = "\n".join(bodies).encode("utf-8")
    longest = max(map(len, bodies)) * 4 + 2  # bytes of the longest line at most: a block must hold it
    return arrow_json.read_json(
        io.BytesIO(lines),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=max(1 << 20, longest)),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )


def _series(column: pa.ChunkedArray, dtype: str) -> pd.Series:
    if dtype in ("string", "boolean"):
        return column.to_pandas(types_mapper={pa.string(): pd.StringDtype(), pa.bool_(): pd.BooleanDtype()}.get)
    if dtype != "float64" and column.null_count:
        raise TypeError("a value is missing")
    return column.to_pandas().astype(dtype)


def entries_table(place: Path | str) -> pd.DataFrame:
    """Read what the audit compares of the ledger at ``place``: a row an entry to live advice, in the order of entry.

    Returns
    -------
    DataFrame with ``row_id`` (of the count in the factor table), ``judge`` (pseudonym), ``advised`` and ``decided``
    (months) and ``simulated``. Of several entries to one piece of advice the last is there; a judge to whom the advice
    for a case was shown again has an entry for each time. Training cases and advice in the shadow are left out: no
    judge corrected them.

    Raises
    ------
    InputError
        There is no ledger, or the place cannot be used as one.
    """
    with Ledger(place, create=False) as opened:
        made = opened.corrections()
    made = made[made["mode"].isin(_COMPARED)].reset_index(drop=True)
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
    return f"J-{hmac.digest(key, judge.encode('utf-8'), 'sha256').hex()[:12]}"


def ledger_key(place: Path | str, *, make: bool = True) -> bytes:
    """Return the key of the ledger at ``place``: from the environment, else from ``<path>.key``, made when absent.

    Without ``make`` a key that is absent is an error.

    The key file is readable by its owner alone; git ignores it. Whoever has the key can tie names to pseudonyms.

    Raises
    ------
    InputError
        The key file is damaged or missing, or the ledger is on a server and the environment names no key.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return given.encode("utf-8")
    if is_url(place):
        raise InputError(
            f"{shown(place)}: a ledger on a server has no key file beside it. Give the key of the pseudonyms in "
            f"{KEY_VARIABLE}."
        )
    path = Path(place)
    file = path.with_name(f"{path.name}.key")
    if not make and not file.exists():
        raise InputError(
            f"{file}: the key of the pseudonyms is missing, and the ledger holds records under it. Restore the file, "
            f"or set {KEY_VARIABLE}; with another key every judge would have a new name."
        )
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
