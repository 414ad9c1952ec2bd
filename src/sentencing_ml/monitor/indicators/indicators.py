"""The indicators of the source documents as judgments tell them: pleas, recommendations, their adoption, counsel.

Figures are of the whole corpus and by court, procuratorate, presiding judge, prosecutor, charge and month; persons
stand under the ledger's pseudonyms. Nothing is ranked, no person is pointed out, and what is too few to say tells how
many are wanting.

:func:`content` returns plain JSON (unknown or withheld is null)::

    version, definitions (sha256 of indicators.yaml), simulated, level, suppress_below, least, dates
    data         cases, defendants, judged, judged_defendants, before (the law came into force: 不适用), trial (of these
                 with a plea), undated, future, several_defendants, first, last (days), not_judgments, other_instances,
                 instance_unknown
    overall      [{id, zh, en, unit, among, counts, silence, source, reads, count_only, share}]
    share        yes, n (known), unknown, value, low, high, needed, status (shown | withheld | cannot_say), at_least,
                 at_most
    reasons      {cells: [{label, n}], total}: refusals by reason, 未说明理由 among them
    departures   {plea | all: {cells: [{label, zh, n}], total, one_sided, not_compared: {cells, total},
                 answers: {cells, total}}}
    kinds        [{kind, share}]: terms equal or within, by the kind of penalty imposed
    probation, counsel_kinds    {cells: [{label, n}], total}
    distance     {fixed: {months, ratio}, range: {width}, outside: {months}}: {n, q25, median, q75, low, high, needed}
    by           {axis: {zh, en, person, named, unnamed, largest, lines: [{group, cases, shares: {id: share}}],
                 others: {groups, cases, shares}}}
    look_at      {near_total | often_refused: {zh, bound, source, look, needed, found: [{axis, group, id, share}]}}
    not_told, limits, sources, suppression (log)
"""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from sentencing_ml import layout
from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import columns
from sentencing_ml.monitor.indicators.figures import counted, lines, parts, quantiles, rows_needed, whole, wilson
from sentencing_ml.monitor.indicators.page import page
from sentencing_ml.monitor.indicators.rows import AXES, COLUMNS, COUNSEL, Told, definitions, told
from sentencing_ml.monitor.ledger import ledger_key, pseudonym
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

VERSION = 1
_INVENTED = b"sentencing-ml invented names"  # public: never of real names, which whoever knows a key can try out
_POPULATIONS = {"judged": "judged", "plea": "plea_population", "recommended": "recommended_population"}
_PLACES = {
    "equal": "等于建议",
    "within": "在幅度之内",
    "above": "高于建议",
    "below": "低于建议",
    "other kind": "刑种不同",
}
_WHY_NOT = {
    "no_term_recommended": "建议刑期不明",
    "several_defendants": "多名被告人",
    "several_counts": "多个罪名",
    "joined": "与前罪并罚",
    "no_sentence": "宣告刑不明",
}
_PROBATION = {
    (True, True): "建议缓刑，宣告缓刑",
    (True, False): "建议缓刑，未宣告缓刑",
    (False, True): "建议不适用缓刑，宣告缓刑",
    (False, False): "建议不适用缓刑，未宣告缓刑",
    (None, True): "未见缓刑建议，宣告缓刑",
    (None, False): "未见缓刑建议，未宣告缓刑",
}
_NO_REASON = "未说明理由"


def indicators(
    *,
    factors: Path,
    report: Path,
    settings: Settings,
    ledger: Path | str = layout.JUDGES_LEDGER,
    axes: Sequence[str] = AXES,
    today: datetime.date | None = None,
) -> dict[str, float]:
    """Compute the indicators of a factor table, write ``report`` (JSON) and its page, and return the figures.

    ``ledger`` is the one whose key gives judges and prosecutors their pseudonyms; of judgments that the simulation
    made, the names are invented and the key is a public one. ``today`` is the day after which no judgment can be.

    Raises
    ------
    DataContractError
        The table lacks columns that are needed, or they have other types.
    InputError
        An axis is unknown, or the ledger's key is damaged.
    """
    unknown = sorted(set(axes) - set(AXES))
    if unknown:
        raise InputError(f"--by {', '.join(unknown)}: there is no such axis. Choose among {', '.join(AXES)}.")
    table = read_factors(factors)
    simulated = bool(len(table)) and bool(
        table["source"].astype("string").str.startswith(str(layout.SAMPLE)).fillna(value=False).all()
    )
    key = _INVENTED if simulated else _key(ledger)
    done = content(
        table,
        pseudonym=lambda name: pseudonym(name, key=key),
        today=today or datetime.datetime.now(tz=datetime.UTC).date(),
        below=settings.audit.suppress_below,
        level=settings.audit.level,
        axes=axes,
        simulated=simulated,
    )
    write_json(report, done)
    write_text(report.with_suffix(".html"), page(done))
    return metrics(done)


