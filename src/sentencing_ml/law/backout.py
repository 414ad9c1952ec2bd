"""The liability punishment behind a declared term, by the guideline's own arithmetic.

A declared term is base × Π first-stage (1 + s) × (1 + A + P), with A the sum of the second-stage liability ratios and
P that of the prevention ratios (法发〔2021〕21号二). Without the offender's circumstances it would be base × Π(1 + s)
× (1 + A), so that the factor from the declared term to the liability punishment is (1 + A) / (1 + A + P). First-stage
liability circumstances (attempt, accessory …) stand on both sides and cancel; a first-stage prevention circumstance
divides.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from sentencing_ml.law.circumstances import Circumstance, circumstances, default_ratios

# Below a fifth of the base sentence the guideline's ratios no longer describe what a court does (减轻 and 免除 take
# over), and a quotient by a number near zero would blow up the label.
_LEAST = 0.2


def neutral_factor(
    *, liability: Sequence[str], prevention: Sequence[str], ratios: Mapping[str, float] | None = None
) -> float:
    """Return what the declared months are multiplied with to take the prevention circumstances out.

    Parameters
    ----------
    liability, prevention
        Ids of the circumstances found (``circumstances.yaml``); naming one twice counts it once. Mixed ones belong to
        prevention.
    ratios
        Signed ratios of the base sentence (−0.2 takes a fifth off) in place of the middles of the guideline's bands.
        A circumstance without a ratio counts as 0.

    Raises
    ------
    KeyError
        An id is not in ``circumstances.yaml``.
    ValueError
        A ratio has the sign against the circumstance's direction, or takes the whole term off.
    """
    weights = _weights(ratios)
    entries = circumstances().entries
    against = [entries[name] for name in dict.fromkeys(prevention)]
    kept = _without_excluded(against, weights)
    first = np.prod([1 + weights[entry.id] for entry in kept if entry.stage == "first"])
    numerator = 1 + sum(
        weights[entry.id]
        for entry in _without_excluded([entries[name] for name in dict.fromkeys(liability)], weights)
        if entry.stage == "second"
    )
    total = _prevention_sum([entry for entry in kept if entry.stage == "second"], weights)
    return float(max(numerator, _LEAST) / (max(numerator + total, _LEAST) * first))


def neutral_factors(
    frame: pd.DataFrame, ratios: Mapping[str, float] | None = None, *, circumstances_of: Mapping[str, str]
) -> np.ndarray:
    """Return :func:`neutral_factor` for every row of a table of boolean factors.

    ``circumstances_of`` maps the columns to circumstance ids; several columns may stand for one circumstance. Its class
    in ``circumstances.yaml`` decides the side: mixed ones are prevention, disputed ones are left out. Unknown (null)
    counts as absent: what a record does not mention cannot be taken out of its term.
    """
    entries = circumstances().entries
    ids = sorted({name for name in circumstances_of.values() if entries[name].doctrinal_class != "disputed"})
    present = np.zeros((len(frame), len(ids)), dtype=bool)
    for column, name in circumstances_of.items():
        if name in ids:
            present[:, ids.index(name)] |= frame[column].astype("boolean").fillna(False).to_numpy(dtype=bool)
    patterns, row_pattern = np.unique(present, axis=0, return_inverse=True)
    factors = np.empty(len(patterns))
    for number, pattern in enumerate(patterns):
        found = [name for name, there in zip(ids, pattern, strict=True) if there]
        factors[number] = neutral_factor(
            liability=[name for name in found if entries[name].doctrinal_class == "liability"],
            prevention=[name for name in found if entries[name].doctrinal_class != "liability"],
            ratios=ratios,
        )
    return factors[row_pattern.reshape(-1)]


def _weights(ratios: Mapping[str, float] | None) -> dict[str, float]:
    entries = circumstances().entries
    weights = dict.fromkeys(entries, 0.0) | default_ratios()
    for name, ratio in (ratios or {}).items():
        if ratio * entries[name].direction < 0:
            raise ValueError(f"{name}: the ratio {ratio} has the wrong sign")
        if ratio <= -1:
            raise ValueError(f"{name}: the ratio {ratio} takes the whole term off")
        weights[name] = float(ratio)
    return weights


def _without_excluded(found: Iterable[Circumstance], weights: Mapping[str, float]) -> list[Circumstance]:
    """Keep the stronger of every two that exclude each other, the one listed first in the file on a tie."""
    order = {name: number for number, name in enumerate(circumstances().entries)}
    kept: list[Circumstance] = []
    for entry in sorted(found, key=lambda entry: (-abs(weights[entry.id]), order[entry.id])):
        if not any(entry.id in other.excludes or other.id in entry.excludes for other in kept):
            kept.append(entry)
    return kept


def _prevention_sum(found: list[Circumstance], weights: Mapping[str, float]) -> float:
    """Return ΣP: everything adds up, but 认罪认罚 and what is not counted beside it count once and up to their cap."""
    plea = circumstances().plea
    ids = [entry.id for entry in found]
    if plea.id not in ids:
        return sum(weights[name] for name in ids)
    group = [name for name in ids if name in plea.no_double_count]
    rest = sum(weights[name] for name in ids if name not in group and name != plea.id)
    # The plea is the same admission or reparation once more: the stronger of the two readings, never their sum.
    reduction = max(-weights[plea.id], -sum(weights[name] for name in group))
    return rest - min(reduction, plea.cap(group))
