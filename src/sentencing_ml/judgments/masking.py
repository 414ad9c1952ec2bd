"""Masks for what identifies people, of the length of what they cover: every offset stays where it was.

Masked are identity and card numbers, telephones, number plates, accounts of messengers, house numbers, and the full
names of victims and witnesses. Sums, dates, case numbers and the defendants' names stay.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.parties import is_word, surnames

# 18 or 15 digits with a possible date of birth inside. Exhibit numbers ("K440…", 20 and more digits) are longer or
# begin with a letter; the date keeps accounts and serial numbers of the same length out.
IDENTITY_CARD = re.compile(
    r"[1-9](?<![0-9A-Za-z][1-9])\d{5}(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
)
# A sum of eleven digits ("13800000000元") is followed by its unit, so a unit behind the number keeps it.
MOBILE = re.compile(r"1(?<![0-9.]1)[3-9]\d{9}(?![0-9.]|\s?[元万亿])")
# The hyphen after the area code keeps dates and amounts with a leading zero out.
LANDLINE = re.compile(r"0(?<![0-9]0)\d{2,3}[-－—]\d{7,8}(?![0-9])")
# Only behind the word for a card or an account: long numbers of exhibits and of the case itself stay.
BANK_CARD = re.compile(
    r"(?:卡|账号|帐号|账户|帐户)[^0-9，。；、]{0,14}(?P<masked>(?:\d[ -]?){11,18}\d)(?![0-9]|\s?[元万亿])"
)
# A province's character and a letter. A case number has digits there ("沪0115刑初").
NUMBER_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·•.\s]?(?P<masked>[A-HJ-NP-Z0-9]{4,6}[挂学警港澳]?)(?![A-Za-z0-9])"
)
# Behind 号 or 账号 of a messenger; "微信转账2000元" has neither.
MESSENGER = re.compile(
    r"(?:微信|QQ|qq|支付宝|淘宝|陌陌|抖音|快手|旺旺)(?:账号|帐号|号码|"
    r"号)\s?[：:为是“\"]?\s?(?P<masked>[A-Za-z0-9_\-@.]{5,40})"
)
EMAIL = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9_.+-]{2,40}@[A-Za-z0-9-]{2,30}\.[A-Za-z0-9.]{2,20}")
# Behind a road, village or building. "第12号", "字第1号" and "7月3号" follow other words.
HOUSE_NUMBER = re.compile(
    r"[0-9](?<=[路街巷弄道村组里坊园苑庄楼幢栋元座院号][0-9])[0-9]{0,4}(?=号(?![文令案])|弄|栋|幢|单元|室|房)"
)

_RULES = (IDENTITY_CARD, BANK_CARD, MOBILE, LANDLINE, NUMBER_PLATE, MESSENGER, HOUSE_NUMBER)

_THIRD_PARTY = re.compile(r"(?:被害人|受害人|证人)(?=[\u3400-\u9fff])")
_GIVEN = re.compile(r"(?:(?![的某])[\u3400-\u9fff]){0,3}")
_BEHIND_NAME = "，。；：、,;:）（)(的 \n"


def mask(text: str, *, keep: Iterable[str] = ()) -> str:
    """Return ``text`` with third parties and numbers masked, of the same length.

    ``keep`` are names that stay whole wherever they stand: the defendants and their aliases.
    """
    folded = fold(text)
    masked: list[tuple[int, int, str]] = []
    for rule in (*_RULES, EMAIL) if "@" in folded else _RULES:
        group = "masked" if "masked" in rule.groupindex else 0
        masked += [(*match.span(group), "*") for match in rule.finditer(folded)]
    kept = tuple(name for name in keep if name)
    names = _third_parties(text, kept)
    if names:
        held = sorted(_spans(text, kept))
        starts = [start for start, _ in held]
        ends = list(accumulate((end for _, end in held), max))
    for name, surname_length in names:
        for start in _occurrences(text, name):
            end = start + len(name)
            before = bisect_left(starts, end)
            if not before or ends[before - 1] <= start:
                masked.append((start + surname_length, end, "某"))
    if not masked:
        return text
    characters = list(text)
    for start, end, sign in masked:
        characters[start:end] = sign * (end - start)
    return "".join(characters)


def _third_parties(text: str, kept: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the full names behind 被害人 and 证人 that end beyond doubt, with the length of the surname."""
    found: dict[str, int] = {}
    known = surnames()
    for match in _THIRD_PARTY.finditer(text):
        position = match.end()
        while True:
            length = 2 if text[position : position + 2] in known else 1 if text[position : position + 1] in known else 0
            if not length:
                break
            given = len(_GIVEN.match(text, position + length)[0])
            name = text[position : position + length + given]
            behind = text[position + len(name) : position + len(name) + 1]
            if not 1 <= given <= 2 or behind not in _BEHIND_NAME or not behind:
                break
            # A name of two characters may be a word elsewhere in the text, so only longer ones are masked.
            if len(name) >= 3 and not is_word(name) and not any(name in other or other in name for other in kept):
                found[name] = length
            position += len(name) + 1
            if behind != "、":
                break
    return sorted(found.items())


def _occurrences(text: str, name: str) -> Iterable[int]:
    position = text.find(name)
    while position >= 0:
        yield position
        position = text.find(name, position + len(name))


def _spans(text: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(start, start + len(name)) for name in names for start in _occurrences(text, name)]
