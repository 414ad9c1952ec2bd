"""The rule track of a count: its steps, what is weighed where, what a tier without a term gives, and bad input."""

import datetime
from fractions import Fraction

import pytest

from sentencing_ml.law import base_sentence as base_sentence_module
from sentencing_ml.law import statutes as law_module
from sentencing_ml.law import thresholds, tiers
from sentencing_ml.law import track as track_module
from sentencing_ml.law.arithmetic import Found
from sentencing_ml.law.track import hull, rule_track

# 故意伤害 with one person hurt gravely, and nothing else: 36–60 months of 36–120.
HURT = {"serious_injuries": 1, "deaths": 0, "minor_injuries": 0, "slight_injuries": 0, "weapon": False}
DAYS = {"offence_date": datetime.date(2026, 6, 1), "trial_date": datetime.date(2026, 11, 1)}
A = {"article": "264", "source": ["A"]}
LAW = {
    "charges": [
        {
            "id": "theft",
            "name": "盗窃罪",
            "article": "264",
            "guideline": "G21",
            "tiers": [
                {
                    "id": "t1",
                    "condition": "甲",
                    "statute": [1, 36],
                    "detention": True,
                    "starting": [1, 12],
                    "source": ["A"],
                },
                {"id": "t2", "condition": "乙", "statute": [36, 120], "starting": [36, 48], "source": ["A"]},
                {"id": "t3", "condition": "丙", "life": True, "death": True, "source": ["A"]},
                {"id": "t4", "condition": "丁", "death": True, "source": ["A"]},
            ],
            "grounds": {
                "t2": [
                    {"text": "对弱势人员", "when": "vulnerable_victim", **A},
                    {"text": "有死亡", "when": "deaths >= 1", **A},
                ],
                "t3": [{"text": "死亡二人", "when": "deaths >= 2", **A}],
                "t4": [{"text": "其他", "open": True, **A}],
            },
            "adds": [{"fact": "serious_injuries", "tiers": ["t2"], "per": 1, "months": [6, 12], **A}],
        }
    ]
}


@pytest.fixture
def small_law(monkeypatch):
    """A law of four tiers; the highest two threaten no term."""
    real = law_module.keys
    monkeypatch.setattr(law_module, "contents", lambda: {"one.yaml": LAW})
    monkeypatch.setattr(law_module, "keys", lambda name: {"A"} if name == "sources" else real(name))
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget():
    """Clear what the rule track keeps of a law."""
    for owner in (law_module, tiers, thresholds, base_sentence_module, track_module):
        for cached in vars(owner).values():
            if hasattr(cached, "cache_clear") and cached.__module__ == owner.__name__:
                cached.cache_clear()


def months(low, high):
    return Fraction(str(low)), Fraction(str(high))


def track(charge, facts, names=(), **more):
    found = [name if isinstance(name, Found) else Found(name) for name in names]
    return rule_track(charge, facts, found=found, **DAYS | more)


def only(result):
    (entry,) = result.tiers
    return entry


def test_the_steps_lead_from_the_statute_to_the_result():
    found = [
        Found("voluntary_surrender", "surrender", (30, 44)),
        Found("accessory", "role", (10, 22)),
        Found("excess_defense", "excessive_defence", (50, 60)),
    ]
    entry = only(track("故意伤害罪", HURT, found))
    assert all(first.after == second.before for first, second in zip(entry.steps, entry.steps[1:], strict=False))
    assert entry.steps[0].before == months(36, 120) and entry.steps[-1].after == entry.adjusted
    # 起点, 没有比例的防卫过当, 从犯 36×0.5 … 60×0.8, 自首 18×0.6 … 48, 下限 1, 低于三年, 百分之二十.
    assert [(step.factor, step.span, step.after) for step in entry.steps[:-1]] == [
        (None, None, months(36, 60)),
        ("excessive_defence", (50, 60), months(36, 60)),
        ("role", (10, 22), months(18, 48)),
        ("surrender", (30, 44), months("10.8", 48)),
        (None, None, months(1, 48)),
        (None, None, months(1, 36)),
    ]
    assert [step.article for step in entry.steps] == [
        "法发〔2021〕21号",
        "刑法20(2)",
        "法发〔2021〕21号三(五)",
        "法发〔2021〕21号三(六)",
        "刑法63(1)",
        "刑法63(1)",
        "法发〔2021〕21号二(三)",
    ]
    assert [step.ratio for step in entry.steps[2:4]] == [months("-0.5", "-0.2"), months("-0.4", 0)]
    assert all(step.rule and step.article for step in entry.steps)
    assert entry.declared == months(1, 36)


