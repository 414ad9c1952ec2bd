"""Crossings of attributes: hand-computed tables, planted and absent differences, shrinkage, disclosure, bad input."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.intersections import FIELDS, assess_intersections, shrink
from sentencing_ml.settings import load_settings

PARAMS = Path(__file__).parents[2] / "params.yaml"


def options(*attributes, **changes):
    given = {"attributes": attributes or ("gender", "ethnicity"), "permutations": 99, **changes}
    return load_settings(PARAMS).audit.model_copy(update=given)


def table_of(columns, *, courts=30, bias=None, advice=None, seed=3):
    """Rows with the given columns; ``expected`` misses ``y`` by ``bias`` on the log scale, cases go round the courts."""
    rng = np.random.default_rng(seed)
    n = len(next(iter(columns.values())))
    y = np.round(np.exp(rng.normal(2.5, 0.6, n)), 1)
    noise = np.zeros(n) if bias is None else bias
    court = rng.integers(0, courts, n)
    frame = pd.DataFrame({name: pd.array(values, dtype="string") for name, values in columns.items()})
    return frame.assign(
        charge_group=frame.get("charge_group", pd.Series("盗窃罪", index=frame.index, dtype="string")),
        court=pd.array([f"四川省甲市{code}区人民法院" for code in court], dtype="string"),
        cluster=pd.array([str(place) for place in range(n)], dtype="string"),
        y=y,
        expected=np.expm1(np.log1p(y) + noise),
        advice=y if advice is None else advice,
    )


def crossed(*blocks):
    """Columns gender and ethnicity from (gender, ethnicity, number) blocks."""
    return {
        "gender": [gender for gender, _, number in blocks for _ in range(number)],
        "ethnicity": [ethnicity for _, ethnicity, number in blocks for _ in range(number)],
    }


def cells(section, pair=0):
    return {tuple(cell[0]): dict(zip(FIELDS, cell, strict=True)) for cell in section["pairs"][pair]["cells"]}


def test_the_table_has_the_numbers_of_the_new_york_rule():
    columns = crossed(("男", "汉族", 600), ("男", "壮族", 200), ("女", "汉族", 180), ("女", "壮族", 15), (None, "汉族", 40))
    # above the median of 10 months: a half, a quarter, three quarters of the cells
    above = [300, 50, 135, 0, 20]
    sizes = [600, 200, 180, 15, 40]
    advice = [
        20.0 if place < high else 5.0 for high, size in zip(above, sizes, strict=True) for place in range(size)
    ]
    section = assess_intersections(table_of(columns, advice=np.array(advice)), settings=options())
    found = cells(section)
    assert section["median_advice"] == 5.0
    rates = {groups: cell["scoring_rate"] for groups, cell in found.items()}
    assert rates[("男", "汉族")] == 0.5
    assert rates[("男", "其他民族")] == 0.25
    assert rates[("女", "汉族")] == 0.75
    assert section["pairs"][0]["highest"] == {"groups": ["女", "汉族"], "scoring_rate": 0.75}
    assert found[("男", "汉族")]["impact_ratio"] == pytest.approx(2 / 3, abs=1e-5)
    assert found[("女", "汉族")]["impact_ratio"] == 1.0
    assert found[("女", "其他民族")]["status"] == "count_only"
    assert found[("女", "其他民族")]["n"] == 15
    assert found[("女", "其他民族")]["scoring_rate"] is None
    # of whom a side is unknown is in no crossing
    assert len(found) == 4
    assert section["pairs"][0]["n"] == 995
    assert section["summary"]["cells"] == 3


def test_a_cell_below_two_percent_has_a_rate_and_no_ratio():
    columns = crossed(("男", "汉族", 2800), ("男", "壮族", 200), ("女", "汉族", 200), ("女", "壮族", 50))
    advice = np.concatenate([np.linspace(1, 20, 3200), np.full(50, 99.0)])
    section = assess_intersections(table_of(columns, advice=advice), settings=options())
    small = cells(section)[("女", "其他民族")]
    assert small["scoring_rate"] == 1.0
    assert small["impact_ratio"] is None
    assert small["status"] == "no_verdict"
    assert section["pairs"][0]["highest"]["groups"] != ["女", "其他民族"]


def planted(effect, *, seed, n=4000, courts=60):
    rng = np.random.default_rng(seed)
    columns = {
        "gender": rng.choice(["男", "女"], n, p=[0.7, 0.3]),
        "ethnicity": rng.choice(["汉族", "壮族"], n, p=[0.7, 0.3]),
        "custody": rng.choice(["羁押", "取保候审"], n),
        "education": rng.choice(["小学", "初中", "高中"], n),
    }
    touched = (columns["gender"] == "女") & (columns["ethnicity"] == "壮族") & (columns["custody"] == "羁押")
    bias = rng.normal(0, 0.4, n) + np.log1p(effect) * touched
    return table_of(columns, courts=courts, bias=bias, seed=seed)


def test_a_planted_crossing_is_found_by_the_scan_and_marked_to_be_looked_at():
    section = assess_intersections(planted(0.4, seed=1), settings=options("gender", "ethnicity", "custody", "education"))
    assert section["scan"]["p"] <= 0.02
    assert set(section["scan"]["cell"]["groups"]) <= {"女", "其他民族", "羁押"}
    assert section["scan"]["statistic"] > section["scan"]["null_95"]
    marked = [cell for pair in section["pairs"] for cell in pair["cells"] if cell[FIELDS.index("look")]]
    assert marked
    assert section["summary"]["look"] == len(marked)
    worst = section["worst"][0]
    assert worst["shrunken"] > 0
    assert abs(worst["shrunken"]) < abs(worst["estimate"])
    assert worst["credible_low"] > 0


def test_without_a_difference_scan_and_marks_are_silent_and_the_worst_cell_is_drawn_to_nothing():
    scans, looks, worst, raw = [], [], [], []
    for seed in range(8):
        section = assess_intersections(
            planted(0.0, seed=seed), settings=options("gender", "ethnicity", "custody", "education")
        )
        scans.append(section["scan"]["p"])
        looks.append(section["summary"]["look"])
        worst.append(section["summary"]["worst_shrunken"])
        raw.append(max(abs(cell["estimate"]) for cell in section["worst"]))
    assert sum(p <= 0.05 for p in scans) <= 2
    assert sum(found > 0 for found in looks) <= 2
    assert np.mean(worst) < 0.6 * np.mean(raw)


def test_the_permuted_p_is_about_uniform_without_a_difference():
    found = [
        assess_intersections(
            planted(0.0, seed=seed, n=1200, courts=25), settings=options("gender", "ethnicity", "custody", permutations=39)
        )["scan"]["p"]
        for seed in range(100, 130)
    ]
    assert np.mean(np.array(found) <= 0.05) <= 0.12
    assert 0.35 < np.mean(found) < 0.65


def test_shrinkage_comes_nearer_to_the_truth_and_its_intervals_hold_it():
    rng = np.random.default_rng(5)
    held, shrunken_error, raw_error = [], [], []
    for spread in (0.0, 0.03, 0.1, 0.3):
        for _ in range(60):
            truth = rng.normal(0, spread, 20)
            se = rng.uniform(0.03, 0.2, 20)
            estimate = truth + rng.normal(0, se)
            mean, low, high, _ = shrink(estimate, se, np.full(20, 200.0), level=0.95)
            held.append(((low <= truth) & (truth <= high)).mean())
            shrunken_error.append(((mean - truth) ** 2).mean())
            raw_error.append(((estimate - truth) ** 2).mean())
            assert (np.abs(mean) <= np.abs(estimate)).all()
            assert (mean * estimate >= 0).all()
    assert np.mean(held) > 0.945
    assert np.mean(shrunken_error) < 0.6 * np.mean(raw_error)


def test_noisier_cells_and_those_of_few_courts_are_drawn_closer_to_zero():
    estimate = np.full(4, 0.2)
    mean, _, _, spread = shrink(estimate, np.array([0.02, 0.1, 0.3, 0.1]), np.array([100, 100, 100, 2.0]), level=0.95)
    assert mean[0] > mean[1] > mean[2] > 0
    assert mean[3] < mean[1]
    assert 0.05 < spread < 0.6


def test_a_cell_without_an_error_of_its_own_tells_nothing():
    mean, low, high, _ = shrink(
        np.array([0.1, 0.2]), np.array([np.nan, 0.1]), np.array([np.nan, 20.0]), level=0.95
    )
    assert np.isnan([mean[0], low[0], high[0]]).all()
    assert np.isfinite([mean[1], low[1], high[1]]).all()
    nothing = shrink(np.array([np.nan]), np.array([np.nan]), np.array([np.nan]), level=0.95)
    assert np.isnan(nothing[0]).all() and np.isnan(nothing[3])


def test_small_cells_are_withheld_with_what_would_give_them_away():
    columns = crossed(("男", "汉族", 300), ("男", "壮族", 60), ("女", "汉族", 80), ("女", "壮族", 4))
    section = assess_intersections(table_of(columns), settings=options())
    listed = cells(section)
    assert ("女", "其他民族") not in listed
    # with both margins known, every cell of a two by two table follows from one
    assert listed == {}
    assert section["pairs"][0]["suppressed"] == 4
    assert section["summary"]["suppressed"] == 4
    assert section["worst"] == []


def test_a_cell_that_is_nearly_everyone_tells_nothing_of_the_few_others():
    columns = crossed(("男", "汉族", 300), ("男", "壮族", 12), ("女", "汉族", 14))
    table = table_of({name: [*values, *[None] * 200] for name, values in columns.items()})
    found = cells(assess_intersections(table, settings=options()))
    assert found[("男", "汉族")]["n"] == 300
    assert found[("男", "汉族")]["status"] == "count_only"
    assert found[("男", "汉族")]["estimate"] is None


def test_what_is_unknown_is_not_shown_and_protects_the_small_cells():
    columns = crossed(("男", "汉族", 300), ("男", "壮族", 60), ("女", "汉族", 80), ("女", "壮族", 4), ("男", None, 90), ("女", None, 70))
    columns = {name: [*values, *[None] * 50] for name, values in columns.items()}
    section = assess_intersections(table_of(columns), settings=options())
    listed = cells(section)
    assert ("男", "汉族") in listed
    assert ("女", "其他民族") not in listed
    assert all("未知" not in groups for groups in listed)
    assert section["pairs"][0]["n"] == sum(cell["n"] for cell in listed.values())


def test_a_withheld_cell_moves_no_figure():
    columns = crossed(("男", "汉族", 300), ("男", "壮族", 60), ("女", "汉族", 80), ("女", "壮族", 4), ("男", None, 90), ("女", None, 70))
    columns = {name: [*values, *[None] * 50] for name, values in columns.items()}
    noise = np.random.default_rng(1).normal(0, 0.3, 654)
    few = (np.array(columns["gender"], dtype=object) == "女") & (np.array(columns["ethnicity"], dtype=object) == "壮族")
    one, other = (
        assess_intersections(table_of(columns, bias=noise + shift * few), settings=options()) for shift in (0.0, 2.0)
    )
    assert one["pairs"] == other["pairs"]


def test_a_group_that_is_withheld_by_itself_does_not_follow_from_its_cells():
    columns = {
        "gender": ["男"] * 200 + ["女"] * 200,
        "procedure": (["简易"] * 93 + ["普通"] * 93 + ["速裁"] * 14) * 2,
        "counsel": ["委托"] * 394 + ["无"] * 6,
    }
    section = assess_intersections(table_of(columns), settings=options("procedure", "counsel"))
    # 无 has 6 counts, so that 委托 is withheld with it: no cell of either may be listed
    assert section["pairs"][0]["cells"] == []


def test_a_refinement_of_an_attribute_is_no_crossing():
    rng = np.random.default_rng(0)
    columns = {
        "province": rng.choice(["四川省", "河南省", "广东省"], 600),
        "gender": rng.choice(["男", "女"], 600),
    }
    section = assess_intersections(table_of(columns), settings=options("province", "region", "gender", "height"))
    assert [pair["attributes"] for pair in section["pairs"]] == [["province", "gender"], ["region", "gender"]]
    assert {tuple(entry["attributes"]) for entry in section["skipped"]} == {("province", "region"), ("height",)}


def test_what_law_keeps_out_of_an_attribute_is_in_none_of_its_crossings():
    columns = crossed(("男", "汉族", 200), ("女", "汉族", 200), ("男", "壮族", 200), ("女", "壮族", 200))
    table = table_of({**columns, "charge_group": ["强奸罪", "盗窃罪"] * 400})
    assert assess_intersections(table, settings=options())["pairs"][0]["n"] == 400


BAD = [
    (lambda table: table.iloc[:0], "没有可比较的案件", "no rows"),
    (lambda table: table.drop(columns="expected"), "expected", "no column to compare with"),
    (lambda table: table.drop(columns="gender"), "不足两个", "an attribute that the table does not have"),
    (lambda table: table.assign(gender=pd.NA), "不足两个", "all of one attribute unknown"),
    (lambda table: table.assign(gender="男"), "不足两个", "one value"),
]


@pytest.mark.parametrize(("spoil", "why", "reason"), BAD, ids=[row[2] for row in BAD])
def test_bad_input_is_answered_with_what_cannot_be_said(spoil, why, reason):
    section = assess_intersections(spoil(planted(0.0, seed=1, n=400)), settings=options())
    assert section["status"] == "cannot_say", reason
    assert why in section["why"], reason
    json.dumps(section, allow_nan=False)


def test_of_a_single_court_there_is_a_number_and_no_interval():
    section = assess_intersections(planted(0.2, seed=1, n=600, courts=1), settings=options())
    assert section["status"] == "measured"
    assert section["scan"] is None
    for cell in cells(section).values():
        assert cell["low"] is None and cell["high"] is None and cell["p"] is None and cell["shrunken"] is None
        assert not cell["look"]
    json.dumps(section, allow_nan=False)


def test_fewer_rows_than_groups_are_withheld_and_nothing_fails():
    rng = np.random.default_rng(2)
    names = ["四川省", "河南省", "广东省", "湖北省", "湖南省", "山东省", "山西省", "陕西省", "河北省"]
    table = table_of({"province": rng.choice(names, 12), "gender": rng.choice(["男", "女"], 12)})
    section = assess_intersections(table, settings=options("province", "gender"))
    assert all(pair["cells"] == [] for pair in section["pairs"])
    json.dumps(section, allow_nan=False)


def test_the_order_of_the_rows_changes_nothing():
    table = planted(0.3, seed=4, n=900)
    mixed = table.sample(frac=1, random_state=1).reset_index(drop=True)
    one, other = (assess_intersections(rows, settings=options()) for rows in (table, mixed))
    for name, cell in cells(one).items():
        for field in ("n", "scoring_rate", "estimate", "low", "p", "shrunken", "p_scan"):
            assert cell[field] == pytest.approx(cells(other)[name][field], abs=2e-5), (name, field)


def test_a_row_without_a_known_term_counts_and_is_in_no_mean():
    table = planted(0.0, seed=6, n=800)
    spoiled = table.assign(expected=table["expected"].where(np.arange(800) % 10 > 0))
    one, other = (assess_intersections(rows, settings=options()) for rows in (table, spoiled))
    assert {name: cell["n"] for name, cell in cells(one).items()} == {
        name: cell["n"] for name, cell in cells(other).items()
    }
    assert cells(one)[("女", "汉族")]["estimate"] != cells(other)[("女", "汉族")]["estimate"]
    assert cells(other)[("女", "汉族")]["estimate"] is not None
