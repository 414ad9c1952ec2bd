"""The monitor's pages as a court and a judge open and print them."""

import pytest
from looking import plain, printed

KINDS = ["monitor_full", "monitor_judge", "monitor_judge_calm"]
# Words of a drawing that lie over each other, or beyond the page.
CROSSED = """() => [...document.querySelectorAll("svg.draw[role=img]")].flatMap((svg) => {
  const boxes = [...svg.querySelectorAll(":scope > text")].filter((item) => item.checkVisibility()).map((item) => [item.textContent, item.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const found = boxes.filter(([, box]) => box.left < 0 || box.right > innerWidth + 1).map(([text]) => `off the page: ${text}`);
  boxes.forEach(([text, box], at) => boxes.slice(at + 1).forEach(([other, its]) => { if (over(box, its)) found.push(`${text} over ${other}`); }));
  return found;
})"""


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_court_reads_that_nobody_is_ranked_before_it_scrolls(width, pages, opened):
    with opened(pages["monitor_full"], width=width, height=640) as page:
        box = page.tab.locator(".unranked").bounding_box()
    assert box["y"] + box["height"] <= 640


@pytest.mark.parametrize("name", ["monitor_judge", "monitor_judge_new"])
def test_a_judge_reads_the_state_and_what_comes_next_on_the_first_sheet(name, pages, opened):
    with opened(pages[name]) as page:
        state, following = (plain(page.tab.locator(f"section[aria-labelledby=now] {part}").first.inner_text()) for part in ("strong", "h3:text('接下来') + ul"))
        paper = printed(page.tab, whole=True)
    assert state in paper.texts[0] and following in paper.texts[0]
    assert len(paper.sizes) <= 9


def test_a_broken_ledger_is_told_on_the_first_screen(pages, opened):
    with opened(pages["monitor_broken"], width=360, height=800) as page:
        warning = page.tab.locator(".note-alert").first
        box = warning.bounding_box()
        assert "台账不可信" in warning.inner_text() and box["y"] + box["height"] <= 800


@pytest.mark.parametrize("name", KINDS)
def test_words_of_a_drawing_stand_apart_at_every_width(name, pages, opened):
    with opened(pages[name]) as page:
        for width in (360, 768, 1280):
            page.tab.set_viewport_size({"width": width, "height": 900})
            assert page.tab.evaluate(CROSSED) == [], width


@pytest.mark.parametrize("name", KINDS)
def test_every_drawing_is_told_and_stands_as_figures_that_the_keyboard_reaches(name, pages, opened):
    """A curve has a title and a description; the tables beside the drawings scroll or unfold by keyboard."""
    with opened(pages[name]) as page:
        told = page.tab.locator("svg.draw[aria-labelledby]").evaluate_all(
            "(all) => all.map((svg) => svg.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).textContent.trim()))"
        )
        reached = page.tab.locator("figure table, details table").evaluate_all(
            "(all) => all.map((table) => table.closest('[tabindex=\"0\"]') !== null)"
        )
    assert len(told) >= 2 and all(title and len(description) > 10 for title, description in told)
    assert reached and all(reached)


@pytest.mark.parametrize("name", ["monitor_full", "monitor_judge"])
def test_a_drawing_is_not_cut_between_sheets(name, pages, opened):
    with opened(pages[name]) as page:
        paper = printed(page.tab, whole=False)
    figures = [part for part in paper.parts if part.tag == "Figure"]
    # a figure with drawings in it may go on overleaf where one of them is a table
    drawings = [part for part, after in zip(figures, [*figures[1:], figures[-1]], strict=True) if after.depth <= part.depth]
    assert len(drawings) > 5 and [part for part in drawings if len(part.pages) > 1] == []


def test_lanes_stand_under_their_axis(pages, opened):
    with opened(pages["monitor_full"]) as page:
        for width in (360, 680, 1280):
            page.tab.set_viewport_size({"width": width, "height": 900})
            apart = page.tab.evaluate(
                "() => [...document.querySelectorAll('.lanes')].filter((table) => table.checkVisibility()).flatMap((table) => {"
                " const axis = table.querySelector('th.drawn svg').getBoundingClientRect();"
                " return [...table.querySelectorAll('td.drawn svg')].map((svg) => svg.getBoundingClientRect())"
                ".map((lane) => Math.max(Math.abs(lane.left - axis.left), Math.abs(lane.right - axis.right))); })"
            )
            assert apart and max(apart) < 1, width
