"""The synthetic corpus: determinism, bounds of the law, a truth that a planted disparity leaves alone, clean texts."""

import datetime
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import columns
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.settings import SimulationSettings
from sentencing_ml.simulation import arithmetic, cases
from sentencing_ml.simulation.desk import phrases, scenes
from sentencing_ml.simulation.model import PLEA_LENIENCY_FROM, assumptions
from sentencing_ml.simulation.numerals import long_date, term
from sentencing_ml.simulation.offence import tier_and_base
from sentencing_ml.simulation.sentence import tier_bounds
from sentencing_ml.simulation.simulate import TRUTH, simulate, simulate_corpus, simulate_table
from sentencing_ml.storage import read_jsonl, read_table, sha256_file

N = 500


def of(**changes):
    given = {"judgments": N, "seed": 5, "confounding": 1.0, "planted_attribute": None, "planted_effect": 0.0}
    return SimulationSettings.model_validate(given | changes)


def drawn(n=N, **changes):
    given = {"seed": 5, "confounding": 1.0, "planted_attribute": None, "planted_effect": 0.0} | changes
    return [cases.draw_case(index, **given) for index in range(n)]


def counts(some):
    return [(case, person, count) for case in some for person in case.persons for count in person.counts]


@pytest.fixture(scope="module")
def corpus():
    return simulate(settings=of())


@pytest.fixture(scope="module")
def plain():
    return drawn()


# ---- the same bytes


def test_the_files_depend_on_the_seed_alone_and_not_on_the_hash_seed(tmp_path):
    code = (
        "from pathlib import Path; import sys; from sentencing_ml.settings import SimulationSettings as S\n"
        "from sentencing_ml.simulation.simulate import simulate_corpus\n"
        "simulate_corpus(folder=Path(sys.argv[1]), settings=S(judgments=40, seed=5, confounding=1.0, "
        "planted_attribute=None, planted_effect=0.0))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "other")], check=True, env={**os.environ, "PYTHONHASHSEED": "4711"}
    )
    simulate_corpus(folder=tmp_path / "here", settings=of(judgments=40))
    names = ["judgments.jsonl.gz", "indictments.jsonl.gz", "factors.parquet", "truth.parquet"]
    for name in names:
        assert sha256_file(tmp_path / "here" / name) == sha256_file(tmp_path / "other" / name), name
    simulate_corpus(folder=tmp_path / "seed", settings=of(judgments=40, seed=6))
    assert sha256_file(tmp_path / "here" / names[0]) != sha256_file(tmp_path / "seed" / names[0])


def test_a_longer_corpus_begins_with_the_shorter_one(corpus):
    assert simulate(settings=of(judgments=30)).judgments == corpus.judgments[:30]


def test_the_stage_writes_what_simulate_returns(tmp_path):
    metrics = simulate_corpus(folder=tmp_path, settings=of(judgments=20))
    made = simulate(settings=of(judgments=20))
    assert list(read_jsonl(tmp_path / "judgments.jsonl.gz")) == list(made.judgments)
    assert list(read_jsonl(tmp_path / "indictments.jsonl.gz")) == list(made.indictments)
    pd.testing.assert_frame_equal(read_table(tmp_path / "factors.parquet"), made.factors)
    pd.testing.assert_frame_equal(read_table(tmp_path / "truth.parquet"), made.truth)
    assert metrics["judgments"] == 20
    assert metrics["counts"] == len(made.factors)


# ---- the tables


def test_the_factor_table_has_the_schema_and_one_row_a_truth(corpus):
    assert {name: str(dtype) for name, dtype in corpus.factors.dtypes.items()} == columns()
    assert list(corpus.truth.columns) == list(TRUTH)
    assert corpus.factors["row_id"].is_unique
    assert corpus.factors["row_id"].tolist() == corpus.truth["row_id"].tolist()
    flags = [
        factor.name
        for factor in registry().factors.values()
        if factor.type == "boolean" and factor.factor_class.name in ("liability", "mixed", "prevention")
    ]
    assert corpus.factors[flags].notna().all(axis=None)


