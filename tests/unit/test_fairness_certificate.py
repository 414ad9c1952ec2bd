import json
import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sentencing_ml.fairness import bootstrap, certificate, conditional, planted
from sentencing_ml.fairness.certificate import KINDS, Task
from sentencing_ml.fairness.certify import certify_audit
from sentencing_ml.settings import AuditSettings, load_settings
from sentencing_ml.storage import write_json

KIND = {kind.name: replace(kind, part=1.0, whole=False) for kind in KINDS}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    # what the facts explain matters little to what is tested here, and learning it takes most of the time
    monkeypatch.setattr(conditional, "ROUNDS", 10)


def options(*, attributes=("procedure", "region"), size=400, repeats=2, **given) -> AuditSettings:
    plain = load_settings(Path(__file__).parents[2] / "params.yaml").audit
    small = plain.certificate.model_copy(update={"sizes": (size,), "repeats": repeats})
    return plain.model_copy(update={"attributes": attributes, "bootstrap": 50, "certificate": small, **given})


def issued(*kinds, pool=None, processes=1, **given):
    return certificate.certify(pool, settings=options(**given), processes=processes, kinds=[KIND[k] for k in kinds])


def row(**given):
    plain = {
        "kind": "labels", "source": "simulated", "size": 1000, "repeat": 0, "attribute": "a", "group": "g",
        "measure": "labels", "within": True, "share": 0.2, "planted": False, "true": 0.0, "estimate": 0.0, "low": -0.1,
        "high": 0.1, "df": 30.0, "p": 0.5, "q": 0.5, "verdict": "不能判断", "groups": 4,
    }  # fmt: skip
    return {**plain, **given}


def counted(tests, *, kind="labels", audits=2):
    rules = pd.DataFrame(columns=[*certificate._RULES, "repeat"]).astype({**certificate._RULES, "repeat": int})
    return certificate._run(
        KIND[kind], 1000, pd.DataFrame(tests), rules, audits=range(audits), settings=options()
    )  # fmt: skip


def test_the_figures_are_those_counted_by_hand():
    tests = [
        row(planted=True, true=0.1, estimate=0.12, low=0.05, high=0.2, verdict="有差异"),  # found
        row(group="h", true=0.02, estimate=0.03, verdict="有差异", low=0.025, high=0.04),  # inherited: no false one
        row(group="i", true=0.004, estimate=0.06, low=0.01, high=0.1, verdict="有差异"),  # false: no true gap
        row(group="k", true=-0.05, estimate=0.06, low=0.01, high=0.1, verdict="有差异"),  # false: the other sign
        row(repeat=1, planted=True, within=False, true=0.1, estimate=0.02, verdict="不能判断"),  # missed
        row(repeat=1, group="h", true=0.005, verdict="等效"),
        row(repeat=1, group="i", true=0.005, share=0.05, verdict="不能判断"),  # too small to ask it of
        row(repeat=1, group="k", true=0.07, estimate=0.01, low=-0.02, high=0.04, verdict="等效"),  # wrong
    ]
    run = counted(tests)
    assert run["flagged"]["k"] == 1
    assert run["flagged_false"]["k"] == 1
    assert run["false_discovery"]["share"] == pytest.approx((2 / 4 + 0) / 2)
    assert (run["power"]["k"], run["power"]["n"]) == (1, 2)
    assert (run["power_within"]["k"], run["power_court"]["k"]) == (1, 0)
    assert (run["equivalence_right"]["k"], run["equivalence_right"]["n"]) == (1, 2)
    assert (run["equivalence_wrong"]["k"], run["equivalence_wrong"]["n"]) == (1, 2)
    # out of their intervals: h, i and k of the first audit, k of the second
    assert (run["coverage"]["k"], run["coverage"]["n"]) == (4, 8)
    assert run["by_measure"][0]["different"] == 4
    assert run["power_by_share"][1]["n"] == 2


