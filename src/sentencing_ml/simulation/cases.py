"""Cases with known truth: who did what, what happened afterwards, and what the court imposed.

A case is drawn from three streams of random numbers, for the facts, for the sentence, and for the homes of the
defendants, each seeded by the corpus seed and the number of the case. So a planted disparity changes the sentence of
its group and nothing else.
"""

import datetime
import random
from functools import lru_cache

from sentencing_ml.simulation.model import (
    PLEA_LENIENCY_FROM,
    Case,
    Court,
    Person,
    Trial,
    assumptions,
    person_name,
    places,
    weighted,
)
from sentencing_ml.simulation.offence import (
    draw_offence,
    draw_roles,
)
from sentencing_ml.simulation.offender import draw_person
from sentencing_ml.simulation.sentence import (
    draw_recommendation,
)


@lru_cache(maxsize=8)
def courts(seed: int) -> tuple[Court, ...]:
    """Return the courts of a corpus with the leanings that belong to its seed."""
    noise = assumptions()["noise"]
    result = []
    for row in places()["courts"]:
        rng = random.Random(f"{seed}/court/{'/'.join(row)}")
        judges = tuple(
            (person_name(rng, rng.choice("男女")), rng.gauss(0, noise["judge_sd"])) for _ in range(rng.randint(3, 6))
        )
        province, prefix, code, city, district, appeal = row
        result.append(
            Court(
                province=province,
                prefix=prefix,
                code=code,
                city=city,
                district=district,
                appeal=appeal,
                effect=rng.gauss(0, noise["court_sd"]),
                judges=judges,
            )
        )
    return tuple(result)


def draw_case(
    index: int,
    *,
    seed: int,
    confounding: float,
    planted_attribute: str | None,
    planted_effect: float,
    charge: str | None = None,
) -> Case:
    """Draw case number ``index`` of the corpus with ``seed``.

    ``confounding`` scales how strongly severity drives behaviour (0: not at all); ``planted_effect`` multiplies the
    declared sentences of the group of ``planted_attribute`` by 1 + effect. With ``charge`` the case is of that charge
    alone.
    """
    rng = random.Random(f"{seed}/{index}/facts")
    sentence = random.Random(f"{seed}/{index}/sentence")
    homes = random.Random(f"{seed}/{index}/homes")
    court = rng.choice(courts(seed))
    judge, judge_effect = rng.choice(court.judges)
    years = assumptions()["years"]
    judged = datetime.date(rng.randint(years["first"], years["last"]), 1, 1) + datetime.timedelta(
        days=rng.randint(0, 364)
    )
    filed = judged - datetime.timedelta(days=rng.randint(12, 75))
    offence = filed - datetime.timedelta(days=rng.randint(70, 320))
    severity = rng.gauss(0, 1)
    number = 1 + _pick(rng, assumptions()["defendants"])
    only = charge
    charge = only or weighted(rng, {name: spec["share"] for name, spec in assumptions()["charges"].items()})
    spec = assumptions()["charges"][charge]
    if spec.get("no_group"):
        number = 1
    elif spec.get("always_group"):
        number = max(2, number)
    at_large = number == 1 and not spec.get("no_group") and rng.random() < 0.14
    group = number > 1 or at_large
    charges = [charge]
    if only is None and rng.random() < assumptions()["second_count"] and charge in assumptions()["second_charges"]:
        charges.append(rng.choice(assumptions()["second_charges"][charge]))
    offences = [
        draw_offence(name, severity, group and place == 0, place == 0, rng) for place, name in enumerate(charges)
    ]
    roles = draw_roles(number, group, rng)
    trial = Trial(
        court=court,
        courts=courts(seed),
        judge_effect=judge_effect,
        offence=offence,
        filed=filed,
        judged=judged,
        severity=severity,
        confounding=confounding,
        planted_attribute=planted_attribute,
        planted_effect=planted_effect,
    )
    drawn = [
        draw_person(trial, position, offences, role, rng=rng, sentence=sentence, homes=homes)
        for position, role in enumerate(roles)
    ]
    persons = tuple(person for person, _ in drawn)
    procedure = _procedure(persons, judged, rng)
    return Case(
        id=f"sim-{index:06d}",
        court=court,
        judge=judge,
        offence=offence,
        filed=filed,
        judged=judged,
        serial=rng.randint(2, 980),
        procedure=procedure,
        persons=persons,
        act_amounts={item["charge"]: item["amounts"] for item in offences},
        others_at_large=at_large,
        recommendation=draw_recommendation(persons[0], drawn[0][1], judged, sentence),
        severity=severity,
        leaning=court.effect + judge_effect,
    )


def _procedure(persons: tuple[Person, ...], judged: datetime.date, rng: random.Random) -> str:
    """Draw the procedure from what is known before the sentence; 速裁 is for at most three years (刑诉法222)."""
    light = all(count.base_months <= 24 for person in persons for count in person.counts)
    agreed = all(person.offender["plea_leniency"] for person in persons)
    odd = any(person.offender["minor_defendant"] or person.offender["limited_capacity"] for person in persons)
    draw = rng.random()
    if agreed and light and not odd and judged >= PLEA_LENIENCY_FROM and draw < 0.45:
        return "速裁"
    admitted = all(person.offender["plea_leniency"] or person.offender["plea_in_court"] for person in persons)
    heavy = any(count.base_months >= 120 for person in persons for count in person.counts)
    limited = any(person.offender["limited_capacity"] for person in persons)
    if admitted and not heavy and not limited and draw < 0.85:
        return "简易"
    return "普通"


def _pick(rng: random.Random, weights: list[float]) -> int:
    return rng.choices(range(len(weights)), weights)[0]
