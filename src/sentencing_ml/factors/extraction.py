"""Extraction of one document: every factor of every defendant, each value with its span and rule.

:func:`extract` reads the facts without the verdict (:mod:`reading`), and the verdict apart, for the outcome alone. What
speaks of the offender is read once a defendant. What speaks of the offence is read once a defendant and, with several
counts, once more for each count from the part of the text that tells of it (:mod:`counts`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sentencing_ml.factors import companies, court, offender
from sentencing_ml.factors.acts import acts
from sentencing_ml.factors.advice import recommendation
from sentencing_ml.factors.amounts import amounts
from sentencing_ml.factors.circumstances import find_circumstances
from sentencing_ml.factors.counts import about
from sentencing_ml.factors.custody import custody
from sentencing_ml.factors.driving import driving
from sentencing_ml.factors.drugs import drugs
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.harm import harm
from sentencing_ml.factors.jointly import convicted_together, share
from sentencing_ml.factors.naming import neutral
from sentencing_ml.factors.quantities import quantities
from sentencing_ml.factors.reading import Reading, reading_of, without_terms
from sentencing_ml.factors.record import record
from sentencing_ml.factors.registry import Form, registry
from sentencing_ml.factors.scene import scene
from sentencing_ml.factors.sentence import Sentence, first_instance, read_verdict, upholds
from sentencing_ml.factors.sufferers import sufferers
from sentencing_ml.factors.terms import scope
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.view import bare_page_numbers, view
from sentencing_ml.law.charges import canonical

_ENDS = r"(?!所|分子|集团|嫌|名|行|刑|过|活动)"
# 因犯盗窃罪被判处…, 曾犯盗窃罪: an earlier conviction, no charge of this case
_CHARGED = re.compile(rf"(?:(?<![因曾])犯|构成|以(?!被告|涉嫌)|涉嫌)(?P<charge>[^，,。；;：:（(]{{2,40}}?罪){_ENDS}")
_BROUGHT = re.compile(rf"(?<![因曾])(?:犯|构成|以(?!被告|涉嫌)|涉嫌)(?P<charges>(?:[^，,。；;：:（(]{{2,40}}?罪{_ENDS}[、和及]?){{1,12}})")
_EACH_CHARGE = re.compile(rf"[^、和及].{{1,40}}?罪{_ENDS}")
_ADDED_UP = ("amount_yuan", "incident_count")
_IN_CRIME = re.compile(r"\s{0,4}在(?P<charge>[^，。；]{2,20}?)(?:共同)?犯罪(?:过程|活动)?中，")
_CONVICTED = re.compile(rf"因犯有?(?P<charge>[^，,。；;：:（(]{{2,40}}?罪{_ENDS})(?=[^。；;]{{0,80}}判)")

# A fact record has no header and no end: only what it says of the instance before tells that it is an appeal's.
_REVIEW_WORDS = ("再审", "二审", "上诉人", "原审", "原判", "抗诉", "一审")
_RETRIED = re.compile(r"(?:经|本院|^)?再审(?:经|审理)?(?:审理)?查明|再审(?:期间|予以|庭审|认为)|经再审")
_APPEALED = re.compile(
    r"二审(?:审理)?(?:查明|期间|庭审|予以|审理中)|(?:本院|经)二审|(?<!准许)上诉人|原审(?:被告人|判决|法院|庭审|认定|查明|质证|公诉|一致|相同)|原判(?:认定|决认定|采信|所列)|抗诉(?:机关|认为|提出)"
    r"|(?:与|和|同)(?:一审|原审|原判)(?:判决|法院)?(?:所?(?:认定|查明))?(?:的)?(?:事实)?[^，。；]{0,6}(?:一致|相同|无异)"
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Values by factor (absent is unknown), the findings that give them, and what is unknown for a stated reason."""

    values: dict[str, object]
    evidence: tuple[Finding, ...]
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """One defendant: charges as written, facts, the offence facts of each charge if several, and the sentence if any."""

    index: int
    name: str
    charges: tuple[str, ...]
    values: dict[str, object]
    evidence: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    by_charge: dict[str, Facts]
    sentence: Sentence | None


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """All that was read of one document; ``values`` are those of the case itself (court, procedure …)."""

    document: Document
    values: dict[str, object]
    evidence: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    people: tuple[Person, ...]
    form: Form
    alleged: bool


