"""Groups of defendants and cases for the audit, from ``groups.yaml``; what is not known is a group of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from sentencing_ml.errors import SettingsError
from sentencing_ml.law import places
from sentencing_ml.packaged import read_yaml

EVERY_CHARGE = "*"


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute of the audit: how its column is grouped and how a difference is to be read."""

    name: str
    zh: str
    column: str
    kind: Literal["map", "contains", "each", "same", "age", "year", "region", "province"]
    reading: str
    rules: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Relevance:
    """Where law ties an attribute, or one group of it, to the sentence of a charge."""

    attribute: str
    charge: str
    article: str
    effect: Literal["excluded", "noted"]
    zh: str
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class RelevantFact:
    """A fact of the person that law makes count, and the factor that tells it; None where none is extracted."""

    fact: str
    article: str
    zh: str
    factor: str | None


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The content of ``groups.yaml``."""

    unknown: str
    attributes: dict[str, Attribute]
    relevant: tuple[Relevance, ...]
    relevant_facts: tuple[RelevantFact, ...]

    def unknown_names(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``names`` that are no attribute, in their order: the audit reports them and goes on."""
        return tuple(name for name in names if name not in self.attributes)


@lru_cache(maxsize=1)
def groups() -> Groups:
    """Read ``groups.yaml``."""
    content = read_yaml("fairness", "groups.yaml")
    attributes = {}
    for name, entry in content["attributes"].items():
        own = {key: entry[key] for key in ("zh", "column", "kind")}
        rules = {key: value for key, value in entry.items() if key not in own and key != "zh_reading"}
        attributes[name] = Attribute(name=name, reading=entry["zh_reading"], rules=rules, **own)
    relevant = tuple(Relevance(**entry) for entry in content["relevant"])
    facts = tuple(RelevantFact(**entry) for entry in content["relevant_facts"])
    return Groups(unknown=content["unknown"], attributes=attributes, relevant=relevant, relevant_facts=facts)


def attribute(name: str) -> Attribute:
    """Return the attribute called ``name``.

    Raises
    ------
    SettingsError
        ``groups.yaml`` has no such attribute.
    """
    known = groups().attributes
    if name not in known:
        raise SettingsError(
            f"audit.attributes: {name!r} is not an attribute of the audit; choose from {', '.join(known)}."
        )
    return known[name]


def grouped(frame: pd.DataFrame, name: str, *, smallest: int = 1, counted: pd.DataFrame | None = None) -> pd.Series:
    """Return the group of each row for the attribute ``name``; a value that is not known gives 未知.

    Parameters
    ----------
    frame : factor table; a missing column counts as unknown in every row.
    name : a key of ``groups.yaml``.
    smallest : rows from which a written value is a group by itself, where every value may be one (kind ``each``).
    counted : the table in which those rows are counted; ``frame`` itself when absent. Tables that are compared with one
        another must name the same one, or their groups differ.

    Returns
    -------
    string Series with the index of ``frame``, never null.
    """
    rule = attribute(name)
    result = _group(frame, rule)
    if rule.kind == "each" and smallest > 1:
        sizes = (result if counted is None else _group(counted, rule)).value_counts()
        small = result.notna() & ~result.isin(sizes.index[sizes >= smallest].tolist())
        result = result.mask(small, rule.rules["other"])
    return result.fillna(groups().unknown).rename(name)


