"""Properties of the generator's arithmetic that hold for every set of ratios."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.simulation import arithmetic
from sentencing_ml.simulation.arithmetic import Bounds
from sentencing_ml.simulation.sentence import whole_months

ENTRIES = {
    name: entry
    for name, entry in circumstances().entries.items()
    if entry.stage in ("first", "second") and entry.direction
}
OFFENDER = sorted(name for name, entry in ENTRIES.items() if entry.doctrinal_class in ("prevention", "mixed"))
BOUNDS = Bounds(floor=36, ceiling=120, mitigated_floor=1)


@st.composite
def ratios(draw, names=tuple(sorted(ENTRIES))):
    chosen = draw(st.sets(st.sampled_from(names), max_size=6))
    return {name: ENTRIES[name].direction * draw(st.floats(0.01, 0.5)) for name in sorted(chosen)}


@settings(max_examples=150, deadline=None)
@given(base=st.floats(1, 180), given=ratios(), more=ratios(names=tuple(OFFENDER)))
def test_the_liability_term_ignores_the_offender(base, given, more):
    bare = {name: ratio for name, ratio in given.items() if name not in OFFENDER}
    expected = arithmetic.liability_term(base=base, ratios=bare, bounds=BOUNDS)
    assert arithmetic.liability_term(base=base, ratios=bare | more, bounds=BOUNDS) == expected


@settings(max_examples=150, deadline=None)
@given(given=ratios(names=tuple(OFFENDER)))
def test_with_a_plea_the_group_takes_off_no_more_than_the_cap(given):
    plea = circumstances().plea
    lenient = {name: ratio for name, ratio in given.items() if name in plea.no_double_count} | {plea.id: -0.3}
    reduction = -arithmetic.offender_ratio(lenient)
    assert 0.3 - 1e-12 <= reduction <= plea.cap(lenient) + 1e-12


@settings(max_examples=150, deadline=None)
@given(given=ratios())
def test_exclusions_leave_at_most_one_of_every_pair(given):
    kept = arithmetic.without_excluded(given)
    assert set(kept) <= set(given)
    assert not any(other in ENTRIES[name].excludes for name in kept for other in kept)


@settings(max_examples=150, deadline=None)
@given(exact=st.floats(1, 240), first=st.floats(0, 1), second=st.floats(0, 1))
def test_whole_months_stay_near_the_exact_sentence(exact, first, second):
    months = whole_months(exact, first, second, open_to_probation=True)
    assert months == int(months) >= 1
    assert abs(months - exact) <= 6.5
