"""What of a table may be shown: small cells are withheld, and so is what would give them away.

Source of the rules: the Handbook on Statistical Disclosure Control (sdcTools), ch. 4–5.
"""

import numpy as np

COUNT_ONLY_BELOW = 30
"""Cells with fewer cases show their count and no figure: a mean of so few says little and much of each of them."""


def withheld(counts: np.ndarray, *, below: int) -> np.ndarray:
    """Return which cells of a table of counts are withheld, same shape, one or two dimensions.

    A cell with 1 … ``below`` − 1 cases is withheld. Where it is the only one of its row or column, the margin minus the
    rest would give it back, so the next smallest cell of that row or column goes with it, until no line has just one.
    An empty cell says nothing and is never withheld.
    """
    table = np.atleast_2d(np.asarray(counts))
    hidden = (table > 0) & (table < below)
    changed = True
    while changed:
        changed = False
        for cells, mask in ((table, hidden), (table.T, hidden.T)):
            # a line of one cell is its own margin, which the other direction of the table already shows or withholds
            if cells.shape[1] < 2:
                continue
            for line, out in zip(cells, mask, strict=True):
                if out.sum() == 1 and (candidates := np.flatnonzero(~out & (line > 0))).size:
                    out[candidates[np.argmin(line[candidates])]] = True
                    changed = True
    return hidden.reshape(np.shape(counts))
