"""The verdict (判决如下 …): each defendant's counts with their own penalty, and what is executed.

Reading order of a verdict: items, each opened by the names of the defendants it sentences; in an item one or more
counts (``犯…罪，判处…``) and, with several counts or an earlier sentence, the executed penalty (``决定执行…``).
"""

import re
from dataclasses import dataclass

from sentencing_ml.judgments.numerals import NUMBER, duration_at, parse_number
from sentencing_ml.judgments.view import View

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """A penalty: kind, months of the main penalty, months of probation (0 without 缓刑) and fine in yuan.

    ``None`` is unknown; for life, death, fine alone, exemption and acquittal the term is ``None`` by its nature.
    """

    kind: str | None
    term_months: float | None = None
    probation_months: float = 0
    fine_yuan: float | None = None
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """A charge convicted, as written (with 罪), and its own penalty."""

    charge: str | None
    penalty: Penalty


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """All counts of one defendant and what is executed of them; ``merged`` when earlier sentences were combined in."""

    defendant: str
    counts: tuple[Count, ...]
    final: Penalty
    merged: bool = False


# An item names whom it sentences. 罪犯 and 上诉人 stand in retrials and appeals. The name is one of the known ones, so
# that 被告人的违法所得 and 责令被告人 X 退赔 open no item unless a conviction follows within a few characters.
_ROLE = r"(?:上诉人[（(]原审被告人[）)]|原审被告人|被告人|上诉人|罪犯)"
_BETWEEN_NAME_AND_CONVICTION = (
    r"(?:[（(][^）)]{0,60}[）)])?(?:均|分别|的行为|构成|系|因本案|向)?(?=犯|无罪|免[予于除]|[，,]?(?:判处|处)|单处)"
)
# 前罪, 原犯, 曾犯 and 漏罪 tell of another judgment; 犯罪, 犯案 and 犯意 are no conviction. A charge may hold the word
# itself: 掩饰、隐瞒犯罪所得罪, 帮助信息网络犯罪活动罪.
_CONVICTION = re.compile(
    r"(?<![原前曾主从罪同累惯重])犯(?:有)?(?!罪|案|意)(?P<charge>[^，,。；;：:]{1,45}?罪)(?!所|分子|集团|嫌|名|行|刑|过|活动)"
)
_KIND = re.compile(
    r"(?P<kind>有期徒刑|有其徒刑|有期徒(?=[一二三四五六七八九十\d])|有期[^，。；]{1,2}刑|拘役|管制|无期徒刑|死刑|单处罚金|免[予于]?(?:追究)?刑事处罚|免[予于除](?:刑事)?处罚|免予处分|无罪)"
)
_PROBATION = re.compile(r"(?<!撤销)缓刑(?!考验期|部分|执行期)(?:期|期限)?(?:为)?")
_FINE = re.compile(
    rf"罚金(?:的)?(?:金额)?(?:为)?(?:计)?(?:人民币|人民政|人民)?(?:币)?(?P<number>{NUMBER})[余多]?(?P<scale>[百千万亿]{{0,2}})(?:余)?(?:圆|元|整)"
)
_EXECUTED = re.compile(
    r"(?:决定(?:合并)?执行|合并执行|决定对其?执行|总和执行|实际执行|(?<!已)应?执行(?=有期徒刑|拘役|管制|无期徒刑|死刑|刑罚|刑期))(?:的?刑[罚期])?(?:为)?"
)
# The revoked part tells the old sentence, not this one.
_REVOKED = re.compile(r"(?:撤销|维持)[^。；;]{0,220}?(?=[。；;]|[一二三四五六七八九十]、|$)")
# What follows the penalty in brackets repeats terms and dates.
_CALCULATION = re.compile(
    r"[（(【]?(?:刑期|缓刑考验期|罚金(?:限|于|应|自|在|已|款))[^）)】]{0,200}?(?:[）)】]|计算[。；;）)]?|止[。；;）)]?|缴[纳清][。；;）)]?|$)"
)
_SUMMED = re.compile(r"总和刑期[^，,。；;]{0,40}")

