"""The answered cases of a ledger as the reports read them: sorts kept apart, dated, and named by a pseudonymous hash.

Live rows are those of cases: advice ``shown`` before the entry, and ``blind_first``. ``shadow`` rows (advice that the
judge did not see before the entry) serve the reference alone, ``training`` rows the error catch alone. Simulated rows
are reported only where a ledger holds nothing else.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.fairness.bootstrap import ClusterSums, jackknife_se
from sentencing_ml.monitor.bookkeeping.naming import PSEUDONYM
from sentencing_ml.monitor.detection.corrections import LEVEL, Estimate, case_figures, student_quantile, wilson
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.packaged import read_yaml

LIVE = ("shown", "blind_first")
MODES = (*LIVE, "shadow", "training")

FEWEST_JUDGES = 3
"""With fewer judges a figure of a court or stratum is one of theirs, and no interval over judges can be drawn."""

_CASE_DIGITS = 12
_MOST_MONTHS = 12_000  # no sentence is a thousand years; squares of more overflow at last


@lru_cache(maxsize=1)
def reporting() -> dict[str, Any]:
    """Read ``reporting.yaml``."""
    return read_yaml("monitor", "report/reporting.yaml")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The rows of a ledger that are reported: ``corrections`` and ``advice``, all simulated or all real."""

    simulated: bool
    corrections: pd.DataFrame
    advice: pd.DataFrame
    left_out: int


def kept(corrections: pd.DataFrame, advice: pd.DataFrame) -> Kept:
    """Return the real rows, or the simulated ones of a ledger that holds no real one; ``left_out`` counts the rest."""
    simulated = advice["simulated"].astype(bool)
    alone = bool(len(advice)) and bool(simulated.all())
    return Kept(
        simulated=alone,
        corrections=corrections[corrections["simulated"].astype(bool) == alone],
        advice=advice[simulated == alone],
        left_out=0 if alone else int(simulated.sum()),
    )


def sound(corrections: pd.DataFrame) -> pd.Series:
    """Return which rows hold a pseudonym, times and months that a ledger would have accepted; others were put by hand.

    What is altered shows in the chain, or against the witness; here it is only kept from what it would break: a judge
    of another name would be a file of any name.
    """
    fine = corrections["judge"].astype("string").str.fullmatch(PSEUDONYM.pattern).astype(bool)
    fine &= is_time(corrections["shown_at"]) & is_time(corrections["entered_at"])
    for name in ("advice_months", "entry_months", "own_estimate_months", "unaltered_months"):
        fine &= ~(corrections[name].abs() > _MOST_MONTHS)
    return fine


def is_time(values: pd.Series) -> pd.Series:
    """Return which texts are ISO times."""
    return pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True).notna()


def case_hash_salt(advice: pd.DataFrame) -> str:
    """Return what the hashes of the cases are salted with: all that stands in the first advice of the ledger.

    Whoever has the reports alone cannot test case numbers against the hashes; whoever has the ledger can.
    """
    return "" if advice.empty else "/".join(map(str, advice.sort_values("position").iloc[0]))


def case_hash(case_id: str, *, salt: str) -> str:
    """Return the pseudonymous name of a case in the reports."""
    return f"C-{hashlib.sha256(f'{salt}/{case_id}'.encode()).hexdigest()[:_CASE_DIGITS]}"


def live_rows(corrections: pd.DataFrame, *, salt: str) -> pd.DataFrame:
    """Return the live answered cases that have a ratio, in order of entry.

    Returns
    -------
    DataFrame: the columns of ``Ledger.corrections`` and of :func:`case_figures`, ``judge_code`` (a number for each
    judge), ``case`` (hash), ``blind`` (bool), ``reasoned`` (bool: a reason was given), and of the day of the entry
    ``day`` (NaT when it is no date), ``week`` ("2025-W14", ISO 8601) and ``month`` ("2025-04"), NA without a day.
    """
    rows = corrections[corrections["mode"].isin(LIVE)]
    figures = case_figures(rows)
    rows = rows.loc[figures.index].drop(columns="judge").join(figures)
    names = {case: case_hash(case, salt=salt) for case in rows["case_id"].unique()}
    # the day as the court's clock wrote it: a zone does not move a case into another week
    day = pd.to_datetime(rows["entered_at"].astype("string").str[:10], format="%Y-%m-%d", errors="coerce")
    return rows.assign(
        judge_code=pd.factorize(rows["judge"], sort=True)[0],
        case=rows["case_id"].map(names).astype("string"),
        blind=rows["mode"] == "blind_first",
        reasoned=rows["reason"].astype("string").str.strip().fillna("") != "",
        day=day,
        week=day.dt.strftime("%G-W%V").astype("string"),
        month=day.dt.strftime("%Y-%m").astype("string"),
    ).sort_values("entry_position", ignore_index=True)


def court_share(values: pd.Series, judge: pd.Series, *, minimum: int) -> Estimate:
    """Return the share of true values with the wider of two 95 % intervals; nulls are no cases.

    Leaving out a judge at a time knows that the cases of one judge are no independent cases, but says nothing where
    all judges do the same; Wilson's interval knows that a few cases without an event are no proof.

    Parameters
    ----------
    judge : of each value, names or numbers; numbers are faster.
    """
    known = values.notna().to_numpy()
    n = int(known.sum())
    if n < minimum:
        return Estimate(n=n, needed=minimum - n)
    event = values[known].to_numpy(dtype=float)
    # 500 judges by week, stratum and court: grouping by pandas would take longer than all else
    _, of_judge = np.unique(judge.to_numpy()[known], return_inverse=True)
    cases = np.bincount(of_judge).astype(float)
    share, bounds = float(event.mean()), [*wilson(int(event.sum()), n, level=LEVEL)]
    if len(cases) >= FEWEST_JUDGES:
        events = np.bincount(of_judge, weights=event)
        error = jackknife_se(ClusterSums(numerator=events[:, None], denominator=cases[:, None]))[0]
        half = student_quantile(LEVEL, len(cases) - 1) * float(error)
        bounds += [max(0.0, share - half), min(1.0, share + half)]
    return Estimate(n=n, value=share, low=min(bounds), high=max(bounds))


def withheld(cells: pd.DataFrame) -> pd.Series:
    """Return which cells (columns n, judges) have no figure, the smallest ones with them that would tell theirs.

    What all have together is known, so that what is withheld must itself be no small cell: further cells are withheld,
    the smallest first, until it is none.
    """
    below = definitions().suppress_below
    hidden = (cells["n"] < below) | (cells["judges"] < FEWEST_JUDGES)
    for place in cells[~hidden].sort_values("n", kind="stable").index:
        gone = cells[hidden]
        if gone.empty or (gone["n"].sum() >= below and len(gone) > 1):
            break
        hidden[place] = True
    return hidden


def case_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a case as the lists show it: no judge, no text.

    ``months`` is J − S and ``ratio`` ln(J/S); ``direction`` is null for an entry that coincides with the advice.
    """
    up = row["up"]
    return {
        "case": row["case"],
        "position": int(row["entry_position"]),
        "charge_group": row["charge_group"],
        "band": row["band"],
        "plea": None if pd.isna(row["plea"]) else bool(row["plea"]),
        "blind_first": bool(row["blind"]),
        "direction": None if pd.isna(up) else ("up" if up else "down"),
        "months": round(float(row["d"]), 2),
        "ratio": round(float(row["r"]), 4),
        "reason_given": bool(row["reasoned"]),
    }
