"""The list of a folder of sheets: what its lines say, and what the page puts into a table and into its data."""

import base64
import hashlib
import json
import re

import pytest

from sentencing_ml.explanation import case_list
from sentencing_ml.explanation.case_list import SHOWN, entry, read_list, refused, shown, write_list
from sentencing_ml.judgments.document import Quarantined


def line(name="a/0/0", **others):
    return {"file": "a-1", "id": name, "case_number": "（2019）浙0199刑初17号", "charge": "盗窃罪", "kind": "judgment", "status": "advised",
            "reason": None, "term": 14.25, "low": 6.0, "high": 1200.0, **others}  # fmt: skip


def sheet(**others):
    return {
        "file": "a-1",
        "case": {"row_id": "a/0/0", "case_number": None, "charge": "盗窃罪", "kind": "judgment"},
        "status": {"code": "advised", "advised": True, "reason": "样本充足"},
        "answer": {"liability_months": 8.0, "interval_low": 6.0, "interval_high": 11.0},
        **others,
    }


def page(tmp_path, lines):
    return write_list(lines, folder=tmp_path, versions={"模型": "abc"}).read_text(encoding="utf-8")


def data(html):
    return json.loads(re.search(r'<script type="application/json" id="case-data">(.*?)</script>', html, flags=re.DOTALL)[1])


def test_a_line_says_what_a_sheet_says():
    assert entry(sheet()) == line(case_number=None, term=8.0, high=11.0)
    silent = {"code": "thin_data", "advised": False, "reason": "样本过少"}
    assert entry(sheet(status=silent))["reason"] == "样本过少"


@pytest.mark.parametrize(("state", "term"), [("hidden", None), ("shown", 8.0)])
def test_figures_that_wait_for_an_own_estimate_are_not_in_the_list(state, term):
    made = entry(sheet(blind={"state": state}))
    assert (made["term"], made["low"] is None) == (term, term is None)
    assert "8.0" not in json.dumps(shown([made], n=1)) or state == "shown"


def test_a_record_that_could_not_be_read_is_listed_with_its_reason_and_without_link(tmp_path):
    made = refused(Quarantined(source="s", record="r-7", reason="empty_file"))
    assert (made["file"], made["id"], made["status"]) == (None, "s:r-7", "unreadable") and made["reason"]
    html = page(tmp_path, [made])
    assert re.search(r'<a data-cell="id">s:r-7</a>', html) and made["reason"] in html


def test_the_lines_are_read_back_as_they_were_written(tmp_path):
    lines = [line(), line("b/0/0", charge=None, term=None, low=None, high=None, status="thin_data", reason="少")]
    page(tmp_path, lines)
    assert read_list(tmp_path) == (lines, 2)
    assert read_list(tmp_path / "nowhere") == ([], 0)


def test_the_data_hold_every_row_and_the_table_the_first(tmp_path):
    html = page(tmp_path, [line(f"a{number}/0/0") for number in range(SHOWN + 5)])
    assert len(data(html)["rows"]) == SHOWN + 5
    assert html.count('data-cell="id" href="a-1.html"') == SHOWN
    assert f"共 {SHOWN + 5} 份，列出前 {SHOWN} 份" in html


def test_a_list_too_long_for_a_page_is_written_whole_and_the_page_says_what_it_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(case_list, "SEARCHED", 3)
    html = page(tmp_path, (line(f"a{number}/0/0") for number in range(5)))
    assert len((tmp_path / "index.jsonl").read_text(encoding="utf-8").splitlines()) == 5
    assert len(data(html)["rows"]) == 3 and "共 5 份。本页只能查找前 3 份" in html
    kept, n = read_list(tmp_path)
    assert ([item["id"] for item in kept], n) == (["a0/0/0", "a1/0/0", "a2/0/0"], 5)


def test_words_stand_once_and_rows_name_their_place():
    made = shown([line(), line("b/0/0", charge="抢夺罪"), line("c/0/0", charge=None)], n=3, folder="cases/")["data"]
    assert made["charges"] == ["抢夺罪", "盗窃罪"]
    assert [row[4] for row in made["rows"]] == [1, 0, -1]
    assert made["rows"][0][6:8] == ["14.2 个月", "6.0 至 1,200.0"] and made["folder"] == "cases/"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("</script><script>alert(1)</script>", "would end the block"),
        ("<!--<script>", "would open a comment in which the end of the block is not seen"),
        ("]]>&amp;'\"", "is markup elsewhere"),
        ("\u2028\u2029", "ends a line in JavaScript"),
        ("{{7*7}}", "is a template's"),
    ],
)
def test_text_in_the_data_is_no_markup_and_comes_back_whole(tmp_path, text, why):
    html = page(tmp_path, [line(reason=text, charge=text, id=text)])
    block = re.search(r'id="case-data">(.*?)</script>', html, flags=re.DOTALL)[1]
    assert not re.search(r"[<>&'\u2028\u2029]", block)
    assert data(html)["charges"] == data(html)["reasons"] == [text] and data(html)["rows"][0][1] == text
    assert html.count("<script") == 2 and "49" not in data(html)["charges"][0]


def test_the_policy_of_the_page_names_the_hash_of_its_script_and_nothing_else(tmp_path):
    html = page(tmp_path, [])
    script = re.search(r"<script>(.*?)</script>", html, flags=re.DOTALL)[1]
    assert f"script-src 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in html
    assert "unsafe-inline'; script" not in html and "没有案件" in html
