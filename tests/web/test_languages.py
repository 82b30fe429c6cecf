"""English and Chinese, by the browser's wish."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Visitor

PHRASES = """async () => {
  const tables = await Promise.all(["en", "zh-hans", "zh-hant"].map(
    (name) => import(`/web/js/strings/${name}.js`)));
  const gaps = (phrase) => [...JSON.stringify(phrase).matchAll(/{(\\w+)}/g)].map((one) => one[1]);
  return tables.map(({ default: table }) => Object.fromEntries(
    Object.entries(table).map(([key, phrase]) => [key, [...new Set(gaps(phrase))].sort()])));
}"""


@pytest.mark.parametrize(
    ("locale", "language", "search"),
    [("zh-CN", "zh-Hans", "搜索"), ("zh-HK", "zh-Hant", "搜尋"), ("fr-FR", "en", "Search")],
)
def test_the_page_speaks_the_browsers_language_or_english(
    visit: Visitor, locale: str, language: str, search: str
) -> None:
    made = visit(locale=locale)
    assert made.page.get_attribute("html", "lang") == language
    expect(made.page.locator("#search button[type=submit]")).to_have_text(search)


def test_what_was_found_is_told_in_traditional_chinese(visit: Visitor) -> None:
    made = visit(locale="zh-TW")
    made.search_photo("breakfast-mug.jpg")
    expect(made.page.locator("#verdict h2")).to_have_text("相似的商品")
    expect(made.cards.first.locator(".stock")).to_have_text("有貨")
    expect(made.page.locator("#answer .said")).to_have_attribute("lang", "zh-Hant")


def test_a_chinese_follow_up_is_answered_in_chinese(visit: Visitor) -> None:
    made = visit(locale="zh-CN")
    made.search_photo("breakfast-mug.jpg")
    made.page.fill("#chat-text", "第二个要黑色的")
    made.page.get_by_role("button", name="提问").click()
    expect(made.page.locator("#turns .told .said")).to_have_attribute("lang", "zh-Hans")


def test_every_language_has_the_same_phrases_with_the_same_gaps(visit: Visitor) -> None:
    english, simplified, traditional = visit().page.evaluate(PHRASES)
    assert english == simplified == traditional
    assert len(english) > 100
