"""What holds of the detectors whatever the judges enter."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.watched_court import advice_of, honest, ledger, rows, shadow, whole

from sentencing_ml.monitor.detection import charts, court_list, e_detectors
from sentencing_ml.monitor.detection import detect as detection
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.watch import watch

shares = st.floats(0.001, 0.999)


@given(p0=shares, below=st.floats(0, 1), shift=st.floats(0, 6))
def test_the_e_value_of_a_coincidence_has_mean_at_most_one_wherever_the_share_is_at_most_p0(p0, below, shift):
    p = p0 * below
    up, down = (
        np.exp(charts.coincidence_increments(np.array([side]), np.array([p0]), shift=shift)[0]) for side in (True, False)
    )
    assert p * up + (1 - p) * down <= 1 + 1e-9


@given(share=st.floats(0.3, 0.7), strict=st.floats(0.71, 0.999))
def test_the_e_values_of_a_direction_have_mean_at_most_one_within_the_null(share, strict):
    found = np.exp(e_detectors.direction_log_e(np.array([[True, False]]), null=(0.3, 0.7), strict=(strict,)))
    assert (share * found[:, 0, 0] + (1 - share) * found[:, 0, 1] <= 1 + 1e-9).all()


@given(
    p0=shares, below=st.floats(0, 1), shifts=st.lists(st.floats(0.1, 4), min_size=1, max_size=3),
    counts=st.lists(st.booleans(), min_size=7, max_size=7),
)  # fmt: skip
@settings(max_examples=50)
def test_the_mean_of_the_statistic_never_exceeds_the_cases(p0, below, shifts, counts):
    # all 128 courses of seven cases, each with its probability under a share of at most p0
    z = np.array(list(itertools.product([True, False], repeat=7)))
    p = p0 * below
    probability = np.where(z, p, 1 - p).prod(axis=1)
    log_e = np.stack([charts.coincidence_increments(z, np.full(z.shape, p0), shift=shift) for shift in shifts])
    mask = np.broadcast_to(np.array(counts), z.shape)
    found = np.expm1(e_detectors.shiryaev_roberts(log_e, counts=mask, cases=np.ones(z.shape, dtype=bool)))
    assert (probability @ found <= np.arange(1, 8) * (1 + 1e-9)).all()


@given(
    p0=shares, below=st.floats(0, 1), months=st.lists(st.integers(0, 3), min_size=7, max_size=7),
    counts=st.lists(st.booleans(), min_size=7, max_size=7),
)  # fmt: skip
@settings(max_examples=50)
def test_the_monthly_e_value_has_mean_at_most_one(p0, below, months, counts):
    z = np.array(list(itertools.product([True, False], repeat=7)))
    p = p0 * below
    probability = np.where(z, p, 1 - p).prod(axis=1)
    log_e = charts.coincidence_increments(z, np.full(z.shape, p0), shift=2.0)[None]
    month, mask = (np.broadcast_to(np.array(each), z.shape) for each in (sorted(months), counts))
    found = court_list.monthly_log_e(log_e, month=month, months=4, counts=mask, resets=np.zeros(z.shape, dtype=bool))
    known = np.isfinite(found[0])  # a month before any case that counts has none, for all courses alike
    assert (probability @ np.exp(found[:, known]) <= 1 + 1e-9).all()


steps = st.lists(st.tuples(st.floats(-3, 3), st.booleans()), min_size=1, max_size=30)


@given(course=steps, noise=st.floats(allow_nan=True))
def test_a_masked_case_leaves_every_path(course, noise):
    increments, counts = (np.array([part]) for part in zip(*course, strict=True))
    held = np.where(counts, increments, noise)
    for chart, threshold in ((charts.cusum, 2.0), (e_detectors.shiryaev_roberts, 2.0)):
        whole_path = chart(held, counts=counts, threshold=threshold)
        alone = chart(increments[counts][None], threshold=threshold)
        assert whole_path[counts] == pytest.approx(alone[0])


def cases(rng, judges, n):
    advice = advice_of(rng, (judges, n), low=2.0)
    own, entry = honest(rng, advice)
    blind = rng.random(advice.shape) < 0.2
    return detection.Cases(
        advice=advice, entry=entry, low=advice * 0.7, high=advice * 1.4, own=np.where(blind, own, np.nan),
        shown=~blind, blind=blind, resets=rng.random(advice.shape) < 0.01,
        p0=np.where(advice < 3, np.nan, 0.6), p0_inside=np.full(advice.shape, 0.9),
        **{name: np.full(advice.shape, np.nan) for name in ("outside", "lowest_up", "highest_up", "far")},
    )  # fmt: skip


@given(seed=st.integers(0, 2**32), data=st.data())
@settings(max_examples=5, deadline=None)
def test_judges_do_not_touch_each_other(seed, data):
    made = cases(np.random.default_rng(seed), 6, 90)
    order = np.array(data.draw(st.permutations(range(6))))
    moved = detection.detect(detection.Cases(**{name: part[order] for name, part in vars(made).items()}))
    for kind, paths in detection.detect(made).items():
        assert np.array_equal(moved[kind].values, paths.values[order], equal_nan=True)
        assert np.array_equal(moved[kind].crossed, paths.crossed[order])


@given(seed=st.integers(0, 2**32), cut=st.integers(1, 89))
@settings(max_examples=6, deadline=None)
def test_charts_look_back_only(seed, cut):
    made = cases(np.random.default_rng(seed), 4, 90)
    before = detection.detect(detection.Cases(**{name: part[:, :cut] for name, part in vars(made).items()}))
    for kind, paths in detection.detect(made).items():
        assert np.array_equal(before[kind].values, paths.values[:, :cut], equal_nan=True)


def court(seed):
    """A court of honest judges and followers, with blind-first cases, a new version and an old clock."""
    rng = np.random.default_rng(seed)
    advice = advice_of(rng, (12, 80))
    own, entry = honest(rng, advice)
    follows = (np.arange(12) % 3 == 0)[:, None] & (np.arange(80) >= 20)
    made = rows(advice, np.where(follows, whole(advice), entry), own, blind=rng.random(advice.shape) < 0.25)
    later = advice_of(rng, (12, 40))
    own, entry = honest(rng, later)
    again = rows(later, entry, own, start="2024-06", version="m2")
    return ledger(shadow(rng, judges=20), made, again, shadow(rng, judges=20, start="2024-05", version="m2"))


@pytest.fixture(scope="module")
def made():
    return court(31)


@pytest.fixture(scope="module")
def whole_watch(made):
    return watch(made)


@given(part=st.floats(0.3, 1.0))
@settings(max_examples=6, deadline=None)
def test_more_entries_never_take_back_an_alert(made, whole_watch, part):
    rows_so_far = made.iloc[: int(len(made) * part)]
    last = rows_so_far["entry_position"].iloc[-1]
    now = {judge.judge: judge for judge in watch(rows_so_far).judges}
    for judge in whole_watch.judges:
        if judge.judge in now:
            earlier = tuple(raised for raised in judge.alerts if raised.entry_position <= last)
            assert now[judge.judge].alerts == earlier
            closed = [stage for stage in now[judge.judge].stages if stage.state == "classified"]
            assert closed == list(judge.stages[: len(closed)])


def test_the_court_of_these_properties_has_what_they_are_about(whole_watch):
    kinds = {raised.kind for judge in whole_watch.judges for raised in judge.alerts}
    verdicts = {stage.verdict for judge in whole_watch.judges for stage in judge.stages}
    assert "A1" in kinds
    assert "依赖" in verdicts
    assert {figures.version for figures in whole_watch.references} == {"m1", "m2"}


def test_alerts_that_are_recorded_as_they_rise_change_nothing(made, whole_watch):
    recorded = pd.DataFrame(
        [
            {**dataclasses.asdict(raised), "raised_at": raised.at}
            for judge in whole_watch.judges for raised in judge.alerts
        ]
    )  # fmt: skip
    assert watch(made, alerts=recorded) == whole_watch


@given(seed=st.integers(0, 2**32))
@settings(max_examples=3, deadline=None)
def test_the_order_in_which_rows_are_handed_over_changes_nothing(made, whole_watch, seed):
    shuffled = made.sample(frac=1.0, random_state=seed % 2**31)
    assert watch(shuffled) == whole_watch


@given(rate=st.floats(0.01, 0.2), values=st.lists(st.floats(-5, 15), min_size=1, max_size=40))
def test_e_bh_lists_whoever_has_more_evidence_than_one_who_is_listed(rate, values):
    log_e = np.array(values)
    listed = court_list.e_bh(log_e, rate)
    if listed.any():
        lowest = log_e[listed].min()
        assert listed[log_e >= lowest].all()
        assert np.exp(lowest) >= len(values) / (rate * listed.sum()) * (1 - 1e-9)


def test_definitions_are_what_the_methods_say():
    rules = definitions()
    assert (rules.stage_two.cases, rules.stage_two.informative, rules.stage_two.near) == (12, 4, 9)
    assert (rules.reference.margin, rules.reference.size) == (1.0, 3000)
    assert rules.detectors.a1_guaranteed.arl_cases == rules.detectors.a2.arl_cases == 100 * rules.detectors.judge_year
