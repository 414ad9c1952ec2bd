import copy
import datetime
import math

import pytest
import yaml

from sentencing_ml.law import statutes as module
from sentencing_ml.law._data import LawDataError
from sentencing_ml.law.statutes import law_version, rule_prior, starting_range, statutes, statutory_range, tiers

GOOD = yaml.safe_load(
    """
version: 1
current_to: 2026-01-01
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


def test_all_charges_of_the_data_are_there():
    assert len(statutes().tiers) == 67
    assert sum(len(tiers(name)) for name in statutes().tiers) == 155


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
    assert tier.sources == ("XZ6",) and tier.surveillance and not tier.fine_alone
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
    built = module.build(GOOD, sources=["A"])
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
        module.build(content, sources=["A"])
    assert str(caught.value).splitlines() == [
        "charges.yaml cannot be used:",
        "  - 盗窃罪 t1: statute 36–1 is no range",
        "  - 盗窃罪 t2: unknown source B",
        "  - 盗窃罪 t4: neither a term nor life nor death",
        "  - 盗窃罪 t5: unknown fine 'perhaps'",
        "  - 盗窃罪 t5: unknown starting_kind 'guess'",
        "  - 盗窃罪 t6: names no source",
        "  - 盗窃罪 t6: unknown key prison",
        "  - 盗窃罪 t7: statute is not [months, months]",
        "  - 盗窃罪 t7: from is not a date",
        "  - 盗窃罪 t8: ends before it begins",
        "  - 盗窃罪 t3: two versions hold on 2020-01-01",
        "  - 盗窃罪: the id theft is used twice",
        "  - 盗窃罪: listed twice",
        "  - 虚构罪: not a name of charge_names.yaml",
    ]
