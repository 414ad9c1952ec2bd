"""The offence: its facts, its tier and its base sentence."""

import datetime
import math
import random
from typing import Any

from sentencing_ml.simulation import rules
from sentencing_ml.simulation.model import (
    assumptions,
    weighted,
)


def draw_offence(charge: str, severity: float, group: bool, main: bool, rng: random.Random) -> dict:
    """Draw the facts that all defendants of a charge share; a second charge is completed, with no further grounds."""
    spec = assumptions()["charges"][charge]
    heavy = lambda sd: math.exp(sd * (0.75 * severity + 0.66 * rng.gauss(0, 1)))  # noqa: E731
    facts: dict[str, Any] = {name: rng.random() < chance for name, chance in spec["flags"].items()}
    for name in ("victim_fault", "civil_dispute", "vulnerable_victim", "excessive_defence"):
        if name in facts and not (main and (not group or name != "excessive_defence")):
            facts[name] = False
    if all(facts.get(name) for name in spec.get("exclusive", ["-"])):
        facts[spec["exclusive"][1]] = False
    acts = 1
    if rng.random() < spec.get("incidents", 0) + 0.08 * severity:
        acts = 2 + min(10, int(rng.expovariate(0.7)))
    if "incidents" not in spec:
        acts = 1
    thresholds = tier_amounts(charge)
    amounts: tuple[float, ...] = ()
    if "amount" in spec:
        total = spec["amount"]["median"] * heavy(spec["amount"]["sd"])
        floor = thresholds[0] if thresholds else 1000
        open_without = charge == "盗窃罪" and (
            facts.get("burglary") or facts.get("pickpocketing") or facts.get("weapon") or acts >= 3
        )
        low = 150.0 if open_without or charge == "抢劫罪" else floor * (1.02 + 0.6 * rng.random())
        total = min(max(total, low), 9_000_000.0)
        weights = [0.4 + rng.random() for _ in range(acts)]
        amounts = tuple(_money(total * weight / sum(weights)) for weight in weights)
        if sum(amounts) < floor and not open_without and charge != "抢劫罪":
            amounts = (amounts[0] + math.ceil((floor - sum(amounts)) / 100) * 100 + 100, *amounts[1:])
    facts["incident_count"] = acts
    facts["repeated"] = acts >= 3
    facts["group"] = group
    _injuries(facts, spec, severity, rng)
    if "alcohol" in spec:
        facts["alcohol_mg_per_100ml"] = round(
            min(360.0, max(80.4, spec["alcohol"]["median"] * heavy(spec["alcohol"]["sd"]))), 1
        )
    if "drugs" in spec:
        facts["drug_type"] = weighted(rng, spec["drugs"]["types"])
        facts["drug_grams"] = round(min(900.0, max(0.08, spec["drugs"]["median"] * heavy(spec["drugs"]["sd"]))), 2)
    if spec.get("always_accident"):
        facts["caused_accident"] = True
        if not facts["deaths"] and not (facts["hit_and_run"] or facts["no_licence"]):
            facts["no_licence"] = (
                True  # one seriously injured person is a crime only with a ground of 法释〔2000〕33号 2(2)
            )
    stage = "既遂"
    if (
        spec.get("property")
        and charge != "掩饰、隐瞒犯罪所得、犯罪所得收益罪"
        and not facts["deaths"]
        and not facts["serious_injuries"]
    ):
        stage = weighted(
            rng,
            {
                "未遂": spec.get("attempt", 0.025),
                "中止": 0.003,
                "预备": 0.002 if charge == "抢劫罪" else 0.0,
                "既遂": 1 - spec.get("attempt", 0.025) - 0.005,
            },
        )
    if acts > 1 or not main:
        stage = "既遂"
    facts["stage"] = stage
    return {"charge": charge, "facts": facts, "amounts": amounts}


def _injuries(facts: dict, spec: dict, severity: float, rng: random.Random) -> None:
    for name in ("deaths", "serious_injuries", "minor_injuries", "slight_injuries"):
        facts[name] = 0
    if "injury_level" in spec:
        levels = spec["injury_level"]
        weights = {
            name: share * (math.exp(0.6 * severity) if name in ("serious_injuries", "deaths") else 1.0)
            for name, share in levels.items()
        }
        if "交通" in spec["written"]:
            weights = levels
        level = weighted(rng, weights)
        facts[level] = 1 + (rng.random() < 0.08) + (rng.random() < 0.02)
        if level == "deaths" and not spec.get("always_accident"):
            facts[level] = 1
    for name, chance in spec.get("injuries", {}).items():
        if not facts[name] and rng.random() < chance * math.exp(0.4 * severity):
            facts[name] = 1 + (rng.random() < 0.15)
    if spec.get("floor_injury") and not any(facts[name] for name in ("minor_injuries", "slight_injuries")):
        facts[spec["floor_injury"]] = 2


