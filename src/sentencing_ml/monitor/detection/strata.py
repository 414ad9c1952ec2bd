"""Strata of advice: severity bucket × charge group × plea (认罪认罚).

How often an honest entry coincides with the advice depends on the stratum, most of all on severity: whole-month
rounding makes agreement on short terms natural. Whatever compares coincidence compares it within strata.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from sentencing_ml.monitor.detection.definitions import definitions

PLEAS = ("认罪认罚", "不认罪认罚", "认罪认罚不明")
"""By code: plea, no plea, unknown. Unknown is no "no": it is a stratum of its own."""


@dataclass(frozen=True, kw_only=True)
class Strata:
    """Codes of the strata of rows: ``severity`` and ``plea`` into :func:`severity_names` and :data:`PLEAS`, ``group``
    into ``groups``; each (rows,) of int.
    """

    severity: np.ndarray
    group: np.ndarray
    plea: np.ndarray
    groups: tuple[str, ...]

    def take(self, rows: np.ndarray) -> "Strata":
        """Return the strata of some rows, by index or boolean mask."""
        return Strata(severity=self.severity[rows], group=self.group[rows], plea=self.plea[rows], groups=self.groups)


def severity(advice: np.ndarray) -> np.ndarray:
    """Return the severity bucket of months of advice; a bucket holds its lower bound."""
    return np.searchsorted(np.array(definitions().severity_to), advice, side="right")


@lru_cache(maxsize=1)
def severity_names() -> tuple[str, ...]:
    """Return the names of the severity buckets, lightest first."""
    edges = definitions().severity_to
    inner = [f"{low:g}—{high:g}个月" for low, high in zip(edges, edges[1:], strict=False)]
    return (f"{edges[0]:g}个月以下", *inner, f"{edges[-1]:g}个月以上")


def strata(rows: pd.DataFrame) -> Strata:
    """Return the strata of rows with the columns advice_months, charge_group and plea (a null is unknown)."""
    groups = rows["charge_group"].astype("string").fillna("")
    names = tuple(sorted(groups.unique()))
    plea = rows["plea"].astype("boolean")
    return Strata(
        severity=severity(rows["advice_months"].to_numpy(dtype=float)),
        group=pd.Categorical(groups, categories=names).codes.astype(int),
        plea=np.select([plea.fillna(False).to_numpy(dtype=bool), plea.notna().to_numpy(dtype=bool)], [0, 1], 2),
        groups=names,
    )


def name(severity_code: int, group: str, plea_code: int) -> str:
    """Return the name of one stratum, such as ``13—19个月 · 盗窃 · 认罪认罚``."""
    return " · ".join(part for part in (severity_names()[severity_code], group, PLEAS[plea_code]) if part)
