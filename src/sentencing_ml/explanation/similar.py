"""Similar cases: a structured filter first, then the nearest wording of the facts.

The filter keeps cases of the same charge and tier with quantities of a like size and the same other circumstances, and
is loosened step by step when too few are left; each match says under which step it was found. Within it, TF-IDF over
the tokens of the facts and the cosine. Tokens are hashed to columns: the index holds numbers and row ids, no word of a
case, and is stored as ``.npz`` and ``.json``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing as _missing
from sentencing_ml.factors.wording import value_text
from sentencing_ml.storage import atomic_path, read_json, write_json

COLUMNS = 1 << 17
_ARRAYS = ("data", "indices", "indptr", "idf", "document")
_RECENT_YEARS = 3  # 法〔2020〕202号, art. 4: cases of the last three years come first
_SHORTLIST = 3  # nearest cases a place, among which the rules of precedence choose


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
    own["nearness"] = _cosine(index, tokens)[index.document[places]]
    chosen: list[tuple[int, int]] = []
    taken: set[str] = set()
    for step, fits in enumerate(_steps(own, row)):
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


STEPS = (
    "同罪名、同档次，数额和伤情相当，其他责任情节相同",
    "同罪名、同档次，数额和伤情相当",
    "同罪名、同档次，数额以外的责任情节相同",
    "同罪名",
)
"""What the cases of each step of the filter have in common."""

_LIKE = 2.0  # quantities are of a like size when neither is more than so many times the other


def _steps(cases: pd.DataFrame, row: Mapping[str, Any]) -> Iterable[pd.Series]:
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
    same_court = (cases["court"] == court).fillna(False).astype(int) if not _missing(court) else 0
    if _missing(date) or not str(date)[:4].isdigit():
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
        "fine_yuan": _plain(case["final_fine_yuan"] if _missing(case["fine_yuan"]) else case["fine_yuan"]),
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
    return _missing(value) or (not isinstance(value, str) and value == 0)


def _plain(value: Any) -> Any:
    if _missing(value):
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


def _cosine(index: Index, tokens: Sequence[str]) -> np.ndarray:
    query = _weigh(_counts([tokens]), index.idf)
    return np.asarray((index.matrix @ query.T).todense()).ravel()
