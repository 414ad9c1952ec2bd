"""Every figure of every group of one attribute, on the scale on which it is tested."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.fairness import bootstrap, calibration, families
from sentencing_ml.fairness.conditional import Explained, Facts, explain, shared_part, without_shared
from sentencing_ml.fairness.contrasts import Contrast, Grouping
from sentencing_ml.fairness.groups import excluded, grouped, groups
from sentencing_ml.fairness.metrics import BANDS, cut, relative_error, row_figures
from sentencing_ml.settings import AuditSettings

PLAIN = {"error": "bias", "asymmetry": "asymmetry", "coverage": "covered"}
"""Tested measures that are differences of means, and the row figure each is the mean of."""

DESCRIBED = ("bias_months", "error", "heavy", "light", "width")
"""Row figures described beside the tests: with an interval, without a verdict."""

SHARES = ("asymmetry", "covered", "heavy", "light")
"""Row figures of which each row is all or nothing: their differences have at least the error of chance."""

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The compared rows as the measures read them: ``figures`` a row each, ``clusters`` in blocks.

    ``declared`` and ``expected`` are ln(1 + months); ``tenth`` names the tenth of the advice in which a row lies.
    """

    figures: pd.DataFrame
    tenth: pd.Series
    declared: np.ndarray
    expected: np.ndarray
    clusters: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """What the facts leave of all rows with a term: of labels and advice given every fact, of advice given law alone.

    ``clusters`` are codes of the tested rows, the same as those of :class:`Rows`, ``everywhere`` those of all rows.
    """

    facts: Facts
    given_facts: Explained
    given_law: Explained | None
    clusters: np.ndarray
    everywhere: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Measured:
    """``tests`` by group and measure, ``figures``, ``split`` and ``lines`` described beside them."""

    grouping: Grouping
    tests: dict[str, dict[str, Entry]]
    figures: dict[str, dict[str, Entry]]
    split: dict[str, dict[str, dict[str, Entry]]]
    lines: dict[str, dict[str, dict[str, float]]]


def compared_rows(table: pd.DataFrame, clusters: np.ndarray, *, settings: AuditSettings) -> Rows:
    """Return the figures of every row of the audited table.

    They compare the expected term with the declared one; ``covered`` is of the neutral term, which is what the interval
    promises to hold.
    """
    declared, expected = (table[name].to_numpy(dtype=float) for name in ("y", "expected"))
    low, high = table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float)
    figures = row_figures(declared, expected, low=low, high=high, tolerance=settings.tolerance)
    neutral = np.expm1(table["neutral"].to_numpy(dtype=float))
    inside = row_figures(neutral, neutral, low=low, high=high, tolerance=settings.tolerance)["covered"]
    band = cut(expected, parts=len(BANDS))
    relative = relative_error(figures["error"].to_numpy(), band)
    return Rows(
        figures=figures.assign(covered=inside, relative_error=relative, band=band),
        tenth=calibration.tenths(table["expected"]),
        declared=np.log1p(declared),
        expected=np.log1p(expected),
        clusters=clusters,
    )


def given(facts: Facts, clusters: np.ndarray, *, settings: AuditSettings, threads: int) -> Conditional:
    """Learn once for all groups what the facts, and what law alone, explain. ``clusters`` are codes of all rows."""
    learner = {"seed": settings.seed, "threads": threads}
    return Conditional(
        facts=facts,
        given_facts=explain(facts.design, facts.outcomes, clusters, categorical=facts.categorical, **learner),
        given_law=None
        if facts.law is None
        else explain(
            facts.law,
            facts.outcomes[:, 1:],
            clusters,
            categorical=tuple(name for name in facts.categorical if name in facts.law),
            **learner,
        ),
        clusters=clusters[facts.tested],
        everywhere=clusters,
    )


