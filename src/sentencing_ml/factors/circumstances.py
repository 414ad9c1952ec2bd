"""Circumstances by phrase: which rule hit, whether the court found it, and for whom.

The order of a hit's life: a pattern of ``rules.yaml`` matches in a section it may be read in; the clause must not
negate it, the sentence must not be an argument of the defence that the court refused; then it belongs to the
defendants of whom the clause speaks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.factors.people import People
from sentencing_ml.factors.registry import registry
from sentencing_ml.judgments.document import Defendant, Document, SectionName
from sentencing_ml.judgments.view import View
from sentencing_ml.packaged import read_yaml

Speaker = Literal["court", "prosecution", "defence", "record"]

# 不构成自首, 无前科, 未取得谅解 … within the same clause, just before the hit.
_NEGATED_BEFORE = re.compile(
    r"(?:不(?:构成|属于?|是|具有|具备|存在|符合|应认定|予认定|能认定|宜认定|能视为|应视为|得|享有|适用)|非系|并非|没有|未有|未(?:曾|能|予|获|取得|得到|达成|有|与)?|无|缺乏|不能以|不应以|不以|不足以认定|难以认定|否认|拒不)[^，。；、]{0,12}$"
)
_NEGATED_AFTER = re.compile(
    r"^[^，。；]{0,10}(?:不(?:能)?成立|不予(?:认定|采纳|支持|采信)|不能(?:认定|成立)|不应认定|依据不足|证据不足|无(?:事实|证据|法律)|与[^，。；]{0,12}不符)"
)
_ARGUMENT = re.compile(
    r"(?:辩护人|辩护意见|辩解|辩称|(?:被告人|上诉人)[^，。；]{0,8}(?:提出|认为|要求|请求)|(?:关于|对于?|至于|针对)[^。；]{0,40}(?:辩护|辩解|意见|请求|主张)|的(?:辩护|辩解)?意见|诉请)"
)
_ADOPTED = re.compile(
    r"(?<!不)(?:予以|应予|可予|应当予以|均予|依法)?(?:采纳|采信|支持)|意见(?:成立|属实)|(?:情况|经查|与事实)(?:属实|相符)|本院予以(?:认定|确认|考虑)"
)
_REFUSED = re.compile(
    r"不(?:予|能|应|足|宜)(?:以)?(?:采纳|采信|支持|认定|成立)|不成立|不足采信|不符(?:合)?|理由不(?:足|当)|没有(?:事实|法律|证据)|无(?:事实|法律|证据)|于法无据"
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of ``rules.yaml``, compiled."""

    id: str
    factor: str
    pattern: re.Pattern
    where: frozenset[str]
    value: str | None = None
    unless: re.Pattern | None = None
    negation: bool = True
    charges: frozenset[str] | None = None
    record_only: bool = False
    whole_case: bool = False


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A value found for some defendants, with its span in the stored text."""

    factor: str
    value: bool | str
    rule: str
    start: int
    end: int
    section: str
    speaker: Speaker
    people: frozenset[int]


@lru_cache(maxsize=1)
def _content() -> dict:
    return read_yaml("factors", "rules.yaml")


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Read ``rules.yaml``; an unknown key or scope is an error at the first use."""
    content = _content()
    return tuple(
        _rule(factor, entry, content["scopes"]) for factor, entries in content["rules"].items() for entry in entries
    )


@lru_cache(maxsize=1)
def scopes() -> dict[str, frozenset[str]]:
    """Return the named groups of charges of ``rules.yaml``."""
    return {name: frozenset(charges) for name, charges in _content()["scopes"].items()}


@lru_cache(maxsize=1)
def drug_names() -> dict[str, str]:
    """Return the kind of each name that judgments call a drug by."""
    return {name: kind for kind, names in _content()["drug_names"].items() for name in names}


@lru_cache(maxsize=1)
def alcohol_limits() -> frozenset[float]:
    """Return the limits in mg per 100 ml that texts quote beside a reading."""
    return frozenset(map(float, _content()["alcohol_limits"]))


