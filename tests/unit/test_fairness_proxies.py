"""Proxies: a planted one is found, chance is not, and every figure holds against a hand-made or independent one."""

import json
from pathlib import Path
from types import SimpleNamespace

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.comparable import comparable
from sentencing_ml.fairness.proxies import (
    LAW,
    assess_proxies,
    auc_within,
    carrying,
    decisive,
    described,
    encoded,
    permuted,
    predicted,
)
from sentencing_ml.liability.design import design_columns
from sentencing_ml.settings import AuditSettings, load_settings


def options(**given) -> AuditSettings:
    plain = load_settings(Path(__file__).parents[2] / "params.yaml").audit
    return plain.model_copy(update={"attributes": ("gender",), "bootstrap": 200, **given})


def cases(n=900, *, seed=1, courts=30, share=0.3, told=0.0, heavier=0.0, column="weapon"):
    """Counts of two charges; ``column`` equals being a woman in the share ``told`` of the rows, else a coin.

    The advice is heavier for women by the log ratio ``heavier`` that no law explains.
    """
    rng = np.random.default_rng(seed)
    court, woman = rng.integers(0, courts, n), rng.random(n) < share
    charge = np.where(rng.random(n) < 0.5, "盗窃罪", "诈骗罪")
    amount = np.exp(rng.normal(9.5, 1.0, n))
    frame = factor_frame(
        [
            {
                "row_id": f"r{k}",
                "cluster": f"d{k}",
                "charge": charge[k],
                "charge_group": charge[k],
                "court": f"法院{court[k]}",
                "province": "河南省",
                "offence_date": "2022-03-01",
                "judgment_date": "2022-09-01",
                "amount_yuan": float(amount[k]),
                "gender": "女" if woman[k] else "男",
            }
            for k in range(n)
        ]
    )
    logged = 2.5 + 0.3 * np.log(amount / 1e4) + heavier * woman + rng.normal(0, 0.1, n)
    table = frame.assign(advice=np.expm1(logged))
    names = [entry.name for entry in design_columns()]
    design = pd.DataFrame(np.nan, index=table.index, columns=names)
    design["amount_yuan"] = amount
    for name in ("role_主犯", "burglary", "incident_count"):
        if name in design:
            design[name] = rng.integers(0, 2, n).astype(float)
    equal = rng.random(n) < told
    design[column] = np.where(equal, woman, rng.random(n) < 0.5).astype(float)
    return table, design, woman


@pytest.fixture(scope="module")
def model():
    """Stand-in with the one thing that is read of a model: the gains of its trees, all of them on the amount."""
    table, design, _ = cases(400)
    data = lightgbm.Dataset(design, label=np.log1p(table["advice"].to_numpy()))
    booster = lightgbm.train({"verbosity": -1, "num_threads": 1, "num_leaves": 4}, data, 5)
    return SimpleNamespace(student=SimpleNamespace(booster_=booster))


def run(model, n=900, *, settings=None, **given):
    table, design, _ = cases(n, **given)
    return assess_proxies(table, design, model=model, settings=settings or options(), threads=1)


def group(section, name="女", attribute="gender"):
    return next(row for row in section["attributes"][attribute]["groups"] if row["group"] == name)


def test_a_planted_proxy_is_the_first_feature_and_its_removal_brings_the_prediction_down_to_chance(model):
    section = run(model, told=0.8)
    figure, features = group(section)["inputs"], section["attributes"]["gender"]["features"]
    assert figure["estimate"] > 0.8
    assert figure["worth_looking"]
    assert features[0]["factor"] == "weapon"
    assert features[0]["zh"] == registry().factors["weapon"].zh
    assert features[0]["drop"] > 0.25
    assert features[0]["without"] == pytest.approx(0.5, abs=0.08)
    assert features[0]["group"] == "女"


def test_a_column_of_another_name_than_the_design_is_not_read(model):
    table, design, woman = cases(told=0.0)
    settings = options()
    plain = assess_proxies(table, design, model=model, settings=settings, threads=1)
    more = assess_proxies(table, design.assign(leak=woman.astype(float)), model=model, settings=settings, threads=1)
    assert more == plain


def test_what_carries_a_prediction_stands_with_its_lawful_ground(model):
    feature = run(model, told=0.8)["attributes"]["gender"]["features"][0]
    factor = registry().factors["weapon"]
    assert feature["article"] == factor.article
    assert feature["ground"] == factor.ground
    assert feature["shown_as"] == factor.factor_class.shown_as
    assert 0 <= feature["gain"] <= 1


@pytest.mark.parametrize(
    ("name", "expected", "reason"),
    [
        ("amount_yuan", True, "opens the tiers of theft and fraud"),
        ("drug_grams", True, "opens the tiers of drug offences"),
        ("minor_defendant", True, "has a ratio in the guideline"),
        ("stage", True, "its levels have ratios"),
        ("vehicle", False, "no tier, threshold, increment or ratio reads it"),
        (LAW, True, "is the law itself"),
    ],
)
def test_a_factor_that_law_makes_count_is_decisive(name, expected, reason):
    assert decisive(name) is expected, reason
    assert described(name)["decisive"] is expected


