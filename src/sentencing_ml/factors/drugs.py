"""Drugs: kind, weight, purity, and the number of sales.

The weight is what the court states in its opinion, the weights of several drugs added; else what a record says the
prosecution concludes; else a total of the facts, else what the facts tell item by item. There a laboratory's weight
takes the place of the weight told before of the same drugs, and a part (其中) is not added to its whole. What was sold
and what was then found on the seller, at home or in the car count together (法〔2008〕324号二): a total of the sales
alone does not hold the latter. What was found on the buyer is what was sold. Drugs bought to be sold on are the ones
sold and found later, so of both sums the larger counts.

The kind is that of the drugs that weigh most in law: their grams over the grams at which their amount is 较大.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import drug_names
from sentencing_ml.judgments.numerals import Found, find_weights, fold, parse_integer, parse_number
from sentencing_ml.law.statutes import charge_law

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
_ACCUSES = re.compile(r"公诉机关(?:认为|据此)|检察院认为|应当以|(?<=[，。；])(?:[并据此因而]{0,3}|[^，。；]{0,12}据以上[^，。；]{0,8})(?:认为|认定)[，：]?(?:被告人|其)")
_CONCLUDES = re.compile(r"(?:认为|认定)[，：]?(?:被告人|其)")
# What was found on the seller, at home or in the car, and words for any drugs found.
_FOUND = re.compile(r"查获|缴获|搜出|搜查出|起获|搜缴|收缴|查扣|扣押|搜获|查出|当场缴|上缴|查缴")
_ON_SELLER = re.compile(r"身上|随身|携带|手[中上]|口袋|衣袋|裤袋|挎包|包内|家|住处|住所|租|房|室|车|床|柜|抽屉|酒店|宾馆|公寓|(?:从|在)(?:被告人|其)")
# 从王某处缴获其刚买的毒品: what was sold before
_FROM_BUYER = re.compile(r"(?:所购|购买|购得|购入|买|交易|贩卖|出售)(?:来|到)?的|(?:买家|购毒|吸毒)[^，。；]{0,10}(?:处|身上|手)|购自")
_UNDETECTED = re.compile(r"未(?:能)?(?:被)?(?:检[出见测验]|查出|含有|发现)|没有检出")
_DETECTED = re.compile(r"(?<!未)(?<!未能)检[出见测]")
# 净重5克，检出海洛因成分
_FOUND_IN_IT = re.compile(r"[）)]?[，、]?(?:经[^，。；]{0,16}，?)?[^，。；]{0,6}(?:检[出见测]出?|含有?|系|为)(?:有)?(?:毒品)?")
# 提供线索使公安机关侦破他人贩卖41克毒品案: another's drugs
_OTHERS_CASE = re.compile(r"(?:线索|侦破|破获|检举|揭发)[^。；]{0,40}$")
# 约定贩卖12克: a bargain counts where nothing tells what was delivered
_BARGAIN = re.compile(r"(?:约定|商定|承诺|谈好|谈妥|说好|讲好|求购|要购买|欲购|想购|要求购|提出购|求买)[^，。；]{0,24}$")
_BUYS = re.compile(
    r"(?:从|向|找|在|由|通过)(?!被告人|其[购买要])[^，。；]{1,24}?(?:购买|购得|购进|购入|买进|买得|买来|买到|买了|获取|拿到|拿了|进了?货)[^，。；]{0,16}$"
    r"|(?<![所准])(?:购得|购进|买进|买来|购入)[^，。；]{0,12}$"
)
# 49.70、48.97、0.15克: the unit stands behind the last
_LISTED_BEFORE = re.compile(r"(?<![\d.])(?P<number>\d{1,6}(?:\.\d{1,6})?)(?:、|和|及)$")
# 甲基苯丙胺3袋（每袋约0.5克）
_EACH = re.compile(r"(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:小)?(?:[包袋颗粒片支次块瓶板]|个)[^。；\d]{0,8}每(?:小)?(?:[包袋颗粒片支次块瓶板]|个)[^，。；\d]{0,6}$")
_AND = re.compile(r"[^，。；、]{0,24}[、和及][^，。；、]{0,12}")
_SUMS_UP = re.compile(r"综上|总上")
_DETAILS = re.compile(r"(?:具体|分述|事实|情况)[^，。；]{0,14}(?:如下|：)|分述如下")
SALE = re.compile(
    r"(?:贩卖|卖|出售|售|贩|交付|转让|转卖)(?:给|予)|(?:向|与|和)[^，。；]{1,60}?(?:贩卖|出售|贩售|交易)|元[^，。；]{0,10}(?:价格|价钱|价)[^。；]{0,24}(?:贩卖|卖|出售|销售|售)|(?:贩卖|出售)[^，。；]{0,24}(?:\d|[一二三四五六七八九十半])(?:\.\d{1,9})?(?:余)?(?:克|包|小包|袋|粒|颗|片|个)"
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
_ROUGH = 2.5  # a weight guessed and measured later differ by no larger factor
_FAR = 1000  # characters: a text without stops is no one sentence
_TRAFFICKING, _FAIRLY_LARGE = "走私、贩卖、运输、制造毒品罪", "fairly_large"
_LEAST_GRAVE = 1_000_000.0
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
    """Yield the drug that weighs most in law; without weights the first one named."""
    for name, section in reading.views("opinion", "findings", "charges"):
        named = list(_drug_pattern().finditer(section.text))
        if not named:
            continue
        match = _gravest(section.text, named) if len({drug_names()[one[0]] for one in named}) > 1 else named[0]
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


def _gravest(text: str, named: list[re.Match]) -> re.Match:
    """Return the name of the drug whose weights, each over its kind's threshold, are the largest together."""
    weights = [weight for weight in find_weights(text) if _counts(text, weight)]
    together: dict[str, float] = defaultdict(float)
    shown: dict[str, re.Match] = {}
    previous = 0
    for place, weight in enumerate(weights):
        until = weights[place + 1].start if place + 1 < len(weights) else len(text)
        match = _name_of(text, weight, named, since=previous, until=until)
        previous = weight.end
        if match is not None:
            kind = drug_names()[match[0]]
            shown.setdefault(kind, match)
            together[kind] += weight.value / _fairly_large(kind)
    return shown[max(together, key=lambda kind: together[kind])] if together else named[0]


