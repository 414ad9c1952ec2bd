import dataclasses

import numpy as np
import pytest
from attacker import recovered

from sentencing_ml.disclosure import Table, joint_check, published, recoverable, suppression, suppressions, withheld

LINES = [
    ([100, 50, 30], [], False, "nothing small"),
    ([100, 50, 4], [1, 2], False, "one small cell takes the next smallest with it"),
    ([100, 5, 4], [1, 2], False, "two small cells hide one another: 5 + 4 leaves each anything from 1 to 8"),
    ([100, 1, 1], [0, 1, 2], False, "1 + 1 is 2: whoever knows that neither is empty knows both"),
    ([100, 9, 9], [0, 1, 2], False, "9 + 9 is 18: whoever knows that neither reaches 10 knows both"),
    ([100, 4], [0, 1], False, "of two, both go"),
    ([100, 0, 4], [0, 2], False, "an empty cell hides little, so the next filled one goes first"),
    ([0, 0, 30, 1, 1], [2, 3, 4], False, "nor does it where a filled one can go"),
    ([1, 1], [0, 1], True, "small cells alone: the total would give them away"),
    ([4], [0], True, "a cell that stands alone is its own total"),
    ([4, 0], [0, 1], True, "an empty cell covers it, and a total of 4 says as much as a cell of 4"),
    ([0, 0], [], False, "nothing there"),
    ([], [], False, "no cells"),
    ([10, 20, 30], [], False, "the limit itself is shown"),
    ([9, 40, 40, 60], [0, 1], False, "of equals the first goes"),
]


@pytest.mark.parametrize(("counts", "hidden", "total", "reason"), LINES, ids=[row[3] for row in LINES])
def test_cells_of_a_line(counts, hidden, total, reason):
    made = suppression(np.array(counts, dtype=int), below=10)
    assert np.flatnonzero(made.cells).tolist() == hidden, reason
    assert made.total == total, reason
    assert (withheld(np.array(counts, dtype=int), below=10) == made.cells).all()


TABLES = [
    ([[3, 50, 60], [70, 40, 90], [80, 55, 65]], [[1, 1, 0], [1, 1, 0], [0, 0, 0]], "a rectangle of four at the least loss"),
    ([[3, 0, 0], [50, 60, 70], [20, 30, 40]], [[1, 1, 0], [1, 1, 0], [1, 1, 0]],
     "an empty cell covers a thin row; of 20 and 30 it moves only 3, so they need cells of their own"),
    ([[50, 60], [70, 80]], [[0, 0], [0, 0]], "nothing small"),
]  # fmt: skip


@pytest.mark.parametrize(("counts", "hidden", "reason"), TABLES, ids=[row[2] for row in TABLES])
def test_cells_of_a_table(counts, hidden, reason):
    counts = np.array(counts)
    made = suppression(counts, below=10)
    assert made.cells.astype(int).tolist() == hidden, reason
    assert recovered(counts, made) == [], reason


def test_a_margin_that_is_small_goes_and_takes_another_with_it():
    made = suppression(np.array([[3, 1, 0], [50, 60, 70], [20, 30, 40]]), below=10)
    rows, columns = made.margins
    assert rows[0]
    assert rows.sum() == 2, "the total less the other rows would give it back"
    assert not columns.any()
    assert made.log("x") == {
        "table": "x", "cells": 9, "primary": 2, "complementary": int(made.cells.sum()) - 2, "margins_hidden": 2,
        "recoverable": 0, "recoverable_others": 0, "checked_by_lp": True,
    }  # fmt: skip


def test_a_cell_is_small_by_its_defendants():
    counts = np.array([12, 40, 60])
    assert not withheld(counts, below=10).any()
    assert withheld(counts, below=10, persons=np.array([1, 40, 60])).tolist() == [True, True, False]


def test_what_the_caller_withholds_stays_withheld_and_is_protected():
    counts = np.array([[60, 50, 80], [70, 40, 90]])
    hidden = np.array([[False, True, False], [False, True, False]])
    assert (withheld(counts, below=10, hidden=hidden) == [[True, True, False], [True, True, False]]).all()


GENDER = ("男", "女")
CHARGE = ("甲", "乙", "丙")
BY_CHARGE = np.array([[200, 150, 100], [30, 25, 6]])
COUNSEL = ("委托", "援助", "无")


def of_counsel(by_charge, by_year):
    """Three tables of one population, each as it is published after all are treated together."""
    tables = [
        Table(name="counsel", axes=("counsel",), labels=(COUNSEL,), counts=by_charge.sum(axis=1)),
        Table(name="counsel × charge", axes=("counsel", "charge"), labels=(COUNSEL, CHARGE), counts=by_charge),
        Table(name="counsel × year", axes=("counsel", "year"), labels=(COUNSEL, ("a", "b", "c")), counts=by_year),
    ]
    made = suppressions(tables, below=10)
    return [published(table, held) for table, held in zip(tables, made, strict=True)]


def test_linked_tables_do_not_give_one_another_away():
    by_charge = np.array([[70, 60, 50], [40, 35, 6], [90, 80, 70]])
    tables = of_counsel(by_charge, np.array([[80, 96, 4], [31, 26, 24], [100, 70, 70]]))
    assert recoverable(tables, below=10) == []
    assert not tables[0].hidden.any()
    line = joint_check(tables, below=10, name="all")
    assert (line["cells"], line["primary"], line["margins_hidden"]) == (21, 2, 0)
    assert line["complementary"] == sum(table.hidden.sum() for table in tables) - 2
    assert (line["recoverable"], line["recoverable_others"]) == (0, 0)


