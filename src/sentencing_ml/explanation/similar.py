"""Similar cases: a structured filter first, then the nearest wording of the facts.

The filter keeps cases of the same charge and tier with quantities of a like size and the same other circumstances, and
is loosened step by step (:data:`STEPS`) when too few are left; each match says under which step it was found. Within a
step, TF-IDF over the words of the facts and the cosine. Words are hashed to columns: no word of a case is kept.

What a query reads are plain arrays (:class:`Store`), sorted so that a charge is one block; in the archive they are
memory maps. A query touches the block of its charge alone, compares the filter's narrow columns with one value each,
and gathers the wording of the cases of the step that it needs, at most ``_SCORED`` of them. NumPy is fast enough for
that on a million cases (``tests/benchmark/archive.py``); a library for nearest neighbours would search by wording
first, and the law's filter would come after it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.storage import atomic_path, read_json, write_json

COLUMNS = 1 << 17
STEPS = (
    "同罪名、同档次，数额和伤情相当，其他责任情节相同",
    "同罪名、同档次，数额和伤情相当，其他责任情节至多一项不同",
    "同罪名、同档次，数额和伤情相当",
    "同罪名、同档次，数额以外的责任情节相同",
    "同罪名、同档次",
    "同罪名",
)
"""What the cases of each step of the filter have in common."""

NO_YEAR = 0
_LIKE = 2.0  # quantities are of a like size when neither is so many times the other, or more
_RECENT_YEARS = 3  # 法〔2020〕202号, art. 4: cases of the last three years come first
_SCORED = 8_192  # cases of a step whose wording is compared; of more, those with the fewest differing factors
_PART = 1_024  # vectors gathered at once, so that the work stays in the processor's cache
_SHORTLIST = 3  # nearest cases a place, among which the rules of precedence choose


@dataclass(frozen=True, kw_only=True)
class Store:
    """The cases that can be found, one a place; those of a charge (persons, then units) stand together.

    ``blocks`` maps (charge group, whether a unit) to its places [start, end). ``tier`` (int16, code of ``tiers``, 0:
    none), ``circumstances`` (uint8, a row a factor of :func:`circumstance_factors`, 0: absent or unknown) and
    ``quantities`` (float32, a row a factor of :func:`quantity_factors`, 0 alike) are what the filter compares;
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
    """Return up to ``k`` cases in the order of the steps, the nearest wording first within each.

    Among the ``_SHORTLIST`` nearest a place, those of the same court and of the last three years go first. The case's
    own document, cluster and case number never come back, and one cluster comes back once. A person is compared with
    persons, a unit with units. Fewer than ``k`` come back only when the charge has fewer clusters.
    """
    block = store.blocks.get((str(row.get("charge_group")), not absent(row.get("legal_entity"))))
    if block is None:
        return []
    start, end = block
    circumstances, quantities = _differing(store, row, start, end)
    left = _others(store, row, start, end)
    same_tier = store.tier[start:end] == (0 if missing(tier) else store.tiers.get(str(tier), -1))
    query = _query(tokens, store.idf)
    found: list[Found] = []
    for step, fits in enumerate(_steps(same_tier, circumstances, quantities)):
        candidates = np.flatnonzero(fits & left)
        left &= ~fits  # what a step offered and was not chosen belongs to a cluster that was
        closest = _closest(candidates, circumstances, quantities)
        taken = {int(store.cluster[item.place]) for item in found}
        need = k - len(found)
        chosen = _choose(store, row, closest + start, query, step=step, taken=taken, need=need)
        if len(chosen) < need and len(closest) < len(candidates):  # one cluster filled all that was scored
            chosen = _choose(store, row, candidates + start, query, step=step, taken=taken, need=need)
        found += chosen
        if len(found) == k:
            break
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
        values[place] = cases[factor.name].to_numpy(dtype="float64", na_value=0.0)
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


