"""How good the model is: on the test part, and on the simulated truth where there is one.

Three things are told apart. The *expected term* is compared with what was declared: it is the figure that imitates
courts. The *liability term* leaves out what the offender's facts took off, so it lies above most declared terms by
design; its own measure is the simulated truth, beside a model that was trained on declared terms with the offender's
columns merely left out. The *interval* is checked against neutral labels, which the model's own adjustment made.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.liability.boosting import term_regressor
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.rule_evaluation import CAUSES, evaluate_rules
from sentencing_ml.liability.train import Training, has_kind, has_term, training_rows, with_parts
from sentencing_ml.rendering import number, percent, render
from sentencing_ml.settings import EvaluateSettings, Settings
from sentencing_ml.storage import read_table, write_json, write_text

LN216 = math.log(216)  # the scale of the normalised log distance in use for such predictions: 18 years
_FIFTHS = ("最轻", "较轻", "中等", "较重", "最重")


def evaluate(
    *, factors: Path, split: Path, model: Path, truth: Path | None, report: Path, settings: Settings
) -> dict[str, float]:
    """Evaluate the model folder on the test part; write ``report`` and the page of the same name beside it.

    ``truth`` holds row_id and liability_months of simulated counts; rows that it does not know are left out of that
    comparison. Returns the flat figures of the report.

    Raises
    ------
    InputError
        No row of the test part states a term.
    """
    fitted = LiabilityModel.load(model)
    frame = with_parts(read_table(factors), read_table(split))
    known = has_term(frame)
    test = frame[(frame["part"] == "test") & known].reset_index(drop=True)
    content = evaluate_on(frame[frame["part"] == "test"].reset_index(drop=True), fitted, settings=settings)
    content["rules"] = evaluate_rules(frame[frame["part"] == "test"])
    content["simulated_truth"] = None
    if truth is not None and truth.is_file():
        content["simulated_truth"] = compare_with_truth(
            test,
            training_rows(frame, settings=settings),
            fitted,
            read_table(truth, columns=["row_id", "liability_expected"]),
            settings=settings,
        )
    flat = flat_metrics(content)
    write_json(report, {**content, **flat})
    write_text(report.with_suffix(".html"), render("evaluation.html", page(content)))
    return flat


def evaluate_on(frame: pd.DataFrame, model: LiabilityModel, *, settings: Settings) -> dict:
    """Evaluate on any factor table with outcomes, such as another file of fact records; return the nested report.

    Raises
    ------
    InputError
        No row states a term for one charge.
    """
    threads = settings.runtime.threads
    rows = frame[has_term(frame)].reset_index(drop=True)
    if rows.empty:
        raise InputError("no row states a term of months for one charge, so there is nothing to compare with.")
    predicted = model.predict(rows, threads=threads, dated=True)
    advised = (predicted["status"] == "advised").to_numpy(dtype=bool)
    cluster = rows["cluster"].fillna(rows["doc_id"]).to_numpy()
    declared = rows["term_months"].to_numpy(dtype="float64")
    options = settings.evaluate
    report = {
        "n": len(rows),
        "n_clusters": len(set(cluster)),
        "share_abstained": float((~advised).mean()),
        "abstained": {
            str(name): int(count)
            for name, count in sorted(predicted["status"].value_counts().items())
            if name != "advised"
        },
        "models": {},
        "by_charge": [],
        "interval": None,
        "kinds": _kinds(frame[has_kind(frame)].reset_index(drop=True), model, threads=threads),
    }
    if not advised.any():
        return report
    medians = rows["charge_group"].map({name: entry.median_months for name, entry in model.support.charges.items()})
    series = {
        "expected": predicted["expected_months"].to_numpy(dtype="float64", na_value=np.nan),
        "liability": predicted["liability_months"].to_numpy(dtype="float64", na_value=np.nan),
        "charge_median": medians.to_numpy(dtype="float64", na_value=np.nan),
    }
    report["models"] = {
        name: accuracy(values[advised], declared[advised], cluster[advised], options=options)
        for name, values in series.items()
    }
    inputs = prepare(rows, dated=True)
    label = np.expm1(model.neutral.neutral_log(inputs, declared, threads=threads))
    low = predicted["interval_low"].to_numpy(dtype="float64", na_value=np.nan)
    high = predicted["interval_high"].to_numpy(dtype="float64", na_value=np.nan)
    covered = (label >= low) & (label <= high)
    report["interval"] = {
        "of": "neutral labels",
        "nominal": model.intervals.level,
        "coverage": bootstrap_mean(covered[advised].astype("float64"), cluster[advised], options=options),
        "median_width_months": float(np.median((high - low)[advised])),
        "median_relative_width": float(np.median(((high - low) / (1 + series["liability"]))[advised])),
    }
    report["by_charge"] = _by_charge(rows, series, declared, covered, high - low, advised)
    return report


def accuracy(predicted: np.ndarray, observed: np.ndarray, cluster: np.ndarray, *, options: EvaluateSettings) -> dict:
    """Return MAE and bias in months, R² of ln(1 + m), share within 25 % and the normalised log distance.

    MAE and the share carry 95 % intervals from a bootstrap of clusters.
    """
    distance = np.abs(np.log1p(predicted) - np.log1p(observed))
    spread = float(((np.log1p(observed) - np.log1p(observed).mean()) ** 2).sum())
    return {
        "n": len(observed),
        "mae_months": bootstrap_mean(np.abs(predicted - observed), cluster, options=options),
        "bias_months": float((predicted - observed).mean()),
        "r2_log": 1 - float((distance**2).sum()) / spread if spread > 0 else None,
        "within_25": bootstrap_mean(
            (np.abs(predicted - observed) <= 0.25 * observed).astype("float64"), cluster, options=options
        ),
        "log_distance_score": (LN216 - float(distance.mean())) / LN216,
    }


def bootstrap_mean(values: np.ndarray, cluster: np.ndarray, *, options: EvaluateSettings) -> dict[str, float]:
    """Return the mean with its 95 % percentile interval when whole clusters are drawn with replacement."""
    groups = (
        pd.DataFrame({"cluster": cluster, "value": values}).groupby("cluster", sort=True)["value"].agg(["sum", "size"])
    )
    generator = np.random.default_rng(options.seed)
    means = np.empty(options.bootstrap)
    for draw in range(options.bootstrap):
        times = np.bincount(generator.integers(len(groups), size=len(groups)), minlength=len(groups))
        means[draw] = (times @ groups["sum"].to_numpy()) / (times @ groups["size"].to_numpy())
    low, high = np.quantile(means, [0.025, 0.975])
    return {"value": float(np.mean(values)), "low": float(low), "high": float(high)}


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
    omitted.fit(training.rows, training.months, groups=training.fold, sample_weight=training.weight)
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


def flat_metrics(report: dict) -> dict[str, float]:
    """Return the figures of the nested report that gates and the log read, None left out."""
    flat = {"n_test": float(report["n"]), "share_abstained": report["share_abstained"]}
    for name, entry in report["models"].items():
        flat |= {
            f"{name}_mae_months": entry["mae_months"]["value"],
            f"{name}_bias_months": entry["bias_months"],
            f"{name}_within_25": entry["within_25"]["value"],
            f"{name}_log_distance_score": entry["log_distance_score"],
        }
        if entry["r2_log"] is not None:
            flat[f"{name}_r2_log"] = entry["r2_log"]
    if report["interval"]:
        flat["interval_coverage"] = report["interval"]["coverage"]["value"]
        flat["interval_median_width_months"] = report["interval"]["median_width_months"]
    if report["kinds"]:
        flat["kind_log_loss"] = report["kinds"]["log_loss"]
        flat["kind_accuracy"] = report["kinds"]["accuracy"]
    if report.get("rules"):
        flat |= {
            "rules_tier_contained": report["rules"]["tiers"]["contained"],
            "rules_tier_decided": report["rules"]["tiers"]["decided"],
            "rules_interval_inside": report["rules"]["interval"]["inside_with_share"],
            "rules_court_words_borne": report["rules"]["words"]["borne"],
        }
        flat = {name: value for name, value in flat.items() if value is not None}
    if report.get("simulated_truth"):
        for name in ("liability", "omission"):
            entry = report["simulated_truth"][name]
            flat |= {f"truth_{name}_{key}": entry[key] for key in ("bias", "mae_months", "within_10")}
    return flat


def _kinds(rows: pd.DataFrame, model: LiabilityModel, *, threads: int) -> dict | None:
    if rows.empty:
        return None
    shares = model.kinds.probabilities(model.design(rows), threads=threads)
    names = np.array(shares.columns)
    observed = rows["penalty"].to_numpy(dtype=object)
    inside = np.isin(observed, names)
    if not inside.any():
        return None
    place = np.array([int(np.flatnonzero(names == kind)[0]) for kind in observed[inside]])
    probability = shares.to_numpy()[inside]
    return {
        "n": int(inside.sum()),
        "n_unlearned": int((~inside).sum()),
        "log_loss": float(-np.log(np.clip(probability[np.arange(len(place)), place], 1e-12, 1)).mean()),
        "accuracy": float((probability.argmax(axis=1) == place).mean()),
        "shares": [
            {
                "kind": str(name),
                "observed": float((observed[inside] == name).mean()),
                "predicted": float(probability[:, column].mean()),
            }
            for column, name in enumerate(names)
        ],
    }


def _by_charge(
    rows: pd.DataFrame,
    series: dict[str, np.ndarray],
    declared: np.ndarray,
    covered: np.ndarray,
    width: np.ndarray,
    advised: np.ndarray,
) -> list[dict]:
    charge = rows["charge_group"].to_numpy(dtype=object)
    table = []
    for name in sorted(set(charge)):
        inside = charge == name
        shown = inside & advised
        some = bool(shown.any())
        table.append(
            {
                "charge": str(name),
                "n": int(inside.sum()),
                "share_abstained": float((~advised[inside]).mean()),
                "expected_mae_months": _mean(np.abs(series["expected"] - declared)[shown]) if some else None,
                "median_mae_months": _mean(np.abs(series["charge_median"] - declared)[shown]) if some else None,
                "mean_liability_months": _mean(series["liability"][shown]) if some else None,
                "mean_declared_months": _mean(declared[inside]),
                "interval_coverage": _mean(covered[shown].astype("float64")) if some else None,
                "median_width_months": float(np.median(width[shown])) if some else None,
            }
        )
    return sorted(table, key=lambda row: (-row["n"], row["charge"]))


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values))


def page(report: dict) -> dict:
    """Return what ``evaluation.html`` shows of the nested report: formatted rows and sentences, no row of a case."""
    models = {"expected": "预期刑期", "liability": "责任刑刑期", "charge_median": "同罪名中位数（基线）"}
    accuracy_rows = [
        {
            "name": models[name],
            "mae": _with_interval(entry["mae_months"], lambda value: number(value, digits=2)),
            "bias": f"{entry['bias_months']:+.2f}",
            "within": _with_interval(entry["within_25"], percent),
            "r2": number(entry["r2_log"], digits=3),
            "score": number(entry["log_distance_score"], digits=3),
        }
        for name, entry in report["models"].items()
    ]
    charges = [
        {
            "charge": row["charge"],
            "n": number(row["n"]),
            "abstained": percent(row["share_abstained"]),
            "mae": number(row["expected_mae_months"], digits=2),
            "baseline": number(row["median_mae_months"], digits=2),
            "declared": number(row["mean_declared_months"], digits=1),
            "liability": number(row["mean_liability_months"], digits=1),
            "coverage": percent(row["interval_coverage"]),
            "width": number(row["median_width_months"], digits=1),
        }
        for row in report["by_charge"]
    ]
    truth = report["simulated_truth"]
    fifths = [
        {"label": f"{label}{which}", "value": value, "text": percent(value, sign=True)}
        for place, label in enumerate(_FIFTHS)
        for which, key in (("· 本模型", "liability"), ("· 直接省略", "omission"))
        if truth and place < len(truth[key]["bias_by_fifth"])
        for value in [truth[key]["bias_by_fifth"][place]]
    ]
    kinds = report["kinds"]
    kind_rows = [
        {"kind": row["kind"], "observed": percent(row["observed"]), "predicted": percent(row["predicted"])}
        for row in (kinds["shares"] if kinds else [])
    ]
    return {
        "report": report,
        "accuracy": accuracy_rows,
        "mae_bars": [
            {
                "label": models[name],
                "value": entry["mae_months"]["value"],
                "text": f"{entry['mae_months']['value']:.2f} 个月",
            }
            for name, entry in report["models"].items()
        ],
        "mae_longest": max((entry["mae_months"]["value"] for entry in report["models"].values()), default=1.0),
        "charges": charges,
        "fifths": fifths,
        "fifths_longest": max((abs(item["value"]) for item in fifths), default=1.0),
        "kind_rows": kind_rows,
        "rules": _rules_page(report.get("rules")),
    }


def _rules_page(rules: dict | None) -> dict | None:
    if rules is None:
        return None
    causes = rules["tiers"]["causes"] | rules["interval"]["causes"]
    return {
        "tiers": rules["tiers"],
        "interval": rules["interval"],
        "words": rules["words"],
        "without": number(rules["n_without_law"]),
        "charges": [
            {
                "charge": row["charge"],
                "n": number(row["tiers"]["n"]),
                "contained": percent(row["tiers"]["contained"]),
                "decided": percent(row["tiers"]["decided"]),
                "terms": number(row["interval"]["n"]),
                "inside": percent(row["interval"]["inside"]),
                "share": percent(row["interval"]["inside_with_share"]),
                "width": number(row["interval"]["median_width_months"], digits=1),
            }
            for row in rules["by_charge"]
        ],
        "causes": [{"cause": CAUSES[name], "n": number(count)} for name, count in causes.items()],
    }


def _with_interval(entry: dict[str, float], shown) -> str:
    return f"{shown(entry['value'])}（{shown(entry['low'])}–{shown(entry['high'])}）"
