"""Blind first: a sheet without what the judge is to estimate, until the judge's own estimate is in the ledger.

What the law says stays (tiers, punishment, the guideline's starting point and bands, conditions), and so do the facts
with their evidence. What was computed for this case or happened in others goes: both tracks, what explains them, past
outcomes. Similar cases go as a whole, for with court and number their outcomes can be looked up.
"""

from collections.abc import Mapping
from typing import Any

from sentencing_ml.explanation.citation import citation

_COMPUTED = ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "agreement")


def hidden(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sheet without figures; ``blind`` is ``{"state": "hidden"}``.

    A count without an empirical figure has no advice that could sway anybody: its sheet comes back as it is.
    """
    if not content["status"]["advised"]:
        return dict(content)
    answer = content["answer"]
    bare = {
        **content,
        "answer": {
            **answer,
            **dict.fromkeys(_COMPUTED),
            "fine": None,
            "sanction_kinds": [],
            # holds: whether the liability term lies in the tier
            "tiers": [{**tier, "holds": None} for tier in answer["tiers"]],
        },
        "rules": {**content["rules"], "tracks": []},
        "human": {**content["human"], "probation": None},
        "walk": None,
        "reasons": [],
        "what_if": None,
        "similar": [],
        "offender": [{**row, "history": None} for row in content["offender"]],
        "blind": {"state": "hidden"},
    }
    return {**bare, "citation": citation(bare)}


def shown(content: Mapping[str, Any], *, own_estimate_months: float, at: str) -> dict[str, Any]:
    """Return the whole sheet beside the estimate (months) that was recorded before it, at ``at`` (ISO time)."""
    both = {**content, "blind": {"state": "shown", "own_estimate_months": own_estimate_months, "at": at}}
    return {**both, "citation": citation(both)}
