"""Accused units (被告单位) beside natural persons: what of the case is theirs.

A unit acts through its people: the facts of its offence are those of the defendant who is responsible for it and
convicted of the same charge. What the court says of the unit's conduct afterwards it says by name (被告单位), or by
sparing the unit for what it found of that person (系自首，对被告单位及被告人从轻处罚). Particulars, age and custody no
unit has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sentencing_ml.factors.amounts import amounts
from sentencing_ml.factors.circumstances import find_circumstances
from sentencing_ml.factors.counts import about
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.offender import counsel, stretches
from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import phrase_rules, registry
from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.law.charges import canonical

_OF_PERSONS = frozenset(
    (
        "gender", "birth_date", "ethnicity", "education", "occupation", "household_province", "custody", "detained_on", "custody_days",
        "minor_defendant", "elderly_defendant", "limited_capacity", "relation_to_victim",
    )
)  # fmt: skip
# What each held in the act is no unit's; whether several acted together is asked of the unit itself.
_OWN = frozenset(("role", "group", "excessive_defence", "weapon"))
_OF_THE_ACT = frozenset(("offence_date", "offence_place"))
# 对被告单位及被告人均可从轻处罚
_SPARED = re.compile(r"被告单位[^，。；]{0,24}(?:从轻|从宽|减轻|免除|免予)")
# 对于被告单位参照其负责人的情节认定
_LIKE_ITS_HEAD = re.compile(r"被告单位[^，。；]{0,16}(?:参照|比照)|(?:参照|比照)[^，。；]{0,16}被告单位")
_OF_ITS_HEAD = frozenset(("surrender", "confession", "merit", "major_merit"))
_UNIT = "被告单位"
_SENTENCE = re.compile(r"[^。；！？;!?]+[。；！？;!?]?")
_UNITS_OWN = re.compile(r"单位自首")


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a natural person is convicted of, as written, and the facts of one of these charges."""

    charges: tuple[str, ...]
    values: Mapping[str, object]
    evidence: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]


def alone(reading: Reading, found: Iterable[Finding | Withheld]) -> list[Finding | Withheld]:
    """Return what was found where units alone are accused: without what natural persons alone can be or have."""
    units = [legal_entity(d, reading) for d in reading.defendants if d.entity]
    return [*(item for item in found if item.factor not in _OF_PERSONS), *units] if units else list(found)


def beside_persons(reading: Reading) -> Reading | None:
    """Return ``reading`` with the units among its defendants, or None where the document accuses none beside persons."""
    everyone = reading.document.defendants
    if len(everyone) == len(reading.defendants):
        return None
    people = {name: People(section.text, defendants=everyone) for name, section in reading.sections.items()}
    return replace(reading, defendants=everyone, people=people)


def legal_entity(unit: Defendant, reading: Reading) -> Finding:
    """Return the finding that a defendant is a unit, with its name in the header."""
    start = reading.document.text.find(unit.name, unit.start, unit.end)
    return Finding(
        factor="legal_entity",
        value=True,
        rule="header.unit",
        start=start,
        end=start + len(unit.name),
        section=reading.document.section_at(unit.start) or "header",
        speaker=reading.speaker("header"),
        people=frozenset({unit.index}),
    )


def facts_of(
    unit: Defendant,
    reading: Reading,
    *,
    charge: str | None,
    found: Iterable[Finding | Withheld],
    persons: Mapping[int, Deed],
) -> Iterator[Finding | Withheld]:
    """Yield what is a unit's.

    Parameters
    ----------
    reading
        With the units among the defendants.
    charge
        The charge as written of which the facts of the offence are asked.
    found
        What was found of the natural persons.
    persons
        The natural persons by index, each with the facts of the offence under ``charge``.
    """
    mine = frozenset({unit.index})
    yield legal_entity(unit, reading)
    people = _people_of(unit, reading, charge, {index: deed.charges for index, deed in persons.items()})
    yield from _afterwards(unit, reading, [item for item in found if isinstance(item, Finding)], people)
    for index, start, _, until in stretches(reading):
        if index == unit.index:
            yield from counsel(reading, (start, until), person=index)
    if not people:
        return
    own = _own_amount(unit, reading, charge)
    deed = max((persons[index] for index in people), key=lambda deed: float(deed.values.get("amount_yuan") or 0))
    offence = {factor.name for factor in registry().of_count()} - _OWN - _OF_PERSONS | _OF_THE_ACT
    yield from own
    for item in (*deed.evidence, *deed.withheld):
        if item.factor in offence and not (own and item.factor == "amount_yuan"):
            given = {"value": deed.values[item.factor]} if isinstance(item, Finding) else {}
            yield replace(item, **given, people=mine)
    if "incident_count" in deed.values and all(item.factor != "incident_count" for item in deed.evidence):
        yield _by_silence("incident_count", deed.values["incident_count"], mine)


