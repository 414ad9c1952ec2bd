"""A judge's own page: what the monitor saw of this judge's corrections, told to that judge and to nobody else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml.monitor.report import drawings, page_text, page_words
from sentencing_ml.monitor.report.page_certificate import own_certificate, without_certificate
from sentencing_ml.monitor.report.page_court import apart, defined, footer, funnel_shares, pattern_cells, stratum_row
from sentencing_ml.rendering import DASH, number

TOGETHER = {"A1": ("A1", "A1 guaranteed"), "G": ("G", "G interval")}
"""Charts that stand under one heading, for they ask the same in two ways."""

MOST_CROSSINGS = 4
"""Cases named at which a chart reached its threshold; the drawing shows all."""

MOST_STRATA, MOST_LISTED = 8, 24
"""Strata that are drawn, those with most cases, and that are listed below."""

Content = Mapping[str, Any]


def judge_context(content: Content) -> dict[str, Any]:
    """Return what the template ``monitor_judge.html`` shows of the content of one judge."""
    # where there are too few cases for a figure, a line would be one
    few = content["pattern"] is None
    charts = {chart["kind"]: chart for chart in content["charts"] if not (few and chart["threshold"] is None)}
    numbers = defined(content["definitions"])
    return {
        "headings": page_words.OWN,
        "judge": content["judge"],
        "simulated": content["simulated"],
        "reliable": content["reliable"],
        "glance": _glance(content),
        "alerts": [_alert(alert) for alert in content["alerts"] if _open(alert)],
        "past": [_past(alert) for alert in content["alerts"] if not _open(alert)],
        "stage": _stage(content["stage"]),
        "next": content["next"],
        "facts": _facts(content),
        "defined": numbers,
        "charts": [_chart(kind, charts, numbers) for kind in page_words.CHARTS if kind in charts],
        "figures": _figures(charts),
        "pattern": _pattern(content),
        "funnel": _funnel(content["funnel"]),
        "bands": [_band(band) for band in content["bands"]],
        "strata": _strata(content["strata"]),
        "assessable": _assessable(content["assessable"], charts),
        "certificate": own_certificate(content["certificate"]),
        "without_certificate": without_certificate(content["certificate"]),
        "limits": content["limits"],
        "versions": {"假名": content["judge"], **footer(content)},
    }


def _glance(content: Content) -> str:
    """Return in one sentence where the judge stands."""
    waiting = sum(_open(alert) for alert in content["alerts"])
    if waiting:
        return f"有 {number(waiting)} 项预警还没有了结。"
    if content["alerts"]:
        return "没有要处理的预警；以前的预警都已了结。"
    if content["status"] != "可评估":
        return f"没有预警。您的案件还不够评估（{page_text.missing(content['needed']) or '件数不足'}）。"
    return "没有预警。"


def _facts(content: Content) -> list[list[str]]:
    rows, period = content["rows"], content["period"]
    return [
        ["案件", f"{number(content['n'])} 件"],
        ["期间", DASH if not period or not period["first"] else f"{period['first']} 至 {period['last']}"],
        ["先看建议", f"{number(rows['shown'])} 件"],
        ["先估后看", f"{number(rows['blind_first'])} 件"],
        ["只估不看", f"{number(rows['shadow'])} 件"],
        ["培训案件", f"{number(rows['training'])} 件"],
    ]


def _open(alert: Content) -> bool:
    return alert["state"] not in page_words.CLOSED


def _past(alert: Content) -> dict[str, str]:
    note = alert["note"]
    return {
        "position": DASH if alert["position"] is None else str(alert["position"]),
        "name": page_text.alert_name(alert),
        "raised": page_text.day(alert["raised_at"]),
        "verdict": alert["verdict"] or DASH,
        "state": alert["state"],
        "note": DASH if note is None else f"{note['kind']} {page_text.day(note['written_at'])}",
    }


def _alert(alert: Content) -> dict[str, Any]:
    kind, note = alert["kind"], alert["note"]
    facts = [
        ["编号", DASH if alert["position"] is None else str(alert["position"])],
        ["升起", page_text.day(alert["raised_at"])],
        ["统计量 / 界限", page_text.statistic(alert)],
        ["您查看的日期", page_text.day(alert["seen_at"])],
        ["法院可见，自", page_text.day(alert["court_sees_from"])],
        ["要求原因说明", "是" if alert["asks_note"] else "否"],
    ]
    if note is not None:
        accepted = "已收到" if note["accepted"] else "需要补充案件的具体事实"
        facts.append([note["kind"], f"{page_text.day(note['written_at'])} 写，{accepted}"])
    return {
        "title": page_text.alert_name(alert),
        "state": alert["state"],
        "meaning": page_words.STATES[alert["state"]],
        "saw": page_words.ALERTS.get(kind, ""),
        "not": page_words.ALERTS_NOT.get(kind, ""),
        "verdict": alert["verdict"],
        "verdict_means": page_words.VERDICTS.get(alert["verdict"], ""),
        "facts": facts,
    }


def _stage(stage: Content) -> dict[str, Any]:
    return {
        "text": stage["text"],
        "watching": stage["state"] == "watch",
        "facts": [
            ["已完成", f"{stage['done']} / {stage['needed']} 件"],
            ["估计与建议相差较多", f"{stage['informative']} 件"],
            ["其中最后录入建议", f"{stage['followed']} 件"],
            ["估计本来就接近建议", f"{stage['near']} 件"],
        ],
    }


def _chart(kind: str, charts: Mapping[str, Content], numbers: Mapping[str, str]) -> dict[str, Any]:
    """Return the drawings of a chart under its four lines, or why there is nothing to draw."""
    told = page_words.CHARTS[kind]
    shown = [charts[name] for name in TOGETHER.get(kind, (kind,)) if name in charts]
    return {
        "id": f"chart-{kind}",
        "title": told["title"],
        "glance": "".join(_told(chart) for chart in shown),
        "shows": told["shows"].format(**numbers) + (told["second"] if len(shown) > 1 else ""),
        "read": page_words.TREND_READ if kind == "trend" else page_words.CHART_READ,
        "act": told["act"],
        "drawn": [_drawn(chart) for chart in shown if _can_be_drawn(chart)],
        "blank": [
            f"{chart['name']}：{_why(chart)}" for chart in shown if not _can_be_drawn(chart)
        ],
    }  # fmt: skip


def _can_be_drawn(chart: Content) -> bool:
    return chart["status"] == "可评估" and any(value is not None for value in chart["values"])


def _why(chart: Content) -> str:
    return "，".join(part for part in (chart["why"], page_text.missing(chart["needed"])) if part) or "件数不足"


def _told(chart: Content) -> str:
    """Tell a chart in one sentence: its last value beside its threshold, and when it passed it."""
    known = [value for value in chart["values"] if value is not None]
    if not _can_be_drawn(chart):
        return f"{chart['name']}：不可评估（{_why(chart)}）。"
    counted = f"{chart['name']}：计入 {number(chart['counted'])} 件，"
    if chart["threshold"] is None:
        return f"{counted}最近 {page_text.size(known[-1])}。"
    passed = "、".join(
        f"第 {alert['index'] + 1} 件" + (f"（{page_text.SIDE[alert['direction']]}）" if alert["direction"] else "")
        for alert in chart["alerts"][:MOST_CROSSINGS]
    )
    more = len(chart["alerts"]) - MOST_CROSSINGS
    passed += f"等 {len(chart['alerts'])} 次" if more > 0 else ""
    now = f"最近 {known[-1]:.1f}，界限 {chart['threshold']:.1f}；"
    return f"{counted}{now}{f'{passed}到过界限' if passed else '没有到过界限'}。"


def _drawn(chart: Content) -> dict[str, Any]:
    watched = chart["threshold"] is not None
    return drawings.chart(
        [drawings.Curve(kind="watched" if watched else "trend", values=chart["values"])],
        threshold=chart["threshold"],
        alerts=[drawings.Mark(case=alert["index"], text=_crossing(alert)) for alert in chart["alerts"]],
        resets=[drawings.Mark(case=case, text="重新开始") for case in _restarts(chart)],
        breaks=[case for case in chart["resets"] if case > 0],
        floor=chart["floor"],
        limit=f"{chart['name']}　界限 {chart['threshold']:.1f}" if watched else "",
        peak=None if watched else lambda value: f"最高 {page_text.size(value)}",
        name=f"draw-{chart['kind'].replace(' ', '-')}",
        title=chart["name"],
        spoken=f"{_told(chart)}各段案件的最高值见本节末的表。",
    )


def _crossing(alert: Content) -> str:
    return f"到界限：{page_text.SIDE[alert['direction']]}" if alert["direction"] else "到界限"


def _restarts(chart: Content) -> list[int]:
    """Return the cases at which a chart began anew for another reason than that it had reached its threshold."""
    crossed = {alert["index"] for alert in chart["alerts"]}
    counted = [case for case, value in enumerate(chart["values"]) if value is not None]
    before = dict(zip(counted[1:], counted, strict=False))
    return [case for case in chart["resets"] if case > 0 and before.get(case, case - 1) not in crossed]


def _figures(charts: Mapping[str, Content]) -> dict[str, Any]:
    """Return the charts as figures: what was highest in each run of cases."""
    shown = {kind: chart for kind, chart in charts.items() if _can_be_drawn(chart)}
    rows = drawings.blocks({kind: chart["values"] for kind, chart in shown.items()})
    return {
        "columns": [{"key": "cases", "label": "案件"}]
        + [{"key": kind, "label": chart["name"], "num": True} for kind, chart in shown.items()],
        "rows": [
            {
                "cases": f"第 {row['first']} 至 {row['last']} 件",
                **{kind: _level(shown[kind], value) for kind, value in row["highest"].items()},
            }
            for row in rows
        ]
        + (
            [{"cases": "界限"} | {kind: _level(chart, chart["threshold"]) for kind, chart in shown.items()}]
            if shown
            else []
        ),
    }


def _level(chart: Content, value: float | None) -> str:
    if value is None:
        return DASH
    return page_text.size(value) if chart["threshold"] is None else f"{value:.1f}"


def _pattern(content: Content) -> list[dict[str, Any]] | None:
    """Return the judge's figures, a row a figure; None below the number of cases from which figures are shown."""
    pattern = content["pattern"]
    if pattern is None:
        return None
    shown = (
        ("平均修正幅度", "size", page_text.size, "已向全体收缩：件数越少，越接近全体"),
        ("平均修正", "months", lambda value: f"{value:.1f} 个月", "不分上下"),
        ("修正方向", "direction", page_text.whole, "不一致的录入中高于建议的占比"),
        ("与建议一致", "coincidence", page_text.whole, "高低取决于案件轻重，看第五节"),
        ("建议区间之内", "inside", page_text.whole, "录入落在建议的区间内"),
        ("建议权重 WOA", "weight", page_text.weight, "先估后看的案件：0 是您自己的估计，1 是建议"),
    )
    return [
        {"name": name, "told": told, "n": number(pattern[key]["n"]), **page_text.cell(pattern[key], form)}
        for name, key, form, told in shown
    ]


