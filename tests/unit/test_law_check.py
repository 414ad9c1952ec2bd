"""The check of the law data: what is sound passes, and every fault of every file is told at once."""

import ast
import copy
import datetime
import random
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from sentencing_ml.cli import _law_factors
from sentencing_ml.law import check as module
from sentencing_ml.law._data import load
from sentencing_ml.law.check import Factor, Told, check

PACKAGE = Path(module.__file__).resolve().parents[1]
CHARGES = yaml.safe_load(
    """
charges:
  - id: theft
    name: 盗窃罪
    article: "264"
    guideline: G21
    thresholds:
      - {id: large, zh: 数额较大, fact: amount_yuan, value: [1000, 3000], provinces: true, from: 2013-04-04, article: 甲1, source: [XF]}
      - {id: huge, zh: 数额巨大, fact: amount_yuan, value: [30000, 100000], provinces: true, from: 2013-04-04, article: 甲1, source: [XF]}
    tiers:
      - {id: t1, condition: 甲, to: 2011-04-30, statute: [1, 36], source: [XF]}
      - {id: t1, condition: 乙, from: 2011-05-01, statute: [1, 36], starting: [1, 12], source: [XF]}
      - {id: t2, condition: 丙, statute: [36, 120], source: [XF]}
    grounds:
      t1: [{text: 数额较大, when: amount_yuan reaches large, article: "264", source: [XF]}]
      t2:
        - {text: 数额巨大, when: amount_yuan reaches huge, article: "264", source: [XF], verified: false}
        - {text: 从犯, when: {not: role = 从犯|胁从犯}, article: "264", source: [XF]}
    adds:
      - {fact: deaths, tiers: [t2], per: 1, months: [3, 12], when: burglary, province: 河南省, article: 甲, source: [XF]}
"""
)
STANDARDS = yaml.safe_load(
    """
standards:
  - {province: 河南省, charge: 盗窃罪, values: {large: 2000, huge: 50000}, from: 2013-09-23, source: [XF], verified: true}
"""
)


@pytest.fixture(scope="module")
def whole():
    content = {name: load(name) for name in module.FILES}
    return content | {"provincial.yaml": STANDARDS, "charges/one.yaml": CHARGES}


@pytest.fixture
def files(whole):
    """The law data with one charge and one provincial standard."""
    return copy.deepcopy(whole)


def test_the_law_data_have_no_fault():
    checked = check(factors=_law_factors())
    assert checked.faults == ()
    assert checked.counts["charges"] >= 60
    assert checked.counts["tiers"] > checked.counts["charges"]
    assert all(0 <= read <= whole for read, whole in checked.verified.values())


def test_what_is_sound_is_counted(files):
    checked = check(files=files)
    assert checked.faults == ()
    told = {
        name: checked.counts[name] for name in ("charges", "tiers", "grounds", "thresholds", "provincial standards")
    }
    assert told == {"charges": 1, "tiers": 3, "grounds": 3, "thresholds": 2, "provincial standards": 1}
    # three tiers, three grounds of which one was not read, two thresholds, one increment
    assert checked.verified["charges/one.yaml"] == (8, 9)


def charge(files):
    return files["charges/one.yaml"]["charges"][0]


