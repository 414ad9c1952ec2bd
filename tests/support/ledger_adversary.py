"""Who can write the ledger's database and computes all hashes anew, without the signing key and the witness file.

What is done is drawn from a seeded generator, on the rows alone: any database can then be given the result.
"""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sentencing_ml.monitor.bookkeeping.chain import GENESIS, Break, Head, Stored, canonical, linked
from sentencing_ml.monitor.bookkeeping.roots import Root, signed
from sentencing_ml.monitor.ledger import Advice, Entry, Ledger

KEY = b"a key of the tests, no secret"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
AT = "2026-03-{:02}T12:00:00+08:00"


@dataclass(frozen=True)
class State:
    """What stands in the database: the records and the roots."""

    rows: tuple[Stored, ...]
    roots: tuple[Root, ...]

    @property
    def witnessed(self) -> int:
        """The position of the last root."""
        return self.roots[-1].position


def records(first: int, last: int):
    """Yield advice and its entry by turns, those of the positions ``first`` to ``last`` of a ledger."""
    for position in range(first, last + 1):
        number = (position + 1) // 2
        if position % 2:
            yield Advice(
                case_id=f"案件{number}/0/0", judge=f"法官{number % 9}", court="甲县人民法院", charge_group="盗窃罪",
                plea=number % 3 > 0, advice_months=6.0 + number % 31, interval_low=4.5, interval_high=48.0,
                model_version="0123456789abcdef", law_version="2024", shown_at=AT.format(1), recommendation_months=12.0,
            )  # fmt: skip
        else:
            yield Entry(
                advice_position=position - 1, judge=f"法官{number % 9}", entry_months=5.0 + number % 29,
                entered_at=AT.format(2), reason="本案情节较轻" if number % 5 == 0 else None,
            )  # fmt: skip


def make(ledger: Path, witness: Path, *, roots: Sequence[int], last: int) -> State:
    """Write a ledger of ``last`` records with roots at some positions, and return what stands in it."""
    with Ledger(ledger, key=KEY) as opened:
        before = 0
        for day, position in enumerate(roots, 3):
            opened.extend(records(before + 1, position))
            opened.sign_root(key=SIGNER, witness=witness, at=AT.format(day))
            before = position
        opened.extend(records(before + 1, last))
        kept = opened.roots()
    with sqlite3.connect(ledger) as connection:
        rows = connection.execute("SELECT position, kind, subject, body, previous, hash FROM ledger ORDER BY position")
        state = State(tuple(Stored(*row) for row in rows), tuple(kept))
    connection.close()
    return state


def put(state: State, *, empty: Path, place: Path) -> None:
    """Write a state into a copy of an empty ledger, past the program."""
    shutil.copy(empty, place)
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA synchronous=OFF")
    connection.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", map(columns, state.rows))
    connection.executemany("INSERT INTO ledger_roots VALUES (?, ?)", ((root.number, root.line) for root in state.roots))
    connection.commit()
    connection.close()


