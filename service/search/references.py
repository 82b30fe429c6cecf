"""Words that point at a match that was shown: "the second one", "#2", 第二个, "the cheapest"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import cn2an  # type: ignore[import-untyped]

from index.types import Filters, Price, Product
from service.offers import ordered_offers
from service.search import lexicon
from service.search.catalogue_words import families_of
from service.search.tokens import Token
from service.search.vocabulary import ShopVocabulary

Lead: TypeAlias = Literal["", "like", "than"]
_NUMERALS = frozenset("一二两兩三四五六七八九十")
_MAX_LEAD = 4
LAST = -1


@dataclass(frozen=True)
class Reference:
    """A pointer in a text; ``start`` and ``end`` are its tokens, lead and tail included."""

    start: int
    end: int
    kind: Literal["position", "cheapest", "dearest", "colour", "cheaper", "dearer", "mentioned"]
    """``cheaper`` and ``dearer`` are said of two; ``mentioned``: "it"."""
    position: int = 0
    """From 1; ``LAST`` for the last."""
    families: frozenset[str] = frozenset()
    """Of the colour."""
    lead: Lead = ""
    """``like``: others like it are wanted; ``than``: it is compared with."""


def references(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> list[Reference]:
    """Gives every reference of a text, in order; O(tokens)."""
    found: list[Reference] = []
    at = 0
    while at < len(tokens):
        one = _at(tokens, at, vocabulary)
        if one is not None:
            found.append(_with_lead(tokens, one))
        at = found[-1].end if one is not None else at + 1
    return found


def resolved(
    reference: Reference,
    shown: Sequence[Product],
    filters: Filters,
    mentioned: Sequence[str] = (),
) -> int | None:
    """Gives the place, from 0, of the product that is meant; None where none of them is.

    Args:
        reference: a pointer in the text.
        shown: the products shown, in their order.
        filters: those that they were found under; they say which offer's price counts.
        mentioned: ids of the products last spoken of; "it" is the last of them that is shown, or
            the first shown, and "the cheaper one" is one of them where they are several.
    """
    spoken_of = [i for i, one in enumerate(shown) if one.id in mentioned]
    if reference.kind == "mentioned":
        last = mentioned[-1] if mentioned else None
        named = next((i for i in spoken_of if shown[i].id == last), 0)
        return named if shown else None
    if reference.kind == "position":
        place = len(shown) - 1 if reference.position == LAST else reference.position - 1
        return place if 0 <= place < len(shown) else None
    if reference.kind == "colour":
        fits = (i for i, one in enumerate(shown) if reference.families & families_of(one.color))
        return next(fits, None)
    is_of_them = reference.kind in {"cheaper", "dearer"} and len(spoken_of) > 1
    places = spoken_of if is_of_them else range(len(shown))
    is_lowest = reference.kind in {"cheapest", "cheaper"}
    return _by_price([(i, shown[i]) for i in places], filters, is_lowest=is_lowest)


def _by_price(
    shown: Sequence[tuple[int, Product]], filters: Filters, *, is_lowest: bool
) -> int | None:
    """Among prices in one currency, that of the first priced match; the earlier wins a tie."""
    priced = [(i, price) for i, one in shown if (price := _price(one, filters))]
    comparable = [(one.amount, i) for i, one in priced if one.currency == priced[0][1].currency]
    if not comparable:
        return None
    if is_lowest:
        return min(comparable)[1]
    return max(comparable, key=lambda one: (one[0], -one[1]))[1]


def _price(product: Product, filters: Filters) -> Price | None:
    return next((one.price for one in ordered_offers(product, filters) if one.price), None)


def _at(tokens: Sequence[Token], at: int, vocabulary: ShopVocabulary) -> Reference | None:
    for kind in ("cheapest", "dearest"):
        length = lexicon.follow_up(kind).length(tokens, at)
        if length:
            return Reference(at, _head(tokens, at + length), kind)
    length = lexicon.follow_up("last").length(tokens, at)
    if length:
        return Reference(at, _head(tokens, at + length), "position", LAST)
    return (
        _han(tokens, at)
        or _numbered(tokens, at)
        or _ordinal(tokens, at, vocabulary)
        or (_coloured(tokens, at))
    )


def _han(tokens: Sequence[Token], at: int) -> Reference | None:
    """第二个, 第2款."""
    if tokens[at].key != "第" or at + 1 >= len(tokens):
        return None
    end = at + 1
    if tokens[end].is_number:
        return _positioned(at, _counted(tokens, end + 1), _number(tokens[end]))
    while end < min(len(tokens), at + 4) and tokens[end].key in _NUMERALS:
        end += 1
    text = "".join(token.key for token in tokens[at + 1 : end]).replace("两", "二")
    try:
        number = int(cn2an.cn2an(text.replace("兩", "二"), "smart")) if text else 0
    except ValueError:
        return None
    return _positioned(at, _counted(tokens, end), number)


def _numbered(tokens: Sequence[Token], at: int) -> Reference | None:
    """``#2``, ``number 3``, ``no. 3``."""
    length = lexicon.follow_up("number_cue").length(tokens, at)
    end = at + length
    if length and end < len(tokens) and tokens[end].text == ".":
        end += 1
    if not length or end >= len(tokens):
        return None
    if tokens[end].is_number:
        return _positioned(at, end + 1, _number(tokens[end]))
    words = lexicon.listed("number_words")
    key = tokens[end].key
    return _positioned(at, end + 1, words.index(key) + 1) if key in words else None


