"""The page of the evaluation: figures of ``evaluation.json`` as words, tables and drawings; no row of a case."""

import math
from collections.abc import Callable
from typing import Any

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.liability.abstaining import CAUSES as SILENCE
from sentencing_ml.liability.baselines import BASELINES
from sentencing_ml.liability.defendants import PARTS
from sentencing_ml.liability.evaluation_plots import Axis, Line, Mark, month_axis, plot, share_axis
from sentencing_ml.liability.learning import STEPS
from sentencing_ml.liability.rule_evaluation import CAUSES
from sentencing_ml.packaged import read_yaml
from sentencing_ml.rendering import DASH, number, percent

MODELS = {"expected": "预期刑期", "liability": "责任刑刑期", **BASELINES}
LEFT_OUT = {
    "omission": "直接省略预防刑列",
    "text_ridge": "文字岭回归",
    "learning_curve": "学习曲线",
    "ablation": "信息逐项加入",
    "shifted_years": "年份推移",
}
_FIFTHS = ("最轻", "较轻", "中等", "较重", "最重")
_SHOWN = ("mae_months", "typical_ratio", "bias_ratio", "within_25", "r2_log", "log_distance_score")
_AT_MOST = 20  # groups or bins of a drawing; the tables have all

Entry = dict[str, Any]


def page(report: Entry) -> Entry:
    """Return the context of ``evaluation.html``."""
    whole = {
        "report": report,
        "definitions": [
            {"zh": entry["zh"], "definition": entry["definition"], "better": entry["better"]}
            for entry in read_yaml("liability", "figures.yaml").values()
        ],
        "left_out": [{"part": LEFT_OUT[name], "why": why} for name, why in report["left_out"].items()],
        "silence": _silence(report["abstention"]),
        "kinds": _kinds(report["kinds"]),
        "fines": _fines(report["fines"]),
        "inference": report.get("charge_inference"),
        "truth": _truth(report.get("simulated_truth")),
        "rules": _rules(report.get("rules")),
        "at_least": COUNT_ONLY_BELOW,
        "versions": {"模型": report.get("model", DASH), "报告格式": str(report.get("version", DASH))},
    }
    if not report["models"]:
        return whole
    return whole | {
        "glance": _glance(report),
        "models": [_figures(MODELS[name], entry) for name, entry in report["models"].items()]
        + [
            _figures(MODELS[entry["name"]], entry["figures"])
            for entry in report["baselines"]
            if entry["name"] not in report["models"]
        ],
        "baselines": _baselines(report["baselines"]),
        "lost": _lost(report),
        "calibration": _calibration(report["calibration"]["expected"], x="预期刑期", y="宣告刑"),
        "calibration_liability": _calibration(report["calibration"]["liability"], x="责任刑刑期", y="中性刑期"),
        "errors": _errors(report["errors"]),
        "residuals": _residuals(report["residuals"]),
        "slices": [_slice(found) for found in report["slices"]],
        "risk": _risk(report["abstention"]["risk_by_coverage"]),
        "cost": _cost(report["abstention"]),
        "defendants": [_defendants(name, report["defendants"][name]) for name in PARTS],
        "interval": _interval(report["interval"]),
        "years": _shifted(report.get("shifted_years")),
        "curve": _curve(report.get("learning_curve")),
        "ablation": _ablation(report.get("ablation")),
    }


# ---- words of single figures


def _months(value: float) -> str:
    return f"{value:.2f}"


def _signed_months(value: float) -> str:
    return f"{_round(value, 2):+.2f}"


def _signed_share(value: float) -> str:
    return percent(_round(value, 3), sign=True)


