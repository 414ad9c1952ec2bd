import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.law import combination as module
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.combination import combine, combine_kinds, limits

kinds = st.sampled_from(["有期徒刑", "拘役", "管制"])
terms = st.integers(min_value=1, max_value=180)


@given(st.lists(st.tuples(terms, kinds), min_size=1, max_size=8))
def test_the_bounds_hold_the_highest_term_and_never_pass_the_sum(counts):
    months, its_kinds = zip(*counts, strict=True)
    for kind, (low, high) in combine_kinds(months, its_kinds).items():
        own = [term for term, other in counts if other == kind]
        assert low == max(own)
        assert low <= high <= sum(own)
    low, high = combine(months, its_kinds)
    assert low <= high <= sum(months)


@given(st.lists(terms, min_size=1, max_size=30))
def test_fixed_terms_never_pass_25_years(months):
    assert combine(months, ["有期徒刑"] * len(months))[1] <= 300


def test_kinds_are_kept_apart():
    found = combine_kinds([12, 4, 18], ["有期徒刑", "拘役", "管制"])
    assert found == {"有期徒刑": (12, 12), "拘役": (4, 4), "管制": (18, 18)}


@pytest.mark.parametrize(
    ("months", "its_kinds", "message"),
    [
        ([1, 2], ["有期徒刑"], "2 terms and 1 kinds"),
        ([1], ["流放"], "unknown kind of punishment: 流放"),
        ([-1], ["有期徒刑"], "a term is negative or not a number"),
        ([float("nan")], ["有期徒刑"], "a term is negative or not a number"),
    ],
)
def test_terms_that_cannot_be_combined(months, its_kinds, message):
    with pytest.raises(ValueError, match=message):
        combine(months, its_kinds)


def test_limits_of_the_kinds():
    table = limits()
    assert (table["fixed_term"].params["min_months"], table["fixed_term"].params["max_months"]) == (6, 180)
    assert (table["detention"].params["min_months"], table["detention"].params["max_months"]) == (1, 6)
    assert (table["surveillance"].params["min_months"], table["surveillance"].params["max_months"]) == (3, 24)
    assert table["probation"].params["max_months"] == 36 and len(table["probation"].params["conditions"]) == 4
    assert dict(table["offset"].params) == {"fixed_term": 1, "detention": 1, "surveillance": 2}
    with pytest.raises(TypeError):
        table["detention"].params["max_months"] = 7


def test_every_fault_is_reported_at_once():
    content = copy.deepcopy(load("limits.yaml"))
    rows = content["limits"]
    rows[0]["params"] = {"min_months": 200, "max_months": 180}
    rows[1]["source"] = []
    rows[2]["params"] = {"min_months": 3}
    rows[3]["id"] = "cap"
    rows.append(copy.deepcopy(rows[4]))
    with pytest.raises(LawDataError) as caught:
        module.build(content, sources=load("sources.yaml")["sources"])
    assert str(caught.value).splitlines() == [
        "limits.yaml cannot be used:",
        "  - fixed_term: 200–180 months is no range",
        "  - detention: names no source",
        "  - surveillance: max_months missing",
        "  - surveillance: 3–0 months is no range",
        "  - cap: unknown limit",
        "  - mixed_kinds: listed twice",
        "  - concurrent_cap: is missing",
    ]
