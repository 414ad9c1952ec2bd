"""The page of a comparison: figures of ``comparison.json`` as words, tables and drawings."""

import math
from typing import Any

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.release.paired import MEASURES
from sentencing_ml.rendering import DASH, number, percent, render

WORDS = {
    "better": "变好",
    "worse": "变差",
    "higher": "变高",
    "lower": "变低",
    "wider": "变宽",
    "narrower": "变窄",
    "no_difference": "看不出差别",
    None: "独立群太少，不判断",
}
_TAGS = {"better": "ok", "worse": "alert"}
_BANDS = {"better": "empirical", "worse": "alert", "no_difference": "plain", None: "plain"}
_AT_MOST = 20  # groups of a dimension in its drawing; the table has all
_NAMED = 6  # groups that a sentence names
DRAWN = "expected_months"
"""The figure that is drawn by group."""

COLUMNS = {
    "expected_months": "预期误差（月）",
    "expected_log": "预期对数距离",
    "liability_months": "责任刑误差（月）",
    "level": "责任刑水平",
    "covered": "区间覆盖",
    "width": "区间宽度（月）",
}
"""The figures in the tables of groups."""

_ROLES = {"champion": "现用模型", "challenger": "候选模型"}


def page(content: dict[str, Any]) -> str:
    """Render the content of the report as one self-contained page."""
    return render(
        "comparison.html",
        {
            "report": content,
            "same": content["champion"]["version"] == content["challenger"]["version"],
            "glance": _glance(content),
            "models": [_model(name, content) for name in _ROLES],
            "warned": [_ROLES[name] for name in _ROLES if content[name]["learned"] == "yes"],
            "unknown": [_ROLES[name] for name in _ROLES if content[name]["learned"] == "unknown"],
            "rows": _rows(content),
            "only": _only(content),
            "overall": _overall(content),
            "overall_glance": _overall_glance(content),
            "relative": _relative(content),
            "fit": _fit(content),
            "columns": COLUMNS,
            "dimensions": [_dimension(found, content) for found in content["dimensions"]],
            "count_only_below": COUNT_ONLY_BELOW,
            "level": percent(content["settings"]["level"], digits=0),
            "versions": {
                **{zh: content[name]["version"] for name, zh in _ROLES.items()},
                "报告格式": str(content["version"]),
            },
        },
    )


def _glance(content: dict[str, Any]) -> str:
    entry = content["overall"][DRAWN]
    verdicts = _judged(content)
    better, worse = verdicts.count("better"), verdicts.count("worse")
    groups = f"分组的 {content['family']['tests']} 项检验中 {better} 项变好，{worse} 项变差"
    return (
        f"预期刑期的平均绝对误差由 {entry['champion']:.2f} 变为 {entry['challenger']:.2f} 个月"
        f"（差 {_step(DRAWN, entry['difference'])}，区间 {_interval(DRAWN, entry)}）："
        f"{WORDS[entry['verdict']]}。{groups}。"
    )


def _judged(content: dict[str, Any]) -> list[str]:
    return [
        entry["verdict"]
        for found in content["dimensions"]
        for cell in found["groups"]
        for name, entry in cell["measures"].items()
        if MEASURES[name].better is not None
    ]


def _model(name: str, content: dict[str, Any]) -> dict[str, str]:
    found = content[name]
    return {
        "role": _ROLES[name],
        "version": found["version"],
        "data": found["data"] or DASH,
        "learned": {"yes": "见过", "no": "没有", "unknown": "无法知道"}[found["learned"]],
        "zh": found["zh"],
    }


def _rows(content: dict[str, Any]) -> list[dict[str, str]]:
    rows = content["rows"]
    return [
        {"what": "给出的罪名项", "n": number(rows["given"])},
        {"what": "其中有本罪刑期", "n": number(rows["with_term"])},
        {"what": "两个模型都给出数值（以下比较的行）", "n": number(rows["both"])},
        {"what": "只有现用模型给出数值", "n": number(rows["only_champion"])},
        {"what": "只有候选模型给出数值", "n": number(rows["only_challenger"])},
        {"what": "都不给出数值", "n": number(rows["neither"])},
    ]


