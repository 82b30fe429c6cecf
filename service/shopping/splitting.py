"""A shopper's words to the entries of a list; the rules alone, no model.

Marks, line ends and a few words part entries wherever they stand. "And" (和) does only where a
quantity or an article follows, where both sides name things of the shop, or where Han characters
stand around it, or two plurals ("apples and oranges"): "a salt and pepper mill" and "a black and
white mug" are one entry each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Price
from service.errors import RequestError
from service.search import lexicon as search_lexicon
from service.search.tokens import Token, joined, tokenized
from service.search.vocabulary import ShopVocabulary
from service.shopping.budgets import said_budget
from service.shopping.lexicon import kind
from service.shopping.people import said_people
from service.shopping.quantities import counted
from service.shopping.types import Wanted

MAX_TEXT_CHARACTERS = 2_000
_LINE_END = " ; "
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、](?!\d))\s*", re.MULTILINE)


@dataclass(frozen=True)
class SplitText:
    """What the words of a list say."""

    wanted: tuple[Wanted, ...]
    budget: Price | None
    budget_words: str
    """As they were said; empty: none were."""
    people: int | None
    is_theme: bool
    """One entry, and it is an occasion rather than a thing."""


def split_text(text: str, vocabulary: ShopVocabulary) -> SplitText:
    """Takes a list apart; O(characters).

    Raises:
        RequestError: the text is too long, a quantity or the budget cannot be.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise RequestError(
            f"the text has {len(text):,} characters; at most {MAX_TEXT_CHARACTERS:,}"
        )
    budget = said_budget(tokenized(_one_line(text)), vocabulary)
    people, rest = said_people(budget.rest)
    segments = _segments(rest, vocabulary)
    wanted = [one for segment in segments if (one := _wanted(segment))]
    is_theme = len(wanted) == 1 and _is_theme(wanted[0], people, vocabulary)
    return SplitText(tuple(wanted), budget.price, budget.words, people, is_theme)


def _one_line(text: str) -> str:
    return _LINE_END.join(_BULLET.sub("", line) for line in text.splitlines())


def _segments(tokens: Sequence[Token], vocabulary: ShopVocabulary) -> list[list[Token]]:
    """Entries' tokens; what only says more of the entry before ("no leather") stays with it."""
    segments: list[list[Token]] = [[]]
    start = 0
    while start < len(tokens):
        hard = kind("separator").length(tokens, start)
        soft = 0 if hard else kind("joiner").length(tokens, start)
        length = hard or (soft if _parts(tokens, start, soft, segments[-1], vocabulary) else 0)
        if not length:
            segments[-1].append(tokens[start])
            start += 1
            continue
        start += length
        if not _says_more(tokens, start, segments[-1], vocabulary):
            segments.append([])
    return [segment for segment in segments if segment]


def _parts(
    tokens: Sequence[Token],
    start: int,
    length: int,
    before: Sequence[Token],
    vocabulary: ShopVocabulary,
) -> bool:
    """Whether the joiner at ``start`` stands between two entries."""
    after = start + length
    if kind("no_joiner").length(tokens, start):
        return False
    if not length or not before or after >= len(tokens):
        return bool(length)
    if _begins_entry(tokens, after):
        return True
    if _is_colour(tokens, after) and _ends_in_colour(before):
        return False
    if not tokens[after].text.isascii():
        return True
    first, second = before[-1], _last_word(tokens, after)
    are_plurals = len(before) == 1 and first.key.endswith("s") and second.key.endswith("s")
    return are_plurals or (_is_thing(first, vocabulary) and _is_thing(second, vocabulary))


def _begins_entry(tokens: Sequence[Token], start: int) -> bool:
    """Whether an article or a quantity stands at ``start``."""
    if kind("article").length(tokens, start):
        return True
    end = _end(tokens, start)
    try:
        return counted(tokens[start:end]).is_said
    except RequestError:  # told when the entry is read
        return True


def _says_more(
    tokens: Sequence[Token], start: int, before: Sequence[Token], vocabulary: ShopVocabulary
) -> bool:
    """Whether what follows a mark only describes the entry before it, or that one only this."""
    if start >= len(tokens) or not before:
        return False
    cue = search_lexicon.kinds("negation", "part_cue").length(tokens, start)
    if cue:
        return True
    is_bare_colour = all(_is_article_or_colour([one]) for one in before)
    return is_bare_colour and not _begins_entry(tokens, start)


def _wanted(segment: Sequence[Token]) -> Wanted | None:
    tokens = list(segment)
    while tokens and tokens[0].is_punctuation and tokens[0].text not in "([\"'":
        tokens.pop(0)
    while opening := kind("opening").length(tokens, 0):
        tokens = tokens[opening:]
    while tokens and (tokens[-1].is_punctuation and tokens[-1].text not in ")]\"'"):
        tokens.pop()
    for name in ("closing", "each"):
        if tokens and (tokens[-1].key,) in kind(name):
            tokens.pop()
    if not any(not one.is_punctuation for one in tokens):
        return None
    found = counted(tokens)
    text = joined(tokens[found.start : found.end]).removeprefix("of ")
    return Wanted(text.strip(), found.quantity) if _says_something(tokens, found.start) else None


def _says_something(tokens: Sequence[Token], start: int) -> bool:
    words = [one for one in tokens[start:] if not one.is_punctuation]
    said = search_lexicon.kind("function_word")
    return any((one.key,) not in said and (one.key,) not in kind("closing") for one in words)


def _is_theme(wanted: Wanted, people: int | None, vocabulary: ShopVocabulary) -> bool:
    tokens = tokenized(wanted.text)
    if kind("theme_opening").length(tokens, 0):
        return True
    ends = range(len(tokens))
    if any(i + kind("occasion").length(tokens, i) == len(tokens) for i in ends):
        return True
    return people is not None and not _is_thing(tokens[-1], vocabulary)


def _end(tokens: Sequence[Token], start: int) -> int:
    """Where the entry that begins at ``start`` ends at the latest."""
    for end in range(start, len(tokens)):
        if kind("separator").length(tokens, end) or kind("joiner").length(tokens, end):
            return end
    return len(tokens)


def _last_word(tokens: Sequence[Token], start: int) -> Token:
    return tokens[max(start, _end(tokens, start) - 1)]


def _is_thing(token: Token, vocabulary: ShopVocabulary) -> bool:
    return token.key in vocabulary.things


def _is_colour(tokens: Sequence[Token], start: int) -> bool:
    return search_lexicon.colours().length(tokens, start) > 0


def _ends_in_colour(tokens: Sequence[Token]) -> bool:
    return any(
        i + search_lexicon.colours().length(tokens, i) == len(tokens) for i in range(len(tokens))
    )


def _is_article_or_colour(tokens: Sequence[Token]) -> bool:
    return bool(kind("article").length(tokens, 0)) or _is_colour(tokens, 0)
