"""What changed in the law between two days, from the dates that the data carry."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from sentencing_ml.law.amendments import amendments
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.limits import all_limits
from sentencing_ml.law.numbers import number_words
from sentencing_ml.law.plea import plea_rules
from sentencing_ml.law.punishments import tier_words
from sentencing_ml.law.statutes import ChargeLaw, Threshold, Tier, statutes
from sentencing_ml.law.thresholds import standards

Kind = Literal["amendment", "charge", "tier", "threshold", "ground", "standard", "guideline", "limit", "plea"]
KINDS: Mapping[Kind, str] = {
    "amendment": "修正案",
    "charge": "罪名",
    "tier": "法定刑",
    "threshold": "数额、数量标准",
    "ground": "认定标准",
    "standard": "地方标准",
    "guideline": "量刑指导意见",
    "limit": "刑罚的限度和执行",
    "plea": "认罪认罚",
}
"""Kinds of change in the order in which those of one day are told, with their Chinese names."""

_DAY = datetime.timedelta(days=1)
_NUMBER = re.compile(r"\d+(?:之[一二三四五六七八九十]+)?")
_DOCUMENT = re.compile(r".*?号")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A change on a day: what it was, in which article, and whether the text was read (``verified``)."""

    day: datetime.date
    kind: Kind
    charge: str | None = None
    what: str
    article: str
    source: tuple[str, ...]
    verified: bool = True


def changes(first: datetime.date, last: datetime.date, *, charge: str | None = None) -> tuple[Event, ...]:
    """Return what changed from ``first`` to ``last``, both days included, by day.

    With ``charge`` (a name of ``data/charges``) it is what concerns that charge, each ground and provincial standard by
    itself; without it those are counted by charge and document, and the rules for every charge are told too.
    """
    laws = statutes().charges
    chosen = laws.values() if charge is None else [laws[charge]]
    events = [event for law in chosen for event in _of_charge(law, detailed=charge is not None)]
    events += _amendments(None if charge is None else laws[charge])
    events += _guidelines(None if charge is None else laws[charge].guideline)
    if charge is None:
        events += [*_limits(), *_plea()]
    order = list(KINDS)
    within = [event for event in events if first <= event.day <= last]
    return tuple(sorted(within, key=lambda event: (event.day, order.index(event.kind))))


def _amendments(law: ChargeLaw | None) -> Iterator[Event]:
    own = None if law is None else set(_NUMBER.findall(law.article.split("(")[0]))
    for entry in amendments():
        for row in entry.articles:
            if own is None or _NUMBER.match(row.article)[0] in own:
                yield Event(
                    day=entry.effective_from,
                    kind="amendment",
                    what=f"{entry.name}：{row.what}",
                    article=f"刑法{row.article}",
                    source=entry.source,
                    verified=entry.verified,
                )


def _of_charge(law: ChargeLaw, *, detailed: bool) -> Iterator[Event]:
    for entry in law.changes:
        if entry.effective_from is not None:
            yield Event(
                day=entry.effective_from,
                kind="charge",
                charge=law.name,
                what=entry.what,
                article=f"刑法{law.article}",
                source=entry.source,
                verified=entry.verified,
            )
    yield from _tiers(law)
    yield from _thresholds(law)
    yield from _grounds(law, detailed=detailed)
    yield from _standards(law, detailed=detailed)


def _tiers(law: ChargeLaw) -> Iterator[Event]:
    for day in _days(law.tiers):
        before = {tier.id: tier for tier in law.tiers_on(day - _DAY)}
        after = {tier.id: tier for tier in law.tiers_on(day)}
        for id in dict.fromkeys((*before, *after)):
            old, new = before.get(id), after.get(id)
            if old is not new:
                yield _tier(law, day, old, new)


def _tier(law: ChargeLaw, day: datetime.date, old: Tier | None, new: Tier | None) -> Event:
    told = new or old
    if old is None:
        what = f"新增“{new.condition}”：{tier_words(new)}"
    elif new is None:
        what = f"不再有“{old.condition}”：{tier_words(old)}"
    else:
        condition = old.condition if old.condition == new.condition else f"{old.condition}”→“{new.condition}"
        words = [tier_words(old), tier_words(new)]
        what = f"“{condition}”：" + (" → ".join(words) if words[0] != words[1] else f"{words[0]}（刑罚未改）")
    return Event(
        day=day,
        kind="tier",
        charge=law.name,
        what=what,
        article=f"刑法{told.article}",
        source=tuple(dict.fromkeys((*(new.sources if new else ()), *(old.sources if old else ())))),
        verified=all(tier.verified for tier in (old, new) if tier),
    )


def _thresholds(law: ChargeLaw) -> Iterator[Event]:
    for versions in law.thresholds.values():
        for day in _days(versions):
            before = [entry for entry in versions if entry.holds(day - _DAY)]
            after = [entry for entry in versions if entry.holds(day)]
            ended = [entry for entry in before if entry not in after]
            begun = [entry for entry in after if entry not in before]
            told = begun or ended
            old, new = (("；".join(map(threshold_words, part)) or "无") for part in (ended, begun))
            yield Event(
                day=day,
                kind="threshold",
                charge=law.name,
                what=f"{told[0].zh}：{new if not ended else f'{old} → {new}'}",
                article=told[0].article,
                source=tuple(dict.fromkeys(key for entry in (*begun, *ended) for key in entry.source)),
                verified=all(entry.verified for entry in told),
            )


