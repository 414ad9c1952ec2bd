"""Where the values of the law data come from (``sources.yaml``)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field

from sentencing_ml.law._data import Date, LawDataError, Row, load, parsed, raise_all


class Source(Row):
    """A source: its title, where it is published, and how near it is to the official text."""

    title: str
    place: str | None = None
    kind: Literal["primary_text_copy", "reprint", "secondary", "doctrine", "memory"]
    effective_from: Date | None = Field(default=None, alias="from")


class _File(Row):
    sources: Mapping[str, Source]


@lru_cache(maxsize=1)
def all_sources() -> Mapping[str, Source]:
    """Read ``sources.yaml``; raises LawDataError with every fault at once."""
    return build(load("sources.yaml"))


def build(content: Any) -> Mapping[str, Source]:
    """Check the content of ``sources.yaml`` and return it typed; raises LawDataError with every fault at once."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="sources.yaml: ")
    raise_all(problems, error=LawDataError, heading="sources.yaml cannot be used:")
    return file.sources