def test_only_what_changes_the_bounds_is_a_step_of_the_bounds():
    # Nothing to weigh: the starting point and the share of the court.
    assert len(only(track("故意伤害罪", HURT)).steps) == 2
    # 坦白 alone falls below the tier: one step back to its floor.
    steps = only(track("故意伤害罪", HURT, ["confession"])).steps
    assert [(step.rule, step.article) for step in steps[2:3]] == [("不低于法定最低刑", "刑法62")]
    assert (steps[2].before, steps[2].after) == (months("28.8", 60), months(36, 60))


@pytest.mark.parametrize(
    "names",
    [
        ["minor", "accessory", "deaf_blind"],  # 36 × 0.4 × 0.5 × 0.5 = 3.6: above one month
        ["recidivist", "vulnerable_victim", "disaster_period"],  # 60 × 1.8 = 108: below ten years
        ["attempt", "recidivist"],  # 18 + 3 … 84
    ],
)
def test_bounds_that_are_not_reached_leave_no_step(names):
    assert not [
        step for step in only(track("故意伤害罪", HURT, names)).steps if step.article in {"刑法62", "刑法63(1)"}
    ]


def test_the_most_of_the_tier_is_a_step():
    entry = only(track("故意伤害罪", {**HURT, "serious_injuries": 0, "deaths": 1}, ["recidivist"]))
    step = next(step for step in entry.steps if step.rule == "不超过法定最高刑")
    # 120 × 1.1; 156 × 1.4 = 218.4.
    assert (step.article, step.before, step.after) == ("刑法62", months(132, "218.4"), months(132, 180))
    assert entry.declared == months(132, 180)


def test_the_run_on_liability_leaves_the_offender_out():
    names = ["attempt", "voluntary_surrender", "recidivist", "plea_leniency", "compensation_forgiveness", "elderly"]
    whole = only(track("故意伤害罪", HURT, names))
    bare = only(track("故意伤害罪", HURT, names, liability_only=True))
    alone = only(track("故意伤害罪", HURT, ["attempt"], liability_only=True))
    assert bare == alone
    assert whole.liability == bare.liability == months(18, 60)
    assert (bare.declared, bare.adjusted) == (None, None)
    assert track("故意伤害罪", HURT, names, liability_only=True).declared == (None, None)
    assert bare.steps[-1].after == bare.liability


def test_mixed_circumstances_belong_to_the_offender():
    for name in ("desistance", "elderly", "restitution", "civil_dispute"):
        assert only(track("故意伤害罪", HURT, [name])).liability == months(36, 60), name


def test_the_months_without_any_circumstance_are_the_base_sentence():
    entry = only(track("故意伤害罪", HURT))
    assert entry.base == entry.liability == entry.declared == entry.computed == months(36, 60)
    assert entry.adjusted == months(36, 72)
    assert entry.mitigates == entry.exempts == entry.unquantified == ()


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        ([], ("有期徒刑",)),
        (["voluntary_surrender"], ("有期徒刑",)),  # 21.6 months at the least: no 拘役
        (["coerced"], ("有期徒刑", "拘役")),  # 减轻 down to 拘役
    ],
)
def test_the_kinds_in_reach(names, kinds):
    assert only(track("故意伤害罪", HURT, names)).kinds == kinds


def test_no_kind_of_the_basic_tier_is_lost():
    facts = {**HURT, "serious_injuries": 0, "minor_injuries": 1, "injury_grade": "轻伤二级"}
    assert only(track("故意伤害罪", facts)).kinds == ("有期徒刑", "拘役", "管制")
    # 12–36 of 猥亵儿童: a tier of 有期徒刑 alone.
    facts = {"victims": 1, "incident_count": 1, "repeated": False, "group": False, "minor_injuries": 0}
    facts |= {"serious_injuries": 0, "slight_injuries": 0, "in_public": False, "vile_molestation": False}
    assert only(track("猥亵儿童罪", facts)).kinds == ("有期徒刑",)


