"""What if a fact were another one: both tracks of one count before and after, for ``sentencing what-if``."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sentencing_ml import layout, rendering
from sentencing_ml.errors import InputError
from sentencing_ml.explanation.changed_facts import changed
from sentencing_ml.explanation.desk import open_files, stored_rows
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.law.report import NOTICE
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rules import count_track, records
from sentencing_ml.settings import Settings

SCHEMA = "sentencing-ml/what-if/1"
FIGURES = (
    "liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "statute_low", "statute_high",
)  # fmt: skip
_LISTED = 20  # row ids in a message
_RANGES = (
    ("责任刑参考值", "liability_months", None),
    ("区间", "interval_low", "interval_high"),
    ("规则区间", "rule_low", "rule_high"),
    ("法定刑幅度", "statute_low", "statute_high"),
)


def rows_of_case(case: str, *, row: str | None, model: Path, settings: Settings) -> pd.DataFrame:
    """Return the row of the factor table that a case is: of a file, or of a document or row id of the last run.

    A judgment is read up to its verdict.

    Raises
    ------
    InputError
        There is no such file or id, nothing in it can be read, or it has several counts and ``row`` names none of them;
        the message lists the ids of the rows.
    """
    named = Path(case).exists()
    rows = open_files([case], model=model, settings=settings).rows if named else _of_last_run(case)
    found = rows if row is None else rows[rows["row_id"] == row]
    if len(found) == 1:
        return found
    ids = rows["row_id"].tolist()
    what = f"has {len(ids)} counts; name one with --row" if row is None else f"has no row {row}; it has"
    more = [f"  and {len(ids) - _LISTED} more"] if len(ids) > _LISTED else []
    raise InputError("\n".join([f"{case}: {what}:", *(f"  - {name}" for name in ids[:_LISTED]), *more]))


def what_if_case(
    row: pd.DataFrame, values: Mapping[str, Any], *, model: LiabilityModel, threads: int = 1
) -> dict[str, Any]:
    """Return both tracks of a count before and after some facts are changed, as plain data.

    Parameters
    ----------
    row
        One row of a factor table.
    values
        As :func:`changed_facts.changed` takes them; it also says what is raised.

    The result has ``row_id, charge, changes`` (``factor, zh, from, to, follows``: whether the fact changed because
    another did), ``before`` and ``after`` (:data:`FIGURES` in months, ``tiers`` in play, ``status, reason``),
    ``change_months`` and ``change_percent`` (a share of the advice before), ``notice``.
    """
    other = changed(row, values)
    both = pd.concat([row, other], ignore_index=True)
    predicted = model.predict(both, threads=threads).to_dict("records")
    before, after = (
        _side(prediction, record) for prediction, record in zip(predicted, records(both), strict=True)
    )
    was, now = before["liability_months"], after["liability_months"]
    moved = None if was is None or now is None else now - was
    return {
        "schema": SCHEMA,
        "row_id": str(row["row_id"].iloc[0]),
        "charge": None if missing(row["charge"].iloc[0]) else str(row["charge"].iloc[0]),
        "changes": _changes(row, other, values),
        "before": before,
        "after": after,
        "change_months": moved,
        "change_percent": None if moved is None or was <= 0 else moved / was,
        "notice": NOTICE,
    }


def text(told: Mapping[str, Any]) -> str:
    """Return the plain data of :func:`what_if_case` as text for a terminal."""
    before, after = told["before"], told["after"]
    lines = [f"{told['charge'] or '罪名未识别'}　{told['row_id']}", ""]
    for change in told["changes"]:
        follows = "（随之改变）" if change["follows"] else ""
        lines.append(f"  {change['zh']}：{change['from']} → {change['to']}{follows}")
    rows = [["", "改变前", "改变后"]]
    rows += [[label, _shown(before, low, high), _shown(after, low, high)] for label, low, high in _RANGES]
    widths = [max(_width(row[place]) for row in rows) for place in range(2)]
    lines.append("")
    for first, second, third in rows:
        lines.append(f"  {_padded(first, widths[0])}  {_padded(second, widths[1])}  {third}".rstrip())
    for label, side in (("改变前", before), ("改变后", after)):
        lines.append(f"  {label}的档次：{'；'.join(side['tiers']) or rendering.DASH}")
    if told["change_months"] is not None:
        share = rendering.percent(told["change_percent"], sign=True)
        lines += ["", f"  责任刑参考值变动 {rendering.months(told['change_months'], sign=True)}（{share}）"]
    for label, side in (("改变前", before), ("改变后", after)):
        if side["status"] != "advised":
            lines += ["", f"  {label}没有责任刑参考值：{side['reason']}"]
    return "\n".join([*lines, "", f"自首、认罪认罚等预防刑情节没有计入。{told['notice']}"])


def _of_last_run(case: str) -> pd.DataFrame:
    if not layout.FACTORS.is_file():
        raise InputError(f"{case}: no such file, and there is no last run. Name a file of judgments.")
    return stored_rows(case, factors=layout.FACTORS)


def _side(prediction: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: None if missing(prediction[name]) else float(prediction[name]) for name in FIGURES}
    track = None if figures["statute_low"] is None else count_track(record)
    tiers = [tier.condition for tier in track.finding.possible] if track else []
    return {**figures, "tiers": tiers, "status": str(prediction["status"]), "reason": str(prediction["reason"])}


def _changes(row: pd.DataFrame, other: pd.DataFrame, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    changes = []
    for factor in registry().model_inputs():
        was, now = row[factor.name].iloc[0], other[factor.name].iloc[0]
        asked = factor.name in values or factor.zh in values
        if asked or not ((missing(was) and missing(now)) or (not missing(was) and not missing(now) and was == now)):
            shown = {"from": value_text(factor, was), "to": value_text(factor, now)}
            changes.append({"factor": factor.name, "zh": factor.zh, **shown, "follows": not asked})
    return changes


def _shown(side: Mapping[str, Any], low: str, high: str | None) -> str:
    if side[low] is None:
        return rendering.DASH
    return rendering.months(side[low]) + ("" if high is None else f"至 {rendering.months(side[high])}")


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in cell)
