import copy
import dataclasses
import datetime
import json

import numpy as np
import pandas as pd
import pytest
import yaml

from sentencing_ml.factors.registry import registry
from sentencing_ml.law import plea as module
from sentencing_ml.law._data import LawDataError
from sentencing_ml.law.facts import Fact, vocabulary
from sentencing_ml.law.plea import plea_checks, plea_rules

FACTS = {
    "open": Fact(zh="公开", type="boolean"),
    "months": Fact(zh="刑期", type="number", unit="月", most=300),
    "way": Fact(zh="方式", type="category", levels=("甲", "乙")),
}
GOOD = yaml.safe_load(
    """
from: 2020-01-01
wording: {unknown: "需要：{needs}", lacking: "缺{items}", barred: "有{items}", because: "因{items}", not_in_force: "{since}施行，{day}", unverified: 未读}
checks:
  - {id: first, question: 问一, article: 文1, source: [A], requires: [{text: 公开, when: open}], bars: [{text: 甲方式, when: way = 甲, article: 文9}], "yes": 是, "no": 否}
  - {id: second, question: 问二, article: 文2, source: [A], requires: [{text: 前问, when: {not: first}}], cases: [{text: 长, when: months > 12, value: 15}, {text: 短, when: months <= 12, value: 10}], "yes": "{value}日", "no": 无}
  - {id: third, question: 问三, article: 文3, source: [A], one_of: [{text: 乙, when: way = 乙}, {text: 旧, when: open, to: 2020-12-31}], "yes": 是, "no": 否}
  - {id: fourth, question: 问四, article: 文4, source: [A], always: false, "no": 不影响}
"""
)
DAY = datetime.date(2024, 1, 1)


def checks(facts, *, content=GOOD, on=DAY):
    rules = module.build(content, sources=["A"], facts=FACTS)
    return {check.id: check for check in module.answered(rules, facts, on=on)}


def found(id, facts, **options):
    return next(check for check in plea_checks(facts, **options) if check.id == id)


def changed(path, value):
    content = copy.deepcopy(GOOD)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def test_reasons_name_what_decided():
    assert checks({"open": True, "way": "乙"})["first"].reason == "是"
    assert checks({"open": False, "way": "乙"})["first"].reason == "否。缺公开"
    assert checks({"open": False, "way": "甲"})["first"].reason == "否。缺公开。有甲方式（文9）"
    assert checks({"way": "乙"})["third"].reason == "是。因乙"
    assert checks({})["fourth"].reason == "不影响"


def test_a_check_waits_for_the_facts_of_the_checks_it_builds_on():
    waiting = checks({"months": 20})["second"]
    assert (waiting.answer, waiting.value, waiting.needs) == (None, None, ("open", "way"))
    assert waiting.reason == "需要：公开；方式"
    decided = checks({"months": 20, "open": False})["second"]
    assert (decided.answer, decided.value, decided.reason) == (True, 15, "15日。因长")
    assert checks({"months": 12, "open": False})["second"].value == 10


def test_a_value_is_given_only_with_a_yes():
    refused = checks({"months": 20, "open": True, "way": "乙"})["second"]
    assert (refused.answer, refused.value, refused.reason) == (False, None, "无。缺前问")


def test_items_show_each_part_of_the_rule():
    items = checks({"open": False})["first"].items
    assert [(item.kind, item.text, item.answer, item.article) for item in items] == [
        ("requires", "公开", False, "文1"),
        ("bars", "甲方式", None, "文9"),
    ]


def test_an_item_out_of_force_counts_no_more():
    facts = {"open": True, "way": "甲"}
    assert checks(facts, on=datetime.date(2020, 12, 31))["third"].answer is True
    late = checks(facts, on=datetime.date(2021, 1, 1))["third"]
    assert late.answer is False and len(late.items) == 1


def test_before_its_first_day_a_rule_answers_nothing():
    early = checks({"open": False}, on=datetime.date(2019, 12, 31))
    assert {check.answer for check in early.values()} == {None}
    assert early["first"].reason == "2020年1月1日施行，2019年12月31日" and early["first"].needs == ()


def test_what_nobody_read_never_decides():
    told = checks({"open": True, "way": "乙", "months": 3}, content=changed(("checks", 0, "verified"), False))
    assert (told["first"].answer, told["first"].reason, told["first"].verified) == (None, "未读", False)
    assert (told["second"].answer, told["second"].reason) == (None, "未读")


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"open": "否"}, "not_yes_or_no"),
        ({"open": 1}, "not_yes_or_no"),
        ({"open": pd.NA}, "not_yes_or_no"),
        ({"way": "丙"}, "unknown_level"),
        ({"way": 3}, "unknown_level"),
    ],
)
def test_a_value_that_cannot_be_counts_as_not_known(facts, problem):
    told = checks(facts)
    assert told["first"].answer is None and set(facts) <= set(told["first"].needs)
    assert [entry.id for entry in told["first"].problems] == [problem]
    assert [entry.id for entry in told["second"].problems] == [problem]
    assert told["fourth"].problems == ()


