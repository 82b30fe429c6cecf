"""What a shop's catalogue holds, as words that a shopper may say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.types import ATTRIBUTE_PREFIX
from service.search import lexicon
from service.search.tokens import Key, Phrases, contains, phrase_key

MIN_COLOUR_COVERAGE = 0.5
"""Below this share of products with a colour, a colour filter would hide more than it finds."""


@dataclass(frozen=True)
class ShopValue:
    """A name that the shop uses."""

    field: str
    """As in ``Filters``: ``brand``, ``category``, ``merchant``, ``attributes.NAME``."""
    values: tuple[str, ...]
    """As the catalogue writes them; categories as paths."""
    is_clear: bool
    """False: the shop uses the same word for something else, or it is one word that shops are
    called by only with "from" or "at" before it."""


@dataclass(frozen=True)
class ShopVocabulary:
    """Names, colours, materials and currencies of a shop.

    ``catalogue_words.vocabulary_of`` makes it.
    """

    names: Phrases[ShopValue] = field(default_factory=lambda: Phrases({}))
    """Brands, merchants and categories (with singular and plural)."""
    colours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The shop's own colours by a colour word's name; see ``colour_values``."""
    exact_colours: Phrases[tuple[str, ...]] = field(default_factory=lambda: Phrases({}))
    """The shop's own colour phrases (parts too: ``Crimson/Red``) with its values that hold them."""
    colour_titles: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Pairs of words in titles that begin with a colour, with the families of what they name."""
    colour_coverage: float = 0.0
    """Share of products that have a colour."""
    attributes: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """(Attribute, value) by each word of the value."""
    things: frozenset[str] = frozenset()
    """Words that end a title, or a part of it: what the shop calls things by."""
    currencies: tuple[str, ...] = ()
    """Most frequent first."""
    currency_words: Phrases[tuple[str, ...]] = field(default_factory=lambda: Phrases({}))
    """Names of money with the codes that they can mean, likeliest first."""

    def currency_of(self, codes: Sequence[str]) -> str | None:
        """Gives the first of the codes that the shop sells in; None: it sells in none of them."""
        return next((code for code in codes if code in self.currencies), None)

    def colour_values(self, word: lexicon.ColourWord) -> tuple[str, ...]:
        """Gives the shop's colours that the word covers.

        A family ("red") covers its shades; a shade covers the shop's values that name it, or its
        families where none does and the shade is no material.
        """
        return self.colours.get(word.name, ())

    def attribute_values(self, words: Sequence[Key]) -> dict[str, tuple[str, ...]]:
        """Gives filter fields with the shop's values of them that hold one of the words.

        "Leather" is held by ``genuine leather``, not by ``faux leather``. Attributes other than
        material and pattern must be the word as a whole.
        """
        found: dict[str, set[str]] = {}
        for word in words:
            for name, value in self.attributes.get(word[0], ()):
                if _is_value(name, phrase_key(value), word):
                    found.setdefault(f"{ATTRIBUTE_PREFIX}{name}", set()).add(value)
        return {name: tuple(sorted(values)) for name, values in sorted(found.items())}


def _is_value(name: str, value: Key, word: Key) -> bool:
    if name not in {"material", "pattern"}:
        return value == word
    return contains(value, word) and not any((one,) in lexicon.kind("imitation") for one in value)
