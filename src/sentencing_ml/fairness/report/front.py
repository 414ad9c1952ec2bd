"""The first sections of the audit's page: verdicts, system and auditor, data, legal frame."""

from collections.abc import Iterable, Mapping
from typing import Any

from sentencing_ml.fairness.groups import relevant_facts
from sentencing_ml.fairness.report import text, words
from sentencing_ml.rendering import DASH, number, percent

NOT_RUN, CANNOT_SAY = "未运行", "不能判断"
BRIEF = 10
"""Groups up to which a descriptive table is printed; of more, the page shows a part and the JSON all."""

SHOWN_AT_FRONT = 10
"""Differences named on the page of verdicts; the others are counted and stand in their sections."""


def verdict_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of attributes × objects, and what differs."""
    attributes = content["attributes"]
    given = {name: _verdicts(name, found, content) for name, found in attributes.items()}
    measures = [name for name in words.OBJECTS if any(name in verdicts for verdicts in given.values())]
    different = [
        f"{found['zh']}（{words.OBJECTS[measure]}）：{given[name][measure]['reason']}"
        for name, found in attributes.items()
        for measure in measures
        if given[name].get(measure, {}).get("verdict") == "有差异"
    ]
    return {
        "glance": _glance(content["summary"]),
        "columns": [words.OBJECTS[measure] for measure in measures],
        "rows": [
            {
                "zh": found["zh"],
                # one sentence over the whole row, unless a section of its own could say something
                "why": found.get("why") if _undecided(given[name].values()) else None,
                "cells": [_cell(given[name].get(measure)) for measure in measures],
            }
            for name, found in attributes.items()
        ],
        "different": different[:SHOWN_AT_FRONT],
        "more": max(0, len(different) - SHOWN_AT_FRONT),
    }


def _undecided(verdicts: Iterable[Mapping[str, Any]]) -> bool:
    return all(found["verdict"] == CANNOT_SAY for found in verdicts)


def _verdicts(name: str, found: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdicts of an attribute over all objects: those of sections of their own where they were measured."""
    verdicts = dict(found["verdicts"])
    for section in ("extraction", "overrides"):
        own = content.get(section) or {}
        if own.get("status") == "measured":
            verdicts |= own["attributes"].get(name, {}).get("verdicts", {})
    return verdicts


def _glance(summary: Mapping[str, Any]) -> str:
    if not summary["tests"]:
        return "没有一项比较达到给出判断所需的件数：这些数据不足以作出任何判断。"
    return (
        f"共 {summary['tests']} 项事先声明的检验：{summary['different']} 项有差异，{summary['equivalent']} 项等效，"
        f"{summary['undecided']} 项不能判断。"
    )


def _cell(found: Mapping[str, Any] | None) -> dict[str, str]:
    if found is None:
        return {"word": CANNOT_SAY, "mark": text.MARK[CANNOT_SAY], "tag": "plain", "small": "没有检验"}
    mde = found.get("detectable")
    small = found["reason"] if mde is None else f"MDE {text.detectable_share(mde)}"
    return {
        "word": found["verdict"],
        "mark": text.MARK[found["verdict"]],
        "tag": text.KIND[found["verdict"]],
        "small": small,
    }


