"""Probabilities of the kinds of penalty."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from sentencing_ml.liability.sanction import SanctionKinds, fit_kinds, fit_temperature
from sentencing_ml.settings import load_settings

OPTIONS = load_settings().train.model_copy(update={"n_estimators": 30})


def sample(n: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """A number that decides between 拘役 and 有期徒刑, in nine of ten cases."""
    generator = np.random.default_rng(seed)
    value = generator.uniform(0, 1, n)
    heavy = np.where(generator.uniform(0, 1, n) < 0.9, value > 0.5, value <= 0.5)
    return pd.DataFrame({"value": value}), pd.Series(np.where(heavy, "有期徒刑", "拘役"), dtype="string")


def test_probabilities_sum_to_one_and_follow_the_facts():
    kinds = fit_kinds(*sample(600, 1), groups=np.arange(600) % 5, settings=OPTIONS, threads=1)
    table = kinds.probabilities(pd.DataFrame({"value": [0.1, 0.9]}, index=[5, 6]), threads=1)
    assert table.sum(axis=1).to_numpy() == pytest.approx([1.0, 1.0])
    assert table.loc[5, "拘役"] > 0.75
    assert table.loc[6, "有期徒刑"] > 0.75


def test_a_rare_kind_keeps_its_base_rate():
    design, kind = sample(400, 1)
    kind[:4] = "免予刑事处罚"
    kinds = fit_kinds(design, kind, groups=np.arange(len(kind)) % 5, settings=OPTIONS, threads=1)
    assert kinds.kinds == ("拘役", "有期徒刑")
    assert kinds.rare == {"免予刑事处罚": pytest.approx(0.01)}
    table = kinds.probabilities(design.head(3), threads=1)
    assert table["免予刑事处罚"].to_numpy() == pytest.approx(np.full(3, 0.01))
    assert table.sum(axis=1).to_numpy() == pytest.approx(np.ones(3))


def test_a_single_kind_is_certain():
    design, _ = sample(50, 1)
    only = pd.Series(["有期徒刑"] * 50, dtype="string")
    kinds = fit_kinds(design, only, groups=np.arange(50) % 5, settings=OPTIONS, threads=1)
    assert kinds.booster is None
    assert (kinds.probabilities(design, threads=1)["有期徒刑"] == 1.0).all()
    assert SanctionKinds.from_parts(kinds.as_dict(), kinds.text()) == kinds


def test_the_temperature_cools_scores_that_are_too_sure():
    generator = np.random.default_rng(4)
    scores = generator.normal(0, 1, (4000, 3))
    label = np.array([generator.choice(3, p=row) for row in softmax(scores, axis=1)])
    assert fit_temperature(scores, label) == pytest.approx(1.0, abs=0.12)
    assert fit_temperature(3 * scores, label) == pytest.approx(3.0, abs=0.35)


def test_a_file_gives_the_same_probabilities():
    design, kind = sample(400, 1)
    kinds = fit_kinds(design, kind, groups=np.arange(len(kind)) % 5, settings=OPTIONS, threads=1)
    again = SanctionKinds.from_parts(kinds.as_dict(), kinds.text())
    pd.testing.assert_frame_equal(kinds.probabilities(design, threads=1), again.probabilities(design, threads=2))
