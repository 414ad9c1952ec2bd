"""The archive of past cases that a sheet may cite: written once with a model, opened by memory map.

The folder holds rows of cases (ids, courts, numbers, factors, outcomes, advice) and no word of their texts: it stays
beside the model, and is part neither of a release nor of what is logged. Opening it costs the same for a hundred cases
and for a million, but for the hashes.

What is verified: :func:`verify` hashes every file. :meth:`Archive.open` hashes every file up to ``HASHED`` bytes before
it is read, and of a larger one compares the size and the header, since hashing costs about 0.6 s a GB. No damage
in a larger array can run code or read outside of memory: bounds are checked where it is used.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from sentencing_ml.errors import BundleError, DataContractError, InputError, raise_all
from sentencing_ml.explanation import history, similar
from sentencing_ml.explanation.sheet import safe_id
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.judgments.tokens import tokeniser
from sentencing_ml.liability.bundle import MANIFEST, write_manifest
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import (
    atomic_path,
    read_table,
    read_table_parts,
    sha256_bytes,
    sha256_file,
    write_json,
)

HASHED = 64 << 20  # bytes; of an archive of up to 100,000 cases every file is smaller
FORMAT = 1
ABOUT, HISTORY, CASES = "archive.json", "history.json", "cases.arrow"
_PARSED = (ABOUT, HISTORY)  # read whole, so hashed whatever their size
ARRAYS = (
    "tier", "circumstances", "quantities", "cluster", "document", "number", "court", "year", "vector", "indptr",
    "indices", "data", "idf",
)  # fmt: skip
PREDICTED = ("tier", "liability_months", "advice_status")
_SHOWN = (
    "row_id", "doc_id", "case_number", "court", "judgment_date", "counts", "penalty", "term_months", "fine_yuan",
    "final_penalty", "final_term_months", "final_probation_months", "final_fine_yuan", *PREDICTED,
)  # fmt: skip
_REPEATED = ("court", "penalty", "final_penalty", "tier", "advice_status")  # texts that many rows share
_DOCUMENTS_AT_ONCE = 1_000
_VECTORS_AT_ONCE = 50_000
_AGAIN = "Build it again with `dvc repro archive`."


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Past cases with tier and liability term, the index of their wording, and what history did.

    ``rows`` is their number; ``version`` the start of a hash over the manifest; ``model_version`` the model that gave
    the liability terms; ``data_cut`` the last day of judgment among them; ``data_version`` the factor table's;
    ``history`` by charge group and offender factor (:func:`history.by_factor`).
    """

    rows: int
    version: str | None
    model_version: str | None
    data_cut: str | None
    data_version: str | None
    history: Mapping[str, Mapping[str, Mapping[str, float]]]
    least: int
    _suspended: Mapping[str, Mapping[str, Mapping[str, int]]]
    _store: similar.Store | None
    _cases: pa.Table | None

    @classmethod
    def empty(cls) -> "Archive":
        """Return the archive of a model that came without cases: it finds none, and the sheets say so."""
        return cls(
            rows=0, version=None, model_version=None, data_cut=None, data_version=None, history={}, least=0,
            _suspended={}, _store=None, _cases=None,
        )  # fmt: skip

    @classmethod
    def open(cls, folder: Path, *, model: str | None = None) -> "Archive":
        """Verify ``folder`` and map its arrays into memory; ``model`` is the version it must belong to.

        Raises
        ------
        BundleError
            The folder or a file is missing or altered, or it belongs to another model or registry of factors.
        """
        manifest = _verified(folder, whole=False)
        about = json.loads((folder / ABOUT).read_bytes())
        _belongs(folder, about, model)
        arrays = {name: _mapped(folder, name, about["arrays"][name]) for name in ARRAYS}
        blocks = {(charge, bool(unit)): (start, end) for charge, unit, start, end in about["blocks"]}
        told = json.loads((folder / HISTORY).read_bytes())
        return cls(
            rows=about["rows"],
            version=sha256_bytes(json.dumps(manifest, sort_keys=True).encode())[:12],
            **{name: about[name] for name in ("model_version", "data_cut", "data_version")},
            history=told["by_factor"],
            least=told["least"],
            _suspended=told["suspended"],
            _store=similar.Store(blocks=blocks, tiers=about["tiers"], **arrays),
            _cases=pa.ipc.open_file(pa.memory_map(str(folder / CASES))).read_all(),
        )

    def similar(
        self, *, row: Mapping[str, Any], tier: str | None, tokens: Sequence[str], k: int
    ) -> list[dict[str, Any]]:
        """Return the ``k`` past cases most like ``row`` (:func:`similar.nearest`), each as plain data.

        ``tokens`` are the words of its facts. A match says under which step it was found, what is the same and what
        differs, why it goes first, what was imposed, and the liability term of that case itself. ``file`` is the name
        of its own sheet, which may not have been written.
        """
        if self._store is None or missing(row.get("charge_group")):
            return []
        found = similar.nearest(self._store, row=row, tier=tier, tokens=tokens, k=k)
        return [_match(self._case(item.place), row, item) for item in found]

    def probation(self, *, charge_group: str | None, tier: str | None) -> dict[str, Any] | None:
        """Return how many past judgments of the charge suspended the term (:func:`history.probation`)."""
        if missing(charge_group):
            return None
        return history.probation(self._suspended, charge_group=charge_group, tier=tier, least=self.least)

    def _case(self, place: int) -> dict[str, Any]:
        case = self._cases.slice(place, 1)
        case.validate(full=True)  # offsets of a file too large to be hashed
        return case.to_pylist()[0]


