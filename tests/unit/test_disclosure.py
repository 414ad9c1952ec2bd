import numpy as np
import pytest

from sentencing_ml.disclosure import withheld

LINES = [
    ([100, 50, 30], [], "nothing small"),
    ([100, 50, 4], [1, 2], "one small cell takes the next smallest with it"),
    ([100, 5, 4], [1, 2], "two small cells hide one another"),
    ([100, 4], [0, 1], "of two, both go"),
    ([100, 0, 4], [0, 2], "an empty cell hides nothing, so the next filled one goes"),
    ([4], [0], "a cell that stands alone"),
    ([0, 0], [], "nothing there"),
    ([10, 20, 30], [], "the limit itself is shown"),
    ([9, 40, 40, 60], [0, 1], "of equals the first goes"),
]


@pytest.mark.parametrize(("counts", "hidden", "reason"), LINES, ids=[row[2] for row in LINES])
def test_cells_of_a_line(counts, hidden, reason):
    assert np.flatnonzero(withheld(np.array(counts), below=10)).tolist() == hidden, reason


def test_a_table_hides_in_rows_and_columns():
    counts = np.array([[3, 50, 60], [70, 40, 90], [80, 55, 65]])
    hidden = withheld(counts, below=10)
    assert hidden[0, 0]
    assert all(line.sum() != 1 for line in (*hidden, *hidden.T))
