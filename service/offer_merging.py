"""Rows of several merchants to one product with several offers."""

from dataclasses import replace

from index.types import Offer, Product


def target_id(row: Product, by_gtin: dict[str, str], products: dict[str, Product]) -> str:
    """The id of the product that a row is an offer of.

    A GTIN joins rows of different merchants; one merchant's two ids are two products.
    """
    same_gtin = by_gtin.get(row.gtin) if row.gtin else None
    if row.id in products or same_gtin is None:
        return row.id
    listed = {offer.merchant: offer.source_id for offer in products[same_gtin].offers}
    return same_gtin if listed.get(row.offers[0].merchant, row.id) == row.id else row.id


def merged(known: Product | None, row: Product) -> tuple[Product, bool]:
    """The product with this row's offer, and whether the row's merchant owns its words."""
    if known is None:
        return row, True
    offer = row.offers[0]
    owner = known.offers[0].merchant if known.offers else offer.merchant
    owns = owner == offer.merchant
    offers = _with_offer(known.offers, offer)
    if owns:
        return replace(row, id=known.id, offers=offers), True
    return replace(known, offers=offers), False


def _with_offer(offers: tuple[Offer, ...], offer: Offer) -> tuple[Offer, ...]:
    by_merchant = {one.merchant: one for one in offers}
    by_merchant[offer.merchant] = offer
    return tuple(by_merchant.values())
