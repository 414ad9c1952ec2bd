"""The tests of the certificate on cases whose answer is known: a model that leaks, a label that is off, a heap."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import columns, factor_frame
from sentencing_ml.judgments.document import Defendant, Document, Section
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.liability.certificate import calibration, independence
from sentencing_ml.liability.certificate.accuracy import accuracy_cost, heap, heaping
from sentencing_ml.liability.certificate.blindness import FIGURES, flipped, flipped_columns, kept_columns
from sentencing_ml.liability.certificate.calibration import Group, clean_cases, dose, grouped, guideline_bands
from sentencing_ml.liability.certificate.extraction import against_table
from sentencing_ml.liability.certificate.page import glance, page, shown
from sentencing_ml.liability.certificate.report import content, flat
from sentencing_ml.liability.certificate.result import Result, not_measured, texts
from sentencing_ml.liability.certificate.sensitivity import mixed_readings, placebo, unrecorded, without_prevention
from sentencing_ml.liability.certificate.statistics import robustness_value
from sentencing_ml.liability.certificate.subject import Counts, Refit, Subject, counts_of, some_clusters
from sentencing_ml.liability.certificate.truth import settings_table, simulated_truth
from sentencing_ml.liability.certificate.wordings import (
    deletable,
    insertion_places,
    insertions,
    prevention_clauses,
    reread,
)
from sentencing_ml.liability.model import COUNT_COLUMNS
from sentencing_ml.liability.train import fit, with_parts
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate_table

PARAMS = load_settings()
SETTINGS = PARAMS.model_copy(
    update={
        "train": PARAMS.train.model_copy(
            update={"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 8, "formula_below": 300}
        ),
        "certify": PARAMS.certify.model_copy(
            update={"edits": 60, "flips": 400, "rows": 700, "bootstrap": 60, "clean_cases": None, "annotations": None}
        ),
        "explain": PARAMS.explain.model_copy(update={"background": 5}),
        "runtime": PARAMS.runtime.model_copy(update={"threads": 1}),
    }
)
OPTIONS = SETTINGS.certify


@pytest.fixture(scope="module")
def subject():
    """A model of nine hundred simulated counts of one charge, a third of which are the test part."""
    table, _ = simulate_table(n=900, seed=5, confounding=1.0, missed=0.0, charge="抢夺罪")
    cluster = pd.factorize(table["cluster"])[0]
    parts = pd.DataFrame(
        {
            "row_id": table["row_id"],
            "cluster": table["cluster"],
            "part": pd.array(np.where(cluster % 3 == 0, "test", "train"), dtype="string"),
            "fold": pd.array(np.where(cluster % 3 == 0, -1, cluster % 5), dtype="Int64"),
        }
    )
    frame = with_parts(table, parts)
    model, _ = fit(frame, settings=SETTINGS)
    return Subject(model=model, frame=frame, settings=SETTINGS)


class Leaky:
    """A model that adds five months where the defendant surrendered."""

    def __init__(self, model):
        self.model = model

    def __getattr__(self, name):
        return getattr(self.model, name)

    def predict(self, frame, **options):
        table = self.model.predict(frame, **options)
        return table.assign(liability_months=table["liability_months"] + 5.0 * frame["surrender"].fillna(False))


def counts(rows, *, months, cluster=None):
    """Return counts of judgments in which every factor of the offender is known."""
    known = {factor.name: False for factor in registry().offender() if factor.type == "boolean"}
    frame = factor_frame(
        [
            {**known, "row_id": f"c{place}/0/0", "doc_id": f"c{place}", "doc_kind": "judgment", "charge": "盗窃罪",
             "charge_group": "盗窃罪", "term_months": term, "cluster": f"c{place}", **row}
            for place, (row, term) in enumerate(zip(rows, months, strict=True))
        ]
    )  # fmt: skip
    made = counts_of(frame)
    return made if cluster is None else replace(made, cluster=np.array(cluster, dtype=object))


# ------------------------------------------------------------------------------------------------------ T2


def test_the_model_does_not_move_when_a_column_kept_from_it_is_turned(subject):
    result = flipped_columns(subject)
    assert result.figure == 0
    assert result.holds is True
    assert result.n >= 400
    assert result.detail["foreign_features"] == []


def test_a_model_that_reads_surrender_is_caught_by_turning_columns(subject):
    result = flipped_columns(replace(subject, model=Leaky(subject.model)))
    assert result.holds is False
    assert set(result.detail["changed_by_column"]) == {"surrender"}
    assert result.figure == result.detail["changed_by_column"]["surrender"] > 0


def test_every_class_but_liability_is_turned_and_only_the_expected_term_may_follow():
    kept = {factor.name for factor in kept_columns()}
    assert {"surrender", "forgiveness", "gender", "court", "procedure", "term_months", "judgment_date"} <= kept
    assert not kept & {factor.name for factor in registry().model_inputs()}
    assert set(COUNT_COLUMNS) - set(FIGURES) == {"expected_months", "row_id"}


@pytest.mark.parametrize("name", sorted(factor.name for factor in kept_columns()))
def test_a_turned_value_is_another_one(name):
    factor = registry().factors[name]
    values = {
        "boolean": [True, False, None],
        "count": [0, 3, None],
        "number": [0.0, 3.5, None],
        "category": [*[level.name for level in factor.levels], None],
        "text": ["甲", None],
        "date": ["2020-01-01", None],
    }[factor.type]
    given = pd.Series(pd.array(values, dtype=columns()[name]))
    turned = flipped(given, factor)
    assert turned.dtype == given.dtype
    assert turned.notna().all()
    assert not (turned == given).fillna(False).any()


# ------------------------------------------------------------------------------------------------------ T1

HEADER = "青溪县人民法院\n刑事判决书\n（2019）青0199刑初17号\n公诉机关青溪县人民检察院。\n"
PERSON = "被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。因本案于2019年2月4日被刑事拘留。\n"
BODY = (
    "青溪县人民检察院指控被告人林小舟犯盗窃罪，向本院提起公诉。现已审理终结。\n"
    "经审理查明，2019年2月3日夜间，被告人林小舟潜入他人住宅，窃得现金人民币8600元。案发后，被告人林小舟主动投案。\n"
    "本院认为，被告人林小舟夜里入户拿走别人的钱，其行为构成盗窃罪。"
    "被告人林小舟自动投案，系自首，可予从轻。依照刑法第二百六十四条，判决如下：\n"
)
END = "被告人林小舟犯盗窃罪，判处拘役五个月，罚金二千元。\n审判员　苏明\n二〇一九年五月六日\n"
JUDGMENT = HEADER + PERSON + BODY + END


def judgment(text=JUDGMENT, name="j1"):
    sections = split_sections(text, "judgment")
    return Document(
        id=name, source="", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )


def deleted(text, evidence, *, facts=()):
    """Return what is left of an opinion when the clause around ``evidence`` is deleted."""
    document = Document(
        id="d", source="", kind="judgment", text=text, sections=(Section(name="opinion", start=0, end=len(text)),),
        defendants=(Defendant(index=0, name="林小舟", start=0, end=0),),
    )  # fmt: skip
    spans = [(text.index(fact), text.index(fact) + len(fact)) for fact in facts]
    span = deletable(document, text.index(evidence), text.index(evidence) + len(evidence), facts=spans)
    return None if span is None else text[: span[0]] + text[span[1] :]


def test_a_deleted_clause_goes_whole_and_leaves_its_subject():
    text = "本院认为，罪名成立；被告人林小舟系自首，从轻处罚。其系从犯。"
    assert deleted(text, "自首") == "本院认为，罪名成立；被告人林小舟，从轻处罚。其系从犯。"
    assert deleted("罪名成立；有坦白情节；从轻处罚。", "坦白") == "罪名成立；从轻处罚。"
    assert deleted("罪名成立，有坦白情节。", "坦白") == "罪名成立。"


def test_a_clause_that_tells_a_fact_of_the_offence_keeps_it():
    text = "罪名成立，自首并系从犯，从轻。"
    assert deleted(text, "自首", facts=["从犯"]) == "罪名成立，并系从犯，从轻。"
    assert deleted(text, "从犯", facts=["从犯"]) is None


def test_a_clause_is_not_put_between_a_person_and_what_is_said_of_him():
    text = "本院认为，罪名成立。被告人林小舟系自首。其系从犯。依照刑法。"
    document = Document(
        id="d", source="", kind="judgment", text=text, sections=(Section(name="opinion", start=0, end=len(text)),)
    )
    places = insertion_places(document, "opinion", None)
    assert [text[place : place + 2] for place in places] == ["被告", "依照", ""]
    assert insertion_places(document, "findings", None) == []


def test_a_clause_on_earlier_convictions_stands_in_the_particulars():
    document = judgment()
    (place,) = insertion_places(document, "header", document.defendants[0])
    assert document.text[place:].startswith("因本案于")


def test_every_offender_factor_that_is_yes_or_no_has_a_clause_in_a_known_place():
    named = {factor for factor, _, _ in insertions()}
    assert named == {
        factor.name for factor in registry().offender() if factor.type == "boolean"
    } or named <= {factor.name for factor in registry().offender()}
    assert {where for _, where, _ in insertions()} == {"header", "findings", "opinion"}
    assert not [zh for _, where, zh in insertions() if where != "header" and "{n}" not in zh]


def clauses_of(subject, *, leaky=False):
    row_id = "j1/0/0"
    frame = factor_frame([{"row_id": row_id, "doc_id": "j1", "charge_group": "盗窃罪"}]).assign(part="test")
    start = JUDGMENT.index("系自首")
    spans = pd.DataFrame({"row_id": [row_id], "factor": ["surrender"], "start": [start], "end": [start + 3]})
    model = SimpleNamespace(predict=lambda asked, threads: read_aloud(asked, leaky=leaky))
    given = SimpleNamespace(frame=frame, model=model, options=OPTIONS, threads=1)
    documents = documents_to_frame([judgment()], clusters=["j1"])
    return prevention_clauses(given, documents=documents, evidence=spans)


def read_aloud(frame, *, leaky):
    """Stand in for a model: a month a thousand yuan, and one less for the recidivist where it leaks."""
    months = frame["amount_yuan"].fillna(0).astype(float) / 1000
    if leaky:
        months = months - 3.0 * frame["recidivist"].fillna(False).astype(bool)
    return pd.DataFrame(
        {"liability_months": months, "interval_low": months - 1, "interval_high": months + 1, "status": "advised"}
    )


def test_edits_of_clauses_do_not_move_a_model_of_facts_and_move_one_that_leaks(subject):
    blind, leaky = clauses_of(subject), clauses_of(subject, leaky=True)
    assert blind.n == leaky.n == OPTIONS.edits
    assert blind.figure == 0
    assert blind.holds is True
    assert leaky.holds is False
    assert leaky.figure > 0
    assert {row["factor"] for row in leaky.detail["changed"]} >= {"recidivist"}
    assert leaky.detail["through"] == {"other": leaky.figure}


def test_a_reread_judgment_is_the_one_that_was_read():
    document = judgment()
    assert reread(document, document.text) == document


# ------------------------------------------------------------------------------------------------------ T3, T4


def test_the_score_of_a_blind_student_carries_nothing_and_a_planted_leak_is_found(subject):
    given = independence.sample(subject)
    assert len(given.factors) >= 5
    clean = independence.conditional_independence(given)
    assert clean.figure == 0
    assert clean.holds is True
    assert clean.detail["power"] >= 0.9
    leak = replace(given, score=given.score + 0.05 * given.present("confession"))
    found = independence.conditional_independence(leak)
    assert found.holds is False
    assert next(row for row in found.detail["factors"] if row["factor"] == "confession")["q"] < 0.001


def test_a_leak_that_averages_out_is_found_by_the_weighted_measure_alone(subject):
    given = independence.sample(subject)
    grave = np.where(given.score > np.median(given.score), 1.0, -1.0)
    left = given.present("confession") - given.chances["confession"]
    product = 0.05 * grave * left * left
    assert independence.weighted_test(given, product) < 1e-4
    assert independence.weighted_test(given, np.random.default_rng(0).normal(size=len(left))) > 0.01


def test_score_and_attributions_add_no_information_and_a_leak_does(subject):
    given = independence.sample(subject)
    assert independence.added_information(given).figure <= 0.02
    leaky = replace(given, score=given.present("confession"))
    found = independence.added_information(leaky)
    assert found.holds is False
    assert "confession" in found.detail["factors_above"]


# ------------------------------------------------------------------------------------------------------ T5


def test_clean_cases_by_hand(tmp_path, monkeypatch):
    given = counts([{}] * 12 + [{"surrender": True}] * 3, months=[9.0] * 12 + [3.0] * 3)
    listed = tmp_path / "list.csv"
    rows = [f"c{place}/0/0,clean" for place in range(12)] + ["c12/0/0,not_clean", "c13/0/0,unclear", "elsewhere,clean"]
    listed.write_text("row_id,verdict\n" + "\n".join(rows) + "\n", encoding="utf-8")
    asked = {}

    def trained(whole, apart, *, subject):
        asked["apart"] = apart
        return SimpleNamespace(predict_log=lambda some: np.full(len(some.charge), np.log(8.0)))

    monkeypatch.setattr(calibration, "_trained_without", trained)
    monkeypatch.setattr(calibration, "_machine_clean", lambda subject: {"n": 0})
    subject = SimpleNamespace(counts=given, advised=lambda frame: np.ones(len(frame), dtype=bool))
    result = clean_cases(subject, verified=listed)
    assert result.figure == pytest.approx(np.log(10 / 8))
    assert result.n == 12
    assert result.holds is False
    assert result.reason == "fewer_verified"
    assert result.detail["listed"] == {"clean": 13, "not_clean": 1, "unclear": 1}
    # whatever was read about stays out of training, whether it was found clean or not
    assert asked["apart"].tolist() == [True] * 14 + [False]


def test_an_unbiased_model_of_few_verified_cases_does_not_hold_yet(tmp_path, monkeypatch):
    given = counts([{}] * 20, months=[7.0] * 20)
    listed = tmp_path / "list.csv"
    listed.write_text("row_id,verdict\n" + "".join(f"c{n}/0/0,clean\n" for n in range(20)), encoding="utf-8")
    exact = SimpleNamespace(predict_log=lambda some: np.full(len(some.charge), np.log(8.0)))
    monkeypatch.setattr(calibration, "_trained_without", lambda *_, **__: exact)
    monkeypatch.setattr(calibration, "_machine_clean", lambda subject: {"n": 0})
    subject = SimpleNamespace(counts=given, advised=lambda frame: np.ones(len(frame), dtype=bool))
    assert clean_cases(subject, verified=listed).holds is False
    monkeypatch.setattr(calibration, "_VERIFIED_CASES", 20)
    assert clean_cases(subject, verified=listed).holds is True


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("row_id,answer\na,clean\n", "with the columns row_id and verdict"),
        ("row_id,verdict\na,maybe\n", "1 row(s) have another verdict"),
        ("row_id,verdict\na,clean\na,unclear\n", "stands twice"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(tmp_path, text, told):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told.replace("(", r"\(").replace(")", r"\)")):
        calibration.read_verified(path)


def test_a_list_that_is_not_there_says_which_setting_names_it(tmp_path):
    with pytest.raises(InputError, match=r"certify\.clean_cases"):
        calibration.read_verified(tmp_path / "none.csv")


# ------------------------------------------------------------------------------------------------------ T6, T7


def refit(rows, *, months, label, held):
    given = counts(rows, months=months)
    made = Refit(counts=given, label=np.asarray(label, dtype=float), held=np.asarray(held, dtype=float))
    return SimpleNamespace(refitted=made, options=OPTIONS)


def test_effects_of_single_circumstances_are_held_against_the_guideline():
    # a term of 10 months for the offence; 自首 takes 30 % off, 坦白 60 %: beyond its band of 20 %
    rows = [{"surrender": True}] * 12 + [{"confession": True}] * 12
    result = guideline_bands(
        refit(rows, months=[7.0] * 12 + [4.0] * 12, label=[np.log(11)] * 24, held=[np.log(11)] * 24)
    )
    by_name = {row["circumstance"]: row for row in result.detail["alone"]}
    assert by_name["voluntary_surrender"]["median"] == pytest.approx(-0.3)
    assert by_name["voluntary_surrender"]["inside"] is True
    assert by_name["confession"]["inside"] is False
    assert result.figure == 0.5
    order = next(row for row in result.detail["orders"] if row["stronger"] == "voluntary_surrender")
    assert order["difference"] == pytest.approx(0.3)
    assert order["holds"] is False
    assert result.holds is False


def test_effects_inside_the_guideline_in_the_right_order_hold():
    rows = [{"surrender": True}] * 12 + [{"confession": True}] * 12
    result = guideline_bands(
        refit(rows, months=[7.0] * 12 + [9.0] * 12, label=[np.log(11)] * 24, held=[np.log(11)] * 24)
    )
    assert result.figure == 1.0
    assert result.holds is True


def test_a_combination_beyond_the_cap_does_not_hold():
    rows = [{"surrender": True}] * 12 + [{"surrender": True, "restitution": True}] * 12
    result = guideline_bands(
        refit(rows, months=[7.0] * 12 + [3.0] * 12, label=[np.log(11)] * 24, held=[np.log(11)] * 24)
    )
    assert result.detail["combinations_beyond_cap"] == 1
    assert result.holds is False


def test_circumstances_that_exclude_each_other_are_one():
    rows = [{"recidivist": True, "prior_record": True}, {"compensation": True, "forgiveness": True}, {}]
    groups = grouped(counts(rows, months=[5.0] * 3), np.array([0.2, -0.2, 0.0]))
    assert [(sorted(group.found), group.ratios.tolist()) for group in groups] == [
        ([], [0.0]),
        (["compensation_forgiveness"], [-0.2]),
        (["recidivist"], [0.2]),
    ]


def test_orders_compare_cases_alike_in_all_else():
    groups = [
        Group(found=frozenset({"voluntary_surrender", "restitution"}), ratios=np.full(6, -0.5)),
        Group(found=frozenset({"confession", "restitution"}), ratios=np.full(8, -0.3)),
        Group(found=frozenset({"voluntary_surrender"}), ratios=np.full(4, 0.9)),
        Group(found=frozenset({"confession"}), ratios=np.full(9, 0.0)),
    ]
    order = calibration._order(groups, "voluntary_surrender", "confession")
    assert order["n"] == 6
    assert order["difference"] == pytest.approx(-0.2)
    assert order["holds"] is True


def noisy_refit(effect):
    generator = np.random.default_rng(2)
    rows = [{"surrender": bool(place % 2)} for place in range(400)]
    held = np.full(400, np.log(11.0))
    label = held + generator.normal(scale=0.1, size=400) + effect * (np.arange(400) % 2)
    return refit(rows, months=[10.0] * 400, label=label, held=held)


def test_what_is_left_of_the_offender_in_labels_is_found():
    assert dose(noisy_refit(0.0)).holds is True
    found = dose(noisy_refit(0.1))
    assert found.figure == pytest.approx(0.1, abs=0.03)
    assert found.holds is False
    assert found.detail["factors"][0]["factor"] == "surrender"


# ------------------------------------------------------------------------------------------------------ T8


def draw(*, missed=0.0, mae=0.6, bias=0.005, fifth=0.015, within=0.92, n=20000, **others):
    figures = {"bias": bias, "mae_months": mae, "within_10": within, "bias_by_fifth": [fifth, 0.0, 0.0, 0.0, -fifth]}
    return {"n": n, "charge": "盗窃罪", "confounding": 1.0, "missed": missed, "seed": 1,
            "designs": {"shipped": figures, "omission": {**figures, "bias": -0.28}}, **others}  # fmt: skip


@pytest.mark.parametrize(
    ("draws", "holds"),
    [
        ([draw()], True),
        ([draw(mae=0.71)], False),
        ([draw(bias=-0.011)], False),
        ([draw(fifth=0.021)], False),
        ([draw(within=0.89)], False),
        ([draw(n=3000, mae=1.1, bias=0.03, within=0.8)], True),
        ([draw(n=3000, mae=1.3)], False),
        # flags that extraction misses cost every design: stated, and not held against this one
        ([draw(), draw(missed=0.1, bias=-0.07, mae=2.0)], True),
        ([draw(), draw(confounding=2.0, mae=0.9)], False),
    ],
)
def test_simulated_truth_has_the_bounds_of_its_size(draws, holds):
    assert simulated_truth(draws).holds is holds


def test_draws_of_one_setting_are_averaged_and_small_ones_not_judged():
    (row,) = settings_table([draw(bias=0.02, seed=1), draw(bias=-0.04, seed=2)])
    assert row["draws"] == 2
    assert row["designs"]["shipped"]["bias"] == pytest.approx(-0.01)
    assert simulated_truth([draw(n=900)]).holds is None
    assert simulated_truth([]).reason == "not_simulated"


# ------------------------------------------------------------------------------------------------------ T9–T11


def test_the_robustness_of_a_charge_is_that_of_its_regression():
    generator = np.random.default_rng(4)
    there = np.arange(300) % 2
    held = np.log(11.0) + generator.normal(scale=0.3, size=300)
    log_term = held - 0.3 * there + generator.normal(scale=0.1, size=300)
    rows = [{"surrender": bool(flag)} for flag in there]
    given = refit(rows, months=np.expm1(log_term), label=log_term + 0.3 * there, held=held)
    (row,) = unrecorded(given).detail["charges"]
    design = np.column_stack([-0.3 * there, np.ones(300), held])
    beta, *_ = np.linalg.lstsq(design, log_term, rcond=None)
    error = np.sqrt(((log_term - design @ beta) ** 2).sum() / 297 * np.linalg.inv(design.T @ design)[0, 0])
    share = np.log(1.05) / (abs(beta[0]) * 0.15)
    assert row["coefficient"] == pytest.approx(beta[0])
    assert row["robustness"] == pytest.approx(robustness_value(beta[0] / error, 297, share=share))
    assert row["strongest"]["factor"] == "surrender"
    assert row["mean_taken_out"] == pytest.approx(np.expm1(-0.15))


def test_a_random_mark_moves_the_term_no_more_than_another_seed(subject):
    result = placebo(subject)
    assert result.holds is True
    assert 0.2 < result.figure < 1.5
    assert 0.2 < result.detail["share_marked"] < 0.4


def test_a_mixed_reading_takes_prevention_away_and_leaves_the_rest(subject):
    frame = factor_frame([{"row_id": "a", "surrender": True, "forgiveness": True, "amount_yuan": 5.0}])
    told = without_prevention(frame).iloc[0]
    assert told["surrender"] == False  # noqa: E712 - a nullable boolean
    assert told["forgiveness"] == True  # noqa: E712
    assert told["amount_yuan"] == 5.0
    result = mixed_readings(subject)
    assert 0 < result.figure <= result.detail["share_with_mixed"]
    assert result.detail["median_change_where_mixed"] < -0.05


# ------------------------------------------------------------------------------------------------------ T12, T13


def test_the_heap_by_hand():
    months = np.array([34.4, 34.6, 35.4, 35.5, 35.9, 36.2, 36.5, 36.6, 37.5, 37.6, 60.0])
    inside, beside = heap(months, at=36.0)
    # 35.5 and 36.5 stand on the edge and belong to the heap alone
    assert inside.tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
    assert (2 * beside).tolist() == [0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0]


def heaped(months):
    advice = pd.DataFrame({"liability_months": months})
    frame = pd.DataFrame({"cluster": [f"c{n}" for n in range(len(months))], "doc_id": "d"})
    training = counts([{}] * 3, months=[5.0, 6.0, 7.0])
    return SimpleNamespace(
        observed=frame, model=SimpleNamespace(predict=lambda *_, **__: advice), threads=1, options=OPTIONS,
        counts=training, told=training, settings=SETTINGS,
    )  # fmt: skip


def test_advice_piled_up_at_three_years_is_found():
    even = np.repeat([35.0, 36.0, 37.0], 20)
    assert heaping(heaped(even)).figure == pytest.approx(1.0)
    assert heaping(heaped(even)).holds is True
    piled = heaping(heaped(np.concatenate([even, np.full(30, 36.0)])))
    assert piled.figure == pytest.approx(2.5)
    assert piled.holds is False
    assert heaping(heaped(np.array([36.0] * 30 + [35.0] * 3))).reason == "few_near_heap"


def test_the_cost_of_two_steps_is_the_quotient_of_the_errors():
    given = counts([{}] * 40, months=[10.0] * 40)
    neutral = SimpleNamespace(
        expected_log=lambda rows, log_term, threads: np.full(40, np.log(14.0)),  # off by 3
        declared_=SimpleNamespace(predict_log=lambda rows, threads: np.full(40, np.log(13.0))),  # off by 2
    )
    model = SimpleNamespace(neutral=neutral, term=SimpleNamespace(predict_log=lambda rows, threads: np.full(40, 2.0)))
    result = accuracy_cost(SimpleNamespace(tested=given, model=model, threads=1, options=OPTIONS))
    assert result.figure == pytest.approx(0.5)
    assert result.holds is False
    assert result.detail["direct_mae_months"] == pytest.approx(2.0)


# ------------------------------------------------------------------------------------------------------ T14


def test_extraction_is_counted_over_rows_that_both_tables_have():
    true = factor_frame([
        {"row_id": "a", "surrender": True}, {"row_id": "b", "surrender": True}, {"row_id": "c", "surrender": False},
        {"row_id": "only_true", "surrender": True},
    ])  # fmt: skip
    found = factor_frame([
        {"row_id": "a", "surrender": True}, {"row_id": "b"}, {"row_id": "c", "surrender": True},
    ])  # fmt: skip
    tally = against_table(found, true)["surrender"]
    assert (tally.right, tally.missed, tally.extra) == (1, 1, 1)


# ------------------------------------------------------------------------------------------------------ the report


def results():
    return [not_measured(name, "few_tested") for name in texts()["tests"]]


def test_the_registry_of_tests_is_whole_and_every_reason_has_both_languages():
    assert list(texts()["tests"]) == [f"T{number}" for number in range(1, 15)]
    keys = {"en", "zh", "asks_en", "asks_zh", "target_en", "target_zh", "unit", "of_en", "of_zh"}
    assert all(set(entry) == keys for entry in texts()["tests"].values())
    assert all(set(entry) == {"en", "zh"} for entry in texts()["reasons"].values())


def test_flat_figures_leave_out_what_is_unknown_and_count_the_answers():
    some = [*results()[:12], Result(id="T13", figure=0.05, n=40, holds=False), Result(id="T14", figure=1.0, holds=True)]
    whole = content(some, model="abc", settings=OPTIONS)
    assert flat(whole) == {
        "t13_figure": 0.05, "t13_n": 40.0, "t13_holds": 0.0, "t14_figure": 1.0, "t14_holds": 1.0,
        "tests_hold": 1.0, "tests_fail": 1.0, "tests_open": 12.0,
    }  # fmt: skip
    assert whole["model"] == "abc"
    assert whole["t13_holds"] == 0.0


def test_the_report_says_that_files_were_given_and_not_which():
    given = OPTIONS.model_copy(update={"clean_cases": "/somewhere/cases.csv"})
    told = content(results(), model="abc", settings=given)["settings"]
    assert told["clean_cases"] is True
    assert told["annotations"] is False


def test_infinite_and_unknown_numbers_become_null():
    odd = [*results()[:13], Result(id="T14", figure=float("nan"), detail={"a": [float("inf"), 1.0]})]
    whole = content(odd, model="abc", settings=OPTIONS)
    assert whole["tests"]["T14"]["figure"] is None
    assert whole["tests"]["T14"]["detail"] == {"a": [None, 1.0]}


def test_a_page_of_nothing_measured_says_so_of_every_test():
    whole = content(results(), model="abc", settings=OPTIONS)
    html = page(whole)
    assert html.count(">未测<") == 14
    assert texts()["reasons"]["few_tested"]["zh"] in html
    assert glance(whole["tests"]).startswith("14 项检验：14 项未测")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.0, "count", "0"), (0.0312, "share", "3.12%"), (0.0312, "log", "+3.12%"), (0.7, "months", "0.70 个月"),
     (1.234, "ratio", "1.23"), (-0.00973, "area", "-0.0097"), (None, "share", "—")],
)  # fmt: skip
def test_figures_stand_in_the_unit_of_their_test(value, unit, text):
    assert shown(value, unit) == text


def test_some_clusters_are_whole_and_enough():
    cluster = np.repeat(np.array([f"c{n}" for n in range(50)], dtype=object), 4)
    chosen = some_clusters(cluster, rows=40, seed=1)
    assert 40 <= chosen.sum() <= 44
    assert set(cluster[chosen]).isdisjoint(cluster[~chosen])
    assert some_clusters(cluster, rows=10**6, seed=1).all()


def test_counts_taken_apart_stay_together():
    given = counts([{"surrender": True}, {}], months=[3.0, 9.0])
    taken = given.take(np.array([False, True]))
    assert isinstance(taken, Counts)
    assert taken.months.tolist() == [9.0]
    assert taken.flags["surrender"].tolist() == [0.0]
    assert taken.frame["row_id"].tolist() == ["c1/0/0"]