_WITH_TERM = {"有期徒刑", "拘役", "管制"}


def read_verdict(verdict: View, *, names: dict[str, str]) -> tuple[Sentence, ...]:
    """Read the sentences of a verdict.

    Parameters
    ----------
    verdict
        Reading copy of the verdict section.
    names
        Every written form of a defendant's name → the defendant's name. Empty when the header names nobody: then
        the verdict's own names are taken.

    Returns
    -------
    A sentence for each defendant that the verdict sentences, in its order.
    """
    text = _blank(verdict.text, _REVOKED)
    names = names or {name: name for name in _own_names(text)}
    found: dict[str, list[tuple[Count, ...]]] = {}
    executed: dict[str, Penalty] = {}
    merged: set[str] = set()
    for people, start, end in _items(text, names):
        counts, final = _read_item(text, start, end, verdict)
        if not counts and final is None:
            continue
        for name in people:
            if counts:
                found.setdefault(name, []).append(counts)
            if final is not None:
                executed[name] = final
                found.setdefault(name, [])
    result = []
    for name, groups in found.items():
        counts = tuple(count for group in groups for count in group)
        if not counts:
            continue
        final = executed.get(name)
        if final is None:
            final = counts[0].penalty if len(counts) == 1 else _heaviest(counts)
        elif final.fine_yuan is None:
            final = _with_fine(final, counts)
        if name in executed and len(counts) == 1:
            merged.add(name)
        result.append(Sentence(defendant=name, counts=counts, final=final, merged=name in merged))
    return tuple(result)


