"""Particulars, counsel, custody, procedure and the prosecution's recommendation, as judgments write them."""

import pytest

from sentencing_ml.factors import header as headers
from sentencing_ml.factors.people import People
from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.view import view

DEFENDANT = Defendant(index=0, name="张三", start=0, end=0)


def particulars(text):
    copy = view(text)
    return {value.factor: value.value for value in headers.particulars(DEFENDANT, copy, (0, len(copy.text)))}


PARTICULARS = [
    ("被告人张三，男，1990年1月2日出生，汉族，初中文化，农民，住甲县。", {"gender": "男", "birth_date": "1990-01-02", "ethnicity": "汉族", "education": "初中", "occupation": "农民"}, "the usual order"),
    ("被告人张三，女，汉族，生于1985年4月，小学文化程度，无业。", {"gender": "女", "birth_date": "1985-04", "education": "小学", "occupation": "无业"}, "born before the date, no day"),
    ("被告人张三（男，１９７０年５月６日生，土家族，高级中学毕业）。", {"gender": "男", "birth_date": "1970-05-06", "ethnicity": "土家族", "education": "高中"}, "in brackets, full-width digits"),
    ("被告人张三，住甲县乙族自治乡。", {}, "an autonomous township is no ethnicity"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), PARTICULARS, ids=[row[2] for row in PARTICULARS])
def test_particulars(text, expected, reason):
    found = particulars(text)
    assert {name: found.get(name) for name in expected} == expected, reason
    if not expected:
        assert "ethnicity" not in found, reason


CUSTODY = [
    ("因本案于2019年1月2日被刑事拘留，同年2月1日被逮捕。现羁押于甲县看守所。", "羁押", "arrested"),
    ("2019年1月2日被刑事拘留，次日被取保候审。", "取保候审", "the last measure counts"),
    ("2019年1月2日被取保候审，同年3月1日被逮捕。", "羁押", "arrested after bail"),
    ("2019年1月2日被监视居住。", "监视居住", "residential surveillance"),
]


@pytest.mark.parametrize(("text", "value", "reason"), CUSTODY, ids=[row[2] for row in CUSTODY])
def test_custody(text, value, reason):
    copy = view(text)
    assert headers.custody(copy, (0, len(copy.text))).value == value, reason


COUNSEL = [
    ("被告人张三，男。辩护人李四，某律师事务所律师。", "委托", "chosen"),
    ("被告人张三，男。辩护人李四，某律师事务所律师，系甲县法律援助中心指派。", "法律援助", "assigned by legal aid"),
    ("被告人张三，男。指定辩护人李四，某律师事务所律师。", "法律援助", "appointed"),
    ("被告人张三，男。未委托辩护人，由其自行辩护。", "无", "said to have none"),
    ("被告人张三，男，汉族。", None, "nothing said"),
]


@pytest.mark.parametrize(("text", "value", "reason"), COUNSEL, ids=[row[2] for row in COUNSEL])
def test_counsel(text, value, reason):
    copy = view(text)
    found = headers.counsel(copy, (0, len(copy.text)), None, only=True)
    assert (found.value if found else None) == value, reason


PROCEDURE = [
    ("本院适用速裁程序，公开开庭审理了本案。", "速裁", "fast track"),
    ("本院适用简易程序，组成合议庭审理了本案。", "简易", "summary, though by a panel"),
    ("本院适用简易程序，后因不宜适用简易程序，转为普通程序审理。", "普通", "switched: the last one"),
    ("本院依法组成合议庭，公开开庭审理了本案。", "普通", "a panel and nothing else"),
    ("本院依法实行独任审判。", None, "a single judge alone does not tell"),
]


@pytest.mark.parametrize(("text", "value", "reason"), PROCEDURE, ids=[row[2] for row in PROCEDURE])
def test_procedure(text, value, reason):
    found = headers.procedure_value({"procedure": view(text)})
    assert (found.value if found else None) == value, reason


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
    copy = view(text)
    found = headers.recommendation({"charges": copy}, people={"charges": People(copy.text, defendants=(DEFENDANT,))})
    assert found["recommendation_present"].value is True
    values = tuple(
        found[name].value if name in found else None
        for name in ("recommendation_kind", "recommendation_min_months", "recommendation_max_months")
    )
    assert values == expected, reason


def test_an_advice_of_the_defence_is_none():
    copy = view("辩护人建议判处被告人张三有期徒刑六个月。")
    assert headers.recommendation({"opinion": copy}, people={"opinion": People(copy.text, defendants=(DEFENDANT,))}) == {}
