"""The page on which a reader checks an extraction: the text with its facts marked, and beside it the table of them.

Every row of the table leads to its passages and every passage to its rows. The links alone do that; the one script
adds that all passages of a fact light up together.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.factors.extraction import Extraction, Facts, Person
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.registry import Factor, FactorClass, registry
from sentencing_ml.factors.sentence import Penalty
from sentencing_ml.factors.wording import KINDS, SECTIONS, SPEAKERS, is_none, missing, value_text
from sentencing_ml.judgments.document import Document
from sentencing_ml.law.charges import canonical

LIMIT = 50  # judgments on one page; more would be slow to open and nobody reads them in one sitting
_QUOTE = 26  # characters of a passage shown in the table; the text has all of it
# The case's own facts; what else the case has is added. Every other value belongs to a defendant.
_CASE = frozenset(
    {
        "court", "province", "judge", "procuratorate", "prosecutor", "case_number", "judgment_date", "procedure",
        "recommendation_present", "recommendation_kind", "recommendation_min_months", "recommendation_max_months",
        "recommendation_penalty", "recommendation_probation", "recommendation_adjusted", "recommendation_adopted",
        "recommendation_refusal",
    }
)  # fmt: skip
# Who says it decides whether it is found or claimed; an adopted claim is still worth a look at the court's own words.
_STATES = {"court": "认定", "record": "记录", "prosecution": "指控", "defence": "辩称"}
_ORDER = ("liability", "assessment", "prevention", "mixed", "outcome", "procedure", "protected", "identity")


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    row: str
    title: str
    kind: str


def page(extractions: Sequence[Extraction], *, name: str, left_out: int = 0) -> str:
    """Return the HTML page of the extracted documents of ``name``; ``left_out`` more are told of and not shown."""
    documents = [_document(extraction, f"j{place}") for place, extraction in enumerate(extractions, start=1)]
    context = {
        "name": name,
        "documents": documents,
        "left_out": left_out,
        "limit": LIMIT,
        "classes": [_class(registry().classes[kind]) for kind in _ORDER],
        "script_sha256": rendering.script_hash("extraction.js"),
    }
    return rendering.render("extraction.html", context)


def _class(entry: FactorClass) -> dict[str, str]:
    return {"kind": entry.name, "zh": entry.zh, "ground": entry.ground}


def _document(extraction: Extraction, anchor: str) -> dict[str, Any]:
    document = extraction.document
    groups = [group for person in extraction.people for group in _groups_of(extraction, person)]
    case = Facts(values=extraction.values, evidence=extraction.evidence)
    groups.append(_group(extraction, "案件", None, case, _CASE | set(extraction.values), frozenset()))
    marks: list[_Mark] = []
    for number, group in enumerate(groups, start=1):
        group["id"] = f"{anchor}-g{number}"
        for place, row in enumerate(group["rows"], start=1):
            row["id"] = f"{group['id']}-f{place}"
            marks += [
                _Mark(passage["start"], passage["end"], row["id"], f"{row['zh']}（{row['tag']}）", row["kind"])
                for passage in row["passages"]
            ]
    sections = _sections(document, marks, anchor)
    first = {at: piece["id"] for section in sections for line in section["paragraphs"] for piece in line for at in piece["starts"]}
    for group in groups:
        for row in group["rows"]:
            for passage in row["passages"]:
                passage["href"] = first.get(passage["start"])
    return {
        "anchor": anchor,
        "id": document.id,
        "kind": KINDS[document.kind],
        "alleged": extraction.alleged,
        "title": extraction.values.get("case_number") or document.id,
        "court": extraction.values.get("court"),
        "people": "、".join(person.name for person in extraction.people if person.name),
        "characters": len(document.text),
        "groups": groups,
        "facts": sum(len(group["rows"]) for group in groups),
        "sections": sections,
    }


def _groups_of(extraction: Extraction, person: Person) -> Iterator[dict[str, Any]]:
    """Yield the defendant's table and, with several counts, one of the offence facts of each."""
    elsewhere = _CASE | set(extraction.values) - set(person.values)
    factors = frozenset(registry().factors) - elsewhere - {factor.name for factor in registry().of_class("outcome")}
    charges = frozenset(name for charge in person.charges if (name := canonical(charge)))
    title = f"被告人{person.name}" if person.name else "被告人"
    facts = Facts(values=person.values, evidence=person.evidence)
    group = _group(extraction, title, "、".join(person.charges) or "罪名未识别", facts, factors, charges)
    group["rows"] = sorted([*group["rows"], *_outcomes(person, extraction)], key=lambda row: _ORDER.index(row["kind"]))
    yield group
    offence = frozenset(factor.name for factor in registry().of_count())
    for charge, own in person.by_charge.items():
        name = canonical(charge)
        yield _group(extraction, f"{title}：{charge}", "本罪的责任情节", own, offence, frozenset({name} if name else ()))


