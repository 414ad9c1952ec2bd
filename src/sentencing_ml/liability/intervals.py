"""Cross-conformal intervals around the liability term, by charge and severity.

The score of a calibration row is |ln(1 + neutral label) − ln(1 + liability term)|: the interval covers the *neutral
label*, the declared term with the offender's factors taken out, not the term that will be declared. The calibration
rows are the training rows, each scored by a student and a label made in other folds; so coverage is near its level, as
the evaluation measures, and not guaranteed as with rows set aside.

Cells (Mondrian): charge × band of the predicted term, else the charge, else the band, else all; the first with enough
calibration rows. Bands are cut from predictions, which a new case has too; from labels they would not be exchangeable.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

ANY = "*"
_BANDS = 3


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Half-widths on the log scale by cell ``(charge, band)``, either of which may be ``*``; ``level`` is nominal."""

    level: float
    edges: tuple[float, ...]
    widths: dict[tuple[str, str], float]
    sizes: dict[tuple[str, str], int]

    def bounds(self, charge: pd.Series, log_term: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper bound in months around ln(1 + months)."""
        width = np.array([self.widths[cell] for cell in self.cells(charge, log_term)], dtype="float64")
        return np.maximum(np.expm1(log_term - width), 0.0), np.expm1(log_term + width)

    def cells(self, charge: pd.Series, log_term: np.ndarray) -> list[tuple[str, str]]:
        """Return the cell from which the width of each row comes."""
        found = []
        for name, band in zip(charge.fillna(ANY), bands(log_term, self.edges), strict=True):
            found.append(next(cell for cell in _candidates(name, band) if cell in self.widths))
        return found

    def as_dict(self) -> dict:
        """Return what ``intervals.json`` holds."""
        cells = [
            {"charge": charge, "band": band, "width": self.widths[charge, band], "n": self.sizes[charge, band]}
            for charge, band in sorted(self.widths)
        ]
        return {"level": self.level, "edges": list(self.edges), "cells": cells}

    @classmethod
    def from_dict(cls, content: dict) -> "Intervals":
        """Read what :meth:`as_dict` returned."""
        return cls(
            level=content["level"],
            edges=tuple(content["edges"]),
            widths={(cell["charge"], cell["band"]): cell["width"] for cell in content["cells"]},
            sizes={(cell["charge"], cell["band"]): cell["n"] for cell in content["cells"]},
        )


def fit_intervals(
    charge: pd.Series, log_term: np.ndarray, neutral: np.ndarray, *, level: float, min_group: int
) -> Intervals:
    """Learn the half-widths from calibration rows: predictions and neutral labels as ln(1 + months).

    Raises
    ------
    ValueError
        There are too few rows for the level even when all are taken together.
    """
    if len(log_term) < cases_needed(level):
        raise ValueError(f"{len(log_term)} calibration rows carry no interval of level {level}")
    edges = tuple(float(edge) for edge in np.quantile(log_term, [place / _BANDS for place in range(1, _BANDS)]))
    score = np.abs(neutral - log_term)
    cells: dict[tuple[str, str], list[float]] = {}
    for name, band, value in zip(charge.fillna(ANY), bands(log_term, edges), score, strict=True):
        for cell in set(_candidates(name, band)):
            cells.setdefault(cell, []).append(float(value))
    enough = {
        cell: values
        for cell, values in cells.items()
        if cell == (ANY, ANY) or len(values) >= max(min_group, cases_needed(level))
    }
    return Intervals(
        level=level,
        edges=edges,
        widths={cell: conformal_quantile(np.array(values), level=level) for cell, values in enough.items()},
        sizes={cell: len(values) for cell, values in enough.items()},
    )


def conformal_quantile(scores: np.ndarray, *, level: float) -> float:
    """Return the ⌈(n + 1)·level⌉-th smallest score: the quantile with split conformal's finite-sample correction."""
    # The product of exact decimals such as 0.9·(n + 1) may come out a hair above the whole number it is.
    rank = math.ceil(round((len(scores) + 1) * level, 9))
    return float(np.sort(scores)[rank - 1])


def cases_needed(level: float) -> int:
    """Return the smallest number of calibration rows for which the corrected quantile exists."""
    return math.ceil(round(level / (1 - level), 9))


def bands(log_term: np.ndarray, edges: tuple[float, ...]) -> list[str]:
    """Return the severity band of each prediction: ``0`` is the lightest."""
    return [str(band) for band in np.searchsorted(np.array(edges), log_term, side="right")]


def _candidates(charge: str, band: str) -> tuple[tuple[str, str], ...]:
    return (charge, band), (charge, ANY), (ANY, band), (ANY, ANY)
