"""What the header says of each defendant: particulars, coercive measure, counsel."""

from dataclasses import replace

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors import court, offender
from sentencing_ml.factors.custody import custody
from sentencing_ml.factors.finding import Finding
from sentencing_ml.judgments.document import Defendant, Section


def whole(text):
    header = reading(header=text)
    return header, (0, len(header.sections["header"].text))


def particulars(text):
    return values(offender.particulars(*whole(text), person=0))


def judged_on(given):
    return next((item.value for item in court.judgment_date(given) if isinstance(item, Finding)), None)


def held(header, *, verdict="", **sections):
    """What is read of the measures of a single defendant whose particulars are the header's first sentence."""
    given = reading(header=header, **sections)
    text = given.document.text
    parts = {"sections": (Section(name="verdict", start=len(text), end=len(text) + len(verdict)),)} if verdict else {}
    person = Defendant(index=0, name="张三", start=0, end=header.index("。") + 1)
    document = replace(given.document, text=text + verdict, defendants=(person,), **parts)
    found = custody(replace(given, document=document, defendants=(person,)), judged=judged_on(given))
    return values(item for item in found if isinstance(item, Finding))


PARTICULARS = [
    ("被告人张三，男，1990年1月2日出生，汉族，初中文化，农民，住甲县。", {"gender": "男", "birth_date": "1990-01-02", "ethnicity": "汉族", "education": "初中", "occupation": "农民"}, "the usual order"),
    ("被告人张三，女，汉族，生于1985年4月，小学文化程度，无业。", {"gender": "女", "birth_date": "1985-04", "education": "小学", "occupation": "无业"}, "born before the date, no day"),
    ("被告人张三（男，１９７０年５月６日生，土家族，高级中学毕业）。", {"gender": "男", "birth_date": "1970-05-06", "ethnicity": "土家族", "education": "高中"}, "in brackets, full-width digits"),
    ("被告人张三，住甲县乙族自治乡。", {}, "an autonomous township is no ethnicity"),
    ("被告人张三，男，1990年1月2日出生于甲族省，水族，小学文化。", {"ethnicity": "水族"}, "the item of its own, not a word of a place"),
    ("被告人张三，男，1990年1月2日，汉族，初中文化，住甲县。", {"birth_date": "1990-01-02"}, "出生 left out"),
    ("被告人张三，男，汉族，高中文化，某某公司业务员，住甲县。", {"occupation": "某某公司业务员"}, "an occupation that no list holds"),
    ("被告人张三，女，汉族，初中文化，系某某幼儿园厨师，住甲县。因本案于2019年1月2日被刑事拘留。", {"occupation": "某某幼儿园厨师"}, "系 is no part of it"),
    ("被告人张三，原系某某局办公室主任，住甲县。", {"occupation": "原系某某局办公室主任"}, "a former office, as written"),
    ("被告人张三，男，汉族，甲省乙县人，初中文化，中共党员，住甲县。", {"occupation": None}, "neither a place nor a party"),
    ("被告人张三，男，汉族，初中文化，户籍地甲县。曾因盗窃，于2015年被甲县公司员工抓获。", {"occupation": None}, "the story of a case holds none"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), PARTICULARS, ids=[row[2] for row in PARTICULARS])
def test_particulars(text, expected, reason):
    found = particulars(text)
    assert {name: found.get(name) for name in expected} == expected, reason
    if not expected:
        assert "ethnicity" not in found, reason


