"""From an extraction to rows of the factor table and the evidence table: a row a count."""

import re
from collections.abc import Iterable, Iterator

from sentencing_ml.factors.extraction import Extraction, Facts, Person
from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.registry import Form, registry
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.combination import limits

# 李某（已判刑）, 李某、王某（以上二人另案处理）: dealt with elsewhere, so not whom the record is about.
_DEALT = r"(?:已判|已被|判刑|另案|另处|另行|在逃|起诉|追逃|死亡|未归案|未到案)"
# right behind a name: dealt with elsewhere; right before it: accused, alone or in a list
_ELSEWHERE = re.compile(
    rf"[\u4e00-\u9fff]?[“”]?[（(][^）)]{{0,8}}{_DEALT}"
    rf"|、[\u4e00-\u9fff\d×xX*]{{2,5}}(?:[、和及与][\u4e00-\u9fff\d×xX*]{{2,5}}){{0,4}}[（(](?:以上|上述|前述|均|[二三四五]人){{1,3}}[^）)]{{0,6}}{_DEALT}"
)
_LISTED = re.compile(r"(?:被告人|上诉人)(?:[\u4e00-\u9fff\d×xX*·]{2,8}[、和及与]){0,6}$")
_LIST = 60  # characters of such a list
_SELDOM = 3
# What the prosecution or the court concludes: 被告人张某的行为触犯…, 应当以…罪追究其刑事责任.
_CONCLUDES = re.compile(r"[^。；]{0,200}(?:触犯|构成|追究|开庭审理)[^。；]{0,200}")


def rows_of(
    extraction: Extraction, *, cluster: str, with_evidence: bool = True
) -> tuple[list[dict], list[dict]]:
    """Return (factor rows, evidence rows) of one document; no evidence rows for who reads none.

    A judgment gives a row for each count of each defendant; a fact record or an indictment a row for each charge,
    with a term of its own only when there is a single one.
    """
    factors, evidence = [], []
    names = set(registry().factors)
    # a fact record has one outcome, so it is one defendant
    people = convict(extraction) if extraction.document.kind == "fact_record" else extraction.people
    for person in people:
        for place, outcome in enumerate(_outcomes(extraction.document, person)):
            row_id = f"{extraction.document.id}/{person.index}/{place}"
            facts = _facts(person, outcome["charge"])
            values = {name: value for name, value in {**extraction.values, **facts.values}.items() if name in names}
            factors.append(
                {
                    **values,
                    **outcome,
                    "row_id": row_id,
                    "doc_id": extraction.document.id,
                    "defendant_index": person.index,
                    "count_index": place,
                    "defendant": person.name or None,
                    "doc_kind": extraction.document.kind,
                    "source": extraction.document.source,
                    "cluster": cluster,
                    "status": "alleged" if extraction.alleged else "found",
                    "not_observable": not_observable({**values, **outcome}, form=extraction.form),
                    "withheld": _withheld((*extraction.withheld, *facts.withheld)),
                }
            )
            if with_evidence:
                evidence += [_evidence_row(row_id, item) for item in (*extraction.evidence, *facts.evidence)]
                evidence += _outcome_evidence(row_id, person, place)
    return factors, evidence


def convict(extraction: Extraction) -> tuple[Person, ...]:
    """Return the defendant whose outcome a fact record states: one element, or none where it names nobody.

    Not one who is dealt with elsewhere, and not one whom it calls the victim; of the others the only one whom the
    conclusion names, else the first whom it calls 被告人, else the first.
    """
    people = extraction.people
    if len(people) < 2:
        return people
    text = "".join(fold(extraction.document.text).split())
    named = [person for person in people if person.name]
    here = [p for p in named if not any(_ELSEWHERE.match(text, end) for _, end in _places(text, p))] or named

    def accusals(person: Person, text: str) -> int:
        return sum(_LISTED.search(text, max(0, start - _LIST), start) is not None for start, _ in _places(text, person))

    def seen(person: Person, before: str = "") -> int:
        return text.count(before + fold(person.name))

    accused = [p for p in here if accusals(p, text) >= max(1, seen(p, "被害人"))] or here
    told = "。".join(_CONCLUDES.findall(text))
    # one that stands there alone, seldom or of the same surname, is another form of the name the facts tell of, or a slip
    often = max(map(seen, accused), default=0)
    concluded = [
        p
        for p in accused
        if accusals(p, told) and seen(p) * _SELDOM >= often and (p is accused[0] or p.name[0] != accused[0].name[0])
    ]
    chosen = (concluded if len(concluded) == 1 else accused) or people
    return (chosen[0],)


