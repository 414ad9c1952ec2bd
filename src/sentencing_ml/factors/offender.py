"""The defendants as the header introduces them: particulars, coercive measure, counsel."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import find_dates

_GENDER = re.compile(r"[，,、（(](?P<value>男|女)(?:性)?(?=[，,。、；（(1-2汉])")
_ETHNICITY = re.compile(r"(?P<value>[\u4e00-\u9fff]{1,6}族)(?!自治|人民|乡)")
_EDUCATION = re.compile(
    r"(?P<value>文盲|不识字|小学|初级?中学?|高级?中学?|中等专科|中专|中技|职高|技校|职业高中|大专|大学专科|专科|大学本科|本科|大学|硕士研究生|博士研究生|研究生|硕士|博士)(?:文化|毕业|肄业|学历|在读|程度|二|三|一|四|五|六|在校|，|。|、|辍学)"
)
_EDUCATION_NAMES = {
    "不识字": "文盲",
    "初级中学": "初中",
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
_OCCUPATION = re.compile(
    r"[，,。](?:系|职业|捕前系|案发前系|原系|无固定职业，)?(?P<value>无业|农民|务农|务工|务工人员|工人|无职业|无固定职业|个体工商户|个体经营者?|个体户?|职工|学生|经商|司机|驾驶员|居民|退休(?:人员|工人|干部)?|自由职业者?|村民|待业|公司(?:职员|员工|经理)|教师|医生|农民工|打工|职员|商人|员工)(?=[，,。、；（(])"
)

_DETAINED = re.compile(r"(?:现|已)?(?:在|羁)?押(?:于|在)|羁押|逮捕|刑事拘留|收监|寄押")
_BAIL = re.compile(r"取保候审")
_RESIDENCE = re.compile(r"监视居住")

_AID = re.compile(r"法律援助(?:中心|处|机构|工作站)?|指定辩护|指派")
_DUTY = re.compile(r"值班律师")
_COUNSEL = re.compile(
    r"(?:指定|委托)?辩护人(?!的|提|认为|意见|对|辩|关|所|均|亦|也|发表|当庭|向|申请)(?:[（(][^）)]{0,30}[）)])?(?:：|:|是|系)?[\u4e00-\u9fff*×xX＊]{1,4}"
)
_NO_COUNSEL = re.compile(r"(?:未|没有|不|放弃)(?:委托|聘请|要求)[^，。；]{0,8}(?:辩护人|律师|辩护)|自行辩护|放弃辩护")
_COUNSEL_PRESENT = re.compile(
    r"辩护人[\u4e00-\u9fff*×xX＊]{2,4}(?:到庭|、|，)|及(?:其)?辩护人[\u4e00-\u9fff*×xX＊]{2,4}"
)
_BORN_AFTER = re.compile(r"[^，。；]{0,10}?出?生")
_BORN_BEFORE = re.compile(r"(?:生于|出生于|出生日期|出生年月|出生)[为：:]?$")
_MEASURES = (("羁押", _DETAINED), ("取保候审", _BAIL), ("监视居住", _RESIDENCE))
_LIFTED = re.compile(r"(?:解除|撤销|未)$")


def offenders(reading: Reading) -> Iterator[Finding]:
    """Yield what the header says of each defendant.

    A defendant's particulars are the document's span for him or her; coercive measure and counsel may follow up to the
    next defendant.
    """
    section = reading.sections.get("header")
    if section is None:
        return
    spans = sorted(
        (section.position(d.start), section.position(d.end), d.index) for d in reading.defendants if d.end > d.start
    )
    for place, (start, end, person) in enumerate(spans):
        until = spans[place + 1][0] if place + 1 < len(spans) else len(section.text)
        yield from particulars(reading, (start, end), person=person)
        yield from custody(reading, (start, until), person=person)
        yield from counsel(reading, (start, until), person=person)


def particulars(reading: Reading, span: tuple[int, int], *, person: int) -> Iterator[Finding]:
    """Yield gender, birth, ethnicity, education and occupation from ``span`` of the header's reading copy."""
    start, end = span
    text = reading.sections["header"].text[start:end]
    for factor, pattern in (
        ("gender", _GENDER),
        ("ethnicity", _ETHNICITY),
        ("education", _EDUCATION),
        ("occupation", _OCCUPATION),
    ):
        match = pattern.search(text)
        if match:
            value = match["value"]
            yield reading.finding(
                factor,
                _EDUCATION_NAMES.get(value, value) if factor == "education" else value,
                rule=f"header.{factor}",
                section="header",
                start=start + match.start("value"),
                end=start + match.end("value"),
                people={person},
            )
    # earlier convictions follow the particulars and hold dates of their own
    for found in find_dates(text):
        if _BORN_AFTER.match(text, found.end, found.end + 12) or _BORN_BEFORE.search(text[max(0, found.start - 6) : found.start]):
            yield reading.finding(
                "birth_date",
                found.value,
                rule="header.birth_date",
                section="header",
                start=start + found.start,
                end=start + found.end,
                people={person},
            )
            return


def custody(reading: Reading, span: tuple[int, int], *, person: int) -> Iterator[Finding]:
    """Yield the last coercive measure of a defendant."""
    start, end = span
    text = reading.sections["header"].text[start:end]
    measures = [
        (match.start(), match.end(), value)
        for value, pattern in _MEASURES
        for match in pattern.finditer(text)
        if not _LIFTED.search(text[max(0, match.start() - 4) : match.start()])
    ]
    if measures:
        a, b, value = max(measures)
        yield reading.finding(
            "custody", value, rule="header.custody", section="header", start=start + a, end=start + b, people={person}
        )


def counsel(reading: Reading, span: tuple[int, int], *, person: int) -> Iterator[Finding]:
    """Yield what kind of counsel a defendant has; of a single defendant the account of the hearing may tell it too."""
    start, end = span
    header = reading.sections["header"].text[start:end]
    only = len(reading.defendants) == 1

    def found(value: str, rule: str, match: re.Match, section: str = "header") -> Finding:
        offset = start if section == "header" else 0
        return reading.finding(
            "counsel", value, rule=rule, section=section, start=offset + match.start(), end=offset + match.end(), people={person}
        )

    match = _COUNSEL.search(header)
    if match is not None:
        stop = header.find("。", match.end())
        stop = len(header) if stop < 0 else min(stop + 21, len(header))
        aid = _AID.search(header, match.start(), stop)
        yield found("法律援助", "header.counsel_aid", aid) if aid else found("委托", "header.counsel", match)
        return
    procedure = reading.sections["procedure"].text if "procedure" in reading.sections else ""
    for section, text in (("header", header), ("procedure", procedure)):
        heard = only and section == "procedure"
        if match := _DUTY.search(text):
            yield found("值班律师", "counsel.duty", match, section)
        elif heard and "辩护" in text and (match := _AID.search(text)):
            yield found("法律援助", "counsel.aid", match, section)
        elif (only or section == "header") and (match := _NO_COUNSEL.search(text)):
            yield found("无", "counsel.none", match, section)
        elif heard and (match := _COUNSEL_PRESENT.search(text)):
            yield found("委托", "counsel.present", match, section)
        else:
            continue
        return
