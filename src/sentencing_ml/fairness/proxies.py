"""F8: can a group be told from what the model reads, and does the advice tell more of it than the law does?

Two areas under the ROC curve (AUC, 0.5: nothing) for every group against all others, both within charge, so that who
commits which offence is no proxy:

- ``inputs``: how well the columns of the design predict the group, by a learner of one half of the courts that is asked
  about the other half. Below 0.5 is chance, so the test is one-sided. A fact of the offence that goes with a group is
  not for that reason a proxy to be removed; the factors that carry the prediction stand with their lawful ground, and
  the auditor judges.
- ``score``: whether the advice says of a group what the law alone does not: the AUC of ln advice less what the starting
  point, the range and the tier of the law explain of it. Above 0.5 the members are advised more than the law accounts
  for. The target is a distance from 0.5 of at most ``settings.margin("proxy_score")``.

The learner is a ridge regression of membership on the inputs cut into levels, charge means taken out: it is closed,
repeatable, and a factor can be left out and the fit repeated in a millisecond. It finds what adds up, not what only a
combination of factors tells.

No group is read from chance: each AUC stands beside its null band. Where courts have cases of both sides in one charge,
membership is permuted within court and charge (within charge where the court is unknown); mean and variance of that are
known in closed form, and the tail is normal. A few hundred drawn permutations would stop at p = 0.005, more than the
adjustment over all groups lets pass. Where courts have no such cases (a region), the band is that of the standard error
by court.

Intervals: the placements of DeLong, DeLong & Clarke-Pearson (1988) summed by court, with
:func:`sentencing_ml.fairness.bootstrap.infer`. Strata are combined by the weights of van Elteren (1960).

The section::

    status      "measured" | "cannot_say"
    why         Chinese sentence, null when measured
    note        how the section is to be read (Chinese)
    rows        {"used": int, "of": int}: a sample is drawn above MAX_ROWS
    target      largest |AUC - 0.5| of the score that counts as none
    attributes  {name: {
        zh, status, why, unknown (rows of unknown group, null where withheld)
        groups      [{group, n, status: shown | no_verdict | count_only | suppressed,
                      inputs: FIGURE | null, score: FIGURE | null}]
        features    [{factor (name in the registry, "law" for what the law computes), zh, article, ground, shown_as,
                      decisive (the law itself reads it), gain (share of the model's gain, 0-1),
                      group (where it matters most), without (AUC of inputs without it), drop}], largest drop first}}
    FIGURE      {estimate (AUC), low, high, detectable (|AUC - 0.5| found with 80 % power), null_low, null_high,
                 null ("court_charge" | "clusters"), p, q, worth_looking (bool)};
                 score also: within_target (bool, null where the interval reaches over the target)
    summary     {tests, worth_looking, within_target, beyond_target, largest_score (|AUC - 0.5|, null without any)}
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg, stats

from sentencing_ml.explanation.law_bars import measures
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.fairness import bootstrap, conditional
from sentencing_ml.fairness.comparable import Comparable, comparable, settled
from sentencing_ml.law.statutes import statutes
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.boosting import TermRegressor, group_folds
from sentencing_ml.liability.design import CHARGE_COLUMN, design_columns
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rules import rule_track
from sentencing_ml.settings import AuditSettings

MAX_ROWS = 10_000
"""Rows of which a sample is drawn: the AUC of a group of 1,000 is then known within ±0.02."""

LAW = "law"
"""Name of what the law computes of the facts: the article, the range of the tiers in play, the place on a threshold."""

NOTE = (
    "能从模型输入中看出组别，不等于模型歧视该组：与组别相关的犯罪事实有其法律依据的，仍应计入责任刑。"
    "“输入”一栏列出去掉后最能降低可预测性的因素及其依据，由审计人判断；“得分”一栏才是建议在法律之外透露的组别信息。"
)

_LAW_ZH = "由法律从事实得出的条文、幅度与数额标准位置"
_PENALTY = 10.0  # of the ridge, in cases: columns are between -1 and 1
_CANDIDATES = 6  # factors with the largest part in the prediction, of which each is left out in turn
_FEATURES = 5
_EXCHANGEABLE = 0.5  # share of the members that must sit in mixed cells of court and charge for a permutation to tell
_LAW_COLUMNS = ("rule_prior", "statute_low", "statute_high", "standing", "tier", "charge")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Inputs in levels, steps and ranks, float32 of shape (rows, columns), and the place in ``factors`` of each."""

    values: np.ndarray
    factor: np.ndarray
    factors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """What a learner says of the cases at the places ``asked``, by what it was not given: (asked, groups).

    None is the whole learner; of the factors only those that matter most to it are left out.
    """

    asked: np.ndarray
    scores: dict[str | None, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class _Halves:
    """The inputs of the cases that are asked about less the others' charge means, and the others' normal equations."""

    asked: np.ndarray
    inputs: np.ndarray
    gram: np.ndarray
    moment: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Auc:
    """An AUC within strata; arrays over the compared rows.

    ``pull`` is what a row adds to the AUC when it is a member, up to a constant; ``influence`` the row's part in the
    mean of the members (less, for the others, that of theirs) whose difference is AUC − 0.5, nan in a stratum without
    both.
    """

    value: float
    pull: np.ndarray
    influence: np.ndarray


def assess_proxies(
    table: pd.DataFrame, design: pd.DataFrame, *, model: LiabilityModel, settings: AuditSettings, threads: int
) -> dict[str, Any]:
    """Return the section of the proxies, see the module.

    Parameters
    ----------
    table : the compared counts as in :func:`sentencing_ml.fairness.assessment.assess`.
    design : what the model reads of the same rows, in the same order; columns of another name are not read.
    model : says how much of what it learned rests on each factor.
    """
    places = _sample(len(table), seed=settings.seed)
    rows = {"used": len(places), "of": len(table)}
    compared = {name: comparable(table, name, settings=settings).sampled(places) for name in settings.attributes}
    table, design = table.iloc[places].reset_index(drop=True), design.iloc[places].reset_index(drop=True)
    clusters = court_clusters(table["court"], table["cluster"])
    if len(np.unique(clusters)) < 2:
        return _section(rows, {}, why="只有一个法院，或没有可比较的案件，无法用其他法院的案件来预测", settings=settings)
    inputs, residual = encoded(design), _beyond_law(table, clusters, settings=settings, threads=threads)
    charge = _codes(table["charge_group"])
    cell = _codes(table["court"].astype("string").str.cat(table["charge_group"].astype("string"), sep=" "), charge)
    gains, attributes, tests = _gains(model.student), {}, []
    for order, (name, found) in enumerate(compared.items()):
        attributes[name] = _attribute(
            found, inputs, residual, clusters, charge, cell,
            gains=gains, settings=settings, rng=np.random.default_rng([settings.seed, order]), tests=tests,
        )  # fmt: skip
    _adjust(tests, settings=settings)
    measured = any(entry["status"] == "measured" for entry in attributes.values())
    why = None if measured else "没有一个属性有可比较的组"
    return _section(rows, attributes, why=why, settings=settings)


def encoded(design: pd.DataFrame) -> Inputs:
    """Cut the inputs of the model into levels and steps; the level of the charge says nothing within a charge."""
    owner = {column.name: column.factor or LAW for column in design_columns() if column.name != CHARGE_COLUMN}
    nothing = np.empty((len(design), 0))
    parts, factor, factors = [], [], []
    for name in dict.fromkeys(owner.values()):
        own = design[[column for column, of in owner.items() if of == name]]
        columns = conditional.basis(own, nothing, categorical=())[:, 1:]  # the first is constant
        if columns.shape[1]:
            factor += [len(factors)] * columns.shape[1]
            factors.append(name)
            parts.append(columns)
    values = np.column_stack(parts) if parts else np.empty((len(design), 0), dtype="float32")
    return Inputs(values=values, factor=np.array(factor, dtype=int), factors=tuple(factors))


def predicted(
    inputs: Inputs, member: np.ndarray, charge: np.ndarray, clusters: np.ndarray, *, candidates: int
) -> Predicted:
    """Predict memberships (rows, groups) within charge by ridge regressions of the other half of the clusters.

    The learner is fitted again without each of the ``candidates`` factors that spread its scores most.

    One half learns and the other is asked, not both in turn: what the halves happen to share would tell either of the
    other, and chance would look surer than it is (by a third in its standard error with five folds).
    """
    halves = _halves(inputs.values, member, charge, group_folds(clusters, folds=2)[0])
    whole, weights = _scores(halves, np.ones(len(inputs.factor), dtype=bool))
    left_out = {
        inputs.factors[place]: _scores(halves, _kept(inputs, inputs.factors[place]))[0]
        for place in _largest(inputs, halves, weights, number=candidates)
    }
    return Predicted(asked=halves.asked, scores={None: whole, **left_out})


def carrying(said: Predicted, member: np.ndarray, charge: np.ndarray) -> list[dict[str, Any]]:
    """Return the factors without which groups are predicted less well, largest drop of an AUC first.

    Each as :func:`described`, with ``group`` (place of the group where it matters most), ``without`` (AUC), ``drop``.
    """
    held, stratum, rows = member[said.asked], _again(charge[said.asked]), []
    values = {
        name: np.array([auc_within(column, who, stratum).value for column, who in zip(scores.T, held.T, strict=True)])
        for name, scores in said.scores.items()
    }
    for name, without in values.items():
        drop = values[None] - without
        if name is not None and np.isfinite(drop).any() and np.nanmax(drop) > 0:
            place = int(np.nanargmax(drop))
            found = {"group": place, "without": float(without[place]), "drop": float(drop[place])}
            rows.append({**described(name), **found})
    return sorted(rows, key=lambda row: (-row["drop"], row["factor"]))


def auc_within(score: np.ndarray, member: np.ndarray, stratum: np.ndarray) -> Auc:
    """Return the AUC of ``score`` for ``member`` (boolean) against the other rows, within strata 0 … .

    Strata weigh n₁n₀ ÷ (n₁ + n₀). nan where no stratum has both. Ties count half.
    """
    # what is equal but for rounding stays equal, whatever the number of threads that multiplied it
    score = np.round(score, 9)
    order = np.lexsort((score, stratum))
    held, place = member[order], stratum[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(place) != 0) | (np.diff(score[order]) != 0)
    run = np.cumsum(first) - 1
    counts = [np.bincount(run, weights=side) for side in (held, ~held)]
    sizes = [np.bincount(place, weights=side) for side in (held, ~held)]
    # members and others of the same stratum below each row, those of equal score by half
    below = [
        (np.cumsum(count) - count / 2)[run] - (np.cumsum(size) - size)[place]
        for count, size in zip(counts, sizes, strict=True)
    ]
    both = (sizes[0] > 0) & (sizes[1] > 0)
    if not both.any():
        return Auc(value=np.nan, pull=np.zeros(len(score)), influence=np.full(len(score), np.nan))
    pairs = np.where(both, sizes[0] * sizes[1], 1.0)
    weight = np.where(both, sizes[0] * sizes[1] / np.maximum(sizes[0] + sizes[1], 1), 0.0)
    weight = weight / weight.sum()
    by_stratum = np.bincount(place, weights=np.where(held, below[1], 0.0), minlength=len(both)) / pairs
    value = float((weight * by_stratum).sum())
    # share of the others below a member; share of the members above another
    above = np.where(held, below[1] / sizes[1].clip(1)[place], 1 - below[0] / sizes[0].clip(1)[place])
    side = np.where(held, sizes[0][place], sizes[1][place])
    total = np.where(held, sizes[0][both].sum(), sizes[1][both].sum())
    part = weight[place] * total / side * (above - by_stratum[place]) + (value - 0.5) / 2
    influence, pull = np.empty(len(score)), np.empty(len(score))
    influence[order] = np.where(both[place], np.where(held, part, -part), np.nan)
    pull[order] = weight[place] * (below[0] + below[1] + 0.5) / pairs[place]
    return Auc(value=value, pull=pull, influence=influence)


def permuted(pull: np.ndarray, member: np.ndarray, cell: np.ndarray) -> tuple[float, float]:
    """Return how far the AUC lies above its mean when membership is permuted within cells, and its deviation then.

    Both in closed form: the sum of m of M values drawn without replacement has the mean m·ā and the variance
    m(M − m)/(M − 1) times theirs.
    """
    size, members = np.bincount(cell).astype(float), np.bincount(cell, weights=member)
    mean = np.bincount(cell, weights=pull) / np.maximum(size, 1)
    spread = np.bincount(cell, weights=(pull - mean[cell]) ** 2) / np.maximum(size, 1)
    variance = members * (size - members) / np.maximum(size - 1, 1) * spread
    return float(pull[member].sum() - (members * mean).sum()), float(np.sqrt(variance.sum()))


@lru_cache(maxsize=1)
def read_by_law() -> frozenset[str]:
    """Return the facts that the law data themselves read: tiers, thresholds, increments, elements of an offence."""
    facts: set[str] = set()
    for law in statutes().charges.values():
        facts |= law.elements
        facts |= {fact for grounds in law.grounds.values() for ground in grounds for fact in ground.facts}
        facts |= {entry.fact for versions in law.thresholds.values() for entry in versions}
        facts |= {entry.by for versions in law.thresholds.values() for entry in versions if entry.by is not None}
        facts |= {entry.fact for entry, _ in law.increments}
    return frozenset(facts)


def decisive(name: str) -> bool:
    """Tell whether law makes the factor count: it decides a tier, a threshold or an increment, or has a ratio."""
    if name == LAW:
        return True
    factor = registry().factors[name]
    ratios = factor.circumstance is not None or any(level.circumstance is not None for level in factor.levels)
    return ratios or name in read_by_law()


def described(name: str) -> dict[str, Any]:
    """Return what the registry says of a factor, or of :data:`LAW`: name, article, ground, class, whether decisive."""
    if name == LAW:
        general = registry().general_article
        return {"factor": LAW, "zh": _LAW_ZH, "article": general, "ground": "量刑须在法定刑幅度内依数额、情节进行",
                "shown_as": "规则轨", "decisive": True}  # fmt: skip
    factor: Factor = registry().factors[name]
    return {
        "factor": name,
        "zh": factor.zh,
        "article": factor.article or registry().general_article,
        "ground": factor.ground or factor.factor_class.ground,
        "shown_as": factor.factor_class.shown_as,
        "decisive": decisive(name),
    }


def _sample(n: int, *, seed: int) -> np.ndarray:
    if n <= MAX_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=MAX_ROWS, replace=False))


