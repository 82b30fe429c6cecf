"""The answer in words, follow-ups, and what a shopper tells the shop."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.web.conftest import Visitor


def test_the_answer_streams_and_its_references_lead_to_the_cards(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    said = made.page.locator("#answer .said")
    expect(said).to_contain_text("is the closest match")
    reference = said.locator("a.ref").last
    number = reference.inner_text().strip("[]")
    reference.click()
    card = made.cards.nth(int(number) - 1)
    expect(card).to_be_focused()
    expect(card.locator(".number")).to_contain_text(number)


def test_a_reference_of_another_item_leads_to_its_card(visit: Visitor) -> None:
    made = visit()
    made.search_photo("tea-for-one.jpg")
    said = made.page.locator("#answer .said")
    third = re.compile(r"\nItem 3\b.*?\[(\d+)\]", re.DOTALL)
    expect(said).to_contain_text("Item 3")
    number = third.search(said.inner_text())
    assert number
    said.locator("a.ref", has_text=f"[{number[1]}]").first.click()
    expect(made.tabs.nth(2)).to_have_attribute("aria-selected", "true")
    made.settle()
    expect(made.cards.first).to_be_focused()
    expect(made.page.locator("#answer .said")).not_to_contain_text("Item 3")  # its own, in full


def test_a_follow_up_changes_the_matches_and_stays_in_the_conversation(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    made.page.fill("#chat-text", "the second one in black")
    made.page.press("#chat-text", "Enter")
    turns = made.page.locator("#turns li")
    expect(turns.first.locator(".asked")).to_contain_text("the second one in black")
    expect(turns.first.locator(".told .said")).to_be_visible()
    made.page.fill("#chat-text", "only Northlight Home")
    made.page.click("#chat button")
    expect(turns).to_have_count(2)
    expect(turns.nth(1).locator(".told .said")).to_be_visible()
    for offers in made.cards.locator(".offers").all_inner_texts():
        assert "Northlight Home" in offers
    expect(made.page.locator("#chat-text")).to_have_value("")


def test_a_question_leaves_the_matches_as_they_are(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    before = made.cards.locator("h3").all_inner_texts()
    made.page.fill("#chat-text", "is the second one in stock?")
    made.page.press("#chat-text", "Enter")
    expect(made.page.locator("#turns .told .ref").first).to_be_visible()
    assert made.cards.locator("h3").all_inner_texts() == before


def test_clicks_buys_and_wrong_matches_are_told_to_the_shop(visit: Visitor) -> None:
    made = visit(locale="en-GB")  # a profile of its own: its requests elsewhere are cut
    made.page.context.route("https://*/**", lambda route: route.abort())
    made.expected = "elsewhere|ERR_FAILED"  # the merchant's page, in a tab of its own
    made.search_photo("tea-for-one.jpg")
    made.tabs.nth(1).click()
    made.settle()
    card = made.cards.first

    def told(event: str, action: Callable[[], object]) -> None:
        with made.page.expect_response("**/v1/feedback") as answered:
            action()
        given = json.loads(answered.value.request.post_data or "")
        assert (given["event"], given["item"], answered.value.json()) == (
            event,
            0,  # of the search of this box alone
            {"recorded": True},
        )

    told("click", card.locator(".offers a").first.click)
    told("buy", card.get_by_role("button", name="I bought it").click)
    told("wrong", card.get_by_role("button", name="Not this").click)
    expect(card.locator(".acts")).to_contain_text("Thank you, noted.")


def test_a_session_that_has_expired_can_be_begun_again(visit: Visitor) -> None:
    made = visit()
    made.expected = "404"
    made.search_words("mug")
    made.page.route(
        "**/v1/chat/*",
        lambda route: route.fulfill(
            status=404,
            content_type="application/problem+json",
            body=json.dumps({"status": 404, "title": "Not Found", "detail": "no session"}),
        ),
    )
    made.page.fill("#chat-text", "cheaper")
    made.page.press("#chat-text", "Enter")
    expect(made.page.locator("#problem")).to_contain_text("This search has expired")
    expect(made.page.locator("#chat-text")).to_have_value("cheaper")
