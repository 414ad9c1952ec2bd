"""What liability reads of the law: the track of a charge, the guideline's arithmetic, its caps."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law import statutes
from sentencing_ml.liability.rules import TRACK, article_number, caps, formula_log_ratio, records, rule_track


def test_without_facts_the_track_is_that_of_the_charge():
    track = rule_track(factor_frame([{"charge_group": "盗窃罪"}])).iloc[0]
    law = statutes.statutory_range("盗窃罪")
    assert (track["statute_low"], track["statute_high"]) == (law.low, law.high)
    # The lightest tier in play, and of it what can be computed: its starting point.
    assert track["rule_prior"] == pytest.approx(statutes.rule_prior("盗窃罪"))
    assert track["rule_low"] <= np.exp(track["rule_prior"]) <= track["rule_high"]
    assert track["statute_tiers"] == len(statutes.tiers("盗窃罪"))


def test_the_facts_of_a_count_choose_its_tier_and_move_its_prior():
    facts = {"charge_group": "盗窃罪", "burglary": False, "weapon": False, "repeated": False, "pickpocketing": False}
    small, large, joined = rule_track(
        factor_frame(
            [
                {**facts, "amount_yuan": 3000.0},
                {**facts, "amount_yuan": 900_000.0},
                {**facts, "amount_yuan": 900_000.0, "role": "从犯"},
            ]
        )
    ).to_dict("records")
    assert (small["tier"], large["tier"]) == ("t1", "t3")
    assert small["rule_high"] <= 36 and large["rule_low"] >= 120
    assert joined["rule_low"] < large["rule_low"] and joined["rule_prior"] < large["rule_prior"]


def test_the_province_and_the_day_reach_the_track_through_the_law_alone():
    facts = {"charge_group": "盗窃罪", "amount_yuan": 55_000.0, "burglary": False, "weapon": False}
    facts["offence_date"] = "2016-03-01"
    rows = [{**facts, "province": name} for name in ("安徽省", "辽宁省", None)]
    frame = factor_frame(rows)
    # 安徽 sets 数额巨大 at 50,000 yuan; in 辽宁, where it is 70,000, and without a province the first tier is still in play.
    assert rule_track(frame)["tier"].fillna("open").tolist() == ["t2", "open", "open"]
    assert rule_track(frame)["statute_low"].tolist() == [36, 1, 1]
    assert records(frame)[0].keys() & {"surrender", "recidivist", "gender", "court", "judge"} == set()


def test_a_tier_is_named_only_where_there_is_no_other():
    frame = factor_frame([{"charge_group": "盗窃罪"}, {"charge_group": "危险驾驶罪"}])
    track = rule_track(frame)
    assert pd.isna(track["tier"].iloc[0])
    assert track["tier"].iloc[1] == statutes.tiers("危险驾驶罪")[0].id


def test_without_charge_or_law_the_track_is_unknown():
    track = rule_track(factor_frame([{}, {"charge_group": "不存在的罪"}]))
    assert track.isna().all(axis=None)
    assert list(track.columns) == list(TRACK)


def test_a_past_case_is_read_under_the_law_of_its_day():
    # 职务侵占罪 had two tiers until 刑法修正案（十一） made three of them on 2021-03-01.
    frame = factor_frame(
        [
            {"charge_group": "职务侵占罪", "judgment_date": "2019-05-06"},
            {"charge_group": "职务侵占罪", "judgment_date": "2022-05-06"},
            {"charge_group": "职务侵占罪"},
            {"charge_group": "职务侵占罪", "judgment_date": "2019-05"},
        ]
    )
    assert rule_track(frame, dated=True)["statute_tiers"].tolist() == [2, 3, 3, 2]
    assert rule_track(frame)["statute_tiers"].tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize(("article", "number"), [("264", 264.0), ("133之一", 133.01), ("120之六", 120.06)])
def test_articles_keep_the_order_of_the_code(article, number):
    assert article_number(article) == pytest.approx(number)


@pytest.mark.parametrize(
    ("row", "sign", "reason"),
    [
        ({"surrender": True}, -1, "自首 lightens"),
        ({"recidivist": True}, 1, "累犯 aggravates"),
        ({"surrender": False, "recidivist": False}, 0, "nothing found"),
        ({}, 0, "nothing known"),
        ({"victim_fault": True}, 0, "a factor of the offence is no part of the ratio"),
        ({"forgiveness": True}, -1, "mixed factors count as the offender's"),
    ],
)
def test_direction_of_the_arithmetic(row, sign, reason):
    assert np.sign(formula_log_ratio(factor_frame([row])).iloc[0]) == sign, reason


def test_a_ratio_is_a_share_of_what_the_offence_deserves():
    alone, beside = formula_log_ratio(factor_frame([{"surrender": True}, {"surrender": True, "victim_fault": True}]))
    # 自首 and 被害人过错 each take a fifth off the base sentence: 0.8/1 alone, 0.6/0.8 beside it.
    assert np.exp(alone) == pytest.approx(0.8)
    assert np.exp(beside) == pytest.approx(0.75)


def test_caps_are_those_of_the_guideline():
    bounds = caps()
    assert bounds.lowest == pytest.approx(0.4)
    assert bounds.clip(np.log(np.array([0.1, 0.7, 9.0]))) == pytest.approx(np.log([0.4, 0.7, bounds.highest]))