def _name_of(text: str, weight: Found, named: list[re.Match], *, since: int, until: int) -> re.Match | None:
    """Return what a weight is one of: the drug right behind it (5克海洛因), else told before it, else behind."""
    for match in named:
        if weight.end <= match.start() <= min(weight.end + 10, until) and not re.search(r"[，。；、和]", text[weight.end : match.start()]):
            return match
    if found := _FOUND_IN_IT.match(text, weight.end, until):
        behind = next((match for match in named if found.end() <= match.start() <= found.end() + 6), None)
        if behind is not None:
            return behind
    before = [match for match in named if max(since, weight.start - 60) <= match.start() < weight.start]
    if before:
        # 检出甲基苯丙胺和咖啡因成分，净重4克: a mixture is what is gravest in it
        group = [before[-1]]
        for match in reversed(before[:-1]):
            if group[0].start() - match.end() > 12 or not re.search(r"[、和及与]", text[match.end() : group[0].start()]):
                break
            group.insert(0, match)
        return min(group, key=lambda match: _fairly_large(drug_names()[match[0]]))
    return next((match for match in named if weight.end <= match.start() < min(until, weight.end + 60)), None)


@lru_cache(maxsize=64)
def _fairly_large(kind: str) -> float:
    """Return the grams of a kind that the law calls 数量较大; a kind without a number of its own weighs least."""
    law = charge_law(_TRAFFICKING)
    entries = law.thresholds[_FAIRLY_LARGE] if law is not None else ()
    for entry in reversed(entries):
        if told := [value for name, value in (entry.values or {}).items() if name.startswith(kind)]:
            return max(told)
    return _LEAST_GRAVE


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
    own = {d.index: tuple(fold(form) for form in (d.name, *d.aliases) if len(form) > 1) for d in reading.defendants}
    for name, section in reading.views("opinion", "findings", "charges"):
        text = section.text
        weights = _weights(text) if missing and _weighs(text) else []
        for person in sorted(missing) if weights else ():
            mine = [weight for weight in weights if person in reading.people[name].at(weight.start)]
            result = _stated(text, mine) if name == "opinion" else _told(text, mine, names=own.get(person, ()))
            if result is None:
                continue
            value, rule, shown = result
            yield reading.finding(
                "drug_grams", value, rule=rule, section=name, start=shown.start, end=shown.end, people={person}
            )
            missing.discard(person)


def _weighs(text: str) -> bool:
    return "克" in text or "g" in text or "公斤" in text


def _weights(text: str) -> list[Found]:
    """Return the weights of drugs in ``text``: each of a list with its unit at the end, so many times one of each."""
    result: list[Found] = []
    for weight in find_weights(text):
        if not _counts(text, weight):
            continue
        result += _listed_before(text, weight)
        each = _EACH.search(text, max(0, weight.start - 30), weight.start) if "每" in text[max(0, weight.start - 10) : weight.start] else None
        number = _times_each(each) if each is not None else 1
        result.append(replace(weight, value=round(weight.value * number, 6)) if number > 1 else weight)
    if "未检" not in text and "未查出" not in text and "没有检出" not in text:
        return result
    none = {place for place in range(len(result)) if _undetected(text, result, place)}
    without = {result[place].value for place in none}
    return [weight for place, weight in enumerate(result) if place not in none and weight.value not in without]


