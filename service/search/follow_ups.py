"""What a follow-up means: a change, another look at a match, more like it, or a question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.search import lexicon
from service.search.catalogue_words import numbers_of
from service.search.pronouns import colour_wish, of_two, pronoun
from service.search.questions import Question, change_question, is_question, question_of
from service.search.references import Reference, references
from service.search.tokens import Token, joined, phrase_key, tokenized
from service.search.vocabulary import ShopVocabulary
from service.terms import Kind


@dataclass(frozen=True)
class FollowUp:
    """A follow-up, taken apart."""

    kind: Kind
    text: str
    """What is left beside reference, item and question: a wish."""
    references: tuple[Reference, ...] = ()
    item: int | None = None
    """The item of the photo that is named, from 0."""
    is_cheaper: bool = False
    """A price below that of the match referred to, or of the first."""
    question: Question | None = None
    is_of_mentioned: bool = False
    """A wish for "it": the match last spoken of, or where none was, the thing that was searched."""


def follow_up(
    text: str, vocabulary: ShopVocabulary, items: Sequence[Collection[str]] = ()
) -> FollowUp:
    """Takes a follow-up apart; never raises.

    Args:
        text: what the shopper says.
        vocabulary: the shop's words.
        items: names of each item of the photo; with one item or none, none is looked for.
    """
    tokens = tokenized(text)
    item, tokens = _without_item(tokens, items) if len(items) > 1 else (None, tokens)
    pair = of_two(tokens)
    found = [pair] if pair else references(tokens, vocabulary)
    wished = None if found else colour_wish(tokens)
    if wished:
        text = _in_colour(tokens[wished.begin :])
        return FollowUp("change", text, item=item, is_of_mentioned=wished.has_pronoun)
    is_asked = is_question(tokens, vocabulary)
    if is_asked and not found and (spoken_of := pronoun(tokens)):
        found = [spoken_of]
    rest = _without(tokens, found)
    if is_asked or (not rest and not found):
        return FollowUp("question", "", tuple(found), item, question=question_of(rest, vocabulary))
    begin = change_question(rest)
    is_of_mentioned = begin is not None and not found and pronoun(rest) is not None
    if begin is not None:
        rest = rest[begin:]
    is_compared = any(one.lead == "than" for one in found)
    is_cheap = is_compared and any(_cheap(rest, at) for at in range(len(rest)))
    if is_cheap:
        rest = _without_cheap(rest)
    return FollowUp(
        _kind(found),
        joined(rest),
        tuple(found),
        item,
        is_cheap,
        is_of_mentioned=is_of_mentioned,
    )


def item_names(*texts: str) -> frozenset[str]:
    """Gives the words by which an item may be called: the last of each text, in both numbers."""
    lasts = [phrase_key(text)[-1:] for text in texts]
    return frozenset(form[0] for key in lasts if key for form in numbers_of(key))


def _kind(found: Sequence[Reference]) -> Kind:
    if not found or found[0].lead == "than":
        return "change"
    return "like" if found[0].lead == "like" else "one"


def _in_colour(tokens: Sequence[Token]) -> str:
    """A colour, and what is said behind it, in the words that change a photo's colour."""
    text = joined(tokens)
    return f"in {text}" if tokens[0].text.isascii() else f"换成{text}"


def _without(tokens: Sequence[Token], found: Sequence[Reference]) -> list[Token]:
    taken = {at for one in found for at in range(one.start, one.end)}
    return [token for at, token in enumerate(tokens) if at not in taken]


def _cheap(tokens: Sequence[Token], at: int) -> int:
    kinds = (lexicon.kind("cheaper"), lexicon.follow_up("cheap"))
    return max(one.length(tokens, at) for one in kinds)


def _without_cheap(tokens: Sequence[Token]) -> list[Token]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        length = _cheap(tokens, at)
        if not length:
            kept.append(tokens[at])
        at += length or 1
    return kept


def _without_item(
    tokens: list[Token], items: Sequence[Collection[str]]
) -> tuple[int | None, list[Token]]:
    """The first item that is named, by "item 2" or "the bag", and the text without it."""
    for at in range(len(tokens)):
        cue = lexicon.follow_up("item_cue").length(tokens, at)
        end = at + cue
        if cue and end < len(tokens) and tokens[end].text.isdecimal():
            number = int(tokens[end].text[:4])
            if 1 <= number <= len(items):
                return number - 1, tokens[:at] + tokens[end + 1 :]
        named = [i for i, names in enumerate(items) if tokens[at].key in names]
        if named and (at == 0 or tokens[at - 1].key == "the"):
            return named[0], tokens[: max(0, at - 1)] + tokens[at + 1 :]
    return None, tokens
