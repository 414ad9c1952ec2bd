"""Stage release: check the gates, build and sign the bundle."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sentencing_ml.errors import GateError, raise_all
from sentencing_ml.release.bundle import build
from sentencing_ml.release.gates import GateResult, check
from sentencing_ml.release.signing import private_key, sign
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_json, write_json


def release(
    *, model: Path, bundle: Path, factors: Path, reports: Mapping[str, Path], report: Path, settings: Settings
) -> dict[str, float]:
    """Build the bundle and write ``report``: versions, gates, whether the model may be promoted.

    Returns
    -------
    ``gates`` and ``gates_held``; the model may take the alias of ``settings.release`` when they are equal.

    Raises
    ------
    BundleError
        The trained model is missing or altered, or the signing key cannot be read.
    """
    key = private_key()
    contents = {name: read_json(path) for name, path in reports.items()}
    results = check(settings.release.gates, figures(contents))
    version = build(
        model=model, bundle=bundle, data=factors, reports={name: _flat(content) for name, content in contents.items()}
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
    problems = [
        f"{gate['metric']} = {'unknown' if gate['value'] is None else gate['value']}, {gate['bound']} needed"
        for gate in content["gates"]
        if not gate["holds"]
    ]
    raise_all(
        problems,
        error=GateError,
        heading=f"{content['name']}: the bundle is built and not promoted, since gates do not hold:",
    )


def promoted(results: tuple[GateResult, ...]) -> bool:
    """Tell whether every gate holds."""
    return all(result.holds for result in results)


def figures(contents: Mapping[str, Mapping]) -> dict[str, float]:
    """Return the numbers at the top of each report as ``<report>.<name>``."""
    return {f"{report}.{name}": value for report, content in contents.items() for name, value in _flat(content).items()}


def _flat(content: Mapping) -> dict[str, float]:
    return {
        name: value
        for name, value in content.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
