"""Ed25519 signature of a release manifest.

The signature proves that a bundle comes from the holder of a key; whom to trust is the reader's decision, so the public
key is given apart from the bundle. Hashes in the manifest prove wholeness, the signature proves origin.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

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
    name = os.environ.get(KEY_VARIABLE)
    if not name:
        return None
    try:
        key = load_pem_private_key(Path(name).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BundleError(
            f"{KEY_VARIABLE}: the file it names cannot be read as a private key. Make one with `sentencing key`."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{KEY_VARIABLE}: an Ed25519 key is needed. Make one with `sentencing key`.")
    return key


def make_key(path: Path) -> Path:
    """Write a new private key (readable by its owner alone) and its public key beside it; return the latter's path.

    Raises
    ------
    BundleError
        A file of that name exists: a key is never overwritten.
    """
    public_path = path.with_suffix(".pub.pem")
    if path.exists() or public_path.exists():
        raise BundleError(f"{path}: exists already; name another file.")
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_bytes(public_path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public_path


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
    try:
        key = load_pem_public_key(public.read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(f"{public}: cannot be read as a public key.") from error
    signature = folder / SIGNATURE
    if not signature.is_file():
        raise BundleError(f"{signature}: not found; the bundle is not signed. Ask its publisher for a signed one.")
    if not isinstance(key, Ed25519PublicKey):
        raise BundleError(f"{public}: an Ed25519 key is needed.")
    try:
        key.verify(signature.read_bytes(), (folder / MANIFEST).read_bytes())
    except InvalidSignature as error:
        raise BundleError(f"{signature}: not made by the key of {public}. Do not use the bundle.") from error
