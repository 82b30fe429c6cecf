"""Which of a product's offers is shown first."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from index.types import NO_FILTERS, Filters, Offer, PriceRange, Product

_LEAST = Decimal("0.0001")
"""No feed's price has more places."""


def ordered_offers(product: Product, filters: Filters = NO_FILTERS) -> list[Offer]:
    """Gives a product's offers: those that meet the filters first, then in stock, then cheapest.

    Amounts of different currencies are not compared: offers in the currency asked for, else in
    that of the product's first offer, come before those in others.
    """
    currency = filters.price.currency if filters.price else None
    if currency is None:
        currency = next((offer.price.currency for offer in product.offers if offer.price), None)

    def order(offer: Offer) -> tuple[bool, bool, bool, bool, Decimal, str]:
        return (
            not meets(offer, filters),
            offer.availability != "in_stock",
            offer.price is None,
            offer.price is not None and offer.price.currency != currency,
            offer.price.amount if offer.price else Decimal(0),
            offer.merchant,
        )

    return sorted(product.offers, key=order)


def with_offers_of(product: Product, others: Sequence[Product]) -> Product:
    """Gives a product whose offers are followed by those of other listings of the same thing.

    A merchant's offers all stay where their links differ; without a link, where their terms do.
    """
    kept: dict[Hashable, Offer] = {}
    for offer in (offer for one in (product, *others) for offer in one.offers):
        told_apart_by = offer.link or (offer.price, offer.availability)
        kept.setdefault((offer.merchant, told_apart_by), offer)
    return replace(product, offers=tuple(kept.values()))


def cheaper_than(product: Product, filters: Filters) -> Filters:
    """Gives filters that only let prices below the product's first one pass.

    Unchanged where the product has no price.
    """
    price = next((offer.price for offer in ordered_offers(product, filters) if offer.price), None)
    if price is None:
        return filters
    below = price.amount - _LEAST
    known = filters.price
    highest = min(below, known.maximum) if known and known.maximum is not None else below
    range_ = PriceRange(known.minimum if known else None, max(highest, Decimal(0)), price.currency)
    return replace(filters, price=range_)


def meets(offer: Offer, filters: Filters) -> bool:
    """Whether an offer meets the filters' conditions on price, merchant and availability."""
    return (
        _listed(offer, filters.any_of, default=True)
        and not _listed(offer, filters.none_of, default=False)
        and _priced(offer, filters)
    )


def _listed(offer: Offer, values: Mapping[str, Sequence[str]], *, default: bool) -> bool:
    """Whether merchant and availability are among the values (any of the two for exclusions)."""
    checks = [
        value.casefold() in {one.casefold() for one in values[field]}
        for field, value in (("merchant", offer.merchant), ("availability", offer.availability))
        if field in values
    ]
    if not checks:
        return default
    return all(checks) if default else any(checks)


def _priced(offer: Offer, filters: Filters) -> bool:
    wanted = filters.price
    if wanted is None:
        return True
    price = offer.price
    if price is None or (wanted.currency and price.currency != wanted.currency):
        return False
    low, high = wanted.minimum, wanted.maximum
    return (low is None or price.amount >= low) and (high is None or price.amount <= high)
