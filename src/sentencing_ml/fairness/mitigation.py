"""What can lawfully be done about a disparity, tried and measured: how far it helps, what it costs, whom it harms.

Four students are trained by the package's own code on the training part, with the same neutral labels, and measured on
the same counts of the test part:

- ``as_is``: as the shipped model was trained (with the same settings it is the same model, to the letter);
- ``without_proxy``: without the factor that tells most of the group, unless the law itself makes that factor count;
- ``reweighted``: every group weighs the same within charge and third of severity;
- ``bounded_group_loss``: fairlearn's GridSearch with BoundedGroupLoss over SquareLoss (Agarwal, Dudík & Wu 2019). Every
  point of the grid (STEPS) is an ordinary student with other weights of the groups; the one whose worst group has the
  smallest loss on a held fifth of the training part is trained again on all of it. It is one deterministic predictor.

The attribute is chosen on the training part, by a rule fixed beforehand: of the protected attributes with at most
MAX_GROUPS comparable groups, the one with the group whose neutral labels lie farthest from what students of other rows
predict, measured in standard errors, among groups with enough cases in both parts. The test part chooses nothing else.

Nothing is applied: the students are thrown away and the shipped model is not touched. Methods that draw lots between
predictors are refused: two like cases could then get unlike advice.

The section::

    status      "measured" | "cannot_say" | "not_run"
    why         Chinese sentence, null when measured
    note        how the section is to be read (Chinese)
    attribute   {name, zh, rule (how it was chosen, Chinese), group (where the labels of the training part lie farthest
                 off), n, estimate, low, high, p} | null; a share of the label above the prediction
    same_as_shipped  whether the student trained as is has the trees of the shipped model | null
    rows        {train, test} counts | null
    candidates  [{name, zh, what, law (the question of law that it raises, null for as_is), status: "measured" |
                  "not_possible", why,
                  removed     factor as in ``features`` of the proxies, without gain | null
                  passed_over [factors that tell more of the group and may not be removed, the same form]
                  disparity   {error, amplification: {group, estimate, low, high} | null}: the largest of the groups,
                              of those with enough cases for a verdict where there are such
                  accuracy    {n, mae_months, typical_ratio: {value, low, high}}: expected against declared term
                  change      {mae_months, typical_ratio: {value, low, high}} against as_is | null for as_is
                  groups      [{group, n, status, error, amplification,
                                gap_change    the group's advice against as_is, less that of the others
                                advice_change the group's advice against as_is
                                mae_change    months against as_is; each {estimate, low, high} | null}]
                  helped      true: the largest gap is smaller for certain, false: larger, null: neither
                  reading     what it did, in a sentence (Chinese)}]
                  error, amplification, gap_change, advice_change are shares (0.10 = 10 %)
    refused     [{name, why}]
    summary     {measured, helped, worse}: numbers of candidates
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.reductions import BoundedGroupLoss, GridSearch, SquareLoss
from sklearn.base import BaseEstimator, clone

from sentencing_ml.factors.registry import registry
from sentencing_ml.fairness import bootstrap, conditional
from sentencing_ml.fairness.comparable import Comparable, comparable, settled
from sentencing_ml.fairness.groups import groups
from sentencing_ml.fairness.proxies import carrying, encoded, predicted
from sentencing_ml.liability.abstention import decide
from sentencing_ml.liability.accuracy import Clusters, accuracy, court_clusters, difference, drawn
from sentencing_ml.liability.boosting import TermRegressor, group_folds, to_text
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.liability_term import LiabilityRegressor, liability_regressor
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.train import Training, has_term, training_rows
from sentencing_ml.settings import AuditSettings, Settings

MAX_GROUPS = 6
"""Comparable groups above which an attribute is left out: the grid of weights grows with every one of them."""

STEPS = (0.15, 0.4)
"""Points of the grid: this share of the whole weight goes to one group, the rest as in the data; and the data alone."""

MOST_WEIGHT = 5.0
"""How many times its weight a case may get; a group of a hundredth would else stand on a handful of cases."""

NOTE = (
    "本节只比较，不采用：各方案用同一训练部分、同一还原后的判决重新训练，在同一测试部分上比较，现用模型不受影响。"
    "差异最大的组是从几组中挑出的，其数值因此偏大，应看区间与相对于现状的变化。"
)

RULE = (
    "在受保护的属性中，取训练部分判决与交叉拟合的模型之差最有把握（差除以标准误最大）的一个；"
    "测试部分只用来确认件数足够"
)

REFUSED = (
    {
        "name": "ExponentiatedGradient",
        "why": "在几个模型之间抽签：同样的案件可能得到不同的建议，违反同案同判",
    },
    {
        "name": "ThresholdOptimizer",
        "why": "按组设不同界限并抽签，预测时须读取组别：同样的犯罪事实因组别得到不同的建议，违反刑法4",
    },
    {
        "name": "按组修正建议",
        "why": "把某组的建议整体调高或调低须以组别为输入，违反刑法4；差异的原因也因此被掩盖",
    },
)

_THIRDS = 3


@dataclass(frozen=True, kw_only=True)
class _Material:
    """What every student is trained on and measured by.

    ``term`` was fitted as the shipped model was. ``group`` is the group of each training row, unknown where it is not
    compared by itself. ``test`` are the counts of the test part for which the model advises; ``found`` their groups.
    """

    training: Training
    term: LiabilityRegressor
    group: np.ndarray
    test: pd.DataFrame
    rows: Rows
    declared: np.ndarray
    neutral_log: np.ndarray
    ceiling_log: np.ndarray
    found: Comparable
    clusters: np.ndarray


@dataclass(frozen=True, kw_only=True)
class _Said:
    """ln(1 + months) of the advice and of the expected term for every test row."""

    advice: np.ndarray
    expected: np.ndarray


class _OfPlaces(BaseEstimator):
    """A student that is given places of prepared rows, since the grid search knows numbers alone.

    ``fit`` multiplies the weights it is given with the rows' own; ``predict`` returns ln(1 + months).
    """

    def __init__(self, *, rows: Rows, weight: np.ndarray, template: TermRegressor) -> None:
        self.rows = rows
        self.weight = weight
        self.template = template

    def fit(self, X: pd.DataFrame, y: pd.Series, sample_weight: pd.Series) -> "_OfPlaces":
        """Fit ln(1 + months) ``y`` of the rows at the places ``X``."""
        places = X["place"].to_numpy()
        weight = self.weight[places] * np.asarray(sample_weight, dtype="float64")
        self.student_ = clone(self.template).fit(self.rows.take(places), np.expm1(np.asarray(y)), sample_weight=weight)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return ln(1 + months) of the rows at the places ``X``."""
        return self.student_.predict_log(self.rows.take(X["place"].to_numpy()))

    def __deepcopy__(self, memo: dict) -> "_OfPlaces":
        # the search copies its estimator for every point; the rows are only read
        return _OfPlaces(rows=self.rows, weight=self.weight, template=self.template)


