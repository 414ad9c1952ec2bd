"""O4, F11: do judges correct the advice differently by the group of the defendant?

An entry is a judge's own figure for the liability term after advice was shown; its correction is ln(decided / advised).
Corrections are compared within judges: what the judge, the charge, the band of severity and the level of the advice
explain is taken out of the correction and of the membership by the within transformation (Frisch, Waugh & Lovell), so
that a severe judge who sees more of one group is no disparity. The unit of uncertainty is the judge; where the judge is
not known, the court, else the document, stands in for both. Of several entries of one judge on one case the last
counts; entries of several judges on one case all count.

Figures are of groups of defendants, never of a judge: a group shows none unless at least :data:`LEAST_JUDGES` judges
decided both on it and on others. A difference is no reproach: it may be what the advice missed of these cases.

The section::

    status      "measured" | "cannot_say" | "not_run"; only status and why stand where it is not measured, and rows
                where entries were read
    why         Chinese sentence, null when measured
    simulated   bool: no judge stands behind these entries
    rows        {"entries": int, "used": int, "left_out": {reason (Chinese): int}}
    judges      int: judges, or courts and documents in their stead, with an entry that is used
    unnamed     int: entries without a judge
    correction  mean correction of all, a share (0.10 = decided 10 % above the advice)
    given       [what is held equal (Chinese)]
    attributes  {name: {
        zh, reading, n, why (null, or why nothing is compared)
        groups      [{group, n, status: shown | no_verdict | count_only | suppressed, reference: bool,
                      correction (mean of the group, a share; null below 30),
                      tests: {"override": {estimate, low, high, detectable, df, p, q, q_equivalence, verdict}} or {}}]
        verdicts    {"override": {verdict, reason, detectable}}}}
                    estimates are shares: how much further up (+) judges correct the advice for the group than for
                    others
    summary     {tests, different, equivalent, undecided, suppressed_groups, largest (|estimate| of a 有差异, null)}
    note        how the section is to be read (Chinese)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap, families
from sentencing_ml.fairness.contrasts import Contrast, Grouping, grouping
from sentencing_ml.fairness.groups import attribute, groups
from sentencing_ml.settings import AuditSettings

MEASURE = "override"

COLUMNS = ("row_id", "judge", "advised", "decided")
"""What a table of entries holds, a row an entry in the order of entry, in months; ``simulated`` is read, too."""

FACTS = ("row_id", "charge_group", "court", "cluster")
"""Columns of the factor table beside those of the attributes."""

LEAST_JUDGES = 5
"""Judges who must have decided on the group and on others: with fewer, a figure of the group is one of the judges."""

BANDS = 5
"""Bands of severity: fifths of the advice."""

GIVEN = ("法官（固定效应）", "罪名", "建议刑期的五档轻重", "建议刑期（对数）")

NOTE = (
    "修正 = 法官录入的责任刑 ÷ 系统建议。估计值为正，表示在同一法官、同一罪名、建议轻重相同的案件中，该组被改得更重。"
    "修正差异可能来自建议没有读到的事实，应当查阅案卷；本节不含任何法官的个人数字，不得用于考核。"
)

_STREAM = 11
_REASONS = {
    "no_ratio": "建议或录入的刑期缺失或不是正数，没有比值",
    "repeated": "同一法官对同一案件的较早录入（只计最后一次）",
    "not_joined": "在情节表中找不到对应的行",
}


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Entries that are used: ``table`` beside the facts of their counts, ``correction`` in logs, ``judge`` codes."""

    table: pd.DataFrame
    correction: np.ndarray
    judge: np.ndarray
    explained: np.ndarray


