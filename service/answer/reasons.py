"""Why a product may be named: each code is true or false by the facts, whoever says it."""

from collections.abc import Callable, Mapping

from index.types import Price
from service.answer.agreements import FIELDS
from service.answer.facts import Facts


def true_reasons(facts: Facts, ref: int) -> tuple[str, ...]:
    """Gives the codes that hold for a product, the most telling first."""
    return tuple(code for code, holds in REASONS.items() if holds(facts, ref))


def is_cheapest_in_stock(facts: Facts, ref: int, currency: str | None = None) -> bool:
    """Whether every other product in stock costs more.

    False where there is none, or where one cannot be compared: its price is not known, or in
    another currency. With a currency, only prices in that currency count.
    """
    own = facts.of(ref).price
    rivals = [
        price
        for one in facts.products
        for price in _prices_in_stock(facts, one.ref)
        if one.ref != ref and not (currency and price and price.currency != currency)
    ]
    if own is None or not _is_in_stock(facts, ref) or not rivals:
        return False
    return all(
        price is not None and price.currency == own.currency and price.amount > own.amount
        for price in rivals
    )


def _prices_in_stock(facts: Facts, ref: int) -> list[Price | None]:
    return [one.price for one in facts.of(ref).offers if one.availability == "in_stock"]


def _is_in_stock(facts: Facts, ref: int) -> bool:
    return facts.of(ref).availability == "in_stock"


def _is_same_product(facts: Facts, ref: int) -> bool:
    return ref == 1 and facts.verdict == "same_product"


def _is_closest(facts: Facts, ref: int) -> bool:
    return ref == 1 and facts.verdict != "not_in_catalogue"


def _is_closest_in_stock(facts: Facts, ref: int) -> bool:
    earlier = facts.products[: ref - 1]
    is_first = all(not one.is_in_stock for one in earlier)
    return ref > 1 and facts.pick is not None and _is_in_stock(facts, ref) and is_first


def _is_only_in_stock(facts: Facts, ref: int) -> bool:
    others = [one for one in facts.products if one.ref != ref]
    return bool(others) and _is_in_stock(facts, ref) and not any(one.is_in_stock for one in others)


def _is_on_sale(facts: Facts, ref: int) -> bool:
    return facts.of(ref).regular_price is not None


def _agrees(field: str) -> Callable[[Facts, int], bool]:
    return lambda facts, ref: field in facts.of(ref).agrees


REASONS: Mapping[str, Callable[[Facts, int], bool]] = {
    "same_product": _is_same_product,
    "closest_match": _is_closest,
    "only_in_stock": _is_only_in_stock,
    "closest_in_stock": _is_closest_in_stock,
    "cheapest": is_cheapest_in_stock,
    "on_sale": _is_on_sale,
    **{f"same_{field}": _agrees(field) for field in FIELDS},
    "in_stock": _is_in_stock,
}
