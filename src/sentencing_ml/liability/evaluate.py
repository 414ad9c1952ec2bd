"""How good the model is: on the test part or another file, beside its baselines, and on the simulated truth.

Three things are told apart. The *expected term* is compared with what was declared: it is the figure that imitates
courts. The *liability term* leaves out what the offender's facts took off, so it lies above most declared terms by
design; its own measure is the simulated truth, beside a model that was trained on declared terms with the offender's
columns merely left out. The *interval* is checked against neutral labels, which the model's own adjustment made.

``docs/evaluation.md`` describes the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.liability import baselines as other_models
from sentencing_ml.liability.abstaining import causes, cost, rates, risk_by_coverage
from sentencing_ml.liability.accuracy import accuracy, difference
from sentencing_ml.liability.boosting import term_regressor
from sentencing_ml.liability.calibration import residuals, spread, tenths
from sentencing_ml.liability.charge_inference import ChargeClassifier, assess, examples_by_part
from sentencing_ml.liability.coverage import coverage, shifted_years
from sentencing_ml.liability.defendants import assess_defendants
from sentencing_ml.liability.evaluation_page import page
from sentencing_ml.liability.exclusion import Excluded, leave_out
from sentencing_ml.liability.fines_assessed import assess_fines
from sentencing_ml.liability.held_out import HeldOut, held_out
from sentencing_ml.liability.kinds_assessed import assess_kinds
from sentencing_ml.liability.learning import ablation, learning_curve
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.rule_evaluation import evaluate_rules
from sentencing_ml.liability.slices import by_dimension
from sentencing_ml.liability.split import with_parts
from sentencing_ml.liability.train import Training, has_term, training_rows
from sentencing_ml.rendering import render
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

VERSION = 2
NO_TRAINING = "没有给出训练案件，需要另行拟合的模型都不计算。"
NO_DOCUMENTS = "没有给出文书表（documents.parquet），读文字的比较不计算。"
TURNED_OFF = "设置中关闭（params.yaml 的 evaluate）。"


@dataclass(frozen=True, kw_only=True)
class Taught:
    """The tables that the model learned from, where another file is evaluated."""

    factors: Path
    split: Path
    documents: Path


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of documents by id: of the tested counts, and of those that taught."""

    told: Mapping[str, str]
    taught: Mapping[str, str]


def evaluate(
    *,
    factors: Path,
    split: Path | None,
    model: Path,
    truth: Path | None,
    report: Path,
    settings: Settings,
    documents: Path | None = None,
    taught: Taught | None = None,
    excluded: Excluded | None = None,
) -> dict[str, float]:
    """Evaluate the model folder; write ``report`` and the page of the same name beside it.

    With ``split`` the test part of the factor table is evaluated, and its training part teaches the models that are
    compared; without, the whole table, and ``taught`` names the tables of the training part. ``documents`` are those
    of ``factors``: their words feed one baseline and the inference of charges. Rows that are near duplicates of a
    record of ``excluded`` teach nothing here either. ``truth`` holds row_id and liability_expected of simulated counts.

    Returns
    -------
    The flat figures of the report.

    Raises
    ------
    InputError
        No evaluated row states a term.
    """
    fitted = LiabilityModel.load(model)
    frame, whole, documents_of_training = read_table(factors), None, documents
    if split is not None:
        whole = with_parts(frame, read_table(split))
        frame = whole[whole["part"] == "test"]
    if taught is not None:
        whole = with_parts(read_table(taught.factors), read_table(taught.split))
        documents_of_training = taught.documents
    if excluded is not None and whole is not None:
        whole, _ = leave_out(whole, excluded, settings=settings)
    frame = frame.assign(cluster=frame["cluster"].fillna(frame["doc_id"]))
    frame = frame.sort_values("row_id", kind="stable").reset_index(drop=True)
    training = None if whole is None else training_rows(whole, settings=settings)
    facts = None
    if documents is not None and documents_of_training is not None and training is not None:
        facts = Facts(
            told=other_models.told_facts(documents, of=frame),
            taught=other_models.told_facts(documents_of_training, of=training.frame),
        )
    content = {
        "version": VERSION,
        "model": model_version(model),
        "settings": settings.evaluate.model_dump(mode="json"),
        **evaluate_on(frame, fitted, settings=settings, training=training, facts=facts),
        "charge_inference": None if documents is None else _inferred(frame, model, documents),
        "rules": evaluate_rules(frame),
        "simulated_truth": None,
    }
    if truth is not None and truth.is_file() and training is not None:
        known = read_table(truth, columns=["row_id", "liability_expected"])
        test = frame[has_term(frame)].reset_index(drop=True)
        content["simulated_truth"] = compare_with_truth(test, training, fitted, known, settings=settings)
    flat = flat_metrics(content)
    write_json(report, {**content, **flat})
    write_text(report.with_suffix(".html"), render("evaluation.html", page(content)))
    return flat


