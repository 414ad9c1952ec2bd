"""The estimators as scikit-learn has them: parameters, clones, repeatability, and what bad input is told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from sentencing_ml.errors import TrainingError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.boosting import TermRegressor, group_folds
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.liability_term import LiabilityRegressor
from sentencing_ml.liability.neutral import ALL, NeutralLabel, charge_means
from sentencing_ml.liability.rows import prepare

SMALL = {"n_estimators": 20, "learning_rate": 0.2, "min_child_samples": 5}


def small() -> LiabilityRegressor:
    return LiabilityRegressor(
        neutral=NeutralLabel(declared=TermRegressor(offender=True, **SMALL), formula_below=50),
        student=TermRegressor(**SMALL),
    )


def table(n: int = 240, *, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    """Thefts and injuries of which confession takes a fifth; the last third are records that tell what was found."""
    draw = np.random.default_rng(seed)
    flags = [factor.name for factor in registry().offender() if factor.type == "boolean"]
    rows, months = [], []
    for number in range(n):
        theft, confessed = number % 2 == 0, draw.random() < 0.6
        record = number >= 2 * n // 3
        amount = float(np.exp(8 + draw.normal()))
        offender = dict.fromkeys(flags, None if record else False) | {"confession": True if confessed else None}
        if not record:
            offender["confession"] = confessed
        rows.append({
            "row_id": f"{number:04d}/0/0", "doc_id": f"{number:04d}", "cluster": f"{number:04d}",
            "doc_kind": "fact_record" if record else "judgment", "court": f"court {number % 12}",
            "charge_group": "盗窃罪" if theft else "故意伤害罪",
            "amount_yuan": amount if theft else None, "minor_injuries": None if theft else 1, **offender,
        })  # fmt: skip
        term = (4 + amount / 1500 if theft else 14.0) * (0.8 if confessed else 1.0) * np.exp(draw.normal(0, 0.05))
        months.append(max(1.0, round(term)))
    return factor_frame(rows), np.array(months)


with warnings.catch_warnings():
    # its checks on arrays of numbers do not apply, and it warns so: a factor table is read by the names of its columns
    warnings.simplefilter("ignore", SkipTestWarning)
    checks = parametrize_with_checks([TermRegressor(), NeutralLabel(), LiabilityRegressor()])


@checks
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def fitted():
    frame, months = table()
    return frame, months, small().fit(frame, months, groups=frame["court"])


def test_a_clone_is_unfitted_and_fits_the_same(fitted):
    frame, months, model = fitted
    again = clone(model)
    assert not hasattr(again, "student_")
    again.fit(frame, months, groups=frame["court"])
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))


def test_nested_parameters_are_set_by_their_path():
    model = small().set_params(student__num_leaves=7, neutral__declared__given=0.2)
    assert (model.student.num_leaves, model.neutral.declared.given) == (7, 0.2)


def test_neither_the_order_of_the_rows_nor_other_rows_change_a_prediction(fitted):
    frame, _, model = fitted
    whole = model.predict(frame)
    order = np.random.default_rng(1).permutation(len(frame))
    np.testing.assert_array_equal(model.predict(frame.iloc[order]), whole[order])
    np.testing.assert_array_equal(model.predict(frame.iloc[[5]]), whole[[5]])


def test_the_columns_that_are_read_are_those_of_the_offence_the_law_and_nobody_else(fitted):
    _, _, model = fitted
    inputs = {factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())}
    assert set(model.feature_names_in_) == inputs | {"charge_group", "judgment_date"}
    assert model.student_.booster_.feature_name() == [column.name for column in design_columns()]


def test_the_liability_term_lies_above_declared_terms_and_the_expected_term_on_them(fitted):
    frame, months, model = fitted
    judged = (frame["doc_kind"] == "judgment").to_numpy()
    assert model.predict(frame)[judged].sum() / months[judged].sum() == pytest.approx(1 / 0.88, abs=0.05)
    assert model.predict_expected(frame)[judged].sum() / months[judged].sum() == pytest.approx(1.0, abs=0.03)


def test_a_record_that_tells_little_is_not_taken_for_an_offender_without_factors(fitted):
    frame, months, model = fitted
    record = (frame["doc_kind"] == "fact_record").to_numpy()
    quiet = record & frame["confession"].isna().to_numpy()
    told = record & ~frame["confession"].isna().to_numpy()
    raised = np.exp(model.neutral_.labels_) / (1 + months)
    # together they are the usual offenders of the judgments; what a record tells moves it about that
    assert np.log(raised[record]).mean() == pytest.approx(np.log(raised[~record]).mean(), abs=0.02)
    assert 1.0 < np.median(raised[quiet]) < np.median(raised[told]) < 1.35


def test_folds_keep_groups_together_and_one_group_is_a_fold_of_all():
    groups = np.array(["a", "b", "a", "c", "b", "d"])
    for others, inside in group_folds(groups):
        assert not set(groups[others]) & set(groups[inside])
    [(others, inside)] = group_folds(np.array(["a", "a"]))
    assert others.tolist() == inside.tolist() == [0, 1]


def test_means_of_charges_are_drawn_to_that_of_all():
    charge = pd.Series(["a"] * 3 + ["b"], dtype="string")
    means = charge_means(charge, np.array([1.0, 1.0, 1.0, 5.0]), pseudo_cases=1.0)
    # overall 2; a: (3 + 2) / 4, b: (5 + 2) / 2
    assert means == {ALL: 2.0, "a": 1.25, "b": 3.5}
    assert charge_means(charge[:0], np.array([]), pseudo_cases=1.0) == {ALL: 0.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame, months: (frame.drop(columns=["amount_yuan"]), months), "lacks 1 column(s) of a factor table: amount_yuan"),
        (lambda frame, months: (frame.to_numpy(dtype=object), months), "a factor table is needed"),
        (lambda frame, months: (frame, months * np.nan), "240 of 240 term(s) are no positive finite number of months"),
        (lambda frame, months: (frame, np.where(months > 5, np.inf, months)), "are no positive finite number of months"),
        (lambda frame, months: (frame, np.where(months > 5, 0.0, months)), "are no positive finite number of months"),
        (lambda frame, months: (frame, np.full(len(months), 12.0)), "all training rows state the same term"),
        (lambda frame, months: (frame, months[:-1]), "240 row(s) and 239 term(s) do not match"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_from_is_told(change, message):
    with pytest.raises(TrainingError) as caught:
        TermRegressor(**SMALL).fit(*change(*table()))
    assert message in str(caught.value)


def test_one_charge_alone_can_be_fitted():
    frame, months = table()
    theft = (frame["charge_group"] == "盗窃罪").to_numpy()
    model = small().fit(frame[theft], months[theft])
    assert np.isfinite(model.predict(frame[theft])).all()


def test_a_charge_unseen_in_training_leans_on_the_law(fitted):
    frame, _, model = fitted
    other = frame.head(1).assign(charge_group=pd.array(["抢夺罪"], dtype="string"))
    level = model.student_.encoder_.transform(*(lambda r: (r.facts, r.track, r.charge))(prepare(other)))["charge_level"]
    assert level.isna().all() and np.isfinite(model.predict(other)).all()
