"""The audit as pure functions: a table of judgments beside their advice goes in, a plain dict comes out.

Three objects are kept apart, each in ln(1 + months):

- O1 ``labels``: the judgments with the offender's own factors taken out. Are they unequal given the offence?
- O2 ``advice``: the liability term. Is it unequal given the offence? ``amplification`` is O2 less O1: what the model
  adds to, or takes from, a difference that the judgments already have.
- O3 ``error``: the expected term (the advice with what history did with this offender's factors) against the declared
  term. Does it miss one group in one direction? Equal errors against unequal judgments preserve the inequality, so O3
  never stands without O1 and O2.

O1, O2 and the amplification compare like with like by partialling the facts of the offence out of both sides; O3 is
the plain difference of means. All four form the family over which the false discovery rate is held.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap, metrics
from sentencing_ml.fairness.groups import attribute, excluded, grouped, groups, groups_set_aside, relevant
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings

MEASURES = {
    "labels": "O1 判决（已扣除预防刑情节的影响）",
    "advice": "O2 建议（责任刑）",
    "amplification": "放大（O2 − O1）",
    "error": "O3 误差（预期刑期对宣告刑）",
}
"""The pre-declared family of measures, a test a group each."""

FIGURES = ("bias_months", "error", "heavy", "light", "asymmetry", "covered")
"""Figures described beside the family: shown with intervals, never given a verdict."""

MIN_CHARGE = 30
"""Charges with fewer compared counts stand together as 其他罪名 in the tables by charge."""

OTHER_CHARGES = "其他罪名"


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A group and whom it is compared with, boolean arrays over the compared rows."""

    group: str
    member: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of the offence of all rows with a term, and the outcomes whose part they explain is taken out.

    ``tested`` marks the rows of the test part, in the order of the audited table; the other rows only help to learn
    what the facts explain. ``clusters`` are integer codes over all rows.
    """

    design: pd.DataFrame
    categorical: tuple[str, ...]
    outcomes: np.ndarray
    clusters: np.ndarray
    tested: np.ndarray
    frame: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What is measured of one attribute; ``figures`` by group and measure, on the log scale.

    ``kept`` marks the rows that law leaves in the comparison, ``sizes`` their number by group, largest first and
    unknown last, ``set_aside`` that of the groups which law itself keeps out, ``hidden`` the groups that are withheld.
    """

    name: str
    group: pd.Series
    kept: np.ndarray
    sizes: dict[str, int]
    set_aside: dict[str, int]
    hidden: frozenset[str]
    contrasts: list[Contrast]
    figures: dict[str, dict[str, dict[str, Any]]]
    rows: pd.DataFrame


def contrasts(group: pd.Series, kept: np.ndarray, *, unknown: str) -> list[Contrast]:
    """Return the comparisons of an attribute: each known group with the other known ones, and unknown with known.

    Of two known groups only the smaller is compared; the other direction is the same number with its sign turned.
    """
    labels = group.to_numpy(dtype=object)
    known = kept & (labels != unknown)
    sizes = pd.Series(labels[known]).value_counts()
    names = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    tested = names[1:] if len(names) == 2 else names if len(names) > 2 else []
    found = [Contrast(group=name, member=known & (labels == name), rest=known & (labels != name)) for name in tested]
    missing = kept & (labels == unknown)
    if missing.any() and known.any():
        found.append(Contrast(group=unknown, member=missing, rest=known))
    return found


