"""Exact fractions: those of GMP, with which a rule track takes a quarter less time than with the standard library's."""

from gmpy2 import mpq as Fraction

__all__ = ["Fraction"]
