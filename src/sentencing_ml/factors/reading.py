"""What the extractors read: a document's sections as reading copies, of whom they speak, and the charges.

:func:`reading_of` leaves out the verdict, and takes every statement of an imposed or recommended term out of the rest,
so that a factor is the same whatever was imposed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sentencing_ml.factors.finding import Finding, Speaker
from sentencing_ml.factors.people import People
from sentencing_ml.factors.registry import Form
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.view import View, view

_READ = ("header", "procedure", "charges", "plea", "defence", "findings", "evidence", "opinion", "tail")
_NUMERAL = "[\\d一二两三四五六七八九十]"
# The length of a sentence imposed or recommended; the word before it stays, since 曾被判处有期徒刑 tells of a record.
# Behind a first numeral: no term has more of them than twelve.
_REST = rf"(?:{_NUMERAL}{{0,11}}年半?(?:零|又)?(?:{_NUMERAL}{{1,12}}个?月)?|{_NUMERAL}{{0,11}}个?月)(?:以上|以下|左右)?"
_TERM = rf"(?:{_NUMERAL}{{1,12}}年半?(?:零|又)?)?(?:{_NUMERAL}{{1,12}}个?月)?(?:以上|以下|左右)?"
_TO = "(?:至|到|-|—|~)"
_OR = "(?:至|到|-|—|~|，|、)"
# The title of an interpretation on 自首和立功 finds neither; 《认罪认罚具结书》 is a fact of the case.
_UNREAD = re.compile(
    rf"[《\d一二两三四五六七八九十](?:(?<=《)(?=[^《》]{{0,59}}(?:法|解释|规定|意见|批复|办法|纪要|条例|规则|通知|答复))(?P<title>[^《》]{{4,60}})(?=》)"
    rf"|(?<=有期徒刑{_NUMERAL}){_REST}(?:{_OR}{{0,6}}(?:有期徒刑|拘役)?{_TERM})|(?<=拘役{_NUMERAL}){_REST}(?:{_TO}{{0,6}}{_TERM})"
    rf"|(?<=管制{_NUMERAL}){_REST}|(?<=缓刑{_NUMERAL}){_REST}|(?<={_NUMERAL}){_REST}(?:{_OR}{{0,6}}{_TERM})的?(?=有期徒刑|拘役|管制))"
)
_UNREAD_WORDS = ("《", "有期徒刑", "拘役", "管制", "缓刑")
_SPEAKERS: dict[str, Speaker] = {"charges": "prosecution", "plea": "defence", "defence": "defence"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The sections of a document as they may be read, by name, and the charges (canonical) of its defendants.

    ``defendants`` are the natural persons, or the units (被告单位) where these alone are accused; what units beside
    persons share with them is :mod:`companies`'. ``names`` are the names in the text by those under which defendants
    are read (:mod:`naming`).
    """

    document: Document
    defendants: tuple[Defendant, ...]
    sections: dict[str, View]
    people: dict[str, People]
    charges: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def everyone(self) -> frozenset[int]:
        """The indices of all defendants."""
        return frozenset(defendant.index for defendant in self.defendants)

    @property
    def form(self) -> Form:
        """What kind of record this is, a fact record with the court's opinion and a judgment without one told apart."""
        kind = self.document.kind
        if kind == "judgment" and self.document.section("opinion") is None:
            return "judgment_without_opinion"
        return "fact_and_opinion" if kind == "fact_record" and "opinion" in self.sections else kind

    @property
    def alleged(self) -> bool:
        """Whether the facts are the prosecution's: an indictment, or a record that tells what was charged alone."""
        kind = self.document.kind
        return kind == "indictment" or (kind == "fact_record" and self.document.section("charges") is not None)

    def views(self, *names: str) -> Iterator[tuple[str, View]]:
        """Yield the sections of those names that the document has, in the order of the names."""
        return ((name, self.sections[name]) for name in names if name in self.sections)

    def speaker(self, section: str) -> Speaker:
        """Return who speaks in a section."""
        if self.document.kind == "fact_record":
            return "record" if not self.alleged or section == "opinion" else "prosecution"
        if self.document.kind == "indictment":
            return "prosecution"
        return _SPEAKERS.get(section, "court")

    def finding(
        self,
        factor: str,
        value: bool | str | float,
        *,
        rule: str,
        section: str,
        start: int,
        end: int,
        people: Iterable[int] = (),
    ) -> Finding:
        """Return a finding at ``start:end`` of a section's reading copy."""
        a, b = self.sections[section].span(start, end)
        return Finding(
            factor=factor,
            value=self.as_written(value) if isinstance(value, str) else value,
            rule=rule,
            start=a,
            end=b,
            section=section,
            speaker=self.speaker(section),
            people=frozenset(people),
        )

    @property
    def as_named(self) -> tuple[Defendant, ...]:
        """The defendants under the names of the stored text, for who reads of it what is no section here."""
        return tuple(replace(defendant, name=self.as_written(defendant.name)) for defendant in self.defendants)

    def as_written(self, value: str) -> str:
        """Return ``value`` with the names of the text for those under which defendants are read."""
        for read, name in self.names.items():
            value = value.replace(read, name)
        return value


def reading_of(document: Document, *, dropped: tuple[tuple[int, int], ...]) -> Reading:
    """Return what of ``document`` is read before the verdict; ``dropped`` are spans of page numbers."""
    persons = tuple(defendant for defendant in document.defendants if not defendant.entity)
    defendants = persons or document.defendants or (Defendant(index=0, name="", start=0, end=0),)
    sections = _views(document, dropped)
    people = {name: People(section.text, defendants=defendants) for name, section in sections.items()}
    return Reading(document=document, defendants=defendants, sections=sections, people=people)


def without_terms(reading: Reading, *, charges: frozenset[str]) -> Reading:
    """Return the reading without the length of any sentence and without titles of laws, for ``charges``."""
    sections = {name: _blind(name, section) for name, section in reading.sections.items()}
    people = {
        name: reading.people[name] if section is reading.sections[name] else People(section.text, defendants=reading.defendants)
        for name, section in sections.items()
    }
    return replace(reading, sections=sections, people=people, charges=charges)


def _blind(name: str, section: View) -> View:
    if name in ("header", "tail"):
        return section
    text = section.text
    if not any(word in text for word in _UNREAD_WORDS):
        return section
    return section.without([match.span("title" if match["title"] else 0) for match in _UNREAD.finditer(text)])


def _views(document: Document, dropped: tuple[tuple[int, int], ...]) -> dict[str, View]:
    """Return a reading copy of each section that may be read before the verdict; a repeated section is joined."""
    if document.kind == "fact_record" and not document.sections:
        return {"findings": view(document.text, dropped=dropped)}
    result: dict[str, View] = {}
    for name in dict.fromkeys(section.name for section in document.sections if section.name in _READ):
        parts = [section for section in document.sections if section.name == name]
        # parts of one name may stand apart; what stands between them is left out
        between = tuple(
            (one.end, other.start) for one, other in zip(parts, parts[1:], strict=False) if other.start > one.end
        )
        result[name] = view(document.text, start=parts[0].start, end=parts[-1].end, dropped=(*dropped, *between))
    if document.kind == "fact_record" and "findings" not in result and "charges" in result:
        result["findings"] = result.pop("charges")
    return result
