"""What can be done about a disparity: measured on students of the package's own, the shipped model left as it was."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness import mitigation
from sentencing_ml.fairness.groups import groups
from sentencing_ml.fairness.mitigation import MOST_WEIGHT, STEPS, balanced, compare_mitigations, weight_grid
from sentencing_ml.fairness.proxies import decisive
from sentencing_ml.liability.boosting import TermRegressor, to_text
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.split import split
from sentencing_ml.liability.train import Training, fit
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate
from sentencing_ml.storage import read_table, write_table


@pytest.fixture(scope="module")
def settings():
    """Settings of the project on one thread, with a small booster, a short bootstrap and one attribute."""
    plain = load_settings(Path(__file__).parents[2] / "params.yaml")
    return plain.model_copy(
        update={
            "simulation": plain.simulation.model_copy(update={"judgments": 450}),
            "train": plain.train.model_copy(update={"n_estimators": 15, "similar_min": 10}),
            "audit": plain.audit.model_copy(update={"bootstrap": 200, "attributes": ("gender",)}),
            "runtime": plain.runtime.model_copy(update={"threads": 1}),
        }
    )


@pytest.fixture(scope="module")
def frame(settings, tmp_path_factory):
    """A simulated factor table with part, fold and cluster, in which women drive one kind of vehicle."""
    folder = tmp_path_factory.mktemp("mitigation")
    table = simulate(settings=settings.simulation).factors
    rng = np.random.default_rng(1)
    woman = rng.random(len(table)) < 0.35
    table["gender"] = pd.Series(np.where(woman, "女", "男"), index=table.index, dtype="string")
    told = woman == (rng.random(len(table)) < 0.85)
    vehicle = pd.Series(np.where(told, "小型汽车", "货车"), index=table.index, dtype="string")
    table["vehicle"] = vehicle
    write_table(folder / "factors.parquet", table)
    split(factors=folder / "factors.parquet", split=folder / "split.parquet", settings=settings)
    parts = read_table(folder / "split.parquet")[["row_id", "cluster", "part", "fold"]]
    table = table.drop(columns="cluster").merge(parts, on="row_id", validate="one_to_one")
    return table.sort_values("row_id", ignore_index=True)


@pytest.fixture(scope="module")
def model(frame, settings):
    """The shipped model."""
    return fit(frame, settings=settings)[0]


@pytest.fixture(scope="module")
def section(frame, model, settings):
    """The section of the mitigations."""
    return compare_mitigations(frame, model, settings=settings, threads=1)


def candidate(section, name):
    return next(entry for entry in section["candidates"] if entry["name"] == name)


def test_nothing_is_applied_the_shipped_model_is_the_same_before_and_after(frame, model, settings, section, tmp_path):
    model.save(tmp_path / "before")
    text = to_text(model.student.booster_)
    again = compare_mitigations(frame, model, settings=settings, threads=1)
    assert to_text(model.student.booster_) == text
    model.save(tmp_path / "after")
    for path in sorted((tmp_path / "before").iterdir()):
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes(), path.name
    # and the comparison is the same every time
    assert json.dumps(again, allow_nan=False) == json.dumps(section, allow_nan=False)


def test_the_student_trained_as_is_is_the_shipped_one_and_the_others_are_not(section):
    assert section["status"] == "measured"
    assert section["same_as_shipped"] is True
    names = [entry["name"] for entry in section["candidates"]]
    assert names == ["as_is", "without_proxy", "reweighted", "bounded_group_loss"]
    figures = {entry["name"]: entry["accuracy"]["mae_months"]["value"] for entry in section["candidates"]}
    assert len(set(figures.values())) == 4


def test_the_proxy_that_is_left_out_is_one_that_law_does_not_make_count(section, frame, model, settings):
    found = candidate(section, "without_proxy")
    assert found["removed"]["factor"] == "vehicle"
    assert not found["removed"]["decisive"]
    assert found["removed"]["zh"] == "驾驶车辆类型"
    assert all(decisive(row["factor"]) for row in found["passed_over"])
    assert found["removed"]["drop"] > 0.2


def test_where_law_makes_every_proxy_count_none_is_left_out(frame, model, settings):
    plain = frame.assign(vehicle=pd.Series(pd.NA, index=frame.index, dtype="string"))
    plain["weapon"] = (frame["gender"] == "女").astype("boolean")
    found = candidate(compare_mitigations(plain, model, settings=settings, threads=1), "without_proxy")
    assert found["status"] == "not_possible"
    assert "不得去除" in found["why"]
    assert found["passed_over"][0]["factor"] == "weapon"
    assert found["accuracy"] is None
    assert found["groups"] == []
    assert "未能比较" in found["reading"]


def test_every_measure_is_compared_on_the_same_counts_with_intervals(section):
    for entry in section["candidates"]:
        assert entry["accuracy"]["n"] == section["rows"]["test"]
        mae = entry["accuracy"]["mae_months"]
        assert mae["low"] < mae["value"] < mae["high"]
        assert (entry["change"] is None) == (entry["name"] == "as_is")
        woman = next(row for row in entry["groups"] if row["group"] == "女")
        assert woman["amplification"]["low"] < woman["amplification"]["estimate"] < woman["amplification"]["high"]
        assert entry["disparity"]["error"]["group"] == "女"
        assert entry["reading"]
    changes = [entry["change"]["mae_months"]["value"] for entry in section["candidates"][1:]]
    base, *others = (entry["accuracy"]["mae_months"]["value"] for entry in section["candidates"])
    assert changes == pytest.approx([other - base for other in others])


def test_the_gap_that_a_measure_moves_is_the_difference_of_the_two_amplifications(section):
    base = candidate(section, "as_is")["groups"]
    for entry in section["candidates"][1:]:
        for before, after in zip(base, entry["groups"], strict=True):
            if after["gap_change"]:
                moved = np.log1p(after["error"]["estimate"]) - np.log1p(before["error"]["estimate"])
                assert np.log1p(after["gap_change"]["estimate"]) == pytest.approx(moved, abs=0.02)


def test_the_question_of_law_is_put_and_drawing_lots_is_refused(section):
    assert candidate(section, "as_is")["law"] is None
    for name in ("without_proxy", "reweighted", "bounded_group_loss"):
        assert "刑法" in candidate(section, name)["law"]
    refused = {entry["name"]: entry["why"] for entry in section["refused"]}
    assert {"ExponentiatedGradient", "ThresholdOptimizer"} <= set(refused)
    assert "同案同判" in refused["ExponentiatedGradient"]


def test_without_the_folds_of_the_split_students_are_compared_all_the_same(frame, model, settings):
    section = compare_mitigations(frame.drop(columns="fold"), model, settings=settings, threads=1)
    assert section["status"] == "measured"
    assert section["same_as_shipped"] is False  # other folds make other labels


def test_groups_weigh_the_same_in_a_cell_that_keeps_its_weight():
    group = np.array(["a", "a", "a", "b", "a", "未知"], dtype=object)
    cell = np.array([0, 0, 0, 0, 1, 0])
    weight = np.array([1.0, 1.0, 2.0, 1.0, 3.0, 7.0])
    found = balanced(group, cell, weight, unknown="未知")
    # the cell weighs 5, so each group 2.5; a cell of one group and a row of unknown group stay
    assert found == pytest.approx([0.625, 0.625, 1.25, 2.5, 3.0, 7.0])


def test_no_case_gets_more_than_its_most_weight():
    group = np.array(["a"] * 99 + ["b"], dtype=object)
    found = balanced(group, np.zeros(100, dtype=int), np.ones(100), unknown="未知")
    assert found[-1] == pytest.approx(MOST_WEIGHT)
    assert found[:-1] == pytest.approx(np.full(99, (100 - MOST_WEIGHT) / 99))


def test_the_grid_starts_from_the_data_and_gives_each_known_group_more():
    group = pd.Series(["a"] * 6 + ["b"] * 3 + [groups().unknown])
    grid = weight_grid(group)
    assert grid.shape == (3, 1 + 2 * len(STEPS))
    np.testing.assert_allclose(grid.sum(), 1.0)
    assert grid[0].to_dict() == pytest.approx({"a": 0.6, "b": 0.3, groups().unknown: 0.1})
    heaviest = grid[2 * len(STEPS)]
    assert heaviest["b"] == pytest.approx(0.3 * (1 - STEPS[-1]) + STEPS[-1])
    assert heaviest["a"] == pytest.approx(0.6 * (1 - STEPS[-1]))


def test_the_bounded_group_loss_lowers_the_loss_of_the_worst_group_where_trees_must_choose():
    """One split is all the learner has: the many are told by the weapon, the few by breaking in."""
    rng = np.random.default_rng(0)
    n = 1200
    few = rng.random(n) < 0.2
    weapon, burglary = rng.random(n) < 0.5, rng.random(n) < 0.5
    label = 2.5 + np.where(few, 1.2 * burglary, 0.8 * weapon) + rng.normal(0, 0.05, n)
    frame = factor_frame(
        [
            {"row_id": f"r{k}", "charge": "盗窃罪", "charge_group": "盗窃罪", "weapon": bool(weapon[k]), "burglary": bool(burglary[k])}
            for k in range(n)
        ]
    )
    rows = prepare(frame, dated=True)
    student = TermRegressor(n_estimators=1, num_leaves=2, learning_rate=0.9, colsample=1.0, subsample=1.0, prior_share=0.0)
    plain = student.fit(rows, np.expm1(label))
    training = Training(
        frame=frame, rows=rows, months=np.expm1(label), fold=np.arange(n) % 5, weight=np.ones(n)
    )
    term = type("Term", (), {"student_": plain, "neutral_": type("Neutral", (), {"labels_": label})()})()
    material = type("Material", (), {"training": training, "term": term, "group": np.where(few, "少", "多").astype(object)})()
    bounded = mitigation._bounded(material)

    def worst(model):
        loss = (label - model.predict_log(rows)) ** 2
        return max(loss[few].mean(), loss[~few].mean())

    assert worst(bounded) < 0.8 * worst(plain)


@pytest.mark.parametrize(
    ("change", "gap", "expected", "reason"),
    [
        ({"estimate": -0.02, "low": -0.03, "high": -0.01}, 0.05, True, "against a gap above 0"),
        ({"estimate": 0.02, "low": 0.01, "high": 0.03}, 0.05, False, "with it"),
        ({"estimate": 0.02, "low": 0.01, "high": 0.03}, -0.05, True, "against a gap below 0"),
        ({"estimate": 0.02, "low": -0.01, "high": 0.05}, 0.05, None, "not certain"),
        ({"estimate": 0.02, "low": None, "high": None}, 0.05, None, "no interval"),
        (None, 0.05, None, "not measured"),
    ],
)
def test_a_measure_helps_only_where_the_change_is_certain_and_goes_against_the_gap(change, gap, expected, reason):
    assert mitigation._against(change, gap) is expected, reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gender": None}, "nobody's group is known"),
        ({"gender": "女"}, "one group"),
        ({"court": "甲法院", "fold": 0}, "one court"),
        ({"part": "train"}, "no test part"),
        ({"term_months": 12.0}, "equal terms"),
    ],
)
def test_what_cannot_be_compared_is_said(frame, model, settings, change, reason):
    changed = frame.copy()
    for name, value in change.items():
        changed[name] = pd.Series([pd.NA if value is None else value] * len(frame), index=frame.index).astype(frame[name].dtype)
    section = compare_mitigations(changed, model, settings=settings, threads=1)
    assert section["status"] == "cannot_say", reason
    assert section["why"]
    assert section["candidates"] == []
    json.dumps(section, allow_nan=False)


def test_an_attribute_that_does_not_exist_or_is_not_protected_is_not_chosen(frame, model, settings):
    chosen = settings.audit.model_copy(update={"attributes": ("no_such", "procedure", "custody")})
    section = compare_mitigations(frame, model, settings=settings.model_copy(update={"audit": chosen}), threads=1)
    assert section["status"] == "cannot_say"


def test_rows_that_are_blind_read_nothing_of_the_factor(frame):
    rows = prepare(frame.head(50), dated=True)
    blind = mitigation._blind(rows, ("weapon",))
    assert blind.facts["weapon"].isna().all()
    assert blind.track is rows.track
    pd.testing.assert_frame_equal(blind.facts.drop(columns="weapon"), rows.facts.drop(columns="weapon"))
