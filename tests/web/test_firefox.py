"""The page in Debian's Firefox: the way from a photo to a list, and no complaint of the browser."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.web import firefox_relay
from tests.web.conftest import FIREFOX, Visitor

CALM = {"ui.prefersReducedMotion": 1}


@pytest.fixture(scope="module")
def browser(shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A stock Firefox, driven over WebDriver BiDi: Playwright's own build is not needed."""
    if FIREFOX is None:
        pytest.skip("Firefox is not installed: apt-get install firefox-esr")
    command = [sys.executable, str(Path(firefox_relay.__file__)), FIREFOX]
    start = tmp_path_factory.mktemp("firefox") / "firefox"
    start.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    start.chmod(0o700)
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(
            channel="moz-firefox", executable_path=start, firefox_user_prefs=CALM
        )
        yield browser
        browser.close()


def test_a_photo_becomes_matches_a_filter_and_an_answer_narrow_them(visit: Visitor) -> None:
    made = visit()
    page = made.page
    assert "Firefox/" in page.evaluate("navigator.userAgent")
    made.search_photo("tea-for-one.jpg")
    assert (made.boxes.count(), made.tabs.count(), made.cards.count()) == (3, 3, 12)
    first = made.cards.first
    expect(first.locator(".price")).to_contain_text("$")
    expect(first.locator(".yours canvas")).to_be_visible()
    expect(first.locator(".product img")).to_have_js_property("naturalWidth", 256)
    page.locator('.facet[data-field="brand"] summary').click()
    with page.expect_response("**/v1/search/stream"):
        page.get_by_label("Tarn").click()
    made.settle()
    for kind in made.cards.locator(".kind").all_inner_texts():
        assert kind.startswith("Tarn · ")
    page.keyboard.press("Escape")
    page.fill("#chat-text", "is the second one in stock?")
    page.press("#chat-text", "Enter")
    expect(page.locator("#turns .told .said")).to_contain_text("in stock")


def test_what_a_product_cost_is_drawn(visit: Visitor) -> None:
    made = visit()
    made.search_words("harbor mug")
    made.cards.first.locator(".more-of > summary").click()
    plot = made.cards.first.locator(".plot svg")
    expect(plot).to_be_visible()
    box = plot.locator("path").first.bounding_box()
    assert box is not None
    assert box["width"] > 100


def test_words_become_a_list_with_baskets(visit: Visitor) -> None:
    made = visit("#/list")
    made.page.fill("#list-text", "two mugs and a teapot")
    made.page.get_by_role("button", name="Make the list").click()
    expect(made.page.locator(".entry")).to_have_count(2)
    expect(made.page.locator(".basket").first).to_contain_text("$")
