"""Filters as facets, with the counts of the shop."""

from playwright.sync_api import expect

from tests.web.conftest import Visit, Visitor


def tick(made: Visit, field: str, value: str) -> None:
    facet = made.page.locator(f'.facet[data-field="{field}"]')
    if facet.get_attribute("open") is None:
        facet.locator("summary").click()
    facet.get_by_label(value).click()
    made.settle()


def test_a_facet_filters_the_matches_and_changes_the_counts_of_the_others(visit: Visitor) -> None:
    made = visit()
    made.search_photo("breakfast-mug.jpg")
    expect(made.page.locator("#facet-count")).to_have_text("178 products")
    tick(made, "brand", "Tarn")
    expect(made.page.locator("#facet-count")).to_have_text("40 products")
    kinds = made.cards.locator(".kind").all_inner_texts()
    assert kinds
    assert all(one.startswith("Tarn") for one in kinds)
    made.page.keyboard.press("Escape")
    made.page.locator('.facet[data-field="category"] summary').click()
    assert made.page.locator('.facet[data-field="category"] li:visible').count() < 40
    expect(made.page.locator('.facet[data-field="brand"] .chosen-count')).to_have_text("1")


def test_a_filter_is_taken_away_by_its_chip(visit: Visitor) -> None:
    made = visit()
    made.search_words("mug")
    tick(made, "color", "navy")
    chip = made.page.get_by_role("button", name="Remove filter navy")
    chip.click()
    made.settle()
    expect(chip).to_have_count(0)
    expect(made.page.locator("#chosen")).to_have_text("Understood:Mugs")  # what the words said
    expect(made.page.locator("#facet-count")).to_have_text("178 products")


def test_prices_have_bounds(visit: Visitor) -> None:
    made = visit()
    made.search_words("mug")
    made.page.locator('.facet[data-field="price"] summary').click()
    with made.page.expect_response("**/v1/search/stream"):
        made.page.fill("#price-max", "12")
    made.settle()
    expect(made.page.locator("#chosen")).to_contain_text("up to $12.00")
    for price in made.cards.locator(".price span:first-child").all_inner_texts():
        assert float(price.removeprefix("$")) <= 12


def test_nothing_left_is_said_so(visit: Visitor) -> None:
    made = visit()
    made.search_words("mug")
    made.page.locator('.facet[data-field="price"] summary').click()
    with made.page.expect_response("**/v1/search/stream"):
        made.page.fill("#price-max", "1")
    expect(made.page.locator("#empty")).to_contain_text("Nothing in this catalogue matches.")
    expect(made.page.locator("#empty-hint")).to_contain_text("The filters may hide it")
    expect(made.page.locator("#words")).to_be_hidden()  # nothing to say twice, or to ask about
    made.page.keyboard.press("Escape")  # the open facet lies over the chips
    made.page.get_by_role("button", name="Clear filters").click()
    expect(made.cards.first).to_be_visible()
    made.settle()


def test_filters_leave_a_box_where_the_user_put_it(visit: Visitor) -> None:
    made = visit()
    made.search_photo("tea-for-one.jpg")
    made.boxes.first.focus()
    with made.page.expect_response("**/v1/search/stream"):
        made.page.keyboard.press("Shift+ArrowLeft")
    made.settle()
    before = made.boxes.first.get_attribute("aria-label")
    tick(made, "availability", "in stock")
    assert made.boxes.first.get_attribute("aria-label") == before
    made.tabs.nth(2).click()
    made.settle()
    expect(made.cards.first.locator("h3")).to_contain_text("Harbor Mug")
