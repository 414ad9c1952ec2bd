"""From the starting point (量刑起点) of a tier to the base sentence (基准刑), in exact intervals of months.

The guideline gives a range of starting points and names the facts that add to it, without saying how much; the numbers
come from the provinces (法发〔2021〕21号). With the province's own rule the increment is that rule's; otherwise it runs
from the flattest to the steepest rule that was read. A fact that adds by a number nobody published opens the interval
up to the ceiling of the tier: the law sets no other bound.
"""

import datetime
from functools import lru_cache
from typing import NamedTuple

from sentencing_ml.law.conditions import Condition, Facts, Reaches, facts_of
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.statutes import ChargeLaw, Increment, Tier, statutes
from sentencing_ml.law.steps import Interval, Step
from sentencing_ml.law.thresholds import level

_ZERO = Fraction(0)
_NONE: frozenset[str] = frozenset()
_NAMED = 2  # rules named in a step, of those that span its range


class BaseSentence(NamedTuple):
    """The base sentence in months, the steps to it, and the facts that would add to it and were not told.

    ``used`` are the facts that gave the case a starting point of its own. ``computed`` is the part of the interval
    whose numbers are known: without what may add by a number nobody published.
    """

    months: Interval
    computed: Interval
    steps: tuple[Step, ...]
    untold: tuple[str, ...]
    used: frozenset[str] = frozenset()


def base_sentence(
    law: ChargeLaw,
    tier: Tier,
    facts: Facts,
    ask: Reaches,
    *,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
) -> BaseSentence:
    """Return the base sentence of a count in a tier; (None, None) where no term is threatened.

    What extraction reads but could not find the number of opens the interval up to the ceiling; what nobody was asked
    adds nothing, and is named as untold instead.
    """
    if tier.statute.low is None:
        return BaseSentence((None, None), (None, None), (), ())
    months, first, used = _starting(law, tier, facts, ask, trial)
    computed, steps, untold = months, [first], []
    if tier.starting_kind not in {"declared_sentence", "fixed"}:
        for fact, groups in _increments(law.name, tier.id, province, trial):
            if facts.get(fact) is None and vocabulary()[fact].asked:
                untold.append(fact)
                continue
            added = _added(law, fact, groups, facts, ask, offence, trial, province, ceiling=tier.bounds[1])
            if added is None:
                continue
            (low, high), note = added
            if note is None:
                computed = (computed[0] + low, computed[1] + high)
            after = (months[0] + low, months[1] + high)
            article, sources, spread = _told_of(law.name, tier.id, fact, province, trial)
            steps.append(
                Step(
                    rule=f"{vocabulary()[fact].zh}：增加刑罚量",
                    article=article,
                    before=months,
                    after=after,
                    factor=fact,
                    note="；".join(part for part in (note, spread) if part) or None,
                    source=sources,
                )
            )
            months = after
    ceiling = tier.bounds[1]
    if months[1] > ceiling or months[0] > ceiling:
        after = (min(months[0], ceiling), ceiling)
        steps.append(Step(rule="基准刑不超过法定最高刑", article="刑法62", before=months, after=after))
        months = after
    if computed[1] > ceiling:
        computed = (min(computed[0], ceiling), ceiling)
    return BaseSentence(months, computed, tuple(steps), tuple(untold), used)


def _starting(
    law: ChargeLaw, tier: Tier, facts: Facts, ask: Reaches, trial: datetime.date
) -> tuple[Interval, Step, frozenset[str]]:
    told = [(case, condition(facts, ask).truth) for case, condition in tier.starting_cases]
    sure = tuple(place for place, (_, truth) in enumerate(told) if truth)
    open_ = tuple(place for place, (_, truth) in enumerate(told) if truth is None)
    place = next(number for number, entry in enumerate(law.tiers) if entry is tier)
    months, step = _starting_point(law.name, place, sure, () if sure else open_, trial)
    used = frozenset().union(*(facts_of(tier.starting_cases[number][0].when) for number in sure)) if sure else _NONE
    return months, step, used


@lru_cache(maxsize=65536)
def _starting_point(
    charge: str, place: int, sure: tuple[int, ...], open_: tuple[int, ...], trial: datetime.date
) -> tuple[Interval, Step]:
    """Return the starting point of a tier, by its place among the charge's, given which of its cases are told."""
    law = statutes().charges[charge]
    tier = law.tiers[place]
    statute = tier.bounds
    if tier.starting is None:
        rule = "没有公布量刑起点，取法定刑幅度"
        return statute, Step(rule, f"刑法{tier.article}", statute, statute, source=tier.sources)
    cases = [tier.starting_cases[number][0] for number in (sure or open_)]
    ranges = [case.months for case in cases] + ([] if sure else [(tier.starting.low, tier.starting.high)])
    months = (Fraction(min(low for low, _ in ranges)), Fraction(max(high for _, high in ranges)))
    document = guidelines().get(law.guideline or "")
    notes = []
    if document is not None and not document.holds(trial):
        notes.append(f"{document.number}自{document.effective_from}起施行，审判时的指导意见没有收录，按它计算")
    if document is not None and document.trial_until is not None and trial > document.trial_until:
        notes.append(f"试行至{document.trial_until}，是否延续未见文件")
    if not tier.starting_verified:
        notes.append("起点未读到原文")
    return months, Step(
        rule="量刑起点" + (f"：{cases[0].text}" if sure else ""),
        article=document.number if document else f"刑法{tier.article}",
        before=statute,
        after=months,
        note="；".join(notes) or None,
        source=tier.sources,
    )


