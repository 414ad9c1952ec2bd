"""Geometry of the evaluation's drawings: x in per cent of the width, y in pixels from the top, so that text keeps its
shape at every width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_LEFT, _RIGHT = 5.0, 97.0  # per cent of the width: the labels of the y axis stand to the left
_TOP = 16.0  # pixels: over the highest line stands its label
HEIGHT = 250.0
_YEARS = (1, 2, 3, 6, 12, 18, 24, 36, 60, 84, 120, 180, 240)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A scale from ``low`` to ``high``; ``log`` places values by their logarithm."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value stands, 0 … 1, clipped to the axis."""
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, max(value, 1e-12)))
        return min(max((at - low) / ((high - low) or 1.0), 0.0), 1.0)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A point with its interval, and what a pointer on it reads; ``kind`` main, other or guess."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    kind: str = "main"
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Points joined by straight lines; ``kind`` main, other, guess or ideal."""

    points: Sequence[tuple[float, float]]
    kind: str


def plot(
    *,
    x: Axis,
    y: Axis,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    marks: Sequence[Mark] = (),
    lines: Sequence[Line] = (),
    text: str,
    height: float = HEIGHT,
) -> dict:
    """Return what the macro ``plot`` of ``plots.html`` draws; ``text`` is read by screen readers in its place."""

    def across(value: float) -> str:
        return f"{_LEFT + (_RIGHT - _LEFT) * x.share(value):.2f}%"

    def down(value: float) -> str:
        return f"{height - (height - _TOP) * y.share(value):.1f}"

    return {
        "height": height,
        "text": text,
        "x_ticks": [{"x": across(value), "label": label} for value, label in x_ticks],
        "y_ticks": [{"y": down(value), "label": label} for value, label in y_ticks],
        "segments": [
            {"x1": across(a[0]), "y1": down(a[1]), "x2": across(b[0]), "y2": down(b[1]), "kind": line.kind}
            for line in lines
            for a, b in zip(line.points, line.points[1:], strict=False)
        ],
        "marks": [
            {
                "x": across(mark.x),
                "y": down(mark.y),
                "low": None if mark.low is None else down(mark.low),
                "high": None if mark.high is None else down(mark.high),
                "kind": mark.kind,
                "title": mark.title,
            }
            for mark in marks
        ],
    }


def month_axis(values: Sequence[float]) -> tuple[Axis, list[tuple[float, str]]]:
    """Return a logarithmic axis of 1 + months over the values, and its ticks; values are months."""
    low, high = min(values), max(values)
    below = max((tick for tick in _YEARS if tick <= low), default=0)
    above = min((tick for tick in _YEARS if tick >= high), default=high)
    ticks = [tick for tick in _YEARS if below <= tick <= above]
    return Axis(low=1 + below, high=1 + above, log=True), [(1 + tick, f"{tick}") for tick in ticks]


def share_axis(values: Sequence[float], *, step: float) -> tuple[Axis, list[tuple[float, str]]]:
    """Return an axis of shares that spans the values in whole steps, and its ticks in per cent."""
    low, high = math.floor(min(values) / step + 1e-9), math.ceil(max(values) / step - 1e-9)
    high = max(high, low + 1)
    every = max(1, round((high - low) / 6))
    ticks = [(place * step, f"{100 * place * step:.0f}%") for place in range(low, high + 1, every)]
    return Axis(low=low * step, high=high * step), ticks
