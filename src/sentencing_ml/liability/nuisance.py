"""What history did with the offender's facts: the neutral label, and the expected term.

A declared term mixes the penalty of the offence with what the offender's own facts (prevention and mixed factors) took
off or added. A model F(L, P) of the declared term, P bound to its legal signs and fitted across folds, tells the two
apart: ``ln(1 + y) + F(L, 0) − F(L, P)`` is the label of the model that sees L alone. A charge with too few cases to
learn that from backs its label out with the guideline's own arithmetic, scaled to the data, or with a mix of both.

F is the logarithm of the *mean* term. The logarithm's mean would not do: case-specific ratios spread the terms of
offenders with many factors more than those with none, so the ratio of the two would be too large in months.

It rests on P being recorded where it mattered: a factor that was missed leaves its effect in the label.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sentencing_ml.errors import BundleError
from sentencing_ml.liability.boosting import Boosted, fit_boosted, from_text, to_text
from sentencing_ml.liability.design import Column, Encoder, offender_columns
from sentencing_ml.liability.rows import Rows, offender_flags
from sentencing_ml.liability.rules import Caps
from sentencing_ml.settings import TrainSettings

GUIDELINE = "guideline"
"""Column of F beside the offender's factors: what the guideline's arithmetic makes of them together.

Caps and the rule against counting twice make the first factor weigh more than the next. Hardly any offender has none,
so trees that see single factors would have to guess the step to none; along this column it is the end of a curve.
"""

_GIVEN = 0.5
"""Share of the guideline's log ratio from which F starts; its trees add the rest, in the legal direction.

Trees shrink an effect that few rows show, and the step from one factor to none is shown by two rows in a hundred. On
simulated truth the neutral labels lay 5 % too low with neither this start nor the column above, 3 % too high when all
was given, and within half a per cent of the truth with half.
"""


def nuisance_columns() -> tuple[Column, ...]:
    """Return the columns of F beside the design."""
    return (*offender_columns(), Column(name=GUIDELINE, factor=None, monotone=1))


def nuisance_matrix(rows: Rows) -> pd.DataFrame:
    """Return what F reads beside the design; the arithmetic is unknown where nothing of the offender is observable."""
    return rows.offender.assign(**{GUIDELINE: rows.formula.where(~rows.offender_unknown())})


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
        ratio = self.learned_ratio(rows, threads=threads) if ratio is None else ratio
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
        return log_ratio(self.declared, rows, caps=self.caps, threads=threads)

    def _formula_ratio(self, rows: Rows) -> np.ndarray:
        scale = rows.charge.map(self.scale).astype("float64").fillna(1.0).to_numpy()
        return self.caps.clip(rows.formula.to_numpy() * scale)

    def _share(self, rows: Rows) -> np.ndarray:
        share = rows.charge.map(self.learned).astype("float64").fillna(0.0).to_numpy()
        # The arithmetic takes what is not observable for absent and would leave its effect in the label, as in a
        # record that mentions what was found and never what was not. F has learned what such rows are worth.
        return np.where(rows.offender[offender_flags()].isna().any(axis=1).to_numpy(), 1.0, share)

    def as_dict(self) -> dict:
        """Return what ``nuisance.json`` holds; the booster's text stands beside it."""
        return {
            "columns": [{"name": column.name, "monotone": column.monotone} for column in nuisance_columns()],
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
        if [column["name"] for column in content["columns"]] != [column.name for column in nuisance_columns()]:
            raise BundleError("nuisance.json: trained on other offender factors than this version has. Train again.")
        declared = Boosted(encoder=Encoder.from_dict(content["encoder"]), booster=from_text(text))
        return cls(declared=declared, learned=content["learned"], scale=content["scale"], caps=Caps(**content["caps"]))


def log_ratio(declared: Boosted, rows: Rows, *, caps: Caps, threads: int) -> np.ndarray:
    """Return F(L, P) − F(L, 0) of each row, within the caps."""
    matrix = nuisance_matrix(rows)
    neutral = pd.DataFrame(0.0, index=matrix.index, columns=matrix.columns)
    as_is = declared.predict(rows, beside=matrix, threads=threads) + _given(rows, caps)
    return caps.clip(as_is - declared.predict(rows, beside=neutral, threads=threads))


def _given(rows: Rows, caps: Caps) -> np.ndarray:
    return _GIVEN * caps.clip(rows.formula.to_numpy())


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
    matrix, given = nuisance_matrix(rows), _given(rows, caps)

    def fitted(chosen: np.ndarray) -> Boosted:
        return fit_boosted(
            rows.take(chosen),
            log_term[chosen],
            fold=fold[chosen],
            weight=weight[chosen],
            settings=settings,
            threads=threads,
            beside=(matrix[chosen], nuisance_columns()),
            start=given[chosen],
        )

    ratio = np.empty(len(log_term))
    for number in np.unique(fold):
        ratio[fold == number] = log_ratio(fitted(fold != number), rows.take(fold == number), caps=caps, threads=threads)
    nuisance = Nuisance(
        declared=fitted(np.full(len(log_term), True)),
        learned=learned_shares(rows.charge, formula_below=settings.formula_below),
        scale=formula_scales(rows, ratio, pseudo_cases=settings.shrink_ratio_cases),
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


def formula_scales(rows: Rows, ratio: np.ndarray, *, pseudo_cases: float) -> dict[str, float]:
    """Return for each charge what its offenders' factors did on average ÷ what the guideline's middles say, drawn to 1.

    ``ratio`` is what F learned. Averages, not slopes, are compared: the label needs the distance to no factor at all,
    and between many and few factors caps and floors make every slope too small. ``pseudo_cases`` count for 1.
    """
    table = pd.DataFrame({"charge": rows.charge.to_numpy(), "formula": rows.formula.to_numpy(), "ratio": ratio})
    prior = pseudo_cases * float(table["formula"].mean())
    sums = table.dropna().groupby("charge")[["formula", "ratio"]].sum().sort_index()
    scales = (sums["ratio"] + prior) / (sums["formula"] + prior).replace(0.0, np.nan)
    # Between nothing and twice the guideline: beyond it the data would be the rule, below it mitigation aggravation.
    return {str(name): float(value) for name, value in scales.fillna(1.0).clip(0.0, 2.0).items()}
