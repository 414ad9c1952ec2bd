"""The prosecution's recommended sentence (量刑建议)."""

import re
from collections.abc import Iterator
from itertools import islice

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import duration_at

_ADVICE_WORD = re.compile(
    r"量刑(?:的)?(?:建议|意见)|建议(?:对其|对[^，。；]{0,30})?(?:判处|处以|在[^，。；]{0,20}(?:量刑|处刑|判处|幅度)|[^，。；]{0,12}(?:判处|处刑|量刑))|建议判处"
    r"|建议[^。；]{0,90}?(?=(?:判处|处以?|在)(?:有期徒刑|拘役|管制|[\d一二三四五六七八九十]{1,5}(?:年|个月)))"
)
# 从轻处罚 and the like are no recommended sentence.
_NO_SENTENCE = re.compile(r"从轻|减轻|缓刑")
_DEFENCE = re.compile(r"(?<!公诉机关和)(?<!公诉机关及)(?<!公诉机关与)辩护人|辩护意见|诉讼代理人|社区矫正|司法局|(?:被害人|家属|亲属)[^，。；]{0,10}(?:请求|要求|建议|希望|出具)")
_PROSECUTION = re.compile(r"公诉机关|检察院|公诉人|检察员|检察机关|检察官")
_ADJUSTED = re.compile(r"(?:调整|变更)(?:后)?(?:的)?(?:量刑建议)?(?:为|是)|量刑建议(?:调整|变更)(?:为|至)|(?:将|把)[^，。；]{0,6}量刑建议[^，。；]{0,16}(?:调整|变更)(?:为|至)")

_SOMEBODY_S = re.compile(r"(?:其|所提|提出)[^，。；]{0,12}$|建议[^。；]{0,92}$")
_ADVICE = re.compile(r"量刑的?(?:建议|意见)")
_MENTIONS = 200  # no judgment speaks of it more often, and each time the sentence around it is read
_LOOK_BACK = 160
_SENTENCE = 500  # characters: a text without punctuation is no one sentence

_FITTING = re.compile(r"(?:幅度|范围|^)内[^。；]{0,60}从宽|(?<!不)(?:适当|适度|恰当|得当|妥当|合法|合理|适宜|成立|并无不当|符合法律|于法有据)(?!调整)|(?<!不予)(?<!不能)(?<!不应)(?<!不)(?:采纳|支持|采信)")
_UNFITTING = re.compile(r"(?:过|偏|畸|略|稍|较)(?:重|轻|高|低)|不当|欠当|失当|不(?:够)?(?:适当|恰当|妥当|合理|准确)|不(?:予|能|宜|应)(?:以)?(?:全部)?(?:采纳|支持|采信)|(?:予以|适当|作出?|依法)调整|有误")
_ADOPTING = re.compile(r"采纳[^，。；]{0,16}$")


def recommendation(reading: Reading) -> Iterator[Finding]:
    """Yield what the prosecution recommends: present, kind, lower and upper term in months, and what the court made of it.

    With several defendants the first one's counts. An advice of the defence is none; an adjusted one takes the place of
    the first.
    """
    told = list(_recommended(reading))
    yield from told
    if told:
        yield from _answer(reading)


def _recommended(reading: Reading) -> Iterator[Finding]:
    present: Finding | None = None
    stated: list[Finding] = []
    for name, section in reading.views("charges", "opinion", "procedure", "plea", "findings", "evidence", "defence"):
        text = section.text
        if "建议" not in text and "量刑" not in text:
            continue
        for match in islice(_ADVICE_WORD.finditer(text), _MENTIONS):
            start, end = _around(reading, name, match)
            if not _of_the_prosecution(text, start, match.start()):
                continue
            if name == "defence" and not _PROSECUTION.search(text[start:end]):
                continue
            bounds = _bounds(text, match.start(), end)
            if bounds is None and _NO_SENTENCE.search(match[0]):
                continue
            present = present or reading.finding(
                "recommendation_present", True, rule="recommendation.word", section=name, start=match.start(), end=match.end()
            )
            if bounds is None and name == "opinion":
                bounds = _before(text, match.start())
            if bounds is not None:
                stated = [*_stated(reading, name, match, bounds)]
                break
        if stated:
            break
    adjusted = _adjusted(reading)
    if adjusted:
        yield from adjusted
    elif stated:
        yield from stated
    elif present:
        yield present


def _around(reading: Reading, name: str, match: re.Match) -> tuple[int, int]:
    """Return the span of the sentence around a match, no more of it than a sentence has."""
    start, end = reading.people[name].sentence(match.start())
    return max(start, match.start() - _SENTENCE), min(end, match.end() + _SENTENCE)