HOUSEHOLDS = [
    ("被告人张三，男，汉族，户籍所在地四川省甲县，住广东省乙市。", "四川省", "四川省", "header.household", "the registration, not the residence"),
    ("被告人张三，男，户口所在地：成都市甲区。", "四川省", "成都市", "header.household", "a city tells its province"),
    ("被告人张三，男，住广东省乙市（户籍登记住址：湖南甲县）。", "湖南省", "湖南", "header.household", "short form, in brackets"),
    ("被告人张三，男，户籍地及现住址广西壮族自治区甲县。", "广西壮族自治区", "广西壮族自治区", "header.household", "registration and residence at once"),
    ("被告人张三，男，河南省甲县人，户籍地河北省乙县。", "河北省", "河北省", "header.household", "a stated registration goes before the origin"),
    ("被告人张三，男，河南省甲县人，汉族，住广东省乙市。", "河南省", "河南省", "header.household_origin", "the origin where no registration is stated"),
    ("被告人张三，男，籍贯湖北省甲县，住乙县。", "湖北省", "湖北省", "header.household_origin", "the same, named 籍贯"),
    ("被告人张三，男，出生于云南省甲丙县，户籍地甲丙县。", "云南省", "甲丙县", "header.household", "a county that the birthplace puts in its province"),
    ("甲省乙市人民法院（2019）川0101刑初2号被告人张三，男，户籍所在地本市丙区。", "四川省", "本市", "header.household", "本市 is the court's"),
    ("被告人张三，男，出生于云南省甲县，住四川省乙县。", None, None, None, "birthplace and residence are no registration"),
    ("被告人张三，男，户籍所在地丁县，住四川省乙县。", None, None, None, "a county that nothing places"),
    ("被告人张三，男，户籍地**省甲县。", None, None, None, "masked"),
    ("被告人张三，男，户籍所在地香港特别行政区。", None, None, None, "no province of the mainland"),
    ("被告人张三，男，北京某某公司负责人，住乙县。", None, None, None, "an office, no origin"),
    ("被告人张三，男，住乙县。曾因犯盗窃罪，于2015年被户籍地四川省甲县的法院判处罚金。", None, None, None, "the story of an earlier case"),
]


@pytest.mark.parametrize(("text", "province", "evidence", "rule", "reason"), HOUSEHOLDS, ids=[row[4] for row in HOUSEHOLDS])
def test_household_registration(text, province, evidence, rule, reason):
    given, span = whole(text)
    found = [item for item in offender.particulars(given, span, person=0) if item.factor == "household_province"]
    told = [(item.value, given.document.text[item.start : item.end], item.rule) for item in found]
    assert told == ([] if province is None else [(province, evidence, rule)]), reason


CUSTODY = [
    ("因本案于2019年1月2日被刑事拘留，同年2月1日被逮捕。现羁押于甲县看守所。", "羁押", "2019-01-02", "arrested"),
    ("2019年1月2日被刑事拘留，次日被取保候审。", "取保候审", "2019-01-02", "the last measure counts"),
    ("2019年1月2日被取保候审，同年3月1日被逮捕。", "羁押", "2019-03-01", "arrested after bail"),
    ("2019年1月2日被监视居住。", "监视居住", None, "residential surveillance is no detention"),
    ("2019年1月2日被取保候审。", "取保候审", None, "never detained"),
    ("2019年1月2日被传唤到案，次日被刑事拘留。", "羁押", "2019-01-02", "summoned, and detained the day after"),
    ("2019年1月2日被传唤到案，同年3月1日被刑事拘留。", "羁押", "2019-03-01", "let go after the summons"),
    ("因本案于2019年1月2日被行政拘留十日，同月12日被刑事拘留。", "羁押", "2019-01-12", "administrative detention that no court sets off"),
    ("因赌博于2019年1月2日被行政拘留十日。因涉嫌犯诈骗罪于2019年8月9日被刑事拘留。", "羁押", "2019-08-09", "administrative detention for something else"),
    ("2018年5月1日因涉嫌盗窃罪被刑事拘留，同年9月1日被判处拘役六个月。因本案于2019年3月4日被刑事拘留，同月9日被取保候审。", "取保候审", "2019-03-04", "the measures of an earlier case"),
    ("2019年1月2日经检察院批准逮捕，同年5月6日由公安局执行逮捕。", "羁押", "2019-05-06", "an arrest counts when it is carried out"),
    ("2019年1月2日被刑事拘留，同月9日因检察院不批准逮捕被取保候审。", "取保候审", "2019-01-02", "no arrest"),
    ("2019年10月18日经本院决定，次日由公安局执行逮捕。", "羁押", "2019-10-19", "the day after the decision"),
]


