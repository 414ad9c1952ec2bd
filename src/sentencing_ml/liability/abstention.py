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
    charge, advised = frame["charge_group"], {}
    for name in charge.dropna().unique():
        known = support.charges.get(name)
        advised[name] = (
            ("thin_data", _reason("thin_data", "unknown_charge", charge=name), 0)
            if known is None
            else ("thin_data", _few(name, known, least=support.similar_min), known.n)
            if known.n < support.similar_min
            else ("advised", _reason("advised", "ok", n=known.n), known.n)
        )
    unknown = ("out_of_scope", _reason("out_of_scope", "no_charge"), 0)
    decisions = [advised.get(name, unknown) for name in charge.astype(object)]
    for place, text in _beyond(frame, support).items():
        if decisions[place][0] == "advised":
            decisions[place] = ("out_of_scope", text, decisions[place][2])
    unit = ("out_of_scope", _reason("out_of_scope", "legal_entity"), 0)
    for place in np.flatnonzero(frame["legal_entity"].fillna(False).to_numpy(dtype=bool)):
        decisions[place] = unit
    table = pd.DataFrame(decisions, columns=["status", "reason", "n_similar"], index=frame.index)
    return table.astype({"status": "string", "reason": "string", "n_similar": "Int64"})


def _few(charge: str, known: ChargeSupport, *, least: int) -> str:
    return _reason("thin_data", "few_cases", charge=charge, n=known.n, least=least)


def _beyond(frame: pd.DataFrame, support: Support) -> dict[int, str]:
    """Return why, for the place of each row with a fact far beyond its charge; the first such fact is named.

    A fact that no training case of the charge states is left to the rule track: the trees read it as nothing.
    """
    place_of, names = pd.factorize(frame["charge_group"])  # -1 without a charge: the last limit below
    known, found = [support.charges.get(name) for name in names], {}
    for factor in _numeric():
        largest = [np.nan if entry is None else entry.largest.get(factor.name, np.nan) for entry in known]
        limits = np.array([*largest, np.nan])[place_of]
        values = frame[factor.name].to_numpy(dtype="float64", na_value=np.nan)
        for place in np.flatnonzero(values > limits * _MARGIN):  # never where either is unknown
            if place not in found:
                found[place] = _reason(
                    "out_of_scope",
                    "beyond_range",
                    factor=factor.zh,
                    value=f"{frame[factor.name].iloc[place]:,.10g}",
                    largest=f"{limits[place]:,.10g}",
                    unit=factor.unit or "",
                )
    return found


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