def _rule(factor: str, entry: dict, scopes_: dict) -> Rule:
    unknown = set(entry) - {"id", "pattern", "where", "value", "not", "negation", "charges", "record_only", "subject"}
    if unknown:
        raise ValueError(f"rules.yaml: {entry.get('id')}: unknown key {', '.join(sorted(unknown))}")
    charges = entry.get("charges")
    if isinstance(charges, str):
        charges = scopes_[charges]
    return Rule(
        id=entry["id"],
        factor=factor,
        pattern=re.compile(entry["pattern"]),
        where=frozenset(entry["where"]),
        value=entry.get("value"),
        unless=re.compile(entry["not"]) if entry.get("not") else None,
        negation=entry.get("negation", True),
        charges=frozenset(charges) if charges else None,
        record_only=entry.get("record_only", False),
        whole_case=entry.get("subject") == "victim",
    )


_OFFENDER = frozenset(factor.name for factor in registry().offender())
_SPEAKERS: dict[str, Speaker] = {"charges": "prosecution", "plea": "defence", "defence": "defence"}


def find_circumstances(
    document: Document,
    *,
    name: SectionName,
    section: View,
    people: People,
    defendants: tuple[Defendant, ...],
    charges: frozenset[str],
    adopted: bool,
) -> Iterator[Hit]:
    """Yield what the rules find in one section.

    Parameters
    ----------
    section
        Reading copy of the section called ``name``.
    charges
        Canonical charges of the document; a rule that belongs to other charges is not tried.
    adopted
        The court adopts the prosecution's case as a whole, so what the rules find in the opinion they also find there.
    """
    record = document.kind == "fact_record"
    text = section.text
    for rule in rules():
        taken_over = adopted and name == "charges" and "opinion" in rule.where and rule.factor in _OFFENDER
        if (
            name not in rule.where or (rule.record_only and not record and document.kind != "indictment")
        ) and not taken_over:
            continue
        if rule.charges is not None and not rule.charges & charges:
            continue
        for match in rule.pattern.finditer(text):
            if not _holds(rule, text, match, people, name=name):
                continue
            who = (
                frozenset(d.index for d in defendants)
                if rule.whole_case
                else _owners(document, name, section, match, people)
            )
            start, end = section.span(match.start(), match.end())
            yield Hit(
                factor=rule.factor,
                value=True if rule.value is None else rule.value,
                rule=rule.id,
                start=start,
                end=end,
                section=name,
                speaker=_speaker(document, name),
                people=who,
            )


def _speaker(document: Document, name: str) -> Speaker:
    if document.kind == "fact_record":
        return "record"
    if document.kind == "indictment":
        return "prosecution"
    return _SPEAKERS.get(name, "court")


def _owners(document: Document, name: str, section: View, match: re.Match, people: People) -> frozenset[int]:
    if name != "header":
        return people.at(match.start())
    # In the header the particulars in which the phrase stands say whose it is.
    offset = section.offset(match.start())
    return frozenset(d.index for d in document.defendants if d.start <= offset < d.end)


def _holds(rule: Rule, text: str, match: re.Match, people: People, *, name: str) -> bool:
    start, end = people.clause(match.start())
    end = max(end, match.end())
    if rule.unless is not None and rule.unless.search(text, max(start, match.start() - 24), min(len(text), end)):
        return False
    if rule.negation and _NEGATED_BEFORE.search(text[max(start, match.start() - 18) : match.start()]):
        return False
    if rule.negation and _NEGATED_AFTER.search(text[match.end() : match.end() + 30]):
        return False
    return name != "opinion" or not _refused_argument(text, match, people)


def _refused_argument(text: str, match: re.Match, people: People) -> bool:
    """Tell whether the hit is an argument that the court refused, or did not take up."""
    start, end = people.sentence(match.start())
    opening = None
    for found in _ARGUMENT.finditer(text, start, end):
        opening = found
        break
    if opening is None:
        return False
    # 系自首，辩护人的相关意见予以采纳: the finding stands before the argument
    if opening.start() > match.end() and not re.match(
        r"[^，。；]{0,30}的?(?:辩护|辩解)?意见", text[match.end() : match.end() + 40]
    ):
        return False
    following = text[match.end() : min(len(text), end + 120)]
    refused, adopted = _REFUSED.search(following), _ADOPTED.search(following)
    if adopted and (not refused or adopted.start() < refused.start()):
        return False
    return bool(refused) or bool(re.search(r"辩护人|辩称|辩解", opening[0]))
