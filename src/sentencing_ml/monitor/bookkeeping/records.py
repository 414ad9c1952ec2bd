"""Records of the ledger: what each holds, which values it may hold, and what it may answer.

=========  =======================================================================  ==================================
record     what it says                                                             answers
=========  =======================================================================  ==================================
Advice     advice was shown to a judge, or computed in the shadow, for one count    nothing
Entry      the judge's own figure for that count                                    an advice of the same judge
Alert      a detector rose                                                          an entry of the same judge
Seen       the judge has seen the alert                                             an alert of the same judge
Note       the judge's reason (原因说明) or objection (异议)                         an alert of the same judge
=========  =======================================================================  ==================================

Months are floats, not negative and finite. Times are ISO-8601 strings with a zone, or naive for local time, and no
answer is earlier than what it answers. ``judge`` is given as a name (of an alert as the pseudonym) and stored as a
pseudonym. All pure: the rules that need the ledger itself (does the advice stand, was it seen before) are asked by
:meth:`ledger.Ledger.extend`.
"""

import datetime
import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

import pandas as pd

from sentencing_ml.errors import DataContractError

Mode = Literal["shown", "blind_first", "shadow", "training"]
"""How advice met the judge.

``shown``: before the entry. ``blind_first``: after the judge's own estimate and before the entry. ``shadow``: computed
and not shown to the judge before the entry. ``training``: a case made for training, never a live one.
"""

AlertKind = Literal["A1", "A2", "A3", "A4", "G"]
Direction = Literal["up", "down"]
NoteKind = Literal["原因说明", "异议"]

_LARGEST = 2**63 - 1  # of the whole numbers of a database and of a table
_MOST_NAMED = 20  # problems of one call that its message spells out; a message of a whole file serves nobody


@dataclass(frozen=True)
class InCall:
    """The record of this number, counted from 1, in the same call of ``extend``: its position is not known yet."""

    number: int


Months = Annotated[float, "months"]
Moment = Annotated[str, "moment"]
Position = Annotated[int | InCall, "position"]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Advice for one count: months, the interval, and which versions of model and law made it.

    ``charge_group``, ``plea`` (认罪认罚; None: unknown) and ``court`` say with which cases it is compared.
    ``own_estimate_months`` is there exactly when ``mode`` is ``blind_first``: one estimate for a judge, a case and a
    version of the model, before any advice for it. ``recommendation_months`` is the prosecution's single term.
    ``unaltered_months`` is there exactly when ``mode`` is ``training``: the advice before a gross error was planted in
    it, equal to ``advice_months`` where none was. ``simulated`` marks what no judge has seen.
    """

    case_id: str
    judge: str
    court: str | None = None
    charge_group: str
    plea: bool | None = None
    advice_months: Months
    interval_low: Months | None = None
    interval_high: Months | None = None
    model_version: str
    law_version: str | None = None
    shown_at: Moment
    mode: Mode = "shown"
    simulated: bool = False
    own_estimate_months: Months | None = None
    recommendation_months: Months | None = None
    unaltered_months: Months | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The term that a judge entered to the advice at ``advice_position``; ``reason`` as far as one was given."""

    advice_position: Position
    judge: str
    entry_months: Months
    entered_at: Moment
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A detector rose at the entry at ``entry_position``; ``definitions``: SHA-256 of ``definitions.yaml``.

    ``judge`` is the pseudonym, for alerts are raised from the ledger. An alert stands once: a second one of the same
    kind, judge, direction and entry is refused.
    """

    judge: str
    kind: AlertKind
    direction: Direction | None = None
    entry_position: Position
    raised_at: Moment
    statistic: float
    threshold: float
    definitions: str
    simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The judge has seen the alert; from then on the court may."""

    alert_position: Position
    judge: str
    seen_at: Moment


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the judge wrote to an alert; ``named`` facts of its cases were found in it, which ``accepted`` it or not."""

    alert_position: Position
    judge: str
    kind: NoteKind
    text: str
    written_at: Moment
    named: int
    accepted: bool


Record = Advice | Entry | Alert | Seen | Note
KINDS: dict[str, type] = {"advice": Advice, "entry": Entry, "alert": Alert, "seen": Seen, "note": Note}
"""Every kind of record by the name under which the ledger keeps it."""

_KIND_OF = {record: kind for kind, record in KINDS.items()}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a kind of record answers: the field that holds the position, the kind that stands there, and the times."""

    field: str
    kind: str
    earlier: str
    later: str


ANSWERS = {
    "entry": Answer(field="advice_position", kind="advice", earlier="shown_at", later="entered_at"),
    "alert": Answer(field="entry_position", kind="entry", earlier="entered_at", later="raised_at"),
    "seen": Answer(field="alert_position", kind="alert", earlier="raised_at", later="seen_at"),
    "note": Answer(field="alert_position", kind="alert", earlier="raised_at", later="written_at"),
}
"""By kind; advice answers nothing."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """Which values a field may hold: its form (a key of the readers below), the words allowed, and whether none."""

    name: str
    form: str
    allowed: tuple[str, ...]
    nullable: bool


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a record is refused: its number in the call (from 1), its kind, the field, and the reason; no content."""

    number: int
    kind: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"record {self.number}: {self.kind}.{self.field} {self.reason}"


