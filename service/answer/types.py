"""What is asked for and what comes out of an answer; frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from index.types import NO_FILTERS, Filters
from index.verdict import VerdictKind
from service.types import Match, SearchRequest, SearchResult
from vision.types import Caption

Mode: TypeAlias = Literal["structured", "prose"]
"""``structured``: the model chooses and code writes; ``prose``: the model writes, checked."""

FACTS_WRITER = "facts"


@dataclass(frozen=True)
class AnswerRequest:
    """The ranked matches of one item, and what is known of the item itself."""

    matches: Sequence[Match]
    """Best first; the answer never changes their order."""
    verdict: VerdictKind | None = None
    """None: nobody judged, so nothing is called the same product."""
    caption: Caption | None = None
    filters: Filters = NO_FILTERS
    question: str = ""
    """The shopper's own words."""
    language: str | None = None
    """A BCP 47 tag or an ``Accept-Language`` header; English where it names none of ours."""
    item: int = 0
    """The item's place in the photo."""


def requests_for(
    result: SearchResult, search: SearchRequest, language: str | None
) -> tuple[AnswerRequest, ...]:
    """Gives what the answer to a search speaks of: its items that have matches, or the first."""
    asked = tuple(
        AnswerRequest(
            matches=item.matches,
            verdict=item.verdict.kind if item.verdict else None,
            caption=item.caption,
            filters=item.filters,
            question=search.text,
            language=language,
            item=place,
        )
        for place, item in enumerate(result.items)
    )
    return tuple(one for one in asked if one.matches) or asked[:1]


@dataclass(frozen=True)
class Citation:
    """What ``[ref]`` in the text stands for."""

    ref: int
    id: str
    link: str = ""
    """The http(s) address of the offer that the text speaks of; empty where there is none."""
    item: int | None = None
    """The place in the photo of the item that it was found for; None in an answer about one."""


@dataclass(frozen=True)
class ItemChoice:
    """What an answer about several items chooses for one of them."""

    item: int
    """Its place in the photo."""
    pick: str | None
    cheapest: str | None


@dataclass(frozen=True)
class AnswerDelta:
    """A piece of the text, already checked."""

    text: str


@dataclass(frozen=True)
class Answer:
    """The whole answer; ``text`` is the concatenation of the deltas before it."""

    text: str
    """Never empty."""
    citations: tuple[Citation, ...]
    """The references that occur in ``text``, ascending."""
    pick: str | None
    """A product's id; None where none of the matches is it. Of several items: the first one's."""
    cheapest: str | None
    """The cheapest match in stock in the currency of the best one; None where none has a price.

    Of several items: the first one's.
    """
    writer: str
    """The model's name where a choice or a sentence of it is in the text, else ``facts``."""
    checked: int
    """Sentences and notes of the model that were checked."""
    dropped: int
    """Those of them that were not let out."""
    language: str
    """BCP 47, of the text."""
    items: tuple[ItemChoice, ...] = ()
    """One a section, in the order of the text; empty in an answer about one item."""
