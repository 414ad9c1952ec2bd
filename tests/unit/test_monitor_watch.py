import numpy as np
import pandas as pd
import pytest
from tests.support.watched_court import MONTH, advice_of, honest, ledger, rows, shadow, whole

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.watch import watch


def court(rng, *, judges=6, cases=60, low=8.0, plea=None, version="m1", start="2024-01"):
    advice = advice_of(rng, (judges, cases), low=low)
    own, entry = honest(rng, advice)
    return rows(advice, entry, own, plea=plea, version=version, start=start)


def follower(rng, *, cases=60, blind_from=None, entries=None, own=None, **more):
    """One judge who enters the advice; from case ``blind_from`` on an own estimate is written first."""
    advice = advice_of(rng, (1, cases))
    view = honest(rng, advice)[0] if own is None else own(advice)
    blind = None if blind_from is None else (np.arange(cases) >= blind_from)[None, :]
    return rows(advice, whole(advice) if entries is None else entries(advice), view, blind=blind, judge="R", **more)


def one(found, judge):
    return next(each for each in found.judges if each.judge == judge)


def kinds(judge):
    return [raised.kind for raised in judge.alerts]


def test_a_follower_is_seen_and_honest_judges_are_not():
    rng = np.random.default_rng(1)
    found = watch(ledger(shadow(rng), court(rng), follower(rng)))
    assert [each.judge for each in found.judges] == sorted(each.judge for each in found.judges)
    assert kinds(one(found, "R000"))[0] == "A1"
    assert not any(kinds(each) for each in found.judges if each.judge != "R000")
    raised = one(found, "R000").alerts[0]
    path = one(found, "R000").charts["A1"]
    at = path.entry_positions.index(raised.entry_position)
    assert (path.values[at], path.threshold) == (raised.statistic, raised.threshold)
    assert raised.statistic >= raised.threshold > path.values[at - 1]
    assert at + 1 in path.resets
    assert path.values[at + 1] < raised.threshold


def test_a_judge_who_only_departs_upwards():
    rng = np.random.default_rng(2)
    found = watch(ledger(shadow(rng), follower(rng, entries=lambda advice: whole(advice * 1.2) + 1)))
    raised = next(each for each in one(found, "R000").alerts if each.kind == "A2")
    assert raised.direction == "up"


def test_a_judge_who_never_follows():
    rng = np.random.default_rng(3)
    found = watch(ledger(shadow(rng), follower(rng, cases=40, entries=lambda advice: whole(advice * 0.5))))
    assert "A4" in kinds(one(found, "R000"))


def test_a_judge_whose_corrections_shrink_is_shown_it():
    rng = np.random.default_rng(4)

    def entries(advice):
        spread = np.where(np.arange(advice.shape[1]) < 80, 0.35, 0.09)
        return whole(advice * np.exp(rng.normal(0, spread, advice.shape)))

    found = watch(ledger(follower(rng, cases=200, entries=entries)))
    raised = [each for each in one(found, "R000").alerts if each.kind == "A3"]
    positions = one(found, "R000").charts["A3"].entry_positions
    assert len(raised) == 1  # and once is enough
    assert len(one(found, "R000").charts["A3"].resets) > 1
    assert raised[0].entry_position > one(found, "R000").charts["trend"].entry_positions[80]
    # the first sixty are the judge's own measure
    assert positions[0] == one(found, "R000").charts["trend"].entry_positions[60]


def test_simulated_and_real_entries_do_not_mix():
    made = ledger(court(np.random.default_rng(5)))
    with pytest.raises(InputError, match="1 simulated and 359 real"):
        watch(made.assign(simulated=[True] + [False] * (len(made) - 1)))


def test_training_cases_count_nowhere():
    rng = np.random.default_rng(6)
    parts = [shadow(rng), court(rng), follower(rng)]
    trained = follower(rng).assign(mode="training", judge="T000")
    plain, mixed = watch(ledger(*parts)), watch(ledger(*parts, trained))
    assert [each.judge for each in mixed.judges] == [each.judge for each in plain.judges]
    assert [kinds(each) for each in mixed.judges] == [kinds(each) for each in plain.judges]


def test_without_reference_cases_reliance_is_not_assessable():
    rng = np.random.default_rng(7)
    found = watch(ledger(court(rng), follower(rng)))
    judge = one(found, "R000")
    assert "A1" not in kinds(judge)
    assert judge.charts["A1"].values == ()
    told = judge.assessable["A1"]
    minimum = definitions().reference.minimum_cases
    assert (told.status, told.needed, told.needed_reference) == ("不可评估", None, minimum)
    # the charts that need none run all the same
    assert judge.assessable["A4"].status == "可评估"


def test_a_reference_serves_from_the_month_after_it_suffices():
    rng = np.random.default_rng(8)
    made = ledger(shadow(rng, start="2024-01"), court(rng), follower(rng, cases=5 * MONTH))
    found = watch(made)
    months = made.set_index("entry_position")["entered_at"].str.slice(0, 7)
    assert [figures.month for figures in found.references] == ["2024-02"]
    assert found.references[0].n < 1000  # the cases of the first month, not of the second
    assert {months[at] for at in one(found, "R000").charts["A1"].entry_positions} == {
        "2024-02", "2024-03", "2024-04", "2024-05",
    }  # fmt: skip


