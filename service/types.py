"""What is asked of a search and what comes out of it; frozen, and tied to no framework."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.snapshot import Snapshot
from index.types import NO_FILTERS, Filters, Product, Query
from index.verdict import Verdict
from service.search.words import Understood
from vision.types import Box, Caption, DetectedItem

MAX_K = 100


@dataclass(frozen=True)
class SearchRequest:
    """What is looked for; a photo or text must be there."""

    photo: bytes | None = None
    text: str = ""
    k: int = 10
    """Matches an item, 1 to ``MAX_K``."""
    box: Box | None = None
    """Search this region alone."""
    is_main_only: bool = False
    filters: Filters = NO_FILTERS
    is_grouped: bool = True


@dataclass(frozen=True)
class Match:
    """A product for an item, with the parts of its score and the variants of its group."""

    product: Product
    score: float
    parts: Mapping[str, float]
    picture: int
    variants: tuple[Product, ...]
    also_listed_as: tuple[Product, ...] = ()
    """The same thing under other ids; ``product`` has their offers too."""


@dataclass(frozen=True)
class ItemMatches:
    """One item of the photo (``item`` is None without a photo) and its matches, best first."""

    item: DetectedItem | None
    matches: tuple[Match, ...]
    caption: Caption | None = None
    """None: nobody looked, or the captioner was down."""
    views: tuple[Query, ...] = ()
    """What the photo alone asks for, one a view; a follow-up goes on from it."""
    filters: Filters = NO_FILTERS
    """What the matches had to pass: the request's filters and those of its words."""
    verdict: Verdict | None = None
    """None: nobody calibrated the catalogue, or words ask for another thing than the photo."""


@dataclass(frozen=True)
class SearchResult:
    """The answer to a request."""

    session: str
    width: int | None
    height: int | None
    items: tuple[ItemMatches, ...]
    snapshot: Snapshot
    timings_ms: Mapping[str, float]
    words: Understood | None = None
    """What was made of the request's text."""
