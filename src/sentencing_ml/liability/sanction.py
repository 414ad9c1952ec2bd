"""Which kind of penalty: calibrated probabilities of 拘役, 管制, 有期徒刑, 无期徒刑, 死刑, 单处罚金 and 免予刑事处罚.

A multinomial model on the design of the liability model. Its labels are what courts declared, offender's factors
included: it says how often such offence facts led to a kind, and is no assessment of what the liability alone deserves.
"""

from dataclasses import dataclass

import lightgbm
import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from sentencing_ml.liability.boosting import (
    from_text,
    group_folds,
    raw_predict,
    settled,
    to_text,
    tree_parameters,
)
from sentencing_ml.settings import TrainSettings

TERM_KINDS = ("拘役", "管制", "有期徒刑")
"""Kinds whose months stand on one scale and train the liability term."""

FINE_ALONE = "单处罚金"

_ROUNDS = 100
_LEARNABLE = 20


@dataclass(frozen=True, kw_only=True)
class SanctionKinds:
    """``kinds`` are learned, ``rare`` ones keep their base rate; ``booster`` is None when only one is learned."""

    kinds: tuple[str, ...]
    rare: dict[str, float]
    temperature: float
    booster: lightgbm.Booster | None

    def probabilities(self, design: pd.DataFrame, *, threads: int) -> pd.DataFrame:
        """Return a column a kind, rows summing to 1, index of ``design``."""
        if self.booster is None:
            learned = np.ones((len(design), 1))
        else:
            learned = softmax(raw_predict(self.booster, design, threads=threads) / self.temperature, axis=1)
        table = pd.DataFrame(learned * (1 - sum(self.rare.values())), columns=list(self.kinds), index=design.index)
        return table.assign(**self.rare)

    def as_dict(self) -> dict:
        """Return what ``kind.json`` holds."""
        return {
            "kinds": list(self.kinds),
            "rare": self.rare,
            "temperature": self.temperature,
            "has_booster": self.booster is not None,
        }

    def text(self) -> str:
        """Return LightGBM's text, empty when there is only one kind."""
        return "" if self.booster is None else to_text(self.booster)

    @classmethod
    def from_parts(cls, content: dict, text: str) -> "SanctionKinds":
        """Read what :meth:`as_dict` and :meth:`text` returned."""
        return cls(
            kinds=tuple(content["kinds"]),
            rare=content["rare"],
            temperature=content["temperature"],
            booster=from_text(text) if content["has_booster"] else None,
        )


def fit_kinds(
    design: pd.DataFrame, kind: pd.Series, *, groups: np.ndarray, settings: TrainSettings, threads: int
) -> SanctionKinds:
    """Fit the kinds of the training rows, then one temperature on what models of the other groups say of them.

    A kind with fewer than 20 training rows is not learned: trees would memorise its rows. It keeps its base rate.
    """
    counts = kind.value_counts()
    learned = tuple(sorted(name for name, count in counts.items() if count >= _LEARNABLE)) or (str(counts.index[0]),)
    rare = {str(name): float(counts[name] / counts.sum()) for name in sorted(set(counts.index) - set(learned))}
    if len(learned) == 1:
        return SanctionKinds(kinds=learned, rare=rare, temperature=1.0, booster=None)
    code = {name: place for place, name in enumerate(learned)}
    rows = kind.isin(learned).to_numpy(dtype=bool)
    design, groups = design[rows], groups[rows]
    label = kind[rows].map(code).astype("int64").to_numpy()
    # No monotone signs: a fact that makes one kind likelier makes another less so.
    parameters = {
        **tree_parameters(**settings.model_dump(), threads=threads),
        "objective": "multiclass",
        "num_class": len(learned),
    }

    def fitted(chosen: np.ndarray) -> lightgbm.Booster:
        data = lightgbm.Dataset(design.iloc[chosen], label=label[chosen])
        return settled(lightgbm.train(parameters, data, min(_ROUNDS, settings.n_estimators)))

    scores = np.empty((len(label), len(learned)))
    for others, inside in group_folds(groups):
        scores[inside] = raw_predict(fitted(others), design.iloc[inside], threads=threads)
    booster = fitted(np.arange(len(label)))
    return SanctionKinds(
        kinds=learned, rare=rare, temperature=fit_temperature(scores, label), booster=booster
    )  # fmt: skip


def fit_temperature(scores: np.ndarray, label: np.ndarray) -> float:
    """Return the temperature in 0.2 … 5 that minimises the log loss of softmax(scores ÷ temperature)."""

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(scores / np.exp(log_temperature), axis=1)[np.arange(len(label)), label].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.2), np.log(5.0)), method="bounded").x))
