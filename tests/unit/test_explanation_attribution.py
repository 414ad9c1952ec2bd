"""SHAP of a small booster with missing values: additivity, agreement with LightGBM's own values, and the walk."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
import shap
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.explanation.attribution import BOUND, RULES, contributions, never_missing, reference, walk

FACTOR_OF = {"amount": "amount_yuan", "amount_log": "amount_yuan", "weapon": "weapon", "tier": None, "never": "group"}


@pytest.fixture(scope="module")
def trained():
    draw = np.random.default_rng(0)
    n = 1500
    amount = np.exp(draw.normal(9, 1, n))
    frame = pd.DataFrame(
        {
            "amount": amount,
            "amount_log": np.log(amount),
            "weapon": draw.integers(0, 2, n).astype(float),
            "tier": draw.integers(1, 4, n).astype(float),
            "never": draw.normal(size=n),
        }
    )
    frame.loc[draw.random(n) < 0.3, ["amount", "amount_log"]] = np.nan
    target = frame["amount_log"].fillna(7) / 5 + 0.4 * frame["weapon"] * (frame["tier"] > 1) + 0.2 * (frame["never"] > -1)
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 15, "num_threads": 1, "deterministic": True, "force_row_wise": True,
         "verbosity": -1, "seed": 1},
        lightgbm.Dataset(frame, target), 60,
    )  # fmt: skip
    return booster, frame


def case_rows(frame, *, missing=0.25):
    rows = frame.iloc[1000:1060].copy()
    return rows.mask(np.random.default_rng(1).random(rows.shape) < missing)


def prior_of(frame):
    return np.linspace(1.0, 2.0, len(frame))


def explained(trained, rows):
    booster, frame = trained
    ref = reference(booster, charge_group="盗窃罪", design=frame.iloc[:150], prior=prior_of(frame.iloc[:150]))
    return ref, contributions(ref, design=rows, prior=prior_of(rows), factor_of=FACTOR_OF)


def test_a_row_sums_to_the_raw_prediction_with_the_prior_even_where_values_are_missing_that_never_were_in_training(trained):
    rows = case_rows(trained[1])
    assert rows["never"].isna().any() and "never" in never_missing(trained[0])
    ref, parts = explained(trained, rows)
    whole = trained[0].predict(rows) + prior_of(rows)
    assert np.allclose(parts.sum(axis=1) + ref.expected, whole, atol=1e-6)


def test_columns_of_one_factor_are_one_bar_and_the_law_is_the_bar_of_the_rules(trained):
    _, parts = explained(trained, case_rows(trained[1]))
    assert set(parts.columns) == {"amount_yuan", "weapon", "group", RULES}


def test_the_typical_case_is_the_mean_over_every_row_of_the_sample(trained):
    booster, frame = trained
    sample = frame.iloc[:150]  # more than the 100 rows that SHAP keeps when it is left to choose
    ref = reference(booster, charge_group="盗窃罪", design=sample, prior=prior_of(sample))
    assert ref.size == 150
    assert ref.expected == pytest.approx(float(np.mean(booster.predict(sample) + prior_of(sample))), abs=1e-6)


def test_path_dependent_values_agree_with_pred_contrib(trained):
    booster, frame = trained
    rows = frame.iloc[1000:1060]
    own = booster.predict(rows, pred_contrib=True)
    explainer = shap.TreeExplainer(booster)
    assert np.allclose(explainer.shap_values(rows), own[:, :-1], atol=1e-8)
    assert np.allclose(explainer.expected_value, own[:, -1], atol=1e-8)


def test_the_hash_names_the_rows_whatever_their_order(trained):
    booster, frame = trained
    sample = frame.iloc[:50]
    turned = sample.iloc[::-1]
    other = sample.assign(weapon=1 - sample["weapon"])
    first, same, different = (
        reference(booster, charge_group="盗窃罪", design=rows, prior=np.ones(50)).sha256 for rows in (sample, turned, other)
    )
    assert first == same != different


@given(
    st.floats(0.1, 5),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-1.5, 1.5), max_size=8),
)
def test_a_walk_ends_at_the_shown_term_and_its_steps_meet(expected, parts):
    shown = max(float(np.expm1(expected + sum(parts.values()))), 0.0)
    told = walk(expected, parts, shown=shown)
    assert told.end == pytest.approx(shown, abs=1e-6)
    assert told.start + sum(step.months for step in told.steps) == pytest.approx(told.end, abs=1e-9)
    ends = [told.start, *(step.after for step in told.steps)]
    assert [step.before for step in told.steps] == ends[:-1]
    sizes = [abs(step.log) for step in told.steps if step.name != BOUND]
    assert sizes == sorted(sizes, reverse=True)


def test_a_term_cut_at_zero_has_a_last_step_of_its_own():
    told = walk(0.5, {"amount_yuan": -1.0}, shown=0.0)
    assert [step.name for step in told.steps] == ["amount_yuan", BOUND]
    assert told.end == 0.0


def test_no_bound_step_when_the_parts_reach_the_shown_term():
    told = walk(np.log1p(10.0), {"weapon": float(np.log1p(12.0) - np.log1p(10.0))}, shown=12.0)
    assert [step.name for step in told.steps] == ["weapon"]
    assert told.steps[0].months == pytest.approx(2.0)
