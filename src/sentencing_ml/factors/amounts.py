"""The amount of the offence in yuan: the figure the sentence rests on, not every figure in the text.

What a charge is measured by (things taken, turnover, a bribe, a loss …) and how texts say so stands in ``terms.yaml``. A
sum counts by the words that lead to it: nouns of the figure, verbs of the act, or words beside which it is another sum
(given back, a price, a gain where things are measured). The court states the amount in its opinion, or as a total of its
findings; where it does neither, the acts of the findings are added up, each with its own value, and each defendant has
the acts that name him. The charges are read where the court only takes them over.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sentencing_ml.factors.counts import NUMBERED, act_starts
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import Measure, measures
from sentencing_ml.judgments.numerals import Found, find_money, fold, names_money

_GAP = 8  # characters between two names of one list
_NEAR = 0.005  # two statements of one amount differ by rounding alone
_DIGITS = 6  # digits of a figure that two things do not share by chance
_SENTENCE = 1000  # characters: a text without stops is no one sentence
_TOGETHER = 200  # sums: no act is told with more
_ELSEWHERE = -1  # the strength of a sum that only the clauses before it make another one
_VERB = 10  # characters before an act in which a verb governs it: 退赔了其参与收购的…
_WINDOW = 90  # characters before a sum in which the act that governs it is looked for

# Sums that are no measure of any offence, when they govern the clause in which the sum stands.
_GIVEN_BACK = re.compile(
    r"罚金|罚款|退赔|退赃|退缴|退还|退出|退回|退交|退清|(?<!未)(?<!不)(?:返还|归还|偿还)|还款|还清|赔偿|补偿|赔付|谅解|医疗|医药|取保(?=候|[，。；、]|$)|(?<!应)(?<!避)缴纳|上缴|预缴|缴获|追缴|追回|扣押|查扣|冻结|发还|误工|抚慰"
    r"|丧葬|悬赏|奖励|月薪|垫付|注册资|余额|借款|欠条|借条|代为退|主动退|退了|律师费|鉴定费|清退|兑付|办案|抵扣房款"
)
_LABEL = re.compile(r"涉案|(?:犯罪|盗窃|诈骗|贿赂|经营|销售|挪用|侵占|贪污|受贿|行贿|所得)(?:的)?(?:总)?(?:数额|金额|总额)|实际骗得")
_PRICE = re.compile(r"(?:以(?:每[^，。；（、元]{0,8}|现金|总价|共计|约|单价|低价|高价){0,4}|每(?:[^，。；、元]{0,8}|[人位名户场次天月期][^，。；、元]{0,20})|单价[^，。；、元]{0,4}|[进售卖]价[^，。；、元]{0,4}|(?:远超|排除|剔除|扣除|核减)[^，。；、元]{0,8}|[\d万千百元](?:至|到|-|~|—|－))(?:人民币)?$")
_PRICE_AFTER = re.compile(
    r"(?:人民币)?(?:左右|余)?(?:/|每|一[克包张斤条箱只瓶台粒次件吨]|的(?:单价|价格|价钱|售价|低价|高价|工价|价|标准)|至|到|不等|[~—-]\d|转让|转卖|卖给|卖掉|变卖|拍卖|出售|销赃|卖出|归还|退还|返还|退给|(?:已|均|全部|如数){1,3}退|面[额值])"
)
# 共计人民币（币种下同）5000元: an aside that only names the currency.
_CURRENCY_NOTE = re.compile(r"[（(][^（）()]{0,8}(?:币种|下同|人民币)[^（）()]{0,8}[）)]$")
# What was paid for a thing, which is the turnover of him who sells it: 以7200元的价格卖给.
_PAID = re.compile(r"以(?:总价|共计|约|现金){0,4}(?:人民币)?$")
# 以8000元的价格出售给被害人: what he pays who is deceived about the thing.
_SOLD_TO_VICTIM = re.compile(r"(?:左右)?的?(?:价格|价钱)?(?:非法|转手|又)?(?:卖|售|出售|销售|转让)[^，。；]{0,6}给了?(?:被害|受害)")
_SELLS = re.compile(r"(?:人民币)?(?:左右)?的?(?:[高低]?价格?|价钱)?(?:非法|转手|又)?(?:卖|售|出售|销售|贩卖|转让|倒卖)")
_FOREIGN = re.compile(r"(?:(?:港|澳|美|日|欧|英|加|台|韩|泰|越|卢|外)(?:币|元|圆|金|镑|铢|盾|布)|英镑|新台币|U币|USDT)")
_FOREIGN_SUM = re.compile(rf"[\d一二三四五六七八九十百千万亿]余?{_FOREIGN.pattern}")
# 价值3000，: a number that a word of value leads to and no unit follows.
_BARE_SUM = re.compile(r"(?:价值|数额|金额|现金)(?:人民币)?(?:共计?|合计|为|达){0,2}\d[\d,.]{2,11}(?=[，。；、）])")
_VALUE = re.compile(r"(?:价值|价额|价格|咨询价|市场价|鉴定|认定|认证|估价|估值|评估|作价|定价|折合|货值|(?<!面)值)[^，。；（、元]{0,14}$")
_APPRAISED = re.compile(r"鉴定|评估|认定|认证|估价|估值|核定")
_TOTAL = re.compile(
    r"(?:共计?|合计|总计|累计|总(?:价值|金额|数额|价|额|共)|一共)[^，。；（、元]{0,14}$|(?<!鉴定)(?<!认定)(?<!认证)(?<!评估)(?:[\u4e00-\u9fff]{2}(?:数额|金额|总额))[^，。；（、元]{0,8}$"
)
_COUNTED = re.compile(r"(?<![第\d一二两三四五六七八九十])[\d一二两三四五六七八九十]{1,4}余?(?:人?次|起|笔|宗)(?!的)[^。；元]{0,24}$")
_TOOK_PART = re.compile(r"参与[^。；元]{0,30}$")
_OTHERS = re.compile(r"等(?:\d{1,2}|[二两三四五六七八九十]{1,2})?(?:名?被告人|人)")
_GENERIC = re.compile(r"(?:共计?|合计|总计|累计|总(?:价值|金额|数额|价|额|共)|一共|数额|金额|计|共)(?:约|为|达|近|到){0,4}(?:人民币)?$")
_PART = re.compile(r"其中")
_THRESHOLD = re.compile(r"(?:人民币)?(?:左右)?以[上下]")
# 累计超过250万元，属于情节严重: the limit of the law, not the figure of the case.
_EXCEEDS = re.compile(r"超过(?:人民币)?$")
_GRADES = re.compile(r"[，,](?:属于?|系|达到|数额|情节)")
_STANDARD = re.compile(r"没有|未达|未造成|不满|不足|标准|规定|解释|属于")
_ARGUED = re.compile(r"辩护人|辩称|辩解|辩护意见|意见[:：，]|的(?:上诉|意见)|提出|所提")
_ANSWERED = re.compile(r"经查|经审查|本院|综上|不予|采纳|采信|以非法占有|以营利")
# 数额为5万元的公诉意见: what is argued, whoever argues it.
_ARGUED_OF = re.compile(r"[^，。；]{0,12}的?(?:公诉意见|辩护意见|意见|辩解|主张|请求|证据(?:未|不|尚)|指控(?![^，。；]{0,6}(?:成立|属实)))")
# 所挪用资金5万元，亦应责令其退赔: what is ordered of money that has been told of.
_ORDERED = re.compile(r"，?(?:亦|也|均|应当?|依法|继续|予以){0,4}(?:责令|追缴)")
_SETTLED = re.compile(r"应(?:当|予)?[^。；]{0,16}认定(?:为|[^，。；]{0,24}(?:损失|数额|金额|价值)为?)(?:人民币)?$")
_FAILED = re.compile(r"，?(?:属于?|系|是|均)?(?:犯罪)?未遂")
_FAILED_PART = re.compile(r"中[^，。；]{0,6}未遂[^，。；]{0,6}$")
# 价值5万元，数额巨大: the figure by which the law grades the offence.
_GRADED = re.compile(r"[）)，,]{0,2}(?:属于?|均属|系|已达|达到)?(?:盗窃|诈骗|犯罪)?数额(?:较大|巨大|特别巨大)")
# 财物计人民币6万元（其中2万元未遂），数额巨大: of whom it is told, it is the sum of all that he did.
_SUMMED = re.compile(r"[物款金财]计(?:人民币)?$")
_CONCLUDED = re.compile(r"(?:[（(][^（）()。]{0,24}[）)])?[，,]数额(?:较大|巨大|特别巨大)")
# 指控诈骗12.5万元不当: what the court does not find.
_NOT_FOUND = re.compile(r"(?:人民币)?(?:的(?:数额|金额|事实|部分)?)?(?:不当|有误|错误|证据不足|不能成立|不能认定|不予认定)")
# 理由：经查，…: why the court finds less, told with the figures of the charge.
_REASONS = re.compile(r"(?:其|具体)?理由(?:是|如下)?[：:]")
_ALLEGED = re.compile(r"指控")
_ASKED = re.compile(r"要求|提出|索要|索取|勒索|敲诈|声称|谎称|约定|协商|商定|答应|同意|需要")
_PAID_OVER = re.compile(r"支付|交付|交给|转账|转给|汇|给付|付给|付款|给了|得到|得款|取得|骗得|骗取|拿到|实际")
_EARLIER = re.compile(r"曾因|前因|曾于[^，。；]{0,30}因|号[^，。；]{0,8}判决[^，。；]{0,4}认定")
_AFTERWARDS = re.compile(r"案发后|破案后|归案后|到案后|抓获后")
_CAME_BACK = re.compile(r"追回|发还|退还|归还|缴获|扣押")
_TESTIFIED = re.compile(r"证言|(?<!虚假)陈述|供述|供称|证实|笔录|供认(?!不讳)|(?<![谎声自虚假诈诡佯妄宣号])称其|证人(?!员)|[，、均书表单]证明|证明(?:被告|被害|其|了|案|涉|在|：|\d)")
# An act told among the evidence: when, and by whom it was done.
_DATE = re.compile(r"[12]\d{3}年|同年|同月|次日")
_DOER = re.compile(r"被告人|上诉人")
# 采用暴力手段××他人现金1500元: records hide the charge, and with it the words of the act.
_MASKED_ACT = "(?<!×)××(?!×)"
_TAKES = re.compile(r"[骗套挪侵贪冒截占窃盗偷诈抢劫夺勒索]|私分|收受|虚报|据为己有|归个人|归自己|归本人|借给|(?:非法|违规)获|多[支付领得获]")
# 扣押的酒经鉴定价值…: goods that had not yet been sold belong to the business.
_SEIZED = re.compile("扣押|缴获|查扣")
_TO_OFFENDER = re.compile(r"[^，。；]{0,8}[给至到入]了?被告人")
_RELIEF = re.compile(r"补偿|赔偿|医疗|医药|误工|丧葬|抚慰|奖励|余额|借款|垫付")
_RELIEF_MONEY = re.compile(rf"借款|(?:{_RELIEF.pattern})[^，。；、元]{{0,6}}[款金费]")
_MASKED_NAME = re.compile(r"(?:被告|被害|证|嫌疑)人[\u4e00-\u9fff]×")
_INSIDE = re.compile(r"[内装放里]有[^，。；]{0,12}$")
# 将骗得的5万元用于…: money that has been told of, and what became of it.
_AGAIN = re.compile(
    r"(?:现金|人民币|款项|钱款|货款|钱|款)?(?:中|后|全部|转|汇|交给|用于|归还|分别|取出|提取|存入|打入|私分|平分|挥霍|分给|分赃)"
)
# 骗得被害人王某4000元后…: whose money it is makes it another act, though the value is the same.
_AFRESH = re.compile(r"(?:骗[取得走]|诈骗|窃得|盗[得走]|收受)(?:被害人)[^，。；的]{1,12}$")
_TOLD_OF = re.compile(r"(?:上述|前述|该笔?|(?:之前|此前)[^，。；]{0,16})的?(?:款项|现金|人民币)?$")
_CLAUSE = re.compile(r"(?:[^，。；：（]|（[^，。（）]{0,12}）){0,30}")
# 收取货款2万元，据为己有: what became of it stands behind a comma.
_DISPOSED = re.compile(r"，(?:均|全部|后)?(?P<act>归个人|归自己|归本人|据为己有|占为己有|非法占有|挪作|挪归)")
# A list of evidence, up to the next act or finding.
_LISTED = re.compile(r"(?:下列|以下|如下|主要)证据|证据(?:如下|有|材料如下)?[：:]")
_RESUMED = re.compile(r"(?<=[。；])(?:[(（]?[一二三四五六七八九十]{1,3}[)）、]|[^。；]{0,12}(?:审理|另|又)查明)")
_FURTHER = re.compile(r"(?:另|又|再|还)查(?:明)?(?!明|，?[12]\d{3}年[^，。；]{0,16}，?被告人)|原判(?:根据|依照|依据)|原审(?:人民法院)?[^。，]{0,8}(?:认为|判决)|(?<=。)(?:上述|以上)事实")
_CONCLUDES = re.compile(r"(?:检察院|公诉机关|公诉人|本院)(?:据此|因此|并)?认为|以非法占有为目的[^。]{4,120}数额(?:较大|巨大|特别巨大)")
_ALSO = re.compile(r"^(?:另|又|还|并|此外|同时)")
_DEPARTED = re.compile(r"不予认定|不能认定|证据不足|(?:予以|应予)(?:更正|纠正|变更|核减|扣除)|指控[^。；]{0,20}(?:有误|不当|不准)")
_SUMMARY = re.compile(r"综上|至此|截[止至]|总计|累计|总共|一共|参与|[\d两二三四五六七八九十][次起笔](?:合计|共计|共)")
_THESE = re.compile(r"上述|以上")
_FOLLOWS = re.compile(r"(?<!证据)(?<!材料)如下|分述|其中[：:]")
_OWN = re.compile(r"参与|涉案|涉及|其中|个人|负责|分别|金额|数额")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of the measure: how strongly the words say so (3 its noun, 2 its verb, 1 from the context, 0 unsaid).

    ``asked``: somebody asked for it; ``given``: somebody handed it over.
    """

    found: Found
    strength: int
    total: bool
    appraised: bool
    part: bool
    least: bool
    asked: bool
    given: bool
    people: frozenset[int]


