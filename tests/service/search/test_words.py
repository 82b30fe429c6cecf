"""Words to filters, changes, negatives and a residual."""

from collections.abc import Mapping

import pytest

from service.search.catalogue_words import vocabulary_of
from service.search.vocabulary import ShopVocabulary
from service.search.words import Understood, understand
from tests.fakes import product
from tests.service.search.shop import read

RED, SKY, ORANGE = ("Crimson/Red",), ("Sky Blue",), ("Orange",)
ANY_OF = {
    # colours
    "but in red": {"color": RED},
    "in crimson": {"color": RED},
    "red": {"color": RED},
    "the same in blue": {"color": SKY},
    "make it red please": {"color": RED},
    "do you have this in black?": {"color": ("Black",)},
    "red or blue": {"color": RED + SKY},
    "换成黑色": {"color": ("Black",)},
    "要红的": {"color": RED},
    "這個有沒有紅色的？": {"color": RED},
    "in Rot": {"color": RED},
    "en rouge": {"color": RED},
    "pero en rojo": {"color": RED},
    "in galaxy": {"color": ("Galaxy",)},
    "sky blue runner": {"color": SKY},
    "red runner": {"color": RED},
    # a word that is also a thing is a colour only where something says so
    "in orange": {"color": ORANGE},
    "the orange one": {"color": ORANGE},
    "橙色的": {"color": ORANGE},
    "orange tee": {},
    "orange": {},
    "rose": {},
    "rose vase": {},
    "red bull can": {},
    "galaxy print": {},
    "bag with a red handle": {},
    "but with red laces": {},
    "red runner in black": {"color": ("Black",)},
    "in red or in blue": {"color": RED + SKY},
    # names
    "nike runner": {"brand": ("Nike",)},
    "old navy": {"brand": ("Old Navy",)},
    "by next": {"brand": ("Next",)},
    "the next thing": {},
    "apple": {},
    "brand apple": {"brand": ("Apple",)},
    "apple牌": {"brand": ("Apple",)},
    "from Sport Hall": {"merchant": ("Sport Hall",)},
    "at Target": {"merchant": ("Target",)},
    "target practice": {},
    "mugs": {"category": ("Home > Mugs",)},
    "white mug": {"category": ("Home > Mugs",), "color": ("White",)},
    "running shoes": {"category": ("Shoes > Running Shoes",)},
    "a mug for tea bags": {},
    "only bags": {"category": ("Bags",)},
    "leather bag": {},
    # stock
    "in stock": {"availability": ("in_stock",)},
    "有货的": {"availability": ("in_stock",)},
}
NONE_OF = {
    "not red": {"color": RED},
    "not red or blue": {"color": RED + SKY},
    "no red, blue or black": {"color": RED + SKY + ("Black",)},
    "不要红色": {"color": RED},
    "no leather": {"attributes.material": ("genuine leather",)},
    "不要皮的": {"attributes.material": ("genuine leather",)},
    "ohne Leder": {"attributes.material": ("genuine leather",)},
    "sans cuir": {"attributes.material": ("genuine leather",)},
    "no leather or rubber": {"attributes.material": ("genuine leather", "Rubber")},
    "not striped": {"attributes.pattern": ("striped",)},
    "not Nike": {"brand": ("Nike",)},
    "not from Target": {"merchant": ("Target",)},
    "no mugs": {"category": ("Home > Mugs",)},
    "no apple": {},
    "not orange": {},
    "no size M": {},
}


@pytest.mark.parametrize(("text", "wanted"), ANY_OF.items())
def test_what_is_clear_becomes_a_filter(text: str, wanted: Mapping[str, tuple[str, ...]]) -> None:
    assert read(text).filters.any_of == wanted
    assert read(text).filters.none_of == {}


@pytest.mark.parametrize(("text", "wanted"), NONE_OF.items())
def test_what_the_shop_has_and_is_not_wanted_is_excluded(
    text: str, wanted: Mapping[str, tuple[str, ...]]
) -> None:
    assert read(text).filters.none_of == wanted
    assert read(text).filters.any_of == {}
    assert wanted or read(text).negatives


