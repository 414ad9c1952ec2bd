"""How a sentence is executed: 折抵 and the days of a term, 缓刑, and what the age of a defendant rules out.

The rules stand in ``limits.yaml``. What the facts do not say is not known, never no.
"""

import calendar
import datetime
import math
from dataclasses import dataclass
from typing import NamedTuple

from sentencing_ml.law.combination import (
    DETENTION,
    FIXED_TERM,
    KIND_KEYS,
    Number,
    Term,
    day_problems,
    months_problem,
)
from sentencing_ml.law.conditions import NO, YES, Answer, Facts
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.facts import fact_problems, vocabulary
from sentencing_ml.law.limits import Limit, limit
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.steps import Interval, Step, words

_SUSPENDABLE = (FIXED_TERM, DETENTION)
_LONGEST_YEARS = 26  # no term reaches further than this from its first day (刑法69(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The days of a term.

    ``term_days`` are the days of the whole term, ``credited_days`` what custody took off, ``remaining_days`` the rest;
    ``last_day`` is None where custody took off all of it, or where the first day is not known. ``credited_days`` is
    None where a rule that was not verified would have to decide. With ``problems`` nothing was computed.
    """

    kind: str | None = None
    months: Fraction | None = None
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    term_days: int | None = None
    credited_days: int | None = None
    remaining_days: int | None = None
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()


class Part(NamedTuple):
    """A part of a rule and what the facts say of it. ``kind``: requires, bars (yes means no), must, or when."""

    kind: str
    text: str
    answer: bool | None
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer of a rule to the facts.

    ``answer`` None is not known, and ``needs`` then names the facts that could still decide. A rule that was not
    verified never answers.
    """

    id: str
    rule: str
    answer: bool | None
    reason: str
    article: str
    needs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    source: tuple[str, ...] = ()
    verified: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probation(Ruling):
    """Whether 缓刑 may be granted; ``must``: it has to be (应当, 72(1)); ``period``: months of its 考验期 (73)."""

    must: bool | None = None
    period: Interval | None = None


class FineFloor(NamedTuple):
    """The least fine in yuan where the code sets no amount: between two values until it is known who is sentenced."""

    yuan: Interval
    article: str
    needs: tuple[str, ...]
    source: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def execution(
    *,
    kind: str,
    term_months: Number,
    start: datetime.date | None,
    custody_days: int = 0,
    residence_days: int = 0,
    judged: datetime.date | None = None,
) -> Execution:
    """Return the days of a term, what custody takes off it (刑法41、44、47), and its last day (刑诉法解释202).

    Parameters
    ----------
    kind, term_months
        有期徒刑, 拘役 or 管制; whole or half months, for several counts the term that is executed.
    start
        The first day counted: the day from which the judgment is executed, or, as judgments print it for 有期徒刑 and
        拘役, the day from which the defendant has been in custody without a break. None: no day is known.
    custody_days
        Days in custody before ``start``. One takes off a day of 有期徒刑 or 拘役, and two of 管制.
    residence_days
        Days of 指定居所监视居住 (刑诉法76): one takes off a day of 管制, two a day of 有期徒刑 or 拘役; an odd day
        takes off nothing, since two days are set off for one.
    judged
        The day whose law of set-off applies; None is today's.

    Bad input gives ``problems``: a term that its kind cannot have, days that are none, custody longer than the term.
    """
    problems = _execution_problems(kind, term_months, start, (custody_days, residence_days))
    if problems:
        return Execution(problems=problems)
    months = Fraction(term_months)
    steps: tuple[Step, ...] = ()
    credited, more = _credited(kind, custody_days, residence_days, judged)
    if start is None:
        return Execution(kind=kind, months=months, credited_days=credited, steps=tuple(step for step, _ in more))
    end = last_day(start, months)
    total = (end - start).days + 1
    rule = limit("term_days", judged or start)
    told = f"自{start.isoformat()}起至{end.isoformat()}止，共{total}日"
    written = rule or limit("term_days")
    note = told if rule is not None else f"{told}；当时没有规定，参照计算"
    steps = (_days_step(written, (months, months), (Fraction(total), Fraction(total)), note),)
    rest = Fraction(total)
    for step, days in more:
        after = None if days is None else rest - days
        steps += (step._replace(before=(rest, rest), after=(after, after)),)
        rest = rest if after is None else after
    if credited is not None and credited > total:
        cited = limit("offset", judged).cited
        found = Problem.of("custody_over_term", value=cited, other=str(credited), near=str(total))
        return Execution(problems=(found,))
    remaining = None if credited is None else total - credited
    last = None if not remaining else end - datetime.timedelta(days=credited)
    return Execution(
        kind=kind,
        months=months,
        first_day=start,
        last_day=last,
        term_days=total,
        credited_days=credited,
        remaining_days=remaining,
        steps=steps,
    )


