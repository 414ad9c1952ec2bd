"""Stage validate: the contract of the factor table, and a report on the quality of the data, counts only."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from sentencing_ml.factors.contract import check_contract
from sentencing_ml.factors.quality import contradictions, missing_blocks, missingness
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import SPEAKERS
from sentencing_ml.rendering import percent, render
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

_BLOCK_FACTORS = ("court", "judgment_date", "gender", "birth_date", "education", "counsel", "term_months")


def validate(*, factors: Path, evidence: Path, report: Path, settings: Settings) -> dict[str, float]:
    """Check the factor table and write ``report`` (JSON) with the page of the same name beside it.

    Raises
    ------
    DataContractError
        The table breaks its contract.
    """
    frame = read_table(factors)
    check_contract(frame)
    content = examine(frame, read_table(evidence), threshold=settings.validate_.max_missing_share)
    write_json(report, content)
    write_text(report.with_suffix(".html"), render("validation.html", _page(content)))
    return {name: value for name, value in content.items() if isinstance(value, (int, float))}


def examine(frame: pd.DataFrame, evidence: pd.DataFrame, *, threshold: float) -> dict:
    """Return the content of the report; its top-level numbers are the stage's metrics."""
    missing = missingness(frame)
    judgments = frame[frame["doc_kind"] == "judgment"]
    findings = contradictions(frame)
    spoken = evidence["speaker"].value_counts()
    return {
        "rows": len(frame),
        "documents": int(frame["doc_id"].nunique()),
        "defendants": int(frame[["doc_id", "defendant_index"]].drop_duplicates().shape[0]),
        "share_charge_unknown": float(frame["charge_group"].isna().mean()) if len(frame) else 0.0,
        "contradictions": sum(f.rows for f in findings if f.name not in ("below_statute", "above_statute")),
        "below_statute": next(f.rows for f in findings if f.name == "below_statute"),
        "above_statute": next(f.rows for f in findings if f.name == "above_statute"),
        "findings": [asdict(f) for f in findings],
        "missing": missing,
        "often_missing": sorted(name for name, share in missing.items() if share > threshold),
        "missing_by_kind": missing_blocks(frame, by="doc_kind", names=_BLOCK_FACTORS, at_least=1),
        "missing_by_year": missing_blocks(judgments, by="year", names=_BLOCK_FACTORS),
        "missing_by_court": missing_blocks(judgments, by="court", names=_BLOCK_FACTORS),
        "missing_by_charge": missing_blocks(frame, by="charge_group", names=_BLOCK_FACTORS),
        "by_speaker": {str(name): int(count) for name, count in sorted(spoken.items())},
        "by_rule": {str(name): int(count) for name, count in sorted(evidence["rule"].value_counts().items())},
    }


def _page(content: dict) -> dict:
    factors = registry().factors
    blocks = {
        "missing_by_kind": "文书种类",
        "missing_by_year": "判决年份",
        "missing_by_court": "法院",
        "missing_by_charge": "罪名",
    }
    columns = [{"key": name, "label": factors[name].zh, "num": True} for name in _BLOCK_FACTORS]
    return {
        "report": content,
        "missing_rows": [
            {"zh": factors[name].zh, "name": name, "class": factors[name].factor_class.zh, "share": percent(share)}
            for name, share in sorted(content["missing"].items(), key=lambda item: -item[1])
            if share > 0
        ],
        "findings": [{"zh": f["zh"], "rows": str(f["rows"]), "of": str(f["of"])} for f in content["findings"]],
        "speakers": [
            {"label": SPEAKERS.get(name, name), "value": count, "text": f"{count:,}"}
            for name, count in content["by_speaker"].items()
        ],
        "speakers_longest": max(content["by_speaker"].values(), default=1),
        "rules": [
            {"rule": rule, "n": f"{count:,}"}
            for rule, count in sorted(content["by_rule"].items(), key=lambda item: -item[1])[:40]
        ],
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
            for key, title in blocks.items()
        ],
    }
