"""Dates as a story tells them: those that lean on the one before (同年3月1日, 次日, 当日) included."""

import re
from datetime import date, timedelta

from sentencing_ml.judgments.numerals import FoundDate, find_dates, parse_integer

_NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九元]|廿[一二三四五六七八九]?)"
# A plain set of characters in front makes the search fast; what it stands for is told by looking back.
_RELATIVE = re.compile(
    rf"[同当次翌本即第隔\d一二三四五六七八九十元廿](?:(?<=[同当次翌])(?P<year>年)(?:(?P<year_month>{_NUMERAL})月(?:(?P<year_day>{_NUMERAL})[日号])?)?"
    rf"|(?<=[同当本])月(?P<month_day>{_NUMERAL})[日号]"
    rf"|(?P<today>(?<=[同当即])日|(?<=当)天)(?!内)|(?P<next>(?<=[次翌])日|(?<=第)二[天日]|(?<=隔)天)"
    rf"|(?<![\d年一二三四五六七八九十].)(?:(?<=\d)\d?|(?<=[一二三四五六七八九])(?:十[一二三四五六七八九]?)?|(?<=[十廿])[一二三四五六七八九]?|(?<=元))月(?P<day>{_NUMERAL})[日号])"
)
# The day of birth of a victim stands in brackets within the story: （1999年8月18日出生）
_BORN_AFTER = re.compile(r"[^，。；（()）]{0,10}?(?:出生|生(?=[，,。；）)]))")
_BORN_BEFORE = re.compile(r"(?:生于|出生|出生于)$")


def told_dates(text: str) -> list[FoundDate]:
    """Return the dates of a folded text in order, each as precise as the text and the dates before it allow.

    A date of birth is no part of a story: it is left out, and no other leans on it.
    """
    absolute = [
        item
        for item in find_dates(text)
        if not _BORN_AFTER.match(text, item.end) and not _BORN_BEFORE.search(text[max(0, item.start - 4) : item.start])
    ]
    if not absolute:
        return []
    merged: list[FoundDate] = []
    place = 0
    for match in _RELATIVE.finditer(text, absolute[0].end):
        while place < len(absolute) and absolute[place].start < match.end():
            merged.append(absolute[place])
            place += 1
        if match.start() < merged[-1].end:
            continue
        value = _resolve(match, merged[-1].value)
        if value is not None:
            merged.append(FoundDate(value, *match.span()))
    return merged + absolute[place:]


def _resolve(match: re.Match, last: str) -> str | None:
    """Return the date of a relative expression in ISO form, or None where ``last`` is not precise enough for it."""
    year, month, day = (*map(int, last.split("-")), None, None)[:3]
    try:
        if match["today"]:
            return last if day else None
        if match["next"]:
            return (date(year, month, day) + timedelta(days=1)).isoformat() if day else None
        if match["month_day"]:
            return date(year, month, _number(match["month_day"])).isoformat() if month else None
        if match["year"]:
            year += match[0][0] in "次翌"
            if match["year_month"] is None:
                return None
            month = _number(match["year_month"])
            if match["year_day"] is None:
                return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
            return date(year, month, _number(match["year_day"])).isoformat()
        return date(year, _number(match[0].partition("月")[0]), _number(match["day"])).isoformat()
    except (TypeError, ValueError):
        return None


def _number(text: str) -> int:
    return 1 if text == "元" else parse_integer(text.replace("廿", "二十"))


def earliest(value: str) -> date:
    """Return the first day that a date may mean (2017 → 2017-01-01)."""
    return date.fromisoformat((value + "-01-01")[:10])


def latest(value: str) -> date:
    """Return the last day that a date may mean (2017-02 → 2017-02-28)."""
    parts = tuple(map(int, value.split("-")))
    if len(parts) == 3:
        return date(*parts)
    year, month = (*parts, 12)[:2]
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
