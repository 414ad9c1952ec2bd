"""The prosecution's recommended sentence (量刑建议)."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import duration_at

_ADVICE_WORD = re.compile(
    r"量刑(?:的)?(?:建议|意见)|建议(?:对其|对[^，。；]{0,30})?(?:判处|处以|在[^，。；]{0,20}(?:量刑|处刑|判处|幅度)|[^，。；]{0,12}(?:判处|处刑|量刑))|建议判处"
)
_DEFENCE = re.compile(r"辩护人|辩护意见|社区矫正|司法局|被害人|谅解")
_PROSECUTION = re.compile(r"公诉机关|检察院|公诉人")


def recommendation(reading: Reading) -> Iterator[Finding]:
    """Yield what the prosecution recommends: present, kind, lower and upper term in months.

    With several defendants the first one's counts. An advice of the defence is none.
    """
    present: Finding | None = None
    for name, section in reading.views("charges", "opinion", "procedure", "plea", "findings", "evidence", "defence"):
        text = section.text
        for match in _ADVICE_WORD.finditer(text):
            start, end = reading.people[name].sentence(match.start())
            before = text[start : match.start()]
            if _DEFENCE.search(before) and not _PROSECUTION.search(before):
                continue
            if re.search(r"从轻|减轻|缓刑", match[0]) or (name == "defence" and not _PROSECUTION.search(text[start:end])):
                continue
            present = present or reading.finding(
                "recommendation_present", True, rule="recommendation.word", section=name, start=match.start(), end=match.end()
            )
            bounds = _bounds(text, match.start(), end)
            if bounds is None and name == "opinion":
                bounds = _bounds(text, start, match.start())
            if bounds is None:
                continue
            low, high, a, b = bounds
            yield reading.finding(
                "recommendation_present", True, rule="recommendation.term", section=name, start=match.start(), end=match.end()
            )
            for factor, value in (
                ("recommendation_kind", "确定刑" if low is not None and low == high else "幅度刑"),
                ("recommendation_min_months", low),
                ("recommendation_max_months", high),
            ):
                if value is not None:
                    yield reading.finding(factor, value, rule="recommendation.term", section=name, start=a, end=b)
            return
    if present:
        yield present


_DURATION_START = re.compile(r"[\d一二两三四五六七八九十]")
_RANGE_JOIN = re.compile(
    r"(?:有期徒刑|拘役|管制)?(?:以上)?(?:，|、)?(?:至|到|-|—|~|～|以上|－)(?:，|、)?(?:有期徒刑|拘役|管制)?"
)


# 二至六个月: the unit stands after the second number
_SHORT_RANGE = re.compile(r"([\d一二三四五六七八九十])(?:至|到|-|—|~)([\d一二三四五六七八九十]+(?:个月|年))")


def _bounds(text: str, start: int, end: int) -> tuple[float | None, float | None, int, int] | None:
    """Return (low, high, start, end) of the first term or range of terms in ``text[start:end]``."""
    for match in _DURATION_START.finditer(text, start, end):
        if text[match.start() - 1 : match.start()] == "第":
            continue
        first = duration_at(text, match.start())
        if first is None or first.value <= 0 or first.end > end + 1:
            short = _SHORT_RANGE.match(text, match.start())
            if short:
                second = duration_at(text, short.start(2))
                scale = 12 if short[2].endswith("年") else 1
                low = duration_at(f"{short[1]}{'年' if scale == 12 else '个月'}", 0)
                if second and low:
                    return low.value, second.value, short.start(), short.end()
            continue
        before = text[max(start, match.start() - 6) : match.start()]
        if re.search(r"(?:缓刑|考验期|曾|第|于)[^，。；]{0,3}$", before):
            continue
        join = _RANGE_JOIN.match(text, first.end)
        if join and join.end() > first.end:
            second = duration_at(text, join.end())
            if second is not None and second.value > 0:
                return first.value, second.value, first.start, second.end
            if text[first.end : first.end + 2] == "以上":
                return first.value, None, first.start, first.end + 2
        if text[first.end : first.end + 2] == "以下":
            return None, first.value, first.start, first.end + 2
        return first.value, first.value, first.start, first.end
    return None
