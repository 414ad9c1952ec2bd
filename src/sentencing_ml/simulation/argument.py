"""What the parties say, and how the court evaluates it."""

import random

from sentencing_ml.judgments.numerals import format_integer
from sentencing_ml.simulation.desk import (
    PROCEDURE_CODE,
    PROVEN,
    WHOLE_SENTENCES,
    Desk,
    conditions,
    fillings,
    granted_phrase,
    phrases,
    scenes,
    with_effect,
)
from sentencing_ml.simulation.model import Count, Person, assumptions, full_years
from sentencing_ml.simulation.numerals import article, term


def write_plea(desk: Desk) -> str:
    """Write what the defendants say to the charge."""
    parts, also = [], "及量刑建议" if desk.case.recommendation.present else ""
    for name, person in zip(desk.names, desk.case.persons, strict=True):
        if person.offender["plea_leniency"]:
            parts.append(
                desk.pick(
                    (
                        f"被告人{name}对指控的事实、罪名{also}均无异议，自愿认罪认罚且签字具结。",
                        f"被告人{name}在庭审中对公诉机关指控的事实和罪名没有异议，并认罪认罚。",
                    )
                )
            )
        elif person.offender["plea_in_court"]:
            parts.append(
                desk.pick(
                    (f"被告人{name}对指控的事实和罪名均无异议，当庭自愿认罪。", f"被告人{name}当庭表示自愿认罪。")
                )
            )
        elif person.offender["confession"] or person.offender["surrender"]:
            parts.append(
                desk.pick(
                    (
                        f"被告人{name}对起诉书指控的基本事实未提出异议。",
                        f"被告人{name}对指控事实不持异议，但请求从轻处罚。",
                    )
                )
            )
        else:
            parts.append(desk.pick((f"被告人{name}对指控的主要事实予以否认。", f"被告人{name}辩称其行为不构成犯罪。")))
    return "".join(parts)


def draw_claims(desk: Desk, position: int) -> tuple[list[str], list[str]]:
    """Return the circumstances that counsel names rightly and wrongly."""
    person = desk.case.persons[position]
    count, offender = person.counts[0], person.offender
    spec = assumptions()["charges"][count.charge]
    true = [
        name
        for name in conditions(person, count)
        if name
        not in ("recidivist", "drug_recidivist", "prior_record", "admin_record", "principal", "vulnerable_victim")
    ]
    false = []
    if not offender["surrender"]:
        false.append("surrender")
    if not offender["surrender"] and not offender["confession"]:
        false.append("confession")
    if count.facts["group"] and person.role in (None, "主犯"):
        false.append("accessory")
    if offender["prior_record"] and not offender["first_offender"]:
        false.append("first_offender")
    if spec.get("violence"):
        false += [name for name in ("forgiveness", "compensation") if not offender[name]]
        if count.charge == "故意伤害罪":
            false += [name for name in ("victim_fault", "excessive_defence") if not count.facts.get(name)]
    if offender["confession"] and not offender["merit"] and not offender["major_merit"] and count.facts["group"]:
        false.append("merit")
    if not offender["limited_capacity"] and desk.rng.random() < 0.06:
        false.append("limited_capacity")
    if spec.get("property") and not offender["restitution"] and count.facts["stage"] == "既遂":
        false.append("restitution")
    desk.rng.shuffle(true)
    desk.rng.shuffle(false)
    return true[:3], false[: desk.pick((0, 0, 1, 1, 2))]


def _claim(desk: Desk, name: str, position: int, index: int) -> str:
    options = phrases()["circumstances"][name]["claim"]
    return options[index % len(options)].format(**fillings(desk, position))


def _subject(claim: str, name: str) -> str:
    """The defendant's name before a claim, unless the claim has a subject of its own."""
    return "" if claim.startswith(("被害人", "双方", "本案")) else name


