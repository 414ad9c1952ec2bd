"""A step of a computation of the law, so that a sheet can print how a result came about."""

from dataclasses import dataclass
from fractions import Fraction

Interval = tuple[Fraction | None, Fraction | None]
"""The least and the most, in months unless said otherwise; None is not known, or no bound."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied to an interval.

    ``rule`` is told to a judge; ``article`` is what it rests on; ``before`` and ``after`` are the interval around it;
    ``factor`` is the fact or circumstance that called for it and ``span`` the per cent applied; ``note`` says what was
    left open; ``source`` are keys of ``sources.yaml``.
    """

    rule: str
    article: str
    before: Interval
    after: Interval
    factor: str | None = None
    span: tuple[int, int] | None = None
    note: str | None = None
    source: tuple[str, ...] = ()
