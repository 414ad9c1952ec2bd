"""What the report says of a court: distributions, shares and lists in which no judge is compared with another.

Whatever is listed by judge stands in the order of the pseudonyms. Cells of few cases or few judges have no figure: it
would be a judge's, or a case's. An alert is listed once the court may see it (``alerts.py``), and never with a text.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.monitor.alerts.alerts import STATES, AlertState, words
from sentencing_ml.monitor.bookkeeping.records import Alert
from sentencing_ml.monitor.detection.corrections import (
    Spread,
    funnel_limits,
    ordinary_spread,
    pattern,
    pooled_mean,
    pooled_pattern,
    spread,
)
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.reference import reference_cases
from sentencing_ml.monitor.report.case_rows import court_share, reporting, withheld

UNKNOWN_SHARE = "参照案件不足，或者取整与惯例已使一致成为常态"

_FUNNEL_STEPS = 40


def describe(rows: pd.DataFrame, corrections: pd.DataFrame) -> dict[str, Any]:
    """Return ``court`` of the report.

    Parameters
    ----------
    rows : of :func:`monitor.report.case_rows.live_rows`, with ``stratum``, ``severity``, ``expected`` (p0 of the
        reference in force at the entry, nan: not assessable).
    corrections : the reported rows of all modes.
    """
    rules = definitions()
    readable = {band.name: band.coincidence_readable for band in rules.bands}
    court = spread(rows["size"], rows["judge"])
    return {
        "overall": asdict(pooled_pattern(rows)),
        "bands": [
            {"band": name, "coincidence_readable": readable[name], **asdict(pooled_pattern(part))}
            for name, part in ((band.name, rows[rows["band"] == band.name]) for band in rules.bands)
        ],
        **_strata(rows),
        "distribution": distribution(rows["r"]),
        "spread": None if court is None else asdict(court),
        "funnel": funnel(rows),
        "versions": _versions(rows, corrections),
        "courts": _courts(rows),
    }


def _strata(rows: pd.DataFrame) -> dict[str, Any]:
    """Return ``strata`` in the order of severity; those withheld have their name and status alone."""
    columns = ["stratum", "severity", "severity_code", "charge_group", "plea", "judge_code", "coincides", "expected"]
    grouped = rows[columns].groupby("stratum", sort=True)
    cells = grouped.agg(n=("judge_code", "size"), judges=("judge_code", "nunique"))
    hidden = withheld(cells)
    listed = sorted(grouped, key=lambda item: (item[1]["severity_code"].iloc[0], item[0]))
    return {"strata": [_stratum(str(name), part, gone=bool(hidden[name])) for name, part in listed]}


def _stratum(name: str, rows: pd.DataFrame, *, gone: bool) -> dict[str, Any]:
    expected = None if gone or rows["expected"].isna().all() else round(float(rows["expected"].mean()), 4)
    share = court_share(rows["coincides"], rows["judge_code"], minimum=definitions().suppress_below)
    status, why = ("可评估", None) if expected is not None else ("不可评估", UNKNOWN_SHARE)
    return {
        "stratum": name,
        "severity": str(rows["severity"].iloc[0]),
        "charge_group": str(rows["charge_group"].iloc[0]),
        "plea": None if pd.isna(rows["plea"].iloc[0]) else bool(rows["plea"].iloc[0]),
        "n": None if gone else len(rows),
        "judges": None if gone else int(rows["judge_code"].nunique()),
        "coincidence": None if gone else asdict(share),
        "expected": expected,
        "status": "已隐去" if gone else status,
        "why": None if gone else why,
    }


def distribution(ratio: pd.Series) -> dict[str, Any]:
    """Return the histogram of ln(J/S); a bin of few cases goes into its neighbour towards the middle."""
    below = definitions().suppress_below
    edges = [-np.inf, *reporting()["histogram"], np.inf]
    counts = np.histogram(ratio.to_numpy(dtype=float), bins=edges)[0]
    bins = [{"low": low, "high": high, "n": int(n)} for low, high, n in zip(edges, edges[1:], counts, strict=False)]
    while len(bins) > 1 and min(part["n"] for part in bins) < below:
        first = min(range(len(bins)), key=lambda place: bins[place]["n"])
        centre = len(bins) // 2
        other = first + 1 if first < centre else first - 1
        low, high = sorted((first, other))
        bins[low : high + 1] = [
            {"low": bins[low]["low"], "high": bins[high]["high"], "n": bins[low]["n"] + bins[high]["n"]}
        ]
    finite = [
        {**part, "low": _finite(part["low"]), "high": _finite(part["high"])} for part in bins if part["n"] >= below
    ]
    return {"measure": "r", "bins": finite}


def funnel(rows: pd.DataFrame) -> dict[str, Any] | None:
    """Return the mean size of correction of the judges against their cases, with over-dispersed limits; all are logs.

    None where fewer than three judges can be assessed.
    """
    court = ordinary_spread(rows["size"], rows["judge"])
    if court is None:
        return None
    judged = rows.groupby("judge", sort=True)["size"].agg(["size", "mean"])
    judged = judged[judged["size"] >= definitions().minimum_cases]
    if judged.empty:
        return None
    sizes = np.unique(np.linspace(judged["size"].min() * 0.8, judged["size"].max() * 1.1, _FUNNEL_STEPS).round(1))
    limits = {}
    for name, level in (("95", 0.95), ("998", 0.998)):
        low, high = funnel_limits(court, sizes, level=level)
        limits[name] = {"low": _rounded(low), "high": _rounded(high)}
    low, high = funnel_limits(court, judged["size"].to_numpy(), level=0.998)
    return {
        "points": [
            {"judge": str(name), "n": int(row["size"]), "size": round(float(row["mean"]), 5)}
            for name, row in judged.iterrows()
        ],
        "sizes": sizes.tolist(),
        "limits": limits,
        "mean": court.mean,
        "outside": int(((judged["mean"] < low) | (judged["mean"] > high)).sum()),
    }


def _versions(rows: pd.DataFrame, corrections: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the versions of model and law in the order of their first entry, with the reference cases of each."""
    keys = ["model_version", "law_version"]
    named = corrections.assign(law_version=corrections["law_version"].fillna(""))  # an unknown one is one version
    reference = reference_cases(named).groupby(keys).size().to_dict()
    needed = definitions().reference.minimum_cases
    result = []
    for key, part in named[named["mode"] != "training"].groupby(keys, sort=False):
        cases = int(reference.get(key, 0))
        live = rows[rows["entry_position"].isin(part["entry_position"])]
        result.append(
            {
                "model_version": str(key[0]),
                "law_version": str(key[1]) or None,
                "first": str(part["entered_at"].iloc[0])[:10],
                "last": str(part["entered_at"].iloc[-1])[:10],
                "n": len(live),
                "judges": int(live["judge"].nunique()),
                "reference": {"cases": cases, "needed": max(0, needed - cases)},
            }
        )
    return result


