"""The facts of one count: the part of a document that tells of one charge and not of another.

Findings of several crimes are told one after the other, under headings (一、盗窃事实), as numbered items, or sentence by
sentence. A sentence belongs to the charges whose act it tells or names; one that tells none goes on about the last.
"""

import re
from dataclasses import replace
from functools import lru_cache

from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import act_words
from sentencing_ml.judgments.view import View
from sentencing_ml.law.charges import canonical

_DIVIDED = ("charges", "findings", "evidence", "opinion")
_SENTENCE = re.compile(r"[^。；;]*[。；;]?")


def about(reading: Reading, charge: str) -> Reading:
    """Return the reading narrowed to ``charge``: without the sentences that tell of other charges alone."""
    name = canonical(charge) or charge
    others = reading.charges - {name}
    sections = dict(reading.sections)
    people = dict(reading.people)
    for section in _DIVIDED:
        if section in sections:
            part = _part(sections[section], name, others)
            if part is not sections[section]:
                sections[section] = part
                people[section] = People(part.text, defendants=reading.defendants)
    return replace(reading, sections=sections, people=people, charges=frozenset({name}))


def _part(section: View, charge: str, others: frozenset[str]) -> View:
    mine, theirs = _pattern(frozenset({charge})), _pattern(others)
    dropped: list[tuple[int, int]] = []
    elsewhere = False
    for match in _SENTENCE.finditer(section.text):
        if mine.search(match[0]):
            elsewhere = False
        elif theirs.search(match[0]):
            elsewhere = True
        if elsewhere and match.end() > match.start():
            dropped.append(match.span())
    # when nothing is left the text is not divided by charge, and the whole is the best that can be read
    kept = len(section.text) - sum(end - start for start, end in dropped)
    return section.without(dropped) if dropped and kept > 0 else section


@lru_cache(maxsize=512)
def _pattern(charges: frozenset[str]) -> re.Pattern:
    words = sorted({word for charge in charges for word in act_words(charge)}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")
