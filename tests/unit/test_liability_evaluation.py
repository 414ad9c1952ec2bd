"""The parts of the evaluation on worlds whose answers are known, and the report that they make together."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.liability import (
    abstaining,
    baselines,
    calibration,
    coverage,
    defendants,
    fines_assessed,
    kinds_assessed,
    learning,
    slices,
)
from sentencing_ml.liability.accuracy import FIGURES, accuracy, drawn
from sentencing_ml.liability.evaluate import NO_DOCUMENTS, NO_TRAINING, TURNED_OFF, Taught, evaluate, evaluate_on
from sentencing_ml.liability.held_out import held_out, years
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.split import assign
from sentencing_ml.liability.train import fit, training_rows, with_parts
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json, write_table

ROOT = Path(__file__).resolve().parents[2]
PARAMS = load_settings(ROOT / "params.yaml")
SETTINGS = PARAMS.model_copy(
    update={
        "train": PARAMS.train.model_copy(update={"n_estimators": 50, "learning_rate": 0.15, "num_leaves": 8, "formula_below": 100}),
        "evaluate": PARAMS.evaluate.model_copy(update={"bootstrap": 60, "curve": (0.25, 1.0)}),
        "explain": PARAMS.explain.model_copy(update={"background": 5}),
        "runtime": PARAMS.runtime.model_copy(update={"threads": 1}),
    }
)
NOTHING_FITTED = SETTINGS.model_copy(
    update={
        "evaluate": SETTINGS.evaluate.model_copy(
            update={"curve": (), "ablation": False, "omission": False, "text_baseline": False, "shifted_years": False}
        )
    }
)
RARE = "抢夺罪"


def counts(n, *, seed=1, turn=None, factor=2.0, source="/somewhere/cases.jsonl"):
    """A factor table of two common charges and a rare one, years 2010 … 2019; from the year ``turn`` on terms are
    ``factor`` times as long."""
    draw, rows = np.random.default_rng(seed), []
    flags = {entry.name: False for entry in registry().offender() if entry.type == "boolean"}
    for number in range(n):
        charge = RARE if number % 48 == 5 else str(draw.choice(["盗窃罪", "故意伤害罪"]))
        year, row = 2010 + number % 10, {}
        if charge == "故意伤害罪":
            row["serious_injuries"] = int(draw.random() < 0.4)
            months = 9 + 30 * row["serious_injuries"]
        else:
            row["amount_yuan"] = round(float(np.exp(draw.normal(9.3, 0.9))))
            months = 1 + row["amount_yuan"] / 900
        confessed = bool(draw.random() < 0.6)
        months *= (0.8 if confessed else 1.0) * np.exp(draw.normal(0, 0.1)) * (factor if turn and year >= turn else 1.0)
        months = max(1.0, round(months))
        rows.append(
            flags
            | row
            | {
                "row_id": f"j{number:04d}/0/0", "doc_id": f"j{number:04d}", "cluster": f"k{number:04d}", "defendant_index": 0,
                "count_index": 0, "charge": charge, "charge_group": charge, "charge_source": "verdict", "doc_kind": "judgment",
                "status": "found", "counts": 1, "court": f"court {number * 7 % 31}", "judgment_date": f"{year}-05-06",
                "source": source, "penalty": "拘役" if months < 6 else "有期徒刑", "term_months": months, "final_penalty":
                "有期徒刑", "final_term_months": months, "confession": confessed,
            }
        )  # fmt: skip
    return factor_frame(rows)


def parted(frame, *, every=5):
    """The table with a split by row: every fifth one is tested, whatever its year."""
    number = frame["doc_id"].str[1:].astype(int)
    return frame.assign(part=(number % every == 0).map({True: "test", False: "train"}), fold=(number // 2 % 5).astype("int64"))


def spoken(frame, model):
    """What the model says of the counts of a table."""
    rows = prepare(frame, dated=True)
    return held_out(frame, rows, model.predict_rows(frame, rows), model, options=SETTINGS.evaluate, threads=1)


@pytest.fixture(scope="module")
def whole():
    return parted(counts(900))


@pytest.fixture(scope="module")
def model(whole):
    return fit(whole, settings=SETTINGS)[0]


@pytest.fixture(scope="module")
def training(whole):
    return training_rows(whole, settings=SETTINGS)


@pytest.fixture(scope="module")
def held(whole, model):
    return spoken(whole[whole["part"] == "test"], model)


# ---- what a model says of tested counts


def test_what_is_silent_to_a_user_is_still_known_to_the_evaluation(held):
    rare = (held.frame["charge_group"] == RARE).to_numpy(dtype=bool)
    assert rare.any() and not held.advised[rare].any() and held.advised.mean() > 0.9
    assert np.isfinite(held.expected).all()
    shown = held.predicted["liability_months"]
    assert shown.isna().to_numpy().tolist() == (~held.advised).tolist()
    some = held.take(held.advised)
    assert np.allclose(some.liability, shown.dropna().to_numpy(dtype=float))
    assert np.allclose(some.expected, some.predicted["expected_months"].to_numpy(dtype=float))
    assert np.allclose(some.high, some.predicted["interval_high"].to_numpy(dtype=float))
    assert len(some.rows.charge) == len(some.frame) == some.advised.sum()


def test_a_year_is_that_of_the_judgment_else_of_the_offence():
    frame = pd.DataFrame({"judgment_date": ["2016-03-01", None, None], "offence_date": ["2014", "2015-02", None]}, dtype="string")
    assert years(frame).fillna("—").tolist() == ["2016", "2015", "—"]


# ---- baselines


def test_a_charge_that_training_lacks_has_the_median_of_all(model):
    known = {name: entry.median_months for name, entry in model.support.charges.items()}
    found = baselines.medians(pd.Series(["盗窃罪", "无此罪", None], dtype="string"), model)
    assert found[0] == known["盗窃罪"]
    assert found[1] == found[2] and min(known.values()) <= found[1] <= max(known.values())


def test_the_ridge_reads_words_of_its_own_documents_alone(held, training):
    def texts(frame):
        months = frame["term_months"].to_numpy(dtype=float)
        return {name: "重伤骨折昏迷" if long else "轻微擦伤" for name, long in zip(frame["doc_id"], months > 20, strict=True)}

    told, taught = texts(held.frame), texts(training.frame)
    long = (held.declared > 20).astype(bool)
    said = baselines.text_ridge(held, training, told=told, taught=taught)
    assert np.median(said[long]) > 1.8 * np.median(said[~long])
    turned = {name: "重伤骨折昏迷" if text == "轻微擦伤" else "轻微擦伤" for name, text in told.items()}
    other = baselines.text_ridge(held, training, told=turned, taught=taught)
    assert np.median(other[long]) < np.median(other[~long])


def test_a_baseline_is_compared_where_it_says_anything(held):
    half = np.where(np.arange(len(held.declared)) % 2 == 0, held.declared * 2.0, np.nan)
    (entry,) = baselines.beside(held, {"rule_middle": half})
    given = np.isfinite(half)
    assert entry["n"] == given.sum()
    assert entry["figures"]["mae_months"]["value"] == pytest.approx(held.declared[given].mean())
    ours = np.abs(held.expected - held.declared)[given].mean()
    assert entry["ours_less_theirs"]["mae_months"]["value"] == pytest.approx(ours - held.declared[given].mean())
    assert baselines.beside(held, {"rule_middle": np.full(len(held.declared), np.nan)}) == []


def test_omission_learns_the_terms_of_those_who_mostly_confessed(held, training, model):
    advised = held.take(held.advised)
    left_out = baselines.omission(advised, training, settings=SETTINGS)
    assert np.exp(np.log(left_out / advised.liability).mean()) == pytest.approx(0.87, abs=0.04)  # 0.6 · ln 0.8


# ---- slices


def test_a_small_group_is_withheld_with_the_one_that_would_give_it_away(held):
    group = np.array(["2011"] * 4 + ["2012"] * 12 + ["2013"] * 40 + ["2014"] * (len(held.declared) - 56))
    shifted = replace(held, frame=held.frame.assign(judgment_date=pd.array(group + "-01-01", dtype="string")))
    found = {entry["name"]: entry["groups"] for entry in slices.by_dimension(shifted, held.declared, below=10)}
    status = {entry["group"]: (entry["status"], entry["n"]) for entry in found["year"]}
    assert status["2011"] == status["2012"] == ("suppressed", None)
    assert status["2013"] == ("shown", 40)
    assert [entry["group"] for entry in found["charge"]][:2] == sorted(["盗窃罪", "故意伤害罪"], key=lambda name: -(held.frame["charge_group"] == name).sum())
    assert [entry["group"] for entry in found["source"]] == ["cases.jsonl"]  # the folder is nobody's business


def test_a_group_with_too_few_figures_shows_its_count_alone(held):
    silent = held.frame["charge_group"].eq("盗窃罪").to_numpy(dtype=bool) & (np.arange(len(held.declared)) > 20)
    status = held.predicted["status"].mask(pd.Series(silent), "out_of_scope")
    quiet = replace(held, predicted=held.predicted.assign(status=status))
    (theft,) = (entry for entry in slices.by_dimension(quiet, held.declared, below=5)[0]["groups"] if entry["group"] == "盗窃罪")
    assert set(theft) == {"group", "n", "share_abstained", "status"}
    assert theft["status"] == "count_only" and theft["share_abstained"] > 0.5


def test_severity_is_cut_by_the_prediction(held):
    severe = replace(held, liability=np.arange(len(held.declared), dtype=float))
    (found,) = (entry for entry in slices.by_dimension(severe, held.declared, below=5) if entry["name"] == "severity")
    assert [entry["group"][:4] for entry in found["groups"]] == ["1 最轻", "2 较轻", "3 中等", "4 较重", "5 最重"]
    assert {entry["n"] for entry in found["groups"]} == {36}
    assert slices.fifths(np.full(10, 7.0)).nunique() == 1


# ---- calibration, errors, residuals


def test_tenths_of_a_prediction_that_is_half_too_high_show_it_everywhere():
    observed = np.exp(np.random.default_rng(1).normal(2.5, 0.7, size=500))
    found = calibration.tenths(1.5 * (1 + observed) - 1, observed, drawn(np.arange(500), draws=50, seed=1))
    assert len(found) == 10 and sum(entry["n"] for entry in found) == 500
    for entry in found:
        assert (1 + entry["predicted"]) / (1 + entry["observed"]) == pytest.approx(1.5)
        assert entry["low"] <= entry["observed"] <= entry["high"]
    same = calibration.tenths(np.full(500, 12.0), observed, drawn(np.arange(500), draws=50, seed=1))
    assert len(same) == 1


def test_the_spread_of_errors_is_that_of_the_ratios():
    observed = np.full(100, 9.0)
    predicted = np.r_[np.full(10, 2.0), np.full(60, 9.0), np.full(30, 29.0)]  # 0.3, 1 and 3 times 1 + months
    found = calibration.spread(predicted, observed)
    assert found["beyond_double"] == pytest.approx(0.4)
    shares = {(entry["from"], entry["to"]): entry["share"] for entry in found["bins"]}
    assert shares[(None, 0.33)] == 0.1 and shares[(0.9, 1.1)] == 0.6 and shares[(3.0, None)] == 0.3
    assert sum(shares.values()) == pytest.approx(1)
    assert found["months"]["q50"] == 0 and found["ratio"]["q95"] == pytest.approx(3)


def test_residuals_point_at_the_factor_that_was_forgotten(held):
    place = np.arange(len(held.declared))
    flagged = held.frame.assign(
        weapon=pd.array(place % 2 == 0, dtype="boolean"), burglary=pd.array(np.where(place % 3 == 0, None, place % 3 == 1), dtype="boolean")
    )
    wrong = replace(held, frame=flagged, expected=np.where(place % 2 == 0, (1 + held.declared) / 1.3 - 1, held.declared))
    found = {entry["factor"]: {part["zh"]: part for part in entry["bins"]} for entry in calibration.residuals(wrong)}
    assert found["weapon"]["有"]["value"] == pytest.approx(np.log(1.3))
    assert found["weapon"]["无"]["value"] == pytest.approx(0.0)
    assert found["burglary"]["未知"]["n"] == 60
    assert all(abs(part["value"] - np.log(1.3) / 2) < 0.1 for part in found["burglary"].values())
    assert all(part["n"] >= 30 for entry in found.values() for part in entry.values())


# ---- silence


def test_the_cause_of_each_silence():
    rows = [
        ("advised", 300, False, None, "a figure"),
        ("thin_data", 0, False, "unknown_charge", "training lacks the charge"),
        ("thin_data", 4, False, "few_cases", "training has four cases"),
        ("out_of_scope", 300, False, "beyond_range", "a fact beyond the training range"),
        ("out_of_scope", 0, False, "no_charge", "no charge is known"),
        ("out_of_scope", 0, True, "legal_entity", "a company"),
    ]
    predicted = pd.DataFrame({"status": pd.array([row[0] for row in rows], dtype="string"), "n_similar": pd.array([row[1] for row in rows], dtype="Int64")})
    frame = pd.DataFrame({"legal_entity": pd.array([row[2] for row in rows], dtype="boolean")})
    found = abstaining.causes(frame, predicted)
    for said, (*_, cause, reason) in zip(found.astype(object).where(found.notna(), None), rows, strict=True):
        assert said == cause, reason
    told = abstaining.rates(found)
    assert told["share"] == pytest.approx(5 / 6)
    assert [entry["cause"] for entry in told["causes"]] == list(abstaining.CAUSES)
    assert all(entry["n"] == 1 for entry in told["causes"])


def test_the_surest_half_is_that_of_the_narrowest_intervals(held):
    place = np.arange(len(held.declared))
    sure = replace(
        held, liability=held.declared, low=np.zeros(len(place)), high=(1 + held.declared) * (1 + place), expected=held.declared + place
    )
    found = abstaining.risk_by_coverage(sure)
    half = len(place) // 2
    assert found[0]["n"] == half and found[0]["mae_months"]["value"] == pytest.approx((half - 1) / 2)
    assert found[-1]["mae_months"]["value"] == pytest.approx(place.mean())


def test_what_silence_costs_is_told_only_where_there_are_rows_enough(held):
    found = {entry["name"]: entry for entry in abstaining.cost(held, {"charge_median": np.full(len(held.declared), 20.0)})}
    assert set(found) == {"silent", "charge_median"}
    rare = (~held.advised).sum()
    assert found["silent"]["abstained"] == {"n": rare, "figures": None} and rare < 30
    expected = np.abs(20 - held.declared[held.advised]).mean()
    assert found["charge_median"]["advised"]["figures"]["mae_months"]["value"] == pytest.approx(expected)


# ---- kinds of penalty


def test_scores_of_probabilities_by_hand():
    happened = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    uniform = np.full((2, 3), 1 / 3)
    assert kinds_assessed.log_loss(uniform, happened) == pytest.approx(np.log(3))
    assert kinds_assessed.brier(uniform, happened) == pytest.approx(4 / 9 + 2 / 9)
    assert kinds_assessed.log_loss(happened, happened) == 0 and kinds_assessed.brier(happened, happened) == 0
    assert kinds_assessed.log_loss(1 - happened, happened) < 30  # finite though what happened was called impossible


def test_reliability_holds_probabilities_against_shares():
    draw = np.random.default_rng(4)
    probability = draw.uniform(size=4000)
    happened = (draw.uniform(size=4000) < probability).astype(float)
    clusters = drawn(np.arange(4000), draws=100, seed=1)
    for entry in kinds_assessed.reliability(probability, happened, clusters):
        assert entry["from"] <= entry["predicted"] <= entry["to"]
        assert entry["low"] - 0.05 <= entry["predicted"] <= entry["high"] + 0.05
    (sure,) = kinds_assessed.reliability(np.ones(40), np.ones(40), clusters.take(np.arange(40)))
    assert (sure["from"], sure["to"], sure["n"], sure["value"]) == (0.95, 1.0, 40, 1.0)
    assert kinds_assessed.reliability(np.ones(29), np.ones(29), clusters.take(np.arange(29))) == []


def test_kinds_are_measured_on_counts_that_state_one_the_model_knows(whole, model):
    frame = whole[whole["part"] == "test"].reset_index(drop=True)
    rows = prepare(frame, dated=True)
    found = kinds_assessed.assess_kinds(frame, rows, model, options=SETTINGS.evaluate, threads=1)
    assert (found["n"], found["n_unlearned"]) == (180, 0)
    assert found["log_loss"] < found["log_loss_constant"] and found["brier"] < found["brier_constant"]
    assert sum(entry["observed"] for entry in found["shares"]) == pytest.approx(1)
    strange = frame.assign(penalty=pd.array(["死刑"] * 5 + [None] * 5 + list(frame["penalty"][10:]), dtype="string"))
    found = kinds_assessed.assess_kinds(strange, rows, model, options=SETTINGS.evaluate, threads=1)
    assert (found["n"], found["n_unlearned"]) == (170, 5)
    nothing = frame.assign(penalty=pd.array([None] * 180, dtype="string"))
    assert kinds_assessed.assess_kinds(nothing, rows, model, options=SETTINGS.evaluate, threads=1) is None


# ---- fines


def test_fines_are_held_against_their_intervals_where_both_are_known(whole, model):
    frame = whole[whole["part"] == "test"].head(100).reset_index(drop=True)
    predicted = pd.DataFrame({"fine_low": [1000.0] * 90 + [np.nan] * 10, "fine_high": [2000.0] * 90 + [np.nan] * 10}).astype("Float64")
    fines = np.r_[np.full(60, 1500.0), np.full(12, 900.0), np.full(8, 2100.0), np.full(5, 2000.0), np.full(15, np.nan)]
    fined = frame.assign(fine_yuan=pd.array(fines, dtype="Float64"))
    found = fines_assessed.assess_fines(fined, predicted, model, options=SETTINGS.evaluate)
    assert (found["n_fined"], found["n"]) == (85, 85)
    assert found["coverage"]["value"] == pytest.approx(65 / 85)
    assert (found["below"], found["above"]) == (pytest.approx(12 / 85), pytest.approx(8 / 85))
    assert sum(entry["n"] for entry in found["by_charge"]) <= 85 and all(entry["n"] >= 30 for entry in found["by_charge"])
    assert (found["median_low_yuan"], found["median_high_yuan"]) == (1000, 2000)
    silent = predicted.assign(fine_low=predicted["fine_low"].where(predicted.index < 29))
    assert fines_assessed.assess_fines(fined, silent, model, options=SETTINGS.evaluate) is None


# ---- defendants


def two_counts(frame, *, executed):
    """The first tested defendant with a second count, and one term executed for both."""
    first = frame.iloc[[0, 1]].copy()
    first["doc_id"], first["row_id"] = "j9000", pd.array(["j9000/0/0", "j9000/0/1"], dtype="string")
    first["counts"], first["final_term_months"] = 2, float(executed)
    return first


def test_terms_of_several_counts_are_combined_before_they_are_compared(whole, model):
    plain = whole[(whole["part"] == "test") & (whole["charge_group"] != RARE)].head(40).reset_index(drop=True)
    frame = pd.concat([plain, two_counts(plain, executed=30)], ignore_index=True)
    predicted = model.predict(frame, dated=True)
    found = defendants.assess_defendants(frame, predicted, np.full(42, 10.0), model, options=SETTINGS.evaluate)
    assert (found["all"]["n"], found["one"]["n"], found["several"]["n"]) == (41, 40, 1)
    terms = predicted["expected_months"].tail(2).to_numpy(dtype=float)
    combined = terms.max() + model.position * (terms.sum() - terms.max())
    assert found["several"]["expected"]["mae_months"]["value"] == pytest.approx(abs(combined - 30))
    assert found["several"]["charge_median"]["mae_months"]["value"] == pytest.approx(abs(10 + model.position * 10 - 30))
    one = np.abs(predicted["expected_months"].head(40).to_numpy(dtype=float) - plain["term_months"].to_numpy(dtype=float))
    assert found["one"]["expected"]["mae_months"]["value"] == pytest.approx(one.mean())


def test_a_count_without_a_figure_silences_the_defendant(whole, model):
    plain = whole[(whole["part"] == "test") & (whole["charge_group"] != RARE)].head(10).reset_index(drop=True)
    both = two_counts(plain, executed=30)
    both["charge_group"] = pd.array([both["charge_group"].iloc[0], RARE], dtype="string")
    frame = pd.concat([plain, both], ignore_index=True)
    found = defendants.assess_defendants(frame, model.predict(frame, dated=True), np.full(12, 10.0), model, options=SETTINGS.evaluate)
    assert found["several"] == {"n": 1, "share_abstained": 1.0, "expected": None}
    assert found["all"]["share_abstained"] == pytest.approx(1 / 11)


EXECUTED = [
    ({}, True, "a person with an executed term"),
    ({"final_penalty": None}, True, "months without a kind are of a kind that has months"),
    ({"final_term_months": None}, False, "no executed term"),
    ({"final_penalty": "无期徒刑", "final_term_months": None}, False, "life has no months"),
    ({"legal_entity": True}, False, "a company"),
    ({"doc_kind": "indictment"}, False, "nothing was decided yet"),
    ({"counts": 2}, False, "a count is missing from the table"),
]


@pytest.mark.parametrize(("change", "counted", "reason"), EXECUTED, ids=[row[2] for row in EXECUTED])
def test_whose_executed_term_is_compared(change, counted, reason):
    frame = counts(1)
    for name, value in change.items():
        frame[name] = pd.array([value], dtype=frame[name].dtype)
    assert defendants.executed(frame).tolist() == [counted], reason


# ---- intervals


def test_coverage_and_what_misses_on_either_side_make_a_whole(held, model):
    advised = held.take(held.advised)
    found = coverage.coverage(advised, model.intervals)
    assert found["coverage"]["value"] + found["below"] + found["above"] == pytest.approx(1)
    assert found["coverage"]["value"] == pytest.approx(advised.covered.mean())
    assert all(entry["n"] >= 100 for entry in found["by_charge"])
    assert sum(entry["n"] for entry in found["by_cell"]) <= found["n"]
    wide = replace(advised, low=np.zeros(len(advised.low)), high=np.full(len(advised.low), 999.0))
    assert coverage.coverage(wide, model.intervals)["coverage"] == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_intervals_of_early_years_fail_where_practice_has_changed_and_hold_where_not():
    found = {}
    for name, turn in (("same", None), ("changed", 2015)):
        frame = parted(counts(900, turn=turn))
        model = fit(frame, settings=SETTINGS)[0]
        held = spoken(frame[frame["part"] == "test"], model)
        found[name] = coverage.shifted_years(training_rows(frame, settings=SETTINGS), held, settings=SETTINGS)
    assert found["same"]["until"] == found["changed"]["until"] == "2014"
    assert abs(found["same"]["same"]["value"] - found["same"]["later"]["value"]) < 0.08
    assert found["changed"]["same"]["value"] > 0.8
    assert found["changed"]["later"]["value"] < 0.3
    assert [entry["year"] for entry in found["changed"]["by_year"]] == ["2015", "2016", "2017", "2018", "2019"]


def test_without_years_there_is_no_later_one(held, training):
    undated = replace(training, frame=training.frame.assign(judgment_date=None, offence_date=None))
    assert "没有日期" in coverage.shifted_years(undated, held, settings=SETTINGS)["why"]
    few = training.frame["judgment_date"].where(training.frame["judgment_date"] < "2010-06", None)
    found = coverage.shifted_years(replace(training, frame=training.frame.assign(judgment_date=few)), held, settings=SETTINGS)
    assert set(found) == {"why"}


@pytest.mark.parametrize(
    ("years", "cut", "reason"),
    [
        (["2010", "2011", "2012"], "2011", "the middle of three"),
        (["2010"] * 3 + ["2011"], "2010", "most are early"),
        (["2010", "2011", "2011", "2011"], "2010", "the middle one is the last: the one before leaves something later"),
        (["2011"] * 5, None, "one year alone"),
        ([], None, "no year"),
    ],
)
def test_the_middle_year_leaves_a_later_one(years, cut, reason):
    assert coverage._middle_year(pd.Series(years, dtype="string")) == cut, reason


# ---- what data and information are worth


def test_more_cases_and_more_information_come_nearer(held, training, model):
    advised = held.take(held.advised)
    found = learning.learning_curve(training, advised, shares=(1.0, 0.1), settings=SETTINGS)
    small, large = found["points"]
    assert small["n_clusters"] == 72 and large["n"] == len(training.months)
    assert large["expected"]["typical_ratio"]["value"] < small["expected"]["typical_ratio"]["value"]
    assert found["last_gain"]["typical_ratio"]["high"] < 0
    # the whole is the evaluated model itself, which was fitted on the same rows
    whole = accuracy(advised.expected, advised.declared, advised.clusters)
    assert large["expected"]["mae_months"]["value"] == pytest.approx(whole["mae_months"]["value"])
    double, fourfold = found["more"]
    assert fourfold["typical_ratio"] < double["typical_ratio"] < large["expected"]["typical_ratio"]["value"]

    steps = {entry["name"]: entry for entry in learning.ablation(training, advised, model, settings=SETTINGS)}
    assert list(steps) == list(learning.STEPS)
    assert steps["charge"]["gain"] is None and steps["charge"]["figures"]["r2_log"]["value"] < 0.3
    assert steps["facts"]["gain"]["r2_log"]["low"] > 0.4
    again = learning.ablation(training, advised, model, settings=SETTINGS)
    assert json.dumps(list(steps.values())) == json.dumps(again)


def test_one_share_has_no_gain_to_tell(held, training):
    found = learning.learning_curve(training, held.take(held.advised), shares=(0.2,), settings=SETTINGS)
    assert found["last_gain"] is None and found["more"] == []


# ---- the report


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Tables, documents and a model in a folder, and the report on the test part."""
    folder = tmp_path_factory.mktemp("stage")
    frame = counts(700, source="/home/<img src=x onerror=alert(1)>.jsonl")
    write_table(folder / "factors.parquet", frame)
    parts = assign(frame, settings=SETTINGS.split)
    write_table(folder / "split.parquet", parts)
    made = [
        Document(id=name, source="", kind="fact_record", text=f"经审理查明，被告人{charge[:2]}，情节{int(term) // 6}。")
        for name, charge, term in zip(frame["doc_id"], frame["charge_group"], frame["term_months"], strict=True)
    ]
    write_table(folder / "documents.parquet", documents_to_frame(made, clusters=list(frame["cluster"])))
    fit(with_parts(frame, parts), settings=SETTINGS)[0].save(folder / "model")
    given = {name: folder / f"{name}.parquet" for name in ("factors", "split", "documents")}
    metrics = evaluate(**given, model=folder / "model", truth=None, report=folder / "evaluation.json", settings=SETTINGS)
    return folder, given, metrics


