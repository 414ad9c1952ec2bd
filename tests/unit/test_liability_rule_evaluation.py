"""The comparison of rule track and courts, on counts whose tier and interval are known by hand."""

import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law.statutes import tiers
from sentencing_ml.liability.rule_evaluation import CAUSES, evaluate_rules, holds

FACTS = {
    "doc_kind": "judgment", "charge_group": "盗窃罪", "charge": "盗窃罪", "counts": 1, "province": "安徽省", "burglary": False,
    "weapon": False, "repeated": False, "pickpocketing": False, "incident_count": 1, "offence_date": "2016-03-01",
    "judgment_date": "2016-09-01", "stage": "既遂", "deaths": 0, "serious_injuries": 0, "minor_injuries": 0, "slight_injuries": 0,
}  # fmt: skip


def report(*rows):
    frame = factor_frame(
        [{**FACTS, "row_id": f"d{number}/0/0", "doc_id": f"d{number}", **row} for number, row in enumerate(rows)]
    )
    return evaluate_rules(frame)


def test_a_sentence_inside_its_tier_and_interval():
    # 8,000 yuan in 安徽 is 数额较大: three years at most; the guideline starts at a year and the amount adds to it.
    found = report({"amount_yuan": 8000.0, "penalty": "有期徒刑", "term_months": 10.0})
    assert (found["tiers"]["n"], found["tiers"]["contained"], found["tiers"]["decided"]) == (1, 1.0, 1.0)
    assert (found["interval"]["inside"], found["interval"]["inside_with_share"]) == (1.0, 1.0)
    assert found["tiers"]["causes"] == found["interval"]["causes"] == {}


@pytest.mark.parametrize(
    ("row", "part", "cause"),
    [
        ({"amount_yuan": 90_000.0, "penalty": "有期徒刑", "term_months": 20.0}, "tiers", "lighter"),
        ({"charge_group": "危险驾驶罪", "penalty": "有期徒刑", "term_months": 20.0}, "tiers", "beyond"),
        ({"amount_yuan": 8000.0, "penalty": "有期徒刑", "term_months": 60.0}, "tiers", "open"),
        ({"amount_yuan": 2000.0, "penalty": "有期徒刑", "term_months": 30.0}, "interval", "above"),
        ({"amount_yuan": 90_000.0, "penalty": "有期徒刑", "term_months": 20.0}, "interval", "below"),
        (
            {"charge_group": "非法拘禁罪", "charge": "非法拘禁罪", "penalty": "有期徒刑", "term_months": 34.0},
            "interval",
            "untold",
        ),
    ],
)
def test_a_miss_is_told_by_its_cause(row, part, cause):
    assert report(row)[part]["causes"] == {cause: 1}
    assert cause in CAUSES


def test_a_ground_for_mitigation_leaves_the_tier_out_of_the_count():
    found = report({"amount_yuan": 90_000.0, "penalty": "有期徒刑", "term_months": 20.0, "surrender": True})
    assert found["tiers"]["n"] == 0 and found["tiers"]["contained"] is None
    assert found["interval"]["n"] == 1


def test_the_courts_own_word_is_compared_and_moves_nothing():
    rows = [
        {"amount_yuan": 8000.0, "penalty": "有期徒刑", "term_months": 10.0, "amount_tier": word}
        for word in ("数额较大", "数额巨大", None)
    ]
    found = report(*rows)
    if found["words"]["n"]:
        assert found["words"] == {"n": 2, "borne": 0.5}
    assert found["tiers"]["contained"] == found["tiers"]["decided"] == 1.0


def test_a_charge_without_law_is_counted_apart():
    found = report(
        {"charge_group": "不存在的罪", "charge": "不存在的罪", "penalty": "有期徒刑", "term_months": 10.0},
        {"amount_yuan": 8000.0, "penalty": "拘役", "term_months": 4.0},
    )
    assert (found["n"], found["n_without_law"]) == (2, 1)
    assert evaluate_rules(factor_frame([])) is None


@pytest.mark.parametrize(
    ("kind", "months", "tier", "answer", "reason"),
    [
        ("有期徒刑", 36.0, 0, True, "以下 includes the number"),
        ("有期徒刑", 36.5, 0, False, "above the most"),
        ("拘役", 3.0, 0, True, "the first tier knows 拘役"),
        ("拘役", 3.0, 1, False, "the second does not"),
        ("管制", 12.0, 0, True, "the first tier knows 管制"),
        ("单处罚金", None, 0, True, "并处或者单处"),
        ("单处罚金", None, 1, False, "并处 alone"),
        ("无期徒刑", None, 2, True, "the third goes to life"),
        ("死刑", None, 2, False, "theft knows no death since 2011"),
        ("有期徒刑", None, 0, False, "no term is told"),
    ],
)
def test_what_a_tier_holds(kind, months, tier, answer, reason):
    assert holds(tiers("盗窃罪")[tier], kind, months) is answer, reason
