"""Like with like: what the facts of the offence explain is taken out of the outcomes and of the groups.

The coefficient of a group given the facts is the slope of what is left of an outcome on what is left of the membership
(Robinson 1988; Chernozhukov et al. 2018, double machine learning). Its bias is the *product* of the two errors of
learning, so the two sides may be learned differently:

- **outcomes** (judgments and advice) by LightGBM, cross-fitted by court: each row is predicted by models of other
  courts. Trees find thresholds, caps and interactions, and there are two of them, whatever the number of groups.
- **memberships** of all groups at once by one ridge regression in closed form, on the facts (their steps, unknown as a
  level of its own, the charge) and on the cross-fitted outcomes and their steps. The steps of the outcome are what
  matters most: once rows of equal expected outcome are compared, facts that only tell the groups apart confound
  nothing (the prognostic score of Hansen 2008).

What cases of one court share is taken out of both sides as far as it makes the comparison surer, see
:func:`shared_part`.

The ridge is fitted on the rows that it leaves residuals of. A projection onto few columns needs no cross-fitting: by
the theorem of Frisch, Waugh and Lovell the slope is then that of one regression with the group among the facts. Fitted
on other rows, its noise would stay in the residual memberships and shrink every difference, by 9 % at 1,500 rows.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy import linalg, sparse

PARAMETERS = {
    "objective": "regression",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 10,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""LightGBM of what the facts explain of the outcomes; not the parameters of the audited model."""

ROUNDS = 150
FOLDS = 5

MOST_ROWS = 25_000
"""Rows from which one fold's trees are learned, drawn at random where there are more: they would add time alone."""

STEPS = 10
"""Steps of equal number into which a fact of many values is cut for the memberships."""

OUTCOME_STEPS = 20

FEW_VALUES = 10
"""A fact of no more values than this is a level each."""

RARE = 5
"""Levels and steps with fewer rows carry no column of their own: they would single out rows, not facts."""

RIDGE = 1.0
"""Penalty of the ridge, in rows: it decides only where columns say the same."""

_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of the offence of all rows with a term, and the outcomes whose part they explain is taken out.

    ``tested`` marks the rows of the test part, in the order of the audited table; the other rows only help to learn
    what the facts explain. ``design`` has float columns, nan is unknown; ``categorical`` names integer codes.
    ``outcomes`` (rows, 2) are ln(1 + neutral months) of the judgment and ln(1 + months) of the advice. ``clusters`` are
    integer codes over all rows. ``law``, where it is given, is what the statutes and rules alone say of each row.
    """

    design: pd.DataFrame
    categorical: tuple[str, ...]
    outcomes: np.ndarray
    clusters: np.ndarray
    tested: np.ndarray
    frame: pd.DataFrame
    law: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """``residual`` of the outcomes (rows, outcomes), float64; ``basis`` of memberships (rows, columns), float32.

    ``gram`` is basisᵀ·basis over all rows, float64.
    """

    residual: np.ndarray
    basis: np.ndarray
    gram: np.ndarray

    def members(
        self,
        member: np.ndarray,
        kept: np.ndarray,
        *,
        clusters: np.ndarray | None = None,
        shared: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return what the facts leave of memberships (kept rows, groups) within the rows that ``kept`` marks.

        ``clusters`` are codes of the kept rows and ``shared`` the part of each that is then taken out, see
        :func:`shared_part`; without them nothing is. The facts weigh as they do once it is: learned before, they would
        single out the courts of a group that differs only between courts, and little else of it would be left.
        """
        columns = self.basis if kept.all() else self.basis[kept]
        if kept.all():
            gram = self.gram
        else:
            # the fewer rows are multiplied: those that are kept, or those that are not
            few = kept if 2 * kept.sum() <= len(kept) else ~kept
            part = product(self.basis[few], self.basis[few])
            gram = part if few is kept else self.gram - part
        return residual_members(columns, member, gram=gram, clusters=clusters, shared=shared)


