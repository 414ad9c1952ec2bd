"""The page of the indicators: figures of ``indicators.json`` as words, tables and drawings."""

from typing import Any

from sentencing_ml.rendering import DASH, number, percent, render

_FEW = "不足以说明"
_PLEA = ("adopted_said", "adopted_term", "adopted_exactly", "fixed", "fixed_guided")


def page(content: dict[str, Any]) -> str:
    """Render the indicators as one self-contained page."""
    entries = {entry["id"]: entry for entry in content["overall"]}
    return render(
        "indicators.html",
        {
            "report": content,
            "glance": _glance(content, entries),
            "facts": _facts(content),
            "rows": [_row(entry, content) for entry in content["overall"]],
            "adoption": [_lane(entries[name]) for name in ("adopted_said", "adopted_term", "adopted_said_all", "adopted_term_all")],
            "adoption_glance": _adoption_glance(entries),
            "reasons": _cells(content["reasons"], content),
            "departures": [
                {"zh": zh, "places": _cells(content["departures"][name], content),
                 "not_compared": _cells(content["departures"][name]["not_compared"], content),
                 "answers": _cells(content["departures"][name]["answers"], content)}
                for name, zh in (("plea", "认罪认罚案件（法律施行后）"), ("all", "全部有建议的案件"))
            ],
            "kinds": [{"kind": kind["kind"], **_figures(kind, content)} for kind in content["kinds"]],
            "probation": _cells(content["probation"], content),
            "distances": _distances(content["distance"], content),
            "axes": [_axis(table, content, entries) for table in content["by"].values()],
            "look_at": [_look(rule, content) for rule in content["look_at"].values()],
            "source_rows": [{"code": code, "text": text} for code, text in content["sources"].items()],
            "versions": {
                "定义": content["definitions"][:16],
                "报告格式": str(content["version"]),
                "判决": f"{content['data']['first'] or DASH} 至 {content['data']['last'] or DASH}",
            },
        },
    )  # fmt: skip


def _glance(content: dict[str, Any], entries: dict[str, Any]) -> str:
    data = content["data"]
    if not data["cases"]:
        return "没有一审判决，无从计算。"
    if not entries["recommended"]["n"] and entries["recommended"]["n"] is not None:
        return f"一审判决 {number(data['cases'])} 件，其中没有 {content['dates']['in_force']} 以后的认罪认罚案件；适用率以外的指标无从计算。"
    return (
        f"一审判决 {number(data['cases'])} 件，法律施行后 {number(data['judged'])} 件。认罪认罚适用率 {_short(entries['plea'])}，"
        f"确定刑占比 {_short(entries['fixed'])}；采纳率按判决所述 {_short(entries['adopted_said'])}，"
        f"按刑期比对 {_short(entries['adopted_term'])}。"
    )


def _short(share: dict[str, Any]) -> str:
    if share["value"] is not None:
        return percent(share["value"])
    if share["at_least"] is not None:
        return f"{percent(share['at_least'])} 至 {percent(share['at_most'])} 之间"
    return _FEW if share["status"] == "cannot_say" else "未公布（小数字）"


def _facts(content: dict[str, Any]) -> list[list[str]]:
    data = content["data"]
    return [
        ["一审判决", f"{number(data['cases'])} 件，被告人 {number(data['defendants'])} 名"],
        ["法律施行后", f"{number(data['judged'])} 件，被告人 {number(data['judged_defendants'])} 名"],
        ["施行前（不适用）", f"{number(data['before'])} 件"],
        ["其中试点提及认罪认罚", f"{_few(data['trial'], content)} 名"],
        ["日期不明", f"{_few(data['undated'], content)} 件"],
        ["日期在今天以后", f"{_few(data['future'], content)} 件"],
        ["非一审、审级不明", f"{_few(data['other_instances'] + data['instance_unknown'], content)} 件"],
        ["不是判决的记录", f"{number(data['not_judgments'])} 件"],
    ]


def _few(n: int, content: dict[str, Any]) -> str:
    return f"不足 {content['suppress_below']}" if 0 < n < content["suppress_below"] else number(n)


def _count(n: int | None, content: dict[str, Any]) -> str:
    return "未公布" if n is None else number(n)


def _figures(share: dict[str, Any], content: dict[str, Any]) -> dict[str, str]:
    """Return a share as three cells: the figure, its interval, and what it rests on."""
    unknown = share["unknown"]
    rest = f"{_count(share['n'], content)}" + ("" if unknown == 0 else f"，另 {_count(unknown, content)} 不明")
    interval = DASH if share["low"] is None else f"{percent(share['low'])}—{percent(share['high'])}"
    return {"value": _value(share), "interval": interval, "n": rest}


def _value(share: dict[str, Any]) -> str:
    if share["status"] == "cannot_say":
        return _FEW + (f"，差 {share['needed']}" if share["needed"] else "")
    return _short(share)