def test_measures_with_a_margin_of_their_own_are_no_part_of_the_five_percent():
    run = counted([row(measure="asymmetry", verdict="等效"), row(repeat=1, verdict="等效")])
    assert run["equivalence_right"]["n"] == 1


def test_an_audit_without_any_test_counts_as_one_that_flags_nothing():
    run = counted([row(verdict="有差异", true=0.1, estimate=0.1)], audits=4)
    assert (run["flagged"]["k"], run["flagged"]["n"]) == (1, 4)
    assert run["false_discovery"]["n"] == 4


def test_rates_have_the_exact_interval():
    # Clopper and Pearson: the bounds solve (1 − p)^20 = 0.025 and, for 20 of 20, p^20 = 0.025
    none, all_ = certificate._exact(0, 20, level=0.95), certificate._exact(20, 20, level=0.95)
    assert none["high"] == pytest.approx(1 - 0.025 ** (1 / 20))
    assert all_["low"] == pytest.approx(0.025 ** (1 / 20))
    assert set(certificate._exact(0, 0, level=0.95).values()) == {None}


def test_a_certificate_is_plain_numbers():
    found = issued("null", "labels", repeats=2, attributes=("procedure", "region", "no such attribute"))
    assert "NaN" not in json.dumps(found, allow_nan=False)
    assert found["conditions"]["attributes"] == ["procedure", "region"]
    assert [run["kind"] for run in found["runs"]] == ["null", "labels"]
    assert {"null_flagged", "null_flagged_high", "false_discovery", "power"} <= set(found["figures"])
    assert all(isinstance(value, float) for value in found["figures"].values())


def test_two_processes_find_what_one_finds(monkeypatch):
    monkeypatch.undo()
    one, two = (issued("null", attributes=("region",), size=250, repeats=1, processes=processes) for processes in (1, 2))
    assert json.dumps(one["runs"]) == json.dumps(two["runs"])


def test_the_parts_with_data_of_their_own_are_certified_too():
    given = {"attributes": ("procedure", "household"), "size": 1200, "repeats": 1}
    found = issued("overrides", "extraction", **given)
    overrides, extraction = found["runs"]
    assert {entry["measure"] for entry in overrides["by_measure"]} == {"override"}
    assert overrides["power"]["share"] == 1
    assert overrides["coverage"]["share"] >= 0.6
    measures = {entry["measure"]: entry for entry in extraction["by_measure"]}
    assert measures["recall"]["different"] >= 1
    assert measures["recall"]["false"] == 0
    whole = certificate.certify(
        None, settings=options(size=800, repeats=1), processes=1, kinds=[replace(KIND["null"], whole=True)]
    )["runs"][0]  # fmt: skip
    assert {"override", "recall", "labels", "coverage"} <= {entry["measure"] for entry in whole["by_measure"]}


def test_a_large_planted_difference_is_found_and_plain_rules_flag_what_is_none():
    given = {"size": 900, "repeats": 2, "attributes": ("procedure", "counsel", "education")}
    settings = options(**given)
    large = settings.certificate.model_copy(update={"effect": 0.6})
    found = certificate.certify(
        None,
        settings=settings.model_copy(update={"certificate": large}),
        processes=1,
        kinds=[KIND["null"], KIND["labels"]],
    )
    null, labels = found["runs"]
    assert labels["power"]["share"] == 1
    assert null["flagged"]["k"] == 0
    assert null["coverage"]["share"] > 0.85
    rules = {rule["rule"]: rule for rule in null["rules"]}
    assert rules["range"]["flagged"]["share"] == 1
    assert found["figures"]["rule_range_null_flagged"] == 1


def too_small(sums, **given):
    """Infer as if the standard error were a third of what it is."""
    kept = INFER(sums, **given)
    se = kept.se / 3
    return replace(
        kept, se=se, low=kept.estimate - 2 * se, high=kept.estimate + 2 * se,
        p=2 * stats.t.sf(np.abs(kept.estimate / se), kept.df),
    )  # fmt: skip


