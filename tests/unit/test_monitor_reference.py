import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from tests.support.watched_court import advice_of, honest, ledger, rows, whole

from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.reference import (
    _logits,
    _precision,
    between_judges,
    fit,
    fit_reference,
    honest_use,
    reference_cases,
    self_check,
)
from sentencing_ml.monitor.detection.strata import PLEAS, name, severity, severity_names, strata


def cases(rng, n, *, low=8.0, high=60.0, plea=False, spread=0.25, group="盗窃", judges=50):
    """Return reference cases of judges who have not seen the advice."""
    advice = advice_of(rng, n, low=low, high=high)
    return pd.DataFrame(
        {
            "judge": [f"J{k % judges}" for k in range(n)],
            "advice_months": advice,
            "own": honest(rng, advice, spread=spread)[0],
            "charge_group": group,
            "plea": pd.array([plea] * n, dtype="boolean"),
            "interval_low": advice * 0.5,
            "interval_high": advice * 2.0,
        }
    )


def at(months, *, group="盗窃", plea=False):
    return pd.DataFrame(
        {"advice_months": months, "charge_group": group, "plea": pd.array([plea] * len(months), dtype="boolean")}
    )


BUCKETS = [
    (0.5, "1.5个月以下", "the lightest"),
    (1.5, "1.5—2.5个月", "a bucket holds its lower bound"),
    (18.9, "13—19个月", "and not its upper one"),
    (500.0, "120个月以上", "the last is open"),
]


@pytest.mark.parametrize(("months", "expected", "reason"), BUCKETS, ids=[row[2] for row in BUCKETS])
def test_severity_buckets(months, expected, reason):
    assert severity_names()[int(severity(np.array([months]))[0])] == expected, reason


def test_unknown_plea_is_a_stratum_of_its_own():
    frame = at([10.0, 10.0, 10.0]).assign(plea=pd.array([True, False, pd.NA], dtype="boolean"))
    assert [PLEAS[code] for code in strata(frame).plea] == ["认罪认罚", "不认罪认罚", "认罪认罚不明"]
    assert name(8, "盗窃", 0) == "13—19个月 · 盗窃 · 认罪认罚"


def test_reference_cases_are_those_judged_without_the_advice():
    made = rows(np.full((1, 6), 10.0), np.full((1, 6), 12.0), np.full((1, 6), 9.0))
    made["mode"] = pd.array(["shown", "blind_first", "shadow", "training", "blind_first", "shadow"], dtype="string")
    made["own_estimate_months"] = [np.nan, 9.0, np.nan, np.nan, 0.0, np.nan]
    made.loc[5, "advice_months"] = 0.0
    found = reference_cases(ledger(made))
    assert found["mode"].tolist() == ["blind_first", "shadow"]
    assert found["own"].tolist() == [9.0, 12.0]  # the estimate of the one, the entry of the other


def test_honest_use_is_what_honest_users_of_the_advice_do():
    rng = np.random.default_rng(1)
    advice = advice_of(rng, (1, 60_000), low=8.0)
    view = advice * np.exp(rng.normal(0, 0.25, advice.shape))
    weight, adopts = rng.uniform(0.1, 0.5, advice.shape), rng.random(advice.shape) < 0.175
    entry = np.where(adopts, whole(advice), whole(advice**weight * view ** (1 - weight)))
    share = (np.abs(entry - advice) <= np.maximum(0.5, 0.05 * advice)).mean()
    own, low = whole(view)[0], advice[0] * 0.5
    found = honest_use(advice=advice[0], own=own, low=low, high=advice[0] * 2)
    assert logit(found["coincidence"].mean()) == pytest.approx(logit(share), abs=0.1)
    # the estimates as they stand coincide far less: a margin of 1.0 would not reach an honest judge
    bare = (np.abs(own - advice[0]) <= np.maximum(0.5, 0.05 * advice[0])).mean()
    assert logit(share) - logit(bare) > 0.9


