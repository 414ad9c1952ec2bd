"""The quality report on tables of known trouble."""

import pytest

from sentencing_ml.factors.quality import checks, missing_blocks, missingness, outstanding_blocks, sources
from sentencing_ml.factors.table import KEYS, evidence_frame, factor_frame
from sentencing_ml.factors.validate import validate
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json, read_table, write_table


def row(number=0, **values):
    return {
        "row_id": f"d{number}/0/0",
        "doc_id": f"d{number}",
        "defendant_index": 0,
        "count_index": 0,
        "defendant": "张三",
        "doc_kind": "judgment",
        "cluster": f"d{number}",
        "status": "found",
        "counts": 1,
        "charge_group": "盗窃罪",
        "penalty": "有期徒刑",
        "term_months": 12.0,
        "final_term_months": 12.0,
        "final_probation_months": 0.0,
        "recidivist": False,
        "prior_record": False,
        **values,
    }


def rows_of(name, frame):
    return {check.name: check for check in checks(frame)}[name].row_ids


TROUBLE = [
    ("recidivist_with_probation", {"recidivist": True, "final_probation_months": 24.0}, "no probation for a recidivist"),
    ("probation_of_long_term", {"final_term_months": 48.0, "final_probation_months": 48.0}, "too long to be suspended"),
    ("recidivist_without_record", {"recidivist": True}, "a recidivist was convicted before"),
    ("recidivist_minor", {"recidivist": True, "minor_defendant": True}, "no recidivist under eighteen"),
    ("first_offender_with_record", {"first_offender": True, "prior_record": True}, "a first offence after another"),
    ("surrender_with_confession", {"surrender": True, "confession": True}, "the one is part of the other"),
    ("minor_and_elderly", {"minor_defendant": True, "elderly_defendant": True}, "two ages"),
    ("detention_out_of_bounds", {"penalty": "拘役", "term_months": 8.0}, "拘役 ends at six months"),
    ("judged_before_birth", {"birth_date": "1990-01-01", "judgment_date": "1989-05-01"}, "judged before birth"),
    ("above_statute", {"charge_group": "危险驾驶罪", "term_months": 24.0}, "more than the statute allows"),
    ("below_statute", {"charge_group": "组织卖淫罪", "term_months": 24.0}, "less, and nothing that mitigates"),
    ("below_statute_mitigated", {"charge_group": "组织卖淫罪", "term_months": 24.0, "role": "从犯"}, "less, as an accessory"),
    ("masked_name", {"defendant": "张某"}, "masked by 某"),
    ("masked_name", {"defendant": "张X1"}, "masked by a letter"),
    ("no_name", {"defendant": None}, "nobody named"),
]


@pytest.mark.parametrize(("name", "values", "reason"), TROUBLE, ids=[f"{r[0]}: {r[2]}" for r in TROUBLE])
def test_a_check_names_the_row_that_shows_it_and_no_other(name, values, reason):
    frame = factor_frame([row(0), row(1, **values)])
    assert rows_of(name, frame) == ("d1/0/0",), reason


def test_an_ordinary_row_shows_nothing():
    assert {check.name: check.rows for check in checks(factor_frame([row()])) if check.rows} == {}


def test_unknown_is_no_contradiction():
    unknown = dict.fromkeys(("recidivist", "prior_record", "term_months", "final_term_months", "penalty"))
    assert not any(check.rows for check in checks(factor_frame([row(**unknown)])))


def test_the_executed_term_is_compared_with_the_heaviest_count():
    counts = [
        row(term_months=24.0, final_term_months=18.0, counts=2),
        row(term_months=6.0, final_term_months=18.0, counts=2) | {"row_id": "d0/0/1", "count_index": 1},
    ]
    assert rows_of("executed_below_count", factor_frame(counts)) == ("d0/0/0", "d0/0/1")


def test_near_duplicates_are_found_by_cluster_and_by_another_term():
    frame = factor_frame([row(0), row(1, cluster="d0"), row(2, cluster="d0", term_months=30.0), row(3)])
    assert rows_of("near_duplicate", frame) == ("d0/0/0", "d1/0/0", "d2/0/0")
    assert rows_of("near_duplicate_other_term", frame) == ("d0/0/0", "d1/0/0", "d2/0/0")


def test_a_block_stands_out_by_its_excess_over_all():
    frame = factor_frame([row(i, court="甲县人民法院" if i < 3 else "乙县人民法院", gender=None if i < 3 else "男") for i in range(9)])
    blocks = missing_blocks(frame, by="court", names=("gender",), at_least=1)
    (found,) = outstanding_blocks(blocks, overall={"gender": 1 / 3}, excess=0.3)
    assert (found["block"], found["factor"], found["missing"]) == ("甲县人民法院", "gender", 1.0)
    assert outstanding_blocks(blocks, overall={"gender": 1 / 3}, excess=0.7) == []


def evidence(**values):
    return {"row_id": "d0/0/0", "factor": "surrender", "start": 0, "end": 2, "rule": "surrender.named", "section": "opinion", "speaker": "court"} | values


def test_sources_share_out_speakers_and_rules():
    frame = evidence_frame([evidence(), evidence(), evidence(), evidence(speaker="prosecution", rule="surrender.record")])
    (found,) = sources(frame)
    assert found == {
        "factor": "surrender",
        "n": 4,
        "speakers": {"court": 0.75, "prosecution": 0.25},
        "rules": {"surrender.named": 0.75, "surrender.record": 0.25},
    }


def test_the_stage_writes_counts_to_the_report_and_row_ids_beside_it(tmp_path):
    frame = factor_frame([row(0), row(1, recidivist=True, final_probation_months=24.0, withheld="amount_yuan:no_currency", not_observable="gender;court")])
    assert set(KEYS) <= set(frame.columns)
    write_table(tmp_path / "factors.parquet", frame)
    write_table(tmp_path / "evidence.parquet", evidence_frame([evidence()]))
    metrics = validate(
        factors=tmp_path / "factors.parquet",
        evidence=tmp_path / "evidence.parquet",
        report=tmp_path / "validation.json",
        rows=tmp_path / "quality.parquet",
        settings=load_settings(),
    )
    rows = read_table(tmp_path / "quality.parquet")
    assert rows.loc[rows["check"] == "recidivist_with_probation", "row_id"].tolist() == ["d1/0/0"]
    report = read_json(tmp_path / "validation.json")
    assert report["withheld"] == {"amount_yuan:no_currency": 1}
    assert report["not_observable"] == {"court": 0.5, "gender": 0.5}
    assert metrics["contradictions"] == 2  # 累犯 with 缓刑, and 累犯 without 前科
    for name in ("validation.json", "validation.html"):
        assert "d1/0/0" not in (tmp_path / name).read_text(encoding="utf-8"), "the report holds counts alone"


def test_a_factor_of_some_charges_is_missing_among_those_alone():
    frame = factor_frame([row(0), row(1), row(2, charge_group="危险驾驶罪", alcohol_mg_per_100ml=120.0)])
    assert missingness(frame)["alcohol_mg_per_100ml"] == 0.0
    assert missingness(frame)["gender"] == 1.0
