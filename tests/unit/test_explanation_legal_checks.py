"""What the law asks before 缓刑 and 认罪认罚: answered by what the record tells, open where it is silent."""

import pytest

from sentencing_ml.explanation.legal_checks import legal_checks, told


def part(checks, text):
    return next(entry["answer"] for entry in checks["probation"]["parts"] if text in entry["text"])


@pytest.mark.parametrize(
    ("row", "text", "answer", "reason"),
    [
        ({"recidivist": True}, "累犯", True, "what aggravates and is told bars"),
        ({"recidivist": False}, "累犯", False, "an aggravating fact that nobody alleges is absent"),
        ({"remorse": True}, "悔罪", True, "told by the court"),
        ({"remorse": False}, "悔罪", None, "silence about what lightens is no finding"),
        ({}, "悔罪", None, "unknown stays open"),
        ({"recidivist": None}, "累犯", None, "null is unknown"),
    ],
)
def test_a_condition_of_probation_is_answered_only_by_what_is_told(row, text, answer, reason):
    assert part(legal_checks(row, several_counts=False), text) is answer, reason


def test_the_term_is_the_judges_so_whether_it_is_short_enough_stays_open():
    checks = legal_checks({"term_months": 6.0, "penalty": "有期徒刑"}, several_counts=False)
    assert part(checks, "3年以下") is None
    assert checks["probation"]["answer"] is None


def test_a_recidivist_can_have_no_probation():
    assert legal_checks({"recidivist": True}, several_counts=False)["probation"]["answer"] is False


@pytest.mark.parametrize("plea", [None, False])
def test_without_a_plea_nothing_of_it_is_checked(plea):
    assert legal_checks({"plea_leniency": plea, "surrender": True}, several_counts=False)["plea"] == []


def test_a_plea_is_checked_and_names_what_it_still_needs():
    checks = {check["id"]: check for check in legal_checks({"plea_leniency": True, "confession": True}, several_counts=False)["plea"]}
    assert checks["accepts_punishment"]["answer"] is True
    assert checks["larger_with_surrender"]["answer"] is True
    assert checks["leniency_barred"]["answer"] is None
    assert checks["leniency_barred"]["needs"]
    assert checks["partial_confession"]["answer"] is False  # one count: nothing partial


def test_several_counts_open_the_question_of_a_partial_confession():
    checks = {check["id"]: check for check in legal_checks({"plea_leniency": True}, several_counts=True)["plea"]}
    assert checks["partial_confession"]["answer"] is None


def test_no_protected_attribute_and_no_outcome_is_read():
    assert told({"counsel": "委托", "gender": "女", "term_months": 6.0, "court": "x", "recidivist": True}) == {"recidivist": True}
