"""The shopping list: entries, baskets, totals."""

from playwright.sync_api import expect

from tests.web.conftest import PHOTOS, Visitor


def test_a_list_in_words_becomes_entries_and_baskets_whose_lines_add_up(visit: Visitor) -> None:
    made = visit()
    page = made.page
    page.get_by_role("link", name="Shopping list").click()
    page.fill("#list-text", "two mugs, a green teapot and a violin under 60 dollars")
    page.get_by_role("button", name="Make the list").click()
    expect(page.locator(".entry")).to_have_count(3)
    expect(page.locator(".entry").first).to_contain_text("2 × mugs")
    expect(page.locator(".entry").nth(2)).to_contain_text("not in this catalogue")
    expect(page.locator(".notes")).to_contain_text("Budget $60.00")
    basket = page.locator(".basket").first
    lines = basket.locator("tbody tr td:last-child").all_inner_texts()
    total = basket.locator("tfoot td").inner_text()
    assert round(sum(float(one.removeprefix("$")) for one in lines), 2) == float(
        total.removeprefix("$")
    )
    assert float(total.removeprefix("$")) <= 60
    expect(basket).to_contain_text("Left out: violin")


def test_what_is_sold_but_not_as_asked_is_not_called_absent(visit: Visitor) -> None:
    made = visit("#/list")
    made.page.fill("#list-text", "a purple mug and a violin")
    made.page.get_by_role("button", name="Make the list").click()
    expect(made.page.locator(".entry")).to_have_count(2)
    mug, violin = made.page.locator(".entry").all()
    expect(mug).to_contain_text("not in this colour or at this price")
    expect(mug.locator("summary")).to_be_visible()
    expect(violin).to_contain_text("not in this catalogue")
    assert violin.locator("summary").count() == 0


def test_a_photo_of_several_things_becomes_a_list(visit: Visitor) -> None:
    made = visit()
    made.page.set_input_files("#file", PHOTOS / "tea-for-one.jpg")
    made.settle()
    made.page.get_by_role("link", name="Shopping list").click()
    expect(made.page.get_by_label("with my photo")).to_be_checked()
    made.page.get_by_role("button", name="Make the list").click()
    expect(made.page.locator(".entry")).to_have_count(3)


def test_what_cannot_be_a_list_is_told(visit: Visitor) -> None:
    made = visit("#/list")
    made.expected = "422"
    made.page.fill("#list-text", "a mug")
    made.page.fill("#list-budget", "much")
    made.page.get_by_role("button", name="Make the list").click()
    expect(made.page.locator("#list-problem")).to_contain_text("much")
