"""Which groups the exploratory sections compare, and what they show of the others."""

from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.comparable import comparable, settled
from sentencing_ml.settings import load_settings

OPTIONS = load_settings(Path(__file__).parents[2] / "params.yaml").audit


def table(**counsel):
    """A count a row, so many of each counsel; None is unknown."""
    values = [None if name == "unknown" else name for name, n in counsel.items() for _ in range(n)]
    return factor_frame([{"row_id": f"r{k}", "charge_group": "盗窃罪", "counsel": value} for k, value in enumerate(values)])


def test_groups_are_listed_by_size_with_what_may_be_shown_of_them():
    found = comparable(table(委托=300, 无=120, 法律援助=50, 值班律师=20), "counsel", settings=OPTIONS)
    assert [(row["group"], row["n"], row["status"]) for row in found.listed] == [
        ("委托", 300, "shown"), ("无", 120, "shown"), ("法律援助", 50, "no_verdict"), ("值班律师", 20, "count_only"),
    ]  # fmt: skip
    assert found.tested == ("委托", "无", "法律援助")
    assert found.why is None


def test_a_withheld_group_shows_no_count_and_is_not_tested():
    found = comparable(table(委托=300, 无=120, 法律援助=4, 值班律师=5), "counsel", settings=OPTIONS)
    assert {row["group"] for row in found.listed if row["n"] is None} >= {"法律援助", "值班律师"}
    assert not {"法律援助", "值班律师"} & set(found.tested)


def test_what_is_unknown_is_counted_and_not_compared():
    found = comparable(table(委托=200, 无=100, unknown=150), "counsel", settings=OPTIONS)
    assert found.unknown == 150
    assert {name for name in found.label if name is not None} == {"委托", "无"}
    # of two known groups the smaller stands for both
    assert found.tested == ("无",)


def test_groups_that_a_sample_leaves_too_small_are_no_longer_tested_and_keep_their_counts():
    found = comparable(table(委托=300, 无=120, 法律援助=40), "counsel", settings=OPTIONS)
    places = np.arange(0, 460, 3)
    drawn = found.sampled(places)
    assert drawn.tested == ("委托", "无")
    assert drawn.listed == found.listed
    assert len(drawn.label) == len(places)
    assert found.sampled(np.arange(20)).why


def test_a_name_that_is_no_attribute_is_said():
    found = comparable(pd.DataFrame({"row_id": ["a"]}), "nobody", settings=OPTIONS)
    assert "nobody" in found.why
    assert found.listed == ()


def test_numbers_are_settled_to_nine_digits_and_nothing_else_is_touched():
    content = {"p": 1 / 3, "n": 12, "rows": [{"ok": True, "why": None, "low": np.float64(2e-13) / 3}], "zh": "无"}
    assert settled(content) == {
        "p": 0.333333333, "n": 12, "rows": [{"ok": True, "why": None, "low": 6.66666667e-14}], "zh": "无",
    }  # fmt: skip
    assert settled(content)["rows"][0]["ok"] is True
