"""The prosecution's recommended sentence."""

import pytest
from texts import reading, values

from sentencing_ml.factors.advice import recommendation

ADVICE = [
    ("公诉机关建议判处被告人张三有期徒刑一年六个月。", ("确定刑", 18, 18), "a single term"),
    ("公诉机关建议对被告人张三判处有期徒刑六个月至一年。", ("幅度刑", 6, 12), "a range"),
    ("建议判处二年以上三年以下有期徒刑。", ("幅度刑", 24, 36), "a range before the kind"),
    ("建议判处一年以下有期徒刑。", ("幅度刑", None, 12), "an upper bound alone"),
    ("建议判处拘役二至四个月。", ("幅度刑", 2, 4), "the unit after the second number"),
    ("量刑建议适当，应予采纳。", (None, None, None), "present, no figure"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ADVICE, ids=[row[2] for row in ADVICE])
def test_recommendation(text, expected, reason):
    found = values(recommendation(reading(charges=text)))
    assert found["recommendation_present"] is True
    names = ("recommendation_kind", "recommendation_min_months", "recommendation_max_months")
    assert tuple(found.get(name) for name in names) == expected, reason


def test_an_advice_of_the_defence_is_none():
    assert values(recommendation(reading(opinion="辩护人建议判处被告人张三有期徒刑六个月。"))) == {}