def test_a_tier_without_a_term_has_no_months(small_law):
    entry = only(track("盗窃罪", {"deaths": 2, "vulnerable_victim": False}, ["voluntary_surrender", "coerced"]))
    assert entry.tier.id == "t3"
    assert entry.base == entry.liability == entry.declared == entry.adjusted == (None, None)
    assert entry.kinds == ("无期徒刑", "死刑")
    assert entry.mitigates == ("coerced", "voluntary_surrender")
    assert all(step.before == step.after == (None, None) for step in entry.steps)


def test_a_tier_that_only_a_court_opens_is_not_in_play(small_law):
    assert [entry.tier.id for entry in track("盗窃罪", {"deaths": 0, "vulnerable_victim": False}).tiers] == ["t1"]


def test_the_hull_passes_over_tiers_without_a_term(small_law):
    facts = {"vulnerable_victim": False, "serious_injuries": 0, "deaths": None}
    result = track("盗窃罪", facts, ["voluntary_surrender"])
    assert [entry.tier.id for entry in result.tiers] == ["t1", "t2", "t3"]
    assert [entry.declared for entry in result.tiers] == [months(1, 12), months("21.6", 48), (None, None)]
    assert result.base == months(1, 48) and result.declared == months(1, 48)
    assert result.adjusted == months(1, "57.6")


def test_the_hull():
    assert hull([]) == hull([(None, None)]) == (None, None)
    assert hull([months(3, 4), (None, None), months(1, 2)]) == months(1, 4)


def test_increments_come_before_circumstances(small_law):
    facts = {"vulnerable_victim": False, "deaths": 1, "serious_injuries": 2}
    entry = only(track("盗窃罪", facts, ["accessory", "confession"]))
    # 36 + 12 … 48 + 24; × 0.5 … 0.8; × 0.8 … 1.
    assert entry.base == months(48, 72)
    assert entry.liability == months(24, "57.6")
    assert entry.declared == months("19.2", "57.6")
    assert [step.factor for step in entry.steps[:4]] == [None, "serious_injuries", "accessory", "confession"]


def test_a_fact_that_opened_the_tier_is_not_weighed_again(small_law):
    told = Found("vulnerable_victim", "vulnerable_victim", (5, 8))
    facts = {"deaths": 0, "serious_injuries": 0, "vulnerable_victim": True}
    entry = only(track("盗窃罪", facts, [told]))
    assert entry.tier.id == "t2" and entry.liability == entry.declared == months(36, 48)
    remark = entry.steps[1]
    assert (remark.factor, remark.span) == ("vulnerable_victim", (5, 8)) and "不再作为情节" in remark.rule


def test_a_fact_that_did_not_open_the_tier_is_weighed(small_law):
    # Deaths open the tier here, so who the victim was counts: 48 × 1.2.
    told = Found("vulnerable_victim", "victim_age")
    facts = {"deaths": 1, "serious_injuries": 0, "vulnerable_victim": None}
    entry = next(entry for entry in track("盗窃罪", facts, [told]).tiers if entry.tier.id == "t2")
    assert entry.liability == months(36, "57.6")


def test_mitigation_stops_at_the_next_tier_below(small_law):
    # 36 × 0.5 × 0.4 × 0.6 = 4.32, and no lower than the least of t1; t3 has no tier with a term between.
    facts = {"vulnerable_victim": False, "deaths": 1, "serious_injuries": 0}
    assert only(track("盗窃罪", facts, ["accessory", "minor", "voluntary_surrender"])).declared == months(
        "4.32", "34.56"
    )


def test_without_the_day_of_the_trial_the_law_data_say_today():
    result = rule_track("故意伤害罪", HURT, found=[Found("confession")])
    assert result.problems == () and only(result).base == months(36, 60)


def test_a_month_or_a_year_is_a_day_of_offence():
    for written in ("2020", "2020-03", "2020-03-01"):
        assert track("故意伤害罪", HURT, offence_date=written).base == months(36, 60)


