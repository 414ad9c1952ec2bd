import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.assessment import Facts, assess
from sentencing_ml.fairness.contrasts import contrasts
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings, load_settings

PRIMARY = ("labels", "advice", "amplification", "error")


def options(**given) -> AuditSettings:
    plain = load_settings(Path(__file__).parents[2] / "params.yaml").audit
    return plain.model_copy(update={"attributes": ("gender",), "bootstrap": 200, **given})


def cases(n=1500, *, seed=1, judged=0.0, advised=0.0, share=0.3, courts=40):
    """Synthetic judgments beside their advice; women are judged, or advised, heavier by a log ratio."""
    rng = np.random.default_rng(seed)
    court = rng.integers(0, courts, n)
    woman = rng.random(n) < share
    severity = rng.normal(0, 0.5, n)
    charge = np.where(rng.random(n) < 0.5, "盗窃罪", "诈骗罪")
    offence = 2.8 + severity + 0.3 * (charge == "诈骗罪")
    neutral = offence + rng.normal(0, 0.25, n) + rng.normal(0, 0.05, courts)[court] + judged * woman
    advice = np.expm1(offence + advised * woman)
    frame = factor_frame(
        [
            {
                "row_id": f"r{k}",
                "cluster": f"d{k}",
                "charge": charge[k],
                "charge_group": charge[k],
                "court": f"法院{court[k]}",
                "gender": "女" if woman[k] else "男",
                "province": ["河南省", "上海市", "四川省"][court[k] % 3],
            }
            for k in range(n)
        ]
    )
    table = frame.assign(
        y=np.expm1(neutral), neutral=neutral, advice=advice, expected=advice, low=advice * 0.6, high=advice * 1.7
    )
    return table, pd.DataFrame({"severity": severity, "charge": (charge == "诈骗罪").astype(int)})


def facts_of(table, design, tested=None):
    return Facts(
        design=design,
        categorical=("charge",),
        outcomes=np.column_stack([table["neutral"], np.log1p(table["advice"])]),
        clusters=court_clusters(table["court"], table["cluster"]),
        tested=np.ones(len(table), dtype=bool) if tested is None else tested,
        frame=table,
    )


def run(table, design=None, **given):
    facts = None if design is None else facts_of(table, design)
    return assess(table, facts, settings=options(**given), threads=1)


def verdicts(result, name="gender"):
    found = result["attributes"][name]["verdicts"]
    return {measure: found[measure]["verdict"] for measure in PRIMARY}


def group(result, label, name="gender"):
    return next(entry for entry in result["attributes"][name]["groups"] if entry["group"] == label)


def test_judgments_that_differ_and_advice_that_does_not_are_told_apart():
    result = run(*cases(judged=np.log(1.15)))
    assert verdicts(result) == {"labels": "有差异", "advice": "等效", "amplification": "有差异", "error": "有差异"}
    tests = group(result, "女")["tests"]
    assert tests["labels"]["estimate"] == pytest.approx(0.15, abs=0.04)
    assert tests["amplification"]["estimate"] < -0.08
    assert tests["error"]["estimate"] < -0.08


def test_advice_that_differs_where_judgments_do_not_is_amplification():
    result = run(*cases(advised=np.log(1.15)))
    found = verdicts(result)
    assert (found["advice"], found["amplification"]) == ("有差异", "有差异")
    assert found["labels"] != "有差异"
    tests = group(result, "女")["tests"]
    assert tests["advice"]["estimate"] == pytest.approx(0.15, abs=0.02)
    assert tests["amplification"]["estimate"] > 0.1


def test_equal_errors_against_unequal_judgments_are_seen_in_labels_and_advice_and_not_in_error():
    result = run(*cases(judged=np.log(1.15), advised=np.log(1.15)))
    found = verdicts(result)
    assert (found["labels"], found["advice"]) == ("有差异", "有差异")
    assert found["error"] != "有差异"
    assert found["amplification"] != "有差异"


