import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.conditional import (
    basis,
    cluster_folds,
    explain,
    product,
    residual_members,
    shared_part,
    without_shared,
)


def confounded(n, *, seed, effect=0.0, courts=60):
    """Facts, a group that follows them in steps and interactions, and outcomes with ``effect`` more for the group."""
    rng = np.random.default_rng(seed)
    charge = rng.integers(0, 8, n)
    amount = np.exp(rng.normal(9, 1.5, n))
    amount[rng.random(n) < 0.3] = np.nan
    weapon = np.where(rng.random(n) < 0.3, np.nan, (rng.random(n) < 0.2).astype(float))
    level = np.where(np.isnan(amount), 8.5, np.log(np.nan_to_num(amount, nan=1.0)))
    expected = 2.5 + 0.35 * np.tanh(level - 9) + 0.2 * (level > 10) * (charge < 3) + 0.2 * (weapon == 1) + 0.1 * charge
    leaning = 1.2 * ((level > 10) & (charge < 3)) + 0.8 * np.abs(level - 9) - 1.5 + 0.8 * (weapon == 1)
    member = rng.random(n) < 1 / (1 + np.exp(-leaning))
    court = rng.integers(0, courts, n)
    judged = expected + effect * member + rng.normal(0, 0.1, courts)[court] + rng.normal(0, 0.4, n)
    design = pd.DataFrame({"amount": amount, "weapon": weapon, "charge": charge})
    return design, member, np.column_stack([judged, expected]), court


def left_of(columns, member):
    return residual_members(columns, member, gram=product(columns, columns))


def coefficient(explained, member):
    treatment = explained.members(member[:, None], np.ones(len(member), dtype=bool))
    return (explained.residual * treatment).sum(axis=0) / (treatment**2).sum()


@pytest.mark.parametrize("effect", [0.0, 0.1])
def test_a_planted_difference_is_recovered_under_confounding_in_steps_and_interactions(effect):
    found, raw = [], []
    for seed in range(4):
        design, member, outcomes, court = confounded(2500, seed=seed, effect=effect)
        explained = explain(design, outcomes, court, categorical=("charge",), seed=1, threads=1)
        found.append(coefficient(explained, member))
        raw.append(outcomes[member, 0].mean() - outcomes[~member, 0].mean())
    judged, advised = np.mean(found, axis=0)
    # four samples: one has a standard error of 0.019
    assert np.mean(raw) - effect > 0.05
    assert judged == pytest.approx(effect, abs=0.02)
    assert advised == pytest.approx(0.0, abs=0.005)


def test_rows_of_one_cluster_are_predicted_by_models_that_have_not_seen_it():
    # The outcome is a number of its own for each court and the facts name the court: a model that had seen the court
    # would leave nothing.
    rng = np.random.default_rng(5)
    court = np.repeat(np.arange(40), 25)
    outcome = rng.normal(size=40)[court]
    facts = pd.DataFrame({"court": rng.permutation(40)[court].astype(float)})
    left = explain(facts, outcome[:, None], court, seed=1, threads=1).residual
    assert left.std() > 0.8 * outcome.std()


def test_memberships_that_the_facts_tell_leave_nothing():
    fact = np.arange(60.0) % 3
    columns = basis(pd.DataFrame({"fact": fact}), np.zeros((60, 0)), categorical=())
    left = left_of(columns, np.column_stack([fact == 1, fact == 0]))
    # the ridge weighs as one row against twenty
    assert np.abs(left).max() < 0.15


def test_the_residual_of_a_membership_is_that_of_least_squares():
    rng = np.random.default_rng(2)
    fact, member = rng.integers(0, 4, 4000).astype(float), rng.random((4000, 2)) < 0.3
    columns = basis(pd.DataFrame({"fact": fact}), np.zeros((4000, 0)), categorical=())
    left = left_of(columns, member)
    by_level = pd.DataFrame(member.astype(float)).groupby(fact).transform("mean").to_numpy()
    assert left == pytest.approx(member - by_level, abs=0.002)


