"""Blind first: nothing that was computed for the case or happened in others is left on the sheet."""

import json
import re

import jsonschema
import pytest
from example_sheet import SCHEMA, example, leaves

from sentencing_ml import rendering
from sentencing_ml.explanation import blind
from sentencing_ml.explanation.citation import HIDDEN, citation, citation_text
from sentencing_ml.explanation.sheet_page import page

# What a judge may see before estimating, by the beginning of its path. A new key of the sheet that stands nowhere here
# must be taken out by blind.hidden.
STAYS = [
    (("schema",), "the form of the sheet"),
    (("file",), "name of the sheet"),
    (("case",), "which case it is"),
    (("status",), "that there is advice, and for want of what not"),
    (("answer", "level"), "the level of every interval"),
    (("answer", "statute_low"), "law"),
    (("answer", "statute_high"), "law"),
    (("answer", "tier"), "law applied to the facts shown"),
    (("answer", "tiers"), "law: conditions, punishment, the guideline's starting point"),
    (("rules", "law"), "which law is applied"),
    (("rules", "missing"), "facts the law asks for"),
    (("rules", "court"), "the court's own words in the record"),
    (("facts",), "facts with the guideline's bands"),
    (("not_mentioned",), "facts"),
    (("absent",), "facts"),
    (("offender",), "facts about the offender with the guideline's bands"),
    (("offender_unknown",), "facts"),
    (("plea",), "rule of the guideline"),
    (("evidence",), "what the record says"),
    (("text",), "what the record says"),
    (("legal_checks",), "conditions of the law over facts"),
    (("edits",), "corrections"),
    (("blind",), "that it is blind"),
    (("basis",), "versions and numbers of cases"),
    (("citation",), "made of the rest"),
]
GONE = [
    (("offender", "history"), "what past cases did"),
    (("answer", "tiers", "holds"), "where the liability term lies"),
]


def stays(path):
    return any(path[: len(start)] == start for start, _ in STAYS) and not any(
        path[: len(start)] == start for start, _ in GONE
    )


def shown_as(value):
    """Return how a figure may be written on a page."""
    if isinstance(value, str):
        return {value}
    return {
        f"{value}", f"{value:.1f}", f"{value:,.0f}", f"{value:,.1f}", rendering.percent(value, digits=0),
        rendering.years_months(value), rendering.months(value),
    }  # fmt: skip


def planted_in(value):
    return re.fullmatch(r"文\d+字", value) if isinstance(value, str) else isinstance(value, (int, float)) and value > 1000


@pytest.fixture(scope="module")
def content():
    made = example()
    return {**made, "citation": citation(made)}


def test_the_example_fills_the_schema(content):
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    numbers = [value for path, value in leaves(content) if path[0] != "citation" and isinstance(value, float)]
    assert len(numbers) == len(set(numbers)) > 40


def test_no_figure_is_left_in_the_hidden_sheet_its_page_or_its_citation(content):
    bare = blind.hidden(content)
    jsonschema.Draft202012Validator(SCHEMA).validate(bare)
    planted = {word for path, value in leaves(content) if not stays(path) and planted_in(value) for word in shown_as(value)}
    assert len(planted) > 100
    written = {
        "JSON": json.dumps(bare, ensure_ascii=False),
        "page": page(bare),
        "citation": citation_text(bare),
    }
    for name, text in written.items():
        found = {word for word in planted if re.search(rf"(?<![\d.,]){re.escape(word)}(?!\d)", text)}
        assert not found, name
    everything = json.dumps(content, ensure_ascii=False)  # the search finds what is there
    assert sum(word in everything for word in planted) > 40


def test_facts_and_law_stay(content):
    bare = blind.hidden(content)
    for key in ("case", "status", "facts", "evidence", "text", "plea", "legal_checks", "basis"):
        assert bare[key] == content[key]
    assert [row["bands"] for row in bare["offender"]] == [row["bands"] for row in content["offender"]]
    assert bare["answer"]["tiers"][0]["punishment"] == content["answer"]["tiers"][0]["punishment"]
    assert bare["answer"]["statute_high"] == content["answer"]["statute_high"]
    assert HIDDEN.rstrip("。") in bare["citation"]["system"]
    assert bare["blind"] == {"state": "hidden"}


def test_a_count_without_advice_has_nothing_to_hide(content):
    abstained = {**content, "status": {**content["status"], "code": "thin_data", "advised": False}}
    assert blind.hidden(abstained) == abstained


def test_both_are_shown_afterwards(content):
    both = blind.shown(content, own_estimate_months=14.0, at="2026-03-01T09:00:00+08:00")
    jsonschema.Draft202012Validator(SCHEMA).validate(both)
    assert both["answer"] == content["answer"]
    assert "14.0 个月" in both["citation"]["own_estimate"]
    assert "14.0 个月" in page(both)
