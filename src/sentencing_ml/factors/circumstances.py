"""Circumstances by phrase: which rule of the registry hits, whether the court found it, and for whom.

The order of a hit's life: a rule matches in a section it may be read in; the clause must not negate it, the sentence
must not be an argument of the defence that the court refused; then it belongs to the defendants of whom the clause
speaks.
"""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import Rule, phrase_rules, registry
from sentencing_ml.judgments.view import View

# 不构成自首, 无前科, 未取得谅解 … within the same clause, just before the hit.
_NEGATED_BEFORE = re.compile(
    r"(?:不(?:构成|属于?|是|具有|具备|存在|符合|应认定|予认定|能认定|宜认定|能视为|应视为|得|享有|适用)|非系|并非|没有|未有|未(?:曾|能|予|获|取得|得到|达成|有|与)?|无|缺乏|不能以|不应以|不以|不足以认定|难以认定|否认|拒不)[^，。；、]{0,12}$"
)
_NEGATED_AFTER = re.compile(
    r"^[^，。；]{0,10}(?:不(?:能)?成立|不予(?:认定|采纳|支持|采信)|不能(?:认定|成立)|不应认定|依据不足|证据不足|无(?:事实|证据|法律)|与[^，。；]{0,12}不符)"
)
_ARGUMENT = re.compile(
    r"(?:辩护人|辩护意见|辩解|辩称|(?:被告人|上诉人)[^，。；]{0,8}(?:提出|认为|要求|请求)|(?:关于|对于?|至于|针对)[^。；]{0,40}(?:辩护|辩解|意见|请求|主张)|的(?:辩护|辩解)?意见|诉请)"
)
_ADOPTED = re.compile(
    r"(?<!不)(?:予以|应予|可予|应当予以|均予|依法)?(?:采纳|采信|支持)|意见(?:成立|属实)|(?:情况|经查|与事实)(?:属实|相符)|本院予以(?:认定|确认|考虑)"
)
_REFUSED = re.compile(
    r"不(?:予|能|应|足|宜)(?:以)?(?:采纳|采信|支持|认定|成立)|不成立|不足采信|不符(?:合)?|理由不(?:足|当)|没有(?:事实|法律|证据)|无(?:事实|法律|证据)|于法无据"
)
# Short judgments of summary trials take the prosecution's case over as a whole and name no circumstance themselves.
_TAKEN_OVER = re.compile(
    r"量刑(?:建议|意见)(?:恰当|适当|合法|得当)[^。]{0,20}|指控(?:的)?(?:事实|罪名)[^。]{0,30}量刑(?:建议|情节)[^。]{0,12}(?:适当|成立|采纳)"
)
_OFFENDER = frozenset(factor.name for factor in registry().offender())


def find_circumstances(reading: Reading) -> Iterator[Finding]:
    """Yield what the phrase rules find, in the order of the registry within each section."""
    adopted = _takes_over(reading)
    record = reading.document.kind != "judgment"
    for name, section in reading.sections.items():
        text = section.text
        for rule in phrase_rules():
            if not _read_here(rule, name, record=record, adopted=adopted):
                continue
            if rule.charges is not None and not rule.charges & reading.charges:
                continue
            if not any(word in text for word in rule.words):
                continue
            for match in rule.find.finditer(text):
                if _holds(rule, text, match, reading.people[name], name=name):
                    yield reading.finding(
                        rule.factor,
                        True if rule.value is None else rule.value,
                        rule=rule.id,
                        section=name,
                        start=match.start(),
                        end=match.end(),
                        people=_owners(reading, rule, name, section, match),
                    )


def _takes_over(reading: Reading) -> bool:
    """Tell whether the court adopts the prosecution's case as a whole: what the rules find there is then found."""
    opinion = reading.sections.get("opinion")
    return opinion is not None and reading.document.kind == "judgment" and bool(_TAKEN_OVER.search(opinion.text))


def _read_here(rule: Rule, name: str, *, record: bool, adopted: bool) -> bool:
    if adopted and name == "charges" and "opinion" in rule.where and rule.factor in _OFFENDER:
        return True
    return name in rule.where and (record or not rule.record_only)


def _owners(reading: Reading, rule: Rule, name: str, section: View, match: re.Match) -> frozenset[int]:
    if rule.whole_case:
        return reading.everyone
    if name != "header":
        return reading.people[name].at(match.start())
    # In the header the particulars in which the phrase stands say whose it is.
    offset = section.offset(match.start())
    return frozenset(d.index for d in reading.document.defendants if d.start <= offset < d.end)


def _holds(rule: Rule, text: str, match: re.Match, people: People, *, name: str) -> bool:
    start, end = people.clause(match.start())
    end = max(end, match.end())
    if rule.unless is not None and rule.unless.search(text, max(start, match.start() - 24), min(len(text), end)):
        return False
    if rule.negation and _NEGATED_BEFORE.search(text[max(start, match.start() - 18) : match.start()]):
        return False
    if rule.negation and _NEGATED_AFTER.search(text[match.end() : match.end() + 30]):
        return False
    return name != "opinion" or not _refused_argument(text, match, people)


def _refused_argument(text: str, match: re.Match, people: People) -> bool:
    """Tell whether the hit is an argument that the court refused, or did not take up."""
    start, end = people.sentence(match.start())
    opening = None
    for found in _ARGUMENT.finditer(text, start, end):
        opening = found
        break
    if opening is None:
        return False
    # 系自首，辩护人的相关意见予以采纳: the finding stands before the argument
    if opening.start() > match.end() and not re.match(
        r"[^，。；]{0,30}的?(?:辩护|辩解)?意见", text[match.end() : match.end() + 40]
    ):
        return False
    following = text[match.end() : min(len(text), end + 120)]
    refused, adopted = _REFUSED.search(following), _ADOPTED.search(following)
    if adopted and (not refused or adopted.start() < refused.start()):
        return False
    return bool(refused) or bool(re.search(r"辩护人|辩称|辩解", opening[0]))
