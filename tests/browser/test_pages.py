"""Every kind of page as a browser shows it: from a file, without network, without script, by keyboard, on paper."""

import pytest
from looking import FAINT, STOPS, STRUCTURE, WIDE, plain, printed

A4 = (595, 842)
HEADINGS = ("H1", "H2", "H3", "Caption")
SHEETS = {"audit_full": 36}  # every name in it is a dozen lines long
SEARCHED = ("cases", "index")  # pages with a form that is there only where its script runs


@pytest.fixture(scope="module")
def page(kind, pages, opened):
    """The page of this kind in an open window without network; tests leave it as they found it."""
    with opened(pages[kind], offline=True) as shown:
        yield shown


@pytest.fixture(scope="module")
def silent(kind, pages, opened):
    """The page of this kind in a window that runs no script."""
    with opened(pages[kind], java_script_enabled=False) as shown:
        yield shown


@pytest.fixture(scope="module")
def paper(kind, page):
    return printed(page.tab, whole=kind in ("sheet", "abstaining", "index"))


def test_it_opens_from_its_file_and_asks_for_nothing_else(page):
    assert page.requests == [page.address]


def test_it_says_nothing_refuses_nothing_and_asks_nothing(page):
    assert (page.told, page.refused()) == ([], [])


def test_it_can_be_used_without_eyes_or_mouse(page):
    assert page.tab.evaluate(STRUCTURE) == []


def test_its_text_stands_out_from_what_is_behind_it(page):
    assert page.tab.evaluate(FAINT) == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(page, width):
    page.tab.set_viewport_size({"width": width, "height": 900})
    assert page.tab.evaluate(WIDE) == []


def test_without_script_it_reads_the_same(kind, page, silent):
    page.tab.set_viewport_size({"width": 1280, "height": 900})
    without = silent.tab.inner_text("body")
    assert len(without) > 300 and silent.told == []
    if kind in SEARCHED:
        assert not silent.tab.locator("form").is_visible()
    form = page.tab.inner_text("form") if kind in SEARCHED else ""
    assert plain(page.tab.inner_text("body")).replace(plain(form), "", 1) == plain(without)


def test_what_is_folded_opens_by_keyboard_and_without_script(silent):
    folded = silent.tab.locator("details")
    for at in range(min(folded.count(), 2)):
        closed = folded.nth(at).get_attribute("open") is None
        for key in ("Enter", "Space"):
            folded.nth(at).locator("> summary").press(key)
            assert (folded.nth(at).get_attribute("open") is None) is not closed, key
            closed = not closed


def test_the_keyboard_reaches_every_link_control_and_scrolling_part_in_order(kind, pages, opened):
    with opened(pages[kind], width=360) as page:
        there = page.tab.evaluate(STOPS)
        assert there["unreached"] == []
        for _ in there["stops"]:
            page.tab.keyboard.press("Tab")
        reached = page.tab.evaluate("reached")
    assert [stop["at"] for stop in reached] == list(range(len(there["stops"])))
    assert [stop["name"] for stop in reached if not stop["seen"]] == []


@pytest.mark.parametrize("name", ["sheet", "index"])
def test_the_first_stop_skips_to_the_text(name, pages, opened):
    with opened(pages[name]) as page:
        page.tab.keyboard.press("Tab")
        link = page.tab.locator("a.skip")
        assert link.evaluate("item => item === document.activeElement && item.getBoundingClientRect().left >= 0")
        page.tab.keyboard.press("Enter")
        assert page.tab.evaluate("location.hash") == "#content"
        page.tab.keyboard.press("Tab")
        assert page.tab.evaluate("document.activeElement.closest('main') !== null")


def test_it_prints_on_a4_with_the_notice_on_every_page(kind, paper):
    assert {(round(width), round(height)) for width, height in paper.sizes} == {A4}
    assert [number for number, text in enumerate(paper.texts, 1) if "仅供参考,不替代法官裁判" not in text] == []
    assert len(paper.sizes) <= SHEETS.get(kind, 24)


def test_no_page_but_the_last_is_left_nearly_empty(paper):
    assert [number for number, text in enumerate(paper.texts[:-1], 1) if len(text) < 120] == []


def test_no_row_of_a_table_is_cut_between_pages(page, paper):
    """A row taller than half a page may break; all others stand whole on one page, and under their headings."""
    rows = [part for part in paper.parts if part.tag == "TR" and not part.heading]
    page.tab.set_viewport_size({"width": 680, "height": 900})  # A4 without its margins
    page.tab.emulate_media(media="print")
    tall = page.tab.evaluate("[...document.querySelectorAll('tr')].filter((row) => row.getBoundingClientRect().height > 450).length")
    page.tab.emulate_media(media="screen")
    assert len([row for row in rows if len(row.pages) > 1]) <= tall


def test_no_heading_stands_at_the_foot_of_a_page_without_what_it_heads(paper):
    lost = []
    for at, part in enumerate(paper.parts):
        if part.tag in HEADINGS and part.pages:
            headed = next(other for other in paper.parts[at + 1 :] if other.pages and other.depth <= part.depth)
            lost += [part] if headed.pages[0] > part.pages[-1] else []
    assert lost == []


def test_nothing_runs_off_the_paper(page, paper):
    """On paper nothing can be scrolled to: every table fits between the margins."""
    page.tab.set_viewport_size({"width": 680, "height": 900})
    page.tab.emulate_media(media="print")
    wide = page.tab.evaluate(WIDE)
    page.tab.emulate_media(media="screen")
    assert wide == []
    assert paper.right < A4[0] - 15
