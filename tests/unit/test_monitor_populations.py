"""Simulated judges do what their kind says, counted on their own cases."""

import numpy as np
import pytest

from sentencing_ml.monitor.certificate.populations import Simulated, heaped, plan, populations, simulate, whole
from sentencing_ml.monitor.detection import charts


def _simulated(name: str, *, judges: int = 60, cases: int = 150, **options: bool) -> Simulated:
    return simulate(populations()[name], judges=judges, cases=cases, rng=np.random.default_rng(1), **options)


def _after(found: Simulated) -> np.ndarray:
    return (found.change[:, None] >= 0) & (np.arange(found.cases) >= found.change[:, None])


def _coincides(found: Simulated) -> np.ndarray:
    return charts.coincides(found.entry, found.advice, months=0.5, share=0.05)


@pytest.mark.parametrize("name", list(populations()))
def test_every_population_has_whole_months_and_an_interval_around_its_advice(name: str) -> None:
    found = _simulated(name, judges=6)
    for months in (found.entry, found.own):
        assert (months >= 1).all()
        assert (months == np.floor(months)).all()
    assert ((found.low < found.advice) & (found.advice < found.high)).all()
    assert (found.change >= 0).all() == (populations()[name].becomes is not None)


def test_the_same_seed_gives_the_same_judges() -> None:
    assert (_simulated("reliant_97").entry == _simulated("reliant_97").entry).all()


def test_changes_are_spread_over_the_cases_and_leave_the_horizon_to_watch() -> None:
    found = _simulated("reliant_97", judges=400, cases=100)
    assert found.cases == 100 + plan()["horizon"]
    assert found.change.min() < 10
    assert 90 <= found.change.max() < 100


def test_judges_may_have_changed_before_their_first_case() -> None:
    found = _simulated("reliant_97", changed=True)
    assert (found.change == 0).all()
    assert found.cases == 150


def test_a_reliant_judge_enters_the_advice_from_the_change_on() -> None:
    found = _simulated("reliant_97")
    adopted = found.entry == whole(found.advice)
    after = _after(found)
    # whoever does not adopt may still end at the same whole months
    assert 0.965 < adopted[after].mean() < 0.99
    assert adopted[~after].mean() < 0.5


def test_who_relies_on_some_cases_is_honest_in_the_others() -> None:
    lenient, group = _simulated("reliant_lenient"), _simulated("reliant_group")
    adopted = [found.entry == whole(found.advice) for found in (lenient, group)]
    assert adopted[1][_after(group) & group.group].mean() > 0.96
    assert adopted[1][_after(group) & ~group.group].mean() < 0.5
    milder = _after(lenient) & (lenient.advice < lenient.own * 0.9)
    graver = _after(lenient) & (lenient.advice > lenient.own * 1.1)
    assert adopted[0][milder].mean() > 0.96
    assert adopted[0][graver].mean() < 0.5


def test_a_strict_one_way_judge_departs_to_one_side_alone() -> None:
    found = _simulated("one_way_strict")
    departs = _after(found) & ~_coincides(found)
    up = np.where(departs, found.entry > found.advice, np.nan)
    share = np.nanmean(up, axis=1)
    assert set(share) == {0.0, 1.0}
    before = ~_after(found) & ~_coincides(found)
    assert 0.4 < (found.entry > found.advice)[before].mean() < 0.6


def test_who_games_stays_a_month_away() -> None:
    found = _simulated("gaming")
    after = _after(found) & (found.advice > 3)
    assert (np.abs(found.entry - whole(found.advice))[after] == 1).all()


def test_who_neglects_the_advice_does_not_move_with_it() -> None:
    found = _simulated("neglect_above")
    ratio = np.log(found.entry / found.advice)[_after(found) & ~found.driving]
    assert ratio.mean() == pytest.approx(np.log(1.5), abs=0.03)
    erratic = _simulated("neglect_erratic")
    assert np.log(erratic.entry / erratic.advice)[_after(erratic) & ~erratic.driving].std() == pytest.approx(0.6, abs=0.05)


def test_an_expert_views_cases_as_the_advice_does() -> None:
    found = _simulated("expert")
    long = found.advice > 60
    # beyond five years rounding to six or twelve months moves a view by less than a tenth
    assert np.abs(np.log(found.own / found.advice))[long].mean() < 0.06


def test_drift_ends_nearer_to_the_advice_than_it_began() -> None:
    found = _simulated("honest_drift", cases=400)
    size = np.abs(np.log(found.entry / found.advice))
    assert size[:, -100:].mean() < 0.8 * size[:, :100].mean()


def test_judges_trained_together_lean_together() -> None:
    found = _simulated("honest_cluster", judges=200)
    leaning = np.log(found.own / found.advice).mean(axis=1)
    means = np.array([leaning[found.cluster == each].mean() for each in np.unique(found.cluster)])
    alone = _simulated("honest_mixed", judges=200)
    others = np.log(alone.own / alone.advice).mean(axis=1).reshape(10, 20).mean(axis=1)
    assert means.std() > 2 * others.std()


def test_plea_cases_follow_the_recommendation_before_the_advice_is_seen() -> None:
    found = _simulated("honest_plea")
    assert found.plea.mean() == pytest.approx(0.85, abs=0.02)
    for months in (found.own, found.entry):
        # where the recommendation is not followed the view may still end at the same whole months
        assert 0.93 < (months == whole(found.advice))[found.plea].mean() < 0.98


def test_a_new_version_moves_the_advice_and_not_the_judge() -> None:
    found = _simulated("honest_version", cases=200)
    ratio = np.log(found.own / found.advice)
    assert (found.version[:, 99] == 0).all()
    assert (found.version[:, 100] == 1).all()
    gap = ratio[:, :100].mean() - ratio[:, 100:].mean()
    assert gap == pytest.approx(np.log(1.1), abs=0.02)


def test_planted_errors_double_the_advice_of_few_cases() -> None:
    found = _simulated("honest", errors=True)
    factor = found.advice / found.unaltered
    assert set(np.round(factor.ravel(), 9)) == {1.0, 2.0}
    assert (factor > 1).mean() == pytest.approx(0.05, abs=0.01)
    clean = _simulated("honest")
    assert (clean.advice == clean.unaltered).all()


def test_months_are_rounded_to_half_years_only_when_these_are_near() -> None:
    rng = np.random.default_rng(2)
    assert (heaped(np.full(500, 3.4), rng) == 3).all()
    near = heaped(np.full(4000, 17.0), rng)
    # 12 is further away than 15 %
    assert set(near) == {17.0, 18.0}
    assert (near == 18).mean() == pytest.approx(0.32, abs=0.03)
    assert set(heaped(np.full(500, 9.0), rng)) == {9.0}


def test_nobody_is_sentenced_to_no_months() -> None:
    assert whole(np.array([0.2, 1.49, 1.5, 2.5])).tolist() == [1, 1, 2, 3]
