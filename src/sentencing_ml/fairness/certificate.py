"""The audit of the audit: how often it cries wolf, what it finds, and when its 等效 can be relied on.

Known differences are planted in simulated counts, and in the audited counts themselves once they have been taken apart
(:mod:`sentencing_ml.fairness.planted`); the audit is run on them blind, with the groups and settings in use, and its
verdicts are held against what was planted. Beside it stands what plain rules say of the same data.

The certificate is a dict (a *rate* is ``{"share", "low", "high", "k", "n"}``, all null where nothing was counted, its
interval at the level of the settings):

- ``version``, ``status`` ("measured"), ``why`` (null), ``configuration`` (see :func:`configuration`);
- ``conditions``: ``courts`` (at the smallest size), ``courts_by_size``, ``annotated`` (persons), ``court_sd``,
  ``residual_sd``, ``effect``, ``planted_groups``, ``planted_share``, ``small`` (a true gap below it counts as none),
  ``margin``, ``sizes``, ``repeats``, ``groups``, ``attributes``, ``level``, ``seed``, and ``resampled`` (``{"rows",
  "courts"}`` of the counts that were taken apart, or null);
- ``runs``: a list, a run a kind and size: ``kind``, ``zh``, ``source`` (simulated | resampled), ``planting`` (null |
  labels | advice | extraction | overrides), ``size``, ``audits``, ``tests`` (of an audit, on average), and

  - ``flagged`` and ``flagged_false``: rates of audits with any 有差异, and with any that is false: the true gap is
    below ``small``, or of the other sign;
  - ``false_discovery``: ``{"share", "low", "high", "n"}``, the mean over audits of the false share of their 有差异;
  - ``power``: rate of planted groups called 有差异, with the right sign, in the object that was planted;
    ``power_within`` and ``power_court``: the same of attributes that differ within a court and that do not;
    ``power_by_share``: ``[{"from", "to", …rate}]`` by the group's share of the counts;
  - ``equivalence_right``: rate of the tests of groups of ``planted_share`` or more, true gap within ``small``, that are
    called 等效, of the measures whose margin is ±5 %; ``equivalence_within`` and ``equivalence_court`` of attributes
    that differ within a court and that do not; ``equivalence_wrong``: rate of the 等效 whose true gap passes
    ``margin``;
  - ``coverage``: rate of intervals that hold the true gap;
  - ``by_measure``: ``[{"measure", "tests", "different", "false", "equivalent", "equivalence_right", "coverage"}]``:
    counts over all audits, and two rates;
  - ``rules``: ``[{"rule", "zh", "flagged", "flagged_false", "false_discovery", "power"}]`` of the plain rules;

- ``swap``: what the swap test found of planted token dependences (``planted``, ``found``, ``share``, ``missed``,
  ``noise_in_placebo``; see :func:`sentencing_ml.fairness.swaps.swap.self_test`), or null;
- ``figures``: flat numbers for gates, see :func:`figures`.
"""

import ast
import contextlib
import json
import math
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml.fairness import bootstrap, extraction_gap, planted
from sentencing_ml.fairness.assessment import judged
from sentencing_ml.fairness.comparison import Measured
from sentencing_ml.fairness.contrasts import Grouping
from sentencing_ml.fairness.groups import groups
from sentencing_ml.fairness.overrides import assess_overrides
from sentencing_ml.settings import AuditSettings
from sentencing_ml.storage import read_json, sha256_bytes

VERSION = 1

PLANTED_GROUPS = 3
PLANTED_SHARE = 0.1
SMALL = float(np.log1p(0.01))
"""A true gap below one percent (or point) counts as none."""

REPLICATES = 400
"""Bootstrap draws behind an interval here: enough for its coverage, and verdicts hang on the standard error."""

SHARES = (0.1, 0.15, 0.25, 1.0)
"""Bounds of the group's share by which power is told apart."""

_CODE = ("planted", "assessment", "overrides", "extraction_gap")
"""Modules of this package from which the configuration's code is followed, beside this one."""

_DATA = ("groups.yaml", "planted.yaml")
_LIBRARIES = ("numpy", "scipy", "pandas", "lightgbm", "scikit-learn")
_IRRELEVANT = {"swaps", "annotations", "permutations"}
"""Settings of the audit on which no figure of the certificate depends."""


