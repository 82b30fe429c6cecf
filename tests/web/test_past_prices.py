"""What a product cost before: in words, drawn, as a table, and not at all where nothing changed."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.web.conftest import Visit, Visitor
from tests.web.test_accessibility import OVERFLOW, findings

PHRASES = {
    "en-US": "Now $10.00 at North. Lowest: $8.00 at South, from Mar 1, 2026 on.",
    "zh-CN": "现价 US$10.00（North）。 最低 US$8.00（South，自 2026年3月1日 起）。",
    "zh-TW": "現價 US$10.00（North）。 最低 US$8.00（South，自 2026年3月1日 起）。",
}


def asked(merchant: str, amount: str, day: str, currency: str = "USD") -> dict[str, Any]:
    price = {"amount": amount, "currency": currency}
    return {"merchant": merchant, "price": price, "since": f"{day}T00:00:00+00:00"}


HISTORY = [
    asked("South", "9.00", "2026-01-01"),
    asked("North", "12.00", "2026-02-01"),
    asked("South", "8.00", "2026-03-01"),
    asked("North", "2.00", "2026-03-05", currency="EUR"),
    asked("North", "10.00", "2026-04-01"),
]


def open_first(made: Visit) -> Locator:
    """Searches words and opens the first match's details."""
    made.search_words("harbor mug")
    made.cards.first.locator(".more-of > summary").click()
    expect(made.cards.first.locator(".more-of dl")).to_be_visible()
    return made.cards.first.locator(".more-of")


def answer_with(made: Visit, history: list[dict[str, Any]]) -> None:
    """Lets every product cost 10 dollars at one merchant, with this history."""
    price = {"amount": "10.00", "currency": "USD"}
    offer = {"merchant": "North", "price": price, "availability": "in_stock", "link": ""}

    def details(route: Route) -> None:
        body = route.fetch().json()
        route.fulfill(json=body | {"offers": [offer], "price_history": history})

    def found(route: Route) -> None:
        body = route.fetch().text()
        route.fulfill(
            content_type="text/event-stream",
            body=re.sub(r'"price": ?{[^}]*}', f'"price":{json.dumps(price)}', body),
        )

    made.page.route("**/v1/products/*", details)
    made.page.route("**/v1/search/stream", found)


def test_the_history_of_the_demo_shop_is_told_drawn_and_listed(visit: Visitor) -> None:
    details = open_first(visit())
    expect(details.locator("p").first).to_contain_text("Ceramic")
    past = details.locator(".past")
    expect(past.locator("> p")).to_have_text(
        re.compile(r"^Now \$[\d.]+ at .+(Lowest: |the lowest)")
    )
    merchants = past.locator(".legend li").all_inner_texts()
    assert len(merchants) >= 2
    assert past.locator("svg path:not(.dots)").count() == len(merchants)
    label = past.get_by_role("img").get_attribute("aria-label") or ""
    assert re.match(r"Prices by merchant from \w+ \d+, 20\d\d until today, between \$", label)
    past.locator("summary").click()
    rows = past.locator("tbody tr")
    assert rows.count() > len(merchants)
    assert {row.split("\t")[1] for row in rows.all_inner_texts()} == set(merchants)


@pytest.mark.parametrize("locale", PHRASES)
def test_lowest_and_present_price_are_said_in_the_pages_language(
    visit: Visitor, locale: str
) -> None:
    made = visit(locale=locale)
    answer_with(made, HISTORY)
    past = open_first(made).locator(".past")
    expect(past.locator("> p")).to_have_text(PHRASES[locale])
    assert past.locator("tbody tr").count() == 4  # the other currency's is on another scale


def test_a_price_holds_until_the_next_and_ends_with_its_merchant(visit: Visitor) -> None:
    made = visit()
    answer_with(made, HISTORY)
    lines = open_first(made).locator(".plot path:not(.dots)")
    north, south = (one.get_attribute("d") or "" for one in lines.all())
    assert re.fullmatch(r"M[\d.]+ 4.00H[\d.]+V20.00H100", north)  # 12, then 10, sold today
    assert re.fullmatch(r"M0.00 28.00H[\d.]+V36.00", south)  # 9, then 8, sold no more


@pytest.mark.parametrize("history", [[], HISTORY[:2], [HISTORY[0], HISTORY[3]]])
def test_without_a_change_nothing_of_a_history_is_shown(
    visit: Visitor, history: list[dict[str, Any]]
) -> None:
    made = visit()
    answer_with(made, history)
    details = open_first(made)
    assert details.locator(".past").count() == 0
    made.page.click(".compare > summary")
    made.page.wait_for_selector(".compare th:text('material')")
    assert made.page.get_by_role("rowheader", name="Lowest so far").count() == 0


def test_the_comparison_has_the_lowest_price_of_each(visit: Visitor) -> None:
    made = visit()
    answer_with(made, HISTORY)
    made.search_words("harbor mug")
    made.page.click(".compare > summary")
    row = made.page.locator("tr").filter(has=made.page.get_by_text("Lowest so far"))
    expect(row.locator("td").first).to_have_text("$8.00, Mar 1, 2026")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_chart_is_usable_and_fits(visit: Visitor, width: int) -> None:
    made = visit(color_scheme="dark", viewport={"width": width, "height": 900})
    past = open_first(made).locator(".past")
    past.locator("summary").click()
    assert findings(made.page) == []
    assert made.page.evaluate(OVERFLOW) <= 0
    chart = past.locator("svg").bounding_box()
    assert chart is not None
    assert chart["width"] > 120
