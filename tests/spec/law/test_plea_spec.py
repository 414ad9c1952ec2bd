"""The rules on 认罪认罚 against a table that a lawyer can read; every row gives its reason."""

from pathlib import Path

import pytest
import yaml

from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.plea import plea_checks, plea_rules

ROWS = yaml.safe_load(Path(__file__).with_name("plea.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{number}: {row['why']}") for number, row in enumerate(ROWS, start=1)]
)
def test_plea(row):
    assert set(row["facts"]) <= set(vocabulary())
    found = next(check for check in plea_checks(row["facts"], on=row.get("on")) if check.id == row["check"])
    assert (found.answer, found.value) == (row["answer"], row.get("value")), found.reason
    assert found.article and found.source and found.problems == ()
    assert row.get("told", "") in found.reason
    if "needs" in row:
        assert row["needs"] in found.needs
        assert vocabulary()[row["needs"]].zh in found.reason


def test_every_check_has_a_row():
    assert {rule.entry.id for rule in plea_rules().rules} == {row["check"] for row in ROWS}
