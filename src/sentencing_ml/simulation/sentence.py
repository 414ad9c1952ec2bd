"""The sentence: the ratios of a case, the arithmetic, and what is pronounced."""

import datetime
import math
import random
from dataclasses import replace
from functools import lru_cache

from sentencing_ml.law.combination import limits
from sentencing_ml.simulation import arithmetic, rules
from sentencing_ml.simulation.model import (
    Count,
    Outcome,
    Person,
    Recommendation,
    Trial,
    assumptions,
    logistic,
)
from sentencing_ml.simulation.offence import (
    own_facts,
    tier_and_base,
)

SEVERITY = ("死刑", "无期徒刑", "有期徒刑", "拘役", "管制", "单处罚金", "免予刑事处罚")


@lru_cache(maxsize=64)
def ratio_range(name: str) -> tuple[float, float]:
    """Return the unsigned ends between which the ratio of an entry of the assumptions is drawn."""
    entry = assumptions()["ratios"][name]
    if "own" in entry:
        return tuple(entry["own"])
    low, high = rules.ratio_band(entry.get("circumstance", name), variant=entry.get("variant"))
    return low + entry["from"] * (high - low), low + entry["to"] * (high - low)


def case_ratios(facts: dict, offender: dict, *, age_band: str, negligent: bool, rng: random.Random) -> dict[str, float]:
    """Draw the signed ratio of every circumstance that the case has, inside the law's band.

    One uniform number is used for each circumstance of the assumptions, present or not, so that a case's ratios do not
    depend on which other circumstances it has.
    """
    draws = {name: rng.random() for name in assumptions()["ratios"]}

    def ratio(name: str) -> float:
        low, high = ratio_range(name)
        return low + draws[name] * (high - low)

    found: dict[str, float] = {}
    if facts["minor_defendant"]:
        found["minor"] = -ratio(age_band)
    if offender["elderly_defendant"]:
        found["elderly"] = -ratio("elderly_negligent" if negligent else "elderly")
    if facts["limited_capacity"]:
        found["diminished_capacity"] = -ratio("diminished_capacity")
    if facts.get("excessive_defence"):
        found["excess_defense"] = -ratio("excess_defense")
    stage = {"未遂": "attempt", "中止": "desistance", "预备": "preparation"}.get(facts["stage"])
    if stage:
        found[stage] = -ratio(stage)
    role = {"从犯": "accessory", "胁从犯": "coerced"}.get(facts["role"])
    if role:
        found[role] = -ratio(role)
    if facts.get("victim_fault"):
        found["victim_fault"] = -ratio("victim_fault")
    if facts.get("vulnerable_victim"):
        found["vulnerable_victim"] = ratio("vulnerable_victim")
    if offender["civil_dispute"] and facts.get("civil_dispute"):
        found["civil_dispute"] = -ratio("civil_dispute")
    for name, circumstance in (
        ("surrender", "voluntary_surrender"),
        ("confession", "confession"),
        ("plea_in_court", "in_court_admission"),
        ("restitution", "restitution"),
        ("first_offender", "first_offence"),
        ("remorse", "remorse"),
        ("plea_leniency", "plea_leniency"),
    ):
        if offender[name]:
            found[circumstance] = -ratio(circumstance)
    if offender["merit"] or offender["major_merit"]:
        found["meritorious"] = -ratio("major_meritorious" if offender["major_merit"] else "meritorious")
    if offender["settlement"]:
        found["reconciliation"] = -ratio("reconciliation")
    elif offender["compensation"] and offender["forgiveness"]:
        found["compensation_forgiveness"] = -ratio("compensation_forgiveness")
    elif offender["compensation"]:
        found["compensation_forgiveness"] = -ratio("compensation_only")
    elif offender["forgiveness"]:
        found["compensation_forgiveness"] = -ratio("forgiveness_only")
    if offender["recidivist"]:
        found["recidivist"] = ratio("recidivist")
    elif offender["prior_record"] and not offender["drug_recidivist"]:
        found["prior_record"] = ratio("prior_record")
    if offender["drug_recidivist"] and "走私" in facts["charge"]:
        found["drug_recidivist"] = ratio("drug_recidivist")
    if offender["admin_record"]:
        found["admin_record"] = ratio("admin_record")
    return arithmetic.without_excluded(found)


