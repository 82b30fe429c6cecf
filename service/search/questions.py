"""Questions about the matches shown: "which of them is waterproof?", 哪个防水?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from index.types import PriceRange
from service.search import lexicon
from service.search.tokens import Key, Token, joined
from service.search.vocabulary import ShopVocabulary
from service.search.words import understand

Topic: TypeAlias = Literal["stock", "price", "field", "words", "about"]
_FIELDS = ("material", "color", "brand", "pattern", "size")
MAX_WANTED = 4


@dataclass(frozen=True)
class Wanted:
    """Something that is asked for, and all the words for it that would answer."""

    said: str
    forms: tuple[Key, ...]
    field: str = ""
    """``color`` or ``material`` where it is one: a product's own then answers too."""


@dataclass(frozen=True)
class Question:
    """What is asked."""

    topic: Topic
    field: str = ""
    """``material``, ``color``, ``brand``, ``pattern`` or ``size``, for the topic ``field``."""
    wanted: tuple[Wanted, ...] = ()
    """For the topic ``words``: all of them must be said of a product."""
    limit: PriceRange | None = None
    """For the topic ``price``: "which is under 40 dollars?"."""


def is_question(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> bool:
    """Whether a text asks about what was shown, rather than for something else.

    "Is there a cheaper one?" and 有黑色的吗 ask for something else.
    """
    if lexicon.follow_up("request_start").length(tokens, 0) or change_question(tokens) is not None:
        return False
    if lexicon.follow_up("question_start").length(tokens, 0):
        return True
    anywhere = lexicon.follow_up("question_anywhere")
    if any(anywhere.length(tokens, at) for at in range(len(tokens))):
        return True
    words = [token for token in tokens if not token.is_punctuation]
    if not words or (words[-1].key,) not in lexicon.follow_up("question_end"):
        return False
    asked = understand(joined(tokens), vocabulary)
    return not (asked.has_colour_change or asked.filters.price or asked.cheaper or asked.changes)


def change_question(tokens: Sequence[Token]) -> int | None:
    """Gives where the wish begins in "does it come in black?"; None where there is none."""
    for at in range(len(tokens)):
        length = lexicon.follow_up("change_question").length(tokens, at)
        if length:
            return at + length - 1
    return None


def question_of(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> Question:
    """Gives what is asked, from the text without its references."""
    limit = understand(joined(tokens), vocabulary).filters.price
    if limit is not None:
        return Question("price", limit=limit)
    topics = {name: _any(tokens, name) for name in ("stock", "price", *_FIELDS)}
    wanted = _wanted(tokens)
    if topics["stock"] or topics["price"]:
        return Question("stock" if topics["stock"] else "price")
    if wanted:
        return Question("words", wanted=wanted)
    field = next((name for name in _FIELDS if topics[name]), "")
    if not field and _any_key(tokens, "of") and _any_key(tokens, "made"):
        field = "material"
    return Question("field", field) if field else Question("about")


def _wanted(tokens: Sequence[Token]) -> tuple[Wanted, ...]:
    found: list[Wanted] = []
    at = 0
    while at < len(tokens) and len(found) < MAX_WANTED:
        skipped = _skipped(tokens, at)
        if skipped:
            at += skipped
            continue
        length, forms, field = _forms(tokens, at)
        found.append(Wanted(joined(tokens[at : at + length]), forms, field))
        at += length
    return tuple(found)


def _skipped(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].is_punctuation:
        return 1
    if lexicon.features().length(tokens, at) or lexicon.materials().length(tokens, at):
        return 0
    kinds = ("question_word", "stock", "price", *_FIELDS)
    length = max(lexicon.follow_up(name).length(tokens, at) for name in kinds)
    return length or int((tokens[at].key,) in lexicon.kind("function_word"))


def _forms(tokens: Sequence[Token], at: int) -> tuple[int, tuple[Key, ...], str]:
    """A feature, a material or a colour with all words for it, or what stands there; its field."""
    feature = lexicon.features().at(tokens, at)
    if feature:
        return (*feature, "")
    material = lexicon.materials().at(tokens, at)
    if material:
        return material[0], lexicon.material_words(material[1]), "material"
    colour = lexicon.colours().at(tokens, at)
    if colour:
        said = tuple(token.key for token in tokens[at : at + colour[0]])
        return colour[0], tuple(dict.fromkeys((said, tuple(colour[1].name.split())))), "color"
    end = at + 1
    while not tokens[at].text.isascii() and end < len(tokens) and _goes_on(tokens, end):
        end += 1
    return end - at, (tuple(token.key for token in tokens[at:end]),), ""


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a script without spaces goes on with the same word, as far as can be told."""
    return tokens[at].start == tokens[at - 1].end and not _skipped(tokens, at)


def _any(tokens: Sequence[Token], kind: str) -> bool:
    return any(lexicon.follow_up(kind).length(tokens, at) for at in range(len(tokens)))


def _any_key(tokens: Sequence[Token], key: str) -> bool:
    return any(token.key == key for token in tokens)
