"""When the model keeps silent: too few cases of the charge, no known charge, facts outside what it was trained on."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.packaged import read_yaml

_MARGIN = 1.5  # how far beyond the largest training value a fact may lie


@dataclass(frozen=True, kw_only=True)
class ChargeSupport:
    """What training held of a charge: cases, median declared months, largest value of each numeric fact."""

    n: int
    median_months: float
    largest: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Support:
    """The support of every charge, and the number of cases under which none is advised."""

    similar_min: int
    charges: dict[str, ChargeSupport]

    def as_dict(self) -> dict:
        """Return what ``support.json`` holds."""
        charges = {
            name: {"n": entry.n, "median_months": entry.median_months, "largest": entry.largest}
            for name, entry in self.charges.items()
        }
        return {"similar_min": self.similar_min, "charges": charges}

    @classmethod
    def from_dict(cls, content: dict) -> "Support":
        """Read what :meth:`as_dict` returned."""
        charges = {name: ChargeSupport(**entry) for name, entry in content["charges"].items()}
        return cls(similar_min=content["similar_min"], charges=charges)


def fit_support(facts: pd.DataFrame, charge: pd.Series, months: np.ndarray, *, similar_min: int) -> Support:
    """Describe the training rows: ``months`` are the declared terms."""
    charges = {}
    for name, rows in sorted(charge.groupby(charge).groups.items()):
        inside = charge.index.isin(rows)
        largest = facts.loc[inside, [factor.name for factor in _numeric()]].max()
        charges[str(name)] = ChargeSupport(
            n=int(inside.sum()),
            median_months=float(np.median(months[inside])),
            largest={fact: float(value) for fact, value in largest.dropna().items()},
        )
    return Support(similar_min=similar_min, charges=charges)


def decide(frame: pd.DataFrame, support: Support) -> pd.DataFrame:
    """Return status, reason and n_similar (training cases of the charge) of every row, index of ``frame``."""
    columns = ["charge_group", "legal_entity", *(factor.name for factor in _numeric())]
    decisions = [
        _decide(dict(zip(columns, row, strict=True)), support) for row in frame[columns].itertuples(index=False)
    ]
    table = pd.DataFrame(decisions, columns=["status", "reason", "n_similar"], index=frame.index)
    return table.astype({"status": "string", "reason": "string", "n_similar": "Int64"})


def _decide(row: dict, support: Support) -> tuple[str, str, int]:
    charge = row["charge_group"]
    if not pd.isna(row["legal_entity"]) and row["legal_entity"]:
        return "out_of_scope", _reason("out_of_scope", "legal_entity"), 0
    if pd.isna(charge):
        return "out_of_scope", _reason("out_of_scope", "no_charge"), 0
    known = support.charges.get(charge)
    if known is None:
        return "thin_data", _reason("thin_data", "unknown_charge", charge=charge), 0
    if known.n < support.similar_min:
        text = _reason("thin_data", "few_cases", charge=charge, n=known.n, least=support.similar_min)
        return "thin_data", text, known.n
    for factor in _numeric():
        value, largest = row[factor.name], known.largest.get(factor.name)
        # A fact that no training case of the charge states is left to the rule track: the trees read it as nothing.
        if largest is not None and not pd.isna(value) and value > largest * _MARGIN:
            text = _reason(
                "out_of_scope",
                "beyond_range",
                factor=factor.zh,
                value=f"{value:,.6g}",
                largest=f"{largest:,.6g}",
                unit=factor.unit or "",
            )
            return "out_of_scope", text, known.n
    return "advised", _reason("advised", "ok", n=known.n), known.n


def unsure_charge(charge: str, *, probability: float, threshold: float) -> str:
    """Return why a record that names no charge gets no figure although ``charge`` was proposed."""
    shown = {"probability": _percent(probability), "threshold": _percent(threshold)}
    return _reason("out_of_scope", "unsure_charge", charge=charge, **shown)


def inferred_charge(charge: str, *, probability: float) -> str:
    """Return what a reader is told, before anything else, of a charge that the record does not name."""
    return _reason("before", "inferred_charge", charge=charge, probability=_percent(probability))


def _percent(share: float) -> str:
    # cut, not rounded: 0.796 shown as 80 % would seem to reach a threshold of 80 %
    return f"{int(share * 1000) / 10:g}%"


@lru_cache(maxsize=1)
def _reasons() -> dict[str, dict[str, str]]:
    return read_yaml("liability", "reasons.yaml")


def _reason(status: str, cause: str, **values: object) -> str:
    return _reasons()[status][cause].format(**values)


@lru_cache(maxsize=1)
def _numeric() -> tuple[Factor, ...]:
    return tuple(factor for factor in registry().model_inputs() if factor.type in ("number", "count"))
