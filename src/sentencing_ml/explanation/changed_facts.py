"""A count with other facts: what may be changed, whether the law can take it, and what follows from it.

Only facts of the offence change the advice; whoever asks to change another one is told its class. What follows by law
from a change is changed with it: a graver harm to a person raises the number of persons so harmed, and a part in a
crime presupposes that several committed it.
"""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.judgments.numerals import parse_number
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.facts import Fact, fact_problems, vocabulary
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.statutes import charge_law
from sentencing_ml.law.track import RuleTrack
from sentencing_ml.liability.rules import count_track, records

_UNKNOWN = frozenset({"", "null", "none", "未知", "不明", "未记载"})
_YES = frozenset({"是", "有", "true", "yes"})
_NO = frozenset({"否", "无", "没有", "false", "no"})


def assignments(written: Sequence[str]) -> dict[str, str]:
    """Return the values of ``name=value`` as they are written on a command line.

    Raises
    ------
    InputError
        One has no ``=``, or a name is given twice.
    """
    values: dict[str, str] = {}
    problems = []
    for entry in written:
        name, equals, value = entry.partition("=")
        if not equals or not name.strip():
            problems.append(f"{entry[:40]}: write name=value, for example amount_yuan=50000 or 犯罪数额=5万")
        elif name.strip() in values:
            problems.append(f"{name.strip()}: is given twice; keep one value")
        else:
            values[name.strip()] = value.strip()
    raise_all(problems, error=InputError, heading="The changes cannot be read:")
    return values


