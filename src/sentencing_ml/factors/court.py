"""The case itself: court and its level, case number, instance, date, who presided, who prosecuted, how it was heard."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sentencing_ml.factors.finding import Finding, Withheld
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import FoundDate, find_dates, fold
from sentencing_ml.judgments.view import View
from sentencing_ml.law.places import province_of

_SPECIAL = "军事|海事|铁路运输|知识产权|金融"
_COURT = re.compile(
    rf"(?P<court>[\u4e00-\u9fff*×＊]{{2,28}}?(?:人民法院(?:[\u4e00-\u9fff]{{2,12}}分院)?|(?:基层|中级|高级|{_SPECIAL}|互联网|林区|农垦|垦区|矿区)法院))"
)
_PLACE_ENDS = re.compile(r"(?:省|市|县|区|州|盟|旗|[*×＊])$")
_TITLE = re.compile(r"(?:判决书|裁定书|文书内容|内容|文书|公开|附带民事|全文|书)")
_PARTIES = re.compile(r"公诉机关|抗诉机关|自诉人|(?<!事由[：:])被告人(?![^，。；：]{1,40}(?:案|[一二再]审))|上诉人|附带民事诉讼原告")
# Zeros and O are taken for one another, and masks cover part of the year or the number.
_YEAR = r"(?:[12][\dOo〇]{3}|[12][\dOo〇*×xX]{1,4}|[*×xX]{1,4}|[一二][〇零OoＯ○一二三四五六七八九]{3})"
_CASE_NUMBER = re.compile(
    rf"(?:[（(〔\[【［]{_YEAR}年?[）)〕\]】］]\*?|(?:19|20)\d\d年?(?=[\u4e00-\u9fff]\d{{0,4}}[\u4e00-\u9fff]{{0,4}}刑))"
    r"[^，。；\s（(]{1,20}?\d[\d*×X＊]{0,6}[-－之\d]{0,4}号(?:之[一二三四五六七八九十\d]{1,2})?"
)
_EARLIER = re.compile(r"曾因|因犯|判处|起诉书")
_PRESIDING = re.compile(
    r"(?:代理)?审判长(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)
_SINGLE = re.compile(
    r"(?:代理)?审判员(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)
_PROCURATORATE = r"[\u4e00-\u9fff*×＊]{2,28}?检察(?:院|分院)"
# in a header: 公诉机关某县人民检察院; 暨附带民事公益诉讼起诉人 may stand between
_ACCUSER = re.compile(rf"(?:公诉|抗诉)机关(?:[（(][^）)]{{1,20}}[）)]|暨[\u4e00-\u9fff]{{2,20}}人)?[：:，]?(?P<body>{_PROCURATORATE})")
_BRINGS = re.compile(rf"(?P<body>{_PROCURATORATE})(?=以|指控|于|指派|提起|(?:代理)?检察员|[（(]以下简称)")
_INDICTS = re.compile(rf"^(?P<body>{_PROCURATORATE})")
# 指派检察员甲、代理检察员乙出庭支持公诉; an 检察官助理 or 书记员 is none
_PROSECUTES = re.compile(
    r"(?:检察(?:员|官|长)(?!助理)|公诉人|指派)(?P<names>[^。；：:]{2,60}?)(?:依法)?(?:出庭|出席|到庭|履行职务|支持公诉|参加诉讼)"
)
_SIGNS = re.compile(r"检察(?:员|官|长)(?!助理)[：:]?(?P<names>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?检察(?:员|官)|二〇|二零|[（(]|\d|书记员|附|$)")
_PROSECUTOR_TITLE = re.compile(r"^(?:及|和|与|的)?(?:该院)?(?:(?:[一二三四]级|高级|主任|员额|副|代理|代|助理){0,3}检察(?:员|官|长)|公诉人|指派)?[：:]?")
_ASSISTANT = re.compile(r"检察官助理|检察员助理|助理检察官|书记员|法警|翻译|被告|被害|辩护|代理人|原告|人民")
_PROSECUTOR = re.compile(r"[\u4e00-\u9fff*＊×某][\u4e00-\u9fff*＊×xX某甲乙丙丁\d·]{1,7}")
_FAST = re.compile(r"速裁程序|速裁")
_SUMMARY = re.compile(r"简易程序")
_ORDINARY = re.compile(r"普通程序")
_PANEL = re.compile(r"(?:组成|由)[^，。；]{0,12}合议庭")
_BENCH = re.compile(r"审判长")
_DENIED = re.compile(r"(?:不宜|不|未|不再)(?:适用|同意|宜)[^，。；]{0,3}$")
_FOUR_DIGITS = re.compile(r"\d{4}")
_BEHIND_DATE = re.compile(r"书记员|法官助理|代|本件|[（(]|$")
_LIKE_ZERO = re.compile("[ΟοОоＯ○◯]")
# In the order in which they decide. A case sent back is tried in first instance again.
_INSTANCES = (
    ("instance.number", "再审", re.compile(r"刑[一二三]?(?:再|抗再|提)(?:初|终)?(?:字|\d)|审监刑再?")),
    ("instance.number", "二审", re.compile(r"刑[一二三四五]?(?:抗)?终(?:字|\d)")),
    ("instance.number", "一审", re.compile(r"刑[一二三四五少]?初(?:字|\d)|(?:初|重)字第|刑[一二三四五]?重")),
    ("instance.title", "再审", re.compile(r"再审刑事|审判监督")),
    ("instance.title", "二审", re.compile(r"二审刑事")),
    ("instance.title", "一审", re.compile(r"一审刑事")),
    ("instance.parties", "二审", re.compile(r"原公诉机关|抗诉机关|上诉人[（(]原审|原审被告人")),
)
_FINAL = re.compile(r"本(?:判决|裁定)(?:为|系|是)终审|终审判决")
_APPEAL = re.compile(r"(?:如|若)?(?:果)?(?:不服|对)本(?:判决|裁判)|不服本判决|接到(?:本)?判决书")


def court(reading: Reading) -> Iterator[Finding]:
    """Yield the court and its level: named at the head of a judgment, else in the signature."""
    for name, section in reading.views("header", "tail"):
        text = section.text
        if name == "header":
            parties = _PARTIES.search(text, 20)
            text = text[: parties.start() if parties else 200]
        for match in _COURT.finditer(text):
            if name == "tail" and any(level in match["court"] for level in ("中级", "高级", "最高")):
                continue  # the court to appeal to
            start = match.start() + _prefix(section, match)
            yield reading.finding(
                "court", text[start : match.end()], rule=f"{name}.court", section=name, start=start, end=match.end()
            )
            level = _level(text[start : match.end()])
            yield reading.finding(
                "court_level", level, rule="court.name", section=name, start=start, end=match.end()
            )
            return


def _prefix(section: View, match: re.Match) -> int:
    """Return how many characters before the court's name do not belong to it: a title, or another line."""
    name = match["court"]
    skipped = max((found.end() for found in _TITLE.finditer(name)), default=0)
    for position in range(len(name) - 5, skipped, -1):
        at = match.start() + position
        # white space stood here; 上海市 闵行区 is one name, 张某盗窃案 闵行区 is not
        if section.offset(at) - section.offset(at - 1) > 1 and not _PLACE_ENDS.search(name[skipped:position]):
            return position
    return skipped


