"""What holds of the reports' lists and tables whatever the entries are."""

import datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.monitor_rows import corrections

from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.report.case_rows import FEWEST_JUDGES, live_rows, withheld
from sentencing_ml.monitor.report.court import distribution
from sentencing_ml.monitor.report.review_sample import review_sample
from sentencing_ml.monitor.report.triple import PARTS, sorts
from sentencing_ml.monitor.report.weekly import weekly

BELOW = definitions().suppress_below
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "case_id": st.integers(0, 60).map("case {}".format),
            "judge": st.sampled_from(["J-a", "J-b", "J-c", "J-d"]),
            "advice_months": st.floats(0.5, 200),
            "entry_months": st.integers(1, 200).map(float),
            "mode": st.sampled_from(["shown", "blind_first"]),
            "own_estimate_months": st.just(12.0),
            "entered_at": st.dates(datetime.date(2025, 3, 1), datetime.date(2025, 4, 30)).map(lambda day: f"{day}T09:00:00"),
        }
    ),
    max_size=60,
)


def rows(cases):
    made = live_rows(corrections(*cases), salt="s")
    return made.assign(stratum=made["band"])


def sample(made, month="2025-03"):
    return review_sample(
        made, at=datetime.date(2025, 6, 1), month=month, seed=7, alarm_strata=lambda *_: {"6个月以下", "3年以上"}
    )


@given(cases=CASES, shuffle=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_a_sample_has_no_case_twice_counts_what_is_missing_and_knows_no_order(cases, shuffle):
    made = rows(cases)
    found = sample(made)
    drawn = [row["case"] for part in found["parts"] for row in part["rows"]]
    assert len(drawn) == len(set(drawn)) == found["drawn"] <= min(20, found["eligible"])
    for part in found["parts"]:
        assert part["drawn"] == min(part["asked"], part["eligible"]) == part["asked"] - part["missing"]
    order = list(range(len(made)))
    shuffle.shuffle(order)
    assert sample(made.iloc[order]) == found
    # what is entered after the month changes nothing of it
    assert sample(made[made["month"] == "2025-03"]) == found


@given(cases=CASES)
@settings(max_examples=15, deadline=None)
def test_a_week_is_divided_into_departures_and_adoptions(cases):
    made = rows(cases)
    total = 0
    for week in weekly(made, at=datetime.date(2025, 6, 1), week=None, suppress_below=3)["weeks"]:
        listed = weekly(made, at=datetime.date(2025, 6, 1), week=week["week"], suppress_below=3)
        apart, adopted = listed["departures"], listed["full_adoption"]
        assert apart["n"] + adopted["n"] == listed["entries"] == week["entries"]
        assert len(apart["rows"]) == apart["n"]
        assert len(adopted["rows"]) == adopted["n"]
        assert (week["departures"]["value"] is None) == (week["entries"] < 3)
        total += week["entries"]
    assert total == len(made)


@given(counts=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 8)), max_size=12))
def test_what_is_withheld_is_no_small_cell_on_its_own(counts):
    cells = pd.DataFrame(counts, columns=["n", "judges"])
    hidden = withheld(cells)
    assert hidden[(cells["n"] < BELOW) | (cells["judges"] < FEWEST_JUDGES)].all()
    gone = cells[hidden]
    assert gone.empty or hidden.all() or (len(gone) > 1 and gone["n"].sum() >= BELOW)


@given(ratios=st.lists(st.floats(-3, 3), max_size=300))
@settings(max_examples=60)
def test_a_distribution_has_no_small_cell_and_loses_no_case(ratios):
    bins = distribution(pd.Series(ratios, dtype=float))["bins"]
    assert all(part["n"] >= BELOW for part in bins)
    assert sum(part["n"] for part in bins) == (len(ratios) if len(ratios) >= BELOW else 0)
    edges = [(part["low"], part["high"]) for part in bins]
    assert all(one[1] == two[0] for one, two in zip(edges, edges[1:], strict=False))


@given(terms=st.tuples(*[st.floats(0.5, 300)] * 3))
def test_every_triple_is_of_one_sort_and_equal_terms_are_of_the_first(terms):
    s, r, j = (pd.Series([term]) for term in terms)
    (found,) = sorts(s, r, j, months=0.5, share=0.05)
    assert found in PARTS
    assert sorts(s, s, s, months=0.5, share=0.05).tolist() == ["all"]
    assert (found in ("all", "same_tool_not_followed")) == bool(np.abs(s - r)[0] <= max(0.5, 0.05 * terms[0]) + 1e-3)
