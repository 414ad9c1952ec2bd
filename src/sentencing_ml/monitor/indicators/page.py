"""The page of the indicators: figures of ``indicators.json`` as words, tables and drawings."""

from typing import Any

from sentencing_ml.rendering import DASH, number, percent, render

_FEW = "不足以说明"
_LANES = (
    ("认罪认罚：判决所述", "adopted_said"),
    ("认罪认罚：刑期比对", "adopted_term"),
    ("全部建议：判决所述", "adopted_said_all"),
    ("全部建议：刑期比对", "adopted_term_all"),
)
_COLUMNS = {
    "plea": "适用率",
    "fixed": "确定刑",
    "adopted_said": "采纳，所述",
    "adopted_term": "采纳，刑期",
    "adopted_said_all": "全部，所述",
    "adopted_term_all": "全部，刑期",
    "counsel": "有律师",
    "fast": "速裁",
}


def page(content: dict[str, Any]) -> str:
    """Render the indicators as one self-contained page."""
    below = content["suppress_below"]
    found = {entry["id"]: entry["share"] for entry in content["overall"]}
    names = {entry["id"]: entry["zh"] for entry in content["overall"]}
    populations = (("plea", "认罪认罚案件（法律施行后）"), ("all", "全部有建议的案件"))
    return render(
        "indicators.html",
        {
            "report": content,
            "glance": _glance(content, found),
            "facts": _facts(content),
            "rows": [_row(entry, below) for entry in content["overall"]],
            "adoption": [_lane(label, found[name]) for label, name in _LANES],
            "adoption_glance": _adoption_glance(found),
            "reasons": _cells(content["reasons"]),
            "counsel": _cells(content["counsel_kinds"]),
            "departures": [{"zh": zh, **_departure(content["departures"][name])} for name, zh in populations],
            "kinds": [{"kind": kind["kind"], **_figures(kind["share"])} for kind in content["kinds"]],
            "probation": _cells(content["probation"]),
            "distances": _distances(content["distance"], below),
            "axes": [_axis(table, content) for table in content["by"].values()],
            "look_at": [_look(rule, names) for rule in content["look_at"].values()],
            "source_rows": [{"code": code, "text": text} for code, text in content["sources"].items()],
            "versions": {
                "定义": content["definitions"][:16],
                "报告格式": str(content["version"]),
                "判决日期": f"{content['data']['first'] or DASH} 至 {content['data']['last'] or DASH}",
            },
        },
    )


def _glance(content: dict[str, Any], found: dict[str, Any]) -> str:
    data = content["data"]
    if not data["cases"]:
        return "没有一审判决，无从计算。"
    start = f"一审判决 {number(data['cases'])} 件，法律施行后 {number(data['judged'])} 件。"
    if found["recommended"]["n"] == 0:
        return start + "其中没有认罪认罚案件，认罪认罚案件的各项指标无从计算。"
    return (
        f"{start}认罪认罚适用率：{_short(found['plea'])}；确定刑占比：{_short(found['fixed'])}；"
        f"采纳率按判决所述：{_short(found['adopted_said'])}，按刑期比对：{_short(found['adopted_term'])}。"
    )


def _short(share: dict[str, Any]) -> str:
    if share["value"] is not None:
        return percent(share["value"])
    if share["at_least"] is not None:
        return f"{percent(share['at_least'])} 至 {percent(share['at_most'])} 之间"
    return _FEW if share["status"] == "cannot_say" else "不公布"


def _facts(content: dict[str, Any]) -> list[list[str]]:
    data, below = content["data"], content["suppress_below"]
    aside = data["other_instances"] + data["instance_unknown"]
    return [
        ["一审判决", f"{number(data['cases'])} 件，被告人 {number(data['defendants'])} 名"],
        ["法律施行后", f"{number(data['judged'])} 件，被告人 {number(data['judged_defendants'])} 名"],
        ["施行前（不适用）", f"{number(data['before'])} 件"],
        ["其中试点认罪认罚", f"{_few(data['trial'], below)} 名"],
        ["日期不明", f"{number(data['undated'])} 件"],
        ["日期在今天以后", f"{number(data['future'])} 件"],
        ["非一审、审级不明", f"{number(aside)} 件"],
        ["不是判决的记录", f"{number(data['not_judgments'])} 件"],
    ]


def _few(n: int | None, below: int) -> str:
    return f"不足 {below}" if n is None else number(n)


def _count(n: int | None) -> str:
    return "不公布" if n is None else number(n)


def _figures(share: dict[str, Any], unit: str = "件") -> dict[str, str]:
    """Return a share as cells: the figure, its interval, what it rests on, in 件 or 名, and what is unknown."""
    interval = DASH if share["low"] is None else f"{percent(share['low'])}—{percent(share['high'])}"
    basis = "不公布" if share["n"] is None else f"{number(share['n'])} {unit}"
    unknown = f"另 {number(share['unknown'])} {unit}不明" if share["unknown"] else ""
    value = _short(share)
    if share["status"] == "cannot_say" and share["needed"]:
        value = f"{_FEW}，差 {share['needed']}"
    return {"value": value, "interval": interval, "n": basis, "unknown": unknown}


