"""Facts that a judge or clerk corrects: written as a JSON file, edited by hand, read back and put in their place.

The file (``sentencing-ml/facts/1``) holds the facts of every count of one document::

    {"schema": "sentencing-ml/facts/1", "how": "…", "document": {"id", "sha256", "extracted_sha256"},
     "edited_by": null, "note": null,
     "counts": [{"row_id", "defendant": {"index", "name"},
                 "facts": {"amount_yuan": {"value": 8600.0, "why": null, "zh", "class", "type", "unit"?, "choices"?,
                                           "spans": [{"start", "end", "text", "rule", "section", "speaker"}]}}}]}

Only ``value`` (null: unknown), ``why``, ``edited_by`` and ``note`` are the user's to change; a fact may also be added
by its name with a ``value``. Editable are the charge, the facts of the offence, those of the offender, and when and
where the offence was committed (the law reads them); protected attributes, procedure and outcome are not. What speaks
of the offender holds for all of a defendant's counts.
"""

import datetime
import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.explanation.changed_facts import follow, with_facts
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.judgments.document import Document
from sentencing_ml.law.charges import all_charges, canonical
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.places import province
from sentencing_ml.liability.rules import records
from sentencing_ml.storage import sha256_bytes, write_text

SCHEMA = "sentencing-ml/facts/1"
CHARGE = "charge"
CHARGE_ZH = "罪名"
LARGEST = 8 << 20
"""Bytes of the largest file that is read; the facts of 40 defendants take a tenth of it."""

_HOW = (
    "只改各项的 value（null 为未知，true/false 为有/无）和 why，并在 edited_by 填写更正人；note 可写说明。"
    "其余各项供核对，改动无效。再运行 sentencing explain … --facts 本文件。"
)
_TOP = {"schema", "how", "document", "edited_by", "note", "counts"}
_COUNT = {"row_id", "defendant", "facts"}
_FACT = {"value", "why", "zh", "class", "type", "unit", "choices", "spans"}
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_NAME_LENGTH, _REASON_LENGTH, _TEXT_LENGTH = 60, 500, 200
_SHOWN = 60  # characters of a key of the file that a message repeats
_PROBLEMS = 40  # listed in one message


@dataclass(frozen=True, kw_only=True)
class Change:
    """A corrected fact of one count: plain values, None is unknown; ``why`` as the user gave it."""

    row_id: str
    factor: str
    was: Any
    now: Any
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Edits:
    """The corrections of one document: who, when (ISO time), why, and each changed fact."""

    document_id: str
    text_sha256: str
    by: str | None
    at: str
    note: str | None
    changes: tuple[Change, ...]

    def apply(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[dict[str, Any]]]]:
        """Return the factor table with the corrected values, and the edits of each row as a sheet shows them.

        An edit has factor, zh, was, now, was_text and now_text (in words), by, at, why. ``rows`` stays as it is.
        """
        facts: dict[str, dict[str, Any]] = {}
        edits: dict[str, list[dict[str, Any]]] = {}
        charges: dict[str, str | None] = {}
        for change in self.changes:
            if change.factor == CHARGE:
                charges[change.row_id] = change.now
            else:
                facts.setdefault(change.row_id, {})[change.factor] = change.now
            edits.setdefault(change.row_id, []).append(
                {
                    "factor": change.factor,
                    "zh": _zh(change.factor),
                    "was": change.was,
                    "now": change.now,
                    "was_text": _words(change.factor, change.was),
                    "now_text": _words(change.factor, change.now),
                    "by": self.by,
                    "at": self.at,
                    "why": change.why or self.note,
                }
            )
        changed = with_facts(rows, [facts.get(row_id, {}) for row_id in rows["row_id"]])
        for row_id, charge in charges.items():
            group = None if charge is None else canonical(charge)
            # neither verdict nor indictment names it so: the charge has no source in the text
            own = [pd.NA if value is None else value for value in (charge, group, None)]
            changed.loc[changed["row_id"] == row_id, [CHARGE, "charge_group", "charge_source"]] = own
        return changed, edits

    def evidence(self, evidence: pd.DataFrame) -> pd.DataFrame:
        """Return the evidence without the spans of corrected facts: they no longer bear the value."""
        corrected = {(change.row_id, change.factor) for change in self.changes}
        keep = [pair not in corrected for pair in zip(evidence["row_id"], evidence["factor"], strict=True)]
        return evidence[np.array(keep, dtype=bool)]


