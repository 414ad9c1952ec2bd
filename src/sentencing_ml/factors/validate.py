"""Stage validate: the contract of the factor table, and a report on the quality of the data.

The report holds counts alone; which rows a count is made of stands in a table of its own, for those who may see them.
"""

from pathlib import Path

import pandas as pd

from sentencing_ml.factors.contract import check_contract
from sentencing_ml.factors.finding import reasons
from sentencing_ml.factors.quality import (
    Check,
    checks,
    missing_blocks,
    missingness,
    outstanding_blocks,
    sources,
)
from sentencing_ml.factors.registry import registry
from sentencing_ml.rendering import percent, render
from sentencing_ml.settings import Settings, ValidateSettings
from sentencing_ml.storage import read_table, write_json, write_table, write_text

_BLOCK_FACTORS = ("court", "judgment_date", "gender", "birth_date", "education", "counsel", "term_months")
_BLOCKS = {
    "missing_by_kind": "文书种类",
    "missing_by_year": "判决年份",
    "missing_by_court": "法院",
    "missing_by_charge": "罪名",
}


def validate(*, factors: Path, evidence: Path, report: Path, rows: Path, settings: Settings) -> dict[str, float]:
    """Check the factor table and write ``report`` (JSON), the page of the same name beside it, and ``rows``.

    ``rows`` (Parquet) names every row that a check found: columns check, kind, row_id.

    Raises
    ------
    DataContractError
        The table breaks its contract.
    """
    frame = read_table(factors)
    check_contract(frame)
    found = checks(frame)
    content = examine(frame, read_table(evidence), found=found, settings=settings.validate_)
    write_table(rows, _rows(found))
    write_json(report, content)
    write_text(report.with_suffix(".html"), render("validation.html", _page(content)))
    return {name: value for name, value in content.items() if isinstance(value, (int, float))}


def examine(
    frame: pd.DataFrame, evidence: pd.DataFrame, *, found: tuple[Check, ...], settings: ValidateSettings
) -> dict:
    """Return the content of the report; its top-level numbers are the stage's metrics."""
    missing = missingness(frame)
    judgments = frame[frame["doc_kind"] == "judgment"]
    by_name = {check.name: check.rows for check in found}
    told = sources(evidence)
    blocks = {
        "missing_by_kind": missing_blocks(frame, by="doc_kind", names=_BLOCK_FACTORS, at_least=1),
        "missing_by_year": missing_blocks(judgments, by="year", names=_BLOCK_FACTORS),
        "missing_by_court": missing_blocks(judgments, by="court", names=_BLOCK_FACTORS),
        "missing_by_charge": missing_blocks(frame, by="charge_group", names=_BLOCK_FACTORS),
    }
    in_judgments = missingness(judgments)
    overall = {"missing_by_charge": missing, "missing_by_year": in_judgments, "missing_by_court": in_judgments}
    return {
        "rows": len(frame),
        "documents": int(frame["doc_id"].nunique()),
        "defendants": int(frame[["doc_id", "defendant_index"]].drop_duplicates().shape[0]),
        "share_charge_unknown": float(frame["charge_group"].isna().mean()) if len(frame) else 0.0,
        "share_alleged": float((frame["status"] == "alleged").mean()) if len(frame) else 0.0,
        "contradictions": sum(check.rows for check in found if check.kind == "contradiction"),
        "below_statute": by_name["below_statute"],
        "above_statute": by_name["above_statute"],
        "near_duplicates": by_name["near_duplicate"],
        "masked_names": by_name["masked_name"],
        "findings": [
            {"name": check.name, "zh": check.zh, "kind": check.kind, "rows": check.rows, "of": check.of} for check in found
        ],
        "missing": missing,
        "not_observable": _not_observable(frame),
        "often_missing": sorted(name for name, share in missing.items() if share > settings.max_missing_share),
        **blocks,
        "outstanding": [
            {"by": by, **row}
            for by in overall
            for row in outstanding_blocks(
                blocks[by],
                overall={name: overall[by][name] for name in _BLOCK_FACTORS},
                excess=settings.block_excess,
            )
        ],
        "withheld": _counted(frame["withheld"]),
        "by_speaker": _totals(evidence["speaker"]),
        "by_rule": _totals(evidence["rule"]),
        "sources": told,
    }


