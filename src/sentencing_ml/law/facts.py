"""The vocabulary of facts that the law data ask for, and the check of their values."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from sentencing_ml.law._data import Row, load
from sentencing_ml.law.conditions import Facts
from sentencing_ml.law.problems import Problem


class Fact(Row):
    """A fact: its Chinese name, type, unit, the least and the most it can be, and the levels of a category.

    ``asked``: extraction does not read it from a judgment; only a user can tell it.
    """

    zh: str
    type: Literal["boolean", "number", "count", "category", "text"]
    unit: str | None = None
    levels: tuple[str, ...] = ()
    least: float = 0.0
    most: float | None = None
    asked: bool = False


class _File(Row):
    facts: Mapping[str, Fact]


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Fact]:
    """Read ``facts.yaml``."""
    return _File.model_validate(load("facts.yaml")).facts


def fact_problems(facts: Facts) -> tuple[Problem, ...]:
    """Return what no fact can be: a negative or absurd number, or a level that does not exist.

    Names that are not in the vocabulary are not read.
    """
    problems = []
    known = vocabulary()
    for name, value in facts.items():
        entry = known.get(name)
        if entry is None or value is None:
            continue
        if entry.type in {"number", "count"}:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
                problems.append(Problem.of("not_a_number", value=entry.zh))
            elif value < entry.least:
                problems.append(Problem.of("below_least", value=entry.zh, other=f"{value:g}", near=f"{entry.least:g}"))
            elif entry.most is not None and value > entry.most:
                problems.append(Problem.of("above_most", value=entry.zh, other=f"{value:g}", near=f"{entry.most:g}"))
        elif entry.type == "category" and entry.levels and value not in entry.levels:
            problems.append(Problem.of("unknown_level", value=entry.zh, other=str(value), near="、".join(entry.levels)))
    return tuple(problems)