def text_sha256(document: Document) -> str:
    """Return the SHA-256 of the text that a sheet rests on: what stands before the verdict, as UTF-8."""
    verdict = document.section("verdict")
    text = document.text if verdict is None else document.text[: verdict.start]
    return sha256_bytes(text.encode("utf-8", "surrogatepass"))


def editable() -> dict[str, Factor]:
    """Return the factors that may be corrected, by name, in the order of the registry; the charge may be, too."""
    shown = (*registry().model_inputs(), *registry().offender(), *registry().law_inputs())
    names = {factor.name for factor in shown}
    return {name: factor for name, factor in registry().factors.items() if name in names}


def facts_of(rows: pd.DataFrame, evidence: pd.DataFrame, *, document: Document) -> dict[str, Any]:
    """Return the content of the facts file of a document: a count for each of its ``rows`` of the factor table."""
    by_row: dict[str, dict[str, list[dict]]] = {}
    for item in evidence[evidence["row_id"].isin(rows["row_id"])].to_dict("records"):
        by_row.setdefault(item["row_id"], {}).setdefault(item["factor"], []).append(item)
    return {
        "schema": SCHEMA,
        "how": _HOW,
        "document": {
            "id": document.id,
            "sha256": text_sha256(document),
            "extracted_sha256": _extracted_sha256(rows),
        },
        "edited_by": None,
        "note": None,
        "counts": [_count(row, by_row.get(row["row_id"], {}), document) for row in rows.to_dict("records")],
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a facts file for people: indented, in Chinese characters."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read(path: Path, *, document: Document, rows: pd.DataFrame, at: str) -> Edits:
    """Read an edited facts file of ``document`` and return what differs from its ``rows`` of the factor table.

    Parameters
    ----------
    at : the time of the correction, ISO.

    Raises
    ------
    InputError
        The file cannot be read, belongs to another text, or holds something that no fact can be; every problem is
        listed with its place in the file. No value of the file is repeated.
    """
    content = _content(path)
    problems: list[str] = []
    changes: list[Change] = []
    if not isinstance(content, dict):
        problems.append("$: is no object; write the file with --write-facts and change its values")
    else:
        _check_head(content, document, rows, problems)
        if not problems:  # of another document every row and value would be reported too
            changes = _changes(content, rows, today=at[:10], problems=problems)
            if not problems:
                problems += _contradictions(changes, rows)
        by, note = (
            _text_of(content, key, at=f"$.{key}", longest=longest, problems=problems)
            for key, longest in (("edited_by", _NAME_LENGTH), ("note", _REASON_LENGTH))
        )
        if changes and by is None and not any(problem.startswith("$.edited_by") for problem in problems):
            problems.append("$.edited_by: is missing although a value was changed; write who corrected it")
    more = len(problems) - _PROBLEMS
    listed = [*problems[:_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
    raise_all(listed, error=InputError, heading=f"{path}: the edited facts cannot be used:")
    return Edits(
        document_id=document.id,
        text_sha256=text_sha256(document),
        by=by,
        at=at,
        note=note,
        changes=tuple(changes),
    )


def _count(row: Mapping[str, Any], evidence: Mapping[str, Sequence[Mapping]], document: Document) -> dict[str, Any]:
    charges = frozenset({row["charge_group"]}) if not missing(row["charge_group"]) else frozenset()
    facts: dict[str, Any] = {
        CHARGE: {"value": plain(row[CHARGE]), "why": None, "zh": CHARGE_ZH, "class": CHARGE_ZH, "type": "text"}
    }
    for name, factor in editable().items():
        value = plain(row[name])
        if value is None and charges and not factor.belongs_to(charges):
            continue  # 毒品数量 of a theft
        entry = {"value": value, "why": None, "zh": factor.zh, "class": factor.factor_class.zh, "type": factor.type}
        if factor.unit:
            entry["unit"] = factor.unit
        if factor.levels:
            entry["choices"] = [level.name for level in factor.levels]
        entry["spans"] = [
            {
                "start": int(item["start"]),
                "end": int(item["end"]),
                "text": document.text[int(item["start"]) : int(item["end"])],
                **{key: plain(item[key]) for key in ("rule", "section", "speaker")},
            }
            for item in evidence.get(name, ())
            if 0 <= int(item["start"]) < int(item["end"]) <= len(document.text)
        ]
        facts[name] = entry
    return {
        "row_id": str(row["row_id"]),
        "defendant": {"index": int(row["defendant_index"]), "name": plain(row["defendant"])},
        "facts": facts,
    }


def _extracted_sha256(rows: pd.DataFrame) -> str:
    """Return a hash of the facts as extracted, so that an edit is never measured against another extraction."""
    names = (CHARGE, *editable())
    facts = {
        str(row["row_id"]): {name: value for name in names if (value := plain(row[name])) is not None}
        for row in rows.to_dict("records")
    }
    return sha256_bytes(json.dumps(facts, sort_keys=True, ensure_ascii=False, allow_nan=False).encode("utf-8"))


def _content(path: Path) -> Any:
    if not path.is_file():
        raise InputError(f"{path}: not found; write it with --write-facts.")
    size = path.stat().st_size
    if size > LARGEST:
        raise InputError(f"{path}: {size:,} bytes are too many for a facts file; the limit is {LARGEST:,}.")
    try:
        return json.loads(
            path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise InputError(f"{path}: is nested too deeply for a facts file.") from None
    except ValueError as error:
        raise InputError(f"{path}: is not JSON: {error}.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise ValueError(f"{_shown(twice)} stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number; write null for what is unknown")


def _check_head(content: Mapping[str, Any], document: Document, rows: pd.DataFrame, problems: list[str]) -> None:
    if content.get("schema") != SCHEMA:
        problems.append(f"$.schema: is to be {SCHEMA}; write the file with --write-facts of this version")
    problems += [f"$.{_shown(key)}: is no key of a facts file" for key in sorted(set(content) - _TOP)]
    named = content.get("document")
    if not isinstance(named, dict):
        problems.append("$.document: is missing or no object; keep it as it was written")
    elif named.get("id") != document.id:
        problems.append("$.document.id: names another document; give the facts file of this case")
    elif named.get("sha256") != text_sha256(document):
        problems.append(
            "$.document.sha256: the text of the case is another one than that of the file; write the facts anew"
        )
    elif named.get("extracted_sha256") != _extracted_sha256(rows):
        problems.append(
            "$.document.extracted_sha256: other facts are extracted from this text today (another version of the "
            "program, or another sheet of the same case); write the facts anew"
        )
    if not isinstance(content.get("counts"), list):
        problems.append("$.counts: is missing or no list; keep it as it was written")


def _changes(content: Mapping[str, Any], rows: pd.DataFrame, *, today: str, problems: list[str]) -> list[Change]:
    table = {str(row["row_id"]): row for row in rows.to_dict("records")}
    found: dict[tuple[str, str], Change] = {}
    seen: set[str] = set()
    for place, count in enumerate(content["counts"]):
        at = f"$.counts[{place}]"
        if not isinstance(count, dict):
            problems.append(f"{at}: is no object")
            continue
        problems += [f"{at}.{_shown(key)}: is no key of a count" for key in sorted(set(count) - _COUNT)]
        row_id, facts = count.get("row_id"), count.get("facts")
        if not isinstance(row_id, str) or row_id not in table:
            problems.append(f"{at}.row_id: no such count in this case; it has {', '.join(table)}")
        elif row_id in seen:
            problems.append(f"{at}.row_id: {row_id} stands twice")
        elif not isinstance(facts, dict):
            problems.append(f"{at}.facts: is missing or no object")
        else:
            seen.add(row_id)
            for change in _changed(facts, table[row_id], at=f"{at}.facts", today=today, problems=problems):
                found[row_id, change.factor] = change
    return _of_defendants(found, table, problems)


def _changed(
    facts: Mapping[str, Any], row: Mapping[str, Any], *, at: str, today: str, problems: list[str]
) -> Iterator[Change]:
    for name, entry in facts.items():
        where = f"{at}.{_shown(name)}"
        if wrong := _not_editable(name):
            problems.append(f"{where}: {wrong}")
        elif not isinstance(entry, dict) or "value" not in entry:
            problems.append(f"{where}: is no object with a value")
        else:
            problems += [f"{where}.{_shown(key)}: is no key of a fact" for key in sorted(set(entry) - _FACT)]
            why = _text_of(entry, "why", at=f"{where}.why", longest=_REASON_LENGTH, problems=problems)
            was = plain(row[name])
            if _same(entry["value"], was):
                continue  # as it was extracted, be it a slip of the extraction that no user could write
            value, wrong = _value(name, entry["value"], today=today)
            if wrong:
                problems.append(f"{where}.value: {_zh(name)} {wrong}")
            elif value != was:
                yield Change(row_id=str(row["row_id"]), factor=name, was=was, now=value, why=why)


def _same(value: Any, was: Any) -> bool:
    return value == was and isinstance(value, bool) == isinstance(was, bool)


def _of_defendants(
    found: Mapping[tuple[str, str], Change], table: Mapping[str, Mapping[str, Any]], problems: list[str]
) -> list[Change]:
    """Return the changes, those of an offender's fact for each count of the defendant."""
    offender = {factor.name for factor in registry().offender()}
    result = {key: change for key, change in found.items() if change.factor not in offender}
    for change in found.values():
        if change.factor not in offender:
            continue
        person = table[change.row_id]["defendant_index"]
        for row_id, row in table.items():
            if row["defendant_index"] != person:
                continue
            own = found.get((row_id, change.factor))
            if own is not None and own.now != change.now:
                if change.row_id < row_id:
                    problems.append(
                        f"$.counts: {change.factor} ({_zh(change.factor)}) of {change.row_id} and of {row_id} differ; "
                        "it is the defendant's, write one value in all counts"
                    )
            elif (was := plain(row[change.factor])) != change.now:
                result[row_id, change.factor] = own or Change(
                    row_id=row_id, factor=change.factor, was=was, now=change.now, why=change.why
                )
    order = {name: place for place, name in enumerate((CHARGE, *editable()))}
    places = {row_id: place for place, row_id in enumerate(table)}
    return sorted(result.values(), key=lambda change: (places[change.row_id], order[change.factor]))


def _contradictions(changes: Sequence[Change], rows: pd.DataFrame) -> Iterator[str]:
    """Yield what has to change with the facts of the offence that were changed, and what does not go together.

    It is the user who corrects: what follows by law is named, never written in the user's name.
    """
    inputs = {factor.name for factor in registry().model_inputs()}
    for row_id, record in zip(rows["row_id"], records(rows), strict=True):
        own = [change for change in changes if change.row_id == row_id and change.factor in inputs]
        wanted = {change.factor: change.now for change in own}
        found, refused = follow(record, wanted)
        yield from (f"$.counts: {row_id}: {problem}" for problem in refused)
        missed = [f"{name} ({_zh(name)})" for name in found if name not in wanted]
        if missed:
            yield (
                f"$.counts: {row_id}: {', '.join(wanted)} cannot be corrected alone; write {', '.join(missed)} as they "
                "were found, too"
            )


def _not_editable(name: str) -> str | None:
    """Return why a fact of that name may not be edited, or None."""
    if name == CHARGE or name in editable():
        return None
    factor = registry().factors.get(name)
    if factor is not None:
        return (
            f"{factor.zh} ({factor.factor_class.zh}) may not be edited: {factor.factor_class.ground}. Remove the entry"
        )
    names = {**{factor.zh: key for key, factor in editable().items()}, **{key: key for key in editable()}}
    near = dict.fromkeys(names[word] for word in difflib.get_close_matches(name, names, n=3))
    return "is no factor" + (f"; the nearest are {', '.join(near)}" if near else "; see factors/registry.yaml")


def _value(name: str, value: Any, *, today: str) -> tuple[Any, str | None]:
    """Return a value as the factor table holds it, or what is expected instead."""
    if value is None:
        return None, None
    if name == CHARGE:
        return _charge(value)
    factor = editable()[name]
    if factor.type == "boolean":
        return value, None if isinstance(value, bool) else "is to be true, false or null"
    if factor.type in ("count", "number"):
        return _number(factor, value)
    if factor.type == "category":
        levels = [level.name for level in factor.levels]
        fits = isinstance(value, str) and value in levels
        return value, None if fits else f"is to be one of {', '.join(levels)}, or null"
    if factor.type == "date":
        fits = isinstance(value, str) and _is_day(value, today=today)
        return value, None if fits else "is to be a day, month or year that has been, such as 2021-03-04, or null"
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _TEXT_LENGTH:
        return None, f"is to be a text of at most {_TEXT_LENGTH} characters, or null"
    if factor.law_input:
        known = province(value.strip())
        return known, None if known else "is to be a province of the law data in full or short, or null"
    return value.strip(), None


def _number(factor: Factor, value: Any) -> tuple[float | int | None, str | None]:
    known = vocabulary().get(factor.name)
    least, most = (known.least, known.most) if known else (0.0, None)
    unit = f" {factor.unit}" if factor.unit else ""
    bounds = f"at least {least:g}" if most is None else f"from {least:g} to {most:,.15g}"
    kind = "a whole number" if factor.type == "count" else "a number"
    expected = f"is to be {kind}{unit and ' of' + unit}, {bounds}, or null"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, expected
    if not abs(value) <= 1e18 or not least <= value <= (math.inf if most is None else most):
        return None, expected
    if factor.type == "count":
        return int(value), None if value == int(value) else expected
    return float(value), None


def _charge(value: Any) -> tuple[str | None, str | None]:
    if not isinstance(value, str) or len(value) > _TEXT_LENGTH:
        return None, "is to be the name of a charge, or null"
    known = canonical(value)
    if known is not None:
        return value.strip() if value.strip().endswith("罪") else known, None
    near = difflib.get_close_matches(value, _charges(), n=3)
    return None, "is no charge of the law data" + (f"; the nearest are {', '.join(near)}" if near else "")


@lru_cache(maxsize=1)
def _charges() -> tuple[str, ...]:
    return tuple(charge.name for charge in all_charges() if not charge.heading)


def _is_day(value: str, *, today: str) -> bool:
    found = _DATE.fullmatch(value)
    if found is None:
        return False
    try:
        first = datetime.date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return False
    return first.isoformat() <= today


def _text_of(entry: Mapping[str, Any], key: str, *, at: str, longest: int, problems: list[str]) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        problems.append(f"{at}: is to be a text of at most {longest} characters, or null")
        return None
    return value.strip() or None


def plain(value: Any) -> Any:
    """Return a value of the factor table as JSON holds it; None where it is unknown."""
    if missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _zh(name: str) -> str:
    return CHARGE_ZH if name == CHARGE else registry().factors[name].zh


def _words(name: str, value: Any) -> str:
    if name == CHARGE:
        return "未记载" if value is None else str(value)
    return value_text(registry().factors[name], value)


def _shown(key: str) -> str:
    """Return a key of the user's file as a message may repeat it."""
    return "".join(character if character.isprintable() else "?" for character in key[:_SHOWN])
