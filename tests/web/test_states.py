"""Loading, empty, not sold here, failed, offline: each says so, and how to go on."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.web.conftest import PHOTOS, Visitor

EVIL = "<img src=x onerror=\"document.title='broken'\">"


def problem(status: int, detail: str = "") -> dict[str, object]:
    body = json.dumps({"type": "about:blank", "title": "t", "status": status, "detail": detail})
    return {"status": status, "content_type": "application/problem+json", "body": body}


def test_a_search_shows_that_it_is_going_on(visit: Visitor) -> None:
    made = visit()
    held: list[Route] = []

    def hold(route: Route) -> None:  # Playwright takes no bound method of a list
        held.append(route)

    made.page.route("**/v1/search/stream", hold)
    made.page.set_input_files("#file", PHOTOS / "breakfast-mug.jpg")
    expect(made.page.locator("#say")).to_have_text("Searching …")
    expect(made.page.locator("#panel")).to_have_attribute("aria-busy", "true")
    expect(made.page.locator(".skeleton")).to_have_count(4)
    held[0].continue_()
    made.settle()
    expect(made.page.locator("#say")).to_contain_text("12 matches")
    expect(made.page.locator(".skeleton")).to_have_count(0)


def test_a_search_for_nothing_is_not_sent(visit: Visitor) -> None:
    made = visit()
    made.page.get_by_role("button", name="Search").click()
    expect(made.page.locator("#ask-say")).to_have_text("Choose a photo or type some words first.")
    expect(made.page.locator("#found")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "phrase"),
    [(503, "The shop is busy"), (413, "too large"), (500, "Something went wrong on the server")],
)
def test_a_refusal_says_what_is_wrong_and_can_be_tried_again(
    visit: Visitor, status: int, phrase: str
) -> None:
    made = visit()
    made.expected = str(status)
    made.page.route("**/v1/search/stream", lambda route: route.fulfill(**problem(status, "why")))
    made.page.fill("#text", "mug")
    made.page.press("#text", "Enter")
    expect(made.page.get_by_role("alert").first).to_contain_text(phrase)
    made.page.unroute("**/v1/search/stream")
    made.page.get_by_role("button", name="Try again").click()
    made.settle()
    expect(made.page.locator("#problem")).to_be_hidden()


def test_a_file_that_is_no_picture_is_told(visit: Visitor, tmp_path: Path) -> None:
    made = visit()
    made.expected = "415"
    (tmp_path / "photo.jpg").write_bytes(b"this is no picture")
    made.page.set_input_files("#file", tmp_path / "photo.jpg")
    expect(made.page.locator("#problem")).to_contain_text("not a picture that can be read")
    expect(made.page.locator("#unseen")).to_be_visible()


def test_a_stream_that_breaks_off_is_told(visit: Visitor) -> None:
    made = visit()
    events = 'event: items\ndata: {"photo": null, "items": [{"box": null, "score": null}]}\n\n'
    made.page.route(
        "**/v1/search/stream",
        lambda route: route.fulfill(content_type="text/event-stream", body=events),
    )
    made.page.fill("#text", "mug")
    made.page.press("#text", "Enter")
    expect(made.page.locator("#problem")).to_contain_text("The answer broke off.")


def test_offline_is_told_and_what_was_found_stays(visit: Visitor) -> None:
    made = visit()
    made.expected = "ERR_INTERNET_DISCONNECTED"
    made.search_words("mug")
    made.page.context.set_offline(True)
    expect(made.page.locator("#offline")).to_contain_text("You are offline.")
    assert made.cards.count() > 0
    made.page.fill("#text", "lamp")
    made.page.press("#text", "Enter")
    expect(made.page.locator("#problem")).to_contain_text("You are offline.")
    made.page.context.set_offline(False)
    expect(made.page.locator("#offline")).to_be_empty()
    made.page.get_by_role("button", name="Try again").click()
    made.settle()
    expect(made.cards.first.locator("h3")).to_contain_text("Lamp")


def test_a_thing_that_is_not_sold_here_is_said_not_to_be(visit: Visitor) -> None:
    made = visit()
    made.search_photo("stranger-005-birdhouse.jpg")
    expect(made.page.locator("#verdict h2")).to_have_text("Not in this catalogue")
    expect(made.page.locator("#verdict")).to_contain_text("These come nearest.")


def test_on_a_phone_the_verdict_is_on_the_first_screen(visit: Visitor) -> None:
    made = visit(viewport={"width": 360, "height": 800})
    made.search_photo("breakfast-mug.jpg")
    verdict = made.page.locator("#verdict").bounding_box()
    assert verdict is not None
    assert verdict["y"] + verdict["height"] <= 800


def test_a_filter_that_may_hide_the_thing_is_said_beside_the_verdict(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    expect(made.page.locator("#verdict")).not_to_contain_text("filters")
    made.page.locator('.facet[data-field="brand"] summary').click()
    made.page.get_by_label("Tarn").click()
    expect(made.page.locator("#verdict")).to_contain_text("The filters may hide a closer one.")


def test_texts_of_the_catalogue_are_text_and_their_links_only_web_addresses(
    visit: Visitor,
) -> None:
    made = visit()
    price = {"amount": "1.00", "currency": "USD"}
    offer = {"merchant": EVIL, "price": price, "regular_price": None, "availability": EVIL}
    match = {
        "id": "a b/ü", "group": "g", "title": EVIL, "brand": EVIL, "category": EVIL, "color": EVIL,
        "price": price, "availability": EVIL, "link": "javascript:alert(1)",
        "image": "/web/icon.svg", "also_listed_as": ["x"],
        "score": 0.5, "scores": {}, "why": {"agrees": [EVIL], "differs": []}, "variants": [],
        "offers": [{**offer, "link": "javascript:document.title='broken'"}],
    }  # fmt: skip
    item = {"box": None, "score": None, "caption": EVIL, "attributes": {"color": EVIL}}
    answer = {"text": f"{EVIL} [1]", "citations": [{"ref": 1, "id": "a b/ü", "link": ""}],
              "pick": "a b/ü", "cheapest": None, "writer": EVIL, "language": "en"}  # fmt: skip
    events = {
        "items": {"photo": None, "items": [{"box": None, "score": None}]},
        "matches": {"item": 0, **item, "verdict": None, "confidence": None, "matches": [match]},
        "answer.done": answer,
        "done": {"timings_ms": {"total": 1}, "session": "s", "words": None, "store": {}},
    }
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events.items())
    made.page.route(
        "**/v1/search/stream",
        lambda route: route.fulfill(content_type="text/event-stream", body=body),
    )
    made.search_words("mug")
    expect(made.cards.first.locator("h3")).to_have_text(EVIL)
    assert made.page.locator("#found img").count() == 1
    assert made.cards.locator("a").count() == 0
    assert made.page.title() == "Snapshelf: photo to product"
    made.page.locator("#answer .ref").click()
    expect(made.cards.first).to_be_focused()
