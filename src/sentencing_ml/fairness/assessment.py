"""The audit as pure functions: a table of judgments beside their advice goes in, a plain dict comes out.

Three objects are kept apart, each in ln(1 + months):

- O1 ``labels``: the judgments with the offender's own factors taken out. Are they unequal given the offence?
- O2 ``advice``: the liability term. Is it unequal given the offence? ``amplification`` is O2 less O1: what the model
  adds to, or takes from, a difference that the judgments already have.
- O3 ``error``: the expected term (the advice with what history did with this offender's factors) against the declared
  term. Does it miss one group in one direction? Equal errors against unequal judgments preserve the inequality, so O3
  never stands without O1 and O2. Its tails, size, slope and interval are measures of their own.

O1, O2 and the amplification compare like with like, see :mod:`sentencing_ml.fairness.conditional`. The advice is a
function of the very facts that O2 is conditional on, so O2 is zero but for what the learner leaves: it checks that
nothing else gets in. What the model *learned* of a group beyond the law is the figure ``learned``: the difference of
the advice given only what statutes and rules make of the facts.
"""

from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap, families, tables
from sentencing_ml.fairness.comparison import Conditional, Measured, Rows, compared_rows, given, measure
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.fairness.contrasts import Grouping, grouping
from sentencing_ml.fairness.families import MEASURES
from sentencing_ml.fairness.groups import attribute, groups, relevant
from sentencing_ml.fairness.metrics import POINTS, point_table
from sentencing_ml.fairness.tables import number
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings

__all__ = ["MEASURES", "Facts", "assess"]

LOG_FIGURES = frozenset({"width", "learned"})
"""Described figures that are log ratios and shown as geometric shares."""


ALL_TABLES = "各表合并"


def assess(table: pd.DataFrame, facts: Facts | None, *, settings: AuditSettings, threads: int) -> dict[str, Any]:
    """Assess every attribute of the settings.

    Parameters
    ----------
    table : a row a compared count: the factor table's columns, and ``y`` (declared months), ``neutral`` (ln(1 + y),
        the offender's factors taken out), ``advice``, ``expected``, ``low``, ``high`` (months).
    facts : what O1 and O2 are conditional on; None leaves them out (不能判断).

    Returns
    -------
    dict with ``overall``, ``attributes``, ``families`` and ``summary``, see :mod:`sentencing_ml.fairness.audit`.
    """
    overall = _overall(table)
    rows, measured, absent = judged(table, facts, settings=settings, threads=threads)
    tests = _tests(measured, settings=settings)
    found = {part.grouping.name: _describe(part, table, rows, absent=absent, settings=settings) for part in measured}
    attributes = {
        name: found[name][0] if name in found else _no_attribute(name, settings) for name in settings.attributes
    }
    return {
        "overall": overall | _figures_of_all(rows),
        "attributes": attributes,
        "families": families.overview(tests, settings=settings),
        "power": bootstrap.POWER,
        "summary": _summary(tests, attributes),
        "suppression": _withheld(list(found.values()), settings=settings),
    }


def judged(
    table: pd.DataFrame, facts: Facts | None, *, settings: AuditSettings, threads: int
) -> tuple[Rows, list[Measured], str | None]:
    """Measure every group of every known attribute and write the verdicts into the tests: the audit without its tables.

    Returns
    -------
    The rows, what was measured of each attribute, and why nothing is conditional on the facts where that is so.
    """
    known = [name for name in settings.attributes if name in groups().attributes]
    rows, conditional, absent = _prepare(table, facts, settings=settings, threads=threads)
    measured = [
        measure(grouping(table, name, settings=settings), rows, conditional, table, settings=settings, order=order)
        for order, name in enumerate(known)
    ]
    families.judge(_tests(measured, settings=settings), settings=settings)
    return rows, measured, absent


def _prepare(
    table: pd.DataFrame, facts: Facts | None, *, settings: AuditSettings, threads: int
) -> tuple[Rows, Conditional | None, str | None]:
    """Return the rows, what the facts leave of them, and why they leave nothing where that is so."""
    if facts is None:
        codes = bootstrap.blocks(court_clusters(table["court"], table["cluster"]), seed=settings.seed)
        return compared_rows(table, codes, settings=settings), None, "没有责任刑事实可供扣除"
    codes = bootstrap.blocks(facts.clusters, seed=settings.seed)
    rows = compared_rows(table, np.unique(codes[facts.tested], return_inverse=True)[1], settings=settings)
    if len(np.unique(codes)) < 2:
        return rows, None, "只有一个法院（或一份文书），无法用其他法院的案件扣除责任刑事实"
    return rows, given(facts, codes, settings=settings, threads=threads), None


