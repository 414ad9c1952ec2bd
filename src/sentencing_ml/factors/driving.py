"""Driving offences: blood alcohol, the vehicle, and the share in the accident."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import alcohol_limits, vehicle_names
from sentencing_ml.factors.victims import Name, names_between, names_in
from sentencing_ml.judgments.numerals import find_alcohol

_BREATH = re.compile(r"呼气|吹气|酒精测试仪")
_BLOOD = re.compile(r"血液|血样|抽血")
_LIMIT = re.compile(r"(?:大于|超过|≥|标准|达到或者超过|以上)[^，。；]{0,6}$")
_VICTIM = re.compile(r"(?:被害人|死者|伤者|受害人|对方)[^，。；]{0,20}$")
_DRIVES = re.compile(r"(?:驾驶|骑行?|驾(?!驶))(?![证人员资])(?P<what>[^，。；]{2,40})")
_NOT_HIS = re.compile(r"(?:被害人|受害人|死者|对方|牧民|证人)[^，。；]{0,12}$|(?:与|和)(?!被告人)[^，。；]{0,12}$")
_SHARE = re.compile(
    r"(?:负|承担|应当?负)(?:本|此|该|这)?(?:次|起)?[^，。；]{0,12}?(?<!全部或)(?<!全部或者)(?<!同等或)(?<!主要或)(?P<share>全部|主要|同等|次要)(?![或、])(?:的)?(?:事故)?(?:责任)(?!保险|赔)|(?P<none>(?:无|不负|不承担)[^，。；赔]{0,8}责任)"
)
_CIVIL = re.compile(r"赔偿|民事|保险|刑事|连带|超出")
_SENTENCE = 1000  # characters: a text without stops is no one sentence
_LETHAL = 1000  # mg per 100 ml
_NO_SHARE = "无责任"


def driving(reading: Reading) -> Iterator[Finding]:
    """Yield what belongs to driving offences alone."""
    factors = registry().factors
    if not factors["alcohol_mg_per_100ml"].belongs_to(reading.charges):
        return
    yield from _alcohol(reading)
    yield from _vehicle(reading)
    yield from _share(reading)


def _alcohol(reading: Reading) -> Iterator[Finding]:
    """Yield the highest reading of a blood test for each defendant."""
    for name, section in reading.views("opinion", "findings", "charges"):
        best: dict[frozenset[int], tuple[float, int, int]] = {}
        readings = list(find_alcohol(section.text))
        for place, found in enumerate(readings):
            if found.value > _LETHAL:
                # 231.1mg/ml: the unit is a slip, nobody drives with that
                found = replace(found, value=found.value / 100)
            before = section.text[max(0, found.start - 40) : found.start]
            if _BREATH.search(before) and place + 1 < len(readings) and _BLOOD.search(section.text):
                continue
            if _LIMIT.search(before) or (found.value in alcohol_limits() and "为" not in before[-3:]):
                continue
            if _VICTIM.search(before):
                continue
            who = reading.people[name].at(found.start)
            if who not in best or found.value > best[who][0]:
                best[who] = (round(found.value, 2), found.start, found.end)
        for who, (value, start, end) in best.items():
            yield reading.finding(
                "alcohol_mg_per_100ml", value, rule="alcohol.blood", section=name, start=start, end=end, people=who
            )
        if best:
            return


@lru_cache(maxsize=1)
def _vehicles() -> tuple[tuple[str, re.Pattern], ...]:
    return tuple((kind, re.compile("|".join(map(re.escape, words)))) for kind, words in vehicle_names())


def _vehicle(reading: Reading) -> Iterator[Finding]:
    """Yield what each defendant is first told to have driven."""
    missing = set(reading.everyone)
    for name, section in reading.views("findings", "charges", "opinion"):
        text = section.text
        names: list[Name] | None = None
        for match in _DRIVES.finditer(text) if missing and ("驾" in text or "骑" in text) else ():
            kind = next((kind for kind, words in _vehicles() if words.search(match["what"])), None)
            if kind is None or not missing or _NOT_HIS.search(text, max(0, match.start() - 16), match.start()):
                continue
            names = names_in(text, defendants=reading.defendants) if names is None else names
            people = _bearer(reading, text, match.start(), names) & missing
            if people:
                yield reading.finding(
                    "vehicle", kind, rule="vehicle.driven", section=name, start=match.start(), end=match.end(), people=people
                )
                missing -= people


def _share(reading: Reading) -> Iterator[Finding]:
    """Yield each defendant's share in the accident; of several accidents the largest."""
    order = [level.name for level in registry().factors["accident_share"].levels]
    missing = set(reading.everyone)
    for name, section in reading.views("findings", "charges", "opinion"):
        text = section.text
        if not missing or "责任" not in text:
            continue
        best: dict[int, tuple[int, re.Match]] = {}
        names: list[Name] | None = None
        for match in _SHARE.finditer(text):
            if _CIVIL.search(match[0]) or not _of_accident(text, match):
                continue
            names = names_in(text, defendants=reading.defendants) if names is None else names
            share = order.index(f"{match['share']}责任" if match["share"] else _NO_SHARE)
            for person in _bearer(reading, text, match.start(), names) & missing:
                if person not in best or share > best[person][0]:
                    best[person] = (share, match)
        for person, (share, match) in sorted(best.items()):
            yield reading.finding(
                "accident_share", order[share], rule="accident.share", section=name, start=match.start(), end=match.end(),
                people={person},
            )  # fmt: skip
            missing.discard(person)


def _of_accident(text: str, match: re.Match) -> bool:
    sentence = text[max(text.rfind("。", max(0, match.start() - 120), match.start()) + 1, match.start() - 120) : match.end()]
    return "事故" in sentence or "认定" in sentence


def _bearer(reading: Reading, text: str, position: int, names: list[Name]) -> frozenset[int]:
    """Return whose share a clause tells: the person named last in the sentence, if a defendant; a lone one by silence."""
    far = max(0, position - _SENTENCE)
    start = max(text.rfind("。", far, position) + 1, far)
    before = [name for name in names_between(names, start, position) if name.end <= position]
    group: set[int] = set()
    for name in reversed(before):
        if not isinstance(name.who, int):
            return frozenset(group)
        group.add(name.who)
        if not text[max(start, name.start - 4) : name.start].rstrip("被告人").endswith(("、", "和", "与", "及")):
            return frozenset(group)
    return frozenset(group) or (reading.everyone if len(reading.everyone) == 1 else frozenset())
