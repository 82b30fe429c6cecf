"""Price words: "under $50", "between 20 and 30 €", "50元以下".

An amount without a comparison ("50 dollars") is a budget: at most that. A number without a currency
is a price only after a comparison and before the end, a mark, or a word that begins something new
("under 50 in red"), so that "under 50 cm", "more than 3 pockets" and "kids under 5" are none.
"Around 50" is within a fifth of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.search import lexicon
from service.search.amounts import Amount, amount_at
from service.search.tokens import Token
from service.search.vocabulary import ShopVocabulary

_AROUND = Decimal("0.2")
_ENDS = frozenset(",.!?;:)，。！？；：、…")
_WEAK_OPENERS = frozenset({"from", "von", "de", "在"})
_WEAK_COMPARISONS = frozenset({"from", "ab", "desde", "a partir de", "à partir de"})
"""Without a currency they are no comparison of prices."""
_WEAK_JOINERS = frozenset({"and", "和", "und", "y", "a", "et"})
"""They join two prices only after "between"."""
_WEAK_AFTER = frozenset(
    {"max", "maximum", "maximal", "tops", "at most", "+", "内", "內", "起", "上下", "como máximo"}
)
"""They make a price only of an amount with a currency."""
_ALSO_WEIGHTS = frozenset({"pound", "pounds", "pfund", "libras", "livres", "刀", "won"})
_ALSO_PIECES = frozenset({"块", "塊"})
_AGE_REACH = 3
"""Tokens before a number in which a word for children makes it an age."""
_OLDEST_CHILD = 18
_BARE_WORD_MINIMUM = 10
"""Smaller number words ("at least two") are prices only with a currency."""


@dataclass(frozen=True)
class PriceWords:
    """A price phrase; both ends included, None is open."""

    length: int
    minimum: Decimal | None
    maximum: Decimal | None
    currencies: tuple[str, ...] | None
    """Codes that the currency can mean, likeliest first; None: no currency was said."""


def price_at(tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary) -> PriceWords | None:
    """Gives the price phrase that begins at a token."""
    return (
        _between(tokens, start, vocabulary)
        or _compared(tokens, start, vocabulary)
        or _plain(tokens, start, vocabulary)
    )


def _between(tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary) -> PriceWords | None:
    opener = lexicon.kind("between").at(tokens, start)
    if opener is None:
        return None
    first = start + opener[0]
    both = _two(tokens, first, vocabulary)
    if both is None:
        return None
    low, high, length = both
    end = first + length
    closing = lexicon.kind("range_after").length(tokens, end)
    is_said = low.currencies or high.currencies or closing
    if not is_said and (opener[1] in _WEAK_OPENERS or not _may_be_bare(tokens, start, end, high)):
        return None
    return _range(low, high, end + closing - start)


def _compared(tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary) -> PriceWords | None:
    opener = lexicon.kinds("under", "over", "about").at(tokens, start)
    if opener is None:
        return None
    first = start + opener[0]
    opener_text = _text(tokens[start:first])
    first += lexicon.kind("article").length(tokens, first)
    amount = amount_at(tokens, first, vocabulary.currency_words)
    if amount is None:
        return None
    end = first + amount.length
    is_weak = opener_text in _WEAK_COMPARISONS
    if amount.currencies is None and (is_weak or not _may_be_bare(tokens, start, end, amount)):
        return None
    closing = lexicon.kinds("under_after", "over_after", "about_after").length(tokens, end)
    return _open(opener[1], amount, end + closing - start)


def _plain(tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary) -> PriceWords | None:
    """Amounts with what stands behind them, or nothing."""
    both = _two(tokens, start, vocabulary)
    if both:
        low, high, length = both
        closing = lexicon.kind("range_after").length(tokens, start + length)
        joiner = tokens[start + low.length].key
        if closing or ((low.currencies or high.currencies) and joiner not in _WEAK_JOINERS):
            return _range(low, high, length + closing)
    amount = amount_at(tokens, start, vocabulary.currency_words)
    if amount is None:
        return None
    end = start + amount.length
    after = lexicon.kinds("under_after", "over_after", "about_after").at(tokens, end)
    if after:
        text = _text(tokens[end : end + after[0]])
        is_price = amount.currencies or (
            text not in _WEAK_AFTER and amount.is_digits and not _is_age(tokens, start, amount)
        )
        return _open(after[1], amount, amount.length + after[0]) if is_price else None
    return _open("under", amount, amount.length) if _is_budget(tokens, start, amount) else None


def _is_budget(tokens: Sequence[Token], start: int, amount: Amount) -> bool:
    end = start + amount.length
    if amount.currencies is None or tokens[end - 1].key in _ALSO_WEIGHTS:
        return False
    return tokens[end - 1].key not in _ALSO_PIECES or _ends_at(tokens, end)


def _two(
    tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary
) -> tuple[Amount, Amount, int] | None:
    low = amount_at(tokens, start, vocabulary.currency_words)
    if low is None:
        return None
    joiner = lexicon.kind("range_joiner").length(tokens, start + low.length)
    if not joiner:
        return None
    high = amount_at(tokens, start + low.length + joiner, vocabulary.currency_words)
    if high is None:
        return None
    return low, high, low.length + joiner + high.length


def _range(low: Amount, high: Amount, length: int) -> PriceWords:
    ends = sorted([low.value, high.value])
    return PriceWords(length, ends[0], ends[1], low.currencies or high.currencies)


def _open(kind: str, amount: Amount, length: int) -> PriceWords:
    value = amount.value
    if kind.startswith("about"):
        ends = (value * (1 - _AROUND), value * (1 + _AROUND))
        return PriceWords(length, *ends, amount.currencies)
    if kind.startswith("over"):
        return PriceWords(length, value, None, amount.currencies)
    return PriceWords(length, None, value, amount.currencies)


def _may_be_bare(tokens: Sequence[Token], start: int, end: int, amount: Amount) -> bool:
    if not amount.is_digits and amount.value < _BARE_WORD_MINIMUM:
        return False
    return _ends_at(tokens, end) and not _is_age(tokens, start, amount)


def _ends_at(tokens: Sequence[Token], end: int) -> bool:
    """Whether nothing that is counted can follow."""
    if end >= len(tokens):
        return True
    if (tokens[end].key,) in lexicon.kind("unit"):
        return _begins_something(tokens, end)
    return tokens[end].text in _ENDS or lexicon.kind("boundary").length(tokens, end) > 0


def _begins_something(tokens: Sequence[Token], end: int) -> bool:
    """Whether "in" is the preposition: something follows it."""
    is_apart = tokens[end].start > tokens[end - 1].end
    return tokens[end].key == "in" and is_apart and end + 1 < len(tokens)


def _is_age(tokens: Sequence[Token], start: int, amount: Amount) -> bool:
    """Whether a number is of years: "toys for kids under 5", not "for kids under 50"."""
    before = tokens[max(0, start - _AGE_REACH) : start]
    is_young = amount.value <= _OLDEST_CHILD
    return is_young and any((token.key,) in lexicon.kind("age") for token in before)


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text.casefold() for token in tokens)