def test_the_guide_of_the_fields_holds(corpus):
    table = corpus.factors
    assert not (table["surrender"] & table["confession"]).any()
    assert not (table["plea_leniency"] & table["plea_in_court"]).any()
    assert (table["repeated"] == (table["incident_count"] >= 3)).all()
    assert table.loc[table["recidivist"], "prior_record"].all()
    assert table.loc[table["role"].notna(), "group"].all()
    assert not (table["first_offender"] & table["prior_record"]).any()


def test_there_are_many_charges_courts_and_kinds_of_penalty():
    table, truth = simulate_table(n=3000, seed=1, confounding=1.0, missed=0.0)
    assert table["charge_group"].nunique() >= 14
    assert truth["province"].nunique() == 31
    assert truth["court"].nunique() >= 60
    assert {"拘役", "管制", "有期徒刑", "无期徒刑", "单处罚金", "免予刑事处罚"} <= set(table["penalty"])
    assert set(table["counsel"].dropna()) == {"委托", "法律援助", "值班律师", "无"}
    assert set(table["procedure"]) == {"速裁", "简易", "普通"}


def test_missed_flags_are_lost_and_the_sentence_stays():
    full, truth = simulate_table(n=1500, seed=3, confounding=1.0, missed=0.0)
    lossy, same = simulate_table(n=1500, seed=3, confounding=1.0, missed=0.3)
    pd.testing.assert_frame_equal(truth, same)
    flags = [factor.name for factor in registry().offender() if factor.type == "boolean"]
    others = [name for name in full if name not in [*flags, "stage"]]
    pd.testing.assert_frame_equal(full[others], lossy[others])
    assert not (lossy[flags] & ~full[flags]).any(axis=None)
    kept = lossy[flags].sum().sum() / full[flags].sum().sum()
    assert kept == pytest.approx(0.7, abs=0.03)


def test_missed_levels_read_as_the_neutral_one():
    full, _ = simulate_table(n=3000, seed=1, confounding=1.0, missed=0.0)
    lossy, _ = simulate_table(n=3000, seed=1, confounding=1.0, missed=1.0)
    assert (full["stage"] == "中止").any()
    pd.testing.assert_series_equal(lossy["stage"], full["stage"].replace("中止", "既遂"))
    assert not lossy[[factor.name for factor in registry().offender() if factor.type == "boolean"]].any(axis=None)


def test_a_table_of_one_charge():
    table, truth = simulate_table(n=800, seed=2, confounding=1.0, missed=0.0, charge="抢劫罪")
    assert set(table["charge_group"]) == {"抢劫罪"}
    assert set(table["counts"]) == {1}
    assert (table["doc_id"].nunique() < 800) and (table["role"] == "从犯").any()
    assert table["row_id"].tolist() == truth["row_id"].tolist()
    assert truth["court"].nunique() >= 60


def test_an_unknown_charge_is_told_with_those_that_are_known():
    with pytest.raises(InputError, match="叛国罪.*盗窃罪"):
        simulate_table(n=10, seed=2, confounding=1.0, missed=0.0, charge="叛国罪")


def test_the_expected_liability_depends_on_nothing_but_what_the_table_and_the_law_in_force_show():
    some = drawn(n=2000)
    shown = [factor.name for factor in registry().model_inputs()]
    by_facts: dict[tuple, set[float]] = {}
    for case, _, count in counts(some):
        facts = tuple(count.facts.get(name) for name in shown)
        facts += (count.charge, count.law.tiers[count.tier].floor, case.offence < datetime.date(2021, 3, 1))
        by_facts.setdefault(facts, set()).add(round(count.liability_expected, 9))
    repeated = len(counts(some)) - len(by_facts)
    assert repeated > 100
    assert all(len(values) == 1 for values in by_facts.values())


