"""The structured filter and the nearness of wording, on a handful of invented cases."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.explanation import similar
from sentencing_ml.factors.table import factor_frame

OWN = {
    "row_id": "q/0/0", "doc_id": "q", "cluster": "q", "charge_group": "盗窃罪", "tier": None, "amount_yuan": 5000.0,
    "burglary": True, "court": "甲县人民法院", "judgment_date": "2023-05-01",
}  # fmt: skip
WORDS = ["翻窗", "入室", "窃得", "现金", "首饰"]


def archive(*rows):
    """Each row: id, tokens, and what differs from a burglary of 5,000 yuan in another county, long ago."""
    base = {"charge_group": "盗窃罪", "amount_yuan": 5000.0, "burglary": True, "court": "乙县人民法院",
            "judgment_date": "2010-05-01", "penalty": "有期徒刑", "term_months": 9.0, "counts": 1}  # fmt: skip
    rows = sorted(rows)
    frame = factor_frame([{**base, "row_id": f"{name}/0/0", "doc_id": name, "cluster": name, **other} for name, _, other in rows])
    cases = frame.assign(tier=pd.array([None] * len(frame), dtype="string"))
    return similar.build({f"{name}/0/0": tokens for name, tokens, _ in rows}), cases


def found(index, cases, *, k=3, row=OWN, tokens=WORDS):
    return [(match["doc_id"], match["step"]) for match in similar.find(index, row=row, tokens=tokens, cases=cases, k=k)]


def test_wording_ranks_within_a_step_and_the_filter_goes_before_wording():
    index, cases = archive(
        ("a", ["翻窗", "入室", "其他"], {}),
        ("b", WORDS, {}),
        ("c", WORDS, {"burglary": False}),
        ("d", WORDS, {"amount_yuan": 90000.0}),
        ("e", WORDS, {"amount_yuan": 90000.0, "burglary": False}),
    )
    assert found(index, cases, k=5) == [("b", 0), ("a", 0), ("c", 2), ("d", 3), ("e", 5)]


def test_a_step_that_nothing_fits_is_passed_over():
    index, cases = archive(("a", WORDS, {"amount_yuan": 90000.0, "burglary": False}))
    assert found(index, cases) == [("a", 5)]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"doc_id": "q"}, "the case's own document"),
        ({"cluster": "q"}, "a near-duplicate of it"),
        ({"charge_group": "诈骗罪"}, "another charge"),
        ({"legal_entity": True}, "a unit"),
    ],
)
def test_never_comes_back(other, reason):
    index, cases = archive(("a", WORDS, other), ("b", WORDS, {}))
    assert [doc for doc, _ in found(index, cases)] == ["b"], reason


def test_one_cluster_comes_back_once():
    index, cases = archive(("a", WORDS, {"cluster": "x"}), ("b", WORDS, {"cluster": "x"}), ("c", WORDS, {}))
    assert len(found(index, cases)) == 2


def test_the_same_court_and_recent_years_come_first_among_the_nearest():
    index, cases = archive(
        ("a", WORDS, {}),
        ("b", [*WORDS, "雨夜"], {"judgment_date": "2022-01-01"}),
        ("c", [*WORDS, "雨夜"], {"court": "甲县人民法院"}),
    )
    assert [doc for doc, _ in found(index, cases)] == ["c", "b", "a"]


def test_a_charge_without_cases_has_none():
    index, cases = archive(("a", WORDS, {}))
    assert found(index, cases, row={**OWN, "charge_group": "诈骗罪"}) == []


def test_matches_and_differences_are_said_in_words_of_the_registry():
    index, cases = archive(("a", WORDS, {"amount_yuan": 8000.0, "burglary": None, "weapon": True, "deaths": 0, "surrender": True}))
    match = similar.find(index, row=OWN, tokens=WORDS, cases=cases, k=1)[0]
    assert match["matches"] == [{"factor": "犯罪数额", "here": "5,000 元", "there": "8,000 元"}]
    assert match["differs"] == [
        {"factor": "入户", "here": "有", "there": "未记载"},
        {"factor": "持械、携带凶器", "here": "未记载", "there": "有"},
    ]
    assert match["offender"] == ["自首"] and match["term_months"] == 9.0


def test_a_stored_index_holds_no_word_and_answers_alike(tmp_path):
    index, cases = archive(("a", ["翻窗", "其他"], {}), ("b", WORDS, {}))
    path = tmp_path / "similar.npz"
    similar.save(index, path)
    stored = path.read_bytes() + path.with_suffix(".json").read_bytes()
    assert not any(word.encode() in stored for word in WORDS)
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "iuf" for name in arrays.files)
    assert found(similar.load(path), cases) == found(index, cases)


def test_rows_of_one_document_share_a_vector():
    tokens = list(WORDS)
    index = similar.build({"a/0/0": tokens, "a/1/0": tokens, "b/0/0": list(WORDS)})
    assert index.matrix.shape[0] == 2 and index.document.tolist() == [0, 0, 1]


def test_a_text_compared_with_itself_is_alike():
    index, cases = archive(("a", WORDS, {}))
    assert similar.find(index, row=OWN, tokens=WORDS, cases=cases, k=1)[0]["similarity"] == pytest.approx(1.0, abs=1e-4)