_TESTS = {
    "attribute": "str", "group": "str", "measure": "str", "within": "bool", "share": "float", "planted": "bool",
    "true": "float", "estimate": "float", "low": "float", "high": "float", "df": "float", "p": "float", "q": "float",
    "verdict": "str",
}  # fmt: skip
_RULES = {
    "rule": "str", "attribute": "str", "group": "str", "flagged": "bool", "estimate": "float", "true": "float",
    "planted": "bool",
}  # fmt: skip
_PLACE = {"kind": "str", "source": "str", "size": "int", "repeat": "int", "groups": "int"}
"""Columns of the tests, of the plain rules, and of the audit that both are of, also where there are none."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of planted audit; ``aims`` are the measures in which a planted group should be found.

    ``part`` is the share of the settings' repeats that it gets: the headline figures need the most audits. ``whole``
    adds the parts of the audit that have data of their own: what judges enter, and annotated facts.
    """

    name: str
    zh: str
    source: Literal["simulated", "resampled"]
    planting: planted.Planting | None
    aims: tuple[str, ...]
    confounded: bool = True
    part: float = 0.25
    whole: bool = False


KINDS = (
    Kind(
        name="null", zh="没有任何差异（组别与案情无关）", source="simulated", planting=None, aims=(), confounded=False,
        part=1.0, whole=True,
    ),
    Kind(name="confounded", zh="没有差异，但组别与罪名、轻重相关", source="simulated", planting=None, aims=()),
    Kind(name="labels", zh="差异植入判决（O1）", source="simulated", planting="labels", aims=("labels",), part=1.0),
    Kind(name="advice", zh="差异植入建议（O2）", source="simulated", planting="advice", aims=("advice",)),
    Kind(
        name="extraction", zh="某些组的从宽情节更常被漏提（O0）", source="simulated", planting="extraction",
        aims=("labels", "error", "recall"),
    ),
    Kind(name="overrides", zh="差异植入法官修正（O4）", source="simulated", planting="overrides", aims=("override",)),
    Kind(name="resampled", zh="实际案件重抽，组别打乱（没有差异）", source="resampled", planting=None, aims=()),
    Kind(
        name="resampled_labels", zh="实际案件重抽，差异植入判决（O1）", source="resampled", planting="labels",
        aims=("labels",),
    ),
)  # fmt: skip

RULES = {
    "range": "组间最大差 > 5 %",
    "gap": "某组与其余之差 > 5 %",
    "four_fifths": "五分之四规则（建议高于中位数的比例）",
    "t_test": "逐组 t 检验（按件、不校正）",
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One audit: its kind, size and number among its repeats."""

    kind: Kind
    size: int
    repeat: int


def certify(
    pool: planted.Pool | None, *, settings: AuditSettings, processes: int, kinds: Sequence[Kind] = KINDS
) -> dict[str, Any]:
    """Run the audits of the settings' ``certificate`` and return the certificate.

    Parameters
    ----------
    pool : audited counts to take apart and resample; None, or too few of them, leaves those kinds out.
    processes : audits at a time.
    """
    pool = pool if pool is not None and pool.usable else None
    options = settings.certificate
    done = [kind for kind in kinds if kind.source == "simulated" or pool is not None]
    tasks = [
        Task(kind=kind, size=size, repeat=repeat)
        for size in options.sizes
        for kind in done
        for repeat in range(_audits_of(kind, settings))
    ]
    tests, rules = collect(tasks, pool, settings=settings, processes=processes)
    return content(tests, rules, kinds=done, pool=pool, settings=settings)


def _audits_of(kind: Kind, settings: AuditSettings) -> int:
    return math.ceil(settings.certificate.repeats * kind.part)


def content(
    tests: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    kinds: Sequence[Kind],
    pool: planted.Pool | None,
    settings: AuditSettings,
) -> dict[str, Any]:
    """Return the certificate of what :func:`collect` found."""
    what, options = planted.plan(), settings.certificate
    runs = [
        _run(
            kind, size,
            tests[(tests["kind"] == kind.name) & (tests["size"] == size)],
            rules[(rules["kind"] == kind.name) & (rules["size"] == size)],
            audits=range(_audits_of(kind, settings)), settings=settings,
        )
        for size in options.sizes
        for kind in kinds
    ]  # fmt: skip
    simulated = tests[tests["source"] == "simulated"]
    return {
        "version": VERSION,
        "status": "measured",
        "why": None,
        "configuration": configuration(settings),
        "conditions": {
            "courts": planted.courts(min(options.sizes)),
            "courts_by_size": {str(size): planted.courts(size) for size in options.sizes},
            "annotated": what["annotated"]["persons"],
            "court_sd": what["courts"]["sd"],
            "residual_sd": what["residual_sd"],
            "effect": options.effect,
            "planted_groups": PLANTED_GROUPS,
            "planted_share": PLANTED_SHARE,
            "small": float(np.expm1(SMALL)),
            "margin": settings.equivalence,
            "sizes": list(options.sizes),
            "repeats": options.repeats,
            "groups": int(simulated["groups"].median()) if len(simulated) else 0,
            "attributes": [name for name in settings.attributes if name in groups().attributes],
            "level": settings.level,
            "seed": settings.seed,
            "resampled": None if pool is None else {"rows": len(pool.table), "courts": pool.courts},
        },
        "runs": runs,
        "swap": None,
        "figures": figures(runs),
    }


def collect(
    tasks: Sequence[Task], pool: planted.Pool | None, *, settings: AuditSettings, processes: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run every task; return a row a test of the audits, and a row a group and plain rule."""
    if processes == 1:
        _keep(pool)
        found = [_one(task, settings) for task in tasks]
    else:
        # spawn: forking a process that has started threads may hang
        context = multiprocessing.get_context("spawn")
        with (
            _one_thread_each(),
            ProcessPoolExecutor(processes, mp_context=context, initializer=_keep, initargs=(pool,)) as workers,
        ):
            found = list(workers.map(_one, tasks, [settings] * len(tasks)))
    tests = pd.concat([_empty(_TESTS), *(pair[0] for pair in found)], ignore_index=True)
    return tests, pd.concat([_empty(_RULES), *(pair[1] for pair in found)], ignore_index=True)


def _empty(columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*columns, *_PLACE]).astype({**columns, **_PLACE})


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Give the processes that are started meanwhile one thread each: they share the cores among them already."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


