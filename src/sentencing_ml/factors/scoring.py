"""Extraction measured against annotations: every comparable value is a cell, right or wrong, and all figures count cells.

Both sides are annotations as :mod:`annotation` writes them. Defendants pair by name, then by order. A figure says how
often a fact is found where it is written (recall) and how often what is found is written (precision); where nobody
says anything there is no cell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Annotation = Mapping[str, Any]
Outcome = Literal["right", "missed", "extra", "other"]
"""missed: annotated and not found; extra: found and not annotated; other: another value than the annotated one."""

# Which facts the annotators' guide scores together. A yes-or-no fact counts where one side says yes.
_LIABILITY = (
    "hit_and_run", "no_licence", "caused_accident", "burglary", "pickpocketing", "weapon", "repeated", "group", "victim_fault",
    "civil_dispute", "excessive_defence", "minor_defendant", "elderly_defendant", "limited_capacity", "vulnerable_victim",
)  # fmt: skip
_PREVENTION = (
    "surrender", "confession", "merit", "major_merit", "recidivist", "drug_recidivist", "prior_record", "plea_leniency", "plea_in_court",
    "restitution", "compensation", "forgiveness", "settlement", "first_offender", "remorse", "admin_record",
)  # fmt: skip
_LEVELS = {"stage": "既遂", "role": None}  # category → the value that says nothing
_QUANTITIES = ("amount_yuan", "deaths", "serious_injuries", "minor_injuries", "slight_injuries", "alcohol_mg_per_100ml", "drug_grams")
_CASE_HEADER = ("court", "province", "case_number", "judgment_date", "procedure")
_PERSON_HEADER = ("gender", "birth_date", "ethnicity", "education", "counsel")
# Shown and not part of a headline figure: careful readers disagree on them.
_SOFT = ("custody", "occupation")
_UNCOUNTED = frozenset({"prevention.admin_record"})
_FREQUENT = 5  # annotated cases from which a fact enters the mean over facts
HEADLINE = ("defendants", "sentence", "counts", "liability", "prevention", "values", "header", "macro", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One compared value: of which document and defendant, and how it came out.

    ``defendant`` is the index in the annotation, None for the case itself, and −1 − index in the prediction for a
    defendant that only the prediction has. ``annotated`` and ``predicted`` are the values compared.
    """

    document: str
    defendant: int | None
    group: str
    field: str
    outcome: Outcome
    rule: str | None = None
    annotated: Any = None
    predicted: Any = None

    @property
    def right(self) -> bool:
        """Whether the values agree."""
        return self.outcome == "right"

    @property
    def key(self) -> tuple[str, str]:
        """The document, and the defendant with the field: what stays the same from one run to the next."""
        return self.document, f"{'case' if self.defendant is None else self.defendant}.{self.field}"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of cells; ``annotated`` is how many the annotators know."""

    right: int = 0
    missed: int = 0
    extra: int = 0
    other: int = 0

    @property
    def annotated(self) -> int:
        """Number of values in the annotations."""
        return self.right + self.missed + self.other

    @property
    def precision(self) -> float | None:
        """Share of the predicted values that are annotated; None without any."""
        return _share(self.right, self.right + self.extra + self.other)

    @property
    def recall(self) -> float | None:
        """Share of the annotated values that are predicted; None without any."""
        return _share(self.right, self.annotated)

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 when there is nothing to find and nothing is found."""
        wrong = self.missed + self.extra + 2 * self.other
        return 2 * self.right / (2 * self.right + wrong) if self.right + wrong else 1.0

    @property
    def accuracy(self) -> float | None:
        """Share of all cells that are right; None without any."""
        return _share(self.right, self.annotated + self.extra)


def compare(annotated: Iterable[Annotation], predicted: Iterable[Annotation]) -> list[Cell]:
    """Return the cells of every annotated document; a document that was not predicted counts as empty."""
    by_id = {str(row["id"]): row for row in predicted}
    return [cell for gold in annotated for cell in _document(gold, by_id.get(str(gold["id"]), {"defendants": []}))]


def tallies(cells: Iterable[Cell]) -> dict[str, Tally]:
    """Return the counts of each field, in the order in which the fields come."""
    counts: dict[str, dict[str, int]] = {}
    for cell in cells:
        row = counts.setdefault(cell.field, {})
        row[cell.outcome] = row.get(cell.outcome, 0) + 1
    return {field: Tally(**row) for field, row in sorted(counts.items())}


