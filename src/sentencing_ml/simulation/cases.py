"""Cases with known truth: who did what, what happened afterwards, and what the court imposed.

A case is drawn from two streams of random numbers, one for the facts and one for the sentence, each seeded by the
corpus seed and the number of the case. So a planted disparity changes the sentence of its group and nothing else.
"""

import datetime
import math
import random
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from sentencing_ml.law.combination import limits
from sentencing_ml.simulation import arithmetic, rules

PLEA_LENIENCY_FROM = datetime.date(2018, 10, 26)
"""The day on which 认罪认罚 and 速裁 entered the procedure code (刑诉法15, 222)."""


@dataclass(frozen=True, kw_only=True)
class Court:
    """A court of first instance, its leaning and its judges."""

    province: str
    prefix: str
    code: str
    city: str
    district: str
    appeal: str
    effect: float
    judges: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The name as its judgments carry it."""
        return f"{self.province}{self.city}{self.district}人民法院"

    @property
    def place(self) -> str:
        """City and district."""
        return f"{self.city or self.province}{self.district}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A sentence: principal penalty, months, probation and fine (``None``: not of that kind)."""

    penalty: str
    term_months: float | None
    fine_yuan: float | None
    probation_months: float = 0


@dataclass(frozen=True, kw_only=True)
class Count:
    """A charge of a defendant: the facts, the true arithmetic, and what was imposed."""

    charge: str
    written: str
    law: rules.ChargeLaw
    tier: int
    facts: dict[str, Any]
    ratios: dict[str, float]
    acts: tuple[int, ...]
    base_months: float
    liability_months: float
    offender_ratio: float
    declared_exact: float
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Person:
    """A defendant: particulars, behaviour, counts."""

    name: str
    gender: str
    birth: datetime.date
    ethnicity: str
    education: str | None
    occupation: str | None
    counsel: str | None
    custody: str
    role: str | None
    caught: datetime.date
    offender: dict[str, bool]
    counts: tuple[Count, ...]
    final: Outcome
    planted: bool


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What the prosecution recommended for the first defendant's first count."""

    present: bool
    kind: str | None = None
    low: float | None = None
    high: float | None = None
    adopted: bool = True


@dataclass(frozen=True, kw_only=True)
class Case:
    """A judgment before it is written."""

    id: str
    court: Court
    judge: str
    offence: datetime.date
    filed: datetime.date
    judged: datetime.date
    serial: int
    procedure: str
    persons: tuple[Person, ...]
    act_amounts: dict[str, tuple[float, ...]]
    others_at_large: bool
    recommendation: Recommendation
    severity: float = field(repr=False)

    @property
    def upper(self) -> bool:
        """Whether an intermediate court tried the case: life and death are above a district court (刑诉法21)."""
        return any(count.outcome.penalty in ("无期徒刑", "死刑") for person in self.persons for count in person.counts)

    @property
    def court_name(self) -> str:
        """The court that gave the judgment."""
        return self.court.appeal if self.upper else self.court.name

    @property
    def appeal_name(self) -> str:
        """The court that would hear an appeal."""
        return f"{self.court.province}高级人民法院" if self.upper else self.court.appeal

    @property
    def upper_code(self) -> str:
        """The number of the intermediate court: of a municipality by its name, else by the city."""
        ordinal = next(
            (place for place, name in enumerate("一二三四五", start=1) if f"第{name}中级" in self.court.appeal), None
        )
        return self.court.code[:2] if ordinal is None else f"{ordinal:02d}"

    @property
    def case_number(self) -> str:
        """（2021）浙0102刑初345号; before 2016 courts numbered by a short name of their own."""
        if self.filed.year >= 2016:
            code = self.upper_code if self.upper else self.court.code
            return f"（{self.filed.year}）{self.court.prefix}{code}刑初{self.serial}号"
        return f"（{self.filed.year}）{self.court.district[0]}刑初字第{self.serial}号"


