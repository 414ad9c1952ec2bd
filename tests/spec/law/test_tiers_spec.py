"""Tiers found from facts, against tables that a lawyer can read; every row gives its reason and its source."""

from pathlib import Path

import pytest
import yaml

from sentencing_ml.law.tiers import find_tiers

FILES = sorted(Path(__file__).parent.glob("tiers_*.yaml"))


def cases():
    for path in FILES:
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(row, id=f"{path.stem.removeprefix('tiers_')}: {row['name']}")


@pytest.mark.parametrize("row", list(cases()))
def test_tiers(row):
    assert row["why"] and row["source"]
    finding = find_tiers(
        row["charge"],
        row["facts"],
        offence_date=str(row["offence_date"]) if row.get("offence_date") else None,
        trial_date=row.get("trial_date"),
        province=row.get("province"),
    )
    if "problem" in row:
        assert [problem.id for problem in finding.problems] == row["problem"]
        return
    assert [tier.id for tier in finding.possible] == row["tiers"]
    assert finding.law == row.get("law", finding.law)
