"""What history did with the offender's facts: the neutral label, and the expected term.

A declared term mixes the penalty of the offence with what the offender's own facts (prevention and mixed factors) took
off or added. A model F(L, P) of the declared term, P bound to its legal signs and fitted across folds, tells the two
apart: ``ln(1 + y) + F(L, 0) − F(L, P)`` is the label of the model that sees L alone. A charge with too few cases to
learn that from backs its label out with the guideline's own arithmetic, scaled to the data, or with a mix of both.

F is the logarithm of the *mean* term (gamma loss). The logarithm's mean would not do: case-specific ratios spread the
terms of offenders with many factors more than those with none, so the ratio of the two would be too large in months.

It rests on P being recorded where it mattered: a factor that was missed leaves its effect in the label.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sentencing_ml.errors import BundleError
from sentencing_ml.liability.boosting import Boosted, fit_boosted, from_text, to_text
from sentencing_ml.liability.design import Encoder, offender_columns
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.rules import Caps
from sentencing_ml.settings import TrainSettings


@dataclass(frozen=True, kw_only=True)
class Nuisance:
    """The fitted model of declared terms and how far each charge relies on it.

    ``learned`` is the weight of F for a charge, the rest is the guideline's arithmetic; ``scale`` multiplies the
    arithmetic's log ratio, 1 where the data say nothing else.
    """

    declared: Boosted
    learned: dict[str, float]
    scale: dict[str, float]
    caps: Caps

    def neutral_label(
        self, rows: Rows, log_term: np.ndarray, *, threads: int, ratio: np.ndarray | None = None
    ) -> np.ndarray:
        """Return ln(1 + term) with every offender factor at its neutral level.

        ``log_term`` is ln(1 + declared months). ``ratio`` replaces F(L, P) − F(L, 0), for rows that F was fitted on.
        """
        ratio = self.learned_ratio(rows, threads=threads) if ratio is None else self.caps.clip(ratio)
        by_model = log_term - ratio
        by_formula = np.log1p(np.expm1(log_term) * np.exp(-self._formula_ratio(rows)))
        share = self._share(rows)
        return share * by_model + (1 - share) * by_formula

    def expected(self, rows: Rows, log_liability: np.ndarray, *, threads: int) -> np.ndarray:
        """Return ln(1 + term) that history declared for such an offender, from ln(1 + liability term)."""
        by_model = log_liability + self.learned_ratio(rows, threads=threads)
        by_formula = np.log1p(np.expm1(log_liability) * np.exp(self._formula_ratio(rows)))
        share = self._share(rows)
        return share * by_model + (1 - share) * by_formula

    def learned_ratio(self, rows: Rows, *, threads: int) -> np.ndarray:
        """Return F(L, P) − F(L, 0) within the caps: the log ratio of declared to neutral term."""
        return self.caps.clip(log_ratio(self.declared, rows, threads=threads))

    def _formula_ratio(self, rows: Rows) -> np.ndarray:
        scale = rows.charge.map(self.scale).astype("float64").fillna(1.0).to_numpy()
        return self.caps.clip(rows.formula.to_numpy() * scale)

    def _share(self, rows: Rows) -> np.ndarray:
        share = rows.charge.map(self.learned).astype("float64").fillna(0.0).to_numpy()
        # Where nothing of the offender is observable the arithmetic has nothing to work on and would call the declared
        # term neutral; F has learned what such rows are worth beside those whose factors are known.
        return np.where(rows.offender.isna().all(axis=1).to_numpy(), 1.0, share)

    def as_dict(self) -> dict:
        """Return what ``nuisance.json`` holds; the booster's text stands beside it."""
        return {
            "columns": [{"name": column.name, "monotone": column.monotone} for column in offender_columns()],
            "encoder": self.declared.encoder.as_dict(),
            "learned": self.learned,
            "scale": self.scale,
            "caps": {"lowest": self.caps.lowest, "highest": self.caps.highest},
        }

    def text(self) -> str:
        """Return LightGBM's text of F."""
        return to_text(self.declared.booster)

    @classmethod
    def from_parts(cls, content: dict, text: str) -> "Nuisance":
        """Read what :meth:`as_dict` and :meth:`text` returned."""
        if [column["name"] for column in content["columns"]] != [column.name for column in offender_columns()]:
            raise BundleError("nuisance.json: trained on other offender factors than this version has. Train again.")
        declared = Boosted(encoder=Encoder.from_dict(content["encoder"]), booster=from_text(text))
        return cls(declared=declared, learned=content["learned"], scale=content["scale"], caps=Caps(**content["caps"]))


