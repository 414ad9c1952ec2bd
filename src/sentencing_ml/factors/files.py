"""Extraction straight from files, for ``sentencing extract``."""

from collections.abc import Sequence
from pathlib import Path

from sentencing_ml.errors import InputError
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import Extraction, extract
from sentencing_ml.factors.page import LIMIT, page
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Quarantined
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import write_jsonl, write_table, write_text


def extract_files(
    *, patterns: Sequence[str], output: Path | None, form: str, html: Path | None, case: str | None, settings: Settings
) -> dict[str, int]:
    """Extract the factors of every readable record of the files that ``patterns`` name.

    Parameters
    ----------
    output, form
        ``annotation``: one JSON object a document; ``table``: the factor table as Parquet.
    html
        The page on which a reader checks the result: the text with its facts marked, for the first
        ``page.LIMIT`` documents; the counts say how many it leaves out.
    case
        Id of the one document to extract; None for all.

    Raises
    ------
    InputError
        A path is missing, no record could be read (the counts say why), or no document has the id.
    """
    extractions, unreadable = _read(patterns, case, settings)
    if not extractions:
        reasons = (
            ", ".join(f"{count} × {reason}" for reason, count in sorted(unreadable.items())) or "the files are empty"
        )
        if case is not None:
            raise InputError(f"No readable document has the id {case}. Ids stand in the records, or are the file's name.")
        raise InputError(f"No record could be read: {reasons}. `sentencing ingest` explains each reason.")
    if output is not None and form == "annotation":
        write_jsonl(output, map(annotate, extractions))
    elif output is not None:
        write_table(output, factor_frame([row for e in extractions for row in rows_of(e, cluster=e.document.id)[0]]))
    counts = {
        "documents": len(extractions),
        **{f"unreadable.{reason}": count for reason, count in sorted(unreadable.items())},
    }
    if html is not None:
        left_out = max(0, len(extractions) - LIMIT)
        name = "、".join(Path(pattern).name for pattern in patterns)
        write_text(html, page(extractions[:LIMIT], name=name, left_out=left_out))
        counts |= {"page.documents": len(extractions) - left_out} | ({"page.left_out": left_out} if left_out else {})
    return counts


def _read(patterns: Sequence[str], case: str | None, settings: Settings) -> tuple[list[Extraction], dict[str, int]]:
    unreadable: dict[str, int] = {}
    extractions = []
    for item in track(read_documents(resolve(patterns), settings=settings, mask=False), total=None, label="extract"):
        if isinstance(item, Quarantined):
            unreadable[item.reason] = unreadable.get(item.reason, 0) + 1
        elif case is None or item.id == case:
            extractions.append(extract(item))
    return extractions, unreadable
