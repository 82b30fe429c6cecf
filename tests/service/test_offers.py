"""Which offer is shown first."""

from decimal import Decimal

from index.types import Filters, Offer, Price, PriceRange, Product
from service.offers import meets, ordered_offers, with_offers_of


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


def test_offers_of_other_listings_follow_and_one_link_is_one_offer() -> None:
    def listed(name: str, *offers: Offer) -> Product:
        return Product(id=name, group=name, title="P", offers=offers)

    usd = Price(Decimal(9), "USD")
    first_, second = Offer("A", usd, link="https://a/1"), Offer("A", usd, link="https://a/2")
    stale = Offer("A", Price(Decimal(7), "USD"), link="https://a/1")
    bare, dearer = Offer("B", usd), Offer("B", Price(Decimal(10), "USD"))
    joined = with_offers_of(
        listed("one", first_, bare), [listed("two", second, stale), listed("three", dearer, bare)]
    )
    assert joined.offers == (first_, bare, second, dearer)
    assert joined.id == "one"


def test_joined_offers_of_one_merchant_come_cheapest_first() -> None:
    cheap = Offer("A", Price(Decimal(5), "USD"), link="https://a/2")
    dear = Offer("A", Price(Decimal(6), "USD"), link="https://a/1")
    one = Product(id="one", group="one", title="P", offers=(dear,))
    other = Product(id="two", group="two", title="P", offers=(cheap,))
    assert ordered_offers(with_offers_of(one, [other])) == [cheap, dear]
