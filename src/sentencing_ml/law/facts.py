"""The vocabulary of facts that the law data ask for, and the check of their values."""

import datetime
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import StrictInt, model_validator

from sentencing_ml.law._data import LawDataError, Row, load, parsed, raise_all
from sentencing_ml.law.conditions import Facts
from sentencing_ml.law.problems import Problem

_NUMBERS = (int, float)
_NAME = re.compile(r"[a-z_0-9]+")
_EQUALS = re.compile(r"[a-z_0-9]+ *= *[^\s<>=]+")
_COMPARED = re.compile(r"[a-z_0-9]+ *(?:(?:>=|<=|>|<|=) *-?\d+(?:\.\d+)?|reaches .+)")


class Fact(Row):
    """A fact: its Chinese name, type, unit, the least and the most it can be, and the levels of a category.

    ``asked``: extraction does not read it from a judgment; only a user can tell it. ``implies``: by level of a
    category, the counts that follow from it where nothing else is told; a count that other levels imply is then 0.
    """

    zh: str
    type: Literal["boolean", "number", "count", "category", "text"]
    unit: str | None = None
    levels: tuple[str, ...] = ()
    least: float = 0.0
    most: float | None = None
    asked: bool = False
    implies: Mapping[str, Mapping[str, StrictInt]] = {}

    @model_validator(mode="after")
    def _whole(self) -> "Fact":
        if (self.type == "category") != bool(self.levels):
            raise ValueError("a category, and only a category, lists its levels")
        if self.most is not None and self.least > self.most:
            raise ValueError(f"{self.least:g}–{self.most:g} is no range")
        if unknown := sorted(set(self.implies) - set(self.levels)):
            raise ValueError(f"implies: there is no level {'、'.join(unknown)}")
        return self


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Fact]:
    """Read ``facts.yaml``; raises LawDataError with every fault at once."""
    return build(load("facts.yaml"))


def build(content: Any) -> Mapping[str, Fact]:
    """Check the content of ``facts.yaml`` and return it typed; raises LawDataError with every fault at once."""
    facts, problems = read(content)
    raise_all(problems, error=LawDataError, heading="facts.yaml cannot be used:")
    return facts


def read(content: Any) -> tuple[Mapping[str, Fact], list[str]]:
    """Return what is sound in the content of ``facts.yaml``, and the faults of the rest."""
    problems: list[str] = []
    rows = content.get("facts") if isinstance(content, Mapping) else None
    if not isinstance(rows, Mapping):
        return {}, ["facts.yaml: facts: is missing"]
    problems += [f"facts.yaml: {name}: is no key of the file" for name in content if name != "facts"]
    read = {name: parsed(Fact, row, problems=problems, where=f"facts.yaml: {name} ") for name, row in rows.items()}
    facts = {name: entry for name, entry in read.items() if entry is not None}
    seen: dict[str, str] = {}
    for name, entry in facts.items():
        if (other := seen.setdefault(entry.zh, name)) != name:
            problems.append(f"facts.yaml: {name} zh: {entry.zh} is {other} already")
        for told in sorted({told for counts in entry.implies.values() for told in counts}):
            if told not in rows:
                problems.append(f"facts.yaml: {name} implies: unknown fact {told}")
            elif told in facts and facts[told].type != "count":
                problems.append(f"facts.yaml: {name} implies: {told} is no count")
    return facts, problems


def misuse(leaf: str, entry: Fact) -> str | None:
    """Return what is wrong with the use of a fact in a part of a condition (:func:`conditions.leaves`), or None."""
    name = _NAME.match(leaf)[0]
    if entry.type == "boolean":
        return None if leaf == name else f"{name} is yes or no"
    if entry.type == "category":
        wanted = leaf.partition("=")[2].strip().split("|")
        unknown = "、".join(level for level in wanted if level not in entry.levels)
        return f"{name} has no level {unknown or '(none named)'}" if unknown or leaf == name else None
    if entry.type == "text":
        return None if _EQUALS.fullmatch(leaf) else f"{name} is to be compared with a text"
    return None if _COMPARED.fullmatch(leaf) else f"{name} is to be compared with a number"


def completed(facts: Facts) -> dict[str, Any]:
    """Return the facts with those counts that follow from the level of a category and were not told."""
    result = dict(facts)
    known = vocabulary()
    for name, value in facts.items():
        entry = known.get(name)
        if entry is None or value not in entry.levels or value not in entry.implies:
            continue
        for told in dict.fromkeys(told for counts in entry.implies.values() for told in counts):
            if result.get(told) is None:
                result[told] = entry.implies[value].get(told, 0)
    return result


def fact_problems(facts: Facts) -> tuple[Problem, ...]:
    """Return what no fact can be: a negative or absurd number, or a level that does not exist.

    Names that are not in the vocabulary are not read.
    """
    problems = []
    limits = _limits()
    for name, value in facts.items():
        if value is None or name not in limits:
            continue
        least, most = limits[name]
        if value.__class__ is bool:
            if most is True:
                continue
        elif (
            value.__class__ in _NUMBERS
            and most is not True
            and least <= value <= most
            and (name in _measured() or value == int(value))
        ):
            continue
        entry = vocabulary()[name]
        if entry.type in {"number", "count"}:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
                problems.append(Problem.of("not_a_number", value=entry.zh))
            elif value < least:
                problems.append(Problem.of("below_least", value=entry.zh, other=f"{value:g}", near=f"{least:g}"))
            elif entry.type == "count" and value != int(value):
                problems.append(Problem.of("not_a_count", value=entry.zh, other=f"{value:g}"))
            elif value > most:
                problems.append(Problem.of("above_most", value=entry.zh, other=f"{value:g}", near=f"{most:g}"))
        elif entry.type == "category" and entry.levels and value not in entry.levels:
            problems.append(Problem.of("unknown_level", value=entry.zh, other=str(value), near="、".join(entry.levels)))
        elif entry.type == "text" and not isinstance(value, (str, datetime.date)):
            problems.append(Problem.of("not_a_text", value=entry.zh))
        elif entry.type == "boolean":
            problems.append(Problem.of("not_yes_or_no", value=entry.zh))
    return tuple(problems)


@lru_cache(maxsize=1)
def _limits() -> Mapping[str, tuple[float, float]]:
    """Return the least and the most of each number, (True, True) for a yes-or-no fact, and else what holds nothing."""
    bounds = {}
    for name, entry in vocabulary().items():
        if entry.type in {"number", "count"}:
            bounds[name] = (entry.least, sys.float_info.max if entry.most is None else entry.most)
        else:
            bounds[name] = (True, entry.type == "boolean")
    return bounds


@lru_cache(maxsize=1)
def _measured() -> frozenset[str]:
    """Return the numbers that need not be whole."""
    return frozenset(name for name, entry in vocabulary().items() if entry.type == "number")
