"""Similar cases: a structured filter first, then the nearest wording of the facts.

The filter keeps cases of the same charge and tier with quantities of a like size and the same other circumstances, and
is loosened step by step (:data:`STEPS`) when too few are left; each match says under which step it was found. Among
cases that differ as much, TF-IDF over the words of the facts and the cosine. Words are hashed to columns: no word of a
case is kept.

What a query reads are plain arrays (:class:`Store`), sorted so that a charge is one block; in the archive they are
memory maps. A query touches the block of its charge alone, compares the filter's narrow columns with one value each,
and gathers the wording of the cases that it needs, at most ``_SCORED`` that differ as much. NumPy is fast enough for
that on a million cases (``tests/benchmark/archive.py``); a library for nearest neighbours would search by wording
first, and the law's filter would come after it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing

COLUMNS = 1 << 17
STEPS = (
    "同罪名、同档次，数额和伤情相当，其他责任情节相同",
    "同罪名、同档次，一项责任情节不同，且相差不大",
    "同罪名、同档次，两项责任情节不同，或者一项相差较大（四倍以上、两级以上）",
    "同罪名、同档次，差别更多，差别少的在前",
    "同罪名，差别少的在前",
)
"""What the cases of each step of the filter have in common."""

NO_YEAR = 0
_WORD = re.compile("[一-鿿]{2,}")
_LIKE = 2.0  # quantities are of a like size when neither is so many times the other, or more
_FAR = 4.0  # one that is so many times the other counts as two differences; some against none is that, too
_RECENT_YEARS = 3  # 法〔2020〕202号, art. 4: cases of the last three years come first
_SCORED = 8_192  # cases that differ as much whose wording is compared; of more, the first places (the newest judgments)
_RANKS = 256  # more than can differ
_PART = 1_024  # vectors gathered at once, so that the work stays in the processor's cache
_SHORTLIST = 3  # nearest cases a place, among which the rules of precedence choose


@dataclass(frozen=True, kw_only=True)
class Store:
    """The cases that can be found, one a place; those of a charge (persons, then units) stand together.

    ``blocks`` maps (charge group, whether a unit) to its places [start, end). ``tier`` (int16, code of ``tiers``, 0:
    open), ``circumstances`` (uint8, a row a factor of :func:`circumstance_factors`, 0: absent or unknown) and
    ``quantities`` (float32, a row a factor of :func:`quantity_factors`, NaN: unknown) are what the filter compares;
    ``cluster``, ``document``, ``number`` and ``court`` (uint64) are :func:`key` of the case's cluster, its document,
    its court with its number, and its court; ``year`` (int16) is that of the judgment. ``vector[i]`` is the row of the
    TF-IDF matrix (CSR: ``indptr``, ``indices``, ``data``; length 1 each) of the case's facts. At equal wording the
    earlier place goes first.
    """

    blocks: Mapping[tuple[str, bool], tuple[int, int]]
    tiers: Mapping[str, int]
    tier: np.ndarray
    circumstances: np.ndarray
    quantities: np.ndarray
    cluster: np.ndarray
    document: np.ndarray
    number: np.ndarray
    court: np.ndarray
    year: np.ndarray
    vector: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    idf: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Found:
    """A place of the store, the step of :data:`STEPS` under which it was found, and the cosine of its wording."""

    place: int
    step: int
    nearness: float


def nearest(store: Store, *, row: Mapping[str, Any], tier: str | None, tokens: Sequence[str], k: int) -> list[Found]:
    """Return up to ``k`` cases, those that differ least first.

    They come in the order of the steps, within a step by how little differs, and of cases that differ as much the
    nearest wording first. Among the ``_SHORTLIST`` nearest a place, those of the same court and of the last three years
    go first. The case's own document, cluster and case number never come back, and one cluster comes back once. A
    person is compared with persons, a unit with units. Fewer than ``k`` come back only when the charge has fewer
    clusters.
    """
    block = store.blocks.get((str(row.get("charge_group")), not absent(row.get("legal_entity"))))
    if block is None:
        return []
    start, end = block
    same_tier = store.tier[start:end] == (0 if missing(tier) else store.tiers.get(str(tier), -1))
    rank = _rank(_differences(store, row, start, end), same_tier)
    left = _others(store, row, start, end)
    query = _query(tokens, store.idf)
    found: list[Found] = []
    for level in np.flatnonzero(np.bincount(rank[left])):
        group = start + np.flatnonzero((rank == level) & left)
        for first in range(0, len(group), _SCORED):  # a second round only where one cluster filled the first
            some = group[first : first + _SCORED]
            found += _choose(store, row, some, query, step=int(level) // _RANKS, found=found, need=k - len(found))
            if len(found) == k:
                return found
    return found


def key(*parts: Any) -> int:
    """Return a number for text, the same in every process; 0 is for what is missing."""
    if any(missing(part) for part in parts):
        return 0
    return int.from_bytes(hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest(), "little")


def year(date: Any) -> int:
    """Return the year of an ISO date, ``NO_YEAR`` where there is none."""
    start = "" if missing(date) else str(date)[:4]
    return int(start) if start.isdecimal() else NO_YEAR


@lru_cache(maxsize=1)
def circumstance_factors() -> tuple[Factor, ...]:
    """Return the factors that are the same or not: the rows of ``Store.circumstances``."""
    return tuple(factor for factor in registry().model_inputs() if factor.type in ("boolean", "category"))


@lru_cache(maxsize=1)
def quantity_factors() -> tuple[Factor, ...]:
    """Return the factors that are of a like size or not: the rows of ``Store.quantities``."""
    return tuple(factor for factor in registry().model_inputs() if factor.type in ("number", "count"))


def circumstance_codes(cases: pd.DataFrame) -> np.ndarray:
    """Return ``Store.circumstances`` of a factor table."""
    codes = np.zeros((len(circumstance_factors()), len(cases)), dtype=np.uint8)
    for place, factor in enumerate(circumstance_factors()):
        if factor.type == "boolean":
            codes[place] = cases[factor.name].fillna(False).astype(bool)
        else:
            names = [level.name for level in factor.levels]
            codes[place] = pd.Categorical(cases[factor.name].astype(object), categories=names).codes + 1
    return codes


def quantity_values(cases: pd.DataFrame) -> np.ndarray:
    """Return ``Store.quantities`` of a factor table."""
    values = np.zeros((len(quantity_factors()), len(cases)), dtype=np.float32)
    for place, factor in enumerate(quantity_factors()):
        values[place] = cases[factor.name].to_numpy(dtype="float64", na_value=np.nan)
    return values


def absent(value: Any) -> bool:
    """Return whether a value is unknown, false or none.

    For the filter they are the same: a match shown to a reader may be checked by the reader.
    """
    return missing(value) or (not isinstance(value, str) and value == 0)


def alike(factor: Factor, here: Any, there: Any) -> bool:
    """Return whether two values count as the same for the filter; what is absent from either is no match."""
    if absent(here) or absent(there):
        return False
    if factor.type in ("number", "count"):
        low, high = sorted((float(here), float(there)))
        return high < _LIKE * low
    return here == there


def precedence(*, court: Any, date: Any, courts: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which cases (:func:`key` of their court, their year) the same court decided, and which are recent.

    法〔2020〕202号, art. 4, has a court look first at its own cases of the last three years.
    """
    own_court, own_year = key(court), year(date)
    recent = np.abs(years.astype(np.int32) - own_year) <= _RECENT_YEARS
    return (courts == own_court) & (own_court != 0), recent & (years != NO_YEAR) & (own_year != NO_YEAR)


