"""Which offer is shown first."""

from decimal import Decimal

from index.types import Filters, Offer, Price, PriceRange, Product
from service.offers import meets, ordered_offers


def offer(
    merchant: str, amount: str | None, currency: str = "USD", stock: str = "in_stock"
) -> Offer:
    price = Price(Decimal(amount), currency) if amount else None
    return Offer(merchant, price, availability=stock)


def first(product: Product, filters: Filters) -> str:
    return ordered_offers(product, filters)[0].merchant


PRODUCT = Product(
    id="p",
    group="p",
    title="P",
    offers=(
        offer("A", "30"),
        offer("B", "20", stock="out_of_stock"),
        offer("C", "25"),
        offer("D", "5", currency="EUR"),
        offer("E", None),
    ),
)


def test_the_cheapest_offer_in_stock_in_the_products_currency_comes_first() -> None:
    assert [one.merchant for one in ordered_offers(PRODUCT)] == ["C", "A", "D", "E", "B"]


def test_an_offer_that_meets_the_filters_comes_before_a_cheaper_one() -> None:
    assert first(PRODUCT, Filters(any_of={"merchant": ("a",)})) == "A"
    assert first(PRODUCT, Filters(none_of={"merchant": ("C",)})) == "A"
    assert first(PRODUCT, Filters(price=PriceRange(minimum=Decimal(26)))) == "A"
    assert first(PRODUCT, Filters(price=PriceRange(maximum=Decimal(9), currency="EUR"))) == "D"
    assert first(PRODUCT, Filters(any_of={"availability": ("out_of_stock",)})) == "B"


def test_merchant_and_availability_must_hold_for_the_same_offer() -> None:
    filters = Filters(any_of={"merchant": ("B",), "availability": ("in_stock",)})
    assert not any(meets(one, filters) for one in PRODUCT.offers)
