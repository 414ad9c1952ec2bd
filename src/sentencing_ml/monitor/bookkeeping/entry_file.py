"""Rows of a table of advice and entries: columns found, cells typed, rows checked, each problem with its place.

Pure but for the reading of the file, which is streamed: a row is a place and its values, whatever the format. What the
table may hold stands in ``entry_file.yaml``. A problem names row, column and kind, never a value.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from sentencing_ml.errors import InputError
from sentencing_ml.judgments.cells import Header, Line
from sentencing_ml.judgments.formats import table_lines
from sentencing_ml.law import charges
from sentencing_ml.law.limits import limits
from sentencing_ml.liability.prediction_files import FORMULA, QUOTE
from sentencing_ml.monitor.bookkeeping.naming import LONGEST, PSEUDONYM
from sentencing_ml.monitor.bookkeeping.records import Mode
from sentencing_ml.packaged import read_yaml

_BATCH = 2048  # rows whose cells are typed at once
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # control characters that no running text has
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_ENTRY = ("entry_months", "entered_at")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table: its name, the form of its cells, whether each row needs it, other names for it."""

    name: str
    form: str
    needed: bool = False
    zh: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong: where, in which column ("": the row), of which kind; ``other`` says where its match stands."""

    place: str
    column: str
    kind: str
    other: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row: where it stands, its values by column (None: empty or wrong), and what is wrong with it alone."""

    place: str
    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """Read ``entry_file.yaml``."""
    return read_yaml("monitor", "bookkeeping/entry_file.yaml")


@lru_cache(maxsize=1)
def columns() -> dict[str, Column]:
    """Return the columns by name, in the order in which they are documented."""
    given = rules()["columns"]
    return {name: Column(name=name, **{**item, "zh": tuple(item["zh"])}) for name, item in given.items()}


def read_cell(cell: Any, column: str, *, option: str) -> Any:
    """Return the value that an option of the command line gives of a column, as the file's cells are read.

    Raises
    ------
    InputError
        It is none; the message names the option and what is expected, not the value.
    """
    (value,), wrong = _read([_cell(cell)], columns()[column].form)
    if wrong:
        said = rules()["problems"][wrong[0][1]]
        raise InputError(f"{option}: {said['what']}: {said['why']}. To do: {said['todo']}.")
    return value


def instant(moment: str) -> datetime.datetime:
    """Return a time of the ledger with a zone."""
    time = datetime.datetime.fromisoformat(moment)
    return (time if time.tzinfo else time.replace(tzinfo=zone())).astimezone(zone())


@lru_cache(maxsize=1)
def zone() -> datetime.timezone:
    """Return the zone of times that name none."""
    return datetime.timezone(datetime.timedelta(hours=rules()["utc_offset_hours"]))


def read_rows(path: Path, *, now: datetime.datetime) -> Iterator[Row | Problem]:
    """Yield the rows of a table in their order, and what is wrong with its header before them.

    ``now`` (with a zone) bounds the times. Memory is that of a few thousand rows.

    Raises
    ------
    judgments.cells.TableError
        The file cannot be read as a table, with the reason.
    """
    lines = table_lines(path, tells=is_header, largest=rules()["megabytes"] << 20)
    by_row = path.name.lower().removesuffix(".gz").endswith(".jsonl")
    return _rows(lines, now=now, by_row=by_row)


def is_header(names: Sequence[Any]) -> bool:
    """Tell whether most of the columns that every row needs are named."""
    known = {column.name for column in (column_of(name) for name in names) if column is not None and column.needed}
    return 2 * len(known) > sum(column.needed for column in columns().values())


def _rows(lines: Iterable[Line], *, now: datetime.datetime, by_row: bool) -> Iterator[Row | Problem]:
    """Yield rows; ``by_row``: each object has its own keys, and one that lacks a column lacks it in its row alone."""
    table: list[Column | None] = []
    needed: list[str] = []
    held: list[tuple[str, list[Any]]] = []
    for line in lines:
        if isinstance(line, tuple) and not isinstance(line[1], str):
            held.append(line)
            if len(held) < _BATCH:
                continue
        yield from _typed(held, table, needed=needed, now=now)
        held = []
        if isinstance(line, Header):
            table, problems = _header(line)
            needed = [name for name, column in columns().items() if column.needed and (by_row or column in table)]
            if not by_row:
                missing = [name for name, column in columns().items() if column.needed and column not in table]
                problems += [Problem(place=line.place, column=name, kind="missing_column") for name in missing]
            yield from problems
        elif isinstance(line[1], str):
            yield Row(place=line[0], values={}, problems=(Problem(place=line[0], column="", kind=line[1]),))
    yield from _typed(held, table, needed=needed, now=now)


