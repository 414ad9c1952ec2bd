"""How well and how fast small cells are withheld, printed: ``python tests/benchmark/disclosure.py [tables]``.

Conditions: 1,000 random tables of one dimension with their total (a fifth) or two with their margins, up to 8 × 8, drawn
by ``random_table`` of tests/support/attacker.py (seed 1): many small cells, zeros, thin rows; small is below 10; processor time
on one core. Recovered within ±20 %, by an attacker of the tests' own (scipy's linprog, HiGHS): by a reader who knows all
that is shown and that nothing is negative, and by an insider who also knows which withheld cells are small, and the
rule. Beside it what the plain rule of two withheld cells a line leaves open.
"""

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from attacker import random_table, recovered  # noqa: E402

from sentencing_ml import disclosure  # noqa: E402

BELOW = 10


def two_a_line(table):
    """Withhold small cells and, where one is alone in its line, the next smallest of the line."""
    cells, hidden = np.atleast_2d(table), np.atleast_2d((table > 0) & (table < BELOW))
    changed = True
    while changed:
        changed = False
        for lines, masks in ((cells, hidden), (cells.T, hidden.T)):
            for line, out in zip(lines, masks, strict=True):
                others = np.flatnonzero(~out & (line > 0))
                if len(line) > 1 and out.sum() == 1 and others.size:
                    out[others[np.argmin(line[others])]] = changed = True
    return hidden.reshape(table.shape)


def attacked(tables, made):
    """Return how many cells are withheld and recovered: by the reader, small and others by the insider."""
    counted = np.zeros(4, dtype=int)
    for table, found in zip(tables, made, strict=True):
        small = (table > 0) & (table < BELOW)
        inside = [tuple(place) for place in recovered(table, found, small=small, below=BELOW)]
        of_small = sum(bool(np.atleast_2d(small)[place]) for place in inside)
        counted += [found.cells.sum(), len(recovered(table, found)), of_small, len(inside) - of_small]
    return counted


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = np.random.default_rng(1)
    tables = [random_table(rng) for _ in range(number)]
    times, made = [], []
    for table in tables:
        start = time.process_time()
        made.append(disclosure.suppression(table, below=BELOW))
        times.append(time.process_time() - start)
    # the plain rule says nothing of margins: it is given those that go here
    plain = [SimpleNamespace(**{**vars(s), "cells": two_a_line(t)}) for t, s in zip(tables, made, strict=True)]
    print(f"{number} tables, {sum(table.size for table in tables)} cells; {sum(times):.1f} s, "
          f"median {1e3 * np.median(times):.1f} ms, slowest {1e3 * max(times):.0f} ms a table")  # fmt: skip
    print(f"small {sum(s.primary for s in made)}, complementary {sum(s.complementary for s in made)}, tables with a "
          f"margin withheld {sum(s.total or any(m.any() for m in s.margins) for s in made)}, exposed {sum(s.exposed for s in made)}")  # fmt: skip
    for name, way in (("here", made), ("two a line", plain)):
        cells, reader, small, others = attacked(tables, way)
        print(f"{name}: withheld {cells}; recovered by the reader {reader}; by the insider {small} small, {others} others")


if __name__ == "__main__":
    main()
