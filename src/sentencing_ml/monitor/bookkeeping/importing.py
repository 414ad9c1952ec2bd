"""Advice and entries of a court's system into the ledger: a table is checked whole, then taken whole or not at all.

The file is read twice, row by row: once to check it, while nobody has to wait, and once to append it in a single
transaction. What must be remembered of a row (hashes, times, its place) goes to a temporary database that no other
process sees, so that memory does not grow with the file. All problems are reported at once, each by row and column,
never with a value.
"""

import contextlib
import datetime
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.judgments.cells import Header, TableError
from sentencing_ml.judgments.formats import format_of, table_lines
from sentencing_ml.monitor.bookkeeping.database import is_url
from sentencing_ml.monitor.bookkeeping.database import shown as shown_place
from sentencing_ml.monitor.bookkeeping.entry_file import Problem, Row, column_of, columns, read_rows, rules
from sentencing_ml.monitor.bookkeeping.entry_memory import ADVICE, Memory
from sentencing_ml.monitor.bookkeeping.entry_problems import Problems, header_words
from sentencing_ml.monitor.bookkeeping.records import Advice, Entry, InCall, Record
from sentencing_ml.monitor.ledger import Ledger, pseudonym
from sentencing_ml.progress import track
from sentencing_ml.storage import sha256_file

SUFFIXES = (".csv", ".jsonl", ".parquet", ".xlsx")
"""Formats that are read; the first two may also end in ``.gz``."""

_MOST_BREAKS = 20  # that a message spells out


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: rows read, advice and entries appended, entries to advice that was there, judges.

    ``unknown`` judges have no advice in the ledger before: all of them, when a wrong key made their pseudonyms.
    """

    rows: int
    advice: int
    entries: int
    answered: int
    judges: int
    unknown: int


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
        The file cannot be read, or rows cannot be taken (:class:`entry_problems.RefusedRowsError`); the database went
        away.
    DataContractError
        The chain of the ledger is broken.
    """
    _readable(path)
    known = None if roster is None else read_roster(roster)
    digest = sha256_file(path)
    told = Problems(path, every=problems)
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(contextlib.closing(Memory()))
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
        counts: Counter[str] = Counter()
        target = opened or stack.enter_context(Ledger(ledger))
        rows = _records(path, digest, memory=memory, counts=counts, now=now)
        target.extend(_first(rows, path, memory=memory, target=target, fresh=opened is None))
    return Imported(
        rows=memory.rows, advice=counts["advice"], entries=counts["entry"], answered=counts["answered"],
        judges=len(memory.last), unknown=memory.unknown,
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
            raise InputError(f"{path}: its first row names no column {header_words('judge')}.") from None
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
        needed = "; ".join(header_words(column.name) for column in columns().values() if column.needed)
        return InputError(
            f"{path}: its first row is no header of advice and entries. Name the columns there as docs/ledger.md lists "
            f"them; every file has: {needed}."
        )
    return InputError(f"{path}: {rules()['unreadable'][error.reason]}")


def _check(
    path: Path,
    *,
    memory: Memory,
    told: Problems,
    name: Callable[[str], str],
    known: frozenset[str] | None,
    now: datetime.datetime,
) -> None:
    """Tell what is wrong with a file by itself, and remember its rows."""
    try:
        for item in track(read_rows(path, now=now), total=None, label="check"):
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


def _compare(opened: Ledger, *, memory: Memory, told: Problems, late: bool) -> None:
    """Tell which rows the ledger holds already, or contradicts."""
    for position, values in opened.rows("advice"):
        for problem in memory.meet(position, values):
            told.add(problem)
    for _, values in opened.rows("entry"):
        memory.answered(values["advice_position"])
    for problem in memory.standing(late=late):
        told.add(problem)


def _first(
    records: Iterator[Record], path: Path, *, memory: Memory, target: Ledger, fresh: bool
) -> Iterator[Record]:
    """Yield records if nothing came in between since they were compared: asked when the transaction draws them.

    ``fresh``: there was no ledger to compare with, so that one which holds something now was made meanwhile.
    """
    if (fresh and target.head().position) or memory.overtaken(target):
        raise InputError(f"{path}: another process came first with these rows. Nothing was added; import it again.")
    yield from records


def _records(
    path: Path, digest: str, *, memory: Memory, now: datetime.datetime, counts: Counter[str]
) -> Iterator[Record]:
    """Yield the records of a file that was checked, those of a judge in the order of their times, and count them.

    What it raises undoes the transaction that draws them.
    """
    waiting: dict[str, list[tuple[datetime.datetime, int, Entry]]] = {}
    order = count()

    def due(judge: str, until: datetime.datetime | None) -> Iterator[Entry]:
        own = waiting.get(judge, [])
        while own and (until is None or own[0][0] <= until):
            counts["entry"] += 1
            yield heappop(own)[2]

    rows = track(read_rows(path, now=now), total=memory.rows, label="append")
    for number, row in enumerate((item for item in rows if isinstance(item, Row)), start=1):
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
    for judge in sorted((judge for judge in waiting if waiting[judge]), key=lambda judge: waiting[judge][0][:2]):
        yield from due(judge, None)
    if sha256_file(path) != digest:
        raise InputError(f"{path}: changed while it was read. Nothing was added; import it again when it is whole.")


def _advice(values: Mapping[str, Any]) -> Advice:
    given = {name: values[name] for name in ADVICE}
    return Advice(**given, simulated=bool(values["simulated"]), shown_at=values["shown_at"].isoformat())
