"""Tables of points by group within charges, bands of severity and tenths of the advice; small cells withheld."""

from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness.contrasts import Grouping, defendants
from sentencing_ml.fairness.metrics import BANDS, POINTS, point_table
from sentencing_ml.settings import AuditSettings

MIN_CHARGE = 30
"""Charges with fewer compared counts stand together as 其他罪名 in the tables by charge."""

MOST_CHARGES = 20
"""The most frequent charges have a row of their own; the others stand together, however many they are."""

OTHER_CHARGES = "其他罪名"


def linked(
    table: pd.DataFrame, figures: pd.DataFrame, found: Grouping, tenth: pd.Series, *, settings: AuditSettings
) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]], list[disclosure.Table]]:
    """Return the tables by charge, band of severity and tenth of the advice, the log and the counts that they publish.

    ``charges`` has a row a charge, the most frequent first and 其他罪名 last, ``bands`` and ``tenths`` a row a part,
    lightest first; a row has a cell a group. ``figures`` of every row have its ``band``, ``tenth`` names its tenth.
    Small cells are withheld in all three at once, since they share the totals of the groups.
    """
    kept = table[found.kept]
    if kept.empty:
        return {"charges": [], "bands": [], "tenths": []}, [], []
    charge = _charges(kept)
    total = charge.value_counts()
    bands = np.array(BANDS, dtype=object)[figures["band"].to_numpy()[found.kept]]
    named = pd.Series(bands, index=kept.index, dtype="string")
    within = {
        "charge": (charge, sorted(total.index, key=lambda name: (name == OTHER_CHARGES, -total[name], name))),
        "band": (named, [name for name in BANDS if (named == name).any()]),
        "tenth": (tenth[found.kept], sorted(tenth[found.kept].unique())),
    }
    group = found.group[found.kept]
    points = {
        name: point_table(figures[found.kept], group, control)
        for name, (control, _) in within.items()
    }
    counts = {name: points[name]["n"].unstack(fill_value=0).loc[order] for name, (_, order) in within.items()}
    given = [
        _counted(name, counted, found, kept, control=within[name][0], group=group, below=settings.suppress_below)
        for name, counted in counts.items()
    ]
    held = disclosure.suppressions(given, below=settings.suppress_below)
    listed = {
        f"{name}s": _rows(name, points[name], counts[name], out.cells)
        for name, out in zip(counts, held, strict=True)
    }  # fmt: skip
    log = [out.log(one.name) for one, out in zip(given, held, strict=True)]
    return listed, log, [disclosure.published(one, out) for one, out in zip(given, held, strict=True)]


def _charges(kept: pd.DataFrame) -> pd.Series:
    charge = kept["charge_group"].astype("string").fillna(OTHER_CHARGES)
    sizes = charge.value_counts().sort_index().sort_values(ascending=False, kind="stable").head(MOST_CHARGES)
    return charge.where(charge.isin(sizes.index[sizes >= MIN_CHARGE]), OTHER_CHARGES)


def _counted(
    name: str,
    counts: pd.DataFrame,
    found: Grouping,
    kept: pd.DataFrame,
    *,
    control: pd.Series,
    group: pd.Series,
    below: int,
) -> disclosure.Table:
    out = counts.columns.isin(list(found.hidden))
    labels = (tuple(map(str, counts.index)), tuple(map(str, counts.columns)))
    whole = np.ones(len(kept), dtype=bool)
    return disclosure.Table(
        name=f"{found.name} × {name}",
        axes=(name, found.name),
        labels=labels,
        counts=counts.to_numpy(),
        persons=defendants(kept, [control, group], counts.to_numpy(), labels, inside=whole, below=below),
        # tables over other rows have other totals
        population="" if found.kept.all() else found.name,
        hidden=np.broadcast_to(out, counts.shape),
        hidden_margins=(np.zeros(len(counts), dtype=bool), out),
        hidden_total=bool(found.hidden & set(found.set_aside)),
    )


def _rows(name: str, points: pd.DataFrame, counts: pd.DataFrame, hidden: np.ndarray) -> list[dict[str, Any]]:
    listed = []
    for level, withheld in zip(counts.index, hidden, strict=True):
        cells = []
        for label, out in zip(counts.columns, withheld, strict=True):
            n = int(counts.loc[level, label])
            shown = not out and n >= disclosure.COUNT_ONLY_BELOW
            values = points.loc[(level, label)] if shown else None
            figures = {key: number(values[key]) if shown else None for key in POINTS}
            cells.append({"group": str(label), "n": None if out else n, "suppressed": bool(out), **figures})
        listed.append({name: str(level), "cells": cells})
    return listed


def median_ratio(error: np.ndarray, band: np.ndarray, member: np.ndarray, rest: np.ndarray) -> float:
    """Return the group's median relative error over that of the rest with the group's own mix of bands; nan without."""
    expected, own = 0.0, 0.0
    for number_of_band in np.unique(band[member]):
        inside = member & (band == number_of_band)
        other = rest & (band == number_of_band)
        if not other.any():
            continue
        own += inside.sum() * float(np.median(error[inside]))
        expected += inside.sum() * float(np.median(error[other]))
    return own / expected if expected > 0 else float("nan")


def number(value: Any) -> float | None:
    """Return a finite figure as a float, else None."""
    value = float(value)
    return value if np.isfinite(value) else None
