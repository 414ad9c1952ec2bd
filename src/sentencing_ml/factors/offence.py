"""Quantities of the offence: amount, persons harmed, blood alcohol, drug weight, number of acts.

A court states the figure it rests the sentence on in its opinion, or as a total of its findings; the rules look there
first, and leave out the sums that are none of the offence (fine, restitution, compensation, price, deposit).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.factors.circumstances import alcohol_limits, drug_names, scopes
from sentencing_ml.factors.people import People
from sentencing_ml.judgments.numerals import Found, find_alcohol, find_money, find_weights, parse_integer
from sentencing_ml.judgments.view import View


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number found for some defendants, with the rule and its span in the stored text."""

    factor: str
    value: float | str
    rule: str
    start: int
    end: int
    section: str
    people: frozenset[int]


# Sums that are not the measure of the offence, when they stand just before (or after) the amount.
_GIVEN_BACK = re.compile(
    r"(?:罚金|罚款|退赔|退赃|退缴|退还|退出|退回|返还|归还|偿还|还款|赔偿|补偿|谅解|医疗费|医药费|医疗|押金|保证金|取保|缴纳|上缴|预缴|追缴|追回|扣押|冻结|发还|损失费|误工|抚慰|丧葬|悬赏|奖励|月薪|报酬|利息|垫付)[^，。；、元]{0,14}(?:人民币)?(?:共计?|合计|各项[^，。；]{0,8})?$"
)
_OTHER_SUM = re.compile(
    r"(?:费用|工资|支付|收取保|租金|租赁|购买|购得|购入|买来|注册资[本金]|投资|以每|每[^，。；]{0,6}|单价|办案|分得|分给|好处费|借款|欠款|欠|借|拖欠|销赃|变卖|卖得|售价|(?<!定)价格为|以|元至)[^，。；、元]{0,14}(?:人民币)?$"
)
_TOTAL = re.compile(
    r"(?:共计|合计|总计|累计|共|总(?:价值|金额|数额|价|额)|涉案(?:总)?(?:金额|数额|价值)|数额(?:共计|合计|达|为)?|金额(?:共计|合计|达|为)?|价值(?:共计|合计|总计)?|诈骗数额|盗窃数额|税款(?:共计|合计)?|价税合计)[^，。；、元]{0,12}$"
)
_TAKEN = re.compile(
    r"(?:盗得|窃得|窃取|盗窃|盗走|偷走|骗取|骗得|诈骗|骗走|劫得|抢得|抢走|抢劫|抢夺|夺取|敲诈|勒索|索要|索取|收受|受贿|贿赂|侵占|贪污|挪用|截留|私吞|占为己有|透支|本金|套取|非法吸收|吸收|集资|销售(?:金额|额)?|经营(?:数额|额)|货值|违法所得|非法获利|赌资|抽头|渔利|价值|价格|鉴定|认定|损失|毁损|财物损失|税额|虚开|现金|钱款|转账|汇款)[^，。；元]{0,16}$"
)
_EACH = re.compile(r"^[^，。；]{0,4}(?:/|每)")


def amounts(
    sections: dict[str, View], *, people: dict[str, People], charges: frozenset[str], everyone: frozenset[int]
) -> list[Quantity]:
    """Read the amount of the offence for each defendant, when a charge is measured by one."""
    if not charges & scopes()["property"]:
        return []
    result: list[Quantity] = []
    missing = set(everyone)
    for name in ("opinion", "findings", "charges"):
        view = sections.get(name)
        if view is None or not missing:
            continue
        candidates = [c for c in _candidates(view.text) if c[1] > 0]
        if not candidates:
            continue
        strong = 3 if name == "opinion" else 2
        for person in sorted(missing):
            # what is said of this defendant alone goes before what is said of several
            own = [c for c in candidates if people[name].at(c[0].start) == {person}]
            shared = [c for c in candidates if person in people[name].at(c[0].start)]
            best = _best(own, strong) if any(c[1] > 1 for c in own) else _best(shared, strong)
            if best is None:
                continue
            found, rule = best
            start, end = view.span(found.start, found.end)
            result.append(
                Quantity(
                    factor="amount_yuan",
                    value=found.value,
                    rule=f"amount.{rule}",
                    start=start,
                    end=end,
                    section=name,
                    people=frozenset([person]),
                )
            )
            missing.discard(person)
    return result