def compare_mitigations(
    frame: pd.DataFrame, model: LiabilityModel, *, settings: Settings, threads: int
) -> dict[str, Any]:
    """Return the section of the mitigations, see the module.

    Parameters
    ----------
    frame : factor table with ``part`` and the split's ``cluster``; with its ``fold`` the student trained as is is the
        shipped one, without it folds are made of the courts.
    model : the shipped model, which is only read.
    """
    if "fold" not in frame:
        frame = frame.assign(fold=court_clusters(frame["court"], frame["cluster"]))
    training = training_rows(frame, settings=settings)
    test = _test_rows(frame, model)
    clusters = court_clusters(training.frame["court"], training.frame["cluster"])
    if len(test) == 0 or len(np.unique(clusters)) < 2 or len(np.unique(training.fold)) < 2:
        return _nothing("训练部分只有一个法院，或测试部分没有可比较的案件")
    if len(training.months) < 2 * settings.train.min_child_samples or np.ptp(training.months) == 0:
        return _nothing("训练部分的案件太少，或刑期全部相同，无从重新训练")
    term = liability_regressor(settings.train, threads=threads)
    term.fit(training.rows, training.months, groups=training.fold, sample_weight=training.weight)
    chosen = _chosen(training, term, test, clusters, settings=settings.audit)
    if chosen is None:
        return _nothing(f"没有一个受保护的属性在训练与测试部分都有可比较的组（且不多于 {MAX_GROUPS} 组）")
    attribute, of_training, of_test = chosen
    rows, declared = prepare(test, dated=True), test["term_months"].to_numpy(dtype="float64")
    material = _Material(
        training=training,
        term=term,
        group=np.where(_large(of_training), of_training.label, groups().unknown),
        test=test,
        rows=rows,
        declared=declared,
        neutral_log=model.neutral.neutral_log(rows, declared, threads=threads),
        ceiling_log=np.log1p(rows.track["statute_high"].to_numpy(dtype="float64", na_value=np.inf)),
        found=of_test,
        clusters=court_clusters(test["court"], test["cluster"]),
    )
    trained = _trained(material, of_training, clusters)
    return settled(_section(trained, material, attribute, model, settings=settings, threads=threads))


