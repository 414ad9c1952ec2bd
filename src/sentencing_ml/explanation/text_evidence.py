"""Where each fact of a sheet stands: the evidence with its sentence, and the text cut into marked pieces.

Offsets are those of the stored text. What is known only after the verdict is neither quoted nor shown.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.wording import SECTIONS, SPEAKERS, is_none
from sentencing_ml.judgments.document import Document

OMITTED = ("verdict", "tail")
"""Sections that no sheet shows (leak rule)."""

_SENTENCE_END = re.compile(r"[。；！？\n]")
_NUMBER = "0123456789.,，０１２３４５６７８９．"
_QUOTE = 60  # characters of context each side that a quotation shows at most


def evidence_items(
    document: Document, row: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the evidence that a judge sees: of liability and offender facts, never of protected ones.

    ``row`` is the count's row of the factor table, ``evidence`` its rows of the evidence table.
    """
    shown = {factor.name for factor in (*registry().model_inputs(), *registry().offender())}
    text = document.text
    hidden = [(part.start, part.end) for part in document.sections if part.name in OMITTED]
    items: list[dict[str, Any]] = []
    for entry in sorted(evidence, key=lambda entry: (int(entry["start"]), int(entry["end"]), str(entry["factor"]))):
        start, end = int(entry["start"]), int(entry["end"])
        if entry["factor"] not in shown or not 0 <= start < end <= len(text):
            continue
        if any(a <= start < b for a, b in hidden) or is_none(row.get(entry["factor"])):
            continue
        factor = registry().factors[entry["factor"]]
        level = next((level for level in factor.levels if level.name == row.get(factor.name)), None)
        items.append(
            {
                "id": f"e{len(items) + 1}",
                "factor": factor.name,
                "zh": factor.zh,
                "tag": (level.factor_class if level else factor.factor_class).shown_as,
                "start": start,
                "end": end,
                "rule": str(entry["rule"]),
                "section": SECTIONS.get(str(entry["section"])),
                "speaker": SPEAKERS.get(str(entry["speaker"])),
                "quote": _quote(text, start, end),
            }
        )
    return items


def _quote(text: str, start: int, end: int) -> dict[str, str]:
    """Return the sentence around a span in three parts: before, the span, after."""
    left = max(start - _QUOTE, 0)
    before = text[left:start]
    breaks = [match.end() for match in _SENTENCE_END.finditer(before)]
    before = before[breaks[-1] :] if breaks else opened(before) if left else before
    after = text[end : end + _QUOTE]
    stop = _SENTENCE_END.search(after)
    after = after[: stop.end()] if stop else closed(after) if end + _QUOTE < len(text) else after
    return {"before": before.strip(), "span": text[start:end].replace("\n", " "), "after": after.strip()}


def opened(words: str) -> str:
    """Return words from the middle of a sentence; a number that the cut may have halved is left out whole."""
    return "…" + words.lstrip(_NUMBER)


def closed(words: str) -> str:
    """Return words that break off before the end of a sentence, as :func:`opened`."""
    return words.rstrip(_NUMBER) + "…"


def marked_text(document: Document, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the text by sections, paragraphs and pieces; a piece names the items of :func:`evidence_items` over it.

    The pieces of a paragraph, put together, are the stored text.
    """
    parts, position = [], 0
    for section in sorted(document.sections, key=lambda section: section.start):
        if section.start > position:
            parts.append((None, position, section.start))
        parts.append((section.name, max(section.start, position), section.end))
        position = max(position, section.end)
    if position < len(document.text):
        parts.append((None, position, len(document.text)))
    shown, omitted = [], []
    for name, start, end in parts:
        if name in OMITTED:
            omitted.append(SECTIONS[name])
            continue
        paragraphs = _paragraphs(document.text, start, end, items)
        if paragraphs:
            shown.append({"name": name, "zh": SECTIONS.get(name or ""), "paragraphs": paragraphs})
    return {"sections": shown, "omitted": list(dict.fromkeys(omitted)), "characters": len(document.text)}


def _paragraphs(text: str, start: int, end: int, evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    result = []
    for match in re.finditer(r"[^\n]+", text[start:end]):
        a, b = start + match.start(), start + match.end()
        if text[a:b].strip():
            pieces = _pieces(text, a, b, evidence)
            result.append({"marked": any(piece["evidence"] for piece in pieces), "pieces": pieces})
    return result


def _pieces(text: str, start: int, end: int, evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cut ``text[start:end]`` where a span begins or ends; ``starts`` names the spans whose anchor stands there."""
    inside = [item for item in evidence if item["start"] < end and item["end"] > start]
    cuts = sorted(
        {start, end, *(max(item["start"], start) for item in inside), *(min(item["end"], end) for item in inside)}
    )
    pieces = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        over = [item for item in inside if item["start"] <= a and item["end"] >= b]
        pieces.append(
            {
                "text": text[a:b],
                "evidence": [item["id"] for item in over],
                "starts": [item["id"] for item in over if item["start"] == a],
                "tag": over[0]["tag"] if over else None,
                "title": "；".join(dict.fromkeys(f"{item['zh']}（{item['tag']}）" for item in over)) or None,
            }
        )
    return pieces
