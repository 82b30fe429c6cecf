"""The values that pass between the steps: all frozen, none tied to a framework."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Vectors: TypeAlias = NDArray[np.float32]
"""``(n, d)`` float32, one row a picture or text; rows have unit length."""


@dataclass(frozen=True)
class ColourLooks:
    """What the colours of n pictures tell."""

    vectors: Vectors
    """``(n, c)`` unit rows."""
    is_plain: NDArray[np.bool_]
    """``(n,)`` whether it was taken as a shop does: on one colour, or beside a studio's white."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the upright photo; ``x1``/``y1`` are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def area_px(self) -> int:
        """Width times height, in pixels."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


@dataclass(frozen=True)
class Photo:
    """An upright RGB picture and the hash of the bytes that it came from."""

    image: Image.Image
    """Mode ``RGB``, orientation applied, sRGB."""
    sha256: str
    """Of the encoded bytes, 64 hex digits: the picture's identity."""

    @property
    def width(self) -> int:
        """Pixels, after the orientation was applied."""
        return self.image.width

    @property
    def height(self) -> int:
        """Pixels, after the orientation was applied."""
        return self.image.height

    @property
    def box(self) -> Box:
        """The whole photo as a region."""
        return Box(0, 0, self.width, self.height)


@dataclass(frozen=True)
class DetectedItem:
    """One thing seen in a photo."""

    box: Box
    confidence: float
    """0 to 1."""
    caption: "Caption | None" = None
    """What the detector said of it, where it speaks; None: it did not look."""


@dataclass(frozen=True)
class EmbedderId:
    """What a vector was made with: two vectors compare only when these are equal."""

    model: str
    """The name in the settings, or ``embedded``."""
    preprocessing: str
    """Hash of everything between a picture and its vector (weights file, resizing, colours)."""
    dimension: int

    def __str__(self) -> str:
        return f"{self.model} ({self.dimension}-d, {self.preprocessing})"


@dataclass(frozen=True)
class Caption:
    """What a captioner sees in one picture; empty where it does not say."""

    category: str = ""
    title: str = ""
    """A few words, as a shop would name it: ``blue ceramic mug``."""
    color: str = ""
    material: str = ""
    pattern: str = ""
    brand: str = ""
    """Read from the item itself, never guessed from its shape."""
    audience: str = ""
    """``women``, ``men``, ``kids``, ..."""
    search_terms: tuple[str, ...] = ()
    text: str = ""
    """One sentence."""


@dataclass(frozen=True)
class ChatMessage:
    """One turn of a conversation with a language model; texts and pictures in their order."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[str | Image.Image, ...]


@dataclass(frozen=True)
class ChatLimits:
    """How much a language model may write, and how long it may take for it."""

    max_tokens: int = 300
    timeout_s: float = 20.0
    """For the whole answer, retries included."""
