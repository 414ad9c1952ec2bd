"""The report of the indicators as an auditor opens and prints it."""

import pytest
from looking import plain, printed


def test_that_nobody_is_ranked_stands_before_any_figure(pages, opened):
    with opened(pages["indicators_full"], width=360, height=640) as page:
        lead = page.tab.locator(".lead").bounding_box()
        assert "不作排名" in page.tab.inner_text(".lead") and lead["y"] + lead["height"] <= 640
        assert lead["y"] < page.tab.locator("#overall").bounding_box()["y"]


def test_the_limits_and_all_figures_are_printed_though_a_table_is_folded(pages, opened):
    with opened(pages["indicators_full"]) as page:
        paper = printed(page.tab, whole=True)
    text = "".join(paper.texts)
    for words in ("不能说明什么", "否决是否轻易", "法院:3行", "认罪认罚适用率"):
        assert plain(words) in text, words
    assert len(paper.texts) <= 16


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_figure_of_a_table_stays_on_one_line(width, pages, opened):
    with opened(pages["indicators_full"], width=width) as page:
        tall = page.tab.locator(".all .figure, .axis .nowrap").evaluate_all(
            "(all) => all.filter((item) => item.checkVisibility() && item.getClientRects().length > 1 && item.tagName !== 'TD').map((item) => item.textContent)"
        )
        crossed = page.tab.locator(".all .figure").evaluate_all(
            "(all) => all.filter((item) => item.scrollWidth > item.clientWidth + 1).map((item) => item.textContent)"
        )
    assert tall == [] and crossed == []


def test_without_pleas_it_says_so_and_draws_no_point(pages, opened):
    with opened(pages["indicators_empty"]) as page:
        assert "无从计算" in page.tab.inner_text("#content")
        assert page.tab.locator(".scale-draw circle").count() == 0
