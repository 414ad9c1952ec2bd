import datetime
from fractions import Fraction

import pytest

from sentencing_ml.law import execution as module
from sentencing_ml.law.execution import applies, execution, fine_floor, last_day, probation, probation_period
from sentencing_ml.law.limits import limit

FIT = {
    "light_circumstances": True,
    "remorse": True,
    "no_reoffending_risk": True,
    "community_no_harm": True,
    "recidivist": False,
    "ringleader": False,
}
NEW_YEAR = datetime.date(2022, 1, 1)


def test_every_step_of_a_term_is_recorded():
    found = execution(kind="管制", term_months=6, start=NEW_YEAR, custody_days=20, residence_days=3)
    assert [step.article for step in found.steps] == ["刑诉法解释202", "刑法41、44、47", "刑诉法76"]
    assert [step.after[0] for step in found.steps] == [181, 141, 138]
    assert [step.before[0] for step in found.steps] == [6, 181, 141]
    assert found.steps[0].note == "自2022-01-01起至2022-06-30止，共181日"
    assert found.steps[1].note == "先行羁押20日，折抵40日"
    assert all(step.source for step in found.steps)


def test_an_odd_day_is_told():
    found = execution(kind="有期徒刑", term_months=6, start=NEW_YEAR, residence_days=3)
    assert found.credited_days == 1 and found.steps[-1].note == "指定居所监视居住3日，折抵1日，余数不折抵"


def test_a_rule_of_no_day_is_told():
    early = execution(
        kind="有期徒刑",
        term_months=6,
        start=datetime.date(2012, 1, 1),
        residence_days=4,
        judged=datetime.date(2012, 1, 1),
    )
    assert early.credited_days == 0
    assert early.steps[0].note.endswith("当时没有规定，参照计算")
    assert early.steps[1].note == "指定居所监视居住4日，当时没有折抵的规定"


def test_what_was_not_read_takes_off_nothing_and_leaves_the_rest_unknown():
    found = execution(
        kind="有期徒刑",
        term_months=6,
        start=NEW_YEAR,
        custody_days=10,
        residence_days=4,
        judged=datetime.date(2016, 1, 1),
    )
    assert (found.credited_days, found.remaining_days, found.last_day) == (None, None, None)
    assert found.steps[1].after == (171, 171) and found.steps[2].after == (None, None)


def test_a_half_month_after_a_short_month():
    assert last_day(datetime.date(2022, 1, 31), Fraction(3, 2)) == datetime.date(2022, 3, 14)


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"term_months": float("nan")}, ["not_a_number"]),
        ({"term_months": None}, ["not_a_number"]),
        ({"term_months": (6, 12)}, ["not_a_number"]),
        ({"term_months": 400}, ["no_term"]),
        ({"start": "2022-01-01"}, ["no_date"]),
        ({"start": datetime.date(9999, 1, 1)}, ["no_date"]),
        ({"custody_days": 1.5}, ["bad_days"]),
        ({"custody_days": True, "residence_days": None}, ["bad_days", "bad_days"]),
        ({"kind": "死刑"}, ["unknown_kind"]),
        ({"custody_days": 10_000}, ["custody_over_term"]),
    ],
)
def test_input_the_law_cannot_take(given, ids):
    found = execution(**{"kind": "有期徒刑", "term_months": 12, "start": NEW_YEAR, **given})
    assert [problem.id for problem in found.problems] == ids
    assert (found.term_days, found.steps) == (None, ())


def test_probation_says_why():
    found = probation({**FIT, "recidivist": True, "remorse": False}, kind="有期徒刑", term_months=40)
    assert found.reason == "不符合：判处拘役或者3年以下有期徒刑（刑法72）；有悔罪表现（刑法72）；累犯（刑法74）"
    assert (found.article, found.source) == ("刑法72、74", ("XF", "XZ8"))
    assert {part.text: part.answer for part in found.parts if part.kind == "bars"} == {
        "累犯": True,
        "犯罪集团的首要分子": False,
    }
    found = probation({**FIT, "remorse": None}, kind="有期徒刑", term_months=24)
    assert found.reason == "尚不能确定，需要查明：悔罪表现"
    assert probation({**FIT, "pregnant": True}, kind="拘役", term_months=3).reason == "应当宣告缓刑"
    found = probation(FIT, kind="拘役", term_months=3)
    assert (found.answer, found.must, found.reason) == (True, None, "可以宣告缓刑")
    assert found.needs == ("minor_defendant", "pregnant", "elderly_at_trial", "elderly_defendant")


def test_an_absurd_fact_is_a_problem_and_no_answer():
    found = probation({**FIT, "amount_yuan": -1}, kind="有期徒刑", term_months=24)
    assert (found.answer, [problem.id for problem in found.problems]) == (None, ["below_least"])
    found = applies("minor_age", {"offender_age": -4})
    assert (found.answer, [problem.id for problem in found.problems]) == (None, ["below_least"])


def test_a_rule_that_was_not_verified_never_answers(monkeypatch):
    unread = limit("probation").model_copy(update={"verified": False})
    monkeypatch.setattr(module, "limit", lambda id, on=None: unread if id == "probation" else limit(id, on))
    found = probation({**FIT, "minor_defendant": True}, kind="有期徒刑", term_months=24)
    assert (found.answer, found.must, found.verified, found.reason) == (None, None, False, "条文未经核对，不作判断")
    found = probation(FIT, kind="有期徒刑", term_months=60)
    assert found.answer is None
    unread = limit("job_ban").model_copy(update={"verified": False})
    monkeypatch.setattr(module, "limit", lambda id, on=None: unread)
    monkeypatch.setattr(module, "_contradictions", lambda facts, on: ())
    assert applies("job_ban", {"occupational_offence": True}).answer is None


def test_a_rule_that_is_not_known_is_a_mistake_of_the_programmer():
    with pytest.raises(KeyError):
        applies("no_such_rule", {})


def test_periods():
    assert probation_period("有期徒刑", (6, 24)) == (12, 60)
    assert probation_period("有期徒刑", None) == (12, 60)
    assert probation_period("管制", 6) is None


def test_a_fine_floor_of_facts_that_cannot_be():
    found = fine_floor({"minor_defendant": True, "deaths": -1})
    assert found.yuan == (500, 1000) and [problem.id for problem in found.problems] == ["below_least"]
