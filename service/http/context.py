"""What the routes work with, made once when the app starts."""

from dataclasses import dataclass
from typing import Annotated

import anyio
from fastapi import Depends, Request

from index.store import Store
from service.answer.answers import AnswerWriter
from service.conversation import Conversation
from service.errors import WritesClosedError
from service.feedback import FeedbackBook
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.shopping.lister import ShoppingLists

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Service:
    """The objects behind the routes."""

    pipeline: SearchPipeline
    ingest: Ingest
    store: Store
    sources: PictureSources
    embedder: str
    max_body_bytes: int
    host: str
    answers: AnswerWriter
    searches: anyio.CapacityLimiter
    writings: anyio.CapacityLimiter
    """Apart from the searches: a slow writer must not hold them up."""
    conversation: Conversation
    feedback: FeedbackBook
    shopping: ShoppingLists


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