def _group(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    columns = rule.rules.get("from", [rule.column])
    # an age may be counted to another day; of the other kinds each column is needed
    needed = columns[:1] if rule.kind == "age" else columns
    if any(column not in frame for column in needed):
        return pd.Series(pd.NA, index=frame.index, dtype="string")
    return _GROUPING[rule.kind](frame, rule).astype("string")


def relevant(name: str) -> tuple[Relevance, ...]:
    """Return the legally relevant exceptions of the attribute ``name``."""
    return tuple(entry for entry in groups().relevant if entry.attribute == name)


def excluded(charge: pd.Series, group: pd.Series, name: str) -> pd.Series:
    """Return which rows law itself keeps out of the comparison of the attribute ``name``, as plain booleans."""
    out = pd.Series(False, index=group.index)
    for entry in relevant(name):
        if entry.effect == "excluded":
            of_charge = True if entry.charge == EVERY_CHARGE else charge.eq(entry.charge).fillna(False).astype(bool)
            of_group = True if entry.group is None else group.eq(entry.group).astype(bool)
            out = out | (pd.Series(True, index=group.index) & of_charge & of_group)
    return out


def relevant_facts() -> tuple[RelevantFact, ...]:
    """Return the facts of a person that law makes count for every charge."""
    return groups().relevant_facts


def groups_set_aside(name: str) -> tuple[str, ...]:
    """Return the groups of the attribute ``name`` that law keeps out of the comparison for every charge."""
    return tuple(
        entry.group
        for entry in relevant(name)
        if entry.effect == "excluded" and entry.charge == EVERY_CHARGE and entry.group is not None
    )


def _of_values(written: pd.Series, tell: Callable[[str], str | None]) -> pd.Series:
    """Return what ``tell`` says of each value, told once for every different one; an empty value is unknown."""
    code, values = pd.factorize(written.astype("string").str.strip())
    told = pd.array([tell(value) if value else None for value in values], dtype="string")
    return pd.Series(told.take(code, allow_fill=True), index=written.index, dtype="string")


def _mapped(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    other = rule.rules.get("other")
    return _of_values(frame[rule.column], lambda value: rule.rules["values"].get(value, other))


def _containing(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    parts, other = rule.rules["contains"], rule.rules["other"]
    return _of_values(frame[rule.column], lambda value: next((group for part, group in parts if part in value), other))


def _each(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    return _of_values(frame[rule.column], lambda value: rule.rules["values"].get(value, value))


def _same(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    one, other = (_of_values(frame[column], places.province) for column in rule.rules["from"])
    known = one.notna() & other.notna()
    result = pd.Series(pd.NA, index=frame.index, dtype="string").mask(known, rule.rules["different"])
    return result.mask(known & (one == other).fillna(False), rule.rules["same"])


def _age(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    birth, *days = rule.rules["from"]
    day = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    for column in days:
        if column in frame:
            day = day.fillna(_date(frame[column]))
    born = _date(frame[birth])
    had_birthday = (day.dt.month > born.dt.month) | ((day.dt.month == born.dt.month) & (day.dt.day >= born.dt.day))
    age = day.dt.year - born.dt.year - (~had_birthday).astype(int)
    result = pd.Series(pd.NA, index=frame.index, dtype="string").mask(age.notna(), rule.rules["upper_group"])
    for limit, group in reversed(rule.rules["bands"]):
        result = result.mask(age < limit, group)
    return result.mask(age < rule.rules["lower"], rule.rules["lower_group"])


def _date(written: pd.Series) -> pd.Series:
    """Return the days; half a date (1990-05) is none, since pandas would make it the first of the month."""
    code, values = pd.factorize(written.astype("string"))
    values = pd.Series(values, dtype="string")
    days = pd.to_datetime(values.where(values.str.len() >= 10), errors="coerce").astype("datetime64[ns]").array
    return pd.Series(days.take(code, allow_fill=True), index=written.index)


def _year(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    return _date(frame[rule.column]).dt.year.astype("Int64").astype("string")


def _province(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    return _of_values(frame[rule.column], places.province)


def _region(frame: pd.DataFrame, rule: Attribute) -> pd.Series:
    return _of_values(frame[rule.column], places.region)


_GROUPING = {
    "map": _mapped,
    "contains": _containing,
    "each": _each,
    "same": _same,
    "age": _age,
    "year": _year,
    "province": _province,
    "region": _region,
}