def extract(document: Document) -> Extraction:
    """Read every factor of ``document``. Pure: depends on the document alone."""
    dropped = bare_page_numbers(document.text)
    named = reading_of(document, dropped=dropped)
    both = companies.beside_persons(named)
    sentences = _sentences(both or named, dropped)
    whole = neutral(named)
    charges = {d.index: _charges(whole, d, sentences.get(d.index)) for d in whole.defendants}
    dated = tuple(court.judgment_date(named))
    case = _case(named, dated)
    reading = without_terms(whole, charges=_canonical(name for names in charges.values() for name in names))
    called = {d.index: d.name for d in named.defendants}
    facts = list(_facts(reading, judged=next((str(item.value) for item in dated if isinstance(item, Finding)), None)))
    found = companies.alone(reading, share([*facts, *_history(whole, facts)], reading, charges))
    parts = _parts(reading, charges)
    people = []
    for d in reading.defendants:
        own = [*_own(found, parts, charges[d.index])]
        facts = _of(own, d.index, reading, together=convicted_together(d.index, reading, charges))
        by_charge = _by_charge(parts, d.index, charges)
        if by_charge:
            facts = _added_up(facts, tuple(by_charge.values()))
        people.append(
            Person(
                index=d.index,
                name=called[d.index],
                charges=charges[d.index],
                values=facts.values,
                evidence=facts.evidence,
                withheld=(*facts.withheld, *_unsentenced(document, case, sentences.get(d.index))),
                by_charge=by_charge,
                sentence=sentences.get(d.index),
            )
        )
    if both is not None:
        people = sorted([*people, *_units(both, reading, people, found, sentences, case)], key=lambda person: person.index)
    case, people = _consistent(case, people)
    return Extraction(
        document=document,
        values=case.values,
        evidence=case.evidence,
        withheld=case.withheld,
        people=tuple(people),
        form=reading.form,
        alleged=reading.alleged,
    )


def _units(
    both: Reading,
    reading: Reading,
    people: list[Person],
    found: list[Finding | Withheld],
    sentences: dict[int, Sentence],
    case: Facts,
) -> Iterator[Person]:
    """Yield the accused units beside the natural persons ``people``; ``both`` reads all of them, verdict and all."""
    told = companies.beside_persons(reading)
    offence = {factor.name for factor in registry().of_count()}
    for d in both.defendants:
        if not d.entity:
            continue
        sentence = sentences.get(d.index)
        charges = _charges(both, d, sentence) or tuple(dict.fromkeys(c for person in people for c in person.charges))
        facts = {}
        for charge in charges or (None,):
            deeds = {person.index: _deed(person, charge) for person in people}
            items = list(companies.facts_of(d, told, charge=charge, found=found, persons=deeds))
            facts[charge] = _of(items, d.index, told, together=False)
        first, *others = facts.values()
        by_charge = {
            charge: replace(own, values={name: value for name, value in own.values.items() if name in offence})
            for charge, own in facts.items()
        }
        yield Person(
            index=d.index,
            name=d.name,
            charges=charges,
            values=first.values,
            evidence=first.evidence,
            withheld=(*first.withheld, *_unsentenced(both.document, case, sentence)),
            by_charge=by_charge if others else {},
            sentence=sentence,
        )


def _deed(person: Person, charge: str | None) -> companies.Deed:
    """Return the facts of a person's offence under a charge, be it written in another way."""
    wanted = _canonical((charge or "",)) or {charge}
    own = next((facts for name, facts in person.by_charge.items() if (_canonical((name,)) or {name}) == wanted), None)
    facts = own or person
    values = {**person.values, **facts.values}
    evidence = (*facts.evidence, *(item for item in person.evidence if own and item.factor in ("offence_date", "offence_place")))
    return companies.Deed(charges=person.charges, values=values, evidence=evidence, withheld=facts.withheld)


def _unsentenced(document: Document, case: Facts, sentence: Sentence | None) -> Iterator[Withheld]:
    """Yield why a judgment that has a verdict tells no sentence of a defendant."""
    section = document.section("verdict")
    if sentence is not None or section is None:
        return
    verdict = document.text[section.start : section.end]
    reason = None
    if case.values.get("instance") in ("二审", "再审"):
        reason = "appeal_keeps_unknown"
    elif "附带民事" in verdict and "罪" not in verdict:
        reason = "civil_part_alone"
    if reason:
        yield from (Withheld(factor=factor, reason=reason) for factor in ("penalty", "final_penalty"))


