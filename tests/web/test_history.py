"""Recent searches stay in the browser, and go when they are told to."""

import json

from playwright.sync_api import expect

from tests.web.conftest import Visitor

KEPT = "localStorage.getItem('snapshelf.history')"


def test_recent_searches_are_kept_as_words_and_small_pictures_and_can_be_cleared(
    visit: Visitor,
) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    made.search_words("white")
    kept = json.loads(made.page.evaluate(KEPT))
    assert [one["words"] for one in kept] == ["white", ""]
    assert all(len(one["picture"]) < 30_000 for one in kept)
    made.page.reload()
    again = made.page.locator("#history-list button")
    expect(again).to_have_count(2)
    made.page.get_by_role("button", name="Clear history").click()
    expect(made.page.locator("#history")).to_be_hidden()
    assert made.page.evaluate(KEPT) is None


def test_a_recent_search_can_be_made_again(visit: Visitor) -> None:
    made = visit()
    made.search_photo("counter-teapot.jpg")
    made.page.reload()
    made.page.locator("#history-list button").first.click()
    made.settle()
    expect(made.cards.first.locator("h3")).to_contain_text("Teapot")
    expect(made.page.locator("#history-list button")).to_have_count(1)


def test_foreign_words_in_the_storage_do_no_harm(visit: Visitor) -> None:
    made = visit()
    made.page.evaluate("localStorage.setItem('snapshelf.history', '{\"no\": \"list\"}')")
    made.page.reload()
    made.search_words("mug")
    expect(made.page.locator("#history-list button")).to_have_count(1)
