"""Which factor the columns of the law belong to in a walk, by the law data alone."""

import pytest

from sentencing_ml.explanation.attribution import PRIOR
from sentencing_ml.explanation.law_bars import law_bars, position
from sentencing_ml.law.statutes import charge_law
from sentencing_ml.liability.rules import count_track

WHOLE = {"standing", "statute_low", "statute_high", PRIOR}
TOLD = {
    "incident_count": 1, "deaths": 0, "serious_injuries": 0, "minor_injuries": 0, "slight_injuries": 0, "burglary": False,
    "pickpocketing": False, "weapon": False, "repeated": False, "group": False,
}  # fmt: skip
"""What a record tells by silence: a fact that is not known might add to the starting point too."""

CASES = [
    ("盗窃罪", {"amount_yuan": 8000.0}, dict.fromkeys(WHOLE, "amount_yuan"), "the amount alone opens the tier"),
    ("盗窃罪", {"amount_yuan": 2000.0}, dict.fromkeys(WHOLE, "amount_yuan"), "whether it reaches the first threshold is for the province, not for another fact"),
    ("盗窃罪", {"amount_yuan": 8000.0, "burglary": True}, {"standing": "amount_yuan"}, "two facts hold the tier, each enough"),
    ("盗窃罪", {"amount_yuan": 300.0, "pickpocketing": True}, {"standing": "amount_yuan", "statute_low": "pickpocketing", "statute_high": "pickpocketing", PRIOR: "pickpocketing"}, "the kind of theft opens the tier, not the amount"),
    ("盗窃罪", {"amount_yuan": 8000.0, "role": "从犯"}, {"standing": "amount_yuan", "statute_low": "amount_yuan", "statute_high": "amount_yuan"}, "the starting point is moved by the role, so the prior is not the amount's"),
    ("盗窃罪", {}, {"standing": "amount_yuan"}, "nothing decides the tier; the ladder measures one fact, unknown here"),
    ("抢劫罪", {"burglary": True}, {"standing": "amount_yuan", "statute_low": "burglary", "statute_high": "burglary"}, "a fact that is no measure decides as well; what is not known of the amount may add"),
    ("抢劫罪", {}, {"standing": "amount_yuan"}, "the basic tier needs no ground"),
    ("故意伤害罪", {"injury_grade": "轻伤二级", "minor_injuries": 1}, {"statute_low": "injury_grade", "statute_high": "injury_grade", PRIOR: "injury_grade"}, "the number of persons tells the same as the grade"),
    ("走私、贩卖、运输、制造毒品罪", {"drug_grams": 20.0, "drug_type": "海洛因"}, {"standing": "drug_grams", "statute_low": "drug_grams", "statute_high": "drug_grams"}, "the kind of drug says how the weight is read"),
    ("强奸罪", {}, {}, "no threshold and no ground that holds"),
    ("没有这个罪", {"amount_yuan": 1.0}, {}, "a charge without law data"),
]  # fmt: skip


@pytest.mark.parametrize(("charge", "facts", "expected", "reason"), CASES, ids=[row[3] for row in CASES])
def test_the_columns_of_the_law_belong_to_the_fact_that_decides_them(charge, facts, expected, reason):
    record = {"charge_group": charge, "offence_date": "2019-05-01", **TOLD, **facts}
    track = count_track(record) if charge_law(charge) else None
    assert law_bars(record, track) == expected, reason


def test_without_a_charge_or_a_track_nothing_is_joined():
    assert law_bars({"charge_group": None, "amount_yuan": 9.0}, None) == {}


def test_a_fact_stands_on_the_ladder_by_itself():
    law = charge_law("盗窃罪")
    record = {"charge_group": "盗窃罪", "offence_date": "2019-05-01", "province": "河南省"}
    assert position(law, record, "amount_yuan") is None
    low, high = (position(law, {**record, "amount_yuan": value}, "amount_yuan") for value in (3000.0, 30000.0))
    assert 1 < low < high
