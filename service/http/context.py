"""What the routes work with, made once when the app starts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from index.store import Store
from service.answer.answers import AnswerWriter
from service.conversation import Conversation
from service.errors import WritesClosedError
from service.feedback import FeedbackBook
from service.http.gate import Gate
from service.http.intake import IntakeLimits, Traffic
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.shopping.lister import ShoppingLists
from vision.decode_pool import DecodePool

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Service:
    """The objects behind the routes."""

    pipeline: SearchPipeline
    ingest: Ingest
    store: Store
    sources: PictureSources
    embedder: str
    intake: IntakeLimits
    host: str
    answers: AnswerWriter
    searches: Gate
    writings: Gate
    """Apart from the searches: a slow writer must not hold them up."""
    changes: Gate
    """Of the catalogue; one at a time, as the store has it."""
    conversation: Conversation
    feedback: FeedbackBook
    shopping: ShoppingLists
    traffic: Traffic
    decoders: DecodePool | None
    """None: photos are decoded in this process."""

    @property
    def is_at_work(self) -> bool:
        """Says that some work has begun and not ended."""
        return any(gate.inside for gate in (self.searches, self.writings, self.changes))

    def close(self) -> None:
        """Ends what was started for requests; work that has begun goes on."""
        for gate in (self.searches, self.writings, self.changes):
            gate.close()
        if self.decoders is not None:
            self.decoders.close()
        self.conversation.keeper.sessions.close()  # folds the log in: nothing deleted is left


def service_of(request: Request) -> Service:
    """The app's service."""
    service: Service = request.app.state.service
    return service


def writable(service: Annotated[Service, Depends(service_of)]) -> Service:
    """The service, where it takes writes.

    Raises:
        WritesClosedError: the server is bound to more than loopback and no keys are set.
    """
    if service.host not in LOOPBACK:
        raise WritesClosedError(
            "writes are answered only while the server is bound to loopback (127.0.0.1)"
        )
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
WritableDep = Annotated[Service, Depends(writable)]
