"""The list of a folder of case sheets: ``index.jsonl``, a line a case, and what a page needs to search it.

A record that could not be read stands in the list too, with its reason. The page ``index.html`` beside the sheets and
the first page of a run show the same list by the same template and script.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sentencing_ml import rendering
from sentencing_ml.errors import InputError
from sentencing_ml.explanation.sheet import STATUS
from sentencing_ml.factors.wording import KINDS
from sentencing_ml.judgments.document import Quarantined
from sentencing_ml.judgments.quarantine import explanation
from sentencing_ml.storage import read_jsonl, write_jsonl, write_text

LIST = "index.jsonl"
SHOWN = 200  # rows on the page at once; of more, the search shows the first that match
SEARCHED = 100_000  # lines that a page holds: 16 MB, open in a second; the list itself has all
SCRIPT = "cases.js"
_TOLD = 20  # records whose reason an error names
_UNREADABLE = "unreadable"
_BLIND = "先估后看"  # its judge is to write down an estimate before seeing a figure


def entry(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of a sheet: what it is searched by and where it stands. Figures still hidden stay hidden."""
    case, status, answer = content["case"], content["status"], content["answer"]
    hidden = (content.get("blind") or {}).get("state") == "hidden"
    return {
        "file": content["file"],
        "id": case["row_id"],
        "case_number": case["case_number"],
        "charge": case["charge"],
        "kind": case["kind"],
        "status": status["code"],
        "reason": _BLIND if hidden else None if status["advised"] else status["reason"],
        "term": None if hidden else answer["liability_months"],
        "low": None if hidden else answer["interval_low"],
        "high": None if hidden else answer["interval_high"],
    }


def refused(item: Quarantined) -> dict[str, Any]:
    """Return the line of a record without a sheet: why it could not be read, and what to do."""
    return {
        "file": None,
        "id": item.name,
        "case_number": None,
        "charge": None,
        "kind": None,
        "status": _UNREADABLE,
        "reason": explanation(item),
        "term": None,
        "low": None,
        "high": None,
    }


def nothing_read(entries: Iterable[Mapping[str, Any]]) -> InputError:
    """Return the error of an input without a readable record, with the reason for each of its first records."""
    told = [f"{entry['id']}: {entry['reason']}" for entry in islice(entries, _TOLD)]
    return InputError("\n".join(["No record could be read:", *(f"  - {line}" for line in told)]))


def write_list(entries: Iterable[Mapping[str, Any]], *, folder: Path, versions: Mapping[str, str]) -> Path:
    """Write ``index.jsonl`` and the page that searches it into ``folder``; return the page."""
    kept: list[Mapping[str, Any]] = []
    written = write_jsonl(folder / LIST, _keeping(entries, kept))
    cases, policy = shown(kept, n=written), rendering.script_hash(SCRIPT)
    context = {"cases": cases, "versions": dict(versions), "script_sha256": policy}
    write_text(folder / "index.html", rendering.render("cases.html", context))
    return folder / "index.html"


def read_list(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the lines of ``folder`` that a page holds, and how many there are; none where it holds no list."""
    kept: list[dict[str, Any]] = []
    if not (folder / LIST).is_file():
        return kept, 0
    return kept, sum(1 for _ in _keeping(read_jsonl(folder / LIST), kept))


def _keeping(entries: Iterable[Mapping[str, Any]], kept: list) -> Iterator[dict[str, Any]]:
    """Pass the lines on, and keep those that a page holds."""
    for item in entries:
        line = dict(item)
        if len(kept) < SEARCHED:
            kept.append(line)
        yield line


def shown(entries: Sequence[Mapping[str, Any]], *, n: int, folder: str = "") -> dict[str, Any]:
    """Return what the page shows of a list of ``n`` lines, every cell as text.

    ``entries`` are the lines that the page holds; ``folder`` is the way from the page to the sheets.

    ``data`` goes into the page for the script: words that many rows share stand once, in ``charges``, ``statuses`` and
    ``reasons``, and a row names their places. ``rows`` are the first rows in the same form with the words in them,
    for the table that is there without script.
    """
    charges = sorted({item["charge"] for item in entries if item["charge"]})
    statuses = [code for code in STATUS if any(item["status"] == code for item in entries)]
    whys = sorted({item["reason"] for item in entries if item["reason"]})
    kinds = {zh: place for place, zh in enumerate(KINDS.values())}
    charge_at, status_at, why_at = (
        {word: place for place, word in enumerate(words)} for words in (charges, statuses, whys)
    )
    rows = [
        [
            quote(f"{item['file']}.html", safe="") if item["file"] else "",
            item["id"],
            item["case_number"] or "",
            kinds[KINDS[item["kind"]]] if item["kind"] else -1,
            charge_at.get(item["charge"], -1),
            status_at[item["status"]],
            rendering.months(item["term"]),
            _range(item["low"], item["high"]),
            why_at.get(item["reason"], -1),
        ]
        for item in entries
    ]
    return {
        "n": n,
        "held": len(rows),
        "rows": rows[:SHOWN],
        "data": {
            "folder": folder,
            "most": SHOWN,
            "kinds": list(kinds),
            "charges": charges,
            "statuses": [{"zh": STATUS[code], "kind": "ok" if code == "advised" else "alert"} for code in statuses],
            "reasons": whys,
            "rows": rows,
        },
        "list": folder + LIST,
    }


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return rendering.DASH
    return f"{rendering.number(low, digits=1)} 至 {rendering.number(high, digits=1)}"