def test_p0_lies_a_margin_above_the_court():
    made = cases(np.random.default_rng(2), 6000)
    found = fit(made)
    frame = at([15.0, 30.0])
    court = found.court_mean(strata(frame))
    assert logit(found.p0(frame)) - logit(court) == pytest.approx([1.0, 1.0])
    assert logit(found.p0(frame, offset=0.3)) - logit(court) == pytest.approx([1.3, 1.3])
    severe = made["advice_months"].between(13, 19)
    use = honest_use(**{
        key: made.loc[severe, column].to_numpy()
        for key, column in (("advice", "advice_months"), ("own", "own"), ("low", "interval_low"), ("high", "interval_high"))
    })["coincidence"].mean()  # fmt: skip
    assert logit(court[0]) == pytest.approx(logit(use), abs=0.1)


def test_fewer_reference_cases_widen_the_margin():
    rng = np.random.default_rng(3)
    frame = at([15.0])

    def margin(n):
        found = fit(cases(rng, n))
        return float(logit(found.p0(frame)[0]) - logit(found.court_mean(strata(frame))[0]))

    few, more, many = margin(250), margin(800), margin(6000)
    assert few > more > many == pytest.approx(1.0)


def test_too_few_reference_cases_are_none():
    minimum = definitions().reference.minimum_cases
    assert fit(cases(np.random.default_rng(4), minimum - 1)) is None
    assert fit(cases(np.random.default_rng(4), minimum)) is not None


def test_sparse_strata_are_drawn_to_their_neighbours():
    rng = np.random.default_rng(5)
    found = fit(pd.concat([cases(rng, 4000), cases(rng, 5, group="抢劫", spread=0.001)], ignore_index=True))
    common, rare = (found.court_mean(strata(at([15.0], group=group)))[0] for group in ("盗窃", "抢劫"))
    # all five agree with the advice, which five cases do not prove of the stratum
    assert common < rare < 0.6
    margin = logit(found.p0(at([15.0], group="抢劫"))) - logit(rare)
    assert margin[0] > 1.2


def test_what_the_reference_has_never_seen_is_not_assessable():
    found = fit(cases(np.random.default_rng(6), 3000))
    assert np.isfinite(found.p0(at([15.0])))
    assert np.isnan(found.p0(at([15.0], plea=True)))
    assert found.unknown(strata(at([15.0], plea=True)))


def test_a_stratum_in_which_everybody_agrees_is_not_assessable():
    found = fit(cases(np.random.default_rng(7), 3000, spread=0.01))
    assert np.isnan(found.p0(at([15.0])))
    assert not found.unknown(strata(at([15.0])))


def test_severity_is_told_apart_where_rounding_makes_agreement():
    rng = np.random.default_rng(8)
    found = fit(pd.concat([cases(rng, 3000, low=1.2, high=3.0), cases(rng, 3000)], ignore_index=True))
    short, long = found.court_mean(strata(at([2.0, 15.0])))
    assert short > 0.65
    assert long < 0.45


def test_cases_of_one_judge_count_for_less():
    rng = np.random.default_rng(9)
    advice = advice_of(rng, 4000, low=13.0, high=19.0)
    leaning = np.repeat(rng.normal(0, 0.4, 8), 500)
    made = pd.DataFrame(
        {
            "judge": np.repeat(np.arange(8), 500), "advice_months": advice,
            "own": whole(advice * np.exp(leaning + rng.normal(0, 0.1, 4000))), "charge_group": "盗窃",
            "plea": pd.array([False] * 4000, dtype="boolean"), "interval_low": advice * 0.5,
            "interval_high": advice * 2,
        }
    )  # fmt: skip
    place = (8, 0, 1)
    alike = fit(made).coincidence.error[place]
    unlike = fit(made.assign(judge=np.arange(4000))).coincidence.error[place]
    assert alike > 2 * unlike


@pytest.mark.parametrize(
    ("spread", "expected", "reason"),
    [
        (0.0, (0.5, 0.5), "what chance adds to the shares of 40 cases (0.13 to either side) is taken off"),
        (0.5, (0.206, 0.794), "1.64 standard deviations to either side of one half"),
        (1.2, (0.024, 0.976), "nearly all of a judge's entries to one side"),
    ],
)
def test_how_far_judges_lean_apart_is_told_from_how_few_cases_they_have(spread, expected, reason):
    rng = np.random.default_rng(17)
    judge = np.repeat(np.arange(400), 40)
    event = rng.normal(size=len(judge)) < np.repeat(rng.normal(0, spread, 400), 40)
    assert between_judges(event, judge) == pytest.approx(expected, abs=0.06), reason


