"""What each record of the ledger may hold and answer, and what is said of one that may not: never its content."""

import datetime
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.monitor.bookkeeping.records import (
    ANSWERS,
    KINDS,
    Advice,
    Alert,
    Entry,
    InCall,
    Note,
    RefusedRecordsError,
    Seen,
    forms,
    is_earlier,
    kind_of,
    read,
)
from sentencing_ml.monitor.ledger import Ledger, pseudonym

KEY = b"a key of the tests, no secret"
ADVICE = Advice(
    case_id="c1",
    judge="法官甲",
    charge_group="盗窃罪",
    advice_months=12.0,
    model_version="v1",
    shown_at="2026-03-01T09:00:00+08:00",
)
ENTRY = Entry(advice_position=InCall(1), judge="法官甲", entry_months=11.0, entered_at="2026-03-01T10:00:00+08:00")
ALERT = Alert(
    judge=pseudonym("法官甲", key=KEY),
    kind="A1",
    entry_position=InCall(2),
    raised_at="2026-03-01T11:00:00+08:00",
    statistic=4.6,
    threshold=4.5,
    definitions="0" * 64,
)
SEEN = Seen(alert_position=InCall(3), judge="法官甲", seen_at="2026-03-01T12:00:00+08:00")
NOTE = Note(
    alert_position=InCall(3),
    judge="法官甲",
    kind="异议",
    text="本案另有情节。",
    written_at="2026-03-01T12:00:00+08:00",
    named=0,
    accepted=False,
)
WHOLE = [ADVICE, ENTRY, ALERT, SEEN, NOTE]


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as opened:
        yield opened


def refused(ledger, *records):
    """Return number, kind and field of what is refused, and the message."""
    before = ledger.head()
    with pytest.raises(RefusedRecordsError) as caught:
        ledger.extend(records)
    assert ledger.head() == before
    assert all(f"{problem}" in str(caught.value) for problem in caught.value.problems[:20])
    return [(problem.number, problem.kind, problem.field) for problem in caught.value.problems], str(caught.value)


FIELDS = [
    (ADVICE, "case_id", "", "is empty", "no name of the case"),
    (ADVICE, "case_id", " \n", "is empty", "a blank name"),
    (ADVICE, "case_id", 7, "is no text", "a number as a name"),
    (ADVICE, "case_id", "秘\ud800", "a character that is none", "half a character"),
    (ADVICE, "judge", None, "is missing", "no judge"),
    (ADVICE, "charge_group", pd.NA, "is missing", "no charge group"),
    (ADVICE, "plea", "是", "neither true nor false", "a word for true"),
    (ADVICE, "plea", 1, "neither true nor false", "a number for true"),
    (ADVICE, "advice_months", -0.5, "is negative", "negative months"),
    (ADVICE, "advice_months", float("inf"), "not a finite number", "no end"),
    (ADVICE, "advice_months", float("nan"), "is missing", "no number"),
    (ADVICE, "advice_months", "12", "is no number", "months as text"),
    (ADVICE, "advice_months", True, "is no number", "months as a truth"),
    (ADVICE, "interval_low", -1.0, "is negative", "a negative bound"),
    (ADVICE, "interval_high", float("-inf"), "not a finite number", "a bound without end"),
    (ADVICE, "recommendation_months", -3, "is negative", "a negative recommendation"),
    (ADVICE, "mode", "blind", "is none of shown, blind_first, shadow, training", "an unknown mode"),
    (ADVICE, "simulated", None, "is missing", "simulated or not"),
    (ADVICE, "shown_at", "昨天", "is no time", "no time"),
    (ADVICE, "shown_at", 20260301, "is no time", "a number as a time"),
    (ADVICE, "shown_at", datetime.datetime(2026, 3, 1), "is no time", "a time that is no text"),
    (ADVICE, "shown_at", "2026-02-30T09:00:00", "is no time", "a day that there is not"),
    (ADVICE, "own_estimate_months", 12.0, "exactly when mode is blind_first", "an estimate that was not blind"),
    (ADVICE, "mode", "blind_first", "exactly when mode is blind_first", "blind without an estimate"),
    (ADVICE, "unaltered_months", 12.0, "exactly when mode is training", "a live case as one for training"),
    (ADVICE, "mode", "training", "exactly when mode is training", "training without what it altered"),
    (ENTRY, "entry_months", -1.0, "is negative", "a negative term"),
    (ENTRY, "advice_position", -1, "is negative", "a negative position"),
    (ENTRY, "advice_position", InCall(0), "count from 1", "what stood before the call"),
    (ENTRY, "advice_position", 1.0, "is no whole number", "a position with a fraction"),
    (ENTRY, "advice_position", 2**63, "larger than any count", "a position that no database has"),
    (NOTE, "named", 10**30, "larger than any count", "a count that no table holds"),
    (ENTRY, "advice_position", True, "is no whole number", "a truth as a position"),
    (ENTRY, "reason", "", "is empty", "an empty reason is none"),
    (ALERT, "kind", "A9", "is none of A1, A2, A3, A4, G", "an unknown detector"),
    (ALERT, "direction", "left", "is none of up, down", "an unknown direction"),
    (ALERT, "statistic", float("nan"), "is missing", "no statistic"),
    (NOTE, "kind", "说明", "is none of 原因说明, 异议", "an unknown kind of note"),
    (NOTE, "text", "　", "is empty", "a blank note"),
    (NOTE, "named", -1, "is negative", "fewer facts than none"),
    (NOTE, "accepted", None, "is missing", "accepted or not"),
]


