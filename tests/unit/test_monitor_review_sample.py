import datetime

import numpy as np
import pandas as pd
import pytest
from tests.support.monitor_rows import corrections

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.report.case_rows import live_rows
from sentencing_ml.monitor.report.review_sample import month_end, review_sample

AT = datetime.date(2025, 5, 10)


def month_of_cases(n=120, month="2025-04"):
    rng = np.random.default_rng(3)
    advice = np.round(rng.uniform(2, 60, n), 1)
    entry = np.maximum(1, np.round(advice * np.exp(np.where(rng.random(n) < 0.4, 0, rng.normal(0, 0.3, n)))))
    return [
        {
            "case_id": f"{month}/{number}",
            "judge": f"J-{number % 6}",
            "advice_months": float(advice[number]),
            "entry_months": float(entry[number]),
            "mode": "blind_first" if number % 9 == 0 else "shown",
            "own_estimate_months": float(entry[number]) if number % 9 == 0 else None,
            "entered_at": f"{month}-{number % 28 + 1:02d}T10:00:00",
        }
        for number in range(n)
    ]


def rows(*given):
    made = live_rows(corrections(*given), salt="s")
    return made.assign(stratum=made["band"] + "·" + made["charge_group"])


def sample(made, **options):
    strata = {(datetime.date(2025, 4, 1), datetime.date(2025, 5, 1)): {"1年至3年·盗窃罪"}}
    alarms = {"alarm_strata": lambda *span: strata.get(span, set())}
    return review_sample(made, **{"at": AT, "month": None, "seed": 7} | alarms | options)


def drawn(found):
    return {part["kind"]: [row["case"] for row in part["rows"]] for part in found["parts"]}


FULL = rows(*month_of_cases())


def test_a_month_gives_twenty_cases_of_four_sorts_and_none_twice():
    found = sample(FULL)
    assert (found["month"], found["complete"], found["asked"], found["drawn"]) == ("2025-04", True, 20, 20)
    assert [(part["kind"], part["drawn"], part["missing"]) for part in found["parts"]] == [
        ("largest", 8, 0), ("alarm", 4, 0), ("blind_first", 4, 0), ("adopted", 4, 0),
    ]  # fmt: skip
    cases = [case for part in drawn(found).values() for case in part]
    assert len(set(cases)) == 20
    parts = {part["kind"]: part["rows"] for part in found["parts"]}
    assert not any(row["coincides"] for row in parts["largest"])
    assert all(row["coincides"] for row in parts["adopted"])
    assert all(row["blind_first"] for row in parts["blind_first"])
    assert {row["band"] for row in parts["alarm"]} == {"1年至3年"}


def test_the_order_of_the_rows_moves_nothing():
    shuffled = FULL.sample(frac=1, random_state=5)
    assert sample(shuffled) == sample(FULL)


def test_a_later_report_draws_the_same_sample():
    later = rows(*month_of_cases(), *month_of_cases(60, "2025-05"))
    assert sample(later, month="2025-04", at=datetime.date(2025, 9, 1)) == sample(FULL)


def test_another_seed_and_another_month_draw_other_cases():
    assert drawn(sample(FULL, seed=8))["adopted"] != drawn(sample(FULL))["adopted"]
    assert drawn(sample(FULL, seed=8))["largest"] == drawn(sample(FULL))["largest"]  # nothing is drawn there


def test_one_more_case_moves_no_other_draw():
    one = {"case_id": "one more", "entered_at": "2025-04-15T10:00:00"}
    before = drawn(sample(FULL))["adopted"]
    after = drawn(sample(rows(*month_of_cases(), one)))["adopted"]
    assert len(set(before) & set(after)) >= 3


def test_large_is_large_for_the_severity():
    # half of two months is an ordinary departure there; 30 % is the largest among long terms, where 6 % are ordinary
    short = [{"advice_months": 2.0, "entry_months": 3.0} for _ in range(10)]
    long = [{"advice_months": 50.0, "entry_months": 53.0} for _ in range(10)]
    odd = {"advice_months": 50.0, "entry_months": 65.0, "case_id": "odd"}
    made = rows(*({**row, "entered_at": "2025-04-10T09:00:00"} for row in (*short, *long, odd)))
    first = sample(made)["parts"][0]["rows"][0]
    assert (first["band"], first["months"]) == ("3年以上", 15.0)


def test_a_month_of_few_cases_says_what_was_missing():
    found = sample(rows(*({"entered_at": "2025-04-02T09:00:00"} for _ in range(3))))
    assert found["drawn"] == 3
    assert {part["kind"]: (part["eligible"], part["missing"]) for part in found["parts"]} == {
        "largest": (0, 8), "alarm": (3, 1), "blind_first": (0, 4), "adopted": (0, 4),
    }  # fmt: skip


def test_a_case_entered_twice_is_one_case():
    twice = [{"case_id": "one", "entered_at": "2025-04-02T09:00:00", "entry_months": months} for months in (30.0, 25.0)]
    found = sample(rows(*twice), alarm_strata=lambda *_: set())
    assert found["eligible"] == 1
    assert [row["months"] for row in found["parts"][0]["rows"]] == [5.0]  # the later entry


@pytest.mark.parametrize(
    ("at", "month", "complete", "why"),
    [
        (datetime.date(2025, 4, 30), "2025-03", True, "April is not over"),
        (datetime.date(2025, 5, 1), "2025-04", True, "it is now"),
        (datetime.date(2025, 3, 15), "2025-04", False, "no month is over: the latest is taken and said to run"),
    ],
)
def test_the_latest_month_that_is_over_is_drawn(at, month, complete, why):
    found = sample(rows(*month_of_cases(30, "2025-03"), *month_of_cases(30, "2025-04")), at=at)
    assert (found["month"], found["complete"]) == (month, complete)


def test_no_entries_no_month():
    found = sample(rows())
    assert (found["month"], found["drawn"], found["asked"]) == (None, 0, 20)


@pytest.mark.parametrize("text", ["2025-13", "2025-4", "April", "2025-00", "0000-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(InputError, match="is no month"):
        month_end(text)


def test_the_end_of_december_is_in_the_next_year():
    assert month_end("2025-12") == datetime.date(2026, 1, 1)
    assert pd.Timestamp(month_end("2024-02")) == pd.Timestamp("2024-03-01")
