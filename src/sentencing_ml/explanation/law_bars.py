"""To which bar of a walk belongs what the law of the charge contributes: the factor that decides it for this row.

The model reads from the law where the case stands on the thresholds of its charge, the range of the tiers in play, and
as its prior the starting point. All three may be the work of one fact, say of the amount; then a walk that showed them
as a bar of the rules would hide a part of what the amount does. What several facts decide stays with the rules.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.statutes import ChargeLaw, charge_law
from sentencing_ml.law.thresholds import PROVINCE, STANDARD
from sentencing_ml.law.track import RuleTrack
from sentencing_ml.liability.rules import standing

PRIOR = "prior"
"""Name of the part of a walk that is the prior of the law, which is no column of the design."""

MEASURED = "standing"
RANGE = ("statute_low", "statute_high")
_UNSETTLED = frozenset({PROVINCE, STANDARD})


def law_bars(record: Mapping[str, Any], track: RuleTrack | None) -> dict[str, str]:
    """Return the factor to whose bar each column of the law belongs; a column left out stays with the rules.

    ``record`` is a row of :func:`rules.records`, ``track`` its :func:`rules.count_track`. The standing belongs to the
    fact that is measured. The range belongs to a fact when every ground that holds for a tier in play, or that waits
    for the standard of the province alone, reads that fact alone; the prior then too, unless the rule track reckons
    with any other fact.
    """
    charge = record.get("charge_group")
    law = None if charge is None else charge_law(charge)
    if law is None or track is None or not track.tiers:
        return {}
    measure, decides = measured(law, record), _decides(law, track)
    bars = {} if measure is None else {MEASURED: measure}
    if decides is not None:
        bars |= dict.fromkeys(RANGE, decides)
        reckoned = {step.factor for entry in track.tiers for step in entry.steps} - {None}
        if _one_of(law, reckoned | {decides}) == decides:
            bars[PRIOR] = decides
    return bars


@lru_cache(maxsize=1)
def implied_bars() -> dict[str, str]:
    """Return the bar of facts that are one thing told twice: counts that follow from a category (伤情 and the injured).

    Apart, the bar of a category that is not told would show what the counts have already said.
    """
    return {
        told: name for name, fact in vocabulary().items() for counts in fact.implies.values() for told in counts
    }


def measured(law: ChargeLaw, record: Mapping[str, Any]) -> str | None:
    """Return the factor whose thresholds the standing of a row measures, the one that stands highest; None for none.

    Where no such fact is known it is the one that the thresholds of the charge measure, if they measure one alone.
    """
    facts = measures(law)
    known = {fact: value for fact in facts if (value := position(law, record, fact)) is not None}
    if known:
        return max(known, key=lambda fact: known[fact])
    return facts[0] if len(facts) == 1 else None


def measures(law: ChargeLaw) -> tuple[str, ...]:
    """Return the factors of the model that the thresholds of a charge measure."""
    inputs = {factor.name for factor in registry().model_inputs()}
    facts = dict.fromkeys(versions[0].fact for versions in law.thresholds.values())
    return tuple(fact for fact in facts if fact in inputs)


def position(law: ChargeLaw, record: Mapping[str, Any], fact: str) -> float | None:
    """Return where one fact of a row stands on the thresholds of its charge: 1 at the first, 2 at the second."""
    others = dict.fromkeys(name for name in measures(law) if name != fact)
    return standing({**record, **others})


def _decides(law: ChargeLaw, track: RuleTrack) -> str | None:
    """Return the factor that all grounds which hold for the tiers in play read alone; None without such a one."""
    in_play = {id(entry.tier) for entry in track.tiers}
    holding = [
        reason.facts
        for candidate in track.finding.candidates
        if id(candidate.tier) in in_play
        for reason in candidate.reasons
        if reason.truth or (reason.truth is None and reason.missing and _UNSETTLED.issuperset(reason.missing))
    ]
    deciding = {_one_of(law, facts) for facts in holding}
    return deciding.pop() if len(deciding) == 1 else None


def _one_of(law: ChargeLaw, facts: frozenset[str] | set[str]) -> str | None:
    """Return the one factor that several facts are, None where they are more.

    A category on which a threshold depends only says how a measure is read, and a count that follows from the level of
    a category tells the same as the category.
    """
    entries, inputs = vocabulary(), {factor.name for factor in registry().model_inputs()}
    for fact in sorted(facts):
        read_by = {entry.by for versions in law.thresholds.values() for entry in versions if entry.fact == fact}
        entry = entries.get(fact)
        implied = set() if entry is None else {count for counts in entry.implies.values() for count in counts}
        if fact in inputs and set(facts) <= {fact} | read_by | implied:
            return fact
    return None
