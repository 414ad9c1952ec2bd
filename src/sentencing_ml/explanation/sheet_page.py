"""The page of a case sheet: what it draws is worked out here, what it says stands in the sheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.explanation.attribution import BOUND
from sentencing_ml.explanation.sheet import IN_PLAY, RANGES, VISIBLE
from sentencing_ml.explanation.similar import STEPS
from sentencing_ml.explanation.text_evidence import closed, opened
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import SECTIONS, SPEAKERS


def page(content: Mapping[str, Any]) -> str:
    """Return the HTML page of a sheet."""
    basis = content["basis"]
    versions = {**basis["versions"], "训练案件": f"{basis['training_rows']:,} 件", "数据截至": basis["data_cut"]}
    context = {"sheet": content, "drawing": drawing(content), "running": content["file"], "versions": versions}
    return rendering.render("sheet.html", context)


MARK_KINDS = {"责任刑": "liability", "预防刑": "prevention", "预防刑（有争议）": "mixed"}
_QUOTES = 3  # sentences quoted for a factor; the text marks every one
_TICKS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
_PRINTED = {"facts": 10, "alternatives": 5, "quoted_steps": 6, "context": 18}
"""Rows that paper shows, and characters each side of a fact, so that an ordinary case prints on two pages. The screen
has all, and the paper says so."""


def drawing(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page draws and the sheet does not say: axes, ticks, and sentences made from figures."""
    answer, walk = content["answer"], content["walk"]
    axis = _axis(answer)
    highest = max((answer[name] for name in RANGES if answer[name] is not None), default=0.0)
    gap = next((gap for gap in _TICKS if axis / gap <= 6), _TICKS[-1])
    ticks = [{"at": at, "label": "0" if not at else rendering.years_months(at)} for at in range(0, int(axis) + 1, gap)]
    steps = _drawn_steps(walk) if walk else []
    edited = {edit["factor"] for edit in content["edits"]}
    told = {row["factor"] for row in (*content["facts"], *content["offender"])}
    return {
        "scale_rows": _scale_rows(answer),
        "ticks": ticks,
        "axis_high": axis,
        "cut_at": rendering.years_months(axis) if highest > axis else None,
        "walk_high": max([1e-9, walk["start"], walk["end"], *(step["after"] for step in steps)]) if walk else 1.0,
        "steps": steps,
        "glance": _glance(steps),
        "mark_kinds": MARK_KINDS,
        "outcomes": [_outcome(match) for match in content["similar"]],
        "step_names": STEPS,
        "quotes": _QUOTES,
        "visible": VISIBLE,
        "opens": any(step["parts"] for step in steps),
        "printed": _PRINTED,
        "alternatives": _by_weight(content["what_if"]["alternatives"]) if content["what_if"] else [],
        "plea_open": [check for check in content["legal_checks"]["plea"] if check["answer"] is None],
        "tiers_left_out": sum(tier["standing"] not in IN_PLAY for tier in answer["tiers"]),
        "edited": lambda factor: factor in edited,
        # how often, of what and for how long: the paper has them in the list of zones
        "details": {factor.name for factor in registry().offender() if factor.type != "boolean"},
        "removed": [edit for edit in content["edits"] if edit["factor"] not in told],
        "quoted": lambda ids: _best(content["evidence"], ids),
        "short": lambda ids: [_short(item["quote"]) for item in _best(content["evidence"], ids)[:1]],
    }


