"""Usable by keyboard and screen reader, in both colour schemes, from 360 px on."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.conftest import PHOTOS, Visitor

ASKED_FOR_A_FILE = """document.getElementById("file").addEventListener("click", (event) => {
  event.preventDefault();
  document.body.dataset.askedForAFile = "";
})"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(page: Page) -> list[str]:
    """Serious and critical findings of axe, with the elements."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visitor, scheme: Literal["light", "dark"]) -> None:
    made = visit(color_scheme=scheme)
    page = made.page
    assert findings(page) == []
    made.search_photo("tea-for-one.jpg")
    page.locator(".facet summary").nth(1).click()
    page.get_by_label("Tarn").click()
    made.settle()
    page.click(".compare summary")
    page.wait_for_selector(".compare table")
    page.fill("#chat-text", "is the second one in stock?")
    page.press("#chat-text", "Enter")
    expect(page.locator("#turns .told .said")).to_be_visible()
    page.locator(".acts button").nth(1).click()
    expect(page.locator(".card.wrong")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("link", name="Shopping list").click()
    page.fill("#list-text", "mug, lamp")  # words have alternates, whatever the photo has
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_selector(".basket")
    page.locator(".entry summary").first.click()
    assert findings(page) == []


def test_nothing_is_wider_than_the_screen(visit: Visitor) -> None:
    made = visit()
    made.search_photo("tea-for-one.jpg")
    for width in (360, 768, 1440):
        made.page.set_viewport_size({"width": width, "height": 800})
        assert made.page.evaluate(OVERFLOW) <= 0
        for facet in made.page.locator(".facet summary").all():
            facet.click()
            panel = made.page.locator(".facet[open] fieldset").bounding_box()
            assert panel is not None
            assert panel["x"] >= 0
            assert panel["x"] + panel["width"] <= width
            assert made.page.evaluate(OVERFLOW) <= 0
            facet.click()


def test_the_whole_way_can_be_gone_by_keyboard(visit: Visitor) -> None:
    made = visit()
    page = made.page

    def tab_to(selector: str, presses: int = 40) -> None:
        for _ in range(presses):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
        pytest.fail(f"{selector} cannot be reached")

    tab_to("[data-choose]")
    page.evaluate(ASKED_FOR_A_FILE)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-asked-for-a-file]")
    page.set_input_files("#file", PHOTOS / "tea-for-one.jpg")
    made.settle()
    page.locator(".skip").focus()
    tab_to(".box[aria-pressed=false]")
    page.keyboard.press("Enter")
    made.settle()
    expect(made.tabs.nth(1)).to_have_attribute("aria-selected", "true")
    tab_to("#text")
    tab_to("summary")
    page.keyboard.press("Enter")
    tab_to("fieldset input")
    page.keyboard.press("Space")
    made.settle()
    page.keyboard.press("Escape")
    tab_to("[role=tab]")
    page.keyboard.press("ArrowRight")
    made.settle()
    expect(made.tabs.nth(2)).to_be_focused()
    tab_to("#answer .ref")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.card')")
    tab_to(".card .acts button")
