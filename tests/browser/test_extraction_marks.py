"""The page of an extraction: a fact and its passages light each other up, by the script; links do it without."""

ON = "(all) => all.map((item) => item.textContent)"


def test_a_row_leads_to_its_passages_and_a_passage_to_its_rows(pages, opened):
    with opened(pages["extraction"]) as page:
        row = page.tab.locator("tr.fact", has_text="surrender").first
        row.locator("a.quote").first.click()
        assert page.tab.locator("a.mark.on").evaluate_all(ON) == ["自首"]
        assert "on" in row.get_attribute("class").split()
        assert page.tab.evaluate("document.activeElement.matches('a.mark')")
        shared = page.tab.locator("a.mark[data-rows*=' ']").first
        shared.click()
        assert page.tab.locator("tr.on").count() == len(shared.get_attribute("data-rows").split())
        assert page.tab.evaluate("document.activeElement.matches('tr.on a')")
        assert "on" not in row.get_attribute("class").split()
        page.tab.keyboard.press("Escape")
        assert page.tab.locator(".on").count() == 0


def test_without_script_a_quotation_leads_to_its_passage_and_the_passage_back_to_a_row(pages, opened):
    with opened(pages["extraction"], java_script_enabled=False) as page:
        quotation = page.tab.locator("tr.fact", has_text="surrender").first.locator("a.quote").first
        passage = page.tab.locator(quotation.get_attribute("href"))
        assert passage.inner_text() == "自首"
        quotation.click()
        assert page.tab.url.endswith(quotation.get_attribute("href"))
        assert page.tab.locator(f"tr.fact{passage.get_attribute('href')}").count() == 1
