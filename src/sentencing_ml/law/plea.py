"""The rules on 认罪认罚 (高检发〔2019〕13号) as checks: each a question with an answer, an article and a reason.

A check answers yes, no, or not known, and then names the facts it needs. What is open in the text is a fact to be asked
for, so no check decides in the place of the court. The rules stand in ``data/plea.yaml``.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr, field_validator, model_validator

from sentencing_ml.law._data import Date, Dated, LawDataError, Row, keys, load, parsed, raise_all
from sentencing_ml.law.conditions import NO, YES, Answer, Condition, Facts, condition, facts_of, leaves, thresholds_of
from sentencing_ml.law.facts import Fact, fact_problems, misuse, vocabulary
from sentencing_ml.law.problems import Problem, edition

Kind = Literal["requires", "one_of", "bars", "cases"]
_Sources = Annotated[tuple[str, ...], Field(min_length=1)]
_Text = Annotated[str, Field(min_length=1)]


class _Item(Dated):
    text: _Text
    when: Any
    article: _Text | None = None
    source: _Sources | None = None

    @field_validator("when")
    @classmethod
    def _readable(cls, written: Any) -> Any:
        condition(written)
        return written


class _Case(_Item):
    value: StrictInt | StrictStr


class _CheckRow(Dated):
    id: _Text
    question: _Text
    article: _Text
    source: _Sources
    verified: bool = True
    requires: tuple[_Item, ...] = ()
    one_of: tuple[_Item, ...] = ()
    bars: tuple[_Item, ...] = ()
    cases: tuple[_Case, ...] = ()
    always: StrictBool | None = None
    yes: _Text | None = None
    no: _Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> "_CheckRow":
        if bool(self.items) == (self.always is not None):
            raise ValueError("needs either items, or always")
        if (self.always is not False and self.yes is None) or (self.always is not True and self.no is None):
            raise ValueError("lacks the reason of an answer it can give")
        return self

    @property
    def items(self) -> tuple[tuple[Kind, _Item], ...]:
        kinds: tuple[Kind, ...] = ("requires", "one_of", "bars", "cases")
        return tuple((kind, item) for kind in kinds for item in getattr(self, kind))


class _Wording(Row):
    unknown: str
    lacking: str
    barred: str
    because: str
    not_in_force: str
    unverified: str


class _File(Row):
    effective_from: Date = Field(alias="from")
    wording: _Wording
    checks: tuple[_CheckRow, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a check and what the facts say of it; ``kind`` says what it does to the answer (see ``plea.yaml``)."""

    kind: Kind
    text: str
    answer: bool | None
    article: str


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to one question.

    ``answer`` None is not known, and ``needs`` then names the facts that could still decide. ``value`` is what the
    question asks for beyond yes and no: a number of days, a direction. ``items`` are the parts of the rule, each with
    its own answer; ``problems`` the facts that were told but cannot be, and count as not known.
    """

    id: str
    question: str
    answer: bool | None
    reason: str
    article: str
    needs: tuple[str, ...]
    value: int | str | None
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    verified: bool
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Kind
    entry: _Item
    ask: Condition


@dataclass(frozen=True, slots=True)
class _Rule:
    entry: _CheckRow
    since: datetime.date
    parts: tuple[_Part, ...]
    reads: frozenset[str]  # the facts, those behind earlier checks among them


@dataclass(frozen=True, slots=True)
class PleaRules:
    """``plea.yaml``, compiled."""

    rules: tuple[_Rule, ...]
    wording: _Wording
    facts: Mapping[str, Fact]


def plea_checks(facts: Facts, *, on: datetime.date | None = None) -> tuple[Check, ...]:
    """Return every check of ``plea.yaml``, in its order.

    Parameters
    ----------
    facts
        Values by the names of ``facts.yaml``; null or absent is not known, and other names are not read.
        ``possible_term_months`` is the highest term that may be imposed.
    on
        The day of the decision; None is the day to which the law data are current. A check whose rule is not in force
        on it is not known.

    A value that a fact cannot have counts as not known, and the checks that read it carry the problem.
    """
    return answered(plea_rules(), facts, on=on or edition().current_to)


@lru_cache(maxsize=1)
def plea_rules() -> PleaRules:
    """Read ``plea.yaml``; raises LawDataError with every fault at once."""
    return build(load("plea.yaml"), sources=keys("sources"), facts=vocabulary())


def build(content: Any, *, sources: Iterable[str], facts: Mapping[str, Fact]) -> PleaRules:
    """Check the content of ``plea.yaml`` and return it compiled.

    Raises
    ------
    LawDataError
        Lists every fault: what has not the form of the file, an id that is used twice or is the name of a fact, a
        source, a fact, an earlier check or a level that nothing defines, a comparison that a fact does not allow.
    """
    problems: list[str] = []
    file = parsed(_File, content, problems=problems)
    rules: dict[str, _Rule] = {}
    known = set(sources)
    for entry in file.checks if file else ():
        if entry.id in rules:
            problems.append(f"{entry.id}: the id is used twice")
        if entry.id in facts:
            problems.append(f"{entry.id}: is the name of a fact")
        problems += [f"{entry.id}: {fault}" for fault in _faults(entry, known, facts, rules)]
        rules[entry.id] = _rule(entry, file.effective_from, rules)
    raise_all(problems, error=LawDataError, heading="plea.yaml cannot be used:")
    return PleaRules(rules=tuple(rules.values()), wording=file.wording, facts=facts)


def answered(rules: PleaRules, facts: Facts, *, on: datetime.date) -> tuple[Check, ...]:
    """Return the checks of ``rules`` for the facts on a day."""
    told, faulty = _told(rules, facts)
    done: dict[str, Check] = {}
    for rule in rules.rules:
        check = _check(rule, rules, told, done, faulty, on)
        done[check.id] = check
        told[check.id] = check.answer  # the id of an earlier check is a fact of those that follow
    return tuple(done.values())


def _told(rules: PleaRules, facts: Facts) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Return the usable facts, and the problem of each that cannot be used."""
    told: dict[str, Any] = {}
    faulty: dict[str, Problem] = {}
    for name in frozenset().union(*(rule.reads for rule in rules.rules)) & facts.keys():
        value = _plain(facts[name])
        if value is None:
            continue
        if problem := _problem(name, value, rules.facts[name]):
            faulty[name] = problem
        else:
            told[name] = value
    return told, faulty


