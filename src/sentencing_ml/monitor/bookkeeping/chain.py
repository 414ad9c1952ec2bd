"""The hash chain of the ledger: each record's SHA-256 covers its content and the hash of the record before it.

An edit, a deletion, an insertion or a change of order breaks the chain, unless all hashes after it are computed anew;
that, a cut at the end and an older copy put in the place of the ledger are found against signed roots (``roots.py``).
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sentencing_ml.monitor.bookkeeping.records import KINDS

GENESIS = "0" * 64
"""What the first record names as the hash before it."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last record of the chain; an empty ledger has position 0 and the genesis hash."""

    position: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """Where something does not hold: a position, of what (a kind of record, root, witness, head), and the problem.

    Never its content. ``position`` is the record's; of a root or a line of the witness file, the record it stands at.
    """

    position: int
    kind: str
    problem: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as the ledger keeps it. ``subject`` finds advice for one judge, case and version of the model again."""

    position: int
    kind: str
    subject: str | None
    body: str
    previous: str
    hash: str


def canonical(values: Mapping[str, Any]) -> str:
    """Return the canonical JSON of a record: keys sorted, no spaces, nothing escaped that need not be."""
    return _ENCODER.encode(values)


def record_hash(*, position: int, kind: str, subject: str | None, body: str, previous: str) -> str:
    """Return the SHA-256 over a record's place, content and the hash before it, as hexadecimal digits.

    The parts are joined by line feeds, which canonical JSON escapes: no two records share the bytes that are hashed.
    """
    return hashlib.sha256(f"{position}\n{kind}\n{subject or ''}\n{previous}\n{body}".encode()).hexdigest()


def linked(kind: str, subject: str | None, body: str, *, after: Head) -> Stored:
    """Return the row that continues the chain."""
    position = after.position + 1
    digest = record_hash(position=position, kind=kind, subject=subject, body=body, previous=after.hash)
    return Stored(position=position, kind=kind, subject=subject, body=body, previous=after.hash, hash=digest)


@dataclass
class Walk:
    """One pass over the chain: what it found, where it ended, and the hashes at the positions it was asked for."""

    breaks: list[Break] = field(default_factory=list)
    head: Head = field(default_factory=lambda: Head(position=0, hash=GENESIS))
    records: int = 0
    noted: dict[int, str] = field(default_factory=dict)


def walk(rows: Iterable[Sequence[Any]], *, note: Collection[int], start: Head | None = None) -> Walk:
    """Check rows (the fields of :class:`Stored`, in the order of position) as they come; none is kept.

    ``note`` are positions whose hash is wanted; ``start`` is the record before the first row, by default none.
    """
    found = Walk() if start is None else Walk(head=start)
    position, last, records = found.head.position, found.head.hash, 0
    for row in rows:
        records += 1
        place, _, _, _, previous, digest = row
        if place != position + 1 or previous != last or not _fits(row):
            found.breaks += _breaks_of(row, position, last)
        # A table that was built anew may hold anything in the place of a number.
        position, last = place if type(place) is int else position + 1, digest
        if position in note:
            found.noted[position] = digest
    found.records, found.head = records, Head(position=position, hash=last)
    return found


def _fits(row: Sequence[Any]) -> bool:
    place, kind, subject, body, previous, digest = row
    try:
        joined = f"{place}\n{kind}\n{subject or ''}\n{previous}\n{body}".encode()
    except UnicodeEncodeError:
        return False
    # Bytes in place of a text format as "b'…'": they do not fit either.
    return hashlib.sha256(joined).hexdigest() == digest and kind in KINDS


def _breaks_of(row: Sequence[Any], position: int, last: str) -> Iterator[Break]:
    place, kind, _, _, previous, _ = row
    kind = kind if kind in KINDS else "record"
    if type(place) is not int:
        place = position + 1
        yield Break(position=place, kind=kind, problem="has no number as its position")
    elif place != position + 1:
        yield Break(position=place, kind=kind, problem=f"follows position {position}")
    if previous != last:
        yield Break(position=place, kind=kind, problem="does not continue the record before it")
    if not _fits(row):
        yield Break(position=place, kind=kind, problem="was altered: its hash does not fit its content")
