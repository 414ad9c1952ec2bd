"""Whether a 原因说明 names facts of the cases: its form is checked, never whether the reason is good.

A note is a judge's account of the entries that an alert rests on. It has content when it says of which cases it speaks
and what was found in them: charge, amounts, grades of injury, part in the crime, circumstances. A case is told by its
number or, where only one of the alert's cases has such a value, by the value. What a text says of a case is held
against the factor table where that has the case: a fact is *confirmed*, *contradicted* or, for want of a record,
*unconfirmed*.
Unconfirmed facts count as far as confirmed ones stand beside them; of a case that the table does not have they count
when they hold a number or grade and are no list. Phrases that fit every case, the alert's own words, what is said to be
absent, other cases' facts and one formula beside many cases do not count. Words and numbers: ``reason_note.yaml``.

The check can be deceived by who knows the cases: whoever copies a case's facts beside its number names them. It keeps
empty notes out and says what is missing; the reading stays with people.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.terms import drug_names, vehicle_names
from sentencing_ml.factors.wording import missing
from sentencing_ml.judgments.numerals import NUMBER, find_alcohol, find_money, find_weights, fold, parse_number
from sentencing_ml.law.charges import canonical
from sentencing_ml.packaged import read_yaml

CHARGE = "charge"
_TEXT_HASH = re.compile(r"#[0-9a-f]{12}$")  # with which the desk tells two texts of one name apart
_STOPS = "。；！？\n\r"
_MARKS = f"，、：{_STOPS}"
_SENTENCE = re.compile(rf"[^{_STOPS}]+[{_STOPS}]?")
_BRACKETS = str.maketrans("()〔〕[]【】", "（）（）（）（）")
_CASE_NUMBER = re.compile(r"（\d{4}）[^，。；：\s（）]{1,24}?\d{1,6}[*×]{0,3}号")  # published ones may be masked
_SHORT_NUMBER = re.compile(r"(?<!\d)(\d{1,6})号")
_BARE_NUMBER = re.compile(r"\d{1,4}")
_LISTED = re.compile(r"案件\s?(\d{1,3})(?!\d)")
_ALL_OF_THEM = re.compile("均|都|皆|同样")
_CHARGE_LENGTHS = range(30, 2, -1)
_READERS = {"money": find_money, "weight": find_weights, "alcohol": find_alcohol}

Finding = Literal["confirmed", "contradicted", "unconfirmed"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case of an alert: its name in the ledger, the charge, and its row of the factor table (None: it has none)."""

    case_id: str
    charge_group: str
    values: Mapping[str, Any] | None = None

    @property
    def row_id(self) -> str:
        """The id of the count in the factor table."""
        return _TEXT_HASH.sub("", self.case_id)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a note names.

    ``facts`` are pairs of case id and factor that count, ``cases`` the cases that have enough of them, ``missing`` says
    in Chinese what is still asked for (empty when ``accepted``).
    """

    accepted: bool
    facts: tuple[tuple[str, str], ...]
    cases: int
    missing: tuple[str, ...]

    @property
    def named(self) -> int:
        """The number of facts that count."""
        return len(self.facts)


@dataclass(frozen=True)
class _Account:
    """What is said of one case: each factor's finding, and which of them hold a number or grade.

    ``said`` is equal for accounts that say the same, the charge left out.
    """

    findings: Mapping[str, Finding]
    exact: frozenset[str]
    said: frozenset[Any]

    def of(self, finding: Finding) -> list[str]:
        return [factor for factor, found in self.findings.items() if found == finding]


def cases_of(corrections: pd.DataFrame, factors: pd.DataFrame | None) -> tuple[Case, ...]:
    """Return the cases behind rows of ``Ledger.corrections`` (columns case_id, charge_group), each once, in order.

    ``factors`` is a factor table, or None; cases that it lacks are held against the ledger alone.
    """
    rows = {} if factors is None else {row["row_id"]: row for row in factors.to_dict("records")}
    found = {}
    for case_id, charge in zip(corrections["case_id"], corrections["charge_group"], strict=True):
        values = rows.get(_TEXT_HASH.sub("", case_id))
        found.setdefault(case_id, Case(case_id=case_id, charge_group=charge, values=values))
    return tuple(found.values())


def check(
    text: str,
    *,
    cases: Sequence[Case],
    others: Sequence[str] = (),
    told: str = "",
    earlier: Mapping[int, str] | None = None,
) -> Check:
    """Return which facts of which cases a note names, and whether they are enough.

    Parameters
    ----------
    text : the note as written.
    cases : the alert's cases, numbered from 1 in this order for who writes 案件1.
    others : names of other cases of the judge: what is said of them does not count.
    told : the alert's own words; what is copied from them does not count.
    earlier : the judge's notes on other alerts, by the number of the alert.

    Raises
    ------
    InputError
        The note is empty or too long to be one.
    """
    rules = _rules()
    require_words(text)
    own = fold(text).translate(_BRACKETS)
    own, copied = _without(own, _copied(own, fold(told).translate(_BRACKETS)))
    own, empty = _without(own, [match.span() for match in _boilerplate().finditer(own)])
    parts, foreign = _by_case(own, cases, others)
    accounts = [_account("。".join(part), case) for part, case in zip(parts, cases, strict=True)]
    wrong = [_is_wrong(account, case) for account, case in zip(accounts, cases, strict=True)]
    counted = [
        [] if fails else _named(account, case) for account, case, fails in zip(accounts, cases, wrong, strict=True)
    ]
    facts = tuple((case.case_id, factor) for case, names in zip(cases, counted, strict=True) for factor in names)
    least = rules["minimum"]
    each = least["facts_per_case"]
    full = [account.said for account, names in zip(accounts, counted, strict=True) if len(names) >= each]
    enough = len(set(full))  # one formula beside the numbers of many cases is an account of one
    needed = min(least["cases"], len(cases))
    say, problems = rules["say"], []
    repeated = _repeated(text, earlier or {})
    if repeated is not None:
        problems.append(say["repeated"].format(alert=repeated))
    for case, account, names in zip(cases, accounts, counted, strict=True):
        problems += _case_problems(case, account, names)
    if not any("".join(part).strip() for part in parts):
        problems.append(say["no_case"])
    if enough < len(full):
        problems.append(say["alike"])
    if enough < needed:
        problems.append(say["more_cases"].format(n=needed - enough, each=each))
    mostly_wrong = sum(wrong) > rules["wrong_share"] * (sum(wrong) + sum(map(bool, counted)))
    accepted = repeated is None and enough >= needed and not mostly_wrong
    if not accepted:
        problems += [say["foreign"]] * foreign + [say["copied"]] * bool(copied)
        if empty:
            problems.append(say["boilerplate"].format(phrase=empty[0]))
    return Check(accepted=accepted, facts=facts, cases=enough, missing=() if accepted else tuple(problems))


def require_words(text: str) -> None:
    """Raise an InputError where a text is empty, or too long to be a note or an objection."""
    if not text.strip():
        raise InputError("The text is empty; nothing was kept. Write it in a file, or give it on standard input (-).")
    longest = _rules()["longest"]
    if len(text) > longest:
        raise InputError(f"The text has {len(text)} characters, and {longest} are read. Nothing was kept; shorten it.")


def words(found: Check) -> list[str]:
    """Return what the judge is told of a checked note, a line each."""
    say = _rules()["say"]
    if found.accepted:
        return [say["accepted"].format(cases=found.cases, facts=found.named), say["form"]]
    by_case: dict[str, list[str]] = {}
    for case_id, factor in found.facts:
        by_case.setdefault(case_id, []).append(_zh(factor))
    read = [say["read"].format(case=case_id, names="、".join(names)) for case_id, names in by_case.items()]
    return [say["kept"], *(f"· {line}" for line in (*found.missing, *read)), say["form"]]


def _named(account: _Account, case: Case) -> list[str]:
    """Return the factors of a case that count: what is confirmed, and the unconfirmed as far as it bears out."""
    confirmed, unconfirmed = account.of("confirmed"), account.of("unconfirmed")
    if case.values is None:
        listed = len(unconfirmed) > _rules()["unconfirmed_most"] or not account.exact
        return confirmed if listed else [*confirmed, *unconfirmed]
    return [*confirmed, *unconfirmed[: len(confirmed)]]


def _is_wrong(account: _Account, case: Case) -> bool:
    """Tell whether what is said of a case does not fit it: another charge alone, more wrong numbers and grades than
    right ones, or too much else that contradicts.
    """
    contradicted = account.of("contradicted")
    said = len(contradicted) + len(_named(account, case))
    wrong, right = (len(account.exact & set(account.of(finding))) for finding in ("contradicted", "confirmed"))
    return CHARGE in contradicted or wrong > right or len(contradicted) > _rules()["wrong_share"] * said


def _case_problems(case: Case, account: _Account, names: Sequence[str]) -> Iterator[str]:
    say, contradicted = _rules()["say"], account.of("contradicted")
    if contradicted and not names:
        yield say["contradicted"].format(case=case.case_id, names="、".join(map(_zh, contradicted)))
    elif account.of("unconfirmed") and case.values is None and not (set(names) - {CHARGE}):
        yield say["listed"].format(case=case.case_id)


# ---------------------------------------------------------------- which words are whose


def _by_case(text: str, cases: Sequence[Case], others: Sequence[str]) -> tuple[list[list[str]], bool]:
    """Return for each case the parts of the text that speak of it, and whether it speaks of other cases.

    A case that was named is spoken of until another is; before the name, only in its own sentence.
    """
    parts: list[list[str]] = [[] for _ in cases]
    names = _names(cases, others)
    current: tuple[int, ...] = ()
    foreign = False
    for match in _SENTENCE.finditer(text):
        sentence = match[0]
        anchors = list(_anchors(sentence, names, cases))
        if not anchors:
            current = _by_value(sentence, cases, current)
            for place in current:
                parts[place].append(sentence)
            continue
        foreign = foreign or any(not places for _, _, places in anchors)
        together = tuple(sorted({place for *_, places in anchors for place in places}))
        for number, (_, end, places) in enumerate(anchors):
            last = number == len(anchors) - 1
            until = len(sentence) if last else anchors[number + 1][0]
            # the words before the first name are of it: 盗窃8600元（sim-1）
            said = (sentence[: anchors[0][0]] + " " if not number else "") + sentence[end:until]
            current = together if last and len(anchors) > 1 and _ALL_OF_THEM.search(said) else places
            for place in current:
                parts[place].append(said)
    return parts, foreign


def _names(cases: Sequence[Case], others: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the places of the cases that a name stands for; those of other cases stand for none."""
    found: dict[str, tuple[int, ...]] = {}
    for other in others:
        row = _TEXT_HASH.sub("", other)
        found[fold(row).translate(_BRACKETS)] = ()
    for place, case in enumerate(cases):
        # the whole document too: of its counts those that the alert rests on
        for name in dict.fromkeys((case.case_id, case.row_id, case.row_id.split("/")[0])):
            key = fold(name).translate(_BRACKETS)
            found[key] = (*found.get(key, ()), place)
    # 1 in 致1人死亡 is no case, though a court may number its cases so
    return {name: places for name, places in found.items() if not _BARE_NUMBER.fullmatch(name)}