def explain(
    design: pd.DataFrame,
    outcomes: np.ndarray,
    clusters: np.ndarray,
    *,
    categorical: tuple[str, ...] = (),
    seed: int,
    threads: int,
) -> Explained:
    """Learn what the facts explain of each outcome; models of other clusters predict each row.

    Parameters
    ----------
    design : the facts, float columns; nan is unknown. ``categorical`` names integer codes.
    outcomes : float array of shape (rows, outcomes), without nan.
    clusters : integer codes of shape (rows,).

    Raises
    ------
    ValueError
        There is one cluster: no row can be predicted by models of others.
    """
    folds = cluster_folds(clusters, seed=seed)
    if folds.size == 0 or folds.max() == 0:
        raise ValueError("cross-fitting needs at least two clusters")
    fitted = _cross_fitted(design, outcomes, folds, categorical=categorical, seed=seed, threads=threads)
    # what the learner leaves of the mean would read as a difference of the groups
    residual = outcomes - fitted
    residual = residual - residual.mean(axis=0)
    columns = basis(design, fitted, categorical=categorical)
    return Explained(residual=residual, basis=columns, gram=product(columns, columns))


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return leftᵀ·right in float64 of float32 arrays (rows, …), multiplied in float32 a few thousand rows at once."""
    total = np.zeros((left.shape[1], right.shape[1]))
    for start in range(0, len(left), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        total += left[rows].T @ right[rows]
    return total


def residual_members(
    columns: np.ndarray,
    member: np.ndarray,
    *,
    gram: np.ndarray,
    clusters: np.ndarray | None = None,
    shared: np.ndarray | None = None,
) -> np.ndarray:
    """Return what the columns of a basis (rows, columns) leave of memberships (rows, groups), float64.

    ``gram`` is columnsᵀ·columns. The weights are those of the projection once the ``shared`` part of each cluster's
    mean is out of both sides; it is still in what is returned.
    """
    member = member.astype("float32")
    penalised, cross = gram + RIDGE * np.eye(len(gram)), product(columns, member)
    if clusters is not None and shared is not None and shared.any():
        sizes = np.maximum(np.bincount(clusters, minlength=len(shared)), 1)
        weight = ((2 - shared) * shared / sizes)[:, None]
        sums = cluster_sums(columns, clusters, len(shared))
        penalised -= sums.T @ (weight * sums)
        cross -= sums.T @ (weight * cluster_sums(member, clusters, len(shared)))
    weights = linalg.solve(penalised, cross, assume_a="pos")
    return member - (columns @ weights.astype("float32")).astype("float64")


def cluster_sums(values: np.ndarray, clusters: np.ndarray, total: int) -> np.ndarray:
    """Return the sums of float32 values (rows, columns) over the rows of each cluster, float64 (total, columns)."""
    found = np.zeros((total, values.shape[1]))
    for start in range(0, len(values), _ROWS_AT_ONCE):
        code = clusters[start : start + _ROWS_AT_ONCE]
        which = sparse.csr_matrix((np.ones(len(code)), (code, np.arange(len(code)))), shape=(total, len(code)))
        found += which @ values[start : start + _ROWS_AT_ONCE]
    return found


def basis(design: pd.DataFrame, fitted: np.ndarray, *, categorical: tuple[str, ...]) -> np.ndarray:
    """Return the columns on which memberships are projected: levels, steps and ranks, all between −1 and 1, float32."""
    columns = [np.ones(len(design), dtype="float32")]
    for name in design.columns:
        values = design[name].to_numpy(dtype="float64", na_value=np.nan)
        known = ~np.isnan(values)
        distinct = np.unique(values[known])
        if name in categorical or len(distinct) <= FEW_VALUES:
            columns += _levels(np.where(known, np.searchsorted(distinct, values) + 1, 0))
        else:
            columns += _stepped(values, known, steps=STEPS)
    for outcome in fitted.T:
        columns += _stepped(outcome, np.ones(len(outcome), dtype=bool), steps=OUTCOME_STEPS)
    return np.column_stack(columns)


def _levels(code: np.ndarray) -> list[np.ndarray]:
    # the most frequent level is what the others are compared with; the ridge would share it out to no effect
    level, size = np.unique(code, return_counts=True)
    kept = level[(size >= RARE) & (level != level[size.argmax()])]
    return [(code == value).astype("float32") for value in kept]


def _stepped(values: np.ndarray, known: np.ndarray, *, steps: int) -> list[np.ndarray]:
    held = values[known]
    edges = np.unique(np.quantile(held, np.arange(1, steps) / steps))
    step = np.where(known, np.searchsorted(edges, values, side="right") + 1, 0)
    # ranks, not values: amounts span eight powers of ten, and a few of them would be the whole column
    rank = np.zeros(len(values), dtype="float32")
    rank[known] = 2 * pd.Series(held).rank().to_numpy() / len(held) - 1
    return [rank, *_levels(step)]


def shared_part(residual: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return of each cluster which part of its mean residual is taken out before residuals are compared, 0 … 1.

    Cases of one court share its level. The generalised least squares of a random intercept takes the part
    1 − √(σ² / (σ² + n·τ²)) of the mean of n cases out of both sides: nothing where courts do not differ, nearly all of
    it in a large court where they do. A group that is frequent in few courts is then compared within them as far as
    that is the surer comparison. The variances within (σ²) and between (τ²) courts come from the analysis of variance.
    """
    sizes = np.bincount(clusters).astype(float)
    used = sizes > 0
    rows, groups = len(clusters), int(used.sum())
    if groups < 2 or rows <= groups:
        return np.zeros(len(sizes))
    means = np.bincount(clusters, weights=residual) / np.where(used, sizes, 1)
    within = float(((residual - means[clusters]) ** 2).sum() / (rows - groups))
    between = float((sizes * (means - residual.mean()) ** 2).sum() / (groups - 1))
    typical = (rows - (sizes**2).sum() / rows) / (groups - 1)
    spread = max((between - within) / typical, 0.0)
    return 1 - np.sqrt(within / (within + sizes * spread)) if within > 0 else np.zeros(len(sizes))


