"""How the page of the audit writes a figure, a count and a verdict; every mark is told apart without colour."""

from collections.abc import Mapping
from typing import Any, Literal

from sentencing_ml.rendering import DASH, number, percent

Scale = Literal["share", "points", "slope"]
"""Of a difference: a geometric share in per cent, a difference of shares in points, or of slopes as it is."""

KIND = {"有差异": "alert", "等效": "ok", "不能判断": "plain", "值得查看": "mixed"}
"""The frame of a word, see ``ui.tag``; a word that is not here is framed plainly."""

MARK = {"有差异": "≠", "等效": "=", "不能判断": "?", "值得查看": "※"}
"""The mark beside a word, so that print without colour and readers without colour vision tell them apart."""

LOOK = "※ 值得查看"
"""What stands out in an exploratory section; never a verdict."""

TOO_FEW = "件数不足"
"""In place of a verdict where a group is large enough for an interval and too small for a verdict."""


def word(verdict: str | None) -> str:
    """Return what stands in place of a verdict that was not given."""
    return verdict or TOO_FEW


def count(n: int | None) -> str:
    """Format a number of cases; what is withheld says so."""
    return "不公布" if n is None else number(n)


def estimate(figure: Mapping[str, Any] | None, *, scale: Scale = "share", digits: int = 1) -> str:
    """Format the estimate of a figure: on its scale."""
    value = None if figure is None else figure.get("estimate")
    return _signed(value, scale=scale, digits=digits)


def interval(figure: Mapping[str, Any] | None, *, scale: Scale = "share", digits: int = 1) -> str:
    """Format the interval of a figure; a dash where there is none."""
    if figure is None or figure.get("low") is None or figure.get("high") is None:
        return DASH
    low, high = (_signed(figure[end], scale=scale, digits=digits) for end in ("low", "high"))
    return f"{low.removesuffix(' 点')} 至 {high}"


def in_points(value: float | None, *, digits: int = 1) -> str:
    """Format a difference of shares in percentage points."""
    return _signed(value, scale="points", digits=digits)


def with_interval(figure: Mapping[str, Any] | None, *, scale: Scale = "share", digits: int = 1) -> str:
    """Format estimate and interval together: ``+1.2%（-0.5% 至 +3.0%）``."""
    shown = estimate(figure, scale=scale, digits=digits)
    if shown == DASH:
        return DASH
    ends = interval(figure, scale=scale, digits=digits)
    return f"{shown}（{'无区间' if ends == DASH else ends}）"


def detectable(figure: Mapping[str, Any] | None, *, scale: Scale = "share") -> str:
    """Format the smallest detectable difference; a dash where it is unknown."""
    value = None if figure is None else figure.get("detectable")
    if scale == "share":
        return detectable_share(value)
    # no two slopes, and no two shares, lie so far apart
    beyond = value is not None and value > 1
    return f"{'>' * beyond}{_signed(1 if beyond else value, scale=scale, digits=1).lstrip('+')}"


def detectable_share(value: float | None) -> str:
    """Format a smallest detectable share; from a doubling on its digits would only seem to say something."""
    return f">{percent(1, digits=0)}" if value is not None and value > 1 else percent(value)


def q_value(value: float | None) -> str:
    """Format an adjusted p value."""
    if value is None:
        return DASH
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _signed(value: float | None, *, scale: Scale, digits: int) -> str:
    if value is None:
        return DASH
    if scale == "slope":
        return f"{round(value, 2) + 0.0:+.2f}"
    if scale == "points":
        return f"{round(100 * value, digits) + 0.0:+.{digits}f} 点"
    return percent(value, digits=digits, sign=True)


def silent(zh: str, why: str | None) -> str:
    """Return why nothing is compared of an attribute, to be joined with others into one sentence."""
    return f"{zh}：{(why or '没有写明原因').rstrip('。')}"
