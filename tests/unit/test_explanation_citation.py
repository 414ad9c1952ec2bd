"""The citation block: same words as text and as Word document, no figure of its own, safe whatever stands in a name."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm
from example_sheet import example, leaves

from sentencing_ml import rendering
from sentencing_ml.explanation import blind
from sentencing_ml.explanation.citation import (
    BLANKS,
    HIDDEN,
    citation,
    citation_text,
    clean,
)
from sentencing_ml.explanation.citation_document import citation_docx, write_citation

NOTICE = "仅供参考，不替代法官裁判。"
HOSTILE = [
    ("<script>alert(1)</script>&amp;", "markup"),
    ("甲\x00乙\x0b丙\x1b[31m\ufffe\ud800", "what XML forbids"),
    ("甲\n最终采纳\n三年\r\n", "line breaks that would make lines of their own"),
    ("甲\u202e三年\u2066", "marks that turn the direction of reading"),
    ("长" * 32_000, "a very long name"),
    ("{{7*7}}{% raw %}", "a template"),
]


def advised():
    content = example()
    content["answer"] |= {
        "liability_months": 11.6, "interval_low": 6.1, "interval_high": 19.4, "rule_low": 1.0, "rule_high": 12.0, "level": 0.9,
    }  # fmt: skip
    return content


def abstained():
    content = advised()
    content["status"] |= {"code": "thin_data", "advised": False, "zh": "同类案件过少，不给实证数值", "reason": "样本过少。"}
    content["answer"] |= dict.fromkeys(("liability_months", "interval_low", "interval_high"))
    return {**content, "walk": None}


def corrected():
    edit = {"factor": "amount_yuan", "zh": "犯罪数额", "was": 8600.0, "now": None, "was_text": "8,600 元", "now_text": "未记载",
            "by": "书记员丙", "at": "2026-03-01T09:00:00+08:00", "why": None}  # fmt: skip
    return {**advised(), "edits": [edit]}


SHEETS = {"advised": advised, "abstained": abstained, "corrected": corrected, "hidden": lambda: blind.hidden(advised()),
          "both": lambda: blind.shown(advised(), own_estimate_months=14.0, at="2026-03-01T09:00:00+08:00")}  # fmt: skip


def words(document):
    """Return what stands in a document from top to bottom, a paragraph a line; no blank ones."""
    table = document.tables[0]
    cells = [paragraph.text for row in table.rows for cell in row.cells for paragraph in cell.paragraphs]
    return [text for text in [*(paragraph.text for paragraph in document.paragraphs), *cells] if text]


def opened(content):
    return docx.Document(io.BytesIO(citation_docx(content)))


@pytest.mark.parametrize("name", SHEETS)
def test_text_and_document_say_the_same_and_both_the_notice(name):
    content = SHEETS[name]()
    text = citation_text(content)
    lines = [line for line in text.splitlines() if line and set(line) != {"＿"}]
    assert words(opened(content)) == lines
    assert NOTICE in lines
    assert NOTICE in opened(content).sections[0].footer.paragraphs[0].text
    for label in ("系统建议", "法官考量", "最终采纳", "理由", "版本与校验"):
        assert lines.count(label) == 1


@pytest.mark.parametrize("name", SHEETS)
def test_every_figure_of_the_block_stands_in_the_sheet(name):
    content = SHEETS[name]()
    known = set()
    for path, value in leaves(content):
        if path[0] == "citation":
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            known |= {rendering.months(value), f"{value}", rendering.percent(value, digits=0)}
        known.add(str(value))
    numbers = set(re.findall(r"\d[\d,.]*\d|\d", citation_text(content).replace("SHA-256", "")))
    told = " ".join(known)
    assert numbers
    assert {number for number in numbers if number not in told} == set()


def test_the_judges_parts_are_empty_and_have_room():
    block = citation(advised())
    assert [block[name] for name in BLANKS] == ["", "", ""]
    rows = {row.cells[0].text: row for row in opened(advised()).tables[0].rows}
    for label in ("法官考量", "最终采纳", "理由"):
        assert rows[label].cells[1].text == ""
        assert rows[label].height >= Cm(2)
    after = citation_text(advised()).split("最终采纳\n")[1]
    assert set(after.splitlines()[0]) == {"＿"}


def test_advice_is_cited_with_its_interval_and_the_law_in_its_own_words():
    system = citation(advised())["system"]
    assert "责任刑参考值 11.6 个月（90%区间 6.1 个月至 19.4 个月）" in system
    assert "规则区间 1.0 个月至 12.0 个月" in system
    assert advised()["answer"]["tiers"][0]["punishment"] in system
    assert "预防刑情节未计入" in system


def test_an_abstention_gives_no_empirical_figure_and_says_why():
    system = citation(abstained())["system"]
    assert "不给出实证数值：同类案件过少，不给实证数值（样本过少）" in system
    assert "责任刑参考值" not in system
    assert "规则区间 1.0 个月至 12.0 个月" in system


def test_hidden_figures_are_said_to_be_hidden():
    text = citation_text(blind.hidden(advised()))
    assert HIDDEN.rstrip("。") in text
    assert "11.6" not in text and "12.0 个月" not in text


def test_corrections_and_the_own_estimate_are_cited():
    assert "犯罪数额：由“8,600 元”更正为“未记载”（书记员丙，2026-03-01）" in citation_text(corrected())
    assert "独立估计：14.0 个月（2026-03-01）" in citation_text(SHEETS["both"]())


def test_versions_name_model_law_reference_sample_sheet_and_text():
    content = advised()
    told = {entry["label"]: entry["value"] for entry in citation(content)["versions"]}
    assert told["模型"] == "m1" and told["法律数据"] == "l1"
    assert told["参照样本"].endswith(f"件，SHA-256 {content['walk']['reference']['sha256']}")
    assert told["文书文本"] == f"SHA-256 {'a' * 64}"
    assert told["案情表"] == "sheet-1（样本/0/0）"


@pytest.mark.parametrize(("name", "reason"), HOSTILE, ids=[row[1] for row in HOSTILE])
def test_hostile_names_stay_words_on_one_line(name, reason):
    plain, content = advised(), advised()
    content["case"]["defendant"] = content["case"]["charge"] = content["status"]["reason"] = name
    text = citation_text(content)
    assert len(text.splitlines()) == len(citation_text(plain).splitlines()), reason
    assert words(opened(content)) == [line for line in text.splitlines() if line and set(line) != {"＿"}]
    assert clean(name) in text
    text.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)


def test_equal_sheets_give_equal_bytes_without_the_time_of_day():
    first, second = citation_docx(advised()), citation_docx(advised())
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert opened(advised()).core_properties.created.year == 2000


def test_every_run_names_a_chinese_font_and_no_theme_goes_before_it():
    document = opened(corrected())
    section = document.sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    cells = [cell for row in document.tables[0].rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs), *section.footer.paragraphs]
    runs = [run for paragraph in paragraphs for run in paragraph.runs]
    assert runs
    for run in runs:
        assert run._element.rPr.rFonts.get(qn("w:eastAsia")) in ("仿宋", "黑体")
    blank = next(row for row in document.tables[0].rows if row.cells[0].text == "法官考量").cells[1].paragraphs[0]
    assert blank._element.pPr.find(f"{qn('w:rPr')}/{qn('w:rFonts')}").get(qn("w:eastAsia")) == "仿宋"
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        assert fonts.get(qn("w:eastAsia")) == "仿宋"
        assert not [name for name in fonts.attrib if "heme" in name]


def test_both_files_are_written_beside_the_sheet(tmp_path):
    content = advised()
    paths = write_citation(content, folder=tmp_path)
    assert [path.name for path in paths] == ["sheet-1.citation.txt", "sheet-1.citation.docx"]
    assert paths[0].read_text(encoding="utf-8") == citation_text(content)
    assert paths[1].read_bytes() == citation_docx(content)
