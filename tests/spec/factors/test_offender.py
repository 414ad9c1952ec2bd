"""What the header says of each defendant: particulars, coercive measure, counsel."""

import pytest
from texts import reading, values

from sentencing_ml.factors import offender


def whole(text):
    header = reading(header=text)
    return header, (0, len(header.sections["header"].text))


def particulars(text):
    return values(offender.particulars(*whole(text), person=0))


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
    assert values(offender.custody(*whole(text), person=0)) == {"custody": value}, reason


COUNSEL = [
    ("被告人张三，男。辩护人李四，某律师事务所律师。", "委托", "chosen"),
    ("被告人张三，男。辩护人李四，某律师事务所律师，系甲县法律援助中心指派。", "法律援助", "assigned by legal aid"),
    ("被告人张三，男。指定辩护人李四，某律师事务所律师。", "法律援助", "appointed"),
    ("被告人张三，男。未委托辩护人，由其自行辩护。", "无", "said to have none"),
    ("被告人张三，男，汉族。", None, "nothing said"),
]


@pytest.mark.parametrize(("text", "value", "reason"), COUNSEL, ids=[row[2] for row in COUNSEL])
def test_counsel(text, value, reason):
    assert values(offender.counsel(*whole(text), person=0)).get("counsel") == value, reason
