"""What the law answers to input it cannot take: what is wrong, the article that says why, and what to do."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from sentencing_ml.law._data import Date, LawDataError, Row, StrictInt, load, parsed, raise_all


class Edition(Row):
    """The edition of the law data: revision, the day to which they are current, the first day of the code."""

    version: StrictInt
    current_to: Date
    code_from: Date


_FILLED = {"value", "other", "near"}


def _fillable(text: str) -> str:
    """Return ``text``; raises ValueError where it asks for more than :meth:`Problem.of` fills in."""
    unknown = sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None} - _FILLED)
    if unknown:
        raise ValueError(f"nothing fills in {', '.join(f'{{{name}}}' for name in unknown)}")
    return text


_Text = Annotated[str, Field(min_length=1), AfterValidator(_fillable)]


class _Entry(Row):
    what: _Text
    article: _Text
    why: _Text
    do: _Text


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
        told = _Filled({name: value or "—" for name, value in values.items()})
        filled = {key: text.format_map(told) for key, text in entry.model_dump().items()}
        return cls(id=id, **filled)

    def __str__(self) -> str:
        return f"{self.what}（{self.article}：{self.why}）。{self.do}。"


class _Filled(dict):
    def __missing__(self, key: str) -> str:
        return "—"


@lru_cache(maxsize=1)
def edition() -> Edition:
    """Read ``edition.yaml``; raises LawDataError with every fault at once."""
    return build_edition(load("edition.yaml"))


def build_edition(content: Any) -> Edition:
    """Check the content of ``edition.yaml`` and return it typed; raises LawDataError with every fault at once."""
    problems: list[str] = []
    found = parsed(Edition, content, problems=problems, where="edition.yaml: ")
    raise_all(problems, error=LawDataError, heading="edition.yaml cannot be used:")
    return found


def code_from() -> datetime.date:
    """Return the first day of the present code (刑法452)."""
    return edition().code_from


@lru_cache(maxsize=1)
def _entries() -> Mapping[str, _Entry]:
    return build(load("problems.yaml"))


def build(content: Any) -> Mapping[str, _Entry]:
    """Check the content of ``problems.yaml`` and return it typed; raises LawDataError with every fault at once."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="problems.yaml: ")
    raise_all(problems, error=LawDataError, heading="problems.yaml cannot be used:")
    return file.problems