def last_day(start: datetime.date, months: Fraction) -> datetime.date:
    """Return the last day of a term that begins on ``start`` (刑诉法解释202(2)).

    A term in years ends on the day before the same day of the last year, one in months on the day before the same day
    of the last month; where that day does not exist, before the last day of the month. A term in months that begins on
    the last day of a month runs to the day before the last day of its last month. Half a month is fifteen days.
    """
    whole, half = divmod(months, 1)
    place = start.year * 12 + start.month - 1 + int(whole)
    year, month = place // 12, place % 12 + 1
    longest = calendar.monthrange(year, month)[1]
    ends_month = start.day == calendar.monthrange(start.year, start.month)[1]
    day = longest if whole % 12 and ends_month else min(start.day, longest)
    days = limit("term_days").params["half_month_days"] if half else 0
    return datetime.date(year, month, day) + datetime.timedelta(days=days - 1)


def probation(
    facts: Facts,
    *,
    kind: str,
    term_months: Term,
    judged: datetime.date | None = None,
    offended: datetime.date | None = None,
) -> Probation:
    """Return whether 缓刑 may, or must, be granted (刑法72, 74), and the bounds of its period (73).

    Parameters
    ----------
    facts
        Values by the names of ``facts.yaml``; null or absent is not known. Other names are not read.
    kind, term_months
        The punishment that is executed and its months, or an interval of them; None is not known.
    judged, offended
        The days of the judgment and of the offence; None is today, and the day of the judgment. Whom the law bars is
        asked of the day of the offence, since later laws barred more (刑法12); what else it asks, of the judgment's.
    """
    rule, bar = limit("probation", judged), limit("probation_bar", offended or judged)
    problems = (
        day_problems(judged, offended)
        + months_problem(kind, term_months, several=True)
        + fact_problems(facts)
        + _contradictions(facts, offended or judged)
    )
    if problems:
        return Probation(
            id=rule.id, rule=rule.rule, answer=None, reason=_problem_reason(problems), article=rule.cited,
            source=rule.source, problems=problems,
        )  # fmt: skip
    parts = [
        (
            "requires",
            f"判处拘役或者{words(rule.params['max_months'])}以下有期徒刑",
            _short(kind, term_months, rule),
            rule,
        )
    ]
    parts += [("requires", case.text, case.ask(facts), rule) for case in rule.params["conditions"]]
    parts += [("bars", case.text, case.ask(facts), bar) for case in bar.params["excluded"]]
    answers = [answer if name == "requires" else _not(answer) for name, _, answer, _ in parts]
    answer = _all(answers)
    asked = [(case.text, case.ask(facts)) for case in rule.params.get("must_for", ())]
    needs = answer.missing
    must = _all([answer, _any([one for _, one in asked])])
    if answer.truth and must.truth is None:
        needs = must.missing
    if not (rule.verified and bar.verified):
        answer = must = Answer(None)
    shown = tuple(Part(name, text, found.truth, entry.cited) for name, text, found, entry in parts)
    shown += tuple(Part("must", text, found.truth, rule.cited) for text, found in asked)
    failed = [f"{text}（{entry.cited}）" for (name, text, found, entry) in parts if found.truth is (name == "bars")]
    return Probation(
        id=rule.id,
        rule=rule.rule,
        answer=answer.truth,
        reason=_reason(answer.truth, failed, needs, "应当宣告缓刑" if must.truth else "可以宣告缓刑"),
        article=f"{rule.cited}、{bar.article}",
        needs=needs,
        parts=shown,
        source=tuple(dict.fromkeys((*rule.source, *bar.source))),
        verified=rule.verified and bar.verified,
        must=must.truth,
        period=None if answer.truth is False else probation_period(kind, term_months, judged=judged),
    )


