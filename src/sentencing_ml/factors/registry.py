"""The registry of factors, read from ``registry.yaml``: the one place that says what a factor is and who may read it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.factors.terms import charges_of
from sentencing_ml.packaged import read_yaml

Form = Literal["judgment", "judgment_without_opinion", "fact_and_opinion", "indictment", "fact_record"]
FactorType = Literal["boolean", "count", "number", "category", "text", "date"]

_DTYPES = {
    "boolean": "boolean",
    "count": "Int64",
    "number": "Float64",
    "category": "string",
    "text": "string",
    "date": "string",
}


@dataclass(frozen=True, kw_only=True)
class FactorClass:
    """A doctrinal class.

    ``model_input`` says whether the liability model may read its factors; ``told_by`` are the forms of record in which
    silence means absence. In any other form what is not mentioned is not observable.
    """

    name: str
    zh: str
    model_input: bool
    told_by: frozenset[Form]
    shown_as: str
    ground: str


@dataclass(frozen=True, kw_only=True)
class Level:
    """A value of a category; its class is the factor's unless the registry gives it one of its own."""

    name: str
    factor_class: FactorClass
    circumstance: str | None
    disputed: str | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What finds a factor: a phrase rule of the registry, compiled, or the module that applies the rule in code.

    ``words``: one of them stands in every hit, so that a text without any need not be searched. ``unless`` matches
    clauses that are no hit, ``unless_near`` the same of sentences. ``negation``: the general negations apply.
    ``charges``: canonical charges, None for all. ``whole_case``: the clause speaks of the victim, so no defendant is
    looked for. ``own_deed``: what a victim, an officer or a third person does is no hit.
    """

    id: str
    factor: str
    by: str | None = None
    where: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    find: re.Pattern | None = None
    unless: re.Pattern | None = None
    unless_near: re.Pattern | None = None
    value: str | None = None
    negation: bool = True
    charges: frozenset[str] | None = None
    record_only: bool = False
    whole_case: bool = False
    own_deed: bool = False


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A sentencing factor.

    ``monotone`` is the legal sign of the liability term in the value (+1, 0, −1; for a category in the order of its
    levels); ``direction`` whether it aggravates (+1) or lightens (−1); ``circumstance`` the guideline's entry;
    ``charges`` the canonical charges it belongs to (None: all); ``presupposes`` the boolean factor without which this
    one cannot be; ``silence_unknown`` that a boolean which is not
    mentioned is unknown in every form of record; ``law_input`` that the law reads it to find the statute in force and
    the standard of the place.
    """

    name: str
    zh: str
    en: str
    type: FactorType
    factor_class: FactorClass
    unit: str | None = None
    article: str | None = None
    ground: str | None = None
    direction: int = 0
    monotone: int = 0
    circumstance: str | None = None
    disputed: str | None = None
    levels: tuple[Level, ...] = ()
    charges: frozenset[str] | None = None
    presupposes: str | None = None
    silence_unknown: bool = False
    law_input: bool = False
    rules: tuple[Rule, ...] = ()

    def belongs_to(self, charges: frozenset[str]) -> bool:
        """Tell whether the factor belongs to any of ``charges`` (canonical names)."""
        return self.charges is None or bool(self.charges & charges)

    @property
    def dtype(self) -> str:
        """The nullable pandas type of its column in the factor table."""
        return _DTYPES[self.type]


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All factors by name, in the order of the file.

    ``general_article`` is the article of a fact that the article of the charge does not name.
    """

    version: int
    general_article: str
    classes: dict[str, FactorClass]
    factors: dict[str, Factor]

    def of_class(self, *names: str) -> tuple[Factor, ...]:
        """Return the factors whose class is one of ``names``, in order."""
        return tuple(factor for factor in self.factors.values() if factor.factor_class.name in names)

    def model_inputs(self) -> tuple[Factor, ...]:
        """Return the factors that the liability model may read."""
        return tuple(factor for factor in self.factors.values() if factor.factor_class.model_input)

    def law_inputs(self) -> tuple[Factor, ...]:
        """Return the factors that only the law may read beside the model's: when and where the offence was committed."""
        return tuple(factor for factor in self.factors.values() if factor.law_input)

    def of_count(self) -> tuple[Factor, ...]:
        """Return the factors that are a count's own where a defendant has several: the facts, and how the court took them."""
        return self.of_class("liability", "assessment")

    def offender(self) -> tuple[Factor, ...]:
        """Return the factors shown to the judge and kept from the model: prevention and mixed ones."""
        return self.of_class("prevention", "mixed")


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Read the registry; a class, type or level that does not exist is an error at the first use."""
    content = read_yaml("factors", "registry.yaml")
    classes = {
        name: FactorClass(name=name, **{**entry, "told_by": frozenset(entry["told_by"])})
        for name, entry in content["classes"].items()
    }
    factors = {name: _factor(name, entry, classes) for name, entry in content["factors"].items()}
    return Registry(
        version=content["version"],
        general_article=content["general_article"],
        classes=classes,
        factors=factors,
    )


def phrase_rules() -> tuple[Rule, ...]:
    """Return the rules that :mod:`circumstances` applies, in the order of the registry."""
    return tuple(rule for factor in registry().factors.values() for rule in factor.rules if rule.find is not None)


def _factor(name: str, entry: dict, classes: dict[str, FactorClass]) -> Factor:
    entry = dict(entry)
    own_class = classes[entry.pop("class")]
    levels = tuple(
        Level(
            name=level,
            factor_class=classes[given.get("class", own_class.name)],
            circumstance=given.get("circumstance"),
            disputed=given.get("disputed"),
        )
        for level, given in entry.pop("levels", {}).items()
    )
    if entry["type"] not in _DTYPES:
        raise ValueError(f"registry.yaml: {name}: unknown type {entry['type']!r}")
    if (entry["type"] == "category") != bool(levels):
        raise ValueError(f"registry.yaml: {name}: a category, and only a category, lists its levels")
    charges = charges_of(entry.pop("charges", None))
    rules = tuple(_rule(name, rule, charges) for rule in entry.pop("rules", ()))
    unknown = {rule.value for rule in rules if rule.value is not None} - {level.name for level in levels}
    if unknown:
        raise ValueError(
            f"registry.yaml: {name}: a rule gives a level that is not listed: {', '.join(sorted(unknown))}"
        )
    return Factor(name=name, factor_class=own_class, levels=levels, charges=charges, rules=rules, **entry)


_PHRASE_KEYS = {
    "id", "where", "words", "find", "unless", "unless_near", "value", "negation", "charges", "record_only", "subject", "avoids",
}  # fmt: skip
_CODE_KEYS = {"id", "by", "reads"}


def _rule(factor: str, entry: dict, charges: frozenset[str] | None) -> Rule:
    unknown = set(entry) - (_CODE_KEYS if "by" in entry else _PHRASE_KEYS)
    if unknown:
        raise ValueError(f"registry.yaml: {entry.get('id')}: unknown key {', '.join(sorted(unknown))}")
    if "by" in entry:
        return Rule(id=entry["id"], factor=factor, by=entry["by"], charges=charges)
    words = tuple(entry["words"])
    return Rule(
        id=entry["id"],
        factor=factor,
        where=frozenset(entry["where"]),
        words=words,
        find=re.compile(entry.get("find") or "|".join(map(re.escape, words))),
        unless=re.compile(entry["unless"]) if "unless" in entry else None,
        unless_near=re.compile(entry["unless_near"]) if "unless_near" in entry else None,
        value=entry.get("value"),
        negation=entry.get("negation", True),
        charges=charges_of(entry["charges"]) if "charges" in entry else charges,
        record_only=entry.get("record_only", False),
        whole_case=entry.get("subject") == "victim",
        own_deed=entry.get("subject") == "offender",
    )
