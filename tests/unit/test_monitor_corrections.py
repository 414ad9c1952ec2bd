import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sentencing_ml.monitor.detection.corrections import (
    Spread,
    case_figures,
    definitions,
    excess_share,
    funnel_limits,
    ordinary_spread,
    pattern,
    pooled_mean,
    pooled_pattern,
    share_estimate,
    shrunken_mean,
    sizes_by_band,
    spread,
    weight_of_advice,
    wilson,
)


def corrections(advice, entry, *, judge="J-a", low=None, high=None, own=None):
    n = len(advice)
    return pd.DataFrame(
        {
            "judge": pd.Series([judge] * n if isinstance(judge, str) else judge, dtype="string"),
            "advice_months": np.array(advice, dtype=float),
            "entry_months": np.array(entry, dtype=float),
            "interval_low": np.full(n, np.nan) if low is None else np.array(low, dtype=float),
            "interval_high": np.full(n, np.nan) if high is None else np.array(high, dtype=float),
            "mode": pd.Series(["shown" if own is None else "blind_first"] * n, dtype="string"),
            "own_estimate_months": np.full(n, np.nan) if own is None else np.array(own, dtype=float),
        }
    )


COINCIDENCE = [
    (10, 10.5, True, "half a month is whole-month rounding"),
    (10, 9.5, True, "on both sides"),
    (10, 10.6, False, "more than half a month and more than 5 %"),
    (40, 42, True, "5 % of forty months is two"),
    (40, 42.1, False, "beyond 5 %"),
    (12.34, 12, True, "advice with decimals, entry in whole months"),
]


@pytest.mark.parametrize(("advice", "entry", "expected", "reason"), COINCIDENCE, ids=[row[3] for row in COINCIDENCE])
def test_coincidence(advice, entry, expected, reason):
    row = case_figures(corrections([advice], [entry])).iloc[0]
    assert bool(row["coincides"]) is expected, reason
    assert pd.isna(row["up"]) is expected


def test_figures_of_a_case_by_hand():
    row = case_figures(corrections([10], [13], low=[8], high=[12], own=[20])).iloc[0]
    assert row["d"] == 3
    assert row["r"] == pytest.approx(math.log(1.3))
    assert row["size"] == row["r"]
    assert (bool(row["inside"]), bool(row["up"]), row["band"]) == (False, True, "6个月至1年")
    assert row["x"] == pytest.approx(math.log(10 / 20))
    assert row["y"] == pytest.approx(math.log(13 / 20))


def test_terms_of_no_months_have_no_ratio_and_are_left_out():
    assert case_figures(corrections([10, 0, 10], [0, 10, 9])).index.tolist() == [2]


def test_without_an_interval_no_case_is_inside_or_outside():
    assert case_figures(corrections([10], [10]))["inside"].isna().all()


def test_bands_include_their_lower_bound():
    found = case_figures(corrections([5.9, 6, 12, 36, 400], [5, 6, 12, 36, 400]))["band"]
    assert found.tolist() == ["6个月以下", "6个月至1年", "1年至3年", "3年以上", "3年以上"]


def test_only_blind_first_cases_have_an_own_estimate():
    rows = corrections([10], [12], own=[20]).assign(mode="shown")
    assert case_figures(rows)[["x", "y"]].isna().all(axis=None)


WILSON = [
    (0, 10, 0.0, 0.2775, "none of ten"),
    (5, 10, 0.2366, 0.7634, "half of ten"),
    (10, 10, 0.7225, 1.0, "all of ten"),
    (0, 0, 0.0, 1.0, "no case says nothing"),
]


@pytest.mark.parametrize(("successes", "n", "low", "high", "reason"), WILSON, ids=[row[4] for row in WILSON])
def test_wilson(successes, n, low, high, reason):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-4), reason


def test_the_width_that_the_minimum_of_cases_stands_for():
    low, high = wilson(15, definitions().minimum_cases)
    assert (high - low) / 2 == pytest.approx(0.17, abs=0.005)


def test_too_few_cases_name_the_number_that_is_missing():
    found = share_estimate(pd.Series([True] * 12, dtype="boolean"), minimum=30)
    assert (found.value, found.n, found.needed) == (None, 12, 18)


def test_unknown_values_are_no_cases_of_a_share():
    found = share_estimate(pd.Series([True, False, None, True], dtype="boolean"), minimum=3)
    assert (found.n, found.value) == (3, pytest.approx(2 / 3))


def judges(rng, *, between, within, sizes):
    level = 0.2 + rng.normal(0, between, len(sizes))
    judge = np.repeat([f"J{number:03d}" for number in range(len(sizes))], sizes)
    values = np.repeat(level, sizes) + rng.normal(0, within, sum(sizes))
    return level, pd.Series(values), pd.Series(judge)


