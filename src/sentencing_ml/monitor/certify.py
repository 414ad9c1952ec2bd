"""The audit of the monitor as a stage: simulated judges in, the certificate of the configuration in use out."""

from pathlib import Path
from typing import Any

from sentencing_ml.errors import InputError
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.split import with_parts
from sentencing_ml.monitor.certificate import certify
from sentencing_ml.monitor.real_spread import pseudo_corrections
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json


def certify_monitor(
    *,
    report: Path,
    settings: Settings,
    factors: Path | None = None,
    split: Path | None = None,
    model: Path | None = None,
) -> dict[str, float]:
    """Watch simulated judges of known behaviour; write the certificate, return its flat figures.

    ``factors`` and ``model`` (with ``split`` where there is one, else every count is taken) add what judgments say of
    the spread that the simulated judges have; no figure of the certificate depends on it.

    Raises
    ------
    InputError
        One of ``factors`` and ``model`` is named without the other.
    BundleError
        The model is missing or altered.
    DataContractError
        No count has both a term and advice.
    """
    if (factors is None) != (model is None):
        raise InputError("The spread of judgments needs the factor table and the model. Name both, or neither.")
    beside = None if factors is None or model is None else _pseudo(factors, split, model, settings=settings)
    content = certify(settings=settings.monitor.certificate, pseudo_corrections=beside)
    write_json(report, content)
    return content["figures"]


def _pseudo(factors: Path, split: Path | None, model: Path, *, settings: Settings) -> dict[str, Any]:
    frame = read_table(factors)
    if split is not None:
        frame = with_parts(frame, read_table(split))
    loaded = LiabilityModel.load(model)
    return pseudo_corrections(frame, loaded, settings=settings.audit, threads=settings.runtime.threads)
