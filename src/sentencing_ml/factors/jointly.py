"""What several defendants share: the joint crime itself, and what one of them held in it."""

import re
from dataclasses import replace

from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import scope
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.law.charges import canonical

_BLOW = re.compile(r"(?:[将把致]|殴打|[打砍刺捅]伤|[击打刺戳砍]中)(?:被告人)?")
_HURT = re.compile(r"[^，。；]{0,16}(?:[伤打击砍捅刺倒头面身]|昏迷|骨折)")
_ALL_OF = re.compile(r"[二三两]人|被告人")
_SENTENCE = 300


def convicted_together(person: int, reading: Reading, charges: dict[int, tuple[str, ...]], *, charge: str | None = None) -> bool:
    """Tell whether another defendant is convicted of the same charge in this judgment, and they acted together.

    Negligence knows no joint crime; of some charges each may have acted for himself, and the text must call it joint;
    and those who struck one another were on two sides.
    """
    mine = _canonical(charges[person]) if charge is None else _canonical((charge,))
    shared = {other: mine & _canonical(theirs) for other, theirs in charges.items() if other != person}
    together = sorted(other for other, same in shared.items() if same - scope("no_joint") - scope("apart"))
    if not together:
        return False
    blows = struck_by(reading)
    return any(not _opponents(blows, person, other) for other in together)


def share(
    found: list[Finding | Withheld], reading: Reading, charges: dict[int, tuple[str, ...]]
) -> list[Finding | Withheld]:
    """Return the findings with a weapon given to all who committed the offence jointly, if it was one act."""
    if len(reading.everyone) < 2:
        return found
    acts = [item.value for item in found if item.factor == "incident_count" and isinstance(item, Finding)]
    if any(number > 1 for number in acts):
        return found
    blows = struck_by(reading) if any(item.factor == "weapon" for item in found) else {}
    return [
        replace(item, people=item.people | _partners(item.people, reading, charges, blows))
        if item.factor == "weapon" and isinstance(item, Finding)
        else item
        for item in found
    ]


def _partners(
    people: frozenset[int], reading: Reading, charges: dict[int, tuple[str, ...]], blows: dict[int, frozenset[int]]
) -> frozenset[int]:
    held = set().union(*(_canonical(charges[person]) for person in people)) & scope("violence")
    # of several such charges the text does not say in which one the weapon was held
    held &= reading.charges
    if len(held) != 1:
        return frozenset()
    return frozenset(
        other
        for other in reading.everyone - people
        if held & _canonical(charges[other]) and not any(_opponents(blows, person, other) for person in people)
    )


def _opponents(blows: dict[int, frozenset[int]], one: int, other: int) -> bool:
    """Tell whether one of two defendants is told to have hurt the other."""
    return other in blows.get(one, ()) or one in blows.get(other, ())


def struck_by(reading: Reading) -> dict[int, frozenset[int]]:
    """Return, for each defendant who is told to have been hurt by other defendants, who they are."""
    if len(reading.everyone) < 2:
        return {}
    forms = [(fold(form), d.index) for d in reading.defendants for form in (d.name, *d.aliases) if form]
    found: dict[int, frozenset[int]] = {}
    for name, section in reading.views("findings", "charges", "opinion"):
        people, text = reading.people[name], section.text
        for match in _BLOW.finditer(text):
            hurt = {
                person
                for form, person in forms
                if text.startswith(form, match.end()) and _HURT.match(text, match.end() + len(form))
            }
            if not hurt:
                continue
            start, _ = people.sentence(match.start())
            before = text[max(start, match.start() - _SENTENCE) : match.start()]
            # somebody else may be the one who strikes: 钱一驾车将李四撞倒
            told = bool(_ALL_OF.search(before))
            for person in hurt:
                if told or any(form in before for form, other in forms if other != person):
                    found[person] = found.get(person, frozenset()) | (people.at(match.start()) - {person})
    return found


def _canonical(charges: tuple[str, ...]) -> frozenset[str]:
    return frozenset(canonical(charge) or charge for charge in charges)
