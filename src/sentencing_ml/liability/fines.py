"""The fine beside or instead of a term: quantiles of what courts imposed in similar cases, within the law's frame.

A statistic of fines *imposed*, the offender's factors included: nothing is made neutral here, and nothing of the
offender is read. It is the fine *if one is imposed*; whether one is, the law and the kinds of penalty say.

Fines rise with the term, so what is learned is the fine for each month of the liability term, fine ÷ (1 + months): the
interval is narrower than that of the bare fine, which round sums widen beyond its level. By the amount of the offence
it is wider, and two cases in five state none.

Cells: charge × band of the liability term, else the charge; never all charges together, whose fines have nothing in
common. 单处罚金 has cells of its own. Each end leaves out half of what the level leaves, with the correction of split
conformal prediction: lower ⌊(n + 1)·α/2⌋-th, upper ⌈(n + 1)·(1 − α/2)⌉-th value. It is approximate: the terms come from
models of other folds, and cases of one judgment are not independent.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.judgments.numerals import NUMBER, parse_number
from sentencing_ml.law.limits import limit
from sentencing_ml.law.statutes import Tier
from sentencing_ml.liability.intervals import ANY, bands

ALONE, BESIDE = "alone", "beside"
COLUMNS = ("fine_low", "fine_high", "n_fine")
"""Lower and upper end in yuan, and the training cases behind them."""

_BANDS = 3
_BESIDE = frozenset({"mandatory", "with_or_alone", "may", "fine_or_forfeit"})
# Only a statement that is two sums and nothing else bounds every fine of its tier: what stands after a sum in brackets
# is a source, or, where it names 元, an exception.
_SUMS = re.compile(rf"(?P<low>{NUMBER})元以上(?P<high>{NUMBER})元以下(?:（[^（）元]*）)?")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The quantiles of fine ÷ (1 + liability months) in yuan, and the number of cases they come from."""

    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Fines:
    """Quantiles by ``(charge, kind, band)``, kind ``alone`` or ``beside``, band ``*`` for the whole charge."""

    level: float
    edges: tuple[float, ...]
    cells: dict[tuple[str, str, str], Cell]

    def bounds(
        self, charge: pd.Series, log_term: np.ndarray, track: pd.DataFrame, *, alone: np.ndarray
    ) -> pd.DataFrame:
        """Return :data:`COLUMNS` for every count, index of ``track``; null without cells or a fine in the law.

        Parameters
        ----------
        log_term
            ln(1 + liability months).
        track
            Columns of :data:`rules.TRACK`. Where it is silent on fines there is no frame to keep within.
        alone
            For which counts a fine alone is the likeliest penalty.
        """
        beside = track["fine_beside"].fillna(True).to_numpy(dtype=bool)
        instead = track["fine_alone"].fillna(True).to_numpy(dtype=bool)
        kinds = np.where(instead & (alone | ~beside), ALONE, BESIDE)
        keys = zip(charge.fillna(ANY), kinds, bands(log_term, self.edges), strict=True)
        found = [self.cells.get(key) or self.cells.get((*key[:2], ANY)) for key in keys]
        found = [cell if fined else None for cell, fined in zip(found, beside | instead, strict=True)]
        ends = np.array([(cell.low, cell.high) if cell else (np.nan, np.nan) for cell in found]).reshape(-1, 2)
        # whole yuan, outwards: no fine has a fraction
        yuan = np.round(ends * np.exp(log_term)[:, None], 6)
        floor = track["fine_floor"].to_numpy(dtype="float64", na_value=0.0)
        ceiling = track["fine_ceiling"].to_numpy(dtype="float64", na_value=np.inf)
        return pd.DataFrame(
            {
                "fine_low": np.clip(np.floor(yuan[:, 0]), floor, ceiling),
                "fine_high": np.clip(np.ceil(yuan[:, 1]), floor, ceiling),
                "n_fine": pd.array([cell.n if cell else None for cell in found], dtype="Int64"),
            },
            index=track.index,
        )

    def as_dict(self) -> dict:
        """Return what ``fines.json`` holds."""
        cells = [
            {"charge": charge, "kind": kind, "band": band, "low": cell.low, "high": cell.high, "n": cell.n}
            for (charge, kind, band), cell in sorted(self.cells.items())
        ]
        return {"level": self.level, "edges": list(self.edges), "cells": cells}

    @classmethod
    def from_dict(cls, content: dict) -> "Fines":
        """Read what :meth:`as_dict` returned."""
        cells = {
            (cell["charge"], cell["kind"], cell["band"]): Cell(low=cell["low"], high=cell["high"], n=cell["n"])
            for cell in content["cells"]
        }
        return cls(level=content["level"], edges=tuple(content["edges"]), cells=cells)


