"""The case sheet: what a judge reads of one count, as a plain dict (``schema.json``).

Nothing of the verdict is on it. The text is shown without its verdict and tail, so that the sheet of a decided case is
the sheet that its judge would have had. :mod:`sheet_page` makes the page of it, :mod:`citation` the block for the
judgment, :mod:`reasons` the sentences.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.explanation.attribution import BOUND, RULES, Walk, part_name
from sentencing_ml.explanation.citation import citation
from sentencing_ml.explanation.edited_facts import text_sha256
from sentencing_ml.explanation.law_bars import implied_bars
from sentencing_ml.explanation.legal_checks import legal_checks
from sentencing_ml.explanation.reasons import reasons
from sentencing_ml.explanation.text_evidence import evidence_items, marked_text
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import KINDS, is_none, missing, value_text
from sentencing_ml.judgments.document import Document
from sentencing_ml.law import charges
from sentencing_ml.law.circumstances import circumstances, no_double_count
from sentencing_ml.law.report import STANDINGS
from sentencing_ml.storage import sha256_bytes

SCHEMA = "sentencing-ml/case-sheet/2"
PLEA = "plea_leniency"

STATUS = {
    "advised": "已给出参考",
    "thin_data": "同类案件过少，不给实证数值",
    "out_of_scope": "超出模型范围，不给实证数值",
    "unreadable": "无法读取，不给数值",
}
FOUND = {"found": "法院查明", "alleged": "起诉指控，未经查明"}
_NUMBER = re.compile(r"\d+(?:之[一二三四五六七八九十])?")  # of an article
CHARGE_SOURCES = {"verdict": "判决认定", "indictment": "起诉指控", "record": "记录标明", "inferred": "事实推断"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A count to be explained: its row of the factor table, document, evidence, the defendant's other charges.

    ``taught``: the model learned from this count, so its figure is no independent one.
    """

    row: Mapping[str, Any]
    document: Document
    evidence: Sequence[Mapping[str, Any]]
    other_charges: tuple[str, ...] = ()
    taught: bool = False


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
    what_if: Mapping[str, Any] | None = None,
    edits: Sequence[Mapping[str, Any]] = (),
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
    similar
        From :meth:`archive.Archive.similar`.
    what_if
        From :mod:`what_if`; without an empirical figure its alternatives compare the rule track alone.
    edits
        What was changed in the extracted facts, by whom (:mod:`edited_facts`).
    """
    advised = prediction["status"] == "advised"
    if advised != (walk is not None):
        raise ValueError("an advised count has a walk, and only an advised count")
    evidence = evidence_items(case.document, case.row, case.evidence)
    by_factor: dict[str, list[dict]] = {}
    for item in evidence:
        by_factor.setdefault(item["factor"], []).append(item)
    offender = _offender(case, by_factor, history)
    own = frozenset({_text_or_none(case.row.get("charge_group"))} - {None})
    told = [factor for factor in registry().model_inputs() if not own or factor.belongs_to(own)]
    several = bool(case.other_charges) or (case.row.get("counts") or 1) > 1
    answer = _answer(prediction, basis, advised, rules)
    content = {
        "schema": SCHEMA,
        "file": safe_id(str(case.row["row_id"])),
        "case": _identity(case, prediction),
        "status": {
            "code": prediction["status"],
            "zh": STATUS[prediction["status"]],
            "advised": advised,
            "reason": prediction.get("reason") or None,
        },
        "answer": answer,
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
        "not_mentioned": [factor.zh for factor in told if missing(case.row.get(factor.name))],
        "absent": [factor.zh for factor in told if is_none(case.row.get(factor.name))],
        "offender": offender,
        # Details of a record that is not there (charge, term, release) are nothing unknown.
        "offender_unknown": [
            factor.zh
            for factor in registry().offender()
            if factor.type in ("boolean", "category") and missing(case.row.get(factor.name))
        ],
        "plea": _plea(case, offender),
        "evidence": evidence,
        "legal_checks": legal_checks(case.row, several_counts=several),
        "text": marked_text(case.document, evidence),
        "what_if": dict(what_if) if what_if else None,
        "similar": [_compared(match, answer["liability_months"]) for match in similar],
        "edits": [dict(edit) for edit in edits],
        "blind": None,
        "basis": {
            "n_similar": prediction.get("n_similar"),
            "data_cut": basis.data_cut,
            "training_rows": basis.training_rows,
            "versions": dict(basis.versions),
        },
    }
    return {**content, "reasons": reasons(content), "citation": citation(content)}


def _compared(match: Mapping[str, Any], advice: float | None) -> dict[str, Any]:
    """Return a similar case with its imposed term held against the advice of this one."""
    imposed = match["term_months"]
    return {
        **match,
        "linked": False,
        "imposed_less_advice_months": None if advice is None or imposed is None else float(imposed) - advice,
    }


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
        "charge_probability": _float(prediction.get("charge_probability")),
        "text_sha256": text_sha256(case.document),
        "facts_are": FOUND.get(str(row.get("status"))),
        "alleged": row.get("status") == "alleged",
        "taught": case.taught,
        "other_charges": list(case.other_charges),
    }


VISIBLE = 0.05  # months: a smaller difference reads as none
_WEIGHTY = 0.01  # in logs: from the first step below one percent on, the steps are one bar
_DRAWN = 10  # bars drawn one by one at most
IN_PLAY = (STANDINGS["established"], STANDINGS["possible"])
RANGES = ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "statute_low", "statute_high")


def _answer(
    prediction: Mapping[str, Any], basis: Basis, advised: bool, rules: Mapping[str, Any] | None
) -> dict[str, Any]:
    figures = {name: _float(prediction.get(name)) for name in RANGES}
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
        "fine": _fine(prediction) if advised else None,
        "sanction_kinds": [{"kind": kind, "share": share} for kind, share in ordered] if advised else [],
        "agreement": _agreement(figures, tier, found, rules),
    }


def _fine(prediction: Mapping[str, Any]) -> dict[str, Any] | None:
    low, high = _float(prediction.get("fine_low")), _float(prediction.get("fine_high"))
    if low is None or high is None:
        return None
    return {"low": low, "high": high, "n": prediction.get("n_fine")}


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


def _agreement(
    figures: Mapping[str, float | None], tier: str | None, found: Sequence[dict], rules: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return how the two tracks agree; with the tier open, which tier the empirical figure would lie in."""
    term, low, high = figures["liability_months"], figures["rule_low"], figures["rule_high"]
    if term is None or low is None or high is None:
        return None
    causes = _causes(rules)
    if low - VISIBLE <= term <= high + VISIBLE:
        state = "within"
    else:
        state = "overlap" if figures["interval_low"] <= high and figures["interval_high"] >= low else "apart"
    found = [entry for entry in found if entry["standing"] in IN_PLAY]
    if tier is None and len(found) > 1:
        holding = "、".join(f"“{entry['condition']}”" for entry in found if entry["holds"])
        where = f"实证参考值落在{holding}的法定刑之内。" if holding else "实证参考值不在任何一档的法定刑之内。"
        return {
            "state": state,
            "text": where + "档次未定，规则区间覆盖各档，不足以校验；请先认定适用的档次，再与该档的量刑起点比较。",
            "causes": causes,
        }
    if state == "within":
        return {"state": state, "text": "实证参考值落在规则区间之内。", "causes": []}
    below = term < low
    gap = rendering.months(low - term if below else term - high)
    return {
        "state": state,
        "text": f"实证参考值{'低' if below else '高'}于规则区间{'下限' if below else '上限'} {gap}，"
        + ("但两个区间相交。" if state == "overlap" else "两个区间不相交。")
        + "规则轨由法条和指导意见得出，实证轨反映同类案件的裁判实践；请先核对数额、伤情等事实的提取和适用的档次。",
        "causes": causes,
    }


