"""Words of the trade from ``terms.yaml``: groups of charges, names of drugs, limits that a text quotes."""

from functools import lru_cache

from sentencing_ml.packaged import read_yaml


@lru_cache(maxsize=1)
def _content() -> dict:
    return read_yaml("factors", "terms.yaml")


def scope(name: str) -> frozenset[str]:
    """Return the canonical charges of the group called ``name``; KeyError when there is none."""
    return frozenset(_content()["scopes"][name])


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


@lru_cache(maxsize=1024)
def act_words(charge: str) -> tuple[str, ...]:
    """Return the words that tell the act of a charge in a finding; of a charge not listed, its name without 罪."""
    return tuple(_content()["acts"].get(charge, ())) or (charge.removesuffix("罪"),)
