"""From the starting point (量刑起点) of a tier to the base sentence (基准刑), in exact intervals of months.

The guideline gives a range of starting points and names the facts that add to it, without saying how much; the numbers
come from the provinces (法发〔2021〕21号). With the province's own rule the increment is that rule's; otherwise it runs
from the flattest to the steepest rule that was read. A fact that adds by a number nobody published opens the interval
up to the ceiling of the tier: the law sets no other bound.
"""

import datetime
from fractions import Fraction
from functools import lru_cache

from sentencing_ml.law.conditions import Condition, Facts, Reaches
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.statutes import ChargeLaw, Increment, Tier, statutes
from sentencing_ml.law.steps import Interval, Step
from sentencing_ml.law.thresholds import level

_Rule = tuple[Increment, Condition | None]


def base_sentence(
    law: ChargeLaw,
    tier: Tier,
    facts: Facts,
    ask: Reaches,
    *,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
) -> tuple[Interval, tuple[Step, ...]]:
    """Return the base sentence of a count in a tier, and the steps to it; (None, None) where no term is threatened."""
    if tier.statute.low is None:
        return (None, None), ()
    months, first = _starting(law, tier, facts, ask, trial)
    steps = [first]
    if tier.starting_kind not in {"declared_sentence", "fixed"}:
        for fact, rules in _increments(law.name, tier.id, province):
            added = _added(law, fact, rules, facts, ask, offence, trial, province, ceiling=tier.statute.high)
            if added is None:
                continue
            (low, high), note = added
            after = (months[0] + low, months[1] + high)
            steps.append(
                Step(
                    rule=f"{vocabulary()[fact].zh}：增加刑罚量",
                    article=rules[0][0].article,
                    before=months,
                    after=after,
                    factor=fact,
                    note=note,
                    source=rules[0][0].source,
                )
            )
            months = after
    ceiling = Fraction(tier.statute.high)
    if months[1] > ceiling or months[0] > ceiling:
        after = (min(months[0], ceiling), ceiling)
        steps.append(Step(rule="基准刑不超过法定最高刑", article="刑法62", before=months, after=after))
        months = after
    return months, tuple(steps)


def _starting(law: ChargeLaw, tier: Tier, facts: Facts, ask, trial: datetime.date) -> tuple[Interval, Step]:
    statute = (Fraction(tier.statute.low), Fraction(tier.statute.high))
    if tier.starting is None:
        rule = "没有公布量刑起点，取法定刑幅度"
        return statute, Step(rule, f"刑法{tier.article}", statute, statute, source=tier.sources)
    told = [(case, condition(facts, ask).truth) for case, condition in tier.starting_cases]
    sure = [case for case, truth in told if truth]
    chosen = [case for case, truth in told if truth is None]
    ranges = [case.months for case in (sure or chosen)] + ([] if sure else [(tier.starting.low, tier.starting.high)])
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
        rule="量刑起点" + (f"：{sure[0].text}" if sure else ""),
        article=document.number if document else f"刑法{tier.article}",
        before=statute,
        after=months,
        note="；".join(notes) or None,
        source=tier.sources,
    )


@lru_cache(maxsize=8192)
def _increments(charge: str, tier: str, province: str | None) -> tuple[tuple[str, tuple[_Rule, ...]], ...]:
    """Return, by fact, the increments of a tier: the province's own where it has them, else all that were read."""
    by_fact: dict[str, list[_Rule]] = {}
    for entry, ask in statutes().charges[charge].increments:
        if tier in entry.tiers:
            by_fact.setdefault(entry.fact, []).append((entry, ask))
    return tuple((fact, _own(rules, province)) for fact, rules in by_fact.items())


def _own(rules: list[_Rule], province: str | None) -> tuple[_Rule, ...]:
    known = [rule for rule in rules if rule[0].months is not None and rule[0].verified]
    own = [rule for rule in known if province is not None and rule[0].province == province]
    return tuple(own or known or rules)


def _added(
    law: ChargeLaw,
    fact: str,
    rules: tuple[_Rule, ...],
    facts: Facts,
    ask: Reaches,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
    *,
    ceiling: int,
) -> tuple[tuple[Fraction, Fraction], str | None] | None:
    """Return the least and the most months that a fact adds, with a note; None where it adds nothing."""
    value = facts.get(fact)
    if value is None:
        # What extraction reads and did not find the number of may be anything; what nobody was asked is left out.
        return None if vocabulary()[fact].asked else ((Fraction(0), Fraction(ceiling)), "数值不明，上限取法定最高刑")
    if value is False or not value:
        return None
    lows, highs, note = [], [], None
    for entry, applies in rules:
        if applies is not None and not applies(facts, ask).truth:
            continue
        least, most = _above(law, entry, facts, offence, trial, province)
        exact = Fraction(1) if value is True else Fraction(str(value))
        if most is not None and exact <= least:
            continue
        if entry.months is None or most is None:
            lows.append(Fraction(0))
            highs.append(Fraction(ceiling))
            note = "没有公布数额，上限取法定最高刑"
            continue
        per = Fraction(str(entry.per))
        lows.append(Fraction(str(entry.months[0])) * int(max(exact - most, 0) / per))
        highs.append(Fraction(str(entry.months[1])) * (exact - least) / per)
    if not highs:
        return None
    return (min(lows), max(highs)), note


def _above(
    law: ChargeLaw,
    entry: Increment,
    facts: Facts,
    offence: datetime.date,
    trial: datetime.date,
    province: str | None,
) -> tuple[Fraction, Fraction | None]:
    """Return the least and the most of the number above which the fact adds; the most is None where it is not known."""
    if not isinstance(entry.above, str):
        exact = Fraction(str(entry.above))
        return exact, exact
    by = law.thresholds[entry.above][0].by
    found = level(law.name, entry.above, offence, trial, province, facts.get(by) if by else None)
    if found.low is None:
        return Fraction(0), None
    return Fraction(str(found.low)), Fraction(str(found.high))
