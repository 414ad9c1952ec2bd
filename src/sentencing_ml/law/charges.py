"""Charges (罪名): the canonical name of a charge as a judgment writes it.

A selective charge (选择性罪名) such as 走私、贩卖、运输、制造毒品罪 is written with the parts that apply: 贩卖毒品罪.
``charge_names.yaml`` marks the parts that may be chosen, so that what is fixed in a name must be there: 非法持有毒品罪
shares 毒品罪 with it and is another charge.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.law._data import LawDataError, load, raise_all

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


@dataclass(frozen=True, kw_only=True)
class _Names:
    charges: dict[str, Charge]
    exact: dict[str, str]
    selective: tuple[tuple[re.Pattern[str], str], ...]


@lru_cache(maxsize=16384)
def canonical(name: str) -> str | None:
    """Return the canonical name of the charge written as ``name``, or None when it is not known.

    With or without 罪; separators (、，和 and spaces), quotation marks and parentheses do not matter; a former name
    gives the present one; a part of a selective charge gives the whole name. Several charges in one string are not one
    charge: None.
    """
    names = _names()
    for key in dict.fromkeys((_key(name), _key(_PARENTHESES.sub("", name)))):
        if key in names.exact:
            return names.exact[key]
        matches = {whole for pattern, whole in names.selective if pattern.fullmatch(key)}
        if matches:
            # The shortest name that the writing is a part of; a tie would be a guess.
            shortest = min(map(len, matches))
            candidates = [whole for whole in matches if len(whole) == shortest]
            return candidates[0] if len(candidates) == 1 else None
    return None


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
def _names() -> _Names:
    return build(load("charge_names.yaml"))


def build(content: dict) -> _Names:
    """Index the content of ``charge_names.yaml``; raises LawDataError with every fault at once."""
    problems: list[str] = []
    charges: dict[str, Charge] = {}
    exact: dict[str, str] = {}
    selective: list[tuple[re.Pattern[str], str]] = []
    for chapter, rows in content["charges"].items():
        for row in rows:
            name = _plain(row["form"])
            former = tuple(row.get("former", ()))
            if name in charges:
                problems.append(f"{name}: listed twice")
                continue
            charges[name] = Charge(
                name=name,
                article=row["article"],
                chapter=chapter,
                former=tuple(map(_plain, former)),
                heading=row.get("heading", False),
            )
            for form in dict.fromkeys((row["form"], *former, *row.get("also", ()))):
                plain = _plain(form)
                if not plain.endswith("罪"):
                    problems.append(f"{name}: {plain} does not end in 罪")
                key = _key(plain)
                if exact.setdefault(key, name) != name:
                    problems.append(f"{plain}: stands for {exact[key]} and for {name}")
                if "{" in form:
                    selective.append((_pattern(form), name))
    raise_all(problems, error=LawDataError, heading="charge_names.yaml cannot be used:")
    return _Names(charges=charges, exact=exact, selective=tuple(selective))


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
