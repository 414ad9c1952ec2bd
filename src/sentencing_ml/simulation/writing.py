"""Cases as text: the judgment and the indictment of a drawn case.

Phrases come from ``phrases.yaml`` and ``scenes.yaml``. The writer may only say what the case's truth allows: a
circumstance that the case lacks appears as denied, as claimed and refused, or as somebody else's.
"""

import datetime
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from sentencing_ml.simulation import arithmetic
from sentencing_ml.simulation.cases import (
    PLEA_LENIENCY_FROM,
    Case,
    Count,
    Outcome,
    Person,
    assumptions,
    full_years,
    person_name,
    places,
)
from sentencing_ml.simulation.numerals import article, chinese, long_date, short_date, term

DAY = datetime.timedelta(days=1)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_STEMS = "甲乙丙丁戊己庚辛"
_CONDITIONS = (
    ("role", "主犯", "principal"),
    ("role", "从犯", "accessory"),
    ("role", "胁从犯", "coerced"),
    ("stage", "未遂", "attempt"),
    ("stage", "中止", "desistance"),
    ("stage", "预备", "preparation"),
)
_LIABILITY_FLAGS = (
    "excessive_defence",
    "minor_defendant",
    "limited_capacity",
    "victim_fault",
    "vulnerable_victim",
    "civil_dispute",
)
_OFFENDER_FLAGS = (
    "elderly_defendant",
    "recidivist",
    "drug_recidivist",
    "prior_record",
    "admin_record",
    "surrender",
    "confession",
    "merit",
    "major_merit",
    "plea_leniency",
    "plea_in_court",
    "restitution",
    "settlement",
    "compensation",
    "forgiveness",
    "first_offender",
    "remorse",
)
_HARM = ("deaths", "serious_injuries", "minor_injuries", "slight_injuries")
_WHOLE_SENTENCES = ("victim_fault", "civil_dispute")
"""Their phrases name the defendant themselves."""


