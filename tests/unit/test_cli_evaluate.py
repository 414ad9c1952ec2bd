"""Which tables `sentencing evaluate` measures, and which teach what it compares."""

import sys
from pathlib import Path

import pytest

from sentencing_ml import layout
from sentencing_ml.cli import main
from sentencing_ml.liability import evaluate as evaluation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What the command hands on, in a folder with the tables of a run and of another file."""
    given = {}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(evaluation, "evaluate", lambda **values: given.update(values) or {"n_test": 3.0})
    for path in (layout.FACTORS, layout.SPLIT, layout.DOCUMENTS, Path("other.parquet"), Path("told.parquet")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    layout.MODEL.mkdir(parents=True)
    return given


def call(monkeypatch, *more):
    monkeypatch.setattr(sys, "argv", ["sentencing", "evaluate", "--params", str(ROOT / "params.yaml"), *more])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code or 0


def test_by_default_the_test_part_of_the_last_run_is_measured(asked, monkeypatch, capsys):
    assert call(monkeypatch) == 0
    assert (asked["factors"], asked["split"], asked["documents"]) == (layout.FACTORS, layout.SPLIT, layout.DOCUMENTS)
    assert asked["taught"] is asked["truth"] is None
    assert "n_test" in capsys.readouterr().out


def test_another_table_is_measured_whole_and_never_by_the_split_of_the_run(asked, monkeypatch):
    assert call(monkeypatch, "--factors", "other.parquet") == 0
    assert (asked["factors"], asked["split"], asked["documents"]) == (Path("other.parquet"), None, None)


def test_the_tables_that_taught_are_handed_on(asked, monkeypatch):
    tables = [str(path) for path in (layout.FACTORS, layout.SPLIT, layout.DOCUMENTS)]
    assert call(monkeypatch, "--factors", "other.parquet", "--documents", "told.parquet", "--taught", *tables) == 0
    assert asked["documents"] == Path("told.parquet")
    taught = asked["taught"]
    assert (taught.factors, taught.split, taught.documents) == (layout.FACTORS, layout.SPLIT, layout.DOCUMENTS)


def test_what_training_left_out_teaches_nothing_here_either(asked, monkeypatch):
    assert call(monkeypatch) == 0 and asked["excluded"] is None
    assert call(monkeypatch, "--exclude", "other.parquet") == 0
    assert asked["excluded"].documents == layout.DOCUMENTS
    assert [path.name for path in asked["excluded"].files] == ["other.parquet"]


def test_every_missing_table_is_named_at_once(asked, monkeypatch, capsys):
    code = call(monkeypatch, "--factors", "a.parquet", "--split", "b.parquet", "--truth", "c.parquet")
    told = capsys.readouterr().err
    assert code not in (0, 1)
    assert all(f"{name}.parquet: not found" in told for name in "abc")
    assert asked == {}
