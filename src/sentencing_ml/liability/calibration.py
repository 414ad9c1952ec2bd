"""Where predictions lie beside what happened: by tenths, in the spread of errors, and along every liability factor."""

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.liability.accuracy import Clusters, means
from sentencing_ml.liability.held_out import HeldOut

_TENTHS = 10
_SPREAD = (0.05, 0.25, 0.5, 0.75, 0.95)
RATIOS = (0.33, 0.5, 0.67, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0)
"""Edges of the histogram of (1 + ŷ) ÷ (1 + y)."""

_BINS = 5


def tenths(predicted: np.ndarray, observed: np.ndarray, clusters: Clusters) -> list[dict]:
    """Return the tenths of the predictions: typical predicted and observed months, and their means.

    ``predicted`` and ``observed`` (with ``low`` and ``high``) are geometric, exp(mean ln(1 + m)) − 1, since a typical
    term is what is predicted; ``mean_predicted`` and ``mean_observed`` are means of months. Equal predictions stay
    together, so that there may be fewer tenths.
    """
    edges = np.unique(np.quantile(predicted, np.arange(1, _TENTHS) / _TENTHS))
    place = np.searchsorted(edges, predicted, side="right")
    _, place = np.unique(place, return_inverse=True)
    found = means(np.log1p(observed), place, clusters, groups=int(place.max()) + 1)
    return [
        {
            "n": entry["n"],
            "predicted": float(np.expm1(np.log1p(predicted[place == number]).mean())),
            "observed": _months(entry["value"]),
            "low": _months(entry["low"]),
            "high": _months(entry["high"]),
            "mean_predicted": float(predicted[place == number].mean()),
            "mean_observed": float(observed[place == number].mean()),
        }
        for number, entry in enumerate(found)
    ]


def spread(predicted: np.ndarray, observed: np.ndarray) -> dict:
    """Return quantiles of the error in months and of (1 + ŷ) ÷ (1 + y), and the share of rows between ratio edges."""
    ratio = (1 + predicted) / (1 + observed)
    place = np.searchsorted(RATIOS, ratio, side="right")
    edges = [None, *RATIOS, None]
    return {
        "months": {f"q{round(100 * q):02d}": float(np.quantile(predicted - observed, q)) for q in _SPREAD},
        "ratio": {f"q{round(100 * q):02d}": float(np.quantile(ratio, q)) for q in _SPREAD},
        "beyond_double": float(((ratio > 2) | (ratio < 0.5)).mean()),
        "bins": [
            {"from": edges[number], "to": edges[number + 1], "share": float((place == number).mean())}
            for number in range(len(RATIOS) + 1)
        ],
    }


def residuals(held: HeldOut) -> list[dict]:
    """Return the mean of ln((1 + declared) ÷ (1 + expected)) along every liability factor.

    A factor has ``factor``, ``zh`` and ``bins`` of ``zh``, ``n``, ``value``, ``low``, ``high``: the levels of a
    category, yes and no, up to five parts of the known values, and unknown. Bins under 30 rows are left out, and a
    factor with one bin alone, which says no more than the whole.
    """
    left = np.log1p(held.declared) - np.log1p(held.expected)
    found = []
    for factor in registry().model_inputs():
        names, place = _parts(factor, held.frame[factor.name])
        bins = [
            {"zh": name, **entry}
            for name, entry in zip(names, means(left, place, held.clusters, groups=len(names)), strict=True)
            if entry["n"] >= COUNT_ONLY_BELOW
        ]
        if len(bins) > 1:
            found.append({"factor": factor.name, "zh": factor.zh, "bins": bins})
    return found


def _parts(factor: Factor, values: pd.Series) -> tuple[list[str], np.ndarray]:
    """Return the names of the bins of a factor and the bin of each row."""
    unknown = values.isna().to_numpy(dtype=bool)
    if factor.type == "boolean":
        names, place = ["无", "有"], values.fillna(False).astype(bool).to_numpy().astype(int)
    elif factor.type == "category":
        names = [level.name for level in factor.levels]
        place = values.map({name: number for number, name in enumerate(names)}).fillna(0).astype(int).to_numpy()
    else:
        number = values.to_numpy(dtype="float64", na_value=np.nan)
        names, place = _quantile_bins(number, unit=factor.unit or "")
    return [*names, "未知"], np.where(unknown, len(names), place)


def _quantile_bins(values: np.ndarray, *, unit: str) -> tuple[list[str], np.ndarray]:
    known = values[np.isfinite(values)]
    if not known.size:
        return [], np.zeros(len(values), dtype=int)
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
    place = np.searchsorted(edges, np.nan_to_num(values), side="right")
    present, place = np.unique(np.where(np.isfinite(values), place, -1), return_inverse=True)
    place = place - (present[0] == -1)
    names = []
    for number in range(int(place.max()) + 1):
        inside = values[(place == number) & np.isfinite(values)]
        least, most = _short(inside.min()), _short(inside.max())
        names.append(f"{least}{unit}" if least == most else f"{least}–{most}{unit}")
    return names, np.maximum(place, 0)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def _months(log: float | None) -> float | None:
    return None if log is None else float(np.expm1(log))
