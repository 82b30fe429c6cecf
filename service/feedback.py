"""What shoppers did with the matches they were shown; for evaluation, it outlives sessions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from index.catalogue import Catalogue
from index.sessions import Sessions
from service.errors import RequestError
from service.sessions import KeptItem, SessionKeeper
from service.terms import Event


@dataclass(frozen=True)
class Feedback:
    """One event, kept once however often it is sent."""

    session: str
    """An id that leads to nothing once the session has expired."""
    item: int
    """Of the photo, from 0."""
    product: str
    event: Event
    position: int | None
    """From 1 among the matches shown when it came; None: not among them (a variant)."""
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class FeedbackBook:
    """Takes feedback on sessions that are still open."""

    keeper: SessionKeeper
    catalogue: Catalogue

    def record(self, session_id: str, item: int, product_id: str, event: Event) -> bool:
        """Keeps an event; False where the same one is kept already.

        Raises:
            UnknownSessionError, SessionsOffError: there is no such session.
            RequestError: the search had no such item.
            UnknownProductError: no such product.
            StoreUnwritableError: the database cannot be written.
        """
        session, _ = self.keeper.read(session_id)
        if not 0 <= item < len(session.items):
            raise RequestError(f"item is {item}; the search has 0 to {len(session.items) - 1}")
        known = self.catalogue.product(product_id).id
        return self.keeper.sessions.add_feedback(
            session=session_id,
            item=item,
            product=known,
            event=event,
            position=_position(session.items[item], known),
        )


def read_feedback(sessions: Sessions) -> Iterator[Feedback]:
    """Gives all feedback, oldest first."""
    for row in sessions.feedback_rows():
        event = cast(Event, row.event)
        yield Feedback(row.session, row.item, row.product, event, row.position, row.at)


def _position(item: KeptItem, product_id: str) -> int | None:
    ids = [one.id for one in item.shown]
    return ids.index(product_id) + 1 if product_id in ids else None