def balanced(group: np.ndarray, cell: np.ndarray, weight: np.ndarray, *, unknown: str) -> np.ndarray:
    """Return weights with which every known group weighs the same within a cell, at most MOST_WEIGHT times its own.

    A cell keeps its weight: what a group may not get stays with the others. A row of unknown group keeps its own.
    """
    known = group != unknown
    table = pd.DataFrame({"cell": cell, "group": group, "weight": weight.astype("float64")})[known]
    of_cell = table.groupby("cell")
    whole = of_cell["weight"].transform("sum")
    even = whole / of_cell["group"].transform("nunique")
    share = even / table.groupby(["cell", "group"])["weight"].transform("sum")
    capped = share > MOST_WEIGHT
    given = table["weight"] * share.clip(upper=MOST_WEIGHT)
    taken = given.where(capped, 0.0).groupby(table["cell"]).transform("sum")
    left = given.where(~capped, 0.0).groupby(table["cell"]).transform("sum")
    stretch = ((whole - taken) / left.where(left > 0)).where(~capped, 1.0).fillna(1.0)
    result = weight.astype("float64")
    result[known] = np.minimum(given * stretch, MOST_WEIGHT * table["weight"]).to_numpy()
    return result


def _nothing(why: str) -> dict[str, Any]:
    return {
        "status": "cannot_say",
        "why": why,
        "note": NOTE,
        "attribute": None,
        "same_as_shipped": None,
        "rows": None,
        "candidates": [],
        "refused": [dict(entry) for entry in REFUSED],
        "summary": {"measured": 0, "helped": 0, "worse": 0},
    }


def _test_rows(frame: pd.DataFrame, model: LiabilityModel) -> pd.DataFrame:
    rows = frame[(frame["part"] == "test") & has_term(frame)].reset_index(drop=True)
    if rows.empty:
        return rows
    return rows[decide(rows, model.support)["status"] == "advised"].reset_index(drop=True)


def _chosen(
    training: Training,
    term: LiabilityRegressor,
    test: pd.DataFrame,
    clusters: np.ndarray,
    *,
    settings: AuditSettings,
) -> tuple[dict[str, Any], Comparable, Comparable] | None:
    """Return the attribute as the section tells it, and its groups in both parts; None where none can be compared."""
    beyond = term.neutral_.labels_ - np.maximum(term.held_log_, 0.0)
    best = None
    for name in settings.attributes:
        if name not in groups().attributes or not _protected(name):
            continue
        found, held = (comparable(table, name, settings=settings) for table in (training.frame, test))
        if found.why or held.why or len(found.tested) > MAX_GROUPS:
            continue
        known = np.array([label is not None for label in found.label])
        member = np.column_stack([found.label == label for label in found.tested])
        result = _of_means(beyond, member, known[:, None] & ~member, clusters, settings=settings, replicates=0)
        enough = np.isfinite(result.se) & np.isin(found.tested, held.tested)
        certain = np.where(enough, np.abs(result.estimate) / np.where(enough, result.se, 1.0), -1.0)
        place = int(np.argmax(certain))
        if certain[place] > 0 and (best is None or certain[place] > best[0]):
            told = {"name": name, "zh": found.zh, "rule": RULE, "group": found.tested[place]}
            told |= {"n": int(member[:, place].sum()), "p": float(result.p[place]), **_share(result, place)}
            best = (certain[place], told, found, held)
    return None if best is None else best[1:]


