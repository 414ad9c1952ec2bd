"""The guideline's arithmetic against figures worked out by hand."""

import math

import numpy as np
import pytest

from sentencing_ml.simulation import arithmetic
from sentencing_ml.simulation.arithmetic import Bounds
from sentencing_ml.simulation.sentence import expected_liability, share_under_16

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
    ("base", "bands", "months", "reason"),
    [
        (50, {}, 50.0, "nothing is drawn"),
        (50, {"voluntary_surrender": (-0.4, -0.1), "elderly": (-0.3, -0.1)}, 50.0, "nothing of the offender's enters"),
        (100, {"accessory": (-0.4, -0.2)}, 70.0, "100 × (1 − 0.3)"),
        (100, {"attempt": (-0.4, -0.2), "accessory": (-0.5, -0.3)}, 42.0, "independent: 100 × 0.7 × 0.6"),
        (80, {"attempt": (-0.4, -0.2), "victim_fault": (-0.3, -0.1), "vulnerable_victim": (0.0, 0.1)}, 47.6,
         "80 × 0.7 × (1 − 0.2 + 0.05)"),
        (40, {"victim_fault": (-0.4, 0.0)}, 36.5, "from 24 to 40: three quarters end at 36, the rest lie at 38 on average"),
        (110, {"vulnerable_victim": (0.0, 0.2)}, 115 * 10 / 22 + 120 * 12 / 22, "from 110 to 132, at most 120"),
        (36, {"victim_fault": (-0.4, -0.1)}, 36.0, "wholly below the tier"),
        (120, {"vulnerable_victim": (0.1, 0.2)}, 120.0, "wholly above the tier"),
        (40, {"accessory": (-0.4, 0.0)}, 32.0, "an accessory may go below the tier, so no bound is reached"),
        (2, {"accessory": (-1.0, 0.0)}, 1.25, "from 0 to 2: half end at 1, the rest lie at 1.5 on average"),
    ],
)  # fmt: skip
def test_expected_liability_term_by_hand(base, bands, months, reason):
    expected = arithmetic.expected_liability_term(base=base, bands=bands, bounds=THREE_TO_TEN)
    assert expected == pytest.approx(months, rel=1e-12), reason


def test_a_bound_that_two_ratios_reach_together():
    # 100·x·y with x from 0.5 to 1 and y from 1 to 1.2 lies above 110 where y > 1.1 ÷ x. What lies above it is, over y,
    # 50·(1.2x − 1.1)² ÷ x, and that from x = 11/12 to 1 by the antiderivative below, over the area of 0.1.
    above = lambda x: 50 * (0.72 * x**2 - 2.64 * x + 1.21 * math.log(x))  # noqa: E731
    by_hand = 100 * 0.75 * 1.1 - (above(1) - above(11 / 12)) / 0.1
    bands = {"attempt": (-0.5, 0.0), "vulnerable_victim": (0.0, 0.2)}
    bounds = Bounds(floor=36, ceiling=110, mitigated_floor=1)
    assert arithmetic.expected_liability_term(base=100, bands=bands, bounds=bounds) == pytest.approx(by_hand, abs=1e-3)


def test_three_ratios_and_both_bounds_against_a_fine_grid():
    bands = {"victim_fault": (-0.4, 0.0), "vulnerable_victim": (0.0, 0.4), "detention_beating": (0.1, 0.2)}
    bounds = Bounds(floor=60, ceiling=80, mitigated_floor=1)
    middles = (np.arange(120) + 0.5) / 120
    axes = np.meshgrid(*(low + (high - low) * middles for low, high in bands.values()), indexing="ij")
    grid = np.clip(60 * (1 + sum(axes)), bounds.floor, bounds.ceiling).mean()
    assert arithmetic.expected_liability_term(base=60, bands=bands, bounds=bounds) == pytest.approx(grid, abs=1e-3)


@pytest.mark.parametrize(
    ("charge", "share", "months", "reason"),
    [
        ("盗窃罪", 0.0, 72.0, "16 or 17 before the birthday: nobody is under 16, and the middle of 0.14–0.42 is 0.28"),
        ("抢劫罪", 3 / 7, 100 - 43.5 * 3 / 7 - 28 * 4 / 7,
         "14 to 17: of 7 halves under 18 three are under 16, where the middle of 0.33–0.54 is 0.435"),
    ],
)  # fmt: skip
def test_the_band_of_a_minor_is_averaged_over_the_ages(charge, share, months, reason):
    assert share_under_16(charge) == pytest.approx(share), reason
    given = {"charge": charge, "base": 100.0, "bounds": THREE_TO_TEN}
    assert expected_liability(ratios={"minor": -0.5}, **given) == pytest.approx(months), reason
    assert expected_liability(ratios={"minor": -0.2, "confession": -0.1}, **given) == pytest.approx(months), reason


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
