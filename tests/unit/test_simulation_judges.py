"""Simulated judges behave as their type says, and the table does not depend on the order of the advice."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.settings import MonitorCertificateSettings, MonitorSettings
from sentencing_ml.simulation.judges import ENTRIES, TYPES, judge_types, simulate_entries

CERTIFICATE = MonitorCertificateSettings(judges=20, cases=100, seed=1)
SETTINGS = MonitorSettings(judges=40, entries=80, review_seed=1, certificate=CERTIFICATE, seed=3)


@pytest.fixture(scope="module")
def advice():
    rng = np.random.default_rng(2)
    months = np.round(np.exp(rng.normal(2.8, 0.7, 300)), 1)
    return pd.DataFrame({
        "row_id": [f"c{number:03d}" for number in range(300)], "charge_group": "盗窃罪", "advice_months": months,
        "interval_low": 0.8 * months, "interval_high": 1.25 * months,
        "recommendation_months": np.where(rng.random(300) < 0.5, 12.0, np.nan),
    })  # fmt: skip


@pytest.fixture(scope="module")
def entries(advice):
    return simulate_entries(advice=advice, settings=SETTINGS)


def test_schema_and_counts(entries):
    assert {name: str(dtype) for name, dtype in entries.dtypes.items()} == ENTRIES
    assert (entries.groupby("judge").size() == SETTINGS.entries).all()
    assert entries["judge"].nunique() == SETTINGS.judges
    assert entries["entered_at"].is_monotonic_increasing
    assert (entries["shown_at"] < entries["entered_at"]).all()
    assert (entries["own_estimate_months"].notna() == entries["blind_first"]).all()
    assert 0.04 < entries["blind_first"].mean() < 0.13
    assert set(entries["judge_type"]) == set(TYPES)


def test_the_order_of_the_advice_does_not_matter(advice, entries):
    pd.testing.assert_frame_equal(
        simulate_entries(advice=advice.sample(frac=1, random_state=1), settings=SETTINGS), entries
    )


def test_rows_without_advice_are_not_shown(advice):
    hidden = advice.assign(advice_months=advice["advice_months"].where(advice.index >= 150))
    shown = simulate_entries(advice=hidden, settings=SETTINGS)
    assert set(shown["row_id"]) <= set(advice.loc[150:, "row_id"])
    assert simulate_entries(advice=advice.iloc[:0], settings=SETTINGS).empty


def test_types_differ_as_documented(entries):
    ratio = np.log(entries["entry_months"].astype(float) / entries["advice_months"].astype(float))
    long = entries["advice_months"] >= 12
    same = (entries["entry_months"] - entries["advice_months"]).abs() <= 0.5
    stats = (
        pd.DataFrame({"kind": entries["judge_type"], "r": ratio, "same": same})[long]
        .groupby("kind")
        .agg(
            mean=("r", "mean"),
            size=("r", lambda values: values.abs().mean()),
            same=("same", "mean"),
            up=("r", lambda values: (values > 0.03).mean()),
        )
    )
    assert stats.loc["rubber_stamp", "same"] > 0.93
    assert stats.loc["honest", "same"] < 0.4
    assert abs(stats.loc["honest", "mean"]) < 0.06
    assert stats.loc["one_way_up", "up"] > 0.85
    assert stats.loc["one_way_down", "mean"] < -0.15
    assert stats.loc["anchored", "size"] < 0.6 * stats.loc["honest", "size"]
    assert stats.loc["neglecting", "size"] > 1.5 * stats.loc["honest", "size"]


def test_few_judges_are_honest_first():
    assert judge_types(SETTINGS.model_copy(update={"judges": 1, "entries": 5})) == ["honest"]
    assert len(judge_types(SETTINGS)) == SETTINGS.judges