def _header(header: Header) -> tuple[list[Column | None], list[Problem]]:
    """Return the column of each place and what is wrong; a name that is not known is told by its place alone."""
    found: list[Column | None] = []
    problems = []
    for number, name in enumerate(header.names, start=1):
        column = column_of(name)
        if name is not None and str(name).strip() and column is None:
            problems.append(Problem(place=header.place, column=f"column {number}", kind="unknown_column"))
        if column is not None and column in found:
            problems.append(Problem(place=header.place, column=column.name, kind="duplicate_column"))
            column = None
        found.append(column)
    return found, problems


def column_of(name: Any) -> Column | None:
    """Return the column that a header names, in either language, or None."""
    return _aliases().get(str(name).strip("\ufeff \t\r\n").casefold())


@lru_cache(maxsize=1)
def _aliases() -> dict[str, Column]:
    return {alias.casefold(): column for column in columns().values() for alias in (column.name, *column.zh)}


def _typed(
    held: Sequence[tuple[str, list[Any]]],
    table: Sequence[Column | None],
    *,
    needed: Sequence[str],
    now: datetime.datetime,
) -> Iterator[Row]:
    """Yield rows of typed cells: column by column, which pydantic does many times faster than cell by cell."""
    wrong: list[dict[str, str]] = [{} for _ in held]
    values: dict[str, list[Any]] = {name: [None] * len(held) for name in columns()}
    for number, column in enumerate(table):
        if column is None:
            continue
        cells = [_cell(row[number] if number < len(row) else None) for _, row in held]
        values[column.name], told = _read(cells, column.form)
        for place, kind in told:
            wrong[place][column.name] = kind
    names = list(values)
    latest = now + datetime.timedelta(hours=rules()["hours_ahead"])
    for (place, _), found, cells in zip(held, wrong, zip(*values.values(), strict=True), strict=True):
        yield _row(place, dict(zip(names, cells, strict=True)), found, needed=needed, latest=latest)


def _row(
    place: str, own: dict[str, Any], wrong: dict[str, str], *, needed: Sequence[str], latest: datetime.datetime
) -> Row:
    """Return a row with what is wrong between its cells beside what is ``wrong`` in them, a problem a column."""
    for name, kind in list(_of_times(own, latest)):
        wrong[name] = kind
        own[name] = None  # nothing is to be compared with it
    if own["mode"] is None and "mode" not in wrong:
        own["mode"] = get_args(Mode)[0]
    for name in needed:
        if own[name] is None:
            wrong.setdefault(name, "missing")
    for name, kind in _of_row(own):
        wrong.setdefault(name, kind)
    problems = tuple(Problem(place=place, column=name, kind=kind) for name, kind in wrong.items())
    return Row(place=place, values=own, problems=problems)


def _cell(cell: Any) -> Any:
    """Return a cell, None for an empty one, and a whole number of a spreadsheet as the number it shows."""
    if isinstance(cell, str):
        return cell.strip("\ufeff \t\r\n\u3000") or None
    return None if isinstance(cell, float) and cell != cell else cell


def _read(cells: list[Any], form: str) -> tuple[list[Any], list[tuple[int, str]]]:
    """Return the values of a column's cells (None where wrong), and which are wrong in what way."""
    adapter = _adapters()[form]
    try:
        return adapter.validate_python(cells), []
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
    wrong = {int(item["loc"][0]): _KINDS.get(item["type"], item["type"]) for item in told}
    mended = [None if number in wrong else cell for number, cell in enumerate(cells)]
    return adapter.validate_python(mended), sorted(wrong.items())


_KINDS = {
    "float_parsing": "not_number",
    "float_type": "not_number",
    "finite_number": "not_finite",
    "greater_than": "not_positive",
    "greater_than_equal": "not_positive",
    "less_than_equal": "absurd",
    "string_type": "not_text",
    "string_unicode": "control",
    "string_too_long": "too_long",
}
"""Kinds of problems by pydantic's names for them; our own validators use the kinds."""


@lru_cache(maxsize=1)
def _adapters() -> dict[str, TypeAdapter]:
    longest, most = rules()["longest"], rules()["most_months"]
    highest = float(limits()[most["limit"]].params[most["param"]])

    def text(length: int, check: Callable[[str], str]) -> Any:
        return Annotated[str, Field(max_length=length), BeforeValidator(partial(_text, check=check))]

    def months(**lowest: float) -> Any:
        return Annotated[float, Field(le=highest, allow_inf_nan=False, **lowest), BeforeValidator(_number)]

    forms = {
        "name": text(LONGEST, _name),
        "text": text(longest["text"], _line),
        "reason": text(longest["reason"], _prose),
        "charge": Annotated[str, BeforeValidator(partial(_text, check=_charge))],
        "months": months(gt=0),
        "bound": months(ge=0),
        "time": Annotated[datetime.datetime, BeforeValidator(_time)],
        "truth": Annotated[bool, BeforeValidator(_truth)],
        "mode": Annotated[Mode, BeforeValidator(partial(_text, check=_mode))],
    }
    return {form: TypeAdapter(list[kind | None]) for form, kind in forms.items()}


