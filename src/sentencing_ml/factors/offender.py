"""The defendants as the document introduces them: particulars and counsel. Coercive measures are :mod:`custody`'s."""

import re
from collections.abc import Iterator

from sentencing_ml.factors import court
from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import FoundDate, find_dates
from sentencing_ml.law import places

_GENDER = re.compile(r"[，,、。（(；](?P<value>男|女)(?:性)?(?=[，,。、；（()）1-2汉因])")
_ETHNICITY = re.compile(
    r"(?:^|(?<=[，,、。；（()）生人族男女]))(?P<value>[\u4e00-\u9fff]{1,6}族|穿青人|[\u4e00-\u9fff]{1,3}人（?未识别民族）?)(?!自治|人民|乡|[\u4e00-\u9fff]{0,4}[县镇村市])(?=[，,、。；（()）\d初高小中大文本专无务农因住]|出生|$)"
)
_ETHNICITY_FIELD = re.compile(r"民族[为：:]?(?P<value>[\u4e00-\u9fff]{1,4}族)")
_EDUCATION = re.compile(
    r"(?P<value>文盲|不识字|小学|初级?中学?|高级?中学?|中等专科|中专|中技|职高|技校|职业高中|大专|大学专科|专科|大学本科|本科|大学|硕士研究生|博士研究生|研究生|硕士|博士)(?:文化|毕业|肄业|学历|在读|程度|二|三|一|四|五|六|在校|，|。|、|；|,|（|\(|$|辍学)"
)
_EDUCATION_NAMES = {
    "不识字": "文盲",
    "初级中学": "初中",
    "初级中": "初中",
    "初中学": "初中",
    "高级中学": "高中",
    "高中学": "高中",
    "中等专科": "中专",
    "大学专科": "大专",
    "专科": "大专",
    "大学本科": "本科",
    "硕士研究生": "研究生",
    "博士研究生": "研究生",
    "硕士": "研究生",
    "博士": "研究生",
    "中技": "中专",
}
_BORN_AFTER = re.compile(r"[^，。；]{0,10}?出?生(?!产|活|效)")
_BORN_BEFORE = re.compile(r"(?:生于|出生于|出生日期|出生年月日?|出生)[为：:]?$")
# 男，1999年4月23日，汉族: the word 出生 is left out
_BORN_BETWEEN = re.compile(r"[，,]$")

# Particulars end where the story of the case, or of an earlier one, begins.
_STORY = re.compile(
    r"[。；，,](?=(?:现|又|曾|另|后|其|被告人[^，。；]{0,6})?(?:于?(?:19|20)\d\d年[^，。；]{0,24}?(?:因|被|经|由|犯|涉嫌|判)|因[^素]|涉嫌|刑事拘留))"
)
_PIECE = re.compile(r"[^，,。；？]+")
_NO_OCCUPATION = re.compile(
    r"^(?:被告人|上诉人|原审|附带|自报|以上|以下|自称|又名|曾用|化名|别名|绰号|外号|小名|乳名|原名|微信|网名|英文|男|女|出生|生于|生$|汉|中国|国籍|公民|身份|居民身份|护照|证件|户籍|户口|住|现住|家住|暂住|居住|租住|捕前(?:住|暂住|居住|租住)|案发前住|籍贯|原籍|原住|经常|出生地|通讯|联系|手机|电话|现在|现羁|现押|羁押|无固定住|无前科|无违法|有前科|系?(?:本案|第[一二三四五六七八九十])|群众|团员|共青团员|政治面貌|身高|未婚|已婚|离异|离婚|丧偶|婚姻|略|统一社会|取保|被|系?怀孕|身份不详|患|残疾|系[聋哑盲残])"
    r"|族$|族[（(]|文化|文盲|学历|毕业|肄业|党员|[县市省区镇乡州旗村盟]人$|县\S{0,6}人$|户籍|户口|身份证|公民身份|号码|出生|生于|岁|辍学|国籍|看守所|人民法院|前科|代表大会|人大代表|政协委员|\d{4}年|[*×xX]{4}|(?:小学|初中|高中|中专|大专|大学|本科|专科)$|(?:村|组|号|室|社区|小区|街道|镇|乡|县|路|弄|屯|栋|楼|层)$"
)
_OCCUPATION = re.compile(
    r"(?:^|系|原|任|无|捕前|案发前|在)(?:无业|农民|务农|务工|工人|无职业|无固定职业|个体|职工|学生|经商|司机|居民|退休|自由职业|村民|待业|打工|职员|商人|员工|教师|医生|牧民|渔民|军人|下岗|城镇居民|厨师|保安)|(?:员|工|师|主任|经理|负责人|代表人|股东|董事|董事长|总裁|总监|会计|出纳|业主|老板|店主|司机|干部|学生|个体|个体户|工商户|经营户|经营者|经营|经商|务农|农民|无业|工作|从业|打工|厨师|保安|法人|校长|园长|院长|所长|科长|局长|处长|厂长|部长|队长|站长|镇长|乡长|县长|市长|书记|行长|店长|组长|班长|班主任|村长|秘书|助理|顾问|医生|护士|警|律师|人员|职业者|个体业|工头|包工头|商贩|小贩|摊贩|生意|运输|养殖|种植|货运|自由职业|无职业|无工作|待业|下岗|退休|离休)(?:[（(][^（()）]{0,45}[）)]?)?$"
)
_OCCUPATION_LEAD = re.compile(r"^(?:系|职业(?:为|是|：|:)?|从事职业(?:为|：)?|身份(?:为|：|:)?系?)")