def test_the_size_of_a_group_is_not_given_up_for_a_large_cell():
    # all but 61 are men: what is withheld of them follows from the totals, and holds enough to be shown
    tables = [
        Table(name="gender", axes=("gender",), labels=(GENDER,), counts=BY_CHARGE.sum(axis=1)),
        Table(name="gender × charge", axes=("gender", "charge"), labels=(GENDER, CHARGE), counts=BY_CHARGE),
    ]
    made = suppressions(tables, below=10)
    told = recoverable([published(table, held) for table, held in zip(tables, made, strict=True)], below=10)
    assert not made[0].cells.any()
    assert [entry["kind"] for entry in told] == ["complementary"] * made[1].exposed_others
    assert made[1].exposed == 0


def test_a_margin_that_another_table_shows_gives_a_cell_away():
    # the row's total is withheld in one table and its parts are all shown in another
    group = Table(
        name="group", axes=("group",), labels=(("a", "b", "c"),), counts=np.array([5, 20, 90]),
        hidden=np.array([True, True, False]),
    )  # fmt: skip
    parts = Table(
        name="group × charge", axes=("group", "charge"), labels=(("a", "b", "c"), ("x", "y")),
        counts=np.array([[2, 3], [11, 9], [40, 50]]), hidden=np.array([[True, True], [False, False], [False, False]]),
        hidden_margins=(np.array([True, True, False]), np.array([False, False])),
    )  # fmt: skip
    told = recoverable([group, parts], below=10)
    assert {(entry["table"], entry["kind"]) for entry in told} >= {("group", "small"), ("group", "complementary")}
    line = joint_check([group, parts], below=10, name="both")
    assert (line["recoverable"], line["recoverable_others"]) == (
        sum(entry["kind"] == "small" for entry in told), sum(entry["kind"] != "small" for entry in told)
    )  # fmt: skip
    assert line["recoverable"] > 0
    assert recoverable([group], below=10) == []
    again = [dataclasses.replace(table, hidden=None, hidden_margins=None) for table in (group, parts)]
    made = suppressions(again, below=10)
    assert not any(s.exposed for s in made)
    assert made[1].cells[1].any(), "a part of the second group goes, or its size is the sum of what is shown"


def test_tables_of_one_population_must_agree_on_their_margins():
    one = Table(name="one", axes=("gender",), labels=(GENDER,), counts=np.array([5, 50]))
    two = Table(name="two", axes=("gender", "charge"), labels=(GENDER, CHARGE), counts=BY_CHARGE)
    with pytest.raises(ValueError, match="two: a margin is not that of another table"):
        suppressions([one, two], below=10)
    apart = dataclasses.replace(two, population="without the young")
    assert len(suppressions([one, apart], below=10)) == 2


def test_a_table_says_what_is_wrong_with_its_form():
    with pytest.raises(ValueError, match="a label for each line"):
        Table(name="t", axes=("gender",), labels=(GENDER,), counts=np.array([1, 2, 3]))
    with pytest.raises(ValueError, match="stands twice"):
        Table(name="t", axes=("gender",), labels=(("男", "男"),), counts=np.array([1, 2]))


def test_where_nothing_helps_the_log_says_so():
    # nine charges with one defendant each: whoever knows that none is empty and that all are below 10 knows them
    ones = Table(name="group × charge", axes=("group", "charge"), labels=(("a", "b"), tuple("123456789")),
                 counts=np.array([[1] * 9, [50] * 9]))  # fmt: skip
    group = Table(name="group", axes=("group",), labels=(("a", "b"),), counts=np.array([9, 450]))
    made = suppressions([group, ones], below=10)
    assert made[0].log("group")["recoverable"] > 0
    assert recovered(ones.counts, made[1]) == [], "a reader who does not know which are small learns nothing"


def test_cells_that_nobody_sees_protect_a_small_one_and_need_no_protection():
    counts = np.array([[300, 60, 90], [80, 4, 70], [40, 30, 20]])
    unshown = np.zeros(counts.shape, dtype=bool)
    unshown[2], unshown[:, 2] = True, True
    alone = withheld(counts[:2, :2], below=10)
    covered = withheld(counts, below=10, unshown=unshown)
    assert alone.all()
    assert covered[1, 1]
    assert not covered[:2, :2][~np.array([[False, False], [False, True]])].any()
    assert covered[unshown].all()


def test_a_small_cell_is_protected_whether_it_is_to_be_shown_or_not():
    counts = np.array([[300, 60], [80, 4]])
    unshown = np.array([[False, False], [False, True]])
    assert (withheld(counts, below=10, unshown=unshown) == withheld(counts, below=10)).all()


def test_no_small_cell_is_recovered_from_behind_cells_that_nobody_sees():
    rng = np.random.default_rng(11)
    for _ in range(40):
        counts = np.exp(rng.normal(2.8, 1.4, (rng.integers(2, 6), rng.integers(2, 6)))).astype(int)
        unshown = np.zeros(counts.shape, dtype=bool)
        unshown[-1] = True
        unshown[:, -1] = rng.random() < 0.5
        made = suppression(counts, below=10, unshown=unshown)
        small = (counts > 0) & (counts < 10)
        assert made.cells[small | unshown].all()
        found = recovered(counts, made, small=small, below=10)
        assert not [place for place in found if small[place]]
