"""Weights of training rows, and the search of hyper-parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import SettingsError
from sentencing_ml.liability.train import balanced_weights
from sentencing_ml.settings import load_settings


def rows(cluster: list, court: list, source: list) -> pd.DataFrame:
    return pd.DataFrame({"cluster": cluster, "court": court, "source": source}, dtype="string")


def test_forty_defendants_of_one_judgment_weigh_more_than_one_and_less_than_forty():
    frame = rows(["a"] * 4 + ["b"], [None] * 5, ["s"] * 5)
    weight = balanced_weights(frame, court_share=0.1, source_share=0.5)
    assert weight[:4].sum() / weight[4] == pytest.approx(2.0)
    assert weight.mean() == pytest.approx(1.0)


def test_no_court_and_no_source_holds_more_than_its_share():
    n = 200
    court = ["big"] * 100 + [f"court {number}" for number in range(100)]
    source = ["x"] * 150 + ["y"] * 30 + ["z"] * 20
    frame = rows([str(number) for number in range(n)], court, source)
    courts = balanced_weights(frame, court_share=0.1, source_share=0.99)
    assert courts[:100].sum() / courts.sum() == pytest.approx(0.1)
    sources = balanced_weights(frame, court_share=0.99, source_share=0.5)
    assert sources[:150].sum() / sources.sum() == pytest.approx(0.5)


def test_too_few_courts_or_sources_are_left_as_they_are():
    frame = rows(list("abcd"), ["one"] * 4, ["s"] * 4)
    np.testing.assert_array_equal(balanced_weights(frame, court_share=0.1, source_share=0.5), np.ones(4))


def test_an_unknown_court_is_no_court():
    frame = rows([str(number) for number in range(100)], [None] * 80 + [f"c{number}" for number in range(20)], ["s"] * 100)
    np.testing.assert_allclose(balanced_weights(frame, court_share=0.1, source_share=0.5), 1.0)


def test_a_search_over_an_unknown_setting_is_refused(tmp_path):
    params = Path("params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(params.replace("    num_leaves: [", "    leaves: ["), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "params.yaml")
    assert "search.grid: value error, leaves: no setting of train" in str(caught.value)
