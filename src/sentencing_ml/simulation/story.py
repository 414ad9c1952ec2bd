"""What happened: the findings on each count, what came afterwards, and the evidence."""

import datetime
import random

from sentencing_ml.simulation.desk import (
    DAY,
    Desk,
    fact_phrase,
    fillings,
    phrases,
    scenes,
    weak_group,
)
from sentencing_ml.simulation.model import (
    PLEA_LENIENCY_FROM,
    Count,
    assumptions,
    places,
)
from sentencing_ml.simulation.numerals import short_date

_HARM = ("deaths", "serious_injuries", "minor_injuries", "slight_injuries")


def write_findings(desk: Desk, number: int) -> str:
    """The court's findings on one count, without what came after the offence."""
    case, rng = desk.case, desk.rng
    count = case.persons[0].counts[number]
    scene, facts = scenes()["charges"][count.charge], count.facts
    day = case.offence
    acts = facts["incident_count"]
    sentences = []
    amounts = case.act_amounts.get(count.charge, ())
    weights = _split(facts["drug_grams"], acts, rng) if facts.get("drug_grams") else []
    offset = 3 if number else 0
    told = acts if acts <= 6 else 3
    for act in range(told):
        flags = facts if act == 0 else {**facts, **dict.fromkeys(scene.get("means", {}), False)}
        means_for = [name for name in scene.get("means", {}) if flags.get(name)]
        victim = desk.victims[(offset + act) % len(desk.victims)]
        fill = {
            "when": _clock(desk, day - (acts - 1 - act) * 6 * DAY),
            "who": _who(desk, number, act),
            "who_short": _who(desk, number, act, short=True),
            "victim": victim,
            "other": desk.others[act % 3],
            "place": _place(desk),
            "road": _road(desk),
            "goods": desk.pick(scene.get("goods", ["财物"])),
            "value": _yuan(amounts[act]) if amounts else "",
            "worth": desk.pick(("价值人民币", "共计价值人民币")),
            "company": places()["companies"][case.serial % len(places()["companies"])],
            "grams": f"{weights[act]:.2f}".rstrip("0").rstrip(".") if weights else "",
            "drug": facts.get("drug_type") or "",
            "price": max(100, round(weights[act] * rng.randint(25, 60)) * 10) if weights else 0,
            "alcohol": facts.get("alcohol_mg_per_100ml") or "",
        }
        fill["cause"] = desk.pick(scenes()["causes"]["civil" if facts.get("civil_dispute") else "plain"])
        means = "，".join(desk.pick(scene["means"][name]) for name in means_for) or _plain(desk, count.charge, scene)
        if means_for == ["weapon"] and count.charge == "盗窃罪":
            means += "，" + desk.pick(scene["plain"])
        fill["means"] = means.format(**fill)
        fill["result"] = _result(desk, facts, victim) if act == 0 else "未造成严重后果。"
        fill["blame"] = desk.pick(("全部", "主要"))
        fill["licence"] = desk.pick(("无证", "未取得机动车驾驶证")) if facts.get("no_licence") else ""
        fill["after"] = f"事故发生后，{fill['who_short']}驾车逃离现场。" if facts.get("hit_and_run") else ""
        fill["crash"] = (
            f"与{desk.others[2]}驾驶的小型客车发生碰撞，造成车辆受损的交通事故，后"
            if facts.get("caused_accident")
            else "时"
        )
        template = scene["own_place"] if "burglary" in means_for else desk.pick(scene["acts"])
        text = template.format(**fill)
        if facts["stage"] != "既遂":
            ending = {"未遂": "failed", "中止": "stopped", "预备": "prepared"}[facts["stage"]]
            text = _unfinished(text, scene[ending].format(**fill), amounts[act] if amounts else 0, desk)
        if act == 0:
            if "{result}" not in template and any(facts[name] for name in _HARM):
                text += f"其间，{fill['who_short']}的行为{fill['result']}"
            text += _about_victim(desk, facts, victim)
        sentences.append(text)
    if acts > told:
        sentences.append(
            f"此外，{_who(desk, number, 0)}还采用相同手段{_verb(count.charge)}{acts - told}次"
            + (f"，涉及财物价值人民币{_yuan(round(sum(amounts[told:]), 2))}元" if amounts else "")
            + (f"，共计{sum(weights[told:]):.2f}克{facts['drug_type']}" if weights else "")
            + "。"
        )
    if len(sentences) == 1:
        return sentences[0]
    body = "".join(f"{place}．{sentence}" for place, sentence in enumerate(sentences, start=1))
    return body + _total(desk, number, count)