def build(
    *, factors: Path, documents: Path, split: Path, model: Path, folder: Path, settings: Settings
) -> dict[str, float]:
    """Write the archive of the training rows (no indictments) into ``folder``; return what is in it, counted.

    The cases are predicted as tried on their day, to compare with what was imposed then.

    Raises
    ------
    DataContractError
        A row has no document: the tables come from different runs.
    InputError
        There is no training row with a charge.
    """
    frame = with_parts(read_table(factors), read_table(split))
    chosen = (frame["part"] == "train") & (frame["doc_kind"] != "indictment") & frame["charge_group"].notna()
    training = frame[chosen].sort_values("row_id").reset_index(drop=True)
    if training.empty:
        raise InputError(f"{split}: no training row with a charge. Train a model on cases that name their charges.")
    predictions = LiabilityModel.load(model).predict(training, threads=settings.runtime.threads, dated=True)
    cases = training.assign(
        tier=predictions["tier"], liability_months=predictions["liability_months"], advice_status=predictions["status"]
    )
    ids, counts = _wording(documents, set(cases["doc_id"]))
    place = pd.Index(ids).get_indexer(cases["doc_id"])
    if (place < 0).any():
        raise DataContractError(
            f"{documents}: {int((place < 0).sum())} training rows of {factors} have no document in it. "
            "The tables come from different runs: run `dvc repro`."
        )
    return write(
        folder,
        cases=cases,
        counts=counts,
        document=place,
        least=settings.audit.suppress_below,
        model_version=model_version(model),
        data_version=sha256_file(factors)[:12],
    )


