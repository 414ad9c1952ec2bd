"""The verdict, the notice of appeal, the signatures, and the statutes that some judgments append."""

import datetime

from sentencing_ml.judgments.numerals import format_integer
from sentencing_ml.simulation.desk import (
    DAY,
    Desk,
    scenes,
)
from sentencing_ml.simulation.model import (
    Case,
    Outcome,
    Person,
    assumptions,
    person_name,
)
from sentencing_ml.simulation.numerals import article, long_date, short_date, term

_BEGINS = "刑期从判决执行之日起计算。"
_BEFORE = "判决执行以前先行羁押的，"
_OFFSET = "羁押一日折抵刑期一日"
_IN_TIME = "可在接到判决书的第二日起十日内，"


def write_verdict(desk: Desk) -> list[str]:
    """Write the items of the verdict."""
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
    if len(items) == 1:
        return items
    return [f"{format_integer(place)}、{item}" for place, item in enumerate(items, start=1)]


def _sentence(desk: Desk, outcome: Outcome, *, forfeit: bool) -> str:
    fine = f"，并处罚金{_money(desk, outcome.fine_yuan)}" if outcome.fine_yuan else ""
    if outcome.penalty == "免予刑事处罚":
        return "免予刑事处罚"
    if outcome.penalty == "单处罚金":
        return f"单处罚金{_money(desk, outcome.fine_yuan or 1000)}"
    if outcome.penalty in ("无期徒刑", "死刑"):
        return f"判处{outcome.penalty}，剥夺政治权利终身" + ("，并处没收个人全部财产" if forfeit else "")
    probation = f"，缓刑{term(outcome.probation_months)}" if outcome.probation_months else ""
    return f"判处{outcome.penalty}{term(outcome.term_months)}{probation}{fine}"


def _money(desk: Desk, value: float) -> str:
    return f"人民币{format_integer(int(value))}元" if desk.rng.random() < 0.65 else f"人民币{int(value)}元"


def _has_tools(case: Case) -> bool:
    spec = assumptions()["charges"][case.persons[0].counts[0].charge]
    return bool(spec.get("property") or spec.get("drug_crime"))


def _running(desk: Desk, person: Person) -> str:
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
        return f"（{_BEGINS}{_BEFORE}{_OFFSET}。{fine}）"
    begin = person.caught
    months = int(final.term_months) + begin.month - 1
    end = datetime.date(begin.year + months // 12, months % 12 + 1, min(begin.day, 28)) - DAY
    note = desk.pick((f"{_BEFORE}{_OFFSET}，", f"先行羁押的，{_OFFSET}，")) if rng.random() < 0.9 else ""
    return f"（{_BEGINS}{note}即自{short_date(begin)}起至{short_date(end)}止。{fine}）"


def write_tail(desk: Desk) -> list[str]:
    """Write the notice of appeal, the bench, the date and the clerk."""
    case = desk.case
    copies = format_integer(len(case.persons) + 1)
    appeal = (
        f"如不服本判决，{_IN_TIME}通过本院或者直接向{case.appeal_name}提出上诉。"
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


def write_appendix(desk: Desk) -> list[str]:
    """Write the articles that many judgments append."""
    table = scenes()["statutes"]
    chosen = sorted(desk.rng.sample(sorted(table, key=int), desk.rng.randint(3, 6)), key=int)
    head = desk.pick(("附：本判决适用的相关法律条文", "附相关法律条文：", "附：法律条文"))
    return [
        head,
        "《中华人民共和国刑法》",
        *(f"{article(number)}{desk.pick((' ', '：', ''))}{table[number]}" for number in chosen),
    ]
