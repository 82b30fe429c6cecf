"""The boxes over the photo: one tab each, moved, resized, drawn and removed."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Visit, Visitor

NOTE_BOXES = """(() => {
  window.searched = [];
  if (window.isNoting) return;
  window.isNoting = true;
  const send = window.fetch;
  window.fetch = (path, options) => {
    if (options?.body instanceof FormData) window.searched.push(options.body.get("box"));
    return send(path, options);
  };
})()"""
"""Chromium shows no body of a request that holds a file."""


def frame(node: Locator) -> tuple[float, float, float, float]:
    found = node.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    page.mouse.up()


def of_several(visit: Visitor) -> Visit:
    made = visit(viewport={"width": 1280, "height": 900})
    made.search_photo("tea-for-one.jpg")
    assert made.boxes.count() == made.tabs.count() == 3
    return made


def searched_box(made: Visit, action: Callable[[], object]) -> str:
    """The box field of the search that an action starts."""
    made.page.evaluate(NOTE_BOXES)
    with made.page.expect_request("**/v1/search/stream"):
        action()
    made.settle()
    [box] = made.page.evaluate("window.searched")
    return str(box)


def test_a_tab_or_a_click_on_its_box_shows_an_item_with_an_answer_of_its_own(
    visit: Visitor,
) -> None:
    made = of_several(visit)
    expect(made.cards.first.locator("h3")).to_contain_text("Bowl")
    made.tabs.nth(1).click()
    made.settle()
    second = made.cards.first.locator("h3").inner_text()
    assert "Bowl" not in second
    expect(made.page.locator("#answer .said")).to_contain_text(second)
    expect(made.tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(made.boxes.nth(1)).to_have_attribute("aria-pressed", "true")
    made.boxes.nth(2).click()
    made.settle()
    expect(made.tabs.nth(2)).to_have_attribute("aria-selected", "true")
    expect(made.cards.first.locator("h3")).to_contain_text("Mug")


def test_a_box_that_is_dragged_is_searched_where_it_is_dropped(visit: Visitor) -> None:
    made = of_several(visit)
    x, y, width, height = frame(made.boxes.first)
    box = searched_box(
        made, lambda: drag(made.page, (x + width / 2, y + height / 2), (-width / 2, 20))
    )
    assert abs(frame(made.boxes.first)[0] - (x - width / 2)) < 2
    assert int(box.split(",")[0]) < 289  # where the detector saw it
    assert made.tabs.count() == 3


def test_a_corner_resizes_and_never_leaves_the_photo(visit: Visitor) -> None:
    made = of_several(visit)
    corner = frame(made.boxes.first.locator(".se"))
    middle = corner[0] + corner[2] / 2, corner[1] + corner[3] / 2
    box = searched_box(made, lambda: drag(made.page, middle, (900, 500)))
    assert box.split(",")[2:] == ["480", "360"]


def test_a_box_drawn_with_the_mouse_is_a_new_tab(visit: Visitor) -> None:
    made = of_several(visit)
    x, y, width, height = frame(made.page.locator("#boxes"))
    made.page.click("#box-draw")
    box = searched_box(
        made,
        lambda: drag(made.page, (x + width * 0.05, y + height * 0.3), (width * 0.4, height * 0.4)),
    )
    assert [round(int(part) / 10) for part in box.split(",")] == [2, 11, 22, 25]
    assert made.tabs.count() == 4
    expect(made.tabs.nth(3)).to_have_attribute("aria-selected", "true")
    expect(made.cards.first.locator("h3")).to_contain_text("Teapot")


def test_boxes_are_made_moved_resized_and_removed_by_keyboard(visit: Visitor) -> None:
    made = of_several(visit)
    made.page.locator("#box-draw").focus()
    assert searched_box(made, lambda: made.page.keyboard.press("Enter")) == "120,90,360,270"
    expect(made.boxes.nth(3)).to_be_focused()
    assert searched_box(made, lambda: made.page.keyboard.press("ArrowRight")) == "125,90,365,270"
    assert (
        searched_box(made, lambda: made.page.keyboard.press("Shift+ArrowDown")) == "125,90,365,275"
    )
    label = "Item 4, box at 26%, 25%, 50% wide, 51% high"
    expect(made.boxes.nth(3)).to_have_attribute("aria-label", label)
    made.page.keyboard.press("Delete")
    assert made.boxes.count() == made.tabs.count() == 3
    made.settle()


def test_a_finger_on_the_photo_draws_nothing_unless_it_is_asked_to(visit: Visitor) -> None:
    made = visit(has_touch=True, viewport={"width": 360, "height": 740})
    made.search_photo("tea-for-one.jpg")
    x, y, width, height = frame(made.page.locator("#boxes"))
    made.page.touchscreen.tap(x + width * 0.05, y + height * 0.9)
    assert made.boxes.count() == 3