def test_the_score_tells_a_group_whose_advice_no_law_explains(model):
    section = run(model, heavier=0.1)
    figure = group(section)["score"]
    assert figure["estimate"] > 0.6  # members are advised more
    assert figure["low"] > 0.53
    assert figure["within_target"] is False
    assert figure["worth_looking"]
    assert section["summary"]["beyond_target"] == 1


def test_a_score_that_tells_nothing_is_in_its_null_band_and_within_the_target_with_enough_cases(model):
    figure = group(run(model, 4000, courts=80))["score"]
    assert figure["null_low"] < figure["estimate"] < figure["null_high"]
    assert figure["within_target"] is True
    assert figure["low"] <= figure["estimate"] <= figure["high"]


def test_chance_is_flagged_no_more_often_than_its_level():
    """Pure noise: the p values of inputs are uniform enough, and the band holds what it should."""
    rng = np.random.default_rng(4)
    table, design, _ = cases(700)
    inputs = encoded(design)
    charge = pd.factorize(table["charge_group"])[0]
    court = pd.factorize(table["court"])[0]
    small = []
    for _ in range(120):
        member = (rng.random(700) < 0.25)[:, None]
        said = predicted(inputs, member, charge, court, candidates=0)
        held, asked = member[said.asked, 0], said.asked
        auc = auc_within(said.scores[None][:, 0], held, charge[asked])
        above, spread = permuted(auc.pull, held, np.unique(court * 10 + charge, return_inverse=True)[1][asked])
        small.append(above / spread > 1.645)
    assert np.mean(small) <= 0.11  # 5 % and three standard errors of 120 draws


def test_the_auc_of_one_stratum_is_the_usual_one():
    rng = np.random.default_rng(0)
    score, member = rng.normal(size=200).round(1), rng.random(200) < 0.3
    found = auc_within(score, member, np.zeros(200, dtype=int))
    assert found.value == pytest.approx(roc_auc_score(member, score))


def test_strata_are_compared_within_and_weigh_by_their_members():
    # stratum 0: members above all others (2 × 2 pairs); stratum 1: below (1 × 2); stratum 2 has no other row
    score = np.array([3.0, 4.0, 1.0, 2.0, 10.0, 11.0, 12.0, 99.0])
    member = np.array([1, 1, 0, 0, 1, 0, 0, 1], dtype=bool)
    stratum = np.array([0, 0, 0, 0, 1, 1, 1, 2])
    found = auc_within(score, member, stratum)
    weights = np.array([2 * 2 / 4, 1 * 2 / 3])
    assert found.value == pytest.approx(weights[0] / weights.sum())
    assert np.isnan(found.influence[-1])
    known = ~np.isnan(found.influence)
    mean = [found.influence[known & side].mean() for side in (member, ~member)]
    assert mean[0] - mean[1] == pytest.approx(found.value - 0.5)


def test_the_closed_form_of_permutations_is_what_drawing_them_gives():
    rng = np.random.default_rng(3)
    score, stratum = rng.normal(size=240), rng.integers(0, 3, 240)
    cell = stratum * 8 + rng.integers(0, 8, 240)
    member = rng.random(240) < 0.2 + 0.4 * (cell % 2)  # cells differ in their share of members
    found = auc_within(score, member, stratum)
    above, spread = permuted(found.pull, member, cell)
    drawn = []
    for _ in range(800):
        order = np.lexsort((rng.random(240), cell))
        moved = np.empty(240, dtype=bool)
        moved[np.argsort(cell, kind="stable")] = member[order]
        drawn.append(auc_within(score, moved, stratum).value)
    assert found.value - above == pytest.approx(np.mean(drawn), abs=4 * spread / np.sqrt(800))
    assert spread == pytest.approx(np.std(drawn), rel=0.08)


def test_the_interval_covers_the_truth_when_courts_share_what_they_do(model):
    """Every court has its own mean score; an interval by rows would be far too narrow."""
    from sentencing_ml.fairness import bootstrap

    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        court = np.repeat(np.arange(40), 12)
        share = rng.uniform(0.1, 0.9, 40)  # of members, unrelated to the court's mean
        member = rng.random(480) < share[court]
        score = rng.normal(0, 1, 40)[court] + rng.normal(0, 1, 480)
        found = auc_within(score, member, np.zeros(480, dtype=int))
        sums = bootstrap.mean_sums(found.influence[:, None], member[:, None], ~member[:, None], court)
        known = bootstrap.infer(sums, margin=0.03, level=0.95, replicates=0, rng=rng)
        held += known.low[0] <= 0 <= known.high[0]
    assert held / 60 >= 0.87  # 95 % less three standard errors of 60 draws
    rows = np.sqrt(1 / 12 * (1 / 240 + 1 / 240))
    assert known.se[0] > 1.5 * rows


