"""From the factor table to numbers: the design matrix of the liability model, and the offender matrix kept from it.

The columns of the design derive from ``registry().model_inputs()`` and from the rule track of the count alone, which
besides them reads when and where the offence was committed; nothing else of a row is read. Unknown stays NaN. Amounts
and weights stand as they are: trees split by rank, so a logarithm beside the raw value would change no tree and divide
its share of an explanation between two columns.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from sentencing_ml.errors import BundleError
from sentencing_ml.factors.registry import Factor, registry

CHARGE_COLUMN = "charge_level"
RULE_COLUMNS = {"article": 0, "statute_low": 1, "statute_high": 1, "standing": 1}
"""Columns from the rule track, as :mod:`rules` gives them, with their sign.

The prior is no column: it is where the trees start, and as a column under a sign they could only add to it.
The standing is the amount, weight or number relative to the thresholds of its charge, beside its absolute value. The
range of the tiers in play and the prior rise with the facts that open a tier, so the term may not fall in them. The
article tells charges of equal range and level apart, and puts those of one chapter side by side.
"""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A design column, the factor of the registry it derives from (None: the charge or its law), its legal sign."""

    name: str
    factor: str | None
    monotone: int


@lru_cache(maxsize=1)
def design_columns() -> tuple[Column, ...]:
    """Return the columns of the design in their fixed order."""
    columns = [column for factor in registry().model_inputs() for column in _columns_of(factor)]
    columns += [Column(name=name, factor=None, monotone=sign) for name, sign in RULE_COLUMNS.items()]
    return (*columns, Column(name=CHARGE_COLUMN, factor=None, monotone=0))


@lru_cache(maxsize=1)
def offender_columns() -> tuple[Column, ...]:
    """Return the columns of the offender matrix: factors kept from the model, and levels of such a class.

    Their monotone sign is the legal direction: a factor that lightens never raises the declared term.
    """
    booleans = [factor for factor in registry().offender() if factor.type == "boolean"]
    columns = [Column(name=factor.name, factor=factor.name, monotone=factor.direction) for factor in booleans]
    for factor in registry().model_inputs():
        columns += [
            Column(name=f"{factor.name}_{level.name}", factor=factor.name, monotone=factor.direction)
            for level in _offender_levels(factor)
        ]
    return tuple(columns)


def fact_matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the factual columns of the design as float64, index of ``frame``; NaN where unknown."""
    values = {}
    for factor in registry().model_inputs():
        series = frame[factor.name]
        if factor.type != "category":
            values[factor.name] = _floats(series)
        elif factor.monotone:
            # The order of the levels is the law's. A level of another class reads as the first, its neutral one:
            # 中止 stops an offence as 未遂 does, and what it is worth beyond that is not the model's to say.
            order = {level.name: float(place) for place, level in enumerate(_input_levels(factor))}
            neutral = {level.name: 0.0 for level in _offender_levels(factor)}
            values[factor.name] = _floats(series.map({**order, **neutral}))
        else:
            values |= _of_levels(series, factor, _input_levels(factor))
    return pd.DataFrame(values, index=frame.index, dtype="float64")


def offender_matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the factors kept from the model as 0, 1 or NaN (not observable), index of ``frame``.

    Only the adjustment of the labels and the expected term read it.
    """
    values = {}
    for name in dict.fromkeys(column.factor for column in offender_columns()):
        factor = registry().factors[name]
        if factor.type == "boolean":
            values[name] = _floats(frame[name])
        else:
            values |= _of_levels(frame[name], factor, _offender_levels(factor))
    return pd.DataFrame(values, index=frame.index, dtype="float64")


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """What turns facts and law into the design, and into the term that the law alone suggests.

    The prior of a case is ``intercept + slope · rule_prior`` on the scale of ln(1 + months), and ``missing`` where the
    law gives no starting point. ``levels`` is by how much the terms of a charge lie above its prior;
    it is drawn to zero for a charge with few cases, which so leans on the law.
    """

    intercept: float
    slope: float
    missing: float
    levels: dict[str, float]

    def prior(self, track: pd.DataFrame) -> np.ndarray:
        """Return the prior of each row on the scale of ln(1 + months)."""
        middle = track["rule_prior"].to_numpy(dtype="float64", na_value=np.nan)
        return np.where(np.isnan(middle), self.missing, self.intercept + self.slope * middle)

    def transform(self, facts: pd.DataFrame, track: pd.DataFrame, charge: pd.Series) -> pd.DataFrame:
        """Return the design matrix; the level of a charge that training did not hold is NaN."""
        return assemble(facts, track, charge.map(self.levels).astype("float64"))

    def as_dict(self) -> dict:
        """Return what ``encoder.json`` holds."""
        columns = [
            {"name": column.name, "factor": column.factor, "monotone": column.monotone} for column in design_columns()
        ]
        prior = {"intercept": self.intercept, "slope": self.slope, "missing": self.missing}
        return {"columns": columns, "prior": prior, "levels": self.levels}

    @classmethod
    def from_dict(cls, content: dict) -> "Encoder":
        """Read what :meth:`as_dict` returned.

        Raises
        ------
        BundleError
            The model was trained with another set of factors than this version of the package reads.
        """
        expected = [(column.name, column.monotone) for column in design_columns()]
        if [(column["name"], column["monotone"]) for column in content["columns"]] != expected:
            raise BundleError(
                "the model was trained on other columns than the registry of this version has. "
                "Use the version named in its manifest, or train again."
            )
        return cls(**content["prior"], levels=content["levels"])


