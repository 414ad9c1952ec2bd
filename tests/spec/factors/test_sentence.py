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
    (
        "被告人张三犯失火罪，判处有期徒刑一年，缓期二年。",
        {"张三": ([("失火罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 24, None))},
        "缓期 after a term is a slip for 缓刑",
    ),
    (
        "被告人张三犯失火罪，判处有期徒刑一年，宣告缓刑，考验期为二年（缓刑考验期从判决确定之日起计算）。",
        {"张三": ([("失火罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 24, None))},
        "the term of probation in a clause of its own",
    ),
    (
        "被告人张三犯失火罪，判处有期徒刑一年，缓刑2二年。",
        {"张三": ([("失火罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 24, None))},
        "a page number inside the probation",
    ),
    (
        "被告人张三犯盗窃罪，判处有期徒刑一、年六个月，并处罚金人币壹仠元。",
        {"张三": ([("盗窃罪", "有期徒刑", 18, 1000)], ("有期徒刑", 18, 0, 1000))},
        "a line break left a comma in the term; 人币; a variant of 仟",
    ),
    (
        "被告人张三犯盗窃罪，判处有限徒刑十个月，缓刑考验期一年。",
        {"张三": ([("盗窃罪", "有期徒刑", 10, None)], ("有期徒刑", 10, 12, None))},
        "有限徒刑; the term of probation behind 缓刑考验期",
    ),
    (
        "一、被告单位某乙公司犯虚开发票罪，判处罚金人民币九万元。二、被告人张三犯虚开发票罪，判处拘役五个月，缓刑八个月。",
        {"张三": ([("虚开发票罪", "拘役", 5, None)], ("拘役", 5, 8, None))},
        "a company's fine is nobody else's",
    ),
    (
        "一、被告人张三犯虚开发票罪，判处拘役五个月。二、被告单位某乙公司犯虚开发票罪，判处罚金九万元。",
        {"张三": ([("虚开发票罪", "拘役", 5, None)], ("拘役", 5, 0, None))},
        "nor when the company follows",
    ),
    (
        "一、撤销某县人民法院刑事判决第二、三项，即被告人张三犯抢夺罪，判处有期徒刑五年；二、上诉人张三犯抢夺罪，判处有期徒刑四年，与某县人民法院（2012）某刑初字第9号刑事判决中对张三犯盗窃罪，判处有期徒刑三年数罪并罚，决定执行有期徒刑六年。",
        {"张三": ([("抢夺罪", "有期徒刑", 48, None)], ("有期徒刑", 72, 0, None))},
        "an appeal: the revoked and the combined sentence are other judgments'",
    ),
    (
        "一、维持某县人民法院刑事判决第一项，即被告人李四犯盗窃罪，判处拘役四个月；二、撤销该判决第二项；三、上诉人张三犯盗窃罪，判处有期徒刑八个月。",
        {
            "李四": ([("盗窃罪", "拘役", 4, None)], ("拘役", 4, 0, None)),
            "张三": ([("盗窃罪", "有期徒刑", 8, None)], ("有期徒刑", 8, 0, None)),
        },
        "what is upheld and told (即) stands",
    ),
    (
        "被告人张三犯盗窃罪，判处有期徒刑二年，并处罚金八千元，与前犯诈骗罪，判处有期徒刑一年，并处罚金一千元并罚，决定执行有期徒刑二年六个月，并处罚金九千元。",
        {"张三": ([("盗窃罪", "有期徒刑", 24, 8000)], ("有期徒刑", 30, 0, 9000))},
        "前犯 is no count",
    ),
    (
        "被告人张三犯危险驾驶罪，判处拘役二个月，与前罪尚未执行的有期徒刑一年并处罚金三千元并罚，决定执行有期徒刑一年，并处罚金三千元。",
        {"张三": ([("危险驾驶罪", "拘役", 2, None)], ("有期徒刑", 12, 0, 3000))},
        "the fine of the earlier judgment is not the count's",
    ),
    (
        "被告人张三犯抢劫罪，判处有期徒刑三年；合并某县人民法院（2016）某1321刑初3号刑事判决书中对被告人张三犯寻衅滋事罪、盗窃罪判处有期徒刑一年，决定执行有期徒刑三年七个月。",
        {"张三": ([("抢劫罪", "有期徒刑", 36, None)], ("有期徒刑", 43, 0, None))},
        "判决书中对张三 opens no item",
    ),
    (
        "被告人张三犯非法制造枪支罪，判处有期徒刑三年；非法持有枪支罪，判处有期徒刑六个月，决定执行有期徒刑三年二个月。",
        {
            "张三": (
                [("非法制造枪支罪", "有期徒刑", 36, None), ("非法持有枪支罪", "有期徒刑", 6, None)],
                ("有期徒刑", 38, 0, None),
            )
        },
        "the second charge without 犯",
    ),
    (
        "被告人张三犯盗窃罪、诈骗罪，分别判处有期徒刑一年、二年，数罪并罚，决定执行有期徒刑二年六个月。",
        {"张三": ([("盗窃罪", "有期徒刑", 12, None), ("诈骗罪", "有期徒刑", 24, None)], ("有期徒刑", 30, 0, None))},
        "several charges and terms in one sentence",
    ),
    (
        "被告人张三犯盗窃罪，判处拘役一个月，并处罚金二千元、犯诈骗罪，判处有期徒刑一年，决定执行有期徒刑一年，并处罚金二千元。",
        {"张三": ([("盗窃罪", "拘役", 1, 2000), ("诈骗罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 0, 2000))},
        "a comma of a list between two counts",
    ),
    (
        "被告人张三犯贪污罪，判处有期徒刑六个月；被告人张三在考验期内再犯新罪，撤销其原缓刑，执行原判刑罚一年四个月。决定执行有期徒刑二年。",
        {"张三": ([("贪污罪", "有期徒刑", 6, None)], ("有期徒刑", 24, 0, None))},
        "再犯新罪 is no conviction",
    ),
    (
        "一、被告人张三犯盗窃罪，判处拘役四个月。二、被告人赵六犯盗窃罪，判处拘役三个月。",
        {"张三": ([("盗窃罪", "拘役", 4, None)], ("拘役", 4, 0, None))},
        "an unknown name is nobody's while two defendants may be meant",
    ),
    (
        "一、被告人张三犯盗窃罪，判处拘役四个月。二、被告人王五犯盗窃罪，判处拘役三个月。三、被告人李司犯盗窃罪，判处拘役二个月。",
        {
            "张三": ([("盗窃罪", "拘役", 4, None)], ("拘役", 4, 0, None)),
            "王五": ([("盗窃罪", "拘役", 3, None)], ("拘役", 3, 0, None)),
            "李四": ([("盗窃罪", "拘役", 2, None)], ("拘役", 2, 0, None)),
        },
        "a name spelt otherwise is that of the only one left",
    ),
    (
        "被告人张三犯盗窃罪，判处有期徒刑一年，并处罚金二千元；犯抢夺罪，判处有期徒刑九个月；总和刑期一年九个月，并处罚金二千元，决定执行有期徒刑一年六个月，并处罚金二千元。",
        {
            "张三": (
                [("盗窃罪", "有期徒刑", 12, 2000), ("抢夺罪", "有期徒刑", 9, None)],
                ("有期徒刑", 18, 0, 2000),
            )
        },
        "the fine of the sum is not the last count's",
    ),
    (
        "被告人张三犯盗窃罪，判处拘役五个月，并处罚金人民币伍仟（￥5000.00，已缴纳2000.00）元。",
        {"张三": ([("盗窃罪", "拘役", 5, 5000)], ("拘役", 5, 0, 5000))},
        "a bracket between the sum and its unit",
    ),
    (
        "被告人张三犯盗窃罪，判处有期徒刑二年，并处罚金一万元；撤销某县人民法院（2018）某刑初1号刑事判决中对被告人张三宣告缓刑的执行部分，与原判有期徒刑一年并罚，决定执行有期徒刑二年八个月，并处罚金一万元。",
        {"张三": ([("盗窃罪", "有期徒刑", 24, 10000)], ("有期徒刑", 32, 0, 10000))},
        "the executed term behind a revocation in the same clause",
    ),
    (
        "一、撤销某县人民法院判决中被告人张三犯诈骗罪，判处有期徒刑三年，犯盗窃罪，判处有期徒刑一年，决定执行有期徒刑三年，缓刑四年的缓刑部分；二、被告人张三犯抢夺罪，判处有期徒刑一年，决定执行有期徒刑三年六个月。",
        {"张三": ([("抢夺罪", "有期徒刑", 12, None)], ("有期徒刑", 42, 0, None))},
        "the executed term of the revoked judgment is another's",
    ),
    (
        "被告人张三犯盗窃罪，判处有期徒刑二年；犯诈骗罪，判处有期徒刑二年，并处罚金一千元。总和刑期四年，决定执行三年零十个月，并处罚金一千元。",
        {
            "张三": (
                [("盗窃罪", "有期徒刑", 24, None), ("诈骗罪", "有期徒刑", 24, 1000)],
                ("有期徒刑", 46, 0, 1000),
            )
        },
        "an executed term without its kind",
    ),
    (
        "被告人张三构成盗窃罪，判处有期徒刑一年。",
        {"张三": ([("盗窃罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 0, None))},
        "构成 for 犯",
    ),
    (
        "被告人张三、李四犯盗窃罪，分别判处有期徒刑一年和拘役五个月。",
        {
            "张三": ([("盗窃罪", "有期徒刑", 12, None)], ("有期徒刑", 12, 0, None)),
            "李四": ([("盗窃罪", "拘役", 5, None)], ("拘役", 5, 0, None)),
        },
        "two defendants and two terms in one breath",
    ),
    (
        "被告人张三不构成诬告陷害罪，宣告无罪。",
        {"张三": ([(None, "无罪", None, None)], ("无罪", None, 0, None))},
        "an acquittal that names the charge",
    ),
    (
        "一、被告人张三犯故意伤害罪，判处管制六个月。二、被告人张三赔偿附带民事诉讼原告人钱二医疗费五千元，罚金一万元的部分由其自负。",
        {"张三": ([("故意伤害罪", "管制", 6, None)], ("管制", 6, 0, None))},
        "a civil item behind the sentence gives no fine",
    ),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ROWS, ids=[row[2] for row in ROWS])
def test_verdicts(text, expected, reason):
    assert read(text) == expected, reason


def test_the_span_of_a_count_is_the_stored_text():
    text = "一、被告人张三犯盗窃罪，判处有期徒刑\n一年，并处罚金三千元。"
    (sentence,) = read_verdict(view(text), names=NAMES)
    assert text[slice(*sentence.counts[0].penalty.span)] == "犯盗窃罪，判处有期徒刑\n一年，并处罚金三千元"


def test_defendants_of_one_masked_name_have_items_of_their_own():
    text = "一、被告人赵某犯盗窃罪，判处拘役五个月。二、被告人赵某犯盗窃罪，判处拘役三个月。"
    read_apart = read_verdict(view(text), names={"赵某": "赵某"}, bearers={"赵某": 2})
    assert [(one.defendant, one.final.term_months) for one in read_apart] == [("赵某", 5), ("赵某", 3)]


def test_a_revoked_offence_told_again_is_no_count():
    text = "撤销对被告人张三宣告的缓刑。被告人张三犯盗窃罪，判处有期徒刑一年；犯诈骗罪，判处有期徒刑六个月；决定执行有期徒刑一年三个月。"
    (sentence,) = read_verdict(view(text), names=NAMES, earlier=frozenset({"盗窃罪"}))
    assert [count.charge for count in sentence.counts] == ["诈骗罪"]
    assert sentence.final.term_months == 15
    assert sentence.merged
