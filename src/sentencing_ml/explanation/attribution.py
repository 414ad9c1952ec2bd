"""Why a liability term is what it is: SHAP values against a named reference sample, told as a walk in months.

The student model is additive on the scale of ln(1 + months): the prior of the law plus the boosted trees. Each case is
compared with a sample of training cases of its own charge (interventional SHAP: what the model would say if a factor
were unknown is averaged over that sample), so that the bars say why the case differs from the typical case of the
charge. Design columns that come from one factor are one bar; everything that the charge's law contributes (the prior,
the bounds of the tier) is the bar of the rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import lightgbm
import numpy as np
import pandas as pd
import shap

from sentencing_ml.storage import sha256_bytes

RULES = "rules"
"""Name of the bar of everything that derives from the law of the charge and not from one factor."""

BOUND = "bound"
"""Name of the last step, when the shown term was cut to a bound that the sum of the bars oversteps (months below 0)."""

METHOD = "interventional"


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
    explainer: shap.TreeExplainer


@dataclass(frozen=True, kw_only=True)
class Step:
    """A bar of the walk: a factor or ``rules``, what it adds in log months, and the months before and after it."""

    name: str
    log: float
    before: float
    after: float

    @property
    def months(self) -> float:
        """What the step adds in months, given the steps before it."""
        return self.after - self.before


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
    filled = never_missing(booster) if filled is None else filled
    rows = _as_the_booster_reads(design, filled)
    # Given the rows alone, TreeExplainer would keep 100 of them without a word.
    masker = shap.maskers.Independent(rows, max_samples=len(rows))
    explainer = shap.TreeExplainer(booster, masker, feature_perturbation="interventional", model_output="raw")
    return Reference(
        charge_group=charge_group,
        size=len(rows),
        sha256=_hash(design, prior),
        expected=float(np.mean(prior)) + float(np.ravel(explainer.expected_value)[0]),
        prior=float(np.mean(prior)),
        filled=filled,
        explainer=explainer,
    )


def contributions(
    ref: Reference, *, design: pd.DataFrame, prior: np.ndarray, factor_of: Mapping[str, str | None]
) -> pd.DataFrame:
    """Return for each row of ``design`` the contribution of each factor in log months; index of ``design``.

    ``factor_of`` gives the factor of a design column; columns without one, and the prior, are the bar ``rules``. A
    row sums to the model's raw prediction plus prior, minus ``ref.expected`` (a test holds that).
    """
    values = ref.explainer.shap_values(_as_the_booster_reads(design, ref.filled), check_additivity=False)
    table = pd.DataFrame(values, index=design.index, columns=design.columns)
    names = [factor_of[column] or RULES for column in design.columns]
    grouped = {name: table.loc[:, [own == name for own in names]].sum(axis=1) for name in dict.fromkeys(names)}
    grouped[RULES] = grouped.get(RULES, 0.0) + (np.asarray(prior, dtype="float64") - ref.prior)
    return pd.DataFrame(grouped, index=design.index)


def walk(
    expected: float,
    parts: Mapping[str, float],
    *,
    shown: float | None = None,
    to_months: Callable[[float], float] = np.expm1,
    smallest: float = 1e-9,
) -> Walk:
    """Walk in months from the typical case to this case, the largest contribution (by amount in logs) first.

    On the log scale the order changes nothing; in months a step is worth more on a longer term, which is why the
    order is fixed and stated. When ``shown``, the term on the sheet, differs from the sum of the parts (it was cut to a
    bound), the difference is a last step of its own.
    """
    ordered = sorted(
        (item for item in parts.items() if abs(item[1]) > smallest), key=lambda item: (-abs(item[1]), item[0])
    )
    level, here, steps = expected, float(to_months(expected)), []
    start = here
    for name, value in ordered:
        level += value
        after = float(to_months(level))
        steps.append(Step(name=name, log=float(value), before=here, after=after))
        here = after
    if shown is not None and abs(shown - here) > 1e-6:
        steps.append(Step(name=BOUND, log=0.0, before=here, after=float(shown)))
        here = float(shown)
    return Walk(start=start, end=here, steps=tuple(steps))


def _as_the_booster_reads(design: pd.DataFrame, filled: tuple[str, ...]) -> pd.DataFrame:
    return design.fillna(dict.fromkeys(filled, 0.0))


def _hash(design: pd.DataFrame, prior: np.ndarray) -> str:
    values = np.column_stack([design.to_numpy(dtype="<f8"), np.asarray(prior, dtype="<f8")])
    values = np.where(np.isnan(values), np.nan, values)  # one bit pattern for every NaN
    return sha256_bytes("\n".join(map(str, design.columns)).encode() + values[np.lexsort(values.T)].tobytes())
