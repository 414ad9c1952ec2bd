"""The guideline's arithmetic of circumstances in exact intervals: from the base sentence to the declared one, and back.

``declared = base × Π_first(1 + s) × (1 + A + P)`` (法发〔2021〕21号二): circumstances to be applied first (从犯、未遂)
adjust the base sentence, the others add and subtract on what is left. A is the liability part of the second stage, P
the offender's. How several circumstances of the first stage go together the guideline leaves open; they multiply unless
told to add.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from sentencing_ml.law.circumstances import Band, Circumstance, circumstances, default_ratios
from sentencing_ml.law.conditions import Answer, Facts
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.steps import Interval, Step

FirstStage = Literal["multiply", "add"]
Ratio = tuple[Fraction, Fraction]
"""The signed least and most of what is added to 1: (−2/5, 0) takes off up to forty per cent."""

_ZERO, _ONE = Fraction(0), Fraction(1)
_NOTHING: Ratio = (_ZERO, _ZERO)
_USUAL = -1  # no variant is named by the facts: the band of the ordinary case
# Below a fifth of the base sentence the guideline's ratios no longer describe what a court does (减轻 and 免除 take
# over), and a quotient by a number near zero would blow up the label.
_LEAST = 0.2


class Found(NamedTuple):
    """A circumstance found in a case: its id, the fact that told it, and its evidence in the stored text."""

    id: str
    factor: str | None = None
    span: tuple[int, int] | None = None


class Adjusted(NamedTuple):
    """What circumstances make of a base sentence, before the bounds of the tier.

    ``mitigates``, ``exempts``, ``must``: the ids of the circumstances on which the law allows 减轻 or 免除, or orders
    it; ``unquantified``: those without a published ratio.
    """

    months: Interval
    steps: tuple[Step, ...]
    mitigates: tuple[str, ...]
    exempts: tuple[str, ...]
    must: tuple[str, ...]
    unquantified: tuple[str, ...]


class _Part(NamedTuple):
    """A circumstance, or several weighed as one, and the ratio it stands for."""

    id: str
    ratio: Ratio
    rule: str
    article: str
    least_months: int
    note: str | None
    source: tuple[str, ...]


class _Weighing(NamedTuple):
    """What the circumstances of a case come to, whatever the base sentence.

    ``first`` and ``second`` hold, in order, each part with the factors by which it takes the months to the next
    interval: of the months before it in the first stage that multiplies, of those before the stage otherwise.
    """

    first: tuple[tuple[_Part, Ratio], ...]
    second: tuple[tuple[_Part, Ratio], ...]
    mitigates: tuple[str, ...]
    exempts: tuple[str, ...]
    must: tuple[str, ...]
    unquantified: tuple[str, ...]


def adjust(
    base: Interval,
    found: Sequence[Found],
    facts: Facts,
    *,
    first_stage: FirstStage = "multiply",
) -> Adjusted:
    """Apply the circumstances ``found`` to a base sentence.

    Parameters
    ----------
    base
        Months; (None, None) is no term, and stays so.
    found
        The circumstances; one that is named twice counts once. Those of the base stage (主犯, 数额 …) are part of
        ``base`` already and are skipped.
    facts
        Decide between the variants that the guideline tells apart.

    Raises
    ------
    KeyError, ValueError
        A circumstance does not exist; ``first_stage`` is neither word.
    """
    if first_stage not in {"multiply", "add"}:
        raise ValueError(f"first_stage is multiply or add, not {first_stage}")
    by_id = {item.id: item for item in found}
    entries = circumstances().entries
    chosen = tuple((name, _variant(entries[name], facts)) for name in sorted(by_id, key=_order().__getitem__))
    plan = _weighing(chosen, first_stage)
    steps = [remark("没有公布的比例，不作数量调整", by_id[name], base) for name in plan.unquantified]
    months = base
    if base[0] is not None:
        months = _first_stage(months, plan, first_stage, by_id, steps)
        months = _second_stage(months, plan, by_id, steps)
    return Adjusted(months, tuple(steps), plan.mitigates, plan.exempts, plan.must, plan.unquantified)


def _first_stage(
    months: Interval, plan: _Weighing, first_stage: FirstStage, by_id: dict[str, Found], steps: list[Step]
) -> Interval:
    start = months
    for part, factor in plan.first:
        of = months if first_stage == "multiply" else start
        after = (of[0] * factor[0], of[1] * factor[1])
        steps.append(_step(part, by_id[part.id], months, after))
        months = after
    return months


def _second_stage(months: Interval, plan: _Weighing, by_id: dict[str, Found], steps: list[Step]) -> Interval:
    start = months
    extra = _NOTHING
    for part, factor in plan.second:
        if part.least_months:
            # 增加的刑罚量一般不少于: the months that the ratio lacks of it.
            extra = tuple(
                more + max(_ZERO, part.least_months - share * bound)
                for more, share, bound in zip(extra, part.ratio, start, strict=True)
            )
        after = (start[0] * factor[0], start[1] * factor[1])
        if extra is not _NOTHING:
            after = (after[0] + extra[0], after[1] + extra[1])
        steps.append(_step(part, by_id[part.id], months, after))
        months = after
    return months


@lru_cache(maxsize=16384)
def _weighing(chosen: tuple[tuple[str, int], ...], first_stage: FirstStage) -> _Weighing:
    """Return what circumstances, each with its variant, come to; nothing counted twice."""
    entries = circumstances().entries
    plea = circumstances().plea
    named = [
        (entries[name], None if variant == _USUAL else entries[name].variants[variant]) for name, variant in chosen
    ]
    raised = any(entry.id in plea.raised_by or (variant and variant.raises_cap) for entry, variant in named)
    parts: dict[str, _Part] = {}
    unquantified = []
    for place, (entry, variant) in enumerate(named):
        if entry.id == plea.id and not raised and variant and variant.band.low >= plea.cap_alone:
            # What goes beyond the cap is written for those who have more than the plea.
            variant = None
            named[place] = (entry, None)
        if entry.stage == "base":
            continue
        band = variant.band if variant else entry.usual
        if band is None or not entry.direction:
            unquantified.append(entry.id)
        else:
            parts[entry.id] = _part(entry, band)
    stages = {
        stage: [part for name, part in parts.items() if entries[name].stage == stage] for stage in ("first", "second")
    }
    first, total = [], _NOTHING
    for part in stages["first"]:
        total = part.ratio if first_stage == "multiply" else _sum(total, part.ratio)
        first.append((part, _factor(total)))
    second, total = [], _NOTHING
    for part in _second_parts(stages["second"], raised=raised):
        total = _sum(total, part.ratio)
        second.append((part, _factor(total)))
    return _Weighing(
        first=tuple(first),
        second=tuple(second),
        mitigates=tuple(entry.id for entry, variant in named if entry.mitigates or (variant and variant.mitigate)),
        exempts=tuple(entry.id for entry, variant in named if entry.exempts or (variant and variant.exempt)),
        must=tuple(entry.id for entry, _ in named if entry.must),
        unquantified=tuple(unquantified),
    )


def _second_parts(parts: list[_Part], *, raised: bool) -> list[_Part]:
    """Return what is added up in the second stage: 认罪认罚 and what it rests on are weighed together."""
    plea = circumstances().plea
    group = [part for part in parts if part.id == plea.id or part.id in plea.no_double_count]
    others = _once(_without_rivals([part for part in parts if part not in group]))
    return [*others, _together(group, raised=raised)] if len(group) > 1 else [*others, *group]


def _once(parts: list[_Part]) -> list[_Part]:
    """Let circumstances that one fact may have told count their least once, and their most together."""
    entries = circumstances().entries
    kept: list[_Part] = []
    for part in parts:
        twin = next((other for other in kept if part.id in entries[other.id].may_be_one_with), None)
        if twin is None:
            kept.append(part)
            continue
        least, most = max(twin.ratio[0], part.ratio[0]), twin.ratio[1] + part.ratio[1]
        names = f"{entries[twin.id].name}、{entries[part.id].name}"
        kept[kept.index(twin)] = twin._replace(ratio=(least, most), rule=f"{names}：同一前罪不重复从重，不同前罪相加")
    return kept


def _together(group: list[_Part], *, raised: bool) -> _Part:
    """Return what 认罪认罚 and the circumstances it rests on take off together (法发〔2021〕21号三(十四)).

    They are one admission or reparation: the stronger reading counts, never their sum with the plea, up to the cap. The
    guideline writes the cap for who pleads; without a plea it bounds them too, for who pleads as well cannot be worse
    off.
    """
    plea = circumstances().plea
    entries = circumstances().entries
    own = next((part for part in group if part.id == plea.id), None)
    rests = _without_rivals([part for part in group if part is not own])
    low, high = (sum((part.ratio[end] for part in rests), _ZERO) for end in (0, 1))
    cap = -Fraction(str(plea.cap_raised if raised or not own else plea.cap_alone))
    beyond = any(part.ratio[0] < cap for part in group)  # a variant that the guideline lets go beyond the cap
    if own:
        low, high = min(low, own.ratio[0], cap), min(high, own.ratio[1])
    bound = -_ONE if beyond else cap
    names = "、".join(entries[part.id].name for part in group)
    rule = "认罪认罚与其所依据的情节不作重复评价" if own else "同向相加，合计不超过认罪认罚时的上限"
    return _Part(
        id=(own or group[0]).id,
        ratio=(max(low, bound), max(high, bound)),
        rule=f"{names}：{rule}",
        article=(own or group[0]).article,
        least_months=0,
        note=None,
        source=plea.sources,
    )


def _without_rivals(parts: list[_Part]) -> list[_Part]:
    """Leave one of every two circumstances that exclude each other, with the stronger reading of both."""
    entries = circumstances().entries
    kept: list[_Part] = []
    for part in sorted(parts, key=lambda part: (-max(map(abs, part.ratio)), _order()[part.id])):
        rival = next(
            (other for other in kept if part.id in entries[other.id].excludes or other.id in entries[part.id].excludes),
            None,
        )
        if rival is None:
            kept.append(part)
        elif entries[rival.id].direction == entries[part.id].direction:
            kept[kept.index(rival)] = rival._replace(ratio=_stronger(rival.ratio, part.ratio))
    return kept


def _part(entry: Circumstance, band: Band) -> _Part:
    low, high = band.exact
    stage = "先适用" if entry.stage == "first" else "同向相加、逆向相减"
    return _Part(
        id=entry.id,
        ratio=(-high, -low) if entry.direction < 0 else (low, high),
        rule=f"{entry.name}：{stage}",
        article=entry.guideline or entry.article or entry.basis,
        least_months=max((variant.floor_months or 0 for variant in entry.variants), default=0),
        note=None if entry.band_verified else "比例来自地方规定，未读到原文",
        source=entry.sources,
    )


def _stronger(first: Ratio, second: Ratio) -> Ratio:
    pick = min if first[0] < 0 or second[0] < 0 else max
    return pick(first[0], second[0]), pick(first[1], second[1])


def _sum(first: Ratio, second: Ratio) -> Ratio:
    return first[0] + second[0], first[1] + second[1]


def _factor(ratio: Ratio) -> Ratio:
    return max(_ZERO, 1 + ratio[0]), max(_ZERO, 1 + ratio[1])


def _variant(entry: Circumstance, facts: Facts) -> int:
    """Return the number of the variant that the facts name."""
    for number, variant in enumerate(entry.variants):
        if variant.given is not None and variant.given(facts, _no_threshold).truth:
            return number
    return _USUAL


def _no_threshold(facts: Facts, fact: str, threshold: str, times: float) -> Answer:
    return Answer(None, (fact,))


@lru_cache(maxsize=1)
def _order() -> dict[str, int]:
    return {name: place for place, name in enumerate(circumstances().entries)}


def _step(part: _Part, item: Found, before: Interval, after: Interval) -> Step:
    return Step(
        part.rule, part.article, before, after, item.factor or item.id, item.span, part.ratio, part.note, part.source
    )


def remark(rule: str, item: Found, months: Interval) -> Step:
    """Return a step that leaves the months as they are and says why of a circumstance."""
    entry = circumstances().entries[item.id]
    article = entry.article or entry.guideline or entry.basis
    factor = item.factor or item.id
    return Step(f"{entry.name}：{rule}", article, months, months, factor, item.span, source=entry.sources)


def neutral_factor(
    *, liability: Sequence[str], prevention: Sequence[str], ratios: Mapping[str, float] | None = None
) -> float:
    """Return what the declared months are multiplied with to take the prevention circumstances out.

    A declared term is base × Π first-stage (1 + s) × (1 + A + P); without the offender's circumstances it would be
    base × Π (1 + s) × (1 + A), so the factor is (1 + A) / (1 + A + P). First-stage liability circumstances (attempt,
    accessory …) stand on both sides and cancel; a first-stage prevention circumstance divides.

    Parameters
    ----------
    liability, prevention
        Ids of the circumstances found (``circumstances.yaml``); naming one twice counts it once. Mixed ones belong to
        prevention.
    ratios
        Signed ratios of the base sentence (−0.2 takes a fifth off) in place of the middles of the guideline's bands.
        A circumstance without a ratio counts as 0.

    Raises
    ------
    KeyError
        An id is not in ``circumstances.yaml``.
    ValueError
        A ratio has the sign against the circumstance's direction, or takes the whole term off.
    """
    weights = _weights(ratios)
    entries = circumstances().entries
    against = [entries[name] for name in dict.fromkeys(prevention)]
    kept = _without_excluded(against, weights)
    first = math.prod(1 + weights[entry.id] for entry in kept if entry.stage == "first")
    numerator = 1 + sum(
        weights[entry.id]
        for entry in _without_excluded([entries[name] for name in dict.fromkeys(liability)], weights)
        if entry.stage == "second"
    )
    total = _prevention_sum([entry for entry in kept if entry.stage == "second"], weights)
    return float(max(numerator, _LEAST) / (max(numerator + total, _LEAST) * first))


def _weights(ratios: Mapping[str, float] | None) -> dict[str, float]:
    entries = circumstances().entries
    weights = dict.fromkeys(entries, 0.0) | default_ratios()
    for name, ratio in (ratios or {}).items():
        if ratio * entries[name].direction < 0:
            raise ValueError(f"{name}: the ratio {ratio} has the wrong sign")
        if ratio <= -1:
            raise ValueError(f"{name}: the ratio {ratio} takes the whole term off")
        weights[name] = float(ratio)
    return weights


def _without_excluded(found: Iterable[Circumstance], weights: Mapping[str, float]) -> list[Circumstance]:
    """Keep the stronger of every two that exclude each other, the one listed first in the file on a tie."""
    order = {name: number for number, name in enumerate(circumstances().entries)}
    kept: list[Circumstance] = []
    for entry in sorted(found, key=lambda entry: (-abs(weights[entry.id]), order[entry.id])):
        if not any(entry.id in other.excludes or other.id in entry.excludes for other in kept):
            kept.append(entry)
    return kept


def _prevention_sum(found: list[Circumstance], weights: Mapping[str, float]) -> float:
    """Return ΣP: everything adds up, but 认罪认罚 and what is not counted beside it count once and up to their cap."""
    plea = circumstances().plea
    ids = [entry.id for entry in found]
    if plea.id not in ids:
        return sum(weights[name] for name in ids)
    group = [name for name in ids if name in plea.no_double_count]
    rest = sum(weights[name] for name in ids if name not in group and name != plea.id)
    # The plea is the same admission or reparation once more: the stronger of the two readings, never their sum.
    reduction = max(-weights[plea.id], -sum(weights[name] for name in group))
    return rest - min(reduction, plea.cap(group))
