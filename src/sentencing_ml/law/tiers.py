"""Which tier (档) of its charge a count belongs to, by the facts: the possible ones, why, and what would decide.

The law of the day of the offence applies, unless the law of the trial is lighter for these facts (刑法12, 从旧兼从轻;
法释〔1997〕12号). The court's own words for the tier (数额巨大 …) are never read here: :func:`compare` sets them beside
the finding.
"""

import datetime
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sentencing_ml.law.charges import all_charges, canonical
from sentencing_ml.law.conditions import Condition, Facts
from sentencing_ml.law.facts import fact_problems
from sentencing_ml.law.places import province as province_name
from sentencing_ml.law.problems import Problem, code_from
from sentencing_ml.law.statutes import ChargeLaw, CompiledGround, Ground, Range, Tier, span, statutes
from sentencing_ml.law.thresholds import STANDARD, reach

Standing = Literal["established", "possible", "open", "excluded"]
_IN_PLAY = ("established", "possible")
_STANDINGS: tuple[Standing, ...] = ("established", "possible", "open", "excluded")  # the strongest ground decides
_ESTABLISHED, _POSSIBLE, _OPEN, _EXCLUDED = range(4)


class Reason(NamedTuple):
    """A ground of a tier and what the facts say of it: True, False, or None with the facts that are missing."""

    ground: Ground
    truth: bool | None
    missing: tuple[str, ...]
    facts: frozenset[str] = frozenset()
    ask: Condition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A tier and its standing.

    ``established``: the facts put the case there. ``possible``: a fact that is missing could. ``open``: only a clause
    that leaves it to the court could (其他严重情节). ``excluded``: the facts rule it out, or put the case higher.
    """

    tier: Tier
    standing: Standing
    reasons: tuple[Reason, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that could still decide; none where the facts have."""
        if self.standing in {"established", "excluded"}:
            return ()
        return tuple(dict.fromkeys(name for reason in self.reasons for name in reason.missing))


@dataclass(frozen=True, kw_only=True, slots=True)
class TierFinding:
    """The tiers of a count, lightest first.

    ``law`` says which day's law applies, ``offence`` or ``trial``; ``both`` where it cannot be told which is lighter.
    With ``problems`` there is no candidate.
    """

    charge: str | None
    law: Literal["offence", "trial", "both"]
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def possible(self) -> tuple[Tier, ...]:
        """The tiers in play: established or possible."""
        return tuple(found.tier for found in self.candidates if found.standing in _IN_PLAY)

    @property
    def decided(self) -> Tier | None:
        """The tier, when it is the only one in play."""
        possible = self.possible
        return possible[0] if len(possible) == 1 else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that would decide between the tiers in play; none where the tier is decided."""
        if self.decided is not None:
            return ()
        return tuple(
            dict.fromkeys(name for found in self.candidates if found.standing in _IN_PLAY for name in found.missing)
        )

    @property
    def statute(self) -> Range | None:
        """The range over the tiers in play."""
        return span([tier.statute for tier in self.possible])


def find_tiers(
    charge: str,
    facts: Facts,
    *,
    offence_date: datetime.date | str | None = None,
    trial_date: datetime.date | str | None = None,
    province: str | None = None,
) -> TierFinding:
    """Return the possible tiers of a count.

    Parameters
    ----------
    charge
        The charge in any writing.
    facts
        Values by the names of ``facts.yaml``; null or absent is not known. Other names are not read.
    offence_date
        The day of the offence, or its month or year as ``2015-06`` or ``2015``: then each law that was in force in it
        counts. None is the day of the trial.
    trial_date
        The same of the trial, whose last day counts. None is the day to which the law data are current.
    province
        The province whose thresholds apply, in full or short.

    Bad input gives a finding with ``problems``, never an exception: a charge that is unknown or did not exist, a day
    before the code or after the trial, a province that does not exist, a value no fact can have.
    """
    trial = trial_day(trial_date)
    days = (trial, trial) if offence_date is None else period(offence_date)
    known = canonical(charge) if isinstance(charge, str) else None
    law = statutes().charges.get(known or "")
    place = None if province is None else province_name(province)
    problems = _problems(charge, known, law, days, trial) + fact_problems(facts)
    if province is not None and place is None:
        problems += (Problem.of("unknown_province", value=str(province)),)
    if problems:
        return TierFinding(charge=known, law="offence", candidates=(), problems=problems)
    findings = [_on(law, facts, day, trial, place) for day in dict.fromkeys(days)]
    return findings[0] if len(findings) == 1 else _united(law.name, findings, law_of=findings[0].law)


def trial_day(written: datetime.date | str | None) -> datetime.date | None:
    """Return the day of a trial; without one the day to which the law data are current, None where it is no day."""
    if written is None:
        return statutes().current_to
    days = period(written)
    return None if days is None else days[1]


def period(written: Any) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day of a date, month or year (``2015-06-03``, ``2015-06``, ``2015``).

    None where it is none of these.
    """
    if isinstance(written, datetime.datetime):
        written = written.date()
    if isinstance(written, datetime.date):
        return written, written
    return _period(written) if isinstance(written, str) else None


