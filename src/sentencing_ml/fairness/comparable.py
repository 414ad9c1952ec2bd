"""Which groups of an attribute an exploratory section compares, and what it may show of the others.

Groups and limits are those of the audit (:func:`sentencing_ml.fairness.contrasts.grouping`); what is unknown is counted
and not compared.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness.contrasts import grouping
from sentencing_ml.fairness.groups import attribute, groups
from sentencing_ml.settings import AuditSettings

_TOO_SMALL = f"没有一组（连同与之比较的其余各组）达到 {disclosure.COUNT_ONLY_BELOW} 件"


@dataclass(frozen=True, kw_only=True)
class Comparable:
    """The groups of one attribute over the rows of a table.

    ``label`` is the known group of each row, None where the row is not compared; ``tested`` the groups that are each
    compared with all others, the larger of two left out; ``listed`` the rows of the section (``group``, ``n``,
    ``status``), largest first; ``unknown`` the number of rows whose group is not known, None where withheld; ``why``
    says why nothing is compared.
    """

    name: str
    zh: str
    label: np.ndarray
    tested: tuple[str, ...]
    listed: tuple[dict[str, Any], ...]
    unknown: int | None
    why: str | None

    def sampled(self, places: np.ndarray) -> "Comparable":
        """Return the same groups over some of the rows; those that are left too small there are no longer tested."""
        label = self.label[places]
        size = {name: int((label == name).sum()) for name in self.tested}
        known = sum(name is not None for name in label)
        least = disclosure.COUNT_ONLY_BELOW
        tested = tuple(name for name, n in size.items() if min(n, known - n) >= least)
        return replace(self, label=label, tested=tested, why=self.why or (None if tested else _TOO_SMALL))


def comparable(table: pd.DataFrame, name: str, *, settings: AuditSettings) -> Comparable:
    """Return the groups of the attribute ``name`` of a factor table; a name that does not exist is told by ``why``."""
    if name not in groups().attributes:
        nobody = np.full(len(table), None, dtype=object)
        why = f"设置中的属性 {name} 不存在，请在 audit.attributes 中更正"
        return Comparable(name=name, zh=name, label=nobody, tested=(), listed=(), unknown=None, why=why)
    found, unknown = grouping(table, name, settings=settings), groups().unknown
    labels = found.group.to_numpy(dtype=object)
    compared = found.kept & (labels != unknown)
    sizes = {label: n for label, n in found.sizes.items() if label != unknown}
    pairs = {pair.group: min(int(pair.member.sum()), int(pair.rest.sum())) for pair in found.contrasts}
    tested = tuple(label for label in sizes if pairs.get(label, 0) >= disclosure.COUNT_ONLY_BELOW)
    return Comparable(
        name=name,
        zh=attribute(name).zh,
        label=np.where(compared, labels, None),
        tested=tested,
        listed=tuple(
            _row(label, n, int(compared.sum()) - n, hidden=label in found.hidden, settings=settings)
            for label, n in sizes.items()
        ),
        unknown=None if unknown in found.hidden else found.sizes.get(unknown, 0),
        why=_why(len(sizes), tested),
    )


def settled(content: Any) -> Any:
    """Return a section with nine digits of every number; products of matrices differ beyond them with the threads."""
    if isinstance(content, dict):
        return {name: settled(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [settled(value) for value in content]
    return float(f"{content:.9g}") if isinstance(content, float) else content


def _row(label: str, n: int, others: int, *, hidden: bool, settings: AuditSettings) -> dict[str, Any]:
    if hidden:
        return {"group": label, "n": None, "status": "suppressed"}
    if n < disclosure.COUNT_ONLY_BELOW:
        return {"group": label, "n": n, "status": "count_only"}
    return {"group": label, "n": n, "status": "shown" if min(n, others) >= settings.verdict_from else "no_verdict"}


def _why(known: int, tested: tuple[str, ...]) -> str | None:
    if known < 2:
        return "只有一个已知的组，没有可比较的对象" if known else "全部未知"
    return None if tested else _TOO_SMALL