@pytest.mark.parametrize(
    ("text", "negatives"),
    [
        ("without logo", ("logo",)),
        ("without a logo on the front", ("logo",)),
        ("no sleeves, but in red", ("sleeves",)),
        ("不要logo", ("logo",)),
        ("没有图案的", ("图案",)),
        ("sans logo", ("logo",)),
        ("no velvet", ("velvet",)),
        ("不要天鹅绒", ("velvet",)),
        ("no apple", ("apple",)),
        ("not orange", ("orange",)),
    ],
)
def test_what_no_filter_can_exclude_is_a_negative(text: str, negatives: tuple[str, ...]) -> None:
    assert read(text).negatives == negatives
    assert read(text).residual in {"", "on the front"}


@pytest.mark.parametrize(
    "text",
    ["no-iron shirt", "No. 5", "not sure what this is", "sin city poster", "无线耳机", "why not"],
)
def test_a_no_that_negates_nothing_stays_in_the_residual(text: str) -> None:
    assert read(text) == Understood(residual=text, described=text)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("for kids", ("for kids",)),
        ("but with longer sleeves", ("with longer sleeves",)),
        ("but with red laces", ("with red laces",)),
        ("换成长袖", ("长袖",)),
        ("in purple", ("purple",)),
        ("换成紫色", ("purple",)),
        ("in navy", ("navy",)),
        ("but", ()),
        ("the same", ()),
    ],
)
def test_a_wish_that_no_filter_holds_changes_the_photo(text: str, changes: tuple[str, ...]) -> None:
    assert read(text).changes == changes
    assert read(text).residual == ""


def test_a_shade_that_the_shop_lacks_is_looked_for_in_its_family() -> None:
    assert read("in navy").filters.any_of == {"color": SKY}


def test_the_colour_asked_for_replaces_the_one_described() -> None:
    understood = read("red runner but in black")
    assert understood.filters.any_of == {"color": ("Black",)}
    assert understood.wished_colours == ("black",)
    assert understood.described == "runner black"


def test_one_colour_wanted_and_another_not() -> None:
    understood = read("not red, blue instead")
    assert understood.filters.any_of == {"color": SKY}
    assert understood.filters.none_of == {"color": RED}
    assert (understood.wished_colours, understood.refused_colours) == (("blue",), ("red",))


def test_a_whole_sentence_is_taken_apart() -> None:
    understood = read("I want nike running shoes in red without logo, under $60, in stock 👟")
    assert understood.filters.any_of == {
        "brand": ("Nike",),
        "color": RED,
        "availability": ("in_stock",),
    }
    assert understood.filters.price is not None
    assert understood.negatives == ("logo",)
    assert understood.residual == "running shoes 👟"
    assert understood.described == "nike running shoes red 👟"


@pytest.mark.parametrize("shop", [ShopVocabulary(), vocabulary_of([])])
def test_a_shop_that_is_empty_filters_by_nothing_and_still_knows_wishes(
    shop: ShopVocabulary,
) -> None:
    understood = understand("red mug in blue without logo, by Nike", shop)
    assert understood.filters.any_of == {}
    assert understood.filters.price is None
    assert understood.changes == ("blue",)
    assert understood.wished_colours == ("blue",)
    assert understood.negatives == ("logo",)
    assert understood.residual == "red mug by Nike"


def test_a_shop_with_few_colours_does_not_filter_by_them() -> None:
    painted = [product("a", color="Red"), *(product(f"bare {i}") for i in range(3))]
    understood = understand("in red", vocabulary_of(painted))
    assert understood.filters.any_of == {}
    assert understood.changes == ("red",)


@pytest.mark.parametrize("text", ["", " ", "?!", "the", "please", "show me this in"])
def test_words_that_say_nothing_leave_nothing(text: str) -> None:
    assert read(text) == Understood()