def _places(text: str, person: Person) -> Iterator[tuple[int, int]]:
    name = fold(person.name)
    start = text.find(name)
    while start >= 0:
        yield start, start + len(name)
        start = text.find(name, start + len(name))


def not_observable(values: dict, *, form: Form) -> str | None:
    """Return the names of the factors that a record of this form cannot tell and does not, apart by semicolons."""
    names = [
        factor.name
        for factor in registry().factors.values()
        if form not in factor.factor_class.told_by and values.get(factor.name) is None
    ]
    return ";".join(names) or None


def _withheld(items: tuple[Withheld, ...]) -> str | None:
    return ";".join(sorted(f"{item.factor}:{item.reason}" for item in items)) or None


def _facts(person: Person, charge: str | None) -> Facts:
    """Return the facts of one count: what speaks of the offence is the count's own when there are several."""
    whole = Facts(values=person.values, evidence=person.evidence, withheld=person.withheld)
    own = person.by_charge.get(charge) if charge else None
    if own is None:
        return whole
    offence = {factor.name for factor in registry().of_count()}
    return Facts(
        values={name: value for name, value in whole.values.items() if name not in offence} | own.values,
        evidence=(*(item for item in whole.evidence if item.factor not in offence), *own.evidence),
        withheld=(*(item for item in whole.withheld if item.factor not in offence), *own.withheld),
    )


def _evidence_row(row_id: str, item: Finding) -> dict:
    return {
        "row_id": row_id, "factor": item.factor, "start": item.start, "end": item.end, "rule": item.rule, "section": item.section, "speaker": item.speaker,
    }  # fmt: skip


def _outcome_evidence(row_id: str, person: Person, place: int) -> Iterable[dict]:
    if person.sentence is None:
        return
    for factor, span in (
        ("penalty", person.sentence.counts[place].penalty.span),
        ("final_penalty", person.sentence.final.span),
    ):
        if span is not None:
            yield {
                "row_id": row_id,
                "factor": factor,
                "start": span[0],
                "end": span[1],
                "rule": "verdict",
                "section": "verdict",
                "speaker": "court",
            }


def _outcomes(document: Document, person: Person) -> list[dict]:
    """Return what each row of the person says of charge and outcome."""
    if person.sentence is not None:
        final = person.sentence.final
        executed = {
            "final_penalty": final.kind,
            "final_term_months": final.term_months,
            "final_probation_months": final.probation_months,
            "final_fine_yuan": final.fine_yuan,
        }
        return [
            {
                **_charge(count.charge, "verdict"),
                **executed,
                "penalty": count.penalty.kind,
                "term_months": count.penalty.term_months,
                "fine_yuan": count.penalty.fine_yuan,
                "counts": len(person.sentence.counts),
            }
            for count in person.sentence.counts
        ]
    source = (
        "record" if document.kind == "fact_record" else "indictment" if document.kind == "indictment" else "opinion"
    )
    charges = person.charges or (None,)
    outcome = _record_outcome(document, single=len(charges) == 1)
    return [{**_charge(charge, source if charge else None), **outcome, "counts": len(charges)} for charge in charges]


def _charge(charge: str | None, source: str | None) -> dict:
    return {"charge": charge, "charge_group": canonical(charge) if charge else None, "charge_source": source}


def _record_outcome(document: Document, *, single: bool) -> dict:
    """Return the outcome a record states beside its text; 拘役 and 有期徒刑 are not told apart there."""
    label = document.label
    if label is None:
        return {}
    kind = "死刑" if label.death else "无期徒刑" if label.life else None
    if kind is None and label.term_months:
        # A record gives months alone; what is longer than any 拘役 is 有期徒刑, what is not may be either.
        longest = limits()["detention"].params["max_months"]
        kind = "有期徒刑" if label.term_months > longest else None
    outcome = {"final_penalty": kind, "final_term_months": label.term_months, "final_fine_yuan": label.fine_yuan}
    if single:
        outcome |= {"penalty": kind, "term_months": label.term_months, "fine_yuan": label.fine_yuan}
    return outcome
