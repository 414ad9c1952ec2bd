"""The monthly sample of cases to be read: largest corrections, strata in alarm, blind-first cases, adoptions.

A review that reads only what departs never sees what was followed wrongly, so half of the sample is drawn elsewhere.
The sample depends on the month's cases, the seed and what was known by the end of the month: a later report draws the
same one, whatever came after and in whatever order the rows stand.
"""

import datetime
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.report.case_rows import case_row, reporting

_MONTH = re.compile(r"(\d{4})-(\d{2})$")


def month_end(month: str) -> datetime.date:
    """Return the first day after a month.

    Raises
    ------
    InputError
        It is no month of the form ``2025-04``.
    """
    found = _MONTH.fullmatch(month.strip())
    if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1:
        raise InputError(f"{month}: is no month. Write year and month, such as 2025-04.")
    year, number = int(found[1]), int(found[2])
    return datetime.date(year + number // 12, number % 12 + 1, 1)


def latest_month(rows: pd.DataFrame, *, at: datetime.date) -> str | None:
    """Return the latest month with entries that was over on ``at``; where none was, the latest; None without any."""
    months = sorted(rows["month"].dropna().unique())
    over = [month for month in months if month_end(month) <= at]
    return (over or months or [None])[-1]


def review_sample(
    rows: pd.DataFrame,
    *,
    at: datetime.date,
    month: str | None,
    seed: int,
    alarm_strata: Callable[[datetime.date, datetime.date], set[str]],
) -> dict[str, Any]:
    """Draw the sample of a month.

    Parameters
    ----------
    rows : of :func:`monitor.report.case_rows.live_rows`, with ``stratum`` (words).
    at : the day of the report.
    month : such as ``2025-04``; None: the latest that is over.
    alarm_strata : given the first day of a month and the first after it, the strata of the cases behind the alerts that
        the court could see from a day between them on.

    Raises
    ------
    InputError
        ``month`` is no month.
    """
    named = latest_month(rows, at=at) if month is None else month.strip()
    end = None if named is None else month_end(named)
    known = rows.iloc[:0] if end is None else rows[rows["day"] < pd.Timestamp(end)]
    cases = known[known["month"] == named].sort_values("entry_position").drop_duplicates("case", keep="last")
    cases = cases.assign(
        excess=_excess(cases, known), draw=[_draw(case, seed=seed, month=named) for case in cases["case"]]
    )
    alarmed = set() if end is None else alarm_strata(datetime.date.fromisoformat(f"{named}-01"), end)
    left, parts = cases, []
    for part in reporting()["review_sample"]:
        eligible = left[_eligible(part["kind"], left, alarmed)]
        order = ["excess", "draw"] if part["kind"] == "largest" else ["draw"]
        drawn = eligible.sort_values(order, ascending=[name != "excess" for name in order]).head(part["cases"])
        left = left[~left["case"].isin(drawn["case"])]
        parts.append(
            {
                "kind": part["kind"],
                "name": part["name"],
                "asked": part["cases"],
                "eligible": len(eligible),
                "drawn": len(drawn),
                "missing": part["cases"] - len(drawn),
                "rows": [case_row(row) | {"coincides": bool(row["coincides"])} for row in drawn.to_dict("records")],
            }
        )
    return {
        "month": named,
        "complete": end is not None and end <= at,
        "eligible": len(cases),
        "asked": sum(part["asked"] for part in parts),
        "drawn": sum(part["drawn"] for part in parts),
        "seed": seed,
        "parts": parts,
    }


def _excess(cases: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Return the size of each correction in medians of the departures in its band of severity, up to the month's end.

    On a short term a whole month is a large ratio: by the ratio alone the sample would be made of short terms.
    """
    departed = known[~known["coincides"].astype(bool)]
    typical = departed.groupby("band")["size"].median()
    return cases["size"] / cases["band"].map(typical).fillna(departed["size"].median()).fillna(1.0).astype(float)


def _draw(case: str, *, seed: int, month: str | None) -> str:
    """Return the place of a case in the draw of a month, which no other case and no order of rows moves."""
    return hashlib.sha256(f"{seed}/{month}/{case}".encode()).hexdigest()


def _eligible(kind: str, rows: pd.DataFrame, alarm_strata: set[str]) -> pd.Series:
    if kind == "largest":
        return ~rows["coincides"].astype(bool)
    if kind == "adopted":
        return rows["coincides"].astype(bool)
    if kind == "blind_first":
        return rows["blind"].astype(bool)
    return rows["stratum"].isin(sorted(alarm_strata))