def _consistent(case: Facts, people: list[Person]) -> tuple[Facts, list[Person]]:
    """Withhold a date of birth or offence behind the judgment's, or the judgment's where the case number is behind it, too."""
    judged = case.values.get("judgment_date")
    if judged is None:
        return case, people
    late = {
        (place, name)
        for place, person in enumerate(people)
        for name in ("birth_date", "offence_date")
        if str(person.values.get(name, ""))[: len(judged)] > judged
    }
    if not late:
        return case, people
    year = re.search(r"\d{4}", fold(str(case.values.get("case_number", ""))))
    if year is None or year[0] > judged[:4]:
        return _without(case, "judgment_date"), people
    return case, [
        replace(person, **vars(_without(Facts(values=person.values, evidence=person.evidence, withheld=person.withheld), *names)))
        if (names := sorted(name for at, name in late if at == place))
        else person
        for place, person in enumerate(people)
    ]


def _without(facts: Facts, *names: str) -> Facts:
    """Return the facts without values that other dates of the text contradict."""
    return Facts(
        values={name: value for name, value in facts.values.items() if name not in names},
        evidence=tuple(item for item in facts.evidence if item.factor not in names),
        withheld=(*facts.withheld, *(Withheld(factor=name, reason="contradictory_dates") for name in names)),
    )


def _facts(reading: Reading, *, judged: str | None) -> Iterator[Finding | Withheld]:
    yield from find_circumstances(reading)
    yield from _quantities(reading)
    yield from offender.offenders(reading)
    yield from custody(reading, judged=judged)


def _history(reading: Reading, found: list[Finding | Withheld]) -> Iterator[Finding]:
    """Yield the scene of the offence and the earlier convictions, whose terms are no term imposed here."""
    scenes = list(scene(reading, detained=_days(found, "detained_on")))
    yield from scenes
    yield from record(reading, offended=_days(scenes, "offence_date"))


def _days(found: Iterable[Finding | Withheld], factor: str) -> dict[int, str]:
    """Return the date that findings give a factor, by defendant."""
    return {
        person: str(item.value)
        for item in found
        if isinstance(item, Finding) and item.factor == factor
        for person in item.people
    }


def _quantities(reading: Reading) -> Iterator[Finding | Withheld]:
    for extractor in (amounts, harm, driving, drugs, acts, quantities, sufferers):
        yield from extractor(reading)


def _parts(reading: Reading, charges: dict[int, tuple[str, ...]]) -> dict[str, tuple[Reading, list[Finding | Withheld]]]:
    """Return for each charge of a case with several the part of the reading that tells of it, and what is found there.

    What is found of a charge that never stands beside another of the same defendant is what can be counted.
    """
    several = {charge for names in charges.values() if len(names) > 1 for charge in names}
    if not several and len(reading.charges) < 2:
        return {}
    offence = _of_the_offence()
    result = {}
    for charge in sorted({charge for names in charges.values() for charge in names}):
        part = about(reading, charge)
        found = (*find_circumstances(part), *_quantities(part)) if charge in several else _quantities(part)
        result[charge] = (part, share([item for item in found if item.factor in offence], part, charges))
    return result


def _by_charge(
    parts: dict[str, tuple[Reading, list[Finding | Withheld]]], person: int, charges: dict[int, tuple[str, ...]]
) -> dict[str, Facts]:
    """Return the facts of the offence for each charge of a defendant who has several."""
    if len(charges[person]) < 2:
        return {}
    offence = _of_the_offence()
    result = {}
    for charge in charges[person]:
        part, found = parts[charge]
        facts = _of(found, person, part, together=convicted_together(person, part, charges, charge=charge))
        values = {name: value for name, value in facts.values.items() if name in offence}
        result[charge] = replace(facts, values=values)
    return result


def _own(
    found: list[Finding | Withheld], parts: dict[str, tuple[Reading, list[Finding | Withheld]]], charges: tuple[str, ...]
) -> Iterator[Finding | Withheld]:
    """Yield the findings of a defendant with one charge of several in the case: what can be counted is that of his charge."""
    if not parts or len(charges) != 1:
        yield from found
        return
    counted = {factor.name for factor in registry().of_class("liability") if factor.type in ("number", "count")}
    yield from (item for item in found if item.factor not in counted and not _of_another(item, parts, charges[0]))
    yield from (item for item in parts[charges[0]][1] if item.factor in counted)


def _of_another(
    item: Finding | Withheld, parts: dict[str, tuple[Reading, list[Finding | Withheld]]], charge: str
) -> bool:
    """Tell whether a finding stands in a sentence that says it of another charge: 在盗窃犯罪中，…系犯罪未遂."""
    if not isinstance(item, Finding) or item.section != "opinion" or item.start < 0:
        return False
    text = parts[charge][0].document.text
    start = max(text.rfind(mark, max(0, item.start - 300), item.start) for mark in "。；;") + 1
    opening = _IN_CRIME.match(text, start)
    told = canonical(f"{opening['charge']}罪") if opening else None
    return told is not None and told != (canonical(charge) or charge)


