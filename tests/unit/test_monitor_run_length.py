"""False alarms, shares and delays by hand, and against charts whose run length is known in closed form."""

import numpy as np
import pytest
from scipy import stats

from sentencing_ml.monitor.certificate import run_length
from sentencing_ml.monitor.detection.charts import coincidence_increments, crossings, cusum


def _at(judges: int, cases: int, *places: tuple[int, int]) -> np.ndarray:
    alarms = np.zeros((judges, cases), dtype=bool)
    for judge, case in places:
        alarms[judge, case] = True
    return alarms


def test_false_alarms_are_counted_per_100_judge_years() -> None:
    found = run_length.false_alarms(np.array([1, 1, 1, 0]), cases=100, year=200)
    assert found["k"] == 3
    assert found["judge_years"] == 2
    assert found["value"] == 150
    # Poisson: 3 seen, 0.619 to 8.767 expected
    assert found["low"] == pytest.approx(0.6187 * 50, rel=1e-3)
    assert found["high"] == pytest.approx(8.7673 * 50, rel=1e-3)


def test_no_alarm_is_bounded_by_the_rule_of_three() -> None:
    found = run_length.false_alarms(np.zeros(100), cases=400, year=200)
    assert (found["value"], found["low"]) == (0, 0)
    assert found["high"] == pytest.approx(3 / 200 * 100)


def test_alarms_of_one_judge_widen_the_interval() -> None:
    even, uneven = np.ones(8), np.array([8, 0, 0, 0, 0, 0, 0, 0])
    wide, narrow = (run_length.false_alarms(each, cases=50, year=200) for each in (uneven, even))
    assert wide["value"] == narrow["value"]
    assert wide["high"] > narrow["high"]
    assert wide["low"] < narrow["low"]


def test_judges_who_hang_together_count_as_one() -> None:
    counts = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    alone = run_length.false_alarms(counts, cases=50, year=200)
    together = run_length.false_alarms(counts, cases=50, year=200, unit=np.array([0, 0, 0, 0, 1, 1, 1, 1]))
    assert together["high"] > alone["high"]


def test_a_share_of_nothing_is_none() -> None:
    assert run_length.share(0, 0) == {"share": None, "low": None, "high": None, "k": 0, "n": 0}


def test_a_share_has_the_exact_interval() -> None:
    found = run_length.share(0, 30)
    assert found["share"] == 0
    assert found["high"] == pytest.approx(1 - 0.025 ** (1 / 30))


def test_a_share_agrees_with_scipy() -> None:
    found = run_length.share(7, 50)
    bounds = stats.binomtest(7, 50).proportion_ci(method="exact")
    assert (found["low"], found["high"]) == pytest.approx((bounds.low, bounds.high))
    assert run_length.share(50, 50)["high"] == 1


def test_delays_count_from_the_change_and_forget_what_was_said_before() -> None:
    alarms = _at(3, 10, (0, 1), (0, 6), (0, 8), (1, 4))
    assert run_length.delays(alarms, np.array([4, 4, 4])).tolist() == [3.0, 1.0, np.inf]


def test_detection_by_hand() -> None:
    found = run_length.detection(np.array([1.0, 10, 30, 31, 60, 61, 150, np.inf]), horizon=100)
    assert found["within_30"]["k"] == 3
    assert found["within_60"]["k"] == 5
    assert found["found"]["k"] == 6
    assert found["median"]["value"] == 31
    assert found["mean"] == pytest.approx((1 + 10 + 30 + 31 + 60 + 61 + 100 + 100) / 8)


def test_a_median_beyond_the_horizon_is_none() -> None:
    found = run_length.detection(np.array([5.0, np.inf, np.inf, np.inf]), horizon=100)
    assert found["median"]["value"] is None
    assert found["median"]["high"] is None


def test_the_interval_of_the_median_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        median = run_length.detection(rng.exponential(1.0, 51), horizon=10**6)["median"]
        held += median["low"] <= np.log(2) <= median["high"]
    # at least 95 % of 400, less 2.6 standard errors
    assert held >= 370


def test_judges_who_coincide_exactly_as_often_as_the_reference_have_the_run_length_of_its_markov_chain() -> None:
    """With p0 = 1/4 and p1 = 3/4 an entry adds ±ln 3, and a CUSUM that alarms at 3 ln 3 walks on 0, 1, 2.

    With E_s the expected cases to an alarm from state s, p = p0 and q = 1 − p: E0 = 1 + p E1 + q E0,
    E1 = 1 + p E2 + q E0, E2 = 1 + q E1.
    """
    p, q = 0.25, 0.75
    walk = np.array([[1 - q, -p, 0.0], [-q, 1.0, -p], [0.0, -q, 1.0]])
    expected = float(np.linalg.solve(walk, np.ones(3))[0])
    z = np.random.default_rng(8).random((500, 2000)) < p
    steps = coincidence_increments(z, np.full(z.shape, p), shift=2 * np.log(3))
    alarms = crossings(cusum(steps, threshold=3 * np.log(3)), 3 * np.log(3))
    found = run_length.false_alarms(alarms.sum(axis=1), cases=2000, year=200)
    assert found["low"] <= 100 * 200 / expected <= found["high"]
    assert alarms.size / alarms.sum() == pytest.approx(expected, rel=0.03)
