"""The five sorts of a triple: advice S, recommendation R, entry J, in months, a reason for each row."""

import pandas as pd
import pytest
from tests.support.monitor_rows import corrections

from sentencing_ml.monitor.report.case_rows import live_rows
from sentencing_ml.monitor.report.triple import PARTS, sorts, triple

CASES = [
    (20, 20, 20, "all", "one number for all three"),
    (20, 20.5, 20, "all", "half a month is rounding"),
    (20, 21, 20, "all", "within five per cent of the advice"),
    (20, 26, 20, "advice", "the entry is the advice and not what was recommended"),
    (20, 26, 26, "recommendation", "the entry is what was recommended"),
    (20, 20, 26, "same_tool_not_followed", "advice and recommendation are one number that the judge left"),
    (20, 26, 15, "none", "three numbers"),
    (60, 65, 62, "advice", "close to both, which are not close to each other: nearer to the advice"),
    (60, 65, 63, "recommendation", "close to both, nearer to the recommendation"),
    (2, 3, 2, "advice", "a whole month is no rounding on a short term either"),
    (2, 2.4, 2, "all", "four tenths of a month are"),
]


@pytest.mark.parametrize(("s", "r", "j", "sort", "why"), CASES, ids=[case[-1] for case in CASES])
def test_the_sort_of_a_triple(s, r, j, sort, why):
    terms = [pd.Series([float(term)]) for term in (s, r, j)]
    assert sorts(*terms, months=0.5, share=0.05).tolist() == [sort]


def rows(*given):
    made = live_rows(corrections(*given), salt="s")
    return made.assign(stratum=made["band"], severity_code=(made["advice_months"] > 6).astype(int))


def row(kind, **more):
    s, r, j = {"all": (20, 20, 20), "none": (20, 26, 15), "advice": (20, 26, 20)}[kind]
    return {"advice_months": s, "recommendation_months": r, "entry_months": j, **more}


def test_the_shares_add_up_and_cases_without_a_recommendation_are_none():
    judges = [{"judge": f"J-{number % 3}"} for number in range(11)]
    cases = [*[row("all")] * 6, *[row("none")] * 3, row("advice"), {"recommendation_months": None}]
    made = rows(*({**case, **judge} for case, judge in zip(cases, judges, strict=True)))
    found = triple(made, minimum=5)
    assert found["n"] == 10
    shares = {part["kind"]: part["share"]["value"] for part in found["parts"]}
    assert list(shares) == list(PARTS)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["all"] == pytest.approx(0.6)
    (stratum,) = found["strata"]
    assert (stratum["stratum"], stratum["n"]) == ("1年至3年", 10)


def test_small_strata_and_courts_of_few_judges_have_no_share():
    made = rows(row("all", advice_months=2, recommendation_months=2, entry_months=2), *[row("all")] * 6)
    found = triple(made, minimum=5)
    short = next(stratum for stratum in found["strata"] if stratum["stratum"] == "6个月以下")
    assert short["n"] is None
    assert {part["share"] for part in short["parts"]} == {None}
    assert found["courts"] == [{"court": "甲法院", "n": 7, "same": None, "note": None}]


def test_one_tool_for_prosecution_and_court_is_noted():
    judges = [f"J-{number}" for number in range(4)]
    same = [row("all", judge=judge, court="甲法院") for judge in judges for _ in range(6)]
    apart = [row("none", judge=judge, court="乙法院") for judge in judges for _ in range(6)]
    found = {court["court"]: court for court in triple(rows(*same, *apart), minimum=5)["courts"]}
    assert "控审技术同轨" in found["甲法院"]["note"]
    assert found["乙法院"]["note"] is None
    assert found["乙法院"]["same"]["value"] == 0