def headline(cells: Sequence[Cell]) -> dict[str, float]:
    """Return the figures that are watched, without ``evidence``; a figure that has no cell is left out.

    defendants, liability, prevention, values: F1. sentence, counts: share of the annotated defendants with every
    penalty right. header: share of the known particulars that are right. macro: mean F1 of the facts that are
    annotated five times or more.
    """
    by_field = tallies(cell for cell in cells if cell.group in ("liability", "prevention", "recommendation"))
    frequent = [tally.f1 for field, tally in by_field.items() if tally.annotated >= _FREQUENT and field not in _UNCOUNTED]
    whole = {group: _total(cells, group) for group in ("defendants", "sentence", "counts", "liability", "prevention", "values", "header")}
    figures = {
        "defendants": whole["defendants"].f1,
        "sentence": whole["sentence"].accuracy,
        "counts": whole["counts"].accuracy,
        "liability": whole["liability"].f1,
        "prevention": whole["prevention"].f1,
        "values": whole["values"].f1,
        "header": whole["header"].accuracy,
        "macro": _share(sum(frequent), len(frequent)),
    }
    return {name: value for name, value in figures.items() if value is not None}


def evidence_share(annotated: Iterable[Annotation], predicted: Iterable[Annotation], texts: Mapping[str, str]) -> float | None:
    """Return the share of the evidence strings of paired defendants that stand in their text; None without any."""
    by_id = {str(row["id"]): row for row in predicted}
    inside = [
        str(quote) in texts.get(str(gold["id"]), "")
        for gold in annotated
        for g, p, _ in _pairs(gold["defendants"], by_id.get(str(gold["id"]), {"defendants": []})["defendants"])
        if g is not None and p is not None
        for quote in p.get("evidence", {}).values()
    ]
    return _share(sum(inside), len(inside))


