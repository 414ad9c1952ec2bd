"""The design matrix: which columns exist, how values become numbers, and what is learned of charges."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import BundleError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.design import (
    CHARGE_COLUMN,
    RULE_COLUMNS,
    Encoder,
    design_columns,
    fact_matrix,
    fit_encoder,
    fit_levels,
    offender_columns,
    offender_matrix,
)


def test_every_column_derives_from_a_model_input_or_from_the_charge():
    inputs = {factor.name for factor in registry().model_inputs()}
    for column in design_columns():
        assert column.factor in inputs or column.name in (*RULE_COLUMNS, CHARGE_COLUMN), column
    assert {column.factor for column in design_columns()} - {None} == inputs


def test_no_column_of_the_design_is_one_of_the_offender():
    assert not {column.name for column in design_columns()} & {column.name for column in offender_columns()}


def test_signs_are_those_of_the_registry():
    signs = {column.name: column.monotone for column in design_columns()}
    assert signs["amount_yuan"] == 1
    assert signs["victim_fault"] == -1
    assert signs["stage"] == -1
    assert signs["pickpocketing"] == 0
    assert {column.name: column.monotone for column in offender_columns()}["recidivist"] == 1
    assert {column.name: column.monotone for column in offender_columns()}["stage_中止"] == -1


@pytest.mark.parametrize(
    ("row", "column", "expected", "reason"),
    [
        ({"amount_yuan": 3000.0}, "amount_yuan", 3000.0, "amounts stand as they are"),
        ({}, "amount_yuan", np.nan, "unknown is not zero"),
        ({"burglary": True}, "burglary", 1.0, "true"),
        ({"burglary": False}, "burglary", 0.0, "false"),
        ({}, "burglary", np.nan, "unknown is not false"),
        ({"deaths": 2}, "deaths", 2.0, "a count"),
        ({"role": "从犯"}, "role", 1.0, "the order of the law"),
        ({"role": "胁从犯"}, "role", 2.0, "the order of the law"),
        ({"stage": "未遂"}, "stage", 1.0, "the first level that lightens"),
        ({"stage": "预备"}, "stage", 2.0, "中止 between them is no level of the model"),
        ({"stage": "中止"}, "stage", 0.0, "a mixed level reads as the neutral one"),
        ({}, "stage", np.nan, "unknown"),
        ({"drug_type": "海洛因"}, "drug_type_海洛因", 1.0, "one column a level without legal order"),
        ({"drug_type": "海洛因"}, "drug_type_大麻", 0.0, "the other levels are false"),
        ({}, "drug_type_大麻", np.nan, "an unknown drug is not another drug"),
    ],
)
def test_values(row, column, expected, reason):
    value = fact_matrix(factor_frame([row]))[column].iloc[0]
    assert value == expected or (np.isnan(value) and np.isnan(expected)), reason


def test_offender_matrix_keeps_the_three_values():
    frame = factor_frame([{"surrender": True}, {"surrender": False}, {}, {"stage": "中止"}, {"stage": "既遂"}])
    matrix = offender_matrix(frame)
    assert matrix["surrender"].iloc[:2].tolist() == [1.0, 0.0]
    assert np.isnan(matrix["surrender"].iloc[2])
    assert matrix["stage_中止"].iloc[3:].tolist() == [1.0, 0.0]


def test_matrices_are_floats_in_a_fixed_order():
    frame = factor_frame([{"amount_yuan": 1.0}])
    assert set(fact_matrix(frame).dtypes) == {np.dtype("float64")}
    assert list(offender_matrix(frame).columns) == [column.name for column in offender_columns()]


def test_levels_shrink_a_rare_charge_more():
    charge = pd.Series(["often"] * 400 + ["seldom"] * 2 + ["other"] * 400)
    noise = np.random.default_rng(1).normal(0, 0.5, len(charge))
    target = np.where(charge == "often", 0.3, np.where(charge == "seldom", 0.3, -0.3)) + noise - noise.mean()
    target[400:402] = 0.3
    levels = fit_levels(charge, target)
    assert levels["often"] == pytest.approx(0.3, abs=0.06)
    assert 0 < levels["seldom"] < levels["often"]


def track(prior: list[float | None]) -> pd.DataFrame:
    columns = {name: pd.array([None] * len(prior), dtype="Float64") for name in RULE_COLUMNS}
    return pd.DataFrame({**columns, "rule_prior": pd.array(prior, dtype="Float64")})


def test_a_charge_without_cases_gets_the_prior_of_its_law():
    encoder = fit_encoder(track([1.0, 1.0, 3.0, 3.0]), pd.Series(["a", "a", "b", "b"]), np.array([1.5, 1.5, 2.5, 2.5]), prior_share=1.0)
    assert encoder.slope == pytest.approx(0.5)
    assert encoder.prior(track([5.0, None])).tolist() == pytest.approx([3.5, 2.0])


def test_the_slope_of_the_prior_stays_between_nothing_and_the_law():
    charge = pd.Series(["a", "b"])
    assert fit_encoder(track([1.0, 2.0]), charge, np.array([1.0, 9.0]), prior_share=1.0).slope == 1.0
    assert fit_encoder(track([1.0, 2.0]), charge, np.array([1.0, 9.0]), prior_share=0.3).slope == 0.3
    assert fit_encoder(track([1.0, 2.0]), charge, np.array([9.0, 1.0]), prior_share=1.0).slope == 0.0


def test_an_unseen_charge_has_no_level():
    encoder = Encoder(intercept=0.0, slope=0.0, missing=0.0, levels={"a": 0.2})
    frame = factor_frame([{"charge_group": "a"}, {"charge_group": "b"}, {}])
    design = encoder.transform(fact_matrix(frame), track([None] * 3), frame["charge_group"])
    assert design[CHARGE_COLUMN].iloc[0] == 0.2
    assert design[CHARGE_COLUMN].iloc[1:].isna().all()
    assert list(design.columns) == [column.name for column in design_columns()]


def test_an_encoder_survives_its_file_and_refuses_another_registry():
    encoder = Encoder(intercept=0.1, slope=0.2, missing=0.3, levels={"盗窃罪": 0.4})
    content = encoder.as_dict()
    assert Encoder.from_dict(content) == encoder
    content["columns"][0]["name"] = "another"
    with pytest.raises(BundleError, match="trained on other columns than the registry of this version has"):
        Encoder.from_dict(content)
