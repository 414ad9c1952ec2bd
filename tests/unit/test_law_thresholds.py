import datetime
import math

import numpy as np
import pytest
import yaml

from sentencing_ml.law import thresholds as module
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.statutes import charge_law, statutes
from sentencing_ml.law.thresholds import PROVINCE, STANDARD, level, reach, standards, standing

DAY = datetime.date
IN_2009, IN_2012, IN_2016, IN_2022 = DAY(2009, 5, 1), DAY(2012, 12, 1), DAY(2016, 5, 1), DAY(2022, 5, 1)


def theft(threshold, offence, trial=None, province=None):
    return level("盗窃罪", threshold, offence, trial or offence, province)


def build(text):
    return module.build({"standards": yaml.safe_load(text)}, sources=["A"])


def faults(text):
    with pytest.raises(LawDataError) as caught:
        build(text)
    return [line.removeprefix("  - provincial.yaml: ") for line in str(caught.value).splitlines()[1:]]


def row(**changed):
    entry = {
        "province": "安徽省", "charge": "盗窃罪", "values": {"huge": 50000}, "from": DAY(2013, 4, 4), "source": ["A"],
        "verified": True,
    }  # fmt: skip
    return yaml.safe_dump([entry | changed], allow_unicode=True)


# Resolution


def test_a_province_decides_within_the_national_range():
    found = theft("huge", IN_2016, province="安徽省")
    assert (found.low, found.high, found.missing) == (50000, 50000, ())
    assert [entry.source for entry in found.standards] == [("PAH13T",)]


def test_without_the_province_the_range_stands_and_the_province_is_missing():
    found = theft("huge", IN_2016)
    assert (found.low, found.high, found.missing, found.standards) == (30000, 100000, (PROVINCE,), ())


def test_a_standard_that_was_not_read_is_shown_and_never_decides():
    found = theft("huge", IN_2016, province="江苏省")
    assert (found.low, found.high, found.missing) == (30000, 100000, (STANDARD,))
    assert [(entry.verified, entry.values["huge"]) for entry in found.standards] == [(False, 50000)]


def test_zones_of_a_province_leave_a_range_of_their_own():
    found = theft("huge", IN_2016, province="广东省")
    assert (found.low, found.high, found.missing) == (60000, 100000, (STANDARD,))
    assert {entry.zone for entry in found.standards} == {"一类地区", "二类地区"}


def test_zones_that_agree_decide():
    # 四川, until 2013-04-03: 五万元 for 数额特别巨大 in towns and in the country.
    found = theft("extra_huge", IN_2009, province="四川省")
    assert (found.low, found.high, found.missing) == (50000, 50000, ())


@pytest.mark.parametrize(
    ("province", "offence", "trial", "low", "why"),
    [
        ("北京市", DAY(2011, 4, 7), DAY(2011, 4, 7), 10000, "the last day on which the notice of 1998 certainly held"),
        ("四川省", DAY(2013, 4, 3), DAY(2013, 4, 3), 7000, "the last day of the national range of 1998"),
        ("四川省", DAY(2013, 4, 3), DAY(2013, 4, 4), 30000, "a kinder interpretation reaches back"),
        ("四川省", DAY(2013, 7, 31), DAY(2013, 7, 31), 30000, "the old notice fell with its national range"),
        ("四川省", DAY(2013, 8, 1), DAY(2013, 8, 1), 50000, "the first day of the new notice"),
    ],
)
def test_the_day_decides_which_version_holds(province, offence, trial, low, why):
    assert theft("huge", offence, trial, province).low == low, why


def test_the_standard_of_beijing_is_not_known_once_a_later_rule_may_have_replaced_it():
    assert theft("huge", DAY(2011, 4, 7), province="北京市").missing == ()
    found = theft("huge", DAY(2011, 4, 8), province="北京市")
    assert (found.low, found.high, found.missing) == (5000, 20000, (STANDARD,))


def test_of_two_national_versions_the_higher_counts():
    # 职务侵占: 一百万元 on the day of the offence, 二十万元 on the day of the trial.
    found = level("职务侵占罪", "huge", IN_2022, DAY(2026, 6, 1), None)
    assert found.low == found.high == 1000000
    assert [entry.article for entry in found.entries] == ["法释〔2016〕9号11(1)", "法释〔2026〕6号8"]


