"""The last sections of the audit's page: uncertainty, the audit of the audit, mitigation, limits, and how to re-run."""

from collections.abc import Mapping
from typing import Any

from sentencing_ml import layout
from sentencing_ml.fairness.report import text, words
from sentencing_ml.fairness.report.front import state_of
from sentencing_ml.rendering import DASH, number, percent


def uncertainty_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared families, the smallest detectable differences and what was withheld."""
    settings = content["settings"]
    return {
        "families": [_family(name, family, content) for name, family in _declared(settings)],
        "bootstrap": number(settings["bootstrap"]),
        "level": percent(settings["level"], digits=0),
        "suppress_below": settings["suppress_below"],
        "verdict_from": settings["verdict_from"],
        "detectable": _detectable(content),
        "withheld": _withheld(content),
    }


def _declared(settings: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the declared families, those that the page has words for first."""
    families = settings.get("families") or {}
    named = [name for name in words.FAMILIES if name in families]
    return [(name, families[name]) for name in dict.fromkeys([*named, *families])]


def _family(name: str, family: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, str]:
    # the sections of their own count their own tests
    own = (content.get(name) if name in words.PARTS else None) or {}
    found = own["summary"] if own.get("status") == "measured" else (content.get("families") or {}).get(name, {})
    return {
        "zh": words.FAMILIES.get(name, name),
        "measures": "、".join(words.measure(measure) for measure in family["measures"]),
        "rate": percent(family["rate"]),
        "tests": number(found.get("tests")),
        **{key: number(found.get(key)) for key in ("different", "equivalent", "undecided")},
    }


