"""One small run of every stage, shared by the tests of this folder."""

import runpy
import shutil
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STAGES = (
    "simulate",
    "collect",
    "ingest",
    "extract",
    "indicators",
    "validate",
    "split",
    "train",
    "evaluate",
    "certify",
    "archive",
    "explain",
    "certify_monitor",
    "monitor",
    "certify_audit",
    "audit",
    "release",
    "index",
)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Return a folder in which the pipeline ran on a few hundred synthetic judgments."""
    folder = tmp_path_factory.mktemp("project")
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["corpus"]["inputs"] = ["data/sample/judgments.jsonl.gz"]
    params["simulation"]["judgments"] = 400
    params["extract"]["workers"] = 1
    params["train"] |= {"n_estimators": 200, "similar_min": 8, "interval_min_group": 20}
    params["evaluate"]["bootstrap"] = 50
    params["certify"] |= {"edits": 40, "flips": 200, "rows": 400, "n": 600, "held_out": 300, "bootstrap": 50}
    params["explain"] |= {"sample": 4, "background": 40}
    params["audit"] |= {"bootstrap": 100, "permutations": 19, "swaps": 2, "certificate": {"sizes": [200], "repeats": 1, "effect": 0.1}}
    params["monitor"] |= {"judges": 4, "entries": 12, "certificate": {"judges": 20, "cases": 100, "seed": 1}}
    params["runtime"]["threads"] = 1
    (folder / "params.yaml").write_text(yaml.safe_dump(params, allow_unicode=True), encoding="utf-8")
    shutil.copy(ROOT / "dvc.yaml", folder / "dvc.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
        patch.delenv("SENTENCING_SIGNING_KEY", raising=False)
        for stage in STAGES:
            runpy.run_path(str(ROOT / "pipelines" / f"{stage}.py"), run_name="__main__")
    return folder
