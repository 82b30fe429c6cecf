"""Amounts of money in a text: digits or words, with or without a currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import cn2an  # type: ignore[import-untyped]
from price_parser.parser import parse_number
from text_to_num import text2num  # type: ignore[import-untyped]

from service.search.tokens import Phrases, Token, joined

_LANGUAGES = ("en", "de", "es", "fr")
_MAX_NUMBER_TOKENS = 7
"""``one hundred and twenty-five``: a hyphen is one too."""
_HAN_NUMERALS = frozenset("零〇一二两兩三四五六七八九十百千万萬点點")
_MAX_HAN_NUMERALS = 10
_MAX_DIGITS = 12
"""As in feeds: a longer number is a code, not a price."""


@dataclass(frozen=True)
class Amount:
    """A number at a token, and the money it is said in."""

    value: Decimal
    length: int
    """In tokens, currency included."""
    currencies: tuple[str, ...] | None
    """Codes that the currency can mean; None: no currency was said."""
    is_digits: bool


def amount_at(
    tokens: Sequence[Token], start: int, currency_words: Phrases[tuple[str, ...]]
) -> Amount | None:
    """Gives the amount that begins at a token: ``€50``, ``1.200,50``, ``fifty dollars``, 五十块."""
    before = currency_words.at(tokens, start)
    first = start + (before[0] if before else 0)
    number = number_at(tokens, first)
    if number is None:
        return None
    value, length = number
    end = first + length
    after = currency_words.at(tokens, end)
    currencies = (before or after or (0, None))[1]
    if after:
        end += after[0]
    return Amount(value, end - start, currencies, tokens[first].is_number)


def number_at(
    tokens: Sequence[Token], start: int, languages: Sequence[str] = _LANGUAGES
) -> tuple[Decimal, int] | None:
    """Gives the number at a token, in digits, Han numerals or words, and its length in tokens."""
    if start >= len(tokens):
        return None
    if tokens[start].is_number:
        return _digits_at(tokens, start)
    if tokens[start].key in _HAN_NUMERALS:
        return _han_at(tokens, start)
    return _words_at(tokens, start, languages)


def _digits_at(tokens: Sequence[Token], start: int) -> tuple[Decimal, int] | None:
    text = tokens[start].text
    following = tokens[start + 1 : start + 2]
    if following and following[0].key in {"万", "萬", "千", "百"}:
        value = _han_value(text + following[0].text)
        return None if value is None else (value, 2)
    if sum(one.isdigit() for one in text) > _MAX_DIGITS:
        return None
    value = parse_number(text.replace("'", "").replace("’", ""))
    return None if value is None else (value, 1)


def _han_at(tokens: Sequence[Token], start: int) -> tuple[Decimal, int] | None:
    end = start
    while end < len(tokens) and end - start <= _MAX_HAN_NUMERALS:
        if tokens[end].key not in _HAN_NUMERALS:
            break
        end += 1
    value = _han_value("".join(token.text for token in tokens[start:end]))
    return None if value is None else (value, end - start)


def _words_at(
    tokens: Sequence[Token], start: int, languages: Sequence[str]
) -> tuple[Decimal, int] | None:
    """The longest run of number words in one language."""
    for language in languages:
        if _word_value(tokens[start].text.casefold(), language) is None:
            continue
        end = min(len(tokens), start + _MAX_NUMBER_TOKENS)
        for stop in range(end, start, -1):
            value = _word_value(joined(tokens[start:stop]).casefold(), language)
            if value is not None and not tokens[stop - 1].is_punctuation:
                return value, stop - start
    return None


@lru_cache(maxsize=4096)
def _han_value(text: str) -> Decimal | None:
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, LookupError, InvalidOperation):  # 百 alone; 十百 is a KeyError in cn2an
        return None


@lru_cache(maxsize=4096)
def _word_value(text: str, language: str) -> Decimal | None:
    try:
        return Decimal(text2num(text, language))
    except (ValueError, InvalidOperation):
        return None