def rows_as_clusters(corpus, table):
    facts = KEPT(corpus, table)
    return replace(facts, clusters=np.arange(len(table)))


KEPT, INFER = planted.facts_of, bootstrap.infer


@pytest.mark.parametrize("broken", ["too small a standard error", "rows taken for courts"])
def test_a_broken_inference_is_seen_in_the_certificate(broken, monkeypatch):
    given = {"attributes": ("region", "province", "procedure"), "size": 1200, "repeats": 3}
    if broken == "too small a standard error":
        sound = issued("null", **given)["runs"][0]
        monkeypatch.setattr(bootstrap, "infer", too_small)
        found = issued("null", **given)["runs"][0]
        assert found["flagged"]["share"] >= 0.6 > sound["flagged"]["share"]
        assert found["coverage"]["share"] < 0.75 < sound["coverage"]["share"]
    else:
        # courts of very different severity, taken for as many independent judgments as they have
        plan = planted.plan()
        harsh = {**plan, "courts": {**plan["courts"], "sd": 0.4}}
        monkeypatch.setattr(planted, "plan", lambda: harsh)
        clustered = issued("null", **given)["runs"][0]
        monkeypatch.setattr(planted, "facts_of", rows_as_clusters)
        found = issued("null", **given)["runs"][0]
        assert found["flagged"]["share"] >= 0.6 > clustered["flagged"]["share"]
        assert found["coverage"]["share"] < 0.85 < clustered["coverage"]["share"]


CHANGES = [
    ("the margin of equivalence", {"equivalence": 0.04}, True),
    ("the attributes", {"attributes": ("gender",)}, True),
    ("the size of a verdict", {"verdict_from": 200}, True),
    ("the seed", {"seed": 20}, True),
    ("swaps have no part in it", {"swaps": 7}, False),
    ("nor have annotations", {"annotations": "x"}, False),
]


@pytest.mark.parametrize(("change", "differs"), [entry[1:] for entry in CHANGES], ids=[entry[0] for entry in CHANGES])
def test_the_configuration_knows_what_the_figures_depend_on(change, differs):
    before, after = (certificate.configuration(options(**given)) for given in ({}, change))
    assert (before != after) is differs


@pytest.mark.parametrize(
    ("file", "differs"),
    [("bootstrap.py", True), ("conditional.py", True), ("planted.yaml", True), ("groups.yaml", True),
     ("certificate.py", True), ("page.py", False)],
)  # fmt: skip
def test_the_configuration_knows_the_code_of_the_statistics(file, differs, tmp_path):
    folder = tmp_path / "fairness"
    shutil.copytree(str(resources.files("sentencing_ml") / "fairness"), folder)
    before = certificate.code_hashes(folder)
    with (folder / file).open("a", encoding="utf-8") as handle:
        handle.write("\n# changed\n")
    assert (certificate.code_hashes(folder) != before) is differs


def test_a_certificate_is_current_stale_or_missing(tmp_path):
    path = tmp_path / "certificate.json"
    settings = options()
    missing = certificate.read_certificate(path, settings)
    assert (missing["status"], missing["state"], missing["figures"]) == ("not_run", "missing", {})
    found = {
        "version": certificate.VERSION, "status": "measured", "configuration": certificate.configuration(settings),
        "figures": {"power": 1.0},
    }  # fmt: skip
    write_json(path, found)
    assert certificate.read_certificate(path, settings)["state"] == "current"
    stale = certificate.read_certificate(path, options(equivalence=0.04))
    assert (stale["status"], stale["state"], stale["figures"]) == ("not_run", "stale", {})
    assert "--certify" in stale["why"]
    path.write_text("{", encoding="utf-8")
    assert certificate.read_certificate(path, settings)["state"] == "stale"


