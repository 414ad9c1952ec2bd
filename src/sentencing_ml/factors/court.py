"""The case itself: court, case number, date, who presided, and the procedure by which it was heard."""

import re
from collections.abc import Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import find_dates
from sentencing_ml.judgments.view import View

_COURT = re.compile(r"(?P<court>[\u4e00-\u9fff*×＊]{2,28}?人民法院)")
_CASE_NUMBER = re.compile(
    r"[（(〔\[]\s*(?:19|20|\d{2}\*|\*)\d{0,2}\*?\s*[）)〕\]][^，。；\s（(]{1,20}?\d[\d*×X＊]{0,6}[-－之\d]{0,4}号"
)
_PRESIDING = re.compile(
    r"(?:代理)?审判长(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)
_SINGLE = re.compile(
    r"(?:代理)?审判员(?P<name>[\u4e00-\u9fff*＊]{2,4}?)(?=(?:代理)?审判员|人民陪审员|陪审员|二〇|二零|[（(]|\d|书记员|法官助理|、|$)"
)
_FAST = re.compile(r"速裁程序|速裁")
_SUMMARY = re.compile(r"简易程序")
_ORDINARY = re.compile(r"普通程序")
_PANEL = re.compile(r"(?:组成|由)[^，。；]{0,12}合议庭")


def court(reading: Reading) -> Iterator[Finding]:
    """Yield the court: named at the head of a judgment, else in the signature."""
    for name, section in reading.views("header", "tail"):
        text = section.text[:200] if name == "header" else section.text
        match = _COURT.search(text)
        if match and (name == "header" or "中级" not in match["court"]):
            start = match.start() + _prefix(match["court"])
            yield reading.finding(
                "court", text[start : match.end()], rule="header.court", section=name, start=start, end=match.end()
            )
            return


def case_number(reading: Reading) -> Iterator[Finding]:
    """Yield the case number as it is written, without white space."""
    for name, section in reading.views("header"):
        match = _CASE_NUMBER.search(section.text[:260])
        if match:
            start, end = section.span(match.start(), match.end())
            number = re.sub(r"\s", "", reading.document.text[start:end])
            yield reading.finding(
                "case_number", number, rule="header.case_number", section=name, start=match.start(), end=match.end()
            )


def judgment_date(reading: Reading) -> Iterator[Finding]:
    """Yield the date of the judgment: the first full one after the appeal notice; annexed statutes carry later ones."""
    for name, section in reading.views("tail"):
        first = next((found for found in find_dates(section.text) if len(found.value) == 10), None)
        if first is not None:
            yield reading.finding(
                "judgment_date", first.value, rule="tail.date", section=name, start=first.start, end=first.end
            )


def bench(reading: Reading) -> Iterator[Finding]:
    """Yield who presided: the 审判长 of a panel, else the single 审判员."""
    for name, section in reading.views("tail"):
        match = _PRESIDING.search(section.text) or _SINGLE.search(section.text)
        if match:
            yield reading.finding(
                "judge", match["name"], rule="tail.bench", section=name, start=match.start("name"), end=match.end("name")
            )


def _prefix(court: str) -> int:
    """Return how many characters before the court's name do not belong to it."""
    for word in ("刑事判决书", "判决书", "书", "附带民事", "公开", "文书"):
        if word in court:
            return court.rindex(word) + len(word)
    return 0


def procedure(reading: Reading) -> Iterator[Finding]:
    """Yield the procedure by which the case was heard; after a switch the last one counts."""
    for name, section in reading.views("procedure", "header", "charges"):
        found = list(_procedures(section))
        if found:
            start, end, value, rule = max(found)
            # 普通程序简化审理 stays 普通; 适用普通程序审理 after 转为 is later in the text anyway.
            yield reading.finding("procedure", value, rule=rule, section=name, start=start, end=end)
            return
    for name, section in reading.views("procedure", "header"):
        panel = _PANEL.search(section.text)
        if panel:
            yield reading.finding(
                "procedure", "普通", rule="procedure.panel", section=name, start=panel.start(), end=panel.end()
            )
            return


def _procedures(section: View) -> Iterator[tuple[int, int, str, str]]:
    for value, rule, pattern in (
        ("速裁", "procedure.fast", _FAST),
        ("简易", "procedure.summary", _SUMMARY),
        ("普通", "procedure.ordinary", _ORDINARY),
    ):
        for match in pattern.finditer(section.text):
            before = section.text[max(0, match.start() - 8) : match.start()]
            if value == "普通" or not re.search(r"(?:不宜|不|未|不再)(?:适用|同意|宜)[^，。；]{0,3}$", before):
                yield match.start(), match.end(), value, rule
