"""The liability term: a model of the offence alone, trained on labels from which the offender was taken out.

Leaving the offender's columns out of a model of declared terms would learn the average declared term of people who
mostly confessed. So :class:`~sentencing_ml.liability.neutral.NeutralLabel` first makes the label neutral, and a second
model, which has never seen a factor of the offender, is fitted to it. That student alone gives the liability term.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from sentencing_ml.liability.boosting import (
    TermRegressor,
    checked_months,
    factor_table_tags,
    group_folds,
    prepared,
    term_regressor,
)
from sentencing_ml.liability.neutral import NeutralLabel
from sentencing_ml.liability.rows import Rows
from sentencing_ml.settings import TrainSettings


class LiabilityRegressor(RegressorMixin, BaseEstimator):
    """The liability months of counts, from a factor table with declared months.

    Parameters
    ----------
    neutral
        What makes the labels; fitted with the student.
    student
        The blind model, an unfitted :class:`TermRegressor` that does not read the offender.

    Attributes
    ----------
    neutral_, student_
        The fitted parts.
    held_log_ : ndarray
        ln(1 + months) that students of the other groups predict for the training rows: what intervals are made of.
    feature_names_in_ : ndarray of str
        The columns of a factor table that the student reads.

    Examples
    --------
    >>> model = LiabilityRegressor().fit(factors, months, groups=factors["court"])  # doctest: +SKIP
    >>> model.predict(factors)  # doctest: +SKIP
    """

    def __init__(self, *, neutral: NeutralLabel | None = None, student: TermRegressor | None = None) -> None:
        self.neutral = neutral
        self.student = student

    def fit(
        self,
        X: pd.DataFrame | Rows,
        y: np.ndarray,
        *,
        groups: np.ndarray | None = None,
        sample_weight: np.ndarray | None = None,
    ) -> "LiabilityRegressor":
        """Fit labels and student on declared months ``y``; ``groups`` (courts, else judgments) are cross-fitted.

        Raises
        ------
        TrainingError
            As :meth:`TermRegressor.fit`.
        """
        rows, months = prepared(X, dated=True), checked_months(y)
        groups = np.arange(len(months)) if groups is None else np.asarray(groups)
        self.neutral_ = clone(NeutralLabel() if self.neutral is None else self.neutral)
        self.neutral_.fit(rows, months, groups=groups, sample_weight=sample_weight)
        label = np.expm1(self.neutral_.labels_)
        template = TermRegressor() if self.student is None else self.student

        def fitted(chosen: np.ndarray) -> TermRegressor:
            weight = None if sample_weight is None else sample_weight[chosen]
            return clone(template).fit(rows.take(chosen), label[chosen], sample_weight=weight)

        self.held_log_ = np.empty(len(months))
        for others, inside in group_folds(groups):
            self.held_log_[inside] = fitted(others).predict_log(rows.take(inside))
        self.student_ = fitted(np.arange(len(months)))
        self.feature_names_in_ = self.student_.feature_names_in_
        self.n_features_in_ = self.student_.n_features_in_
        return self

    def predict(self, X: pd.DataFrame | Rows) -> np.ndarray:
        """Return the liability months of each count."""
        return np.maximum(np.expm1(self.predict_log(X)), 0.0)

    def predict_log(self, X: pd.DataFrame | Rows, *, threads: int | None = None) -> np.ndarray:
        """Return ln(1 + liability months) of each count, not below 0."""
        check_is_fitted(self, "student_")
        return np.maximum(self.student_.predict_log(X, threads=threads), 0.0)

    def predict_expected(self, X: pd.DataFrame | Rows) -> np.ndarray:
        """Return the expected months: the liability term × what history did with this offender's factors.

        A statistic for evaluation and hints; never the advice.
        """
        rows = prepared(X)
        return np.maximum(np.expm1(self.neutral_.expected_log(rows, self.predict_log(rows))), 0.0)

    def __sklearn_tags__(self) -> Any:
        """Declare that a factor table is read, not an array of numbers, and that terms are positive."""
        return factor_table_tags(super().__sklearn_tags__())


def liability_regressor(settings: TrainSettings, *, threads: int) -> LiabilityRegressor:
    """Return the estimator of ``params.yaml``."""
    return LiabilityRegressor(
        neutral=NeutralLabel(
            declared=term_regressor(settings, offender=True, threads=threads),
            formula_below=settings.formula_below,
            shrink_ratio_cases=settings.shrink_ratio_cases,
        ),
        student=term_regressor(settings, offender=False, threads=threads),
    )
