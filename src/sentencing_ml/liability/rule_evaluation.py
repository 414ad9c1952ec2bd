"""How the rule track compares with what courts imposed: the tiers found, and the interval they leave.

Nothing here is fitted. A miss is told by its cause, since a sentence outside the interval may be the court's
mitigation, a fact that was misread, or a rule that the law data lack.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.statutes import Tier
from sentencing_ml.law.tiers import compare
from sentencing_ml.law.track import RuleTrack
from sentencing_ml.liability.rules import all_found, count_track, records
from sentencing_ml.liability.sanction import TERM_KINDS
from sentencing_ml.liability.train import has_kind

LIFE, DEATH, FINE = "无期徒刑", "死刑", "单处罚金"
_KINDS = (*TERM_KINDS, LIFE, DEATH, FINE)
CAUSES = {
    "lighter": "所判轻于可能的各档，没有记载减轻情节",
    "beyond": "所判重于可能的各档，而没有更重的一档",
    "open": "所判的档须由法院按兜底条款认定",
    "heavier": "记载的事实达不到所判的档",
    "below": "低于区间",
    "untold": "高于区间，有增加刑罚量的事实没有载明",
    "above": "高于区间",
}


def evaluate_rules(frame: pd.DataFrame) -> dict | None:
    """Compare the rule track of every count with its imposed sentence; None without a count to compare.

    ``tiers`` asks whether a tier in play holds the imposed punishment, of counts without a ground for 减轻 (刑法63);
    ``words`` whether one bears the court's own word for the tier (数额巨大 …), which the track never reads;
    ``interval`` whether the imposed months lie in the declared interval, with and without the court's share, given the
    circumstances that the court found.
    """
    rows = frame[has_kind(frame) & frame["penalty"].isin(_KINDS)].reset_index(drop=True)
    beside = tuple(factor.name for factor in (*registry().offender(), *registry().of_class("assessment")))
    counted = [
        _compare(row, row["penalty"], row["term_months"])
        for row in records(rows, also=(*beside, "penalty", "term_months"))
    ]
    known = [entry for entry in counted if entry is not None]
    if not known:
        return None
    table = pd.DataFrame(known)
    return {
        "n": len(rows),
        "n_without_law": len(rows) - len(known),
        **_figures(table),
        "by_charge": [
            {"charge": str(name), **_figures(group)}
            for name, group in sorted(table.groupby("charge"), key=lambda item: (-len(item[1]), item[0]))
        ],
    }


def holds(tier: Tier, kind: str, months: float | None) -> bool:
    """Return whether a punishment lies in the range of a tier."""
    if kind == LIFE:
        return tier.statute.life
    if kind == DEATH:
        return tier.statute.death
    if kind == FINE:
        return tier.fine_alone
    if tier.statute.low is None or months is None:
        return False
    if kind == "拘役":
        return tier.detention
    if kind == "管制":
        return tier.surveillance
    return tier.statute.low <= months <= tier.statute.high


def _compare(row: Mapping[str, Any], kind: str, months: float | None) -> dict | None:
    found = all_found(row)
    track = count_track(row, dated=True, found=found)
    if track is None or not track.tiers:
        return None
    tiers = [entry.tier for entry in track.tiers]
    inside = any(holds(tier, kind, months) for tier in tiers)
    mitigated = any(circumstances().entries[item.id].mitigates for item in found)
    low, high = track.declared
    least, most = track.adjusted
    term = kind in TERM_KINDS and months is not None and low is not None
    within = least <= months <= most if term else None
    return {
        "charge": row["charge_group"],
        "mitigated": mitigated,
        "inside": inside,
        **_words(track, row),
        "decided": len(tiers) == 1,
        "tiers": len(tiers),
        "declared": bool(low <= months <= high) if term else None,
        "adjusted": None if within is None else bool(within),
        "width": float(most - least) if term else None,
        "tier_cause": None if inside or mitigated else _tier_cause(track, kind, months),
        "interval_cause": None if within is not False else _interval_cause(track, below=months < least),
    }


def _words(track: RuleTrack, row: Mapping[str, Any]) -> dict[str, int]:
    used = compare(track.finding, {factor.name: row.get(factor.name) for factor in registry().of_class("assessment")})
    return {"words": len(used), "words_borne": sum(used.values())}


def _tier_cause(track: RuleTrack, kind: str, months: float | None) -> str:
    heavier = [
        found
        for found in track.finding.candidates
        if found.tier.severity > track.tiers[0].tier.severity and holds(found.tier, kind, months)
    ]
    if not heavier:
        ceilings = [entry.tier.statute.high for entry in track.tiers if entry.tier.statute.high is not None]
        return "beyond" if kind in TERM_KINDS and ceilings and months > max(ceilings) else "lighter"
    return "open" if any(found.standing == "open" for found in heavier) else "heavier"


def _interval_cause(track: RuleTrack, *, below: bool) -> str:
    if below:
        return "below"
    return "untold" if any(entry.untold for entry in track.tiers) else "above"


def _figures(table: pd.DataFrame) -> dict:
    bare = table[~table["mitigated"]]
    terms = table[table["adjusted"].notna()]
    decided = bare[bare["decided"]]
    return {
        "tiers": {
            "n": len(bare),
            "contained": _share(bare["inside"]),
            "decided": _share(bare["decided"]),
            "contained_when_decided": _share(decided["inside"]),
            "decided_of_all": _share(table["decided"]),
            "causes": _counts(bare["tier_cause"]),
        },
        "words": {
            "n": int(table["words"].sum()),
            "borne": float(table["words_borne"].sum() / table["words"].sum()) if table["words"].any() else None,
        },
        "interval": {
            "n": len(terms),
            "inside": _share(terms["declared"]),
            "inside_with_share": _share(terms["adjusted"]),
            "median_width_months": float(np.median(terms["width"])) if len(terms) else None,
            "causes": _counts(terms["interval_cause"]),
        },
    }


def _share(values: pd.Series) -> float | None:
    return float(values.astype(bool).mean()) if len(values) else None


def _counts(causes: pd.Series) -> dict[str, int]:
    return dict(sorted(Counter(causes.dropna()).items()))