_shared: dict[str, planted.Pool | None] = {}


def _keep(pool: planted.Pool | None) -> None:
    # the counts travel once to a process, not with every task
    _shared["pool"] = pool


def _one(task: Task, settings: AuditSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    settings = settings.model_copy(update={"bootstrap": min(settings.bootstrap, REPLICATES)})
    number = [kind.name for kind in KINDS].index(task.kind.name)
    rng = np.random.default_rng([settings.seed, number, task.size, task.repeat])
    corpus = _drawn(task, _shared["pool"], rng=rng)
    groupings = planted.grouped_by(corpus.frame, settings)
    chosen = []
    if task.kind.planting is not None:
        chosen = planted.choose(groupings, count=PLANTED_GROUPS, share=PLANTED_SHARE, rng=rng)
        effect = settings.certificate.effect
        corpus = planted.plant(
            corpus, chosen, task.kind.planting, effect=effect, groupings=groupings, rng=rng
        )  # fmt: skip
    true = planted.truth(corpus, groupings, settings=settings)
    table = planted.table_of(corpus)
    found: list[tuple[str, str, str, Mapping[str, Any]]] = []
    if task.kind.planting != "overrides":
        _, measured, _ = judged(table, planted.facts_of(corpus, table), settings=settings, threads=1)
        found += _of_measured(measured)
    if task.kind.whole or task.kind.planting == "overrides":
        section = assess_overrides(planted.entries_of(corpus, rng=rng), table, settings=settings)
        found += _of_section(section, log=True)
    annotated = planted.annotated_of(corpus, rng=rng) if task.kind.whole or task.kind.planting == "extraction" else None
    if annotated is not None:
        facts, share = annotated
        found += _of_section(extraction_gap.measure(facts, source="simulated", settings=settings), log=False)
        recall = planted.recall_truth(facts, share, settings=settings)
        true = true | {key: {**true.get(key, {}), "recall": gap} for key, gap in recall.items()}
    place = {
        "kind": task.kind.name, "source": task.kind.source, "size": task.size, "repeat": task.repeat,
        "groups": sum(len(found.sizes) for found in groupings.values()),
    }  # fmt: skip
    tests = pd.DataFrame(
        verdicts(found, groupings, true, chosen, aims=task.kind.aims, court=corpus.frame["court"]),
        columns=list(_TESTS),
    ).astype(_TESTS)
    rules = pd.DataFrame(
        plain_rules(table, groupings, planted.expected_error(corpus), chosen, settings=settings), columns=list(_RULES)
    ).astype(_RULES)
    return tests.assign(**place), rules.assign(**place)


def _drawn(task: Task, pool: planted.Pool | None, *, rng: np.random.Generator) -> planted.Corpus:
    if task.kind.source == "simulated":
        return planted.simulate(task.size, confounded=task.kind.confounded, rng=rng)
    return planted.resample(pool, task.size, rng=rng)


def _of_measured(measured: Sequence[Measured]) -> list[tuple[str, str, str, Mapping[str, Any]]]:
    """Return attribute, group, measure and entry of each test with a verdict."""
    return [
        (part.grouping.name, group, measure, test)
        for part in measured
        for group, tests in part.tests.items()
        for measure, test in tests.items()
        if test.get("verdict") is not None
    ]


def _of_section(section: Mapping[str, Any], *, log: bool) -> list[tuple[str, str, str, Mapping[str, Any]]]:
    """Return the same of a section with a family of its own; ``log`` turns its shares back into logarithms."""
    turned = ("estimate", "low", "high") if log else ()
    return [
        (name, row["group"], measure, {**test, **{key: float(np.log1p(test[key])) for key in turned}})
        for name, found in section.get("attributes", {}).items()
        for row in found["groups"]
        for measure, test in row["tests"].items()
        if test["verdict"] is not None
    ]


def verdicts(
    found: Sequence[tuple[str, str, str, Mapping[str, Any]]],
    groupings: Mapping[str, Grouping],
    true: Mapping[tuple[str, str], Mapping[str, float]],
    chosen: Sequence[tuple[str, str]],
    *,
    aims: Sequence[str],
    court: pd.Series,
) -> Iterator[dict[str, Any]]:
    """Yield a row a test of an audit that has a verdict, with its true gap, both on the scale on which it is tested."""
    within = {name: differs_within(each, court) for name, each in groupings.items()}
    for name, group, measure, test in found:
        yield {
            "attribute": name,
            "group": group,
            "measure": measure,
            "within": within[name],
            "share": groupings[name].sizes[group] / int(groupings[name].kept.sum()),
            "planted": (name, group) in chosen and measure in aims,
            "true": true.get((name, group), {}).get(measure, np.nan),
            **{key: test[key] for key in ("estimate", "low", "high", "df", "p", "q", "verdict")},
        }


def plain_rules(
    table: pd.DataFrame,
    groupings: Mapping[str, Grouping],
    error: np.ndarray,
    chosen: Sequence[tuple[str, str]],
    *,
    settings: AuditSettings,
) -> Iterator[dict[str, Any]]:
    """Yield a row a group and plain rule: is it flagged, by the gap of the advice's error, and is there a true gap.

    ``error`` is that of each row without chance.

    The rules take every known group of the suppression limit or more; they know of no courts and of no chance.
    """
    bias = np.log1p(table["expected"].to_numpy()) - np.log1p(table["y"].to_numpy())
    margin = float(np.log1p(settings.equivalence))
    scored = (table["advice"] > table["advice"].median()).to_numpy(dtype=float)
    for name, found in groupings.items():
        labels = found.group.to_numpy(dtype=object)
        known = found.kept & (labels != groups().unknown)
        sizes = pd.Series(labels[known]).value_counts()
        names = sorted(sizes.index[sizes >= settings.suppress_below])
        if len(names) < 2:
            continue
        means = {label: bias[known & (labels == label)].mean() for label in names}
        rates = {label: scored[known & (labels == label)].mean() for label in names}
        lowest, highest = min(means.values()), max(means.values())
        for label in names:
            member, rest = known & (labels == label), known & (labels != label)
            gap = float(bias[member].mean() - bias[rest].mean())
            flags = {
                "range": highest - lowest > margin and means[label] in (lowest, highest),
                "gap": abs(gap) > margin,
                "four_fifths": rates[label] < 0.8 * max(rates.values()),
                "t_test": _welch(bias[member], bias[rest]) < 1 - settings.level,
            }
            for rule, flagged in flags.items():
                yield {
                    "rule": rule,
                    "attribute": name,
                    "group": label,
                    "flagged": bool(flagged),
                    "estimate": gap,
                    "true": float(error[member].mean() - error[rest].mean()),
                    "planted": (name, label) in chosen,
                }


def _welch(one: np.ndarray, other: np.ndarray) -> float:
    # from their moments: scipy warns of values that hardly differ, which is no fault here
    moments = [value for part in (one, other) for value in (part.mean(), part.std(ddof=1), len(part))]
    return float(stats.ttest_ind_from_stats(*moments, equal_var=False).pvalue)


def differs_within(found: Grouping, court: pd.Series) -> bool:
    """Return whether the known groups of an attribute differ within any court."""
    known = (found.group != groups().unknown).to_numpy(dtype=bool) & court.notna().to_numpy(dtype=bool)
    return bool((found.group[known].groupby(court[known]).nunique() > 1).any())


def _run(
    kind: Kind, size: int, tests: pd.DataFrame, rules: pd.DataFrame, *, audits: Sequence[int], settings: AuditSettings
) -> dict[str, Any]:
    level = settings.level
    different = tests["verdict"] == "有差异"
    false = different & _is_false(tests)
    right = tests["planted"] & different & (np.sign(tests["estimate"]) == np.sign(tests["true"]))
    # measures with a margin of their own are not those of which ±5 % is said
    shares = ~tests["measure"].isin(list(settings.margins))
    small = (tests["true"].abs() <= SMALL) & (tests["share"] >= PLANTED_SHARE) & shares
    equivalent = tests["verdict"] == "等效"
    judged = tests["true"].notna()
    bounded = judged & tests["low"].notna() & tests["high"].notna()
    held = (tests["low"] <= tests["true"]) & (tests["true"] <= tests["high"])

    def rate(hits: pd.Series, among: pd.Series) -> dict[str, Any]:
        return _rate(hits & among, among, tests["repeat"], audits, level=level)

    aims = tests["planted"]
    share = tests["share"]
    return {
        "kind": kind.name,
        "zh": kind.zh,
        "source": kind.source,
        "planting": kind.planting,
        "size": size,
        "audits": len(audits),
        "tests": round(len(tests) / max(len(audits), 1)),
        "flagged": _audits(different, tests["repeat"], audits, level=level),
        "flagged_false": _audits(false, tests["repeat"], audits, level=level),
        "false_discovery": _false_discovery(different & judged, false, tests["repeat"], audits, level=level),
        "power": rate(right, aims),
        "power_within": rate(right, aims & tests["within"]),
        "power_court": rate(right, aims & ~tests["within"]),
        "power_by_share": [
            {"from": low, "to": high, **rate(right, aims & (share >= low) & (share < high))}
            for low, high in zip(SHARES, SHARES[1:], strict=False)
        ],
        "equivalence_right": rate(equivalent, small),
        "equivalence_within": rate(equivalent, small & tests["within"]),
        "equivalence_court": rate(equivalent, small & ~tests["within"]),
        "equivalence_wrong": rate(tests["true"].abs() > np.log1p(settings.equivalence), equivalent & judged & shares),
        "coverage": rate(held, bounded),
        "by_measure": [
            {
                "measure": str(measure),
                "tests": len(part),
                "different": int(different[part.index].sum()),
                "false": int(false[part.index].sum()),
                "equivalent": int(equivalent[part.index].sum()),
                "equivalence_right": _rate(
                    (equivalent & small)[part.index], small[part.index], part["repeat"], audits, level=level
                ),
                "coverage": _rate(
                    (held & bounded)[part.index], bounded[part.index], part["repeat"], audits, level=level
                ),
            }
            for measure, part in tests.groupby("measure", sort=False)
        ],
        "rules": [
            _rule(rule, rules[rules["rule"] == rule], audits, level=level) for rule in RULES
        ],
    }  # fmt: skip


def _is_false(found: pd.DataFrame) -> pd.Series:
    """Return which rows, were they flagged, would be flagged falsely: no true gap, or one of the other sign."""
    other = found["true"].notna() & (np.sign(found["estimate"]) != np.sign(found["true"]))
    return other | (found["true"].abs() < SMALL)


def _rule(rule: str, found: pd.DataFrame, audits: Sequence[int], *, level: float) -> dict[str, Any]:
    flagged, false = found["flagged"], found["flagged"] & _is_false(found)
    return {
        "rule": rule,
        "zh": RULES[rule],
        "flagged": _audits(flagged, found["repeat"], audits, level=level),
        "flagged_false": _audits(false, found["repeat"], audits, level=level),
        "false_discovery": _false_discovery(flagged, false, found["repeat"], audits, level=level),
        "power": _rate(flagged & ~false & found["planted"], found["planted"], found["repeat"], audits, level=level),
    }


def _audits(hit: pd.Series, repeat: pd.Series, audits: Sequence[int], *, level: float) -> dict[str, Any]:
    """Return the rate of audits with any hit."""
    any_hit = hit.groupby(repeat).any().reindex(audits, fill_value=False)
    return _exact(int(any_hit.sum()), len(audits), level=level)


def _exact(k: int, n: int, *, level: float) -> dict[str, Any]:
    if not n:
        return {"share": None, "low": None, "high": None, "k": None, "n": None}
    bounds = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="exact")
    return {"share": k / n, "low": float(bounds.low), "high": float(bounds.high), "k": k, "n": n}


