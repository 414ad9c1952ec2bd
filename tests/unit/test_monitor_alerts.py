"""What follows an alert: states from records alone, who may see them when, what is raised once and what is covered."""

import pytest
from alert_story import KEY, answered, apart, at, case, expert, extend, follower

from sentencing_ml.monitor.alerts.alerts import STATES, cases_of_alert, in_stage_two, new_alerts, read_records, states
from sentencing_ml.monitor.bookkeeping.records import RefusedRecordsError
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.detection.watch import JudgeWatch, Raised, Stage, Watch
from sentencing_ml.monitor.ledger import Alert, Ledger, Note, Seen

JUDGE = "法官甲"
NEEDED = definitions().stage_two.cases
GRACE = definitions().detectors.alert_grace_days
RAISED = 130  # day


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as opened:
        yield opened


def raised(ledger, place, *, kind="A1", direction=None, judge=JUDGE, day=RAISED):
    return ledger.append(
        Alert(
            judge=ledger.pseudonym(judge), kind=kind, direction=direction, entry_position=place, raised_at=at(day), statistic=6.1, threshold=6.0,
            definitions=digest(),
        )
    )  # fmt: skip


def seen(ledger, alert, *, day=RAISED + 1):
    ledger.append(Seen(alert_position=alert, judge=JUDGE, seen_at=at(day)))


def noted(ledger, alert, *, accepted, kind="原因说明", day=RAISED + 2):
    return ledger.append(
        Note(alert_position=alert, judge=JUDGE, kind=kind, text="案件1……", written_at=at(day), named=5 * accepted, accepted=accepted)
    )


def only(ledger, *, day=RAISED + 3):
    (state,) = states(read_records(ledger), at=at(day))
    return state


