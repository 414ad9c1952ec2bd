"""What changed in the law between two days."""

import datetime

import pytest
import yaml

from sentencing_ml.law import changes as module
from sentencing_ml.law import statutes as law
from sentencing_ml.law._data import LawDataError
from sentencing_ml.law.amendments import amendments
from sentencing_ml.law.amendments import build as build_amendments
from sentencing_ml.law.changes import changes, threshold_words
from sentencing_ml.law.numbers import number_words
from sentencing_ml.law.punishments import tier_words
from sentencing_ml.law.statutes import tiers
from sentencing_ml.law.thresholds import Standard

DAY = datetime.date
EDITION = {"version": 1, "current_to": DAY(2026, 1, 1), "code_from": DAY(1997, 10, 1)}
CHARGES = yaml.safe_load(
    """
charges:
  - id: theft
    name: 盗窃罪
    article: "264"
    guideline: G21
    changes:
      - {from: 2011-05-01, what: 修八：增入户盗窃, source: [A]}
      - {to: 2011-04-30, what: 旧法, source: [A]}
    thresholds:
      - {id: large, zh: 数额较大, fact: amount_yuan, value: 2000, to: 2013-04-03, article: 法释〔1998〕4号3, source: [A]}
      - {id: large, zh: 数额较大, fact: amount_yuan, value: [1000, 3000], provinces: true, from: 2013-04-04, article: 法释〔2013〕8号1, source: [B]}
    tiers:
      - {id: t1, condition: 甲, to: 2011-04-30, statute: [1, 36], detention: true, source: [A]}
      - {id: t1, condition: 甲, from: 2011-05-01, statute: [1, 60], detention: true, source: [B], verified: false}
      - {id: t2, condition: 乙, from: 2011-05-01, statute: [60, 180], life: true, source: [B]}
      - {id: t9, condition: 丙, to: 2011-04-30, death: true, source: [A]}
    grounds:
      t2:
        - {text: 甲项, when: burglary, from: 2013-04-04, article: 法释〔2013〕8号6, source: [B]}
        - {text: 乙项, when: weapon, from: 2013-04-04, article: 法释〔2013〕8号7, source: [B]}
        - {text: 丙项, when: repeated, to: 2013-04-03, article: 法释〔1998〕4号6, source: [A]}
        - {text: 条文, when: deaths >= 1, from: 2013-04-04, article: "264", source: [A]}
"""
)
STANDARD = Standard(
    province="河南省",
    charge="盗窃罪",
    values={"large": 2000},
    **{"from": DAY(2013, 9, 23)},
    source=("B",),
    verified=False,
)


@pytest.fixture
def built(monkeypatch):
    """A law of one charge."""
    found = law.build(
        {"one.yaml": CHARGES},
        edition=EDITION,
        sources=["A", "B"],
        facts=["amount_yuan", "burglary", "weapon", "repeated", "deaths"],
    )
    monkeypatch.setattr(module, "statutes", lambda: found)
    monkeypatch.setattr(module, "standards", lambda: {("河南省", "盗窃罪"): (STANDARD,)})
    return found


def told(first, last, *, kind, charge=None):
    return [event.what for event in changes(first, last, charge=charge) if event.kind == kind]


def test_a_tier_that_began_ended_or_changed(built):
    assert told(DAY(2011, 5, 1), DAY(2011, 5, 1), kind="tier") == [
        "“甲”：三年以下有期徒刑或者拘役 → 五年以下有期徒刑或者拘役",
        "不再有“丙”：死刑",
        "新增“乙”：五年以上有期徒刑或者无期徒刑",
    ]
    assert told(DAY(2011, 5, 2), DAY(2024, 12, 31), kind="tier") == []


def test_what_was_not_verified_is_marked(built):
    events = {
        event.what[:3]: event.verified for event in changes(DAY(2011, 5, 1), DAY(2011, 5, 1)) if event.kind == "tier"
    }
    assert events == {"“甲”": False, "不再有": True, "新增“": True}


def test_both_days_are_included(built):
    day = DAY(2013, 4, 4)
    assert told(day, day, kind="threshold") == ["数额较大：2000元 → 1000至3000元（由各省确定）"]
    assert told(DAY(2010, 1, 1), day - datetime.timedelta(days=1), kind="threshold") == []
    assert told(day + datetime.timedelta(days=1), DAY(2020, 1, 1), kind="threshold") == []


