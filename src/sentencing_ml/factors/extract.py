"""Stage extract: documents → factor table and evidence table."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from sentencing_ml.factors.extraction import extract as extract_document
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table_parts, table_writer

_BATCH = 64  # documents a task: large enough that starting it costs nothing beside it
_PART = 32 * _BATCH  # documents held at a time, so that memory does not grow with the corpus


def extract(*, documents: Path, factors: Path, evidence: Path, settings: Settings) -> dict[str, float]:
    """Read ``documents`` and write the factor table and the evidence table.

    Returns
    -------
    Counts of documents, rows and evidence spans, and the share of rows with a known charge and with a known term.
    """
    counts = dict.fromkeys(("documents", "rows", "evidence", "charge_known", "term_known", "offender"), 0)
    offender = [factor.name for factor in registry().offender() if factor.type == "boolean"]
    with (
        table_writer(factors, empty=factor_frame([])) as write_factors,
        table_writer(evidence, empty=evidence_frame([])) as write_evidence,
        _workers(settings.extract.workers, documents) as work,
    ):
        for part in track(read_table_parts(documents, rows=_PART), total=None, label="extract"):
            pairs = list(zip(documents_from_frame(part), part["cluster"].tolist(), strict=True))
            batches = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
            factor_rows, evidence_rows = [], []
            for some_factors, some_evidence in work(_extract_batch, batches):
                factor_rows += some_factors
                evidence_rows += some_evidence
            table = factor_frame(factor_rows)
            write_factors(table)
            write_evidence(evidence_frame(evidence_rows))
            counts["rows"] += len(table)
            counts["evidence"] += len(evidence_rows)
            counts["charge_known"] += int(table["charge_group"].notna().sum())
            counts["term_known"] += int(table["term_months"].notna().sum())
            counts["offender"] += int(table[offender].fillna(False).to_numpy(dtype=bool).sum())
            counts["documents"] += len(part)
    rows = max(counts["rows"], 1)
    return {
        "documents": counts["documents"],
        "rows": counts["rows"],
        "evidence": counts["evidence"],
        "share_charge_known": counts["charge_known"] / rows,
        "share_term_known": counts["term_known"] / rows,
        "mean_offender_factors": counts["offender"] / rows,
    }


@contextlib.contextmanager
def _workers(workers: int, documents: Path) -> Iterator[Callable]:
    """Yield what maps a function over batches in order: here, or in processes when there is enough to share."""
    with pq.ParquetFile(documents) as file:
        alone = workers == 1 or file.metadata.num_rows <= _BATCH
    if alone:
        yield map
        return
    # spawn: forking a process that has started threads may hang
    with ProcessPoolExecutor(max_workers=workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def _extract_batch(pairs: Iterable[tuple[Document, str]]) -> tuple[list[dict], list[dict]]:
    factor_rows, evidence_rows = [], []
    for document, cluster in pairs:
        some_factors, some_evidence = rows_of(extract_document(document), cluster=cluster)
        factor_rows += some_factors
        evidence_rows += some_evidence
    return factor_rows, evidence_rows
