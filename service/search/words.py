"""A shopper's words, alone or beside a photo, taken apart.

``understand`` splits them into filters, wishes that change the photo, things not wanted, and the
rest. Nothing is lost: a word became part of one of these, says nothing of the thing ("please"),
stands in the residual, or in ``unmet``. What is doubtful is never a filter:

- A colour is one behind a cue ("but in red", "the orange one", 换成黑色), or where the word names
  nothing else ("red shirt", not "orange shirt"; see ``colours.is_clear``).
- A brand is one where the shop uses the word for nothing else, or with "by", "from", "brand".
- A merchant of one word needs "at" or "from".
- A category is one where it is all that describes the thing ("mugs under 20 dollars") and names
  nothing outside of it, or with "only".
- Materials and other attributes are filters only where they are not wanted ("no leather"): feeds
  fill these columns too seldom to demand them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import NO_FILTERS, Filters
from service.search import lexicon, rules
from service.search.reading import Reading, Role
from service.search.tokens import Token, joined, tokenized
from service.search.vocabulary import ShopVocabulary


@dataclass(frozen=True)
class Understood:
    """What a text asks for."""

    filters: Filters = NO_FILTERS
    changes: tuple[str, ...] = ()
    """Wishes that change the photo and that no filter takes: ``for kids``, ``longer sleeves``."""
    negatives: tuple[str, ...] = ()
    """What is not wanted and no filter can exclude: ``logo``."""
    residual: str = ""
    """Words that no rule took: they name the thing or describe it."""
    is_residual_held: bool = False
    """The residual is a category and nothing else, and a filter holds it."""
    described: str = ""
    """All words about the thing, those of filters too; for a text without a photo."""
    cheaper: bool = False
    """A lower price than the shown match's was asked for, without a figure."""
    wished_colours: tuple[str, ...] = ()
    """English names of the colours asked for, whether or not a filter holds them."""
    refused_colours: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    """Price words that no filter holds: the shop does not sell in that currency."""

    @property
    def has_colour_change(self) -> bool:
        """Whether the photo's own colours must not count: words say which, or which not."""
        fields = {*self.filters.any_of, *self.filters.none_of}
        return "color" in fields or bool(self.wished_colours or self.refused_colours)


def understand(text: str, vocabulary: ShopVocabulary) -> Understood:
    """Takes a text apart by the rules and the shop's own words; never raises.

    Cost: O(characters), a fraction of a millisecond for a sentence and at worst 0.1 s for 2,000
    characters, all of them negations, on a busy core.
    """
    reading = Reading(tokenized(text), vocabulary)
    rules.read(reading)
    _drop_function_words(reading)
    is_residual_held = _take_category(reading)
    changes = tuple(_phrase(change) for change in reading.changes if _says_something(change))
    return Understood(
        filters=Filters(reading.price, _frozen(reading.any_of), _frozen(reading.none_of)),
        changes=tuple(change for change in changes if change),
        negatives=tuple(dict.fromkeys(reading.negatives)),
        residual=_with_roles(reading, Role.RESIDUAL),
        is_residual_held=is_residual_held,
        described=_with_roles(reading, Role.RESIDUAL, Role.NAMED, Role.CHANGE),
        cheaper=reading.cheaper,
        wished_colours=tuple(dict.fromkeys(reading.wished_colours)),
        refused_colours=tuple(dict.fromkeys(reading.refused_colours)),
        unmet=tuple(
            joined(reading.tokens[start : start + length]) for start, length in reading.unmet
        ),
    )


def _drop_function_words(reading: Reading) -> None:
    """Residual and changes that say nothing are none."""
    for role in (Role.RESIDUAL, Role.CHANGE):
        kept = [i for i, one in enumerate(reading.roles) if one is role]
        if not any(_is_content(reading.tokens[i]) for i in kept):
            for i in kept:
                reading.roles[i] = Role.CONSUMED


def _take_category(reading: Reading) -> bool:
    """A category that is all of the residual is a filter, and still describes the thing."""
    is_taken = False
    left = {
        i
        for i, role in enumerate(reading.roles)
        if role is Role.RESIDUAL and _is_content(reading.tokens[i])
    }
    for start, length, values in reading.categories:
        if left and left == set(range(start, start + length)):
            reading.allow("category", values)
            is_taken = True
    return is_taken


def _is_content(token: Token) -> bool:
    return not token.is_punctuation and (token.key,) not in lexicon.kind("function_word")


def _with_roles(reading: Reading, *roles: Role) -> str:
    pairs = zip(reading.tokens, reading.roles, strict=True)
    return joined([token for token, role in pairs if role in roles])


def _says_something(change: Sequence[Token | str]) -> bool:
    return any(isinstance(one, str) or _is_content(one) for one in change)


def _phrase(change: Sequence[Token | str]) -> str:
    names = [one for one in change if isinstance(one, str)]
    return " ".join(names) or joined([one for one in change if isinstance(one, Token)])


def _frozen(fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in fields.items() if values}