def test_a_larger_sample_of_equal_groups_is_equivalent():
    result = run(*cases(n=4000, courts=150, share=0.5))
    assert set(verdicts(result).values()) == {"等效"}


def test_without_the_facts_only_the_error_and_its_tails_are_assessed():
    result = run(cases()[0])
    assert set(group(result, "女")["tests"]) == {"error", "asymmetry", "error_ratio", "calibration", "coverage"}
    assert verdicts(result)["labels"] == "不能判断"


def test_only_the_tested_rows_carry_the_estimate():
    # the other rows have a disparity of the opposite sign; they help to learn the facts and nothing else
    table, design = cases(n=3000, judged=0.2)
    tested = np.arange(3000) % 2 == 0
    women = table["gender"].eq("女").astype(float)
    opposite = table["neutral"].where(pd.Series(tested), table["neutral"] - 0.4 * women)
    table = table.assign(neutral=opposite.astype(float))
    result = assess(
        table[tested].reset_index(drop=True), facts_of(table, design, tested), settings=options(), threads=1
    )
    assert group(result, "女")["tests"]["labels"]["estimate"] > 0.12


def unknown(n):
    return pd.array([None] * n, dtype="string")


BAD = [
    (lambda table: table.assign(gender=unknown(len(table))), "全部未知"),
    (lambda table: table.assign(gender=pd.array(["男"] * len(table), dtype="string")), "只有一个已知的组，没有可比较的对象"),
    (lambda table: table.drop(columns="gender"), "因子表没有这一列：gender"),
    (lambda table: table.iloc[:150].reset_index(drop=True), "各组均不足 100 件"),
    (lambda table: table.iloc[:1].reset_index(drop=True), "只有一个已知的组，没有可比较的对象"),
    (lambda table: table.assign(court=pd.array(["法院0"] * len(table), dtype="string")), "法院太少，或没有可用的估计"),
]  # fmt: skip


@pytest.mark.parametrize("given", [False, True], ids=["without the facts", "with the facts"])
@pytest.mark.parametrize(
    ("change", "reason"), BAD, ids=["unknown", "one value", "no column", "too few", "one row", "one court"]
)
def test_an_attribute_that_cannot_be_assessed_says_why(change, reason, given):
    table, design = cases(n=800)
    table = change(table)
    result = run(table, design.iloc[: len(table)] if given else None)
    found = result["attributes"]["gender"]
    assert found["status"] == "cannot_say"
    assert reason in found["why"]
    assert {verdict["verdict"] for verdict in found["verdicts"].values()} == {"不能判断"}
    assert all(verdict["reason"] for verdict in found["verdicts"].values())
    assert (result["summary"]["tests"], result["summary"]["attributes_undecidable"]) == (0, 1)
    json.dumps(result, allow_nan=False)
    no_interval_of_no_width(result)


def no_interval_of_no_width(content):
    """Hold that no figure has an interval that is not one: one end alone, or both ends in one point."""
    if isinstance(content, dict):
        if {"estimate", "low", "high"} <= set(content):
            assert (content["low"] is None) == (content["high"] is None)
            assert content["low"] is None or content["low"] < content["high"]
        for value in content.values():
            no_interval_of_no_width(value)
    elif isinstance(content, list):
        for value in content:
            no_interval_of_no_width(value)


def test_more_groups_than_rows_of_each_can_carry_are_counted_and_not_judged():
    table, design = cases(n=60)
    each = pd.array([f"民族{place}" for place in range(60)], dtype="string")
    result = run(table.assign(ethnicity=each), design, attributes=("ethnicity",))
    found = result["attributes"]["ethnicity"]
    assert found["status"] == "cannot_say"
    assert result["summary"]["tests"] == 0
    no_interval_of_no_width(result)
    json.dumps(result, allow_nan=False)


