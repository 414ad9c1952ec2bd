"""Indictments and fact records: what is alleged, what is found, and what such a record cannot tell."""

from dataclasses import replace

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.judgments.document import Defendant, Document, Label, Section
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import recognise, split_sections

INDICTMENT = (
    "丙县人民检察院\n起诉书\n丙检刑诉〔2021〕55号\n"
    "被告人孙甲，男，1988年2月3日出生，汉族，高中文化，务工人员。曾因犯盗窃罪，于2015年6月被丙县人民法院判处有期徒刑八个月。"
    "因涉嫌盗窃罪，于2021年3月4日被刑事拘留，同年3月18日被逮捕。\n"
    "本案由丙县公安局侦查终结，以被告人孙甲涉嫌盗窃罪，于2021年5月6日向本院移送审查起诉。\n"
    "经依法审查查明：2021年3月1日夜，被告人孙甲翻窗入户，窃得现金2600元和手机一部，手机价值1400元，共计价值4000元。\n"
    "认定上述事实的证据如下：被害人陈述、被告人供述等。\n"
    "本院认为，被告人孙甲入户窃取他人财物，数额较大，其行为触犯了刑法第二百六十四条，应当以盗窃罪追究其刑事责任。"
    "被告人孙甲到案后如实供述自己的罪行，可以从轻处罚。被告人孙甲认罪认罚，建议判处有期徒刑十个月，并处罚金。"
    "根据《中华人民共和国刑事诉讼法》的规定，提起公诉，请依法判处。\n此致\n丙县人民法院\n检察员：周乙\n二〇二一年五月二十日"
)


def indictment():
    assert recognise(INDICTMENT) == "indictment"
    sections = split_sections(INDICTMENT, "indictment")
    return Document(
        id="i", source="s", kind="indictment", text=INDICTMENT, sections=sections, defendants=find_defendants(INDICTMENT, sections)
    )


def test_what_an_indictment_says_is_alleged_and_read_as_in_a_judgment():
    (row,), evidence = rows_of(extract(indictment()), cluster="c")
    assert row["status"] == "alleged"
    assert (row["charge_group"], row["charge_source"]) == ("盗窃罪", "indictment")
    expected = {"amount_yuan": 4000, "burglary": True, "gender": "男", "prior_record": True, "custody": "羁押", "confession": True}
    assert {name: row[name] for name in expected} == expected
    assert {entry["speaker"] for entry in evidence} == {"prosecution"}


def test_an_indictment_cannot_tell_what_comes_after_it():
    (row,), _ = rows_of(extract(indictment()), cluster="c")
    unknown = row["not_observable"].split(";")
    for name in ("plea_in_court", "forgiveness", "final_term_months", "penalty"):
        assert row.get(name) is None and name in unknown
    assert "amount_yuan" not in unknown and "gender" not in unknown
    assert row.get("court") is None and row.get("judgment_date") is None, "the court it goes to has judged nothing"


def test_the_prosecution_recommends_in_an_indictment():
    (row,), _ = rows_of(extract(indictment()), cluster="c")
    assert (row["recommendation_kind"], row["recommendation_max_months"]) == ("确定刑", 10)


def record(text, *sections):
    return Document(
        id="f", source="s", kind="fact_record", text=text, sections=sections, label=Label(charges=("盗窃罪",), term_months=8.0)
    )


def test_a_record_of_the_charge_is_alleged_and_one_of_the_findings_found():
    charge, finding = "公诉机关指控，被告人窃得现金3000元。", "经审理查明，被告人窃得现金3000元。"
    for text, name, status, speaker in ((charge, "charges", "alleged", "prosecution"), (finding, "findings", "found", "record")):
        (row,), evidence = rows_of(extract(record(text, Section(name=name, start=0, end=len(text)))), cluster="c")
        assert (row["status"], row["amount_yuan"]) == (status, 3000)
        assert {entry["speaker"] for entry in evidence} == {speaker}


def test_a_record_without_opinion_leaves_the_offender_unknown_and_says_why():
    text = "经审理查明，被告人窃得现金3000元，后投案自首。"
    (row,), _ = rows_of(extract(record(text, Section(name="findings", start=0, end=len(text)))), cluster="c")
    unknown = row["not_observable"].split(";")
    assert row["surrender"] is True and "surrender" not in unknown, "what is told is known"
    assert row.get("plea_leniency") is None and "plea_leniency" in unknown
    assert row["burglary"] is False and "burglary" not in unknown, "the facts of the offence are told whole"


def test_with_an_opinion_silence_means_absence():
    facts, opinion = "经审理查明，被告人窃得现金3000元。", "本院认为，被告人的行为构成盗窃罪。"
    text = facts + opinion
    parts = (Section(name="findings", start=0, end=len(facts)), Section(name="opinion", start=len(facts), end=len(text)))
    (row,), _ = rows_of(extract(record(text, *parts)), cluster="c")
    assert row["surrender"] is False