def test_few_judges_or_few_cases_tell_nothing_of_how_far_judges_lean():
    event = np.tile([True, False], 200)
    assert np.isnan(between_judges(event, np.repeat(np.arange(8), 50))).all()
    assert np.isnan(between_judges(event, np.repeat(np.arange(40), 10))).all()


def test_the_reference_of_a_year_is_of_the_cases_before_it():
    rng = np.random.default_rng(10)
    advice = advice_of(rng, (20, 30))
    own, _ = honest(rng, advice)
    old = rows(advice, own, own, mode="shadow", start="2023-05")
    new = rows(advice, own, own, mode="shadow", start="2024-05")
    made = ledger(old, new)
    assert fit_reference(made, year=2024).n == 600
    assert fit_reference(made).n == 1200
    assert fit_reference(made, year=2023) is None


def court(rng, *, offset, judges=60, cases_=30):
    mean = rng.uniform(0.2, 0.7, judges * cases_)
    z = rng.random(len(mean)) < expit(logit(mean) + offset[np.repeat(np.arange(judges), cases_)])
    return z, mean, np.repeat(np.arange(judges), cases_)


def test_a_reference_that_fits_is_left_alone():
    z, mean, judge = court(np.random.default_rng(11), offset=np.zeros(60))
    assert self_check(z, mean, judge, judges=60) < 0.1


def test_a_reference_misjudged_by_half_a_logit_is_raised_by_about_as_much():
    z, mean, judge = court(np.random.default_rng(12), offset=np.full(60, 0.5), cases_=100)
    assert 0.35 < self_check(z, mean, judge, judges=60) <= 0.5


def test_a_fifth_of_followers_hardly_moves_the_reference():
    offset = np.where(np.arange(60) < 12, 4.0, 0.0)
    z, mean, judge = court(np.random.default_rng(13), offset=offset, cases_=100)
    assert self_check(z, mean, judge, judges=60) < 0.15


def test_a_court_of_followers_cannot_excuse_itself():
    z, mean, judge = court(np.random.default_rng(14), offset=np.full(60, 4.0))
    assert self_check(z, mean, judge, judges=60) == definitions().reference.self_check["cap"]


def test_a_few_judges_check_nothing():
    z, mean, judge = court(np.random.default_rng(15), offset=np.full(9, 4.0), judges=9)
    assert self_check(z, mean, judge, judges=9) == 0.0


def test_pooling_solves_the_equations_of_all_effects_at_once():
    """The effects of single strata are eliminated; here they are solved for with the others, at their full size."""
    rng = np.random.default_rng(16)
    shape = (len(severity_names()), 3, len(PLEAS))
    size = int(np.prod(shape))
    n = np.where(rng.random(size) < 0.4, rng.integers(1, 40, size), 0).astype(float)
    total = n * rng.uniform(0.1, 0.9, size)
    codes = np.unravel_index(np.arange(size), shape)
    shared = np.hstack([np.eye(part)[code] for part, code in zip(shape, codes, strict=True)])
    mean, variance = _logits(shared, shape, n, total)
    whole, precision = np.hstack([shared, np.eye(size)]), np.eye(shared.shape[1] + size)
    among, own = _precision(shape)
    precision[: len(among), : len(among)] = among
    precision[len(among) :, len(among) :] = own * np.eye(size)
    effects = np.zeros(whole.shape[1])
    for _ in range(60):
        share = expit(whole @ effects)
        information = whole.T @ (whole * (n * share * (1 - share))[:, None]) + precision
        effects = effects + 0.5 * np.linalg.solve(information, whole.T @ (total - n * share) - precision @ effects)
    assert mean == pytest.approx(whole @ effects, abs=1e-6)
    assert variance == pytest.approx(np.diag(whole @ np.linalg.inv(information) @ whole.T), abs=1e-6)
