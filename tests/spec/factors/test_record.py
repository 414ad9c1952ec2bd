"""Earlier convictions, and whether five years had passed."""

from dataclasses import replace

import pytest
from texts import reading, values

from sentencing_ml.factors.record import record, within_years
from sentencing_ml.judgments.document import Defendant


def told(header, *, offended=None, **sections):
    given = reading(header=header, **sections)
    person = Defendant(index=0, name="张三", start=0, end=header.index("。") + 1)
    given = replace(given, document=replace(given.document, defendants=(person,)), defendants=(person,))
    return values(record(given, offended={0: offended} if offended else {}))


NAMES = ("prior_count", "prior_charge", "prior_term_months", "prior_release_date")
RECORD = [
    ("因犯盗窃罪于2012年3月4日被甲县人民法院判处有期徒刑一年六个月，并处罚金二千元，2013年9月3日刑满释放。因本案于2019年1月2日被刑事拘留。", (1, "盗窃罪", 18, "2013-09-03"), "the usual order"),
    ("曾因盗窃，于2012年3月被甲县人民法院判处拘役五个月。", (1, "盗窃罪", 5, None), "the charge without 罪, no release"),
    ("因犯盗窃罪于2010年1月2日被判处有期徒刑一年，2010年9月1日刑满释放；因犯诈骗罪于2014年5月6日被判处有期徒刑二年，同年12月7日减刑释放。", (2, "诈骗罪", 24, "2014-12-07"), "the latest counts, the year is inherited"),
    ("曾因犯诈骗罪，分别于2011年1月被甲县人民法院判处有期徒刑八个月、并处罚金一千元，2015年11月被乙县人民法院判处有期徒刑六个月。", (2, "诈骗罪", 6, None), "one charge, two judgments"),
    ("因犯抢劫罪、强奸罪于1999年8月3日被判处无期徒刑，2014年4月3日释放。", (1, "抢劫罪、强奸罪", None, "2014-04-03"), "two charges in one judgment"),
    ("因犯盗窃罪于2012年10月10日被判处有期徒刑一年，连同前罪没有执行的刑期，决定执行有期徒刑一年六个月，2013年11月24日刑满释放。", (1, "盗窃罪", 18, "2013-11-24"), "what was executed after merging"),
    ("因犯盗窃罪于2016年5月6日被判处有期徒刑七个月，刑期至2016年12月3日。", (1, "盗窃罪", 7, "2016-12-03"), "the end of the term"),
    ("因赌博于2012年3月4日被甲县公安局行政拘留十日。", (None, None, None, None), "an administrative penalty"),
    ("因涉嫌盗窃罪于2019年1月2日被刑事拘留。", (None, None, None, None), "this case"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), RECORD, ids=[row[2] for row in RECORD])
def test_record(text, expected, reason):
    found = told(f"被告人张三，男，1980年1月1日出生。{text}")
    assert tuple(found.get(name) for name in NAMES) == expected, reason


def test_a_record_that_only_the_findings_tell():
    found = told("被告人张三，男。", findings="另查明，被告人张三曾因犯盗窃罪于2012年3月4日被判处有期徒刑一年，2013年2月1日刑满释放。")
    assert tuple(found.get(name) for name in NAMES) == (1, "盗窃罪", 12, "2013-02-01")


def test_an_intentional_crime_in_the_words_of_the_code_is_no_further_conviction():
    found = told("被告人张三，男。", opinion="被告人张三曾因犯盗窃罪被判刑。被告人张三曾因故意犯罪被判处有期徒刑，在刑罚执行完毕后五年内再犯，系累犯。")
    assert found["prior_count"] == 1 and found["prior_charge"] == "盗窃罪"


SERVED = "被告人张三，男。因犯盗窃罪于2012年3月4日被判处{penalty}，2013年9月3日刑满释放。"
FIVE_YEARS = [
    ("有期徒刑一年六个月", "2018-09-03", True, "the last day of the five years"),
    ("有期徒刑一年六个月", "2018-09-04", False, "the day after"),
    ("有期徒刑一年六个月", "2018", None, "a year alone does not decide"),
    ("有期徒刑一年六个月", "2013-05", None, "before the release"),
    ("有期徒刑一年六个月", None, None, "the day of the offence is unknown"),
    ("拘役六个月", "2014-01-01", None, "no 有期徒刑"),
]


@pytest.mark.parametrize(("penalty", "offended", "expected", "reason"), FIVE_YEARS, ids=[row[3] for row in FIVE_YEARS])
def test_within_five_years(penalty, offended, expected, reason):
    assert told(SERVED.format(penalty=penalty), offended=offended).get("within_five_years") == expected, reason


def test_a_release_on_a_leap_day_is_five_years_old_at_the_end_of_february():
    assert within_years("2012-02-29", "2017-02-28", years=5) is True
    assert within_years("2012-02-29", "2017-03-01", years=5) is False