def _large(found: Comparable) -> np.ndarray:
    """Return which rows are of a group with enough cases for a figure; of two groups both, though one is tested."""
    names = [row["group"] for row in found.listed if row["status"] in ("shown", "no_verdict")]
    return np.isin(found.label.astype(str), names)


def _protected(name: str) -> bool:
    factor = registry().factors.get(groups().attributes[name].column)
    return factor is not None and factor.factor_class.name == "protected"


@dataclass(frozen=True, kw_only=True)
class _Trained:
    """A measure: its words, the student, and which inputs it does not read; no student where it cannot be taken."""

    name: str
    student: TermRegressor | None
    unread: tuple[str, ...] = ()
    removed: dict[str, Any] | None = None
    passed_over: tuple[dict[str, Any], ...] = ()
    why: str | None = None


_WEIGHED = (
    "组别只在训练时决定案件的权重，预测时不读取，同样的犯罪事实仍得同样的建议；"
    "以组别分配权重是否合于刑法4的平等适用，应由有权机关决定"
)

WORDS = {
    "as_is": ("现状", "按现用模型的方法训练", None),
    "without_proxy": (
        "去除代理因素",
        "训练与预测都不读取最能看出组别、而法律并不以之定档次、数额或比例的因素",
        "去除的因素仍是犯罪事实（刑法61）：模型不再计入，应由法官在裁量中考虑",
    ),
    "reweighted": (
        "重新加权",
        f"训练时使各组在同一罪名、同一轻重段内权重相等（单件权重最多为原来的 {MOST_WEIGHT:g} 倍）",
        _WEIGHED,
    ),
    "bounded_group_loss": (
        "限制各组误差（GridSearch + BoundedGroupLoss）",
        "在一组权重方案中，取在五分之一法院的留出案件上误差最大的一组误差最小的方案，再用全部训练案件训练；结果是单一、确定的模型",
        _WEIGHED,
    ),
}
"""What each measure is called, what was done, and the question of law that it raises."""


def _trained(material: _Material, found: Comparable, clusters: np.ndarray) -> list[_Trained]:
    training, term = material.training, material.term
    template, labels = term.student_, term.neutral_.labels_
    cell = _cells(training.rows.charge, np.maximum(term.held_log_, 0.0))
    weights = balanced(material.group, cell, training.weight, unknown=groups().unknown)

    def fitted(rows: Rows, weight: np.ndarray) -> TermRegressor:
        return clone(template).fit(rows, np.expm1(labels), sample_weight=weight)

    return [
        _Trained(name="as_is", student=template),
        _without_proxy(material, found, clusters, fitted),
        _Trained(name="reweighted", student=fitted(training.rows, weights)),
        _Trained(name="bounded_group_loss", student=_bounded(material)),
    ]


def _cells(charge: pd.Series, log_term: np.ndarray) -> np.ndarray:
    """Return a code for each charge and third of severity within it."""
    rank = pd.Series(log_term).groupby(charge.to_numpy()).rank(pct=True).to_numpy()
    third = np.minimum((np.nan_to_num(rank) * _THIRDS).astype(int), _THIRDS - 1)
    return pd.factorize(charge.astype("string"), use_na_sentinel=False)[0] * _THIRDS + third


def _without_proxy(
    material: _Material,
    found: Comparable,
    clusters: np.ndarray,
    fitted: Callable[[Rows, np.ndarray], TermRegressor],
) -> _Trained:
    training, encoder = material.training, material.term.student_.encoder_
    design = encoder.transform(training.rows.facts, training.rows.track, training.rows.charge)
    places = np.flatnonzero([label is not None for label in found.label])
    inputs = encoded(design)
    member = np.column_stack([found.label[places] == name for name in found.tested])
    charge = np.unique(training.rows.charge.astype("string").fillna("").iloc[places], return_inverse=True)[1]
    courts = np.unique(clusters[places], return_inverse=True)[1]
    if len(np.unique(courts)) < 2:
        return _Trained(name="without_proxy", student=None, why="已知组别的训练案件都来自一个法院")
    inputs = replace(inputs, values=inputs.values[places])
    said = predicted(inputs, member, charge, courts, candidates=len(inputs.factors))
    ranked = [{**row, "group": found.tested[row["group"]]} for row in carrying(said, member, charge)]
    removable = next((place for place, row in enumerate(ranked) if not row["decisive"]), None)
    if removable is None:
        why = "能看出组别的因素都由法律定其档次、数额或比例，不得去除" if ranked else "没有一个因素能看出组别"
        return _Trained(name="without_proxy", student=None, passed_over=tuple(ranked[:5]), why=why)
    removed = ranked[removable]
    unread = tuple(column.name for column in design_columns() if column.factor == removed["factor"])
    return _Trained(
        name="without_proxy",
        student=fitted(_blind(training.rows, unread), training.weight),
        unread=unread,
        removed=removed,
        passed_over=tuple(ranked[: min(removable, 5)]),
    )


