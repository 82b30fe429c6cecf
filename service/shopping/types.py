"""What a shopping list is asked for, and what comes out; frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from index.types import NO_FILTERS, Filters, Offer, Price, Product
from service.terms import Source, Status
from service.types import Match
from vision.types import Box

MAX_ENTRIES = 20
MAX_QUANTITY = 999
MAX_ALTERNATES = 20
DEFAULT_ALTERNATES = 4
HAS_PICK: frozenset[Status] = frozenset({"found", "suggested"})
"""An entry of another status has alternates at most."""


@dataclass(frozen=True)
class ShoppingRequest:
    """A photo with things to buy, words, or both."""

    photo: bytes | None = None
    text: str = ""
    budget: str = ""
    """As it came: ``60 USD``, ``$60``, ``{"amount": "60", "currency": "USD"}``."""
    filters: Filters = NO_FILTERS
    language: str | None = None
    alternates: int = DEFAULT_ALTERNATES
    """Further matches an entry, 0 to ``MAX_ALTERNATES``."""


@dataclass(frozen=True)
class Wanted:
    """One thing that the words name."""

    text: str
    """Without quantity and without the list's budget."""
    quantity: int = 1


@dataclass(frozen=True)
class Option:
    """One offer of one match, for the whole quantity of an entry."""

    product: Product
    offer: Offer
    price: Price
    """The offer's, for one piece."""
    total: Decimal
    """Quantity x price, to the currency's smallest unit."""
    score: float


@dataclass(frozen=True)
class Entry:
    """One line of the list, with what was found for it."""

    label: str
    quantity: int
    source: Source
    status: Status
    matches: tuple[Match, ...] = ()
    """Plausible ones, best first: the pick and its alternates. Where nothing was found, the thing
    in stock, but not as it was said: in other colours, at other prices."""
    options: tuple[Option, ...] = ()
    """Offers of the matches in stock, in the list's currency; best match first, then cheapest."""
    box: Box | None = None
    filters: Filters = NO_FILTERS
    """Those that the search of this entry was held to."""


@dataclass(frozen=True)
class Line:
    """What a basket holds for one entry."""

    entry: int
    """Position in the list's entries."""
    quantity: int
    option: Option


@dataclass(frozen=True)
class Basket:
    """At most one offer an entry."""

    lines: tuple[Line, ...]
    total: Decimal
    """The sum of the lines."""
    left_out: tuple[int, ...]
    """Positions of the entries without a line."""
    is_optimal: bool
    """False: the time was over before it was proven that no basket is better."""
    merchant: str | None = None
    """None: of any merchants."""


@dataclass(frozen=True)
class ShoppingList:
    """Entries and the baskets made of them; no basket costs more than the budget."""

    entries: tuple[Entry, ...]
    mixed: Basket
    by_merchant: tuple[Basket, ...]
    """Most entries first, then the lowest total."""
    cheapest: Basket | None
    """The cheapest that has every entry that can be bought; None: over the budget, or empty."""
    complete_total: Decimal | None
    """What the cheapest complete basket costs, within the budget or not."""
    missing: Decimal | None
    """By how much that is more than the budget; None where it is not."""
    budget: Price | None
    currency: str | None
    """Of all amounts; None where nothing has a price."""
    people: int | None
    notes: tuple[str, ...] = ()
    """What a shopper should know of how the request was read, in English."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_optimal(self) -> bool:
        """Whether every basket is proven best."""
        return all(one.is_optimal for one in self.baskets)

    @property
    def baskets(self) -> Sequence[Basket]:
        """All of them."""
        return [self.mixed, *self.by_merchant, *([self.cheapest] if self.cheapest else [])]
