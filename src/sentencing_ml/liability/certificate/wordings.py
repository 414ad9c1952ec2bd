"""T1: clauses on the offender go into judgments and out of them, and the advice has to stay what it was.

What is edited is the text that a user hands in: it is divided into sections again, its defendants are looked for again,
and it is extracted again. So the test is one of the whole way to the advice, not of the model, which reads no words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import wilson
from sentencing_ml.liability.certificate.subject import Subject
from sentencing_ml.liability.predict import before_verdict
from sentencing_ml.packaged import read_yaml

_FULL_EDITS = 10_000
_BATCH = 128
_MONTHS = ("liability_months", "interval_low", "interval_high")
_OPENS = "，,；;。：:\n"
_CLOSES = "，,；;。\n"
_ENDS = "。"
# What follows such a word speaks of whom the sentence before named; a clause between them would change its subject.
_ANAPHORA = tuple("其该此并又也均系但且还遂后即经随")
_OTHER = "刘某"  # a stranger: a clause on an accomplice would tell that the offence was committed jointly


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A judgment with one clause more or less."""

    document: str
    kind: str
    factor: str
    text: str


def prevention_clauses(subject: Subject, *, documents: pd.DataFrame, evidence: pd.DataFrame) -> Result:
    """T1: how many edits of prevention clauses change the advice of a count by a whole month, or whether there is one.

    Parameters
    ----------
    documents, evidence
        The tables of the ingest and extract stages; judgments of the test part are edited.

    Returns
    -------
    The number of edits that changed anything. ``detail`` counts them by what was edited, and by the fact of the offence
    through which the change came.
    """
    tested = set(subject.frame.loc[subject.frame["part"] == "test", "doc_id"])
    chosen = documents[documents["id"].isin(tested) & (documents["kind"] == "judgment")].sort_values("id")
    read = {document.id: document for document in documents_from_frame(chosen)}
    if not read:
        return not_measured("T1", "no_documents")
    options = subject.options
    edits = draw_edits(read, evidence, edits=options.edits, seed=options.seed)
    changes: Counter[tuple[str, str]] = Counter()
    causes: Counter[str] = Counter()
    done, moved, facts_moved, of_several = 0, 0, 0, 0
    states: dict[str, tuple[dict, dict]] = {}
    for batch in _batches(edits):
        fresh = {edit.document for edit in batch} - set(states)
        states |= advice(subject, [reread(read[name], read[name].text) for name in sorted(fresh)])
        edited = advice(
            subject,
            # several edits of one judgment stand in a batch, so each has an id of its own
            [
                replace(reread(read[edit.document], edit.text), id=f"{place}")
                for place, edit in enumerate(batch)
            ],
        )
        for place, edit in enumerate(batch):
            before, after = states[edit.document], edited[f"{place}"]
            done += 1
            facts = changed_facts(before[1], after[1])
            facts_moved += bool(facts)
            if before[0] != after[0]:
                moved += 1
                of_several += len(read[edit.document].defendants) > 1
                changes[edit.kind, edit.factor] += 1
                causes.update(facts or ["other"])
    return Result(
        id="T1",
        figure=float(moved),
        n=done,
        holds=moved == 0,
        reason=None if done >= _FULL_EDITS else "fewer_edits",
        detail={
            "judgments": len(states),
            "share_interval": wilson(moved, done),
            "changed": [
                {"edit": kind, "factor": factor, "n": n} for (kind, factor), n in sorted(changes.items())
            ],
            "through": dict(sorted(causes.items())),
            "changed_of_several_defendants": of_several,
            "facts_changed": facts_moved,
        },
    )


def draw_edits(documents: dict[str, Document], evidence: pd.DataFrame, *, edits: int, seed: int) -> Iterator[Edit]:
    """Yield ``edits`` edits: up to half of them deletions, as far as there are any, the rest insertions."""
    generator = np.random.default_rng(seed)
    spans = _spans(documents, evidence)
    places = [(name, factor, span) for name in sorted(spans) for factor, span in spans[name]]
    taken = generator.permutation(len(places))[: edits // 2]
    for place in np.sort(taken):
        name, factor, (start, end) = places[place]
        text = documents[name].text
        yield Edit(document=name, kind="delete", factor=factor, text=text[:start] + text[end:])
    names, clauses = sorted(documents), insertions()
    yield from islice(_inserted(documents, names, clauses, generator), edits - len(taken))


def _inserted(
    documents: dict[str, Document],
    names: list[str],
    clauses: tuple[tuple[str, str, str], ...],
    generator: np.random.Generator,
) -> Iterator[Edit]:
    barren = 0
    # a corpus in which no judgment has a place for any clause ends the search
    while barren < 20 * len(clauses):
        document = documents[names[int(generator.integers(len(names)))]]
        factor, where, zh = clauses[int(generator.integers(len(clauses)))]
        persons = [defendant for defendant in document.defendants if not defendant.entity]
        person = persons[int(generator.integers(len(persons)))] if persons else None
        at = insertion_places(document, where, person)
        if not at:
            barren += 1
            continue
        barren = 0
        place = at[int(generator.integers(len(at)))]
        told = zh.format(n=f"被告人{person.name}" if person and person.name else "被告人", x=_OTHER)
        text = document.text
        yield Edit(document=document.id, kind="insert", factor=factor, text=text[:place] + told + text[place:])


def insertion_places(document: Document, where: str, person: Defendant | None) -> list[int]:
    """Return where a clause may stand: behind a sentence of the section, not between a person and what is said of him.

    In the header that is behind the first sentence of the defendant's particulars.
    """
    text = document.text
    if where == "header":
        if person is None or person.end <= person.start:
            return []
        end = text.find(_ENDS, person.start, person.end)
        return [] if end < 0 else [end + 1]
    section = document.section(where)
    if section is None:
        return []
    return [
        place + 1
        for place in range(section.start, section.end)
        if text[place] == _ENDS and not text[place + 1 : section.end].lstrip().startswith(_ANAPHORA)
    ]


def _spans(documents: dict[str, Document], evidence: pd.DataFrame) -> dict[str, list[tuple[str, tuple[int, int]]]]:
    """Return for each judgment what may be deleted: (factor of the offender, span), each span once."""
    offender = {factor.name for factor in registry().offender()}
    read = {factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())} | {"penalty"}
    doc_id = evidence["row_id"].str.rsplit("/", n=2).str[0]
    inside = evidence.assign(doc_id=doc_id)[doc_id.isin(list(documents)).to_numpy(dtype=bool)]
    found: dict[str, list[tuple[str, tuple[int, int]]]] = {}
    for name, rows in inside.groupby("doc_id", sort=True):
        document = documents[str(name)]
        facts = [
            (int(start), int(end))
            for start, end in rows.loc[rows["factor"].isin(read), ["start", "end"]].itertuples(index=False)
        ]
        own = rows[rows["factor"].isin(offender)].sort_values(["start", "end", "factor"])
        seen: dict[tuple[int, int], str] = {}
        for factor, start, end in own[["factor", "start", "end"]].itertuples(index=False):
            span = deletable(document, int(start), int(end), facts=facts)
            if span is not None:
                seen.setdefault(span, str(factor))
        found[str(name)] = [(factor, span) for span, factor in sorted(seen.items())]
    return found