def other_parts(sections: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return a line for each section outside the table of attributes: where it stands, and what it found."""
    return [
        {
            "zh": zh,
            "href": f"#{anchor}",
            "word": sections[key]["state"]["word"],
            "tag": sections[key]["state"]["tag"],
            "told": sections[key]["state"]["why"] or sections[key].get("glance", ""),
        }
        for key, (zh, anchor) in words.PARTS.items()
    ]


def state_of(section: Mapping[str, Any] | None) -> dict[str, str]:
    """Return word, frame and reason of a section's status; a section that is missing was not run."""
    status = "not_run" if section is None else section.get("status", "not_run")
    if status == "measured":
        return {"status": status, "word": "已测量", "tag": "empirical", "why": ""}
    word = CANNOT_SAY if status == "cannot_say" else NOT_RUN
    why = "本次审计不含这一部分。" if section is None or not section.get("why") else section["why"]
    return {"status": status, "word": word, "tag": "plain", "why": why}


def system_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return versions, and the lines that the auditor fills in by hand."""
    return {
        "versions": _versions(content),
        "blanks": ("审计人（姓名、单位）", "与开发者、使用者的关系", "复核的文件与方法", "意见", "签名、日期"),
    }


def _versions(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    system, hashes = content.get("system") or {}, (content.get("data") or {}).get("hashes") or {}
    listed = [(zh, {"model": content.get("model"), **system}.get(name)) for name, zh in words.SYSTEM.items()]
    listed += [(words.HASHES.get(name, name), value) for name, value in hashes.items()]
    return [(zh, DASH if value is None else str(value)) for zh, value in [*listed, ("报告格式", content["version"])]]


def data_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of the counts, the overall figures, unknown groups and who is missing."""
    overall, rows, data = content["overall"], content["rows"], content.get("data") or {}
    return {
        "rows": [
            {"what": "测试部分的罪", "n": number(rows["test"])},
            {"what": "其中有刑期", "n": number(rows["with_term"])},
            *({"what": f"未进入比较：{name}", "n": number(n)} for name, n in rows["left_out"].items()),
            {"what": "进入比较", "n": number(rows["compared"])},
        ],
        "facts": [
            ("进入比较", f"{number(overall['n'])} 件"),
            ("法院", number(overall["courts"])),
            ("法院未知", f"{number(overall['court_unknown'])} 件"),
            ("独立群", f"{number(overall['clusters'])} 个"),
            ("判决年份", _years(data)),
            ("年份未知", f"{number(data.get('undated'))} 件"),
            ("文书", number(data.get("documents"))),
            ("省级单位", number(data.get("provinces"))),
        ],
        "overlap": (data.get("overlap") or {}).get("zh"),
        "unknown": [
            {"zh": found["zh"], "n": text.count(found["n"]), "unknown": _unknown(found), "groups": _groups(found)}
            for found in content["attributes"].values()
        ],
        "missing": missing_page(content.get("missing")),
    }


def _years(data: Mapping[str, Any]) -> str:
    first, last = data.get("first"), data.get("last")
    if first is None:
        return DASH
    return str(first) if first == last else f"{first} 至 {last}"


def missing_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return who is not in the data: by rule of publication, and beside official shares."""
    shown: dict[str, Any] = {"state": state_of(section)}
    # what is never published is known even where the data are empty
    told = {name: (section or {}).get(name, []) for name in ("limits", "gaps", "studies", "references")}
    return {
        **shown,
        "limits": told["limits"],
        "gaps": [
            {"zh": gap["zh"], "rule": gap["rule"] + ("" if gap["verified"] else "（未核对）"), "effect": gap["effect"]}
            for gap in told["gaps"]
        ],
        "studies": [f"{study['zh']}（{study['source']}）" for study in told["studies"]],
        "facts": [("被告人", number(section["persons"])), ("文书", number(section["documents"]))]
        if section is not None and shown["state"]["status"] == "measured"
        else [],
        "references": [_reference(reference) for reference in told["references"] if _brief(reference)],
        "long": [_reference(reference) for reference in told["references"] if not _brief(reference)],
        "notes": [_source(reference) for reference in told["references"]],
    }


def _brief(reference: Mapping[str, Any]) -> bool:
    return len(reference["groups"]) <= BRIEF


def _source(reference: Mapping[str, Any]) -> str:
    checked = "" if reference["verified"] else "；未核对原文"
    return f"{reference['zh']}：{reference['note']}来源：{reference['source']}，{reference['date']}{checked}。"


def _reference(reference: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "zh": f"{reference['zh']}（{reference['of']}）",
        "rows": [
            {
                "group": group["group"],
                "n": text.count(group["n"]),
                "share": percent(group["share"]),
                "interval": DASH if group["low"] is None else f"{percent(group['low'])} 至 {percent(group['high'])}",
                "reference": percent(group["reference"]),
                "difference": text.in_points(group["difference"]),
            }
            for group in reference["groups"]
        ],
    }


def _unknown(found: Mapping[str, Any]) -> str:
    for group in found["groups"]:
        if group["group"] == words.UNKNOWN:
            share = f"（{percent(group['n'] / found['n'])}）" if group["n"] and found["n"] else ""
            return f"{text.count(group['n'])}{share}"
    return "0"


def _groups(found: Mapping[str, Any]) -> str:
    known = [group for group in found["groups"] if group["group"] != words.UNKNOWN]
    withheld = sum(group["status"] == "suppressed" for group in known)
    shown = number(len(known))
    return f"{shown}（{withheld} 组不公布）" if withheld else shown


def frame_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a difference of each attribute is to be read, and where law itself ties one to the sentence."""
    attributes = content["attributes"].values()
    return {
        "tolerance": percent(content["settings"]["tolerance"], digits=0),
        "readings": [(found["zh"], found["reading"]) for found in attributes],
        "relevant": _relevant(attributes),
        "facts": [
            {
                "fact": entry.fact,
                "law": f"{entry.zh}（{entry.article}）",
                "read": "已计入责任刑事实" if entry.factor else "未提取",
            }
            for entry in relevant_facts()
        ],
        "excluded": [f"{found['zh']}：{left}" for found in attributes if (left := _excluded(found))],
    }


def _relevant(attributes: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the ties of law, those that say the same of several attributes or charges in one line."""
    lines: dict[tuple[str, str], dict[str, list[str]]] = {}
    for found in attributes:
        for entry in found["relevant"]:
            line = lines.setdefault((entry["zh"], entry["effect"]), {"who": [], "charges": [], "articles": []})
            group = f"（{entry['group']}）" if entry["group"] else ""
            charge = "各罪" if entry["charge"] == "*" else entry["charge"]
            for part, value in (("who", found["zh"] + group), ("charges", charge), ("articles", entry["article"])):
                if value not in line[part]:
                    line[part].append(value)
    return [
        {
            "who": "、".join(line["who"]),
            "charges": "、".join(line["charges"]),
            "law": f"{zh}（{'；'.join(line['articles'])}）",
            "effect": "不列入比较" if effect == "excluded" else "须注意",
        }
        for (zh, effect), line in lines.items()
    ]


def _excluded(found: Mapping[str, Any]) -> str | None:
    parts = [f"因罪名 {number(found['excluded'])} 件"] if found["excluded"] else []
    parts += [f"{name} {'不公布' if n is None else f'{number(n)} 件'}" for name, n in found["set_aside"].items()]
    return "，".join(parts) or None
