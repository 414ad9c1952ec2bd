"""What a document is once it is read: stored text, kind, sections and defendants, all by offset."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["judgment", "indictment", "fact_record"]
"""A court's judgment (刑事判决书), an indictment (起诉书), or a fact record without a verdict text."""

SectionName = Literal["header", "procedure", "charges", "plea", "defence", "findings", "evidence", "opinion", "verdict", "tail"]
"""Parts of a judgment in the order in which they stand.

header: court, number, parties; procedure: how the case came and was heard; charges: what the prosecution alleges;
plea, defence: what the defendant and counsel say; findings: 经审理查明; evidence: the proof; opinion: 本院认为;
verdict: 判决如下; tail: appeal, signatures, date.
An indictment has header, charges (经依法审查查明), evidence, opinion (the prosecution's 本院认为) and tail.
"""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the text, ``text[start:end]``."""

    name: SectionName
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Defendant:
    """A defendant as the header introduces him, her or it; ``start:end`` is the span of the particulars.

    ``entity``: an accused company or other unit (被告单位), no natural person.
    """

    index: int
    name: str
    aliases: tuple[str, ...] = ()
    start: int
    end: int
    entity: bool = False


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a fact record states of the outcome beside its text; ``None`` is unknown."""

    charges: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    term_months: float | None = None
    fine_yuan: float | None = None
    life: bool | None = None
    death: bool | None = None
    province: str | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """One readable record.

    ``text`` is the stored text to which every span refers; appended statutes are cut and third parties masked
    before it is stored. ``id`` is unique in a corpus.
    """

    id: str
    source: str
    kind: Kind
    text: str
    sections: tuple[Section, ...] = ()
    defendants: tuple[Defendant, ...] = ()
    label: Label | None = field(default=None)

    def section(self, name: SectionName) -> Section | None:
        """Return the first section of that name, or None."""
        return next((section for section in self.sections if section.name == name), None)

    def section_at(self, offset: int) -> SectionName | None:
        """Return the name of the section that holds ``offset``, or None."""
        return next((section.name for section in self.sections if section.start <= offset < section.end), None)


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A record that could not be used: where it stood, and a reason code of ``quarantine.yaml``; never its text.

    ``id`` is the record's own, where it could be read.
    """

    source: str
    record: str
    reason: str
    detail: str = ""
    id: str = ""

    @property
    def name(self) -> str:
        """What a reader finds it by: its id, else its file and place in it."""
        return self.id or f"{self.source}:{self.record}".rstrip(":")
