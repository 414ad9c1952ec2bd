"""The four formats of a prediction hold the same values, whatever these are."""

import csv
import gzip
import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.liability import prediction_files
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS
from sentencing_ml.liability.prediction_files import write_predictions

FORMULAS = ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")"]
# what a CSV reader may turn into another line break is told apart in JSON alone
WORDS = st.one_of(
    st.sampled_from([*FORMULAS, "'=1", "盗窃罪", "“甲”、\"乙\"；,丙\n丁", "𠮷", "null", "1", "TRUE", "2020-01-01"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1),
)
NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False)
NESTED = st.lists(st.dictionaries(WORDS, st.one_of(st.none(), NUMBERS, WORDS), max_size=3), max_size=3)


def values(name):
    if name in prediction_files._NUMBERS:
        return st.one_of(st.none(), NUMBERS)
    if name in prediction_files._WHOLE:
        return st.one_of(st.none(), st.integers(0, 1 << 40))
    return st.one_of(st.none(), NESTED if name in ("charges", "counts", "sanction_kinds") else WORDS)


ROWS = st.lists(  # a row has an id, whatever else is unknown
    st.fixed_dictionaries({name: values(name) for name in DEFENDANT_COLUMNS} | {"id": WORDS}), max_size=4
)


def written(folder, name, rows):
    lines = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows]
    write_predictions(folder / name, lines, columns=DEFENDANT_COLUMNS)
    return folder / name


def from_csv(file):
    header, *lines = csv.reader(file)
    assert header == list(DEFENDANT_COLUMNS)
    # what a spreadsheet would calculate has an apostrophe before it, and so has what begins with one
    return [dict(zip(header, [cell.removeprefix("'") for cell in line], strict=True)) for line in lines]


def from_workbook(path):
    header, *lines = openpyxl.load_workbook(path).active.iter_rows()
    assert [cell.value for cell in header] == list(DEFENDANT_COLUMNS)
    assert not [cell for line in lines for cell in line if cell.data_type == "f"]
    return [dict(zip(DEFENDANT_COLUMNS, [cell.value for cell in line], strict=True)) for line in lines]


def same(one, other):
    """Excel keeps fifteen digits of a number."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-14)
    return one == other


def cells(row):
    return {name: json.dumps(row[name], ensure_ascii=False) if isinstance(row[name], (list, dict)) else row[name] for name in DEFENDANT_COLUMNS}


@settings(max_examples=25)
@given(ROWS)
def test_the_four_formats_hold_the_same_values(rows):
    with TemporaryDirectory() as name:
        folder = Path(name)
        with written(folder, "o.jsonl", rows).open(encoding="utf-8") as file:
            assert [json.loads(line) for line in file] == rows
        assert gzip.decompress(written(folder, "o.jsonl.gz", rows).read_bytes()) == (folder / "o.jsonl").read_bytes()
        expected = [cells(row) for row in rows]
        assert pq.read_table(written(folder, "o.parquet", rows)).to_pylist() == expected
        found = from_workbook(written(folder, "o.xlsx", rows))
        assert [list(row) for row in found] == [list(row) for row in expected]
        assert all(same(row[name], other[name]) for row, other in zip(found, expected, strict=True) for name in row)
        with written(folder, "o.csv", rows).open(encoding="utf-8-sig", newline="") as file:
            found = from_csv(file)
        assert gzip.decompress(written(folder, "o.csv.gz", rows).read_bytes()) == (folder / "o.csv").read_bytes()
        assert found == [{name: "" if value is None else value if isinstance(value, str) else repr(value) for name, value in row.items()} for row in expected]