def write(
    folder: Path,
    *,
    cases: pd.DataFrame,
    counts: sparse.csr_matrix,
    document: np.ndarray,
    least: int,
    model_version: str,
    data_version: str,
) -> dict[str, float]:
    """Write an archive, the manifest last; return the number of its rows, charges and vectors, and its bytes.

    Parameters
    ----------
    cases
        Rows of a factor table with ``charge_group`` and :data:`PREDICTED`.
    counts
        :func:`similar.word_counts` of the facts, a row a document.
    document
        For each case, the row of ``counts``.
    least
        Groups of fewer cases tell no history.
    """
    order = _order(cases)
    cases, document = cases.iloc[order].reset_index(drop=True), np.asarray(document)[order]
    blocks = _blocks(cases)
    block_of = np.repeat(np.arange(len(blocks)), [end - start for _, _, start, end in blocks])
    # A document whose counts lie in several blocks has its vector in each, so that a block's vectors stand together.
    vector, own = pd.factorize(block_of * np.int64(counts.shape[0]) + document)
    tiers = {name: code for code, name in enumerate(sorted(cases["tier"].dropna().unique()), 1)}
    idf = similar.inverse_frequency(counts)
    arrays = {
        "tier": cases["tier"].map(tiers).to_numpy(dtype="float64", na_value=0).astype(np.int16),
        "circumstances": similar.circumstance_codes(cases),
        "quantities": similar.quantity_values(cases),
        "cluster": _keys(cases["cluster"]),
        "document": _keys(cases["doc_id"]),
        "number": _keys(cases["court"], cases["case_number"]),
        "court": _keys(cases["court"]),
        "year": np.array([similar.year(date) for date in cases["judgment_date"]], dtype=np.int16),
        "vector": vector.astype(np.int32),
        "idf": idf,
    }
    (folder / MANIFEST).unlink(missing_ok=True)  # until the new one is written, the folder is no archive
    for name, array in arrays.items():
        _save(folder / f"{name}.npy", array)
    shapes = {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()}
    shapes |= _save_vectors(folder, counts, own % counts.shape[0], idf)
    _save_cases(folder / CASES, cases)
    write_json(
        folder / HISTORY,
        {"by_factor": history.by_factor(cases, least=least), "suspended": history.suspended(cases), "least": least},
    )
    dates = cases["judgment_date"].dropna()
    sized = [*(f"{name}.npy" for name in ARRAYS), CASES]
    write_json(
        folder / ABOUT,
        {
            "format": FORMAT,
            "rows": len(cases),
            "blocks": blocks,
            "tiers": tiers,
            "arrays": shapes,
            "bytes": {name: (folder / name).stat().st_size for name in sized},
            "factors": _factors(),
            "registry_version": registry().version,
            "model_version": model_version,
            "data_version": data_version,
            "data_cut": str(dates.max()) if len(dates) else None,
        },
    )
    names = [ABOUT, HISTORY, *sized]
    write_manifest(folder, names)
    return {
        "archive_rows": len(cases),
        "archive_charges": int(cases["charge_group"].nunique()),
        "archive_vectors": len(own),
        "archive_bytes": sum((folder / name).stat().st_size for name in names),
    }


def archive_of(model: str, *, folder: Path) -> Path | None:
    """Return ``folder`` when the archive in it belongs to that version of the model, else None.

    What is read decides nothing but that: :meth:`Archive.open` verifies it.
    """
    try:
        about = json.loads((folder / ABOUT).read_bytes())
    except (OSError, ValueError):
        return None
    return folder if isinstance(about, dict) and about.get("model_version") == model else None


def verify(folder: Path) -> None:
    """Compare every file of an archive with its hash, the large ones too.

    Raises
    ------
    BundleError
        As :meth:`Archive.open`.
    """
    _verified(folder, whole=True)


