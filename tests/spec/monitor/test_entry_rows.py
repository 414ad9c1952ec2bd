"""What an import refuses, one row at a time: the cells that are changed, the columns and kinds that are named, and why."""

import pytest
from entry_tables import COLUMNS, NOW, row, rows, write_csv

from sentencing_ml.monitor.bookkeeping.entry_file import Problem, read_rows, rules
from sentencing_ml.monitor.bookkeeping.entry_problems import RefusedRowsError
from sentencing_ml.monitor.bookkeeping.importing import import_file

REFUSED = [
    ({"case_id": ""}, [("case_id", "missing")], "a row without its case"),
    ({"judge": " \u3000"}, [("judge", "missing")], "a judge of blanks"),
    ({"judge": "", "advice_months": "", "shown_at": ""}, [("judge", "missing"), ("advice_months", "missing"), ("shown_at", "missing")], "all that is missing at once"),
    ({"judge": "柳" * 61}, [("judge", "too_long")], "cells that ran together"),
    ({"judge": "柳青山\n乔木"}, [("judge", "control")], "two names in one cell"),
    ({"judge": "J-0123456789ab"}, [("judge", "pseudonym")], "a pseudonym would be hashed again"),
    ({"case_id": "=HYPERLINK(\"x\")"}, [("case_id", "formula")], "a formula"),
    ({"court": "@SUM(A1)"}, [("court", "formula")], "a formula of an older spreadsheet"),
    ({"reason": "+1"}, [("reason", "formula")], "a formula in running text"),
    ({"advice_months": "=6+6", "interval_low": "", "interval_high": ""}, [("advice_months", "formula")], "a formula in place of its result"),
    ({"charge_group": "偷东西"}, [("charge_group", "unknown_charge")], "no name of a charge"),
    ({"charge_group": "盗窃罪、诈骗罪"}, [("charge_group", "unknown_charge")], "two charges are not one"),
    ({"advice_months": "-12"}, [("advice_months", "not_positive")], "negative months"),
    ({"entry_months": "0"}, [("entry_months", "not_positive")], "no term"),
    ({"entry_months": "nan"}, [("entry_months", "not_finite")], "no number"),
    ({"interval_high": "inf"}, [("interval_high", "not_finite")], "no end"),
    ({"entry_months": "一年"}, [("entry_months", "not_number")], "months in words"),
    ({"entry_months": "12-18"}, [("entry_months", "not_number")], "a range"),
    ({"recommendation_months": "10—12"}, [("recommendation_months", "not_number")], "a recommendation that is a range"),
    ({"entry_months": "4320"}, [("entry_months", "absurd")], "days in place of months"),
    ({"interval_low": "-1"}, [("interval_low", "not_positive")], "a negative bound"),
    ({"interval_low": "17"}, [("interval_low", "interval_reversed")], "bounds that changed places"),
    ({"interval_low": "13"}, [("advice_months", "interval_misses")], "an interval that does not hold its point"),
    ({"interval_high": ""}, [("interval_high", "interval_incomplete")], "half an interval"),
    ({"plea": "也许"}, [("plea", "not_truth")], "neither yes nor no"),
    ({"mode": "盲"}, [("mode", "unknown_mode")], "no mode, and no more said of the estimate that it would need"),
    ({"shown_at": "2026-03-01"}, [("shown_at", "day_only")], "a day cannot tell before from after"),
    ({"shown_at": "昨天"}, [("shown_at", "not_time")], "no time"),
    ({"shown_at": "2026-02-30 09:00"}, [("shown_at", "not_time")], "a day that no calendar has"),
    ({"shown_at": "1999-12-31 23:59"}, [("shown_at", "too_early")], "a clock that was never set"),
    ({"entered_at": "2026-06-03 12:00"}, [("entered_at", "future")], "a clock that is ahead"),
    ({"entered_at": "2026-03-01 08:59"}, [("entered_at", "entry_before_advice")], "an entry before its advice"),
    ({"entered_at": "2026-03-01T00:30:00Z"}, [("entered_at", "entry_before_advice")], "before it in another zone"),
    ({"entered_at": ""}, [("entered_at", "entry_incomplete")], "an entry without its time"),
    ({"entry_months": "", "entered_at": "", "reason": "说明"}, [("entry_months", "entry_incomplete"), ("entered_at", "entry_incomplete")], "a reason without an entry"),
    ({"mode": "先估后看"}, [("own_estimate_months", "estimate_missing")], "blind first without an estimate"),
    ({"own_estimate_months": "10"}, [("own_estimate_months", "estimate_unasked")], "an estimate that was not made before"),
    ({"own_estimate_at": "2026-03-01 08:00"}, [("own_estimate_at", "estimate_unasked")], "the time of no estimate"),
    ({"mode": "blind_first", "own_estimate_months": "10", "own_estimate_at": "2026-03-01 09:01"}, [("own_estimate_at", "estimate_late")], "an estimate after the advice"),
    ({"mode": "training"}, [("unaltered_months", "unaltered_missing")], "a training case without the advice before its error"),
    ({"unaltered_months": "12"}, [("unaltered_months", "unaltered_unasked")], "an error planted in a live case"),
    ({"advice_months": "-3", "interval_low": "9", "interval_high": "8", "entered_at": "2026-02-01 09:00"},
     [("advice_months", "not_positive"), ("entered_at", "entry_before_advice"), ("interval_low", "interval_reversed")], "all that is wrong in a row"),
]  # fmt: skip