def test_a_reference_is_frozen_inside_the_year():
    rng = np.random.default_rng(9)
    advice = advice_of(rng, (20, 14 * MONTH))
    own, entry = honest(rng, advice)
    blind = rng.random(advice.shape) < 0.1
    found = watch(ledger(shadow(rng), rows(advice, entry, own, blind=blind)))
    assert [figures.month for figures in found.references] == ["2024-01", "2025-01"]
    assert found.references[0].n == 1000
    assert found.references[1].n > 1300


def test_a_judge_who_had_seen_the_advice_is_no_case_in_the_shadow():
    rng = np.random.default_rng(10)
    seen = follower(rng, cases=17)
    again = follower(rng, cases=17, version="m2").assign(mode="shadow", case_id=seen["case_id"])
    found = watch(ledger(shadow(rng, version="m2"), again, seen, court(rng, version="m2", start="2024-02")))
    assert [(figures.version, figures.n) for figures in found.references] == [("m2", 1000)]


NEW_VERSION = [("m2", None, "another model"), ("m1", "2026", "the same model with another law")]


@pytest.mark.parametrize(("version", "law", "reason"), NEW_VERSION, ids=[row[2] for row in NEW_VERSION])
def test_a_new_version_starts_again_and_rests_until_it_has_a_reference(version, law, reason):
    rng = np.random.default_rng(11)
    before = follower(rng, cases=5)
    after = follower(rng, cases=40, start="2024-03", version=version, law=law)
    judge = one(watch(ledger(shadow(rng), before, after)), "R000")
    assert len(judge.charts["A1"].values) == 5, reason
    assert not judge.alerts
    assert judge.assessable["A1"].needed_reference == 200
    with_shadow = watch(ledger(shadow(rng), before, after, shadow(rng, start="2024-01", version=version, law=law)))
    judge = one(with_shadow, "R000")
    assert judge.charts["A1"].resets[0] == 5
    assert kinds(judge)[0] == "A1"


def test_stage_two_tells_reliance():
    rng = np.random.default_rng(12)
    found = one(watch(ledger(shadow(rng), follower(rng, cases=80, blind_from=40))), "R000")
    stage = found.stages[0]
    assert (stage.state, stage.kind, stage.verdict) == ("classified", "A1", "依赖")
    assert (stage.done, stage.needed) == (12, 12)
    assert stage.followed == stage.informative >= 4
    assert stage.alert_entry_position == found.alerts[0].entry_position


def test_stage_two_is_open_until_its_cases_are_done_and_raises_no_second_alert():
    rng = np.random.default_rng(13)
    found = one(watch(ledger(shadow(rng), follower(rng, cases=120, blind_from=115))), "R000")
    assert found.stage.state == "blind_first"
    assert (found.stage.done, found.stage.verdict) == (5, None)
    assert kinds(found).count("A1") == 1


def test_agreement_is_left_in_peace():
    rng = np.random.default_rng(14)
    expert = follower(rng, cases=160, blind_from=40, own=whole)
    found = one(watch(ledger(shadow(rng), expert)), "R000")
    assert [stage.verdict for stage in found.stages] == ["一致"]
    assert kinds(found) == ["A1"]


def test_a_recorded_alert_stands_though_the_entries_changed():
    rng = np.random.default_rng(15)
    made = ledger(shadow(rng), follower(rng))
    first = one(watch(made), "R000").alerts[0]
    recorded = pd.DataFrame(
        {
            "judge": ["R000"], "kind": ["A1"], "direction": [None], "entry_position": [first.entry_position],
            "raised_at": [first.at], "statistic": [first.statistic], "threshold": [first.threshold],
        }
    )  # fmt: skip
    same = one(watch(made, alerts=recorded), "R000")
    assert same.alerts[0] == first
    assert len(same.alerts) == 1
    # the judge writes another figure for a case before the alert
    early = made["judge"].eq("R000") & (made["entry_position"] < first.entry_position)
    changed = made.assign(entry_months=made["entry_months"].where(~early, made["entry_months"] * 2))
    later = next(each for each in one(watch(changed), "R000").alerts if each.kind == "A1")
    assert later.entry_position > first.entry_position
    kept = one(watch(changed, alerts=recorded), "R000")
    assert first in kept.alerts
    assert kept.stages[0].alert_entry_position == first.entry_position
    place = kept.charts["A1"].entry_positions.index(first.entry_position) + 1
    step = definitions().detectors.a1.threshold
    assert kept.charts["A1"].values[place] < step  # and the chart began again after it