def _who(desk: Desk, number: int, act: int, *, short: bool = False) -> str:
    """The defendants of an act, with the joint offender who is not on trial."""
    case = desk.case
    persons = [
        desk.names[position]
        for position, person in enumerate(case.persons)
        if number < len(person.counts) and act in person.counts[number].acts
    ]
    if short:
        return "、".join(persons)
    if len(persons) == 1:
        alone = f"被告人{persons[0]}"
        if number == 0 and case.others_at_large:
            return (
                f"{alone}{desk.pick(('伙同', '与'))}{desk.others[3]}（另案处理）{desk.pick(('', '共同'))}"
                if act == 0
                else f"{alone}伙同{desk.others[3]}"
            )
        return alone
    return desk.pick(
        (
            f"被告人{persons[0]}伙同被告人{'、'.join(persons[1:])}",
            f"被告人{'、'.join(persons)}{desk.pick(('共同', '经预谋'))}",
        )
    )


def _clock(desk: Desk, day: datetime.date) -> str:
    hour = desk.pick(("凌晨", "上午9时许", "10时许", "14时许", "16时30分许", "晚上", "21时许", "23时许"))
    return f"{short_date(day)}{hour}"


def _road(desk: Desk) -> str:
    court = desk.case.court
    return (
        f"{desk.pick((court.place, '本市' + court.district if court.city else '本区'))}{desk.pick(places()['streets'])}"
    )


def _place(desk: Desk) -> str:
    return f"{_road(desk)}{desk.rng.randint(2, 320)}号"


def _yuan(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def _plain(desk: Desk, charge: str, scene: dict) -> str:
    """The ordinary means; an employee keeps the same post through all acts."""
    if charge == "职务侵占罪":
        return scene["plain"][desk.case.serial % len(scene["plain"])]
    return desk.pick(scene["plain"])


def _verb(charge: str) -> str:
    return {
        "走私、贩卖、运输、制造毒品罪": "贩卖毒品",
        "容留他人吸毒罪": "容留他人吸毒",
        "掩饰、隐瞒犯罪所得、犯罪所得收益罪": "收购、销售赃物",
        "职务侵占罪": "侵占单位财物",
        "信用卡诈骗罪": "冒用他人信用卡",
    }.get(charge, charge.removesuffix("罪"))


def _split(total: float, parts: int, rng: random.Random) -> list[float]:
    cents = round(total * 100)
    cuts = sorted(rng.sample(range(1, cents), parts - 1)) if cents > parts else list(range(1, parts))
    return [(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, cents], strict=True)]


def _total(desk: Desk, number: int, first: Count) -> str:
    """The sum for each defendant."""
    parts = []
    for position, person in enumerate(desk.case.persons):
        if number >= len(person.counts):
            continue
        count = person.counts[number]
        part = f"被告人{desk.names[position]}{desk.pick(('参与', '共'))}{_verb(first.charge)}{len(count.acts)}次"
        if count.facts.get("amount_yuan"):
            part += f"，犯罪数额共计人民币{_yuan(count.facts['amount_yuan'])}元"
        if first.facts.get("drug_grams"):
            part += f"，共计{first.facts['drug_type']}{first.facts['drug_grams']}克"
        parts.append(part)
    return desk.pick(("综上，", "综上所述，", "")) + "；".join(parts) + "。"


def _unfinished(text: str, ending: str, amount: float, desk: Desk) -> str:
    """Turn the story of a completed act into one that stopped: what was aimed at stays, what was gained goes."""
    head = (
        text.split("，盗走")[0]
        .split("，窃")[0]
        .split("，骗")[0]
        .split("，使被害人")[0]
        .split("，向被害人")[0]
        .split("，迫使")[0]
    )
    head = (
        head.split("，夺走")[0]
        .split("，抢走")[0]
        .split("，劫得")[0]
        .split("，当场劫取")[0]
        .split("，勒索")[0]
        .split("，在自动柜员机上")[0]
    )
    head = (
        head.split("，将所在")[0]
        .split("，截留")[0]
        .split("，将卡内")[0]
        .split("刷卡消费")[0]
        .split("，采用虚开")[0]
        .split("公然夺取")[0]
    )
    aim = (
        desk.pick((f"，欲取得财物价值人民币{_yuan(amount)}元", f"，涉案财物价值人民币{_yuan(amount)}元"))
        if amount
        else ""
    )
    return f"{head}{aim}，{ending}。"


def _result(desk: Desk, facts: dict, victim: str) -> str:
    """Who was hurt, and how badly; each hurt person has a name of its own."""
    pool = [
        victim,
        *(name for name in desk.victims if name != victim),
        *(f"{name[0]}某{stem}" for name in desk.victims for stem in "一二"),
    ]
    levels = [
        level
        for level, field in (
            ("死亡", "deaths"),
            ("重伤", "serious_injuries"),
            ("轻伤", "minor_injuries"),
            ("轻微伤", "slight_injuries"),
        )
        for _ in range(facts[field])
    ]
    if not levels:
        return "未造成人员受伤。"
    text, start = "", 0
    for level in dict.fromkeys(levels):
        people = pool[start : start + levels.count(level)]
        start += len(people)
        who = "、".join(people)
        if level == "死亡":
            text += f"致{who}{desk.pick(('经抢救无效死亡', '死亡', '当场死亡'))}。"
        else:
            grade = desk.pick(("一级", "二级")) if level != "轻微伤" and len(people) == 1 else ""
            text += desk.pick(
                (
                    f"致{who}受伤。经鉴定，{who}的损伤程度{'均' if len(people) > 1 else ''}为{level}{grade}。",
                    f"致{who}受伤，经法医鉴定，{who}所受损伤{'均' if len(people) > 1 else ''}属{level}{grade}。",
                )
            )
    return text