def _verified(folder: Path, *, whole: bool) -> dict[str, str]:
    """Return the manifest after comparing the sizes of all files with what was written, and their hashes.

    Unless ``whole``, the hash of an array or table of more than ``HASHED`` bytes is not compared.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(f"{path}: not found: there is no archive of past cases, or only half of one. {_AGAIN}")
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise BundleError(f"{path}: not valid JSON. {_AGAIN}") from error
    names = {ABOUT, HISTORY, CASES, *(f"{name}.npy" for name in ARRAYS)}
    if not isinstance(manifest, dict) or set(manifest) != names:
        raise BundleError(f"{path}: does not list the files of an archive. {_AGAIN}")
    problems = []
    for name in sorted(names):
        file = folder / name
        if file.is_symlink() or not file.is_file():
            problems.append(f"{name}: missing, or no plain file of this folder")
        elif (whole or name in _PARSED or file.stat().st_size <= HASHED) and sha256_file(file) != manifest[name]:
            problems.append(f"{name}: differs from its hash in the manifest")
    _raise(problems, folder)
    sizes = json.loads((folder / ABOUT).read_bytes())["bytes"]
    _raise(
        [f"{name}: has not the size it was written with" for name, size in sorted(sizes.items())
         if (folder / name).stat().st_size != size], folder,
    )  # fmt: skip
    return manifest


def _raise(problems: list[str], folder: Path) -> None:
    raise_all(problems, error=BundleError, heading=f"{folder}: the archive cannot be trusted. {_AGAIN}")


def _belongs(folder: Path, about: Mapping[str, Any], model: str | None) -> None:
    if about["format"] != FORMAT or about["factors"] != _factors():
        raise BundleError(f"{folder}: the archive was written for another version of the factors. {_AGAIN}")
    if model is not None and about["model_version"] != model:
        raise BundleError(
            f"{folder}: the archive belongs to model {about['model_version']}, and this is model {model}: its "
            f"liability terms are another model's. {_AGAIN}"
        )


def _factors() -> dict[str, list]:
    """Return what the rows of the filter's arrays are."""
    return {
        "circumstances": [
            [factor.name, [level.name for level in factor.levels]] for factor in similar.circumstance_factors()
        ],
        "quantities": [factor.name for factor in similar.quantity_factors()],
    }


def _mapped(folder: Path, name: str, written: Sequence[Any]) -> np.ndarray:
    path = folder / f"{name}.npy"
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise BundleError(f"{path}: is no array. {_AGAIN}") from error
    if [str(array.dtype), list(array.shape)] != list(written):
        raise BundleError(f"{path}: has not the form it was written with. {_AGAIN}")
    return np.asarray(array)  # still the map; a plain array is quicker to slice


def _order(cases: pd.DataFrame) -> np.ndarray:
    """Return the order of the archive: by charge, persons before units, the newest judgment first, then by row."""
    charge = pd.factorize(cases["charge_group"], sort=True)[0]
    unit = cases["legal_entity"].fillna(False).to_numpy(dtype=bool)
    date = pd.factorize(cases["judgment_date"], sort=True)[0]  # -1 without a date: after all others
    row = pd.factorize(cases["row_id"], sort=True)[0]
    return np.lexsort((row, -date, unit, charge))


def _blocks(cases: pd.DataFrame) -> list[list[Any]]:
    """Return charge, whether units, first and end place of each block of ordered cases."""
    unit = cases["legal_entity"].fillna(False).to_numpy(dtype=bool)
    sizes = cases.groupby([cases["charge_group"], unit], sort=True).size()
    ends = np.cumsum(sizes.to_numpy())
    return [
        [str(charge), bool(of_units), int(end - size), int(end)]
        for (charge, of_units), size, end in zip(sizes.index, sizes, ends, strict=True)
    ]


def _keys(*columns: pd.Series) -> np.ndarray:
    return np.fromiter((similar.key(*parts) for parts in zip(*columns, strict=True)), np.uint64, len(columns[0]))


def _wording(documents: Path, wanted: set[str]) -> tuple[list[str], sparse.csr_matrix]:
    """Return ids and word counts of the wanted documents, read in parts."""
    cut = tokeniser().cut
    ids: list[str] = []
    parts: list[sparse.csr_matrix] = [sparse.csr_matrix((0, similar.COLUMNS), dtype=np.float32)]
    for part in read_table_parts(documents, rows=_DOCUMENTS_AT_ONCE):
        some = list(documents_from_frame(part[part["id"].isin(wanted)]))
        if some:
            ids += [document.id for document in some]
            parts.append(similar.word_counts([cut(facts_text(document)) for document in some]))
    return ids, sparse.vstack(parts, format="csr")


