"""What published judgments say of the spread that simulated judges should have: pseudo-corrections.

No judge of these judgments saw any advice. The distance between what a judgment declared, with the offender's factors
taken out, and what the model advises for its facts is therefore no correction and says nothing of reliance. It holds
the judge's own view, facts that nobody extracted and the model's error together, so that its spread is an upper bound
of how far an independent judge's view lies from the advice. From it, and from the terms themselves, come the
aggregates of ``populations.yaml``: months of advice, width of the interval, and the months to which judges round.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.fairness.audited import audited
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.monitor.certificate.populations import plan
from sentencing_ml.monitor.detection.corrections import spread
from sentencing_ml.settings import AuditSettings

SMALLEST = 30
"""Fewer rows than this give no quantile, and fewer terms no share: a cell this small might show a case."""

LABEL = "伪修正：判决与模型建议之差。判决作出时没有建议，故不反映依赖。"


def pseudo_corrections(
    frame: pd.DataFrame, model: LiabilityModel, *, settings: AuditSettings, threads: int
) -> dict[str, Any]:
    """Return the aggregates of the judgments that ``model`` advises on; arguments as of ``fairness.audited.audited``.

    Raises
    ------
    DataContractError
        No count has both a term and advice.
    """
    return measured(audited(frame, model, settings=settings, threads=threads).table)


def measured(table: pd.DataFrame) -> dict[str, Any]:
    """Return the aggregates of an audited table.

    Parameters
    ----------
    table : columns doc_id, court, judge, charge_group, ``y`` (declared months), ``neutral`` (ln(1 + months) without the
        offender's factors), ``advice``, ``low``, ``high``.

    Returns
    -------
    ``label``, ``counts``; ``size`` (median \\|r\\|), ``sd`` of r; ``between`` (None with fewer than three judges of two
    judgments: ``judges``, ``judgments``, ``sd`` between judges, ``within`` of a judgment); ``caseload`` (``levels``,
    ``driving`` and ``other``: ``{"n", "months"}``), ``half_width`` (``{"n", "levels", "values"}``), ``heaping`` (a band
    each: ``from``, ``n``, ``six``, ``twelve``). Figures of fewer than :data:`SMALLEST` rows are None.
    """
    content = plan()
    r = np.log(np.expm1(table["neutral"].astype(float)) / table["advice"].astype(float))
    r = r[np.isfinite(r)]
    driving = table["charge_group"].eq(content["charge_groups"]["driving"]).fillna(False).to_numpy(dtype=bool)
    half = np.log(table["high"].astype(float) / table["low"].astype(float)) / 2
    levels, half_levels = content["caseload"]["levels"], content["half_width"]["levels"]
    enough = len(r) >= SMALLEST
    return {
        "label": LABEL,
        "counts": len(table),
        "size": float(r.abs().median()) if enough else None,
        "sd": float(r.std()) if enough else None,
        "between": _between(r, table.loc[r.index]),
        "caseload": {
            "levels": levels,
            "driving": _quantiles(table.loc[driving, "advice"], levels, key="months"),
            "other": _quantiles(table.loc[~driving, "advice"], levels, key="months"),
        },
        "half_width": {"levels": half_levels, **_quantiles(half, half_levels, key="values")},
        "heaping": heaping(table["y"]),
    }


def _between(r: pd.Series, rows: pd.DataFrame) -> dict[str, Any] | None:
    """Return the spread between judges of what they declare beyond the advice, the mean of each charge taken out."""
    known = rows["judge"].notna() & rows["court"].notna()
    rows, r = rows[known], r[known]
    own = r - r.groupby(rows["charge_group"].astype("string")).transform("mean")
    # accused of one judgment are no independent cases; one name at two courts is two judges
    person = rows["court"].astype("string") + "/" + rows["judge"].astype("string")
    of_document = own.groupby([person, rows["doc_id"].astype("string")]).mean()
    judge = pd.Series(of_document.index.get_level_values(0), index=of_document.index)
    found = spread(of_document, judge)
    if found is None:
        return None
    repeated = judge.map(judge.value_counts()) >= 2
    return {
        "judges": int(judge[repeated].nunique()),
        "judgments": int(repeated.sum()),
        "sd": float(np.sqrt(found.between)),
        "within": float(np.sqrt(found.within)),
    }


def heaping(terms: pd.Series) -> list[dict[str, Any]]:
    """Return the shares of terms (months) rounded to multiples of six and twelve beyond chance, a band each.

    In a band of whole years one in twelve of evenly written months is a multiple of twelve, and one in twelve another
    multiple of six; the months that are no multiple of three (eight in twelve) tell how many are written evenly.
    """
    months = terms.dropna().astype(float).round()
    months = months[months > 0].astype(int)
    starts = [band["from"] for band in plan()["heaping"]["bands"]]
    found = []
    for start, stop in zip(starts, [*starts[1:], np.inf], strict=True):
        part = months[(months >= max(start, 1)) & (months < stop)].to_numpy()
        six = twelve = None
        if len(part) >= SMALLEST:
            six, twelve = _rounded(part, range(start, start + 12) if start >= 12 else range(max(start, 1), int(stop)))
        found.append({"from": start, "n": len(part), "six": six, "twelve": twelve})
    return found


def _rounded(months: np.ndarray, cycle: Sequence[int]) -> tuple[float, float]:
    """Return the shares rounded to six and to twelve; ``cycle``: months as often as they are where nobody rounds."""
    every = np.array(cycle)
    chance = {
        "twelve": float((every % 12 == 0).mean()), "six": float((every % 12 == 6).mean()),
        "odd": float((every % 3 != 0).mean()),
    }  # fmt: skip
    evenly = float((months % 3 != 0).mean()) / chance["odd"]
    at_six = float((months % 12 == 6).mean()) - evenly * chance["six"]
    at_twelve = float((months % 12 == 0).mean()) - evenly * chance["twelve"]
    # half of what is rounded to six is a multiple of twelve where the band holds both
    six = at_six * (2 if chance["twelve"] else 1)
    return max(0.0, six), max(0.0, at_twelve - (six / 2 if chance["twelve"] else 0.0))


def _quantiles(values: pd.Series, levels: Sequence[float], *, key: str) -> dict[str, Any]:
    known = values.dropna().astype(float)
    found = [float(value) for value in known.quantile(levels)] if len(known) >= SMALLEST else None
    return {"n": len(known), key: found}