@lru_cache(maxsize=1)
def assumptions() -> dict:
    """Read ``assumptions.yaml``."""
    return yaml.safe_load((files("sentencing_ml.simulation") / "assumptions.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def places() -> dict:
    """Read ``places.yaml``."""
    return yaml.safe_load((files("sentencing_ml.simulation") / "places.yaml").read_text(encoding="utf-8"))


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


def person_name(rng: random.Random, gender: str) -> str:
    """Draw a full name."""
    names = places()
    return rng.choice(names["surnames"]) + rng.choice(names["male_names" if gender == "男" else "female_names"])


def draw_case(
    index: int, *, seed: int, confounding: float, planted_attribute: str | None, planted_effect: float
) -> Case:
    """Draw case number ``index`` of the corpus with ``seed``.

    ``confounding`` scales how strongly severity drives behaviour (0: not at all); ``planted_effect`` multiplies the
    declared sentences of the group of ``planted_attribute`` by 1 + effect.
    """
    rng = random.Random(f"{seed}/{index}/facts")
    sentence = random.Random(f"{seed}/{index}/sentence")
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
    charge = _weighted(rng, {name: spec["share"] for name, spec in assumptions()["charges"].items()})
    spec = assumptions()["charges"][charge]
    if spec.get("no_group"):
        number = 1
    elif spec.get("always_group"):
        number = max(2, number)
    at_large = number == 1 and not spec.get("no_group") and rng.random() < 0.14
    group = number > 1 or at_large
    charges = [charge]
    if rng.random() < assumptions()["second_count"] and charge in assumptions()["second_charges"]:
        charges.append(rng.choice(assumptions()["second_charges"][charge]))
    offences = [_offence(name, severity, group and place == 0, place == 0, rng) for place, name in enumerate(charges)]
    roles = _roles(number, group, rng)
    drawn = [
        _person(
            index,
            position,
            number,
            court,
            judge_effect,
            judged,
            offence,
            filed,
            severity,
            offences,
            roles,
            rng,
            sentence,
            confounding,
            planted_attribute,
            planted_effect,
        )
        for position in range(number)
    ]
    persons = tuple(person for person, _ in drawn)
    procedure = _procedure(persons, offences, judged, rng)
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
        recommendation=_recommendation(persons[0], drawn[0][1], judged, sentence),
        severity=severity,
    )


# ---- the offence


def _offence(charge: str, severity: float, group: bool, main: bool, rng: random.Random) -> dict:
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
        facts["drug_type"] = _weighted(rng, spec["drugs"]["types"])
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
        stage = _weighted(
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
        level = _weighted(rng, weights)
        facts[level] = 1 + (rng.random() < 0.08) + (rng.random() < 0.02)
        if level == "deaths" and not spec.get("always_accident"):
            facts[level] = 1
    for name, chance in spec.get("injuries", {}).items():
        if not facts[name] and rng.random() < chance * math.exp(0.4 * severity):
            facts[name] = 1 + (rng.random() < 0.15)
    if spec.get("floor_injury") and not any(facts[name] for name in ("minor_injuries", "slight_injuries")):
        facts[spec["floor_injury"]] = 2


def _roles(number: int, group: bool, rng: random.Random) -> list[str | None]:
    if not group:
        return [None] * number
    if number == 1:
        return [_weighted(rng, {"": 0.70, "主犯": 0.14, "从犯": 0.155, "胁从犯": 0.005}) or None]
    if rng.random() < 0.3:
        return [None] * number
    others = [_weighted(rng, {"主犯": 0.35, "从犯": 0.64, "胁从犯": 0.01}) for _ in range(number - 1)]
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


# ---- the offender


def _person(
    index: int,
    position: int,
    number: int,
    court: Court,
    judge_effect: float,
    judged: datetime.date,
    offence: datetime.date,
    filed: datetime.date,
    severity: float,
    offences: list[dict],
    roles: list[str | None],
    rng: random.Random,
    sentence: random.Random,
    confounding: float,
    planted_attribute: str | None,
    planted_effect: float,
) -> tuple[Person, list[float | None]]:
    charge = offences[0]["charge"]
    spec = assumptions()["charges"][charge]
    gender = (
        "女"
        if rng.random()
        < {"诈骗罪": 0.25, "信用卡诈骗罪": 0.25, "职务侵占罪": 0.28, "容留他人吸毒罪": 0.15}.get(charge, 0.09)
        else "男"
    )
    age = _age(charge, rng)
    birth = datetime.date(offence.year - age - 1, 1, 1) + datetime.timedelta(days=rng.randint(0, 364))
    years_old = full_years(birth, offence)
    local = {
        "minor_defendant": years_old < 18,
        "elderly_defendant": years_old >= 75,
        "limited_capacity": 18 <= years_old < 75 and rng.random() < 0.012,
        "under_16": years_old < 16,
        "years_old": years_old,
    }
    person_severity = 0.8 * severity + 0.6 * rng.gauss(0, 1)
    offender = _behaviour(charge, spec, person_severity * confounding, judged, local, offences, rng)
    role = roles[position]
    mine = offences if position == 0 else offences[:1]
    own_acts = [_own_acts(item, role, position, rng) for item in mine]
    worst = max(
        tier_and_base(item["charge"], _own_facts(item, acts, local, role), day=offence)[1]
        for item, acts in zip(mine, own_acts, strict=True)
    )
    counsel, stated_none = _counsel(local, worst, offender["plea_leniency"], judged, rng)
    ethnicity = _ethnicity(court.province, rng)
    education = _weighted(rng, places()["educations"]) if rng.random() < 0.93 else None
    occupation = _occupation(charge, local, age, rng)
    name = person_name(rng, gender)
    locked = rng.random() < _logistic(
        -0.2 + 0.05 * worst - 1.0 * offender["surrender"] + 2.5 * offender["recidivist"] - 0.8 * offender["forgiveness"]
    )
    custody = "羁押" if locked or worst > 60 else _weighted(rng, {"取保候审": 0.97, "监视居住": 0.03})
    group_has = {"gender": gender, "region": court.province, "counsel": "无" if counsel is None else counsel}
    planted = bool(planted_attribute) and group_has[planted_attribute] in assumptions()["planted"][planted_attribute]
    effect = 1.0 + planted_effect if planted else 1.0
    counts, plain = [], []
    for item, acts in zip(mine, own_acts, strict=True):
        count, unplanted = _count(
            item, acts, local, role, offender, court, judge_effect, offence, severity, sentence, effect
        )
        counts.append(count)
        plain.append(unplanted)
    final = _final(counts, offender, local, role, sentence)
    if len(counts) == 1:
        counts = [_with_outcome(counts[0], final)]
    caught = min(
        filed - datetime.timedelta(days=35),
        offence + datetime.timedelta(days=rng.choice([0, 0, 1, 1, 2, 4, 9, 15, 26, 34])),
    )
    if charge == "危险驾驶罪":
        caught = offence
    person = Person(
        name=name,
        gender=gender,
        birth=birth,
        ethnicity=ethnicity,
        education=education,
        occupation=occupation,
        counsel=counsel if counsel else ("无" if stated_none else None),
        custody=custody,
        role=role,
        caught=caught,
        offender={**offender, **local},
        counts=tuple(counts),
        final=final,
        planted=planted,
    )
    return person, plain


def full_years(birth: datetime.date, day: datetime.date) -> int:
    """Return the age in full years on ``day``."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _age(charge: str, rng: random.Random) -> int:
    grown_up = (
        "交通肇事罪",
        "危险驾驶罪",
        "职务侵占罪",
        "信用卡诈骗罪",
        "容留他人吸毒罪",
        "走私、贩卖、运输、制造毒品罪",
    )
    draw = rng.random()
    if draw < 0.04 and charge not in grown_up:
        return rng.choice((16, 17)) if charge not in ("抢劫罪",) else rng.choice((14, 15, 16, 17))
    if draw > 0.995 and charge in ("故意伤害罪", "诈骗罪", "交通肇事罪", "盗窃罪"):
        return rng.randint(75, 82)
    return min(70, 18 + int(rng.gammavariate(2.2, 7.0)))


def _behaviour(
    charge: str,
    spec: dict,
    severity: float,
    judged: datetime.date,
    local: dict,
    offences: list[dict],
    rng: random.Random,
) -> dict[str, bool]:
    tables = assumptions()["behaviour"]
    shift = assumptions()["charge_shift"].get(charge, {})

    def happens(name: str, *, table: str | None = None, if_: bool = True) -> bool:
        entry = tables[table or name]
        logit = entry["logit"] if "logit" in entry else entry["logit_by_year"][judged.year]
        return rng.random() < _logistic(logit + entry["slope"] * severity + shift.get(name, 0.0)) and if_

    facts = offences[0]["facts"]
    hurt = bool(facts["deaths"] + facts["serious_injuries"] + facts["minor_injuries"] + facts["slight_injuries"])
    completed = facts["stage"] == "既遂" and bool(offences[0]["amounts"])
    fled = bool(facts.get("hit_and_run"))
    found: dict[str, bool] = {}
    found["surrender"] = happens("surrender", if_=charge != "危险驾驶罪" or facts["caused_accident"]) and not (
        fled and rng.random() < 0.5
    )
    found["confession"] = happens("confession", if_=not found["surrender"])
    found["merit"] = happens("merit")
    found["major_merit"] = happens("major_merit", if_=not found["merit"])
    found["recidivist"] = happens(
        "recidivist", if_=local["years_old"] >= 21 and not spec.get("negligent") and not spec.get("detention_only")
    )
    found["drug_recidivist"] = rng.random() < 0.5 and found["recidivist"] and bool(spec.get("drug_crime"))
    found["prior_record"] = happens("prior_record", if_=local["years_old"] >= 20) or found["recidivist"]
    if spec.get("drug_crime") and found["prior_record"] and not found["recidivist"]:
        found["drug_recidivist"] = rng.random() < 0.3
    found["admin_record"] = happens("admin_record", if_=local["years_old"] >= 20)
    pleads = judged >= PLEA_LENIENCY_FROM and (found["surrender"] or found["confession"] or rng.random() < 0.3)
    found["plea_leniency"] = pleads and happens("plea_leniency")
    found["plea_in_court"] = happens("plea_in_court", if_=not found["plea_leniency"])
    found["restitution"] = happens(
        "restitution",
        if_=bool(spec.get("property"))
        and completed
        and charge not in ("抢劫罪",)
        or (charge == "抢劫罪" and completed and rng.random() < 0.5),
    )
    victims = hurt or (charge == "危险驾驶罪" and facts["caused_accident"])
    found["compensation"] = happens(
        "compensation",
        if_=victims
        or (
            spec.get("property", False)
            and not found["restitution"]
            and completed
            and charge in ("盗窃罪", "诈骗罪", "抢夺罪", "敲诈勒索罪")
            and rng.random() < 0.3
        ),
    )
    gave = found["compensation"] or (found["restitution"] and charge != "掩饰、隐瞒犯罪所得、犯罪所得收益罪")
    public = charge in ("聚众斗殴罪", "妨害公务罪", "走私、贩卖、运输、制造毒品罪", "容留他人吸毒罪")
    found["forgiveness"] = happens("forgiveness", if_=gave) or happens(
        "forgiveness_alone",
        if_=not gave
        and (victims or completed)
        and not public
        and charge not in ("危险驾驶罪", "掩饰、隐瞒犯罪所得、犯罪所得收益罪"),
    )
    found["settlement"] = happens(
        "settlement",
        if_=found["compensation"]
        and found["forgiveness"]
        and charge in ("故意伤害罪", "交通肇事罪", "盗窃罪", "诈骗罪"),
    )
    clean = not found["prior_record"] and not found["admin_record"]
    found["first_offender"] = happens("first_offender", if_=clean)
    found["remorse"] = happens(
        "remorse", if_=found["plea_leniency"] or found["plea_in_court"] or found["confession"] or found["surrender"]
    )
    found["civil_dispute"] = bool(facts.get("civil_dispute"))
    return found


def _own_acts(item: dict, role: str | None, position: int, rng: random.Random) -> tuple[int, ...]:
    acts = tuple(range(item["facts"]["incident_count"]))
    if position and role == "从犯" and len(acts) > 1 and item["amounts"] and rng.random() < 0.45:
        return acts[: rng.randint(1, len(acts) - 1)]
    return acts


def _own_facts(item: dict, acts: tuple[int, ...], local: dict, role: str | None) -> dict:
    """The offence as it is charged to one defendant: his acts, his amount, his person and part."""
    facts = dict(item["facts"])
    facts["incident_count"] = len(acts)
    facts["repeated"] = len(acts) >= 3
    facts["amount_yuan"] = round(sum(item["amounts"][act] for act in acts), 2) if item["amounts"] else None
    facts["role"] = role if facts["group"] else None
    facts["minor_defendant"] = local["minor_defendant"]
    facts["limited_capacity"] = local["limited_capacity"]
    return facts


def _counsel(
    local: dict, worst: float, plea: bool, judged: datetime.date, rng: random.Random
) -> tuple[str | None, bool]:
    """Return the kind of counsel, and for a defendant without one whether the judgment says so."""
    draw, says_none = rng.random(), rng.random() < 0.7
    if local["minor_defendant"] or local["limited_capacity"] or worst >= 150:
        return ("法律援助" if draw < 0.65 else "委托"), says_none
    if draw < 0.24 + 0.004 * min(worst, 60):
        return "委托", says_none
    if draw < 0.40 + 0.004 * min(worst, 60):
        return "法律援助", says_none
    if plea and judged >= PLEA_LENIENCY_FROM and draw < 0.88:
        return "值班律师", says_none
    return None, says_none


def _ethnicity(province: str, rng: random.Random) -> str:
    table = places()["ethnicities"]
    name, share = table.get(province, (table["default"], 0.0))
    return name if rng.random() < share else table["default"]


def _occupation(charge: str, local: dict, age: int, rng: random.Random) -> str | None:
    if rng.random() > 0.88:
        return None
    if charge == "职务侵占罪":
        return "公司职员"
    if local["minor_defendant"]:
        return rng.choice(("无业", "学生"))
    if age >= 62:
        return rng.choice(("农民", "无业", "退休"))
    return _weighted(rng, {name: share for name, share in places()["occupations"].items() if name != "退休"})


def _procedure(persons: tuple[Person, ...], offences: list[dict], judged: datetime.date, rng: random.Random) -> str:
    light = all(
        count.base_months <= 36 and count.outcome.term_months is not None and count.outcome.term_months <= 36
        for person in persons
        for count in person.counts
    )
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


# ---- the sentence


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


def _count(
    item: dict,
    acts: tuple[int, ...],
    local: dict,
    role: str | None,
    offender: dict,
    court: Court,
    judge_effect: float,
    offence: datetime.date,
    severity: float,
    rng: random.Random,
    effect: float,
) -> tuple[Count, float | None]:
    charge = item["charge"]
    spec = assumptions()["charges"][charge]
    facts = _own_facts(item, acts, local, role)
    tier, base, raw = tier_and_base(charge, facts, day=offence)
    law = rules.charge_law(charge, offence.isoformat())
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
    adjusted = arithmetic.adjusted_term(base=base, ratios=ratios)
    noise = math.exp(court.effect + judge_effect + rng.gauss(0, assumptions()["noise"]["case_sd"]))
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
                    charge, law, tier, exact, raw, facts, ratios, offender, local, bounds, mitigated, severity, draws
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
            return max(heap["step"], round(months / heap["step"]) * heap["step"])
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


def _final(counts: list[Count], offender: dict, local: dict, role: str | None, rng: random.Random) -> Outcome:
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
        if draw < _logistic(logit):
            probation = _probation_months(severest.penalty, term, length)
    return Outcome(penalty=severest.penalty, term_months=term, fine_yuan=fine, probation_months=probation)


SEVERITY = ("死刑", "无期徒刑", "有期徒刑", "拘役", "管制", "单处罚金", "免予刑事处罚")


def _probation_months(penalty: str, term: float, draw: float) -> int:
    period = limits()["probation_period"].params
    if penalty == "拘役":
        return int(min(period["detention_max_months"], max(period["detention_min_months"], term + 1 + int(3 * draw))))
    months = max(period["fixed_min_months"], term * (1.2 + 0.5 * draw))
    step = 6 if months > 18 else 1 if months < 15 else 3
    return int(min(period["fixed_max_months"], max(term, math.ceil(months / step) * step)))


def _with_outcome(count: Count, final: Outcome) -> Count:
    return Count(**{**{name: getattr(count, name) for name in Count.__dataclass_fields__}, "outcome": final})


def _recommendation(
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


# ---- draws


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def _weighted(rng: random.Random, weights: dict[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _pick(rng: random.Random, weights: list[float]) -> int:
    return rng.choices(range(len(weights)), weights)[0]


def _money(value: float) -> float:
    """Round as valuations are: tens below a thousand, then hundreds, and thousands above a hundred thousand."""
    step = 10 if value < 1000 else 100 if value < 100_000 else 1000
    return float(max(step, round(value / step) * step))
