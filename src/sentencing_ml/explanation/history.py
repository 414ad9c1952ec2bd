"""What past judgments did: by offender factor, and with probation. Counts and quantiles; small groups are left out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import missing

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


def suspended(cases: pd.DataFrame) -> dict[str, dict[str, dict[str, int]]]:
    """Count by charge group and tier ("" where it is open) the terms that past judgments set and those they suspended.

    Only counts of whole judgments with a term: a fact record does not say whether the term was suspended.
    """
    known = cases[(cases["doc_kind"] == "judgment") & cases["final_term_months"].notna()]
    probation = (known["final_probation_months"] > 0).fillna(False).astype("int64")
    groups = probation.groupby([known["charge_group"], known["tier"].fillna("")], sort=True)
    result: dict[str, dict[str, dict[str, int]]] = {}
    for (charge, tier), group in groups:
        result.setdefault(str(charge), {})[str(tier)] = {"n": len(group), "suspended": int(group.sum())}
    return result


def probation(
    counts: Mapping[str, Mapping[str, Mapping[str, int]]], *, charge_group: str, tier: str | None, least: int
) -> dict[str, Any] | None:
    """Return the share of past judgments of a charge, and of its tier when known, that suspended the term, with n.

    ``counts`` are those of :func:`suspended`. A tier with fewer than ``least`` judgments gives way to the whole charge,
    and a charge with fewer tells nothing.
    """
    tiers = counts.get(charge_group, {})
    own = tiers.get("" if missing(tier) else str(tier), {"n": 0, "suspended": 0})
    same_tier = not missing(tier) and own["n"] >= least
    chosen = [own] if same_tier else list(tiers.values())
    n = sum(group["n"] for group in chosen)
    if n < max(least, 1):
        return None
    return {"n": n, "share": round(sum(group["suspended"] for group in chosen) / n, 4), "same_tier": same_tier}
