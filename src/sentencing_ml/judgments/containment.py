"""Which documents hold the text of other ones: exact containment of 12-character shingles, for keeping tests apart.

A shingle is any 12 consecutive characters of a text, full-width forms folded; a shorter text is one shingle. The
containment of two texts is the number of shingles they share ÷ the number of shingles of the one that has fewer: a
record that is a part of a judgment is contained in it, and the judgment's length does not hide that.

Documents are compared in three forms, and the one in which most is shared decides: letters and digits of the whole
text, so that other punctuation hides nothing; letters and digits of the facts alone (what was alleged and what the
court found), since two judgments on one event may share little else; and the whole text without blanks, as it stands.

Shingles are looked up by 64-bit hashes, and every pair that this proposes is decided by the shingles themselves.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.duplicates import SHINGLE, letters
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.table import documents_from_frame

SHARE = 0.5
"""Containment above which one text counts as a near duplicate of the other."""

_BLANK = re.compile(r"\s+")
_FACTS = ("charges", "findings")
# Odd multipliers, one a place: the sum of products modulo 2^64 tells strings of twelve characters apart.
_PLACES = np.random.default_rng(12).integers(1 << 63, size=SHINGLE, dtype=np.uint64) * 2 + 1
_LEADING = 22  # bits
_AT_ONCE = 256  # documents taken from the table together


@dataclass(frozen=True, kw_only=True)
class Contamination:
    """Ids of the documents that must not be learned from.

    ``shared`` hold, or are held by, a text that is excluded; ``clustered`` are the others of their clusters.
    """

    shared: frozenset[str]
    clustered: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """All of them."""
        return self.shared | self.clustered


def contaminated(documents: pd.DataFrame, excluded: Iterable[Document], *, share: float = SHARE) -> Contamination:
    """Return which documents of the table share more than ``share`` of their text or facts with an excluded one.

    Parameters
    ----------
    documents : the table of :mod:`sentencing_ml.judgments.table`; its ``cluster`` goes with each of its members.
    excluded : documents of a test set; their ids are not read.
    """
    indexes = [_Index(texts) for texts in zip(*map(_forms, excluded), strict=True)]
    shared = set()
    if indexes:
        for document in _in_turn(documents):
            pairs = zip(indexes, _forms(document), strict=True)
            if any(index.holds(text, share=share) for index, text in pairs):
                shared.add(document.id)
    clusters = set(documents.loc[documents["id"].isin(shared), "cluster"])
    around = set(documents.loc[documents["cluster"].isin(clusters), "id"])
    return Contamination(shared=frozenset(shared), clustered=frozenset(around - shared))


def _in_turn(documents: pd.DataFrame) -> Iterator[Document]:
    for start in range(0, len(documents), _AT_ONCE):
        yield from documents_from_frame(documents.iloc[start : start + _AT_ONCE])


def _forms(document: Document) -> tuple[str, str, str]:
    facts = "".join(document.text[part.start : part.end] for part in document.sections if part.name in _FACTS)
    whole = letters(document.text)
    return whole, letters(facts) if facts else whole, _BLANK.sub("", fold(document.text))


class _Index:
    """Which texts have a shingle: the distinct hashes in order, and for each the places of the texts that have it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        hashes = [_hashes(text) for text in texts]
        self._sizes = np.array([len(found) for found in hashes])
        whole = np.concatenate(hashes)
        order = np.argsort(whole, kind="stable")
        self._owners = np.repeat(np.arange(len(hashes)), self._sizes)[order]
        self._hashes, self._times = np.unique(whole, return_counts=True)
        self._starts = self._times.cumsum() - self._times
        # Most shingles of a document are in no text: one look at their leading bits spares the search for them.
        self._seen = np.zeros(1 << _LEADING, dtype=bool)
        self._seen[self._hashes >> (64 - _LEADING)] = True

    def holds(self, text: str, *, share: float) -> bool:
        """Tell whether ``text`` and one of the texts share more than ``share`` of the shingles of the shorter."""
        hashes = _hashes(text)
        counts = self._shared(hashes)
        few = np.minimum(self._sizes, len(hashes))
        close = np.flatnonzero(counts > share * few)
        shingles = _shingles(text) if close.size else set()
        return any(
            len(shingles & other) > share * min(len(shingles), len(other))
            for other in (_shingles(self._texts[place]) for place in close)
        )

    def _shared(self, hashes: np.ndarray) -> np.ndarray:
        """Return for each text how many of ``hashes`` it has."""
        likely = hashes[self._seen[hashes >> (64 - _LEADING)]]
        places = np.minimum(np.searchsorted(self._hashes, likely), len(self._hashes) - 1)
        places = places[self._hashes[places] == likely] if likely.size else places
        times = self._times[places]
        within = np.arange(times.sum()) - np.repeat(times.cumsum() - times, times)
        return np.bincount(self._owners[np.repeat(self._starts[places], times) + within], minlength=len(self._sizes))


def _hashes(text: str) -> np.ndarray:
    """Return the distinct hashes of the shingles of a text, sorted; none of an empty text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    if not codes.size:
        return codes
    if codes.size < SHINGLE:
        codes = np.pad(codes, (0, SHINGLE - codes.size))
    count = codes.size - SHINGLE + 1
    total = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_PLACES):
        total += codes[place : place + count] * factor
    return np.unique(total)


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(max(1, len(text) - SHINGLE + 1))} if text else set()
