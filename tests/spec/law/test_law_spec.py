"""The law package against tables that a lawyer can read; every row gives its reason."""

import math
from pathlib import Path

import pytest
import yaml

from sentencing_ml.law.arithmetic import neutral_factor
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.combination import combine
from sentencing_ml.law.places import province_of
from sentencing_ml.law.statutes import Range, starting_range, statutory_range


def cases(name):
    rows = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(row, id=f"{number}: {row['why']}") for number, row in enumerate(rows, start=1)]


@pytest.mark.parametrize("row", cases("charge_names"))
def test_charge_names(row):
    assert canonical(row["written"]) == row["charge"]


@pytest.mark.parametrize("row", cases("statutes"))
def test_statutes(row):
    expected = None
    if row["statute"] is not None:
        low, high, above = row["statute"]
        expected = (low, high, above)
    found = statutory_range(row["charge"], on=row["on"], tier=row.get("tier"))
    assert (found and (found.low, found.high, above_of(found))) == expected
    start = starting_range(row["charge"], on=row["on"], tier=row.get("tier"))
    assert (start and [start.low, start.high]) == row["starting"]


def above_of(found: Range) -> str | None:
    return "death" if found.death else "life" if found.life else None


@pytest.mark.parametrize("row", cases("combination"))
def test_combination(row):
    assert list(combine(row["terms"], row["kinds"], on=row.get("on"))) == row["executed"]


@pytest.mark.parametrize("row", cases("backout"))
def test_backout(row):
    found = neutral_factor(liability=row["liability"], prevention=row["prevention"], ratios=row.get("ratios"))
    assert math.isclose(found, row["value"], rel_tol=1e-8)


@pytest.mark.parametrize("row", cases("places"))
def test_places(row):
    assert province_of(row["court"], row["number"]) == row["province"]
