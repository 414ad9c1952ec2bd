import copy

import pytest

from sentencing_ml.factors.registry import registry
from sentencing_ml.law import circumstances as module
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.circumstances import circumstance, circumstances, default_ratios, no_double_count


def test_the_guideline_is_complete():
    entries = circumstances().entries.values()
    assert len(entries) == 36
    # 法发〔2021〕21号三 lists eighteen circumstances with a national ratio, 四(二十) one more.
    assert sum(entry.band is not None and entry.band_verified for entry in entries) == 19


def test_bands_of_the_guideline():
    surrender = circumstance("voluntary_surrender")
    assert (surrender.band.low, surrender.band.high, surrender.direction, surrender.stage) == (0, 0.4, -1, "second")
    assert [(entry.band.low, entry.band.high, entry.exempt) for entry in surrender.variants] == [
        (0, 0.4, False),
        (0.4, 1, True),
    ]
    recidivist = circumstance("recidivist")
    assert (recidivist.band.low, recidivist.band.high, recidivist.direction) == (0.1, 0.4, 1)
    assert recidivist.variants[0].floor_months == 3
    assert circumstance("confession").band.high == 0.5 and circumstance("confession").usual.high == 0.2
    assert circumstance("excess_defense").band is None


def test_default_ratios_are_signed_middles():
    ratios = default_ratios()
    assert ratios["voluntary_surrender"] == -0.2
    assert ratios["recidivist"] == 0.25
    assert "first_offence" not in ratios


def test_the_plea_is_not_counted_twice_and_capped():
    plea = circumstances().plea
    assert set(no_double_count()) == {
        "voluntary_surrender", "confession", "in_court_admission", "restitution", "compensation_forgiveness",
        "reconciliation", "good_custody",
    }  # fmt: skip
    assert plea.cap([]) == 0.3
    assert plea.cap(["confession"]) == 0.3
    assert plea.cap(["confession", "restitution"]) == 0.6


def test_the_registry_of_factors_refers_to_known_circumstances_of_its_class():
    # Whether the model may read a fact follows from its class, which stands in both files: they must agree.
    for factor in registry().factors.values():
        for name, factor_class in [
            (factor.circumstance, factor.factor_class.name),
            *((level.circumstance, level.factor_class.name) for level in factor.levels),
        ]:
            if name is not None:
                assert circumstance(name).doctrinal_class == factor_class, (factor.name, name)


def test_an_unknown_id_is_an_error():
    with pytest.raises(KeyError):
        circumstance("luck")


def test_every_fault_is_reported_at_once():
    content = copy.deepcopy(load("circumstances.yaml"))
    by_id = {row["id"]: row for row in content["circumstances"]}
    by_id["minor"]["class"] = "kind"
    by_id["elderly"]["usual"] = [0.4, 0.2]
    by_id["recidivist"]["direction"] = "up"
    by_id["confession"]["excludes"] = ["luck"]
    by_id["victim_fault"]["source"] = ["nowhere"]
    del by_id["attempt"]["usual"]
    content["plea"]["raised_by"] = ["fortune"]
    content["plea"]["cap_alone"] = 0.9
    with pytest.raises(LawDataError) as caught:
        module.build(content, sources=load("sources.yaml")["sources"])
    assert str(caught.value).splitlines() == [
        "circumstances.yaml cannot be used:",
        "  - minor: unknown class 'kind'",
        "  - elderly: usual 0.4–0.2 is no band of ratios",
        "  - attempt: band and usual go together",
        "  - confession: excludes unknown luck",
        "  - recidivist: unknown direction 'up'",
        "  - victim_fault: unknown source nowhere",
        "  - plea: unknown circumstance fortune",
        "  - plea: the caps are not 0 < cap_alone ≤ cap_raised < 1",
    ]