def _only(content: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"role": _ROLES[name], "charge": row["charge"], "n": "不公布" if row["n"] is None else number(row["n"])}
        for name in _ROLES
        for row in content["rows"]["only_by_charge"][name]
    ]


def _overall(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "measure": MEASURES[name].zh,
            "champion": _value(name, entry["champion"]),
            "challenger": _value(name, entry["challenger"]),
            "difference": _difference(name, entry),
            "detectable": _step(name, entry["detectable"]).removeprefix("+"),
            "q": DASH if entry["q"] is None else "<0.001" if entry["q"] < 0.001 else f"{entry['q']:.3f}",
            "verdict": WORDS[entry["verdict"]],
            "tag": _TAGS.get(entry["verdict"], "plain"),
        }
        for name, entry in content["overall"].items()
    ]


def _overall_glance(content: dict[str, Any]) -> str:
    told: dict[str, list[str]] = {}
    for name, entry in content["overall"].items():
        told.setdefault(WORDS[entry["verdict"]], []).append(MEASURES[name].zh)
    order = [word for word in WORDS.values() if word in told]
    return "；".join(f"{word}：{'、'.join(told[word])}" for word in order) + "。"


def _relative(content: dict[str, Any]) -> dict[str, Any]:
    """Return the drawing of all figures on one scale: differences as shares of the champion's figure."""
    rows = []
    for name, entry in content["overall"].items():
        # Shares of cases differ by points; the level is a logarithm, so its difference is a ratio.
        whole = 1.0 if MEASURES[name].unit == "share" or name == "level" else entry["champion"] or 1.0
        parts = {key: None if entry[key] is None else entry[key] / whole for key in ("difference", "low", "high")}
        if name == "level":
            parts = {key: None if value is None else math.expm1(value) for key, value in parts.items()}
        unit = " 点" if MEASURES[name].unit == "share" else "%"
        rows.append(
            _band(
                MEASURES[name].zh,
                parts,
                entry["verdict"],
                f"{100 * parts['difference']:+.1f}{unit} {WORDS[entry['verdict']]}",
            )
        )
    return _scale(rows, least=0.02, tick=lambda at: percent(at, digits=1, sign=True) if at else "0")