def test_the_expected_liability_is_the_mean_of_the_cases():
    _, truth = simulate_table(n=3000, seed=4, confounding=1.0, missed=0.0, charge="抢劫罪")
    ratio = (truth["liability_months"] / truth["liability_expected"]).to_numpy(dtype="float64")
    drawn_ones = ratio[np.abs(ratio - 1) > 1e-9]
    assert len(drawn_ones) > 500
    assert drawn_ones.mean() == pytest.approx(1, abs=4 * drawn_ones.std() / len(drawn_ones) ** 0.5)
    assert drawn_ones.std() / len(drawn_ones) ** 0.5 < 0.008


def test_beside_the_leaning_of_court_and_judge_only_chance_is_left(plain):
    left = []
    for case, _, count in counts(plain):
        adjusted = arithmetic.adjusted_term(base=count.base_months, ratios=count.ratios)
        bounds = tier_bounds(count.law, count.tier)
        if bounds.floor < 0.7 * adjusted and 1.4 * adjusted < bounds.ceiling and adjusted > 8:
            left.append(np.log(count.declared_exact / adjusted) - case.leaning)
    assert len(left) > 150
    assert np.mean(left) == pytest.approx(0, abs=4 * 0.05 / len(left) ** 0.5)
    assert np.std(left) == pytest.approx(assumptions()["noise"]["case_sd"], rel=0.2)


# ---- the law


def test_every_term_lies_inside_its_tier_or_below_it_by_a_ground(plain):
    least = {"有期徒刑": 6, "拘役": 1, "管制": 3}
    for case, _, count in counts(plain):
        tier, months = count.law.tiers[count.tier], count.outcome.term_months
        bounds = tier_bounds(count.law, count.tier)
        assert tier.floor <= count.base_months <= tier.ceiling, case.id
        assert bounds.mitigated_floor <= count.liability_months <= tier.ceiling, case.id
        if months is None:
            continue
        allowed = bounds.mitigated_floor if arithmetic.mitigated(count.ratios, liability_only=False) else tier.floor
        assert max(allowed, least[count.outcome.penalty]) <= months <= max(tier.ceiling, 6), case.id


def test_probation_fines_and_kinds_keep_to_the_law(plain):
    for case in plain:
        for person in case.persons:
            final = person.final
            if final.probation_months:
                assert not person.offender["recidivist"], case.id
                assert final.term_months <= 36, case.id
                low, high = (2, 12) if final.penalty == "拘役" else (12, 60)
                assert max(low, final.term_months) <= final.probation_months <= high, case.id
            if final.penalty in ("无期徒刑", "死刑"):
                assert not person.offender["minor_defendant"], case.id
                assert "中级" in case.court_name, case.id
            if person.offender["recidivist"]:
                assert final.penalty in ("有期徒刑", "无期徒刑", "死刑"), case.id
        if case.procedure == "速裁":
            assert all((person.final.term_months or 0) <= 36 for person in case.persons), case.id
        if case.judged < PLEA_LENIENCY_FROM:
            assert case.procedure != "速裁", case.id
            assert not any(person.offender["plea_leniency"] for person in case.persons), case.id


def test_every_drawn_ratio_lies_in_the_band_of_the_law(plain):
    for case, _, count in counts(plain):
        for name, ratio in count.ratios.items():
            entry = circumstances().entries.get(name)
            if entry is not None and entry.band is not None:
                assert entry.band.low <= abs(ratio) <= entry.band.high, (case.id, name)
                assert ratio * entry.direction > 0, (case.id, name)


def test_the_base_sentence_grows_with_the_amount():
    day = datetime.date(2020, 5, 1)
    facts = {
        "group": False,
        "deaths": 0,
        "serious_injuries": 0,
        "repeated": False,
        "burglary": False,
        "weapon": False,
        "pickpocketing": False,
    }
    amounts = np.geomspace(2000, 5_000_000, 60)
    months = [tier_and_base("盗窃罪", {**facts, "amount_yuan": float(amount)}, day=day)[1] for amount in amounts]
    assert all(later >= earlier for earlier, later in zip(months, months[1:], strict=False))
    assert months[0] < 7
    assert months[-1] > 120


