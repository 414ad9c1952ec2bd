"""A judgment that is full of markup, script and templates is text everywhere, and nothing of it runs."""

import pytest
from looking import plain
from page_kinds import HOSTILE, RAN

# What a reader sees of it: the parts that would vanish if a browser took them for markup.
PIECES = ("<script>", "onerror=", "<svg", "beacon.png", "javascript:", "<style>main{display:none}</style>", "]]>-->", "{{7*7}}", "${7*7}", "&lt;b&gt;")


@pytest.mark.parametrize("name", ["hostile", "abstaining", "cases", "extraction", "comparison", "audit_full", "monitor_full", "monitor_judge", "indicators_full"])
def test_it_is_shown_and_does_not_run(name, pages, opened):
    with opened(pages[name], offline=True) as page:
        text = plain(page.tab.inner_text("body"))
        assert [piece for piece in PIECES if plain(piece) not in text] == []
        assert "49" not in text.split("{{7*7}}")[1][:20]
        assert page.tab.evaluate(f"{RAN} ?? null") is None
        assert page.tab.locator("main").is_visible()
        assert (page.requests, page.told, page.refused()) == ([page.address], [], [])


@pytest.mark.parametrize("name", ["hostile", "abstaining", "cases", "extraction", "comparison", "audit_full", "monitor_full", "monitor_judge", "indicators_full"])
def test_it_adds_no_element_and_no_address(name, pages, opened):
    with opened(pages[name]) as page:
        assert page.tab.locator("body :is(img, link, style, textarea, iframe, object), [onload], [onerror], [onclick]").count() == 0
        assert page.tab.locator("a[href^='javascript' i], a[href^='data' i], a[href^='http' i]").count() == 0
        scripts = page.tab.locator("script").evaluate_all("(all) => all.map((item) => item.type)")
        assert [kind for kind in scripts if kind not in ("", "application/json")] == [] and len(scripts) <= 2


def test_every_piece_of_it_is_clicked_through_without_effect(pages, opened):
    """Links of the sheet and of the list lead within the page or to a sheet."""
    for name in ("hostile", "cases"):
        with opened(pages[name]) as page:
            for href in page.tab.locator("a[href]").evaluate_all("(all) => all.map((item) => item.href)"):
                assert href.startswith(page.address.rsplit("/", 1)[0] + "/"), href


def test_a_page_written_with_a_foreign_script_does_not_run_it(pages, opened, tmp_path):
    """The policy holds even where escaping would fail."""
    broken = tmp_path / "broken.html"
    whole = pages["hostile"].read_text(encoding="utf-8")
    broken.write_text(whole.replace("</main>", HOSTILE.split("</textarea>")[0] + "</main>"), encoding="utf-8")
    with opened(broken) as page:
        page.tab.locator("img").first.wait_for(state="attached")
        page.tab.locator("main a[href^=javascript]").evaluate("(link) => link.click()")
        assert page.tab.evaluate(f"{RAN} ?? null") is None
        assert {"script-src-elem", "script-src-attr", "img-src"} <= set(page.refused())