def _listed_before(text: str, weight: Found) -> list[Found]:
    found: list[Found] = []
    start = weight.start
    while (match := _LISTED_BEFORE.search(text, max(0, start - 14), start)) is not None and "." in match["number"]:
        unit = weight.value / float(parse_number(text[weight.start : _digits_end(text, weight.start)]) or 1)
        found.insert(0, Found(round(float(match["number"]) * unit, 6), match.start(), match.end("number")))
        start = match.start()
    return found


def _digits_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end].isdigit() or text[end] == "."):
        end += 1
    return end


def _times_each(match: re.Match) -> int:
    try:
        return parse_integer(match["count"])
    except ValueError:
        return 1


def _undetected(text: str, weights: list[Found], place: int) -> bool:
    """Tell whether the laboratory found no drug in what weighs so much."""
    weight = weights[place]
    until = weights[place + 1].start if place + 1 < len(weights) else len(text)
    behind = text[weight.end : min(until, weight.end + 40)].partition("。")[0].partition("；")[0]
    if _DETECTED.search(behind) or _UNDETECTED.search(behind):
        found, none = _DETECTED.search(behind), _UNDETECTED.search(behind)
        return none is not None and (found is None or none.start() < found.start())
    since = weights[place - 1].end if place else 0
    before = _sentence_before(text, weight.start)[-60:][-max(0, weight.start - since) :]
    last = max((match.start() for match in _DETECTED.finditer(before)), default=-1)
    return any(match.start() > last for match in _UNDETECTED.finditer(before))


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


def _told(text: str, weights: list[Found], *, names: tuple[str, ...]) -> tuple[float, str, Found] | None:
    """Return the weight that facts tell: what a record says the prosecution concludes, a total of all acts, else the
    sum of the items; ``names`` are the defendant's."""
    accused = _ACCUSES.search(text)
    if accused is not None and (concluded := _CONCLUDES.search(text, accused.start(), accused.end() + 40)):
        behind = _concluded(text, weights, concluded.end())
        if behind and _ACT.search(text, concluded.end(), behind[0].start) and not _REBUTTAL.search(text, concluded.end(), behind[0].start):
            return _sum(text, _without_parts(text, behind) or behind)
    told = [weight for weight in weights if accused is None or weight.start < accused.start()] or weights
    kept = [weight for weight in _without_parts(text, told) if not _OTHERS_CASE.search(_sentence_before(text, weight.start))]
    kept = [weight for weight in kept if not _BARGAIN.search(_clause(text, weight.start))] or kept
    if not kept:
        return None
    whole = [weight for weight in kept if _is_whole(text, weight)]
    if whole:
        return _of_total(text, max(whole, key=lambda weight: weight.value), kept)
    details = _DETAILS.search(text, kept[0].end, kept[-1].start)
    if details is not None:
        # 贩卖25克，并查获20克。具体事实如下：…: told twice, as a whole and one by one
        parts = [w for w in kept if w.start < details.start()], [w for w in kept if w.start > details.start()]
        return max((_of_items(text, part, names=names) for part in parts), key=lambda result: result[0])
    return _of_items(text, kept, names=names)


def _is_whole(text: str, weight: Found) -> bool:
    """Tell whether a weight is the total of the acts: not of what was found in the end."""
    lead = _sentence_before(text, weight.start)[-60:]
    if _FOUND.search(_since_act(text, weight)):
        return False
    return _TOTAL.search(_clause(text, weight.start)) is not None and _WHOLE.search(lead) is not None or _SUMS_UP.search(lead) is not None and _ACT.search(lead) is not None


def _concluded(text: str, weights: list[Found], start: int) -> list[Found]:
    """Return the weights of the sentence at ``start``; those behind the next defendant's name are his."""
    behind: list[Found] = []
    for weight in weights:
        if weight.start < start:
            continue
        if "。" in text[start : weight.start] or behind and "被告人" in text[behind[-1].end : weight.start]:
            break
        behind.append(weight)
    return behind


def _of_items(text: str, weights: list[Found], *, names: tuple[str, ...]) -> tuple[float, str, Found]:
    """Add up; what the defendant bought is what he sold and kept, so the larger of both sums counts."""
    bought: list[Found] = []
    for place, weight in enumerate(weights):
        listed = place > 0 and weights[place - 1] in bought and _AND.fullmatch(text[weights[place - 1].end : weight.start])
        if listed or _is_bought(text, weight, names):
            bought.append(weight)
    others = [weight for weight in weights if weight not in bought]
    sums = [_sum(text, _measured_once(text, some)) for some in (others, bought) if some]
    return max(sums, key=lambda result: result[0])


