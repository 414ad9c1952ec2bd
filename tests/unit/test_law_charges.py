import itertools
import time

import pytest
import yaml

from sentencing_ml.law import charges
from sentencing_ml.law._data import LawDataError, load
from sentencing_ml.law.charges import all_charges, canonical, charge
from sentencing_ml.law.statutes import statutes


def forms():
    for rows in load("charge_names.yaml")["charges"].values():
        for row in rows:
            for form in (row["form"], *row.get("former", ()), *row.get("also", ())):
                yield row["form"].replace("{", "").replace("}", ""), form


def test_every_name_is_its_own_canonical_name():
    names = [entry.name for entry in all_charges()]
    assert len(names) >= 300
    assert [canonical(name) for name in names] == names


def test_every_single_part_of_a_selective_charge_leads_back_to_it_alone():
    wrong = []
    for name, form in forms():
        parts = charges._CHOICE.split(form)
        options = [part.split("、") if number % 2 else [part] for number, part in enumerate(parts)]
        written = ["".join(choice) for choice in itertools.product(*options)]
        wrong += [(text, name, canonical(text)) for text in written if canonical(text) != name]
    assert wrong == []


def test_charge_tells_article_chapter_and_former_names():
    found = charge("贩卖毒品")
    assert (found.name, found.article, found.chapter) == ("走私、贩卖、运输、制造毒品罪", "347", "妨害社会管理秩序罪")
    assert charge("生产假药罪").former == ("生产、销售假药罪",)
    assert charge("走私罪").heading and not charge("盗窃罪").heading
    assert charge("虚构罪") is None


def test_every_charge_with_tiers_is_a_name():
    assert {canonical(name) for name in statutes().tiers} == set(statutes().tiers)


def test_repeated_lookups_are_fast():
    canonical("贩卖毒品罪")
    start = time.perf_counter()
    for _ in range(100_000):
        canonical("贩卖毒品罪")
    assert time.perf_counter() - start < 1.0


def test_faults_of_the_names_are_reported_together():
    content = yaml.safe_load(
        """
charges:
  甲章:
    - {form: "{甲、乙}物罪", article: "1"}
    - {form: "甲、乙物罪", article: "2"}
    - {form: 丙, article: "3"}
    - {form: 丁罪, article: "4", former: [丙罪]}
"""
    )
    with pytest.raises(LawDataError) as caught:
        charges.build(content)
    assert str(caught.value).splitlines() == [
        "charge_names.yaml cannot be used:",
        "  - 甲、乙物罪: listed twice",
        "  - 丙: 丙 does not end in 罪",
        "  - 丙罪: stands for 丙 and for 丁罪",
    ]
