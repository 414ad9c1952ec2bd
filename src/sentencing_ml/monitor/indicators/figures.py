"""Shares with intervals, and tables of them by unit or person from which no small cell can be read.

A share is of what is known; what is unknown is counted beside it, and is no secret of anybody's. Its interval is
Wilson's; where several rows come from one case, the rows count for as many as their design effect leaves of them. A
cell of fewer than ``below`` is withheld with what would give it away (:mod:`disclosure`); of a withheld share the
bounds that follow are shown.

Sources: Wilson (1927); Kish (1965), design effect of a ratio over clusters; interval of a median by order statistics
(David & Nagaraja 2003, 7.1).
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml.disclosure import COUNT_ONLY_BELOW, suppression


def share(values: pd.Series, clusters: pd.Series, *, level: float) -> dict[str, Any]:
    """Return the share of true among known values, before anything is withheld.

    Parameters
    ----------
    values : nullable booleans. clusters : what the rows belong together by, of the same length. level : confidence.

    Returns
    -------
    ``yes``, ``n`` (known), ``unknown``, ``value``, ``low`` and ``high`` (null under the least n), ``needed`` (wanting).
    """
    hits = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return _share(hits, pd.factorize(clusters)[0], level=level)


def _share(hits: np.ndarray, clusters: np.ndarray, *, level: float) -> dict[str, Any]:
    """Return the share of 1 among ``hits`` (1, 0, nan) of ``clusters`` (numbers)."""
    known = ~np.isnan(hits)
    n, yes = int(known.sum()), int(np.nansum(hits))
    result = {"yes": yes, "n": n, "unknown": len(hits) - n, "value": None, "low": None, "high": None, "needed": 0}
    if n < COUNT_ONLY_BELOW:
        return {**result, "needed": COUNT_ONLY_BELOW - n}
    low, high = wilson(yes / n, effective(hits[known], clusters[known]), level=level)
    return {**result, "value": yes / n, "low": low, "high": high}


def effective(hits: np.ndarray, clusters: np.ndarray) -> float:
    """Return how many independent rows ``hits`` (0 or 1) in ``clusters`` are worth, never more than there are."""
    n = len(hits)
    named, codes = np.unique(clusters, return_inverse=True)
    groups = len(named)
    mean = hits.mean()
    if groups == n:
        return float(n)
    if mean in (0.0, 1.0) or groups == 1:
        return float(groups)  # rows that all say the same do not tell how alike those of one case are
    apart = np.bincount(codes, weights=hits - mean)
    variance = groups / (groups - 1) * float((apart**2).sum()) / n**2
    return float(n / max(1.0, variance * n / (mean * (1 - mean))))


@lru_cache(maxsize=8)
def _z(level: float) -> float:
    return float(stats.norm.ppf(0.5 + level / 2))


def wilson(value: float, n: float, *, level: float) -> tuple[float, float]:
    """Return Wilson's interval of the share ``value`` of ``n`` rows, which need not be a whole number."""
    z = _z(level)
    middle = (value + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(value * (1 - value) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def rows_needed(bound: float, *, level: float) -> int:
    """Return how many rows that all say yes put Wilson's interval above ``bound``."""
    z = _z(level)
    return max(COUNT_ONLY_BELOW, math.floor(z**2 * bound / (1 - bound)) + 1)


def quantiles(values: pd.Series, *, below: int, level: float) -> dict[str, Any]:
    """Return the quartiles of known values and an interval of their median.

    There is no figure under the least n, and under ``below`` no n either.
    """
    known = np.sort(values.dropna().to_numpy(dtype=float))
    n = len(known)
    if n < COUNT_ONLY_BELOW:
        none = dict.fromkeys(("q25", "median", "q75", "low", "high"))
        small = 0 < n < below
        return {"n": None if small else n, **none, "needed": None if small else COUNT_ONLY_BELOW - n}
    rank = max(int(stats.binom.ppf((1 - level) / 2, n, 0.5)), 1)
    q25, median, q75 = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    ends = {"low": float(known[rank - 1]), "high": float(known[n - rank])}
    return {"n": n, "q25": q25, "median": median, "q75": q75, **ends, "needed": 0}


def counted(values: pd.Series, *, labels: list[str], below: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how often each of ``labels`` stands in ``values``, small cells null, and the line of the log."""
    table = np.array([int((values == label).fillna(value=False).sum()) for label in labels])
    held = suppression(table, below=below)
    cells = [
        {"label": label, "n": None if out else int(n)} for label, n, out in zip(labels, table, held.cells, strict=True)
    ]
    return {"cells": cells, "total": None if held.total else int(table.sum())}, held.log("counts")


def whole(values: pd.Series, clusters: pd.Series, *, below: int, level: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the share of all rows as it is published, and the line of the log."""
    found = share(values, clusters, level=level)
    table = np.array([found["yes"], found["n"] - found["yes"]])
    held = suppression(table, below=below, unshown=np.full(2, found["value"] is None))
    return published(found, hidden=bool(held.cells.any()), total=held.total, below=below), held.log("share")


def parts(
    several: Sequence[pd.Series], clusters: pd.Series, *, below: int, level: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the shares of values that exclude one another and of which each row has one, withheld together."""
    found = [share(values, clusters, level=level) for values in several]
    held = suppression(np.array([one["yes"] for one in found]), below=below)
    result = [
        published(one, hidden=bool(out), total=held.total, below=below)
        for one, out in zip(found, held.cells, strict=True)
    ]
    return result, held.log("parts")


def lines(
    values: pd.Series, clusters: pd.Series, *, groups: pd.Series, names: Sequence[str], below: int, level: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the share of each group of ``names``, then of all other rows, as published, and the line of the log."""
    hits = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    order = {name: place for place, name in enumerate(names)}
    place = np.array([order.get(name, len(names)) for name in groups], dtype=int)
    numbers = pd.factorize(clusters)[0]
    found = [_share(hits[rows], numbers[rows], level=level) for rows in _rows_of(place, len(names) + 1)]
    table = np.array([[one["yes"], one["n"] - one["yes"]] for one in found])
    # what is too few for a share is not shown split, and beside a small cell the other one is not, though no secret
    apart = [one["value"] is None or 0 < min(row) < below for one, row in zip(found, table.tolist(), strict=True)]
    unshown = np.repeat(np.array(apart)[:, None], 2, axis=1)
    held = suppression(table, below=below, unshown=unshown)
    result = [
        published(one, hidden=bool(out.any()), total=bool(total), below=below)
        for one, out, total in zip(found, held.cells, held.margins[0], strict=True)
    ]
    return result, held.log("lines")


def _rows_of(place: np.ndarray, n: int) -> list[np.ndarray]:
    """Return the rows that stand in each of the places 0 … n − 1."""
    order = np.argsort(place, kind="stable")
    return np.split(order, np.searchsorted(place[order], np.arange(1, n)))


def published(found: dict[str, Any], *, hidden: bool, total: bool, below: int) -> dict[str, Any]:
    """Return a share as it is published: with ``status`` and, where it is withheld, ``at_least`` and ``at_most``.

    The status is shown; withheld, where yes or no are ``hidden``; or cannot_say, where fewer are known than a share
    needs. ``total``: how many are known is withheld, too.
    """
    yes, n, few = found["yes"], found["n"], found["value"] is None
    result = {**found, "at_least": None, "at_most": None, "status": "cannot_say" if few else "shown"}
    if total:
        result |= {"n": None, "needed": None}
    if few:
        return {**result, "yes": None}
    if hidden:
        result |= {"yes": None, "value": None, "low": None, "high": None, "status": "withheld"}
        if not total and 0 < n - yes < below:
            result |= {"at_least": (n - below + 1) / n, "at_most": (n - 1) / n}
        elif not total and 0 < yes < below:
            result |= {"at_least": 1 / n, "at_most": (below - 1) / n}
    return result
