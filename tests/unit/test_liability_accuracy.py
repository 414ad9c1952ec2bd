"""Figures of accuracy on months whose distances are known by hand, and intervals that know what a cluster is."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.liability.accuracy import (
    FIGURES,
    LN216,
    accuracy,
    court_clusters,
    difference,
    drawn,
    means,
    with_interval,
)
from sentencing_ml.packaged import read_yaml

RNG = np.random.default_rng(3)
OBSERVED = np.exp(RNG.normal(2.5, 0.8, size=400))


def alone(n, draws=200):
    return drawn(np.arange(n), draws=draws, seed=1)


def values(predicted, observed=OBSERVED, clusters=None):
    found = accuracy(np.asarray(predicted, float), np.asarray(observed, float), clusters or alone(len(observed)))
    return {name: found[name] and found[name]["value"] for name in FIGURES}


def test_every_figure_has_a_definition_for_readers_and_no_other_is_defined():
    assert tuple(read_yaml("liability", "figures.yaml")) == FIGURES


def test_the_figures_of_three_cases_are_those_of_a_pocket_calculator():
    found = values([6, 9, 24], [6, 12, 48])
    log = np.log([1, 10 / 13, 25 / 49])
    assert found["mae_months"] == pytest.approx((0 + 3 + 24) / 3)
    assert found["bias_months"] == pytest.approx(-9)
    assert found["within_25"] == pytest.approx(2 / 3)  # 3 of 12 months are a quarter, and count
    assert found["typical_ratio"] == pytest.approx(np.exp(np.abs(log).mean()) - 1)
    assert found["bias_ratio"] == pytest.approx(np.exp(log.mean()) - 1)
    level = np.log([7, 13, 49])
    assert found["r2_log"] == pytest.approx(1 - (log**2).sum() / ((level - level.mean()) ** 2).sum())
    assert found["log_distance_score"] == pytest.approx((LN216 - np.abs(log).mean()) / LN216)


def test_terms_above_all_others_in_one_proportion_lose_level_and_nothing_else():
    found = values(2 * (1 + OBSERVED) - 1)
    assert found["typical_ratio"] == pytest.approx(1.0)
    assert found["bias_ratio"] == pytest.approx(1.0)
    assert found["r2_log_level"] == pytest.approx(1.0)
    spread = np.var(np.log1p(OBSERVED))
    assert found["r2_log"] == pytest.approx(1 - np.log(2) ** 2 / spread)


def test_equal_outcomes_have_no_r2_but_all_else():
    found = values([5, 7], [6, 6])
    assert found["r2_log"] is None and found["r2_log_level"] is None
    assert found["mae_months"] == 1


def test_rows_of_a_cluster_that_repeat_one_another_add_no_certainty():
    predicted = OBSERVED * np.exp(RNG.normal(0, 0.3, size=len(OBSERVED)))
    once = accuracy(predicted, OBSERVED, alone(400))
    ten = accuracy(np.repeat(predicted, 10), np.repeat(OBSERVED, 10), drawn(np.repeat(np.arange(400), 10), draws=200, seed=1))
    for name in FIGURES:
        assert ten[name] == pytest.approx(once[name]), name
    assert (ten["n"], ten["n_clusters"]) == (4000, 400)


def test_intervals_hold_the_true_mean_as_often_as_they_say():
    draw, held = np.random.default_rng(8), 0
    for _ in range(200):
        cluster = np.repeat(np.arange(60), 5)
        values = draw.normal(size=60)[cluster] + draw.normal(size=300)
        found = means(values, np.zeros(300, dtype=int), drawn(cluster, draws=200, seed=5), groups=1)[0]
        held += found["low"] <= 0 <= found["high"]
    assert 0.90 <= held / 200 <= 0.985  # with rows as units it would be 0.67


def test_a_difference_is_that_of_the_figures_and_certain_where_nothing_differs():
    clusters = alone(400)
    first, second = OBSERVED * 1.1, OBSERVED * np.exp(RNG.normal(0, 0.4, size=400))
    found, back = (difference(a, b, OBSERVED, clusters) for a, b in ((first, second), (second, first)))
    for name in FIGURES:
        assert found[name]["value"] == pytest.approx(values(first)[name] - values(second)[name])
        assert found[name]["low"] == pytest.approx(-back[name]["high"])
    assert found["mae_months"]["high"] < 0
    same = difference(first, first, OBSERVED, clusters)
    assert all(entry == {"value": 0, "low": 0, "high": 0} for entry in same.values())


def test_draws_stay_the_same_for_some_of_the_rows():
    clusters = drawn(np.repeat([0, 1, 2], 2), draws=50, seed=2)
    whole = clusters.totals(np.ones((6, 1)))
    parts = [clusters.take(np.array(rows)).totals(np.ones((len(rows), 1))) for rows in ([0, 1, 2], [3, 4, 5])]
    assert (parts[0] + parts[1] == whole).all()
    assert (whole == 6).all()  # three clusters of two rows, three drawn


def test_many_draws_in_blocks_are_those_at_once(monkeypatch):
    clusters, column = drawn(np.arange(100), draws=70, seed=4), RNG.normal(size=(100, 2))
    whole = clusters.totals(column)
    monkeypatch.setattr("sentencing_ml.liability.accuracy._CELLS_AT_ONCE", 300)
    assert np.allclose(clusters.totals(column), whole)


def test_a_group_without_rows_has_no_mean_and_one_in_a_single_cluster_no_interval():
    found = means(np.arange(40.0), np.repeat([0, 2], 20), drawn(np.r_[np.zeros(20, int), 1:21], draws=100, seed=1), groups=3)
    assert found[1] == {"n": 0, "value": None, "low": None, "high": None}
    assert found[0]["value"] == 9.5 and found[0]["low"] is None  # a third of the draws lack its one cluster
    assert found[2]["low"] < 29.5 < found[2]["high"]


def test_an_interval_is_not_made_of_what_few_draws_know():
    draws = np.r_[np.full(6, np.nan), np.ones(94)]
    assert with_interval(1.0, draws) == {"value": 1.0, "low": None, "high": None}
    assert with_interval(np.nan, draws) is None
    assert with_interval(1.0, draws[2:])["low"] == 1.0


def test_a_court_is_one_cluster_and_unknown_courts_are_told_by_judgment():
    court = pd.Series(["x", "x", None, None, None], dtype="string")
    codes = court_clusters(court, pd.Series(["d1", "d2", "d3", "d3", "x"], dtype="string"))
    assert codes[0] == codes[1] and codes[2] == codes[3]
    assert len(set(codes)) == 3  # a judgment called as a court is none
