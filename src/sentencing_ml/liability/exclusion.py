"""Keep what a test set holds out of training: rows whose document is a near duplicate of one of its records."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.judgments.containment import contaminated
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.split import OUT
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table


@dataclass(frozen=True, kw_only=True)
class Excluded:
    """Test sets, in any form of input, and the table of documents from which the factors were extracted."""

    files: tuple[Path, ...]
    documents: Path


def leave_out(
    frame: pd.DataFrame, excluded: Excluded, *, settings: Settings
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Move the rows that test sets contaminate to the part from which nothing learns.

    Parameters
    ----------
    frame : a factor table with ``part``.

    Returns
    -------
    The table, and ``excluded_records`` (compared), ``excluded_unread`` (set aside in reading, so not compared),
    ``left_out_shared_text`` (rows of documents that share more than half of a record's text or facts) and
    ``left_out_same_cluster`` (the other rows of their clusters), both of the training part.

    Raises
    ------
    InputError
        The documents lack one that training would use, or no record of the test sets can be read.
    """
    table = read_table(excluded.documents)
    learning = frame["part"] == "train"
    missing = set(frame.loc[learning, "doc_id"]) - set(table["id"])
    if missing:
        raise InputError(
            f"{excluded.documents}: lacks {len(missing)} document(s) of the factor table, so they cannot be compared "
            "with what is excluded. Name the table they were extracted from with --documents, or run the stages again."
        )
    records, unread = _read(excluded.files, settings=settings)
    if not records:
        raise InputError(
            f"{', '.join(map(str, excluded.files))}: no record to exclude can be read, {unread} set aside. "
            "`sentencing ingest` on the same files says why."
        )
    found = contaminated(table, records)
    shared, clustered = (learning & frame["doc_id"].isin(ids) for ids in (found.shared, found.clustered))
    counts = {
        "excluded_records": float(len(records)),
        "excluded_unread": float(unread),
        "left_out_shared_text": float(shared.sum()),
        "left_out_same_cluster": float(clustered.sum()),
    }
    return frame.assign(part=frame["part"].mask(shared | clustered, OUT)), counts


def _read(files: Sequence[Path], *, settings: Settings) -> tuple[list[Document], int]:
    """Return the documents of the files and how many records were set aside for another reason than being equal."""
    # Each file by itself: two test sets may number their records alike.
    read = [
        item
        for file in files
        for item in read_documents([file], settings=settings, mask=settings.ingest.mask_third_parties)
    ]
    aside = Counter(item.reason for item in read if not isinstance(item, Document))
    unread = sum(count for reason, count in aside.items() if not reasons()[reason].duplicate)
    return [item for item in read if isinstance(item, Document)], unread