def draw_roles(number: int, group: bool, rng: random.Random) -> list[str | None]:
    """Draw the part of each defendant in a joint crime; None where the court tells no parts apart."""
    if not group:
        return [None] * number
    if number == 1:
        return [weighted(rng, {"": 0.70, "主犯": 0.14, "从犯": 0.155, "胁从犯": 0.005}) or None]
    if rng.random() < 0.3:
        return [None] * number
    others = [weighted(rng, {"主犯": 0.35, "从犯": 0.64, "胁从犯": 0.01}) for _ in range(number - 1)]
    return ["主犯", *others]


def tier_amounts(charge: str) -> tuple[float, ...]:
    """Return the yuan from which the tiers of a charge open in the generator's courts, lightest first."""
    return tuple(assumptions()["charges"][charge].get("tier_amounts", ()))


def tier_and_base(charge: str, facts: dict, *, day: datetime.date) -> tuple[int, float, float]:
    """Return the tier's index, the base sentence in months inside the tier, and the raw value before that bound.

    Base sentence = (start + reach · (ceiling − start) · u + months · units) · (1 + Σ shares): u is the place of
    the logarithm of the amount or weight between its tier's threshold and the next.
    """
    spec = assumptions()["charges"][charge]
    law = rules.charge_law(charge, day.isoformat())
    index, place = _position(charge, spec, facts, law)
    tier = law.tiers[index]
    low, high = tier.start
    start = low + spec["start_at"] * (high - low)
    months = start + spec.get("reach", 0.0) * max(0.0, tier.ceiling - start) * place
    for name, step in spec.get("months_of", {}).items():
        months += step["each"] * max(0, facts[name] - step["free"])
    if "alcohol_months" in spec:
        step = spec["alcohol_months"]
        months += step["each"] * max(0.0, facts["alcohol_mg_per_100ml"] - step["free"])
    months *= 1.0 + sum(share for name, share in spec["share_of"].items() if facts.get(name))
    return index, min(tier.ceiling, max(tier.floor, months)), months


def _position(charge: str, spec: dict, facts: dict, law: rules.ChargeLaw) -> tuple[int, float]:
    top = len(law.tiers) - 1
    if "drugs" in spec:
        large, huge = tuple(spec["drugs"]["tiers"])
        grams = facts["drug_grams"]
        if grams >= huge:
            return min(3, top), 0.0
        if grams >= large:
            return min(2, top), math.log(grams / large) / math.log(huge / large)
        index = 1 if facts["repeated"] else 0
        return index, min(1.0, max(0.0, math.log(max(grams, 0.1) / 0.1) / math.log(large / 0.1)))
    index, place = 0, 0.0
    amount = facts.get("amount_yuan")
    if amount:
        steps = tier_amounts(charge)
        opened = sum(amount >= step for step in steps)
        index = min(top, max(0, opened - 1)) if charge != "抢劫罪" else 0
        low = steps[index]
        high = steps[index + 1] if index + 1 < len(steps) else low * 10
        place = min(1.0, max(0.0, math.log(amount / low) / math.log(high / low))) if amount > low else 0.0
    higher = spec.get("tier", {})
    grounds = {
        **{name: bool(facts.get(name)) for name in ("burglary", "repeated", "weapon", "serious_injuries", "deaths")},
        "large_amount": bool(amount) and charge == "抢劫罪" and amount >= tier_amounts(charge)[1],
        "hit_and_run_death": bool(facts.get("hit_and_run")) and facts["deaths"] > 0,
        "many_deaths": facts["deaths"] >= 2,
    }
    for name, step in higher.items():
        if grounds.get(name) and step > index:
            index, place = min(step, top), 0.0
    return index, place


def draw_own_acts(item: dict, role: str | None, position: int, rng: random.Random) -> tuple[int, ...]:
    """Draw the acts in which a defendant took part: an accessory may have missed the later ones."""
    acts = tuple(range(item["facts"]["incident_count"]))
    if position and role == "从犯" and len(acts) > 1 and item["amounts"] and rng.random() < 0.45:
        return acts[: rng.randint(1, len(acts) - 1)]
    return acts


def own_facts(item: dict, acts: tuple[int, ...], local: dict, role: str | None) -> dict:
    """The offence as it is charged to one defendant: his acts, his amount, his person and part."""
    facts = dict(item["facts"])
    facts["incident_count"] = len(acts)
    facts["repeated"] = len(acts) >= 3
    facts["amount_yuan"] = round(sum(item["amounts"][act] for act in acts), 2) if item["amounts"] else None
    facts["role"] = role if facts["group"] else None
    facts["minor_defendant"] = local["minor_defendant"]
    facts["limited_capacity"] = local["limited_capacity"]
    return facts


def _money(value: float) -> float:
    """Round as valuations are: tens below a thousand, then hundreds, and thousands above a hundred thousand."""
    step = 10 if value < 1000 else 100 if value < 100_000 else 1000
    return float(max(step, round(value / step) * step))
