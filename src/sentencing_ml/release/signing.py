"""Ed25519 signature of a release manifest.

The signature proves that a bundle comes from the holder of a key; whom to trust is the reader's decision, so the public
key is given apart from the bundle. Hashes in the manifest prove wholeness, the signature proves origin.
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sentencing_ml import signing_keys
from sentencing_ml.errors import BundleError
from sentencing_ml.liability.bundle import MANIFEST
from sentencing_ml.storage import write_bytes

SIGNATURE = "manifest.sig"
KEY_VARIABLE = "SENTENCING_SIGNING_KEY"


def private_key() -> Ed25519PrivateKey | None:
    """Return the key of the PEM file that the environment names, or None: then a bundle is not signed.

    Raises
    ------
    BundleError
        The file is missing or holds no Ed25519 key without a password.
    """
    return signing_keys.private_key(KEY_VARIABLE, error=BundleError)


def make_key(path: Path) -> Path:
    """Write a new private key (readable by its owner alone) and its public key beside it; return the latter's path.

    Raises
    ------
    BundleError
        A file of that name exists: a key is never overwritten.
    """
    return signing_keys.make_key(path, error=BundleError)


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    """Sign the manifest of ``folder``; the last write of a release."""
    write_bytes(folder / SIGNATURE, key.sign((folder / MANIFEST).read_bytes()))


def verify_signature(folder: Path, *, public: Path) -> None:
    """Check the signature of the manifest with the public key of a PEM file.

    Raises
    ------
    BundleError
        There is no signature, or it is not the work of that key.
    """
    key = signing_keys.public_key(public, error=BundleError)
    signature = folder / SIGNATURE
    if not signature.is_file():
        raise BundleError(f"{signature}: not found; the bundle is not signed. Ask its publisher for a signed one.")
    try:
        key.verify(signature.read_bytes(), (folder / MANIFEST).read_bytes())
    except InvalidSignature as error:
        raise BundleError(f"{signature}: not made by the key of {public}. Do not use the bundle.") from error