def _group(
    extraction: Extraction, title: str, remark: str | None, facts: Facts, factors: frozenset[str], charges: frozenset[str]
) -> dict[str, Any]:
    """Return one table: rows of what was found, names of what is unknown, and of what the text does not tell of."""
    rows, unknown, absent = [], [], []
    findings: dict[str, list[Finding]] = {}
    for item in facts.evidence:
        findings.setdefault(item.factor, []).append(item)
    advised = bool(facts.values.get("recommendation_present"))
    for factor in registry().factors.values():
        if factor.name not in factors:
            continue
        value, found = facts.values.get(factor.name), findings.get(factor.name, [])
        if missing(value):
            # what does not belong to the charge, or to a recommendation that nobody made, is not asked for
            asked = advised or not factor.name.startswith("recommendation_")
            if asked and (not charges or factor.belongs_to(charges)):
                unknown.append(factor.zh)
        elif not found and (is_none(value) or factor.name == "stage"):
            # silence says that there is none, and of the stage that the offence was completed
            absent.append(factor.zh if is_none(value) else f"{factor.zh}：按{value}")
        else:
            rows.append(_row(factor, value, found, extraction))
    rows.sort(key=lambda row: _ORDER.index(row["kind"]))
    return {"title": title, "remark": remark, "rows": rows, "unknown": unknown, "absent": absent}


def _row(factor: Factor, value: object, found: Iterable[Finding], extraction: Extraction) -> dict[str, Any]:
    level = next((level for level in factor.levels if level.name == value), None)
    own = level.factor_class if level else factor.factor_class
    return {
        "zh": factor.zh,
        "name": factor.name,
        "value": value_text(factor, value),
        "tag": own.zh,
        "kind": own.name,
        "passages": list(_passages(found, extraction)),
    }


def _passages(found: Iterable[Finding], extraction: Extraction) -> Iterator[dict[str, Any]]:
    text = extraction.document.text
    seen = set()
    for item in sorted(found, key=lambda item: (item.start, item.end)):
        if 0 <= item.start < item.end <= len(text) and (item.start, item.end, item.rule) not in seen:
            seen.add((item.start, item.end, item.rule))
            state = "指控" if extraction.alleged else _STATES[item.speaker]
            # a fact record's allegation is read as findings; the reader is told the section that stands in the text
            section = extraction.document.section_at(item.start) or item.section
            yield _passage(text, item.start, item.end, rule=item.rule, section=section, speaker=item.speaker, state=state)


def _passage(text: str, start: int, end: int, *, rule: str, section: str, speaker: str, state: str) -> dict[str, Any]:
    quote = re.sub(r"\s+", "", text[start:end])
    return {
        "start": start,
        "end": end,
        "quote": quote if len(quote) <= _QUOTE else f"{quote[: _QUOTE - 9]}…{quote[-8:]}",
        "rule": rule,
        "place": " · ".join(part for part in (SECTIONS.get(section), SPEAKERS.get(speaker)) if part and part != state),
        "state": state,
    }