def test_the_kinds_of_resampled_counts_need_enough_of_them():
    corpus = planted.simulate(800, confounded=True, rng=np.random.default_rng(1))
    pool = planted.Pool(table=planted.table_of(corpus), design=corpus.design, categorical=corpus.categorical)
    kinds = ("resampled", "resampled_labels")
    found = issued(*kinds, pool=pool)
    assert [run["kind"] for run in found["runs"]] == list(kinds)
    assert found["conditions"]["resampled"] == {"rows": 800, "courts": pool.courts}
    few = replace(pool, table=pool.table.iloc[:100])
    assert issued(*kinds, pool=few)["runs"] == []
    assert issued(*kinds, pool=None)["figures"] == {}


def test_the_stage_certifies_simulated_counts_where_it_is_given_no_others(tmp_path):
    settings = load_settings(Path(__file__).parents[2] / "params.yaml")
    runtime = settings.runtime.model_copy(update={"threads": 1})
    settings = settings.model_copy(update={"audit": options(size=250, repeats=1), "runtime": runtime})
    figures = certify_audit(report=tmp_path / "certificate.json", settings=settings)
    found = certificate.read_certificate(tmp_path / "certificate.json", settings.audit)
    assert found["state"] == "current"
    assert {run["source"] for run in found["runs"]} == {"simulated"}
    assert found["swap"] is None
    assert figures == found["figures"]


def test_plain_rules_by_hand():
    table = pd.DataFrame({
        "court": pd.array([f"某法院{k}" for k in range(60)], dtype="string"),
        "charge_group": pd.array(["盗窃罪"] * 60, dtype="string"),
        "procedure": pd.array(["普通"] * 30 + ["简易"] * 20 + ["速裁"] * 10, dtype="string"),
        "y": [9.0] * 60,
        "expected": [9.0] * 50 + [9.0 * 1.2 + 0.2] * 10,
        "advice": [20.0] * 28 + [5.0] * 2 + [20.0] * 2 + [5.0] * 28,
    })  # fmt: skip
    settings = options(attributes=("procedure",))
    groupings = planted.grouped_by(table, settings)
    error = np.log1p(table["expected"].to_numpy()) - np.log1p(9.0)
    found = pd.DataFrame(certificate.plain_rules(table, groupings, error, [], settings=settings))
    assert found["true"].equals(found["estimate"])
    flags = found[found["flagged"]].groupby("rule")["group"].agg(sorted).to_dict()
    # 速裁 is advised ln(11/10…) too much, the others exactly; 28 of 30, 2 of 20 and 0 of 10 are above the median
    assert set(flags["four_fifths"]) == {"简易", "速裁"}
    assert "速裁" in flags["gap"]
    assert set(flags["range"]) == {"速裁", "普通", "简易"}


def test_a_group_that_is_withheld_is_none_that_can_be_false():
    # 速裁 is too small to be shown, and 简易 goes with it: nothing of the attribute is compared
    corpus = planted.simulate(300, confounded=False, rng=np.random.default_rng(1))
    few = pd.array(["普通"] * 280 + ["简易"] * 16 + ["速裁"] * 4, dtype="string")
    table = planted.table_of(corpus).assign(procedure=few)
    settings = options(attributes=("procedure",))
    groupings = planted.grouped_by(table, settings)
    rules = pd.DataFrame(
        certificate.plain_rules(table, groupings, planted.expected_error(corpus), [], settings=settings)
    )
    assert set(rules["group"]) == {"普通", "简易"}
    assert np.isfinite(rules["true"]).all()


def test_a_task_is_drawn_by_its_own_number():
    settings = options(size=300)
    certificate._keep(None)
    one, again, other = (
        certificate._one(Task(kind=KIND["null"], size=300, repeat=repeat), settings)[0] for repeat in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one, again)
    assert not one["estimate"].equals(other["estimate"])
