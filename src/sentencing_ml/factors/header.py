"""Identity and procedure: court, number, date, the defendants' particulars, counsel, custody, procedure, recommendation."""

import re
from dataclasses import dataclass

from sentencing_ml.factors.people import People
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.numerals import duration_at, find_dates
from sentencing_ml.judgments.view import View


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value read, the rule that read it, and its span in the stored text."""

    factor: str
    value: str | float | bool | None
    rule: str
    start: int
    end: int
    section: str


_COURT = re.compile(r"(?P<court>[\u4e00-\u9fff*×＊]{2,28}?人民法院)")
_CASE_NUMBER = re.compile(
    r"[（(〔\[]\s*(?:19|20|\d{2}\*|\*)\d{0,2}\*?\s*[）)〕\]][^，。；\s（(]{1,20}?\d[\d*×X＊]{0,6}[-－之\d]{0,4}号"
)
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

_FAST = re.compile(r"速裁程序|速裁")
_SUMMARY = re.compile(r"简易程序")
_ORDINARY = re.compile(r"普通程序")
_PANEL = re.compile(r"(?:组成|由)[^，。；]{0,12}合议庭")



def court_values(document: Document, header: View | None, tail: View | None) -> list[Value]:
    """Read court, case number and date of judgment from header and tail."""
    values = []
    for section, view in (("header", header), ("tail", tail)):
        if view is None:
            continue
        head = view.text[:200] if section == "header" else view.text
        if not any(value.factor == "court" for value in values):
            match = _COURT.search(head)
            if match and "中级" not in match["court"] or match and section == "header":
                start = match.start() + _prefix(match["court"])
                values.append(
                    _value("court", head[start : match.end()], "header.court", view, start, match.end(), section)
                )
        if not any(value.factor == "case_number" for value in values) and section == "header":
            match = _CASE_NUMBER.search(view.text[:260])
            if match:
                start, end = view.span(match.start(), match.end())
                number = re.sub(r"\s", "", document.text[start:end])
                values.append(
                    Value(
                        factor="case_number",
                        value=number,
                        rule="header.case_number",
                        start=start,
                        end=end,
                        section=section,
                    )
                )
    if tail is not None:
        dates = [found for found in find_dates(tail.text) if len(found.value) == 10]
        if dates:
            # The date of the judgment is the first full one after the appeal notice; annexed statutes carry later ones.
            first = dates[0]
            values.append(_value("judgment_date", first.value, "tail.date", tail, first.start, first.end, "tail"))
    return values


_PRESIDING = re.compile(
    r"(?:代理)?审判长(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)
_SINGLE = re.compile(
    r"(?:代理)?审判员(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)


def bench(tail: View | None) -> Value | None:
    """Read who presided: the 审判长 of a panel, else the single 审判员."""
    if tail is None:
        return None
    match = _PRESIDING.search(tail.text) or _SINGLE.search(tail.text)
    if match is None:
        return None
    return _value("judge", match["name"], "tail.bench", tail, match.start("name"), match.end("name"), "tail")


def _prefix(court: str) -> int:
    """Return how many characters before the court's name do not belong to it."""
    for word in ("刑事判决书", "判决书", "书", "附带民事", "公开", "文书"):
        if word in court:
            return court.rindex(word) + len(word)
    return 0


def _value(factor: str, value: str | float | bool, rule: str, view: View, start: int, end: int, section: str) -> Value:
    a, b = view.span(start, end)
    return Value(factor=factor, value=value, rule=rule, start=a, end=b, section=section)


def particulars(defendant: Defendant, header: View, positions: tuple[int, int]) -> list[Value]:
    """Read gender, birth, ethnicity, education, occupation from a defendant's particulars.

    ``positions`` is the span of the particulars in the header's reading copy.
    """
    start, end = positions
    text = header.text[start:end]
    # Earlier convictions follow the particulars and hold dates of their own.
    values = []

    def add(factor: str, match: re.Match | None, value: str | None = None) -> None:
        if match is not None:
            a, b = match.span("value") if "value" in match.re.groupindex else match.span()
            values.append(
                _value(factor, value or match["value"], f"header.{factor}", header, start + a, start + b, "header")
            )

    add("gender", _GENDER.search(text))
    add("ethnicity", _ETHNICITY.search(text))
    education = _EDUCATION.search(text)
    add("education", education, _EDUCATION_NAMES.get(education["value"], education["value"]) if education else None)
    add("occupation", _OCCUPATION.search(text))
    for found in find_dates(text):
        following = text[found.end : found.end + 12]
        before = text[max(0, found.start - 6) : found.start]
        if re.match(r"[^，。；]{0,10}?出?生", following) or re.search(
            r"(?:生于|出生于|出生日期|出生年月|出生)[为：:]?$", before
        ):
            values.append(
                _value(
                    "birth_date",
                    found.value,
                    "header.birth_date",
                    header,
                    start + found.start,
                    start + found.end,
                    "header",
                )
            )
            break
    return values


