"""What would change the advice: each fact of the offence at its neighbours in law, and the least change that matters.

Both tracks are computed anew for every changed case, so that a tier that opens, an increment and an abstention come out
as they would for a case with those facts; nothing is interpolated. All changed cases of all rows go through the model
together.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.explanation.changed_facts import follow, law_problems, with_facts
from sentencing_ml.explanation.law_bars import measures, position
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing, value_text
from sentencing_ml.law.conditions import bound_of, facts_of, leaves
from sentencing_ml.law.statutes import ChargeLaw, charge_law
from sentencing_ml.law.thresholds import level
from sentencing_ml.law.tiers import Reason
from sentencing_ml.law.track import RuleTrack
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.rules import count_track, records, rule_track, standards_of

FIGURES = ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high")
_LAW = ("statute_low", "statute_high", "tier")
_COMMON = 0.02  # a fact that fewer of the charge's reference cases show, and its law does not read, is not proposed
_LEVELS = 2  # of a category without an order, and of one that is unknown: the commonest
_RUNGS = 3  # thresholds tried each way: the nearest may leave the tiers as they are
_LEAST_SHARE = 1e-3  # of its value, to which the search lets a measure fall
_CLOSE = 1.02  # ratio of two values between which the search no longer tells
_ROUNDS = 14  # halvings of the way between two values, in logs; enough for that ratio over six decades


@dataclass(frozen=True, kw_only=True)
class Change:
    """A fact of a row at another value: what follows with it, how it is said, and how far it is in steps of the law.

    ``row`` is the place of the row. ``steps``: turning a fact, the next level, one more or less is one step. A measure
    is as many steps away as it passes on the ladder of thresholds of its charge, where a threshold is one, and below
    and above them, or without any, a factor of ten (:func:`law.thresholds.standing`). ``unlawful`` says why the law
    cannot take it.
    """

    row: int
    factor: Factor
    was: Any
    now: Any
    changes: Mapping[str, Any]
    said: str | None = None
    article: str | None = None
    steps: float = 1.0
    unlawful: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A value of the law between ``low`` and ``high`` (as its standard is known) from which on a condition turns."""

    low: float
    high: float
    reached: str
    missed: str
    article: str


def what_if(
    rows: pd.DataFrame, predictions: pd.DataFrame, *, model: LiabilityModel, threshold: float, threads: int = 1
) -> list[dict[str, Any] | None]:
    """Return for each row of a factor table its alternatives, and the smallest change that moves the advice much.

    Parameters
    ----------
    predictions
        :meth:`LiabilityModel.predict` of the same rows.
    threshold
        The share of the present advice by which ``smallest`` moves it.

    Of each row ``{"alternatives": […], "smallest": … or None, "threshold"}``; None of a row without a charge, or about
    which neither track says anything. An alternative has ``factor, zh, from, to, label, article, liability_months,
    interval_low, interval_high, rule_low, rule_high, tier, change_months, change_percent`` (a share of the present
    advice), ``status, reason``; where the changed case is not advised its empirical figures are null.

    ``smallest`` is the change fewest steps away (:class:`Change`), so that a single step of the law comes before a
    measure that passes more than one threshold, and a measure within its tier before both; of several as far the one
    that moves the advice least beyond the threshold. It is None where no single change moves the advice so much.
    """
    facts, told = records(rows), predictions.to_dict("records")
    asked = [
        place
        for place, (record, row) in enumerate(zip(facts, told, strict=True))
        if record.get("charge_group") is not None
        and not (missing(row["liability_months"]) and missing(row["statute_low"]) and missing(row["rule_low"]))
    ]
    charges = {facts[place]["charge_group"] for place in asked}
    common = {charge: _common(model, charge) for charge in sorted(charges)}
    proposed = [
        change for place in asked for change in _proposals(place, facts[place], common[facts[place]["charge_group"]])
    ]
    found = _search(rows, facts, told, asked, model=model, threshold=threshold, threads=threads)
    predicted = _predicted(rows, [*proposed, *found], model=model, threads=threads)
    by_row: dict[int, list[tuple[Change, dict]]] = {place: [] for place in asked}
    for change, row in zip(proposed, predicted, strict=False):
        by_row[change.row].append((change, row))
    searched: dict[int, list[tuple[Change, dict]]] = {place: [] for place in asked}
    for change, row in zip(found, predicted[len(proposed) :], strict=True):
        searched[change.row].append((change, row))
    results: list[dict[str, Any] | None] = [None] * len(rows)
    for place in asked:
        kept = _kept(by_row[place], told[place])
        entries = [_entry(change, row, told[place]) for change, row in kept]
        far = [change.steps for change, _ in kept]
        for change, row in searched[place]:
            entries.append(_entry(change, row, told[place]))
            far.append(change.steps)
        results[place] = {
            "alternatives": entries[: len(kept)],
            "smallest": smallest(entries, far, threshold),
            "threshold": threshold,
        }
    return results