def changed(rows: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    """Return a copy of rows of the factor table with other facts of the offence.

    Parameters
    ----------
    values
        By the English or Chinese name of a factor: a value of its type, or as text (``5万``, ``有``, ``从犯``); None or
        未知 makes it unknown. What follows by law is changed too (:func:`follow`).

    Raises
    ------
    InputError
        Lists every value that cannot be: no such factor, one that is no fact of the offence, a wrong type or level, a
        number that no fact can be, a factor of another charge, and what the law cannot take for one of the rows.
    """
    problems: list[str] = []
    wanted = _wanted(values, problems)
    changes = []
    for row_id, record in zip(rows["row_id"], records(rows), strict=True):
        found, refused = follow(record, wanted)
        refused = [*_foreign(record, wanted), *refused]
        if not refused:
            refused = [str(problem) for problem in law_problems(record, found)]
        problems += [f"{row_id}: {text}" if len(rows) > 1 else text for text in refused]
        changes.append(found)
    raise_all(list(dict.fromkeys(problems)), error=InputError, heading="The change cannot be made:")
    return with_facts(rows, changes)


def with_facts(rows: pd.DataFrame, changes: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a copy of ``rows`` in which each row has the values of its ``changes``; None is unknown. No check."""
    by_factor: dict[str, tuple[list[int], list[Any]]] = {}
    for place, change in enumerate(changes):
        for name, value in change.items():
            places, values = by_factor.setdefault(name, ([], []))
            places.append(place)
            values.append(pd.NA if value is None else value)
    columns = {}
    for name, (places, values) in by_factor.items():
        column = rows[name].copy()
        column.iloc[places] = pd.array(values, dtype=registry().factors[name].dtype)
        columns[name] = column
    return rows.assign(**columns)


def follow(record: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return all that changes when the ``wanted`` facts do, and why they contradict each other or the rest.

    ``record`` is a row of :func:`rules.records`. A fact that presupposes another brings it along, and goes with it. A
    category whose levels imply counts (the grade of the gravest harm) moves the persons: a graver grade takes one from
    those harmed less, a lighter grade takes all who were harmed more.
    """
    found, problems = dict(wanted), []
    for factor in registry().model_inputs():
        needed = factor.presupposes
        if needed is None:
            continue
        if wanted.get(factor.name) is not None:
            if needed in wanted and wanted[needed] is not True:
                problems.append(f"{_named(factor)}: cannot be without {_named(registry().factors[needed])}; change one")
            elif record.get(needed) is not True:
                found[needed] = True
        elif needed in wanted and wanted[needed] is not True and factor.name not in wanted:
            found[factor.name] = None
    for name, entry in vocabulary().items():
        if entry.implies and name in registry().factors:
            if wanted.get(name) is not None:
                found |= _moved(record, wanted, name, entry)
            clash = _clash({**record, **found}, name, entry)
            if clash is not None and _clash(record, name, entry) is None:
                factor = registry().factors[clash]
                problems.append(f"{_named(factor)}: does not go with {_named(registry().factors[name])}; change both")
    return {key: value for key, value in found.items() if key in wanted or value != record.get(key)}, problems


def law_problems(
    record: Mapping[str, Any], changes: Mapping[str, Any], *, before: RuleTrack | None = None
) -> list[Problem]:
    """Return why the law cannot take a row of :func:`rules.records` with ``changes``; what it was before is no reason.

    A problem is a value no fact can have, an element of the offence that is denied, a circumstance of intent in an
    offence of negligence, one that contradicts another, and facts on which no tier holds any longer. ``before`` is the
    row's :func:`rules.count_track`, for who asks of many changes of one.
    """
    problems = list(fact_problems(changes))
    law = charge_law(record["charge_group"]) if record.get("charge_group") else None
    if law is None:
        return problems
    for name in sorted(law.elements & set(changes)):
        if changes[name] is False:
            problems.append(Problem.of("element_denied", value=registry().factors[name].zh, other=law.name))
    problems += [
        Problem.of("not_of_negligence", value=entry.name, other=law.name, near=entry.article)
        for name, value in sorted(changes.items())
        for entry in [circumstances().entries.get(_circumstance(registry().factors[name], value) or "")]
        if law.negligent and entry is not None and entry.intentional
    ]
    if problems:
        return problems
    before = count_track(record) if before is None else before
    after = count_track({**record, **changes})
    known = set(before.problems)
    problems = [problem for problem in after.problems if problem not in known]
    if not problems and _no_ground(after) and not _no_ground(before):
        factor = registry().factors[next(iter(changes))]
        shown = "未知" if changes[factor.name] is None else value_text(factor, changes[factor.name])
        problems.append(Problem.of("no_ground_left", value=factor.zh, other=shown))
    return problems


def _circumstance(factor: Factor, value: Any) -> str | None:
    """Return the circumstance that a factor tells at a value; None for none."""
    if value is True:
        return factor.circumstance
    return next((level.circumstance for level in factor.levels if level.name == value), None)


def _no_ground(track: RuleTrack) -> bool:
    """Return whether no tier holds, or could by a fact that is not known: the court's own clauses are left out."""
    return all(
        candidate.reasons
        and all(reason.truth is False or (reason.truth is None and reason.ground.open) for reason in candidate.reasons)
        for candidate in track.finding.candidates
    )


def _wanted(values: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for name, value in values.items():
        factor = _factor(str(name), problems)
        if factor is None:
            continue
        if factor.name in wanted:
            problems.append(f"{_named(factor)}: is given twice; keep one value")
        before = len(problems)
        typed = _typed(factor, value, problems)
        if len(problems) == before:
            problems += [f"{factor.name}: {problem}" for problem in fact_problems({factor.name: typed})]
        wanted[factor.name] = typed
    return wanted


def _factor(name: str, problems: list[str]) -> Factor | None:
    factors = registry().factors
    factor = factors.get(name) or next((entry for entry in factors.values() if entry.zh == name), None)
    if factor is None:
        names = [entry.name if name.isascii() else entry.zh for entry in registry().model_inputs()]
        near = [other for other in names if name and name in other] + difflib.get_close_matches(name, names, n=3)
        known = "、".join(dict.fromkeys(near[:3])) or "see the names in docs or `sentencing extract`"
        problems.append(f"{name[:40]}: there is no such factor; near: {known}")
    elif not factor.factor_class.model_input:
        group = factor.factor_class
        problems.append(
            f"{_named(factor)}: is of class {group.zh} ({group.ground}), which the liability model never reads; "
            "no figure would change. Change facts of the offence (责任刑) alone"
        )
        return None
    return factor


def _typed(factor: Factor, value: Any, problems: list[str]) -> Any:
    """Return a value as its factor's type, None for unknown; what cannot be read is a problem."""
    text = value.strip() if isinstance(value, str) else None
    if missing(value) or (text is not None and text.lower() in _UNKNOWN):
        return None
    if factor.type == "boolean":
        if isinstance(value, bool):
            return value
        if text is not None and text.lower() in _YES | _NO:
            return text.lower() in _YES
        problems.append(f"{_named(factor)}: write 有 or 无 (true or false), or 未知")
        return None
    if factor.type == "category":
        return _level(factor, text, problems)
    number = _number(value, text)
    told_by_law = factor.name in vocabulary()  # which says itself what is too small or too large
    if number is None or (factor.type == "count" and number != int(number)) or (number < 0 and not told_by_law):
        kind = "whole number" if factor.type == "count" else "number"
        unit = f" in {factor.unit}" if factor.unit else ""
        problems.append(f"{_named(factor)}: write a {kind} not below 0{unit}, or 未知")
        return None
    return int(number) if factor.type == "count" else number


def _level(factor: Factor, text: str | None, problems: list[str]) -> str | None:
    level = next((level for level in factor.levels if level.name == text), None)
    usable = "、".join(level.name for level in factor.levels if level.factor_class.model_input)
    if level is None:
        problems.append(f"{_named(factor)}: has no such level; choose {usable}, or 未知")
    elif not level.factor_class.model_input:
        problems.append(
            f"{_named(factor)}: {level.name} is of class {level.factor_class.zh} ({level.disputed or factor.ground}), "
            f"which the liability model never reads; choose {usable}"
        )
        return None
    return None if level is None else level.name


def _number(value: Any, text: str | None) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value if text is None else text.replace(",", "").replace("，", ""))
    except (TypeError, ValueError):
        try:
            number = None if text is None else parse_number(text)
        except ValueError:
            number = None
    return number if number is not None and math.isfinite(number) else None


def _foreign(record: Mapping[str, Any], wanted: Iterable[str]) -> list[str]:
    charge = record.get("charge_group")
    if charge is None:
        return []
    foreign = [registry().factors[name] for name in wanted]
    return [
        f"{_named(factor)}: does not belong to the charge {charge}; leave it out"
        for factor in foreign
        if not factor.belongs_to(frozenset({charge}))
    ]


def _moved(record: Mapping[str, Any], wanted: Mapping[str, Any], name: str, entry: Fact) -> dict[str, int]:
    """Return the counts that follow when a category that implies counts gets the wanted level."""
    order = _implied(entry)
    place = order.index(next(iter(entry.implies[wanted[name]])))
    counts = {count: record.get(count) for count in order if count not in wanted}
    graver = [count for count in order[place + 1 :] if counts.get(count)]
    own = order[place]
    if own not in counts:
        return {}
    moved = {count: 0 for count in order[place + 1 :] if counts.get(count) != 0 and count in counts}
    taken = sum(counts[count] for count in graver)
    if taken:
        return {**moved, own: (counts[own] or 0) + taken}
    if counts[own]:
        return moved
    lighter = next((count for count in reversed(order[:place]) if counts.get(count)), None)
    less = {} if lighter is None else {lighter: counts[lighter] - 1}
    return {**moved, **less, own: 1}


def _clash(record: Mapping[str, Any], name: str, entry: Fact) -> str | None:
    """Return the count that does not go with the level of a category that implies counts; None where all do."""
    level, order = record.get(name), _implied(entry)
    if level not in entry.implies or any(record.get(count) is None for count in order):
        return None
    gravest = next((count for count in reversed(order) if record[count]), None)
    own = next(iter(entry.implies[level]))
    return None if gravest == own else own if gravest is None else max(gravest, own, key=order.index)


def _implied(entry: Fact) -> list[str]:
    """Return the counts that the levels of a category imply, in the rising order of its levels."""
    return list(dict.fromkeys(count for level in entry.levels for count in entry.implies.get(level, ())))


def _named(factor: Factor) -> str:
    return f"{factor.name} ({factor.zh})"

