"""Driving offences: blood alcohol, vehicle, share in the accident."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.driving import driving
from sentencing_ml.factors.terms import scope

CHARGED = scope("driving")
ALCOHOL = [
    ("经检验，其血液中乙醇含量为156.2mg/100ml。", 156.2, "a blood test"),
    ("呼气酒精测试结果为114mg/100ml，后抽取血液检验，乙醇含量为130.5mg/100ml。", 130.5, "blood before breath"),
    ("其血液酒精含量为92毫克／100毫升，超过80mg/100ml的醉酒标准。", 92.0, "the limit is no reading"),
    ("其血液中乙醇含量为131.2lmg／lOOml。", 131.21, "letters written for digits"),
    ("其每100毫升血液中乙醇含量为174.3毫克。", 174.3, "per 100 ml said first"),
    ("其血液中乙醇含量为1.74mg/ml。", 174.0, "per ml"),
    ("其血液中乙醇含量为120mg/100ml，复检为118mg/100ml。", 120.0, "the highest reading"),
    ("被害人王某血液中乙醇含量为210mg/100ml。", None, "the victim's blood"),
    ("其血样中乙醇含量为每百毫升141毫克。", 141.0, "per 100 ml said first, without the blood"),
    ("检出乙醇成分，其含量为1.11mg（乙醇）/ml（血液）。", 111.0, "of what, in brackets"),
    ("其血中乙醇浓度为143.4（mg/100ml）。", 143.4, "the unit in brackets"),
    ("其血液中酒精含量为231.1mg/ml。", 231.1, "a slip in the unit"),
]


@pytest.mark.parametrize(("text", "value", "reason"), ALCOHOL, ids=[row[2] for row in ALCOHOL])
def test_blood_alcohol(text, value, reason):
    assert values(driving(reading(findings=text, charged=CHARGED))).get("alcohol_mg_per_100ml") == value, reason


VEHICLES = [
    ("被告人张三醉酒后驾驶无号牌普通二轮摩托车沿某路行驶。", "二轮、三轮摩托车", "a motorcycle"),
    ("被告人张三驾驶小型普通客车，与王某驾驶的重型货车相撞。", "小型汽车", "a small bus is a car; the other's lorry is not his"),
    ("被告人张三驾驶重型半挂牵引车行驶。", "货车", "a lorry"),
    ("王某驾驶电动自行车被撞倒。", None, "the victim's vehicle"),
    ("被告人张三持有机动车驾驶证，轿车登记在其名下。", None, "a licence is not driven"),
]


@pytest.mark.parametrize(("text", "value", "reason"), VEHICLES, ids=[row[2] for row in VEHICLES])
def test_vehicle(text, value, reason):
    assert values(driving(reading(findings=text, charged=CHARGED))).get("vehicle") == value, reason


SHARES = [
    ("经认定，被告人张三负此次事故的全部责任。", "全部责任", "the whole"),
    ("经认定，张三承担事故主要责任，王某承担事故次要责任。", "主要责任", "the other's share is not his"),
    ("交警部门认定，王某负事故主要责任，张三负事故次要责任。", "次要责任", "the later one is his"),
    ("负事故全部或者主要责任的，处三年以下有期徒刑。", None, "a threshold of the law"),
    ("张三应承担事故70%的民事赔偿责任。", None, "liability to pay"),
]


@pytest.mark.parametrize(("text", "value", "reason"), SHARES, ids=[row[2] for row in SHARES])
def test_share_in_the_accident(text, value, reason):
    assert values(driving(reading(findings=text, charged=CHARGED))).get("accident_share") == value, reason


def test_each_defendant_has_his_own_share():
    text = "经认定，张三负事故主要责任，李四负事故次要责任。"
    found = {(f.value, f.people) for f in driving(reading(defendants=TWO, findings=text, charged=CHARGED))}
    assert found == {("主要责任", frozenset({0})), ("次要责任", frozenset({1}))}


def test_other_charges_have_none():
    assert not list(driving(reading(findings="张三驾驶轿车逃跑，负全部责任。", charged={"盗窃罪"})))
