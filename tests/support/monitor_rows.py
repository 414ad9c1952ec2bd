"""Rows of `Ledger.corrections` written by hand: what a test does not name is an ordinary case of one judge."""

import pandas as pd

ORDINARY = {
    "judge": "J-a",
    "case_id": None,
    "court": "甲法院",
    "charge_group": "盗窃罪",
    "plea": None,
    "advice_months": 20.0,
    "interval_low": 14.0,
    "interval_high": 28.0,
    "model_version": "m1",
    "law_version": "l1",
    "shown_at": "2025-03-31T09:00:00",
    "mode": "shown",
    "simulated": False,
    "own_estimate_months": None,
    "recommendation_months": None,
    "unaltered_months": None,
    "entry_months": 20.0,
    "entered_at": "2025-03-31T10:00:00",
    "reason": None,
}

TYPES = {
    **dict.fromkeys(("judge", "case_id", "court", "charge_group", "model_version", "law_version"), "string"),
    **dict.fromkeys(("shown_at", "mode", "entered_at", "reason"), "string"),
    **{name: "float64" for name in ORDINARY if name.endswith("_months") or name.startswith("interval")},
    "plea": "boolean",
    "simulated": "bool",
    "advice_position": "int64",
    "entry_position": "int64",
}


def corrections(*rows):
    """Return corrections, a row for each mapping; positions run on, advice before its entry."""
    made = [
        {**ORDINARY, "case_id": f"case {number}", "advice_position": 2 * number + 1, "entry_position": 2 * number + 2, **row}
        for number, row in enumerate(rows)
    ]
    names = [*ORDINARY, "advice_position", "entry_position"]
    return pd.DataFrame({name: pd.Series([row[name] for row in made], dtype=TYPES[name]) for name in names})


def advice(rows, *more):
    """Return the advice of these corrections, and of cases without an entry."""
    shown = rows.drop(columns=["entry_position", "entry_months", "entered_at", "reason"])
    shown = shown.rename(columns={"advice_position": "position"})
    extra = corrections(*more).drop(columns=["advice_position", "entry_months", "entered_at", "reason"])
    extra = extra.rename(columns={"entry_position": "position"})
    extra["position"] += int(shown["position"].max()) + 1
    return pd.concat([shown, extra], ignore_index=True)