def test_an_attribute_that_does_not_exist_is_listed_and_the_others_are_assessed():
    result = run(*cases(n=1500, judged=0.3), attributes=("gender", "star_sign"))
    found = result["attributes"]["star_sign"]
    assert (found["status"], found["groups"]) == ("cannot_say", [])
    assert "star_sign" in found["why"]
    assert {verdict["verdict"] for verdict in found["verdicts"].values()} == {"不能判断"}
    assert result["attributes"]["gender"]["verdicts"]["labels"]["verdict"] == "有差异"
    assert result["summary"]["attributes_undecidable"] == 1


def test_advice_without_any_spread_has_no_slope_and_says_so():
    table, design = cases(n=600)
    result = run(table.assign(advice=12.0, expected=12.0, low=6.0, high=24.0), design)
    assert result["attributes"]["gender"]["verdicts"]["calibration"]["verdict"] == "不能判断"
    assert group(result, "女")["calibration"]["slope"]["low"] is None
    no_interval_of_no_width(result)
    json.dumps(result, allow_nan=False)


def test_no_verdict_of_a_difference_whose_own_interval_holds_none():
    for seed in range(3):
        result = run(*cases(n=900, seed=seed, judged=0.08), bootstrap=400)
        for test in group(result, "女")["tests"].values():
            assert test["verdict"] != "有差异" or not test["low"] <= 0 <= test["high"]


def test_the_raw_gap_is_what_the_facts_explain_and_what_they_do_not():
    table, design = cases(n=4000, courts=100, judged=0.1)
    # women commit the graver offences here: facts explain a gap of their own
    graver = table["gender"].eq("女").to_numpy(dtype=bool)
    for column in ("neutral", "advice", "expected", "y"):
        months = column != "neutral"
        logs = np.log1p(table[column]) if months else table[column]
        moved = logs + 0.3 * graver * (np.arange(4000) % 2)
        table[column] = np.expm1(moved) if months else moved
    result = run(table, design.assign(grave=(graver * (np.arange(4000) % 2)).astype(float)))
    split = group(result, "女")["split"]["labels"]
    assert np.log1p(split["explained"]["estimate"]) == pytest.approx(0.15, abs=0.04)
    assert np.log1p(split["unexplained"]["estimate"]) == pytest.approx(0.1, abs=0.04)
    total = np.log1p(split["explained"]["estimate"]) + np.log1p(split["unexplained"]["estimate"])
    assert total == pytest.approx(np.log1p(split["raw"]["estimate"]))
    assert split["explained"]["low"] < split["explained"]["estimate"] < split["explained"]["high"]


def test_what_learning_added_beyond_the_law_is_told_apart_from_what_all_facts_leave():
    # the advice follows a fact that law does not compute with, and that women have more often
    table, design = cases(n=3000)
    rng = np.random.default_rng(9)
    woman = table["gender"].eq("女").to_numpy(dtype=bool)
    fact = (rng.random(3000) < np.where(woman, 0.7, 0.2)).astype(float)
    advice = np.expm1(np.log1p(table["advice"]) + 0.3 * fact)
    table = table.assign(advice=advice, expected=advice)
    facts = facts_of(table, design.assign(fact=fact))
    facts = replace(facts, law=design[["severity"]].assign(charge=design["charge"].astype(float)))
    result = assess(table, facts, settings=options(), threads=1)
    entry = group(result, "女")
    assert entry["tests"]["advice"]["estimate"] == pytest.approx(0.0, abs=0.01)
    assert np.log1p(entry["figures"]["learned"]["estimate"]) == pytest.approx(0.15, abs=0.03)
    assert "verdict" not in entry["figures"]["learned"]


def test_tails_size_and_coverage_of_a_group_that_is_missed_more_widely():
    table, design = cases(n=4000, courts=100, seed=3)
    rng = np.random.default_rng(4)
    woman = table["gender"].eq("女").to_numpy(dtype=bool)
    wider = np.expm1(np.maximum(table["neutral"] + woman * rng.normal(0, 0.5, 4000), 0.1))
    tests = group(run(table.assign(y=wider, neutral=np.log1p(wider)), design), "女")["tests"]
    assert tests["error_ratio"]["estimate"] > 0.4
    assert tests["coverage"]["estimate"] < -0.1
    assert {tests[name]["verdict"] for name in ("error_ratio", "coverage")} == {"有差异"}
    assert tests["error"]["verdict"] != "有差异"


