import copy

import pytest

from sentencing_ml.factors.registry import registry
from sentencing_ml.law import circumstances as module
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.circumstances import (
    circumstance,
    circumstances,
    contradicting,
    default_ratios,
    no_double_count,
)


def test_the_guideline_is_complete():
    entries = circumstances().entries.values()
    assert len(entries) == 45
    # 法发〔2021〕21号三 lists eighteen circumstances with a national ratio; 四 has ten more, each of one charge.
    assert sum(entry.band is not None and entry.band_verified for entry in entries) == 28
    assert sum(entry.charges is not None for entry in entries) == 10


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
    content["contradictions"][0]["ids"] = ["recidivist", "destiny"]
    by_id["meritorious"]["variants"][0]["given"] = "height >= 2"
    with pytest.raises(LawDataError) as caught:
        module.build(content, sources=load("sources.yaml")["sources"], facts=load("facts.yaml")["facts"])
    where = "  - circumstances.yaml: "
    whole = "{'id': 'attempt', 'name': '犯罪未遂', 'class': 'liability', '…"
    assert str(caught.value).splitlines() == [
        "The law data cannot be used:",
        f"{where}circumstances 未成年人犯罪 class: 'kind': Input should be 'liability', 'prevention', 'mixed' or 'disputed'",
        f"{where}circumstances 已满75周岁的老年人犯罪 usual: [0.4, 0.2]: 0.4–0.2 is no band",
        f"{where}circumstances 犯罪未遂: {whole}: band and usual go together",
        f"{where}circumstances 累犯 direction: 'up': Input should be 'lighten', 'aggravate' or 'both'",
        f"{where}confession: excludes unknown luck",
        f"{where}meritorious 一般立功: unknown fact height",
        f"{where}victim_fault: unknown source nowhere",
        f"{where}plea: unknown circumstance fortune",
        f"{where}contradictions: unknown circumstance destiny",
    ]


def test_caps_of_the_plea_must_rise():
    content = copy.deepcopy(load("circumstances.yaml"))
    content["plea"]["cap_alone"] = 0.9
    with pytest.raises(LawDataError, match=r"cap_alone 0\.9 is above cap_raised 0\.6"):
        module.build(content, sources=load("sources.yaml")["sources"], facts=load("facts.yaml")["facts"])


def test_a_minor_is_no_recidivist():
    assert [entry.article for entry in contradicting(["minor", "recidivist", "attempt"])] == ["刑法65(1)"]
    assert contradicting(["minor", "attempt"]) == []