def _tests(measured: list[Measured], *, settings: AuditSettings) -> list[tuple[str, dict[str, Any]]]:
    """Return the tests that get a verdict: of groups of enough rows against enough rows, with a finite p value."""
    declared = families.measures(settings)
    found = []
    for part in measured:
        for contrast in part.grouping.large:
            if min(contrast.member.sum(), contrast.rest.sum()) >= settings.verdict_from:
                tests = part.tests[contrast.group]
                found += [(name, tests[name]) for name in declared if name in tests and np.isfinite(tests[name]["p"])]
    return found


def _describe(
    part: Measured, table: pd.DataFrame, rows: Rows, *, absent: str | None, settings: AuditSettings
) -> tuple[dict[str, Any], list[dict[str, Any]], list[disclosure.Table]]:
    """Return an attribute as the report shows it, the log of what is withheld of it, and the counts it publishes."""
    found, rule = part.grouping, attribute(part.grouping.name)
    points = _points(rows, found)
    listed = [_group(label, n, part, points, settings=settings) for label, n in found.sizes.items()]
    verdicts = {
        name: families.attribute_verdict(
            name,
            listed,
            unknown=groups().unknown,
            absent=absent if name in families.CONDITIONAL else None,
            settings=settings,
        )
        for name in families.measures(settings)
    }
    missing = [column for column in rule.rules.get("from", [rule.column]) if column not in table]
    why = f"因子表没有这一列：{'、'.join(missing)}" if missing else _undecidable(listed, verdicts)
    listed_within, log, published = tables.linked(table, rows.figures, found, rows.tenth, settings=settings)
    return {
        "status": "measured" if why is None else "cannot_say",
        "why": why,
        "zh": rule.zh,
        "reading": rule.reading,
        # small groups alone would follow from their total
        "n": None if found.hidden & set(found.set_aside) or found.log["margins_hidden"] else int(found.kept.sum()),
        "excluded": int((~found.kept).sum()) - sum(found.set_aside.values()),
        "set_aside": {label: None if label in found.hidden else n for label, n in found.set_aside.items()},
        "relevant": [
            {name: getattr(entry, name) for name in ("charge", "group", "article", "effect", "zh")}
            for entry in relevant(found.name)
        ],
        "groups": listed,
        "verdicts": verdicts,
        **listed_within,
    }, [found.log, *log], published


def _withheld(described: list[tuple], *, settings: AuditSettings) -> list[dict[str, Any]]:
    """Return the log of what is withheld: a line a table, and one of all tables attacked together."""
    log = [line for _, lines, _ in described for line in lines]
    published = [table for _, _, shown in described for table in shown]
    if not published:
        return log
    return [*log, disclosure.joint_check(published, below=settings.suppress_below, name=ALL_TABLES)]


def _undecidable(listed: list[dict[str, Any]], verdicts: dict[str, dict[str, Any]]) -> str | None:
    if any(test["verdict"] is not None for entry in listed for test in entry["tests"].values()):
        return None
    return "；".join(dict.fromkeys(verdict["reason"] for verdict in verdicts.values()))


def _no_attribute(name: str, settings: AuditSettings) -> dict[str, Any]:
    why = f"没有名为 {name} 的属性：请在 params.yaml 的 audit.attributes 中改正，或在 groups.yaml 中定义"
    nothing = {"verdict": "不能判断", "reason": why, "detectable": None}
    return {
        "status": "cannot_say",
        "why": why,
        "zh": name,
        "reading": "",
        "n": 0,
        "excluded": 0,
        "set_aside": {},
        "relevant": [],
        "groups": [],
        "verdicts": {measure: dict(nothing) for measure in families.measures(settings)},
        "charges": [],
        "bands": [],
        "tenths": [],
    }


def _points(rows: Rows, found: Grouping) -> dict[str, dict]:
    """Return by group what is true of its rows, without an interval."""
    if not found.kept.any():
        return {}
    group = found.group[found.kept]
    figures = rows.figures[found.kept]
    means = figures[["bias_months", "asymmetry", "covered"]].groupby(group.to_numpy(dtype=object)).mean()
    joined = point_table(figures, group, None)[list(POINTS)].join(means)
    points = {str(name): {key: number(value) for key, value in row.items()} for name, row in joined.iterrows()}
    share = rows.figures["ape"].to_numpy()
    band = rows.figures["band"].to_numpy()
    for contrast in found.large:
        points[contrast.group]["median_ape_ratio"] = number(
            tables.median_ratio(share, band, contrast.member, contrast.rest)
        )
    return points