def test_cases_in_which_everybody_adopts_tell_nothing():
    rng = np.random.default_rng(16)
    advice = advice_of(rng, (40, 25))
    agreed = np.where(rng.random(advice.shape) < 0.95, whole(advice), honest(rng, advice)[0])
    base = rows(advice, agreed, agreed, mode="shadow", judge="S", start="2023-11", plea=True)
    found = one(watch(ledger(base, follower(rng, plea=True))), "R000")
    told = found.assessable["A1"]
    assert (told.status, told.needed, told.needed_reference) == ("不可评估", None, 0)
    assert all(stratum.p0 is None and stratum.status == "不可评估" for stratum in found.strata)
    assert "A1" not in kinds(found)


def test_the_cases_needed_are_those_after_which_reliance_is_seen():
    rng = np.random.default_rng(17)
    base = shadow(rng)
    few = rows(*_relying(rng, 200, 10), judge="R")
    needed = [judge.assessable["A1"].needed for judge in watch(ledger(base, few)).judges]
    enough = 10 + int(np.median([each for each in needed if each]))
    found = watch(ledger(base, rows(*_relying(rng, 200, enough), judge="R")))
    seen = np.mean(["A1" in kinds(judge) for judge in found.judges])
    assert 0.9 <= seen <= 0.995  # power 95 %
    assert 15 <= enough <= 40


def _relying(rng, judges, cases):
    advice = advice_of(rng, (judges, cases))
    own, entry = honest(rng, advice)
    return advice, np.where(rng.random(advice.shape) < 0.97, whole(advice), entry), own


def test_strata_of_a_judge_beside_the_least_correcting_honest_judge():
    rng = np.random.default_rng(18)
    found = one(watch(ledger(shadow(rng), follower(rng, cases=200))), "R000")
    assert sum(stratum.n for stratum in found.strata) == found.n == 200
    middle = next(stratum for stratum in found.strata if stratum.name.startswith("13—19个月 · 盗窃"))
    assert middle.coincided == middle.n
    assert middle.court < middle.p0 < 1
    assert middle.excess == pytest.approx(1 - middle.p0)
    assert found.excess.low > 0


def test_a_monthly_list_names_a_follower_and_nobody_else():
    rng = np.random.default_rng(19)
    found = watch(ledger(shadow(rng), court(rng, judges=20), follower(rng)))
    assert [month.month for month in found.monthly] == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert {month.watched for month in found.monthly} == {21}
    assert found.monthly[3].judges == ("R000",)
    assert not {judge for month in found.monthly for judge in month.judges} - {"R000"}


def test_an_empty_ledger_has_nobody_to_watch():
    found = watch(ledger(court(np.random.default_rng(20))).iloc[:0])
    assert (found.judges, found.references, found.monthly) == ((), (), ())


def test_an_alert_of_an_older_version_makes_no_judge_assessable_under_the_new_one():
    rng = np.random.default_rng(21)
    later = follower(rng, cases=5, start="2024-06", version="m2")
    found = one(watch(ledger(shadow(rng), follower(rng), later)), "R000")
    assert kinds(found)[0] == "A1"
    assert found.version == "m2"
    assert found.assessable["A1"].status == "不可评估"
    assert found.assessable["A4"].needed > 0


def test_the_first_two_cases_do_not_tell_what_the_others_will_be():
    rng = np.random.default_rng(22)
    short = follower(rng, cases=2, entries=whole).assign(advice_months=[1.2, 1.3], entry_months=[1.0, 1.0])
    found = watch(ledger(court(rng), short))
    assert one(found, "R000").assessable["A4"].needed > 2  # and not "never"
    many = follower(rng, cases=40, entries=whole).assign(advice_months=1.3, entry_months=1.0)
    told = one(watch(ledger(court(rng), many)), "R000").assessable["A4"]
    assert (told.status, told.needed) == ("不可评估", None)


def test_times_with_and_without_a_zone_stand_side_by_side():
    rng = np.random.default_rng(23)
    made = ledger(shadow(rng), court(rng), follower(rng))
    zoned = made["entered_at"].where(made.index % 2 == 0, made["entered_at"] + ".250+08:00")
    assert kinds(one(watch(made.assign(entered_at=zoned)), "R000"))[0] == "A1"


def test_a_clock_that_ran_back_leaves_entries_in_their_order():
    rng = np.random.default_rng(24)
    made = ledger(shadow(rng), court(rng), follower(rng))
    late = made["entry_position"] > made["entry_position"].quantile(0.9)
    back = made.assign(entered_at=made["entered_at"].where(~late, "2023-01-01T00:00:00"))
    found = watch(back)
    assert found.references == watch(made).references
    assert one(found, "R000").alerts[0].entry_position == one(watch(made), "R000").alerts[0].entry_position


def test_cases_without_an_interval_say_nothing_of_lying_inside_it():
    rng = np.random.default_rng(25)
    made = ledger(shadow(rng), follower(rng))
    narrow = made.assign(interval_low=made["advice_months"] * 0.93, interval_high=made["advice_months"] * 1.07)
    known = one(watch(narrow), "R000").charts["G interval"].values
    mine = narrow["judge"] == "R000"
    unknown = one(watch(narrow.assign(interval_low=narrow["interval_low"].mask(mine))), "R000")
    assert len(known) == 60
    assert unknown.charts["G interval"].values == ()