def fit_encoder(track: pd.DataFrame, charge: pd.Series, target: np.ndarray, *, prior_share: float) -> Encoder:
    """Learn prior and levels from ``target`` = ln(1 + months) of the same rows.

    ``prior_share`` is the part of the fitted slope that the prior takes. The trees above it rise with the rule track
    too, and may only add: a slope of its own full size would leave them nothing to correct where the rules overshoot.
    """
    middle = track["rule_prior"].to_numpy(dtype="float64", na_value=np.nan)
    known = ~np.isnan(middle)
    missing = float(target[~known].mean() if (~known).any() else target.mean())
    intercept, slope = float(target.mean()), 0.0
    if known.any():
        spread = float(np.var(middle[known]))
        shared = float(np.mean((middle[known] - middle[known].mean()) * (target[known] - target[known].mean())))
        # A slope above 1 would spread charges wider than their starting points; one below 0 would reverse the law.
        slope = prior_share * min(max(shared / spread, 0.0), 1.0) if spread > 0 else 0.0
        intercept = float(target[known].mean() - slope * middle[known].mean())
    bare = Encoder(intercept=intercept, slope=slope, missing=missing, levels={})
    return replace(bare, levels=fit_levels(charge, target - bare.prior(track)))


def assemble(facts: pd.DataFrame, track: pd.DataFrame, charge_level: pd.Series) -> pd.DataFrame:
    """Put the facts, the rule track and the level of the charge in the order of :func:`design_columns`."""
    law = {name: _floats(track[name]) for name in RULE_COLUMNS}
    whole = facts.assign(**law, **{CHARGE_COLUMN: charge_level.astype("float64")})
    return whole[[column.name for column in design_columns()]]


def fit_levels(charge: pd.Series, target: np.ndarray) -> dict[str, float]:
    """Return the mean of ``target`` of each charge, drawn to zero by empirical Bayes.

    ``target`` is centred: what is left of ln(1 + months) after the prior. Zero weighs as many cases as the variance
    within charges is to the variance between them (method of moments), so a charge with few cases stays near its prior.
    """
    table = pd.DataFrame({"charge": charge.to_numpy(), "target": target}).dropna()
    groups = table.groupby("charge")["target"].agg(["size", "mean", "var"]).sort_index()
    freedom = (groups["size"] - 1).clip(lower=0)
    within = float((groups["var"].fillna(0.0) * freedom).sum() / max(freedom.sum(), 1))
    spread = float((groups["size"] * groups["mean"] ** 2).sum() / groups["size"].sum())
    noise = within * len(groups) / groups["size"].sum()
    between = max(spread - noise, 1e-9)
    weight = min(within / between, 1e6)
    shrunken = groups["size"] * groups["mean"] / (groups["size"] + weight)
    return {str(name): float(value) for name, value in shrunken.items()}


def _columns_of(factor: Factor) -> list[Column]:
    if factor.type != "category" or factor.monotone:
        return [Column(name=factor.name, factor=factor.name, monotone=factor.monotone)]
    return [
        Column(name=f"{factor.name}_{level.name}", factor=factor.name, monotone=0) for level in _input_levels(factor)
    ]


def _input_levels(factor: Factor) -> tuple:
    return tuple(level for level in factor.levels if level.factor_class.model_input)


def _offender_levels(factor: Factor) -> tuple:
    return tuple(level for level in factor.levels if not level.factor_class.model_input)


def _of_levels(series: pd.Series, factor: Factor, levels: tuple) -> dict[str, np.ndarray]:
    """Return for each of the levels which rows have it, as 0, 1 or NaN, by the name of its column."""
    told, unknown = series.to_numpy(dtype=object, na_value=None), series.isna().to_numpy()
    return {f"{factor.name}_{level.name}": np.where(unknown, np.nan, told == level.name) for level in levels}


def _floats(series: pd.Series) -> np.ndarray:
    return series.to_numpy(dtype="float64", na_value=np.nan)