_HOUSEHOLD = re.compile(
    r"(?:户籍|户口)(?:所在|登记)?(?:住所地|住所|地?住址|地址|地)?(?:[及和与、](?:现|暂|居|经常居|常)?住(?:所地|所|址|地)?)?[）)]?(?:为|是|系|在|位于)?[：:]?住?(?P<place>[^，,。；;、：:（()）]{2,40})"
)
_ORIGIN = re.compile(
    r"(?:籍贯|原籍)(?:为|是|系)?[：:]?(?P<stated>[^，,。；;、：:（()）]{2,40})|(?:^|(?<=[，,。；（(]))系?(?P<place>[\u4e00-\u9fff]{2,24}[省市县区州旗盟镇乡村])(?:[（(][^（()）]{1,14}[）)])?人(?=[，,。；）)]|$)"
)
# 本市浦东新区: as seen from the court
_HERE = re.compile(r"本[省市县区]")
# 阆中市 alone: a county, which the birthplace or the head of the judgment may place
_COUNTY = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:自治县|自治旗|县|市|区|旗)")
_BEFORE_IT = re.compile(r"[\u4e00-\u9fff]{2,14}$")

_COUNSEL = re.compile(
    r"(?:指定|委托)?辩护人(?!的|提|认为|意见|对|辩|关|所|均|亦|也|发表|当庭|向|申请|到庭|参加|出庭)(?:[（(][^）)]{0,30}[）)])?(?:：|:|是|系)?(?P<name>[\u4e00-\u9fff*×xX＊]{1,4})"
)
# 检察院指派检察员 is no aid: the assigned one is a lawyer, the assigning one an aid office or the court.
_AID = re.compile(
    r"法律援助|指定(?:的)?辩护|指派[^，。；]{0,24}(?:律师|辩护)|受[^，。；]{0,12}指派(?:担任|为)|[^，。；]{0,6}为(?:其|被告人)[^，。；]{0,10}指定[^，。；]{0,12}(?:律师|辩护)"
)
_DUTY = re.compile(r"值班律师")
_HELP = re.compile(r"(?:提供|获得|给予|接受)[^，。；]{0,4}法律帮助")
_NO_COUNSEL = re.compile(
    r"(?:未|没有|不|放弃)(?:要求)?(?:委托|聘请|要求|申请)[^，。；]{0,8}(?:辩护人|律师|辩护)|自行(?:行使)?辩护|放弃(?:委托)?辩护|(?:拒绝|不需要|无需)[^，。；]{0,8}(?:辩护人|律师)(?!的)"
)
_COUNSEL_PRESENT = re.compile(
    r"辩护人[\u4e00-\u9fff*×xX＊·]{2,8}?(?:均?到庭|出庭|、|，|。|参加)|[及和、与](?:其)?(?:各自的?)?(?:委托|指定)?辩护人(?:均|到庭|[\u4e00-\u9fff*×xX＊·]{2,8}|律师)"
)
_COUNSEL_SPEAKS = re.compile(r"辩护人[^，。；]{0,14}?(?:提出|认为|辩称|辩护|意见|对|发表|无异议|建议|请求|当庭|亦|也)")
_FOR_WHOM = re.compile(r"(?:系|为|担任|是)?被?告?人?(?P<who>[\u4e00-\u9fff*×xX＊·\d]{2,8})(?:的|之)(?:指定|委托)?辩护人")

