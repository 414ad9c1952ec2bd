"""The head of a judgment: the defendants, and how the case came to court."""

from sentencing_ml.judgments.numerals import format_integer
from sentencing_ml.simulation.desk import DAY, Desk
from sentencing_ml.simulation.model import ORIGIN, RESIDENCE, Person, full_years, places
from sentencing_ml.simulation.numerals import short_date, term


def write_particulars(desk: Desk, position: int) -> str:
    """Write who a defendant is: particulars, record, custody and counsel."""
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
    home = f"{person.home.province}{person.home.city}{person.home.district}"
    if person.home_told == ORIGIN:
        parts.append(f"{home}{ORIGIN}")
    home += f"{desk.pick(places()['villages'])}村"
    parts.append((RESIDENCE if person.home_told == ORIGIN else person.home_told) + home)
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


def _record(desk: Desk, person: Person, home: str) -> str:
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
                f"并处罚金人民币{format_integer(desk.pick((2000, 3000, 5000)))}元，"
                f"{short_date(released)}刑满释放。"
            )
        elif full_years(person.birth, offence) >= 27:
            released = offence - rng.randint(5 * 366, 8 * 365) * DAY
            sentenced = released - (months * 30 - 40) * DAY
            text += f"曾因犯{charge}于{sentenced.year}年{sentenced.month}月被{court}判处有期徒刑{term(months)}，"
            text += f"{short_date(released)}刑满释放。"
        else:
            sentenced = offence - rng.randint(150, 320) * DAY
            months = format_integer(desk.pick((3, 4, 5)))
            text += f"曾因犯{charge}于{short_date(sentenced)}被{court}判处拘役{months}个月，"
            text += "并处罚金人民币一千元。"
    if person.offender["admin_record"]:
        when = offence - rng.randint(100, 900) * DAY
        why = (
            "吸毒"
            if desk.case.persons[0].counts[0].charge in ("走私、贩卖、运输、制造毒品罪", "容留他人吸毒罪")
            else desk.pick(("殴打他人", "赌博", "盗窃"))
        )
        penalty = desk.pick(("行政拘留", "公安机关处以行政拘留"))
        text += f"因{why}于{short_date(when)}被{penalty}{format_integer(desk.pick((5, 7, 10, 15)))}日。"
    return text


def write_origin(desk: Desk) -> str:
    """Write how the case came to court and how it was heard."""
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
