"""For how many people a list is: "a picnic for four", 四个人的野餐. It multiplies nothing."""

from collections.abc import Sequence

from service.search.amounts import number_at
from service.search.tokens import Token
from service.shopping.lexicon import kind
from service.shopping.quantities import LANGUAGES

_MAX_PEOPLE = 1000
_POSSESSIVE = "的"


def said_people(tokens: Sequence[Token]) -> tuple[int | None, tuple[Token, ...]]:
    """Gives the number of people, None where none is said, and the words without it.

    Only words at either end of the list speak of all of it: "a tent for four, two mugs" says
    something of the tent, and 四人帐篷 is a kind of tent.
    """
    trimmed = list(tokens)
    while trimmed and trimmed[-1].is_punctuation:
        trimmed.pop()
    while trimmed and trimmed[0].is_punctuation:
        trimmed.pop(0)
    for start in range(len(trimmed)):
        people, end = _at(trimmed, start)
        if people is not None and (end == len(trimmed) or (start == 0 and end > 0)):
            return people, (*trimmed[:start], *trimmed[end:])
    return None, tuple(tokens)


def _at(tokens: Sequence[Token], start: int) -> tuple[int | None, int]:
    """The people said at a token, and where the phrase ends."""
    before = kind("people_before").length(tokens, start)
    found = number_at(tokens, start + before, LANGUAGES)
    if (
        found is None
        or found[0] != found[0].to_integral_value()
        or not 1 <= found[0] <= _MAX_PEOPLE
    ):
        return None, 0
    end = start + before + found[1]
    after = kind("people_after").length(tokens, end)
    end += after
    is_possessive = end < len(tokens) and tokens[end].key == _POSSESSIVE
    is_occasion = bool(after) and kind("occasion").length(tokens, end) > 0
    is_people = before or (after and (is_possessive or is_occasion or end == len(tokens)))
    if not is_people or (before and not after and end < len(tokens)):
        return None, 0
    return int(found[0]), end + is_possessive
