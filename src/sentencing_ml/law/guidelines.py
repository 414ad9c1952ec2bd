"""The sentencing guidelines (量刑指导意见), and from when they hold."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Annotated, Any

from pydantic import Field

from sentencing_ml.law._data import Date, Dated, LawDataError, Row, keys, load, parsed, raise_all
from sentencing_ml.law.exact import Fraction


class Guideline(Dated):
    """A guideline: title and number as cited, when it holds; ``trial_until`` where it was issued for a trial period."""

    title: str
    number: str
    trial_until: Date | None = None
    note: str | None = None
    panel_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    source: Annotated[tuple[str, ...], Field(min_length=1)]
    verified: bool = True

    @cached_property
    def panel(self) -> tuple[Fraction, Fraction]:
        """What the court may multiply a result with, at least and at most, in exact numbers."""
        share = Fraction(str(self.panel_share))
        return 1 - share, 1 + share


class _File(Row):
    guidelines: Mapping[str, Guideline]


@lru_cache(maxsize=1)
def guidelines() -> Mapping[str, Guideline]:
    """Read ``guidelines.yaml``; raises LawDataError with every fault at once."""
    return build(load("guidelines.yaml"), sources=keys("sources"))


def build(content: Any, *, sources: Iterable[str]) -> Mapping[str, Guideline]:
    """Check the content of ``guidelines.yaml`` and return it typed; raises LawDataError with every fault at once."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="guidelines.yaml: ")
    known = set(sources)
    for id, entry in file.guidelines.items() if file else ():
        problems += [f"guidelines.yaml: {id}: unknown source {key}" for key in entry.source if key not in known]
    raise_all(problems, error=LawDataError, heading="guidelines.yaml cannot be used:")
    return file.guidelines