def tier_bounds(law: rules.ChargeLaw, tier: int) -> arithmetic.Bounds:
    """Return the months of a tier and its lower end after 减轻: the next lower tier's, or the shortest term."""
    here = law.tiers[tier]
    lower = law.tiers[tier - 1].floor if tier else (1.0 if here.detention else float(rules.least_term()))
    return arithmetic.Bounds(floor=here.floor, ceiling=here.ceiling, mitigated_floor=min(lower, here.floor))


def expected_liability(*, charge: str, base: float, ratios: dict[str, float], bounds: arithmetic.Bounds) -> float:
    """Return the mean liability term, in months, of all cases with the facts of this one.

    The facts fix the base sentence, the tier and which circumstances there are; their ratios (``ratios``, of which the
    values are not read, only the signs) are averaged over the bands they are drawn from. Whether a minor was under 16,
    which the factor table does not show and on which the band depends, is averaged over the ages that the generator
    gives minors of the charge. The day of the offence, which decides the law in force, is taken as known.
    """

    def mean(age_band: str) -> float:
        bands = {
            name: tuple(sorted(math.copysign(end, ratio) for end in ratio_range(age_band if name == "minor" else name)))
            for name, ratio in ratios.items()
            if arithmetic.is_liability(name)
        }
        return arithmetic.expected_liability_term(base=base, bands=bands, bounds=bounds)

    young = share_under_16(charge) if "minor" in ratios else 0.0
    return (1.0 - young) * mean("minor") + (young * mean("minor_under_16") if young else 0.0)


@lru_cache(maxsize=64)
def share_under_16(charge: str) -> float:
    """Return which share of the minors of a charge is under 16 on the day of the offence.

    Ages are drawn evenly from those of the assumptions, and for half of the offenders a birthday has added a year.
    """
    ages = [age + birthday for age in minor_ages(charge) for birthday in (0, 1)]
    return sum(age < 16 for age in ages) / sum(age < 18 for age in ages)


def minor_ages(charge: str) -> list[int]:
    """Return the ages, before the birthday of the year, from which those of young offenders are drawn."""
    ages = assumptions()["minor_ages"]
    return ages.get(charge, ages["default"])


def sentence_count(
    trial: Trial,
    item: dict,
    acts: tuple[int, ...],
    local: dict,
    role: str | None,
    offender: dict,
    *,
    rng: random.Random,
    effect: float,
) -> tuple[Count, float | None]:
    """Sentence one count; return it with the months that the court would have imposed without a planted disparity."""
    charge = item["charge"]
    spec = assumptions()["charges"][charge]
    facts = own_facts(item, acts, local, role)
    tier, base, raw = tier_and_base(charge, facts, day=trial.offence)
    law = rules.charge_law(charge, trial.offence.isoformat())
    bounds = tier_bounds(law, tier)
    age_band = "minor_under_16" if local.get("under_16") else "minor"
    ratios = case_ratios(
        {**facts, "charge": charge},
        {**offender, **local},
        age_band=age_band,
        negligent=bool(spec.get("negligent")),
        rng=rng,
    )
    liability = arithmetic.liability_term(base=base, ratios=ratios, bounds=bounds)
    expected = expected_liability(charge=charge, base=base, ratios=ratios, bounds=bounds)
    adjusted = arithmetic.adjusted_term(base=base, ratios=ratios)
    noise = math.exp(trial.court.effect + trial.judge_effect + rng.gauss(0, assumptions()["noise"]["case_sd"]))
    mitigated = arithmetic.mitigated(ratios, liability_only=False)
    recidivist_floor = rules.least_term() if offender["recidivist"] else 0.0
    draws = [rng.random() for _ in range(8)]
    results = []
    for factor in (effect, 1.0):
        exact = max(recidivist_floor, bounds.clip(adjusted * noise * factor, mitigated=mitigated))
        results.append(
            (
                exact,
                _impose(
                    charge,
                    law,
                    tier,
                    exact,
                    raw,
                    facts,
                    ratios,
                    offender,
                    local,
                    bounds,
                    mitigated,
                    trial.severity,
                    draws,
                ),
            )
        )
    (exact, outcome), (_, plain) = results
    count = Count(
        charge=charge,
        written=spec["written"],
        law=law,
        tier=tier,
        facts=facts,
        ratios=ratios,
        acts=acts,
        base_months=base,
        liability_months=liability,
        liability_expected=expected,
        offender_ratio=arithmetic.offender_ratio(ratios),
        declared_exact=exact,
        outcome=outcome,
    )
    return count, plain.term_months


