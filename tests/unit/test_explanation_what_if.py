"""What-if on a small world with known terms: which changes are refused, what is proposed, and the smallest that matters."""

import known_terms
import numpy as np
import pandas as pd
import pytest
from known_terms import case, table

from sentencing_ml.errors import InputError
from sentencing_ml.explanation.changed_facts import assignments, changed
from sentencing_ml.explanation.what_if import smallest, what_if
from sentencing_ml.factors.registry import registry
from sentencing_ml.law.statutes import statutes

THEFT = {"amount_yuan": 8600.0}


@pytest.fixture(scope="module")
def model():
    return known_terms.model()


def asked(model, *cases, threshold=0.2):
    rows = table(*cases)
    return what_if(rows, model.predict(rows), model=model, threshold=threshold)


def of(entries, factor):
    return [entry for entry in entries if entry["factor"] == factor]


# ---- changed facts

REFUSED = [
    ({"surrender": True}, ["surrender (自首)", "预防刑", "犯罪前后反映再犯可能性的事实"], "a fact of the offender changes no advice"),
    ({"认罪认罚": "有"}, ["plea_leniency (认罪认罚)", "预防刑"], "by its Chinese name as well"),
    ({"gender": "女"}, ["gender (性别)", "受保护"], "a protected attribute"),
    ({"custody": "羁押"}, ["custody (强制措施)", "程序"], "a procedural fact"),
    ({"term_months": 3}, ["term_months (刑期)", "结果"], "an outcome"),
    ({"amount": 5}, ["amount: there is no such factor", "amount_yuan"], "an unknown name, with the nearest"),
    ({"犯罪金额": 5}, ["there is no such factor", "犯罪数额"], "an unknown Chinese name, with the nearest"),
    ({"amount_yuan": "many"}, ["amount_yuan (犯罪数额)", "write a number"], "a wrong type"),
    ({"amount_yuan": True}, ["write a number"], "true is no number"),
    ({"amount_yuan": float("nan")}, [], "NaN is unknown"),
    ({"amount_yuan": "inf"}, ["write a number"], "no amount is infinite"),
    ({"incident_count": 1.5}, ["write a whole number"], "half an act"),
    ({"burglary": "maybe"}, ["burglary (入户)", "write 有 or 无"], "neither yes nor no"),
    ({"role": "首犯"}, ["role", "choose 主犯、从犯、胁从犯"], "a level that does not exist"),
    ({"stage": "中止"}, ["stage", "中止 is of class 混合", "choose 既遂、未遂、预备"], "a level of another class"),
    ({"amount_yuan": -5}, ["犯罪数额 为 -5，不可能小于 0"], "the law's own words for what cannot be"),
    ({"amount_yuan": 1e15}, ["犯罪数额 为 1e+15，超过可信的上限"], "an absurd amount"),
    ({"drug_grams": 5}, ["drug_grams (毒品数量): does not belong to the charge 盗窃罪"], "a fact of another offence"),
    ({"amount_yuan": 200}, ["“犯罪数额”改为 200 元 后，没有一档的条件成立（刑法3"], "below the first threshold there is no offence"),
    ({"role": "从犯", "group": False}, ["role (共同犯罪中的地位): cannot be without group"], "a part in a crime committed alone"),
    ({"犯罪数额": 9, "amount_yuan": 8}, ["is given twice"], "the same fact by both names"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "parts", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_cannot_be_is_refused_with_its_field_and_reason(values, parts, reason):
    rows = table(case("盗窃罪", **THEFT))
    if not parts:
        assert pd.isna(changed(rows, values)["amount_yuan"].iloc[0]), reason
        return
    with pytest.raises(InputError) as caught:
        changed(rows, values)
    for part in parts:
        assert part in str(caught.value), reason


def test_all_faults_are_told_at_once_and_the_rows_stay_as_they_are():
    rows = table(case("盗窃罪", **THEFT))
    before = rows.copy()
    with pytest.raises(InputError) as caught:
        changed(rows, {"amount_yuan": "x", "surrender": True, "nothing": 1, "role": "首犯"})
    assert str(caught.value).count("\n  - ") == 4
    changed(rows, {"amount_yuan": 50000})
    pd.testing.assert_frame_equal(rows, before)


ACCEPTED = [
    ({"amount_yuan": "5万"}, {"amount_yuan": 50000.0}, "as a judgment writes it"),
    ({"犯罪数额": "12,000"}, {"amount_yuan": 12000.0}, "Chinese name, thousands separator"),
    ({"burglary": "有"}, {"burglary": True}, "yes in Chinese"),
    ({"burglary": None, "incident_count": "未知"}, {"burglary": None, "incident_count": None}, "unknown, by null or by word"),
    ({"role": "从犯"}, {"role": "从犯", "group": True}, "a part in a crime brings that several committed it"),
]


@pytest.mark.parametrize(("values", "expected", "reason"), ACCEPTED, ids=[row[2] for row in ACCEPTED])
def test_values_are_read_as_they_are_written(values, expected, reason):
    found = changed(table(case("盗窃罪", **THEFT)), values).iloc[0]
    for name, value in expected.items():
        assert (pd.isna(found[name]) if value is None else found[name] == value), reason


MOVED = [
    ({"injury_grade": "轻伤二级", "minor_injuries": 1}, "重伤二级", {"minor_injuries": 0, "serious_injuries": 1}, "one person is harmed more"),
    ({"injury_grade": "轻伤二级", "minor_injuries": 3}, "重伤一级", {"minor_injuries": 2, "serious_injuries": 1}, "the others stay as they were"),
    ({"injury_grade": "重伤二级", "serious_injuries": 2, "minor_injuries": 1}, "轻伤一级", {"serious_injuries": 0, "minor_injuries": 3}, "none is harmed more than the gravest grade"),
    ({"injury_grade": "轻伤二级", "minor_injuries": 1}, "轻伤一级", {"minor_injuries": 1}, "within the same kind the number stays"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "grade", "expected", "reason"), MOVED, ids=[row[3] for row in MOVED])
def test_the_numbers_of_persons_go_with_the_gravest_grade(facts, grade, expected, reason):
    found = changed(table(case("故意伤害罪", **facts)), {"injury_grade": grade}).iloc[0]
    assert {name: found[name] for name in expected} == expected, reason


def test_a_number_of_persons_against_the_gravest_grade_is_refused():
    rows = table(case("故意伤害罪", injury_grade="轻伤二级", minor_injuries=1))
    for values in ({"serious_injuries": 1}, {"minor_injuries": 0}):
        with pytest.raises(InputError, match="does not go with injury_grade"):
            changed(rows, values)


def test_an_offence_of_negligence_has_neither_attempt_nor_accessory(model):
    rows = table(case("交通肇事罪", deaths=1, injury_grade="死亡", accident_share="全部责任"))
    for values in ({"stage": "未遂"}, {"role": "从犯"}):
        with pytest.raises(InputError, match="不适用于过失犯罪“交通肇事罪”"):
            changed(rows, values)
    (found,) = what_if(rows, model.predict(rows), model=model, threshold=0.2)
    assert {entry["factor"] for entry in found["alternatives"]}.isdisjoint({"stage", "role"})


def test_assignments_are_read_from_the_command_line():
    assert assignments(["amount_yuan=5万", " role = 从犯 "]) == {"amount_yuan": "5万", "role": "从犯"}
    with pytest.raises(InputError) as caught:
        assignments(["amount_yuan", "role=从犯", "role=主犯"])
    assert "write name=value" in str(caught.value) and "role: is given twice" in str(caught.value)


# ---- alternatives


def test_an_alternative_is_what_the_model_says_of_the_changed_case(model):
    rows = table(case("盗窃罪", **THEFT), case("故意伤害罪", 1, injury_grade="轻伤一级", minor_injuries=1))
    found = what_if(rows, model.predict(rows), model=model, threshold=0.2)
    present = model.predict(rows)["liability_months"]
    (up,) = [entry for entry in of(found[0]["alternatives"], "amount_yuan") if entry["to"] == "50,000 元"]
    own = model.predict(changed(rows.head(1), {"amount_yuan": 50000})).iloc[0]
    for name in ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high"):
        assert up[name] == pytest.approx(float(own[name])), name
    assert up["tier"] == own["tier"] == "t2"
    assert up["change_months"] == pytest.approx(own["liability_months"] - present[0])
    assert up["change_percent"] == pytest.approx(own["liability_months"] / present[0] - 1)
    (worse,) = [entry for entry in of(found[1]["alternatives"], "injury_grade") if entry["to"] == "重伤二级"]
    assert worse["liability_months"] == pytest.approx(
        float(model.predict(changed(rows.tail(1), {"injury_grade": "重伤二级"}))["liability_months"].iloc[0])
    )
    assert worse["label"] == "损伤程度 轻伤一级 → 重伤二级，同时 轻伤人数 0 人、重伤人数 1 人"


def test_a_measure_is_proposed_at_the_next_threshold_of_its_day_and_province_and_just_below_the_last(model):
    (found,) = asked(model, case("盗窃罪", amount_yuan=60000.0))
    labels = {entry["label"]: entry for entry in of(found["alternatives"], "amount_yuan")}
    # 河南省: 数额巨大 from 50,000, 数额特别巨大 from 400,000 yuan. Half of either leaves the tier open, which is said of
    # the way down, where the tiers in play change, and passed over on the way up, where the tier is to be reached.
    assert set(labels) == {"犯罪数额 60,000 元 → 400,000 元（达到数额特别巨大）", "犯罪数额 60,000 元 → 49,999 元（不满数额巨大）"}
    assert {entry["article"] for entry in labels.values()} == {"法释〔2013〕8号1"}
    assert [entry["tier"] for entry in labels.values()] == ["t3", None]


def test_where_the_standard_of_the_place_is_not_known_the_ends_of_the_range_are_proposed(model):
    (found,) = asked(model, case("盗窃罪", amount_yuan=8600.0, province=None))
    assert "犯罪数额 8,600 元 → 100,000 元（达到数额巨大，按全国幅度的上限）" in {entry["label"] for entry in found["alternatives"]}


def test_below_the_first_threshold_the_law_answers_and_no_figure_is_given(model):
    (found,) = asked(model, case("盗窃罪", amount_yuan=8600.0))
    (below,) = [entry for entry in of(found["alternatives"], "amount_yuan") if "不满" in entry["label"]]
    assert below["status"] == "out_of_scope" and "没有一档的条件成立" in below["reason"]
    assert [below[name] for name in ("liability_months", "rule_low", "tier", "change_months", "change_percent")] == [None] * 5


def test_only_facts_of_the_charge_that_its_law_or_its_cases_know_are_proposed(model):
    theft, injury = asked(model, case("盗窃罪", **THEFT), case("故意伤害罪", 1, injury_grade="轻伤一级", minor_injuries=1))
    assert of(theft["alternatives"], "burglary") and not of(injury["alternatives"], "burglary")
    for found in (theft, injury):
        names = {entry["factor"] for entry in found["alternatives"]}
        assert names <= {factor.name for factor in registry().model_inputs()}
        assert not names & {"excessive_defence", "harboured_grave", "drug_grams", "alcohol_mg_per_100ml"}
        assert {entry["to"] for entry in of(found["alternatives"], "stage")} == {"未遂"}  # 中止 is of another class


def test_a_part_in_the_crime_is_proposed_of_those_who_acted_together_alone(model):
    alone, together = asked(model, case("盗窃罪", **THEFT), case("盗窃罪", 1, group=True, role="主犯", **THEFT))
    assert not of(alone["alternatives"], "role")
    assert [entry["to"] for entry in of(together["alternatives"], "role")] == ["从犯"]


def test_many_rows_together_say_what_each_says_alone(model):
    cases = [case("盗窃罪", place, amount_yuan=2500.0 * 4**place, burglary=bool(place % 2)) for place in range(2)]
    cases.append(case("故意伤害罪", 9, injury_grade="重伤二级", serious_injuries=1))
    assert asked(model, *cases) == [asked(model, one)[0] for one in cases]


def test_no_alternative_leaves_the_statutory_range_of_its_own_case(model):
    cases = [case("盗窃罪", place, amount_yuan=1500.0 * 3**place) for place in range(6)]
    most = max(tier.statute.high for tier in statutes().charges["盗窃罪"].tiers if tier.statute.high)
    for found in asked(model, *cases):
        for entry in found["alternatives"]:
            if entry["status"] == "advised":
                assert 0 <= entry["interval_low"] <= entry["liability_months"] <= entry["interval_high"] <= most


# ---- the smallest change


def test_the_smallest_change_of_a_measure_is_the_nearest_that_moves_the_advice_so_much(model):
    rows = table(case("盗窃罪", amount_yuan=20000.0))
    present = float(model.predict(rows)["liability_months"].iloc[0])
    (found,) = what_if(rows, model.predict(rows), model=model, threshold=0.2)
    nearest = found["smallest"]
    assert nearest["factor"] == "amount_yuan" and abs(nearest["change_percent"]) >= 0.2
    to = float(nearest["to"].removesuffix(" 元").replace(",", ""))
    for share in (0.25, 0.5, 0.75):  # nothing nearer does, in either direction
        between = float(20000.0 * (to / 20000.0) ** share)
        mirrored = float(20000.0 * (to / 20000.0) ** -share)
        for value in (between, mirrored):
            if abs(np.log(value / to)) < 0.08:
                continue  # the search rounds to two figures
            months = float(model.predict(changed(rows, {"amount_yuan": value}))["liability_months"].iloc[0])
            assert abs(months / present - 1) < 0.2


ORDER = [
    ([("amount_yuan", 0.3, 0.25), ("role", 1.0, 0.8)], "amount_yuan", "a part of the way to the next threshold is less than a step"),
    ([("amount_yuan", 1.4, 0.9), ("role", 1.0, -0.3)], "role", "a step comes before a measure that passes more than a threshold"),
    ([("role", 1.0, -0.5), ("burglary", 1.0, 0.3)], "burglary", "of changes as large the one that moves less beyond the threshold"),
    ([("burglary", 1.0, 0.3), ("weapon", 1.0, 0.3)], "burglary", "else in the order of the registry"),
    ([("burglary", 1.0, 0.19), ("amount_yuan", 3.0, -0.2)], "amount_yuan", "what moves less than the threshold does not count"),
    ([("burglary", 1.0, None), ("weapon", 1.0, 0.1)], None, "what is not advised, or moves too little"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected", "reason"), ORDER, ids=[row[2] for row in ORDER])
def test_which_change_is_the_smallest(changes, expected, reason):
    entries = [{"factor": name, "change_percent": share} for name, _, share in changes]
    found = smallest(entries, [steps for _, steps, _ in changes], 0.2)
    assert (None if found is None else found["factor"]) == expected, reason


def test_where_nothing_moves_the_advice_so_much_there_is_no_smallest_change(model):
    (none,) = asked(model, case("故意伤害罪", injury_grade="重伤二级", serious_injuries=1), threshold=0.99)
    assert none["smallest"] is None


def test_a_case_without_advice_still_shows_what_the_law_would_say(model):
    (found,) = asked(model, case("诈骗罪", amount_yuan=8000.0))
    assert found["smallest"] is None
    (up,) = [entry for entry in of(found["alternatives"], "amount_yuan") if "达到" in entry["label"]]
    assert up["status"] == "thin_data" and "诈骗罪" in up["reason"]
    assert up["liability_months"] is None and up["change_percent"] is None and up["rule_low"] is not None


def test_a_row_without_charge_has_no_what_if(model):
    assert asked(model, case(None, amount_yuan=8000.0)) == [None]
