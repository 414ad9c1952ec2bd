"""A step of a computation of the law, so that a sheet can print how a result came about."""

from typing import NamedTuple

from sentencing_ml.law.exact import Fraction

Interval = tuple[Fraction | None, Fraction | None]
"""The least and the most, in months unless said otherwise; None is not known, or no bound."""


class Step(NamedTuple):
    """One rule applied to an interval.

    ``rule`` is told to a judge; ``article`` is what it rests on; ``before`` and ``after`` are the interval around it;
    ``factor`` is the fact or circumstance that called for it, ``span`` its evidence (start and end in the stored text),
    ``ratio`` the least and the most share of the base sentence applied; ``note`` says what was left open; ``source``
    are keys of ``sources.yaml``.
    """

    rule: str
    article: str
    before: Interval
    after: Interval
    factor: str | None = None
    span: tuple[int, int] | None = None
    ratio: tuple[Fraction, Fraction] | None = None
    note: str | None = None
    source: tuple[str, ...] = ()


def words(months: Fraction | int | None) -> str:
    """Say months as a judgment does: 42 → ``3年6个月``; what is not known, or has no bound, is a dash."""
    if months is None:
        return "—"
    years, rest = divmod(Fraction(months), 12)
    parts = [f"{years}年"] if years else []
    parts += [f"{float(rest):g}个月"] if rest or not years else []
    return "".join(parts)


def range_words(bounds: Interval) -> str:
    """Say an interval of months: ``3年至4年6个月``, or one term where both ends are the same."""
    low, high = bounds
    return words(low) if low == high else f"{words(low)}至{words(high)}"
