"""Charts of the monitor on cases worked out by hand; each row says what it shows."""

import math

import numpy as np
import pytest

from sentencing_ml.monitor.detection import charts, e_detectors
from sentencing_ml.monitor.detection.blind_stage import asks_note, classify, suitable
from sentencing_ml.monitor.detection.court_list import e_bh, monthly_log_e
from sentencing_ml.monitor.detection.watch import consecutive_adoptions

NAN = float("nan")

PATHS = [
    ([1, 1, -3, 1], None, None, [1, 2, 0, 1], "never below zero, and up again from there"),
    ([1, 1, 1, 1], 3, None, [1, 2, 3, 1], "the value that crosses stands, and the next case starts at zero"),
    ([1, NAN, 1], None, [1, 0, 1], [1, 1, 2], "a masked case leaves the path as it was, whatever it holds"),
    ([2, 2, 2], 4, [1, 1, 0], [2, 4, 0], "a masked case after an alert shows the restart and raises nothing"),
    ([0.1] * 3, 0.3, None, [0.1, 0.2, 0.3], "a sum that reaches the threshold but for the machine's rounding"),
]


@pytest.mark.parametrize(("steps", "threshold", "counts", "expected", "reason"), PATHS, ids=[row[4] for row in PATHS])
def test_cusum(steps, threshold, counts, expected, reason):
    mask = None if counts is None else np.array([counts], dtype=bool)
    found = charts.cusum(np.array([steps], dtype=float), counts=mask, threshold=threshold)
    assert found[0] == pytest.approx(expected), reason
    if threshold is not None:
        crossed = charts.crossings(found, threshold, counts=mask)
        # what the path shows after the alert has started again from zero
        assert crossed.sum() == 1


def test_a_new_version_starts_at_zero_before_its_first_case():
    resets = np.array([[False, False, True, False]])
    assert charts.cusum(np.ones((1, 4)), resets=resets)[0].tolist() == [1, 2, 1, 2]


def test_first_crossing():
    values = np.array([[0.0, 1, 2, 0, 3], [0, 0, 0, 0, 0]])
    assert charts.first_crossing(values, 2.0).tolist() == [2, -1]


BERNOULLI = [
    (True, 0.5, math.log(9), math.log(0.9 / 0.5), "an event at even odds, looked for at nine to one"),
    (False, 0.5, math.log(9), math.log(0.1 / 0.5), "its absence"),
    (True, 0.95, math.log(199 / 19), math.log(0.995 / 0.95), "95 against 99.5 %: next to nothing"),
    (False, 0.95, math.log(199 / 19), math.log(0.005 / 0.05), "and its absence nearly ends the matter"),
    (True, 1.0, 1.0, NAN, "what is certain says nothing"),
    (True, NAN, 1.0, NAN, "nor does what has no reference"),
]


@pytest.mark.parametrize(("event", "p0", "shift", "expected", "reason"), BERNOULLI, ids=[row[4] for row in BERNOULLI])
def test_bernoulli_increments(event, p0, shift, expected, reason):
    found = charts.coincidence_increments(np.array([event]), np.array([p0]), shift=shift)
    assert found[0] == pytest.approx(expected, nan_ok=True), reason


PLEA = [
    (0.95, 0.995, 6.0, 130, "base 95 %, reliance 99.5 %"),
    (0.97, 0.997, 6.0, 219, "base 97 %, reliance 99.7 %"),
    (0.5, 0.9, 6.0, 11, "an ordinary stratum"),
]


@pytest.mark.parametrize(("p0", "p1", "threshold", "expected", "reason"), PLEA, ids=[row[4] for row in PLEA])
def test_adoptions_in_a_row_before_an_alert(p0, p1, threshold, expected, reason):
    assert consecutive_adoptions(p0, p1, threshold) == expected, reason
    step = math.log(p1 / p0)
    path = charts.cusum(np.full((1, expected), step))
    assert charts.first_crossing(path, threshold)[0] == expected - 1


SR = [
    ([2, 2], None, None, [2, 6], "(1 + 0)·2 = 2, (1 + 2)·2 = 6"),
    ([2, 0.5], None, None, [2, 1.5], "(1 + 2)·0.5 = 1.5"),
    ([2, 9, 2], [1, 0, 1], None, [2, 2, 6], "a masked case leaves the path as it was"),
    ([2, 9, 2], [1, 0, 1], [1, 1, 1], [2, 2, 8], "a case of the run length without evidence is a start more: (2 + 2)·2"),
    ([9, 2], [0, 1], [1, 1], [0, 4], "and so before the first that counts: 2·2"),
]


