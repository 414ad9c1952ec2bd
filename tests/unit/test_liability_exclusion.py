import json
import random
from pathlib import Path

import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.liability import train as training
from sentencing_ml.liability.exclusion import Excluded, leave_out
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import write_table

SETTINGS = load_settings(Path(__file__).resolve().parents[2] / "params.yaml")
CHARACTERS = [chr(code) for code in range(0x4E00, 0x5200)]
TEXTS = ["".join(random.Random(seed).choices(CHARACTERS, k=120)) for seed in range(9)]
# id, cluster, part, text: a meets an excluded record, b stands in its cluster, d meets one but is tested on
DOCUMENTS = [("a", "k", "train", 0), ("b", "k", "train", 1), ("c", "c", "train", 2), ("d", "d", "test", 3)]


@pytest.fixture
def tables(tmp_path):
    documents = [Document(id=name, source="", kind="fact_record", text=TEXTS[place]) for name, _, _, place in DOCUMENTS]
    write_table(tmp_path / "documents.parquet", documents_to_frame(documents, clusters=[row[1] for row in DOCUMENTS]))
    rows = [
        {"row_id": f"{name}/{count}/0", "doc_id": name, "cluster": cluster, "part": part, "fold": 0}
        for name, cluster, part, _ in DOCUMENTS
        for count in range(2)
    ]
    return tmp_path, pd.DataFrame(rows)


def write(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def fact(identity, text):
    return {"id": identity, "fact": text, "charges": ["盗窃罪"]}


def test_rows_of_near_duplicates_and_of_their_clusters_leave_the_training_part(tables):
    folder, frame = tables
    held_out = write(folder / "x.jsonl", fact("1", TEXTS[0][:100]), fact("2", TEXTS[3]), fact("3", TEXTS[8]))
    excluded = Excluded(files=(held_out,), documents=folder / "documents.parquet")
    left, counts = leave_out(frame, excluded, settings=SETTINGS)
    assert left["part"].tolist() == ["out", "out", "out", "out", "train", "train", "test", "test"]
    assert counts == {
        "excluded_records": 3.0,
        "excluded_unread": 0.0,
        "left_out_shared_text": 2.0,
        "left_out_same_cluster": 2.0,
    }
    assert frame["part"].tolist() == ["train"] * 6 + ["test"] * 2, "input kept"


def test_two_files_may_number_their_records_alike_and_what_cannot_be_read_is_counted(tables):
    folder, frame = tables
    files = (
        write(folder / "x.jsonl", fact("1", TEXTS[8]), fact("2", "")),
        write(folder / "y.jsonl", fact("1", TEXTS[2]), fact("9", TEXTS[2])),
    )
    excluded = Excluded(files=files, documents=folder / "documents.parquet")
    left, counts = leave_out(frame, excluded, settings=SETTINGS)
    assert counts["excluded_records"] == 3
    assert counts["excluded_unread"] == 1
    assert set(left.loc[left["part"] == "out", "doc_id"]) == {"c"}


def test_documents_of_another_run_are_an_error_and_not_a_silent_pass(tables):
    folder, frame = tables
    more = pd.concat([frame, frame.assign(doc_id=frame["doc_id"] + "2")], ignore_index=True)
    excluded = Excluded(files=(write(folder / "x.jsonl", fact("1", TEXTS[0])),), documents=folder / "documents.parquet")
    with pytest.raises(InputError) as caught:
        leave_out(more, excluded, settings=SETTINGS)
    assert str(caught.value) == (
        f"{folder}/documents.parquet: lacks 3 document(s) of the factor table, so they cannot be compared with what is "
        "excluded. Name the table they were extracted from with --documents, or run the stages again."
    )


def test_a_test_set_without_a_readable_record_is_an_error(tables):
    folder, frame = tables
    held_out = write(folder / "x.jsonl", fact("1", ""))
    with pytest.raises(InputError) as caught:
        leave_out(frame, Excluded(files=(held_out,), documents=folder / "documents.parquet"), settings=SETTINGS)
    assert str(caught.value) == (
        f"{folder}/x.jsonl: no record to exclude can be read, 1 set aside. "
        "`sentencing ingest` on the same files says why."
    )


def test_training_fits_what_is_left_and_tells_the_counts(tables, monkeypatch):
    folder, frame = tables
    write_table(folder / "factors.parquet", frame[["row_id", "doc_id", "cluster"]])
    write_table(folder / "split.parquet", frame[["row_id", "cluster", "part", "fold"]])
    seen = {}

    class Model:
        def save(self, where):
            seen["folder"] = where

    def fit(given, *, settings):
        seen["parts"] = given.set_index("row_id")["part"].to_dict()
        return Model(), {"n_train": 2.0}

    monkeypatch.setattr(training, "fit", fit)
    held_out = write(folder / "x.jsonl", fact("1", TEXTS[0]))
    figures = training.train(
        factors=folder / "factors.parquet",
        split=folder / "split.parquet",
        model=folder / "model",
        excluded=Excluded(files=(held_out,), documents=folder / "documents.parquet"),
        settings=SETTINGS,
    )
    assert [name for name, part in seen["parts"].items() if part == "train"] == ["c/0/0", "c/1/0"]
    assert (figures["left_out_shared_text"], figures["left_out_same_cluster"]) == (2.0, 2.0)
    assert figures["n_train"] == 2.0