def test_spread_recovers_the_variances_it_was_drawn_from():
    rng = np.random.default_rng(1)
    _, values, judge = judges(rng, between=0.05, within=0.2, sizes=[60] * 300)
    found = spread(values, judge)
    assert found.mean == pytest.approx(0.2, abs=0.01)
    assert math.sqrt(found.within) == pytest.approx(0.2, rel=0.02)
    assert math.sqrt(found.between) == pytest.approx(0.05, rel=0.1)


def test_spread_needs_three_judges():
    assert spread(pd.Series([0.1, 0.2, 0.3, 0.4]), pd.Series(list("aabb"))) is None


def test_judges_who_never_differ_from_themselves():
    found = spread(pd.Series([0.1, 0.1, 0.2, 0.2, 0.3, 0.3]), pd.Series(list("aabbcc")))
    assert found.within == 0
    assert shrunken_mean(pd.Series([0.2] * 30), found, minimum=30).value == pytest.approx(0.2)


def test_few_cases_are_drawn_further_than_many():
    court = Spread(mean=0.2, within=0.04, between=0.0025, mean_variance=0.0)
    few = shrunken_mean(pd.Series([0.4] * 30), court, minimum=30)
    many = shrunken_mean(pd.Series([0.4] * 300), court, minimum=30)
    own = 0.0025 / (0.0025 + 0.04 / 30)
    assert few.value == pytest.approx(0.2 + own * 0.2)
    assert few.value < many.value < 0.4
    assert few.high - few.low > many.high - many.low


def test_drawn_means_are_nearer_to_the_truth_and_their_intervals_hold_it():
    rng = np.random.default_rng(2)
    level, values, judge = judges(rng, between=0.04, within=0.2, sizes=[30] * 200)
    court = spread(values, judge)
    drawn = [shrunken_mean(rows, court, minimum=30) for _, rows in values.groupby(judge)]
    own = values.groupby(judge).mean().to_numpy()
    assert np.abs([one.value for one in drawn] - level).mean() < np.abs(own - level).mean()
    held = np.mean([one.low <= true <= one.high for one, true in zip(drawn, level, strict=True)])
    assert 0.91 <= held <= 0.985  # 95 % nominal, 200 judges


def test_the_funnel_holds_judges_as_often_as_it_says():
    rng = np.random.default_rng(3)
    sizes = rng.integers(30, 120, 1000)
    _, values, judge = judges(rng, between=0.04, within=0.2, sizes=sizes)
    means = values.groupby(judge).mean().to_numpy()
    low, high = funnel_limits(ordinary_spread(values, judge), sizes, level=0.95)
    assert 0.93 <= np.mean((low <= means) & (means <= high)) <= 0.97


def test_a_few_judges_unlike_the_rest_do_not_widen_the_funnel():
    rng = np.random.default_rng(5)
    _, values, judge = judges(rng, between=0.03, within=0.15, sizes=[60] * 30)
    odd = judge.isin(["J000", "J001"])
    plain = ordinary_spread(values, judge).between
    assert ordinary_spread(values + 0.5 * odd, judge).between < 2 * plain + 0.001
    assert spread(values + 0.5 * odd, judge).between > 10 * plain


def test_judges_who_differ_by_chance_alone_have_no_spread():
    _, values, judge = judges(np.random.default_rng(8), between=0.0, within=0.2, sizes=[40] * 60)
    assert math.sqrt(ordinary_spread(values, judge).between) < 0.02


def test_ordinary_spread_of_judges_who_never_vary():
    found = ordinary_spread(pd.Series([0.1, 0.1, 0.2, 0.2, 0.3, 0.3]), pd.Series(list("aabbcc")))
    assert found.within == 0
    assert found.mean == pytest.approx(0.2)
    assert math.sqrt(found.between) == pytest.approx(0.1 / 0.6745, rel=0.01)


def test_the_weight_of_advice_recovers_the_weight_judges_gave_it():
    rng = np.random.default_rng(4)
    own = np.exp(rng.normal(2.5, 0.5, 400))
    advice = own * np.exp(rng.normal(0, 0.3, 400))
    entry = own ** (1 - 0.3) * advice**0.3 * np.exp(rng.normal(0, 0.05, 400))
    figures = case_figures(corrections(advice, entry, own=own, judge=[f"J{k % 8}" for k in range(400)]))
    found = weight_of_advice(figures, minimum=10)
    assert found.value == pytest.approx(0.3, abs=0.02)
    assert found.low < 0.3 < found.high
    assert found.n == 400