def _causes(rules: Mapping[str, Any] | None) -> list[str]:
    """Return what may part the tracks, a sentence each: what the record leaves open, and what the rules do not read."""
    if rules is None:
        return []
    untold = list(dict.fromkeys(name for entry in rules["tracks"] for name in entry["untold"]))
    contradicted = [word for word, borne in rules.get("court", {}).items() if not borne]
    causes = []
    if rules["missing"]:
        causes.append(f"档次取决于文书没有载明的{'、'.join(rules['missing'])}。")
    if untold:
        causes.append(f"规则轨没有计入未载明的{'、'.join(untold)}。")
    if contradicted:
        causes.append(f"裁判认定的“{'”“'.join(contradicted)}”与推算的档次不一致。")
    if any(not tier["verified"] for tier in rules["tiers"]):
        causes.append("所据条文或者标准有的尚未核对正式文本。")
    return causes


def _walk(walk: Walk, reference: Mapping[str, Any], case: Case, by_factor: Mapping[str, list[dict]]) -> dict[str, Any]:
    steps = []
    for step in walk.steps:
        factor = registry().factors.get(step.name)
        members = [name for name, bar in implied_bars().items() if bar == step.name]
        steps.append(
            {
                "factor": step.name,
                "zh": _zh(factor, members) if factor else _NO_FACTOR[step.name],
                "value": _bar_value(factor, members, case.row) if factor else None,
                "tag": "责任刑" if factor else "法律规则",
                "article": article_of(factor, case.row.get("charge_group")) if factor else None,
                "log": step.log,
                "before": step.before,
                "after": step.after,
                "months": step.months,
                "percent": step.percent,
                "parts": [
                    {
                        "column": part.column,
                        "zh": part_name(part.column, factor),
                        "log": part.log,
                        "months": part.months,
                        "percent": part.percent,
                    }
                    for part in step.parts
                ],
                "evidence": [item["id"] for name in (step.name, *members) for item in by_factor.get(name, [])],
            }
        )
    return {
        "start": walk.start,
        "end": walk.end,
        "order": "按各情节贡献的大小（对数尺度绝对值）由大到小",
        "method": "interventional SHAP",
        "reference": dict(reference),
        "steps": steps,
        "rest": _rest(steps),
    }


