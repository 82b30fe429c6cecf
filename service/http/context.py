"""What the routes work with, made once when the app starts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from index.store import Store
from service.answer.answers import AnswerWriter
from service.conversation import Conversation
from service.feedback import FeedbackBook
from service.http.access import Access
from service.http.example_photos import ExamplePhoto
from service.http.gate import Gate
from service.http.intake import IntakeLimits, Traffic
from service.http.load import Load
from service.http.photo_url import PhotoUrls
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.shopping.lister import ShoppingLists
from vision.decode_pool import DecodePool


@dataclass(frozen=True)
class Service:
    """The objects behind the routes."""

    pipeline: SearchPipeline
    ingest: Ingest
    store: Store
    sources: PictureSources
    embedder: str
    intake: IntakeLimits
    access: Access
    cors_origins: tuple[str, ...]
    """Of pages elsewhere that may ask; ``*``: of all."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks that are believed when they say who asks."""
    photo_urls: PhotoUrls
    answers: AnswerWriter
    searches: Gate
    writings: Gate
    """Apart from the searches: a slow writer must not hold them up."""
    changes: Gate
    """Of the catalogue; one at a time, as the store has it."""
    looks: Gate
    """What the admin page reads."""
    examinations: Gate
    """Of the whole catalogue; one at a time."""
    conversation: Conversation
    feedback: FeedbackBook
    shopping: ShoppingLists
    traffic: Traffic
    load: Load
    """Of the last hour."""
    decoders: DecodePool | None
    """None: photos are decoded in this process."""
    examples: tuple[ExamplePhoto, ...] = ()
    """Photos that the page offers."""

    @property
    def is_at_work(self) -> bool:
        """Says that some work has begun and not ended."""
        return any(gate.inside for gate in self._gates)

    def close(self) -> None:
        """Ends what was started for requests; work that has begun goes on."""
        for gate in self._gates:
            gate.close()
        if self.decoders is not None:
            self.decoders.close()
        self.conversation.keeper.sessions.close()  # folds the log in: nothing deleted is left

    @property
    def _gates(self) -> tuple[Gate, ...]:
        asked = (self.searches, self.writings, self.changes, self.photo_urls.gate)
        return (*asked, self.looks, self.examinations)


async def service_of(request: Request) -> Service:
    """The app's service; no plain function, which the framework would call in a thread."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
