"""What the report says to one judge, on a page for that judge alone: nobody else's figures stand on it.

Other judges are there as limits of what is usual (the funnel) and as expected shares of strata. The judge sees an alert
here before the court may.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.monitor.alerts.alerts import AlertState, words
from sentencing_ml.monitor.bookkeeping.records import Alert
from sentencing_ml.monitor.detection import blind_stage
from sentencing_ml.monitor.detection.corrections import Estimate, shrunken_mean, wilson
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.watch import Chart, JudgeWatch, StratumFigures
from sentencing_ml.monitor.report.case_rows import MODES, reporting
from sentencing_ml.monitor.report.court import alert_row

_DIGITS = 4  # of a chart's values: a drawing a hundred pixels high shows no more, and 500 pages hold a million of them

OF_A_JUDGE = (
    "judge", "entry_position", "day", "band", "size", "d", "up", "coincides", "inside", "x", "y", "own_estimate_months",
    "advice_months", "entry_months",
)  # fmt: skip
"""Columns of the live rows that :func:`judge_content` reads."""

WATCHED = "没有进行中的先估后看；系统只在背景中监测，另有少量案件随机先估后看。"
NEXT = {
    "待本人查看": "预警 {position}（{name}）您还没有查看：`sentencing alerts show --judge 姓名`。"
    "{court}之前只有您看得到。",
    "逾期未查看": "预警 {position}（{name}）已过宽限期，法院已可看到；请查看：`sentencing alerts show --judge 姓名`。",
    "先估后看中": "预警 {position}（{name}）：接下来 {left} 件适合的案件，请先写下自己的估计，再看建议。不要求说明。",
    "待说明": "预警 {position}（{name}）请写原因说明，写明所涉案件的具体事实：`sentencing alerts answer`；"
    "认为预警不当的，可以写异议：`sentencing alerts object`。",
    "说明待补充": "预警 {position}（{name}）的原因说明没有写到案件的具体事实，请补充：`sentencing alerts answer`。",
}
"""What a state asks of the judge; a state that is not here asks nothing."""

UNRECORDED = "{name}：本次计算中升起，尚未记入台账；每夜的 `sentencing alerts update` 会记入，宽限期从记入时起算。"
NOTHING = "没有待办事项。以后的预警先在这里显示，您查看之后或宽限期满之后，法院才看得到。"


def judge_content(
    *,
    figures: Mapping[str, Any],
    rows: pd.DataFrame,
    modes: Mapping[str, int],
    own: JudgeWatch | None,
    funnel: Mapping[str, Any] | None,
    sizes: Mapping[str, Estimate],
    states: Sequence[AlertState],
    risen: Sequence[Alert],
) -> dict[str, Any]:
    """Return the part of a judge's page that is the judge's own.

    Parameters
    ----------
    figures : of :func:`monitor.report.court.judge_figures`.
    rows : the judge's live rows, in order of entry.
    modes : the judge's answered cases by mode.
    own : None for a judge without live entries.
    funnel : that of the court; its points stay out.
    sizes : mean size of correction by band, see :func:`monitor.detection.corrections.sizes_by_band`.
    states, risen : the judge's alerts, in the ledger and not yet there.
    """
    place = {position: number for number, position in enumerate(rows["entry_position"].tolist())}
    return {
        **{name: figures[name] for name in ("judge", "n", "status", "needed", "pattern")},
        "period": None if rows.empty else period(rows),
        "rows": {mode: int(modes.get(mode, 0)) for mode in MODES},
        "bands": [] if figures["pattern"] is None else _bands(rows, sizes),
        "funnel": _place(funnel, figures, rows),
        "charts": [] if own is None else [_chart(chart, own, place) for chart in own.charts.values()],
        "strata": [] if own is None else _strata(own.strata),
        "assessable": {} if own is None else assessable(own),
        "stage": _stage(states, rows),
        "alerts": [_alert(state) for state in states] + [_risen(alert) for alert in risen],
        "next": _next(states, risen),
    }


def period(rows: pd.DataFrame) -> dict[str, str | None]:
    """Return the first and the last day of entries."""
    days = rows["day"].dropna()
    ends = (days.min(), days.max()) if len(days) else (None, None)
    return {name: None if day is None else str(day.date()) for name, day in zip(("first", "last"), ends, strict=True)}


def assessable(own: JudgeWatch) -> dict[str, Any]:
    """Return for each chart whether it can tell anything of the judge's cases, and how many are still needed."""
    return {kind: asdict(found) for kind, found in own.assessable.items()}


def _bands(rows: pd.DataFrame, sizes: Mapping[str, Estimate]) -> list[dict[str, Any]]:
    """Return the judge's figures by severity; ``sizes`` are drawn to the court's of the band."""
    rules = definitions()
    months, same = rows["d"].abs().to_numpy(), rows["coincides"].to_numpy(dtype=bool)
    up = rows["up"].to_numpy(dtype=float, na_value=np.nan)
    result = []
    for band in rules.bands:
        here = (rows["band"] == band.name).to_numpy(dtype=bool)
        n, apart = int(here.sum()), here & ~same
        result.append(
            {
                "band": band.name,
                "n": n,
                "coincidence_readable": band.coincidence_readable,
                "size": asdict(sizes.get(band.name, Estimate(n=0, needed=rules.minimum_cases))),
                "months": asdict(shrunken_mean(months[here], None, minimum=rules.minimum_cases)),
                "direction": asdict(_share(int(up[apart].sum()), int(apart.sum()), minimum=rules.minimum_departures)),
                "coincidence": asdict(_share(int(same[here].sum()), n, minimum=rules.minimum_cases)),
            }
        )
    return result