def _rest(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return of the last steps, too small to be drawn one by one, their number and their months together."""
    factors = [step for step in steps if step["factor"] != BOUND]
    weighty = sum(abs(step["months"]) >= VISIBLE and abs(step["log"]) >= _WEIGHTY for step in factors)
    first = min(weighty, _DRAWN)
    if len(factors) - first < 2:
        return None
    months = factors[-1]["after"] - factors[first]["before"]
    return {"n": len(factors) - first, "months": months}


_NO_FACTOR = {RULES: "法律规则（幅度与起点）", BOUND: "不超过法定最高刑"}


def _zh(factor: Factor, members: Sequence[str]) -> str:
    return f"{factor.zh}与人数" if members else factor.zh


def _bar_value(factor: Factor, members: Sequence[str], row: Mapping[str, Any]) -> str:
    """Return the value of a bar, with the counts told beside it where they are one bar."""
    known = [name for name in members if not missing(row.get(name)) and not is_none(row.get(name))]
    counted = [registry().factors[name] for name in known]
    counts = [f"{count.zh} {value_text(count, row[count.name])}" for count in counted]
    if missing(row.get(factor.name)) and counts:
        return "，".join(counts)
    return "，".join([_read_as(factor, row.get(factor.name)), *counts])


def _read_as(factor: Factor, value: Any) -> str:
    """Return a value as the model read it: a level of another class (中止) stands for the first, neutral one."""
    level = next((level for level in factor.levels if level.name == value), None)
    if level is None or level.factor_class.model_input:
        return value_text(factor, value)
    return f"{factor.levels[0].name}（{value}属{level.factor_class.shown_as}，不入数值）"


def article_of(factor: Factor, charge: str | None) -> str | None:
    """Return the article of a factor in a case of ``charge``: one that punishes other charges says nothing of this."""
    known = None if charge is None else charges.charge(charge)
    cited = set(_NUMBER.findall(factor.article or ""))
    if known is None or not cited & {entry.article for entry in charges.all_charges()}:
        return factor.article
    return f"刑法{known.article}" if known.article in cited else registry().general_article


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
                "article": article_of(factor, case.row.get("charge_group")),
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


def _float(value: Any) -> float | None:
    return None if missing(value) else float(value)


def _text_or_none(value: Any) -> str | None:
    return None if missing(value) or not str(value) else str(value)