def put_on_server(state: State, *, connection: psycopg.Connection) -> None:
    """Write a state into the tables of a ledger on PostgreSQL, as one who may switch triggers off."""
    with connection.transaction(), connection.cursor() as cursor:
        for table in ("ledger", "ledger_roots"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {table}")
        cursor.executemany("INSERT INTO ledger VALUES (%s, %s, %s, %s, %s, %s)", [columns(row) for row in state.rows])
        roots = [(root.number, root.line) for root in state.roots]
        cursor.executemany("INSERT INTO ledger_roots VALUES (%s, %s)", roots)
        for table in ("ledger", "ledger_roots"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def columns(row: Stored) -> tuple:
    """Return the columns of a row in the order of the table."""
    return row.position, row.kind, row.subject, row.body, row.previous, row.hash


# What is done to the records: each returns them with the places, links and hashes that they had -----------------------


def edit(state: State, draw: random.Random) -> list[Stored]:
    """Change the months of one record."""
    rows = list(state.rows)
    at = draw.randrange(state.witnessed)
    values = json.loads(rows[at].body)
    name = "advice_months" if rows[at].kind == "advice" else "entry_months"
    rows[at] = replace(rows[at], body=canonical(values | {name: values[name] + draw.choice([-1.0, 0.5, 1.0, 12.0])}))
    return rows


def delete(state: State, draw: random.Random) -> list[Stored]:
    """Take out a record, or some that follow one another."""
    at = draw.randrange(state.witnessed)
    return [*state.rows[:at], *state.rows[at + draw.randint(1, 3) :]]


def insert(state: State, draw: random.Random) -> list[Stored]:
    """Put in an entry or a piece of advice that was never made."""
    at = draw.randrange(state.witnessed)
    like = draw.choice(state.rows)
    values = json.loads(like.body)
    name = "reason" if like.kind == "entry" else "case_id"
    return [*state.rows[:at], replace(like, body=canonical(values | {name: "另有一案"})), *state.rows[at:]]


def reorder(state: State, draw: random.Random) -> list[Stored]:
    """Let two records change places."""
    rows = list(state.rows)
    one = draw.randrange(state.witnessed)
    other = draw.choice([at for at in range(len(rows)) if at != one])
    for at, content in ((one, state.rows[other]), (other, state.rows[one])):
        rows[at] = replace(rows[at], kind=content.kind, subject=content.subject, body=content.body)
    return rows


def truncate(state: State, draw: random.Random) -> list[Stored]:
    """Cut the end off."""
    return list(state.rows[: draw.randrange(state.witnessed)])


def roll_back(state: State, draw: random.Random) -> list[Stored]:
    """Put back a copy of an earlier day, as it was when it was made."""
    return truncate(state, draw)


def fork(state: State, draw: random.Random) -> list[Stored]:
    """Continue a copy of an earlier day with other records, each of them right by every rule."""
    rows = truncate(state, draw)
    head = Head(position=len(rows), hash=rows[-1].hash if rows else GENESIS)
    for like in state.rows[len(rows) :] * 2:
        values = json.loads(like.body)
        name = "advice_months" if like.kind == "advice" else "entry_months"
        rows.append(linked(like.kind, like.subject, canonical(values | {name: values[name] + 3.0}), after=head))
        head = Head(position=rows[-1].position, hash=rows[-1].hash)
        if len(rows) > len(state.rows) and draw.random() < 0.1:
            break
    return rows


KINDS: dict[str, Callable[[State, random.Random], list[Stored]]] = {
    "edit": edit, "delete": delete, "insert": insert, "reorder": reorder, "truncate": truncate, "roll back": roll_back,
    "fork": fork,
}  # fmt: skip


def first_change(before: Sequence[Stored], after: Sequence[Stored]) -> int:
    """Return how many records at the beginning are the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))


def is_located(state: State, result: State, breaks: Sequence[Break]) -> bool:
    """Tell whether a break is named between the first change and the next root, itself included."""
    same = first_change(state.rows, result.rows)
    until = min(root.position for root in state.roots if root.position > same)
    return any(same < one.position <= until for one in breaks)


def tampered(kind: str, state: State, draw: random.Random) -> State:
    """Return what one trial leaves in the database.

    In three of four trials all places, links and hashes are made right again; an insertion is always. The roots are
    left as they are, or those that no longer fit are taken out, or all, or replaced by the adversary's own. An older copy
    and its continuation have the roots that stood at that time, and what the adversary signs.
    """
    rows = KINDS[kind](state, draw)
    same = first_change(state.rows, rows)
    if kind == "insert" or draw.random() < 0.75:
        rows = rehashed(rows)
    elif kind == "delete":
        rows = [*rows[:same], *(replace(row, position=at) for at, row in enumerate(rows[same:], same + 1))]
    fitting = tuple(root for root in state.roots if root.position <= same)
    covers = ["drop", "forge"] if kind in ("roll back", "fork") else ["keep", "drop", "drop all", "forge"]
    match draw.choice(covers):
        case "keep":
            return State(tuple(rows), state.roots)
        case "drop":
            return State(tuple(rows), fitting)
        case "drop all":
            return State(tuple(rows), ())
        case _:
            forged = list(fitting)
            for root in state.roots[len(fitting) :]:
                if root.position <= len(rows):
                    head = Head(position=root.position, hash=rows[root.position - 1].hash)
                    last = forged[-1] if forged else None
                    made = signed(head, at=root.at, last=last, key=STRANGER)
                    forged.append(replace(made, key=root.key) if draw.random() < 0.5 else made)
            return State(tuple(rows), tuple(forged))


def rehashed(rows: Sequence[Stored]) -> list[Stored]:
    """Return rows with their places, links and hashes computed anew."""
    result: list[Stored] = []
    head = Head(position=0, hash=GENESIS)
    for row in rows:
        result.append(linked(row.kind, row.subject, row.body, after=head))
        head = Head(position=result[-1].position, hash=result[-1].hash)
    return result


def trial(kind: str, number: int, state: State) -> State:
    """Return the result of the trial of a number: the same for everyone."""
    return tampered(kind, state, random.Random(f"{kind}/{number}"))