def log_ratio(declared: Boosted, rows: Rows, *, threads: int) -> np.ndarray:
    """Return F(L, P) − F(L, 0) of each row."""
    neutral = pd.DataFrame(0.0, index=rows.offender.index, columns=rows.offender.columns)
    as_is = declared.predict(rows, offender=rows.offender, threads=threads)
    return as_is - declared.predict(rows, offender=neutral, threads=threads)


def fit_nuisance(
    rows: Rows,
    log_term: np.ndarray,
    *,
    fold: np.ndarray,
    weight: np.ndarray,
    caps: Caps,
    settings: TrainSettings,
    threads: int,
) -> tuple[Nuisance, np.ndarray]:
    """Fit F on the training rows; return it and their neutral labels, each from a model that had not seen the row."""
    shared = {"settings": settings, "threads": threads, "offender": offender_columns(), "objective": "gamma"}
    ratio = np.empty(len(log_term))
    neutral = np.empty(len(log_term))
    for number in np.unique(fold):
        inside = fold == number
        partial = fit_boosted(
            rows.take(~inside), log_term[~inside], fold=fold[~inside], weight=weight[~inside], **shared
        )
        held_out = rows.take(inside)
        ratio[inside] = log_ratio(partial, held_out, threads=threads)
        neutral[inside] = partial.predict(held_out, offender=held_out.offender, threads=threads) - ratio[inside]
    nuisance = Nuisance(
        declared=fit_boosted(rows, log_term, fold=fold, weight=weight, **shared),
        learned=learned_shares(rows.charge, formula_below=settings.formula_below),
        scale=formula_scales(rows, log_term - neutral, pseudo_cases=settings.shrink_ratio_cases),
        caps=caps,
    )
    return nuisance, nuisance.neutral_label(rows, log_term, threads=threads, ratio=ratio)


def learned_shares(charge: pd.Series, *, formula_below: int) -> dict[str, float]:
    """Return for each charge how much of its label comes from F: its cases ÷ ``formula_below``, at most 1.

    The error of what F learns falls with the cases, that of the guideline's middle ratios does not; a weight that grows
    in proportion has no jump at the bound.
    """
    counts = charge.value_counts()
    return {str(name): min(1.0, float(count) / max(formula_below, 1)) for name, count in sorted(counts.items())}


def formula_scales(rows: Rows, excess: np.ndarray, *, pseudo_cases: float) -> dict[str, float]:
    """Return for each charge the slope of what was declared on what the guideline's middle ratios say, drawn to 1.

    ``excess`` is ln(1 + declared) less the model's term at neutral P. The slope is measured within the charge, so that
    a charge that is sentenced higher or lower as a whole does not move it; ``pseudo_cases`` count for a slope of 1.
    """
    table = pd.DataFrame(
        {"charge": rows.charge.to_numpy(), "formula": rows.formula.to_numpy(), "excess": excess}
    ).dropna()
    if table.empty:
        return {}
    centred = table[["formula", "excess"]] - table.groupby("charge")[["formula", "excess"]].transform("mean")
    spread = float((centred["formula"] ** 2).mean())
    sums = pd.DataFrame(
        {"charge": table["charge"], "xx": centred["formula"] ** 2, "xy": centred["formula"] * centred["excess"]}
    )
    totals = sums.groupby("charge").sum().sort_index()
    prior = pseudo_cases * spread
    slopes = (
        (totals["xy"] + prior) / (totals["xx"] + prior)
        if prior > 0
        else totals["xy"] / totals["xx"].where(totals["xx"] > 0)
    )
    # A negative slope would turn mitigation into aggravation; above 2 the data, not the guideline, would be the rule.
    return {str(name): float(value) for name, value in slopes.fillna(1.0).clip(0.0, 2.0).items()}