def smallest(entries: Sequence[dict[str, Any]], steps: Sequence[float], threshold: float) -> dict[str, Any] | None:
    """Return the alternative fewest ``steps`` away that moves the advice by ``threshold``, None where none does.

    Of several as far it is the one that moves it least beyond that, then the first.
    """
    enough = [
        (round(far, 6), abs(entry["change_percent"]), place)
        for place, (entry, far) in enumerate(zip(entries, steps, strict=True))
        if entry["change_percent"] is not None and abs(entry["change_percent"]) >= threshold
    ]
    return entries[min(enough)[2]] if enough else None


def _kept(pairs: Sequence[tuple[Change, dict]], present: Mapping[str, Any]) -> list[tuple[Change, dict]]:
    """Keep of the thresholds of a measure one each way, and leave out what says the same a second time.

    Upwards it is the nearest that puts the case in another tier; where none decides, and downwards, the nearest that
    changes the tiers in play.
    """
    tried: dict[tuple[str, bool], list[tuple[Change, dict]]] = {}
    for change, row in pairs:
        same = all(_same(row[name], present[name]) for name in _LAW)
        if change.said is not None and (change.unlawful is not None or not same):
            tried.setdefault((change.factor.name, change.now > change.was), []).append((change, row))
    chosen = set()
    for (_, up), found in tried.items():
        decided = [
            change
            for change, row in found
            if up and change.unlawful is None and not missing(row["tier"]) and not _same(row["tier"], present["tier"])
        ]
        chosen.add(id((decided or [change for change, _ in found])[0]))
    kept = [(change, row) for change, row in pairs if change.said is None or id(change) in chosen]
    reached = {(change.factor.name, change.now) for change, _ in kept if change.said is not None}
    return [
        (change, row)
        for change, row in kept
        if change.said is not None or (change.factor.name, change.now) not in reached
    ]


def _same(one: Any, other: Any) -> bool:
    return (missing(one) and missing(other)) or (not missing(one) and not missing(other) and one == other)


def _predicted(
    rows: pd.DataFrame, changes: Sequence[Change], *, model: LiabilityModel, threads: int
) -> list[dict[str, Any]]:
    if not changes:
        return []
    predicted = model.predict(_frame(rows, changes), threads=threads)
    names = [*FIGURES, *_LAW, "status", "reason"]
    return predicted[list(dict.fromkeys(names))].to_dict("records")