# ---- confounding and planted disparity


def test_confounding_ties_behaviour_to_severity():
    def tie(confounding):
        some = drawn(n=1500, confounding=confounding)
        rows = [
            (case.severity, person.offender["surrender"], person.offender["recidivist"])
            for case in some
            for person in case.persons
        ]
        severity, surrender, recidivist = np.array(rows, dtype=float).T
        return np.corrcoef(severity, surrender)[0, 1], np.corrcoef(severity, recidivist)[0, 1]

    free, tied, strong = tie(0.0), tie(1.0), tie(2.0)
    assert abs(free[0]) < 0.08
    assert free[0] > tied[0] > strong[0]
    assert strong[1] > free[1] + 0.1


@pytest.mark.parametrize("attribute", ["gender", "region", "counsel"])
def test_a_planted_disparity_changes_the_sentences_of_its_group_and_nothing_else(plain, attribute):
    planted = drawn(planted_attribute=attribute, planted_effect=0.25)
    touched = 0
    for (case, person, count), (other, same, twin) in zip(counts(plain), counts(planted), strict=True):
        assert (case.court, case.judge, case.judged, case.procedure) == (
            other.court,
            other.judge,
            other.judged,
            other.procedure,
        )
        assert (count.facts, count.ratios, count.base_months, count.liability_months) == (
            twin.facts,
            twin.ratios,
            twin.base_months,
            twin.liability_months,
        )
        assert person.offender == same.offender
        assert not person.planted
        if same.planted:
            touched += 1
        else:
            assert (count.declared_exact, count.outcome) == (twin.declared_exact, twin.outcome)
    assert touched > 20


def test_a_planted_effect_is_recovered_from_the_sentences():
    some = drawn(n=2500, planted_attribute="gender", planted_effect=0.25)
    rows = []
    for _, person, count in counts(some):
        adjusted = arithmetic.adjusted_term(base=count.base_months, ratios=count.ratios)
        bounds = tier_bounds(count.law, count.tier)
        if 1.2 * bounds.floor < adjusted < 0.65 * bounds.ceiling and adjusted > 8:
            rows.append((person.gender == "女", np.log(count.declared_exact / adjusted)))
    women = [value for is_woman, value in rows if is_woman]
    men = [value for is_woman, value in rows if not is_woman]
    error = np.hypot(np.std(women) / len(women) ** 0.5, np.std(men) / len(men) ** 0.5)
    assert len(women) > 60
    assert np.mean(women) - np.mean(men) == pytest.approx(np.log(1.25), abs=4 * error)
    assert error < 0.02


# ---- the texts


def test_a_registration_stands_in_the_text_where_the_truth_has_one_and_most_homes_are_near():
    some = drawn(n=300)
    people = [(case, person) for case in some for person in case.persons]
    assert {person.home_told for _, person in people} == set(assumptions()["home"]["told"])
    assert all((person.household is None) == (person.home_told == "住") for _, person in people)
    local = np.mean([person.home.province == case.court.province for case, person in people])
    assert local == pytest.approx(assumptions()["home"]["same_province"] + 0.3 / 31, abs=0.08)
    made = simulate(settings=of(judgments=40))
    texts = {item["id"]: item["text"] for item in made.judgments}
    table = made.factors.drop_duplicates(["doc_id", "defendant_index"])
    for row in table[table["defendant_index"] == 0].itertuples():
        told = re.search(r"户籍(?:所在)?地|[区县]人，", texts[row.doc_id].split("被告人")[1])
        assert pd.isna(row.household_province) == (told is None), row.doc_id


def test_texts_have_no_open_placeholder_and_no_doubled_stop(corpus):
    for item in (*corpus.judgments, *corpus.indictments):
        assert not re.search(r"[{}]|None|nan|。。|，，|；。|，。|、、|被告人被告人", item["text"]), item["id"]


