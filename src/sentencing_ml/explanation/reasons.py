"""The reasons of a sheet in sentences, made of the sheet's own dict alone.

They say nothing that the sheet does not: every figure is one of the dict, formatted as the page formats it, and every
name stands there. A judge may read them aloud.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.explanation.attribution import BOUND

_NAMED = 2  # bars named each way, and circumstances left to the judge before 等
_VISIBLE = 0.05  # months; a smaller step would read 0.0
_SMALL = 0.1  # of the largest bar; a smaller one is no reason to name
_IN_PLAY = ("成立", "可能")
_INFERRED = "事实推断"


def reasons(content: Mapping[str, Any]) -> list[str]:
    """Return the reasons of a sheet, at most six sentences; none while its figures are hidden."""
    if (content["blind"] or {}).get("state") == "hidden":
        return []
    said = _advised(content) if content["status"]["advised"] else _not_advised(content)
    return [sentence for sentence in said if sentence is not None]


def _advised(content: Mapping[str, Any]) -> list[str | None]:
    return [
        _term(content),
        _sample(content["walk"]),
        _steps(content["walk"]["steps"]),
        _tracks(content["answer"]),
        _change(content["what_if"]),
        _left(content),
    ]


def _not_advised(content: Mapping[str, Any]) -> list[str | None]:
    why = (content["status"]["reason"] or content["status"]["zh"]).rstrip("。")
    return [
        f"本案没有责任刑参考值：{why}。",
        _law(content["answer"]),
        _rule_range(content["answer"], content["rules"]),
        _left(content),
    ]


def _term(content: Mapping[str, Any]) -> str:
    answer, case = content["answer"], content["case"]
    inferred = "（据事实推断，请先核对）" if case["charge_source"] == _INFERRED else ""
    facts = "起诉指控、未经查明的" if case["alleged"] else f"{case['facts_are']}的" if case["facts_are"] else ""
    level = rendering.percent(answer["level"], digits=0)
    return (
        f"就{case['charge']}{inferred}，依{facts}事实中的责任刑情节，"
        f"责任刑参考值为 {rendering.months(answer['liability_months'])}，"
        f"{level}区间为 {_between(answer['interval_low'], answer['interval_high'])}。"
    )


def _sample(walk: Mapping[str, Any]) -> str:
    reference = walk["reference"]
    return (
        f"对照的是{reference['charge_group']}训练案件中的 {reference['size']} 件，"
        f"它们的典型值为 {rendering.months(walk['start'])}。"
    )


def _steps(steps: Sequence[Mapping[str, Any]]) -> str:
    """Say the largest bars up and down, the one that takes the case further first."""
    bars = [step for step in steps if step["factor"] != BOUND]
    least = max([_VISIBLE, *(_SMALL * abs(step["months"]) for step in bars)])
    visible = [step for step in bars if abs(step["months"]) >= least]
    up = sorted((step for step in visible if step["months"] > 0), key=lambda step: -step["months"])[:_NAMED]
    down = sorted((step for step in visible if step["months"] < 0), key=lambda step: step["months"])[:_NAMED]
    if not up and not down:
        return "本案的责任刑情节与典型案件几乎没有差别。"
    parts = [f"{way}的主要是{'，'.join(map(_step, found))}" for way, found in (("较高", up), ("较低", down)) if found]
    if up and down and abs(down[0]["months"]) > up[0]["months"]:
        parts.reverse()
    return f"与典型案件相比，使参考值{'；使参考值'.join(parts)}。"


def _step(step: Mapping[str, Any]) -> str:
    value = f" {step['value']}" if step["value"] else ""
    article = f"（{step['article']}）" if step["article"] else ""
    way = "多" if step["months"] > 0 else "少"
    return f"{step['zh']}{value}{article}{way} {rendering.months(abs(step['months']))}"


def _tracks(answer: Mapping[str, Any]) -> str | None:
    low, high, agreement = answer["rule_low"], answer["rule_high"], answer["agreement"]
    if low is None or high is None or agreement is None:
        return "规则轨没有得出区间，两轨无从比较。"
    state = {
        "within": "参考值在区间之内",
        "overlap": "参考值在区间之外，两个区间相交",
        "apart": "参考值在区间之外，两个区间不相交，须先核对事实和档次",
    }[agreement["state"]]
    open_ = [tier["condition"] for tier in answer["tiers"] if tier["standing"] in _IN_PLAY]
    undecided = ""
    if answer["tier"] is None and len(open_) > 1:
        more = "等档次中的哪一档" if len(open_) > _NAMED else ""
        undecided = f"；适用“{'”还是“'.join(open_[:_NAMED])}”{more}尚未确定"
    return f"规则轨由法条和指导意见得出 {_between(low, high)}，{state}{undecided}。"


def _change(what_if: Mapping[str, Any] | None) -> str | None:
    if what_if is None:
        return None
    share = rendering.percent(what_if["threshold"], digits=0)
    smallest = what_if["smallest"]
    if smallest is None:
        return f"改变任何单独一项责任刑情节，参考值的变动都不到 {share}。"
    term, change = smallest["liability_months"], smallest["change_months"]
    return (
        f"单独改变一项情节就使参考值变动 {share} 以上的，最近的是{smallest['label']}："
        f"参考值为 {rendering.months(term)}（{rendering.months(change, sign=True)}）。"
    )


def _left(content: Mapping[str, Any]) -> str:
    found = [row["zh"] for row in content["offender"]]
    named = "、".join(found[:_NAMED]) + ("等" if len(found) > _NAMED else "")
    offender = f"{named}不计入以上数值，其从宽从重" if found else "没有发现预防刑情节，是否存在及其影响"
    return f"{offender}和宣告刑、缓刑、罚金由法官裁量；仅供参考，不替代法官裁判。"


def _law(answer: Mapping[str, Any]) -> str | None:
    tiers = [tier for tier in answer["tiers"] if tier["standing"] in _IN_PLAY]
    if not tiers:
        return None
    told = "；".join(f"“{tier['condition']}”处{tier['punishment']}（{tier['article']}）" for tier in tiers[:_NAMED])
    more = "等" if len(tiers) > _NAMED else ""
    return f"法律上{'适用的档次是' if len(tiers) == 1 else '可能适用的档次是'}{told}{more}。"


def _rule_range(answer: Mapping[str, Any], rules: Mapping[str, Any]) -> str | None:
    low, high = answer["rule_low"], answer["rule_high"]
    missing = f"，档次取决于没有载明的{'、'.join(rules['missing'][:_NAMED])}" if rules["missing"] else ""
    if low is None or high is None:
        return None
    return f"规则轨由法条和指导意见得出 {_between(low, high)}{missing}。"


def _between(low: float, high: float) -> str:
    least, most = rendering.months(low), rendering.months(high)
    return least if least == most else f"{least}至 {most}"
