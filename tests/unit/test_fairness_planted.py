from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness import conditional, planted
from sentencing_ml.fairness.assessment import judged
from sentencing_ml.settings import AuditSettings, load_settings

STEP = float(np.log1p(0.1))


def options(*attributes: str, **given) -> AuditSettings:
    plain = load_settings(Path(__file__).parents[2] / "params.yaml").audit
    return plain.model_copy(update={"attributes": attributes, "bootstrap": 50, **given})


def simulated(n=2000, *, seed=1, confounded=True):
    return planted.simulate(n, confounded=confounded, rng=np.random.default_rng(seed))


def planted_in(corpus, chosen, planting, settings, *, effect=0.1, seed=2):
    groupings = planted.grouped_by(corpus.frame, settings)
    corpus = planted.plant(
        corpus, chosen, planting, effect=effect, groupings=groupings, rng=np.random.default_rng(seed)
    )
    return corpus, planted.truth(corpus, groupings, settings=settings)


def test_a_simulated_corpus_is_as_uneven_as_published_judgments():
    frame = simulated(5000).frame
    sizes = frame["court"].value_counts()
    assert len(sizes) >= 55
    assert sizes.max() > 2.5 * sizes.median()
    settings = options("gender", "region", "province", "court_level", "age", "procedure")
    groupings = planted.grouped_by(frame, settings)
    of_court = {
        name: bool((found.group.groupby(frame["court"]).nunique() == 1).all()) for name, found in groupings.items()
    }
    assert of_court == {
        "gender": False, "region": True, "province": True, "court_level": True, "age": False, "procedure": False,
    }  # fmt: skip
    # what law sets aside is in the corpus, small
    assert 0 < groupings["age"].set_aside["未满18岁"] < 100


def test_attributes_go_with_the_facts_only_where_that_is_asked_for():
    def relation(confounded):
        corpus = simulated(20_000, seed=3, confounded=confounded)
        ordinary = (corpus.frame["procedure"] == "普通").to_numpy(dtype=bool)
        return float(corpus.term[ordinary].mean() - corpus.term[~ordinary].mean())

    assert abs(relation(False)) < 0.03
    assert relation(True) > 0.15


PLANTINGS = [
    # planting, the sign of the planted group's gap by measure: 0 is none
    ("labels", {"labels": 1, "advice": 0, "amplification": -1, "error": -1, "override": 0}),
    ("advice", {"labels": 0, "advice": 1, "amplification": 1, "error": 1, "override": 0}),
    # what is missed stays in the judgment that should be rid of it, and out of the expected term
    ("extraction", {"labels": -1, "advice": 0, "amplification": 1, "error": 1, "override": 0}),
    ("overrides", {"labels": 0, "advice": 0, "amplification": 0, "error": 0, "override": 1}),
]


@pytest.mark.parametrize(("planting", "signs"), PLANTINGS, ids=[name for name, _ in PLANTINGS])
def test_a_difference_moves_the_object_in_which_it_was_planted(planting, signs):
    corpus = simulated(5000, confounded=False)
    _, true = planted_in(corpus, [("procedure", "简易")], planting, options("procedure"))
    for measure, sign in signs.items():
        assert true["procedure", "简易"][measure] == pytest.approx(sign * STEP, abs=0.02), measure


def test_the_rest_of_a_group_holds_the_planted_one():
    # by hand: of three groups one is raised; each other is below its rest by the planted one's share of that rest
    corpus = replace(simulated(3000, confounded=False), cells=np.zeros(3000, dtype=int))
    settings = options("procedure")
    _, true = planted_in(corpus, [("procedure", "简易")], "labels", settings)
    n = corpus.frame["procedure"].value_counts()
    assert true["procedure", "简易"]["labels"] == pytest.approx(STEP)
    assert true["procedure", "速裁"]["labels"] == pytest.approx(-STEP * n["简易"] / (n["简易"] + n["普通"]))
    assert true["procedure", "普通"]["labels"] == pytest.approx(-STEP * n["简易"] / (n["简易"] + n["速裁"]))


def test_an_attribute_that_goes_with_a_planted_one_inherits_its_gap():
    corpus = simulated(8000)
    _, true = planted_in(corpus, [("region", "东北")], "labels", options("region", "province", "gender"))
    # the one province of that region is the region
    assert true["province", "黑龙江省"]["labels"] == pytest.approx(true["region", "东北"]["labels"], abs=1e-9)
    assert abs(true["gender", "女"]["labels"]) < 0.01


def test_the_audit_finds_on_average_what_was_planted():
    settings = options("procedure", "household", "region")
    pairs = []
    for seed in range(4):
        corpus = simulated(1200, seed=seed)
        corpus, true = planted_in(corpus, [("procedure", "简易")], "labels", settings, effect=0.3)
        table = planted.table_of(corpus)
        _, measured, _ = judged(table, planted.facts_of(corpus, table), settings=settings, threads=1)
        pairs += [
            (measure, true[part.grouping.name, group][measure], test["estimate"], test["se"])
            for part in measured
            for group, tests in part.tests.items()
            for measure, test in tests.items()
        ]
    found = pd.DataFrame(pairs, columns=["measure", "true", "estimate", "se"])
    apart = ((found["estimate"] - found["true"]) / found["se"]).groupby(found["measure"])
    # standardised distances of four independent audits, a dozen groups each
    assert apart.mean().abs().max() < 1.0
    assert apart.std().between(0.4, 1.6).all()
    labels = found[found["measure"] == "labels"]
    assert np.polyfit(labels["true"], labels["estimate"], 1)[0] == pytest.approx(1, abs=0.2)