def _rate(
    hits: pd.Series, among: pd.Series, repeat: pd.Series, audits: Sequence[int], *, level: float
) -> dict[str, Any]:
    """Return the share of hits among the tests, its interval with audits as the unit: the tests of one hang together.

    Where no audit differs from another, the interval is the exact one of so many audits.
    """
    k, n = int(hits.sum()), int(among.sum())
    if not n:
        return _exact(0, 0, level=level)
    sums = bootstrap.ClusterSums(
        numerator=hits.groupby(repeat).sum().reindex(audits, fill_value=0).to_numpy(dtype=float)[:, None],
        denominator=among.groupby(repeat).sum().reindex(audits, fill_value=0).to_numpy(dtype=float)[:, None],
    )
    se = float(bootstrap.jackknife_se(sums)[0])
    counted = int((sums.denominator > 0).sum())
    if not np.isfinite(se) or se <= 1e-12:
        bounds = _exact(round(counted * k / n), counted, level=level)
        return {**bounds, "share": k / n, "k": k, "n": n}
    half = float(stats.t.ppf(0.5 + level / 2, counted - 1)) * se
    return {"share": k / n, "low": max(0.0, k / n - half), "high": min(1.0, k / n + half), "k": k, "n": n}


def _false_discovery(
    flagged: pd.Series, false: pd.Series, repeat: pd.Series, audits: Sequence[int], *, level: float
) -> dict[str, Any]:
    """Return the mean over audits of the false share of what was flagged, 0 where nothing was."""
    count = flagged.groupby(repeat).sum().reindex(audits, fill_value=0).to_numpy(dtype=float)
    wrong = false.groupby(repeat).sum().reindex(audits, fill_value=0).to_numpy(dtype=float)
    shares = np.divide(wrong, count, out=np.zeros(len(count)), where=count > 0)
    if len(shares) < 2:
        return {"share": float(shares.mean()) if len(shares) else None, "low": None, "high": None, "n": len(shares)}
    if shares.max() == shares.min():
        bounds = _exact(round(len(shares) * shares[0]), len(shares), level=level)
        return {"share": float(shares[0]), "low": bounds["low"], "high": bounds["high"], "n": len(shares)}
    half = float(stats.t.ppf(0.5 + level / 2, len(shares) - 1) * shares.std(ddof=1) / np.sqrt(len(shares)))
    mean = float(shares.mean())
    return {"share": mean, "low": max(0.0, mean - half), "high": min(1.0, mean + half), "n": len(shares)}


