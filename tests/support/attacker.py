"""An attacker on a published table: bounds each withheld cell by a linear programme over all that is shown."""

import numpy as np
from scipy.optimize import linprog


def recovered(counts, suppression, *, small=None, below=None):
    """Return the places of the withheld cells whose interval lies within ±20 % of the truth.

    The attacker knows every shown cell, every margin that is not withheld, and that nothing is negative; given
    ``small`` (mask) and ``below``, also which of the withheld cells are small and that the others are not.
    """
    cells = np.atleast_2d(suppression.cells)
    table = np.atleast_2d(counts)
    places = [tuple(place) for place in np.argwhere(cells)]
    if not places:
        return []
    rows, columns = np.array(places).T
    known = []
    if np.ndim(counts) == 1:
        known += [np.ones(len(places))] * (not suppression.total)
    else:
        known += [rows == line for line in range(table.shape[0]) if not suppression.margins[0][line]]
        known += [columns == line for line in range(table.shape[1]) if not suppression.margins[1][line]]
        known += [np.ones(len(places))] * (not suppression.total)
    sums = np.array(known, dtype=float) if known else None
    true = table[rows, columns].astype(float)
    bounds = [(0, None)] * len(places)
    if small is not None:
        inside = np.atleast_2d(small)[rows, columns]
        bounds = [
            (0, None) if not n else (1, below - 1) if little else (below, None)
            for n, little in zip(true, inside, strict=True)
        ]
    found = []
    for place, cell in enumerate(places):
        low, high = (_end(place, sign, sums, true, bounds) for sign in (1, -1))
        if low >= 0.8 * true[place] - 1e-6 and high <= 1.2 * true[place] + 1e-6:
            found.append(cell)
    return found


def _end(place, sign, sums, true, bounds):
    aim = np.zeros(len(true))
    aim[place] = sign
    totals = None if sums is None else sums @ true
    found = linprog(aim, A_eq=sums, b_eq=totals, bounds=bounds, method="highs")
    if found.status == 3:
        return -sign * np.inf
    assert found.status == 0, found.message
    return found.x[place]


def random_table(rng):
    """Draw a table of one or two dimensions: many small cells, zeros, thin rows, or all large."""
    shape = (rng.integers(1, 9),) if rng.random() < 0.2 else (rng.integers(1, 9), rng.integers(1, 9))
    kind = rng.integers(4)
    if kind == 0:
        table = rng.integers(0, 15, shape)
    elif kind == 1:
        table = np.exp(rng.normal(2.5, 1.6, shape)).astype(int)
    elif kind == 2:
        table = rng.integers(0, 200, shape)
    else:
        table = np.where(rng.random(shape) < 0.5, 0, rng.integers(1, 60, shape))
    if len(shape) == 2 and rng.random() < 0.3:
        table[rng.integers(shape[0])] = np.where(rng.random(shape[1]) < 0.7, 0, rng.integers(0, 6, shape[1]))
    return table
