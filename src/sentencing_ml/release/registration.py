"""The bundle in MLflow's model registry, as a model from code with a signature and an alias."""

import logging
import warnings
from pathlib import Path

import mlflow

from sentencing_ml import __version__
from sentencing_ml.release.served_columns import signature


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
