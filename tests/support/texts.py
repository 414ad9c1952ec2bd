"""Readings of a few sentences, for tables that look at one extractor."""

from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.view import view

ONE = (Defendant(index=0, name="张三", start=0, end=0),)
TWO = (*ONE, Defendant(index=1, name="李四", start=0, end=0))


def reading(*, defendants=ONE, charged=frozenset(), kind="judgment", **sections):
    """Return the reading of a document that consists of ``sections`` (name → text), one after the other."""
    text, copies = "", {}
    for name, content in sections.items():
        start, text = len(text), text + content
        copies[name] = (start, len(text))
    views = {name: view(text, start=start, end=end) for name, (start, end) in copies.items()}
    return Reading(
        document=Document(id="d", source="s", kind=kind, text=text, defendants=defendants),
        defendants=defendants,
        sections=views,
        people={name: People(copy.text, defendants=defendants) for name, copy in views.items()},
        charges=frozenset(charged),
    )


def values(findings):
    """Return the values of findings by factor."""
    return {finding.factor: finding.value for finding in findings}
