from types import SimpleNamespace

import numpy as np
from attacker import recovered
from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.disclosure import suppression, withheld

BELOW = 10
CELLS = st.one_of(st.integers(0, 12), st.integers(0, 80), st.just(0))
LINES = st.lists(CELLS, min_size=1, max_size=6)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5)
)


@settings(max_examples=40)
@given(st.one_of(LINES, TABLES))
def test_no_attacker_recovers_a_withheld_cell(rows):
    counts = np.array(rows)
    small = (counts > 0) & (counts < BELOW)
    made = suppression(counts, below=BELOW)
    assert made.cells[small].all()
    assert recovered(counts, made) == []
    inside = recovered(counts, made, small=small, below=BELOW)
    assert not any(np.atleast_2d(small)[place] for place in inside)
    assert made.exposed == 0
    assert (made.primary, made.complementary) == (small.sum(), (made.cells & ~small).sum())


@settings(max_examples=25)
@given(st.lists(st.integers(1, 80), min_size=3, max_size=8).filter(lambda line: sum(n >= BELOW for n in line) >= 2))
def test_with_two_cells_to_spare_the_total_of_a_line_may_stay(line):
    counts = np.array(line)
    made = suppression(counts, below=BELOW)
    assert not made.total
    shown = SimpleNamespace(cells=withheld(counts, below=BELOW), total=False)
    assert recovered(counts, shown) == []
