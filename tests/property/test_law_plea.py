from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.plea import plea_checks, plea_rules

READ = sorted(frozenset().union(*(rule.reads for rule in plea_rules().rules)))


def possible(name):
    entry = vocabulary()[name]
    if entry.type == "boolean":
        return st.booleans()
    if entry.type == "category":
        return st.sampled_from(entry.levels)
    return st.integers(min_value=0, max_value=int(entry.most))


cases = st.fixed_dictionaries({name: possible(name) for name in READ})
kept = st.sets(st.sampled_from(READ))
junk = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.lists(st.integers()))


@given(cases)
def test_when_all_is_told_nothing_is_left_open(case):
    for check in plea_checks(case):
        assert check.answer is not None and check.needs == () and check.problems == ()


@given(cases, kept)
def test_what_is_decided_stays_so_when_more_is_told(case, names):
    part = {name: case[name] for name in names}
    for before, after in zip(plea_checks(part), plea_checks(case), strict=True):
        if before.answer is not None:
            assert (before.answer, before.value) == (after.answer, after.value)


@given(cases, kept)
def test_an_open_question_names_facts_that_were_not_told(case, names):
    part = {name: case[name] for name in names}
    for check in plea_checks(part):
        assert (check.answer is None) == bool(check.needs)
        assert not set(check.needs) & names
        assert check.value is None or check.answer


@given(cases, kept)
def test_null_is_the_same_as_absent(case, names):
    part = {name: case[name] for name in names}
    assert plea_checks(part) == plea_checks({name: part.get(name) for name in READ})


@given(st.dictionaries(st.sampled_from(READ), junk))
def test_no_value_makes_it_fail_and_none_that_cannot_be_decides(facts):
    faulty = {problem for check in plea_checks(facts) for problem in check.problems}
    usable = {
        name: value
        for name, value in facts.items()
        if not any(problem.what.startswith(f"{vocabulary()[name].zh} ") for problem in faulty)
    }
    for told, without in zip(plea_checks(facts), plea_checks(usable), strict=True):
        assert (told.answer, told.value, told.needs) == (without.answer, without.value, without.needs)


@given(cases)
def test_the_procedures_do_not_contradict_each_other(case):
    found = {check.id: check.answer for check in plea_checks(case)}
    assert not (found["to_ordinary"] and found["to_summary"])
    assert not (found["ordinary_only"] and (found["fast_track"] or found["summary_procedure"]))
    assert not (found["recommendation_due"] and found["recommendation_refused"])
    assert not (found["affidavit_needed"] and found["affidavit_not_needed"])
    assert not (found["scheme_applies"] and found["partial_confession"])
