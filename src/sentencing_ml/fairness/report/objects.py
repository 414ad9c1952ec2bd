"""The sections of labels, advice and error: a forest plot a measure, provinces on a grid, the tails of the error."""

from collections.abc import Callable, Mapping
from typing import Any

from sentencing_ml.fairness.report import text, words
from sentencing_ml.fairness.report.drawings import Row, Tile, forest, tile_grid
from sentencing_ml.fairness.report.front import state_of
from sentencing_ml.law import places
from sentencing_ml.rendering import DASH, number, percent

LEAST_READ = 10
"""Facts listed by recall, the lowest first."""

MOST_MOVED = 10
"""Groups listed by how far their error moved with time."""

PROVINCE = "province"
"""The attribute that is drawn on the grid of provinces and stands in a table, not in the forest plots."""


def margin_of(content: Mapping[str, Any], measure: str) -> float:
    """Return the largest difference of ``measure`` that counts as none."""
    settings = content["settings"]
    return (settings.get("margins") or {}).get(measure, settings["equivalence"])


def measured_page(content: Mapping[str, Any], measure: str) -> dict[str, Any]:
    """Return the forest plot and the grid of provinces of one measure of the first family."""
    attributes = content["attributes"]
    margin = margin_of(content, measure)
    shown = {"margin": percent(margin, digits=0), "level": percent(content["settings"]["level"], digits=0)}
    told = words.FOREST[measure]
    blocks = [(found["zh"], _rows(found, measure)) for name, found in attributes.items() if name != PROVINCE]
    return {
        "id": measure,
        "title": told["title"],
        "glance": _glance(attributes, measure),
        "shows": told["shows"],
        "read": words.FOREST_READ.format(**shown),
        "act": told["act"].format(**shown),
        "forest": forest(blocks, margin=margin) if any(rows for _, rows in blocks) else None,
        "beside": told.get("beside") if any(row.beside for _, rows in blocks for row in rows) else None,
        "provinces": _provinces(attributes.get(PROVINCE), measure) if measure in words.TILED else None,
    }


