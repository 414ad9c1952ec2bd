"""The facts of one count: the part of a document that tells of one charge and not of another.

Findings of several crimes are told one after the other, under headings (一、盗窃事实), as numbered items, or sentence by
sentence. Where headings name the charges they divide the text; else a sentence belongs to the charges whose act it tells
or names, clause by clause when it tells of several, and one that tells none goes on about the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise

from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import act_words, harm_words, measures, scope
from sentencing_ml.judgments.numerals import fold
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
# Numbered acts: 1、 一、 （一） （1） 第一起; the second form, told by dates, where nothing is numbered.
NUMBERED = re.compile(
    r"(?:(?<=[。；：:，、])|^)(?:[(（](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|\d{1,2}(?:、|[．.](?!\d(?!\d{3}年)))|[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十\d]{1,3}[起次笔宗节])"
)
_DATED = re.compile(r"(?:(?<=[。；：])|(?<=查明，)|^)(?:同年|同月|次日|[12]\d{3}年)(?=[\d一二三四五六七八九十]{0,3}[年月日]?)")
# What sums up a sentence that tells of several charges: 抢劫财物价值4000元，盗窃财物价值3000元。涉案总价值7000元。
_OF_ALL = re.compile(r"总(?:价值|金额|数额|额)")
_NAME = 8  # characters of a title that may follow the word of the charge: 诈骗被害人王某


@dataclass(frozen=True, slots=True)
class _Words:
    """What tells the acts of the charges of a case: one pattern, and the charges of each word."""

    pattern: re.Pattern
    charges: dict[str, frozenset[str]]

    def told(self, text: str) -> frozenset[str]:
        """Return the charges of which ``text`` tells; of words that begin at one place the longest counts."""
        return frozenset().union(*(self.charges[match[0]] for match in self.pattern.finditer(text)))


def act_starts(text: str) -> list[int]:
    """Return where the acts of a narrative begin: at their numbers, or at their dates where nothing is numbered."""
    starts = [match.start() for match in NUMBERED.finditer(text)]
    return starts if len(starts) > 1 else [match.start() for match in _DATED.finditer(text)]


def about(reading: Reading, charge: str) -> Reading:
    """Return the reading narrowed to ``charge``: without what tells of other charges alone."""
    name = canonical(charge) or charge
    words = _words(reading.charges | {name})
    divided = [section for section in _DIVIDED if section in reading.sections]
    headings = {section: list(_headings(reading.sections[section].text, words)) for section in divided}
    named = frozenset().union(*(told for found in headings.values() for _, told in found))
    sections = dict(reading.sections)
    people = dict(reading.people)
    under: frozenset[str] = frozenset()
    for section in divided:
        if headings[section] and len(named) > 1 and name in named:
            dropped = _between([(0, under), *headings[section]], name, len(sections[section].text))
            if _covers(dropped, sections[section].text):
                # the whole section stands under headings of other charges
                under = headings[section][-1][1]
                del sections[section], people[section]
                continue
        else:
            dropped = list(_elsewhere(sections[section].text, name, words, reading))
            if dropped and _covers(dropped, sections[section].text) and _told_elsewhere(reading, divided, section, name, words):
                del sections[section], people[section]
                continue
        # what a heading of the findings begins may go on in the next section
        under = headings[section][-1][1] if headings[section] and section == "findings" else frozenset()
        whole = sections[section]
        part = _without(whole, dropped)
        if part is not whole:
            sections[section] = part
            place_of = partial(_place_of, part=part, whole=whole)
            people[section] = People(part.text, defendants=reading.defendants, cut_from=(people[section], place_of))
    return replace(reading, sections=sections, people=people, charges=frozenset({name}))


def _place_of(position: int, *, part: View, whole: View) -> int:
    return whole.position(part.offset(position))


def _covers(dropped: list[tuple[int, int]], text: str) -> bool:
    return sum(end - start for start, end in dropped) == len(text)


def _told_elsewhere(reading: Reading, divided: list[str], section: str, charge: str, words: _Words) -> bool:
    """Tell whether another section than ``section`` tells of the charge."""
    return any(charge in words.told(reading.sections[other].text) for other in divided if other != section)


def _without(section: View, dropped: list[tuple[int, int]]) -> View:
    # when nothing is left the text is not divided by charge, and the whole is the best that can be read
    return section.without(dropped) if dropped and not _covers(dropped, section.text) else section


def _headings(text: str, words: _Words) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield where the title of a part that names a charge stands, and of which charges it tells."""
    for match in _TITLE.finditer(text):
        named = list(words.pattern.finditer(match["title"]))
        if named and len(match["title"]) - named[-1].end() <= _NAME:
            yield match.start(), words.charges[named[-1][0]]


def _between(headings: list[tuple[int, frozenset[str]]], charge: str, length: int) -> list[tuple[int, int]]:
    """Return the parts under headings of other charges; what stands under none belongs to every charge."""
    ends = [start for start, _ in headings[1:]] + [length]
    return [
        (start, end)
        for (start, told), end in zip(headings, ends, strict=True)
        if told and charge not in told and end > start
    ]


def _elsewhere(text: str, charge: str, words: _Words, reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield the sentences, and clauses of mixed sentences, that tell of other charges; a total of all is none's."""
    elsewhere = mixed = False
    for start, end in _units(text, charge):
        told = words.told(text[start:end])
        mixed = len(told) > 1 or (mixed and not told)
        if mixed and not told and _OF_ALL.search(text, start, end):
            yield start, end
            continue
        if charge in told and len(told) > 1 and not _whole(charge):
            elsewhere = False
            for clause in _CLAUSE.finditer(text, start, end):
                told = words.told(clause[0])
                if told:
                    elsewhere = charge not in told
                if elsewhere and clause.end() > clause.start():
                    yield clause.span()
            continue
        if told:
            elsewhere = charge not in told
        if elsewhere and not (_whole(charge) and _several(text[start:end], reading)):
            yield start, end


def _several(text: str, reading: Reading) -> bool:
    """Tell whether an act names several defendants: him who took the thing, and him who received it."""
    return sum(any(fold(form) in text for form in (d.name, *d.aliases) if form) for d in reading.defendants) > 1


def _units(text: str, charge: str) -> Iterator[tuple[int, int]]:
    """Yield what is kept or left out as one: sentences, but whole acts where another's act is part of the charge."""
    if _whole(charge) and len(starts := act_starts(text)) > 1:
        yield from pairwise(sorted({0, *starts, len(text)}))
    else:
        yield from (match.span() for match in _SENTENCE.finditer(text) if match.end() > match.start())


def _whole(charge: str) -> bool:
    return any(measure.passed_on for measure in measures(frozenset({charge})))


@lru_cache(maxsize=512)
def _words(charges: frozenset[str]) -> _Words:
    owners: dict[str, set[str]] = {}
    violent = charges & scope("violence")
    for charge in charges:
        for word in (*act_words(charge), *(harm_words() if violent == {charge} else ())):
            owners.setdefault(word, set()).add(charge)
    ordered = sorted(owners, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
    return _Words(pattern=pattern, charges={word: frozenset(names) for word, names in owners.items()})
