"""Statistics of the certificate against known answers: by hand, by another library, by simulation."""

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sentencing_ml.liability.certificate.statistics import (
    adjusted,
    area,
    bootstrap_ratio,
    clustered_error,
    covariance_test,
    cross_fitted,
    interval_of,
    mean_interval,
    partial_r2,
    partial_t,
    robustness_value,
    slope,
    two_sided,
    wilson,
)


def alone(n):
    return np.arange(n)


def test_rows_that_stand_alone_have_the_usual_standard_error():
    values = np.array([1.0, 2.0, 4.0, 7.0, 11.0])
    mean, interval = mean_interval(values, alone(5))
    assert mean == 5.0
    half = 1.959964 * values.std(ddof=1) / math.sqrt(5)
    assert interval == pytest.approx((5 - half, 5 + half), rel=1e-6)


def test_a_row_told_twice_in_its_cluster_adds_no_certainty():
    values = np.array([1.0, 2.0, 4.0, 7.0, 11.0])
    twice = np.repeat(values, 2)
    _, once = mean_interval(values, alone(5))
    assert mean_interval(twice, np.repeat(alone(5), 2))[1] == pytest.approx(once)
    apart = mean_interval(twice, alone(10))[1]
    assert apart[1] - apart[0] < 0.75 * (once[1] - once[0])


def test_one_cluster_has_no_interval():
    assert math.isnan(clustered_error(np.array([1.0, -1.0]), np.array(["a", "a"])))
    assert interval_of(1.0, math.nan) is None
    assert two_sided(1.0, math.nan) == 1.0
    assert two_sided(1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)


def test_the_slope_is_that_of_least_squares():
    x, y = np.array([0.0, 0.0, 1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0, 5.0, 6.0])
    value, _ = slope(x, y, alone(5))
    assert value == pytest.approx(np.polyfit(x, y, 1)[0])


def test_the_interval_of_a_slope_covers_the_truth_as_often_as_it_says():
    generator, covered = np.random.default_rng(0), 0
    for _ in range(400):
        cluster = np.repeat(np.arange(60), 3)
        x = generator.normal(size=60)[cluster] + generator.normal(size=180)
        y = 0.5 * x + generator.normal(size=60)[cluster] + generator.normal(size=180)
        value, error = slope(x, y, cluster)
        covered += abs(value - 0.5) <= 1.959964 * error
    assert 0.91 <= covered / 400 <= 0.98


def test_a_ratio_is_of_sums_and_its_interval_holds_it():
    numerator, denominator = np.array([2.0, 0.0, 4.0, 6.0]), np.array([1.0, 1.0, 2.0, 2.0])
    value, (low, high) = bootstrap_ratio(numerator, denominator, alone(4), draws=200, seed=1)
    assert value == 2.0
    assert 0 <= low <= 2 <= high <= 3
    assert bootstrap_ratio(2 * denominator, denominator, alone(4), draws=20, seed=1) == (2.0, (2.0, 2.0))


def test_a_ratio_to_nothing_is_told():
    value, interval = bootstrap_ratio(np.ones(3), np.zeros(3), alone(3), draws=10, seed=1)
    assert math.isinf(value)
    assert interval is None
    assert math.isnan(bootstrap_ratio(np.zeros(3), np.zeros(3), alone(3), draws=10, seed=1)[0])


def test_the_covariance_measure_by_hand():
    # products 1, 3, 2: mean 2, standard deviation 1, so √3 · 2
    statistic, p = covariance_test(np.array([1.0, 3.0, 2.0]), np.ones(3), alone(3))
    assert statistic == pytest.approx(2 * math.sqrt(3))
    assert p == pytest.approx(0.000532, abs=1e-5)
    assert covariance_test(np.zeros(5), np.ones(5), alone(5)) == (0.0, 1.0)


def test_the_covariance_measure_keeps_its_level_and_finds_dependence():
    generator = np.random.default_rng(3)
    rejected = {0.0: 0, 0.3: 0}
    for effect in rejected:
        for _ in range(300):
            z = generator.normal(size=200)
            y = effect * z + generator.normal(size=200)
            rejected[effect] += covariance_test(y, z, alone(200))[1] < 0.05
    assert 0.02 <= rejected[0.0] / 300 <= 0.09
    assert rejected[0.3] / 300 >= 0.95


def test_adjustment_is_that_of_benjamini_and_hochberg():
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert len(adjusted(np.array([]))) == 0


def test_the_area_is_that_of_another_library_ties_included():
    generator = np.random.default_rng(5)
    score, positive = generator.integers(0, 6, size=200).astype(float), generator.random(200) < 0.3
    value, influence = area(score, positive)
    assert value == pytest.approx(roc_auc_score(positive, score))
    assert influence.sum() == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_an_area_is_what_areas_spread_by():
    generator, areas, errors = np.random.default_rng(6), [], []
    for _ in range(400):
        positive = np.arange(120) < 40
        score = generator.normal(size=120) + positive
        value, influence = area(score, positive)
        areas.append(value)
        errors.append(clustered_error(influence, alone(120)))
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.1)


def test_the_t_statistic_is_that_of_the_textbook():
    generator = np.random.default_rng(7)
    x, w = generator.normal(size=50), generator.normal(size=50)
    y = 1 + 2 * x - w + generator.normal(size=50)
    coefficient, t, freedom = partial_t(y, x, w[:, None])
    design = np.column_stack([x, np.ones(50), w])
    beta = np.linalg.solve(design.T @ design, design.T @ y)
    sigma2 = ((y - design @ beta) ** 2).sum() / 47
    assert freedom == 47
    assert coefficient == pytest.approx(beta[0])
    assert t == pytest.approx(beta[0] / math.sqrt(sigma2 * np.linalg.inv(design.T @ design)[0, 0]))


def test_the_robustness_value_of_the_published_example():
    # Cinelli and Hazlett 2020, table 1: exposure to violence in Darfur, t = 4.18 on 783 degrees of freedom
    assert robustness_value(4.18, 783) == pytest.approx(0.139, abs=0.0005)
    assert partial_r2(4.18, 783) == pytest.approx(0.022, abs=0.0005)


def test_something_as_strong_as_the_robustness_value_moves_the_estimate_by_the_share_asked_for():
    t, freedom, share = 9.0, 400, 0.3
    strength = robustness_value(t, freedom, share=share)
    bias_in_errors = math.sqrt(freedom * strength * strength / (1 - strength))
    assert bias_in_errors == pytest.approx(share * t)


def test_the_interval_of_a_share_is_wilsons():
    assert wilson(0, 1000) == pytest.approx((0.0, 0.003827), abs=1e-5)
    assert wilson(0, 0) is None


def test_no_row_is_predicted_by_a_model_that_saw_it():
    folds = [(np.array([2, 3]), np.array([0, 1])), (np.array([0, 1]), np.array([2, 3]))]
    target = np.array([1.0, 3.0, 10.0, 20.0])
    found = cross_fitted(lambda some: lambda asked: np.full(len(asked), target[some].mean()), folds, 4)
    assert found.tolist() == [15.0, 15.0, 2.0, 2.0]
