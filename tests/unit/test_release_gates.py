"""Gates read figures of any report, and an unknown figure never holds."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from sentencing_ml import layout
from sentencing_ml.errors import InputError, SettingsError
from sentencing_ml.liability.bundle import write_manifest
from sentencing_ml.liability.model import model_version
from sentencing_ml.release.gates import check, figures, named_reports, read_reports
from sentencing_ml.release.release import gated_reports, release
from sentencing_ml.settings import Gate, load_settings
from sentencing_ml.storage import read_json, write_json, write_table, write_text

ROOT = Path(__file__).resolve().parents[2]
CONTENT = {"n": 3, "holds": True, "refused": False, "text": "0.9", "list": [1.0], "T5": {"figure": 0.02, "holds": True, "deep": {"x": 1}}}


def test_figures_are_numbers_by_their_way():
    assert figures({"certificate": CONTENT}) == {
        "certificate.n": 3.0,
        "certificate.holds": 1.0,
        "certificate.refused": 0.0,
        "certificate.T5.figure": 0.02,
        "certificate.T5.holds": 1.0,
        "certificate.T5.deep.x": 1.0,
    }


NAN = float("nan")
ROWS = [
    (Gate(metric="certificate.T5.figure", at_most=0.03), True, None, "a figure within another one"),
    (Gate(metric="certificate.holds", at_least=1), True, None, "true is 1"),
    (Gate(metric="certificate.refused", at_least=1), False, None, "false is 0"),
    (Gate(metric="certificate.n", at_least=3, at_most=3), True, None, "bounds belong to what holds"),
    (Gate(metric="certificate.n", at_least=3.1), False, None, "below"),
    (Gate(metric="certificate.n", at_most=2.9), False, None, "above"),
    (Gate(metric="certificate.text", at_least=0), False, "the report certificate has no figure text", "a text is no figure"),
    (Gate(metric="certificate.list", at_least=0), False, "the report certificate has no figure list", "nor is a list"),
    (Gate(metric="certificate.T5", at_least=0), False, "the report certificate has no figure T5", "nor is what holds figures"),
    (Gate(metric="certificate.gone", at_most=9), False, "the report certificate has no figure gone", "missing"),
    (Gate(metric="comparison.groups_worse", at_most=0), False, "not there", "a report that gives none says why"),
    (Gate(metric="broken.x", at_most=9), False, "the report broken has no figure x", "not a number"),
]


@pytest.mark.parametrize(("gate", "holds", "why", "reason"), ROWS, ids=[row[3] for row in ROWS])
def test_a_gate_holds_only_with_a_figure_within_its_bounds(gate, holds, why, reason):
    found = figures({"certificate": CONTENT, "broken": {"x": NAN}})
    (result,) = check([gate], found, refused={"comparison": "not there"})
    assert (result.holds, result.why) == (holds, why), reason


def test_a_gate_names_its_report_by_its_file():
    gates = [Gate(metric="comparison.a", at_least=0), Gate(metric="certificate.T1.b", at_least=0), Gate(metric="comparison.c", at_least=0)]
    assert named_reports(gates, folder=Path("reports")) == {
        "certificate": Path("reports/certificate.json"),
        "comparison": Path("reports/comparison.json"),
    }


def test_a_report_is_relied_on_when_it_is_there_and_of_this_model(tmp_path):
    paths = {name: tmp_path / f"{name}.json" for name in ("own", "silent", "other", "gone", "list", "torn")}
    write_json(paths["own"], {"model": "abc", "x": 1})
    write_json(paths["silent"], {"x": 2})
    write_json(paths["other"], {"model": "def", "x": 3})
    write_json(paths["list"], [1])
    write_text(paths["torn"], "{")
    contents, refused = read_reports(paths, model="abc")
    assert sorted(contents) == ["own", "silent"]
    assert refused == {
        "other": f"{paths['other']} is of model def, not of abc; make it again",
        "gone": f"{paths['gone']} was not found",
        "list": f"{paths['list']} is no report of figures",
        "torn": f"{paths['torn']} is no report of figures",
    }


BAD = [
    ({"metric": "evaluation.x"}, "release.gates.0: value error, a gate needs at_least or at_most", "no bound would always hold"),
    ({"metric": "evaluation", "at_least": 1}, "release.gates.0.metric: string should match pattern", "no figure"),
    ({"metric": "../secret.x", "at_least": 1}, "release.gates.0.metric: string should match pattern", "a way out of the folder"),
    ({"metric": "evaluation..x", "at_least": 1}, "release.gates.0.metric: string should match pattern", "an empty key"),
    ({"metric": "evaluation.x", "at_lest": 1}, "release.gates.0.at_lest: unknown key", "a slip in the bound's name"),
]


@pytest.mark.parametrize(("gate", "message", "why"), BAD, ids=[row[2] for row in BAD])
def test_a_gate_that_could_not_refuse_is_an_error_of_the_settings(tmp_path, gate, message, why):
    with pytest.raises(SettingsError) as caught:
        load_settings(params(tmp_path, [gate]))
    assert message in str(caught.value), why


def params(folder, gates):
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    content["release"] |= {"gates": gates, "alias": "champion"}
    content["runtime"]["threads"] = 1
    (folder / "params.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder / "params.yaml"


# ---- the release


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a model of two files and its reports."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SENTENCING_SIGNING_KEY", raising=False)
    write_text(layout.MODEL / "model.txt", "tree")
    write_json(layout.MODEL / "encoder.json", {})
    write_manifest(layout.MODEL, ["model.txt", "encoder.json"])
    write_table(layout.FACTORS, pd.DataFrame({"row_id": ["a"]}))
    write_json(layout.INGEST_REPORT, {"read": 1})
    write_json(layout.EVALUATION_REPORT, {"interval_coverage": 0.8})
    write_json(layout.AUDIT_REPORT, {"model": model_version(layout.MODEL), "summary": {"different": 0}})
    return tmp_path


@pytest.fixture
def options(project):
    return load_settings(params(project, [{"metric": "comparison.groups_worse", "at_most": 0}]))


def released(options, reports):
    return release(
        model=layout.MODEL, bundle=Path("tried"), factors=layout.FACTORS, reports=reports, report=Path("tried.json"), settings=options
    )


def test_a_report_that_a_gate_names_is_read_without_more_ado_and_stands_on_the_card(project, options):
    write_json(layout.COMPARISON_REPORT, {"model": model_version(layout.MODEL), "groups_worse": 0.0})
    assert released(options, gated_reports(options)) == {"gates": 1, "gates_held": 1}
    assert "groups_worse" in (project / "tried" / "model_card.md").read_text(encoding="utf-8")


def test_a_comparison_of_an_earlier_model_does_not_open_the_gate(project, options):
    write_json(layout.COMPARISON_REPORT, {"model": "0" * 12, "groups_worse": 0.0})
    assert released(options, gated_reports(options)) == {"gates": 1, "gates_held": 0}
    (gate,) = read_json(project / "tried.json")["gates"]
    assert gate["why"] == f"reports/comparison.json is of model 000000000000, not of {model_version(layout.MODEL)}; make it again"


def test_a_card_is_not_written_from_reports_of_another_model(project, options):
    write_json(Path("old.json"), {"model": "0" * 12})
    with pytest.raises(InputError) as caught:
        released(options, {**gated_reports(options), "audit": Path("old.json")})
    assert str(caught.value) == (
        "The model card cannot be written:\n"
        f"  - old.json is of model 000000000000, not of {model_version(layout.MODEL)}; make it again"
    )