def test_a_region_whose_courts_have_one_group_alone_gets_its_band_from_the_courts(model):
    table, design, _ = cases(900)
    place = table["court"].str[2:].astype(int)
    table["province"] = np.array(["河南省", "上海市", "四川省"])[place % 3]
    section = assess_proxies(table, design, model=model, settings=options(attributes=("region",)), threads=1)
    rows = section["attributes"]["region"]["groups"]
    assert {row["inputs"]["null"] for row in rows} == {"clusters"}
    assert all(row["inputs"]["null_low"] < 0.5 < row["inputs"]["null_high"] for row in rows)


def test_two_runs_are_the_same_and_hold_nothing_that_json_lacks(model):
    first, second = run(model, told=0.3), run(model, told=0.3)
    assert json.dumps(first, allow_nan=False, ensure_ascii=False) == json.dumps(second, allow_nan=False, ensure_ascii=False)


def test_more_rows_than_are_needed_are_sampled_and_the_section_says_so(model, monkeypatch):
    monkeypatch.setattr("sentencing_ml.fairness.proxies.MAX_ROWS", 500)
    section = run(model, told=0.8)
    assert section["rows"] == {"used": 500, "of": 900}
    table, _, woman = cases()
    assert group(section)["n"] == woman.sum()  # the count of the audit, not of the sample
    assert section["attributes"]["gender"]["features"][0]["factor"] == "weapon"


def change(table, **columns):
    return table.assign(**{name: pd.Series(value, index=table.index, dtype="string") for name, value in columns.items()})


@pytest.mark.parametrize(
    ("columns", "attribute", "words"),
    [
        ({"gender": None}, "gender", "全部未知"),
        ({"gender": "男"}, "gender", "只有一个已知的组"),
        ({}, "no_such_attribute", "不存在"),
        ({}, "ethnicity", "全部未知"),
    ],
)
def test_what_cannot_be_compared_is_said_and_not_measured(model, columns, attribute, words):
    table, design, _ = cases(300)
    settings = options(attributes=(attribute,))
    section = assess_proxies(change(table, **columns), design, model=model, settings=settings, threads=1)
    assert section["status"] == "cannot_say"
    found = section["attributes"][attribute]
    assert found["status"] == "cannot_say"
    assert words in found["why"]
    json.dumps(section, allow_nan=False)


def test_a_single_court_cannot_be_predicted_from_others(model):
    table, design, _ = cases(300)
    section = assess_proxies(change(table, court="甲法院"), design, model=model, settings=options(), threads=1)
    assert section["status"] == "cannot_say"
    assert "一个法院" in section["why"]
    assert section["summary"]["tests"] == 0


def test_fewer_rows_than_groups_and_a_design_without_a_value_are_no_error(model):
    table, design, _ = cases(12)
    section = assess_proxies(table, design * np.nan, model=model, settings=options(), threads=1)
    assert section["status"] == "cannot_say"
    table, design, _ = cases(300)
    section = assess_proxies(table, design * np.nan, model=model, settings=options(), threads=1)
    assert group(section)["inputs"] is None or group(section)["inputs"]["estimate"] == pytest.approx(0.5)
    json.dumps(section, allow_nan=False)


def test_small_groups_are_counted_withheld_or_left_without_a_remark(model):
    table, design, _ = cases(600, told=0.8)
    woman = np.arange(600) < 20
    table["gender"] = np.where(woman, "女", "男")
    rows = comparable(table, "gender", settings=options()).listed
    assert {row["group"]: row["status"] for row in rows} == {"男": "no_verdict", "女": "count_only"}
    table["gender"] = np.where(np.arange(600) < 60, "女", "男")
    section = assess_proxies(table, design, model=model, settings=options(), threads=1)
    assert group(section)["status"] == "no_verdict"
    assert group(section)["inputs"]["q"] is None
    assert not group(section)["inputs"]["worth_looking"]


def test_removing_a_measure_takes_what_the_law_makes_of_it_along():
    rng = np.random.default_rng(0)
    table, design, woman = cases(800)
    # the amount and its standing both tell the group: either alone would hide the other
    design["amount_yuan"] = np.exp(9 + 2.0 * woman + rng.normal(0, 0.3, 800))
    design["standing"] = np.log(design["amount_yuan"]) / 9
    charge, court = pd.factorize(table["charge_group"])[0], pd.factorize(table["court"])[0]
    said = predicted(encoded(design), woman[:, None], charge, court, candidates=9)
    rows = {row["factor"]: row for row in carrying(said, woman[:, None], charge)}
    assert rows["amount_yuan"]["without"] < 0.65
    assert rows["amount_yuan"]["drop"] > 0.3
