"""Gates: bounds on the figures of the reports that a model must hold to be promoted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentencing_ml.settings import Gate


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """A gate with the figure found; an unknown figure does not hold."""

    metric: str
    value: float | None
    bound: str
    holds: bool


def check(gates: Sequence[Gate], figures: Mapping[str, float]) -> tuple[GateResult, ...]:
    """Compare each gate with the flat figures ``<report>.<metric>``."""
    results = []
    for gate in gates:
        value = figures.get(gate.metric)
        low, high = gate.at_least, gate.at_most
        holds = value is not None and (low is None or value >= low) and (high is None or value <= high)
        bound = " and ".join(f"{sign} {limit}" for sign, limit in (("≥", low), ("≤", high)) if limit is not None)
        results.append(GateResult(metric=gate.metric, value=value, bound=bound, holds=holds))
    return tuple(results)
