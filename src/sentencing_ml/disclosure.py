"""What of a table may be shown: small cells are withheld, and so is what would give them away.

A cell is small when it holds 1 … ``below`` − 1 defendants. Small cells are withheld first; then further cells go with
them (complementary suppression) until no withheld cell can be recovered within ±20 % of its value
(:data:`PROTECTION`): until there is, for each of them, another table that agrees with everything shown and in which
the cell is more than 20 % off. Two attackers are held off, both with a linear programme over all cells and margins:

- the reader knows every shown cell and margin and that a withheld cell holds at least one; no withheld cell is
  recovered;
- the insider also knows the rule and which of the withheld cells are small, so that they lie in 1 … ``below`` − 1 and
  the others at ``below`` or above; no small cell is recovered. What the others are is no secret of theirs: each holds
  enough to be shown, and is withheld for its neighbours.

A cell counts as recovered where the attacker's interval [low, high] lies within ±20 % of it. Cells are added at the
least loss, in rows: filled cells first, then empty ones, and where no cells can help (a table of one cell, or of small
cells alone) the margin goes. Of several linked tables no margin goes for a complementary cell: there the reader may
still work out some of those. In one or two dimensions the interval is that of whole numbers, too (the constraints are
totally unimodular); over linked tables whole numbers may bound it more closely.

Sources: Handbook on Statistical Disclosure Control (sdcTools), ch. 4–5 (protection levels, secondary suppression,
auditing of intervals); the choice of cells follows Kelly, Golden & Assad (1992), "Cell suppression: disclosure
protection for sensitive tabular data".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

COUNT_ONLY_BELOW = 30
"""Cells with fewer cases show their count and no figure: a mean of so few says little and much of each of them."""

PROTECTION = 0.2
"""A withheld cell is protected when what it may be reaches further than this share of it, to one side at least."""

_CLOSE = 1e-6

Key = tuple[str, frozenset[tuple[str, str]]]
"""A cell of any table: the population, and the label on each axis; a margin has fewer axes, the total none."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A published table of counts with its margins.

    ``counts`` has one or two axes; ``axes`` names what each divides by and ``labels`` gives its labels in order.
    ``persons`` has the defendants in each cell where they are fewer than the counts. Tables of one ``population``
    share their margins: the labels of an axis must cover it in each of them. ``hidden`` marks the cells that the
    publication withholds, ``hidden_margins`` those of each axis, ``hidden_total`` the total, for
    :func:`recoverable`. ``unshown`` marks cells that are not published although they are no secret, unless small: not
    being known, they protect others and need no protection.
    """

    name: str
    axes: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    counts: np.ndarray
    persons: np.ndarray | None = None
    population: str = ""
    hidden: np.ndarray | None = None
    unshown: np.ndarray | None = None
    hidden_margins: tuple[np.ndarray, ...] | None = None
    hidden_total: bool = False

    def __post_init__(self) -> None:
        shape = tuple(len(labels) for labels in self.labels)
        if len(self.axes) not in (1, 2) or len(self.axes) != len(self.labels) or np.shape(self.counts) != shape:
            raise ValueError(f"table {self.name}: one or two axes, with a label for each line of the counts")
        if any(len(set(labels)) != len(labels) for labels in self.labels):
            raise ValueError(f"table {self.name}: a label stands twice on an axis")

    def named(self) -> list[Key]:
        """Return the keys of the cells in their order, then those of the margins."""
        return [self.key(*place) for place in (*np.ndindex(np.shape(self.counts)), *self.margins())]

    def key(self, *place: int | None) -> Key:
        """Return the key of the cell at ``place``; None on an axis is the margin over it."""
        named = zip(self.axes, self.labels, place, strict=True)
        return self.population, frozenset((axis, labels[at]) for axis, labels, at in named if at is not None)

    def margins(self) -> list[tuple[int | None, ...]]:
        """Return the places of the margins: of a table of two axes those of each line, and the total last."""
        if len(self.axes) == 1:
            return [(None,)]
        rows, columns = (len(labels) for labels in self.labels)
        return [*((at, None) for at in range(rows)), *((None, at) for at in range(columns)), (None, None)]


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """What of one table is withheld: ``cells`` of its shape, ``margins`` of each of two axes, and ``total``.

    ``primary`` and ``complementary`` count the cells withheld for themselves and for others. ``exposed`` counts the
    small cells that the insider recovers whatever else is withheld, such as a group of nine with one defendant in each
    of nine charges; ``exposed_others`` the complementary cells that a reader recovers.
    """

    cells: np.ndarray
    margins: tuple[np.ndarray, ...]
    total: bool
    primary: int
    complementary: int
    exposed: int
    exposed_others: int

    def log(self, name: str) -> dict[str, Any]:
        """Return the line of the suppression log."""
        return {
            "table": name,
            "cells": int(self.cells.size),
            "primary": self.primary,
            "complementary": self.complementary,
            "margins_hidden": int(sum(line.sum() for line in self.margins)) + int(self.total),
            "recoverable": self.exposed,
            "recoverable_others": self.exposed_others,
            "checked_by_lp": True,
        }


def withheld(
    counts: np.ndarray,
    *,
    below: int,
    persons: np.ndarray | None = None,
    hidden: np.ndarray | None = None,
    unshown: np.ndarray | None = None,
) -> np.ndarray:
    """Return which cells of a table of counts are withheld, same shape, one or two dimensions.

    The margins are taken to be known; :func:`suppression` also says where one of them must be withheld because the
    cells cannot protect each other.

    Parameters
    ----------
    counts : integers, 0 or more, of shape (cells,) or (rows, columns).
    below : a cell with 1 … ``below`` − 1 defendants is small.
    persons : the defendants in each cell where one may have several counts, same shape; a cell is small by its
        defendants, whatever its counts.
    hidden : cells that are withheld already for a reason of the caller's, same shape.
    unshown : cells that are not published and, unless small, no secret, same shape; they count as withheld.
    """
    return suppression(counts, below=below, persons=persons, hidden=hidden, unshown=unshown).cells


def suppression(
    counts: np.ndarray,
    *,
    below: int,
    persons: np.ndarray | None = None,
    hidden: np.ndarray | None = None,
    unshown: np.ndarray | None = None,
) -> Suppression:
    """Return what of one table of counts is withheld, its margins included; parameters as of :func:`withheld`."""
    counts = np.asarray(counts)
    labels = tuple(tuple(str(at) for at in range(length)) for length in counts.shape)
    axes = ("row", "column")[: counts.ndim]
    table = Table(
        name="counts", axes=axes, labels=labels, counts=counts, persons=persons, hidden=hidden, unshown=unshown
    )
    return _suppressed([table], below=below, margins_for_all=True)[0]


def suppressions(tables: Sequence[Table], *, below: int) -> list[Suppression]:
    """Return what of each of several linked tables is withheld, so that none gives away a cell of another.

    What a table already marks as hidden stays withheld. Margins, be they cells of another table, go only where small
    cells cannot protect each other. For a complementary cell no margin is given up: where one row holds nearly all,
    its cells follow from the totals within ±20 % whatever is withheld, and each holds enough to be shown.

    Raises
    ------
    ValueError
        Two tables of one population disagree on a margin that they share.
    """
    return _suppressed(tables, below=below, margins_for_all=False)


def _suppressed(tables: Sequence[Table], *, below: int, margins_for_all: bool) -> list[Suppression]:
    system = _System(tables, below=below)
    everything = np.ones(len(system.keys), dtype=bool)
    system.hide(system.small & system.listed)
    system.protect(everything, margins=False)
    system.hide(system.small)
    system.protect(everything if margins_for_all else system.small, margins=True)
    return [system.suppression(table) for table in tables]


def recoverable(tables: Iterable[Table], *, below: int) -> list[dict[str, Any]]:
    """Return the withheld cells that one of the attackers recovers from all ``tables`` together.

    Each has ``table`` (the first that holds the cell), ``cell`` (its labels by axis) and ``kind``: "small" or
    "complementary". The tables say in ``hidden``, ``hidden_margins`` and ``hidden_total`` what is not shown; a margin
    that one table withholds counts as shown by none.
    """
    tables = list(tables)
    system = _System(tables, below=below)
    system.attack()
    found = []
    for place in np.flatnonzero(system.hidden & ~system.safe):
        key = system.keys[place]
        holder = next(table for table in tables if key in table.named())
        kind = "small" if system.small[place] else "complementary"
        found.append({"table": holder.name, "cell": dict(sorted(key[1])), "kind": kind})
    return found


def published(table: Table, held: Suppression) -> Table:
    """Return the table as it is published once ``held`` is withheld of it."""
    return replace(table, hidden=held.cells, hidden_margins=held.margins or None, hidden_total=held.total)


def joint_check(tables: Sequence[Table], *, below: int, name: str) -> dict[str, Any]:
    """Return the line of the suppression log for all published ``tables`` of a report together.

    ``recoverable`` counts the small cells that the insider recovers, ``recoverable_others`` the complementary cells and
    margins that a reader recovers: they hold enough to be shown.
    """
    found = recoverable(tables, below=below)
    hidden = [np.asarray(table.hidden) for table in tables if table.hidden is not None]
    small = [(np.asarray(table.counts) > 0) & (_persons(table) < below) for table in tables if table.hidden is not None]
    primary = int(sum((out & little).sum() for out, little in zip(hidden, small, strict=True)))
    margins = [line for table in tables for line in table.hidden_margins or ()]
    return {
        "table": name,
        "cells": int(sum(np.size(table.counts) for table in tables)),
        "primary": primary,
        "complementary": int(sum(out.sum() for out in hidden)) - primary,
        "margins_hidden": int(sum(line.sum() for line in margins)) + sum(table.hidden_total for table in tables),
        "recoverable": sum(entry["kind"] == "small" for entry in found),
        "recoverable_others": sum(entry["kind"] != "small" for entry in found),
        "checked_by_lp": True,
    }


def _persons(table: Table) -> np.ndarray:
    return np.asarray(table.counts if table.persons is None else table.persons, dtype=int)


class _System:
    """All cells and margins of linked tables as one vector, and the sums that tie them together.

    A cell is ``safe`` once a table was found that agrees with what is shown and in which it is further off than
    :data:`PROTECTION`. What is withheld later only leaves more tables possible, so a safe cell stays safe.
    """

    def __init__(self, tables: Sequence[Table], *, below: int) -> None:
        self._below = below
        cells = list(dict.fromkeys(key for table in tables for key in table.named()[: np.size(table.counts)]))
        # in the order of the tables: of equal cells the first goes
        self.keys = list(dict.fromkeys([*cells, *(key for table in tables for key in table.named())]))
        self._at = {key: place for place, key in enumerate(self.keys)}
        size = len(self.keys)
        self._value = np.full(size, -1.0)
        self.small, self.hidden, self.safe, self._unsure = (np.zeros(size, dtype=bool) for _ in range(4))
        self.listed = np.arange(size) < len(cells)
        # the size of a group is a cell of one table and a margin of others: to withhold it costs the whole group
        self._margin = ~self.listed
        for table in tables:
            self._margin[[self._at[table.key(*place)] for place in table.margins()]] = True
        self._lost = np.zeros(size, dtype=bool)
        lines: dict[tuple[int, str], list[int]] = {}
        for table in tables:
            self._read(table, lines)
        self._tables = [np.array([self._at[key] for key in table.named()]) for table in tables]
        entries = [(row, at, 1.0) for row, parts in enumerate(lines.values()) for at in parts]
        entries += [(row, whole, -1.0) for row, (whole, _) in enumerate(lines)]
        row, column, sign = (np.array(part) for part in zip(*entries, strict=True))
        self._sums = sparse.csc_array((sign, (row.astype(int), column.astype(int))), shape=(len(lines), size))

    def _read(self, table: Table, lines: dict[tuple[int, str], list[int]]) -> None:
        counts = np.asarray(table.counts, dtype=int)
        persons = _persons(table)
        for place in np.ndindex(counts.shape):
            at = self._state(table, place, int(counts[place]))
            self.small[at] |= counts[place] > 0 and persons[place] < self._below
            self.hidden[at] |= table.hidden is not None and bool(table.hidden[place])
            if table.unshown is not None and table.unshown[place]:
                # what is withheld for a reason stays to be protected
                self.safe[at] |= not self.small[at] and not self.hidden[at]
                self.hidden[at] = True
        for place in table.margins():
            within = tuple(slice(None) if line is None else line for line in place)
            at = self._state(table, place, int(counts[within].sum()))
            self.small[at] |= 0 < self._value[at] < self._below
            self.hidden[at] |= _marked(table, place)
            for axis, line in enumerate(place):
                if line is None:
                    parts = [(*place[:axis], other, *place[axis + 1 :]) for other in range(len(table.labels[axis]))]
                    lines.setdefault((at, table.axes[axis]), [self._at[table.key(*part)] for part in parts])

    def _state(self, table: Table, place: tuple[int | None, ...], value: int) -> int:
        at = self._at[table.key(*place)]
        if self._value[at] not in (-1, value):
            raise ValueError(f"table {table.name}: a margin is not that of another table of its population")
        self._value[at] = value
        return at

    def hide(self, chosen: np.ndarray) -> None:
        """Withhold what is chosen, too."""
        self.hidden |= chosen

    def attack(self) -> None:
        """Look for a witness of every withheld cell."""
        self._sweep()
        for at in np.flatnonzero(self.hidden):
            self._witness(at)

    def protect(self, which: np.ndarray, *, margins: bool) -> None:
        """Withhold further cells, and margins where allowed, until none of ``which`` is recovered."""
        self._lost[:] = False
        self._sweep()
        while (waiting := np.flatnonzero(which & self.hidden & ~self.safe & ~self._lost)).size:
            # small ones first: what they need protects many of the others
            at = min(waiting, key=lambda place: (not self.small[place], self._value[place], place))
            if not self._add_for(at, margins=margins, insider=bool(self.small[at])):
                self._lost[at] = True
                # what the insider works out is still kept from the reader
                if margins and not self._unsure[at]:
                    self._add_for(at, margins=True, insider=False)

    def suppression(self, table: Table) -> Suppression:
        """Return what of ``table`` is withheld."""
        places = [self._at[key] for key in table.named()]
        cells, margins = np.split(np.array(places), [np.size(table.counts)])
        hidden = self.hidden[margins]
        ends = np.cumsum([len(labels) for labels in table.labels]) if len(table.axes) == 2 else []
        return Suppression(
            cells=self.hidden[cells].reshape(np.shape(table.counts)),
            margins=tuple(np.split(hidden[:-1], ends[:-1])) if len(ends) else (),
            total=bool(hidden[-1]),
            primary=int((self.hidden & self.small)[cells].sum()),
            complementary=int((self.hidden & ~self.small)[cells].sum()),
            exposed=int((self.hidden & ~self.safe & self.small)[cells].sum()),
            exposed_others=int((self.hidden & ~self.safe & ~self.small)[cells].sum()),
        )

    def _bounds(self, places: np.ndarray, *, insider: bool) -> np.ndarray:
        """Return what an attacker knows of withheld cells beforehand, shape (places, 2)."""
        value, small, cell = self._value[places], self.small[places], self.listed[places]
        # four times all that is counted is without limit: no share of a cell reaches so far
        low, high = np.where(value > 0, 1.0, 0.0), np.full(len(places), 4 * self._value.max() + self._below)
        if insider:
            # small by its defendants alone, a cell may hold any number of counts; a margin may have gone for others
            high[cell & small & (value < self._below)] = self._below - 1
            low[cell & ~small & (value > 0)] = self._below
        return np.column_stack([low, high])

    def _sweep(self) -> None:
        """Find witnesses for many cells at a time: push all that are not safe one way, then the other."""
        for insider in (True, False):
            sign, fruitless = 1.0, 0
            while fruitless < 2 and (unsafe := self.hidden & ~self.safe & (insider | ~self.small)).any():
                self._push(np.where(unsafe, sign / np.maximum(self._value, 1), 0.0), insider=insider)
                fruitless = 0 if (unsafe & self.safe).any() else fruitless + 1
                sign = -sign

    def _witness(self, at: int) -> bool:
        """Try to be sure of the cell at ``at`` as its attacker would; return whether it is safe."""
        for sign in (1.0, -1.0):
            if not self.safe[at]:
                self._push(np.where(np.arange(len(self.keys)) == at, sign, 0.0), insider=bool(self.small[at]))
        return bool(self.safe[at])

    def _push(self, aim: np.ndarray, *, insider: bool) -> None:
        """Note the table that goes furthest against ``aim`` while it agrees with all that is shown."""
        free = np.flatnonzero(self.hidden)
        sums = self._sums[:, free]
        found = _solved(aim[free], sums, sums @ self._value[free], self._bounds(free, insider=insider))
        if found is not None:
            self._note(free, found, insider=insider)

    def _note(self, places: np.ndarray, other: np.ndarray, *, insider: bool) -> None:
        true = self._value[places]
        beyond = (other < (1 - PROTECTION) * true - _CLOSE) | (other > (1 + PROTECTION) * true + _CLOSE)
        # what deceives the insider deceives the reader, who knows less
        self._unsure[places] |= beyond
        self.safe[places] |= beyond & (insider | ~self.small[places])

    def _add_for(self, at: int, *, margins: bool, insider: bool) -> bool:
        """Withhold the cells at the least loss that leave the cell at ``at`` unsure; return whether there are any."""
        filled = ~self._margin & (self._value > 0)
        choices = [filled & self._beside(at), filled, ~self._margin]
        if margins:
            choices += [~self._margin | self.listed, np.ones(len(self.keys), dtype=bool)]
        for place, allowed in enumerate(choices):
            if place and (allowed == choices[place - 1]).all():
                continue
            free = np.flatnonzero(self.hidden | allowed)
            best = None
            for step in self._steps(at):
                flow = self._flow(at, free, step, insider=insider)
                if flow is not None and (best is None or flow[0] < best[0]):
                    best = flow
                if best is not None and best[0] == 0:
                    break
            if best is not None:
                self.hidden[free[np.abs(best[1]) > _CLOSE]] = True
                self._note(free, self._value[free] + best[1], insider=insider)
                return True
        return False

    def _beside(self, at: int) -> np.ndarray:
        """Return which cells stand in a table with the cell at ``at``."""
        beside = np.zeros(len(self.keys), dtype=bool)
        for places in self._tables:
            if at in places:
                beside[places] = True
        return beside

    def _steps(self, at: int) -> tuple[float, float]:
        step = float(np.floor(PROTECTION * self._value[at] + _CLOSE) + 1)
        return step, -step

    def _flow(self, at: int, free: np.ndarray, step: float, *, insider: bool) -> tuple[float, np.ndarray] | None:
        """Return the loss and the changes of ``free`` of the cheapest table in which the cell is off by ``step``."""
        slack = self._bounds(free, insider=insider) - self._value[free, None]
        loss = np.where(self.hidden[free], 0.0, self._value[free] + self._below)
        # of equals the first, and no sum of ranks reaches a row
        loss = loss + np.where(self.hidden[free], 0.0, free / (len(self.keys) * 1e3))
        own = free == at
        if not slack[own, 0][0] <= step <= slack[own, 1][0]:
            return None
        none = np.zeros(len(free))
        up, down = np.column_stack([none, slack[:, 1]]), np.column_stack([none, -slack[:, 0]])
        up[own], down[own] = max(step, 0), max(-step, 0)
        sums = self._sums[:, free]
        both = sparse.hstack([sums, -sums], format="csc")
        found = _solved(np.tile(loss, 2), both, np.zeros(sums.shape[0]), np.vstack([up, down]))
        if found is None:
            return None
        change = found[: len(free)] - found[len(free) :]
        return float(loss @ np.abs(change)), change


def _marked(table: Table, place: tuple[int | None, ...]) -> bool:
    axes = [axis for axis, line in enumerate(place) if line is not None]
    if not axes:
        return table.hidden_total
    return table.hidden_margins is not None and bool(table.hidden_margins[axes[0]][place[axes[0]]])


def _solved(aim: np.ndarray, sums: sparse.csc_array, totals: np.ndarray, bounds: np.ndarray) -> np.ndarray | None:
    """Return a vertex that minimises ``aim`` within finite bounds, None where no table is possible."""
    # most tables have nothing to withhold: they do without the solver
    from scipy.optimize import Bounds, LinearConstraint, milp

    # nothing is declared a whole number here, so this is the linear programme: linprog's checks take twice its time
    found = milp(aim, constraints=LinearConstraint(sums, totals, totals), bounds=Bounds(bounds[:, 0], bounds[:, 1]))
    return found.x if found.status == 0 else None
