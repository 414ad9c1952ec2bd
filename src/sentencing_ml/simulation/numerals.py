"""Chinese numerals as judgments write them."""

import datetime

_DIGITS = "零一二三四五六七八九"
_UNITS = ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"))


def chinese(number: int) -> str:
    """Return a whole number below a hundred million in Chinese: 10 → 十, 234 → 二百三十四, 12000 → 一万二千."""
    if number < 10:
        return _DIGITS[number]
    if number < 20:
        return "十" + (_DIGITS[number - 10] if number > 10 else "")
    for unit, name in _UNITS:
        if number >= unit:
            head, rest = divmod(number, unit)
            gap = "零" if 0 < rest < unit // 10 else ""
            tail = ("一" if 10 <= rest < 20 else "") + chinese(rest) if rest else ""
            return chinese(head) + name + gap + tail
    raise AssertionError("unreachable: a number of ten or more has a unit")


def term(months: float) -> str:
    """Return months as a term: 18 → 一年六个月."""
    years, rest = divmod(int(months), 12)
    return (f"{chinese(years)}年" if years else "") + (f"{chinese(rest)}个月" if rest else "")


def long_date(day: datetime.date) -> str:
    """Return a date as it stands under a judgment: 二〇二一年三月五日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return f"{year}年{chinese(day.month)}月{chinese(day.day)}日"


def short_date(day: datetime.date) -> str:
    """Return a date in digits: 2021年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def article(number: str) -> str:
    """Return an article's number: 133-1 or 133之一 → 第一百三十三条之一, 234(1) → 第二百三十四条第一款."""
    main, _, rest = number.partition("(")
    paragraph = rest.partition(")")[0]  # of several paragraphs the first
    main, _, added = main.replace("之", "-").partition("-")
    text = f"第{chinese(int(main))}条" + (f"之{chinese(int(added)) if added.isdigit() else added}" if added else "")
    return text + (f"第{chinese(int(paragraph))}款" if paragraph else "")