def measure(
    found: Grouping,
    rows: Rows,
    conditional: Conditional | None,
    table: pd.DataFrame,
    *,
    settings: AuditSettings,
    order: int,
) -> Measured:
    """Measure every large enough group of an attribute, the ``order``-th of the audit; ``table`` has the rows."""
    names = [contrast.group for contrast in found.large]
    result = Measured(
        grouping=found,
        tests={name: {} for name in names},
        figures={name: {} for name in names},
        split={name: {} for name in names},
        lines={},
    )
    if not names:
        return result
    member = np.column_stack([contrast.member for contrast in found.large])
    rest = np.column_stack([contrast.rest for contrast in found.large])
    inferring = _Inferring(settings=settings, order=order)
    _means(result, rows, member, rest, inferring)
    _error_ratio(result, rows, member, rest, inferring)
    _calibration(result, rows, member, rest, inferring)
    if conditional is not None:
        unknown = groups().unknown
        for chosen in (
            [contrast for contrast in found.large if contrast.group != unknown],
            [contrast for contrast in found.large if contrast.group == unknown],
        ):
            if chosen:
                _given_facts(result, chosen, conditional, table, inferring)
    return result


@dataclass(frozen=True, kw_only=True)
class _Inferring:
    """The settings of every interval of an attribute; each call for a ``part`` draws from a stream of its own."""

    settings: AuditSettings
    order: int

    def rng(self, part: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, self.order, part])

    def entries(
        self,
        sums: bootstrap.ClusterSums,
        measures: list[str | None],
        *,
        part: int,
        least: float | np.ndarray = 0.0,
    ) -> list[Entry]:
        """Return an entry a contrast; ``measures`` gives the margin of each, None for what is not tested."""
        margins = [1.0 if name is None else families.margin(name, settings=self.settings) for name in measures]
        found = bootstrap.infer(
            sums,
            margin=np.array(margins),
            level=self.settings.level,
            replicates=self.settings.bootstrap,
            rng=self.rng(part),
            least=least,
        )
        names = ("estimate", "low", "high", "se", "df", "p", "p_equivalence", "detectable")
        return [{name: float(getattr(found, name)[place]) for name in names} for place in range(len(measures))]


def _means(result: Measured, rows: Rows, member: np.ndarray, rest: np.ndarray, inferring: _Inferring) -> None:
    columns = [*PLAIN.values(), *DESCRIBED]
    values = rows.figures[columns].to_numpy()
    sums = bootstrap.mean_sums(values, member, rest, rows.clusters)
    least = np.where(np.isin(columns, SHARES), _chance(values, member, rest), 0.0).ravel()
    entries = iter(inferring.entries(sums, [*PLAIN, *[None] * len(DESCRIBED)] * len(result.tests), part=0, least=least))
    for name in result.tests:
        result.tests[name] |= {measure: next(entries) for measure in PLAIN}
        result.figures[name] |= {figure: next(entries) for figure in DESCRIBED}


