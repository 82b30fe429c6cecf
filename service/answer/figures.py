"""Whether a figure in a clause is the product's own: bound to it, not merely among the facts."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from index.types import Price
from service.answer.facts import ProductFacts
from service.answer.lexicon import Token
from service.answer.sayable import folded, plain


def figure_problem(clause: Sequence[Token], product: ProductFacts) -> str:
    """Gives which figure of a clause is not the product's own; empty where all are.

    Its own are its price, its price at a shop that is named, its price before the sale, and the
    percentage that the sale takes off.
    """
    regular = _regular_position(clause)
    if regular is not None and not _is_regular(clause, regular, product):
        return f"no such price before a sale of [{product.ref}]"
    for at, token in enumerate(clause):
        if token.percent and not _is_discount(clause, at, product):
            return f"not the discount of [{product.ref}]: {token.text}"
    said = [one.amount for at, one in enumerate(clause) if one.amount and at != regular]
    return _price_problem(said, [one.text for one in clause if one.kind == "merchant"], product)


def _regular_position(clause: Sequence[Token]) -> int | None:
    """Where the price before a sale must stand: after ``was``, before ``before the sale``."""
    for at, token in enumerate(clause):
        if token.kind == "claim" and token.text in ("was", "formerly"):
            return at + (1 if token.text == "was" else -1)
    return None


def _is_regular(clause: Sequence[Token], at: int, product: ProductFacts) -> bool:
    amount = clause[at].amount if 0 <= at < len(clause) else None
    return amount is not None and amount == product.regular_price


def _is_discount(clause: Sequence[Token], at: int, product: ProductFacts) -> bool:
    beside = (*clause[max(at - 1, 0) : at], *clause[at + 1 : at + 2])
    is_off = any(one.kind == "claim" and one.text in ("off", "on_sale") for one in beside)
    return is_off and clause[at].percent == _discount(product)


def _price_problem(said: Sequence[Price], merchants: Sequence[str], product: ProductFacts) -> str:
    """With shops named, each amount is its shop's, in the order of both; else the first price."""
    if not merchants:
        wrong = [amount for amount in said if amount != product.price]
        if wrong:
            return f"not the price of [{product.ref}]: {wrong[0].amount}"
        is_twice = len(said) > 1  # "reduced from $120 to $120"
        return f"the price of [{product.ref}] twice" if is_twice else ""
    if not said:
        return ""
    offers = {(folded(plain(offer.merchant)), offer.price) for offer in product.offers}
    is_paired = len(said) == len(merchants) and all(
        pair in offers for pair in zip(merchants, said, strict=True)
    )
    return "" if is_paired else f"not the price of [{product.ref}] at {merchants[0]}"


def is_difference(token: Token, one: ProductFacts, other: ProductFacts, gap: Decimal) -> bool:
    """Whether an amount or percentage says how far two prices, ``gap`` apart, differ."""
    if token.amount:
        return one.price is not None and token.amount == Price(gap, one.price.currency)
    return other.price is not None and token.percent == _percent_of(gap, other.price.amount)


def _percent_of(part: Decimal, whole: Decimal) -> str:
    """Gives a share in percent, rounded to a whole number, half up."""
    return str((100 * part / whole).quantize(Decimal(1), ROUND_HALF_UP)) if whole else ""


def _discount(product: ProductFacts) -> str:
    """Gives the percentage that a sale takes off; empty where there is no sale."""
    before, now = product.regular_price, product.price
    return _percent_of(before.amount - now.amount, before.amount) if before and now else ""
