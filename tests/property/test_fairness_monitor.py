import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.fairness.bootstrap import adjusted, estimate, mean_sums
from sentencing_ml.monitor.bookkeeping.chain import GENESIS, Head, canonical, linked
from sentencing_ml.monitor.detection.corrections import wilson


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusting_keeps_the_order_and_never_lowers_a_p_value(values):
    p = np.array(values)
    q = adjusted(p)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12).all()


@settings(max_examples=50)
@given(st.integers(0, 2**31), st.floats(-3, 3))
def test_a_contrast_moves_with_the_group_and_not_with_everyone(seed, shift):
    rng = np.random.default_rng(seed)
    value, member, court = rng.normal(size=(60, 1)), rng.random((60, 1)) < 0.5, rng.integers(0, 6, 60)
    member[0], member[1] = True, False
    plain = estimate(mean_sums(value, member, ~member, court))[0]
    assert np.isclose(estimate(mean_sums(value + shift, member, ~member, court))[0], plain)
    assert np.isclose(estimate(mean_sums(value + shift * member, member, ~member, court))[0], plain + shift)
    assert np.isclose(estimate(mean_sums(value, ~member, member, court))[0], -plain)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_is_symmetric(pair):
    successes, n = pair
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    mirrored = wilson(n - successes, n)
    assert np.allclose((1 - high, 1 - low), mirrored)


VALUES = st.dictionaries(st.sampled_from(["case_id", "reason", "months"]), st.text(max_size=8) | st.floats(0, 300) | st.none())
ROWS = st.tuples(st.integers(0, 99), st.sampled_from(["advice", "entry"]), st.none() | st.just("0" * 32), VALUES)


@given(ROWS, ROWS)
def test_two_records_share_a_hash_only_when_they_are_equal(one, two):
    rows = [
        linked(kind, subject, canonical(values), after=Head(position=before, hash=GENESIS))
        for before, kind, subject, values in (one, two)
    ]
    assert (rows[0].hash == rows[1].hash) == (one == two)