@pytest.mark.parametrize(("e", "counts", "cases", "expected", "reason"), SR, ids=[row[4] for row in SR])
def test_shiryaev_roberts(e, counts, cases, expected, reason):
    mask, run = (None if each is None else np.array([each], dtype=bool) for each in (counts, cases))
    found = e_detectors.shiryaev_roberts(np.log([e]), counts=mask, cases=run)
    assert np.expm1(found[0]) == pytest.approx(expected), reason


def test_alternatives_are_averaged():
    log_e = np.log([[[2.0, 2.0]], [[4.0, 4.0]]])  # R: 2, 6 and 4, 20
    assert np.expm1(e_detectors.shiryaev_roberts(log_e)[0]) == pytest.approx([3, 13])


def test_restarts_and_new_versions_begin_the_run_again():
    log_e = np.log(np.full((1, 4), 2.0))
    assert np.expm1(e_detectors.shiryaev_roberts(log_e, threshold=math.log(6))[0]) == pytest.approx([2, 6, 2, 6])
    resets = np.array([[False, False, True, False]])
    assert np.expm1(e_detectors.shiryaev_roberts(log_e, resets=resets)[0]) == pytest.approx([2, 6, 2, 6])
    # a start that waited before the reset is not owed after it
    counts = np.array([[False, False, True, True]])
    found = e_detectors.shiryaev_roberts(log_e, counts=counts, cases=np.ones((1, 4), dtype=bool), resets=resets)
    assert np.expm1(found[0]) == pytest.approx([0, 0, 2, 6])


def test_direction_is_set_against_the_end_of_the_null_on_its_side():
    found = np.exp(e_detectors.direction_log_e(np.array([[True, False]]), null=(0.3, 0.7), strict=(0.9,)))
    assert found[:, 0].tolist() == [pytest.approx([0.9 / 0.7, 0.1 / 0.3]), pytest.approx([0.1 / 0.3, 0.9 / 0.7])]


OUTSIDE = [
    (1.5, 1.0, "one and two months are both more than a fifth away: unavoidable"),
    (2.0, 0.5, "two months are right: no judge is held to more than at long terms"),
    (200.0, 0.5, "long terms: as defined"),
]


@pytest.mark.parametrize(("advice", "expected", "reason"), OUTSIDE, ids=[row[2] for row in OUTSIDE])
def test_share_beyond_the_band_that_rounding_makes(advice, expected, reason):
    found = charts.honest_outside_share(np.array([advice]), band=0.2, share=0.5)
    assert found[0] == pytest.approx(expected, abs=0.005), reason


def test_share_beyond_the_band_is_that_of_rounded_views():
    rng = np.random.default_rng(1)
    spread = 0.2 / 0.6744897501960817
    for advice in (2.4, 3.5, 4.2, 5.5, 8.0):
        entries = np.maximum(1, np.floor(advice * np.exp(rng.normal(0, spread, 200_000)) + 0.5))
        share = (np.abs(np.log(entries / advice)) > 0.2).mean()
        found = charts.honest_outside_share(np.array([advice]), band=0.2, share=0.5)[0]
        assert found == pytest.approx(max(0.5, share), abs=0.005)


def test_spread_chart_by_hand():
    size, limit = np.array([[0.3, 0.01]]), np.array([[0.05, 0.05]])
    own = (np.array([[0.2]]), np.array([[0.0]]))
    found = charts.spread_increments(size, limit, own, ratio=0.5)[0]
    assert found[0] == pytest.approx(math.log(2) - 0.5 * 1.5**2 * 3)
    inside = [math.erf(0.05 / sd / math.sqrt(2)) for sd in (0.1, 0.2)]
    assert found[1] == pytest.approx(math.log(inside[0] / inside[1]))


def test_spread_and_adoption_of_a_judge_are_told_apart():
    rng = np.random.default_rng(2)
    size = np.abs(rng.normal(0, 0.25, (1, 4000)))
    size[0, rng.random(4000) < 0.3] = 0.0
    limit = np.full(size.shape, 0.05)
    spread, adopts = charts.own_spread(
        size, limit, counts=np.ones(size.shape, dtype=bool),
        spreads=np.linspace(0.1, 0.4, 31), adoptions=np.linspace(0, 0.6, 13),
    )  # fmt: skip
    assert spread[0] == pytest.approx(0.25, abs=0.015)
    assert adopts[0] == pytest.approx(0.3, abs=0.051)


def test_ewma_starts_at_the_first_case_and_skips_masked_ones():
    found = charts.ewma(np.array([[9.0, 1, 9, 2]]), weight=0.5, counts=np.array([[False, True, False, True]]))
    assert found[0] == pytest.approx([NAN, 1, 1, 1.5], nan_ok=True)


