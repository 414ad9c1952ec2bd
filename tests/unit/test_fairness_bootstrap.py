from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sentencing_ml.fairness.bootstrap import (
    ClusterSums,
    adjusted,
    blocks,
    bootstrap,
    effective_df,
    estimate,
    infer,
    jackknife_se,
    mean_sums,
    percentile_interval,
    slope_sums,
    verdict,
)

MARGIN = float(np.log(1.05))


def court_data(rng, *, n=1000, courts=40, share=0.2, effect=0.0, court_sd=0.1, sd=0.45):
    """Errors of n cases in courts of their own level, a group of ``share`` with ``effect`` more."""
    court = rng.integers(0, courts, n)
    member = rng.random(n) < share
    value = rng.normal(0, court_sd, courts)[court] + rng.normal(0, sd, n) + effect * member
    return value, member, court


def sums_of(value, member, court):
    return mean_sums(value[:, None], member[:, None], ~member[:, None], court)


def run(sums, replicates=0, seed=0):
    return infer(sums, margin=MARGIN, level=0.95, replicates=replicates, rng=np.random.default_rng(seed))


def test_the_contrast_is_the_difference_of_means_of_the_rows():
    rng = np.random.default_rng(1)
    value, member, court = court_data(rng, effect=0.3)
    assert estimate(sums_of(value, member, court))[0] == pytest.approx(value[member].mean() - value[~member].mean())


def test_groups_and_values_come_in_the_order_groups_times_values():
    values = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    member = np.array([[True, False], [False, True], [False, False]])
    found = estimate(mean_sums(values, member, ~member, np.array([0, 1, 2])))
    assert found.tolist() == [1 - 2.5, 10 - 25, 2 - 2, 20 - 20]


def test_an_unknown_value_leaves_its_row_out():
    values = np.array([[1.0], [np.nan], [3.0]])
    member = np.array([[True], [True], [False]])
    assert estimate(mean_sums(values, member, ~member, np.array([0, 1, 2])))[0] == -2.0


def test_the_jackknife_is_the_one_computed_by_leaving_courts_out():
    rng = np.random.default_rng(2)
    value, member, court = court_data(rng, n=120, courts=6)
    whole = value[member].mean() - value[~member].mean()
    left = []
    for number in range(6):
        rest = court != number
        left.append(value[rest & member].mean() - value[rest & ~member].mean())
    by_hand = np.sqrt(5 / 6 * sum((part - whole) ** 2 for part in left))
    assert jackknife_se(sums_of(value, member, court))[0] == pytest.approx(by_hand)


def test_clusters_of_one_row_give_the_error_of_two_samples():
    rng = np.random.default_rng(3)
    value, member, _ = court_data(rng, n=4000, court_sd=0.0)
    expected = np.sqrt(value[member].var() / member.sum() + value[~member].var() / (~member).sum())
    assert jackknife_se(sums_of(value, member, np.arange(4000)))[0] == pytest.approx(expected, rel=0.01)


def test_a_group_that_stands_in_one_court_has_no_error_and_no_verdict():
    value = np.arange(20.0)
    court = np.repeat(np.arange(4), 5)
    result = run(sums_of(value, court == 0, court), replicates=50)
    assert np.isfinite(result.estimate[0])
    assert np.isnan([result.se[0], result.low[0], result.p[0], result.detectable[0]]).all()


def test_an_empty_group_divides_nothing():
    value, court = np.arange(10.0), np.arange(10)
    result = run(sums_of(value, np.zeros(10, dtype=bool), court), replicates=20)
    assert np.isnan(result.estimate[0])
    assert np.isnan(result.p[0])


def test_no_rows_at_all():
    empty = mean_sums(np.zeros((0, 1)), np.zeros((0, 1), bool), np.zeros((0, 1), bool), np.zeros(0, dtype=int))
    result = run(empty, replicates=10)
    assert np.isnan(result.estimate).all()


