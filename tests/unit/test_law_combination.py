import copy
import datetime
from fractions import Fraction
from numbers import Rational

import pytest

from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.combination import Sentence, combine, combine_kinds, combined, later_offence, unjudged_offence
from sentencing_ml.law.limits import all_limits, build, limit, limits
from sentencing_ml.law.steps import range_words, words

SOURCES, FACTS = load("sources.yaml")["sources"], load("facts.yaml")["facts"]


def faults(content):
    with pytest.raises(LawDataError) as caught:
        build(content, sources=SOURCES, facts=FACTS)
    heading, *lines = str(caught.value).splitlines()
    assert heading == "limits.yaml cannot be used:"
    return [line.removeprefix("  - ") for line in lines]


def row(content, id):
    return next(entry for entry in content["limits"] if entry["id"] == id)


@pytest.fixture
def content():
    return copy.deepcopy(load("limits.yaml"))


def test_kinds_are_kept_apart():
    found = combine_kinds([12, 4, 18], ["有期徒刑", "拘役", "管制"])
    assert found == {"有期徒刑": (12, 12), "拘役": (4, 4), "管制": (18, 18)}


@pytest.mark.parametrize(
    ("months", "its_kinds", "message"),
    [
        ([1, 2], ["有期徒刑"], "2 terms and 1 kinds"),
        ([1], ["流放"], "unknown kind of punishment: 流放"),
        ([-1], ["有期徒刑"], "a term is negative or not a number"),
        ([float("nan")], ["有期徒刑"], "a term is negative or not a number"),
        ([(-1, 3)], ["有期徒刑"], "a term is negative or not a number"),
        ([(4, 3)], ["有期徒刑"], "the lower end of a term is above its upper end"),
    ],
)
def test_terms_that_cannot_be_combined(months, its_kinds, message):
    with pytest.raises(ValueError, match=message):
        combine(months, its_kinds)


def test_the_cap_follows_the_offence_and_the_mixed_kinds_the_judgment():
    fixed = ["有期徒刑"] * 3
    old, new = datetime.date(2011, 4, 30), datetime.date(2016, 1, 1)
    assert combine([180, 180, 180], fixed, on=new, offended=old) == (180, 240)
    assert combine([180, 180, 180], fixed, on=new) == (180, 300)
    assert combine([12, 4], ["有期徒刑", "拘役"], on=new, offended=old) == (12, 12)


def test_fractions_stay_exact():
    third = Fraction(37, 3)
    assert combine([(third, third), 6], ["有期徒刑"] * 2) == (third, third + 6)
    found = combined([Sentence("有期徒刑", (third, 24.1)), Sentence("有期徒刑", 6)])
    assert found.months == (third, Fraction(301, 10))
    assert all(isinstance(end, Rational) for end in found.months)


def test_steps_say_what_a_judge_reads():
    counts = [Sentence("有期徒刑", 180, 5000), Sentence("有期徒刑", 144, 3000), Sentence("有期徒刑", 156)]
    first, fine = combined(counts).steps
    assert (first.article, first.before, first.after) == ("刑法69(1)", (480, 480), (180, 300))
    assert first.note == "总和刑期40年，最高不超过25年"
    assert (fine.factor, fine.before, fine.after) == ("罚金", (8000, 8000), (8000, 8000))
    found = unjudged_offence(Sentence("有期徒刑", 144), [Sentence("有期徒刑", 84)], served_months=60)
    assert [step.article for step in found.steps] == ["刑法69(1)", "刑法70"]
    assert found.steps[1].before == found.months and found.steps[1].after == found.remaining
    found = later_offence(Sentence("有期徒刑", 144), [Sentence("有期徒刑", 96)], served_months=60)
    assert [step.article for step in found.steps] == ["刑法71", "刑法69(1)"]
    assert found.steps[0].note == "前罪已经执行5年，没有执行7年"


@pytest.mark.parametrize("served", [None, "五年", float("nan"), (1, 2), True])
def test_a_served_term_that_is_no_number(served):
    for rule in (unjudged_offence, later_offence):
        found = rule(Sentence("有期徒刑", 144), [Sentence("有期徒刑", 84)], served_months=served)
        assert [problem.id for problem in found.problems] == ["not_a_number"]


@pytest.mark.parametrize(
    ("sentence", "ids"),
    [
        (Sentence("有期徒刑", float("inf")), ["not_a_number"]),
        (Sentence("有期徒刑", (6, 12, 18)), ["not_a_number"]),
        (Sentence("有期徒刑", True), ["not_a_number"]),
        (Sentence("有期徒刑", 12, "多"), ["not_a_number"]),
        (Sentence("有期徒刑", 12, (3, 2)), ["no_range"]),
        (Sentence("流放", -1, -1), ["unknown_kind", "below_least"]),
        (Sentence("有期徒刑", (-1, 12)), ["no_term"]),
        (Sentence("有期徒刑", (1, 36)), []),  # a tier that also allows 拘役
        (Sentence("有期徒刑", (1, 5)), ["no_term"]),
    ],
)
def test_sentences_the_law_does_not_have(sentence, ids):
    found = combined([sentence])
    assert [problem.id for problem in found.problems] == ids
    assert not ids or (found.kind, found.months, found.steps) == (None, (None, None), ())


def test_several_problems_are_told_together():
    found = combined(
        [Sentence("拘役", 7), Sentence("管制", 40)],
        judged=datetime.date(2020, 1, 1),
        offended=datetime.date(2020, 1, 2),
    )
    assert [problem.id for problem in found.problems] == ["after_the_trial", "no_term", "no_term"]