def _funnel(found: Content | None) -> dict[str, Any] | None:
    if found is None or found["size"] is None:
        return None
    shares = funnel_shares(found)
    own = page_text.size(found["size"])
    glance = f"您的 {number(found['n'])} 件：{own}；法官的中位数 {page_text.size(found['mean'])}。"
    return {
        "glance": glance,
        "drawn": drawings.funnel(
            **shares,
            points=[],
            own=(found["n"], page_text.share_of(found["size"]), f"您 {own}"),
            name="funnel",
            title="您的平均修正幅度与通常的范围",
            spoken=f"横轴为件数，纵轴为平均修正幅度。{glance}",
        ),
    }


def _band(band: Content) -> dict[str, Any]:
    cells = pattern_cells(band, ("size", "months", "direction", "coincidence"))
    if not band["coincidence_readable"] and band["coincidence"]["value"] is not None:
        cells["coincidence"] = {**cells["coincidence"], "text": f"{cells['coincidence']['text']} *"}
    return {"name": band["band"], "n": number(band["n"]), **cells}


def _strata(strata: Sequence[Content]) -> dict[str, Any]:
    """Return the strata with most cases as drawings, the others with a share as rows, and the rest by reason."""
    told = [stratum for stratum in strata if stratum["coincidence"]["value"] is not None]
    shown, folded = apart(told, drawn=MOST_STRATA, listed=MOST_LISTED)
    without = Counter(stratum["why"] or "件数不足" for stratum in strata if stratum["coincidence"]["value"] is None)
    able = sum(stratum["status"] == "可评估" for stratum in strata)
    return {
        "known": bool(strata),
        "shown": [_stratum(stratum) for stratum in shown],
        "folded": [_stratum(stratum) for stratum in folded],
        "without": [f"{why}：{number(n)} 层" for why, n in sorted(without.items())],
        "glance": f"您的案件分在 {number(len(strata))} 层，{number(able)} 层可评估。",
    }


def _stratum(stratum: Content) -> dict[str, Any]:
    run = "" if stratum["run"] is None else f"连续 {number(stratum['run'])} 件一致才到界限"
    return stratum_row(stratum) | {"more": stratum["why"] or run}


def _assessable(found: Mapping[str, Content], charts: Mapping[str, Content]) -> list[dict[str, str]]:
    return [
        {
            "name": charts[kind]["name"] if kind in charts else kind,
            "status": state["status"],
            "needed": "" if state["status"] == "可评估" else page_text.missing(state["needed"]),
            "reference": page_text.missing(state["needed_reference"]),
            "why": state["why"] or "",
        }
        for kind, state in found.items()
    ]
