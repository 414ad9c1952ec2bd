"""Cases as text: the judgment and the indictment of a drawn case.

Phrases come from ``phrases.yaml`` and ``scenes.yaml``. The writer may only say what the case's truth allows: a
circumstance that the case lacks appears as denied, as claimed and refused, or as somebody else's.
"""

import random
from dataclasses import dataclass

from sentencing_ml.judgments.numerals import format_integer
from sentencing_ml.simulation.argument import (
    draw_claims,
    name_crime,
    write_adjustment,
    write_defence,
    write_opinion,
    write_plea,
    write_recommendation,
    write_recommended_probation,
)
from sentencing_ml.simulation.desk import (
    DAY,
    PROCEDURE_CODE,
    WHOLE_SENTENCES,
    Desk,
    conditions,
    fillings,
    granted_phrase,
    open_desk,
    phrases,
    with_effect,
)
from sentencing_ml.simulation.model import (
    Case,
    assumptions,
)
from sentencing_ml.simulation.numerals import article, long_date, short_date
from sentencing_ml.simulation.parties import write_origin, write_particulars
from sentencing_ml.simulation.story import write_aftermath, write_evidence, write_findings
from sentencing_ml.simulation.verdict import write_appendix, write_tail, write_verdict

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A case in its two forms, and the names by which both call the defendants."""

    judgment: str
    indictment: str
    names: tuple[str, ...]


def write_case(case: Case, *, seed: int) -> Texts:
    """Write the judgment and the indictment of a case; equal cases and seeds give equal texts."""
    rng = random.Random(f"{seed}/{case.id}/text")
    desk = open_desk(case, rng)
    facts = [write_findings(desk, number) for number in range(len(case.persons[0].counts))]
    particulars = [write_particulars(desk, position) for position in range(len(case.persons))]
    indictment = _layout(_indictment(desk, particulars, facts), rng, full_width=False)
    full_width = rng.random() < assumptions()["full_width_digits"] and not any(
        letter.isdigit() for name in desk.names for letter in name
    )
    judgment = _layout(_judgment(desk, particulars, facts), rng, full_width=full_width)
    return Texts(judgment=judgment, indictment=indictment, names=desk.names)


def _judgment(desk: Desk, particulars: list[str], facts: list[str]) -> list[str]:
    case, rng = desk.case, desk.rng
    claims = {
        position: draw_claims(desk, position)
        for position, person in enumerate(case.persons)
        if person.counsel in ("委托", "法律援助") or (rng.random() < 0.1 and not person.offender["plea_leniency"])
    }
    spoken = {
        position: pair for position, pair in claims.items() if case.persons[position].counsel in ("委托", "法律援助")
    }
    after = write_aftermath(desk, tried=True)
    recommended = ""
    if case.recommendation.present:
        recommended = f"{write_recommendation(desk)}{write_recommended_probation(desk)}。{write_adjustment(desk)}"
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
        write_origin(desk),
    ]
    if case.procedure == "普通" or rng.random() < 0.45:
        body = [
            f"{desk.pick(('公诉机关指控：', desk.procuratorate + '指控，'))}{_joined(facts)}{accusation}{recommended}",
            write_plea(desk),
            write_defence(desk, spoken),
            f"经审理查明{desk.pick(('，', '：'))}{_joined(facts)}",
            "另查明，" + after,
            write_evidence(desk),
        ]
    else:
        body = [
            desk.pick(("公诉机关指控", desk.procuratorate + "指控"))
            + f"{desk.pick(('，', '：'))}{_joined(facts)}{after}{accusation}{recommended}",
            write_plea(desk),
            write_defence(desk, spoken),
            write_evidence(desk),
        ]
    end = [write_opinion(desk, claims), *write_verdict(desk), *write_tail(desk)]
    if rng.random() < assumptions()["appended_statutes"]:
        end += write_appendix(desk)
    return [paragraph for paragraph in [*head, *body, *end] if paragraph]


def _indictment(desk: Desk, particulars: list[str], facts: list[str]) -> list[str]:
    case, _bank = desk.case, phrases()["circumstances"]
    charges = "、".join(count.written for count in case.persons[0].counts)
    accused = "、".join(f"被告人{name}" for name in desk.names)
    moved = case.filed - desk.rng.randint(15, 30) * DAY
    opinion = "本院认为，" + "；".join(name_crime(desk, number) for number in range(len(case.persons[0].counts)))
    opinion += "，犯罪事实清楚，证据确实、充分，应当追究其刑事责任。"
    for position, person in enumerate(case.persons):
        fill = {**fillings(desk, position), "mild": "从轻处罚"}
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
            name for name in conditions(person, person.counts[0]) if name not in late and name not in WHOLE_SENTENCES
        ]
        if names:
            opinion += (
                "；".join(
                    (fill["n"] if place == 0 else "其")
                    + granted_phrase(desk, name, position).format(**with_effect(name, fill))
                    for place, name in enumerate(names)
                )
                + "。"
            )
    if case.recommendation.present:
        opinion += f"{write_recommendation(desk)}。"
    opinion += f"根据{PROCEDURE_CODE}第一百七十六条的规定，提起公诉，请依法判处。"
    return [
        desk.procuratorate,
        "起诉书",
        f"{case.court.district[0]}检刑诉〔{case.filed.year}〕{case.serial}号",
        *particulars,
        f"本案由{desk.police}侦查终结，以{accused}涉嫌犯{charges}，于{short_date(moved)}向本院移送审查起诉。本院受理后，已告知被告人有权委托辩护人，依法讯问了被告人，审查了全部案件材料。",
        f"经依法审查查明：{_joined(facts)}",
        write_aftermath(desk, tried=False),
        write_evidence(desk).replace("经庭审举证、质证的", "").replace("本院予以确认", "足以认定"),
        opinion,
        "此致",
        case.court_name,
        f"检察员{desk.prosecutor}",
        long_date(case.filed),
    ]


def _joined(facts: list[str]) -> str:
    return (
        facts[0]
        if len(facts) == 1
        else "".join(f"（{format_integer(place)}）{text}" for place, text in enumerate(facts, start=1))
    )


def _layout(paragraphs: list[str], rng: random.Random, *, full_width: bool) -> str:
    kinds = assumptions()["layouts"]
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    if full_width:  # the head keeps its digits: a case number is an identifier
        paragraphs = paragraphs[:3] + [text.translate(_FULL_WIDTH) for text in paragraphs[3:]]
    if rng.random() < assumptions()["page_numbers"] and len(paragraphs) > 8:
        middle = len(paragraphs) // 2
        paragraphs = [*paragraphs[:middle], f"{'1' if kind != 'lines' else '- 1 -'}", *paragraphs[middle:]]
    return {"lines": "\n", "spaced": " ", "solid": ""}[kind].join(paragraphs)
