"""The judge's desk from the shell: citation, corrected facts and blind first, over a model of a few cases."""

import json
import sys
from pathlib import Path

import docx
import jsonschema
import pytest
from example_sheet import SCHEMA
from typer.testing import CliRunner

from sentencing_ml import layout
from sentencing_ml.cli import app, main
from sentencing_ml.explanation.citation import citation_text
from sentencing_ml.factors.extract import extract
from sentencing_ml.judgments.collect import collect
from sentencing_ml.judgments.ingest import ingest
from sentencing_ml.liability.split import split
from sentencing_ml.liability.train import train
from sentencing_ml.monitor import own_estimate
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Ledger
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate_corpus
from sentencing_ml.storage import read_json, read_jsonl, write_jsonl

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
ALL = load_settings(PARAMS)
OPTIONS = ALL.model_copy(
    update={
        "simulation": ALL.simulation.model_copy(update={"judgments": 90}),
        "extract": ALL.extract.model_copy(update={"workers": 1}),
        "train": ALL.train.model_copy(update={"n_estimators": 10, "similar_min": 5}),
        "runtime": ALL.runtime.model_copy(update={"threads": 1}),
    }
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project after a run: stage tables and model where the layout puts them, and one judgment as a file."""
    root = tmp_path_factory.mktemp("project")
    at = {name: root / getattr(layout, name.upper()) for name in ("documents", "factors", "evidence", "split", "model")}
    simulate_corpus(folder=root / "sample", settings=OPTIONS.simulation)
    collect(patterns=[str(root / "sample" / "judgments.jsonl.gz")], inputs=root / "inputs.json")
    ingest(inputs=root / "inputs.json", documents=at["documents"], quarantine=root / "q.parquet", report=root / "i.json", settings=OPTIONS)
    extract(documents=at["documents"], factors=at["factors"], evidence=at["evidence"], settings=OPTIONS)
    split(factors=at["factors"], split=at["split"], settings=OPTIONS)
    train(factors=at["factors"], split=at["split"], model=at["model"], documents=at["documents"], settings=OPTIONS)
    return root


@pytest.fixture
def desk(project, tmp_path, monkeypatch):
    """Run `sentencing explain` in the project, all that it writes beside; return its output lines and the sheets."""
    monkeypatch.chdir(project)
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, no secret")
    out = tmp_path / "sheets"

    def run(*arguments, code=0):
        options = ["--out", out, "--params", PARAMS]
        if "--facts" in arguments:
            options += ["--review-queue", tmp_path / "queue.jsonl"]
        if "--blind" in arguments or "--judge" in arguments:
            options += ["--ledger", tmp_path / "ledger.sqlite"]
        result = CliRunner().invoke(app, ["explain", *map(str, [*arguments, *options])])
        assert result.exit_code == code, (result.output, result.exception)
        if code:
            return result
        sheets = {content["case"]["row_id"]: content for path in sorted(out.glob("*.json")) for content in [read_json(path)]}
        for content in sheets.values():
            jsonschema.Draft202012Validator(SCHEMA).validate(content)
        return result.output.splitlines(), sheets

    run.out, run.folder = out, tmp_path
    return run


def refused(desk, monkeypatch, capsys, *arguments):
    """Return the message of a run that ends as a user error."""
    monkeypatch.setattr(sys, "argv", ["sentencing", "explain", *map(str, arguments), "--out", str(desk.out), "--params", str(PARAMS)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 11
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def case(project):
    """The id of a judgment of one count whose sheet has advice, by what the stage tables and the model say."""
    from sentencing_ml.liability.model import LiabilityModel
    from sentencing_ml.storage import read_table

    frame = read_table(project / layout.FACTORS)
    frame = frame[(frame["doc_kind"] == "judgment") & (frame["counts"] == 1) & ~frame["surrender"].fillna(False)]
    frame = frame[~frame["doc_id"].duplicated(keep=False)]
    told = LiabilityModel.load(project / layout.MODEL).predict(frame, threads=1)
    return str(frame.loc[told["status"] == "advised", "doc_id"].sort_values().iloc[0])


def edited(path, changes):
    """Write other values into a facts file, in the name of a clerk."""
    content = read_json(path)
    content["edited_by"] = "书记员丙"
    for name, change in changes.items():
        content["counts"][0]["facts"][name] |= change
    path.write_text(json.dumps(content), encoding="utf-8")


def test_facts_are_written_corrected_read_back_queued_once_and_cited(desk, case):
    facts = desk.folder / "facts.json"
    assert desk("--case", case, "--write-facts", facts)[0] == [str(facts)]
    lines, before = desk("--case", case, "--citation")
    (old,) = before.values()
    text = desk.out / f"{old['file']}.citation.txt"
    assert text.read_text(encoding="utf-8") == citation_text(old)
    assert docx.Document(text.with_suffix(".docx")).paragraphs[0].text == "算法引用"
    assert lines == [str(desk.out / f"{old['file']}{ending}") for ending in (".html", ".citation.txt", ".citation.docx")]

    edited(facts, {"surrender": {"value": True, "why": "见到案经过"}})
    lines, after = desk("--case", case, "--facts", facts)
    (sheet,) = after.values()
    assert lines[-1].startswith("1 fact(s) corrected, 1 of them new in")
    assert "surrender" in {row["factor"] for row in sheet["offender"]} - {row["factor"] for row in old["offender"]}
    # a prevention factor moves no figure
    assert sheet["answer"] == old["answer"] and sheet["walk"] == old["walk"]

    edited(facts, {"incident_count": {"value": 7}})
    lines, after = desk("--case", case, "--facts", facts, "--citation")
    (sheet,) = after.values()
    assert lines[-1].startswith("2 fact(s) corrected, 1 of them new in")
    assert {edit["factor"]: (edit["by"], edit["why"]) for edit in sheet["edits"]} == {
        "incident_count": ("书记员丙", None), "surrender": ("书记员丙", "见到案经过"),
    }  # fmt: skip
    assert next(row["value"] for row in sheet["facts"] if row["factor"] == "incident_count") == "7 起"
    assert not [item for item in sheet["evidence"] if item["factor"] in ("incident_count", "surrender")]
    assert "书记员丙" in (desk.out / f"{sheet['file']}.html").read_text(encoding="utf-8")
    assert "犯罪次数：由" in text.read_text(encoding="utf-8")
    queue = list(read_jsonl(desk.folder / "queue.jsonl"))
    assert [line["factor"] for line in queue] == ["surrender", "incident_count"]
    assert all(line["versions"] == sheet["basis"]["versions"] for line in queue)


def test_corrections_of_a_file_become_annotations(desk, project, case):
    record = next(record for record in read_jsonl(project / "sample" / "judgments.jsonl.gz") if record["id"] == case)
    source, facts, output = (desk.folder / name for name in ("case.jsonl", "facts.json", "annotations.jsonl"))
    write_jsonl(source, [record])
    desk(source, "--write-facts", facts)
    edited(facts, {"incident_count": {"value": 7}})
    desk(source, "--facts", facts)
    queue = ["--queue", str(desk.folder / "queue.jsonl"), "--params", str(PARAMS)]
    counted = CliRunner().invoke(app, ["review", *queue])
    assert counted.exit_code == 0 and "incident_count (犯罪次数): wrong 1" in counted.output
    assert case not in counted.output and "书记员" not in counted.output
    written = CliRunner().invoke(app, ["review", *queue, "--as", "annotation", "--texts", str(source), "-o", str(output)])
    assert written.exit_code == 0, written.output
    (annotation,) = read_jsonl(output)
    assert annotation["id"] == case and annotation["defendants"][0]["liability"]["incident_count"] == 7
    assert CliRunner().invoke(app, ["review", *queue, "--as", "annotation"]).exit_code != 0


def test_figures_wait_for_the_judges_own_estimate(desk, case):
    (sheet,) = desk("--case", case, "--blind", "--judge", "法官甲", "--own-estimate", "1.5")[1].values()
    assert sheet["blind"]["state"] == "shown" and sheet["blind"]["own_estimate_months"] == 1.5
    figure = f"{sheet['answer']['liability_months']:.1f} 个月"
    assert figure in (desk.out / f"{sheet['file']}.html").read_text(encoding="utf-8")
    lines, others = desk("--case", case, "--blind", "--judge", "法官乙", "--citation")
    (other,) = others.values()
    assert other["blind"] == {"state": "hidden"} and "1 count(s) are left out" in lines[-1]
    for path in desk.out.iterdir():
        if path.suffix != ".docx":
            assert figure not in path.read_text(encoding="utf-8"), path.name
    with Ledger(desk.folder / "ledger.sqlite", create=False) as ledger:
        assert ledger.advice()["own_estimate_months"].tolist() == [1.5]


def test_the_advice_a_judge_sees_is_recorded_and_a_case_of_the_sample_waits_like_any_blind_one(desk, case, monkeypatch):
    monkeypatch.setattr(own_estimate, "sampled", lambda *_: False)
    lines, sheets = desk("--case", case, "--judge", "法官甲")
    (sheet,) = sheets.values()
    assert sheet["blind"] is None and sheet["answer"]["liability_months"] is not None and len(lines) == 1
    monkeypatch.setattr(own_estimate, "sampled", lambda *_: True)
    assert desk("--case", case, "--judge", "法官甲")[1] == sheets  # what was seen stays so
    waiting = desk("--case", case, "--judge", "法官乙")
    assert waiting == desk("--case", case, "--blind", "--judge", "法官丙")
    assert [content["blind"] for content in waiting[1].values()] == [{"state": "hidden"}]
    (told,) = desk("--case", case, "--judge", "法官乙", "--own-estimate", "1.5")[1].values()
    assert told["blind"]["own_estimate_months"] == 1.5
    with Ledger(desk.folder / "ledger.sqlite", create=False) as ledger:
        recorded = ledger.advice()
    assert recorded["mode"].tolist() == ["shown", "blind_first"]
    assert recorded["advice_months"].tolist() == [sheet["answer"]["liability_months"]] * 2


def test_what_does_not_go_together_is_told(desk, case, monkeypatch, capsys):
    rows = [
        (("--case", case, "--row", "x"), "are a judge's"),
        (("--case", case, "--own-estimate", "3"), "are a judge's"),
        (("--case", case, "--write-facts", "f.json", "--blind"), "writes the facts alone"),
        (("--case", case, "--write-facts", "f.json", "--judge", "法官甲"), "writes the facts alone"),
        (("--case", case, "--citation", "--jobs", "2"), "for a batch of plain sheets"),
        (("--case", "nobody", "--citation"), "no such case"),
        (("--case", case, "--facts", desk.folder / "none.json"), "not found; write it with --write-facts"),
        (("sample/judgments.jsonl.gz", "--write-facts", desk.folder / "f.json"), "corrected one document at a time, and 90 are named"),
    ]
    for arguments, message in rows:
        assert message in refused(desk, monkeypatch, capsys, *arguments)
    assert not desk.out.exists()


def test_facts_that_cannot_be_write_nothing(desk, case, monkeypatch, capsys):
    facts = desk.folder / "facts.json"
    desk("--case", case, "--write-facts", facts)
    edited(facts, {"incident_count": {"value": "seven"}})
    queue = desk.folder / "queue.jsonl"
    message = refused(desk, monkeypatch, capsys, "--case", case, "--facts", facts, "--review-queue", queue)
    assert "$.counts[0].facts.incident_count.value: 犯罪次数 is to be a whole number of 起" in message
    assert not desk.out.exists() and not queue.exists()
