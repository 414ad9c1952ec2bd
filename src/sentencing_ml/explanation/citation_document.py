"""The citation block (:mod:`citation`) as files: text, and a Word document set for print.

Both say the same words in the same order; the document only sets them (A4, 仿宋 and 黑体) and leaves room to write.
Equal sheets give equal bytes.
"""

import datetime
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from sentencing_ml.explanation.citation import TITLE, Line, citation, citation_text, lines
from sentencing_ml.law.report import NOTICE
from sentencing_ml.storage import write_bytes, write_text

_BODY, _HEAD = "仿宋", "黑体"
_LATIN = "Times New Roman"
_WRITTEN = datetime.datetime(2000, 1, 1)  # of every document: its bytes tell of the sheet alone
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def citation_docx(content: Mapping[str, Any]) -> bytes:
    """Return the block as a Word document on A4: the words of :func:`citation_text`, with room to write for blanks."""
    document = docx.Document()
    _prepare(document)
    table = None
    for line in lines(citation(content)):
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
    _write(footer, Line(kind="plain", text=NOTICE))


def _table(document: Document):  # noqa: ANN202 - a type that python-docx does not export
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, (Cm(2.6), Cm(13.2)), strict=True):
        column.width = width
    return table


def _write(paragraph: Paragraph, line: Line) -> None:
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
