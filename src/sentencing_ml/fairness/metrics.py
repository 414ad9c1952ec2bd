"""Figures of a sentence in months: signed, tolerance-aware, and conditional on the facts of the offence.

``y`` is the judgment's own term in months and ``predicted`` the figure it is compared with. Signed figures work on
ln((1 + predicted) / (1 + y)), so +10 % and −10 % weigh alike and a term of 0 months divides nothing.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count

PARAMETERS = {
    "objective": "regression",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "n_estimators": 150,
    "min_child_samples": 10,
    "reg_lambda": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""LightGBM of the nuisance functions of the partialling-out; not the parameters of the audited model."""

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Residuals:
    """What is left of outcomes and groups once the facts of the offence are taken out, arrays of shape (rows, …)."""

    outcome: np.ndarray
    member: np.ndarray


def signed_bias(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return ln((1 + predicted) / (1 + y)) of each row: above 0 the prediction is the heavier one."""
    return np.log1p(np.asarray(predicted, dtype=float)) - np.log1p(np.asarray(y, dtype=float))


def as_percent(log_ratio: float) -> float:
    """Turn a mean log ratio into a geometric share: 0.0953 → 0.10."""
    return float(np.expm1(log_ratio))


def row_figures(
    y: np.ndarray, predicted: np.ndarray, *, low: np.ndarray, high: np.ndarray, tolerance: float
) -> pd.DataFrame:
    """Return the figures of each row, float64.

    Returns
    -------
    DataFrame with ``bias`` (log ratio), ``bias_months``, ``error`` (absolute, months), ``heavy`` and ``light``
    (1 where the prediction passes the judgment by more than ``tolerance`` up or down), ``asymmetry`` (heavy − light)
    and ``covered`` (1 where ``low`` ≤ y ≤ ``high``; nan without an interval).
    """
    y, predicted, low, high = (np.asarray(values, dtype=float) for values in (y, predicted, low, high))
    known = ~np.isnan(y) & ~np.isnan(predicted)
    # bounds are rounded to a thousandth of a month so that 12 against 10 months is not beyond 20 %
    heavy = np.where(known, np.round(predicted - (1 + tolerance) * y, 3) > 0, np.nan)
    light = np.where(known, np.round((1 - tolerance) * y - predicted, 3) > 0, np.nan)
    interval = ~np.isnan(y) & ~np.isnan(low) & ~np.isnan(high)
    return pd.DataFrame(
        {
            "bias": signed_bias(y, predicted),
            "bias_months": predicted - y,
            "error": np.abs(predicted - y),
            "heavy": heavy,
            "light": light,
            "asymmetry": heavy - light,
            "covered": np.where(interval, (low <= y) & (y <= high), np.nan),
        }
    )


def point_table(
    y: pd.Series, predicted: pd.Series, group: pd.Series, control: pd.Series | None, *, tolerance: float
) -> pd.DataFrame:
    """Return n, signed bias (share), MAE, 偏重率 and 偏轻率 by group, within each level of ``control`` when given.

    No interval and no suppression: the caller decides which cells may be shown.
    """
    metrics = {
        "n": count,
        "bias": lambda true, made: as_percent(float(np.mean(signed_bias(true, made)))),
        "mae": lambda true, made: float(np.mean(np.abs(made - true))),
        "heavy": lambda true, made: float(np.mean(np.round(made - (1 + tolerance) * true, 3) > 0)),
        "light": lambda true, made: float(np.mean(np.round((1 - tolerance) * true - made, 3) > 0)),
    }
    table = MetricFrame(
        metrics=metrics,
        y_true=np.asarray(y, dtype=float),
        y_pred=np.asarray(predicted, dtype=float),
        sensitive_features=pd.Series(group.to_numpy(dtype=object), name="group"),
        control_features=None if control is None else pd.Series(control.to_numpy(dtype=object), name="control"),
    ).by_group
    table = table.assign(n=table["n"].fillna(0).astype(int))
    return table.astype({name: float for name in metrics if name != "n"})


def partial_out(
    outcomes: np.ndarray,
    member: np.ndarray,
    design: pd.DataFrame,
    clusters: np.ndarray,
    *,
    seed: int,
    threads: int,
    categorical: tuple[str, ...] = (),
) -> Residuals:
    """Take the facts of the offence out of outcomes and groups; models of other clusters predict each row.

    Parameters
    ----------
    outcomes : float array of shape (rows, outcomes), without nan.
    member : float array of shape (rows, groups), 1 for a member; the rows are those that are compared.
    design : the facts of the offence, float columns; nan is unknown. ``categorical`` names integer codes.
    clusters : integer codes of shape (rows,): courts, or judgments where the court is unknown.
    """
    folds = _folds(clusters, seed=seed)
    targets = np.column_stack([outcomes, member])
    fitted = np.column_stack(
        [
            _cross_fitted(column, design, folds, seed=seed, threads=threads, categorical=categorical)
            for column in targets.T
        ]
    )
    # what the learner leaves of the mean would read as a difference of the groups
    residuals = targets - fitted
    residuals = residuals - residuals.mean(axis=0)
    return Residuals(outcome=residuals[:, : outcomes.shape[1]], member=residuals[:, outcomes.shape[1] :])


def _cross_fitted(
    target: np.ndarray,
    design: pd.DataFrame,
    folds: np.ndarray,
    *,
    seed: int,
    threads: int,
    categorical: tuple[str, ...],
) -> np.ndarray:
    fitted = np.empty(len(target))
    for fold in np.unique(folds):
        inside = folds == fold
        learner = lgb.LGBMRegressor(**PARAMETERS, random_state=seed, n_jobs=threads)
        learner.fit(design[~inside], target[~inside], categorical_feature=list(categorical))
        fitted[inside] = learner.predict(design[inside], validate_features=True)
    return fitted


def _folds(clusters: np.ndarray, *, seed: int) -> np.ndarray:
    # Largest cluster first into the emptiest fold; the seed only orders clusters of one size.
    sizes = np.bincount(clusters)
    tie = np.random.default_rng(seed).permutation(len(sizes))
    load, fold_of = np.zeros(FOLDS), np.zeros(len(sizes), dtype=int)
    for cluster in np.lexsort((tie, -sizes)):
        fold = int(np.argmin(load))
        fold_of[cluster] = fold
        load[fold] += sizes[cluster]
    return fold_of[clusters]