def _row(entry: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    row = {**entry, **_figures(entry, content)}
    if entry["count_only"]:
        total = None if entry["n"] is None or entry["unknown"] is None else entry["n"] + entry["unknown"]
        row |= {"value": "写明 " + _count(entry["yes"], content), "interval": DASH, "n": _count(total, content)}
    return row


def _lane(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a share as a line of the drawing; without a figure it has no point."""
    low, high = entry["low"], entry["high"]
    if entry["value"] is None and entry["at_least"] is not None:
        low, high = entry["at_least"], entry["at_most"]
    return {
        "label": entry["zh"],
        "low": low,
        "high": high,
        "point": entry["value"],
        "kind": "empirical",
        "text": _short(entry),
    }


def _adoption_glance(entries: dict[str, Any]) -> str:
    said, term = entries["adopted_said_all"], entries["adopted_term_all"]
    if said["value"] is None or term["value"] is None:
        return "件数不足，或者含小数字，两种算法无法相比。"
    return f"全部有建议的案件中，判决说采纳的占 {percent(said['value'])}（{number(said['n'])} 件有回应），刑期与建议相符的占 {percent(term['value'])}（{number(term['n'])} 件可比）。"


def _cells(table: dict[str, Any], content: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"label": cell.get("zh", cell["label"]), "n": _count(cell["n"], content)}
        for cell in table["cells"]
        if cell["n"] != 0
    ]


def _distances(distance: dict[str, Any], content: dict[str, Any]) -> list[dict[str, str]]:
    lines = (
        ("确定刑：宣告刑减建议（月）", distance["fixed"]["months"], "{:+.1f}"),
        ("确定刑：宣告刑与建议之比", distance["fixed"]["ratio"], "{:.2f}"),
        ("幅度刑：幅度的宽度（月）", distance["range"]["width"], "{:.1f}"),
        ("在建议之外的：超出或者低于（月）", distance["outside"]["months"], "{:+.1f}"),
    )
    return [{"label": label, **_quartiles(found, form, content)} for label, found, form in lines]


def _quartiles(found: dict[str, Any], form: str, content: dict[str, Any]) -> dict[str, str]:
    if found["median"] is None:
        return {
            "median": f"{_FEW}，差 {found['needed']}",
            "interval": DASH,
            "quartiles": DASH,
            "n": _few(found["n"], content),
        }
    return {
        "median": form.format(found["median"] + 0.0),
        "interval": f"{form.format(found['low'] + 0.0)} 至 {form.format(found['high'] + 0.0)}",
        "quartiles": f"{form.format(found['q25'] + 0.0)} 至 {form.format(found['q75'] + 0.0)}",
        "n": number(found["n"]),
    }


def _axis(table: dict[str, Any], content: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    ids = list(table["others"]["shares"])
    lines = [
        {
            "group": line["group"],
            "cases": number(line["cases"]),
            **{name: _cell(line["shares"][name], content) for name in ids},
        }
        for line in table["lines"]
    ]
    others = table["others"]
    if others["cases"]:
        label = f"其余（{number(others['groups'])} 个及不明）" if others["groups"] else "不明"
        lines.append(
            {
                "group": label,
                "cases": _few(others["cases"], content),
                **{name: _cell(others["shares"][name], content) for name in ids},
            }
        )
    wanting = max(content["least"] - table["largest"], 0)
    return {
        "zh": table["zh"],
        "person": table["person"],
        "columns": [{"key": "group", "label": table["zh"]}, {"key": "cases", "label": "判决", "num": True}]
        + [{"key": name, "label": _COLUMN.get(name, entries[name]["zh"])} for name in ids],
        "rows": lines,
        "own": len(table["lines"]),
        "remark": (
            f"共 {number(table['named'])} 个可辨认；{_few(table['unnamed'], content)} 件不可辨认（未载明或者已遮蔽）。"
            + (f"没有一个达到 {content['least']} 件，最多的还差 {wanting} 件。" if wanting and table["named"] else "")
        ),
    }


_COLUMN = {
    "plea": "适用率", "fixed": "确定刑占比", "adopted_said": "采纳率（所述）", "adopted_term": "采纳率（刑期）",
    "adopted_said_all": "全部建议：所述", "adopted_term_all": "全部建议：刑期", "counsel": "有律师", "fast": "速裁",
}  # fmt: skip


def _cell(share: dict[str, Any], content: dict[str, Any]) -> str:
    if share["status"] == "cannot_say":
        return f"差 {share['needed']}" if share["needed"] else DASH
    if share["value"] is None:
        return _short(share)
    return f"{percent(share['value'], digits=0)}（{percent(share['low'], digits=0)}—{percent(share['high'], digits=0)}），n {number(share['n'])}"


def _look(rule: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    names = {entry["id"]: entry["zh"] for entry in content["overall"]}
    return {
        **rule,
        "bound": percent(rule["bound"]),
        "rows": [{"group": one["group"], "what": names[one["id"]], **_figures(one, content)} for one in rule["found"]],
    }
