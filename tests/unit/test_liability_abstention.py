"""When no figure is given, and the sentence that says why."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.abstention import ChargeSupport, Support, decide, fit_support
from sentencing_ml.liability.design import fact_matrix

SUPPORT = Support(
    similar_min=20,
    charges={
        "盗窃罪": ChargeSupport(n=120, median_months=9.0, largest={"amount_yuan": 200_000.0, "deaths": 0.0}),
        "抢夺罪": ChargeSupport(n=7, median_months=14.0, largest={}),
    },
)


@pytest.mark.parametrize(
    ("row", "status", "reason"),
    [
        ({"charge_group": "盗窃罪", "amount_yuan": 5000.0}, "advised", "本罪名训练样本 120 件，事实在训练范围之内。"),
        ({"charge_group": "盗窃罪"}, "advised", "本罪名训练样本 120 件，事实在训练范围之内。"),
        (
            {"charge_group": "盗窃罪", "amount_yuan": 300_000.0},
            "advised",
            "本罪名训练样本 120 件，事实在训练范围之内。",
        ),
        (
            {"charge_group": "盗窃罪", "amount_yuan": 300_001.0},
            "out_of_scope",
            "“犯罪数额”为 300,001元，超出本罪名训练样本的最大值（200,000元）过多，"
            "不给出实证数值；请看法定刑幅度和理论量刑。",
        ),
        (
            {"charge_group": "盗窃罪", "deaths": 1},
            "out_of_scope",
            "“死亡人数”为 1人，超出本罪名训练样本的最大值（0人）过多，不给出实证数值；请看法定刑幅度和理论量刑。",
        ),
        (
            {"charge_group": "抢夺罪"},
            "thin_data",
            "训练数据中“抢夺罪”只有 7 件（少于 20 件），不给出实证数值；请看法定刑幅度和理论量刑。",
        ),
        (
            {"charge_group": "放火罪"},
            "thin_data",
            "训练数据中没有“放火罪”的案件，不给出实证数值；请看法定刑幅度和理论量刑。",
        ),
        (
            {"charge_group": "盗窃罪", "amount_yuan": 5000.0, "legal_entity": True},
            "out_of_scope",
            "被告单位只能判处罚金（刑法31），本系统只估计自然人的刑罚，不给出数值。",
        ),
        (
            {"charge_group": "盗窃罪", "amount_yuan": 5000.0, "legal_entity": False},
            "advised",
            "本罪名训练样本 120 件，事实在训练范围之内。",
        ),
        ({}, "out_of_scope", "罪名未能识别或不在本系统的罪名表中，不给出实证数值。"),
    ],
)
def test_status_and_reason(row, status, reason):
    decision = decide(factor_frame([row]), SUPPORT).iloc[0]
    assert (decision["status"], decision["reason"]) == (status, reason)


def test_a_fact_that_no_training_case_states_does_not_silence_the_model():
    assert decide(factor_frame([{"charge_group": "盗窃罪", "drug_grams": 5.0}]), SUPPORT)["status"].iloc[0] == "advised"


def test_support_describes_each_charge():
    frame = factor_frame(
        [
            {"charge_group": "盗窃罪", "amount_yuan": 3000.0},
            {"charge_group": "盗窃罪", "amount_yuan": 9000.0},
            {"charge_group": "盗窃罪"},
            {"charge_group": "故意伤害罪", "minor_injuries": 1},
        ]
    )
    support = fit_support(fact_matrix(frame), frame["charge_group"], np.array([6.0, 9.0, 30.0, 14.0]), similar_min=2)
    assert support.charges["盗窃罪"] == ChargeSupport(n=3, median_months=9.0, largest={"amount_yuan": 9000.0})
    assert support.charges["故意伤害罪"].largest == {"minor_injuries": 1.0}
    assert Support.from_dict(support.as_dict()) == support


def test_the_decision_keeps_the_index():
    frame = factor_frame([{"charge_group": "盗窃罪"}, {}]).set_index(pd.Index([7, 3]))
    assert list(decide(frame, SUPPORT).index) == [7, 3]
