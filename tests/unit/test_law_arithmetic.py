"""The arithmetic of circumstances; every expected number is computed by hand from 法发〔2021〕21号."""

from dataclasses import replace
from fractions import Fraction

import pytest

from sentencing_ml.law import arithmetic
from sentencing_ml.law.arithmetic import Found, adjust
from sentencing_ml.law.circumstances import Band, Circumstances, circumstances

YEARS_FIVE = (Fraction(60), Fraction(60))


def months(low, high=None):
    return Fraction(str(low)), Fraction(str(low if high is None else high))


def weigh(base, names, facts=None, **more):
    return adjust(months(*base), [Found(name) for name in names], facts or {}, **more)


@pytest.fixture
def points(monkeypatch):
    """Let circumstances have one ratio each instead of a band, as the published examples do."""

    def given(**ratios):
        whole = circumstances()
        entries = {
            name: replace(entry, usual=Band(low=ratios[name], high=ratios[name]), variants=())
            if name in ratios
            else entry
            for name, entry in whole.entries.items()
        }
        fixed = Circumstances(entries=entries, plea=whole.plea, contradictions=whole.contradictions)
        monkeypatch.setattr(arithmetic, "circumstances", lambda: fixed)
        arithmetic._weighing.cache_clear()

    yield given
    arithmetic._weighing.cache_clear()


@pytest.mark.parametrize(("first_stage", "result"), [("multiply", "6.72"), ("add", "6")])
def test_the_example_of_two_stages(points, first_stage, result):
    # 12 months, first −30 % and −20 %, then −20 % and +20 %: 12 × 0.7 × 0.8 × 1, or 12 × 0.5 × 1 where they are added.
    points(attempt=0.3, accessory=0.2, victim_fault=0.2, vulnerable_victim=0.2)
    names = ["attempt", "accessory", "victim_fault", "vulnerable_victim"]
    assert weigh((12,), names, first_stage=first_stage).months == months(result)


def test_the_example_of_three_that_lighten(points):
    points(voluntary_surrender=0.35, restitution=0.15, good_custody=0.1)  # 18 × (1 − 0.60)
    assert weigh((18,), ["voluntary_surrender", "restitution", "good_custody"]).months == months("7.2")


def test_the_example_of_opposite_directions(points):
    # −55 + 20 − 15 − 15 = −65 %; none of them is among those that 认罪认罚 bounds.
    points(victim_fault=0.55, vulnerable_victim=0.2, civil_dispute=0.15, meritorious=0.15)
    names = ["victim_fault", "vulnerable_victim", "civil_dispute", "meritorious"]
    assert weigh((18,), names).months == months("6.3")


