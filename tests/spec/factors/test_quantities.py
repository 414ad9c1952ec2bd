"""Measures other than money: area, timber, plants, animals, papers, hours held, each from synthetic sentences."""

import pytest
from texts import TWO, reading
from texts import values as by_factor

from sentencing_ml.factors.quantities import quantities
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import quantities as measured

ROWS = [
    ("land_mu", "经鉴定，占用林地12.5亩。", 12.5, "the area itself"),
    ("land_mu", "过火面积2公顷。", 30.0, "hectares are 15 mu"),
    ("land_mu", "占用耕地8000平方米（折合12亩）。", 12.0, "square metres; told again in mu"),
    ("land_mu", "过火面积23公顷（345亩），其中有林地面积13公顷（195亩）。", 195.0, "woodland is what the law asks for"),
    ("land_mu", "过火面积251亩（其中过火有林地面积94亩）。", 94.0, "woodland in brackets"),
    ("land_mu", "张三承包村里的荒山700亩。后开垦林地40亩。", 40.0, "what was leased is not what was used"),
    ("land_mu", "两处共计占用林地20亩，其中甲处6亩，乙处14亩。", 20.0, "a total"),
    ("land_mu", "占用林地0。88公顷。", None, "a misprinted point makes no figure"),
    ("land_mu", "毁坏林地五亩以上的，应当追究刑事责任。", None, "a limit of the law"),
    ("land_mu", "毁坏林地三十余亩。", 30.0, "余 is dropped"),
    ("trees_m3", "盗伐杉木56棵，活立木蓄积为8.9立方米。", 8.9, "the volume, not the number"),
    ("trees_m3", "材积为3.4立方米，折合活立木蓄积4.7立方米，出材量2.9立方米。", 4.7, "standing before sawn timber"),
    ("trees_m3", "柞树蓄积1.5立方米；黑桦蓄积3.5立方米；合计砍伐150株，蓄积5立方米。", 5.0, "one that is the sum of the others is their total"),
    ("trees_m3", "甲处蓄积1.5立方米，乙处蓄积3立方米。", 4.5, "items of a sentence are added"),
    ("trees_m3", "占用的林地内有砂石300立方米，砂石方量300立方米。", None, "sand is no timber"),
    ("plants", "采伐水曲柳1株和其他幼树49株。", 1.0, "a protected kind before others"),
    ("plants", "砍伐樟树两棵。", 2.0, "another classifier"),
    ("plants", "砍伐杨树17株、柳树3株。", 20.0, "items are added"),
    ("plants", "砍伐松树32株，后又砍伐，共计64株。", 64.0, "a total holds what stands before it"),
    ("plants", "砍伐杨树17株。责令补种20株。", 17.0, "trees to be planted"),
    ("animals_hunted", "非法捕捉青蛙122只，扣押矿灯1只、网兜2只。", 122.0, "tools are no animals"),
    ("animals_hunted", "共捕获斑鸠1只、麻雀14只。", 15.0, "a total that is a list"),
    ("animals_hunted", "共捕获野猪一头，麂子两只。", 3.0, "a list with other marks and classifiers"),
    ("animals_hunted", "捕猎野生鸟类81只，其中死亡7只。", 81.0, "a part is in its whole"),
    ("animals_hunted", "张三投放毒药，毒死王五饲养的一只山羊。", None, "a tame animal"),
    ("animals_hunted", "先后猎捕画眉鸟共计13只，并将其中8只出售。", 13.0, "a total, and what was sold of it"),
    ("documents", "张三私刻公司公章一枚、财务专用章一枚。", 2.0, "seals are added"),
    ("documents", "查获银行卡共计135张。", 135.0, "cards"),
    ("documents", "用私刻的公章签订合同3份。", None, "contracts are what the seal was used for"),
    ("documents", "伪造居民身份证2张，判处刑罚六个月。", 2.0, "months are no papers"),
    ("detention_hours", "非法限制王某人身自由长达3小时。", 3.0, "hours"),
    ("detention_hours", "将王某非法拘禁7天。", 168.0, "days"),
    ("detention_hours", "2016年10月8日，将王某非法拘禁于室内。", None, "a day of the calendar"),
    ("detention_hours", "2016年7月的一天，张三将王某非法拘禁。", None, "one day is no length"),
    ("detention_hours", "王某住院治疗20天。", None, "days of another thing"),
]  # fmt: skip


@pytest.mark.parametrize(("factor", "text", "expected", "reason"), ROWS, ids=[f"{row[0]}: {row[3]}" for row in ROWS])
def test_measures(factor, text, expected, reason):
    charged = frozenset(sorted(registry().factors[factor].charges)[:1])
    assert by_factor(quantities(reading(findings=text, charged=charged))).get(factor) == expected, reason


def test_a_measure_is_read_for_its_charges_alone():
    assert not [*quantities(reading(findings="砍伐杨树17株，占用林地20亩。", charged={"盗窃罪"}))]


def test_each_defendant_has_his_own_and_the_span_holds_the_figure():
    text = "被告人张三猎捕青蛙30只。被告人李四猎捕青蛙8只。"
    found = [*quantities(reading(findings=text, charged={"非法狩猎罪"}, defendants=TWO))]
    assert [(item.value, *item.people, text[item.start : item.end]) for item in found] == [(30, 0, "30只"), (8, 1, "8只")]


def test_every_measure_is_a_factor_with_a_rule_for_each_way_of_reading_it():
    for quantity in measured():
        rules = {rule.id.removeprefix(f"{quantity.factor}.") for rule in registry().factors[quantity.factor].rules}
        assert rules == ({"total", "sum", "largest"} if quantity.adds else {"total", "largest"}), quantity.factor