def _plain(value: Any) -> Any:
    """Return the Python value of a scalar of an array library, and anything else as it is."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def _problem(name: str, value: Any, entry: Fact) -> Problem | None:
    if entry.type == "boolean":
        return None if isinstance(value, bool) else Problem.of("not_yes_or_no", value=entry.zh)
    if entry.type == "category":
        if isinstance(value, str) and value in entry.levels:
            return None
        other = value if isinstance(value, str) else type(value).__name__
        return Problem.of("unknown_level", value=entry.zh, other=other, near="、".join(entry.levels))
    return next(iter(fact_problems({name: value})), None)


def _check(
    rule: _Rule,
    rules: PleaRules,
    told: Facts,
    done: Mapping[str, Check],
    faulty: Mapping[str, Problem],
    on: datetime.date,
) -> Check:
    entry, wording = rule.entry, rules.wording
    parts = [part for part in rule.parts if part.entry.holds(on)]
    answers = [part.ask(told, _no_thresholds) for part in parts]
    value: int | str | None = None
    if on < rule.since or not entry.holds(on):
        found = Answer(None)
        reason = wording.not_in_force.format(since=_zh(rule.since), day=_zh(on))
    elif not entry.verified:
        found, reason = Answer(None), wording.unverified
    else:
        found, value = _found(entry, parts, answers)
        reason = _reason(rule, rules, found, value, parts, answers, done)
    needs = () if found.truth is not None else tuple(_expanded(found.missing, done))
    return Check(
        id=entry.id,
        question=entry.question,
        answer=found.truth,
        reason=reason,
        article=entry.article,
        needs=needs,
        value=value,
        items=tuple(
            Item(part.kind, part.entry.text, truth, part.entry.article or entry.article)
            for part, (truth, _) in zip(parts, answers, strict=True)
        ),
        problems=tuple(faulty[name] for name in sorted(rule.reads & faulty.keys())),
        verified=entry.verified,
        source=tuple(
            dict.fromkeys(key for row in (entry, *(part.entry for part in parts)) for key in row.source or ())
        ),
    )


def _found(entry: _CheckRow, parts: list[_Part], answers: list[Answer]) -> tuple[Answer, int | str | None]:
    """Return the answer of a check from those of its parts, and the value of the case that holds."""
    if entry.always is not None:
        return (YES if entry.always else NO), None
    by_kind: dict[Kind, list[Answer]] = {"requires": [], "one_of": [], "bars": [], "cases": []}
    for part, answer in zip(parts, answers, strict=True):
        by_kind[part.kind].append(answer)
    groups = [*by_kind["requires"], *(_opposite(answer) for answer in by_kind["bars"])]
    if entry.one_of:
        groups.append(_any(by_kind["one_of"]))
    value = None
    if entry.cases:
        case, value = _first(parts, answers)
        groups.append(case)
    found = _all(groups)
    return found, value if found.truth else None


def _first(parts: list[_Part], answers: list[Answer]) -> tuple[Answer, int | str | None]:
    for part, answer in zip(parts, answers, strict=True):
        if part.kind == "cases" and answer.truth is not False:
            return answer, part.entry.value
    return NO, None


def _all(answers: Iterable[Answer]) -> Answer:
    answers = tuple(answers)
    if any(answer.truth is False for answer in answers):
        return NO
    missing = tuple(name for answer in answers for name in answer.missing)
    return Answer(None, missing) if any(answer.truth is None for answer in answers) else YES


def _any(answers: Iterable[Answer]) -> Answer:
    return _opposite(_all(_opposite(answer) for answer in answers))


def _opposite(answer: Answer) -> Answer:
    return answer if answer.truth is None else NO if answer.truth else YES


def _no_thresholds(facts: Facts, fact: str, threshold: str, times: float) -> Answer:
    raise AssertionError("plea.yaml refers to no threshold: build() refuses one")


def _expanded(names: Iterable[str], done: Mapping[str, Check]) -> dict[str, None]:
    """Return the facts behind ``names``, each once in order; a check stands for the facts it needs."""
    return {fact: None for name in names for fact in (done[name].needs if name in done else (name,))}


def _reason(
    rule: _Rule,
    rules: PleaRules,
    found: Answer,
    value: int | str | None,
    parts: list[_Part],
    answers: list[Answer],
    done: Mapping[str, Check],
) -> str:
    entry, wording = rule.entry, rules.wording
    if found.truth is None:
        needs = _expanded(found.missing, done)
        if not needs:  # it waits for a check that no fact can decide, one not in force or not verified
            return next(done[name].reason for name in found.missing if name in done)
        return wording.unknown.format(needs="；".join(rules.facts[name].zh for name in needs))

    def told(kind: Kind, truth: bool) -> str:
        return "；".join(
            part.entry.text
            if part.entry.article in (None, entry.article)
            else f"{part.entry.text}（{part.entry.article}）"
            for part, answer in zip(parts, answers, strict=True)
            if part.kind == kind and answer.truth is truth
        )

    if found.truth:
        because = told("one_of", True) or told("cases", True)
        sentences = [entry.yes.replace("{value}", str(value)), because and wording.because.format(items=because)]
    else:
        lacking, barred = told("requires", False), told("bars", True)
        sentences = [
            entry.no,
            lacking and wording.lacking.format(items=lacking),
            barred and wording.barred.format(items=barred),
        ]
    return "。".join(filter(None, sentences))


def _zh(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _rule(entry: _CheckRow, since: datetime.date, earlier: Mapping[str, _Rule]) -> _Rule:
    named = frozenset().union(*(facts_of(item.when) for _, item in entry.items))
    reads = frozenset().union(*(earlier[name].reads if name in earlier else {name} for name in named))
    return _Rule(
        entry=entry,
        since=entry.effective_from or since,
        parts=tuple(_Part(kind, item, condition(item.when)) for kind, item in entry.items),
        reads=reads,
    )


def _faults(
    entry: _CheckRow, sources: set[str], facts: Mapping[str, Fact], earlier: Mapping[str, _Rule]
) -> Iterator[str]:
    rows = [("", entry), *((f"{kind} {item.text}: ", item) for kind, item in entry.items)]
    for label, row in rows:
        yield from (f"{label}unknown source {key}" for key in row.source or () if key not in sources)
    for kind, item in entry.items:
        label = f"{kind} {item.text}: "
        yield from (f"{label}there is no threshold here ({name})" for name in sorted(thresholds_of(item.when)))
        for leaf in leaves(item.when):
            (name,) = facts_of(leaf)
            if name in earlier:
                fault = None if leaf == name else f"{name} is a check, yes or no"
            else:
                fault = misuse(leaf, facts[name]) if name in facts else f"there is no fact or earlier check {name}"
            if fault:
                yield f"{label}{leaf}: {fault}"
