"""Contents of the monitor's pages, made by hand: a court and judges in every state. No figure is of any data.

``court(mark)`` and ``judge(mark)`` fill every string that comes from data (cases, charges, courts) with ``mark``.
"""

import copy
import hashlib
import math
from dataclasses import asdict

from sentencing_ml.monitor.detection.definitions import definitions

NAMES = {"A1": "长期趋零", "A1 guaranteed": "长期趋零（保证形式）", "A2": "单向同化", "A3": "收敛同化", "A4": "从不采纳", "G": "微调趋同", "G interval": "微调趋同（区间）", "trend": "修正幅度的走势（EWMA）"}
BANDS = tuple(band.name for band in definitions().bands)
HEAD = {"position": 24801, "hash": "cd" * 32}
LIMITS = ["修正小不等于依赖建议：独立得出相同结论时，数字完全一样。", "本报告不是业绩指标，不含任何排名；法官一律按假名的顺序列出。"]
NOT_COMPARED = {"status": "未比对", "detail": "没有给出见证文件；末尾被整段截去时链本身看不出。"}


def pseudonym(number):
    return "J-" + hashlib.sha256(str(number).encode()).hexdigest()[:12]


def pseudonyms(n):
    return sorted(pseudonym(number) for number in range(n))


def known(n, value, half=0.05, *, low=0.0, high=math.inf):
    """Return a figure with its interval."""
    return {"n": n, "value": value, "low": max(low, value - half), "high": min(high, value + half), "needed": 0}


def share(n, value, half=0.05):
    return known(n, value, half, high=1.0)


def unknown(n, needed):
    """Return a figure for which cases are missing."""
    return {"n": n, "value": None, "low": None, "high": None, "needed": needed}