class RefusedRecordsError(DataContractError):
    """Records that break a rule: nothing of the call was accepted. ``problems`` names each of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"  - {problem}" for problem in problems[:_MOST_NAMED]]
        if len(problems) > _MOST_NAMED:
            lines.append(f"  - and {len(problems) - _MOST_NAMED} more")
        super().__init__("\n".join(["ledger: nothing of the call was accepted. Mend and append again:", *lines]))


def kind_of(record: Record) -> str:
    """Return the kind of a record; a TypeError for what is none."""
    try:
        return _KIND_OF[type(record)]
    except KeyError:
        raise TypeError(f"{type(record).__name__} is no record of the ledger") from None


@lru_cache(maxsize=len(KINDS))
def forms(kind: str) -> tuple[Form, ...]:
    """Return the form of each field of a kind of record, in the order of its definition."""
    result = []
    for item in fields(KINDS[kind]):
        nullable = type(None) in get_args(item.type)
        (base,) = [part for part in get_args(item.type) if part is not type(None)] if nullable else [item.type]
        allowed: tuple[str, ...] = ()
        if get_origin(base) is Literal:
            form, allowed = "word", get_args(base)
        elif get_origin(base) is Annotated:
            form = get_args(base)[1]
        else:
            form = {str: "text", float: "number", int: "count", bool: "truth"}[base]
        result.append(Form(name=item.name, form=form, allowed=allowed, nullable=nullable))
    return tuple(result)


def read(record: Record, *, number: int) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of a record as the ledger keeps them, and what is wrong with them.

    12 becomes 12.0 and nan or NA None, so that what is hashed is what is read again. A wrong value is left out. The
    judge is still the name, and an :class:`InCall` still stands for its position.
    """
    kind = kind_of(record)
    values: dict[str, Any] = {}
    problems = []
    for form in forms(kind):
        value = getattr(record, form.name)
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            if form.nullable:
                values[form.name] = None
                continue
            reason = "is missing; a record needs it."
        else:
            value, reason = _READERS[form.form](value, form.allowed)
        if reason is None:
            values[form.name] = value
        else:
            problems.append(Problem(number=number, kind=kind, field=form.name, reason=reason))
    if kind == "advice" and not problems:
        for name, mode in (("own_estimate_months", "blind_first"), ("unaltered_months", "training")):
            if (values[name] is not None) != (values["mode"] == mode):
                reason = f"is there exactly when mode is {mode}."
                problems.append(Problem(number=number, kind=kind, field=name, reason=reason))
    return values, problems


def problem_of_answer(
    values: Mapping[str, Any], answered: tuple[str, Mapping[str, Any]] | None, *, number: int, kind: str
) -> Problem | None:
    """Return what forbids a record to answer the one at its position: another kind or judge, or a later time.

    ``answered`` is the kind and the values of the record that stands there, None when there is none.
    """
    answer = ANSWERS[kind]
    position = values[answer.field]

    def problem(field: str, reason: str) -> Problem:
        return Problem(number=number, kind=kind, field=field, reason=reason)

    if answered is None or answered[0] != answer.kind:
        return problem(answer.field, f"names no {answer.kind} at position {position}. Append the {answer.kind} first.")
    if answered[1]["judge"] != values["judge"]:
        return problem(answer.field, f"names the {answer.kind} at position {position}, which is another judge's.")
    if is_earlier(values[answer.later], answered[1][answer.earlier]):
        return problem(
            answer.later,
            f"is earlier than {answer.kind}.{answer.earlier} at position {position}: a clock ran back, or a time is "
            "wrong.",
        )
    return None


def is_earlier(one: str, other: str) -> bool:
    """Tell whether one moment is before another; a naive one beside one with a zone is local time."""
    first, second = datetime.datetime.fromisoformat(one), datetime.datetime.fromisoformat(other)
    if (first.tzinfo is None) != (second.tzinfo is None):
        first, second = first.astimezone(), second.astimezone()
    return first < second


Read = tuple[Any, str | None]
"""A value as it is kept, and why it is refused, None when it is not."""


def _text(value: Any, _: tuple[str, ...]) -> Read:
    if not isinstance(value, str):
        return None, "is no text."
    if not value.strip():
        return None, "is empty."
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which no file or database can hold
        return None, "holds a character that is none."
    return str(value), None


def _word(value: Any, allowed: tuple[str, ...]) -> Read:
    return (value, None) if value in allowed else (None, f"is none of {', '.join(allowed)}.")


def _number(value: Any, _: tuple[str, ...]) -> Read:
    if not isinstance(value, numbers.Real) or pd.api.types.is_bool(value):
        return None, "is no number."
    return (float(value) + 0.0, None) if math.isfinite(value) else (None, "is not a finite number.")  # -0.0 is 0.0


def _months(value: Any, allowed: tuple[str, ...]) -> Read:
    months, reason = _number(value, allowed)
    return (None, "is negative.") if reason is None and months < 0 else (months, reason)


def _count(value: Any, _: tuple[str, ...]) -> Read:
    if not isinstance(value, numbers.Integral) or pd.api.types.is_bool(value):
        return None, "is no whole number."
    if value < 0:
        return None, "is negative."
    return (int(value), None) if value <= _LARGEST else (None, "is larger than any count.")


def _truth(value: Any, _: tuple[str, ...]) -> Read:
    return (bool(value), None) if pd.api.types.is_bool(value) else (None, "is neither true nor false.")


def _moment(value: Any, _: tuple[str, ...]) -> Read:
    try:
        datetime.datetime.fromisoformat(value).astimezone()
    except (TypeError, ValueError, OverflowError):
        return None, "is no time such as 2026-03-02T09:30:00+08:00."
    return str(value), None


def _position(value: Any, allowed: tuple[str, ...]) -> Read:
    if isinstance(value, InCall):
        return (value, None) if value.number > 0 else (None, "names no record of the call: they count from 1.")
    return _count(value, allowed)


_READERS: dict[str, Callable[[Any, tuple[str, ...]], Read]] = {
    "text": _text,
    "word": _word,
    "number": _number,
    "months": _months,
    "count": _count,
    "truth": _truth,
    "moment": _moment,
    "position": _position,
}