def _blind(rows: Rows, unread: tuple[str, ...]) -> Rows:
    """Return the rows with some facts unknown; a column without a value splits no tree."""
    return replace(rows, facts=rows.facts.assign(**dict.fromkeys(unread, np.nan))) if unread else rows


def _bounded(material: _Material) -> TermRegressor:
    training, labels = material.training, material.term.neutral_.labels_
    estimator = _OfPlaces(rows=training.rows, weight=training.weight, template=material.term.student_)
    places = pd.DataFrame({"place": np.arange(len(labels))})
    target, group = pd.Series(labels), pd.Series(material.group, dtype="object")
    others, inside = group_folds(training.fold)[0]

    def searched(chosen: np.ndarray, grid: pd.DataFrame) -> GridSearch:
        loss = BoundedGroupLoss(SquareLoss(float(labels.min()), float(labels.max())))
        X, y, sensitive = (part.iloc[chosen].reset_index(drop=True) for part in (places, target, group))
        present = grid.loc[sorted(set(sensitive))]
        with warnings.catch_warnings():
            # fairlearn 0.15 sets up its constraints in a way that pandas will retire
            warnings.simplefilter("ignore", category=pd.errors.Pandas4Warning)
            return GridSearch(estimator, loss, grid=present).fit(X, y, sensitive_features=sensitive)

    grid = weight_grid(group)
    tried = searched(others, grid)
    known = group.iloc[inside].to_numpy() != groups().unknown
    held = inside[known] if known.any() else inside
    losses = [(labels[held] - found.predict(places.iloc[held])) ** 2 for found in tried.predictors_]
    worst = [pd.Series(loss).groupby(group.iloc[held].to_numpy()).mean().max() for loss in losses]
    best = grid.iloc[:, [int(np.argmin(worst))]]
    return searched(np.arange(len(labels)), best).predictors_[0].student_


def weight_grid(group: pd.Series) -> pd.DataFrame:
    """Return the points of the grid as columns, a row a group: what part of the loss each group is, summing to 1.

    The first point is the data's own; in each other one a share of STEPS is taken from all and given to a known group.
    """
    share = group.value_counts(normalize=True).sort_index()
    points = [share]
    for name in share.index:
        if name != groups().unknown:
            points += [share * (1 - step) + step * (share.index == name) for step in STEPS]
    return pd.concat(points, axis=1, ignore_index=True)


def _said(material: _Material, trained: _Trained, *, threads: int) -> _Said:
    rows = _blind(material.rows, trained.unread)
    advice = np.maximum(trained.student.predict_log(rows, threads=threads), 0.0)
    advice = np.minimum(advice, material.ceiling_log)  # as the model advises: no court may go beyond it
    expected = material.term.neutral_.expected_log(material.rows, advice, threads=threads)
    return _Said(advice=advice, expected=np.maximum(expected, 0.0))


def _of_means(
    values: np.ndarray,
    member: np.ndarray,
    rest: np.ndarray,
    clusters: np.ndarray,
    *,
    settings: AuditSettings,
    replicates: int,
) -> bootstrap.Inference:
    sums = bootstrap.mean_sums(values[:, None], member, rest, clusters)
    return _infer(sums, settings=settings, replicates=replicates)


def _infer(sums: bootstrap.ClusterSums, *, settings: AuditSettings, replicates: int) -> bootstrap.Inference:
    return bootstrap.infer(
        sums,
        margin=float(np.log1p(settings.equivalence)),
        level=settings.level,
        replicates=replicates,
        rng=np.random.default_rng(settings.seed),
    )


