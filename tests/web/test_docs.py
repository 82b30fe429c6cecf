"""The description of the interface in Chromium, under the same policy as the page."""

from playwright.sync_api import Browser

from tests.web.conftest import PLAIN, SLOWEST_MS, Visit, watch


def test_the_description_works_without_other_hosts_or_inline_scripts(
    browser: Browser, shop: str
) -> None:
    context = browser.new_context(**PLAIN)
    context.set_default_timeout(SLOWEST_MS)
    made = Visit(context.new_page(), shop)
    watch(made)
    made.page.goto(f"{shop}docs")
    made.page.locator("#operations-search-search_v1_search_post summary, .opblock").first.wait_for()
    made.page.get_by_text("/v1/products/batch", exact=False).first.click()
    made.page.get_by_role("button", name="Try it out").first.wait_for()
    made.page.get_by_role("button", name="Authorize").first.click()
    made.page.get_by_text("X-API-Key").first.wait_for()
    context.close()
    assert made.complaints == []