_NEXT_DEFENDANT = re.compile(r"(?<=。)被告人(?P<name>[^，。；、（()\d]{2,5}?)[，（(](?=男|女|曾用名|绰号|别名|汉族|(?:19|20)\d\d年|无业|农民|因)")
_ITEM_END = re.compile(r"[，。；）)]|$")
_WIFE, _HUSBAND = "妻子?|老婆|前妻|女友|女朋友|媳妇", "丈夫|老公|前夫|男友|男朋友"
_SAID_AFTER = re.compile(
    rf"[，,、（(](?P<value>男|女)性?[，,、。）)]|(?:与|和|同|及|伙同)?(?:其|的)?(?:(?P<wife>{_WIFE})|(?P<husband>{_HUSBAND}))"
)
_SAID_BEFORE = re.compile(rf"(?:(?P<wife>{_WIFE})|(?P<husband>{_HUSBAND}))(?:被告人)?$")
_BETWEEN = re.compile(r"[^。；、\d]{0,16}(?=(?:19|20)\d\d年)")


def offenders(reading: Reading) -> Iterator[Finding]:
    """Yield the particulars and the counsel of each defendant.

    A defendant's particulars are the document's span for him or her; counsel may follow up to the next defendant. What
    the particulars leave out may stand in the account of the facts or of the evidence.
    """
    for person, start, end, until in stretches(reading):
        known = set()
        for finding in particulars(reading, (start, end), person=person):
            known.add(finding.factor)
            yield finding
        yield from told_elsewhere(reading, person=person, known=known)
        yield from counsel(reading, (start, until), person=person)


def stretches(reading: Reading) -> list[tuple[int, int, int, int]]:
    """Return for each defendant of the header the index, where the particulars begin and end in its reading copy, and
    where what follows them (measures, counsel) ends: at the next defendant, also at one who is not among those read."""
    section = reading.sections.get("header")
    if section is None:
        return []
    spans = sorted(
        (section.position(d.start), section.position(d.end), d) for d in reading.defendants if d.end > d.start
    )
    units = [d for d in reading.document.defendants if d.entity]
    result = []
    for place, (start, end, defendant) in enumerate(spans):
        until = spans[place + 1][0] if place + 1 < len(spans) else len(section.text)
        until = min([until, *(section.position(d.start) for d in units if d.start > defendant.start)])
        own = (defendant.name, *defendant.aliases)
        for match in _NEXT_DEFENDANT.finditer(section.text, end, until):
            if not match["name"].startswith(own) and not defendant.name.startswith(match["name"]):
                until = match.start()
                break
        result.append((defendant.index, start, end, until))
    return result


def particulars(reading: Reading, span: tuple[int, int], *, person: int) -> Iterator[Finding]:
    """Yield gender, birth, ethnicity, education, occupation and household registration from ``span`` of the header's
    reading copy."""
    start, end = span
    text = reading.sections["header"].text[start:end]

    def found(factor: str, value: str, a: int, b: int) -> Finding:
        return reading.finding(
            factor, value, rule=f"header.{factor}", section="header", start=start + a, end=start + b, people={person}
        )

    for factor, pattern in (("gender", _GENDER), ("ethnicity", _ETHNICITY), ("education", _EDUCATION)):
        match = pattern.search(text)
        if match is None and factor == "ethnicity":
            match = _ETHNICITY_FIELD.search(text)
        if match:
            value = match["value"]
            value = _EDUCATION_NAMES.get(value, value) if factor == "education" else value
            yield found(factor, value, match.start("value"), match.end("value"))
    born = _birth(text)
    if born is not None:
        yield found("birth_date", born.value, born.start, born.end)
    place = occupation(text)
    if place is not None:
        yield found("occupation", text[slice(*place)], *place)
    yield from household(reading, text, offset=start, person=person)


