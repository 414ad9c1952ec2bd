"""Files to documents: records are recognised, cleared of appended statutes, split, and masked."""

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.judgments.document import Document, Quarantined, Section
from sentencing_ml.judgments.formats import TABLES, RawRecord, format_of, implausible, read_file
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
    with contextlib.closing(_Taken()) as taken:
        for path in files:
            for record in read_file(path, limits=settings.ingest):
                document = (
                    record if isinstance(record, Quarantined) else _document(record, settings=settings, mask=mask)
                )
                if isinstance(document, Document):
                    document = _unique(document, record, taken)
                yield document


def check_tables(files: Sequence[Path], *, settings: Settings) -> None:
    """Do nothing when every spreadsheet and Parquet file of ``files`` has a column with the text.

    Raises
    ------
    InputError
        The tables that have none, and what the column is called.
    """
    problems = []
    for path in files:
        first = next(read_file(path, limits=settings.ingest), None) if format_of(path) in TABLES else None
        if isinstance(first, Quarantined) and first.reason == "no_text_column":
            problems.append(
                f'{path}: its first row names no column "text" (a whole judgment or indictment) and none "fact" (the '
                "facts alone); rename that column, or leave the file out"
            )
    raise_all(problems, error=InputError, heading="Tables cannot be read:")


class _Taken:
    """The ids that are taken, each with the digest of its text: on disk, so that a million fill no memory.

    A temporary database that no other process sees and that is gone when it is closed. It holds hashes alone; 16 bytes
    of each are enough to tell apart more records than will ever be written.
    """

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("CREATE TABLE taken (name BLOB PRIMARY KEY, text BLOB) WITHOUT ROWID")
        self._base.execute("BEGIN")  # never committed: nothing of it is to stay

    def close(self) -> None:
        self._base.close()

    def claim(self, name: str, text: bytes) -> bytes | None:
        """Take ``name`` for a text; return the digest of the text that has it already, or None when it was free."""
        key = _digest(name)
        if self._base.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (key, text)).rowcount:
            return None
        return self._base.execute("SELECT text FROM taken WHERE name = ?", (key,)).fetchone()[0]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _unique(document: Document, record: RawRecord, taken: _Taken) -> Document | Quarantined:
    digest = _digest(record.text)
    for name in (document.id, *([f"{record.origin}:{document.id}"] if record.origin else [])):
        known = taken.claim(name, digest)
        if known is None:
            return replace(document, id=name)
        if known == digest:
            return Quarantined(
                source=record.source, record=record.record, reason="exact_duplicate", detail=name, id=name
            )
    return Quarantined(
        source=record.source, record=record.record, reason="duplicate_id", detail=document.id, id=document.id
    )


def _document(record: RawRecord, *, settings: Settings, mask: bool) -> Document | Quarantined:
    text = record.text
    reason = _reason(text, settings)
    if reason:
        return Quarantined(source=record.source, record=record.record, reason=reason, detail=record.id, id=record.id)
    if record.is_fact:
        kind = "fact_record"
        sections = _fact_sections(text, record.opinion_start)
    else:
        kind = recognise(text)
        if kind not in ("judgment", "indictment"):
            return Quarantined(source=record.source, record=record.record, reason=kind, detail=record.id, id=record.id)
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
