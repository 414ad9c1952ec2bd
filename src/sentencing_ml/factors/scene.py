"""When and where the first act took place, and how the defendant and the victim are related."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.dates import earliest, latest, told_dates
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import FoundDate

_TOLD_IN = ("findings", "charges")
# A date of something else than the act: birth, an earlier case, the start of a firm, an office or a marriage.
_ELSE_AFTER = re.compile(
    r"[^，。；]{0,30}?(?:判处|判决|判刑|释放|刑满|行政处罚|行政拘留|行政许可|劳动教养|强制隔离|注册|成立|登记|开业|结婚|离婚|任命|当选|聘任|被聘|入职|取得[^，。；]{0,8}(?:证|资格|执照)|生效|施行|发布|公布|起诉|立案|受理|移送|提起公诉|抓获|投案|归案|(?<!至)(?<!到)案发|刑事拘留|逮捕|作出|印发)"
    r"|(?:[^，。；]{0,8}，)?[^，。；]{0,36}?(?:结婚登记|登记结婚|登记离婚|注册成立|登记成立|组建|认识|相识|结识|被判处|被他人举报|被举报)"
)
# An office held for years is the setting of an act, unless the sentence goes on to what he used it for.
_OFFICE = re.compile(r"[^。；]{0,30}?(?<!利用)(?<!利用其)(?:担任|任职|调任)(?![^。；]{0,400}(?:利用|期间))")
_ELSE_BEFORE = re.compile(r"(?:成立于|建于|始建于|曾于|曾因[^。；]{0,20}|前科[^。；]{0,20}|截至|截止|至今)$")
# What comes after the act: how the case was found out and the defendant caught.
_AFTERWARDS = re.compile(
    r"抓获|抓捕|归案|追逃|扭送|投案|传唤|到案|报案|报警|退出赃款|退还|退赃|赔偿|谅解|(?:依法|进行)检查|查获|当场|搜查|被查(?:获|处)|送检|鉴定|无法收回|倒闭|社区矫正"
)
_NEVER = "9999"
_OPENING = 2000  # characters of the facts in which a single defendant's first act is told
_SENTENCE = 1000  # characters on either side: a text without stops is no one sentence
_NEAR = 24  # characters after a date in which a word tells what happened that day
# 2014年11月至12月间, 2014年以来: a span of time; the first day told within it is that of the first act.
_SPAN = re.compile(r"(?:初|底|初期|上半年|下半年|份|前后)?(?:以来|[起开]始?|至|到|-|—|~|间|期间)")

_PLACE_END = (
    "附近|门前|门口|门外|家中|家里|家内|住处|住所|暂住处|租住处|小区|学校|中学|小学|大学|学院|幼儿园|公园|公司|宿舍|KTV|网吧|酒吧|酒店|宾馆|旅馆|饭店|餐厅|超市|银行|医院|工地|车站|广场|路段|路口|大厦|公寓|会所|市场|停车场|"
    "高速公路|公路|国道|省道|县道|看守所|派出所|地里|田间|村委会|[路街道巷弄村组屯镇乡县市区号室楼栋幢院店场厂馆站口处桥旁内里边上家]"
)
_PLACE = re.compile(
    rf"(?<![现存属正自处由基鉴关用作出给对限予源终致低高])(?:在|于|至|到|窜至|来到|进入|途经|行至|驶至|行驶至|潜入|闯入|窜到|途径|前往)(?P<place>(?:被害人|被告人|其|位于)?[^，。；：、\d年月日时与因将驾骑持拿]?[^，。；：与因将驾骑持拿]{{1,44}}(?:{_PLACE_END}))(?=[，。；、：（(]|与|和|因|将|以|用|对|内|时|实施|发生|盗|采|趁|乘|被|向|贩|殴|持|容|无|醉|为|酒|驾|行|撞|遇|见|看|找|打|抢|的|砸|开|从|由|等|欲|准|玩|吃|喝|上)"
)
_NO_PLACE = re.compile(r"准备|停放|看到|见到|发现|开车|购买|开始|[^，。；]经[^，。；]{2,8}[路街]|^(?:\d|[一二三四五六七八九十]{1,5}[时点日月年]|凌晨|晚上|上午|下午|中午|案发|期间|当日|次日|其中|此期间|上述|本案|公安|庭审|侦查)")

_RELATIONS = {
    "夫妻": "夫妻(?!名义)|妻子|丈夫|前妻|前夫|配偶|妻(?=[被受])|老公|老婆",
    "恋人": "恋爱(?=关系|[，。；期])|男女朋友|女朋友|男朋友|女友|男友|恋人|情人|情侣|同居|情人",
    "亲属": "父亲|母亲|父子|母子|父女|母女|儿子|女儿|养[父母子女]|继[父母子女]|公公|婆婆|岳父|岳母|女婿|儿媳|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|兄妹|姐弟|胞[兄弟姐妹]|堂[兄弟姐妹哥]|表[兄弟姐妹哥]|叔侄|[叔伯舅姑姨][父母叔伯]?|侄[子女儿]?|外甥女?|祖父|祖母|爷爷|奶奶|外公|外婆|嫂子?|妯娌|连襟|亲戚|亲属|[大小二三][哥弟姐妹叔伯舅姑姨嫂]|姐夫|妹夫",
    "师生": "师生|老师|教师|学生",
    "雇佣": "雇佣|雇主|雇工|雇员|老板|员工",
    "同事": "同事|工友",
    "同学": "同学|同班|舍友|室友",
    "邻里": "邻居|邻里|同村村民|同村人|同村|同组村民|本村村民",
    "朋友": "朋友|好友",
}
_WORDS = "|".join(f"(?P<r{place}>{words})" for place, words in enumerate(_RELATIONS.values()))
_VICTIM = r"(?:被害人|受害人|死者)"
# The defendant is the one related: a witness who is the victim's neighbour is no relation of his.
_SELF = r"(?:被告人[^，。；、的因]{0,10}?|(?<=[，。；：])[并后又曾原遂其于同年月日\d]{0,14})(?:与|和|同(?![时年月日]))"
_RELATED = (
    # 被告人甲与被害人乙系邻居; 被告人甲与乙（被害人）系同事关系
    re.compile(
        rf"{_SELF}(?:{_VICTIM}[^，。；、]{{0,14}}?|(?P<other>[\u4e00-\u9fff*×xX＊\d]{{2,5}}?)(?:[（(]{_VICTIM}[^）)]{{0,6}}[）)])?)(?:系|是|为|属|曾是|存在|有|发展成为?|确立了?|建立|保持)(?!否)[^，。；、]{{0,8}}?(?:{_WORDS})"
    ),
    # 被害人乙系被告人甲的邻居
    re.compile(rf"{_VICTIM}[^，。；、]{{0,10}}?(?:系|是|为)(?:其|被告人[^，。；的]{{0,10}}的?)(?:的)?[^，。；、的]{{0,4}}?(?:{_WORDS})"),
    # 与其前妻被害人乙 …
    re.compile(rf"被告人[^，。；、的]{{1,24}}?(?:与|和|同|将|对|因)(?:其|的)?(?:前|同村|原|亲)?(?:{_WORDS})(?:、|[（(])?{_VICTIM}"),
    # 与其妻王某发生争吵, where the text calls 王某 the victim elsewhere
    re.compile(rf"被告人[^，。；、的]{{1,24}}?(?:与|和|同|将|对|因|怀疑)(?:其|的)?(?:前|同村|原|亲)?(?:{_WORDS})(?P<named>)(?=[\u4e00-\u9fff*×xX＊]{{2}})"),
    # 被告人甲与被害人乙结婚 …; 通过网络认识后建立恋爱关系
    re.compile(rf"{_SELF}{_VICTIM}[^，。；、]{{0,12}}?(?:(?P<wed>结婚|登记结婚)|(?P<love>谈恋爱|恋爱(?=[，。；期]|关系)))"),
)
_NAME_GOES_ON = re.compile(r"[甲乙丙丁戊己某*×xX＊\d]")
_HIRED = re.compile(rf"(?:雇佣|雇请|雇用|聘用|聘请)(?:的)?(?:工人|员工|司机)?{_VICTIM}|{_VICTIM}[^，。；]{{0,14}}?受雇于(?:其|被告人)")
_TEACHER = re.compile(r"(?:担任|身为|作为|利用|任教|系)[^。；]{0,24}(?:教师|老师|班主任|教练)[^。；]{0,60}学生")


def scene(reading: Reading, *, detained: dict[int, str]) -> Iterator[Finding]:
    """Yield date and place of the first act, and the relation to the victim, of each defendant.

    ``detained`` is the first day in custody (ISO) where it is known: what happened after it is no act.
    """
    dates: dict[str, list[FoundDate]] = {}
    for person in sorted(reading.everyone):
        told = None
        for name, view in reading.views(*_TOLD_IN):
            if name not in dates:
                dates[name] = _act_dates(view.text if len(reading.defendants) > 1 else view.text[:_OPENING])
            before = [item for item in dates[name] if item.value <= detained.get(person, _NEVER)]
            first = _first_of(reading, name, before or dates[name], person)
            if first is None:
                continue
            told = told or (name, first)
            if not _AFTERWARDS.search(view.text, first.end, first.end + _NEAR):
                # findings that take the act itself over from the charge tell of its end alone
                told = name, first
                break
        if told is not None:
            name, first = told
            yield reading.finding(
                "offence_date", first.value, rule="scene.date", section=name, start=first.start, end=first.end, people={person}
            )
            yield from _place(reading, name, first, person)
    yield from _relation(reading)


def _act_dates(text: str) -> list[FoundDate]:
    """Return the dates of a section that may be those of an act."""
    if "年" not in text:
        return []
    return [
        item
        for item in told_dates(text)
        if not _ELSE_AFTER.match(text, item.end, item.end + 64)
        and not _OFFICE.match(text, item.end)
        and not _ELSE_BEFORE.search(text[max(0, item.start - 24) : item.start])
    ]


def _first_of(reading: Reading, name: str, told: list[FoundDate], person: int) -> FoundDate | None:
    """Return the first date in a sentence that names the defendant; else in one that names no other; else the first."""
    if not told:
        return None
    text, people = reading.sections[name].text, reading.people[name]
    names = {d.index: d.name for d in reading.defendants if d.name}
    second = None
    for place, item in enumerate(told):
        start, end = people.sentence(item.start)
        start, end = max(start, item.start - _SENTENCE), min(end, item.end + _SENTENCE)
        sentence = text[start:end]
        if place and _AFTERWARDS.search(text, item.end, end):
            continue
        if person in names and names[person] in sentence:
            return _within_span(text, told[place:], people)
        if second is None and not any(other in sentence for other in names.values()):
            second = place
    return _within_span(text, told[second or 0 :], people)


def _within_span(text: str, told: list[FoundDate], people: People) -> FoundDate:
    """Return the first date, or, where it only opens a span of time (2014年11月至12月间 …), the first day with which a
    later sentence begins within that span."""
    first = told[0]
    if len(first.value) == 10 or not _SPAN.match(text, first.end):
        return first
    rest = told[1:]
    until = latest(rest[0].value) if rest and rest[0].start - first.end <= 4 else None
    for item in rest[1:] if until else rest:
        day = earliest(item.value)
        start, end = people.sentence(item.start)
        if _AFTERWARDS.search(text, item.end, min(end, item.end + _SENTENCE)) or (item.start > start and text[item.start - 1] not in "：:、.．）)，"):
            continue
        if len(item.value) == 10 and earliest(first.value) <= day and (until is None or day <= until):
            return item
    return first


def _place(reading: Reading, name: str, first: FoundDate, person: int) -> Iterator[Finding]:
    text = reading.sections[name].text
    end = reading.people[name].sentence(first.end)[1]
    for match in _PLACE.finditer(text, first.end, min(end, first.end + _SENTENCE)):
        if not _NO_PLACE.search(match["place"]):
            yield reading.finding(
                "offence_place", match["place"], rule="scene.place", section=name, start=match.start("place"), end=match.end("place"), people={person},
            )  # fmt: skip
            return


def _relation(reading: Reading) -> Iterator[Finding]:
    """Yield the relation to the victim that the facts or the opinion name."""
    for name, section in reading.views("findings", "opinion", "charges"):
        text = section.text
        if "害人" not in text and "死者" not in text:
            continue
        for pattern in _RELATED:
            for match in pattern.finditer(text):
                if not _of_the_victim(text, match):
                    continue
                yield _related(reading, _level(match), name, match)
                return
        if "雇" in text and (match := _HIRED.search(text)):
            yield _related(reading, "雇佣", name, match)
            return
        if "学生" in text and (match := _TEACHER.search(text)):
            yield _related(reading, "师生", name, match)
            return


def _of_the_victim(text: str, match: re.Match) -> bool:
    """Tell whether the one related is the victim: called so in the match, or elsewhere under the same name."""
    groups = match.groupdict()
    if groups.get("named") is not None:
        written = text[match.end() : match.end() + 4]
        # 朱某甲 is not 朱某: a name of two letters ends where no third one of a name follows
        shortest = 3 if _NAME_GOES_ON.match(written, 2) else 2
        names = [written[:length] for length in range(shortest, 5) if len(written) >= length]
    elif groups.get("other") and "害人" not in match[0]:
        names = [groups["other"]]
    else:
        return True
    return any(f"{word}{name}" in text for name in names for word in ("被害人", "受害人"))


def _level(match: re.Match) -> str:
    groups = match.groupdict()
    if "wed" in groups:
        return "夫妻" if groups["wed"] else "恋人"
    return next(relation for place, relation in enumerate(_RELATIONS) if groups[f"r{place}"] is not None)


def _related(reading: Reading, value: str, name: str, match: re.Match) -> Finding:
    return reading.finding(
        "relation_to_victim", value, rule="relation.named", section=name, start=match.start(), end=match.end(), people=reading.people[name].at(match.end()),
    )  # fmt: skip
