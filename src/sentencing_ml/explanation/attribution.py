"""Why a liability term is what it is: SHAP values against a named reference sample, told as a walk in months.

The student model is additive on the scale of ln(1 + months): the prior of the law plus the boosted trees. Each case is
compared with a sample of training cases of its own charge (interventional SHAP: what the model would say if a factor
were unknown is averaged over that sample), so that the bars say why the case differs from the typical case of the
charge. Design columns that come from one factor are one bar, which opens into its parts. What the charge's law
contributes (the prior, the range of the tier) belongs to the factor that decides it, as :mod:`law_bars` says of a
row, and else to the bar of the rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import lightgbm
import numpy as np
import pandas as pd

from sentencing_ml.explanation.law_bars import PRIOR
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.liability.design import design_columns
from sentencing_ml.storage import sha256_bytes

if TYPE_CHECKING:
    import shap  # two seconds to import: only where a walk is computed, which a sheet without an empirical figure lacks

RULES = "rules"
"""Name of the bar of everything that derives from the law of the charge and not from one factor."""

BOUND = "bound"
"""Name of the last step, when the sum of the bars oversteps the law's maximum, to which the shown term was cut."""

METHOD = "interventional"

_LAW_PARTS = {
    PRIOR: "规则轨的起点",
    "standing": "在数额、数量标准中的位置",
    "statute_low": "所在档次的最低刑",
    "statute_high": "所在档次的最高刑",
    "article": "条文",
    "charge_level": "罪名的一般水平",
}


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The sample of one charge with which its cases are compared.

    ``expected`` is the mean of the model over the sample in ln(1 + months), ``prior`` the part of it that is the
    law's. ``sha256`` identifies the rows.
    """

    charge_group: str
    size: int
    sha256: str
    expected: float
    prior: float
    filled: tuple[str, ...]
    explainer: "shap.TreeExplainer"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one column adds within a step: log months, and the months before and after it in the walk."""

    column: str
    log: float
    before: float
    after: float

    @property
    def months(self) -> float:
        """What the part adds in months, given the parts and steps before it."""
        return self.after - self.before

    @property
    def percent(self) -> float | None:
        """What the part adds as a share of the months before it; see :attr:`Step.percent`."""
        return _share(self.before, self.after)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A bar of the walk: a factor or ``rules``, what it adds in log months, and the months before and after it.

    ``parts`` are the columns that it opens into, the largest first; they sum to the step, in logs and in months. A step
    of one column has none.
    """

    name: str
    log: float
    before: float
    after: float
    parts: tuple[Part, ...] = ()

    @property
    def months(self) -> float:
        """What the step adds in months, given the steps before it."""
        return self.after - self.before

    @property
    def percent(self) -> float | None:
        """What the step adds as a share of the months before it: 0.25 from 8.0 to 10.0 months.

        It is a share of months, which a reader can check against the figures beside it, and multiplies over the steps.
        The model itself adds ln(1 + months): there the step is exp(log) − 1 of 1 + months whatever stands before it,
        which on a short term is less. None where the months before it are not above zero.
        """
        return _share(self.before, self.after)


@dataclass(frozen=True, kw_only=True)
class Walk:
    """From the typical case of the charge to this case; the steps sum to ``end`` − ``start`` exactly."""

    start: float
    end: float
    steps: tuple[Step, ...]


def never_missing(booster: lightgbm.Booster) -> tuple[str, ...]:
    """Return the columns that were never missing in training: LightGBM reads a missing value in them as zero.

    SHAP sends it down the default branch instead, which would break additivity without a word.
    """
    names = booster.feature_name()
    kinds: dict[str, set[str]] = {}
    for tree in booster.dump_model()["tree_info"]:
        pending = [tree["tree_structure"]]
        while pending:
            node = pending.pop()
            if "split_feature" in node:
                kinds.setdefault(names[node["split_feature"]], set()).add(node["missing_type"])
                pending += [node["left_child"], node["right_child"]]
    return tuple(sorted(name for name, found in kinds.items() if found == {"None"}))


def reference(
    booster: lightgbm.Booster,
    *,
    charge_group: str,
    design: pd.DataFrame,
    prior: np.ndarray,
    filled: tuple[str, ...] | None = None,
) -> Reference:
    """Prepare the comparison with the rows of ``design`` (float64, the columns of the booster in their order).

    ``prior`` is the log prior (LightGBM's init score) of each row, ``filled`` what :func:`never_missing` returns of the
    booster, for who prepares many references of one.
    """
    import shap

    filled = never_missing(booster) if filled is None else filled
    rows = _as_the_booster_reads(design, filled)
    # Given the rows alone, TreeExplainer would keep 100 of them without a word.
    masker = shap.maskers.Independent(rows, max_samples=len(rows))
    explainer = shap.TreeExplainer(_trees(booster), masker, feature_perturbation="interventional", model_output="raw")
    return Reference(
        charge_group=charge_group,
        size=len(rows),
        sha256=_hash(design, prior),
        expected=float(np.mean(prior)) + float(np.ravel(explainer.expected_value)[0]),
        prior=float(np.mean(prior)),
        filled=filled,
        explainer=explainer,
    )


@lru_cache(maxsize=2)
def _trees(booster: lightgbm.Booster) -> list:
    """Return the trees as SHAP reads them: to read them takes far longer than to prepare another sample."""
    import shap

    return shap.TreeExplainer(booster).model.trees


def contributions(ref: Reference, *, design: pd.DataFrame, prior: np.ndarray) -> pd.DataFrame:
    """Return for each row of ``design`` the contribution of each column, and of the prior, in log months.

    The columns of the levels of one category are one, named as the factor: that a case is not of another level is no
    part of its own. A row sums to the model's raw prediction plus prior, minus ``ref.expected`` (a test holds that).
    """
    values = ref.explainer.shap_values(_as_the_booster_reads(design, ref.filled), check_additivity=False)
    names = [_own_name().get(column, column) for column in design.columns]
    table = {name: np.zeros(len(design)) for name in dict.fromkeys(names)}
    for place, name in enumerate(names):
        table[name] = table[name] + values[:, place]
    table[PRIOR] = np.asarray(prior, dtype="float64") - ref.prior
    return pd.DataFrame(table, index=design.index)


def bar_of_columns() -> dict[str, str]:
    """Return the bar of every column of :func:`contributions`: a factor's own, and for the others that of the rules."""
    return {_own_name()[column.name]: column.factor or RULES for column in design_columns()} | {PRIOR: RULES}


@lru_cache(maxsize=1)
def _own_name() -> dict[str, str]:
    return {column.name: column.factor or column.name for column in design_columns()}


def walk(
    expected: float,
    contributions: Mapping[str, float],
    *,
    bar_of: Mapping[str, str] | None = None,
    shown: float | None = None,
    to_months: Callable[[float], float] = np.expm1,
    smallest: float = 1e-9,
) -> Walk:
    """Walk in months from the typical case to this case, the largest bar (by amount in logs) first.

    ``contributions`` are in log months by column, ``bar_of`` the bar of a column (by default its own name). On the log
    scale the order changes nothing; in months a step is worth more on a longer term, which is why the order is fixed
    and stated; the parts of a bar follow each other by the same rule. What is below ``smallest`` is left out. When
    ``shown``, the term on the sheet, differs from the sum of the bars (it was cut to a bound), the difference is a
    last step of its own.
    """
    bars: dict[str, list[tuple[str, float]]] = {}
    for column, value in sorted(contributions.items(), key=_largest_first):
        if abs(value) > smallest:
            bars.setdefault((bar_of or {}).get(column, column), []).append((column, float(value)))
    sums = {name: sum(value for _, value in columns) for name, columns in bars.items()}
    level, start, steps = expected, float(to_months(expected)), []
    here = start
    for name, log in sorted(sums.items(), key=_largest_first):
        before, parts = here, []
        for column, value in bars[name]:
            level += value
            after = float(to_months(level))
            parts.append(Part(column=column, log=value, before=here, after=after))
            here = after
        opened = tuple(parts) if len(parts) > 1 else ()
        steps.append(Step(name=name, log=log, before=before, after=here, parts=opened))
    if shown is not None and abs(shown - here) > 1e-6:
        steps.append(Step(name=BOUND, log=0.0, before=here, after=float(shown)))
        here = float(shown)
    return Walk(start=start, end=here, steps=tuple(steps))


def part_name(column: str, factor: Factor | None) -> str:
    """Return how a part of a bar is called: ``factor`` is the bar's, None for the bar of the rules."""
    if column in _LAW_PARTS or factor is None:
        return _LAW_PARTS.get(column, column)
    if column != factor.name and column in registry().factors:
        return registry().factors[column].zh
    return f"{factor.zh}本身"


def _largest_first(item: tuple[str, float]) -> tuple[float, str]:
    return -abs(item[1]), item[0]


def _share(before: float, after: float) -> float | None:
    return after / before - 1 if before > 0 else None


def _as_the_booster_reads(design: pd.DataFrame, filled: Iterable[str]) -> pd.DataFrame:
    return design.fillna(dict.fromkeys(filled, 0.0))


def _hash(design: pd.DataFrame, prior: np.ndarray) -> str:
    values = np.column_stack([design.to_numpy(dtype="<f8"), np.asarray(prior, dtype="<f8")])
    values = np.where(np.isnan(values), np.nan, values)  # one bit pattern for every NaN
    return sha256_bytes("\n".join(map(str, design.columns)).encode() + values[np.lexsort(values.T)].tobytes())
