"""The part of a document that tells the offence."""

from sentencing_ml.judgments.document import Document

_FACTS = ("findings", "charges")  # what the court found; before the trial, what is alleged


def facts_text(document: Document) -> str:
    """Return the part that tells the facts: the findings, else the charges, else the whole text of a fact record."""
    section = next((found for name in _FACTS if (found := document.section(name))), None)
    if section is not None:
        return document.text[section.start : section.end]
    return document.text if document.kind == "fact_record" else ""
