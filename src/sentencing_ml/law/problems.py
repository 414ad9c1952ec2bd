"""What the law answers to input it cannot take: what is wrong, the article that says why, and what to do."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.law._data import Date, Row, StrictInt, load


class Edition(Row):
    """The edition of the law data: revision, the day to which they are current, the first day of the code."""

    version: StrictInt
    current_to: Date
    code_from: Date


class _Entry(Row):
    what: str
    article: str
    why: str
    do: str


class _File(Row):
    problems: Mapping[str, _Entry]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the input: ``id``, what is wrong, the article, why, and what to do."""

    id: str
    what: str
    article: str
    why: str
    do: str

    @classmethod
    def of(cls, id: str, **values: str) -> "Problem":
        """Return the problem of that id in ``problems.yaml`` with ``values`` filled in."""
        entry = _entries()[id]
        filled = {key: text.format_map(_Filled(values)) for key, text in entry.model_dump().items()}
        return cls(id=id, **filled)

    def __str__(self) -> str:
        return f"{self.what}（{self.article}：{self.why}）。{self.do}。"


class _Filled(dict):
    def __missing__(self, key: str) -> str:
        return "—"


@lru_cache(maxsize=1)
def edition() -> Edition:
    """Read ``edition.yaml``."""
    return Edition.model_validate(load("edition.yaml"))


def code_from() -> datetime.date:
    """Return the first day of the present code (刑法452)."""
    return edition().code_from


@lru_cache(maxsize=1)
def _entries() -> Mapping[str, _Entry]:
    return _File.model_validate(load("problems.yaml")).problems