@pytest.mark.parametrize(("text", "value", "day", "reason"), CUSTODY, ids=[row[3] for row in CUSTODY])
def test_custody(text, value, day, reason):
    found = held(f"被告人张三，男，1990年1月2日出生。{text}")
    assert (found.get("custody"), found.get("detained_on")) == (value, day), reason


def measures_of_two(header):
    """The measure of each of two defendants."""
    middle = header.index("被告人李四")
    people = (Defendant(index=0, name="张三", start=0, end=8), Defendant(index=1, name="李四", start=middle, end=middle + 8))
    given = reading(defendants=people, header=header)
    return {min(item.people): item.value for item in custody(given, judged=judged_on(given)) if item.factor == "custody"}


DAYS = [
    ("2019年1月2日被刑事拘留，同年2月1日被逮捕。", 89, "from the detention to the judgment"),
    ("2019年1月2日被刑事拘留，同月12日被取保候审。", 10, "until bail"),
    ("2019年1月2日被刑事拘留，同月12日被取保候审，同年3月22日被逮捕。", 20, "bail in between is left out"),
    ("2019年1月被刑事拘留。", None, "the day is not told"),
    ("2019年1月2日被取保候审。", None, "never detained"),
]


@pytest.mark.parametrize(("text", "days", "reason"), DAYS, ids=[row[2] for row in DAYS])
def test_days_in_custody(text, days, reason):
    assert held(f"被告人张三，男。{text}", tail="二〇一九年四月一日").get("custody_days") == days, reason


def test_a_term_that_runs_from_before_the_judgment_tells_of_custody():
    verdict = "（刑期自判决执行之日计，先行羁押一日折抵一日，即自2019年3月2日起至2019年9月1日止。）"
    found = held("被告人张三，男。", verdict=verdict, tail="二〇一九年四月一日")
    assert (found["custody"], found["detained_on"], found["custody_days"]) == ("羁押", "2019-03-02", 30)
    later = held("被告人张三，男。", verdict=verdict, tail="二〇一九年三月二日")
    assert "custody" not in later, "a term that begins on the day of the judgment says nothing"


def test_a_first_day_in_custody_after_the_judgment_is_withheld_and_an_earlier_sentence_that_runs_on_tells_nothing():
    assert "detained_on" not in held("被告人张三，男。2019年5月2日被刑事拘留。", tail="二〇一九年四月一日")
    merged = "（已经执行的刑期，应当计算在新判决决定的刑期以内，即自2015年10月9日起至2019年3月8日止。）"
    assert held("被告人张三，男。", verdict=merged, tail="二〇一七年四月一日") == {}


def test_administrative_detention_counts_when_the_court_sets_it_off():
    header = "被告人张三，男。因打架于2019年1月2日被行政拘留十日，同月12日被刑事拘留。"
    verdict = "（先行行政拘留的十日折抵刑期，即自2019年1月12日起至2019年6月1日止。）"
    assert held(header, verdict=verdict, tail="二〇一九年四月一日")["detained_on"] == "2019-01-02"
    runs = "（羁押一日折抵刑期一日，即自2019年1月2日起至2019年6月1日止。）"
    assert held(header, verdict=runs, tail="二〇一九年四月一日")["detained_on"] == "2019-01-02"


def test_a_measure_of_all_defendants_and_one_decided_in_the_trial():
    header = "被告人张三，男。因本案于2019年1月2日被取保候审。被告人李四，男。因本案于2019年1月3日被刑事拘留。现均羁押于甲县看守所。"
    assert measures_of_two(header) == {0: "羁押", 1: "羁押"}
    # 成都, 武都: the name of a place holds no 都
    place = "被告人张三，男。2019年1月2日被取保候审。被告人李四，男。2019年1月3日由某都市公安局执行逮捕。"
    assert measures_of_two(place)[0] == "取保候审"
    assert held("被告人张三，男。2019年1月2日被取保候审。", procedure="审理中，本院决定对被告人张三逮捕。")["custody"] == "羁押"