def _candidates(text: str) -> list[tuple[Found, int, str]]:
    """Return (amount, strength, rule): 3 a total, 2 a thing taken or its value, 0 another sum."""
    result = []
    for found in find_money(text):
        before = text[max(0, found.start - 30) : found.start]
        clause = re.split(r"[，。；]", before)[-1]
        if _EACH.search(text[found.end : found.end + 6]):
            continue
        if _GIVEN_BACK.search(clause) and not re.search(r"(?:数额|涉案|贿赂|骗取|诈骗|盗窃|透支)", clause):
            result.append((found, 0, "other"))
        elif _TOTAL.search(clause):
            result.append((found, 3, "total"))
        elif _OTHER_SUM.search(clause) and not re.search(r"(?:数额|涉案|违法所得|贿赂|骗取|诈骗|盗窃|透支)", clause):
            result.append((found, 0, "other"))
        elif _TAKEN.search(clause):
            result.append((found, 2, "taken"))
        else:
            result.append((found, 1, "plain"))
    return result


def _best(candidates: list[tuple[Found, int, str]], strong: int) -> tuple[Found, str] | None:
    totals = [c for c in candidates if c[1] == 3]
    if totals:
        # the grand total is the largest of the totals
        found, _, rule = max(totals, key=lambda c: (c[0].value, -c[0].start))
        return found, rule
    taken = [c for c in candidates if c[1] == 2]
    if taken:
        if strong == 3 or len(taken) == 1:
            found, _, rule = max(taken, key=lambda c: c[0].value)
            return found, rule
        # several acts without a total: the items are added up; the span is the largest item
        items = {round(c[0].value, 2): c for c in taken}
        largest = max(items.values(), key=lambda c: c[0].value)[0]
        return Found(round(sum(items), 2), largest.start, largest.end), "sum"
    plain = [c for c in candidates if c[1] == 1]
    if plain:
        found, _, rule = max(plain, key=lambda c: c[0].value)
        return found, rule
    return None


_COUNTED = re.compile(
    r"(?P<number>[\d一二两三四五六七八九十]+)\s*(?:名)?(?:被害人|受害人|人)[^，。；、致]{0,6}?(?P<grade>死亡|当场死亡|重伤|轻伤|轻微伤)"
)
_GRADED = re.compile(r"(?P<grade>重伤|轻伤|轻微伤)(?:[一二]级|[（(][^）)]{0,4}[）)])?(?!以上|或|残疾|偏)")
# 死亡赔偿金, 死亡医学证明书 and 死亡原因 tell of papers; 致人死亡的， quotes the law.
_DEATH = re.compile(
    r"(?<!脑)死亡(?!赔偿|医学|证明|原因|通知|注销|限额|补偿|鉴定|推断|时间|结论|证|伤残|或者?重伤|[、，]?(?:的|者)[，,])|(?:当场|抢救无效|医治无效|溺水|经抢救)身亡|(?:打|撞|杀|捅|刺|砍|掐|勒|淹|轧|压)死(?!刑|者|伤)"
)
_HARM = {
    "死亡": "deaths",
    "当场死亡": "deaths",
    "身亡": "deaths",
    "致死": "deaths",
    "打死": "deaths",
    "撞死": "deaths",
    "杀死": "deaths",
    "捅死": "deaths",
    "重伤": "serious_injuries",
    "轻伤": "minor_injuries",
    "轻微伤": "slight_injuries",
}


def harmed(sections: dict[str, View], *, everyone: frozenset[int]) -> list[Quantity]:
    """Count the persons killed and injured, by grade; all defendants share the count."""
    best: dict[str, tuple[int, str, str, int, int]] = {}
    for name in ("opinion", "findings", "charges"):
        view = sections.get(name)
        if view is None:
            continue
        text = view.text
        for match in _COUNTED.finditer(text):
            if match["grade"] in ("重伤", "轻伤") and re.match(r"以上|或", text[match.end() : match.end() + 2]):
                continue
            try:
                number = parse_integer(match["number"])
            except ValueError:
                continue
            if number > 60:
                continue
            factor = _HARM[match["grade"]]
            if factor not in best or (name == "opinion" and number > best[factor][0]):
                best[factor] = (number, "harm.counted", name, *match.span())
    for factor, words in (
        ("deaths", _DEATH),
        ("serious_injuries", "重伤"),
        ("minor_injuries", "轻伤"),
        ("slight_injuries", "轻微伤"),
    ):
        if factor in best:
            continue
        for name in ("findings", "charges", "opinion"):
            view = sections.get(name)
            if view is None:
                continue
            matches = list(_graded(view.text, words))
            if matches:
                number = _distinct(view.text, matches)
                best[factor] = (number, "harm.graded", name, *matches[0].span())
                break
    result = []
    for factor, (number, rule, name, a, b) in sorted(best.items()):
        start, end = sections[name].span(a, b)
        result.append(
            Quantity(factor=factor, value=float(number), rule=rule, start=start, end=end, section=name, people=everyone)
        )
    return result


