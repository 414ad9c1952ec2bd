import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.drift import assess_drift
from sentencing_ml.settings import load_settings

SETTINGS = load_settings(Path(__file__).parents[2] / "params.yaml").audit.model_copy(
    update={"attributes": ("gender", "year"), "bootstrap": 200}
)


def dated(n=2000, *, seed=1, moved=0.0, women=0.0):
    """Errors of six years; from the fourth on the expected term is ``moved`` higher, for women ``women`` more."""
    rng = np.random.default_rng(seed)
    year = 2015 + rng.integers(0, 6, n)
    woman = rng.random(n) < 0.4
    declared = 2.5 + rng.normal(0, 0.4, n)
    late = year >= 2018
    expected = declared + rng.normal(0, 0.3, n) + late * (moved + women * woman)
    return pd.DataFrame(
        {
            "court": pd.array([f"法院{code}" for code in rng.integers(0, 40, n)], dtype="string"),
            "cluster": pd.array([f"d{place}" for place in range(n)], dtype="string"),
            "charge_group": pd.array(["盗窃罪"] * n, dtype="string"),
            "judgment_date": pd.array(
                [f"{a}-{b:02d}-15" for a, b in zip(year, rng.integers(1, 13, n), strict=True)], dtype="string"
            ),
            "gender": pd.array(np.where(woman, "女", "男"), dtype="string"),
            "y": np.expm1(declared),
            "expected": np.expm1(expected),
        }
    )


def trained(*dates):
    return pd.Series(dates, dtype="string")


def test_an_error_that_moves_with_time_is_seen_by_year_and_quarter():
    found = assess_drift(dated(moved=np.log(1.2)), trained("2015-01-01", "2017-06-30"), settings=SETTINGS)
    years = {row["period"]: row for row in found["periods"]["year"]}
    assert list(years) == ["2015", "2016", "2017", "2018", "2019", "2020"]
    assert years["2016"]["low"] < 0 < years["2016"]["high"]
    assert years["2019"]["estimate"] == pytest.approx(0.2, abs=0.06)
    assert [row["later"] for row in years.values()] == [False, False, False, True, True, True]
    assert len(found["periods"]["quarter"]) == 24
    assert found["trained"] == {"first": 2015, "last": 2017}
    json.dumps(found, allow_nan=False)


def test_the_change_of_a_group_is_later_less_earlier():
    found = assess_drift(dated(n=4000, women=np.log(1.3)), trained(), settings=SETTINGS)
    changes = {row["group"]: row for row in found["groups"]}
    assert found["cut"].startswith(("2017-1", "2018-0"))
    # a year is a time itself and has no change
    assert {row["attribute"] for row in found["groups"]} == {"gender"}
    assert changes["女"]["estimate"] == pytest.approx(0.3, abs=0.06)
    assert changes["男"]["low"] < 0 < changes["男"]["high"]
    assert changes["女"]["early"] + changes["女"]["late"] < 2000


def test_without_training_dates_nothing_is_called_later():
    found = assess_drift(dated(n=300), trained(), settings=SETTINGS)
    assert {row["later"] for row in found["periods"]["year"]} == {None}


def test_small_periods_are_withheld_and_small_counts_have_no_figure():
    table = dated(n=600)
    table.loc[:4, "judgment_date"] = "2023-05-01"
    table.loc[5:24, "judgment_date"] = "2024-05-01"
    years = {row["period"]: row for row in assess_drift(table, trained(), settings=SETTINGS)["periods"]["year"]}
    assert (years["2023"]["n"], years["2023"]["status"], years["2023"]["estimate"]) == (None, "suppressed", None)
    # the only other small one goes with it, or the total would give it away
    assert years["2024"]["n"] is None


UNUSABLE = [
    (lambda table: table.drop(columns="judgment_date"), "写明判决日期的不足 30 件"),
    (lambda table: table.assign(judgment_date=pd.array([None] * len(table), dtype="string")), "写明判决日期的不足 30 件"),
    (lambda table: table.assign(judgment_date="2020-01-01"), "写明的判决日期都是同一天"),
    (lambda table: table.assign(judgment_date="某年某月"), "写明判决日期的不足 30 件"),
]


@pytest.mark.parametrize(("change", "why"), UNUSABLE, ids=["no column", "unknown", "one day", "no date"])
def test_what_cannot_be_said_is_said(change, why):
    found = assess_drift(change(dated(n=300)), trained(), settings=SETTINGS)
    assert (found["status"], found["why"]) == ("cannot_say", why)


def test_dates_within_one_month_have_no_halves_to_compare():
    table = dated(n=300).assign(judgment_date=[f"2020-03-{day:02d}" for day in np.arange(300) % 28 + 1])
    found = assess_drift(table, trained(), settings=SETTINGS)
    assert found["status"] == "measured"
    assert found["groups"] == []