def _differences(store: Store, row: Mapping[str, Any], start: int, end: int) -> np.ndarray:
    """Count for each case of a block what differs from the row.

    A circumstance counts once, and twice where the law orders its levels and they do not adjoin; a quantity once or
    twice (``_LIKE``, ``_FAR``). A quantity that one case leaves unknown counts once; one that neither knows, or knows
    to be none, does not count.
    """
    count = np.zeros(end - start, dtype=np.uint8)
    for place, factor in enumerate(circumstance_factors()):
        codes, own = store.circumstances[place, start:end], _code(factor, row.get(factor.name))
        count += codes != own
        if own and factor.type == "category" and factor.monotone:
            count += (codes != 0) & (np.abs(codes.astype(np.int16) - own) > 1)
    for place, factor in enumerate(quantity_factors()):
        values, value = store.quantities[place, start:end], row.get(factor.name)
        if missing(value):
            count += values > 0
        elif value == 0:
            count += (values > 0).view(np.uint8) << 1
        else:
            # the bounds in the type of the column, so that equal values lie equally; the unknown (NaN) counts once
            low, high = np.float32(float(value) / _LIKE), np.float32(float(value) * _LIKE)
            count += ~((values > low) & (values < high))
            low, high = np.float32(float(value) / _FAR), np.float32(float(value) * _FAR)
            count += (values <= low) | (values >= high)
    return count