def amounts(reading: Reading) -> Iterator[Finding | Withheld]:
    """Yield the amount of the offence for each defendant, when a charge is measured by one."""
    missing = set(reading.everyone)
    asked_for = measures(reading.charges)
    alone = sum(not measure.fallback for measure in asked_for) == 1
    rounded: dict[int, Finding] = {}
    told: list[Finding] = []
    for measure in asked_for:
        for name, amount in _of_measure(reading, measure, alone=alone):
            for person in sorted(missing & amount.keys()):
                found, rule = amount[person]
                finding = reading.finding(
                    "amount_yuan", found.value, rule=f"amount.{rule}", section=name, start=found.start, end=found.end, people={person}
                )
                if person not in rounded and name == "opinion" and "余" in reading.sections[name].text[found.start : found.end]:
                    rounded[person] = finding
                elif person not in rounded or _rounds(rounded[person].value, found.value):
                    missing.discard(person)
                    told.append(finding)
                    yield finding
            if not missing:
                return
    yield from (finding for person, finding in rounded.items() if person in missing)
    missing -= rounded.keys()
    if reading.document.kind == "fact_record" and reading.defendants[0].index in missing and told:
        # the outcome of a record is one defendant's: where it tells nothing of him alone the others are his partners
        yield replace(max(told, key=lambda finding: finding.value), people=frozenset({reading.defendants[0].index}))
        missing -= {reading.defendants[0].index}
    if asked_for:
        yield from _unreadable(reading, missing)


