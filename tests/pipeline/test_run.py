"""A run ends with files that users can open, a run tree in MLflow, and a model that can be loaded from it."""

import json

import pytest

from sentencing_ml import layout
from sentencing_ml.factors.contract import check_contract
from sentencing_ml.liability.bundle import verify_manifest
from sentencing_ml.liability.model import model_version
from sentencing_ml.storage import read_json, read_table

pytestmark = pytest.mark.pipeline


def test_every_user_finds_a_page(project):
    for page in (layout.INDEX, layout.CASES / "index.html", *(path.with_suffix(".html") for path in (
        layout.VALIDATION_REPORT, layout.EVALUATION_REPORT, layout.CERTIFICATE_REPORT, layout.AUDIT_REPORT,
        layout.MONITOR_REPORT,
    ))):  # fmt: skip
        text = (project / page).read_text(encoding="utf-8")
        assert "仅供参考" in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_the_factor_table_keeps_its_contract_and_finds_the_truth(project):
    table = read_table(project / layout.FACTORS)
    check_contract(table)
    truth = read_table(project / layout.SAMPLE_FACTORS)
    both = truth.merge(table, on="row_id", suffixes=("", "_found"))
    assert len(both) >= 0.99 * len(truth)
    for name, least in (("charge_group", 0.98), ("term_months", 0.98), ("penalty", 0.98)):
        same = (both[name] == both[f"{name}_found"]) | (both[name].isna() & both[f"{name}_found"].isna())
        assert same.fillna(False).mean() >= least, name


def test_no_cluster_is_in_two_parts(project):
    split = read_table(project / layout.SPLIT)
    assert (split.groupby("cluster")["part"].nunique() == 1).all()


def test_the_evaluation_sets_the_model_beside_its_baselines(project):
    report = read_json(project / layout.EVALUATION_REPORT)
    assert report["expected_mae_months"] < report["charge_median_mae_months"]
    assert report["simulated_truth"]["n"] > 30
    assert {"liability", "omission"} <= set(report["simulated_truth"])


def test_the_certificate_is_of_this_model_and_the_model_card_prints_it(project):
    report = read_json(project / layout.CERTIFICATE_REPORT)
    assert sorted(report["tests"]) == sorted(f"T{number}" for number in range(1, 15))
    assert report["model"] == model_version(project / layout.MODEL)
    assert report["t1_figure"] == report["t2_figure"] == 0
    assert report["t1_n"] == 40
    assert report["tests"]["T5"]["holds"] is None
    assert {"omission", "shipped"} <= set(report["tests"]["T8"]["detail"]["settings"][0]["designs"])
    card = (project / layout.BUNDLE / "model_card.md").read_text(encoding="utf-8")
    assert all(f"\n| T{number} | " in card for number in range(1, 15))
    assert "no list of cases verified by reading" in card


def test_the_run_tree_holds_every_stage_under_one_parent(project):
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{project / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("sentencing-ml")
    runs = client.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = {run.info.run_name: run for run in runs if "mlflow.parentRunId" in run.data.tags}
    assert len(parents) == 1
    assert {"simulate", "ingest", "extract", "train", "evaluate", "audit", "monitor", "release"} <= set(children)
    assert children["evaluate"].data.metrics["n_test"] > 0
    assert "params_sha256" in children["train"].data.tags


def test_the_bundle_is_whole_and_holds_no_case(project):
    contents = verify_manifest(project / layout.BUNDLE)
    assert {
        "model.txt",
        "encoder.json",
        "intervals.json",
        "neutral.json",
        "registry.yaml",
        "model_card.md",
        "data_sheet.md",
        "release.json",
        "metrics.json",
    } <= set(contents)
    names = read_table(project / layout.FACTORS, columns=["defendant"])["defendant"].dropna().unique()
    text = b"".join(content for name, content in contents.items() if name.endswith((".json", ".md", ".txt"))).decode(
        "utf-8"
    )
    assert not [name for name in names if len(name) > 2 and name in text]


def test_the_reports_hold_no_text_of_a_case(project):
    documents = read_table(project / layout.DOCUMENTS, columns=["text"])["text"]
    passages = [
        text[start : start + 24].replace("\n", "") for text in documents.head(60) for start in range(120, 600, 97)
    ]
    for report in (
        layout.INGEST_REPORT,
        layout.VALIDATION_REPORT,
        layout.EVALUATION_REPORT,
        layout.CERTIFICATE_REPORT,
        layout.AUDIT_REPORT,
        layout.MONITOR_REPORT,
        layout.RELEASE_REPORT,
    ):
        content = json.dumps(read_json(project / report), ensure_ascii=False)
        assert not [passage for passage in passages if passage in content], report
