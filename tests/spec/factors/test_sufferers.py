"""How many victims there are, how old the youngest is, and how grave the offence of a person sheltered."""

import pytest
from texts import ONE, TWO, reading
from texts import values as by_factor

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.sufferers import sufferers
from sentencing_ml.judgments.document import Document, Label

CHARGED = {"强奸罪"}
NUMBERS = [
    ("被告人张三先后对被害人王某甲、赵某、陈某某实施猥亵。", 3, "a list of names"),
    ("被告人张三将被害人王某甲骗至屋内。被害人王某甲反抗。", 1, "one person named twice"),
    ("被告人张三与被害人王某甲、赵某某相识。次日，张三又约见被害人赵某某。", 2, "told again"),
    ("被告人张三对三名女童实施猥亵。", 3, "a stated number"),
    ("被告人张三伙同另两名男子强行将被害人王某甲带走。", 1, "accomplices are no victims"),
    ("被害人王某甲与陈某系同事。", 1, "a colleague of the victim"),
    ("被告人张三强奸被害人王某甲。上述事实有被害人陈某的陈述证实。", 1, "who speaks in evidence"),
    ("被告人张三来到王某甲家中。", None, "nobody is called a victim"),
]
AGES = [
    ("被害人王某甲（女，11岁）被张三带走。", 11, "a stated age"),
    ("2016年5月3日，张三对被害人王某甲（2007年1月20日出生）实施猥亵。", 9, "a day of birth"),
    ("2016年1月3日，张三对被害人王某甲（2007年1月20日出生）实施猥亵。", 8, "before the birthday"),
    ("张三明知王某甲未满十四周岁而与其发生性关系。", 13, "below an age"),
    ("张三多次奸淫幼女。", 13, "a girl in law"),
    ("被害人王某甲（女，15岁）、赵某（女，12岁）。", 12, "the youngest"),
    ("被告人张三（男，17岁）将王某甲带走。", None, "the defendant's age"),
    ("已满十四周岁的人犯强奸罪的，应当负刑事责任。", None, "words of the law"),
    ("王某甲的智力相当于6岁儿童。", None, "a comparison"),
]


@pytest.mark.parametrize(("text", "number", "reason"), NUMBERS, ids=[row[2] for row in NUMBERS])
def test_victims_are_counted_once(text, number, reason):
    assert by_factor(sufferers(reading(findings=text, charged=CHARGED))).get("victims") == number, reason


@pytest.mark.parametrize(("text", "age", "reason"), AGES, ids=[row[2] for row in AGES])
def test_the_age_of_the_youngest_victim(text, age, reason):
    assert by_factor(sufferers(reading(findings=text, charged=CHARGED))).get("victim_age") == age, reason


def test_other_charges_have_no_victims_to_count():
    assert not [*sufferers(reading(findings="被害人王某甲（女，11岁）。", charged={"盗窃罪"}))]


def test_each_defendant_has_his_own_victims():
    text = "被告人张三猥亵被害人王某甲、赵某。被告人李四猥亵被害人陈某。"
    found = sufferers(reading(findings=text, charged=CHARGED, defendants=TWO))
    assert [(item.value, *item.people) for item in found if item.factor == "victims"] == [(2, 0), (1, 1)]


SHELTERED = [
    ("王某将赵某杀害后逃至张三家中。", True, "a killing"),
    ("王某持刀将赵某捅伤。赵某经抢救无效死亡。", True, "a death by blows, in the next sentence"),
    ("王某驾车将赵某撞倒，致其死亡后，张三谎称系自己驾驶。", False, "a road accident"),
    ("张三明知王某因盗窃被追逃，仍提供住处。", False, "a lesser offence"),
]


@pytest.mark.parametrize(("text", "grave", "reason"), SHELTERED, ids=[row[2] for row in SHELTERED])
def test_whether_the_person_sheltered_faced_life(text, grave, reason):
    document = Document(
        id="f", source="s", kind="fact_record", text="经审理查明，" + text, label=Label(charges=("窝藏罪",)), defendants=ONE
    )
    (person,) = extract(document).people
    assert person.values.get("harboured_grave", False) is grave, reason
