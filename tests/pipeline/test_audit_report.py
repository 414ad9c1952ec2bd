"""The report of the audit as the stage writes it: its form, its page, and that nothing of a case stands in it."""

import json
from importlib.resources import files

import jsonschema
import pytest
from audit_words import EXPLORATORY, FORBIDDEN, section, words

from sentencing_ml import layout
from sentencing_ml.fairness.report.page import page
from sentencing_ml.storage import read_json, read_table

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def content(project):
    """The JSON of the report."""
    return read_json(project / layout.AUDIT_REPORT)


def test_it_has_the_form_of_the_schema(content):
    schema = json.loads((files("sentencing_ml.fairness.report") / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)


def test_the_page_is_that_of_the_json(project, content):
    """Whoever has the JSON can write the page again, and finds the same."""
    assert page(content) == (project / layout.AUDIT_REPORT).with_suffix(".html").read_text(encoding="utf-8")


def test_every_section_of_the_run_has_figures_or_says_why_not(content):
    for name in ("drift", "intersections", "missing", "proxies", "virtual_judges", "mitigation", "overrides", "extraction", "swap", "certificate"):
        assert content[name]["status"] == "measured" or content[name]["why"], name


def test_its_words_are_those_of_the_house_in_every_section_of_a_real_run(project):
    html = (project / layout.AUDIT_REPORT).with_suffix(".html").read_text(encoding="utf-8")
    assert FORBIDDEN.findall(words(html)) == []
    for name in EXPLORATORY:
        assert "有差异" not in section(html, name), name


def test_no_person_and_no_row_stands_in_it(project, content):
    table = read_table(project / layout.FACTORS)
    whole = json.dumps(content, ensure_ascii=False) + (project / layout.AUDIT_REPORT).with_suffix(".html").read_text(encoding="utf-8")
    secret = {str(value) for column in ("row_id", "doc_id", "defendant", "judge", "court") if column in table for value in table[column].dropna()}
    assert secret and [value for value in secret if len(value) > 2 and value in whole] == []