def _share(result: bootstrap.Inference, place: int) -> dict[str, float | None]:
    """Return estimate and interval of a log ratio as shares; what is not finite is null."""
    return {name: _number(np.expm1(getattr(result, name)[place])) for name in ("estimate", "low", "high")}


def _plain(result: bootstrap.Inference, place: int) -> dict[str, float | None]:
    return {name: _number(getattr(result, name)[place]) for name in ("estimate", "low", "high")}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _section(
    trained: list[_Trained],
    material: _Material,
    attribute: dict[str, Any],
    model: LiabilityModel,
    *,
    settings: Settings,
    threads: int,
) -> dict[str, Any]:
    said = {
        entry.name: _said(material, entry, threads=threads) for entry in trained if entry.student is not None
    }
    leading = _amplifications(said, material, model, settings=settings.audit, threads=threads)
    draws = drawn(material.clusters, draws=settings.audit.bootstrap, seed=settings.audit.seed)
    candidates: list[dict[str, Any]] = []
    for entry in trained:
        zh, what, law = WORDS[entry.name]
        told = {
            "name": entry.name,
            "zh": zh,
            "what": what,
            "law": law,
            "status": "not_possible" if entry.student is None else "measured",
            "why": entry.why,
            "removed": entry.removed,
            "passed_over": list(entry.passed_over),
        }
        if entry.student is not None:
            told |= _measured(said[entry.name], said["as_is"], material, leading.get(entry.name), draws, settings.audit)
        else:
            told |= {"disparity": None, "accuracy": None, "change": None, "groups": []}
        candidates.append(told)
    for entry in candidates:
        entry["reading"], entry["helped"] = _reading(entry, candidates[0])
    return {
        "status": "measured",
        "why": None,
        "note": NOTE,
        "attribute": attribute,
        "same_as_shipped": to_text(material.term.student_.booster_) == to_text(model.student.booster_),
        "rows": {"train": len(material.training.months), "test": len(material.declared)},
        "candidates": candidates,
        "refused": [dict(entry) for entry in REFUSED],
        "summary": {
            "measured": sum(entry["status"] == "measured" for entry in candidates),
            "helped": sum(entry["helped"] is True for entry in candidates),
            "worse": sum(entry["helped"] is False for entry in candidates),
        },
    }


def _amplifications(
    said: dict[str, _Said], material: _Material, model: LiabilityModel, *, settings: AuditSettings, threads: int
) -> dict[str, bootstrap.Inference]:
    """Return, by measure, the advice's gap given the facts less that of the judgments, of each tested group."""
    known = np.array([label is not None for label in material.found.label])
    clusters = np.unique(material.clusters[known], return_inverse=True)[1]
    if len(np.unique(clusters)) < 2:
        return {}
    code = pd.factorize(material.rows.charge.astype("string"), sort=True)[0]
    design = model.student.encoder_.transform(material.rows.facts, material.rows.track, material.rows.charge)
    outcomes = np.column_stack([material.neutral_log, *(entry.advice for entry in said.values())])
    left = conditional.explain(
        design.assign(charge_code=code), outcomes, material.clusters,
        categorical=("charge_code",), seed=settings.seed, threads=threads,
    )  # fmt: skip
    label = material.found.label[known]
    member = np.column_stack([label == name for name in material.found.tested]).astype("float64")
    treatment, residual = left.members(member, known), left.residual[known]
    result = {}
    for place, name in enumerate(said, start=1):
        above = residual[:, place] - residual[:, 0]
        sums = bootstrap.slope_sums(np.column_stack([above] * member.shape[1]), treatment, clusters)
        result[name] = _infer(sums, settings=settings, replicates=settings.bootstrap)
    return result


