"""The sheet of a case as a judge opens and prints it."""

import json
import re

import pytest
from looking import WIDE, plain, printed

from sentencing_ml.explanation.case_list import read_list


@pytest.fixture(scope="module")
def sheets(pages):
    """Every sheet of the run: its content and its page."""
    folder = pages["sheet"].parent
    return [(json.loads((folder / f"{entry['file']}.json").read_text(encoding="utf-8")), folder / f"{entry['file']}.html") for entry in read_list(folder)[0]]


@pytest.fixture(scope="module")
def sheet(pages, opened):
    with opened(pages["sheet"], java_script_enabled=False) as page:
        yield page


def test_no_sheet_of_the_run_draws_beyond_its_frame(sheets, opened):
    """Those without a single step, and of every charge, included."""
    with opened(sheets[0][1]) as page:
        for _, path in sheets:
            page.tab.goto(path.as_uri())
            for width in (360, 1280):
                page.tab.set_viewport_size({"width": width, "height": 900})
                assert page.tab.evaluate(WIDE) == [], (path.name, width)


def test_an_ordinary_case_prints_on_two_pages_with_its_answer_on_the_first(sheets, opened):
    """Ordinary: advice, and not more than four facts of the offender."""
    ordinary = [pair for pair in sheets if pair[0]["status"]["advised"] and len(pair[0]["offender"]) <= 4][:1]
    assert ordinary
    for content, path in ordinary:
        with opened(path) as page:
            paper = printed(page.tab, whole=True)
        assert len(paper.texts) == 2, path.name
        for said in ("参考结论", f"{content['answer']['liability_months']:.1f}个月", "三个区域", "数值从何而来"):
            assert said in paper.texts[0], (path.name, said)
        assert "算法引用" in paper.texts[1] and "法官考量" in paper.texts[1]
        assert all(content["file"].lower() in text.lower() for text in paper.texts)


def test_text_stands_beside_the_facts_on_a_screen_and_under_them_on_a_telephone(pages, opened):
    with opened(pages["sheet"]) as page:
        for width, beside in ((1280, True), (360, False)):
            page.tab.set_viewport_size({"width": width, "height": 900})
            facts, text = (page.tab.locator(name).first.bounding_box() for name in (".facts-table", ".document"))
            assert (text["x"] >= facts["x"] + facts["width"]) is beside
            assert (text["y"] < facts["y"] + facts["height"]) is beside


def test_every_source_of_a_fact_leads_to_its_highlight(sheet):
    """Without script: the link's target is in the text, is marked, and says what the link says."""
    links = sheet.tab.locator(".facts-table a[href^='#']")
    assert links.count() > 0
    for href in links.evaluate_all("(all) => all.map((item) => item.getAttribute('href'))"):
        assert sheet.tab.locator(f".document mark:has({href}), .document mark{href}").count() == 1, href
    links.first.click()
    mark = sheet.tab.locator(".document mark:has(:target), .document mark:target")
    box = mark.first.bounding_box()
    assert -1 <= box["y"] < 900
    assert mark.first.evaluate("item => getComputedStyle(item).outlineStyle") == "solid"


def test_a_bar_opens_into_its_parts_without_script(sheets, opened):
    opening = [path for content, path in sheets if content["walk"] and any(step["parts"] for step in content["walk"]["steps"])]
    with opened(opening[0], java_script_enabled=False) as page:
        bar = page.tab.locator(".walk details").first
        assert not bar.locator(".parts").is_visible()
        bar.locator("summary").click()
        assert bar.locator(".parts").is_visible() and bar.locator(".parts li").count() > 1
        bar.locator("summary").press("Enter")
        assert not bar.locator(".parts").is_visible()


def test_a_case_without_advice_says_why_and_shows_no_month_of_the_model(pages, opened):
    with opened(pages["abstaining"]) as page:
        text = plain(page.tab.inner_text("main"))
        assert page.tab.locator(".note-alert").first.is_visible()
        assert "不给实证数值" in text
        assert not re.search(r"责任刑参考值\d", text)
        assert page.tab.locator(".walk").count() == 0
