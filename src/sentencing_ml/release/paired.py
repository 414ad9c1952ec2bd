"""Two models on the same rows: figures of each, their paired differences by group, and what of it is certain.

A difference is always *challenger less champion*, row by row, so what makes a case hard for both cancels out. Its
uncertainty is that of the difference of means when whole clusters (courts, or judgments where the court is unknown) are
drawn again; every figure and group sees the same draws. Verdicts follow p values adjusted by Benjamini and Hochberg,
once over the figures of all rows and once over all figures of all groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap
from sentencing_ml.settings import AuditSettings

Better = Literal["lower", "higher", "nominal"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure of a row. ``better`` says which way is a gain, None that neither is; ``words`` name up and down then."""

    zh: str
    unit: Literal["months", "log", "share"]
    better: Better | None = None
    words: tuple[str, str] = ("higher", "lower")


MEASURES = {
    "expected_months": Measure(zh="预期刑期与宣告刑的绝对误差", unit="months", better="lower"),
    "expected_log": Measure(zh="预期刑期与宣告刑的对数距离", unit="log", better="lower"),
    "expected_within": Measure(zh="预期刑期落在宣告刑 ±25% 以内", unit="share", better="higher"),
    "liability_months": Measure(zh="责任刑刑期与中性刑期的绝对误差", unit="months", better="lower"),
    "liability_log": Measure(zh="责任刑刑期与中性刑期的对数距离", unit="log", better="lower"),
    "covered": Measure(zh="区间覆盖", unit="share", better="nominal"),
    "width": Measure(zh="区间宽度", unit="months", words=("wider", "narrower")),
    "level": Measure(zh="责任刑刑期的水平", unit="log"),
}
"""The declared family of figures. ``level`` is ln(1 + liability term): its difference is how far the advice moves."""

VERDICTS = ("better", "worse", "higher", "lower", "wider", "narrower", "no_difference")
_NEAR = 0.25


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What a model says of rows with a declared term, arrays of shape (rows,) in months.

    ``neutral`` is the declared term with the offender's factors taken out by the model's own adjustment; figures of
    rows that are not ``advised`` are nan. ``level`` is the nominal coverage of the intervals.
    """

    advised: np.ndarray
    expected: np.ndarray
    liability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    neutral: np.ndarray
    level: float


def row_figures(champion: Advice, challenger: Advice, declared: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures of :data:`MEASURES` of both models on the rows that both advise, the same rows in each.

    Both liability terms are held against one neutral term, the geometric mean of what the two adjustments make of the
    declared one, so that neither model is measured by its own alone. An interval promises to hold the neutral term of
    its own model, and is held to that.
    """
    both = champion.advised & challenger.advised
    neutral = np.expm1((np.log1p(champion.neutral[both]) + np.log1p(challenger.neutral[both])) / 2)
    return tuple(_figures(advice, both, declared[both], neutral) for advice in (champion, challenger))


def _figures(advice: Advice, both: np.ndarray, declared: np.ndarray, neutral: np.ndarray) -> pd.DataFrame:
    expected, liability = advice.expected[both], advice.liability[both]
    low, high, own = advice.low[both], advice.high[both], advice.neutral[both]
    return pd.DataFrame(
        {
            "expected_months": np.abs(expected - declared),
            "expected_log": np.abs(np.log1p(expected) - np.log1p(declared)),
            "expected_within": (np.abs(expected - declared) <= _NEAR * declared).astype(float),
            "liability_months": np.abs(liability - neutral),
            "liability_log": np.abs(np.log1p(liability) - np.log1p(neutral)),
            "covered": ((own >= low) & (own <= high)).astype(float),
            "width": high - low,
            "level": np.log1p(liability),
        }
    )


