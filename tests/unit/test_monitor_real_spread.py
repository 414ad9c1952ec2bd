"""Aggregates of judgments beside the advice: planted spreads and rounding are found again."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.monitor.certificate.real_spread import heaping, measured


def _table(n_judges: int, documents: int, *, between: float, within: float) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    judge = np.repeat(np.arange(n_judges), documents)
    advice = rng.uniform(8, 60, len(judge))
    r = rng.normal(0, between, n_judges)[judge] + rng.normal(0, within, len(judge))
    return pd.DataFrame(
        {
            "doc_id": np.arange(len(judge)).astype(str), "court": "甲法院", "judge": judge.astype(str),
            "charge_group": "盗窃罪", "y": np.round(advice * np.exp(r)), "neutral": np.log1p(advice * np.exp(r)),
            "advice": advice, "low": advice / 2, "high": advice * 2,
        }
    )  # fmt: skip


def test_planted_spread_between_judges_is_found() -> None:
    found = measured(_table(300, 4, between=0.2, within=0.35))["between"]
    assert found["judges"] == 300
    assert found["judgments"] == 1200
    assert found["sd"] == pytest.approx(0.2, abs=0.03)
    assert found["within"] == pytest.approx(0.35, abs=0.02)


def test_the_accused_of_one_judgment_count_once() -> None:
    table = _table(40, 3, between=0.2, within=0.3)
    twice = pd.concat([table, table], ignore_index=True)
    assert measured(twice)["between"] == pytest.approx(measured(table)["between"])


def test_few_judgments_give_no_figures() -> None:
    found = measured(_table(2, 5, between=0.2, within=0.3))
    assert found["between"] is None
    assert found["size"] is None
    assert found["caseload"]["other"] == {"n": 10, "months": None}
    assert all(band["six"] is None for band in found["heaping"])


def test_half_of_the_logarithm_of_the_interval() -> None:
    assert measured(_table(20, 3, between=0.1, within=0.2))["half_width"]["values"] == pytest.approx([np.log(2)] * 3)


def test_evenly_written_months_are_not_rounded() -> None:
    months = pd.Series(np.random.default_rng(7).integers(12, 24, 60000).astype(float))
    band = next(each for each in heaping(months) if each["from"] == 12)
    assert band["six"] == pytest.approx(0, abs=0.015)
    assert band["twelve"] == pytest.approx(0, abs=0.015)


def test_planted_rounding_is_found() -> None:
    rng = np.random.default_rng(8)
    even = rng.integers(12, 24, 40000)
    draw = rng.random(len(even))
    months = np.where(draw < 0.3, 12, np.where(draw < 0.5, rng.choice([12, 18], len(even)), even))
    band = next(each for each in heaping(pd.Series(months, dtype=float)) if each["from"] == 12)
    assert band["twelve"] == pytest.approx(0.3, abs=0.02)
    assert band["six"] == pytest.approx(0.2, abs=0.02)
