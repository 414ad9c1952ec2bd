"""Tables of advice and entries, as a court's system hands them over."""

import csv
import datetime
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
COLUMNS = (
    "case_id", "judge", "court", "charge_group", "plea", "advice_months", "interval_low", "interval_high", "model_version",
    "law_version", "shown_at", "mode", "simulated", "own_estimate_months", "own_estimate_at", "recommendation_months",
    "unaltered_months", "entry_months", "entered_at", "reason",
)  # fmt: skip


def row(**given):
    """A row in order; what is not given is as in most cases."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        "case_id": "甲1/0/0", "judge": "柳青山", "charge_group": "盗窃罪", "advice_months": "12", "interval_low": "8",
        "interval_high": "16.5", "model_version": "m1", "shown_at": "2026-03-01 09:00", "entry_months": "14",
        "entered_at": "2026-03-01T11:30:00+08:00", **given,
    }  # fmt: skip


def rows(n, **given):
    """Rows of one judge a day apart, each with its own case."""
    return [
        row(case_id=f"甲{day}/0/0", shown_at=f"2026-03-{day:02} 09:00", entered_at=f"2026-03-{day:02} 15:00", **given)
        for day in range(1, n + 1)
    ]


def write_csv(path: Path, table, *, columns=COLUMNS, encoding="utf-8", delimiter=",", header=None):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns if header is None else header)
    writer.writerows([[line[name] for name in columns] for line in table])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_as(path: Path, table):
    """Write rows in the format of the name, months as numbers where it has them."""
    typed = [
        {name: (float(cell) if name.endswith("_months") or name.startswith("interval") else cell) if cell != "" else None
         for name, cell in line.items()}
        for line in table
    ]  # fmt: skip
    if path.suffix == ".csv":
        return write_csv(path, table)
    if path.suffix == ".jsonl":
        lines = [{name: cell for name, cell in line.items() if cell is not None} for line in typed]
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(typed), path)
    else:
        book = openpyxl.Workbook()
        book.active.append(COLUMNS)
        for line in typed:
            for name in ("shown_at", "entered_at"):
                line[name] = line[name] and datetime.datetime.fromisoformat(line[name]).replace(tzinfo=None)
            book.active.append([line[name] for name in COLUMNS])
        book.save(path)
    return path
