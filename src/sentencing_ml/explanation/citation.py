"""算法引用: what a judgment may quote of a case sheet, with blanks for the judge, as plain data and as text.

Everything comes from the sheet dict. :mod:`citation_document` sets the same lines for print.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sentencing_ml import rendering
from sentencing_ml.law.report import NOTICE, STANDINGS

TITLE = "算法引用"
BLANKS = ("judge", "adopted", "reason")
HIDDEN = "先估后看：在法官的独立估计记入台账之前，系统数值不显示。"

_LABELS = {"system": "系统建议", "judge": "法官考量", "adopted": "最终采纳", "reason": "理由", "versions": "版本与校验"}
_BLANK_LINES = {"judge": 4, "adopted": 2, "reason": 4}
_RULE = "＿" * 30
_ORDER = {label: place for place, label in enumerate(("模型", "法律数据", "因子表", "数据"))}  # others stand after
_IN_PLAY = (STANDINGS["established"], STANDINGS["possible"])


def citation(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block of a sheet: ``title``, ``case``, ``system``, ``edits``, ``own_estimate``, blanks, ``versions``.

    ``judge``, ``adopted`` and ``reason`` are empty: they are the judge's to write. ``content`` is the sheet; its own
    ``citation`` is not read. No figure stands here that is not in the sheet.
    """
    return {
        "title": TITLE,
        "note": NOTICE,
        "case": _case(content["case"]),
        "system": _system(content),
        "edits": [
            f"{edit['zh']}：由“{edit['was_text']}”更正为“{edit['now_text']}”（{edit['by']}，{str(edit['at'])[:10]}）"
            for edit in content.get("edits") or ()
        ],
        "own_estimate": _own_estimate(content.get("blind")),
        **dict.fromkeys(BLANKS, ""),
        "versions": _versions(content),
    }


def citation_text(content: Mapping[str, Any]) -> str:
    """Return the block as a text file: one label or paragraph a line, a ruled line where the judge writes."""
    said = []
    for line in lines(citation(content)):
        said += [""] if line.kind == "label" else []
        said.append(_RULE if line.text is None else line.text)
    return "\n".join(said) + "\n"


def _case(case: Mapping[str, Any]) -> str:
    said = [
        ("案号", case["case_number"]),
        ("法院", case["court"]),
        ("被告人", case["defendant"]),
        ("罪名", case["charge"]),
        ("事实", case["facts_are"]),
    ]
    return "；".join(f"{label} {value}" for label, value in said if value) + "。"


def _system(content: Mapping[str, Any]) -> str:
    answer, status = content["answer"], content["status"]
    charge = content["case"]["charge"] or "本罪"
    if (content.get("blind") or {}).get("state") == "hidden":
        parts = [HIDDEN.rstrip("。"), *_law(answer)]
        return f"就{charge}，{'；'.join(parts)}。"
    if status["advised"]:
        parts = [
            f"责任刑参考值 {rendering.months(answer['liability_months'])}"
            f"（{rendering.percent(answer['level'], digits=0)}区间 {rendering.months(answer['interval_low'])}"
            f"至 {rendering.months(answer['interval_high'])}）"
        ]
    else:
        reason = str(status["reason"] or "").strip().rstrip("。")
        parts = [f"不给出实证数值：{status['zh']}" + (f"（{reason}）" if reason else "")]
    if answer["rule_low"] is not None and answer["rule_high"] is not None:
        parts.append(f"规则区间 {rendering.months(answer['rule_low'])}至 {rendering.months(answer['rule_high'])}")
    return (
        f"就{charge}，系统仅依责任刑事实提供参考：{'；'.join([*parts, *_law(answer)])}。"
        "自首、认罪认罚、累犯等预防刑情节未计入，由法官裁量。"
    )


def _law(answer: Mapping[str, Any]) -> list[str]:
    """Return the statutory range in the words of the law: a number of months would leave out life and death."""
    tiers = [tier for tier in answer["tiers"] if tier["standing"] in _IN_PLAY]
    said = "；或者".join(f"{tier['condition']}的，{tier['punishment']}（{tier['article']}）" for tier in tiers)
    return [f"法定刑幅度：{said}" if said else "法定刑幅度未能确定"]


def _own_estimate(blind: Mapping[str, Any] | None) -> str | None:
    if not blind or blind["state"] != "shown":
        return None
    return f"法官在看到系统数值之前的独立估计：{rendering.months(blind['own_estimate_months'])}（{blind['at'][:10]}）"


def _versions(content: Mapping[str, Any]) -> list[dict[str, str]]:
    basis, walk = content["basis"], content["walk"]
    said = sorted(basis["versions"].items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))
    said.append(("数据截至", basis["data_cut"] or "未知"))
    if walk:
        reference = walk["reference"]
        said.append(("参照样本", f"{reference['charge_group']} {reference['size']} 件，SHA-256 {reference['sha256']}"))
    said.append(("案情表", f"{content['file']}（{content['case']['row_id']}）"))
    said.append(("文书文本", f"SHA-256 {content['case']['text_sha256']}"))
    return [{"label": label, "value": str(value)} for label, value in said]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the block; a text of None is a blank to write on."""

    kind: Literal["title", "plain", "label", "body"]
    text: str | None


def lines(block: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the lines of :func:`citation` in their order."""

    def line(kind: str, text: str) -> Line:
        return Line(kind=kind, text=clean(text))

    yield line("title", block["title"])
    yield line("plain", block["note"])
    yield line("plain", block["case"])
    yield line("label", _LABELS["system"])
    yield line("body", block["system"])
    if block["edits"]:
        yield line("body", "以下事实经人工更正后重新计算：")
        yield from (line("body", edit) for edit in block["edits"])
    if block["own_estimate"]:
        yield line("body", block["own_estimate"])
    for name in BLANKS:
        yield line("label", _LABELS[name])
        yield from (Line(kind="body", text=None) for _ in range(_BLANK_LINES[name]))
    yield line("label", _LABELS["versions"])
    yield from (line("body", f"{entry['label']}：{entry['value']}") for entry in block["versions"])


def clean(text: str) -> str:
    """Return a text on one line without what XML forbids or a reader cannot see: controls, surrogates, directions.

    A line break or a mark of direction in a name could make a line of its own, or turn a figure round.
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = (
        "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character
        for character in spaced
    )
    return " ".join("".join(kept).split())