def test_long_terms_of_a_group_are_no_larger_errors():
    # all are missed by the same share; the group has the long terms, so its errors in months are twice as large
    table, _ = cases(n=4000, courts=100, seed=5)
    woman = table["gender"].eq("女").to_numpy(dtype=bool)
    rng = np.random.default_rng(6)
    advice = np.where(woman, 60.0, 30.0) * np.exp(rng.normal(0, 0.2, 4000))
    declared = np.expm1(np.log1p(advice) + rng.normal(0, 0.3, 4000))
    table = table.assign(advice=advice, expected=advice, y=declared, neutral=np.log1p(declared))
    entry = group(run(table), "女")
    assert entry["figures"]["error"]["estimate"] > 5
    assert abs(entry["tests"]["error_ratio"]["estimate"]) < 0.12


def test_the_tables_within_bands_and_tenths_count_every_row_once():
    result = run(*cases(n=900))
    found = result["attributes"]["gender"]
    for name in ("charges", "bands", "tenths"):
        assert sum(cell["n"] for row in found[name] for cell in row["cells"]) == 900
    assert [row["band"] for row in found["bands"]] == ["最轻", "较轻", "中等", "较重", "最重"]
    assert len(found["tenths"]) == 10
    assert {line["recoverable"] for line in result["suppression"]} == {0}


def test_where_every_judgment_is_its_own_cluster_five_hundred_blocks_carry_the_interval():
    table, _ = cases(n=3000, courts=3000)
    named = run(table.assign(court=pd.array([f"法院{k}" for k in range(3000)], dtype="string")))
    alone = run(table.assign(court=unknown(3000)))
    assert alone["overall"]["clusters"] == 3000
    first, second = (group(result, "女")["tests"]["error"] for result in (named, alone))
    assert 300 < second["df"] < 500
    widths = [test["high"] - test["low"] for test in (first, second)]
    assert widths[0] == pytest.approx(widths[1], rel=0.12)


def test_amplified_counts_groups_whose_advice_departs_further_than_the_judgments():
    assert run(*cases(advised=np.log(1.15)))["summary"]["amplified"] == 1
    # advice that is equal where judgments are not takes a difference away
    assert run(*cases(judged=np.log(1.15)))["summary"]["amplified"] == 0


def test_an_undecided_attribute_states_what_could_have_been_found():
    found = run(cases(n=700, seed=2)[0])["attributes"]["gender"]["verdicts"]["error"]
    assert found["verdict"] == "不能判断"
    assert 0.02 < found["detectable"] < 0.2
    assert "能可靠发现的最小差异" in found["reason"]


def test_small_groups_are_withheld_with_the_next_smallest_and_their_figures_with_them():
    table, _ = cases(n=600)
    counsel = np.array(["委托"] * 400 + ["值班律师"] * 160 + ["法律援助"] * 34 + ["无"] * 6)
    table = table.assign(counsel=pd.array(counsel, dtype="string"))
    result = run(table, attributes=("counsel",))
    found = {entry["group"]: entry for entry in result["attributes"]["counsel"]["groups"]}
    assert [name for name, entry in found.items() if entry["status"] == "suppressed"] == ["法律援助", "无"]
    for name in ("法律援助", "无"):
        assert found[name]["n"] is None
        assert found[name]["points"] is None
        assert not found[name]["tests"]
    for row in result["attributes"]["counsel"]["charges"]:
        cells = {cell["group"]: cell for cell in row["cells"]}
        assert cells["无"]["n"] in (None, 0)
        assert cells["法律援助"]["n"] in (None, 0)


