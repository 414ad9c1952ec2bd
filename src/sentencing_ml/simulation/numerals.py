"""Terms, dates and articles as judgments write them."""

import datetime

from sentencing_ml.judgments.numerals import format_integer


def term(months: float) -> str:
    """Return months as a term: 18 → 一年六个月."""
    years, rest = divmod(int(months), 12)
    return (f"{format_integer(years)}年" if years else "") + (f"{format_integer(rest)}个月" if rest else "")


def long_date(day: datetime.date) -> str:
    """Return a date as it stands under a judgment: 二〇二一年三月五日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return f"{year}年{format_integer(day.month)}月{format_integer(day.day)}日"


def short_date(day: datetime.date) -> str:
    """Return a date in digits: 2021年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def article(number: str) -> str:
    """Return an article's number: 133-1 or 133之一 → 第一百三十三条之一, 234(1) → 第二百三十四条第一款."""
    main, _, rest = number.partition("(")
    paragraph = rest.partition(")")[0]  # of several paragraphs the first
    main, _, added = main.replace("之", "-").partition("-")
    text = f"第{format_integer(int(main))}条"
    if added:
        text += f"之{format_integer(int(added)) if added.isdigit() else added}"
    return text + (f"第{format_integer(int(paragraph))}款" if paragraph else "")
