"""The audit of the audit as a stage: from the audited counts to the certificate of the configuration in use."""

from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import DataContractError
from sentencing_ml.fairness.audited import audited
from sentencing_ml.fairness.certificate import certify, flat
from sentencing_ml.fairness.planted import Pool
from sentencing_ml.fairness.swaps.swap import self_test, structured
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json

SWAP_TEXTS = 25
"""Judgments in which the swap test must find what was planted."""


def certify_audit(
    *,
    report: Path,
    settings: Settings,
    factors: Path | None = None,
    split: Path | None = None,
    model: Path | None = None,
    documents: Path | None = None,
) -> dict[str, float]:
    """Audit simulated and resampled counts with a known difference; write the certificate, return its flat figures.

    ``factors`` and ``model`` (with ``split`` where there is one) give the counts that are taken apart and resampled,
    ``documents`` the judgments in which the swap test is tried; without them, or where they cannot be audited, the
    certificate is of simulated counts alone.

    Raises
    ------
    BundleError
        The model is missing or altered.
    TrainingError
        The split is of another factor table.
    """
    loaded = None if model is None else LiabilityModel.load(model)
    pool = None if loaded is None or factors is None else _pool(factors, split, loaded, settings=settings)
    content = certify(pool, settings=settings.audit, processes=settings.runtime.threads)
    if loaded is not None and documents is not None:
        content = {**content, "swap": _swap(read_table(documents), loaded, settings=settings)}
    write_json(report, content)
    return flat(content)


def _pool(factors: Path, split: Path | None, model: LiabilityModel, *, settings: Settings) -> Pool | None:
    frame = read_table(factors)
    if split is not None:
        frame = with_parts(frame, read_table(split))
    try:
        found = audited(frame, model, settings=settings.audit, threads=settings.runtime.threads)
    except DataContractError:
        return None
    # the rows that only help to learn the facts are as good a pool as the compared ones
    facts = found.facts
    return Pool(table=facts.frame, design=facts.design, categorical=facts.categorical)


def _swap(documents: pd.DataFrame, model: LiabilityModel, *, settings: Settings) -> dict | None:
    whole = documents[documents["kind"] == "judgment"].sort_values("id", kind="stable", ignore_index=True)
    if whole.empty:
        return None
    rng = np.random.default_rng(settings.audit.seed)
    places = np.sort(rng.choice(len(whole), size=min(SWAP_TEXTS, len(whole)), replace=False))
    read = documents_from_frame(whole.iloc[places].reset_index(drop=True))
    return self_test(read, structured(model, threads=settings.runtime.threads), settings=settings.audit)
