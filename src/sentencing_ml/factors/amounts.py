"""The amount of the offence in yuan: the figure the sentence rests on, not every figure in the text.

A court states it in its opinion, or as a total of its findings; the rules look there first, and leave out the sums that
are none of the offence (fine, restitution, compensation, price, deposit).
"""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.judgments.numerals import Found, find_money

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


def amounts(reading: Reading) -> Iterator[Finding]:
    """Yield the amount of the offence for each defendant, when a charge is measured by one."""
    if not registry().factors["amount_yuan"].belongs_to(reading.charges):
        return
    missing = set(reading.everyone)
    for name, section in reading.views("opinion", "findings", "charges"):
        candidates = [candidate for candidate in _candidates(section.text) if candidate[1] > 0] if missing else []
        if not candidates:
            continue
        people = reading.people[name]
        strong = 3 if name == "opinion" else 2
        for person in sorted(missing):
            # what is said of this defendant alone goes before what is said of several
            own = [c for c in candidates if people.at(c[0].start) == {person}]
            shared = [c for c in candidates if person in people.at(c[0].start)]
            best = _best(own, strong) if any(c[1] > 1 for c in own) else _best(shared, strong)
            if best is None:
                continue
            found, rule = best
            yield reading.finding(
                "amount_yuan", found.value, rule=f"amount.{rule}", section=name, start=found.start, end=found.end, people={person}
            )
            missing.discard(person)


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
