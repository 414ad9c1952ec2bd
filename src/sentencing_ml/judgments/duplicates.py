"""Equal and nearly equal texts: exact by hash, near by MinHash, and the clusters a split must not cut through."""

import hashlib
import multiprocessing
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import xxhash
from datasketch import MinHash, MinHashLSH

from sentencing_ml.judgments.numerals import fold

SHINGLE = 12
"""Characters of a shingle, of :func:`letters`."""

_PERMUTATIONS = 128
_SEED = 1
_SCHEME = "affine32"
_NO_LETTERS = re.compile(r"[\W_]+")
_POOL_FROM = 10_000_000  # characters; below, starting processes costs more than it saves
_CHUNK = 64


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a document's text is to the others.

    ``cluster`` is the id of the first document of its cluster; ``exact`` and ``near`` the id of the first document
    with the same, or nearly the same, text, None when it is itself the first.
    """

    cluster: str
    exact: str | None = None
    near: str | None = None


def fingerprint(text: str) -> str:
    """Return the SHA-256 of what is left of a text without blanks and punctuation, full-width forms folded."""
    return hashlib.sha256(letters(text).encode("utf-8", "surrogatepass")).hexdigest()


def find_duplicates(ids: Sequence[str], texts: Sequence[str], *, similarity: float, workers: int) -> tuple[Match, ...]:
    """Compare every text with those before it; the result is in the order of ``texts`` and depends on nothing else.

    ``similarity`` is the Jaccard index of 12-character shingles from which two texts are near duplicates. Documents
    of one judgment (the same id before ``#``) share a cluster whatever their texts.
    """
    first_exact: dict[str, int] = {}
    exact: list[int | None] = []
    for position, text in enumerate(texts):
        known = first_exact.setdefault(fingerprint(text), position)
        exact.append(None if known == position else known)
    unique = sorted(first_exact.values())
    near = _near(unique, [texts[position] for position in unique], similarity=similarity, workers=workers)

    parents = list(range(len(texts)))
    for position, other in enumerate(exact):
        if other is not None:
            _join(parents, position, other)
    for position, others in near.items():
        for other in others:
            _join(parents, position, other)
    groups: dict[str, int] = {}
    for position, name in enumerate(ids):
        if "#" in name:
            _join(parents, position, groups.setdefault(name.split("#", 1)[0], position))
    return tuple(
        Match(
            cluster=ids[_root(parents, position)],
            exact=None if exact[position] is None else ids[exact[position]],
            near=ids[min(near[position])] if near.get(position) else None,
        )
        for position in range(len(texts))
    )


def _near(positions: list[int], texts: list[str], *, similarity: float, workers: int) -> dict[int, list[int]]:
    """Return, for each position, the earlier positions with a nearly equal text."""
    index = MinHashLSH(threshold=similarity, num_perm=_PERMUTATIONS)
    signatures = _signatures(texts, workers)
    hashes: dict[int, MinHash] = {}
    found: dict[int, list[int]] = {}
    for position, values in zip(positions, signatures, strict=True):
        signature = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashvalues=values)
        # The index proposes, the signature decides: the index also returns pairs somewhat below the threshold.
        close = [other for other in index.query(signature) if signature.jaccard(hashes[other]) >= similarity]
        if close:
            found[position] = sorted(close)
        index.insert(position, signature)
        hashes[position] = signature
    return found


def _signatures(texts: list[str], workers: int) -> list[np.ndarray]:
    if workers < 2 or sum(map(len, texts)) < _POOL_FROM:
        return [_signature(text) for text in texts]
    # spawn: a forked child of a process with threads (pyarrow, OpenMP) may hang.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_signature, texts, chunksize=_CHUNK))


def _signature(text: str) -> np.ndarray:
    own = letters(text)
    shingles = {own[start : start + SHINGLE] for start in range(max(1, len(own) - SHINGLE + 1))}
    signature = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashfunc=xxhash.xxh32_intdigest)
    signature.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in sorted(shingles)])
    return signature.hashvalues


def letters(text: str) -> str:
    """Return what is left of a text without blanks and punctuation, full-width forms folded."""
    return _NO_LETTERS.sub("", fold(text))


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position


def _join(parents: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first
