"""The page of the evaluation: figures of ``evaluation.json`` as words, tables and drawings."""

from sentencing_ml.liability.rule_evaluation import CAUSES
from sentencing_ml.rendering import number, percent

_FIFTHS = ("最轻", "较轻", "中等", "较重", "最重")


def page(report: dict) -> dict:
    """Return what ``evaluation.html`` shows of the nested report: formatted rows and sentences, no row of a case."""
    models = {
        "expected": "预期刑期",
        "liability": "责任刑刑期",
        "charge_median": "同罪名中位数（基线）",
        "full_information": "全信息 LightGBM",
    }
    accuracy_rows = [
        {
            "name": models[name],
            "mae": _with_interval(entry["mae_months"], lambda value: number(value, digits=2)),
            "bias": f"{entry['bias_months']['value']:+.2f}",
            "within": _with_interval(entry["within_25"], percent),
            "r2": number(_value(entry["r2_log"]), digits=3),
            "score": number(entry["log_distance_score"]["value"], digits=3),
        }
        for name, entry in report["models"].items()
    ]
    charges = [
        {
            "charge": row["group"],
            "n": number(row["n"]),
            "abstained": percent(row["share_abstained"]),
            "mae": number(row["expected"]["mae_months"]["value"], digits=2),
            "baseline": number(row["charge_median_mae_months"], digits=2),
            "declared": number(row["mean_declared_months"], digits=1),
            "liability": number(row["mean_liability_months"], digits=1),
            "coverage": percent(row["coverage"]["value"]),
            "width": number(row["median_width_months"], digits=1),
        }
        for found in report.get("slices", [])
        if found["name"] == "charge"
        for row in found["groups"]
        if row["status"] == "shown"
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


def _value(entry: dict | None) -> float | None:
    return None if entry is None else entry["value"]