def _place(funnel: Mapping[str, Any] | None, figures: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any] | None:
    if funnel is None:
        return None
    able = figures["status"] == "可评估"
    return {
        **{name: funnel[name] for name in ("sizes", "limits", "mean")},
        "n": figures["n"],
        "size": round(float(rows["size"].mean()), 5) if able else None,
    }


def _chart(chart: Chart, own: JudgeWatch, place: Mapping[int, int]) -> dict[str, Any]:
    """Return a chart over the judge's live cases, null where a case did not count.

    ``place`` is the number of each of the cases, from 0, by the position of its entry.
    """
    values: list[float | None] = [None] * len(place)
    threshold = math.inf if chart.threshold is None else chart.threshold - 1e-9
    crossed = []
    for position, value in zip(chart.entry_positions, chart.values, strict=True):
        if math.isfinite(value):
            values[place[position]] = round(value, _DIGITS)
            if value >= threshold:
                crossed.append(position)
    directions = {raised.entry_position: raised.direction for raised in own.alerts if raised.kind == chart.kind}
    told = own.assessable.get(chart.kind)
    return {
        "kind": chart.kind,
        "name": reporting()["charts"][chart.kind],
        "counted": sum(value is not None for value in values),
        "values": values,
        "threshold": None if chart.threshold is None else round(float(chart.threshold), _DIGITS),
        "log": False,
        "floor": 0,
        "resets": [place[chart.entry_positions[index]] for index in chart.resets],
        "alerts": [{"index": place[position], "direction": directions.get(position)} for position in crossed],
        "status": "可评估" if told is None else told.status,
        "needed": 0 if told is None else told.needed,
        "why": None if told is None else told.why,
    }


def _strata(figures: Sequence[StratumFigures]) -> list[dict[str, Any]]:
    """Return the judge's strata; ``run``: how many adoptions in a row the chart of coincidence needs there."""
    minimum = definitions().suppress_below
    return [
        {
            "stratum": figure.name,
            "n": figure.n,
            "coincidence": asdict(_share(figure.coincided, figure.n, minimum=minimum)),
            "expected": None if figure.p0 is None else round(figure.p0, 4),
            "status": figure.status,
            "run": figure.run,
            "why": figure.why,
        }
        for figure in figures
    ]


def _share(successes: int, n: int, *, minimum: int) -> Estimate:
    if n < minimum:
        return Estimate(n=n, needed=minimum - n)
    low, high = wilson(successes, n)
    return Estimate(n=n, value=successes / n, low=low, high=high)


def _stage(states: Sequence[AlertState], rows: pd.DataFrame) -> dict[str, Any]:
    """Return the last blind-first stage of the judge, or that there is none."""
    found = [state for state in states if state.stage is not None]
    if not found:
        return {
            "state": "watch", "text": WATCHED, "done": 0, "needed": definitions().stage_two.cases, "verdict": None,
            "informative": 0, "followed": 0, "near": 0,
        }  # fmt: skip
    last = max(found, key=lambda state: state.entry_position)
    stage = last.stage
    cases = rows[rows["entry_position"].isin(stage.entries)]
    terms = [cases[name].to_numpy(dtype=float) for name in ("own_estimate_months", "advice_months", "entry_months")]
    told, followed, near = (int(each.sum()) for each in blind_stage.counts(*terms, kind=last.kind))
    if stage.closed is None:
        text = f"预警 {last.position} 之后的先估后看：已完成 {stage.done} 件，还要 {stage.needed - stage.done} 件。"
    elif stage.reset:
        text = f"预警 {last.position} 之后的先估后看因模型或法律换版而停止，从头监测。"
    else:
        text = f"预警 {last.position} 之后的 {stage.needed} 件先估后看已满：判为“{stage.verdict}”。"
    return {
        "state": "blind_first" if stage.closed is None else "watch" if stage.reset else "classified",
        "text": text,
        "done": stage.done,
        "needed": stage.needed,
        "verdict": stage.verdict,
        "informative": told,
        "followed": followed,
        "near": near,
    }


def _alert(state: AlertState) -> dict[str, Any]:
    note = None if state.note is None else asdict(state.note)
    return alert_row(state) | {"court_sees_from": state.court_sees_from, "note": note}


def _risen(alert: Alert) -> dict[str, Any]:
    """Return an alert that has risen and is not in the ledger: its time for the judge has not begun."""
    return {
        "position": None,
        "kind": alert.kind,
        "name": words()["names"][alert.kind],
        "direction": alert.direction,
        "raised_at": alert.raised_at,
        "statistic": round(alert.statistic, 3),
        "threshold": round(alert.threshold, 3),
        "state": "待本人查看",
        "verdict": None,
        "asks_note": blind_stage.asks_note(alert.kind, None),
        "seen_at": None,
        "court_sees_from": None,
        "note": None,
    }


def _next(states: Sequence[AlertState], risen: Sequence[Alert]) -> list[str]:
    lines = []
    for state in states:
        if state.state in NEXT:
            left = 0 if state.stage is None else state.stage.needed - state.stage.done
            lines.append(
                NEXT[state.state].format(
                    position=state.position, name=state.name, left=left, court=state.court_sees_from[:10]
                )
            )
    lines += [UNRECORDED.format(name=words()["names"][alert.kind]) for alert in risen]
    return lines or [NOTHING]
