"""Measures, the families in which they are tested, and the three-way verdicts.

A family is declared in the settings before any figure is seen. Within it the step-up procedure of Benjamini and
Hochberg holds the false discovery rate; where nothing differs, that rate is the chance of any 有差异 at all, so the
rates of the families together bound the false alarms of a whole audit.
"""

from typing import Any

import numpy as np

from sentencing_ml.fairness import bootstrap
from sentencing_ml.settings import AuditSettings

MEASURES = {
    "labels": "O1 判决（已扣除预防刑情节的影响）",
    "advice": "O2 建议（责任刑）",
    "amplification": "放大（O2 − O1）",
    "error": "O3 误差（预期刑期对宣告刑）",
    "asymmetry": "偏重率 − 偏轻率",
    "error_ratio": "误差之比（同一轻重档内）",
    "calibration": "校准斜率之差",
    "coverage": "区间覆盖率之差",
}
"""What is tested of every group of every attribute."""

LOG_SCALE = frozenset({"labels", "advice", "amplification", "error", "error_ratio", "override"})
"""Measures tested as log ratios and shown as geometric shares; the others are differences on their own scale."""

CONDITIONAL = ("labels", "advice", "amplification")
"""Measures given the facts of the offence."""


def margin(measure: str, *, settings: AuditSettings) -> float:
    """Return the largest difference that counts as none, on the scale on which the measure is tested."""
    share = settings.margin(measure)
    return float(np.log1p(share)) if measure in LOG_SCALE else share


def measures(settings: AuditSettings) -> tuple[str, ...]:
    """Return the measures of groups that the settings declare in a family, in the order of :data:`MEASURES`."""
    declared = {measure for family in settings.families.values() for measure in family.measures}
    return tuple(measure for measure in MEASURES if measure in declared)


def judge(tests: list[tuple[str, dict[str, Any]]], *, settings: AuditSettings) -> None:
    """Adjust the p values within each family and write ``q``, ``q_equivalence`` and ``verdict`` into every test.

    ``tests`` are pairs of a measure and its entry with ``p``, ``p_equivalence``, ``df`` and ``detectable``. The latter
    becomes what is found with 80 % power even if nothing else differs, when the step-up procedure is strictest: the
    difference that one test alone would find is smaller, and the audit would miss it.
    """
    for family in settings.families.values():
        entries = [entry for measure, entry in tests if measure in family.measures]
        different = bootstrap.adjusted(np.array([entry["p"] for entry in entries]))
        equivalent = bootstrap.adjusted(np.array([entry["p_equivalence"] for entry in entries]))
        for entry, q, q_equivalence in zip(entries, different, equivalent, strict=True):
            entry["q"], entry["q_equivalence"] = float(q), float(q_equivalence)
            entry["verdict"] = bootstrap.verdict(q, q_equivalence, rate=family.rate)
            among = bootstrap.errors_detected(entry["df"], rate=family.rate / len(entries))
            alone = bootstrap.errors_detected(entry["df"], rate=1 - settings.level)
            entry["detectable"] *= float(among / alone)


def overview(tests: list[tuple[str, dict[str, Any]]], *, settings: AuditSettings) -> dict[str, dict[str, Any]]:
    """Return of every family its ``measures``, ``rate``, ``tests`` and the number of each verdict."""
    return {
        name: {
            "measures": list(family.measures),
            "rate": family.rate,
            **counts([entry["verdict"] for measure, entry in tests if measure in family.measures]),
        }
        for name, family in settings.families.items()
    }


def counts(verdicts: list[str]) -> dict[str, int]:
    """Return the number of tests and of each verdict."""
    return {
        "tests": len(verdicts),
        "different": verdicts.count("有差异"),
        "equivalent": verdicts.count("等效"),
        "undecided": verdicts.count("不能判断"),
    }


def attribute_verdict(
    measure: str, groups: list[dict[str, Any]], *, unknown: str, absent: str | None, settings: AuditSettings
) -> dict[str, Any]:
    """Return ``verdict``, ``reason`` and ``detectable`` of a measure over the described groups of an attribute.

    ``absent`` is why the measure could not be computed for any group, None where it could.
    """
    known = [entry for entry in groups if entry["group"] != unknown]
    why = _no_comparison(known) or absent
    if why is not None:
        return {"verdict": "不能判断", "reason": why, "detectable": None}
    tests = [(entry["group"], entry["tests"][measure]) for entry in known if measure in entry["tests"]]
    judged = {name: test for name, test in tests if test["verdict"] is not None}
    detectable = max((test["detectable"] for test in judged.values() if test["detectable"] is not None), default=None)
    different = {name: test for name, test in judged.items() if test["verdict"] == "有差异"}
    if different:
        words = [f"{name} {amount(measure, test['estimate'])}" for name, test in different.items()]
        return {"verdict": "有差异", "reason": "、".join(words), "detectable": detectable}
    if not judged:
        small = all(entry["status"] != "shown" for entry in known if not entry["reference"])
        reason = f"各组均不足 {settings.verdict_from} 件" if small else "法院太少，或没有可用的估计"
        return {"verdict": "不能判断", "reason": reason, "detectable": None}
    left_out = [entry["group"] for entry in known if not entry["reference"] and entry["group"] not in judged]
    if all(test["verdict"] == "等效" for test in judged.values()) and not left_out:
        within = amount(measure, settings.margin(measure)).lstrip("+")
        return {"verdict": "等效", "reason": f"差异确定在 ±{within} 以内", "detectable": detectable}
    words = []
    if any(test["verdict"] != "等效" for test in judged.values()) and detectable is not None:
        words.append(f"现有样本能可靠发现的最小差异约 {amount(measure, detectable).lstrip('+')}")
    elif left_out:
        words.append("够件数的组均等效")
    if left_out:
        words.append(f"{len(left_out)} 个组件数不足")
    return {"verdict": "不能判断", "reason": "；".join(words), "detectable": detectable}


def amount(measure: str, value: float) -> str:
    """Write a difference on the scale of its measure: per cent, points, or the slope as it is."""
    if measure == "calibration":
        return f"{value:+.2f}"
    return f"{100 * value:+.1f}{'%' if measure in LOG_SCALE else ' 个百分点'}"


def _no_comparison(known: list[dict[str, Any]]) -> str | None:
    if not known:
        return "全部未知"
    return "只有一个已知的组，没有可比较的对象" if len(known) == 1 else None