def test_groups_below_thirty_show_their_count_alone():
    table, _ = cases(n=600)
    gender = pd.Series(table["gender"].to_numpy(dtype=object)).where(np.arange(600) >= 20, None)
    entry = group(run(table.assign(gender=pd.array(gender, dtype="string"))), "未知")
    assert (entry["status"], entry["n"], entry["points"], entry["tests"]) == ("count_only", 20, None, {})


def test_groups_below_a_hundred_have_an_estimate_and_no_verdict():
    table, _ = cases(n=600)
    gender = pd.Series(table["gender"].to_numpy(dtype=object)).where(np.arange(600) >= 60, None)
    entry = group(run(table.assign(gender=pd.array(gender, dtype="string"))), "未知")
    assert entry["status"] == "no_verdict"
    assert entry["tests"]["error"]["low"] is not None
    assert (entry["tests"]["error"]["verdict"], entry["tests"]["error"]["q"]) == (None, None)


def test_what_law_ties_to_the_attribute_is_not_compared():
    table, _ = cases(n=600)
    charge = pd.Series(table["charge_group"].to_numpy(dtype=object)).where(np.arange(600) >= 50, "强奸罪")
    result = run(table.assign(charge_group=pd.array(charge, dtype="string")))["attributes"]["gender"]
    assert (result["n"], result["excluded"]) == (550, 50)


def test_a_group_that_law_sets_aside_is_a_cell_of_the_table():
    table, _ = cases(n=600)
    born = np.array(["1990-01-01"] * 300 + ["1985-06-01"] * 250 + ["1970-01-01"] * 45 + ["2005-01-01"] * 5)
    table = table.assign(
        birth_date=pd.array(born, dtype="string"), judgment_date=pd.array(["2020-06-02"] * 600, dtype="string")
    )
    result = run(table, attributes=("age",))
    found = result["attributes"]["age"]
    assert found["set_aside"] == {"未满18岁": None, "75岁以上": 0}
    # the next smallest goes with it, and so does the sum that would give it away
    assert found["n"] is None
    assert [entry["group"] for entry in found["groups"] if entry["status"] == "suppressed"] == ["50—74岁"]


def test_of_two_groups_the_smaller_is_compared_and_of_three_each():
    two = contrasts(pd.Series(["a", "a", "b", "未知"]), np.ones(4, dtype=bool), unknown="未知")
    assert [found.group for found in two] == ["b", "未知"]
    assert two[0].rest.tolist() == [True, True, False, False]
    three = contrasts(pd.Series(["a", "a", "b", "c"]), np.ones(4, dtype=bool), unknown="未知")
    assert [found.group for found in three] == ["a", "b", "c"]


def test_rows_of_an_unknown_court_stand_for_their_judgment():
    codes = court_clusters(
        pd.Series(["x", "x", None, None], dtype="string"), pd.Series(["d1", "d2", "d3", "d3"], dtype="string")
    )
    assert codes[0] == codes[1]
    assert codes[2] == codes[3] != codes[0]


def test_a_small_group_in_which_every_interval_holds_is_not_certain_to_differ():
    # 97 of 100 are covered; by chance all of the women are
    table, _ = cases(n=2400, share=0.055, seed=8)
    woman = table["gender"].eq("女").to_numpy(dtype=bool)
    assert 100 <= woman.sum() < 150
    covered = woman | (np.random.default_rng(9).random(2400) < 0.97)
    neutral = np.where(covered, np.log1p(table["advice"]), np.log1p(3 * table["advice"]))
    test = group(run(table.assign(neutral=neutral), bootstrap=400), "女")["tests"]["coverage"]
    by_hand = np.sqrt(covered.mean() * (1 - covered.mean()) * (1 / woman.sum() + 1 / (~woman).sum()))
    assert test["estimate"] == pytest.approx(1 - covered[~woman].mean())
    assert (test["high"] - test["low"]) / 2 / by_hand == pytest.approx(2.0, abs=0.15)
    assert test["verdict"] != "有差异"
