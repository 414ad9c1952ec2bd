"""Measures of an offence other than money: land, timber, plants, animals, hours held and papers, each in its unit.

``terms.yaml`` says, under ``quantities``, in which units a text gives each, beside which words a figure is it and beside
which it is something else. Of the figures of a section the value is a stated total, else the sum of the items of one
sentence, else the largest; a figure told again in another unit is one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import Quantity
from sentencing_ml.factors.terms import quantities as measured
from sentencing_ml.judgments.numerals import NUMBER, parse_number

_TOTAL = re.compile(r"共计?(?!同|犯|谋)|合计|总计|累计|总(?:面积|蓄积|材积|数)|计$")
# a rate, an item's number, a limit of the law
_NO_FIGURE = re.compile(r"(?:每|第|不足|不满|未满|超过|达到)$")
_LIMIT_BEHIND = re.compile(r"以上|以下|以内|不满|/|的标准")
_PART = re.compile(r"其中[^，。；]{0,16}$")
# 野兔2只，麂子3只; 一头野猪，两只麂子
_NEXT_ITEM = re.compile(r"(?:（[^）]{0,20}）|\([^)]{0,20}\))?[^，。；、（）()]{0,6}[，、和及][^，。；、\d其将后经再又]{0,10}")
_ITEM_MARKS = "，。；：、及和与（）()"
_LIST_MARKS = "、及和与"
_ITEM_END = re.compile(f"[{_ITEM_MARKS}]")
_CLAUSE_MARKS = "，。；："
_SAME = 0.03  # a figure converted into another unit, or added up from rounded items, differs by less
_BEFORE = 40  # characters before a figure in which a word may say what it is
_NEAR = 16
_CLOSE = 8
_BEHIND = 12
_SENTENCE = 600


@dataclass(frozen=True, slots=True)
class _Figure:
    """A value and its span; ``total``: it is said to be all, ``part``: of another figure."""

    value: float
    start: int
    end: int
    total: bool
    part: bool


def quantities(reading: Reading) -> Iterator[Finding]:
    """Yield the measures that belong to the charges, each for the defendants of whom its figures speak."""
    for quantity in measured():
        if not registry().factors[quantity.factor].belongs_to(reading.charges):
            continue
        missing = set(reading.everyone)
        for name, section in reading.views("findings", "charges", "opinion"):
            if not missing or not any(unit in section.text for unit in quantity.units):
                continue
            figures = _figures(section.text, quantity)
            for person in sorted(missing) if figures else ():
                mine = [figure for figure in figures if person in reading.people[name].at(figure.start)]
                if not mine:
                    continue
                value, rule, shown = _value(section.text, mine, adds=quantity.adds)
                yield reading.finding(
                    quantity.factor, value, rule=f"{quantity.factor}.{rule}", section=name, start=shown.start, end=shown.end,
                    people={person},
                )  # fmt: skip
                missing.discard(person)


@lru_cache(maxsize=64)
def _pattern(units: tuple[str, ...]) -> re.Pattern:
    written = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    # 0。8824公顷: a misprinted point, of which the rest is no figure
    return re.compile(rf"(?<![\d.第])(?<!\d。)(?P<number>{NUMBER})(?P<scale>[百千万]?)[余多]?(?P<unit>{written})")


def _figures(text: str, quantity: Quantity) -> list[_Figure]:
    """Return the figures of a section that are the quantity: of those the words of ``first`` stand by, if there are any."""
    found: list[_Figure] = []
    ranks: list[int] = []
    for match in _pattern(tuple(quantity.units)).finditer(text):
        value = _read(match, quantity.units)
        if value is None or not 0 < value <= quantity.most or _LIMIT_BEHIND.match(text, match.end()):
            continue
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        before = before[max(before.rfind("。"), before.rfind("；")) + 1 :]
        clause = _behind_last(before, _CLAUSE_MARKS)
        behind = text[match.end() : match.end() + _BEHIND]
        behind = behind[: min((place for mark in _CLAUSE_MARKS if (place := behind.find(mark)) >= 0), default=_BEHIND)]
        thing = _ITEM_END.split(behind)[0]
        item = f"{_behind_last(clause, _ITEM_MARKS)[-_CLOSE:]}|{thing[:_CLOSE]}"
        if _NO_FIGURE.search(before) or (quantity.never is not None and quantity.never.search(item)):
            continue
        if quantity.of is not None and not quantity.of.search(f"{before}|{behind}"):
            continue
        near = f"{_behind_last(clause, _LIST_MARKS)[-_NEAR:]}|{thing[:_CLOSE]}"
        ranks.append(next((rank for rank, words in enumerate(quantity.first) if words.search(near)), len(quantity.first)))
        found.append(
            _Figure(
                value=value,
                start=match.start(),
                end=match.end(),
                total=_TOTAL.search(clause[-_NEAR:]) is not None,
                part=_PART.search(clause) is not None,
            )
        )
    return [figure for figure, rank in zip(found, ranks, strict=True) if rank == min(ranks)]


def _behind_last(text: str, marks: str) -> str:
    return text[max(text.rfind(mark) for mark in marks) + 1 :]


def _read(match: re.Match, units: dict[str, float]) -> float | None:
    try:
        return round(parse_number(match["number"] + match["scale"]) * units[match["unit"]], 4)
    except ValueError:
        return None


def _value(text: str, figures: list[_Figure], *, adds: bool) -> tuple[float, str, _Figure]:
    """Return the value of some figures, the rule that gives it, and the figure to show."""
    totals = [figure if not adds else _with_list(text, figure, figures) for figure in figures if figure.total]
    if totals:
        shown = max(totals, key=lambda figure: figure.value)
        return shown.value, "total", shown
    largest = max(figures, key=lambda figure: figure.value)
    best = (largest.value, "largest", largest)
    for some in _by_sentence(text, figures) if adds else ():
        items = _distinct(text, some)
        together = round(sum(item.value for item in items), 4)
        # one of them that is as much as the others together is their total
        of_others = len(items) > 2 and abs(2 * max(item.value for item in items) - together) <= _SAME * together
        if together > best[0] and not of_others:
            best = (together, "sum", items[0])
    return best


def _with_list(text: str, total: _Figure, figures: list[_Figure]) -> _Figure:
    """Return a total with what follows it in one list (共捕获斑鸠1只、麻雀14只), unless it is made up of that."""
    more, end = 0.0, total.end
    for figure in figures:
        if figure.start >= end and _NEXT_ITEM.fullmatch(text, end, figure.start):
            more, end = more + figure.value, figure.end
    if abs(more - total.value) <= _SAME * total.value:
        return total
    return replace(total, value=round(total.value + more, 4))


def _by_sentence(text: str, figures: list[_Figure]) -> Iterator[list[_Figure]]:
    some: dict[int, list[_Figure]] = {}
    for figure in figures:
        if not figure.part:
            start = text.rfind("。", max(0, figure.start - _SENTENCE), figure.start)
            some.setdefault(start, []).append(figure)
    return iter(some.values())


def _distinct(text: str, figures: list[_Figure]) -> list[_Figure]:
    """Return the figures without those told again (5.8公顷（87亩）, 该8张); of one list equal ones are two (各一枚、一枚)."""
    kept: list[_Figure] = []
    end = 0
    for figure in figures:
        again = any(abs(one.value - figure.value) <= _SAME * figure.value for one in kept)
        if not again or _NEXT_ITEM.fullmatch(text, end, figure.start):
            kept.append(figure)
        end = figure.end
    return kept
