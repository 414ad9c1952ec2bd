import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.overrides import LEAST_JUDGES, assess_overrides, within
from sentencing_ml.settings import load_settings

ROOT = Path(__file__).parents[2]
SETTINGS = load_settings(ROOT / "params.yaml").audit.model_copy(
    update={"attributes": ("gender", "counsel"), "bootstrap": 300}
)


def corpus(n=3000, *, seed, effect=0.0, judges=50, follows=8.0):
    """Entries beside a factor table: judges who lean up see more women, and women are advised more.

    ``effect`` is what judges add for women; ``follows`` how strongly who is judged follows the judge's own leaning.
    """
    rng = np.random.default_rng(seed)
    judge = rng.integers(0, judges, n)
    leaning = rng.normal(0, 0.1, judges)
    woman = rng.random(n) < 1 / (1 + np.exp(1 - follows * leaning[judge]))
    charge = rng.choice(["盗窃罪", "诈骗罪", "故意伤害罪"], n)
    advised = np.exp(rng.normal(2.5, 0.7, n) + 0.3 * (charge == "诈骗罪") + 0.2 * woman)
    correction = leaning[judge] + 0.1 * (charge == "诈骗罪") - 0.1 * (np.log(advised) - 2.5)
    correction += np.log1p(effect) * woman + rng.normal(0, 0.12, n)
    row = np.array([f"d{number}/0/0" for number in range(n)])
    frame = pd.DataFrame(
        {
            "row_id": row,
            "doc_id": [name.split("/")[0] for name in row],
            "defendant_index": 0,
            "cluster": [name.split("/")[0] for name in row],
            "charge_group": charge,
            "court": [f"第{number % 20}人民法院" for number in judge],
            "judge": "签名的法官",
            "gender": np.where(woman, "女", "男"),
            "counsel": rng.choice(["委托", "无", "值班律师"], n),
        }
    ).astype(dict.fromkeys(("row_id", "doc_id", "cluster", "charge_group", "court", "gender", "counsel"), "string"))
    entries = pd.DataFrame(
        {"row_id": row, "judge": [f"J-{n}" for n in judge], "advised": advised, "decided": advised * np.exp(correction)}
    )
    return entries, frame


def of(section, attribute, group):
    return next(row for row in section["attributes"][attribute]["groups"] if row["group"] == group)


def test_a_planted_correction_is_recovered_within_judges():
    section = assess_overrides(*corpus(seed=1, effect=0.10), settings=SETTINGS)
    row = of(section, "gender", "女")
    test = row["tests"]["override"]
    assert test["verdict"] == "有差异"
    assert test["low"] < 0.10 < test["high"]
    assert abs(test["estimate"] - 0.10) < 0.02
    assert row["correction"] > 0.12, "the plain mean also holds the judges' leaning and the charge"
    assert section["summary"]["largest"] == pytest.approx(test["estimate"])
    assert {of(section, "counsel", group)["tests"]["override"]["verdict"] for group in ("委托", "无")} == {"等效"}


def test_an_effect_of_five_in_a_hundred_is_met_on_average():
    found = [
        of(assess_overrides(*corpus(seed=seed, effect=0.05), settings=SETTINGS), "gender", "女")["tests"]["override"]
        for seed in range(10, 16)
    ]
    assert abs(np.mean([test["estimate"] for test in found]) - 0.05) < 0.005
    assert all(test["verdict"] != "等效" or test["estimate"] < 0.05 for test in found)


def test_a_leaning_that_goes_with_the_group_reads_as_no_disparity():
    entries, frame = corpus(seed=3, follows=12.0)
    section = assess_overrides(entries, frame, settings=SETTINGS)
    women, men = (of(section, "gender", group) for group in ("女", "男"))
    assert women["correction"] - men["correction"] > 0.05
    assert women["tests"]["override"]["verdict"] == "等效"
    assert men["reference"]
    assert section["summary"]["different"] == 0


def test_without_a_difference_none_is_found():
    verdicts = [
        test["verdict"]
        for seed in range(20, 32)
        for row in assess_overrides(*corpus(1500, seed=seed), settings=SETTINGS)["attributes"]["counsel"]["groups"]
        for test in row["tests"].values()
    ]
    assert len(verdicts) == 36
    assert "有差异" not in verdicts


def test_what_judges_and_facts_explain_is_taken_out_exactly():
    rng = np.random.default_rng(5)
    judge, facts = rng.integers(0, 7, 200), rng.normal(size=(200, 3))
    value = rng.normal(size=(200, 1))
    full = np.column_stack([facts, np.equal.outer(judge, np.arange(7))])
    plain = value - full @ np.linalg.lstsq(full, value, rcond=None)[0]
    assert np.allclose(within(value, facts, judge), plain)
    explained = facts @ [[1.0], [2.0], [3.0]] + judge[:, None]
    assert (within(explained, facts, judge) == 0).all()


