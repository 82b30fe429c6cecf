"""The page in Chromium (and Firefox: its module), on the demo shop in a server of its own."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.web.demo_server import ROOT, demo_server

PHOTOS = ROOT / "data" / "demo" / "photos"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
SANDBOX = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
LIGHT = ["--disable-gpu", "--disable-extensions", "--disable-site-isolation-trials"]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOWEST_MS = 20_000
PLAIN = {"locale": "en-US", "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the demo shop, detector and captioner on."""
    if CHROMIUM is None and FIREFOX is None:
        pytest.skip("no browser is installed: apt-get install chromium firefox-esr")
    with demo_server(tmp_path_factory.mktemp("demo")) as address:
        yield address


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*SANDBOX, *LIGHT, *CAMERA]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser(shop: str) -> Iterator[Browser]:
    """A browser a module: Playwright's event loop must not be there for other tests."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with chromium() as browser:
        yield browser


@dataclass
class Visit:
    """One page, and everything that it complained of or asked of other hosts."""

    page: Page
    shop: str
    complaints: list[str] = field(default_factory=list)
    expected: str | None = None
    """What a complaint may match."""

    def search_photo(self, name: str = "breakfast-mug.jpg") -> None:
        """Chooses a demo photo and waits for the end of the search."""
        self.page.set_input_files("#file", PHOTOS / name)
        self.settle()

    def search_words(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        self.settle()

    def settle(self) -> None:
        """Waits until nothing is being searched, and something is shown."""
        self.page.wait_for_selector("#panel[aria-busy=false]", timeout=SLOWEST_MS)
        self.page.wait_for_selector("#matches > .card:not(.skeleton), #empty:not([hidden])")

    @property
    def cards(self) -> Locator:
        return self.page.locator("#matches > .card")

    @property
    def tabs(self) -> Locator:
        return self.page.get_by_role("tab")

    @property
    def boxes(self) -> Locator:
        return self.page.locator("#boxes .box")

    def unexpected(self) -> list[str]:
        return [one for one in self.complaints if not re.search(self.expected or "(?!)", one)]


Visitor = Callable[..., Visit]


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What visits without wishes of their own share: a fresh one costs half a second."""
    context = browser.new_context(**PLAIN)
    yield context
    context.close()


@pytest.fixture
def visit(browser: Browser, profile: BrowserContext, shop: str) -> Iterator[Visitor]:
    """Opens the page with an empty storage; at the end nothing may have gone wrong unseen."""
    opened: list[Visit] = []

    def visitor(path: str = "", **options: object) -> Visit:
        context = browser.new_context(**{**PLAIN, **options}) if options else profile
        context.set_default_timeout(SLOWEST_MS)
        made = Visit(context.new_page(), shop)
        watch(made)
        opened.append(made)
        made.page.goto(shop + path)
        made.page.wait_for_selector("#facets details", state="attached")
        return made

    yield visitor
    for made in opened:
        made.page.evaluate("localStorage.clear()")
        made.page.close()
        if made.page.context is not profile:
            made.page.context.close()
    assert [one for made in opened for one in made.unexpected()] == []


def watch(made: Visit) -> None:
    page = made.page
    page.on("pageerror", lambda error: made.complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: (
            made.complaints.append(f"{said.type}: {said.text}")
            if said.type in {"error", "warning"}
            else None
        ),
    )
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((made.shop, "blob:", "data:"))
            else made.complaints.append(f"elsewhere: {asked.url}")
        ),
    )
