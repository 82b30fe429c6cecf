"""What an answer may say: numbered facts of the best matches, with the choice already made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from index.types import Filters, Offer, Price
from index.verdict import VerdictKind
from service.answer.agreements import agreements, audience_of
from service.answer.cleaning import safe_link, shown_name, shown_value
from service.answer.types import AnswerRequest
from service.offers import meets, ordered_offers
from service.types import Match
from vision.types import Caption

MAX_PRODUCTS = 5
MAX_SHOWN = 99
"""References have two digits."""
NEAR = 0.85
"""Of the best match's score: what lies so near is of its kind where categories do not tell."""
SAID_ATTRIBUTES = ("material", "pattern", "size", "condition")
"""The feed's columns that an answer may speak of; free columns and descriptions are not among."""


@dataclass(frozen=True)
class ProductFacts:
    """One match; its words are clean (``service.answer.cleaning``)."""

    ref: int
    """Written ``[ref]``; 1 is the best match."""
    id: str
    name: str
    """Empty where the title cannot be shown."""
    values: Mapping[str, str]
    """Brand, category (its last step), color, audience and ``SAID_ATTRIBUTES``; never empty."""
    offers: tuple[Offer, ...]
    """As ``ordered_offers`` gives them; the first is the one that the answer speaks of."""
    is_acceptable: bool
    """Its first offer is in stock and meets the filters."""
    agrees: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()

    @property
    def price(self) -> Price | None:
        """What the first offer costs."""
        return self.offers[0].price if self.offers else None

    @property
    def availability(self) -> str:
        """Of the first offer; empty where there is none."""
        return self.offers[0].availability if self.offers else ""

    @property
    def merchant(self) -> str:
        """Of the first offer; empty where there is none."""
        return self.offers[0].merchant if self.offers else ""

    @property
    def link(self) -> str:
        """Of the first offer; empty where there is none that is safe."""
        return self.offers[0].link if self.offers else ""

    @property
    def regular_price(self) -> Price | None:
        """The price before the sale, where it is the higher one in the same currency."""
        now = self.price
        before = self.offers[0].regular_price if self.offers else None
        if now is None or before is None or before.currency != now.currency:
            return None
        return before if before.amount > now.amount else None

    @property
    def is_in_stock(self) -> bool:
        """Whether any merchant has it in stock, met filters or not."""
        return any(offer.availability == "in_stock" for offer in self.offers)

    def priced_offers(self) -> list[tuple[Price, str]]:
        """Gives price and merchant of each offer in stock, cheapest first.

        Those in the currency of the first offer alone; none where that has no price.
        """
        now = self.price
        if now is None:
            return []
        found = [
            (offer.price, offer.merchant)
            for offer in self.offers
            if offer.price
            and offer.price.currency == now.currency
            and offer.availability == "in_stock"
        ]
        return sorted(found, key=lambda one: (one[0].amount, one[1]))


@dataclass(frozen=True)
class Facts:
    """Everything that is known; whoever writes can choose words, not what is true."""

    products: tuple[ProductFacts, ...]
    verdict: VerdictKind | None
    pick: int | None
    """The best match that is acceptable; where none is in stock, the best match."""
    cheapest: int | None

    def of(self, ref: int) -> ProductFacts:
        """Gives the product behind ``[ref]``; the reference must be one of ours."""
        return self.products[ref - 1]

    @property
    def acceptable(self) -> tuple[int, ...]:
        """References that a writer may pick; empty where none of the matches is it."""
        if self.pick is None:
            return ()
        return tuple(one.ref for one in self.products if one.is_acceptable) or (self.pick,)

    @property
    def is_one_currency(self) -> bool:
        """Whether all prices can be compared."""
        return len({one.price.currency for one in self.products if one.price}) <= 1


def facts_of(request: AnswerRequest, most: int = MAX_PRODUCTS) -> Facts:
    """Gives the facts of the first ``most`` comparable matches, with the choice made."""
    return _facts(request, comparable(request.matches)[:most])


def shown_facts(request: AnswerRequest) -> Facts:
    """Gives the facts of all that was shown, in its order, for questions; nothing is picked."""
    return replace(_facts(request, request.matches[:MAX_SHOWN]), pick=None)


def _facts(request: AnswerRequest, matches: Sequence[Match]) -> Facts:
    products = tuple(
        _product(ref, match, request.caption, request.filters)
        for ref, match in enumerate(matches, start=1)
    )
    is_there = bool(products) and request.verdict != "not_in_catalogue"
    return Facts(
        products=products,
        verdict=request.verdict,
        pick=_pick(products) if is_there else None,
        cheapest=_cheapest(products) if is_there else None,
    )


def comparable(matches: Sequence[Match]) -> list[Match]:
    """Gives the best match and those that a buyer could take in its place, in their order.

    A jar is no cheap lamp: a product counts when it is of the same kind (its category is the best
    match's, below it, above it or beside it), or where a category is missing, scores nearly alike.
    """
    return [match for match in matches if _is_alternative(matches[0], match)]


def _is_alternative(best: Match, other: Match) -> bool:
    first, second = (_path(one.product.category) for one in (best, other))
    is_near = other.score >= NEAR * best.score
    if not first or not second:
        return is_near
    depth = min(len(first), len(second))
    if first[:depth] == second[:depth]:
        return True
    # Two tops of a tree may be far apart ("Women > Tops", "Women > Shoes"), two twigs are not.
    is_beside = first[: depth - 1] == second[: depth - 1]
    return is_beside and (depth > 2 or (depth == 2 and is_near))


def _path(category: str) -> list[str]:
    return [part.strip().casefold() for part in category.split(">") if part.strip()]


def difference(one: ProductFacts, other: ProductFacts) -> Decimal | None:
    """Gives how much more ``one`` costs; None where the two prices cannot be compared."""
    if one.price is None or other.price is None or one.price.currency != other.price.currency:
        return None
    return one.price.amount - other.price.amount


def _product(ref: int, match: Match, caption: Caption | None, filters: Filters) -> ProductFacts:
    product = match.product
    offers = ordered_offers(product, filters)
    agrees, differs = agreements(caption, product) if caption else ((), ())
    said = {
        "brand": product.brand,
        "category": product.category.split(">")[-1],
        "color": product.color,
        "audience": audience_of(product),
        **{name: product.attributes.get(name, "") for name in SAID_ATTRIBUTES},
    }
    values = {name: shown_value(value) for name, value in said.items()}
    return ProductFacts(
        ref=ref,
        id=product.id,
        name=shown_name(product.title),
        values={name: value for name, value in values.items() if value},
        offers=tuple(_clean(offer) for offer in offers),
        is_acceptable=bool(offers)
        and offers[0].availability == "in_stock"
        and meets(offers[0], filters),
        agrees=agrees,
        differs=differs,
    )


def _clean(offer: Offer) -> Offer:
    return Offer(
        merchant=shown_value(offer.merchant),
        price=offer.price,
        regular_price=offer.regular_price,
        availability=offer.availability,
        link=safe_link(offer.link),
    )


def _pick(products: Sequence[ProductFacts]) -> int:
    in_stock = [one.ref for one in products if one.availability == "in_stock"]
    acceptable = [one.ref for one in products if one.is_acceptable]
    return (acceptable or in_stock or [1])[0]


def _cheapest(products: Sequence[ProductFacts]) -> int | None:
    currency = next((one.price.currency for one in products if one.price), None)
    found = [
        (one.price.amount, one.ref)
        for one in products
        if one.is_acceptable and one.price and one.price.currency == currency
    ]
    return min(found)[1] if found else None
