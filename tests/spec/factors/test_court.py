"""The case itself: the procedure by which it was heard."""

import pytest
from texts import reading, values

from sentencing_ml.factors import court

PROCEDURE = [
    ("本院适用速裁程序，公开开庭审理了本案。", "速裁", "fast track"),
    ("本院适用简易程序，组成合议庭审理了本案。", "简易", "summary, though by a panel"),
    ("本院适用简易程序，后因不宜适用简易程序，转为普通程序审理。", "普通", "switched: the last one"),
    ("本院依法组成合议庭，公开开庭审理了本案。", "普通", "a panel and nothing else"),
    ("本院依法实行独任审判。", None, "a single judge alone does not tell"),
]


@pytest.mark.parametrize(("text", "value", "reason"), PROCEDURE, ids=[row[2] for row in PROCEDURE])
def test_procedure(text, value, reason):
    assert values(court.procedure(reading(procedure=text))).get("procedure") == value, reason
