"""The page of the monitor: figures of ``monitor.json`` as words, tables and drawings."""

import math
from typing import Any

from sentencing_ml.monitor.page_court import court_context
from sentencing_ml.monitor.page_judge import judge_context
from sentencing_ml.rendering import DASH, number, percent, render

_HEIGHT = 240
"""Height of the funnel in pixels; the width is that of the page."""


def court_page(content: dict[str, Any]) -> str:
    """Render the content of a court as one self-contained page."""
    return render("monitor_court.html", court_context(content))


def judge_page(content: dict[str, Any]) -> str:
    """Render the content of one judge as one self-contained page, which is for that judge alone."""
    return render("monitor_judge.html", judge_context(content))


def page(content: dict[str, Any]) -> str:
    """Render the monitor's content as one self-contained page."""
    return render(
        "monitor.html",
        {
            "report": content,
            "glance": _glance(content),
            "overall": _overall(content["overall"]),
            "judges": [_judge(judge) for judge in content["judges"]],
            "band_names": [band["band"] for band in content["bands"]],
            "band_rows": [_band(band) for band in content["bands"]],
            "judge_bands": [_judge_bands(judge) for judge in content["judges"] if judge["bands"]],
            "funnel": None if content["funnel"] is None else _funnel(content["funnel"]),
            "versions": {
                "链尾位置": str(content["ledger"]["head"]["position"]),
                "链尾哈希": content["ledger"]["head"]["hash"][:16],
                "报告格式": str(content["version"]),
            },
        },
    )


def _glance(content: dict[str, Any]) -> str:
    judges = content["judges"]
    able = sum(judge["status"] == "可评估" for judge in judges)
    chain = "哈希链完整" if not content["ledger"]["breaks"] else f"哈希链有 {len(content['ledger']['breaks'])} 处断裂"
    return (
        f"{len(judges)} 名法官、{number(content['ledger']['entries'])} 次录入；{able} 名可评估，"
        f"{len(judges) - able} 名不可评估。账本{chain}。"
    )


def _unknown(needed: int) -> str:
    return f"不可评估，差 {needed} 件"


def _share(estimate: dict[str, Any] | None, *, digits: int = 0) -> str:
    if estimate is None:
        return DASH
    if estimate["value"] is None:
        return _unknown(estimate["needed"])
    return _with_interval(estimate, lambda value: percent(value, digits=digits))


def _size(estimate: dict[str, Any] | None) -> str:
    """A mean absolute log ratio as a geometric percentage."""
    if estimate is None:
        return DASH
    if estimate["value"] is None:
        return _unknown(estimate["needed"])
    return _with_interval(estimate, lambda value: percent(math.expm1(value)))


def _months(estimate: dict[str, Any] | None) -> str:
    if estimate is None or estimate["value"] is None:
        return DASH
    return _with_interval(estimate, lambda value: f"{value:.1f}")


def _weight(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return DASH
    if estimate["value"] is None:
        return _unknown(estimate["needed"])
    return _with_interval(estimate, lambda value: f"{value:.2f}")


def _with_interval(estimate: dict[str, Any], form: Any) -> str:
    if estimate["low"] is None:
        return form(estimate["value"])
    return f"{form(estimate['value'])}（{form(estimate['low'])}—{form(estimate['high'])}）"


def _overall(pattern: dict[str, Any]) -> list[list[str]]:
    return [
        ["修正幅度", _size(pattern["size"])],
        ["修正（月）", _months(pattern["months"])],
        ["向上占比", _share(pattern["direction"])],
        ["与建议一致", _share(pattern["coincidence"])],
        ["落在区间内", _share(pattern["inside"])],
        ["WOA", _weight(pattern["weight"])],
    ]


def _judge(judge: dict[str, Any]) -> dict[str, Any]:
    found = judge["pattern"] or {}
    return {
        "judge": judge["judge"],
        "n": number(judge["n"]),
        "size": _size(found["size"]) if found else _unknown(judge["needed"]),
        "months": _months(found.get("months")),
        "direction": _share(found.get("direction")),
        "coincidence": _share(found.get("coincidence")),
        "inside": _share(found.get("inside")),
        "weight": _weight(found.get("weight")),
    }


def _band(band: dict[str, Any]) -> dict[str, Any]:
    return {
        "band": band["band"],
        "n": number(band["n"]),
        "size": _size(band["size"]),
        "months": _months(band["months"]),
        "direction": _share(band["direction"]),
        "coincidence": _share(band["coincidence"]) + ("" if band["coincidence_readable"] else " *"),
        "inside": _share(band["inside"]),
    }


def _judge_bands(judge: dict[str, Any]) -> dict[str, Any]:
    cells = []
    for band in judge["bands"]:
        median = band["median_size"]
        cells.append(f"{band['n']} 件" + ("" if median is None else f"，中位 {percent(math.expm1(median))}"))
    return {"judge": judge["judge"], "cells": cells}


def _funnel(funnel: dict[str, Any]) -> dict[str, Any]:
    """Place points and limits: x in per cent of the width, y in pixels from the top."""
    first, last = funnel["sizes"][0], funnel["sizes"][-1]
    top = max([*(point["size"] for point in funnel["points"]), *funnel["limits"]["998"]["high"]])
    top = math.ceil(math.expm1(top) * 25) / 25  # four grid lines on whole per cents

    def across(n: float) -> str:
        return f"{100 * (n - first) / ((last - first) or 1):.2f}%"

    def down(size: float) -> str:
        return f"{_HEIGHT * (1 - math.expm1(size) / top):.1f}"

    def segments(values: list[float]) -> list[dict[str, str]]:
        placed = [(across(n), down(value)) for n, value in zip(funnel["sizes"], values, strict=True)]
        return [
            {"x1": one[0], "y1": one[1], "x2": two[0], "y2": two[1]}
            for one, two in zip(placed, placed[1:], strict=False)
        ]

    steps = [top * part / 4 for part in range(5)]
    return {
        "height": _HEIGHT,
        "points": [
            {"x": across(point["n"]), "y": down(point["size"]),
             "text": f"{point['judge']}：{point['n']} 件，{percent(math.expm1(point['size']))}"}
            for point in funnel["points"]
        ],
        "limits": [
            {"kind": kind, "segments": segments(funnel["limits"][level][side])}
            for level, kind in (("95", "inner"), ("998", "outer"))
            for side in ("low", "high")
        ],
        "mean": down(funnel["mean"]),
        "grid": [{"y": f"{_HEIGHT * (1 - step / top):.1f}", "label": percent(step, digits=0)} for step in steps],
        "ticks": [{"x": across(n), "label": f"{n:.0f} 件"} for n in (first, (first + last) / 2, last)],
        "glance": (
            f"{len(funnel['points'])} 名可评估的法官中，{funnel['outside']} 名在 99.8% 界限之外；"
            f"法官的中位数 {percent(math.expm1(funnel['mean']))}。"
        ),
    }  # fmt: skip
