"""The inputs of some counts, taken apart once: what the student reads, and what is kept from it."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
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

    def offender_observed(self) -> np.ndarray:
        """Return for which rows every factor of the offender is known to be there or not."""
        return self.offender[offender_flags()].notna().all(axis=1).to_numpy()

    def take(self, places: np.ndarray) -> "Rows":
        """Return the rows at the places (numbers, or a boolean mask)."""
        return Rows(
            facts=self.facts.iloc[places],
            offender=self.offender.iloc[places],
            track=self.track.iloc[places],
            charge=self.charge.iloc[places],
            formula=self.formula.iloc[places],
        )

    def at_reference(self) -> "Rows":
        """Return the rows with no factor of the offender, and with nothing known of those not wholly observable."""
        level = np.where(self.offender_observed(), 0.0, np.nan)[:, None]
        offender = pd.DataFrame(
            np.broadcast_to(level, self.offender.shape), index=self.offender.index, columns=self.offender.columns
        )
        return replace(self, offender=offender, formula=self.formula * 0.0)


def read_columns(*, offender: bool) -> list[str]:
    """Return the columns of a factor table that :func:`prepare` reads; those of the offender when asked for."""
    factors = [factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())]
    own = [column.factor for column in offender_columns() if column.factor is not None] if offender else []
    return list(dict.fromkeys(["charge_group", "judgment_date", *factors, *own]))


def offender_flags() -> list[str]:
    """Return the columns of the offender matrix that are factors of their own."""
    return [column.name for column in offender_columns() if column.name == column.factor]


def prepare(frame: pd.DataFrame, *, dated: bool = False) -> Rows:
    """Take the counts of a factor table apart, keeping their index; no outcome column is read.

    ``dated`` puts past cases, from which a model learns, under the law of their own day; see :func:`rules.rule_track`.
    """
    offender = offender_matrix(frame)
    return Rows(
        facts=fact_matrix(frame),
        offender=offender,
        track=rule_track(frame, dated=dated),
        charge=frame["charge_group"],
        formula=formula_log_ratio(frame, offender),
    )