def test_a_judgment_without_an_opinion_leaves_the_offender_unknown_and_says_why():
    header = "甲县人民法院\n刑事判决书\n（2019）浙0101刑初1号\n公诉机关甲县人民检察院。\n被告人张三，男，1985年3月4日出生，汉族，农民。\n"
    facts = "经审理查明，2018年9月1日，被告人张三翻窗入户窃得现金3000元，后主动到公安机关投案。\n"
    text = header + facts + "判决如下：\n被告人张三犯盗窃罪，判处有期徒刑六个月。\n"
    parts = split_sections(text, "judgment")
    assert {part.name for part in parts} >= {"findings", "verdict"} and "opinion" not in {part.name for part in parts}
    document = Document(id="j", source="s", kind="judgment", text=text, sections=parts, defendants=find_defendants(text, parts))
    (row,), _ = rows_of(extract(document), cluster="c")
    assert row["surrender"] is True, "what is told is known"
    assert row.get("confession") is None and "confession" in row["not_observable"].split(";")
    assert (row["burglary"], row["term_months"]) == (True, 6)
    assert "term_months" not in row["not_observable"].split(";")


CONVICTS = [
    ("被告人张三、李四窃得手机。", "张三", "nothing tells them apart: the first"),
    ("被告人张三（已判刑）伙同被告人李四窃得手机。", "李四", "the first is sentenced already"),
    ("被告人张三（另案处理）、李四窃得手机。", "李四", "dealt with elsewhere is the one before the bracket"),
    ("被告人张三、王五（以上二人已判刑）与被告人李四窃得手机。", "李四", "the bracket is of the whole list"),
    ("被告人张三和王五（在逃）窃得手机，卖给被告人李四。", "张三", "the bracket is of the one, not of him who acts with him"),
    ("被害人张三与被告人李四争吵。被告人李四被抓获。其将被告人张三打伤。张三系被害人张三本人。", "李四", "the victim is named by a slip"),
    ("被告人张三与被告人李四窃得手机。公诉机关认为，被告人李四的行为构成盗窃罪。", "李四", "the only one whom the conclusion names"),
    ("被告人张三、李四窃得手机。公诉机关认为，被告人张三、李四的行为构成盗窃罪。", "张三", "the conclusion names both"),
]


@pytest.mark.parametrize(("text", "name", "reason"), CONVICTS, ids=[row[2] for row in CONVICTS])
def test_of_several_defendants_a_fact_record_is_about_the_one_it_convicts(text, name, reason):
    people = tuple(Defendant(index=i, name=who, start=text.index(who), end=text.index(who) + 2) for i, who in enumerate(("张三", "李四")))
    document = replace(record(text), defendants=people)
    (row,), _ = rows_of(extract(document), cluster="c")
    assert row["defendant"] == name, reason


INSTANCES = [
    ("经二审审理查明的事实与原判一致。", "二审", "the facts of the judgment reviewed"),
    ("经审理查明，上诉人张三窃得手机。", "二审", "who appeals"),
    ("经再审查明，原审被告人张三窃得手机。", "再审", "tried again"),
    ("经审理查明，被告人张三窃得手机。", None, "nothing of another instance"),
    ("经审理查明，赵某一案裁定准许上诉人赵某撤回上诉。被告人张三作伪证。", None, "the appeal of another case"),
]


@pytest.mark.parametrize(("text", "instance", "reason"), INSTANCES, ids=[row[2] for row in INSTANCES])
def test_a_fact_record_tells_its_instance_by_what_it_reviews(text, instance, reason):
    (row,), _ = rows_of(extract(record(text)), cluster="c")
    assert row.get("instance") == instance, reason


JOINED = [
    ("被告人张三在缓刑考验期内犯新罪，应当撤销缓刑，数罪并罚。", True, "a suspended sentence revoked"),
    ("被告人张三在某监狱服刑期间打伤他人。", True, "an offence while serving"),
    ("被告人张三在前罪判决宣告后、执行完毕以前发现漏罪。", True, "an offence found later"),
    ("截至判决前，被告人张三的余刑为有期徒刑十个月。", True, "the rest of the sentence"),
    ("被告人张三的犯罪不属于漏罪。", None, "denied"),
    ("被害人赵某在服刑期间被害。", None, "the victim serves"),
    ("被告人张三曾因盗窃被判处有期徒刑，刑罚执行完毕后又犯罪。", None, "served in full"),
]


@pytest.mark.parametrize(("text", "joined", "reason"), JOINED, ids=[row[2] for row in JOINED])
def test_a_record_whose_term_holds_an_earlier_sentence_says_so(text, joined, reason):
    (row,), _ = rows_of(extract(record(text)), cluster="c")
    assert row.get("joined_sentence") is joined, reason


EARLIER = [
    ("被告人张三因犯诈骗罪被判处有期徒刑一年。公诉机关认为，应当以盗窃罪追究其刑事责任。", "盗窃罪", "因犯 tells of an earlier conviction"),
    ("被告人张三曾犯诈骗罪。被告人张三犯盗窃罪，应依法惩处。", "盗窃罪", "曾犯 tells of an earlier conviction"),
    ("被告人张三犯盗窃罪，应依法惩处。", "盗窃罪", "the charge"),
]


@pytest.mark.parametrize(("text", "charge", "reason"), EARLIER, ids=[row[2] for row in EARLIER])
def test_an_earlier_conviction_is_no_charge_of_a_record(text, charge, reason):
    (row,), _ = rows_of(extract(replace(record(text), label=None)), cluster="c")
    assert row["charge"] == charge, reason
