"""What a search leaves for a follow-up: vectors, words and the ids shown; never the photo."""

import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator, SerializationInfo, TypeAdapter, ValidationInfo

from index.errors import StoreError
from index.sessions import Kept, Sessions
from index.types import NO_FILTERS, Filters, FusionWeights, Query
from service.errors import SessionsOffError, UnknownSessionError
from service.search.words import Understood
from service.types import ItemMatches, Match, SearchRequest, SearchResult
from vision.types import Caption, DetectedItem

NOTHING_SAID = Understood()

logger = logging.getLogger(__name__)

_MAGIC = b"SSN1"
"""Changes with the form of the payload; another one is as good as expired."""
_LENGTH = struct.Struct("<I")


def _put(vector: NDArray[np.float32] | None, info: SerializationInfo) -> int | None:
    if vector is None:
        return None
    rows: list[NDArray[np.float32]] = info.context  # type: ignore[assignment]
    rows.append(vector)
    return len(rows) - 1


def _get(place: int | None, info: ValidationInfo) -> NDArray[np.float32] | None:
    return None if place is None else info.context[place]  # type: ignore[index]


_Vector = Annotated[Any, PlainSerializer(_put), PlainValidator(_get)]
"""float32 ``(d,)`` or None; stored as its place among the payload's vectors."""


@dataclass(frozen=True)
class KeptView:
    """A query without filters."""

    image: _Vector
    colours: _Vector
    text: _Vector
    weights: FusionWeights

    @classmethod
    def of(cls, query: Query) -> "KeptView":
        """Keeps what a follow-up needs of a query."""
        return cls(query.image, query.colours, query.text, query.weights)

    def query(self) -> Query:
        """Gives the query again."""
        return Query(self.image, self.colours, self.text, weights=self.weights)


@dataclass(frozen=True)
class ShownMatch:
    """A match as it was shown."""

    id: str
    score: float
    parts: Mapping[str, float]
    picture: int
    others: tuple[str, ...] = ()
    """Ids under which the same thing is listed too."""


@dataclass(frozen=True)
class KeptItem:
    """One item of the photo, or the words alone, and how far the conversation about it has come."""

    views: tuple[KeptView, ...] = ()
    filters: Filters = NO_FILTERS
    words: Understood = NOTHING_SAID
    shown: tuple[ShownMatch, ...] = ()
    item: DetectedItem | None = None
    caption: Caption | None = None
    skipped_groups: tuple[str, ...] = ()
    """Groups that are not to come back: "more like the third"."""
    mentioned: tuple[str, ...] = ()
    """Ids of the matches that the last question named, in its order: "it" is the last."""
    is_of_photo: bool = True
    """Whether ``views`` are of the photo; else they are of a product's own picture."""


@dataclass(frozen=True)
class Session:
    """A conversation."""

    items: tuple[KeptItem, ...]
    k: int
    is_grouped: bool
    language: str | None
    """BCP 47 or an ``Accept-Language`` header, as it came with the search."""
    width: int | None
    height: int | None
    space: str
    """What the vectors were made with."""
    last_item: int = 0
    """The place in ``items`` of the one last spoken of."""


_ADAPTER: TypeAdapter[Session] = TypeAdapter(Session)


@dataclass(frozen=True)
class SessionKeeper:
    """Keeps conversations for some minutes after their last use."""

    sessions: Sessions
    space: str
    minutes: float
    """0: nothing is kept."""

    def open(self, result: SearchResult, request: SearchRequest, language: str | None) -> None:
        """Keeps a search; where the disk does not take it, the search stands all the same."""
        if not self.minutes:
            return
        kept = Session(
            items=tuple(_kept_item(one, result.words) for one in result.items),
            k=request.k,
            is_grouped=request.is_grouped,
            language=language,
            width=result.width,
            height=result.height,
            space=self.space,
        )
        try:
            self.sessions.open(result.session, packed(kept), self._seconds)
        except StoreError as error:
            logger.warning("no session kept: %s", error)

    def read(self, session_id: str) -> tuple[Session, int]:
        """Gives a session and the revision that it was read at.

        Raises:
            SessionsOffError: this server keeps none.
            UnknownSessionError: unknown, expired, or of another version or embedder.
            StoreError: the database cannot be read.
        """
        if not self.minutes:
            raise SessionsOffError("this server keeps no sessions (session_minutes is 0)")
        found = self.sessions.read(session_id)
        session = unpacked(found.payload) if found else None
        if found is None or session is None or session.space != self.space:
            raise UnknownSessionError(
                f"no session {session_id[:64]!r}: unknown, or not used for {self.minutes:g} minutes"
            )
        return session, found.revision

    def update(self, session_id: str, session: Session, revision: int) -> bool:
        """Writes what a follow-up made of a session; False where another was faster.

        Raises:
            StoreError: the database cannot be written.
        """
        return self.sessions.update(session_id, Kept(packed(session), revision), self._seconds)

    @property
    def _seconds(self) -> float:
        return self.minutes * 60


def packed(session: Session) -> bytes:
    """Gives a session as bytes: JSON that names vectors by place, then the vectors' float32."""
    rows: list[NDArray[np.float32]] = []
    body = _ADAPTER.dump_json(session, context=rows)
    sizes = np.array([len(row) for row in rows], dtype="<u4")
    vectors = b"".join(row.astype("<f4").tobytes() for row in rows)
    head = _MAGIC + _LENGTH.pack(len(body)) + _LENGTH.pack(len(sizes))
    return head + body + sizes.tobytes() + vectors


def unpacked(payload: bytes) -> Session | None:
    """Gives what ``packed`` was given; None where the bytes are of another form."""
    try:
        if payload[:4] != _MAGIC:
            return None
        body_bytes, count = (_LENGTH.unpack_from(payload, at)[0] for at in (4, 8))
        at = 12 + body_bytes
        sizes = np.frombuffer(payload, dtype="<u4", count=count, offset=at)
        flat = np.frombuffer(payload, dtype="<f4", offset=at + sizes.nbytes)
        if len(flat) != sizes.sum():
            return None
        rows = np.split(flat, np.cumsum(sizes)[:-1]) if count else []
        return _ADAPTER.validate_json(payload[12:at], context=rows)
    except (ValueError, IndexError, struct.error):  # pydantic's errors are ValueErrors
        return None


def shown(matches: tuple[Match, ...]) -> tuple[ShownMatch, ...]:
    """Gives what is kept of matches."""
    return tuple(
        ShownMatch(
            one.product.id,
            one.score,
            one.parts,
            one.picture,
            tuple(other.id for other in one.also_listed_as),
        )
        for one in matches
    )


def _kept_item(found: ItemMatches, words: Understood | None) -> KeptItem:
    said = words or NOTHING_SAID
    return KeptItem(
        views=tuple(KeptView.of(one) for one in found.views),
        filters=found.filters,
        words=replace(said, cheaper=False, unmet=()),
        shown=shown(found.matches),
        item=found.item,
        caption=found.caption,
    )
