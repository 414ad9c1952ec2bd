"""The reasons of ``quarantine.yaml``: why a record was set aside, in words for its reader."""

from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.packaged import read_yaml


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A cause, what it means and what to do about it; ``duplicate`` when an equal record is kept in its stead."""

    code: str
    zh: str
    en: str
    todo_zh: str
    todo_en: str
    duplicate: bool = False


@lru_cache(maxsize=1)
def reasons() -> dict[str, Reason]:
    """Return every reason by its code."""
    content = read_yaml("judgments", "quarantine.yaml")
    return {code: Reason(code=code, **entry) for code, entry in content.items()}