def deletable(document: Document, start: int, end: int, *, facts: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the span to delete for evidence at ``start:end``: its clause, behind the person that it names.

    A clause that also tells a fact of the offence (``facts``: spans) keeps all but the evidence; evidence that is such
    a fact itself is left alone (None).
    """
    section = next((section for section in document.sections if section.start <= start < section.end), None)
    if section is None or any(_overlap((start, end), fact) for fact in facts):
        return None
    text = document.text
    opened = max((text.rfind(mark, section.start, start) for mark in _OPENS), default=-1)
    begin = opened + 1 if opened >= 0 else section.start
    closed = min((at for mark in _CLOSES if (at := text.find(mark, end, section.end)) >= 0), default=section.end)
    for name in (form for person in document.defendants for form in (person.name, *person.aliases) if form):
        # without its subject, what follows would seem to speak of somebody else
        at = text.rfind(name, begin, start)
        begin = max(begin, at + len(name)) if at >= 0 else begin
    # behind a comma the clause goes with that comma and leaves its own full stop; else with its own mark
    if begin == opened + 1 and text[opened : opened + 1] in ("，", ","):
        span = (opened, closed)
    elif begin == opened + 1:
        span = (begin, min(closed + 1, section.end))
    else:
        span = (begin, closed)
    return (start, end) if any(_overlap(span, fact) for fact in facts) else span


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def reread(document: Document, text: str) -> Document:
    """Return a judgment with another text, its sections and defendants found anew."""
    sections = split_sections(text, document.kind)
    return replace(document, text=text, sections=sections, defendants=find_defendants(text, sections))


def advice(subject: Subject, documents: Iterable[Document]) -> dict[str, tuple[dict, dict]]:
    """Return for each document what is advised of its counts in whole months, and the facts that this rests on.

    Both are mappings from (defendant, count).
    """
    read = before_verdict(documents, None)
    frame = factor_frame([row for each in read for row in each.rows()[0]])
    result: dict[str, tuple[dict, dict]] = {each.extraction.document.id: ({}, {}) for each in read}
    if frame.empty:
        return result
    predicted = subject.model.predict(frame, threads=subject.threads)
    months = predicted[list(_MONTHS)].astype("Float64").round().astype(object)
    months = months.where(months.notna(), None).assign(status=predicted["status"].astype(object))
    facts = frame[list(_facts())].astype(object)
    facts = facts.where(facts.notna(), None)
    keys = zip(frame["doc_id"], frame["defendant_index"], frame["count_index"], strict=True)
    for (name, *count), told, facts_of in zip(keys, months.to_numpy(), facts.to_numpy(), strict=True):
        result[name][0][tuple(count)] = tuple(told)
        result[name][1][tuple(count)] = tuple(facts_of)
    return result


def changed_facts(before: dict, after: dict) -> list[str]:
    """Return the columns of which a value changed; ``counts`` when there are other defendants or counts."""
    if set(before) != set(after):
        return ["counts"]
    return sorted(
        {
            name
            for count, values in before.items()
            for name, one, other in zip(_facts(), values, after[count], strict=True)
            if one != other
        }
    )


@lru_cache(maxsize=1)
def insertions() -> tuple[tuple[str, str, str], ...]:
    """Return (factor, section, clause) of every clause to insert."""
    content = read_yaml("liability", "certificate/clauses.yaml")
    unknown = set(content) - {factor.name for factor in registry().offender()}
    if unknown:
        raise ValueError(f"clauses.yaml: no factors of the offender: {', '.join(sorted(unknown))}")
    return tuple((factor, entry["where"], entry["zh"]) for factor, entries in content.items() for entry in entries)


@lru_cache(maxsize=1)
def _facts() -> tuple[str, ...]:
    names = [factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())]
    return ("charge_group", "legal_entity", *names)


def _batches(edits: Iterator[Edit]) -> Iterator[list[Edit]]:
    while batch := list(islice(edits, _BATCH)):
        yield batch
