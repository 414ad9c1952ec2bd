"""The review queue: what judges and clerks corrected, for those who extend the extraction.

One JSON object a line, only ever appended: ``at``, ``by``, ``document``, ``source`` (the input file), ``text_sha256``,
``row_id``, ``factor``, ``was``, ``now``, ``why``, ``rules`` and ``spans`` (what found the old value), ``versions``. It
names people and cases: it stays where the case texts stay.
"""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.explanation.edited_facts import CHARGE, CHARGE_ZH, Edits, plain, text_sha256
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import missing
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.masking import mask
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import Settings
from sentencing_ml.storage import write_jsonl

NO_RULE = "(none)"
"""Stands for the rule where nothing had found a value: extraction missed it, or read silence as absence."""

KINDS = ("missed", "refuted", "wrong")
_ONE = ("document", "text_sha256", "row_id", "factor", "by")  # what one person says of one fact
_KEYS = {"at", *_ONE, "source", "was", "now", "why", "rules", "spans", "versions"}


def corrections(
    edits: Edits, *, evidence: pd.DataFrame, source: str | None, versions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the lines of the queue for edits; ``evidence`` is the table before the edits were applied."""
    found: dict[tuple[str, str], list[dict]] = {}
    for item in evidence[evidence["row_id"].isin({change.row_id for change in edits.changes})].to_dict("records"):
        found.setdefault((item["row_id"], item["factor"]), []).append(item)
    lines = []
    for change in edits.changes:
        items = found.get((change.row_id, change.factor), [])
        lines.append({
            "at": edits.at,
            "by": edits.by,
            "document": edits.document_id,
            "source": source,
            "text_sha256": edits.text_sha256,
            "row_id": change.row_id,
            "factor": change.factor,
            "was": change.was,
            "now": change.now,
            "why": change.why or edits.note,
            "rules": sorted({str(item["rule"]) for item in items if not missing(item["rule"])}),
            "spans": sorted([int(item["start"]), int(item["end"])] for item in items),
            "versions": dict(versions),
        })  # fmt: skip
    return lines


def record(
    queue: Path,
    edits: Edits,
    *,
    rows: pd.DataFrame,
    evidence: pd.DataFrame,
    source: str | None,
    versions: Mapping[str, str],
) -> int:
    """Append what edits say anew, and return the number of lines.

    ``rows`` and ``evidence`` are the tables before the edits were applied. What the same person had corrected in the
    same text and now leaves as extracted is taken back: a line whose ``now`` is its ``was``.
    """
    lines = corrections(edits, evidence=evidence, source=source, versions=versions)
    changed = {(line["row_id"], line["factor"]) for line in lines}
    mine = {"document": edits.document_id, "text_sha256": edits.text_sha256, "by": edits.by}
    values = {str(row["row_id"]): row for row in rows.to_dict("records")}

    def withdrawn(last: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for line in last:
            own = all(line[key] == value for key, value in mine.items())
            if not own or (line["row_id"], line["factor"]) in changed or line["row_id"] not in values:
                continue
            extracted = plain(values[line["row_id"]][line["factor"]])
            if line["now"] != extracted:
                yield {**line, "at": edits.at, "was": extracted, "now": extracted, "why": edits.note,
                       "versions": dict(versions)}  # fmt: skip

    return append(queue, lines, more=withdrawn)


def append(
    queue: Path,
    lines: Sequence[Mapping[str, Any]],
    *,
    more: Callable[[Iterable[Mapping[str, Any]]], Iterable[Mapping[str, Any]]] = lambda last: (),
) -> int:
    """Append the lines that say something new, all or none, and return their number.

    ``more`` gives further lines, knowing the last word of everybody on every fact. A line that repeats the last word of
    the same person on the same fact says nothing new. Writers of several processes
    take turns (a lock on the file). A last line that a killed writer left half written is dropped: it was never
    reported as recorded.
    """
    if not lines and not queue.is_file():
        return 0
    queue.parent.mkdir(parents=True, exist_ok=True)
    with queue.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, also by a death
        file.seek(0)
        stored = file.read()
        whole = stored[: stored.rfind(b"\n") + 1]
        last = {_one(line): line for line in _parsed(whole, queue)}
        new = [line for line in lines if _one(line) not in last or last[_one(line)]["now"] != line["now"]]
        new += more(last.values())
        if len(whole) < len(stored):
            file.truncate(len(whole))
        text = "".join(json.dumps(line, ensure_ascii=True, allow_nan=False) + "\n" for line in new)
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    return len(new)


def _one(line: Mapping[str, Any]) -> tuple:
    return tuple(line[key] for key in _ONE)


def read(queue: Path) -> list[dict[str, Any]]:
    """Return the lines of the queue in the order in which they came.

    Raises
    ------
    InputError
        There is no queue, or a line is none of ours; the message names its number.
    """
    if not queue.is_file():
        raise InputError(f"{queue}: no review queue there. Corrections of `sentencing explain --facts` make one.")
    stored = queue.read_bytes()
    return _parsed(stored[: stored.rfind(b"\n") + 1], queue)


def _parsed(stored: bytes, queue: Path) -> list[dict[str, Any]]:
    lines = []
    for number, raw in enumerate(stored.splitlines(), start=1):
        try:
            line = json.loads(raw)
        except ValueError:
            line = None
        if not isinstance(line, dict) or not set(line) >= _KEYS:
            raise InputError(f"{queue}: line {number} is no correction; restore the file, it is only ever appended to.")
        lines.append(line)
    return lines


def summary(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return counts alone: facts corrected, documents, and by factor and rule how often the value was.

    A fact counts once, by its last correction, and a fact of the offender once for all counts of the defendant; what
    was taken back does not count.

    ``missed``: nothing stood where there is a value; ``refuted``: a value where there is none; ``wrong``: another one.
    """
    by_factor: dict[str, Counter] = {}
    by_rule: Counter = Counter()
    offender = {factor.name for factor in registry().offender()}
    facts = {}
    for line in lines:
        whose = line["row_id"].rsplit("/", 1)[0] if line["factor"] in offender else line["row_id"]
        facts[line["document"], line["text_sha256"], whose, line["factor"]] = line
    facts = {key: line for key, line in facts.items() if line["now"] != line["was"]}
    for line in facts.values():
        kinds = by_factor.setdefault(line["factor"], Counter())
        kinds[_kind(line["was"], line["now"])] += 1
        by_rule.update((line["factor"], rule) for rule in line["rules"] or [NO_RULE])
    return {
        "corrections": len(facts),
        "documents": len({(line["document"], line["text_sha256"]) for line in lines}),
        "factors": [
            {"factor": name, "zh": _zh(name), "n": kinds.total(), **{kind: kinds[kind] for kind in KINDS}}
            for name, kinds in sorted(by_factor.items(), key=lambda item: (-item[1].total(), item[0]))
        ],
        "rules": [
            {"factor": factor, "rule": rule, "n": n}
            for (factor, rule), n in sorted(by_rule.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def report(counts: Mapping[str, Any]) -> str:
    """Return a :func:`summary` as lines for a terminal."""
    lines = [f"corrections {counts['corrections']}, documents {counts['documents']}", "", "by factor"]
    for entry in counts["factors"]:
        kinds = ", ".join(f"{kind} {entry[kind]}" for kind in KINDS if entry[kind])
        lines.append(f"  {entry['n']:5}  {entry['factor']} ({entry['zh']}): {kinds}")
    lines += ["", "by rule that had found the value"]
    lines += [f"  {entry['n']:5}  {entry['factor']}: {entry['rule']}" for entry in counts["rules"]]
    return "\n".join(lines)


def _kind(was: Any, now: Any) -> str:
    if was in (None, False, 0):
        return "missed"
    return "refuted" if now in (None, False, 0) else "wrong"


def _zh(name: str) -> str:
    factor = registry().factors.get(name)
    return factor.zh if factor else CHARGE_ZH if name == CHARGE else name


def write_annotations(queue: Path, *, patterns: Sequence[str], output: Path, settings: Settings) -> dict[str, int]:
    """Write the corrected documents among the files that ``patterns`` name as annotations (JSONL); return counts.

    ``documents`` were written with ``corrections``, of each fact the last. Of these ``outside_form`` concern facts that
    the form of annotation does not hold, and ``several_counts`` facts of one of a defendant's counts where the form
    asks for the defendant's: they stand under ``corrections`` of the record alone. ``unmatched`` lines of the queue
    belong to no text given.

    Raises
    ------
    InputError
        No file, no queue, or no correction belongs to any of the texts.
    """
    lines = read(queue)
    waiting: dict[str, set[str]] = {}
    for line in lines:
        waiting.setdefault(line["document"], set()).add(line["text_sha256"])
    counts: Counter = Counter(documents=0, corrections=0, outside_form=0, several_counts=0)
    records, matched = [], 0
    for item in read_documents(resolve(patterns, named="--texts"), settings=settings, mask=False):
        if not isinstance(item, Document) or item.id not in waiting:
            continue
        texts = _digests(item) & waiting[item.id]
        own = [line for line in lines if line["document"] == item.id and line["text_sha256"] in texts]
        if own:
            records.append(annotation(item, own, counts=counts))
            counts.update(documents=1, corrections=len(records[-1]["corrections"]))
            matched += len(own)
    if not records:
        raise InputError(
            f"{queue}: none of its {len(lines)} corrections belongs to a text given with --texts. A document is told "
            "by its id and its text; name the files that were explained."
        )
    write_jsonl(output, records)
    return {**counts, "unmatched": len(lines) - matched}


def _digests(document: Document) -> set[str]:
    """Return the hashes of the text as it stands and as ingestion masks it: a correction was made on either."""
    names = [name for defendant in document.defendants for name in (defendant.name, *defendant.aliases)]
    masked = replace(document, text=mask(document.text, keep=names))  # masks keep the length, so sections stay
    return {text_sha256(document), text_sha256(masked)}


def annotation(document: Document, lines: Iterable[Mapping[str, Any]], *, counts: Counter) -> dict[str, Any]:
    """Return the annotation of a document with the corrected values in place of the extracted ones.

    Of several corrections of a fact the last counts, and none that was taken back. ``counts`` is told what could not be
    put into the form. A corrected value has no evidence; the record's ``corrections`` say what was changed.
    """
    extraction = extract(document)
    record = annotate(extraction)
    places = {person.index: place for place, person in enumerate(extraction.people)}
    several = {person.index for person in extraction.people if len(person.charges) > 1}
    told = []
    last = {(line["row_id"], line["factor"]): line for line in lines}
    for line in (line for line in last.values() if line["now"] != line["was"]):
        told.append({key: line[key] for key in ("row_id", "factor", "was", "now", "why", "at")})
        person = int(line["row_id"].rsplit("/", 2)[1])
        if person not in places:
            counts["outside_form"] += 1
            continue
        defendant = record["defendants"][places[person]]
        name = line["factor"]
        part = next((key for key in ("liability", "prevention") if name in defendant[key]), None)
        if part is None and name != "province":
            counts["outside_form"] += 1
        elif part == "liability" and person in several:
            counts["several_counts"] += 1
        else:
            (record if part is None else defendant[part])[name] = line["now"]
            for key in ("evidence", "rules"):
                defendant[key].pop(name, None)
    return {**record, "corrections": told}