class _Rules(NamedTuple):
    """Increments of a fact above one number, on one condition, in exact numbers.

    ``rate`` is the most months that one of them gives a unit of the fact, ``floors`` what each gives for a whole number
    of units: (units, months), without those that always give more than another. None and empty where no number was
    published.
    """

    entry: Increment
    applies: Condition | None
    above: Fraction | str
    rate: Fraction | None
    floors: tuple[tuple[Fraction, Fraction], ...]


@lru_cache(maxsize=8192)
def _increments(
    charge: str, tier: str, province: str | None, trial: datetime.date
) -> tuple[tuple[str, tuple[_Rules, ...]], ...]:
    """Return, by fact, the increments of a tier: the province's own where it has them, else all that were read.

    Like the guideline they follow the day of the trial; where none of that day was read, those of other days stand in.
    """
    by_fact = _by_fact(charge, tier)
    return tuple((fact, _grouped(_own(rules, province, trial))) for fact, rules in by_fact.items())


def _by_fact(charge: str, tier: str) -> dict[str, list[tuple[Increment, Condition | None]]]:
    by_fact: dict[str, list[tuple[Increment, Condition | None]]] = {}
    for entry, applies in statutes().charges[charge].increments:
        if tier in entry.tiers:
            by_fact.setdefault(entry.fact, []).append((entry, applies))
    return by_fact


@lru_cache(maxsize=8192)
def _told_of(
    charge: str, tier: str, fact: str, province: str | None, trial: datetime.date
) -> tuple[str, tuple[str, ...], str | None]:
    """Return the articles and sources of an increment, and a note where the numbers are not those of the province."""
    entries = [entry for entry, _ in _own(_by_fact(charge, tier)[fact], province, trial)]
    articles = tuple(dict.fromkeys(entry.article for entry in entries))
    sources = tuple(dict.fromkeys(key for entry in entries for key in entry.source))
    if entries[0].per is None or (province is not None and all(entry.province == province for entry in entries)):
        return articles[0], sources, None
    named = "；".join(articles[:_NAMED]) + (f"等{len(articles)}处" if len(articles) > _NAMED else "")
    return named, sources, "本省规定没有收录，取各地规定的范围" if province else "取各地规定的范围"


def _own(
    rules: list[tuple[Increment, Condition | None]], province: str | None, trial: datetime.date
) -> list[tuple[Increment, Condition | None]]:
    known = [rule for rule in rules if rule[0].per is not None and rule[0].verified]
    known = [rule for rule in known if rule[0].holds(trial)] or known
    own = [rule for rule in known if province is not None and rule[0].province == province]
    return own or known or rules


def _grouped(rules: list[tuple[Increment, Condition | None]]) -> tuple[_Rules, ...]:
    groups: dict[tuple, list[tuple[Increment, Condition | None]]] = {}
    for entry, applies in rules:
        groups.setdefault((entry.above, repr(entry.when), entry.per is None), []).append((entry, applies))
    result = []
    for same in groups.values():
        entry, applies = same[0]
        above = entry.above if isinstance(entry.above, str) else _exact(entry.above)
        numbers = [(_exact(rule.per), *map(_exact, rule.months)) for rule, _ in same if rule.per is not None]
        rate = max((most / per for per, _, most in numbers), default=None)
        result.append(_Rules(entry, applies, above, rate, _smallest([(per, least) for per, least, _ in numbers])))
    return tuple(result)


def _smallest(floors: list[tuple[Fraction, Fraction]]) -> tuple[tuple[Fraction, Fraction], ...]:
    """Leave out what always gives at least as much as another: as many months or more, for as few units or fewer."""
    kept: list[tuple[Fraction, Fraction]] = []
    for per, least in sorted(floors, key=lambda floor: (-floor[0], floor[1])):
        if not any(least >= other for _, other in kept):
            kept.append((per, least))
    return tuple(kept)


def _added(
    law: ChargeLaw,
    fact: str,
    groups: tuple[_Rules, ...],
    facts: Facts,
    ask: Reaches,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
    *,
    ceiling: Fraction,
) -> tuple[tuple[Fraction, Fraction], str | None] | None:
    """Return the least and the most months that a fact adds, with a note; None where it adds nothing."""
    value = facts.get(fact)
    if value is None:
        rates = [rules.rate for rules in groups]
        if vocabulary()[fact].type == "boolean" and None not in rates:
            return (_ZERO, max(rates)), "是否如此不明，有无都计入范围"
        return (_ZERO, ceiling), "数值不明，上限取法定最高刑"
    if not value:
        return None
    exact = _exact(value)
    lows, highs, note = [], [], None
    for rules in groups:
        applies = True if rules.applies is None else rules.applies(facts, ask).truth
        first, last = _above(law, rules.above, facts, offence, trial, province)
        if applies is False or (first is not None and exact <= first):
            lows.append(_ZERO)  # by this rule it adds nothing
        elif rules.rate is None or first is None:
            lows.append(_ZERO)
            highs.append(ceiling)
            note = "没有公布数额，上限取法定最高刑"
        else:
            # A begun unit need not count, and may.
            over = exact - last if applies and exact > last else _ZERO
            lows.append(min(least * (over // per) for per, least in rules.floors) if over else _ZERO)
            highs.append((exact - first) * rules.rate)
    return ((min(lows), max(highs)), note) if highs else None


def _above(
    law: ChargeLaw,
    above: Fraction | str,
    facts: Facts,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the most of the number above which a fact adds; None where it is not known."""
    if not isinstance(above, str):
        return above, above
    by = law.thresholds[above][0].by
    found = level(law.name, above, offence, trial, province, facts.get(by) if by else None)
    return (None, None) if found.low is None else (_exact(found.low), _exact(found.high))


@lru_cache(maxsize=65536)
def _exact(value: float) -> Fraction:
    """Return a number as it is written in decimals: 0.1 is a tenth."""
    return Fraction(int(value)) if value == int(value) else Fraction(str(value))
