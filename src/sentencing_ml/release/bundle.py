"""The release bundle: model, registry, law and cards as plain files under a manifest of hashes."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

from sentencing_ml import __version__
from sentencing_ml.factors.registry import registry
from sentencing_ml.liability.bundle import MANIFEST, verify_manifest, write_manifest
from sentencing_ml.rendering import render
from sentencing_ml.storage import sha256_bytes, sha256_file, write_bytes, write_json, write_text

_OWN = "release.json"


def build(*, model: Path, bundle: Path, data: Path, reports: dict[str, dict]) -> dict:
    """Write the bundle from a trained model and the reports on it; return its ``release.json``.

    The folder is made anew: a file of an earlier bundle cannot remain. ``reports`` maps a name to a report's content;
    what is kept of them are figures of groups and charges, no row of a case.
    """
    contents = verify_manifest(model)
    shutil.rmtree(bundle, ignore_errors=True)
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
        "model": sha256_bytes(
            b"".join(name.encode() + sha256_bytes(contents[name]).encode() for name in sorted(contents))
        )[:16],
        "law": sha256_bytes(b"".join(entry.read_bytes() for entry in laws))[:16],
        "data": sha256_file(data)[:16],
        **_code(),
    }
    write_json(bundle / _OWN, version)
    write_json(bundle / "metrics.json", reports)
    context = {
        "version": version,
        "reports": reports,
        "inputs": registry().model_inputs(),
        "kept": registry().offender(),
    }
    write_text(bundle / "model_card.md", render("model_card.md", context))
    write_text(bundle / "data_sheet.md", render("data_sheet.md", context))
    write_manifest(bundle, [path.name for path in bundle.iterdir() if path.name != MANIFEST])
    return version


def versions(folder: Path) -> dict[str, str]:
    """Return the versions that a prediction states: ``model_version`` and ``law_version`` of a verified bundle.

    A model that was trained and not released has no versions of its own but the hash of its manifest.
    """
    contents = verify_manifest(folder)
    if _OWN not in contents:
        return {"model_version": f"unreleased-{sha256_file(folder / MANIFEST)[:12]}", "law_version": "unreleased"}
    import json

    version = json.loads(contents[_OWN])
    return {"model_version": f"{version['package']}+{version['model']}", "law_version": version["law"]}


def _code() -> dict[str, str]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    state = {"git_commit": commit.stdout.strip()} if commit.returncode == 0 else {}
    for name, path in (("lock", Path("uv.lock")), ("params", Path("params.yaml"))):
        if path.is_file():
            state[name] = sha256_file(path)[:16]
    return state
