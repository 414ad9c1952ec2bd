"""The rule track (理论量刑): from the facts of a count to the interval of statute and guideline, step by step."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.law.arithmetic import Adjusted, FirstStage, Found, adjust, remark
from sentencing_ml.law.base_sentence import BaseSentence, base_sentence
from sentencing_ml.law.bounds import kinds, moved, within
from sentencing_ml.law.circumstances import circumstances, contradicting
from sentencing_ml.law.conditions import Facts, Reaches
from sentencing_ml.law.places import province as province_name
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.statutes import ChargeLaw, Tier, statutes
from sentencing_ml.law.steps import Interval, Step
from sentencing_ml.law.thresholds import reach
from sentencing_ml.law.tiers import Candidate, TierFinding, find_tiers, period, trial_day


@dataclass(frozen=True, kw_only=True, slots=True)
class TierTrack:
    """The rule track within one tier, in months; every interval is (None, None) where the tier knows no term.

    ``base`` 基准刑; ``liability`` after the circumstances of the offence, within the tier (机器量化区);
    ``computed`` the
    part of that whose increments have a published number; ``declared`` after all circumstances found; ``adjusted``
    with the share by which the court may move it (None in a run on liability alone). ``kinds`` are the punishments
    possible beside or instead of the term; ``mitigates`` and ``exempts`` the circumstances on which the law allows 减轻
    and 免除; ``unquantified`` those without a known ratio; ``untold`` the facts that would add to the base sentence and
    were not told.
    """

    tier: Tier
    base: Interval
    liability: Interval
    computed: Interval
    declared: Interval | None
    adjusted: Interval | None
    kinds: tuple[str, ...]
    mitigates: tuple[str, ...]
    exempts: tuple[str, ...]
    unquantified: tuple[str, ...]
    untold: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTrack:
    """The rule track of a count over the tiers in play; with ``problems`` there is none."""

    finding: TierFinding
    tiers: tuple[TierTrack, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def base(self) -> Interval:
        """The base sentence over the tiers in play."""
        return hull([entry.base for entry in self.tiers])

    @property
    def liability(self) -> Interval:
        """The liability interval over the tiers in play."""
        return hull([entry.liability for entry in self.tiers])

    @property
    def declared(self) -> Interval:
        """The declared interval over the tiers in play, before the court's share."""
        return hull([entry.declared for entry in self.tiers if entry.declared is not None])

    @property
    def adjusted(self) -> Interval:
        """The declared interval with the court's share."""
        return hull([entry.adjusted for entry in self.tiers if entry.adjusted is not None])


def rule_track(
    charge: str,
    facts: Facts,
    *,
    found: Sequence[Found] = (),
    offence_date: datetime.date | str | None = None,
    trial_date: datetime.date | str | None = None,
    province: str | None = None,
    liability_only: bool = False,
    first_stage: FirstStage = "multiply",
) -> RuleTrack:
    """Return the rule track of a count.

    Parameters
    ----------
    charge, facts, offence_date, trial_date, province
        As :func:`tiers.find_tiers` takes them.
    found
        The circumstances found. With ``liability_only`` those of the offender (预防, 混合) are left out.
    first_stage
        How circumstances of the first stage go together: the guideline's text leaves it open.

    Bad input gives ``problems``, never an exception: what :func:`tiers.find_tiers` says, a circumstance that does not
    exist, two that contradict each other.
    """
    finding = find_tiers(charge, facts, offence_date=offence_date, trial_date=trial_date, province=province)
    problems = finding.problems + _problems(found)
    if problems:
        return RuleTrack(finding=finding, tiers=(), problems=problems)
    law = statutes().charges[finding.charge]
    trial = trial_day(trial_date)
    place = None if province is None else province_name(province)
    offence = trial if offence_date is None else period(offence_date)[0]
    if law.negligent:
        facts = {**facts, "negligent_offence": True}
    ask = reach(law, offence=offence, trial=trial, province=place)
    kept = [item for item in found if not liability_only or _is_liability(item.id)]
    tracks = []
    for candidate in finding.candidates:
        if candidate.standing not in {"established", "possible"}:
            continue
        base = base_sentence(law, candidate.tier, facts, ask, offence=offence, trial=trial, province=place)
        weighed = _weighable(law, finding, candidate, facts, ask, base, kept)
        tracks.append(
            _track(
                law, finding, candidate.tier, facts, base, *weighed,
                offence=offence, first_stage=first_stage, liability_only=liability_only,
            )
        )  # fmt: skip
    return RuleTrack(finding=finding, tiers=tuple(tracks))


def hull(intervals: Sequence[Interval]) -> Interval:
    """Return the smallest interval that holds all that have a term; (None, None) for none."""
    known = [entry for entry in intervals if entry[0] is not None]
    if not known:
        return None, None
    return min(low for low, _ in known), max(high for _, high in known)


