"""The page of the audit: figures of ``audit.json`` as words, tables and drawings."""

from typing import Any

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.rendering import DASH, number, percent, render

_KIND = {"有差异": "alert", "等效": "empirical", "不能判断": "plain", None: "plain"}
_FIGURES = {
    "labels": {
        "title": "O1 判决 labels：同样的犯罪事实，判决是否因组别而不同",
        "shows": "把责任刑事实与预防刑情节的影响都扣除之后，该组判决相对其余各组偏重或偏轻的几何百分比。",
        "act": "区间整体在 ±{margin} 之外：抽取该组判决阅卷，核对是否有未提取的情节，再谈原因。",
    },
    "advice": {
        "title": "O2 建议 advice：同样的犯罪事实，建议是否因组别而不同",
        "shows": "责任刑建议在同样的责任刑事实下是否随组别变化。模型只读责任刑事实，这里检验它是否确实如此。",
        "act": "出现差异：检查哪一项输入在代替组别（法定刑档次可因各省数额标准而不同，属规范造成）。",
    },
    "amplification": {
        "title": "放大 amplification：模型在判决已有的差异之上加了多少",
        "shows": "O2 减 O1。正数表示建议比判决对该组更重，负数表示更轻；O1 有差异而 O2 没有时，这里就是 O1 的反号。",
        "act": "绝对值变大且区间不含 0：暂停对该组使用建议，先查原因。",
    },
    "error": {
        "title": "O3 误差 error：预期刑期对宣告刑是否偏向某一组",
        "shows": "预期刑期（建议加上历史上对此类预防刑情节的处理）与宣告刑之比的几何平均，该组减其余各组。",
        "act": "不可单独使用：判决本身不平等时，误差相等恰好保留不平等。与 O1、O2 合看。",
    },
}


def page(content: dict[str, Any]) -> str:
    """Render the audit's content as one self-contained page."""
    margin = percent(content["settings"]["equivalence"], digits=0)
    drawn = [_forest(measure, content, margin=margin) for measure in content["measures"]]
    return render(
        "audit.html",
        {
            "audit": content,
            "glance": _glance(content),
            "verdicts": _verdict_rows(content),
            "drawings": [drawing for drawing in drawn if drawing["rows"]],
            "attributes": [_attribute(name, found, content) for name, found in content["attributes"].items()],
            "rows": _row_list(content),
            "margin": margin,
            "count_only_below": COUNT_ONLY_BELOW,
            "versions": {"模型": (content.get("model") or DASH)[:16], "报告格式": str(content["version"])},
        },
    )


def _glance(content: dict[str, Any]) -> str:
    summary = content["summary"]
    if not summary["tests"]:
        return "没有一项比较达到给出判断所需的件数：本次数据不能说明有无差异。"
    return (
        f"共 {summary['tests']} 项检验：{summary['different']} 项有差异，{summary['equivalent']} 项等效，"
        f"{summary['undecided']} 项不能判断。"
    )


def _verdict_rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"zh": found["zh"], "cells": [found["verdicts"][measure] for measure in content["measures"]]}
        for found in content["attributes"].values()
    ]


def _row_list(content: dict[str, Any]) -> list[dict[str, str]]:
    rows = content["rows"]
    return [
        {"what": "测试部分的罪", "n": number(rows["test"])},
        {"what": "其中有刑期", "n": number(rows["with_term"])},
        *({"what": f"未进入比较：{name}", "n": number(n)} for name, n in rows["left_out"].items()),
        {"what": "进入比较", "n": number(rows["compared"])},
    ]


def _forest(measure: str, content: dict[str, Any], *, margin: str) -> dict[str, Any]:
    rows, bounds = [], [0.1]
    for found in content["attributes"].values():
        for entry in found["groups"]:
            test = entry["tests"].get(measure)
            if test is None or test["estimate"] is None:
                continue
            ends = [value for value in (test["low"], test["high"], test["estimate"]) if value is not None]
            bounds += [abs(value) for value in ends]
            text = _interval(test)
            rows.append(
                {
                    "label": f"{found['zh']} {entry['group']}",
                    "low": test["low"],
                    "high": test["high"],
                    "point": test["estimate"],
                    "kind": _KIND[test["verdict"]],
                    "text": f"{text} {test['verdict'] or '件数不足'}",
                }
            )
    reach = min(max(bounds), 0.5)
    reach = next(step for step in (0.1, 0.2, 0.3, 0.4, 0.5) if reach <= step)
    words = _FIGURES[measure]
    return {
        "measure": measure,
        "title": words["title"],
        "rows": rows,
        "axis": reach,
        "ticks": [
            {"at": at, "label": percent(at, digits=0, sign=at != 0)} for at in (-reach, -reach / 2, 0, reach / 2, reach)
        ],
        "glance": _forest_glance(measure, content),
        "shows": words["shows"],
        "read": (
            f"点是估计，带是 {percent(content['settings']['level'], digits=0)} 区间（按法院整群重抽样），虚线是 0。"
            f"红带：有差异；蓝带：等效（±{margin} 以内）；灰带：不能判断或件数不足。"
            "超出坐标的部分画到边缘，数字以右侧为准。"
        ),
        "act": words["act"].format(margin=margin),
    }


