"""From the starting point to the base sentence, on a small law of its own whose numbers can be added up by hand."""

import copy
import datetime
from fractions import Fraction

import pytest

from sentencing_ml.law import base_sentence as base_sentence_module
from sentencing_ml.law import statutes as law_module
from sentencing_ml.law import thresholds, tiers
from sentencing_ml.law import track as track_module
from sentencing_ml.law.base_sentence import base_sentence
from sentencing_ml.law.statutes import statutes

TRIAL = datetime.date(2024, 6, 1)
A = {"article": "细则", "source": ["A"]}
CHARGE = {
    "id": "theft",
    "name": "盗窃罪",
    "article": "264",
    "guideline": "G21",
    "thresholds": [
        {"id": "large", "zh": "较大", "fact": "amount_yuan", "value": [1000, 3000], "provinces": True, **A},
        {"id": "huge", "zh": "巨大", "fact": "amount_yuan", "value": 50000, **A},
        {
            "id": "old",
            "zh": "旧",
            "fact": "amount_yuan",
            "value": 50,
            "to": datetime.date(2000, 1, 1),
            **A,
        },
    ],
    "tiers": [
        {"id": "t1", "condition": "甲", "statute": [1, 36], "detention": True, "starting": [1, 12], "source": ["A"]},
        {"id": "t2", "condition": "乙", "statute": [36, 120], "starting": [36, 48], "source": ["A"]},
        {"id": "t3", "condition": "丙", "life": True, "source": ["A"]},
    ],
    "grounds": {
        "t2": [{"text": "巨大", "when": "amount_yuan reaches huge", **A}],
        "t3": [{"text": "重", "open": True, **A}],
    },
}


@pytest.fixture
def base(monkeypatch):
    """Return a function that computes a base sentence under the small law, with ``adds`` and changes of a tier."""

    def computed(facts, *, adds=(), tier="t2", province=None, trial=TRIAL, standards=None, **changes):
        charge = copy.deepcopy(CHARGE)
        charge["adds"] = [{"tiers": [tier], **A, **entry} for entry in adds]
        next(row for row in charge["tiers"] if row["id"] == tier).update(changes)
        monkeypatch.setattr(law_module, "contents", lambda: {"one.yaml": {"charges": [charge]}})
        real = law_module.keys
        monkeypatch.setattr(
            law_module, "keys", lambda name: {"A"} if name == "sources" else real(name)
        )
        monkeypatch.setattr(thresholds, "standards", lambda: standards or {})
        forget()
        law = statutes().charges["盗窃罪"]
        chosen = next(entry for entry in law.tiers if entry.id == tier)
        ask = thresholds.reach(law, offence=trial, trial=trial, province=province)
        return base_sentence(law, chosen, facts, ask, offence=trial, trial=trial, province=province)

    yield computed
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


def test_without_further_facts_the_starting_point_is_the_base_sentence(base):
    # 故意伤害致一人重伤, no other fact: the starting point is the base sentence.
    found = base({})
    (step,) = found.steps
    assert found.months == found.computed == months(36, 48)
    assert (step.rule, step.article) == ("量刑起点", "法发〔2021〕21号")
    assert (step.before, step.after) == (months(36, 120), months(36, 48))
    assert step.source == ("A",) and step.factor is None and step.note is None


def test_the_published_example_of_a_lower_court(base):
    # 职务侵占375260元 (2010试行): start 60, one month each 31666 above 100000, published as 60 + 8 = 68.
    # 275260 / 31666 = 8.69…: eight whole units at the least, the part of the ninth at the most.
    adds = [{"fact": "amount_yuan", "above": 100000, "per": 31666, "months": [1, 1]}]
    low, high = base({"amount_yuan": 375260}, adds=adds, statute=[60, 180], starting=[60, 72]).months
    assert low == 68
    assert high == 72 + Fraction(275260, 31666)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (9, 36, 48),  # below
        (10, 36, 48),  # at it: above means more
        (11, 36, "48.5"),  # a quarter of a unit: nothing or 2 × 1/4
        (14, 37, 50),  # one unit: one month or two
        (17, 37, "51.5"),  # a unit and three quarters
        (18, 38, 52),  # two units
    ],
)
def test_an_increment_counts_whole_units_at_the_least_and_parts_at_the_most(base, value, low, high):
    adds = [{"fact": "incident_count", "above": 10, "per": 4, "months": [1, 2]}]
    assert base({"incident_count": value}, adds=adds).months == months(low, high)


