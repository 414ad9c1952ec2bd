"""What `sentencing release` does to the alias of a model: it moves when every gate holds, and stays where it was else."""

import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml

from sentencing_ml import layout
from sentencing_ml.cli import main
from sentencing_ml.liability.bundle import write_manifest
from sentencing_ml.liability.model import model_version
from sentencing_ml.storage import read_json, write_json, write_table, write_text

pytestmark = pytest.mark.pipeline
ROOT = Path(__file__).resolve().parents[2]


def params(folder, gates):
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    content["release"] |= {"gates": gates, "alias": "champion"}
    content["runtime"]["threads"] = 1
    (folder / "params.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def small_project(tmp_path, monkeypatch):
    """A folder with a model of two files, its reports and a tracking store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.delenv("SENTENCING_SIGNING_KEY", raising=False)
    write_text(layout.MODEL / "model.txt", "tree")
    write_json(layout.MODEL / "encoder.json", {})
    write_manifest(layout.MODEL, ["model.txt", "encoder.json"])
    write_table(layout.FACTORS, pd.DataFrame({"row_id": ["a"]}))
    write_json(layout.INGEST_REPORT, {"read": 1})
    write_json(layout.EVALUATION_REPORT, {"interval_coverage": 0.8})
    write_json(layout.AUDIT_REPORT, {"model": model_version(layout.MODEL), "summary": {"different": 0}})
    return tmp_path


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["sentencing", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code or 0, capsys.readouterr().err


def test_a_refused_model_is_registered_and_the_alias_stays_with_the_one_before(small_project, monkeypatch, capsys):
    def aliased():
        client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{small_project / 'mlflow.db'}")
        found = client.get_registered_model("liability-term").aliases
        return {name: str(version) for name, version in found.items()}, len(client.search_model_versions("name='liability-term'"))

    params(small_project, [{"metric": "evaluation.interval_coverage", "at_least": 0.75}, {"metric": "audit.summary.different", "at_most": 0}])
    assert call(monkeypatch, capsys, "release", "--bundle", "first")[0] == 0
    assert aliased() == ({"champion": "1"}, 1)
    assert read_json(small_project / "first-release.json")["promoted"] is True

    params(
        small_project,
        [
            {"metric": "evaluation.interval_coverage", "at_least": 0.85, "at_most": 0.95},
            {"metric": "evaluation.interval_width", "at_most": 12},
            {"metric": "certificate.holds", "at_least": 1},
            {"metric": "audit.summary.different", "at_most": 0},
        ],
    )
    code, message = call(monkeypatch, capsys, "release", "--bundle", "second")
    assert code == 15
    assert message.endswith(
        "sentencing: liability-term: the bundle is built, and champion stays where it was, since gates do not hold:\n"
        "  - evaluation.interval_coverage = 0.8, ≥ 0.85 and ≤ 0.95 needed\n"
        "  - evaluation.interval_width = unknown, ≤ 12.0 needed: the report evaluation has no figure interval_width\n"
        "  - certificate.holds = unknown, ≥ 1.0 needed: reports/certificate.json was not found\n"
    )
    assert aliased() == ({"champion": "1"}, 2), "the refused version is kept, without the alias"
    report = read_json(small_project / "second-release.json")
    assert report["promoted"] is False
    assert [gate["holds"] for gate in report["gates"]] == [False, False, False, True]
