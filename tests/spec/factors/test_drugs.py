"""Kind, weight and purity of drugs, and the number of sales."""

import pytest
from texts import TWO, reading
from texts import values as by_factor

from sentencing_ml.factors.drugs import drugs
from sentencing_ml.factors.terms import scope

CHARGED = scope("drug_weight")
DRUGS = [
    ("贩卖甲基苯丙胺0.5克。从其身上查获冰毒0.3克。", ("甲基苯丙胺", 0.8), "items are added"),
    ("先后贩卖海洛因1克、2克，共计3克。", ("海洛因", 3.0), "the total, not the items"),
    ("3月1日，以100元的价格卖给王某海洛因0.2克。3月5日，以100元的价格卖给王某海洛因0.2克。", ("海洛因", 0.4), "equal sales are two"),
    ("从其处缴获冰毒一包，重约1克。经鉴定，上述毒品净重0.93克，检出甲基苯丙胺。", ("甲基苯丙胺", 0.93), "the laboratory's weight of the same drugs"),
    ("查获疑似毒品2包（净重0.91克）。又查获疑似毒品1包（净重1.05克）。经鉴定：缴获的三包疑似毒品共净重1.96克，均检出海洛因成分。", ("海洛因", 1.96), "a total of what was told"),
    ("非法持有海洛因10.5克，其中从车内查获6克。", ("海洛因", 10.5), "a part is not added to its whole"),
    ("查获冰毒2克、海洛因3克，毛重共6克。", ("海洛因", 5.0), "several drugs, without the wrapping; the kind that weighs most"),
    ("贩卖海洛因十余克。", ("海洛因", 10.0), "余 is dropped"),
    ("贩卖冰毒1克给王某，查获黄金项链5克。", ("甲基苯丙胺", 1.0), "other goods"),
    ("将2粒麻古卖给王某。", ("甲基苯丙胺", None), "pills without a weight"),
    ("以200元的价格贩卖冰毒2小包，共重1.1克。当场从张三的车内缴获冰毒25包，共重16.9克。从王某处缴获其向张三购买的冰毒1.1克。", ("甲基苯丙胺", 18.0), "sold and found in the car; what the buyer held was sold"),
    ("张三先后三次贩卖冰毒，共计2.4克。后民警从其住处查获冰毒共计71克。", ("甲基苯丙胺", 73.4), "a total of the sales does not hold what was found at home"),
    ("张三贩卖冰毒3次，共计3克。具体如下：贩卖1克；贩卖1克；交易时当场查获冰毒1克。", ("甲基苯丙胺", 3.0), "a total that the items make up"),
    ("张三将0.1克海洛因卖给王某时被抓获，0.1克海洛因被当场收缴。", ("海洛因", 0.1), "found on the spot is what was sold"),
    ("张三贩卖海洛因1克。归案后提供线索，侦破他人贩卖40克毒品案。", ("海洛因", 1.0), "another's drugs"),
    ("查获海洛因3克，另有白色晶体100克未检出毒品成分。", ("海洛因", 3.0), "no drug was found in it"),
    ("查获白色粉末0.3克、黄色粉末0.1克。经鉴定，其中0.3克粉末未检出毒品，0.1克粉末检出海洛因成分。", ("海洛因", 0.1), "no drug, told again"),
    ("双方约定以850元购买冰毒5克。张三携带冰毒1.4克前来时被抓获。", ("甲基苯丙胺", 1.4), "a bargain not kept"),
    ("查获氯胺酮3包，净重分别为49.7、48.9、0.4克。", ("氯胺酮", 99.0), "the unit stands behind the last"),
    ("卖给王某冰毒3袋（每袋约0.5克）。", ("甲基苯丙胺", 1.5), "so many times one"),
    ("张三从李某处购得海洛因4克，贩卖0.2克，后被查获海洛因3.9克。", ("海洛因", 4.1), "what he bought is what he sold and kept"),
    ("张三贩卖海洛因1克，又查获2克。公诉机关认为，被告人张三贩卖海洛因3克，被告人李四贩卖海洛因1克。", ("海洛因", 3.0), "the prosecution's conclusion on him"),
    ("查获鸦片1500克、冰毒1克。", ("鸦片", 1501.0), "the kind that weighs most in law"),
    ("查获甲基苯丙胺0.9克、氯胺酮2克。", ("甲基苯丙胺", 2.9), "ketamine weighs less in law"),
    ("查获红色药片，检出甲基苯丙胺和咖啡因成分，净重5克；查获海洛因1克。", ("甲基苯丙胺", 6.0), "a mixture is what is gravest in it"),
    ("查获白色粉末，净重20克，检出氯胺酮成分；药片，净重0.1克，检出亚甲二氧基甲基苯丙胺成分；晶体，净重4克，检出氯胺酮成分。", ("氯胺酮", 24.1), "what was found in each stands behind its weight"),
    ("查获毒品7包，共重12克，其中6克检出甲基苯丙胺，6克检出海洛因。", ("甲基苯丙胺", 12.0), "all parts of a whole"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "reason"), DRUGS, ids=[row[2] for row in DRUGS])
