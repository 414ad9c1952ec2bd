"""Extraction is linear in the length of a text, whatever the text: by structure and by counted operations, not by time."""

import importlib
import pkgutil
import re
from re import _parser as parser

import pytest
from hostile import HOSTILE, operations, repeated, risky

from sentencing_ml import factors
from sentencing_ml.factors.advice import _refusals
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.registry import phrase_rules
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections


def patterns():
    for module in pkgutil.iter_modules(factors.__path__):
        for name, value in sorted(vars(importlib.import_module(f"{factors.__name__}.{module.name}")).items()):
            for number, pattern in enumerate(compiled(value)):
                yield pytest.param(pattern, id=f"{module.name}.{name}.{number}")
    for rule in phrase_rules():
        for name in ("find", "unless", "unless_near"):
            for pattern in compiled(getattr(rule, name)):
                yield pytest.param(pattern, id=f"{rule.id}.{name}")
    for _, rule, _, pattern in _refusals():
        yield pytest.param(pattern, id=rule)


def compiled(value):
    """Yield the patterns of a value, of a table of values, too."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from compiled(item)


@pytest.mark.parametrize("pattern", list(patterns()))
def test_no_pattern_can_go_back_over_a_run_without_bound(pattern):
    assert list(risky(parser.parse(pattern.pattern, pattern.flags))) == []


HEADER = "某县人民法院 刑事判决书 （2020）某刑初1号 公诉机关某县人民检察院。 被告人甄有为，男，1990年1月2日出生，汉族，农民。因涉嫌犯罪于2020年4月1日被刑事拘留。 被告人钱多多，女，1991年1月2日出生。 "
FACTS = "某县人民检察院指控被告人甄有为、钱多多犯{charge}，提起公诉。本案现已审理终结。 经审理查明，2020年3月4日，被告人甄有为伙同钱多多作案。"
OPINION = " 上述事实，有证言证实。 本院认为，被告人甄有为构成{charge}。"
VERDICT = "判决如下： 被告人甄有为犯{charge}，判处拘役四个月。"
TAIL = " 如不服本判决，可在十日内上诉。 审判员乙 二〇二〇年五月六日"
CHARGES = ("盗窃罪", "贩卖毒品罪", "故意伤害罪", "交通肇事罪")
WORDS = sorted({word for rule in phrase_rules() for word in rule.words})
# Each of several defendants is looked for in whatever is told: as many of them as sentences are no text of one length.
FILLERS = {name: filler for name, filler in HOSTILE.items() if name != "many accused"} | {
    "sums": repeated("得款5000元，"), "sums without stops": repeated("5000元"), "dates": repeated("2020年3月4日"), "acts": repeated("2020年3月4日盗窃。"),
    "items": repeated("（一）2020年3月被告人盗窃。"), "two names": repeated("甄有为、钱多多"), "masked names": repeated("被害人李某甲受轻伤二级，"),
    "sales": repeated("贩卖海洛因5克给李某。"), "weights": repeated("海洛因5克"), "grades": repeated("轻伤"), "deaths": repeated("致其死亡"),
    "contents of alcohol": repeated("80mg/100ml"), "shares": repeated("负全部责任"), "one ground": repeated("自首"), "arguments": repeated("辩护人提出自首的意见"),
    "counts": repeated("犯盗窃罪，判处有期徒刑一年，"), "terms": repeated("有期徒刑一年"), "measures": repeated("被刑事拘留"), "advice": repeated("量刑建议"),
    "refusals": repeated("公诉机关量刑建议本院不予采纳。"), "one long refusal": repeated("公诉机关未考虑庭审后赔偿，因情节量刑建议不当"),
    "adjustments": repeated("公诉机关调整量刑建议"), "advice as an opinion": repeated("公诉机关建议判处有期徒刑一年的意见"),
    "prosecutors": repeated("指派检察员赵甲、代理检察员钱乙"), "procuratorates": repeated("某县人民检察院"),
    "convictions": repeated("因犯盗窃罪被判处有期徒刑一年"), "words of every rule": repeated("，".join(WORDS)), "those without stops": repeated("".join(WORDS)),
}  # fmt: skip


def judgment(place, filler, charge):
    parts = {"header": HEADER, "facts": FACTS, "opinion": OPINION, "verdict": VERDICT, "tail": TAIL}
    text = "".join(part.format(charge=charge) + filler * (name == place) for name, part in parts.items())
    sections = split_sections(text, "judgment")
    return Document(id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections))


def test_a_judgment_is_read_in_its_parts():
    read = judgment("facts", "", "盗窃罪")
    assert {"header", "findings", "opinion", "verdict"} <= {section.name for section in read.sections}
    assert [defendant.name for defendant in read.defendants] == ["甄有为", "钱多多"]


@pytest.mark.parametrize("place", ["header", "facts", "opinion", "verdict"])
@pytest.mark.parametrize("name", FILLERS)
def test_twice_the_text_takes_at_most_twice_the_operations(name, place):
    charge = CHARGES[list(FILLERS).index(name) % len(CHARGES)]
    extract(judgment(place, "", charge))  # what is read once for all texts is no part of it
    once, twice = (operations(extract, judgment(place, FILLERS[name](length), charge)) for length in (2000, 4000))
    assert twice <= 2.2 * once + 300


def test_hits_of_one_rule_stop_adding_evidence():
    found = extract(judgment("opinion", "自首。" * 3000, "盗窃罪")).people[0]
    assert found.values["surrender"] is True
    assert len([item for item in found.evidence if item.rule == "surrender.named"]) <= 200
