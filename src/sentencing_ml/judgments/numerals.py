"""Chinese numerals, money, durations, dates, weights and blood alcohol, with the span of each.

General converters rewrite legal text (一审 → 1审, 第一百三十三条之一 → 第133条之1) and know no 一年六个月 or 五千余元, so
the parser is the project's own; nothing is rewritten, every value keeps its span.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Punctuation keeps its full-width form: judgments use it as such, and the rules are written with it.
for _mark in "，。；：（）？！～＊":
    _FULL_WIDTH.pop(ord(_mark), None)
_FULL_WIDTH.update({ord("．"): ord("."), ord("％"): ord("%"), ord("○"): ord("〇"), ord("◯"): ord("〇"), 0x3000: 0x20})

# Few characters of a judgment are wide: a search for them is ten times as fast as a translation of every character.
_NARROW = {chr(code): chr(narrow) for code, narrow in _FULL_WIDTH.items()}
_WIDE = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(_FULL_WIDTH)) + "]")

_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇", "一壹弌", "二贰弍两", "三叁弎", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

CHINESE = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
# No number of a judgment is longer; a text of nothing but digits must not be gone through for each of them.
_ARABIC = r"\d{1,3}(?:[,，]\d{3}){1,6}(?:\.\d{1,9})?|\d{1,18}(?:\.\d{1,9})?"
_IN_CHINESE = rf"[{CHINESE}]{{1,24}}"
NUMBER = rf"(?:{_ARABIC}|{_IN_CHINESE})"
# The same for a search over whole texts, which is several times faster where a plain set of characters comes first.
_FIRST = rf"[\d{CHINESE}]"
_AFTER_FIRST = rf"(?:(?<=\d)(?:\d{{0,2}}(?:[,，]\d{{3}}){{1,6}}(?:\.\d{{1,9}})?|\d{{0,17}}(?:\.\d{{1,9}})?)|(?<=[{CHINESE}])[{CHINESE}]{{0,23}})"


@dataclass(frozen=True, slots=True)
class Found:
    """A value and its span ``text[start:end]``."""

    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date, as precise as the text gives it (``2017``, ``2017-06`` or ``2017-06-28``), and its span."""

    value: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return ``text`` with full-width letters, digits and signs in half-width form, and of the same length.

    Offsets in the result are offsets in ``text``.
    """
    return _WIDE.sub(_narrow, text)


def _narrow(match: re.Match) -> str:
    return _NARROW[match[0]]


def parse_integer(text: str) -> int:
    """Read a whole number in Chinese or Arabic numerals (一百零五, 3万, 二〇一七, 十六, 1,200).

    Raises
    ------
    ValueError
        The text is no number.
    """
    if text.isdecimal():
        return int(text)
    value = parse_number(text)
    if value != int(value):
        raise ValueError("not a whole number")
    return int(value)


def parse_number(text: str) -> float:
    """Read a number in Chinese or Arabic numerals, a trailing 万 or 亿 included (1.2亿, 二十万, 叁仟伍佰).

    Raises
    ------
    ValueError
        The text is no number.
    """
    if text.isdecimal():
        return round(float(text), 6)
    text = fold(text).replace(",", "").replace("，", "")
    scale = 1
    while text and text[-1] in _LARGE and text[:-1] and (text[0].isdigit()):
        scale *= _LARGE[text[-1]]
        text = text[:-1]
    whole, point, part = text.partition(".")
    if whole.isdecimal() and (part.isdecimal() or not point):
        value = float(text) * scale
        return round(value, 6)
    if not text:
        raise ValueError("empty number")
    if _DIGITS.keys() >= set(text):
        return float("".join(str(_DIGITS[char]) for char in text)) * scale
    return float(_chinese(text) * scale)


def _chinese(text: str) -> int:
    total = section = digit = 0
    last_unit = 1
    seen_digit = False
    for char in text:
        if char in _DIGITS:
            if seen_digit and digit:
                raise ValueError("two digits without a unit between them")
            digit, seen_digit = _DIGITS[char], True
        elif char in _UNITS:
            # 十六 means 一十六
            section += (digit if seen_digit and digit else 1) * _UNITS[char]
            last_unit, digit, seen_digit = _UNITS[char], 0, False
        elif char in _LARGE:
            if section + digit + total == 0:
                raise ValueError("a scale without a number")
            if total and _LARGE[char] > 10**4:
                total = (total + section + digit) * _LARGE[char]
            else:
                total += (section + digit) * _LARGE[char]
            last_unit, section, digit, seen_digit = _LARGE[char], 0, 0, False
        else:
            raise ValueError("not a numeral")
    # 三万五 and 一千二 leave out the last unit: 35,000 and 1,200
    if digit and seen_digit and last_unit >= 100 and text[-2] not in "零〇":
        digit *= last_unit // 10
    return total + section + digit


def format_integer(value: int) -> str:
    """Write a whole number from 0 up to 10¹² in Chinese numerals, as judgments do (105 → 一百零五, 12 → 十二).

    Raises
    ------
    ValueError
        The number is out of that range.
    """
    if not 0 <= value < 10**12:
        raise ValueError("only whole numbers from 0 to 10^12 are written in Chinese numerals")
    if value == 0:
        return "零"
    parts: list[str] = []
    needs_zero = False
    for scale, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, value = divmod(value, scale)
        if not group:
            needs_zero = needs_zero or bool(parts)
            continue
        if parts and (needs_zero or group < 1000):
            parts.append("零")
        parts.append(_group(group) + name)
        needs_zero = False
    text = "".join(parts)
    return text[1:] if text.startswith("一十") else text


def _group(value: int) -> str:
    digits = "零一二三四五六七八九"
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + name
            gap = False
        else:
            gap = True
    return text


# Masking of names has turned some 万元 into 万某, 万1某. 余, 多 and 左右 are dropped: 三千余元 is read as 3000, the lower bound the court is sure of.
# Some copies write a point as 。 (17243。06元).
_MONEY = re.compile(rf"(?P<number>{_FIRST}{_AFTER_FIRST})(?:(?<=\d)。(?P<cents>\d{{1,2}})(?=[余多万亿元]))?\s{{0,9}}[余多]?(?P<scale>[百千万亿]{{0,2}})[余多]?\s{{0,9}}(?:元|(?<=[万亿余])\d?某|(?<=[万亿])(?=人民币))")


# 5522.7.74元: the end of a figure with two points is no figure.
_BROKEN = re.compile(r"\d\.$")
# 800、700、1500元: the numbers of a list before the one that has 元; a shorter one may be the number of an item.
_LISTED = re.compile(r"(?<![\d.,，第号])(?:\d{3,9}(?:\.\d{1,2})?、){1,9}$")


def names_money(text: str) -> bool:
    """Tell whether a text can hold an amount that :func:`find_money` finds."""
    return "元" in text or "万" in text or "亿" in text


def find_money(text: str) -> Iterator[Found]:
    """Yield the amounts in yuan of a folded text; the span starts at the number and ends after 元.

    Of a list that names 元 once (800、700、1500元) each number is an amount. Amounts in other currencies (美元, 港元 …) do
    not match, since the currency's name stands before 元.
    """
    for match in _MONEY.finditer(text):
        if _BROKEN.search(text, match.start() - 2 if match.start() > 1 else 0, match.start()):
            continue
        number = f"{match['number']}.{match['cents']}" if match["cents"] else match["number"]
        try:
            value = parse_number(number)
        except ValueError:
            continue
        if text[match.start() - 1 : match.start()] == "、" and match["number"].isascii() and not match["scale"]:
            yield from _listed(text, match.start())
        for char in match["scale"]:
            value *= _LARGE.get(char) or _UNITS[char]
        yield Found(round(value, 2), match.start(), match.end())


def _listed(text: str, end: int) -> Iterator[Found]:
    match = _LISTED.search(text, max(0, end - 80), end)
    position = match.start() if match else end
    while position < end:
        after = text.index("、", position)
        yield Found(float(text[position:after]), position, after)
        position = after + 1


_SMALL = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,5}})"
_DURATION = re.compile(
    rf"(?:(?P<years>{_SMALL})\s{{0,9}}年(?!度|级|代|前|以来))?[零又]?(?P<half>半)?[零又]?"
    rf"(?:(?P<months>{_SMALL})\s{{0,9}}个?\s{{0,9}}月)?[零又]?(?:(?P<days>{_SMALL})\s{{0,9}}[日天])?"
)
DAYS_PER_MONTH = 30  # annotation guide: days are counted as months/30


def duration_at(text: str, position: int) -> Found | None:
    """Read a term that starts at ``position`` of a folded text, in months (一年六个月 → 18, 一年半 → 18, 十五日 → 0.5)."""
    match = _DURATION.match(text, position)
    if match is None or not (match["years"] or match["months"] or match["days"]):
        return None
    try:
        months = 0.0
        if match["years"]:
            months += 12 * parse_integer(match["years"]) + (6 if match["half"] else 0)
        if match["months"]:
            months += parse_integer(match["months"])
        if match["days"]:
            months += round(parse_integer(match["days"]) / DAYS_PER_MONTH, 1)
    except ValueError:
        return None
    return Found(months, match.start(), match.end())


_YEAR = r"[12一二](?<!\d[12一二])(?:(?<=1)[89]\d\d|(?<=2)0\d\d|(?<=[一二])[零〇OＯo0一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元]|[〇零][一-九])"
_DAY = r"(?:[12]\d|3[01]|0?[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]|廿[一二三四五六七八九]?)"
_DATE = re.compile(
    rf"(?P<year>{_YEAR})\s{{0,9}}(?:年|[-./](?=\d))\s{{0,9}}(?:(?P<month>{_MONTH})\s{{0,9}}(?:月|[-./](?=\d)|(?=$))\s{{0,9}}(?:(?P<day>{_DAY})\s{{0,9}}[日号]?)?)?"
)


_LIKE_ZERO = str.maketrans("OＯo0", "〇〇〇〇")


def find_dates(text: str) -> Iterator[FoundDate]:
    """Yield the dates of a folded text in ISO form, as precise as they are written; impossible dates are left out."""
    for match in _DATE.finditer(text):
        iso = _iso(match)
        if iso is not None:
            yield FoundDate(iso, match.start(), match.end())


def _iso(match: re.Match) -> str | None:
    year_text = match["year"]
    if not year_text.isdigit():
        year_text = year_text.translate(_LIKE_ZERO)
    try:
        year = parse_integer(year_text)
        if match["month"] is None:
            return f"{year:04d}"
        month = 1 if match["month"] == "元" else parse_integer(match["month"])
        if match["day"] is None:
            return f"{year:04d}-{month:02d}"
        return date(year, month, parse_integer(match["day"].replace("廿", "二十"))).isoformat()
    except ValueError:
        return None


_GRAMS = {
    "千克": 1000.0,
    "公斤": 1000.0,
    "kg": 1000.0,
    "毫克": 0.001,
    "mg": 0.001,
    "克": 1.0,
    "g": 1.0,
    "斤": 500.0,
    "吨": 1e6,
}
# 毫克/100毫升 and mg/100ml are blood alcohol, not a weight.
_WEIGHT = re.compile(
    rf"(?P<number>{_FIRST}{_AFTER_FIRST})\s{{0,9}}余?\s{{0,9}}(?P<unit>千克|公斤|毫克|克|斤|吨|kg|mg|g)(?!\s{{0,9}}/|[a-zA-Z]|拉)", re.IGNORECASE
)


def find_weights(text: str) -> Iterator[Found]:
    """Yield the weights in grams of a folded text."""
    for match in _WEIGHT.finditer(text):
        try:
            value = parse_number(match["number"]) * _GRAMS[match["unit"].lower()]
        except ValueError:
            continue
        yield Found(round(value, 6), match.start(), match.end())


# Scans write l, I and O for the digits 1 and 0: 141.2lmg/lOOml.
_LETTERS = str.maketrans("lIOo", "1100")
_READING = r"\d[\dlIO]{0,3}(?:,\d{3})?(?:\.[\dlIO]{1,4})?"
_HUNDRED = r"(?:[1lI][0Oo]{2}|一?百)"
_ALCOHOL = re.compile(
    rf"(?P<number>{_READING})(?:±\d{{1,9}}(?:\.\d{{1,9}})?)?\s{{0,9}}[(（]?(?:mm?g|㎎|毫克|rag)(?:乙醇|[(（]乙醇[)）])?\s{{0,9}}(?:/\s{{0,9}}每?|每)\s{{0,9}}(?:(?P<hundred>{_HUNDRED}\s{{0,9}}(?:m[l1I]|㎖|毫升)|d[l1])|m[l1I]|㎖|毫升)"
    rf"|(?:每|(?<![\d/])){_HUNDRED}\s{{0,9}}(?:m[l1]|㎖|毫升)(?:血|(?=\d))[^，。；\d]{{0,16}}(?P<behind>{_READING})\s{{0,9}}(?:mg|㎎|毫克)(?!\s{{0,9}}[/每])",
    re.IGNORECASE,
)


def find_alcohol(text: str) -> Iterator[Found]:
    """Yield blood-alcohol contents of a folded text in mg per 100 ml; a content per ml is multiplied by 100."""
    if "m" not in text and "M" not in text and "毫" not in text and "㎎" not in text:
        return
    for match in _ALCOHOL.finditer(text):
        value = parse_number((match["number"] or match["behind"]).translate(_LETTERS))
        yield Found(value if match["hundred"] or match["behind"] else value * 100, match.start(), match.end())
