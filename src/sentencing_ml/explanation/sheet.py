"""The case sheet: what a judge reads of one count, first as a plain dict (``schema.json``), then as one HTML page.

Nothing of the verdict is on it. The text is shown without its verdict and tail, so that the sheet of a decided case is
the sheet that its judge would have had.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.explanation.attribution import BOUND, RULES, Walk
from sentencing_ml.explanation.similar import STEPS
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import KINDS, SECTIONS, SPEAKERS, is_none, missing, value_text
from sentencing_ml.judgments.document import Document
from sentencing_ml.law.circumstances import circumstances, no_double_count
from sentencing_ml.law.report import STANDINGS
from sentencing_ml.storage import sha256_bytes

SCHEMA = "sentencing-ml/case-sheet/1"
OMITTED = ("verdict", "tail")  # leak rule: what is known only after the verdict
PLEA = "plea_leniency"

STATUS = {
    "advised": "已给出参考",
    "thin_data": "同类案件过少，不给实证数值",
    "out_of_scope": "超出模型范围，不给实证数值",
    "unreadable": "无法读取，不给数值",
}
FOUND = {"found": "法院查明", "alleged": "起诉指控，未经查明"}
CHARGE_SOURCES = {"verdict": "判决认定", "indictment": "起诉指控", "record": "记录标明", "inferred": "事实推断"}
_SENTENCE_END = re.compile(r"[。；！？\n]")
_QUOTE = 60  # characters of context each side that a quotation shows at most


@dataclass(frozen=True, kw_only=True)
class Case:
    """A count to be explained: its row of the factor table, document, evidence, the defendant's other charges."""

    row: Mapping[str, Any]
    document: Document
    evidence: Sequence[Mapping[str, Any]]
    other_charges: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an advice rests on: versions by label, last day and number of the training cases, level of the interval."""

    versions: Mapping[str, str]
    data_cut: str | None
    training_rows: int
    level: float


def safe_id(row_id: str) -> str:
    """Return a file name for a row: what is ASCII in its id, then a piece of its hash against collisions."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", row_id).strip("-")[:60] or "case"
    return f"{readable}-{sha256_bytes(row_id.encode())[:8]}"


def sheet(
    case: Case,
    *,
    prediction: Mapping[str, Any],
    rules: Mapping[str, Any] | None,
    walk: Walk | None,
    reference: Mapping[str, Any] | None,
    history: Mapping[str, Mapping[str, Any]],
    similar: Sequence[Mapping[str, Any]],
    probation: Mapping[str, Any] | None,
    basis: Basis,
) -> dict[str, Any]:
    """Compose the sheet.

    Parameters
    ----------
    prediction
        The count's prediction; months and bounds may be None.
    rules
        The rule track of the count (:func:`law.report.track_data`); None where the law data are silent.
    walk, reference
        From :mod:`attribution`; None when no empirical figure is given. ``reference`` has charge_group, size, sha256.
    history
        By factor: n and quantiles of declared ÷ liability term among past cases with it; without entry: none.
    """
    advised = prediction["status"] == "advised"
    if advised != (walk is not None):
        raise ValueError("an advised count has a walk, and only an advised count")
    evidence = _evidence(case)
    by_factor: dict[str, list[dict]] = {}
    for item in evidence:
        by_factor.setdefault(item["factor"], []).append(item)
    offender = _offender(case, by_factor, history)
    return {
        "schema": SCHEMA,
        "file": safe_id(str(case.row["row_id"])),
        "case": _identity(case, prediction),
        "status": {
            "code": prediction["status"],
            "zh": STATUS[prediction["status"]],
            "advised": advised,
            "reason": prediction.get("reason") or None,
        },
        "answer": _answer(prediction, basis, advised, rules),
        "rules": {
            "law": rules["law"] if rules else None,
            "missing": list(rules["missing"]) if rules else [],
            "court": [
                {"word": word, "borne": borne} for word, borne in (rules.get("court", {}) if rules else {}).items()
            ],
            "tracks": _rule_steps(rules, by_factor),
        },
        "human": {"probation": dict(probation) if probation else None},
        "walk": _walk(walk, reference, case, by_factor) if walk and reference else None,
        "facts": _facts(case, by_factor),
        "not_mentioned": [factor.zh for factor in registry().model_inputs() if missing(case.row.get(factor.name))],
        "absent": [factor.zh for factor in registry().model_inputs() if is_none(case.row.get(factor.name))],
        "offender": offender,
        # Details of a record that is not there (charge, term, release) are nothing unknown.
        "offender_unknown": [
            factor.zh
            for factor in registry().offender()
            if factor.type in ("boolean", "category") and missing(case.row.get(factor.name))
        ],
        "plea": _plea(case, offender),
        "evidence": evidence,
        "text": _text(case.document, evidence),
        "similar": [dict(match) for match in similar],
        "basis": {
            "n_similar": prediction.get("n_similar"),
            "data_cut": basis.data_cut,
            "training_rows": basis.training_rows,
            "versions": dict(basis.versions),
        },
        "citation": _citation(case, prediction, basis, advised),
    }


