"""How many were wronged, and how old the youngest of them was, in offences against a person's liberty or sexual freedom.

Persons are those whom the facts call victims, by name, or a number of them that is stated. The age is the one stated,
or follows from the day of birth and the first day of the facts; 不满十四周岁 and 幼女 tell that it is below fourteen.
"""

import re
from collections.abc import Iterator

from sentencing_ml.factors.dates import told_dates
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.victims import names_in, one_person
from sentencing_ml.judgments.numerals import parse_integer

_TOLD_IN = ("findings", "charges")
_NUMERAL = r"[\d一二两三四五六七八九十]{1,3}"
_AGE = re.compile(rf"(?P<below>不满|未满|不足)?(?P<number>{_NUMERAL})周?岁(?![^，。；）]{{0,4}}(?:以上|以下|的?责任))")
_BORN = re.compile(r"(?P<year>(?:19|20)\d\d)年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?出?生")
_BIRTH_BEHIND = re.compile(r"出?生")
# the defendant's own age, one of another in the case, an age that is only compared with
_NO_VICTIM = re.compile(r"被告人(?:(?!被害|受害)[^。；]){0,14}$|同案[^。；]{0,14}$|(?:已|年)满$|相当于[^，。；]{0,6}$")
_NOT_VICTIM_BEHIND = re.compile(r"[^。；]{0,8}(?:另案|已判|在逃)")
_GIRL = re.compile(r"(?:奸淫|强奸|猥亵|系|是|为|名)(?:不满十四周岁的?)?幼女")
_BELOW_FOURTEEN = 13
_OLDEST = 110
_NAMED = re.compile(r"(?<!赔偿)(?<!支付)(?<!取得)(?:被害人|受害人|被害儿童|被害幼女)$")
# 被害人甲与乙系同事 calls one of them a victim
_JOINED = ("、", "和", "及")
# a list of proofs, a payment, whose relative: the person need not be a victim of this offence
_BESIDE = re.compile(r"(?:、[^，。；、]{1,5}){0,9}等?(?:人)?的?(?:陈述|证言|损失|谅解|家属|亲属|父|母|法定|丈夫|妻)|\d")
# 被害人阴道, 与被害人生性关系: characters that are a surname, too
_NO_NAME = re.compile(r"[阴性殖胸乳]")
_STATED = re.compile(
    rf"(?<![第\d另])(?P<number>{_NUMERAL})(?:名|位)[^，。；、\d名将把对向子强]{{0,5}}?(?:被害人|受害人|被害妇女|女童|幼女|妇女|女学生|儿童|少女|女生|男童)(?!的?(?:陈述|证言|家属|亲属|近亲|法定))"
)
_BEFORE = 24


def sufferers(reading: Reading) -> Iterator[Finding]:
    """Yield the number of victims and the age of the youngest, where they belong to the charges."""
    factors = registry().factors
    if factors["victims"].belongs_to(reading.charges):
        yield from _number(reading)
    if factors["victim_age"].belongs_to(reading.charges):
        yield from _age(reading)


def _number(reading: Reading) -> Iterator[Finding]:
    missing = set(reading.everyone)
    for name, section in reading.views(*_TOLD_IN):
        text = section.text
        told = [*_named(reading, text), *_stated(text)]
        for person in sorted(missing) if told else ():
            mine = [item for item in told if person in reading.people[name].at(item[1])]
            if not mine:
                continue
            persons: list[tuple[str, str, str]] = []
            for who, _, _ in mine:
                if not isinstance(who, int) and not any(one_person(who, other) for other in persons):
                    persons.append(who)
            counted = max((item for item in mine if isinstance(item[0], int)), key=lambda item: item[0], default=None)
            by_number = counted is not None and counted[0] > len(persons)
            value, (_, start, end) = (counted[0], counted) if by_number else (len(persons), mine[0])
            yield reading.finding(
                "victims", float(value), rule="victims.stated" if by_number else "victims.named", section=name,
                start=start, end=end, people={person},
            )  # fmt: skip
            missing.discard(person)


def _named(reading: Reading, text: str) -> Iterator[tuple[tuple[str, str, str], int, int]]:
    """Yield who is called a victim, with the span of the name."""
    last = None
    for name in names_in(text, defendants=reading.defendants):
        if isinstance(name.who, int) or _NO_NAME.search(text, name.start, name.end):
            continue
        in_list = last is not None and text[last : name.start] in _JOINED
        if (in_list or _NAMED.search(text, max(0, name.start - 6), name.start)) and not _BESIDE.match(text, name.end):
            last = name.end
            yield name.who, name.start, name.end


def _stated(text: str) -> Iterator[tuple[int, int, int]]:
    for match in _STATED.finditer(text):
        try:
            yield parse_integer(match["number"]), match.start(), match.end()
        except ValueError:
            continue


def _age(reading: Reading) -> Iterator[Finding]:
    for name, section in reading.views(*_TOLD_IN):
        told = [*_stated_ages(section.text), *_born(section.text)]
        if not told and (match := _GIRL.search(section.text)):
            told = [(_BELOW_FOURTEEN, "victim_age.girl", match.start(), match.end())]
        if told:
            value, rule, start, end = min(told)
            yield reading.finding(
                "victim_age", float(value), rule=rule, section=name, start=start, end=end, people=reading.everyone
            )
            return


def _stated_ages(text: str) -> Iterator[tuple[int, str, int, int]]:
    for match in _AGE.finditer(text) if "岁" in text else ():
        if not _of_a_victim(text, match):
            continue
        try:
            value = parse_integer(match["number"])
        except ValueError:
            continue
        below = match["below"] is not None
        if 0 < value <= _OLDEST:
            yield value - below, "victim_age.below" if below else "victim_age.stated", match.start(), match.end()


def _born(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Yield the ages on the first day that the facts tell, of those whose birth they tell."""
    births = [match for match in _BORN.finditer(text) if _of_a_victim(text, match)] if "生" in text else []
    first = next((item for item in told_dates(text) if not _BIRTH_BEHIND.match(text, item.end)), None) if births else None
    if first is None:
        return
    year, *rest = map(int, first.value.split("-"))
    for match in births:
        # a day that is not told is taken for the middle of its year or month
        day = (int(match["month"]), int(match["day"] or 15))
        value = year - int(match["year"]) - (((*rest, 15) if len(rest) == 1 else tuple(rest) or (7, 1)) < day)
        if 0 < value <= _OLDEST:
            yield value, "victim_age.born", match.start(), match.end()


def _of_a_victim(text: str, match: re.Match) -> bool:
    return not _NO_VICTIM.search(text[max(0, match.start() - _BEFORE) : match.start()]) and not _NOT_VICTIM_BEHIND.match(text, match.end())
