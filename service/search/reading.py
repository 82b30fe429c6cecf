"""One pass over the tokens of a text: each token gets a role, each rule its part of the filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from index.types import PriceRange
from service.search.prices import PriceWords
from service.search.tokens import Token
from service.search.vocabulary import ShopVocabulary


class Role(Enum):
    """What became of a token."""

    RESIDUAL = "names or describes the thing"
    CHANGE = "changes the photo"
    NAMED = "became a filter that also describes the thing"
    CONSUMED = "became something else, or says nothing of the thing"


@dataclass
class Reading:
    """What was understood so far, and the roles of the tokens."""

    tokens: Sequence[Token]
    vocabulary: ShopVocabulary
    roles: list[Role] = field(init=False)
    any_of: dict[str, list[str]] = field(default_factory=dict)
    none_of: dict[str, list[str]] = field(default_factory=dict)
    price: PriceRange | None = None
    cheaper: bool = False
    negatives: list[str] = field(default_factory=list)
    changes: list[list[Token | str]] = field(default_factory=list)
    """Token or, for a colour in another language, its English name."""
    unmet: list[tuple[int, int]] = field(default_factory=list)
    categories: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    """Start, length and values of categories whose words stand in the residual."""
    colours: list[tuple[int, int]] = field(default_factory=list)
    """Start and length of the words behind the colours allowed."""
    wished_colours: list[str] = field(default_factory=list)
    refused_colours: list[str] = field(default_factory=list)
    is_in_change: bool = False
    has_cued_colour: bool = False
    """A colour stood behind a cue: others merely describe."""

    def __post_init__(self) -> None:
        self.roles = [Role.RESIDUAL] * len(self.tokens)

    def give(self, start: int, length: int, role: Role) -> None:
        """Gives tokens a role."""
        self.roles[start : start + length] = [role] * length

    def keep(self, start: int, length: int) -> None:
        """Leaves tokens in the residual or, inside a change, makes them part of it."""
        if self.is_in_change:
            self.give(start, length, Role.CHANGE)
            self.changes[-1].extend(self.tokens[start : start + length])

    def begin_change(self) -> None:
        """What is kept from here on changes the photo."""
        self.is_in_change = True
        self.changes.append([])

    def end_change(self) -> None:
        """What is kept from here on describes the thing again."""
        self.is_in_change = False

    def allow(self, name: str, values: Iterable[str]) -> None:
        """Adds values that a field may have."""
        _add(self.any_of, name, values)

    def drop_colours(self) -> None:
        """Forgets the colours allowed so far, and that their words describe the thing."""
        self.any_of.pop("color", None)
        for start, length in self.colours:
            self.give(start, length, Role.CONSUMED)
        self.colours.clear()
        self.wished_colours.clear()

    def exclude(self, name: str, values: Iterable[str]) -> None:
        """Adds values that a field must not have."""
        _add(self.none_of, name, values)

    def limit(self, words: PriceWords) -> bool:
        """Narrows the price; False where the shop does not sell in that currency."""
        sold_in = self.vocabulary.currencies
        currency = self.vocabulary.currency_of(words.currencies or sold_in)
        before = self.price or PriceRange(currency=currency)
        if currency is None or before.currency != currency:
            return False
        self.price = PriceRange(
            _narrower(before.minimum, words.minimum, lowest=False),
            _narrower(before.maximum, words.maximum, lowest=True),
            currency,
        )
        return True


def _add(fields: dict[str, list[str]], name: str, values: Iterable[str]) -> None:
    held = fields.setdefault(name, [])
    held.extend(value for value in dict.fromkeys(values) if value not in set(held))


def _narrower(one: Decimal | None, other: Decimal | None, *, lowest: bool) -> Decimal | None:
    ends = [end for end in (one, other) if end is not None]
    if not ends:
        return None
    return min(ends) if lowest else max(ends)