def page(content: Mapping[str, Any]) -> str:
    """Return the HTML page of a sheet."""
    basis = content["basis"]
    versions = {**basis["versions"], "训练案件": f"{basis['training_rows']:,} 件", "数据截至": basis["data_cut"]}
    context = {"sheet": content, "drawing": drawing(content), "running": content["file"], "versions": versions}
    return rendering.render("sheet.html", context)


MARK_KINDS = {"责任刑": "liability", "预防刑": "prevention", "预防刑（有争议）": "mixed"}
_QUOTES = 3  # sentences quoted for a factor; the text marks every one
_SHOWN_STEPS = 10  # bars of a walk drawn one by one; the smaller rest is one bar
_VISIBLE = 0.05  # months; a smaller step would read 0.0
_TICKS = (1, 2, 3, 6, 12, 24, 36, 60, 120)


def drawing(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page draws and the sheet does not say: axes, ticks, and sentences made from figures."""
    answer, walk = content["answer"], content["walk"]
    axis = _axis(answer)
    highest = max((answer[name] for name in _RANGES if answer[name] is not None), default=0.0)
    gap = next((gap for gap in _TICKS if axis / gap <= 6), _TICKS[-1])
    ticks = [{"at": at, "label": "0" if not at else rendering.years_months(at)} for at in range(0, int(axis) + 1, gap)]
    steps = _drawn_steps(walk["steps"]) if walk else []
    return {
        "scale_rows": _scale_rows(answer),
        "ticks": ticks,
        "axis_high": axis,
        "cut_at": rendering.years_months(axis) if highest > axis else None,
        "walk_high": max([1e-9, *(step[end] for step in steps for end in ("before", "after"))]) if steps else 1.0,
        "steps": steps,
        "glance": _glance(steps),
        "mark_kinds": MARK_KINDS,
        "outcomes": [_outcome(match) for match in content["similar"]],
        "step_names": STEPS,
        "quotes": _QUOTES,
        "quoted": lambda ids: _best(content["evidence"], ids),
    }


def _best(evidence: Sequence[Mapping[str, Any]], ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the evidence to quote: the court's before the parties', its opinion before its findings."""
    own = [item for item in evidence if item["id"] in ids]
    ranked = sorted(
        own, key=lambda item: (item["speaker"] != SPEAKERS["court"], item["section"] != SECTIONS["opinion"])
    )
    by_sentence = {"".join(item["quote"].values()): item for item in reversed(ranked)}
    return [item for item in ranked if by_sentence["".join(item["quote"].values())] is item][:_QUOTES]


def _axis(answer: Mapping[str, Any]) -> float:
    """Return the right end of the scale: the bound of the lightest tier that holds the interval, else the whole range.

    On the whole statutory range of a charge with heavy tiers, a light case would be a dot at the left edge.
    """
    whole = max((answer[name] for name in _RANGES if answer[name] is not None), default=0.0) or 1.0
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


def _drawn_steps(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps as drawn: the first few one by one, and the rest, each smaller in logs, as one."""
    factors = [dict(step) for step in steps if step["factor"] != BOUND]
    visible = [place for place, step in enumerate(factors) if abs(step["months"]) >= _VISIBLE]
    shown = min(visible[-1] + 1 if visible else 0, _SHOWN_STEPS)
    if len(factors) - shown > 1:
        rest = factors[shown:]
        lump = {
            **rest[-1],
            "factor": "rest",
            "zh": f"其余 {len(rest)} 项",
            "value": None,
            "article": None,
            "evidence": [],
            "tag": "责任刑",
            "before": rest[0]["before"],
            "months": rest[-1]["after"] - rest[0]["before"],
        }
        factors = [*factors[:shown], lump]
    return [*factors, *(dict(step) for step in steps if step["factor"] == BOUND)]


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


def _identity(case: Case, prediction: Mapping[str, Any]) -> dict[str, Any]:
    row = case.row
    return {
        "row_id": str(row["row_id"]),
        "doc_id": str(row["doc_id"]),
        "kind": case.document.kind,
        "kind_zh": KINDS[case.document.kind],
        "defendant": _text_or_none(row.get("defendant")),
        "case_number": _text_or_none(row.get("case_number")),
        "court": _text_or_none(row.get("court")),
        "charge": _text_or_none(prediction.get("charge")) or _text_or_none(row.get("charge")),
        "charge_group": _text_or_none(prediction.get("charge_group")) or _text_or_none(row.get("charge_group")),
        "charge_source": CHARGE_SOURCES.get(str(row.get("charge_source"))),
        "facts_are": FOUND.get(str(row.get("status"))),
        "alleged": row.get("status") == "alleged",
        "other_charges": list(case.other_charges),
    }


_IN_PLAY = (STANDINGS["established"], STANDINGS["possible"])
_RANGES = ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "statute_low", "statute_high")


def _answer(
    prediction: Mapping[str, Any], basis: Basis, advised: bool, rules: Mapping[str, Any] | None
) -> dict[str, Any]:
    figures = {name: _float(prediction.get(name)) for name in _RANGES}
    if not advised:
        figures.update(liability_months=None, interval_low=None, interval_high=None)
    kinds = prediction.get("sanction_kinds") or {}
    tier, found = (
        _text_or_none(prediction.get("tier")),
        _tiers(rules, figures["liability_months"]),
    )
    ordered = sorted(((str(kind), float(share)) for kind, share in kinds.items()), key=lambda item: (-item[1], item[0]))
    return {
        **figures,
        "level": basis.level,
        "tier": tier,
        "tiers": found,
        "sanction_kinds": [{"kind": kind, "share": share} for kind, share in ordered] if advised else [],
        "agreement": _agreement(figures, tier, found),
    }


def _tiers(rules: Mapping[str, Any] | None, term: float | None) -> list[dict[str, Any]]:
    """Return the tiers as the rule track found them; ``holds`` says whether the liability term lies in one."""
    rows = []
    for tier in rules["tiers"] if rules else ():
        low, high = tier["months"] or (None, None)
        rows.append(
            {
                **{key: tier[key] for key in ("id", "condition", "standing", "punishment", "article", "verified")},
                "low": low,
                "high": high,
                "starting": tier["starting"],
                "reasons": [
                    {key: reason[key] for key in ("text", "truth", "article", "missing")}
                    for reason in tier["reasons"]
                    if reason["truth"] != "否"
                ],
                "holds": None if term is None or low is None or high is None else low <= term <= high,
            }
        )
    return rows


def _rule_steps(rules: Mapping[str, Any] | None, by_factor: Mapping[str, Sequence[Mapping]]) -> list[dict[str, Any]]:
    """Return the steps of the rule track within each tier in play, with the evidence of the fact that each rests on."""
    rows = []
    for entry in rules["tracks"] if rules else ():
        steps = [
            {
                **{key: step[key] for key in ("rule", "article", "before", "after", "note")},
                "evidence": [item["id"] for item in by_factor.get(step["factor"], ())],
            }
            for step in entry["steps"]
        ]
        rows.append({"tier": entry["tier"], "condition": entry["condition"], "steps": steps, "untold": entry["untold"]})
    return rows


def _agreement(figures: Mapping[str, float | None], tier: str | None, found: Sequence[dict]) -> dict[str, str] | None:
    """Return how the two tracks agree; with the tier open, which tier the empirical figure would lie in."""
    term, low, high = figures["liability_months"], figures["rule_low"], figures["rule_high"]
    if term is None or low is None or high is None:
        return None
    if low <= term <= high:
        state = "within"
    else:
        state = "overlap" if figures["interval_low"] <= high and figures["interval_high"] >= low else "apart"
    found = [entry for entry in found if entry["standing"] in _IN_PLAY]
    if tier is None and len(found) > 1:
        holding = "、".join(f"“{entry['condition']}”" for entry in found if entry["holds"])
        where = f"实证参考值落在{holding}的法定刑之内。" if holding else "实证参考值不在任何一档的法定刑之内。"
        return {
            "state": state,
            "text": where + "档次未定，规则区间覆盖各档，不足以校验；请先认定适用的档次，再与该档的量刑起点比较。",
        }
    if state == "within":
        return {"state": state, "text": "实证参考值落在规则区间之内。"}
    below = term < low
    gap = rendering.months(low - term if below else term - high)
    return {
        "state": state,
        "text": f"实证参考值{'低' if below else '高'}于规则区间{'下限' if below else '上限'} {gap}，"
        + ("但两个区间相交。" if state == "overlap" else "两个区间不相交。")
        + "规则轨由法条和指导意见得出，实证轨反映同类案件的裁判实践；请先核对数额、伤情等事实的提取和适用的档次。",
    }


def _walk(walk: Walk, reference: Mapping[str, Any], case: Case, by_factor: Mapping[str, list[dict]]) -> dict[str, Any]:
    steps = []
    for step in walk.steps:
        factor = registry().factors.get(step.name)
        steps.append(
            {
                "factor": step.name,
                "zh": factor.zh if factor else {RULES: "法律规则（幅度与起点）", BOUND: "数值边界"}[step.name],
                "value": value_text(factor, case.row.get(step.name)) if factor else None,
                "tag": "责任刑" if factor else "法律规则",
                "article": factor.article if factor else None,
                "log": step.log,
                "before": step.before,
                "after": step.after,
                "months": step.months,
                "evidence": [item["id"] for item in by_factor.get(step.name, [])],
            }
        )
    return {
        "start": walk.start,
        "end": walk.end,
        "order": "按各情节贡献的大小（对数尺度绝对值）由大到小",
        "method": "interventional SHAP",
        "reference": dict(reference),
        "steps": steps,
    }


def _facts(case: Case, by_factor: Mapping[str, list[dict]]) -> list[dict[str, Any]]:
    rows = []
    for factor in registry().model_inputs():
        value = case.row.get(factor.name)
        if missing(value) or is_none(value):
            continue
        level = next((level for level in factor.levels if level.name == value), None)
        own_class = level.factor_class if level else factor.factor_class
        circumstance = (level.circumstance if level else None) or factor.circumstance
        rows.append(
            {
                "factor": factor.name,
                "zh": factor.zh,
                "value": value_text(factor, value),
                "tag": own_class.shown_as,
                "disputed": (level.disputed if level else None) or factor.disputed,
                "article": factor.article,
                "bands": _bands(circumstance),
                "evidence": [item["id"] for item in by_factor.get(factor.name, [])],
            }
        )
    return rows


def _offender(
    case: Case,
    by_factor: Mapping[str, list[dict]],
    history: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    rows = []
    for factor in registry().offender():
        value = case.row.get(factor.name)
        if missing(value) or is_none(value):
            continue
        entry = circumstances().entries.get(factor.circumstance or "")
        rows.append(
            {
                "factor": factor.name,
                "zh": factor.zh if factor.type == "boolean" else f"{factor.zh}：{value_text(factor, value)}",
                "tag": factor.factor_class.shown_as,
                "direction": factor.direction,
                "direction_zh": {-1: "从宽", 0: "不定", 1: "从重"}[factor.direction],
                "article": factor.article,
                "item": entry.guideline if entry else None,
                "bands": _bands(factor.circumstance),
                "disputed": factor.disputed,
                "history": dict(history[factor.name]) if factor.name in history else None,
                "absorbed": False,
                "evidence": [item["id"] for item in by_factor.get(factor.name, [])],
            }
        )
    absorbed = _absorbed(rows)
    return [{**row, "absorbed": row["factor"] in absorbed} for row in rows]


def _absorbed(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the factors which the guideline does not let count again beside 认罪认罚; none without it."""
    if not any(row["factor"] == PLEA for row in rows):
        return set()
    excluded = set(no_double_count())
    return {row["factor"] for row in rows if registry().factors[row["factor"]].circumstance in excluded}


def _plea(case: Case, offender: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    value = case.row.get(PLEA)
    return {
        "present": None if missing(value) else bool(value),
        "absorbs": [row["zh"] for row in offender if row["absorbed"]],
        "item": circumstances().entries[circumstances().plea.id].guideline,
    }


def _bands(circumstance: str | None) -> list[dict[str, Any]]:
    """Return the guideline's ratios of a circumstance, signed, a line a variant; empty where it gives none."""
    entry = circumstances().entries.get(circumstance or "")
    if entry is None or entry.direction == 0:
        return []
    lines = [(variant.when, variant.band, variant.exempt) for variant in entry.variants if variant.band is not None]
    if not lines and entry.band is not None:
        lines = [(None, entry.band, False)]
    return [
        {
            "condition": when,
            "low": min(entry.direction * band.low, entry.direction * band.high),
            "high": max(entry.direction * band.low, entry.direction * band.high),
            "text": _band_text(band.low, band.high, entry.direction, exempt),
            "verified": entry.band_verified,
        }
        for when, band, exempt in lines
    ]


def _band_text(low: float, high: float, direction: int, exempt: bool) -> str:
    verb = "增加" if direction > 0 else "减少"
    least, most = rendering.percent(low, digits=0), rendering.percent(high, digits=0)
    if exempt:
        return f"{verb} {least} 以上或者依法免除处罚"
    return f"{verb} {most} 以下" if low == 0 else f"{verb} {least} 至 {most}"


def _evidence(case: Case) -> list[dict[str, Any]]:
    """Return the evidence that a judge sees: of liability, offender and procedural facts, never of protected ones."""
    shown = {factor.name for factor in (*registry().model_inputs(), *registry().offender())}
    text = case.document.text
    hidden = [(part.start, part.end) for part in case.document.sections if part.name in OMITTED]
    items = []
    for entry in sorted(
        case.evidence, key=lambda entry: (int(entry["start"]), int(entry["end"]), str(entry["factor"]))
    ):
        start, end = int(entry["start"]), int(entry["end"])
        if entry["factor"] not in shown or not 0 <= start < end <= len(text):
            continue
        if any(a <= start < b for a, b in hidden) or is_none(case.row.get(entry["factor"])):
            continue
        factor = registry().factors[entry["factor"]]
        level = next((level for level in factor.levels if level.name == case.row.get(factor.name)), None)
        items.append(
            {
                "id": f"e{len(items) + 1}",
                "factor": factor.name,
                "zh": factor.zh,
                "tag": (level.factor_class if level else factor.factor_class).shown_as,
                "start": start,
                "end": end,
                "rule": str(entry["rule"]),
                "section": SECTIONS.get(str(entry["section"])),
                "speaker": SPEAKERS.get(str(entry["speaker"])),
                "quote": _quote(text, start, end),
            }
        )
    return items


def _quote(text: str, start: int, end: int) -> dict[str, str]:
    """Return the sentence around a span in three parts: before, the span, after."""
    left = max(start - _QUOTE, 0)
    before = text[left:start]
    breaks = [match.end() for match in _SENTENCE_END.finditer(before)]
    before = before[breaks[-1] :] if breaks else ("…" if left else "") + before
    after = text[end : end + _QUOTE]
    stop = _SENTENCE_END.search(after)
    after = after[: stop.end()] if stop else after + ("…" if end + _QUOTE < len(text) else "")
    return {"before": before.strip(), "span": text[start:end].replace("\n", " "), "after": after.strip()}


def _text(document: Document, evidence: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parts, position = [], 0
    for section in sorted(document.sections, key=lambda section: section.start):
        if section.start > position:
            parts.append((None, position, section.start))
        parts.append((section.name, max(section.start, position), section.end))
        position = max(position, section.end)
    if position < len(document.text):
        parts.append((None, position, len(document.text)))
    shown, omitted = [], []
    for name, start, end in parts:
        if name in OMITTED:
            omitted.append(SECTIONS[name])
            continue
        paragraphs = _paragraphs(document.text, start, end, evidence)
        if paragraphs:
            shown.append({"name": name, "zh": SECTIONS.get(name or ""), "paragraphs": paragraphs})
    return {"sections": shown, "omitted": list(dict.fromkeys(omitted)), "characters": len(document.text)}


def _paragraphs(text: str, start: int, end: int, evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    result = []
    for match in re.finditer(r"[^\n]+", text[start:end]):
        a, b = start + match.start(), start + match.end()
        if text[a:b].strip():
            pieces = _pieces(text, a, b, evidence)
            result.append({"marked": any(piece["evidence"] for piece in pieces), "pieces": pieces})
    return result


def _pieces(text: str, start: int, end: int, evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cut ``text[start:end]`` where a span begins or ends; ``starts`` names the spans whose anchor stands there."""
    inside = [item for item in evidence if item["start"] < end and item["end"] > start]
    cuts = sorted(
        {start, end, *(max(item["start"], start) for item in inside), *(min(item["end"], end) for item in inside)}
    )
    pieces = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        over = [item for item in inside if item["start"] <= a and item["end"] >= b]
        pieces.append(
            {
                "text": text[a:b],
                "evidence": [item["id"] for item in over],
                "starts": [item["id"] for item in over if item["start"] == a],
                "tag": over[0]["tag"] if over else None,
                "title": "；".join(dict.fromkeys(f"{item['zh']}（{item['tag']}）" for item in over)) or None,
            }
        )
    return pieces


def _citation(case: Case, prediction: Mapping[str, Any], basis: Basis, advised: bool) -> dict[str, str]:
    figures = {name: _float(prediction.get(name)) for name in _RANGES}
    charge = _text_or_none(case.row.get("charge")) or "本罪"
    if advised:
        empirical = (
            f"责任刑参考值 {rendering.months(figures['liability_months'])}"
            f"（{rendering.percent(basis.level, digits=0)}区间 {rendering.months(figures['interval_low'])}"
            f"至 {rendering.months(figures['interval_high'])}）"
        )
    else:
        empirical = f"不给出实证数值（{STATUS[prediction['status']]}）"
    ranges = [
        f"{label} {rendering.months(figures[low])}至 {rendering.months(figures[high])}"
        for label, low, high in (("规则区间", "rule_low", "rule_high"), ("法定刑幅度", "statute_low", "statute_high"))
        if figures[low] is not None and figures[high] is not None
    ]
    versions = "，".join(f"{label} {value}" for label, value in basis.versions.items())
    return {
        "system": f"就{charge}，系统仅依责任刑事实提供参考：{'；'.join([empirical, *ranges])}。"
        f"自首、认罪认罚、累犯等预防刑情节未计入。版本：{versions}；数据截至 {basis.data_cut or '未知'}。",
        "judge": "",
        "adopted": "",
    }


def _float(value: Any) -> float | None:
    return None if missing(value) else float(value)


def _text_or_none(value: Any) -> str | None:
    return None if missing(value) or not str(value) else str(value)