def extraction_page(section: Mapping[str, Any] | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return how completely facts are read by group, and the facts that are read least."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    attributes, told = section["attributes"], words.EXTRACTION
    margin = margin_of(content, "recall")
    level = percent(content["settings"]["level"], digits=0)
    blocks = [(found["zh"], _rows(found, "recall")) for name, found in attributes.items() if name != PROVINCE]
    factors = [entry for entry in section["factors"] if entry["recall"] is not None]
    return {
        **shown,
        "simulated": section["source"] == "simulated",
        "note": section["note"],
        "facts": [
            ("标注的文书", number(section["documents"])),
            ("被告人", number(section["persons"])),
            ("标注的事实", number(section["facts"])),
            ("识别率", percent(section["recall"])),
            ("精确率", percent(section["precision"])),
        ],
        "title": told["title"],
        "glance": _glance(attributes, "recall"),
        "shows": told["shows"],
        "read": words.FOREST_READ.format(level=level, margin=f"{100 * margin:.0f} 点").replace("法院", "文书"),
        "act": told["act"],
        "forest": forest(blocks, margin=margin, scale="points") if any(rows for _, rows in blocks) else None,
        "factors": [
            {
                "zh": entry["zh"],
                "n": number(entry["n"]),
                "recall": percent(entry["recall"]),
                "precision": percent(entry["precision"]),
            }
            for entry in factors[:LEAST_READ]
        ],
        "silent": [text.silent(found["zh"], found["why"]) for found in attributes.values() if found["why"]],
    }


def drift_page(section: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the error by year, and the groups whose error grew most from the earlier half to the later one."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    by_year = [row for row in section["periods"]["year"] if row["estimate"] is not None]
    moved = [row for row in section["groups"] if row["estimate"] is not None]
    moved.sort(key=lambda row: -abs(row["estimate"]))
    trained = section["trained"] or {"first": None, "last": None}
    first = next((row for row in by_year), None)
    last = by_year[-1] if by_year else None
    return {
        **shown,
        "trained": DASH if trained["first"] is None else f"{trained['first']} 至 {trained['last']}",
        "glance": "各年都不足以给出区间。"
        if first is None
        else f"{first['period']} 年 {text.estimate(first)}，{last['period']} 年 {text.estimate(last)}。",
        "undated": number(section["undated"]),
        "forest": forest([("", [_period(row) for row in by_year])], margin=None) if by_year else None,
        "cut": section["cut"] or DASH,
        "moved": [
            {
                "group": f"{row['zh']} {row['group']}",
                "n": f"{number(row['early'])} / {number(row['late'])}",
                "estimate": text.with_interval(row),
                "detectable": text.detectable(row),
            }
            for row in moved[:MOST_MOVED]
        ],
    }


def _period(row: Mapping[str, Any]) -> Row:
    later = {True: "训练之后", False: "训练期内", None: ""}[row["later"]]
    return Row(label=str(row["period"]), n=row["n"], figure=row, word=later)


def overrides_page(section: Mapping[str, Any] | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return how judges correct the advice by group: figures of groups of defendants, never of a judge."""
    shown: dict[str, Any] = {"state": state_of(section)}
    if section is None or shown["state"]["status"] != "measured":
        return shown
    attributes, told = section["attributes"], words.OVERRIDE
    margin = margin_of(content, "override")
    level = percent(content["settings"]["level"], digits=0)
    blocks = [(found["zh"], _rows(found, "override")) for name, found in attributes.items() if name != PROVINCE]
    rows = section["rows"]
    return {
        **shown,
        "simulated": section["simulated"],
        "note": section["note"],
        "facts": [
            ("录入", number(rows["entries"])),
            ("用于比较", number(rows["used"])),
            ("法官", number(section["judges"])),
            ("平均修正", percent(section["correction"], sign=True)),
        ],
        "left_out": [f"{reason} {number(n)} 次" for reason, n in rows["left_out"].items() if n],
        "title": told["title"],
        "glance": _glance(attributes, "override"),
        "shows": told["shows"].format(given="、".join(section["given"])),
        "read": words.FOREST_READ.format(level=level, margin=percent(margin, digits=0)).replace("法院", "法官"),
        "act": told["act"],
        "forest": forest(blocks, margin=margin) if any(rows for _, rows in blocks) else None,
        "silent": [text.silent(found["zh"], found["why"]) for found in attributes.values() if found["why"]],
    }


def _rows(found: Mapping[str, Any], measure: str) -> list[Row]:
    return [
        Row(
            label=group["group"],
            n=group["n"],
            figure=test,
            word=text.word(test["verdict"]),
            beside=_beside(group) if measure == "advice" else "",
        )
        for group in found["groups"]
        if (test := group["tests"].get(measure)) is not None and test["estimate"] is not None
    ]


def _beside(group: Mapping[str, Any]) -> str:
    """Return how far the advice of a group departs once only statutes and rules are taken out."""
    learned = group["figures"].get("learned")
    return text.with_interval(learned) if learned and learned["estimate"] is not None else ""


def _glance(attributes: Mapping[str, Any], measure: str) -> str:
    by_verdict: dict[str, list[str]] = {}
    for found in attributes.values():
        verdict = found["verdicts"].get(measure, {"verdict": "不能判断"})["verdict"]
        by_verdict.setdefault(verdict, []).append(found["zh"])
    order = [verdict for verdict in ("有差异", "等效", "不能判断") if verdict in by_verdict]
    return "；".join(f"{verdict}：{'、'.join(by_verdict[verdict])}" for verdict in order) + "。"


def _provinces(found: Mapping[str, Any] | None, measure: str) -> dict[str, Any] | None:
    if found is None or not found["groups"]:
        return None
    tiles = {}
    for group in found["groups"]:
        if group["group"] != words.UNKNOWN:
            test = group["tests"].get(measure)
            value = None if test is None else test["estimate"]
            state = "只列件数" if value is None else text.word(test["verdict"])
            tiles[_short(group["group"])] = Tile(
                value=value, word=state, n=group["n"], withheld=group["status"] == "suppressed"
            )
    unknown = next((group["n"] for group in found["groups"] if group["group"] == words.UNKNOWN), 0)
    verdict = found["verdicts"].get(measure, {"verdict": "不能判断", "reason": "没有检验"})
    glance = f"{verdict['verdict']}（{verdict['reason']}）；省份未知 {text.count(unknown)} 件。"
    grid = tile_grid(tiles, name=measure, spoken=f"各省示意格网，非地图：{glance}")
    told = {"shows": words.TILES_SHOWS, "read": words.TILES_READ, "act": words.TILES_ACT}
    return {"grid": grid, "glance": glance, **told}


def _short(name: str) -> str:
    return next((province.short for province in places.provinces() if province.name == name), name)


def province_table(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return every province that has an interval, a column a measure of the first family."""
    found = content["attributes"].get(PROVINCE)
    if found is None:
        return None
    measures = list(words.FOREST)
    rows = []
    for group in found["groups"]:
        cells = [_test(group["tests"].get(measure)) for measure in measures]
        if any(cell["estimate"] != DASH for cell in cells):
            rows.append({"group": _short(group["group"]), "n": text.count(group["n"]), "cells": cells})
    columns = [words.OBJECTS[measure] for measure in measures]
    return {"columns": columns, "blocks": [{"zh": found["zh"], "rows": rows}] if rows else []}


def split_page(content: Mapping[str, Any], measure: str) -> list[dict[str, Any]]:
    """Return by attribute the raw gap of each group parted into what the facts explain and what they do not."""
    return _blocks(content, lambda group: _split_row(group, (group.get("split") or {}).get(measure)))


def _split_row(group: Mapping[str, Any], split: Mapping[str, Any] | None) -> dict[str, str] | None:
    if not split or split["raw"]["estimate"] is None:
        return None
    parts = {part: text.with_interval(split[part]) for part in ("raw", "explained", "unexplained")}
    return {"group": group["group"], "n": text.count(group["n"]), **parts}


def _blocks(content: Mapping[str, Any], row: Callable[[Mapping[str, Any]], Any]) -> list[dict[str, Any]]:
    """Return a block an attribute of the groups for which ``row`` gives a row; provinces stand in a table of theirs."""
    return [
        {"zh": found["zh"], "rows": rows}
        for name, found in content["attributes"].items()
        if name != PROVINCE and (rows := [made for group in found["groups"] if (made := row(group)) is not None])
    ]


def error_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overall error, its description by group and the tests of the second family."""
    overall, attributes = content["overall"], content["attributes"]
    nominal = percent(content["nominal_coverage"], digits=0)
    measures = [measure for measure in words.TAILS if any(_tested(found, measure) for found in attributes.values())]
    return {
        "facts": [
            ("平均误差", f"{percent(overall['bias'], sign=True)}（{_months(overall['bias_months'], sign=True)}）"),
            ("绝对误差", _months(overall["mae"])),
            ("偏重率", percent(overall["heavy"])),
            ("偏轻率", percent(overall["light"])),
            ("区间覆盖", f"{percent(overall['covered'])}（名义 {nominal}）"),
        ],
        "points": [
            {"zh": found["zh"], "rows": _points(found), "note": _counted(found)}
            for name, found in attributes.items()
            if found["groups"] and name != PROVINCE
        ],
        "tails": {
            "columns": [words.TAILS[measure] for measure in measures],
            "margins": "，".join(f"{words.TAILS[measure]} ±{_margin(content, measure)}" for measure in measures),
            "blocks": [
                {"zh": found["zh"], "rows": rows}
                for name, found in attributes.items()
                if name != PROVINCE and (rows := _tails(found, measures))
            ],
        },
        "charges": [
            {
                "zh": found["zh"],
                "groups": [cell["group"] for cell in found["charges"][0]["cells"]],
                "rows": [
                    {"charge": row["charge"], "cells": [_charge_cell(cell) for cell in row["cells"]]}
                    for row in found["charges"]
                ],
            }
            for found in attributes.values()
            if found["charges"]
        ],
    }


def _margin(content: Mapping[str, Any], measure: str) -> str:
    value = margin_of(content, measure)
    scale = words.SCALES.get(measure, "share")
    return {"points": f"{100 * value:.0f} 点", "slope": f"{value:.2f}"}.get(scale) or percent(value, digits=0)


def _months(value: float | None, *, sign: bool = False) -> str:
    return DASH if value is None else f"{value + 0.0:{'+' if sign else ''}.1f} 个月"


def _tested(found: Mapping[str, Any], measure: str) -> bool:
    return any(group["tests"].get(measure) is not None for group in found["groups"])


def _points(found: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = []
    for group in found["groups"]:
        values = group["points"]
        if values is None:
            continue
        months = values.get("bias_months")
        rows.append(
            {
                "group": f"{group['group']}（对照）" if group["reference"] else group["group"],
                "n": text.count(group["n"]),
                "bias": percent(values.get("bias"), sign=True),
                "months": DASH if months is None else f"{round(months, 1) + 0.0:+.1f}",
                "mae": number(values.get("mae"), digits=1),
                "heavy": percent(values.get("heavy")),
                "light": percent(values.get("light")),
                "covered": percent(values.get("covered")),
            }
        )
    return rows


def _counted(found: Mapping[str, Any]) -> str | None:
    """Return the groups that stand as a count alone, and how many are withheld."""
    few = [group for group in found["groups"] if group["status"] == "count_only"]
    counted = [f"{group['group']} {text.count(group['n'])}" for group in few]
    withheld = sum(group["status"] == "suppressed" for group in found["groups"])
    parts = [f"只列件数：{'、'.join(counted)}"] if counted else []
    parts += [f"{withheld} 组不公布"] if withheld else []
    return "；".join(parts) + "。" if parts else None


def _tails(found: Mapping[str, Any], measures: list[str]) -> list[dict[str, Any]]:
    rows = []
    for group in found["groups"]:
        cells = [_test(group["tests"].get(measure), scale=words.SCALES.get(measure, "share")) for measure in measures]
        if any(cell["estimate"] != DASH for cell in cells):
            rows.append({"group": group["group"], "n": text.count(group["n"]), "cells": cells})
    return rows


def _test(test: Mapping[str, Any] | None, *, scale: text.Scale = "share") -> dict[str, str]:
    if test is None or test["estimate"] is None:
        return {"estimate": DASH, "interval": "", "detectable": "", "word": "", "mark": "", "tag": "plain"}
    shown = text.word(test["verdict"])
    return {
        "estimate": text.estimate(test, scale=scale),
        "interval": text.interval(test, scale=scale),
        "detectable": text.detectable(test, scale=scale),
        "word": shown,
        "mark": text.MARK.get(shown, ""),
        "tag": text.KIND.get(shown, "plain"),
    }


def _charge_cell(cell: Mapping[str, Any]) -> str:
    if cell["suppressed"]:
        return "不公布"
    if not cell["n"]:
        return DASH
    if cell["bias"] is None:
        return f"n={cell['n']}"
    return f"n={cell['n']}　{percent(cell['bias'], sign=True)}　{cell['mae']:.1f} 月"
