"""Rows of .csv, .parquet and .xlsx as the values of records: a row a record, columns named as the keys of JSONL.

What is typed in JSON is text in a cell, so a cell is read by its column: numbers, truth values, lists. Every format is
streamed row by row.
"""

import csv
import json
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa
import pyarrow.parquet as pq

TEXTS = ("text", "fact")
"""One of these columns must be there: a whole judgment or indictment, or the facts alone."""

_LISTS = frozenset({"charges", "articles"})
_NUMBERS = frozenset({"term_months", "fine_yuan"})
_TRUTHS = frozenset({"life", "death"})
_COLUMNS = frozenset({"id", "source", "opinion", "province", "meta", *TEXTS, *_LISTS, *_NUMBERS, *_TRUTHS})
_TRUE, _FALSE = frozenset({"true", "1", "是"}), frozenset({"false", "0", "否"})
# 、 stands inside the names of charges (走私、贩卖毒品罪), so it parts them only behind a whole name.
_PARTS = re.compile(r"[;；|,，\n]|(?<=罪)、|(?<=\d)、")
_DELIMITERS = ",\t;"
_ROWS = 256  # of a Parquet file held at once
_MOST_ROWS = 1 << 20  # of a sheet: Excel's own limit
# A workbook of Chinese text unpacks to less than ten times its size; what unpacks to more is made to fill the memory.
_MOST_UNPACKED = 40

Row = tuple[str, dict[str, Any] | str]
"""Where a row stands and its values by column, or the reason why it cannot be read."""


Tells = Callable[[Sequence[Any]], bool]
"""Whether a first row is the header of such a table as is looked for."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """The names of the columns as they stand in a table; the rows behind it have their cells in this order."""

    place: str
    names: tuple[Any, ...]


Line = Header | tuple[str, list[Any] | str]
"""A header, or where a row stands and its cells, or the reason why it cannot be read."""


class TableError(Exception):
    """A reason code of ``quarantine.yaml`` for a whole table; never leaves the package."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def csv_rows(file: IO[str], *, longest: int) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header, see :func:`csv_cells`."""
    return _records(csv_cells(file, longest=longest, tells=_tells))


def csv_cells(file: IO[str], *, longest: int, tells: Tells) -> Iterator[Line]:
    """Yield the header of a CSV file and its rows, by the line on which each ends; blank rows are left out.

    Comma, tab or semicolon part the cells, whichever makes a header that ``tells``. A row that is no row of this
    table (quotation marks that do not match, more or fewer cells than the header) comes as ``broken_row``.

    Raises
    ------
    TableError
        No way of parting the first line makes a header.
    """
    names, delimiter = _header(file.readline(longest), tells)
    yield Header(place="1", names=tuple(names))
    lines = _Lines(file, longest)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while (cells := _next_row(reader, longest)) is not None:
        place = str(lines.number)
        if isinstance(cells, str):
            yield place, cells
        elif any(cell.strip() for cell in cells):
            fits = len(cells) >= len(names) and not any(cells[len(names) :])
            yield place, cells[: len(names)] if fits else "broken_row"


def _records(lines: Iterable[Line]) -> Iterator[Row]:
    names: list[str] = []
    for line in lines:
        if isinstance(line, Header):
            names = _names(line.names)
        else:
            place, cells = line
            yield place, cells if isinstance(cells, str) else _values(names, cells)


class _TooLong(Exception):
    """A line longer than a record may be."""


class _Lines:
    """The lines of a file; one that is too long is passed over, so that memory does not grow with it."""

    def __init__(self, file: IO[str], longest: int) -> None:
        self._file, self._longest = file, longest
        self.number = 1  # the header's

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._longest)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) < self._longest:
            return line
        while line and not line.endswith("\n"):
            line = self._file.readline(self._longest)
        raise _TooLong


def _header(line: str, tells: Tells) -> tuple[list[str], str]:
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if tells(names):
            return names, delimiter
    raise TableError("no_text_column")


def _next_row(reader: Any, longest: int) -> list[str] | str | None:
    """Return the next row, a reason where it is none, None at the end; the limit of a cell is one of the process."""
    before = csv.field_size_limit(longest)
    try:
        return next(reader, None)
    except _TooLong:
        return "too_large"
    except csv.Error as error:
        return "too_large" if "field limit" in str(error) else "broken_row"
    finally:
        csv.field_size_limit(before)