def _codes(values: pd.Series, otherwise: np.ndarray | None = None) -> np.ndarray:
    """Return codes 0 …; a value that is not known has a code of its own, or one for each value of ``otherwise``."""
    text = values.astype("string")
    if otherwise is not None:
        text = text.fillna(pd.Series(otherwise, index=values.index).astype("string"))
    return pd.factorize(text, sort=True, use_na_sentinel=False)[0]


def _beyond_law(table: pd.DataFrame, clusters: np.ndarray, *, settings: AuditSettings, threads: int) -> np.ndarray:
    """Return ln(1 + advice) less what models of other courts make of each row's starting point, range and tier."""
    track = rule_track(table, dated=True)
    coded = {"tier": _codes(track["tier"]), "charge": _codes(table["charge_group"])}
    law = pd.DataFrame(
        {
            name: coded[name].astype("float64")
            if name in coded
            else track[name].to_numpy(dtype="float64", na_value=np.nan)
            for name in _LAW_COLUMNS
        }
    )
    outcome = np.log1p(table["advice"].to_numpy(dtype="float64"))[:, None]
    return conditional.explain(
        law, outcome, clusters, categorical=tuple(coded), seed=settings.seed, threads=threads
    ).residual[:, 0]  # fmt: skip


def _halves(
    inputs: np.ndarray, member: np.ndarray, charge: np.ndarray, halves: tuple[np.ndarray, np.ndarray]
) -> _Halves:
    learning, asked = halves
    own, targets = inputs[learning].astype("float64"), member[learning].astype("float64")
    charges = int(charge.max()) + 1
    who = np.zeros((charges, len(learning)))
    who[charge[learning], np.arange(len(learning))] = 1.0
    size = np.maximum(who.sum(axis=1), 1.0)[:, None]
    # within charge: the means of the charge are taken out of both sides
    means = who @ own / size
    own = own - means[charge[learning]]
    return _Halves(
        asked=asked,
        inputs=inputs[asked] - means[charge[asked]],
        gram=own.T @ own + _PENALTY * np.eye(own.shape[1]),
        moment=own.T @ targets,
    )


