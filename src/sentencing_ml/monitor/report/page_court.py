"""The court's page: ``monitor.json`` as words, tables and drawings, one function a section of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml.monitor.report import drawings, page_text, page_words
from sentencing_ml.monitor.report.page_certificate import certificate_page, without_certificate
from sentencing_ml.rendering import DASH, number, percent

MOST_STRATA, MOST_LISTED = 16, 60
"""Strata that are drawn, those with most cases, and that are listed below."""

MOST_BREAKS = 20
"""Breaks of the ledger that stand on the page; `sentencing ledger verify` tells all."""

MOST_CASES = 60
"""Cases of a week that stand on the page; the others are in the file of the content."""

MOST_WEEKS = MOST_MONTHS = 12
"""Weeks and months that stand on the page, the last ones."""

Content = Mapping[str, Any]


def court_context(content: Content) -> dict[str, Any]:
    """Return what the template ``monitor_court.html`` shows of the content of a court."""
    return {
        "headings": page_words.SECTIONS,
        "unranked": page_words.UNRANKED,
        "simulated": content["simulated"],
        "reliable": content["reliable"],
        "glance": _glance(content),
        "defined": defined(content["definitions"]),
        "ledger": _ledger(content["ledger"]),
        "overall": _overall(content["court"]["overall"]),
        "bands": [_band(band) for band in content["court"]["bands"]],
        "strata": _strata(content["court"]["strata"]),
        "funnel": _funnel(content["court"]["funnel"]),
        "distribution": _distribution(content["court"]["distribution"]),
        "courts": [_court(court) for court in content["court"]["courts"]],
        "alerts": _alerts(content["alerts"]),
        "monthly": _monthly(content["monthly_list"]),
        "weekly": _weekly(content["weekly"]),
        "sample": _sample(content["review_sample"]),
        "catch": _catch(content["error_catch"]),
        "triple": _triple(content["triple"]),
        "disparity": content["disparity"],
        "disparity_words": page_words.DISPARITY,
        "certificate": certificate_page(content["certificate"]),
        "without_certificate": without_certificate(content["certificate"]),
        "limits": content["limits"],
        "judges": [_judge(judge) for judge in content["judges"]],
        "trained_versions": [_version(version) for version in content["court"]["versions"]],
        "pages": content["pages"],
        "versions": footer(content),
    }


def footer(content: Content) -> dict[str, str]:
    """Return what identifies the report: where the ledger ended, and what it was read with."""
    head = content["ledger"]["head"]
    return {
        "链尾位置": str(head["position"]),
        "链尾哈希": head["hash"][:16],
        "定义": content["definitions"]["sha256"][:12],
        "截至": content["at"].replace("T", " "),
        "报告格式": str(content["version"]),
    }


def defined(definitions: Content) -> dict[str, str]:
    """Return the numbers of the definitions that the words of both pages name."""
    return {
        "coincidence_months": f"{definitions['coincidence_months']:g}",
        "coincidence_share": page_text.whole(definitions["coincidence_share"]),
        "informative_share": page_text.whole(definitions["informative"]),
        "minimum_cases": str(definitions["minimum_cases"]),
        "minimum_departures": str(definitions["minimum_departures"]),
        "minimum_blind": str(definitions["minimum_blind"]),
        "suppress_below": str(definitions["suppress_below"]),
        "blind_informative": str(definitions["minimum_blind_informative"]),
        "blind_cases": str(definitions["stage_two"]["cases"]),
        "grace_days": str(definitions["detectors"]["alert_grace_days"]),
        "band": page_text.whole(definitions["detectors"]["a4"]["band"]),
        "baseline_cases": str(definitions["detectors"]["a3"]["baseline_cases"]),
    }


def _glance(content: Content) -> dict[str, Any]:
    judges, ledger, period = content["judges"], content["ledger"], content["period"]
    able = sum(judge["status"] == "可评估" for judge in judges)
    waiting = content["alerts"]["not_shown"]
    raised = sum(count["n"] for count in content["alerts"]["counts"])
    return {
        "sentence": (
            f"{number(len(judges))} 名法官、{number(ledger['entries'])} 次录入；{number(able)} 名可评估，"
            f"{number(len(judges) - able)} 名还不可评估；预警 {number(raised)} 项，"
            f"其中 {number(waiting)} 项法院还看不到是谁，此处只计数。"
        ),
        "facts": [
            ["期间", DASH if not period or not period["first"] else f"{period['first']} 至 {period['last']}"],
            ["台账", "哈希链完整" if not ledger["breaks"] else f"{len(ledger['breaks'])} 处断裂"],
            ["见证", ledger["witness"]["status"]],
            ["与建议一致", page_text.written(content["court"]["overall"]["coincidence"], page_text.whole)],
            ["修正幅度", page_text.written(content["court"]["overall"]["size"], page_text.size)],
            ["证书", _certified(content["certificate"])],
        ],
    }


def _certified(certificate: Content | None) -> str:
    if certificate is None or certificate["status"] != "measured":
        return "没有"
    return "与现在的配置不符" if certificate["stale"] else "有效"


def _ledger(ledger: Content) -> dict[str, Any]:
    rows = ledger["rows"]
    return {
        "facts": [
            ["展示建议", f"{number(ledger['advice'])} 次"],
            ["录入", f"{number(ledger['entries'])} 次"],
            ["尚未录入", f"{number(ledger['unanswered'])} 次"],
            ["没有比值", f"{number(ledger['no_ratio'])} 次"],
            ["先看建议", f"{number(rows['shown'])} 次"],
            ["先估后看", f"{number(rows['blind_first'])} 次"],
            ["只估不看", f"{number(rows['shadow'])} 次"],
            ["培训案件", f"{number(rows['training'])} 次"],
            ["预警", f"{number(ledger['alerts'])} 项"],
            ["已查看", f"{number(ledger['seen'])} 项"],
            ["说明与异议", f"{number(ledger['notes'])} 份"],
            ["未计入", f"{number(ledger['left_out'])} 次模拟" if ledger["left_out"] else DASH],
        ],
        "breaks": [
            {
                "position": str(found["position"]),
                "where": page_words.BREAKS.get(found["table"], found["table"]),
                "problem": found["problem"],
            }
            for found in ledger["breaks"][:MOST_BREAKS]
        ],
        "more": max(0, len(ledger["breaks"]) - MOST_BREAKS),
        "witness": ledger["witness"],
        "fits": ledger["witness"]["status"] != "不符",
    }


def _overall(pattern: Content) -> list[dict[str, Any]]:
    """Return the figures of all entries, a row a figure."""
    shown = (
        ("平均修正幅度", "size", page_text.size, "|r| 的平均，几何百分比"),
        ("平均修正", "months", lambda value: f"{value:.1f} 个月", "|J − S| 的平均"),
        ("修正方向", "direction", page_text.whole, "不一致的录入中高于建议的占比"),
        ("与建议一致", "coincidence", page_text.whole, "容许的差见第一节"),
        ("建议区间之内", "inside", page_text.whole, "录入落在建议的 90% 区间内"),
        ("建议权重 WOA", "weight", page_text.weight, "只看先估后看的案件；0 不受影响，1 等于建议"),
    )
    return [
        {"name": name, "told": told, "n": number(pattern[key]["n"]), **page_text.cell(pattern[key], form)}
        for name, key, form, told in shown
    ]


def pattern_cells(pattern: Content, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the named figures of a pattern as cells of one row; each tells its cases where they are not the row's."""
    forms = {
        "size": page_text.size, "months": page_text.months, "direction": page_text.whole,
        "coincidence": page_text.whole, "inside": page_text.whole, "weight": page_text.weight,
    }  # fmt: skip
    return {name: page_text.cell(pattern[name], forms[name], beside=pattern["n"]) for name in names}