@lru_cache(maxsize=1)
def phrases() -> dict:
    """Read ``phrases.yaml``."""
    return yaml.safe_load((files("sentencing_ml.simulation") / "phrases.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def scenes() -> dict:
    """Read ``scenes.yaml``."""
    return yaml.safe_load((files("sentencing_ml.simulation") / "scenes.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A case in its two forms, and the names by which both call the defendants."""

    judgment: str
    indictment: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What the writer needs at hand: the case, the random numbers, and names already given."""

    case: Case
    rng: random.Random
    names: tuple[str, ...]
    counsels: tuple[str, ...]
    victims: tuple[str, ...]
    others: tuple[str, ...]
    prosecutor: str
    paid: tuple[int, ...]

    def pick(self, options: Any) -> Any:
        return self.rng.choice(options)

    @property
    def procuratorate(self) -> str:
        branch = re.fullmatch(r"(.+市)(第.)中级人民法院", self.case.court_name)  # 直辖市: 检察院分院 beside each 中院
        if branch:
            return f"{branch[1]}人民检察院{branch[2]}分院"
        return self.case.court_name.replace("中级人民法院", "人民检察院").replace("人民法院", "人民检察院")

    @property
    def police(self) -> str:
        place = self.case.court
        return (
            f"{place.city}公安局{place.district}分局" if place.city else f"{place.province}公安局{place.district}分局"
        )

    @property
    def jail(self) -> str:
        return f"{self.case.court.place}看守所"


def write_case(case: Case, *, seed: int) -> Texts:
    """Write the judgment and the indictment of a case; equal cases and seeds give equal texts."""
    rng = random.Random(f"{seed}/{case.id}/text")
    desk = _desk(case, rng)
    facts = [_facts(desk, number) for number in range(len(case.persons[0].counts))]
    particulars = [_particulars(desk, position) for position in range(len(case.persons))]
    indictment = _layout(_indictment(desk, particulars, facts), rng, full_width=False)
    full_width = rng.random() < assumptions()["full_width_digits"] and not any(
        letter.isdigit() for name in desk.names for letter in name
    )
    judgment = _layout(_judgment(desk, particulars, facts), rng, full_width=full_width)
    return Texts(judgment=judgment, indictment=indictment, names=desk.names)


# ---- names


def _desk(case: Case, rng: random.Random) -> _Desk:
    style = rng.choice(("full", "full", "某某", "某甲", "*甲", "digit"))
    used: set[str] = set()

    def name(gender: str, position: int, *, plain: bool = False) -> str:
        while True:
            full = person_name(rng, gender)
            if full[0] not in used:
                used.add(full[0])
                break
        if style == "full" or plain:
            return full
        return {
            "某某": f"{full[0]}某某",
            "某甲": f"{full[0]}某{_STEMS[position]}",
            "*甲": f"{full[0]}*{_STEMS[position]}",
            "digit": f"{full[0]}{position + 1}",
        }[style]

    def full_of(person: Person, position: int) -> str:
        if style == "full" and person.name[0] not in used:
            used.add(person.name[0])
            return person.name
        return name(person.gender, position)

    names = tuple(full_of(person, position) for position, person in enumerate(case.persons))
    victims = tuple(_third(name("男", 0, plain=True), position, style) for position in range(6))
    others = tuple(_third(name("男", 0, plain=True), position, style) for position in range(4))
    counsels = tuple(name("男", 0, plain=True) for _ in case.persons)
    return _Desk(
        case=case,
        rng=rng,
        names=names,
        counsels=counsels,
        victims=victims,
        others=others,
        prosecutor=person_name(rng, "女"),
        paid=tuple(1000 * rng.randint(2, 60) for _ in case.persons),
    )


def _third(full: str, position: int, style: str) -> str:
    """A victim's or witness's name: masked even where the defendants' are written in full."""
    if style in ("full", "某某"):
        return f"{full[0]}某" if position % 2 == 0 else f"{full[0]}某某"
    return {
        "某甲": f"{full[0]}某{_STEMS[position]}",
        "*甲": f"{full[0]}*{_STEMS[position]}",
        "digit": f"{full[0]}{position + 1}",
    }[style]


# ---- header


def _particulars(desk: _Desk, position: int) -> str:
    person, rng, case = desk.case.persons[position], desk.rng, desk.case
    name = desk.names[position]
    parts = [f"被告人{name}", person.gender, short_date(person.birth) + desk.pick(("出生", "生")), person.ethnicity]
    if person.education:
        parts.append(
            "文盲"
            if person.education == "文盲"
            else desk.pick(("{}文化", "文化程度{}", "{}文化程度")).format(person.education)
        )
    if person.occupation:
        parts.append(person.occupation)
    row = desk.pick(places()["courts"])
    home = f"{row[0]}{row[3]}{row[4]}{desk.pick(places()['villages'])}村"
    parts.append(desk.pick(("户籍地", "户籍所在地", "住")) + home)
    text = "，".join(parts) + "。" + _record(desk, person, home)
    charges = "、".join(dict.fromkeys(count.written for count in person.counts))
    detained = person.caught + rng.randint(0, 2) * DAY
    why = desk.pick((f"因涉嫌犯{charges}", "因本案"))
    if person.custody == "羁押":
        arrested = min(detained + rng.randint(9, 30) * DAY, case.filed)
        text += f"{why}于{short_date(detained)}被刑事拘留，"
        text += f"{desk.pick(('', '经批准于'))}{short_date(arrested)}被{desk.pick(('', '依法'))}逮捕。"
        text += desk.pick((f"现羁押于{desk.jail}。", f"现押于{desk.jail}。"))
    elif person.custody == "取保候审":
        begins = desk.pick((f"于{short_date(detained)}被刑事拘留，", f"于{short_date(detained)}被传唤到案，"))
        text += f"{why}{begins}{short_date(detained + rng.randint(1, 9) * DAY)}被取保候审。"
    else:
        text += f"{why}于{short_date(detained)}被{desk.police}监视居住。"
    firm = (
        f"{case.court.province.removesuffix('省').removesuffix('市')}{desk.pick(places()['companies'])}律师事务所律师"
    )
    lawyer = desk.counsels[position]
    if person.counsel == "委托":
        text += f"辩护人{lawyer}，{firm}。"
    elif person.counsel == "法律援助":
        centre = f"{case.court.district}法律援助中心"
        text += desk.pick(
            (f"辩护人{lawyer}，{firm}，系{centre}指派。", f"指定辩护人{lawyer}，{firm}（{centre}指派）。")
        )
    elif person.counsel == "值班律师":
        text += desk.pick(
            (f"值班律师{lawyer}，{firm}。", f"被告人{name}在值班律师{lawyer}的见证下签署了认罪认罚具结书。")
        )
    elif person.counsel == "无":
        text += desk.pick((f"被告人{name}未委托辩护人。", "未委托辩护人，由其本人自行辩护。"))
    return text


def _record(desk: _Desk, person: Person, home: str) -> str:
    """The earlier convictions and penalties, with terms and dates of their own."""
    rng, text = desk.rng, ""
    offence = desk.case.offence
    if person.offender["prior_record"]:
        court = f"{home.rsplit('区', 1)[0]}区人民法院" if "区" in home else "原籍人民法院"
        charge = (
            "贩卖毒品罪"
            if person.offender["drug_recidivist"]
            else desk.pick(("盗窃罪", "故意伤害罪", "诈骗罪", "寻衅滋事罪"))
        )
        months = desk.pick((7, 8, 10, 12, 15, 18))
        if person.offender["recidivist"]:
            released = offence - rng.randint(60, 400) * DAY
            sentenced = released - (months * 30 - 40) * DAY
            text += (
                f"曾因犯{charge}于{short_date(sentenced)}被{court}判处有期徒刑{term(months)}，"
                f"并处罚金人民币{chinese(desk.pick((2000, 3000, 5000)))}元，"
                f"{short_date(released)}刑满释放。"
            )
        elif full_years(person.birth, offence) >= 27:
            released = offence - rng.randint(5 * 366, 8 * 365) * DAY
            sentenced = released - (months * 30 - 40) * DAY
            text += f"曾因犯{charge}于{sentenced.year}年{sentenced.month}月被{court}判处有期徒刑{term(months)}，"
            text += f"{short_date(released)}刑满释放。"
        else:
            sentenced = offence - rng.randint(150, 320) * DAY
            text += f"曾因犯{charge}于{short_date(sentenced)}被{court}判处拘役{chinese(desk.pick((3, 4, 5)))}个月，"
            text += "并处罚金人民币一千元。"
    if person.offender["admin_record"]:
        when = offence - rng.randint(100, 900) * DAY
        why = (
            "吸毒"
            if desk.case.persons[0].counts[0].charge in ("走私、贩卖、运输、制造毒品罪", "容留他人吸毒罪")
            else desk.pick(("殴打他人", "赌博", "盗窃"))
        )
        penalty = desk.pick(("行政拘留", "公安机关处以行政拘留"))
        text += f"因{why}于{short_date(when)}被{penalty}{chinese(desk.pick((5, 7, 10, 15)))}日。"
    return text


def _origin(desk: _Desk) -> str:
    case, rng = desk.case, desk.rng
    accused = "、".join(f"被告人{name}" for name in desk.names)
    charges = "、".join(count.written for count in case.persons[0].counts)
    if len(case.persons[0].counts) > 1 and len(case.persons) > 1:
        rest = "、".join(desk.names[1:])
        accusation = f"被告人{desk.names[0]}犯{charges}，被告人{rest}犯{case.persons[1].counts[0].written}"
    else:
        accusation = f"{accused}犯{charges}"
    mark = desk.pick(("公诉刑诉", "检刑诉", "检一部刑诉"))
    number = f"{case.court.district[0]}{mark}〔{case.filed.year}〕{rng.randint(5, 990)}号"
    text = f"{desk.procuratorate}以{number}起诉书指控{accusation}，于{short_date(case.filed)}向本院提起公诉。"
    minor = any(person.offender["minor_defendant"] for person in case.persons)
    court = "不公开开庭" if minor else "公开开庭"
    if case.procedure == "速裁":
        text += desk.pick(
            (
                f"本院依法适用速裁程序，实行独任审判，{court}审理了本案。",
                f"本院受理后，适用刑事案件速裁程序，由审判员独任审判，{court}进行了审理。",
            )
        )
    elif case.procedure == "简易":
        text += desk.pick(
            (
                f"本院依法适用简易程序，实行独任审判，{court}审理了本案。",
                f"本院受理后，经公诉机关建议并征得被告人同意，适用简易程序，{court}审理了本案。",
            )
        )
    else:
        text += desk.pick(
            (f"本院依法组成合议庭，{court}审理了本案。", f"本院依法适用普通程序，组成合议庭，{court}进行了审理。")
        )
    present = "、".join(
        f"被告人{name}" + (f"及其辩护人{lawyer}" if person.counsel in ("委托", "法律援助") else "")
        for name, lawyer, person in zip(desk.names, desk.counsels, case.persons, strict=True)
    )
    return (
        text
        + f"{desk.procuratorate}指派检察员{desk.prosecutor}出庭支持公诉，{present}到庭参加诉讼。"
        + desk.pick(("现已审理终结。", "本案现已审理终结。"))
    )


# ---- facts


def _clock(desk: _Desk, day: datetime.date) -> str:
    hour = desk.pick(("凌晨", "上午9时许", "10时许", "14时许", "16时30分许", "晚上", "21时许", "23时许"))
    return f"{short_date(day)}{hour}"


def _place(desk: _Desk) -> str:
    return f"{_road(desk)}{desk.rng.randint(2, 320)}号"


def _yuan(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def _road(desk: _Desk) -> str:
    court = desk.case.court
    return (
        f"{desk.pick((court.place, '本市' + court.district if court.city else '本区'))}{desk.pick(places()['streets'])}"
    )


def _who(desk: _Desk, number: int, act: int, *, short: bool = False) -> str:
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


def _facts(desk: _Desk, number: int) -> str:
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


def _plain(desk: _Desk, charge: str, scene: dict) -> str:
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


def _total(desk: _Desk, number: int, first: Count) -> str:
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


def _unfinished(text: str, ending: str, amount: float, desk: _Desk) -> str:
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


def _result(desk: _Desk, facts: dict, victim: str) -> str:
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


def _about_victim(desk: _Desk, facts: dict, victim: str) -> str:
    text = ""
    if facts.get("vulnerable_victim"):
        weak = _weak(desk)
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


def _weak(desk: _Desk) -> str:
    return scenes()["weak"][desk.case.serial % 3]


def _aftermath(desk: _Desk, *, tried: bool) -> str:
    """How the defendants were caught and what they did afterwards; ``tried``: including what came during the trial."""
    case, bank, parts = desk.case, phrases()["circumstances"], []
    for position, person in enumerate(case.persons):
        fill = _fill(desk, position)
        if person.offender["surrender"]:
            parts.append(_fact(desk, "surrender", position).format(**fill))
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
                    _fact(desk, name, position).format(**{**fill, "money": desk.paid[position]} if both else fill)
                )
    if case.others_at_large and desk.rng.random() < 0.5:
        topics = ["surrender", "confession", "recidivist", "restitution", "remorse"]
        name = desk.pick(topics + ["plea_leniency"] * (case.judged >= PLEA_LENIENCY_FROM))
        parts.append(
            desk.pick([entry for entry in bank[name]["other"] if "同案人" in entry]).format(
                other=desk.others[3], **_fill(desk, 0, without_other=True)
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


def _variant(desk: _Desk, name: str, position: int) -> int:
    """Which of the facts of a circumstance holds for a defendant: the opinion must not tell another story."""
    facts = phrases()["circumstances"][name]["facts"]
    if name == "surrender":
        waits = desk.case.persons[0].counts[0].charge == "危险驾驶罪"
        return len(facts) - 1 if waits else (desk.case.serial + position) % (len(facts) - 1)
    return (desk.case.serial + position) % len(facts) if facts else 0


def _fact(desk: _Desk, name: str, position: int) -> str:
    return phrases()["circumstances"][name]["facts"][_variant(desk, name, position)]


def _granted(desk: _Desk, name: str, position: int) -> str:
    bank = phrases()["circumstances"][name]
    fitting = bank["granted_by_fact"][_variant(desk, name, position)] if "granted_by_fact" in bank else []
    return desk.pick([*bank["granted"], *fitting])


def _effect(name: str, fill: dict[str, Any]) -> dict[str, Any]:
    """应当减轻或者免除处罚 (刑法20(2)、24、28) leaves no 从轻."""
    return {**fill, "mild": "减轻处罚"} if name in ("excessive_defence", "desistance", "coerced") else fill


def _fill(desk: _Desk, position: int, *, without_other: bool = False) -> dict[str, Any]:
    case = desk.case
    person = case.persons[position]
    count = person.counts[0]
    side = f"被害人{desk.victims[0]}" if not count.facts["deaths"] else "被害人近亲属"
    if count.charge == "职务侵占罪":
        side = "被害单位"
    fill = {
        "n": f"被告人{desk.names[position]}",
        "day": short_date(person.caught),
        "station": f"{desk.police}",
        "money": _paid(desk, position),
        "victim": desk.victims[0],
        "victim_side": side,
        "cause": "民间纠纷",
        "weak": _weak(desk),
        "mild": "减轻处罚" if _mitigated(count) else "从轻处罚",
        "other": desk.others[3],
    }
    if without_other:
        del fill["other"]
    return fill


def _paid(desk: _Desk, position: int) -> int:
    """What a defendant gave back or paid: no more than he took."""
    amount = desk.case.persons[position].counts[0].facts.get("amount_yuan")
    if not amount:
        return desk.paid[position]
    share = (1.0, 1.0, 0.8, 0.6, 0.5)[desk.paid[position] // 1000 % 5]
    return max(1, int(amount * share)) if share == 1.0 or amount < 500 else int(amount * share / 100) * 100


def _mitigated(count: Count) -> bool:
    months = count.outcome.term_months
    return (
        months is not None
        and months < count.law.tiers[count.tier].floor
        and arithmetic.mitigated(count.ratios, liability_only=False)
    )


# ---- what the parties say


def _plea(desk: _Desk) -> str:
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


def _claims(desk: _Desk, position: int) -> tuple[list[str], list[str]]:
    """Return the circumstances that counsel names rightly and wrongly."""
    person = desk.case.persons[position]
    count, offender = person.counts[0], person.offender
    spec = assumptions()["charges"][count.charge]
    true = [
        name
        for name in _conditions(person, count)
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


def _claim(desk: _Desk, name: str, position: int, index: int) -> str:
    options = phrases()["circumstances"][name]["claim"]
    return options[index % len(options)].format(**_fill(desk, position))


def _subject(claim: str, name: str) -> str:
    """The defendant's name before a claim, unless the claim has a subject of its own."""
    return "" if claim.startswith(("被害人", "双方", "本案")) else name


def _defence(desk: _Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
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


# ---- the court's opinion


def _conditions(person: Person, count: Count) -> list[str]:
    """The circumstances that the truth of a defendant holds, as names of the phrase bank."""
    found = [name for field, value, name in _CONDITIONS if count.facts.get(field) == value]
    found += [name for name in _LIABILITY_FLAGS if count.facts.get(name)]
    found += [name for name in _OFFENDER_FLAGS if person.offender.get(name)]
    if "recidivist" in found and "prior_record" in found:
        found.remove("prior_record")
    if "drug_recidivist" in found and "prior_record" in found:
        found.remove("prior_record")
    return found


def _crime(desk: _Desk, number: int) -> str:
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
            f"致{chinese(facts[field])}人{level}"
            for field, level in (("deaths", "死亡"), ("serious_injuries", "重伤"), ("minor_injuries", "轻伤"))
            if facts[field]
        )
        return harm + ("，且肇事后逃逸" if facts.get("hit_and_run") else "")
    if charge == "危险驾驶罪":
        return "，并发生交通事故" if facts.get("caused_accident") else ""
    if charge == "寻衅滋事罪":
        return ""
    return ""


def _opinion(desk: _Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
    case, bank = desk.case, phrases()["circumstances"]
    numbers = range(len(case.persons[0].counts))
    text = "本院认为，" + "；".join(_crime(desk, number) for number in numbers) + "。"
    text += desk.pick(
        (
            "公诉机关指控的罪名成立。",
            "公诉机关指控的事实清楚，证据确实、充分，罪名成立，本院予以支持。",
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
        fill = _fill(desk, position)
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
                    f"被告人{desk.names[position]}犯罪情节较轻，{remorse}没有再犯罪的危险，宣告缓刑对所居住社区没有重大不良影响，可以宣告缓刑。",
                    f"根据被告人{desk.names[position]}的犯罪情节，{remorse}没有再犯罪的危险，依法可对其宣告缓刑。",
                )
            )
        if person.final.penalty == "免予刑事处罚":
            text += f"被告人{desk.names[position]}犯罪情节轻微不需要判处刑罚，可以免予刑事处罚。"
    return text + _citation(desk)


def _evaluation(desk: _Desk, position: int, person: Person, bank: dict) -> str:
    """The circumstances of one defendant, in the court's words."""
    fill = _fill(desk, position)
    names = _conditions(person, person.counts[0])
    whole = [name for name in names if name in _WHOLE_SENTENCES]
    simple = [name for name in names if name not in _WHOLE_SENTENCES]
    if person.counts[0].facts.get("civil_dispute"):
        fill["cause"] = "民间纠纷"
    clauses = [_granted(desk, name, position).format(**_effect(name, fill)) for name in simple]
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


def _denials(desk: _Desk, claims: dict[int, tuple[list[str], list[str]]]) -> str:
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
    return desk.pick(options).format(**_fill(desk, position)) + "。" if options else ""


def _recommended(desk: _Desk) -> str:
    """The prosecution's recommendation in words."""
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


def _on_recommendation(desk: _Desk) -> str:
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
    return desk.pick(
        ("公诉机关的量刑建议明显不当，本院依法予以调整。", "公诉机关的量刑建议与本案情节不相适应，不予采纳。")
    )


def _citation(desk: _Desk) -> str:
    case = desk.case
    numbers = [count.law.article for count in case.persons[0].counts]
    general = set()
    for person in case.persons:
        names = _conditions(person, person.counts[0])
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
        "及《中华人民共和国刑事诉讼法》第十五条、第二百零一条"
        if any(person.offender["plea_leniency"] for person in case.persons)
        else ""
    )
    return (
        f"{desk.pick(('依照', '依据', '根据', '据此，依照'))}《中华人民共和国刑法》{cited}{procedure}之规定，判决如下："
    )


# ---- verdict and tail


def _money(desk: _Desk, value: float) -> str:
    return f"人民币{chinese(int(value))}元" if desk.rng.random() < 0.65 else f"人民币{int(value)}元"


def _sentence(desk: _Desk, outcome: Outcome, *, forfeit: bool) -> str:
    fine = f"，并处罚金{_money(desk, outcome.fine_yuan)}" if outcome.fine_yuan else ""
    if outcome.penalty == "免予刑事处罚":
        return "免予刑事处罚"
    if outcome.penalty == "单处罚金":
        return f"单处罚金{_money(desk, outcome.fine_yuan or 1000)}"
    if outcome.penalty in ("无期徒刑", "死刑"):
        return f"判处{outcome.penalty}，剥夺政治权利终身" + ("，并处没收个人全部财产" if forfeit else "")
    probation = f"，缓刑{term(outcome.probation_months)}" if outcome.probation_months else ""
    return f"判处{outcome.penalty}{term(outcome.term_months)}{probation}{fine}"


def _verdict(desk: _Desk) -> list[str]:
    case, items = desk.case, []
    for position, person in enumerate(case.persons):
        head = f"被告人{desk.names[position]}犯"
        if len(person.counts) == 1:
            count = person.counts[0]
            forfeit = count.law.tiers[count.tier].fine in ("fine_or_forfeit", "forfeit")
            text = f"{head}{count.written}，{_sentence(desk, person.final, forfeit=forfeit)}"
        else:
            parts = [f"{count.written}，{_sentence(desk, count.outcome, forfeit=False)}" for count in person.counts]
            total = _sentence(desk, person.final, forfeit=False).replace("判处", "", 1)
            text = head + "；犯".join(parts) + f"；{desk.pick(('数罪并罚，决定执行', '决定执行'))}{total}"
        items.append(text + "。" + _running(desk, person))
    amount = case.persons[0].counts[0].facts.get("amount_yuan")
    done = case.persons[0].counts[0].facts["stage"] == "既遂"
    if (
        amount
        and done
        and not any(person.offender["restitution"] for person in case.persons)
        and not any(person.offender["compensation"] for person in case.persons)
    ):
        items.append(
            desk.pick(
                (
                    f"责令被告人{'、'.join(desk.names)}退赔被害人经济损失。",
                    f"继续追缴被告人{'、'.join(desk.names)}的违法所得。",
                )
            )
        )
    elif desk.rng.random() < 0.3 and _has_tools(case):
        items.append("扣押在案的作案工具手机一部，予以没收。")
    return [f"{chinese(place)}、{item}" for place, item in enumerate(items, start=1)] if len(items) > 1 else items


def _has_tools(case: Case) -> bool:
    spec = assumptions()["charges"][case.persons[0].counts[0].charge]
    return bool(spec.get("property") or spec.get("drug_crime"))


def _running(desk: _Desk, person: Person) -> str:
    final, rng = person.final, desk.rng
    fine = (
        desk.pick(("罚金限判决生效后十日内缴纳。", "罚金已缴纳。", "罚金于判决生效之日起三十日内缴清。"))
        if final.fine_yuan
        else ""
    )
    if final.probation_months:
        return f"（缓刑考验期限，从判决确定之日起计算。{fine}）"
    if final.term_months is None or final.penalty not in ("有期徒刑", "拘役"):
        return f"（{fine}）" if fine else ""
    if person.custody != "羁押":
        return f"（刑期从判决执行之日起计算。判决执行以前先行羁押的，羁押一日折抵刑期一日。{fine}）"
    begin = person.caught
    months = int(final.term_months) + begin.month - 1
    end = datetime.date(begin.year + months // 12, months % 12 + 1, min(begin.day, 28)) - DAY
    note = (
        desk.pick(("判决执行以前先行羁押的，羁押一日折抵刑期一日，", "先行羁押的，羁押一日折抵刑期一日，"))
        if rng.random() < 0.9
        else ""
    )
    return f"（刑期从判决执行之日起计算。{note}即自{short_date(begin)}起至{short_date(end)}止。{fine}）"


def _tail(desk: _Desk) -> list[str]:
    case = desk.case
    copies = chinese(len(case.persons) + 1)
    appeal = (
        f"如不服本判决，可在接到判决书的第二日起十日内，通过本院或者直接向{case.appeal_name}提出上诉。"
        f"书面上诉的，应当提交上诉状正本一份，副本{copies}份。"
    )
    clerk = f"书记员{person_name(desk.rng, '女')}"
    if case.procedure == "普通":
        bench = [
            f"审判长{case.judge}",
            f"审判员{person_name(desk.rng, '女')}",
            f"人民陪审员{person_name(desk.rng, '男')}",
        ]
    else:
        bench = [f"审判员{case.judge}"]
    return [appeal, *bench, long_date(case.judged), clerk]


def _appendix(desk: _Desk) -> list[str]:
    table = scenes()["statutes"]
    chosen = sorted(desk.rng.sample(sorted(table, key=int), desk.rng.randint(3, 6)), key=int)
    head = desk.pick(("附：本判决适用的相关法律条文", "附相关法律条文：", "附：法律条文"))
    return [
        head,
        "《中华人民共和国刑法》",
        *(f"{article(number)}{desk.pick((' ', '：', ''))}{table[number]}" for number in chosen),
    ]


def _evidence(desk: _Desk) -> str:
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


def _joined(facts: list[str]) -> str:
    return (
        facts[0]
        if len(facts) == 1
        else "".join(f"（{chinese(place)}）{text}" for place, text in enumerate(facts, start=1))
    )


def _judgment(desk: _Desk, particulars: list[str], facts: list[str]) -> list[str]:
    case, rng = desk.case, desk.rng
    claims = {
        position: _claims(desk, position)
        for position, person in enumerate(case.persons)
        if person.counsel in ("委托", "法律援助") or (rng.random() < 0.1 and not person.offender["plea_leniency"])
    }
    spoken = {
        position: pair for position, pair in claims.items() if case.persons[position].counsel in ("委托", "法律援助")
    }
    after = _aftermath(desk, tried=True)
    recommended = f"{_recommended(desk)}。" if case.recommendation.present else ""
    charges = "、".join(count.written for count in case.persons[0].counts)
    broken = "、".join(dict.fromkeys(article(count.law.article) for count in case.persons[0].counts))
    accusation = desk.pick(
        (
            f"公诉机关认为，应当以{charges}追究{'、'.join('被告人' + name for name in desk.names)}的刑事责任。",
            f"公诉机关认为{'、'.join('被告人' + name for name in desk.names)}的行为触犯了《中华人民共和国刑法》"
            f"{broken}，应以{charges}定罪处罚。",
        )
    )
    head = [
        case.court_name,
        "刑事判决书",
        case.case_number,
        f"公诉机关{desk.procuratorate}。",
        *particulars,
        _origin(desk),
    ]
    if case.procedure == "普通" or rng.random() < 0.45:
        body = [
            f"{desk.pick(('公诉机关指控：', desk.procuratorate + '指控，'))}{_joined(facts)}{accusation}{recommended}",
            _plea(desk),
            _defence(desk, spoken),
            f"经审理查明{desk.pick(('，', '：'))}{_joined(facts)}",
            "另查明，" + after,
            _evidence(desk),
        ]
    else:
        body = [
            desk.pick(("公诉机关指控", desk.procuratorate + "指控"))
            + f"{desk.pick(('，', '：'))}{_joined(facts)}{after}{accusation}{recommended}",
            _plea(desk),
            _defence(desk, spoken),
            _evidence(desk),
        ]
    end = [_opinion(desk, claims), *_verdict(desk), *_tail(desk)]
    if rng.random() < assumptions()["appended_statutes"]:
        end += _appendix(desk)
    return [paragraph for paragraph in [*head, *body, *end] if paragraph]


def _indictment(desk: _Desk, particulars: list[str], facts: list[str]) -> list[str]:
    case, _bank = desk.case, phrases()["circumstances"]
    charges = "、".join(count.written for count in case.persons[0].counts)
    accused = "、".join(f"被告人{name}" for name in desk.names)
    moved = case.filed - desk.rng.randint(15, 30) * DAY
    opinion = "本院认为，" + "；".join(_crime(desk, number) for number in range(len(case.persons[0].counts)))
    opinion += "，犯罪事实清楚，证据确实、充分，应当追究其刑事责任。"
    for position, person in enumerate(case.persons):
        fill = {**_fill(desk, position), "mild": "从轻处罚"}
        late = {
            "plea_in_court",
            "settlement",
            "compensation",
            "forgiveness",
            "restitution",
            "remorse",
            "first_offender",
        }
        names = [
            name for name in _conditions(person, person.counts[0]) if name not in late and name not in _WHOLE_SENTENCES
        ]
        if names:
            opinion += (
                "；".join(
                    (fill["n"] if place == 0 else "其") + _granted(desk, name, position).format(**_effect(name, fill))
                    for place, name in enumerate(names)
                )
                + "。"
            )
    if case.recommendation.present:
        opinion += f"{_recommended(desk)}。"
    opinion += "根据《中华人民共和国刑事诉讼法》第一百七十六条的规定，提起公诉，请依法判处。"
    return [
        desk.procuratorate,
        "起诉书",
        f"{case.court.district[0]}检刑诉〔{case.filed.year}〕{case.serial}号",
        *particulars,
        f"本案由{desk.police}侦查终结，以{accused}涉嫌犯{charges}，于{short_date(moved)}向本院移送审查起诉。本院受理后，已告知被告人有权委托辩护人，依法讯问了被告人，审查了全部案件材料。",
        f"经依法审查查明：{_joined(facts)}",
        _aftermath(desk, tried=False),
        _evidence(desk).replace("经庭审举证、质证的", "").replace("本院予以确认", "足以认定"),
        opinion,
        "此致",
        case.court_name,
        f"检察员{desk.prosecutor}",
        long_date(case.filed),
    ]


# ---- layout


def _layout(paragraphs: list[str], rng: random.Random, *, full_width: bool) -> str:
    kinds = assumptions()["layouts"]
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    if full_width:  # the head keeps its digits: a case number is an identifier
        paragraphs = paragraphs[:3] + [text.translate(_FULL_WIDTH) for text in paragraphs[3:]]
    if rng.random() < assumptions()["page_numbers"] and len(paragraphs) > 8:
        middle = len(paragraphs) // 2
        paragraphs = [*paragraphs[:middle], f"{'1' if kind != 'lines' else '- 1 -'}", *paragraphs[middle:]]
    return {"lines": "\n", "spaced": " ", "solid": ""}[kind].join(paragraphs)
