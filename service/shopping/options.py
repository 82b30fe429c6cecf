"""What of the matches can be bought: offers in stock, with a price, in one currency."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from index.types import Filters, Offer, Price
from service.offers import meets
from service.shopping.money import rounded
from service.shopping.types import Option
from service.types import Match

IN_STOCK = "in_stock"


def buyable(match: Match, filters: Filters) -> list[tuple[Offer, Price]]:
    """Gives the match's offers in stock that have a price and meet the filters."""
    return [
        (offer, offer.price)
        for offer in match.product.offers
        if offer.price and offer.availability == IN_STOCK and meets(offer, filters)
    ]


def most_frequent_currency(found: Sequence[tuple[Sequence[Match], Filters]]) -> str | None:
    """Gives the currency of most buyable offers, the first by name of several; None: no offer."""
    counts = Counter(
        price.currency
        for matches, filters in found
        for match in matches
        for _, price in buyable(match, filters)
    )
    return min(counts, key=lambda code: (-counts[code], code), default=None)


def options_of(
    matches: Sequence[Match], filters: Filters, quantity: int, currency: str
) -> tuple[tuple[Option, ...], int]:
    """Gives the options of an entry, and how many offers were left out for their currency."""
    options: list[Option] = []
    left_out = 0
    for match in matches:
        offers = buyable(match, filters)
        own = [(offer, price) for offer, price in offers if price.currency == currency]
        left_out += len(offers) - len(own)
        options.extend(_option(match, offer, price, quantity) for offer, price in own)
    options.sort(key=_order)
    return tuple(options), left_out


def _option(match: Match, offer: Offer, price: Price, quantity: int) -> Option:
    total = rounded(price.amount * quantity, price.currency)
    return Option(match.product, offer, price, total, match.score)


def _order(option: Option) -> tuple[float, str, Decimal, str]:
    return (-option.score, option.product.id, option.total, option.offer.merchant)