def _wrong(kind: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "wrong")


def _text(cell: Any, *, check: Callable[[str], str]) -> Any:
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        cell = str(cell)
    if not isinstance(cell, str):
        raise _wrong("not_text")
    if cell.startswith(QUOTE) and cell[1:].startswith((*FORMULA, QUOTE)):
        return check(cell[1:])
    if cell.startswith(FORMULA):
        raise _wrong("formula")
    return check(cell)


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise _wrong("control")
    return text


def _prose(text: str) -> str:
    if _UNREADABLE.search(text):
        raise _wrong("control")
    return text


def _name(text: str) -> str:
    if PSEUDONYM.fullmatch(text):
        raise _wrong("pseudonym")
    return _line(text)


def _charge(text: str) -> str:
    known = charges.canonical(text)
    if known is None:
        raise _wrong("unknown_charge")
    return known


def _mode(text: str) -> str:
    for mode, words in rules()["modes"].items():
        if text.casefold() in words:
            return mode
    raise _wrong("unknown_mode")


def _truth(cell: Any) -> Any:
    if cell is None or isinstance(cell, bool):
        return cell
    word = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).casefold()
    if word in rules()["truths"]["affirmed"]:
        return True
    if word in rules()["truths"]["denied"]:
        return False
    raise _wrong("not_truth")


def _number(cell: Any) -> Any:
    if isinstance(cell, bool):
        raise _wrong("not_number")
    if isinstance(cell, str) and cell.startswith(("=", "@")):
        raise _wrong("formula")
    return cell


def _time(cell: Any) -> Any:
    """Return a time with a zone; spreadsheets and Parquet give times, other formats text."""
    if cell is None:
        return None
    if hasattr(cell, "to_pydatetime"):  # of a Parquet file that counts nanoseconds, which no ISO time does
        cell = cell.to_pydatetime(warn=False)
    if isinstance(cell, datetime.datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=zone())).astimezone(zone())
    if isinstance(cell, datetime.date):
        raise _wrong("day_only")
    if not isinstance(cell, str):
        raise _wrong("not_time")
    if cell.startswith(FORMULA):
        raise _wrong("formula")
    found = _TIME.fullmatch(cell)
    if found is None:
        raise _wrong("day_only" if _DAY.fullmatch(cell) else "not_time")
    *parts, second, fraction, offset = found.groups()
    try:
        micro = int((fraction or "0").ljust(6, "0"))
        whole = datetime.datetime(*map(int, parts), int(second or 0), micro, _offset(offset))
        return whole.astimezone(zone())
    except (ValueError, OverflowError):
        raise _wrong("not_time") from None


def _offset(written: str | None) -> datetime.tzinfo:
    if written is None:
        return zone()
    if written == "Z":
        return datetime.UTC
    minutes = int(written[1:3]) * 60 + int(written[-2:])
    return datetime.timezone(datetime.timedelta(minutes=-minutes if written[0] == "-" else minutes))


def _of_times(own: Mapping[str, Any], latest: datetime.datetime) -> Iterator[tuple[str, str]]:
    earliest = rules()["earliest"]
    for name in ("shown_at", "own_estimate_at", "entered_at"):
        time = own[name]
        if time is not None and time.date() < earliest:
            yield name, "too_early"
        elif time is not None and time > latest:
            yield name, "future"


def _of_row(own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong between the cells of a row: column and kind."""
    if any(own[name] is not None for name in (*_ENTRY, "reason")):
        yield from ((name, "entry_incomplete") for name in _ENTRY if own[name] is None)
    shown, entered, estimated = own["shown_at"], own["entered_at"], own["own_estimate_at"]
    if shown is not None and entered is not None and entered < shown:
        yield "entered_at", "entry_before_advice"
    low, high, advice = own["interval_low"], own["interval_high"], own["advice_months"]
    if (low is None) != (high is None):
        yield ("interval_low" if low is None else "interval_high"), "interval_incomplete"
    elif low is not None and low > high:
        yield "interval_low", "interval_reversed"
    elif low is not None and advice is not None and not low <= advice <= high:
        yield "advice_months", "interval_misses"
    own_estimate, mode = own["own_estimate_months"], own["mode"]
    if mode is not None and (own_estimate is None) == (mode == "blind_first"):
        yield "own_estimate_months", "estimate_missing" if own_estimate is None else "estimate_unasked"
    elif own_estimate is None and estimated is not None:
        yield "own_estimate_at", "estimate_unasked"
    if own_estimate is not None and estimated is not None and shown is not None and estimated > shown:
        yield "own_estimate_at", "estimate_late"
    if mode is not None and (own["unaltered_months"] is None) == (mode == "training"):
        yield "unaltered_months", "unaltered_missing" if own["unaltered_months"] is None else "unaltered_unasked"