FAULTS = [
    (lambda f: charge(f).update(guideline="G99"), "one.yaml: 盗窃罪 guideline: unknown guideline G99", "a guideline that does not exist"),
    (lambda f: charge(f).update(name="虚构罪"), "one.yaml: 虚构罪: not a name of charge_names.yaml", "a charge that no law knows"),
    (lambda f: charge(f)["tiers"][0].update(to=datetime.date(2010, 12, 31)), "tiers t2: on 2011-01-01: comes first, where t1 did before", "a day on which the basic tier is missing"),
    (lambda f: charge(f)["tiers"].insert(1, charge(f)["tiers"].pop()), "tiers t2: on 2011-05-01: comes first, where t1 did before", "the graver tier first at a later date"),
    (lambda f: charge(f)["tiers"][1].update({"from": datetime.date(2012, 1, 1)}), "tiers t1: from 2012-01-01: no amendment took effect on that day", "a tier that no amendment began"),
    (lambda f: charge(f)["tiers"][1].update(starting=[1, 48]), "starting [1, 48] lies outside the statute [1, 36]", "a starting point outside the statute"),
    (lambda f: charge(f).update(tiers=[], grounds={}, adds=[]), "one.yaml: 盗窃罪 tiers: there is none", "a charge without a tier"),
    (lambda f: charge(f)["tiers"][2].update(statute=[120, 36]), "tiers t2 statute: [120, 36]: 120–36 is no range", "a minimum above its maximum"),
    (lambda f: charge(f)["tiers"][0].update(statute=None, life=True), "the basic tier has no term", "a basic tier of life alone"),
    (lambda f: charge(f)["thresholds"][1].update(value=[2000, 2500]), "thresholds huge: 2000–2500 on 2013-04-04 is below large 1000–3000", "a grave amount below the basic one"),
    (lambda f: charge(f)["thresholds"][1].update(fact="nothing"), "thresholds huge: unknown fact nothing", "an unknown fact"),
    (lambda f: charge(f)["grounds"]["t2"][1].update(when="role = 主谋"), "role = 主谋: role has no level 主谋", "a level that the fact does not have"),
    (lambda f: charge(f)["grounds"]["t2"][1].update(when="burglary >= 1"), "burglary >= 1: burglary is yes or no", "a yes-or-no fact compared"),
    (lambda f: charge(f)["adds"][0].update(province="河南"), "adds deaths: 河南: no full name of a province", "a short name of a province"),
    (lambda f: f["provincial.yaml"]["standards"][0]["values"].update(large=500), "large: 500: outside the national range 1000–3000", "an amount outside the national range"),
    (lambda f: f["provincial.yaml"]["standards"][0].update(verified=False, values={"large": 2000, "huge": 1500}), "河南省 盗窃罪: huge 1500 is below large 2000", "amounts of a province that do not rise"),
    (lambda f: f["guidelines.yaml"]["guidelines"]["G21"].update(source=["??"]), "guidelines.yaml: G21: unknown source ??", "an unknown source"),
    (lambda f: f["problems.yaml"]["problems"]["no_date"].update(what="{date} 不是日期"), "nothing fills in {date}", "a placeholder that nothing fills in"),
    (lambda f: f["facts.yaml"]["facts"]["injury_grade"]["implies"].update(擦伤={"deaths": 1}), "implies: there is no level 擦伤", "an implication of a level that does not exist"),
    (lambda f: f["facts.yaml"]["facts"]["injury_grade"]["implies"]["死亡"].update(burglary=1), "facts.yaml: injury_grade implies: burglary is no count", "an implied count that is none"),
    (lambda f: f["facts.yaml"]["facts"]["deaths"].update(zh="入户"), "入户 is deaths already", "a name that stands for two facts"),
    (lambda f: f["edition.yaml"].update(current_to="heute"), "edition.yaml: current_to: 'heute': is not a date", "a day that is no date"),
    (lambda f: f["sources.yaml"]["sources"]["XF"].update(kind="hearsay"), "sources.yaml: sources XF kind: 'hearsay'", "an unknown kind of source"),
    (lambda f: f["amendments.yaml"]["amendments"][0].update(short=f["amendments.yaml"]["amendments"][1]["short"]), "is used twice", "a short name used twice"),
    (lambda f: f["charge_names.yaml"]["charges"]["侵犯财产罪"].append({"form": "盗窃"}), "article: is missing", "a charge without an article"),
    (lambda f: f["provinces.yaml"]["provinces"][0].update(region="南部"), "provinces.yaml: 北京市: unknown region '南部'", "an unknown region"),
    (lambda f: f["circumstances.yaml"]["circumstances"][0].update(stage="third"), "circumstances.yaml: circumstances 未成年人犯罪 stage: 'third'", "an unknown stage"),
    (lambda f: f["circumstances.yaml"]["circumstances"][0]["variants"][0].update(given="offender_age"), "offender_age is to be compared with a number", "a number that is not compared"),
    (lambda f: f["limits.yaml"]["limits"][0].update(id="nothing"), "limits.yaml: nothing: unknown limit", "an unknown limit"),
    (lambda f: f["plea.yaml"]["checks"][0].update(source=["??"]), "unknown source ??", "an unknown source of a plea rule"),
    (lambda f: f.pop("plea.yaml"), "plea.yaml: is missing", "a file that is missing"),
    (lambda f: f.update({"limits.yaml": ["x"]}), "limits.yaml: has no keys", "a file without keys"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "fault", "why"), FAULTS, ids=[row[2] for row in FAULTS])