def _band(band: Content) -> dict[str, Any]:
    cells = pattern_cells(band, ("size", "months", "direction", "coincidence", "inside"))
    if not band["coincidence_readable"] and band["coincidence"]["value"] is not None:
        cells["coincidence"] = {**cells["coincidence"], "text": f"{cells['coincidence']['text']} *"}
    return {"name": band["band"], "n": number(band["n"]), **cells}


def _strata(strata: Sequence[Content]) -> dict[str, Any]:
    able = [stratum for stratum in strata if stratum["status"] == "可评估" and stratum["n"] is not None]
    shown, folded = apart(able, drawn=MOST_STRATA, listed=MOST_LISTED)
    over = sum(_over(stratum) for stratum in able)
    return {
        "shown": [_stratum(stratum) for stratum in shown],
        "folded": [_stratum(stratum) for stratum in folded],
        "hidden": sum(stratum["status"] == "已隐去" for stratum in strata),
        "without": sum(stratum["status"] == "不可评估" for stratum in strata),
        "glance": (
            f"{number(len(able))} 层可评估，其中 {number(over)} 层的一致率确定高于预期的上限。"
            if able
            else "还没有可评估的层。"
        ),
    }


def apart(strata: Sequence[Content], *, drawn: int, listed: int) -> tuple[list[Content], list[Content]]:
    """Return the strata with most cases, to be drawn, and the next ones, to be listed; both in their own order."""
    order = sorted(range(len(strata)), key=lambda place: -strata[place]["n"])
    first, then = sorted(order[:drawn]), sorted(order[drawn : drawn + listed])
    return [strata[place] for place in first], [strata[place] for place in then]


