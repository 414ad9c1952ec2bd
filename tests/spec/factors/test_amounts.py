"""The amount: the figure the sentence rests on, not every figure in the text."""

import pytest
from texts import ONE, TWO, reading

from sentencing_ml.factors.amounts import amounts as find
from sentencing_ml.factors.terms import scope


def amounts(defendants=ONE, **sections):
    found = find(reading(defendants=defendants, charged=scope("theft_or_robbery"), **sections))
    return {index: finding.value for finding in found for index in finding.people}


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
    assert not list(find(reading(findings="造成经济损失价值5000元。")))
