"""What every extractor returns: a value, the rule that found it, its span, who says it, and whose it is."""

from dataclasses import dataclass
from typing import Literal

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