def _differing(store: Store, row: Mapping[str, Any], start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many circumstances, and how many quantities, of each case of a block differ from the row's."""
    circumstances = np.zeros(end - start, dtype=np.uint8)
    for place, factor in enumerate(circumstance_factors()):
        circumstances += store.circumstances[place, start:end] != _code(factor, row.get(factor.name))
    quantities = np.zeros(end - start, dtype=np.uint8)
    for place, factor in enumerate(quantity_factors()):
        values, value = store.quantities[place, start:end], row.get(factor.name)
        if absent(value):
            quantities += values != 0
        else:
            # the bounds in the type of the column, so that equal values lie equally
            low, high = np.float32(float(value) / _LIKE), np.float32(float(value) * _LIKE)
            quantities += (values <= low) | (values >= high)
    return circumstances, quantities


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


def _steps(same_tier: np.ndarray, circumstances: np.ndarray, quantities: np.ndarray) -> Iterable[np.ndarray]:
    same_size = same_tier & (quantities == 0)
    yield same_size & (circumstances == 0)
    yield same_size & (circumstances <= 1)
    yield same_size
    yield same_tier & (circumstances == 0)
    yield same_tier
    yield np.ones(len(same_tier), dtype=bool)


def _closest(candidates: np.ndarray, circumstances: np.ndarray, quantities: np.ndarray) -> np.ndarray:
    """Return at most ``_SCORED`` candidates, those with the fewest differing factors; of equal ones, the first."""
    if len(candidates) <= _SCORED:
        return candidates
    differing = circumstances[candidates] + quantities[candidates]
    return np.sort(candidates[np.argsort(differing, kind="stable")[:_SCORED]])


def _choose(
    store: Store,
    row: Mapping[str, Any],
    places: np.ndarray,
    query: np.ndarray,
    *,
    step: int,
    taken: set[int],
    need: int,
) -> list[Found]:
    """Return the ``need`` cases among ``places`` that go first, one a cluster, none of a cluster in ``taken``."""
    nearness, clusters = _cosine(store, store.vector[places], query), store.cluster[places]
    seen, shortlist = set(taken), []
    for at in np.argsort(-nearness, kind="stable"):
        cluster = int(clusters[at])
        if cluster not in seen:
            seen.add(cluster)
            shortlist.append(at)
            if len(shortlist) == _SHORTLIST * need:
                break
    at = np.array(shortlist, dtype=np.int64)
    own_court, recent = precedence(
        court=row.get("court"),
        date=row.get("judgment_date"),
        courts=store.court[places[at]],
        years=store.year[places[at]],
    )
    rank = -(own_court * 2 + recent)
    order = np.argsort(rank, kind="stable")[:need]
    return [Found(place=int(places[item]), step=step, nearness=float(nearness[item])) for item in at[order]]


def word_counts(documents: Iterable[Sequence[str]]) -> sparse.csr_matrix:
    """Return how often each word stands in each document, words hashed to ``COLUMNS`` columns."""
    return _vectorizer().transform(documents)


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


# --- until explain.py opens the archive ---
_ARRAYS = ("data", "indices", "indptr", "idf", "document")


@dataclass(frozen=True, kw_only=True)
class Index:
    """TF-IDF of the facts of the indexed rows; rows of one document share a vector.

    ``document[i]`` is the row of ``matrix`` (length 1 each) that belongs to ``row_ids[i]``.
    """

    row_ids: tuple[str, ...]
    document: np.ndarray
    matrix: sparse.csr_matrix
    idf: np.ndarray


def build(tokens_by_row: Mapping[str, Sequence[str]]) -> Index:
    """Index rows by the tokens of their facts; rows with the same tokens object share a vector."""
    row_ids = tuple(tokens_by_row)
    places: dict[int, int] = {}
    document = np.array([places.setdefault(id(tokens_by_row[row]), len(places)) for row in row_ids], dtype=np.int64)
    first = {place: row for row, place in zip(reversed(row_ids), document[::-1], strict=True)}
    counts = _counts([tokens_by_row[first[place]] for place in range(len(places))])
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = (np.log((1 + counts.shape[0]) / (1 + present)) + 1).astype(np.float32)
    return Index(row_ids=row_ids, document=document, matrix=_weigh(counts, idf), idf=idf)


def save(index: Index, path: Path) -> None:
    """Write the index as ``path`` (.npz, numbers alone) and its row ids as ``path`` with .json."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        matrix = index.matrix
        np.savez_compressed(
            file, data=matrix.data, indices=matrix.indices, indptr=matrix.indptr, idf=index.idf, document=index.document
        )
    write_json(path.with_suffix(".json"), {"columns": COLUMNS, "row_ids": list(index.row_ids)})


def load(path: Path) -> Index:
    """Read an index written by :func:`save`; nothing in it is executed."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in _ARRAYS}
    row_ids = tuple(read_json(path.with_suffix(".json"))["row_ids"])
    shape = (len(arrays["indptr"]) - 1, COLUMNS)
    matrix = sparse.csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
    return Index(row_ids=row_ids, document=arrays["document"], matrix=matrix, idf=arrays["idf"])


def find(
    index: Index, *, row: Mapping[str, Any], tokens: Sequence[str], cases: pd.DataFrame, k: int
) -> list[dict[str, Any]]:
    """Return the ``k`` indexed cases nearest to ``row``; fewer only when the charge has fewer.

    ``cases`` has a line for every indexed row, in the order of ``index.row_ids``, with the factors, ``tier``, court,
    date and outcome. The case's own document and cluster never come back, and one cluster comes back once. A person is
    compared with persons, a unit with units.
    """
    other = (cases["cluster"] != row["cluster"]) & (cases["doc_id"] != row["doc_id"])
    unit = row.get("legal_entity")
    same_kind = cases["legal_entity"].fillna(False).astype(bool) == (not _absent(unit))
    mask = (cases["charge_group"] == row["charge_group"]) & other & same_kind
    places = np.flatnonzero(mask.fillna(False).to_numpy(dtype=bool))
    if not len(places):
        return []
    own = cases.iloc[places].reset_index(drop=True)
    own["nearness"] = _old_cosine(index, tokens)[index.document[places]]
    chosen: list[tuple[int, int]] = []
    taken: set[str] = set()
    for step, fits in zip((0, 2, 3, 5), _old_steps(own, row), strict=True):
        ranked = own[fits & ~own["cluster"].isin(taken)]
        if ranked.empty:
            continue
        ranked = ranked.sort_values(["nearness", "row_id"], ascending=[False, True]).drop_duplicates("cluster")
        shortlist = ranked.head(_SHORTLIST * (k - len(chosen)))
        ordered = shortlist.assign(precedence=_precedence(shortlist, row)).sort_values(
            ["precedence", "nearness", "row_id"], ascending=[False, False, True]
        )
        for position in ordered.index[: k - len(chosen)]:
            chosen.append((step, position))
            taken.add(own.at[position, "cluster"])
        if len(chosen) >= k:
            break
    return [_match(own.loc[position], row, step) for step, position in chosen]


def _old_steps(cases: pd.DataFrame, row: Mapping[str, Any]) -> Iterable[pd.Series]:
    everything = pd.Series(True, index=cases.index)
    circumstances = _equal(cases["tier"], row.get("tier"))
    quantities = circumstances.copy()
    for factor in registry().model_inputs():
        if factor.type in ("boolean", "category"):
            circumstances &= _equal(cases[factor.name], row.get(factor.name))
        else:
            quantities &= _like(cases[factor.name], row.get(factor.name))
    return circumstances & quantities, quantities, circumstances, everything


def _like(column: pd.Series, value: Any) -> pd.Series:
    numbers = column.astype("Float64").fillna(0.0).astype("float64")
    if _absent(value):
        return numbers == 0
    return (numbers >= float(value) / _LIKE) & (numbers <= float(value) * _LIKE)


def _equal(column: pd.Series, value: Any) -> pd.Series:
    # What is unknown or not mentioned counts as absent here: a match shown to a reader may be checked by the reader.
    if _absent(value):
        return (column.isna() | column.isin([False, 0])).astype(bool)
    return (column == value).fillna(False).astype(bool)


def _precedence(cases: pd.DataFrame, row: Mapping[str, Any]) -> pd.Series:
    court, date = row.get("court"), row.get("judgment_date")
    same_court = (cases["court"] == court).fillna(False).astype(int) if not missing(court) else 0
    if missing(date) or not str(date)[:4].isdigit():
        return pd.Series(same_court, index=cases.index)
    years = pd.to_numeric(cases["judgment_date"].str[:4], errors="coerce")
    recent = (int(str(date)[:4]) - years).abs().le(_RECENT_YEARS).fillna(False).astype(int)
    return pd.Series(same_court * 2 + recent, index=cases.index)


def _match(case: pd.Series, row: Mapping[str, Any], step: int) -> dict[str, Any]:
    matches, differs = [], []
    for factor in registry().model_inputs():
        here, there = row.get(factor.name), case[factor.name]
        if _absent(here) and _absent(there):
            continue
        said = {"factor": factor.zh, "here": value_text(factor, here), "there": value_text(factor, there)}
        if _alike(factor, here, there):
            matches.append(said)
        else:
            differs.append(said)
    offender = [
        factor.zh for factor in registry().offender() if factor.type == "boolean" and not _absent(case[factor.name])
    ]
    return {
        "row_id": str(case["row_id"]),
        "doc_id": str(case["doc_id"]),
        "case_number": _plain(case["case_number"]),
        "court": _plain(case["court"]),
        "date": _plain(case["judgment_date"]),
        "step": step,
        "similarity": round(float(case["nearness"]), 4),
        "matches": matches,
        "differs": differs,
        "offender": offender,
        "penalty": _plain(case["penalty"]),
        "term_months": _plain(case["term_months"]),
        "final_penalty": _plain(case["final_penalty"]),
        "final_term_months": _plain(case["final_term_months"]),
        "probation_months": _plain(case["final_probation_months"]),
        "fine_yuan": _plain(case["final_fine_yuan"] if missing(case["fine_yuan"]) else case["fine_yuan"]),
        "counts": _plain(case["counts"]),
    }


def _alike(factor: Factor, here: Any, there: Any) -> bool:
    if _absent(here) or _absent(there):
        return False
    if factor.type == "number":
        low, high = sorted((float(here), float(there)))
        return high <= _LIKE * low
    return here == there


def _absent(value: Any) -> bool:
    return missing(value) or (not isinstance(value, str) and value == 0)


def _plain(value: Any) -> Any:
    if missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _counts(documents: Iterable[Sequence[str]]) -> sparse.csr_matrix:
    vectorizer = HashingVectorizer(n_features=COLUMNS, analyzer=list, alternate_sign=False, norm=None, dtype=np.float32)
    return vectorizer.transform(documents)


def _weigh(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    weighed = counts.copy()
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(length > 0, length, 1), np.diff(weighed.indptr)).astype(np.float32)
    weighed.sort_indices()
    return weighed


def _old_cosine(index: Index, tokens: Sequence[str]) -> np.ndarray:
    query = _weigh(_counts([tokens]), index.idf)
    return np.asarray((index.matrix @ query.T).todense()).ravel()
