"""Batch prediction: files of judgments, indictments or fact records → one row a defendant (or a count).

A prediction uses only what is known before the verdict: extraction reads the facts without the verdict, and the model
reads liability factors alone. A fact record that names no charge is read by the charge that its facts let expect
(:mod:`charge_inference`). A record that cannot be read is a row with its reason, so that every id comes back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from sentencing_ml import __version__, batch
from sentencing_ml.errors import InputError
from sentencing_ml.factors.extraction import Extraction, extract
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Document, Label, Quarantined
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.quarantine import explanation, failure
from sentencing_ml.judgments.reading import check_tables, read_documents
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.abstention import inferred_charge, unsure_charge
from sentencing_ml.liability.charge_inference import ChargeClassifier
from sentencing_ml.liability.combine import DEFENDANT_COLUMNS, combined
from sentencing_ml.liability.model import COUNT_COLUMNS, LiabilityModel, model_version
from sentencing_ml.liability.prediction_files import kind_of, write_predictions
from sentencing_ml.settings import Settings
from sentencing_ml.storage import sha256_bytes

INFERRED = "inferred"
"""The source of a charge that no record names."""

MOST, HEAVIEST = 1024, 1_500_000  # records and characters of a batch: some seconds of work on whole judgments
VERSIONS = ("model_version", "law_version")


def predict_files(
    *,
    patterns: Sequence[str],
    output: Path,
    model: Path,
    level: str,
    settings: Settings,
    jobs: int | None = None,
    restart: bool = False,
) -> dict[str, int]:
    """Predict every record of the files that ``patterns`` name and write ``output``; return rows by status.

    A run that was killed leaves its finished parts beside ``output``, and the same call goes on from there. However
    long the input is, memory stays flat, and the rows stand in its order.

    Parameters
    ----------
    output
        See :mod:`prediction_files` for the formats.
    level
        ``defendant``: counts combined under 刑法69; ``count``: a row a count.
    jobs
        Processes that read and predict; default ``extract.workers`` of the settings.
    restart
        Discard what an interrupted run has left.

    Raises
    ------
    InputError
        A path is missing, a table has no column with the text, ``output`` is an input too or of no format that is
        written, another process writes it, or a run was interrupted that was another one.
    BundleError
        The model is missing or altered.
    WorkerError
        A process died.
    """
    kind_of(output)
    files = resolve(patterns, named="inputs")
    check_inputs(files, output=output, settings=settings)
    versions = {"model_version": model_version(model), "law_version": law_version()}
    state = {**state_of(files, settings=settings), **versions, "level": level, "batches": f"{MOST}/{HEAVIEST}"}
    with batch.parts_of(output, state=state, restart=restart) as parts:
        batch.run(
            read_documents(files, settings=settings, mask=False),
            parts=parts,
            start=partial(_start, model=model, level=level, versions=versions),
            jobs=jobs or settings.extract.workers,
            most=MOST,
            label="predict",
            weight=weight,
            heaviest=HEAVIEST,
        )
        write_predictions(output, parts.lines(), columns=[*_columns(level), *VERSIONS])
        return parts.counts()


def check_inputs(files: Sequence[Path], *, output: Path, settings: Settings) -> None:
    """Do nothing when the files can be read and ``output`` is none of them; see :func:`predict_files`."""
    if output.resolve() in {path.resolve() for path in files}:
        raise InputError(f"{output}: is one of the inputs. Write elsewhere.")
    check_tables(files, settings=settings)


def state_of(files: Sequence[Path], *, settings: Settings) -> dict[str, str]:
    """Return what the reading of files depends on, by name, for :func:`batch.parts_of`."""
    return {
        "inputs": batch.hash_of_files(files),
        "settings.ingest": sha256_bytes(settings.ingest.model_dump_json().encode()),
        "package": __version__,
    }


def weight(record: Document | Quarantined) -> int:
    """Return what a record costs: the characters of its text."""
    return len(record.text) if isinstance(record, Document) else 0


def _start(*, model: Path, level: str, versions: Mapping[str, str]) -> batch.Work:
    """Load the model; return what predicts a batch."""
    fitted, charges = LiabilityModel.load(model), ChargeClassifier.load(model)
    columns = _columns(level)

    def some(records: Sequence[Document | Quarantined]) -> list[dict]:
        return predict_records(records, fitted, charges, level=level, threads=1)

    def failed(record: Document | Quarantined, error: Exception) -> list[dict]:
        return [_unreadable(failure(record, error), level=level)]

    def work(records: Sequence[Any]) -> tuple[dict[str, int], list[dict]]:
        rows = batch.one_by_one(some, records, failed=failed)
        statuses = Counter(row["status"] for row in rows)
        return {"rows": len(rows), **statuses}, [{**{name: row[name] for name in columns}, **versions} for row in rows]

    return work


def _columns(level: str) -> tuple[str, ...]:
    return COUNT_COLUMNS if level == "count" else DEFENDANT_COLUMNS


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
    factor_rows = [row for each in read for row in each.rows(with_evidence=False)[0]]
    predicted: dict[str, list[dict]] = {}
    if factor_rows:
        frame = factor_frame(factor_rows)
        proposals = {each.extraction.document.id: each.proposal for each in read if each.proposal is not None}
        counts = _with_proposals(model.predict(frame, threads=threads), frame, proposals)
        if level == "count":
            for doc_id, row in zip(frame["doc_id"], counts.to_dict("records"), strict=True):
                predicted.setdefault(doc_id, []).append(_plain(row))
        else:
            for row in combined(counts, position=model.position):
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

    def rows(self, *, with_evidence: bool = True) -> tuple[list[dict], list[dict]]:
        """Return (factor rows, evidence rows); an adopted charge has the source :data:`INFERRED`."""
        cluster = self.extraction.document.id
        rows, evidence = rows_of(self.extraction, cluster=cluster, with_evidence=with_evidence)
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
    row = dict.fromkeys(_columns(level))
    row["row_id" if level == "count" else "id"] = record.name
    if level != "count":
        row |= {"charges": [], "counts": []}
    return {**row, "status": "unreadable", "reason": explanation(record)}


def _plain(row: dict) -> dict:
    return {
        key: None if not isinstance(value, (dict, list)) and pd.isna(value) else value for key, value in row.items()
    }
