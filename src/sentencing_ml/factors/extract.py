"""Stage extract: documents → factor table and evidence table."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sentencing_ml.factors.extraction import extract as extract_document
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.progress import track
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_table

_BATCH = 64  # documents a task: large enough that starting it costs nothing beside it


def extract(*, documents: Path, factors: Path, evidence: Path, settings: Settings) -> dict[str, float]:
    """Read ``documents`` and write the factor table and the evidence table.

    Returns
    -------
    Counts of documents, rows and evidence spans, and the share of rows with a known charge and with a known term.
    """
    frame = read_table(documents)
    pairs = list(zip(documents_from_frame(frame), frame["cluster"].tolist(), strict=True))
    batches = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
    factor_rows, evidence_rows = [], []
    for some_factors, some_evidence in track(
        _results(batches, settings.extract.workers), total=len(batches), label="extract"
    ):
        factor_rows += some_factors
        evidence_rows += some_evidence
    table = factor_frame(factor_rows)
    write_table(factors, table)
    write_table(evidence, evidence_frame(evidence_rows))
    offender = [factor.name for factor in registry().offender()]
    return {
        "documents": len(frame),
        "rows": len(table),
        "evidence": len(evidence_rows),
        "share_charge_known": float(table["charge_group"].notna().mean()) if len(table) else 0.0,
        "share_term_known": float(table["term_months"].notna().mean()) if len(table) else 0.0,
        "mean_offender_factors": float(table[offender].fillna(False).sum(axis=1).mean()) if len(table) else 0.0,
    }


def _results(batches: list[list[tuple[Document, str]]], workers: int) -> Iterator[tuple[list[dict], list[dict]]]:
    if workers == 1 or len(batches) < 2:
        yield from map(_extract_batch, batches)
        return
    # spawn: forking a process that has started threads may hang
    with ProcessPoolExecutor(max_workers=workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_extract_batch, batches)


def _extract_batch(pairs: Iterable[tuple[Document, str]]) -> tuple[list[dict], list[dict]]:
    factor_rows, evidence_rows = [], []
    for document, cluster in pairs:
        some_factors, some_evidence = rows_of(extract_document(document), cluster=cluster)
        factor_rows += some_factors
        evidence_rows += some_evidence
    return factor_rows, evidence_rows
