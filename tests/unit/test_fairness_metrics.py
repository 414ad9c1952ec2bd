import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.metrics import as_percent, cut, point_table, relative_error, row_figures, signed_bias


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
    table = point_table(figures(y, made), pd.Series(list("aabb")), pd.Series(list("xxxy")))
    cell = table.loc[("x", "a")]
    assert cell["n"] == 2
    assert cell["mae"] == pytest.approx(1.5)
    assert cell["median_ape"] == pytest.approx(1.5 / 11)
    assert cell["heavy"] == 0.5
    assert cell["bias"] == pytest.approx(np.sqrt(14 / 11) - 1)
    assert table.loc[("x", "b"), "light"] == 1.0
    assert table.loc[("y", "a"), "n"] == 0
    assert np.isnan(table.loc[("y", "a"), "mae"])


def test_the_width_of_an_interval_is_the_log_ratio_of_its_ends():
    assert figures([10], [10], low=np.array([9.0]), high=np.array([19.0]))["width"].iloc[0] == pytest.approx(np.log(2))


def test_parts_of_equal_number_keep_equal_values_together():
    assert cut(np.array([1.0, 2, 3, 4, 5]), parts=5).tolist() == [0, 1, 2, 3, 4]
    assert len(set(cut(np.full(4, 7.0), parts=5))) == 1
    assert cut(np.array([]), parts=5).tolist() == []


def test_an_error_is_measured_by_those_of_its_own_band():
    # a band of long terms with errors of 10 and 30 months weighs no more than one of short terms with 1 and 3
    found = relative_error(np.array([1.0, 3, 10, 30, 0, 0]), np.array([0, 0, 1, 1, 2, 2]))
    assert found[:4].tolist() == [0.5, 1.5, 0.5, 1.5]
    assert np.isnan(found[4:]).all()


def test_a_table_of_many_rows_is_that_of_the_rows_one_by_one():
    rng = np.random.default_rng(1)
    rows = figures(rng.gamma(2, 10, 1500), rng.gamma(2, 10, 1500))
    group, control = pd.Series(rng.integers(0, 2, 1500).astype(str)), pd.Series(rng.integers(0, 3, 1500).astype(str))
    table = point_table(rows, group, control)
    chosen = rows[(group == "1") & (control == "2")]
    cell = table.loc[("2", "1")]
    assert cell["n"] == len(chosen) > 150
    assert cell["mae"] == pytest.approx(chosen["error"].mean())
    assert cell["bias"] == pytest.approx(np.expm1(chosen["bias"].mean()))
    assert cell["light"] == pytest.approx(chosen["light"].mean())
    assert point_table(rows, group, None)["n"].sum() == 1500