def test_drugs(text, expected, reason):
    values = by_factor(drugs(reading(findings=text, charged=CHARGED)))
    assert (values["drug_type"], values.get("drug_grams")) == expected, reason


OPINIONS = [
    ("本院认为，被告人张三运输海洛因20克、冰毒5克，其行为构成运输毒品罪。", 25.0, "the drugs of the opinion are added"),
    ("本院认为，被告人张三贩卖海洛因不满十克。", 3.0, "a threshold is no weight found"),
    ("本院认为，辩护人提出贩卖的数量仅为1克的意见不成立。", 3.0, "what the defence says is not the court's"),
]


@pytest.mark.parametrize(("opinion", "grams", "reason"), OPINIONS, ids=[row[2] for row in OPINIONS])
def test_weight_of_the_opinion(opinion, grams, reason):
    found = by_factor(drugs(reading(opinion=opinion, findings="张三贩卖海洛因3克。", charged=CHARGED)))
    assert found["drug_grams"] == grams, reason


def test_each_defendant_has_his_own_weight():
    text = "张三参与贩卖冰毒2次，共计5克；李四参与贩卖冰毒1次，共计0.9克。"
    found = {(f.value, f.people) for f in drugs(reading(defendants=TWO, findings=text, charged=CHARGED)) if f.factor == "drug_grams"}
    assert found == {(5.0, frozenset({0})), (0.9, frozenset({1}))}


PURITY = [
    ("检出甲基苯丙胺成分，含量为76.4%。", 76.4, "a content"),
    ("检出海洛因，含量68%-74.6%。", 68.0, "the lower bound of a range"),
    ("含量分别为70.1%、65.2%。", 65.2, "the lowest of several"),
    ("检出甲基苯丙胺成分。", None, "none stated"),
]


@pytest.mark.parametrize(("text", "value", "reason"), PURITY, ids=[row[2] for row in PURITY])
def test_purity(text, value, reason):
    assert by_factor(drugs(reading(findings=text, charged=CHARGED))).get("drug_purity") == value, reason


SALES = [
    ("2月1日，张三以100元的价格卖给王某冰毒0.1克。2月3日，张三以100元的价格卖给赵某冰毒0.1克。", 2, "one by one"),
    ("张三先后三次向王某贩卖海洛因。", 3, "a stated number"),
    ("2月1日，张三将冰毒1包贩卖给王某。公诉机关认为，张三贩卖给他人毒品。", 1, "the charge repeats the sale"),
    ("2月间，张三多次将冰毒贩卖给王某。", None, "uncounted"),
    ("2月1日，张三与王某约定在新疆维吾尔自治区某某市某某街道某某小区北门外的公交车站附近进行毒品交易，当场被抓获。", 1, "however long the name of the place is"),
]


@pytest.mark.parametrize(("text", "number", "reason"), SALES, ids=[row[2] for row in SALES])
def test_number_of_sales(text, number, reason):
    assert by_factor(drugs(reading(findings=text, charged=CHARGED))).get("drug_sales") == number, reason
