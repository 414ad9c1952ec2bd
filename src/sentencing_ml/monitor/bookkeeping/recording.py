"""One entry or one piece of advice into the ledger: from the desk, or from a system that shows advice itself."""

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.monitor.bookkeeping.database import shown as shown_place
from sentencing_ml.monitor.bookkeeping.entry_file import instant, read_cell
from sentencing_ml.monitor.bookkeeping.entry_memory import advice_key
from sentencing_ml.monitor.bookkeeping.records import Advice, Entry
from sentencing_ml.monitor.ledger import Ledger

_TEXT_HASH = re.compile(r"#[0-9a-f]{12}$")  # with which the desk tells two texts of one name apart
_NEEDED = ("charge_group", "liability_months", "interval_low", "interval_high")


@dataclass(frozen=True, kw_only=True)
class RecordedEntry:
    """Where an entry stands, the advice that it answers, and how many earlier entries to that advice it revises."""

    position: int
    advice_position: int
    shown_at: str
    revises: int


@dataclass(frozen=True, kw_only=True)
class RecordedAdvice:
    """Where pieces of advice stand, and how many counts of the prediction have none."""

    positions: tuple[int, ...]
    without: int


def record_entry(
    *, ledger: Path | str, judge: str, case: str, months: str, reason: str | None, at: datetime.datetime
) -> RecordedEntry:
    """Append a judge's entry to the last unanswered advice that was shown to this judge for a case.

    Where all of it is answered, the entry revises the last one: both stay, the last counts.

    Parameters
    ----------
    case : the count as the ledger names it, with or without the hash of its text; or the case alone, when this judge
        was shown advice for one count of it.
    months, reason : as the judge wrote them.

    Raises
    ------
    InputError
        No advice was shown to this judge for this case, or for several counts of it; the months are none.
    RefusedRecordsError
        ``at`` is before the advice was shown.
    """
    entered = read_cell(months, "entry_months", option="--entry")
    if entered is None:
        raise InputError("--entry: is empty; write the months, such as 14 or 14.5.")
    with Ledger(ledger, create=False) as opened:
        who = opened.pseudonym(judge)
        own = _of_case(list(opened.rows("advice", judge=who)), case.strip(), place=shown_place(ledger))
        answered = [values["advice_position"] for _, values in opened.rows("entry", judge=who)]
        position = next((place for place in reversed(own) if place not in answered), max(own))
        entry = Entry(
            advice_position=position,
            judge=judge,
            entry_months=entered,
            entered_at=at.isoformat(),
            reason=None if reason is None or not reason.strip() else reason.strip(),
        )
        return RecordedEntry(
            position=opened.append(entry),
            advice_position=position,
            shown_at=own[position],
            revises=answered.count(position),
        )


def _of_case(advice: list[tuple[int, dict[str, Any]]], case: str, *, place: str) -> dict[int, str]:
    """Return when the advice for one count was shown, by position."""
    names = {position: _TEXT_HASH.sub("", values["case_id"]) for position, values in advice}
    shown_at = {position: values["shown_at"] for position, values in advice}
    whole = {values["case_id"]: position for position, values in advice}
    if case in whole:
        return {position: shown_at[position] for position, values in advice if values["case_id"] == case}
    here = {position: name for position, name in names.items() if name == case or name.startswith(f"{case}/")}
    if not here:
        raise InputError(
            f"{place}: no advice for this case was shown to this judge. Is the name written as at the desk, and the "
            "case as on the sheet? Advice that another system showed is recorded first, with --advice."
        )
    counts = sorted(set(here.values()))
    if len(counts) > 1:
        raise InputError(f"--case: the judge was shown advice for several counts; name one: {', '.join(counts)}.")
    return {position: shown_at[position] for position in here}


def record_advice(
    prediction: str,
    *,
    ledger: Path | str,
    judge: str,
    at: datetime.datetime,
    court: str | None = None,
    plea: bool | None = None,
    recommendation: str | None = None,
    own_estimate: str | None = None,
    shadow: bool = False,
) -> RecordedAdvice:
    """Append the advice of a prediction that another system has shown to a judge, a record a count.

    Parameters
    ----------
    prediction : JSON of ``sentencing predict``: a row of a defendant or of a count, an array of them, or one a line.
    recommendation, own_estimate : months, of a prediction of one count alone; the estimate was written down before.
    shadow : the advice was computed and not shown.

    Raises
    ------
    InputError
        The text is no such prediction, no count has an empirical figure, or the ledger holds this advice already.
    RefusedRecordsError
        An own estimate for what the judge had seen.
    """
    if shadow and own_estimate is not None:
        raise InputError("--shadow and --own-estimate exclude each other: nobody saw advice in the shadow.")
    counts = _counts(prediction)
    advised = [count for count in counts if count["status"] == "advised"]
    if not advised:
        raise InputError("--advice: no count has an empirical figure, so there is no advice to record.")
    given = {
        "recommendation_months": read_cell(recommendation, "recommendation_months", option="--recommendation"),
        "own_estimate_months": read_cell(own_estimate, "own_estimate_months", option="--own-estimate"),
    }
    if len(advised) > 1 and any(value is not None for value in given.values()):
        raise InputError(
            f"--recommendation and --own-estimate are of one count, and the prediction has {len(advised)} with advice. "
            "Record each count by itself (`sentencing predict --level count`)."
        )
    mode = "shadow" if shadow else "shown" if given["own_estimate_months"] is None else "blind_first"
    made = [
        Advice(
            case_id=count["row_id"],
            judge=judge,
            court=court,
            charge_group=count["charge_group"],
            plea=plea,
            advice_months=count["liability_months"],
            interval_low=count["interval_low"],
            interval_high=count["interval_high"],
            model_version=count["model_version"],
            law_version=count["law_version"],
            shown_at=at.isoformat(),
            mode=mode,
            **given,
        )
        for count in advised
    ]
    with Ledger(ledger) as opened:
        who = opened.pseudonym(judge)
        held = {_key(values): position for position, values in opened.rows("advice", judge=who)}
        there = [held[key] for advice in made if (key := _key({**advice.__dict__, "judge": who})) in held]
        if there:
            raise InputError(
                f"{shown_place(ledger)}: this advice is there already, at position {there[0]}. Nothing was added."
            )
        return RecordedAdvice(positions=tuple(opened.extend(made)), without=len(counts) - len(advised))


def _key(values: Mapping[str, Any]) -> bytes:
    return advice_key(values, instant(values["shown_at"]).timestamp())


def _counts(prediction: str) -> list[dict[str, Any]]:
    """Return the counts of a prediction, each with the versions of its row."""
    rows = _objects(prediction)
    counts = []
    for row in rows:
        own = row.get("counts", [row])
        if not isinstance(own, list) or not all(isinstance(count, dict) for count in own):
            raise _no_prediction("counts is no list of objects")
        versions = {name: row.get(name) for name in ("model_version", "law_version")}
        counts += [{**count, **versions} for count in own]
    problems = []
    for number, count in enumerate(counts, start=1):
        needed = ["row_id", "status", "model_version", *(_NEEDED if count.get("status") == "advised" else ())]
        problems += [f"count {number}: {name} is missing" for name in needed if count.get(name) is None]
    raise_all(problems, error=InputError, heading="--advice: this is no row of `sentencing predict`:")
    return counts


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise _no_prediction("it is no JSON") from None
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(row, dict) for row in found):
        raise _no_prediction("it holds no object")
    return found


def _no_prediction(why: str) -> InputError:
    return InputError(
        f"--advice: {why}. Give what `sentencing predict` writes as .jsonl for one case, as a file or with - from "
        "standard input."
    )
