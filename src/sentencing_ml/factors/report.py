"""How well extraction reads sets of annotated judgments: figures, what changed since the last record, and speed.

A set is a pair of files, texts ({id, text} a line) and annotations (:mod:`annotation`'s form, a line each). The golden
set is synthetic and its values are shown; of other sets a change names the document, the defendant by number, the
field and the rule, never a name, a value or a text.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentencing_ml import rendering
from sentencing_ml.errors import InputError
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.scoring import HEADLINE, Cell, change, compare, evidence_share, headline, tallies, wrong
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_json, read_jsonl, sha256_file, write_json, write_text

_PASSES = 3  # of the timing; the fastest counts
_DIGITS = 4
_ZH = {"defendants": "被告人（F1）", "sentence": "执行刑全对的被告人", "counts": "各罪全对的被告人", "liability": "责任情节（F1）",
       "prevention": "预防情节（F1）", "values": "数量（F1）", "header": "身份与程序（正确率）", "macro": "各情节平均（F1）",
       "evidence": "依据在原文中"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AnnotatedSet:
    """Where a set of annotated judgments lies, and its record; ``synthetic``: its values may be shown."""

    name: str
    texts: Path
    annotations: Path
    record: Path
    synthetic: bool = False


def golden_set(folder: Path) -> AnnotatedSet:
    """Return the committed set of synthetic judgments, its record beside it."""
    return AnnotatedSet(
        name="golden",
        texts=folder / "texts.jsonl",
        annotations=folder / "annotations.jsonl",
        record=folder / "record.json",
        synthetic=True,
    )


def real_sets(*, gold: Path, annotations: Path, names: Sequence[str], records: Path) -> tuple[list[AnnotatedSet], list[str]]:
    """Return the sets of real judgments that are there, and what to tell of the others.

    ``gold`` holds texts.jsonl and annotations.jsonl; ``annotations`` holds pairs NAME.texts.jsonl and
    NAME.annotations.jsonl, of which only ``names`` are read: a set held out stays unread until it is named.
    """
    found, notes = [], []
    places = [("gold", gold / "texts.jsonl", gold / "annotations.jsonl")]
    places += [(name, annotations / f"{name}.texts.jsonl", annotations / f"{name}.annotations.jsonl") for name in names]
    for name, texts, rows in places:
        missing = [path.as_posix() for path in (texts, rows) if not path.is_file()]
        if missing:
            notes.append(f"{name}: absent ({' and '.join(missing)})")
        else:
            found.append(AnnotatedSet(name=name, texts=texts, annotations=rows, record=records / f"{name}.record.json"))
    others = sorted({path.name.split(".")[0] for path in annotations.glob("*.annotations.jsonl")} - set(names))
    if others:
        notes.append(f"not asked for, unread: {', '.join(others)}")
    return found, notes


def measure(annotated: AnnotatedSet, *, settings: Settings) -> dict[str, Any]:
    """Extract a set, score it and compare it with its record.

    Raises
    ------
    InputError
        A text was not read: its annotation could not be scored.
    """
    documents, reading = _timed(lambda: list(read_documents([annotated.texts], settings=settings, mask=False)))
    readable = [document for document in documents if isinstance(document, Document)]
    extractions, extraction = _timed(lambda: [extract(document) for document in readable])
    predicted = [annotate(item) for item in extractions]
    gold = list(read_jsonl(annotated.annotations))
    texts = {str(row["id"]): row["text"] for row in read_jsonl(annotated.texts)}
    unread = sorted({str(row["id"]) for row in gold} - set(texts))
    if unread:
        raise InputError(f"{annotated.texts}: no text for {len(unread)} annotated document(s), such as {unread[0]}.")
    cells = compare(gold, predicted)
    figures = {**headline(cells), "evidence": evidence_share(gold, predicted, texts)}
    record = read_json(annotated.record) if annotated.record.is_file() else None
    hashes = {"texts": sha256_file(annotated.texts), "annotations": sha256_file(annotated.annotations)}
    moved = change(cells, record["wrong"]) if record else None
    return {
        "set": annotated.name,
        "documents": len(gold),
        "unreadable": len(texts) - len(readable),
        "defendants": sum(len(row["defendants"]) for row in gold),
        "compared": len(cells),
        "headline": {name: round(figures[name], _DIGITS) for name in HEADLINE if figures.get(name) is not None},
        "recorded": record["headline"] if record else None,
        "same_annotations": record["sha256"] == hashes if record else None,
        "fields": {field: _field(tally) for field, tally in tallies(cells).items()},
        "newly_wrong": [_told(cell, annotated.synthetic) for cell in moved.newly_wrong] if moved else [],
        "newly_right": [{"document": document, "cell": cell} for document, cell in moved.newly_right] if moved else [],
        "speed": {"reading": round(len(readable) / reading, 1), "extraction": round(len(readable) / extraction, 1)},
        "record": {"headline": {name: round(value, _DIGITS) for name, value in figures.items() if value is not None},
                   "sha256": hashes, "documents": len(gold), "wrong": wrong(cells)},
    }  # fmt: skip


def write_report(results: Sequence[dict[str, Any]], notes: Sequence[str], *, report: Path) -> None:
    """Write ``report`` (JSON) and the page of the same name beside it."""
    shown = [{name: value for name, value in result.items() if name != "record"} for result in results]
    write_json(report, {"sets": shown, "notes": list(notes)})
    write_text(report.with_suffix(".html"), rendering.render("scores.html", _page(shown, notes)))


def write_record(annotated: AnnotatedSet, result: dict[str, Any]) -> None:
    """Make what was measured the record that later runs are compared with."""
    write_json(annotated.record, result["record"])


def dropped(result: dict[str, Any]) -> list[str]:
    """Return the headline figures that lie below their record."""
    return [name for name, value in (result["recorded"] or {}).items() if result["headline"].get(name, 0) < value]


def tell(result: dict[str, Any]) -> str:
    """Return the result of a set for a terminal."""
    speed, recorded = result["speed"], result["recorded"]
    lines = [
        f"== {result['set']}: {result['documents']} judgments, {result['defendants']} defendants, {result['compared']} values compared; "
        f"reading {speed['reading']:,.0f}, extraction {speed['extraction']:,.0f} judgments a second on one core",
        f"{'figure':34} {'now':>7} {'record':>7} {'change':>8}",
    ]
    if result["unreadable"]:
        lines.insert(1, f"{result['unreadable']} text(s) could not be read; `sentencing ingest` tells why")
    for name, value in result["headline"].items():
        before = recorded.get(name) if recorded else None
        difference = "" if before is None else f"{value - before:+.4f}" if value != before else "="
        lines.append(f"{name:34} {value:7.4f} {'-' if before is None else f'{before:7.4f}':>7} {difference:>8}")
    lines.append(f"\n{'field':34} {'known':>6} {'right':>6} {'missed':>6} {'extra':>6} {'other':>6} {'prec':>6} {'recall':>6} {'F1':>6}")
    for field, row in result["fields"].items():
        ratios = " ".join(f"{'-' if row[name] is None else f'{row[name]:.3f}':>6}" for name in ("precision", "recall", "f1"))
        lines.append(f"{field:34} {row['known']:6d} {row['right']:6d} {row['missed']:6d} {row['extra']:6d} {row['other']:6d} {ratios}")
    if recorded is None:
        lines.append("\nno record yet: `make extraction-record` writes one")
    else:
        if not result["same_annotations"]:
            lines.append("\nthe texts or annotations are not those of the record: a change may be theirs")
        lines.append(f"\nnewly right: {len(result['newly_right'])}")
        lines += [f"  + {item['document']}  {item['cell']}" for item in result["newly_right"]]
        lines.append(f"newly wrong: {len(result['newly_wrong'])}")
        lines += [f"  - {item['document']}  {item['cell']}  {item['outcome']}{_values(item)}  [{item['rule'] or 'no rule'}]" for item in result["newly_wrong"]]
    return "\n".join(lines)


def _values(item: dict[str, Any]) -> str:
    return f": {item['annotated']} → {item['predicted']}" if "annotated" in item else ""


def _told(cell: Cell, synthetic: bool) -> dict[str, Any]:
    told = {"document": cell.document, "cell": cell.key[1], "outcome": cell.outcome, "rule": cell.rule}
    return {**told, "annotated": cell.annotated, "predicted": cell.predicted} if synthetic else told


def _field(tally: Any) -> dict[str, Any]:
    ratios = {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
    return {
        "known": tally.annotated, "right": tally.right, "missed": tally.missed, "extra": tally.extra, "other": tally.other,
        **{name: None if value is None else round(value, _DIGITS) for name, value in ratios.items()},
    }  # fmt: skip


def _timed(work: Callable[[], list]) -> tuple[list, float]:
    """Return what ``work`` gives and the processor seconds of the fastest pass."""
    times = []
    for _ in range(_PASSES):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return result, max(min(times), 1e-9)


def _page(results: Sequence[dict[str, Any]], notes: Sequence[str]) -> dict[str, Any]:
    sets = []
    for result in results:
        recorded = result["recorded"] or {}
        figures = [
            {"zh": _ZH[name], "name": name, "now": f"{value:.4f}", "before": f"{recorded[name]:.4f}" if name in recorded else None,
             "change": f"{value - recorded[name]:+.4f}" if name in recorded and value != recorded[name] else None}
            for name, value in result["headline"].items()
        ]  # fmt: skip
        fields = [
            {**row, "field": field, **{name: None if row[name] is None else f"{row[name]:.3f}" for name in ("precision", "recall", "f1")}}
            for field, row in result["fields"].items()
        ]
        worse = [{**item, "values": _values(item).removeprefix(": ")} for item in result["newly_wrong"]]
        sets.append({**result, "figures": figures, "rows": fields, "worse": worse})
    return {"sets": sets, "notes": list(notes)}
