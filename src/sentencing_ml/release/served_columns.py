"""What the served model takes and gives: a row a count, the figures of ``sentencing predict --level count``.

Left out of its answer is what needs more than the facts of the offence: the expected term (the offender's factors), and
how a charge was found or inferred (the text).
"""

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import Map

from sentencing_ml.factors.registry import Factor, registry

FIGURES = (
    "liability_months", "interval_low", "interval_high", "fine_low", "fine_high", "n_fine", "rule_low", "rule_high",
    "statute_low", "statute_high", "n_similar",
)  # fmt: skip
WORDS = ("charge_group", "tier", "status", "reason")
KINDS = "sanction_kinds"
OUTPUT = ("charge_group", *FIGURES, KINDS, "tier", "status", "reason")

_SCOPE = ("legal_entity",)  # no factor of the offence, but the model is for natural persons


def inputs() -> dict[str, Factor]:
    """Return the factors of a count that are read: those of the model, when and where, and who is accused."""
    known = registry()
    own = {factor.name: factor for factor in (*known.model_inputs(), *known.law_inputs())}
    return own | {name: known.factors[name] for name in _SCOPE}


def signature() -> ModelSignature:
    """Return the schema of a served count: truth values and counts as doubles, since either may be missing."""
    numeric = ("number", "count", "boolean")
    columns = [ColSpec(DataType.string, "charge")]
    for factor in inputs().values():
        kind = DataType.double if factor.type in numeric else DataType.string
        columns.append(ColSpec(kind, factor.name, required=False))
    kinds = dict.fromkeys(FIGURES, DataType.double) | dict.fromkeys(WORDS, DataType.string)
    kinds[KINDS] = Map(DataType.double)
    return ModelSignature(
        inputs=Schema(columns), outputs=Schema([ColSpec(kinds[name], name, required=False) for name in OUTPUT])
    )
