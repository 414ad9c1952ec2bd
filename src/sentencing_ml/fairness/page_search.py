"""The exploratory sections of the audit's page: intersections, the swap test, proxies and virtual judges.

None of them gives a verdict: what stands out is marked 值得查看.
"""

from collections.abc import Mapping
from typing import Any

from sentencing_ml.fairness import page_text as text
from sentencing_ml.fairness.page_front import state_of
from sentencing_ml.rendering import DASH, number, percent


def proxies_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how well groups can be told from the inputs and from the score, and by which factors."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    attributes = section["attributes"].values()
    return {
        **shown,
        "note": section["note"],
        "target": f"{section['target']:.2f}",
        "glance": _proxies_glance(section["summary"]),
        "sampled": _sampled(section["rows"]),
        "groups": [
            {"zh": found["zh"], "rows": [_proxy_group(group) for group in found["groups"] if group["inputs"]]}
            for found in attributes
            if any(group["inputs"] for group in found["groups"])
        ],
        "features": [
            {"zh": found["zh"], "rows": [_proxy_feature(feature) for feature in found["features"]]}
            for found in attributes
            if found["features"]
        ],
        "silent": [f"{found['zh']}：{found['why']}" for found in attributes if found["status"] != "measured"],
    }


def _proxies_glance(summary: Mapping[str, Any]) -> str:
    largest = summary.get("largest_score")
    if not summary.get("tests"):
        return "没有一个组达到可以测量的件数。"
    worst = "" if largest is None else f"；建议在法律之外透露组别的程度最大为 |AUC − 0.5| = {largest:.3f}"
    return f"共 {summary['tests']} 个组，{summary['worth_looking']} 个值得查看{worst}。"


def _sampled(rows: Mapping[str, Any]) -> str:
    used, of = rows.get("used"), rows.get("of")
    if of is None or used == of:
        return f"用全部 {number(used)} 件"
    return f"从 {number(of)} 件中抽取 {number(used)} 件"


def _proxy_group(group: Mapping[str, Any]) -> dict[str, str]:
    score, inputs = group["score"], group["inputs"]
    return {
        "group": group["group"],
        "n": text.count(group["n"]),
        "inputs": _area(inputs),
        "score": _area(score),
        "null": _band(score),
        "detectable": DASH if not score or score["detectable"] is None else f"{score['detectable']:.3f}",
        "q": text.q_value(score["q"] if score else None),
        "look": text.LOOK if score and score["worth_looking"] else "",
    }


def _band(figure: Mapping[str, Any] | None) -> str:
    if not figure or figure["null_low"] is None:
        return DASH
    return f"{figure['null_low']:.2f} 至 {figure['null_high']:.2f}"


def _area(figure: Mapping[str, Any] | None) -> str:
    if not figure or figure["estimate"] is None:
        return DASH
    ends = "无区间" if figure["low"] is None else f"{figure['low']:.2f} 至 {figure['high']:.2f}"
    return f"{figure['estimate']:.3f}（{ends}）"


def _proxy_feature(feature: Mapping[str, Any]) -> dict[str, str]:
    return {
        "zh": feature["zh"],
        "group": feature["group"] or DASH,
        "drop": DASH if feature["drop"] is None else f"{feature['drop']:+.3f}",
        "without": DASH if feature["without"] is None else f"{feature['without']:.3f}",
        "gain": percent(feature["gain"]),
        "ground": feature["ground"] or "法律未定依据",
    }
