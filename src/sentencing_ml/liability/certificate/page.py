"""The page of the certificate: figures of ``certificate.json`` as words, tables and drawings."""

from collections.abc import Mapping
from typing import Any

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.circumstances import circumstance
from sentencing_ml.rendering import DASH, number, percent, render

ANSWERS = {True: ("成立", "ok"), False: ("不成立", "alert"), None: ("未测", "plain")}
_DESIGNS = {
    "omission": "直接省略预防刑列",
    "inclusion": "全部情节直接预测",
    "formula": "按指导意见中值还原",
    "neutral": "全信息模型置零",
    "shipped": "本模型",
}
_EDITS = {"insert": "增加", "delete": "删去"}
_CHARGES_SHOWN = 20


def page(whole: Mapping[str, Any]) -> str:
    """Render the content of the report as one self-contained page."""
    tests = whole["tests"]
    return render(
        "certificate.html",
        {
            "glance": glance(tests),
            "overview": [_row(name, test) for name, test in tests.items()],
            "tests": tests,
            "failing": [_failing(name, test) for name, test in tests.items() if test["holds"] is False],
            "leaks": _leaks(tests),
            "edits": _edits(tests["T1"]["detail"]),
            "bands": _bands(tests["T6"]["detail"]),
            "orders": _orders(tests["T6"]["detail"]),
            "left": _left(tests["T7"]["detail"]),
            "clean": _clean(tests["T5"]),
            "designs": _designs(tests["T8"]["detail"]),
            "charges": _charges(tests["T9"]["detail"]),
            "mixed": _mixed(tests["T11"]["detail"]),
            "found": _found(tests["T14"]["detail"]),
            "settings": whole["settings"],
            "versions": {"模型": whole["model"]},
        },
    )


def card_rows(whole: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a row of the model card for each test, in English: cells without a bar, which would end a cell."""
    rows = []
    for name, test in sorted(whole["tests"].items(), key=lambda item: int(item[0][1:])):
        interval, unit = test["interval"], test["unit"]
        figure = _english(test["figure"], unit)
        if interval:
            figure += f" ({_english(interval[0], unit)} to {_english(interval[1], unit)})"
        answer = {True: "holds", False: "**does not hold**", None: "not measured"}[test["holds"]]
        row = {
            "id": name,
            "asks": test["asks_en"],
            "figure": figure,
            "n": "—" if test["n"] is None else f"{test['n']:,} {test['of_en']}",
            "target": test["target_en"],
            "answer": f"{answer} ({test['why']['en']})" if test["why"] else answer,
        }
        rows.append({key: text.replace("|", "/") for key, text in row.items()})
    return rows


def _english(value: float | None, unit: str) -> str:
    return f"{value:.2f} months" if unit == "months" and value is not None else shown(value, unit)


def glance(tests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how many tests hold, do not, and were not measured, with their names."""
    by_answer = {
        answer: [name for name, test in tests.items() if test["holds"] is answer] for answer in (True, False, None)
    }
    told = [
        f"{len(names)} 项{ANSWERS[answer][0]}" + (f"（{'、'.join(names)}）" if answer is not True else "")
        for answer, names in by_answer.items()
        if names
    ]
    return f"{len(tests)} 项检验：{'，'.join(told)}。"


def shown(value: float | None, unit: str) -> str:
    """Return a figure in the unit of ``tests.yaml``."""
    if value is None:
        return DASH
    if unit == "count":
        return number(value)
    if unit in ("share", "log"):
        return percent(value, digits=2, sign=unit == "log")
    if unit == "months":
        return f"{value:.2f} 个月"
    return number(value, digits=4 if unit == "area" else 2)


def _row(name: str, test: Mapping[str, Any]) -> dict[str, Any]:
    zh, kind = ANSWERS[test["holds"]]
    low, high = test["interval"] or (None, None)
    return {
        "id": name,
        "title": test["zh"],
        "asks": test["asks_zh"],
        "figure": shown(test["figure"], test["unit"]),
        "interval": None if low is None else f"{shown(low, test['unit'])} – {shown(high, test['unit'])}",
        "n": None if test["n"] is None else f"{number(test['n'])} {test['of_zh']}",
        "target": test["target_zh"],
        "answer": zh,
        "kind": kind,
        "why": test["why"]["zh"] if test["why"] else None,
    }


def _failing(name: str, test: Mapping[str, Any]) -> str:
    why = f"，{test['why']['zh']}" if test["why"] else ""
    return f"{name} {test['zh']}：{shown(test['figure'], test['unit'])}，目标为{test['target_zh']}{why}。"


def _edits(detail: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"edit": f"{_EDITS[row['edit']]}{_zh(row['factor'])}", "n": number(row["n"])}
        for row in sorted(detail.get("changed", []), key=lambda row: (-row["n"], row["factor"]))
    ]