def _detectable(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the range of the smallest detectable differences of each measure of the first family."""
    rows = []
    for measure, zh in words.OBJECTS.items():
        found = [
            test["detectable"]
            for attribute in content["attributes"].values()
            for group in attribute["groups"]
            if (test := group["tests"].get(measure)) and test["verdict"] and test["detectable"] is not None
        ]
        if found:
            middle = sorted(found)[len(found) // 2]
            rows.append(
                {
                    "zh": zh,
                    "n": number(len(found)),
                    "least": text.detectable_share(min(found)),
                    "middle": text.detectable_share(middle),
                    "most": text.detectable_share(max(found)),
                }
            )
    return rows


def _withheld(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return by attribute its groups without figures and the cells withheld of its tables, where there are any."""
    statuses = ("suppressed", "count_only", "no_verdict")
    parts = ("primary", "complementary", "margins_hidden", "recoverable")
    rows: dict[str, dict[str, int]] = {}
    for name, found in content["attributes"].items():
        listed = [group["status"] for group in found["groups"]]
        rows[name] = {status: listed.count(status) for status in statuses} | dict.fromkeys(parts, 0)
    for line in content.get("suppression") or []:
        # the table of an attribute by another dimension is named "attribute × dimension"
        row = rows.setdefault(line["table"].split(" × ")[0], dict.fromkeys((*statuses, *parts), 0))
        for part in parts:
            row[part] += line[part]
    zh = {name: found["zh"] for name, found in content["attributes"].items()}
    return [
        {"zh": zh.get(name, name), **{part: number(n) for part, n in row.items()}}
        for name, row in rows.items()
        if any(row.values())
    ]


def certificate_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return false alarms, power and right equivalence of this configuration, beside plain rules."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    conditions = section["conditions"]
    return {
        **shown,
        "configuration": section["configuration"],
        "glance": _certificate_glance(section["runs"]),
        "facts": [
            ("法院", number(conditions["courts"])),
            ("组", number(conditions["groups"])),
            ("植入的差异", f"{_whole(conditions['effect'])}，{conditions['planted_groups']} 个组"),
            ("每种情形重复", f"{number(conditions['repeats'])} 次"),
            ("算作没有差异", f"真实差异不超过 {_whole(conditions['small'])}"),
            ("实际案件重抽", _resampled(conditions["resampled"])),
        ],
        "runs": [_run(run) for run in section["runs"]],
        "rules": [_rules(run) for run in section["runs"] if run["planting"] in COMPARED],
        "swap": _self_test(section["swap"]),
    }


def _self_test(found: Mapping[str, Any] | None) -> str | None:
    """Return what the swap test found of dependences on single words that were planted."""
    if found is None:
        return None
    noise = found.get("noise_in_placebo")
    told = "" if noise is None else f"；对任何改字都起反应的模型，安慰剂也有 {percent(noise, digits=0)} 变动"
    planted, seen = number(found["planted"]), number(found["found"])
    return f"替换检验的自检：植入 {planted} 处对单个字词的依赖，查出 {seen} 处{told}。"


def _whole(share: float) -> str:
    return percent(share, digits=0)


def _resampled(found: Mapping[str, Any] | None) -> str:
    return "没有" if found is None else f"{number(found['rows'])} 件，{number(found['courts'])} 个法院"


def _certificate_glance(runs: list[Mapping[str, Any]]) -> str:
    nulls = [run for run in runs if run["planting"] is None and run["source"] == "simulated"]
    planted = [run for run in runs if run["planting"] == "labels" and run["source"] == "simulated"]
    parts = [f"没有差异的 {run['size']:,} 件数据中，误报的审计占 {_rate(run['flagged_false'])}" for run in nulls[:1]]
    parts += [f"植入判决的差异查出 {_rate(run['power'])}" for run in planted[:1]]
    return "；".join(parts) + "。" if parts else "证书不含可概括的情形。"


def _rate(rate: Mapping[str, Any] | None) -> str:
    if rate is None or rate["share"] is None:
        return DASH
    ends = "" if rate["low"] is None else f"（{percent(rate['low'], digits=0)} 至 {percent(rate['high'], digits=0)}）"
    return percent(rate["share"]) + ends


def _run(run: Mapping[str, Any]) -> dict[str, str]:
    return {
        "zh": run["zh"],
        "size": number(run["size"]),
        "audits": number(run["audits"]),
        "flagged": _rate(run["flagged_false"]),
        "discovery": _rate(run["false_discovery"]),
        "power": _rate(run["power"]),
        "within": _rate(run["power_within"]),
        "court": _rate(run["power_court"]),
        "equivalence": _rate(run["equivalence_right"]),
        "coverage": _rate(run["coverage"]),
    }


def _rules(run: Mapping[str, Any]) -> dict[str, Any]:
    own = {"zh": "本审计", **{key: run[key] for key in ("flagged_false", "false_discovery", "power")}}
    return {
        "zh": f"{run['zh']}，{number(run['size'])} 件",
        "rows": [
            {
                "rule": rule["zh"],
                "flagged": _rate(rule["flagged_false"]),
                "discovery": _rate(rule["false_discovery"]),
                "power": _rate(rule["power"]),
            }
            for rule in (own, *run["rules"])
        ],
    }


CERTIFYING = "certify_audit"
"""The stage that writes the certificate."""

COMPARED = (None, "labels")
"""What was planted in the runs that are held against the plain rules on the page; the JSON has all."""

HELPED = {True: "确定缩小", False: "确定扩大", None: "看不出"}


def mitigation_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what was tried on students that were thrown away: the largest gap left, and the cost."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    chosen, candidates = section["attribute"], section["candidates"]
    return {
        **shown,
        "note": section["note"],
        "chosen": chosen and f"{chosen['zh']}，{chosen['group']} {text.with_interval(chosen)}；{chosen['rule']}",
        "candidates": [_candidate(entry) for entry in candidates if entry["status"] == "measured"],
        "readings": [f"{entry['zh']}：{entry.get('reading') or entry['why']}" for entry in candidates],
        "laws": [f"{entry['zh']}：{entry['law']}" for entry in candidates if entry["law"]],
        "refused": [f"{entry['name']}：{entry['why']}" for entry in section["refused"]],
        "glance": (
            f"试了 {number(section['summary']['measured'])} 种，{number(section['summary']['helped'])} 种确定缩小差距，"
            f"{number(section['summary']['worse'])} 种确定扩大。"
        ),
    }


def _candidate(entry: Mapping[str, Any]) -> dict[str, str]:
    disparity, cost = entry["disparity"], entry["change"]
    return {
        "zh": entry["zh"],
        "what": entry["what"],
        "error": _largest(disparity["error"]),
        "amplification": _largest(disparity["amplification"]),
        "mae": _value(entry["accuracy"]["mae_months"]),
        "cost": DASH if cost is None else _value(cost["mae_months"], sign=True),
        "helped": DASH if cost is None else HELPED[entry["helped"]],
    }


def _largest(found: Mapping[str, Any] | None) -> str:
    return DASH if found is None else f"{found['group']} {text.with_interval(found)}"


def _value(found: Mapping[str, Any] | None, *, sign: bool = False) -> str:
    if found is None or found["value"] is None:
        return DASH
    shape = "+.2f" if sign else ".2f"
    ends = "" if found["low"] is None else f"（{found['low']:{shape}} 至 {found['high']:{shape}}）"
    return f"{found['value']:{shape}}{ends}"


def annex_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the commands that give this report again, and the settings it was made with."""
    settings = content["settings"]
    return {
        "commands": commands(content),
        "settings": [(zh, _setting(name, settings.get(name), content)) for name, zh in words.SETTINGS.items()],
    }


def _setting(name: str, value: Any, content: Mapping[str, Any]) -> str:
    if name == "attributes" and value is not None:
        return "、".join(content["attributes"].get(item, {}).get("zh", item) for item in value)
    if name == "margins" and value is not None:
        return "，".join(f"{words.measure(measure)} {margin}" for measure, margin in value.items())
    return DASH if value is None else str(value)


def commands(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how the auditor makes the report again; the same inputs give the same bytes."""
    asked = ["sentencing audit", f"--factors {layout.FACTORS}"]
    asked.append(f"--split {layout.SPLIT}" if "split" in _hashes(content) else "--no-split")
    asked.append(f"--model {layout.MODEL}")
    for name, option, path in (("swap", "documents", layout.DOCUMENTS), ("overrides", "ledger", layout.LEDGER)):
        if (content.get(name) or {}).get("status") == "measured":
            asked.append(f"--{option} {path}")
    asked += [f"--year {content['year']}"] if content.get("year") is not None else []
    return [
        ("核对发行包的哈希与签名", f"sentencing verify {layout.BUNDLE}"),
        ("重做本报告", " ".join([*asked, f"--report {layout.AUDIT_REPORT}"])),
        ("重做证书", f"dvc repro -f -s {CERTIFYING}"),
        ("由原始文书重做全部阶段", "dvc repro"),
    ]


def _hashes(content: Mapping[str, Any]) -> Mapping[str, str]:
    return (content.get("data") or {}).get("hashes") or {}
