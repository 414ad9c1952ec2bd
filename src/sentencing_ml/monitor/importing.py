"""Advice and entries of a court's system into the ledger: a table is checked whole, then taken whole or not at all.

The file is read twice, row by row: once to check it, while nobody has to wait, and once to append it in a single
transaction. What must be remembered of a row (hashes, times, its place) goes to a temporary database that no other
process sees, so that memory does not grow with the file. All problems are reported at once, each by row and column,
never with a value.
"""

import contextlib
import csv
import datetime
import io
import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.judgments.cells import Header, TableError
from sentencing_ml.judgments.formats import format_of, table_lines
from sentencing_ml.monitor.database import is_url
from sentencing_ml.monitor.database import shown as shown_place
from sentencing_ml.monitor.entry_file import Problem, Row, column_of, columns, instant, read_rows, rules
from sentencing_ml.monitor.ledger import Ledger, pseudonym
from sentencing_ml.monitor.records import Advice, Entry, InCall, Record
from sentencing_ml.storage import atomic_path, sha256_file

SUFFIXES = (".csv", ".jsonl", ".parquet", ".xlsx")
"""Formats that are read; the first two may also end in ``.gz``."""

_ADVICE = (
    "case_id", "judge", "court", "charge_group", "plea", "advice_months", "interval_low", "interval_high",
    "model_version", "law_version", "mode", "own_estimate_months", "recommendation_months", "unaltered_months",
)  # fmt: skip
_KEYS = ("case_id", "judge", "model_version")
_MOST_BREAKS = 20  # that a message spells out


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: rows read, advice and entries appended, entries to advice that was there, judges."""

    rows: int
    advice: int
    entries: int
    answered: int
    judges: int


class RefusedRowsError(InputError):
    """Rows cannot be taken, so nothing of the file was; ``counts`` says how many problems there are of each kind."""

    def __init__(self, message: str, counts: Mapping[str, int]) -> None:
        super().__init__(message)
        self.counts = dict(counts)


def import_file(
    path: Path,
    *,
    ledger: Path | str,
    now: datetime.datetime,
    roster: Path | None = None,
    problems: Path | None = None,
    late: bool = False,
) -> Imported:
    """Append the advice and entries of a table to a ledger, which is verified first.

    Advice that the ledger holds unanswered, and that the file shows again with its entry, gets that entry.

    Parameters
    ----------
    ledger : path or URL; made when it is absent and the file is in order.
    now : with a zone; no time may lie far ahead of it.
    roster : table with a column of judges' names; any other name is unknown. Without it every name is taken.
    problems : CSV file for every problem, where a message would list too many.
    late : take advice that is earlier than what the ledger holds of its judge.

    Raises
    ------
    InputError
        The file cannot be read, or rows cannot be taken (:class:`RefusedRowsError`); the database went away.
    DataContractError
        The chain of the ledger is broken.
    """
    _readable(path)
    known = None if roster is None else read_roster(roster)
    digest = sha256_file(path)
    told = _Problems(path, every=problems)
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(contextlib.closing(_Memory()))
        # A file that is refused leaves no empty ledger behind, and no key.
        there = is_url(ledger) or Path(ledger).is_file()
        opened = stack.enter_context(Ledger(ledger)) if there else None
        if opened is not None:
            require_whole(opened, place=ledger)
        name = opened.pseudonym if opened else partial(pseudonym, key=secrets.token_bytes(32))
        with told.collecting():
            _check(path, memory=memory, told=told, name=name, known=known, now=now)
            if opened is not None:
                _compare(opened, memory=memory, told=told, late=late)
        told.refuse()
        if opened is None:
            opened = stack.enter_context(Ledger(ledger))
        counts: Counter[str] = Counter()
        opened.extend(_records(path, digest, memory=memory, opened=opened, now=now, counts=counts))
    return Imported(
        rows=memory.rows, advice=counts["advice"], entries=counts["entry"], answered=counts["answered"],
        judges=len(memory.last),
    )  # fmt: skip


def require_whole(opened: Ledger, *, place: Path | str) -> None:
    """Do nothing when the chain of a ledger holds.

    Raises
    ------
    DataContractError
        It is broken: the message lists where.
    """
    breaks = opened.verify().breaks
    if breaks:
        lines = [f"  - position {found.position}, {found.kind}: {found.problem}" for found in breaks[:_MOST_BREAKS]]
        if len(breaks) > _MOST_BREAKS:
            lines.append(f"  - and {len(breaks) - _MOST_BREAKS} more")
        heading = (
            f"{shown_place(place)}: the ledger was changed by hand or damaged, so nothing is added to it. Keep it as "
            "it is for whoever inquires, and go on from the last backup whose head is witnessed. Breaks:"
        )
        raise DataContractError("\n".join([heading, *lines]))


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn what the system refuses of an output into an InputError that names the file."""
    try:
        yield
    except OSError as error:
        name = type(error).__name__
        raise InputError(f"{path}: cannot be written ({name}). Name a file in a folder of yours.") from None


