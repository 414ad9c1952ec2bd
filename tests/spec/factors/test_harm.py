"""Persons killed and injured, by grade."""

import pytest
from texts import reading, values

from sentencing_ml.factors.harm import harm

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
    assert values(harm(reading(findings=text))) == expected, reason