def _level(name: str) -> str:
    if any(word in name for word in _SPECIAL.split("|")):
        return "专门"
    return next((level for level in ("最高", "高级", "中级") if level in name), "基层")


def case_number(reading: Reading) -> Iterator[Finding]:
    """Yield the case number as it is written, without white space."""
    for name, section in reading.views("header"):
        match = _number(section)
        if match:
            start, end = section.span(match.start(), match.end())
            number = "".join(reading.document.text[start:end].split())
            yield reading.finding(
                "case_number", number, rule="header.case_number", section=name, start=match.start(), end=match.end()
            )


def _number(section: View) -> re.Match | None:
    """Return the case's own number at the head: what follows 曾因 or 判处 is that of an earlier judgment."""
    match = _CASE_NUMBER.search(section.text, 0, 400)
    return None if match is None or _EARLIER.search(section.text, 0, match.start()) else match


def instance(reading: Reading) -> Iterator[Finding]:
    """Yield the instance: of the case number, else of the title, the parties, or what the end says of an appeal."""
    for name, section in reading.views("header"):
        head = section.text[:600]
        number = _number(section)
        for rule, value, pattern in _INSTANCES:
            within = (number.start(), number.end()) if number else (0, 0)
            match = pattern.search(head, *(within if rule == "instance.number" else (0, len(head))))
            if match:
                yield reading.finding(
                    "instance", value, rule=rule, section=name, start=match.start(), end=match.end()
                )
                return
    for name, section in reading.views("tail"):
        for value, pattern in (("二审", _FINAL), ("一审", _APPEAL)):
            match = pattern.search(section.text)
            if match:
                yield reading.finding(
                    "instance", value, rule="instance.end", section=name, start=match.start(), end=match.end()
                )
                return