def threshold_words(entry: Threshold) -> str:
    """Say the value of a threshold with the unit of its fact: ``3万至10万元``."""
    unit = vocabulary()[entry.fact].unit or ""
    if entry.values is not None:
        return "、".join(f"{category}{number_words(value)}{unit}" for category, value in entry.values.items())
    bounds = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    return "至".join(map(number_words, bounds)) + unit + ("（由各省确定）" if entry.provinces else "")


def _grounds(law: ChargeLaw, *, detailed: bool) -> Iterator[Event]:
    entries = [
        (tier, row.entry) for tier, rows in law.grounds.items() for row in rows if not row.entry.article[0].isdigit()
    ]
    for day in _days(entry for _, entry in entries):
        begun = [(tier, entry, True) for tier, entry in entries if entry.effective_from == day]
        ended = [(tier, entry, False) for tier, entry in entries if entry.effective_to == day - _DAY]
        if detailed:
            for tier, entry, begins in (*begun, *ended):
                what = f"{'开始' if begins else '停止'}适用（{tier}）：{entry.text}"
                yield _event(law, day, "ground", what, entry.article, entry.source, entry.verified)
            continue
        told = sorted(((_document(entry.article), begins, entry) for _, entry, begins in (*begun, *ended)), key=_order)
        for (document, begins), part in groupby(told, key=lambda row: row[:2]):
            rows = [entry for *_, entry in part]
            what = f"{'开始' if begins else '停止'}适用{len(rows)}项认定标准"
            sources = dict.fromkeys(key for entry in rows for key in entry.source)
            yield _event(law, day, "ground", what, document, tuple(sources), all(entry.verified for entry in rows))


def _order(row: tuple) -> tuple[bool, str]:
    return not row[1], row[0]


def _document(article: str) -> str:
    found = _DOCUMENT.match(article)
    return found[0] if found else article


def _standards(law: ChargeLaw, *, detailed: bool) -> Iterator[Event]:
    rows = [entry for (_, charge), rows in standards().items() if charge == law.name for entry in rows]
    if detailed:
        names = {id: versions[0].zh for id, versions in law.thresholds.items()}
        units = {id: vocabulary()[versions[0].fact].unit or "" for id, versions in law.thresholds.items()}
        for entry in rows:
            values = "，".join(f"{names[id]}{number_words(value)}{units[id]}" for id, value in entry.values.items())
            place = entry.province + (f"（{entry.zone}）" if entry.zone else "")
            document = entry.document or "文件未见"
            if entry.effective_from is not None:
                yield _event(
                    law, entry.effective_from, "standard", f"{place}：{values}", document, entry.source, entry.verified
                )
            if entry.effective_to is not None:
                what = f"{place}：不再适用 {values}"
                yield _event(law, entry.effective_to + _DAY, "standard", what, document, entry.source, entry.verified)
        return
    begun: dict[datetime.date, list] = {}
    for entry in rows:
        if entry.effective_from is not None:
            begun.setdefault(entry.effective_from, []).append(entry)
    for day, part in begun.items():
        provinces = dict.fromkeys(entry.province for entry in part)
        what = f"{len(provinces)}个省级单位的标准开始适用"
        sources = dict.fromkeys(key for entry in part for key in entry.source)
        yield _event(law, day, "standard", what, law.article, tuple(sources), all(entry.verified for entry in part))


def _event(
    law: ChargeLaw,
    day: datetime.date,
    kind: Kind,
    what: str,
    article: str,
    source: tuple[str, ...],
    verified: bool,
) -> Event:
    told = f"刑法{article}" if article[0].isdigit() else article
    return Event(day=day, kind=kind, charge=law.name, what=what, article=told, source=source, verified=verified)


def _guidelines(own: str | None) -> Iterator[Event]:
    for id, entry in guidelines().items():
        if own is not None and id != own:
            continue
        if entry.effective_from is not None:
            what = f"《{entry.title}》施行" + (f"，试行至{entry.trial_until}" if entry.trial_until else "")
            yield _guideline(entry, entry.effective_from, what)
        if entry.effective_to is not None:
            yield _guideline(entry, entry.effective_to + _DAY, f"《{entry.title}》不再施行")


def _guideline(entry, day: datetime.date, what: str) -> Event:
    return Event(
        day=day, kind="guideline", what=what, article=entry.number, source=entry.source, verified=entry.verified
    )


def _limits() -> Iterator[Event]:
    for versions in all_limits().values():
        for day in _days(versions):
            old = next((entry for entry in versions if entry.holds(day - _DAY)), None)
            new = next((entry for entry in versions if entry.holds(day)), None)
            told = new or old
            if new is None:
                what = f"不再适用：{old.rule}"
            else:
                what = new.rule + (f"（此前：{old.rule}）" if old is not None and old.rule != new.rule else "")
            yield Event(
                day=day, kind="limit", what=what, article=told.cited, source=told.source, verified=told.verified
            )


def _plea() -> Iterator[Event]:
    begun: dict[datetime.date, list] = {}
    for rule in plea_rules().rules:
        begun.setdefault(rule.since, []).append(rule.entry)
    for day, rows in begun.items():
        yield Event(
            day=day,
            kind="plea",
            what=f"{len(rows)}项认罪认罚规则开始适用",
            article="、".join(dict.fromkeys(_document(entry.article) for entry in rows)),
            source=tuple(dict.fromkeys(key for entry in rows for key in entry.source)),
            verified=all(entry.verified for entry in rows),
        )


def _days(entries: Iterable) -> list[datetime.date]:
    """Return the days on which an entry begins, or is no longer in force."""
    entries = list(entries)
    begun = {entry.effective_from for entry in entries} - {None}
    return sorted(begun | {entry.effective_to + _DAY for entry in entries if entry.effective_to is not None})
