"""What an import must know of all rows of a table at once, and of the ledger beside it.

It stands in a temporary database that no other process sees and that is gone when it is closed, as hashes, times and
places, so that memory does not grow with the file.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from sentencing_ml.monitor.bookkeeping.entry_file import Problem, Row, instant
from sentencing_ml.monitor.ledger import Ledger

ADVICE = (
    "case_id", "judge", "court", "charge_group", "plea", "advice_months", "interval_low", "interval_high",
    "model_version", "law_version", "mode", "own_estimate_months", "recommendation_months", "unaltered_months",
)  # fmt: skip
"""Columns that are fields of an advice as they stand; ``shown_at`` and ``simulated`` are written in another way."""

_KEYS = ("case_id", "judge", "model_version")


class Memory:
    """The rows of a table, taken one by one, and then held against a ledger.

    ``rows`` is their number; ``last`` says for each judge when advice was last shown, and in which row.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.last: dict[str, tuple[float, str]] = {}
        self._simulated: bool | None = None  # of the first row
        self._held_last: dict[str, float] = {}  # when the ledger's advice was last shown, by judge
        self._head = 0  # the last advice of the ledger that was compared
        self._base = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE own (number INTEGER PRIMARY KEY, place TEXT, key BLOB UNIQUE, subject BLOB, judge TEXT, "
            "shown REAL, entered INTEGER, estimated INTEGER, figures BLOB, "
            "held INTEGER, differs INTEGER, answered INTEGER)",
            "CREATE INDEX subjects ON own (subject)",
            "CREATE INDEX holds ON own (held) WHERE held IS NOT NULL",
            "BEGIN",  # never committed: nothing of it is to stay
        ):
            self._base.execute(statement)

    def close(self) -> None:
        """Forget all."""
        self._base.close()

    @property
    def unknown(self) -> int:
        """How many judges of the rows have no advice in the ledger."""
        return len(self.last) - len(self._held_last)

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
            "INSERT INTO own VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, 0)",
            (self.rows, row.place, key, subject, judge, shown, values["entered_at"] is not None, estimated,
             _figures(told)),
        )  # fmt: skip

    def meet(self, position: int, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Compare advice of the ledger with the rows, and yield what it contradicts."""
        if not self._head and self._simulated is not None and values["simulated"] != self._simulated:
            yield Problem(place="", column="simulated", kind="other_kind")
        self._head = position
        shown = instant(values["shown_at"]).timestamp()
        judge = values["judge"]
        if judge in self.last:
            self._held_last[judge] = max(shown, self._held_last.get(judge, shown))
        same = self._base.execute(
            "SELECT number, place, figures FROM own WHERE key = ?", (advice_key(values, shown),)
        ).fetchone()
        if same is not None:
            number, place, figures = same
            differs = figures != _figures(values)
            self._base.execute("UPDATE own SET held = ?, differs = ? WHERE number = ?", (position, differs, number))
            if differs:
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
        query = (
            "SELECT place, held FROM own WHERE held IS NOT NULL AND NOT differs AND (answered OR NOT entered) "
            "ORDER BY number"
        )
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
        """Tell whether rows of the table came into the ledger since it was compared."""
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
    return _hash(*(values[name] for name in (*ADVICE, "simulated")))