def _track(
    law: ChargeLaw,
    finding: TierFinding,
    tier: Tier,
    facts: Facts,
    start: BaseSentence,
    kept: list[Found],
    remarks: tuple[Step, ...],
    *,
    offence: datetime.date,
    first_stage: FirstStage,
    liability_only: bool,
) -> TierTrack:
    base = start.months
    own = [item for item in kept if _is_liability(item.id)]
    entries = circumstances().entries
    fixed_term = any(entries[item.id].fixed_term for item in kept)

    def apply(months: Interval, items: list[Found]) -> tuple[Adjusted, Interval, tuple[Step, ...]]:
        if tier.starting_kind == "declared_sentence":
            # The guideline fixes the declared sentence itself: there is no base sentence to take ratios of.
            result = adjust((None, None), items, facts)._replace(months=months, steps=())
        else:
            result = adjust(months, items, facts, first_stage=first_stage)
        bound, steps = within(finding, tier, result, offence=offence, fixed_term=fixed_term and len(items) > len(own))
        return result, bound, result.steps + steps

    result, liability, steps = apply(base, own)
    computed = liability if start.computed == base else apply(start.computed, own)[1]
    declared = adjusted = None
    if not liability_only:
        declared = liability
        if len(kept) > len(own):
            result, declared, steps = apply(base, kept)
        adjusted, last = moved(law, finding, tier, declared, result, offence=offence)
        steps += last
    return TierTrack(
        tier=tier,
        base=base,
        liability=liability,
        computed=computed,
        declared=declared,
        adjusted=adjusted,
        kinds=kinds(
            tier,
            liability if declared is None else declared,
            mitigated=bool(result.mitigates),
            fixed_term=fixed_term and not liability_only,
        ),
        mitigates=result.mitigates,
        exempts=result.exempts,
        unquantified=result.unquantified,
        untold=start.untold,
        steps=start.steps + remarks + steps,
    )


def _weighable(
    law: ChargeLaw,
    finding: TierFinding,
    candidate: Candidate,
    facts: Facts,
    ask: Reaches,
    start: BaseSentence,
    found: list[Found],
) -> tuple[list[Found], tuple[Step, ...]]:
    """Return the circumstances to weigh, and a remark on each that is set aside.

    Set aside is what does not belong to the charge, and what has been used already (禁止重复评价): as an element of the
    offence, for a starting point of its own, or to open the tier.
    """
    kept, remarks = [], []
    for item in found:
        reason = _why_not(law, finding, candidate, facts, ask, start, item)
        if reason is None:
            kept.append(item)
        elif circumstances().entries[item.id].stage != "base":
            remarks.append(remark(reason, item, start.months))
    return kept, tuple(remarks)


def _why_not(
    law: ChargeLaw,
    finding: TierFinding,
    candidate: Candidate,
    facts: Facts,
    ask: Reaches,
    start: BaseSentence,
    item: Found,
) -> str | None:
    entry = circumstances().entries[item.id]
    if entry.charges is not None and law.name not in entry.charges:
        return "不适用于本罪"
    if entry.intentional and facts.get("negligent_offence"):
        return "过失犯罪除外"
    if item.factor is None:
        return None
    if item.factor in law.elements:
        return "属于基本犯罪构成事实，不再作为情节"
    if item.factor in start.used:
        return "已用于确定量刑起点，不再作为情节"
    # What lightens is used up by a lighter tier alone; as a mere gate of a heavier one it still lightens.
    if _opened(candidate, facts, ask, item.factor) and (
        entry.direction > 0 or candidate.tier.severity < _basic(law, finding).severity
    ):
        return "已作为确定法定刑幅度的事实，不再作为情节"
    return None


def _opened(candidate: Candidate, facts: Facts, ask: Reaches, factor: str) -> bool:
    """Whether the tier is established by that fact: by grounds that all fail without it."""
    grounds = [reason for reason in candidate.reasons if reason.truth]
    if not grounds or any(factor not in reason.facts for reason in grounds):
        return False
    without = {**facts, factor: None}
    return not any(reason.ask(without, ask).truth for reason in grounds)


def _basic(law: ChargeLaw, finding: TierFinding) -> Tier:
    known = [found.tier for found in finding.candidates]
    return next(tier for tier in law.tiers if tier in known)


@lru_cache(maxsize=256)
def _is_liability(id: str) -> bool:
    return circumstances().entries[id].doctrinal_class == "liability"


def _problems(found: Sequence[Found]) -> tuple[Problem, ...]:
    entries = circumstances().entries
    unknown = [item.id for item in found if item.id not in entries]
    problems = [Problem.of("unknown_circumstance", value=name) for name in unknown]
    for entry in contradicting(item.id for item in found):
        first, second = (entries[name].name for name in entry.ids)
        problems.append(Problem.of("contradiction", value=first, other=second, near=f"{entry.article}，{entry.why}"))
    return tuple(problems)
