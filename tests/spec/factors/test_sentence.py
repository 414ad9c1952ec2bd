"""Verdicts as courts write them: text, what is read, and why the row is there."""

import pytest

from sentencing_ml.factors.sentence import read_verdict
from sentencing_ml.judgments.view import view

NAMES = {name: name for name in ("张三", "李四", "王五")}


def read(text):
    return {
        s.defendant: (
            [(c.charge, c.penalty.kind, c.penalty.term_months, c.penalty.fine_yuan) for c in s.counts],
            (s.final.kind, s.final.term_months, s.final.probation_months, s.final.fine_yuan),
        )
        for s in read_verdict(view(text), names=NAMES)
    }


ROWS = [
    (
        "被告人张三犯盗窃罪，判处有期徒刑一年六个月，缓刑二年，并处罚金人民币三千元。",
        {"张三": ([("盗窃罪", "有期徒刑", 18, 3000)], ("有期徒刑", 18, 24, 3000))},
        "the plain form",
    ),
    (
        "被告人张三犯盗窃罪，判处拘役四个月。（刑期从判决执行之日起计算，即自2019年1月2日起至2019年5月1日止。）",
        {"张三": ([("盗窃罪", "拘役", 4, None)], ("拘役", 4, 0, None))},
        "dates of the calculation are no term",
    ),
    (
        "被告人张三犯抢劫罪，判处有期徒刑三年，并处罚金五千元；犯盗窃罪，判处有期徒刑一年，并处罚金二千元；决定执行有期徒刑三年六个月，并处罚金七千元。",
        {
            "张三": (
                [("抢劫罪", "有期徒刑", 36, 5000), ("盗窃罪", "有期徒刑", 12, 2000)],
                ("有期徒刑", 42, 0, 7000),
            )
        },
        "several counts and the executed term",
    ),
    (
        "被告人张三犯抢劫罪，判处有期徒刑三年；犯盗窃罪，判处有期徒刑一年；总和刑期有期徒刑四年，决定执行有期徒刑三年八个月。",
        {"张三": ([("抢劫罪", "有期徒刑", 36, None), ("盗窃罪", "有期徒刑", 12, None)], ("有期徒刑", 44, 0, None))},
        "the sum of the terms is not executed",
    ),
    (
        "一、撤销本院刑事判决中对被告人张三宣告缓刑二年的部分；二、被告人张三犯诈骗罪，判处有期徒刑一年，与前罪有期徒刑一年并罚，决定执行有期徒刑一年十个月。",
        {"张三": ([("诈骗罪", "有期徒刑", 12, None)], ("有期徒刑", 22, 0, None))},
        "a revoked probation is the old sentence",
    ),
    (
        "一、被告人张三犯盗窃罪，判处有期徒刑一年；二、被告人李四犯掩饰、隐瞒犯罪所得罪，单处罚金人民币二万元；三、责令被告人张三退赔五千元。",
        {
            "张三": ([("盗窃罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 0, None)),
            "李四": ([("掩饰、隐瞒犯罪所得罪", "单处罚金", None, 20000)], ("单处罚金", None, 0, 20000)),
        },
        "two defendants; a charge that holds 犯罪; a fine alone; restitution is no fine",
    ),
    (
        "被告人张三、李四犯聚众斗殴罪，均判处有期徒刑三年。",
        {name: ([("聚众斗殴罪", "有期徒刑", 36, None)], ("有期徒刑", 36, 0, None)) for name in ("张三", "李四")},
        "one sentence for two",
    ),
    (
        "被告人张三犯故意伤害罪，免予刑事处罚。",
        {"张三": ([("故意伤害罪", "免予刑事处罚", None, None)], ("免予刑事处罚", None, 0, None))},
        "exemption",
    ),
    (
        "被告人张三犯盗窃罪，判处有其徒刑二年九个月。",
        {"张三": ([("盗窃罪", "有期徒刑", 33, None)], ("有期徒刑", 33, 0, None))},
        "a letter is wrong",
    ),
    ("被告人张三无罪。", {"张三": ([(None, "无罪", None, None)], ("无罪", None, 0, None))}, "acquittal"),
    (
        "被告人张三犯故意杀人罪，判处死刑，缓期二年执行，剥夺政治权利终身。",
        {"张三": ([("故意杀人罪", "死刑", None, None)], ("死刑", None, 0, None))},
        "a suspended death sentence is no probation",
    ),
    (
        "被告人张三犯故意伤害罪，判处拘役三个月二十日。",
        {"张三": ([("故意伤害罪", "拘役", 3.7, None)], ("拘役", 3.7, 0, None))},
        "days are months/30",
    ),
    (
        "被告人张三犯贪污罪，判处有期徒刑十年，剥夺政治权利二年，并处没收个人财产人民币十万元。",
        {"张三": ([("贪污罪", "有期徒刑", 120, None)], ("有期徒刑", 120, 0, None))},
        "confiscation is no fine, loss of rights is no term",
    ),
    (
        "被告人张三犯帮助信息网络犯罪活动罪，判处有期徒刑七个月，并处罚金人民币１万元。",
        {"张三": ([("帮助信息网络犯罪活动罪", "有期徒刑", 7, 10000)], ("有期徒刑", 7, 0, 10000))},
        "a charge that holds 犯罪; full-width digits",
    ),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ROWS, ids=[row[2] for row in ROWS])
def test_verdicts(text, expected, reason):
    assert read(text) == expected, reason


def test_the_span_of_a_count_is_the_stored_text():
    text = "一、被告人张三犯盗窃罪，判处有期徒刑\n一年，并处罚金三千元。"
    (sentence,) = read_verdict(view(text), names=NAMES)
    assert text[slice(*sentence.counts[0].penalty.span)] == "犯盗窃罪，判处有期徒刑\n一年，并处罚金三千元"
