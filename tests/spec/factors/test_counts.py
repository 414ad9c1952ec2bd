"""What a text tells of one charge and not of another: headings, numbered items, sentences and clauses."""

import pytest
from texts import TWO, reading

from sentencing_ml.factors.amounts import amounts
from sentencing_ml.factors.counts import about
from sentencing_ml.factors.extraction import extract
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections

THEFT, ROBBERY, FRAUD, INJURY, FENCE = "盗窃罪", "抢劫罪", "诈骗罪", "故意伤害罪", "掩饰、隐瞒犯罪所得、犯罪所得收益罪"

TOLD = [
    ("一、盗窃事实2015年1月，取走现金500元。二、抢劫事实2015年2月，取走现金700元。", THEFT, ROBBERY, "取走现金500元", "取走现金700元", "headings with their facts"),
    ("（一）盗窃罪。取走现金500元。（二）抢劫罪。取走现金700元。", ROBBERY, THEFT, "取走现金700元", "取走现金500元", "a heading that names the charge"),
    ("一、贷款诈骗部分：骗取贷款50万元。二、诈骗部分：骗取余款36万元。", "贷款诈骗罪", FRAUD, "骗取贷款50万元", "骗取余款36万元", "the longer of two names"),
    ("一、盗窃事实：窃得手机，逃跑时殴打店主。二、故意伤害事实：持刀伤人。", THEFT, INJURY, "殴打店主", "持刀伤人", "under a heading a word of the other charge divides nothing"),
    ("被告人张三窃得现金500元。被告人张三抢劫路人，得现金700元。", THEFT, ROBBERY, "现金500元", "现金700元", "sentences"),
    ("被告人张三抢劫路人。得现金700元。被告人张三窃得现金500元。", ROBBERY, THEFT, "得现金700元", "现金500元", "a sentence that tells none goes on about the last"),
    ("被告人张三盗窃财物价值2000元，抢劫财物价值3000元。", THEFT, ROBBERY, "价值2000元", "价值3000元", "clauses of one sentence"),
    ("被告人张三抢劫财物价值3000元，盗窃财物价值2000元。涉案总价值5000元。", THEFT, ROBBERY, "价值2000元", "5000元", "a total of several charges is that of none"),
    ("1、被告人张三窃得现金500元。2、被告人张三抢劫路人，得现金700元。", THEFT, ROBBERY, "现金500元", "现金700元", "numbered items without titles"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "charge", "other", "kept", "left_out", "reason"), TOLD, ids=[row[5] for row in TOLD])
def test_what_is_told_of_a_charge(text, charge, other, kept, left_out, reason):
    part = about(reading(charged={charge, other}, findings=text), charge).sections["findings"].text
    assert kept in part and left_out not in part, reason


def test_what_stands_before_the_first_heading_belongs_to_every_charge():
    text = "被告人张三系无业人员。一、盗窃事实：窃得手机。二、抢劫事实：抢得手表。"
    for charge in (THEFT, ROBBERY):
        assert "无业人员" in about(reading(charged={THEFT, ROBBERY}, findings=text), charge).sections["findings"].text


def test_a_text_that_tells_of_no_charge_is_kept_whole():
    text = "被告人张三取走现金500元。"
    assert about(reading(charged={THEFT, ROBBERY}, findings=text), THEFT).sections["findings"].text == text


def test_a_text_that_tells_of_other_charges_alone_is_kept_whole():
    text = "被告人张三抢劫路人。"
    assert about(reading(charged={THEFT, ROBBERY}, findings=text), THEFT).sections["findings"].text == text


def test_the_narrowed_reading_has_the_one_charge():
    assert about(reading(charged={THEFT, ROBBERY}, findings="窃得手机。"), THEFT).charges == {THEFT}


def test_spans_of_the_narrowed_reading_lead_back_to_the_document():
    text = "被告人张三抢劫路人，得现金700元。被告人张三窃得现金500元。"
    (found,) = amounts(about(reading(charged={THEFT, ROBBERY}, findings=text), THEFT))
    assert text[found.start : found.end] == "500元"


def test_a_charge_without_amounts_has_none_where_nothing_divides_the_text():
    text = "取走现金500元。"
    assert not list(amounts(about(reading(charged={THEFT, INJURY}, findings=text), INJURY)))


def test_who_received_has_what_he_received():
    text = "被告人张三窃得摩托车一辆，价值2000元。被告人李四明知是赃物而收购。经鉴定，该车价值2000元。"
    part = about(reading(defendants=TWO, charged={THEFT, FENCE}, findings=text), FENCE)
    assert {person: found.value for found in amounts(part) for person in found.people}[1] == 2000