def _blank(text: str, pattern: re.Pattern) -> str:
    """Replace every match by spaces, so that offsets hold."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _own_names(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"{_ROLE}([^，,、。（(犯]{{2,8}}?)(?=犯|无罪|[（(])", text)))


def _items(text: str, names: dict[str, str]) -> list[tuple[list[str], int, int]]:
    """Return (defendants, start, end) of every stretch that sentences somebody."""
    if not names:
        return []
    name = "|".join(re.escape(form) for form in sorted(names, key=len, reverse=True))
    opening = re.compile(
        rf"{_ROLE}?(?:{name})(?:(?:、|和|及|与|，|以及)?{_ROLE}?(?:{name}))*{_BETWEEN_NAME_AND_CONVICTION}"
    )
    starts = [
        ([names[form] for form in re.findall(name, match[0])], match.start(), match.end())
        for match in opening.finditer(text)
    ]
    if not starts and len(set(names.values())) == 1:
        # A single defendant whose name is written otherwise in the verdict.
        first = _CONVICTION.search(text)
        starts = [([next(iter(names.values()))], first.start(), first.start())] if first else []
    return [
        (list(dict.fromkeys(people)), end, starts[i + 1][1] if i + 1 < len(starts) else len(text))
        for i, (people, _, end) in enumerate(starts)
    ]


def _read_item(text: str, start: int, end: int, verdict: View) -> tuple[tuple[Count, ...], Penalty | None]:
    stretch = text[start:end]
    executed = list(_EXECUTED.finditer(stretch))
    convictions = list(_CONVICTION.finditer(stretch))
    if executed:
        # A conviction after the executed penalty is told again, not sentenced again.
        last = executed[-1].start()
        convictions = [match for match in convictions if match.start() < last]
    counts = []
    for i, match in enumerate(convictions):
        stop = (
            convictions[i + 1].start()
            if i + 1 < len(convictions)
            else (executed[0].start() if executed else len(stretch))
        )
        if stop < match.end():
            stop = len(stretch)
        penalty = _read_penalty(text, start + match.end(), start + stop, verdict, begin=start + match.start())
        if penalty is not None:
            counts.append((match, penalty))
    # 犯甲罪、乙罪，判处… : a charge without a penalty of its own shares the next one's.
    result = tuple(Count(charge=_clean_charge(match["charge"]), penalty=penalty) for match, penalty in counts)
    if not result and not convictions and re.match(r"[，,]?无罪", stretch):
        span = verdict.span(max(0, start - 1), start + stretch.index("无罪") + 2)
        result = (Count(charge=None, penalty=Penalty(kind="无罪", span=span)),)
    if not result and not convictions and re.match(r"[，,]?免", stretch):
        penalty = _read_penalty(text, start, end, verdict, begin=start)
        result = (Count(charge=None, penalty=penalty),) if penalty else ()
    final = None
    if executed:
        final = _read_penalty(text, start + executed[-1].end(), end, verdict, begin=start + executed[-1].start())
    return result, final


def _read_penalty(text: str, start: int, end: int, verdict: View, *, begin: int) -> Penalty | None:
    """Read the first penalty of ``text[start:end]``; None when there is none."""
    stretch = _blank(_blank(text[start:end], _SUMMED), _CALCULATION)
    kind_match = _KIND.search(stretch)
    fine, fine_end = _read_fine(stretch)
    if kind_match is None:
        if fine is None:
            return None
        return Penalty(kind="单处罚金", fine_yuan=fine, span=verdict.span(begin, start + fine_end))
    kind = kind_match["kind"]
    if kind.startswith("有"):
        kind = "有期徒刑"  # a letter is wrong or lost in some texts: 有其徒刑, 有期徒七年
    if kind.startswith("免"):
        kind = "免予刑事处罚"
    last = kind_match.end()
    term = probation = None
    if kind in _WITH_TERM:
        duration = duration_at(stretch, kind_match.end())
        if duration is None:
            # 有期徒刑的执行刑期为三年; a page break may also leave a comma.
            loose = re.match(r"[^，,。；;]{0,6}?(?=[\d一二三四五六七八九十])", stretch[kind_match.end() :])
            duration = duration_at(stretch, kind_match.end() + loose.end()) if loose else None
        if duration is not None:
            term, last = duration.value, duration.end
        probation, probation_end = _read_probation(stretch, last)
        last = max(last, probation_end)
    if fine is not None:
        last = max(last, fine_end)
    return Penalty(
        kind=kind,
        term_months=term,
        probation_months=probation or 0,
        fine_yuan=fine,
        span=verdict.span(begin, start + last),
    )


def _read_probation(stretch: str, start: int) -> tuple[float | None, int]:
    for match in _PROBATION.finditer(stretch, start):
        position = match.end()
        duration = duration_at(stretch, position)
        if duration is None:
            loose = re.match(r"[^一二三四五六七八九十\d]{0,2}", stretch[position:])
            duration = duration_at(stretch, position + loose.end())
        if duration is not None:
            return duration.value, duration.end
    return None, 0


def _read_fine(stretch: str) -> tuple[float | None, int]:
    match = _FINE.search(stretch)
    if match is None:
        return None, 0
    scale = 1
    for char in match["scale"]:
        scale *= {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[char]
    try:
        return parse_number(match["number"]) * scale, match.end()
    except ValueError:
        return None, 0


def _clean_charge(written: str) -> str:
    return re.sub(r"[（(][^）)]*[）)]|[“”\"《》]", "", written)


def _heaviest(counts: tuple[Count, ...]) -> Penalty:
    """Return the longest single penalty, with all fines: the executed penalty is not written."""
    order = {"死刑": 9e9, "无期徒刑": 8e9}
    top = max(counts, key=lambda count: order.get(count.penalty.kind or "", count.penalty.term_months or 0)).penalty
    return _with_fine(top, counts)


def _with_fine(final: Penalty, counts: tuple[Count, ...]) -> Penalty:
    fines = [count.penalty.fine_yuan for count in counts if count.penalty.fine_yuan is not None]
    return Penalty(
        kind=final.kind,
        term_months=final.term_months,
        probation_months=final.probation_months,
        fine_yuan=sum(fines) if fines else None,
        span=final.span,
    )
