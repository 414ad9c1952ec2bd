"""Several counts of a defendant become one term between the bounds of 刑法69."""

import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS, combine_counts, fit_position


def count(row_id: str, **values) -> dict:
    row = {
        "row_id": row_id,
        "charge": "盗窃罪",
        "charge_group": "盗窃罪",
        "charge_source": "verdict",
        "charge_probability": None,
        "liability_months": 12.0,
        "interval_low": 8.0,
        "interval_high": 16.0,
        "expected_months": 10.0,
        "sanction_kinds": {"有期徒刑": 0.9, "拘役": 0.1},
        "fine_low": 1000.0,
        "fine_high": 5000.0,
        "n_fine": 60,
        "rule_low": 3.0,
        "rule_high": 6.0,
        "statute_low": 1.0,
        "statute_high": 36.0,
        "tier": "1",
        "status": "advised",
        "reason": "可以",
        "n_similar": 100,
    }
    return {**row, **values}


def test_a_single_count_is_the_defendant():
    table = combine_counts(pd.DataFrame([count("d/1/0/0")]), position=0.5)
    assert list(table.columns) == list(DEFENDANT_COLUMNS)
    row = table.iloc[0]
    assert (row["id"], row["defendant"]) == ("d/1", 0)
    assert row["liability_months"] == 12.0
    assert row["tier"] == "1"
    assert row["sanction_kinds"] == {"有期徒刑": 0.9, "拘役": 0.1}


def test_two_terms_end_at_the_position_between_the_highest_and_the_sum():
    frame = pd.DataFrame([count("d/0/0"), count("d/0/1", liability_months=24.0, interval_low=20.0, interval_high=30.0)])
    row = combine_counts(frame, position=0.25).iloc[0]
    assert row["liability_months"] == pytest.approx(24 + 0.25 * 12)
    assert row["interval_low"] == pytest.approx(20 + 0.25 * 8)
    assert row["interval_high"] == pytest.approx(30 + 0.25 * 16)
    assert (row["rule_low"], row["rule_high"]) == (3.0, 12.0)
    assert row["sanction_kinds"] is None
    assert [entry["row_id"] for entry in row["counts"]] == ["d/0/0", "d/0/1"]


def test_fines_add_up():
    other = count("d/0/1", fine_low=2000.0, fine_high=9000.0, n_fine=25)
    row = combine_counts(pd.DataFrame([count("d/0/0"), other]), position=0.5).iloc[0]
    assert (row["fine_low"], row["fine_high"], row["n_fine"]) == (3000.0, 14000.0, 25)


def test_a_count_without_a_known_fine_leaves_the_sum_unknown():
    other = count("d/0/1", fine_low=None, fine_high=None, n_fine=None)
    row = combine_counts(pd.DataFrame([count("d/0/0"), other]), position=0.5).iloc[0]
    assert (row["fine_low"], row["fine_high"], row["n_fine"]) == (None, None, None)
    assert [entry["fine_low"] for entry in row["counts"]] == [1000.0, None]


def test_detention_is_absorbed_by_imprisonment():
    mild = count("d/0/1", liability_months=4.0, sanction_kinds={"有期徒刑": 0.1, "拘役": 0.9})
    row = combine_counts(pd.DataFrame([count("d/0/0"), mild]), position=0.5).iloc[0]
    assert row["liability_months"] == 12.0


def test_a_count_that_is_not_advised_leaves_the_defendant_without_a_figure():
    silent = {"liability_months": None, "interval_low": None, "interval_high": None, "expected_months": None}
    thin = count(
        "d/0/1", charge="罕见罪", status="thin_data", reason="只有 3 件", sanction_kinds=None, n_similar=3, **silent
    )
    row = combine_counts(pd.DataFrame([count("d/0/0"), thin]), position=0.5).iloc[0]
    assert row["status"] == "thin_data"
    assert row["reason"] == "罕见罪：只有 3 件"
    assert row["liability_months"] is None
    assert row["n_similar"] == 3
    assert row["statute_high"] == 72.0


def test_the_worst_status_of_the_counts_decides():
    thin, outside = count("d/0/0", status="thin_data"), count("d/0/1", status="out_of_scope")
    assert combine_counts(pd.DataFrame([thin, outside]), position=0.5).iloc[0]["status"] == "out_of_scope"


def test_defendants_keep_the_order_in_which_they_came():
    frame = pd.DataFrame([count("b/0/0"), count("a/1/0"), count("b/0/1"), count("a/0/0")])
    table = combine_counts(frame, position=0.5)
    assert list(zip(table["id"], table["defendant"], strict=True)) == [("b", 0), ("a", 1), ("a", 0)]


def outcome(
    doc: str, number: int, term: float | None, final: float | None, kind: str = "有期徒刑", counts: int = 2
) -> dict:
    return {
        "row_id": f"{doc}/0/{number}", "doc_id": doc, "defendant_index": 0, "count_index": number, "counts": counts,
        "penalty": kind, "term_months": term, "final_term_months": final,
    }  # fmt: skip


def test_the_position_is_the_mean_of_the_training_part_drawn_to_the_middle():
    rows = [row for doc in range(30) for row in (outcome(f"d{doc}", 0, 12.0, 15.0), outcome(f"d{doc}", 1, 6.0, 15.0))]
    position, n = fit_position(factor_frame(rows))
    assert n == 30
    assert position == pytest.approx((30 * 0.5 + 10 * 0.5) / 40)
    rows = [row for doc in range(30) for row in (outcome(f"d{doc}", 0, 12.0, 12.0), outcome(f"d{doc}", 1, 6.0, 12.0))]
    assert fit_position(factor_frame(rows))[0] == pytest.approx(5 / 40)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no defendant with several counts"),
        ([outcome("d", 0, 12.0, 15.0), outcome("d", 1, None, 15.0)], "a count without a term"),
        ([outcome("d", 0, 12.0, None), outcome("d", 1, 6.0, None)], "no executed term"),
        ([outcome("d", 0, 12.0, 12.0), outcome("d", 1, 6.0, 12.0, kind="拘役")], "the bounds are one number"),
        ([outcome("d", 0, 12.0, 15.0)], "the other count is missing"),
    ],
)
def test_without_evidence_the_position_is_the_middle(rows, reason):
    assert fit_position(factor_frame(rows)) == (0.5, 0), reason
