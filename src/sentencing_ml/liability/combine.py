"""From counts to a defendant: several terms become one to be executed (数罪并罚, 刑法69).

The law leaves the court a range, from the highest term to the sum or its cap. Where in that range courts end is the
mean position of the training part's defendants with several counts, drawn to the middle while they are few; it is
stored with the model. Bounds of statute and rule track need no position: they are the range's own ends. Fines add up
(刑法69(3)): the sums of their ends bound the whole, and hold it oftener than each holds its own.
"""

from collections.abc import Sequence

import pandas as pd

from sentencing_ml.law.combination import FIXED_TERM, combine
from sentencing_ml.liability.sanction import TERM_KINDS

DEFENDANT_COLUMNS = (
    "id", "defendant", "charges", "charge_source", "charge_probability", "liability_months", "interval_low",
    "interval_high", "expected_months", "sanction_kinds", "fine_low", "fine_high", "n_fine", "rule_low", "rule_high",
    "statute_low", "statute_high", "tier", "status", "reason", "n_similar", "counts",
)  # fmt: skip
"""What a prediction says of a defendant; ``defendant`` is the index in the document."""

MIDDLE = 0.5
_PSEUDO_CASES = 10.0
_SEVERITY = ("advised", "thin_data", "out_of_scope", "unreadable")  # the worst count decides


def combine_counts(frame: pd.DataFrame, *, position: float) -> pd.DataFrame:
    """Return the rows of :func:`combined` as a table."""
    return pd.DataFrame(combined(frame, position=position), columns=list(DEFENDANT_COLUMNS), dtype="object")


def combined(frame: pd.DataFrame, *, position: float) -> list[dict]:
    """Return one row a defendant from the counts of ``LiabilityModel.predict``, in the order of first appearance.

    A defendant with a count that is not advised has no empirical figure: a sum without it would be no reference.
    """
    keys = frame["row_id"].str.rsplit("/", n=2)
    order: dict[tuple[str, int], list[dict]] = {}
    for key, row in zip(keys, frame.to_dict("records"), strict=True):
        order.setdefault((key[0], int(key[1])), []).append(_plain(row))
    return [_defendant(name, index, counts, position=position) for (name, index), counts in order.items()]


def fit_position(frame: pd.DataFrame) -> tuple[float, int]:
    """Return the mean position of executed terms between the bounds of 刑法69, and the number of defendants behind it.

    ``frame`` is a factor table with outcomes; only defendants whose every count has a term, and whose bounds differ,
    tell a position.
    """
    positions = []
    several = frame[(frame["counts"] > 1).fillna(False).astype(bool) & frame["final_term_months"].notna()]
    for _, counts in several.groupby(["doc_id", "defendant_index"], sort=True):
        terms, kinds = counts["term_months"], counts["penalty"]
        if len(counts) < 2 or terms.isna().any() or not kinds.isin(TERM_KINDS).all():
            continue
        low, high = combine([float(term) for term in terms], [str(kind) for kind in kinds])
        if low is not None and high is not None and high > low:
            share = (float(counts["final_term_months"].iloc[0]) - low) / (high - low)
            positions.append(min(max(share, 0.0), 1.0))
    return (sum(positions) + _PSEUDO_CASES * MIDDLE) / (len(positions) + _PSEUDO_CASES), len(positions)


def _defendant(name: str, index: int, counts: list[dict], *, position: float) -> dict:
    worst = max(counts, key=lambda count: _SEVERITY.index(count["status"]))["status"]
    whole = {
        "id": name,
        "defendant": index,
        "charges": [count["charge"] for count in counts],
        "charge_source": counts[0]["charge_source"],
        "charge_probability": counts[0]["charge_probability"],
        "status": worst,
        "n_similar": min(count["n_similar"] for count in counts),
        "counts": counts,
    }
    if len(counts) == 1:
        kept = set(DEFENDANT_COLUMNS) - set(whole)
        return {**whole, **{key: counts[0][key] for key in kept}}
    kinds = [_kind(count["sanction_kinds"]) for count in counts]
    figures = {
        key: _between([count[key] for count in counts], kinds, position=position)
        for key in ("liability_months", "interval_low", "interval_high", "expected_months")
    }
    bounds = {}
    for key in ("rule", "statute"):
        bounds[f"{key}_low"] = combine([count[f"{key}_low"] for count in counts], [FIXED_TERM] * len(counts))[0]
        bounds[f"{key}_high"] = combine([count[f"{key}_high"] for count in counts], [FIXED_TERM] * len(counts))[1]
    fines = {key: _total([count[key] for count in counts]) for key in ("fine_low", "fine_high")}
    fines["n_fine"] = None if fines["fine_low"] is None else min(count["n_fine"] for count in counts)
    reasons = [f"{count['charge']}：{count['reason']}" for count in counts if count["status"] == worst]
    return {**whole, **figures, **fines, **bounds, "sanction_kinds": None, "tier": None, "reason": " ".join(reasons)}


def _between(terms: Sequence[float | None], kinds: Sequence[str], *, position: float) -> float | None:
    if any(term is None for term in terms):
        return None
    low, high = combine(terms, kinds)
    return None if low is None or high is None else low + position * (high - low)


def _total(fines: Sequence[float | None]) -> float | None:
    # a count without a figure may be one whose fine nobody knows: a sum without it would be no bound
    return None if any(fine is None for fine in fines) else float(sum(fines))


def _kind(shares: dict[str, float] | None) -> str:
    # 拘役 is absorbed by 有期徒刑 and 管制 is executed after it, so the kind a count most likely has decides.
    known = {kind: share for kind, share in (shares or {}).items() if kind in TERM_KINDS}
    return max(sorted(known), key=known.__getitem__, default=FIXED_TERM)


def _plain(row: dict) -> dict:
    return {key: None if not isinstance(value, dict) and pd.isna(value) else value for key, value in row.items()}
