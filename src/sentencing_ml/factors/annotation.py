"""The exchange form of extraction: one JSON object a judgment, as annotators write it."""

from sentencing_ml.factors.extraction import Extraction, Person
from sentencing_ml.factors.sentence import Penalty

_CASE = ("court", "province", "case_number", "judgment_date", "procedure")
_PERSON = ("gender", "birth_date", "ethnicity", "education", "occupation", "counsel", "custody")
_COUNTS = ("incident_count", "deaths", "serious_injuries", "minor_injuries", "slight_injuries")
_LIABILITY = (
    "amount_yuan", "incident_count", "deaths", "serious_injuries", "minor_injuries", "slight_injuries", "alcohol_mg_per_100ml", "drug_grams",
    "drug_type", "hit_and_run", "no_licence", "caused_accident", "burglary", "pickpocketing", "weapon", "repeated", "group", "stage", "role",
    "victim_fault", "civil_dispute", "excessive_defence", "minor_defendant", "elderly_defendant", "limited_capacity", "vulnerable_victim",
)  # fmt: skip
_PREVENTION = (
    "surrender", "confession", "merit", "major_merit", "recidivist", "drug_recidivist", "prior_record", "admin_record", "plea_leniency",
    "plea_in_court", "restitution", "compensation", "forgiveness", "settlement", "first_offender", "remorse",
)  # fmt: skip


def annotate(extraction: Extraction) -> dict:
    """Return the annotation of one document; what is unknown is null. ``rules`` names what found each evidence."""
    case = extraction.values
    return {
        "id": extraction.document.id,
        **{name: case.get(name) for name in _CASE},
        "recommendation": {
            "present": bool(case.get("recommendation_present")),
            "kind": case.get("recommendation_kind"),
            "min_months": case.get("recommendation_min_months"),
            "max_months": case.get("recommendation_max_months"),
        },
        "defendants": [_defendant(extraction, person) for person in extraction.people],
        "notes": "",
    }


def _defendant(extraction: Extraction, person: Person) -> dict:
    text = extraction.document.text
    evidence: dict[str, str] = {}
    rules: dict[str, str] = {}
    # of several findings the first is the one that gave the value
    for item in (*extraction.evidence, *person.evidence):
        evidence.setdefault(item.factor, text[item.start : item.end])
        rules.setdefault(item.factor, item.rule)
    counts, final = [], None
    if person.sentence is not None:
        for place, count in enumerate(person.sentence.counts):
            counts.append(
                {
                    "charge": count.charge,
                    "penalty": count.penalty.kind,
                    "term_months": _whole(count.penalty.term_months),
                    "fine_yuan": count.penalty.fine_yuan,
                }
            )
            if count.penalty.span:
                evidence[f"counts[{place}]"] = text[slice(*count.penalty.span)]
        final = _final(person.sentence.final)
        if person.sentence.final.span:
            evidence["final"] = text[slice(*person.sentence.final.span)]
    return {
        "name": person.name,
        **{name: person.values.get(name) for name in _PERSON},
        "counts": counts,
        "final": final or {"penalty": None, "term_months": None, "probation_months": 0, "fine_yuan": None},
        "liability": {name: _number(name, person.values.get(name)) for name in _LIABILITY},
        "prevention": {name: person.values.get(name) for name in _PREVENTION},
        "evidence": evidence,
        "rules": rules,
    }


def _final(penalty: Penalty) -> dict:
    return {
        "penalty": penalty.kind,
        "term_months": _whole(penalty.term_months),
        "probation_months": _whole(penalty.probation_months),
        "fine_yuan": penalty.fine_yuan,
    }


def _number(name: str, value: object) -> object:
    return int(value) if name in _COUNTS and value is not None else value


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
