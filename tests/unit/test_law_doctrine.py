"""What may open a tier, move a starting point or add to it: facts of the offence, and nothing of the offender."""

import pytest

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.conditions import facts_of
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.statutes import statutes


def asked_by(law):
    """Yield (what asks, fact) of everything in the law of a charge that reads a fact."""
    for tier, grounds in law.grounds.items():
        for ground in grounds:
            yield from ((f"ground {tier} {ground.entry.text}", name) for name in ground.facts)
    for versions in law.thresholds.values():
        for entry in versions:
            yield from ((f"threshold {entry.id}", name) for name in (entry.fact, entry.by) if name)
    for entry, _ in law.increments:
        yield f"increment {entry.fact}", entry.fact
        yield from ((f"increment {entry.fact}", name) for name in (facts_of(entry.when) if entry.when else ()))
    for tier in law.tiers:
        for case, _ in tier.starting_cases:
            yield from ((f"starting point {case.text}", name) for name in facts_of(case.when))


@pytest.mark.parametrize("name", sorted(statutes().charges))
def test_a_tier_and_a_base_sentence_are_the_offences_alone(name):
    factors = registry().factors
    read = set(asked_by(statutes().charges[name]))
    kept = [(what, fact) for what, fact in read if fact in factors and not factors[fact].factor_class.model_input]
    assert kept == []
    # What extraction does not read, a user tells: it must be a fact of the vocabulary that is marked so.
    assert [fact for _, fact in read if fact not in factors and not vocabulary()[fact].asked] == []