def test_words_of_months():
    assert [words(months) for months in (0, 5, 12, 42, Fraction(3, 2), None)] == [
        "0个月",
        "5个月",
        "1年",
        "3年6个月",
        "1.5个月",
        "—",
    ]
    assert (range_words((Fraction(36), Fraction(54))), range_words((Fraction(36), None))) == ("3年至4年6个月", "3年至—")


def test_limits_of_the_kinds():
    table = limits()
    assert (table["fixed_term"].params["min_months"], table["fixed_term"].params["max_months"]) == (6, 180)
    assert (table["detention"].params["min_months"], table["detention"].params["max_months"]) == (1, 6)
    assert (table["surveillance"].params["min_months"], table["surveillance"].params["max_months"]) == (3, 24)
    assert table["probation"].params["max_months"] == 36 and len(table["probation"].params["conditions"]) == 4
    assert dict(table["offset"].params) == {"fixed_term": 1, "detention": 1, "surveillance": 2}
    with pytest.raises(TypeError):
        table["detention"].params["max_months"] = 7


@pytest.mark.parametrize(
    ("id", "day", "param", "value"),
    [
        ("concurrent_cap", datetime.date(2011, 4, 30), "fixed_cap_from", None),
        ("concurrent_cap", datetime.date(2011, 5, 1), "fixed_cap_from", 300),
        ("mixed_kinds", datetime.date(2015, 10, 31), "added", True),
        ("mixed_kinds", datetime.date(2015, 11, 1), "added", False),
        ("mitigate_below", datetime.date(2011, 4, 30), "tiers_below", None),
        ("mitigate_below", datetime.date(2011, 5, 1), "tiers_below", 1),
        ("minor_age", datetime.date(2021, 2, 28), "special", None),
        ("minor_age", datetime.date(2021, 3, 1), "special", 12),
    ],
)
def test_the_rule_of_a_day(id, day, param, value):
    assert limit(id, day).params.get(param) == value


def test_rules_that_a_day_did_not_have():
    assert limit("job_ban", datetime.date(2015, 10, 31)) is None
    assert limit("elderly_leniency", datetime.date(2011, 4, 30)) is None
    assert limit("offset_residence", datetime.date(2012, 12, 31)) is None
    with pytest.raises(KeyError):
        limit("no_such_rule")


def test_what_was_not_read_is_marked():
    unread = {
        (rule.id, rule.effective_to) for versions in all_limits().values() for rule in versions if not rule.verified
    }
    assert unread == {
        ("mitigate_below", datetime.date(2011, 4, 30)),
        ("offset_residence", datetime.date(2018, 10, 25)),
        ("administrative_detention", None),
    }


def test_an_article_is_cited_with_its_law():
    assert limit("concurrent_cap").cited == "刑法69(1)"
    assert limit("offset_residence").cited == "刑诉法76"


def test_every_fault_is_reported_at_once(content):
    rows = content["limits"]
    row(content, "fixed_term")["params"] = {"min_months": 200, "max_months": 180}
    row(content, "detention")["source"] = []
    row(content, "surveillance")["params"] = {"min_months": 3}
    row(content, "inclusive")["id"] = "cap"
    row(content, "temporal")["source"] = ["NOWHERE"]
    row(content, "death_bar")["when"] = "amount_yuan reaches huge"
    row(content, "concurrent_cap")["params"]["detention_cap"] = "12"
    row(content, "offset")["params"]["fixed_term"] = 0
    rows.append({**row(content, "later_offence"), "from": datetime.date(2020, 1, 1)})
    row(content, "fine_min")["from"] = "2000-12-19"
    row(content, "recidivism")["params"]["excluded"][0]["when"] = {"any": ["minor_defendant", "no_such_fact"]}
    assert faults(content) == [
        "limits.yaml: limits detention source: []: Tuple should have at least 1 item after validation, not 0",
        "limits.yaml: limits death_bar when: 'amount_yuan reaches huge': may not refer to a threshold of a charge",
        "limits.yaml: limits fine_min from: '2000-12-19': is not a date (YYYY-MM-DD)",
        "limits.yaml: fixed_term params: {'min_months': 200, 'max_months': 180}: 200–180 is no range",
        "limits.yaml: surveillance params max_months: is missing",
        "limits.yaml: cap: unknown limit",
        "limits.yaml: temporal source: unknown source NOWHERE",
        "limits.yaml: recidivism: unknown fact no_such_fact",
        "limits.yaml: concurrent_cap params detention_cap: '12': Input should be a valid integer",
        "limits.yaml: offset params fixed_term: 0: Input should be greater than 0",
        "limits.yaml: later_offence: two versions hold on 2020-01-01",
        "limits.yaml: inclusive: is missing",
    ]


def test_parameters_that_go_together(content):
    del row(content, "concurrent_cap")["params"]["fixed_cap_from"]
    row(content, "probation")["params"]["conditions"] = []
    row(content, "probation_bar")["params"]["excluded"][0]["when"] = "not a condition!"
    assert [fault.split(":")[1] for fault in faults(content)] == [
        " concurrent_cap params",
        " probation params conditions",
        " probation_bar params excluded not a condition! when",
    ]


def test_a_rule_without_a_version_today_is_missing(content):
    row(content, "job_ban")["to"] = datetime.date(2020, 1, 1)
    assert faults(content) == ["limits.yaml: job_ban: no version holds today"]
