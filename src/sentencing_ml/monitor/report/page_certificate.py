"""The certificate of the monitor on its pages: what it flags falsely and what it finds, beside plain rules.

The content is that of :mod:`monitor.certificate.certificate`, with ``stale``: whether it was made for other
definitions or other code than those of the report.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml.monitor.report import drawings
from sentencing_ml.rendering import DASH, number, percent

LEAST_STAGES = 100
"""Stages of blind-first cases from which a kind of judge stands in the table; the others are folded."""

Content = Mapping[str, Any]


def certificate_page(found: Content | None) -> dict[str, Any] | None:
    """Return what the court's page shows of the certificate; None without one that was measured."""
    if found is None or found["status"] != "measured":
        return None
    return {
        **_common(found),
        "facts": _facts(found),
        "stages": [_stage(row) for row in found["stage_two"] if row["after_alert"] and row["n"] >= LEAST_STAGES],
        "few": [_stage(row) for row in found["stage_two"] if row["after_alert"] and 0 < row["n"] < LEAST_STAGES],
        "as_if": [_stage(row) for row in found["stage_two"] if not row["after_alert"] and row["n"]],
        "expert": _expert(found["expert"]),
        "guaranteed": _guaranteed(found["guaranteed"]),
        "populations": _populations(found),
        "population_columns": [{"key": "zh", "label": "法官"}, {"key": "asked", "label": "要求说明"}]
        + [{"key": rule["kind"], "label": rule["kind"]} for rule in found["rules"] if rule["kind"] != "plain"],
        "power": _power(found["court_list"]),
        "list": _list(found["court_list"]),
        "cost": f"代价：常态的随机先估后看，每法官年约 {number(found['cost']['standing'])} 件。",
        "reference": [
            {"zh": row["zh"], "cases": number(row["cases"]), "rate": rate(row["false_alarms"])}
            for row in found["reference"]
        ],
        "catch": [{"zh": row["zh"], "share": share(row["caught"])} for row in found["error_catch"]],
        "undetectable": found["undetectable"],
    }


def without_certificate(found: Content | None) -> str:
    """Say why there is none, and what to do."""
    why = (found or {}).get("why") or "没有做过证书。运行 sentencing monitor --certify。"
    return f"没有可用的证书：误报与查出的比率未知，任何预警都不得据以要求说明。{why}"


def own_certificate(found: Content | None) -> dict[str, Any] | None:
    """Return what a judge's own page shows of the certificate; None without one that was measured."""
    if found is None or found["status"] != "measured":
        return None
    ours = [rule for rule in found["rules"] if rule["kind"] != "plain"]
    return {**_common(found), "own": [_own(rule) for rule in ours]}


def _common(found: Content) -> dict[str, Any]:
    ours = [rule for rule in found["rules"] if rule["kind"] != "plain"]
    plain = [rule for rule in found["rules"] if rule["kind"] == "plain"]
    return {
        "stale": found["stale"],
        "configuration": found["configuration"][:12],
        "glance": _glance(found["rules"]),
        "blocks": [
            {"zh": "本监测", "rows": [_rule(rule) for rule in ours]},
            {"zh": "通常会想到的规则", "rows": [_rule(rule) for rule in plain]},
        ],
        "axis": {"ticks": drawings.rate_ticks(), "one": drawings.rate_at(1.0)},
    }


def rate(found: Content | None) -> str:
    """Write alarms per 100 judge-years with their interval; nothing seen has an upper bound alone."""
    if found is None or found["value"] is None:
        return DASH
    if not found["value"]:
        return f"0（至多 {_rate(found['high'])}）"
    return f"{_rate(found['value'])}（{_rate(found['low'])} 至 {_rate(found['high'])}）"


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"


def _cell(written: str) -> dict[str, str]:
    """Return a written figure as a cell: its interval stands under it."""
    value, _, ends = written.partition("（")
    return {"text": value, "under": ends.removesuffix("）")}


def share(found: Content | None, *, digits: int = 1) -> str:
    """Write a share with its interval."""
    if found is None or found["share"] is None:
        return DASH
    if found["low"] is None:
        return percent(found["share"], digits=digits)
    low, high = (percent(found[end], digits=digits) for end in ("low", "high"))
    return f"{percent(found['share'], digits=digits)}（{low} 至 {high}）"


def _glance(rules: Sequence[Content]) -> str:
    first = rules[0]
    literal = max((rule for rule in rules if rule["kind"] == "plain"), key=_honest, default=None)
    parts = [f"{first['zh']}：独立裁量的法官，每 100 法官年误报 {rate(first['false_alarms'])}次"]
    if first["within_30"] is not None:
        parts.append(f"{first['target_population']['zh']}的，30 件内查出 {share(first['within_30'])}")
    if literal is not None:
        parts.append(f"而“{literal['zh']}”误报 {rate(literal['false_alarms'])}次")
    return "；".join(parts) + "。"


