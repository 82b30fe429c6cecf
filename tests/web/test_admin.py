"""The admin page in Chromium, on the drawn shop with a key of its own: no model, in a second."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from index.feed_rows import parse_row
from service.access_keys import new_key
from service.http.app import create_app
from service.http.context import Service
from service.http.load import Load
from service.rejects import Reject, Rejects
from tests.fakes import product, record
from tests.service.fake_service import drawn_picture, fake_service, served
from tests.service.small_service import guarded
from tests.web.conftest import PLAIN, SLOWEST_MS, Visit, watch
from tests.web.test_accessibility import OVERFLOW, findings
from tests.web.test_languages import PHRASES

KEEPER, KEPT = new_key("keeper", ["admin"])
WRITER, WRITES = new_key("writer", ["write"])
REJECTS = 45
STORED = "[sessionStorage, localStorage].map((one) => Object.values({...one}))"


def busy_hour() -> Load:
    """Gives the load of a server that started half an hour ago."""
    behind_s = [1800]
    load = Load(lambda: time.time() - behind_s[0])
    for minute in range(30):
        behind_s[0] = 1800 - minute * 60
        for number in range(20 + minute * 7 % 13):
            status = 503 if number == 3 else 500 if (minute, number) == (9, 5) else 200
            load.note("/v1/search", status, 0.02 + number / 200)
    behind_s[0] = 0
    return load


@dataclass(frozen=True)
class Kept:
    """A shop with keys, and its first version."""

    service: Service
    version: str
    address: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("admin") / "store"
    with fake_service(folder) as service:
        store = service.store
        rows = [
            {"id": "bare", "title": "Bare", "image_link": "disc-red.png"},
            {"id": "twin", "title": "Twin", "gtin": "4006381333931", "image_link": "box-red.png"},
            {
                "id": "other",
                "title": "Other",
                "gtin": "4006381333931",
                "image_link": "box-blue.png",
            },
        ]
        service.ingest.commit([parse_row(row) for row in rows], drawn_picture)
        store.upsert([record(product("mute", title="", offers=()), [], space=store.space)])
        version = store.publish({"recall_at_1": 0.9, "recall_at_1_ci95": [0.8, 1], "questions": 9})
        with closing(Rejects(folder)) as rejects:
            for line in range(1, REJECTS + 1):
                reason = f"'/srv/feeds/img/{line}.jpg': no such picture"
                rejects.write(Reject("shop.csv", line, f"p{line}", "rejected", reason))
        closed = guarded(
            replace(service, load=busy_hour()),
            keys={"keeper": KEPT.setting, "writer": WRITES.setting},
            open_search=False,  # pictures need the key too
        )
        with served(create_app(closed)) as address:
            yield Kept(closed, version, address)


@pytest.fixture(scope="module")
def shop(kept: Kept) -> str:
    """In place of the demo shop, for the browser."""
    return kept.address


@pytest.fixture
def profile(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(**PLAIN)
    yield context
    context.close()


@pytest.fixture
def visited(profile: BrowserContext, kept: Kept) -> Iterator[Visit]:
    """The page before a key was given; nothing may go wrong unseen."""
    made = opened(profile, kept)
    yield made
    assert made.unexpected() == []


def opened(context: BrowserContext, kept: Kept) -> Visit:
    context.set_default_timeout(SLOWEST_MS)
    made = Visit(context.new_page(), kept.address, expected="401|403")
    watch(made)
    made.page.goto(f"{kept.address}/admin")
    made.page.wait_for_selector("#ask:not([hidden])")
    return made


def give(page: Page, key: str) -> None:
    page.fill("#key", key)
    page.press("#key", "Enter")


def enter(page: Page) -> None:
    """Gives the right key and waits for all sections."""
    give(page, KEEPER)
    for part in ("overview", "load", "versions", "findings", "rejects"):
        page.wait_for_selector(f"#{part}:not([aria-busy]) .body > :not(.quiet):visible")


def test_a_wrong_key_is_refused_in_a_clear_line_and_the_right_one_stays_in_the_tab(
    visited: Visit, kept: Kept
) -> None:
    page = visited.page
    say = page.locator("#key-say")
    expect(page.locator("#key")).to_be_focused()
    expect(page.locator("#key")).to_have_attribute("type", "password")
    expect(say).to_have_text("")
    for key, line in (
        ("", "Type a key first."),
        ("snapshelf_wrong", "The server does not know this key."),
        ("钥匙", "The server does not know this key."),
        (WRITER, "This key is right, but it has not the scope admin."),
    ):
        give(page, key)
        expect(say).to_have_text(line)
        assert page.evaluate(STORED) == [[], []]
        expect(page.locator("#shown")).to_be_hidden()
    enter(page)
    assert page.evaluate(STORED) == [[KEEPER], []]
    page.reload()
    expect(page.locator("#overview .tiles")).to_contain_text("13")
    expect(page.locator("#key")).to_be_hidden()
    assert page.context.cookies() == []
    other = page.context.new_page()
    other.goto(f"{kept.address}/admin")
    expect(other.locator("#key")).to_be_focused()
    other.close()
    page.get_by_role("button", name="Forget the key").click()
    expect(page.locator("#key")).to_be_focused()
    assert page.evaluate(STORED) == [[], []]


def test_a_key_that_is_taken_back_leads_to_the_question_for_one(visited: Visit) -> None:
    page = visited.page
    enter(page)
    page.route("**/v1/admin/*", lambda route: route.fulfill(status=401, json={"detail": "no"}))
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#key-say")).to_have_text("The server does not know this key.")
    expect(page.locator("#shown")).to_be_hidden()


def test_figures_rejects_findings_with_pictures_and_load_are_shown(visited: Visit) -> None:
    page = visited.page
    enter(page)
    tiles = page.locator("#overview .tiles > div")
    assert [one.split() for one in tiles.all_inner_texts()] == [
        ["products", "13"],
        ["pictures", "12"],
        ["groups", "7"],
        ["merchants", "3"],
    ]
    expect(page.locator("#overview .facts")).to_contain_text("Not calibrated.")

    rejects = page.locator("#rejects .reject")
    expect(rejects).to_have_count(20)
    expect(rejects.first).to_contain_text("'45.jpg': no such picture")
    expect(rejects.first).to_contain_text("p45 · shop.csv, line 45")
    assert "/srv" not in page.locator("#rejects").inner_text()
    for count in (40, 45):
        page.get_by_role("button", name="Older ones").click()
        expect(rejects).to_have_count(count)
    expect(page.get_by_role("button", name="Older ones")).to_have_count(0)
    expect(rejects.nth(40)).to_be_focused()

    shared = page.locator(".finding", has_text="Shares its GTIN")
    expect(shared).to_contain_text("One GTIN is one product")
    untitled = page.locator(".finding", has_text="No title")
    expect(untitled).to_contain_text("mute")
    expect(untitled).to_contain_text("no picture")
    # an <img> sends no key, and here searches and pictures need one
    picture = shared.locator("img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 128)

    with page.expect_response("**/v1/facets"):
        page.evaluate("fetch('/v1/facets')")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#load .tiles")).to_contain_text("Refused")
    page.click("#load summary")
    expect(page.locator("#load tbody tr").first).to_be_visible()
    expect(page.locator("#load svg rect.wrong").first).to_be_attached()


def test_one_goes_back_after_a_question_and_forward_again(visited: Visit, kept: Kept) -> None:
    page, store = visited.page, kept.service.store
    store.delete(["disc-red"])
    enter(page)
    before = store.catalogue.sequence()
    page.get_by_role("button", name=f"Go back to version {kept.version}").click()
    dialog = page.get_by_role("dialog", name=f"Go back to version {kept.version}?")
    expect(dialog).to_contain_text("saved as a version first")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert store.catalogue.sequence() == before

    held = store.writer_lock()
    held.acquire()
    visited.expected = "401|503"
    page.get_by_role("button", name=f"Go back to version {kept.version}").click()
    dialog.get_by_role("button", name="Go back").click()
    expect(page.locator("#back-say")).to_contain_text("an indexing run is writing")
    held.release()
    assert store.catalogue.sequence() == before

    dialog.get_by_role("button", name="Go back").click()
    done = page.locator("#back-done")
    expect(done).to_be_focused()
    expect(done).to_contain_text(f"again as in version {kept.version}")
    expect(done).to_contain_text("1 product restored: disc-red")
    expect(done).to_contain_text("0 products removed")
    expect(page.locator("#overview .tiles")).to_contain_text("13")
    expect(page.locator(".version")).to_have_count(3)
    expect(page.locator(".version").first).to_contain_text("The catalogue is as it is here.")

    page.get_by_role("button", name="Go forward again to").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(done).to_contain_text("1 product removed: disc-red")
    expect(page.locator("#overview .tiles")).to_contain_text("12")


@pytest.mark.parametrize(
    ("scheme", "locale", "language", "words"),
    [("light", "en-US", "en", "No price"), ("dark", "zh-HK", "zh-Hant", "沒有價格")],
)
def test_axe_finds_nothing_serious_in_either_scheme_and_language(
    browser: Browser,
    kept: Kept,
    scheme: Literal["light", "dark"],
    locale: str,
    language: str,
    words: str,
) -> None:
    context = browser.new_context(**PLAIN | {"locale": locale}, color_scheme=scheme)
    page = opened(context, kept).page
    assert page.get_attribute("html", "lang") == language
    give(page, "snapshelf_wrong")
    expect(page.locator("#key-say")).not_to_have_text("")
    assert findings(page) == []
    enter(page)
    expect(page.locator(".finding h3").first).to_contain_text(words)
    page.click("#load summary")
    assert findings(page) == []
    page.locator(".version button").first.click()
    assert findings(page) == []
    context.close()


def test_nothing_is_wider_than_the_screen(visited: Visit) -> None:
    page = visited.page
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate(OVERFLOW) <= 0
    enter(page)
    page.click("#load summary")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OVERFLOW) <= 0
        page.locator(".version button").first.click()
        assert page.evaluate(OVERFLOW) <= 0
        page.keyboard.press("Escape")


def test_every_language_has_the_same_phrases_with_the_same_gaps(visited: Visit) -> None:
    phrases = PHRASES.replace("/web/js/strings", "/web/js/admin/strings")
    english, simplified, traditional = visited.page.evaluate(phrases)
    assert english == simplified == traditional
    assert len(english) > 80
