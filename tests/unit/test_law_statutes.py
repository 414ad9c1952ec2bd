import copy
import datetime
import math

import pytest
import yaml

from sentencing_ml.law import statutes as module
from sentencing_ml.law._data import LawDataError
from sentencing_ml.law.statutes import law_version, rule_prior, starting_range, statutes, statutory_range, tiers

EDITION = {"version": 1, "current_to": datetime.date(2026, 1, 1), "code_from": datetime.date(1997, 10, 1)}
GOOD = yaml.safe_load(
    """
charges:
  - id: theft
    name: 盗窃罪
    article: "264"
    tiers:
      - {id: t1, condition: 甲, to: 2019-12-31, statute: [1, 36], source: [A]}
      - {id: t1, condition: 乙, from: 2020-01-01, statute: [1, 60], starting: [1, 12], source: [A]}
      - {id: t2, condition: 丙, life: true, source: [A]}
"""
)


def build(content):
    return module.build({"one.yaml": content}, edition=EDITION, sources=["A"], facts=["amount_yuan", "burglary"])


def test_all_charges_of_the_data_are_there():
    assert len(statutes().tiers) == 90
    assert sum(len(tiers(name)) for name in statutes().tiers) == 202


def test_no_tier_of_today_lacks_what_a_prediction_needs():
    for name in statutes().tiers:
        for tier in tiers(name):
            low, high = tier.statute.low, tier.statute.high
            assert (low is None) == (high is None)
            assert low is None or 1 <= low <= high <= 180
            assert low is not None or tier.statute.life or tier.statute.death
            assert tier.detention == (low == 1), (name, tier.id)
            if tier.starting:
                assert low <= tier.starting.low <= tier.starting.high <= high, (name, tier.id)


def test_the_first_tier_is_a_basic_offence_with_a_term_at_every_date():
    days = [datetime.date(year, month, 1) for year in range(2009, 2026) for month in (1, 7)]
    first = [found[0] for name in statutes().tiers for day in days if (found := tiers(name, on=day))]
    assert len(first) > 2000
    assert [(tier.charge, tier.id) for tier in first if tier.statute.low is None] == []


def test_a_tier_says_where_it_comes_from():
    tier = tiers("开设赌场", on=datetime.date(2020, 5, 1))[0]
    assert (tier.charge, tier.id, tier.article, tier.fine) == ("开设赌场罪", "t1", "303(2)", "mandatory")
    assert tier.sources == ("A6", "LCD", "CC00") and tier.surveillance and not tier.fine_alone
    assert (tier.effective_from, tier.effective_to) == (datetime.date(2006, 6, 29), datetime.date(2021, 2, 28))


def test_a_charge_created_later_bounds_its_tiers():
    assert tiers("袭警罪", on=datetime.date(2021, 2, 28)) == ()
    assert tiers("帮助信息网络犯罪活动罪", on=datetime.date(2015, 10, 31)) == ()


def test_the_fine_may_stand_alone_where_the_article_says_so():
    assert tiers("盗窃罪")[0].fine_alone
    assert not tiers("盗窃罪")[1].fine_alone


def test_the_prior_is_the_middle_of_the_basic_offence():
    assert math.isclose(rule_prior("盗窃罪"), math.log(6.5))
    assert math.isclose(rule_prior("盗窃罪", tier="t2"), math.log(42))
    # Without a starting point the statutory range stands in: 放火罪 t1, three to ten years.
    assert math.isclose(rule_prior("放火罪"), math.log(78))
    assert rule_prior("贪污罪", tier="t4") is None
    assert rule_prior("虚构罪") is None
    assert rule_prior("盗窃罪", tier="t9") is None


def test_ranges_span_the_tiers():
    built = build(GOOD)
    assert [tier.condition for tier in built.tiers["盗窃罪"]] == ["甲", "乙", "丙"]
    assert statutory_range("故意伤害罪") == module.Range(low=1, high=180, life=True, death=True)
    assert starting_range("故意伤害罪") == module.Range(low=1, high=156)


def test_the_version_names_the_day_of_the_data():
    assert law_version() == f"{statutes().current_to}.{statutes().version}"


