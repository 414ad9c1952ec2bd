"""Who is missing: unknown particulars, counts left out, official shares and publication gaps."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness.groups import groups
from sentencing_ml.fairness.missing import _gaps, _official, who_is_missing
from sentencing_ml.settings import load_settings

PARAMS = Path(__file__).parents[2] / "params.yaml"


def options(*attributes):
    return load_settings(PARAMS).audit.model_copy(update={"attributes": attributes or ("gender", "year")})


def frame_of(rows, *, part="test"):
    """A factor table from (number, row) blocks: a document each, with a term of 12 months where none is given."""
    given = [dict(row) for number, row in rows for _ in range(number)]
    filled = [
        {
            "row_id": f"d{place}/0/0", "doc_id": f"d{place}", "defendant_index": 0, "cluster": f"d{place}",
            "doc_kind": "judgment", "court": f"甲市{place % 12}区人民法院", "judgment_date": "2019-05-06", "counts": 1,
            "charge_group": "盗窃罪",
            "penalty": "有期徒刑", "term_months": 12.0, "status": "found", **row,
        }
        for place, row in enumerate(given)
    ]  # fmt: skip
    return factor_frame(filled).assign(part=part)


def test_the_share_of_unknown_is_counted_by_person_and_told_apart_by_year():
    frame = frame_of(
        [
            (60, {"gender": "男"}),
            (40, {"gender": None}),
            (90, {"gender": "女", "judgment_date": "2020-01-02"}),
            (10, {"gender": None, "judgment_date": "2020-01-02"}),
        ]
    )
    # a second count of the first defendant is no second person
    frame = pd.concat([frame, frame.iloc[:1].assign(row_id="d0/0/1")], ignore_index=True)
    found = who_is_missing(frame, frame, settings=options())
    gender = found["attributes"]["gender"]
    assert found["persons"] == 200
    assert (gender["n"], gender["unknown"], gender["unknown_share"]) == (200, 50, 0.25)
    levels = {entry["level"]: entry for entry in gender["by"]["year"]["levels"]}
    assert levels["2019"] == {"level": "2019", "n": 100, "unknown_share": 0.4, "status": "shown"}
    assert levels["2020"]["unknown_share"] == 0.1
    assert "year" not in found["attributes"]["year"]["by"]


def test_counts_left_out_are_told_by_reason_and_group():
    frame = frame_of([(100, {"gender": "男"}), (60, {"gender": "女"}), (30, {"gender": "男", "penalty": "无罪", "term_months": None})])
    learned = frame_of([(50, {"gender": "男"})], part="train").assign(row_id=[f"t{place}" for place in range(50)])
    whole = pd.concat([frame, learned.assign(doc_id=learned["row_id"])], ignore_index=True)
    compared = frame[frame["term_months"].notna()].iloc[20:]
    found = who_is_missing(whole, compared, settings=options())
    assert found["rows"]["test"] == 190
    assert found["rows"]["with_term"] == 160
    assert found["rows"]["compared"] == 140
    assert [entry["n"] for entry in found["rows"]["left_out"]] == [30, 20]
    by_group = {entry["group"]: entry for entry in found["attributes"]["gender"]["selection"]}
    assert by_group["男"]["compared_share"] == pytest.approx(80 / 130, abs=1e-5)
    assert by_group["女"] == {"group": "女", "n": 60, "compared_share": 1.0, "status": "shown"}


def test_an_audit_of_one_year_leaves_out_none_of_another():
    frame = frame_of([(40, {"judgment_date": "2019-05-06"}), (60, {"judgment_date": "2020-05-06"})])
    compared = frame[frame["judgment_date"].str.startswith("2020")]
    found = who_is_missing(frame, compared, settings=options(), year=2020)
    assert found["rows"] | {"test": 60, "with_term": 60, "compared": 60} == found["rows"]
    assert [entry["n"] for entry in found["rows"]["left_out"]] == [0, 0]
    assert found["persons"] == 100


def test_few_unknown_are_withheld_with_the_level_that_would_give_them_away():
    frame = frame_of(
        [
            (96, {"gender": "男"}),
            (4, {"gender": None}),
            (60, {"gender": "男", "judgment_date": "2020-01-02"}),
            (40, {"gender": None, "judgment_date": "2020-01-02"}),
            (70, {"gender": "男", "judgment_date": "2021-01-02"}),
            (30, {"gender": None, "judgment_date": "2021-01-02"}),
        ]
    )
    levels = {
        entry["level"]: entry
        for entry in who_is_missing(frame, frame, settings=options())["attributes"]["gender"]["by"]["year"]["levels"]
    }
    assert levels["2019"]["unknown_share"] is None
    # the total less the other two would give it back
    assert [levels[year]["unknown_share"] for year in ("2020", "2021")].count(None) >= 1


def test_a_group_of_few_left_out_shows_no_number_to_subtract_the_compared_ones_from():
    frame = frame_of([(100, {"gender": "男"}), (80, {"gender": "女"}), (50, {})])
    compared = frame.drop(index=[0, 1, 100, 101])
    rows = who_is_missing(frame, compared, settings=options())["attributes"]["gender"]["selection"]
    told = {entry["group"]: entry for entry in rows}
    for group in ("男", "女"):
        assert told[group] == {"group": group, "n": None, "compared_share": None, "status": "suppressed"}
    assert told["未知"]["n"] == 50


def test_official_shares_stand_beside_those_of_the_known_persons():
    frame = frame_of([(900, {"gender": "男"}), (100, {"gender": "女"}), (500, {})])
    found = who_is_missing(frame, frame, settings=options())["references"]
    entry = next(entry for entry in found if entry["attribute"] == "gender")
    women = next(row for row in entry["groups"] if row["group"] == "女")
    assert entry["n"] == 1000
    assert women["share"] == 0.1
    assert women["reference"] == 0.4876
    assert women["difference"] == pytest.approx(0.1 - 0.4876)
    assert women["low"] < 0.1 < women["high"]
    assert "人口" in entry["of"] and "被告人" in entry["note"]
    assert {entry["attribute"] for entry in found} == {"gender"}


def test_the_interval_of_a_share_is_of_courts_and_not_of_rows():
    # every court has one gender: twelve courts are twelve observations, however many rows they have
    frame = frame_of([(600, {}), (600, {})])
    place = np.arange(len(frame))
    frame = frame.assign(gender=pd.array(np.where(place % 12 < 6, "男", "女"), dtype="string"))
    mixed = frame.assign(gender=pd.array(np.where(place % 2 == 0, "男", "女"), dtype="string"))
    mixed = mixed.assign(court=pd.array([f"甲市{row % 7}区人民法院" for row in place], dtype="string"))
    widths = []
    for some in (frame, mixed):
        row = who_is_missing(some, some, settings=options())["references"][0]["groups"][0]
        widths.append(row["high"] - row["low"])
    assert widths[0] > 5 * widths[1]


def test_a_small_group_has_no_share_beside_the_official_one():
    frame = frame_of([(400, {"gender": "男"}), (4, {"gender": "女"}), (60, {})])
    entry = who_is_missing(frame, frame, settings=options())["references"][0]
    told = {row["group"]: row for row in entry["groups"]}
    assert told["女"]["status"] == "suppressed"
    assert told["女"]["n"] is None and told["女"]["share"] is None
    # the known less the men would be the women
    assert entry["n"] is None or told["男"]["n"] is None


def test_nobody_can_be_described_without_rows_and_the_gaps_are_stated_all_the_same():
    frame = frame_of([(1, {})]).iloc[:0]
    found = who_is_missing(frame, frame, settings=options())
    assert found["status"] == "cannot_say"
    assert found["gaps"] and found["limits"] and found["studies"]
    json.dumps(found, allow_nan=False)


def test_a_missing_column_is_told_by_its_name():
    frame = frame_of([(20, {})])
    assert "court" in who_is_missing(frame.drop(columns="court"), frame, settings=options())["why"]


def test_unknown_attributes_single_courts_and_all_unknown_break_nothing():
    frame = frame_of([(40, {})]).assign(court=pd.array(["甲市乙区人民法院"] * 40, dtype="string"))
    found = who_is_missing(frame.drop(columns=["gender", "part"]), frame, settings=options("gender", "height", "year"))
    assert found["skipped"] == ["height"]
    assert found["attributes"]["gender"]["unknown_share"] == 1.0
    assert found["references"][0]["n"] == 0
    assert all(row["share"] is None for row in found["references"][0]["groups"])
    json.dumps(found, allow_nan=False)


def test_the_references_name_groups_that_exist_and_their_shares_are_shares():
    for entry in _official():
        rule = groups().attributes[entry["attribute"]].rules
        assert 0 < sum(entry["shares"].values()) <= 1.0005, entry["attribute"]
        assert {"of", "source", "date", "reference_date", "verified", "zh_note"} <= set(entry)
        assert "http" not in entry["source"]
        if entry["attribute"] in ("gender", "education", "age", "household", "ethnicity"):
            named = set(rule.get("values", {}).values()) | {group for _, group in rule.get("contains", [])}
            named |= {rule.get(key) for key in ("other", "same", "different", "lower_group", "upper_group")}
            assert set(entry["shares"]) <= named, entry["attribute"]


def test_every_gap_names_its_rule_and_whether_it_was_checked():
    for entry in _gaps()["gaps"]:
        assert entry["rule"].startswith("《") and "条" in entry["rule"]
        assert isinstance(entry["verified"], bool)
        assert set(entry["attributes"]) <= set(groups().attributes)