def test_the_true_share_of_covered_rows_is_that_of_the_simulated_chance():
    # 0.74 either way of a residual sd of 0.45 holds 90 % of a normal distribution
    corpus = simulated(2000)
    figures = planted._on_average(corpus, settings=options("gender"))
    assert figures["covered"].mean() == pytest.approx(0.89, abs=0.02)


def pool_with_a_gap(effect=0.5):
    settings = options("gender", "region")
    corpus, _ = planted_in(simulated(3000, seed=5), [("gender", "女"), ("region", "西部")], "labels", settings,
                           effect=effect)  # fmt: skip
    return planted.Pool(table=planted.table_of(corpus), design=corpus.design, categorical=corpus.categorical)


def gap(frame, label, advice, column, group):
    member = (frame[column] == group).to_numpy(dtype=bool)
    return float((label - advice)[member].mean() - (label - advice)[~member].mean())


def test_a_resampled_corpus_keeps_no_relation_of_a_group_to_its_judgments():
    pool = pool_with_a_gap()
    table = pool.table
    assert gap(table, table["neutral"], np.log1p(table["advice"]), "gender", "女") > 0.3
    drawn = [planted.resample(pool, 3000, rng=np.random.default_rng(seed)) for seed in range(6)]
    gaps = np.array([gap(corpus.frame, corpus.label, corpus.advice, "gender", "女") for corpus in drawn])
    assert abs(gaps.mean()) < 3 * gaps.std(ddof=1) / np.sqrt(len(gaps)) + 0.01
    regions = np.array([
        gap(corpus.frame, corpus.label, corpus.advice, "province", "四川省") for corpus in drawn
    ])  # fmt: skip
    assert abs(regions.mean()) < 3 * regions.std(ddof=1) / np.sqrt(len(regions)) + 0.01
    spread = [float(np.std(corpus.label - corpus.advice)) for corpus in drawn]
    assert np.mean(spread) == pytest.approx(float((table["neutral"] - np.log1p(table["advice"])).std()), rel=0.1)


def test_a_resampled_court_is_one_court():
    corpus = planted.resample(pool_with_a_gap(), 3000, rng=np.random.default_rng(1))
    found = planted.grouped_by(corpus.frame, options("province", "court_level"))
    courts = corpus.frame["court"]
    assert courts.notna().all()
    assert (found["court_level"].group.groupby(courts).nunique() == 1).all()
    assert (found["province"].group.groupby(courts).nunique() == 1).all()
    assert set(found["court_level"].sizes) == {"基层", "中级"}


def test_judgments_of_unknown_courts_are_resampled_too():
    pool = pool_with_a_gap()
    court = pool.table["court"].mask(np.arange(len(pool.table)) % 3 == 0)
    pool = replace(pool, table=pool.table.assign(court=court))
    corpus = planted.resample(pool, 2000, rng=np.random.default_rng(1))
    assert 0.1 < corpus.frame["court"].isna().mean() < 0.9
    assert not np.isnan(corpus.label).any()
    unknown = corpus.frame["court"].isna()
    assert corpus.frame.loc[unknown, "cluster"].is_unique or unknown.sum() < 2000


@pytest.mark.parametrize(
    ("table", "usable"),
    [
        (lambda table: table, True),
        (lambda table: table.iloc[:299], False),
        (lambda table: table.assign(court=pd.array(["某法院"] * len(table), dtype="string")), False),
        (lambda table: table.assign(court=pd.array([None] * len(table), dtype="string")), False),
    ],
    ids=["enough", "too few rows", "one court", "no court"],
)
def test_a_pool_of_too_few_courts_or_counts_is_not_drawn_from(table, usable):
    pool = pool_with_a_gap()
    assert replace(pool, table=table(pool.table)).usable is usable


def test_groups_are_drawn_of_different_attributes_and_large_enough():
    settings = options("gender", "ethnicity", "age", "province", "procedure")
    groupings = planted.grouped_by(simulated(3000).frame, settings)
    for seed in range(20):
        chosen = planted.choose(groupings, count=3, share=0.1, rng=np.random.default_rng(seed))
        assert len({name for name, _ in chosen}) == 3
        for name, group in chosen:
            assert group != "未知"
            assert groupings[name].sizes[group] >= 0.1 * 3000 * 0.95
    assert planted.choose(groupings, count=9, share=0.45, rng=np.random.default_rng(1)) != []
    assert planted.choose({}, count=3, share=0.1, rng=np.random.default_rng(1)) == []


def test_the_same_seed_draws_the_same_corpus():
    one, two = simulated(500, seed=9), simulated(500, seed=9)
    pd.testing.assert_frame_equal(planted.table_of(one), planted.table_of(two))


def test_courts_that_differ_much_give_a_group_of_courts_no_difference(monkeypatch):
    # a region is a set of courts: what the facts tell of its courts must not stand in for it
    plan = planted.plan()
    harsh = {**plan, "courts": {**plan["courts"], "sd": 0.4}}
    monkeypatch.setattr(planted, "plan", lambda: harsh)
    monkeypatch.setattr(conditional, "ROUNDS", 30)
    settings = options("region", "province")
    held, different = [], 0
    for seed in range(3):
        corpus = simulated(1200, seed=seed, confounded=False)
        table = planted.table_of(corpus)
        _, measured, _ = judged(table, planted.facts_of(corpus, table), settings=settings, threads=1)
        tests = [tests["labels"] for part in measured for tests in part.tests.values() if "labels" in tests]
        held += [test["low"] <= 0 <= test["high"] for test in tests if np.isfinite(test["low"])]
        different += sum(test.get("verdict") == "有差异" for test in tests)
    assert np.mean(held) > 0.8
    assert different == 0