def _added_up(facts: Facts, charges: tuple[Facts, ...]) -> Facts:
    """Return the facts with the amounts and the acts of a defendant's charges added up, instead of those of the whole case.

    Acts are unknown where those of one charge are.
    """
    values = {name: value for name, value in facts.values.items() if name not in _ADDED_UP}
    evidence = [item for item in facts.evidence if item.factor not in _ADDED_UP]
    for name in _ADDED_UP:
        told: dict[object, float] = {}
        for place, charge in enumerate(charges):
            shown = [item for item in charge.evidence if item.factor == name]
            # charges that the text does not tell apart give one figure twice
            where = (shown[0].start, shown[0].end) if shown else place
            if name in charge.values and where not in told:
                told[where] = charge.values[name]
                evidence += shown
        if told and (name == "amount_yuan" or all(name in charge.values for charge in charges)):
            values[name] = round(sum(told.values()), 2)
    return replace(facts, values=values, evidence=tuple(evidence))


def _of(found: list[Finding | Withheld], person: int, reading: Reading, *, together: bool) -> Facts:
    """Return what of the findings is a defendant's, settled and completed."""
    values: dict[str, object] = {}
    evidence: list[Finding] = []
    withheld: dict[str, Withheld] = {}
    for item in found:
        if person not in item.people:
            continue
        if isinstance(item, Withheld):
            withheld.setdefault(item.factor, item)
        # of several values the first in the order of the rules stands: 从犯 before 主犯, 未遂 before 中止
        elif values.setdefault(item.factor, item.value) == item.value and item.start >= 0:
            evidence.append(item)
    if together:
        values.setdefault("group", True)
    _settle(values, charges=reading.charges)
    shown = tuple(item for item in evidence if item.factor in values)
    kept_back = tuple(item for item in withheld.values() if item.factor not in values)
    _complete(values, reading.form)
    return Facts(values=values, evidence=shown, withheld=kept_back)


def _settle(values: dict[str, object], *, charges: frozenset[str]) -> None:
    """Apply what follows from the definitions: a ground that is part of another one is not counted beside it."""
    if values.get("surrender"):
        values.pop("confession", None)
    if values.get("plea_leniency"):
        values.pop("plea_in_court", None)
    if (values.get("incident_count") or 0) >= 3 and (not charges or charges & scope("several_acts")):
        values["repeated"] = True


def _complete(values: dict[str, object], form: Form) -> None:
    """Fill in what a record says by silence: a circumstance that its form would tell and that it does not, is absent.

    An indictment or a bare fact record cannot say that of the offender's behaviour after the act: there it stays
    unknown.
    """
    for factor in _absent_by_silence(form):
        values.setdefault(factor, False)
    if form != "fact_record" or values:
        values.setdefault("stage", "既遂")
    for factor in ("deaths", "serious_injuries", "minor_injuries", "slight_injuries"):
        values.setdefault(factor, 0)


@lru_cache(maxsize=4)
def _absent_by_silence(form: Form) -> tuple[str, ...]:
    return tuple(
        factor.name
        for factor in registry().factors.values()
        if factor.type == "boolean" and not factor.silence_unknown and form in factor.factor_class.told_by
    )


@lru_cache(maxsize=1)
def _of_the_offence() -> frozenset[str]:
    return frozenset(factor.name for factor in registry().of_count())


def _case(reading: Reading, dated: tuple[Finding | Withheld, ...]) -> Facts:
    """Return the facts of the case itself; ``dated`` is what the document says of the day of the judgment."""
    document = reading.document
    if document.kind == "fact_record":
        province = document.label.province if document.label is not None else None
        told = tuple(_instance_told(reading))
        values = {"province": province} if province else {}
        return Facts(values=values | {item.factor: item.value for item in told}, evidence=told)
    found: list[Finding | Withheld] = []
    if document.kind == "judgment":
        # an indictment names the court it is brought to, not one that judged
        found += [*court.court(reading), *court.case_number(reading), *court.instance(reading)]
        found += dated
        named = {item.factor: item for item in found if isinstance(item, Finding)}
        found += court.province(reading, found=named)
    found += [*court.procedure(reading), *court.bench(reading), *court.prosecution(reading), *recommendation(reading)]
    evidence = tuple(item for item in found if isinstance(item, Finding))
    values = {item.factor: item.value for item in evidence}
    values.setdefault("recommendation_present", False)
    return Facts(values=values, evidence=evidence, withheld=tuple(item for item in found if isinstance(item, Withheld)))