def _rounds(stated: float, exact: float) -> bool:
    """Tell whether ``exact`` is what the court calls ``stated``余: 4064 is 4000余, 5100 is not."""
    digits = f"{stated:.0f}"
    return stated <= exact < stated + 10 ** (len(digits) - len(digits.rstrip("0")))


def _unreadable(reading: Reading, people: set[int]) -> Iterator[Withheld]:
    """Yield why the amount is null where a sum stands in another currency, or in none."""
    for reason, sum_ in (("foreign_currency", _FOREIGN_SUM), ("no_currency", _BARE_SUM)):
        if any(sum_.search(section.text) for _, section in reading.views("opinion", "findings", "charges")):
            yield Withheld(factor="amount_yuan", reason=reason, people=frozenset(people))
            return


def _of_measure(reading: Reading, measure: Measure, *, alone: bool) -> Iterator[tuple[str, dict[int, tuple[Found, str]]]]:
    """Yield what each section says, the one that goes first first.

    A mere lower limit (…以上) goes after the court's figures, and what had to be added up goes after the prosecution's
    total where the court follows it.
    """
    limits, plain, rest = [], [], []
    added: dict[int, tuple[Found, str]] = {}
    for name, section in reading.views("opinion", "findings", "evidence", "charges"):
        if not names_money(section.text):
            continue
        if name == "charges":
            yield from limits
            limits = []
        sums = list(_sums(reading, name, measure, alone=alone))
        exact = [item for item in sums if not item.least]
        limits.append((name, _stated([item for item in sums if item.least and item.strength >= 2], section.text, reading.everyone)))
        if name == "opinion":
            yield name, _stated([item for item in exact if item.strength >= 2], section.text, reading.everyone)
            continue
        if measure.passed_on and len(reading.everyone) > 1:
            exact = _receivers(exact, section.text, reading)
        told = _told(exact, section.text, reading, measure, concluded=name == "evidence")
        if name == "findings":
            added = {person: amount for person, amount in told.items() if amount[1] == "sum"}
            told = {person: amount for person, amount in told.items() if person not in added}
        elif name == "evidence":
            # where the sections were not told apart the rest of the findings stands among the evidence
            rest.append((name, _told(_narrated(exact, section.text), section.text, reading, measure)))
        elif added and not _departs(reading):
            yield name, _joint(told, added)
        if name == "charges":
            yield "findings", added
            added = {}
        yield name, told
        if name != "evidence":
            plain.append((name, _plain(exact)))
    yield "findings", added
    yield from limits
    yield from rest
    if measure.things and alone:
        yield from plain


