"""Stage release: check the gates, build and sign the bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sentencing_ml import layout
from sentencing_ml.errors import GateError, InputError, raise_all
from sentencing_ml.liability.model import model_version
from sentencing_ml.release.bundle import build
from sentencing_ml.release.gates import GateResult, check, figures, named_reports, read_reports
from sentencing_ml.release.signing import private_key, sign
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_json, write_json

CARD_REPORTS = {"ingest": layout.INGEST_REPORT, "evaluation": layout.EVALUATION_REPORT, "audit": layout.AUDIT_REPORT}
"""The reports without which there is no model card; gates may name more."""

CERTIFICATE = "certificate"
"""The report whose tests the model card prints; without it the card says that the model has none."""


def gated_reports(settings: Settings) -> dict[str, Path]:
    """Return by name the reports of the model card, the certificate, and those that the gates of the settings name."""
    named = named_reports(settings.release.gates, folder=layout.REPORTS)
    return {**named, **CARD_REPORTS, CERTIFICATE: layout.CERTIFICATE_REPORT}


def release(
    *, model: Path, bundle: Path, factors: Path, reports: Mapping[str, Path], report: Path, settings: Settings
) -> dict[str, float]:
    """Build the bundle and write ``report``: versions, gates, whether the model may be promoted.

    A report that is missing, or that states to be of another model, gives no figure to a gate.

    Returns
    -------
    ``gates`` and ``gates_held``; the model may take the alias of ``settings.release`` when they are equal.

    Raises
    ------
    BundleError
        The trained model is missing or altered, or the signing key cannot be read.
    InputError
        A report of the model card is missing, or of another model.
    """
    key = private_key()
    contents, refused = read_reports(reports, model=model_version(model))
    raise_all(
        [why for name, why in refused.items() if name in CARD_REPORTS],
        error=InputError,
        heading="The model card cannot be written:",
    )
    results = check(settings.release.gates, figures(contents), refused=refused)
    version = build(
        model=model,
        bundle=bundle,
        data=factors,
        reports={name: _flat(content) for name, content in contents.items()},
        certificate=contents.get(CERTIFICATE),
    )
    if key is not None:
        sign(bundle, key)
    write_json(
        report,
        {
            "version": version,
            "signed": key is not None,
            "gates": [asdict(result) for result in results],
            "promoted": promoted(results),
            "name": settings.release.name,
            "alias": settings.release.alias,
        },
    )
    return {"gates": len(results), "gates_held": sum(result.holds for result in results)}


def publish(
    *, model: Path, bundle: Path, factors: Path, reports: Mapping[str, Path], report: Path, settings: Settings
) -> dict[str, float]:
    """Do what :func:`release` does and register the bundle in the active run; the alias moves when every gate holds."""
    from sentencing_ml.release.registration import register  # MLflow, and its tracking address is set by now

    found = release(model=model, bundle=bundle, factors=factors, reports=reports, report=report, settings=settings)
    held = found["gates"] == found["gates_held"]
    register(bundle, name=settings.release.name, alias=settings.release.alias if held else None)
    return found


def require_promotion(report: Path) -> None:
    """Do nothing when every gate held.

    Raises
    ------
    GateError
        Which gates did not hold, with figure and bound.
    """
    content = read_json(report)
    raise_all(
        unmet(content["gates"]),
        error=GateError,
        heading=f"{content['name']}: the bundle is built, and {content['alias']} stays where it was, since gates do "
        "not hold:",
    )


def unmet(gates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return of each gate of ``release.json`` that does not hold its figure, its bound and what is missing."""
    return [
        f"{gate['metric']} = {'unknown' if gate['value'] is None else format(gate['value'], '.6g')}, "
        f"{gate['bound']} needed" + (f": {gate['why']}" if gate["why"] else "")
        for gate in gates
        if not gate["holds"]
    ]


def promoted(results: tuple[GateResult, ...]) -> bool:
    """Tell whether every gate holds."""
    return all(result.holds for result in results)


def _flat(content: Mapping) -> dict[str, float]:
    return {
        name: value
        for name, value in content.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