def _round(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # −0.0 reads as if something were below zero


def _three(value: float) -> str:
    return f"{value:.3f}"


def _points(value: float) -> str:
    return f"{_round(100 * value, 1):+.1f}"


def _signed_three(value: float) -> str:
    return f"{_round(value, 3):+.3f}"


_WORDS: dict[str, Callable[[float], str]] = {
    "mae_months": _months,
    "bias_months": _signed_months,
    "typical_ratio": percent,
    "bias_ratio": _signed_share,
    "within_25": percent,
    "r2_log": _three,
    "r2_log_level": _three,
    "log_distance_score": _three,
}


def _told(entry: Entry | None, shown: Callable[[float], str]) -> str:
    """Return a figure with its interval."""
    if entry is None or entry["value"] is None:
        return DASH
    if entry["low"] is None:
        return f"{shown(entry['value'])}（无区间）"
    return f"{shown(entry['value'])}（{shown(entry['low'])} 至 {shown(entry['high'])}）"


def _plain(entry: Entry | None, shown: Callable[[float], str]) -> str:
    return DASH if entry is None or entry["value"] is None else shown(entry["value"])


def _figures(name: str, entry: Entry) -> Entry:
    rest = {key: _told(entry[key], _WORDS[key]) for key in (*_SHOWN, "r2_log_level", "bias_months")}
    return {"name": name, "n": number(entry["n"]), **rest}


# ---- sections


def _glance(report: Entry) -> list[str]:
    expected = report["models"]["expected"]
    gain = next(entry for entry in report["baselines"] if entry["name"] == "charge_median")["ours_less_theirs"]
    interval = report["interval"]
    lines = [
        f"预期刑期与宣告刑平均相差 {expected['mae_months']['value']:.2f} 个月，典型倍差 "
        f"{percent(expected['typical_ratio']['value'], digits=0)}；"
        f"{percent(expected['within_25']['value'], digits=0)} 落在 ±25% 以内；"
        f"R²（对数）{_plain(expected['r2_log'], _three)}。",
        f"比只报同罪名中位数平均少差 {-gain['mae_months']['value']:.2f} 个月"
        f"（区间 {_range(gain['mae_months'], _months, turned=True)}）。",
        f"名义 {percent(interval['nominal'], digits=0)} 的区间实际覆盖 {_told(interval['coverage'], percent)}，"
        f"宽度中位数 {interval['median_width_months']:.1f} 个月。",
        f"{percent(report['share_abstained'])} 的案件不给数值。",
    ]
    if years := report.get("shifted_years"):
        lines.append(
            f"只用 {years['until']} 年及以前的案件拟合，以后各年的覆盖率为 {percent(years['later']['value'])}"
            f"（同期 {percent(years['same']['value'])}）。"
        )
    return lines


def _range(entry: Entry, shown: Callable[[float], str], *, turned: bool = False) -> str:
    if entry["low"] is None:
        return "无"
    low, high = (-entry["high"], -entry["low"]) if turned else (entry["low"], entry["high"])
    return f"{shown(low)} 至 {shown(high)}"


def _baselines(entries: list[Entry]) -> Entry:
    rows = []
    for entry in entries:
        gap = entry["ours_less_theirs"]["mae_months"]
        rows.append(_band(MODELS[entry["name"]], gap, f"{_signed_months(gap['value'])} 月", good_below=True))
    beaten = [
        MODELS[entry["name"]]
        for entry in entries
        if (gap := entry["ours_less_theirs"]["mae_months"])["high"] is not None and gap["high"] < 0
    ]
    ahead = [
        MODELS[entry["name"]]
        for entry in entries
        if (gap := entry["ours_less_theirs"]["mae_months"])["low"] is not None and gap["low"] > 0
    ]
    rest = [MODELS[entry["name"]] for entry in entries if MODELS[entry["name"]] not in (*beaten, *ahead)]
    words = [
        f"{said}：{'、'.join(names)}"
        for said, names in (("预期刑期误差小于", beaten), ("大于", ahead), ("看不出差别", rest))
        if names
    ]
    return {
        "glance": "；".join(words) + "。",
        "ahead": bool(ahead),
        **_scale(rows, least=0.5, tick=lambda at: f"{at:+g}"),
        "rows_n": [{"name": MODELS[entry["name"]], "n": number(entry["n"])} for entry in entries],
        "table": [
            {
                "name": MODELS[entry["name"]],
                "n": number(entry["n"]),
                "mae": _told(entry["ours_less_theirs"]["mae_months"], _signed_months),
                "ratio": _told(entry["ours_less_theirs"]["typical_ratio"], _points),
                "within": _told(entry["ours_less_theirs"]["within_25"], _points),
                "r2": _told(entry["ours_less_theirs"]["r2_log"], _signed_three),
                "level": _told(entry["ours_less_theirs"]["r2_log_level"], _signed_three),
            }
            for entry in entries
        ],
    }


def _lost(report: Entry) -> Entry:
    models, lost = report["models"], report["liability_against_expected"]
    return {
        "raw": _plain(lost["r2_lost"], _three),
        "level": _plain(lost["r2_lost_level"], _three),
        "above": _plain(models["liability"]["bias_ratio"], _signed_share),
        "rows": [
            {
                "what": what,
                "expected": _told(models["expected"][key], _three),
                "liability": _told(models["liability"][key], _three),
                "lost": _told(lost[gap], _three),
            }
            for what, key, gap in (
                ("直接比较", "r2_log", "r2_lost"),
                ("各自扣除水平之后", "r2_log_level", "r2_lost_level"),
            )
        ],
    }


def _calibration(entries: list[Entry], *, x: str, y: str) -> Entry:
    known = [entry for entry in entries if entry["observed"] is not None]
    parts = ("predicted", "observed", "low", "high")
    values = [entry[key] for entry in known for key in parts if entry[key] is not None]
    axis, ticks = month_axis(values)
    marks = [
        Mark(
            x=1 + entry["predicted"],
            y=1 + entry["observed"],
            low=None if entry["low"] is None else 1 + entry["low"],
            high=None if entry["high"] is None else 1 + entry["high"],
            title=f"{x} {entry['predicted']:.1f}，{y} {entry['observed']:.1f} 个月（{entry['n']} 项）",
        )
        for entry in known
    ]
    away = max(known, key=lambda entry: abs(math.log((1 + entry["observed"]) / (1 + entry["predicted"]))))
    off = (1 + away["observed"]) / (1 + away["predicted"]) - 1
    return {
        "drawn": plot(
            x=axis,
            y=axis,
            x_ticks=ticks,
            y_ticks=ticks,
            marks=marks,
            lines=[Line(points=[(axis.low, axis.low), (axis.high, axis.high)], kind="ideal")],
            text=f"{x}的十等分与{y}，单位月，对数刻度；各点数值见下表",
        ),
        "off": (
            f"{x}约 {away['predicted']:.1f} 个月的一份，{y}的典型值为 {away['observed']:.1f} 个月"
            f"（{percent(off, sign=True, digits=0)}）"
        ),
        "table": [
            {
                "place": f"第 {place} 份",
                "n": number(entry["n"]),
                "predicted": number(entry["predicted"], digits=1),
                "observed": _told(
                    {"value": entry["observed"], "low": entry["low"], "high": entry["high"]},
                    lambda value: f"{value:.1f}",
                ),
                "mean_predicted": number(entry["mean_predicted"], digits=1),
                "mean_observed": number(entry["mean_observed"], digits=1),
            }
            for place, entry in enumerate(entries, start=1)
        ],
    }


def _errors(errors: Entry) -> Entry:
    bars = []
    for found in errors["bins"]:
        low, high = found["from"], found["to"]
        label = f"{high} 倍以下" if low is None else f"{low} 倍以上" if high is None else f"{low}–{high} 倍"
        bars.append({"label": label, "value": found["share"], "text": percent(found["share"])})
    return {
        "bars": bars,
        "longest": max(bar["value"] for bar in bars),
        "beyond": percent(errors["beyond_double"]),
        "middle": f"{errors['ratio']['q25']:.2f}–{errors['ratio']['q75']:.2f}",
        "table": [
            {
                "what": f"第 {int(name[1:])} 百分位",
                "months": f"{_round(errors['months'][name], 1):+.1f}",
                "ratio": f"{value:.2f}",
            }
            for name, value in errors["ratio"].items()
        ],
    }


def _residuals(factors: list[Entry]) -> Entry:
    bins = [(factor["zh"], found) for factor in factors for found in factor["bins"]]
    sure = [
        (zh, found) for zh, found in bins if found["low"] is not None and (found["low"] > 0 or found["high"] < 0)
    ]
    largest = sorted(sure, key=lambda item: -abs(item[1]["value"]))[:_AT_MOST]
    rows = [
        _band(
            f"{zh}：{found['zh']}（{found['n']}）",
            {key: math.expm1(found[key]) for key in ("value", "low", "high")},
            percent(math.expm1(found["value"]), sign=True),
        )
        for zh, found in sorted(largest, key=lambda item: item[1]["value"])
    ]
    return {
        "n_bins": len(bins),
        "n_sure": len(sure),
        "by_chance": round(0.05 * len(bins)),
        **_scale(rows, least=0.1, tick=lambda at: percent(at, digits=0, sign=at != 0)),
        "table": [
            {
                "factor": factor["zh"] if place == 0 else "",
                "bin": found["zh"],
                "n": number(found["n"]),
                "left": _told(
                    {
                        key: None if found[key] is None else math.expm1(found[key])
                        for key in ("value", "low", "high")
                    },
                    _signed_share,
                ),
            }
            for factor in factors
            for place, found in enumerate(factor["bins"])
        ],
    }


def _slice(found: Entry) -> Entry:
    shown = [group for group in found["groups"] if group["status"] == "shown"]
    rows = [
        _band(
            f"{group['group']}（{group['n_advised']}）",
            group["expected"]["bias_ratio"],
            _signed_share(group["expected"]["bias_ratio"]["value"]),
        )
        for group in shown
    ]
    sure = [group["group"] for group, row in zip(shown, rows, strict=True) if row["kind"] != "plain"]
    return {
        "zh": found["zh"],
        "name": found["name"],
        "only": found["groups"][0]["group"] if len(found["groups"]) == 1 else None,
        "drawn": len(shown) > 1,
        "more": max(0, len(shown) - _AT_MOST),
        "glance": (
            f"偏离区间不含 0 的有 {len(sure)} 组：{'、'.join(sure[:6])}{' 等' if len(sure) > 6 else ''}。"
            if sure
            else "没有一组的几何偏差区间不含 0。"
        ),
        **_scale(rows[:_AT_MOST], least=0.1, tick=lambda at: percent(at, digits=0, sign=at != 0)),
        "table": [
            {
                "group": group["group"],
                "n": number(group["n"]),
                "abstained": percent(group["share_abstained"]),
                "mae": _told(group["expected"]["mae_months"], _months),
                "gain": _told(group["gain_months"], _signed_months),
                "within": _plain(group["expected"]["within_25"], percent),
                "r2": _plain(group["expected"]["r2_log"], _three),
                "score": _plain(group["expected"]["log_distance_score"], _three),
                "declared": number(group["mean_declared_months"], digits=1),
                "liability": number(group["mean_liability_months"], digits=1),
                "coverage": _plain(group["coverage"], percent),
                "width": number(group["median_width_months"], digits=1),
            }
            for group in shown
        ],
        "counted": [
            f"{group['group']} {number(group['n'])}" for group in found["groups"] if group["status"] == "count_only"
        ],
        "suppressed": sum(group["status"] == "suppressed" for group in found["groups"]),
    }


def _silence(found: Entry) -> Entry:
    return {
        "counts": found["counts"],
        "rows": [
            {
                "cause": SILENCE[name],
                "all": _rate(found["counts"], name),
                "with_term": _rate(found["with_term"], name),
            }
            for name in SILENCE
            if _rate(found["counts"], name) != DASH or _rate(found["with_term"], name) != DASH
        ],
        "total": {key: percent(found[key]["share"]) for key in ("counts", "with_term")},
        "n": {key: number(found[key]["n"]) for key in ("counts", "with_term")},
    }


def _rate(found: Entry, name: str) -> str:
    entry = next((entry for entry in found["causes"] if entry["cause"] == name), None)
    return DASH if entry is None else f"{number(entry['n'])}（{percent(entry['share'])}）"


def _cost(found: Entry) -> Entry:
    names = {"silent": "模型（若不沉默）", **BASELINES}
    rows = []
    for entry in found["cost"]:
        row = {"name": names[entry["name"]]}
        for part in ("abstained", "advised"):
            figures = entry[part]["figures"] or {}
            row |= {
                f"{part}_n": number(entry[part]["n"]),
                f"{part}_mae": _told(figures.get("mae_months"), _months),
                f"{part}_ratio": _plain(figures.get("typical_ratio"), percent),
            }
        rows.append(row)
    whole = found["all_rows"]
    return {
        "rows": rows,
        "all_rows": [
            _figures("给数值的用预期刑期，其余用同罪名中位数", whole["expected_else_median"]),
            _figures("全部用同罪名中位数", whole["charge_median"]),
        ],
    }


def _risk(entries: list[Entry]) -> Entry:
    values = [entry["typical_ratio"] for entry in entries]
    known = [value[key] for value in values for key in ("value", "low", "high") if value[key] is not None]
    y, y_ticks = share_axis(known, step=0.05)
    x = Axis(low=0.45, high=1.05)
    first, last = values[0]["value"], values[-1]["value"]
    marks = [
        Mark(
            x=entry["share"],
            y=entry["typical_ratio"]["value"],
            low=entry["typical_ratio"]["low"],
            high=entry["typical_ratio"]["high"],
            title=f"{number(entry['n'])} 项：{percent(entry['typical_ratio']['value'])}",
        )
        for entry in entries
    ]
    return {
        "drawn": plot(
            x=x,
            y=y,
            x_ticks=[(entry["share"], percent(entry["share"], digits=0)) for entry in entries],
            y_ticks=y_ticks,
            marks=marks,
            lines=[Line(points=[(mark.x, mark.y) for mark in marks], kind="main")],
            text="只取区间最窄的一部分案件时的典型倍差",
            height=180.0,
        ),
        "first": percent(first),
        "last": percent(last),
        "sorts": first < last,
        "table": [
            {
                "share": percent(entry["share"], digits=0),
                "n": number(entry["n"]),
                "mae": _told(entry["mae_months"], _months),
                "ratio": _told(entry["typical_ratio"], percent),
                "within": _told(entry["within_25"], percent),
            }
            for entry in entries
        ],
    }


def _defendants(name: str, entry: Entry) -> Entry:
    row = {"part": PARTS[name], "n": number(entry["n"]), "abstained": percent(entry["share_abstained"])}
    if not entry["expected"]:
        return row
    return row | {
        "mae": _told(entry["expected"]["mae_months"], _months),
        "within": _told(entry["expected"]["within_25"], percent),
        "r2": _told(entry["expected"]["r2_log"], _three),
        "bias": _told(entry["expected"]["bias_ratio"], _signed_share),
        "median": _plain(entry["charge_median"]["mae_months"], _months),
        "gain": _told(entry["gain"]["mae_months"], _signed_months),
    }


def _interval(found: Entry) -> Entry:
    nominal = found["nominal"]

    def table(entries: list[Entry]) -> list[Entry]:
        return [
            {
                "group": entry["group"],
                "n": number(entry["n"]),
                "coverage": _told(entry["coverage"], percent),
                "width": number(entry["median_width_months"], digits=1),
            }
            for entry in entries
        ]

    rows = _coverage_bands([{**found, "group": "全部"}, *found["by_charge"]], nominal)
    away = [row["label"] for row in rows if row["kind"] != "plain"]
    return {
        "nominal": percent(nominal, digits=0),
        "coverage": _told(found["coverage"], percent),
        "below": percent(found["below"]),
        "above": percent(found["above"]),
        "width": f"{found['median_width_months']:.1f}",
        "relative": percent(found["median_relative_width"], digits=0),
        "away": away,
        **_coverage_scale(rows[: _AT_MOST + 1], nominal),
        "charges": table(found["by_charge"]),
        "cells": table(found["by_cell"]),
        "years": table(found["by_year"]),
    }


def _shifted(found: Entry | None) -> Entry | None:
    if found is None:
        return None
    entries = [(f"{found['until']} 及以前", found["same"], "other")]
    entries += [(entry["year"], entry, "main") for entry in found["by_year"]]
    known = [value for _, entry, _ in entries for key in ("value", "low", "high") if (value := entry[key]) is not None]
    y, y_ticks = share_axis([*known, found["nominal"]], step=0.05)
    marks = [
        Mark(
            x=place,
            y=entry["value"],
            low=entry["low"],
            high=entry["high"],
            kind=kind,
            title=f"{label}：{percent(entry['value'])}，{number(entry['n'])} 项",
        )
        for place, (label, entry, kind) in enumerate(entries)
    ]
    lost = found["later"]["value"] - found["nominal"]
    return {
        "until": found["until"],
        "nominal": percent(found["nominal"], digits=0),
        "n_fitted": number(found["n_fitted"]),
        "same": _told(found["same"], percent),
        "later": _told(found["later"], percent),
        "holds": found["later"]["high"] is not None and found["later"]["high"] >= found["nominal"],
        "lost": _points(lost),
        "drawn": plot(
            x=Axis(low=-0.5, high=len(entries) - 0.5),
            y=y,
            x_ticks=[(place, label) for place, (label, _, _) in enumerate(entries)],
            y_ticks=y_ticks,
            marks=marks,
            lines=[Line(points=[(-0.5, found["nominal"]), (len(entries) - 0.5, found["nominal"])], kind="ideal")],
            text="同期与以后各年的区间覆盖率",
            height=200.0,
        ),
        "table": [
            {"year": label, "n": number(entry["n"]), "coverage": _told(entry, percent)} for label, entry, _ in entries
        ],
    }


def _curve(found: Entry | None) -> Entry | None:
    if found is None:
        return None
    points = found["points"]
    size = points[-1]["n"]
    series = {
        kind: [
            Mark(
                x=point["n"] * aside,
                y=point[name]["typical_ratio"]["value"],
                low=point[name]["typical_ratio"]["low"],
                high=point[name]["typical_ratio"]["high"],
                kind=kind,
                title=f"{number(point['n'])} 项：{percent(point[name]['typical_ratio']['value'])}",
            )
            for point in points
        ]
        for kind, name, aside in (("main", "expected", 1.0), ("other", "liability", 1.04))
    }
    guesses = [Mark(x=size * more["times"], y=more["typical_ratio"], kind="guess") for more in found["more"]]
    marks = [*series["main"], *series["other"], *guesses]
    known = [value for mark in marks for value in (mark.y, mark.low, mark.high) if value is not None]
    y, y_ticks = share_axis(known, step=0.05)
    places = [mark.x for mark in (*series["main"], *guesses)]
    lines = [Line(points=[(mark.x, mark.y) for mark in entries], kind=kind) for kind, entries in series.items()]
    ahead = [(series["main"][-1].x, series["main"][-1].y), *((mark.x, mark.y) for mark in guesses)]
    gain = found["last_gain"]
    return {
        "drawn": plot(
            x=Axis(low=min(places) * 0.9, high=max(places) * 1.1, log=True),
            y=y,
            x_ticks=[(place, number(place)) for place in places],
            y_ticks=y_ticks,
            marks=marks,
            lines=[*lines, Line(points=ahead, kind="guess")],
            text="训练项数与典型倍差",
        ),
        "gain": None if gain is None else _told(gain["mae_months"], _signed_months),
        "before": number(points[-2]["n"]) if gain else None,
        "now": number(size),
        "more": [
            {
                "times": f"{more['times']} 倍",
                "mae": f"{more['mae_months']:.2f}",
                "ratio": percent(more["typical_ratio"]),
                "gain": f"{points[-1]['expected']['mae_months']['value'] - more['mae_months']:.2f}",
            }
            for more in found["more"]
        ],
        "table": [
            {
                "share": percent(point["share"]),
                "n": number(point["n"]),
                "mae": _told(point["expected"]["mae_months"], _months),
                "ratio": _told(point["expected"]["typical_ratio"], percent),
                "r2": _told(point["expected"]["r2_log"], _three),
                "liability": _told(point["liability"]["typical_ratio"], percent),
            }
            for point in points
        ],
    }


def _ablation(steps: list[Entry] | None) -> Entry | None:
    if steps is None:
        return None
    gains = {step["name"]: step["gain"]["r2_log"] for step in steps if step["gain"] and step["gain"]["r2_log"]}
    largest = max(gains, key=lambda name: gains[name]["value"], default=None)
    r2 = [step["figures"]["r2_log"] for step in steps]
    return {
        "glance": "；".join(f"{STEPS[name]} R² {_signed_three(gains[name]['value'])}" for name in gains) + "。",
        "largest": None if largest is None else STEPS[largest],
        "bars": [
            {"label": STEPS[step["name"]], "value": max(entry["value"], 0.0), "text": _three(entry["value"])}
            for step, entry in zip(steps, r2, strict=True)
            if entry is not None
        ],
        "table": [
            {
                "step": STEPS[step["name"]],
                "r2": _told(step["figures"]["r2_log"], _three),
                "ratio": _told(step["figures"]["typical_ratio"], percent),
                "gain": DASH if step["gain"] is None else _told(step["gain"]["r2_log"], _signed_three),
            }
            for step in steps
        ],
    }


def _kinds(kinds: Entry | None) -> Entry | None:
    if kinds is None:
        return None
    unit = Axis(low=0.0, high=1.0)
    quarters = [(place / 4, f"{25 * place}%") for place in range(5)]
    drawn = [
        {
            "kind": entry["kind"],
            "drawn": plot(
                x=unit,
                y=unit,
                x_ticks=quarters,
                y_ticks=quarters[1:],
                marks=[
                    Mark(
                        x=found["predicted"],
                        y=found["value"],
                        low=found["low"],
                        high=found["high"],
                        title=f"{percent(found['predicted'])} → {percent(found['value'])}（{number(found['n'])} 项）",
                    )
                    for found in entry["bins"]
                ],
                lines=[Line(points=[(0.0, 0.0), (1.0, 1.0)], kind="ideal")],
                text=f"{entry['kind']}：预测概率与实际比例",
                height=150.0,
            ),
        }
        for entry in kinds["reliability"]
        if len(entry["bins"]) > 1
    ]
    far = max(kinds["shares"], key=lambda row: abs(row["observed"] - row["predicted"]))
    return {
        "n": number(kinds["n"]),
        "unlearned": kinds["n_unlearned"],
        "far": f"{far['kind']}相差 {100 * abs(far['observed'] - far['predicted']):.1f} 个百分点",
        "plots": drawn,
        "scores": [
            {
                "what": what,
                "model": _three(kinds[key]),
                "constant": _three(kinds[f"{key}_constant"]),
            }
            for what, key in (("对数损失", "log_loss"), ("Brier 分", "brier"))
        ],
        "accuracy": percent(kinds["accuracy"]),
        "better": kinds["log_loss"] < kinds["log_loss_constant"],
        "one_kind": max(row["observed"] for row in kinds["shares"]) > 0.98,
        "rows": [
            {"kind": row["kind"], "observed": percent(row["observed"]), "predicted": percent(row["predicted"])}
            for row in kinds["shares"]
        ],
        "reliability": [
            {
                "kind": entry["kind"] if place == 0 else "",
                "bin": f"{percent(found['from'], digits=0)}–{percent(found['to'], digits=0)}",
                "n": number(found["n"]),
                "predicted": percent(found["predicted"]),
                "observed": _told(found, percent),
            }
            for entry in kinds["reliability"]
            for place, found in enumerate(entry["bins"])
        ],
    }


def _fines(fines: Entry | None) -> Entry | None:
    if fines is None:
        return None
    nominal, entries = fines["nominal"], [{**fines, "group": "全部"}, *fines["by_charge"]]
    rows = _coverage_bands(entries, nominal)
    return {
        "nominal": percent(nominal, digits=0),
        "coverage": _told(fines["coverage"], percent),
        "below": percent(fines["below"]),
        "above": percent(fines["above"]),
        "n": number(fines["n"]),
        "n_fined": number(fines["n_fined"]),
        **_coverage_scale(rows[: _AT_MOST + 1], nominal),
        "table": [
            {
                "group": entry["group"],
                "n": number(entry["n"]),
                "coverage": _told(entry["coverage"], percent),
                "low": number(entry["median_low_yuan"]),
                "high": number(entry["median_high_yuan"]),
            }
            for entry in entries
        ],
    }


def _truth(truth: Entry | None) -> Entry | None:
    if truth is None:
        return None
    fifths = [
        {"label": f"{label}{which}", "value": value, "text": percent(value, sign=True)}
        for place, label in enumerate(_FIFTHS)
        for which, key in (("· 本模型", "liability"), ("· 直接省略", "omission"))
        if place < len(truth[key]["bias_by_fifth"])
        for value in [truth[key]["bias_by_fifth"][place]]
    ]
    return {**truth, "fifths": fifths, "longest": max(abs(item["value"]) for item in fifths)}


def _rules(rules: Entry | None) -> Entry | None:
    if rules is None:
        return None
    causes = rules["tiers"]["causes"] | rules["interval"]["causes"]
    return {
        "tiers": rules["tiers"],
        "interval": rules["interval"],
        "words": rules["words"],
        "without": number(rules["n_without_law"]),
        "charges": [
            {
                "charge": row["charge"],
                "n": number(row["tiers"]["n"]),
                "contained": percent(row["tiers"]["contained"]),
                "decided": percent(row["tiers"]["decided"]),
                "terms": number(row["interval"]["n"]),
                "inside": percent(row["interval"]["inside"]),
                "share": percent(row["interval"]["inside_with_share"]),
                "width": number(row["interval"]["median_width_months"], digits=1),
            }
            for row in rules["by_charge"]
        ],
        "causes": [{"cause": CAUSES[name], "n": number(count)} for name, count in causes.items()],
    }


# ---- drawings on the house's scale


def _band(label: str, entry: Entry, text: str, *, good_below: bool = False) -> Entry:
    """Return a row of ``ui.scale``: grey where the interval holds 0, blue or ochre where it does not."""
    low, high = entry["low"], entry["high"]
    kind = "plain"
    if low is not None and (low > 0 or high < 0):
        kind = "rule" if good_below and low > 0 else "empirical"
    return {"label": label, "low": low, "high": high, "point": entry["value"], "kind": kind, "text": text}


def _scale(rows: list[Entry], *, least: float, tick: Callable[[float], str]) -> Entry:
    ends = [abs(row[key]) for row in rows for key in ("low", "high", "point") if row[key] is not None]
    reach = max([least, *ends])
    step = 10.0 ** math.floor(math.log10(reach))
    reach = next(step * times for times in (1, 2, 5, 10) if reach <= step * times * (1 + 1e-9))
    ticks = [{"at": at, "label": tick(at)} for at in (-reach, -reach / 2, 0.0, reach / 2, reach)]
    return {"rows": rows, "axis": reach, "ticks": ticks}


def _coverage_bands(entries: list[Entry], nominal: float) -> list[Entry]:
    """Return rows of a scale: coverage less the nominal one."""
    bands = []
    for entry in entries:
        told = entry["coverage"]
        parts = {key: None if told[key] is None else told[key] - nominal for key in ("value", "low", "high")}
        bands.append(_band(f"{entry['group']}（{entry['n']}）", parts, percent(told["value"])))
    return bands


def _coverage_scale(rows: list[Entry], nominal: float) -> Entry:
    """Return the scale of coverages around the nominal one, which ends at all."""
    reach = _scale(rows, least=0.05, tick=percent)["axis"]
    ticks = [{"at": at, "label": percent(nominal + at, digits=0)} for at in (-reach, -reach / 2, 0.0, 1 - nominal)]
    return {"rows": rows, "low": -reach, "high": 1 - nominal, "ticks": ticks}
