"""Gates: bounds on the figures of reports that a model must hold to be promoted.

A gate names a figure as ``<report>.<figure>``; the report is the file ``<report>.json`` of the folder of reports, and
the figure the way to a number in it, its keys apart by dots. What is true counts as 1, what is false as 0. So a new
report can be asked for in ``params.yaml`` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentencing_ml.settings import Gate
from sentencing_ml.storage import read_json


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """A gate with the figure found; an unknown figure does not hold, and ``why`` says what is missing."""

    metric: str
    value: float | None
    bound: str
    holds: bool
    why: str | None = None


def named_reports(gates: Sequence[Gate], *, folder: Path) -> dict[str, Path]:
    """Return the reports that the gates name, by name, whether they exist or not."""
    names = sorted({gate.metric.split(".", 1)[0] for gate in gates})
    return {name: folder / f"{name}.json" for name in names}


def read_reports(paths: Mapping[str, Path], *, model: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the contents of the reports that may be relied on, and why of each other one.

    A report that states which model it is of, by its key ``model``, is relied on for ``model`` alone.
    """
    contents, refused = {}, {}
    for name, path in paths.items():
        if not path.is_file():
            refused[name] = f"{path} was not found"
            continue
        try:
            content = read_json(path)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            refused[name] = f"{path} is no report of figures"
        elif content.get("model", model) != model:
            refused[name] = f"{path} is of model {content['model']}, not of {model}; make it again"
        else:
            contents[name] = content
    return contents, refused


def figures(contents: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of reports by their way: ``<report>.<key>.<key>…``, in mappings within mappings."""
    found: dict[str, float] = {}
    for name, value in contents.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{key}": number for key, number in figures(value).items()}
        elif isinstance(value, (int, float)):
            found[name] = float(value)
    return found


def check(gates: Sequence[Gate], figures: Mapping[str, float], *, refused: Mapping[str, str]) -> tuple[GateResult, ...]:
    """Compare each gate with the figures; ``refused`` says of a report why it gives none."""
    return tuple(_result(gate, figures, refused) for gate in gates)


def _result(gate: Gate, figures: Mapping[str, float], refused: Mapping[str, str]) -> GateResult:
    value, low, high = figures.get(gate.metric), gate.at_least, gate.at_most
    if value != value:  # a report of another program may hold NaN, which is no figure and no JSON
        value = None
    report, _, figure = gate.metric.partition(".")
    missing = None if value is not None else refused.get(report, f"the report {report} has no figure {figure}")
    return GateResult(
        metric=gate.metric,
        value=value,
        bound=" and ".join(f"{sign} {limit}" for sign, limit in (("≥", low), ("≤", high)) if limit is not None),
        holds=value is not None and (low is None or value >= low) and (high is None or value <= high),
        why=missing,
    )
