"""Shares with intervals, and tables of them by unit or person from which no small cell can be read.

A share is of what is known; what is unknown is counted beside it. Its interval is Wilson's; where several rows come from
one case, the rows count for as many as their design effect leaves of them. A cell of fewer than ``below`` is withheld with
what would give it away (:mod:`disclosure`); of a withheld share the bound that follows is shown.

Sources: Wilson (1927); Kish (1965), design effect of a ratio over clusters; distribution-free interval of a median from
the binomial distribution (David & Nagaraja 2003, 7.1).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml.disclosure import COUNT_ONLY_BELOW, suppression

OTHERS = "其余"
"""The line of all units, persons or months too small for one of their own."""


def share(values: pd.Series, clusters: pd.Series, *, level: float) -> dict[str, Any]:
    """Return the share of true among known values.

    ``values`` are nullable booleans, ``clusters`` names of what rows belong together by, of the same length. The result has
    ``yes``, ``n`` (known), ``unknown``, ``value``, ``low``, ``high`` and ``needed`` (known rows wanting to say anything; the
    last four null or 0 accordingly).
    """
    known = values.notna()
    n, unknown = int(known.sum()), int((~known).sum())
    yes = int(values[known].astype(bool).sum())
    result = {"yes": yes, "n": n, "unknown": unknown, "value": None, "low": None, "high": None, "needed": 0}
    if n < COUNT_ONLY_BELOW:
        return {**result, "needed": COUNT_ONLY_BELOW - n}
    hits = values[known].to_numpy(dtype=float)
    low, high = wilson(yes / n, effective(hits, clusters[known].to_numpy()), level=level)
    return {**result, "value": yes / n, "low": low, "high": high}


def effective(hits: np.ndarray, clusters: np.ndarray) -> float:
    """Return how many independent rows ``hits`` (0 or 1) in ``clusters`` are worth, never more than there are."""
    n = len(hits)
    codes = pd.factorize(clusters)[0]
    groups = int(codes.max()) + 1
    if groups == n:
        return float(n)
    mean = hits.mean()
    if mean in (0.0, 1.0) or groups == 1:
        return float(groups)  # rows that all say the same do not tell how alike those of one case are
    apart = np.bincount(codes, weights=hits - mean)
    variance = groups / (groups - 1) * float((apart**2).sum()) / n**2
    return n / max(1.0, variance * n / (mean * (1 - mean)))


def wilson(value: float, n: float, *, level: float) -> tuple[float, float]:
    """Return Wilson's interval of the share ``value`` of ``n`` rows, which need not be a whole number."""
    z = float(stats.norm.ppf(0.5 + level / 2))
    middle = (value + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(value * (1 - value) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def rows_needed(bound: float, *, level: float) -> int:
    """Return how many rows, all alike, put the nearer end of Wilson's interval beyond ``bound`` (0 … 1, exclusive)."""
    z = float(stats.norm.ppf(0.5 + level / 2))
    return math.ceil(z**2 * bound / (1 - bound))


def quantiles(values: pd.Series, *, level: float) -> dict[str, Any]:
    """Return the quartiles of known values and a distribution-free interval of the median; no figure under the least n."""
    known = np.sort(values.dropna().to_numpy(dtype=float))
    n = len(known)
    if n < COUNT_ONLY_BELOW:
        return {
            "n": n,
            "q25": None,
            "median": None,
            "q75": None,
            "low": None,
            "high": None,
            "needed": COUNT_ONLY_BELOW - n,
        }
    rank = max(int(stats.binom.ppf((1 - level) / 2, n, 0.5)), 1)
    q25, median, q75 = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    return {
        "n": n, "q25": q25, "median": median, "q75": q75, "low": float(known[rank - 1]), "high": float(known[n - rank]), "needed": 0,
    }  # fmt: skip


def counted(values: pd.Series, *, labels: list[str], below: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how often each of ``labels`` stands in ``values``, small cells withheld (null), and the line of the log."""
    table = np.array([int((values == label).fillna(value=False).sum()) for label in labels])
    held = suppression(table, below=below)
    cells = [
        {"label": label, "n": None if out else int(n)} for label, n, out in zip(labels, table, held.cells, strict=True)
    ]
    return {"cells": cells, "total": None if held.total else int(table.sum())}, held.log("counts")


def shares(
    values: pd.Series,
    clusters: pd.Series,
    *,
    groups: pd.Series | None = None,
    lines: Sequence[str] = (),
    below: int,
    level: float,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the share of each of ``lines``, then of all other rows, as it is published, and the line of the log.

    ``groups`` says to which line a row belongs; without it there is one line of all rows. Each share has the fields of
    :func:`share` and ``status``: shown; withheld, where one of its cells is small or protects a small one, with
    ``at_least`` and ``at_most`` as far as they follow from that; or cannot_say, where fewer are known than a share needs.
    """
    parts = [pd.Series(True, index=values.index)]
    if groups is not None:
        own = [(groups == line).fillna(value=False) for line in lines]
        parts = [*own, ~np.logical_or.reduce([*own, pd.Series(False, index=values.index)])]
    found = [share(values[part], clusters[part], level=level) for part in parts]
    table = np.array([[one["yes"], one["n"] - one["yes"], one["unknown"]] for one in found])
    if groups is None:
        held = suppression(table[0], below=below)
        hidden, totals = held.cells[None, :], np.array([held.total])
    else:
        held = suppression(table, below=below)
        hidden, totals = held.cells, held.margins[0]
    result = [
        _published(one, out, total=bool(total), below=below)
        for one, out, total in zip(found, hidden, totals, strict=True)
    ]
    return result, held.log("shares")


def _published(found: dict[str, Any], hidden: np.ndarray, *, total: bool, below: int) -> dict[str, Any]:
    """Return a share without what is ``hidden`` of (yes, no, unknown), nor what follows when its ``total`` is hidden."""
    yes_out, no_out, unknown_out = (bool(out) for out in hidden)
    yes, n = found["yes"], found["n"]
    split_out = yes_out or no_out
    n_shown = not split_out or not (unknown_out or total)
    result = {
        **found,
        "n": n if n_shown else None,
        "unknown": None if unknown_out else found["unknown"],
        "at_least": None,
        "at_most": None,
        "status": "shown" if found["value"] is not None else "cannot_say",
        "needed": found["needed"] if n_shown else None,
    }
    if split_out:
        result |= {"yes": None, "value": None, "low": None, "high": None}
        if n >= COUNT_ONLY_BELOW:
            result["status"] = "withheld"
            if n_shown and 0 < n - yes < below:
                result |= {"at_least": (n - below + 1) / n, "at_most": (n - 1) / n}
            elif n_shown and 0 < yes < below:
                result |= {"at_least": 1 / n, "at_most": (below - 1) / n}
    return result