def problems_of(path):
    found = [item if isinstance(item, Problem) else item.problems for item in read_rows(path, now=NOW)]
    return [problem for item in found for problem in ((item,) if isinstance(item, Problem) else item)]


@pytest.mark.parametrize(("changes", "expected", "reason"), REFUSED, ids=[line[2] for line in REFUSED])
def test_a_cell_that_cannot_be_taken_is_named_by_row_and_column(tmp_path, changes, expected, reason):
    path = write_csv(tmp_path / "t.csv", [row(), row(**{"case_id": "甲2/0/0", "shown_at": "2026-03-01 09:00", **changes})])
    found = problems_of(path)
    assert [(problem.column, problem.kind) for problem in found] == expected, reason
    assert {problem.place for problem in found} == {str(3 + changes.get("judge", "").count("\n"))}


@pytest.mark.parametrize(("changes", "expected", "reason"), REFUSED, ids=[line[2] for line in REFUSED])
def test_nothing_is_taken_and_the_message_holds_no_cell(tmp_path, changes, expected, reason):
    bad = {"case_id": "乙7/0/0", "shown_at": "2026-03-01 09:00", **changes}
    path = write_csv(tmp_path / "t.csv", [row(), row(**bad)])
    with pytest.raises(RefusedRowsError) as caught:
        import_file(path, ledger=tmp_path / "l.sqlite", now=NOW)
    assert set(caught.value.counts) == {kind for _, kind in expected}, reason
    assert not list(tmp_path.glob("l.sqlite*"))
    # what stands in an explanation stands there whatever the cell says
    text = str(caught.value)
    for kind in rules()["problems"].values():
        for words in kind.values():
            text = text.replace(words, "")
    cells = {cell.strip() for line in (row(), row(**bad)) for name, cell in line.items() if name != "mode"}
    assert [cell for cell in cells if len(cell) > 3 and cell in text] == []
    assert "柳青山" not in text


