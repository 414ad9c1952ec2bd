"""Ed25519 keys in PEM files: a private one that the environment names, a public one that a reader is given apart.

Whom to trust is the reader's decision, so no public key travels with what it proves. Errors are of the class that the
caller names: a bundle and a ledger end the command line with codes of their own.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from sentencing_ml.errors import UserError
from sentencing_ml.storage import write_bytes

_END = b"-----END PUBLIC KEY-----"


def private_key(variable: str, *, error: type[UserError]) -> Ed25519PrivateKey | None:
    """Return the key of the PEM file that the environment variable names, or None when it names none.

    Raises
    ------
    error
        The file is missing or holds no Ed25519 key without a password.
    """
    name = os.environ.get(variable)
    if not name:
        return None
    try:
        key = load_pem_private_key(Path(name).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as cause:
        raise error(
            f"{variable}: the file it names cannot be read as a private key. Make one with `sentencing key`."
        ) from cause
    if not isinstance(key, Ed25519PrivateKey):
        raise error(f"{variable}: an Ed25519 key is needed. Make one with `sentencing key`.")
    return key


def public_key(path: Path, *, error: type[UserError]) -> Ed25519PublicKey:
    """Return the public key of a PEM file, of several the first.

    Raises
    ------
    error
        The file is missing or holds something else.
    """
    return public_keys(path, error=error)[0]


def public_keys(path: Path, *, error: type[UserError]) -> tuple[Ed25519PublicKey, ...]:
    """Return the public keys of a PEM file, such as the present one and those that signed before it.

    Raises
    ------
    error
        The file is missing or holds something else.
    """
    try:
        blocks = path.read_bytes().split(_END)[:-1]
        keys = [load_pem_public_key(block + _END) for block in blocks]
    except (OSError, ValueError) as cause:
        raise error(f"{path}: cannot be read as a public key.") from cause
    if not keys:
        raise error(f"{path}: cannot be read as a public key.")
    if not all(isinstance(key, Ed25519PublicKey) for key in keys):
        raise error(f"{path}: an Ed25519 key is needed.")
    return tuple(keys)


def make_key(path: Path, *, error: type[UserError]) -> Path:
    """Write a new private key (readable by its owner alone) and its public key beside it; return the latter's path.

    Raises
    ------
    error
        A file of that name exists: a key is never overwritten.
    """
    public_path = path.with_suffix(".pub.pem")
    if path.exists() or public_path.exists():
        raise error(f"{path}: exists already; name another file.")
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_bytes(public_path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public_path
