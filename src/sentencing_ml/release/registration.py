"""The bundle in MLflow's model registry, as a model from code with a signature and an alias."""

import logging
import warnings
from pathlib import Path

import mlflow
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from sentencing_ml import __version__
from sentencing_ml.factors.registry import registry


def signature() -> ModelSignature:
    """Return the schema of a served count: booleans and counts as doubles, since either may be missing."""
    columns = [ColSpec(DataType.string, "charge")]
    for factor in registry().model_inputs():
        kind = DataType.string if factor.type == "category" else DataType.double
        columns.append(ColSpec(kind, factor.name, required=False))
    figures = [
        ColSpec(DataType.double, name)
        for name in ("liability_months", "interval_low", "interval_high", "statute_low", "statute_high")
    ]
    words = [ColSpec(DataType.string, name) for name in ("charge_group", "status", "reason")]
    return ModelSignature(inputs=Schema(columns), outputs=Schema([words[0], *figures, *words[1:]]))


def register(bundle: Path, *, name: str, alias: str | None) -> str:
    """Log the bundle in the active run, register it as ``name`` and, when given, point ``alias`` to it.

    Returns the number of the registered version.
    """
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # it remarks on the lock file and on pip
    with warnings.catch_warnings():
        # MLflow asks for an example; the signature is explicit, and pandas 3.1 warns when one is stored.
        warnings.filterwarnings("ignore", message=".*input example was not provided")
        logged = mlflow.pyfunc.log_model(
            name="bundle",
            python_model=str(Path(__file__).with_name("served_model.py")),
            artifacts={"bundle": str(bundle)},
            signature=signature(),
            pip_requirements=[f"sentencing-ml=={__version__}"],
            registered_model_name=name,
        )
    version = str(logged.registered_model_version)
    if alias is not None:
        mlflow.MlflowClient().set_registered_model_alias(name, alias, version)
    return version