def assess(table: pd.DataFrame, facts: Facts | None, *, settings: AuditSettings, threads: int) -> dict[str, Any]:
    """Assess every attribute of the settings.

    Parameters
    ----------
    table : a row a compared count: the factor table's columns, and ``y`` (declared months), ``neutral`` (ln(1 + y),
        the offender's factors taken out), ``advice``, ``expected``, ``low``, ``high`` (months).
    facts : what O1 and O2 are conditional on; None leaves them out (不能判断).

    Returns
    -------
    dict with ``overall``, ``attributes``, ``family`` and ``summary``, see :mod:`sentencing_ml.fairness.audit`.
    """
    clusters = court_clusters(table["court"], table["cluster"])
    rows = row_table(table, tolerance=settings.tolerance)
    residuals = None if facts is None else _outcome_residuals(facts, settings=settings, threads=threads)
    parts = [
        _measure(name, table, rows, clusters, facts, residuals, settings=settings, threads=threads, order=order)
        for order, name in enumerate(settings.attributes)
    ]
    _judge(parts, settings=settings)
    attributes = {part.name: _describe(part, table, settings=settings) for part in parts}
    return {
        "overall": _overall(rows, clusters, table),
        "attributes": attributes,
        "family": _family(parts, settings=settings),
        "summary": _summary(parts, attributes),
    }


def row_table(table: pd.DataFrame, *, tolerance: float) -> pd.DataFrame:
    """Return the row figures of O3 (expected against declared term); ``covered`` is of the neutral term."""
    declared = table["y"].to_numpy(dtype=float)
    low, high = table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float)
    rows = metrics.row_figures(
        declared, table["expected"].to_numpy(dtype=float), low=low, high=high, tolerance=tolerance
    )
    # the interval promises to hold the term with the offender's factors taken out, not the declared one
    neutral = np.expm1(table["neutral"].to_numpy(dtype=float))
    inside = metrics.row_figures(neutral, neutral, low=low, high=high, tolerance=tolerance)["covered"]
    return rows.assign(covered=inside)


def _outcome_residuals(facts: Facts, *, settings: AuditSettings, threads: int) -> np.ndarray:
    none = np.zeros((len(facts.design), 0))
    return metrics.partial_out(
        facts.outcomes, none, facts.design, facts.clusters,
        seed=settings.seed, threads=threads, categorical=facts.categorical,
    ).outcome  # fmt: skip


def _measure(
    name: str,
    table: pd.DataFrame,
    rows: pd.DataFrame,
    clusters: np.ndarray,
    facts: Facts | None,
    residuals: np.ndarray | None,
    *,
    settings: AuditSettings,
    threads: int,
    order: int,
) -> _Part:
    group = grouped(table, name)
    kept = ~excluded(table["charge_group"], group, name).to_numpy()
    unknown = groups().unknown
    counted = group[kept].value_counts()
    names = sorted(counted.index, key=lambda label: (label == unknown, -counted[label], label))
    sizes = {str(label): int(counted[label]) for label in names}
    set_aside = {label: int((group == label).sum()) for label in groups_set_aside(name)}
    # a group that law sets aside is a cell like the others: the total less the rest would give it away
    cells = {**sizes, **set_aside}
    withheld = disclosure.withheld(np.array(list(cells.values()), dtype=int), below=settings.suppress_below)
    hidden = frozenset(label for label, out in zip(cells, withheld, strict=True) if out)
    compared = [found for found in contrasts(group, kept, unknown=unknown) if found.group not in hidden]
    large = [found for found in compared if found.member.sum() >= disclosure.COUNT_ONLY_BELOW]
    figures: dict[str, dict[str, dict[str, Any]]] = {found.group: {} for found in large}
    if large:
        rng = np.random.default_rng([settings.seed, order])
        member = np.column_stack([found.member for found in large])
        rest = np.column_stack([found.rest for found in large])
        columns = ("bias", *FIGURES)
        sums = bootstrap.mean_sums(rows[list(columns)].to_numpy(), member, rest, clusters)
        plain = _infer(sums, settings=settings, rng=rng)
        for place, found in enumerate(large):
            for offset, figure in enumerate(columns):
                key = "error" if figure == "bias" else f"figure_{figure}"
                figures[found.group][key] = _entry(plain, place * len(columns) + offset)
            if facts is not None and residuals is not None:
                conditional = _conditional(name, found, facts, residuals, settings=settings, threads=threads, rng=rng)
                for offset, measure in enumerate(("labels", "advice", "amplification")):
                    figures[found.group][measure] = _entry(conditional, offset)
    return _Part(
        name=name,
        group=group,
        kept=kept,
        sizes=sizes,
        set_aside=set_aside,
        hidden=hidden,
        contrasts=compared,
        figures=figures,
        rows=rows,
    )