def _save(path: Path, array: np.ndarray) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def _save_vectors(folder: Path, counts: sparse.csr_matrix, own: np.ndarray, idf: np.ndarray) -> dict[str, list[Any]]:
    """Write the TF-IDF of the rows ``own`` of ``counts`` part by part; return type and shape of each array."""
    indptr = np.concatenate([[0], np.cumsum(np.diff(counts.indptr)[own], dtype=np.int64)])
    forms = {"indices": ("int32", indptr[-1]), "data": ("float32", indptr[-1])}
    with atomic_path(folder / "indices.npy") as first, atomic_path(folder / "data.npy") as second:
        indices, data = (
            np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(int(size),))
            for path, (dtype, size) in zip((first, second), forms.values(), strict=True)
        )
        for start in range(0, len(own), _VECTORS_AT_ONCE):
            part = similar.weigh(counts[own[start : start + _VECTORS_AT_ONCE]], idf)
            begin, end = indptr[start], indptr[start] + part.nnz
            indices[begin:end], data[begin:end] = part.indices, part.data
        indices.flush()
        data.flush()
    _save(folder / "indptr.npy", indptr)
    return {
        **{name: [dtype, [int(size)]] for name, (dtype, size) in forms.items()},
        "indptr": [str(indptr.dtype), list(indptr.shape)],
    }


def _save_cases(path: Path, cases: pd.DataFrame) -> None:
    offender = [factor.name for factor in registry().offender() if factor.type == "boolean"]
    inputs = [factor.name for factor in registry().model_inputs()]
    repeated = [*_REPEATED, *(factor.name for factor in registry().model_inputs() if factor.type == "category")]
    table = pa.Table.from_pandas(cases[[*_SHOWN, *offender, *inputs]], preserve_index=False)
    for name in repeated:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(place).cast(pa.string()).dictionary_encode())
    table = table.replace_schema_metadata(None).combine_chunks().unify_dictionaries()
    with atomic_path(path) as temporary, pa.ipc.new_file(str(temporary), table.schema) as writer:
        writer.write_table(table)


def _match(case: Mapping[str, Any], row: Mapping[str, Any], found: similar.Found) -> dict[str, Any]:
    matches, differs = _compared(case, row)
    own_court, recent = similar.precedence(
        court=row.get("court"),
        date=row.get("judgment_date"),
        courts=np.array([similar.key(case["court"])], dtype=np.uint64),
        years=np.array([similar.year(case["judgment_date"])], dtype=np.int16),
    )
    offender = [
        factor.zh
        for factor in registry().offender()
        if factor.type == "boolean" and not similar.absent(case[factor.name])
    ]
    return {
        "row_id": case["row_id"],
        "doc_id": case["doc_id"],
        "file": safe_id(case["row_id"]),
        "case_number": case["case_number"],
        "court": case["court"],
        "date": case["judgment_date"],
        "step": found.step,
        "similarity": round(found.nearness, 4),
        "same_court": bool(own_court[0]),
        "recent": bool(recent[0]),
        "tier": case["tier"],
        "matches": matches,
        "differs": differs,
        "offender": offender,
        **{name: case[name] for name in ("penalty", "term_months", "final_penalty", "final_term_months", "counts")},
        "probation_months": case["final_probation_months"],
        "fine_yuan": case["final_fine_yuan"] if case["fine_yuan"] is None else case["fine_yuan"],
        "liability_months": case["liability_months"],
        "advice_status": case["advice_status"],
    }


def _compared(case: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the liability factors that are alike in both cases, and those that are not, with their values."""
    matches, differs = [], []
    for factor in registry().model_inputs():
        here, there = row.get(factor.name), case[factor.name]
        if similar.absent(here) and similar.absent(there):
            continue
        said = {"factor": factor.zh, "here": value_text(factor, here), "there": value_text(factor, there)}
        (matches if similar.alike(factor, here, there) else differs).append(said)
    return matches, differs
