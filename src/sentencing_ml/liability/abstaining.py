"""What the model's silence costs: how often and why it abstains, and what could have been said instead."""

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.liability.accuracy import accuracy
from sentencing_ml.liability.held_out import HeldOut

CAUSES = {
    "unknown_charge": "训练中没有的罪名",
    "few_cases": "该罪名训练样本太少",
    "beyond_range": "事实超出训练范围",
    "no_charge": "罪名不明",
    "legal_entity": "被告单位",
}
"""Why a count gets no figure, as :mod:`abstention` decides."""

_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def causes(frame: pd.DataFrame, predicted: pd.DataFrame) -> pd.Series:
    """Return the cause of each abstention, null where the count is advised."""
    cause = pd.Series(pd.NA, index=predicted.index, dtype="string")
    thin, out = (predicted["status"] == status for status in ("thin_data", "out_of_scope"))
    seen = predicted["n_similar"] > 0
    cause = cause.mask(thin & ~seen, "unknown_charge").mask(thin & seen, "few_cases")
    cause = cause.mask(out & seen, "beyond_range").mask(out & ~seen, "no_charge")
    return cause.mask(frame["legal_entity"].fillna(False).astype(bool), "legal_entity")


def rates(cause: pd.Series) -> dict:
    """Return ``n``, the ``share`` of counts without a figure, and ``causes``: list of ``cause``, ``n``, ``share``."""
    counted = cause.value_counts()
    return {
        "n": len(cause),
        "share": float(cause.notna().mean()) if len(cause) else None,
        "causes": [
            {"cause": name, "n": int(counted[name]), "share": float(counted[name] / len(cause))}
            for name in CAUSES
            if name in counted.index
        ],
    }


def cost(held: HeldOut, others: dict[str, np.ndarray]) -> list[dict]:
    """Return what could be said of the counts without a figure, beside the same of advised ones.

    ``others`` are months by name on all rows, nan where nothing is said; ``silent`` is what the model would have said.
    Each entry has ``name``, and for ``abstained`` and ``advised`` ``n`` and the figures, null under 30 rows.
    """
    series = {"silent": held.expected, **others}
    entries = []
    for name, months in series.items():
        entry = {"name": name}
        for part, inside in (("abstained", ~held.advised), ("advised", held.advised)):
            given = inside & np.isfinite(months)
            some = held.take(given)
            enough = given.sum() >= COUNT_ONLY_BELOW
            figures = accuracy(months[given], some.declared, some.clusters) if enough else None
            entry[part] = {"n": int(given.sum()), "figures": figures}
        entries.append(entry)
    return entries


def risk_by_coverage(held: HeldOut) -> list[dict]:
    """Return the figures of the expected term on the surest shares of advised counts.

    Sure is a narrow interval relative to 1 + liability term: what a user sees. Each entry has ``share``, ``n`` and the
    figures; with an order that tells anything, the error rises with the share.
    """
    width = (held.high - held.low) / (1 + held.liability)
    order = np.argsort(width, kind="stable")
    entries = []
    for share in _SHARES:
        chosen = np.zeros(len(order), dtype=bool)
        chosen[order[: max(1, round(share * len(order)))]] = True
        some = held.take(chosen)
        entries.append({"share": share, **accuracy(some.expected, some.declared, some.clusters)})
    return entries
