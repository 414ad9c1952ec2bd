"""Tables of points by group within charges, bands of severity and tenths of the advice; small cells withheld."""

from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness.contrasts import Grouping
from sentencing_ml.fairness.metrics import BANDS, point_table
from sentencing_ml.settings import AuditSettings

MIN_CHARGE = 30
"""Charges with fewer compared counts stand together as 其他罪名 in the tables by charge."""

MOST_CHARGES = 20
"""The most frequent charges have a row of their own; the others stand together, however many they are."""

OTHER_CHARGES = "其他罪名"
FIGURES = ("bias", "mae", "median_ape", "heavy", "light")


def by_charge(table: pd.DataFrame, found: Grouping, *, settings: AuditSettings) -> list[dict[str, Any]]:
    """Return a row a charge, the most frequent first and 其他罪名 last, a cell a group."""
    charge = table["charge_group"].astype("string").fillna(OTHER_CHARGES)[found.kept]
    sizes = charge.value_counts().sort_index().sort_values(ascending=False, kind="stable").head(MOST_CHARGES)
    charge = charge.where(charge.isin(sizes.index[sizes >= MIN_CHARGE]), OTHER_CHARGES)
    total = charge.value_counts()
    order = sorted(total.index, key=lambda name: (name == OTHER_CHARGES, -total[name], name))
    return _rows("charge", charge, order, table, found, settings=settings)


def by_band(table: pd.DataFrame, found: Grouping, band: np.ndarray, *, settings: AuditSettings) -> list[dict[str, Any]]:
    """Return a row a band of severity, lightest first; ``band`` is 0 … of every row of ``table``."""
    named = pd.Series(np.array(BANDS, dtype=object)[band], index=table.index, dtype="string")[found.kept]
    order = [name for name in BANDS if (named == name).any()]
    return _rows("band", named, order, table, found, settings=settings)


def by_tenth(
    table: pd.DataFrame, found: Grouping, tenth: pd.Series, *, settings: AuditSettings
) -> list[dict[str, Any]]:
    """Return a row a tenth of the advice: how far declared terms of each group lie from expected ones there."""
    chosen = tenth[found.kept]
    return _rows("tenth", chosen, sorted(chosen.unique()), table, found, settings=settings)


def _rows(
    name: str,
    control: pd.Series,
    order: list[str],
    table: pd.DataFrame,
    found: Grouping,
    *,
    settings: AuditSettings,
) -> list[dict[str, Any]]:
    """Return a row a level of ``control``, a Series over the kept rows; small cells withheld."""
    if control.empty:
        return []
    kept = table[found.kept]
    points = point_table(kept["y"], kept["expected"], found.group[found.kept], control, tolerance=settings.tolerance)
    counts = points["n"].unstack(fill_value=0)
    hidden = disclosure.withheld(
        np.where(counts.columns.isin(list(found.hidden)), np.minimum(counts, 1), counts), below=settings.suppress_below
    )
    listed = []
    for level in order:
        cells = []
        for place, label in enumerate(counts.columns):
            n = int(counts.loc[level, label])
            out = bool(hidden[counts.index.get_loc(level), place])
            shown = not out and n >= disclosure.COUNT_ONLY_BELOW
            values = points.loc[(level, label)] if shown else None
            figures = {key: number(values[key]) if shown else None for key in FIGURES}
            cells.append({"group": str(label), "n": None if out else n, "suppressed": out, **figures})
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
