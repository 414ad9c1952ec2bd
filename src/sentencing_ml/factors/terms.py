"""Words of the trade from ``terms.yaml``: groups of charges, names of drugs, limits that a text quotes."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.packaged import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What the amount of an offence may be: nouns of the figure, verbs of the act, words beside which it is another.

    ``things``: the figure may be the value of things, so that an appraisal states it. ``passed_on``: the thing comes
    from another's act, which is told with the name of him who receives it. ``sold``: what was paid for a thing is the
    figure. ``above``: every sum of the measure is larger. ``fallback``: read where nothing else tells the amount.
    """

    name: str
    named: tuple[str, ...]
    acts: tuple[str, ...]
    never: tuple[str, ...]
    things: bool = False
    passed_on: bool = False
    sold: bool = False
    above: float = 0.0
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measure of an offence other than money: what one of each unit is worth, and the words that tell it from others.

    ``of``: one of these stands by every figure (None: needs none). ``first``: groups of words, the figures beside an
    earlier one of which go before all others. ``never``: beside one of these a figure is something else. ``adds``: the
    items of a sentence are added up. ``most``: no figure is larger.
    """

    factor: str
    units: dict[str, float]
    of: re.Pattern | None
    first: tuple[re.Pattern, ...]
    never: re.Pattern | None
    adds: bool
    most: float


@lru_cache(maxsize=1)
def _content() -> dict:
    return read_yaml("factors", "terms.yaml")


def scope(name: str) -> frozenset[str]:
    """Return the canonical charges of the group called ``name``; KeyError when there is none."""
    if name == "property":
        return frozenset(_measured())
    return frozenset(_content()["scopes"][name])


@lru_cache(maxsize=1)
def _measured() -> dict[str, tuple[str, ...]]:
    return {charge: tuple(entry["measures"]) for entry in _content()["amounts"] for charge in entry["charges"]}


@lru_cache(maxsize=1024)
def measures(charges: frozenset[str]) -> tuple[Measure, ...]:
    """Return the measures of the amount of ``charges`` (canonical names), the first asked for first; none: no amount."""
    orders = [_measured()[charge] for charge in sorted(charges) if charge in _measured()]
    depth = max(map(len, orders), default=0)
    names = dict.fromkeys(order[place] for place in range(depth) for order in orders if place < len(order))
    return tuple(map(_measure, names))


def _measure(name: str) -> Measure:
    entry = _content()["measures"][name]
    like = _content()["measures"][entry["like"]] if "like" in entry else {}
    words = {key: (*like.get(key, ()), *entry[key]) for key in ("named", "acts", "never")}
    flags = {key: value for key, value in entry.items() if key not in words and key != "like"}
    return Measure(name=name, **words, **flags)


def charges_of(written: str | list[str] | None) -> frozenset[str] | None:
    """Return the charges that an entry names: a scope, or canonical names themselves; None stays None (all)."""
    if written is None:
        return None
    return scope(written) if isinstance(written, str) else frozenset(written)


@lru_cache(maxsize=1)
def drug_names() -> dict[str, str]:
    """Return the kind of each name that judgments call a drug by."""
    return {name: kind for kind, names in _content()["drug_names"].items() for name in names}


@lru_cache(maxsize=1)
def vehicle_names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the words for each kind of vehicle, kinds in the order in which they are tried."""
    return tuple((kind, tuple(words)) for kind, words in _content()["vehicle_names"].items())


@lru_cache(maxsize=1)
def alcohol_limits() -> frozenset[float]:
    """Return the limits in mg per 100 ml that texts quote beside a reading."""
    return frozenset(map(float, _content()["alcohol_limits"]))


@lru_cache(maxsize=1)
def harm_words() -> tuple[str, ...]:
    """Return the words for what an offence of violence did to somebody."""
    return tuple(_content()["harm_words"])


@lru_cache(maxsize=1024)
def act_words(charge: str) -> tuple[str, ...]:
    """Return the words that tell the act of a charge in a finding; its name without 罪 is one of them."""
    return tuple(dict.fromkeys((charge.removesuffix("罪"), *_content()["acts"].get(charge, ()))))


@lru_cache(maxsize=1)
def quantities() -> tuple[Quantity, ...]:
    """Return the measures other than money, in the order of the file."""
    return tuple(
        Quantity(
            factor=factor,
            units={unit: float(worth) for unit, worth in entry["units"].items()},
            of=_any_of(entry.get("of", ())),
            first=tuple(_any_of(words) for words in entry.get("first", ())),
            never=_any_of(entry.get("never", ())),
            adds=entry.get("adds", False),
            most=float(entry["most"]),
        )
        for factor, entry in _content()["quantities"].items()
    )


def _any_of(words: list[str]) -> re.Pattern | None:
    return re.compile("|".join(map(re.escape, words))) if words else None
