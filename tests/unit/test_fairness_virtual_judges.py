"""Virtual judges: a planted difference is found with its sign, and chance, size and case mix are not taken for one."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.fairness.virtual_judges import answers, assess_virtual_judges, flipped, permuted_within, spread_of
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings, load_settings


def options(**given) -> AuditSettings:
    plain = load_settings(Path(__file__).parents[2] / "params.yaml").audit
    return plain.model_copy(update={"attributes": ("gender",), "bootstrap": 100, **given})


def cases(n=1200, *, seed=1, courts=40, share=0.3, judged=0.0, slope=0.0, by_court=False):
    """Counts judged by severity and charge; women get the log ratio ``judged`` more, and ``slope`` more of severity."""
    rng = np.random.default_rng(seed)
    court = rng.integers(0, courts, n)
    woman = (court < courts * share) if by_court else rng.random(n) < share
    severity, theft = rng.normal(0, 0.5, n), rng.random(n) < np.where(woman, 0.8, 0.4)  # women: another case mix
    label = 2.8 + severity - 0.4 * theft + rng.normal(0, 0.3, n) + rng.normal(0, 0.05, courts)[court]
    label = label + woman * (judged + slope * severity)
    frame = factor_frame(
        [
            {
                "row_id": f"r{k}",
                "cluster": f"d{k}",
                "charge": "盗窃罪" if theft[k] else "诈骗罪",
                "charge_group": "盗窃罪" if theft[k] else "诈骗罪",
                "court": f"法院{court[k]}",
                "gender": "女" if woman[k] else "男",
            }
            for k in range(n)
        ]
    )
    design = pd.DataFrame({"severity": severity, "charge_code": theft.astype(int)})
    return frame.assign(neutral=label), design


def facts_of(table, design, tested=None):
    return Facts(
        design=design,
        categorical=("charge_code",),
        outcomes=np.zeros((len(design), 2)),
        clusters=court_clusters(table["court"], table["cluster"]),
        tested=np.ones(len(design), dtype=bool) if tested is None else tested,
        frame=table,
    )


def run(table, design, **given):
    return assess_virtual_judges(table, facts_of(table, design), settings=options(**given), threads=1)


def women(section):
    return next(row for row in section["attributes"]["gender"]["groups"] if row["group"] == "女")


@pytest.mark.parametrize(("judged", "sign"), [(np.log(1.1), 1), (np.log(1 / 1.1), -1)])
def test_a_group_judged_a_tenth_otherwise_is_found_with_its_sign(judged, sign):
    section = run(*cases(judged=judged))
    row = women(section)
    assert row["direction"]["worth_looking"]
    assert np.sign(row["direction"]["estimate"]) == sign
    assert row["direction"]["estimate"] == pytest.approx(np.expm1(judged), abs=0.045)
    assert not row["direction"]["null_low"] < row["direction"]["estimate"] < row["direction"]["null_high"]
    assert row["inconsistency"]["estimate"] > row["inconsistency"]["null_high"]
    assert section["summary"]["largest"] == pytest.approx(abs(row["direction"]["estimate"]))


def test_a_difference_that_turns_its_sign_is_an_inconsistency_without_a_direction():
    row = women(run(*cases(3000, slope=0.4)))
    assert row["inconsistency"]["worth_looking"]
    assert not row["direction"]["worth_looking"]


def test_another_case_mix_alone_is_no_inconsistency():
    row = women(run(*cases(2000, seed=3)))
    for kind in ("inconsistency", "direction"):
        assert row[kind]["null_low"] <= row[kind]["estimate"] <= row[kind]["null_high"]
        assert not row[kind]["worth_looking"]


def answered(rng, *, by_court, share=0.1, n=500, courts=30):
    """Answers of one draw without any difference: p values of inconsistency and direction."""
    from sentencing_ml.fairness.virtual_judges import _gamma_tail, _normal_tail

    court = rng.integers(0, courts, n)
    member = (court < courts * share) if by_court else rng.random(n) < share
    columns = np.column_stack([np.ones(n), rng.uniform(-1, 1, (n, 12))])
    residual = rng.normal(0, 0.3, n) + rng.normal(0, 0.15, courts)[court]
    residual = residual - residual.mean()
    labels = (
        flipped(residual, court, draws=99, rng=rng)
        if by_court
        else permuted_within(residual, court, spread=np.ones(n), draws=99, rng=rng)
    )
    said = answers(columns, labels, member[:, None], np.arange(n))[0]
    return _gamma_tail(said.inconsistency), _normal_tail(said.direction)


@pytest.mark.parametrize(
    ("by_court", "share", "reason"),
    [
        (False, 0.1, "a small group: its judge is far off by chance alone"),
        (False, 0.5, "equal groups"),
        (True, 0.4, "whole courts, whose own leaning is no difference of the groups"),
    ],
)
def test_without_any_difference_p_is_uniform(by_court, share, reason):
    rng = np.random.default_rng(11)
    found = np.array([answered(rng, by_court=by_court, share=share) for _ in range(100)])
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 0.005, reason
        assert np.mean(column < 0.05) < 0.12, reason


def test_a_small_group_is_more_inconsistent_by_chance_and_its_band_allows_for_it():
    rng = np.random.default_rng(0)
    n = 3000
    columns = np.column_stack([np.ones(n), rng.uniform(-1, 1, (n, 4))])
    labels = permuted_within(rng.normal(0, 0.3, n), rng.integers(0, 40, n), spread=np.ones(n), draws=99, rng=rng)
    small, half = rng.random(n) < 0.05, rng.random(n) < 0.5
    said = answers(columns, labels, np.column_stack([small, half]), np.arange(n))
    assert said[0].inconsistency[1:].mean() > 1.5 * said[1].inconsistency[1:].mean()
    for answer in said:
        assert answer.inconsistency[0] < np.quantile(answer.inconsistency[1:], 0.99)


def test_a_group_tried_for_offences_of_wide_spread_is_not_inconsistent_for_that():
    from sentencing_ml.fairness.virtual_judges import _gamma_tail

    found = {True: [], False: []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = 800
        court, charge = rng.integers(0, 30, n), rng.integers(0, 3, n)
        member = rng.random(n) < np.array([0.05, 0.1, 0.5])[charge]
        residual = rng.normal(0, 1, n) * np.array([0.2, 0.3, 0.9])[charge]
        columns = np.column_stack([np.ones(n), charge == 0, charge == 1, rng.uniform(-1, 1, (n, 8))]).astype(float)
        for scaled in found:
            spread = spread_of(residual, pd.Series(charge)) if scaled else np.ones(n)
            labels = permuted_within(residual, court, spread=spread, draws=59, rng=rng)
            said = answers(columns, labels, member[:, None], np.arange(n))[0]
            found[scaled].append(_gamma_tail(said.inconsistency) < 0.05)
    assert np.mean(found[True]) <= 0.134  # 5 % and three standard errors of 60 draws
    assert np.mean(found[False]) > 0.15  # what it would be if every residual were exchanged for any other


def test_judges_are_what_a_ridge_regression_of_each_side_answers():
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(5)
    x, label, member = rng.uniform(-1, 1, (300, 4)), rng.normal(size=300), rng.random(300) < 0.3
    columns = np.column_stack([np.ones(300), x])
    said = answers(columns, label[:, None], member[:, None], np.arange(300))[0]
    own, other = (Ridge(alpha=20.0).fit(x[side], label[side]).predict(x) for side in (member, ~member))
    assert said.direction[0] == pytest.approx(np.mean(own - other))
    assert said.inconsistency[0] == pytest.approx(np.mean(np.abs(own - other)))


def test_permutations_stay_within_courts_and_signs_change_by_whole_courts():
    rng = np.random.default_rng(2)
    residual, court = rng.normal(size=60), rng.integers(0, 6, 60)
    moved = permuted_within(residual, court, spread=np.ones(60), draws=5, rng=rng)
    turned = flipped(residual, court, draws=5, rng=rng)
    assert (moved[:, 0] == residual).all()
    assert (turned[:, 0] == residual).all()
    for place in range(6):
        inside = court == place
        for draw in range(1, 6):
            assert sorted(moved[inside, draw]) == sorted(residual[inside])
            ratio = turned[inside, draw] / residual[inside]
            assert np.unique(ratio.round(12)).size == 1
    assert (moved[:, 1] != residual).any()


def test_an_attribute_that_does_not_vary_within_courts_changes_signs_of_whole_courts():
    table, design = cases(1500, by_court=True, share=0.4)
    section = run(table, design)
    assert section["attributes"]["gender"]["null"] == "courts"
    assert not women(section)["direction"]["worth_looking"]
    few = run(*cases(900, by_court=True, share=0.4, courts=8))
    assert few["status"] == "cannot_say"
    assert "法院" in few["attributes"]["gender"]["why"]


def test_rows_outside_the_table_are_not_read():
    table, design = cases(900)
    more = pd.concat([table, table.assign(neutral=9.0)], ignore_index=True)
    tested = np.arange(1800) < 900
    wide = facts_of(more, pd.concat([design, design], ignore_index=True), tested)
    settings = options()
    alone = assess_virtual_judges(table, facts_of(table, design), settings=settings, threads=1)
    assert assess_virtual_judges(table, wide, settings=settings, threads=1) == alone


def test_a_sample_is_drawn_of_many_rows_and_counts_stay_those_of_the_table(monkeypatch):
    monkeypatch.setattr("sentencing_ml.fairness.virtual_judges.MAX_ROWS", 600)
    table, design = cases(1200)
    section = run(table, design)
    assert section["rows"] == {"used": 600, "of": 1200}
    assert women(section)["n"] == (table["gender"] == "女").sum()


def test_two_runs_are_the_same_and_hold_nothing_that_json_lacks():
    first, second = (json.dumps(run(*cases(600)), allow_nan=False, ensure_ascii=False) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("columns", "attribute", "words"),
    [
        ({"gender": None}, "gender", "全部未知"),
        ({"gender": "女"}, "gender", "只有一个已知的组"),
        ({}, "no_such_attribute", "不存在"),
    ],
)
def test_what_cannot_be_compared_is_said_and_not_measured(columns, attribute, words):
    table, design = cases(300)
    table = table.assign(**{name: pd.Series(value, index=table.index, dtype="string") for name, value in columns.items()})
    section = run(table, design, attributes=(attribute,))
    assert section["status"] == "cannot_say"
    assert words in section["attributes"][attribute]["why"]
    json.dumps(section, allow_nan=False)


def test_without_facts_with_one_court_or_with_hardly_a_row_nothing_is_said():
    table, design = cases(200)
    assert assess_virtual_judges(table, None, settings=options(), threads=1)["status"] == "cannot_say"
    one = table.assign(court=pd.Series("甲法院", index=table.index, dtype="string"))
    assert run(one, design)["status"] == "cannot_say"
    table, design = cases(6)
    assert run(table, design)["status"] == "cannot_say"
