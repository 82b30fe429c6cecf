"""Whether two products are one thing."""

import numpy as np
import pytest

from index.listing_pictures import listed_pictures
from index.listings import are_one_listing, same_look, valid_gtin
from index.segment_build import build_segment
from index.store import LiveSegment
from index.types import Product
from tests.fakes import SPACE, product, record, small_store

GTIN = "4006381333931"
OTHER_GTIN = "9780201379624"


def one(title: str, **fields: object) -> Product:
    return product("one", title=title, **fields)


def other(title: str, **fields: object) -> Product:
    return product("other", title=title, **fields)


SAME = [
    (one("Fusion Backpack"), other("Fusion Backpack")),
    (one("Fusion Backpack"), other("FUSION backpacks, new")),
    (one("Fusion Backpack", brand="Luma"), other("Luma Fusion Backpack")),
    (one("Red Fusion Backpack"), other("Fusion Backpack", color="red")),
    (one("Fusion Backpack", color="navy"), other("Fusion Backpack", color="Navy Blue")),
    (one("Fusion Backpack size M"), other("Fusion Backpack")),
    (one("Juno Jacket"), other("Women's Juno Jacket")),
    (one("Mug 300ml"), other("Mug, 300 ml")),
    (one("Wool runner for a long hall"), other("Wool runner for a long hall, handmade")),
    (one("Orange"), other("orange")),
    (one("双肩背包"), other("双肩背包")),
]
DIFFERENT = [
    (one("iPhone 12 case"), other("iPhone 13 case")),
    (one("iPhone case"), other("iPhone 13 case")),
    (one("iPhone Pro leather case, slim fit"), other("iPhone Pro Max leather case, slim fit")),
    (one("Charging cable for Model X cars"), other("Charging cable for Model S cars")),
    (one("Oat milk, vanilla, long life"), other("Oat milk, vanilla, long life, sugar free")),
    (one("Stellar Jacket"), other("Juno Jacket")),
    (one("Medium Fat Milk"), other("Lactose Medium Fat Milk")),
    (one("Red Mug"), other("Blue Mug")),
    (one("Mug", color="red"), other("Mug", color="blue")),
    (one("Mug", color="light blue"), other("Mug", color="dark blue")),
    (one("Tee", attributes={"size": "M"}), other("Tee", attributes={"size": "L"})),
    (one("Vase", attributes={"material": "glass"}), other("Vase", attributes={"material": "clay"})),
    (one("Men's Tee"), other("Women's Tee")),
    (one("Tee", brand="Luma"), other("Tee", brand="Euclid")),
    (one("Radio"), other("Radio", attributes={"condition": "used"})),
    (one("Radio", gtin=GTIN), other("Radio", gtin=OTHER_GTIN)),
    (one("Lamp"), other("Jar")),
    (one("Tee", group="g"), other("Tee", group="g")),
]


@pytest.mark.parametrize(("first", "second"), SAME, ids=lambda p: p.title)
def test_copies_with_titles_that_agree_are_one_thing(first: Product, second: Product) -> None:
    assert are_one_listing(first, second, is_near=True)
    assert are_one_listing(second, first, is_near=True)
    assert not are_one_listing(first, second, is_near=False)


@pytest.mark.parametrize(("first", "second"), DIFFERENT, ids=lambda p: p.title)
def test_one_picture_does_not_make_two_things_one(first: Product, second: Product) -> None:
    assert not are_one_listing(first, second, is_near=True)
    assert not are_one_listing(second, first, is_near=True)


def test_a_gtin_makes_one_thing_of_any_two_titles_and_pictures() -> None:
    assert are_one_listing(one("Pen", gtin=GTIN), other("Stift, blau", gtin=GTIN), is_near=False)
    # UPC-A and EAN-13 of one article
    assert are_one_listing(
        one("A", gtin="036000291452"), other("B", gtin="0036000291452"), is_near=False
    )


def test_a_gtin_makes_no_one_thing_of_variants_or_of_new_and_used() -> None:
    red, blue = (product(c, "g", title="Tee", color=c, gtin=GTIN) for c in ("red", "blue"))
    assert not are_one_listing(red, blue, is_near=True)
    twin = product("twin", "g", title="Tee", color="red", gtin=GTIN)
    assert are_one_listing(red, twin, is_near=False)
    used = other("Tee", gtin=GTIN, attributes={"condition": "Used"})
    assert not are_one_listing(one("Tee", gtin=GTIN), used, is_near=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("4006381333930", ""),  # the check digit is 1
        ("00000000", ""),
        ("123", ""),
        ("", ""),
        ("400638133393A", ""),
        ("４００６３８１３３３９３１", ""),
    ],
)
def test_a_gtin_counts_with_a_right_check_digit(text: str, found: str) -> None:
    assert valid_gtin(text) == found


def test_an_invalid_gtin_proves_nothing() -> None:
    pen, jar = one("Pen", gtin="4006381333930"), other("Jar", gtin="4006381333930")
    assert not are_one_listing(pen, jar, is_near=True)


def test_looks_differ_by_colour_size_and_audience() -> None:
    assert same_look(one("Tee", color="red"), other("Red shirt"))
    assert not same_look(one("Tee", color="red"), other("Tee", color="blue"))


def test_the_first_picture_of_one_must_be_among_those_of_the_other(tmp_path) -> None:
    store = small_store(
        tmp_path,
        [
            record("a", ["front", "sizes"]),
            record("b", ["back", "front"]),
            record("c", ["side", "sizes"]),
            record("none", []),
        ],
    )
    keys = {name: store.catalogue.key_of(name) for name in ("a", "b", "c", "none")}
    pictures = listed_pictures(store.refresh().segments, list(keys.values()))
    assert pictures.near(keys["a"]) == {keys["b"]}
    assert pictures.near(keys["b"]) == {keys["a"]}
    assert pictures.near(keys["c"]) == set()
    assert pictures.near(keys["none"]) == set()
    store.close()


def test_a_replaced_picture_is_not_compared(tmp_path) -> None:
    store = small_store(tmp_path, [record("a", ["front"]), record("b", ["front"])])
    store.publish()
    store.upsert([record("b", ["back"])])
    keys = [store.catalogue.key_of(name) for name in ("a", "b")]
    assert listed_pictures(store.refresh().segments, keys).near(keys[0]) == set()
    store.close()


def test_an_empty_index_has_no_pictures() -> None:
    assert listed_pictures((), [1]).near(1) == set()
    empty = LiveSegment(build_segment([], SPACE), np.ones(0, dtype=np.bool_))
    assert listed_pictures((empty,), [1]).near(1) == set()