def _forest_glance(measure: str, content: dict[str, Any]) -> str:
    words = [f"{found['zh']}：{found['verdicts'][measure]['verdict']}" for found in content["attributes"].values()]
    return "；".join(words) + "。"


def _interval(test: dict[str, Any]) -> str:
    estimate = percent(test["estimate"], sign=True)
    if test["low"] is None:
        return f"{estimate}（无区间）"
    return f"{estimate}（{percent(test['low'], sign=True)} 至 {percent(test['high'], sign=True)}）"


def _attribute(name: str, found: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    points, tests = [], []
    for entry in found["groups"]:
        values = entry["points"] or {}
        points.append(
            {
                "group": f"{entry['group']}（对照）"
                if entry["reference"] and entry["status"] != "suppressed"
                else entry["group"],
                "n": "不公布" if entry["n"] is None else number(entry["n"]),
                "bias": percent(values.get("bias"), sign=True),
                "months": number(values["bias_months"], digits=1) if values.get("bias_months") is not None else DASH,
                "mae": number(values.get("mae"), digits=1),
                "heavy": percent(values.get("heavy")),
                "light": percent(values.get("light")),
                "asymmetry": _points_with_gap(values.get("asymmetry"), entry["figures"].get("asymmetry")),
                "covered": _points_with_gap(values.get("covered"), entry["figures"].get("covered")),
            }
        )
        tests += [
            {
                "group": entry["group"],
                "measure": content["measures"][measure],
                "estimate": _interval(test),
                "detectable": percent(test["detectable"]),
                "q": DASH if test["q"] is None else f"{test['q']:.3f}",
                "verdict": test["verdict"] or "件数不足，不判断",
            }
            for measure, test in entry["tests"].items()
            if test["estimate"] is not None
        ]
    return {
        "name": name,
        "zh": found["zh"],
        "reading": found["reading"],
        "points": points,
        "tests": tests,
        "excluded": _excluded(found),
        "relevant": [_relevance(entry) for entry in found["relevant"]],
        "charges": _charge_rows(found),
        "groups": [cell["group"] for cell in found["charges"][0]["cells"]] if found["charges"] else [],
    }


def _excluded(found: dict[str, Any]) -> str | None:
    words = [f"因罪名 {number(found['excluded'])} 件"] if found["excluded"] else []
    words += [f"{name} {'不公布' if n is None else f'{number(n)} 件'}" for name, n in found["set_aside"].items()]
    return "，".join(words) or None


def _points_with_gap(value: float | None, gap: dict[str, float] | None) -> str:
    if value is None:
        return DASH
    if gap is None or gap["low"] is None:
        return percent(value)
    return f"{percent(value)}（差 {100 * gap['low']:+.1f} 至 {100 * gap['high']:+.1f} 点）".replace("-0.0 ", "0.0 ")


def _relevance(entry: dict[str, Any]) -> str:
    charge = "各罪" if entry["charge"] == "*" else entry["charge"]
    group = f"（{entry['group']}）" if entry["group"] else ""
    effect = "不列入比较" if entry["effect"] == "excluded" else "列入比较，但须注意"
    return f"{charge}{group}：{entry['zh']}（{entry['article']}）；{effect}。"


def _charge_rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"charge": row["charge"], "cells": [_cell(cell) for cell in row["cells"]]} for row in found["charges"]]


def _cell(cell: dict[str, Any]) -> str:
    if cell["suppressed"]:
        return "不公布"
    if not cell["n"]:
        return DASH
    if cell["bias"] is None:
        return f"n={cell['n']}"
    return f"n={cell['n']}　{percent(cell['bias'], sign=True)}　{cell['mae']:.1f} 月"
