"""Conditions of the law over the facts of a case, with three answers: yes, no, and not known.

A condition is written in the data as a lawyer would note it::

    burglary                          a yes-or-no fact
    deaths >= 2                       a number: >=, >, <=, <, =
    role = 从犯                       a category; role = 从犯|胁从犯 for several
    amount_yuan reaches huge          a threshold of the charge (see thresholds); reaches 0.5 huge is half of it
    all: [...]  any: [...]  not: ...  put together

A fact that is null is not known, never false; ``any`` is yes as soon as one part is, ``all`` no as soon as one part is
no (Kleene's logic). What is missing names the facts that could still decide.
"""

import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

Facts = Mapping[str, Any]
"""The facts of a count by the name of the fact; a name that is absent, or None, is not known."""

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}
_NUMBER = re.compile(r"([a-z_0-9]+) *(>=|<=|>|<|=) *(-?\d+(?:\.\d+)?)")
_CATEGORY = re.compile(r"([a-z_0-9]+) *= *([^\s<>=]+)")
_REACHES = re.compile(r"([a-z_0-9]+) reaches (?:(\d+(?:\.\d+)?) )?([a-z_0-9]+)")
_NAME = re.compile(r"[a-z_0-9]+")


class Answer(NamedTuple):
    """``truth`` True, False, or None for not known; ``missing`` names the facts that could still decide."""

    truth: bool | None
    missing: tuple[str, ...] = ()


YES, NO = Answer(True), Answer(False)

Reaches = Callable[[Facts, str, str, float], Answer]
"""(facts, fact, threshold, times) → whether the fact reaches ``times`` the threshold."""

Condition = Callable[[Facts, Reaches], Answer]


def condition(written: Any) -> Condition:
    """Compile a condition as it stands in the data.

    Raises
    ------
    ValueError
        It is written in none of the forms above.
    """
    if isinstance(written, Mapping) and len(written) == 1:
        ((word, parts),) = written.items()
        if word == "not":
            return _negated(condition(parts))
        if word in {"all", "any"} and isinstance(parts, list) and parts:
            compiled = tuple(condition(part) for part in parts)
            return _every(compiled) if word == "all" else _some(compiled)
    if isinstance(written, str):
        text = written.strip()
        if found := _REACHES.fullmatch(text):
            return _reaches(found[1], found[3], float(found[2] or 1))
        if found := _NUMBER.fullmatch(text):
            return _number(found[1], _COMPARE[found[2]], float(found[3]))
        if found := _CATEGORY.fullmatch(text):
            return _category(found[1], frozenset(found[2].split("|")))
        if _NAME.fullmatch(text):
            return _fact(text)
    raise ValueError("is no condition (a fact, a comparison, all, any or not)")


def facts_of(written: Any) -> frozenset[str]:
    """Return the names of the facts that a condition asks for."""
    if isinstance(written, Mapping):
        parts = next(iter(written.values()))
        return frozenset().union(*map(facts_of, parts if isinstance(parts, list) else [parts]))
    return frozenset({_NAME.match(written.strip())[0]})


def thresholds_of(written: Any) -> frozenset[str]:
    """Return the names of the thresholds that a condition refers to."""
    if isinstance(written, Mapping):
        parts = next(iter(written.values()))
        return frozenset().union(*map(thresholds_of, parts if isinstance(parts, list) else [parts]))
    found = _REACHES.fullmatch(written.strip())
    return frozenset() if found is None else frozenset({found[3]})


def leaves(written: Any) -> Iterator[str]:
    """Yield the single facts and comparisons of a condition."""
    if isinstance(written, Mapping):
        parts = next(iter(written.values()))
        for part in parts if isinstance(parts, list) else [parts]:
            yield from leaves(part)
    else:
        yield written.strip()


class Bound(NamedTuple):
    """What a number is compared with in a part of a condition: ``number`` times ``threshold``, or the number alone."""

    compare: str
    number: float
    threshold: str | None = None


def bound_of(leaf: str) -> Bound | None:
    """Return the bound in a part of a condition (:func:`leaves`); None where it compares no number."""
    if found := _REACHES.fullmatch(leaf):
        return Bound(">=", float(found[2] or 1), found[3])
    if found := _NUMBER.fullmatch(leaf):
        return Bound(found[2], float(found[3]))
    return None


def _fact(name: str) -> Condition:
    unknown = Answer(None, (name,))

    def ask(facts: Facts, reaches: Reaches) -> Answer:
        value = facts.get(name)
        return unknown if value is None else YES if value else NO

    return ask


def _number(name: str, compare: Callable[[Any, Any], bool], bound: float) -> Condition:
    unknown = Answer(None, (name,))

    def ask(facts: Facts, reaches: Reaches) -> Answer:
        value = facts.get(name)
        return unknown if value is None else YES if compare(value, bound) else NO

    return ask


def _category(name: str, levels: Collection[str]) -> Condition:
    unknown = Answer(None, (name,))

    def ask(facts: Facts, reaches: Reaches) -> Answer:
        value = facts.get(name)
        return unknown if value is None else YES if value in levels else NO

    return ask


def _reaches(name: str, threshold: str, times: float) -> Condition:
    def ask(facts: Facts, reaches: Reaches) -> Answer:
        return reaches(facts, name, threshold, times)

    return ask


def _negated(part: Condition) -> Condition:
    def ask(facts: Facts, reaches: Reaches) -> Answer:
        answer = part(facts, reaches)
        return answer if answer.truth is None else NO if answer.truth else YES

    return ask


def _every(parts: tuple[Condition, ...]) -> Condition:
    def ask(facts: Facts, reaches: Reaches) -> Answer:
        missing: tuple[str, ...] = ()
        for part in parts:
            truth, more = part(facts, reaches)
            if truth is False:
                return NO
            missing += more if truth is None else ()
        return Answer(None, missing) if missing else YES

    return ask


def _some(parts: tuple[Condition, ...]) -> Condition:
    def ask(facts: Facts, reaches: Reaches) -> Answer:
        missing: tuple[str, ...] = ()
        for part in parts:
            truth, more = part(facts, reaches)
            if truth is True:
                return YES
            missing += more if truth is None else ()
        return Answer(None, missing) if missing else NO

    return ask