def evaluate_on(
    frame: pd.DataFrame,
    model: LiabilityModel,
    *,
    settings: Settings,
    training: Training | None = None,
    facts: Facts | None = None,
) -> dict:
    """Evaluate on any factor table with outcomes, such as another file of fact records; return the nested report.

    ``training`` rows and the words of ``facts`` feed the models that are compared; without them these are left out.

    Raises
    ------
    InputError
        No row states a term for one charge.
    """
    threads, options = settings.runtime.threads, settings.evaluate
    rows = prepare(frame, dated=True)
    predicted = model.predict_rows(frame, rows, threads=threads)
    held = held_out(frame, rows, predicted, model, options=options, threads=threads)
    report = {
        "n": len(held.declared),
        "n_clusters": int(held.frame["cluster"].nunique()),
        "n_courts_or_clusters": held.clusters.number,
        "share_abstained": float((~held.advised).mean()),
        "abstained": {
            str(name): int(count)
            for name, count in sorted(held.predicted["status"].value_counts().items())
            if name != "advised"
        },
        "models": {},
        "abstention": {
            "counts": rates(causes(frame, predicted)),
            "with_term": rates(causes(held.frame, held.predicted)),
        },
        "interval": None,
        "kinds": assess_kinds(frame, rows, model, options=options, threads=threads),
        "fines": assess_fines(frame, predicted, model, options=options),
        "left_out": {},
    }
    if not held.advised.any():
        return report
    median = other_models.charge_median(held, model)
    advised = held.take(held.advised)
    beside = {
        "charge_median": median,
        "rule_middle": other_models.rule_middle(held),
        "full_information": other_models.full_information(held, model, threads=threads),
    }
    fitted, report["left_out"] = _fitted(advised, model, training, facts, settings=settings)
    named = {name: values[held.advised] for name, values in beside.items()} | fitted.pop("baselines")
    series = {
        "expected": advised.expected,
        "liability": advised.liability,
        **{name: named[name] for name in ("charge_median", "full_information")},
    }
    report["models"] = {
        name: accuracy(values, advised.declared, advised.clusters) for name, values in series.items()
    }
    lost = difference(advised.expected, advised.liability, advised.declared, advised.clusters)
    report["liability_against_expected"] = {"r2_lost": lost["r2_log"], "r2_lost_level": lost["r2_log_level"]}
    report["baselines"] = other_models.beside(advised, named)
    report["abstention"] |= {
        "cost": cost(held, beside),
        "all_rows": {
            "expected_else_median": accuracy(
                np.where(held.advised, held.expected, median), held.declared, held.clusters
            ),
            "charge_median": accuracy(median, held.declared, held.clusters),
        },
        "risk_by_coverage": risk_by_coverage(advised),
    }
    every_median = other_models.medians(frame["charge_group"], model)
    report["defendants"] = assess_defendants(frame, predicted, every_median, model, options=options)
    report["slices"] = by_dimension(held, median, below=settings.audit.suppress_below)
    report["calibration"] = {
        "expected": tenths(advised.expected, advised.declared, advised.clusters),
        "liability": tenths(advised.liability, advised.neutral, advised.clusters),
    }
    report["errors"] = spread(advised.expected, advised.declared)
    report["residuals"] = residuals(advised)
    report["interval"] = coverage(advised, model.intervals)
    return report | fitted


def _fitted(
    held: HeldOut, model: LiabilityModel, training: Training | None, facts: Facts | None, *, settings: Settings
) -> tuple[dict, dict[str, str]]:
    """Return what needs models of its own, None where it is left out, and why each such part is."""
    options = settings.evaluate
    parts: dict = {"baselines": {}, "learning_curve": None, "ablation": None, "shifted_years": None}
    wanted = {
        "omission": options.omission,
        "text_ridge": options.text_baseline,
        "learning_curve": bool(options.curve),
        "ablation": options.ablation,
        "shifted_years": options.shifted_years,
    }
    left_out = {name: TURNED_OFF for name, on in wanted.items() if not on}
    if training is None:
        return parts, {name: left_out.get(name, NO_TRAINING) for name in wanted}
    if wanted["omission"]:
        parts["baselines"]["omission"] = other_models.omission(held, training, settings=settings)
    if wanted["text_ridge"] and facts is None:
        left_out["text_ridge"] = NO_DOCUMENTS
    elif wanted["text_ridge"]:
        parts["baselines"]["text_ridge"] = other_models.text_ridge(
            held, training, told=facts.told, taught=facts.taught
        )
    if wanted["learning_curve"]:
        parts["learning_curve"] = learning_curve(training, held, shares=options.curve, settings=settings)
    if wanted["ablation"]:
        parts["ablation"] = ablation(training, held, model, settings=settings)
    if wanted["shifted_years"]:
        found = shifted_years(training, held, settings=settings)
        if "why" in found:
            left_out["shifted_years"] = found["why"]
        else:
            parts["shifted_years"] = found
    return parts, left_out


def _inferred(frame: pd.DataFrame, model: Path, documents: Path) -> dict[str, float] | None:
    """Return how well the charge is inferred from facts that name none; None where the model cannot."""
    classifier = ChargeClassifier.load(model)
    if classifier is None:
        return None
    table = read_table(documents)
    table = table[table["id"].isin(set(frame["doc_id"]))]
    examples = examples_by_part(frame.assign(part="test", fold=-1), documents_from_frame(table)).get("test")
    return assess(classifier, examples) | {"charge_threshold": classifier.threshold} if examples else None