def _of_the_prosecution(text: str, start: int, position: int) -> bool:
    """Tell whether the last one named before the advice is not the defence or a third party."""
    against = [match.end() for match in _DEFENCE.finditer(text, start, position)]
    return not against or any(match.end() > against[-1] for match in _PROSECUTION.finditer(text, start, position))


def _before(text: str, position: int) -> tuple[float | None, float | None, int, int] | None:
    """Return the bounds that stand before the word: 公诉机关提出对甲判处 …；对乙判处 … 的量刑建议适当."""
    far = max(0, position - _SENTENCE)
    full_stop = max(text.rfind("。", far, position) + 1, far)
    named = next(_PROSECUTION.finditer(text, full_stop, position), None)
    return _bounds(text, named.end() if named else max(full_stop, text.rfind("；", full_stop, position) + 1), position)


def _stated(reading: Reading, name: str, match: re.Match, bounds: tuple) -> Iterator[Finding]:
    low, high, start, end = bounds
    yield reading.finding(
        "recommendation_present", True, rule="recommendation.term", section=name, start=match.start(), end=match.end()
    )
    for factor, value in (
        ("recommendation_kind", "确定刑" if low is not None and low == high else "幅度刑"),
        ("recommendation_min_months", low),
        ("recommendation_max_months", high),
    ):
        if value is not None:
            yield reading.finding(factor, value, rule="recommendation.term", section=name, start=start, end=end)


def _adjusted(reading: Reading) -> list[Finding]:
    for name, section in reading.views("charges", "opinion", "procedure", "plea", "findings", "evidence"):
        if "量刑建议" not in section.text:
            continue
        for match in islice(_ADJUSTED.finditer(section.text), _MENTIONS):
            start, end = _around(reading, name, match)
            if "量刑建议" not in section.text[start:end] or not _PROSECUTION.search(section.text, start, match.end()):
                continue
            bounds = _bounds(section.text, match.end(), end)
            if bounds is None:
                continue
            # an advice adjusted for another defendant alone leaves the first one's as it was
            named = [d.index for d in reading.defendants if d.name and d.name in section.text[match.start() : bounds[2]]]
            if not named or reading.defendants[0].index in named:
                return list(_stated(reading, name, match, bounds))
    return []


def _answer(reading: Reading) -> Iterator[Finding]:
    """Yield whether the court adopts the recommendation; nothing where it does not say."""
    for name, section in reading.views("opinion", "findings", "evidence"):
        text = section.text
        for match in islice(_ADVICE.finditer(text), _MENTIONS):
            start, end = _around(reading, name, match)
            if not _of_the_prosecution(text, start, match.start()):
                continue
            # 其提出的量刑意见: whose it is the sentence before says
            unnamed = not _PROSECUTION.search(text, start, match.start()) and _SOMEBODY_S.search(text[max(start, match.start() - _LOOK_BACK) : match.start()])
            if unnamed and not _of_the_prosecution(text, max(0, start - _LOOK_BACK), match.start()):
                continue
            # elsewhere it is mostly the defence that speaks of it
            if name != "opinion" and "本院" not in text[start:end]:
                continue
            after = text[match.end() : min(end, match.end() + 70)]
            refused, adopted = _UNFITTING.search(after), _FITTING.search(after)
            if refused and (not adopted or refused.start() <= adopted.start()):
                value, rule, stop = False, "recommendation.refused", match.end() + refused.end()
            elif adopted:
                value, rule, stop = True, "recommendation.adopted", match.end() + adopted.end()
            elif _ADOPTING.search(text[start : match.start()]):
                value, rule, stop = True, "recommendation.adopted", match.end()
            else:
                continue
            yield reading.finding(
                "recommendation_adopted", value, rule=rule, section=name, start=match.start(), end=stop
            )
            return


_NOT_RECOMMENDED = re.compile(r"(?:缓刑|考验期|曾|第|于)[^，。；]{0,3}$")
_DURATION_START = re.compile(r"[\d一二两三四五六七八九十]")
_RANGE_JOIN = re.compile(
    r"(?:有期徒刑|拘役|管制)?(?:以上)?(?:，|、)?(?:至|到|-|—|~|～|以上|－)(?:，|、)?(?:有期徒刑|拘役|管制)?"
)


# 二至六个月: the unit stands after the second number
_SHORT_RANGE = re.compile(r"([\d一二三四五六七八九十])(?:至|到|-|—|~)([\d一二三四五六七八九十]{1,5}(?:个月|年))")


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
        if _NOT_RECOMMENDED.search(before):
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
