"""The case itself: court and level, number, instance, date, province, and the procedure by which it was heard."""

import pytest
from texts import reading, values

from sentencing_ml.factors import court
from sentencing_ml.factors.finding import Finding, Withheld

PROCEDURE = [
    ("本院适用速裁程序，公开开庭审理了本案。", "速裁", "fast track"),
    ("本院适用简易程序，组成合议庭审理了本案。", "简易", "summary, though by a panel"),
    ("本院适用简易程序，后因不宜适用简易程序，转为普通程序审理。", "普通", "switched: the last one"),
    ("本院依法组成合议庭，公开开庭审理了本案。", "普通", "a panel and nothing else"),
    ("本院依法实行独任审判。", None, "a single judge alone does not tell"),
]


@pytest.mark.parametrize(("text", "value", "reason"), PROCEDURE, ids=[row[2] for row in PROCEDURE])
def test_procedure(text, value, reason):
    assert values(court.procedure(reading(procedure=text))).get("procedure") == value, reason


def test_a_panel_that_signs_heard_the_case_in_the_ordinary_procedure():
    found = values(court.procedure(reading(charges="公诉机关指控，有事。", tail="审判长赵甲审判员钱乙")))
    assert found == {"procedure": "普通"}


COURT = [
    ("某省松江县人民法院刑事判决书", "某省松江县人民法院", "基层", "at the head"),
    ("文书内容\n某省松江县人民法院\n刑事判决书", "某省松江县人民法院", "基层", "a word of the web page before it"),
    ("张三盗窃案 某省松江县人民法院 刑事判决书", "某省松江县人民法院", "基层", "a title before it, without 书"),
    ("张三盗窃一审刑事判决书 某省松江县人民法院", "某省松江县人民法院", "基层", "a title before it"),
    ("某省松江市 东城区人民法院 刑事判决书", "某省松江市东城区人民法院", "基层", "white space inside the name"),
    ("签发：核稿人：事由：被告人张三盗窃一案校对：某省松江县人民法院刑事判决书", "某省松江县人民法院", "基层", "an approval form"),
    ("某省松江林区基层法院刑事判决书", "某省松江林区基层法院", "基层", "a forest court"),
    ("某省松江市中级人民法院刑事判决书", "某省松江市中级人民法院", "中级", "intermediate"),
    ("某省高级人民法院刑事判决书", "某省高级人民法院", "高级", "high"),
    ("中华人民共和国最高人民法院刑事判决书", "中华人民共和国最高人民法院", "最高", "supreme"),
    ("松江铁路运输法院刑事判决书", "松江铁路运输法院", "专门", "a railway court"),
    ("某区第一军事法院刑事判决书", "某区第一军事法院", "专门", "a military court"),
    ("**省**市**区人民法院刑事判决书", "**省**市**区人民法院", "基层", "masked throughout"),
    ("刑事判决书公诉机关某县人民检察院。", None, None, "no court at the head"),
]


@pytest.mark.parametrize(("text", "name", "level", "reason"), COURT, ids=[row[3] for row in COURT])
def test_court_and_its_level(text, name, level, reason):
    found = values(court.court(reading(header=text)))
    assert (found.get("court"), found.get("court_level")) == (name, level), reason


def test_the_court_that_signs_stands_in_for_the_head_and_the_court_to_appeal_to_does_not():
    tail = "如不服本判决，向某省松江市中级人民法院提出上诉。审判员赵甲"
    assert values(court.court(reading(header="刑事判决书", tail=tail))) == {}


NUMBER = [
    ("某县人民法院刑事判决书（2018）某0115刑初12号", "（2018）某0115刑初12号", "一审", "since 2016"),
    ("某县人民法院刑事判决书(2014)某刑初字第00152号", "(2014)某刑初字第00152号", "一审", "half-width brackets"),
    ("某县人民法院刑事判决书（2O16）某0306刑初2273号", "（2O16）某0306刑初2273号", "一审", "a letter O for zero"),
    ("某县人民法院刑事判决书〔２０１７〕某0115刑初12号", "〔２０１７〕某0115刑初12号", "一审", "full-width digits"),
    ("某县人民法院刑事判决书（20**）*011*刑初3*号", "（20**）*011*刑初3*号", "一审", "masked digits"),
    ("某县人民法院刑事判决书（2014）某刑初字第148-3号", "（2014）某刑初字第148-3号", "一审", "a number with a hyphen"),
    ("某市中级人民法院刑事判决书（2019）某01刑终34号", "（2019）某01刑终34号", "二审", "an appeal"),
    ("某市中级人民法院刑事判决书（2013）某刑二终字第34号", "（2013）某刑二终字第34号", "二审", "an appeal before 2016"),
    ("某市中级人民法院刑事判决书（2019）某01刑再3号", "（2019）某01刑再3号", "再审", "a retrial"),
    ("某县人民法院刑事判决书（2019）某0115刑重2号", "（2019）某0115刑重2号", "一审", "sent back: first instance again"),
    ("某高级人民法院刑事判决书原公诉机关某检察院。上诉人（原审被告人）张三", None, "二审", "the parties alone"),
    ("张三盗窃二审刑事判决书某市中级人民法院", None, "二审", "the title alone"),
    ("某县人民法院刑事判决书被告人张三曾因犯盗窃罪被（2012）某刑初字第1号判决判处", None, None, "an earlier judgment's number"),
]


@pytest.mark.parametrize(("text", "number", "instance", "reason"), NUMBER, ids=[row[3] for row in NUMBER])
def test_case_number_and_instance(text, number, instance, reason):
    copy = reading(header=text)
    assert values(court.case_number(copy)).get("case_number") == number, reason
    assert values(court.instance(copy)).get("instance") == instance, reason


