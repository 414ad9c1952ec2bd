"""Does the error move with time? By year and quarter of the judgment, and within each group; described, no verdict.

The section::

    status   "measured" | "cannot_say"; why
    n        compared counts with a date of judgment; undated: those without
    trained  {"first", "last"}: years of the dated training rows, null where they are not known
    periods  {"year" | "quarter": [{period, later (than every dated training row; null unknown), n, status, estimate,
             low, high}]}: geometric share by which the expected term passes the declared one
    cut      first month of the later half, "YYYY-MM"
    groups   [{attribute, zh, group, early, late (counts), estimate, low, high, detectable}]: by how much that share of
             the group grew from the earlier half of the compared counts to the later one; withheld groups are left out

A change over time may be a change of law, of the cases, or of what is published; a model is trained on what was.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap
from sentencing_ml.fairness.contrasts import Grouping, grouping
from sentencing_ml.fairness.groups import attribute, groups
from sentencing_ml.fairness.metrics import signed_bias
from sentencing_ml.fairness.tables import number
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings

_STREAM = 31


def assess_drift(table: pd.DataFrame, trained: pd.Series, *, settings: AuditSettings) -> dict[str, Any]:
    """Return the section, see the module.

    Parameters
    ----------
    table : the compared counts as in :func:`sentencing_ml.fairness.assessment.assess`.
    trained : dates of the judgments that the model learned from, as far as they are known.
    """
    written = table["judgment_date"] if "judgment_date" in table else pd.Series(pd.NA, index=table.index)
    date = pd.to_datetime(written.astype("string"), errors="coerce")
    dated = date.notna().to_numpy()
    nothing = {"status": "cannot_say", "n": int(dated.sum()), "undated": int((~dated).sum())}
    if dated.sum() < disclosure.COUNT_ONLY_BELOW:
        return {**nothing, "why": f"写明判决日期的不足 {disclosure.COUNT_ONLY_BELOW} 件"}
    if date[dated].nunique() < 2:
        return {**nothing, "why": "写明的判决日期都是同一天"}
    learned = pd.to_datetime(trained.astype("string"), errors="coerce").dropna()
    month = date.dt.strftime("%Y-%m").astype("string")
    cut = _half(month[dated])
    late = (month >= cut).fillna(False).to_numpy(dtype=bool)
    periods = {
        "year": date.dt.strftime("%Y").astype("string"),
        "quarter": date.dt.strftime("%Y").astype("string") + "Q" + date.dt.quarter.astype("Int64").astype("string"),
    }
    rows = _Rows(
        bias=signed_bias(table["y"], table["expected"]),
        clusters=bootstrap.blocks(court_clusters(table["court"], table["cluster"]), seed=settings.seed),
        settings=settings,
    )
    parts = [grouping(table, name, settings=settings) for name in settings.attributes if name in groups().attributes]
    last = None if learned.empty else learned.max()
    return {
        "status": "measured",
        "why": None,
        "n": nothing["n"],
        "undated": nothing["undated"],
        "trained": {
            "first": None if last is None else int(learned.min().year),
            "last": None if last is None else int(last.year),
        },
        "periods": {
            name: _periods(period, date, last, rows, order=order)
            for order, (name, period) in enumerate(periods.items())
        },
        "cut": cut,
        "groups": _changes(parts, dated & late, dated & ~late, rows),
    }  # fmt: skip


class _Rows:
    def __init__(self, *, bias: np.ndarray, clusters: np.ndarray, settings: AuditSettings) -> None:
        self._bias, self._clusters, self.settings = bias[:, None], clusters, settings

    def means(self, member: np.ndarray, *, order: int) -> bootstrap.Inference:
        """Return the mean of each column of ``member``, as a contrast with nothing."""
        sums = bootstrap.mean_sums(self._bias, member, member, self._clusters)
        return self._infer(
            bootstrap.ClusterSums(numerator=sums.numerator, denominator=sums.denominator), order=order
        )  # fmt: skip

    def differences(self, member: np.ndarray, rest: np.ndarray, *, order: int) -> bootstrap.Inference:
        """Return the mean of each column of ``member`` less that of ``rest``."""
        return self._infer(bootstrap.mean_sums(self._bias, member, rest, self._clusters), order=order)

    def _infer(self, sums: bootstrap.ClusterSums, *, order: int) -> bootstrap.Inference:
        return bootstrap.infer(
            sums,
            margin=float(np.log1p(self.settings.equivalence)),
            level=self.settings.level,
            replicates=self.settings.bootstrap,
            rng=np.random.default_rng([self.settings.seed, _STREAM, order]),
        )


def _half(month: pd.Series) -> str:
    """Return the month that parts the rows most evenly, the first of the later part; there are two months at least."""
    before = month.value_counts().sort_index().cumsum().shift(fill_value=0).iloc[1:]
    if before.empty:
        return str(month.iloc[0])
    return str((before - len(month) / 2).abs().idxmin())


def _periods(
    period: pd.Series, date: pd.Series, last: pd.Timestamp | None, rows: _Rows, *, order: int
) -> list[dict[str, Any]]:
    names = sorted(period.dropna().unique())
    member = np.column_stack([period.eq(name).fillna(False).to_numpy(dtype=bool) for name in names])
    counts = member.sum(axis=0)
    hidden = disclosure.withheld(counts, below=rows.settings.suppress_below)
    found = rows.means(member, order=order)
    listed = []
    for place, name in enumerate(names):
        shown = not hidden[place] and counts[place] >= disclosure.COUNT_ONLY_BELOW
        status = "suppressed" if hidden[place] else "shown" if shown else "count_only"
        listed.append(
            {
                "period": str(name),
                "later": None if last is None else bool(date[member[:, place]].min() > last),
                "n": None if hidden[place] else int(counts[place]),
                "status": status,
                **{
                    key: number(np.expm1(getattr(found, key)[place])) if shown else None
                    for key in ("estimate", "low", "high")
                },
            }
        )
    return listed


def _changes(parts: Iterable[Grouping], late: np.ndarray, early: np.ndarray, rows: _Rows) -> list[dict[str, Any]]:
    listed = []
    for order, part in enumerate(parts, start=10):
        unknown = groups().unknown
        labels = part.group.to_numpy(dtype=object)
        # a year is a time itself
        names = [name for name in part.sizes if name not in part.hidden and name != unknown]
        enough = [
            name
            for name in names
            if min((part.kept & (labels == name) & half).sum() for half in (late, early)) >= disclosure.COUNT_ONLY_BELOW
        ]
        if part.name == "year" or not enough:
            continue
        inside = np.column_stack([part.kept & (labels == name) for name in enough])
        found = rows.differences(inside & late[:, None], inside & early[:, None], order=order)
        for place, name in enumerate(enough):
            listed.append(
                {
                    "attribute": part.name,
                    "zh": attribute(part.name).zh,
                    "group": name,
                    "early": int((inside[:, place] & early).sum()),
                    "late": int((inside[:, place] & late).sum()),
                    **{
                        key: number(np.expm1(getattr(found, key)[place]))
                        for key in ("estimate", "low", "high", "detectable")
                    },
                }
            )
    return listed
