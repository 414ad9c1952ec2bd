"""How the pages of the monitor write a figure: its value, its interval and the cases behind it, never one alone.

A figure is what :class:`monitor.detection.corrections.Estimate` is as a mapping: ``n``, ``value``, ``low``,
``high``, and ``needed``, the cases still missing when there is no value.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from sentencing_ml.rendering import DASH, number, percent

WITHHELD = "不公布"
UNKNOWN = "不可评估"

SIDE = {"up": "高于建议", "down": "低于建议"}
"""To which side of the advice entries lie."""

PLEA = {True: "认罪认罚", False: "未认罪认罚", None: "认罪认罚不明"}

Figure = Mapping[str, Any]


def cell(figure: Figure | None, form: Callable[[float], str], *, beside: int | None = None) -> dict[str, str]:
    """Return a figure for a table: ``text``, and under it ``ends`` and, where it is not ``beside``, its own ``n``.

    ``beside`` is the number of cases that the row shows already. A figure that is None is withheld.
    """
    if figure is None:
        return {"text": WITHHELD, "under": ""}
    if figure["value"] is None:
        return {"text": UNKNOWN, "under": missing(figure["needed"])}
    under = [] if figure["low"] is None else [f"{form(figure['low'])} 至 {form(figure['high'])}"]
    under += [f"{number(figure['n'])} 件"] if beside is not None and figure["n"] != beside else []
    return {"text": form(figure["value"]), "under": "，".join(under) or "无区间"}


def count(n: int | None) -> str:
    """Write a number of cases; one that is None is withheld."""
    return WITHHELD if n is None else number(n)


def missing(needed: int | None) -> str:
    """Say how many cases are still needed; None: no number of cases would do."""
    return "再多的件数也不够" if needed is None else f"还差 {number(needed)} 件" if needed else ""


def written(figure: Figure | None, form: Callable[[float], str]) -> str:
    """Return a figure in running text: ``31%（26% 至 36%，9,600 件）``."""
    shown = cell(figure, form)
    if figure is None or figure["value"] is None:
        return f"{shown['text']}（{shown['under']}）" if shown["under"] else shown["text"]
    return f"{shown['text']}（{shown['under']}，{number(figure['n'])} 件）"


def whole(value: float) -> str:
    """Write a share in whole per cent."""
    return percent(value, digits=0)


def share_of(value: float) -> float:
    """Return a log ratio as a geometric share."""
    return math.expm1(value)


def size(value: float) -> str:
    """Write a size of correction, which is a log ratio, as a geometric share."""
    return percent(share_of(value))


def signed_size(value: float) -> str:
    """Write a signed log ratio as a geometric share; nothing is ±0."""
    return percent(share_of(value), sign=True) if abs(value) > 1e-9 else "0%"


def months(value: float) -> str:
    """Write months without their unit, for a column that names it."""
    return f"{value:.1f}"


def weight(value: float) -> str:
    """Write a weight of advice."""
    return f"{value:.2f}"


def lane(label: str, figure: Figure | None, *, expected: float | None = None) -> dict[str, Any]:
    """Return what the macro ``share`` draws of a share, and what is read in place of the drawing."""
    shown = cell(figure, whole)
    parts = [f"{label}：{shown['text']}"]
    parts += [shown["under"]] if shown["under"] else []
    parts += [f"预期至多 {whole(expected)}"] if expected is not None else []
    known = figure or {}
    return {
        **{key: None if known.get(key) is None else _between(known[key]) for key in ("value", "low", "high")},
        "expected": expected,
        "kind": "empirical",
        "spoken": "，".join(parts),
    }


def _between(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def day(moment: str | None) -> str:
    """Return the day of a moment."""
    return DASH if not moment else moment[:10]


def alert_name(alert: Mapping[str, Any]) -> str:
    """Name an alert with its side."""
    side = SIDE.get(alert["direction"] or "")
    return f"{alert['name']}（{side}）" if side else alert["name"]


def statistic(alert: Mapping[str, Any]) -> str:
    """Return the statistic of an alert beside the threshold it passed."""
    return f"{alert['statistic']:.1f} / {alert['threshold']:.1f}"