def assess_overrides(entries: pd.DataFrame | None, frame: pd.DataFrame, *, settings: AuditSettings) -> dict[str, Any]:
    """Return the section of the overrides, see the module.

    Parameters
    ----------
    entries : columns :data:`COLUMNS`, a row an entry in the order of entry; None where there are none to read.
    frame : factor table, a row a count, with ``row_id``, ``charge_group``, ``court`` and ``cluster``.
    """
    if entries is None:
        return _blank("not_run", "没有提供法官的录入（ledger），未检验")
    for what, table, columns in (("录入表", entries, COLUMNS), ("情节表", frame, FACTS)):
        missing = [name for name in columns if name not in table]
        if missing:
            return _blank("cannot_say", f"{what}缺少列 {'、'.join(missing)}")
    joined, counted = _joined(entries, frame)
    if joined.empty:
        why = "没有录入" if entries.empty else "没有一条录入能与情节表对应并算出比值"
        return _blank("cannot_say", why) | {"rows": counted}
    rows = _rows(joined)
    judges = int(rows.judge.max()) + 1
    if judges < LEAST_JUDGES:
        why = f"只有 {judges} 位法官（或以法院代替）的录入，至少需要 {LEAST_JUDGES} 位，否则数字就是个人的数字"
        return _blank("cannot_say", why) | {"rows": counted}
    known = [name for name in settings.attributes if name in groups().attributes]
    found = [grouping(rows.table, name, settings=settings) for name in known]
    figures = [_figures(group, rows, order, settings=settings) for order, group in enumerate(found)]
    tests = [
        (MEASURE, entry)
        for group, entries_of in zip(found, figures, strict=True)
        for pair in group.contrasts
        if (entry := entries_of.get(pair.group)) is not None and _enough(pair, settings)
    ]
    families.judge(tests, settings=settings)
    attributes = {
        group.name: _described(group, entries_of, rows, settings=settings)
        for group, entries_of in zip(found, figures, strict=True)
    }
    for name in settings.attributes:
        if name not in known:
            attributes[name] = _no_attribute(name)
    return {
        "status": "measured",
        "why": None,
        "simulated": "simulated" in entries and bool(entries["simulated"].fillna(False).any()),
        "rows": counted,
        "judges": judges,
        "unnamed": int(rows.table["judge"].isna().sum()),
        "correction": float(np.expm1(rows.correction.mean())),
        "given": list(GIVEN),
        "attributes": attributes,
        "summary": _summary(attributes, [entry for _, entry in tests]),
        "note": NOTE,
    }


def _blank(status: str, why: str) -> dict[str, Any]:
    return {"status": status, "why": why}


