"""A 原因说明 of any words: the check never fails, counts what is there and nothing else, and cannot be filled with air."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.monitor.alerts.reason_note import Case, check

CASES = tuple(
    Case(
        case_id=f"甲-{number}/0/0",
        charge_group="盗窃罪",
        values={
            "row_id": f"甲-{number}/0/0", "charge": "盗窃罪", "case_number": f"（2031）星海刑初字第{number}号", "amount_yuan": 1000.0 * number,
            "burglary": number % 2 == 0, "pickpocketing": number % 2 == 1, "surrender": number == 3, "confession": number != 3,
            "recidivist": False, "prior_record": False, "restitution": None,
        },
    )
    for number in (1, 2, 3)
)  # fmt: skip
NAMES = ["甲-1", "甲-2/0/0", "案件3", "（2031）星海刑初字第2号", "1号", "（2031）别处刑初字第7号", "甲-9/0/0"]
FACTS = ["盗窃", "抢劫罪", "入户", "扒窃", "1000元", "2千元", "三千元", "自首", "如实供述", "累犯", "没有前科", "不构成累犯", "退赃", "从犯", "轻伤一级"]
EMPTY = ["综合全案", "依法", "建议适当", "罪责刑相适应", "宽严相济政策"]
MARKS = ["，", "。", "；", "\n", "、", "均", "（", "）", " "]

texts = st.lists(st.sampled_from([*NAMES, *FACTS, *EMPTY, *MARKS]), min_size=1, max_size=60).map("".join).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(st.one_of(texts, st.text(min_size=1, max_size=300).filter(str.strip)))
def test_only_facts_of_the_alerts_cases_count_and_enough_of_them_are_accepted(text):
    found = check(text, cases=CASES, others=["甲-9/0/0"])
    assert len(set(found.facts)) == len(found.facts)
    assert {case for case, _ in found.facts} <= {case.case_id for case in CASES}
    for case_id, factor in found.facts:
        values = next(case.values for case in CASES if case.case_id == case_id)
        assert factor == "charge" or values.get(factor) is not False
    assert found.accepted == (found.cases >= 2) and bool(found.missing) != found.accepted


@settings(max_examples=100, deadline=None)
@given(texts, st.lists(st.sampled_from(EMPTY), max_size=5))
def test_phrases_that_fit_any_case_change_nothing(text, phrases):
    padded = "".join(f"{phrase}。" for phrase in phrases) + text + "".join(f"。{phrase}。" for phrase in phrases)
    assert set(check(padded, cases=CASES).facts) == set(check(text, cases=CASES).facts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*EMPTY, *MARKS, "认真", "审慎", "自首", "入户", "盗窃", "退赃"]), min_size=1, max_size=40).map("".join).filter(str.strip))
def test_who_names_no_case_is_never_accepted(text):
    assert not check(text, cases=CASES).accepted
