"""The budget: the request's field, or a price in the words that is meant for the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, ValidationError

from index.types import Price
from service.errors import RequestError
from service.search.amounts import amount_at
from service.search.prices import PriceWords, price_at
from service.search.tokens import Token, joined, tokenized
from service.search.vocabulary import ShopVocabulary
from service.shopping.lexicon import kind
from service.shopping.money import rounded_down

_MAX_FIELD_CHARACTERS = 200


class _Amount(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    amount: str
    currency: str = ""


@dataclass(frozen=True)
class SaidBudget:
    """A budget in the words, and the words without it."""

    words: str
    """As they were said; empty: none was."""
    price: Price | None
    rest: tuple[Token, ...]


def parse_budget(field: str, vocabulary: ShopVocabulary) -> Price | None:
    """Reads the request's ``budget``; None where it is empty.

    Without a currency it is in the one that the shop sells most in.

    Raises:
        RequestError: no amount above 0, or in no currency of the shop.
    """
    text = field.strip()
    if not text:
        return None
    tokens = tokenized(_plain(text)) if len(text) <= _MAX_FIELD_CHARACTERS else []
    amount = amount_at(tokens, 0, vocabulary.currency_words)
    if amount is None or amount.length != len(tokens) or not amount.is_digits:
        raise _refused(text, vocabulary)
    codes = amount.currencies or vocabulary.currencies
    return _price(amount.value, codes, vocabulary, text)


def said_budget(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> SaidBudget:
    """Finds the list's budget in its words.

    A price with a word for all ("budget", "in total", 预算) is the budget; else the only price of
    the text is, unless it is that of one piece ("each") or has no upper end. Other prices stay with
    their entries.

    Raises:
        RequestError: it is in no currency of the shop, or 0.
    """
    spots = _prices(tokens, vocabulary)
    named = [spot for spot in spots if spot.is_named]
    chosen = named[0] if named else (spots[0] if len(spots) == 1 else None)
    if chosen is None or chosen.is_each or chosen.words.maximum is None:
        return SaidBudget("", None, tuple(tokens))
    said = joined(tokens[chosen.start : chosen.end])
    codes = chosen.words.currencies or vocabulary.currencies
    price = _price(chosen.words.maximum, codes, vocabulary, said)
    return SaidBudget(said, price, (*tokens[: chosen.start], *tokens[chosen.end :]))


@dataclass(frozen=True)
class _Spot:
    start: int
    end: int
    words: PriceWords
    is_named: bool
    is_each: bool


def _prices(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> list[_Spot]:
    found: list[_Spot] = []
    start = 0
    while start < len(tokens):
        lead = kind("budget").length(tokens, start)
        words = price_at(tokens, start + lead, vocabulary) if lead else None
        lead = lead if words else 0
        words = words or price_at(tokens, start, vocabulary)
        if words is None:
            start += 1
            continue
        end = start + lead + words.length
        behind = kind("budget").length(tokens, end)
        is_named = bool(behind or kind("budget").length(tokens, start))
        is_each = kind("each").length(tokens, end) > 0
        found.append(_Spot(start, end + behind, words, is_named, is_each))
        start = end + behind
    return found


def _plain(text: str) -> str:
    """A JSON object as plain text."""
    if not text.startswith("{"):
        return text
    try:
        found = _Amount.model_validate_json(text)
    except ValidationError:
        return ""
    return f"{found.amount} {found.currency}"


def _price(value: Decimal, codes: Sequence[str], vocabulary: ShopVocabulary, said: str) -> Price:
    currency = vocabulary.currency_of(codes)
    if currency is None or value <= 0:
        raise _refused(said, vocabulary)
    amount = rounded_down(value, currency)
    if amount <= 0:
        raise _refused(said, vocabulary)
    return Price(amount, currency)


def _refused(said: str, vocabulary: ShopVocabulary) -> RequestError:
    if not vocabulary.currencies:
        return RequestError(f"the budget {said[:60]!r}: this shop has no prices yet")
    return RequestError(
        f"the budget {said[:60]!r}: allowed is an amount above 0 of at most 12 digits, alone or in "
        f"a currency of this shop ({', '.join(vocabulary.currencies)}), such as '60' or "
        f"'60 {vocabulary.currencies[0]}'"
    )