def test_where_no_version_was_read_nothing_is_known():
    found = level("职务侵占罪", "extra_huge", IN_2022, IN_2022, "上海市")
    assert (found.low, found.high, found.missing) == (None, None, (STANDARD,))
    assert level("职务侵占罪", "huge", IN_2012, IN_2012, None).low is None


def test_what_the_nation_fixes_no_province_moves():
    assert level("诈骗罪", "extra_huge", IN_2016, IN_2016, "广东省").low == 500000
    assert level("诈骗罪", "telecom_huge", IN_2022, IN_2022, "广东省").high == 30000
    assert not [entry for rows in standards().values() for entry in rows
                if entry.charge == "诈骗罪" and "extra_huge" in entry.values]  # fmt: skip


def test_an_unknown_charge_or_threshold_is_an_error():
    with pytest.raises(KeyError):
        level("虚构罪", "huge", IN_2016, IN_2016, None)
    with pytest.raises(KeyError):
        theft("gigantic", IN_2016)


@pytest.mark.parametrize(
    ("amount", "times", "province", "truth", "missing"),
    [
        (50000, 1, "安徽省", True, ()),
        (49999.99, 1, "安徽省", False, ()),
        (25000, 0.5, "安徽省", True, ()),
        (24999, 0.5, "安徽省", False, ()),
        (29999, 1, None, False, ()),
        (30000, 1, None, None, (PROVINCE,)),
        (99999, 1, "江苏省", None, (STANDARD,)),
        (100000, 1, "江苏省", True, ()),
        (None, 1, "安徽省", None, ("amount_yuan",)),
    ],
)
def test_whether_an_amount_reaches(amount, times, province, truth, missing):
    ask = reach(charge_law("盗窃罪"), offence=IN_2016, trial=IN_2016, province=province)
    answer = ask({"amount_yuan": amount}, "amount_yuan", "huge", times)
    assert (answer.truth, answer.missing) == (truth, missing)


# The file


def test_verified_standards_lie_within_the_national_range_as_long_as_they_hold():
    outside = []
    for rows in standards().values():
        for entry in rows:
            if not entry.verified:
                continue
            for name, value in entry.values.items():
                ranges = [
                    version.value
                    for version in statutes().charges[entry.charge].thresholds[name]
                    if version.verified and isinstance(version.value, tuple) and version.overlaps(entry)
                ]
                outside += [(entry, name) for low, high in ranges if not low <= value <= high]
    assert outside == []


def test_robbery_repeats_the_theft_standard_of_the_place():
    # 法释〔2000〕35号4, in force from 2000-11-28.
    from_day = DAY(2000, 11, 28)
    compared = 0
    for (province, charge), rows in standards().items():
        if charge != "抢劫罪":
            continue
        for entry in rows:
            if "R00" not in entry.source:
                continue
            (same,) = [
                other
                for other in standards()[province, "盗窃罪"]
                if (other.zone, other.verified, other.effective_to) == (entry.zone, entry.verified, entry.effective_to)
                and max(other.effective_from, from_day) == entry.effective_from
            ]
            assert same.values["huge"] == entry.values["huge"], entry
            compared += 1
    assert compared > 40


def test_every_notice_is_a_source_that_was_read():
    kinds = {key: source["kind"] for key, source in load("sources.yaml")["sources"].items()}
    verified = [entry for rows in standards().values() for entry in rows if entry.verified]
    assert len(verified) > 60
    assert [e for e in verified if not {kinds[key] for key in e.source} <= {"reprint", "primary_text_copy"}] == []