def _group(name: str, n: int, part: Measured, points: dict[str, dict], *, settings: AuditSettings) -> dict[str, Any]:
    nothing = {"points": None, "tests": {}, "figures": {}, "split": {}, "calibration": None}
    if name in part.grouping.hidden:
        return {"group": name, "status": "suppressed", "n": None, "reference": False, **nothing}
    if n < disclosure.COUNT_ONLY_BELOW:
        return {"group": name, "status": "count_only", "n": n, "reference": False, **nothing}
    tests = part.tests.get(name, {})
    figures = part.figures.get(name, {})
    return {
        "group": name,
        "status": "shown" if n >= settings.verdict_from else "no_verdict",
        "n": n,
        "reference": name not in part.tests and name not in part.grouping.elsewhere,
        "points": points[name],
        "tests": {key: _test(key, tests[key]) for key in families.measures(settings) if key in tests},
        "figures": {key: _figure(figures[key], log=key in LOG_FIGURES) for key in figures},
        "split": {
            measure: {key: _interval(entry, log=True) for key, entry in parts.items()}
            for measure, parts in part.split.get(name, {}).items()
        },
        "calibration": {key: _interval(entry, log=False) for key, entry in part.lines[name].items()}
        if name in part.lines
        else None,
    }


def _test(measure: str, entry: dict[str, Any]) -> dict[str, Any]:
    result = _figure(entry, log=measure in families.LOG_SCALE)
    result |= {name: number(entry.get(name, np.nan)) for name in ("df", "p", "q", "q_equivalence")}
    return {**result, "verdict": entry.get("verdict")}


def _figure(entry: dict[str, Any], *, log: bool) -> dict[str, Any]:
    return {**_interval(entry, log=log), "detectable": _scaled(entry["detectable"], log=log)}


def _interval(entry: dict[str, Any], *, log: bool) -> dict[str, Any]:
    return {name: _scaled(entry[name], log=log) for name in ("estimate", "low", "high")}


def _scaled(value: float, *, log: bool) -> float | None:
    """Turn a log ratio into a geometric share where it is one; what is not finite becomes null."""
    return number(np.expm1(value) if log else value)


def _overall(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "n": len(table),
        "clusters": int(len(np.unique(court_clusters(table["court"], table["cluster"])))),
        "courts": int(table["court"].dropna().nunique()),
        "court_unknown": int(table["court"].isna().sum()),
    }


def _figures_of_all(rows: Rows) -> dict[str, float | None]:
    means = rows.figures.mean() if len(rows.figures) else pd.Series(np.nan, index=rows.figures.columns)
    plain = ("bias_months", "heavy", "light", "asymmetry", "covered")
    return {
        "bias": number(np.expm1(means["bias"])),
        **{name: number(means[name]) for name in plain},
        "mae": number(means["error"]),
        "width": number(np.expm1(means["width"])),
    }


def _summary(tests: list[tuple[str, dict[str, Any]]], attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the flat figures of the audit that gates of a release may name."""
    cells = [entry for found in attributes.values() for entry in found["groups"]]
    shown = [entry for entry in cells if entry["status"] == "shown"]
    return {
        **families.counts([entry["verdict"] for _, entry in tests]),
        **{f"different_{name}": _different(tests, name) for name in dict.fromkeys(name for name, _ in tests)},
        **{f"largest_{name}": value for name in MEASURES if (value := _largest(shown, name)) is not None},
        "amplified": sum(_amplified(entry["tests"]) for entry in cells),
        "suppressed_groups": sum(entry["status"] == "suppressed" for entry in cells),
        "attributes_undecidable": sum(found["status"] == "cannot_say" for found in attributes.values()),
    }


def _different(tests: list[tuple[str, dict[str, Any]]], measure: str) -> int:
    return sum(name == measure and entry["verdict"] == "有差异" for name, entry in tests)


def _largest(shown: list[dict[str, Any]], measure: str) -> float | None:
    """Return the largest difference of a measure that is called 有差异, 0 where none is and some group was tested."""
    tests = [entry["tests"][measure] for entry in shown if measure in entry["tests"]]
    judged = [test for test in tests if test["verdict"] is not None]
    if not judged:
        return None
    return max((abs(test["estimate"]) for test in judged if test["verdict"] == "有差异"), default=0.0)


def _amplified(tests: dict[str, dict[str, Any]]) -> bool:
    """Tell whether the advice departs from equal treatment further than the judgments do."""
    if any(name not in tests for name in families.CONDITIONAL) or tests["amplification"]["verdict"] != "有差异":
        return False
    advice, labels = tests["advice"]["estimate"], tests["labels"]["estimate"]
    return advice is not None and labels is not None and abs(np.log1p(advice)) > abs(np.log1p(labels))