def _conditional(
    name: str,
    found: Contrast,
    facts: Facts,
    residuals: np.ndarray,
    *,
    settings: AuditSettings,
    threads: int,
    rng: np.random.Generator,
) -> bootstrap.Inference:
    everywhere = grouped(facts.frame, name)
    member = (everywhere == found.group).to_numpy()
    kept = ~excluded(facts.frame["charge_group"], everywhere, name).to_numpy()
    kept &= member | (everywhere != groups().unknown).to_numpy()
    learned = metrics.partial_out(
        np.zeros((int(kept.sum()), 0)), member[kept].astype(float)[:, None], facts.design[kept], facts.clusters[kept],
        seed=settings.seed, threads=threads, categorical=facts.categorical,
    ).member[:, 0]  # fmt: skip
    tested = facts.tested[kept]
    treatment = learned[tested] - learned[tested].mean()
    outcome = residuals[kept][tested]
    outcome = np.column_stack([outcome, outcome[:, 1] - outcome[:, 0]])
    outcome = outcome - outcome.mean(axis=0)
    sums = bootstrap.slope_sums(outcome, np.column_stack([treatment] * 3), facts.clusters[kept][tested])
    return _infer(_without_empty(sums), settings=settings, rng=rng)


def _without_empty(sums: bootstrap.ClusterSums) -> bootstrap.ClusterSums:
    # clusters of other parts of the corpus are no clusters of the test part
    present = (sums.denominator > 0).any(axis=1)
    return bootstrap.ClusterSums(numerator=sums.numerator[present], denominator=sums.denominator[present])


def _infer(sums: bootstrap.ClusterSums, *, settings: AuditSettings, rng: np.random.Generator) -> bootstrap.Inference:
    return bootstrap.infer(
        sums, margin=float(np.log1p(settings.equivalence)), level=settings.level, replicates=settings.bootstrap, rng=rng
    )


def _entry(result: bootstrap.Inference, place: int) -> dict[str, float]:
    names = ("estimate", "low", "high", "se", "df", "p", "p_equivalence", "detectable")
    return {name: float(getattr(result, name)[place]) for name in names}


def _judge(parts: list[_Part], *, settings: AuditSettings) -> None:
    """Adjust the p values over the whole family and write a verdict into each of its tests."""
    tests = []
    for part in parts:
        for found in part.contrasts:
            enough = min(found.member.sum(), found.rest.sum()) >= settings.verdict_from
            for measure in MEASURES:
                entry = part.figures.get(found.group, {}).get(measure)
                if entry is not None and enough and np.isfinite(entry["p"]):
                    tests.append(entry)
    rate = 1 - settings.level
    adjusted = bootstrap.adjusted(np.array([entry["p"] for entry in tests]))
    equivalent = bootstrap.adjusted(np.array([entry["p_equivalence"] for entry in tests]))
    for entry, q, q_equivalence in zip(tests, adjusted, equivalent, strict=True):
        entry["q"], entry["q_equivalence"] = float(q), float(q_equivalence)
        entry["verdict"] = bootstrap.verdict(q, q_equivalence, rate=rate)


