"""What every extractor returns: a value, the rule that found it, its span, who says it, and whose it is.

A value that the text gives in a way that cannot be relied on is withheld: null, with the reason.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.packaged import read_yaml

Speaker = Literal["court", "prosecution", "defence", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A value of a factor.

    ``start:end`` is its span in the stored text; both are −1 for a value that the text shows by silence (one act).
    ``people`` are the indices of the defendants it belongs to; empty for a value of the case itself.
    """

    factor: str
    value: bool | str | float
    rule: str
    start: int
    end: int
    section: str
    speaker: Speaker
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A value that is null for a reason of ``withheld.yaml``, and whose it is (empty: the case's own)."""

    factor: str
    reason: str
    people: frozenset[int] = frozenset()


@lru_cache(maxsize=1)
def reasons() -> dict[str, str]:
    """Return what each reason for withholding a value means, by its code."""
    return {code: entry["zh"] for code, entry in read_yaml("factors", "withheld.yaml")["reasons"].items()}
