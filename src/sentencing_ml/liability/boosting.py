"""Boosted trees of ln(1 + months) above the prior of the law: the student, and the full model of declared terms.

:class:`TermRegressor` is a scikit-learn estimator on factor tables. Blind, it reads the design of the liability factors
alone. With ``offender=True`` it reads the offender's factors beside it: the full model F(L, P), of which
:mod:`neutral` asks what those factors did.

Squared error of the logarithm: what is learned is the *typical* term, the middle of its cases on the scale on which
courts spread, and the noise of courts and of facts that no record tells does not lift it, as a mean of months would.
Everything is made deterministic: the same rows give the same text whatever the number of threads.
"""

import re
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted

from sentencing_ml.errors import TrainingError
from sentencing_ml.liability.design import Encoder, design_columns, fit_encoder
from sentencing_ml.liability.rows import Rows, prepare, read_columns
from sentencing_ml.settings import TrainSettings

GUIDELINE = "guideline"
"""Column of F beside the offender's factors: what the guideline's arithmetic makes of them together.

Caps and the rule against counting twice make the first factor weigh more than the next. Hardly any offender has none,
so trees that see single factors would have to guess the step to none; along this column it is the end of a curve.
"""

_THREADS = re.compile(r"^\[num_threads: \d+\]$", flags=re.MULTILINE)
_FOLDS = 5


