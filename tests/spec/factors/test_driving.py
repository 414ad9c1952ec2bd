"""Driving offences: blood alcohol."""

import pytest
from texts import reading

from sentencing_ml.factors.driving import alcohol
from sentencing_ml.factors.terms import scope

ALCOHOL = [
    ("经检验，其血液中乙醇含量为156.2mg/100ml。", 156.2, "a blood test"),
    ("呼气酒精测试结果为114mg/100ml，后抽取血液检验，乙醇含量为130.5mg/100ml。", 130.5, "blood before breath"),
    ("其血液酒精含量为92毫克／100毫升，超过80mg/100ml的醉酒标准。", 92.0, "the limit is no reading"),
]


@pytest.mark.parametrize(("text", "value", "reason"), ALCOHOL, ids=[row[2] for row in ALCOHOL])
def test_blood_alcohol(text, value, reason):
    (found,) = alcohol(reading(findings=text, charged=scope("driving")))
    assert found.value == value, reason