def _impose(
    charge: str,
    law: rules.ChargeLaw,
    tier: int,
    exact: float,
    raw: float,
    facts: dict,
    ratios: dict,
    offender: dict,
    local: dict,
    bounds: arithmetic.Bounds,
    mitigated: bool,
    severity: float,
    draws: list[float],
) -> Outcome:
    """Turn an exact sentence into the one pronounced: its kind, whole and heaped months, and the fine."""
    kinds = assumptions()["kinds"]
    here = law.tiers[tier]
    excused = (offender["plea_leniency"] or offender["surrender"]) and not offender["prior_record"]
    if (
        here.life
        and not local["minor_defendant"]
        and not mitigated
        and (raw >= here.ceiling or severity > 1.3)
        and draws[0] < kinds["life"]
    ):
        death = here.death and severity > 1.0 and draws[1] < kinds["death"] and not local["elderly_defendant"]
        return Outcome(penalty="死刑" if death else "无期徒刑", term_months=None, fine_yuan=None)
    if exact < 4 and excused and not offender["recidivist"] and draws[0] < kinds["exempt"]:
        return Outcome(penalty="免予刑事处罚", term_months=None, fine_yuan=None)
    if (
        exact < 4
        and not offender["recidivist"]
        and here.fine in ("with_or_alone", "alone_alternative")
        and draws[1] < kinds["fine_only"]
    ):
        return Outcome(
            penalty="单处罚金", term_months=None, fine_yuan=fine_amount(charge, here, 3, facts, local, draws[4])
        )
    months = whole_months(exact, draws[2], draws[3], open_to_probation=not offender["recidivist"])
    lowest = bounds.mitigated_floor if mitigated else bounds.floor
    months = int(min(math.floor(bounds.ceiling), max(math.ceil(lowest), months)))
    lower = law.tiers[tier - 1] if mitigated and tier else here
    if here.surveillance and 3 <= months <= 8 and not offender["recidivist"] and draws[5] < kinds["surveillance"]:
        penalty = "管制"
    elif (
        (here.detention or lower.detention)
        and months <= rules.longest_detention()
        and not offender["recidivist"]
        and (months < rules.longest_detention() or draws[6] < 0.4 or here.ceiling == rules.longest_detention())
    ):
        penalty = "拘役"
    else:
        penalty, months = "有期徒刑", max(rules.least_term(), months)
    fine = (
        fine_amount(charge, here, months, facts, local, draws[4])
        if here.fine in ("mandatory", "with_or_alone", "fine_or_forfeit")
        else None
    )
    return Outcome(penalty=penalty, term_months=months, fine_yuan=fine)


def whole_months(exact: float, first: float, second: float, *, open_to_probation: bool) -> int:
    """Round to whole months and heap as courts do: on halves and whole years, and on 36 where probation is open."""
    months = max(1, math.floor(exact + 0.5))
    heap36 = assumptions()["probation_heap"]
    if open_to_probation and heap36["low"] <= months <= heap36["high"] and first < heap36["chance"]:
        return 36
    for heap in reversed(assumptions()["month_noise_heap"]):
        if months > heap["above"] and second < heap["chance"]:
            # a term halfway between two multiples goes either way: round() would take most of them down
            lower, rest = divmod(months, heap["step"])
            up = 2 * rest > heap["step"] or (2 * rest == heap["step"] and second < heap["chance"] / 2)
            return max(heap["step"], (lower + up) * heap["step"])
    return months


def fine_amount(charge: str, tier: rules.Tier, months: float, facts: dict, local: dict, draw: float) -> float:
    """Return a fine in yuan: by the amount for property charges, else by the months; at least the lawful minimum."""
    amount = facts.get("amount_yuan")
    fine = (
        months * 1000 * (0.4 + draw) if not amount else min(amount * (0.1 + 0.6 * draw) + 500, 2000.0 * months + 3000)
    )
    if charge == "信用卡诈骗罪":
        fine = max(fine, 20000.0 if tier.ceiling <= 60 else 50000.0)
    least = 500 if local["minor_defendant"] else 1000
    step = 500 if fine < 5000 else 1000 if fine < 30000 else 5000
    limit = (
        max(least, math.floor(2 * amount / step) * step)
        if amount and charge in ("盗窃罪", "敲诈勒索罪") and amount >= 1000
        else math.inf
    )
    return float(min(limit, max(least, round(fine / step) * step)))


