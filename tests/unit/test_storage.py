import gzip

import pandas as pd
import pytest

from sentencing_ml.storage import atomic_path, read_jsonl, read_table, write_json, write_jsonl, write_table, write_text


def test_a_failed_write_leaves_the_old_file_and_no_trace(tmp_path):
    path = tmp_path / "report.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_equal_rows_give_equal_bytes(tmp_path):
    rows = [{"id": "甲", "n": 1}, {"id": "乙", "n": 2}]
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        assert write_jsonl(tmp_path / name, rows) == 2
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert list(read_jsonl(tmp_path / "a.jsonl.gz")) == rows
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).decode("utf-8").count("\n") == 2


def test_a_table_keeps_unknown_apart_from_false(tmp_path):
    frame = pd.DataFrame(
        {"flag": pd.array([True, False, None], dtype="boolean"), "n": pd.array([1, None, 3], dtype="Int64")}
    )
    write_table(tmp_path / "t.parquet", frame)
    back = read_table(tmp_path / "t.parquet")
    assert back["flag"].tolist() == [True, False, pd.NA]
    assert str(back["n"].dtype) == "Int64"


def test_json_is_ascii_and_refuses_what_is_no_number(tmp_path):
    write_json(tmp_path / "m.json", {"罪名": 1})
    assert (tmp_path / "m.json").read_bytes().isascii()
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "m.json", {"x": float("nan")})
