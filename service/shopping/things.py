"""The thing that words name, without its colour: what a product of a list must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from index.types import Product
from service.search import lexicon
from service.search.catalogue_words import families_of, numbers_of
from service.search.lexicon import ColourWord
from service.search.tokens import Key, Token, contains, joined, phrase_key, tokenized
from service.search.words import Understood


@dataclass(frozen=True)
class Thing:
    """A thing that is wanted."""

    text: str
    """As it was said, without colours and materials before its name."""
    name: Key
    """The word that it is called by: ``jacket`` of "rain jacket with a hood"; a run of Han
    characters as a whole, as nothing parts their words."""
    colours: tuple[ColourWord, ...] = ()
    """Colours before its name that no filter holds, as the shop has none of them."""
    before: str = ""
    """The words right before its name: ``yoga`` of "a yoga ball"; empty for Han characters."""


def thing_of(words: Understood) -> Thing | None:
    """Gives the thing; None where the words name none: only a brand, a price, a colour."""
    said = [one for one in tokenized(words.residual) if not one.is_punctuation]
    tokens = list(dropwhile(lambda one: not _is_content(one), said))
    end = _name_end(tokens)
    called, colours = _without_looks(tokens[:end])
    name = _name(called)
    text = joined([*called, *tokens[end:]])
    return Thing(text, name, colours, _before(called)) if name else None


def is_called(thing: Thing, product: Product) -> bool:
    """Whether the product's title or category has the thing's name, in singular or plural."""
    keys = [phrase_key(product.title), phrase_key(product.category)]
    return any(contains(key, form) for key in keys for form in numbers_of(thing.name))


def is_in_another_colour(thing: Thing, product: Product) -> bool:
    """Whether the product is of a known colour and none of those asked for.

    Not where its title has the colour's name: ``Red Bull Can`` is silver.
    """
    own = families_of(product.color)
    title = phrase_key(product.title)
    return bool(own) and any(
        not own & set(one.families) and not contains(title, phrase_key(one.name))
        for one in thing.colours
    )


def _name_end(tokens: Sequence[Token]) -> int:
    """Where a preposition ends the name; "a bag for the gym" is a bag, "a cup of tea" goes on."""
    for at in range(1, len(tokens)):
        is_end = (tokens[at].key,) in lexicon.kind("boundary")
        if is_end and _is_content(tokens[at - 1]):
            return at
    return len(tokens)


def _without_looks(tokens: Sequence[Token]) -> tuple[list[Token], tuple[ColourWord, ...]]:
    """Drops colours and materials, and gives the colours that name nothing else.

    The last word stands: ``blood orange``, ``beer glass``.
    """
    kept: list[Token] = []
    colours: list[ColourWord] = []
    at = 0
    while at < len(tokens):
        colour = lexicon.colours().at(tokens, at)
        length = max(colour[0] if colour else 0, lexicon.materials().length(tokens, at))
        if not length or at + length == len(tokens):
            kept.extend(tokens[at : at + max(1, length)])
        elif colour and colour[1].is_clear:
            colours.append(colour[1])
        at += max(1, length)
    return kept, tuple(colours)


def _name(tokens: Sequence[Token]) -> Key:
    content = [one for one in tokens if _is_content(one)]
    begin = max(0, len(content) - 1)
    while begin and all(map(_is_one_character, content[begin - 1 : begin + 1])):
        begin -= 1
    return tuple(one.key for one in content[begin:])


def _before(tokens: Sequence[Token]) -> str:
    """What makes a compound of the last word; "a cup of tea" is none."""
    end = len(tokens) - 1
    while end > 0 and not _is_content(tokens[end]):
        end -= 1
    begin = end
    while begin > 0 and _is_content(tokens[begin - 1]) and tokens[begin - 1].text.isascii():
        begin -= 1
    return joined(tokens[begin:end]) if end > 0 and tokens[end].text.isascii() else ""


def _is_one_character(token: Token) -> bool:
    """Of a script without spaces, where a character is a token."""
    return not token.text.isascii() and token.end - token.start == 1


def _is_content(token: Token) -> bool:
    return (token.key,) not in lexicon.kind("function_word")