def test_what_is_not_known_is_a_level_of_its_own():
    fact = np.array([np.nan, 1.0] * 20)
    columns = basis(pd.DataFrame({"fact": fact}), np.zeros((40, 0)), categorical=())
    left = left_of(columns, np.isnan(fact)[:, None])
    assert np.abs(left).max() < 0.15


def test_a_fact_of_one_value_or_none_carries_no_column():
    facts = pd.DataFrame({"always": np.ones(30), "never": np.full(30, np.nan)})
    assert basis(facts, np.zeros((30, 0)), categorical=()).shape == (30, 1)


def test_one_cluster_cannot_be_predicted_by_others():
    with pytest.raises(ValueError, match="two clusters"):
        explain(
            pd.DataFrame({"fact": np.arange(30.0)}), np.zeros((30, 1)), np.zeros(30, dtype=int), seed=1, threads=1
        )


def test_folds_keep_clusters_whole_and_are_of_like_size():
    court = np.repeat(np.arange(17), np.arange(1, 18))
    folds = cluster_folds(court, seed=3)
    assert all(len(set(folds[court == number])) == 1 for number in range(17))
    assert np.ptp(np.bincount(folds)) <= 8
    assert set(cluster_folds(np.array([0, 1, 1]), seed=3)) == {0, 1}


@pytest.mark.parametrize("share", [0.2, 0.8], ids=["few rows kept", "most rows kept"])
def test_memberships_are_taken_out_within_the_rows_that_are_kept(share):
    rng = np.random.default_rng(4)
    design, member, outcomes, court = confounded(600, seed=4)
    explained = explain(design, outcomes, court, categorical=("charge",), seed=1, threads=1)
    kept = rng.random(600) < share
    alone = left_of(explained.basis[kept], member[kept][:, None])
    assert explained.members(member[kept][:, None], kept) == pytest.approx(alone, abs=1e-3)


def test_courts_that_do_not_differ_share_nothing_and_courts_that_do_share_their_mean():
    rng = np.random.default_rng(6)
    court = np.repeat(np.arange(50), 80)
    noise = rng.normal(0, 0.4, 4000)
    assert shared_part(noise - noise.mean(), court).max() < 0.25
    apart = noise + rng.normal(0, 1.0, 50)[court]
    # 1 − √(0.16 / (0.16 + 80 · 1)) by hand
    assert shared_part(apart, court) == pytest.approx(0.955, abs=0.01)


def test_one_court_shares_nothing():
    assert shared_part(np.arange(5.0), np.zeros(5, dtype=int)).tolist() == [0.0]


def test_what_is_shared_is_taken_out_of_the_mean_of_its_cluster():
    court = np.array([0, 0, 1, 1])
    left = without_shared(np.array([[1.0], [3.0], [10.0], [20.0]]), court, np.array([0.5, 1.0]))
    # means 2 and 15: half of the one and all of the other; the mean of what is left, 0.5, goes as well
    assert left[:, 0].tolist() == [-0.5, 1.5, -5.5, 4.5]


def test_a_group_that_is_frequent_in_few_courts_is_known_better_without_what_courts_share():
    rng = np.random.default_rng(7)
    plain, shared = [], []
    for _ in range(60):
        court = rng.integers(0, 30, 2000)
        member = (rng.random(2000) < rng.choice([0.05, 0.6], 30)[court]).astype(float)
        judged = rng.normal(0, 0.2, 30)[court] + rng.normal(0, 0.4, 2000) + 0.1 * member
        part = shared_part(judged - judged.mean(), court)
        for into, taken in ((plain, np.zeros(30)), (shared, part)):
            left, outcome = (without_shared(side[:, None], court, taken)[:, 0] for side in (member, judged))
            into.append((left * outcome).sum() / (left**2).sum())
    assert np.mean(shared) == pytest.approx(0.1, abs=0.015)
    assert np.std(shared) < 0.6 * np.std(plain)