@pytest.mark.parametrize(
    ("charge", "facts", "names", "more", "ids", "article"),
    [
        ("", {}, [], {}, ["unknown_charge"], "刑法3"),
        ("偷东西罪", {}, [], {}, ["unknown_charge"], "刑法3"),
        ("盗窃罪", {}, [], {"offence_date": "1997-09-30"}, ["before_the_code"], "刑法12、452"),
        ("盗窃罪", {}, [], {"offence_date": "1997"}, ["before_the_code"], "刑法12、452"),
        ("盗窃罪", {}, [], {"offence_date": datetime.date(2026, 11, 2)}, ["after_the_trial"], "刑法12"),
        ("盗窃罪", {}, [], {"offence_date": "2026-02-30"}, ["no_date"], "刑法12"),
        ("盗窃罪", {}, [], {"offence_date": ""}, ["no_date"], "刑法12"),
        ("盗窃罪", {"amount_yuan": -0.01}, [], {}, ["below_least"], "刑诉法55"),
        ("盗窃罪", {"amount_yuan": 1e13}, [], {}, ["above_most"], "刑诉法55"),
        ("盗窃罪", {"amount_yuan": 10**400}, [], {}, ["not_a_number"], "刑诉法55"),
        ("盗窃罪", {"amount_yuan": float("nan")}, [], {}, ["not_a_number"], "刑诉法55"),
        ("盗窃罪", {"amount_yuan": "五千"}, [], {}, ["not_a_number"], "刑诉法55"),
        ("盗窃罪", {"amount_yuan": True}, [], {}, ["not_a_number"], "刑诉法55"),
        ("盗窃罪", {"stage": "半途"}, [], {}, ["unknown_level"], "刑诉法55"),
        ("盗窃罪", {}, ["minor", "recidivist"], {}, ["contradiction"], "刑法65(1)，不满十八周岁的人犯罪不构成累犯"),
        ("盗窃罪", {}, ["principal", "accessory"], {}, ["contradiction"], "刑法26、27，同一犯罪中或为主犯或为从犯"),
        ("盗窃罪", {}, ["luck"], {}, ["unknown_circumstance"], "刑法61"),
        (
            "偷东西罪",
            {"amount_yuan": -1},
            ["luck"],
            {},
            ["unknown_charge", "below_least", "unknown_circumstance"],
            "刑法3",
        ),
    ],
)
def test_bad_input_gets_a_problem_with_its_article(charge, facts, names, more, ids, article):
    result = track(charge, facts, names, **more)
    assert [problem.id for problem in result.problems] == ids
    assert result.problems[0].article == article
    assert all(problem.what and problem.article and problem.why and problem.do for problem in result.problems)
    assert result.tiers == ()
    assert result.base == result.liability == result.declared == result.adjusted == (None, None)


@pytest.mark.parametrize("value", ["是", "否", "也许", 2])
def test_a_yes_or_no_fact_takes_nothing_else(value):
    result = track("抢劫罪", {"burglary": value})
    assert [problem.id for problem in result.problems] == ["not_yes_or_no"]


def test_a_province_that_does_not_exist_is_told():
    result = track("盗窃罪", {"amount_yuan": 5000}, province="火星省")
    assert [problem.id for problem in result.problems] == ["unknown_province"]


def test_a_day_with_a_time_is_a_day():
    assert track("故意伤害罪", HURT, offence_date=datetime.datetime(2020, 3, 1, 9, 30)).base == months(36, 60)


def test_a_day_with_more_after_it_is_no_day():
    assert [problem.id for problem in track("故意伤害罪", HURT, offence_date="2020-03-01-09").problems] == ["no_date"]


def test_a_count_is_whole():
    assert track("故意伤害罪", {**HURT, "serious_injuries": 1.5}).problems


def test_what_is_not_weighed_does_not_mitigate_either():
    # 防卫过当 opened the lighter tier of homicide; the step says that it is no circumstance any more.
    told = Found("excess_defense", "excessive_defence")
    facts = {"deaths": 1, "excessive_defence": True, "victim_fault": False, "lesser_gravity": True}
    entry = only(track("故意杀人罪", facts, [told]))
    assert entry.tier.id == "t0" and any("不再作为情节" in step.rule for step in entry.steps)
    assert entry.mitigates == ()
