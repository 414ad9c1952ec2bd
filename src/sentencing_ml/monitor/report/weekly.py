"""The weekly report of cases: 未采纳周报, the entries that departed from the advice, and its mirror, 全采纳周报.

A procuratorate's weekly report of recommendations that the court did not adopt watches one side alone; adopting
everything is as much of a finding. Both are lists of cases, not of judges: the figure by judge stands on the judge's
own page.
"""

import datetime
import re
from dataclasses import asdict
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.report.case_rows import case_row, court_share

ADOPTION = ("case", "position", "charge_group", "band", "plea", "blind_first")
DEPARTURE = (*ADOPTION, "direction", "months", "ratio", "reason_given")
"""What is listed of a case: of an adoption nothing departs."""

_WEEK = re.compile(r"(\d{4})-W(\d{2})$")


def first_day(week: str) -> datetime.date:
    """Return the Monday of an ISO week.

    Raises
    ------
    InputError
        It is no week of the form ``2025-W14``.
    """
    found = _WEEK.fullmatch(week.strip())
    try:
        if found:
            return datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise InputError(f"{week}: is no week. Write the ISO year and week, such as 2025-W14.")


def latest_week(rows: pd.DataFrame, *, at: datetime.date) -> str | None:
    """Return the latest week with entries that was over on ``at``; where none was, the latest; None without any."""
    weeks = sorted(rows["week"].dropna().unique())
    over = [week for week in weeks if first_day(week) + datetime.timedelta(days=7) <= at]
    return (over or weeks or [None])[-1]


def weekly(rows: pd.DataFrame, *, at: datetime.date, week: str | None, suppress_below: int) -> dict[str, Any]:
    """Return the lists of one week and the shares of every week.

    Parameters
    ----------
    rows : of :func:`monitor.report.case_rows.live_rows`.
    at : the day of the report.
    week : the listed one, such as ``2025-W14``; None: the latest that is over.
    suppress_below : a week with fewer entries has its counts and no share.

    Raises
    ------
    InputError
        ``week`` is no ISO week.
    """
    named = latest_week(rows, at=at) if week is None else week.strip()
    monday = None if named is None else first_day(named)
    listed = rows[rows["week"] == named] if named is not None else rows.iloc[:0]
    adopted = listed["coincides"].astype(bool)
    return {
        "week": named,
        "first": None if monday is None else monday.isoformat(),
        "last": None if monday is None else (monday + datetime.timedelta(days=6)).isoformat(),
        "complete": monday is not None and monday + datetime.timedelta(days=7) <= at,
        "entries": len(listed),
        "departures": _list(listed[~adopted], DEPARTURE),
        "full_adoption": _list(listed[adopted], ADOPTION),
        "weeks": [
            _summary(str(name), group, suppress_below)
            for name, group in rows[["week", "coincides", "reasoned", "judge_code"]].groupby("week", sort=True)
        ],
    }


def _list(rows: pd.DataFrame, shown: tuple[str, ...]) -> dict[str, Any]:
    # by the hash of the case: the order of entry would show which cases stand together on one judge's desk
    ordered = rows.sort_values(["case", "entry_position"], kind="stable")
    listed = [case_row(row) for row in ordered.to_dict("records")]
    return {"n": len(rows), "rows": [{name: row[name] for name in shown} for row in listed]}


def _summary(week: str, rows: pd.DataFrame, minimum: int) -> dict[str, Any]:
    apart, judge = ~rows["coincides"].astype(bool), rows["judge_code"]
    return {
        "week": week,
        "entries": len(rows),
        "departures": asdict(court_share(apart, judge, minimum=minimum)),
        "adoptions": asdict(court_share(~apart, judge, minimum=minimum)),
        "with_reason": asdict(court_share(rows.loc[apart, "reasoned"], judge[apart], minimum=minimum)),
    }