def household(reading: Reading, text: str, *, offset: int, person: int) -> Iterator[Finding]:
    """Yield the province of the household registration, or where none is stated of the origin (籍贯), of the particulars.

    Birthplace and residence are neither: who lives in a place, or was born there, need not be registered in it.
    """
    story = _STORY.search(text)
    told = text[: story.start() + 1] if story else text
    for rule, pattern, words in (("header.household", _HOUSEHOLD, ("户",)), ("header.household_origin", _ORIGIN, ("人", "籍"))):
        if not any(word in told for word in words):
            continue
        for match in pattern.finditer(told):
            group = "place" if match["place"] is not None else "stated"
            known = _province_of_place(reading, match[group])
            if known is not None:
                province, length = known
                a = offset + match.start(group)
                yield reading.finding(
                    "household_province", province, rule=rule, section="header", start=a, end=a + length, people={person}
                )
                return


def _province_of_place(reading: Reading, place: str) -> tuple[str, int] | None:
    """Return the province of a place of the particulars and how many of its characters tell it.

    A county without its province lies where the head of the judgment places it, by a birthplace or an authority there.
    """
    begun = places.beginning(place)
    if begun is not None:
        return begun
    here = _HERE.match(place)
    county = here or _COUNTY.match(place)
    if county is None:
        return None
    if here is None:
        head = reading.sections["header"].text
        for start, _ in _places(head, county[0]):
            lead = _BEFORE_IT.search(head, max(0, start - 14), start)
            for first in range(lead.start(), start - 1) if lead else ():
                begun = places.beginning(head[first:start])
                if begun is not None:
                    return begun[0], county.end()
        if not any(f"{county[0]}{body}" in head for body in ("人民法院", "人民检察院")):
            return None
    named = {item.factor: item for item in (*court.court(reading), *court.case_number(reading)) if isinstance(item, Finding)}
    seat = next(iter(court.province(reading, found=named)), None)
    return None if seat is None else (str(seat.value), county.end())


def _birth(text: str) -> FoundDate | None:
    """Return the date of birth in a defendant's particulars; earlier convictions follow them with dates of their own."""
    for place, date in enumerate(find_dates(text)):
        if _BORN_AFTER.match(text, date.end, date.end + 12) or _BORN_BEFORE.search(text[max(0, date.start - 6) : date.start]):
            return date
        if (
            place == 0
            and len(date.value) == 10
            and text[date.end : date.end + 1] in ("，", ",")
            and _BORN_BETWEEN.search(text[: date.start])
            and re.search(r"[男女]性?[，,](?:[\u4e00-\u9fff]{1,4}族[，,])?$", text[: date.start])
        ):
            return date
    return None


def occupation(text: str) -> tuple[int, int] | None:
    """Return where in a defendant's particulars the occupation stands: the item that is no other known one.

    It is taken as written. Items stand between commas; the first is the name.
    """
    story = _STORY.search(text)
    stop = story.start() + 1 if story else len(text)
    depth = 0
    for place, piece in enumerate(_PIECE.finditer(text, 0, stop)):
        inside = depth > 0
        depth += piece[0].count("（") + piece[0].count("(") - piece[0].count("）") - piece[0].count(")")
        if inside or place == 0:
            continue
        lead = _OCCUPATION_LEAD.match(piece[0])
        start = piece.start() + (lead.end() if lead else 0)
        content = text[start : piece.end()]
        if not 2 <= len(content) <= 45 or _NO_OCCUPATION.search(content):
            continue
        if lead and lead[0].startswith("职业") or _OCCUPATION.search(content):
            return start, piece.end()
    return None


def told_elsewhere(reading: Reading, *, person: int, known: set[str]) -> Iterator[Finding]:
    """Yield gender and birth where the particulars are silent and facts or evidence tell them beside the name."""
    name = next(d.name for d in reading.defendants if d.index == person)
    if not name:
        return
    for factor, find in (("birth_date", _born_beside), ("gender", _gender_beside)):
        if factor in known:
            continue
        for section, view in reading.views("findings", "evidence", "charges", "opinion"):
            told = find(view.text, name)
            if told is not None:
                value, start, end = told
                yield reading.finding(
                    factor, value, rule=f"elsewhere.{factor}", section=section, start=start, end=end, people={person}
                )
                break


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    start = text.find(name)
    while start >= 0:
        yield start, start + len(name)
        start = text.find(name, start + len(name))