FLAT = (
    "n_test", "share_abstained", "expected_mae_months", "expected_bias_months", "expected_within_25", "expected_r2_log",
    "expected_log_distance_score", "liability_mae_months", "liability_bias_months", "liability_r2_log", "charge_median_mae_months",
    "full_information_mae_months", "omission_mae_months", "text_ridge_r2_log", "liability_r2_lost", "liability_r2_lost_level",
    "interval_coverage", "interval_median_width_months", "interval_coverage_same_years", "interval_coverage_later_years",
    "kind_log_loss", "kind_brier", "kind_accuracy", "all_rows_mae_months", "defendants_all_mae_months", "curve_last_gain_mae_months",
)  # fmt: skip


def test_the_report_has_the_figures_that_gates_and_the_log_read(stage):
    folder, _, metrics = stage
    report = read_json(folder / "evaluation.json")
    assert set(FLAT) <= set(metrics)
    for name in FLAT:
        assert report[name] == metrics[name] and np.isfinite(metrics[name]), name
    assert metrics["liability_r2_lost"] == pytest.approx(metrics["expected_r2_log"] - metrics["liability_r2_log"])
    assert metrics["liability_r2_lost_level"] < metrics["liability_r2_lost"]
    assert report["left_out"] == {}
    assert report["version"] == 2 and len(report["model"]) == 12


