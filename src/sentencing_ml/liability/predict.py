"""Batch prediction: files of judgments, indictments or fact records → one row a defendant (or a count).

A prediction uses only what is known before the verdict: extraction reads the facts without the verdict, and the model
reads liability factors alone. A fact record that names no charge is read by the charge that its facts let expect
(:mod:`charge_inference`). A record that cannot be read is a row with its reason, so that every id comes back.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from sentencing_ml.judgments.document import Document, Label, Quarantined
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.abstention import inferred_charge, unsure_charge
from sentencing_ml.liability.charge_inference import ChargeClassifier
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS, combine_counts
from sentencing_ml.liability.model import COUNT_COLUMNS, LiabilityModel, model_version
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import atomic_path

INFERRED = "inferred"
"""The source of a charge that no record names."""

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
    fitted, charges = LiabilityModel.load(model), ChargeClassifier.load(model)
    versions = {"model_version": model_version(model), "law_version": law_version()}
    counts: dict[str, int] = {}

    def rows() -> Iterator[dict]:
        records = iter(track(read_documents(files, settings=settings, mask=False), total=None, label="predict"))
        while batch := list(islice(records, _BATCH)):
            for row in predict_records(batch, fitted, charges, level=level, threads=settings.runtime.threads):
                counts[row["status"]] = counts.get(row["status"], 0) + 1
                yield {**row, **versions}

    columns = [*(COUNT_COLUMNS if level == "count" else DEFENDANT_COLUMNS), *VERSIONS]
    with atomic_path(output) as temporary:
        writers[output.suffix](temporary, rows(), columns)
    return {"rows": sum(counts.values()), **dict(sorted(counts.items()))}


def predict_records(
    records: Iterable[Document | Quarantined],
    model: LiabilityModel,
    charges: ChargeClassifier | None,
    *,
    level: str,
    threads: int,
) -> list[dict]:
    """Predict a batch of records in their order; one row a defendant (or count), one for each unreadable record.

    Without ``charges`` a fact record that names no charge has no figure.
    """
    records = list(records)
    read = before_verdict([record for record in records if isinstance(record, Document)], charges)
    factor_rows = [row for each in read for row in each.rows()[0]]
    predicted: dict[str, list[dict]] = {}
    if factor_rows:
        frame = factor_frame(factor_rows)
        proposals = {each.extraction.document.id: each.proposal for each in read if each.proposal is not None}
        counts = _with_proposals(model.predict(frame, threads=threads), frame, proposals)
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


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The charge that the facts let expect; ``adopted`` when it is likely enough for the facts to be read by it."""

    charge: str
    probability: float
    threshold: float

    @property
    def adopted(self) -> bool:
        """Whether the probability reaches the threshold."""
        return self.probability >= self.threshold


@dataclass(frozen=True, kw_only=True)
class Blind:
    """A document read without its outcome, and the proposal where it names no charge."""

    extraction: Extraction
    proposal: Proposal | None = None

    def rows(self) -> tuple[list[dict], list[dict]]:
        """Return (factor rows, evidence rows); an adopted charge has the source :data:`INFERRED`."""
        rows, evidence = rows_of(self.extraction, cluster=self.extraction.document.id)
        if self.proposal is not None and self.proposal.adopted:
            rows = [{**row, "charge_source": INFERRED} for row in rows]
        return rows, evidence


def before_verdict(documents: Iterable[Document], charges: ChargeClassifier | None) -> list[Blind]:
    """Read documents as they stand before the verdict.

    What speaks of the offence is read charge by charge. So a fact record that names none is read again by the charge
    proposed for it, if that is likely enough; one that names any, be it unknown to the law data, is left alone.
    """
    extractions = [blind(document) for document in documents]
    nameless = [place for place, extraction in enumerate(extractions) if _names_no_charge(extraction)]
    read = [Blind(extraction=extraction) for extraction in extractions]
    if charges is None or not nameless:
        return read
    proposed = charges.propose([facts_text(extractions[place].document) for place in nameless])
    for place, charge, probability in zip(nameless, proposed["charge_group"], proposed["probability"], strict=True):
        if not pd.isna(charge):
            proposal = Proposal(charge=charge, probability=float(probability), threshold=charges.threshold)
            read[place] = _by_proposal(extractions[place], proposal)
    return read


def _names_no_charge(extraction: Extraction) -> bool:
    return extraction.document.kind == "fact_record" and not extraction.people[0].charges


def _by_proposal(extraction: Extraction, proposal: Proposal) -> Blind:
    if proposal.adopted:
        label = replace(extraction.document.label or Label(), charges=(proposal.charge,))
        extraction = extract(replace(extraction.document, label=label))
    return Blind(extraction=extraction, proposal=proposal)


def _with_proposals(counts: pd.DataFrame, frame: pd.DataFrame, proposals: dict[str, Proposal]) -> pd.DataFrame:
    """Return the counts with the probability of each inferred charge, and the proposal in the reason."""
    probability, told = [], []
    units = frame["legal_entity"].fillna(False)
    for doc_id, unit, reason in zip(frame["doc_id"], units, counts["reason"], strict=True):
        proposal = proposals.get(doc_id)
        adopted = proposal is not None and proposal.adopted
        probability.append(proposal.probability if adopted else None)
        if adopted:
            reason = inferred_charge(proposal.charge, probability=proposal.probability) + reason
        elif proposal is not None and not unit:  # no charge would change what is said of a unit
            reason = unsure_charge(proposal.charge, probability=proposal.probability, threshold=proposal.threshold)
        told.append(reason)
    return counts.assign(
        charge_probability=pd.array(probability, dtype="Float64"), reason=pd.array(told, dtype="string")
    )


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
    "charge_probability",
    "liability_months",
    "interval_low",
    "interval_high",
    "expected_months",
    "fine_low",
    "fine_high",
    "rule_low",
    "rule_high",
    "statute_low",
    "statute_high",
}
_WHOLE = {"defendant", "n_similar", "n_fine"}


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
