import pytest

from sentencing_ml.judgments.document import Document, Section
from sentencing_ml.judgments.facts import facts_text


@pytest.mark.parametrize(
    ("kind", "sections", "text"),
    [
        ("judgment", (("charges", 0, 2), ("findings", 2, 4)), "查明"),
        ("indictment", (("header", 0, 2), ("charges", 2, 4)), "查明"),
        ("fact_record", (), "指控查明"),
        ("judgment", (("verdict", 0, 4),), ""),
    ],
    ids=["findings before charges", "charges of an indictment", "a whole fact record", "never the verdict"],
)
def test_the_facts_are_the_findings_and_before_a_trial_the_charges(kind, sections, text):
    parts = tuple(Section(name=name, start=start, end=end) for name, start, end in sections)
    assert facts_text(Document(id="x", source="", kind=kind, text="指控查明", sections=parts)) == text
