"""The triple of a case: advice S, the prosecution's recommendation R, and the judge's entry J.

Where prosecution and court look at the same tool, S and R are one number, and an entry that follows "both" follows one
(控审技术同轨). Each case falls into one of five sorts; two terms coincide as an entry must to coincide with the advice.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.monitor.detection.charts import coincides
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.report.case_rows import court_share, reporting, withheld

PARTS = {
    "all": "三者一致",
    "advice": "录入同建议、不同量刑建议",
    "recommendation": "录入同量刑建议、不同建议",
    "same_tool_not_followed": "建议与量刑建议一致、录入不同",
    "none": "三者各异",
}
"""The sorts in their order, with the words of the reports."""

REMARK = "量刑建议是宣告刑，系统建议与录入是责任刑：有预防刑情节的案件，三者本来就可以不同；占比只描述，不说明谁随谁。"
SAME_TOOL = "控审技术同轨：系统建议与量刑建议几乎总是一致，法官看到的两个数可能出自同一工具，不构成两个独立的意见。"


def triple(rows: pd.DataFrame, *, minimum: int) -> dict[str, Any]:
    """Return the shares of the five sorts over all cases with a recommendation, by stratum and by court.

    Parameters
    ----------
    rows : of :func:`monitor.report.case_rows.live_rows`, with ``stratum`` (words) and ``severity_code``.
    minimum : with fewer cases there is no share. Strata and courts of few cases or judges are withheld.
    """
    rules = definitions()
    known = rows[rows["recommendation_months"] > 0]
    found = known.assign(
        part=sorts(
            known["advice_months"], known["recommendation_months"], known["entry_months"],
            months=rules.coincidence_months, share=rules.coincidence_share,
        )
    )  # fmt: skip
    found = found.assign(
        sort=pd.Categorical(found["part"], categories=list(PARTS)).codes,
        same=found["part"].isin(["all", "same_tool_not_followed"]),
    )
    return {
        "n": len(found),
        "parts": [
            {
                "kind": kind,
                "name": name,
                "share": asdict(court_share(found["sort"] == code, found["judge_code"], minimum=minimum)),
            }
            for code, (kind, name) in enumerate(PARTS.items())
        ],
        "strata": _strata(found[["stratum", "severity_code", "sort", "judge_code"]]),
        "courts": _courts(found[["court", "same", "judge_code"]], minimum=minimum),
        "remark": REMARK,
    }


def sorts(
    advice: pd.Series, recommendation: pd.Series, entry: pd.Series, *, months: float, share: float
) -> pd.Series:
    """Return the sort of each case, a key of :data:`PARTS`; terms in months.

    Closeness is no equality: J may be close to S and to R while those two are not. Such an entry follows the nearer.
    """
    j_s = coincides(entry, advice, months=months, share=share)
    j_r = coincides(entry, recommendation, months=months, share=share)
    s_r = coincides(recommendation, advice, months=months, share=share)
    nearer_advice = (entry - advice).abs() <= (entry - recommendation).abs()
    kind = np.select(
        [s_r & (j_s | j_r), s_r, j_s & (~j_r | nearer_advice), j_r],
        ["all", "same_tool_not_followed", "advice", "recommendation"],
        default="none",
    )
    return pd.Series(kind, index=advice.index, dtype="string")


def _strata(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the shares by stratum, lightest first."""
    grouped = rows.groupby(["severity_code", "stratum"], sort=True)
    hidden = withheld(grouped["judge_code"].agg(n="size", judges="nunique"))
    result = []
    for key, part in grouped:
        gone = bool(hidden[key])
        shares = np.bincount(part["sort"], minlength=len(PARTS)) / len(part)
        result.append(
            {
                "stratum": str(key[1]),
                "n": None if gone else len(part),
                "parts": [
                    {"kind": kind, "share": None if gone else round(float(share), 4)}
                    for kind, share in zip(PARTS, shares, strict=True)
                ],
            }
        )
    return result


def _courts(rows: pd.DataFrame, *, minimum: int) -> list[dict[str, Any]]:
    grouped = rows.groupby("court", sort=True)
    hidden = withheld(grouped["judge_code"].agg(n="size", judges="nunique"))
    result = []
    for name, part in grouped:
        same = None if hidden[name] else court_share(part["same"], part["judge_code"], minimum=minimum)
        marked = same is not None and same.value is not None and same.value >= reporting()["same_tool_share"]
        result.append(
            {
                "court": str(name),
                "n": len(part),
                "same": None if same is None else asdict(same),
                "note": SAME_TOOL if marked else None,
            }
        )
    return result