def compare_with_truth(
    test: pd.DataFrame, training: Training, model: LiabilityModel, truth: pd.DataFrame, *, settings: Settings
) -> dict | None:
    """Compare liability terms with the simulated truth, beside a model of declared terms without offender columns."""
    threads = settings.runtime.threads
    joined = test.merge(truth, on="row_id", how="left", validate="one_to_one")
    predicted = model.predict(test, threads=threads, dated=True)
    chosen = ((predicted["status"] == "advised") & joined["liability_expected"].notna()).to_numpy(dtype=bool)
    if not chosen.any():
        return None
    true = joined["liability_expected"].to_numpy(dtype="float64", na_value=np.nan)[chosen]
    omitted = term_regressor(settings.train, offender=False, threads=threads)
    omitted.fit(training.rows, training.months, sample_weight=training.weight)
    naive = omitted.predict(prepare(test, dated=True))
    liability = predicted["liability_months"].to_numpy(dtype="float64", na_value=np.nan)
    return {
        "n": int(chosen.sum()),
        "liability": against_truth(liability[chosen], true),
        "omission": against_truth(naive[chosen], true),
    }


def against_truth(predicted: np.ndarray, true: np.ndarray) -> dict:
    """Return total bias, MAE in months, share within 10 % and the bias of each fifth of true severity."""
    fifths = pd.qcut(pd.Series(true).rank(method="first"), min(5, len(true)), labels=False).to_numpy()
    return {
        "bias": float(predicted.sum() / true.sum() - 1),
        "mae_months": float(np.abs(predicted - true).mean()),
        "within_10": float((np.abs(predicted - true) <= 0.1 * true).mean()),
        "bias_by_fifth": [
            float(predicted[fifths == place].sum() / true[fifths == place].sum() - 1)
            for place in range(fifths.max() + 1)
        ],
    }


_OF_A_MODEL = ("mae_months", "bias_months", "within_25", "log_distance_score", "r2_log", "typical_ratio", "bias_ratio")


def flat_metrics(report: dict) -> dict[str, float]:
    """Return the figures of the nested report that gates, the model card and the log read, unknown ones left out."""
    flat: dict[str, float | None] = {"n_test": float(report["n"]), "share_abstained": report["share_abstained"]}
    for name, entry in report["models"].items():
        flat |= {f"{name}_{key}": _value(entry[key]) for key in _OF_A_MODEL}
    if report["models"]:
        flat |= {f"liability_{key}": _value(entry) for key, entry in report["liability_against_expected"].items()}
        for entry in report["baselines"]:
            if entry["name"] not in report["models"]:
                kept = ("mae_months", "within_25", "r2_log")
                flat |= {f"{entry['name']}_{key}": _value(entry["figures"][key]) for key in kept}
        whole = report["abstention"]["all_rows"]["expected_else_median"]
        flat |= {f"all_rows_{key}": _value(whole[key]) for key in ("mae_months", "within_25", "r2_log")}
        for name in ("all", "several"):
            part = report["defendants"][name]
            if part["expected"]:
                flat |= {
                    f"defendants_{name}_n": float(part["n"]),
                    f"defendants_{name}_mae_months": _value(part["expected"]["mae_months"]),
                    f"defendants_{name}_r2_log": _value(part["expected"]["r2_log"]),
                }
    if report["interval"]:
        flat["interval_coverage"] = report["interval"]["coverage"]["value"]
        flat["interval_median_width_months"] = report["interval"]["median_width_months"]
    if report.get("shifted_years"):
        flat["interval_coverage_same_years"] = report["shifted_years"]["same"]["value"]
        flat["interval_coverage_later_years"] = report["shifted_years"]["later"]["value"]
    if report.get("learning_curve") and report["learning_curve"]["last_gain"]:
        flat["curve_last_gain_mae_months"] = _value(report["learning_curve"]["last_gain"]["mae_months"])
    if report["kinds"]:
        flat |= {f"kind_{key}": report["kinds"][key] for key in ("log_loss", "brier", "accuracy")}
    if report["fines"]:
        flat["fine_coverage"] = report["fines"]["coverage"]["value"]
    if report.get("charge_inference"):
        flat |= report["charge_inference"]
    if report.get("rules"):
        flat |= {
            "rules_tier_contained": report["rules"]["tiers"]["contained"],
            "rules_tier_decided": report["rules"]["tiers"]["decided"],
            "rules_interval_inside": report["rules"]["interval"]["inside_with_share"],
            "rules_court_words_borne": report["rules"]["words"]["borne"],
        }
    if report.get("simulated_truth"):
        for name in ("liability", "omission"):
            entry = report["simulated_truth"][name]
            flat |= {f"truth_{name}_{key}": entry[key] for key in ("bias", "mae_months", "within_10")}
    return {name: float(value) for name, value in flat.items() if value is not None}


def _value(entry: dict[str, float] | None) -> float | None:
    return None if entry is None else entry["value"]
