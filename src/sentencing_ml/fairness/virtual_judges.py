"""F10: would a judge who learned from one group decide like a judge who learned from the others?

After LInCo (Wang et al. 2021): a virtual judge is a model of the neutral label (ln(1 + months), the offender's factors
taken out) given the facts of the offence, fitted to one group alone. It and a judge fitted to all others are asked
about the same cases. ``inconsistency`` is the mean |difference| of their answers, ``direction`` the mean difference
with its sign: above 0 the group's judge is the heavier one.

Judges differ by chance, the more the smaller the group is and the more facts there are, so that the inconsistency of a
small group is large without any difference. Both figures therefore stand beside a null band: what is left of the labels
once one judge for all is taken out is permuted within court (within charge where the court is unknown), facts and
groups staying as they are (Freedman & Lane 1983), and both judges are fitted again. What is left is moved in units of
the spread of its charge: a group tried for offences whose terms vary widely would else look inconsistent by that. An
attribute that hardly varies within courts (a region) leaves nothing to permute; there whole courts change the sign of
what is left, all their cases together (the wild cluster bootstrap of Cameron, Gelbach & Miller 2008), for which a group
needs MIN_COURTS courts.

Judges are ridge regressions in closed form, drawn to the judge for all: where a group has no case of a charge, its
judge knows nothing else, and no difference is made of it. p of the inconsistency is the tail of a gamma with mean and
variance of its permuted squares (a sum of squares of normals; Satterthwaite), p of the direction that of a normal:
counting a few hundred permutations would stop above what the adjustment over all groups lets pass. Exploratory: BH
within the section.

The section::

    status      "measured" | "cannot_say"
    why         Chinese sentence, null when measured
    note        how the section is to be read (Chinese)
    rows        {"used": int, "of": int}: a sample is drawn above MAX_ROWS
    attributes  {name: {
        zh, status, why, unknown (rows of unknown group, null where withheld), null ("within_court" | "courts"),
        asked (number of common cases)
        groups      [{group, n, status: shown | no_verdict | count_only | suppressed,
                      inconsistency: {estimate, null_low, null_high, p, q, worth_looking} | null,
                      direction:     {estimate, null_low, null_high, p, q, worth_looking} | null}]}}
                    estimates and bands are shares (0.10 = 10 %); the band holds the middle ``level`` of what is found
                    without any difference
    summary     {tests, worth_looking, largest (|direction| worth looking at, null without any)}
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg, stats

from sentencing_ml.fairness import bootstrap, conditional
from sentencing_ml.fairness.comparable import Comparable, comparable, settled
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.settings import AuditSettings

MAX_ROWS = 10_000
"""Counts of which a sample is drawn; a judge of 150 coefficients is then held back by courts, not by rows."""

MIN_COURTS = 6
"""Courts of a group below which changes of sign of whole courts are too few to make a null band of."""

NOTE = (
    "虚拟法官按组学习判决（已扣除预防刑情节的影响）后对同一批案件作答；小组的虚拟法官单凭偶然就会与他人不一致，"
    "所以只看超出置换区间的部分。方向为正表示按该组判决学到的尺度更重。本节是探索性的，只提示值得查看之处。"
)

_PENALTY = 20.0  # of the ridge, in cases: columns are between -1 and 1
_PSEUDO_CASES = 20.0
_ASKED = 2_000
_EXCHANGEABLE = 0.5  # share of the cases that must sit in courts with several groups for a permutation to tell


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How a group's judge answers above the others' on the common cases: the data first, then the null draws."""

    inconsistency: np.ndarray
    direction: np.ndarray