# What each circumstance makes of sixty months: the ratio of 法发〔2021〕21号三, the most of it and the least.
ALONE = [
    ("minor", {}, 24, 54),  # 10–60 %
    ("minor", {"offender_age": 15.9}, 24, 42),  # 30–60 %
    ("minor", {"offender_age": 16}, 30, 54),  # 10–50 %
    ("elderly", {"negligent_offence": False}, 36, 60),  # ≤ 40 %
    ("elderly", {"negligent_offence": True}, 30, 48),  # 20–50 %
    ("deaf_blind", {}, 30, 60),  # ≤ 50 %
    ("deaf_blind", {"light_offence": True}, 0, 30),  # ≥ 50 %
    ("diminished_capacity", {}, 36, 60),  # local rules: ≤ 40 %
    ("attempt", {}, 30, 60),  # ≤ 50 %
    ("accessory", {}, 30, 48),  # 20–50 %
    ("accessory", {"light_offence": True}, 0, 30),  # ≥ 50 %
    ("voluntary_surrender", {}, 36, 60),  # ≤ 40 %
    ("voluntary_surrender", {"light_offence": True}, 0, 36),  # ≥ 40 %
    ("confession", {}, 48, 60),  # ≤ 20 %
    ("confession", {"confessed_graver_unknown": True}, 42, 54),  # 10–30 %
    ("confession", {"confession_averted_grave": True}, 30, 42),  # 30–50 %
    ("in_court_admission", {}, 54, 60),  # ≤ 10 %
    ("meritorious", {"merit": True, "major_merit": False}, 48, 60),  # ≤ 20 %
    ("meritorious", {"merit": True, "major_merit": True, "light_offence": False}, 30, 48),  # 20–50 %
    ("meritorious", {"merit": True, "major_merit": True, "light_offence": True}, 0, 30),  # ≥ 50 %
    ("restitution", {}, 42, 60),  # ≤ 30 %
    ("compensation_forgiveness", {"compensation": True, "forgiveness": True}, 36, 60),  # ≤ 40 %
    ("compensation_forgiveness", {"compensation": True, "forgiveness": False}, 42, 60),  # ≤ 30 %
    ("compensation_forgiveness", {"compensation": False, "forgiveness": True}, 48, 60),  # ≤ 20 %
    ("compensation_forgiveness", {"compensation": True}, 36, 60),  # forgiveness not known: the widest
    ("reconciliation", {}, 30, 60),  # ≤ 50 %
    ("reconciliation", {"light_offence": True}, 0, 30),  # ≥ 50 %
    ("good_custody", {}, 54, 60),  # ≤ 10 %
    ("plea_leniency", {}, 42, 60),  # ≤ 30 %
    ("recidivist", {}, 66, 84),  # 10–40 %
    ("deposits_repaid", {}, 36, 60),  # ≤ 40 %
    ("detention_beating", {}, 66, 72),  # 10–20 %
    ("detention_official", {}, 66, 72),  # 10–20 %
    ("drugs_through_minors", {}, 66, 78),  # 10–30 %
    ("drugs_to_minors", {}, 66, 78),  # 10–30 %
    ("hired_transport", {}, 42, 60),  # ≤ 30 %
    ("low_purity", {}, 42, 60),  # ≤ 30 %
    ("quantity_inducement", {}, 42, 60),  # ≤ 30 %
    ("venue_manager", {}, 66, 72),  # 10–20 %
    ("prior_record", {}, 60, 66),  # ≤ 10 %
    ("vulnerable_victim", {}, 60, 72),  # ≤ 20 %
    ("disaster_period", {}, 60, 72),  # ≤ 20 %
    ("drug_recidivist", {}, 66, 78),  # 10–30 %
    ("victim_fault", {}, 36, 60),  # local rules: ≤ 40 %
    ("civil_dispute", {}, 42, 60),  # local rules: ≤ 30 %
]


@pytest.mark.parametrize(("name", "facts", "low", "high"), ALONE)
@pytest.mark.parametrize("first_stage", ["multiply", "add"])
def test_a_circumstance_alone(name, facts, low, high, first_stage):
    found = weigh((60,), [name], facts, first_stage=first_stage)
    assert found.months == months(low, high)
    (step,) = found.steps
    assert (step.before, step.after, step.factor) == (YEARS_FIVE, found.months, name)
    # The ratio of the step is what was applied.
    assert tuple(60 * (1 + share) for share in step.ratio) == found.months
    assert step.article and step.source


def test_every_circumstance_with_a_ratio_was_tried_alone():
    with_ratio = {
        name for name, entry in circumstances().entries.items() if entry.usual is not None and entry.direction
    }
    assert with_ratio == {name for name, *_ in ALONE}


# What 认罪认罚 and another make of a hundred months together (三(十四)): at most 30 %, or 60 %, never the sum of both.
@pytest.mark.parametrize(
    ("other", "facts", "low", "high"),
    [
        ("voluntary_surrender", {}, 40, 100),
        ("confession", {}, 70, 100),
        ("confession", {"confessed_graver_unknown": True}, 70, 90),
        ("in_court_admission", {}, 70, 100),
        ("restitution", {}, 40, 100),
        ("compensation_forgiveness", {}, 40, 100),
        ("compensation_forgiveness", {"compensation": False, "forgiveness": True}, 40, 100),
        ("reconciliation", {}, 40, 100),
        ("good_custody", {}, 70, 100),
        ("voluntary_surrender", {"light_offence": True}, 0, 40),
        # Not among those it rests on: they add to it.
        ("meritorious", {}, 50, 100),
        ("victim_fault", {}, 30, 100),
        ("civil_dispute", {}, 40, 100),
        ("recidivist", {}, 80, 140),
        ("prior_record", {}, 70, 110),
        ("vulnerable_victim", {}, 70, 120),
    ],
)
def test_the_plea_beside_another(other, facts, low, high):
    assert weigh((100,), ["plea_leniency", other], facts).months == months(low, high)


