"""Facts, pick and cheapest are fixed before anyone writes."""

from decimal import Decimal

import pytest

from index.types import Filters, PriceRange, Product
from service.answer.facts import MAX_PRODUCTS, comparable, facts_of
from service.answer.reasons import is_cheapest_in_stock, true_reasons
from service.answer.types import AnswerRequest
from service.types import Match
from tests.fakes import offer, product
from tests.service.answer.shop import AERO, BORA, CIRRUS, request


def sold(name: str, price: str | None = "10.00 USD", stock: str = "in_stock") -> Product:
    return product(name, offers=(offer("North", price, availability=stock),))


def test_the_shop_s_facts() -> None:
    facts = facts_of(request())
    assert [one.id for one in facts.products] == ["aero", "bora", "cirrus"]
    assert (facts.pick, facts.cheapest, facts.acceptable) == (1, 2, (1, 2))
    first = facts.of(1)
    assert first.agrees == ("category", "color", "material")
    assert first.price == offer(price="120.00 USD").price
    assert first.regular_price == offer(price="150.00 USD").price
    assert first.link == "https://shop.example/aero"
    assert [price.amount for price, _ in first.priced_offers()] == [120, Decimal("129.50")]


def test_what_is_out_of_stock_is_no_pick_while_something_is_in_stock() -> None:
    assert facts_of(request((CIRRUS, AERO))).pick == 2
    assert facts_of(request((CIRRUS, sold("x", stock="preorder")))).pick == 1


def test_what_breaks_a_filter_is_no_pick() -> None:
    cheap = Filters(price=PriceRange(maximum=Decimal(100), currency="USD"))
    facts = facts_of(request(filters=cheap))
    assert (facts.pick, facts.acceptable) == (2, (2,))


def test_without_a_product_there_is_no_pick() -> None:
    nothing = facts_of(request(()))
    assert (nothing.pick, nothing.cheapest, nothing.acceptable) == (None, None, ())
    other = facts_of(request(verdict="not_in_catalogue"))
    assert (other.pick, other.cheapest, other.acceptable) == (None, None, ())


def test_amounts_of_different_currencies_are_never_compared() -> None:
    facts = facts_of(request((sold("x", "10.00 USD"), sold("y", "1.00 EUR"), sold("z", "9 USD"))))
    assert facts.cheapest == 3
    assert not is_cheapest_in_stock(facts, 3)
    assert is_cheapest_in_stock(facts, 3, "USD")
    mixed = product("m", offers=(offer("A", "10 USD"), offer("B", "5 EUR")))
    assert [str(one.currency) for one, _ in facts_of(request((mixed,))).of(1).priced_offers()] == [
        "USD"
    ]


def test_an_equal_price_is_not_the_cheapest() -> None:
    facts = facts_of(request((sold("x"), sold("y"))))
    assert facts.cheapest == 1
    assert not is_cheapest_in_stock(facts, 1)


def test_an_unknown_price_in_stock_leaves_nothing_the_cheapest() -> None:
    facts = facts_of(request((sold("x"), sold("y", None))))
    assert not is_cheapest_in_stock(facts, 1)


def test_the_best_five_are_enough() -> None:
    alike = [Match(sold(str(place)), 0.9, {}, 0, ()) for place in range(9)]
    facts = facts_of(AnswerRequest(alike))
    assert len(facts.products) == MAX_PRODUCTS


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://shop.example/a?b=c", "https://shop.example/a?b=c"),
        ("http://shop.example", "http://shop.example"),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://shop.example/a b", ""),
        ("https://shop.example/\u202egnp", ""),
        ('https://shop.example/"onclick=', ""),
        ("//shop.example", ""),
        ("http://[bad", ""),
    ],
)
def test_only_a_plain_web_address_is_a_link(link: str, shown: str) -> None:
    facts = facts_of(request((product("x", offers=(offer("A", link=link),)),)))
    assert facts.of(1).link == shown


@pytest.mark.parametrize(
    ("products", "fields", "ref", "reasons"),
    [
        ((AERO, BORA, CIRRUS), {"verdict": "same_product", "caption": None}, 1,
         {"same_product", "closest_match", "on_sale", "in_stock"}),
        ((AERO, BORA, CIRRUS), {"caption": None}, 2, {"cheapest", "in_stock"}),
        ((AERO, BORA, CIRRUS), {"caption": None}, 3, set()),
        ((AERO, BORA), {"caption": None, "verdict": "not_in_catalogue"}, 1,
         {"on_sale", "in_stock"}),
        ((CIRRUS, BORA), {"caption": None}, 2,
         {"only_in_stock", "closest_in_stock", "in_stock"}),
        ((AERO,), {}, 1, {"closest_match", "on_sale", "same_category", "same_color",
                          "same_material", "in_stock"}),
    ],
)  # fmt: skip
def test_a_reason_is_true_or_it_is_not(
    products: tuple[Product, ...], fields: dict[str, object], ref: int, reasons: set[str]
) -> None:
    assert set(true_reasons(facts_of(request(products, **fields)), ref)) == reasons


@pytest.mark.parametrize(
    ("best", "other", "is_comparable"),
    [
        ("Home > Lighting > Lamps", "Home > Lighting > Lamps", True),
        ("Home > Lighting > Lamps", "Home > Lighting > Lanterns", True),
        ("Home > Lighting", "home >Lighting > Lamps", True),
        ("Home > Lighting > Lamps", "Home > Kitchen > Jars", False),
        ("Women > Tops", "Women > Shoes", False),
        ("Mugs", "Mugs", True),
        ("Mugs", "Jars", False),
    ],
)
def test_only_products_of_the_same_kind_are_alternatives(
    best: str, other: str, is_comparable: bool
) -> None:
    matches = [
        Match(product("a", category=best), 0.9, {}, 0, ()),
        Match(product("b", category=other), 0.6, {}, 0, ()),
    ]
    found = [one.product.id for one in comparable(matches)]
    assert found == (["a", "b"] if is_comparable else ["a"])


@pytest.mark.parametrize(("score", "is_comparable"), [(0.77, True), (0.5, False)])
def test_without_a_category_the_score_decides(score: float, is_comparable: bool) -> None:
    matches = [
        Match(product("a", category="Mugs"), 0.9, {}, 0, ()),
        Match(product("b"), score, {}, 0, ()),
    ]
    assert len(comparable(matches)) == 1 + is_comparable


def test_no_match_has_no_alternatives() -> None:
    assert comparable([]) == []
