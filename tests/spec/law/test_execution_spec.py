"""Combination and execution against tables that a lawyer can read; every row gives its reason."""

from pathlib import Path

import pytest
import yaml

from sentencing_ml.law.combination import FIXED_TERM, Sentence, combined, later_offence, unjudged_offence
from sentencing_ml.law.execution import applies, execution, fine_floor, probation

FIT = {
    "light_circumstances": True,
    "remorse": True,
    "no_reoffending_risk": True,
    "community_no_harm": True,
    "recidivist": False,
    "ringleader": False,
}
ADULT = {"minor_defendant": False, "pregnant": False, "elderly_at_trial": False, "elderly_defendant": False}


def cases(name, table):
    rows = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))[table]
    return [pytest.param(row, id=f"{number}: {row['why']}") for number, row in enumerate(rows, start=1)]


def sentence(row):
    return Sentence(row["kind"], row.get("months"), row.get("fine", 0), row.get("all", False))


def only_problem(found):
    (problem,) = found.problems
    assert problem.article and problem.why and problem.do and "{" not in str(problem)
    return problem.id


@pytest.mark.parametrize("row", cases("combination", "recorded"))
def test_combined(row):
    found = combined(
        [sentence(one) for one in row["sentences"]], judged=row.get("judged"), offended=row.get("offended")
    )
    if "problem" in row:
        assert only_problem(found) == row["problem"]
        return
    check(found, row)
    articles = [step.article for step in found.steps]
    assert row["article"] in articles if row["article"] else not articles


@pytest.mark.parametrize("row", cases("combination", "unjudged"))
def test_unjudged(row):
    whole(unjudged_offence, row)


@pytest.mark.parametrize("row", cases("combination", "later"))
def test_later(row):
    whole(later_offence, row)


def whole(rule, row):
    found = rule(sentence(row["earlier"]), [sentence(one) for one in row["others"]], served_months=row["served"])
    if "problem" in row:
        assert only_problem(found) == row["problem"]
        return
    check(found, row)
    for name in ("remaining", "total"):
        assert getattr(found, name) == (tuple(row[name]) if name in row else None)


def check(found, row):
    assert found.kind == row.get("kind", FIXED_TERM) and not found.problems
    assert list(found.months) == row["months"]
    assert found.surveillance == (tuple(row["surveillance"]) if "surveillance" in row else None)
    assert list(found.fine) == row.get("fine", [0, 0])
    assert all(step.rule and step.article and step.source for step in found.steps)


@pytest.mark.parametrize("row", cases("execution", "terms"))
def test_terms(row):
    found = execution(
        kind=row["kind"],
        term_months=row["months"],
        start=row["start"],
        custody_days=row.get("custody", 0),
        residence_days=row.get("residence", 0),
        judged=row.get("judged"),
    )
    if "problem" in row:
        assert only_problem(found) == row["problem"]
        return
    assert (found.last_day, found.term_days, found.remaining_days) == (row["last"], row["days"], row["remaining"])
    assert found.steps[-1].article == row["article"]


@pytest.mark.parametrize("row", cases("execution", "probation"))
def test_probation(row):
    facts = {}
    for part in row["facts"]:
        facts |= {"fit": FIT, "adult": ADULT}[part] if isinstance(part, str) else part
    found = probation(
        facts,
        kind=row["kind"],
        term_months=row["months"],
        judged=row.get("judged"),
        offended=row.get("offended"),
    )
    if "problem" in row:
        assert only_problem(found) == row["problem"] and found.answer is None
        return
    assert found.answer is row["answer"]
    assert found.period == (tuple(row["period"]) if "period" in row else None)
    if "must" in row:
        assert found.must is row["must"]
    if found.answer is None:
        assert list(found.needs) == row["needs"]
    if found.answer is False:
        assert f"刑法{row['article'][:2]}" in found.reason


@pytest.mark.parametrize("row", cases("execution", "rules"))
def test_rules(row):
    found = applies(row["rule"], row["facts"], on=row.get("on"))
    assert (found.answer, found.article) == (row["answer"], row["article"])
    if found.answer is None:
        assert set(row["needs"]) <= set(found.needs)


@pytest.mark.parametrize("row", cases("execution", "fines"))
def test_fines(row):
    found = fine_floor(row["facts"], judged=row.get("judged"))
    assert list(found.yuan) == row["yuan"] and list(found.needs) == row.get("needs", [])