def _stratum(stratum: Content) -> dict[str, Any]:
    return stratum_row(stratum) | {"more": f"{number(stratum['judges'])} 名法官"}


def _over(stratum: Content) -> bool:
    figure, expected = stratum["coincidence"], stratum["expected"]
    return bool(figure) and expected is not None and figure["low"] is not None and figure["low"] > expected


def stratum_row(stratum: Content) -> dict[str, Any]:
    """Return a row of the table of strata: coincidence beside the highest share that is expected."""
    figure = stratum["coincidence"]
    return {
        "name": stratum["stratum"],
        "n": number(stratum["n"]),
        "lane": page_text.lane(stratum["stratum"], figure, expected=stratum["expected"]),
        "share": page_text.cell(figure, page_text.whole),
        "expected": percent(stratum["expected"], digits=0),
        "status": stratum["status"],
    }


def _funnel(found: Content | None) -> dict[str, Any] | None:
    if found is None:
        return None
    glance = (
        f"{number(len(found['points']))} 名可评估的法官中，{number(found['outside'])} 名在 99.8% 界限之外；"
        f"法官的中位数 {page_text.size(found['mean'])}。"
    )
    return {
        "glance": glance,
        "drawn": drawings.funnel(
            **funnel_shares(found),
            points=[(point["n"], page_text.share_of(point["size"]), point["judge"]) for point in found["points"]],
            name="funnel",
            title="平均修正幅度与件数（漏斗图）",
            spoken=f"横轴为件数，纵轴为平均修正幅度。{glance}各法官的数字见附录一。",
        ),
    }


def funnel_shares(found: Content) -> dict[str, Any]:
    """Return sizes, limits and mean of a funnel with its log ratios as shares."""
    return {
        "sizes": found["sizes"],
        "limits": {
            level: {side: [page_text.share_of(value) for value in values] for side, values in sides.items()}
            for level, sides in found["limits"].items()
        },
        "mean": page_text.share_of(found["mean"]),
    }


def _distribution(found: Content) -> dict[str, Any] | None:
    bins = found["bins"]
    if not bins:
        return None
    most = max(bins, key=lambda entry: entry["n"])
    glance = f"{number(sum(entry['n'] for entry in bins))} 件；最多的一格是 {_between(most)}，{number(most['n'])} 件。"
    return {
        "glance": glance,
        "rows": [{"range": _between(entry), "n": number(entry["n"])} for entry in bins],
        "drawn": drawings.histogram(
            [(entry["low"], entry["high"], entry["n"]) for entry in bins],
            form=lambda value: percent(page_text.share_of(value), digits=0, sign=True) if abs(value) > 1e-9 else "0",
            name="distribution",
            title="录入与建议之差的分布",
            spoken=f"{glance}各格件数见其后的表。",
        ),
    }


