"""The thing that words name: what it is called, and which products are it."""

import pytest

from service.shopping.plausibility import MIN_THING_COSINE, that_are
from service.shopping.things import Thing, is_called, is_in_another_colour, thing_of
from service.types import Match
from tests.fakes import product
from tests.service.search.shop import read


@pytest.mark.parametrize(
    ("text", "thing", "name"),
    [
        ("a green jacket", "jacket", ("jacket",)),
        ("a purple jacket", "jacket", ("jacket",)),  # no colour of this shop
        ("leather jacket", "jacket", ("jacket",)),
        ("a rain jacket with a red hood", "rain jacket with a red hood", ("jacket",)),
        ("a bag for the gym", "bag for the gym", ("bag",)),
        ("blood orange", "blood orange", ("orange",)),
        ("a beer glass", "beer glass", ("glass",)),
        ("a cup of tea", "cup of tea", ("tea",)),
        ("绿色的夹克", "夹克", ("夹", "克")),
        ("真皮夹克", "夹克", ("夹", "克")),
    ],
)
def test_a_thing_is_what_is_left_without_its_looks(
    text: str, thing: str, name: tuple[str, ...]
) -> None:
    found = thing_of(read(text))
    assert found is not None
    assert (found.text, found.name) == (thing, name)


@pytest.mark.parametrize("text", ["something green", "under 20 dollars", "not red", "Clay & Co"])
def test_words_that_name_no_thing_have_none(text: str) -> None:
    assert thing_of(read(text)) is None


@pytest.mark.parametrize(
    ("name", "title", "category", "is_it"),
    [
        (("jackets",), "Peak Jacket, green", "Tops", True),
        (("jacket",), "Peak, green", "Tops > Jackets", True),
        (("jacket",), "Bottle, jacket green", "Bottles", True),  # a title is taken at its word
        (("pot",), "Teapot", "Kitchen > Teapots", False),
        (("夹", "克"), "绿色夹克", "服装", True),
    ],
)
def test_a_product_is_called_by_its_title_or_category(
    name: tuple[str, ...], title: str, category: str, is_it: bool
) -> None:
    assert is_called(Thing("", name), product("p", title=title, category=category)) is is_it


@pytest.mark.parametrize(
    ("text", "title", "colour", "is_other"),
    [
        ("a purple teapot", "Teapot", "green", True),
        ("a purple teapot", "Teapot", "Plum", False),
        ("a purple teapot", "Teapot", "", False),
        ("a purple teapot", "Purple Rain Teapot", "green", False),
        ("a rose vase", "Vase", "green", False),  # the word names other things too
        ("red bull can", "Red Bull Can", "silver", False),
    ],
)
def test_a_colour_that_the_shop_has_not_is_not_met_by_another(
    text: str, title: str, colour: str, is_other: bool
) -> None:
    thing = thing_of(read(text))
    assert thing is not None
    assert is_in_another_colour(thing, product("p", title=title, color=colour)) is is_other


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("a yoga ball too", "yoga"),
        ("a yoga ball", "yoga"),
        ("a green yoga ball for the gym", "yoga"),
        ("a stainless water bottle", "stainless water"),
        ("a ball", ""),
        ("a cup of tea", ""),
        ("瑜伽球", ""),
    ],
)
def test_the_words_right_before_the_name_are_known(text: str, before: str) -> None:
    thing = thing_of(read(text))
    assert thing is not None
    assert thing.before == before


def test_what_is_as_near_to_the_words_before_the_name_is_another_thing() -> None:
    mat, ball = (
        Match(product(name, title=name.title()), 0.9, {"text": 0.9}, 0, ()) for name in ("mat", "b")
    )
    near = MIN_THING_COSINE + 0.1
    kept = that_are(
        Thing("yoga ball", ("ball",), before="yoga"),
        [mat, ball],
        {"mat": near, "b": near},
        {"mat": near + 0.01, "b": near - 0.01},
    )
    assert kept == (ball,)


def test_a_colour_alone_is_not_enough() -> None:
    bottle, parka, jacket = (
        Match(product(name, title=name.title()), 0.9, {"text": 0.9}, 0, ())
        for name in ("bottle", "parka", "jacket")
    )
    cosines = {"bottle": MIN_THING_COSINE - 0.01, "parka": MIN_THING_COSINE, "jacket": 0.0}
    thing = Thing("jacket", ("jacket",))
    assert that_are(thing, [bottle, parka], cosines) == (parka,)
    assert that_are(thing, [bottle, parka, jacket], cosines) == (jacket,)