def _joined(entries: pd.DataFrame, frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    months = entries[["advised", "decided"]].apply(pd.to_numeric, errors="coerce").astype("float64")
    usable = ((months > 0) & np.isfinite(months)).all(axis=1)
    kept = entries[["row_id", "judge"]].astype("string").assign(**months)[usable]
    # entries without a judge may be of several: none of them replaces another
    again = kept["judge"].notna() & kept.duplicated(["row_id", "judge"], keep="last")
    last = kept[~again]
    # the judge who signed the judgment is another than the one who made the entry
    facts = frame.drop(columns=[name for name in last.columns if name != "row_id" and name in frame])
    joined = last.merge(facts, on="row_id", how="inner", validate="many_to_one")
    left_out = {
        "no_ratio": int((~usable).sum()),
        "repeated": int(again.sum()),
        "not_joined": len(last) - len(joined),
    }
    counted = {
        "entries": len(entries),
        "used": len(joined),
        "left_out": {_REASONS[reason]: n for reason, n in left_out.items()},
    }
    return joined.sort_values(["row_id", "judge"], kind="stable", ignore_index=True), counted


def _rows(table: pd.DataFrame) -> _Rows:
    named = "judge " + table["judge"]
    court = "court " + table["court"].astype("string")
    judge = named.fillna(court).fillna("document " + table["cluster"].astype("string"))
    level = np.log(table["advised"].to_numpy())
    edges = np.unique(np.quantile(level, np.arange(1, BANDS) / BANDS))
    charge = table["charge_group"].astype("string").fillna("")
    columns = [_levels(charge.to_numpy(dtype=object)), _levels(np.searchsorted(edges, level, side="right"))]
    return _Rows(
        table=table,
        correction=np.log(table["decided"].to_numpy()) - level,
        judge=pd.factorize(judge, sort=True)[0],
        explained=np.column_stack([*columns, level]),
    )


def _levels(values: np.ndarray) -> np.ndarray:
    code, _ = pd.factorize(values, sort=True)
    return np.equal.outer(code, np.arange(1, code.max() + 1)).astype("float64")


def _enough(pair: Contrast, settings: AuditSettings) -> bool:
    return min(pair.member.sum(), pair.rest.sum()) >= settings.verdict_from


def _figures(found: Grouping, rows: _Rows, order: int, *, settings: AuditSettings) -> dict[str, dict[str, Any]]:
    """Return the entry of each group that has one, on the log scale."""
    rng = np.random.default_rng([settings.seed, _STREAM, order])
    entries: dict[str, dict[str, Any]] = {}
    for pairs in _samples(found.large):
        sample = pairs[0].member | pairs[0].rest
        members = np.column_stack([pair.member[sample] for pair in pairs]).astype("float64")
        judge = pd.factorize(rows.judge[sample])[0]
        seen = [_judges_of_both(members[:, place] > 0, judge) for place in range(len(pairs))]
        left = within(np.column_stack([rows.correction[sample], members]), rows.explained[sample], judge)
        sums = bootstrap.slope_sums(np.repeat(left[:, :1], len(pairs), axis=1), left[:, 1:], judge)
        made = bootstrap.infer(
            sums,
            margin=float(np.log1p(settings.margin(MEASURE))),
            level=settings.level,
            replicates=settings.bootstrap,
            rng=rng,
        )
        for place, pair in enumerate(pairs):
            if seen[place] >= LEAST_JUDGES and np.isfinite([made.p[place], made.low[place], made.high[place]]).all():
                entries[pair.group] = {
                    name: float(getattr(made, name)[place])
                    for name in ("estimate", "se", "df", "low", "high", "p", "p_equivalence", "detectable")
                }
    return entries


def _samples(pairs: list[Contrast]) -> list[list[Contrast]]:
    """Group the comparisons by the rows they are made on: known groups share theirs, the unknown one has its own."""
    samples: list[list[Contrast]] = []
    for pair in pairs:
        rows = pair.member | pair.rest
        same = next((found for found in samples if ((found[0].member | found[0].rest) == rows).all()), None)
        if same is None:
            samples.append([pair])
        else:
            same.append(pair)
    return samples


def _judges_of_both(member: np.ndarray, judge: np.ndarray) -> int:
    some = np.bincount(judge, weights=member, minlength=judge.max() + 1)
    return int(((some > 0) & (some < np.bincount(judge))).sum())


def within(values: np.ndarray, explained: np.ndarray, judge: np.ndarray) -> np.ndarray:
    """Return what a fixed effect a judge and the columns of ``explained`` leave of ``values``, both (rows, columns)."""
    size = np.bincount(judge).astype("float64")

    def demeaned(columns: np.ndarray) -> np.ndarray:
        means = np.stack([np.bincount(judge, weights=column) / size for column in columns.T], axis=1)
        return columns - means[judge]

    values, explained = demeaned(values), demeaned(explained)
    # charges that one judge alone sees are explained by the judge: the least norm passes over them
    weights, *_ = np.linalg.lstsq(explained, values, rcond=1e-10)
    left = values - explained @ weights
    # what rounding leaves of a group that the facts explain whole is no variation
    return np.where(np.abs(left) > 1e-9, left, 0.0)


def _described(
    found: Grouping, entries: dict[str, dict[str, Any]], rows: _Rows, *, settings: AuditSettings
) -> dict[str, Any]:
    compared = {pair.group for pair in found.contrasts}
    labels = found.group.to_numpy(dtype=object)
    listed = []
    for name, n in found.sizes.items():
        row: dict[str, Any] = {"group": name, "n": n, "reference": False, "correction": None, "tests": {}}
        if name in found.hidden:
            row |= {"n": None, "status": "suppressed"}
        elif n < disclosure.COUNT_ONLY_BELOW:
            row["status"] = "count_only"
        else:
            status = "shown" if n >= settings.verdict_from else "no_verdict"
            row |= {"status": status, "reference": name not in compared}
            inside = found.kept & (labels == name)
            if len(np.unique(rows.judge[inside])) >= LEAST_JUDGES:
                row["correction"] = float(np.expm1(rows.correction[inside].mean()))
            if name in entries:
                row["tests"] = {MEASURE: _shown(entries[name])}
        listed.append(row)
    absent = None if entries else f"没有一组由 {LEAST_JUDGES} 位以上既审理该组、又审理其他组的法官录入"
    verdict = families.attribute_verdict(MEASURE, listed, unknown=groups().unknown, absent=absent, settings=settings)
    rule = attribute(found.name)
    return {
        "zh": rule.zh,
        "reading": rule.reading,
        "n": None if found.hidden & set(found.set_aside) else int(found.kept.sum()),
        "why": verdict["reason"] if not entries else None,
        "groups": listed,
        "verdicts": {MEASURE: verdict},
    }


def _no_attribute(name: str) -> dict[str, Any]:
    why = f"设置中的属性 {name} 不存在，请在 audit.attributes 中更正"
    verdict = {"verdict": "不能判断", "reason": why, "detectable": None}
    return {"zh": name, "reading": "", "n": None, "why": why, "groups": [], "verdicts": {MEASURE: verdict}}


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: float(np.expm1(entry[name])) for name in ("estimate", "low", "high", "detectable")}
    shown |= {name: entry.get(name) for name in ("df", "p", "q", "q_equivalence")}
    return {**shown, "verdict": entry.get("verdict")}


def _summary(attributes: dict[str, Any], tested: list[dict[str, Any]]) -> dict[str, Any]:
    different = [abs(float(np.expm1(entry["estimate"]))) for entry in tested if entry["verdict"] == "有差异"]
    cells = [row for found in attributes.values() for row in found["groups"]]
    return {
        **families.counts([entry["verdict"] for entry in tested]),
        "suppressed_groups": sum(row["status"] == "suppressed" for row in cells),
        "largest": max(different, default=None),
    }
