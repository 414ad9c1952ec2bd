"""How good the probabilities of the kinds of penalty are, beside the mere shares of the kinds."""

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.liability.accuracy import Clusters, court_clusters, drawn, means
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import Rows
from sentencing_ml.liability.train import has_kind
from sentencing_ml.settings import EvaluateSettings

EDGES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)
"""Edges of the probability bins of the reliability tables."""

_SMALLEST = 1e-12


def assess_kinds(
    frame: pd.DataFrame, rows: Rows, model: LiabilityModel, *, options: EvaluateSettings, threads: int
) -> dict | None:
    """Measure the probabilities on counts that state the kind of penalty; None without one the model knows.

    ``rows`` are those of the table. Probabilities are measured whether or not a user gets them.

    Returns
    -------
    ``n``, ``n_unlearned`` (counts of a kind that training lacked), ``accuracy``, ``log_loss`` and ``brier`` (sum over
    the kinds of squared distances), each of the two also as ``…_constant``: what the kinds' own shares in the tested
    counts would reach; ``shares``: list of ``kind``, ``observed``, ``predicted`` (mean probability); ``reliability``:
    list of ``kind`` and ``bins`` of ``from``, ``to``, ``n``, ``predicted``, ``value``, ``low``, ``high`` (observed
    share), bins under 30 counts left out.
    """
    told = has_kind(frame).to_numpy(dtype=bool)
    names = np.array([*model.kinds.kinds, *model.kinds.rare])
    known = told & frame["penalty"].isin(names).to_numpy(dtype=bool)
    if not known.any():
        return None
    seen, rows = frame[known].reset_index(drop=True), rows.take(np.flatnonzero(known))
    design = model.student.encoder_.transform(rows.facts, rows.track, rows.charge)
    probability = model.kinds.probabilities(design, threads=threads)[names].to_numpy()
    happened = (seen["penalty"].to_numpy(dtype=object)[:, None] == names[None, :]).astype("float64")
    constant = np.tile(happened.mean(axis=0), (len(seen), 1))
    code = court_clusters(seen["court"], seen["cluster"].fillna(seen["doc_id"]))
    clusters = drawn(code, draws=options.bootstrap, seed=options.seed)
    return {
        "n": len(seen),
        "n_unlearned": int((told & ~known).sum()),
        "accuracy": float((probability.argmax(axis=1) == happened.argmax(axis=1)).mean()),
        "log_loss": log_loss(probability, happened),
        "log_loss_constant": log_loss(constant, happened),
        "brier": brier(probability, happened),
        "brier_constant": brier(constant, happened),
        "shares": [
            {"kind": str(name), "observed": float(happened[:, place].mean()), "predicted": float(column.mean())}
            for place, (name, column) in enumerate(zip(names, probability.T, strict=True))
        ],
        "reliability": [
            {"kind": str(name), "bins": reliability(probability[:, place], happened[:, place], clusters)}
            for place, name in enumerate(names)
        ],
    }


def log_loss(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the mean of −ln of the probability of what happened; rows × kinds, ``happened`` 0 or 1."""
    return float(np.abs(np.log(np.clip((probability * happened).sum(axis=1), _SMALLEST, 1))).mean())


def brier(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the mean over rows of the squared distance between probabilities and what happened, 0 … 2."""
    return float(((probability - happened) ** 2).sum(axis=1).mean())


def reliability(probability: np.ndarray, happened: np.ndarray, clusters: Clusters) -> list[dict]:
    """Return the observed share beside the mean probability in each bin of :data:`EDGES` with 30 counts."""
    place = np.clip(np.searchsorted(EDGES, probability, side="right") - 1, 0, len(EDGES) - 2)
    found = means(happened, place, clusters, groups=len(EDGES) - 1)
    return [
        {
            "from": EDGES[number],
            "to": EDGES[number + 1],
            "predicted": float(probability[place == number].mean()),
            **entry,
        }
        for number, entry in enumerate(found)
        if entry["n"] >= COUNT_ONLY_BELOW
    ]
