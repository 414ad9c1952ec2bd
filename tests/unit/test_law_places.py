import copy

import pandas as pd
import pytest

from sentencing_ml.law import places
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.places import beginning, province, province_of, provinces, region


def test_there_are_31_units_in_four_regions():
    assert len(provinces()) == 31
    counts = {name: sum(entry.region == name for entry in provinces()) for name in ("东部", "中部", "西部", "东北")}
    assert counts == {"东部": 10, "中部": 6, "西部": 12, "东北": 3}


@pytest.mark.parametrize("entry", provinces(), ids=lambda entry: entry.short)
def test_every_unit_is_found_by_its_name_and_by_its_character(entry):
    assert province_of(f"{entry.name}某某县人民法院", None) == entry.name
    assert province_of(None, f"（2020）{entry.character}0101刑初1号") == entry.name
    assert province(entry.short) == province(entry.name) == entry.name
    assert region(entry.short) == entry.region


@pytest.mark.parametrize("value", [None, pd.NA, float("nan"), "某省", ""])
def test_what_is_no_province_has_none(value):
    assert province(value) is None
    assert region(value) is None
    assert province_of(value, value) is None


def test_faults_are_reported_together():
    content = copy.deepcopy(load("provinces.yaml"))
    content["provinces"][0]["region"] = "南部"
    content["provinces"][1]["characters"] = ["京"]
    content["provinces"][2]["cities"].append("南开区")
    with pytest.raises(LawDataError) as caught:
        places.build(content)
    assert str(caught.value).splitlines() == [
        "provinces.yaml cannot be used:",
        "  - 北京市: unknown region '南部'",
        "  - 京: stands for 北京市 and for 天津市",
        "  - 南开区: stands for 天津市 and for 河北省",
    ]


def test_the_beginning_of_an_address_tells_its_province_and_how_long_it_is():
    assert beginning("四川省某某县") == ("四川省", 3)
    assert beginning("四川某某县") == ("四川省", 2)
    assert beginning("成都市某某区") == ("四川省", 3)
    assert beginning("海南藏族自治州某某县") == ("青海省", 7)
    assert beginning("某某县四川省") is None
    assert beginning("") is None
