import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.liability import prediction_files
from sentencing_ml.liability.prediction_files import kind_of, write_predictions


def lines(*rows):
    return [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.jsonl", ".jsonl"), ("a.jsonl.gz", ".jsonl"), ("a.b.CSV", ".csv"), ("a.csv.gz", ".csv"), ("a.parquet", ".parquet"), ("a.xlsx", ".xlsx")],
)
def test_the_name_decides_the_format(name, kind):
    assert kind_of(Path(name)) == kind


@pytest.mark.parametrize("name", ["a", "a.gz", "a.json", "a.parquet.gz", "a.xlsx.gz", "csv", ".csv"])
def test_another_format_is_refused_before_any_work(name):
    with pytest.raises(InputError, match=r"write \.jsonl or \.csv"):
        kind_of(Path(name))


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(prediction_files, "_SHEET_ROWS", 4)
    write_predictions(tmp_path / "o.xlsx", lines(*({"id": n} for n in range(7))), columns=["id"])
    sheets = openpyxl.load_workbook(tmp_path / "o.xlsx").worksheets
    assert [[row[0] for row in sheet.values] for sheet in sheets] == [["id", 0, 1, 2], ["id", 3, 4, 5], ["id", 6]]


def test_a_text_longer_than_a_cell_of_a_workbook_is_said_to_be_left_out(tmp_path):
    row = {"a": "甲" * 32_767, "b": "乙" * 32_768, "c": "\x00丙"}
    write_predictions(tmp_path / "o.xlsx", lines(row), columns=["a", "b", "c"])
    (_, (whole, cut, other)) = openpyxl.load_workbook(tmp_path / "o.xlsx").active.values
    assert (whole, other) == (row["a"], "\ufffd丙")
    assert cut.startswith("[32,768 characters: more than a cell of a workbook holds")


def test_a_workbook_is_written_with_flat_memory(tmp_path):
    # the peak of its own memory: what rusage says is at least what the process had that started it
    code = f"""
import json, re
from pathlib import Path
from sentencing_ml.liability.prediction_files import write_predictions
rows = lambda n: (json.dumps({{"id": f"r{{i}}", "reason": "理由" * 50}}).encode() for i in range(n))
peak = lambda: int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
write_predictions(Path({str(tmp_path)!r}) / "o.xlsx", rows(2000), columns=["id", "reason"])
before = peak()
write_predictions(Path({str(tmp_path)!r}) / "o.xlsx", rows(30000), columns=["id", "reason"])
print(peak() - before)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(result.stdout) < 8  # 30,000 such rows held at once take more than 20 MiB


def test_nothing_is_written_when_a_row_cannot_be(tmp_path):
    with pytest.raises(KeyError):
        write_predictions(tmp_path / "o.csv", lines({"id": 1}, {}), columns=["id"])
    assert list(tmp_path.iterdir()) == []
