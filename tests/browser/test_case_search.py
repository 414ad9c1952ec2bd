"""The search over case sheets, on the page beside the sheets and on the first page of a run, and over ten thousand."""

import time

import pytest
from looking import STRUCTURE, plain

from sentencing_ml.explanation.case_list import SHOWN, read_list, write_list

MANY = 10_000
IDS = "(rows) => rows.map((row) => row.querySelector('[data-cell=id]')?.textContent ?? row.textContent.trim())"


def line(number, **others):
    return {"file": f"c-{number}", "id": f"c{number:05d}/0/0", "case_number": f"（2019）浙{number % 90:04d}刑初{number}号",
            "charge": ("盗窃罪", "诈骗罪", "抢夺罪")[number % 3], "kind": "judgment", "status": "advised" if number % 7 else "thin_data",
            "reason": None if number % 7 else "同类案件过少", "term": 8.0, "low": 6.0, "high": 11.0, **others}  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    refused = line(0, file=None, id="坏记录", case_number=None, charge=None, kind=None, status="unreadable", reason="空文件；请补全后重试")
    return write_list([*map(line, range(MANY - 1)), refused], folder=tmp_path_factory.mktemp("many"), versions={})


@pytest.fixture(scope="module")
def page(many, opened):
    """The list in an open window; every test seeks anew."""
    with opened(many) as shown_page:
        yield shown_page


def shown(page):
    return page.tab.locator("#cases tr").evaluate_all(IDS)


def seek(page, **fields):
    for name, value in {"id": "", "charge": "", "status": "", **fields}.items():
        if name == "id":
            page.tab.fill("#case-id", value)
        else:
            page.tab.select_option(f"#case-{name}", label=value or "全部")


def test_the_rows_without_script_are_those_that_the_script_shows_first(many, page, opened):
    with opened(many, java_script_enabled=False) as silent:
        assert shown(page) == shown(silent) and len(shown(page)) == SHOWN
        assert plain(page.tab.locator("#cases").inner_html()) == plain(silent.tab.locator("#cases").inner_html())
        assert silent.tab.locator("#case-count a").get_attribute("href") == "index.jsonl"


@pytest.mark.parametrize(
    ("fields", "found", "why"),
    [
        ({"id": "c00042"}, ["c00042/0/0"], "by id"),
        ({"id": " C00042/0 "}, ["c00042/0/0"], "blanks and capitals are no difference"),
        ({"id": "（2019）浙0042刑初42号"}, ["c00042/0/0"], "by the court's number"),
        ({"id": "(2019) 浙0042 刑初42号"}, ["c00042/0/0"], "half width and full width are one"),
        ({"id": "c0004", "charge": "盗窃罪"}, ["c00042/0/0", "c00045/0/0", "c00048/0/0"], "with the charge"),
        ({"id": "c0004", "status": "同类案件过少，不给实证数值"}, ["c00042/0/0", "c00049/0/0"], "with the status"),
        ({"status": "无法读取，不给数值"}, ["坏记录"], "what could not be read is found too"),
        ({"id": "刑初42号", "charge": "抢夺罪"}, ["没有案件"], "no case has both"),
        ({"id": ".*"}, ["没有案件"], "the words are no pattern"),
    ],
)
def test_a_case_is_found(page, fields, found, why):
    seek(page, **fields)
    assert shown(page) == found, why
    said = page.tab.inner_text("#case-count")
    assert said == (f"{len(found)} 份，共 10,000 份" if found != ["没有案件"] else "0 份，共 10,000 份")


def test_what_was_found_is_as_usable_as_the_page(page):
    seek(page, charge="诈骗罪", status="同类案件过少，不给实证数值")
    assert page.tab.evaluate(STRUCTURE) == [] and page.told == []


def test_more_matches_than_a_page_holds_are_counted_and_the_first_are_shown(page):
    seek(page, charge="诈骗罪")
    assert len(shown(page)) == SHOWN
    assert page.tab.inner_text("#case-count") == f"3,333 份，共 10,000 份，列出前 {SHOWN} 份"
    seek(page)
    assert page.tab.inner_text("#case-count") == f"共 10,000 份，列出前 {SHOWN} 份"


def test_a_row_that_was_found_has_its_words_and_its_link(page):
    seek(page, id="c00049")
    row = page.tab.locator("#cases tr")
    assert row.locator("a").get_attribute("href") == "c-49.html"
    assert row.inner_text().split() == ["c00049/0/0", "（2019）浙0049刑初49号", "诈骗罪", "刑事判决书", "8.0", "个月", "6.0", "至", "11.0",
                                        "同类案件过少，不给实证数值", "同类案件过少"]  # fmt: skip
    seek(page, status="无法读取，不给数值")
    assert row.locator("a[href]").count() == 0 and "空文件；请补全后重试" in row.inner_text()


def test_ten_thousand_cases_open_and_answer_at_once(many, opened):
    assert many.stat().st_size < 3_000_000
    started = time.perf_counter()
    with opened(many) as page:
        assert time.perf_counter() - started < 10  # a busy machine included
        taken = page.tab.evaluate(
            "() => { const field = document.getElementById('case-id'), at = performance.now(); field.value = '9';"
            " field.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight; return performance.now() - at; }"
        )
    assert taken < 1000


def test_the_first_page_of_a_run_leads_to_every_sheet(pages, opened):
    lines, _ = read_list(pages["sheet"].parent)
    with opened(pages["index"]) as page:
        assert shown(page) == [item["id"] for item in lines] and lines
        seek(page, id=lines[-1]["id"])
        page.tab.locator("#cases a").click()
        page.tab.wait_for_load_state()
        assert page.tab.url.endswith(f"/cases/{lines[-1]['file']}.html")
        assert page.tab.locator("h1").is_visible()
        page.tab.go_back()
        assert [item["id"] for item in lines][-1] in shown(page)
