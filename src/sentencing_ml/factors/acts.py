"""The number of acts."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.drugs import SALE
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.terms import act_words, scope
from sentencing_ml.judgments.numerals import parse_integer

_NUMERAL = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,5})"
# 先后三次, 盗窃作案5次, 三次向他人贩卖; how often somebody was hit, warned or punished is no number of acts.
_ACTS = re.compile(
    rf"(?P<lead>先后|分别|共计?|累计|作案|实施|参与|盗窃|窃取|贩卖|诈骗|骗取|抢劫|抢夺|敲诈|容留|组织|犯罪|收受|行贿|销售|走私|猥亵|强奸|运输|介绍)[^，。；、]{{0,14}}?(?P<number>{_NUMERAL})余?(?P<unit>人?次|起)(?=[^数级诉]|$)"
    rf"|(?P<first>{_NUMERAL})余?次(?:向|将|在|到|进入|潜入)?[^，。；]{{0,12}}?(?:贩卖|盗窃|窃取|诈骗|骗取|容留|抢劫|敲诈|收受)"
)
_NO_ACTS = re.compile(
    r"处罚|判刑|判处|前科|劝|警告|击打|捅|刺|砍|踢|拍打|供述|讯问|传唤|鉴定|开庭|调解|催|透支|取款|转账|汇款|支付|还款|退赔|协商|报警|伤|搜查|辨认|发货|付款|签订|会议|检查|鸣枪|点击|浏览|笔录"
)
_NUMBERED = re.compile(
    r"(?:^|[。；：:）)\s])(?:[（(]?(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})[）)]?(?:、|[.．](?=\d{4}年|\D))|[（(](?P<k>\d{1,2}|[一二三四五六七八九十]{1,3})[）)](?=[12同]|被告)|第(?P<m>[一二三四五六七八九十]{1,4})[起节]|[（(](?P<j>[一二三四五六七八九十]{1,3})[）)](?=[^、]))"
)
# An item tells an act when it begins with when, or with who; a list of evidence or of headings does neither.
_BEGINS_ACT = re.compile(r"(?:\d{2,4}年|同年|同月|同日|次日|当[日晚天]|\d{1,2}月|某[年月日天])|(?:被告人|上诉人)|经(?:事先|预谋)|[^，。；：]{0,12}(?:时许|期间|左右|一天|凌晨)")
_EVIDENCE = re.compile(
    r"书证|物证|证人|证言|供述|陈述|辩解|鉴定意见|鉴定书|笔录|照片|证明|清单|说明|户籍|立案|到案|抓获|视听资料|前科|判决书|意见书|以上|上述|辨认|视频|光盘|信息|登记|查询"
)
_UNCOUNTED = re.compile(
    r"(?:多次|数次|若干次)(?!劝|协商|催|要求|打电话|联系|沟通|到|向公安|通知|传唤|报警|因|拨打|殴打|击打|拍打|踢|捅|喊|警告|呼|敲|扇|用|拒|供|被|受|与|找|索|挥|打|砍|刺|拉|推|鸣|调|给|对|发生|上访|扬言|威胁|辱骂)"
)
_SENTENCE = re.compile(r"[^。；]+[。；]?")
_WHEN = re.compile(r"\d{1,2}月|\d{1,2}日|时许|当[日晚天]|次日|一天|凌晨|同[日年月]|[上中下]旬")
_AFTERWARDS = re.compile(
    r"抓获|归案|鉴定|拘留|涉嫌|谅解|赔偿|认为|上述|供述|证实|查获|缴获|自首|投案|判处|判决|刑满|释放|审查|起诉|追回|退还|报案|证据|立案|经查"
)


def acts(reading: Reading) -> Iterator[Finding]:
    """Yield the number of acts: items of the facts, else a stated number, else dated sentences, else one.

    None when only 多次 is said.
    """
    facts = "findings" if "findings" in reading.sections else "charges"
    missing = set(reading.everyone)
    for name, section in reading.views(facts, "opinion"):
        items = _items(section.text) if name == facts else []
        if items:
            start, end = items[-1]
            for person in sorted(missing):
                mine = _participated(reading, name, items, person)
                yield reading.finding(
                    "incident_count", float(mine), rule="incidents.numbered", section=name, start=start, end=end, people={person}
                )
            return
        stated = list(_stated(section.text))
        for person in sorted(missing) if stated else ():
            mine = [item for item in stated if person in reading.people[name].at(item[1].end())]
            if mine:
                number, match = max(mine, key=lambda item: item[0])
                yield reading.finding(
                    "incident_count", float(number), rule="incidents.stated", section=name, start=match.start(), end=match.end(),
                    people={person},
                )  # fmt: skip
                missing.discard(person)
    section = reading.sections.get(facts)
    if not missing or section is None or _UNCOUNTED.search(section.text):
        return
    dated = _dated(reading, section.text)
    for person in sorted(missing) if len(dated) > 1 else ():
        mine = [span for span in dated if person in reading.people[facts].at(span[1] - 1)]
        if mine:
            start, end = mine[-1]
            yield reading.finding(
                "incident_count", float(len(mine)), rule="incidents.dated", section=facts, start=start, end=end, people={person}
            )
            missing.discard(person)
    if not missing:
        return
    yield Finding(
        factor="incident_count",
        value=1.0,
        rule="incidents.single",
        start=-1,
        end=-1,
        section=facts,
        speaker=reading.speaker(facts),
        people=frozenset(missing),
    )


def _items(text: str) -> list[tuple[int, int]]:
    """Return the longest run of numbered items that tell acts: the span of each number; none for fewer than two."""
    best: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for match in _NUMBERED.finditer(text):
        number = _ordinal(match["n"] or match["m"] or match["k"] or match["j"])
        beginning = text[match.end() : match.end() + 24]
        if number is None or not _BEGINS_ACT.match(beginning) or _EVIDENCE.search(beginning):
            continue
        if number == len(run) + 1:
            run.append(match.span())
        elif number == 1:
            best, run = max(best, run, key=len), [match.span()]
    best = max(best, run, key=len)
    return best if len(best) > 1 else []


def _participated(reading: Reading, section: str, items: list[tuple[int, int]], person: int) -> int:
    """Return in how many items a defendant is named; all when none names him or there is no other defendant."""
    if len(reading.everyone) < 2:
        return len(items)
    text = reading.sections[section].text
    forms = [form for d in reading.defendants if d.index == person for form in (d.name, *d.aliases) if form]
    ends = [start for start, _ in items[1:]] + [text.find("。", items[-1][1]) + 1 or len(text)]
    mine = sum(
        any(form in text[start:end] for form in forms) for (_, start), end in zip(items, ends, strict=True)
    )
    return mine or len(items)


def _stated(text: str) -> Iterator[tuple[int, re.Match]]:
    for match in _ACTS.finditer(text) if "次" in text or "起" in text else ():
        value = _ordinal(match["number"] or match["first"])
        around = text[max(0, match.start() - 12) : match.end() + 8]
        if value is not None and 2 <= value <= 2000 and "第" not in match[0] and not _NO_ACTS.search(around):
            yield value, match


def _dated(reading: Reading, text: str) -> list[tuple[int, int]]:
    """Return the sentences that tell, with its time, an act of a charge that is committed again and again."""
    sold = registry().factors["drug_sales"].belongs_to(reading.charges)
    words = {word for charge in reading.charges & scope("serial") for word in act_words(charge)}
    if not words:
        return []
    return [
        match.span()
        for match in _SENTENCE.finditer(text)
        if _WHEN.search(match[0])
        and (any(word in match[0] for word in words) or sold and SALE.search(match[0]))
        and not _AFTERWARDS.search(match[0])
    ]


def _ordinal(text: str | None) -> int | None:
    try:
        return parse_integer(text or "")
    except ValueError:
        return None