@lru_cache(maxsize=65536)
def _period(written: str) -> tuple[datetime.date, datetime.date] | None:
    try:
        parts = [int(part) for part in written.strip().split("-")]
        if len(parts) > 3:
            return None
        first = datetime.date(*(parts + [1, 1])[:3])
        if len(parts) == 3:
            return first, first
        later = datetime.date(
            first.year + (len(parts) == 1 or first.month == 12), 1 if len(parts) == 1 else first.month % 12 + 1, 1
        )
        return first, later - datetime.timedelta(days=1)
    except ValueError:
        return None


def compare(finding: TierFinding, words: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each tier word of a court (``amount_tier``, ``gravity_tier``) whether a tier in play bears it.

    A word that no tier of the charge has in its condition is left out: the court spoke of something else.
    """
    known = [found.tier for found in finding.candidates]
    in_play = finding.possible
    return {
        word: any(_bears(tier, word) for tier in in_play)
        for word in words.values()
        if isinstance(word, str) and any(_bears(tier, word) for tier in known)
    }


def _bears(tier: Tier, word: str) -> bool:
    return word in tier.condition


def charge_problems(charge: str, known: str | None, law: ChargeLaw | None) -> tuple[Problem, ...]:
    """Return what is wrong with a charge as it was written: no charge of the code, or one that the data do not have."""
    if known is None:
        near = difflib.get_close_matches(
            str(charge), [entry.name for entry in all_charges() if not entry.heading], n=3, cutoff=0.5
        )
        return (Problem.of("unknown_charge", value=str(charge), near="、".join(near)),)
    return () if law is not None else (Problem.of("charge_without_data", value=known),)


def _problems(
    charge: str,
    known: str | None,
    law: ChargeLaw | None,
    days: tuple[datetime.date, datetime.date] | None,
    trial: datetime.date | None,
) -> tuple[Problem, ...]:
    problems = [*charge_problems(charge, known, law)]
    if days is None or trial is None:
        problems.append(Problem.of("no_date"))
    elif days[0] < code_from():
        problems.append(Problem.of("before_the_code", value=days[0].isoformat()))
    elif days[0] > trial:
        problems.append(Problem.of("after_the_trial", value=days[0].isoformat(), other=trial.isoformat()))
    elif law is not None and not law.tiers_on(days[1]):
        problems.append(Problem.of("charge_not_yet", value=known, other=days[1].isoformat()))
    return tuple(problems)


def _on(
    law: ChargeLaw, facts: Facts, offence: datetime.date, trial: datetime.date, province: str | None
) -> TierFinding:
    """Return the finding for an offence on one day."""
    old, new = law.tiers_on(offence), law.tiers_on(trial)
    ask = reach(law, offence=offence, trial=trial, province=province)
    then = _candidates(law, old, facts, ask, offence, trial)
    if old == new or not new:
        return TierFinding(charge=law.name, law="offence", candidates=then)
    now = _candidates(law, new, facts, ask, trial, trial)
    if not old:
        return TierFinding(charge=law.name, law="trial", candidates=now)
    return _lighter(law.name, then, now)


def _candidates(
    law: ChargeLaw, tiers: tuple[Tier, ...], facts: Facts, ask, day: datetime.date, trial: datetime.date
) -> tuple[Candidate, ...]:
    ordered = sorted(tiers, key=lambda tier: tier.severity)
    judged = [_judged(law, tier, facts, ask, day, trial, basic=tier is tiers[0]) for tier in ordered]
    highest = max((place for place, (standing, _) in enumerate(judged) if standing == "established"), default=None)
    result = []
    for place, (tier, (standing, reasons)) in enumerate(zip(ordered, judged, strict=True)):
        if highest is not None and place < highest and standing != "open":
            standing = "excluded"
        result.append(Candidate(tier=tier, standing=standing, reasons=reasons))
    if highest is None:
        # The conviction itself puts the case in the basic tier at least, though the facts told do not reach it.
        result = [
            replace(found, standing="possible") if found.tier is tiers[0] and found.standing != "possible" else found
            for found in result
        ]
    return tuple(result)


def _judged(
    law: ChargeLaw, tier: Tier, facts: Facts, ask, day: datetime.date, trial: datetime.date, *, basic: bool
) -> tuple[Standing, tuple[Reason, ...]]:
    grounds = _grounds(law.name, tier.id, day, trial)
    if grounds is None:
        # A basic offence needs nothing beyond the conviction; a higher tier without grounds is left to the court.
        return ("established" if basic else "open"), ()
    reasons = []
    rank = _EXCLUDED
    for ground in grounds:
        truth, missing = (None, ()) if ground.ask is None else ground.ask(facts, ask)
        own = _EXCLUDED if truth is False else _ESTABLISHED if truth else _OPEN if ground.entry.open else _POSSIBLE
        if truth and ground.entry.may:
            truth, own = None, _POSSIBLE  # the court may find so, and need not
        elif truth and not ground.entry.verified:
            truth, own, missing = None, _POSSIBLE, (STANDARD,)  # what was not read in a text decides nothing
        reasons.append(Reason(ground.entry, truth, missing, ground.facts, ground.ask))
        rank = min(rank, own)
    return _STANDINGS[rank], tuple(reasons)


@lru_cache(maxsize=65536)
def _grounds(charge: str, tier: str, day: datetime.date, trial: datetime.date) -> tuple[CompiledGround, ...] | None:
    """Return the grounds of a tier that hold for an offence on ``day``; None where the data list none at all."""
    grounds = statutes().charges[charge].grounds.get(tier)
    if not grounds:
        return None
    # An interpretation reaches back to what was done before it; a statute does not (高检发释字〔2001〕5号1、2; 刑法12).
    return tuple(
        ground
        for ground in grounds
        if ground.entry.holds(day) or (not ground.entry.article[0].isdigit() and ground.entry.holds(trial))
    )


def _lighter(charge: str, then: tuple[Candidate, ...], now: tuple[Candidate, ...]) -> TierFinding:
    """Return the finding under the lighter of two laws (刑法12), which is judged by the tier of this case.

    Where the tier is open under one of them, whichever facts decide it, the lighter of the two tiers applies: a tier of
    one law can only come to apply when the other may put the case as high.
    """
    old = [found.tier.severity for found in then if found.standing in _IN_PLAY]
    new = [found.tier.severity for found in now if found.standing in _IN_PLAY]
    if sorted(new) != sorted(old) and max(new) <= min(old):
        return TierFinding(charge=charge, law="trial", candidates=now)
    if sorted(new) == sorted(old) or max(old) <= min(new):
        return TierFinding(charge=charge, law="offence", candidates=then)
    kept_old = _at_most(then, max(new))
    kept_new = _at_most(now, max(old))
    return TierFinding(charge=charge, law="both", candidates=_merged(kept_old, kept_new))


def _at_most(candidates: tuple[Candidate, ...], most: tuple) -> tuple[Candidate, ...]:
    return tuple(
        replace(found, standing="excluded") if found.standing in _IN_PLAY and found.tier.severity > most else found
        for found in candidates
    )


def _merged(*parts: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    best: dict[tuple, Candidate] = {}
    for found in (found for part in parts for found in part):
        key = (found.tier.id, found.tier.severity)  # an amendment of the wording alone makes no second tier
        if key not in best or _STANDINGS.index(found.standing) < _STANDINGS.index(best[key].standing):
            best[key] = found
    return tuple(sorted(best.values(), key=lambda found: found.tier.severity))


def _united(charge: str, findings: list[TierFinding], *, law_of: str) -> TierFinding:
    same = {found.law for found in findings} == {law_of}
    return TierFinding(
        charge=charge, law=law_of if same else "both", candidates=_merged(*(found.candidates for found in findings))
    )