def assess_virtual_judges(
    table: pd.DataFrame, facts: Facts | None, *, settings: AuditSettings, threads: int
) -> dict[str, Any]:
    """Return the section of the virtual judges, see the module.

    Parameters
    ----------
    table : the compared counts as in :func:`sentencing_ml.fairness.assessment.assess`.
    facts : the facts of the offence; their tested rows are those of the table, in its order.
    """
    rows = {"used": min(len(table), MAX_ROWS), "of": len(table)}
    clusters = court_clusters(table["court"], table["cluster"])
    if facts is None:
        return _section(rows, {}, why="没有责任刑事实，虚拟法官无从学习")
    if len(np.unique(clusters)) < 2:
        return _section(rows, {}, why="只有一个法院，或没有可比较的案件")
    rng = np.random.default_rng(settings.seed)
    places = np.arange(len(table))
    if len(places) > MAX_ROWS:
        places = np.sort(rng.choice(places, size=MAX_ROWS, replace=False))
    compared = {name: comparable(table, name, settings=settings).sampled(places) for name in settings.attributes}
    table, clusters = table.iloc[places].reset_index(drop=True), np.unique(clusters[places], return_inverse=True)[1]
    design = facts.design[facts.tested].iloc[places]
    label = table["neutral"].to_numpy(dtype="float64")[:, None]
    common = conditional.explain(
        design, label, clusters, categorical=facts.categorical, seed=settings.seed, threads=threads
    )
    columns = conditional.basis(design, np.empty((len(design), 0)), categorical=facts.categorical).astype("float64")
    courts = table["court"].astype("string")
    stratum = pd.factorize(courts.fillna("charge " + table["charge_group"].astype("string").fillna("")), sort=True)[0]
    residual = common.residual[:, 0]
    draws = {
        "within_court": permuted_within(
            residual, stratum, spread=spread_of(residual, table["charge_group"]), draws=settings.permutations, rng=rng
        ),
        "courts": flipped(residual, clusters, draws=settings.permutations, rng=rng),
    }
    attributes, tests = {}, []
    for name, found in compared.items():
        attributes[name] = _attribute(
            found, columns, draws, clusters, stratum, settings=settings, rng=rng, tests=tests
        )
    _adjust(tests, settings=settings)
    measured = any(entry["status"] == "measured" for entry in attributes.values())
    return _section(rows, attributes, why=None if measured else "没有一个属性有可比较的组")


def spread_of(residual: np.ndarray, charge: pd.Series) -> np.ndarray:
    """Return the root mean square of the residual of each row's charge, drawn to that of all by _PSEUDO_CASES."""
    squares = pd.Series(residual**2)
    grouped = squares.groupby(charge.astype("string").fillna("").to_numpy())
    total, size = grouped.transform("sum"), grouped.transform("size")
    drawn = (total + _PSEUDO_CASES * squares.mean()) / (size + _PSEUDO_CASES)
    return np.sqrt(drawn.to_numpy())


