import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.fairness.extraction_gap import Facts, assess_extraction, measure
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_jsonl

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "annotations.jsonl"
WHOLE = load_settings(ROOT / "params.yaml")
SETTINGS = WHOLE.audit.model_copy(update={"attributes": ("gender", "counsel")})
SETTINGS_WHOLE = WHOLE.model_copy(update={"audit": SETTINGS})
FLAGS = ("surrender", "confession", "burglary", "weapon", "recidivist")


def tables(persons=1200, *, seed, missed=0.03, gap=0.0, hard=0.0):
    """A true and an extracted factor table; ``gap`` is missed more often of women.

    ``hard`` is missed more often of a weapon, and women have one more often.
    """
    rng = np.random.default_rng(seed)
    woman = rng.random(persons) < 0.3
    document = np.arange(persons) // 2
    truth = pd.DataFrame(
        {
            "row_id": [f"d{d}/{n % 2}/0" for n, d in enumerate(document)],
            "doc_id": [f"d{d}" for d in document],
            "defendant_index": np.arange(persons) % 2,
            "gender": np.where(woman, "女", "男"),
            "counsel": rng.choice(["委托", "无", "值班律师"], persons),
        }
    )
    found = truth.copy()
    # one misreading of a document misses facts of both its defendants
    careless = rng.random(document.max() + 1)[document] < 0.02
    for flag in FLAGS:
        odds = 0.5 + 0.4 * woman * (hard > 0) if flag == "weapon" else np.full(persons, 0.5)
        there = rng.random(persons) < odds
        lost = missed + gap * woman + (hard if flag == "weapon" else 0.0)
        truth[flag] = pd.array(there, dtype="boolean")
        found[flag] = pd.array(there & (rng.random(persons) >= lost) & ~careless, dtype="boolean")
    return truth, found


def section(truth, factors, **given):
    return assess_extraction(None, truth=truth, factors=factors, settings=SETTINGS_WHOLE, **given)


def of(found, attribute, group):
    return next(row for row in found["attributes"][attribute]["groups"] if row["group"] == group)


def test_ten_points_less_for_a_group_are_found():
    made = section(*tables(seed=1, gap=0.10))
    assert (made["status"], made["source"]) == ("measured", "simulated")
    row = of(made, "gender", "女")
    test = row["tests"]["recall"]
    assert test["verdict"] == "有差异"
    assert test["low"] < -0.10 < test["high"]
    assert of(made, "gender", "男")["recall"] - row["recall"] == pytest.approx(0.10, abs=0.03)
    assert made["summary"]["largest"] == pytest.approx(-test["estimate"])
    assert {of(made, "counsel", group)["tests"]["recall"]["verdict"] for group in ("委托", "无")} <= {"等效", "不能判断"}


def test_the_mean_over_audits_is_the_planted_gap():
    gaps = [
        of(section(*tables(600, seed=seed, gap=0.10)), "gender", "女")["tests"]["recall"]["estimate"]
        for seed in range(10, 22)
    ]
    assert np.mean(gaps) == pytest.approx(-0.10, abs=0.012)


def test_another_mix_of_facts_is_no_gap():
    made = section(*tables(3000, seed=2, hard=0.25))
    women, men = (of(made, "gender", group) for group in ("女", "男"))
    assert men["recall"] - women["recall"] > 0.02
    assert abs(women["tests"]["recall"]["estimate"]) < 0.02
    assert women["tests"]["recall"]["verdict"] != "有差异"


@pytest.mark.parametrize("missed", [0.03, 0.002])
def test_without_a_gap_none_is_found(missed):
    verdicts = [
        row["tests"]["recall"]["verdict"]
        for seed in range(100, 116)
        for found in section(*tables(700, seed=seed, missed=missed))["attributes"].values()
        for row in found["groups"]
        if row["tests"]
    ]
    assert len(verdicts) == 64
    assert verdicts.count("有差异") == 0


def test_a_group_of_which_nothing_is_missed_is_not_certain():
    # a few misses elsewhere: five of 1,500 facts, none in a group of 40 persons
    persons = pd.DataFrame({"document": [f"d{n}" for n in range(340)], "gender": ["女"] * 40 + ["男"] * 300})
    person = np.repeat(np.arange(340), 5)
    found = np.ones(len(person))
    found[[300, 500, 700, 900, 1100]] = 0
    facts = pd.DataFrame(
        {
            "document": persons["document"].to_numpy()[person], "person": person,
            "factor": np.tile(np.array(FLAGS), 340), "found": found, "right": 1.0,
        }
    )  # fmt: skip
    made = measure(Facts(facts=facts, persons=persons), source="annotated", settings=SETTINGS)
    test = of(made, "gender", "女")["tests"]["recall"]
    assert test["p"] > 0.2
    assert test["low"] < 0 < test["high"]
    assert test["detectable"] > 0.005


