"""The manifest of a model folder: nothing is read that was not compared."""

import json

import pytest

from sentencing_ml.errors import BundleError
from sentencing_ml.liability.bundle import MANIFEST, verify_manifest, write_manifest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.txt").write_bytes(b"tree")
    (tmp_path / "encoder.json").write_bytes(b"{}")
    write_manifest(tmp_path, ["model.txt", "encoder.json"])
    return tmp_path


def test_the_bytes_that_were_compared_are_returned(folder):
    assert verify_manifest(folder) == {"model.txt": b"tree", "encoder.json": b"{}"}


def test_a_file_outside_the_manifest_is_not_read(folder):
    (folder / "notes.txt").write_text("mine")
    assert set(verify_manifest(folder)) == {"model.txt", "encoder.json"}


def test_every_altered_or_missing_file_is_named(folder):
    (folder / "model.txt").write_bytes(b"tree ")
    (folder / "encoder.json").unlink()
    with pytest.raises(BundleError) as caught:
        verify_manifest(folder)
    assert "encoder.json: missing, or no plain file of this folder" in str(caught.value)
    assert "model.txt: differs from its hash in the manifest" in str(caught.value)


def test_a_manifest_cannot_lead_out_of_its_folder(folder):
    (folder.parent / "outside.txt").write_bytes(b"x")
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**content, "../outside.txt": "0" * 64}))
    with pytest.raises(BundleError, match=r"\.\./outside\.txt: missing, or no plain file of this folder"):
        verify_manifest(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "not valid JSON"), ("[]", "does not map file names to hashes"), ('{"a": 1}', "does not map file names")],
)
def test_a_damaged_manifest_is_told(folder, content, message):
    (folder / MANIFEST).write_text(content)
    with pytest.raises(BundleError, match=message):
        verify_manifest(folder)


def test_a_folder_without_manifest_is_told(tmp_path):
    with pytest.raises(BundleError, match="not found. Train a model first"):
        verify_manifest(tmp_path)
