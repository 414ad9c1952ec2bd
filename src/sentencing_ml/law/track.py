"""The rule track (理论量刑): from the facts of a count to the interval of statute and guideline, step by step."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sentencing_ml.law.arithmetic import Adjusted, FirstStage, Found, adjust
from sentencing_ml.law.base_sentence import BaseSentence, base_sentence
from sentencing_ml.law.circumstances import circumstances, contradicting
from sentencing_ml.law.combination import DETENTION, FIXED_TERM, SURVEILLANCE, limits
from sentencing_ml.law.conditions import Facts
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.statutes import ChargeLaw, Tier, statutes
from sentencing_ml.law.steps import Interval, Step
from sentencing_ml.law.thresholds import reach
from sentencing_ml.law.tiers import Candidate, TierFinding, find_tiers, period


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
    trial_date: datetime.date | None = None,
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
    trial = trial_date or statutes().current_to
    offence = trial if offence_date is None else period(offence_date)[0]
    ask = reach(law, offence=offence, trial=trial, province=province)
    kept = [item for item in found if not liability_only or _is_liability(item.id)]
    tracks = []
    for candidate in finding.candidates:
        if candidate.standing not in {"established", "possible"}:
            continue
        base = base_sentence(law, candidate.tier, facts, ask, offence=offence, trial=trial, province=province)
        tracks.append(_track(law, finding, candidate, facts, base, kept, first_stage, liability_only=liability_only))
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
    candidate: Candidate,
    facts: Facts,
    start: BaseSentence,
    found: list[Found],
    first_stage: FirstStage,
    *,
    liability_only: bool,
) -> TierTrack:
    tier = candidate.tier
    base, steps = start.months, start.steps
    used = _opened_by(candidate)
    own = [item for item in found if _is_liability(item.id)]
    offence = adjust(base, own, facts, first_stage=first_stage, used=used)
    liability, bounded = _bounded(finding, tier, offence)
    computed = liability
    if start.computed != base:
        part = adjust(start.computed, own, facts, first_stage=first_stage, used=used)
        computed = _bounded(finding, tier, part)[0]
    if liability_only:
        whole, declared, adjusted = offence, None, None
        steps += offence.steps + bounded
    else:
        # With nothing of the offender's the two runs are one.
        whole = offence if len(own) == len(found) else adjust(base, found, facts, first_stage=first_stage, used=used)
        declared, bounded = (liability, bounded) if whole is offence else _bounded(finding, tier, whole)
        adjusted, moved = _moved(law, finding, tier, declared, whole)
        steps += whole.steps + bounded + moved
    return TierTrack(
        tier=tier,
        base=base,
        liability=liability,
        computed=computed,
        declared=declared,
        adjusted=adjusted,
        kinds=_kinds(tier, liability if declared is None else declared, bool(whole.mitigates)),
        mitigates=whole.mitigates,
        exempts=whole.exempts,
        unquantified=whole.unquantified,
        untold=start.untold,
        steps=steps,
    )


def _opened_by(candidate: Candidate) -> frozenset[str]:
    """Return the facts that put the case in the tier: what they tell is not weighed again (禁止重复评价)."""
    return frozenset().union(*(reason.facts for reason in candidate.reasons if reason.truth))


def _bounded(finding: TierFinding, tier: Tier, adjusted: Adjusted) -> tuple[Interval, tuple[Step, ...]]:
    """Return the months within the tier, or down to what 减轻 allows (刑法62, 63; 法发〔2021〕21号二(三))."""
    months = adjusted.months
    if months[0] is None:
        return months, ()
    floor, ceiling = tier.bounds
    if floor <= months[0] and months[1] <= ceiling and not adjusted.must and not adjusted.unquantified:
        return months, ()
    least = _below(finding, tier) if adjusted.mitigates else floor
    steps = []

    def limited(rule: str, article: str, low: Fraction, high: Fraction) -> None:
        nonlocal months
        if (low, high) != months:
            steps.append(Step(rule, article, months, (low, high)))
            months = (low, high)

    if any(name in adjusted.mitigates for name in adjusted.unquantified):
        # No ratio is published: the law sets no other bound than that of 减轻.
        limited("减轻处罚没有公布的比例，下限取减轻的限度", "刑法63(1)", min(months[0], least), months[1])
    if adjusted.must and least < floor:
        limited("应当减轻处罚，在法定最低刑以下", "刑法63(1)", min(months[0], floor), min(months[1], floor))
    limited("不超过法定最高刑", "刑法62", min(months[0], ceiling), min(months[1], ceiling))
    if adjusted.mitigates:
        limited("减轻处罚限于下一个量刑幅度", "刑法63(1)", max(months[0], least), max(months[1], least))
    else:
        limited("不低于法定最低刑", "刑法62", max(months[0], floor), max(months[1], floor))
    return months, tuple(steps)


def _below(finding: TierFinding, tier: Tier) -> Fraction:
    """Return the least months after 减轻: those of the next lower tier, or of the lightest term where there is none."""
    lower = [
        entry.tier
        for entry in finding.candidates
        if entry.tier.severity < tier.severity and entry.tier.statute.low is not None and entry.tier.id != tier.id
    ]
    if lower:
        return Fraction(min(lower[-1].statute.low, tier.statute.low))
    return Fraction(limits()["detention"].params["min_months"])


def _moved(
    law: ChargeLaw, finding: TierFinding, tier: Tier, declared: Interval, adjusted: Adjusted
) -> tuple[Interval, tuple[Step, ...]]:
    """Return the interval with the share by which the court may move it (法发〔2021〕21号二(三)5), within the law."""
    document = guidelines().get(law.guideline or "")
    low, high = declared
    if low is None or document is None or document.panel_share is None:
        return declared, ()
    share = document.panel
    least = _below(finding, tier) if adjusted.mitigates else tier.bounds[0]
    after = (min(low, max(low - low * share, least)), max(high, min(high + high * share, tier.bounds[1])))
    return after, (Step("独任审判员或者合议庭可以在百分之二十幅度内调整", f"{document.number}二(三)", declared, after),)


def _kinds(tier: Tier, months: Interval, mitigated: bool) -> tuple[str, ...]:
    """Return the punishments in reach: terms by the limits of their kinds (刑法38, 42, 45), life and death."""
    low, high = months
    kinds = []
    if high is not None:
        if high >= limits()["fixed_term"].params["min_months"]:
            kinds.append(FIXED_TERM)
        if (tier.detention or (mitigated and low < tier.statute.low)) and low <= limits()["detention"].params[
            "max_months"
        ]:
            kinds.append(DETENTION)
        if tier.surveillance and low <= limits()["surveillance"].params["max_months"]:
            kinds.append(SURVEILLANCE)
    kinds += ["单处罚金"] if tier.fine_alone else []
    kinds += ["无期徒刑"] if tier.statute.life else []
    kinds += ["死刑"] if tier.statute.death else []
    return tuple(kinds)


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
