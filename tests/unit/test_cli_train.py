"""What `sentencing train --exclude` says: counts by cause, and what is missing; never an id."""

import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from sentencing_ml.cli import main
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.liability import train as training
from sentencing_ml.storage import write_jsonl, write_table

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {name: "".join(chr(0x4E00 + 97 * place + step) for step in range(60)) for place, name in enumerate("pqrs")}


class Model:
    def save(self, folder):
        pass


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the tables of four documents, p and q of one cluster, and settings that exclude nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(training, "fit", lambda frame, *, settings: (Model(), {"n_train": float((frame["part"] == "train").sum())}))
    monkeypatch.setattr(training, "train_charges", lambda frame, **_: {"charge_proposals": 0.0})
    documents = [Document(id=name, source="", kind="fact_record", text=text) for name, text in TEXTS.items()]
    write_table(Path("documents.parquet"), documents_to_frame(documents, clusters=["p", "p", "r", "s"]))
    rows = pd.DataFrame({"row_id": [f"{name}/0/0" for name in TEXTS], "doc_id": list(TEXTS), "cluster": ["p", "p", "r", "s"]})
    write_table(Path("factors.parquet"), rows)
    write_table(Path("split.parquet"), rows[["row_id", "cluster"]].assign(part="train", fold=0))
    params(())
    return tmp_path


def params(exclude):
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    content["train"]["exclude"] = list(exclude)
    Path("params.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def call(monkeypatch, capsys, *more):
    tables = ("--factors", "factors.parquet", "--split", "split.parquet", "--documents", "documents.parquet")
    monkeypatch.setattr(sys, "argv", ["sentencing", "train", *tables, *more])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code or 0, *capsys.readouterr()


def figures(output):
    return dict(line.split(maxsplit=1) for line in output.splitlines())


def test_the_rows_removed_are_told_by_cause(project, monkeypatch, capsys):
    write_jsonl(project / "held.jsonl", [{"id": "p", "fact": TEXTS["p"][5:50], "charges": ["盗窃罪"]}])
    code, out, _ = call(monkeypatch, capsys, "--exclude", "held.jsonl")
    assert code == 0
    told = figures(out)
    assert (told["left_out_shared_text"], told["left_out_same_cluster"], told["excluded_records"]) == ("1", "1", "1")
    assert told["n_train"] == "2"


def test_options_and_settings_exclude_together(project, monkeypatch, capsys):
    write_jsonl(project / "held.jsonl", [{"id": "1", "fact": TEXTS["r"], "charges": ["盗窃罪"]}])
    write_jsonl(project / "more.jsonl", [{"id": "1", "fact": TEXTS["s"], "charges": ["盗窃罪"]}, {"id": "2", "fact": ""}])
    params(["held.jsonl"])
    code, out, _ = call(monkeypatch, capsys, "--exclude", "more.jsonl")
    assert code == 0
    lines = out.splitlines()
    assert lines[-1] == (
        "1 record(s) to exclude could not be read and were compared with nothing; "
        "`sentencing ingest` on the same files says why."
    )
    assert figures("\n".join(lines[:-1]))["left_out_shared_text"] == "2"


def test_without_an_exclusion_documents_may_be_missing(project, monkeypatch, capsys):
    (project / "documents.parquet").unlink()
    code, out, _ = call(monkeypatch, capsys)
    assert code == 0
    assert "left_out" not in out


def test_every_missing_file_is_named(project, monkeypatch, capsys):
    params(["gone/*.jsonl"])
    code, _, message = call(monkeypatch, capsys, "--exclude", "gone.jsonl")
    assert code == 11
    assert message == (
        "sentencing: train.exclude, --exclude: some inputs cannot be used:\n"
        f"  - gone/*.jsonl: matches no file; check the pattern, it is relative to {project.name}/\n"
        "  - gone.jsonl: not found; check the path, or put the files there\n"
    )


def test_missing_documents_are_told(project, monkeypatch, capsys):
    write_jsonl(project / "held.jsonl", [{"id": "1", "fact": TEXTS["r"], "charges": ["盗窃罪"]}])
    (project / "documents.parquet").unlink()
    code, _, message = call(monkeypatch, capsys, "--exclude", "held.jsonl")
    assert code == 11
    assert message == (
        "sentencing: Inputs are missing; name them, or run `make run` first:\n  - documents.parquet: not found\n"
    )