def test_the_last_entry_of_a_judge_on_a_case_counts_and_the_rest_is_told():
    entries, frame = corpus(600, seed=4)
    first = entries.iloc[[0]].assign(decided=entries["decided"][0] * 50)
    other = entries.iloc[[1]].assign(judge="J-other")
    stray = entries.iloc[[2]].assign(row_id="nowhere/0/0")
    void = entries.iloc[[3, 4, 5]].assign(judge="J-void", decided=[0.0, np.nan, np.inf])
    section = assess_overrides(pd.concat([first, entries, other, stray, void]), frame, settings=SETTINGS)
    assert section["rows"]["entries"] == 606
    assert section["rows"]["used"] == 601
    assert list(section["rows"]["left_out"].values()) == [3, 1, 1]
    assert section["correction"] == pytest.approx(
        np.expm1(np.log(pd.concat([entries, other]).eval("decided / advised")).mean())
    )


def test_the_court_stands_in_for_a_judge_who_is_not_named():
    entries, frame = corpus(600, seed=6)
    section = assess_overrides(entries.assign(judge=None), frame, settings=SETTINGS)
    assert (section["judges"], section["unnamed"]) == (20, 600)


def test_nothing_is_said_of_a_judge():
    entries, frame = corpus(800, seed=7)
    told = json.dumps(assess_overrides(entries, frame, settings=SETTINGS), ensure_ascii=False, allow_nan=False)
    assert "J-" not in told
    assert "签名的法官" not in told


def test_a_group_that_few_judges_saw_beside_others_has_no_figure():
    entries, frame = corpus(1200, seed=8)
    few = [f"J-{number}" for number in range(LEAST_JUDGES - 1)]
    frame = frame.assign(gender=pd.array(np.where(entries["judge"].isin(few) & (frame.index % 2 == 0), "女", "男")))
    section = assess_overrides(entries, frame, settings=SETTINGS)
    row = of(section, "gender", "女")
    assert row["n"] >= 30
    assert (row["tests"], row["correction"]) == ({}, None)
    assert section["attributes"]["gender"]["verdicts"]["override"]["verdict"] == "不能判断"
    assert "法官" in section["attributes"]["gender"]["why"]


def test_small_groups_are_withheld():
    entries, frame = corpus(600, seed=9)
    frame = frame.assign(counsel=frame["counsel"].mask(frame.index < 4, "法律援助"))
    section = assess_overrides(entries, frame, settings=SETTINGS)
    row = of(section, "counsel", "法律援助")
    assert (row["status"], row["n"], row["correction"], row["tests"]) == ("suppressed", None, None, {})
    assert section["summary"]["suppressed_groups"] == 2


BLANK = [
    (lambda e, f: (None, f), "not_run", "没有提供", "no ledger"),
    (lambda e, f: (e.drop(columns="decided"), f), "cannot_say", "decided", "a column is missing"),
    (lambda e, f: (e, f.drop(columns="court")), "cannot_say", "court", "a column of the factor table is missing"),
    (lambda e, f: (e.head(0), f), "cannot_say", "没有录入", "an empty ledger"),
    (lambda e, f: (e.assign(row_id="x"), f), "cannot_say", "没有一条录入", "entries of other cases"),
    (lambda e, f: (e.assign(decided=0.0), f), "cannot_say", "没有一条录入", "no ratio"),
    (lambda e, f: (e.assign(judge="J-1"), f), "cannot_say", "只有 1 位法官", "one judge: the figure would be that judge's"),
]


@pytest.mark.parametrize(("change", "status", "told", "reason"), BLANK, ids=[row[3] for row in BLANK])
def test_what_cannot_be_said(change, status, told, reason):
    section = assess_overrides(*change(*corpus(200, seed=2)), settings=SETTINGS)
    assert section["status"] == status, reason
    assert told in section["why"], reason
    assert "attributes" not in section


def test_groups_that_do_not_exist_are_no_error():
    entries, frame = corpus(300, seed=2)
    unknown = assess_overrides(entries, frame.drop(columns="gender"), settings=SETTINGS)
    assert unknown["attributes"]["gender"]["verdicts"]["override"]["reason"] == "全部未知"
    one = assess_overrides(entries, frame.assign(gender="男"), settings=SETTINGS)
    assert one["attributes"]["gender"]["verdicts"]["override"]["verdict"] == "不能判断"
    misspelt = SETTINGS.model_copy(update={"attributes": ("height", "gender")})
    section = assess_overrides(entries, frame, settings=misspelt)
    assert "height" in section["attributes"]["height"]["why"]
    assert of(section, "gender", "女")["tests"]
    json.dumps([unknown, one, section], allow_nan=False)