def test_an_increment_is_a_step_of_its_own(base):
    adds = [{"fact": "deaths", "per": 1, "months": [6, 12], "article": "法发〔2021〕21号四"}]
    found = base({"deaths": 2}, adds=adds)
    first, second = found.steps
    assert found.months == found.computed == months(48, 72)
    assert (second.rule, second.article, second.factor) == ("死亡人数：增加刑罚量", "法发〔2021〕21号四", "deaths")
    assert second.before == first.after == months(36, 48) and second.after == found.months
    assert second.source == ("A",)


def test_several_facts_add_up(base):
    adds = [
        {"fact": "deaths", "above": 1, "per": 1, "months": [6, 12]},
        {"fact": "serious_injuries", "per": 1, "months": [2, 3]},
        {"fact": "weapon", "per": 1, "months": [0, 6]},
        {"fact": "burglary", "per": 1, "months": [5, 5]},
    ]
    facts = {"deaths": 2, "serious_injuries": 3, "weapon": True, "burglary": False}
    found = base(facts, adds=adds)
    steps = found.steps
    assert found.months == months(36 + 6 + 6 + 0, 48 + 12 + 9 + 6)
    assert [step.factor for step in steps] == [None, "deaths", "serious_injuries", "weapon"]
    assert all(first.after == second.before for first, second in zip(steps, steps[1:], strict=False))


def test_increments_of_another_tier_are_not_used(base):
    adds = [{"fact": "deaths", "tiers": ["t1"], "per": 1, "months": [6, 12]}]
    assert base({"deaths": 2}, adds=adds).months == months(36, 48)


BY_PROVINCE = [
    {"fact": "deaths", "article": "全国"},
    {"fact": "deaths", "per": 1, "months": [6, 6], "province": "安徽省"},
    {"fact": "deaths", "per": 1, "months": [9, 12], "province": "江苏省"},
    {"fact": "deaths", "per": 1, "months": [1, 24], "province": "江西省", "verified": False},
]


@pytest.mark.parametrize(
    ("province", "low", "high"),
    [
        ("安徽省", 42, 54),  # its own rule
        ("江苏省", 45, 60),
        ("四川省", 42, 60),  # from the flattest to the steepest rule that was read
        ("江西省", 42, 60),  # its own was not read
        (None, 42, 60),
    ],
)
def test_the_rule_of_the_province_or_the_envelope_of_all(base, province, low, high):
    assert base({"deaths": 1}, adds=BY_PROVINCE, province=province).months == months(low, high)


def test_without_a_published_number_the_statute_bounds(base):
    found = base({"deaths": 1}, adds=BY_PROVINCE[:1])
    assert found.months == months(36, 120)
    assert "没有公布数额" in found.steps[1].note
    # What is computed from published numbers alone stands beside it.
    assert found.computed == months(36, 48)


def test_a_rule_nobody_read_never_decides(base):
    # README: verified false is shown, and never decides. The least and the most stay open.
    assert base({"deaths": 1}, adds=[*BY_PROVINCE[:1], BY_PROVINCE[3]]).months == months(36, 120)


def test_a_number_that_is_not_known_opens_the_base_sentence(base):
    adds = [{"fact": "amount_yuan", "above": "huge", "per": 5000, "months": [1, 1]}]
    found = base({"amount_yuan": None}, adds=adds)
    _, step, bound = found.steps
    assert (found.months, found.computed) == (months(36, 120), months(36, 48))
    assert "数值不明" in step.note and step.factor == "amount_yuan"
    assert (bound.rule, bound.article) == ("基准刑不超过法定最高刑", "刑法62")
    assert bound.before == months(36, 168) and bound.after == found.months


def test_what_nobody_was_asked_adds_nothing(base):
    adds = [{"fact": "prostitutes", "above": 2, "per": 1, "months": [3, 3]}]
    silent, told = base({}, adds=adds), base({"prostitutes": 4}, adds=adds)
    assert (silent.months, silent.untold) == (months(36, 48), ("prostitutes",))
    assert (told.months, told.untold) == (months(42, 54), ())


@pytest.mark.parametrize(
    ("amount", "low", "high"),
    [
        (1000, 1, 12),  # at the least that a province may choose
        (2000, 1, 13),  # one thousand above the least, below the most
        (3000, 1, 14),
        (5000, 3, 16),  # two thousand above the most, four above the least
    ],
)
def test_above_a_threshold_that_the_province_chooses(base, amount, low, high):
    adds = [{"fact": "amount_yuan", "above": "large", "per": 1000, "months": [1, 1]}]
    assert base({"amount_yuan": amount}, adds=adds, tier="t1").months == months(low, high)