def _key(ledger: Path | str) -> bytes:
    if isinstance(ledger, Path):
        ledger.parent.mkdir(parents=True, exist_ok=True)
    return ledger_key(ledger)


def read_factors(path: Path) -> pd.DataFrame:
    """Return the columns that the indicators read of the factor table at ``path``.

    Raises
    ------
    DataContractError
        The file is no Parquet table, lacks columns, or has them in other types; all of them are named, no row.
    """
    try:
        present = set(pq.read_schema(path).names)
    except (OSError, ValueError) as error:
        raise DataContractError(f"{path}: is no Parquet table. Give the factor table that `extract` writes.") from error
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        raise DataContractError(
            f"{path}: the factor table lacks {', '.join(missing)}. It is of an earlier version; extract it again."
        )
    table = read_table(path, columns=list(COLUMNS))
    wanted, wrong = columns(), []
    for name in COLUMNS:
        try:
            table[name] = table[name].astype(wanted[name])
        except (TypeError, ValueError):
            wrong.append(f"  - {name}: {table[name].dtype} where {wanted[name]} is wanted")
    if wrong:
        raise DataContractError("\n".join([f"{path}: columns have other types; extract it again:", *wrong]))
    return table


def content(
    factors: pd.DataFrame,
    *,
    pseudonym: Callable[[str], str],
    today: datetime.date,
    below: int,
    level: float,
    axes: Sequence[str] = AXES,
    simulated: bool = False,
) -> dict[str, Any]:
    """Return the indicators as plain JSON; see the head of this module."""
    given = definitions()
    rows = told(factors, pseudonym=pseudonym, today=today)
    log: list[dict[str, Any]] = []
    overall = _overall(rows, given, below=below, level=level, log=log)
    by = {axis: _by_axis(rows, axis, given, below=below, level=level, log=log) for axis in axes}
    return {
        "version": VERSION,
        "definitions": hashlib.sha256(_definitions_file().read_bytes()).hexdigest(),
        "simulated": simulated,
        "level": level,
        "suppress_below": below,
        "least": COUNT_ONLY_BELOW,
        "dates": {name: day.isoformat() for name, day in given["dates"].items()},
        "data": _data(rows, below=below),
        "overall": overall,
        "counsel_kinds": _counsel(rows.defendants, below=below, log=log),
        "reasons": _reasons(rows.cases, below=below, log=log),
        "departures": {
            name: _departures(rows.cases[rows.cases[column]], below=below, log=log)
            for name, column in (("plea", "plea_recommended"), ("all", "recommended_population"))
        },
        "kinds": _kinds(rows.cases, given, below=below, level=level, log=log),
        "probation": _probation(rows.cases, below=below, log=log),
        "distance": _distance(rows.cases[rows.cases["recommended_population"]], below=below, level=level),
        "by": by,
        "look_at": _look_at(by, given, level=level),
        "not_told": given["not_told"],
        "limits": given["limits"],
        "sources": given["sources"],
        "suppression": log,
    }


def _definitions_file() -> Any:
    return files("sentencing_ml") / "monitor" / "indicators" / "indicators.yaml"


def metrics(done: dict[str, Any]) -> dict[str, float]:
    """Return the figures of the run: the shares that may be shown, and how many stand behind them."""
    result: dict[str, float] = {
        "cases": done["data"]["cases"],
        "defendants": done["data"]["defendants"],
        "cases_judged": done["data"]["judged"],
    }
    for entry in done["overall"]:
        share = entry["share"]
        if share["value"] is not None and not entry["count_only"]:
            result[entry["id"]] = share["value"]
        if share["n"] is not None:
            result[f"{entry['id']}_n"] = share["n"]
    return result


