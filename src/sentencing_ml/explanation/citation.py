"""算法引用: what a judgment may quote of a case sheet, with blanks for the judge, as plain data, text and ``.docx``.

Everything comes from the sheet dict. The text and the document say the same words in the same order; the document only
sets them for print (A4, 仿宋 and 黑体) and leaves room to write. Equal sheets give equal bytes.
"""

import datetime
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import docx
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from sentencing_ml import rendering
from sentencing_ml.law.report import NOTICE, STANDINGS
from sentencing_ml.storage import write_bytes, write_text

TITLE = "算法引用"
BLANKS = ("judge", "adopted", "reason")
HIDDEN = "先估后看：在法官的独立估计记入台账之前，系统数值不显示。"

_LABELS = {"system": "系统建议", "judge": "法官考量", "adopted": "最终采纳", "reason": "理由", "versions": "版本与校验"}
_BLANK_LINES = {"judge": 4, "adopted": 2, "reason": 4}
_RULE = "＿" * 30
_ORDER = {label: place for place, label in enumerate(("模型", "法律数据", "因子表", "数据"))}  # others stand after
_IN_PLAY = (STANDINGS["established"], STANDINGS["possible"])


def citation(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block of a sheet: ``title``, ``case``, ``system``, ``edits``, ``own_estimate``, blanks, ``versions``.

    ``judge``, ``adopted`` and ``reason`` are empty: they are the judge's to write. ``content`` is the sheet; its own
    ``citation`` is not read. No figure stands here that is not in the sheet.
    """
    return {
        "title": TITLE,
        "note": NOTICE,
        "case": _case(content["case"]),
        "system": _system(content),
        "edits": [
            f"{edit['zh']}：由“{edit['was_text']}”更正为“{edit['now_text']}”（{edit['by']}，{str(edit['at'])[:10]}）"
            for edit in content.get("edits") or ()
        ],
        "own_estimate": _own_estimate(content.get("blind")),
        **dict.fromkeys(BLANKS, ""),
        "versions": _versions(content),
    }


def citation_text(content: Mapping[str, Any]) -> str:
    """Return the block as a text file: one label or paragraph a line, a ruled line where the judge writes."""
    said = []
    for line in _lines(citation(content)):
        said += [""] if line.kind == "label" else []
        said.append(_RULE if line.text is None else line.text)
    return "\n".join(said) + "\n"


def citation_docx(content: Mapping[str, Any]) -> bytes:
    """Return the block as a Word document on A4: the words of :func:`citation_text`, with room to write for blanks."""
    document = docx.Document()
    _prepare(document)
    table = None
    for line in _lines(citation(content)):
        if line.kind in ("title", "plain"):
            _write(document.add_paragraph(), line)
        elif line.kind == "label":
            table = table or _table(document)
            row = table.add_row()
            _write(row.cells[0].paragraphs[0], line)
            filled = False
        elif line.text is None:
            row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, (row.height or 0) + Cm(1)
            _fonts(row.cells[1].paragraphs[0])
        else:
            cell = row.cells[1]
            _write(cell.add_paragraph() if filled else cell.paragraphs[0], line)
            filled = True
    return _packed(document)


def write_citation(content: Mapping[str, Any], *, folder: Path) -> list[Path]:
    """Write ``<file>.citation.txt`` and ``<file>.citation.docx`` of a sheet into ``folder`` and return them."""
    text, document = (folder / f"{content['file']}.citation.{suffix}" for suffix in ("txt", "docx"))
    write_text(text, citation_text(content))
    write_bytes(document, citation_docx(content))
    return [text, document]


def _case(case: Mapping[str, Any]) -> str:
    said = [
        ("案号", case["case_number"]),
        ("法院", case["court"]),
        ("被告人", case["defendant"]),
        ("罪名", case["charge"]),
        ("事实", case["facts_are"]),
    ]
    return "；".join(f"{label} {value}" for label, value in said if value) + "。"


def _system(content: Mapping[str, Any]) -> str:
    answer, status = content["answer"], content["status"]
    charge = content["case"]["charge"] or "本罪"
    if (content.get("blind") or {}).get("state") == "hidden":
        parts = [HIDDEN.rstrip("。"), *_law(answer)]
        return f"就{charge}，{'；'.join(parts)}。"
    if status["advised"]:
        parts = [
            f"责任刑参考值 {rendering.months(answer['liability_months'])}"
            f"（{rendering.percent(answer['level'], digits=0)}区间 {rendering.months(answer['interval_low'])}"
            f"至 {rendering.months(answer['interval_high'])}）"
        ]
    else:
        reason = str(status["reason"] or "").strip().rstrip("。")
        parts = [f"不给出实证数值：{status['zh']}" + (f"（{reason}）" if reason else "")]
    if answer["rule_low"] is not None and answer["rule_high"] is not None:
        parts.append(f"规则区间 {rendering.months(answer['rule_low'])}至 {rendering.months(answer['rule_high'])}")
    return (
        f"就{charge}，系统仅依责任刑事实提供参考：{'；'.join([*parts, *_law(answer)])}。"
        "自首、认罪认罚、累犯等预防刑情节未计入，由法官裁量。"
    )


def _law(answer: Mapping[str, Any]) -> list[str]:
    """Return the statutory range in the words of the law: a number of months would leave out life and death."""
    tiers = [tier for tier in answer["tiers"] if tier["standing"] in _IN_PLAY]
    said = "；或者".join(f"{tier['condition']}的，{tier['punishment']}（{tier['article']}）" for tier in tiers)
    return [f"法定刑幅度：{said}" if said else "法定刑幅度未能确定"]


def _own_estimate(blind: Mapping[str, Any] | None) -> str | None:
    if not blind or blind["state"] != "shown":
        return None
    return f"法官在看到系统数值之前的独立估计：{rendering.months(blind['own_estimate_months'])}（{blind['at'][:10]}）"


def _versions(content: Mapping[str, Any]) -> list[dict[str, str]]:
    basis, walk = content["basis"], content["walk"]
    said = sorted(basis["versions"].items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))
    said.append(("数据截至", basis["data_cut"] or "未知"))
    if walk:
        reference = walk["reference"]
        said.append(("参照样本", f"{reference['charge_group']} {reference['size']} 件，SHA-256 {reference['sha256']}"))
    said.append(("案情表", f"{content['file']}（{content['case']['row_id']}）"))
    said.append(("文书文本", f"SHA-256 {content['case']['text_sha256']}"))
    return [{"label": label, "value": str(value)} for label, value in said]


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line of the block; a text of None is a blank to write on."""

    kind: Literal["title", "plain", "label", "body"]
    text: str | None


def _lines(block: Mapping[str, Any]) -> Iterator[_Line]:
    def line(kind: str, text: str) -> _Line:
        return _Line(kind=kind, text=clean(text))

    yield line("title", block["title"])
    yield line("plain", block["note"])
    yield line("plain", block["case"])
    yield line("label", _LABELS["system"])
    yield line("body", block["system"])
    if block["edits"]:
        yield line("body", "以下事实经人工更正后重新计算：")
        yield from (line("body", edit) for edit in block["edits"])
    if block["own_estimate"]:
        yield line("body", block["own_estimate"])
    for name in BLANKS:
        yield line("label", _LABELS[name])
        yield from (_Line(kind="body", text=None) for _ in range(_BLANK_LINES[name]))
    yield line("label", _LABELS["versions"])
    yield from (line("body", f"{entry['label']}：{entry['value']}") for entry in block["versions"])


def clean(text: str) -> str:
    """Return a text on one line without what XML forbids or a reader cannot see: controls, surrogates, directions.

    A line break or a mark of direction in a name could make a line of its own, or turn a figure round.
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = (
        "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character
        for character in spaced
    )
    return " ".join("".join(kept).split())


_BODY, _HEAD = "仿宋", "黑体"
_LATIN = "Times New Roman"
_WRITTEN = datetime.datetime(2000, 1, 1)  # of every document: its bytes tell of the sheet alone
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def _prepare(document: Document) -> None:
    """Set page, fonts and properties; a theme font would go before the fonts that are named."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2.5)
    section.left_margin = section.right_margin = Cm(2.6)
    styles = document.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        _named(fonts, _BODY)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.paragraph_format.space_after = Pt(4)
    _named(normal.element.get_or_add_rPr().get_or_add_rFonts(), _BODY)
    properties = document.core_properties
    properties.author = properties.last_modified_by = "sentencing-ml"
    properties.title, properties.comments, properties.language = TITLE, NOTICE, "zh-CN"
    properties.created = properties.modified = _WRITTEN
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(footer, _Line(kind="plain", text=NOTICE))


def _table(document: Document):  # noqa: ANN202 - a type that python-docx does not export
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, (Cm(2.6), Cm(13.2)), strict=True):
        column.width = width
    return table


def _write(paragraph: Paragraph, line: _Line) -> None:
    run = paragraph.add_run(line.text)
    if line.kind == "title":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run.font.size = Pt(18)
    head = line.kind in ("title", "label")
    _named(run._element.get_or_add_rPr().get_or_add_rFonts(), _HEAD if head else _BODY)


def _fonts(paragraph: Paragraph) -> None:
    """Set the fonts of a paragraph without text, for what is written into it."""
    properties = paragraph._element.get_or_add_pPr()
    if properties.find(qn("w:rPr")) is None:
        mark, fonts = OxmlElement("w:rPr"), OxmlElement("w:rFonts")
        _named(fonts, _BODY)
        mark.append(fonts)
        properties.append(mark)


def _named(fonts: BaseOxmlElement, east_asian: str) -> None:
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, value in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), value)


def _packed(document: Document) -> bytes:
    """Return the file with one date on every part; python-docx writes the time of day."""
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            entry = zipfile.ZipInfo(part.filename, date_time=_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(part.filename))
    return packed.getvalue()