def test_every_fault_is_reported_at_once():
    content = copy.deepcopy(GOOD)
    content["charges"].append(copy.deepcopy(GOOD["charges"][0]))
    content["charges"].append({"id": "x", "name": "虚构罪", "article": "1", "tiers": []})
    first = content["charges"][0]
    first["tiers"] = [
        {"id": "t1", "condition": "甲", "statute": [36, 1], "source": ["A"]},
        {"id": "t2", "condition": "乙", "statute": [1, 36], "source": ["B"]},
        {"id": "t3", "condition": "丙", "statute": [1, 36], "source": ["A"], "to": datetime.date(2020, 1, 1)},
        {"id": "t3", "condition": "丁", "statute": [1, 36], "source": ["A"], "from": datetime.date(2020, 1, 1)},
        {"id": "t4", "condition": "戊", "source": ["A"]},
        {"id": "t5", "condition": "己", "statute": [1, 36], "fine": "perhaps", "starting_kind": "guess",
         "source": ["A"]},
        {"id": "t6", "condition": "庚", "statute": [1, 36], "prison": True},
        {"id": "t7", "condition": "辛", "statute": [1.5, 36], "source": ["A"], "from": "2020"},
        {
            "id": "t8", "condition": "壬", "statute": [1, 36], "source": ["A"],
            "from": datetime.date(2020, 1, 2), "to": datetime.date(2020, 1, 1),
        },
    ]  # fmt: skip
    with pytest.raises(LawDataError) as caught:
        build(content)
    kinds = "'mandatory', 'with_or_alone', 'alone_alternative', 'may', 'fine_or_forfeit', 'forfeit' or 'forfeit_may'"
    assert str(caught.value).splitlines() == [
        "The law data cannot be used:",
        "  - one.yaml: charges 盗窃罪 tiers t1 statute: [36, 1]: 36–1 is no range",
        "  - one.yaml: charges 盗窃罪 tiers t4: {'id': 't4', 'condition': '戊', 'source': ['A']}: has neither a term nor life nor death",  # noqa: E501
        f"  - one.yaml: charges 盗窃罪 tiers t5 fine: 'perhaps': Input should be {kinds}",
        "  - one.yaml: charges 盗窃罪 tiers t5 starting_kind: 'guess': Input should be 'range', 'declared_sentence' or 'fixed'",  # noqa: E501
        "  - one.yaml: charges 盗窃罪 tiers t6 source: is missing",
        "  - one.yaml: charges 盗窃罪 tiers t6 prison: True: Extra inputs are not permitted",
        "  - one.yaml: charges 盗窃罪 tiers t7 from: '2020': is not a date (YYYY-MM-DD)",
        "  - one.yaml: charges 盗窃罪 tiers t7 statute 0: 1.5: Input should be a valid integer",
        "  - one.yaml: charges 盗窃罪 tiers t8: {'id': 't8', 'condition': '壬', 'statute': [1, 36], 'sourc…: ends before it begins",  # noqa: E501
        "  - one.yaml: 盗窃罪: the id theft is used twice",
        "  - one.yaml: 盗窃罪: the name 盗窃罪 is used twice",
        "  - one.yaml: 盗窃罪 tiers t2: unknown source B",
        "  - one.yaml: 盗窃罪 tiers t3: two versions hold on 2020-01-01",
        "  - one.yaml: 虚构罪 tiers: there is none",
        "  - one.yaml: 虚构罪: not a name of charge_names.yaml",
    ]


@pytest.mark.parametrize(
    ("key", "entries", "fault"),
    [
        ("grounds", {"t9": [{"text": "甲", "when": "burglary", "article": "1", "source": ["A"]}]}, "grounds t9: there is no such tier"),
        ("grounds", {"t1": [{"text": "甲", "when": "flying", "article": "1", "source": ["A"]}]}, "grounds t1 甲: unknown fact flying"),
        ("grounds", {"t1": [{"text": "甲", "when": "amount_yuan reaches big", "article": "1", "source": ["A"]}]}, "grounds t1 甲: unknown threshold big"),
        ("thresholds", [{"id": "big", "zh": "大", "fact": "height", "value": 1, "article": "1", "source": ["A"]}], "thresholds big: unknown fact height"),
        ("adds", [{"fact": "amount_yuan", "tiers": ["t7"], "article": "1", "source": ["A"]}], "adds amount_yuan: there is no tier t7"),
        ("adds", [{"fact": "amount_yuan", "tiers": ["t1"], "above": "big", "article": "1", "source": ["A"]}], "adds amount_yuan: above: unknown threshold big"),
    ],
)  # fmt: skip
def test_what_nothing_defines_is_a_fault(key, entries, fault):
    content = copy.deepcopy(GOOD)
    content["charges"][0][key] = entries
    with pytest.raises(LawDataError, match=f"盗窃罪 {fault}"):
        build(content)


@pytest.mark.parametrize(
    "written", ["deaths is 2", {"some": ["burglary"]}, {"any": []}, 3, "Deaths >= 2", "deaths >= many"]
)
def test_a_condition_in_no_known_form_is_a_fault(written):
    content = copy.deepcopy(GOOD)
    content["charges"][0]["grounds"] = {"t1": [{"text": "甲", "when": written, "article": "1", "source": ["A"]}]}
    with pytest.raises(LawDataError, match="is no condition"):
        build(content)
