"""Signed roots of the ledger and the witness file: what shows a cut, an older copy and a second continuation.

A root says which hash stood at which position at what time. It is signed (Ed25519), names the root before it, and is
kept twice: in the database, and as a line of a witness file that belongs where the keeper of the database cannot write
(another machine, an auditor's share, paper). The chain alone shows nothing to a reader of a database whose hashes were
all computed anew, was cut at its end or was replaced by an older copy; against the roots it does:

- an edit, insertion, deletion or exchange before a root: the record at its position has another hash;
- a cut, or an older copy with its older roots: the ledger ends before a witnessed position, or a root is missing;
- a fork (two continuations of one beginning): the one that was not witnessed has another hash at the root's position;
  where both were signed, two roots bear one number. Witness files of two keepers are compared by reading them as one.

Keys may change: roots of an earlier key stay good for whoever still trusts its public half. A ledger that lost records
for good (a disk that failed, and a backup that is older than the last root) cannot be signed again: it no longer
continues what was witnessed. Keep it with its witness file, and begin a new one beside it.

Not detectable is what happens to the records after the last root; ``Verification.unwitnessed`` says how many they are
and since when. Whoever holds the private key *and* the witness file can rewrite all; keep them apart.

A line of the witness file is the canonical JSON of a :class:`Root`. The file is only ever appended to.
"""

import contextlib
import datetime
import fcntl
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sentencing_ml import signing_keys
from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping.chain import GENESIS, Break, Head, Walk, canonical
from sentencing_ml.monitor.bookkeeping.records import is_earlier
from sentencing_ml.packaged import read_yaml

KEY_VARIABLE = "SENTENCING_LEDGER_SIGNING_KEY"
"""Environment variable that names the PEM file of the key that signs roots; not the one that signs bundles."""

_PURPOSE = b"root of a sentencing ledger\n"  # a signature of this key on anything else is no root
_SIGNATURE = "signature"