def figures(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the flat figures of the certificate; a kind that was not run has none.

    ``null_flagged`` (with ``_low`` and ``_high``) is of the simulated audits without any difference at the smallest
    size, ``confounded_flagged`` of those where attributes go with the offence (false 有差异 alone), ``false_discovery``
    and ``power`` of labels at the smallest size, ``power_<kind>`` of each other kind, ``equivalence_right``
    (``equivalence_labels`` of the judgments alone) of the simulated audits without any difference at the largest size,
    ``equivalence_wrong`` of labels there, ``coverage`` of all runs
    at the smallest, the lowest; ``rule_<rule>_null_flagged`` what the plain rules flag of the same null audits.
    """
    if not runs:
        return {}
    smallest, largest = min(run["size"] for run in runs), max(run["size"] for run in runs)
    by = {(run["kind"], run["size"]): run for run in runs}
    found: dict[str, float | None] = {}

    def put(name: str, kind: str, size: int, figure: str) -> None:
        rate = by.get((kind, size), {}).get(figure)
        if rate is not None:
            found[name] = rate["share"]
            found[f"{name}_low"], found[f"{name}_high"] = rate["low"], rate["high"]

    put("null_flagged", "null", smallest, "flagged")
    put("confounded_flagged", "confounded", smallest, "flagged_false")
    put("resampled_flagged", "resampled", smallest, "flagged_false")
    put("false_discovery", "labels", smallest, "false_discovery")
    put("power", "labels", smallest, "power")
    put("power_within", "labels", smallest, "power_within")
    put("power_court", "labels", smallest, "power_court")
    for kind in ("advice", "extraction", "overrides", "resampled_labels"):
        put(f"false_discovery_{kind}", kind, smallest, "false_discovery")
        put(f"power_{kind}", kind, smallest, "power")
    put("equivalence_right", "null", largest, "equivalence_right")
    put("equivalence_within", "null", largest, "equivalence_within")
    by_measure = {entry["measure"]: entry for entry in by.get(("null", largest), {}).get("by_measure", [])}
    if "labels" in by_measure:
        found["equivalence_labels"] = by_measure["labels"]["equivalence_right"]["share"]
    put("equivalence_wrong", "labels", largest, "equivalence_wrong")
    shares = [run["coverage"]["share"] for run in runs if run["size"] == smallest]
    found["coverage"] = min((share for share in shares if share is not None), default=None)
    for rule in by.get(("null", smallest), {}).get("rules", []):
        found[f"rule_{rule['rule']}_null_flagged"] = rule["flagged"]["share"]
    found["audits"] = float(sum(run["audits"] for run in runs))
    return {name: float(value) for name, value in found.items() if value is not None}


def flat(content: Mapping[str, Any]) -> dict[str, float]:
    """Return the flat figures of a certificate, the swap test's share of found dependences among them."""
    swap = content["swap"]
    return {**content["figures"], **({} if swap is None else {"swap_found": float(swap["share"])})}


def configuration(settings: AuditSettings) -> str:
    """Return the hash of all that the figures depend on: settings, code, groups, what is planted, and libraries."""
    package = resources.files("sentencing_ml")
    parts = {
        "settings": {key: value for key, value in settings.model_dump(mode="json").items() if key not in _IRRELEVANT},
        "code": code_hashes(package / "fairness"),
        "disclosure": sha256_bytes((package / "disclosure.py").read_bytes()),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }
    return sha256_bytes(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode("ascii"))


def code_hashes(folder: Any) -> dict[str, str]:
    """Return the hash of every module in ``folder`` that the audit's statistics are made of, and of their data."""
    found, waiting = {"certificate.py"}, [f"{name}.py" for name in _CODE]
    while waiting:
        name = waiting.pop()
        if name not in found and (folder / name).is_file():
            found.add(name)
            waiting += _imported((folder / name).read_text(encoding="utf-8"))
    return {name: sha256_bytes((folder / name).read_bytes()) for name in sorted(found | set(_DATA))}


def _imported(source: str) -> Iterator[str]:
    """Yield the files of this package that a module imports names from, or may."""
    package = "sentencing_ml.fairness"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (f"{alias.name}.py" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            yield node.module.removeprefix(f"{package}.") + ".py"


def read_certificate(path: Path | None, settings: AuditSettings) -> dict[str, Any]:
    """Return the certificate at ``path`` for the settings in use, as the section of a report.

    ``status`` is ``measured`` where it is of this configuration; else ``not_run``, with ``state`` stale or missing,
    ``why`` and no figures.
    """
    if path is None or not path.is_file():
        return _not_run("missing", "没有证书：未对本配置做过植入检验。运行 sentencing audit --certify。")
    try:
        found = read_json(path)
    except ValueError:
        return _not_run("stale", "证书文件无法读取。运行 sentencing audit --certify。")
    if found.get("version") != VERSION or found.get("configuration") != configuration(settings):
        return _not_run("stale", "证书属于另一配置（设置、代码或库已变）。运行 sentencing audit --certify。")
    return {**found, "state": "current"}


def _not_run(state: str, why: str) -> dict[str, Any]:
    return {"status": "not_run", "state": state, "why": why, "figures": {}}