def _between(entry: Content) -> str:
    low, high = (None if entry[end] is None else page_text.signed_size(entry[end]) for end in ("low", "high"))
    if low is None:
        return "全部" if high is None else f"低于 {high}"
    return f"{low} 以上" if high is None else f"{low} 至 {high}"


def _court(court: Content) -> dict[str, Any]:
    cells = {
        name: page_text.cell(court[name], form, beside=court["n"])
        for name, form in (("size", page_text.size), ("coincidence", page_text.whole), ("inside", page_text.whole))
    }
    return {"name": court["court"], "n": number(court["n"]), "judges": number(court["judges"]), **cells}


def _alerts(alerts: Content) -> dict[str, Any]:
    counted = {(count["name"], count["state"]): count["n"] for count in alerts["counts"]}
    names = list(dict.fromkeys(count["name"] for count in alerts["counts"]))
    states = [state for state in page_words.STATES if any((name, state) in counted for name in names)]
    return {
        "columns": [{"key": "name", "label": "种类"}]
        + [{"key": state, "label": state, "num": True} for state in states]
        + [{"key": "all", "label": "合计", "num": True}],
        "rows": [
            {
                "name": name,
                **{state: number(counted.get((name, state), 0)) for state in states},
                "all": number(sum(n for (of, _), n in counted.items() if of == name)),
            }
            for name in names
        ],
        "not_shown": alerts["not_shown"],
        "list": [
            {
                "position": str(alert["position"]),
                "judge": alert["judge"],
                "name": page_text.alert_name(alert),
                "raised": page_text.day(alert["raised_at"]),
                "statistic": page_text.statistic(alert),
                "state": alert["state"],
                "verdict": alert["verdict"] or DASH,
                "note": "要求" if alert["asks_note"] else "不要求",
                "since": alert["since"],
            }
            for alert in alerts["list"]
        ],
    }


def _monthly(found: Content) -> dict[str, Any]:
    return {
        "month": found["month"],
        "rate": page_text.whole(found["rate"]),
        "judges": number(found["judges"]),
        "listed": found["listed"],
        "not_shown": found["not_shown"],
        "months": [
            {"month": month["month"], "judges": number(month["judges"]), "listed": number(month["listed"])}
            for month in found["months"][-MOST_MONTHS:]
        ],
    }


def _weekly(found: Content) -> dict[str, Any]:
    departures, adoptions = found["departures"], found["full_adoption"]
    return {
        "week": found["week"],
        "span": f"{page_text.day(found['first'])} 至 {page_text.day(found['last'])}",
        "complete": found["complete"],
        "entries": number(found["entries"]),
        "departures": {"n": number(departures["n"]), **_listed(departures["rows"])},
        "adoptions": {"n": number(adoptions["n"]), **_listed(adoptions["rows"])},
        "weeks": [
            {
                "name": week["week"],
                "n": number(week["entries"]),
                **{
                    key: page_text.cell(week[key], page_text.whole)
                    for key in ("departures", "adoptions", "with_reason")
                },
            }
            for week in found["weeks"][-MOST_WEEKS:]
        ],
    }


def _listed(rows: Sequence[Content]) -> dict[str, Any]:
    return {"rows": [_case(row) for row in rows[:MOST_CASES]], "more": max(0, len(rows) - MOST_CASES)}


def _case(row: Content) -> dict[str, str]:
    """Return a case of a list; it is named by its hash and by its place in the ledger alone."""
    shown = {
        "case": row["case"],
        "position": str(row["position"]),
        "charge": row["charge_group"],
        "band": row["band"],
        "plea": page_text.PLEA[row["plea"]],
        "blind": "先估后看" if row["blind_first"] else DASH,
    }
    if "direction" not in row:
        return shown
    months = row["months"]
    return {
        **shown,
        "months": DASH if months is None else f"{months:+.1f}",
        "ratio": DASH if row["ratio"] is None else page_text.signed_size(row["ratio"]),
        "reason": "有" if row["reason_given"] else "没有",
    }


