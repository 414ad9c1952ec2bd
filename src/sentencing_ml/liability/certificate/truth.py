"""T8: what a simulation with known truth said, as the pipeline hands it in; this package cannot draw cases itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sentencing_ml.liability.certificate.result import Result, not_measured

_FIGURES = ("bias", "mae_months", "within_10")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What is asked of the shipped design from ``cases`` training cases on; None is not asked."""

    cases: int
    mae_months: float
    within_10: float
    bias: float | None = None
    bias_by_fifth: float | None = None


_BOUNDS = (
    Bounds(cases=20_000, mae_months=0.7, within_10=0.9, bias=0.01, bias_by_fifth=0.02),
    Bounds(cases=3_000, mae_months=1.2, within_10=0.75),
)
_SHIPPED = "shipped"


def simulated_truth(draws: Sequence[Mapping[str, Any]]) -> Result:
    """T8: the shipped design against the truth of the draws in which no flag is missed; all designs in ``detail``.

    A draw has ``n``, ``charge``, ``confounding``, ``missed``, ``seed`` and what :mod:`simulation.designs` returns.
    Means are over the seeds and charges of one setting. ``figure`` is the largest mean error in months over the levels
    of confounding; every bound has to hold at each of them.
    """
    if not draws:
        return not_measured("T8", "not_simulated")
    table = settings_table(draws)
    judged = [row for row in table if row["missed"] == 0]
    n = min(int(draw["n"]) for draw in draws)
    bounds = next((bounds for bounds in _BOUNDS if n >= bounds.cases), None)
    worst = max((row["designs"][_SHIPPED]["mae_months"] for row in judged), default=None)
    common = {"figure": worst, "n": n, "detail": {"settings": table, "draws": len(draws)}}
    if bounds is None or not judged:
        return Result(id="T8", reason="fewer_simulated", **common)
    return Result(id="T8", holds=all(within(row["designs"][_SHIPPED], bounds) for row in judged), **common)


def within(figures: Mapping[str, Any], bounds: Bounds) -> bool:
    """Tell whether the mean figures of a design keep the bounds."""
    return (
        figures["mae_months"] <= bounds.mae_months
        and figures["within_10"] >= bounds.within_10
        and (bounds.bias is None or abs(figures["bias"]) <= bounds.bias)
        and (bounds.bias_by_fifth is None or max(map(abs, figures["bias_by_fifth"])) <= bounds.bias_by_fifth)
    )


def settings_table(draws: Sequence[Mapping[str, Any]]) -> list[dict]:
    """Return for each confounding and share of missed flags the mean figures of every design over its draws."""
    together: dict[tuple[float, float], list[Mapping[str, Any]]] = defaultdict(list)
    for draw in draws:
        together[float(draw["confounding"]), float(draw["missed"])].append(draw)
    return [
        {
            "confounding": confounding,
            "missed": missed,
            "draws": len(some),
            "charges": sorted({str(draw["charge"]) for draw in some}),
            "designs": {name: _mean([draw["designs"][name] for draw in some]) for name in some[0]["designs"]},
        }
        for (confounding, missed), some in sorted(together.items())
    ]


def _mean(entries: Sequence[Mapping[str, Any]]) -> dict:
    means = {name: float(np.mean([entry[name] for entry in entries])) for name in _FIGURES}
    fifths = np.mean([entry["bias_by_fifth"] for entry in entries], axis=0)
    return {**means, "bias_by_fifth": [float(value) for value in fifths]}
