"""The stages of audit and monitor on a model trained on a small synthetic corpus, with the files at their edges."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sentencing_ml.errors import DataContractError, TrainingError
from sentencing_ml.fairness.audit import audit, compared_table
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.split import split, with_parts
from sentencing_ml.liability.train import train
from sentencing_ml.monitor.ledger import Ledger
from sentencing_ml.monitor.monitor import monitor
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.judges import answers, simulate_records
from sentencing_ml.simulation.simulate import simulate
from sentencing_ml.storage import read_table, write_table


@pytest.fixture(scope="module")
def options():
    """Settings of the project on one thread, with a small booster and a short bootstrap."""
    plain = load_settings(Path(__file__).parents[2] / "params.yaml")
    return plain.model_copy(
        update={
            "simulation": plain.simulation.model_copy(update={"judgments": 500}),
            "train": plain.train.model_copy(update={"n_estimators": 30, "similar_min": 10}),
            "audit": plain.audit.model_copy(update={"bootstrap": 100, "attributes": ("gender", "region")}),
            "monitor": plain.monitor.model_copy(update={"judges": 6, "entries": 35}),
            "runtime": plain.runtime.model_copy(update={"threads": 1}),
        }
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory, options):
    """A folder with factors, split and model."""
    folder = tmp_path_factory.mktemp("trained")
    write_table(folder / "factors.parquet", simulate(settings=options.simulation).factors)
    split(factors=folder / "factors.parquet", split=folder / "split.parquet", settings=options)
    paths = {"factors": folder / "factors.parquet", "split": folder / "split.parquet", "model": folder / "model"}
    train(**paths, settings=options)
    return paths


@pytest.fixture(scope="module")
def audited(trained, options, tmp_path_factory):
    """The metrics of the audit and the folder of its report."""
    folder = tmp_path_factory.mktemp("audited")
    return audit(**trained, report=folder / "audit.json", settings=options), folder


def test_the_audit_accounts_for_every_test_count_and_writes_json_and_page(trained, options, audited):
    metrics, folder = audited
    content = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    parts = read_table(trained["split"])
    rows = content["rows"]
    assert rows["test"] == int((parts["part"] == "test").sum())
    assert rows["compared"] == content["overall"]["n"] == metrics["overall_n"]
    assert metrics["tests"] == metrics["different"] + metrics["equivalent"] + metrics["undecided"]
    assert set(content["attributes"]) == set(options.audit.attributes)
    html = (folder / "audit.html").read_text(encoding="utf-8")
    names = {str(name) for name in read_table(trained["factors"])["defendant"].dropna()}
    assert not [name for name in names if len(name) > 2 and name in html]


def test_the_audit_gives_the_same_bytes_again(trained, options, audited, tmp_path):
    _, folder = audited
    audit(**trained, report=tmp_path / "audit.json", settings=options)
    for name in ("audit.json", "audit.html"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_advice_blind_to_the_group_is_not_found_to_differ(audited):
    content = json.loads((audited[1] / "audit.json").read_text(encoding="utf-8"))
    assert {found["verdicts"]["advice"]["verdict"] for found in content["attributes"].values()} <= {"等效", "不能判断"}


SECTIONS = (
    "drift", "extraction", "intersections", "swap", "proxies", "virtual_judges", "mitigation", "overrides", "missing",
    "certificate",
)  # fmt: skip


def test_every_section_says_what_it_measured_or_why_not(audited):
    content = json.loads((audited[1] / "audit.json").read_text(encoding="utf-8"))
    for name in SECTIONS:
        section = content[name]
        assert section["status"] in ("measured", "cannot_say", "not_run"), name
        assert (section["why"] is None) == (section["status"] == "measured"), name
    assert {content[name]["status"] for name in ("swap", "overrides", "certificate", "extraction")} == {"not_run"}
    assert content["data"]["overlap"]["known"] == "no"
    assert set(content["data"]["hashes"]) == {"factors", "split"}
    assert content["system"]["model"] == content["model"]
    assert set(content["families"]) == set(content["settings"]["families"])


def test_without_a_split_every_row_with_a_term_is_compared_and_overlap_is_not_excluded(trained, options, tmp_path):
    metrics = audit(
        factors=trained["factors"], split=None, model=trained["model"], report=tmp_path / "audit.json", settings=options
    )
    content = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    frame = read_table(trained["factors"])
    assert content["rows"]["test"] == len(frame)
    assert metrics["overall_n"] == content["rows"]["compared"] > 300
    assert content["data"]["overlap"]["known"] == "unknown"
    assert "不能排除" in content["data"]["overlap"]["zh"]
    assert content["mitigation"]["status"] == "not_run"


def test_a_yearly_report_compares_the_judgments_of_its_year(trained, options, audited, tmp_path):
    frame = read_table(trained["factors"])
    tested = frame["row_id"].isin(read_table(trained["split"]).query("part == 'test'")["row_id"])
    years = frame.loc[tested, "judgment_date"].astype("string").str[:4].value_counts()
    year = int(years.index[0])
    audit(**trained, report=tmp_path / "audit.json", settings=options, year=year)
    content = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert content["year"] == year
    assert content["rows"]["test"] == years.iloc[0]
    assert (content["data"]["first"], content["data"]["last"]) == (year, year)
    with pytest.raises(DataContractError, match="of judgments of 1901"):
        audit(**trained, report=tmp_path / "none.json", settings=options, year=1901)


def test_the_table_that_others_resample_is_the_one_that_is_audited(trained, options, audited):
    frame = with_parts(read_table(trained["factors"]), read_table(trained["split"]))
    table, design, facts = compared_table(frame, LiabilityModel.load(trained["model"]), settings=options, threads=1)
    assert len(table) == len(design) == int(facts.tested.sum()) == audited[0]["overall_n"]
    assert facts.frame.loc[facts.tested, "row_id"].tolist() == table["row_id"].tolist()
    # the model reads no group, and law alone reads less than the model
    assert not {"gender", "court", "province"} & set(design.columns)
    assert set(facts.law.columns) < set(facts.design.columns) | {"prior"}


def test_a_split_of_another_table_is_refused(trained, options, tmp_path):
    parts = read_table(trained["split"])
    write_table(tmp_path / "split.parquet", parts.iloc[1:])
    with pytest.raises(TrainingError, match="name different rows"):
        audit(**{**trained, "split": tmp_path / "split.parquet"}, report=tmp_path / "audit.json", settings=options)


def test_a_test_part_without_terms_is_refused(trained, options, tmp_path):
    frame = read_table(trained["factors"])
    tested = set(read_table(trained["split"]).query("part == 'test'")["row_id"])
    term = frame["term_months"].mask(frame["row_id"].isin(tested), pd.NA)
    write_table(tmp_path / "factors.parquet", frame.assign(term_months=term))
    with pytest.raises(DataContractError, match="no count of the test part has both a term and advice"):
        audit(**{**trained, "factors": tmp_path / "factors.parquet"}, report=tmp_path / "audit.json", settings=options)


def test_the_monitor_fills_verifies_and_reports_the_same_ledger_again(trained, options, tmp_path):
    written = []
    for _ in range(2):
        metrics = monitor(
            **trained,
            ledger=tmp_path / "ledger.sqlite",
            report=tmp_path / "monitor.json",
            judge_pages=tmp_path / "judges",
            certificate=None,
            settings=options,
            make_records=lambda advice: simulate_records(advice=advice, settings=options.monitor),
            answer=lambda alerts, names: answers(alerts, names=names, settings=options.monitor),
        )
        written.append([(tmp_path / name).read_bytes() for name in ("ledger.sqlite", "monitor.json", "monitor.html")])
    assert written[0] == written[1]
    assert (metrics["n_breaks"], metrics["n_judges"]) == (0, 6)
    assert metrics["n_entries"] >= 6 * 35
    assert not (tmp_path / "ledger.sqlite.key").exists()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        shown = ledger.advice()
    tested = set(read_table(trained["split"]).query("part == 'test'")["row_id"])
    assert set(shown["case_id"].str.removeprefix("training/")) <= tested
    assert shown["simulated"].all()
