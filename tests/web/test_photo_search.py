"""From a photo to cards, by every way in which a photo can come."""

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.conftest import PHOTOS, Visitor

DROP = """([data, kind]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  const event = kind === "drop"
    ? new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: files, bubbles: true });
  document.getElementById("drop").dispatchEvent(event);
}"""


def test_a_chosen_photo_gives_a_box_a_tab_a_verdict_and_the_right_product_first(
    visit: Visitor,
) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    assert (made.boxes.count(), made.tabs.count(), made.cards.count()) == (1, 1, 12)
    first = made.cards.first
    expect(first.locator("h3")).to_contain_text("Kiln Street Harbor Mug")
    expect(first.locator(".price")).to_contain_text("$")
    expect(first.locator(".yours canvas")).to_be_visible()
    expect(first.locator(".product img")).to_have_js_property("naturalWidth", 256)
    expect(made.page.locator("#verdict h2")).to_have_text("Similar things")
    expect(made.page.locator("#verdict")).to_contain_text(
        "sure that the first match is it, or a variant of it"
    )


def test_merchants_are_links_that_leave_in_a_tab_of_their_own(visit: Visitor) -> None:
    made = visit()
    made.search_words("harbor mug")
    link = made.cards.first.locator(".offers a").first
    assert (link.get_attribute("href") or "").startswith("https://")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_photo_may_be_dropped_or_pasted(visit: Visitor, kind: str) -> None:
    made = visit()
    data = base64.b64encode((PHOTOS / "breakfast-mug.jpg").read_bytes()).decode()
    made.page.evaluate(DROP, [data, kind])
    made.settle()
    expect(made.cards.first.locator("h3")).to_contain_text("Mug")


def test_a_photo_may_be_taken_with_the_camera(visit: Visitor) -> None:
    made = visit(permissions=["camera"])
    made.page.locator("[data-camera]:visible").click()
    expect(made.page.locator("#camera-live")).to_have_js_property("readyState", 4)
    made.page.click("#camera-take")
    made.settle()
    expect(made.page.locator("#camera")).not_to_have_attribute("open", "")
    expect(made.page.locator("#preview")).to_be_visible()


def test_a_camera_that_is_refused_is_told(visit: Visitor) -> None:
    made = visit()
    made.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => {"
        " throw new Error('not allowed'); }; }"
    )
    made.page.locator("[data-camera]:visible").click()
    expect(made.page.locator("#ask-say")).to_have_text("The camera cannot be used: not allowed")


def test_a_large_photo_is_made_smaller_before_it_is_sent(visit: Visitor, tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3000), "teal").save(tmp_path / "large.jpg")
    made = visit()
    with made.page.expect_request("**/v1/search/stream"):
        made.page.set_input_files("#file", tmp_path / "large.jpg")
    made.settle()
    assert made.page.evaluate("document.getElementById('preview').naturalWidth") == 2048


def test_words_alone_find_and_words_beside_a_photo_change_it(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    made.search_words("in white")
    expect(made.cards.first.locator("h3")).to_contain_text("white")
    made.page.click("#photo-remove")
    made.search_words("teapot under 45 dollars")
    expect(made.cards.first.locator("h3")).to_contain_text("Teapot")
    expect(made.page.locator("#chosen")).to_contain_text("$45.00")
    assert made.tabs.count() == 0


def test_a_variant_takes_the_place_of_its_match(visit: Visitor) -> None:
    made = visit()
    made.search_words("harbor mug")
    before = made.cards.first.locator("h3").inner_text()
    variants = made.cards.first.locator(".variants button")
    colour = (variants.first.get_attribute("aria-label") or "").split(",")[0]
    variants.first.click()
    expect(made.cards.first.locator("h3")).to_contain_text(colour)
    assert made.cards.first.locator("h3").inner_text() != before
    assert made.cards.first.locator(".offers li").count() > 0


def test_the_comparison_shows_the_matches_side_by_side_with_their_attributes(
    visit: Visitor,
) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    made.page.click(".compare summary")
    table = made.page.locator(".compare table")
    expect(table.get_by_role("rowheader", name="material")).to_be_visible()
    assert table.get_by_role("columnheader").count() == 7  # the item and six matches
    expect(table.get_by_role("columnheader").first).to_contain_text("Your item")
