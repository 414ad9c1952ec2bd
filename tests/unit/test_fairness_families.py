from pathlib import Path

import numpy as np
import pytest

from sentencing_ml.fairness.families import amount, attribute_verdict, judge, margin, measures, overview
from sentencing_ml.settings import Family, load_settings

DECLARED = load_settings(Path(__file__).parents[2] / "params.yaml").audit
SETTINGS = DECLARED.model_copy(
    update={
        "families": {
            "primary": Family(measures=("labels", "advice", "amplification", "error"), rate=0.04),
            "tails": Family(measures=("asymmetry", "error_ratio", "calibration", "coverage"), rate=0.01),
        }
    }
)


def entry(p, *, equivalence=0.9, df=40.0, detectable=0.1):
    return {"p": p, "p_equivalence": equivalence, "df": df, "detectable": detectable}


def test_each_family_is_adjusted_by_itself_at_its_own_rate():
    primary, tails = SETTINGS.families["primary"], SETTINGS.families["tails"]
    # one small p among forty of its family; alone in the other
    tests = [("labels", entry(primary.rate / 41)), *(("error", entry(0.5)) for _ in range(39))]
    tests.append(("coverage", entry(tails.rate * 1.01)))
    judge(tests, settings=SETTINGS)
    found = [one["verdict"] for _, one in tests]
    assert found[0] == "有差异"
    assert set(found[1:40]) == {"不能判断"}
    # enough for the rate of the primary family, and not for that of its own
    assert tails.rate * 1.01 < primary.rate
    assert found[40] == "不能判断"


def test_the_rates_of_all_families_together_leave_no_more_than_five_false_alarms_in_a_hundred_audits():
    assert sum(family.rate for family in DECLARED.families.values()) <= 0.05


def test_what_can_be_detected_is_what_the_audit_would_find_and_not_one_test_alone():
    alone, among = [("labels", entry(0.5))], [("labels", entry(0.5)) for _ in range(100)]
    judge(alone, settings=SETTINGS)
    judge(among, settings=SETTINGS)
    assert among[0][1]["detectable"] > 1.3 * alone[0][1]["detectable"]


def test_a_measure_of_no_family_is_not_tested():
    families = {name: family for name, family in SETTINGS.families.items() if name != "tails"}
    assert set(measures(SETTINGS.model_copy(update={"families": families}))) == {
        "labels", "advice", "amplification", "error",
    }  # fmt: skip


def test_the_overview_counts_the_verdicts_of_each_family():
    tests = [("labels", entry(1e-9)), ("advice", entry(0.9, equivalence=1e-9)), ("coverage", entry(0.9))]
    judge(tests, settings=SETTINGS)
    found = overview(tests, settings=SETTINGS)
    assert {key: found["primary"][key] for key in ("tests", "different", "equivalent", "undecided")} == {
        "tests": 2, "different": 1, "equivalent": 1, "undecided": 0,
    }  # fmt: skip
    assert found["tails"]["undecided"] == 1


def test_margins_of_log_ratios_are_logs_and_others_as_declared():
    assert margin("labels", settings=SETTINGS) == pytest.approx(np.log1p(SETTINGS.equivalence))
    assert margin("coverage", settings=SETTINGS) == SETTINGS.margins["coverage"]


AMOUNTS = [
    ("labels", 0.05, "+5.0%", "a geometric share"),
    ("coverage", -0.02, "-2.0 个百分点", "a difference of shares"),
    ("calibration", 0.05, "+0.05", "a slope"),
]


@pytest.mark.parametrize(("measure", "value", "words", "reason"), AMOUNTS, ids=[row[3] for row in AMOUNTS])
def test_amounts_are_written_on_the_scale_of_their_measure(measure, value, words, reason):
    assert amount(measure, value) == words, reason


def group(name, verdict=None, *, estimate=0.1, reference=False, status="shown"):
    tests = {} if reference else {"labels": {"verdict": verdict, "estimate": estimate, "detectable": 0.08}}
    return {"group": name, "status": status, "reference": reference, "tests": tests}


VERDICTS = [
    ([group("女", "有差异"), group("男", reference=True)], "有差异", "女 +10.0%"),
    ([group("女", "等效"), group("男", reference=True)], "等效", "差异确定在 ±5.0% 以内"),
    ([group("女", "不能判断"), group("男", reference=True)], "不能判断", "现有样本能可靠发现的最小差异约 8.0%"),
    ([group("甲", "等效"), group("乙", "等效"), group("丙", None, status="no_verdict")], "不能判断", "够件数的组均等效；1 个组件数不足"),
    ([group("女", None, status="no_verdict"), group("男", reference=True)], "不能判断", "各组均不足 100 件"),
    ([group("男", reference=True)], "不能判断", "只有一个已知的组，没有可比较的对象"),
    ([group("未知", reference=True)], "不能判断", "全部未知"),
]  # fmt: skip


@pytest.mark.parametrize(("groups", "word", "reason"), VERDICTS, ids=[row[2] for row in VERDICTS])
def test_the_verdict_of_an_attribute(groups, word, reason):
    found = attribute_verdict("labels", groups, unknown="未知", absent=None, settings=SETTINGS)
    assert (found["verdict"], found["reason"]) == (word, reason)


def test_what_could_not_be_computed_says_why():
    found = attribute_verdict(
        "labels", [group("女"), group("男", reference=True)], unknown="未知", absent="只有一个法院", settings=SETTINGS
    )
    assert found == {"verdict": "不能判断", "reason": "只有一个法院", "detectable": None}
