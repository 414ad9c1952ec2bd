"""Extraction of one document: every factor of every defendant, each value with its span and rule.

:func:`extract` reads the facts without the verdict: sections up to 本院认为, with every statement of a recommended term
taken out. The verdict is read apart, for the outcome alone, so that a factor is the same whatever was imposed.
"""

import re
from dataclasses import dataclass, field

from sentencing_ml.factors import header as headers
from sentencing_ml.factors import offence
from sentencing_ml.factors.circumstances import Hit, find_circumstances
from sentencing_ml.factors.header import Value
from sentencing_ml.factors.offence import Quantity
from sentencing_ml.factors.people import People
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.sentence import Sentence, read_verdict
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.view import View, bare_page_numbers, view
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.places import province_of

_READ = ("header", "procedure", "charges", "plea", "defence", "findings", "evidence", "opinion")
# The length of a sentence imposed or recommended; the word before it stays, since 曾被判处有期徒刑 tells of a record.
_TERM = r"(?:[\d一二两三四五六七八九十]+年半?(?:零|又)?)?(?:[\d一二两三四五六七八九十]+个?月)?(?:以上|以下|左右)?"
_STATED_TERM = re.compile(
    rf"(?<=有期徒刑)(?=[\d一二两三四五六七八九十]){_TERM}(?:(?:至|到|-|—|~|，|、)*(?:有期徒刑|拘役)?{_TERM})|(?<=拘役)(?=[\d一二两三四五六七八九十]){_TERM}(?:(?:至|到|-|—|~)*{_TERM})"
    rf"|(?<=管制)(?=[\d一二两三四五六七八九十]){_TERM}|(?<=缓刑)(?=[\d一二两三四五六七八九十]){_TERM}|(?=[\d一二两三四五六七八九十]){_TERM}(?:(?:至|到|-|—|~|，|、)*{_TERM})(?:的)?(?=有期徒刑|拘役|管制)"
)
_UNREAD = re.compile(rf"(?<=《)[^《》]{{4,60}}(?=》)|{_STATED_TERM.pattern}")
# Short judgments of summary trials take the prosecution's case over as a whole and name no circumstance themselves.
_TAKEN_OVER = re.compile(
    r"量刑(?:建议|意见)(?:恰当|适当|合法|得当)[^。]{0,20}|指控(?:的)?(?:事实|罪名)[^。]{0,30}量刑(?:建议|情节)[^。]{0,12}(?:适当|成立|采纳)"
)
_CHARGED = re.compile(r"(?:犯|构成|以|涉嫌)(?P<charge>[^，,。；;：:（(]{2,40}?罪)(?!所|分子|集团|嫌|名|行|刑|过|活动)")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where a value was read: span in the stored text, rule, section and speaker."""

    factor: str
    start: int
    end: int
    rule: str
    section: str
    speaker: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One defendant: values by factor (absent is unknown), evidence, and the sentence when there is a verdict."""

    index: int
    name: str
    charges: tuple[str, ...]
    values: dict[str, object]
    evidence: tuple[Evidence, ...]
    sentence: Sentence | None


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """All that was read of one document; ``values`` are those of the case itself (court, procedure …)."""

    document: Document
    values: dict[str, object]
    evidence: tuple[Evidence, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What the factors are read from: sections without any sentence in them, and of whom they speak."""

    document: Document
    defendants: tuple[Defendant, ...]
    sections: dict[str, View]
    people: dict[str, People]
    charges: frozenset[str]


@dataclass
class _Found:
    """Values and evidence while they are collected."""

    values: dict[str, object] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, item: Hit | Quantity | Value, *, speaker: str) -> None:
        """Keep the value of a finding, and its evidence when it has a span."""
        self.values[item.factor] = item.value
        if item.start >= 0:
            self.evidence.append(
                Evidence(
                    factor=item.factor,
                    start=item.start,
                    end=item.end,
                    rule=item.rule,
                    section=item.section,
                    speaker=speaker,
                )
            )


def extract(document: Document) -> Extraction:
    """Read every factor of ``document``. Pure: depends on the document alone."""
    dropped = bare_page_numbers(document.text)
    sections = _views(document, dropped)
    defendants = document.defendants or (Defendant(index=0, name="", start=0, end=0),)
    people = {name: People(section.text, defendants=defendants) for name, section in sections.items()}
    sentences = _sentences(document, defendants, dropped)
    charges = {d.index: _charges(document, d, sections, people, sentences.get(d.index)) for d in defendants}

    case = _case_values(document, sections, people)
    blind = _blind(sections)
    reading = _Reading(
        document=document,
        defendants=defendants,
        sections=blind,
        people={name: People(section.text, defendants=defendants) for name, section in blind.items()},
        charges=frozenset(name for written in charges.values() for charge in written if (name := canonical(charge))),
    )
    found = {d.index: _Found() for d in defendants}
    _circumstances(reading, found)
    _quantities(reading, found)
    _particulars(reading, found)
    _joint_crime(charges, found)
    for d in defendants:
        _settle(found[d.index])
        _absent(document, found[d.index])
    return Extraction(
        document=document,
        values=case.values,
        evidence=tuple(case.evidence),
        people=tuple(
            Person(
                index=d.index,
                name=d.name,
                charges=charges[d.index],
                values=found[d.index].values,
                evidence=tuple(found[d.index].evidence),
                sentence=sentences.get(d.index),
            )
            for d in defendants
        ),
    )


def _views(document: Document, dropped: tuple[tuple[int, int], ...]) -> dict[str, View]:
    """Return a reading copy of each section that may be read before the verdict; a repeated section is joined."""
    if document.kind == "fact_record" and not document.sections:
        return {"findings": view(document.text, dropped=dropped)}
    result: dict[str, View] = {}
    for name in dict.fromkeys(section.name for section in document.sections if section.name in (*_READ, "tail")):
        parts = [section for section in document.sections if section.name == name]
        # parts of one name may stand apart; what stands between them is left out
        between = tuple(
            (one.end, other.start) for one, other in zip(parts, parts[1:], strict=False) if other.start > one.end
        )
        result[name] = view(document.text, start=parts[0].start, end=parts[-1].end, dropped=(*dropped, *between))
    if document.kind == "fact_record" and "findings" not in result and "charges" in result:
        result["findings"] = result.pop("charges")
    return result


def _blind(sections: dict[str, View]) -> dict[str, View]:
    """Return the sections without the length of any sentence imposed or recommended, and without titles of laws.

    The title of an interpretation on 自首和立功 finds neither.
    """
    result = {}
    for name, section in sections.items():
        if name in ("header", "tail"):
            result[name] = section
            continue
        spans = [match.span() for match in _UNREAD.finditer(section.text) if match.end() > match.start()]
        result[name] = section.without(spans)
    return result


def _sentences(
    document: Document, defendants: tuple[Defendant, ...], dropped: tuple[tuple[int, int], ...]
) -> dict[int, Sentence]:
    section = document.section("verdict")
    if section is None:
        return {}
    names = {fold(form): d.name for d in defendants for form in (d.name, *d.aliases) if form}
    read = read_verdict(view(document.text, start=section.start, end=section.end, dropped=dropped), names=names)
    index = {d.name: d.index for d in defendants}
    result = {index[sentence.defendant]: sentence for sentence in read if sentence.defendant in index}
    if not result and len(read) == 1 and len(defendants) == 1:
        result = {defendants[0].index: read[0]}
    return result


def _charges(
    document: Document,
    defendant: Defendant,
    sections: dict[str, View],
    people: dict[str, People],
    sentence: Sentence | None,
) -> tuple[str, ...]:
    """Return the charges as written: of the verdict, else of the record, else of the opinion or the indictment."""
    if sentence is not None:
        named = [count.charge for count in sentence.counts if count.charge]
        if named:
            return tuple(dict.fromkeys(named))
    if document.label is not None and document.label.charges:
        return tuple(document.label.charges)
    for name in ("opinion", "charges", "header", "findings"):
        section = sections.get(name)
        if section is None:
            continue
        named = [
            match["charge"]
            for match in _CHARGED.finditer(section.text)
            if canonical(match["charge"]) and defendant.index in people[name].at(match.end())
        ]
        if named:
            return tuple(dict.fromkeys(named))
    return ()


def _case_values(document: Document, sections: dict[str, View], people: dict[str, People]) -> _Found:
    found = _Found()
    if document.kind == "fact_record":
        if document.label is not None and document.label.province:
            found.values["province"] = document.label.province
        return found
    # an indictment names the court it is brought to, not one that judged
    judged = document.kind == "judgment"
    values = headers.court_values(document, sections.get("header"), sections.get("tail")) if judged else []
    values += [value for value in (headers.procedure_value(sections), headers.bench(sections.get("tail"))) if value]
    values += headers.recommendation(sections, people=people).values()
    for value in values:
        found.add(value, speaker="court")
    found.values.setdefault("recommendation_present", False)
    province = province_of(found.values.get("court"), found.values.get("case_number"))
    if province is not None:
        found.values["province"] = province
    return found


def _circumstances(reading: _Reading, found: dict[int, _Found]) -> None:
    opinion = reading.sections.get("opinion")
    adopted = opinion is not None and reading.document.kind == "judgment" and bool(_TAKEN_OVER.search(opinion.text))
    for name, section in reading.sections.items():
        for hit in find_circumstances(
            reading.document,
            name=name,
            section=section,
            people=reading.people[name],
            defendants=reading.defendants,
            charges=reading.charges,
            adopted=adopted,
        ):
            for index in sorted(hit.people):
                known = found[index].values.get(hit.factor)
                # of several levels the first in the order of the rules stands: 从犯 before 主犯, 未遂 before 中止
                if known is None or known == hit.value:
                    found[index].add(hit, speaker=hit.speaker)


def _quantities(reading: _Reading, found: dict[int, _Found]) -> None:
    sections, people, charges = reading.sections, reading.people, reading.charges
    everyone = frozenset(d.index for d in reading.defendants)
    quantities = [
        *offence.amounts(sections, people=people, charges=charges, everyone=everyone),
        *offence.harmed(sections, everyone=everyone),
        *offence.alcohol(sections, people=people, charges=charges),
        *offence.drugs(sections, people=people, charges=charges, everyone=everyone),
    ]
    acts = offence.incidents(sections, everyone=everyone)
    quantities += [acts] if acts else []
    speaker = {"fact_record": "record", "indictment": "prosecution"}.get(reading.document.kind)
    for quantity in quantities:
        told = speaker or ("prosecution" if quantity.section == "charges" else "court")
        for index in sorted(quantity.people):
            found[index].add(quantity, speaker=told)


def _particulars(reading: _Reading, found: dict[int, _Found]) -> None:
    defendants, sections = reading.defendants, reading.sections
    section = sections.get("header")
    if section is None:
        return
    spans = {d.index: (section.position(d.start), section.position(d.end)) for d in defendants if d.end > d.start}
    order = sorted(spans.items(), key=lambda item: item[1])
    for place, (index, span) in enumerate(order):
        until = order[place + 1][1][0] if place + 1 < len(order) else len(section.text)
        defendant = next(d for d in defendants if d.index == index)
        values = headers.particulars(defendant, section, span)
        custody = headers.custody(section, (span[0], until))
        counsel = headers.counsel(section, (span[0], until), sections.get("procedure"), only=len(defendants) == 1)
        values += [value for value in (custody, counsel) if value is not None]
        for value in values:
            found[index].add(value, speaker="court")


def _joint_crime(charges: dict[int, tuple[str, ...]], found: dict[int, _Found]) -> None:
    """Mark defendants who are convicted of the same charge in one judgment: they acted together."""
    for index, mine in charges.items():
        if any(other != index and set(mine) & set(theirs) for other, theirs in charges.items()):
            found[index].values.setdefault("group", True)


def _settle(found: _Found) -> None:
    """Apply what follows from the definitions: a ground that is part of another one is not counted beside it."""
    values = found.values
    if values.get("surrender"):
        values.pop("confession", None)
    if values.get("plea_leniency"):
        values.pop("plea_in_court", None)
    if values.get("incident_count") is not None and values["incident_count"] >= 3:
        values["repeated"] = True
    found.evidence = [item for item in found.evidence if item.factor in values]


def _absent(document: Document, found: _Found) -> None:
    """Fill in what a whole judgment says by silence: a circumstance it does not find is absent.

    A fact record or an indictment cannot say that of the offender's behaviour after the act: there it stays unknown.
    """
    complete = document.kind == "judgment" or (
        document.kind == "fact_record" and document.section("opinion") is not None
    )
    for factor in registry().factors.values():
        if factor.type != "boolean" or factor.name == "recommendation_present":
            continue
        offender = factor.factor_class.name in ("prevention", "mixed")
        if complete or not offender:
            found.values.setdefault(factor.name, False)
    if document.kind != "fact_record" or found.values:
        found.values.setdefault("stage", "既遂")
    for factor in ("deaths", "serious_injuries", "minor_injuries", "slight_injuries"):
        found.values.setdefault(factor, 0)