def _sample(found: Content) -> dict[str, Any]:
    return {
        "month": found["month"],
        "complete": found["complete"],
        "facts": [
            ["可抽案件", f"{number(found['eligible'])} 件"],
            ["应抽", f"{number(found['asked'])} 件"],
            ["抽得", f"{number(found['drawn'])} 件"],
            ["随机种子", str(found["seed"])],
        ],
        "parts": [
            {
                "zh": f"{part['name']}：应抽 {part['asked']} 件，可抽 {number(part['eligible'])} 件，"
                f"抽得 {part['drawn']} 件" + (f"，缺 {part['missing']} 件" if part["missing"] else ""),
                "rows": [_case(row) for row in part["rows"]],
            }
            for part in found["parts"]
        ],
    }


def _catch(found: Content) -> dict[str, Any]:
    training, live = found["training"], found["live"]
    rows = [("实际案件", "与建议一致", found["adoption"])]
    if training is not None:
        rows.append(("培训案件", "查出改错的建议", training["caught"]))
        rows += [
            ("培训案件", f"查出，{page_words.ERRORS[part['direction']]}", part["caught"])
            for part in training["directions"]
        ]
        rows.append(("培训案件", "照录改错的建议", training["adopted"]))
    if live is not None and live["cases"]:
        rows += [("事后更正", "查出", live["caught"]), ("事后更正", "照录错误的建议", live["adopted"])]
    return {
        "factor": f"{found['factor']:g}",
        "training": training is not None,
        "told": ""
        if training is None
        else f"培训案件 {number(training['cases'])} 件，其中 {number(training['gross'])} 件的建议被改错。",
        "rows": [
            {
                "name": f"{where}：{what}",
                "n": number(figure["n"]),
                "share": page_text.cell(figure, page_text.whole),
                "lane": page_text.lane(f"{where}，{what}", figure),
            }
            for where, what, figure in rows
        ],
        "note": live["note"] if live is not None else "",
    }


def _triple(found: Content) -> dict[str, Any]:
    _, strata = apart([row for row in found["strata"] if row["n"] is not None], drawn=0, listed=MOST_LISTED)
    names = {part["kind"]: part["name"] for part in found["parts"]}
    return {
        "n": number(found["n"]),
        "known": found["n"] > 0,
        "rows": [
            {
                "name": part["name"],
                "n": number(part["share"]["n"]),
                "share": page_text.cell(part["share"], page_text.whole),
                "lane": page_text.lane(part["name"], part["share"]),
            }
            for part in found["parts"]
        ],
        "columns": [{"key": "stratum", "label": "建议"}, {"key": "n", "label": "件数", "num": True}]
        + [{"key": kind, "label": name, "num": True} for kind, name in names.items()],
        "strata": [
            {
                "stratum": stratum["stratum"],
                "n": page_text.count(stratum["n"]),
                **{part["kind"]: percent(part["share"], digits=0) for part in stratum["parts"]},
            }
            for stratum in strata
        ],
        "courts": [
            {
                "name": court["court"],
                "n": number(court["n"]),
                "same": page_text.cell(court["same"], page_text.whole),
                "note": court["note"] or "",
            }
            for court in found["courts"]
        ],
        "remark": found["remark"],
    }


def _judge(judge: Content) -> dict[str, Any]:
    found = judge["pattern"]
    shown = {"judge": judge["judge"], "n": number(judge["n"]), "status": judge["status"]}
    shown["needed"] = page_text.missing(judge["needed"])
    charts = judge["assessable"].values()
    able = sum(chart["status"] == "可评估" for chart in charts)
    shown["charts"] = f"{able} / {len(charts)}" if charts else DASH
    nothing = {"text": DASH, "under": ""}
    cells = dict.fromkeys(("size", "coincidence", "inside"), nothing)
    return shown | (cells if found is None else pattern_cells(found, tuple(cells)))


def _version(version: Content) -> dict[str, str]:
    reference = version["reference"]
    return {
        "model": version["model_version"][:12],
        "law": version["law_version"] or DASH,
        "span": f"{page_text.day(version['first'])} 至 {page_text.day(version['last'])}",
        "n": number(version["n"]),
        "judges": number(version["judges"]),
        "reference": number(reference["cases"]),
        "needed": page_text.missing(reference["needed"]),
    }
