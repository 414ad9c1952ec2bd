"""Drugs: kind, weight, purity, and the number of sales.

The weight is what the court states in its opinion, the weights of several drugs added; else a total of the facts, else
what the facts tell item by item. There a laboratory's weight takes the place of the weight told before of the same
drugs, and a part (其中) is not added to its whole.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import drug_names
from sentencing_ml.judgments.numerals import Found, find_weights, parse_integer

# A total of all acts (累计, 贩卖…共计), and one of the things just named (三包共重).
_WHOLE = re.compile(r"累计|总计|合计|综上|总量|总重|数量(?:共计|为|达)|(?:贩卖|运输|持有|走私|制造|购买|参与)[^。；]{0,30}共计?(?!同)|共计?(?:贩卖|运输|持有|走私|制造)")
_TOTAL = re.compile(r"共计?(?!同|犯|谋)|合计|总计|累计|总[净毛]?重|总量|重量为")
_PART = re.compile(r"其中[^，。；、]{0,24}$|中的约?$")
# 毛重 weighs the wrapping, too; a threshold of the law and a rate (每克) are no weight found.
_NOT_FOUND = re.compile(r"毛重[^，。；、]{0,6}$|每$|不满[^，。；]{0,4}$|未满$|含包装[^，。；]{0,6}$|剩余检材[^，。；]{0,8}$|取样[^，。；]{0,6}$|检材[^，。；]{0,4}消耗[^，。；]{0,6}$")
_OTHER_GOODS = re.compile(r"火药|铅弹|黄金|白银|项链|手链|戒指|手镯|耳环|电子秤|添加剂|面粉|[Kk]金|吊坠|首饰")
_MEASURED = re.compile(r"鉴定|称量|称重|检验|检测|净重|实重|送检")
# 上述毒品, 从买家处查获刚购买的毒品: the drugs told before, measured or told again
_AGAIN = re.compile(
    r"(?:上述|该|送检的?|前述)[^，。；]{0,10}(?:毒品|晶体|粉末|疑似|药|物品|白色|包|袋|冰|大麻|海洛因|麻|\d)|(?:所购|所卖|所贩卖|交易|购买|贩卖|刚购买|出售)的[^，。；]{0,12}|剩余"
)
_REBUTTAL = re.compile(r"辩称|辩解|辩护|意见|经查|公诉机关指控|异议|证据不足|情节|应予考虑|不应计入|不予认定")
_ACT = re.compile(r"贩卖|运输|持有|走私|制造|数量|贩毒|窝藏|转移|隐瞒")
_ACCUSES = re.compile(r"公诉机关(?:认为|据此)|检察院认为|应当以")
SALE = re.compile(
    r"(?:贩卖|卖|出售|售|贩|交付|转让|转卖)(?:给|予)|(?:向|与|和)[^，。；]{1,30}?(?:贩卖|出售|贩售|交易)|元[^，。；]{0,10}(?:价格|价钱|价)[^。；]{0,24}(?:贩卖|卖|出售|销售|售)|(?:贩卖|出售)[^，。；]{0,24}(?:\d|[一二三四五六七八九十半])(?:\.\d{1,9})?(?:余)?(?:克|包|小包|袋|粒|颗|片|个)"
)
_TIMES = re.compile(
    r"(?:贩卖|出售|卖给|售卖|贩毒)[^，。；]{0,24}?(?P<a>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:次|起)|(?P<b>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:次|起)(?:分别)?(?:向|贩卖|出售|将|卖给|零星)"
)
_UNCOUNTED = re.compile(r"多次|数次|若干次")
_PURITY = re.compile(
    r"(?:含量|纯度)[^，。；%]{0,14}?(?P<low>\d{1,3}(?:\.\d{1,9})?)%?(?:(?:-|—|~|～|至|到){1,3}\d{1,3}(?:\.\d{1,9})?)?%"
)
_MORE_PURITY = re.compile(r"(?:、|和|及|，)(?P<low>\d{1,3}(?:\.\d{1,9})?)%")
_SENTENCE = re.compile(r"[^。；;]+[。；;]?")
_NEAR = 0.15  # a weight told and the laboratory's of the same drugs differ by less
_FAR = 1000  # characters: a text without stops is no one sentence
_CLAUSE_MARKS = "，。；：（）()"


@lru_cache(maxsize=1)
def _drug_pattern() -> re.Pattern:
    return re.compile("|".join(sorted(map(re.escape, drug_names()), key=len, reverse=True)))


def drugs(reading: Reading) -> Iterator[Finding]:
    """Yield kind, purity and weight of drugs and the number of sales, each where it belongs to the charges."""
    factors = registry().factors
    if factors["drug_type"].belongs_to(reading.charges):
        yield from _kind(reading)
        yield from _purity(reading)
    if factors["drug_grams"].belongs_to(reading.charges):
        yield from _weight(reading)
    if factors["drug_sales"].belongs_to(reading.charges):
        yield from _sales(reading)


def _kind(reading: Reading) -> Iterator[Finding]:
    for name, section in reading.views("opinion", "findings", "charges"):
        match = _drug_pattern().search(section.text)
        if match:
            yield reading.finding(
                "drug_type",
                drug_names()[match[0]],
                rule="drug.name",
                section=name,
                start=match.start(),
                end=match.end(),
                people=reading.everyone,
            )
            return


def _purity(reading: Reading) -> Iterator[Finding]:
    """Yield the lowest content that the laboratory found."""
    for name, section in reading.views("findings", "charges", "evidence", "opinion"):
        found: list[tuple[float, int, int]] = []
        for match in _PURITY.finditer(section.text) if "%" in section.text else ():
            if match["low"] is not None and 0 < float(match["low"]) <= 100:
                found.append((float(match["low"]), *match.span("low")))
            end = match.end()
            while (more := _MORE_PURITY.match(section.text, end)) is not None:
                found.append((float(more["low"]), *more.span("low")))
                end = more.end()
        if found:
            value, start, end = min(found)
            yield reading.finding(
                "drug_purity", value, rule="drug.purity", section=name, start=start, end=end, people=reading.everyone
            )
            return


def _weight(reading: Reading) -> Iterator[Finding]:
    missing = set(reading.everyone)
    for name, section in reading.views("opinion", "findings", "charges"):
        text = section.text
        weights = [found for found in find_weights(text) if _counts(text, found)] if missing and _weighs(text) else []
        for person in sorted(missing) if weights else ():
            mine = [weight for weight in weights if person in reading.people[name].at(weight.start)]
            result = _stated(text, mine) if name == "opinion" else _told(text, mine)
            if result is None:
                continue
            value, rule, shown = result
            yield reading.finding(
                "drug_grams", value, rule=rule, section=name, start=shown.start, end=shown.end, people={person}
            )
            missing.discard(person)


def _weighs(text: str) -> bool:
    return "克" in text or "g" in text or "公斤" in text


def _counts(text: str, weight: Found) -> bool:
    """Tell whether a weight may be one of drugs that were found: no threshold, no rate, not of other goods."""
    before = text[max(0, weight.start - 16) : weight.start]
    behind = text[weight.end : weight.end + 4]
    if _NOT_FOUND.search(before) or behind.startswith(("以上", "以下", "不满", "/")):
        return False
    return not _OTHER_GOODS.search(_clause(text, weight.start) + behind)


def _clause(text: str, position: int) -> str:
    """Return what stands before ``position`` in its clause, at most 40 characters."""
    start = max(0, position - 40)
    return text[max(start, *(text.rfind(mark, start, position) + 1 for mark in _CLAUSE_MARKS)) : position]


def _sentence_before(text: str, position: int) -> str:
    start = max(0, position - 200)
    return text[max(start, text.rfind("。", start, position) + 1, text.rfind("；", start, position) + 1) : position]


def _stated(text: str, weights: list[Found]) -> tuple[float, str, Found] | None:
    """Return the weight that an opinion states: of its first sentence that judges and weighs."""
    by_sentence: dict[int, list[Found]] = {}
    for weight in weights:
        lead = _sentence_before(text, weight.start)
        start = max(text.rfind("。", max(0, weight.start - _FAR), weight.start) + 1, weight.start - _FAR)
        if not _REBUTTAL.search(lead) and _ACT.search(text, start, weight.start):
            by_sentence.setdefault(start, []).append(weight)
    for some in by_sentence.values():
        kept = _without_parts(text, some)
        if kept:
            return _sum(text, kept)
    return None


def _told(text: str, weights: list[Found]) -> tuple[float, str, Found] | None:
    """Return the weight that facts tell: a total of all acts, else the sum of the items."""
    accused = _ACCUSES.search(text)
    told = [weight for weight in weights if accused is None or weight.start < accused.start()]
    kept = _without_parts(text, told or weights)
    if not kept:
        return None
    whole = [w for w in kept if _TOTAL.search(_clause(text, w.start)) and _WHOLE.search(_sentence_before(text, w.start)[-60:])]
    if whole:
        chosen = max(whole, key=lambda weight: weight.value)
        return _sum(text, [chosen, *_listed(text, chosen, kept)])
    return _sum(text, _measured_once(text, kept))


def _sum(text: str, weights: list[Found]) -> tuple[float, str, Found]:
    """Add up; a total stands for the weights before it that make it up, or for all of its sentence."""
    kept: list[Found] = []
    shown = None
    for weight in weights:
        if _TOTAL.search(_clause(text, weight.start)):
            shown = shown or weight
            kept = _before_total(text, kept, weight)
        kept.append(weight)
    return round(sum(weight.value for weight in kept), 4), "drug.total" if shown else "drug.sum", shown or kept[0]


def _before_total(text: str, kept: list[Found], total: Found) -> list[Found]:
    together = 0.0
    for place in range(len(kept) - 1, -1, -1):
        together += kept[place].value
        if abs(together - total.value) <= 0.01 * total.value:
            return kept[:place]
    start = text.rfind("。", max(0, total.start - _FAR), total.start)
    return [weight for weight in kept if weight.start < start]


def _listed(text: str, total: Found, weights: list[Found]) -> list[Found]:
    """Return the weights of other drugs in the same breath as a total: 共计海洛因5克、甲基苯丙胺3克."""
    result, end = [], total.end
    for weight in weights:
        if weight.start >= end and re.fullmatch(r"[、和及][^，。；、\d]{1,16}", text[end : weight.start]):
            result.append(weight)
            end = weight.end
    return result


def _without_parts(text: str, weights: list[Found]) -> list[Found]:
    return [weight for weight in weights if not _PART.search(text, max(0, weight.start - 28), weight.start)]


def _measured_once(text: str, weights: list[Found]) -> list[Found]:
    """Return the weights of different drugs: one measured or told again stands for the one told before."""
    kept: list[Found] = []
    told: list[Found] = []  # weights not yet measured
    for weight in weights:
        lead = _sentence_before(text, weight.start)
        clause = _clause(text, weight.start)
        again = _AGAIN.search(clause) or _AGAIN.search(lead[-50:]) and _MEASURED.search(lead[-50:])
        if again or _MEASURED.search(lead[-50:]):
            same = [one for one in kept if one.value == weight.value]
            if same and (again or same[-1] in told):
                told = [one for one in told if one is not same[-1]]
                continue
            near = [one for one in told if abs(one.value - weight.value) <= _NEAR * weight.value]
            if again and told or near:
                old = near[-1] if near else told[-1]
                told = [one for one in told if one is not old]
                kept = [one for one in kept if one is not old]
            kept.append(weight)
            continue
        kept.append(weight)
        told.append(weight)
    return kept


def _sales(reading: Reading) -> Iterator[Finding]:
    """Yield the number of sales: stated, else one a sentence that tells of one; unknown when only 多次 is said."""
    missing = set(reading.everyone)
    for name, section in reading.views("findings", "charges", "opinion"):
        stated = [(number, m) for m in _TIMES.finditer(section.text) if (number := _times(m)) is not None]
        for person in sorted(missing) if stated else ():
            mine = [item for item in stated if person in reading.people[name].at(item[1].end())]
            if mine:
                number, match = max(mine, key=lambda item: item[0])
                yield reading.finding(
                    "drug_sales", float(number), rule="drug.sales_stated", section=name, start=match.start(), end=match.end(),
                    people={person},
                )  # fmt: skip
                missing.discard(person)
    for name, section in reading.views("findings", "charges"):
        told = [match for sentence in _SENTENCE.finditer(section.text) if (match := _sold(sentence, section.text)) is not None]
        if told:
            if not _UNCOUNTED.search(section.text):
                yield from _told_sales(reading, name, told, missing)
            return


def _told_sales(reading: Reading, name: str, told: list[re.Match], people: set[int]) -> Iterator[Finding]:
    for person in sorted(people):
        mine = [match for match in told if person in reading.people[name].at(match.end())]
        if mine:
            yield reading.finding(
                "drug_sales", float(len(mine)), rule="drug.sales", section=name, start=mine[0].start(), end=mine[0].end(),
                people={person},
            )  # fmt: skip


_WHEN = re.compile(r"\d{1,2}月|\d{1,2}日|当[日晚天]|次日|一天|时许|同[日年月]|[、.．)）]")
_JUDGES = re.compile(r"公诉机关认为|应当以|其行为|上述事实|证实|供述|证言|构成贩卖")


def _sold(sentence: re.Match, text: str) -> re.Match | None:
    """Return where a sentence tells of a sale with its time; what judges it or proves it tells of none."""
    if _JUDGES.search(sentence[0]) or not _WHEN.search(sentence[0]):
        return None
    return SALE.search(text, *sentence.span())


def _times(match: re.Match) -> int | None:
    try:
        return parse_integer(match["a"] or match["b"])
    except ValueError:
        return None