def test_values_that_are_all_equal_have_no_error():
    result = run(sums_of(np.ones(40), np.arange(40) % 2 == 0, np.arange(40) // 4), replicates=20)
    assert result.estimate[0] == 0.0
    assert np.isnan(result.p[0])


def test_degrees_of_freedom_count_courts_where_the_group_follows_the_court_and_more_where_it_does_not():
    court = np.repeat(np.arange(10), 50)
    by_court = court < 3
    across = np.arange(500) % 5 == 0
    nested = effective_df(sums_of(np.zeros(500), by_court, court))[0]
    crossed = effective_df(sums_of(np.zeros(500), across, court))[0]
    assert nested < 5
    assert crossed == pytest.approx(9)


def test_the_bootstrap_of_a_matrix_is_the_bootstrap_by_hand():
    rng = np.random.default_rng(4)
    value, member, court = court_data(rng, n=200, courts=8)
    sums = sums_of(value, member, court)
    draws = bootstrap(sums, replicates=3, rng=np.random.default_rng(9))
    weights = np.random.default_rng(9).multinomial(8, np.full(8, 1 / 8), size=3)
    for line, draw in zip(weights, draws, strict=True):
        rows = np.concatenate([np.flatnonzero(court == number) for number in range(8) for _ in range(line[number])])
        by_hand = value[rows][member[rows]].mean() - value[rows][~member[rows]].mean()
        assert draw[0] == pytest.approx(by_hand)


def test_the_interval_is_wider_with_fewer_degrees_of_freedom():
    draws = np.random.default_rng(5).normal(size=(4000, 2))
    draws[:, 1] = draws[:, 0]
    low, high = percentile_interval(draws, level=0.95, df=np.array([4.0, 1e6]))
    assert high[1] - low[1] == pytest.approx(2 * 1.96, rel=0.06)
    assert high[0] - low[0] > 1.3 * (high[1] - low[1])


def test_no_interval_when_replicates_lost_the_group():
    draws = np.random.default_rng(6).normal(size=(100, 1))
    draws[:6] = np.nan
    low, _ = percentile_interval(draws, level=0.95, df=np.array([10.0]))
    assert np.isnan(low[0])


def test_intervals_of_courts_are_wider_than_intervals_of_rows():
    rng = np.random.default_rng(7)
    court = rng.integers(0, 20, 2000)
    member = court < 6
    value = rng.normal(0, 0.3, 20)[court] + rng.normal(0, 0.4, 2000)
    by_court = run(sums_of(value, member, court), replicates=500)
    by_row = run(sums_of(value, member, np.arange(2000)), replicates=500)
    assert by_court.high[0] - by_court.low[0] > 3 * (by_row.high[0] - by_row.low[0])


def test_intervals_of_a_group_across_courts_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(200):
        result = run(sums_of(*court_data(rng, n=300, courts=15, effect=0.1)), replicates=200, seed=1)
        held += result.low[0] <= 0.1 <= result.high[0]
    # 95 % nominal; 200 trials put a true 95 % within 0.91 and 0.985
    assert 0.91 <= held / 200 <= 0.995


def test_the_slope_is_that_of_least_squares():
    rng = np.random.default_rng(9)
    x, court = rng.normal(size=(300, 1)), rng.integers(0, 10, 300)
    y = 0.3 * x + rng.normal(size=(300, 1))
    assert estimate(slope_sums(y, x, court))[0] == pytest.approx(np.linalg.lstsq(x, y, rcond=None)[0][0, 0])


def test_the_detectable_difference_is_found_four_times_of_five():
    rng = np.random.default_rng(10)
    first = run(sums_of(*court_data(rng, n=2000, court_sd=0.0)))
    effect = first.detectable[0]
    found = [run(sums_of(*court_data(rng, n=2000, court_sd=0.0, effect=effect))).p[0] < 0.05 for _ in range(200)]
    assert 0.7 <= np.mean(found) <= 0.9


def test_adjusted_p_values_by_hand():
    found = adjusted(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    assert found == pytest.approx([0.03, 0.04, np.nan, 0.04], nan_ok=True)
    assert np.isnan(adjusted(np.array([np.nan]))).all()


VERDICTS = [
    (0.01, 0.5, "有差异", "a certain difference, not certainly small"),
    (0.5, 0.01, "等效", "certainly small"),
    (0.01, 0.01, "等效", "certain and certainly smaller than the margin"),
    (0.5, 0.5, "不能判断", "neither"),
    (np.nan, np.nan, "不能判断", "not computable"),
]


@pytest.mark.parametrize(("q", "q_equivalence", "expected", "reason"), VERDICTS, ids=[row[3] for row in VERDICTS])
def test_verdicts(q, q_equivalence, expected, reason):
    assert verdict(q, q_equivalence, rate=0.05) == expected, reason


def test_equivalence_is_two_one_sided_tests():
    rng = np.random.default_rng(11)
    result = run(sums_of(*court_data(rng, n=20000, court_sd=0.0, share=0.5)))
    point, se, df = result.estimate[0], result.se[0], result.df[0]
    by_hand = max(stats.t.sf((point + MARGIN) / se, df), stats.t.cdf((point - MARGIN) / se, df))
    assert result.p_equivalence[0] == pytest.approx(by_hand)
    assert result.p_equivalence[0] < 0.05


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        ClusterSums(numerator=np.zeros((2, 1)), denominator=np.zeros((3, 1)))


def verdicts_of(rng, *, n, effect):
    """Verdicts of nine groups of three attributes, the first of which has the planted effect."""
    court = rng.integers(0, 50, n)
    first = rng.random(n) < 0.25
    third = rng.integers(0, 4, n)
    region = court % 4
    value = rng.normal(0, 0.1, 50)[court] + rng.normal(0, 0.45, n) + effect * first
    member = np.column_stack([first, *(third == level for level in range(4)), *(region == level for level in range(4))])
    result = run(mean_sums(value[:, None], member, ~member, court))
    q, equivalent = adjusted(result.p), adjusted(result.p_equivalence)
    return [verdict(*pair, rate=0.05) for pair in zip(q, equivalent, strict=True)]


def test_a_planted_ten_per_cent_is_found_at_five_thousand_cases():
    rng = np.random.default_rng(12)
    found = [verdicts_of(rng, n=5000, effect=np.log(1.1)) for _ in range(40)]
    assert sum(verdicts[0] == "有差异" for verdicts in found) >= 38


def test_an_audit_without_disparity_is_silent_in_nine_of_ten_replications():
    rng = np.random.default_rng(13)
    flagged = sum("有差异" in verdicts_of(rng, n=1000, effect=0.0) for _ in range(100))
    assert flagged <= 10


def test_few_clusters_stay_and_many_are_merged_into_blocks_of_like_number():
    few = np.array([7, 7, 3, 9])
    assert blocks(few, seed=1).tolist() == [1, 1, 0, 2]
    merged = blocks(np.repeat(np.arange(5000), 2), seed=1, most=100)
    assert set(np.bincount(merged)) == {100}
    # clusters stay whole
    assert (merged[::2] == merged[1::2]).all()
    assert (blocks(np.arange(5000), seed=2, most=100) != blocks(np.arange(5000), seed=1, most=100)).any()


def test_merged_clusters_estimate_the_same_error():
    rng = np.random.default_rng(14)
    value, member, court = court_data(rng, n=6000, courts=2000, court_sd=0.3)
    whole = jackknife_se(sums_of(value, member, court))[0]
    merged = [jackknife_se(sums_of(value, member, blocks(court, seed=seed, most=300)))[0] for seed in range(10)]
    assert np.mean(merged) == pytest.approx(whole, rel=0.05)


def test_a_test_finds_no_difference_that_its_interval_denies():
    rng = np.random.default_rng(15)
    for _ in range(200):
        result = run(sums_of(*court_data(rng, n=60, courts=8, effect=0.3)), replicates=100, seed=2)
        if np.isfinite(result.p[0]) and result.low[0] <= 0 <= result.high[0]:
            assert result.p[0] >= 0.05 - 1e-12


def test_the_ratio_of_two_means_is_tested_as_its_logarithm():
    rng = np.random.default_rng(16)
    value, member, court = court_data(rng, n=4000, court_sd=0.0)
    error = np.abs(value) * np.where(member, 1.3, 1.0)
    sums = replace(sums_of(error, member, court), log=True)
    result = run(sums, replicates=200)
    assert result.estimate[0] == pytest.approx(np.log(error[member].mean() / error[~member].mean()))
    assert 0.1 < result.low[0] < result.estimate[0] < result.high[0] < 0.4
