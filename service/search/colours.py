"""Whether a word at a token is meant as a colour, and which of the shop's colours it covers."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.search import lexicon
from service.search.lexicon import ColourWord
from service.search.tokens import Token
from service.search.vocabulary import MIN_COLOUR_COVERAGE, ShopVocabulary

_FEW = 8
"""A text with more words around a colour says more than the colour."""


@dataclass(frozen=True)
class ColourAt:
    """A colour that begins at a token."""

    length: int
    word: ColourWord | None
    """None: only this shop calls it a colour."""
    values: tuple[str, ...]
    """The shop's colours that it covers; empty: none, or too few products have a colour."""
    is_named: bool
    """The values name this very colour, rather than only its family."""


def colour_at(
    tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary, *, is_cued: bool
) -> ColourAt | None:
    """Gives the longest colour that begins at a token; single Han characters only after a cue."""
    known = lexicon.colours().at(tokens, start)
    if known is None and is_cued:
        known = lexicon.single_colours().at(tokens, start)
    own = vocabulary.exact_colours.at(tokens, start)
    is_filterable = vocabulary.colour_coverage >= MIN_COLOUR_COVERAGE
    if own and (known is None or own[0] > known[0]):
        return ColourAt(own[0], None, own[1] if is_filterable else (), is_named=True)
    if known is None:
        return None
    length, word = known
    values = vocabulary.colour_values(word) if is_filterable else ()
    return ColourAt(length, word, values, is_named=word.is_family or own is not None)


def is_clear(
    colour: ColourAt, tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary
) -> bool:
    """Whether a colour is meant without a cue before it.

    Not where the word also names a thing (orange, rose, gold; every shade that is one: mint, oak),
    unless it is all that the text says and the shop sells nothing of that name; not where word and
    next word name things of another colour in this shop's titles (``red bull``, ``green tea``);
    not the colour of a part ("with a red handle").
    """
    if of_part(tokens, start):
        return False
    end = start + colour.length
    if lexicon.kind("colour_tail").length(tokens, end):
        return True
    if colour.word is None:
        return colour.length > 1
    if colour.values and not colour.is_named:
        return False
    if not colour.word.is_clear:
        is_thing = _names_a_thing(tokens, start, vocabulary)
        return is_wish(colour, tokens, start) and not is_thing
    following = tokens[end].key if end < len(tokens) else ""
    named = vocabulary.colour_titles.get((tokens[end - 1].key, following))
    return named is None or bool(named & set(colour.word.families))


def of_part(tokens: Sequence[Token], start: int) -> bool:
    """Whether the words before a token say that it describes a part: "with a"."""
    return any(
        lexicon.kind("part_cue").length(tokens, start - reach) == reach
        for reach in (1, 2)
        if reach <= start
    )


def is_wish(colour: ColourAt, tokens: Sequence[Token], start: int) -> bool:
    """Whether a colour is all that is said ("red") or stands for the thing ("a red one")."""
    end = start + colour.length
    if lexicon.kind("colour_tail").length(tokens, end):
        return True
    others = [*tokens[:start], *tokens[end:]]
    return len(others) <= _FEW and all(
        one.is_punctuation or (one.key,) in lexicon.kind("function_word") for one in others
    )


def _names_a_thing(tokens: Sequence[Token], start: int, vocabulary: ShopVocabulary) -> bool:
    return vocabulary.names.length(tokens, start) > 0 or tokens[start].key in vocabulary.things