def _row(entry: dict[str, Any], below: int) -> dict[str, Any]:
    share = entry["share"]
    row = {**entry, **_figures(share, "名" if entry["unit"] == "defendant" else "件")}
    if entry["count_only"] and share["status"] != "cannot_say":
        few = share["yes"] is None and share["at_most"] is not None and share["at_least"] * share["n"] < below
        row |= {"value": "写明 " + (f"不足 {below}" if few else _count(share["yes"])), "interval": DASH}
    return row


def _lane(label: str, share: dict[str, Any]) -> dict[str, Any]:
    """Return a share as a line of the drawing; one that is withheld has a range and no point."""
    ends = ("low", "high") if share["value"] is not None else ("at_least", "at_most")
    low, high = (share[end] for end in ends)
    return {
        "label": label,
        "low": low,
        "high": high,
        "point": share["value"],
        "kind": "empirical",
        "text": _short(share),
    }


def _adoption_glance(found: dict[str, Any]) -> str:
    said, term = found["adopted_said_all"], found["adopted_term_all"]
    if said["value"] is None or term["value"] is None:
        return "件数不足，或者数字太小不公布，两种算法无法相比。"
    return (
        f"全部有建议的案件中，判决说采纳的占 {percent(said['value'])}（{number(said['n'])} 件有回应），"
        f"刑期与建议相符的占 {percent(term['value'])}（{number(term['n'])} 件可比）。"
    )


def _departure(table: dict[str, Any]) -> dict[str, Any]:
    return {
        "places": _cells(table),
        "one_sided": table["one_sided"],
        "not_compared": _cells(table["not_compared"]),
        "answers": _cells(table["answers"]),
    }


def _cells(table: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"label": cell.get("zh", cell["label"]), "n": _count(cell["n"])} for cell in table["cells"] if cell["n"] != 0
    ]


def _distances(distance: dict[str, Any], below: int) -> list[dict[str, str]]:
    rows = (
        ("确定刑：宣告刑减建议（月）", distance["fixed"]["months"], "{:+.1f}"),
        ("确定刑：宣告刑与建议之比", distance["fixed"]["ratio"], "{:.2f}"),
        ("幅度刑：幅度的宽度（月）", distance["range"]["width"], "{:.1f}"),
        ("在建议之外的：高出或者低于（月）", distance["outside"]["months"], "{:+.1f}"),
    )
    return [{"label": label, **_quartiles(found, form, below)} for label, found, form in rows]


def _quartiles(found: dict[str, Any], form: str, below: int) -> dict[str, str]:
    if found["median"] is None:
        median = _FEW + (f"，差 {found['needed']}" if found["needed"] else "")
        return {"median": median, "interval": DASH, "quartiles": DASH, "n": _few(found["n"], below)}

    def shown(value: float) -> str:
        return "0" if value == 0 else form.format(value)

    return {
        "median": shown(found["median"]),
        "interval": f"{shown(found['low'])} 至 {shown(found['high'])}",
        "quartiles": f"{shown(found['q25'])} 至 {shown(found['q75'])}",
        "n": number(found["n"]),
    }


def _axis(table: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    others = table["others"]
    ids = list(others["shares"])
    rows = [
        {"group": line["group"], "cases": number(line["cases"]), "cells": [_cell(line["shares"][name]) for name in ids]}
        for line in table["lines"]
    ]
    if others["cases"]:
        label = f"其余 {number(others['groups'])} 个，及不明" if others["groups"] else "不明"
        cells = [_cell(others["shares"][name]) for name in ids]
        rows.append({"group": label, "cases": number(others["cases"]), "cells": cells})
    remark = f"可辨认的 {number(table['named'])} 个；不可辨认（未载明或者已遮蔽）的判决 {number(table['unnamed'])} 件。"
    wanting = content["least"] - table["largest"]
    if table["named"] and wanting > 0:
        remark += f"没有一个达到 {content['least']} 件，最多的还差 {wanting} 件。"
    return {
        "zh": table["zh"],
        "person": table["person"],
        "columns": [_COLUMNS[name] for name in ids],
        "rows": rows,
        "own": len(table["lines"]),
        "remark": remark,
    }


def _cell(share: dict[str, Any]) -> dict[str, Any]:
    """Return a share as the lines of a cell: the figure, and under it its interval and how many it rests on."""
    if share["status"] == "cannot_say":
        return {"value": f"差 {share['needed']}" if share["needed"] else DASH, "under": []}
    basis = [] if share["n"] is None else [f"n {number(share['n'])}"]
    if share["value"] is not None:
        interval = f"{percent(share['low'], digits=0)}—{percent(share['high'], digits=0)}"
        return {"value": percent(share["value"], digits=0), "under": [interval, *basis]}
    if share["at_least"] is None:
        return {"value": "不公布", "under": []}
    bounds = f"{percent(share['at_least'], digits=0)}—{percent(share['at_most'], digits=0)}"
    return {"value": bounds, "under": ["之间", *basis]}


def _look(rule: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    found = [{"group": one["group"], "what": names[one["id"]], **_figures(one["share"])} for one in rule["found"]]
    return {**rule, "bound": percent(rule["bound"]), "rows": found}
