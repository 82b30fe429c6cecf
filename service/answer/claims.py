"""What a phrase claims about the products that its clause cites, and whether that is true."""

from collections.abc import Callable, Mapping

from service.answer.agreements import FIELDS
from service.answer.facts import Facts, ProductFacts

COMPARISONS = ("less", "more")
"""Claims about two products at once; ``than`` or ``compared`` stands before the one behind them."""
MODIFIERS = ("was", "formerly", "off", "than", "compared", "both", "photo")
"""Claims that say what a figure, or the number of products, means."""
LIKENESS = ("agrees", "differs")
"""Claims about the photo and the fields that their clause names (``likeness``)."""
OF_A_SALE = ("on_sale", "off", "discount")
"""Claims that a price was lowered; an amount or share beside them is what that takes off."""
BEFORE_A_SALE = ("was", "formerly")
"""Claims that an amount is the price before a sale."""
OF_AN_OFFER = ("in_stock", "out_of_stock", "sold_out", *OF_A_SALE, *BEFORE_A_SALE)
"""Claims about one offer; where a shop is named, about that shop's."""


def holds(claim: str, facts: Facts, ref: int) -> bool:
    """Whether a claim is true of one product; an unknown claim is false."""
    check = _CLAIMS.get(claim)
    return check is not None and check(facts, facts.of(ref))


def _is_extreme(*, is_lowest: bool) -> Callable[[Facts, ProductFacts], bool]:
    """Strictly the lowest or highest of all the prices, which must all be known and comparable."""

    def check(facts: Facts, product: ProductFacts) -> bool:
        prices = [one.price for one in facts.products]
        own = product.price
        if own is None or len(prices) < 2 or None in prices or not facts.is_one_currency:
            return False
        amounts = sorted((one.amount for one in prices if one), reverse=not is_lowest)
        return own.amount == amounts[0] != amounts[1]

    return check


def _is_picked(facts: Facts, product: ProductFacts) -> bool:
    return product.ref == facts.pick and product.is_acceptable


def _is_sold_out(product: ProductFacts) -> bool:
    """What can be ordered ahead, or will come again, is out of stock and not sold out."""
    states = {offer.availability for offer in product.offers}
    return states == {"out_of_stock"}


def _agrees(field: str) -> Callable[[Facts, ProductFacts], bool]:
    return lambda _, product: field in product.agrees


def _differs(field: str) -> Callable[[Facts, ProductFacts], bool]:
    return lambda _, product: field in product.differs


_CLAIMS: Mapping[str, Callable[[Facts, ProductFacts], bool]] = {
    "match": lambda facts, _: facts.verdict != "not_in_catalogue",
    "closest": lambda _, product: product.ref == 1,
    "same_product": lambda facts, product: facts.verdict == "same_product" and product.ref == 1,
    "cheapest": _is_extreme(is_lowest=True),
    "dearest": _is_extreme(is_lowest=False),
    "pick": _is_picked,
    "in_stock": lambda _, product: product.availability == "in_stock",
    "out_of_stock": lambda _, product: bool(product.offers) and not product.is_in_stock,
    "sold_out": lambda _, product: _is_sold_out(product),
    "on_sale": lambda _, product: product.regular_price is not None,
    "discount": lambda _, product: product.regular_price is not None,
    "never": lambda _, __: False,
    "option": lambda facts, product: facts.pick is not None and product.is_acceptable,
    **{f"same_{field}": _agrees(field) for field in FIELDS},
    **{f"other_{field}": _differs(field) for field in FIELDS},
}

NAMES = frozenset((*_CLAIMS, *COMPARISONS, *MODIFIERS, *LIKENESS))
"""All that a phrase may claim."""
