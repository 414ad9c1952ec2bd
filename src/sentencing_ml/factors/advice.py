"""The prosecution's recommended sentence (量刑建议): what it is, whether it was adjusted, and what the court answers.

Why a recommendation is not adopted is read in the sentence of the refusal; its categories and their words stand in
``refusals.yaml``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import duration_at
from sentencing_ml.packaged import read_yaml

_ADVICE_WORD = re.compile(
    r"量刑(?:的)?(?:建议|意见)|建议(?:对其|对[^，。；]{0,30})?(?:判处|处以|在[^，。；]{0,20}(?:量刑|处刑|判处|幅度)|[^，。；]{0,12}(?:判处|处刑|量刑))|建议判处"
    r"|建议[^。；]{0,90}?(?=(?:判处|处以?|在)(?:有期徒刑|拘役|管制|[\d一二三四五六七八九十]{1,5}(?:年|个月)))"
)
# 从轻处罚 and the like are no recommended sentence.
_NO_SENTENCE = re.compile(r"从轻|减轻|缓刑")
_DEFENCE = re.compile(r"(?<!公诉机关和)(?<!公诉机关及)(?<!公诉机关与)辩护人|辩护意见|诉讼代理人|社区矫正|司法局|(?:被害人|家属|亲属)[^，。；]{0,10}(?:请求|要求|建议|希望|出具)")
_PROSECUTION = re.compile(r"公诉机关|检察院|公诉人|检察员|检察机关|检察官")
_ADJUSTED = re.compile(r"(?:调整|变更)(?:后)?(?:的)?(?:量刑建议)?(?:为|是)|量刑建议(?:调整|变更)(?:为|至)|(?:将|把)[^，。；]{0,6}量刑建议[^，。；]{0,16}(?:调整|变更)(?:为|至)")

# 调整量刑建议, 量刑建议变更为…, 量刑建议调整书; 未予调整, 不调整: it was asked to and did not
_CHANGED = re.compile(
    r"量建调|量刑建议(?:的)?(?:调整|变更)书|(?P<not>(?:未|不予?|没有|拒绝|不同意)(?:再|作出?|进行|相应)?)?(?:调整|变更|修改)(?:了|后|过)?(?:的)?(?:被告人[^，。；]{0,10}的)?(?:原)?量刑建议"
    r"|量刑建议(?:书)?(?:，)?(?:予以|依法|当庭|作出?了?|进行了?|将其?)?(?:调整|变更|修改)(?:为|至|成)"
    r"|(?:将|把)[^，。；]{0,16}量刑建议[^，。；]{0,16}(?:调整|变更|修改)"
)
_BY_THE_COURT = re.compile(r"(?:本院|法庭)(?:依法|予以|应当|认为|据此|对|当庭|建议|通知|告知|决定)?[^，。；]{0,8}$|(?:建议|要求|请求|提请)(?:本院|法院|法庭)[^。；]{0,30}$")
_PROSECUTION_DID = re.compile(r"(?:公诉机关|检察院|公诉人|检察员|检察机关|其)[^，。；]{0,16}(?:，[^，。；]{0,16})?$")
_KIND = re.compile(r"有期徒刑|拘役|管制")
_KIND_BEFORE, _KIND_BEHIND = 6, 8  # characters in which the kind of a term stands
_CLOSE_BY = 70  # characters behind a term in which its suspension stands
# the advice of the next defendant, or another sentence
_NEXT = re.compile(r"[。；]|，(?:对|建议对|判处)?被告人")
# 若赔偿被害人，则可适用缓刑: depends on what is not done yet
_CONDITION = re.compile(r"若|如")
_SUSPENDED = re.compile(r"(?P<not>(?:不|非)(?:宜|应|予|得|建议)?(?:对其)?(?:适用|宣告|判处)?)?缓刑|(?P<real>实刑)")
_SOMEBODY_S = re.compile(r"(?:其|所提|提出)[^，。；]{0,12}$|建议[^。；]{0,92}$")
# 量刑建议, and how it is told without that word: 公诉机关建议判处…的意见，予以采纳; 公诉机关建议判处…，量刑偏重，不予采纳
_ADVICE = re.compile(r"量刑的?(?:建议|意见)|(?<=，)量刑(?=(?:过|偏|畸)(?:重|轻))|建议(?:对|本院|法院|判处|在)[^。；]{4,60}?的意见")
_MENTIONS = 200  # no judgment speaks of it more often, and each time the sentence around it is read
_LOOK_BACK = 160
_SENTENCE = 500  # characters: a text without punctuation is no one sentence

_PUT_BY_DEFENCE = re.compile(r"的?辩护意见")
_FITTING = re.compile(r"(?:幅度|范围|^)内[^。；]{0,60}从宽|(?<!不)(?:适当|适度|恰当|得当|妥当|合法|合理|适宜|成立|并无不当|符合法律|于法有据)(?!调整)|(?<!不予)(?<!不能)(?<!不应)(?<!不)(?:采纳|支持|采信)")
_UNFITTING = re.compile(r"(?:过|偏|畸|略|稍|较)(?:重|轻|高|低)|不当|欠当|失当|不(?:够)?(?:适当|恰当|妥当|合理|准确)|不(?:予|能|宜|应)(?:以)?(?:全部)?(?:采纳|支持|采信)|(?:予以|适当|作出?|依法)调整|有误")
_ANOTHER_S = re.compile(r"[。；]|辩护人")
_IN_PART = re.compile(r"^[^。；]{0,20}部分(?:予以|应予|可以?)?(?:采纳|支持)")
_ADOPTING = re.compile(r"采纳[^，。；]{0,16}$")


def recommendation(reading: Reading) -> Iterator[Finding]:
    """Yield what the prosecution recommends: present, kind of term and of penalty, lower and upper term in months, probation,
    whether it was adjusted before the judgment, what the court made of it, and why it did not adopt it.

    With several defendants the first one's counts. An advice of the defence is none; an adjusted one takes the place of
    the first.
    """
    told = list(_recommended(reading))
    yield from told
    if told:
        yield from _adjustment(reading)
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
            # one of the points of the defence that the court answers: whose they are stands before them or behind
            unnamed = not _PROSECUTION.search(text, start, match.start())
            if name in ("opinion", "findings", "evidence") and unnamed and (
                not _of_the_prosecution(text, max(0, start - _LOOK_BACK), match.start()) or _PUT_BY_DEFENCE.search(text, match.start(), end)
            ):
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
    yield from _penalty(reading, name, start, end)


def _penalty(reading: Reading, name: str, start: int, end: int) -> Iterator[Finding]:
    """Yield the kind of the recommended term at ``start:end`` and whether it is to be suspended, as far as it is said."""
    text = reading.sections[name].text
    stop = next(_NEXT.finditer(text, end, min(len(text), end + _SENTENCE)), None)
    far = min(stop.start() if stop else len(text), end + _CLOSE_BY)
    kinds = list(_KIND.finditer(text, max(0, start - _KIND_BEFORE), min(far, end + _KIND_BEHIND)))
    if kinds:
        named = {match[0] for match in kinds}
        value = kinds[0][0] if len(named) == 1 else "拘役或有期徒刑" if named == {"拘役", "有期徒刑"} else None
        if value is not None:
            yield reading.finding(
                "recommendation_penalty", value, rule="recommendation.kind", section=name,
                start=min(start, kinds[0].start()), end=max(end, kinds[-1].end()),
            )  # fmt: skip
    suspended = _SUSPENDED.search(text, end, far)
    if suspended and not _CONDITION.search(text, end, suspended.start()):
        refused = suspended["not"] is not None or suspended["real"] is not None
        yield reading.finding(
            "recommendation_probation", not refused, rule="recommendation.probation", section=name,
            start=suspended.start(), end=suspended.end(),
        )  # fmt: skip


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


def _adjustment(reading: Reading) -> Iterator[Finding]:
    """Yield that the prosecution adjusted its recommendation before the judgment, or declined to; nothing where it is not told.

    What the court itself adjusts is no adjustment but a refusal.
    """
    for name, section in reading.views("charges", "procedure", "opinion", "plea", "findings", "evidence"):
        text = section.text
        if not any(word in text for word in ("调整", "变更", "量建调", "修改")):
            continue
        for match in islice(_CHANGED.finditer(text), _MENTIONS):
            start, end = _around(reading, name, match)
            if "建议" not in text[start:end] or not _of_the_prosecution(text, start, match.start()):
                continue
            before = text[start : match.start()]
            # 本院予以调整, 建议本院调整: not what the prosecution did
            if _BY_THE_COURT.search(before) or not _PROSECUTION.search(text, start, match.end()):
                continue
            # in its opinion the court speaks: only what it tells the prosecution to have done
            if name == "opinion" and not _PROSECUTION_DID.search(before):
                continue
            declined = match["not"] is not None
            yield reading.finding(
                "recommendation_adjusted", not declined, rule="recommendation.kept" if declined else "recommendation.changed",
                section=name, start=match.start(), end=match.end(),
            )  # fmt: skip
            return


def _reason(reading: Reading, name: str, start: int, end: int) -> Iterator[Finding]:
    """Yield why the court does not adopt the recommendation: the first category whose words stand in ``start:end``."""
    text = reading.sections[name].text
    for level, rule, words, pattern in _refusals():
        if any(word in text[start:end] for word in words):
            match = pattern.search(text, start, end)
            if match:
                yield reading.finding("recommendation_refusal", level, rule=rule, section=name, start=match.start(), end=match.end())
                return


@lru_cache(maxsize=1)
def _refusals() -> tuple[tuple[str, str, tuple[str, ...], re.Pattern], ...]:
    content = read_yaml("factors", "refusals.yaml")["reasons"]
    return tuple((entry["level"], f"refusal.{entry['id']}", tuple(entry["words"]), re.compile(entry["find"])) for entry in content)


def _answer(reading: Reading) -> Iterator[Finding]:
    """Yield whether the court adopts the recommendation, and why not; nothing where it does not say."""
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
            in_part = _IN_PART.search(after)
            # of several defendants it may be adopted for one: neither adopted nor refused
            if in_part and len(reading.defendants) > 1:
                continue
            refused, adopted = _UNFITTING.search(after), _FITTING.search(after)
            if in_part:
                value, rule, stop = False, "recommendation.refused", match.end() + in_part.end()
            elif refused and (not adopted or refused.start() <= adopted.start()):
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
            if not value:
                # what is said of another's argument before or behind it is no reason of this refusal
                first = max(start, text.rfind("；", start, match.start()) + 1)
                other = _ANOTHER_S.search(text, stop, end)
                yield from _reason(reading, name, first, other.start() if other else end)
            return


_NOT_RECOMMENDED = re.compile(r"(?:缓刑|考验期|曾|第|于)[^，。；]{0,3}$")
_DURATION_START = re.compile(r"[\d一二两三四五六七八九十]")
# A page number may stand in the line: 六个月至2一年.
_RANGE_JOIN = re.compile(
    r"(?:有期徒刑|拘役|管制)?(?:以上)?(?:，|、)?(?:至|到|-|—|~|～|以上|－)(?:，|、)?(?:\d{1,2}(?=[一二三四五六七八九十]))?(?:有期徒刑|拘役|管制)?"
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