def pattern(n):
    return {"n": n, "size": known(n, 0.17, 0.02), "months": known(n, 3.1, 0.4), "direction": share(n * 7 // 10, 0.52, 0.1),
            "coincidence": share(n, 0.31), "inside": share(n, 0.82, 0.04), "weight": known(24, 0.33, 0.12, low=-9)}  # fmt: skip


def unknown_pattern(n):
    return {"n": n, "size": unknown(n, 30 - n), "months": unknown(n, 30 - n), "direction": unknown(0, 20), "coincidence": unknown(n, 30 - n),
            "inside": unknown(n, 30 - n), "weight": unknown(0, 10)}  # fmt: skip


def numbers():
    return {**asdict(definitions()), "sha256": "ab" * 32}


def ledger(*, breaks=(), witness=None):
    return {"advice": 12400, "entries": 12380, "unanswered": 20, "alerts": 9, "seen": 7, "notes": 5, "no_ratio": 3, "breaks": list(breaks),
            "head": dict(HEAD), "witness": dict(witness or NOT_COMPARED), "left_out": 0,
            "rows": {"shown": 8800, "blind_first": 800, "shadow": 2160, "training": 620}}  # fmt: skip


def assessable(**left):
    """Return every chart as assessable but those named, with the cases they need."""
    states = {kind: {"status": "可评估", "needed": 0, "needed_reference": 0, "why": None} for kind in NAMES if kind != "trend"}
    return states | {kind: {"status": "不可评估", "needed": needed, "needed_reference": 40, "why": "本人前60件尚未满" if needed else "取整使一致成为常态"} for kind, needed in left.items()}


def alert(kind, state, *, direction=None, position=5121, asks=True, verdict=None):
    return {"position": position, "kind": kind, "name": NAMES[kind], "direction": direction, "raised_at": "2024-09-12T10:11:00",
            "statistic": 6.31, "threshold": 6.0, "state": state, "verdict": verdict, "asks_note": asks, "seen_at": "2024-09-14T09:00:00"}  # fmt: skip


def funnel(judges):
    sizes = [20.0 + 12 * step for step in range(36)]
    limit = {"95": 1.96, "998": 3.09}
    half = {level: [z * math.sqrt(0.0012 + 0.03 / n) for n in sizes] for level, z in limit.items()}
    return {
        "points": [{"judge": name, "n": 40 + 15 * place, "size": 0.165 + 0.06 * math.sin(3 * place)} for place, name in enumerate(judges)],
        "sizes": sizes,
        "limits": {level: {"low": [max(0.0, 0.165 - value) for value in values], "high": [0.165 + value for value in values]} for level, values in half.items()},
        "mean": 0.165,
        "outside": 2,
    }


def stratum(name, n, *, value=0.35, expected=0.52, status="可评估", why=None):
    """Return a stratum of a court."""
    figure = None if n is None else share(n, value) if n >= 30 else unknown(n, 30 - n)
    return {"stratum": name, "severity": "6—8个月", "charge_group": "盗窃罪", "plea": True, "n": n, "judges": None if n is None else 12,
            "coincidence": figure, "expected": expected, "status": status, "why": why}  # fmt: skip


def own_stratum(*given, run=None, **others):
    """Return a stratum of a judge, and how many adoptions in a row the chart of coincidence needs there."""
    kept = ("stratum", "n", "coincidence", "expected", "status", "why")
    return {key: value for key, value in stratum(*given, **others).items() if key in kept} | {"run": run}


def case(number, mark="", *, adopted=False):
    """Return a case of a list; every twentieth bears the mark, so that a list stays readable."""
    mark = mark if number % 20 == 0 else ""
    row = {"case": f"C-{number:012x}{mark}", "position": 9000 + 3 * number, "charge_group": f"盗窃罪{mark}", "band": BANDS[number % 4],
           "plea": (True, False, None)[number % 3], "blind_first": number % 7 == 0}  # fmt: skip
    if adopted:
        return row
    ratio = (-1) ** number * 0.04 * (1 + number % 9)
    return row | {"direction": "up" if ratio > 0 else "down", "months": 12 * math.expm1(ratio), "ratio": ratio, "reason_given": number % 4 > 0}


def rate(value):
    """Return alarms per 100 judge-years as the certificate writes them."""
    return {"value": value, "low": value * 0.7, "high": value * 1.3 if value else 0.03, "k": int(value * 100), "judge_years": 10000}


def found(value):
    return {"share": value, "low": max(0.0, value - 0.02), "high": min(1.0, value + 0.02), "k": int(1000 * value), "n": 1000}


def rule(name, zh, kind, honest, worst, within, median):
    target = {"id": "reliant_97", "zh": "97%照录建议"}
    detection = None if within is None else found(within)
    populations = [{"id": "honest", "zh": "独立裁量（总体）", "role": "honest", "false_alarms": rate(honest), "detection": None},
                   {**target, "role": "reliant", "false_alarms": None, "detection": {"n": 1000, "within_30": detection}}]  # fmt: skip
    return {"name": name, "zh": zh, "kind": kind, "target_population": target, "false_alarms": rate(honest),
            "worst": {"population": "honest_close", "zh": "独立裁量中修正最少者", **rate(worst)}, "within_30": detection,
            "within_60": detection, "median": None if median is None else {"value": median, "low": median - 1, "high": median + 1},
            "mean": median, "populations": populations}  # fmt: skip


def certificate(*, stale=False):
    """Return a certificate with our charts, guaranteed and not, and plain rules."""
    return {
        "version": 1, "status": "measured", "why": None, "configuration": "0123456789abcdef" * 4, "definitions": "ab" * 32, "stale": stale,
        "conditions": {"judges": 4000, "cases": 400, "horizon": 200, "cases_per_year": 200, "cases_per_month": 17, "court": 100,
                       "reference_cases": 3000, "blind_first": 0.08, "seed": 29},
        "rules": [
            rule("a1", NAMES["A1"], "A1", 0.31, 1.24, 0.97, 15), rule("a1_guaranteed", NAMES["A1 guaranteed"], "A1 guaranteed", 0.0, 0.0, 0.58, 29),
            rule("a2", NAMES["A2"], "A2", 0.02, 0.1, 0.0, 41), rule("a3", NAMES["A3"], "A3", 0.4, 0.9, 0.3, None),
            rule("a4", NAMES["A4"], "A4", 0.33, 0.8, 0.92, 16), rule("g", NAMES["G"], "G", 0.1, 0.3, None, None),
            rule("literal_mean", "字面规则：30 件平均修正在 ±2% 以内", "plain", 442.0, 510.0, 0.99, 30),
            rule("literal_size", "字面规则：30 件平均 |r| 小于 5%", "plain", 118.0, 400.0, 1.0, 30),
            rule("adoption", "30 件中 95% 采纳", "plain", 55.5, 380.0, 0.97, 16),
        ],
        "populations": [{"id": "honest", "zh": "独立裁量（总体）", "role": "honest", "worst": False, "judges": 4000, "judge_years": 8000, "coincidence": found(0.36)}],
        "stage_two": [
            {"population": "reliant_97", "zh": "97%照录建议", "n": 900, "after_alert": True, "reliant": found(0.98), "agreeing": found(0.0), "undecided": found(0.02)},
            {"population": "expert", "zh": "自身意见与建议一致的专家", "n": 800, "after_alert": True, "reliant": found(0.0), "agreeing": found(0.97), "undecided": found(0.03)},
        ],
        "expert": {"single_stage": found(0.84), "asked": found(0.0), "single_stage_all": found(0.9), "asked_all": found(0.0)},
        "notes": [{"population": "honest", "zh": "独立裁量（总体）", **rate(0.02)}],
        "guaranteed": {"proven_judge_years": 100, "run_length": {"value": None, "low": 8000}, "at_bound": {"value": 210, "low": 190, "high": 240}},
        "court_list": {"judges": 100, "over_reliant": 5, "courts": 20, "months": 24, "fdr": {**found(0.0), "worst": 0.01},
                       "power": [{"month": month, **found(value)} for month, value in ((1, 0.07), (2, 0.89), (3, 0.98))], "plain": {"fdr": {**found(0.81), "worst": 0.9}, "power": []}},
        "reference": [{"zh": "预期偏低 0.5", "cases": 3000, "shift": -0.5, "self_check": True, "false_alarms": rate(0.8), "detection": None}],
        "whole_court": None, "gaming": [], "weight_of_advice": [],
        "error_catch": [{"population": "honest", "zh": "独立裁量（总体）", "caught": found(0.71)}, {"population": "reliant_97", "zh": "97%照录建议", "caught": found(0.03)}],
        "cost": {"standing": 16, "after_alerts": []},
        "undetectable": ["只有 1—3 个月案件的法官：修正本身看不出依赖，只能先估后看。"],
        "pseudo_corrections": None, "figures": {},
    }  # fmt: skip


def court(mark=""):
    """Return a whole content of a court: 24 judges, every section with figures."""
    names = pseudonyms(24)
    seen = [alert("A1", "已说明", verdict="依赖") | {"judge": names[3], "since": "已由本人查看"},
            alert("A2", "异议", direction="down", position=6633) | {"judge": names[11], "since": "已由本人查看"},
            alert("A4", "逾期未查看", position=8101) | {"judge": names[17], "since": "逾期未查看", "seen_at": None}]  # fmt: skip
    triple = [("all", "三者一致", 0.2), ("advice", "判决同建议、不同量刑建议", 0.12), ("recommendation", "判决同量刑建议、不同系统建议", 0.1),
              ("same_tool_not_followed", "建议与量刑建议一致、判决不同", 0.23), ("none", "三者各异", 0.35)]  # fmt: skip
    strata = [stratum(f"{severity} · 盗窃罪{mark} · {plea}", 30 + 40 * place, value=0.3 + 0.02 * place, expected=0.4 + 0.01 * place)
              for place, (severity, plea) in enumerate((s, p) for s in ("6—8个月", "8—10个月", "10—13个月", "13—19个月") for p in ("认罪认罚", "未认罪认罚"))]  # fmt: skip
    strata += [stratum("1.5—2.5个月 · 危险驾驶罪 · 认罪认罚", 400, value=0.97, expected=0.99, status="不可评估", why="取整使一致成为常态"),
               stratum("60个月以上 · 故意伤害罪 · 未认罪认罚", None, status="已隐去", why="少于10件", expected=None)]  # fmt: skip
    return {
        "version": 2, "kind": "court", "at": "2025-12-20T17:00:00", "simulated": False, "reliable": True, "definitions": numbers(),
        "ledger": ledger(witness={"status": "相符", "detail": "与 2025-12-01 的签名链尾相符。"}), "period": {"first": "2024-01-02", "last": "2025-12-20"},
        "court": {
            "overall": pattern(9600),
            "bands": [{"band": band, "coincidence_readable": place > 0, **pattern(2400)} for place, band in enumerate(BANDS)],
            "strata": strata,
            "distribution": {"measure": "r", "bins": [{"low": None if not place else round(-0.6 + 0.1 * (place - 1), 2), "high": None if place == 13 else round(-0.6 + 0.1 * place, 2),
                                                       "n": 12 + int(2500 * math.exp(-(((place - 6.5) / 2.2) ** 2)))} for place in range(14)]},
            "funnel": funnel(names[:-1]),
            "spread": {"mean": 0.17, "within": 0.02, "between": 0.001, "mean_variance": 0.0001},
            "versions": [{"model_version": "0123456789abcdef", "law_version": "2025-01", "first": "2024-01-02", "last": "2025-03-31", "n": 6100, "judges": 24, "reference": {"cases": 1440, "needed": 0}},
                         {"model_version": "fedcba9876543210", "law_version": None, "first": "2025-04-01", "last": "2025-12-20", "n": 3500, "judges": 24, "reference": {"cases": 120, "needed": 80}}],
            "courts": [{"court": f"模拟第一法院{mark}", "n": 3200, "judges": 8, "size": known(3200, 0.16, 0.02), "coincidence": share(3200, 0.3), "inside": share(3200, 0.8), "withheld": False},
                       {"court": "模拟第三法院", "n": 400, "judges": 1, "size": None, "coincidence": None, "inside": None, "withheld": True}],
        },
        "judges": [{"judge": name, "n": 400, "status": "可评估", "needed": 0, "pattern": pattern(400), "bands": [{"band": band, "n": 100, "median_size": 0.14} for band in BANDS],
                    "assessable": assessable(A3=14), "alerts": [{"kind": given["kind"], "name": given["name"], "state": given["state"]} for given in seen if given["judge"] == name]} for name in names[:-1]]
        + [{"judge": names[-1], "n": 7, "status": "不可评估", "needed": 23, "pattern": None, "bands": [], "assessable": {}, "alerts": []}],
        "alerts": {"counts": [{"kind": given["kind"], "name": given["name"], "state": given["state"], "n": 1} for given in seen] + [{"kind": "A1", "name": NAMES["A1"], "state": "待本人查看", "n": 1}],
                   "not_shown": 1, "list": seen},
        "monthly_list": {"month": "2025-11", "rate": 0.05, "judges": 23, "listed": [names[3], names[17]], "not_shown": 1, "months": [{"month": f"2025-{month:02d}", "judges": 23, "listed": month % 3} for month in range(1, 12)]},
        "weekly": {"week": "2025-W50", "first": "2025-12-08", "last": "2025-12-14", "complete": True, "entries": 102,
                   "departures": {"n": 70, "rows": [case(number, mark) for number in range(70)]},
                   "full_adoption": {"n": 32, "rows": [case(100 + number, mark, adopted=True) for number in range(32)]},
                   "weeks": [{"week": f"2025-W{week}", "entries": 92, "departures": share(92, 0.66, 0.1), "adoptions": share(92, 0.34, 0.1), "with_reason": share(60, 0.7, 0.11)} for week in range(30, 51)]
                   + [{"week": "2025-W51", "entries": 4, "departures": unknown(4, 6), "adoptions": unknown(4, 6), "with_reason": unknown(2, 8)}]},
        "review_sample": {"month": "2025-11", "complete": True, "eligible": 390, "asked": 20, "drawn": 19, "seed": 7,
                          "parts": [{"kind": kind, "name": name, "asked": asked, "eligible": 100, "drawn": drawn, "missing": asked - drawn,
                                     "rows": [case(200 + 9 * number + asked, mark) | {"coincides": kind == "adopted"} for number in range(drawn)]}
                                    for kind, name, asked, drawn in (("largest", "修正最大", 8, 8), ("alarm", "预警所在的层", 4, 3), ("blind_first", "先估后看", 4, 4), ("adopted", "采纳", 4, 4))]},
        "error_catch": {"factor": 1.5, "adoption": share(9600, 0.31),
                        "training": {"cases": 720, "gross": 36, "caught": share(36, 0.64, 0.15), "adopted": share(36, 0.14, 0.11),
                                     "directions": [{"direction": "up", "n": 20, "caught": share(20, 0.7, 0.2)}, {"direction": "down", "n": 16, "caught": unknown(16, 14)}]},
                        "live": {"cases": 41, "caught": share(41, 0.4, 0.15), "adopted": share(41, 0.3, 0.14), "note": "只含事后更正了事实、因而有第二次建议的案件。"}},
        "triple": {"n": 5100, "parts": [{"kind": kind, "name": name, "share": share(5100, value, 0.02)} for kind, name, value in triple],
                   "strata": [{"stratum": band, "n": 1200 if place else None, "parts": [{"kind": kind, "share": value if place else None} for kind, _, value in triple]} for place, band in enumerate(BANDS)],
                   "courts": [{"court": f"模拟第一法院{mark}", "n": 1700, "same": share(1700, 0.3, 0.03), "note": None},
                              {"court": "模拟第二法院", "n": 1700, "same": share(1700, 0.97, 0.01), "note": "控审技术同轨：系统建议与量刑建议几乎总是一致。"}],
                   "remark": "量刑建议是宣告刑，建议是责任刑：二者口径不同，有预防刑情节的案件本来就不应一致。"},
        "disparity": {"report": "audit.html", "measure": "override", "remark": ""},
        "certificate": certificate(),
        "limits": [f"{LIMITS[0]}{mark}", LIMITS[1]],
        "pages": {"judges": 24, "folder": "judges", "sha256": dict.fromkeys(names, "ef" * 32)},
    }  # fmt: skip


def empty_court():
    """Return the content of a court whose ledger holds nothing yet, without a certificate."""
    content = court()
    content |= {"period": None, "judges": [], "certificate": None}
    content["ledger"] |= dict.fromkeys(("advice", "entries", "unanswered", "alerts", "seen", "notes", "no_ratio"), 0)
    content["ledger"] |= {"rows": dict.fromkeys(content["ledger"]["rows"], 0), "head": {"position": 0, "hash": "0" * 64}, "witness": dict(NOT_COMPARED)}
    content["court"] = {"overall": unknown_pattern(0), "bands": [{"band": band, "coincidence_readable": True, **unknown_pattern(0)} for band in BANDS], "strata": [],
                        "distribution": {"measure": "r", "bins": []}, "funnel": None, "spread": None, "versions": [], "courts": []}  # fmt: skip
    content["alerts"] = {"counts": [], "not_shown": 0, "list": []}
    content["monthly_list"] = {"month": None, "rate": 0.05, "judges": 0, "listed": [], "not_shown": 0, "months": []}
    content["weekly"] = {"week": None, "first": None, "last": None, "complete": False, "entries": 0, "departures": {"n": 0, "rows": []}, "full_adoption": {"n": 0, "rows": []}, "weeks": []}
    content["review_sample"] |= {"month": None, "complete": False, "eligible": 0, "drawn": 0, "parts": []}
    content["error_catch"] = {"factor": 1.5, "adoption": unknown(0, 10), "training": None, "live": {"cases": 0, "caught": unknown(0, 10), "adopted": unknown(0, 10), "note": ""}}
    nothing = [part | {"share": unknown(0, 10)} for part in content["triple"]["parts"]]
    content["triple"] |= {"n": 0, "parts": nothing, "strata": [], "courts": []}
    content["pages"] |= {"judges": 0, "sha256": {}}
    return content


def one_judge():
    """Return the content of a court of one judge who cannot be assessed yet."""
    content = empty_court()
    content["judges"] = [{"judge": pseudonym(1), "n": 12, "status": "不可评估", "needed": 18, "pattern": unknown_pattern(12), "bands": [{"band": BANDS[1], "n": 12, "median_size": 0.1}],
                          "assessable": assessable(A1=30, A2=20), "alerts": []}]  # fmt: skip
    content["ledger"] |= {"advice": 12, "entries": 12}
    content["court"] |= {"overall": unknown_pattern(12), "strata": [stratum("6—8个月 · 盗窃罪 · 认罪认罚", 12, status="不可评估", why="件数不足")]}
    content["certificate"] = certificate(stale=True)
    return content


def broken():
    """Return the content of a court whose ledger was changed by hand and does not fit its witness."""
    content = court()
    content["reliable"] = False
    content["ledger"] |= {"breaks": [{"position": 811, "table": "entry", "problem": "was altered: its hash does not fit its content"}], "witness": {"status": "不符", "detail": "台账比见证短 40 条。"}}
    return content


def path_of(n, *, step, rises, threshold):
    """Return values of a chart that climbs and falls, is masked now and then, and begins again once it is over its threshold."""
    values, resets, alerts, level = [], [0], [], 0.0
    for number in range(n):
        if number % 6 == 5:
            values.append(None)
            continue
        level = max(0.0, level + (step if (number * 7919) % 100 < rises else -0.6))
        values.append(round(level, 3))
        if threshold is not None and level > threshold:
            alerts.append({"index": number, "direction": None})
            resets.append(number + 1)
            level = 0.0
    return {"values": values, "resets": resets, "alerts": alerts, "counted": sum(value is not None for value in values)}


def chart(kind, n, *, rises, threshold, step=0.5, log=False):
    return {"kind": kind, "name": NAMES[kind], "threshold": threshold, "log": log, "floor": 0.0, "status": "可评估", "needed": 0, "why": None,
            **path_of(n, step=step, rises=rises, threshold=threshold)}  # fmt: skip


def judge(mark="", *, n=400):
    """Return a whole content of one judge: alerts open and past, every chart but A3."""
    charts = [chart("A1", n, rises=58, threshold=6.0), chart("A1 guaranteed", n, rises=50, threshold=9.9, log=True), chart("A2", n, rises=60, threshold=9.9, log=True),
              chart("A3", n, rises=20, threshold=6.0), chart("A4", n, rises=30, threshold=4.0), chart("G", n, rises=20, threshold=4.0), chart("G interval", n, rises=25, threshold=4.0)]  # fmt: skip
    charts[2]["alerts"] = [given | {"direction": "down"} for given in charts[2]["alerts"]]
    charts[0]["resets"] = sorted({*charts[0]["resets"], n // 2})
    charts[3] |= {"status": "不可评估", "needed": 14, "why": "本人前60件尚未满", "alerts": []}
    trend = [round(0.17 + 0.03 * math.sin(number / 40), 4) for number in range(n)]
    charts.append({"kind": "trend", "name": NAMES["trend"], "counted": n, "values": trend, "threshold": None, "log": False, "floor": 0.0, "resets": [0], "alerts": [],
                   "status": "可评估", "needed": 0, "why": None})  # fmt: skip
    note = {"kind": "原因说明", "written_at": "2024-09-20T09:00:00", "accepted": True, "named": 3}
    alerts = [alert("A1", "先估后看中", position=7001, asks=False) | {"court_sees_from": "2025-09-21T10:11:00", "note": None},
              alert("A2", "待说明", direction="down", position=7009) | {"court_sees_from": "2025-09-21T10:11:00", "note": None},
              alert("A1", "已说明", verdict="依赖") | {"court_sees_from": "2024-09-14T09:00:00", "note": note}]  # fmt: skip
    strata = [own_stratum(f"6—8个月 · 盗窃罪{mark} · 认罪认罚", 120, value=0.9, expected=0.6, run=12), own_stratum("10—13个月 · 诈骗罪 · 未认罪认罚", 8, status="不可评估", why="件数不足"),
              own_stratum("1.5—2.5个月 · 危险驾驶罪 · 认罪认罚", 80, value=0.96, expected=0.97, status="不可评估", why="取整使一致成为常态，须用先估后看"),
              *(own_stratum(f"{severity}—{severity + 2}个月 · 抢劫罪 · 认罪认罚", 12, expected=None, status="不可评估", why="没有预期") for severity in range(20, 44, 2))]  # fmt: skip
    found = funnel([])
    return {
        "version": 2, "kind": "judge", "judge": pseudonym(3), "at": "2025-12-20T17:00:00", "simulated": False, "reliable": True, "definitions": numbers(),
        "ledger": {"head": dict(HEAD), "breaks": 0, "witness": dict(NOT_COMPARED)}, "n": n, "period": {"first": "2024-01-02", "last": "2025-12-19"},
        "rows": {"shown": 360, "blind_first": 40, "shadow": 90, "training": 26}, "status": "可评估", "needed": 0, "pattern": pattern(n),
        "bands": [{"band": band, "coincidence_readable": place > 0, **{key: value for key, value in pattern(100).items() if key in ("n", "size", "months", "direction", "coincidence")}} for place, band in enumerate(BANDS)],
        "funnel": {"sizes": found["sizes"], "limits": found["limits"], "mean": found["mean"], "n": n, "size": 0.06},
        "charts": charts, "strata": strata, "assessable": assessable(A3=14),
        "stage": {"state": "blind_first", "text": "正在先估后看：已完成 5 件，还有 7 件。", "done": 5, "needed": 12, "verdict": None, "informative": 3, "followed": 1, "near": 2},
        "alerts": alerts, "next": ["接下来适合的 7 件案件，请先写下自己的估计，再看建议。", "预警 7009（单向同化）请写原因说明：`sentencing alerts answer`。"],
        "limits": [f"{LIMITS[0]}{mark}", LIMITS[1]], "certificate": certificate(),
    }  # fmt: skip


def new_judge():
    """Return the content of a judge who has entered nothing yet: no figure, no chart, no certificate."""
    content = judge(n=0)
    left = {"status": "不可评估", "needed": 30, "why": "件数不足"}
    resting = left | {"needed_reference": 200}
    content |= {"n": 0, "period": None, "rows": dict.fromkeys(content["rows"], 0), "status": "不可评估", "needed": 30, "pattern": None, "bands": [], "funnel": None,
                "strata": [], "assessable": {kind: dict(resting) for kind in NAMES if kind != "trend"}, "alerts": [], "next": [], "certificate": None,
                "stage": {"state": "watch", "text": "", "done": 0, "needed": 12, "verdict": None, "informative": 0, "followed": 0, "near": 0}}  # fmt: skip
    content["charts"] = [given | left for given in content["charts"]]
    return content


def calm_judge():
    """Return the content of a judge without an alert, whose charts all can be read and stay below their thresholds."""
    content = copy.deepcopy(judge())
    for given in content["charts"]:
        given |= {"alerts": [], "resets": [0], "status": "可评估", "needed": 0, "why": None}
        if given["threshold"] is not None:
            given["values"] = [None if value is None else value / 10 for value in given["values"]]
    content |= {"alerts": [], "next": ["没有待办事项。"], "assessable": assessable()}
    content["stage"] |= {"state": "watch", "text": "", "done": 0, "informative": 0, "followed": 0, "near": 0}
    return content