def _measured(
    ours: _Said,
    as_is: _Said,
    material: _Material,
    amplified: bootstrap.Inference | None,
    draws: Clusters,
    settings: AuditSettings,
) -> dict[str, Any]:
    found, declared = material.found, material.declared
    known = np.array([label is not None for label in found.label])
    member = np.column_stack([found.label == name for name in found.tested])
    rest = known[:, None] & ~member
    months, before = np.expm1(ours.expected), np.expm1(as_is.expected)
    inferring = {"settings": settings, "replicates": settings.bootstrap}
    error = _of_means(ours.expected - np.log1p(declared), member, rest, material.clusters, **inferring)
    moved = ours.advice - as_is.advice
    gap = _of_means(moved, member, rest, material.clusters, **inferring)
    own = _infer(_group_means(moved, member, material.clusters), **inferring)
    harm = _infer(
        _group_means(np.abs(months - declared) - np.abs(before - declared), member, material.clusters), **inferring
    )
    same = ours is as_is
    rows = [{**row, **dict.fromkeys(_GROUP_FIGURES)} for row in found.listed]
    by_group = {row["group"]: row for row in rows}
    for place, name in enumerate(found.tested):
        by_group[name] |= {
            "error": _share(error, place),
            "amplification": None if amplified is None else _share(amplified, place),
            "gap_change": None if same else _share(gap, place),
            "advice_change": None if same else _share(own, place),
            "mae_change": None if same else _plain(harm, place),
        }
    figures = ("mae_months", "typical_ratio")
    whole = accuracy(months, declared, draws)
    change = None if same else difference(months, before, declared, draws)
    return {
        "disparity": {measure: _largest(rows, measure) for measure in ("error", "amplification")},
        "accuracy": {"n": whole["n"], **{name: whole[name] for name in figures}},
        "change": None if change is None else {name: change[name] for name in figures},
        "groups": rows,
    }


_GROUP_FIGURES = ("error", "amplification", "gap_change", "advice_change", "mae_change")


def _group_means(values: np.ndarray, member: np.ndarray, clusters: np.ndarray) -> bootstrap.ClusterSums:
    """Return the sums of the mean of each group, which is the slope on its membership."""
    return bootstrap.slope_sums(np.column_stack([values] * member.shape[1]), member.astype("float64"), clusters)


def _largest(rows: list[dict[str, Any]], measure: str) -> dict[str, Any] | None:
    """Return the group with the largest figure, of those with enough cases for a verdict where there is one."""
    known = [row for row in rows if row[measure] is not None and row[measure]["low"] is not None]
    known = [row for row in known if row["status"] == "shown"] or known
    if not known:
        return None
    row = max(known, key=lambda entry: abs(np.log1p(entry[measure]["estimate"])))
    return {"group": row["group"], **row[measure]}


def _reading(entry: dict[str, Any], as_is: dict[str, Any]) -> tuple[str, bool | None]:
    """Return what a measure did to the largest disparity, to accuracy and to groups; and whether it surely helped."""
    if entry["status"] != "measured":
        return f"未能比较：{entry['why']}。", None
    if entry is as_is:
        return "比较的基准。", None
    target = as_is["disparity"]["amplification"] or as_is["disparity"]["error"]
    helped, parts = None, []
    if target is not None:
        row = next(row for row in entry["groups"] if row["group"] == target["group"])
        helped = _against(row["gap_change"], target["estimate"])
        words = {True: "缩小", False: "扩大", None: "没有可靠的变化"}[helped]
        parts.append(f"现状差异最大的一组（{target['group']}）差距{words}")
    mae = entry["change"]["mae_months"]
    parts.append(f"平均误差{_words_of(mae)}")
    harmed = [row["group"] for row in entry["groups"] if row["mae_change"] and (row["mae_change"]["low"] or 0) > 0]
    if harmed:
        parts.append(f"误差确有上升的组：{'、'.join(harmed)}")
    return "；".join(parts) + "。", helped


def _against(change: dict[str, Any] | None, gap: float) -> bool | None:
    """Tell whether a change of the gap is certain and goes against the gap (True) or with it (False)."""
    if change is None or change["low"] is None or change["low"] <= 0 <= change["high"]:
        return None
    return bool((change["estimate"] > 0) != (gap > 0))


def _words_of(change: dict[str, Any] | None) -> str:
    if change is None or change["low"] is None or change["low"] <= 0 <= change["high"]:
        return "没有可靠的变化"
    return f"{'上升' if change['value'] > 0 else '下降'} {abs(change['value']):.2f} 个月"
