"""What a text tells of one charge and not of another: headings, numbered items, sentences and clauses."""

import pytest
from texts import TWO, reading

from sentencing_ml.factors.amounts import amounts
from sentencing_ml.factors.counts import about

THEFT, ROBBERY, FRAUD, INJURY, FENCE = "盗窃罪", "抢劫罪", "诈骗罪", "故意伤害罪", "掩饰、隐瞒犯罪所得、犯罪所得收益罪"

TOLD = [
    ("一、盗窃事实2015年1月，取走现金500元。二、抢劫事实2015年2月，取走现金700元。", THEFT, ROBBERY, "取走现金500元", "取走现金700元", "headings with their facts"),
    ("（一）盗窃罪。取走现金500元。（二）抢劫罪。取走现金700元。", ROBBERY, THEFT, "取走现金700元", "取走现金500元", "a heading that names the charge"),
    ("一、贷款诈骗部分：骗取贷款50万元。二、诈骗部分：骗取余款36万元。", "贷款诈骗罪", FRAUD, "骗取贷款50万元", "骗取余款36万元", "the longer of two names"),
    ("一、盗窃事实：窃得手机，逃跑时殴打店主。二、故意伤害事实：持刀伤人。", THEFT, INJURY, "殴打店主", "持刀伤人", "under a heading a word of the other charge divides nothing"),
    ("被告人张三窃得现金500元。被告人张三抢劫路人，得现金700元。", THEFT, ROBBERY, "现金500元", "现金700元", "sentences"),
    ("被告人张三抢劫路人。得现金700元。被告人张三窃得现金500元。", ROBBERY, THEFT, "得现金700元", "现金500元", "a sentence that tells none goes on about the last"),
    ("被告人张三盗窃财物价值2000元，抢劫财物价值3000元。", THEFT, ROBBERY, "价值2000元", "价值3000元", "clauses of one sentence"),
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


def test_a_heading_goes_on_in_the_next_section():
    sections = {"findings": "一、盗窃事实：取走现金500元。", "evidence": "取走现金600元。二、抢劫事实：取走现金700元。"}
    part = about(reading(charged={THEFT, ROBBERY}, **sections), ROBBERY)
    assert "findings" not in part.sections
    assert part.sections["evidence"].text == "二、抢劫事实：取走现金700元。"


def test_another_s_act_is_part_of_receiving_when_both_are_named():
    text = "1、被告人张三窃得摩托车一辆，卖给李四。经鉴定，该车价值2000元。2、被告人张三窃得现金500元。"
    part = about(reading(defendants=TWO, charged={THEFT, FENCE}, findings=text), FENCE).sections["findings"].text
    assert "2000元" in part and "500元" not in part
