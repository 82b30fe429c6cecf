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


def request_for(result: SearchResult, search: SearchRequest, language: str | None) -> AnswerRequest:
    """Gives what the answer to a search speaks of: its first item that has matches."""
    item = next((one for one in result.items if one.matches), result.items[0])
    return AnswerRequest(
        matches=item.matches,
        verdict=item.verdict.kind if item.verdict else None,
        caption=item.caption,
        filters=item.filters,
        question=search.text,
        language=language,
    )


@dataclass(frozen=True)
class Citation:
    """What ``[ref]`` in the text stands for."""

    ref: int
    id: str
    link: str = ""
    """The http(s) address of the offer that the text speaks of; empty where there is none."""


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
    """A product's id; None where none of the matches is it."""
    cheapest: str | None
    """The cheapest match in stock in the currency of the best one; None where none has a price."""
    writer: str
    """The model's name where a choice or a sentence of it is in the text, else ``facts``."""
    checked: int
    """Sentences and notes of the model that were checked."""
    dropped: int
    """Those of them that were not let out."""
    language: str
    """BCP 47, of the text."""
