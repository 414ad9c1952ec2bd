"""What history did with the offender's facts: the neutral label, and the expected term.

A declared term mixes the penalty of the offence with what the offender's own facts (prevention and mixed factors) took
off or added. A full model F(L, P) of the declared term, fitted across groups, tells the two apart:
``ln(1 + y) + F(L, 0) − F(L, P)`` is the label of the model that sees L alone. A charge with too few cases to learn that
from backs its label out with the guideline's own arithmetic, scaled to the data, or with a mix of both.

It rests on P being recorded where it mattered: a factor that was missed leaves its effect in the label.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from sentencing_ml.liability.boosting import (
    TermRegressor,
    checked_months,
    factor_table_tags,
    group_folds,
    prepared,
    to_text,
)
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.rules import caps

ALL = ""
"""The key of all charges together."""


class NeutralLabel(BaseEstimator):
    """The months of past counts with every factor of the offender at its neutral level.

    Parameters
    ----------
    declared
        The full model F, an unfitted :class:`TermRegressor` with ``offender=True``.
    formula_below
        Cases of a charge under which the guideline's arithmetic carries the label in proportion: the error of what F
        learns falls with the cases, that of the guideline's middle ratios does not.
    shrink_ratio_cases
        Pseudo-cases by which a charge's observed ratio is drawn to the guideline's.

    Attributes
    ----------
    labels_ : ndarray
        ln(1 + neutral months) of the training rows, each from a model that had seen no row of its group.
    declared_ : TermRegressor
        F fitted on all training rows.
    learned_ : dict
        For each charge the share of its label that comes from F.
    scale_ : dict
        For each charge what multiplies the arithmetic's log ratio, 1 where the data say nothing else.
    usual_ : dict
        For each charge the mean log ratio of the offenders whose factors are observable, and under ``""`` that of all.
    told_ : dict
        The same of what the records that tell only some factors tell, by F.
    """

    def __init__(
        self,
        *,
        declared: TermRegressor | None = None,
        formula_below: int = 1500,
        shrink_ratio_cases: float = 100.0,
    ) -> None:
        self.declared = declared
        self.formula_below = formula_below
        self.shrink_ratio_cases = shrink_ratio_cases

    def fit(
        self,
        X: pd.DataFrame | Rows,
        y: np.ndarray,
        *,
        groups: np.ndarray | None = None,
        sample_weight: np.ndarray | None = None,
    ) -> "NeutralLabel":
        """Fit F on declared months ``y``, across ``groups`` (courts, else judgments).

        Raises
        ------
        TrainingError
            As :meth:`TermRegressor.fit`.
        """
        rows, months = prepared(X, dated=True), checked_months(y)
        groups = np.arange(len(months)) if groups is None else np.asarray(groups)
        template = TermRegressor(offender=True) if self.declared is None else self.declared
        effect = np.empty(len(months))
        for others, inside in group_folds(groups):
            model = _fit(clone(template), rows, months, others, sample_weight)
            effect[inside] = offender_effect(model, rows.take(inside))
        self.declared_ = _fit(clone(template), rows, months, np.arange(len(months)), sample_weight)
        log_term, observed, pseudo = np.log1p(months), rows.offender_observed(), self.shrink_ratio_cases
        self.learned_ = learned_shares(rows.charge, formula_below=self.formula_below)
        self.scale_ = formula_scales(rows.take(observed), caps().clip(effect[observed]), pseudo_cases=pseudo)
        taken_off = log_term - self._observed_label(rows, log_term, effect)
        self.usual_ = charge_means(rows.charge[observed], taken_off[observed], pseudo_cases=pseudo)
        self.told_ = charge_means(rows.charge[~observed], effect[~observed], pseudo_cases=pseudo)
        self.labels_ = self._neutral(rows, log_term, effect)
        return self

    def neutral_log(self, X: pd.DataFrame | Rows, y: np.ndarray, *, threads: int | None = None) -> np.ndarray:
        """Return ln(1 + term) with every offender factor at its neutral level, of declared months ``y``."""
        check_is_fitted(self, "declared_")
        rows, log_term = prepared(X, dated=True), np.log1p(np.asarray(y, dtype="float64"))
        return self._neutral(rows, log_term, offender_effect(self.declared_, rows, threads=threads))

    def expected_log(
        self, X: pd.DataFrame | Rows, log_liability: np.ndarray, *, threads: int | None = None
    ) -> np.ndarray:
        """Return ln(1 + term) that history declared for such an offender, from ln(1 + liability term).

        A statistic for evaluation and hints, within the guideline's caps; never the advice.
        """
        check_is_fitted(self, "declared_")
        rows = prepared(X)
        effect = offender_effect(self.declared_, rows, threads=threads)
        by_formula = np.log1p(np.expm1(np.maximum(log_liability, 0.0)) * np.exp(self._formula_ratio(rows)))
        share = self._share(rows)
        observed = share * (log_liability + caps().clip(effect)) + (1 - share) * by_formula
        return np.where(rows.offender_observed(), observed, log_liability + self._unobserved_ratio(rows, effect))

    def _neutral(self, rows: Rows, log_term: np.ndarray, effect: np.ndarray) -> np.ndarray:
        observed = self._observed_label(rows, log_term, effect)
        return np.where(rows.offender_observed(), observed, log_term - self._unobserved_ratio(rows, effect))

    def _observed_label(self, rows: Rows, log_term: np.ndarray, effect: np.ndarray) -> np.ndarray:
        by_formula = np.log1p(np.expm1(log_term) * np.exp(-self._formula_ratio(rows)))
        share = self._share(rows)
        return share * (log_term - caps().clip(effect)) + (1 - share) * by_formula

    def _unobserved_ratio(self, rows: Rows, effect: np.ndarray) -> np.ndarray:
        """Return the log ratio of records that mention what was found and never what was not.

        The arithmetic would take what they do not tell for absent and leave its effect in the label, and no model can
        learn from them what an offender without factors gets. So they are taken for the usual offenders of their
        charge, moved by what the record tells beyond the usual record.
        """
        usual = rows.charge.map(self.usual_).astype("float64").fillna(self.usual_[ALL]).to_numpy()
        centre = rows.charge.map(self.told_).astype("float64").fillna(self.told_[ALL]).to_numpy()
        return caps().clip(usual + effect - centre)

    def _formula_ratio(self, rows: Rows) -> np.ndarray:
        scale = rows.charge.map(self.scale_).astype("float64").fillna(1.0).to_numpy()
        return caps().clip(rows.formula.to_numpy() * scale)

    def _share(self, rows: Rows) -> np.ndarray:
        return rows.charge.map(self.learned_).astype("float64").fillna(0.0).to_numpy()

    def __sklearn_tags__(self) -> Any:
        """Declare that a factor table is read, not an array of numbers, and that terms are positive."""
        return factor_table_tags(super().__sklearn_tags__())

    def as_dict(self) -> dict:
        """Return what is stored beside the text of F's trees."""
        return {
            "declared": self.declared_.as_dict(),
            "formula_below": self.formula_below,
            "shrink_ratio_cases": self.shrink_ratio_cases,
            "learned": self.learned_,
            "scale": self.scale_,
            "usual": self.usual_,
            "told": self.told_,
        }

    def text(self) -> str:
        """Return the text of F's trees."""
        return to_text(self.declared_.booster_)

    @classmethod
    def from_parts(cls, content: dict, text: str, *, threads: int = 1) -> "NeutralLabel":
        """Rebuild what :meth:`as_dict` and :meth:`text` returned; the labels of the training rows are not stored."""
        model = cls(formula_below=content["formula_below"], shrink_ratio_cases=content["shrink_ratio_cases"])
        model.declared_ = TermRegressor.from_parts(content["declared"], text, threads=threads)
        model.learned_, model.scale_ = content["learned"], content["scale"]
        model.usual_, model.told_ = content["usual"], content["told"]
        return model