def custody(header: View, positions: tuple[int, int]) -> Value | None:
    """Read the last coercive measure of a defendant's particulars."""
    start, end = positions
    text = header.text[start:end]
    last = None
    for value, pattern in (("羁押", _DETAINED), ("取保候审", _BAIL), ("监视居住", _RESIDENCE)):
        for match in pattern.finditer(text):
            if re.search(r"(?:解除|撤销|未|因犯[^。]{0,30})$", text[max(0, match.start() - 4) : match.start()]):
                continue
            if last is None or match.start() > last[1]:
                last = (value, match.start(), match.end())
    if last is None:
        return None
    return _value("custody", last[0], "header.custody", header, start + last[1], start + last[2], "header")


def counsel(header: View, positions: tuple[int, int], procedure: View | None, *, only: bool) -> Value | None:
    """Read what kind of counsel follows a defendant's particulars.

    ``positions`` reaches to the next defendant; ``only`` says that there is a single one, so that the account of the
    hearing may be read too.
    """
    start, end = positions
    text = header.text[start:end]
    match = _COUNSEL.search(text)
    if match is not None:
        stop = text.find("。", match.end())
        stop = len(text) if stop < 0 else min(stop + 1, len(text))
        aid = _AID.search(text, match.start(), min(stop + 20, len(text)))
        if aid:
            return _value(
                "counsel", "法律援助", "header.counsel_aid", header, start + aid.start(), start + aid.end(), "header"
            )
        return _value("counsel", "委托", "header.counsel", header, start + match.start(), start + match.end(), "header")
    for section, view in (("header", header), ("procedure", procedure)):
        if view is None:
            continue
        stretch, offset = (text, start) if section == "header" else (view.text, 0)
        duty = _DUTY.search(stretch)
        if duty:
            return _value(
                "counsel", "值班律师", "counsel.duty", view, offset + duty.start(), offset + duty.end(), section
            )
        aid = _AID.search(stretch)
        if aid and only and section == "procedure" and "辩护" in stretch:
            return _value("counsel", "法律援助", "counsel.aid", view, offset + aid.start(), offset + aid.end(), section)
        none = _NO_COUNSEL.search(stretch)
        if none and (only or section == "header"):
            return _value("counsel", "无", "counsel.none", view, offset + none.start(), offset + none.end(), section)
        there = re.search(
            r"辩护人[\u4e00-\u9fff*×xX＊]{2,4}(?:到庭|、|，)|及(?:其)?辩护人[\u4e00-\u9fff*×xX＊]{2,4}", stretch
        )
        if there and only and section == "procedure":
            return _value(
                "counsel", "委托", "counsel.present", view, offset + there.start(), offset + there.end(), section
            )
    return None


def procedure_value(sections: dict[str, View]) -> Value | None:
    """Read the procedure by which the case was heard; after a switch the last one counts."""
    for name in ("procedure", "header", "charges"):
        view = sections.get(name)
        if view is None:
            continue
        found: list[tuple[int, int, str, str]] = []
        for value, rule, pattern in (
            ("速裁", "procedure.fast", _FAST),
            ("简易", "procedure.summary", _SUMMARY),
            ("普通", "procedure.ordinary", _ORDINARY),
        ):
            for match in pattern.finditer(view.text):
                before = view.text[max(0, match.start() - 8) : match.start()]
                if re.search(r"(?:不宜|不|未|不再)(?:适用|同意|宜)[^，。；]{0,3}$", before) and value != "普通":
                    continue
                found.append((match.start(), match.end(), value, rule))
        if found:
            start, end, value, rule = max(found)
            # 普通程序简化审理 stays 普通; 适用普通程序审理 after 转为 is later in the text anyway.
            return _value("procedure", value, rule, view, start, end, name)
    for name in ("procedure", "header"):
        view = sections.get(name)
        panel = _PANEL.search(view.text) if view is not None else None
        if panel:
            return _value("procedure", "普通", "procedure.panel", view, panel.start(), panel.end(), name)
    return None


