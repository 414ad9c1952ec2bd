"""What past judgments did, counted on a few invented rows."""

import pandas as pd
import pytest

from sentencing_ml.explanation import history
from sentencing_ml.factors.table import factor_frame


def past(n, *, months=8.0, surrender=None, liability=10.0, kind="judgment", probation=None, tier=None, charge="盗窃罪"):
    rows = [{"charge_group": charge, "doc_kind": kind, "surrender": surrender, "term_months": months, "final_term_months": months,
             "final_probation_months": probation} for _ in range(n)]  # fmt: skip
    return factor_frame(rows).assign(liability_months=liability, tier=pd.array([tier] * n, dtype="string"))


def together(*parts):
    return pd.concat(parts, ignore_index=True)


def test_history_is_the_spread_of_declared_over_liability_terms_and_small_groups_are_left_out():
    cases = together(past(10, surrender=True, months=8.0), past(30, surrender=False, months=12.0))
    assert history.by_factor(cases, least=10) == {"盗窃罪": {"surrender": {"n": 10, "q25": -0.2, "q50": -0.2, "q75": -0.2}}}
    assert history.by_factor(cases, least=11) == {}


MIXED = together(
    past(4, probation=12.0, tier="t1"), past(8, tier="t1"), past(3, probation=12.0, tier="t2"), past(1), past(1, probation=0.0),
    past(50, probation=12.0, tier="t1", kind="fact_record"), past(9, probation=12.0, tier="t1", months=None), past(5, charge="诈骗罪"),
)  # fmt: skip


def test_suspended_terms_are_counted_by_charge_and_tier_from_judgments_with_a_term():
    assert history.suspended(MIXED) == {
        "盗窃罪": {"t1": {"n": 12, "suspended": 4}, "t2": {"n": 3, "suspended": 3}, "": {"n": 2, "suspended": 0}},
        "诈骗罪": {"": {"n": 5, "suspended": 0}},
    }


@pytest.mark.parametrize(
    ("charge", "tier", "least", "told", "reason"),
    [
        ("盗窃罪", "t1", 10, {"n": 12, "share": 0.3333, "same_tier": True}, "the tier has enough judgments"),
        ("盗窃罪", "t2", 10, {"n": 17, "share": 0.4118, "same_tier": False}, "too few of the tier: the whole charge"),
        ("盗窃罪", "t9", 10, {"n": 17, "share": 0.4118, "same_tier": False}, "none of the tier: the whole charge"),
        ("盗窃罪", None, 10, {"n": 17, "share": 0.4118, "same_tier": False}, "the tier is open: the whole charge"),
        ("盗窃罪", pd.NA, 10, {"n": 17, "share": 0.4118, "same_tier": False}, "unknown in a nullable column is open too"),
        ("盗窃罪", None, 18, None, "the charge has too few"),
        ("诈骗罪", None, 6, None, "five judgments are fewer than six"),
        ("抢劫罪", None, 1, None, "no judgment of the charge"),
    ],
)
def test_share_of_suspended_terms(charge, tier, least, told, reason):
    counts = history.suspended(MIXED)
    assert history.probation(counts, charge_group=charge, tier=tier, least=least) == told, reason
