"""Quantities of the offence: the figure the sentence rests on, not every figure in the text."""

import pytest

from sentencing_ml.factors import offence
from sentencing_ml.factors.circumstances import scopes
from sentencing_ml.factors.people import People
from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.view import view

ONE = (Defendant(index=0, name="张三", start=0, end=0),)
TWO = (*ONE, Defendant(index=1, name="李四", start=0, end=0))


def amounts(defendants=ONE, **sections):
    copies = {name: view(text) for name, text in sections.items()}
    people = {name: People(copy.text, defendants=defendants) for name, copy in copies.items()}
    found = offence.amounts(
        copies, people=people, charges=frozenset(scopes()["theft_or_robbery"]), everyone=frozenset(d.index for d in defendants)
    )
    return {index: quantity.value for quantity in found for index in quantity.people}


AMOUNTS = [
    ({"findings": "被告人张三窃得现金3000元。"}, {0: 3000}, "a thing taken"),
    ({"findings": "被告人张三窃得手机一部，经鉴定价值人民币1,980元。案发后退赔被害人2500元。"}, {0: 1980}, "restitution is no amount"),
    ({"findings": "先后窃得财物价值1000元、2000元，共计价值3000元。"}, {0: 3000}, "the total, not the items"),
    ({"findings": "第一次窃得现金500元。第二次窃得现金700元。"}, {0: 1200}, "items without a total are added"),
    ({"findings": "被告人张三以每克300元的价格购买。"}, {}, "a price is no amount"),
    ({"opinion": "被告人张三盗窃他人财物价值人民币5600元，数额较大。", "findings": "窃得现金600元，手机价值5000元。"}, {0: 5600}, "the court's own figure first"),
    ({"opinion": "被告人张三秘密窃取他人财物，数额较大。", "findings": "价值9000余元。"}, {0: 9000}, "yu is dropped"),
]


@pytest.mark.parametrize(("sections", "expected", "reason"), AMOUNTS, ids=[row[2] for row in AMOUNTS])
def test_amounts(sections, expected, reason):
    assert amounts(**sections) == expected, reason


def test_each_defendant_has_the_figure_told_of_him():
    text = "被告人张三参与盗窃三起，价值共计8000元；被告人李四参与盗窃一起，价值2000元。"
    assert amounts(TWO, findings=text) == {0: 8000, 1: 2000}


def test_a_charge_without_amounts_has_none():
    copy = view("造成经济损失价值5000元。")
    people = {"findings": People(copy.text, defendants=ONE)}
    assert offence.amounts({"findings": copy}, people=people, charges=frozenset(), everyone=frozenset({0})) == []


HARM = [
    ("致被害人王某当场死亡。", {"deaths": 1}, "a death"),
    ("致二人死亡、三人重伤。", {"deaths": 2, "serious_injuries": 3}, "counted"),
    ("经鉴定，王某的损伤程度属轻伤二级，赵某的损伤程度属轻微伤。", {"minor_injuries": 1, "slight_injuries": 1}, "graded by name"),
    ("经鉴定，王某甲的损伤程度为轻伤一级，王某乙的损伤程度为轻伤二级。", {"minor_injuries": 2}, "two victims of one grade"),
    ("王某的损伤不构成轻伤。", {}, "negated"),
    ("支付死亡赔偿金十万元。", {}, "compensation for death is none"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), HARM, ids=[row[2] for row in HARM])
def test_persons_harmed(text, expected, reason):
    found = offence.harmed({"findings": view(text)}, everyone=frozenset({0}))
    assert {quantity.factor: quantity.value for quantity in found} == expected, reason


ALCOHOL = [
    ("经检验，其血液中乙醇含量为156.2mg/100ml。", 156.2, "a blood test"),
    ("呼气酒精测试结果为114mg/100ml，后抽取血液检验，乙醇含量为130.5mg/100ml。", 130.5, "blood before breath"),
    ("其血液酒精含量为92毫克／100毫升，超过80mg/100ml的醉酒标准。", 92.0, "the limit is no reading"),
]


@pytest.mark.parametrize(("text", "value", "reason"), ALCOHOL, ids=[row[2] for row in ALCOHOL])
def test_blood_alcohol(text, value, reason):
    copy = view(text)
    people = {"findings": People(copy.text, defendants=ONE)}
    (found,) = offence.alcohol({"findings": copy}, people=people, charges=frozenset(scopes()["driving"]))
    assert found.value == value, reason


DRUGS = [
    ("贩卖甲基苯丙胺0.5克。从其身上查获冰毒0.3克。", ("甲基苯丙胺", 0.8), "items are added"),
    ("先后贩卖海洛因1克、2克，共计3克。", ("海洛因", 3.0), "the total, not the items"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), DRUGS, ids=[row[2] for row in DRUGS])
def test_drugs(text, expected, reason):
    copy = view(text)
    people = {"findings": People(copy.text, defendants=ONE)}
    found = offence.drugs({"findings": copy}, people=people, charges=frozenset(scopes()["drug_weight"]), everyone=frozenset({0}))
    values = {quantity.factor: quantity.value for quantity in found}
    assert (values["drug_type"], values["drug_grams"]) == expected, reason