def test_what_is_left_out_may_name_whom_the_rest_speaks_of():
    text = "被告人张三盗窃现金500元；持刀抢劫现金700元。被告人李四盗窃现金600元；持刀抢劫现金900元。"
    part = about(reading(defendants=TWO, charged={THEFT, ROBBERY}, findings=text), ROBBERY)
    people = part.people["findings"]
    assert [people.at(part.sections["findings"].text.index(sum_)) for sum_ in ("700", "900")] == [{0}, {1}]


def test_what_is_said_of_one_crime_is_not_said_of_another():
    facts = "一、盗窃事实：2019年5月1日，被告人赵甲窃得现金500元。二、故意伤害事实：2019年7月1日，被告人钱乙将孙某打伤。"
    opinion = "被告人赵甲构成盗窃罪，被告人钱乙构成故意伤害罪。在盗窃犯罪中，由于意志以外的原因未得逞，系犯罪未遂。"
    verdict = "一、被告人赵甲犯盗窃罪，判处有期徒刑六个月，并处罚金1000元。二、被告人钱乙犯故意伤害罪，判处有期徒刑八个月。"
    assert [person.values["stage"] for person in people(facts, verdict, opinion=opinion)] == ["未遂", "既遂"]


def test_a_heading_goes_on_in_the_next_section():
    sections = {"findings": "一、盗窃事实：取走现金500元。", "evidence": "取走现金600元。二、抢劫事实：取走现金700元。"}
    part = about(reading(charged={THEFT, ROBBERY}, **sections), ROBBERY)
    assert "findings" not in part.sections
    assert part.sections["evidence"].text == "二、抢劫事实：取走现金700元。"


def test_another_s_act_is_part_of_receiving_when_both_are_named():
    text = "1、被告人张三窃得摩托车一辆，卖给李四。经鉴定，该车价值2000元。2、被告人张三窃得现金500元。"
    part = about(reading(defendants=TWO, charged={THEFT, FENCE}, findings=text), FENCE).sections["findings"].text
    assert "2000元" in part and "500元" not in part


def people(findings, verdict, *, opinion="公诉机关指控的罪名成立。"):
    text = (
        "乙县人民法院\n刑事判决书\n（2020）粤0101刑初7号\n公诉机关乙县人民检察院。\n"
        "被告人赵甲，男，1980年1月2日出生，汉族，农民。\n被告人钱乙，男，1982年3月4日出生，汉族，农民。\n"
        f"经审理查明，{findings}\n本院认为，{opinion}依照《中华人民共和国刑法》之规定，判决如下：\n{verdict}\n"
    )
    sections = split_sections(text, "judgment")
    return extract(
        Document(id="j", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections))
    ).people


THEFT_AND_INJURY = (
    "一、盗窃事实：1、2019年5月1日，被告人赵甲、钱乙窃得现金500元。2、2019年6月1日，被告人赵甲、钱乙窃得现金700元。"
    "二、故意伤害事实：2019年7月1日，被告人赵甲持刀将孙某捅伤，致其轻伤二级。"
)
BOTH = (
    "一、被告人赵甲犯盗窃罪，判处有期徒刑六个月，并处罚金1000元；犯故意伤害罪，判处有期徒刑八个月；决定执行有期徒刑一年，并处罚金1000元。"
    "二、被告人钱乙犯盗窃罪，判处有期徒刑六个月，并处罚金1000元。"
)


def test_the_acts_of_several_counts_are_added_up():
    first, _ = people(THEFT_AND_INJURY, BOTH)
    assert first.by_charge["盗窃罪"].values["incident_count"] == 2
    assert first.values["incident_count"] == 3
    assert (first.values["amount_yuan"], first.values["minor_injuries"]) == (1200, 1)


def test_who_has_one_of_the_charges_has_what_is_told_of_it():
    _, second = people(THEFT_AND_INJURY, BOTH)
    assert (second.values["incident_count"], second.values["amount_yuan"], second.values["minor_injuries"]) == (2, 1200, 0)


def test_harm_tells_of_the_one_offence_of_violence():
    text = "被告人张三窃得手机。逃跑时将李某打倒。经鉴定，李某构成轻伤。被告人张三随意殴打王某。"
    theft = about(reading(charged={THEFT, "寻衅滋事罪"}, findings=text), THEFT).sections["findings"].text
    assert "轻伤" not in theft
    both = about(reading(charged={INJURY, "寻衅滋事罪"}, findings="被告人张三寻衅滋事，将王某推倒，致其轻伤。被告人张三故意伤害李某。"), "寻衅滋事罪")
    assert "轻伤" in both.sections["findings"].text
