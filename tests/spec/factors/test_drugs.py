"""Kind and weight of drugs."""

import pytest
from texts import reading
from texts import values as by_factor

from sentencing_ml.factors.drugs import drugs
from sentencing_ml.factors.terms import scope

DRUGS = [
    ("贩卖甲基苯丙胺0.5克。从其身上查获冰毒0.3克。", ("甲基苯丙胺", 0.8), "items are added"),
    ("先后贩卖海洛因1克、2克，共计3克。", ("海洛因", 3.0), "the total, not the items"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), DRUGS, ids=[row[2] for row in DRUGS])
def test_drugs(text, expected, reason):
    values = by_factor(drugs(reading(findings=text, charged=scope("drug_weight"))))
    assert (values["drug_type"], values["drug_grams"]) == expected, reason
