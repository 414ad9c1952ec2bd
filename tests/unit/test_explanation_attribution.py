"""SHAP of a small booster with missing values: additivity, agreement with LightGBM's own values, and the walk."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
import shap
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.explanation.attribution import (
    BOUND,
    PRIOR,
    RULES,
    bar_of_columns,
    contributions,
    never_missing,
    part_name,
    reference,
    walk,
)
from sentencing_ml.factors.registry import registry
from sentencing_ml.liability.design import design_columns

BAR_OF = {"amount": "amount_yuan", "amount_log": "amount_yuan", "weapon": "weapon", "tier": RULES, "never": "group", PRIOR: RULES}


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
    return ref, contributions(ref, design=rows, prior=prior_of(rows))


def test_a_row_sums_to_the_raw_prediction_with_the_prior_even_where_values_are_missing_that_never_were_in_training(trained):
    rows = case_rows(trained[1])
    assert rows["never"].isna().any() and "never" in never_missing(trained[0])
    ref, parts = explained(trained, rows)
    whole = trained[0].predict(rows) + prior_of(rows)
    assert np.allclose(parts.sum(axis=1) + ref.expected, whole, atol=1e-6)


def test_columns_of_one_factor_are_one_bar_that_opens_into_them_and_the_law_is_the_bar_of_the_rules(trained):
    ref, table = explained(trained, case_rows(trained[1]))
    bars = set()
    for _, row in table.iterrows():
        told = walk(ref.expected, row.to_dict(), bar_of=BAR_OF)
        bars |= {step.name for step in told.steps}
        for step in told.steps:
            columns = [part.column for part in step.parts]
            assert len(columns) != 1 and {BAR_OF[column] for column in columns} <= {step.name}
    assert bars == {"amount_yuan", "weapon", "group", RULES}


def test_where_the_law_follows_one_factor_its_columns_are_parts_of_that_bar(trained):
    ref, table = explained(trained, case_rows(trained[1], missing=0))
    plain = table.iloc[0].to_dict()
    apart = walk(ref.expected, plain, bar_of=BAR_OF)
    joined = walk(ref.expected, plain, bar_of={**BAR_OF, "tier": "amount_yuan", PRIOR: "amount_yuan"})
    logs = {step.name: step.log for step in apart.steps}
    (bar,) = [step for step in joined.steps if step.name == "amount_yuan"]
    assert RULES not in {step.name for step in joined.steps}
    assert bar.log == pytest.approx(logs["amount_yuan"] + logs[RULES], abs=1e-9)
    assert {part.column for part in bar.parts} == {"amount", "tier", PRIOR}  # the logarithm beside it splits nothing
    assert joined.end == pytest.approx(apart.end, abs=1e-9)


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


def test_both_ways_to_explain_account_for_the_same_prediction(trained):
    booster, frame = trained
    rows = frame.iloc[1000:1060]
    own = booster.predict(rows, pred_contrib=True)
    ref, table = explained(trained, rows)
    assert np.allclose(own.sum(axis=1), table.sum(axis=1) + ref.expected - prior_of(rows), atol=1e-6)


def test_without_interactions_the_values_are_those_of_pred_contrib_but_for_where_they_start(trained):
    """Of a sum of functions of one column each, both say f(x) less a mean of f: over the sample, or over the training."""
    _, frame = trained
    frame = frame[["amount", "weapon", "tier"]]
    target = frame["amount"].fillna(5e3).rank() / 500 + 0.4 * frame["weapon"] - 0.2 * frame["tier"]
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 2, "num_threads": 1, "deterministic": True, "force_row_wise": True,
         "verbosity": -1, "seed": 1},
        lightgbm.Dataset(frame, target), 80,
    )  # fmt: skip
    sample, rows = frame.iloc[:120], frame.iloc[1000:1060]
    ref = reference(booster, charge_group="盗窃罪", design=sample, prior=np.zeros(120))
    found = contributions(ref, design=rows, prior=np.zeros(60)).drop(columns=PRIOR)
    own = booster.predict(rows, pred_contrib=True)[:, :-1]
    start = booster.predict(sample, pred_contrib=True)[:, :-1].mean(axis=0)
    assert np.abs(own).max() > 0.3
    assert np.allclose(found, own - start, atol=1e-6)


def test_with_independent_columns_and_a_large_sample_the_values_are_near_those_of_pred_contrib(trained):
    """Here columns interact, but are drawn apart from each other: then what is unknown has one distribution."""
    booster, frame = trained
    rows = frame.iloc[1000:1060]
    columns = ["weapon", "tier", "never"]  # the two forms of the amount are one fact, which each method divides its way
    ref = reference(booster, charge_group="盗窃罪", design=frame.iloc[:1000], prior=np.zeros(1000))
    found = contributions(ref, design=rows, prior=np.zeros(60))[columns]
    own = pd.DataFrame(booster.predict(rows, pred_contrib=True)[:, :-1], columns=frame.columns, index=rows.index)[columns]
    spread = float(own.to_numpy().std())
    assert float((found - own).abs().to_numpy().max()) < 0.35 * spread
    assert float(np.corrcoef(found.to_numpy().ravel(), own.to_numpy().ravel())[0, 1]) > 0.99


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
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["one", "two", RULES])),
)
def test_a_walk_ends_at_the_shown_term_and_its_steps_and_their_parts_meet(expected, parts, bar_of):
    shown = max(float(np.expm1(expected + sum(parts.values()))), 0.0)
    told = walk(expected, parts, bar_of=bar_of, shown=shown)
    assert told.end == pytest.approx(shown, abs=1e-6)
    assert told.start + sum(step.months for step in told.steps) == pytest.approx(told.end, abs=1e-9)
    ends = [told.start, *(step.after for step in told.steps)]
    assert [step.before for step in told.steps] == ends[:-1]
    sizes = [abs(step.log) for step in told.steps if step.name != BOUND]
    assert sizes == sorted(sizes, reverse=True)
    for step in told.steps:
        if step.parts:
            assert sum(part.log for part in step.parts) == pytest.approx(step.log, abs=1e-12)
            assert sum(part.months for part in step.parts) == pytest.approx(step.months, abs=1e-9)
            marks = [step.before, *(part.after for part in step.parts)]
            assert [part.before for part in step.parts] == marks[:-1] and marks[-1] == step.after


def test_what_is_shown_of_a_step_in_percent_can_be_checked_against_its_months_and_multiplies_over_the_walk():
    told = walk(float(np.log1p(8.0)), {"weapon": float(np.log1p(10.0) - np.log1p(8.0)), "group": 0.05})
    first, second = told.steps
    assert (first.before, first.after) == pytest.approx((8.0, 10.0))
    assert first.percent == pytest.approx(0.25)
    assert first.percent > np.expm1(first.log)  # which is a share of 1 + months
    assert (1 + first.percent) * (1 + second.percent) == pytest.approx(told.end / told.start)
    assert walk(0.0, {"weapon": 1.0}).steps[0].percent is None  # of nothing there is no share


def test_parts_against_each_other_stay_visible_though_their_bar_adds_nothing():
    told = walk(2.0, {"amount": 0.4, "tier": -0.4}, bar_of={"amount": "amount_yuan", "tier": "amount_yuan"})
    (step,) = told.steps
    assert step.log == 0.0 and step.months == pytest.approx(0.0, abs=1e-12)
    assert [part.column for part in step.parts] == ["amount", "tier"]


def test_every_column_has_a_bar_and_every_part_a_chinese_name():
    bars = bar_of_columns()
    factors = {column.factor for column in design_columns()} - {None}
    assert set(bars.values()) == factors | {RULES}
    for column, bar in bars.items():
        assert not part_name(column, registry().factors.get(bar)).isascii(), column


def test_the_levels_of_a_category_are_one_column_of_the_factor():
    levels = [column.name for column in design_columns() if column.factor == "vehicle"]
    assert len(levels) > 2
    draw = np.random.default_rng(2)
    chosen = draw.integers(0, len(levels), 800)
    frame = pd.DataFrame({name: (chosen == place).astype(float) for place, name in enumerate(levels)})
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 6, "num_threads": 1, "deterministic": True, "force_row_wise": True,
         "verbosity": -1, "seed": 1},
        lightgbm.Dataset(frame, chosen / 3), 20,
    )  # fmt: skip
    rows = frame.head(30)
    ref = reference(booster, charge_group="危险驾驶罪", design=frame.iloc[100:150], prior=np.zeros(50))
    table = contributions(ref, design=rows, prior=np.zeros(30))
    assert list(table.columns) == ["vehicle", PRIOR]
    assert np.allclose(table["vehicle"] + ref.expected, booster.predict(rows), atol=1e-6)


def test_a_term_cut_at_zero_has_a_last_step_of_its_own():
    told = walk(0.5, {"amount_yuan": -1.0}, shown=0.0)
    assert [step.name for step in told.steps] == ["amount_yuan", BOUND]
    assert told.end == 0.0


def test_no_bound_step_when_the_parts_reach_the_shown_term():
    told = walk(np.log1p(10.0), {"weapon": float(np.log1p(12.0) - np.log1p(10.0))}, shown=12.0)
    assert [step.name for step in told.steps] == ["weapon"]
    assert told.steps[0].months == pytest.approx(2.0)
