"""Chromium for the tests of this folder, and every kind of page for it to show.

Chromium is the system's (on Debian: ``apt-get install -y chromium fonts-noto-cjk``), driven by playwright, which brings no
browser of its own. Where one of the two is missing, the tests are skipped and say which.
"""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NAMES = ("sheet", "hostile", "abstaining", "cases", "index", "extraction", "scores", "comparison", "audit", "audit_full", "audit_silent",
         "certificate", "evaluation", "monitor", "monitor_full", "monitor_empty", "monitor_judge", "monitor_judge_new", "indicators_full", "indicators_empty",
         "validation")  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one browser, one run of its pages


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", NAMES, scope="module")


@pytest.fixture(scope="session")
def browser():
    """Chromium, or the reason why there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install -y chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync")
    try:
        driver = playwright.sync_playwright().start()
    except (playwright.Error, OSError) as error:
        pytest.skip(f"the driver of playwright does not start here: {error}")
    shown = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
    yield shown
    shown.close()
    driver.stop()


@pytest.fixture(scope="session")
def pages(browser, tmp_path_factory):
    """The page of each kind, from a small run; not made where nothing can show it."""
    import page_kinds  # heavy: only where there is a browser

    return page_kinds.build(tmp_path_factory.mktemp("pages"))


class Watched:
    """A page in a tab of its own, and all it asked for, said or refused since it was opened."""

    def __init__(self, tab, address):
        self.requests, self.told = [], []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.told.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.told.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: (self.told.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => (window.refused ??= []).push(event.violatedDirective))"
        )
        self.tab, self.address = tab, address
        tab.goto(address)

    def refused(self):
        """Return what the page's policy kept from happening."""
        return self.tab.evaluate("window.refused ?? []")


@pytest.fixture(scope="session")
def opened(browser):
    """Open a file in a new window: ``with opened(path, width=360) as page``. Further options are the window's."""

    @contextmanager
    def open_page(path, *, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        try:
            yield Watched(context.new_page(), path.as_uri())
        finally:
            context.close()

    return open_page