class TermRegressor(RegressorMixin, BaseEstimator):
    """A boosted model of the months of a count, fitted on a factor table.

    Parameters
    ----------
    offender
        Read the offender's factors beside those of the offence. Only the full model does; what is shipped never.
    given
        Share of the guideline's log ratio from which the full model starts; its trees learn the rest. Trees shrink an
        effect that few rows show, and the step from one factor to none is shown by two rows in a hundred.
    prior_share
        Part of its fitted slope with which the rule track's prior starts the trees.
    n_estimators, learning_rate, num_leaves, min_child_samples, reg_lambda, subsample, colsample, seed, threads
        As in LightGBM.

    Attributes
    ----------
    booster_ : lightgbm.Booster
    encoder_ : Encoder
        Prior and levels of charges.
    feature_names_in_ : ndarray of str
        The columns of a factor table that are read.
    """

    def __init__(
        self,
        *,
        offender: bool = False,
        given: float = 0.5,
        prior_share: float = 0.1,
        n_estimators: int = 300,
        learning_rate: float = 0.05,
        num_leaves: int = 31,
        min_child_samples: int = 20,
        reg_lambda: float = 1.0,
        subsample: float = 0.9,
        colsample: float = 0.9,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.offender = offender
        self.given = given
        self.prior_share = prior_share
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.reg_lambda = reg_lambda
        self.subsample = subsample
        self.colsample = colsample
        self.seed = seed
        self.threads = threads

    def fit(
        self, X: pd.DataFrame | Rows, y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> "TermRegressor":
        """Fit the months ``y`` of the counts of a factor table.

        Raises
        ------
        TrainingError
            Terms that are no numbers of months, all equal, or fewer than the trees need; columns that are missing.
        """
        rows, months = prepared(X, dated=True), checked_months(y)
        if len(rows.charge) != len(months):
            raise TrainingError(f"{len(rows.charge)} row(s) and {len(months)} term(s) do not match.")
        target, start = np.log1p(months), self._start(rows)
        self.encoder_ = fit_encoder(rows.track, rows.charge, target - start, prior_share=self.prior_share)
        # Levels learned fold by fold inside the training rows would tell the folds apart, and with them their courts.
        # Who predicts never had a part in them: every cross-fitted model learns its levels from its own rows.
        design = self.encoder_.transform(rows.facts, rows.track, rows.charge)
        if self.offender:
            design = pd.concat([design, offender_part(rows)], axis=1)
        data = lightgbm.Dataset(
            design,
            label=target,
            weight=sample_weight,
            init_score=self.encoder_.prior(rows.track) + start,
            free_raw_data=True,
        )
        # A single factor of the offender has no sign, only their arithmetic together: where another factor fills the
        # cap it changes nothing, and a sign would let the noise around nothing through on one side only.
        signs = {column.name: column.monotone for column in design_columns()} | {GUIDELINE: 1}
        parameters = {
            **tree_parameters(**self.get_params()),
            "objective": "regression",
            "monotone_constraints": [signs.get(name, 0) for name in design.columns],
            "monotone_constraints_method": "intermediate",  # "basic" also forbids splits that break no sign
        }
        self.booster_ = settled(lightgbm.train(parameters, data, self.n_estimators))
        self._is_fitted()
        return self

    def predict(self, X: pd.DataFrame | Rows) -> np.ndarray:
        """Return the typical months of each count, as tried today (a prepared :class:`Rows` keeps its own day)."""
        return np.maximum(np.expm1(self.predict_log(X)), 0.0)

    def predict_log(self, X: pd.DataFrame | Rows, *, threads: int | None = None) -> np.ndarray:
        """Return ln(1 + months) of each count."""
        check_is_fitted(self, "booster_")
        rows = prepared(X)
        design = self.encoder_.transform(rows.facts, rows.track, rows.charge)
        if self.offender:
            design = pd.concat([design, offender_part(rows)], axis=1)
        raw = raw_predict(self.booster_, design, threads=self.threads if threads is None else threads)
        return self.encoder_.prior(rows.track) + self._start(rows) + raw

    def as_dict(self) -> dict:
        """Return what is stored of a fitted model beside the text of its trees."""
        kept = {name: value for name, value in self.get_params().items() if name != "threads"}
        return {"params": kept, "encoder": self.encoder_.as_dict()}

    @classmethod
    def from_parts(cls, content: dict, text: str, *, threads: int = 1) -> "TermRegressor":
        """Rebuild a fitted model from :meth:`as_dict` and the text of its trees."""
        model = cls(**content["params"], threads=threads)
        model.encoder_ = Encoder.from_dict(content["encoder"])
        model.booster_ = from_text(text)
        model._is_fitted()
        return model

    def _is_fitted(self) -> None:
        self.feature_names_in_ = np.array(read_columns(offender=self.offender), dtype=object)
        self.n_features_in_ = len(self.feature_names_in_)

    def _start(self, rows: Rows) -> np.ndarray:
        if not self.offender:
            return np.zeros(len(rows.charge))
        return self.given * rows.formula.to_numpy(dtype="float64")

    def __sklearn_tags__(self) -> Any:
        """Declare that a factor table is read, not an array of numbers, and that terms are positive."""
        return factor_table_tags(super().__sklearn_tags__())


def factor_table_tags(tags: Any) -> Any:
    """Return scikit-learn's tags of an estimator that reads a factor table: columns by name, unknown ones null."""
    tags.input_tags.two_d_array = False
    tags.input_tags.allow_nan = True
    tags.input_tags.string = True
    tags.target_tags.required = True
    tags.target_tags.positive_only = True
    return tags


def term_regressor(settings: TrainSettings, *, offender: bool, threads: int) -> TermRegressor:
    """Return the estimator of ``params.yaml``."""
    names = set(TermRegressor().get_params()) & set(TrainSettings.model_fields)
    chosen = {name: getattr(settings, name) for name in sorted(names)}
    return TermRegressor(**chosen, offender=offender, threads=threads)


def offender_part(rows: Rows) -> pd.DataFrame:
    """Return what the full model reads beside the design; the arithmetic is unknown where nothing is observable."""
    return rows.offender.assign(**{GUIDELINE: rows.formula.where(~rows.offender_unknown())})


def prepared(X: pd.DataFrame | Rows, *, dated: bool = False) -> Rows:
    """Return the rows of a factor table, or those that were prepared before.

    Raises
    ------
    TrainingError
        The table lacks columns of a factor table.
    """
    if isinstance(X, Rows):
        return X
    if not isinstance(X, pd.DataFrame):
        raise TrainingError("a factor table is needed: a pandas DataFrame with the columns of the registry.")
    missing = [name for name in read_columns(offender=True) if name not in X.columns]
    if missing:
        raise TrainingError(
            f"the table lacks {len(missing)} column(s) of a factor table: {', '.join(missing[:8])}"
            f"{' …' if len(missing) > 8 else ''}. Make it with `sentencing extract`."
        )
    return prepare(X, dated=dated)


def checked_months(y: Any) -> np.ndarray:
    """Return the terms as float64.

    Raises
    ------
    TrainingError
        A term is no finite positive number, or all are equal: there is nothing to learn.
    """
    months = np.asarray(y, dtype="float64").ravel()
    wrong = int((~np.isfinite(months) | (months <= 0)).sum())
    if wrong:
        raise TrainingError(
            f"{wrong} of {len(months)} term(s) are no positive finite number of months. Leave them out."
        )
    if len(months) < 2 or np.ptp(months) == 0:
        raise TrainingError("all training rows state the same term; there is nothing to learn")
    return months


def tree_parameters(
    *,
    num_leaves: int,
    learning_rate: float,
    min_child_samples: int,
    reg_lambda: float,
    subsample: float,
    colsample: float,
    seed: int,
    threads: int,
    **_others: object,
) -> dict:
    """Return LightGBM's parameters, with everything that makes a run repeatable."""
    return {
        "num_leaves": num_leaves,
        "learning_rate": learning_rate,
        "min_data_in_leaf": min_child_samples,
        "lambda_l2": reg_lambda,
        "bagging_fraction": subsample,
        "bagging_freq": 1,
        "feature_fraction": colsample,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }


def settled(booster: lightgbm.Booster) -> lightgbm.Booster:
    """Return the booster as its own text would load it, so that a saved model and the one in memory are the same."""
    return from_text(to_text(booster))


def to_text(booster: lightgbm.Booster) -> str:
    """Return LightGBM's text without the number of threads, the one setting of it that changes no tree."""
    return _THREADS.sub("[num_threads: 0]", booster.model_to_string())


def from_text(text: str) -> lightgbm.Booster:
    """Load a booster from text whose origin has been verified; LightGBM does not check what it reads."""
    return lightgbm.Booster(model_str=text)


def raw_predict(booster: lightgbm.Booster, design: pd.DataFrame, *, threads: int) -> np.ndarray:
    """Return raw scores: log scale, or a column a class.

    The names and order of the columns are checked, since a reordered frame would silently give nonsense. Many cases are
    alike in all that is read, and trees are walked faster where neighbours take the same branches: rows are sorted, and
    equal ones asked once. No score depends on the other rows.
    """
    if design.empty:
        width = booster.num_model_per_iteration()
        return np.empty((0, width)) if width > 1 else np.empty(0)
    # charge and law stand last and decide the first branches, so they are sorted by first
    values = np.ascontiguousarray(design.to_numpy(dtype="float64")[:, ::-1])
    rows = values.view(np.dtype((np.void, values.itemsize * values.shape[1]))).ravel()
    _, first, place = np.unique(rows, return_index=True, return_inverse=True)
    scores = booster.predict(design.iloc[first], num_threads=threads, validate_features=True, raw_score=True)
    return np.asarray(scores)[place]


def group_folds(groups: np.ndarray, *, folds: int = _FOLDS) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (other rows, held rows) of each fold, groups together; with one group a fold holds all."""
    groups = np.asarray(groups)
    several = min(folds, len(np.unique(groups)))
    everything = np.arange(len(groups))
    if several < 2:
        return [(everything, everything)]
    return list(GroupKFold(n_splits=several).split(everything, groups=groups))