def _describe(part: _Part, table: pd.DataFrame, *, settings: AuditSettings) -> dict[str, Any]:
    rule, kept = attribute(part.name), part.kept
    points = _points(table[kept], part.rows[kept], part.group[kept], tolerance=settings.tolerance)
    listed = [_group(label, n, part, points, settings=settings) for label, n in part.sizes.items()]
    return {
        "zh": rule.zh,
        "reading": rule.reading,
        "n": None if part.hidden & set(part.set_aside) else int(kept.sum()),
        "excluded": int((~kept).sum()) - sum(part.set_aside.values()),
        "set_aside": {label: None if label in part.hidden else n for label, n in part.set_aside.items()},
        "relevant": [
            {
                "charge": entry.charge,
                "group": entry.group,
                "article": entry.article,
                "effect": entry.effect,
                "zh": entry.zh,
            }
            for entry in relevant(part.name)
        ],
        "groups": listed,
        "verdicts": {measure: _attribute_verdict(measure, listed, part, settings=settings) for measure in MEASURES},
        "charges": _by_charge(table[kept], part.group[kept], hidden_groups=part.hidden, settings=settings),
    }


def _points(table: pd.DataFrame, rows: pd.DataFrame, group: pd.Series, *, tolerance: float) -> dict[str, dict]:
    if table.empty:
        return {}
    made = metrics.point_table(table["y"], table["expected"], group, None, tolerance=tolerance)
    means = rows[["bias_months", "asymmetry", "covered"]].groupby(group.to_numpy(dtype=object)).mean()
    joined = made[["bias", "mae", "heavy", "light"]].join(means)
    return {str(name): {key: _number(value) for key, value in row.items()} for name, row in joined.iterrows()}


def _group(
    name: str, n: int, part: _Part, points: dict[str, dict[str, float]], *, settings: AuditSettings
) -> dict[str, Any]:
    plain = {"group": name, "n": n, "reference": False, "points": None, "tests": {}, "figures": {}}
    if name in part.hidden:
        return {**plain, "n": None, "status": "suppressed"}
    if n < disclosure.COUNT_ONLY_BELOW:
        return {**plain, "status": "count_only"}
    figures = part.figures.get(name, {})
    tests = {measure: _shown(figures[measure]) for measure in MEASURES if measure in figures}
    return {
        "group": name,
        "status": "shown" if n >= settings.verdict_from else "no_verdict",
        "n": n,
        "reference": not any(found.group == name for found in part.contrasts),
        "points": points[name],
        "tests": tests,
        "figures": {figure: _plain(figures[f"figure_{figure}"]) for figure in FIGURES if f"figure_{figure}" in figures},
    }


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    """Turn a test on the log scale into geometric shares; what is not finite becomes null."""
    result = {name: _number(np.expm1(entry[name])) for name in ("estimate", "low", "high", "detectable")}
    result |= {name: _number(entry.get(name, np.nan)) for name in ("df", "p", "q", "q_equivalence")}
    return {**result, "verdict": entry.get("verdict")}


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: _number(entry[name]) for name in ("estimate", "low", "high")}


def _attribute_verdict(
    measure: str, listed: list[dict[str, Any]], part: _Part, *, settings: AuditSettings
) -> dict[str, Any]:
    unknown = groups().unknown
    known = [entry for entry in listed if entry["group"] != unknown]
    if not known:
        return {"verdict": "不能判断", "reason": "全部未知", "detectable": None}
    if len(known) == 1:
        return {"verdict": "不能判断", "reason": "只有一个已知的组，没有可比较的对象", "detectable": None}
    tests = [(entry["group"], entry["tests"][measure]) for entry in known if measure in entry["tests"]]
    judged = [(name, test) for name, test in tests if test["verdict"] is not None]
    detectable = max((test["detectable"] for _, test in judged if test["detectable"] is not None), default=None)
    different = [name for name, test in judged if test["verdict"] == "有差异"]
    if different:
        words = [f"{name} {100 * dict(judged)[name]['estimate']:+.1f}%" for name in different]
        return {"verdict": "有差异", "reason": "、".join(words), "detectable": detectable}
    if not judged:
        reason = (
            f"各组均不足 {settings.verdict_from} 件"
            if all(entry["status"] != "shown" for entry in known if not entry["reference"])
            else "法院太少，或没有可用的估计"
        )
        return {"verdict": "不能判断", "reason": reason, "detectable": None}
    left_out = [entry["group"] for entry in known if not entry["reference"] and entry["group"] not in dict(judged)]
    if all(test["verdict"] == "等效" for _, test in judged) and not left_out:
        return {
            "verdict": "等效",
            "reason": f"差异确定在 ±{100 * settings.equivalence:.0f}% 以内",
            "detectable": detectable,
        }
    words = []
    if any(test["verdict"] != "等效" for _, test in judged) and detectable is not None:
        words.append(f"现有样本能可靠发现的最小差异约 {100 * detectable:.1f}%")
    elif left_out:
        words.append("够件数的组均等效")
    if left_out:
        words.append(f"{len(left_out)} 个组件数不足")
    reason = "；".join(words)
    return {"verdict": "不能判断", "reason": reason, "detectable": detectable}


