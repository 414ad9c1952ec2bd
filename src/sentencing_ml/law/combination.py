"""Several sentences of one defendant: 数罪并罚 (刑法69), 漏罪 (70), 新罪 (71), and the fines beside them.

:func:`combine` gives the bounds alone; :func:`combined`, :func:`unjudged_offence` and :func:`later_offence` also record
the steps, take fines, and answer input that the law cannot take with problems.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Rational
from typing import NamedTuple

from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.limits import Limit, limit, limits
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.steps import Interval, Step, range_words, words

__all__ = [
    "DETENTION", "FIXED_TERM", "KIND_KEYS", "SURVEILLANCE", "Combination", "Limit", "Sentence", "combine",
    "combine_kinds", "combined", "day_problems", "later_offence", "limit", "limits", "months_problem",
    "unjudged_offence",
]  # fmt: skip

FIXED_TERM, DETENTION, SURVEILLANCE = "有期徒刑", "拘役", "管制"
LIFE, DEATH = "无期徒刑", "死刑"
KIND_KEYS: Mapping[str, str] = {FIXED_TERM: "fixed_term", DETENTION: "detention", SURVEILLANCE: "surveillance"}
"""The kinds that have a term, severest first, and what ``limits.yaml`` calls them."""

_BEYOND_TERMS = (DEATH, LIFE)
_TERMLESS = ("单处罚金", "免予刑事处罚", "无罪")
_KINDS = (*KIND_KEYS, *_BEYOND_TERMS, *_TERMLESS)

Number = float | Fraction
Bounds = tuple[Number | None, Number | None]
Term = Number | None | Bounds
"""One value, None for not known, or the least and the most (None: not known, or no bound)."""


class Sentence(NamedTuple):
    """The sentence for one count: kind of punishment, months, fine in yuan, and whether all property is confiscated.

    ``fine`` 0 is none, None is not known.
    """

    kind: str
    months: Term = None
    fine: Term = 0
    forfeit_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """What may be executed.

    ``kind`` is the kind that is executed, None where there is none; ``months`` what the court may decide on (None, None
    for 无期徒刑 and 死刑); ``surveillance`` the 管制 executed after it. ``remaining`` and ``total`` are what is still
    and what is altogether executed where part of an earlier sentence was served; no total where 管制 was served before
    imprisonment. ``fine`` in yuan; nothing of it is executed beside ``forfeit_all``. With ``problems`` nothing was
    computed.
    """

    kind: str | None = None
    months: Interval = (None, None)
    surveillance: Interval | None = None
    remaining: Interval | None = None
    total: Interval | None = None
    fine: Interval = (None, None)
    forfeit_all: bool = False
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()


def combine(
    terms: Sequence[Term],
    kinds: Sequence[str],
    *,
    on: datetime.date | None = None,
    offended: datetime.date | None = None,
) -> Bounds:
    """Return the lowest and the highest months that may be executed for several terms under 刑法69(1).

    The result is of the severest kind among ``kinds`` (有期徒刑, 拘役, 管制): 拘役 goes up in 有期徒刑 (69(2)), and
    管制 is executed after it, so that it adds no months of imprisonment (see :func:`combine_kinds`).

    Parameters
    ----------
    terms
        Months of each count: one value, an interval (low, high), or None for unknown. With an unknown term ``high`` is
        None and ``low`` the highest known one. Of intervals the result spans every choice within them.
    kinds
        The kind of each count. 单处罚金, 免予刑事处罚 and 无罪 bring no months. With 无期徒刑 or 死刑 there is no term
        to combine: (None, None).
    on
        The day of the judgment; None is today's law. Before 2015-11-01 the code did not say how 有期徒刑 and 拘役 go
        together, and courts absorbed or added them: ``high`` then adds the 拘役. The rule of that day also holds for
        what was done before it (法释〔2015〕19号3).
    offended
        The day of the last offence; None is ``on``. Where all offences were before 2011-05-01, the cap is that of
        their day, which is lighter (刑法12).
    """
    parts = combine_kinds(terms, kinds, on=offended or on)
    return (None, None) if any(kind in _BEYOND_TERMS for kind in kinds) else _executed(parts, on)


def combine_kinds(terms: Sequence[Term], kinds: Sequence[str], *, on: datetime.date | None = None) -> dict[str, Bounds]:
    """Return the bounds of each kind that has a term, before the kinds are weighed against each other.

    ``on`` is the day whose law caps the sum; None is today's.

    Raises
    ------
    ValueError
        ``terms`` and ``kinds`` differ in length, a kind is unknown, a term is negative, or its ends are reversed.
    """
    if len(terms) != len(kinds):
        raise ValueError(f"{len(terms)} terms and {len(kinds)} kinds")
    if unknown := sorted(set(kinds) - set(_KINDS)):
        raise ValueError(f"unknown kind of punishment: {', '.join(unknown)}")
    spans = [_span(term) for term in terms]
    if any(end is not None and not end >= 0 for span in spans for end in span):
        raise ValueError("a term is negative or not a number")
    if any(None not in span and span[0] > span[1] for span in spans):
        raise ValueError("the lower end of a term is above its upper end")
    result: dict[str, Bounds] = {}
    for kind in KIND_KEYS:
        own = [span for span, its_kind in zip(spans, kinds, strict=True) if its_kind == kind]
        if own:
            result[kind] = _bounds(own, kind, limit("concurrent_cap", on))
    return result


def combined(
    sentences: Sequence[Sentence], *, judged: datetime.date | None = None, offended: datetime.date | None = None
) -> Combination:
    """Return what may be executed for several counts judged together (刑法69), with its steps.

    ``judged`` and ``offended`` are the days of the judgment and of the last offence, as in :func:`combine`. Bad input
    gives ``problems``: a kind that does not exist, a term beyond the limit of its kind, an offence after the judgment.
    """
    problems = _problems(sentences, judged, offended)
    return Combination(problems=problems) if problems else _combined(sentences, judged, offended)


def unjudged_offence(
    earlier: Sentence,
    found: Sequence[Sentence],
    *,
    served_months: Number,
    judged: datetime.date | None = None,
    offended: datetime.date | None = None,
) -> Combination:
    """Return what may be executed where an offence from before an earlier judgment is found (漏罪, 先并后减, 刑法70).

    The sentence of the earlier judgment and those for what was ``found`` are combined under 69; what was served of the
    earlier one counts towards the new term. ``earlier`` is what that judgment decided to execute; ``judged`` and
    ``offended`` belong to the new judgment and to the last of all offences.
    """
    problems = _problems(found, judged, offended) + _earlier_problems(earlier, served_months)
    if problems:
        return Combination(problems=problems)
    whole = _combined((earlier, *found), judged, offended)
    served, rule = _exact(served_months), limit("unjudged_offence", judged)
    if whole.kind not in KIND_KEYS:
        return whole
    if earlier.kind == SURVEILLANCE and whole.surveillance is not None:  # 管制 served does not shorten imprisonment
        left = _less(whole.surveillance, served)
        step = _step(rule, whole.surveillance, left, factor=SURVEILLANCE, note=f"已经执行{words(served)}")
        return replace(whole, surveillance=left, remaining=whole.months, steps=(*whole.steps, step))
    remaining = _less(whole.months, served)
    step = _step(rule, whole.months, remaining, note=f"已经执行{words(served)}")
    return replace(whole, remaining=remaining, total=_plus(remaining, served), steps=(*whole.steps, step))


def later_offence(
    earlier: Sentence,
    new: Sequence[Sentence],
    *,
    served_months: Number,
    judged: datetime.date | None = None,
    offended: datetime.date | None = None,
) -> Combination:
    """Return what may be executed where a convict offends again while serving (新罪, 先减后并, 刑法71).

    What was not served of the earlier sentence and the sentences for the ``new`` offences are combined under 69. The
    time served does not count towards the new term, so that ``total`` may pass the cap of 69. With an unjudged offence
    besides, give what :func:`unjudged_offence` left as ``earlier``.
    """
    problems = _problems(new, judged, offended) + _earlier_problems(earlier, served_months)
    if problems:
        return Combination(problems=problems)
    served, rule = _exact(served_months), limit("later_offence", judged)
    if earlier.kind not in KIND_KEYS:
        return _combined((earlier, *new), judged, offended)
    before = _exact_span(earlier.months)
    rest = _less(before, served)
    step = _step(rule, before, rest, note=f"前罪已经执行{words(served)}，没有执行{range_words(rest)}")
    whole = _combined((earlier._replace(months=rest), *new), judged, offended)
    steps = (step, *whole.steps)
    if whole.kind not in KIND_KEYS:
        return replace(whole, steps=steps)
    total = None if earlier.kind == SURVEILLANCE != whole.kind else _plus(whole.months, served)
    return replace(whole, remaining=whole.months, total=total, steps=steps)


def day_problems(judged: datetime.date | None, offended: datetime.date | None) -> tuple[Problem, ...]:
    """Return what is wrong with the days of an offence and of its judgment (刑法12)."""
    if judged is not None and offended is not None and offended > judged:
        return (Problem.of("after_the_trial", value=offended.isoformat(), other=judged.isoformat()),)
    return ()


def months_problem(kind: str, months: Term, *, several: bool = False, left: bool = False) -> tuple[Problem, ...]:
    """Return what is wrong with the months of a sentence of ``kind``.

    ``several``: it may be a combined one (69(1)); ``left``: it may be what is left of one, however short. Of an
    interval only what no choice within it could satisfy is wrong.
    """
    if kind not in _KINDS:
        return (Problem.of("unknown_kind", value=str(kind), near="、".join(_KINDS)),)
    if not _numbers(months):
        return (Problem.of("not_a_number", value=f"{kind}的刑期"),)
    low, high = _span(months)
    if low is not None and high is not None and low > high:
        return (Problem.of("no_range", value=f"{kind}的刑期", other=f"{low:g}至{high:g}个月"),)
    if kind not in KIND_KEYS:
        return ()
    least, most = limits()[KIND_KEYS[kind]].params.values()
    least, most = 0 if left else least, _ceiling(kind) if several or left else most
    if high is not None and not least <= high <= most:
        return (Problem.of("no_term", value=kind, other=f"{float(high):g}个月"),)
    if low is not None and not 0 <= low <= most:
        return (Problem.of("no_term", value=kind, other=f"{float(low):g}个月"),)
    return ()


def _ceiling(kind: str) -> int:
    """Return the longest term of a kind that any judgment may decide to execute."""
    params = limits()["concurrent_cap"].params
    return params["fixed_cap_from"] if kind == FIXED_TERM else params[f"{KIND_KEYS[kind]}_cap"]


def _problems(
    sentences: Sequence[Sentence], judged: datetime.date | None, offended: datetime.date | None
) -> tuple[Problem, ...]:
    problems = day_problems(judged, offended)
    for sentence in sentences:
        problems += months_problem(sentence.kind, sentence.months) + _fine_problems(sentence.fine)
    return problems


def _earlier_problems(earlier: Sentence, served: Number) -> tuple[Problem, ...]:
    problems = months_problem(earlier.kind, earlier.months, left=True) + _fine_problems(earlier.fine)
    if served is None or isinstance(served, (tuple, list)) or not _numbers(served):
        return (*problems, Problem.of("not_a_number", value="已经执行的刑期"))
    if served < 0:
        return (*problems, Problem.of("below_least", value="已经执行的刑期", other=f"{float(served):g}个月", near="0"))
    longest = None if problems else _span(earlier.months)[1]
    if earlier.kind in KIND_KEYS and longest is not None and served > longest:
        return (Problem.of("served_over_term", other=words(_exact(served)), near=words(_exact(longest))),)
    return problems


def _fine_problems(fine: Term) -> tuple[Problem, ...]:
    if not _numbers(fine):
        return (Problem.of("not_a_number", value="罚金"),)
    low, high = _span(fine)
    below = next((end for end in (low, high) if end is not None and end < 0), None)
    if below is not None:
        return (Problem.of("below_least", value="罚金", other=f"{float(below):g}元", near="0"),)
    if None not in (low, high) and low > high:
        return (Problem.of("no_range", value="罚金", other=f"{float(low):g}至{float(high):g}元"),)
    return ()


def _numbers(term: object) -> bool:
    """Whether a term is a number, nothing, or a pair of them."""
    several = isinstance(term, (tuple, list))
    ends = term if several else (term,)
    if several and len(term) != 2:
        return False
    return all(
        end is None
        or (isinstance(end, (int, Rational)) and not isinstance(end, bool))
        or (isinstance(end, float) and math.isfinite(end))
        for end in ends
    )


def _combined(
    sentences: Sequence[Sentence], judged: datetime.date | None, offended: datetime.date | None
) -> Combination:
    exact = [_exact_span(sentence.months) for sentence in sentences]
    kinds = [sentence.kind for sentence in sentences]
    fine, forfeit_all, fine_steps = _fines(sentences, judged)
    beyond = next((kind for kind in _BEYOND_TERMS if kind in kinds), None)
    if beyond is not None:
        steps = (_step(limit("absorbed", judged), (None, None), (None, None), factor=beyond),) if len(kinds) > 1 else ()
        return Combination(kind=beyond, fine=fine, forfeit_all=forfeit_all, steps=(*steps, *fine_steps))
    cap = limit("concurrent_cap", offended or judged)
    parts = {kind: _exact_span(bounds) for kind, bounds in combine_kinds(exact, kinds, on=offended or judged).items()}
    steps: tuple[Step, ...] = ()
    for kind, bounds in parts.items():
        own = [span for span, its_kind in zip(exact, kinds, strict=True) if its_kind == kind]
        if len(own) > 1:
            steps += (_step(cap, _sum(own), bounds, factor=kind, note=_cap_note(own, kind, cap)),)
    kind = next((kind for kind in KIND_KEYS if kind in parts), None)
    months = _executed(parts, judged)
    mixed = limit("mixed_kinds", judged)
    if kind == FIXED_TERM and DETENTION in parts:
        steps += (_step(mixed, parts[FIXED_TERM], months, factor=DETENTION),)
    after = parts.get(SURVEILLANCE) if kind in (FIXED_TERM, DETENTION) else None
    if after is not None:
        steps += (_step(mixed, after, after, factor=SURVEILLANCE, note="在有期徒刑、拘役之后执行"),)
    return Combination(
        kind=kind,
        months=months,
        surveillance=after,
        fine=fine,
        forfeit_all=forfeit_all,
        steps=(*steps, *fine_steps),
    )


def _executed(parts: Mapping[str, Bounds], on: datetime.date | None) -> Bounds:
    """Return the bounds of the severest kind, with the 拘役 that the law of the day lets a court add to it."""
    fixed, detention = parts.get(FIXED_TERM), parts.get(DETENTION)
    if fixed is None:
        return detention or parts.get(SURVEILLANCE) or (None, None)
    if detention is not None and limit("mixed_kinds", on).params["added"]:
        return fixed[0], None if None in (fixed[1], detention[1]) else fixed[1] + detention[1]
    return fixed


def _fines(sentences: Sequence[Sentence], judged: datetime.date | None) -> tuple[Interval, bool, tuple[Step, ...]]:
    """Return the fine to be executed, whether all property is confiscated, and the step that says so."""
    forfeit_all = any(sentence.forfeit_all for sentence in sentences)
    fines = [_exact_span(sentence.fine) for sentence in sentences]
    total = _sum(fines)
    fined = sum(span != (0, 0) for span in fines)
    rule = limit("fine_concurrent", judged)
    if rule is None:  # no rule of that day was read; one fine alone needs none
        return (total if fined < 2 and not forfeit_all else (None, None)), forfeit_all, ()
    result: Interval = (Fraction(0), Fraction(0)) if forfeit_all else total
    if fined > 1 or (fined and forfeit_all):
        return result, forfeit_all, (_step(rule, total, result, factor="罚金", note="单位：元"),)
    return result, forfeit_all, ()


def _cap_note(own: list[Interval], kind: str, cap: Limit) -> str:
    total, params = _sum(own), cap.params
    peak = [high for _, high in own if high is not None]
    most = None if total[1] is None else max(max(peak), min(total[1], _cap(total[1], kind, params)))
    held = total[1] is not None and most < total[1]
    return f"总和刑期{range_words(total)}" + (f"，最高不超过{words(most)}" if held else "")


def _bounds(spans: Sequence[Bounds], kind: str, cap: Limit) -> Bounds:
    lows = [low for low, _ in spans if low is not None]
    highs = [high for _, high in spans if high is not None]
    low = max(lows, default=None)
    if len(highs) < len(spans):
        return low, None
    total = sum(highs)
    # A single term is never cut: the cap bounds the sum, and the highest term stands below it.
    return low, max(highs) if len(spans) == 1 else max(*highs, min(total, _cap(total, kind, cap.params)))


def _cap(total: Number, kind: str, params: Mapping[str, int]) -> int:
    if kind != FIXED_TERM:
        return params[f"{KIND_KEYS[kind]}_cap"]
    threshold = params.get("fixed_sum_threshold")
    return params["fixed_cap_below"] if threshold is None or total < threshold else params["fixed_cap_from"]


def _span(term: Term) -> Bounds:
    return tuple(term) if isinstance(term, (tuple, list)) else (term, term)


def _exact(value: Number) -> Fraction:
    # By its decimal digits, so that 0.1 stays a tenth.
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def _exact_span(term: Term) -> Interval:
    low, high = _span(term)
    return None if low is None else _exact(low), None if high is None else _exact(high)


def _sum(spans: Sequence[Interval]) -> Interval:
    """Return the sum; of unknown ends the low one counts as nothing, the high one leaves the sum open."""
    lows = [low for low, _ in spans if low is not None]
    highs = [high for _, high in spans]
    return (sum(lows, Fraction(0)) if lows else None), (None if None in highs else sum(highs, Fraction(0)))


def _less(bounds: Interval, served: Fraction) -> Interval:
    low, high = bounds
    return None if low is None else max(Fraction(0), low - served), None if high is None else max(
        Fraction(0), high - served
    )


def _plus(bounds: Interval, served: Fraction) -> Interval:
    low, high = bounds
    return None if low is None else low + served, None if high is None else high + served


def _step(
    rule: Limit, before: Interval, after: Interval, *, factor: str | None = None, note: str | None = None
) -> Step:
    return Step(
        rule=rule.rule, article=rule.cited, before=before, after=after, factor=factor, note=note, source=rule.source
    )