def _chance(values: np.ndarray, member: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return the standard error of each difference if group and rest had the spread of both, shape (groups, values).

    A small group in which nobody, or everybody, falls outside shows no spread of its own, and would seem certain.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    both = (member | rest).astype(float).T
    n = np.maximum(both @ known, 1)
    spread = np.maximum(both @ filled**2 / n - (both @ filled / n) ** 2, 0.0)
    sizes = (np.maximum(who.astype(float).T @ known, 1) for who in (member, rest))
    return np.sqrt(spread * sum(1 / size for size in sizes))


def _error_ratio(result: Measured, rows: Rows, member: np.ndarray, rest: np.ndarray, inferring: _Inferring) -> None:
    sums = bootstrap.mean_sums(rows.figures[["relative_error"]].to_numpy(), member, rest, rows.clusters)
    entries = inferring.entries(replace(sums, log=True), ["error_ratio"] * len(result.tests), part=1)
    for tests, entry in zip(result.tests.values(), entries, strict=True):
        tests["error_ratio"] = entry


def _calibration(result: Measured, rows: Rows, member: np.ndarray, rest: np.ndarray, inferring: _Inferring) -> None:
    sums = calibration.slope_contrasts(rows.declared, rows.expected, member, rest, rows.clusters)
    entries = inferring.entries(sums, ["calibration"] * len(result.tests), part=2)
    for tests, entry in zip(result.tests.values(), entries, strict=True):
        tests["calibration"] = entry
    found = calibration.lines(
        rows.declared, rows.expected, member, rows.clusters, level=inferring.settings.level
    )  # fmt: skip
    result.lines.update(zip(result.tests, found, strict=True))


def _given_facts(
    result: Measured,
    chosen: list[Contrast],
    conditional: Conditional,
    table: pd.DataFrame,
    inferring: _Inferring,
) -> None:
    """Measure labels, advice and amplification given the facts, within the rows that are compared."""
    facts, name = conditional.facts, result.grouping.name
    everywhere = grouped(facts.frame, name, smallest=inferring.settings.suppress_below, counted=table)
    kept = ~excluded(facts.frame["charge_group"], everywhere, name).to_numpy()
    labels = everywhere.to_numpy(dtype=object)
    if chosen[0].group != groups().unknown:
        kept &= labels != groups().unknown
    member = np.column_stack([labels[kept] == contrast.group for contrast in chosen])
    tested = facts.tested[kept]
    codes = np.unique(conditional.clusters[kept[facts.tested]], return_inverse=True)[1]
    everywhere_codes = np.unique(conditional.everywhere[kept], return_inverse=True)[1]
    residual = conditional.given_facts.residual[kept]
    shared_everywhere = shared_part(residual[:, 0], everywhere_codes)
    residual = residual[tested]
    shared = shared_part(residual[:, 0], codes)
    taken = {"clusters": everywhere_codes, "shared": shared_everywhere}
    treatment = conditional.given_facts.members(member, kept, **taken)[tested]
    treatment = without_shared(treatment, codes, shared)
    outcome = np.column_stack([residual, residual[:, 1] - residual[:, 0]])
    outcome = without_shared(outcome, codes, shared)
    width = len(families.CONDITIONAL)
    slopes = bootstrap.slope_sums(
        np.tile(outcome, (1, len(chosen))), np.repeat(treatment, width, axis=1), codes
    )  # fmt: skip
    entries = iter(inferring.entries(slopes, list(families.CONDITIONAL) * len(chosen), part=3))
    for contrast in chosen:
        result.tests[contrast.group] |= {measure: next(entries) for measure in families.CONDITIONAL}
    _split(result, chosen, facts.outcomes[kept][tested], member[tested], slopes, codes, inferring)
    if conditional.given_law is not None:
        law = conditional.given_law
        treatment = law.members(member, kept, **taken)[tested]
        treatment = without_shared(treatment, codes, shared)
        learned = np.tile(without_shared(law.residual[kept][tested], codes, shared), (1, len(chosen)))
        entries = iter(
            inferring.entries(bootstrap.slope_sums(learned, treatment, codes), [None] * len(chosen), part=5)
        )
        for contrast in chosen:
            result.figures[contrast.group]["learned"] = next(entries)


def _split(
    result: Measured,
    chosen: list[Contrast],
    outcomes: np.ndarray,
    member: np.ndarray,
    slopes: bootstrap.ClusterSums,
    codes: np.ndarray,
    inferring: _Inferring,
) -> None:
    """Part the raw gap of labels and advice into what the facts explain and what they do not.

    The unexplained part is the coefficient of the group among the facts, the explained part the rest (Oaxaca and
    Blinder with the pooled coefficients of a regression that has the group in it, Jann 2008). Both are drawn with the
    same clusters, so that the interval of the explained part knows that they move together.
    """
    sums = bootstrap.mean_sums(outcomes, member, ~member, codes)
    raw = inferring.entries(sums, [None] * (2 * len(chosen)), part=4)
    places = [width * 3 + offset for width in range(len(chosen)) for offset in range(2)]
    settings = inferring.settings
    draws = [
        bootstrap.bootstrap(part, replicates=settings.bootstrap, rng=inferring.rng(4))
        for part in (sums, bootstrap.ClusterSums(
            numerator=slopes.numerator[:, places], denominator=slopes.denominator[:, places]
        ))
    ]  # fmt: skip
    df = np.array([entry["df"] for entry in raw])
    low, high = bootstrap.percentile_interval(
        draws[0] - draws[1], level=settings.level, df=np.where(np.isfinite(df), df, 1.0)
    )
    for column, (contrast, measure) in enumerate(
        (contrast, measure) for contrast in chosen for measure in ("labels", "advice")
    ):
        unexplained = result.tests[contrast.group][measure]
        known = np.isfinite(df[column])
        result.split[contrast.group][measure] = {
            "raw": raw[column],
            "explained": {
                "estimate": raw[column]["estimate"] - unexplained["estimate"],
                "low": float(low[column]) if known else np.nan,
                "high": float(high[column]) if known else np.nan,
            },
            "unexplained": unexplained,
        }
