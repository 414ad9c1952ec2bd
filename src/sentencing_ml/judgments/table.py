"""Documents as a table, one row a document; structured fields as JSON strings."""

import dataclasses
import json
from collections.abc import Iterable

import pandas as pd

from sentencing_ml.judgments.document import Defendant, Document, Label, Section
from sentencing_ml.storage import sha256_bytes

COLUMNS = ("id", "source", "kind", "text", "sections", "defendants", "label", "cluster", "sha256")


def documents_to_frame(documents: Iterable[Document], *, clusters: Iterable[str]) -> pd.DataFrame:
    """Return the table of ``documents`` with the cluster of each; ``sha256`` is that of the stored text."""
    rows = [
        {
            "id": document.id,
            "source": document.source,
            "kind": document.kind,
            "text": document.text,
            "sections": _json([[section.name, section.start, section.end] for section in document.sections]),
            "defendants": _json([dataclasses.asdict(defendant) for defendant in document.defendants]),
            "label": None if document.label is None else _json(dataclasses.asdict(document.label)),
            "cluster": cluster,
            "sha256": sha256_bytes(document.text.encode("utf-8", "surrogatepass")),
        }
        for document, cluster in zip(documents, clusters, strict=True)
    ]
    return pd.DataFrame({name: pd.array([row[name] for row in rows], dtype="string") for name in COLUMNS})


def documents_from_frame(frame: pd.DataFrame) -> list[Document]:
    """Return the documents of a table in its order."""
    return [
        Document(
            id=row.id,
            source=row.source,
            kind=row.kind,
            text=row.text,
            sections=tuple(Section(name=name, start=start, end=end) for name, start, end in json.loads(row.sections)),
            defendants=tuple(
                Defendant(**{**entry, "aliases": tuple(entry["aliases"])}) for entry in json.loads(row.defendants)
            ),
            label=None if pd.isna(row.label) else _label(json.loads(row.label)),
        )
        for row in frame.itertuples(index=False)
    ]


def _label(entry: dict) -> Label:
    return Label(**{**entry, "charges": tuple(entry["charges"]), "articles": tuple(entry["articles"])})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
