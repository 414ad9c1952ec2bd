"""Geometry of the monitor's drawings: control charts, funnels, shares against what is expected, rates of rules.

Texts and marks have x in per cent of the width and y in pixels, as in all drawings of the house, so that text keeps its
shape. A curve stands in an inner drawing of ``WIDTH`` units across, which is stretched to the width of the page; its
line is not (``vector-effect``).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentencing_ml.rendering import number, percent

WIDTH = 1000
"""Units of a curve across."""

CHART_HEIGHT = 112.0
FUNNEL_HEIGHT = 240.0
HISTOGRAM_HEIGHT = 120.0

MOST_LABELS = 5
"""Labels under a histogram, which must stand apart on a narrow screen."""

ROOM = 1.15
"""The top of a chart over its highest value or its threshold: room for the word at the threshold."""

WORDS_APART = 0.3
"""Share of the width between two words at marks: the longest takes as much of a narrow screen."""

LABEL_LEFT_OF = 0.7
"""From this share of the width on, a word stands to the left of its mark."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line of a chart: a value a case, None where the case did not count; ``kind`` is its stroke."""

    kind: str
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A case (from 0) at which something happened, and the word for it."""

    case: int
    text: str


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """Return the ``d`` of a line through ``points``; None breaks it, and points on one level are drawn as one piece."""
    parts: list[str] = []
    held: tuple[str, str] | None = None  # the last point of a level piece, which is not written yet
    level: str | None = None
    for point in points:
        if point is None:
            parts += [f"L{held[0]} {held[1]}"] if held else []
            held, level = None, None
            continue
        x, y = _short(point[0]), _short(point[1])
        if level is None:
            parts.append(f"M{x} {y}")
        elif y == level:
            held = (x, y)
            continue
        else:
            parts += [f"L{held[0]} {held[1]}"] if held else []
            parts.append(f"L{x} {y}")
        held, level = None, y
    parts += [f"L{held[0]} {held[1]}"] if held else []
    return "".join(parts)


def _short(value: float) -> str:
    """Format a coordinate with one decimal at most: a curve of 400 cases stands in 3 kB."""
    return f"{round(value, 1):g}"


def _across(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


def _anchored(share: float) -> dict[str, str]:
    """Return where a word beside a vertical mark stands: right of it, left of it near the right edge."""
    left = share > LABEL_LEFT_OF
    return {"x": _across(share), "anchor": "end" if left else "start", "dx": "-5" if left else "5"}


def chart(
    curves: Sequence[Curve],
    *,
    threshold: float | None,
    alerts: Sequence[Mark] = (),
    resets: Sequence[Mark] = (),
    breaks: Sequence[int] = (),
    floor: float = 0.0,
    limit: str = "",
    peak: Callable[[float], str] | None = None,
    name: str,
    title: str,
    spoken: str,
) -> dict[str, Any]:
    """Return what the macro ``chart`` draws: curves over the cases of one judge, and the threshold they are held to.

    ``floor`` is where a curve begins, and begins again at the cases of ``breaks`` and ``resets``; what lies below is
    drawn there. ``limit`` stands at the threshold; ``peak`` writes the highest value where there is none. ``name``
    tells the drawings of a page apart, ``title`` and ``spoken`` are read in place of this one.
    """
    cases = max((len(curve.values) for curve in curves), default=0)
    known = [value for curve in curves for value in curve.values if value is not None]
    highest = max([*known, *([] if threshold is None else [threshold])], default=floor)
    top = floor + (ROOM * (highest - floor) if highest > floor else 1.0)

    def down(value: float) -> float:
        return CHART_HEIGHT * (1 - (min(max(value, floor), top) - floor) / (top - floor))

    def share(case: float) -> float:
        return (case + 0.5) / cases if cases else 0.0

    starts = {*breaks, *(mark.case for mark in resets)}

    def drawn(values: Sequence[float | None]) -> Iterable[tuple[float, float] | None]:
        last = floor
        for case, value in enumerate(values):
            if case in starts:
                yield None
                last = floor
            last = value if value is not None else last
            yield WIDTH * share(case), down(last)

    return {
        "id": name,
        "title": title,
        "spoken": spoken,
        "height": CHART_HEIGHT,
        "width": WIDTH,
        "curves": [{"kind": curve.kind, "d": path(drawn(curve.values))} for curve in curves],
        "threshold": None if threshold is None else f"{down(threshold):.1f}",
        "limit": limit,
        "peak": None if peak is None or not known else {"y": f"{down(max(known)):.1f}", "text": peak(max(known))},
        "ticks": _case_ticks(cases),
        "alerts": _worded(alerts, share),
        "resets": _worded(resets, share),
    }


def _worded(marks: Sequence[Mark], share: Callable[[float], float]) -> list[dict[str, Any]]:
    """Place marks with their words, on two levels in turn; a mark too near to the word before it has none."""
    placed: list[dict[str, Any]] = []
    worded, last = 0, -1.0
    for mark in sorted(marks, key=lambda mark: mark.case):
        at = share(mark.case)
        apart = last < 0 or at - last >= WORDS_APART
        placed.append({"text": mark.text if apart else "", "level": worded % 2, **_anchored(at)})
        if apart:
            worded, last = worded + 1, at
    return placed


def _case_ticks(cases: int) -> list[dict[str, str]]:
    if not cases:
        return []
    shown = dict.fromkeys([1, cases] if cases < 4 else [1, (cases + 1) // 2, cases])
    return [
        {"x": _across((case - 0.5) / cases), "label": f"第 {case} 件", "anchor": _edge(case == 1, case == cases)}
        for case in shown
    ]


def _edge(first: bool, last: bool) -> str:
    if first and last:
        return "middle"
    return "start" if first else "end" if last else "middle"


def blocks(curves: Mapping[str, Sequence[float | None]], *, at_most: int = 12) -> list[dict[str, Any]]:
    """Return charts as figures: the highest value of each curve in each of ``at_most`` runs of cases of one length.

    Returns
    -------
    One mapping a run: ``first`` and ``last`` (cases from 1) and ``highest`` (by curve; None where no case counted).
    """
    cases = max((len(values) for values in curves.values()), default=0)
    size = max(1, math.ceil(cases / at_most))
    rows = []
    for first in range(0, cases, size):
        highest = {
            name: max((value for value in values[first : first + size] if value is not None), default=None)
            for name, values in curves.items()
        }
        rows.append({"first": first + 1, "last": min(first + size, cases), "highest": highest})
    return rows


def funnel(
    *,
    sizes: Sequence[float],
    limits: Mapping[str, Mapping[str, Sequence[float]]],
    mean: float,
    points: Sequence[tuple[float, float, str]],
    own: tuple[float, float, str] | None = None,
    name: str,
    title: str,
    spoken: str,
) -> dict[str, Any]:
    """Return what the macro ``funnel`` draws: limits by number of cases, judges as points, ``own`` as the reader's.

    Parameters
    ----------
    sizes, limits : cases, and by level (``95``, ``998``) ``low`` and ``high`` at each of them.
    mean, points : middle of the judges; (cases, value, words) a judge. Values are shares.
    """
    first, last = sizes[0], sizes[-1]
    shown = [*points, *([own] if own else [])]
    top = max([*(value for _, value, _ in shown), *limits["998"]["high"], 0.04])
    top = math.ceil(top * 25) / 25  # four grid lines on whole per cents

    def across(cases: float) -> float:
        return (cases - first) / (last - first) if last > first else 0.5

    def down(value: float) -> float:
        return FUNNEL_HEIGHT * (1 - value / top)

    def placed(point: tuple[float, float, str]) -> dict[str, str]:
        return {"x": _across(across(point[0])), "y": f"{down(point[1]):.1f}", "text": point[2]}

    return {
        "id": name,
        "title": title,
        "spoken": spoken,
        "height": FUNNEL_HEIGHT,
        "width": WIDTH,
        "curves": [
            {"kind": kind, "d": path((WIDTH * across(n), down(value)) for n, value in zip(sizes, values, strict=True))}
            for level, kind in (("95", "inner"), ("998", "outer"))
            for values in (limits[level]["low"], limits[level]["high"])
        ],
        "mean": f"{down(mean):.1f}",
        "points": [placed(point) for point in points],
        "own": None if own is None else {**placed(own), **_anchored(across(own[0]))},
        "grid": [
            {"y": f"{FUNNEL_HEIGHT * (1 - step / 4):.1f}", "label": percent(top * step / 4, digits=0)}
            for step in range(5)
        ],
        "ticks": [
            {"x": _across(place / 2), "label": f"{number(first + (last - first) * place / 2)} 件", "anchor": anchor}
            for place, anchor in enumerate(("start", "middle", "end"))
        ],
    }


def histogram(
    bars: Sequence[tuple[float | None, float | None, int]],
    *,
    form: Callable[[float], str],
    name: str,
    title: str,
    spoken: str,
) -> dict[str, Any]:
    """Return what the macro ``histogram`` draws: how many cases lie between two values.

    ``bars`` are (from, to, cases) in order, drawn equally wide; an open end is None. ``form`` writes a value at the
    axis.
    """
    most = max((count for _, _, count in bars), default=0) or 1
    width = 1 / len(bars) if bars else 1.0
    shown = [
        {
            "x": _across(place * width),
            "width": f"{100 * width:.2f}%",
            "y": f"{HISTOGRAM_HEIGHT * (1 - count / most):.1f}",
            "height": f"{HISTOGRAM_HEIGHT * count / most:.1f}",
        }
        for place, (_, _, count) in enumerate(bars)
    ]
    edges = [(place * width, low) for place, (low, _, _) in enumerate(bars) if low is not None]
    edges += [(1.0, high) for _, high, _ in bars[-1:] if high is not None]
    every = max(1, math.ceil(len(edges) / MOST_LABELS))
    nought = next((place for place, (_, edge) in enumerate(edges) if abs(edge) < 1e-9), 0)
    ticks = [
        {"x": _across(at), "label": form(edge), "anchor": _edge(at == 0.0, at == 1.0)}
        for place, (at, edge) in enumerate(edges)
        if (place - nought) % every == 0
    ]
    return {"id": name, "title": title, "spoken": spoken, "height": HISTOGRAM_HEIGHT, "bars": shown, "ticks": ticks}


RATE_AXIS = (0.01, 1000.0)
"""Ends of the axis of false alarms per 100 judge-years; what lies below stands at the left edge."""


def rate_at(value: float) -> str:
    """Return where a rate stands on the logarithmic axis of rates."""
    low, high = (math.log10(end) for end in RATE_AXIS)
    return _across((math.log10(max(value, RATE_AXIS[0])) - low) / (high - low))


def rate_ticks() -> list[dict[str, str]]:
    """Return the ticks of the logarithmic axis of rates, a tenfold apart; the ends and 1 have their label."""
    first, last = (round(math.log10(end)) for end in RATE_AXIS)
    return [
        {
            "x": rate_at(10.0**power),
            "label": f"{10.0**power:g}" if power in (first, 0, last) else "",
            "anchor": _edge(power == first, power == last),
        }
        for power in range(first, last + 1)
    ]