def without_shared(values: np.ndarray, clusters: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """Take the shared part of their cluster's mean out of values (rows, columns), and the mean of what is left."""
    sizes = np.maximum(np.bincount(clusters, minlength=len(shared)), 1)
    means = np.stack([np.bincount(clusters, weights=column, minlength=len(shared)) for column in values.T], axis=1)
    left = values - (shared / sizes)[clusters, None] * means[clusters]
    return left - left.mean(axis=0)


def _cross_fitted(
    design: pd.DataFrame,
    outcomes: np.ndarray,
    folds: np.ndarray,
    *,
    categorical: tuple[str, ...],
    seed: int,
    threads: int,
) -> np.ndarray:
    parameters = {**PARAMETERS, "seed": seed, "num_threads": threads}
    values = design.to_numpy(dtype="float64")
    fitted = np.empty(outcomes.shape)
    for place, outcome in enumerate(outcomes.T):
        # binned once for all folds: the bins see facts of the fold that is left out, and no outcome of it
        whole = lgb.Dataset(
            values,
            label=outcome,
            params=parameters,
            feature_name=[f"fact_{number}" for number in range(values.shape[1])],
            categorical_feature=[design.columns.get_loc(name) for name in categorical],
            free_raw_data=True,
        ).construct()
        for fold in np.unique(folds):
            inside = folds == fold
            rows = np.flatnonzero(~inside)
            if len(rows) > MOST_ROWS:
                rows = np.sort(np.random.default_rng([seed, fold]).choice(rows, size=MOST_ROWS, replace=False))
            booster = lgb.train(parameters, whole.subset(rows), num_boost_round=ROUNDS)
            fitted[inside, place] = booster.predict(values[inside], num_threads=threads)
    return fitted


def cluster_folds(clusters: np.ndarray, *, seed: int) -> np.ndarray:
    """Return the fold 0 … of each row, clusters whole: largest first into the emptiest; the seed orders equal ones."""
    sizes = np.bincount(clusters)
    tie = np.random.default_rng(seed).permutation(len(sizes))
    load, fold_of = np.zeros(min(FOLDS, max(1, int((sizes > 0).sum())))), np.zeros(len(sizes), dtype=int)
    for cluster in np.lexsort((tie, -sizes)):
        fold = int(np.argmin(load))
        fold_of[cluster] = fold
        load[fold] += sizes[cluster]
    return fold_of[clusters]
