"""The facts of one count: the part of a document that tells of one charge and not of another.

Findings of several crimes are told one after the other, under headings (一、盗窃事实), as numbered items, or sentence by
sentence. Where headings name the charges they divide the text; else a sentence belongs to the charges whose act it tells
or names, clause by clause when it tells of several, and one that tells none goes on about the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import act_words
from sentencing_ml.judgments.view import View
from sentencing_ml.law.charges import canonical

_DIVIDED = ("charges", "findings", "evidence", "opinion")
_SENTENCE = re.compile(r"[^。；;]*[。；;]?")
_CLAUSE = re.compile(r"[^，：:。；;]*[，：:。；;]?")
# A numbered title and the title itself: it ends in one of these words, or the date of the first act follows it.
_TITLE = re.compile(
    r"(?:(?<=[。；：:，])|^)(?:[(（]?[一二三四五六七八九十]{1,3}[)）、]|\d{1,2}[、．.]|第[一二三四五六七八九十]{1,3}[、部])(?P<title>[^，。；：:]{2,36}?)"
    r"(?:的?(?:犯罪)?(?:事实|部分|行为)|罪(?!犯罪)|[：:。]|(?=[12]\d{3}年))"
)
_NAME = 8  # characters of a title that may follow the word of the charge: 诈骗被害人王某


@dataclass(frozen=True, slots=True)
class _Words:
    """What tells the acts of the charges of a case: one pattern, and the charges of each word."""

    pattern: re.Pattern
    charges: dict[str, frozenset[str]]

    def told(self, text: str) -> frozenset[str]:
        """Return the charges of which ``text`` tells; of words that begin at one place the longest counts."""
        return frozenset().union(*(self.charges[match[0]] for match in self.pattern.finditer(text)))


def about(reading: Reading, charge: str) -> Reading:
    """Return the reading narrowed to ``charge``: without what tells of other charges alone."""
    name = canonical(charge) or charge
    words = _words(reading.charges | {name})
    sections = dict(reading.sections)
    people = dict(reading.people)
    for section in _DIVIDED:
        if section in sections:
            part = _part(sections[section], name, words)
            if part is not sections[section]:
                sections[section] = part
                people[section] = People(part.text, defendants=reading.defendants)
    return replace(reading, sections=sections, people=people, charges=frozenset({name}))


def _part(section: View, charge: str, words: _Words) -> View:
    text = section.text
    headings = list(_headings(text, words))
    told = frozenset().union(*(charges for _, charges in headings))
    if len(told) > 1:
        dropped = _between(headings, charge, len(text)) if charge in told else []
    else:
        dropped = list(_elsewhere(text, charge, words))
    # when nothing is left the text is not divided by charge, and the whole is the best that can be read
    kept = len(text) - sum(end - start for start, end in dropped)
    return section.without(dropped) if dropped and kept > 0 else section


def _headings(text: str, words: _Words) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield where the title of a part that names a charge stands, and of which charges it tells."""
    for match in _TITLE.finditer(text):
        named = list(words.pattern.finditer(match["title"]))
        if named and len(match["title"]) - named[-1].end() <= _NAME:
            yield match.start(), words.charges[named[-1][0]]


def _between(headings: list[tuple[int, frozenset[str]]], charge: str, length: int) -> list[tuple[int, int]]:
    """Return the parts under headings of other charges."""
    ends = [start for start, _ in headings[1:]] + [length]
    return [(start, end) for (start, told), end in zip(headings, ends, strict=True) if charge not in told]


def _elsewhere(text: str, charge: str, words: _Words) -> Iterator[tuple[int, int]]:
    """Yield the sentences, and clauses of mixed sentences, that tell of other charges."""
    elsewhere = False
    for sentence in _SENTENCE.finditer(text):
        told = words.told(sentence[0])
        if charge in told and len(told) > 1:
            elsewhere = False
            for clause in _CLAUSE.finditer(text, *sentence.span()):
                told = words.told(clause[0])
                if told:
                    elsewhere = charge not in told
                if elsewhere and clause.end() > clause.start():
                    yield clause.span()
            continue
        if told:
            elsewhere = charge not in told
        if elsewhere and sentence.end() > sentence.start():
            yield sentence.span()


@lru_cache(maxsize=512)
def _words(charges: frozenset[str]) -> _Words:
    owners: dict[str, set[str]] = {}
    for charge in charges:
        for word in act_words(charge):
            owners.setdefault(word, set()).add(charge)
    ordered = sorted(owners, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
    return _Words(pattern=pattern, charges={word: frozenset(names) for word, names in owners.items()})