def _instance_told(reading: Reading) -> Iterator[Finding]:
    """Yield the instance of a fact record that speaks of the judgment it reviews; of another one it tells nothing."""
    if not any(word in reading.document.text for word in _REVIEW_WORDS):
        return
    for value, pattern in (("再审", _RETRIED), ("二审", _APPEALED)):
        for section, part in reading.views("findings", "charges", "opinion", "evidence"):
            if match := pattern.search(part.text):
                yield reading.finding("instance", value, rule="instance.told", section=section, start=match.start(), end=match.end())
                return


def _sentences(reading: Reading, dropped: tuple[tuple[int, int], ...]) -> dict[int, Sentence]:
    """Return the sentence of each defendant, by index; of what an appeal upholds, the one that it tells of before."""
    document, defendants = reading.document, reading.defendants
    section = document.section("verdict")
    if section is None:
        return {}
    verdict = view(document.text, start=section.start, end=section.end, dropped=dropped)
    names = {fold(form): d.name for d in defendants for form in (d.name, *d.aliases) if form}
    bearers = Counter(d.name for d in defendants)
    earlier = _earlier(reading) if "撤销" in verdict.text else frozenset()
    units = frozenset(d.name for d in defendants if d.entity)
    read = read_verdict(verdict, names=names, bearers=bearers, earlier=earlier, units=units)
    result: dict[int, Sentence] = {}
    for sentence in read:
        owner = next((d for d in defendants if d.name == sentence.defendant and d.index not in result), None)
        if owner is None and len(read) == len(defendants) == 1:
            owner = defendants[0]
        if owner is not None:
            result[owner.index] = _with_charge(reading, owner, sentence)
    if len(result) < len(defendants) and upholds(verdict.text):
        told = {sentence.defendant: sentence for sentence in _first_instance(reading, names, bearers)}
        result = {d.index: told[d.name] for d in defendants if d.name in told} | result
    return result


def _first_instance(reading: Reading, names: dict[str, str], bearers: Counter[str]) -> tuple[Sentence, ...]:
    """Return the sentences of first instance as an appeal judgment tells them before it decides."""
    for _, section in reading.views("charges", "findings", "procedure"):
        told = first_instance(section)
        read = read_verdict(told, names=names, bearers=bearers) if told is not None else ()
        if read:
            return read
    return ()


def _with_charge(reading: Reading, defendant: Defendant, sentence: Sentence) -> Sentence:
    """Return the sentence with the charge that an acquittal or a changed penalty leaves unnamed, when there is but one."""
    if all(count.charge for count in sentence.counts):
        return sentence
    charges = _charges(reading, defendant, None) or _brought(reading)
    charge = charges[0] if len({canonical(name) for name in charges}) == 1 else None
    counts = tuple(replace(count, charge=count.charge or charge) for count in sentence.counts)
    return replace(sentence, counts=counts)


def _brought(reading: Reading) -> tuple[str, ...]:
    """Return the charges as written that were brought in this case, whoever is accused of them."""
    return tuple(
        charge
        for _, section in reading.views("procedure", "charges")
        for match in _BROUGHT.finditer(section.text)
        for charge in _EACH_CHARGE.findall(match["charges"])
        if canonical(charge)
    )


def _earlier(reading: Reading) -> frozenset[str]:
    """Return the charges (canonical) of earlier convictions that are not brought in this case."""
    brought = _brought(reading)
    told = [match["charge"] for _, section in reading.views("header") for match in _CONVICTED.finditer(section.text)]
    return _canonical(told) - _canonical(brought) if brought else frozenset()


def _charges(reading: Reading, defendant: Defendant, sentence: Sentence | None) -> tuple[str, ...]:
    """Return the charges as written: of the verdict, else of the record, else of the opinion or the indictment."""
    label = reading.document.label
    if sentence is not None:
        named = [count.charge for count in sentence.counts if count.charge]
        if named:
            return tuple(dict.fromkeys(named))
    if label is not None and label.charges:
        return tuple(label.charges)
    for name, section in reading.views("opinion", "charges", "procedure", "header", "findings"):
        named = [
            match["charge"]
            for match in _CHARGED.finditer(section.text)
            if canonical(match["charge"]) and defendant.index in reading.people[name].at(match.end())
        ]
        if named:
            return tuple(dict.fromkeys(named))
    return ()


def _canonical(charges: Iterable[str]) -> frozenset[str]:
    return frozenset(name for charge in charges if (name := canonical(charge)))