def write_defence(desk: Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
    """Write counsel's pleas."""
    parts = []
    for position, (true, false) in claims.items():
        items = [_claim(desk, name, position, position) for name in [*true, *false]]
        if not items:
            parts.append(f"被告人{desk.names[position]}的辩护人对指控的罪名无异议，请求从轻处罚。")
            continue
        told = [_subject(item, f"被告人{desk.names[position]}") + item for item in items]
        joined = "；".join(f"{place}．{item}" for place, item in enumerate(told, start=1)) if len(told) > 1 else told[0]
        parts.append(
            f"被告人{desk.names[position]}的辩护人{desk.pick(('提出', '认为', '辩称'))}：{joined}。"
            + desk.pick(("请求法庭从轻处罚。", "建议对其从宽处罚并适用缓刑。", ""))
        )
    return "".join(parts)


def name_crime(desk: Desk, number: int) -> str:
    """Name the crime of one count and who committed it."""
    case = desk.case
    members = [position for position, person in enumerate(case.persons) if number < len(person.counts)]
    first = case.persons[0].counts[number]
    scene, facts = scenes()["charges"][first.charge], first.facts
    names = "、".join(desk.names[position] for position in members)
    joint = ("共同" if len(members) > 1 else "伙同他人") if facts["group"] else ""
    shared = [case.persons[position].counts[number].facts for position in members]
    manner = "、".join(word for name, word in scene["manner"].items() if all(own.get(name) for own in shared))
    fill = {
        "joint": joint,
        "manner": manner,
        "grade": _grade(first),
        "drug": facts.get("drug_type") or "",
        "grams": facts.get("drug_grams") or "",
    }
    crime = scene["opinion"].format(**fill).rstrip("，")
    behaviour = "其行为均已构成" if len(members) > 1 else "其行为已构成"
    return f"被告人{names}{crime}，{behaviour}{first.written}"


def _grade(count: Count) -> str:
    facts, charge = count.facts, count.charge
    if charge in ("盗窃罪", "诈骗罪", "信用卡诈骗罪", "职务侵占罪", "敲诈勒索罪", "抢夺罪"):
        amount_tier = ("数额较大", "数额巨大", "数额特别巨大")[min(count.tier, 2)]
        return (
            amount_tier
            if count.tier
            or not (facts.get("burglary") or facts.get("pickpocketing") or facts.get("repeated") or facts.get("weapon"))
            else ""
        )
    if charge == "掩饰、隐瞒犯罪所得、犯罪所得收益罪":
        return "情节严重" if count.tier else ""
    if charge == "走私、贩卖、运输、制造毒品罪":
        return ("", "，情节严重", "，数量较大", "，数量大")[count.tier]
    if charge in ("故意伤害罪", "交通肇事罪"):
        harm = "、".join(
            f"致{format_integer(facts[field])}人{level}"
            for field, level in (("deaths", "死亡"), ("serious_injuries", "重伤"), ("minor_injuries", "轻伤"))
            if facts[field]
        )
        return harm + ("，且肇事后逃逸" if facts.get("hit_and_run") else "")
    if charge == "危险驾驶罪":
        return "，并发生交通事故" if facts.get("caused_accident") else ""
    if charge == "寻衅滋事罪":
        return ""
    return ""


def write_opinion(desk: Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
    """Write 本院认为 up to 判决如下."""
    case, bank = desk.case, phrases()["circumstances"]
    numbers = range(len(case.persons[0].counts))
    text = "本院认为，" + "；".join(name_crime(desk, number) for number in numbers) + "。"
    text += desk.pick(
        (
            "公诉机关指控的罪名成立。",
            f"公诉机关指控的{PROVEN}，罪名成立，本院予以支持。",
            "公诉机关指控罪名成立，应予支持。",
        )
    )
    if len(numbers) > 1:
        text += f"被告人{desk.names[0]}在判决宣告以前一人犯数罪，应予数罪并罚。"
    if case.persons[0].counts[0].facts["group"] and case.persons[0].role and desk.rng.random() < 0.6:
        text += "本案系共同犯罪。"
    for position, person in enumerate(case.persons):
        text += _evaluation(desk, position, person, bank)
    for position, (true, false) in claims.items():
        fill = fillings(desk, position)
        own = case.persons[position].counsel not in ("委托", "法律援助")
        for name in true[:2]:
            if desk.rng.random() < 0.4 and not own:
                claim = _claim(desk, name, position, position)
                text += desk.pick(phrases()["frames"]["accepted"]).format(n=_subject(claim, fill["n"]), claim=claim)
        for name in false:
            claim = _claim(desk, name, position, position)
            frame = desk.pick(phrases()["frames"]["self_rejected" if own else "rejected"])
            refusal = desk.pick(phrases()["circumstances"][name]["refusal"]).format(**fill)
            text += frame.format(
                who=fill["n"], n=_subject(claim, fill["n"]), its=_subject(claim, "其"), claim=claim, refusal=refusal
            )
    text += _denials(desk, claims)
    text += _on_recommendation(desk)
    for position, person in enumerate(case.persons):
        if person.final.probation_months:
            remorse = "有悔罪表现，" if person.offender["remorse"] else ""
            text += desk.pick(
                (
                    f"被告人{desk.names[position]}犯罪情节较轻，{remorse}没有再犯罪的危险，"
                    "宣告缓刑对所居住社区没有重大不良影响，可宣告缓刑。",
                    f"根据被告人{desk.names[position]}的犯罪情节，{remorse}没有再犯罪的危险，依法可对其宣告缓刑。",
                )
            )
        if person.final.penalty == "免予刑事处罚":
            text += f"被告人{desk.names[position]}犯罪情节轻微不需要判处刑罚，可以免予刑事处罚。"
    return text + _citation(desk)


def _evaluation(desk: Desk, position: int, person: Person, bank: dict) -> str:
    """The circumstances of one defendant, in the court's words."""
    fill = fillings(desk, position)
    names = conditions(person, person.counts[0])
    whole = [name for name in names if name in WHOLE_SENTENCES]
    simple = [name for name in names if name not in WHOLE_SENTENCES]
    if person.counts[0].facts.get("civil_dispute"):
        fill["cause"] = "民间纠纷"
    clauses = [granted_phrase(desk, name, position).format(**with_effect(name, fill)) for name in simple]
    text = "".join(desk.pick(bank[name]["granted"]).format(**fill) + "。" for name in whole)
    if not clauses:
        return text
    sentences, subject = [], fill["n"]
    for place, clause in enumerate(clauses):
        lead = (
            subject
            if place == 0 or clause.startswith("的")
            else ""
            if clause.startswith(("其", "被害人", "并", "双方"))
            else desk.pick(("其", subject, "被告人" + desk.names[position]))
        )
        if clause.startswith(("被害人", "双方")):
            lead = "" if place else ""
        sentences.append(lead + clause.removeprefix("并" if place == 0 else ""))
    joiner = desk.pick(("。", "；"))
    return text + joiner.join(sentences) + "。"


def _denials(desk: Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
    """Now and then the court says itself that a circumstance is absent."""
    if desk.rng.random() > 0.25:
        return ""
    position = desk.rng.randrange(len(desk.case.persons))
    person = desk.case.persons[position]
    count = person.counts[0]
    spoken = claims.get(position, ([], []))[1]
    options = []
    if not person.offender["surrender"] and "surrender" not in spoken:
        options += phrases()["circumstances"]["surrender"]["denied"]
    if (
        assumptions()["charges"][count.charge].get("violence")
        and not person.offender["forgiveness"]
        and "forgiveness" not in spoken
    ):
        options += phrases()["circumstances"]["forgiveness"]["denied"]
    if (
        person.offender["prior_record"]
        and not person.offender["recidivist"]
        and full_years(person.birth, desk.case.offence) >= 27
    ):
        options.append(phrases()["circumstances"]["recidivist"]["denied"][0])
    if (
        count.facts.get("amount_yuan")
        and not person.offender["restitution"]
        and count.facts["stage"] == "既遂"
        and "restitution" not in spoken
    ):
        options.append(phrases()["circumstances"]["restitution"]["denied"][1])
    return desk.pick(options).format(**fillings(desk, position)) + "。" if options else ""


def write_recommendation(desk: Desk) -> str:
    """The prosecution's recommendation in words, as it stands at the judgment."""
    rec = desk.case.recommendation
    penalty = desk.case.persons[0].counts[0].outcome.penalty
    name = desk.names[0]
    if rec.kind == "确定刑":
        return f"建议对被告人{name}判处{penalty}{term(rec.low)}"
    return desk.pick(
        (
            f"建议对被告人{name}判处{penalty}{term(rec.low)}至{term(rec.high)}",
            f"建议对被告人{name}在{penalty}{term(rec.low)}以上{term(rec.high)}以下的幅度内量刑",
        )
    )


def write_recommended_probation(desk: Desk) -> str:
    """What the recommendation asks of probation, as the judgment tells it; the indictment leaves it out."""
    table, rng = assumptions()["recommendation"]["probation"], _apart(desk, "probation")
    given = "given" if desk.case.persons[0].final.probation_months else "not_given"
    return rng.choice(("，可以适用缓刑", "，并适用缓刑")) if rng.random() < table[given] else ""


def write_adjustment(desk: Desk) -> str:
    """The sentence in which the prosecution adjusts a single term to the one it stands at; empty in most cases."""
    rec = desk.case.recommendation
    if rec.kind != "确定刑" or _apart(desk, "adjusted").random() >= assumptions()["recommendation"]["adjusted"]:
        return ""
    penalty = desk.case.persons[0].counts[0].outcome.penalty
    return f"庭审中，公诉机关将量刑建议调整为{penalty}{term(rec.low)}。"


def _apart(desk: Desk, what: str) -> random.Random:
    """Return random numbers of its own for one detail, so that the rest of a text does not depend on it."""
    return random.Random(f"{desk.case.id}/{desk.case.serial}/{what}")


def _on_recommendation(desk: Desk) -> str:
    rec = desk.case.recommendation
    if not rec.present:
        return ""
    if rec.adopted:
        return desk.pick(
            (
                "公诉机关的量刑建议适当，本院予以采纳。",
                "公诉机关所提量刑建议恰当，予以采纳。",
                "量刑建议适当，应予采纳。",
            )
        )
    unfitting = desk.pick(
        ("公诉机关的量刑建议明显不当，本院依法予以调整。", "公诉机关的量刑建议与本案情节不相适应，不予采纳。")
    )
    given = desk.case.persons[0].counts[0].outcome.term_months
    weight = "偏重" if given is not None and given < rec.low else "偏轻"
    person = desk.case.persons[0].offender
    late = next((words for name, words in _LATE.items() if person[name]), None) if weight == "偏重" else None
    reasons = [
        unfitting,
        f"公诉机关的量刑建议{weight}，本院不予采纳。",
        f"公诉机关的量刑建议未考虑被告人{desk.names[0]}{late}的情节，{weight}，本院不予采纳。" if late else unfitting,
        "对公诉机关的量刑建议，本院不予采纳。",
    ]
    return _apart(desk, "refusal").choices(reasons, weights=(4, 3, 2, 1))[0]


_LATE = {"forgiveness": "取得被害人谅解", "compensation": "赔偿被害人损失", "restitution": "退赔"}


def _citation(desk: Desk) -> str:
    case = desk.case
    numbers = [count.law.article for count in case.persons[0].counts]
    general = set()
    for person in case.persons:
        names = conditions(person, person.counts[0])
        table = {
            "minor_defendant": "17",
            "elderly_defendant": "17-1",
            "limited_capacity": "18(3)",
            "excessive_defence": "20(2)",
            "preparation": "22",
            "attempt": "23",
            "desistance": "24",
            "principal": "26(1)",
            "accessory": "27",
            "coerced": "28",
            "recidivist": "65(1)",
            "drug_recidivist": "356",
            "surrender": "67(1)",
            "confession": "67(3)",
            "merit": "68",
            "major_merit": "68",
        }
        general |= {table[name] for name in names if name in table}
        if person.counts[0].facts["group"]:
            general.add("25(1)")
        if person.final.probation_months:
            general |= {"72(1)", "73"}
        if person.final.fine_yuan:
            general |= {"52", "53"}
        if len(person.counts) > 1:
            general.add("69")
    if case.persons[0].counts[0].facts.get("amount_yuan"):
        general.add("64")
    ordered = sorted(general, key=lambda number: (int(number.partition("(")[0].partition("-")[0]), number))
    cited = "、".join(article(number) for number in [*numbers, *ordered])
    procedure = (
        f"及{PROCEDURE_CODE}第十五条、第二百零一条"
        if any(person.offender["plea_leniency"] for person in case.persons)
        else ""
    )
    return (
        f"{desk.pick(('依照', '依据', '根据', '据此，依照'))}《中华人民共和国刑法》{cited}{procedure}之规定，判决如下："
    )
