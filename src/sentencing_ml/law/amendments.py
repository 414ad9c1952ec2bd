"""The amendments of 刑法 by the day on which they took effect (``amendments.yaml``)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field

from sentencing_ml.law._data import Date, LawDataError, Row, keys, load, parsed, raise_all

_Text = Annotated[str, Field(min_length=1)]


class Article(Row):
    """An article of 刑法 that an amendment touched, and how."""

    article: _Text
    what: _Text


class Amendment(Row):
    """An amendment; ``short`` is how charges refer to it."""

    name: _Text
    short: _Text
    effective_from: Date = Field(alias="from")
    articles: Annotated[tuple[Article, ...], Field(min_length=1)]
    source: Annotated[tuple[str, ...], Field(min_length=1)]
    verified: bool = True


class _File(Row):
    amendments: tuple[Amendment, ...]


@lru_cache(maxsize=1)
def amendments() -> tuple[Amendment, ...]:
    """Read ``amendments.yaml``; raises LawDataError with every fault at once."""
    return build(load("amendments.yaml"), sources=keys("sources"))


def build(content: Any, *, sources: Iterable[str]) -> tuple[Amendment, ...]:
    """Check the content of ``amendments.yaml`` and return it by date; raises LawDataError with every fault at once."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="amendments.yaml: ")
    known, rows = set(sources), file.amendments if file else ()
    for number, entry in enumerate(rows):
        where = f"amendments.yaml: {entry.name}"
        problems += [f"{where}: unknown source {key}" for key in entry.source if key not in known]
        for label, taken in (
            ("name", entry.name in {other.name for other in rows[:number]}),
            ("short", entry.short in {other.short for other in rows[:number]}),
        ):
            if taken:
                problems.append(f"{where}: {label} {getattr(entry, label)} is used twice")
    raise_all(problems, error=LawDataError, heading="amendments.yaml cannot be used:")
    return tuple(sorted(rows, key=lambda entry: entry.effective_from))
