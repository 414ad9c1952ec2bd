"""The stage ``ingest``: the inputs become one table of documents, one of what was set aside, and a report."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sentencing_ml.errors import QuarantineError
from sentencing_ml.judgments.collect import read_inputs
from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.judgments.duplicates import Match, find_duplicates
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import write_json, write_table

QUARANTINE_COLUMNS = ("source", "record", "reason", "detail", "duplicate_of")


@dataclass(frozen=True, kw_only=True)
class _SetAside:
    """A row of the quarantine table; ``duplicate_of`` is the id that is kept in its stead, None when quarantined."""

    source: str
    record: str
    reason: str
    detail: str
    duplicate_of: str | None = None


def ingest(*, inputs: Path, documents: Path, quarantine: Path, report: Path, settings: Settings) -> dict[str, float]:
    """Read every input and write the documents, what was set aside, and the counts; return the counts, flat.

    A duplicate with the same outcome is dropped, one with another outcome is kept in the same cluster. Both tables
    and the report are written before the run fails for strictness.

    Raises
    ------
    InputError
        An input is gone or has changed.
    QuarantineError
        ``corpus.strict`` is set and a record was quarantined.
    """
    read: list[Document] = []
    aside: list[_SetAside] = []
    items = read_documents(read_inputs(inputs), settings=settings, mask=settings.ingest.mask_third_parties)
    for item in track(items, total=None, label="ingest"):
        if isinstance(item, Quarantined):
            aside.append(_quarantined(item))
        elif reason := _unusable(item):
            aside.append(_SetAside(source=item.source, record=item.id, reason=reason, detail=item.id))
        else:
            read.append(item)
    matches = find_duplicates(
        [document.id for document in read],
        [document.text for document in read],
        similarity=settings.ingest.near_duplicate_similarity,
        workers=settings.runtime.threads,
    )
    kept, dropped = _without_duplicates(read, matches)
    aside.extend(dropped)

    frame = documents_to_frame([document for document, _ in kept], clusters=[cluster for _, cluster in kept])
    write_table(documents, frame)
    write_table(quarantine, _quarantine_frame(aside))
    counts = _counts(kept, aside)
    write_json(report, counts)
    _check_strict(aside, settings)
    return _flat(counts)


def _quarantined(item: Quarantined) -> _SetAside:
    return _SetAside(
        source=item.source,
        record=item.record,
        reason=item.reason,
        detail=item.detail,
        duplicate_of=item.detail if reasons()[item.reason].duplicate else None,
    )


def _unusable(document: Document) -> str | None:
    """Return why a readable document cannot enter the tables, or None."""
    if document.kind == "fact_record":
        return None if document.label is not None and document.label.charges else "no_charge"
    if not document.defendants:
        return "no_defendant"
    return "no_verdict" if document.kind == "judgment" and document.section("verdict") is None else None


def _without_duplicates(
    documents: list[Document], matches: tuple[Match, ...]
) -> tuple[list[tuple[Document, str]], list[_SetAside]]:
    by_id = {document.id: document for document in documents}
    kept: list[tuple[Document, str]] = []
    dropped: list[_SetAside] = []
    gone: set[str] = set()
    for document, match in zip(documents, matches, strict=True):
        original = match.exact or match.near
        if original is None or original in gone or not _same_outcome(document, by_id[original]):
            kept.append((document, match.cluster))
            continue
        gone.add(document.id)
        reason = "exact_duplicate" if match.exact else "near_duplicate"
        dropped.append(
            _SetAside(
                source=document.source, record=document.id, reason=reason, detail=document.id, duplicate_of=original
            )
        )
    return kept, dropped


def _same_outcome(one: Document, other: Document) -> bool:
    return (one.kind, one.label) == (other.kind, other.label)


def _quarantine_frame(aside: list[_SetAside]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.array([getattr(row, name) for row in aside], dtype="string") for name in QUARANTINE_COLUMNS}
    )


def _counts(kept: list[tuple[Document, str]], aside: list[_SetAside]) -> dict:
    duplicates = Counter(row.reason for row in aside if row.duplicate_of is not None)
    quarantined = Counter(row.reason for row in aside if row.duplicate_of is None)
    return {
        "read": len(kept) + len(aside),
        "kept": len(kept),
        "kept_by_kind": dict(sorted(Counter(document.kind for document, _ in kept).items())),
        "clusters": len({cluster for _, cluster in kept}),
        "defendants": sum(len(document.defendants) for document, _ in kept),
        "exact_duplicates": duplicates["exact_duplicate"],
        "near_duplicates": duplicates["near_duplicate"],
        "quarantined": sum(quarantined.values()),
        "quarantined_by_reason": dict(sorted(quarantined.items())),
    }


def _flat(counts: dict) -> dict[str, float]:
    flat = {}
    for name, value in counts.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{key}": number for key, number in value.items()})
        else:
            flat[name] = value
    return flat


def _check_strict(aside: list[_SetAside], settings: Settings) -> None:
    quarantined = Counter(row.reason for row in aside if row.duplicate_of is None)
    if not settings.corpus.strict or not quarantined:
        return
    known = reasons()
    lines = [
        f"  - {count} × {code}: {known[code].en} {known[code].todo_en}" for code, count in sorted(quarantined.items())
    ]
    head = f"{sum(quarantined.values())} record(s) were quarantined and corpus.strict asks that none be:"
    raise QuarantineError("\n".join([head, *lines]))
