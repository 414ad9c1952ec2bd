"""The reasons of ``quarantine.yaml``: why a record was set aside, in words for its reader."""

import traceback
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.packaged import read_yaml

_PACKAGE = Path(__file__).resolve().parents[1]


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


def failure(document: Document, error: Exception) -> Quarantined:
    """Return a document on which the program itself failed, with where that was: not what it says, which may quote."""
    steps = traceback.extract_tb(error.__traceback__)
    place = next((step for step in reversed(steps) if _PACKAGE in Path(step.filename).parents), steps[-1])
    detail = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
    return Quarantined(source=document.source, record="", reason="failed", detail=detail, id=document.id)


def explanation(item: Quarantined) -> str:
    """Return why a record was set aside and what to do, in Chinese."""
    reason = reasons()[item.reason]
    return f"{reason.zh}。{reason.todo_zh}" + (f"（{item.detail}）" if item.reason == "failed" else "")
