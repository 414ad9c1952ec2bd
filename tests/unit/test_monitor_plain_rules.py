"""The rules that a court would think of first, on records worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from sentencing_ml.monitor.certificate import plain_rules


def _spoken(alarms: np.ndarray) -> list[int]:
    return np.flatnonzero(alarms[0]).tolist()


def test_the_literal_rule_waits_for_its_window_and_starts_anew() -> None:
    # 30 cases fill the window, and then 30 more are needed
    assert _spoken(plain_rules.literal_size(np.zeros((1, 95)))) == [29, 59, 89]


def test_the_literal_rule_keeps_silent_at_five_percent() -> None:
    assert _spoken(plain_rules.literal_size(np.full((1, 60), 0.0501))) == []


def test_the_mean_of_an_even_handed_judge_is_flagged() -> None:
    r = np.tile([0.3, -0.3], 30)[None]
    assert _spoken(plain_rules.literal_mean(r)) == [29, 59]
    assert _spoken(plain_rules.literal_size(r)) == []


def test_adoption_needs_ninety_five_percent_of_thirty() -> None:
    z = np.ones((2, 30), dtype=bool)
    z[0, :1] = False   # 29 of 30 is 96.7 %
    z[1, :2] = False   # 28 of 30 is 93.3 %
    assert plain_rules.adoption(z).any(axis=1).tolist() == [True, False]


def test_the_p_chart_judges_whole_samples() -> None:
    # limit 0.5 + 3 · 0.5/√30 = 0.774: 24 of 30 pass, 23 do not
    z = np.zeros((2, 60), dtype=bool)
    z[0, 30:54] = True
    z[1, 30:53] = True
    alarms = plain_rules.p_chart(z, mean=0.5)
    assert _spoken(alarms) == [59]
    assert not alarms[1].any()


def test_ewma_by_hand() -> None:
    # 0.5 → 0.6 → 0.68 → 0.744 … against 0.5 + 2.7 · 0.5 · √(0.2/1.8) = 0.95: 1 − 0.5 · 0.8^t passes at t = 11
    assert _spoken(plain_rules.ewma(np.ones((1, 12), dtype=bool), mean=0.5, weight=0.2)) == [10]


def test_the_unadjusted_cusum_counts_every_case_alike() -> None:
    # ln(0.9/0.5) = 0.588 a case: the ninth passes 5
    shift = float(np.log(9))
    assert _spoken(plain_rules.unadjusted_cusum(np.ones((1, 12), dtype=bool), p0=0.5, shift=shift)) == [8]


def test_the_sign_test_looks_at_the_end_of_a_month() -> None:
    r, z = np.full((1, 12), 0.3), np.zeros((1, 12), dtype=bool)
    # 5 of 5 above: p = 0.0625; 6 of 6: 0.031
    assert _spoken(plain_rules.sign_test(z, r, month=5)) == [9]
    assert _spoken(plain_rules.sign_test(z, r, month=6)) == [5, 11]


def test_what_coincides_is_no_departure() -> None:
    r = np.full((1, 10), 0.3)
    z = np.ones((1, 10), dtype=bool)
    assert _spoken(plain_rules.sign_test(z, r, month=5)) == []
    assert _spoken(plain_rules.wilcoxon(z, r, month=5)) == []


@pytest.mark.parametrize("lean", [0.0, 0.08])
def test_signed_ranks_agree_with_scipy(lean: float) -> None:
    r = np.random.default_rng(3).normal(lean, 0.25, (20, 40))
    z = np.abs(r) < 0.03
    spoken = plain_rules.wilcoxon(z, r, month=40)[:, -1]
    expected = [
        stats.wilcoxon(row[~same], method="asymptotic", correction=False).pvalue < 0.05
        for row, same in zip(r, z, strict=True)
    ]
    assert spoken.tolist() == expected
    assert any(expected) or lean == 0


def test_the_list_of_a_court_without_cause_is_empty_and_with_cause_names_it() -> None:
    z = np.zeros((10, 100), dtype=bool)
    z[:, :50] = True
    z[3, :75] = True
    assert np.flatnonzero(plain_rules.adoption_list(z, mean=0.5)).tolist() == [3]


def test_rules_flag_honest_records_as_often_as_their_level_says() -> None:
    # one look at 40 departures, none with a direction: the sign test's exact level is at most 5 %
    r = np.random.default_rng(5).normal(0, 0.2, (4000, 40))
    spoken = plain_rules.sign_test(np.zeros(r.shape, dtype=bool), r, month=40)
    assert 0.02 < spoken.any(axis=1).mean() <= 0.05
