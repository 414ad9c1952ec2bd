"""Batch prediction: files of judgments, indictments or fact records → one row a defendant (or a count).

A prediction uses only what is known before the verdict: extraction reads the facts without the verdict, and the model
reads liability factors alone. A record that cannot be read is a row with its reason, so that every id comes back.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sentencing_ml.errors import InputError
from sentencing_ml.factors.extraction import Extraction, extract
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS, combine_counts
from sentencing_ml.liability.model import COUNT_COLUMNS, LiabilityModel, model_version
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import atomic_path

_BATCH = 512  # records held at once: memory stays flat however long the input is
VERSIONS = ("model_version", "law_version")


def predict_files(
    *, patterns: Sequence[str], output: Path, model: Path, level: str, settings: Settings
) -> dict[str, int]:
    """Predict every record of the files that ``patterns`` name and write ``output`` (.jsonl, .csv or .parquet).

    Parameters
    ----------
    level
        ``defendant``: counts combined under 刑法69; ``count``: a row a count.

    Raises
    ------
    InputError
        A path is missing, or the suffix of ``output`` is none of the three.
    BundleError
        The model is missing or altered.
    """
    writers = {".jsonl": _write_jsonl, ".csv": _write_csv, ".parquet": _write_parquet}
    if output.suffix not in writers:
        raise InputError(f"{output}: write .jsonl, .csv or .parquet.")
    files = resolve(patterns)
    fitted = LiabilityModel.load(model)
    versions = {"model_version": model_version(model), "law_version": law_version()}
    counts: dict[str, int] = {}

    def rows() -> Iterator[dict]:
        records = iter(track(read_documents(files, settings=settings, mask=False), total=None, label="predict"))
        while batch := list(islice(records, _BATCH)):
            for row in predict_records(batch, fitted, level=level, threads=settings.runtime.threads):
                counts[row["status"]] = counts.get(row["status"], 0) + 1
                yield {**row, **versions}

    columns = [*(COUNT_COLUMNS if level == "count" else DEFENDANT_COLUMNS), *VERSIONS]
    with atomic_path(output) as temporary:
        writers[output.suffix](temporary, rows(), columns)
    return {"rows": sum(counts.values()), **dict(sorted(counts.items()))}


def predict_records(
    records: Iterable[Document | Quarantined], model: LiabilityModel, *, level: str, threads: int
) -> list[dict]:
    """Predict a batch of records in their order; one row a defendant (or count), one for each unreadable record."""
    records = list(records)
    factor_rows = [
        row
        for record in records
        if isinstance(record, Document)
        for row in rows_of(blind(record), cluster=record.id)[0]
    ]
    predicted: dict[str, list[dict]] = {}
    if factor_rows:
        frame = factor_frame(factor_rows)
        counts = model.predict(frame, threads=threads)
        if level == "count":
            for doc_id, row in zip(frame["doc_id"], counts.to_dict("records"), strict=True):
                predicted.setdefault(doc_id, []).append(_plain(row))
        else:
            for row in combine_counts(counts, position=model.position).to_dict("records"):
                predicted.setdefault(row["id"], []).append(row)
    result = []
    for record in records:
        result += predicted[record.id] if isinstance(record, Document) else [_unreadable(record, level=level)]
    return result


def blind(document: Document) -> Extraction:
    """Extract a document as it stands before the verdict: verdict and tail are cut, the record's outcome is dropped."""
    label = None
    if document.label is not None:
        label = replace(document.label, term_months=None, fine_yuan=None, life=None, death=None)
    verdict = document.section("verdict")
    if verdict is None:
        return extract(replace(document, label=label))
    sections = tuple(section for section in document.sections if section.end <= verdict.start)
    return extract(replace(document, label=label, text=document.text[: verdict.start], sections=sections))


def _unreadable(record: Quarantined, *, level: str) -> dict:
    reason = reasons()[record.reason]
    columns = COUNT_COLUMNS if level == "count" else DEFENDANT_COLUMNS
    row = dict.fromkeys(columns)
    row["row_id" if level == "count" else "id"] = record.detail or record.record
    if level != "count":
        row |= {"charges": [], "counts": []}
    return {**row, "status": "unreadable", "reason": f"{reason.zh}{reason.todo_zh}"}


def _plain(row: dict) -> dict:
    return {
        key: None if not isinstance(value, (dict, list)) and pd.isna(value) else value for key, value in row.items()
    }


def _write_jsonl(path: Path, rows: Iterator[dict], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({name: row[name] for name in columns}, ensure_ascii=False) + "\n")


def _write_csv(path: Path, rows: Iterator[dict], columns: list[str]) -> None:
    # utf-8-sig: spreadsheet programs read Chinese right only with the mark
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row[name]) for name in columns])


def _cell(value: object) -> object:
    """Return a cell; a text that a spreadsheet would take for a formula gets an apostrophe first."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\0"):
        return f"'{value}"
    return value


_NUMBERS = {
    "liability_months",
    "interval_low",
    "interval_high",
    "expected_months",
    "rule_low",
    "rule_high",
    "statute_low",
    "statute_high",
}
_WHOLE = {"defendant", "n_similar"}


def _write_parquet(path: Path, rows: Iterator[dict], columns: list[str]) -> None:
    schema = pa.schema(
        [
            (name, pa.float64() if name in _NUMBERS else pa.int64() if name in _WHOLE else pa.string())
            for name in columns
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            table = {
                name: [
                    json.dumps(row[name], ensure_ascii=False) if isinstance(row[name], (dict, list)) else row[name]
                    for row in batch
                ]
                for name in columns
            }
            writer.write_table(pa.table(table, schema=schema))
