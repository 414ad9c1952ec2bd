"""T14: is what speaks of the offender found? Every factor that is missed stays in the label of the liability model."""

from pathlib import Path

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import Extraction, extract
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.scoring import Tally, compare, tallies
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import wilson
from sentencing_ml.liability.certificate.subject import Subject
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_jsonl, read_table

_LEAST_RECALL = 0.97
_MOST_WRONG = 0.01
_GROUP = "prevention"


def prevention_found(subject: Subject, *, annotations: Path | None, truth: Path | None) -> Result:
    """T14: recall of the offender's factors, and the share of what is found that is not there.

    ``annotations`` are those of careful readers, their texts beside them; without them ``truth``, the true factor table
    of simulated judgments, is compared with what was extracted from their texts. ``figure`` is the recall.

    Raises
    ------
    InputError
        The annotations or their texts are missing, or a text cannot be read.
    """
    if annotations is not None:
        counts, source = _annotated(annotations, settings=subject.settings), "annotations"
    elif truth is not None and truth.is_file():
        counts, source = against_table(subject.frame, read_table(truth)), "simulation"
    else:
        counts, source = {}, None
    whole = _sum(counts.values())
    if source is None or not whole.annotated:
        return not_measured("T14", "no_truth")
    found = whole.right + whole.extra + whole.other
    wrong = 1 - whole.right / found if found else 0.0
    return Result(
        id="T14",
        figure=whole.recall,
        interval=wilson(whole.right, whole.annotated),
        n=whole.annotated,
        holds=whole.recall >= _LEAST_RECALL and wrong <= _MOST_WRONG,
        reason="of_simulated" if source == "simulation" else None,
        detail={
            "source": source,
            "wrong_of_found": wrong,
            "wrong_interval": wilson(found - whole.right, found),
            "factors": [
                {"factor": name, "n": tally.annotated, "recall": tally.recall, "precision": tally.precision}
                for name, tally in sorted(counts.items())
                if tally.annotated or tally.extra
            ],
        },
    )


def against_table(found: pd.DataFrame, true: pd.DataFrame) -> dict[str, Tally]:
    """Return the tally of each factor of the offender over the rows that both tables have; null counts as absent."""
    both = true.merge(found, on="row_id", suffixes=("", "_found"), validate="one_to_one")
    tallied = {}
    for factor in registry().offender():
        if factor.type == "boolean":
            there, seen = (both[name].fillna(False).astype(bool) for name in (factor.name, f"{factor.name}_found"))
            tallied[factor.name] = Tally(
                right=int((there & seen).sum()), missed=int((there & ~seen).sum()), extra=int((~there & seen).sum())
            )
    return tallied


def read_annotated(annotations: Path, *, settings: Settings, named: str) -> tuple[list[dict], list[Extraction]]:
    """Return the annotated documents and what is extracted from their texts, which lie beside the annotations.

    ``named`` is the setting that names the file, for messages.

    Raises
    ------
    InputError
        The annotations or their texts are missing, or a text cannot be read.
    """
    texts = annotations.with_name(annotations.name.replace("annotations", "texts"))
    missing = [path.as_posix() for path in (annotations, texts) if not path.is_file()]
    if missing or texts == annotations:
        raise InputError(
            f"{' and '.join(missing) or annotations}: not found. {named} names a file such as "
            "dev.annotations.jsonl, with dev.texts.jsonl beside it."
        )
    read = [item for item in read_documents([texts], settings=settings, mask=False) if isinstance(item, Document)]
    gold, names = list(read_jsonl(annotations)), {document.id for document in read}
    unread = sum(str(row["id"]) not in names for row in gold)
    if unread:
        raise InputError(f"{texts}: {unread} of {len(gold)} annotated document(s) could not be read.")
    return gold, [extract(document) for document in read]


def _annotated(annotations: Path, *, settings: Settings) -> dict[str, Tally]:
    gold, extractions = read_annotated(annotations, settings=settings, named="certify.annotations")
    cells = compare(gold, [annotate(extraction) for extraction in extractions])
    return {name.partition(".")[2]: tally for name, tally in tallies(c for c in cells if c.group == _GROUP).items()}


def _sum(counts) -> Tally:  # noqa: ANN001 - an iterable of Tally
    tallied = list(counts)
    return Tally(
        **{name: sum(getattr(tally, name) for tally in tallied) for name in ("right", "missed", "extra", "other")}
    )
