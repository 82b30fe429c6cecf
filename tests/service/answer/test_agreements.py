"""Only what both sides have is compared, and an unknown word agrees and differs with nothing."""

import pytest

from service.answer.agreements import agreements
from tests.fakes import product
from vision.types import Caption


@pytest.mark.parametrize(
    ("field", "seen", "sold", "judged"),
    [
        ("color", "blue", "Blue", "agrees"),
        ("color", "grey", "GRAY", "agrees"),
        ("color", "light blue", "Blue", "agrees"),
        ("color", "black", "Black/White", "agrees"),
        ("color", "blue", "red", "differs"),
        ("color", "light grey", "light blue", None),
        ("color", "blue", "navy", None),
        ("color", "blue", "Moonlight", None),
        ("color", "Moonlight", "moonlight", "agrees"),
        ("color", "", "red", None),
        ("color", "red", "", None),
        ("material", "wool", "Merino wool", "agrees"),
        ("material", "wool", "cotton", "differs"),
        ("material", "wooden", "wood", "agrees"),
        ("material", "denim", "cotton", None),
        ("material", "wool", "Tencel", None),
        ("pattern", "striped", "stripes", "agrees"),
        ("pattern", "solid", "plain", "agrees"),
        ("pattern", "plaid", "floral", "differs"),
        ("brand", "LUMA", "Luma", "agrees"),
        ("brand", "luma", "Luma Sport", "agrees"),
        ("brand", "Luma", "Kestrel", "differs"),
        ("audience", "women", "Female", "agrees"),
        ("audience", "Women's", "women", "agrees"),
        ("audience", "men", "women", "differs"),
        ("audience", "kids", "boy", "agrees"),
        ("audience", "unisex", "women", None),
        ("category", "jacket", "Women > Tops > Jackets", "agrees"),
        ("category", "dresses", "Women > Dress", "agrees"),
        ("category", "shoe", "Women > Jackets", "differs"),
        ("category", "women coat", "Women > Shoes", "differs"),
        ("category", "women thing", "Women > Shoes", None),
        ("category", "teapot", "Home > Kitchen", None),
    ],
)
def test_a_field_agrees_differs_or_says_nothing(
    field: str, seen: str, sold: str, judged: str | None
) -> None:
    words = {field: sold} if field in ("color", "brand", "category") else {}
    name = {"audience": "gender"}.get(field, field)
    one = product("x", attributes={} if words else {name: sold}, **words)
    agrees, differs = agreements(Caption(**{field: seen}), one)
    assert (field in agrees, field in differs) == (judged == "agrees", judged == "differs")


def test_fields_come_in_one_order_and_an_empty_caption_says_nothing() -> None:
    one = product("x", color="blue", brand="Luma", attributes={"material": "wool"})
    seen = Caption(brand="luma", material="wool", color="blue")
    assert agreements(seen, one) == (("color", "material", "brand"), ())
    assert agreements(Caption(), one) == ((), ())


@pytest.mark.parametrize(
    ("seen", "sold", "differs"),
    [
        ("black", "navy", False),  # one may be the other in shade
        ("gray", "white", False),
        ("red", "pink", False),
        ("red", "blue", True),
        ("white", "black", True),
        ("green", "red", True),
        ("black", "white/grey", False),
    ],
)
def test_colours_that_light_may_confuse_do_not_differ(seen: str, sold: str, differs: bool) -> None:
    agrees, found = agreements(Caption(color=seen), product("p", color=sold))
    assert "color" not in agrees
    assert ("color" in found) is differs
