"""What a model must do to take a place in the pipeline."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from vision.types import DetectedItem, EmbedderId, Photo, Vectors


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


class ColourDescriber(Protocol):
    """Turns a picture into a vector of its item's colours."""

    @property
    def dimension(self) -> int:
        """Length of one vector."""

    def describe(self, images: Sequence[Image.Image]) -> Vectors:
        """``(n, dimension)`` float32 unit rows."""