def _graded(text: str, words: str | re.Pattern) -> Iterable[re.Match]:
    pattern = words if isinstance(words, re.Pattern) else _GRADED
    for match in pattern.finditer(text):
        if isinstance(words, str) and match["grade"] != words:
            continue
        before = text[max(0, match.start() - 14) : match.start()]
        if re.search(
            r"(?:未|不构成|不属|够不成|没有)[^，。；]{0,6}$|(?:被告人|嫌疑人)[^，。；]{0,8}$", before
        ) and not re.search(r"(?:致|将|把|造成)[^，。；]{0,12}$", before):
            continue
        yield match


_NAME_BEFORE = re.compile(
    r"(?:被害人|受害人|被\*甲|伤者|经(?:法医)?鉴定[，：:]?)?(?P<who>[\u4e00-\u9fff]{1,2}(?:某|×|x|X|\*|＊)[\u4e00-\u9fff某\d]{0,2}|(?<=被害人)[\u4e00-\u9fff]{2,3}?(?=的|右|左|头|面|身|之|此|构|为|属|损|伤|因|所))"
)


def _distinct(text: str, matches: list[re.Match]) -> int:
    """Count the different victims named just before the grades; at least one."""
    names = set()
    for match in matches:
        clause = re.split(r"[。；]", text[max(0, match.start() - 60) : match.start()])[-1]
        found = [m["who"] for m in _NAME_BEFORE.finditer(clause)]
        if found:
            names.add(found[-1])
    return max(1, len(names))


def alcohol(sections: dict[str, View], *, people: dict[str, People], charges: frozenset[str]) -> list[Quantity]:
    """Read the blood alcohol of driving offences: the highest reading of a blood test for each defendant."""
    if not charges & scopes()["driving"]:
        return []
    best: dict[frozenset[int], Quantity] = {}
    for name in ("opinion", "findings", "charges"):
        view = sections.get(name)
        if view is None or best:
            continue
        for found in find_alcohol(view.text):
            before = view.text[max(0, found.start - 40) : found.start]
            if re.search(r"呼气|吹气|酒精测试仪", before) and re.search(r"血液|血样|抽血", view.text):
                blood = [f for f in find_alcohol(view.text) if f.start > found.start]
                if blood:
                    continue
            if (
                re.search(r"(?:大于|超过|≥|标准|达到或者超过|以上)[^，。；]{0,6}$", before)
                or found.value in alcohol_limits()
                and "为" not in before[-3:]
            ):
                continue
            start, end = view.span(found.start, found.end)
            who = people[name].at(found.start)
            quantity = Quantity(
                factor="alcohol_mg_per_100ml",
                value=round(found.value, 2),
                rule="alcohol.blood",
                start=start,
                end=end,
                section=name,
                people=who,
            )
            if who not in best or quantity.value > best[who].value:
                best[who] = quantity
    return list(best.values())


@lru_cache(maxsize=1)
def _drug_names() -> tuple[re.Pattern, dict[str, str]]:
    """Return what finds a drug's name, and the kind of each name."""
    kinds = drug_names()
    return re.compile("|".join(sorted(map(re.escape, kinds), key=len, reverse=True))), kinds


_TOTAL_WEIGHT = re.compile(r"(?:共计|合计|总计|累计|总重|共重|共|总量|净重共?|毒品)[^，。；]{0,14}$")