def permuted_within(
    residual: np.ndarray, stratum: np.ndarray, *, spread: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the residual (rows,) and then ``draws`` permutations of it within strata, shape (rows, 1 + draws).

    A residual is moved in units of ``spread`` (rows,): it takes the spread of the row to which it comes.
    """
    result = np.empty((len(residual), 1 + draws))
    result[:, 0] = residual
    units = np.divide(residual, spread, out=np.zeros(len(residual)), where=spread > 0)
    home = np.argsort(stratum, kind="stable")
    for draw in range(1, draws + 1):
        order = np.lexsort((rng.random(len(residual)), stratum))
        result[home, draw] = units[order]
    result[:, 1:] *= spread[:, None]
    return result


def flipped(residual: np.ndarray, clusters: np.ndarray, *, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return the residual (rows,) and then ``draws`` copies in which whole clusters change sign."""
    signs = rng.integers(0, 2, size=(int(clusters.max()) + 1, draws)) * 2.0 - 1.0
    return np.column_stack([residual, residual[:, None] * signs[clusters]])


def answers(columns: np.ndarray, labels: np.ndarray, member: np.ndarray, asked: np.ndarray) -> list[Answers]:
    """Fit a judge to each group and one to all others, for every column of labels, and ask both the same cases.

    Parameters
    ----------
    columns : the facts, shape (rows, columns), the first of them constant: it alone is not drawn to zero.
    labels : shape (rows, draws), what one judge for all leaves of the labels.
    member : booleans of shape (rows, groups).
    asked : the places of the common cases.
    """
    whole = (columns.T @ columns, columns.T @ labels)
    cases = columns[asked]
    found = []
    for who in member.T:
        own = (columns[who].T @ columns[who], columns[who].T @ labels[who])
        difference = cases @ (_judge(*own) - _judge(whole[0] - own[0], whole[1] - own[1]))
        found.append(Answers(inconsistency=np.abs(difference).mean(axis=0), direction=difference.mean(axis=0)))
    return found


def _judge(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    penalty = np.full(len(gram), _PENALTY)
    penalty[0] = 0.0
    return linalg.solve(gram + np.diag(penalty), moment, assume_a="pos")


def _attribute(
    found: Comparable,
    columns: np.ndarray,
    draws: dict[str, np.ndarray],
    clusters: np.ndarray,
    stratum: np.ndarray,
    *,
    settings: AuditSettings,
    rng: np.random.Generator,
    tests: list[dict[str, Any]],
) -> dict[str, Any]:
    plain = {"zh": found.zh, "status": "cannot_say", "why": found.why, "unknown": found.unknown}
    groups = [{**row, "inconsistency": None, "direction": None} for row in found.listed]
    places = np.flatnonzero([label is not None for label in found.label])
    if found.why is not None:
        return {**plain, "null": None, "asked": None, "groups": groups}
    label = found.label[places]
    null = "within_court" if _mixed(label, stratum[places]) >= _EXCHANGEABLE else "courts"
    member = np.column_stack([label == name for name in found.tested])
    if null == "courts":
        courts = [min(len(np.unique(clusters[places][side])) for side in (who, ~who)) for who in member.T]
        enough = np.array(courts) >= MIN_COURTS
    else:
        enough = np.ones(member.shape[1], dtype=bool)
    if not enough.any():
        why = f"每一组（或与之比较的其余各组）的案件都来自不足 {MIN_COURTS} 个法院"
        return {**plain, "why": why, "null": null, "asked": None, "groups": groups}
    asked = np.arange(len(places))
    if len(asked) > _ASKED:
        asked = np.sort(rng.choice(asked, size=_ASKED, replace=False))
    said = answers(columns[places], draws[null][places], member[:, enough], asked)
    by_group = {row["group"]: row for row in groups}
    for name, answer in zip(np.array(found.tested, dtype=object)[enough], said, strict=True):
        row = by_group[name]
        row["inconsistency"] = _figure(answer.inconsistency, _gamma_tail(answer.inconsistency), settings=settings)
        row["direction"] = _figure(answer.direction, _normal_tail(answer.direction), settings=settings)
        if row["status"] == "shown":
            tests += [row["inconsistency"], row["direction"]]
    return {**plain, "status": "measured", "null": null, "asked": len(asked), "groups": groups}


def _mixed(label: np.ndarray, stratum: np.ndarray) -> float:
    """Return the share of the cases that sit in strata with several groups."""
    several = pd.Series(label).groupby(stratum).transform("nunique") > 1
    return float(several.mean())


def _gamma_tail(values: np.ndarray) -> float:
    squares = values[1:] ** 2
    mean, variance = squares.mean(), squares.var(ddof=1)
    if variance <= 0:
        return 1.0
    return float(stats.gamma.sf(values[0] ** 2, mean**2 / variance, scale=variance / mean))


def _normal_tail(values: np.ndarray) -> float:
    spread = values[1:].std(ddof=1)
    if spread <= 0:
        return 1.0
    return float(2 * stats.t.sf(abs(values[0] - values[1:].mean()) / spread, len(values) - 2))


def _figure(values: np.ndarray, p: float, *, settings: AuditSettings) -> dict[str, Any]:
    low, high = np.quantile(values[1:], [(1 - settings.level) / 2, (1 + settings.level) / 2])
    shares = {"estimate": values[0], "null_low": low, "null_high": high}
    return {
        **{name: float(np.expm1(value)) for name, value in shares.items()},
        "p": p,
        "q": None,
        "worth_looking": False,
    }


def _adjust(tests: list[dict[str, Any]], *, settings: AuditSettings) -> None:
    for entry, q in zip(tests, bootstrap.adjusted(np.array([entry["p"] for entry in tests])), strict=True):
        entry["q"], entry["worth_looking"] = float(q), bool(q <= 1 - settings.level)


def _section(rows: dict[str, int], attributes: dict[str, Any], *, why: str | None) -> dict[str, Any]:
    rows_of = [row for entry in attributes.values() for row in entry["groups"] if row["direction"] is not None]
    figures = [row[kind] for row in rows_of for kind in ("inconsistency", "direction")]
    turned = [abs(row["direction"]["estimate"]) for row in rows_of if row["direction"]["worth_looking"]]
    return settled(
        {
            "status": "measured" if why is None else "cannot_say",
            "why": why,
            "note": NOTE,
            "rows": rows,
            "attributes": attributes,
            "summary": {
                "tests": sum(figure["q"] is not None for figure in figures),
                "worth_looking": sum(figure["worth_looking"] for figure in figures),
                "largest": max(turned, default=None),
            },
        }
    )