def _code(factor: Factor, value: Any) -> int:
    if absent(value):
        return 0
    if factor.type == "boolean":
        return 1
    return next((place for place, level in enumerate(factor.levels, 1) if level.name == value), 255)


def _others(store: Store, row: Mapping[str, Any], start: int, end: int) -> np.ndarray:
    """Return which cases of a block are not the case itself under another id."""
    own = (
        (store.cluster, key(row.get("cluster"))),
        (store.document, key(row.get("doc_id"))),
        (store.number, key(row.get("court"), row.get("case_number"))),
    )
    left = np.ones(end - start, dtype=bool)
    for keys, own_key in own:
        if own_key:
            left &= keys[start:end] != np.uint64(own_key)
    return left


def _rank(differences: np.ndarray, same_tier: np.ndarray) -> np.ndarray:
    """Return where each case of a block stands: its step times ``_RANKS``, and within it how much differs."""
    step = np.where(same_tier, np.minimum(differences, 3), len(STEPS) - 1)
    return step.astype(np.int64) * _RANKS + differences


def _choose(
    store: Store,
    row: Mapping[str, Any],
    places: np.ndarray,
    query: np.ndarray,
    *,
    step: int,
    found: Sequence[Found],
    need: int,
) -> list[Found]:
    """Return the ``need`` cases among ``places`` that go first, one a cluster, none of a cluster found before."""
    nearness, clusters = _cosine(store, store.vector[places], query), store.cluster[places]
    seen = {int(store.cluster[item.place]) for item in found}
    shortlist = []
    for at in np.argsort(-nearness, kind="stable"):
        cluster = int(clusters[at])
        if cluster not in seen:
            seen.add(cluster)
            shortlist.append(at)
            if len(shortlist) == _SHORTLIST * need:
                break
    nearest_first = np.array(shortlist, dtype=np.int64)
    own_court, recent = precedence(
        court=row.get("court"),
        date=row.get("judgment_date"),
        courts=store.court[places[nearest_first]],
        years=store.year[places[nearest_first]],
    )
    order = np.argsort(-(own_court * 2 + recent), kind="stable")[:need]
    return [Found(place=int(places[at]), step=step, nearness=float(nearness[at])) for at in nearest_first[order]]


def word_counts(documents: Iterable[Sequence[str]]) -> sparse.csr_matrix:
    """Return how often each word stands in each document, words hashed to ``COLUMNS`` columns.

    Words of two Chinese characters and more alone: single ones are mostly particles and parts of masked names, and
    figures are what the filter compares.
    """
    return _vectorizer().transform([[word for word in words if _WORD.fullmatch(word)] for words in documents])


def inverse_frequency(counts: sparse.csr_matrix) -> np.ndarray:
    """Return the weight of every column (float32): the fewer documents have it, the more."""
    present = np.bincount(counts.indices, minlength=COLUMNS)
    return (np.log((1 + counts.shape[0]) / (1 + present)) + 1).astype(np.float32)


def weigh(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    """Return the TF-IDF vectors of counted documents, each of length 1, their columns in order."""
    weighed = counts.astype(np.float32)
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(length > 0, length, 1), np.diff(weighed.indptr)).astype(np.float32)
    weighed.sort_indices()
    return weighed


@lru_cache(maxsize=1)
def _vectorizer() -> HashingVectorizer:
    return HashingVectorizer(n_features=COLUMNS, analyzer=list, alternate_sign=False, norm=None, dtype=np.float32)


def _query(tokens: Sequence[str], idf: np.ndarray) -> np.ndarray:
    vector = weigh(word_counts([tokens]), idf)
    dense = np.zeros(COLUMNS, dtype=np.float32)
    dense[vector.indices] = vector.data
    return dense


def _cosine(store: Store, vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return the cosine (float32) of ``query`` with each of the named vectors."""
    own, back = np.unique(vectors, return_inverse=True)  # the rows of one document share a vector
    nearness = np.zeros(len(own), dtype=np.float32)
    for first in range(0, len(own), _PART):
        part = own[first : first + _PART]
        begin = store.indptr[part]
        length = store.indptr[part + 1] - begin
        filled = np.flatnonzero(length)
        if not len(filled):
            continue
        begin, length = begin[filled], length[filled]
        offset = np.cumsum(length) - length
        at = np.arange(length.sum()) + np.repeat(begin - offset, length)
        # NumPy checks the bounds of every index, so that a damaged array ends in an error and never outside of memory
        products = query[store.indices[at]] * store.data[at]
        nearness[first + filled] = np.add.reduceat(products, offset)
    return nearness[back]