def fit_fines(
    charge: pd.Series,
    log_term: np.ndarray,
    yuan: np.ndarray,
    *,
    alone: np.ndarray,
    level: float,
    min_charge: int,
    min_band: int,
) -> Fines:
    """Learn the quantiles from counts that were fined.

    Parameters
    ----------
    log_term
        ln(1 + liability months) by models that had not seen the row.
    yuan
        The fines, above 0.
    alone
        Which rows are 单处罚金.
    min_charge, min_band
        Cases that a charge, and a band of it, need to have quantiles of their own; never fewer than the level needs.
    """
    if not len(yuan):
        return Fines(level=level, edges=(), cells={})
    edges = tuple(float(edge) for edge in np.quantile(log_term, [place / _BANDS for place in range(1, _BANDS)]))
    values: dict[tuple[str, str, str], list[float]] = {}
    rows = zip(charge, np.where(alone, ALONE, BESIDE), bands(log_term, edges), yuan / np.exp(log_term), strict=True)
    for name, kind, band, value in rows:
        for key in ((str(name), str(kind), band), (str(name), str(kind), ANY)):
            values.setdefault(key, []).append(float(value))
    cells = {}
    for key, own in sorted(values.items()):
        if len(own) >= max(min_charge if key[2] == ANY else min_band, fines_needed(level)):
            low, high = conformal_ends(np.array(own), level=level)
            cells[key] = Cell(low=low, high=high, n=len(own))
    return Fines(level=level, edges=edges, cells=cells)


def conformal_ends(values: np.ndarray, *, level: float) -> tuple[float, float]:
    """Return the two values between which the next one lies with at least ``level``, half of the rest on each side."""
    ordered, side = np.sort(values), (1 - level) / 2
    # the product of exact decimals may come out a hair beside the whole number it is
    low = math.floor(round((len(ordered) + 1) * side, 9))
    high = math.ceil(round((len(ordered) + 1) * (1 - side), 9))
    return float(ordered[low - 1]), float(ordered[high - 1])


def fines_needed(level: float) -> int:
    """Return the smallest number of cases for which both ends exist."""
    return math.ceil(round(2 / (1 - level), 9)) - 1


def fine_frame(tiers: Iterable[Tier], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the law says of a fine over the tiers in play, at a trial of today.

    ``fine_beside`` and ``fine_alone``: whether a tier has one beside another penalty, or instead of it. ``fine_floor``
    is the sum under which none may lie, that for minors where the defendant may be one (法释〔2000〕45号2);
    ``fine_ceiling`` the sum none may exceed, None where a tier sets none. Multiples of an amount and what is only usual
    (一般) bound nothing here.
    """
    with_fine = [tier for tier in tiers if tier.fine in _BESIDE or tier.fine_alone]
    frames = [_sums(tier.fine_amount) for tier in with_fine]
    rule = limit("fine_min")
    least = float(rule.params["adult" if rule.ask(facts).truth is False else "minor"])
    highs = [None if sums is None else sums[1] for sums in frames]
    return {
        "fine_beside": any(tier.fine in _BESIDE for tier in with_fine),
        "fine_alone": any(tier.fine_alone for tier in with_fine),
        "fine_floor": min((least if sums is None else sums[0] for sums in frames), default=None),
        "fine_ceiling": None if None in highs else max(highs, default=None),
    }


@lru_cache(maxsize=1024)
def _sums(words: str | None) -> tuple[float, float] | None:
    match = None if words is None else _SUMS.fullmatch(words)
    return None if match is None else (parse_number(match["low"]), parse_number(match["high"]))