def offender_effect(declared: TermRegressor, rows: Rows, *, threads: int | None = None) -> np.ndarray:
    """Return what F makes of the offender of each row: F(L, P) − F(L, reference).

    The reference is an offender without any factor. Where not every factor is observable it is one of whom nothing is
    told, since F cannot know there what no factor is worth.
    """
    found = declared.predict_log(rows, threads=threads)
    return found - declared.predict_log(rows.at_reference(), threads=threads)


def charge_means(charge: pd.Series, values: np.ndarray, *, pseudo_cases: float) -> dict[str, float]:
    """Return the mean of each charge, drawn to that of all as by ``pseudo_cases`` cases; of all under ``""``."""
    table = pd.DataFrame({"charge": charge.to_numpy(), "value": values}).dropna()
    overall = float(table["value"].mean()) if len(table) else 0.0
    groups = table.groupby("charge")["value"].agg(["sum", "size"]).sort_index()
    means = (groups["sum"] + pseudo_cases * overall) / (groups["size"] + pseudo_cases)
    return {ALL: overall} | {str(name): float(value) for name, value in means.items()}


def _fit(
    model: TermRegressor,
    rows: Rows,
    months: np.ndarray,
    chosen: np.ndarray,
    weight: np.ndarray | None,
) -> Any:
    return model.fit(
        rows.take(chosen),
        months[chosen],
        sample_weight=None if weight is None else weight[chosen],
    )


def learned_shares(charge: pd.Series, *, formula_below: int) -> dict[str, float]:
    """Return for each charge how much of its label comes from F: its cases ÷ ``formula_below``, at most 1.

    A weight that grows in proportion has no jump at the bound.
    """
    counts = charge.value_counts()
    return {str(name): min(1.0, float(count) / max(formula_below, 1)) for name, count in sorted(counts.items())}


def formula_scales(rows: Rows, ratio: np.ndarray, *, pseudo_cases: float) -> dict[str, float]:
    """Return for each charge what its offenders' factors did on average ÷ what the guideline's middles say, drawn to 1.

    ``ratio`` is what F learned. Averages, not slopes, are compared: the label needs the distance to no factor at all,
    and between many and few factors caps and floors make every slope too small. ``pseudo_cases`` count for 1.
    """
    table = pd.DataFrame({"charge": rows.charge.to_numpy(), "formula": rows.formula.to_numpy(), "ratio": ratio})
    prior = pseudo_cases * float(table["formula"].mean())
    sums = table.dropna().groupby("charge")[["formula", "ratio"]].sum().sort_index()
    scales = (sums["ratio"] + prior) / (sums["formula"] + prior).replace(0.0, np.nan)
    # Between nothing and twice the guideline: beyond it the data would be the rule, below it mitigation aggravation.
    return {str(name): float(value) for name, value in scales.fillna(1.0).clip(0.0, 2.0).items()}
