"""A question put to the rule track in words: facts and circumstances by name, values as they are written.

What cannot be read becomes a :class:`~sentencing_ml.law.problems.Problem`; nothing is guessed and nothing is dropped.
"""

import datetime
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentencing_ml.law.arithmetic import Found
from sentencing_ml.law.check import Factor
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.facts import Fact, completed, vocabulary
from sentencing_ml.law.places import province as province_name
from sentencing_ml.law.places import provinces
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.tiers import period

_YES = frozenset({"是", "有", "yes", "true", "y", "1"})
_NO = frozenset({"否", "无", "没有", "no", "false", "n", "0"})
_IGNORED = str.maketrans("", "", " 、，,/／（）()")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What was asked, read: facts, circumstances with their evidence, dates and province; or the problems of it."""

    facts: Mapping[str, Any]
    found: tuple[Found, ...]
    evidence: Mapping[str, str]
    offence_date: str | None
    trial_date: datetime.date | None
    province: str | None
    problems: tuple[Problem, ...]


def read(
    *,
    facts: Sequence[tuple[str, str]] = (),
    circumstances: Sequence[str] = (),
    offence_date: str | None = None,
    trial_date: str | None = None,
    province: str | None = None,
    factors: Mapping[str, Factor] | None = None,
) -> Question:
    """Read a question.

    Parameters
    ----------
    facts
        Name (of ``facts.yaml``, or its Chinese name) and value of each fact. One told twice is told by the last.
    circumstances
        Id or Chinese name of each circumstance, with ``=evidence`` after it where there is some.
    offence_date, trial_date
        Day, month or year; of a trial in a month or year the last day counts.
    province
        Full or short name.
    factors
        The factors that extraction reads. A fact that tells a circumstance is that circumstance found, and one named by
        the value of a factor tells that factor, so that nothing which opened a tier is weighed again.
    """
    problems: list[Problem] = []
    told: dict[str, Any] = {}
    for name, written in facts:
        id = _fact(name, problems)
        if id is not None and (value := _value(vocabulary()[id], written, problems)) is not None:
            told[id] = value
    found: dict[str, Found] = {}
    evidence: dict[str, str] = {}
    for written in circumstances:
        name, _, where = written.partition("=")
        if (named := _circumstance(name.strip(), factors or {}, problems)) is None:
            continue
        id, factor, value = named
        found[id] = Found(id, factor)
        if where.strip():
            evidence[id] = where.strip()
        if factor in vocabulary() and told.get(factor) is None:
            told[factor] = value
    for name, factor in (factors or {}).items():
        for value, id, _ in factor.tells:
            if type(told.get(name)) is type(value) and told[name] == value and id not in found:
                found[id] = Found(id, name)
    trial = None if trial_date is None else period(trial_date)
    if trial_date is not None and trial is None:
        problems.append(Problem.of("no_trial_date", value=trial_date))
    place = province_name(province)
    if province is not None and place is None:
        near = difflib.get_close_matches(province, [entry.name for entry in provinces()], n=3, cutoff=0.3)
        problems.append(Problem.of("unknown_province", value=province, near="、".join(near)))
    return Question(
        facts=completed(told),
        found=tuple(found.values()),
        evidence=evidence,
        offence_date=offence_date,
        trial_date=None if trial is None else trial[1],
        province=place,
        problems=tuple(problems),
    )


def _fact(name: str, problems: list[Problem]) -> str | None:
    known = vocabulary()
    if name in known:
        return name
    by_zh = {_plain(entry.zh): id for id, entry in known.items()}
    if _plain(name) in by_zh:
        return by_zh[_plain(name)]
    names = [entry.zh for entry in known.values()] if not name.isascii() else list(known)
    problems.append(Problem.of("unknown_fact", value=name, near="、".join(_near(name, names))))
    return None


def _value(entry: Fact, written: str, problems: list[Problem]) -> Any:
    text = written.strip()
    if entry.type == "boolean":
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
        problems.append(Problem.of("not_yes_or_no", value=entry.zh))
        return None
    if entry.type in {"number", "count"}:
        try:
            number = float(text.replace(",", "").replace("，", ""))
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or (entry.type == "count" and number != int(number)):
            problems.append(Problem.of("not_a_number", value=entry.zh))
            return None
        return int(number) if number == int(number) else number
    return text  # the levels of a category are checked with the other facts


def _circumstance(
    name: str, factors: Mapping[str, Factor], problems: list[Problem]
) -> tuple[str, str | None, Any] | None:
    """Return the id of a circumstance, and the factor with the value that tells it, if any does.

    A name may be given by its beginning where only one circumstance begins so.
    """
    entries = circumstances().entries
    plain = _plain(name)
    id = name if name in entries else next((key for key, row in entries.items() if _plain(row.name) == plain), None)
    aliases: dict[str, tuple[str, str, Any]] = {}
    for factor, row in factors.items():
        for value, told, _ in row.tells:
            if told in entries and row.type in {"boolean", "category"}:
                aliases.setdefault(_plain(row.zh if value is True else str(value)), (told, factor, value))
                aliases.setdefault(told, (told, factor, value))
    if id is None and plain in aliases:
        return aliases[plain]
    if id is None and len(plain) > 1:
        begun = [key for key, row in entries.items() if _plain(row.name).startswith(plain)]
        id = begun[0] if len(begun) == 1 else None
    if id is not None:
        return (id, *aliases[id][1:]) if id in aliases else (id, None, None)
    near = _near(name, [row.name for row in entries.values()])
    problems.append(Problem.of("unknown_circumstance", value=name, near="、".join(near)))
    return None


def _near(name: str, names: Sequence[str]) -> list[str]:
    holding = [other for other in names if name and name in other]
    return list(dict.fromkeys([*holding, *difflib.get_close_matches(name, names, n=3, cutoff=0.4)]))[:3]


def _plain(name: str) -> str:
    return name.translate(_IGNORED)
