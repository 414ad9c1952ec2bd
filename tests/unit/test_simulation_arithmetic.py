"""The guideline's arithmetic against figures worked out by hand."""

import pytest

from sentencing_ml.simulation import arithmetic
from sentencing_ml.simulation.arithmetic import Bounds

THREE_TO_TEN = Bounds(floor=36, ceiling=120, mitigated_floor=1)


@pytest.mark.parametrize(
    ("base", "ratios", "months", "reason"),
    [
        (12, {}, 12.0, "no circumstance leaves the base sentence"),
        (12, {"minor": -0.3, "accessory": -0.2, "voluntary_surrender": -0.2, "recidivist": 0.2}, 6.72,
         "12 × 0.7 × 0.8 × (1 − 0.2 + 0.2): the first stage multiplies, the second adds up"),
        (10, {"vulnerable_victim": 0.2, "voluntary_surrender": -0.5}, 7.0, "10 × (1 + 0.2 − 0.5): both sides add up"),
        (10, {"plea_leniency": -0.1, "confession": -0.2}, 8.0, "not counted beside the confession: 0.2 stands"),
        (10, {"plea_leniency": -0.25, "confession": -0.1}, 7.5, "the plea's own ratio is the larger"),
        (10, {"plea_leniency": -0.25, "voluntary_surrender": -0.3, "restitution": -0.2, "reconciliation": -0.3}, 4.0,
         "0.8 together, capped at 0.6"),
        (10, {"plea_leniency": -0.2, "confession": -0.2, "in_court_admission": -0.2}, 7.0,
         "0.4 together, capped at 0.3: nothing that raises the cap"),
        (10, {"voluntary_surrender": -0.3, "restitution": -0.3, "reconciliation": -0.1}, 3.0, "no plea: they add up"),
        (10, {"plea_leniency": -0.2, "recidivist": 0.3}, 11.0, "the record stands outside the plea's group"),
        (20, {"desistance": -0.6}, 8.0, "desistance multiplies in the first stage"),
        (100, {"voluntary_surrender": -0.4, "restitution": -0.3, "reconciliation": -0.4}, 10.0, "a tenth is left"),
    ],
)  # fmt: skip
def test_adjusted_term_by_hand(base, ratios, months, reason):
    assert arithmetic.adjusted_term(base=base, ratios=ratios) == pytest.approx(months), reason


@pytest.mark.parametrize(
    ("base", "ratios", "months", "reason"),
    [
        (
            50,
            {"voluntary_surrender": -0.4, "plea_leniency": -0.3, "recidivist": 0.4},
            50.0,
            "nothing of the offender's enters",
        ),
        (50, {"vulnerable_victim": 0.2, "voluntary_surrender": -0.5}, 60.0, "50 × 1.2, not 50 × 1.4"),
        (50, {"victim_fault": -0.1, "attempt": -0.2}, 36.0, "50 × 0.8 × 0.9"),
        (50, {"victim_fault": -0.4}, 36.0, "30 would be below the tier, and a victim's fault is no ground for 减轻"),
        (50, {"accessory": -0.4}, 30.0, "an accessory may go below the tier"),
        (50, {"desistance": -0.6, "elderly": -0.3, "civil_dispute": -0.3}, 50.0, "mixed circumstances are kept out"),
        (130, {}, 120.0, "not above the ceiling"),
    ],
)
def test_liability_term_by_hand(base, ratios, months, reason):
    assert arithmetic.liability_term(base=base, ratios=ratios, bounds=THREE_TO_TEN) == pytest.approx(months), reason


@pytest.mark.parametrize(
    ("ratios", "kept", "reason"),
    [
        ({"confession": -0.2, "in_court_admission": -0.1}, {"confession"}, "当庭认罪 is not weighed beside 坦白"),
        ({"confession": -0.05, "in_court_admission": -0.1}, {"in_court_admission"}, "the stronger counts"),
        ({"reconciliation": -0.4, "compensation_forgiveness": -0.2}, {"reconciliation"}, "和解 holds the compensation"),
        (
            {"recidivist": 0.2, "prior_record": 0.05, "attempt": -0.2},
            {"recidivist", "attempt"},
            "累犯 holds the record",
        ),
        ({"remorse": -0.02, "admin_record": 0.03}, {"remorse", "admin_record"}, "nothing excludes these"),
    ],
)
def test_what_the_law_does_not_weigh_twice(ratios, kept, reason):
    assert set(arithmetic.without_excluded(ratios)) == kept, reason


@pytest.mark.parametrize(
    ("terms", "kind", "share", "months", "reason"),
    [
        ([36, 24], "有期徒刑", 0.5, 48, "half the way from the longest, 36, to the sum, 60"),
        ([36, 24], "有期徒刑", 0.0, 36, "never below the longest"),
        ([180, 180], "有期徒刑", 1.0, 240, "20 years at most while the sum is under 35"),
        ([6, 6, 6], "拘役", 1.0, 12, "one year of 拘役 at most"),
    ],
)
def test_combined_terms(terms, kind, share, months, reason):
    assert arithmetic.combined_term(terms, kind=kind, share=share) == months, reason
