import stat

import pytest

from sentencing_ml.errors import BundleError, GateError
from sentencing_ml.liability.bundle import MANIFEST, verify_manifest, write_manifest
from sentencing_ml.release.bundle import build
from sentencing_ml.release.gates import check, figures
from sentencing_ml.release.release import require_promotion
from sentencing_ml.release.signing import KEY_VARIABLE, make_key, private_key, sign, verify_signature
from sentencing_ml.settings import Gate
from sentencing_ml.storage import write_json


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "model.txt").write_text("tree", encoding="utf-8")
    write_manifest(folder, ["model.txt"])
    return folder


@pytest.fixture
def key(tmp_path, monkeypatch):
    public = make_key(tmp_path / "court.pem")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "court.pem"))
    return public


def test_a_signed_bundle_is_trusted_by_its_key_alone(bundle, key, tmp_path):
    sign(bundle, private_key())
    verify_signature(bundle, public=key)
    other = make_key(tmp_path / "other.pem")
    with pytest.raises(BundleError, match="not made by the key"):
        verify_signature(bundle, public=other)


def test_a_rewritten_manifest_loses_its_signature(bundle, key):
    sign(bundle, private_key())
    (bundle / "model.txt").write_text("other tree", encoding="utf-8")
    write_manifest(bundle, ["model.txt"])
    verify_manifest(bundle)  # the hashes fit again
    with pytest.raises(BundleError, match="not made by the key"):
        verify_signature(bundle, public=key)


def test_an_unsigned_bundle_is_said_to_be_unsigned(bundle, key):
    with pytest.raises(BundleError, match="not signed"):
        verify_signature(bundle, public=key)


def test_a_private_key_is_for_its_owner_and_never_overwritten(tmp_path):
    make_key(tmp_path / "court.pem")
    assert stat.S_IMODE((tmp_path / "court.pem").stat().st_mode) == 0o600
    with pytest.raises(BundleError, match="exists already"):
        make_key(tmp_path / "court.pem")


def test_a_key_that_cannot_be_read_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "missing.pem"))
    with pytest.raises(BundleError, match=KEY_VARIABLE):
        private_key()


def test_a_folder_of_something_else_is_never_deleted(bundle, tmp_path):
    other = tmp_path / "judgments"
    other.mkdir()
    (other / "case.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BundleError, match="is no bundle, and would be deleted"):
        build(model=bundle, bundle=other, data=other / "case.txt", reports={})
    assert (other / "case.txt").is_file()


def test_an_altered_file_is_refused(bundle):
    (bundle / "model.txt").write_text("tree!", encoding="utf-8")
    with pytest.raises(BundleError, match="model.txt: differs from its hash"):
        verify_manifest(bundle)


def test_a_manifest_cannot_name_a_file_elsewhere(bundle):
    write_json(bundle / MANIFEST, {"../secret": "0" * 64})
    with pytest.raises(BundleError, match="no plain file of this folder"):
        verify_manifest(bundle)


GATES = [
    (Gate(metric="evaluation.coverage", at_least=0.85), 0.9, True, "above the bound"),
    (Gate(metric="evaluation.coverage", at_least=0.85), 0.8, False, "below the bound"),
    (Gate(metric="evaluation.coverage", at_least=0.85, at_most=0.95), 0.99, False, "above the upper bound"),
    (Gate(metric="evaluation.other", at_least=0.85), 0.9, False, "a figure nobody computed does not hold"),
]


@pytest.mark.parametrize(("gate", "value", "holds", "reason"), GATES)
def test_gates(gate, value, holds, reason):
    (result,) = check([gate], figures({"evaluation": {"coverage": value, "note": "text"}}), refused={})
    assert result.holds is holds, reason


def test_promotion_names_every_gate_that_does_not_hold(tmp_path):
    gates = [
        {"metric": "a.x", "value": 0.5, "bound": "≥ 0.9", "holds": False, "why": None},
        {"metric": "b.y", "value": None, "bound": "≤ 1", "holds": False, "why": "reports/b.json was not found"},
        {"metric": "a.z", "value": 1.0, "bound": "≤ 1", "holds": True, "why": None},
    ]
    write_json(tmp_path / "release.json", {"name": "liability-term", "alias": "champion", "gates": gates})
    with pytest.raises(GateError) as caught:
        require_promotion(tmp_path / "release.json")
    assert str(caught.value) == (
        "liability-term: the bundle is built, and champion stays where it was, since gates do not hold:\n"
        "  - a.x = 0.5, ≥ 0.9 needed\n"
        "  - b.y = unknown, ≤ 1 needed: reports/b.json was not found"
    )
