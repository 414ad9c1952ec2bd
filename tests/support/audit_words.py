"""What the report of the audit may not say, and what a reader sees of a part of its page."""

import re
from html import unescape

# A model is assessed, not made fair; a sentence is not correct; what is found is a difference (DESIGN: words).
FORBIDDEN = re.compile(
    r"debias|unbiased|fair model|correct sentence|bias-free|去偏|公平模型|公平的模型|正确刑期|正确的刑期|无偏|偏见", re.IGNORECASE
)
# Words that would be a fourth verdict, or a mark of the whole.
VERDICT_LIKE = re.compile(r"无差异|没有显著|显著差异|存在差异|不公平|歧视性|通过审计|不通过|合格")
EXPLORATORY = ("intersections", "proxies", "swap", "mitigation")


def section(html, anchor):
    """Return the words of a section of the page."""
    return words(re.search(rf'<section aria-labelledby="{anchor}".*?</section>', html, re.DOTALL)[0])


def words(html):
    """Return what a reader sees of markup, what is read aloud in place of drawings included."""
    spoken = re.sub(r'aria-label="([^"]*)"[^>]*>', r">\1 ", re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL))
    return unescape(re.sub(r"<[^>]+>", " ", spoken))