def _born_beside(text: str, name: str) -> tuple[str, int, int] | None:
    """Return the day of birth that stands beside a name; of several persons listed each has a day of his own."""
    if "生" not in text:
        return None
    for _, end in _places(text, name):
        lead = _BETWEEN.match(text, end)
        if lead is None:
            continue
        date = next(find_dates(text[lead.end() : lead.end() + 20]), None)
        if date is None or date.start or len(date.value) < 7:
            continue
        stop = lead.end() + date.end
        if _BORN_BEFORE.search(lead[0]) or _BORN_AFTER.match(text, stop, stop + 12):
            return date.value, lead.end(), stop
    return None


def _gender_beside(text: str, name: str) -> tuple[str, int, int] | None:
    """Return the gender that stands beside a name, or that wife or husband tell."""
    for start, end in _places(text, name):
        if match := _SAID_AFTER.match(text, end):
            return match["value"] or ("男" if match["wife"] else "女"), start, match.end()
        if match := _SAID_BEFORE.search(text, max(0, start - 8), start):
            return ("女" if match["wife"] else "男"), match.start(), end
    return None


def counsel(reading: Reading, span: tuple[int, int], *, person: int) -> Iterator[Finding]:
    """Yield what kind of counsel a defendant has.

    Counsel stands after the defendant in the header. Of a single defendant, or under his or her name, the account of
    the hearing tells it too.
    """
    start, end = span
    header = reading.sections["header"].text[start:end]
    only = len(reading.defendants) == 1
    name = next(d.name for d in reading.defendants if d.index == person)
    procedure = reading.sections["procedure"].text if "procedure" in reading.sections else ""

    def found(value: str, rule: str, match: re.Match, section: str = "header") -> Finding:
        offset = start if section == "header" else 0
        return reading.finding(
            "counsel", value, rule=rule, section=section, start=offset + match.start(), end=offset + match.end(), people={person}
        )

    match = _named_counsel(header, name) if not _NO_COUNSEL.search(header) else None
    if match is not None:
        stop = header.find("。", match.end())
        stop = len(header) if stop < 0 else min(stop + 21, len(header))
        if aid := _AID.search(header, match.start(), stop):
            yield found("法律援助", "header.counsel_aid", aid)
        elif aid := _aid_of(procedure, match["name"], only=only):
            yield found("法律援助", "counsel.aid", aid, "procedure")
        else:
            yield found("委托", "header.counsel", match)
        return
    for section, text in (("header", header), ("procedure", procedure)):
        heard = only and section == "procedure"
        if section == "procedure" and not only:
            own = re.search(rf"{re.escape(name)}(?:及其|的)(?:(?P<aid>指定)|委托)?辩护人", text) if name else None
            if own and "辩护人" not in reading.sections["header"].text:
                yield found("法律援助" if own["aid"] else "委托", "counsel.present", own, section)
                return
            continue
        if match := _NO_COUNSEL.search(text):
            yield found("无", "counsel.none", match, section)
        elif "辩护人" not in text and (match := _DUTY.search(text) or _HELP.search(text)):
            yield found("值班律师", "counsel.duty", match, section)
        elif heard and "辩护" in text and (match := _AID.search(text)):
            yield found("法律援助", "counsel.aid", match, section)
        elif heard and (match := _COUNSEL_PRESENT.search(text)):
            yield found("委托", "counsel.present", match, section)
        else:
            continue
        return
    if only:
        for section, view in reading.views("plea", "defence", "charges", "opinion"):
            if match := _COUNSEL_SPEAKS.search(view.text):
                yield found("委托", "counsel.speaks", match, section)
                return


def _named_counsel(header: str, name: str) -> re.Match | None:
    """Return the counsel that stands after a defendant, unless it is said to be another defendant's."""
    for match in _COUNSEL.finditer(header):
        stop = header.find("。", match.end())
        whose = _FOR_WHOM.search(header, match.end(), len(header) if stop < 0 else stop)
        if whose is None or not name or name in whose["who"]:
            return match
    return None


def _aid_of(procedure: str, lawyer: str, *, only: bool) -> re.Match | None:
    """Return where the account of the hearing says that the lawyer of the header was assigned.

    With several defendants the lawyer is named in the same clause, or in the same brackets (其中 … 均系 … 指派的辩护人).
    """
    for match in _AID.finditer(procedure):
        start = max(procedure.rfind(mark, 0, match.start()) for mark in "，。；（(") + 1
        end = _ITEM_END.search(procedure, match.end()).start()
        if (only and "法律援助" in procedure[start:end]) or (len(lawyer) > 1 and lawyer in procedure[start:end]):
            return match
    return None