def _frame(rows: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    places = [change.row for change in changes]
    return with_facts(rows.iloc[places].reset_index(drop=True), [change.changes for change in changes])


def _entry(change: Change, row: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: None if missing(row[name]) else float(row[name]) for name in FIGURES}
    status, reason = str(row["status"]), str(row["reason"])
    if change.unlawful is not None:
        figures, status, reason = dict.fromkeys(FIGURES), "out_of_scope", change.unlawful
    now, was = figures["liability_months"], present["liability_months"]
    moved = None if now is None or missing(was) else now - float(was)
    return {
        "factor": change.factor.name,
        "zh": change.factor.zh,
        "from": value_text(change.factor, change.was),
        "to": value_text(change.factor, change.now),
        "label": _label(change),
        "article": change.article or change.factor.article,
        **figures,
        "tier": None if change.unlawful is not None or missing(row["tier"]) else str(row["tier"]),
        "change_months": moved,
        "change_percent": None if moved is None or was <= 0 else moved / float(was),
        "status": status,
        "reason": reason,
    }


def _label(change: Change) -> str:
    factor = change.factor
    said = "" if change.said is None else f"（{change.said}）"
    with_it = [
        f"{other.zh} {value_text(other, value)}"
        for name, value in change.changes.items()
        if name != factor.name
        for other in [registry().factors[name]]
    ]
    following = f"，同时 {'、'.join(with_it)}" if with_it else ""
    return f"{factor.zh} {value_text(factor, change.was)} → {value_text(factor, change.now)}{said}{following}"


# ---------------------------------------------------------------------------------------------- what is proposed


def _proposals(place: int, record: Mapping[str, Any], common: Mapping[str, float]) -> Iterator[Change]:
    """Yield the neighbours in law of each fact of a row, as far as they belong to its charge (see :func:`_common`)."""
    charge = record["charge_group"]
    law = charge_law(charge)
    track = None if law is None else count_track(record)
    for factor in registry().model_inputs():
        if not factor.belongs_to(frozenset({charge})):
            continue
        value = record.get(factor.name)
        if factor.type == "boolean":
            # what hardly a case of the charge is without belongs to what it is
            usual = f"{factor.name}=0" in common if value else factor.name in common or factor.name in _read(law)
            if usual:
                yield from _change(place, record, factor, not value, before=track)
        elif factor.type == "category":
            for name in _neighbours(factor, value, record, common):
                yield from _change(place, record, factor, name, before=track)
        elif value is not None:
            yield from _measured(place, record, factor, law, track, common)


def _change(
    place: int,
    record: Mapping[str, Any],
    factor: Factor,
    now: Any,
    *,
    before: RuleTrack | None = None,
    steps: float = 1.0,
    rung: Rung | None = None,
) -> Iterator[Change]:
    """Yield the change of a fact, unless it contradicts the other facts or could not be a value."""
    was = record.get(factor.name)
    changes, contradictions = follow(record, {factor.name: now})
    if contradictions:
        return
    problems = law_problems(record, changes, before=before)
    if any(problem.id != "no_ground_left" for problem in problems):
        return
    said = None if rung is None else rung.reached if now > was else rung.missed
    yield Change(
        row=place,
        factor=factor,
        was=was,
        now=now,
        changes=changes,
        said=said,
        article=None if rung is None else rung.article,
        steps=steps,
        unlawful=str(problems[0]) if problems else None,
    )


def _neighbours(
    factor: Factor, value: str | None, record: Mapping[str, Any], common: Mapping[str, float]
) -> list[str]:
    """Return the levels of class liability next to a level; the commonest of the charge where there is no order."""
    order = [level.name for level in factor.levels if level.factor_class.model_input]
    if value in order and factor.monotone:
        here = order.index(value)
        return order[max(here - 1, 0) : here] + order[here + 1 : here + 2]
    seen = [name for name in order if name != value and f"{factor.name}={name}" in common]
    told = factor.presupposes is not None and record.get(factor.presupposes) is True
    if value in order or told:
        return sorted(seen, key=lambda name: -common[f"{factor.name}={name}"])[:_LEVELS]
    return []


def _measured(
    place: int,
    record: Mapping[str, Any],
    factor: Factor,
    law: ChargeLaw | None,
    track: RuleTrack | None,
    common: Mapping[str, float],
) -> Iterator[Change]:
    value, on_ladder = record[factor.name], law is not None and factor.name in measures(law)
    reasons = [reason for found in track.finding.candidates for reason in found.reasons] if track else []
    rungs = [] if law is None else _rungs(law, record, factor, reasons)
    above = sorted((rung for rung in rungs if rung.high > value), key=lambda rung: rung.high)[:_RUNGS]
    below = sorted((rung for rung in rungs if rung.low <= value), key=lambda rung: -rung.low)[:_RUNGS]
    for rung, now in [
        *((rung, _at(factor, rung.high)) for rung in above),
        *((rung, _below(factor, rung.low)) for rung in below),
    ]:
        if now is not None and now != value:
            steps = _steps(law, record, factor, now)
            yield from _change(place, record, factor, now, steps=steps, rung=rung, before=track)
    if factor.type == "count" and not on_ladder:
        if value or factor.name in common:
            yield from _change(place, record, factor, value + 1, before=track)
        if value > 1 or (value == 1 and f"{factor.name}=0" in common):
            yield from _change(place, record, factor, value - 1, before=track)


def _rungs(law: ChargeLaw, record: Mapping[str, Any], factor: Factor, reasons: Iterable[Reason]) -> list[Rung]:
    """Return the values at which a condition of the charge's tiers on this one fact turns, under the law of the row."""
    offence, trial, place = standards_of(record)
    rungs: dict[tuple[float, float], Rung] = {}
    for reason in reasons:
        ground = reason.ground
        if ground.when is None or not ground.verified:
            continue
        for leaf in leaves(ground.when):
            bound = bound_of(leaf) if facts_of(leaf) == {factor.name} else None
            if bound is None:
                continue
            if bound.threshold is None:
                whole = factor.type == "count" and bound.compare in (">", "<=", "=")
                low = high = bound.number + (1 if whole else 0)
                reached, missed, article = f"涉及“{ground.text}”", f"涉及“{ground.text}”", ground.article
            else:
                by = law.thresholds[bound.threshold][0].by
                found = level(law.name, bound.threshold, offence, trial, place, record.get(by) if by else None)
                if found.low is None:
                    continue
                low, high = found.low * bound.number, found.high * bound.number
                part = "" if bound.number == 1 else f"的 {bound.number:.0%}"
                name, article = found.entries[0].zh + part, found.entries[0].article
                # where the standard of the place is not known, only the ends of the range are sure
                reached, missed = f"达到{name}", f"不满{name}"
                if low < high:
                    reached, missed = f"{reached}，按全国幅度的上限", f"{missed}，按全国幅度的下限"
            article = f"刑法{article}" if article[0].isdigit() else article
            rungs.setdefault((low, high), Rung(low=low, high=high, reached=reached, missed=missed, article=article))
    return list(rungs.values())


def _at(factor: Factor, bound: float) -> float | int:
    return math.ceil(bound) if factor.type == "count" else bound


def _below(factor: Factor, bound: float) -> float | int | None:
    """Return the largest value below a bound that a reader would write; None where that is none."""
    if factor.type == "count":
        return math.ceil(bound) - 1 if bound > 1 else None
    value = bound - 1 if bound >= 100 else round(bound - 0.01, 2)
    return value if value > 0 else None


def _steps(law: ChargeLaw | None, record: Mapping[str, Any], factor: Factor, now: float) -> float:
    was = record[factor.name]
    if law is not None and factor.name in measures(law):
        here, there = (position(law, {**record, factor.name: value}, factor.name) for value in (was, now))
        if here is not None and there is not None:
            return abs(there - here)
    if factor.type == "count":
        return abs(now - was)
    return abs(math.log10(now / was)) if was > 0 and now > 0 else 1.0


def _common(model: LiabilityModel, charge: str) -> Mapping[str, float]:
    """Return the share of the charge's reference cases that show a fact: by factor, by level, and a count of none.

    Left out is what hardly any of them shows.
    """
    names = [column.name for column in design_columns()]
    values = model.reference.loc[model.reference["charge_group"] == charge, names].to_numpy(dtype="float64")
    if not len(values):
        return {}
    place_of = {name: place for place, name in enumerate(names)}
    shares: dict[str, float] = {}
    for factor in registry().model_inputs():
        if factor.type in ("boolean", "count"):
            column = values[:, place_of[factor.name]]
            shares[factor.name], shares[f"{factor.name}=0"] = np.mean(column > 0), np.mean(column == 0)
        elif factor.type == "category":
            for place, name in enumerate(level.name for level in factor.levels if level.factor_class.model_input):
                own = factor.name if factor.monotone else f"{factor.name}_{name}"
                shares[f"{factor.name}={name}"] = np.mean(values[:, place_of[own]] == (place if factor.monotone else 1))
    return {name: float(share) for name, share in shares.items() if share >= _COMMON}


def _read(law: ChargeLaw | None) -> frozenset[str]:
    return frozenset() if law is None else _read_by(law.name)


@lru_cache(maxsize=1024)
def _read_by(charge: str) -> frozenset[str]:
    """Return the facts that the law of a charge reads for its tiers, starting points and increments."""
    law = charge_law(charge)
    grounds = [ground.facts for rows in law.grounds.values() for ground in rows]
    cases = [facts_of(case.when) for tier in law.tiers for case, _ in tier.starting_cases]
    added = [frozenset({entry.fact}) for entry, _ in law.increments]
    return frozenset().union(*grounds, *cases, *added)


# ----------------------------------------------------------------------------------------------- the search


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A search for the nearest value of a measure that moves the advice enough: known not to, and known to."""

    row: int
    factor: Factor
    near: float
    far: float

    @property
    def done(self) -> bool:
        if self.factor.type == "count":
            return abs(self.far - self.near) <= 1
        return max(self.far, self.near) <= _CLOSE * min(self.far, self.near)

    @property
    def middle(self) -> float | int:
        if self.factor.type == "count":
            return int(self.near + self.far) // 2
        return math.sqrt(self.near * self.far)


def _search(
    rows: pd.DataFrame,
    facts: Sequence[Mapping[str, Any]],
    told: Sequence[Mapping[str, Any]],
    asked: Iterable[int],
    *,
    model: LiabilityModel,
    threshold: float,
    threads: int,
) -> list[Change]:
    """Return for each measure and direction the nearest value that moves the advice by ``threshold``.

    The term never falls as a measure rises (or never rises, as the registry says), so halving the way finds the value;
    it is rounded away from the present one to two figures, and stays within what training has seen.
    """
    advised = [place for place in asked if told[place]["status"] == "advised" and told[place]["liability_months"] > 0]
    ways = [way for place in advised for way in _ways(place, facts[place], model)]
    present = {place: float(told[place]["liability_months"]) for place in advised}

    base = rows.iloc[[way.row for way in ways]].reset_index(drop=True)
    inputs = prepare(base) if ways else None

    def moves(places: Sequence[int], values: Sequence[float]) -> list[bool]:
        """Whether each way's measure at a value moves the advice enough; what does not change is not read again."""
        if not places:
            return []
        changes = [{ways[place].factor.name: value} for place, value in zip(places, values, strict=True)]
        frame = with_facts(base.iloc[places], changes)
        facts = inputs.facts.iloc[places].copy()
        for at, change in enumerate(changes):
            for name, value in change.items():
                facts.iat[at, facts.columns.get_loc(name)] = value
        changed = replace(inputs.take(np.asarray(places)), facts=facts, track=rule_track(frame))
        months = np.expm1(model.term.predict_log(changed, threads=threads)).tolist()
        was = [present[ways[place].row] for place in places]
        return [abs(now / before - 1) >= threshold for now, before in zip(months, was, strict=True)]

    reached = [place for place, far in enumerate(moves(range(len(ways)), [way.far for way in ways])) if far]
    for _ in range(_ROUNDS):
        open_ = [place for place in reached if not ways[place].done]
        if not open_:
            break
        middles = [ways[place].middle for place in open_]
        for place, middle, far in zip(open_, middles, moves(open_, middles), strict=True):
            ways[place] = replace(ways[place], **{"far" if far else "near": middle})
    found = []
    for way in (ways[place] for place in reached):
        record = facts[way.row]
        now = way.far if way.factor.type == "count" else _rounded(way.far, up=way.far > record[way.factor.name])
        steps = _steps(charge_law(record["charge_group"]), record, way.factor, now)
        found += list(_change(way.row, record, way.factor, now, steps=steps))
    return found


def _ways(place: int, record: Mapping[str, Any], model: LiabilityModel) -> Iterator[_Way]:
    support = model.support.charges.get(record["charge_group"])
    for factor in registry().model_inputs():
        value = record.get(factor.name)
        if factor.type not in ("number", "count") or not factor.monotone or not value:
            continue
        if not factor.belongs_to(frozenset({record["charge_group"]})):
            continue
        most = None if support is None else support.largest.get(factor.name)
        if most is not None and most > value:
            yield _Way(row=place, factor=factor, near=value, far=most)
        least = 1 if factor.type == "count" else value * _LEAST_SHARE
        if least < value:
            yield _Way(row=place, factor=factor, near=value, far=least)


def _rounded(value: float, *, up: bool) -> float:
    """Round to two figures, away from the value that is left."""
    scale = 10.0 ** (math.floor(math.log10(value)) - 1)
    figure = round(value / scale, 6)
    return round((math.ceil(figure) if up else math.floor(figure)) * scale, 6)
