"""Case sheets straight from files, for ``sentencing explain``: any number of them, resumed after a kill."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sentencing_ml import batch, layout
from sentencing_ml.explanation.archive import archive_of
from sentencing_ml.explanation.case_list import LIST, entry, nothing_read, refused, write_list
from sentencing_ml.explanation.explain import Explainer, explain_rows, link, load, write_sheets
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.judgments.quarantine import failure
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.bundle import MANIFEST
from sentencing_ml.liability.charge_inference import ChargeClassifier
from sentencing_ml.liability.model import model_version
from sentencing_ml.liability.predict import before_verdict, check_inputs, state_of, weight
from sentencing_ml.settings import Settings
from sentencing_ml.storage import sha256_bytes, sha256_file

FEW = 20
"""Pages that are named one by one; of more, the list is named."""

_MOST, _HEAVIEST = 16, 100_000  # records and characters of a batch: some seconds of work


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What was written: the list of the sheets, counts of records and sheets, and the pages if they are few."""

    index: Path
    counts: dict[str, int]
    pages: tuple[Path, ...]


def explain_files(
    *,
    patterns: Sequence[str],
    folder: Path,
    model: Path,
    settings: Settings,
    jobs: int | None = None,
    restart: bool = False,
) -> Explained:
    """Write the sheet of every count of the records that ``patterns`` name, and the list of all records.

    A judgment is read up to its verdict, as ``predict`` reads it. Similar cases come from the project's archive where
    it is present and of this model; without it the sheet says that there is none. A record that cannot be read stands
    in the list with its reason. A run that was killed goes on with the same call; see :func:`predict.predict_files` for
    ``jobs`` and ``restart``.

    Raises
    ------
    InputError
        A path is missing, no record could be read, another process writes into ``folder``, or a run was interrupted
        that was another one.
    BundleError
        The model or the archive is missing or altered.
    WorkerError
        A process died.
    """
    files = resolve(patterns, named="inputs")
    index = folder / LIST
    check_inputs(files, output=index, settings=settings)
    version = model_version(model)
    archive = archive_of(version, folder=layout.ARCHIVE)
    settings = settings.model_copy(update={"runtime": settings.runtime.model_copy(update={"threads": 1})})
    state = {
        **state_of(files, settings=settings),
        "model_version": version,
        "law_version": law_version(),
        "archive": "none" if archive is None else sha256_file(archive / MANIFEST),
        "settings.explain": sha256_bytes(settings.explain.model_dump_json().encode()),
        "batches": f"{_MOST}/{_HEAVIEST}",
    }
    with batch.parts_of(index, state=state, restart=restart) as parts:
        batch.run(
            read_documents(files, settings=settings, mask=False),
            parts=parts,
            start=partial(_start, model=model, archive=archive, folder=folder, settings=settings),
            jobs=jobs or settings.extract.workers,
            most=_MOST,
            label="explain",
            weight=weight,
            heaviest=_HEAVIEST,
        )
        counts = parts.counts()
        first = [row["entry"] for row in islice(_rows(parts), FEW)]
        if counts.get("sheets"):
            versions = next(row["versions"] for row in _rows(parts) if row["versions"])
            page = write_list((row["entry"] for row in _rows(parts)), folder=folder, versions=versions)
    if not counts.get("sheets"):
        raise nothing_read(first)
    written = [folder / f"{line['file']}.html" for line in first if line["file"]]
    return Explained(index=page, counts=counts, pages=tuple(written) if len(written) == counts["sheets"] else ())


def _rows(parts: batch.Parts) -> Iterator[dict]:
    """Yield the rows of the parts one by one: a list of all would grow with the input."""
    return (json.loads(line) for line in parts.lines())


def _start(*, model: Path, archive: Path | None, folder: Path, settings: Settings) -> batch.Work:
    """Load the model and open the archive; return what writes the sheets of a batch and lists them."""
    explainer, charges = load(model=model, archive=archive, settings=settings), ChargeClassifier.load(model)

    def some(records: Sequence[Document | Quarantined]) -> list[dict]:
        return _explained(records, explainer, charges, folder=folder)

    def failed(record: Document | Quarantined, error: Exception) -> list[dict]:
        return [_line(refused(failure(record, error)))]

    def work(records: Sequence[Any]) -> tuple[dict[str, int], list[dict]]:
        rows = batch.one_by_one(some, records, failed=failed)
        sheets = sum(row["entry"]["file"] is not None for row in rows)
        return {"records": len(records), "sheets": sheets, "unreadable": len(rows) - sheets}, rows

    return work


def _explained(
    records: Sequence[Document | Quarantined],
    explainer: Explainer,
    charges: ChargeClassifier | None,
    *,
    folder: Path,
) -> list[dict]:
    """Write the sheets of some records; return the lines of the list in their order."""
    read = before_verdict([record for record in records if isinstance(record, Document)], charges)
    found = [item.rows() for item in read]
    rows = [row for some, _ in found for row in some]
    sheets = []
    if rows:
        sheets = explain_rows(
            factor_frame(rows),
            evidence=evidence_frame([row for _, some in found for row in some]),
            documents={item.extraction.document.id: item.extraction.document for item in read},
            explainer=explainer,
        )
        write_sheets(link(sheets, written=set()), folder=folder, listed=False)
    of_record: dict[str, list[dict]] = {}
    for content in sheets:
        of_record.setdefault(content["case"]["doc_id"], []).append(
            _line(entry(content), versions=content["basis"]["versions"])
        )
    lines = []
    for record in records:
        lines += of_record[record.id] if isinstance(record, Document) else [_line(refused(record))]
    return lines


def _line(listed: dict, *, versions: dict | None = None) -> dict:
    return {"entry": listed, "versions": versions or {}}
