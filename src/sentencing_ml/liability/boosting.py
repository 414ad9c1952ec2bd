"""Boosted trees on the log scale, above the prior of the law: what the student and the nuisance model share.

Gamma loss: the booster learns the logarithm of the *mean* of 1 + months, additive on the log scale and right on average
in months. Squared error of the logarithm would learn its mean, which turned back lies below the mean term, and the more
so the wider a group of cases spreads; absolute and quantile loss refuse monotone constraints. Everything is made
deterministic: the same rows give the same text whatever the number of threads.
"""

import re
from dataclasses import dataclass

import lightgbm
import numpy as np
import pandas as pd

from sentencing_ml.liability.design import Column, Encoder, assemble, design_columns, fit_encoder
from sentencing_ml.liability.rows import Rows
from sentencing_ml.settings import TrainSettings

_THREADS = re.compile(r"^\[num_threads: \d+\]$", flags=re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Boosted:
    """A fitted model of ln(1 + months): the prior of its encoder plus the booster."""

    encoder: Encoder
    booster: lightgbm.Booster

    def predict(self, rows: Rows, *, beside: pd.DataFrame | None = None, threads: int) -> np.ndarray:
        """Return ln(1 + months) of each row; ``beside`` for a model that was fitted with it."""
        design = self.encoder.transform(rows.facts, rows.track, rows.charge)
        if beside is not None:
            design = pd.concat([design, beside], axis=1)
        return self.encoder.prior(rows.track) + raw_predict(self.booster, design, threads=threads)


def fit_boosted(
    rows: Rows,
    target: np.ndarray,
    *,
    fold: np.ndarray,
    weight: np.ndarray,
    settings: TrainSettings,
    threads: int,
    beside: tuple[pd.DataFrame, tuple[Column, ...]] | None = None,
    start: np.ndarray | None = None,
) -> Boosted:
    """Fit ``target`` = ln(1 + months) on the design, and on the matrix ``beside`` it with its columns when given.

    ``start`` is added to the prior of each row; whoever predicts adds it again. In training the level of a charge is
    learned from the other folds, so that no row reads its own label.
    """
    start = np.zeros(len(target)) if start is None else start
    share = settings.prior_share
    encoder = fit_encoder(rows.track, rows.charge, target - start, prior_share=share)
    level = pd.Series(np.nan, index=rows.charge.index, dtype="float64")
    for number in np.unique(fold):
        inside = fold == number
        if inside.all():
            level[:] = rows.charge.map(encoder.levels).astype("float64")
            break
        others = fit_encoder(rows.track[~inside], rows.charge[~inside], (target - start)[~inside], prior_share=share)
        level[inside] = rows.charge[inside].map(others.levels).astype("float64")
    design = assemble(rows.facts, rows.track, level)
    columns = design_columns()
    if beside is not None:
        design = pd.concat([design, beside[0]], axis=1)
        columns = (*columns, *beside[1])
    data = lightgbm.Dataset(
        design,
        label=np.exp(target),
        weight=weight,
        init_score=encoder.prior(rows.track) + start,
        free_raw_data=True,
    )
    signs = [column.monotone for column in columns]
    parameters = {
        **common_parameters(settings, threads=threads),
        "objective": "gamma",
        "monotone_constraints": signs,
        "monotone_constraints_method": "intermediate",  # "basic" also forbids splits that break no constraint
    }
    return Boosted(encoder=encoder, booster=settled(lightgbm.train(parameters, data, settings.n_estimators)))


def common_parameters(settings: TrainSettings, *, threads: int) -> dict:
    """Return LightGBM's parameters of the settings, with everything that makes a run repeatable."""
    return {
        "num_leaves": settings.num_leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.min_child_samples,
        "lambda_l2": settings.reg_lambda,
        "bagging_fraction": settings.subsample,
        "bagging_freq": 1,
        "feature_fraction": settings.colsample,
        "seed": settings.seed,
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

    The names and order of the columns are checked, since a reordered frame would silently give nonsense.
    """
    if design.empty:
        width = booster.num_model_per_iteration()
        return np.empty((0, width)) if width > 1 else np.empty(0)
    return np.asarray(booster.predict(design, num_threads=threads, validate_features=True, raw_score=True))
