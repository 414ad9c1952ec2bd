"""Charges (罪名): the canonical name of a charge as a judgment writes it.

A selective charge (选择性罪名) such as 走私、贩卖、运输、制造毒品罪 is written with the parts that apply: 贩卖毒品罪.
``charge_names.yaml`` marks the parts that may be chosen, so that what is fixed in a name must be there: 非法持有毒品罪
shares 毒品罪 with it and is another charge.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import StrictInt

from sentencing_ml.law._data import LawDataError, Row, load, parsed, raise_all

_CHOICE = re.compile(r"\{([^{}]*)\}")
# What separates the parts of a name in writing. 和, 及, 与 and 或 stand inside a few names too (危及, 参与); they are
# dropped on both sides, so that only the sequence of the remaining characters counts.
_SEPARATORS = re.compile(r"[、,，;；:：·・\s和及与或\"'“”‘’《》〈〉()（）]+")
_PARENTHESES = re.compile(r"[(（][^()（）]*[)）]")
_PREFIX = re.compile(r"^(?:构成|涉嫌|犯)")
_SUFFIX = re.compile(r"(?:犯?罪)*(?:一?案)?$")
_VARIANTS = str.maketrans({"帐": "账"})


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A charge: name, article and chapter of 刑法, former names; a heading is the title of a section, no charge."""

    name: str
    article: str
    chapter: str
    former: tuple[str, ...] = ()
    heading: bool = False


class _NameRow(Row):
    form: str
    article: str
    former: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    heading: bool = False


class _File(Row):
    version: StrictInt = 1
    charges: Mapping[str, tuple[_NameRow, ...]]


@dataclass(frozen=True, kw_only=True)
class Names:
    """``charge_names.yaml``, indexed."""

    charges: dict[str, Charge]
    exact: dict[str, str]
    selective: tuple[tuple[re.Pattern[str], str], ...]

    def canonical(self, name: str) -> str | None:
        """See :func:`canonical`."""
        for key in dict.fromkeys((_key(name), _key(_PARENTHESES.sub("", name)))):
            if key in self.exact:
                return self.exact[key]
            matches = {whole for pattern, whole in self.selective if pattern.fullmatch(key)}
            if matches:
                # The shortest name that the writing is a part of; a tie would be a guess.
                shortest = min(map(len, matches))
                candidates = [whole for whole in matches if len(whole) == shortest]
                return candidates[0] if len(candidates) == 1 else None
        return None


@lru_cache(maxsize=16384)
def canonical(name: str) -> str | None:
    """Return the canonical name of the charge written as ``name``, or None when it is not known.

    With or without 罪; separators (、，和 and spaces), quotation marks and parentheses do not matter; a former name
    gives the present one; a part of a selective charge gives the whole name. Several charges in one string are not one
    charge: None.
    """
    return _names().canonical(name)


def charge(name: str) -> Charge | None:
    """Return the charge written as ``name`` (see :func:`canonical`), or None."""
    known = canonical(name)
    return None if known is None else _names().charges[known]


def all_charges() -> tuple[Charge, ...]:
    """Return every charge of ``charge_names.yaml`` in the order of the articles, headings included."""
    return tuple(_names().charges.values())


def _key(text: str) -> str:
    key = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).translate(_VARIANTS)
    return _SUFFIX.sub("", _PREFIX.sub("", key))


@lru_cache(maxsize=1)
def _names() -> Names:
    return build(load("charge_names.yaml"))


def build(content: Any) -> Names:
    """Index the content of ``charge_names.yaml``; raises LawDataError with every fault at once."""
    names, problems = read(content)
    raise_all(problems, error=LawDataError, heading="charge_names.yaml cannot be used:")
    return names


def read(content: Any) -> tuple[Names, list[str]]:
    """Index what is sound in the content of ``charge_names.yaml``, and return the faults of the rest."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems)
    charges: dict[str, Charge] = {}
    exact: dict[str, str] = {}
    selective: list[tuple[re.Pattern[str], str]] = []
    for chapter, rows in file.charges.items() if file else ():
        for row in rows:
            name = _plain(row.form)
            if name in charges:
                problems.append(f"{name}: listed twice")
                continue
            charges[name] = Charge(
                name=name,
                article=row.article,
                chapter=chapter,
                former=tuple(map(_plain, row.former)),
                heading=row.heading,
            )
            for form in dict.fromkeys((row.form, *row.former, *row.also)):
                plain = _plain(form)
                if not plain.endswith("罪"):
                    problems.append(f"{name}: {plain} does not end in 罪")
                key = _key(plain)
                if exact.setdefault(key, name) != name:
                    problems.append(f"{plain}: stands for {exact[key]} and for {name}")
                if "{" in form:
                    selective.append((_pattern(form), name))
    return Names(charges=charges, exact=exact, selective=tuple(selective)), problems


def _plain(form: str) -> str:
    return form.replace("{", "").replace("}", "")


def _pattern(form: str) -> re.Pattern[str]:
    """Return the pattern of the keys that ``form`` covers: the fixed text as it stands, of each choice at least one."""
    parts = _CHOICE.split(form.removesuffix("罪"))
    written = []
    for number, part in enumerate(parts):
        if number % 2:
            written.append("(?:" + "|".join(re.escape(_fixed(choice)) for choice in part.split("、")) + ")+")
        else:
            written.append(re.escape(_fixed(part)))
    return re.compile("".join(written))


def _fixed(text: str) -> str:
    return _SEPARATORS.sub("", text).translate(_VARIANTS)
