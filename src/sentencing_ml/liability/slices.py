"""The same figures for parts of the tested counts: by charge, source, form of record, year and severity.

Severity is cut by the *prediction*. Cut by the outcome, every model looks too high on the light cases and too low on
the grave ones, since an outcome is grave partly by chance (regression to the mean).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW, withheld
from sentencing_ml.liability.accuracy import FIGURES, accuracy, difference, means
from sentencing_ml.liability.held_out import HeldOut, years

UNKNOWN = "未知"
FIFTHS = ("最轻", "较轻", "中等", "较重", "最重")
_FORMS = {"judgment": "判决书", "fact_record": "事实记录"}
_IN_ORDER = ("year", "severity")  # the others stand by size


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A way to part the rows: ``group`` of each, never null."""

    name: str
    zh: str
    group: pd.Series


def dimensions(held: HeldOut) -> list[Dimension]:
    """Return the ways in which the rows are parted."""
    frame = held.frame
    parts = (
        ("charge", "罪名", frame["charge_group"].astype("string")),
        ("doc_kind", "文书种类", frame["doc_kind"].astype("string").replace(_FORMS)),
        # the folder of an input says where somebody keeps files, and nothing of the cases
        ("source", "来源", frame["source"].astype("string").map(lambda path: Path(path).name, na_action="ignore")),
        ("year", "年份（判决，未知时犯罪）", years(frame)),
        ("severity", "轻重（按责任刑预测五等分）", fifths(held.liability)),
    )
    return [
        Dimension(name=name, zh=zh, group=group.astype("string").fillna(UNKNOWN).reset_index(drop=True))
        for name, zh, group in parts
    ]


def fifths(months: np.ndarray) -> pd.Series:
    """Return the fifth of each value with the range it spans."""
    edges = np.unique(np.quantile(months, [0.2, 0.4, 0.6, 0.8]))
    place = np.searchsorted(edges, months, side="right")
    names = {}
    for number in np.unique(place):
        inside = months[place == number]
        names[number] = f"{number + 1} {FIFTHS[number]}（{inside.min():.0f}–{inside.max():.0f} 个月）"
    return pd.Series([names[number] for number in place], dtype="string")


def by_dimension(held: HeldOut, median: np.ndarray, *, below: int) -> list[dict]:
    """Return ``name``, ``zh`` and ``groups`` of every dimension.

    ``median`` is the charge median of each row; cells under ``below`` rows are withheld, and so is what would give
    them away. A group has ``group``, ``n`` (null where withheld), ``status`` (shown | count_only | suppressed),
    ``share_abstained``, and where it is shown ``n_advised``, ``expected`` (figures), ``charge_median_mae_months``,
    ``gain_months`` (error of the median less that of the expected term), ``mean_declared_months``,
    ``mean_liability_months``, ``coverage`` and ``median_width_months``.
    """
    return [
        {"name": found.name, "zh": found.zh, "groups": _groups(held, found, median, below=below)}
        for found in dimensions(held)
    ]


def _groups(held: HeldOut, found: Dimension, median: np.ndarray, *, below: int) -> list[dict]:
    counted = found.group.value_counts()
    order = sorted(counted.index) if found.name in _IN_ORDER else sorted(counted.index, key=lambda g: (-counted[g], g))
    hidden = withheld(np.array([counted[group] for group in order], dtype=int), below=below)
    return [
        {"group": str(group), **_group(held, (found.group == group).to_numpy(dtype=bool), median, hidden=bool(out))}
        for group, out in zip(order, hidden, strict=True)
    ]


def _group(held: HeldOut, inside: np.ndarray, median: np.ndarray, *, hidden: bool) -> dict:
    if hidden:
        return {"n": None, "status": "suppressed"}
    shown = inside & held.advised
    told = {"n": int(inside.sum()), "share_abstained": float(1 - shown.sum() / inside.sum())}
    if shown.sum() < COUNT_ONLY_BELOW:
        return {**told, "status": "count_only"}
    some, other = held.take(shown), median[shown]
    gain = difference(other, some.expected, some.declared, some.clusters)["mae_months"]
    found = accuracy(some.expected, some.declared, some.clusters)
    one = np.zeros(len(some.declared), dtype=int)
    return {
        **told,
        "status": "shown",
        "n_advised": int(shown.sum()),
        "expected": {name: found[name] for name in FIGURES},
        "charge_median_mae_months": float(np.abs(other - some.declared).mean()),
        "gain_months": gain,
        "mean_declared_months": float(some.declared.mean()),
        "mean_liability_months": float(some.liability.mean()),
        "coverage": means(some.covered.astype("float64"), one, some.clusters, groups=1)[0],
        "median_width_months": float(np.median(some.high - some.low)),
    }
