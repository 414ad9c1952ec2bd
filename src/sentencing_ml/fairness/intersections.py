"""Every crossing of two attributes: who is scored high, whom the expected term misses, and what of it is beyond noise.

The tables have the form of the New York rule on automated decision tools (Local Law 144, 6 RCNY § 5-301): cases,
scoring rate (share of the advice above the median of all advice), impact ratio to the cell with the highest rate;
cells with less than 2 % of the cases are listed with their number and take no part in the ratio. Beside them stands the
signed bias of the cell against all others (F1), with an interval over courts.

Thousands of cells are looked at, so the largest gap is large by chance alone. Two things hold against that: each
estimate is drawn towards zero as far as its own noise and the spread of the cells of its table demand, and the largest
standardised gap is compared with what is left of it when the signs of whole courts are drawn at random. All of it is
exploratory: a cell may be worth a look (值得查看), no verdict is given.

Source of the shrinkage: the normal-normal model of Morris (1983), with the spread between cells integrated over its
likelihood as in Gelman et al., Bayesian Data Analysis, ch. 5, instead of being taken as known.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap
from sentencing_ml.fairness.contrasts import grouping
from sentencing_ml.fairness.groups import attribute, groups
from sentencing_ml.fairness.metrics import signed_bias
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings

LEAST_SHARE = 0.02
"""Share of the cases below which the New York rule lets a category be left out of the impact ratio."""

WORST = 10
"""Cells listed by the size of their shrunken bias."""

FIELDS = (
    "groups", "n", "status", "scoring_rate", "impact_ratio", "estimate", "low", "high", "detectable",
    "p", "q", "p_scan", "shrunken", "credible_low", "credible_high", "look",
)  # fmt: skip
"""What the list of a cell holds, in this order."""

_COLUMNS = ("y", "expected", "advice", "court", "cluster", "charge_group")
_PERSON = ("doc_id", "defendant_index")
_STREAM = 9
_DIGITS = 5
# Spreads between cells that are tried, on the log scale: none at all up to a factor of e.
_SPREADS = np.concatenate([[0.0], np.geomspace(0.001, 1.0, 60)])


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """An attribute over the compared rows: code and label of each group, rows that are kept, groups that are hidden."""

    name: str
    zh: str
    labels: tuple[str, ...]
    code: np.ndarray
    kept: np.ndarray
    hidden: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Which of the groups are known ones."""
        return np.array([label != groups().unknown for label in self.labels])


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The compared rows: signed bias (nan unknown), whether the advice is above the overall median (nan unknown), codes
    of the clusters, and the first row of each defendant."""

    bias: np.ndarray
    high: np.ndarray
    cluster: np.ndarray
    clusters: int
    first: np.ndarray


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """A crossing: counts (groups × groups), what is withheld, the cells with figures, and these figures.

    ``places`` are flat positions in ``counts``; ``statistic`` (cells,) is the studentised score of each and ``scores``
    (clusters, cells) its parts by cluster.
    """

    one: _Axis
    other: _Axis
    counts: np.ndarray
    withheld: np.ndarray
    places: np.ndarray
    rate: np.ndarray
    found: bootstrap.Inference
    statistic: np.ndarray
    scores: np.ndarray

    @property
    def told(self) -> np.ndarray:
        """Which cells, flat, are of known groups and not withheld."""
        return ((self.one.known[:, None] & self.other.known) & ~self.withheld).ravel()

    @property
    def n(self) -> int:
        """The cases of all cells that are told."""
        return int(self.counts.ravel()[self.told].sum())

    @property
    def fewer(self) -> np.ndarray:
        """The cases of each cell with figures, or those of all others where these are fewer."""
        own = self.counts.ravel()[self.places]
        return np.minimum(own, self.n - own)


def assess_intersections(table: pd.DataFrame, *, settings: AuditSettings) -> dict[str, Any]:
    """Assess every crossing of two attributes of the settings.

    Parameters
    ----------
    table : a row a compared count, as :func:`sentencing_ml.fairness.assessment.assess` takes it; read are the columns
        of the attributes, ``charge_group``, ``court``, ``cluster``, ``y``, ``expected`` and ``advice``.

    Returns
    -------
    dict, JSON-plain; shares are geometric (0.1 = +10 %), null is "cannot be said":

    - ``status`` (measured | cannot_say), ``why``;
    - ``n``, ``clusters``, ``median_advice`` (months), ``least_share`` (0.02), ``fields`` (the order of a cell's list);
    - ``pairs``: ``attributes`` and ``zh`` (two names each), ``n`` (cases of the cells that are told; all figures are of
      these), ``suppressed`` (withheld cells of known groups), ``highest`` (``groups``, ``scoring_rate``; null without a
      cell of 2 %), ``spread`` (the expected spread of the true cells, log scale) and ``cells``, a list a cell by
      ``fields``: ``groups`` (two labels), ``n``, ``status`` (shown | no_verdict | count_only, by the cell or by all
      others where these are fewer; suppressed cells are not listed), ``scoring_rate``, ``impact_ratio`` (null below
      2 %), ``estimate``, ``low``, ``high``, ``detectable``, ``p``, ``q`` (over all cells of the section with enough
      cases), ``p_scan`` (over the permuted maxima), ``shrunken``, ``credible_low``, ``credible_high``, ``look`` (true:
      值得查看);
    - ``worst``: the ten cells with the largest shrunken bias, as dicts with ``attributes``, ``zh`` and the fields;
    - ``scan``: ``cells``, ``statistic`` (largest absolute standardised gap), ``p``, ``permutations``, ``null_95`` (its
      95 % point when nothing is there), ``cell`` (``attributes``, ``zh``, ``groups``); null where it cannot be made;
    - ``skipped``: ``attributes``, ``why``;
    - ``summary``: ``pairs``, ``skipped``, ``cells`` (with figures), ``shown``, ``no_verdict``, ``count_only``,
      ``suppressed``, ``look``, ``worst_shrunken`` (largest absolute shrunken share), ``worst_credible`` (largest
      absolute bound among the worst).
    """
    skipped = [
        {"attributes": [name], "why": "设置中的属性名不存在"} for name in groups().unknown_names(settings.attributes)
    ]
    names = [name for name in settings.attributes if name in groups().attributes]
    absent = [column for column in _COLUMNS if column not in table]
    if absent:
        return _cannot_say(f"数据缺少列：{'、'.join(absent)}", skipped=skipped)
    if table.empty:
        return _cannot_say("没有可比较的案件", skipped=skipped)
    axes = []
    for name in names:
        axis = _axis(table, name, settings=settings)
        if axis.known.sum() < 2:
            skipped.append({"attributes": [name], "why": "已知的组不足两个"})
        else:
            axes.append(axis)
    if len(axes) < 2:
        return _cannot_say("可用的属性不足两个，没有交叉可言", skipped=skipped)
    rows, median = _rows(table, seed=settings.seed)
    pairs = []
    for one, other in combinations(axes, 2):
        if _nested(one, other):
            why = "一个属性的组完全包含在另一个属性的组内，交叉不增加信息"
            skipped.append({"attributes": [one.name, other.name], "why": why})
        else:
            pairs.append(_pair(one, other, rows, settings=settings))
    if not pairs:
        return _cannot_say("属性两两包含，没有交叉可言", skipped=skipped)
    return _section(pairs, rows, median=median, skipped=skipped, settings=settings)


def shrink(
    estimate: np.ndarray, se: np.ndarray, df: np.ndarray, *, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Draw estimates towards zero, as far as their noise and the spread of all of them demand.

    Parameters
    ----------
    estimate, se, df : arrays of shape (cells,); a cell without a finite ``se`` stays nan and tells nothing.
    level : of the credible interval.

    Returns
    -------
    Posterior means, lower and upper bounds of the same shape, and the posterior mean of the spread.
    """
    known = np.isfinite(estimate) & np.isfinite(se) & (se > 0) & np.isfinite(df)
    mean, low, high = (np.full(estimate.shape, np.nan) for _ in range(3))
    if not known.any():
        return mean, low, high, float("nan")
    half = stats.norm.ppf(0.5 + level / 2)
    # an error told by few courts is itself uncertain: it is taken as much larger as a t is wider than a normal
    noise = se[known] * stats.t.ppf(0.5 + level / 2, df[known]) / half
    total = noise[:, None] ** 2 + _SPREADS**2
    likelihood = -0.5 * (np.log(total) + estimate[known][:, None] ** 2 / total).sum(axis=0)
    weight = np.exp(likelihood - likelihood.max()) * np.gradient(_SPREADS)
    weight /= weight.sum()
    kept = _SPREADS**2 / total
    means = kept * estimate[known][:, None]
    centre = means @ weight
    spread = np.sqrt((kept * noise[:, None] ** 2 + (means - centre[:, None]) ** 2) @ weight)
    mean[known], low[known], high[known] = centre, centre - half * spread, centre + half * spread
    return mean, low, high, float(_SPREADS @ weight)


def _rows(table: pd.DataFrame, *, seed: int) -> tuple[_Rows, float]:
    advice = table["advice"].to_numpy(dtype=float)
    median = float(np.nanmedian(advice)) if np.isfinite(advice).any() else float("nan")
    high = np.where(np.isfinite(advice), (advice > median).astype(float), np.nan)
    cluster = bootstrap.blocks(court_clusters(table["court"], table["cluster"]), seed=seed)
    bias = signed_bias(table["y"].to_numpy(dtype=float), table["expected"].to_numpy(dtype=float))
    person = [column for column in _PERSON if column in table]
    first = ~table.duplicated(person).to_numpy() if len(person) == len(_PERSON) else np.ones(len(table), dtype=bool)
    return _Rows(bias=bias, high=high, cluster=cluster, clusters=int(cluster.max()) + 1, first=first), median


def _axis(table: pd.DataFrame, name: str, *, settings: AuditSettings) -> _Axis:
    # the same groups, rows and withheld groups as in the attribute's own table
    found = grouping(table, name, settings=settings)
    labels = tuple(sorted(found.sizes))
    kept = found.kept & found.group.isin(labels).to_numpy(dtype=bool)
    code = pd.Categorical(found.group, categories=list(labels)).codes.astype(np.int64)
    return _Axis(
        name=name,
        zh=attribute(name).zh,
        labels=labels,
        code=np.where(kept, code, 0),
        kept=kept,
        hidden=np.array([label in found.hidden for label in labels], dtype=bool),
    )


def _counts(one: _Axis, other: _Axis) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return counts (groups × groups), the flat cell of each row, and which rows both attributes keep."""
    kept = one.kept & other.kept
    cell = one.code * len(other.labels) + other.code
    counts = np.bincount(cell[kept], minlength=len(one.labels) * len(other.labels))
    return counts.reshape(len(one.labels), len(other.labels)), cell, kept


def _nested(one: _Axis, other: _Axis) -> bool:
    counts = _counts(one, other)[0][np.ix_(one.known, other.known)] > 0
    return bool((counts.sum(axis=1) <= 1).all() or (counts.sum(axis=0) <= 1).all())


def _pair(one: _Axis, other: _Axis, rows: _Rows, *, settings: AuditSettings) -> _Pair:
    counts, cell, kept = _counts(one, other)
    both = one.known[:, None] & other.known
    hidden = disclosure.withheld(
        counts,
        below=settings.suppress_below,
        persons=np.bincount(cell[kept & rows.first], minlength=counts.size).reshape(counts.shape),
        # a group that is withheld by itself must not follow from the sum of its cells
        hidden=one.hidden[:, None] | other.hidden,
        # those of whom a side is unknown are no crossing; not being shown, they protect the small cells beside them
        unshown=~both,
    )
    # what is withheld is in no figure either: from the differences of all other cells its own would follow
    told, flat = (both & ~hidden).ravel(), counts.ravel()
    # a cell is compared with all others: too few of them, and the difference would speak of these few
    enough = np.minimum(flat, flat[told].sum() - flat) >= disclosure.COUNT_ONLY_BELOW
    places = np.flatnonzero(told & enough)
    compared = kept & told[cell]
    found, statistic, scores = _bias(places, cell[compared], rows, compared, settings=settings)
    high = rows.high[compared]
    told = np.isfinite(high)
    above = np.bincount(cell[compared][told], weights=high[told], minlength=counts.size)[places]
    of = np.bincount(cell[compared][told], minlength=counts.size)[places]
    return _Pair(
        one=one, other=other, counts=counts, withheld=hidden, places=places,
        rate=np.divide(above, of, out=np.full(len(places), np.nan), where=of > 0),
        found=found, statistic=statistic, scores=scores,
    )  # fmt: skip


def _bias(
    places: np.ndarray, cell: np.ndarray, rows: _Rows, compared: np.ndarray, *, settings: AuditSettings
) -> tuple[bootstrap.Inference, np.ndarray, np.ndarray]:
    """Return the bias of each cell against all others, its studentised score, and the score's parts by cluster."""
    told = np.isfinite(rows.bias[compared])
    bias, cell, cluster = rows.bias[compared][told], cell[told], rows.cluster[compared][told]
    number = len(places)
    column = np.full(int(max(cell.max(initial=0), places.max(initial=0))) + 1, number)
    column[places] = np.arange(number)
    # the last column takes the cells without figures, which are part of everyone's rest
    at = cluster * (number + 1) + column[cell]
    shape = (rows.clusters, number + 1)

    def by_cluster(weights: np.ndarray | None) -> np.ndarray:
        return np.bincount(at, weights=weights, minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    size, total = by_cluster(None), by_cluster(bias)
    cases, sums = size.sum(axis=1, keepdims=True), total.sum(axis=1, keepdims=True)
    size, total = size[:, :number], total[:, :number]
    present = cases[:, 0] > 0
    found = bootstrap.infer(
        bootstrap.ClusterSums(
            numerator=total[present],
            denominator=size[present],
            rest_numerator=(sums - total)[present],
            rest_denominator=(cases - size)[present],
        ),
        margin=float(np.log1p(settings.equivalence)), level=settings.level, replicates=0,
        rng=np.random.default_rng(settings.seed),
    )  # fmt: skip
    # the score of "this cell lies beside the others": Σ (member − share of members) (bias − mean)
    mean = bias.mean() if bias.size else 0.0
    share = size.sum(axis=0) / max(len(bias), 1)
    scores = (total - mean * size) - share * (sums - mean * cases)
    spread = np.sqrt((scores**2).sum(axis=0))
    statistic = np.divide(scores.sum(axis=0), spread, out=np.zeros(number), where=spread > 1e-12)
    scaled = np.divide(scores, spread, out=np.zeros(scores.shape), where=spread > 1e-12)
    return found, statistic, scaled


def _scan(pairs: list[_Pair], rows: _Rows, *, settings: AuditSettings) -> np.ndarray | None:
    """Return the largest absolute standardised gap of each draw of signs, (permutations,); None of one cluster."""
    if rows.clusters < 2 or not any(len(pair.places) for pair in pairs):
        return None
    rng = np.random.default_rng([settings.seed, _STREAM])
    signs = rng.choice([-1.0, 1.0], size=(settings.permutations, rows.clusters))
    largest = np.zeros(settings.permutations)
    for pair in pairs:
        if len(pair.places):
            largest = np.maximum(largest, np.abs(signs @ pair.scores).max(axis=1))
    return largest


def _section(
    pairs: list[_Pair], rows: _Rows, *, median: float, skipped: list[dict[str, Any]], settings: AuditSettings
) -> dict[str, Any]:
    null = _scan(pairs, rows, settings=settings)
    p = np.concatenate([pair.found.p for pair in pairs])
    judged = np.concatenate([pair.fewer >= settings.verdict_from for pair in pairs])
    q = bootstrap.adjusted(np.where(judged, p, np.nan))
    ends = np.cumsum([len(pair.places) for pair in pairs])
    described, listed = [], []
    for pair, end in zip(pairs, ends, strict=True):
        own, cells = _described(pair, q[end - len(pair.places) : end], null, settings=settings)
        described.append(own)
        head = {"attributes": own["attributes"], "zh": own["zh"]}
        listed += [{**head, **dict(zip(FIELDS, cell, strict=True))} for cell in cells]
    measured = [cell for cell in listed if cell["shrunken"] is not None]
    worst = sorted(measured, key=lambda cell: -abs(np.log1p(cell["shrunken"])))[:WORST]
    statuses = [cell["status"] for cell in listed]
    bounds = [abs(cell[name]) for cell in worst for name in ("credible_low", "credible_high")]
    return {
        "status": "measured",
        "why": None,
        "n": len(rows.bias),
        "clusters": rows.clusters,
        "median_advice": _number(median),
        "least_share": LEAST_SHARE,
        "fields": list(FIELDS),
        "pairs": described,
        "worst": worst,
        "scan": _scanned(pairs, null, settings=settings),
        "skipped": skipped,
        "summary": {
            "pairs": len(pairs),
            "skipped": len(skipped),
            "cells": sum(len(pair.places) for pair in pairs),
            **{name: statuses.count(name) for name in ("shown", "no_verdict", "count_only")},
            "suppressed": sum(entry["suppressed"] for entry in described),
            "look": sum(bool(cell["look"]) for cell in listed),
            "worst_shrunken": max((abs(cell["shrunken"]) for cell in worst), default=None),
            "worst_credible": max(bounds, default=None),
        },
    }


def _described(
    pair: _Pair, q: np.ndarray, null: np.ndarray | None, *, settings: AuditSettings
) -> tuple[dict[str, Any], list[list[Any]]]:
    counts, found = pair.counts.ravel(), pair.found
    both = (pair.one.known[:, None] & pair.other.known).ravel()
    n = counts[pair.places]
    mean, low, high, spread = shrink(found.estimate, found.se, found.df, level=settings.level)
    large = (n >= LEAST_SHARE * pair.n) & np.isfinite(pair.rate)
    top = int(np.flatnonzero(large)[np.argmax(pair.rate[large])]) if large.any() else None
    reference = pair.rate[top] if top is not None else np.nan
    ratio = np.where(large & (reference > 0), pair.rate / (reference if reference > 0 else 1.0), np.nan)
    figures = {}
    for place, flat in enumerate(pair.places):
        verdict = pair.fewer[place] >= settings.verdict_from
        figures[int(flat)] = {
            "scoring_rate": _number(pair.rate[place]),
            "impact_ratio": _number(ratio[place]),
            **{name: _share(getattr(found, name)[place]) for name in ("estimate", "low", "high", "detectable")},
            "p": _number(found.p[place]),
            "q": _number(q[place]),
            "p_scan": _permuted(null, abs(pair.statistic[place])),
            "shrunken": _share(mean[place]),
            "credible_low": _share(low[place]),
            "credible_high": _share(high[place]),
            "look": bool(verdict and np.isfinite(q[place]) and q[place] <= 1 - settings.level),
            "status": "shown" if verdict else "no_verdict",
        }
    cells = []
    for flat in np.flatnonzero((counts > 0) & pair.told):
        a, b = divmod(int(flat), len(pair.other.labels))
        cell = {
            "groups": [pair.one.labels[a], pair.other.labels[b]], "n": int(counts[flat]), "status": "count_only",
        } | figures.get(int(flat), {})  # fmt: skip
        cells.append([cell.get(name, False if name == "look" else None) for name in FIELDS])
    return {
        "attributes": [pair.one.name, pair.other.name],
        "zh": [pair.one.zh, pair.other.zh],
        "n": pair.n,
        "suppressed": int((both & ~pair.told & (counts > 0)).sum()),
        "highest": None if top is None else {
            "groups": _labels(pair, int(pair.places[top])), "scoring_rate": _number(reference)
        },
        "spread": _number(spread),
        "cells": cells,
    }, cells  # fmt: skip


def _scanned(pairs: list[_Pair], null: np.ndarray | None, *, settings: AuditSettings) -> dict[str, Any] | None:
    if null is None:
        return None
    of = [pair for pair in pairs if len(pair.places)]
    pair = max(of, key=lambda entry: np.abs(entry.statistic).max())
    place = int(np.argmax(np.abs(pair.statistic)))
    statistic = float(np.abs(pair.statistic[place]))
    return {
        "cells": sum(len(entry.places) for entry in pairs),
        "statistic": _number(statistic),
        "p": _permuted(null, statistic),
        "permutations": settings.permutations,
        "null_95": _number(np.quantile(null, 0.95)),
        "cell": {
            "attributes": [pair.one.name, pair.other.name],
            "zh": [pair.one.zh, pair.other.zh],
            "groups": _labels(pair, int(pair.places[place])),
        },
    }


def _labels(pair: _Pair, flat: int) -> list[str]:
    a, b = divmod(flat, len(pair.other.labels))
    return [pair.one.labels[a], pair.other.labels[b]]


def _permuted(null: np.ndarray | None, statistic: float) -> float | None:
    return None if null is None else _number((1 + int((null >= statistic).sum())) / (1 + len(null)))


def _cannot_say(why: str, *, skipped: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "status": "cannot_say", "why": why, "n": None, "clusters": None, "median_advice": None,
        "least_share": LEAST_SHARE, "fields": list(FIELDS), "pairs": [], "worst": [], "scan": None, "skipped": skipped,
        "summary": {
            "pairs": 0, "skipped": len(skipped), "cells": 0, "shown": 0, "no_verdict": 0, "count_only": 0,
            "suppressed": 0, "look": 0, "worst_shrunken": None, "worst_credible": None,
        },
    }  # fmt: skip


def _share(value: float) -> float | None:
    return _number(np.expm1(value))


def _number(value: float) -> float | None:
    return round(float(value), _DIGITS) if np.isfinite(value) else None