def _dimension(found: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    drawn = [cell for cell in found["groups"] if cell["measures"]]
    bands = []
    for cell in drawn[:_AT_MOST]:
        entry = cell["measures"][DRAWN]
        told = WORDS[entry["verdict"]] if cell["status"] == "shown" else "件数不足"
        text = f"{_step(DRAWN, entry['difference'])} {told}"
        bands.append(_band(f"{cell['group']}（{cell['n']}）", entry, entry["verdict"], text))
    return {
        "name": found["name"],
        "zh": found["zh"],
        "glance": _dimension_glance(found),
        "left": max(0, len(drawn) - _AT_MOST),
        **_scale(bands, least=0.5, tick=lambda at: f"{at:+.1f}" if at else "0"),
        "table": [_group(cell) for cell in found["groups"]],
    }


def _dimension_glance(found: dict[str, Any]) -> str:
    shown = [cell for cell in found["groups"] if cell["status"] == "shown"]
    if not shown:
        return "没有一组达到给出判断所需的件数。"
    told = {word: _names(shown, word) for word in ("better", "worse", "no_difference")}
    words = [f"{WORDS[word]}：{_listed(names)}" for word, names in told.items() if names]
    other = [
        f"{cell['group']}的{MEASURES[name].zh}"
        for cell in shown
        for name, entry in cell["measures"].items()
        if name != DRAWN and entry["verdict"] == "worse"
    ]
    if other:
        words.append(f"另有变差的：{_listed(other)}")
    return "；".join(words) + "。"


def _names(cells: list[dict[str, Any]], word: str) -> list[str]:
    return [cell["group"] for cell in cells if cell["measures"][DRAWN]["verdict"] == word]


def _listed(names: list[str]) -> str:
    return "、".join(names[:_NAMED]) + (f" 等 {len(names)} 个" if len(names) > _NAMED else "")


def _group(cell: dict[str, Any]) -> dict[str, Any]:
    return {
        "group": cell["group"],
        "n": "不公布" if cell["n"] is None else number(cell["n"]),
        "few": cell["status"] == "no_verdict",
        "cells": [
            {
                "pair": None if name == "level" else _pair(name, cell["measures"]),
                "difference": _step(name, cell["measures"][name]["difference"]),
                "interval": _interval(name, cell["measures"][name]),
                "verdict": _told(cell["measures"][name]["verdict"]),
                "tag": _TAGS.get(cell["measures"][name]["verdict"], "plain"),
            }
            for name in COLUMNS
            if cell["measures"]
        ],
    }


def _told(verdict: str | None) -> str | None:
    """Return the word of a verdict that says something changed."""
    return None if verdict in (None, "no_difference") else WORDS[verdict]


def _pair(name: str, entries: dict[str, dict[str, Any]]) -> str:
    return f"{_value(name, entries[name]['champion'])} → {_value(name, entries[name]['challenger'])}"


def _fit(content: dict[str, Any]) -> list[dict[str, str]]:
    names = {"expected_r2_log": "预期刑期", "liability_r2_log": "责任刑刑期"}
    return [
        {"term": names[name], **{role: number(entry[role], digits=3) for role in _ROLES}}
        for name, entry in content["fit"].items()
    ]


def _band(label: str, parts: dict[str, Any], verdict: str | None, text: str) -> dict[str, Any]:
    return {
        "label": label,
        "low": parts["low"],
        "high": parts["high"],
        "point": parts["difference"],
        "kind": _BANDS.get(verdict, "rule"),
        "text": text,
    }


def _scale(rows: list[dict[str, Any]], *, least: float, tick) -> dict[str, Any]:
    ends = [abs(row[key]) for row in rows for key in ("low", "high", "point") if row[key] is not None]
    reach = max([least, *ends])
    # one, two or five times a power of ten: ticks that can be read
    step = 10.0 ** max(place for place in range(-3, 5) if 10.0**place <= reach)
    reach = next(step * times for times in (1, 2, 5, 10) if reach <= step * times)
    ticks = [{"at": at, "label": tick(at)} for at in (-reach, -reach / 2, 0, reach / 2, reach)]
    return {"rows": rows, "axis": reach, "ticks": ticks}


def _value(name: str, value: float) -> str:
    if name == "level":
        return f"{_months_of(value):.1f}"
    return {"months": f"{value:.2f}", "log": f"{value:.3f}", "share": percent(value)}[MEASURES[name].unit]


def _months_of(level: float) -> float:
    return math.expm1(level)


def _step(name: str, value: float | None) -> str:
    """Return a difference of a figure with its sign and unit."""
    if value is None:
        return DASH
    if name == "level":
        return percent(math.expm1(value), sign=True)
    unit = MEASURES[name].unit
    return {"months": f"{value:+.2f} 月", "log": f"{value:+.4f}", "share": f"{100 * value:+.1f} 点"}[unit]


def _difference(name: str, entry: dict[str, Any]) -> str:
    return f"{_step(name, entry['difference'])}（{_interval(name, entry)}）"


def _interval(name: str, entry: dict[str, Any]) -> str:
    if entry["low"] is None:
        return "无区间"
    low, high = (_step(name, entry[key]).removesuffix(" 月").removesuffix(" 点") for key in ("low", "high"))
    return f"{low} 至 {high}"
