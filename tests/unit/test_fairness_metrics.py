import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.metrics import as_percent, partial_out, point_table, row_figures, signed_bias


def figures(y, predicted, **given):
    shape = np.full(len(y), np.nan)
    bounds = {"low": shape, "high": shape, "tolerance": 0.2, **given}
    return row_figures(np.array(y, dtype=float), np.array(predicted, dtype=float), **bounds)


def test_signed_bias_is_the_log_ratio_of_one_more_month():
    assert signed_bias(np.array([9.0]), np.array([10.0]))[0] == pytest.approx(np.log(11 / 10))
    assert as_percent(np.log(1.1)) == pytest.approx(0.1)


def test_a_term_of_no_months_divides_nothing():
    assert signed_bias(np.array([0.0]), np.array([0.0]))[0] == 0.0


TAILS = [
    (10, 12, 0, 0, "twenty per cent more is within the tolerance"),
    (10, 12.1, 1, 0, "beyond it is heavy"),
    (10, 8, 0, 0, "twenty per cent less is within"),
    (10, 7.9, 0, 1, "beyond it is light"),
    (0, 1, 1, 0, "any month beside none is heavy"),
]


@pytest.mark.parametrize(("y", "predicted", "heavy", "light", "reason"), TAILS, ids=[row[4] for row in TAILS])
def test_heavy_and_light(y, predicted, heavy, light, reason):
    row = figures([y], [predicted]).iloc[0]
    assert (row["heavy"], row["light"], row["asymmetry"]) == (heavy, light, heavy - light), reason


def test_coverage_needs_an_interval():
    rows = figures([10, 10, 10], [10, 10, 10], low=np.array([5, 11, np.nan]), high=np.array([10, 20, 20]))
    assert rows["covered"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(rows["covered"].iloc[2])


def test_an_unknown_prediction_is_neither_heavy_nor_light():
    assert figures([10], [np.nan])[["heavy", "light", "error"]].isna().all(axis=None)


def test_point_table_by_group_and_charge():
    y = pd.Series([10.0, 10.0, 20.0, 20.0])
    made = pd.Series([13.0, 10.0, 10.0, 20.0])
    table = point_table(y, made, pd.Series(list("aabb")), pd.Series(list("xxxy")), tolerance=0.2)
    cell = table.loc[("x", "a")]
    assert cell["n"] == 2
    assert cell["mae"] == pytest.approx(1.5)
    assert cell["heavy"] == 0.5
    assert cell["bias"] == pytest.approx(np.sqrt(14 / 11) - 1)
    assert table.loc[("x", "b"), "light"] == 1.0
    assert table.loc[("y", "a"), "n"] == 0
    assert np.isnan(table.loc[("y", "a"), "mae"])


def test_partialling_out_removes_what_the_facts_explain_and_keeps_what_they_do_not():
    rng = np.random.default_rng(3)
    n = 1500
    fact = rng.normal(size=n)
    # the group commits graver offences: without the facts its sentences look 40 % longer
    member = (fact + rng.normal(size=n) > 0.7).astype(float)
    outcome = 2.5 + 0.4 * fact + 0.1 * member + rng.normal(scale=0.1, size=n)
    left = partial_out(
        outcome[:, None], member[:, None], pd.DataFrame({"fact": fact}), rng.integers(0, 60, n), seed=1, threads=1
    )
    raw = outcome[member == 1].mean() - outcome[member == 0].mean()
    slope = (left.outcome * left.member).sum() / (left.member**2).sum()
    assert raw > 0.4
    assert slope == pytest.approx(0.1, abs=0.025)


def test_rows_of_one_cluster_are_predicted_by_models_that_have_not_seen_it():
    # The outcome is a number of its own for each court and the facts name the court: a model that had seen the court
    # would leave nothing.
    rng = np.random.default_rng(5)
    court = np.repeat(np.arange(40), 25)
    outcome = rng.normal(size=40)[court]
    facts = pd.DataFrame({"court": rng.permutation(40)[court]})
    left = partial_out(outcome[:, None], np.zeros((1000, 0)), facts, court, seed=1, threads=1)
    assert left.outcome.std() > 0.8 * outcome.std()