def test_the_documentation_names_every_key_of_the_report_and_no_other(stage):
    folder, _, metrics = stage
    text = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    table = text[text.index("## Keys of the report") : text.index("## Baselines")]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(read_json(folder / "evaluation.json")) - (set(metrics) - {"share_abstained"})
    figures = text[text.index("## Figures") : text.index("## Keys of the report")]
    assert set(FIGURES) <= set(re.findall(r"`(\w+)`", figures))
    assert all(f"| `{name}` |" in text for name in baselines.BASELINES)


def test_no_row_stands_in_the_report_and_nothing_in_it_runs(stage):
    folder, _, _ = stage
    html = (folder / "evaluation.html").read_text(encoding="utf-8")
    whole = html + (folder / "evaluation.json").read_text(encoding="utf-8")
    assert "j0001" not in whole and "k0001" not in whole and "court 1" not in whole and "/home" not in whole
    assert "<img" not in html and "<script" not in html and "&lt;img" in html
    assert ">nan" not in html and "nan%" not in html
    assert html.count("<dt>怎么办</dt>") == html.count("<figure") >= 12


def test_a_table_without_split_is_measured_whole(stage):
    folder, given, metrics = stage
    found = evaluate(
        factors=given["factors"], split=None, model=folder / "model", truth=None, report=folder / "whole/evaluation.json", settings=SETTINGS
    )
    assert found["n_test"] == 700 > metrics["n_test"]
    report = read_json(folder / "whole/evaluation.json")
    assert set(report["left_out"].values()) == {NO_TRAINING}
    assert report["learning_curve"] is report["ablation"] is report["shifted_years"] is report["charge_inference"] is None
    assert "没有计算" in (folder / "whole/evaluation.html").read_text(encoding="utf-8")