def _by_charge(
    table: pd.DataFrame, group: pd.Series, *, hidden_groups: frozenset[str], settings: AuditSettings
) -> list[dict[str, Any]]:
    """Return the point table of every charge by group, small cells and what would give them away withheld."""
    if table.empty:
        return []
    charge = table["charge_group"].astype("string").fillna(OTHER_CHARGES)
    sizes = charge.value_counts()
    charge = charge.where(charge.map(sizes) >= MIN_CHARGE, OTHER_CHARGES)
    points = metrics.point_table(table["y"], table["expected"], group, charge, tolerance=settings.tolerance)
    counts = points["n"].unstack(fill_value=0)
    hidden = disclosure.withheld(
        np.where(counts.columns.isin(list(hidden_groups)), np.minimum(counts, 1), counts), below=settings.suppress_below
    )
    total = charge.value_counts()
    order = sorted(counts.index, key=lambda name: (name == OTHER_CHARGES, -total[name], name))
    listed = []
    for name in order:
        cells = []
        for place, label in enumerate(counts.columns):
            n = int(counts.loc[name, label])
            out = bool(hidden[counts.index.get_loc(name), place])
            shown = not out and n >= disclosure.COUNT_ONLY_BELOW
            values = points.loc[(name, label)] if shown else None
            figures = {key: _number(values[key]) if shown else None for key in ("bias", "mae", "heavy", "light")}
            cells.append({"group": str(label), "n": None if out else n, "suppressed": out, **figures})
        listed.append({"charge": str(name), "cells": cells})
    return listed


def _overall(rows: pd.DataFrame, clusters: np.ndarray, table: pd.DataFrame) -> dict[str, Any]:
    return {
        "n": len(rows),
        "clusters": int(len(np.unique(clusters))),
        "courts": int(table["court"].dropna().nunique()),
        "court_unknown": int(table["court"].isna().sum()),
        "bias": _number(np.expm1(rows["bias"].mean())),
        **{name: _number(rows[name].mean()) for name in FIGURES if name != "error"},
        "mae": _number(rows["error"].mean()),
    }


def _family(parts: list[_Part], *, settings: AuditSettings) -> dict[str, Any]:
    verdicts = _verdicts(parts)
    return {
        "tests": len(verdicts),
        "rate": round(1 - settings.level, 6),
        "measures": list(MEASURES),
        "power": bootstrap.POWER,
    }


def _verdicts(parts: list[_Part]) -> list[str]:
    return [
        entry["verdict"]
        for part in parts
        for figures in part.figures.values()
        for name, entry in figures.items()
        if name in MEASURES and "verdict" in entry
    ]


def _summary(parts: list[_Part], attributes: dict[str, Any]) -> dict[str, Any]:
    verdicts = _verdicts(parts)
    cells = [entry for found in attributes.values() for entry in found["groups"]]
    return {
        "tests": len(verdicts),
        "different": verdicts.count("有差异"),
        "equivalent": verdicts.count("等效"),
        "undecided": verdicts.count("不能判断"),
        "suppressed_groups": sum(entry["status"] == "suppressed" for entry in cells),
    }


def _number(value: Any) -> float | None:
    value = float(value)
    return value if np.isfinite(value) else None
