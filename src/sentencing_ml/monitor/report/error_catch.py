"""How often judges catch a gross error of the advice: what adoption is worth is read beside it, never alone.

In training some cases carry advice that was altered grossly (:class:`monitor.bookkeeping.records.Advice`,
``unaltered_months``); no live case ever does. An error is *caught* when the entry lies nearer to the unaltered advice
than to the shown one, on the log scale, and *adopted* when it coincides with the shown one.

Live cases know of an error only where corrected facts later gave other advice to the same judge for the same case.
Errors that nobody found are not among them, so their share is counted apart and is no estimate of the rate.
"""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.monitor.detection.corrections import case_figures
from sentencing_ml.monitor.report.case_rows import LIVE, court_share, reporting

LIVE_NOTE = (
    "只含事后更正了案件事实、同一法官因而看到第二次建议的案件：没有人发现的错误不在其中，故不是发现率的估计，也不与训练案件相比。"
)


def error_catch(corrections: pd.DataFrame, advice: pd.DataFrame, *, minimum: int) -> dict[str, Any]:
    """Return ``factor``, ``training`` (None without training cases) and ``live``; see the module's words.

    Parameters
    ----------
    corrections, advice : the reported rows of the ledger, see :func:`monitor.report.case_rows.kept`.
    minimum : with fewer errors there is a count and no share.
    """
    gross = math.log(reporting()["gross_factor"])
    return {
        "factor": reporting()["gross_factor"],
        "training": _training(corrections[corrections["mode"] == "training"], gross=gross, minimum=minimum),
        "live": _live(corrections[corrections["mode"].isin(LIVE)], advice, gross=gross, minimum=minimum),
    }


def caught(*, shown: pd.Series, right: pd.Series, entry: pd.Series) -> pd.Series:
    """Return whether each entry lies nearer to the right advice than to the shown one, on the log scale (months)."""
    return np.log(entry / right).abs() < np.log(entry / shown).abs()


def _training(rows: pd.DataFrame, *, gross: float, minimum: int) -> dict[str, Any] | None:
    if rows.empty:
        return None
    error = np.log(rows["advice_months"].astype(float) / rows["unaltered_months"].astype(float))
    # a thousandth of slack: a factor of exactly so much counts however the machine writes it
    found = _judged(rows[error.abs() >= gross - 1e-3], "unaltered_months")
    return {
        "cases": len(rows),
        "gross": len(found),
        **_shares(found, minimum),
        "directions": [
            {"direction": name, "n": len(part), "caught": _shares(part, minimum)["caught"]}
            for name, part in (("up", found[found["too_high"]]), ("down", found[~found["too_high"]]))
        ],
    }


def _live(rows: pd.DataFrame, advice: pd.DataFrame, *, gross: float, minimum: int) -> dict[str, Any]:
    same = ["case_id", "judge", "model_version", "law_version"]
    shown = advice[advice["mode"].isin(LIVE)].sort_values("position")
    last = shown.drop_duplicates(same, keep="last")[[*same, "position", "advice_months"]]
    last = last.rename(columns={"position": "corrected_position", "advice_months": "corrected_months"})
    # equal nulls join in pandas: an unknown version of the law is one version
    pairs = rows.merge(last, on=same, how="inner", validate="many_to_one")
    pairs = pairs[pairs["corrected_position"] > pairs["entry_position"]]
    off = np.log(pairs["advice_months"].astype(float) / pairs["corrected_months"].astype(float)).abs() >= gross - 1e-3
    found = _judged(pairs[off].drop_duplicates(same), "corrected_months")
    return {"cases": len(found), **_shares(found, minimum), "note": LIVE_NOTE}


def _judged(rows: pd.DataFrame, right: str) -> pd.DataFrame:
    """Return judge, ``too_high``, ``caught`` and ``adopted`` of the rows whose terms have a ratio."""
    rows = rows[(rows[right] > 0) & (rows["advice_months"] > 0) & (rows["entry_months"] > 0)]
    shown, entry = rows["advice_months"].astype(float), rows["entry_months"].astype(float)
    return pd.DataFrame(
        {
            "judge": rows["judge"],
            "too_high": shown > rows[right].astype(float),
            "caught": caught(shown=shown, right=rows[right].astype(float), entry=entry),
            "adopted": case_figures(rows)["coincides"],
        }
    )


def _shares(found: pd.DataFrame, minimum: int) -> dict[str, Any]:
    return {name: asdict(court_share(found[name], found["judge"], minimum=minimum)) for name in ("caught", "adopted")}