TAKEN = [
    ({"interval_low": "", "interval_high": ""}, {"interval_low": None, "interval_high": None}, "no interval"),
    ({"interval_low": "0"}, {"interval_low": 0.0}, "an interval from nothing"),
    ({"charge_group": "盗窃"}, {"charge_group": "盗窃罪"}, "a charge without 罪"),
    ({"advice_months": " 12.50 ", "interval_low": "12.5"}, {"advice_months": 12.5, "interval_low": 12.5}, "blanks around a number; a bound that is the point"),
    ({"plea": "是", "simulated": "False"}, {"plea": True, "simulated": False}, "truth in either language"),
    ({"plea": "0"}, {"plea": False}, "truth as a number"),
    ({"mode": "先估后看", "own_estimate_months": "10", "own_estimate_at": "2026-03-01 08:59"}, {"mode": "blind_first", "own_estimate_months": 10.0}, "an estimate before the advice"),
    ({"mode": "影子"}, {"mode": "shadow"}, "advice that was not shown"),
    ({"mode": "训练", "unaltered_months": "24"}, {"mode": "training", "unaltered_months": 24.0}, "a training case"),
    ({"entry_months": "", "entered_at": ""}, {"entry_months": None, "entered_at": None}, "advice that is not answered yet"),
    ({"reason": "数额重新认定，\n见笔录第3页"}, {"reason": "数额重新认定，\n见笔录第3页"}, "a reason of two lines"),
    ({"reason": "'=不是公式"}, {"reason": "=不是公式"}, "a text that was kept from being computed"),
    ({"shown_at": "2026/3/1 9:00:30"}, {"shown_at": "2026-03-01T09:00:30+08:00"}, "a time as spreadsheets write it"),
    ({"shown_at": "2026年3月1日 09:00"}, {"shown_at": "2026-03-01T09:00:00+08:00"}, "a time in Chinese"),
    ({"shown_at": "2026-03-01T01:00:00Z"}, {"shown_at": "2026-03-01T09:00:00+08:00"}, "a time of another zone"),
    ({"entered_at": "2026-03-01 09:00"}, {"entered_at": "2026-03-01T09:00:00+08:00"}, "an entry in the minute of the advice"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected", "reason"), TAKEN, ids=[line[2] for line in TAKEN])
def test_what_can_be_understood_is_taken(tmp_path, changes, expected, reason):
    (item,) = read_rows(write_csv(tmp_path / "t.csv", [row(**changes)]), now=NOW)
    assert item.problems == (), reason
    for name, value in expected.items():
        found = item.values[name]
        assert (found.isoformat() if name.endswith("_at") and found else found) == value


HEADERS = [
    ([*COLUMNS, "备注"], [("column 21", "unknown_column")], "a column that nobody reads"),
    ([name if name != "court" else "judge" for name in COLUMNS], [("judge", "duplicate_column")], "a column twice"),
    ([name if name != "court" else "法官" for name in COLUMNS], [("judge", "duplicate_column")], "a column in both languages"),
    ([name if name != "model_version" else "modell" for name in COLUMNS], [("column 9", "unknown_column"), ("model_version", "missing_column")], "a name with a mistake"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "expected", "reason"), HEADERS, ids=[line[2] for line in HEADERS])
def test_a_header_that_is_wrong_is_told_once_beside_what_is_wrong_in_the_rows(tmp_path, header, expected, reason):
    table = [{**line, "备注": "x"} for line in [*rows(2), row(case_id="甲3/0/0", entry_months="-1", shown_at="2026-03-03 09:00")]]
    columns = [*COLUMNS, "备注"][: len(header)]
    text = "".join(",".join(line) + "\n" for line in [header, *([line[name] for name in columns] for line in table)])
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    found = problems_of(tmp_path / "t.csv")
    last = [("entry_months", "not_positive"), ("entered_at", "entry_before_advice")]
    assert [(problem.column, problem.kind) for problem in found] == [*expected, *last], reason
    assert [problem.place for problem in found] == ["1"] * len(expected) + ["4"] * 2


BETWEEN = [
    ([row(), row()], {"duplicate_row": 1}, "a row twice"),
    ([row(), row(advice_months="13")], {"duplicate_row": 1}, "the same advice with another figure"),
    ([row(), row(case_id="甲2/0/0", shown_at="2026-02-28 23:59")], {"clock_ran_back": 1}, "a clock that ran back"),
    ([row(), row(case_id="甲2/0/0", judge="乔木", shown_at="2026-02-28 23:59")], {}, "the clocks of two judges"),
    ([row(), row(shown_at="2026-03-02 09:00", entered_at="2026-03-03 09:00")], {}, "the advice shown again"),
    ([row(), row(shown_at="2026-03-02 09:00", entered_at="2026-03-03 09:00", mode="blind_first", own_estimate_months="9")], {"seen_before": 1}, "an estimate after the advice was seen"),
    ([row(mode="shadow"), row(shown_at="2026-03-02 09:00", entered_at="2026-03-03 09:00", mode="blind_first", own_estimate_months="9")], {}, "an estimate after advice that was not seen"),
    ([row(), row(shown_at="2026-03-02 09:00", entered_at="2026-03-03 09:00", mode="blind_first", own_estimate_months="9", model_version="m2")], {}, "an estimate for another version"),
    ([row(), row(case_id="甲2/0/0", simulated="是")], {"mixed": 1}, "real and simulated judges"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "expected", "reason"), BETWEEN, ids=[line[2] for line in BETWEEN])
def test_rows_are_held_against_one_another(tmp_path, table, expected, reason):
    path = write_csv(tmp_path / "t.csv", table)
    if not expected:
        assert import_file(path, ledger=tmp_path / "l.sqlite", now=NOW).rows == len(table), reason
        return
    with pytest.raises(RefusedRowsError) as caught:
        import_file(path, ledger=tmp_path / "l.sqlite", now=NOW)
    assert caught.value.counts == expected, reason
    assert "row 3" in str(caught.value)


def test_every_kind_of_problem_says_what_why_and_what_to_do():
    for kind, said in rules()["problems"].items():
        assert set(said) == {"what", "why", "todo"}, kind
        assert all(words and not words.endswith(".") for words in said.values()), kind