def test_above_the_threshold_that_the_province_chose(base):
    standard = thresholds.Standard(
        province="安徽省", charge="盗窃罪", values={"large": 2000}, source=["A"], verified=True
    )
    adds = [{"fact": "amount_yuan", "above": "large", "per": 1000, "months": [1, 2]}]
    found = base(
        {"amount_yuan": 5000}, adds=adds, tier="t1", province="安徽省", standards={("安徽省", "盗窃罪"): (standard,)}
    )
    assert found.months == months(1 + 3, 12 + 6)


def test_above_a_threshold_that_is_not_known(base):
    adds = [{"fact": "amount_yuan", "above": "old", "per": 1000, "months": [1, 1]}]
    found = base({"amount_yuan": 5000}, adds=adds)
    assert found.months == months(36, 120) and "没有公布数额" in found.steps[1].note


def test_an_increment_with_a_condition(base):
    adds = [{"fact": "deaths", "per": 1, "months": [6, 6], "when": {"not": "weapon"}}]
    assert base({"deaths": 1, "weapon": False}, adds=adds).months == months(42, 54)
    assert base({"deaths": 1, "weapon": True}, adds=adds).months == months(36, 48)


def test_an_increment_whose_condition_is_not_known_may_add(base):
    # Unknown is not false: with the weapon not told, six months may be due or not.
    adds = [{"fact": "deaths", "per": 1, "months": [6, 6], "when": {"not": "weapon"}}]
    assert base({"deaths": 1, "weapon": None}, adds=adds).months == months(36, 54)


def test_a_rule_counts_on_the_days_on_which_it_holds(base):
    adds = [
        {"fact": "deaths", "per": 1, "months": [12, 12], "province": "安徽省", "to": datetime.date(2021, 6, 30)},
        {"fact": "deaths", "per": 1, "months": [6, 6], "province": "安徽省", "from": datetime.date(2021, 7, 1)},
    ]
    assert base({"deaths": 1}, adds=adds, province="安徽省").months == months(42, 54)


def test_no_base_sentence_is_above_the_tier(base):
    adds = [{"fact": "deaths", "per": 1, "months": [60, 60]}]
    found = base({"deaths": 2}, adds=adds)
    assert found.months == found.computed == months(120, 120)
    last = found.steps[-1]
    assert last.rule == "基准刑不超过法定最高刑" and last.before == months(156, 168)


def test_without_a_starting_point_the_range_of_the_statute_stands(base):
    found = base({}, starting=None)
    (step,) = found.steps
    assert found.months == months(36, 120)
    assert (step.rule, step.article) == ("没有公布量刑起点，取法定刑幅度", "刑法264")


CASES = [
    {"text": "一人", "when": "deaths = 1", "months": [40, 44], **A},
    {"text": "二人", "when": "deaths = 2", "months": [60, 72], **A},
]


@pytest.mark.parametrize(
    ("deaths", "low", "high", "rule"),
    [
        (1, 40, 44, "量刑起点：一人"),
        (2, 60, 72, "量刑起点：二人"),
        (3, 36, 48, "量刑起点"),
        (None, 36, 72, "量刑起点"),  # any of them, or none
    ],
)
def test_a_case_with_a_starting_point_of_its_own(base, deaths, low, high, rule):
    found = base({"deaths": deaths}, starting_cases=CASES)
    assert (found.months, found.steps[0].rule) == (months(low, high), rule)


@pytest.mark.parametrize("kind", ["fixed", "declared_sentence"])
def test_a_starting_point_that_nothing_adds_to(base, kind):
    adds = [{"fact": "deaths", "per": 1, "months": [6, 6]}]
    assert base({"deaths": 3}, adds=adds, starting_kind=kind).months == months(36, 48)


def test_a_tier_without_a_term_has_no_base_sentence(base):
    found = base({}, tier="t3")
    assert (found.months, found.computed, found.steps) == ((None, None), (None, None), ())


def test_what_the_starting_point_leaves_open_is_noted(base):
    (step,) = base({}, trial=datetime.date(2019, 1, 1)).steps
    assert "自2021-07-01起施行" in step.note
    (step,) = base({}, starting_verified=False).steps
    assert step.note == "起点未读到原文"


def test_the_end_of_a_trial_period_is_noted(base, monkeypatch):
    monkeypatch.setitem(CHARGE, "guideline", "G24")
    assert "试行至2025-06-30" in base({}, trial=datetime.date(2026, 1, 1)).steps[0].note
    assert base({}, trial=datetime.date(2025, 6, 30)).steps[0].note is None
