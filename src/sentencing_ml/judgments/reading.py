"""Files to documents: records are recognised, cleared of appended statutes, split, and masked."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sentencing_ml.judgments.document import Document, Quarantined, Section
from sentencing_ml.judgments.formats import RawRecord, implausible, read_file
from sentencing_ml.judgments.masking import mask as mask_text
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import recognise, split_sections, without_statutes
from sentencing_ml.settings import Settings

# A fact record tells either what the prosecution alleges or what the court found.
_ALLEGED = re.compile(r"指控|起诉书|诉称")
_FOUND = re.compile(r"审理查明|查明|本院认定")


def read_documents(files: Sequence[Path], *, settings: Settings, mask: bool) -> Iterator[Document | Quarantined]:
    """Yield the documents of ``files`` in order, and what was set aside.

    Ids are unique: a second record of the same id and text is an ``exact_duplicate``; of another text, it takes the
    name of its collection before its id (``source`` of the record), and without one it is a ``duplicate_id``.
    """
    taken: dict[str, bytes] = {}
    for path in files:
        for record in read_file(path, limits=settings.ingest):
            document = record if isinstance(record, Quarantined) else _document(record, settings=settings, mask=mask)
            if isinstance(document, Document):
                document = _unique(document, record, taken)
            yield document


def _unique(document: Document, record: RawRecord, taken: dict[str, bytes]) -> Document | Quarantined:
    digest = hashlib.sha256(record.text.encode("utf-8", "surrogatepass")).digest()
    for name in (document.id, *([f"{record.origin}:{document.id}"] if record.origin else [])):
        known = taken.setdefault(name, digest)
        if known is digest:
            return replace(document, id=name)
        if known == digest:
            return Quarantined(source=record.source, record=record.record, reason="exact_duplicate", detail=name)
    return Quarantined(source=record.source, record=record.record, reason="duplicate_id", detail=document.id)


def _document(record: RawRecord, *, settings: Settings, mask: bool) -> Document | Quarantined:
    text = record.text
    reason = _reason(text, settings)
    if reason:
        return Quarantined(source=record.source, record=record.record, reason=reason, detail=record.id)
    if record.is_fact:
        kind = "fact_record"
        sections = _fact_sections(text, record.opinion_start)
    else:
        kind = recognise(text)
        if kind not in ("judgment", "indictment"):
            return Quarantined(source=record.source, record=record.record, reason=kind, detail=record.id)
        sections = split_sections(text, kind)
        if kind == "judgment":
            text, sections = without_statutes(text, sections)
    defendants = find_defendants(text, sections)
    if mask:
        text = mask_text(text, keep=[name for defendant in defendants for name in (defendant.name, *defendant.aliases)])
    return Document(
        id=record.id,
        source=record.source,
        kind=kind,
        text=text,
        sections=sections,
        defendants=defendants,
        label=record.label,
    )


def _reason(text: str, settings: Settings) -> str | None:
    if not text.strip():
        return "no_text"
    if len(text) > settings.ingest.max_characters:
        return "too_long"
    return implausible(text)


def _fact_sections(text: str, opinion_start: int | None) -> tuple[Section, ...]:
    """Tell whether a fact record retells the charge or what the court found, and where its opinion begins if any."""
    end = len(text) if opinion_start is None else opinion_start
    head = text[: min(end, 200)]
    name = "charges" if _ALLEGED.search(head) and not _FOUND.search(head) else "findings"
    facts = (Section(name=name, start=0, end=end),)
    return facts if opinion_start is None else (*facts, Section(name="opinion", start=end, end=len(text)))
