"""Tiers of amount and gravity, organised crime, affidavit of plea and duty counsel: what the court found, by phrase."""

import pytest
from texts import reading, values

from sentencing_ml.factors.circumstances import find_circumstances

ROWS = [
    ("amount_tier", "opinion", "被告人张三盗窃他人财物，数额较大，其行为已构成盗窃罪。", "数额较大", "found"),
    ("amount_tier", "opinion", "被告人张三诈骗他人财物，数额特别巨大，其行为已构成诈骗罪。", "数额特别巨大", "the highest is no 巨大"),
    ("amount_tier", "opinion", "盗窃公私财物，数额较大的，处三年以下有期徒刑。", None, "an article quoted"),
    ("amount_tier", "opinion", "被告人张三的行为未达到数额巨大的标准。", None, "denied"),
    ("gravity_tier", "opinion", "被告人张三随意殴打他人，情节恶劣，其行为已构成寻衅滋事罪。", "情节严重", "恶劣 is the same level"),
    ("gravity_tier", "opinion", "被告人张三开设赌场，情节特别严重。", "情节特别严重", "the higher level"),
    ("gravity_tier", "opinion", "窝藏罪是指明知是犯罪的人而帮助其逃匿，情节严重的行为。", None, "a definition"),
    ("gravity_tier", "opinion", "被告人张三不属于情节特别严重，公诉机关对其行为属情节特别严重的指控，本院不予认定。", None, "refused"),
    ("gravity_tier", "opinion", "属于刑法规定的‘情节严重’，处三年以上七年以下有期徒刑。", None, "an article quoted with its penalty"),
    ("gravity_tier", "opinion", "张三持有枪支三支，属于刑法规定的情节严重的行为。", "情节严重", "a finding in the words of the code"),
    ("gravity_tier", "opinion", "被告人张三犯罪情节较轻，有悔罪表现。", None, "a condition of probation is no tier"),
    ("organised_crime", "findings", "被告人张三等人形成恶势力犯罪集团，多次寻衅滋事。", True, "found"),
    ("organised_crime", "opinion", "被告人张三参加黑社会性质组织，其行为已构成参加黑社会性质组织罪。", True, "the organisation"),
    ("organised_crime", "opinion", "现有证据不足，本案不应认定为恶势力。", None, "denied"),
    ("organised_crime", "opinion", "公诉机关认为被告人张三系恶势力犯罪。", None, "alleged only"),
    ("plea_affidavit", "plea", "被告人张三对指控事实没有异议且签字具结。", True, "signed, after 没有异议"),
    ("plea_affidavit", "plea", "被告人张三未签署具结书。", None, "not signed"),
    ("duty_counsel", "procedure", "被告人张三在值班律师的见证下签署具结书。", True, "the duty counsel was there"),
    ("duty_counsel", "procedure", "被告人张三拒绝值班律师提供帮助。", None, "refused"),
]


@pytest.mark.parametrize(("factor", "section", "text", "expected", "reason"), ROWS, ids=[f"{row[0]}: {row[4]}" for row in ROWS])
def test_phrase(factor, section, text, expected, reason):
    given = reading(charged={"盗窃罪", "诈骗罪"}, **{section: text})
    assert values(find_circumstances(given)).get(factor) == expected, reason
