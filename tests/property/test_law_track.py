"""What holds of every rule track, whatever the facts and circumstances."""

import datetime
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.law.arithmetic import Found, adjust
from sentencing_ml.law.circumstances import circumstances, contradicting
from sentencing_ml.law.combination import limits
from sentencing_ml.law.places import provinces
from sentencing_ml.law.statutes import statutes
from sentencing_ml.law.track import rule_track

ENTRIES = circumstances().entries
LIGHTENING = sorted(name for name, entry in ENTRIES.items() if entry.direction < 0)
WEIGHED = sorted(name for name, entry in ENTRIES.items() if entry.direction)
PROVINCES = st.sampled_from([None, *(entry.name for entry in provinces())])
DAYS = st.dates(min_value=datetime.date(1998, 1, 1), max_value=statutes().current_to)
# Charges whose tiers open by an amount, and those that open by harm: every gate of the guideline is among them.
BY_AMOUNT = sorted(
    name
    for name, law in statutes().charges.items()
    if any(entry.fact == "amount_yuan" for versions in law.thresholds.values() for entry in versions)
)
FIXED = limits()["fixed_term"].params["max_months"]


def circumstance_sets(names=tuple(WEIGHED), most=6):
    return st.sets(st.sampled_from(names), max_size=most).map(sorted).filter(lambda found: not contradicting(found))


def found(names):
    return tuple(Found(name) for name in names)


@settings(max_examples=200, deadline=None)
@given(
    charge=st.sampled_from(BY_AMOUNT),
    amounts=st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)).map(sorted),
    facts=st.fixed_dictionaries(
        {}, optional={"burglary": st.booleans(), "weapon": st.booleans(), "repeated": st.booleans()}
    ),
    day=DAYS,
    province=PROVINCES,
)
def test_a_larger_amount_never_lowers_the_interval(charge, amounts, facts, day, province):
    tracks = [
        rule_track(charge, {**facts, "amount_yuan": amount}, offence_date=day, province=province, liability_only=True)
        for amount in amounts
    ]
    if any(track.problems for track in tracks):
        assert tracks[0].problems == tracks[1].problems  # the charge did not exist on the day
        return
    smaller, larger = tracks
    for less, more in ((smaller.base, larger.base), (smaller.liability, larger.liability)):
        if less[0] is not None and more[0] is not None:
            assert less[0] <= more[0] and less[1] <= more[1]
    # What is threatened beyond a term rises too.
    assert max(entry.tier.severity for entry in smaller.tiers) <= max(entry.tier.severity for entry in larger.tiers)


@settings(max_examples=300, deadline=None)
@given(
    charge=st.sampled_from(sorted(statutes().charges)),
    names=circumstance_sets(),
    more=st.sampled_from(LIGHTENING),
    first_stage=st.sampled_from(["multiply", "add"]),
)
def test_a_further_mitigating_circumstance_never_raises_the_interval(charge, names, more, first_stage):
    with_more = sorted({*names, more})
    if contradicting(with_more):
        return
    before = rule_track(charge, {}, found=found(names), first_stage=first_stage)
    after = rule_track(charge, {}, found=found(with_more), first_stage=first_stage)
    for less, lot in zip(after.tiers, before.tiers, strict=True):
        for name in ("liability", "declared", "adjusted"):
            low, high = getattr(less, name)
            if low is not None:
                assert low <= getattr(lot, name)[0] and high <= getattr(lot, name)[1], name


@settings(max_examples=200, deadline=None)
@given(names=circumstance_sets(), data=st.data(), months=st.tuples(st.integers(1, 90), st.integers(0, 90)))
def test_the_order_of_circumstances_does_not_matter(names, data, months):
    base = (Fraction(months[0]), Fraction(months[0] + months[1]))
    shuffled = data.draw(st.permutations(names))
    assert adjust(base, found(shuffled), {}) == adjust(base, found(names), {})


@settings(max_examples=300, deadline=None)
@given(
    charge=st.sampled_from(sorted(statutes().charges)),
    names=circumstance_sets(),
    amount=st.none() | st.integers(0, 10**8),
    deaths=st.none() | st.integers(0, 5),
    serious=st.none() | st.integers(0, 5),
    day=DAYS,
    province=PROVINCES,
)
def test_every_interval_lies_within_the_law(charge, names, amount, deaths, serious, day, province):
    facts = {"amount_yuan": amount, "deaths": deaths, "serious_injuries": serious}
    track = rule_track(charge, facts, found=found(names), offence_date=day, province=province)
    if track.problems:
        assert {problem.id for problem in track.problems} == {"charge_not_yet"}
        return
    assert track.tiers
    for entry in track.tiers:
        if entry.tier.statute.low is None:
            assert entry.base == entry.declared == entry.adjusted == (None, None)
            continue
        for low, high in (entry.base, entry.liability, entry.declared, entry.adjusted):
            assert low <= high
            assert low >= 1 and high <= entry.tier.statute.high <= FIXED
        assert entry.tier.statute.low <= entry.base[0]
        if not entry.mitigates:
            assert entry.tier.statute.low <= entry.adjusted[0]
        # Each step begins where the one before it ended.
        for first, second in zip(entry.steps, entry.steps[1:], strict=False):
            assert first.after == second.before
        assert entry.steps[-1].after == entry.adjusted


@settings(max_examples=100, deadline=None)
@given(charge=st.sampled_from(sorted(statutes().charges)), names=circumstance_sets())
def test_the_offender_never_moves_the_liability_interval(charge, names):
    offence = [name for name in names if ENTRIES[name].doctrinal_class == "liability"]
    whole = rule_track(charge, {}, found=found(names))
    bare = rule_track(charge, {}, found=found(offence), liability_only=True)
    assert [entry.liability for entry in whole.tiers] == [entry.liability for entry in bare.tiers]
    alone = rule_track(charge, {}, found=found(names), liability_only=True)
    assert [entry.liability for entry in alone.tiers] == [entry.liability for entry in bare.tiers]
