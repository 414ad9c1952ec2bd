"""Spreadsheets and columns as inputs: a row is read as the same record of a JSONL file would be."""

import csv
import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentencing_ml.judgments.document import Label, Quarantined
from sentencing_ml.judgments.formats import read_file
from sentencing_ml.settings import IngestSettings

LIMITS = IngestSettings(
    max_megabytes=1, max_characters=100_000, mask_third_parties=True, near_duplicate_similarity=0.85
)
FACT = "2019年3月5日，被告人甲某窃得现金8600元，\n并将其用完；“甲”与\"乙\"分得。"
COLUMNS = ("id", "source", "fact", "opinion", "charges", "articles", "term_months", "fine_yuan", "life", "death", "province")
ROW = {
    "id": "r1", "source": "库", "fact": FACT, "opinion": "本院认为。", "charges": ["走私、贩卖毒品", "盗窃罪"], "articles": [347, 264],
    "term_months": 6.5, "fine_yuan": 2000, "life": False, "death": None, "province": "江苏",
}  # fmt: skip


def read(path):
    return list(read_file(path, limits=LIMITS, source="f"))


def write_csv(path, rows, *, names=COLUMNS, encoding="utf-8", delimiter=","):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(names)
    writer.writerows([row.get(name) for name in names] if isinstance(row, dict) else row for row in rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def write_workbook(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def text(row):
    """Return a row as cells that hold no lists."""
    return row | {"charges": ";".join(row["charges"]), "articles": json.dumps(row["articles"])}


def every_format(folder, *rows):
    jsonl = folder / "f.jsonl"
    jsonl.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    cells = [text(row) for row in rows]
    pq.write_table(pa.Table.from_pylist(list(rows)), folder / "f.parquet")
    workbook = write_workbook(folder / "f.xlsx", [list(COLUMNS), *([row[name] for name in COLUMNS] for row in cells)])
    return jsonl, write_csv(folder / "f.csv", cells), folder / "f.parquet", workbook


def test_a_row_is_read_as_the_record_of_a_line(tmp_path):
    other = ROW | {"id": "r2", "life": True, "opinion": None, "term_months": None}
    jsonl, *tables = every_format(tmp_path, ROW, other)
    expected = [(record.id, record.text, record.origin, record.opinion_start, record.label) for record in read(jsonl)]
    assert expected[0][4] == Label(
        charges=("走私、贩卖毒品罪", "盗窃罪"), articles=("347", "264"), term_months=6.5, fine_yuan=2000.0, life=False, province="江苏"
    )  # fmt: skip
    for path in tables:
        found = [(record.id, record.text, record.origin, record.opinion_start, record.label) for record in read(path)]
        assert found == expected, path.suffix


@pytest.mark.parametrize(
    ("cell", "charges", "why"),
    [
        ("盗窃", ("盗窃罪",), "one"),
        ("盗窃;诈骗", ("盗窃罪", "诈骗罪"), "a semicolon"),
        ("盗窃；诈骗", ("盗窃罪", "诈骗罪"), "a full-width one"),
        ("盗窃罪、诈骗罪", ("盗窃罪", "诈骗罪"), "、 behind whole names"),
        ("走私、贩卖毒品罪", ("走私、贩卖毒品罪",), "、 inside a name"),
        ("[走私、贩卖]毒品", ("走私、贩卖毒品罪",), "CAIL2018's brackets"),
        ('["盗窃", "诈骗"]', ("盗窃罪", "诈骗罪"), "JSON"),
        ("[]", (), "an empty list"),
        ("", (), "an empty cell"),
    ],
)
def test_a_list_in_a_cell(tmp_path, cell, charges, why):
    (record,) = read(write_csv(tmp_path / "f.csv", [{"fact": FACT, "charges": cell}]))
    assert record.label.charges == charges, why


@pytest.mark.parametrize(
    ("column", "cell", "field", "value", "why"),
    [
        ("term_months", "12", "term_months", 12.0, "a number as text"),
        ("term_months", "0", "term_months", None, "no recorded term"),
        ("term_months", "一年", "term_months", None, "words are no number"),
        ("term_months", "inf", "term_months", None, "nor is infinity"),
        ("fine_yuan", "2,000", "fine_yuan", 2000.0, "thousands apart"),
        ("life", "是", "life", True, "in Chinese"),
        ("life", "FALSE", "life", False, "as Excel writes it"),
        ("death", "?", "death", None, "no truth value"),
        ("articles", "264、266", "articles", ("264", "266"), "numbers apart"),
    ],
)
def test_a_cell_is_typed_by_its_column(tmp_path, column, cell, field, value, why):
    (record,) = read(write_csv(tmp_path / "f.csv", [{"fact": FACT, column: cell}]))
    assert getattr(record.label, field) == value, why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_csv(tmp_path, encoding, delimiter):
    path = write_csv(tmp_path / "f.csv", [text(ROW)], encoding=encoding, delimiter=delimiter)
    packed = tmp_path / "f.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for file in (path, packed):
        (record,) = read(file)
        assert (record.id, record.text) == ("r1", f"{FACT}\n本院认为。")


def test_a_bad_row_of_csv_stops_nothing_and_shows_nothing(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(
        'ID , Text\n1,甲\n\n2,"他说"你好"了"\n,\n3,乙,多一格\n4\n5,\n6,丙\n7,"没有结束,\n8,丁\n', encoding="utf-8"
    )
    records = read(path)
    assert [(item.record, getattr(item, "text", None) or item.reason) for item in records] == [
        ("2", "甲"), ("4", "broken_row"), ("6", "broken_row"), ("7", "broken_row"), ("8", "no_text"), ("9", "丙"), ("11", "broken_row"),
    ]  # fmt: skip
    assert "你好" not in repr(records[1])


def test_a_cell_larger_than_csv_allows_by_default_is_read_and_one_beyond_the_limit_is_not(tmp_path):
    before = csv.field_size_limit()
    path = write_csv(tmp_path / "f.csv", [("1", "甲" * 200_000), ("2", "乙" * 1_100_000), ("3", "丙")], names=("id", "text"))
    assert [getattr(item, "text", "")[:1] or item.reason for item in read(path)] == ["甲", "too_large", "丙"]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_table_without_a_text_column_is_one_finding(tmp_path, suffix):
    path = tmp_path / f"f{suffix}"
    rows = [["id", "content"], *([str(number), FACT] for number in range(50))]
    if suffix == ".csv":
        write_csv(path, rows[1:], names=rows[0])
    elif suffix == ".parquet":
        pq.write_table(pa.table({"id": ["1"] * 50, "content": [FACT] * 50}), path)
    else:
        write_workbook(path, rows)
    (item,) = read(path)
    assert item == Quarantined(source="f", record="", reason="no_text_column")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty_file"), (b"PK\x03\x04 no archive", "damaged_file"), (b"PAR1 no table PAR1", "damaged_file")]
)
def test_a_damaged_table_is_one_finding(tmp_path, suffix, data, reason):
    path = tmp_path / f"f{suffix}"
    path.write_bytes(data)
    (item,) = read(path)
    assert item.reason == ("no_text_column" if suffix == ".csv" and data else reason)


def test_every_sheet_with_a_text_column_is_read_and_empty_rows_are_not(tmp_path):
    path = write_workbook(
        tmp_path / "f.xlsx", [["id", "text"], ["a", "甲"], [None, None], ["b", "乙"]], [["note"], ["x"]], [["text"], ["丙"]]
    )
    assert [(item.id, item.record, item.text) for item in read(path)] == [
        ("a", "2", "甲"), ("b", "4", "乙"), ("f:3:2", "3:2", "丙"),
    ]  # fmt: skip


def test_a_formula_is_its_stored_value(tmp_path):
    path = write_workbook(tmp_path / "f.xlsx", [["id", "text"], ["a", '=CONCATENATE("甲","乙")'], ["b", "丙"]])
    first, second = read(path)  # written by no spreadsheet program, so nothing is stored with the formula
    assert (first.reason, second.text) == ("no_text", "丙")


def repacked(path, name, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


@pytest.mark.parametrize(
    ("part", "change", "reason", "why"),
    [
        ("xl/media/bomb.bin", lambda _: b"0" * (60 << 20), "too_large", "sixty megabytes in a few kilobytes"),
        ("xl/worksheets/sheet1.xml", lambda data: data[: len(data) // 2], "damaged_file", "a sheet cut in two"),
        ("xl/worksheets/sheet1.xml", lambda data: data.replace(b'<row r="2"', b'<row r="99999999999"'), "damaged_file", "a row beyond the sheet"),
        ("xl/workbook.xml", lambda _: b"<workbook/>", "no_text_column", "a workbook without sheets"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_hostile_workbook_is_one_finding(tmp_path, monkeypatch, part, change, reason, why):
    monkeypatch.setattr("sentencing_ml.judgments.cells._MOST_ROWS", 1000)  # a million empty rows take three seconds
    path = write_workbook(tmp_path / "f.xlsx", [["id", "text"], ["a", "甲"]])
    repacked(path, part, change)
    assert {item.reason for item in read(path)} == {reason}, why


def test_entities_of_a_workbook_open_no_file_and_do_not_grow(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密", encoding="utf-8")
    bomb = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 40))
    head = f'<!DOCTYPE x [<!ENTITY a0 "甲">{bomb}<!ENTITY f SYSTEM "{secret}">]>'.encode()
    for entity in (b"&a39;", b"&f;"):
        path = write_workbook(tmp_path / "f.xlsx", [["id", "text"], ["a", "MARK"]])
        for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
            repacked(path, part, lambda data, entity=entity: head + data.replace(b"MARK", entity))
        items = read(path)
        assert all("秘密" not in repr(item) and len(repr(item)) < 3000 for item in items)
        assert any(isinstance(item, Quarantined) for item in items)
