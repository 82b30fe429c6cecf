"""A picture's bytes to what the catalogue keeps of it; all but the model runs in any thread."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from index.types import PictureRecord, Vector
from vision.jpeg import jpeg_of
from vision.protocols import ColourDescriber, Embedder, StagedEmbedder
from vision.types import Photo, Vectors

_DISPLAY_SIDE_PX = 640
_DISPLAY_QUALITY = 85


@dataclass(frozen=True)
class LoadedPicture:
    """A decoded picture that is to be embedded; of its pixels only what is needed for that."""

    source: str
    sha256: str
    """Of the bytes as they came."""
    prepared: object
    """What the embedder takes."""
    colours: Vector
    """``(c,)``"""
    display_jpeg: bytes


@dataclass(frozen=True)
class PictureDecoding:
    """All of a picture but its vector; without the model, so that other processes can have it."""

    prepare: Callable[[Image.Image], object]
    """Gives what the embedder takes."""
    colours: ColourDescriber
    decode: Callable[[bytes], Photo]

    def load(self, source: str, data: bytes) -> LoadedPicture:
        """Gives everything of a picture but its vector.

        Raises:
            PhotoError: it does not decode, or is past the limits.
        """
        photo = self.decode(data)
        return self.loaded(source, photo.sha256, photo.image, display_jpeg(photo.image))

    def loaded(self, source: str, sha256: str, image: Image.Image, jpeg: bytes) -> LoadedPicture:
        """As ``load``, of pixels."""
        colours = self.colours.describe([image])[0]
        return LoadedPicture(source, sha256, self.prepare(image), colours, jpeg)


class PictureLoader:
    """Decodes, measures colours and embeds; safe to use from several threads."""

    def __init__(
        self, embedder: Embedder, colours: ColourDescriber, decode: Callable[[bytes], Photo]
    ) -> None:
        self._embedder = embedder
        prepare = embedder.prepare if isinstance(embedder, StagedEmbedder) else _as_it_is
        self.decoding = PictureDecoding(prepare, colours, decode)

    def embed(self, pictures: Sequence[LoadedPicture]) -> list[PictureRecord]:
        """Runs the model on all pictures at once."""
        vectors = self._vectors([one.prepared for one in pictures])  # (n, d)
        return [
            PictureRecord(one.source, one.sha256, vector, one.colours, one.display_jpeg)
            for one, vector in zip(pictures, vectors, strict=True)
        ]

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Gives ``(n, d)`` unit rows."""
        return self._embedder.embed_texts(texts)

    def _vectors(self, prepared: list[object]) -> Vectors:
        if isinstance(self._embedder, StagedEmbedder):
            return self._embedder.embed_prepared(prepared)
        return self._embedder.embed_images(prepared)  # type: ignore[arg-type]


def _as_it_is(image: Image.Image) -> Image.Image:
    return image


def sha256_of(data: bytes) -> str:
    """Gives the hash by which a picture is known."""
    return hashlib.sha256(data).hexdigest()


def display_jpeg(image: Image.Image) -> bytes:
    """Gives a JPEG of at most 640 pixels a side, without metadata."""
    small = image
    if max(image.size) > _DISPLAY_SIDE_PX:
        small = image.copy()
        small.thumbnail((_DISPLAY_SIDE_PX, _DISPLAY_SIDE_PX), Image.Resampling.LANCZOS)
    return jpeg_of(small, _DISPLAY_QUALITY)
