"""Persons killed and injured, by grade."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.harm import harm
from sentencing_ml.factors.terms import scope
from sentencing_ml.judgments.document import Defendant

COUNTS = ("deaths", "serious_injuries", "minor_injuries", "slight_injuries")
HARM = [
    ("致被害人王某当场死亡。", {"deaths": 1}, "a death"),
    ("致一未成年人死亡。", {"deaths": 1}, "未成年 denies nothing"),
    ("致二人死亡、三人重伤。", {"deaths": 2, "serious_injuries": 3}, "counted"),
    ("王某的右手挫伤；孙某的左肩挫伤；钱某的额部挫伤，损伤程度均属轻微伤。", {"slight_injuries": 3}, "everybody told of since the full stop"),
    ("造成轻伤二人、轻微伤一人的后果。", {"minor_injuries": 2, "slight_injuries": 1}, "the number behind the grade"),
    ("钱某、孙某等11名民警的损伤程度为轻微伤。", {"slight_injuries": 11}, "a number goes before the names beside it"),
    ("经鉴定，王某的损伤程度属轻伤二级，赵某的损伤程度属轻微伤。", {"minor_injuries": 1, "slight_injuries": 1}, "graded by name"),
    ("经鉴定，王某甲的损伤程度为轻伤一级，王某乙的损伤程度为轻伤二级。", {"minor_injuries": 2}, "two victims of one grade"),
    ("致王某、赵某受伤，经鉴定，王某与赵某的损伤均为轻微伤。", {"slight_injuries": 2}, "two victims in one clause"),
    ("被害人周海波头皮裂伤，被害人吴小东鼻骨骨折，其损伤程度均系轻微伤。", {"slight_injuries": 2}, "均 reaches over clauses, full names"),
    ("王某、赵某的损伤分别为轻伤二级、轻微伤。", {"minor_injuries": 1, "slight_injuries": 1}, "分别 deals the grades out"),
    ("经鉴定，王某左桡骨骨折属轻伤二级，头皮挫伤属轻微伤。", {"minor_injuries": 1}, "two injuries of one person: the gravest"),
    ("致王某颅脑损伤，构成重伤二级。同月5日，王某经抢救无效死亡。", {"deaths": 1}, "who died of a serious injury is one death"),
    ("被害人王某某受伤，经鉴定，王＊甲的损伤程度为轻伤二级，王某某构成轻伤。", {"minor_injuries": 1}, "one person masked in two ways"),
    ("被害人王某被张三及同案人赵某（另案处理）打伤，经鉴定损伤程度为轻伤二级。", {"minor_injuries": 1}, "another offender is no victim"),
    ("王某的损伤不构成轻伤。", {}, "negated"),
    ("经鉴定，王某属轻伤一级，张三的损伤程度属轻微伤。", {"minor_injuries": 1}, "the defendant's own injury is no harm he did"),
    ("张三被其丈夫王某打伤，经鉴定为轻微伤。", {}, "hurt by the victim"),
    ("致人轻伤的，处三年以下有期徒刑。致人重伤以上的，从重处罚。", {}, "a threshold of the law is no grade found"),
    ("王某的损伤属轻伤二级，被告人张三、赵某的损伤程度属重伤二级。", {"minor_injuries": 1}, "those named with the defendant are on his side"),
    ("被害人王＊甲某某的损伤程度为轻伤二级。", {"minor_injuries": 1}, "a name masked twice over"),
    ("张三殴打李某（另案处理），李某用木棍还击。经鉴定，李某左手骨折，属轻伤二级，张三鼻骨骨折，属轻伤二级。", {"minor_injuries": 1}, "each hurt the other"),
    ("张三持棍将王某喂养的狗打死。", {}, "a dog is no person"),
    ("张三驾车撞上护栏，造成其自身受轻微伤。", {}, "his own"),
    ("被告人张三的腹部损伤属重伤二级，左臂骨折属轻伤二级，面部损伤属轻微伤。", {}, "his own, one injury after the other"),
    ("支付死亡赔偿金十万元。", {}, "compensation for death is none"),
    ("张三扬言打死你，后离开。", {}, "a threat kills nobody"),
    ("经鉴定，王某系脑损伤出血、双肺损伤窒息死亡。", {"deaths": 1}, "a part of the body is no name"),
    ("经本市第五人民医院抢救无效后于当日死亡，死者王某系颅脑损伤死亡。", {"deaths": 1}, "第五人民医院 is no five persons"),
    ("王某当场死亡。经鉴定，死者王某因××致胸部损伤死亡。", {"deaths": 1}, "words struck out are no name"),
    ("张二×、李×受伤，张二×、李×经抢救无效死亡。", {"deaths": 2}, "a given name half masked"),
    ("造成李大山及乘车人周小河死亡。", {"deaths": 2}, "full names of whom an accident killed"),
    ("造成副驾乘员王某（系张三丈夫）死亡。", {"deaths": 1}, "whose husband he was stands in brackets"),
    ("王某（1949年X月X日生）死亡，王某系颅脑损伤死亡。", {"deaths": 1}, "a masked date is no name"),
    ("王某本人当场死亡。", {"deaths": 1}, "himself, and no defendant"),
    ("张三伙同李某（已死亡）将王某打伤，经鉴定王某的损伤属轻伤二级。", {"minor_injuries": 1}, "what became of another offender"),
    ("被害人王某（已死亡）被张三打伤，经鉴定为重伤。", {"deaths": 1}, "what became of the victim"),
    ("张三欲将王某杀死，持刀将王某砍伤，经鉴定王某的损伤属轻伤一级。", {"minor_injuries": 1}, "a death that was meant"),
    ("张三产生将王某撞死的念头，驾车撞向王某，致王某重伤。", {"serious_injuries": 1}, "a death that was thought of"),
    ("张三亲属与王某发生交通事故，亲属当场死亡。后张三将王某打伤，经鉴定王某的损伤属轻伤。", {"minor_injuries": 1}, "an accident before"),
    ("张三因交通事故赔偿与王某争吵，将王某打伤，经鉴定王某的损伤属轻伤。", {"minor_injuries": 1}, "the quarrel about an accident"),
    ("王某的损伤经鉴定为重伤。张三申请重新鉴定。鉴定机构出具的意见为轻伤。", {"minor_injuries": 1}, "the second opinion stands"),
    ("造成轻伤。有人身损伤程度鉴定书及补充鉴定书证实。", {"minor_injuries": 1}, "a second opinion among the evidence"),
    ("张三纠集李某（另案处理）殴打王某，致王某轻伤；李某伤势评定为重伤。", {"minor_injuries": 1}, "an ally's injury is no harm they did"),
    ("曾因故意伤害致人死亡于2002年12月被人民法院判处刑罚。", {}, "a death of an earlier case"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "reason"), HARM, ids=[row[2] for row in HARM])
def test_persons_harmed(text, expected, reason):
    found = values(harm(reading(findings=text)))
    assert {name: value for name, value in found.items() if name in COUNTS} == expected, reason


def test_the_number_of_the_opinion_goes_before_the_names_of_the_facts():
    found = values(
        harm(
            reading(
                findings="王某甲、王某乙、王某丙的损伤均为轻伤二级。", opinion="本院认为，被告人张三致二人轻伤。"
            )
        )
    )
    assert found["minor_injuries"] == 2


def test_the_court_convicts_of_no_graver_harm_than_it_tells_of():
    facts = "致王某受伤，经鉴定为重伤二级。半年后，王某因病死亡。"
    convicted = "本院认为，被告人张三造成一人重伤，负事故主要责任，其行为已构成交通肇事罪。"
    found = values(harm(reading(findings=facts, opinion=convicted)))
    assert (found.get("deaths"), found["serious_injuries"]) == (None, 1)
    found = values(harm(reading(findings=facts, opinion=convicted + "王某的死亡与事故有因果关系。")))
    assert found["deaths"] == 1
    found = values(harm(reading(findings=facts, opinion="本院认为，被告人张三致一人重伤。")))
    assert found["deaths"] == 1


def test_what_the_court_found_goes_before_what_was_charged():
    found = values(
        harm(reading(findings="致10名民警的损伤程度为轻微伤。", charges="致11名民警的损伤程度为轻微伤。"))
    )
    assert found["slight_injuries"] == 10


def test_a_defendant_hurt_by_the_other_one_counts_for_the_other_alone():
    found = list(harm(reading(defendants=TWO, findings="张三与李四互殴。经鉴定，李四的损伤程度为轻伤二级。")))
    assert {(item.factor, item.people) for item in found if item.factor == "minor_injuries"} == {
        ("minor_injuries", frozenset({0}))
    }


def test_defendants_who_hurt_one_another_each_did_the_harm_of_the_other_side():
    text = "张三持棍将李四打伤，李四将张三打伤。经鉴定，被告人张三、李四的伤情均属轻伤一级。"
    found = list(harm(reading(defendants=TWO, findings=text, opinion="本院认为，二被告人的行为均构成故意伤害罪。")))
    assert [(item.value, item.people) for item in found if item.factor == "minor_injuries"] == [(1.0, frozenset({0, 1}))]


def test_items_that_name_one_defendant_are_his_alone():
    text = "1、张三持棍将王某打伤。经鉴定，王某属轻微伤。2、李四将赵某打伤。经鉴定，赵某属轻伤二级。"
    found = {item.factor: item.people for item in harm(reading(defendants=TWO, findings=text)) if item.factor in COUNTS}
    assert found == {"slight_injuries": frozenset({0}), "minor_injuries": frozenset({1})}


def test_a_charge_that_harms_nobody_has_no_victims():
    text = "养殖户的生猪先后死亡六只，李某因车祸死亡。"
    assert not list(harm(reading(findings=text, charged=frozenset(sorted(scope("harmless"))[:2]))))


GRADES = [
    ("经鉴定，王某的损伤为轻伤二级，赵某的损伤为轻伤一级。", "轻伤一级", "the graver level"),
    ("经鉴定，王某的损伤为重伤（二级）。", "重伤二级", "a level in brackets"),
    ("经鉴定，王某的损伤构成轻伤壹级。", "轻伤一级", "numerals of accounts"),
    ("经鉴定，王某构成二级轻伤。", "轻伤二级", "the level before"),
    ("经鉴定，王某的损伤为轻伤。", None, "no level is no grade"),
    ("致王某轻微伤。", "轻微伤", "has no levels"),
    ("王某构成重伤一级，后经抢救无效死亡。", "死亡", "death is the gravest"),
    ("王某未受伤。", None, "nobody harmed"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), GRADES, ids=[row[2] for row in GRADES])
def test_gravest_grade(text, expected, reason):
    assert values(harm(reading(findings=text))).get("injury_grade") == expected, reason


DISABILITY = [
    ("王某的损伤为重伤二级、八级伤残，另构成十级伤残。", 8, "the gravest grade"),
    ("伤残等级为拾级伤残。", 10, "numerals of accounts"),
    ("赔偿残疾赔偿金五万元。", None, "compensation names no grade"),
    ("王某不构成十级伤残。", None, "negated"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), DISABILITY, ids=[row[2] for row in DISABILITY])
def test_disability(text, expected, reason):
    assert values(harm(reading(findings="王某受伤，经鉴定为轻伤二级。" + text))).get("disability_grade") == expected, reason


def test_somebody_was_hurt_where_the_victim_bears_the_masked_name_of_the_defendant():
    masked, named = (
        (Defendant(index=0, name=name, start=0, end=0),) for name in ("张某", "张三")
    )
    text = "被告人张某用石块将张某左手砸伤，经鉴定张某的伤情属轻伤二级。"
    found = values(harm(reading(findings=text, charged=frozenset({"故意伤害罪"}), defendants=masked)))
    assert found["minor_injuries"] == 1
    assert "minor_injuries" not in values(
        harm(reading(findings=text, charged=frozenset({"抢劫罪"}), defendants=masked))
    )
    # whose name is told in full is hurt himself
    text = text.replace("张某", "张三")
    assert "minor_injuries" not in values(
        harm(reading(findings=text, charged=frozenset({"故意伤害罪"}), defendants=named))
    )


def test_a_death_in_the_accident_that_is_judged_counts():
    text = "发生交通事故，王某当场死亡。"
    assert values(harm(reading(findings=text, charged=frozenset({"交通肇事罪"}))))["deaths"] == 1