def probation_period(kind: str, term_months: Term, *, judged: datetime.date | None = None) -> Interval | None:
    """Return the least and the most months of the 考验期 (刑法73); None for a kind of which none can be suspended."""
    if kind not in _SUSPENDABLE:
        return None
    params, key = limit("probation_period", judged).params, KIND_KEYS[kind].removesuffix("_term")
    low = term_months[0] if isinstance(term_months, (tuple, list)) else term_months
    least, most = Fraction(params[f"{key}_min_months"]), Fraction(params[f"{key}_max_months"])
    return max(least, Fraction(low or 0)), most


def applies(id: str, facts: Facts, *, on: datetime.date | None = None) -> Ruling:
    """Return whether the rule ``id`` of ``limits.yaml`` applies to the facts as it stood on a day.

    Among them: ``death_bar`` (刑法49), ``life_bar`` (法释〔2006〕1号13), ``minor_age`` and
    ``minor_leniency`` (17), ``elderly_leniency`` (17之一), ``parole_bar`` (81(2)), ``job_ban`` (37之一),
    ``drug_recidivist`` (356). ``on`` is the day whose law is asked; None is today.

    Raises
    ------
    KeyError
        There is no rule of that id.
    """
    rule = limit(id, on)
    if rule is None:
        now = limit(id)
        return Ruling(
            id=id, rule=now.rule, answer=False, reason="当时没有这一规定", article=now.cited, source=now.source
        )
    problems = fact_problems(facts) + _contradictions(facts, on)
    found = Answer(None) if problems else rule.ask(facts)
    answer = found.truth if rule.verified else None
    reason = _problem_reason(problems) if problems else _reason(answer, [rule.rule], found.missing, rule.rule)
    return Ruling(
        id=id,
        rule=rule.rule,
        answer=answer,
        reason=reason,
        article=rule.cited,
        needs=found.missing,
        parts=(Part("when", rule.rule, found.truth, rule.cited),),
        source=rule.source,
        verified=rule.verified,
        problems=problems,
    )


def fine_floor(facts: Facts, *, judged: datetime.date | None = None) -> FineFloor:
    """Return the least fine where the code sets no amount (法释〔2000〕45号2): less for a minor."""
    rule = limit("fine_min", judged)
    if rule is None:
        return FineFloor((None, None), limit("fine_min").cited, (), ())
    problems = fact_problems(facts)
    minor = Answer(None) if problems else rule.ask(facts)
    less, more = Fraction(rule.params["minor"]), Fraction(rule.params["adult"])
    yuan = (less, more) if minor.truth is None else (less, less) if minor.truth else (more, more)
    return FineFloor(yuan, rule.cited, minor.missing, rule.source, problems)


