"""At the judge's desk: the sheets of one case with what is asked beside them.

Facts may be written out for correction or read back corrected, figures may wait for the judge's own estimate, and the
citation block may be written beside each sheet.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.explanation import edited_facts, review
from sentencing_ml.explanation.case_list import nothing_read, refused
from sentencing_ml.explanation.explain import Explainer, documents_by_id, explain_rows, link, write_sheets
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.charge_inference import ChargeClassifier
from sentencing_ml.liability.predict import before_verdict
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table

Sheets = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked at the desk; ``at`` is the time, ISO.

    ``write_facts`` and ``facts`` are files of :mod:`edited_facts`, ``queue`` takes the corrections (:mod:`review`).
    ``shown`` takes the sheets and their rows of the factor table and returns what may be seen of them (blind first).
    """

    at: str
    write_facts: Path | None = None
    facts: Path | None = None
    queue: Path | None = None
    citation: bool = False
    shown: Callable[[Sheets, pd.DataFrame], Sheets] | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Counts to explain: ``rows`` of a factor table, ``everyone`` with all counts of their documents, evidence, texts.

    ``taught`` are the rows that the model learned from.
    """

    rows: pd.DataFrame
    everyone: pd.DataFrame
    evidence: pd.DataFrame
    documents: Mapping[str, Document]
    taught: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was written; ``corrections`` are new in the queue, of ``edits`` in the facts; ``hidden`` sheets wait."""

    written: tuple[Path, ...]
    edits: int = 0
    corrections: int = 0
    hidden: int = 0


def stored_rows(case: str, *, factors: Path) -> pd.DataFrame:
    """Return the rows of a case of the last run: all of a document, or one.

    Raises
    ------
    InputError
        No row has that id.
    """
    rows = read_table(factors, where=[[("doc_id", "==", case)], [("row_id", "==", case)]])
    if rows.empty:
        raise InputError(
            f"{case}: no such case in {factors}. Name the id of a document or of a row (document/defendant/count)."
        )
    return rows


def open_case(case: str, *, factors: Path, evidence: Path, documents: Path, split: Path) -> Opened:
    """Open a case of the last run by the id of its document, or of one row; :func:`stored_rows` says what is raised."""
    rows = stored_rows(case, factors=factors)
    names = rows["doc_id"].unique().tolist()
    everyone = read_table(factors, where=[("doc_id", "in", names)])
    own = [("row_id", "in", everyone["row_id"].tolist())]
    parts = read_table(split, where=own)
    return Opened(
        rows=rows,
        everyone=everyone,
        evidence=read_table(evidence, where=own),
        documents=documents_by_id(read_table(documents, where=[("id", "in", names)])),
        taught=frozenset(parts.loc[parts["part"] == "train", "row_id"]),
    )


def open_files(patterns: Sequence[str], *, model: Path, settings: Settings) -> Opened:
    """Open the records of files, each read up to its verdict, as ``predict`` reads it.

    Raises
    ------
    InputError
        A path is missing, or no record could be read.
    """
    read = list(read_documents(resolve(patterns), settings=settings, mask=False))
    readable = [item for item in read if isinstance(item, Document)]
    if not readable:
        raise nothing_read(refused(item) for item in read if isinstance(item, Quarantined))
    documents, rows, evidence = {}, [], []
    for item in before_verdict(readable, ChargeClassifier.load(model)):
        documents[item.extraction.document.id] = item.extraction.document
        some_rows, some_evidence = item.rows()
        rows += some_rows
        evidence += some_evidence
    frame = factor_frame(rows)
    return Opened(rows=frame, everyone=frame, evidence=evidence_frame(evidence), documents=documents)


def at_desk(asked: Asked, opened: Opened, *, explainer: Callable[[], Explainer], folder: Path) -> Done:
    """Do what is asked for the opened counts and write their sheets into ``folder``.

    ``explainer`` loads the model; it is called after the edited facts were found sound, so that a slip in them costs
    no model.

    Raises
    ------
    InputError
        Facts are asked of several documents, or the edited facts cannot be used; nothing is written then.
    """
    counts, evidence = opened.everyone, opened.evidence
    if asked.write_facts:
        edited_facts.write(asked.write_facts, edited_facts.facts_of(counts, evidence, document=_only(opened)))
        return Done(written=(asked.write_facts,))
    rows, edits, by_row = opened.rows, None, {}
    if asked.facts:
        edits = edited_facts.read(asked.facts, document=_only(opened), rows=counts, at=asked.at)
        counts, by_row = edits.apply(counts)
        evidence = edits.evidence(evidence)
        rows = counts[counts["row_id"].isin(rows["row_id"])]
    sheets = explain_rows(
        rows,
        evidence=evidence,
        documents=opened.documents,
        explainer=explainer(),
        everyone=counts,
        taught=opened.taught,
        edits=by_row,
    )
    sheets = link(sheets, written={path.stem for path in folder.glob("*.html")})
    if asked.shown:
        sheets = asked.shown(sheets, rows)
    recorded = 0
    if edits and asked.queue:
        recorded = review.record(
            asked.queue,
            edits,
            rows=opened.everyone,
            evidence=opened.evidence,
            source=_source(rows),
            versions=sheets[0]["basis"]["versions"],
        )
    written = write_sheets(sheets, folder=folder, listed=False)
    if asked.citation:
        from sentencing_ml.explanation.citation_document import write_citation

        for content in sheets:
            written += write_citation(content, folder=folder)
    return Done(
        written=tuple(written),
        edits=len(edits.changes) if edits else 0,
        corrections=recorded,
        hidden=sum((content["blind"] or {}).get("state") == "hidden" for content in sheets),
    )


def _only(opened: Opened) -> Document:
    if len(opened.documents) != 1:
        raise InputError(
            f"Facts are corrected one document at a time, and {len(opened.documents)} are named. Name a file with one "
            "record, or a case of the last run with --case ID."
        )
    return next(iter(opened.documents.values()))


def _source(rows: pd.DataFrame) -> str | None:
    known = rows["source"].dropna()
    return str(known.iloc[0]) if len(known) else None