def _outcomes(person: Person, extraction: Extraction) -> Iterator[dict[str, Any]]:
    """Yield the penalty of each count, and what is executed when that is said apart."""
    if person.sentence is None:
        return
    counts, final = person.sentence.counts, person.sentence.final
    alone = len(counts) == 1 and final == counts[0].penalty
    for count in counts:
        yield _outcome(f"宣告刑：{count.charge or '罪名未识别'}", "penalty, term_months, fine_yuan", count.penalty, extraction, executed=alone)
    if not alone:
        yield _outcome("决定执行", "final_penalty, final_term_months, …", final, extraction, executed=True)


def _outcome(zh: str, name: str, penalty: Penalty, extraction: Extraction, *, executed: bool) -> dict[str, Any]:
    parts = [" ".join(part for part in (penalty.kind, _term(penalty.term_months)) if part) or "未识别"]
    if executed and penalty.probation_months:
        parts.append(f"缓刑 {_term(penalty.probation_months)}")
    if penalty.fine_yuan:
        parts.append(f"罚金 {rendering.number(penalty.fine_yuan)} 元")
    text, span, own = extraction.document.text, penalty.span, registry().classes["outcome"]
    spans = [_passage(text, *span, rule="verdict", section="verdict", speaker="court", state="认定")] if span else []
    return {"zh": zh, "name": name, "value": "，".join(parts), "tag": own.zh, "kind": own.name, "passages": spans}


def _term(months: float | None) -> str | None:
    """Return a term as a judgment says it; part of a month, which days make, is kept."""
    if months is None:
        return None
    return rendering.years_months(months) if months == int(months) else rendering.months(months)


def _sections(document: Document, marks: Sequence[_Mark], anchor: str) -> list[dict[str, Any]]:
    """Return the whole text by section, each a list of paragraphs cut into pieces where a mark begins or ends."""
    parts: list[tuple[str | None, int, int]] = []
    position = 0
    for section in sorted(document.sections, key=lambda section: section.start):
        if section.start > position:
            parts.append((None, position, section.start))
        if section.end > position:
            parts.append((section.name, max(section.start, position), section.end))
            position = section.end
    if position < len(document.text):
        parts.append((None, position, len(document.text)))
    cuts = sorted({mark.start for mark in marks} | {mark.end for mark in marks})
    result, number = [], 0
    for name, start, end in parts:
        paragraphs = []
        for match in re.finditer(r"[^\n]+", document.text[start:end]):
            if not match[0].strip():
                continue
            pieces = []
            for a, b in _pieces(start + match.start(), start + match.end(), cuts):
                number += 1
                pieces.append(_piece(document.text[a:b], a, b, marks, f"{anchor}-p{number}"))
            paragraphs.append(pieces)
        if paragraphs:
            result.append({"zh": SECTIONS.get(name or "", "其他"), "paragraphs": paragraphs})
    return result


def _pieces(start: int, end: int, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    inside = [start, *(cut for cut in cuts if start < cut < end), end]
    return zip(inside, inside[1:], strict=False)


def _piece(text: str, start: int, end: int, marks: Sequence[_Mark], ident: str) -> dict[str, Any]:
    """Return a piece with the marks that cover it; its link goes to the shortest one, the most particular fact."""
    own = sorted((mark for mark in marks if mark.start < end and start < mark.end), key=lambda m: (m.end - m.start, _ORDER.index(m.kind), m.row))
    kinds = list(dict.fromkeys(mark.kind for mark in own))
    return {
        "text": text,
        "id": ident,
        "row": own[0].row if own else None,
        "rows": " ".join(dict.fromkeys(mark.row for mark in own)),
        "title": "；".join(dict.fromkeys(mark.title for mark in own)),
        "kinds": kinds,
        "starts": [mark.start for mark in own if start <= mark.start < end],
    }