def _rows(found: tuple[Check, ...]) -> pd.DataFrame:
    rows = [(check.name, check.kind, row_id) for check in found for row_id in check.row_ids]
    return pd.DataFrame(rows, columns=["check", "kind", "row_id"]).astype("string")


def _not_observable(frame: pd.DataFrame) -> dict[str, float]:
    """Return, for each factor, the share of rows whose form of record cannot tell it."""
    counts = _counted(frame["not_observable"])
    return {name: count / len(frame) for name, count in counts.items()}


def _counted(lists: pd.Series) -> dict[str, int]:
    """Count the entries of lists that are apart by semicolons."""
    return _totals(lists.dropna().str.split(";").explode())


def _totals(values: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in sorted(values.value_counts().items())}


def _page(content: dict) -> dict:
    factors = registry().factors
    columns = [{"key": name, "label": factors[name].zh, "num": True} for name in _BLOCK_FACTORS]
    return {
        "report": content,
        "missing_rows": [
            {
                "zh": factors[name].zh,
                "name": name,
                "class": factors[name].factor_class.zh,
                "share": percent(share),
                "not_observable": percent(content["not_observable"].get(name, 0.0)),
            }
            for name, share in sorted(content["missing"].items(), key=lambda item: -item[1])
            if share > 0
        ],
        "findings": {
            kind: [
                {"zh": row["zh"], "rows": f"{row['rows']:,}", "of": f"{row['of']:,}", "name": row["name"]}
                for row in content["findings"]
                if row["kind"] == kind
            ]
            for kind in ("contradiction", "sentence", "duplicate", "name")
        },
        "outstanding": [
            {
                "by": _BLOCKS[row["by"]],
                "block": row["block"],
                "n": f"{row['n']:,}",
                "zh": factors[row["factor"]].zh,
                "missing": percent(row["missing"]),
                "overall": percent(row["overall"]),
            }
            for row in content["outstanding"][:40]
        ],
        "outstanding_more": max(0, len(content["outstanding"]) - 40),
        "withheld": [
            {"factor": factors[name.split(":")[0]].zh, "reason": reasons()[name.split(":")[1]], "n": f"{count:,}"}
            for name, count in content["withheld"].items()
        ],
        "speakers": [
            {"label": _SPEAKERS.get(name, name), "value": count, "text": f"{count:,}"}
            for name, count in content["by_speaker"].items()
        ],
        "speakers_longest": max(content["by_speaker"].values(), default=1),
        "sources": [
            {
                "zh": factors[row["factor"]].zh,
                "n": f"{row['n']:,}",
                **{name: percent(row["speakers"].get(name, 0.0)) for name in _SPEAKERS},
                "rules": "；".join(f"{rule} {percent(share)}" for rule, share in list(row["rules"].items())[:4]),
            }
            for row in content["sources"]
        ],
        "speaker_columns": [{"key": name, "label": zh, "num": True} for name, zh in _SPEAKERS.items()],
        "blocks": [
            {
                "title": title,
                "columns": [{"key": "block", "label": title}, {"key": "n", "label": "行数", "num": True}, *columns],
                "rows": [
                    {
                        **{k: percent(v) for k, v in row.items() if k not in ("block", "n")},
                        "block": row["block"],
                        "n": f"{row['n']:,}",
                    }
                    for row in content[key][:25]
                ],
                "more": max(0, len(content[key]) - 25),
            }
            for key, title in _BLOCKS.items()
        ],
    }


_SPEAKERS = {"court": "法院", "prosecution": "公诉机关", "defence": "辩方", "record": "事实记录"}