@pytest.mark.parametrize("months", [-1, 301, float("nan"), float("inf"), "十二", True, 10**400, [12]])
def test_a_term_that_cannot_be_gives_no_days(months):
    told = found("days_to_conclude", {"procedure": "速裁", "possible_term_months": months})
    assert (told.answer, told.value, told.needs) == (None, None, ("possible_term_months",))
    assert len(told.problems) == 1 and told.problems[0].article


def test_values_of_arrays_are_read():
    told = checks({"open": np.bool_(False), "months": np.int64(20), "way": np.str_("乙")})
    assert (told["first"].answer, told["second"].value) == (False, 15)
    assert told["second"].problems == ()


def test_other_names_are_not_read():
    assert checks({"nonsense": object()}) == checks({})
    assert checks({"first": True}) == checks({})


def test_checks_go_into_json():
    whole = [dataclasses.asdict(check) for check in plea_checks({"possible_term_months": -1, "procedure": "速裁"})]
    assert json.loads(json.dumps(whole, ensure_ascii=False))[0]["id"] == "guilty_plea"


def test_the_day_of_the_data_is_the_default():
    assert plea_checks({}) == plea_checks({}, on=datetime.date(2024, 1, 1))
    assert all(check.answer is None for check in plea_checks({}, on=datetime.date(2019, 10, 23)))
    assert found("procedural_choice", {}, on=datetime.date(2019, 10, 24)).answer is False


def test_a_judgment_that_finds_a_plea_still_does_not_decide_the_fast_track():
    told = found("fast_track", {"plea_leniency": True, "procedure": "速裁", "court_level": "基层", "group": False})
    assert told.answer is None
    assert "plea_leniency" not in told.needs and "group" not in told.needs
    assert {"possible_term_months", "agrees_to_fast_track", "facts_proven"} <= set(told.needs)
    assert told.reason.startswith("文本未载明，需要：") and "可能判处的最高刑期" in told.reason


def test_what_extraction_is_to_read_is_a_factor():
    read = frozenset().union(*(rule.reads for rule in plea_rules().rules))
    factors = registry().factors
    for name in sorted(read):
        entry = vocabulary()[name]
        assert entry.asked != (name in factors), name
        if not entry.asked:
            assert (entry.zh, entry.type) == (factors[name].zh, factors[name].type)
            assert entry.type != "category" or entry.levels == tuple(level.name for level in factors[name].levels)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("checks", 1, "id"), "first", "first: the id is used twice"),
        (("checks", 0, "id"), "months", "months: is the name of a fact"),
        (("checks", 0, "source"), ["B"], "first: unknown source B"),
        (("checks", 0, "source"), [], "checks first source: []: Tuple should have at least 1 item after validation, not 0"),
        (("checks", 0, "article"), "", "checks first article: '': String should have at least 1 character"),
        (("checks", 0, "requires", 0, "when"), "closed", "first: requires 公开: closed: there is no fact or earlier check closed"),
        (("checks", 0, "requires", 0, "when"), "second", "first: requires 公开: second: there is no fact or earlier check second"),
        (("checks", 0, "requires", 0, "when"), "open = 甲", "first: requires 公开: open = 甲: open is yes or no"),
        (("checks", 0, "requires", 0, "when"), "way = 甲|丙|丁", "first: requires 公开: way = 甲|丙|丁: way has no level 丙、丁"),
        (("checks", 0, "requires", 0, "when"), "way", "first: requires 公开: way: way has no level (none named)"),
        (("checks", 0, "requires", 0, "when"), "months", "first: requires 公开: months: months is to be compared with a number"),
        (("checks", 0, "requires", 0, "when"), "months = 甲", "first: requires 公开: months = 甲: months is to be compared with a number"),
        (("checks", 0, "requires", 0, "when"), "months reaches big", "first: requires 公开: there is no threshold here (big)"),
        (("checks", 1, "requires", 0, "when"), "first = 甲", "second: requires 前问: first = 甲: first is a check, yes or no"),
        (("checks", 0, "requires", 0, "when"), "open!", "checks first requires open! when: 'open!': is no condition (a fact, a comparison, all, any or not)"),
        (("checks", 0, "bars", 0, "source"), ["B"], "first: bars 甲方式: unknown source B"),
        (("checks", 3, "no"), None, "lacks the reason of an answer it can give"),
        (("checks", 3, "requires"), [{"text": "公开", "when": "open"}], "needs either items, or always"),
        (("checks", 0, "perhaps"), "也许", "checks first perhaps: '也许': Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_faults_of_the_file(path, value, message):
    with pytest.raises(LawDataError) as error:
        module.build(changed(path, value), sources=["A"], facts=FACTS)
    assert str(error.value).startswith("plea.yaml cannot be used:\n  - ")
    assert message in str(error.value)


def test_all_faults_are_told_at_once():
    content = changed(("checks", 0, "source"), ["B"])
    content["checks"][1]["requires"][0]["when"] = "closed"
    content["checks"][2]["id"] = "first"
    with pytest.raises(LawDataError) as error:
        module.build(content, sources=["A"], facts=FACTS)
    assert len(str(error.value).splitlines()) == 4