def _overall(rows: Told, given: dict, *, below: int, level: float, log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every indicator of the whole corpus."""
    shared: dict[str, dict[str, Any]] = {}
    for whole_name in dict.fromkeys(entry["parts_of"] for entry in given["indicators"] if "parts_of" in entry):
        entries = [entry for entry in given["indicators"] if entry.get("parts_of") == whole_name]
        measured = [_measured(rows, entry) for entry in entries]
        found, line = parts([one for one, _ in measured], measured[0][1]["cluster"], below=below, level=level)
        log.append({**line, "table": whole_name})
        shared |= {entry["id"]: one for entry, one in zip(entries, found, strict=True)}
    result = []
    for entry in given["indicators"]:
        if entry["id"] not in shared:
            values, frame = _measured(rows, entry)
            shared[entry["id"]], line = whole(values, frame["cluster"], below=below, level=level)
            log.append({**line, "table": entry["id"]})
        result.append({"count_only": False, **entry, "share": shared[entry["id"]]})
    return result


def _measured(rows: Told, entry: dict[str, Any]) -> tuple[pd.Series, pd.DataFrame]:
    """Return the values of an indicator in its population, and the rows they stand in."""
    frame = rows.defendants if entry["unit"] == "defendant" else rows.cases
    frame = frame[frame[_POPULATIONS.get(entry["among"], entry["among"])]]
    values = frame[entry["id"]]
    return (values.fillna(value=False) if entry.get("count_only") else values), frame


def _counsel(defendants: pd.DataFrame, *, below: int, log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the kinds of counsel of the defendants who pleaded."""
    pleaded = defendants[defendants["plea_population"]]
    found, line = counted(pleaded["counsel_kind"], labels=list(COUNSEL), below=below)
    log.append({**line, "table": "counsel_kinds"})
    return found


def _data(rows: Told, *, below: int) -> dict[str, Any]:
    cases, defendants = rows.cases, rows.defendants
    days, trial = cases["day"].dropna(), int(defendants["trial"].sum())
    return {
        "cases": len(cases),
        "defendants": len(defendants),
        "judged": int(cases["judged"].sum()),
        "judged_defendants": int(defendants["judged"].sum()),
        "before": int(cases["before"].sum()),
        "trial": None if 0 < trial < below else trial,
        "undated": int((cases["day"].isna() & ~cases["future"]).sum()),
        "future": int(cases["future"].sum()),
        "several_defendants": int((cases["defendants"] > 1).sum()),
        "first": None if days.empty else days.min().date().isoformat(),
        "last": None if days.empty else days.max().date().isoformat(),
        **rows.dropped,
    }


def _reasons(cases: pd.DataFrame, *, below: int, log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the refusals that judgments tell, by the reason they give."""
    refused = cases[cases["refused"]]
    labels = [*(level.name for level in registry().factors["recommendation_refusal"].levels), _NO_REASON]
    found, line = counted(refused["reason"].fillna(_NO_REASON), labels=labels, below=below)
    log.append({**line, "table": "reasons"})
    return found


def _departures(cases: pd.DataFrame, *, below: int, log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where sentences stand beside the recommendation, what could not be compared, and what went unanswered."""
    places, line = counted(cases["place"], labels=list(_PLACES), below=below)
    log.append({**line, "table": "departures"})
    why, line = counted(cases["why_not"], labels=list(_WHY_NOT), below=below)
    log.append({**line, "table": "not_compared"})
    one_sided = int(cases["one_sided"].sum())
    departed = cases["place"].isin(["above", "below", "other kind"])
    answer = cases["adopted_said"].map({True: "adopted", False: "refused"}).fillna("silent").where(departed)
    answers, line = counted(answer.astype("string"), labels=["refused", "adopted", "silent"], below=below)
    log.append({**line, "table": "answers"})
    return {
        **_in_chinese(places, _PLACES),
        "one_sided": None if 0 < one_sided < below else one_sided,
        "not_compared": _in_chinese(why, _WHY_NOT),
        "answers": _in_chinese(
            answers, {"refused": "判决写明不采纳", "adopted": "判决写明采纳，而刑期不同", "silent": "判决没有回应"}
        ),
    }


def _in_chinese(table: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {**table, "cells": [{**cell, "zh": names[cell["label"]]} for cell in table["cells"]]}


def _kinds(
    cases: pd.DataFrame, given: dict, *, below: int, level: float, log: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the share of sentences equal to the recommendation or within it, by the kind of penalty imposed."""
    told_so = cases[cases["recommended_population"] & cases["place"].notna()]
    kinds = given["comparison"]["month_kinds"]
    values, clusters, groups = told_so["adopted_term_all"], told_so["cluster"], told_so["imposed"]
    found, line = lines(values, clusters, groups=groups, names=kinds, below=below, level=level)
    log.append({**line, "table": "kinds"})
    return [{"kind": kind, "share": one} for kind, one in zip([*kinds, "其他"], found, strict=True)]


def _probation(cases: pd.DataFrame, *, below: int, log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return probation as recommended beside probation as given, of cases whose term could be compared."""
    compared = cases[cases["recommended_population"] & cases["place"].notna() & cases["probation_given"].notna()]
    pairs = pd.Series(
        [
            _PROBATION[None if pd.isna(advised) else bool(advised), bool(given)]
            for advised, given in zip(compared["probation_advised"], compared["probation_given"], strict=True)
        ],
        index=compared.index,
        dtype="string",
    )
    found, line = counted(pairs, labels=list(_PROBATION.values()), below=below)
    log.append({**line, "table": "probation"})
    return found


def _distance(cases: pd.DataFrame, *, below: int, level: float) -> dict[str, Any]:
    """Return how far sentences lie from the recommendation: of single terms, of ranges, and of those outside."""
    single, outside = cases["ratio"].notna(), cases["place"].isin(["above", "below"])
    return {
        "fixed": {
            "months": quantiles(cases["apart"].where(single), below=below, level=level),
            "ratio": quantiles(cases["ratio"], below=below, level=level),
        },
        "range": {"width": quantiles(cases["width"], below=below, level=level)},
        "outside": {"months": quantiles(cases["apart"].where(outside), below=below, level=level)},
    }


def _by_axis(
    rows: Told, axis: str, given: dict, *, below: int, level: float, log: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the shares of each unit, person, charge or month with enough judgments, in the order of their names."""
    sizes = rows.cases[axis].value_counts()
    names = sorted(str(name) for name in sizes.index[sizes >= COUNT_ONLY_BELOW])
    entries = {entry["id"]: entry for entry in given["indicators"]}
    table: dict[str, list[dict[str, Any]]] = {}
    for name in given["by"]:
        values, frame = _measured(rows, entries[name])
        table[name], line = lines(values, frame["cluster"], groups=frame[axis], names=names, below=below, level=level)
        log.append({**line, "table": f"{axis}/{name}"})
    every = [
        {"group": group, "cases": int(sizes[group]), "shares": {name: table[name][place] for name in given["by"]}}
        for place, group in enumerate(names)
    ]
    rest = int((~rows.cases[axis].isin(names)).sum())
    return {
        **given["axes"][axis],
        "named": len(sizes),
        "unnamed": int(rows.cases[axis].isna().sum()),
        "largest": int(sizes.max()) if len(sizes) else 0,
        "lines": every,
        "others": {"groups": len(sizes) - len(names), "cases": rest,
                   "shares": {name: table[name][-1] for name in given["by"]}},
    }  # fmt: skip


def _look_at(by: dict[str, Any], given: dict, *, level: float) -> dict[str, Any]:
    """Return the units whose share of adoption surely lies beyond a bound; persons are never among them."""
    result = {}
    for name, rule in given["look_at"].items():
        above = rule.get("above")
        found = []
        for axis, table in by.items():
            if given["axes"][axis]["person"] or axis in ("charge", "month"):
                continue
            for line in table["lines"]:
                for name_of in given["look_from"]:
                    share = line["shares"][name_of]
                    low, high = _surely(share, level=level)
                    if (above is not None and low > above) or (above is None and high < rule["below"]):
                        found.append({"axis": axis, "group": line["group"], "id": name_of, "share": share})
        bound = above if above is not None else rule["below"]
        result[name] = {
            "zh": rule["zh"],
            "bound": bound,
            "source": rule["source"],
            "look": rule["look"],
            "needed": rows_needed(bound if above is not None else 1 - bound, level=level),
            "found": found,
        }
    return result


def _surely(share: dict[str, Any], *, level: float) -> tuple[float, float]:
    """Return the interval of a share from what is published of it: (0, 1) where that says nothing."""
    if share["value"] is not None:
        return share["low"], share["high"]
    if share["at_least"] is None or share["n"] is None:
        return 0.0, 1.0
    return (
        wilson(share["at_least"], share["n"], level=level)[0],
        wilson(share["at_most"], share["n"], level=level)[1],
    )