COUNSEL = [
    ("被告人张三，男。辩护人李四，某律师事务所律师。", "委托", "chosen"),
    ("被告人张三，男。辩护人李四，某律师事务所律师，系甲县法律援助中心指派。", "法律援助", "assigned by legal aid"),
    ("被告人张三，男。指定辩护人李四，某律师事务所律师。", "法律援助", "appointed"),
    ("被告人张三，男。未委托辩护人，由其自行辩护。", "无", "said to have none"),
    ("被告人张三，男，汉族。", None, "nothing said"),
    ("被告人张三，男。辩护人李四（被告人张三之父）。", "委托", "a relative"),
    ("被告人张三，男。辩护人李四，某律师事务所律师，系被告人王五的辩护人。", None, "counsel of another defendant"),
]


@pytest.mark.parametrize(("text", "value", "reason"), COUNSEL, ids=[row[2] for row in COUNSEL])
def test_counsel(text, value, reason):
    assert values(offender.counsel(*whole(text), person=0)).get("counsel") == value, reason


HEARING = [
    ("甲县人民检察院指派检察员王五出庭支持公诉，被告人张三及其辩护人李四到庭参加诉讼。", "委托", "a prosecutor is assigned, not counsel"),
    ("甲县人民检察院指派检察员王五出庭支持公诉，被告人张三不委托辩护人，自行行使辩护权。", "无", "he wants none"),
    ("被告人张三及本院通过甲县法律援助中心指定的律师李四为其辩护，到庭参加诉讼。", "法律援助", "assigned by the court"),
    ("甲县法律援助处指派李四律师为被告人张三提供了法律帮助。", "值班律师", "help without defence"),
    ("被告人张三到庭参加诉讼。", None, "nobody is named"),
]


@pytest.mark.parametrize(("text", "value", "reason"), HEARING, ids=[row[2] for row in HEARING])
def test_counsel_in_the_account_of_the_hearing(text, value, reason):
    given = reading(header="被告人张三，男。", procedure=text)
    assert values(offender.counsel(given, (0, 8), person=0)).get("counsel") == value, reason


def test_counsel_of_the_header_whom_the_hearing_calls_assigned():
    given = reading(header="被告人张三，男。辩护人李四，某律师事务所律师。", procedure="被告人张三及甲县法律援助中心指定的律师李四到庭。")
    assert values(offender.counsel(given, (0, 24), person=0))["counsel"] == "法律援助"


def test_with_several_defendants_the_hearing_tells_whose_counsel_came():
    given = reading(defendants=TWO, header="被告人张三，男。被告人李四，男。", procedure="被告人张三及其辩护人王五、被告人李四到庭参加诉讼。")
    assert values(offender.counsel(given, (0, 8), person=0))["counsel"] == "委托"
    assert values(offender.counsel(given, (8, 16), person=1)) == {}


ELSEWHERE = [
    ("户籍证明证实，被告人张三于1981年3月9日出生。", {"birth_date": "1981-03-09"}, "the evidence tells the birth"),
    ("被告人张三同妻子王五将货物卖出。", {"gender": "男"}, "he has a wife"),
    ("张三的丈夫王五到场。", {"gender": "女"}, "she has a husband"),
    ("证人王五的妻子到场。", {}, "the wife of somebody else"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ELSEWHERE, ids=[row[2] for row in ELSEWHERE])
def test_particulars_told_elsewhere(text, expected, reason):
    given = reading(header="被告人张三。", findings=text)
    assert values(offender.told_elsewhere(given, person=0, known=set())) == expected, reason


def test_of_several_lawyers_only_those_named_as_assigned_are():
    header = "被告人张三，男。辩护人王五，某律师事务所律师。被告人李四，男。辩护人赵六，某律师事务所律师。"
    procedure = "被告人张三、李四及其辩护人王五、赵六（其中赵六系甲县法律援助中心指派的辩护人）到庭参加诉讼。"
    given = reading(defendants=TWO, header=header, procedure=procedure)
    middle = header.index("被告人李四")
    assert values(offender.counsel(given, (0, middle), person=0))["counsel"] == "委托"
    assert values(offender.counsel(given, (middle, len(header)), person=1))["counsel"] == "法律援助"