def _joint(told: dict[int, tuple[Found, str]], added: dict[int, tuple[Found, str]]) -> dict[int, tuple[Found, str]]:
    """Return the totals ``told`` of those whose acts were ``added`` up.

    One total of several is that of whom took part in most; who took part in less has his own acts.
    """
    totals = {person: amount for person, amount in told.items() if person in added and amount[1] == "total"}
    most: dict[tuple[float, int], float] = {}
    for person, (total, _) in totals.items():
        one = (total.value, total.start)
        most[one] = max(most.get(one, 0.0), added[person][0].value)
    return {
        person: amount
        for person, amount in totals.items()
        if added[person][0].value >= most[amount[0].value, amount[0].start] * (1 - _NEAR)
    }


def _departs(reading: Reading) -> bool:
    """Tell whether the court finds less or other than the prosecution charges."""
    return any(_DEPARTED.search(section.text) for _, section in reading.views("opinion", "evidence"))


def _plain(sums: list[_Sum]) -> dict[int, tuple[Found, str]]:
    """Return the only sum of a narrative in which no word says what a sum is."""
    if len({item.found.value for item in sums}) != 1:
        return {}
    return {person: (item.found, "plain") for item in sums for person in item.people}


@dataclass(frozen=True, slots=True)
class _Place:
    """A sum in its surroundings.

    ``before``: its clause up to it; ``lead``: of that, what follows the sum before it, which ends at ``start``;
    ``context``: the sentence before the clause.
    """

    found: Found
    text: str
    sentence: int
    clause: int
    start: int
    lead: str
    before: str
    context: str


def _places(reading: Reading, name: str) -> Iterator[_Place]:
    text, people = reading.sections[name].text, reading.people[name]
    last = 0
    names = tuple(form for form in _forms(reading) if form.endswith("元"))
    for found in find_money(text):
        # 陈三元: a name that ends as a sum does
        if names and text.endswith(names, 0, found.end):
            continue
        sentence = max(people.sentence(found.start)[0], found.start - _SENTENCE)
        clause = _clause_before(text, sentence, found.start)
        nearest = max(clause + 1, found.start - 60)
        yield _Place(
            found=found,
            text=text,
            sentence=sentence,
            clause=clause,
            start=last,
            lead=_CURRENCY_NOTE.sub("", text[max(nearest, last) : found.start]),
            before=_CURRENCY_NOTE.sub("", text[max(nearest, sentence) : found.start]),
            context=text[max(sentence, found.start - _WINDOW) : max(clause + 1, last)],
        )
        last = found.end