def _own_amount(unit: Defendant, reading: Reading, charge: str | None) -> list[Finding]:
    """Return the amount that the court's sentences about the unit tell of the charge, if they tell but one."""
    part = about(reading, charge) if charge else reading
    told: dict[object, Finding] = {}
    for name, section in part.views("findings", "opinion"):
        if _UNIT not in section.text:
            continue
        spans = [match.span() for match in _SENTENCE.finditer(section.text)]
        for start, end in spans:
            said = all(section.text.find(word, start, end) >= 0 for word in (_UNIT, "元"))
            if not said or unit.index not in part.people[name].at(end - 1):
                continue
            alone = section.without([(0, start), (end, len(section.text))])
            people = People(alone.text, defendants=part.defendants)
            for item in amounts(replace(part, sections={name: alone}, people={name: people})):
                if isinstance(item, Finding) and item.factor == "amount_yuan" and unit.index in item.people:
                    told.setdefault(item.value, replace(item, people=frozenset({unit.index})))
    return list(told.values()) if len(told) == 1 else []


def _by_silence(factor: str, value: object, people: frozenset[int]) -> Finding:
    return Finding(factor=factor, value=value, rule="incidents.single", start=-1, end=-1, section="findings", speaker="court", people=people)


def _people_of(
    unit: Defendant, reading: Reading, charge: str | None, charges: Mapping[int, tuple[str, ...]]
) -> list[int]:
    """Return the natural persons convicted of the unit's charge whom the header calls its people; where it calls nobody
    so, those named between this unit and the next, else all who are convicted of the charge."""
    wanted = canonical(charge or "") or charge
    sharing = [d for d in reading.defendants if d.index in charges and wanted in {canonical(c) or c for c in charges[d.index]}]
    forms = tuple(fold(form) for form in (unit.name, *unit.aliases))
    text = reading.document.text
    named = [d.index for d in sharing if any(form in fold(text[d.start : d.end]) for form in forms)]
    following = next((d.start for d in reading.defendants if d.entity and d.start > unit.start), len(text))
    several = sum(d.entity for d in reading.defendants) > 1
    beside = [d.index for d in sharing if unit.start < d.start < following] if several else []
    return named or beside or [d.index for d in sharing]


def _afterwards(unit: Defendant, reading: Reading, found: list[Finding], people: list[int]) -> Iterator[Finding]:
    """Yield what the text says of the unit itself, and of its people where the court spares the unit for it."""
    mine = frozenset({unit.index})
    told = {factor.name for factor in registry().offender()} | {"plea_affidavit", "group", "amount_tier", "gravity_tier", "stage"}
    whole = {(rule.factor, rule.id) for rule in phrase_rules() if rule.whole_case}
    own = [item for item in find_circumstances(reading) if isinstance(item, Finding) and unit.index in item.people]
    for item in own:
        said = not item.rule.endswith(".article") and (item.factor, item.rule) not in whole
        if item.factor in told and said and item.factor not in _OF_PERSONS:
            yield replace(item, people=mine)
    opinion = reading.sections.get("opinion")
    if opinion is None or "单位" not in opinion.text:
        return
    text, asked = opinion.text, reading.people["opinion"]
    like = _LIKE_ITS_HEAD.search(text)
    offender = {factor.name for factor in registry().offender()}
    for item in found:
        if item.section != "opinion" or item.factor not in offender or item.factor in _OF_PERSONS:
            continue
        start, end = asked.sentence(opinion.position(item.start))
        spared = _SPARED.search(text, opinion.position(item.start), end)
        own_surrender = item.factor == "surrender" and _UNITS_OWN.search(text, start, end)
        same = spared or (like and item.factor in _OF_ITS_HEAD)
        if (same and item.people & frozenset(people)) or own_surrender:
            yield replace(item, people=mine)
