"""A folder of files under a manifest: written whole, verified before anything in it is parsed.

LightGBM does not check the text it loads (an altered one crashes the interpreter or predicts nonsense), so no byte may
reach it before its hash has been compared.
"""

import json
from pathlib import Path

from sentencing_ml.errors import BundleError, raise_all
from sentencing_ml.storage import sha256_bytes, sha256_file, write_json

MANIFEST = "manifest.json"


def write_manifest(folder: Path, names: list[str]) -> None:
    """Write ``manifest.json`` with the SHA-256 of the named files; the last write of a folder."""
    write_json(folder / MANIFEST, {name: sha256_file(folder / name) for name in sorted(names)})


def verify_manifest(folder: Path) -> dict[str, bytes]:
    """Compare every file with the manifest and return their bytes, the very ones that were compared.

    Raises
    ------
    BundleError
        The folder, its manifest or a file is missing, or a file differs; every fault is listed. Files that the manifest
        does not name are not read and do not count.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise BundleError(f"{manifest}: not found. Train a model first, or name the folder of one.")
    try:
        expected = json.loads(manifest.read_bytes())
    except ValueError as error:
        raise BundleError(f"{manifest}: not valid JSON. Fetch or train the model again.") from error
    if not isinstance(expected, dict) or not all(isinstance(value, str) for value in expected.values()):
        raise BundleError(f"{manifest}: does not map file names to hashes. Fetch or train the model again.")
    contents, problems = {}, []
    for name, digest in sorted(expected.items()):
        path = folder / name
        if Path(name).name != name or path.is_symlink() or not path.is_file():
            problems.append(f"{name}: missing, or no plain file of this folder")
            continue
        contents[name] = path.read_bytes()
        if sha256_bytes(contents[name]) != digest:
            problems.append(f"{name}: differs from its hash in the manifest")
    raise_all(problems, error=BundleError, heading=f"{folder}: the model cannot be trusted; fetch or train it again:")
    return contents
