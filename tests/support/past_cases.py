"""Small archives of invented past cases."""

from unittest import mock

import numpy as np
import pandas as pd

from sentencing_ml.explanation import archive, similar
from sentencing_ml.factors.table import factor_frame

PREDICTED = {"tier": None, "liability_months": None, "advice_status": "advised"}


def write_archive(folder, cases, *, least=10):
    """Write and open the archive of ``cases``: a row of the factor table with what was predicted, and its words, each.

    Rows with the same ``doc_id`` share the words of the first of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frame = factor_frame([{name: value for name, value in row.items() if name not in PREDICTED} for row, _ in cases])
    for name, otherwise in PREDICTED.items():
        values = [row.get(name, otherwise) for row, _ in cases]
        frame[name] = pd.array(values, dtype="Float64" if name == "liability_months" else "string")
    first = {}
    for row, words in cases:
        first.setdefault(row["doc_id"], words)
    place = np.array([list(first).index(row["doc_id"]) for row, _ in cases])
    with mock.patch("os.fsync"):  # what survives a loss of power is not under test, and the disk is slow to promise it
        archive.write(
            folder, cases=frame, counts=similar.word_counts(first.values()), document=place, least=least,
            model_version="m1", data_version="d1",
        )  # fmt: skip
    return archive.Archive.open(folder)