def parquet_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a Parquet file by their number from 1; only the columns of a record are read."""
    return _records(parquet_cells(path, tells=_tells, wanted=lambda name: _name(name) in _COLUMNS))


def parquet_cells(path: Path, *, tells: Tells, wanted: Callable[[str], bool] | None = None) -> Iterator[Line]:
    """Yield the header of a Parquet file and its rows by their number from 1; by default every column is ``wanted``.

    Raises
    ------
    TableError
        The names of the columns make no header, or the file is damaged.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            names = [name for name in file.schema_arrow.names if wanted is None or wanted(name)]
            if not tells(names):
                raise TableError("no_text_column")
            yield Header(place="", names=tuple(names))
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS, columns=names if wanted else None, use_threads=False):
                # by place and not by name: a file may give one name to two columns
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield str(number), list(cells)
    except (pa.ArrowException, OSError) as error:
        raise TableError("damaged_file") from error


def workbook_rows(path: Path, *, largest: int) -> Iterator[Row]:
    """Yield the rows of every sheet with a text column, see :func:`workbook_cells`."""
    return _records(workbook_cells(path, largest=largest, tells=_tells))


def workbook_cells(path: Path, *, largest: int, tells: Tells) -> Iterator[Line]:
    """Yield the header and the rows of every sheet whose first row ``tells``.

    A row stands at its number, behind the second sheet's place ``2:`` and so on; blank rows are left out. A formula
    gives the value that was stored with it. Nothing outside of the workbook is read. ``largest`` is the number of bytes
    to which a small workbook may unpack.

    Raises
    ------
    TableError
        No sheet has such a header, or the workbook is damaged or unpacks to more.
    """
    import openpyxl  # a tenth of a second, for who reads workbooks

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > max(largest, _MOST_UNPACKED * path.stat().st_size):
            raise TableError("too_large")
        with warnings.catch_warnings(action="ignore"):  # it warns of styles and extensions, which nobody reads here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [(place, sheet) for place, sheet in enumerate(book.worksheets) if tells(_first(sheet))]
            if not sheets:
                raise TableError("no_text_column")
            for place, sheet in sheets:
                behind = f"{place + 1}:" if place else ""
                yield Header(place=f"{behind}1", names=tuple(_first(sheet)))
                for number, cells in _sheet_rows(sheet):
                    yield f"{behind}{number}", cells
        finally:
            book.close()
    # openpyxl meets a hostile part with whatever its parser stumbles over
    except (zipfile.BadZipFile, zlib.error, OSError, KeyError, ValueError, TypeError, AttributeError, IndexError,
            ParseError, EOFError, NotImplementedError, OverflowError) as error:  # fmt: skip
        raise TableError("damaged_file") from error


def _first(sheet: Any) -> list[Any]:
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    return list(next(_quiet(sheet.iter_rows(max_row=1, values_only=True)), ()))


def _quiet(rows: Iterable[tuple]) -> Iterator[tuple]:
    rows = iter(rows)
    while True:
        with warnings.catch_warnings(action="ignore"):  # of dates beyond the calendar
            row = next(rows, None)
        if row is None:
            return
        yield row


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    for number, cells in enumerate(_quiet(sheet.iter_rows(min_row=2, values_only=True)), start=2):
        if number > _MOST_ROWS:
            raise TableError("damaged_file")
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, list(cells)


def _tells(names: Any) -> bool:
    return any(_name(name) in TEXTS for name in names)


def _names(names: Sequence[Any]) -> list[str]:
    return [_name(name) for name in names]


def _name(name: Any) -> str:
    return str(name).strip("\ufeff \t\r\n").casefold() if name is not None else ""


def _values(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return a row as JSON would have it: empty cells are left out, the others are typed by their column."""
    given = zip(names, cells, strict=False)
    return {name: _value(name, cell) for name, cell in given if name in _COLUMNS and cell is not None and cell != ""}


def _value(name: str, cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer() and name not in _NUMBERS:
        cell = int(cell)  # spreadsheets and columns with gaps keep whole numbers as floats
    if name in _LISTS:
        return _list(cell)
    if name == "meta":
        return _parsed(cell)
    if isinstance(cell, str) and name in _NUMBERS:
        return _number(cell)
    if name in _TRUTHS and not isinstance(cell, bool):
        word = str(cell).strip().casefold()
        return True if word in _TRUE else False if word in _FALSE else None
    return cell


def _number(cell: str) -> float | None:
    try:
        value = float(cell.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _list(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    whole = _parsed(cell) if cell.lstrip().startswith("[") else None  # CAIL2018 has brackets in names, too
    return whole if isinstance(whole, list) else _PARTS.split(cell)


def _parsed(cell: Any) -> Any:
    try:
        return json.loads(cell)
    except (TypeError, ValueError, RecursionError):
        return cell