def _by_weight(alternatives: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the alternatives with the largest change first; those without a figure stand last, in their order."""
    return sorted(alternatives, key=lambda row: -abs(row["change_months"] or 0.0))


def _best(evidence: Sequence[Mapping[str, Any]], ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the evidence to quote: the court's before the parties', its opinion before its findings."""
    own = [item for item in evidence if item["id"] in ids]
    ranked = sorted(
        own, key=lambda item: (item["speaker"] != SPEAKERS["court"], item["section"] != SECTIONS["opinion"])
    )
    by_sentence = {"".join(item["quote"].values()): item for item in reversed(ranked)}
    return [item for item in ranked if by_sentence["".join(item["quote"].values())] is item][:_QUOTES]


def _short(quote: Mapping[str, str]) -> dict[str, str]:
    """Return a quotation of one line, for paper."""
    most, before, after = _PRINTED["context"], quote["before"], quote["after"]
    return {
        "before": opened(before[-most:]) if len(before) > most else before,
        "span": closed(quote["span"][: 2 * most]) if len(quote["span"]) > 2 * most else quote["span"],
        "after": closed(after[:most]) if len(after) > most else after,
    }


def _axis(answer: Mapping[str, Any]) -> float:
    """Return the right end of the scale: the bound of the lightest tier that holds the interval, else the whole range.

    On the whole statutory range of a charge with heavy tiers, a light case would be a dot at the left edge.
    """
    whole = max((answer[name] for name in RANGES if answer[name] is not None), default=0.0) or 1.0
    if answer["interval_high"] is None:
        return whole
    enough = [
        tier["high"] for tier in answer["tiers"] if tier["high"] is not None and tier["high"] >= answer["interval_high"]
    ]
    return float(min(enough, default=whole))


def _scale_rows(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for label, low, high, point, kind in (
        ("责任刑参考值", "interval_low", "interval_high", "liability_months", "empirical"),
        ("规则区间", "rule_low", "rule_high", None, "rule"),
        ("法定刑幅度", "statute_low", "statute_high", None, "statute"),
    ):
        if answer[low] is not None and answer[high] is not None:
            text = f"{answer[low]:.1f} 至 {answer[high]:.1f} 个月".replace(".0 ", " ")
            rows.append(
                {"label": label, "low": answer[low], "high": answer[high], "kind": kind, "text": text,
                 "point": answer[point] if point else None}
            )  # fmt: skip
    return rows


def _drawn_steps(walk: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the steps as drawn: the first few one by one, and the rest as one."""
    factors = [dict(step) for step in walk["steps"] if step["factor"] != BOUND]
    if rest := walk["rest"]:
        first = max(len(factors) - rest["n"], 0)
        lump = {
            **factors[-1],
            "factor": "rest",
            "zh": f"其余 {rest['n']} 项",
            "value": None,
            "article": None,
            "evidence": [],
            "tag": "合计",
            "before": factors[first]["before"],
            "months": rest["months"],
            "percent": None,
            "parts": [],
        }
        factors = [*factors[:first], lump]
    return [*factors, *(dict(step) for step in walk["steps"] if step["factor"] == BOUND)]


def _glance(steps: Sequence[Mapping[str, Any]]) -> str:
    largest = sorted(
        (step for step in steps if step["factor"] not in ("rest", BOUND)), key=lambda step: -abs(step["months"])
    )
    said = [
        f"{step['zh']} {rendering.months(step['months'], sign=True)}"
        for step in largest[:3]
        if abs(step["months"]) >= 0.05
    ]
    return f"影响最大的是{'、'.join(said)}。" if said else "本案与典型案件几乎没有差别。"


def _outcome(match: Mapping[str, Any]) -> str:
    penalty, term = match["penalty"] or match["final_penalty"], match["term_months"]
    if term is None and match["final_term_months"] is not None:
        penalty, term = match["final_penalty"] or penalty, match["final_term_months"]
    parts = [" ".join(part for part in (penalty, rendering.years_months(term) if term is not None else None) if part)]
    parts[0] = parts[0] or "宣告刑未记载"
    if match["probation_months"]:
        parts.append(f"缓刑 {rendering.years_months(match['probation_months'])}")
    if match["fine_yuan"]:
        parts.append(f"罚金 {rendering.number(match['fine_yuan'])} 元")
    if match["term_months"] is None and match["final_term_months"] is not None and (match["counts"] or 1) > 1:
        parts.append("数罪并罚的执行刑期")
    return "，".join(parts)
