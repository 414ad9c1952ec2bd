"""Extraction straight from files, for ``sentencing extract``."""

from collections.abc import Sequence
from pathlib import Path

from sentencing_ml.errors import InputError
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Quarantined
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import write_jsonl, write_table


def extract_files(*, patterns: Sequence[str], output: Path, form: str, settings: Settings) -> dict[str, int]:
    """Extract the factors of every readable record of the files that ``patterns`` name.

    Parameters
    ----------
    form
        ``annotation``: one JSON object a document; ``table``: the factor table as Parquet.

    Raises
    ------
    InputError
        A path is missing, or no record could be read; the counts say why.
    """
    unreadable: dict[str, int] = {}
    extractions = []
    for item in track(read_documents(resolve(patterns), settings=settings, mask=False), total=None, label="extract"):
        if isinstance(item, Quarantined):
            unreadable[item.reason] = unreadable.get(item.reason, 0) + 1
        else:
            extractions.append(extract(item))
    if not extractions:
        reasons = (
            ", ".join(f"{count} × {reason}" for reason, count in sorted(unreadable.items())) or "the files are empty"
        )
        raise InputError(f"No record could be read: {reasons}. `sentencing ingest` explains each reason.")
    if form == "annotation":
        write_jsonl(output, map(annotate, extractions))
    else:
        write_table(output, factor_frame([row for e in extractions for row in rows_of(e, cluster=e.document.id)[0]]))
    return {
        "documents": len(extractions),
        **{f"unreadable.{reason}": count for reason, count in sorted(unreadable.items())},
    }