def judgment_date(reading: Reading) -> Iterator[Finding | Withheld]:
    """Yield the date of the judgment: the first full one after the appeal notice; annexed statutes carry later ones.

    It is withheld when it lies before the year of the case number, or when the court signed with two dates.
    """
    year = next((_FOUR_DIGITS.search(fold(item.value)) for item in case_number(reading)), None)
    for name, section in reading.views("tail"):
        text = _LIKE_ZERO.sub("〇", section.text)
        dates = [found for found in find_dates(text) if len(found.value) == 10]
        if not dates:
            return
        if len({found.value for found in dates if _is_signature(text, found)}) > 1:
            yield Withheld(factor="judgment_date", reason="several_dates")
        elif year is not None and dates[0].value[:4] < year[0]:
            yield Withheld(factor="judgment_date", reason="contradictory_dates")
        else:
            first = dates[0]
            yield reading.finding(
                "judgment_date", first.value, rule="tail.date", section=name, start=first.start, end=first.end
            )


def _is_signature(text: str, found: FoundDate) -> bool:
    """Tell the date under signatures, in Chinese numerals, from one in a sentence or in a form that nobody signed."""
    signed = text[found.start] in "一二" and _BEHIND_DATE.match(text, found.end)
    return bool(signed) and not text.endswith(("审判员", "审判长", "陪审员"), 0, found.start)


def bench(reading: Reading) -> Iterator[Finding]:
    """Yield who presided: the 审判长 of a panel, else the single 审判员."""
    for name, section in reading.views("tail"):
        match = _PRESIDING.search(section.text) or _SINGLE.search(section.text)
        if match:
            yield reading.finding(
                "judge", match["name"], rule="tail.bench", section=name, start=match.start("name"), end=match.end("name")
            )


def prosecution(reading: Reading) -> Iterator[Finding]:
    """Yield the procuratorate, named at the head, else where it brings the case, and who prosecutes in the hearing.

    Several prosecutors are one value, apart by 、 in the order of the text; those who assist them are left out. An
    indictment is headed by its procuratorate and signed by them.
    """
    accused = reading.document.kind == "indictment"
    for name, section in reading.views("header", "procedure"):
        pattern = _BRINGS if name == "procedure" else _INDICTS if accused else _ACCUSER
        match = pattern.search(section.text)
        if match:
            start = match.start("body") + (_prefix_of(match["body"]) if name == "procedure" else 0)
            yield reading.finding(
                "procuratorate", section.text[start : match.end("body")], rule=f"procuratorate.{name}", section=name,
                start=start, end=match.end("body"),
            )  # fmt: skip
            break
    for name, section in reading.views("tail", "opinion") if accused else reading.views("procedure", "header"):
        for match in (_SIGNS if accused else _PROSECUTES).finditer(section.text):
            named = list(_prosecutors(section.text, *match.span("names")))
            if named:
                yield reading.finding(
                    "prosecutor", "、".join(text for text, _, _ in named),
                    rule="prosecutor.signs" if accused else "prosecutor.appears", section=name,
                    start=named[0][1], end=named[-1][2],
                )  # fmt: skip
                return