def test_grounds_are_counted_by_document_and_told_one_by_one_for_a_charge(built):
    # The ground that rests on the code itself is no interpretation; the code's changes are told as tiers.
    whole, own = ((DAY(2013, 4, 4), DAY(2013, 4, 4), {"kind": "ground", "charge": name}) for name in (None, "盗窃罪"))
    assert told(*whole[:2], **whole[2]) == ["开始适用2项认定标准", "停止适用1项认定标准"]
    assert told(*own[:2], **own[2]) == ["开始适用（t2）：甲项", "开始适用（t2）：乙项", "停止适用（t2）：丙项"]


def test_standards_are_counted_and_told_one_by_one_for_a_charge(built):
    year = DAY(2013, 1, 1), DAY(2013, 12, 31)
    assert told(*year, kind="standard") == ["1个省级单位的标准开始适用"]
    assert told(*year, kind="standard", charge="盗窃罪") == ["河南省：数额较大2000元"]


def test_a_charge_restricts_to_what_concerns_it(built):
    kinds = {event.kind for event in changes(DAY(1998, 1, 1), DAY(2025, 12, 31), charge="盗窃罪")}
    assert kinds == {"amendment", "charge", "tier", "threshold", "ground", "standard", "guideline"}
    own = told(DAY(2011, 1, 1), DAY(2011, 12, 31), kind="amendment", charge="盗窃罪")
    assert own == ["刑法修正案（八）：增入户盗窃、携带凶器盗窃、扒窃；取消死刑"]
    assert told(DAY(2011, 1, 1), DAY(2011, 12, 31), kind="charge", charge="盗窃罪") == ["修八：增入户盗窃"]


def test_the_rules_for_every_charge_are_told_without_one():
    events = changes(DAY(2015, 1, 1), DAY(2024, 12, 31))
    assert {event.kind for event in events} >= {"amendment", "tier", "threshold", "guideline", "limit", "plea"}
    articles = {(event.day, event.article) for event in events}
    assert (DAY(2015, 11, 1), "刑法69(2)") in articles
    assert (DAY(2021, 7, 1), "法发〔2021〕21号") in articles
    assert [event.day for event in events] == sorted(event.day for event in events)
    assert all(event.article and event.source for event in events)


def test_every_amendment_of_the_data_stands_in_its_order():
    days = [entry.effective_from for entry in amendments()]
    assert days == sorted(days)
    assert {DAY(2011, 5, 1), DAY(2015, 11, 1), DAY(2021, 3, 1), DAY(2024, 3, 1)} <= set(days)


def test_an_amendment_that_cannot_be_used_is_refused():
    row = {"name": "甲", "short": "甲", "from": DAY(2020, 1, 1), "source": ["A"], "articles": []}
    with pytest.raises(LawDataError) as caught:
        build_amendments({"amendments": [row]}, sources=["A"])
    assert "amendments.yaml: amendments 甲 articles" in str(caught.value)


WORDS = [
    ("盗窃罪", "t1", "三年以下有期徒刑、拘役或者管制，并处或者单处罚金"),
    ("盗窃罪", "t3", "十年以上有期徒刑或者无期徒刑，并处罚金或者没收财产"),
    ("故意伤害罪", "t3", "十年以上有期徒刑、无期徒刑或者死刑"),
    ("危险驾驶罪", "t1", "拘役，并处罚金"),
    ("故意伤害罪", "t2", "三年以上十年以下有期徒刑"),
]


@pytest.mark.parametrize(("charge", "tier", "words"), WORDS)
def test_a_punishment_in_the_words_of_the_code(charge, tier, words):
    assert tier_words(next(entry for entry in tiers(charge) if entry.id == tier)) == words


@pytest.mark.parametrize(
    ("value", "words"), [(2000, "2000"), (15000, "1.5万"), (30000.0, "3万"), (0.3, "0.3"), (12345, "12345")]
)
def test_a_number_as_a_judgment_writes_it(value, words):
    assert number_words(value) == words


def test_a_threshold_by_category_names_each(built):
    row = {
        "id": "big",
        "zh": "大",
        "fact": "drug_grams",
        "by": "drug_type",
        "values": {"海洛因": 50, "大麻": 5000},
        "article": "甲",
        "source": ["A"],
    }
    assert threshold_words(law.Threshold.model_validate(row)) == "海洛因50克、大麻5000克"
