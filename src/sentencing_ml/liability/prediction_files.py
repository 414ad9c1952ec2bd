"""Rows as a file, those of a prediction first: .jsonl, .csv, .parquet or .xlsx, the same values in each, streamed.

In cells, lists and objects are JSON strings and what is unknown is empty. What a spreadsheet would take for a formula
stays a text.
"""

import contextlib
import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sentencing_ml.errors import InputError
from sentencing_ml.storage import atomic_path

SUFFIXES = (".jsonl", ".csv", ".parquet", ".xlsx")
"""Formats that are written; the first two may also end in ``.gz``."""

_PACKABLE = (".jsonl", ".csv")
_NUMBERS = frozenset(
    {
        "charge_probability", "liability_months", "interval_low", "interval_high", "expected_months", "fine_low",
        "fine_high", "rule_low", "rule_high", "statute_low", "statute_high",
    }
)  # fmt: skip
_WHOLE = frozenset({"defendant", "n_similar", "n_fine"})
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What a spreadsheet takes for the beginning of a formula."""

QUOTE = "'"
"""Stands in a CSV file before a text that begins like a formula, or with itself."""

_ROWS = 512  # of a Parquet file held at once
_SHEET_ROWS = 1 << 20  # Excel's limit, the header among them
_CELL = 32_767  # characters: Excel's limit
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # in the XML of a workbook


def kind_of(output: Path) -> str:
    """Return the suffix that decides the format of an output (``.csv`` of ``a.csv.gz``).

    Raises
    ------
    InputError
        It is none that is written.
    """
    suffixes = [suffix.lower() for suffix in output.suffixes]
    packed = suffixes[-1:] == [".gz"]
    kind = suffixes[-2 if packed else -1] if len(suffixes) > packed else ""
    if kind not in (_PACKABLE if packed else SUFFIXES):
        raise InputError(f"{output}: write .jsonl or .csv (also .gz), .parquet or .xlsx.")
    return kind


def write_predictions(output: Path, lines: Iterable[bytes], *, columns: Sequence[str]) -> None:
    """Write rows, each a line of JSON with ``columns`` in their order, to a file of the format that its name says."""
    types = {name: pa.float64() if name in _NUMBERS else pa.int64() for name in (*_NUMBERS, *_WHOLE)}
    write_rows(output, lines, columns=columns, types=types, sheet="predictions")


def write_rows(
    output: Path,
    lines: Iterable[bytes],
    *,
    columns: Sequence[str],
    types: Mapping[str, pa.DataType],
    sheet: str,
    mode: int = 0o644,
) -> None:
    """Write rows of any kind, see :func:`write_predictions`.

    Parameters
    ----------
    types : of the columns that hold no text, for Parquet.
    sheet : name of the sheets of a workbook, before their number.
    mode : permissions of the file.
    """
    kind = kind_of(output)
    with atomic_path(output, mode=mode) as temporary, temporary.open("wb") as raw:
        packed = output.suffix.lower() == ".gz"
        with (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0)
            if packed
            else contextlib.nullcontext(raw)
        ) as file:
            if kind == ".jsonl":
                file.writelines(lines)
            elif kind == ".csv":
                _write_csv(file, lines, columns)
            elif kind == ".parquet":
                _write_parquet(file, lines, columns, types)
            else:
                _write_workbook(file, lines, columns, sheet)


def _write_csv(file: IO[bytes], lines: Iterable[bytes], columns: Sequence[str]) -> None:
    # utf-8-sig: spreadsheet programs read Chinese right only with the mark
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogatepass", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for cells in _cells(lines, columns):
        # an apostrophe before what begins with one, too: so it is never part of the value
        writer.writerow([f"{QUOTE}{cell}" if _looks_like_formula(cell, QUOTE) else cell for cell in cells])
    text.detach()


def _write_parquet(
    file: IO[bytes], lines: Iterable[bytes], columns: Sequence[str], types: Mapping[str, pa.DataType]
) -> None:
    schema = pa.schema([(name, types.get(name, pa.string())) for name in columns])
    rows = _cells(lines, columns)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _ROWS)):
            cells = zip(zip(*batch, strict=True), schema.types, strict=True)
            writer.write_batch(pa.record_batch([pa.array(own, type=kind) for own, kind in cells], schema=schema))


def _write_workbook(file: IO[bytes], lines: Iterable[bytes], columns: Sequence[str], name: str) -> None:
    """Write a workbook; what is beyond Excel's number of rows goes on on further sheets."""
    from openpyxl import Workbook  # a tenth of a second, for who writes workbooks
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)

    def cell_of(sheet: Any, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        value = _UNWRITABLE.sub("\ufffd", value)
        if len(value) > _CELL:
            # openpyxl would cut it without a word, and a piece of JSON is none
            return f"[{len(value):,} characters: more than a cell of a workbook holds. Write .jsonl, .csv or .parquet.]"
        if not _looks_like_formula(value):
            return value
        cell = WriteOnlyCell(sheet, value)
        cell.data_type, cell.quotePrefix = "s", True
        return cell

    rows = _cells(lines, columns)
    row = next(rows, None)
    while row is not None or not book.worksheets:
        sheet = book.create_sheet(f"{name}{len(book.worksheets) + 1}")
        sheet.freeze_panes = "A2"
        sheet.append(list(columns))
        for _ in range(_SHEET_ROWS - 1):
            if row is None:
                break
            sheet.append([cell_of(sheet, value) for value in row])
            row = next(rows, None)
    book.save(file)


def _cells(lines: Iterable[bytes], columns: Sequence[str]) -> Iterator[list[Any]]:
    for line in lines:
        row = json.loads(line)
        yield [_cell(row[name]) for name in columns]


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _looks_like_formula(value: Any, *also: str) -> bool:
    return isinstance(value, str) and value.startswith((*FORMULA, *also))