@pytest.mark.parametrize(("record", "field", "value", "reason", "why"), FIELDS, ids=[row[4] for row in FIELDS])
def test_what_a_field_may_not_hold(ledger, record, field, value, reason, why):
    number = WHOLE.index(record) + 1
    changed = [replace(one, **{field: value}) if one is record else one for one in WHOLE[:number]]
    found, message = refused(ledger, *changed)
    assert [(one, kind) for one, kind, _ in found] == [(number, kind_of(record))], why
    assert reason in message
    assert not isinstance(value, str) or len(value.strip()) < 2 or value in "training blind_first" or f" {value}" not in message


def test_everything_right_is_taken(ledger):
    assert ledger.extend(WHOLE) == [1, 2, 3, 4, 5]
    assert ledger.extend([]) == []
    assert ledger.verify().breaks == ()


def test_numbers_and_gaps_of_other_libraries_are_kept_as_plain_ones(ledger):
    ledger.append(
        replace(
            ADVICE, advice_months=np.float32(12), interval_low=np.nan, interval_high=np.int64(16), court=pd.NA, plea=np.bool_(True)
        )
    )  # fmt: skip
    (row,) = ledger.advice().to_dict("records")
    assert (row["advice_months"], row["interval_high"], row["plea"]) == (12.0, 16.0, True)
    assert pd.isna(row["interval_low"]) and pd.isna(row["court"]) and pd.isna(row["own_estimate_months"])
    assert read(replace(ADVICE, advice_months=-0.0), number=1)[0]["advice_months"].hex() == "0x0.0p+0"