def test_the_end_tells_the_instance_where_nothing_else_does():
    assert values(court.instance(reading(tail="本判决为终审判决。"))) == {"instance": "二审"}
    assert values(court.instance(reading(tail="如不服本判决，可在十日内上诉。"))) == {"instance": "一审"}


DATE = [
    ("审判员赵甲二〇一八年五月六日书记员钱乙", "2018-05-06", "in Chinese numerals"),
    ("审判员赵甲二О一八年五月六日书记员钱乙", "2018-05-06", "a Cyrillic O"),
    ("审判员赵甲二Ο一八年五月六日书记员钱乙", "2018-05-06", "a Greek O"),
    ("审判员赵甲二0一八年五月六日书记员钱乙", "2018-05-06", "a zero"),
    ("审判员赵甲２０１８年５月６日书记员钱乙", "2018-05-06", "full-width digits"),
    ("审判员赵甲二〇一八年五月书记员钱乙", None, "no day"),
    ("审判员赵甲二??八年五月六日书记员钱乙", None, "lost characters"),
]


@pytest.mark.parametrize(("text", "value", "reason"), DATE, ids=[row[2] for row in DATE])
def test_date_of_the_judgment(text, value, reason):
    found = [item for item in court.judgment_date(reading(tail=text)) if isinstance(item, Finding)]
    assert values(found).get("judgment_date") == value, reason


WITHHELD = [
    ("（2018）某0115刑初12号", "审判员赵甲二〇一七年五月六日书记员钱乙", "contradictory_dates", "before the year of the number"),
    (
        "（2018）某0115刑初12号",
        "审判员赵甲二〇一八年五月六日书记员钱乙审判员赵甲二〇一八年六月七日书记员钱乙",
        "several_dates",
        "signed with two dates",
    ),
]


@pytest.mark.parametrize(("number", "tail", "why", "reason"), WITHHELD, ids=[row[3] for row in WITHHELD])
def test_a_date_that_cannot_be_relied_on_is_withheld(number, tail, why, reason):
    (item,) = court.judgment_date(reading(header=f"某县人民法院刑事判决书{number}", tail=tail))
    assert isinstance(item, Withheld) and item.reason == why, reason


def test_the_province_is_that_of_the_court_to_appeal_to_where_the_court_does_not_tell():
    copy = reading(header="松江县人民法院刑事判决书", tail="向河南省周口市中级人民法院提出上诉")
    found = {item.factor: item for item in court.court(copy)}
    (item,) = court.province(copy, found=found)
    assert (item.value, item.rule) == ("河南省", "province.tail")


PROSECUTION = [
    ({"header": "某县人民法院刑事判决书（2020）某01刑初1号公诉机关某省松江县人民检察院。被告人张三"}, "某省松江县人民检察院", None, "at the head"),
    ({"header": "公诉机关暨附带民事公益诉讼起诉人松江县人民检察院。被告人张三"}, "松江县人民检察院", None, "with a second part in the case"),
    ({"header": "公诉机关：**省**市**区人民检察院。被告人"}, "**省**市**区人民检察院", None, "masked"),
    ({"header": "自诉人赵某。被告人张三"}, None, None, "a private prosecution has none"),
    ({"procedure": "松江县人民检察院以松检刑诉（2020）1号起诉书指控被告人张三犯盗窃罪。"}, "松江县人民检察院", None, "where it brings the case"),
    ({"procedure": "本案由松江县人民检察院指派检察员赵甲出庭支持公诉。"}, "松江县人民检察院", "赵甲", "one prosecutor"),
    ({"procedure": "松江县人民检察院指派检察员赵甲、代理检察员钱乙出庭支持公诉。"}, "松江县人民检察院", "赵甲、钱乙", "two, one acting"),
    ({"procedure": "松江县人民检察院指派助理检察员赵甲出庭支持公诉。"}, "松江县人民检察院", "赵甲", "a rank of earlier years"),
    ({"procedure": "松江县人民检察院指派检察员赵甲、检察官助理孙丙、书记员李丁出庭支持公诉。"}, "松江县人民检察院", "赵甲", "who assists is none"),
    ({"procedure": "松江县人民检察院指派副检察长赵甲、检察员钱乙出庭支持公诉，被告人张三到庭。"}, "松江县人民检察院", "赵甲、钱乙", "its head"),
    ({"procedure": "松江县人民检察院检察员赵甲、被告人张三及其辩护人到庭参加诉讼。"}, "松江县人民检察院", "赵甲", "in the list of all who came"),
    ({"procedure": "松江县人民检察院指派检察员出庭支持公诉。"}, "松江县人民检察院", None, "unnamed"),
    ({"procedure": "松江县人民检察院指派检察员王*甲出庭支持公诉。"}, "松江县人民检察院", "王*甲", "a masked name"),
]


@pytest.mark.parametrize(("sections", "body", "names", "reason"), PROSECUTION, ids=[row[3] for row in PROSECUTION])
def test_procuratorate_and_prosecutors(sections, body, names, reason):
    read = reading(**sections)
    found = values(court.prosecution(read))
    assert (found.get("procuratorate"), found.get("prosecutor")) == (body, names), reason
    spans = {item.factor: read.document.text[item.start : item.end] for item in court.prosecution(read)}
    assert body is None or spans["procuratorate"] == body
    assert names is None or all(name in spans["prosecutor"] for name in names.split("、"))


def test_an_indictment_is_headed_by_its_procuratorate_and_signed_by_its_prosecutors():
    read = reading(kind="indictment", header="松江县人民检察院起诉书松检刑诉〔2020〕1号", tail="此致松江县人民法院检察员赵甲二〇二〇年三月一日")
    assert values(court.prosecution(read)) == {"procuratorate": "松江县人民检察院", "prosecutor": "赵甲"}