def _scores(halves: _Halves, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of the cases asked about (asked, groups) and the weights of the columns (columns, groups)."""
    weights = np.zeros(halves.moment.shape)
    if kept.any():
        weights[kept] = linalg.solve(halves.gram[np.ix_(kept, kept)], halves.moment[kept], assume_a="pos")
    return halves.inputs @ weights, weights


def _largest(inputs: Inputs, halves: _Halves, weights: np.ndarray, *, number: int) -> list[int]:
    """Return the factors whose part in the scores spreads most, in standard deviations of the group's own score."""
    whole = np.maximum((halves.inputs @ weights).std(axis=0), 1e-12)
    spread = np.zeros(len(inputs.factors))
    for place in range(len(inputs.factors)):
        own = inputs.factor == place
        spread[place] = ((halves.inputs[:, own] @ weights[own]).std(axis=0) / whole).max(initial=0.0)
    order = np.argsort(-spread, kind="stable")[:number]
    return [int(place) for place in order if spread[place] > 0]


def _kept(inputs: Inputs, name: str) -> np.ndarray:
    """Return the columns left when a factor is taken out: without what the law computes of it, where it measures it."""
    out = {name, LAW} if name in _measured() else {name}
    return ~np.isin(inputs.factor, [place for place, factor in enumerate(inputs.factors) if factor in out])


@lru_cache(maxsize=1)
def _measured() -> frozenset[str]:
    return frozenset(fact for law in statutes().charges.values() for fact in measures(law))


def _gains(student: TermRegressor) -> dict[str, float]:
    """Return the share of the gain of the model's trees by factor."""
    owner = {column.name: column.factor or LAW for column in design_columns()}
    booster = student.booster_
    gains = pd.Series(booster.feature_importance("gain"), index=[owner[name] for name in booster.feature_name()])
    total = gains.groupby(level=0).sum()
    return {str(name): float(value) for name, value in (total / max(total.sum(), 1e-12)).items()}


def _attribute(
    found: Comparable,
    inputs: Inputs,
    residual: np.ndarray,
    clusters: np.ndarray,
    charge: np.ndarray,
    cell: np.ndarray,
    *,
    gains: dict[str, float],
    settings: AuditSettings,
    rng: np.random.Generator,
    tests: list[dict[str, Any]],
) -> dict[str, Any]:
    plain = {"zh": found.zh, "status": "cannot_say", "why": found.why, "unknown": found.unknown}
    groups = [{**row, "inputs": None, "score": None} for row in found.listed]
    places = np.flatnonzero([label is not None for label in found.label])
    if found.why is None and len(np.unique(clusters[places])) < 2:
        plain["why"] = "已知组别的案件都来自一个法院"
    if plain["why"] is not None:
        return {**plain, "groups": groups, "features": []}
    label = found.label[places]
    member = np.column_stack([label == name for name in found.tested])
    part = Inputs(values=inputs.values[places], factor=inputs.factor, factors=inputs.factors)
    charge, cell = _again(charge[places]), _again(cell[places])
    clusters = _again(clusters[places])
    said = predicted(part, member, charge, clusters, candidates=_CANDIDATES)
    asked, everyone = said.asked, np.arange(len(places))
    stratum = _again(charge[asked])
    held = zip(said.scores[None].T, member[asked].T, strict=True)
    measured = {
        "inputs": (asked, [auc_within(column, who, stratum) for column, who in held]),
        "score": (everyone, [auc_within(residual[places], who, charge) for who in member.T]),
    }
    figures = _figures(measured, member, clusters, cell, settings=settings, rng=rng)
    by_group = {row["group"]: row for row in groups}
    for place, name in enumerate(found.tested):
        for kind in measured:
            figure = figures[kind][place]
            by_group[name][kind] = figure
            if figure is not None and by_group[name]["status"] == "shown":
                tests.append(figure)
    return {
        **plain,
        "status": "measured",
        "groups": groups,
        "features": [
            {**row, "gain": gains.get(row["factor"], 0.0), "group": found.tested[row["group"]]}
            for row in carrying(said, member, charge)[:_FEATURES]
        ],
    }


def _again(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1]


def _figures(
    measured: dict[str, tuple[np.ndarray, list[Auc]]],
    member: np.ndarray,
    clusters: np.ndarray,
    cell: np.ndarray,
    *,
    settings: AuditSettings,
    rng: np.random.Generator,
) -> dict[str, list[dict[str, Any] | None]]:
    """Return the figure of each group by kind; ``measured`` holds the places that each kind is measured on."""
    sums = []
    for places, aucs in measured.values():
        for auc, who in zip(aucs, member.T, strict=True):
            values = np.full((len(member), 1), np.nan)
            values[places, 0] = auc.influence
            sums.append(bootstrap.mean_sums(values, who[:, None], ~who[:, None], clusters))
    together = bootstrap.ClusterSums(
        numerator=np.hstack([entry.numerator for entry in sums]),
        denominator=np.hstack([entry.denominator for entry in sums]),
        rest_numerator=np.hstack([entry.rest_numerator for entry in sums]),
        rest_denominator=np.hstack([entry.rest_denominator for entry in sums]),
    )
    target = settings.margin("proxy_score")
    known = bootstrap.infer(together, margin=target, level=settings.level, replicates=settings.bootstrap, rng=rng)
    figures: dict[str, list[dict[str, Any] | None]] = {}
    place = 0
    for kind, (places, aucs) in measured.items():
        figures[kind] = []
        cells = _again(cell[places])
        for auc, who in zip(aucs, member[places].T, strict=True):
            exchanged = cells if _mixed(who, cells) >= _EXCHANGEABLE else None
            figure = _figure(auc, who, exchanged, known, place, above_only=kind == "inputs", level=settings.level)
            if figure is not None and kind == "score":
                figure["within_target"] = _within(figure["low"], figure["high"], target)
            figures[kind].append(figure)
            place += 1
    return figures


def _mixed(member: np.ndarray, cell: np.ndarray) -> float:
    """Return the share of the members that sit in cells with others."""
    size, members = np.bincount(cell), np.bincount(cell, weights=member)
    return float(members[members < size].sum() / max(members.sum(), 1))


def _figure(
    auc: Auc,
    member: np.ndarray,
    cell: np.ndarray | None,
    known: bootstrap.Inference,
    place: int,
    *,
    above_only: bool,
    level: float,
) -> dict[str, Any] | None:
    se, df = known.se[place], known.df[place]
    if not np.isfinite(auc.value) or not np.isfinite(se):
        return None
    above, spread, null = auc.value - 0.5, se, stats.t(df)
    if cell is not None:
        (above, spread), null = permuted(auc.pull, member, cell), stats.norm()
    if spread <= 0:  # all cells say the same
        return None
    half = null.ppf(0.5 + level / 2) * spread
    low, high = 0.5 + known.low[place], 0.5 + known.high[place]
    whole = low <= 0 and high >= 1  # then the interval says nothing
    return {
        "estimate": auc.value,
        "low": None if whole else _number(low, 0.0, 1.0),
        "high": None if whole else _number(high, 0.0, 1.0),
        "detectable": _number(known.detectable[place], 0.0, 0.5),
        "null_low": _number(auc.value - above - half, 0.0, 1.0),
        "null_high": _number(auc.value - above + half, 0.0, 1.0),
        "null": "clusters" if cell is None else "court_charge",
        "p": float(null.sf(above / spread) if above_only else 2 * null.sf(abs(above) / spread)),
        "q": None,
        "worth_looking": False,
    }


def _within(low: float | None, high: float | None, target: float) -> bool | None:
    if low is None or high is None:
        return None
    if low >= 0.5 - target and high <= 0.5 + target:
        return True
    return False if low > 0.5 + target or high < 0.5 - target else None


def _adjust(tests: list[dict[str, Any]], *, settings: AuditSettings) -> None:
    adjusted = bootstrap.adjusted(np.array([entry["p"] for entry in tests]))
    for entry, q in zip(tests, adjusted, strict=True):
        entry["q"], entry["worth_looking"] = float(q), bool(q <= 1 - settings.level)


def _section(
    rows: dict[str, int], attributes: dict[str, Any], *, why: str | None, settings: AuditSettings
) -> dict[str, Any]:
    figures = [
        (kind, row[kind])
        for entry in attributes.values()
        for row in entry["groups"]
        for kind in ("inputs", "score")
        if row[kind] is not None
    ]
    scores = [figure for kind, figure in figures if kind == "score"]
    return settled(
        {
            "status": "measured" if why is None else "cannot_say",
            "why": why,
            "note": NOTE,
            "rows": rows,
            "target": settings.margin("proxy_score"),
            "attributes": attributes,
            "summary": {
                "tests": sum(figure["q"] is not None for _, figure in figures),
                "worth_looking": sum(figure["worth_looking"] for _, figure in figures),
                "within_target": sum(figure["within_target"] is True for figure in scores),
                "beyond_target": sum(figure["within_target"] is False for figure in scores),
                "largest_score": max((abs(figure["estimate"] - 0.5) for figure in scores), default=None),
            },
        }
    )


def _number(value: float, least: float, most: float) -> float | None:
    return float(min(max(value, least), most)) if np.isfinite(value) else None