@pytest.mark.parametrize(
    ("names", "low", "high"),
    [
        (["voluntary_surrender", "confession"], 60, 100),  # 自首 takes in 坦白
        (["voluntary_surrender", "in_court_admission"], 60, 100),
        (["confession", "in_court_admission"], 80, 100),
        (["reconciliation", "compensation_forgiveness"], 50, 100),  # 和解 takes in 赔偿谅解
        (["recidivist", "prior_record"], 110, 140),  # 累犯 takes in 前科
        (["confession", "restitution"], 50, 100),  # both count
        (["confession", "good_custody"], 70, 100),
        (["in_court_admission", "good_custody"], 80, 100),
        (["prior_record", "vulnerable_victim", "disaster_period"], 100, 150),
        (["victim_fault", "prior_record"], 60, 110),
        (["voluntary_surrender", "recidivist"], 70, 140),
    ],
)
def test_what_adds_up_and_what_excludes(names, low, high):
    assert weigh((100,), names).months == months(low, high)


def test_what_excludes_does_so_beside_the_plea_too():
    # 自首 and 退赃 reach 60 % with the plea; 坦白 and 当庭认罪 say the same as 自首.
    names = ["plea_leniency", "voluntary_surrender", "confession", "in_court_admission", "restitution"]
    assert weigh((100,), names).months == months(40, 100)


@pytest.mark.parametrize(
    "names",
    [
        ["voluntary_surrender", "restitution"],  # 0.4 + 0.3
        ["voluntary_surrender", "reconciliation"],  # 0.4 + 0.5
        ["restitution", "compensation_forgiveness"],  # 0.3 + 0.4
    ],
)
def test_who_does_not_plead_is_no_better_off_than_who_does(names):
    # 百分之六十以下 is written for 认罪认罚 (三(十四)); without it the sum would go beyond what the plea itself allows.
    assert weigh((100,), names).months == months(40, 100) == weigh((100,), [*names, "plea_leniency"]).months


def test_a_confession_that_averted_grave_harm_raises_the_cap():
    found = weigh((100,), ["plea_leniency", "confession"], {"confession_averted_grave": True})
    assert found.months == months(40, 70)


def test_a_light_offence_alone_does_not_raise_the_plea():
    # 具有自首、…等情节的，可以减少60%以下，犯罪较轻的，60%以上: the last rests on the one before it.
    assert weigh((100,), ["plea_leniency"], {"light_offence": True}).months == months(70, 100)


@pytest.mark.parametrize(
    ("base", "low", "high"),
    [
        ((12,), 15, "16.8"),  # 10 % is 1.2: three months; 40 % is 4.8
        ((5,), 8, 8),  # 40 % is 2: three months at either end
        ((29,), 32, "40.6"),  # 2.9 is short of three by a little
        ((30,), 33, 42),  # three months exactly
        ((31,), "34.1", "43.4"),
        ((7, 40), 10, 56),  # each end by itself
    ],
)
def test_a_recidivist_gets_three_months_at_least(base, low, high):
    assert weigh(base, ["recidivist"]).months == months(low, high)


def test_the_three_months_are_added_after_the_first_stage():
    # 从犯: 100 → 50–80; 40 % of 50 is not asked, 10 % of 50 is 5.
    assert weigh((100,), ["accessory", "recidivist"]).months == months(55, 112)
    # 40 → 20–32: 10 % of 20 is 2, so three months.
    assert weigh((40,), ["accessory", "recidivist"]).months == months(23, "44.8")


def test_the_three_months_stand_beside_what_lightens():
    # 12 × (1 − 0.4) + 3; 12 × 1.4.
    assert weigh((12,), ["voluntary_surrender", "recidivist"]).months == months("10.2", "16.8")


def test_first_stage_circumstances_multiply_or_add():
    names = ["minor", "attempt", "accessory"]
    # Least 10, 0 and 20 %, most 60, 50 and 50 %.
    assert weigh((100,), names).months == months(10, 72)  # 0.4 × 0.5 × 0.5; 0.9 × 1 × 0.8
    assert weigh((100,), names, first_stage="add").months == months(0, 70)  # −160 % takes off no more than all


def test_the_second_stage_works_on_what_the_first_left():
    # 100 × 0.5 … 0.8, then 1 − 0.2 … 1 + 0.1: not 1 − 0.5 − 0.2.
    assert weigh((100,), ["accessory", "confession", "prior_record"]).months == months(40, 88)


def test_no_months_are_below_nothing():
    # 从犯 may leave nothing; 自首 takes no more than that.
    found = weigh((10,), ["accessory", "voluntary_surrender"], {"light_offence": True})
    assert found.months == months(0, 3)


