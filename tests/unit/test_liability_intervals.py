"""Conformal intervals: the corrected quantile, the cells, and an independent implementation as oracle."""

import numpy as np
import pandas as pd
import pytest
from mapie.regression import SplitConformalRegressor
from sklearn.linear_model import LinearRegression

from sentencing_ml.liability.intervals import Intervals, cases_needed, conformal_quantile, fit_intervals


def sample(n: int, *, seed: int = 1, charges: tuple[str, ...] = ("a",)) -> tuple[pd.Series, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    charge = pd.Series(np.array(charges)[generator.integers(len(charges), size=n)], dtype="string")
    predicted = generator.uniform(1, 5, n)
    return charge, predicted, predicted + generator.normal(0, np.where(charge == "b", 0.6, 0.2), n)


@pytest.mark.parametrize(
    ("n", "level", "rank", "reason"),
    [
        (9, 0.9, 9, "(9 + 1)·0.9 is 9 exactly: the largest score"),
        (99, 0.9, 90, "a whole number is not rounded up"),
        (100, 0.9, 91, "90.9 is rounded up"),
        (19, 0.95, 19, "the largest score is the bound"),
    ],
)
def test_the_quantile_has_the_finite_sample_correction(n, level, rank, reason):
    scores = np.random.default_rng(2).permutation(np.arange(1.0, n + 1))
    assert conformal_quantile(scores, level=level) == rank, reason


@pytest.mark.parametrize(("level", "needed"), [(0.9, 9), (0.95, 19), (0.8, 4), (0.5, 1)])
def test_the_smallest_number_of_cases(level, needed):
    assert cases_needed(level) == needed
    conformal_quantile(np.zeros(needed), level=level)
    with pytest.raises(IndexError):
        conformal_quantile(np.zeros(needed - 1), level=level)


def test_the_pooled_interval_is_that_of_mapie():
    charge, predicted, label = sample(237)
    ours = fit_intervals(charge, predicted, label, level=0.9, min_group=10_000)
    identity = LinearRegression().fit(np.array([[0.0], [1.0]]), [0.0, 1.0])
    oracle = SplitConformalRegressor(estimator=identity, confidence_level=0.9, prefit=True)
    oracle.conformalize(predicted.reshape(-1, 1), label)
    points = np.array([1.5, 2.5, 4.0])
    _, theirs = oracle.predict_interval(points.reshape(-1, 1))
    low, high = ours.bounds(pd.Series(["a"] * 3, dtype="string"), points)
    assert np.log1p(low) == pytest.approx(theirs[:, 0, 0])
    assert np.log1p(high) == pytest.approx(theirs[:, 1, 0])


def test_each_charge_has_a_width_of_its_own():
    intervals = fit_intervals(*sample(900, charges=("a", "b")), level=0.9, min_group=50)
    low, high = intervals.bounds(pd.Series(["a", "b"], dtype="string"), np.array([3.0, 3.0]))
    width = np.log1p(high) - np.log1p(low)
    assert width[1] > 2 * width[0]


def test_the_first_cell_with_enough_cases_is_used():
    intervals = Intervals(
        level=0.9,
        edges=(2.0, 3.0),
        widths={("a", "0"): 0.1, ("a", "*"): 0.2, ("*", "1"): 0.3, ("*", "*"): 0.4},
        sizes={},
    )
    charge = pd.Series(["a", "a", "b", "b", None], dtype="string")
    points = np.array([1.0, 2.5, 2.5, 1.0, 1.0])
    _, high = intervals.bounds(charge, points)
    assert np.log1p(high) - points == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])


def test_small_cells_do_not_stand_alone():
    charge = pd.Series(["a"] * 200 + ["seldom"] * 10, dtype="string")
    _, predicted, label = sample(210)
    intervals = fit_intervals(charge, predicted, label, level=0.9, min_group=50)
    assert not any(name == "seldom" for name, _ in intervals.widths)
    assert intervals.sizes["*", "*"] == 210


def test_a_bound_is_never_below_zero_months():
    intervals = Intervals(level=0.9, edges=(), widths={("*", "*"): 2.0}, sizes={})
    low, _ = intervals.bounds(pd.Series([None], dtype="string"), np.array([0.5]))
    assert low[0] == 0.0


def test_too_few_cases_carry_no_interval():
    with pytest.raises(ValueError, match=r"8 calibration rows carry no interval of level 0\.9"):
        fit_intervals(*sample(8), level=0.9, min_group=50)


def test_a_file_gives_the_same_intervals():
    intervals = fit_intervals(*sample(400, charges=("a", "b")), level=0.9, min_group=50)
    assert Intervals.from_dict(intervals.as_dict()) == intervals