@dataclass(frozen=True, kw_only=True)
class Root:
    """The record at ``position`` had ``hash`` at the time ``at``; signed with the key of the id ``key``.

    ``number`` counts from 1; ``previous`` is the SHA-256 of the line of the root before it.
    """

    number: int
    position: int
    hash: str
    at: str
    previous: str
    key: str
    signature: str

    @property
    def line(self) -> str:
        """The root as it is kept: canonical JSON without a line feed."""
        return canonical(asdict(self))

    @property
    def digest(self) -> str:
        """What the next root names as the one before it."""
        return sha256(self.line.encode("utf-8")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Witness:
    """The roots of a witness file, what in it is no root, and the beginning of a line that was not written whole."""

    roots: tuple[Root, ...] = ()
    breaks: tuple[Break, ...] = ()
    torn: str = ""


@dataclass(frozen=True, kw_only=True)
class Due:
    """After how many records or hours a root is due."""

    records: int
    hours: float


@lru_cache(maxsize=1)
def due_rule() -> Due:
    """Read ``roots.yaml``."""
    return Due(**read_yaml("monitor", "bookkeeping/roots.yaml"))


def is_due(last: Root | None, head: Head, *, now: str, rule: Due) -> bool:
    """Tell whether a root is due: records stand after the last one, and they are many or it is long ago."""
    records = head.position - (0 if last is None else last.position)
    if not records or last is None:
        return bool(records)
    age = datetime.timedelta(hours=rule.hours)
    return records >= rule.records or not is_earlier(now, (datetime.datetime.fromisoformat(last.at) + age).isoformat())


def signing_key() -> Ed25519PrivateKey:
    """Return the key of the PEM file that the environment names.

    Raises
    ------
    InputError
        The environment names none, or the file holds no Ed25519 key.
    """
    key = signing_keys.private_key(KEY_VARIABLE, error=InputError)
    if key is None:
        raise InputError(
            f"{KEY_VARIABLE} names no file. Make a key with `sentencing key` and name its PEM file there; keep it "
            "apart from the witness file."
        )
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a public key."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def check_time(at: str, last: Root | None) -> None:
    """Raise an InputError when a root's time is none, or is before the last root's."""
    try:
        back = last is not None and is_earlier(at, last.at)
    except ValueError:
        raise InputError("the time of a root is none; write such as 2026-03-02T09:30:00+08:00.") from None
    if back:
        raise InputError(f"the time of a root is before the last one's, {last.at}: a clock ran back. Set it right.")


def signed(head: Head, *, at: str, last: Root | None, key: Ed25519PrivateKey) -> Root:
    """Return the root that follows ``last`` for the record at ``head``."""
    content = {
        "number": 1 if last is None else last.number + 1,
        "position": head.position,
        "hash": head.hash,
        "at": at,
        "previous": GENESIS if last is None else last.digest,
        "key": key_id(key.public_key()),
    }
    return Root(**content, signature=key.sign(_signed_bytes(content)).hex())


def is_signed(root: Root, keys: Collection[Ed25519PublicKey]) -> bool:
    """Tell whether the holder of one of ``keys``, the one that the root names, signed it."""
    content = {name: value for name, value in asdict(root).items() if name != _SIGNATURE}
    for key in keys:
        if key_id(key) == root.key:
            try:
                key.verify(bytes.fromhex(root.signature), _signed_bytes(content))
            except (InvalidSignature, ValueError):
                return False
            return True
    return False


def _signed_bytes(content: Mapping[str, object]) -> bytes:
    return _PURPOSE + canonical(content).encode("utf-8")


def root_of(line: str) -> Root | None:
    """Return the root of a line, None when it is none or is written in another way."""
    try:
        content = json.loads(line)
        root = Root(**content)
        datetime.datetime.fromisoformat(root.at).astimezone()
    except (TypeError, ValueError, OverflowError):
        return None
    typed = all(type(content[item.name]) is item.type for item in fields(Root))
    return root if typed and root.position > 0 and root.line == line else None


def read_witness(path: Path) -> Witness:
    """Read a witness file; a file that is not there holds nothing.

    A root that stands twice in the same words counts once, so that files of two keepers can be read as one.
    """
    if not path.exists():
        return Witness()
    try:
        whole, _, torn = path.read_text(encoding="utf-8").rpartition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a witness file ({type(error).__name__}).") from None
    roots: dict[str, Root] = {}
    breaks = []
    for number, line in enumerate(whole.split("\n") if whole else (), 1):
        root = root_of(line)
        if root is None:
            breaks.append(Break(position=0, kind="witness", problem=f"line {number} is no root"))
        else:
            roots.setdefault(line, root)
    return Witness(roots=tuple(roots.values()), breaks=tuple(breaks), torn=torn)


@contextlib.contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the witness file, so that of two processes that make roots one comes after the other."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise InputError(f"{path}: cannot be written as a witness file ({type(error).__name__}).") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def append_witness(path: Path, roots: Sequence[Root], *, torn: str) -> None:
    """Append roots to a witness file and wait for the disk; ``torn``, which the first one completes, is not repeated.

    Raises
    ------
    InputError
        The file cannot be written. The roots stand in the database; the next call appends them.
    """
    text = "".join(f"{root.line}\n" for root in roots)
    try:
        with path.open("ab") as file:
            file.write(text[len(torn) :].encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(
            f"{path}: the witness file cannot be written ({type(error).__name__}). The root stands in the database and "
            "is not witnessed. Make room or set the rights right, and sign again: what is missing is then appended."
        ) from None


def chain_breaks(roots: Sequence[Root], *, kind: str, keys: Collection[Ed25519PublicKey]) -> list[Break]:
    """Return where roots do not follow one another, or are not signed by a key (none given: nothing is asked).

    ``kind`` says where they stand: ``root`` (the database) or ``witness``.
    """
    found = []
    last: Root | None = None
    for root in roots:
        if keys and not is_signed(root, keys):
            problem = f"root {root.number} is not signed by a key that was given"
            found.append(Break(position=root.position, kind=kind, problem=problem))
        if last is not None and root.number == last.number:
            problem = f"two roots bear the number {root.number}: the ledger was continued twice (fork)"
            found.append(Break(position=root.position, kind=kind, problem=problem))
        elif (root.number, root.previous) != ((1, GENESIS) if last is None else (last.number + 1, last.digest)):
            before = "the beginning" if last is None else f"root {last.number}"
            problem = f"root {root.number} does not follow {before}"
            found.append(Break(position=root.position, kind=kind, problem=problem))
        elif last is not None and (root.position <= last.position or is_earlier(root.at, last.at)):
            problem = f"root {root.number} goes back behind root {last.number}"
            found.append(Break(position=root.position, kind=kind, problem=problem))
        last = root
    return found


def missing_breaks(kept: Sequence[Root], witness: Witness) -> list[Break]:
    """Return the witnessed roots that the database does not hold, or holds in other words."""
    by_number = {root.number: root for root in kept}
    found = []
    for root in witness.roots:
        here = by_number.get(root.number)
        if here != root:
            what = "is missing from the database" if here is None else "is another one in the database"
            found.append(Break(position=root.position, kind="root", problem=f"the witnessed root {root.number} {what}"))
    return found


def torn_breaks(kept: Sequence[Root], witness: Witness) -> list[Break]:
    """Return whether the last line of the witness file, not written whole, begins the root that comes next."""
    following = [root.line for root in kept[len(witness.roots) :]][:1]
    if not witness.torn or any(line.startswith(witness.torn) for line in following):
        return []
    return [Break(position=0, kind="witness", problem="the last line is not whole and begins no root of the database")]


def record_breaks(roots: Collection[Root], found: Walk) -> list[Break]:
    """Return the first stretch of records that is not the one a root names, and whether the ledger ends before one.

    ``found`` is a walk that noted the hashes at the positions of the roots.
    """
    breaks = []
    good = 0
    for root in sorted(roots, key=lambda root: (root.position, root.number)):
        if root.position > found.head.position:
            problem = (
                f"the ledger ends at {found.head.position}: {root.position - found.head.position} records that root "
                f"{root.number} names are missing (a cut, or an older copy)"
            )
            breaks.append(Break(position=root.position, kind="head", problem=problem))
            break
        if found.noted.get(root.position) != root.hash:
            problem = f"the records {good + 1} to {root.position} are not those that root {root.number} names"
            breaks.append(Break(position=root.position, kind="record", problem=problem))
            break  # every later record builds on these
        good = root.position
    return breaks


def last_good(roots: Sequence[Root], found: Walk, *, keys: Collection[Ed25519PublicKey]) -> Root | None:
    """Return the last root whose record stands, and which one of the keys signed."""
    good = [
        root for root in roots if found.noted.get(root.position) == root.hash and (not keys or is_signed(root, keys))
    ]
    return max(good, key=lambda root: root.position, default=None)
