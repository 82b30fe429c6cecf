"""Deterministic stand-ins typed by the protocols, and small stores made of them."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
from PIL import Image

from index.place import Place
from index.store import Store
from index.types import Offer, PictureRecord, Price, Product, ProductRecord, SpaceId
from vision.colour import LabHistogram
from vision.protocols import ColourDescriber, Embedder
from vision.types import (
    Box,
    ChatLimits,
    ChatMessage,
    ColourLooks,
    DetectedItem,
    EmbedderId,
    Photo,
    Vectors,
)

SPACE = SpaceId(embedder="fake (16-d, fake-1)", dimension=16, colour="fake", colour_dimension=4)


class FakeEmbedder:
    """Pictures to vectors by the colours of their quarters, texts by their hash."""

    def __init__(self, preprocessing: str = "fake-1", dimension: int = 16) -> None:
        self.identity = EmbedderId("fake", preprocessing, dimension)
        self.pictures_seen = 0

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        self.pictures_seen += len(images)
        rows = [np.asarray(one.convert("RGB").resize((2, 2), Image.BOX)).ravel() for one in images]
        pixels = np.array(rows, dtype=np.float64).reshape(-1, 12) / 127.5 - 1
        features = np.hstack([pixels, np.full((len(rows), 1), 0.25)])  # never all zero
        mixing = np.random.default_rng(7).normal(size=(13, self.identity.dimension))
        return unit(features @ mixing)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        rows = [text_vector(text, self.identity.dimension) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, self.identity.dimension)


class FakeColours:
    """Describes a picture by its mean colour."""

    identity = "FakeColours"
    dimension = 4

    def describe(self, images: Sequence[Image.Image]) -> Vectors:
        means = [
            np.asarray(one.convert("RGB"), dtype=np.float64).mean(axis=(0, 1)) for one in images
        ]
        pixels = np.array(means).reshape(-1, 3) / 127.5 - 1
        return unit(np.hstack([pixels, np.full((len(means), 1), 0.25)]))

    def look(self, images: Sequence[Image.Image]) -> ColourLooks:
        looks = LabHistogram().look([one.convert("RGB") for one in images])
        return ColourLooks(self.describe(images), looks.is_plain)


class TwoHalves:
    """Sees the left and the right half of a photo as items."""

    def detect(self, photo: Photo) -> list[DetectedItem]:
        half = photo.width // 2
        return [
            DetectedItem(Box(0, 0, half, photo.height), 0.9),
            DetectedItem(Box(half, 0, photo.width, photo.height), 0.8),
        ]


class FakeChat:
    """A chat model that says what it is told to, and keeps what it was asked."""

    name = "fake-chat"

    def __init__(self, replies: Sequence[str | Exception]) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[list[ChatMessage], Mapping[str, object] | None]] = []

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        self.asked.append((list(messages), schema))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield self.complete(messages, limits)


FAKE_EMBEDDER: Embedder = FakeEmbedder()
FAKE_COLOURS: ColourDescriber = FakeColours()


def unit(rows: np.ndarray) -> Vectors:
    """Gives the rows at length 1, float32."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def text_vector(text: str, dimension: int = SPACE.dimension) -> Vectors:
    """Gives a ``(dimension,)`` unit vector that only this text has."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    return unit(np.random.default_rng(seed).normal(size=dimension))


def picture(
    color: str | tuple[int, int, int] = "red", size: tuple[int, int] = (24, 24)
) -> Image.Image:
    """Gives a picture of one colour."""
    return Image.new("RGB", size, color)


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Gives a picture's bytes in a Pillow format."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def offer(merchant: str = "", price: str | None = "10.00 USD", **fields: object) -> Offer:
    """Gives an offer; the price is written as in a feed."""
    amount = None
    if price is not None:
        digits, currency = price.split()
        amount = Price(Decimal(digits), currency)
    return Offer(merchant=merchant, price=amount, **fields)  # type: ignore[arg-type]


def product(product_id: str, group: str = "", **fields: object) -> Product:
    """Gives a product with one offer unless others are named."""
    fields.setdefault("title", f"Title of {product_id}")
    fields.setdefault("offers", (offer(),))
    return Product(id=product_id, group=group or product_id, **fields)  # type: ignore[arg-type]


def picture_record(name: str, jpeg: bytes | None = None, space: SpaceId = SPACE) -> PictureRecord:
    """Gives a picture whose vectors and hash depend on its name alone."""
    return PictureRecord(
        source=f"{name}.jpg",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        embedding=text_vector(f"picture {name}", space.dimension),
        colours=text_vector(f"colours {name}", space.colour_dimension),
        display_jpeg=jpeg or f"JPEG of {name}".encode(),
    )


def record(
    one: Product | str, pictures: Sequence[str] | None = None, space: SpaceId = SPACE
) -> ProductRecord:
    """Gives what one transaction writes of a product; one picture named after it by default."""
    made = product(one) if isinstance(one, str) else one
    names = [made.id] if pictures is None else pictures
    return ProductRecord(
        product=made,
        pictures=tuple(picture_record(name, space=space) for name in names),
        text_embedding=text_vector(made.title, space.dimension),
        content_hash=hashlib.sha256(repr((made, names)).encode()).hexdigest(),
    )


def small_store(
    place: Place | Path, records: Sequence[ProductRecord] = (), space: SpaceId = SPACE
) -> Store:
    """Makes a store, or opens the one that is there, and writes the records."""
    store = Store(place, space, create=True)
    if records:
        store.upsert(records)
    return store
