"""SHAP of trees against the definition, tried on every mixture of columns, and against the library shap."""

import itertools
import math

import lightgbm
import numpy as np
import pytest
import shap

from sentencing_ml.explanation.tree_shap import read_trees, sample

PARAMS = {
    "objective": "regression", "num_leaves": 12, "num_threads": 1, "deterministic": True, "force_row_wise": True,
    "verbosity": -1, "seed": 1, "min_data_in_leaf": 5, "feature_pre_filter": False,
}  # fmt: skip


def columns(number, *, seed, unknown):
    """Return columns that depend on each other; ``unknown`` is the share of missing values in all but the last."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(number, 5))
    rows[:, 1] += rows[:, 0]
    rows[:, 2] = rows[:, 2].round()  # thresholds are met exactly
    gaps = draw.random(rows.shape) < unknown
    gaps[:, -1] = False
    return np.where(gaps, np.nan, rows)


def trained(rows, *, trees=25, **params):
    known = np.nan_to_num(rows, nan=0.7)
    target = known[:, 0] * known[:, 2] + np.sin(3 * known[:, 1]) + (known[:, 3] > 0) * known[:, 4]
    return lightgbm.train({**PARAMS, **params}, lightgbm.Dataset(rows, target), trees)


def by_definition(booster, row, others):
    """Return the Shapley values of f(S) = mean over ``others`` of the trees, with the columns of S from ``row``."""
    width = len(row)
    value = {}
    for size in range(width + 1):
        for chosen in itertools.combinations(range(width), size):
            mixed = others.copy()
            mixed[:, chosen] = row[list(chosen)]
            value[frozenset(chosen)] = booster.predict(mixed).mean()
    result = np.zeros(width)
    for chosen, before in value.items():
        for column in set(range(width)) - chosen:
            weight = math.factorial(len(chosen)) * math.factorial(width - len(chosen) - 1) / math.factorial(width)
            result[column] += weight * (value[chosen | {column}] - before)
    return result


@pytest.mark.parametrize("unknown", [0.0, 0.3])
def test_the_values_are_those_of_the_definition(unknown):
    rows = columns(600, seed=3, unknown=unknown)
    booster = trained(rows)
    others, cases = rows[:40], rows[100:108].copy()
    cases[0, 4] = np.nan  # never missing in training: LightGBM reads zero
    others[5, 4] = np.nan
    prepared = sample(read_trees(booster), others)
    expected = np.array([by_definition(booster, case, others) for case in cases])
    assert np.abs(expected).max() > 0.3
    assert np.allclose(prepared.values(cases), expected, atol=1e-12)
    assert prepared.expected == pytest.approx(booster.predict(others).mean(), abs=1e-12)


def test_the_values_are_those_of_the_library():
    rows = columns(2000, seed=4, unknown=0.0)
    booster = trained(rows, trees=120, num_leaves=31)
    others, cases = rows[:200], rows[200:500]  # more cases than are explained at once
    masker = shap.maskers.Independent(others, max_samples=len(others))
    library = shap.TreeExplainer(booster, masker, feature_perturbation="interventional", model_output="raw")
    values = sample(read_trees(booster), others).values(cases)
    assert np.allclose(values, library.shap_values(cases, check_additivity=False), atol=1e-6)
    assert np.allclose(values.sum(axis=1) + booster.predict(others).mean(), booster.predict(cases), atol=1e-12)


def test_equal_rows_of_the_sample_count_each():
    rows = columns(400, seed=5, unknown=0.2)
    booster = trained(rows)
    trees = read_trees(booster)
    thrice = sample(trees, np.vstack([rows[:1], rows[:1], rows[:1], rows[1:2]]))
    apart = [sample(trees, rows[place : place + 1]).values(rows[9:12]) for place in (0, 1)]
    assert np.allclose(thrice.values(rows[9:12]), 0.75 * apart[0] + 0.25 * apart[1], atol=1e-12)


def test_a_tree_without_a_split_adds_to_the_mean_alone():
    rows = columns(200, seed=6, unknown=0.0)
    booster = lightgbm.train({**PARAMS, "min_data_in_leaf": 150}, lightgbm.Dataset(rows, rows[:, 0] + 3.0), 2)
    prepared = sample(read_trees(booster), rows[:10])
    assert prepared.expected == pytest.approx(booster.predict(rows[:1])[0])
    assert not prepared.values(rows[:3]).any()


def test_no_case_gives_no_values():
    rows = columns(200, seed=7, unknown=0.0)
    assert sample(read_trees(trained(rows)), rows[:10]).values(rows[:0]).shape == (0, 5)


def test_splits_that_would_be_read_otherwise_are_refused():
    rows = columns(600, seed=8, unknown=0.0)
    grouped = rows.copy()
    grouped[:, 2] = np.abs(rows[:, 2])
    target = (grouped[:, 2] == 1).astype(float)
    by_category = lightgbm.train(PARAMS, lightgbm.Dataset(grouped, target, categorical_feature=[2]), 5)
    with pytest.raises(ValueError, match="a split of the kind =="):
        read_trees(by_category)
    with pytest.raises(ValueError, match="missing Zero"):
        read_trees(trained(np.where(rows > 1, 0.0, rows), zero_as_missing=True))