def _ordinal(tokens: Sequence[Token], at: int, vocabulary: ShopVocabulary) -> Reference | None:
    """``the second one``, ``third match``, ``the 2nd in black``."""
    has_article = tokens[at].key == "the"
    start = at + has_article
    if start >= len(tokens):
        return None
    number, end = 0, start + 1
    if tokens[start].key in lexicon.listed("ordinals"):
        number = lexicon.listed("ordinals").index(tokens[start].key) + 1
    elif tokens[start].is_number and lexicon.follow_up("ordinal_ending").length(tokens, end):
        number, end = _number(tokens[start]), end + 1
    if not number:
        return None
    headed = _head(tokens, end)
    if headed == end and end < len(tokens) and tokens[end].key in vocabulary.things:
        headed = end + 1
    is_ended = headed > end or (has_article and _may_end(tokens, end))
    return _positioned(at, headed, number) if is_ended else None


def _coloured(tokens: Sequence[Token], at: int) -> Reference | None:
    """``the blue one``, 蓝色的那个, 那个蓝色的."""
    article = lexicon.follow_up("that").length(tokens, at) or (tokens[at].key == "the")
    start = at + article
    found = lexicon.colours().at(tokens, start) if start < len(tokens) else None
    if found is None:
        return None
    end = start + found[0]
    end += end < len(tokens) and tokens[end].key == "的"
    tail = lexicon.follow_up("that").length(tokens, end)
    is_latin = tokens[at].key == "the"
    tail = tail or int(is_latin and end < len(tokens) and tokens[end].key == "one")
    is_pointed = tail or (article and not is_latin)
    families = frozenset(found[1].families)
    return Reference(at, end + tail, "colour", families=families) if is_pointed else None


def _with_lead(tokens: Sequence[Token], one: Reference) -> Reference:
    """Takes in the words that say what the reference is for."""
    end = one.end + lexicon.follow_up("like_tail").length(tokens, one.end)
    lead: Lead = "like" if end > one.end else ""
    for length in range(min(_MAX_LEAD, one.start), 0, -1):
        start = one.start - length
        for kind in ("plain", "like", "than"):
            if lexicon.follow_up(f"{kind}_lead").length(tokens, start) == length:
                said: Lead = "" if kind == "plain" else kind  # type: ignore[assignment]
                return replace(one, start=start, end=end, lead=said or lead)
    return replace(one, end=end, lead=lead)


def _positioned(start: int, end: int, number: int) -> Reference | None:
    return Reference(start, end, "position", number) if 0 < number < 1000 else None


def _number(token: Token) -> int:
    return int(token.text) if token.text.isdecimal() and len(token.text) < 4 else 0


def _head(tokens: Sequence[Token], at: int) -> int:
    return at + lexicon.follow_up("head").length(tokens, at)


def _counted(tokens: Sequence[Token], at: int) -> int:
    return at + lexicon.follow_up("counter").length(tokens, at)


def _may_end(tokens: Sequence[Token], at: int) -> bool:
    if at >= len(tokens) or tokens[at].is_punctuation:
        return True
    kinds = (lexicon.kind("boundary"), lexicon.follow_up("after_ordinal"))
    return any(one.length(tokens, at) for one in kinds)
