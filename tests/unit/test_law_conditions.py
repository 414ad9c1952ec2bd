"""The bound in a part of a condition: what a number is compared with."""

import pytest

from sentencing_ml.law.conditions import Bound, bound_of, leaves

BOUNDS = [
    ("amount_yuan reaches huge", Bound(">=", 1.0, "huge"), "a threshold"),
    ("amount_yuan reaches 0.5 huge", Bound(">=", 0.5, "huge"), "a part of a threshold"),
    ("deaths >= 2", Bound(">=", 2.0), "a number"),
    ("disability_grade<=6", Bound("<=", 6.0), "without spaces"),
    ("serious_injuries = 0", Bound("=", 0.0), "one number alone"),
    ("burglary", None, "a yes-or-no fact compares nothing"),
    ("role = 从犯|胁从犯", None, "a category is no number"),
]


@pytest.mark.parametrize(("leaf", "expected", "reason"), BOUNDS, ids=[row[2] for row in BOUNDS])
def test_a_part_that_compares_a_number_has_a_bound(leaf, expected, reason):
    assert bound_of(leaf) == expected, reason


def test_every_part_of_a_nested_condition_is_asked_by_itself():
    written = {"all": ["amount_yuan reaches 0.5 huge", {"any": ["burglary", {"not": "deaths >= 1"}]}]}
    assert [bound_of(leaf) for leaf in leaves(written)] == [Bound(">=", 0.5, "huge"), None, Bound(">=", 1.0)]