def test_a_judgment_has_its_parts_and_its_truth(corpus):
    table = corpus.factors.drop_duplicates("doc_id").set_index("doc_id")
    for item in corpus.judgments:
        text, row = item["text"], table.loc[item["id"]]
        ascii_text = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        places = [
            text.index(mark)
            for mark in ("刑事判决书", "公诉机关", "起诉书指控", "本院认为，", "判决如下：", "如不服本判决", "书记员")
        ]
        assert places == sorted(places), item["id"]
        assert row["court"] in text and row["case_number"] in text and row["defendant"] in text
        assert row["judge"] in text
        assert long_date(datetime.date.fromisoformat(row["judgment_date"])) in text
        verdict = ascii_text[ascii_text.index("判决如下：") :]
        if pd.notna(row["final_term_months"]):
            assert f"{row['final_penalty']}{term(row['final_term_months'])}" in verdict, item["id"]
        if pd.notna(row["amount_yuan"]) and row["incident_count"] == 1:
            assert f"{row['amount_yuan']:.0f}" in ascii_text, item["id"]


def test_an_indictment_tells_no_verdict(corpus):
    for item in corpus.indictments:
        text = item["text"]
        assert "起诉书" in text and "经依法审查查明" in text and "此致" in text
        assert not re.search(r"判决如下|经审理查明|缓刑|决定执行|如不服本判决|公诉机关指控", text), item["id"]


def test_what_became_of_a_recommendation_is_told_as_judgments_tell_it(corpus):
    table = corpus.factors.drop_duplicates("doc_id").set_index("doc_id")
    answers = {"adopted": 0, "refused": 0}
    for item in corpus.judgments:
        row, text = table.loc[item["id"]], item["text"]
        refused = re.search(r"量刑建议[^。]{0,60}(?:不予采纳|予以调整)", text)
        answers["refused" if refused else "adopted"] += bool(row["recommendation_present"])
        assert refused is None or row["recommendation_present"], item["id"]
        low, high, given = (row[name] for name in ("recommendation_min_months", "recommendation_max_months", "term_months"))
        if row["recommendation_present"] and row["counts"] == 1:
            assert (refused is None) == (low <= given <= high), item["id"]
        for weight, holds in (("偏重", given < low if refused else True), ("偏轻", given > high if refused else True)):
            assert not refused or weight not in refused[0] or holds, item["id"]
    assert answers["refused"] > 0 and answers["adopted"] > answers["refused"]
    assert any("将量刑建议调整为" in item["text"] for item in corpus.judgments)
    assert any(re.search(r"建议[^。]{0,60}适用缓刑", item["text"]) for item in corpus.judgments)


def test_layouts_and_traps_are_present(corpus):
    texts = [item["text"] for item in corpus.judgments]
    share = lambda test: sum(map(test, texts)) / len(texts)  # noqa: E731
    assert 0.35 < share(lambda text: "\n" in text) < 0.65
    assert 0.1 < share(lambda text: "\n" not in text and " " not in text[:200]) < 0.35
    assert 0.2 < share(lambda text: "法律条文" in text.split("书记员")[-1]) < 0.45
    assert share(lambda text: "不予采纳" in text or "不予采信" in text or "不予支持" in text) > 0.15
    assert share(lambda text: "不能认定为自首" in text or "不构成自首" in text or "不能认定其自首" in text) > 0.03
    assert share(lambda text: "另案处理" in text) > 0.05
    assert 0.02 < share(lambda text: bool(re.search("[０-９]", text))) < 0.15


def test_the_phrase_banks_are_full():
    for name, bank in phrases()["circumstances"].items():
        assert len(set(bank["granted"])) >= 5, name
        for kind in ("denied", "claim", "refusal", "other"):
            assert bank[kind], (name, kind)
        if "granted_by_fact" in bank:
            assert len(bank["granted_by_fact"]) == len(bank["facts"]), name
    for name, scene in scenes()["charges"].items():
        assert len(set(scene["acts"])) >= 3, name
    assert set(scenes()["charges"]) == set(assumptions()["charges"])
