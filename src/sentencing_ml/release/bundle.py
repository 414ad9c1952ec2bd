"""The release bundle: model, registry, law and cards as plain files under a manifest of hashes."""

import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from sentencing_ml import __version__
from sentencing_ml.errors import BundleError
from sentencing_ml.factors.registry import registry
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.bundle import MANIFEST, verify_manifest, write_manifest
from sentencing_ml.liability.certificate.page import card_rows
from sentencing_ml.liability.model import model_version
from sentencing_ml.rendering import render
from sentencing_ml.storage import sha256_bytes, sha256_file, write_bytes, write_json, write_text


def build(
    *, model: Path, bundle: Path, data: Path, reports: dict[str, dict], certificate: Mapping[str, Any] | None = None
) -> dict:
    """Write the bundle from a trained model and the reports on it; return its ``release.json``.

    The folder is made anew: a file of an earlier bundle cannot remain. ``reports`` maps a name to a report's content;
    what is kept of them are figures of groups and charges, no row of a case. The model card prints ``certificate``, the
    content of the certificate of this model, or says that there is none.

    Raises
    ------
    BundleError
        The model fails its manifest, or ``bundle`` is a folder of something else.
    """
    contents = verify_manifest(model)
    if bundle.exists():
        if not bundle.is_dir() or (any(bundle.iterdir()) and not (bundle / MANIFEST).is_file()):
            raise BundleError(f"{bundle}: is no bundle, and would be deleted. Name a new folder, or an earlier bundle.")
        shutil.rmtree(bundle)
    bundle.mkdir(parents=True)
    for name, content in contents.items():
        write_bytes(bundle / name, content)
    write_bytes(bundle / "registry.yaml", (files("sentencing_ml.factors") / "registry.yaml").read_bytes())
    laws = sorted(
        (entry for entry in (files("sentencing_ml.law") / "data").iterdir() if entry.name.endswith(".yaml")),
        key=lambda e: e.name,
    )
    for entry in laws:
        write_bytes(bundle / f"law-{entry.name}", entry.read_bytes())
    version = {
        "package": __version__,
        "registry": registry().version,
        "model": model_version(model),
        "law": law_version(),
        "data": sha256_file(data)[:16],
        **_code(),
    }
    write_json(bundle / "release.json", version)
    write_json(bundle / "metrics.json", reports)
    context = {
        "version": version,
        "reports": reports,
        "inputs": registry().model_inputs(),
        "kept": registry().offender(),
        "certificate": None if certificate is None else card_rows(certificate),
    }
    write_text(bundle / "model_card.md", render("model_card.md", context))
    write_text(bundle / "data_sheet.md", render("data_sheet.md", context))
    write_manifest(bundle, [path.name for path in bundle.iterdir() if path.name != MANIFEST])
    return version


def _code() -> dict[str, str]:
    """Return hashes of what made the bundle: the package's own files, the locked environment, the settings."""
    root = Path(str(files("sentencing_ml")))
    sources = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    lines = "".join(f"{path.relative_to(root).as_posix()} {sha256_file(path)}\n" for path in sources)
    state = {"code": sha256_bytes(lines.encode())[:16]}
    for name, path in (("lock", Path("uv.lock")), ("params", Path("params.yaml"))):
        if path.is_file():
            state[name] = sha256_file(path)[:16]
    return state
