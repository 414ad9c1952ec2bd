"""The YAML files of ``law/data``: reading, the check of their form, and the error of a file that cannot be used."""

import copy
import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
    model_validator,
)

from sentencing_ml.errors import UserError, raise_all
from sentencing_ml.packaged import read_yaml

__all__ = ["Date", "Dated", "LawDataError", "Months", "Row", "keys", "load", "parsed", "raise_all", "source_problems"]

_Parsed = TypeVar("_Parsed", bound=BaseModel)
_PAIRS = {"statute", "starting", "months", "value", "band", "usual", "ids"}  # [least, most], no entries of their own
# What an entry is called in a message: the first it has.
_NAMES = ("name", "id", "key", "form", "province", "when", "text")


class LawDataError(UserError):
    """A file of law data is inconsistent; the message lists every fault."""

    exit_code = 17


class Row(BaseModel):
    """An entry of a file: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=False)


def _day(value: Any) -> Any:
    if value is None or (isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)):
        return value
    raise ValueError("is not a date (YYYY-MM-DD)")


def _ordered(bounds: tuple) -> tuple:
    if bounds[0] > bounds[1]:
        raise ValueError(f"{bounds[0]}–{bounds[1]} is no range")
    return bounds


Date = Annotated[datetime.date, BeforeValidator(_day)]
Months = Annotated[
    tuple[Annotated[StrictInt, Field(ge=1)], Annotated[StrictInt, Field(ge=1)]], AfterValidator(_ordered)
]


class Dated(Row):
    """An entry with the first and the last day of its effect, both included; None is no bound."""

    effective_from: Date | None = Field(default=None, alias="from")
    effective_to: Date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> "Dated":
        if self.effective_from and self.effective_to and self.effective_from > self.effective_to:
            raise ValueError("ends before it begins")
        return self

    def holds(self, day: datetime.date) -> bool:
        """Whether the entry is in force on ``day``."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )

    def overlaps(self, other: "Dated") -> datetime.date | None:
        """Return the first day on which both are in force, or None."""
        start = max(self.effective_from or datetime.date.min, other.effective_from or datetime.date.min)
        end = min(self.effective_to or datetime.date.max, other.effective_to or datetime.date.max)
        return start if start <= end else None


def load(name: str) -> Any:
    """Read ``law/data/<name>``; raises LawDataError where it is missing or no YAML."""
    try:
        return read_yaml("law", f"data/{name}")
    except FileNotFoundError:
        raise LawDataError(f"{name}: is missing") from None
    except (yaml.YAMLError, ValueError) as error:
        raise LawDataError(f"{name}: is no YAML: {' '.join(str(error).split())}") from None


@lru_cache(maxsize=2)
def keys(name: str) -> frozenset[str]:
    """Return the keys of ``sources`` or ``facts``, the files that entries of the others refer to; read once."""
    return frozenset(load(f"{name}.yaml")[name])


def parsed(model: type[_Parsed], content: Any, *, problems: list[str], where: str = "") -> _Parsed | None:
    """Return ``content`` as a ``model``; append each fault as ``where, key: value: what is wrong``.

    Entries with a fault are left out of what is returned, so that the rest can still be checked against other files;
    None when nothing is left to check.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for fault in error.errors():
            path = _path(content, fault["loc"])
            message = fault["msg"].removeprefix("Value error, ")
            told = "is missing" if fault["type"] == "missing" else f"{_short(fault['input'])}: {message}"
            problems.append(f"{where}{path}: {told}")
        sound = copy.deepcopy(content)
        for location in sorted({_entry(content, fault["loc"]) for fault in error.errors()}, reverse=True):
            if location:
                _parent(sound, location).pop(location[-1])
        try:
            return model.model_validate(sound)
        except ValidationError:
            return None


def _entry(content: Any, location: tuple) -> tuple:
    """Return the place of the smallest list entry that holds a fault; empty when it is in none."""
    entry: tuple = ()
    for place, step in enumerate(location):
        if isinstance(content, list) and isinstance(step, int) and step < len(content):
            # [low, high] of a range is a list too, but no entry of its own.
            if place == 0 or location[place - 1] not in _PAIRS:
                entry = tuple(location[: place + 1])
        elif not (isinstance(content, Mapping) and step in content):
            break  # the rest names the form that was expected there
        content = content[step]
    return entry


def _parent(content: Any, location: tuple) -> list:
    for step in location[:-1]:
        content = content[step]
    return content


def _path(content: Any, location: tuple) -> str:
    """Return the keys to a fault; an entry of a list is named as its author names it, not by its number."""
    names = []
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        name = next((content[key] for key in _NAMES if key in content), step) if isinstance(content, Mapping) else step
        names.append(str(name if isinstance(step, int) else step))
    return " ".join(names)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def source_problems(where: str, entry: dict, known: set[str]) -> list[str]:
    """Return what is wrong with the sources of an entry: none named, or keys that ``sources.yaml`` does not have."""
    if not entry.get("source"):
        return [f"{where}: names no source"]
    return [f"{where}: unknown source {key}" for key in entry["source"] if key not in known]
