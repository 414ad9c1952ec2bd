"""The first page of a run: what is there is linked, what is missing is said, figures are those of the reports."""

import re
import shlex

import pytest
from typer.main import get_command

from sentencing_ml import layout
from sentencing_ml.cli import app
from sentencing_ml.explanation import case_list
from sentencing_ml.overview import content, overview
from sentencing_ml.rendering import script_hash
from sentencing_ml.storage import write_json, write_text

INGEST = {"read": 12, "kept": 9, "exact_duplicates": 1, "near_duplicates": 0, "quarantined": 2,
          "quarantined_by_reason": {"empty_file": 2, "of_another_version": 1}}  # fmt: skip


def shown(root, reports, inputs=None):
    return content(reports, inputs, {}, root=root, index=layout.INDEX)


def test_a_run_without_reports_says_so_and_links_to_nothing(tmp_path):
    assert overview(root=tmp_path) == {"reports": 0, "cases": 0}
    html = (tmp_path / layout.INDEX).read_text(encoding="utf-8")
    assert "尚无报告" in html and "尚无案件参考表" in html and "<script" not in html
    assert [link for link in re.findall(r'href="([^"]*)"', html) if not link.startswith("#")] == []


def test_links_lead_from_the_page_to_files_that_exist(tmp_path):
    write_text(tmp_path / layout.CASES / "index.html", "x")
    write_json(tmp_path / layout.INGEST_REPORT, INGEST)
    (tmp_path / layout.BUNDLE).mkdir(parents=True)
    overview(root=tmp_path)
    page = tmp_path / layout.INDEX
    links = re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8"))
    assert sorted(links) == ["../models/bundle", "cases/index.html"]
    assert all((page.parent / link).exists() for link in links)


def test_the_cases_of_the_run_are_searched_on_the_page_and_lead_to_their_sheets(tmp_path):
    found = {"file": "a-1", "id": "a/0/0", "case_number": None, "charge": "盗窃罪", "kind": "judgment", "status": "advised",
             "reason": None, "term": 8.0, "low": 6.0, "high": 11.0}  # fmt: skip
    case_list.write_list([found], folder=tmp_path / layout.CASES, versions={})
    assert overview(root=tmp_path)["cases"] == 1
    html = (tmp_path / layout.INDEX).read_text(encoding="utf-8")
    assert '<a data-cell="id" href="cases/a-1.html">a/0/0</a>' in html
    assert f"script-src &#39;sha256-{script_hash('cases.js')}&#39;".replace("&#39;", "'") in html


def test_every_command_on_the_page_is_one_that_the_command_line_knows(tmp_path):
    known = get_command(app).commands
    told = [command for reader in shown(tmp_path, {})["readers"] for _, command in reader["commands"] if command.startswith("sentencing ")]
    assert {shlex.split(command)[1] for command in told} >= {"explain", "what-if", "predict", "review", "audit", "monitor", "verify"}
    for command in told:
        name, *words = shlex.split(command)[1:]
        asked = known[name]
        if hasattr(asked, "commands"):  # a group: the next word names its command
            asked = asked.commands[words.pop(0)]
        options = {option for parameter in asked.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, command


def test_the_versions_are_told_one_by_one(tmp_path):
    assert shown(tmp_path, {"release": {"version": {"model": "m", "registry": 3}}})["versions"] == {"模型": "m", "因子表": 3}


def test_what_was_set_aside_is_counted_by_reason_with_what_to_do(tmp_path):
    aside = shown(tmp_path, {"ingest": INGEST})["aside"]
    assert [(row["code"], row["n"]) for row in aside] == [("empty_file", "2"), ("of_another_version", "1")]
    assert aside[0]["todo"] and aside[1]["zh"] == "of_another_version"  # an unknown code is shown, not dropped


@pytest.mark.parametrize(
    ("report", "value", "text"),
    [
        ("evaluation", {"interval_coverage": 0.914}, "91.4%"),
        ("evaluation", {"truth_liability_bias": -0.021}, "-2.1%"),
        ("evaluation", {"expected_mae_months": 3.456}, "3.46 个月"),
        ("audit", {"summary": {"different": 1, "equivalent": 4, "undecided": 11}}, "1 项有差异，4 项等效，11 项不能判断"),
        ("monitor", {"ledger": {"entries": 1440}}, "1,440"),
    ],
)
def test_a_headline_figure_is_the_figure_of_its_report(tmp_path, report, value, text):
    assert [figure["value"] for figure in shown(tmp_path, {report: value})["figures"]] == [text]


def test_gates_and_simulated_entries_are_named_as_such(tmp_path):
    gates = [{"metric": "evaluation.interval_coverage", "value": 0.8, "bound": "≥ 0.85", "holds": False},
             {"metric": "audit.different", "value": None, "bound": "≤ 0", "holds": False}]  # fmt: skip
    made = shown(tmp_path, {"release": {"gates": gates}, "monitor": {"simulated": True}})
    assert [(gate["value"], gate["zh"]) for gate in made["gates"]] == [("0.800", "未达到"), ("—", "未达到")]
    assert made["simulated"]
