"""Earlier convictions, and whether five years had passed."""

from dataclasses import replace

import pytest
from texts import reading, values

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.record import record, within_years
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections


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
    ("因盗窃罪，于2016年5月6日被判处有期徒刑七个月，刑期至2016年12月3日。", (1, "盗窃罪", 7, "2016-12-03"), "the end of the term"),
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
    found = told("被告人张三，男。", opinion="被告人张三曾因犯盗窃罪被判刑。被告人张三曾因故意犯罪被判处有期徒刑，刑满后五年之内又再犯罪，系累犯。")
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


def test_a_whole_judgment_tells_record_custody_scene_and_what_became_of_the_recommendation():
    text = (
        "甲县人民法院\n刑事判决书\n（2017）浙0101刑初1号\n公诉机关甲县人民检察院。\n"
        "被告人张三，男，1985年3月4日出生，汉族，初中文化，快递员，住甲县。因犯盗窃罪于2012年3月4日被甲县人民法院判处有期徒刑一年，"
        "2013年2月1日刑满释放。因本案于2017年5月2日被刑事拘留，同月12日被逮捕。现羁押于甲县看守所。\n"
        "甲县人民检察院指控被告人张三犯盗窃罪，向本院提起公诉。本院适用简易程序审理了本案。现已审理终结。\n"
        "公诉机关指控，2017年5月1日，被告人张三在甲县某某小区盗窃电瓶一个，价值3000元。建议判处有期徒刑七个月至九个月。被告人张三签字具结。\n"
        "经审理查明，2017年5月1日，被告人张三在甲县某某小区盗窃电瓶一个，价值3000元。上述事实，有证人证言等证据证实。\n"
        "本院认为，被告人张三盗窃他人财物，数额较大，构成盗窃罪，系累犯。公诉机关的量刑建议适当，可以采纳。依照刑法第二百六十四条，判决如下：\n"
        "被告人张三犯盗窃罪，判处有期徒刑八个月，并处罚金二千元。（刑期自判决执行之日计，先行羁押一日折抵一日，即自2017年5月2日起至2018年1月1日止。）\n"
        "如不服本判决，可在十日内提出上诉。\n审判员赵六\n二〇一七年八月一日\n书记员钱七"
    )
    sections = split_sections(text, "judgment")
    document = Document(
        id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )
    result = extract(document)
    person = result.people[0]
    expected = {
        "occupation": "快递员", "custody": "羁押", "detained_on": "2017-05-02", "custody_days": 91,
        "prior_count": 1, "prior_charge": "盗窃罪", "prior_term_months": 12, "prior_release_date": "2013-02-01",
        "prior_record": True, "within_five_years": True, "offence_date": "2017-05-01", "offence_place": "甲县某某小区",
        "amount_tier": "数额较大", "organised_crime": False, "plea_affidavit": True,
    }  # fmt: skip
    assert {name: person.values.get(name) for name in expected} == expected
    assert result.values["recommendation_adopted"] is True
    assert "duty_counsel" not in person.values and "relation_to_victim" not in person.values
    shown = {item.factor: text[item.start : item.end] for item in person.evidence}
    assert shown["prior_release_date"] == "2013年2月1日" and shown["offence_place"] == "甲县某某小区" and shown["occupation"] == "快递员"
    # what was imposed changes none of it
    other = text.replace("判处有期徒刑八个月", "判处有期徒刑九个月")
    again = extract(replace(document, text=other))
    assert {name: again.people[0].values.get(name) for name in expected} == expected