def _anchors(
    sentence: str, names: Mapping[str, tuple[int, ...]], cases: Sequence[Case]
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield start, end and cases of what names a case, in order; no cases: one that is not the alert's."""
    numbers = _case_numbers(cases)
    short = Counter(map(_short, numbers))
    found = []
    if names:
        for match in _names_pattern(tuple(sorted(names, key=len, reverse=True))).finditer(sentence):
            found.append((*match.span(), names[match[0]]))
    for match in _CASE_NUMBER.finditer(_blanked(sentence, [item[:2] for item in found])):
        found.append((*match.span(), numbers.get(_number_key(match[0]), ())))
    rest = _blanked(sentence, [item[:2] for item in found])
    for match in _SHORT_NUMBER.finditer(rest):
        if short[match[1]] == 1:
            own = next(places for key, places in numbers.items() if _short(key) == match[1])
            found.append((*match.span(), own))
    for match in _LISTED.finditer(rest):
        if 0 < int(match[1]) <= len(cases):
            found.append((*match.span(), (int(match[1]) - 1,)))
    yield from sorted(found)


def _case_numbers(cases: Sequence[Case]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for place, case in enumerate(cases):
        # what a court imports may go by the number of the case itself
        written = fold(str(_value(case, "case_number") or case.row_id)).translate(_BRACKETS)
        match = _CASE_NUMBER.search(written)
        if match is not None:
            key = _number_key(match[0])
            found[key] = (*found.get(key, ()), place)
    return found


def _short(key: str) -> str | None:
    found = _SHORT_NUMBER.findall(key)
    return found[-1] if found else None


def _number_key(written: str) -> str:
    return re.sub(r"\s|字第", "", written)


@lru_cache(maxsize=64)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z_/-])(?:{'|'.join(map(re.escape, names))})(?![0-9A-Za-z_/#-])")


def _by_value(sentence: str, cases: Sequence[Case], current: tuple[int, ...]) -> tuple[int, ...]:
    """Return of which case a sentence speaks that names none: the only one with its value, else the one before."""
    for name in _rules()["numbers"]:
        values = _numbers(sentence, name)
        fitting = [
            place
            for place, case in enumerate(cases)
            if case.values is not None
            and registry().factors[name].belongs_to(frozenset({case.charge_group}))
            and _fits(values, case.values.get(name))
        ]
        if len(fitting) == 1 and len(values) == 1 and _anchoring(name):
            return tuple(fitting)
    return current


def _anchoring(name: str) -> bool:
    """Tell whether a value tells cases apart: a measure does, a small count of acts or persons does not."""
    return registry().factors[name].type == "number"


# ---------------------------------------------------------------- what is said of a case


def _account(text: str, case: Case) -> _Account:
    findings: dict[str, Finding] = {}
    exact: dict[str, Any] = {}
    of_charge = frozenset({case.charge_group})
    charge = _charge(text, case)
    if charge is not None:
        findings[CHARGE] = charge
    # 聚众斗殴 names the charge and no crowd besides
    for name in _charge_names(case):
        text = text.replace(name, " " * len(name))
    flags = _flags(text)
    for names, denied in flags.items():
        own = [name for name in names if registry().factors[name].belongs_to(of_charge)]
        there = next((name for name in own if _value(case, name) is True), None)
        unknown = next((name for name in own if _value(case, name) is None), None)
        if denied:
            # What is said to be absent names no fact, however true; said of one that is there it contradicts the case.
            if there is not None and len(own) == 1:
                findings.setdefault(there, "contradicted")
        elif there is not None:
            findings[there] = "confirmed"
        elif own:
            findings.setdefault(unknown or own[0], "contradicted" if unknown is None else "unconfirmed")
    for name, meant in _levels(text).items():
        factor = registry().factors[name]
        if factor.belongs_to(of_charge) and len(meant) <= _rules()["levels_most"]:
            exact[name] = frozenset(meant)
            value = _value(case, name)
            right = any(value in values for values in meant) if value is not None else None
            findings[name] = "unconfirmed" if right is None else "confirmed" if right else "contradicted"
    for name in _rules()["numbers"]:
        factor = registry().factors[name]
        values = _numbers(text, name)
        if not values or len(values) > _rules()["values_most"] or not factor.belongs_to(of_charge):
            continue
        exact[name] = frozenset(values)
        value = _value(case, name)
        findings[name] = "unconfirmed" if value is None else "confirmed" if _fits(values, value) else "contradicted"
    said = frozenset((*flags, *exact.items()))
    return _Account(findings, frozenset(exact), said)


def _value(case: Case, factor: str) -> Any:
    value = None if case.values is None else case.values.get(factor)
    return None if missing(value) else value


def _charge(text: str, case: Case) -> Finding | None:
    if any(name in text for name in _charge_names(case)):
        return "confirmed"
    named = {canonical(name) for name in _charges(text)} - {None}
    if not named:
        return None
    return "confirmed" if canonical(case.charge_group) in named else "contradicted"


def _charge_names(case: Case) -> list[str]:
    """Return the charge as the judgment and as the law write it, without 罪."""
    return [name.removesuffix("罪") for name in dict.fromkeys((_value(case, CHARGE), case.charge_group)) if name]


def _charges(text: str) -> Iterator[str]:
    """Yield what stands before each 罪, the longest writing that is a charge."""
    for match in re.finditer("罪", text):
        for length in _CHARGE_LENGTHS:
            written = text[max(0, match.end() - length) : match.end()]
            if not any(mark in written for mark in f"，：{_STOPS}") and canonical(written) is not None:
                yield written
                break


def _flags(text: str) -> dict[tuple[str, ...], bool]:
    """Return the yes-or-no factors that the words of a text may name, with whether it only denies them."""
    found: dict[tuple[str, ...], bool] = {}
    by_word = _flag_words()
    for match in _alternatives(tuple(by_word)).finditer(text):
        names = by_word[match[0]]
        found[names] = found.get(names, True) and _is_denied(text, *match.span())
    return found


def _levels(text: str) -> dict[str, set[tuple[str, ...]]]:
    """Return the categories that a text names, with the values that each of its words may mean."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for name, by_word in _level_words().items():
        for match in _alternatives(tuple(by_word)).finditer(text):
            if not _is_denied(text, *match.span()):
                found.setdefault(name, set()).add(tuple(by_word[match[0]]))
    return found


def _is_denied(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 20) : start]
    for mark in _MARKS:
        before = before.rpartition(mark)[2]
    rules = _rules()
    return bool(
        re.search(rf"(?:{rules['denied_before']}).{{0,{rules['gap']}}}$", before)
        or re.compile(rules["denied_behind"]).match(text, end)
    )


def _numbers(text: str, name: str) -> set[float]:
    """Return the values of a numeric factor that a text states."""
    entry = _rules()["numbers"][name]
    found = set()
    for value, start, end in _read(text, entry):
        clause = _clause(text, start, end)
        if value < entry.get("least", 0) or any(word in clause for word in entry.get("never", ())):
            continue
        if "beside" not in entry or any(word in clause for word in entry["beside"]):
            found.add(value)
    return found


def _read(text: str, entry: Mapping[str, Any]) -> Iterator[tuple[float, int, int]]:
    if entry["kind"] in _READERS:
        for item in _READERS[entry["kind"]](text):
            yield item.value, item.start, item.end
        return
    for match in _counted_units(tuple(entry["units"])).finditer(text):
        try:
            yield parse_number(match["number"]), *match.span()
        except ValueError:  # 千万 of 千万件 is a way of speaking
            continue


@lru_cache(maxsize=64)
def _counted_units(units: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(units, key=len, reverse=True)
    return re.compile(rf"(?<![第\d])(?P<number>{NUMBER})[余多]?(?:{'|'.join(map(re.escape, longest_first))})")


def _clause(text: str, start: int, end: int) -> str:
    before, after = text[:start], text[end:]
    for mark in _MARKS:
        before, after = before.rpartition(mark)[2], after.partition(mark)[0]
    return before + text[start:end] + after


def _fits(values: set[float], value: Any) -> bool:
    if missing(value):
        return False
    return any(abs(said - float(value)) <= _rules()["tolerance"] * abs(float(value)) for said in values)


# ---------------------------------------------------------------- what does not count


def _copied(text: str, told: str) -> list[tuple[int, int]]:
    """Return the spans of a text that stand in ``told`` too, as long as a copy is."""
    run = _rules()["copied"]
    shingles = {told[place : place + run] for place in range(len(told) - run + 1)}
    return [(place, place + run) for place in range(len(text) - run + 1) if text[place : place + run] in shingles]


def _repeated(text: str, earlier: Mapping[int, str]) -> int | None:
    """Return the alert to which the judge gave this note before, None when it is another."""
    rules = _rules()["repeated"]
    own = _runs(text, rules["run"])
    for alert, note in earlier.items():
        if own and len(own & _runs(note, rules["run"])) >= rules["share"] * len(own):
            return alert
    return None


def _runs(text: str, length: int) -> set[str]:
    plain = re.sub(r"\W", "", fold(text))
    return {plain[place : place + length] for place in range(max(1, len(plain) - length + 1))} - {""}


def _without(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[str]]:
    return _blanked(text, spans), [text[start:end] for start, end in spans]


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return "".join(characters)


# ---------------------------------------------------------------- the words


@lru_cache(maxsize=1)
def _rules() -> dict[str, Any]:
    return read_yaml("monitor", "alerts/reason_note.yaml")


@lru_cache(maxsize=1)
def _boilerplate() -> re.Pattern[str]:
    return re.compile("|".join(_rules()["boilerplate"]))


@lru_cache(maxsize=1)
def _flag_words() -> dict[str, tuple[str, ...]]:
    """Return the factors that each word names; a compound Chinese name is its parts."""
    found: dict[str, tuple[str, ...]] = {}
    for name, others in _rules()["words"].items():
        for word in dict.fromkeys((*registry().factors[name].zh.split("、"), *others)):
            found[word] = (*found.get(word, ()), name)
    return found


@lru_cache(maxsize=1)
def _level_words() -> dict[str, dict[str, tuple[str, ...]]]:
    found = {
        name: {word: tuple(values) for word, values in by_word.items()} for name, by_word in _rules()["levels"].items()
    }
    found["drug_type"] = {word: (kind,) for word, kind in drug_names().items()}
    vehicles: dict[str, tuple[str, ...]] = {}
    for kind, kind_words in vehicle_names():
        for word in kind_words:
            vehicles[word] = (*vehicles.get(word, ()), kind)
    return {**found, "vehicle": vehicles}


@lru_cache(maxsize=64)
def _alternatives(choices: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(choices, key=len, reverse=True))))


def _zh(factor: str) -> str:
    found: Factor | None = registry().factors.get(factor)
    return "罪名" if found is None else found.zh
