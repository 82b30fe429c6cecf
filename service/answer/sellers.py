"""Who sells and who makes: a shop is no maker, and a brand no shop."""

from collections.abc import Sequence

from service.answer.claims import COMPARISONS, OF_AN_OFFER
from service.answer.languages import Language
from service.answer.lexicon import Token

_OF_SELLING = (*OF_AN_OFFER, *COMPARISONS, "cheapest", "dearest")
_OF_STOCK = ("in_stock", "out_of_stock", "sold_out")


def seller_problem(clause: Sequence[Token], language: Language) -> str:
    """Gives which shop of a clause is said to make, or which brand to sell; empty where none."""
    for at, token in enumerate(clause):
        if token.kind == "merchant" and not _is_seller(clause, at, language):
            return f"{token.text} is a shop"
        if token.kind == "value" and _is_brand(token) and _sells(clause, at, language):
            return f"{token.text} is a brand"
    return ""


def _is_brand(token: Token) -> bool:
    return token.fields == {"brand"}


def _is_seller(clause: Sequence[Token], at: int, language: Language) -> bool:
    """Whether something is sold, and the shop is where, or the one who does it.

    ``at North``, ``North sells``, ``sold by North``; never ``by North`` alone, nor as an
    adjective: ``the North jacket``.
    """
    roles = language.roles
    sold = any(
        one.amount
        or one.phrase in roles["sell"]
        or (one.kind == "claim" and one.text in _OF_SELLING)
        for one in clause
    )
    before, first = _before(clause, at, language)
    behind = _words_behind(clause, at)
    makes = _holds(behind, roles["made"]) or (first and clause[first - 1].phrase in roles["made"])
    if not sold or makes:
        return False
    if at + 1 < len(clause) and clause[at + 1].kind == "value" and not clause[at + 1].is_apart:
        return False
    if behind and behind[0].phrase == "的" and not _is_price(clause[at + 2 : at + 3], language):
        return False
    if before is None or before.phrase in roles["shop"] | roles["sell"]:
        return True
    if before.phrase in roles["maker"]:
        is_sold = first > 0 and clause[first - 1].phrase in roles["sell"]
        return is_sold or _holds(behind, roles["sell"])
    return before.kind != "word"


def _is_price(tokens: Sequence[Token], language: Language) -> bool:
    return any(one.phrase in language.roles["price"] or one.text == "was" for one in tokens)


def _sells(clause: Sequence[Token], at: int, language: Language) -> bool:
    """Whether a brand stands where a shop would: ``at Luma``, ``sold by Luma``, ``Luma sells``."""
    roles = language.roles
    before, first = _before(clause, at, language)
    if _holds(_words_behind(clause, at), roles["sell"]):
        return True
    if before is None:
        return False
    sold = clause[first - 1] if first else None
    is_sold = sold is not None and (
        sold.phrase in roles["sell"] or (sold.kind == "claim" and sold.text in _OF_STOCK)
    )
    is_shop = before.phrase in roles["shop"] - roles["of"] or before.phrase in roles["sell"]
    return is_shop or (is_sold and before.phrase in roles["maker"] | roles["shop"])


def _before(clause: Sequence[Token], at: int, language: Language) -> tuple[Token | None, int]:
    """What stands before a name and its article, None behind a pause; and where, 0 behind one."""
    while at > 0 and not clause[at].is_apart:
        at -= 1
        if clause[at].phrase not in language.roles["article"]:
            return clause[at], 0 if clause[at].is_apart else at
    return None, 0


def _words_behind(clause: Sequence[Token], at: int) -> list[Token]:
    """The words that follow a name at once, past a price: ``für 35 € verkauft``."""
    found: list[Token] = []
    for token in clause[at + 1 :]:
        if token.kind not in ("word", "amount") or token.is_apart:
            break
        found.append(token)
    return found


def _holds(tokens: Sequence[Token], phrases: frozenset[str]) -> bool:
    return any(one.phrase in phrases for one in tokens)
