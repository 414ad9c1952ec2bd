"""The sentencing guidelines (量刑指导意见), and from when they hold."""

from collections.abc import Mapping
from functools import lru_cache

from sentencing_ml.law._data import Date, Dated, Row, load


class Guideline(Dated):
    """A guideline: title and number as cited, when it holds; ``trial_until`` where it was issued for a trial period."""

    title: str
    number: str
    trial_until: Date | None = None
    note: str | None = None
    panel_share: float | None = None
    source: tuple[str, ...]
    verified: bool = True


class _File(Row):
    guidelines: Mapping[str, Guideline]


@lru_cache(maxsize=1)
def guidelines() -> Mapping[str, Guideline]:
    """Read ``guidelines.yaml``."""
    return _File.model_validate(load("guidelines.yaml")).guidelines