def _leaks(tests: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    gains = {row["factor"]: row for row in tests["T4"]["detail"].get("factors", [])}
    return [
        {
            "factor": _zh(row["factor"]),
            "n": number(row["n"]),
            "statistic": f"{row['statistic']:+.2f}",
            "q": number(row["q"], digits=3),
            "weighted": number(row["q_weighted"], digits=3),
            "leak": "查出" if row["leak_found"] else "漏过",
            "area": number(gains[row["factor"]]["area_facts"], digits=3) if row["factor"] in gains else None,
            "gain": f"{gains[row['factor']]['gain']:+.4f}" if row["factor"] in gains else None,
        }
        for row in tests["T3"]["detail"].get("factors", [])
    ]


def _bands(detail: Mapping[str, Any]) -> dict[str, Any] | None:
    rows = detail.get("alone") or []
    if not rows:
        return None
    reach = max(0.6, *(abs(row[key]) for row in rows for key in ("low", "high", "median")))
    return {
        "rows": [
            {
                "label": f"{row['zh']}（{row['n']} 项）",
                "low": row["low"],
                "high": row["high"],
                "point": row["median"],
                "kind": "rule" if row["inside"] else "alert",
                "text": f"{percent(row['median'], sign=True)}，幅度 {percent(row['low'], digits=0, sign=True)} 至 "
                f"{percent(row['high'], digits=0, sign=True)}",
            }
            for row in rows
        ],
        "ticks": [{"at": at, "label": percent(at, digits=0, sign=True)} for at in (-reach, 0.0, reach)],
        "reach": reach,
        "outside": "、".join(row["zh"] for row in rows if not row["inside"]) or "无",
        "inside": sum(row["inside"] for row in rows),
        "of": len(rows),
    }


def _orders(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "pair": f"{circumstance(row['stronger']).name}与{circumstance(row['weaker']).name}",
            "n": number(row["n"]),
            "difference": percent(row["difference"], sign=True),
            "answer": {True: "次序成立", False: "次序不成立", None: "件数不足"}[row["holds"]],
        }
        for row in detail.get("orders", [])
    ]


def _left(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "factor": _zh(row["factor"]),
            "n": number(row["n"]),
            "slope": percent(row["slope"], sign=True),
            "interval": None
            if row["interval"] is None
            else f"{percent(row['interval'][0], sign=True)} – {percent(row['interval'][1], sign=True)}",
            "q": number(row["q"], digits=3),
        }
        for row in detail.get("factors", [])
    ]


def _clean(test: Mapping[str, Any]) -> list[dict[str, Any]]:
    machine = test["detail"].get("machine") or {"n": 0}
    return [
        {"what": "人工核实", **_bias(test["figure"], test["interval"], test["n"])},
        {"what": "机器标记，未经核实", **_bias(machine.get("bias"), machine.get("interval"), machine["n"])},
    ]


def _bias(value: float | None, interval: list[float] | None, n: int | None) -> dict[str, Any]:
    return {
        "bias": percent(value, sign=True, digits=2),
        "interval": None if not interval else " – ".join(percent(edge, sign=True, digits=2) for edge in interval),
        "n": number(n),
    }


def _designs(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    drawn = []
    for setting in detail.get("settings", []):
        rows = setting["designs"]
        drawn.append(
            {
                "title": f"混杂 {setting['confounding']:g}，漏抽 {percent(setting['missed'], digits=0)}，"
                f"{'、'.join(setting['charges'])}",
                "bars": [
                    {"label": _DESIGNS.get(name, name), "value": row["bias"], "text": percent(row["bias"], sign=True)}
                    for name, row in rows.items()
                ],
                "longest": max(abs(row["bias"]) for row in rows.values()),
                "table": [
                    {
                        "design": _DESIGNS.get(name, name),
                        "mae": number(row["mae_months"], digits=2),
                        "bias": percent(row["bias"], sign=True),
                        "light": percent(row["bias_by_fifth"][0], sign=True),
                        "heavy": percent(row["bias_by_fifth"][-1], sign=True),
                        "within": percent(row["within_10"]),
                    }
                    for name, row in rows.items()
                ],
                "shipped": percent(rows["shipped"]["bias"], sign=True) if "shipped" in rows else DASH,
                "omission": percent(rows["omission"]["bias"], sign=True) if "omission" in rows else DASH,
                "draws": setting["draws"],
            }
        )
    return drawn


def _charges(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = sorted(detail.get("charges", []), key=lambda row: (-row["n"], row["charge"]))[:_CHARGES_SHOWN]
    return [
        {
            "charge": row["charge"],
            "n": number(row["n"]),
            "taken": percent(row["mean_taken_out"], sign=True),
            "coefficient": number(row["coefficient"], digits=2),
            "robustness": percent(row["robustness"]),
            "strongest": None
            if row["strongest"] is None
            else f"{_zh(row['strongest']['factor'])} {percent(row['strongest']['partial_r2'])}",
        }
        for row in rows
    ]


def _mixed(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "factor": _zh(row["factor"]),
            "n": number(row["n"]),
            "change": percent(row["median_change"], sign=True),
            "beyond": percent(row["share_beyond"]),
        }
        for row in detail.get("factors", [])
    ]


def _found(detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "factor": _zh(row["factor"]),
            "n": number(row["n"]),
            "recall": percent(row["recall"]),
            "wrong": percent(None if row["precision"] is None else 1 - row["precision"]),
        }
        for row in detail.get("factors", [])
    ]


def _zh(column: str) -> str:
    """Return the name of a factor, or of a level of one, for a reader."""
    factors = registry().factors
    if column in factors:
        return factors[column].zh
    factor, _, level = column.partition("_")
    return f"{factors[factor].zh}：{level}" if factor in factors else column
