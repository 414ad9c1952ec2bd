"""A small world whose liability terms are known, for tests that change the facts of a case."""

import numpy as np

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.split import assign
from sentencing_ml.liability.train import fit, with_parts
from sentencing_ml.settings import load_settings

PARAMS = load_settings()
OPTIONS = PARAMS.model_copy(
    update={
        "train": PARAMS.train.model_copy(
            update={"n_estimators": 80, "learning_rate": 0.15, "formula_below": 100, "num_leaves": 12}
        ),
        "explain": PARAMS.explain.model_copy(update={"background": 60}),
        "runtime": PARAMS.runtime.model_copy(update={"threads": 1}),
    }
)
QUIET = {
    "incident_count": 1, "deaths": 0, "serious_injuries": 0, "minor_injuries": 0, "slight_injuries": 0, "burglary": False,
    "pickpocketing": False, "weapon": False, "repeated": False, "group": False, "stage": "既遂", "victim_fault": False,
    "excessive_defence": False, "minor_defendant": False, "limited_capacity": False, "vulnerable_victim": False,
    "organised_crime": False, "legal_entity": False,
}  # fmt: skip
KEYS = {
    "defendant_index": 0, "count_index": 0, "doc_kind": "judgment", "status": "found", "charge_source": "verdict", "counts": 1,
}  # fmt: skip
GRADES = {"轻伤二级": 10.0, "轻伤一级": 16.0, "重伤二级": 42.0}


def case(charge, number=0, **facts):
    """A row of the factor table, of one count of one defendant, with nothing but ``facts`` to tell."""
    row = {**KEYS, "row_id": f"d{number}/0/0", "doc_id": f"d{number}", "cluster": f"c{number}", "charge": charge}
    return {**row, "charge_group": charge, "offence_date": "2019-05-01", "province": "河南省", **QUIET, **facts}


def table(*cases):
    return factor_frame(list(cases))


def model():
    """Return the model: the term of a theft grows with the amount and by a half with entry, of an injury with its grade.

    从犯 takes off 40 %.
    """
    draw = np.random.default_rng(4)
    rows = []
    for number in range(1200):
        theft = draw.random() < 0.6
        role = draw.choice(["从犯", "主犯", ""], p=[0.15, 0.15, 0.7])
        facts = {"group": bool(role), "role": role or None}
        if theft:
            facts |= {"amount_yuan": round(float(np.exp(draw.normal(9, 1.3))), 2), "burglary": bool(draw.random() < 0.2)}
            base = 4 + 7 * np.log1p(facts["amount_yuan"] / 3000)
            base *= 1.5 if facts["burglary"] else 1.0
        else:
            grade = draw.choice(list(GRADES), p=[0.5, 0.3, 0.2])
            count = "serious_injuries" if grade.startswith("重") else "minor_injuries"
            facts |= {"injury_grade": grade, count: 1}
            base = GRADES[grade]
        base *= 0.6 if role == "从犯" else 1.0
        months = max(1.0, float(round(base * np.exp(draw.normal(0, 0.05)))))
        offender = {factor.name: False for factor in registry().offender() if factor.type == "boolean"}
        rows.append(
            {**case("盗窃罪" if theft else "故意伤害罪", number, **facts), **offender,
             "court": f"court {number % 30}", "penalty": "有期徒刑", "term_months": months}
        )  # fmt: skip
    frame = factor_frame(rows)
    return fit(with_parts(frame, assign(frame, settings=OPTIONS.split)), settings=OPTIONS)[0]