def _prefix_of(body: str) -> int:
    """Return how many characters before a procuratorate's name are not part of it: 本案由某区人民检察院."""
    return max((found.end() for found in _LEADS.finditer(body)), default=0)


_LEADS = re.compile(r"(?:本案|一案|案)?(?:由|经|及|，|和|向|被|后)(?=[\u4e00-\u9fff])")


def _prosecutors(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, start, end) of the persons of a list, without their titles."""
    for part in _EACH.finditer(text, start, end):
        if _ASSISTANT.search(part[0]):
            return
        title = _PROSECUTOR_TITLE.match(part[0])
        place = part.start() + (title.end() if title else 0)
        if _PROSECUTOR.fullmatch(text, place, part.end()):
            yield text[place : part.end()], place, part.end()


_EACH = re.compile(r"[^、，,及和与]+")


def province(reading: Reading, *, found: dict[str, Finding]) -> Iterator[Finding]:
    """Yield the province: of the court's name or the case number, else of the court to appeal to or the prosecution."""
    number = found["case_number"].value if "case_number" in found else None
    for factor, known in (
        ("court", province_of(found["court"].value, None) if "court" in found else None),
        ("case_number", province_of(None, number)),
    ):
        if known is not None:
            yield replace(found[factor], factor="province", value=known, rule=f"province.{factor}")
            return
    for name, section in reading.views("tail", "header", "procedure"):
        for match in _NAMED_ELSEWHERE[name].finditer(section.text):
            known = province_of(match["body"], None)
            if known is not None:
                start, end = match.span("body")
                yield reading.finding("province", known, rule=f"province.{name}", section=name, start=start, end=end)
                return


_NAMED_ELSEWHERE = {
    "tail": re.compile(r"向(?P<body>[\u4e00-\u9fff*]{2,24}?法院)"),
    "header": re.compile(r"机关(?P<body>[\u4e00-\u9fff*]{2,24}?检察院)"),
    "procedure": re.compile(r"(?P<body>[\u4e00-\u9fff*]{2,24}?检察院)(?:以|指控)"),
}


def procedure(reading: Reading) -> Iterator[Finding]:
    """Yield the procedure by which the case was heard; after a switch the last one counts."""
    for name, section in reading.views("procedure", "header", "charges"):
        found = list(_procedures(section))
        if found:
            start, end, value, rule = max(found)
            # 普通程序简化审理 stays 普通; 适用普通程序审理 after 转为 is later in the text anyway.
            yield reading.finding("procedure", value, rule=rule, section=name, start=start, end=end)
            return
    # A panel and nothing else said: 普通. The bench that signs is a panel when it has a presiding judge.
    for name, section in reading.views("procedure", "header", "charges", "findings", "tail"):
        panel = (_BENCH if name == "tail" else _PANEL).search(section.text)
        if panel:
            rule = "procedure.bench" if name == "tail" else "procedure.panel"
            yield reading.finding("procedure", "普通", rule=rule, section=name, start=panel.start(), end=panel.end())
            return


def _procedures(section: View) -> Iterator[tuple[int, int, str, str]]:
    for value, rule, pattern in (
        ("速裁", "procedure.fast", _FAST),
        ("简易", "procedure.summary", _SUMMARY),
        ("普通", "procedure.ordinary", _ORDINARY),
    ):
        if value not in section.text:
            continue
        for match in pattern.finditer(section.text):
            before = section.text[max(0, match.start() - 8) : match.start()]
            if value == "普通" or not _DENIED.search(before):
                yield match.start(), match.end(), value, rule
