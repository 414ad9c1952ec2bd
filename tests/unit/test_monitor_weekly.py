import datetime

import numpy as np
import pytest
from tests.support.monitor_rows import corrections

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.report.case_rows import live_rows
from sentencing_ml.monitor.report.weekly import first_day, weekly

AT = datetime.date(2025, 4, 8)  # a Tuesday in week 15


def rows(*given):
    return live_rows(corrections(*given), salt="s")


def week(made, **options):
    return weekly(made, **{"at": AT, "week": None, "suppress_below": 3} | options)


THREE = rows(
    {"entry_months": 24.0, "reason": "数额已核减", "entered_at": "2025-04-04T10:00:00"},
    {"entry_months": 15.0, "entered_at": "2025-04-04T10:00:00+08:00", "judge": "J-b"},
    {"entry_months": 20.4, "entered_at": "2025-04-05T10:00:00", "reason": "同意"},
    {"entry_months": 30.0, "entered_at": "2025-04-07T00:30:00"},
)


def test_a_week_lists_its_departures_and_its_adoptions():
    found = week(THREE)
    assert (found["week"], found["first"], found["last"]) == ("2025-W14", "2025-03-31", "2025-04-06")
    assert found["complete"] is True
    assert found["entries"] == 3
    departures = sorted(found["departures"]["rows"], key=lambda row: row["months"])
    assert [(row["direction"], row["months"], row["reason_given"]) for row in departures] == [
        ("down", -5.0, False), ("up", 4.0, True),
    ]  # fmt: skip
    assert departures[1]["ratio"] == pytest.approx(np.log(1.2), abs=1e-4)
    # 20.4 against 20 months is rounding
    assert [row["position"] for row in found["full_adoption"]["rows"]] == [6]


def test_the_lists_are_of_cases_and_name_no_judge_no_case_and_no_reason():
    found = week(THREE)
    case = {"case", "position", "charge_group", "band", "plea", "blind_first"}
    assert all(set(row) == case for row in found["full_adoption"]["rows"])
    departed = case | {"direction", "months", "ratio", "reason_given"}
    assert all(set(row) == departed for row in found["departures"]["rows"])
    assert not any(word in str(found) for word in ("J-a", "J-b", "case 0", "数额已核减"))


def test_the_name_of_a_case_cannot_be_tested_without_the_ledger():
    one, other = (live_rows(corrections({"case_id": "x"}, {"case_id": "x"}), salt=salt)["case"] for salt in "st")
    assert one.nunique() == 1
    assert one.iloc[0] != other.iloc[0]


def test_a_week_that_runs_is_listed_when_it_is_named_and_said_to_run():
    found = week(THREE, week="2025-W15")
    assert (found["entries"], found["complete"]) == (1, False)


def test_a_week_without_entries_has_empty_lists():
    found = week(THREE, week="2025-W02")
    assert (found["entries"], found["departures"]["n"], found["full_adoption"]["n"]) == (0, 0, 0)


def test_weeks_of_few_entries_have_counts_alone():
    first, second = week(THREE)["weeks"]
    assert first["week"] == "2025-W14"
    assert first["departures"]["value"] == pytest.approx(2 / 3)
    assert first["departures"]["low"] < 2 / 3 < first["departures"]["high"]
    assert first["adoptions"]["value"] == pytest.approx(1 / 3)
    assert first["with_reason"] == {"n": 2, "value": None, "low": None, "high": None, "needed": 1}
    assert second["departures"] == {"n": 1, "value": None, "low": None, "high": None, "needed": 2}


def test_a_share_of_all_is_no_certainty():
    found = week(rows(*[{"judge": f"J-{number % 4}"} for number in range(12)]), week="2025-W14")["weeks"][0]
    assert found["adoptions"]["value"] == 1.0
    assert 0.7 < found["adoptions"]["low"] < 0.8  # Wilson of 12 of 12: 0.757


def test_no_entry_no_week():
    found = week(rows())
    assert found["week"] is None
    assert found["weeks"] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-14", "a week is written with its W"),
        ("2025-W54", "no year has 54 weeks"),
        ("2025-W53", "2025 has 52"),
        ("W14", "no year"),
        ("2025-W14\n2025", "a second line"),
    ],
)
def test_what_is_no_week_is_refused(text, why):
    with pytest.raises(InputError, match="is no week"):
        first_day(text)


@pytest.mark.parametrize(
    ("entered", "week_of", "why"),
    [
        ("2024-12-30T09:00:00", "2025-W01", "ISO week of the new year begins in the old"),
        ("2027-01-01T09:00:00", "2026-W53", "the first of January may be in the last week of the old year"),
        ("2025-04-07T00:30:00+08:00", "2025-W15", "the day as the court wrote it, not as Greenwich did"),
    ],
)
def test_the_week_is_that_of_the_written_day(entered, week_of, why):
    assert rows({"entered_at": entered})["week"].tolist() == [week_of]
