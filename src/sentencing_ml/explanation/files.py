"""Case sheets straight from files, for ``sentencing explain``."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sentencing_ml import layout
from sentencing_ml.errors import InputError
from sentencing_ml.explanation.explain import INDEX, documents_by_id, explain_rows, load, write_sheets
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Quarantined
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.charge_inference import ChargeClassifier
from sentencing_ml.liability.predict import before_verdict
from sentencing_ml.liability.train import with_parts
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, sha256_file

_ARCHIVE = (layout.FACTORS, layout.SPLIT, layout.DOCUMENTS)


def explain_files(*, patterns: Sequence[str], folder: Path, model: Path, settings: Settings) -> list[Path]:
    """Write the sheet of every count of the records that ``patterns`` name; return the pages.

    A judgment is read up to its verdict, as ``predict`` reads it. The similar cases come from the project's own stage
    tables where they are present; without them the sheet says that there is no archive.

    Raises
    ------
    InputError
        A path is missing, or no record could be read.
    """
    documents, rows, evidence = {}, [], []
    items = track(read_documents(resolve(patterns), settings=settings, mask=False), total=None, label="read")
    readable = [item for item in items if not isinstance(item, Quarantined)]
    for read in before_verdict(readable, ChargeClassifier.load(model)):
        documents[read.extraction.document.id] = read.extraction.document
        some_rows, some_evidence = read.rows()
        rows += some_rows
        evidence += some_evidence
    if not rows:
        raise InputError("No record could be read. `sentencing ingest` tells the reason for each.")
    archive, texts, stored = _archive()
    explainer = load(
        factors=archive,
        documents=texts,
        model=model,
        settings=settings,
        data_version=sha256_file(layout.FACTORS)[:12] if archive is not None else None,
        index=stored,
    )
    sheets = explain_rows(
        factor_frame(rows), evidence=evidence_frame(evidence), documents=documents, explainer=explainer
    )
    return write_sheets(sheets, folder=folder, listed=True)


def _archive() -> tuple[pd.DataFrame | None, dict, Path | None]:
    """Return the stage tables of the project, or nothing when one of them is absent."""
    if not all(path.is_file() for path in _ARCHIVE):
        return None, {}, None
    frame = with_parts(read_table(layout.FACTORS), read_table(layout.SPLIT))
    stored = layout.CASES / INDEX
    return frame, documents_by_id(read_table(layout.DOCUMENTS)), stored if stored.is_file() else None