_ADVICE_WORD = re.compile(
    r"量刑(?:的)?(?:建议|意见)|建议(?:对其|对[^，。；]{0,30})?(?:判处|处以|在[^，。；]{0,20}(?:量刑|处刑|判处|幅度)|[^，。；]{0,12}(?:判处|处刑|量刑))|建议判处"
)


def recommendation(sections: dict[str, View], *, people: dict[str, People]) -> dict[str, Value]:
    """Read the prosecution's recommendation: present, kind, lower and upper term in months.

    With several defendants the first one's counts. An advice of the defence is none.
    """
    present: Value | None = None
    for name in ("charges", "opinion", "procedure", "plea", "findings", "evidence", "defence"):
        view = sections.get(name)
        if view is None:
            continue
        for match in _ADVICE_WORD.finditer(view.text):
            start, end = people[name].sentence(match.start())
            sentence = view.text[start:end]
            before = view.text[start : match.start()]
            if re.search(r"辩护人|辩护意见|社区矫正|司法局|被害人|谅解", before) and not re.search(
                r"公诉机关|检察院|公诉人", before
            ):
                continue
            if (
                re.search(r"从轻|减轻|缓刑", match[0])
                or name == "defence"
                and not re.search(r"公诉机关|检察院|公诉人", sentence)
            ):
                continue
            if present is None:
                present = _value(
                    "recommendation_present", True, "recommendation.word", view, match.start(), match.end(), name
                )
            bounds = _bounds(view.text, match.start(), end)
            if bounds is None and name == "opinion":
                bounds = _bounds(view.text, start, match.start())
            if bounds is None:
                continue
            low, high, a, b = bounds
            kind = "确定刑" if low is not None and low == high else "幅度刑"
            values = {
                "recommendation_present": _value(
                    "recommendation_present", True, "recommendation.term", view, match.start(), match.end(), name
                ),
                "recommendation_kind": _value("recommendation_kind", kind, "recommendation.term", view, a, b, name),
            }
            if low is not None:
                values["recommendation_min_months"] = _value(
                    "recommendation_min_months", low, "recommendation.term", view, a, b, name
                )
            if high is not None:
                values["recommendation_max_months"] = _value(
                    "recommendation_max_months", high, "recommendation.term", view, a, b, name
                )
            return values
    return {"recommendation_present": present} if present else {}


_DURATION_START = re.compile(r"[\d一二两三四五六七八九十]")
_RANGE_JOIN = re.compile(
    r"(?:有期徒刑|拘役|管制)?(?:以上)?(?:，|、)?(?:至|到|-|—|~|～|以上|－)(?:，|、)?(?:有期徒刑|拘役|管制)?"
)


def _bounds(text: str, start: int, end: int) -> tuple[float | None, float | None, int, int] | None:
    """Return (low, high, start, end) of the first term or range of terms in ``text[start:end]``."""
    for match in _DURATION_START.finditer(text, start, end):
        if text[match.start() - 1 : match.start()] == "第":
            continue
        first = duration_at(text, match.start())
        if first is None or first.value <= 0 or first.end > end + 1:
            # 二至六个月: the unit stands after the second number
            short = re.compile(
                r"([\d一二三四五六七八九十])(?:至|到|-|—|~)([\d一二三四五六七八九十]+(?:个月|年))"
            ).match(text, match.start())
            if short:
                second = duration_at(text, short.start(2))
                scale = 12 if short[2].endswith("年") else 1
                low = duration_at(f"{short[1]}{'年' if scale == 12 else '个月'}", 0)
                if second and low:
                    return low.value, second.value, short.start(), short.end()
            continue
        before = text[max(start, match.start() - 6) : match.start()]
        if re.search(r"(?:缓刑|考验期|曾|第|于)[^，。；]{0,3}$", before):
            continue
        join = _RANGE_JOIN.match(text, first.end)
        if join and join.end() > first.end:
            second = duration_at(text, join.end())
            if second is not None and second.value > 0:
                return first.value, second.value, first.start, second.end
            if text[first.end : first.end + 2] == "以上":
                return first.value, None, first.start, first.end + 2
        if text[first.end : first.end + 2] == "以下":
            return None, first.value, first.start, first.end + 2
        return first.value, first.value, first.start, first.end
    return None
