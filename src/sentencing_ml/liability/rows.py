"""The inputs of some counts, taken apart once: what the student reads, and what is kept from it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sentencing_ml.liability.design import fact_matrix, offender_columns, offender_matrix
from sentencing_ml.liability.rules import formula_log_ratio, rule_track


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The inputs of some counts, row by row the same index.

    ``facts`` and ``offender`` are the matrices of :mod:`design`, ``track`` the columns of :mod:`rules`, ``charge`` the
    canonical charge, ``formula`` the guideline's ln(declared ÷ neutral) for what is known of the offender.
    """

    facts: pd.DataFrame
    offender: pd.DataFrame
    track: pd.DataFrame
    charge: pd.Series
    formula: pd.Series

    def offender_unknown(self) -> pd.Series:
        """Return for which rows nothing of the offender is observable; the level of a category is none of it."""
        return self.offender[offender_flags()].isna().all(axis=1)

    def take(self, mask: np.ndarray) -> "Rows":
        """Return the rows of a boolean mask."""
        return Rows(
            facts=self.facts[mask],
            offender=self.offender[mask],
            track=self.track[mask],
            charge=self.charge[mask],
            formula=self.formula[mask],
        )


def offender_flags() -> list[str]:
    """Return the columns of the offender matrix that are factors of their own."""
    return [column.name for column in offender_columns() if column.name == column.factor]


def prepare(frame: pd.DataFrame, *, dated: bool = False) -> Rows:
    """Take the counts of a factor table apart, keeping their index; no outcome column is read.

    ``dated`` puts past cases, from which a model learns, under the law of their own day; see :func:`rules.rule_track`.
    """
    return Rows(
        facts=fact_matrix(frame),
        offender=offender_matrix(frame),
        track=rule_track(frame, dated=dated),
        charge=frame["charge_group"],
        formula=formula_log_ratio(frame),
    )