def final_outcome(counts: list[Count], offender: dict, local: dict, role: str | None, rng: random.Random) -> Outcome:
    """Combine the counts (刑法69) and decide on probation."""
    outcomes = [count.outcome for count in counts]
    share, draw, length = 0.3 + 0.4 * rng.random(), rng.random(), rng.random()
    fines = [outcome.fine_yuan for outcome in outcomes if outcome.fine_yuan]
    fine = float(sum(fines)) if fines else None
    severest = min(outcomes, key=lambda outcome: SEVERITY.index(outcome.penalty))
    terms = [outcome.term_months for outcome in outcomes if outcome.penalty == severest.penalty and outcome.term_months]
    if not terms:
        return Outcome(penalty=severest.penalty, term_months=None, fine_yuan=fine)
    term: float = terms[0] if len(terms) == 1 else arithmetic.combined_term(terms, kind=severest.penalty, share=share)
    probation = 0
    if (
        severest.penalty in ("有期徒刑", "拘役")
        and term <= limits()["probation"].params["max_months"]
        and not offender["recidivist"]
    ):
        table = assumptions()["probation"]
        facts = {**offender, **local, "group": role == "主犯"}
        logit = table["logit"] + sum(weight for name, weight in table["by"].items() if facts.get(name))
        logit += table["per_month"] * term + table["charges"].get(counts[0].charge, 0.0)
        if draw < logistic(logit):
            probation = _probation_months(severest.penalty, term, length)
    return Outcome(penalty=severest.penalty, term_months=term, fine_yuan=fine, probation_months=probation)


def _probation_months(penalty: str, term: float, draw: float) -> int:
    period = limits()["probation_period"].params
    if penalty == "拘役":
        return int(min(period["detention_max_months"], max(period["detention_min_months"], term + 1 + int(3 * draw))))
    months = max(period["fixed_min_months"], term * (1.2 + 0.5 * draw))
    step = 6 if months > 18 else 1 if months < 15 else 3
    return int(min(period["fixed_max_months"], max(term, math.ceil(months / step) * step)))


def with_outcome(count: Count, final: Outcome) -> Count:
    """Return the count with the outcome that is executed."""
    return replace(count, outcome=final)


def draw_recommendation(
    person: Person, plain: list[float | None], judged: datetime.date, rng: random.Random
) -> Recommendation:
    """Draw the prosecution's recommendation; it rests on what the court would impose without a planted disparity."""
    table, years = assumptions()["recommendation"], assumptions()["years"]
    draws = [rng.random() for _ in range(5)]
    plea = person.offender["plea_leniency"]
    count = person.counts[0]
    if (
        draws[0] >= table["present"]["plea" if plea else "other"]
        or count.outcome.term_months is None
        or plain[0] is None
    ):
        return Recommendation(present=False)
    months = plain[0]
    if draws[1] >= table["adopted"] and months > 3:
        months = max(1, math.floor(months * (0.75 if draws[2] < 0.5 else 1.25) + 0.5))
        if count.outcome.penalty == "有期徒刑":
            months = max(rules.least_term(), months)
    span = (judged.year - years["first"]) / (years["last"] - years["first"])
    fixed = draws[3] < table["fixed"]["first"] + span * (table["fixed"]["last"] - table["fixed"]["first"])
    given = count.outcome.term_months
    if plea and fixed:
        return Recommendation(present=True, kind="确定刑", low=months, high=months, adopted=months == given)
    width = max(1, round(months * 0.12))
    least = rules.least_term() if count.outcome.penalty == "有期徒刑" else 1
    low = max(least, months - (width if draws[4] < 0.6 else 0))
    high = max(low + 1, months + width)
    if count.outcome.penalty == "拘役":
        high = min(high, 6)
        low = min(low, high - 1) if high > 1 else 1
        if high == low:
            return Recommendation(present=True, kind="确定刑", low=low, high=high, adopted=low == given)
    return Recommendation(present=True, kind="幅度刑", low=low, high=high, adopted=low <= given <= high)