def test_a_good_row_is_kept():
    built = build(row(zone="一类地区", cities=["合肥"], note="甲"))
    (entry,) = built["安徽省", "盗窃罪"]
    assert (entry.zone, entry.cities, entry.values, entry.note) == ("一类地区", ("合肥",), {"huge": 50000}, "甲")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"province": "安徽"}, "安徽 盗窃罪: no full name of a province"),
        ({"province": "乐土省"}, "乐土省 盗窃罪: no full name of a province"),
        ({"charge": "盗窃"}, "安徽省 盗窃: unknown charge"),
        ({"charge": "非法行医罪"}, None),
        ({"values": {"gigantic": 1}}, "安徽省 盗窃罪: gigantic: 1: the charge has no such threshold"),
        ({"values": {"huge": 29999}}, "安徽省 盗窃罪: huge: 29999: outside the national range 30000–100000 of that day"),
        ({"values": {"huge": 100001}}, "安徽省 盗窃罪: huge: 100001: outside the national range 30000–100000 of that day"),
        ({"values": {"huge": 50000}, "from": DAY(2013, 4, 3)}, "安徽省 盗窃罪: huge: 50000: outside the national range 5000–20000 of that day"),
        ({"source": ["B"]}, "安徽省 盗窃罪: unknown source B"),
        ({"from": "2013"}, "standards 安徽省 from: '2013': is not a date (YYYY-MM-DD)"),
        ({"values": {"huge": -1}}, "standards 安徽省 values huge: -1: Input should be greater than 0"),
        ({"amount": 1}, "standards 安徽省 amount: 1: Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(changed, fault):
    if fault is None:
        if "非法行医罪" in statutes().charges:
            pytest.skip("the charge has got data")
        fault = "安徽省 非法行医罪: unknown charge"
    assert faults(row(**changed)) == [fault]


def test_a_value_outside_the_range_may_stand_where_it_was_not_read():
    assert build(row(values={"huge": 15000}, verified=False))


def test_two_standards_of_one_place_on_one_day_are_a_fault():
    both = yaml.safe_load(row()) + yaml.safe_load(row(**{"values": {"huge": 60000}, "from": DAY(2015, 1, 1)}))
    text = yaml.safe_dump(both, allow_unicode=True)
    assert faults(text) == ["安徽省 盗窃罪: two standards hold on 2015-01-01"]


def test_standards_of_two_zones_or_two_thresholds_do_not_collide():
    rows = [
        *yaml.safe_load(row(zone="一类地区")),
        *yaml.safe_load(row(zone="二类地区")),
        *yaml.safe_load(row()),
        *yaml.safe_load(row(values={"large": 2000})),
        *yaml.safe_load(row(verified=False)),
    ]
    assert len(build(yaml.safe_dump(rows, allow_unicode=True))["安徽省", "盗窃罪"]) == 5


def test_all_faults_are_told_at_once():
    text = row(province="乐土省", values={"huge": 1, "gigantic": 2}, source=["B"])
    assert len(faults(text)) == 4


# ---- where a fact stands on the ladder of thresholds


def _standing(charge: str, **facts: object) -> float | None:
    day = datetime.date(2022, 6, 1)
    return standing(charge_law(charge), facts, offence=day, trial=day, province=None)


def _rungs(charge: str, fact: str) -> list[float]:
    law, day = charge_law(charge), datetime.date(2022, 6, 1)
    names = [name for name, versions in law.thresholds.items() if versions[0].fact == fact]
    found = [level(charge, name, day, day, None) for name in names]
    return sorted({math.sqrt(entry.low * entry.high) for entry in found if entry.low})


def test_a_standing_is_whole_at_each_threshold_and_rises_between():
    rungs = _rungs("盗窃罪", "amount_yuan")
    assert len(rungs) >= 3
    for place, rung in enumerate(rungs, start=1):
        assert _standing("盗窃罪", amount_yuan=rung) == pytest.approx(place)
    middle = math.sqrt(rungs[0] * rungs[1])
    assert _standing("盗窃罪", amount_yuan=middle) == pytest.approx(1.5)


def test_below_the_first_and_above_the_last_threshold_a_step_is_a_factor_of_ten():
    rungs = _rungs("盗窃罪", "amount_yuan")
    assert _standing("盗窃罪", amount_yuan=rungs[0] / 10) == pytest.approx(0.0)
    assert _standing("盗窃罪", amount_yuan=rungs[-1] * 100) == pytest.approx(len(rungs) + 2)


def test_a_standing_never_falls_as_the_amount_rises():
    amounts = np.geomspace(1, 1e8, 400)
    found = [_standing("盗窃罪", amount_yuan=float(amount)) for amount in amounts]
    assert (np.diff(found) > 0).all()


def test_without_a_known_fact_or_a_threshold_there_is_no_standing():
    assert _standing("盗窃罪") is None
    assert _standing("盗窃罪", amount_yuan=0.0) is None
    assert _standing("故意伤害罪", amount_yuan=5000.0) is None
