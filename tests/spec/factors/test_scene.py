"""When and where the first act took place, and how defendant and victim are related."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.dates import told_dates
from sentencing_ml.factors.scene import scene


def told(given, detained=None):
    return scene(given, detained={0: detained} if detained else {})

DATES = [
    ("2018年5月3日21时许，被告人张三在甲县某某路持刀伤人。", "2018-05-03", "the usual order"),
    ("2018年5月，被告人张三多次盗窃。", "2018-05", "as precise as the text"),
    ("被告人张三，1990年1月2日出生。2018年5月3日，被告人张三盗窃。", "2018-05-03", "a birth is no act"),
    ("2015年3月1日，某某公司注册成立。2018年5月3日，被告人张三挪用公款。", "2018-05-03", "the start of a firm"),
    ("2015年3月，被告人张三与王五相识。2018年5月3日，被告人张三将王五打伤。", "2018-05-03", "how they met"),
    ("2018年5月至7月间，被告人张三多次盗窃：1、2018年5月9日，被告人张三盗窃电瓶一个。", "2018-05-09", "the first act of a span of time"),
    ("2018年5月至7月间，被告人张三多次容留他人吸毒。2018年8月1日，被告人张三被抓获。", "2018-05", "the arrest is no act"),
    ("某某公司于2015年6月7日参加投标。2018年5月3日，被告人张三违章作业。", "2018-05-03", "the first sentence that names him"),
    ("2018年5月3日，被告人张三偷拍王五（1999年8月18日出生）。次日，被告人张三又去。", "2018-05-03", "the birth of a victim"),
    ("被告人张三盗窃电瓶一个。", None, "no date"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), DATES, ids=[row[2] for row in DATES])
def test_offence_date(text, expected, reason):
    assert values(told(reading(findings=text))).get("offence_date") == expected, reason


def test_each_defendant_has_the_date_of_his_own_first_act():
    text = "2010年3月4日，被告人张三购买枪支。2012年5月6日，被告人李四购买枪支。"
    found = list(told(reading(defendants=TWO, findings=text)))
    assert {min(item.people): item.value for item in found if item.factor == "offence_date"} == {0: "2010-03-04", 1: "2012-05-06"}


def test_what_happened_after_the_arrest_is_no_act():
    findings = "2018年5月3日，他人将王五打伤。2018年9月1日，被告人张三退回一千元。"
    assert values(told(reading(findings=findings)))["offence_date"] == "2018-09-01"
    assert values(told(reading(findings=findings), detained="2018-06-01"))["offence_date"] == "2018-05-03"


def test_the_charge_tells_the_date_when_the_findings_do_not():
    found = values(told(reading(charges="2018年5月3日，被告人张三盗窃。", findings="查明的事实与指控一致。")))
    assert found["offence_date"] == "2018-05-03"


PLACES = [
    ("2018年5月3日，被告人张三在甲县某某路5号门口与王五发生争执。", "甲县某某路5号门口", "before the quarrel"),
    ("2018年5月3日，被告人张三窜至某某小区，盗窃电瓶一个。", "某某小区", "where he went"),
    ("2018年5月3日，被告人张三驾驶小型轿车行驶至甲县某某路段时被查获。", "甲县某某路段", "on the road"),
    ("2018年5月3日，被告人张三在案发当日与王五争执。", None, "a time is no place"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), PLACES, ids=[row[2] for row in PLACES])
def test_offence_place(text, expected, reason):
    assert values(told(reading(findings=text))).get("offence_place") == expected, reason


RELATIONS = [
    ("被告人张三与被害人王五系夫妻关系。", "夫妻", "stated"),
    ("被告人张三与邻居被害人王五因宅基地发生争执。", "邻里", "before the victim"),
    ("被告人张三与王五（被害人）系同事关系。", "同事", "the victim in brackets"),
    ("被害人王五系被告人张三的前女友。", "恋人", "the other way round"),
    ("被告人张三与被害人王五结婚后常因琐事争吵。", "夫妻", "married"),
    ("被告人张三利用担任小学教师的便利，对多名学生实施猥亵。被害人王五报警。", "师生", "a teacher"),
    ("被告人张三雇佣被害人王五拆除房屋。", "雇佣", "hired"),
    ("被告人张三认识了被害人王五，同年7月21日与王五发展成恋爱关系。", "恋人", "the victim by name"),
    ("被告人张三与其妻子王五发生争吵，将被害人王五打伤。", "夫妻", "called the victim elsewhere"),
    ("被告人张三与其妻子赵六发生争吵，后将被害人王五打伤。", None, "his wife is not the victim"),
    ("被告人张三与哥哥张某乙到场，将被害人张某丙打伤。", None, "two masked names that begin alike"),
    ("证人赵六与被害人王五系邻居。", None, "a witness"),
    ("被害人王五的妻子报警。", None, "the victim's own family"),
    ("被告人张三以夫妻名义与他人同居，被害人王五起诉。", None, "a name is no marriage"),
    ("被告人张三将被害人王五打伤。", None, "not stated"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), RELATIONS, ids=[row[2] for row in RELATIONS])
def test_relation_to_victim(text, expected, reason):
    assert values(told(reading(findings=text))).get("relation_to_victim") == expected, reason


STORIES = [
    ("2018年5月3日甲，同年6月4日乙，次日丙，同日丁，同月9日戊。", ["2018-05-03", "2018-06-04", "2018-06-05", "2018-06-05", "2018-06-09"], "each leans on the one before"),
    ("2018年12月31日甲，次日乙。", ["2018-12-31", "2019-01-01"], "over the turn of the year"),
    ("2018年5月甲，次日乙。", ["2018-05"], "the day before the next one is unknown"),
    ("2018年5月3日甲，8月1日乙，次年2月30日丙。", ["2018-05-03", "2018-08-01"], "a day that does not exist"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), STORIES, ids=[row[2] for row in STORIES])
def test_told_dates(text, expected, reason):
    assert [item.value for item in told_dates(text)] == expected, reason