def _execution_problems(
    kind: str, months: Number, start: datetime.date | None, days: tuple[int, int]
) -> tuple[Problem, ...]:
    if kind not in KIND_KEYS:
        return (Problem.of("unknown_kind", value=str(kind), near="、".join(KIND_KEYS)),)
    problems = () if months is None else months_problem(kind, months, several=True)
    if months is None or isinstance(months, (tuple, list)):
        problems += (Problem.of("not_a_number", value=f"{kind}的刑期"),)
    elif not problems and Fraction(months) % Fraction(1, 2):
        problems += (Problem.of("not_a_term_of_months", other=f"{float(months):g}"),)
    if start is not None and (not isinstance(start, datetime.date) or start.year > datetime.MAXYEAR - _LONGEST_YEARS):
        problems += (Problem.of("no_date"),)
    for name, value in zip(("先行羁押", "指定居所监视居住"), days, strict=True):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            problems += (Problem.of("bad_days", value=name, other=str(value)),)
    return problems


def _credited(
    kind: str, custody: int, residence: int, judged: datetime.date | None
) -> tuple[int | None, list[tuple[Step, int | None]]]:
    """Return the days taken off, and each step with its own; None where the rule was not verified."""
    total: int | None = 0
    steps: list[tuple[Step, int | None]] = []
    for id, name, days in (("offset", "先行羁押", custody), ("offset_residence", "指定居所监视居住", residence)):
        if not days:
            continue
        rule = limit(id, judged)
        if rule is None:
            now = limit(id)
            steps.append((_days_step(now, (None, None), (None, None), f"{name}{days}日，当时没有折抵的规定"), 0))
            continue
        exact = days * Fraction(rule.params[KIND_KEYS[kind]])
        off = int(math.floor(exact)) if rule.verified else None
        note = f"{name}{days}日，折抵{off}日" if rule.verified else f"{name}{days}日，条文未经核对，没有折抵"
        steps.append(
            (
                _days_step(
                    rule,
                    (None, None),
                    (None, None),
                    note + ("，余数不折抵" if off != exact and off is not None else ""),
                ),
                off,
            )
        )
        total = None if total is None or off is None else total + off
    return total, steps


def _days_step(rule: Limit, before: Interval, after: Interval, note: str) -> Step:
    return Step(rule=rule.rule, article=rule.cited, before=before, after=after, note=note, source=rule.source)


def _short(kind: str, months: Term, rule: Limit) -> Answer:
    """Whether the punishment is one that can be suspended: 拘役, or 有期徒刑 up to the limit."""
    if kind not in _SUSPENDABLE:
        return NO
    low, high = months if isinstance(months, (tuple, list)) else (months, months)
    most = rule.params["max_months"]
    if kind == DETENTION or (high is not None and high <= most):
        return YES
    return NO if low is not None and low > most else Answer(None, ("declared_months",))


def _contradictions(facts: Facts, on: datetime.date | None) -> tuple[Problem, ...]:
    """Return what cannot stand beside each other: 累犯, and who by 刑法65 is none."""
    rule = limit("recidivism", on)
    fact, excluded = rule.params["fact"], rule.params.get("excluded", ())
    named = vocabulary()[fact].zh
    return tuple(
        Problem.of("contradiction", value=named, other=case.text, near=rule.cited)
        for case in excluded
        if facts.get(fact) and case.ask(facts).truth
    )


def _reason(answer: bool | None, failed: list[str], needs: tuple[str, ...], granted: str) -> str:
    if answer is None:
        known = vocabulary()
        asked = "、".join(dict.fromkeys(known[name].zh for name in needs))
        return f"尚不能确定，需要查明：{asked}" if asked else "条文未经核对，不作判断"
    return granted if answer else f"不符合：{'；'.join(failed)}"


def _problem_reason(problems: tuple[Problem, ...]) -> str:
    return "；".join(problem.what for problem in problems)


def _not(answer: Answer) -> Answer:
    return answer if answer.truth is None else NO if answer.truth else YES


def _all(answers: list[Answer]) -> Answer:
    if any(answer.truth is False for answer in answers):
        return NO
    missing = tuple(dict.fromkeys(name for answer in answers if answer.truth is None for name in answer.missing))
    return Answer(None, missing) if any(answer.truth is None for answer in answers) else YES


def _any(answers: list[Answer]) -> Answer:
    return _not(_all([_not(answer) for answer in answers]))
