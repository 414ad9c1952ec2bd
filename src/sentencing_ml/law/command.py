"""What ``sentencing law`` prints: an answer, the check of the data, or what changed; each as text or as JSON.

Every function returns the text and whether the answer could be given.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sentencing_ml.errors import InputError
from sentencing_ml.law import changes as history
from sentencing_ml.law import check as checks
from sentencing_ml.law import question, report
from sentencing_ml.law._data import LawDataError, raise_all
from sentencing_ml.law.arithmetic import FirstStage
from sentencing_ml.law.charges import canonical
from sentencing_ml.law.statutes import statutes
from sentencing_ml.law.tiers import charge_problems, period


def ask(
    charge: str,
    *,
    facts: Sequence[tuple[str, str]],
    written: Sequence[str],
    liability_only: bool,
    first_stage: FirstStage,
    as_json: bool,
    **named: Any,
) -> tuple[str, bool]:
    """Answer a question; ``written`` are further facts as ``name=value``, ``named`` those of :func:`question.read`."""
    told = [(name.strip(), value) for name, _, value in (entry.partition("=") for entry in written)]
    read = question.read(facts=[*facts, *told], **named)
    found = report.asked(charge, read, liability_only=liability_only, first_stage=first_stage)
    return (_json(found) if as_json else report.answer_text(found)), not found["problems"]


def check(*, factors: Mapping[str, checks.Factor], as_json: bool) -> tuple[str, bool]:
    """Check the law data and return the counts.

    Raises
    ------
    LawDataError
        Lists every fault of all files.
    """
    checked = checks.check(factors=factors)
    raise_all(list(checked.faults), error=LawDataError, heading="The law data cannot be used:")
    told = {"counts": checked.counts, "verified": {name: list(part) for name, part in checked.verified.items()}}
    return (_json(told) if as_json else report.checked_text(checked)), True


def changes(first: str, last: str, *, charge: str | None, as_json: bool) -> tuple[str, bool]:
    """List what changed from one date to another (days, months or years, both included).

    Raises
    ------
    InputError
        One of the two is no date, or they stand in the wrong order.
    """
    begin, end = period(first), period(last)
    if begin is None or end is None or begin[0] > end[1]:
        raise InputError(f"--changes {first} {last}: write two days, months or years, the earlier first.")
    known = None if charge is None else canonical(charge)
    if charge is not None and (problems := charge_problems(charge, known, statutes().charges.get(known or ""))):
        told = {"problems": report.problems_data(problems)}
        return (_json(told) if as_json else report.problems_text(told["problems"])), False
    rows = report.changes_data(history.changes(begin[0], end[1], charge=known))
    if as_json:
        return _json({"from": str(begin[0]), "to": str(end[1]), "changes": rows}), True
    return report.changes_text(rows, first=begin[0], last=end[1]), True


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)
