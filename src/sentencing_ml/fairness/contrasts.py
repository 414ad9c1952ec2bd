"""Who is compared with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness.groups import attribute, excluded, grouped, groups, groups_set_aside
from sentencing_ml.settings import AuditSettings

PERSON = ("doc_id", "defendant_index")
"""Columns that tell the defendants of a table apart."""

MOST_COUNTS = 50
"""No defendant has so many counts: where a cell has as many times what is withheld, its defendants need no counting."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A group and whom it is compared with, boolean arrays over the compared rows."""

    group: str
    member: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The groups of one attribute over the compared rows.

    ``kept`` marks the rows that law leaves in the comparison, ``sizes`` their number by group, largest first and
    unknown last, ``set_aside`` that of the groups which law itself keeps out, ``hidden`` the groups that are withheld,
    ``elsewhere`` those that a coarser attribute compares, ``log`` how many are withheld and why.
    """

    name: str
    group: pd.Series
    kept: np.ndarray
    sizes: dict[str, int]
    set_aside: dict[str, int]
    hidden: frozenset[str]
    elsewhere: frozenset[str]
    contrasts: tuple[Contrast, ...]
    log: dict[str, Any]

    @property
    def large(self) -> list[Contrast]:
        """The comparisons of groups with enough rows for a figure."""
        return [found for found in self.contrasts if found.member.sum() >= disclosure.COUNT_ONLY_BELOW]


def grouping(table: pd.DataFrame, name: str, *, settings: AuditSettings) -> Grouping:
    """Return the groups of the attribute ``name`` in a table, and what is withheld of them."""
    group = grouped(table, name, smallest=settings.suppress_below)
    kept = ~excluded(table["charge_group"], group, name).to_numpy()
    unknown = groups().unknown
    counted = group[kept].value_counts()
    names = sorted(counted.index, key=lambda label: (label == unknown, -counted[label], label))
    sizes = {str(label): int(counted[label]) for label in names}
    set_aside = {label: int((group == label).sum()) for label in groups_set_aside(name)}
    # a group that law sets aside is a cell like the others: the total less the rest would give it away
    cells = {**sizes, **set_aside}
    counts = np.array(list(cells.values()), dtype=int)
    # rows that law keeps out by charge are in no cell; of a group that it sets aside all rows are
    inside = kept | group.isin(list(set_aside)).to_numpy()
    persons = defendants(table, [group], counts, [list(cells)], inside=inside, below=settings.suppress_below)
    held = disclosure.suppression(counts, below=settings.suppress_below, persons=persons)
    hidden = frozenset(label for label, out in zip(cells, held.cells, strict=True) if out)
    elsewhere = _compared_elsewhere(table, name, settings=settings)
    out = hidden | elsewhere
    return Grouping(
        name=name,
        group=group,
        kept=kept,
        sizes=sizes,
        set_aside=set_aside,
        hidden=hidden,
        elsewhere=elsewhere,
        contrasts=tuple(found for found in contrasts(group, kept, unknown=unknown) if found.group not in out),
        log=held.log(name),
    )


def _compared_elsewhere(table: pd.DataFrame, name: str, *, settings: AuditSettings) -> frozenset[str]:
    coarser = attribute(name).rules.get("refines")
    if coarser is None or coarser not in settings.attributes:
        return frozenset()
    return frozenset(grouped(table, coarser, smallest=settings.suppress_below))


def defendants(
    table: pd.DataFrame,
    by: Sequence[pd.Series],
    counts: np.ndarray,
    labels: Sequence[Sequence[str]],
    *,
    inside: np.ndarray,
    below: int,
) -> np.ndarray | None:
    """Return the number of defendants in each cell of ``counts``; None where the table does not tell them apart.

    Parameters
    ----------
    by : the label of each row on each axis of ``counts``, whose ``labels`` these are, in order.
    inside : the rows that are counted.
    below : cells that hold :data:`MOST_COUNTS` times as many rows keep their counts.
    """
    if any(column not in table for column in PERSON):
        return None
    persons = counts.copy()
    codes = [pd.Index(names).get_indexer(label.to_numpy(dtype=object)) for names, label in zip(labels, by, strict=True)]
    counted = inside & np.all([code >= 0 for code in codes], axis=0)
    cell = np.ravel_multi_index([code[counted] for code in codes], counts.shape)
    few = np.flatnonzero((counts.ravel() >= below) & (counts.ravel() < MOST_COUNTS * below))
    near = np.isin(cell, few)
    rows = table.loc[counted, list(PERSON)][near].assign(cell=cell[near])
    # a row that names nobody is somebody of its own
    first = ~rows.duplicated().to_numpy() | rows.isna().any(axis=1).to_numpy()
    persons.flat[few] = rows["cell"][first].value_counts().reindex(few, fill_value=0).to_numpy()
    return persons


def contrasts(group: pd.Series, kept: np.ndarray, *, unknown: str) -> list[Contrast]:
    """Return the comparisons of an attribute: each known group with the other known ones, and unknown with known.

    Of two known groups only the smaller is compared; the other direction is the same number with its sign turned.
    """
    labels = group.to_numpy(dtype=object)
    known = kept & (labels != unknown)
    sizes = pd.Series(labels[known]).value_counts()
    names = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    tested = names[1:] if len(names) == 2 else names if len(names) > 2 else []
    found = [Contrast(group=name, member=known & (labels == name), rest=known & (labels != name)) for name in tested]
    missing = kept & (labels == unknown)
    if missing.any() and known.any():
        found.append(Contrast(group=unknown, member=missing, rest=known))
    return found