def wrong(cells: Iterable[Cell]) -> dict[str, list[str]]:
    """Return what is wrong, by document: ``defendant.field``, sorted."""
    result: dict[str, list[str]] = {}
    for cell in cells:
        if not cell.right:
            result.setdefault(cell.key[0], []).append(cell.key[1])
    return {document: sorted(fields) for document, fields in sorted(result.items())}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What differs from a record: cells that were right and are wrong, and the keys of those that were wrong."""

    newly_wrong: tuple[Cell, ...]
    newly_right: tuple[tuple[str, str], ...]


def change(cells: Sequence[Cell], recorded: Mapping[str, Sequence[str]]) -> Change:
    """Compare with what ``recorded`` (of :func:`wrong`) says was wrong."""
    before = {(document, field) for document, fields in recorded.items() for field in fields}
    documents = {cell.document for cell in cells}
    now = {cell.key: cell for cell in cells if not cell.right}
    return Change(
        newly_wrong=tuple(now[key] for key in sorted(now) if key not in before),
        newly_right=tuple(key for key in sorted(before) if key not in now and key[0] in documents),
    )


def _total(cells: Iterable[Cell], group: str) -> Tally:
    row: dict[str, int] = {}
    for cell in cells:
        if cell.group == group and cell.field not in _UNCOUNTED:
            row[cell.outcome] = row.get(cell.outcome, 0) + 1
    return Tally(**row)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _document(gold: Annotation, found: Annotation) -> Iterator[Cell]:
    document = str(gold["id"])

    def cell(group: str, field: str, outcome: Outcome | None, defendant: int | None = None, **more: Any) -> Iterator[Cell]:
        if outcome is not None:
            yield Cell(document=document, defendant=defendant, group=group, field=field, outcome=outcome, **more)

    for field in _CASE_HEADER:
        yield from cell("header", f"header.{field}", _known(gold.get(field), found.get(field)), annotated=gold.get(field), predicted=found.get(field))
    advice = [bool((side.get("recommendation") or {}).get("present")) for side in (gold, found)]
    yield from cell("recommendation", "recommendation.present", _present(*advice), annotated=advice[0], predicted=advice[1])
    for place, (g, p, extra) in enumerate(_pairs(gold["defendants"], found["defendants"])):
        if g is None:
            yield from cell("defendants", "defendant", "extra", defendant=-1 - extra)
            continue
        yield from cell("defendants", "defendant", "missed" if p is None else "right", defendant=place)
        for group, field, outcome, annotated, predicted in _defendant(g, p or {}):
            rule = (p or {}).get("rules", {}).get(field.partition(".")[2])
            yield from cell(group, field, outcome, place, rule=rule, annotated=annotated, predicted=predicted)


def _defendant(g: Annotation, p: Annotation) -> Iterator[tuple[str, str, Outcome | None, Any, Any]]:
    """Yield (group, field, outcome, annotated, predicted) of everything compared of one defendant."""
    final, executed = g["final"], p.get("final") or {}
    yield "sentence", "final", _equal(_same_final(executed, final)), final, executed
    charged = [sorted(map(str, _count_set(side))) for side in (g, p)]
    yield "counts", "counts", _equal(charged[0] == charged[1]), *charged
    for field in _PERSON_HEADER:
        yield "header", f"header.{field}", _known(g.get(field), p.get(field)), g.get(field), p.get(field)
    for field in _SOFT:
        yield "soft", f"soft.{field}", _known(g.get(field), p.get(field)), g.get(field), p.get(field)
    for side, fields in (("liability", _LIABILITY), ("prevention", _PREVENTION)):
        for field in fields:
            a, b = bool(g[side].get(field)), bool((p.get(side) or {}).get(field))
            yield side, f"{side}.{field}", _present(a, b), a, b
    facts, own = g["liability"], p.get("liability") or {}
    for field, silent in _LEVELS.items():
        a, b = facts.get(field) or silent, own.get(field) or silent
        yield "liability", f"liability.{field}", _level(a, b, silent), a, b
    for field in _QUANTITIES:
        a, b = facts.get(field) or None, own.get(field) or None
        yield "values", f"values.{field}", _quantity(a, b), a, b
    a, b = facts.get("incident_count"), own.get("incident_count")
    yield "soft", "soft.incident_count", _equal(a == b), a, b


def _pairs(gold: Sequence[Annotation], found: Sequence[Annotation]) -> list[tuple[Annotation | None, Annotation | None, int]]:
    """Pair defendants by name, then the rest in order; the number is the place of a predicted one that is left over."""
    left = list(enumerate(found))
    partner: dict[int, Annotation] = {}
    for match in (lambda g, p: (p.get("name") or "") == (g.get("name") or ""), lambda g, p: True):
        for place, g in enumerate(gold):
            hit = next((item for item in left if match(g, item[1])), None) if place not in partner else None
            if hit is not None:
                left.remove(hit)
                partner[place] = hit[1]
    return [*((g, partner.get(place), -1) for place, g in enumerate(gold)), *((None, p, place) for place, p in left)]


def _present(a: bool, b: bool) -> Outcome | None:
    if not a and not b:
        return None
    return "right" if a and b else "missed" if a else "extra"


def _known(a: Any, b: Any) -> Outcome | None:
    """Compare a particular that the annotators know; what they do not know is not compared."""
    if a is None:
        return None
    return "right" if a == b else "missed" if b is None else "other"


def _equal(same: bool) -> Outcome:
    return "right" if same else "other"


def _level(a: Any, b: Any, silent: Any) -> Outcome | None:
    if a == b:
        return None if a == silent else "right"
    return "extra" if a == silent else "missed" if b == silent else "other"


def _quantity(a: float | None, b: float | None) -> Outcome | None:
    if a is None or b is None:
        return _present(a is not None, b is not None)
    return _equal(_near(b, a, 0.01))


def _near(a: float | None, b: float | None, tolerance: float) -> bool:
    if a is None or b is None:
        return a is b
    return abs(float(a) - float(b)) <= max(0.1, tolerance * abs(float(b)))


def _same_final(p: Annotation, g: Annotation) -> bool:
    return (
        (p.get("penalty") or None) == (g.get("penalty") or None)
        and _near(p.get("term_months"), g.get("term_months"), 0)
        and _near(p.get("probation_months") or 0, g.get("probation_months") or 0, 0)
        and _near(p.get("fine_yuan") or 0, g.get("fine_yuan") or 0, 0.01)
    )


def _count_set(defendant: Annotation) -> set[tuple]:
    return {
        (
            (count.get("charge") or "").strip().removesuffix("罪").replace("、", "").replace(" ", ""),
            count.get("penalty"),
            None if count.get("term_months") is None else round(float(count["term_months"]), 1),
        )
        for count in defendant.get("counts", [])
    }