def compare_rows(
    champion: pd.DataFrame,
    challenger: pd.DataFrame,
    groups: Mapping[str, pd.Series],
    clusters: np.ndarray,
    *,
    nominal: float,
    settings: AuditSettings,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Compare the figures of two models overall and in every group.

    Parameters
    ----------
    champion, challenger : tables of :func:`row_figures`, the same rows.
    groups : the group of each row by dimension, never null.
    clusters : integer codes 0 … of shape (rows,).
    nominal : the coverage that intervals promise; nearer to it is better.

    Returns
    -------
    The entries of all rows by measure, and by dimension the list of groups, largest first. A group has ``group``, ``n``
    (null where withheld), ``status`` (shown | no_verdict | count_only | suppressed) and ``measures``; an entry has
    ``champion``, ``challenger`` (means), ``difference``, ``low``, ``high``, ``detectable``, ``p``, ``q``, ``verdict``.
    """
    cells = {name: _cells(group, settings=settings) for name, group in groups.items()}
    everyone = np.ones(len(champion), dtype=bool)
    masks = [everyone] + [
        (groups[name] == cell["group"]).to_numpy(dtype=bool)
        for name, found in cells.items()
        for cell in found
        if cell["status"] in ("shown", "no_verdict")
    ]
    entries = iter(_entries(champion, challenger, np.column_stack(masks), clusters, settings=settings))
    overall = next(entries)
    for found in cells.values():
        for cell in found:
            cell["measures"] = next(entries) if cell["status"] in ("shown", "no_verdict") else {}
    _judge([overall], nominal=nominal, settings=settings)
    judged = [cell["measures"] for found in cells.values() for cell in found if cell["status"] == "shown"]
    _judge(judged, nominal=nominal, settings=settings)
    return overall, cells


def _cells(group: pd.Series, *, settings: AuditSettings) -> list[dict[str, Any]]:
    counted = group.value_counts()
    names = sorted(counted.index, key=lambda name: (-counted[name], name))
    hidden = disclosure.withheld(np.array([counted[name] for name in names], dtype=int), below=settings.suppress_below)
    return [
        {"group": str(name), "n": None if out else int(counted[name]), "status": _status(counted[name], out, settings)}
        for name, out in zip(names, hidden, strict=True)
    ]


def _status(n: int, hidden: bool, settings: AuditSettings) -> str:
    if hidden:
        return "suppressed"
    if n < disclosure.COUNT_ONLY_BELOW:
        return "count_only"
    return "shown" if n >= settings.verdict_from else "no_verdict"


def _entries(
    champion: pd.DataFrame,
    challenger: pd.DataFrame,
    masks: np.ndarray,
    clusters: np.ndarray,
    *,
    settings: AuditSettings,
) -> list[dict[str, dict[str, Any]]]:
    """Return the entries of each column of ``masks`` by measure, verdicts still open."""
    found: list[dict[str, dict[str, Any]]] = [{} for _ in masks.T]
    member = masks.astype(float)
    sizes = member.sum(axis=0)
    for name in MEASURES:
        first, second = (table[name].to_numpy(dtype=float) for table in (champion, challenger))
        sums = bootstrap.slope_sums((second - first)[:, None] * member, member, clusters)
        # The same seed for every figure: the draws of clusters are the same for all of them.
        rng = np.random.default_rng(settings.seed)
        result = bootstrap.infer(sums, margin=0.0, level=settings.level, replicates=settings.bootstrap, rng=rng)
        equal = ~((first != second)[:, None] & masks).any(axis=0)
        for place, entry in enumerate(found):
            # Where not one row differs, there is no spread to test, and nothing uncertain either.
            known = {"low": 0.0, "high": 0.0} if equal[place] else {}
            entry[name] = {
                "champion": float(first @ member[:, place] / sizes[place]),
                "challenger": float(second @ member[:, place] / sizes[place]),
                "difference": float(result.estimate[place]),
                **{key: _known(getattr(result, key)[place]) for key in ("low", "high", "detectable", "p")},
                **known,
                "q": None,
                "verdict": None,
            }
    return found


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _judge(tested: list[dict[str, dict[str, Any]]], *, nominal: float, settings: AuditSettings) -> None:
    """Adjust the p values of one family and write a verdict into each entry."""
    entries = [(name, entry) for measures in tested for name, entry in measures.items()]
    p = np.array([np.nan if entry["p"] is None else entry["p"] for _, entry in entries])
    for (name, entry), q in zip(entries, bootstrap.adjusted(p), strict=True):
        entry["q"] = _known(q)
        entry["verdict"] = verdict(MEASURES[name], entry, rate=1 - settings.level, nominal=nominal)


def verdict(measure: Measure, entry: Mapping[str, Any], *, rate: float, nominal: float) -> str | None:
    """Return a word of :data:`VERDICTS`, or None where the rows stand in too few clusters to tell."""
    if entry["q"] is None:
        return "no_difference" if entry["low"] == entry["high"] == 0 else None
    if entry["q"] > rate:
        return "no_difference"
    up = entry["difference"] > 0
    if measure.better is None:
        return measure.words[0 if up else 1]
    if measure.better == "nominal":
        gain = abs(entry["challenger"] - nominal) < abs(entry["champion"] - nominal)
    else:
        gain = up == (measure.better == "higher")
    return "better" if gain else "worse"


def fit_of_logs(predicted: np.ndarray, observed: np.ndarray) -> float | None:
    """Return R² of ln(1 + months), None where the observed terms do not differ."""
    log = np.log1p(observed)
    spread = float(((log - log.mean()) ** 2).sum())
    return 1 - float(((np.log1p(predicted) - log) ** 2).sum()) / spread if spread > 0 else None


def moved(champion: Advice, challenger: Advice, *, by: float) -> dict[str, float]:
    """Return how the liability terms of rows that both advise moved: the share beyond ``by`` and three quantiles.

    Movements are shares of 1 + months; ``by`` is such a share.
    """
    both = champion.advised & challenger.advised
    step = np.log1p(challenger.liability[both]) - np.log1p(champion.liability[both])
    low, middle, high = np.expm1(np.quantile(step, [0.05, 0.5, 0.95]))
    return {
        "beyond": by,
        "share": float((np.abs(np.expm1(step)) > by).mean()),
        "q05": float(low),
        "median": float(middle),
        "q95": float(high),
    }