def _courts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    grouped = rows[rows["court"].notna()].groupby("court", sort=True)
    cells = grouped.agg(n=("judge", "size"), judges=("judge", "nunique"))
    hidden = withheld(cells)
    minimum = definitions().minimum_cases
    result = []
    for name, part in grouped:
        judge, gone = part["judge_code"], bool(hidden[name])
        size = pooled_mean(part["size"], judge, minimum=minimum)
        shares = {key: court_share(part[key], judge, minimum=minimum) for key in ("coincides", "inside")}
        result.append(
            {
                "court": str(name),
                "n": len(part),
                "judges": int(judge.nunique()),
                "size": None if gone else asdict(size),
                "coincidence": None if gone else asdict(shares["coincides"]),
                "inside": None if gone else asdict(shares["inside"]),
                "withheld": gone,
            }
        )
    return result


def judge_figures(name: str, rows: pd.DataFrame, *, court: Spread | None) -> dict[str, Any]:
    """Return judge, n, status, needed, pattern and bands of one judge; with few entries the count alone.

    The same stands on the court's page and on the judge's own.
    """
    rules = definitions()
    if len(rows) < rules.suppress_below:
        needed = rules.minimum_cases - len(rows)
        return {"judge": name, "n": len(rows), "status": "不可评估", "needed": needed, "pattern": None, "bands": []}
    found = pattern(rows, court=court)
    median = rows.groupby("band")["size"].agg(["size", "median"])
    counts = {band.name: int(median["size"].get(band.name, 0)) for band in rules.bands}
    return {
        "judge": name,
        "n": len(rows),
        "status": "可评估" if found.size.value is not None else "不可评估",
        "needed": found.size.needed,
        "pattern": asdict(found),
        "bands": [
            {"band": band, "n": n, "median_size": float(median["median"][band]) if n >= rules.suppress_below else None}
            for band, n in counts.items()
        ],
    }


def alerts(states: Sequence[AlertState], risen: Sequence[Alert]) -> dict[str, Any]:
    """Return ``alerts`` of the report: counts of all by kind and state, and the list of those that the court may see.

    ``risen``: alerts that are not in the ledger yet; they are counted as not seen.
    """
    visible = [state for state in states if state.visible]
    every = [(state.kind, state.state) for state in states] + [(alert.kind, STATES[0]) for alert in risen]
    counts = Counter(every)
    names = words()["names"]
    return {
        "counts": [
            {"kind": kind, "name": names[kind], "state": word, "n": counts[kind, word]}
            for kind in names
            for word in STATES
            if (kind, word) in counts
        ],
        "not_shown": len(every) - len(visible),
        "list": [alert_row(state) | {"judge": state.judge, "since": state.since} for state in visible],
    }


def alert_row(state: AlertState) -> dict[str, Any]:
    """Return an alert as both pages show it: what rose and when, its state, no judge and no text."""
    return {
        "position": state.position,
        "kind": state.kind,
        "name": state.name,
        "direction": state.direction,
        "raised_at": state.raised_at,
        "statistic": round(state.statistic, 3),
        "threshold": round(state.threshold, 3),
        "state": state.state,
        "verdict": state.verdict,
        "asks_note": state.asks_note,
        "seen_at": state.seen_at,
    }


def visible_kinds(states: Iterable[AlertState]) -> dict[str, list[dict[str, Any]]]:
    """Return kind, name and state of the alerts that the court may see, by judge."""
    found: dict[str, list[dict[str, Any]]] = {}
    for state in states:
        if state.visible:
            found.setdefault(state.judge, []).append({"kind": state.kind, "name": state.name, "state": state.state})
    return found


def named(judges: Collection[str], states: Iterable[AlertState]) -> tuple[list[str], int]:
    """Return those of ``judges`` with an alert that the court may see, in order, and how many others there are."""
    known = {state.judge for state in states if state.visible}
    listed = sorted(judge for judge in judges if judge in known)
    return listed, len(judges) - len(listed)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rounded(values: np.ndarray) -> list[float]:
    return np.round(values, 5).tolist()