LATER = "2026-03-05T09:00:00+08:00"
ANSWERED = [
    ([replace(ENTRY, advice_position=9)], [(1, "entry", "advice_position")], "nothing stands there"),
    ([replace(ENTRY, advice_position=0)], [(1, "entry", "advice_position")], "there is no position 0"),
    ([replace(ENTRY, advice_position=2)], [(1, "entry", "advice_position")], "an entry to an entry"),
    ([replace(ENTRY, advice_position=1, judge="法官乙")], [(1, "entry", "advice_position")], "advice shown to another"),
    ([replace(ENTRY, advice_position=1, entered_at="2026-03-01T08:59:59+08:00")], [(1, "entry", "entered_at")], "before it was shown"),
    ([replace(ENTRY, advice_position=InCall(1))], [(1, "entry", "advice_position")], "an answer to itself"),
    ([replace(ENTRY, advice_position=InCall(2)), ADVICE], [(1, "entry", "advice_position")], "an answer to what comes later"),
    ([replace(ALERT, entry_position=1)], [(1, "alert", "entry_position")], "an alert at advice"),
    ([replace(ALERT, entry_position=2, judge="法官甲", kind="A2")], [(1, "alert", "entry_position")], "an alert under the name"),
    ([replace(ALERT, entry_position=2)], [(1, "alert", "entry_position")], "an alert that stands already"),
    ([replace(ALERT, entry_position=2, judge=pseudonym("法官乙", key=KEY))], [(1, "alert", "entry_position")], "an alert of another judge"),
    ([replace(ALERT, entry_position=2, kind="A3", raised_at="2026-03-01T09:30:00+08:00")], [(1, "alert", "raised_at")], "an alert before the entry"),
    ([replace(SEEN, alert_position=2)], [(1, "seen", "alert_position")], "an entry that was seen"),
    ([replace(SEEN, alert_position=3, judge="法官乙")], [(1, "seen", "alert_position")], "another judge's alert seen"),
    ([replace(SEEN, alert_position=3, seen_at="2026-03-01T10:59:00+08:00")], [(1, "seen", "seen_at")], "seen before it rose"),
    ([replace(NOTE, alert_position=4)], [(1, "note", "alert_position")], "a note to something else"),
    ([replace(NOTE, alert_position=3, judge="法官乙")], [(1, "note", "alert_position")], "a note to another's alert"),
    ([replace(NOTE, alert_position=3, written_at="2026-03-01T10:00:00+08:00")], [(1, "note", "written_at")], "a note before the alert"),
    (
        [replace(ADVICE, case_id="c2", advice_months=-1.0), ENTRY, replace(ENTRY, entry_months=-1.0)],
        [(1, "advice", "advice_months"), (3, "entry", "entry_months")],
        "every record that is wrong, and none for the fault of another",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("records", "expected", "reason"), ANSWERED, ids=[row[2] for row in ANSWERED])
def test_what_a_record_may_not_answer(ledger, records, expected, reason):
    ledger.extend(WHOLE)
    found, message = refused(ledger, *records)
    assert found == expected, reason
    assert "法官" not in message and "c1" not in message


def test_one_call_answers_what_stands_and_what_it_brings(ledger):
    ledger.extend(WHOLE)
    second = replace(ADVICE, case_id="c2", judge="法官乙")
    answers = [replace(ENTRY, judge="法官乙", entered_at=LATER), replace(ENTRY, advice_position=1, entered_at=LATER)]
    assert ledger.extend([second, *answers]) == [6, 7, 8]
    rows = ledger.corrections()
    assert rows["advice_position"].tolist() == [6, 1]  # of the two entries to the first advice the last counts
    assert rows["judge"].tolist() == [pseudonym("法官乙", key=KEY), pseudonym("法官甲", key=KEY)]


BLIND = {"mode": "blind_first", "own_estimate_months": 14.0}
ESTIMATES = [
    ({}, True, "after advice that was shown"),
    (BLIND, True, "a second estimate"),
    ({"mode": "training", "unaltered_months": 12.0}, True, "after the case was a judge's training"),
    ({"mode": "shadow"}, False, "advice in the shadow was not seen"),
    ({"simulated": True}, False, "nobody saw simulated advice"),
    ({"model_version": "v2"}, False, "another version"),
    ({"case_id": "c2"}, False, "another case"),
    ({"judge": "法官乙"}, False, "another judge"),
]


@pytest.mark.parametrize("together", [True, False], ids=["in one call", "in two calls"])
@pytest.mark.parametrize(("first", "late", "reason"), ESTIMATES, ids=[row[2] for row in ESTIMATES])
def test_an_estimate_comes_first_or_not_at_all(ledger, first, late, reason, together):
    earlier, estimate = replace(ADVICE, **first), replace(ADVICE, **BLIND)
    if not together:
        ledger.append(earlier)
    calls = [earlier, estimate] if together else [estimate]
    if late:
        assert refused(ledger, *calls)[0] == [(len(calls), "advice", "own_estimate_months")], reason
    else:
        ledger.extend(calls)
        assert len(ledger.advice()) == 2


MOMENTS = [
    ("2026-03-01T09:00:00+08:00", "2026-03-01T09:00:00+08:00", False, "the same"),
    ("2026-03-01T09:00:00+08:00", "2026-03-01T02:00:00+00:00", True, "by the clock of each zone"),
    ("2026-03-01T09:00:00", "2026-03-01T09:00:01", True, "two of local time"),
    ("2026-03-01", "2026-03-01T00:00:01", True, "a day is its beginning"),
    ("2026-03-01T09:00:00Z", "2026-02-20T09:00:00", False, "one of local time, days apart"),
    ("2026-02-20T09:00:00", "2026-03-01T09:00:00Z", True, "the other of local time"),
]


@pytest.mark.parametrize(("one", "other", "expected", "reason"), MOMENTS, ids=[row[3] for row in MOMENTS])
def test_which_moment_is_earlier(one, other, expected, reason):
    assert is_earlier(one, other) is expected, reason


def test_a_message_names_twenty_of_many_and_the_error_holds_all(ledger):
    found, message = refused(ledger, *[replace(ADVICE, case_id=f"c{number}", advice_months=-1.0) for number in range(30)])
    assert len(found) == 30
    assert message.count("is negative") == 20 and message.endswith("and 10 more")


def test_every_kind_has_its_forms_and_what_it_answers():
    for kind, record in KINDS.items():
        assert [form.name for form in forms(kind)] == [item.name for item in fields(record)]
        positions = [form.name for form in forms(kind) if form.form == "position"]
        assert positions == ([ANSWERS[kind].field] if kind in ANSWERS else [])
        months = {form.name for form in forms(kind) if form.name.endswith("_months") or form.name.startswith("interval_")}
        assert months == {form.name for form in forms(kind) if form.form == "months"}
        times = {form.name for form in forms(kind) if form.name.endswith("_at")}
        assert times == {form.name for form in forms(kind) if form.form == "moment"}
    with pytest.raises(TypeError, match="str is no record"):
        kind_of("advice")