def _is_bought(text: str, weight: Found, names: tuple[str, ...]) -> bool:
    clause = _clause(text, weight.start)
    match = _BUYS.search(clause)
    return match is not None and not any(name in match[0] for name in ("被告人", *names))


def _since_act(text: str, total: Found) -> str:
    """Return what stands between the act whose total is told and the total."""
    lead = _sentence_before(text, total.start)[-60:]
    return lead[max((match.end() for match in _ACT.finditer(lead)), default=0) :]


def _of_total(text: str, total: Found, weights: list[Found]) -> tuple[float, str, Found]:
    """Return a total of the acts, with what was found on the seller besides where it does not hold that."""
    others = _measured_once(text, [weight for weight in weights if weight is not total])
    behind = [weight for weight in others if weight.start > total.start]
    stock = [weight for weight in behind if _is_stock(text, weight)]
    held = any(_alike(sum(weight.value for weight in some), total.value) for some in (others, behind))
    if held or re.search(r"综上|总上|累计|总计", _sentence_before(text, total.start)[-60:]):
        stock = []
    value, rule, shown = _sum(text, [total, *_listed(text, total, weights)])
    listed = {weight.start for weight in _listed(text, total, weights)}
    more = _sum(text, stock)[0] if (stock := [weight for weight in stock if weight.start not in listed]) else 0.0
    return round(value + more, 4), rule, shown


def _is_stock(text: str, weight: Found) -> bool:
    """Tell whether a weight is of drugs found on the seller that are not those just sold."""
    lead = _sentence_before(text, weight.start)[-80:]
    found = max((match.start() for match in _FOUND.finditer(lead)), default=-1)
    return found >= 0 and not _FROM_BUYER.search(lead[max(0, found - 30) :]) and not _AGAIN.search(lead[found:])


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= 0.01 * max(one, other)


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
    """Return the weights before a total that it does not hold: those that do not make it up, in another sentence, of
    drugs sold where the total is of drugs found, or more than it together."""
    together = 0.0
    for place in range(len(kept) - 1, -1, -1):
        together += kept[place].value
        if _alike(together, total.value):
            return kept[:place]
    start = text.rfind("。", max(0, total.start - _FAR), total.start)
    if not _AGAIN.search(text, max(start, 0), total.start):
        start = max([start, *(match.start() for match in _FOUND.finditer(text, max(start, 0), total.start))])
    within = [weight for weight in kept if weight.start >= start]
    if sum(weight.value for weight in within) > total.value:
        return kept
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
    """Return the weights without parts of another: 共12.3克，其中6.9克…，5.4克…"""
    kept: list[Found] = []
    parts = 0.0
    for place, weight in enumerate(weights):
        if _PART.search(text, max(0, weight.start - 28), weight.start):
            parts = weight.value
        elif parts and kept and "。" not in text[weights[place - 1].end : weight.start] and parts + weight.value <= 1.01 * kept[-1].value:
            parts += weight.value
        else:
            kept.append(weight)
            parts = 0.0
    return kept


def _measured_once(text: str, weights: list[Found]) -> list[Found]:
    """Return the weights of different drugs: one measured or told again stands for the one told before."""
    kept: list[Found] = []
    told: list[Found] = []  # weights not yet measured
    for weight in weights:
        lead = _sentence_before(text, weight.start)
        clause = _clause(text, weight.start)
        again = bool(_AGAIN.search(clause) or _AGAIN.search(lead[-50:]) and _MEASURED.search(lead[-50:]))
        measured = again or _MEASURED.search(lead[-50:]) is not None
        same = [one for one in kept if one.value == weight.value]
        if same and (again or measured and same[-1] in told or _found_again(text, weight)):
            if measured:
                told = [one for one in told if one is not same[-1]]
            continue
        if measured:
            near = [one for one in told if abs(one.value - weight.value) <= _NEAR * weight.value]
            rough = [one for one in told[-1:] if again and max(one.value, weight.value) <= _ROUGH * min(one.value, weight.value)]
            if near or rough:
                old = (near or rough)[-1]
                told = [one for one in told if one is not old]
                kept = [one for one in kept if one is not old]
        else:
            told.append(weight)
        kept.append(weight)
    return kept


def _found_again(text: str, weight: Found) -> bool:
    """Tell whether a weight may be that of drugs told before: found on the spot, not in the seller's stock.

    On the seller himself a round weight may be that of another packet.
    """
    lead = _sentence_before(text, weight.start)[-40:]
    behind = text[weight.end : weight.end + 16].partition("。")[0]
    if not _FOUND.search(lead) and not _FOUND.search(behind):
        return False
    return not _ON_SELLER.search(lead[max((match.start() for match in _FOUND.finditer(lead)), default=0) - 16 :]) or len(f"{weight.value:g}".strip("0.").replace(".", "")) > 1


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