def _honest(rule: Content) -> float:
    return (rule["false_alarms"] or {}).get("value") or 0.0


def _rule(rule: Content) -> dict[str, Any]:
    honest, worst = rule["false_alarms"], rule["worst"]
    told = f"{rule['zh']}：每 100 法官年误报 {rate(honest)}"
    if worst is not None:
        told += f"，最坏的一类（{worst['zh']}）{rate(worst)}"
    return {
        "zh": rule["zh"],
        "spoken": told,
        "honest_at": None if honest is None or honest["value"] is None else drawings.rate_at(honest["value"]),
        "worst_at": None if worst is None or worst["value"] is None else drawings.rate_at(worst["value"]),
        "honest": _cell(rate(honest)),
        "worst": _cell(rate(worst)),
        "where": "" if worst is None else worst["zh"],
        "target": rule["target_population"]["zh"] if rule["target_population"] else "",
        "within_30": _cell(share(rule["within_30"], digits=0)),
        "within_60": _cell(share(rule["within_60"], digits=0)),
        "median": _median(rule["median"]),
    }


def _median(found: Any) -> str:
    value = found["value"] if isinstance(found, Mapping) else found
    return "查不出" if value is None else f"{value:.0f} 件"


def _own(rule: Content) -> dict[str, str]:
    target = rule["target_population"]
    return {
        "zh": rule["zh"],
        "rate": rate(rule["false_alarms"]),
        "years": _years(rule["false_alarms"]),
        "worst": _years(rule["worst"]),
        "median": f"{target['zh']}：{_median(rule['median'])}" if target else DASH,
    }


def _years(found: Content | None) -> str:
    """Return after how many years of work one judge is flagged falsely once, on average."""
    if found is None or found["value"] is None:
        return DASH
    if not found["value"]:
        return f"超过 {number(100 / found['high'])} 年" if found["high"] else DASH
    return f"约 {number(100 / found['value'], digits=0 if found['value'] <= 20 else 1)} 年"


def _facts(found: Content) -> list[list[str]]:
    conditions = found["conditions"]
    return [
        ["每类法官", f"{number(conditions['judges'])} 名，各 {number(conditions['cases'])} 件"],
        ["法官年", f"{number(conditions['cases_per_year'])} 件"],
        ["预期的依据", f"{number(conditions['reference_cases'])} 件"],
        ["配置", found["configuration"][:12]],
    ]


def _stage(row: Content) -> dict[str, str]:
    return {
        "zh": row["zh"],
        "n": number(row["n"]),
        **{key: share(row[key]) for key in ("reliant", "agreeing", "undecided")},
    }


def _expert(found: Content) -> str:
    return (
        f"自身意见与建议一致的专家：只看修正的规则 60 件内会指其中 {share(found['single_stage'])}；"
        f"先估后看之后，要求说明的占 {share(found['asked'])}。"
    )


def _guaranteed(found: Content) -> str:
    run = found["run_length"]
    seen = f"超过 {number(run['low'])} " if run["value"] is None else f"约 {number(run['value'])} "
    return (
        f"保证形式：独立裁量的法官两次误报之间，有证明的平均间隔至少 {number(found['proven_judge_years'])} 法官年，"
        f"模拟中{seen}法官年。"
    )


def _populations(found: Content) -> list[dict[str, Any]]:
    """Return how often honest judges are asked for a reason, and each chart speaks, a row a population."""
    ours = [rule for rule in found["rules"] if rule["kind"] != "plain"]
    asked = {row["population"]: _cell(rate(row)) for row in found["notes"]}
    rows: dict[str, dict[str, Any]] = {}
    for rule in ours:
        for population in rule["populations"]:
            if population["role"] == "honest" and population["false_alarms"] is not None:
                row = rows.setdefault(
                    population["id"], {"zh": population["zh"], "asked": asked.get(population["id"])}
                )
                row[rule["kind"]] = _cell(rate(population["false_alarms"]))
    return list(rows.values())


def _power(found: Content) -> list[dict[str, str]]:
    return [{"month": f"第 {row['month']} 月", "share": share(row)} for row in found["power"]]


def _list(found: Content) -> str:
    plain = found["plain"]
    return (
        f"每月名单：{number(found['judges'])} 名法官中 {number(found['over_reliant'])} 名依赖建议，"
        f"误列占比 {share(found['fdr'])}；用采纳率作 Benjamini–Hochberg 的通常做法，误列占比 {share(plain['fdr'])}。"
    )
