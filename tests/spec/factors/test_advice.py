"""The prosecution's recommended sentence."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.advice import recommendation

ADVICE = [
    ("公诉机关建议判处被告人张三有期徒刑一年六个月。", ("确定刑", 18, 18), "a single term"),
    ("公诉机关建议对被告人张三判处有期徒刑六个月至一年。", ("幅度刑", 6, 12), "a range"),
    ("建议判处二年以上三年以下有期徒刑。", ("幅度刑", 24, 36), "a range before the kind"),
    ("建议判处一年以下有期徒刑。", ("幅度刑", None, 12), "an upper bound alone"),
    ("建议判处拘役二至四个月。", ("幅度刑", 2, 4), "the unit after the second number"),
    ("建议本院结合其坦白、赔偿等情节，对被告人张三数罪并罚判处有期徒刑二年以上四年以下。", ("幅度刑", 24, 48), "the grounds stand between"),
    ("被告人张三具有取得被害人谅解的情节，建议对其判处一年以下有期徒刑。", ("幅度刑", None, 12), "a ground that names the victim is no advice of his"),
    ("建议对被告人张三在有期徒刑三年以下或拘役定罪处罚。", ("幅度刑", None, 36), "an upper bound after the kind"),
    ("建议判处有期徒刑一年。庭审中公诉人将量刑建议调整为有期徒刑十个月。", ("确定刑", 10, 10), "an adjusted advice takes its place"),
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


def test_terms_before_the_word_are_those_of_the_first_defendant():
    opinion = "公诉机关提出对被告人张三判处拘役五个月以上六个月以下；对被告人李四判处拘役四个月的量刑建议适当。"
    found = values(recommendation(reading(opinion=opinion)))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (5, 6)


def test_an_advice_adjusted_for_another_defendant_leaves_the_first_ones():
    charges = "公诉机关建议判处被告人张三有期徒刑四年至五年。庭审中量刑建议变更为对被告人李四判处一年至二年有期徒刑。"
    found = values(recommendation(reading(defendants=TWO, charges=charges)))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (48, 60)


def test_leniency_and_a_term_are_a_recommended_sentence_leniency_alone_is_none():
    found = values(recommendation(reading(charges="建议法院对被告人张三从轻处罚，判处六个月以上九个月以下有期徒刑。")))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (6, 9)
    assert values(recommendation(reading(charges="建议对被告人张三从轻处罚，判处缓刑。"))) == {}


@pytest.mark.parametrize("text", ["经公诉机关建议，本院决定延期审理一次。", "公诉机关建议适用简易程序审理。", "辩护人建议对被告人从轻处罚。"])
def test_what_is_no_recommended_sentence(text):
    assert values(recommendation(reading(procedure=text))) == {}


ADOPTED = [
    ("公诉机关的量刑建议适当，应予采纳。", True, "found fitting"),
    ("公诉机关指控的罪名及提出的量刑建议成立，依法予以支持。", True, "upheld"),
    ("本院采纳公诉机关的量刑建议。", True, "adopted before the word"),
    ("公诉机关和辩护人的量刑建议合理，本院予以采纳。", True, "of both"),
    ("公诉机关量刑建议过重，本院不予采纳。", False, "too severe"),
    ("对公诉机关提出的量刑建议予以适当调整。", False, "adjusted"),
    ("公诉机关量刑建议不当。", False, "unfitting"),
    ("其所认可的刑期没有超出公诉机关所提的量刑建议，本院依法在该幅度内从宽处罚。", True, "within its range"),
    ("辩护人请求从轻处罚的意见有理，本院予以采纳；但所提量刑意见偏轻，本院不予采纳。", None, "whose it is the sentence before says"),
    ("综合考虑公诉机关的量刑建议及上述情节。", None, "taken into account only"),
    ("公诉机关建议判处有期徒刑一年。辩护人提出的量刑建议，本院不予采纳。", None, "the advice of the defence"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ADOPTED, ids=[row[2] for row in ADOPTED])
def test_adopted(text, expected, reason):
    found = values(recommendation(reading(charges="公诉机关建议判处有期徒刑一年。", opinion=text)))
    assert found.get("recommendation_adopted") is expected, reason