def test_another_table_is_measured_beside_models_taught_by_the_first(stage):
    folder, given, _ = stage
    other = counts(150, seed=9)
    write_table(folder / "other.parquet", other)
    taught = Taught(factors=given["factors"], split=given["split"], documents=given["documents"])
    few = SETTINGS.model_copy(update={"evaluate": SETTINGS.evaluate.model_copy(update={"curve": (), "shifted_years": False})})
    found = evaluate(
        factors=folder / "other.parquet", split=None, model=folder / "model", truth=None, taught=taught, report=folder / "other/evaluation.json", settings=few
    )
    assert found["n_test"] == 150
    report = read_json(folder / "other/evaluation.json")
    assert report["left_out"] == {"learning_curve": TURNED_OFF, "shifted_years": TURNED_OFF, "text_ridge": NO_DOCUMENTS}
    assert {"omission", "full_information"} <= {entry["name"] for entry in report["baselines"]}


def test_the_order_of_the_rows_changes_no_figure(whole, model):
    test = whole[whole["part"] == "test"].sort_values("row_id").reset_index(drop=True)
    first = evaluate_on(test, model, settings=NOTHING_FITTED)
    assert set(first["left_out"].values()) == {TURNED_OFF}
    again = evaluate_on(test.sample(frac=1, random_state=1), model, settings=NOTHING_FITTED)
    assert again["models"]["expected"]["mae_months"]["value"] == pytest.approx(first["models"]["expected"]["mae_months"]["value"])
    assert again["n_courts_or_clusters"] == first["n_courts_or_clusters"]
    assert again["models"]["liability"] == {name: pytest.approx(entry) for name, entry in first["models"]["liability"].items()}


def test_a_table_on_which_the_model_is_silent_still_makes_a_page(stage):
    folder, given, _ = stage
    frame = counts(60, seed=4).assign(charge_group=pd.array([RARE] * 60, dtype="string"))
    write_table(folder / "rare.parquet", frame)
    found = evaluate(
        factors=folder / "rare.parquet", split=None, model=folder / "model", truth=None, report=folder / "rare/evaluation.json", settings=SETTINGS
    )
    assert found["share_abstained"] == 1.0 and "expected_mae_months" not in found
    html = (folder / "rare/evaluation.html").read_text(encoding="utf-8")
    assert "没有一项给出数值" in html and "该罪名训练样本太少" in html


def test_a_table_without_a_term_is_refused(stage):
    folder, given, _ = stage
    frame = counts(20).assign(term_months=pd.array([None] * 20, dtype="Float64"))
    write_table(folder / "none.parquet", frame)
    with pytest.raises(InputError, match="no row states a term"):
        evaluate(factors=folder / "none.parquet", split=None, model=folder / "model", truth=None, report=folder / "none.json", settings=SETTINGS)
