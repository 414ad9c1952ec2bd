"""The exploratory sections of the audit's page: intersections, the swap test, proxies and virtual judges.

None of them gives a verdict: what stands out is marked 值得查看.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sentencing_ml.factors.registry import registry
from sentencing_ml.fairness.report import text
from sentencing_ml.fairness.report.drawings import Row, forest
from sentencing_ml.fairness.report.front import state_of
from sentencing_ml.rendering import DASH, number, percent

PRINTED_PAIR = frozenset({"gender", "ethnicity"})
"""The crossing that the New York rule asks for by name (sex by race and ethnicity); the others are for the screen."""

MOST = 12
"""Groups of an exploratory table on paper; all of them are on the screen."""

SMALL_TABLE = 24
"""Cells up to which the table of a crossing stands on the page; the others are in the JSON."""


def intersections_page(section: Mapping[str, Any] | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells with the largest shrunken bias, the scan, and the tables of the crossings."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    pairs = [_pair(pair, section["fields"]) for pair in section["pairs"]]
    tables = [pair for pair in pairs if pair["rows"] and len(pair["rows"]) <= SMALL_TABLE]
    return {
        **shown,
        "glance": _crossing_glance(section["summary"]),
        "scan": _scan(section["scan"]),
        "least": percent(section["least_share"], digits=0),
        "median": f"{section['median_advice']:.1f}" if section["median_advice"] is not None else DASH,
        "forest": forest([("", [_crossing_row(cell) for cell in section["worst"]])], margin=None)
        if section["worst"]
        else None,
        "printed": [pair for pair in tables if pair["attributes"] == PRINTED_PAIR],
        "folded": [pair for pair in tables if pair["attributes"] != PRINTED_PAIR],
        "left": len(pairs) - len(tables),
        "skipped": [
            f"{' × '.join(attributes.get(name, {}).get('zh', name) for name in entry['attributes'])}：{entry['why']}"
            for entry in section["skipped"]
        ],
    }


def _crossing_glance(summary: Mapping[str, Any]) -> str:
    worst = summary["worst_shrunken"]
    largest = "" if worst is None else f"，收缩后最大的误差 {percent(worst)}"
    return (
        f"{number(summary['pairs'])} 对属性、{number(summary['cells'])} 个可估计的格，"
        f"{number(summary['look'])} 个值得查看{largest}。"
    )


def _scan(scan: Mapping[str, Any] | None) -> str | None:
    if scan is None:
        return None
    where = " × ".join(scan["cell"]["groups"])
    return (
        f"扫描 {number(scan['cells'])} 格：最大的标准化差 {scan['statistic']:.1f}（{where}），"
        f"没有任何差异时 95% 的最大值不超过 {scan['null_95']:.1f}，p = {text.q_value(scan['p'])}。"
    )


def _crossing_row(cell: Mapping[str, Any]) -> Row:
    """Return a line of the forest plot: the shrunken estimate with its credible interval."""
    figure = {
        "estimate": cell["shrunken"],
        "low": cell["credible_low"],
        "high": cell["credible_high"],
        "detectable": cell["detectable"],
    }
    return Row(label=" × ".join(cell["groups"]), n=cell["n"], figure=figure, word="值得查看" if cell["look"] else "")


def _pair(pair: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    cells = [dict(zip(fields, cell, strict=True)) for cell in pair["cells"]]
    return {
        "attributes": frozenset(pair["attributes"]),
        "zh": " × ".join(pair["zh"]),
        "remark": f"另有 {number(pair['suppressed'])} 格不公布" if pair["suppressed"] else "",
        "rows": [
            {
                "cell": " × ".join(cell["groups"]),
                "n": text.count(cell["n"]),
                "rate": percent(cell["scoring_rate"]),
                "ratio": DASH if cell["impact_ratio"] is None else f"{cell['impact_ratio']:.2f}",
                "bias": text.with_interval(cell),
                "detectable": text.detectable(cell),
                "look": text.LOOK if cell["look"] else "",
            }
            for cell in cells
        ],
    }


def swap_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what each edit of the texts moved, placebos beside it, and which rules read otherwise."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    kinds = {"group": "组别", "placebo": "安慰剂"}
    names = {edit["name"]: edit["zh"] for edit in section["edits"]}
    return {
        **shown,
        "reading": section["reading"],
        "glance": _swap_glance(section),
        "text_why": section["text_why"],
        "has_text": any(edit["text_model"] for edit in section["edits"]),
        "edits": [
            {"zh": kind, "rows": [_edit(edit) for edit in section["edits"] if edit["kind"] == name]}
            for name, kind in kinds.items()
        ],
        "rules": [_rule_move(move, names) for move in section["by_rule"]],
        "norms": [
            {
                "edit": names.get(move["edit"], move["edit"]),
                "factor": factor_zh(move["factor"]),
                "n": number(move["counts"]),
            }
            for move in section["norm_moves"]
        ],
    }


def _swap_glance(section: Mapping[str, Any]) -> str:
    upper = "" if section["upper"] is None else f"，真实比例不超过 {percent(section['upper'], digits=2)}"
    return (
        f"{number(section['texts'])} 份文书、{number(section['swaps'])} 次替换，"
        f"{number(section['moved'])} 次使建议变动{upper}。"
    )


def _edit(edit: Mapping[str, Any]) -> dict[str, str]:
    model = edit["text_model"]
    apart = [f"规范 {number(edit['norm'])}"] if edit["norm"] else []
    apart += [f"{entry['article']} {number(entry['n'])}" for entry in edit["relevant"]]
    return {
        "zh": edit["zh"],
        "swaps": number(edit["swaps"]),
        "moved": number(edit["moved"]),
        "upper": percent(edit["upper"], digits=2),
        "change": text.with_interval(edit["change"], digits=2) if edit["moved"] else "0",
        "apart": "，".join(apart) or DASH,
        "text_share": DASH if model is None else percent(model["share"]),
        "text_change": DASH if model is None else text.with_interval(model["change"]),
    }


def _rule_move(move: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {
        "edit": names.get(move["edit"], move["edit"]),
        "factor": factor_zh(move["factor"]),
        "rules": f"{_listed(move['before'])} → {_listed(move['after'])}",
        "moved": number(move["moved"]),
        "unmoved": number(move["unmoved"]),
    }


def factor_zh(name: str | None) -> str:
    """Return the words of a factor; without a name, other defendants or charges were read."""
    if name is None:
        return "被告人或罪名"
    known = registry().factors.get(name)
    return name if known is None else known.zh


def _listed(rules: Sequence[str]) -> str:
    return "、".join(rules) or "无"


def proxies_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how well groups can be told from the inputs and from the score, and by which factors."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    attributes = section["attributes"].values()
    groups = [
        {"zh": found["zh"], "rows": rows}
        for found in attributes
        if (rows := [_proxy_group(group) for group in found["groups"] if group["inputs"]])
    ]
    return {
        **shown,
        "note": section["note"],
        "target": f"{section['target']:.2f}",
        "glance": _proxies_glance(section["summary"]),
        "sampled": _sampled(section["rows"]),
        "groups": groups,
        "most": _most(groups, by="departs"),
        "features": [
            {"attribute": found["zh"], **_proxy_feature(found["features"][0])}
            for found in attributes
            if found["features"]
        ],
        "silent": _silent(attributes),
    }


def _most(blocks: list[dict[str, Any]], *, by: str) -> list[dict[str, Any]]:
    """Return the rows that are worth a look and, up to ``MOST`` in all, those that depart most, for paper."""
    rows = [{**row, "group": f"{block['zh']} {row['group']}"} for block in blocks for row in block["rows"]]
    rows.sort(key=lambda row: (not row["look"], -row[by]))
    return rows[: max(MOST, sum(bool(row["look"]) for row in rows))]


def _proxies_glance(summary: Mapping[str, Any]) -> str:
    largest = summary.get("largest_score")
    if not summary.get("tests"):
        return "没有一个组达到可以测量的件数。"
    worst = "" if largest is None else f"；建议在法律之外透露组别的程度最大为 |AUC − 0.5| = {largest:.3f}"
    return f"共 {summary['tests']} 次检验（输入与建议分别检验），{summary['worth_looking']} 次值得查看{worst}。"


def _sampled(rows: Mapping[str, Any]) -> str:
    used, of = rows.get("used"), rows.get("of")
    if of is None or used == of:
        return f"用全部 {number(used)} 件"
    return f"从 {number(of)} 件中抽取 {number(used)} 件"


def _proxy_group(group: Mapping[str, Any]) -> dict[str, Any]:
    score, inputs = group["score"], group["inputs"]
    return {
        "group": group["group"],
        "n": text.count(group["n"]),
        "inputs": _area(inputs) + (f" {text.LOOK}" if inputs and inputs.get("worth_looking") else ""),
        "score": _area(score),
        "null": _band(score),
        "detectable": DASH if not score or score["detectable"] is None else f"{score['detectable']:.3f}",
        "q": text.q_value(score["q"] if score else None),
        "look": text.LOOK if score and score["worth_looking"] else "",
        "departs": 0.0 if not score or score["estimate"] is None else abs(score["estimate"] - 0.5),
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


def virtual_judges_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how far a judge who learned from one group departs from one who learned from the others."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    attributes, summary = section["attributes"].values(), section["summary"]
    largest = "" if summary["largest"] is None else f"，其中最大的方向为 {percent(summary['largest'], sign=True)}"
    groups = [
        {"zh": found["zh"], "rows": rows}
        for found in attributes
        if (rows := [_judge(group) for group in found["groups"] if group["inconsistency"]])
    ]
    return {
        **shown,
        "note": section["note"],
        "glance": f"共 {number(summary['tests'])} 项比较，{number(summary['worth_looking'])} 项值得查看{largest}。",
        "sampled": _sampled(section["rows"]),
        "groups": groups,
        "most": _most(groups, by="departs"),
        "silent": _silent(attributes),
    }


def _judge(group: Mapping[str, Any]) -> dict[str, Any]:
    size, direction = group["inconsistency"], group["direction"] or {}
    look = size["worth_looking"] or direction.get("worth_looking")
    return {
        "group": group["group"],
        "n": text.count(group["n"]),
        "size": percent(size["estimate"]),
        "size_null": _null(size, sign=False),
        "direction": percent(direction.get("estimate"), sign=True),
        "direction_null": _null(direction, sign=True),
        "q": text.q_value(direction.get("q")),
        "look": text.LOOK if look else "",
        "departs": abs(direction.get("estimate") or 0.0),
    }


def _null(figure: Mapping[str, Any], *, sign: bool) -> str:
    if figure.get("null_low") is None or figure.get("null_high") is None:
        return DASH
    return f"{percent(figure['null_low'], sign=sign)} 至 {percent(figure['null_high'], sign=sign)}"


def _silent(attributes: Iterable[Mapping[str, Any]]) -> list[str]:
    return [text.silent(found["zh"], found["why"]) for found in attributes if found["status"] != "measured"]