def test_agreeing_judges_give_no_informative_case():
    figures = case_figures(corrections([10] * 40, [10] * 40, own=[10.2] * 40))
    found = weight_of_advice(figures, minimum=10)
    assert (found.n, found.value, found.needed) == (40, None, definitions().minimum_blind_informative)


def test_cases_in_which_the_judge_agreed_hardly_weigh():
    # four cases followed wholly from 20 % away, twenty from 1 % away not followed at all
    own, advice = [10.0] * 24, [12.0] * 4 + [10.1] * 20
    found = weight_of_advice(case_figures(corrections(advice, [12.0] * 4 + [10.0] * 20, own=own)), minimum=10)
    follow, stay = 4 * math.log(1.2) ** 2, 20 * math.log(1.01) ** 2
    assert found.value == pytest.approx(follow / (follow + stay))
    assert found.value > 0.98


def test_the_weight_needs_blind_first_cases_and_informative_ones():
    figures = case_figures(corrections([12.0] * 3 + [10.1] * 4, [12.0] * 7, own=[10.0] * 7))
    assert weight_of_advice(figures, minimum=10).needed == 3  # of ten cases; one informative one is among them
    assert weight_of_advice(figures, minimum=7).needed == 1


def test_the_size_of_corrections_is_drawn_to_the_court_within_each_band():
    rng = np.random.default_rng(6)
    advice = np.tile([3.0, 20.0], 200)
    entry = np.where(advice < 6, advice, np.maximum(1, np.round(advice * np.exp(rng.normal(0, 0.2, 400)))))
    names = [f"J{k // 40}" for k in range(400)]
    found = sizes_by_band(case_figures(corrections(advice, entry, judge=names)), minimum=20)
    assert sorted(found) == sorted(set(names))
    short, long = found["J0"]["6个月以下"], found["J0"]["1年至3年"]
    assert (short.n, short.value) == (20, 0.0)
    assert long.low < long.value < long.high
    assert found["J0"]["3年以上"].needed == 20


EXCESS = [
    (20, 20, 0.6, 0.4, "all of twenty where six in ten are expected"),
    (12, 20, 0.6, 0.0, "as many as expected"),
    (6, 20, 0.6, -0.3, "fewer"),
]


@pytest.mark.parametrize(("coincided", "n", "expected", "value", "reason"), EXCESS, ids=[row[4] for row in EXCESS])
def test_excess_of_coincidence(coincided, n, expected, value, reason):
    excess, low, high = excess_share(coincided, n, expected)
    assert excess == pytest.approx(value), reason
    assert (low + expected, high + expected) == pytest.approx(wilson(coincided, n))


def test_the_weight_of_one_judge_by_hand():
    own, advice, entry = [10.0] * 10, [20.0, 5.0] * 5, [20.0, 10.0] * 5
    found = weight_of_advice(case_figures(corrections(advice, entry, own=own)), minimum=10)
    # half of the cases follow the advice wholly and half not at all, at equal distance
    assert found.value == pytest.approx(0.5)


def test_a_pooled_mean_counts_judges_and_not_entries():
    # forty entries of each of four judges who never differ from themselves: four facts, not 160
    judge = pd.Series(np.repeat(list("abcd"), 40))
    values = pd.Series(np.repeat([0.1, 0.2, 0.3, 0.4], 40))
    found = pooled_mean(values, judge, minimum=30)
    half = stats.t.ppf(0.975, 3) * np.std([0.1, 0.2, 0.3, 0.4], ddof=1) / 2
    assert found.value == pytest.approx(0.25)
    assert found.high - found.value == pytest.approx(half)


def test_a_pooled_share_stays_a_share():
    judge = pd.Series(np.repeat(list("abc"), 20))
    found = pooled_mean(pd.Series([True] * 58 + [False] * 2), judge, minimum=30, highest=1.0)
    assert found.high == 1.0


def test_two_judges_have_a_mean_without_an_interval():
    found = pooled_mean(pd.Series([0.1] * 40), pd.Series(["a"] * 20 + ["b"] * 20), minimum=30)
    assert (found.value, found.low) == (pytest.approx(0.1), None)


def test_a_judge_with_few_departures_has_no_direction_and_still_a_size():
    rows = case_figures(corrections([20.0] * 40, [20.0] * 35 + [30.0] * 5))
    found = pattern(rows, court=None)
    assert found.direction.needed == 15
    assert found.coincidence.value == pytest.approx(35 / 40)
    assert found.size.value == pytest.approx(5 / 40 * math.log(1.5))


def test_an_empty_pattern_is_not_assessable():
    found = pooled_pattern(case_figures(corrections([], [])))
    assert (found.n, found.size.value, found.size.needed) == (0, None, 30)
