"""Who is compared with whom."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness.groups import excluded, grouped, groups, groups_set_aside
from sentencing_ml.settings import AuditSettings


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
    ``log`` how many of them and why.
    """

    name: str
    group: pd.Series
    kept: np.ndarray
    sizes: dict[str, int]
    set_aside: dict[str, int]
    hidden: frozenset[str]
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
    held = disclosure.suppression(np.array(list(cells.values()), dtype=int), below=settings.suppress_below)
    hidden = frozenset(label for label, out in zip(cells, held.cells, strict=True) if out)
    return Grouping(
        name=name,
        group=group,
        kept=kept,
        sizes=sizes,
        set_aside=set_aside,
        hidden=hidden,
        contrasts=tuple(found for found in contrasts(group, kept, unknown=unknown) if found.group not in hidden),
        log=held.log(name),
    )


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
