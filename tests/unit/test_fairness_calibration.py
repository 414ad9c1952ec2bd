import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.bootstrap import infer
from sentencing_ml.fairness.calibration import lines, slope_contrasts, tenths


def sample(n=3000, *, slope=1.0, seed=1, courts=50):
    """Terms in logs whose slope on the expected ones is ``slope`` in a group of a third and 1 elsewhere."""
    rng = np.random.default_rng(seed)
    expected = rng.normal(2.5, 0.6, n)
    member = rng.random(n) < 1 / 3
    court = rng.integers(0, courts, n)
    tilt = np.where(member, slope, 1.0)
    declared = 0.2 + tilt * expected + rng.normal(0, 0.3, n) + rng.normal(0, 0.05, courts)[court]
    return declared, expected, member[:, None], court


def test_the_line_of_a_group_is_that_of_least_squares():
    declared, expected, member, court = sample(slope=0.8)
    found = lines(declared, expected, member, court, level=0.95)[0]
    slope, intercept = np.polyfit(expected[member[:, 0]], declared[member[:, 0]], 1)
    assert found["slope"]["estimate"] == pytest.approx(slope)
    assert found["intercept"]["estimate"] == pytest.approx(intercept)
    assert found["slope"]["low"] < slope < found["slope"]["high"]


def test_the_interval_of_the_slope_is_the_jackknife_of_courts_by_hand():
    declared, expected, member, court = sample(n=300, courts=8)
    whole = np.polyfit(expected[member[:, 0]], declared[member[:, 0]], 1)[0]
    left = [
        np.polyfit(expected[member[:, 0] & (court != out)], declared[member[:, 0] & (court != out)], 1)[0]
        for out in range(8)
    ]
    se = np.sqrt(7 / 8 * np.sum((np.array(left) - whole) ** 2))
    found = lines(declared, expected, member, court, level=0.95)[0]["slope"]
    half = (found["high"] - found["low"]) / 2
    # a t of 6 to 7 degrees of freedom: the courts are of like size
    assert 2.3 < half / se < 2.6


def test_a_group_whose_terms_the_advice_spreads_too_far_is_found_by_its_slope_beside_the_rest():
    declared, expected, member, court = sample(slope=0.8)
    sums = slope_contrasts(declared, expected, member, ~member, court)
    found = infer(sums, margin=0.05, level=0.95, replicates=400, rng=np.random.default_rng(1))
    assert found.estimate[0] == pytest.approx(-0.2, abs=0.04)
    assert found.high[0] < 0
    assert found.p[0] < 0.001


def test_a_slope_below_one_of_all_alike_is_no_difference():
    declared, expected, member, court = sample()
    sums = slope_contrasts(0.7 * declared, expected, member, ~member, court)
    found = infer(sums, margin=0.05, level=0.95, replicates=400, rng=np.random.default_rng(1))
    assert found.low[0] < 0 < found.high[0]
    assert lines(0.7 * declared, expected, member, court, level=0.95)[0]["slope"]["high"] < 0.8


UNUSABLE = [
    (lambda expected, court: (np.full(len(expected), 2.0), court), "one expected term"),
    (lambda expected, court: (expected, np.zeros(len(court), dtype=int)), "one court"),
]


@pytest.mark.parametrize(("change", "reason"), UNUSABLE, ids=[row[1] for row in UNUSABLE])
def test_no_interval_that_is_not_one(change, reason):
    declared, expected, member, court = sample(n=200)
    expected, court = change(expected, court)
    found = lines(declared, expected, member, court, level=0.95)[0]["slope"]
    assert np.isnan([found["low"], found["high"]]).all(), reason


def test_tenths_stand_in_the_order_of_months_and_name_their_range():
    found = tenths(pd.Series(np.arange(1.0, 101.0)))
    assert found.nunique() == 10
    assert found.iloc[0] == "01：1–10 个月"
    assert found.iloc[-1] == "10：91–100 个月"
    assert sorted(found.unique())[-1] == found.iloc[-1]