def read_roster(path: Path) -> frozenset[str]:
    """Return the names of the column of judges of a table.

    Raises
    ------
    InputError
        It cannot be read, or has no such column.
    """
    _readable(path)
    found: set[str] = set()
    place = None
    try:
        for line in table_lines(path, tells=_names_judges, largest=rules()["megabytes"] << 20):
            if isinstance(line, Header):
                named = [column_of(name) for name in line.names]
                place = next((at for at, column in enumerate(named) if column and column.name == "judge"), None)
            elif isinstance(line[1], list) and place is not None and isinstance(line[1][place], str):
                found.add(line[1][place].strip())
    except TableError as error:
        if error.reason == "no_text_column":
            raise InputError(f"{path}: its first row names no column {_header_words('judge')}.") from None
        raise _unreadable(path, error) from None
    return frozenset(found)


def _names_judges(names: Any) -> bool:
    return any(column is not None and column.name == "judge" for column in map(column_of, names))


def _readable(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: not found. Name a table of advice and entries.")
    if not os.access(path, os.R_OK):
        raise InputError(f"{path}: may not be read by you. Ask its owner, or copy it.")
    if format_of(path) not in SUFFIXES:
        raise _unreadable(path, TableError("unsupported_format"))


def _unreadable(path: Path, error: TableError) -> InputError:
    if error.reason == "no_text_column":
        needed = "; ".join(_header_words(column.name) for column in columns().values() if column.needed)
        return InputError(
            f"{path}: its first row is no header of advice and entries. Name the columns there as docs/ledger.md lists "
            f"them; every file has: {needed}."
        )
    return InputError(f"{path}: {rules()['unreadable'][error.reason]}")


def _header_words(name: str) -> str:
    return f"{name} ({columns()[name].zh[0]})"


def _check(
    path: Path,
    *,
    memory: "_Memory",
    told: "_Problems",
    name: Callable[[str], str],
    known: frozenset[str] | None,
    now: datetime.datetime,
) -> None:
    """Tell what is wrong with a file by itself, and remember its rows."""
    try:
        for item in read_rows(path, now=now):
            if isinstance(item, Problem):
                told.add(item)
                continue
            for problem in item.problems:
                told.add(problem)
            judge = item.values.get("judge")
            if known is not None and judge is not None and judge not in known:
                told.add(Problem(place=item.place, column="judge", kind="unknown_judge"))
            for problem in memory.take(item, judge=None if judge is None else name(judge)):
                told.add(problem)
    except TableError as error:
        raise _unreadable(path, error) from None
    if not memory.rows and not told.counts:
        raise InputError(f"{path}: holds a header and no row. Export the advice and entries again.")


def _compare(opened: Ledger, *, memory: "_Memory", told: "_Problems", late: bool) -> None:
    """Tell which rows the ledger holds already, or contradicts."""
    for position, values in opened.rows("advice"):
        for problem in memory.meet(position, values):
            told.add(problem)
    for _, values in opened.rows("entry"):
        memory.answered(values["advice_position"])
    for problem in memory.standing(late=late):
        told.add(problem)


def _records(
    path: Path,
    digest: str,
    *,
    memory: "_Memory",
    opened: Ledger,
    now: datetime.datetime,
    counts: Counter[str],
) -> Iterator[Record]:
    """Yield the records of a file that was checked: those of a judge in the order of their times.

    Drawn by the transaction that appends them; what it raises undoes the whole.
    """
    if memory.overtaken(opened):
        raise InputError(f"{path}: another import of the same rows came first; nothing was added. Compare the files.")
    waiting: dict[str, list[tuple[datetime.datetime, int, Entry]]] = {}
    order = count()

    def due(judge: str, until: datetime.datetime | None) -> Iterator[Entry]:
        own = waiting.get(judge, [])
        while own and (until is None or own[0][0] <= until):
            counts["entry"] += 1
            yield heappop(own)[2]

    for number, row in enumerate((item for item in read_rows(path, now=now) if isinstance(item, Row)), start=1):
        values = row.values
        yield from due(values["judge"], values["shown_at"])
        held = memory.held(number)
        if held is None:
            counts["advice"] += 1
            yield _advice(values)
        elif values["entered_at"] is not None:
            counts["answered"] += 1
        if values["entered_at"] is not None:
            entry = Entry(
                advice_position=InCall(counts["advice"] + counts["entry"]) if held is None else held,
                judge=values["judge"],
                entry_months=values["entry_months"],
                entered_at=values["entered_at"].isoformat(),
                reason=values["reason"],
            )
            heappush(waiting.setdefault(values["judge"], []), (values["entered_at"], next(order), entry))
    for judge in sorted(waiting, key=lambda judge: waiting[judge][0][:2] if waiting[judge] else ()):
        yield from due(judge, None)
    if sha256_file(path) != digest:
        raise InputError(f"{path}: changed while it was read. Nothing was added; import it again when it is whole.")


def _advice(values: Mapping[str, Any]) -> Advice:
    given = {name: values[name] for name in _ADVICE}
    return Advice(**given, simulated=bool(values["simulated"]), shown_at=values["shown_at"].isoformat())


class _Memory:
    """What must be known of all rows at once: in a temporary database that is gone when it is closed."""

    def __init__(self) -> None:
        self.rows = 0
        self.last: dict[str, tuple[float, str]] = {}
        self._simulated: bool | None = None  # of the first row
        self._compared = False  # with the first advice of the ledger
        self._held_last: dict[str, float] = {}
        self._head = 0
        self._base = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE own (number INTEGER PRIMARY KEY, place TEXT, key BLOB UNIQUE, subject BLOB, judge TEXT, "
            "shown REAL, entered INTEGER, estimated INTEGER, figures BLOB, held INTEGER, answered INTEGER)",
            "CREATE INDEX subjects ON own (subject)",
            "CREATE INDEX holds ON own (held) WHERE held IS NOT NULL",
            "BEGIN",  # never committed: nothing of it is to stay
        ):
            self._base.execute(statement)

    def close(self) -> None:
        self._base.close()

    def take(self, row: Row, *, judge: str | None) -> Iterator[Problem]:
        """Remember a row, and yield what is wrong between it and the rows before it."""
        self.rows += 1
        values = row.values
        simulated = bool(values.get("simulated"))
        if self._simulated is None:
            self._simulated = simulated
        elif simulated != self._simulated and values:
            yield Problem(place=row.place, column="simulated", kind="mixed")
        if judge is None or any(values[name] is None for name in (*_KEYS, "shown_at")):
            return
        shown = values["shown_at"].timestamp()
        before = self.last.get(judge)
        if before is not None and shown < before[0]:
            yield Problem(place=row.place, column="shown_at", kind="clock_ran_back", other=f"row {before[1]}")
        self.last[judge] = (shown, row.place)  # in any case: one time that is wrong must not accuse all after it
        told = {**values, "judge": judge, "simulated": simulated}
        key, subject, estimated = advice_key(told, shown), _subject(told), told["own_estimate_months"] is not None
        same = self._base.execute("SELECT place FROM own WHERE key = ?", (key,)).fetchone()
        if same is not None:
            yield Problem(place=row.place, column="", kind="duplicate_row", other=f"row {same[0]}")
            return
        if estimated and not simulated:
            seen = self._base.execute("SELECT place FROM own WHERE subject = ? LIMIT 1", (subject,)).fetchone()
            if seen is not None:
                yield Problem(place=row.place, column="own_estimate_months", kind="seen_before", other=f"row {seen[0]}")
        self._base.execute(
            "INSERT INTO own VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)",
            (self.rows, row.place, key, subject, judge, shown, values["entered_at"] is not None, estimated,
             _figures(told)),
        )  # fmt: skip

    def meet(self, position: int, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Compare advice of the ledger with the rows, and yield what it contradicts."""
        self._head = position
        if not self._compared and self._simulated is not None and values["simulated"] != self._simulated:
            yield Problem(place="", column="simulated", kind="other_kind")
        self._compared = True
        shown = instant(values["shown_at"]).timestamp()
        judge = values["judge"]
        if judge in self.last:
            self._held_last[judge] = max(shown, self._held_last.get(judge, shown))
        same = self._base.execute(
            "SELECT number, place, figures FROM own WHERE key = ?", (advice_key(values, shown),)
        ).fetchone()
        if same is not None:
            number, place, figures = same
            self._base.execute("UPDATE own SET held = ? WHERE number = ?", (position, number))
            if figures != _figures(values):
                yield Problem(place=place, column="", kind="other_advice", other=f"position {position}")
        subject = _subject(values)
        if subject is not None and not values["simulated"]:
            for (place,) in self._base.execute(
                "SELECT place FROM own WHERE subject = ? AND estimated AND held IS NULL", (subject,)
            ).fetchall():
                yield Problem(
                    place=place, column="own_estimate_months", kind="seen_before", other=f"position {position}"
                )

    def answered(self, position: int) -> None:
        """Note that the ledger holds an entry to the advice at a position."""
        self._base.execute("UPDATE own SET answered = 1 WHERE held = ?", (position,))

    def standing(self, *, late: bool) -> Iterator[Problem]:
        """Yield the rows that would add nothing, and those that come after their time."""
        query = "SELECT place, held FROM own WHERE held IS NOT NULL AND (answered OR NOT entered) ORDER BY number"
        for place, held in self._base.execute(query):
            yield Problem(place=place, column="", kind="already_there", other=f"position {held}")
        query = "SELECT place, judge, shown FROM own WHERE held IS NULL ORDER BY number"
        for place, judge, shown in () if late else self._base.execute(query):
            if shown < self._held_last.get(judge, shown):
                yield Problem(place=place, column="shown_at", kind="before_ledger")

    def held(self, number: int) -> int | None:
        """Return the position at which the ledger holds the advice of a row, if it does."""
        return self._base.execute("SELECT held FROM own WHERE number = ?", (number,)).fetchone()[0]

    def overtaken(self, opened: Ledger) -> bool:
        """Tell whether rows of the file came into the ledger since it was compared."""
        for _, values in opened.rows("advice", after=self._head):
            key = advice_key(values, instant(values["shown_at"]).timestamp())
            if self._base.execute("SELECT 1 FROM own WHERE key = ?", (key,)).fetchone():
                return True
        return False


def _hash(*parts: Any) -> bytes:
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=16).digest()


def advice_key(values: Mapping[str, Any], shown: float) -> bytes:
    """Return what makes advice one and the same: judge, case, version and time."""
    return _hash(*(values[name] for name in _KEYS), shown)


def _subject(values: Mapping[str, Any]) -> bytes | None:
    """Return what an own estimate must come before; None for advice that no judge saw."""
    return None if values["mode"] == "shadow" else _hash(*(values[name] for name in _KEYS))


def _figures(values: Mapping[str, Any]) -> bytes:
    return _hash(*(values[name] for name in (*_ADVICE, "simulated")))


class _Problems:
    """Problems as they are found: counted, the first kept for the message, all written to a file when one is named."""

    def __init__(self, path: Path, *, every: Path | None) -> None:
        self.counts: Counter[str] = Counter()
        self._path, self._every = path, every
        self._first: list[Problem] = []
        self._write: Callable[[Problem], None] | None = None

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        if self._every is None:
            yield
            return
        with (
            written(self._every),
            atomic_path(self._every) as temporary,
            temporary.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(["row", "column", "problem", "what", "other", "why", "what to do"])
            self._write = lambda problem: _write_problem(writer, problem)
            yield
        if not self.counts:
            self._every.unlink()

    def add(self, problem: Problem) -> None:
        self.counts[problem.kind] += 1
        if len(self._first) < rules()["listed"]:
            self._first.append(problem)
        if self._write is not None:
            self._write(problem)

    def refuse(self) -> None:
        """Do nothing when there is no problem; raise :class:`RefusedRowsError` that lists them."""
        if not self.counts:
            return
        total = sum(self.counts.values())
        text = io.StringIO()
        text.write(f"{self._path}: {total:,} problem(s), so nothing was imported. By row and column:\n")
        for problem in self._first:
            text.write(f"  {_where(problem)}: {_what(problem)}\n")
        if total > len(self._first):
            rest = f"all are in {self._every}" if self._every else "--problems FILE.csv writes all of them"
            text.write(f"  … and {total - len(self._first):,} more; {rest}\n")
        text.write("Why, and what to do:\n")
        for kind, number in self.counts.items():
            said = rules()["problems"][kind]
            text.write(f"  {said['what']} ({number:,}): {said['why']}. To do: {said['todo']}.\n")
        raise RefusedRowsError(text.getvalue().rstrip("\n"), self.counts)


def _where(problem: Problem) -> str:
    column = columns().get(problem.column)
    named = _header_words(problem.column) if column else problem.column
    return ", ".join(part for part in (f"row {problem.place}" if problem.place else "the file", named) if part)


def _what(problem: Problem) -> str:
    return rules()["problems"][problem.kind]["what"] + (f" ({problem.other})" if problem.other else "")


def _write_problem(writer: Any, problem: Problem) -> None:
    said = rules()["problems"][problem.kind]
    writer.writerow(
        [problem.place, problem.column, problem.kind, said["what"], problem.other, said["why"], said["todo"]]
    )
