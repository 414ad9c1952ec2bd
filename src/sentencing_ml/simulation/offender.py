"""The offender: particulars, behaviour after the offence, counsel and custody."""

import datetime
import random

from sentencing_ml.simulation.model import (
    PLEA_LENIENCY_FROM,
    Court,
    Person,
    Trial,
    assumptions,
    full_years,
    logistic,
    person_name,
    places,
    weighted,
)
from sentencing_ml.simulation.offence import (
    draw_own_acts,
    own_facts,
    tier_and_base,
)
from sentencing_ml.simulation.sentence import (
    final_outcome,
    minor_ages,
    sentence_count,
    with_outcome,
)


def draw_person(
    trial: Trial,
    position: int,
    offences: list[dict],
    role: str | None,
    *,
    rng: random.Random,
    sentence: random.Random,
    homes: random.Random,
) -> tuple[Person, list[float | None]]:
    """Draw a defendant; return him or her with the months of each count without a planted disparity.

    ``rng`` draws the facts, ``sentence`` the sentence, ``homes`` where the defendant comes from.
    """
    charge = offences[0]["charge"]
    spec = assumptions()["charges"][charge]
    gender = (
        "女"
        if rng.random()
        < {"诈骗罪": 0.25, "信用卡诈骗罪": 0.25, "职务侵占罪": 0.28, "容留他人吸毒罪": 0.15}.get(charge, 0.09)
        else "男"
    )
    age = _age(charge, rng)
    birth = datetime.date(trial.offence.year - age - 1, 1, 1) + datetime.timedelta(days=rng.randint(0, 364))
    years_old = full_years(birth, trial.offence)
    local = {
        "minor_defendant": years_old < 18,
        "elderly_defendant": years_old >= 75,
        "limited_capacity": 18 <= years_old < 75 and rng.random() < 0.012,
        "under_16": years_old < 16,
        "years_old": years_old,
    }
    person_severity = 0.8 * trial.severity + 0.6 * rng.gauss(0, 1)
    offender = _behaviour(charge, spec, person_severity * trial.confounding, trial.judged, local, offences, rng)
    mine = offences if position == 0 else offences[:1]
    own_acts = [draw_own_acts(item, role, position, rng) for item in mine]
    worst = max(
        tier_and_base(item["charge"], own_facts(item, acts, local, role), day=trial.offence)[1]
        for item, acts in zip(mine, own_acts, strict=True)
    )
    counsel, stated_none = _counsel(local, worst, offender["plea_leniency"], trial.judged, rng)
    ethnicity = _ethnicity(trial.court.province, rng)
    education = weighted(rng, places()["educations"]) if rng.random() < 0.93 else None
    occupation = _occupation(charge, local, age, rng)
    name = person_name(rng, gender)
    locked = rng.random() < logistic(
        -0.2 + 0.05 * worst - 1.0 * offender["surrender"] + 2.5 * offender["recidivist"] - 0.8 * offender["forgiveness"]
    )
    custody = "羁押" if locked or worst > 60 else weighted(rng, {"取保候审": 0.97, "监视居住": 0.03})
    group_has = {"gender": gender, "region": trial.court.province, "counsel": "无" if counsel is None else counsel}
    attribute = trial.planted_attribute
    planted = attribute is not None and group_has[attribute] in assumptions()["planted"][attribute]
    effect = 1.0 + trial.planted_effect if planted else 1.0
    counts, plain = [], []
    for item, acts in zip(mine, own_acts, strict=True):
        count, unplanted = sentence_count(trial, item, acts, local, role, offender, rng=sentence, effect=effect)
        counts.append(count)
        plain.append(unplanted)
    final = final_outcome(counts, offender, local, role, sentence)
    if len(counts) == 1:
        counts = [with_outcome(counts[0], final)]
    caught = min(
        trial.filed - datetime.timedelta(days=35),
        trial.offence + datetime.timedelta(days=rng.choice([0, 0, 1, 1, 2, 4, 9, 15, 26, 34])),
    )
    if charge == "危险驾驶罪":
        caught = trial.offence
    person = Person(
        name=name,
        gender=gender,
        birth=birth,
        ethnicity=ethnicity,
        education=education,
        occupation=occupation,
        home=_home(trial, homes),
        home_told=weighted(homes, assumptions()["home"]["told"]),
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
        return rng.choice(minor_ages(charge))
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
        return rng.random() < logistic(logit + entry["slope"] * severity + shift.get(name, 0.0)) and if_

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


def _home(trial: Trial, rng: random.Random) -> Court:
    local = rng.random() < assumptions()["home"]["same_province"]
    return rng.choice([court for court in trial.courts if not local or court.province == trial.court.province])


def _occupation(charge: str, local: dict, age: int, rng: random.Random) -> str | None:
    if rng.random() > 0.88:
        return None
    if charge == "职务侵占罪":
        return "公司职员"
    if local["minor_defendant"]:
        return rng.choice(("无业", "学生"))
    if age >= 62:
        return rng.choice(("农民", "无业", "退休"))
    return weighted(rng, {name: share for name, share in places()["occupations"].items() if name != "退休"})