def test_each_step_tells_what_it_did():
    found = adjust(
        months(36, 60),
        [Found("recidivist", "recidivist", (40, 52)), Found("accessory", "role", (7, 19)), Found("confession")],
        {},
    )
    # 先适用 comes first, whatever the order of what was found.
    told = [(step.factor, step.span) for step in found.steps]
    assert told[0] == ("role", (7, 19))
    assert set(told[1:]) == {("recidivist", (40, 52)), ("confession", None)}
    first = found.steps[0]
    assert (first.rule, first.article) == ("从犯：先适用", "法发〔2021〕21号三(五)")
    assert first.ratio == (Fraction(-1, 2), Fraction(-1, 5))
    assert (first.before, first.after) == (months(36, 60), months(18, 48))
    assert first.source == circumstances().entries["accessory"].sources
    by_factor = {step.factor: step for step in found.steps}
    assert by_factor["recidivist"].article == "法发〔2021〕21号三(十五)"
    assert by_factor["recidivist"].rule == "累犯：同向相加、逆向相减"
    for before, after in zip(found.steps, found.steps[1:], strict=False):
        assert before.after == after.before
    # 18 × (1 + 0.1 − 0.2) = 16.2, and 1.2 short of three months; 48 × 1.4.
    assert found.steps[-1].after == found.months == months("17.4", "67.2")


def test_a_ratio_of_local_rules_says_so():
    (step,) = weigh((60,), ["victim_fault"]).steps
    assert "地方" in step.note
    assert weigh((60,), ["confession"]).steps[0].note is None


def test_the_plea_and_what_it_rests_on_are_one_step():
    (step,) = weigh((100,), ["voluntary_surrender", "plea_leniency", "restitution"]).steps
    assert step.factor == "plea_leniency" and step.ratio == (Fraction(-3, 5), 0)
    assert all(word in step.rule for word in ("自首", "退赃", "认罪认罚", "不作重复评价"))
    assert step.article == "法发〔2021〕21号三(十四)"


@pytest.mark.parametrize("name", ["excess_defense", "excess_necessity", "desistance", "coerced"])
def test_what_must_be_mitigated_has_no_ratio(name):
    found = weigh((36, 60), [name])
    assert found.months == months(36, 60)
    assert found.must == found.mitigates == found.exempts == found.unquantified == (name,)
    (step,) = found.steps
    assert step.before == step.after and step.article.startswith("刑法") and "没有公布的比例" in step.rule


@pytest.mark.parametrize(
    ("name", "mitigates", "exempts"),
    [
        ("minor", True, False),  # 刑法17(4): 从轻或者减轻
        ("elderly", True, False),
        ("diminished_capacity", True, False),
        ("attempt", True, False),
        ("preparation", True, True),
        ("deaf_blind", True, True),
        ("accessory", True, True),
        ("voluntary_surrender", True, False),  # 刑法67(1): 免除 where the offence is light
        ("confession", False, False),  # 刑法67(3): 从轻
        ("plea_leniency", False, False),
        ("restitution", False, False),
        ("compensation_forgiveness", False, False),
        ("reconciliation", False, False),
        ("victim_fault", False, False),
        ("recidivist", False, False),
    ],
)
def test_what_the_law_allows_below_the_tier(name, mitigates, exempts):
    found = weigh((36, 60), [name])
    assert (bool(found.mitigates), bool(found.exempts), found.must) == (mitigates, exempts, ())


def test_a_confession_that_averted_grave_harm_allows_mitigation():
    assert weigh((60,), ["confession"], {"confession_averted_grave": True}).mitigates == ("confession",)


def test_ordinary_merit_does_not_exempt():
    # 刑法68: 有立功表现的可以从轻或者减轻；有重大立功表现的可以减轻或者免除.
    assert weigh((60,), ["meritorious"], {"merit": True, "major_merit": False}).exempts == ()


def test_what_belongs_to_the_base_sentence_is_passed_over():
    found = weigh((36, 60), ["principal", "harm_amount_count"])
    assert found == arithmetic.Adjusted(months(36, 60), (), (), (), (), ())


def test_no_term_stays_none():
    found = adjust((None, None), [Found("voluntary_surrender"), Found("coerced")], {})
    assert found.months == (None, None)
    assert found.mitigates == ("coerced", "voluntary_surrender")


def test_a_circumstance_named_twice_counts_once():
    assert weigh((100,), ["confession", "confession"]).months == months(80, 100)


def test_no_circumstance_no_step():
    assert adjust(months(36, 60), [], {}).steps == ()