def twelve(*parts):
    """Return own estimates, advice and entries of (number, own, advice, entry)."""
    return [np.concatenate([np.full(part[0], float(part[place])) for part in parts]) for place in (1, 2, 3)]


STAGE = [
    ([(6, 10, 14, 14), (6, 12, 12, 12)], "A1", "依赖", "all six informative cases end at the advice"),
    ([(4, 10, 14, 14), (1, 10, 14, 10), (7, 12, 12, 12)], "A1", "依赖", "four of five are 80 %"),
    ([(3, 10, 14, 14), (9, 12, 12, 12)], "A1", "一致", "three informative cases are too few, nine own estimates agree"),
    ([(3, 10, 14, 14), (1, 10, 14, 10), (8, 12, 12, 12)], "A1", "未定", "three of four are no 80 %, eight are no nine"),
    ([(6, 10, 14, 12), (6, 12, 12, 12)], "A1", "未定", "half way is no following"),
    ([(6, 10, 14, 15), (6, 12, 12, 12)], "A1", "未定", "a month beside the advice does not end at it"),
    ([(6, 10, 14, 15), (6, 12, 12, 12)], "G", "依赖", "but does where the month is the disguise"),
    ([(6, 12, 14, 15), (6, 12, 12, 12)], "G", "未定", "unless the own estimate lay no further away than that"),
    ([(12, 12, 12, 12)], "A1", "一致", "an expert"),
]


@pytest.mark.parametrize(("parts", "kind", "expected", "reason"), STAGE, ids=[row[3] for row in STAGE])
def test_stage_two(parts, kind, expected, reason):
    assert classify(*twelve(*parts), kind=kind) == expected, reason


NOTES = [
    ("A1", None, False, "stage two has not been done"),
    ("A1", "未定", False, "nothing was shown"),
    ("A1", "一致", False, "agreement is no reliance"),
    ("A1", "依赖", True, "reliance was shown"),
    ("G", "依赖", True, "and in disguise"),
    ("A2", None, True, "one-way drift needs no second stage"),
    ("A3", None, False, "shown to the judge alone"),
    ("A4", None, True, "neglect needs no second stage"),
]


@pytest.mark.parametrize(("kind", "verdict", "expected", "reason"), NOTES, ids=[f"{row[0]} {row[1]}" for row in NOTES])
def test_who_is_asked_for_a_reason(kind, verdict, expected, reason):
    assert asks_note(kind, verdict) is expected, reason


def test_short_terms_do_not_suit_stage_two():
    assert suitable(np.array([2.0, 5.9, 6.0, 40.0])).tolist() == [False, False, True, True]


E_BH = [
    ([399, 1, 1, 1], [], "one of four at 5 % needs 80, and 399 has it, but not at 0.1 %", 0.001),
    ([81, 1, 1, 1], [0], "one of four at 5 % needs 80", 0.05),
    ([79, 1, 1, 1], [], "and has not got it", 0.05),
    ([41, 41, 1, 1], [0, 1], "two together need 40 each", 0.05),
    ([NAN, 60, 30, 1], [1, 2], "who has no e-value is not among the tested: two of three need 30", 0.05),
]


@pytest.mark.parametrize(("values", "expected", "reason", "rate"), E_BH, ids=[row[2] for row in E_BH])
def test_e_bh(values, expected, reason, rate):
    assert np.flatnonzero(e_bh(np.log(values), rate)).tolist() == expected, reason


def test_monthly_e_values_by_hand():
    log_e = np.log([[[2.0, 3.0, 5.0, 7.0]]])
    month = np.array([[0, 0, 1, 3]])
    counts, none = np.ones((1, 4), dtype=bool), np.zeros((1, 4), dtype=bool)
    found = np.exp(monthly_log_e(log_e, month=month, months=4, counts=counts, resets=none)[0])
    # begun in the first month 6; then the mean with what began in the second, 30 and 5; then with an empty month's 1
    assert found == pytest.approx([6, (30 + 5) / 2, (30 + 5 + 1) / 3, (210 + 35 + 7 + 7) / 4])


def test_a_new_version_begins_the_e_value_again():
    log_e = np.log([[[2.0, 3.0, 5.0]]])
    counts, resets = np.ones((1, 3), dtype=bool), np.array([[False, False, True]])
    found = monthly_log_e(log_e, month=np.array([[0, 1, 1]]), months=2, counts=counts, resets=resets)
    assert np.exp(found[0]) == pytest.approx([2, 5])