def test_after_a1_the_stage_counts_suitable_blind_first_cases_only(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    raised(ledger, places[-1])
    assert (only(ledger).state, only(ledger).stage.done, only(ledger).stage.needed) == ("先估后看中", 0, NEEDED)
    extend(ledger, follower(JUDGE, range(40, 45), mode="blind_first"))
    extend(ledger, follower(JUDGE, range(45, 50)))  # with the advice in view
    short = definitions().stage_two.from_months - 0.5
    extend(ledger, [answered(case(JUDGE, 51), JUDGE, 5, advice=short, day=151, mode="blind_first", own=9.0)])
    extend(ledger, follower("法官乙", range(40, 60), mode="blind_first"))  # another judge's
    state = only(ledger)
    assert (state.state, state.stage.done, state.verdict, state.asks_note, state.closed) == ("先估后看中", 5, None, False, None)


def story(ledger, cases):
    """A1, and as many blind-first cases as the stage needs; return the alert."""
    places = extend(ledger, follower(JUDGE, range(30)))
    alert = raised(ledger, places[-1])
    extend(ledger, cases)
    return alert


def test_who_follows_is_asked_for_a_reason_and_answers(ledger):
    alert = story(ledger, follower(JUDGE, range(40, 40 + NEEDED), mode="blind_first"))
    state = only(ledger)
    assert (state.verdict, state.asks_note, state.state, state.visible) == ("依赖", True, "待本人查看", False)
    seen(ledger, alert)
    assert only(ledger).state == "待说明"
    noted(ledger, alert, accepted=False)
    state = only(ledger)
    assert (state.state, state.note.accepted, state.closed) == ("说明待补充", False, None)
    last = noted(ledger, alert, accepted=True)
    state = only(ledger)
    assert (state.state, state.note.named, state.closed) == ("已说明", 5, last)


def test_who_agrees_is_asked_for_nothing(ledger):
    alert = story(ledger, expert(JUDGE, range(40, 40 + NEEDED), mode="blind_first"))
    state = only(ledger)
    assert (state.verdict, state.asks_note, state.state) == ("一致", False, "已了结")
    assert state.closed == state.stage.closed == state.stage.entries[-1]
    seen(ledger, alert)
    assert only(ledger).state == "已了结"


def test_who_is_neither_is_asked_for_nothing_and_watched_on(ledger):
    cases = [
        answered(case(JUDGE, n), JUDGE, apart(n), advice=other[0].advice_months, day=100 + n, mode="blind_first", own=apart(n))
        for n, other in enumerate(follower(JUDGE, range(40, 40 + NEEDED)), 40)
    ]
    story(ledger, cases)
    state = only(ledger)
    assert (state.verdict, state.asks_note, state.state) == ("未定", False, "已了结")


@pytest.mark.parametrize("versions", [{"version": "m2"}, {"law": "l2"}], ids=["model", "law"])
def test_another_version_ends_the_stage_without_a_verdict(ledger, versions):
    story(ledger, follower(JUDGE, range(40, 45), mode="blind_first"))
    (end,) = extend(ledger, follower(JUDGE, [60], **versions))
    extend(ledger, follower(JUDGE, range(61, 61 + NEEDED), mode="blind_first", **versions))
    state = only(ledger)
    assert (state.state, state.verdict, state.stage.reset, state.closed, state.stage.done) == ("已了结", None, True, end, 5)


@pytest.mark.parametrize(("kind", "direction"), [("A2", "up"), ("A4", None)])
def test_a2_and_a4_ask_at_once(ledger, kind, direction):
    alert = raised(ledger, extend(ledger, follower(JUDGE, range(30)))[-1], kind=kind, direction=direction)
    assert (only(ledger).asks_note, only(ledger).stage, only(ledger).state) == (True, None, "待本人查看")
    seen(ledger, alert)
    assert only(ledger).state == "待说明"


def test_a3_asks_for_nothing_and_is_over_once_it_was_seen(ledger):
    alert = raised(ledger, extend(ledger, follower(JUDGE, range(30)))[-1], kind="A3")
    assert (only(ledger).asks_note, only(ledger).state, only(ledger).closed) == (False, "待本人查看", None)
    seen(ledger, alert)
    assert only(ledger).state == "已查看" and only(ledger).closed == alert + 1


def test_an_objection_closes_what_was_asked_and_a_note_may_still_follow(ledger):
    alert = raised(ledger, extend(ledger, follower(JUDGE, range(30)))[-1], kind="A4")
    seen(ledger, alert)
    first = noted(ledger, alert, accepted=True, kind="异议")
    assert (only(ledger).state, only(ledger).closed) == ("异议", first)
    noted(ledger, alert, accepted=False)
    assert only(ledger).state == "异议"
    noted(ledger, alert, accepted=True)
    assert (only(ledger).state, only(ledger).closed) == ("已说明", first)


def test_the_judge_sees_first_and_the_court_then_or_after_the_grace(ledger):
    alert = raised(ledger, extend(ledger, follower(JUDGE, range(30)))[-1], kind="A4")
    state = only(ledger, day=RAISED + GRACE - 0.01)
    assert (state.visible, state.since, state.state, state.court_sees_from[:16]) == (False, None, "待本人查看", at(RAISED + GRACE)[:16])
    state = only(ledger, day=RAISED + GRACE)
    assert (state.visible, state.since, state.state) == (True, "逾期未查看", "逾期未查看")
    seen(ledger, alert, day=RAISED + 1)
    state = only(ledger, day=RAISED + 1)
    assert (state.visible, state.since, state.court_sees_from) == (True, "已由本人查看", at(RAISED + 1))


def test_every_state_has_words_for_the_judge():
    from sentencing_ml.monitor.report.page_words import ALERTS, ALERTS_NOT
    from sentencing_ml.monitor.report.page_words import STATES as words

    assert set(STATES) == set(words)
    assert {"A1", "A2", "A3", "A4", "G"} <= set(ALERTS) & set(ALERTS_NOT)


def test_states_stand_in_the_order_of_pseudonyms_whoever_was_first(ledger):
    places = {judge: extend(ledger, follower(judge, range(5)))[-1] for judge in ("法官丙", "法官乙", "法官甲", "法官丁")}
    for judge, place in places.items():
        raised(ledger, place, judge=judge, kind="A4")
    order = [state.judge for state in states(read_records(ledger), at=at(RAISED))]
    assert order == sorted(order) and len(order) == 4


# ---------------------------------------------------------------- what is raised


def watched(ledger, *risen):
    """A watch in which a judge's charts rose as given: kind, direction and entry."""
    name = ledger.pseudonym(JUDGE)
    alerts = tuple(
        Raised(judge=name, kind=kind, direction=direction, entry_position=place, at=at(99), statistic=6.5, threshold=6.0)
        for kind, direction, place in risen
    )
    stage = Stage(
        state="watch", kind=None, alert_entry_position=None, done=0, needed=NEEDED, verdict=None, informative=0, followed=0, near=0
    )
    judge = JudgeWatch(
        judge=name, n=30, version="m1", charts={}, alerts=alerts, stage=stage, stages=(), strata=(), excess=None, assessable={}
    )
    return Watch(judges=(judge,), references=(), monthly=())


def kinds(found):
    return [(alert.kind, alert.direction, alert.entry_position) for alert in found]


def test_what_is_in_the_ledger_is_not_raised_again(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    found = watched(ledger, ("A1", None, places[20]), ("A2", "up", places[25]))
    first = new_alerts(found, read_records(ledger), at=at(RAISED))
    assert kinds(first) == [("A1", None, places[20]), ("A2", "up", places[25])]
    assert {alert.raised_at for alert in first} == {at(RAISED)} and {alert.definitions for alert in first} == {digest()}
    ledger.extend(first)
    assert new_alerts(found, read_records(ledger), at=at(RAISED + 1)) == []
    with pytest.raises(RefusedRecordsError, match="has this alert already"):
        ledger.extend(first[:1])
    assert len(ledger.alerts()) == 2


def test_an_open_alert_covers_later_ones_of_its_kind_and_side(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    found = watched(
        ledger, ("A2", "up", places[10]), ("A2", "up", places[20]), ("A2", "down", places[22]), ("A4", None, places[24])
    )
    ledger.extend(new_alerts(found, read_records(ledger), at=at(RAISED)))
    assert ledger.alerts()[["kind", "entry_position"]].to_numpy().tolist() == [["A2", places[10]], ["A2", places[22]], ["A4", places[24]]]
    (alert, *_) = ledger.alerts()["position"]
    noted(ledger, alert, accepted=True)
    later = extend(ledger, follower(JUDGE, range(31, 40)))
    again = watched(ledger, ("A2", "up", places[10]), ("A2", "up", places[20]), ("A2", "up", later[3]))
    assert kinds(new_alerts(again, read_records(ledger), at=at(RAISED + 9))) == [("A2", "up", later[3])]


def test_a_second_a1_waits_until_the_stage_of_the_first_has_ended(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    raised(ledger, places[10])
    during = extend(ledger, expert(JUDGE, range(40, 40 + NEEDED), mode="blind_first"))
    after = extend(ledger, follower(JUDGE, range(60, 80)))
    found = watched(ledger, ("A1", None, places[10]), ("A1", None, during[5]), ("A1", None, after[-1]))
    assert kinds(new_alerts(found, read_records(ledger), at=at(RAISED + 60))) == [("A1", None, after[-1])]


def test_an_alert_is_not_taken_back_when_the_watch_no_longer_finds_it(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    raised(ledger, places[10], kind="A4")
    assert new_alerts(watched(ledger), read_records(ledger), at=at(RAISED)) == []
    assert only(ledger).state == "待本人查看"


def test_of_simulated_judges_the_alert_says_so_and_carries_the_time_of_its_entry(ledger):
    places = extend(ledger, follower(JUDGE, range(30), simulated=True))
    (alert,) = new_alerts(watched(ledger, ("A4", None, places[3])), read_records(ledger), at=at(RAISED + 500))
    assert (alert.simulated, alert.raised_at) == (True, at(99))


def test_an_entry_dated_after_the_night_of_raising_does_not_stop_it(ledger):
    places = extend(ledger, follower(JUDGE, range(30)))
    (alert,) = new_alerts(watched(ledger, ("A4", None, places[3])), read_records(ledger), at=at(50))
    assert alert.raised_at == at(99)


# ---------------------------------------------------------------- what an alert rests on, and the desk


def test_the_cases_of_an_alert_are_those_its_chart_has_read_since_it_started(ledger):
    places = extend(ledger, [*follower(JUDGE, range(10)), *follower(JUDGE, range(10, 13), mode="blind_first"), *follower(JUDGE, range(13, 20))])
    raised(ledger, places[4])
    raised(ledger, places[19])
    first, second = states(read_records(ledger), at=at(RAISED))
    records = read_records(ledger)
    assert cases_of_alert(first, records)["entry_position"].tolist() == places[:5]
    assert cases_of_alert(second, records)["entry_position"].tolist() == [*places[5:10], *places[13:20]]


def test_the_cases_of_a_one_way_alert_are_the_departures_to_its_side(ledger):
    months = [(20, 20), (20, 27), (20, 14), (20, 30), (4, 4), (20, 20.9), (20, 31)]
    places = extend(ledger, [answered(case(JUDGE, n), JUDGE, entry, advice=advice, day=n) for n, (advice, entry) in enumerate(months)])
    raised(ledger, places[-1], kind="A2", direction="up")
    raised(ledger, places[-1], kind="A4")
    records = read_records(ledger)
    one_way, neglect = states(records, at=at(RAISED))
    assert cases_of_alert(one_way, records)["entry_position"].tolist() == [places[1], places[3], places[6]]
    assert cases_of_alert(neglect, records)["entry_position"].tolist() == [places[1], places[2], places[3], places[6]]


def test_after_reliance_the_blind_first_cases_are_among_an_alerts_cases(ledger):
    story(ledger, follower(JUDGE, range(40, 40 + NEEDED), mode="blind_first"))
    state = only(ledger)
    assert set(state.stage.entries) <= set(cases_of_alert(state, read_records(ledger))["entry_position"])


def test_the_stage_at_the_desk_is_one_judges_and_one_versions(ledger):
    places = extend(ledger, [*follower(JUDGE, range(30)), *follower("法官乙", range(30))])
    name = ledger.pseudonym(JUDGE)
    assert not in_stage_two(read_records(ledger), name, version=("m1", "l1"))
    raised(ledger, places[29])
    records = read_records(ledger)
    assert in_stage_two(records, name, version=("m1", "l1"))
    assert not in_stage_two(records, name, version=("m2", "l1"))
    assert not in_stage_two(records, ledger.pseudonym("法官乙"), version=("m1", "l1"))
    extend(ledger, expert(JUDGE, range(40, 40 + NEEDED), mode="blind_first"))
    assert not in_stage_two(read_records(ledger), name, version=("m1", "l1"))
