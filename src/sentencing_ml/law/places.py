"""Provinces: the full name from a court's name or a case number, and the region of a province."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, StrictInt

from sentencing_ml.law._data import LawDataError, Row, load, parsed, raise_all

# （2018）豫1426刑初12号: since 2016 the character after the year is the province's, followed by the court's digits
# or, for the high court, by the kind of case. Before, a court chose characters of its own: （2014）蒙刑初字第9号 may
# come from 蒙城 in 安徽, and says nothing certain.
_CASE_NUMBER = re.compile(r"[(\[〔【]\s*(\d{4})\s*[)\]〕】]\s*(\w)(?=\d{2,4}|刑)")
_FIRST_YEAR = 2016


@dataclass(frozen=True, kw_only=True)
class Province:
    """A province-level unit: full and short name, the character of its case numbers, its region."""

    name: str
    short: str
    character: str
    region: str


class _ProvinceRow(Row):
    name: str
    short: str
    characters: Annotated[tuple[str, ...], Field(min_length=1)]
    region: str
    cities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


class _File(Row):
    version: StrictInt = 1
    regions: tuple[str, ...]
    provinces: tuple[_ProvinceRow, ...]


@dataclass(frozen=True, kw_only=True)
class Places:
    """``provinces.yaml``, indexed."""

    provinces: dict[str, Province]
    by_name: dict[str, str]
    by_character: dict[str, str]
    by_beginning: dict[str, str]
    longest: int


def province_of(court_name: str | None, case_number: str | None) -> str | None:
    """Return the full name of the province of a court (河南省, 上海市), or None when it cannot be told.

    The court's name decides where it begins with a province or with a known city or district; else the character of the
    case number does. 最高人民法院 and military courts belong to no province.
    """
    places = _places()
    begun = beginning(re.sub(r"\s+", "", court_name)) if isinstance(court_name, str) else None
    if begun is not None:
        return begun[0]
    number = unicodedata.normalize("NFKC", case_number) if isinstance(case_number, str) else ""
    found = _CASE_NUMBER.search(number)
    if found is None or int(found[1]) < _FIRST_YEAR or "字第" in number:
        return None
    return places.by_character.get(found[2])


def beginning(address: str) -> tuple[str, int] | None:
    """Return the full name of the province of an address that begins with it or with a city or district known to lie in
    it, and the length of that beginning; None where it begins with no known name."""
    places = _places()
    # The longest beginning counts: 海南藏族自治州 lies in 青海省.
    for length in range(min(len(address), places.longest), 1, -1):
        if address[:length] in places.by_beginning:
            return places.by_beginning[address[:length]], length
    return None


def province(name: object) -> str | None:
    """Return the full name of a province written in full or short (河南, 河南省), or None; null gives None."""
    return _places().by_name.get(name) if isinstance(name, str) else None


def region(name: object) -> str | None:
    """Return the region (东部, 中部, 西部, 东北) of a province written in full or short, or None."""
    full = province(name)
    return None if full is None else _places().provinces[full].region


def provinces() -> tuple[Province, ...]:
    """Return the 31 province-level units in the order of the file."""
    return tuple(_places().provinces.values())


@lru_cache(maxsize=1)
def _places() -> Places:
    return build(load("provinces.yaml"))


def build(content: Any) -> Places:
    """Index the content of ``provinces.yaml``; raises LawDataError with every fault at once."""
    places, problems = read(content)
    raise_all(problems, error=LawDataError, heading="provinces.yaml cannot be used:")
    return places


def read(content: Any) -> tuple[Places, list[str]]:
    """Index what is sound in the content of ``provinces.yaml``, and return the faults of the rest."""
    problems: list[str] = []
    file = parsed(_File, content, problems=problems)
    provinces: dict[str, Province] = {}
    by_name: dict[str, str] = {}
    by_character: dict[str, str] = {}
    by_beginning: dict[str, str] = {}
    for row in file.provinces if file else ():
        name, names = row.name, (row.name, row.short)
        provinces[name] = Province(name=name, short=row.short, character=row.characters[0], region=row.region)
        if row.region not in file.regions:
            problems.append(f"{name}: unknown region {row.region!r}")
        beginnings = (*names, *row.cities, *row.districts)
        for index, keys in ((by_name, names), (by_character, row.characters), (by_beginning, beginnings)):
            for key in keys:
                if index.setdefault(key, name) != name:
                    problems.append(f"{key}: stands for {index[key]} and for {name}")
    places = Places(
        provinces=provinces,
        by_name=by_name,
        by_character=by_character,
        by_beginning=by_beginning,
        longest=max(map(len, by_beginning), default=0),
    )
    return places, problems