def _about_victim(desk: Desk, facts: dict, victim: str) -> str:
    text = ""
    if facts.get("vulnerable_victim"):
        weak = weak_group(desk)
        text += {
            "未成年人": f"案发时，被害人{victim}未满十八周岁。",
            "老年人": f"案发时，被害人{victim}已年满七十周岁，系老年人。",
            "残疾人": f"被害人{victim}系肢体残疾人。",
        }[weak]
    if facts.get("victim_fault"):
        text += desk.pick((f"事发前，被害人{victim}先行辱骂并动手推搡对方。", f"起因系被害人{victim}酒后先动手打人。"))
    if facts.get("excessive_defence"):
        text += f"当时被害人{victim}正在对{desk.names[0]}进行殴打，"
        text += f"{desk.names[0]}为制止侵害而还手，其反击明显超过必要限度。"
    return text


def write_aftermath(desk: Desk, *, tried: bool) -> str:
    """How the defendants were caught and what they did afterwards; ``tried``: including what came during the trial."""
    case, bank, parts = desk.case, phrases()["circumstances"], []
    for position, person in enumerate(case.persons):
        fill = fillings(desk, position)
        if person.offender["surrender"]:
            parts.append(fact_phrase(desk, "surrender", position).format(**fill))
        elif person.offender["confession"]:
            parts.append(desk.pick(bank["confession"]["facts"]).format(**fill))
        else:
            parts.append(f"{fill['day']}，{fill['n']}被公安机关抓获归案。")
        for name in (
            "merit",
            "major_merit",
            "limited_capacity",
            "restitution",
            "settlement",
            "compensation",
            "forgiveness",
        ):
            late = name in ("settlement", "compensation", "forgiveness", "restitution")
            if person.offender.get(name) and (tried or not late):
                both = name == "compensation" and person.offender["restitution"]
                parts.append(
                    fact_phrase(desk, name, position).format(**{**fill, "money": desk.paid[position]} if both else fill)
                )
    if case.others_at_large and desk.rng.random() < 0.5:
        spec = assumptions()["charges"][case.persons[0].counts[0].charge]
        topics = ["surrender", "confession", "recidivist", "remorse"] + ["restitution"] * bool(spec.get("property"))
        name = desk.pick(topics + ["plea_leniency"] * (case.judged >= PLEA_LENIENCY_FROM))
        parts.append(
            desk.pick([entry for entry in bank[name]["other"] if "同案人" in entry]).format(
                other=desk.others[3], **fillings(desk, 0, without_other=True)
            )
        )
    goods = desk.case.persons[0].counts[0].facts.get("amount_yuan")
    if goods and not any(person.offender["restitution"] for person in case.persons) and desk.rng.random() < 0.35:
        parts.append(
            desk.pick(
                (
                    "涉案部分物品已由公安机关追回并发还被害人。",
                    "公安机关从其住处扣押手机一部，该手机系其于一年前以2600元购买。",
                )
            )
        )
    return "".join(parts)


def write_evidence(desk: Desk) -> str:
    """List the evidence."""
    count = desk.case.persons[0].counts[0]
    spec = assumptions()["charges"][count.charge]
    kind = (
        "drug"
        if "毒" in count.charge
        else "traffic"
        if "驾驶" in count.charge or "交通" in count.charge
        else "property"
        if spec.get("property")
        else "violence"
    )
    table = scenes()["evidence"]
    items = desk.rng.sample(table["common"], 6) + desk.rng.sample(table[kind], 3)
    clean = any(
        not person.offender["prior_record"] and not person.offender["admin_record"] for person in desk.case.persons
    )
    if clean and len(desk.case.persons) == 1 and desk.rng.random() < 0.3:
        items.append("公安机关出具的无犯罪记录证明")
    desk.rng.shuffle(items)
    listed = "、".join(items).format(other=desk.others[0])
    return desk.pick(
        (
            f"上述事实，有{listed}等证据证实，足以认定。",
            f"以上事实，有经庭审举证、质证的{listed}等证据予以证实，本院予以确认。",
            f"认定上述事实的证据有：{listed}。上述证据来源合法、内容客观，能够相互印证，本院予以采信。",
        )
    )
