"""The demo's page offers photos to who has none at hand."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Visitor


def test_an_example_photo_is_searched_at_a_press_of_the_keyboard(visit: Visitor) -> None:
    made = visit()
    offered = made.page.locator("#examples-list button")
    expect(offered).to_have_count(4)
    offered.first.focus()
    made.page.keyboard.press("Enter")
    made.settle()
    expect(made.page.locator("#stage")).to_be_visible()
    expect(made.tabs.first).to_be_visible()  # three things on a table
    expect(made.page.locator("#examples")).to_be_hidden()
    assert made.page.evaluate("document.activeElement.id") == "found"


def test_examples_go_with_the_first_words_too(visit: Visitor) -> None:
    made = visit()
    expect(made.page.locator("#examples")).to_be_visible()
    made.search_words("mug")
    expect(made.page.locator("#examples")).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("en-GB", "A green wall clock on a brick wall"),
        ("zh-CN", "砖墙上的绿色挂钟"),
        ("zh-TW", "磚牆上的綠色掛鐘"),
    ],
)
def test_examples_are_named_by_what_they_show(visit: Visitor, locale: str, name: str) -> None:
    made = visit(locale=locale)
    expect(made.page.get_by_role("button", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_examples_are_one_row_that_is_seen_without_scrolling(visit: Visitor, width: int) -> None:
    made = visit(viewport={"width": width, "height": 800})
    expect(made.page.locator("#examples-list button")).to_have_count(4)
    found = [one.bounding_box() for one in made.page.locator("#examples-list button").all()]
    boxes = [box for box in found if box]
    assert len({box["y"] for box in boxes}) == 1
    assert all(24 < box["height"] < box["width"] for box in boxes)
    assert all(box["y"] + box["height"] < 800 for box in boxes)
    assert made.page.evaluate("document.documentElement.scrollWidth") == width


def test_the_page_of_another_shop_offers_none(visit: Visitor) -> None:
    made = visit()
    made.page.route("**/web/examples", lambda route: route.fulfill(json=[]))
    made.page.reload()
    expect(made.page.locator("#facets details").first).to_be_attached()
    expect(made.page.locator("#examples")).to_be_hidden()