def _sums(reading: Reading, name: str, measure: Measure, *, alone: bool) -> Iterator[_Sum]:
    """Yield the sums of the section that are of the measure, in order; ``alone``: the charge has no other measure."""
    text = reading.sections[name].text
    words = _words(measure, masked=measure.things and _masks_acts(reading, text))
    forms = tuple(_forms(reading)) if len(reading.everyone) > 1 else ()
    # a record of one defendant tells of nobody else's offence
    nobody = reading.everyone if reading.document.kind == "fact_record" and not forms else frozenset()
    last_kind, previous = None, 0.0
    seen: set[float] = set()
    unheard = list(_arguments(text) if name == "opinion" else _lists(text) if name == "findings" else ())
    for place in _places(reading, name):
        found = place.found
        if _FOREIGN.match(text, found.end):
            continue
        kind = last_kind = _strength(place, measure, words, last_kind, alone=alone)
        again = (found.value in seen and _AGAIN.match(text, found.end) and not _AFRESH.search(place.lead)) or (previous and _TOLD_OF.search(place.before))
        if kind is None or again or _unheard(place, name):
            continue
        seen.add(found.value)
        failed = name == "opinion" and not previous and _FAILED_PART.search(place.before)
        if failed or _of_the_law(place) or any(begin <= found.start < end for begin, end in unheard):
            continue
        since = max(place.sentence, place.start)
        total = bool(_TOTAL.search(place.lead)) or _counts(text, since, found) or _concludes(place, several=bool(forms))
        given = bool(_PAID_OVER.search(place.before))
        everybody = total and _and_others(place.before, forms)
        yield _Sum(
            found=found,
            strength=kind,
            total=total,
            appraised=bool(_APPRAISED.search(text, max(place.sentence, found.start - 50), found.start)),
            part=previous >= found.value and bool(_PART.search(text, since, found.start)),
            least=_is_limit(place),
            asked=not given and bool(_ASKED.search(place.before)),
            given=given,
            people=reading.everyone if everybody else reading.people[name].at(found.start) or nobody,
        )
        previous = found.value


def _strength(place: _Place, measure: Measure, words: re.Pattern, last: int | None, *, alone: bool) -> int | None:
    """Return how strongly the text makes a sum one of the measure; ``last``: as what it takes the sum before it."""
    text, found = place.text, place.found
    if measure.sold and _PAID.search(place.before) and _SELLS.match(text, found.end) and not _ASKED.search(place.before):
        return 2
    if measure.things and _PAID.search(place.before) and _SOLD_TO_VICTIM.match(text, found.end):
        return 1
    if found.value <= measure.above or _is_price(place) or _FOREIGN.search(place.before[-12:]):
        return None
    kind = _kind(place.lead, place.before, place.context, measure, words, alone=alone)
    # 将甲的500元抢走: the verb follows; 窃得钱包一个，内有500元: the thing is named first
    after = _follows(text, found, words) if kind in (_ELSEWHERE, 0, 1) else None
    if after is not None and (kind != _ELSEWHERE or _TAKES.search(after) or _TO_OFFENDER.match(text, found.end)):
        return 2
    if kind == _ELSEWHERE:
        return None
    if kind in (0, 1) and (_GRADED.match(text, found.end) or (kind and _INSIDE.search(place.lead))):
        return 2
    # 甲的500元和乙的300元: what follows in the same clause is of the same kind
    return last if kind in (0, 1) and last and place.start > max(place.clause, place.sentence) else kind


def _masks_acts(reading: Reading, text: str) -> bool:
    """Tell whether ×× stands for the act: in records whose charges are masked, unless names are masked so, too."""
    return reading.document.kind == "fact_record" and "××" in text and _MASKED_NAME.search(text) is None


def _concludes(place: _Place, *, several: bool) -> bool:
    """Tell whether a sum closes what is told of one of several: …计6万元, 抢得2万元（未遂），数额较大."""
    if not several:
        return False
    return bool(_SUMMED.search(place.lead) or _CONCLUDED.match(place.text, place.found.end))


def _of_the_law(place: _Place) -> bool:
    """Tell whether a sum is a limit that the law sets."""
    after = place.found.end
    return bool(_THRESHOLD.match(place.text, after) and _STANDARD.search(place.text, place.sentence, after + 12))


def _and_others(clause: str, forms: tuple[str, ...]) -> bool:
    """Tell whether a clause speaks of several of whom it names one: 张三等人共计…."""
    others = _OTHERS.search(clause) if forms and "等" in clause else None
    return others is not None and clause.endswith(forms, 0, others.start())


def _is_limit(place: _Place) -> bool:
    limit = _EXCEEDS.search(place.before) and _GRADES.match(place.text, place.found.end)
    return bool(limit or _THRESHOLD.match(place.text, place.found.end))


def _is_price(place: _Place) -> bool:
    return bool(_PRICE.search(place.before) or _PRICE_AFTER.match(place.text, place.found.end))


def _clause_before(text: str, sentence: int, position: int) -> int:
    """Return the place of the mark at which the clause before ``position`` begins; what brackets set aside is passed over."""
    if text[position - 1] in "：:":
        position -= 1
    clause = max(text.rfind(mark, sentence, position) for mark in "，；：:")
    opened, closed = text.rfind("（", sentence, position), text.rfind("）", sentence, position)
    if opened > closed:
        return max(clause, opened)
    if clause < closed:
        opened = text.rfind("（", sentence, closed)
        if opened >= 0:
            return max(text.rfind(mark, sentence, opened) for mark in "，；：:（")
    return clause