def drugs(
    sections: dict[str, View], *, people: dict[str, People], charges: frozenset[str], everyone: frozenset[int]
) -> list[Quantity]:
    """Read kind and weight of drugs: the total of the opinion, else of the facts, else the sum of the items."""
    if not charges & scopes()["drugs"]:
        return []
    pattern, kinds = _drug_names()
    result: list[Quantity] = []
    for name in ("opinion", "findings", "charges"):
        view = sections.get(name)
        match = pattern.search(view.text) if view is not None else None
        if match:
            start, end = view.span(*match.span())
            result.append(
                Quantity(
                    factor="drug_type",
                    value=kinds[match[0]],
                    rule="drug.name",
                    start=start,
                    end=end,
                    section=name,
                    people=everyone,
                )
            )
            break
    if not charges & scopes()["drug_weight"]:
        return result
    missing = set(everyone)
    for name in ("opinion", "findings", "charges"):
        view = sections.get(name)
        if view is None or not missing:
            continue
        weights = list(find_weights(view.text))
        for person in sorted(missing):
            mine = [w for w in weights if person in people[name].at(w.start)]
            if not mine:
                continue
            totals = [
                w
                for w in mine
                if _TOTAL_WEIGHT.search(re.split(r"[，。；]", view.text[max(0, w.start - 24) : w.start])[-1])
            ]
            if name == "opinion":
                chosen = max(totals or mine, key=lambda w: w.value)
                value = chosen.value if totals else round(sum({w.value for w in mine}), 4)
            else:
                distinct = {round(w.value, 4): w for w in mine}
                chosen = max(totals, key=lambda w: w.value) if totals else max(mine, key=lambda w: w.value)
                value = chosen.value if totals else round(sum(distinct), 4)
            start, end = view.span(chosen.start, chosen.end)
            result.append(
                Quantity(
                    factor="drug_grams",
                    value=value,
                    rule="drug.total" if totals else "drug.sum",
                    start=start,
                    end=end,
                    section=name,
                    people=frozenset([person]),
                )
            )
            missing.discard(person)
    return result


_ACTS = re.compile(
    r"(?:先后|共计?|累计|作案|实施|参与)?(?P<number>[\d一二两三四五六七八九十]+)(?:余)?(?:次|起)(?=[^数级诉]|$)"
)
_NUMBERED = re.compile(
    r"(?:^|[。；：:）)\s])(?:[（(]?(?P<n>[\d一二三四五六七八九十]{1,3})[）)]?[、.．](?!\d)|第(?P<m>[一二三四五六七八九十]+)起)"
)
_UNCOUNTED = re.compile(r"多次|数次|若干次")


def incidents(sections: dict[str, View], *, everyone: frozenset[int]) -> Quantity | None:
    """Read the number of acts: numbered items of the facts, else a stated number, else one; unknown when only 多次."""
    facts_name = "findings" if "findings" in sections else "charges"
    for name in (facts_name, "opinion"):
        view = sections.get(name)
        if view is None:
            continue
        if name == facts_name:
            numbers = []
            for match in _NUMBERED.finditer(view.text):
                number = _ordinal(match["n"] or match["m"])
                if number == (numbers[-1][0] + 1 if numbers else 1):
                    numbers.append((number, match))
            if len(numbers) >= 2:
                start, end = view.span(*numbers[-1][1].span())
                return Quantity(
                    factor="incident_count",
                    value=float(numbers[-1][0]),
                    rule="incidents.numbered",
                    start=start,
                    end=end,
                    section=name,
                    people=everyone,
                )
        stated = [
            (value, match)
            for match in _ACTS.finditer(view.text)
            if (value := _ordinal(match["number"]))
            and 2 <= value <= 200
            and "第" not in view.text[max(0, match.start() - 1) : match.start()]
        ]
        if stated:
            value, match = max(stated, key=lambda item: item[0])
            start, end = view.span(*match.span())
            return Quantity(
                factor="incident_count",
                value=float(value),
                rule="incidents.stated",
                start=start,
                end=end,
                section=name,
                people=everyone,
            )
    view = sections.get(facts_name)
    if view is None or _UNCOUNTED.search(view.text):
        return None
    return Quantity(
        factor="incident_count",
        value=1.0,
        rule="incidents.single",
        start=-1,
        end=-1,
        section=facts_name,
        people=everyone,
    )


def _ordinal(text: str | None) -> int | None:
    try:
        return parse_integer(text or "")
    except ValueError:
        return None
