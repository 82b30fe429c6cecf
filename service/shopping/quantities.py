"""How many of a thing: ``two``, ``3``, ``a dozen``, ``2 x``, ``x2``, 两个, 一打.

A number with a unit counts nothing ("500 ml bottle", "12 inch pan"), and a Han numeral needs a
measure word: 三明治 is one sandwich.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.errors import RequestError
from service.search import lexicon as search_lexicon
from service.search.amounts import number_at
from service.search.tokens import Token, joined
from service.shopping.lexicon import kind
from service.shopping.types import MAX_QUANTITY

LANGUAGES = ("en",)
"""Number words of others are words here: "die", "once"; Han numerals need none."""


@dataclass(frozen=True)
class Counted:
    """A quantity and the tokens around it."""

    quantity: int
    start: int
    """Where the thing's own words begin."""
    end: int
    """Where they end."""
    is_said: bool
    """False: nothing was said, so it is one."""


def counted(tokens: Sequence[Token]) -> Counted:
    """Gives the quantity that an entry's tokens say.

    Raises:
        RequestError: it is 0, no whole number, or above ``MAX_QUANTITY``.
    """
    found = _leading(tokens)
    if found is not None and found[1] < len(tokens):
        return Counted(_checked(found[0], tokens), found[1], len(tokens), is_said=True)
    behind = _trailing(tokens)
    if behind is not None:
        start = kind("article").length(tokens, 0)
        return Counted(_checked(behind[0], tokens), start, behind[1], is_said=True)
    article = kind("article").length(tokens, 0)
    return Counted(1, article, len(tokens), is_said=bool(article))


def _leading(tokens: Sequence[Token]) -> tuple[Decimal, int] | None:
    """The quantity before the thing's words, and where these begin."""
    article = kind("article").length(tokens, 0)
    dozen = kind("dozen").length(tokens, article)
    if dozen and article:
        return Decimal(12), article + dozen
    pair = kind("pair").length(tokens, article)
    if pair and article:  # a pair of shoes is one product
        return Decimal(2 if tokens[article].key == "couple" else 1), article + pair
    if tokens and tokens[0].key == "half":
        rest = kind("article").length(tokens, 1) + 1
        dozen = kind("dozen").length(tokens, rest)
        return (Decimal(6), rest + dozen) if dozen else None
    return _han_half(tokens) or _numbered(tokens)


def _han_half(tokens: Sequence[Token]) -> tuple[Decimal, int] | None:
    half = kind("half").length(tokens, 0)
    dozen = kind("han_dozen").length(tokens, half) if half else 0
    return (Decimal(6), half + dozen) if dozen else None


def _numbered(tokens: Sequence[Token]) -> tuple[Decimal, int] | None:
    found = number_at(tokens, 0, LANGUAGES)
    if found is None:
        return None
    value, end = found
    for name, times in (("dozen", 12), ("han_dozen", 12), ("counter", 1), ("measure", 1)):
        length = kind(name).length(tokens, end)
        if length:
            return value * times, end + length
    is_han = not tokens[0].text.isascii()
    return None if is_han or _is_measured(tokens, end) else (value, end)


def _is_measured(tokens: Sequence[Token], end: int) -> bool:
    """Whether a number is a size: a unit or a hyphen follows, or nothing."""
    if end >= len(tokens):
        return True
    is_joined = tokens[end].text in "-–/%" or (
        tokens[end].start == tokens[end - 1].end and tokens[end].text.isascii()
    )
    return is_joined or (tokens[end].key,) in search_lexicon.kind("unit")


def _trailing(tokens: Sequence[Token]) -> tuple[Decimal, int] | None:
    """``mugs x2``, ``mugs (2)``, 杯子两个: the quantity, and where the thing's words end."""
    for start in range(max(1, len(tokens) - 5), len(tokens)):
        is_times = tokens[start].key in {"x", "×", "("}
        found = number_at(tokens, start + is_times, LANGUAGES)
        if found is None:
            continue
        end = start + is_times + found[1]
        measured = kind("measure").length(tokens, end) or kind("counter").length(tokens, end)
        end += measured
        end += tokens[start].text == "(" and end < len(tokens) and tokens[end].text == ")"
        if end == len(tokens) and (is_times or measured):
            return found[0], start
    return None


def _checked(value: Decimal, tokens: Sequence[Token]) -> int:
    if value != value.to_integral_value() or not 1 <= value <= MAX_QUANTITY:
        raise RequestError(
            f"the quantity in {joined(tokens)[:60]!r} is {value}; allowed are whole numbers from 1 "
            f"to {MAX_QUANTITY}"
        )
    return int(value)
