"""Whether a figure in a clause is the product's own, in the role that the words beside it give it.

Being among the facts is not enough, nor is being the product's: "reduced by $120" is false of what
costs $120.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, TypeAlias

from index.types import Price
from service.answer.claims import BEFORE_A_SALE, OF_A_SALE
from service.answer.facts import ProductFacts
from service.answer.languages import Language
from service.answer.lexicon import Token
from service.answer.phrase_index import folded
from service.answer.sayable import plain

_Role: TypeAlias = Literal["price", "discount", "unknown"]


def figure_problem(clause: Sequence[Token], product: ProductFacts, language: Language) -> str:
    """Gives which figure of a clause is not the product's own; empty where all are.

    Its own are its price, its price at a shop that is named, its price before the sale, and the
    amount and percentage that the sale takes off.
    """
    before = _regular_positions(clause)
    if len(before) > 1:
        return f"two prices before a sale of [{product.ref}]"
    if any(not _is_regular(clause, at, product) for at in before):
        return f"no such price before a sale of [{product.ref}]"
    said: list[Price] = []
    for at, token in enumerate(clause):
        if token.percent and not _is_discount(clause, at, product, language):
            return f"not the discount of [{product.ref}]: {token.text}"
        if not token.amount or at in before:
            continue
        role = _role(clause, at, language)
        if role == "unknown" or (role == "discount" and token.amount != _saving(product)):
            return f"neither price nor discount of [{product.ref}]: {token.text}"
        said += [token.amount] if role == "price" else []
    return _price_problem(said, [one.text for one in clause if one.kind == "merchant"], product)


def _regular_positions(clause: Sequence[Token]) -> set[int]:
    """Where prices before a sale must stand: after ``was``, before ``before the sale``."""
    said = [(i, one.text) for i, one in enumerate(clause) if one.kind == "claim"]
    return {i + (1 if name == "was" else -1) for i, name in said if name in BEFORE_A_SALE}


def _is_regular(clause: Sequence[Token], at: int, product: ProductFacts) -> bool:
    amount = clause[at].amount if 0 <= at < len(clause) else None
    return amount is not None and amount == product.regular_price


def _role(clause: Sequence[Token], at: int, language: Language) -> _Role:
    """What an amount is by the words beside it; where a sale is told of, they must say so.

    ``for $120``, ``reduced to $120``: the price; ``by $30``, ``$30 off``: the discount; ``on sale
    $30``: either, so neither.
    """
    roles = language.roles
    before = clause[at - 1].phrase if at else ""
    sales = {token.text for token in clause if _is_of_a_sale(token)}
    if any(one.kind == "field" and one.text != "price" for one in clause[max(at - 2, 0) : at]):
        return "unknown"  # "in the size of $120"
    is_unnamed = before in roles["price_is"] and not names_price(clause, language)
    if is_unnamed or before in roles["bound"]:
        return "unknown"
    if not sales:
        return "unknown" if before in roles["by"] else "price"
    if before in roles["by"]:
        return "discount" if _is_by(clause, at, language) else "unknown"
    return _role_in_a_sale(clause, at, language, is_named="discount" in sales)


def _is_by(clause: Sequence[Token], at: int, language: Language) -> bool:
    """Whether a word says by how much: ``um`` does, ``de`` and ``en`` beside a sale alone."""
    roles = language.roles
    if clause[at - 1].phrase not in roles["of"] | roles["maker"] | roles["shop"]:
        return True
    is_behind = at > 1 and _is_of_a_sale(clause[at - 2])
    return is_behind or _behind(clause, at) in ("off", "discount")


def _role_in_a_sale(
    clause: Sequence[Token], at: int, language: Language, *, is_named: bool
) -> _Role:
    """The same where no word for a difference stands before it; ``is_named``: "20 % Rabatt"."""
    before, behind = clause[at - 1] if at else None, _behind(clause, at)
    roles = language.roles
    if before and before.phrase in roles["price"] | roles["to"] | roles["cost"]:
        is_clear = before.phrase in roles["cost"] or not is_named
        # "auf 120 $ reduziert", but "auf 120 $ Rabatt"
        return "price" if is_clear and behind in ("", "on_sale") else "unknown"
    is_taken_off = behind in ("off", "discount") and not language.is_chinese
    return "discount" if is_taken_off or (before and before.text == "discount") else "unknown"


def _behind(clause: Sequence[Token], at: int) -> str:
    """What is claimed of a sale right behind a figure; empty: nothing."""
    behind = clause[at + 1 : at + 2]
    return behind[0].text if behind and _is_of_a_sale(behind[0]) else ""


def names_price(clause: Sequence[Token], language: Language) -> bool:
    """Whether it holds the word for a price, alone or in a phrase."""
    words = (word for one in clause for word in one.phrase.split())
    return any(language.field_words.get(word) == "price" for word in words)


def _is_of_a_sale(token: Token) -> bool:
    return token.kind == "claim" and token.text in OF_A_SALE


def _is_discount(
    clause: Sequence[Token], at: int, product: ProductFacts, language: Language
) -> bool:
    """Whether a share stands beside a sale, is what that takes off, and not where it goes to."""
    before, behind = clause[max(at - 1, 0) : at], clause[at + 1 : at + 2]
    is_to = any(one.phrase in language.roles["to"] for one in before)
    is_of_a_value = any(one.kind in ("value", "merchant") for one in behind)  # "20% wool"
    is_off = any(map(_is_of_a_sale, (*before, *behind)))
    is_own = clause[at].percent == _discount(product)
    return is_off and is_own and not is_to and not is_of_a_value


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


def _saving(product: ProductFacts) -> Price | None:
    """Gives what a sale takes off; None where there is no sale."""
    before, now = product.regular_price, product.price
    return Price(before.amount - now.amount, now.currency) if before and now else None


def _discount(product: ProductFacts) -> str:
    """Gives the percentage that a sale takes off; empty where there is no sale."""
    before, now = product.regular_price, product.price
    return _percent_of(before.amount - now.amount, before.amount) if before and now else ""