def test_a_fault_is_told_with_file_key_and_value(files, change, fault, why):
    change(files)
    found = check(files=files).faults
    assert any(fault in line for line in found), (why, found)
    assert all(".yaml" in line.split(": ")[0] for line in found)


def test_the_faults_of_all_files_are_told_at_once(files):
    charge(files)["grounds"]["t2"][0]["source"] = ["??"]
    files["charge_names.yaml"]["charges"]["侵犯财产罪"].append({"form": "盗窃"})
    files["provincial.yaml"]["standards"][0]["province"] = "河南"
    files["limits.yaml"]["limits"][0]["params"] = {}
    files["plea.yaml"]["checks"][0]["source"] = ["??"]
    files["edition.yaml"]["version"] = "two"
    found = check(files=files).faults
    assert {line.split(": ")[0] for line in found} >= {
        "one.yaml", "charge_names.yaml", "provincial.yaml", "limits.yaml", "plea.yaml", "edition.yaml",
    }  # fmt: skip


def test_the_facts_agree_with_the_factors_that_extraction_reads(files):
    factors = _law_factors()
    assert check(files=files, factors=factors).faults == ()
    del factors["burglary"]
    factors["deaths"] = Factor(zh="死亡人数", type="number", unit="位")
    factors["role"] = Factor(
        zh="地位",
        type="category",
        levels=("主犯",),
        tells=(Told("主犯", "nobody", "liability"), Told("从犯", "recidivist", "liability")),
    )
    found = check(files=files, factors=factors).faults
    assert "facts.yaml: burglary: is not asked for, and extraction has no such factor" in found
    assert "facts.yaml: deaths type: count: the factor is number" in found
    assert "facts.yaml: deaths unit: 人: the factor has 位" in found
    assert "facts.yaml: role levels: 主犯、从犯、胁从犯: the factor has 主犯" in found
    assert "circumstances.yaml: nobody: is missing, and factor role tells it" in found
    assert "circumstances.yaml: recidivist class: prevention: factor role has it as liability" in found


JUNK = [5, -1, "x", None, [], {}, [5], {"a": 1}, True, [[1]], {"all": []}, ["deaths"]]


def places(content, path=()):
    if path:
        yield path
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, value in steps:
        yield from places(value, (*path, step))


@pytest.mark.parametrize("name", [*module.FILES, "charges/one.yaml"])
def test_nothing_that_stands_in_a_file_stops_the_check(files, name):
    draw = random.Random(name)
    for _ in range(2):
        path, junk = draw.choice(list(places(files[name]))), draw.choice(JUNK)
        broken = files | {name: copy.deepcopy(files[name])}
        parent = broken[name]
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = junk
        assert isinstance(check(files=broken).faults, tuple), (path, junk)


def test_every_problem_that_code_tells_is_in_the_file():
    told = {
        node.args[0].value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "of"
        and getattr(node.func.value, "id", "") == "Problem"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(told) > 15
    assert told - set(load("problems.yaml")["problems"]) == set()


def contributing():
    """Return the blocks of the section on charges and amendments."""
    text = (PACKAGE.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## Add a charge, or an amendment")[1].split("\n## ")[0]
    return [textwrap.dedent(block) for block in re.findall(r"```(?:yaml)?\n(.*?)```", section, flags=re.DOTALL)]


def test_the_example_of_a_charge_passes_the_check_and_its_slips_are_told_as_it_says(files):
    entry, told, *_ = contributing()
    name = "charges/02_public_safety.yaml"
    files[name] = {"charges": yaml.safe_load(entry)}
    assert check(files=files).faults == ()
    slips = entry.replace("[1, 12]", "[12, 1]").replace("增设, source: [A11]", "增设, source: [A99]")
    files[name] = {"charges": yaml.safe_load(slips)}
    assert [line.removeprefix("  - ") for line in told.splitlines()[1:]] == list(check(files=files).faults)


def test_the_example_of_an_amendment_passes_the_check(files):
    *_, amended, amendment = contributing()
    files["amendments.yaml"]["amendments"] = [
        *(row for row in files["amendments.yaml"]["amendments"] if row["short"] != "修十一"),
        *yaml.safe_load(amendment),
    ]
    charge(files)["tiers"][2:] = yaml.safe_load(amended)
    assert check(files=files).faults == ()
    files["amendments.yaml"]["amendments"].pop()
    assert (
        "one.yaml: 盗窃罪 tiers t2: from 2021-03-01: no amendment took effect on that day" in check(files=files).faults
    )
