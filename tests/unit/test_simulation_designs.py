"""Designs side by side: the parts they learn from, what they are held against, and how they rank."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import TrainingError
from sentencing_ml.liability.evaluate import against_truth
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation import designs
from sentencing_ml.simulation.simulate import simulate_table

SETTINGS = load_settings()
SMALL = SETTINGS.model_copy(
    update={
        "train": SETTINGS.train.model_copy(update={"n_estimators": 80, "learning_rate": 0.1, "num_leaves": 8}),
        "runtime": SETTINGS.runtime.model_copy(update={"threads": 1}),
    }
)


@pytest.fixture(scope="module")
def sample():
    return simulate_table(n=2400, seed=8, confounding=1.0, missed=0.0, charge="抢夺罪")


@pytest.fixture(scope="module")
def compared(sample):
    return designs.compare_designs(*sample, held_out=800, settings=SMALL)


def test_learning_from_declared_terms_lies_far_below_the_truth_and_the_others_do_not(compared):
    bias = {name: entry["bias"] for name, entry in compared["designs"].items()}
    assert bias["omission"] < -0.15
    assert bias["inclusion"] < -0.15
    assert all(abs(bias[name]) < 0.08 for name in ("formula", "neutral", "shipped"))
    assert all(compared["designs"][name]["within_10"] > 0.6 for name in ("formula", "neutral", "shipped"))
    assert compared["designs"]["omission"]["within_10"] < 0.1


def test_no_row_is_on_both_sides_and_no_case_in_two_parts(sample):
    table, _ = sample
    frame = designs._with_parts(table, held_out=800, folds=5)
    assert (frame.groupby("cluster")["part"].nunique() == 1).all()
    assert len(table) - 8 <= len(frame) <= len(table)
    training = frame[frame["part"] == "train"]
    assert sorted(training["fold"].unique()) == [0, 1, 2, 3, 4]
    assert (training.groupby("court")["fold"].nunique() == 1).all()
    assert (frame.loc[frame["part"] != "train", "fold"] == -1).all()


def test_a_design_sees_no_held_out_term(sample, compared):
    table, truth = sample
    hidden = table.assign(term_months=table["term_months"].where(table.index < 1600, 77))
    again = designs.compare_designs(
        hidden, truth, held_out=800, settings=SMALL, designs=("omission", "neutral")
    )
    for name in ("omission", "neutral"):
        assert again["designs"][name]["bias"] == compared["designs"][name]["bias"]


def test_the_truth_is_taken_in_the_courts_there_are():
    truth = pd.DataFrame({"leaning": [np.log(1.1), np.log(0.9), 0.0, 0.0]})
    assert designs.mean_leaning(truth) == pytest.approx(np.exp(0.05**2 / 2))


def test_rows_without_a_figure_are_counted_and_not_measured():
    test = pd.DataFrame({"charge_group": ["盗窃罪", "盗窃罪", "诈骗罪", "诈骗罪"]})
    true = np.array([10.0, 20.0, 10.0, 40.0])
    measured = designs._measured(np.array([11.0, 18.5, np.nan, 30.0]), true, test)
    assert measured["n"] == 3
    assert measured["share_abstained"] == 0.25
    assert measured["bias"] == pytest.approx(59.5 / 70 - 1)
    assert measured["by_charge"]["盗窃罪"] == {
        "n": 2,
        "bias": pytest.approx(29.5 / 30 - 1),
        "mae_months": pytest.approx(1.25),
        "within_10": 1.0,
    }
    assert measured["by_charge"]["诈骗罪"]["bias"] == pytest.approx(-0.25)
    assert measured["mae_months"] == against_truth(np.array([11.0, 18.5, 30.0]), true[[0, 1, 3]])["mae_months"]


def test_too_few_rows_are_told(sample):
    table, truth = sample
    with pytest.raises(TrainingError, match="leave 2 to train on"):
        designs.compare_designs(table[:1002], truth[:1002], held_out=1000, settings=SMALL)
