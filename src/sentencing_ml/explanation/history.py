"""What past judgments did: by offender factor, and with probation. Counts and quantiles; small groups are left out."""

from typing import Any

import pandas as pd

from sentencing_ml.factors.registry import registry

QUANTILES = {"q25": 0.25, "q50": 0.5, "q75": 0.75}


def by_factor(cases: pd.DataFrame, *, least: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return by charge group and offender factor how far declared terms lay from the liability term.

    ``cases`` are past counts with ``term_months`` and ``liability_months``; the figures are n and quartiles of
    declared ÷ liability − 1 over the cases that have the factor. They hold whatever else those cases had, and are no
    effect of the factor. Fewer than ``least`` cases: no entry.
    """
    usable = cases[(cases["liability_months"] > 0) & cases["term_months"].notna()].astype({"term_months": "float64"})
    share = usable["term_months"] / usable["liability_months"].astype("float64") - 1
    result: dict[str, dict[str, dict[str, float]]] = {}
    for factor in registry().offender():
        if factor.type != "boolean":
            continue
        present = share[usable[factor.name].fillna(False).astype(bool)]
        for charge, values in present.groupby(usable["charge_group"]):
            if len(values) >= least:
                quartiles = {name: round(float(values.quantile(level)), 4) for name, level in QUANTILES.items()}
                result.setdefault(str(charge), {})[factor.name] = {"n": len(values), **quartiles}
    return result


def probation(cases: pd.DataFrame, *, charge_group: str, tier: str | None, least: int) -> dict[str, Any] | None:
    """Return the share of past judgments of a charge, and of its tier when known, that suspended the term, with n.

    Only counts of whole judgments with a term count: a fact record does not say whether the term was suspended.
    """
    known = cases[(cases["charge_group"] == charge_group) & (cases["doc_kind"] == "judgment")]
    known = known[known["final_term_months"].notna()]
    same_tier = known[known["tier"] == tier] if tier is not None else known
    chosen = same_tier if tier is not None and len(same_tier) >= least else known
    if len(chosen) < least:
        return None
    suspended = (chosen["final_probation_months"] > 0).fillna(False).astype(bool)
    return {
        "n": len(chosen),
        "share": round(float(suspended.mean()), 4),
        "same_tier": chosen is same_tier and tier is not None,
    }