def test_where_nothing_is_missed_at_all_the_gap_is_bounded():
    made = section(*tables(seed=3, missed=0.0))
    clean = section(*(lambda truth, _: (truth, truth.copy()))(*tables(seed=3)))
    test = of(clean, "gender", "女")["tests"]["recall"]
    assert (clean["recall"], test["estimate"]) == (1.0, pytest.approx(0.0, abs=1e-12))
    assert test["verdict"] == "等效"
    assert test["low"] < 0 < test["high"]
    assert made["recall"] < 1


def test_what_is_wrongly_found_lowers_precision_and_not_recall():
    truth, _ = tables(seed=4)
    invented = truth.assign(weapon=pd.array([True] * len(truth), dtype="boolean"))
    made = section(truth, invented)
    weapon = next(row for row in made["factors"] if row["factor"] == "weapon")
    assert made["recall"] == 1.0
    assert weapon["precision"] == pytest.approx(truth["weapon"].mean())
    assert weapon["zh"] == registry().factors["weapon"].zh


def test_small_groups_and_rare_facts_are_withheld():
    truth, found = tables(seed=5)
    truth.loc[:3, "counsel"] = "法律援助"
    rare = pd.array([True] * 4 + [False] * (len(truth) - 4), dtype="boolean")
    made = section(truth.assign(merit=rare), found.assign(merit=rare))
    assert of(made, "counsel", "法律援助")["status"] == "suppressed"
    row = next(row for row in made["factors"] if row["factor"] == "merit")
    assert (row["status"], row["n"], row["recall"]) == ("suppressed", None, None)
    assert sum(row["status"] == "suppressed" for row in made["factors"]) == 2


def test_rows_of_several_counts_are_one_person():
    truth, found = tables(400, seed=6)
    again = [table.assign(row_id=table["row_id"].str.replace("/0$", "/1", regex=True)) for table in (truth, found)]
    twice = section(*(pd.concat(pair) for pair in zip((truth, found), again, strict=True)))
    assert twice == section(truth, found)


def test_annotated_judgments_are_extracted_and_compared():
    made = assess_extraction(GOLDEN, truth=None, factors=None, settings=SETTINGS_WHOLE)
    gold = list(read_jsonl(GOLDEN))
    assert (made["status"], made["source"]) == ("measured", "annotated")
    assert made["documents"] == len(gold)
    assert made["persons"] == sum(len(row["defendants"]) for row in gold)
    assert made["recall"] > 0.95
    told = json.dumps(made, ensure_ascii=False, allow_nan=False)
    assert not any(person["name"] in told for row in gold for person in row["defendants"] if len(person["name"]) > 1)


def test_a_fact_that_extraction_does_not_find_is_missed(tmp_path):
    gold = list(read_jsonl(GOLDEN))
    for row in gold:
        for person in row["defendants"]:
            person["prevention"]["major_merit"] = True
    (tmp_path / "x.annotations.jsonl").write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in gold), encoding="utf-8"
    )
    (tmp_path / "x.texts.jsonl").write_bytes(GOLDEN.with_name("texts.jsonl").read_bytes())
    made = assess_extraction(tmp_path / "x.annotations.jsonl", truth=None, factors=None, settings=SETTINGS_WHOLE)
    worst = made["factors"][0]
    assert (worst["factor"], worst["n"]) == ("major_merit", made["persons"])
    assert worst["recall"] < 0.2


def test_what_cannot_be_said():
    truth, found = tables(60, seed=7)
    assert section(None, found)["status"] == "not_run"
    assert "doc_id" in section(truth.drop(columns="doc_id"), found)["why"]
    other = section(truth.assign(row_id="x" + truth["row_id"]), found)
    assert (other["status"], other["why"]) == ("cannot_say", "标注中没有可比较的情节")
    unknown = section(truth.drop(columns="gender"), found)
    assert unknown["attributes"]["gender"]["verdicts"]["recall"]["reason"] == "全部未知"
    misspelt = WHOLE.model_copy(update={"audit": SETTINGS.model_copy(update={"attributes": ("height",)})})
    made = assess_extraction(None, truth=truth, factors=found, settings=misspelt)
    assert "height" in made["attributes"]["height"]["why"]
    json.dumps([other, unknown, made], allow_nan=False)


def test_missing_annotations_are_told(tmp_path):
    with pytest.raises(InputError, match="audit.annotations"):
        assess_extraction(tmp_path / "no.annotations.jsonl", truth=None, factors=None, settings=SETTINGS_WHOLE)
