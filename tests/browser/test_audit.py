"""The report of the audit as an auditor opens and prints it."""

import pytest
from looking import plain, printed

KINDS = ["audit", "audit_full", "audit_silent"]


@pytest.mark.parametrize("name", ["audit", "audit_silent"])
def test_the_verdicts_stand_alone_on_the_first_sheet(name, pages, opened):
    with opened(pages[name]) as page:
        verdicts, system = plain(page.tab.inner_text("h2#verdict")), plain(page.tab.inner_text("h2#system"))
        paper = printed(page.tab, whole=True)
    assert verdicts in paper.texts[0] and "比MDE更小的差异" in paper.texts[0]
    assert system not in paper.texts[0] and system in paper.texts[1]
    assert len(paper.texts) <= 25


@pytest.mark.parametrize("name", KINDS)
def test_what_is_folded_and_meant_for_paper_is_printed(name, pages, opened):
    with opened(pages[name]) as page:
        page.tab.emulate_media(media="print")
        folded = page.tab.locator("details.printed")
        for at in range(folded.count()):
            assert folded.nth(at).get_attribute("open") is None
            inside = folded.nth(at).locator("table, ul").first
            assert inside.evaluate("item => item.checkVisibility({ contentVisibilityAuto: true }) && item.getBoundingClientRect().height > 20")
        assert page.tab.locator("details.screen-fold").evaluate_all("(all) => all.every((item) => !item.checkVisibility())")


def test_a_drawing_can_be_read_at_every_width(pages, opened):
    """Names and values of the squares keep to their square, and the labels of an axis stand apart."""
    with opened(pages["audit_full"]) as page:
        for width in (360, 768, 1280):
            page.tab.set_viewport_size({"width": width, "height": 900})
            cut = page.tab.evaluate(
                "() => [...document.querySelectorAll('.tiles g')].flatMap((g) => { const room = g.querySelector('rect').getBoundingClientRect();"
                " return [...g.querySelectorAll('text')].filter((item) => { const box = item.getBoundingClientRect();"
                " return box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 1; }).map((item) => item.textContent); })"
            )
            assert cut == [], width
            crossed = page.tab.evaluate(
                "() => [...document.querySelectorAll('th.drawn svg')].flatMap((svg) => { const boxes = [...svg.querySelectorAll('text')]"
                ".filter((item) => item.checkVisibility()).map((item) => item.getBoundingClientRect()).filter((box) => box.width);"
                " return boxes.slice(1).filter((box, at) => box.left < boxes[at].right).map((box) => box.left); })"
            )
            assert crossed == [], width


@pytest.mark.parametrize("media", ["screen", "print"])
def test_intervals_stand_under_their_axis(media, pages, opened):
    with opened(pages["audit_full"]) as page:
        page.tab.emulate_media(media=media)
        for width in (360, 680, 1280):
            page.tab.set_viewport_size({"width": width, "height": 900})
            apart = page.tab.evaluate(
                "() => [...document.querySelectorAll('.forest')].flatMap((table) => { const axis = table.querySelector('th.drawn svg').getBoundingClientRect();"
                " return [...table.querySelectorAll('td.drawn svg')].map((svg) => svg.getBoundingClientRect())"
                ".map((lane) => Math.max(Math.abs(lane.left - axis.left), Math.abs(lane.right - axis.right))); })"
            )
            assert apart and max(apart) < 1, width


def test_a_verdict_is_told_apart_without_colour(pages, opened):
    """Every framed verdict has its mark, and every square with a verdict, too."""
    marks = {"有差异": "≠", "等效": "=", "不能判断": "?"}
    with opened(pages["audit_full"]) as page:
        tags = page.tab.locator(".forest .tag").evaluate_all("(all) => all.map((item) => item.innerText)")
        squares = page.tab.locator(".tiles g").evaluate_all(
            "(all) => all.map((g) => [g.querySelector('rect').getAttribute('class'), g.querySelector('.tile-mark')?.textContent ?? ''])"
        )
    assert {tag.split()[-1] for tag in tags} >= set(marks)
    assert all(marks[tag.split()[-1]] == tag.split()[0] for tag in tags if tag.split()[-1] in marks)
    assert {mark for kind, mark in squares if "different" in kind} == {"≠"} and {mark for kind, mark in squares if "hatched" in kind} == {""}