def _lists(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lists of evidence within a narrative, each up to the next act or finding."""
    end = 0
    for match in _LISTED.finditer(text):
        if match.start() >= end:
            after = _RESUMED.search(text, match.end())
            end = after.start() if after else len(text)
            yield match.start(), end


def _arguments(text: str) -> Iterator[tuple[int, int]]:
    """Yield what the opinion repeats of an argument, up to the answer."""
    end = 0
    for match in _ARGUED.finditer(text):
        if match.start() >= end:
            after = _ANSWERED.search(text, match.end(), match.end() + 300)
            stop = text.find("。", match.end())
            end = after.start() if after else stop if stop >= 0 else len(text)
            yield match.start(), end


def _unheard(place: _Place, name: str) -> bool:
    """Tell whether the sentence tells what somebody testified or argued, of an earlier case, or what came back."""
    text, sentence, found = place.text, place.sentence, place.found
    if _TESTIFIED.search(text, sentence, found.start):
        return True
    if _EARLIER.search(text, sentence, found.start):
        return True
    if name == "opinion" and (_ARGUED_OF.match(text, found.end) or _ORDERED.match(text, found.end)):
        return True
    if name == "opinion" and _REASONS.match(text, sentence):
        return True
    if name == "opinion" and _NOT_FOUND.match(text, found.end) and _ALLEGED.search(place.before):
        return True
    after = text[found.end : found.end + 160].partition("。")[0]
    return bool(_AFTERWARDS.match(text, sentence) and _CAME_BACK.search(after) and not _APPRAISED.search(text, sentence, found.start))


def _kind(lead: str, before: str, context: str, measure: Measure, words: re.Pattern, *, alone: bool) -> int | None:
    """Return how strongly the words before a sum make it one of the measure.

    None when the words that lead to it make it another sum, ``_ELSEWHERE`` when those of the clauses before do.
    """
    here = _last(words, lead)
    if measure.sold and _VALUE.search(lead):
        before = _SEIZED.sub("", before)
    if _gives_back(before, measure) and not _LABEL.search(before) and not _takes_relief(here, before):
        return None if _gives_back(_RELIEF_MONEY.sub("", before), measure) else _ELSEWHERE
    if here is not None and here[0] == "never" and not (measure.things and _VALUE.search(lead.rpartition(here[1])[2])):
        return None
    if here is not None and here[0] == "never":
        return 3
    if here is not None:
        return 3 if here[0] == "named" else 2
    if measure.things and _VALUE.search(lead):
        return 3
    if _LABEL.search(lead):
        return 3
    there = _last(words, context)
    if (there is not None and there[0] == "never") or _gives_back(context[-30:], measure):
        return _ELSEWHERE
    # 共计… says of what it is only where the charge has one measure, or the act stands before it
    if _GENERIC.search(lead) and (alone or there is not None):
        return 2
    return 1 if there is not None else 0


def _gives_back(text: str, measure: Measure) -> bool:
    """Tell whether a word of ``text`` makes a sum one that is no measure of any offence; words of the measure itself do not."""
    return any(not any(match[0] in word for word in (*measure.named, *measure.acts)) for match in _GIVEN_BACK.finditer(text))


def _takes_relief(here: tuple[str, str] | None, before: str) -> bool:
    """Tell whether money that is paid to make good or to help is what was taken: 套取征地补偿款, 骗取医疗费."""
    if here is None or here[0] != "acts" or not _TAKES.search(here[1]):
        return False
    subject, _, taken = before.rpartition("，")[2].rpartition(here[1])
    near = _RELIEF.sub("", subject[-_VERB:])
    return bool(taken) and not _GIVEN_BACK.search(near) and not _GIVEN_BACK.search(_RELIEF.sub("", taken))


def _counts(text: str, start: int, found: Found) -> bool:
    """Tell whether the words before a sum count acts (参与四起 …) or sum up (综上 …), so that it is a total without saying so."""
    return bool(
        _TOOK_PART.search(text, start, found.start) or _COUNTED.search(text, start, found.start) or _summed_up(text, found)
    )


def _follows(text: str, found: Found, words: re.Pattern) -> str | None:
    """Return the act that the words after a sum tell, where the first of them is one."""
    disposed = _DISPOSED.match(text, found.end)
    if disposed and words.search(disposed["act"]):
        return disposed["act"]
    clause = _CLAUSE.match(text, found.end)
    after = words.search(text, found.end, clause.end()) if clause else None
    return after[0] if after is not None and after.lastgroup == "acts" else None


def _last(words: re.Pattern, text: str) -> tuple[str, str] | None:
    """Return the kind and the word of the last word of the measure in ``text``."""
    last = None
    for match in words.finditer(text):
        last = match
    return None if last is None else (last.lastgroup, last[0])


@lru_cache(maxsize=64)
def _words(measure: Measure, *, masked: bool) -> re.Pattern:
    """Return what tells the words of a measure; ``masked``: ×× stands where the act was told."""
    groups = (("named", measure.named), ("never", measure.never), ("acts", measure.acts))
    patterns = {kind: _any(words) for kind, words in groups if words}
    if masked:
        patterns["acts"] = "|".join(filter(None, (patterns.get("acts"), _MASKED_ACT)))
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in patterns.items()))


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def _receivers(sums: list[_Sum], text: str, reading: Reading) -> list[_Sum]:
    """Return the sums with those who are named with each: a thing passes from hand to hand, and each hand counts."""
    forms = _forms(reading)
    bounds = [0, *act_starts(text), len(text)]
    result = []
    for place, item in enumerate(sums):
        act = bisect_right(bounds, item.found.start)
        start = max(bounds[act - 1], sums[place - 1].found.end if place else 0)
        end = min(bounds[act], sums[place + 1].found.start if place + 1 < len(sums) else len(text))
        named = frozenset(index for form, index in forms.items() if form in text[start:end])
        result.append(item if item.total and len(item.people) == 1 else replace(item, people=named or item.people))
    return result


def _narrated(sums: list[_Sum], text: str) -> list[_Sum]:
    """Return the sums of acts that are told with their date and their doer, not by a witness or a paper."""
    bounds = [0, *act_starts(text)]
    acts = ((item, bounds[bisect_right(bounds, item.found.start) - 1]) for item in sums)
    return [
        item
        for item, start in acts
        if _DATE.search(text, start, start + 16)
        and _DOER.search(text, start, item.found.start)
        and not _TESTIFIED.search(text, start, item.found.start)
    ]


def _stated(sums: list[_Sum], text: str, everyone: frozenset[int]) -> dict[int, tuple[Found, str]]:
    """Return what the opinion states of each defendant: what is said of one alone goes before what is said of several."""
    result = {}
    for person in everyone:
        own = [item for item in sums if item.people == {person}]
        shared = [item for item in sums if person in item.people]
        pool = shared if any(_ALSO.match(_sentence_before(item, text)) for item in own) else own or shared
        pool = [item for item in pool if item.total and _SETTLED.search(_sentence_before(item, text))] or pool
        pool = [item for item in pool if not item.part] or pool
        totals = [item for item in pool if item.total]
        if totals:
            result[person] = _also(totals, text)
        elif pool:
            # an opinion that names one figure twice means it once
            result[person] = _act(list({item.found.value: item for item in reversed(pool)}.values())[::-1])
    return result


def _also(totals: list[_Sum], text: str) -> tuple[Found, str]:
    """Return the largest total; what the text adds to it (另…, 又…) is added."""
    best = max(totals, key=lambda item: (item.found.value, -item.found.start))
    value = best.found.value
    for item in totals:
        if item is not best and item.found.start > best.found.start and _ALSO.match(_sentence_before(item, text)):
            value += item.found.value
    return _of_value(best.found, value), "total" if value == best.found.value else "sum"


def _of_value(found: Found, value: float) -> Found:
    """Return the span of ``found`` with the value of several sums of which it is the largest."""
    return replace(found, value=round(value, 2))


def _told(
    sums: list[_Sum], text: str, reading: Reading, measure: Measure, *, concluded: bool = False
) -> dict[int, tuple[Found, str]]:
    """Return what a narrative tells of each defendant: a total of the whole, else the sum of the acts that name him."""
    everyone = reading.everyone
    conclusion = _CONCLUDES.search(text)
    if conclusion is not None:
        closing = [s for s in sums if s.found.start > conclusion.start() and s.strength >= 2]
        stated = _stated([s for s in closing if not _FAILED.match(text, s.found.end)], text, everyone)
        if stated.keys() == everyone:
            return stated
        sums = [item for item in sums if item.found.start < conclusion.start()]
    else:
        stated = {}
    further = _FURTHER.search(text, sums[0].found.end) if sums else None
    if further is not None:
        sums = [item for item in sums if item.found.start < further.start()]
    least = 1 if measure.things or all(item.strength < 2 for item in sums) else 2
    strong = _once([item for item in sums if item.strength >= least], measure)
    acts = _acts(strong, text)
    grand = [item for item in strong if _summed_up(text, item.found)] if concluded else _grand(acts, text)
    participation = [
        item
        for item in strong
        if item.total
        and len(item.people) < len(everyone)
        and (_OWN.search(_sentence_before(item, text)) or _summed_up(text, item.found))
    ]
    result = dict(stated)
    for person in everyone - stated.keys():
        own = [item for item in (*grand, *participation) if item.people == {person}]
        shared = [item for item in (*grand, *participation) if person in item.people]
        if own or shared:
            result[person] = _also(own or shared, text)
            continue
        mine = [act for act in acts if act and any(person in item.people for item in act)]
        # in a single act what is told of him alone is his share of what is told of several
        alone = [item for item in mine[0] if item.people == {person}] if len(mine) == 1 < len(everyone) else []
        if alone and not concluded and all(item.total for item in alone):
            result[person] = _also(alone, text)
        elif mine and not concluded:
            # the partners' part of a joint act counts in full, their own totals do not
            whole = [[item for item in act if person in item.people or not item.total] for act in mine]
            result[person] = _added([[item for item in act if item not in participation] or act for act in whole])
    # in joint acts the names are not repeated with every sum
    handed = any(one.passed_on for one in measures(reading.charges))
    if len({value[0].value for value in result.values()}) == 1 and not concluded and not handed:
        joined = _joined(text, reading)
        for person in everyone - result.keys():
            shared = [result[other] for other in sorted(result) if frozenset((person, other)) in joined]
            if shared:
                result[person] = shared[0]
    return result


def _once(sums: list[_Sum], measure: Measure) -> list[_Sum]:
    """Return the sums without money told again: two payments do not have so many digits in common; two values may."""
    seen: set[tuple[float, frozenset[int]]] = set()
    kept = []
    for item in sums:
        told = (item.found.value, item.people)
        digits = len(f"{item.found.value:.2f}".replace(".", "").strip("0"))
        if item.total or told not in seen or digits < _DIGITS or (measure.things and item.strength == 3):
            kept.append(item)
        seen.add(told)
    return kept


def _joined(text: str, reading: Reading) -> set[frozenset[int]]:
    """Return the pairs of defendants who are named one after the other: 张三、李四, 张三伙同李四."""
    forms = _forms(reading)
    names = [
        (match.start(), match.end(), forms[match[0]])
        for match in re.finditer("|".join(map(re.escape, sorted(forms, key=len, reverse=True))) or r"(?!)", text)
    ]
    lists: list[set[int]] = []
    for place, (start, _, person) in enumerate(names):
        gap = text[names[place - 1][1] : start] if place else "。"
        if len(gap) <= _GAP and not re.search(r"[。；，,]", gap):
            lists[-1].add(person)
        else:
            lists.append({person})
    return {frozenset((one, other)) for group in lists for one in group for other in group if one != other}


def _forms(reading: Reading) -> dict[str, int]:
    return {fold(form): d.index for d in reading.defendants for form in (d.name, *d.aliases) if form}


def _summed_up(text: str, found: Found) -> bool:
    return text.startswith(("综上", "至此"), text.rfind("。", max(0, found.start - _SENTENCE), found.start) + 1)


def _sentence_before(item: _Sum, text: str) -> str:
    far = max(0, item.found.start - _SENTENCE)
    start = max(text.rfind(mark, far, item.found.start) + 1 for mark in "。；;")
    return text[max(start, far) : item.found.start]


def _acts(sums: list[_Sum], text: str) -> list[list[_Sum]]:
    """Return the sums by act: by the numbers of the text, else by its dates."""
    starts = act_starts(text)
    acts: list[list[_Sum]] = [[] for _ in range(len(starts) + 1)]
    for item in sums:
        acts[bisect_right(starts, item.found.start)].append(item)
    return acts


def _grand(acts: list[list[_Sum]], text: str) -> list[_Sum]:
    """Return the totals of the whole narrative."""
    told = [act for act in acts if act]
    items = [item for act in told for item in act]
    result = [
        item
        for place, item in enumerate(items)
        if item.total
        and not item.part
        and _FOLLOWS.search(text, item.found.end, item.found.end + 40)
        and all(other.found.value <= item.found.value for other in items[place + 1 :])
    ]
    if result or len(told) < 2:
        return result
    before = 0.0
    values = [_act(act)[0].value for act in told]
    whole, largest = sum(values), max(values[1:])
    for place, act in enumerate(told):
        within = 0.0
        for item in act:
            adds_up = _near(item.found.value, before + within)
            within += 0.0 if item.part else item.found.value
            follows = _FOLLOWS.search(text, item.found.end, min(told[1][0].found.start, item.found.end + 200))
            preamble = act is acts[0] and NUMBERED.search(text, item.found.end, told[1][0].found.start)
            head = place == 0 and item.found.value >= largest and (preamble or follows)
            if not item.total or (item.part and not adds_up):
                continue
            sentence = _sentence_before(item, text)
            ends = act is told[-1] and _summed_up(text, item.found)
            closes = _SUMMARY.search(sentence) or (act is told[-1] and _THESE.search(sentence))
            last = before and (adds_up or ends or (closes and before <= item.found.value * (1 + _NEAR)))
            if head or last or (len(told) > 2 and _near(item.found.value * 2, whole)):
                result.append(item)
        before += values[place]
    return result


def _added(acts: list[list[_Sum]]) -> tuple[Found, str]:
    """Return the sum of acts; a total over the acts that follow it is not added to them."""
    values = [_act(act) for act in acts]
    if len(values) == 1:
        return values[0]
    if len(values) > 2 and _near(values[-1][0].value, sum(value[0].value for value in values[:-1])):
        return values[-1]
    kept = _without_parts(values)
    largest = max(kept, key=lambda item: item[0].value)
    if len(kept) == 1:
        return kept[0]
    return _of_value(largest[0], sum(item[0].value for item in kept)), "sum"


def _without_parts(values: list[tuple[Found, str]]) -> list[tuple[Found, str]]:
    """Return the values without those of which one before them is the sum."""
    kept, place = [], 0
    while place < len(values):
        kept.append(values[place])
        running, after = 0.0, place + 1
        while after < len(values) and running < values[place][0].value * (1 - _NEAR):
            running += values[after][0].value
            after += 1
        place = after if after > place + 2 and _near(running, values[place][0].value) else place + 1
    return kept


def _act(sums: list[_Sum]) -> tuple[Found, str]:
    """Return the value of one act: what it names once, by its total where it gives one."""
    if any(item.strength >= 2 for item in sums):
        sums = [item for item in sums if item.strength >= 2]
    # what was asked for is not added to what was then given
    given = max((item.found.start for item in sums if item.given), default=-1)
    sums = [item for item in sums if not item.asked or item.found.start > given]
    values: list[_Sum] = []
    told = 0.0
    parts = 0.0  # what of the last total has not yet been told apart (其中 …)
    for item in sums:
        value = item.found.value
        if item.part and values:
            parts = values[-1].found.value
        if value <= parts * (1 + _NEAR):
            parts -= value
            continue
        parts = 0.0
        if any(
            _near(value, other.found.value) and (item.total or item.appraised or other.appraised)
            for other in values[-_TOGETHER:]
        ):
            continue
        # 30万元、20万元…将骗得的50万元…: what adds up to those before it is no further sum
        if (item.total and values and value >= told * (1 - _NEAR) and not item.appraised) or (
            len(values) > 1 and _near(value, told)
        ):
            values, told = [item], value
        else:
            values.append(item)
            told += value
    kept = _without_parts([(item.found, "total" if item.total else "taken") for item in values])
    if len(kept) == 1:
        return kept[0]
    largest = max(kept, key=lambda item: item[0].value)
    return _of_value(largest[0], sum(item[0].value for item in kept)), "sum"


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(one, other)
