"""What a model must do to take a place in the pipeline."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.types import (
    Caption,
    ChatLimits,
    ChatMessage,
    ColourLooks,
    DetectedItem,
    EmbedderId,
    Photo,
    Vectors,
)


class Detector(Protocol):
    """Finds the things in a photo that could be products."""

    def detect(self, photo: Photo) -> list[DetectedItem]:
        """Items, most important first; never empty, the whole photo is the fallback."""


class Embedder(Protocol):
    """Turns pictures and texts into comparable vectors."""

    @property
    def identity(self) -> EmbedderId:
        """Which model and preprocessing make these vectors; kept in the store."""

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        """``(n, d)`` float32 unit rows; ``(0, d)`` for no picture."""

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """``(n, d)`` float32 unit rows; long texts are cut at the model's context length."""


@runtime_checkable
class StagedEmbedder(Protocol):
    """An ``Embedder`` whose preprocessing other threads can do while the model is at work."""

    def prepare(self, image: Image.Image) -> Any:
        """What the model takes of one picture; holds on to no pixels of the original."""

    def embed_prepared(self, prepared: Sequence[Any]) -> Vectors:
        """``(n, d)`` float32 unit rows, as ``embed_images`` gives of the same pictures."""


class ColourDescriber(Protocol):
    """Turns a picture into a vector of its item's colours."""

    @property
    def identity(self) -> str:
        """What the vectors are made with; vectors of two identities are never compared."""

    @property
    def dimension(self) -> int:
        """Length of one vector."""

    def describe(self, images: Sequence[Image.Image]) -> Vectors:
        """``(n, dimension)`` float32 unit rows."""

    def look(self, images: Sequence[Image.Image]) -> ColourLooks:
        """The rows of ``describe``, and what else the same pixels tell."""


class Captioner(Protocol):
    """Says in words what a picture shows."""

    @property
    def name(self) -> str:
        """The model, as answers name it."""

    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        """One caption a picture, empty where the model's words cannot be used.

        Raises:
            ModelError: the model is down or too slow.
        """


class Reranker(Protocol):
    """Looks at a photo and at pictures of products once more, closer than vectors do."""

    @property
    def name(self) -> str:
        """The model, as a report names it."""

    def score(self, photo: Image.Image, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """``(n,)`` float32 in [-1, 1], higher where a picture rather shows the photo's item.

        Raises:
            ModelError: the model is down or too slow.
        """


class ChatModel(Protocol):
    """A language model that can see, in this process or behind an endpoint."""

    @property
    def name(self) -> str:
        """The model, as answers name it."""

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        """Gives the whole answer, greedy.

        Args:
            messages: the conversation, oldest first.
            limits: tokens and seconds.
            schema: JSON schema that the answer should meet; a model may not keep to it, so the
                caller validates.

        Raises:
            ModelError: the model is down, too slow, or refused.
        """

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        """Gives pieces of the answer as they are written.

        Raises:
            ModelError: as ``complete``; also after some pieces have come.
        """
